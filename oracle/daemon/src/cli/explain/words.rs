//! Why an account has its attention, in plain words.

use std::collections::BTreeMap;

use attention_features::{AssetId, FeatureGroup};
use attention_model::sigmoid;
use attention_tasks::words::{Part, Unit, clause, fixed, grouped, reasons, slope_between};

use super::{AssetExplanation, UserExplanation};

/// Reasons each way that are told.
const TOLD: usize = 3;
/// Attention is in micro-units times 10^-9.
const ATTENTION_PER_UNIT: f64 = 1e15;

/// Sentences about a user's attention, or about the score in a campaign where `explanation` has one. Their numbers add up: what
/// an average interest would have made of the same acts, and what each feature of each asset changes.
pub(super) fn of_user(explanation: &UserExplanation, attention: u128, top: usize) -> Vec<String> {
    let UserExplanation { epoch, assets, .. } = explanation;
    if assets.is_empty() || attention == 0 {
        return vec![format!("Nothing you did in epoch {epoch} counts, so you have no score.")];
    }
    // Below 2^53 for any attention that is no overflow elsewhere; a last digit lost is put to rounding.
    let units = attention as f64 / ATTENTION_PER_UNIT;
    let (mut out, whole) = match &explanation.score {
        Some(score) => {
            let mut out = vec![format!(
                "Your score in epoch {epoch} is {} of 1,000,000.",
                grouped(&score.score_ppm.to_string())
            )];
            if score.uncapped_ppm > u128::from(score.score_ppm) {
                let all = grouped(&score.uncapped_ppm.to_string());
                out.push(format!("What you did makes {all}; no score is larger than the whole."));
            }
            (out, score.uncapped_ppm as f64 / 1e6)
        }
        None => {
            let unit = Unit::of_value(units);
            let first = format!(
                "Your attention in epoch {epoch} is {} units of what you did, each counted by the interest that was expected beforehand.",
                unit.text(units)
            );
            (vec![first, "The following counts all of it as 1,000,000 parts.".into()], 1.0)
        }
    };
    // What a unit of attention is of the whole.
    let per_unit = whole / units;
    let (average, parts, by_group) = parts(assets, per_unit);
    out.push(format!(
        "With the interest that is expected on average, what you did would have made {}.",
        Unit::MILLIONTHS.text(average)
    ));
    out.extend(reasons(Unit::MILLIONTHS, average, whole, parts, TOLD));
    out.push(whose(Unit::MILLIONTHS.steps(whole) - Unit::MILLIONTHS.steps(average), by_group));
    for asset in assets.iter().take(top) {
        out.push(of_asset(asset));
    }
    if assets.len() > top {
        let more = assets.len() - top;
        out.push(format!("And {more} {} more.", if more == 1 { "asset" } else { "assets" }));
    }
    out.push(
        "Reasons add up in the log-odds of an interest; each is told by its share of that sum.".to_owned(),
    );
    out
}

/// What features of the user, of the assets and of the two together add, in this order.
type ByGroup = [f64; 3];

/// The change as what the three groups add; what is lost in rounding is put to the last.
fn whose(change: i64, [user, asset, _]: ByGroup) -> String {
    let unit = Unit::MILLIONTHS;
    let (user, asset) = (unit.steps(user), unit.steps(asset));
    let both = change - user - asset;
    format!(
        "Of this, {} is for what you did before, {} for what the assets are, {} for what you and they have to do with each other.",
        unit.change(user),
        unit.change(asset),
        unit.change(both)
    )
}

/// The attention at average interest, and what each reason adds to it. A feature of the user is one reason for all assets.
fn parts(assets: &[AssetExplanation], per_unit: f64) -> (f64, Vec<Part>, ByGroup) {
    let (mut average, mut by_group) = (0.0, [0.0; 3]);
    // By feature and asset (none for the user's own), in the order in which they are met first.
    let mut places: BTreeMap<(&str, Option<u32>), usize> = BTreeMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for asset in assets {
        let micro: u128 = asset.engagement_micro.values().map(|&micro| u128::from(micro)).sum();
        let acts = micro as f64 / 1e6 * per_unit;
        let told = &asset.reasons;
        let base = told.base - told.sampling_correction;
        let mut margin = base;
        for reason in &told.reasons {
            margin += reason.adds;
        }
        average += acts * sigmoid(base);
        let factor = acts * slope_between(base, margin);
        for reason in &told.reasons {
            let of = (reason.group != FeatureGroup::User).then_some(asset.asset);
            let place = *places.entry((reason.feature, of)).or_insert(parts.len());
            if place == parts.len() {
                let because = clause(reason.feature, reason.value, AssetId(asset.asset));
                parts.push(Part { because, adds: 0.0 });
            }
            parts[place].adds += reason.adds * factor;
            by_group[match reason.group {
                FeatureGroup::User => 0,
                FeatureGroup::Asset => 1,
                FeatureGroup::Personal => 2,
            }] += reason.adds * factor;
        }
    }
    (average, parts, by_group)
}

fn of_asset(asset: &AssetExplanation) -> String {
    let acts: Vec<String> = asset
        .engagement_micro
        .iter()
        .map(|(kind, micro)| format!("{kind} {:.6}", *micro as f64 / 1e6))
        .collect();
    let stranger = if asset.reasons.active {
        ""
    } else {
        ", that of strangers, as you had done nothing in the year before"
    };
    format!(
        "{} % of it is from asset {}: {} at an expected interest of {} %{stranger}.",
        // Millionths to hundredths of a percent.
        fixed(i64::try_from(asset.share_ppm / 100).unwrap_or(10_000), 2),
        asset.asset,
        acts.join(", "),
        fixed(i64::from(asset.interest_ppb) / 100, 5)
    )
}

#[cfg(test)]
mod tests {
    use attention_core::interest::{Reason, Reasons};

    use super::super::CampaignScore;
    use super::*;

    fn reason(feature: &'static str, group: FeatureGroup, value: i64, adds: f64) -> Reason {
        Reason { feature, group, about: "", value, adds }
    }

    fn asset(number: u32, micro: u64, share_ppm: u64, own: f64) -> AssetExplanation {
        let ln3 = 3f64.ln();
        AssetExplanation {
            asset: number,
            engagement_micro: BTreeMap::from([("purchase", micro)]),
            interest_ppb: 750_000_000,
            attention: String::new(),
            share_ppm,
            reasons: Reasons {
                active: true,
                base: 0.5,
                reasons: vec![
                    reason("user_buys_30d", FeatureGroup::User, 32, (1.0 + own) * ln3),
                    reason("is_holder", FeatureGroup::Personal, 1, -own * ln3),
                ],
                sampling_correction: 0.5,
                interest: 0.75,
            },
        }
    }

    fn explanation(score: Option<CampaignScore>) -> UserExplanation {
        UserExplanation {
            user: "u".into(),
            epoch: 40,
            window_start_s: 0,
            window_end_s: 1,
            model_hash: String::new(),
            attention: String::new(),
            assets: vec![asset(7, 3_000_000, 750_000, 1.0), asset(9, 1_000_000, 250_000, 0.0)],
            score,
            words: Vec::new(),
        }
    }

    /// Four acts at ¾ are 3 units; at an average interest of ½ they would be 2, two thirds of it. The user's feature makes 2 · ¼ of
    /// each of three acts and ¼ of one: 1¾ units; holding asset 7 takes ¼ of three: ¾ units.
    #[test]
    fn attention_by_hand() {
        assert_eq!(
            of_user(&explanation(None), 3_000_000_000_000_000, 1),
            [
                "Your attention in epoch 40 is 3.000 units of what you did, each counted by the interest that was expected beforehand.",
                "The following counts all of it as 1,000,000 parts.",
                "With the interest that is expected on average, what you did would have made 666,667.",
                "It rose most because you bought 3 assets in the last 30 days (+583,333).",
                "It fell most because you hold asset 7 (-250,000).",
                "1 other reason and rounding: +0.",
                "Together: +333,333.",
                "Of this, +583,333 is for what you did before, +0 for what the assets are, -250,000 for what you and they have to do with each other.",
                "75.00 % of it is from asset 7: purchase 3.000000 at an expected interest of 75.00000 %.",
                "And 1 asset more.",
                "Reasons add up in the log-odds of an interest; each is told by its share of that sum.",
            ]
        );
    }

    /// The same as a score of 312,000, and beyond the whole.
    #[test]
    fn a_score_by_hand() {
        let words = |score_ppm, uncapped_ppm| {
            of_user(&explanation(Some(CampaignScore { score_ppm, uncapped_ppm })), 3_000_000_000_000_000, 2)
        };
        let told = words(312_000, 312_000);
        assert_eq!(
            told[..6],
            [
                "Your score in epoch 40 is 312,000 of 1,000,000.",
                "With the interest that is expected on average, what you did would have made 208,000.",
                "It rose most because you bought 3 assets in the last 30 days (+182,000).",
                "It fell most because you hold asset 7 (-78,000).",
                "1 other reason and rounding: +0.",
                "Together: +104,000.",
            ]
        );
        assert_eq!(
            words(1_000_000, 1_200_000)[..3],
            [
                "Your score in epoch 40 is 1,000,000 of 1,000,000.",
                "What you did makes 1,200,000; no score is larger than the whole.",
                "With the interest that is expected on average, what you did would have made 800,000.",
            ]
        );
        let nothing = UserExplanation { assets: Vec::new(), ..explanation(None) };
        assert_eq!(of_user(&nothing, 0, 5), ["Nothing you did in epoch 40 counts, so you have no score."]);
    }
}
