//! The rows of a data set as an encoder sees them, for fits that go over them again and again.

use rayon::prelude::*;

use crate::dataset::CHUNK_ROWS;
use crate::{Dataset, Encoder, MISSING};

use super::{Scale, position_above};

/// Most positions among knots that are kept: a gigabyte.
const POSITIONS_MAX: usize = 1 << 27;

/// Data with the encoder of their schema.
pub(crate) struct EncodedRows<'a> {
    encoder: &'a Encoder,
    data: &'a Dataset<'a>,
    /// Of the features on a quantile scale, in order.
    finders: Vec<Finder<'a>>,
    /// Per row what each finder gives, looked up once for all passes; empty if that is not wanted or too much.
    positions: Vec<f64>,
}

impl<'a> EncodedRows<'a> {
    /// For many passes: looks up at once what every one would.
    pub(crate) fn new(encoder: &'a Encoder, data: &'a Dataset<'a>) -> Self {
        let mut rows = Self::once(encoder, data);
        // Below 2^42: both factors are limited.
        let count = rows.finders.len() * data.rows();
        if (1..=POSITIONS_MAX).contains(&count) {
            let mut positions = vec![0.0; count];
            let of_row = rows.finders.len();
            positions.par_chunks_mut(CHUNK_ROWS * of_row).enumerate().for_each(|(chunk, places)| {
                for (row, places) in places.chunks_exact_mut(of_row).enumerate() {
                    let values = data.row(chunk * CHUNK_ROWS + row);
                    for (slot, finder) in places.iter_mut().zip(&rows.finders) {
                        *slot = finder.column(values[finder.feature]);
                    }
                }
            });
            rows.positions = positions;
        }
        rows
    }

    /// For a single pass.
    pub(crate) fn once(encoder: &'a Encoder, data: &'a Dataset<'a>) -> Self {
        let features = encoder.features.iter().enumerate();
        let finders = features.filter_map(|(feature, (scale, _))| match scale {
            Scale::Quantile { knots } => Some(Finder::new(feature, knots)),
            Scale::Linear { .. } | Scale::OneHot { .. } => None,
        });
        Self { encoder, data, finders: finders.collect(), positions: Vec::new() }
    }

    pub(crate) fn data(&self) -> &'a Dataset<'a> {
        self.data
    }

    pub(crate) fn encoder(&self) -> &'a Encoder {
        self.encoder
    }

    /// Encodes several rows: column c of the i-th one of `rows` goes to `out[c · stride + i]`, to the last bit what
    /// [`Encoder::encode`] gives.
    pub(crate) fn write_columns(&self, rows: &[usize], stride: usize, out: &mut [f64]) {
        let (mut at, mut quantile) = (0, 0);
        for (feature, (scale, missing)) in self.encoder.features.iter().enumerate() {
            let values = rows.iter().map(|&row| self.data.row(row)[feature]);
            let column = at * stride;
            match scale {
                Scale::Linear { centre, spread } => {
                    for (slot, value) in out[column..].iter_mut().zip(values.clone()) {
                        *slot = if value == MISSING { 0.0 } else { (value as f64 - centre) / spread };
                    }
                }
                Scale::Quantile { .. } => {
                    let slots = out[column..].iter_mut();
                    if self.positions.is_empty() {
                        let finder = &self.finders[quantile];
                        slots.zip(values.clone()).for_each(|(slot, value)| *slot = finder.column(value));
                    } else {
                        let at = |row: usize| self.positions[row * self.finders.len() + quantile];
                        slots.zip(rows).for_each(|(slot, &row)| *slot = at(row));
                    }
                    quantile += 1;
                }
                Scale::OneHot { levels } => {
                    out[column..column + usize::from(*levels) * stride].fill(0.0);
                    for (index, value) in values.clone().enumerate() {
                        if value != MISSING {
                            out[column + value as usize * stride + index] = 1.0;
                        }
                    }
                }
            }
            at += scale.width();
            if *missing {
                for (slot, value) in out[at * stride..].iter_mut().zip(values) {
                    *slot = if value == MISSING { 1.0 } else { 0.0 };
                }
                at += 1;
            }
        }
    }
}

/// Finds values among the knots of a feature: a table tells which few knots are near.
struct Finder<'a> {
    feature: usize,
    knots: &'a [i64],
    low: i64,
    shift: u32,
    /// How many knots are below the beginning of each bucket of `2^shift` values from `low` on.
    starts: Vec<u8>,
}

/// Buckets of a finder.
const BUCKETS: u32 = 1024;

impl<'a> Finder<'a> {
    fn new(feature: usize, knots: &'a [i64]) -> Self {
        let (low, high) = (knots.first().copied().unwrap_or(0), knots.last().copied().unwrap_or(0));
        // Below 2^33, as values are within ±2^31.
        let range = (high - low).unsigned_abs();
        let shift = (u64::BITS - range.leading_zeros()).saturating_sub(BUCKETS.ilog2());
        let below = |bucket: u32| {
            let start = low + (i64::from(bucket) << shift);
            // At most KNOTS = 129.
            knots.partition_point(|&knot| knot < start) as u8
        };
        Self { feature, knots, low, shift, starts: (0..=BUCKETS).map(below).collect() }
    }

    /// The encoded column of a value.
    fn column(&self, value: i64) -> f64 {
        if value == MISSING {
            return 0.0;
        }
        let below = if value < self.low {
            0
        } else {
            let bucket = ((value - self.low) >> self.shift).min(i64::from(BUCKETS) - 1) as usize;
            let start = usize::from(self.starts[bucket]);
            let end = if bucket + 1 == BUCKETS as usize {
                self.knots.len()
            } else {
                usize::from(self.starts[bucket + 1])
            };
            start + self.knots[start..end].partition_point(|&knot| knot < value)
        };
        position_above(self.knots, below, value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::position;
    use super::*;
    use crate::{CounterRng, FEATURE_ABS_MAX};

    /// The table finds what a search over all knots does: knots even, heavily repeated, far apart, one.
    #[test]
    fn a_finder_finds_the_same() {
        let rng = CounterRng::new(3, 0);
        let mut tables: Vec<Vec<i64>> = vec![
            (0..129).collect(),
            vec![7],
            vec![5; 129],
            vec![-FEATURE_ABS_MAX, 0, FEATURE_ABS_MAX],
            (0..129).map(|knot: i64| (knot - 60).max(0).pow(4)).collect(),
        ];
        let mut random: Vec<i64> = (0..129).map(|index| rng.below(index, 1 << 24) as i64).collect();
        random.sort_unstable();
        tables.push(random);
        for knots in &tables {
            let finder = Finder::new(0, knots);
            let near = knots.iter().flat_map(|knot| [knot - 1, *knot, knot + 1]);
            let far = [-FEATURE_ABS_MAX, FEATURE_ABS_MAX, 0];
            let others = (0..500).map(|index| rng.below(1_000 + index, 1 << 33) as i64 - FEATURE_ABS_MAX);
            for value in near.chain(far).chain(others) {
                assert_eq!(
                    finder.column(value).to_bits(),
                    position(knots, value).to_bits(),
                    "{value} in {knots:?}"
                );
            }
        }
        assert_eq!(Finder::new(0, &tables[0]).column(MISSING), 0.0);
    }
}
