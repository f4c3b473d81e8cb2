//! Integer features to numbers of comparable size, for the estimators that add up weighted features.
//!
//! A numeric feature becomes one normalised column, a categorical one a column for each category but none for a missing
//! value (one-hot), and each feature with missing values in the training rows one column more that is 1 where the value
//! is missing. A missing number is put at the centre, 0. Everything is measured on the training rows alone, and from exact
//! integers, so that no order of rows changes a bit, but for ranks among more than 65,536 rows.

mod rows;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codec::{Reader, Writer};
use crate::math::canonical;
use crate::{Dataset, FEATURE_ABS_MAX, FeatureKind, FeatureSchema, MISSING, ModelError, ScaleParts};

pub(crate) use rows::EncodedRows;

/// Most columns that the features of a schema may become.
pub const COLUMNS_MAX: usize = 1 << 14;
/// Knots of a quantile normalisation: equally spaced ranks from the smallest to the largest value.
const KNOTS: usize = 129;
/// Most rows that medians, quartiles and knots are taken from; of more rows, every k-th is looked at.
const RANKED_ROWS_MAX: usize = 1 << 16;
/// Half the width of a uniform distribution with variance 1: √3.
pub(crate) const UNIFORM_HALF_WIDTH: f64 = 1.732_050_807_568_877_2;

/// How numeric features are brought to one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Mean 0 and standard deviation 1.
    #[default]
    Standard,
    /// Median 0 and quartile distance 1: outliers do not move the rest.
    Robust,
    /// Rank among the training rows, spread evenly over ±√3: at the knots, 129 of them, a monotone change of the feature gives
    /// the same; between two knots it moves a value, as what lies there is interpolated, by less than a 128th of the width.
    Quantile,
}

impl Normalisation {
    /// Its name in parameters and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Robust => "robust",
            Self::Quantile => "quantile",
        }
    }

    /// Its number in model files.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Standard => 0,
            Self::Robust => 1,
            Self::Quantile => 2,
        }
    }

    /// Reads what [`Normalisation::number`] wrote.
    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        match input.u8()? {
            0 => Ok(Self::Standard),
            1 => Ok(Self::Robust),
            2 => Ok(Self::Quantile),
            other => {
                Err(input.error(format!("unknown normalisation {other}; this version knows 0, 1 and 2")))
            }
        }
    }
}

/// What becomes of one feature.
#[derive(Debug, Clone, PartialEq)]
enum Scale {
    /// `(x − centre) / spread`.
    Linear { centre: f64, spread: f64 },
    /// Interpolated between rising knots.
    Quantile { knots: Vec<i64> },
    /// One column a category.
    OneHot { levels: u16 },
}

/// The fitted encoding of all features.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoder {
    features: Vec<(Scale, bool)>,
    columns: usize,
}

impl Encoder {
    /// Measures all rows.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] above [`COLUMNS_MAX`] columns.
    pub fn measure(data: &Dataset<'_>, normalisation: Normalisation) -> Result<Self, ModelError> {
        let moments = moments(data);
        let features = (0..data.schema().len())
            .into_par_iter()
            .map(|feature| {
                let of_rows = &moments[feature];
                let scale = match data.schema().kinds()[feature] {
                    FeatureKind::Categorical { levels } => Scale::OneHot { levels },
                    FeatureKind::Numeric => match normalisation {
                        Normalisation::Standard => standard(of_rows),
                        Normalisation::Robust => robust(sorted_column(data, feature)),
                        Normalisation::Quantile => quantile(sorted_column(data, feature)),
                    },
                };
                (scale, of_rows.present < data.rows() as i128)
            })
            .collect();
        Self::of(features)
    }

    fn of(features: Vec<(Scale, bool)>) -> Result<Self, ModelError> {
        let columns = features.iter().map(|(scale, missing)| scale.width() + usize::from(*missing)).sum();
        if columns > COLUMNS_MAX {
            return Err(ModelError::TooMany { what: "encoded columns", got: columns, limit: COLUMNS_MAX });
        }
        Ok(Self { features, columns })
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The columns of each feature, in order.
    pub fn columns_of_features(&self) -> Vec<std::ops::Range<usize>> {
        let mut start = 0;
        self.features
            .iter()
            .map(|(scale, missing)| {
                let range = start..start + scale.width() + usize::from(*missing);
                start = range.end;
                range
            })
            .collect()
    }

    /// How each feature is brought to columns, and whether one more is 1 where its value is missing.
    pub fn parts(&self) -> impl Iterator<Item = (ScaleParts<'_>, bool)> {
        self.features.iter().map(|(scale, missing)| {
            let parts = match scale {
                Scale::Linear { centre, spread } => ScaleParts::Linear { centre: *centre, spread: *spread },
                Scale::Quantile { knots } => ScaleParts::Quantile { knots },
                Scale::OneHot { levels } => ScaleParts::OneHot { levels: *levels },
            };
            (parts, *missing)
        })
    }

    /// The encoded row.
    ///
    /// # Errors
    /// [`ModelError::Shape`] if the row has another number of features.
    pub fn encode(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        if row.len() != self.features.len() {
            return Err(ModelError::Shape {
                what: "features of a row",
                expected: self.features.len(),
                got: row.len(),
            });
        }
        let mut out = vec![0.0; self.columns];
        self.write_into(row, &mut out);
        Ok(out)
    }

    /// As [`Encoder::encode`], for a row that is known to be of the schema; `out` has one place a column.
    pub(crate) fn write_into(&self, row: &[i64], out: &mut [f64]) {
        let mut at = 0;
        for ((scale, missing), &value) in self.features.iter().zip(row) {
            scale.write(value, &mut out[at..at + scale.width()]);
            at += scale.width();
            if *missing {
                out[at] = if value == MISSING { 1.0 } else { 0.0 };
                at += 1;
            }
        }
    }

    /// Per feature: has it a column for missing values `u8`; for a numeric one `0 ‖ centre ‖ spread`, or `1 ‖ knots u16 ‖
    /// per knot i64`. The schema says which are categorical.
    pub(crate) fn write(&self, out: &mut Writer) {
        for (scale, missing) in &self.features {
            out.u8(u8::from(*missing));
            match scale {
                Scale::Linear { centre, spread } => {
                    out.u8(0);
                    out.f64(*centre);
                    out.f64(*spread);
                }
                Scale::Quantile { knots } => {
                    out.u8(1);
                    // At most KNOTS.
                    out.u16(knots.len() as u16);
                    for &knot in knots {
                        out.i64(knot);
                    }
                }
                Scale::OneHot { .. } => {}
            }
        }
    }

    pub(crate) fn read(schema: &FeatureSchema, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let mut features = Vec::new();
        for kind in schema.kinds() {
            let missing = match input.u8()? {
                0 => false,
                1 => true,
                other => return Err(input.error(format!("{other} is neither 0 nor 1"))),
            };
            let scale = match kind {
                FeatureKind::Categorical { levels } => Scale::OneHot { levels: *levels },
                FeatureKind::Numeric => Scale::read(input)?,
            };
            features.push((scale, missing));
        }
        Self::of(features)
    }
}

impl Scale {
    fn width(&self) -> usize {
        match self {
            Self::Linear { .. } | Self::Quantile { .. } => 1,
            Self::OneHot { levels } => usize::from(*levels),
        }
    }

    fn write(&self, value: i64, out: &mut [f64]) {
        if value == MISSING {
            return out.fill(0.0);
        }
        match self {
            Self::Linear { centre, spread } => out[0] = (value as f64 - centre) / spread,
            Self::Quantile { knots } => out[0] = position(knots, value),
            Self::OneHot { .. } => {
                for (category, slot) in out.iter_mut().enumerate() {
                    *slot = if category as i64 == value { 1.0 } else { 0.0 };
                }
            }
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        match input.u8()? {
            0 => {
                let (centre, spread) = (input.f64()?, input.f64()?);
                if spread <= 0.0 {
                    return Err(input.error(format!("spread {spread} is not positive")));
                }
                Ok(Self::Linear { centre, spread })
            }
            1 => {
                let count = usize::from(input.u16()?);
                if !(1..=KNOTS).contains(&count) {
                    return Err(input.error(format!("{count} knots, must be 1 to {KNOTS}")));
                }
                let mut knots = Vec::with_capacity(count);
                for _ in 0..count {
                    let knot = input.i64()?;
                    if knot.unsigned_abs() > FEATURE_ABS_MAX.unsigned_abs()
                        || knots.last().is_some_and(|last| *last > knot)
                    {
                        return Err(
                            input.error(format!("knot {knot} is out of range or below the one before"))
                        );
                    }
                    knots.push(knot);
                }
                Ok(Self::Quantile { knots })
            }
            other => Err(input.error(format!("unknown scale {other}; this version knows 0 and 1"))),
        }
    }
}

/// Exact sums over the values of one feature that are not missing.
#[derive(Clone, Copy, Default)]
struct Moments {
    present: i128,
    sum: i128,
    square: i128,
}

/// The sums of every feature, in one pass over the rows.
fn moments(data: &Dataset<'_>) -> Vec<Moments> {
    let columns = data.schema().len();
    let chunks: Vec<Vec<Moments>> = data
        .chunks()
        .into_par_iter()
        .map(|rows| {
            let mut chunk = vec![Moments::default(); columns];
            for row in rows {
                for (moments, &value) in chunk.iter_mut().zip(data.row(row)) {
                    if value != MISSING {
                        moments.present += 1;
                        moments.sum += i128::from(value);
                        moments.square += i128::from(value * value);
                    }
                }
            }
            chunk
        })
        .collect();
    let mut total = vec![Moments::default(); columns];
    for chunk in chunks {
        for (total, chunk) in total.iter_mut().zip(chunk) {
            total.present += chunk.present;
            total.sum += chunk.sum;
            total.square += chunk.square;
        }
    }
    total
}

/// The values of one feature that are not missing, in rising order: those of every row, or of every k-th so that they are
/// at most [`RANKED_ROWS_MAX`].
fn sorted_column(data: &Dataset<'_>, feature: usize) -> Vec<i64> {
    let step = data.rows().div_ceil(RANKED_ROWS_MAX).max(1);
    let column = (0..data.rows()).step_by(step).map(|row| data.row(row)[feature]);
    let mut sorted: Vec<i64> = column.filter(|&value| value != MISSING).collect();
    sorted.sort_unstable();
    sorted
}

/// The population's mean and standard deviation, `sqrt(n·Σx² − (Σx)²) / n`; the spread of a constant feature is 1,
/// which puts it at 0.
fn standard(moments: &Moments) -> Scale {
    let Moments { present: n, sum, square } = *moments;
    if n == 0 {
        return Scale::Linear { centre: 0.0, spread: 1.0 };
    }
    // No overflow: |x| ≤ 2^31 and n ≤ 2^32 (checked by Dataset) keep n·Σx² ≤ 2^126.
    let scaled_variance = n * square - sum * sum;
    let spread = if scaled_variance > 0 { libm::sqrt(scaled_variance as f64) / n as f64 } else { 1.0 };
    Scale::Linear { centre: canonical(sum as f64 / n as f64), spread }
}

/// Median and distance of the quartiles (nearest rank); where both quartiles are one value, half the range, or 1.
fn robust(sorted: Vec<i64>) -> Scale {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return Scale::Linear { centre: 0.0, spread: 1.0 };
    };
    // Nearest rank: the value at position ceil(n·q), from 1.
    let rank = |quarter: usize| sorted[(sorted.len() * quarter).div_ceil(4) - 1];
    let (quartiles, range) = (rank(3) - rank(1), high - low);
    let spread = match (quartiles, range) {
        (0, 0) => 1.0,
        (0, range) => range as f64 / 2.0,
        (quartiles, _) => quartiles as f64,
    };
    Scale::Linear { centre: rank(2) as f64, spread }
}

fn quantile(sorted: Vec<i64>) -> Scale {
    let Some(last) = sorted.len().checked_sub(1) else {
        return Scale::Linear { centre: 0.0, spread: 1.0 };
    };
    Scale::Quantile { knots: (0..KNOTS).map(|knot| sorted[knot * last / (KNOTS - 1)]).collect() }
}

/// Where `value` lies among rising knots, from −√3 to √3: linear between two knots; on repeated knots, in their middle.
fn position(knots: &[i64], value: i64) -> f64 {
    position_above(knots, knots.partition_point(|&knot| knot < value), value)
}

/// As [`position`], given how many knots are below `value`.
fn position_above(knots: &[i64], below: usize, value: i64) -> f64 {
    let up_to = below + knots[below..].partition_point(|&knot| knot <= value);
    let rank = if below < up_to {
        (below + up_to - 1) as f64 / 2.0
    } else if below == 0 {
        0.0
    } else if below == knots.len() {
        (knots.len() - 1) as f64
    } else {
        let (left, right) = (knots[below - 1], knots[below]);
        (below - 1) as f64 + (value - left) as f64 / (right - left) as f64
    };
    let last = (knots.len() - 1).max(1) as f64;
    (2.0 * rank / last - 1.0) * UNIFORM_HALF_WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kinds: &[FeatureKind]) -> FeatureSchema {
        FeatureSchema::typed(1, kinds.iter().enumerate().map(|(i, kind)| (format!("f{i}"), *kind)).collect())
            .unwrap()
    }

    fn measure(kinds: &[FeatureKind], values: &[i64], normalisation: Normalisation) -> Encoder {
        let labels = vec![false; values.len() / kinds.len()];
        let schema = typed(kinds);
        Encoder::measure(&Dataset::from_rows(&schema, values, &labels).unwrap(), normalisation).unwrap()
    }

    const NUMBER: FeatureKind = FeatureKind::Numeric;

    /// 1, 3 and a missing value: mean 2, deviation 1, a column for missing.
    #[test]
    fn standard_by_hand() {
        let encoder = measure(&[NUMBER], &[1, 3, MISSING], Normalisation::Standard);
        assert_eq!(encoder.encode(&[3]).unwrap(), [1.0, 0.0]);
        assert_eq!(encoder.encode(&[MISSING]).unwrap(), [0.0, 1.0]);
        assert!(matches!(encoder.encode(&[1, 2]), Err(ModelError::Shape { expected: 1, got: 2, .. })));
    }

    #[test]
    fn largest_values_do_not_overflow() {
        let encoder = measure(&[NUMBER], &[-FEATURE_ABS_MAX, FEATURE_ABS_MAX], Normalisation::Standard);
        assert_eq!(encoder.encode(&[FEATURE_ABS_MAX]).unwrap(), [1.0]);
    }

    #[test]
    fn categories_are_one_hot() {
        let encoder = measure(
            &[FeatureKind::Categorical { levels: 3 }, NUMBER],
            &[0, 5, 2, 5],
            Normalisation::Standard,
        );
        assert_eq!(encoder.columns_of_features(), [0..3, 3..4]);
        // A constant number is 0; a category that is missing sets none.
        assert_eq!(encoder.encode(&[2, 5]).unwrap(), [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(encoder.encode(&[MISSING, 5]).unwrap(), [0.0, 0.0, 0.0, 0.0]);
    }

    /// 1, 2, 3, 4, 100: quartiles at ranks ceil(1.25) = 2 and ceil(3.75) = 4, median 3.
    #[test]
    fn robust_by_hand() {
        let encoder = measure(&[NUMBER], &[100, 1, 3, 2, 4], Normalisation::Robust);
        assert_eq!(encoder.encode(&[100]).unwrap(), [48.5]);
        // Both quartiles 0: half the range, 5.
        let encoder = measure(&[NUMBER], &[0, 0, 0, 0, 10], Normalisation::Robust);
        assert_eq!(encoder.encode(&[10]).unwrap(), [2.0]);
    }

    /// Knots of 0, 1, …, 128 are the values themselves, so 64 is in the middle and 96 half way up.
    #[test]
    fn quantile_by_hand() {
        let values: Vec<i64> = (0..129).collect();
        let encoder = measure(&[NUMBER], &values, Normalisation::Quantile);
        let at = |value| encoder.encode(&[value]).unwrap()[0];
        assert_eq!(
            (at(64), at(0), at(-7), at(500)),
            (0.0, -UNIFORM_HALF_WIDTH, -UNIFORM_HALF_WIDTH, UNIFORM_HALF_WIDTH)
        );
        assert!((at(96) - UNIFORM_HALF_WIDTH / 2.0).abs() < 1e-15);
        let constant = measure(&[NUMBER], &[5, 5, 5], Normalisation::Quantile);
        assert_eq!(constant.encode(&[5]).unwrap(), [0.0]);
        // Between the knots 0 and 10 of two values.
        let two = measure(&[NUMBER], &[0, 10], Normalisation::Quantile);
        assert!(two.encode(&[5]).unwrap()[0] < two.encode(&[6]).unwrap()[0]);
    }

    #[test]
    fn empty_data_are_no_problem() {
        for normalisation in [Normalisation::Standard, Normalisation::Robust, Normalisation::Quantile] {
            assert_eq!(measure(&[NUMBER], &[], normalisation).encode(&[7]).unwrap(), [7.0]);
        }
    }

    #[test]
    fn bytes_are_read_back() {
        let kinds = [NUMBER, FeatureKind::Categorical { levels: 2 }];
        for normalisation in [Normalisation::Standard, Normalisation::Robust, Normalisation::Quantile] {
            let encoder = measure(&kinds, &[1, 0, 4, 1, MISSING, MISSING], normalisation);
            let mut out = Writer::default();
            encoder.write(&mut out);
            let mut input = Reader::new(&out.0);
            assert_eq!(
                Encoder::read(&typed(&kinds), &mut input).unwrap(),
                encoder,
                "{}",
                normalisation.name()
            );
        }
    }
}
