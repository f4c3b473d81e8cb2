//! No proof whatsoever convicts an honest epoch, and every demand on it can be answered.

use std::collections::BTreeSet;

use attention_protocol::ProtocolError;
use attention_protocol::fraud::{FraudError, check_answer};
use proptest::prelude::*;

use super::world::World;
use super::{search, strategy};
use crate::strategies;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn an_honest_epoch_stands(campaigns in strategy::campaigns(), assets in strategies::assets(9)) {
        let world = World::honest(&campaigns, &assets);
        let mut judged = 0;
        for proof in search::proofs(&world) {
            let verdict = world.judge(&proof);
            judged += 1;
            let refused = matches!(
                verdict,
                Err(FraudError::NotProven { .. } | FraudError::Protocol(ProtocolError::NotAbsent))
            );
            prop_assert!(refused, "{proof:?}: {verdict:?}");
        }
        prop_assert!(judged >= 4, "a commitment, a leaf and a path at least");
    }

    #[test]
    fn every_demand_on_an_honest_epoch_has_an_answer(
        campaigns in strategy::campaigns(), assets in strategies::assets(9),
    ) {
        let world = World::honest(&campaigns, &assets);
        let mut keys = BTreeSet::new();
        for target in search::targets(&world) {
            let answer = search::answer(&world, &target).unwrap();
            let key = check_answer(&target, &answer, &world.context());
            prop_assert!(keys.insert(key.clone().unwrap()), "{target:?}: {key:?} is another target's");
        }
    }

    /// Evidence of one place is no evidence of another: commitments, leaves and openings mixed up convict nobody.
    #[test]
    fn evidence_mixed_up_convicts_nobody(
        campaigns in strategy::campaigns(), a: prop::sample::Index, b: prop::sample::Index, position: u32,
    ) {
        use attention_protocol::fraud::FraudProof as P;
        let world = World::honest(&campaigns, &[]);
        let proofs = search::proofs(&world);
        let (a, b) = (&proofs[a.index(proofs.len())], &proofs[b.index(proofs.len())]);
        let mixed = match (a.clone(), b.clone()) {
            (P::Leaf { commitment, .. }, P::Leaf { leaf, base, .. }) => P::Leaf { commitment, leaf, base },
            (P::Leaf { commitment, leaf, .. }, P::MissingAccount { base, .. }) => {
                P::MissingAccount { commitment, base: leaf, absence: base }
            }
            (P::MissingAccount { commitment, base, .. }, P::Leaf { leaf, .. }) => {
                P::MissingAccount { commitment, base, absence: leaf }
            }
            (P::BadPad { commitment, .. } | P::Leaf { commitment, .. }, P::WrongSum { opening, .. }) => {
                P::BadPad { commitment, position: position % 64, opening }
            }
            (P::WrongSum { commitment, .. }, P::BadPad { opening, .. }) => {
                P::WrongSum { commitment, position: position % 64, opening }
            }
            (P::UnorderedLeaves { commitment, .. }, P::Leaf { leaf, .. }) => {
                P::UnorderedLeaves { commitment, leaves: leaf }
            }
            (P::Commitment { commitment }, P::UnorderedCommitments { mut commitments }) => {
                commitments.start = commitment.start;
                P::UnorderedCommitments { commitments }
            }
            _ => return Ok(()),
        };
        prop_assert!(world.judge(&mixed).is_err(), "{mixed:?}");
    }
}
