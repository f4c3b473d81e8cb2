//! Trees in a model file: nodes in preorder, so that whatever is read is a tree.
//!
//! `node count u32 ‖ nodes`; a node is `0 ‖ value ‖ rows u32` (a leaf), `1 ‖ feature u16 ‖ missing left u8 ‖ threshold i64`
//! (followed by its left subtree and its right one), or `2 ‖ feature u16 ‖ missing left u8 ‖ ⌈categories / 64⌉ × u64` (the
//! categories that go left, category c being bit c mod 64 of word c / 64).

use super::tree::{Node, TREE_DEPTH_MAX, Tree, set_right, words_of};
use crate::codec::{Reader, Writer};
use crate::{FEATURE_ABS_MAX, FeatureKind, FeatureSchema, ModelError};

/// Bytes of the smallest node, a leaf or a numeric test of 12.
const NODE_BYTES_MIN: usize = 12;

impl Tree {
    pub(crate) fn write(&self, schema: &FeatureSchema, out: &mut Writer) {
        // Trees of at most 2^24 rows have fewer than 2^25 nodes.
        out.u32(self.nodes.len() as u32);
        for (node, &rows) in self.nodes.iter().zip(&self.rows) {
            match *node {
                Node::Leaf { value } => {
                    out.u8(0);
                    out.f64(value);
                    out.u32(rows);
                }
                Node::Numeric { threshold, feature, missing_left, .. } => {
                    out.u8(1);
                    out.u16(feature);
                    out.u8(u8::from(missing_left));
                    out.u64(threshold as u64);
                }
                Node::Categorical { set, feature, missing_left, .. } => {
                    out.u8(2);
                    out.u16(feature);
                    out.u8(u8::from(missing_left));
                    if let FeatureKind::Categorical { levels } = schema.kinds()[usize::from(feature)] {
                        let set = set as usize;
                        for word in &self.words[set..set + words_of(levels)] {
                            out.u64(*word);
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn read(schema: &FeatureSchema, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let count = input.u32()? as usize;
        input.room_for(count, NODE_BYTES_MIN)?;
        let mut tree =
            Self { nodes: Vec::with_capacity(count), rows: Vec::with_capacity(count), words: Vec::new() };
        // The inner nodes on the way to the next node, each with "its left subtree is done".
        let mut path: Vec<(usize, bool)> = Vec::new();
        for at in 0..count {
            if at > 0 {
                match path.last() {
                    None => return Err(input.error(format!("the tree ends after {at} of {count} nodes"))),
                    Some((parent, true)) => set_right(&mut tree.nodes[*parent], at),
                    Some(_) => {}
                }
            }
            let node = read_node(schema, input, &mut tree)?;
            tree.nodes.push(node);
            if !matches!(node, Node::Leaf { .. }) {
                if path.len() >= usize::from(TREE_DEPTH_MAX) {
                    return Err(input.error(format!("a tree deeper than {TREE_DEPTH_MAX}")));
                }
                path.push((at, false));
                continue;
            }
            // A subtree is complete: so are all those of which it was the right one.
            while let Some((_, true)) = path.last() {
                path.pop();
            }
            if let Some((_, done)) = path.last_mut() {
                *done = true;
            }
        }
        if count == 0 || !path.is_empty() {
            return Err(input.error(format!("{count} nodes are no complete tree")));
        }
        tree.add_up_rows();
        Ok(tree)
    }
}

fn read_node(schema: &FeatureSchema, input: &mut Reader<'_>, tree: &mut Tree) -> Result<Node, ModelError> {
    let tag = input.u8()?;
    if tag == 0 {
        let value = input.f64()?;
        let rows = input.u32()?;
        if rows == 0 {
            return Err(input.error("a leaf without rows"));
        }
        tree.rows.push(rows);
        return Ok(Node::Leaf { value });
    }
    let feature = input.u16()?;
    let kind = schema
        .kinds()
        .get(usize::from(feature))
        .copied()
        .ok_or_else(|| input.error(format!("a test of feature {feature}; there are {}", schema.len())))?;
    let missing_left = match input.u8()? {
        0 => false,
        1 => true,
        other => return Err(input.error(format!("{other} where 0 or 1 says whether missing goes left"))),
    };
    tree.rows.push(0);
    match (tag, kind) {
        (1, FeatureKind::Numeric) => {
            let threshold = input.u64()? as i64;
            if threshold.unsigned_abs() > FEATURE_ABS_MAX.unsigned_abs() {
                return Err(input.error(format!("threshold {threshold} is out of range")));
            }
            Ok(Node::Numeric { threshold, right: 0, feature, missing_left })
        }
        (2, FeatureKind::Categorical { levels }) => {
            let set = tree.words.len();
            for _ in 0..words_of(levels) {
                tree.words.push(input.u64()?);
            }
            let spare = words_of(levels) * 64 - usize::from(levels);
            let last = tree.words.last().copied().unwrap_or(0);
            if spare > 0 && last >> (64 - spare) != 0 {
                return Err(input.error(format!("a set of categories names one above {levels}")));
            }
            Ok(Node::Categorical { set: set as u32, right: 0, feature, missing_left })
        }
        _ => Err(input.error(format!("node kind {tag} for feature {feature}, which is {kind:?}"))),
    }
}
