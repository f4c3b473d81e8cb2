//! Churn models: rows of one user at several cuts overlap, so users are what is independent.

use attention_model::{Predict, PriorModel};

use super::held::Held;
use super::judged::{Clusters, Judged, Loss::LogLoss, Losses};
use super::rows::Rows;
use crate::churn::{ChurnModel, ChurnRules, ChurnTable, People, recency_margins, rows_from};
use crate::{Task, TaskError};

/// The users at the cuts to predict.
#[derive(Debug)]
pub(super) struct Cuts {
    people: People,
    table: ChurnTable,
}

fn words(rules: &ChurnRules) -> String {
    let ChurnRules { horizon_s, lookback_s, cut_length_s } = rules;
    format!(
        "who does nothing for {horizon_s} s (of those active within {lookback_s} s, a cut every {cut_length_s} s)"
    )
}

impl Judged for ChurnModel {
    const TASK: Task = Task::Churn;
    type Data<'a> = Cuts;

    fn of(held: &Held) -> Option<&Self> {
        if let Held::Churn(model) = held { Some(model) } else { None }
    }

    fn read(&self, rows: &Rows) -> Result<Cuts, TaskError> {
        let (assets, sales, from_s) = rows.sales(Self::TASK)?;
        let people = People::read(assets, sales)?;
        let table = rows_from(&people, self, from_s)?;
        Ok(Cuts { people, table })
    }

    fn agrees(&self, champion: &Self) -> Result<(), TaskError> {
        let (own, theirs) = (&self.spec().rules, &champion.spec().rules);
        if own == theirs {
            return Ok(());
        }
        Err(TaskError::Registry(format!(
            "the challenger foresees {}, the champion {}: they cannot be compared",
            words(own),
            words(theirs)
        )))
    }

    fn losses(&self, data: &Cuts) -> Result<Losses, TaskError> {
        let rows = data.table.table.data()?;
        Losses::of_margins(self.model().kind(), LogLoss, &rows, &self.model().margins(&rows)?)
    }

    /// The better of two: a regression on the time since the last act, fitted on what the model was fitted on; and these
    /// rows' own share of gone users.
    fn baseline(&self, data: &Cuts) -> Result<Losses, TaskError> {
        let rows = data.table.table.data()?;
        let margins = vec![PriorModel::measure(&rows).base_margin(); rows.rows()];
        let share = Losses::of_margins("share", LogLoss, &rows, &margins)?;
        let margins = recency_margins(&data.people, self, &data.table)?;
        let recency = Losses::of_margins("recency", LogLoss, &rows, &margins)?;
        Ok(if share.mean() < recency.mean() { share } else { recency })
    }

    fn clusters(data: &Cuts) -> Option<Clusters> {
        Some(Clusters::of("user", data.table.users.iter()))
    }
}
