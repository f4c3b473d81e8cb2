//! Vectors of the money maths, the clock and the verdicts on commitments.

use attention_protocol::campaign::{epochs_left, stop_epoch};
use attention_protocol::math::mul_div_floor;
use attention_protocol::rule::{
    Curve, Growth, Payout, Rule, Schedule, Streak, Tier, Unlock, ValidRule, admitted_leaves, next_streak,
    unlocked,
};
use attention_protocol::settle::{SettleContext, SettleVerdict, SettledBase, check_settle};
use attention_protocol::targets::Attribute;
use attention_protocol::{CampaignKind, CampaignTerms, Commitment, EpochClock, LastReport, Targets};
use cosmwasm_std::{Uint64, Uint128};
use serde_json::{Value, json};

use crate::draw::Draw;

fn rule(draw: &mut Draw) -> ValidRule {
    let tiers = |draw: &mut Draw| {
        let count = draw.between(1, 16);
        let mut thresholds: Vec<u32> = (0..count).map(|_| draw.between(0, 999_999)).collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        thresholds
            .into_iter()
            .map(|threshold| Tier { threshold, rate_ppm: draw.between(0, 1_000_000) })
            .collect()
    };
    let curve = match draw.below(4) {
        0 => Curve::Linear {},
        1 => Curve::ConvergentLinear { k: draw.between(1, 1_000_000) },
        2 => Curve::Tiered { tiers: tiers(draw) },
        _ => Curve::Sqrt {},
    };
    let price = draw.below(1 << 24) + 1;
    let wide_price = draw.below(1 << 64) + 1;
    let start_s = u64::from(draw.between(0, 1_000));
    ValidRule::try_from(Rule {
        scale: Uint64::from(draw.between(1, u32::MAX)),
        min_score: draw.between(0, 30),
        cap: draw.pick(&[1_000_000, 500_000, 1]),
        curve,
        streak: Streak { step_ppm: draw.between(0, 100_000), cap_ppm: draw.between(0, 500_000) },
        boost_max_ppm: draw.between(0, 1_000_000),
        multiplier_max_ppm: draw.between(1_000_000, 3_000_000),
        schedule: match draw.below(2) {
            0 => Schedule::Even {},
            _ => Schedule::Fixed { amount: Uint128::new(draw.below(1 << 90) + 1) },
        },
        payout: match draw.below(3) {
            0 => Payout::ProRata {},
            1 => Payout::CappedRate { price: Uint128::new(price) },
            _ => Payout::CappedRate { price: Uint128::new(wide_price) },
        },
        share_cap_ppm: draw.pick(&[1_000_000, 250_000, 1]),
        growth: Growth { ppm: draw.between(0, 2_000_000), abs: draw.between(1, 100) },
        unlock: Unlock { start_s, end_s: start_s + u64::from(draw.between(0, 1_000)) },
        split_gain: true,
    })
    .unwrap()
}

/// Every rule function on drawn rules and leaves.
pub fn rules() -> Value {
    let mut draw = Draw::new("rules");
    let cases: Vec<Value> = (0..400)
        .map(|_| {
            let rule = rule(&mut draw);
            let (score, streak, boost_ppm) =
                (draw.score(), draw.between(0, 70) as u16, draw.between(0, 2_000_000));
            let weight = rule.weight(score, streak, boost_ppm);
            let total = weight + draw.below(1 << 40) as u64;
            // Small and large amounts alike.
            let available = 1u128 << draw.between(1, 120);
            let available = draw.below(available);
            let left = u64::from(draw.between(0, 50));
            let budget = rule.rule().schedule.budget(available, left);
            let (cumulative, now_s) = (draw.below(1 << 120), u64::from(draw.between(0, 2_500)));
            let base_count = draw.between(0, 1_000_000);
            json!({
                "rule": rule.rule(),
                "score": score,
                "streak": streak,
                "boost_ppm": boost_ppm,
                "gate": rule.gate(score),
                "next_streak": next_streak(&rule, streak, score),
                "multiplier_ppm": rule.multiplier_ppm(streak, boost_ppm),
                "weight": weight.to_string(),
                "total_weight": total.to_string(),
                "available": available.to_string(),
                "epochs_left": left,
                "budget": budget.to_string(),
                "earned": rule.earned(weight, total, budget).to_string(),
                "cumulative": cumulative.to_string(),
                "now_s": now_s,
                "unlocked": unlocked(rule.rule().unlock, cumulative, now_s).to_string(),
                "base_count": base_count,
                "admitted_leaves": admitted_leaves(rule.rule().growth, base_count),
            })
        })
        .collect();
    let products: Vec<Value> = (0..60)
        .map(|_| {
            let (a, b, divisor) = (draw.below(u128::MAX), draw.below(1 << 100), draw.below(1 << 110) + 1);
            let quotient = mul_div_floor(a, b, divisor).map(|q| q.to_string());
            json!({"a": a.to_string(), "b": b.to_string(), "divisor": divisor.to_string(), "floor": quotient})
        })
        .collect();
    json!({"cases": cases, "mul_div_floor": products})
}

/// `targets_hash` and `rule_hash`.
pub fn terms() -> Value {
    let mut draw = Draw::new("terms");
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
    let attribute = |name: &str, value: &str| Attribute { name: name.into(), value: value.into() };
    let targets = [
        Targets::All {},
        Targets::AssetIds(names(&["1", "10", "2"])),
        Targets::Attributes(vec![attribute("gender", "Female")]),
        Targets::Attributes(vec![attribute("gender", "Female"), attribute("type", "Zombie · é")]),
        Targets::Interactions(names(&["purchase", "sale"])),
    ];
    let kinds = [
        CampaignKind::AdPlacement,
        CampaignKind::AssetDisplay,
        CampaignKind::SocialInteraction,
        CampaignKind::ContentCreation,
        CampaignKind::VirtualEvent,
        CampaignKind::Custom,
    ];
    let cases: Vec<Value> = (0..60)
        .map(|i| {
            let start_epoch = u64::from(draw.between(0, 1_000));
            let mut rule = rule(&mut draw).rule().clone();
            rule.split_gain = draw.below(2) == 0;
            let terms = CampaignTerms {
                kind: kinds[i % kinds.len()],
                targets: targets[i % targets.len()].clone(),
                rule,
                start_epoch,
                end_epoch: start_epoch + 1 + u64::from(draw.between(0, 100)),
            };
            json!({
                "terms": terms,
                "targets_hash": hex::encode(terms.targets.hash()),
                "rule_hash": hex::encode(terms.rule_hash()),
            })
        })
        .collect();
    json!({ "cases": cases })
}

/// Windows, due times and open epochs.
pub fn clock() -> Value {
    let mut draw = Draw::new("clock");
    let cases: Vec<Value> = (0..120)
        .map(|_| {
            let epoch_length_s = u64::from(draw.between(30, 1_000));
            let clock = EpochClock {
                genesis_s: u64::from(draw.between(1, 10_000)),
                epoch_length_s,
                report_period_s: 1 + draw.below(u128::from(epoch_length_s / 2)) as u64,
                dispute_window_s: 5,
                open_period_s: 3,
                min_blocks: draw.between(0, 20),
            };
            let last = (draw.below(3) > 0).then(|| {
                let epoch = u64::from(draw.between(0, 20));
                let late = u64::from(draw.between(0, 3_000));
                let terminal_at_s = clock.window_end_s(epoch).unwrap() + late;
                LastReport { epoch, terminal_at_s, ends_height: u64::from(draw.between(0, 500)) }
            });
            let first = last.map_or(0, |last| last.epoch + 1);
            let epoch = first + u64::from(draw.between(0, 10));
            let now_s = last.map_or(clock.genesis_s, |l| l.terminal_at_s) + u64::from(draw.between(0, 9_000));
            let height = u64::from(draw.between(0, 600));
            json!({
                "clock": clock,
                "last": last.map(|l| json!({
                    "epoch": l.epoch, "terminal_at_s": l.terminal_at_s, "ends_height": l.ends_height,
                })),
                "epoch": epoch,
                "window_start_s": clock.window_start_s(epoch).unwrap(),
                "window_end_s": clock.window_end_s(epoch).unwrap(),
                "due_s": clock.due_s(last.as_ref(), epoch).unwrap(),
                "now_s": now_s,
                "height": height,
                "epoch_at": clock.epoch_at(now_s),
                "open_epoch": clock.open_epoch(last.as_ref(), now_s, height).unwrap(),
            })
        })
        .collect();
    let stops: Vec<Value> = [(9, 0, 20), (9, 15, 20), (30, 0, 20), (19, 0, 20)]
        .map(|(now, start, end)| {
            let (stop, left) = (stop_epoch(now, start, end).unwrap(), epochs_left(end, now));
            json!({"now": now, "start": start, "end": end, "stop_epoch": stop, "epochs_left": left})
        })
        .to_vec();
    json!({"cases": cases, "stops": stops})
}

/// `check_settle` on commitments that are right but for one or two things.
pub fn settle() -> Value {
    let mut draw = Draw::new("settle");
    let cases: Vec<Value> = (0..150)
        .map(|_| {
            let base = SettledBase { root: [1; 32], total: 100, leaf_count: 10 };
            let context = SettleContext {
                base,
                running: draw.below(10) > 0,
                rule_hash: [2; 32],
                budget: draw.pick(&[0, 50, 50, 50, 50]),
                growth: Growth { ppm: 500_000, abs: 2 },
            };
            let commitment = Commitment {
                campaign: 1,
                base_root: draw.pick(&[[1; 32], [1; 32], [1; 32], [1; 32], [1; 32], [9; 32]]),
                base_total: draw.pick(&[100, 100, 100, 100, 100, 99]),
                root: [3; 32],
                leaf_count: draw.between(8, 19),
                weight_total: draw.pick(&[0, 5, 5, 5, 5]),
                cumulative_total: 98 + draw.below(55),
                budget: draw.pick(&[0, 50, 50, 50, 50, 51]),
                rule_hash: draw.pick(&[[2; 32], [2; 32], [2; 32], [2; 32], [4; 32]]),
            };
            let verdict = match check_settle(&commitment, &context) {
                SettleVerdict::Settled { delta } => json!({"settled": delta.to_string()}),
                SettleVerdict::Rejected(reason) => json!({"rejected": reason}),
                SettleVerdict::OtherBase => json!("other_base"),
            };
            json!({
                "commitment": hex::encode(commitment.pack()),
                "context": {
                    "base_root": hex::encode(base.root), "base_total": "100", "base_leaf_count": 10,
                    "running": context.running, "rule_hash": hex::encode(context.rule_hash),
                    "budget": context.budget.to_string(), "growth": context.growth,
                },
                "verdict": verdict,
            })
        })
        .collect();
    json!({ "cases": cases })
}
