//! Recommenders: where the item that each user acted on last stands in their rankings.

use super::held::Held;
use super::judged::{Clusters, Judged, Loss, Losses};
use super::rows::Rows;
use crate::recommend::{Bundle, K, Log, Options, ranks};
use crate::{Task, TaskError};

/// One less the reciprocal of the rank, 1 beyond the first [`K`] places.
fn missed(rank: Option<u32>) -> f64 {
    rank.filter(|&rank| rank <= K).map_or(1.0, |rank| 1.0 - 1.0 / f64::from(rank))
}

fn of(model: &'static str, ranks: &[Option<u32>]) -> Losses {
    let values = ranks.iter().map(|&rank| missed(rank)).collect();
    let hit_rate_10 = Some(attention_model::ranking::hit_rate(ranks, K));
    Losses { hit_rate_10, ..Losses::of(model, Loss::MissedReciprocalRank10, values) }
}

impl Judged for Bundle {
    const TASK: Task = Task::Recommend;
    type Data<'a> = Log;

    fn of(held: &Held) -> Option<&Self> {
        if let Held::Recommend(bundle) = held { Some(bundle) } else { None }
    }

    fn read(&self, rows: &Rows) -> Result<Log, TaskError> {
        let (name, bytes) = rows.file(Self::TASK)?;
        Ok(Log::read(bytes, name, self.columns(), Options::default().malformed_max)?)
    }

    fn agrees(&self, champion: &Self) -> Result<(), TaskError> {
        let (own, theirs) = (self.columns(), champion.columns());
        if own == theirs {
            return Ok(());
        }
        Err(TaskError::Registry(format!(
            "the challenger reads the columns {:?}, {:?}, {:?}, the champion {:?}, {:?}, {:?}: they cannot be compared",
            own.user, own.item, own.timestamp, theirs.user, theirs.item, theirs.timestamp
        )))
    }

    fn losses(&self, log: &Log) -> Result<Losses, TaskError> {
        Ok(of("recommender", &ranks(log, self)?.model))
    }

    /// A ranking by how many users of the challenger's training data acted on an item.
    fn baseline(&self, log: &Log) -> Result<Losses, TaskError> {
        Ok(of("popularity", &ranks(log, self)?.popularity))
    }

    /// A user is one row.
    fn clusters(_: &Log) -> Option<Clusters> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First, third, tenth and eleventh place, and none: 0, 2/3, 9/10, 1, 1; three of five among the first ten.
    #[test]
    fn missed_ranks_by_hand() {
        let found = of("recommender", &[Some(1), Some(3), Some(10), Some(11), None]);
        assert_eq!(found.values, [0.0, 1.0 - 1.0 / 3.0, 0.9, 1.0, 1.0]);
        assert_eq!(found.hit_rate_10, Some(0.6));
        assert_eq!((found.loss, found.auc), (Loss::MissedReciprocalRank10, None));
    }
}
