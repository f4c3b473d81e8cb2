//! Clauses 1 to 4: one leaf, by itself and against its account's leaf in the base.

use super::clause::Clause;
use super::context::{CampaignFacts, Context, LEAVES_MAX, proven_leaves};
use super::error::FraudError;
use super::evidence::RangeProof;
use crate::account::AccountId;
use crate::commitment::Commitment;
use crate::raw_leaf::RawLeaf;
use crate::rule::next_streak;
use crate::score::Score;
use crate::tree::{Shape, SumNode, verify_absence, verify_range};

/// What a leaf is judged in.
pub(super) struct Case<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) commitment: &'a Commitment,
    pub(super) facts: &'a CampaignFacts,
}

impl Case<'_> {
    /// Judges the one leaf in `proof`; the base is looked at only if the leaf by itself is right.
    pub(super) fn judge(
        &self,
        shape: &Shape<SumNode>,
        proof: &RangeProof,
        base: Option<&RangeProof>,
    ) -> Result<Clause, FraudError> {
        let leaves = proven_leaves(shape, "the leaf", proof, 1)?;
        let Some(leaf) = leaves.first() else { return Err(FraudError::NotProven { why: "no leaf" }) };
        let rule = &self.facts.rule;
        let (Ok(_), Ok(score)) = (AccountId::try_from(leaf.address), Score::try_from(leaf.score_ppm)) else {
            return Ok(Clause::MalformedLeaf);
        };
        if leaf.boost_ppm > rule.rule().boost_max_ppm {
            return Ok(Clause::MalformedLeaf);
        }
        if leaf.weight != rule.weight(score, leaf.streak, leaf.boost_ppm) {
            return Ok(Clause::WrongWeight);
        }
        let Some(base) = base else {
            return Err(FraudError::NotProven {
                why: "the leaf is right by itself, and its base is not shown",
            });
        };
        let base = state(&self.facts.base(self.context, self.commitment)?, leaf.address, base)?;
        if leaf.streak != next_streak(rule, base.streak, score) {
            return Ok(Clause::WrongStreak);
        }
        let earned = rule.earned(leaf.weight, self.commitment.weight_total, self.commitment.budget);
        if Some(leaf.cumulative) != base.cumulative.checked_add(earned) {
            return Ok(Clause::WrongCumulative);
        }
        Err(FraudError::NotProven { why: "the leaf is what the rule makes of its score and base" })
    }
}

/// What an account has in the base.
struct State {
    streak: u16,
    cumulative: u128,
}

/// The account's state in the base by the leaf that `proof` shows, or nothing if it shows that there is none.
fn state(base: &Shape<SumNode>, address: &[u8], proof: &RangeProof) -> Result<State, FraudError> {
    let leaves = RawLeaf::unpack_all(proof.leaves.as_slice(), LEAVES_MAX)?;
    let siblings = proof.siblings.as_slice();
    match leaves.as_slice() {
        [leaf] if leaf.address == address => {
            verify_range(base, proof.start, &leaves, siblings)?;
            Ok(State { streak: leaf.streak, cumulative: leaf.cumulative })
        }
        around => {
            verify_absence(base, &address, proof.start, around, siblings)?;
            Ok(State { streak: 0, cumulative: 0 })
        }
    }
}
