//! Cross-validation: which rows are held out, and what a model that was not fitted on them makes of them.

use attention_model::{Predict, Target};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::TaskError;
use crate::estimator::Estimator;
use crate::folds::{Fold, k_fold, stratified, time_ordered};
use crate::quality::{Quality, quality};
use crate::table::Table;

/// How rows are divided into folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Division {
    /// Drawn, with equal shares of both classes; for a binary target.
    Stratified,
    /// Drawn.
    #[serde(rename = "kfold")]
    KFold,
    /// In the order of time: what happened later never trains.
    Time,
}

impl Division {
    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stratified => "stratified",
            Self::KFold => "kfold",
            Self::Time => "time",
        }
    }
}

/// Folds to be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldPlan {
    /// How; `None` is stratified for a binary target and drawn for a real one.
    pub division: Option<Division>,
    /// How many, 2 to [`crate::folds::FOLDS_MAX`].
    pub folds: usize,
    /// Of folds in the order of time: how much older than the first validated row a training row must be, in the unit of
    /// the times (seconds for dates), at least 0.
    pub gap: i64,
    /// Seed of what is drawn.
    pub seed: u64,
}

impl FoldPlan {
    /// The division for the target of a table.
    ///
    /// # Errors
    /// [`TaskError::Model`] if the table is no data set.
    pub fn division_of(&self, table: &Table) -> Result<Division, TaskError> {
        let binary = matches!(table.data()?.target(), Target::Binary(_));
        Ok(self.division.unwrap_or(if binary { Division::Stratified } else { Division::KFold }))
    }

    /// Cuts the folds of a table.
    ///
    /// # Errors
    /// [`TaskError::Folds`] for a number of folds out of range, parts without rows, or times that the table lacks;
    /// [`TaskError::Model`] for stratified folds of a real target.
    pub fn cut(&self, table: &Table) -> Result<Vec<Fold>, TaskError> {
        let data = table.data()?;
        let refused = |problem: &str| TaskError::Folds { what: "folds", problem: problem.into() };
        let division = self.division_of(table)?;
        if self.gap < 0 {
            return Err(refused(&format!("the gap is {}, must not be negative", self.gap)));
        }
        if self.gap > 0 && division != Division::Time {
            return Err(refused("a gap is for folds in the order of time alone"));
        }
        match division {
            Division::Stratified => stratified(data.labels("stratified folds")?, self.folds, self.seed),
            Division::KFold => k_fold(data.rows(), self.folds, self.seed),
            Division::Time => {
                let times = table.times_s().ok_or_else(|| {
                    refused("there is no column of times to order the rows by; name it with --time-column")
                })?;
                time_ordered(times, self.folds, self.gap)
            }
        }
    }
}

/// Mean and standard error over the folds.
#[derive(Debug, Clone, Serialize)]
pub struct CrossValidation {
    /// How many folds.
    pub folds: usize,
    /// How the rows were divided.
    pub division: Division,
    /// Rows that were held out once.
    pub rows: usize,
    /// AUC; absent for a real target, or if a fold holds one class only.
    pub auc: Option<Mean>,
    /// Log loss in nats; absent for a real target.
    pub log_loss: Option<Mean>,
    /// Mean squared error: of the probability (Brier score), or of the value.
    pub mse: Mean,
    /// Expected calibration error; absent for a real target.
    pub ece: Option<Mean>,
}

/// A mean over folds or rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its standard error, taking the parts as independent (folds share training rows, so it is a little small). Infinite, in JSON
    /// `null`, for fewer than two parts, which say nothing of it.
    pub standard_error: f64,
}

impl Mean {
    /// Of some values, added in their order.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len().max(1) as f64;
        let mut sum = 0.0;
        for value in values {
            sum += value;
        }
        let mean = sum / n;
        let mut squares = 0.0;
        for value in values {
            squares += (value - mean) * (value - mean);
        }
        let standard_error =
            if values.len() < 2 { f64::INFINITY } else { libm::sqrt(squares / (n - 1.0) / n) };
        Self { mean, standard_error }
    }
}

/// A margin for every row of every validation part, by something that has not seen its target.
#[derive(Debug, Clone)]
pub struct OutOfFold {
    folds: Vec<Fold>,
    /// For each fold, in the order of its validation rows.
    margins: Vec<Vec<f64>>,
}

impl OutOfFold {
    /// From the margins of each fold, in the order of its validation rows.
    pub(crate) fn new(folds: &[Fold], margins: Vec<Vec<f64>>) -> Self {
        Self { folds: folds.to_vec(), margins }
    }

    /// By `margins_of`, which learns from a fold's training rows and predicts its validation rows. Folds are worked on side
    /// by side; what comes out does not depend on it.
    ///
    /// # Errors
    /// That of the first fold that fails.
    pub fn by(
        folds: &[Fold],
        margins_of: impl Fn(&Fold) -> Result<Vec<f64>, TaskError> + Sync,
    ) -> Result<Self, TaskError> {
        // All of them are waited for, so that the error is always that of the same fold.
        let margins: Vec<Result<Vec<f64>, TaskError>> = folds.par_iter().map(&margins_of).collect();
        Ok(Self::new(folds, margins.into_iter().collect::<Result<_, _>>()?))
    }

    /// By an estimator that is fitted on each fold's training rows.
    ///
    /// # Errors
    /// That of the estimator.
    pub fn predict(table: &Table, estimator: &Estimator, folds: &[Fold]) -> Result<Self, TaskError> {
        Self::by(folds, |fold| {
            let model = estimator.fit(&table.chosen(&fold.training).data()?)?;
            Ok(model.margins(&table.chosen(&fold.validation).data()?)?)
        })
    }

    /// The quality of each fold.
    ///
    /// # Errors
    /// As [`quality`].
    pub fn qualities(&self, table: &Table) -> Result<Vec<Quality>, TaskError> {
        let folds = self.folds.iter().zip(&self.margins);
        folds.map(|(fold, margins)| quality(margins, &table.chosen(&fold.validation).data()?)).collect()
    }

    /// Means over the folds.
    ///
    /// # Errors
    /// As [`quality`].
    pub fn measure(&self, table: &Table, division: Division) -> Result<CrossValidation, TaskError> {
        let measured = self.qualities(table)?;
        let over = |of: &dyn Fn(&Quality) -> Option<f64>| -> Option<Mean> {
            measured.iter().map(of).collect::<Option<Vec<f64>>>().map(|values| Mean::of(&values))
        };
        Ok(CrossValidation {
            folds: self.folds.len(),
            division,
            rows: self.folds.iter().map(|fold| fold.validation.len()).sum(),
            auc: over(&|quality| quality.auc),
            log_loss: over(&|quality| quality.log_loss),
            mse: Mean::of(&measured.iter().map(|quality| quality.mse).collect::<Vec<_>>()),
            ece: over(&|quality| quality.ece),
        })
    }

    /// The validated rows, rising, with their margins. Folds in the order of time leave the earliest rows out.
    pub fn rows(&self) -> (Vec<usize>, Vec<f64>) {
        let folds = self.folds.iter().zip(&self.margins);
        let mut all: Vec<(usize, f64)> = folds
            .flat_map(|(fold, margins)| fold.validation.iter().copied().zip(margins.iter().copied()))
            .collect();
        all.sort_by_key(|&(row, _)| row);
        all.into_iter().unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::Kind;
    use crate::table::{TypingOptions, infer_spec, read_table};

    fn table(times: bool) -> Table {
        let rows: String = (0..40).map(|row| format!("{},{}\n", row % 7, row % 2)).collect();
        let text = format!("a,y\n{rows}");
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text.as_bytes(), "t.csv", &options).unwrap();
        let table = read_table(text.as_bytes(), "t.csv", &spec).unwrap();
        if times { table.with_times((0..40).rev().collect()).unwrap() } else { table }
    }

    fn plan(division: Option<Division>, gap: i64) -> FoldPlan {
        FoldPlan { division, folds: 4, gap, seed: 1 }
    }

    /// 1, 2, 3: mean 2, variance 1, standard error √(1/3).
    #[test]
    fn means_by_hand() {
        let got = Mean::of(&[1.0, 2.0, 3.0]);
        assert_eq!(got.mean, 2.0);
        assert!((got.standard_error - (1.0f64 / 3.0).sqrt()).abs() < 1e-15);
        let single = Mean::of(&[5.0]);
        assert_eq!(single, Mean { mean: 5.0, standard_error: f64::INFINITY });
        assert_eq!(serde_json::to_string(&single).unwrap(), "{\"mean\":5.0,\"standard_error\":null}");
    }

    /// Forty rows in five blocks of eight: the first is never validated, and times run against the rows.
    #[test]
    fn every_division_is_cut() {
        for division in [Division::Stratified, Division::KFold] {
            let folds = plan(Some(division), 0).cut(&table(false)).unwrap();
            assert_eq!(folds.iter().map(|fold| fold.validation.len()).sum::<usize>(), 40);
        }
        let timed = table(true);
        let folds = plan(Some(Division::Time), 0).cut(&timed).unwrap();
        assert_eq!(folds[0].training, (32..40).collect::<Vec<_>>());
        let estimator = Estimator::new(Kind::Tree, None, 0).unwrap();
        let predicted = OutOfFold::predict(&timed, &estimator, &folds).unwrap();
        let (rows, margins) = predicted.rows();
        assert_eq!((rows, margins.len()), ((0..32).collect::<Vec<_>>(), 32));
        assert_eq!(predicted.measure(&timed, Division::Time).unwrap().rows, 32);
    }

    #[test]
    fn impossible_plans_are_refused() {
        let text = |division, gap, times| plan(division, gap).cut(&table(times)).unwrap_err().to_string();
        assert!(text(Some(Division::Time), 0, false).contains("--time-column"));
        assert!(text(Some(Division::Time), -1, true).contains("must not be negative"));
        assert!(text(None, 5, true).contains("in the order of time alone"));
    }
}
