//! How good predictions were, summed sale by sale.

use serde::Serialize;

use super::follow::Distance;

/// Quality on some sales.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceQuality {
    /// Sales predicted.
    pub rows: u64,
    /// Mean |ln price − ln predicted|, nats.
    pub mae_log: f64,
    /// Square root of the mean square of the same, nats.
    pub rmse_log: f64,
    /// `mae_log` of predicting the market's level, the 7-day median ([`super::LEVEL_DAYS`]), for every asset.
    pub baseline_mae_log: f64,
    /// `1 − mae_log / baseline_mae_log`.
    pub gain: f64,
    /// Share of the prices within their interval.
    pub interval_coverage: f64,
    /// Mean length of the intervals, nats.
    pub interval_length_log: f64,
}

/// Sums over sales, in micro-nats: exact integers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) rows: u64,
    absolute: u64,
    squares: u128,
    baseline: u64,
    covered: u64,
    length: u64,
}

impl Sums {
    /// Adds a sale: its distance from the level, and the predicted one.
    pub(crate) fn add(&mut self, actual: i64, predicted: Distance) {
        // At most 10^6 sales; distances below 2^28: no sum overflows.
        let error = actual.abs_diff(predicted.point);
        self.rows += 1;
        self.absolute += error;
        self.squares += u128::from(error) * u128::from(error);
        self.baseline += actual.unsigned_abs();
        self.covered += u64::from((predicted.low..=predicted.high).contains(&actual));
        self.length += predicted.high.abs_diff(predicted.low);
    }

    pub(crate) fn quality(&self) -> PriceQuality {
        let rows = self.rows.max(1) as f64;
        let mean = |sum: u64| sum as f64 / rows / 1e6;
        let (mae_log, baseline_mae_log) = (mean(self.absolute), mean(self.baseline));
        PriceQuality {
            rows: self.rows,
            mae_log,
            rmse_log: libm::sqrt(self.squares as f64 / rows) / 1e6,
            baseline_mae_log,
            gain: if self.baseline == 0 { 0.0 } else { 1.0 - mae_log / baseline_mae_log },
            interval_coverage: self.covered as f64 / rows,
            interval_length_log: mean(self.length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors 3, −1 nats; baseline 2, 4: MAE 2, RMSE sqrt(5), baseline 3, gain 1/3; the first is missed; lengths 3, 2.
    #[test]
    fn quality_by_hand() {
        let mut sums = Sums::default();
        let nats = 1_000_000;
        sums.add(2 * nats, Distance { point: -nats, low: -2 * nats, high: nats });
        sums.add(-4 * nats, Distance { point: -3 * nats, low: -5 * nats, high: -3 * nats });
        let quality = sums.quality();
        assert_eq!((quality.mae_log, quality.baseline_mae_log, quality.interval_coverage), (2.0, 3.0, 0.5));
        assert!((quality.rmse_log - 5f64.sqrt()).abs() < 1e-12);
        assert!((quality.gain - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(quality.interval_length_log, 2.5);
    }
}
