//! A price that follows demand: the model's price, moved by the asset's attention within bounds, a bounded step an epoch.
//!
//! Money code: integers in wei, checked, every division floored.

use serde::{Deserialize, Serialize};

use super::units::multiply_divide;
use crate::TaskError;

/// One in ppm.
const MILLION: u32 = 1_000_000;
/// Largest factor, ppm: ten times the model's price.
const FACTOR_PPM_MAX: u32 = 10 * MILLION;

/// How attention moves a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamicPricing {
    /// Factor at an attention score of 0, ppm: 1 to `factor_max_ppm`.
    pub factor_min_ppm: u32,
    /// Factor at the full score of 1,000,000, ppm: at most 10,000,000.
    pub factor_max_ppm: u32,
    /// Largest change from the price of the epoch before, ppm of it: 1 to 1,000,000. Not above the contract's
    /// `price_change_max_ppm`, which would refuse the price.
    pub change_max_ppm: u32,
}

impl Default for DynamicPricing {
    fn default() -> Self {
        Self { factor_min_ppm: 900_000, factor_max_ppm: 1_200_000, change_max_ppm: 100_000 }
    }
}

impl DynamicPricing {
    /// Checks every bound.
    ///
    /// # Errors
    /// [`TaskError::Range`] naming the first that is out of range.
    pub fn check(&self) -> Result<(), TaskError> {
        for (name, value, most, range) in [
            ("factor_max_ppm", self.factor_max_ppm, FACTOR_PPM_MAX, "1 to 10000000"),
            ("factor_min_ppm", self.factor_min_ppm, self.factor_max_ppm, "1 to factor_max_ppm"),
            ("change_max_ppm", self.change_max_ppm, MILLION, "1 to 1000000"),
        ] {
            if !(1..=most).contains(&value) {
                return Err(TaskError::Range { name, value: value.to_string(), range });
            }
        }
        Ok(())
    }

    /// The factor of a score, ppm: `min + floor((max − min) · score / 10^6)`.
    ///
    /// # Errors
    /// As [`DynamicPricing::check`]; [`TaskError::Range`] for a score above 1,000,000.
    pub fn factor_ppm(&self, score_ppm: u32) -> Result<u32, TaskError> {
        self.check()?;
        let out_of_range = || TaskError::Range {
            name: "attention score in ppm",
            value: score_ppm.to_string(),
            range: "0 to 1000000",
        };
        if score_ppm > MILLION {
            return Err(out_of_range());
        }
        let span = u64::from(self.factor_max_ppm.checked_sub(self.factor_min_ppm).ok_or_else(out_of_range)?);
        // At most 10^7 · 10^6.
        let rise = span * u64::from(score_ppm) / u64::from(MILLION);
        u32::try_from(rise)
            .ok()
            .and_then(|rise| self.factor_min_ppm.checked_add(rise))
            .ok_or_else(out_of_range)
    }

    /// The price of an epoch in wei: `floor(model price · factor / 10^6)`, but not further than
    /// `max(floor(previous · change_max_ppm / 10^6), 1)` from the price of the epoch before, if there was one; 0 is none. The
    /// step of 1 wei lets a price that is too small for its share move at all; the contract, whose share grows with the epochs
    /// since the last price it took, takes it once that share is a wei.
    ///
    /// # Errors
    /// As [`DynamicPricing::factor_ppm`]; [`TaskError::Range`] if the price does not fit in 128 bits.
    pub fn price_wei(
        &self,
        model_price_wei: u128,
        score_ppm: u32,
        previous_wei: Option<u128>,
    ) -> Result<u128, TaskError> {
        let too_large = |value: u128| TaskError::Range {
            name: "dynamic price in wei",
            value: format!("{value} times its factor"),
            range: "below 2^128",
        };
        let factor = u128::from(self.factor_ppm(score_ppm)?);
        let million = u128::from(MILLION);
        let wanted =
            multiply_divide(model_price_wei, factor, million).ok_or_else(|| too_large(model_price_wei))?;
        let Some(previous) = previous_wei.filter(|previous| *previous > 0) else { return Ok(wanted) };
        let step = multiply_divide(previous, u128::from(self.change_max_ppm), million)
            .ok_or_else(|| too_large(previous))?
            .max(1);
        let lowest = previous.checked_sub(step).ok_or_else(|| too_large(previous))?;
        // Above 2^128 nothing is wanted, so there is nothing to hold back.
        let held = previous.checked_add(step).map_or(wanted, |highest| wanted.min(highest));
        Ok(held.max(lowest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.9 + 0.3 · 0.5 = 1.05.
    #[test]
    fn factors_by_hand() {
        let rule = DynamicPricing::default();
        assert_eq!(rule.factor_ppm(0).unwrap(), 900_000);
        assert_eq!(rule.factor_ppm(500_000).unwrap(), 1_050_000);
        assert_eq!(rule.factor_ppm(1_000_000).unwrap(), 1_200_000);
        // 300,000 · 1 / 10^6 = 0.3
        assert_eq!(rule.factor_ppm(1).unwrap(), 900_000);
        assert!(rule.factor_ppm(1_000_001).unwrap_err().to_string().contains("is 1000001"));
    }

    #[test]
    fn prices_by_hand() {
        let rule = DynamicPricing::default();
        let price = |model, score, previous| rule.price_wei(model, score, previous).unwrap();
        assert_eq!(price(1_001, 500_000, None), 1_051); // 1051.05
        assert_eq!(price(1_000, 0, Some(950)), 900);
        assert_eq!(price(1_000, 0, Some(1_019)), 918); // 1019 − floor(101.9)
        assert_eq!(price(1_000, 1_000_000, Some(1_000)), 1_100);
        assert_eq!(price(1_000, 1_000_000, Some(1_095)), 1_200); // up to 1095 + 109
        assert_eq!(price(0, 0, Some(5)), 4); // floor(0.5), but at least 1
        assert_eq!(price(0, 0, Some(1)), 0);
        assert_eq!(price(1_000, 0, Some(9)), 10);
        assert_eq!(price(1_000, 0, Some(0)), 900); // no price before
        assert_eq!(
            price(u128::MAX, 0, None),
            u128::MAX / 1_000_000 * 900_000 + u128::MAX % 1_000_000 * 900_000 / 1_000_000
        );
        assert!(rule.price_wei(u128::MAX, 1_000_000, None).is_err());
        assert_eq!(price(u128::MAX / 2, 1_000_000, Some(u128::MAX)), u128::MAX - u128::MAX / 10);
    }

    #[test]
    fn bounds_are_checked() {
        let good = DynamicPricing::default();
        for (rule, name) in [
            (DynamicPricing { factor_min_ppm: 0, ..good.clone() }, "factor_min_ppm is 0"),
            (DynamicPricing { factor_min_ppm: 1_200_001, ..good.clone() }, "factor_min_ppm is 1200001"),
            (DynamicPricing { factor_max_ppm: 10_000_001, ..good.clone() }, "factor_max_ppm is 10000001"),
            (DynamicPricing { change_max_ppm: 0, ..good.clone() }, "change_max_ppm is 0"),
        ] {
            assert!(rule.check().unwrap_err().to_string().contains(name));
            assert!(rule.price_wei(1, 0, None).is_err());
        }
    }
}
