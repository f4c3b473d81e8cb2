//! Random honest epochs.

use std::collections::BTreeMap;

use attention_protocol::{AccountId, PPM};
use proptest::collection::vec;
use proptest::prelude::*;

use super::world::{Campaign, Member};
use crate::strategies;

/// Addresses that often repeat, and often are prefixes of each other.
fn account() -> impl Strategy<Value = AccountId> {
    let near = (0..12u8, prop_oneof![Just(20usize), Just(32)])
        .prop_map(|(byte, len)| AccountId::try_from(vec![byte; len].as_slice()).unwrap());
    prop_oneof![3 => near, 1 => strategies::account()]
}

fn member() -> impl Strategy<Value = Member> {
    let base = (prop_oneof![0..4u16, any::<u16>()], prop_oneof![0..1_000u128, 0..1u128 << 100]);
    let score = prop_oneof![Just(0), Just(PPM), 1..=PPM];
    (account(), proptest::option::of(base), score, any::<prop::sample::Index>()).prop_map(
        |(account, base, score, boost)| Member { account, base, score, boost: boost.index(1 << 20) as u32 },
    )
}

fn campaign(id: u64) -> impl Strategy<Value = Campaign> {
    let budget = prop_oneof![1..1_000u128, 1..=1u128 << 120];
    (strategies::rule(), budget, vec(member(), 1..18)).prop_map(move |(rule, budget, members)| {
        let most = rule.rule().boost_max_ppm;
        let within = |member: Member| Member { boost: member.boost % (most + 1), ..member };
        let members: BTreeMap<_, _> =
            members.into_iter().map(|member| (member.account.clone(), within(member))).collect();
        Campaign { id, rule, budget, members }
    })
}

/// One to three campaigns, at least one of which has a commitment.
pub fn campaigns() -> impl Strategy<Value = Vec<Campaign>> {
    let all = (campaign(2), campaign(5), campaign(6), 1..=3usize);
    all.prop_map(|(a, b, c, count)| [a, b, c].into_iter().take(count).collect::<Vec<_>>())
        .prop_filter("an epoch with a commitment", |campaigns| campaigns.iter().any(pays))
}

/// Whether the campaign has a commitment.
pub fn pays(campaign: &Campaign) -> bool {
    campaign.scored().iter().any(|row| row.weight > 0)
}
