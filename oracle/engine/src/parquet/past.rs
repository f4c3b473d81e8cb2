//! A Parquet file of events, seen from a cut.

use std::path::{Path, PathBuf};

use attention_features::TIME_MAX_S;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::logical_expr::{cast, col, lit};
use datafusion::prelude::{ParquetReadOptions, SessionContext};

use super::events::EventFile;
use super::file_error;
use crate::features::engine_error;
use crate::relations::events_relation;
use crate::{EngineError, EngineOptions};

/// A file of events of which every row was checked.
#[derive(Debug, Clone)]
pub struct ParquetEvents {
    path: PathBuf,
    rows: u64,
}

/// The events of a file that were received before a cut. Only [`ParquetEvents::before`] makes one, and the
/// engine reads the file through it alone, so whatever is computed cannot depend on anything later.
#[derive(Debug, Clone)]
pub struct PastParquet {
    path: PathBuf,
    cut_s: i64,
}

impl ParquetEvents {
    /// Opens a file and checks every row: what the linter proves rests on the bounds of the events.
    ///
    /// # Errors
    /// Those of [`super::read_events`].
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let text = path.to_str().ok_or_else(|| file_error(path, "its name is not UTF-8; rename it"))?;
        if text.contains(['*', '?', '[']) {
            return Err(file_error(path, "a name with *, ? or [ would stand for several files; rename it"));
        }
        let mut rows = 0;
        EventFile::open(path)?.for_each(|_| {
            rows += 1;
            Ok(())
        })?;
        let path = path.canonicalize().map_err(|error| file_error(path, error))?;
        Ok(Self { path, rows })
    }

    /// How many events the file holds.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The events received before `cut_s`. A cut outside `0..=`[`TIME_MAX_S`]` + 1` is moved to its nearer
    /// end, which no event lies beyond.
    pub fn before(&self, cut_s: i64) -> PastParquet {
        PastParquet { path: self.path.clone(), cut_s: cut_s.clamp(0, TIME_MAX_S + 1) }
    }
}

impl PastParquet {
    /// The cut: every event was received before it.
    pub fn cut_s(&self) -> i64 {
        self.cut_s
    }

    /// Makes the past the relation `events`, in its types and order of columns.
    pub(crate) async fn register(
        &self,
        context: &SessionContext,
        options: &EngineOptions,
    ) -> Result<(), EngineError> {
        let failed = |error| engine_error("reading events", options, &error);
        let text = self.path.to_str().ok_or_else(|| file_error(&self.path, "its name is not UTF-8"))?;
        let read = ParquetReadOptions::default().file_extension("");
        let declared = events_relation().schema();
        let columns = declared.fields().iter().map(|field| {
            cast(col(field.name().as_str()), field.data_type().clone()).alias(field.name().as_str())
        });
        let past = context
            .read_parquet(text, read)
            .await
            .and_then(|all| all.filter(col("receive_time_s").lt(lit(self.cut_s))))
            .and_then(|past| past.select(columns.collect::<Vec<_>>()))
            .map_err(failed)?;
        context.register_table("events", past.into_view()).map_err(failed)?;
        self.check_unique(context, options).await
    }

    /// The linter's proofs rest on (source, event_id) being unique.
    async fn check_unique(
        &self,
        context: &SessionContext,
        options: &EngineOptions,
    ) -> Result<(), EngineError> {
        let failed = |error| engine_error("looking for repeated events", options, &error);
        let query = "SELECT COUNT(*) AS repeated FROM (
            SELECT source, event_id FROM events GROUP BY source, event_id HAVING COUNT(*) > 1) r";
        let batches = context.sql(query).await.map_err(failed)?.collect().await.map_err(failed)?;
        let repeated = batches
            .iter()
            .filter(|batch| batch.num_rows() > 0)
            .filter_map(|batch| batch.column(0).as_primitive_opt::<Int64Type>())
            .map(|column| column.value(0))
            .next();
        match repeated {
            Some(0) => Ok(()),
            found => {
                let count = found.map_or("unknown".to_owned(), |count| count.to_string());
                let problem =
                    format!("{count} events (source, event_id) come more than once; keep one of each");
                Err(file_error(&self.path, problem))
            }
        }
    }
}
