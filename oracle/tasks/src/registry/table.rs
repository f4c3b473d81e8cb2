//! Models of tables: each reads the file its own way.

use attention_model::{Predict, PriorModel};

use super::held::Held;
use super::judged::{Clusters, Judged, Loss, Losses};
use super::rows::Rows;
use crate::quality::{losses, quality};
use crate::table::{Table, TargetType, read_table};
use crate::{Bundle, Task, TaskError};

fn of(model: &'static str, bundle: &Bundle, table: &Table, margins: &[f64]) -> Result<Losses, TaskError> {
    let data = table.data()?;
    let loss = match bundle.spec().target.kind {
        TargetType::Binary => Loss::LogLoss,
        TargetType::Real => Loss::SquaredError,
    };
    let auc = quality(margins, &data)?.auc;
    Ok(Losses { auc, ..Losses::of(model, loss, losses(margins, &data)?) })
}

impl Judged for Bundle {
    const TASK: Task = Task::Interest;
    /// Name and content of the file.
    type Data<'a> = (&'a str, &'a [u8]);

    fn of(held: &Held) -> Option<&Self> {
        if let Held::Interest(bundle) = held { Some(bundle) } else { None }
    }

    fn read<'a>(&self, rows: &'a Rows) -> Result<Self::Data<'a>, TaskError> {
        rows.file(Self::TASK)
    }

    fn agrees(&self, champion: &Self) -> Result<(), TaskError> {
        let (a, b) = (&self.spec().target, &champion.spec().target);
        if a == b {
            return Ok(());
        }
        Err(TaskError::Registry(format!(
            "the challenger predicts {:?} ({:?}), the champion {:?} ({:?}): they cannot be compared",
            a.name, a.kind, b.name, b.kind
        )))
    }

    fn losses(&self, (name, bytes): &Self::Data<'_>) -> Result<Losses, TaskError> {
        let table = read_table(bytes, name, self.spec())?;
        let margins = self.model().margins(&table.data()?)?;
        of(self.kind(), self, &table, &margins)
    }

    /// The share of positives (or the mean) of these very rows.
    fn baseline(&self, (name, bytes): &Self::Data<'_>) -> Result<Losses, TaskError> {
        let table = read_table(bytes, name, self.spec())?;
        let data = table.data()?;
        let margins = vec![PriorModel::measure(&data).base_margin(); data.rows()];
        of("base", self, &table, &margins)
    }

    /// Whose rows they are is not known of a table.
    fn clusters(_: &Self::Data<'_>) -> Option<Clusters> {
        None
    }
}
