//! Several models of one quantile, fitted from different seeds, and their mean.
//!
//! Each tree sees a sample of the sales and of the features. On some thousand sales the luck of these draws moves the error by
//! more than most choices do; the mean of several fits takes it away (bagging, Breiman 1996).

use attention_model::{CounterRng, Dataset, Fit, Model, Objective, ParamGuard, Predict};
use rayon::prelude::*;

use super::params::{MEMBERS_MAX, PriceParams};
use crate::TaskError;

/// Stream of the members' seeds.
const SEED_STREAM: u64 = 0;
/// One in ppm.
const MILLION: u32 = 1_000_000;

/// Models whose mean is predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    members: Vec<Model>,
}

impl Ensemble {
    /// Puts models together.
    ///
    /// # Errors
    /// [`TaskError::Range`] if there is none or more than [`MEMBERS_MAX`].
    pub fn new(members: Vec<Model>) -> Result<Self, TaskError> {
        if !(1..=MEMBERS_MAX as usize).contains(&members.len()) {
            let value = members.len().to_string();
            return Err(TaskError::Range { name: "the number of members", value, range: "1 to 64" });
        }
        Ok(Self { members })
    }

    /// The models.
    pub fn members(&self) -> &[Model] {
        &self.members
    }

    /// The mean of what the members predict for a row, in nats: summed in their order, so that it is the same everywhere.
    ///
    /// # Errors
    /// [`TaskError::Model`] if the row is none of theirs.
    pub fn margin(&self, row: &[i64]) -> Result<f64, TaskError> {
        let mut sum = 0.0;
        for member in &self.members {
            sum += member.margin(row)?;
        }
        Ok(sum / self.members.len() as f64)
    }
}

/// Fits the ensembles of the low quantile, the median and the high one.
pub(crate) fn fit(data: &Dataset<'_>, params: &PriceParams) -> Result<[Ensemble; 3], TaskError> {
    let miss = params.interval.miss_ppm;
    let low = Objective::Quantile { ppm: miss };
    // The rules hold the miss below a million.
    let high = Objective::Quantile { ppm: MILLION - miss };
    let seeds = CounterRng::new(params.seed, SEED_STREAM);
    let all: Vec<(Objective, u64)> = [low, Objective::AbsoluteError, high]
        .into_iter()
        .flat_map(|objective| (0..u64::from(params.members)).map(move |member| (objective, seeds.at(member))))
        .collect();
    // Each fit is the same on any number of threads, and they are collected in order.
    let fitted = all
        .into_par_iter()
        .map(|(objective, seed)| Ok(Model::Gbdt(params.boosting(objective, seed).check()?.fit(data)?)))
        .collect::<Result<Vec<_>, TaskError>>()?;
    let mut rest = fitted.into_iter();
    let mut next = || Ensemble::new(rest.by_ref().take(params.members as usize).collect());
    Ok([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use attention_model::{FeatureSchema, PriorModel, Target};

    use super::*;

    /// Models that know the mean of their targets alone: 1, 2 and 6; their mean is 3.
    #[test]
    fn the_mean_by_hand() {
        let schema = FeatureSchema::new(1, vec!["a".into()]).unwrap();
        let prior = |targets: &[f64]| {
            let values = vec![0; targets.len()];
            let data = Dataset::rows_with_target(&schema, &values, Target::Real(targets)).unwrap();
            Model::Prior(PriorModel::measure(&data))
        };
        let ensemble = Ensemble::new(vec![prior(&[1.0]), prior(&[1.5, 2.5]), prior(&[6.0])]).unwrap();
        assert_eq!(ensemble.margin(&[0]).unwrap(), 3.0);
        assert!(ensemble.margin(&[0, 0]).is_err());
        assert!(Ensemble::new(Vec::new()).unwrap_err().to_string().contains("members is 0"));
        assert!(Ensemble::new(vec![prior(&[1.0]); 64]).is_ok());
        assert!(Ensemble::new(vec![prior(&[1.0]); 65]).unwrap_err().to_string().contains("1 to 64"));
    }
}
