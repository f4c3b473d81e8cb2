//! The features of interest as clauses that their user understands.

use attention_features::{AssetId, log2_x16_range};

use super::grouped;

/// Days that stand for "never" in a recency.
const NEVER_DAYS: u128 = 3_650;
/// Steps of a log an octave.
const OCTAVE: f64 = 16.0;

/// What the value of a feature says, as a clause with *you* as its user, such as `you bought 3 assets in the last 30 days`. A
/// count that its log does not tell exactly is a range. An unknown feature is named as it is.
pub fn clause(feature: &str, value: i64, asset: AssetId) -> String {
    let asset = format!("asset {}", asset.0);
    let holder = format!("the holder of {asset}");
    match feature {
        "user_buys_30d" => format!("you bought {} in the last 30 days", assets(value)),
        "user_buys_90d" => format!("you bought {} in the last 90 days", assets(value)),
        "user_buys_365d" => format!("you bought {} in the last 365 days", assets(value)),
        "user_sells_90d" => format!("you sold {} in the last 90 days", assets(value)),
        "user_sells_365d" => format!("you sold {} in the last 365 days", assets(value)),
        "user_buy_recency" => ago("you last bought", "you have never bought anything", value),
        "user_act_recency" => ago("you last bought or sold", "you have never bought or sold anything", value),
        "user_spend_365d" => {
            format!("you spent {} times a usual price in the last 365 days", thousandths(value))
        }
        "user_held" => format!("you held {}", assets(value)),
        "user_tenure" => format!("you first traded {} before", days(value)),
        "user_buy_days_365d" => format!("you bought on {} of the last 365", days(value)),
        "asset_rarity_max" => format!("one asset in {} has the rarest attribute of {asset}", number(value)),
        "asset_rarity_sum" => {
            format!("the attributes of {asset} are rare {} times over, all together", factor(value))
        }
        "asset_trades" => format!("{asset} had been sold {}", times(value)),
        "asset_trades_365d" => format!("{asset} was sold {} in the last 365 days", times(value)),
        "asset_trade_recency" => {
            ago(&format!("{asset} was last sold"), &format!("{asset} has never been sold"), value)
        }
        "asset_price_known" => {
            yes_or_no(value, &format!("a price of {asset} is known"), "no price is known of", &asset)
        }
        "asset_relative_price" if value == 0 => {
            format!("{asset} last sold for a usual price, or none is known")
        }
        "asset_relative_price" => {
            format!("{asset} last sold for {} times the usual price of its time", factor(value))
        }
        "asset_price_to_market" if value == 0 => {
            format!("the last price of {asset} is today's usual one, or unknown")
        }
        "asset_price_to_market" => {
            format!("the last price of {asset} is {} times today's usual one", factor(value))
        }
        "asset_demand_lift" => format!(
            "the attributes of {asset} were sold {} times as often as their number explains in the last 90 days",
            factor(value)
        ),
        "holder_known" => yes_or_no(value, &format!("{holder} is known"), "nobody is known to hold", &asset),
        "holder_sells_90d" => format!("{holder} sold {} in the last 90 days", assets(value)),
        "holder_sells_365d" => format!("{holder} sold {} in the last 365 days", assets(value)),
        "holder_held" => format!("{holder} held {}", assets(value)),
        "holder_act_recency" => {
            ago(&format!("{holder} last traded"), &format!("{holder} is unknown or has never traded"), value)
        }
        "is_holder" => yes_or_no(value, &format!("you hold {asset}"), "you do not hold", &asset),
        "was_holder" => {
            yes_or_no(value, &format!("you once had {asset}"), "it is not so that you once had", &asset)
        }
        "attribute_lift_sum" => {
            format!(
                "you bought the attributes of {asset} {} times as often as others do, all together",
                factor(value)
            )
        }
        "attribute_lift_max" => {
            format!(
                "you bought your favourite attribute of {asset} {} times as often as others do",
                factor(value)
            )
        }
        "price_gap" if value == 0 => format!("{asset} costs what you usually pay, or that is unknown"),
        "price_gap" => format!("{asset} costs {} times more or less than you usually pay", factor(value)),
        "holder_deals" => format!("you dealt with {holder} {}", times(value)),
        "common_partners" => {
            format!("{} traded with both you and {holder}", counted(value, "other", "others"))
        }
        "partner_bought" => format!("you dealt with earlier owners of {asset} {}", times(value)),
        _ => format!("{feature} is {value}"),
    }
}

/// The count or the counts that have this log, with commas.
fn number(value: i64) -> String {
    match log2_x16_range(value) {
        Some((low, high)) if low == high => grouped(&low.to_string()),
        Some((low, high)) => format!("{} to {}", grouped(&low.to_string()), grouped(&high.to_string())),
        None => format!("a count of log {value}"),
    }
}

fn counted(value: i64, one: &str, many: &str) -> String {
    match log2_x16_range(value) {
        Some((0, 0)) => format!("no {one}"),
        Some((1, 1)) => format!("1 {one}"),
        _ => format!("{} {many}", number(value)),
    }
}

fn assets(value: i64) -> String {
    counted(value, "asset", "assets")
}

fn days(value: i64) -> String {
    counted(value, "day", "days")
}

fn times(value: i64) -> String {
    match log2_x16_range(value) {
        Some((0, 0)) => "never".into(),
        Some((1, 1)) => "once".into(),
        _ => format!("{} times", number(value)),
    }
}

fn ago(did: &str, never: &str, value: i64) -> String {
    match log2_x16_range(value) {
        Some((low, high)) if low <= NEVER_DAYS && NEVER_DAYS <= high => never.into(),
        Some((0, 0)) => format!("{did} less than a day before"),
        _ => format!("{did} {} before", days(value)),
    }
}

/// Thousandths with a digit or two, of the least count that has this log.
fn thousandths(value: i64) -> String {
    // Far below 2^53 for any sum of money that was spent.
    log2_x16_range(value).map_or_else(|| "some".into(), |(low, _)| format!("{:.2}", low as f64 / 1e3))
}

/// 2 to the power of a log in sixteenths.
fn factor(value: i64) -> String {
    format!("{:.2}", libm::pow(2.0, value as f64 / OCTAVE))
}

fn yes_or_no(value: i64, yes: &str, no: &str, what: &str) -> String {
    if value == 0 { format!("{no} {what}") } else { yes.to_owned() }
}

#[cfg(test)]
mod tests {
    use attention_features::{FEATURES, log2_x16};

    use super::*;

    #[test]
    fn clauses_by_hand() {
        for (feature, value, want) in [
            ("user_buys_30d", log2_x16(3), "you bought 3 assets in the last 30 days"),
            ("user_buys_90d", log2_x16(1), "you bought 1 asset in the last 90 days"),
            ("user_sells_365d", 0, "you sold no asset in the last 365 days"),
            // 16·log2 of 1001 to 1023 are 159.47 to 159.98, of 981 to 1001 at least 159.
            ("user_held", 159, "you held 980 to 1,022 assets"),
            ("user_buy_recency", log2_x16(3_650), "you have never bought anything"),
            ("user_act_recency", log2_x16(5), "you last bought or sold 5 days before"),
            ("asset_trades", log2_x16(1), "asset 7 had been sold once"),
            ("asset_relative_price", 16, "asset 7 last sold for 2.00 times the usual price of its time"),
            ("price_gap", 8, "asset 7 costs 1.41 times more or less than you usually pay"),
            ("is_holder", 0, "you do not hold asset 7"),
            ("common_partners", 0, "no other traded with both you and the holder of asset 7"),
            ("other", 4, "other is 4"),
        ] {
            assert_eq!(clause(feature, value, AssetId(7)), want);
        }
    }

    #[test]
    fn every_feature_has_a_clause() {
        for feature in FEATURES {
            for value in [0, 1, 16, 53] {
                let text = clause(feature.name, value, AssetId(7));
                assert!(!text.contains(feature.name) && text.contains(' '), "{}: {text}", feature.name);
            }
        }
    }
}
