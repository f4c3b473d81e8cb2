//! Models of tables: each reads the file its own way.

use attention_model::{Predict, PriorModel};

use super::held::Held;
use super::judged::{Clusters, Judged, Loss, Losses};
use super::rows::Rows;
use crate::table::{TargetType, read_table};
use crate::{Bundle, Task, TaskError};

fn loss_of(bundle: &Bundle) -> Loss {
    match bundle.spec().target.kind {
        TargetType::Binary => Loss::LogLoss,
        TargetType::Real => Loss::SquaredError,
    }
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
        let data = table.data()?;
        Losses::of_margins(self.kind(), loss_of(self), &data, &self.model().margins(&data)?)
    }

    /// The share of positives (or the mean) of these very rows.
    fn baseline(&self, (name, bytes): &Self::Data<'_>) -> Result<Losses, TaskError> {
        let table = read_table(bytes, name, self.spec())?;
        let data = table.data()?;
        let margins = vec![PriorModel::measure(&data).base_margin(); data.rows()];
        Losses::of_margins("base", loss_of(self), &data, &margins)
    }

    /// Whose rows they are is not known of a table.
    fn clusters(_: &Self::Data<'_>) -> Option<Clusters> {
        None
    }
}
