//! A small world: assets, users, wallets, two campaigns, and what happened in each epoch.

use std::collections::BTreeMap;

use attention_core::attention::{Attention, AttentionRow, Integrity};
use attention_core::base::FinalEpoch;
use attention_core::campaign::CampaignView;
use attention_core::consent::ConsentTable;
use attention_core::links::LinkTable;
use attention_core::report_builder::{AssetTerms, EpochInput, EpochOutput, ReportHeader, build_epoch};
use attention_features::{AssetCatalog, AssetId, EventKind, UserId};
use attention_protocol::hash::Deployment;
use attention_protocol::rule::{Curve, Growth, Payout, Schedule, Streak, Tier, Unlock};
use attention_protocol::targets::Attribute;
use attention_protocol::{AccountId, CampaignKind, CampaignTerms, Rule, Targets};

use crate::rng::Rng;

/// Epochs of both campaigns.
pub const EPOCHS: u64 = 5;
/// Credited to each campaign before epoch 0, and again before the end of epoch 2.
pub const CREDIT: u128 = 1_000_000;

pub fn account(byte: u8) -> AccountId {
    AccountId::try_from([byte; 20].as_slice()).unwrap()
}

pub fn user(number: u64) -> UserId {
    UserId::new(format!("user-{number}")).unwrap()
}

pub fn deployment() -> Deployment {
    Deployment::new("test-1", &account(99)).unwrap()
}

pub fn catalog() -> AssetCatalog {
    let gender = |id: u32| if id.is_multiple_of(2) { "Female" } else { "Male" };
    let asset = |id: u32| (AssetId(id), vec![("gender".to_owned(), gender(id).to_owned())]);
    AssetCatalog::new((0..8).map(asset).collect()).unwrap()
}

/// Users 0 to 7 have wallets, 8 and 9 do not.
pub fn links() -> LinkTable {
    LinkTable::new((0..8).map(|number| (user(number), account(number as u8 + 1))).collect()).unwrap()
}

pub fn plain_rule() -> Rule {
    Rule {
        scale: 500u64.into(),
        min_score: 0,
        cap: 1_000_000,
        curve: Curve::ConvergentLinear { k: 250_000 },
        streak: Streak { step_ppm: 50_000, cap_ppm: 200_000 },
        boost_max_ppm: 0,
        multiplier_max_ppm: 1_200_000,
        schedule: Schedule::Even {},
        payout: Payout::ProRata {},
        share_cap_ppm: 1_000_000,
        growth: Growth { ppm: 500_000, abs: 10 },
        unlock: Unlock { start_s: 0, end_s: 0 },
        split_gain: false,
    }
}

/// Campaign 1 pays for everything, pro rata; campaign 2 for one attribute, at a capped rate.
pub fn campaigns() -> Vec<CampaignView> {
    let tier = |threshold, rate_ppm| Tier { threshold, rate_ppm };
    let rated = Rule {
        curve: Curve::Tiered { tiers: vec![tier(0, 1_000_000), tier(500_000, 250_000)] },
        schedule: Schedule::Fixed { amount: 90_000u128.into() },
        payout: Payout::CappedRate { price: 40_000u128.into() },
        split_gain: true,
        ..plain_rule()
    };
    let female = Attribute { name: "gender".into(), value: "Female".into() };
    let terms = |targets, rule| CampaignTerms {
        kind: CampaignKind::AssetDisplay,
        targets,
        rule,
        start_epoch: 0,
        end_epoch: EPOCHS,
    };
    let credited: BTreeMap<u64, u128> =
        (0..EPOCHS + 3).map(|epoch| (epoch, if epoch < 2 { CREDIT } else { 2 * CREDIT })).collect();
    let view = |id, terms| CampaignView {
        id,
        terms,
        end_epoch: EPOCHS,
        denom: "ureward".into(),
        credited: credited.clone(),
    };
    vec![
        view(1, terms(Targets::All {}, plain_rule())),
        view(2, terms(Targets::Attributes(vec![female]), rated)),
    ]
}

/// What users did in an epoch of the world of `seed`.
pub fn rows(seed: u64, epoch: u64) -> Vec<AttentionRow> {
    let mut rng = Rng::new(seed * 1_000 + epoch);
    let mut rows = Vec::new();
    for number in 0..10 {
        for asset in 0..8 {
            if rng.percent(30) {
                rows.push(AttentionRow {
                    user: user(number),
                    asset: AssetId(asset),
                    kind: if rng.percent(70) { EventKind::Purchase } else { EventKind::Sale },
                    engagement_micro: 250_000 * (1 + rng.below(8)),
                    interest_ppb: 20_000 + rng.below(300_000) as u32,
                });
            }
        }
    }
    rows
}

pub fn attention(seed: u64, epoch: u64) -> Attention {
    Attention::from_rows(rows(seed, epoch)).unwrap()
}

pub fn header(epoch: u64) -> ReportHeader {
    ReportHeader {
        config_digest: [1; 32],
        prev_digest: [2; 32],
        epoch,
        revision: 0,
        input_root: [3; 32],
        model_hash: [4; 32],
    }
}

/// Everything but header, campaigns, history and attention is the same in every test.
pub fn build(
    header: ReportHeader,
    campaigns: Vec<CampaignView>,
    history: &[FinalEpoch],
    attention: &Attention,
) -> EpochOutput {
    build_with(header, campaigns, history, attention, &links()).unwrap()
}

pub fn build_with(
    header: ReportHeader,
    campaigns: Vec<CampaignView>,
    history: &[FinalEpoch],
    attention: &Attention,
    links: &LinkTable,
) -> Result<EpochOutput, attention_core::report_builder::BuildError> {
    build_under(header, campaigns, history, attention, links, &ConsentTable::default())
}

pub fn build_under(
    header: ReportHeader,
    campaigns: Vec<CampaignView>,
    history: &[FinalEpoch],
    attention: &Attention,
    links: &LinkTable,
    consent: &ConsentTable,
) -> Result<EpochOutput, attention_core::report_builder::BuildError> {
    build_epoch(&EpochInput {
        deployment: &deployment(),
        header,
        campaigns,
        history,
        attention,
        catalog: &catalog(),
        links,
        consent,
        integrity: &Integrity::new(),
        assets: AssetTerms {
            asset_scale: 1_000,
            prices: (0..4).map(|id| (AssetId(id), 1_000 + u128::from(id))).collect(),
            price_denom: "wei".into(),
        },
    })
}

pub fn final_epoch(output: &EpochOutput) -> FinalEpoch {
    FinalEpoch::read(&deployment(), &output.body, &output.file_bytes).unwrap()
}
