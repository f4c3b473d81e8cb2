//! The values of leaves that are refitted to their rows, under monotone constraints.
//!
//! A loss that is no parabola gives its leaves an order statistic of what their rows lack ([`Loss::refit`]), in units of the
//! target. The bounds that a tree grew by are in units of the gradient, a number from −1 to 1, and say nothing about it. So the
//! bounds are drawn again from the refitted values: from the root down, each constrained split keeps one side below and the other
//! above the middle of what the two sides would take; where the two stand in the wrong order, of what they would take together.
//! The middle is conservative: every leaf of one side stays on its side of every leaf of the other.

use std::ops::Range;

use super::objective::Loss;
use crate::trees::Monotone;
use crate::trees::grow::Leaf;
use crate::trees::split::Bounds;
use crate::trees::tree::Sketch;

/// The value of each leaf, in their order; `None` for a loss whose values follow from sums. `rows` are those of the tree, grouped
/// by leaf.
pub(super) fn refitted(
    loss: &Loss<'_>,
    margins: &[f64],
    rows: &[u32],
    leaves: &[Leaf],
    sketch: &Sketch,
    monotone: &[Monotone],
) -> Option<Vec<f64>> {
    let ranges = rows_of_nodes(leaves, sketch);
    let mut bounds = vec![Bounds::NONE; sketch.len()];
    for node in 0..sketch.len() {
        let own = bounds[node];
        let Some((split, children)) = sketch.inner(node) else {
            continue;
        };
        let direction = monotone[split.feature];
        let [mut low, mut high] = [own; 2];
        if direction != Monotone::Free {
            let best = |node: usize| loss.refit(&rows[ranges[node].clone()], margins);
            let [left, right] = [best(children[0])?, best(children[1])?].map(|value| own.clip(value));
            let in_order = if direction == Monotone::Rising { left <= right } else { left >= right };
            // Halved before they are added: a sum could overflow. Clipped: half of the least number there is is 0.
            let middle = own.clip(if in_order { 0.5 * left + 0.5 * right } else { best(node)? });
            (low.high, high.low) = (middle, middle);
        }
        let sides = if direction == Monotone::Falling { [high, low] } else { [low, high] };
        for (child, side) in children.into_iter().zip(sides) {
            bounds[child] = side;
        }
    }
    leaves
        .iter()
        .map(|leaf| Some(bounds[leaf.node].clip(loss.refit(&rows[leaf.rows.clone()], margins)?)))
        .collect()
}

/// The rows of every node, as places among those of the tree: the children of a node stand side by side.
fn rows_of_nodes(leaves: &[Leaf], sketch: &Sketch) -> Vec<Range<usize>> {
    let mut ranges = vec![0..0; sketch.len()];
    for leaf in leaves {
        ranges[leaf.node] = leaf.rows.clone();
    }
    // Children come after their parents.
    for node in (0..sketch.len()).rev() {
        if let Some((_, [left, right])) = sketch.inner(node) {
            ranges[node] = ranges[left].start..ranges[right].end;
        }
    }
    ranges
}
