//! What every fitted model remembers of its training data.

use crate::codec::{Reader, Writer};
use crate::math::laplace_logit;
use crate::{Dataset, FeatureKind, FeatureSchema, ModelError, TargetKind};

/// Features, target and number of rows that a model was fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedOn {
    /// The features.
    pub schema: FeatureSchema,
    /// The target.
    pub target: TargetKind,
    /// How many rows.
    pub rows: u64,
}

impl TrainedOn {
    /// That of a data set.
    pub fn of(data: &Dataset<'_>) -> Self {
        Self { schema: data.schema().clone(), target: data.target_kind(), rows: data.rows() as u64 }
    }

    /// Rows labelled 1; 0 for a real target.
    pub fn positives(&self) -> u64 {
        match self.target {
            TargetKind::Binary { positives } => positives,
            TargetKind::Real { .. } => 0,
        }
    }

    /// An error at the reader's place unless the target is binary.
    pub(crate) fn expect_binary(&self, input: &Reader<'_>) -> Result<(), ModelError> {
        match self.target {
            TargetKind::Binary { .. } => Ok(()),
            TargetKind::Real { .. } => {
                Err(input.error("a model of this kind has a binary target, not a real one"))
            }
        }
    }

    /// The prediction for somebody without history: ln((positives + 1) / (negatives + 1)), Laplace's rule of
    /// succession, for a binary target; the mean for a real one.
    pub fn prior_margin(&self) -> f64 {
        match self.target {
            TargetKind::Binary { positives } => laplace_logit(self.rows, positives),
            TargetKind::Real { mean } => mean,
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.u32(self.schema.version());
        // FEATURES_MAX and NAME_BYTES_MAX keep both lengths below 2^16.
        out.u16(self.schema.len() as u16);
        for (name, kind) in self.schema.names().iter().zip(self.schema.kinds()) {
            out.u16(name.len() as u16);
            out.bytes(name.as_bytes());
            out.u16(match kind {
                FeatureKind::Numeric => 0,
                FeatureKind::Categorical { levels } => *levels,
            });
        }
        out.u64(self.rows);
        match self.target {
            TargetKind::Binary { positives } => {
                out.u8(0);
                out.u64(positives);
            }
            TargetKind::Real { mean } => {
                out.u8(1);
                out.f64(mean);
            }
        }
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let version = input.u32()?;
        let count = input.u16()?;
        let mut features = Vec::new();
        for _ in 0..count {
            let len = input.u16()?;
            let name = String::from_utf8(input.bytes(usize::from(len))?.to_vec())
                .map_err(|_| input.error("a feature name is not UTF-8"))?;
            let kind = match input.u16()? {
                0 => FeatureKind::Numeric,
                levels => FeatureKind::Categorical { levels },
            };
            features.push((name, kind));
        }
        let schema = FeatureSchema::typed(version, features)?;
        let rows = input.u64()?;
        let target = match input.u8()? {
            0 => {
                let positives = input.u64()?;
                if positives > rows {
                    return Err(input.error(format!("{positives} positives among {rows} rows")));
                }
                TargetKind::Binary { positives }
            }
            1 => TargetKind::Real { mean: input.f64()? },
            other => {
                return Err(
                    input.error(format!("unknown kind of target {other}; this version knows 0 and 1"))
                );
            }
        };
        Ok(Self { schema, target, rows })
    }
}
