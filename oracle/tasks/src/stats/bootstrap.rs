//! Resampling by counter RNG: resample number r of a seed is the same whoever draws it and in what order.

use attention_model::CounterRng;

use super::Interval;

/// Most resamples of a run.
pub const RESAMPLES_MAX: u32 = 100_000;

/// One bootstrap resample of `units`: how often each is drawn (Efron 1979).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resample {
    /// Draws of each unit; their sum is the number of units.
    pub counts: Vec<u32>,
}

impl Resample {
    /// Resample `number` of the stream.
    pub fn draw(rng: CounterRng, number: u32, units: usize) -> Self {
        let mut counts = vec![0u32; units];
        let first = u64::from(number) * units as u64;
        for draw in 0..units as u64 {
            // Below `units`, so within the vector.
            counts[rng.below(first + draw, units as u64) as usize] += 1;
        }
        Self { counts }
    }
}

/// The element of rank `ceil(n · q)` (at least 1, at most n) of values in rising order, q in millionths; `None` if there is none.
pub fn nearest_rank(sorted: &[f64], q_ppm: u32) -> Option<f64> {
    // Whole numbers: in floating point .025 · 40 is more than 1.
    let rank = (sorted.len() as u128 * u128::from(q_ppm)).div_ceil(1_000_000).max(1) as usize;
    sorted.get(rank.min(sorted.len()).checked_sub(1)?).copied()
}

/// The percentile interval of replicates (Efron and Tibshirani 1993, chapter 13): what lies between their quantiles, by nearest
/// rank. `None` for fewer than 2 replicates.
pub fn percentile_interval(mut replicates: Vec<f64>, level: f64) -> Option<Interval> {
    if replicates.len() < 2 {
        return None;
    }
    replicates.sort_by(f64::total_cmp);
    // At most half a million.
    let tail_ppm = libm::rint((0.5 - 0.5 * level).clamp(0.0, 0.5) * 1e6) as u32;
    let at = |q_ppm| nearest_rank(&replicates, q_ppm);
    Some(Interval { low: at(tail_ppm)?, high: at(1_000_000 - tail_ppm)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_by_hand() {
        let values: Vec<f64> = (1..=40).map(f64::from).collect();
        // ceil(40 · .025) = 1, ceil(40 · .975) = 39.
        assert_eq!(percentile_interval(values.clone(), 0.95), Some(Interval { low: 1.0, high: 39.0 }));
        assert_eq!(nearest_rank(&values, 500_000), Some(20.0));
        assert_eq!(nearest_rank(&values, 0), Some(1.0));
        assert_eq!(nearest_rank(&[], 500_000), None);
        assert_eq!(percentile_interval(vec![1.0], 0.95), None);
    }

    #[test]
    fn a_resample_draws_as_many_as_there_are() {
        let rng = CounterRng::new(7, 1);
        let draw = Resample::draw(rng, 3, 1_000);
        assert_eq!(draw.counts.iter().sum::<u32>(), 1_000);
        assert_eq!(draw, Resample::draw(rng, 3, 1_000));
        assert_ne!(draw, Resample::draw(rng, 4, 1_000));
        // e^-1 of the units is expected to be left out: 368 ± 16.
        let left_out = draw.counts.iter().filter(|&&count| count == 0).count();
        assert!((320..420).contains(&left_out), "{left_out}");
        assert_eq!(Resample::draw(rng, 0, 0).counts.len(), 0);
    }
}
