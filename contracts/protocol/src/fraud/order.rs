//! Clauses 5, 6 and part of 9: leaves that do not rise, and accounts that are left out.

use super::clause::Clause;
use super::context::{Context, proven_leaves, read_pair};
use super::error::FraudError;
use super::evidence::RangeProof;
use crate::asset::AssetLeaf;
use crate::commitment::Commitment;
use crate::raw_leaf::RawLeaf;
use crate::tree::{Shape, SumNode, verify_absence, verify_range};

/// `clause` if the pair does not rise.
fn unordered<K: Ord>(first: K, second: K, clause: Clause) -> Result<Clause, FraudError> {
    if first < second {
        return Err(FraudError::NotProven { why: "the two leaves rise" });
    }
    Ok(clause)
}

/// Two neighbours in the report's commitment tree.
pub(super) fn commitments(context: &Context<'_>, proof: &RangeProof) -> Result<Clause, FraudError> {
    let pair = read_pair("packed commitments", proof.leaves.as_slice(), Commitment::read)?;
    verify_range(&context.commitments(), proof.start, &pair, proof.siblings.as_slice())?;
    let [first, second] = pair;
    unordered(first.campaign, second.campaign, Clause::UnorderedCommitments)
}

/// Two neighbours in the report's asset tree.
pub(super) fn assets(context: &Context<'_>, proof: &RangeProof) -> Result<Clause, FraudError> {
    let pair = read_pair("packed assets", proof.leaves.as_slice(), AssetLeaf::read)?;
    verify_range(&context.assets(), proof.start, &pair, proof.siblings.as_slice())?;
    let [first, second] = pair;
    unordered(first.asset_id_hash, second.asset_id_hash, Clause::UnorderedAssets)
}

/// Two neighbours in an allocation tree.
pub(super) fn leaves(shape: &Shape<SumNode>, proof: &RangeProof) -> Result<Clause, FraudError> {
    match proven_leaves(shape, "the neighbours", proof, 2)?.as_slice() {
        [first, second] => unordered(first.address, second.address, Clause::UnorderedLeaves),
        _ => Err(FraudError::NotProven { why: "no neighbours" }),
    }
}

/// An account of the base that the tree lacks.
pub(super) fn missing_account(
    (base, account): (&Shape<SumNode>, &RangeProof),
    (shape, absence): (&Shape<SumNode>, &RangeProof),
) -> Result<Clause, FraudError> {
    let in_base = proven_leaves(base, "the leaf in the base", account, 1)?;
    let Some(leaf) = in_base.first() else { return Err(FraudError::NotProven { why: "no leaf" }) };
    let around = RawLeaf::unpack_all(absence.leaves.as_slice(), super::context::LEAVES_MAX)?;
    verify_absence(shape, &leaf.address, absence.start, &around, absence.siblings.as_slice())?;
    Ok(Clause::MissingAccount)
}
