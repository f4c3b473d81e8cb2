//! What is played: the replay map, the clock, the two campaigns.

use attention_protocol::msg::{DenomPolicy, InstantiateMsg, Limits, OperatorInfo};
use attention_protocol::rule::{Curve, Payout, Rule, Schedule, Streak, Tier};
use attention_protocol::targets::Attribute;
use attention_protocol::{CampaignKind, CampaignTerms, EpochClock, Hash, Targets};
use cosmwasm_std::{Binary, Uint128};

use crate::rule::plain_rule;

/// The chain's id.
pub(super) const CHAIN_ID: &str = "attention-demo-1";
/// Epochs that are played; the campaigns run in all of them.
pub(super) const EPOCHS: u64 = 6;
/// The data epoch (30 days from 2017-06-23 on) that chain epoch 0 stands for: 2020-05-08 to 2020-06-07.
pub(super) const DATA_EPOCH_FIRST: u64 = 35;
/// Data epochs from which the sponsor learns how much attention is a lot.
pub(super) const SCALE_EPOCHS: (u64, u64) = (23, 34);
/// Data epochs with sales of 2020 whose models the operators train ahead.
pub(super) const MODELS: u64 = 8;
/// Operators; three of them make a report.
pub(super) const OPERATORS: usize = 4;
/// Fewest wallets that claim.
pub(super) const WALLETS_MIN: usize = 12;
/// One base unit is 10^-6 of a token.
const TOKEN: u128 = 1_000_000;
const DAY_S: u64 = 86_400;

/// Epochs of 24 seconds, 10 to report, 6 to dispute.
pub(super) fn clock(genesis_s: u64) -> EpochClock {
    EpochClock {
        genesis_s,
        epoch_length_s: 24,
        report_period_s: 10,
        dispute_window_s: 6,
        open_period_s: 4,
        min_blocks: 6,
    }
}

/// The message that creates the contract.
pub(super) fn instantiate(
    operators: Vec<OperatorInfo>,
    genesis_s: u64,
    spec_hash: &Hash,
    denom: &str,
) -> InstantiateMsg {
    InstantiateMsg {
        owner: None,
        guardian: None,
        operators,
        faulty_max: 1,
        clock: clock(genesis_s),
        spec_hash: Binary::from(spec_hash),
        limits: Limits {
            denoms: vec![DenomPolicy {
                denom: denom.to_string(),
                funding_min: Uint128::new(100 * TOKEN),
                creation_fee: Uint128::new(5 * TOKEN),
            }],
            settle_grace_s: 7 * DAY_S,
            claim_period_s: 30 * DAY_S,
            pause_max_s: 7 * DAY_S,
            operator_fee_ppm: 0,
            price_change_max_ppm: 1_000_000,
        },
        security: crate::setup::security(denom, &clock(genesis_s)),
    }
}

/// A campaign before it is on chain.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) terms: CampaignTerms,
    pub(super) funds: u128,
}

/// A: attention to any asset; an even budget shared in full; coming back pays.
fn display() -> Plan {
    let rule = Rule {
        curve: Curve::ConvergentLinear { k: 250_000 },
        streak: Streak { step_ppm: 50_000, cap_ppm: 200_000 },
        multiplier_max_ppm: 1_200_000,
        ..plain_rule()
    };
    Plan { name: "A", terms: terms(CampaignKind::AssetDisplay, Targets::All {}, rule), funds: 6_005 * TOKEN }
}

/// B: attention to one kind of content; a fixed rate per score with falling tiers, at most a fixed budget an epoch.
fn creation() -> Plan {
    let tier = |threshold, rate_ppm| Tier { threshold, rate_ppm };
    let rule = Rule {
        curve: Curve::Tiered {
            tiers: vec![tier(0, 1_000_000), tier(250_000, 500_000), tier(750_000, 200_000)],
        },
        schedule: Schedule::Fixed { amount: Uint128::new(400 * TOKEN) },
        payout: Payout::CappedRate { price: Uint128::new(20 * TOKEN) },
        split_gain: true,
        ..plain_rule()
    };
    let female = Attribute { name: "gender".into(), value: "Female".into() };
    let targets = Targets::Attributes(vec![female]);
    Plan { name: "B", terms: terms(CampaignKind::ContentCreation, targets, rule), funds: 2_405 * TOKEN }
}

/// Both campaigns; their scale is still to be set.
pub(super) fn campaigns() -> [Plan; 2] {
    [display(), creation()]
}

fn terms(kind: CampaignKind, targets: Targets, rule: Rule) -> CampaignTerms {
    CampaignTerms { kind, targets, rule, start_epoch: 0, end_epoch: EPOCHS }
}
