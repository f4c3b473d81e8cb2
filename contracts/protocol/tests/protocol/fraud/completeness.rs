//! Whatever is wrong with an epoch is proven by somebody who knows only what is published, or cannot be opened.

use std::collections::BTreeMap;

use attention_protocol::fraud::{FraudError, FraudProof};
use attention_protocol::settle::{SettleVerdict, check_settle};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::tamper::{Kind, Outcome, Pick, kinds, pick, tampered};
use super::world::{Campaign, World};
use super::{search, strategy};

fn ends_as_it_must(world: &World, outcome: Outcome) -> Result<(), TestCaseError> {
    match outcome {
        Outcome::Convicted(clause) => {
            let clauses = search::convictions(world);
            prop_assert!(clauses.contains(&search::name(clause)), "{clauses:?} without {clause:?}");
        }
        Outcome::ConvictedOrUnanswered => {
            let convicted = !search::convictions(world).is_empty();
            prop_assert!(convicted || !search::unanswered(world).is_empty());
        }
        Outcome::Unanswered => prop_assert!(!search::unanswered(world).is_empty()),
        Outcome::NeverSettles => never_settles(world)?,
    }
    Ok(())
}

/// A commitment on another base convicts nobody, because that base may still settle; as long as it does not, neither does the
/// commitment.
fn never_settles(world: &World) -> Result<(), TestCaseError> {
    prop_assert_eq!(search::convictions(world), Default::default());
    let opened = search::opened_commitments(world);
    let other = opened.iter().filter(|(commitment, _)| {
        check_settle(commitment, &world.facts[&commitment.campaign].settle) == SettleVerdict::OtherBase
    });
    let other: Vec<_> = other.collect();
    prop_assert_eq!(other.len(), 1);
    let (commitment, proof) = other[0];
    let verdict = world.judge(&FraudProof::Commitment { commitment: proof.clone() });
    prop_assert_eq!(verdict, Err(FraudError::OtherBase { campaign: commitment.campaign }));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_tampered_epoch_does_not_stand(
        campaigns in strategy::campaigns(), kind in select(kinds()), pick in pick(),
    ) {
        if let Some((world, outcome)) = tampered(&campaigns, kind, &pick) {
            ends_as_it_must(&world, outcome)?;
        }
    }
}

/// The property above reaches every kind of tampering, not just the easy ones.
#[test]
fn every_kind_is_reached() {
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<String, u32> = BTreeMap::new();
    let draw = (strategy::campaigns(), pick());
    for _ in 0..40 {
        let (campaigns, pick): (Vec<Campaign>, Pick) = draw.new_tree(&mut runner).unwrap().current();
        for kind in kinds() {
            if let Some((world, outcome)) = tampered(&campaigns, kind, &pick) {
                ends_as_it_must(&world, outcome).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
                *reached.entry(format!("{kind:?}")).or_default() += 1;
            }
        }
    }
    let seldom: Vec<Kind> =
        kinds().into_iter().filter(|kind| reached.get(&format!("{kind:?}")).is_none_or(|n| *n < 5)).collect();
    assert!(seldom.is_empty(), "reached fewer than five times: {seldom:?} of {reached:?}");
}
