//! Outliers by median and median absolute deviation, in integers, on a scale of logarithms.

use crate::{EventCleaningRules, log2_x16};

/// [`log2_x16`] is below this.
const BUCKETS: usize = 2_048;
const PPM: u128 = 1_000_000;

/// How values of one kind are spread: their logarithms, counted. It takes the same memory for any number of values,
/// and does not depend on their order.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    counts: Vec<u64>,
    values: u64,
}

/// Between which values nothing is an outlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The lower median, rounded down by less than a sixteenth of an octave.
    pub median: u128,
    /// The lower median of the distances from it, at least the rules' minimum, in sixteenths of an octave.
    pub deviation_x16: u64,
    /// The smallest value that is no outlier.
    pub low: u128,
    /// The largest value that is no outlier.
    pub high: u128,
}

impl Bounds {
    pub(super) fn is_outlier(&self, value: u128) -> bool {
        !(self.low..=self.high).contains(&value)
    }
}

impl Default for Spread {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], values: 0 }
    }
}

impl Spread {
    pub(super) fn add(&mut self, value: u128) {
        self.counts[bucket(value)] += 1;
        self.values += 1;
    }

    /// How many values were added.
    pub(super) fn values(&self) -> u64 {
        self.values
    }

    /// `None` with fewer values than the rules ask for.
    pub(super) fn bounds(&self, rules: &EventCleaningRules) -> Option<Bounds> {
        if self.values == 0 || self.values < rules.outlier_values_min {
            return None;
        }
        let centre = lower_median(self.values, self.counts.iter().copied().enumerate())?;
        let distances = (0..BUCKETS).map(|distance| {
            let at = |bucket: Option<usize>| bucket.and_then(|bucket| self.counts.get(bucket)).unwrap_or(&0);
            let below = if distance == 0 { 0 } else { *at(centre.checked_sub(distance)) };
            (distance, below + at(centre.checked_add(distance)))
        });
        let deviation = lower_median(self.values, distances)? as u64;
        let deviation_x16 = deviation.max(rules.outlier_deviation_min_x16);
        let reach = u128::from(rules.outlier_threshold_ppm) * u128::from(deviation_x16) / PPM;
        let reach = usize::try_from(reach).unwrap_or(BUCKETS).min(BUCKETS);
        let low = centre - reach.min(centre);
        let high = match centre + reach + 1 {
            above if above < BUCKETS => smallest_in(above) - 1, // above is at least 1: never empty below
            _ => u128::MAX,
        };
        Some(Bounds { median: smallest_in(centre), deviation_x16, low: smallest_in(low), high })
    }
}

/// The key of rank `ceil(n/2)` among `n` counted keys in rising order.
fn lower_median(n: u64, counted: impl Iterator<Item = (usize, u64)>) -> Option<usize> {
    let rank = n.div_ceil(2);
    let mut seen = 0;
    for (key, count) in counted {
        seen += count;
        if seen >= rank {
            return Some(key);
        }
    }
    None
}

fn bucket(value: u128) -> usize {
    // Between 0 and 2047 by its definition.
    log2_x16(value).unsigned_abs() as usize
}

/// The smallest value whose logarithm is at least `wanted`: they never fall.
fn smallest_in(wanted: usize) -> u128 {
    let (mut low, mut high) = (0, u128::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if bucket(middle) >= wanted {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: impl IntoIterator<Item = u128>) -> Spread {
        let mut spread = Spread::default();
        values.into_iter().for_each(|value| spread.add(value));
        spread
    }

    #[test]
    fn values_of_a_logarithm_by_search() {
        // 16·log2(1 + x): 0 → 0, 1 → 16, 2 → 25.4, 3 → 32.
        assert_eq!([0, 1, 16, 17, 25, 26, 32].map(smallest_in), [0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(smallest_in(1_600), (1 << 100) - 1);
        for wanted in 0..BUCKETS {
            let value = smallest_in(wanted);
            assert!(bucket(value) >= wanted && (value == 0 || bucket(value - 1) < wanted), "{wanted}");
        }
    }

    /// Seven values 2^k − 1 have the logarithms 16·k: 16, 32, 48, 64, 80, 96, 320. The median is 64 (15), the distances are
    /// 48, 32, 16, 0, 16, 32, 256, their median 32: bounds at two deviations are 0 and 128 (the values 0 and up to 2^8 − 1,
    /// plus what lies below the next sixteenth: 2^(129/16) − 1 = 266.4).
    #[test]
    fn bounds_by_hand() {
        let values = [1, 2, 3, 4, 5, 6, 20].map(|k| (1u128 << k) - 1);
        let rules = EventCleaningRules {
            outlier_threshold_ppm: 2_000_000,
            outlier_values_min: 7,
            ..EventCleaningRules::default()
        };
        let bounds = spread(values).bounds(&rules).unwrap();
        assert_eq!(bounds, Bounds { median: 15, deviation_x16: 32, low: 0, high: 266 });
        assert!(bounds.is_outlier(267) && !bounds.is_outlier(266) && !bounds.is_outlier(0));
        let more = EventCleaningRules { outlier_values_min: 8, ..rules.clone() };
        assert_eq!(spread(values).bounds(&more), None);
        // A threshold of one and a half: 64 ± 48: from 1 (16) on, up to below 2^(113/16) − 1 = 132.7.
        let closer = EventCleaningRules { outlier_threshold_ppm: 1_500_000, ..rules };
        let bounds = spread(values).bounds(&closer).unwrap();
        assert_eq!((bounds.low, bounds.high), (1, 132));
    }

    /// All equal: no deviation, so the rules' minimum of half an octave stands; six of them are three octaves: 16 + 48 = 64,
    /// below 2^(65/16) − 1 = 15.7.
    #[test]
    fn equal_values_have_neighbours() {
        let rules = EventCleaningRules::default();
        let bounds = spread([1; 100]).bounds(&rules).unwrap();
        assert_eq!(bounds, Bounds { median: 1, deviation_x16: 8, low: 0, high: 15 });
        let bounds = spread([u128::MAX; 100]).bounds(&rules).unwrap();
        assert_eq!(bounds.high, u128::MAX);
    }
}
