//! Clauses 7 and 8: pads and sums, by opening a path from the root down.

use cosmwasm_std::Binary;

use super::clause::Clause;
use super::error::FraudError;
use crate::raw_leaf::RawLeaf;
use crate::tree::{OpenNode, Shape, SumNode, depth, open, pad_at, pad_level};

/// Checks that an opening has as many nodes as it needs to get to `level`.
pub(super) fn check_depth(shape: &Shape<SumNode>, level: u32, nodes: &[OpenNode]) -> Result<(), FraudError> {
    let expected = usize::try_from(depth(shape.leaf_count).abs_diff(level)).unwrap_or(usize::MAX);
    if nodes.len() != expected {
        return Err(FraudError::OpeningDepth { expected, actual: nodes.len() });
    }
    Ok(())
}

/// Clause 7. Beyond the leaves the highest node over the position has to be its level's pad; at a leaf's position the
/// bottom must not be one.
pub(super) fn bad_pad(shape: &Shape<SumNode>, position: u32, opening: &Binary) -> Result<Clause, FraudError> {
    let opened = open(shape, position, opening.as_slice())?;
    let beyond = pad_level(shape.leaf_count, position);
    let level = beyond.unwrap_or(0);
    check_depth(shape, level, &opened.nodes)?;
    let pad = pad_at(shape, level)?;
    let honest = match beyond {
        Some(_) => opened.end == pad,
        None => opened.end.hash != pad.hash,
    };
    if honest {
        return Err(FraudError::NotProven { why: "pads stand where they should, and nowhere else" });
    }
    Ok(Clause::BadPad)
}

/// Clause 8. The commitment states the root's sums, each preimage those of its children, a leaf its own.
pub(super) fn wrong_sum(
    shape: &Shape<SumNode>,
    position: u32,
    opening: &Binary,
) -> Result<Clause, FraudError> {
    let opened = open(shape, position, opening.as_slice())?;
    if !opened.nodes.iter().all(OpenNode::adds_up) {
        return Ok(Clause::WrongSum);
    }
    if !opened.leaf.is_empty() {
        let leaf = RawLeaf::unpack(opened.leaf)?;
        if (leaf.weight, leaf.cumulative) != (opened.end.weight, opened.end.cumulative) {
            return Ok(Clause::WrongSum);
        }
    }
    Err(FraudError::NotProven { why: "the sums on the path add up" })
}
