//! Arguments that `train` and `search` share: which columns of a table, and by which folds they are measured.

use attention_tasks::table::{TargetType, TypingOptions};
use attention_tasks::validation::{Division, FoldPlan};
use clap::{Args, ValueEnum};

use super::CliError;
use crate::output::ExitStatus;

pub(super) const HEADING: &str = "Task interest on a table";

/// The columns of a table.
#[derive(Debug, Args)]
pub struct ColumnArgs {
    /// The column to predict: true/false, yes/no, 1/0, or numbers.
    #[arg(long, value_name = "COLUMN", requires = "data", help_heading = HEADING)]
    target: Option<String>,
    /// What the target is; by default as its cells look.
    #[arg(long, value_enum, value_name = "KIND", requires = "data", help_heading = HEADING)]
    target_kind: Option<TargetKind>,
    /// Columns that are no features, such as identifiers.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "data", help_heading = HEADING)]
    ignore: Vec<String>,
    /// Columns whose numbers are codes of categories.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "data", help_heading = HEADING)]
    categorical: Vec<String>,
    /// Columns that may tell the target by themselves.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "data", help_heading = HEADING)]
    allow_leak: Vec<String>,
    /// The column that says when a row happened (a number, a date or a moment); it is then no feature.
    #[arg(long, value_name = "COLUMN", requires = "data", help_heading = HEADING)]
    time_column: Option<String>,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TargetKind {
    /// true/false, yes/no or 1/0: a probability is predicted.
    Binary,
    /// A number, even if there are only 0 and 1 in this file.
    Real,
}

impl ColumnArgs {
    /// Target and columns.
    pub(super) fn typing(&self) -> Result<TypingOptions, CliError> {
        let target = self.target.clone();
        let target = target
            .ok_or_else(|| CliError::new(ExitStatus::Usage, "--target COLUMN is needed with --data"))?;
        Ok(TypingOptions {
            target,
            target_kind: self.target_kind.map(|kind| match kind {
                TargetKind::Binary => TargetType::Binary,
                TargetKind::Real => TargetType::Real,
            }),
            ignore: self.ignore.clone(),
            categorical: self.categorical.clone(),
            time: self.time_column.clone(),
        })
    }

    /// Columns that may tell the target.
    pub(super) fn allow_leak(&self) -> Vec<String> {
        self.allow_leak.clone()
    }
}

/// How rows are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Cv {
    /// Drawn, with equal shares of yes and no.
    Stratified,
    /// Drawn.
    Kfold,
    /// In the order of --time-column: what happened later never trains.
    Time,
}

/// The folds of a cross-validation.
#[derive(Debug, Args)]
pub struct FoldArgs {
    /// Cross-validate with so many folds.
    #[arg(long, value_name = "K", requires = "data", value_parser = clap::value_parser!(u64).range(2..=50),
        help_heading = HEADING)]
    folds: Option<u64>,
    /// How the folds are cut; stratified unless the target is a number.
    #[arg(long, value_enum, value_name = "HOW", requires = "data", help_heading = HEADING)]
    cv: Option<Cv>,
    /// Of folds in the order of time: how much earlier than what it is measured on a row must be to be learnt from, in the
    /// unit of the column (seconds for dates).
    #[arg(long, value_name = "UNITS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..),
        requires = "data", help_heading = HEADING)]
    time_gap: i64,
}

impl FoldArgs {
    /// The number of folds, if one was given.
    pub(super) fn folds(&self) -> Option<u64> {
        self.folds
    }

    /// The folds, if a number of them was given.
    pub(super) fn plan(&self, seed: u64) -> Result<Option<FoldPlan>, CliError> {
        if self.time_gap > 0 && self.cv != Some(Cv::Time) {
            return Err(CliError::usage("--time-gap needs --cv time"));
        }
        match self.folds {
            Some(folds) => Ok(Some(self.plan_of(folds, seed))),
            None if self.cv.is_some() => Err(CliError::new(ExitStatus::Usage, "--cv needs --folds K")),
            None => Ok(None),
        }
    }

    /// The folds, or so many of them.
    pub(super) fn plan_or(&self, folds: u64, seed: u64) -> FoldPlan {
        self.plan_of(self.folds.unwrap_or(folds), seed)
    }

    fn plan_of(&self, folds: u64, seed: u64) -> FoldPlan {
        let division = self.cv.map(|cv| match cv {
            Cv::Stratified => Division::Stratified,
            Cv::Kfold => Division::KFold,
            Cv::Time => Division::Time,
        });
        // At most 50.
        FoldPlan { division, folds: folds as usize, gap: self.time_gap, seed }
    }
}
