//! Intercept plus weighted encoded columns: what linear and logistic regression predict with.

use rayon::prelude::*;

use crate::blocks::{BLOCK_ROWS, Block};
use crate::codec::{Reader, Writer};
use crate::encoder::EncodedRows;
use crate::math::canonical;
use crate::{Dataset, Encoder, FeatureSchema, ModelError, Output, Parts};

/// A fitted weighted sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WeightedSum {
    pub(crate) encoder: Encoder,
    pub(crate) intercept: f64,
    /// One a column of the encoder.
    pub(crate) weights: Vec<f64>,
}

impl WeightedSum {
    /// From coefficients, the intercept first.
    pub(crate) fn new(encoder: Encoder, beta: &[f64]) -> Result<Self, ModelError> {
        if let Some(&value) = beta.iter().find(|value| !value.is_finite()) {
            return Err(ModelError::NotFinite { what: "a fitted weight", value });
        }
        let weights = beta[1..].iter().map(|&weight| canonical(weight)).collect();
        Ok(Self { encoder, intercept: canonical(beta[0]), weights })
    }

    /// The sum taken apart.
    pub(crate) fn parts(&self, output: Output) -> Parts<'_> {
        Parts::Sum { encoder: &self.encoder, intercept: self.intercept, weights: &self.weights, output }
    }

    /// The coefficients, the intercept first.
    fn beta(&self) -> Vec<f64> {
        [self.intercept].into_iter().chain(self.weights.iter().copied()).collect()
    }

    /// The sum for a row, added from left to right.
    pub(crate) fn value(&self, row: &[i64]) -> Result<f64, ModelError> {
        let mut sum = self.intercept;
        for (column, weight) in self.encoder.encode(row)?.iter().zip(&self.weights) {
            sum += weight * column;
        }
        finite(sum)
    }

    /// What each feature adds to the intercept: its columns together.
    pub(crate) fn terms(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        let encoded = self.encoder.encode(row)?;
        let term = |columns: std::ops::Range<usize>| {
            let mut sum = 0.0;
            for column in columns {
                sum += self.weights[column] * encoded[column];
            }
            sum
        };
        Ok(self.encoder.columns_of_features().into_iter().map(term).collect())
    }

    /// The sums for all rows of data of the encoder's schema, to the bit those of [`WeightedSum::value`].
    pub(crate) fn values(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        let beta = self.beta();
        let encoded = EncodedRows::once(&self.encoder, data);
        let chunks: Result<Vec<Vec<f64>>, ModelError> = data
            .chunks()
            .into_par_iter()
            .map(|rows| {
                let mut block = Block::new(self.encoder.columns());
                let mut out = Vec::with_capacity(rows.len());
                for start in rows.clone().step_by(BLOCK_ROWS) {
                    block.fill(&encoded, start..rows.end);
                    let sums = block.weighted_sums(&beta);
                    out.extend_from_slice(&sums[..block.rows().len()]);
                }
                out.iter().try_for_each(|&sum| finite(sum).map(|_| ()))?;
                Ok(out)
            })
            .collect();
        Ok(chunks?.concat())
    }

    /// `encoder ‖ intercept ‖ per column weight`.
    pub(crate) fn write(&self, out: &mut Writer) {
        self.encoder.write(out);
        for value in self.beta() {
            out.f64(value);
        }
    }

    pub(crate) fn read(schema: &FeatureSchema, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let encoder = Encoder::read(schema, input)?;
        input.room_for(encoder.columns() + 1, 8)?;
        let intercept = input.f64()?;
        let weights = (0..encoder.columns()).map(|_| input.f64()).collect::<Result<_, _>>()?;
        Ok(Self { encoder, intercept, weights })
    }
}

fn finite(sum: f64) -> Result<f64, ModelError> {
    if sum.is_finite() { Ok(sum) } else { Err(ModelError::NotFinite { what: "a margin", value: sum }) }
}
