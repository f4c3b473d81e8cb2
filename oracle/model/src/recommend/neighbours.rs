//! Item neighbours: what else those did who acted on an item, by exact co-counts.
//!
//! Two kinds of link, both `co-count / (√(n_a n_b) + shrink)` with n the users of an item (Sarwar et al. 2001, shrunk as
//! by Bell and Koren 2007): *together* counts every user of both; *following* counts only b soon after a, the closer
//! the more (sequential rules, Ludewig and Jannach 2018).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ITEMS_MAX;
use super::interactions::{Event, Interactions};
use crate::codec::{Reader, Writer};
use crate::traits::in_range;
use crate::{ModelError, ParamGuard};

/// Only this many of a user's newest items form pairs: a bot would otherwise take the square of its length.
pub const PAIRED_HISTORY_MAX: usize = 1_000;
/// What following an item at distance 1 counts; at distance d it is this divided by d.
const STEP: u64 = 840;
/// Most neighbours an item may be asked for.
pub const NEIGHBOURS_MAX: u32 = 1_000;

/// Unchecked hyper-parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeighbourParams {
    /// Neighbours kept for an item, 1 to [`NEIGHBOURS_MAX`].
    pub neighbours: u32,
    /// Shrinkage: what is added to the denominator, in users, 0 to 10^6.
    pub shrink: u32,
    /// 0: every user of both counts. Else b counts for a only within so many items after it, at most 100.
    pub window: u32,
}

/// Hyper-parameters within their ranges; made by [`NeighbourParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedNeighbourParams(NeighbourParams);

impl ParamGuard for NeighbourParams {
    type Checked = CheckedNeighbourParams;

    fn check(self) -> Result<CheckedNeighbourParams, ModelError> {
        in_range("neighbours", self.neighbours, 1, NEIGHBOURS_MAX, "1 to 1000")?;
        in_range("shrink", self.shrink, 0, 1_000_000, "0 to 1000000")?;
        in_range("window", self.window, 0, 100, "0 to 100")?;
        Ok(CheckedNeighbourParams(self))
    }
}

/// The neighbours of every item, by rising item.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    links: Vec<Vec<(u32, f64)>>,
}

impl CheckedNeighbourParams {
    /// Counts pairs and keeps every item's strongest links, ties by lower item. The number of threads does not change a
    /// bit of them.
    pub fn fit(&self, data: &Interactions) -> Neighbours {
        // Where each item stands: (user, place in the paired part of the history).
        let mut places: Vec<Vec<(u32, u32)>> = vec![Vec::new(); data.items() as usize];
        for user in 0..data.users() {
            for (at, event) in paired(data.history(user)).iter().enumerate() {
                places[event.item as usize].push((user, at as u32));
            }
        }
        let links = (0..places.len())
            .into_par_iter()
            .map_init(|| vec![0u64; places.len()], |counts, item| self.links_of(item, data, &places, counts))
            .collect();
        Neighbours { links }
    }

    /// The links of one item; `counts` is all zeros before and after.
    fn links_of(
        &self,
        item: usize,
        data: &Interactions,
        places: &[Vec<(u32, u32)>],
        counts: &mut [u64],
    ) -> Vec<(u32, f64)> {
        let window = self.0.window as usize;
        let mut touched = Vec::new();
        for &(user, at) in &places[item] {
            let history = paired(data.history(user));
            let after = &history[at as usize + 1..];
            let near = if window == 0 { history } else { &after[..after.len().min(window)] };
            for (distance, event) in near.iter().enumerate() {
                let slot = &mut counts[event.item as usize];
                if *slot == 0 {
                    touched.push(event.item);
                }
                // distance < window <= 100, so the quotient is at least 8.
                *slot += if window == 0 { STEP } else { STEP / (distance as u64 + 1) };
            }
        }
        let own = places[item].len() as f64;
        let mut links = Vec::with_capacity(touched.len());
        for other in touched {
            let count = std::mem::take(&mut counts[other as usize]);
            if other as usize != item {
                let norm = libm::sqrt(own * places[other as usize].len() as f64) + f64::from(self.0.shrink);
                links.push((other, count as f64 / STEP as f64 / norm));
            }
        }
        links.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        links.truncate(self.0.neighbours as usize);
        links.sort_unstable_by_key(|link| link.0);
        links
    }
}

/// The part of a history that forms pairs.
fn paired(history: &[Event]) -> &[Event] {
    &history[history.len().saturating_sub(PAIRED_HISTORY_MAX)..]
}

impl Neighbours {
    /// An item's neighbours with the strength of each link; empty beyond the last item.
    pub fn of(&self, item: u32) -> &[(u32, f64)] {
        self.links.get(item as usize).map_or(&[], Vec::as_slice)
    }

    /// How many items there are.
    pub fn items(&self) -> u32 {
        // `fit` and `read` keep the number of items within ITEMS_MAX.
        self.links.len() as u32
    }

    /// For every item the sum of its links from a history, that of an item r places before the newest weighted
    /// `decay^r`; decay 1 weighs all alike.
    pub fn scores(&self, history: &[Event], decay: f64) -> Vec<f64> {
        let mut scores = vec![0.0; self.links.len()];
        let mut weight = 1.0;
        for event in history.iter().rev() {
            for &(item, strength) in self.of(event.item) {
                scores[item as usize] += weight * strength;
            }
            weight *= decay;
        }
        scores
    }

    /// `items u32 ‖ per item (count u32 ‖ per neighbour (item u32 ‖ strength))`, neighbours by rising item.
    pub(super) fn write(&self, out: &mut Writer) {
        out.u32(self.items());
        for links in &self.links {
            // At most NEIGHBOURS_MAX.
            out.u32(links.len() as u32);
            for &(item, strength) in links {
                out.u32(item);
                out.f64(strength);
            }
        }
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let items = input.u32()?;
        if items > ITEMS_MAX {
            return Err(input.error(format!("{items} items; at most {ITEMS_MAX} are allowed")));
        }
        input.room_for(items as usize, 4)?;
        let mut links = Vec::with_capacity(items as usize);
        for own in 0..items {
            let count = input.u32()?;
            if count > NEIGHBOURS_MAX {
                return Err(input.error(format!("{count} neighbours; at most {NEIGHBOURS_MAX} are allowed")));
            }
            input.room_for(count as usize, 12)?;
            let mut of: Vec<(u32, f64)> = Vec::with_capacity(count as usize);
            for _ in 0..count {
                let (item, strength) = (input.u32()?, input.f64()?);
                if item >= items || item == own || of.last().is_some_and(|last| last.0 >= item) {
                    return Err(input.error(format!(
                        "neighbour {item} of item {own}: must be another, below {items}, in rising order"
                    )));
                }
                if strength <= 0.0 {
                    return Err(input.error(format!("a link of strength {strength} is not positive")));
                }
                of.push((item, strength));
            }
            links.push(of);
        }
        Ok(Self { links })
    }
}
