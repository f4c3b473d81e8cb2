//! The rows of a feature set, computed by SQL and checked one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use attention_features::{
    AssetCatalog, AssetId, FeatureRoot, FeatureRow, FeatureSet, PastEvents, RowsDigest, UserId,
};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use crate::parquet::PastParquet;
use crate::relations::{
    RelationFacts, asset_attributes_relation, assets_relation, cut_relation, events_relation, pairs_relation,
};
use crate::session::session;
use crate::tables::{
    Partitions, asset_partitions, attribute_partitions, cut_partitions, event_partitions, pair_partitions,
};
use crate::{EngineError, EngineOptions, lint_set};

/// Where the past is. Both forms hold only what was received before their cut.
#[derive(Debug, Clone, Copy)]
pub enum Past<'a> {
    /// In memory.
    Memory(PastEvents<'a>),
    /// In a Parquet file.
    Parquet(&'a PastParquet),
}

impl Past<'_> {
    /// The cut: every event was received before it.
    pub fn cut_s(&self) -> i64 {
        match self {
            Self::Memory(past) => past.cut_s(),
            Self::Parquet(past) => past.cut_s(),
        }
    }
}

/// Computes the rows of `set` in rising order of (user, asset), gives each to `take`, and returns their digest.
/// Rows are those of `pairs` (given twice: one), or without them of the set's own query of pairs.
///
/// The set is linted first. Each row is checked against the declared bounds and for its place in the order, so
/// that a wrong engine is an error and never a wrong root.
///
/// # Errors
/// [`EngineError::Lint`], [`EngineError::Memory`], [`EngineError::Engine`], [`EngineError::File`] for a
/// Parquet file with an event twice, [`EngineError::Features`], and those of `take`.
pub fn compute_features(
    set: &FeatureSet,
    past: Past<'_>,
    catalog: &AssetCatalog,
    pairs: Option<&[(UserId, AssetId)]>,
    options: &EngineOptions,
    take: &mut (dyn FnMut(FeatureRow) -> Result<(), EngineError> + Send),
) -> Result<RowsDigest, EngineError> {
    lint_set(set)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.threads())
        .thread_name("engine")
        .build()
        .map_err(|error| EngineError::Engine {
            what: "starting threads".into(),
            detail: error.to_string(),
        })?;
    // A thread of its own, so that a caller may itself stand inside a runtime.
    std::thread::scope(|scope| {
        let work = scope.spawn(|| runtime.block_on(rows(set, past, catalog, pairs, options, take)));
        work.join().unwrap_or_else(|_| {
            Err(EngineError::Engine { what: "features".into(), detail: "the engine panicked".into() })
        })
    })
}

async fn rows(
    set: &FeatureSet,
    past: Past<'_>,
    catalog: &AssetCatalog,
    pairs: Option<&[(UserId, AssetId)]>,
    options: &EngineOptions,
    take: &mut (dyn FnMut(FeatureRow) -> Result<(), EngineError> + Send),
) -> Result<RowsDigest, EngineError> {
    let failed = |error| engine_error("features", options, &error);
    let context = session(options)?;
    match past {
        Past::Memory(past) => {
            let events = event_partitions(past.events(), options.partitions())?;
            register(&context, "events", &events_relation(), events).map_err(failed)?;
        }
        Past::Parquet(past) => past.register(&context, options).await?,
    }
    register(&context, "assets", &assets_relation(), asset_partitions(catalog)?).map_err(failed)?;
    let attributes = attribute_partitions(catalog)?;
    register(&context, "asset_attributes", &asset_attributes_relation(), attributes).map_err(failed)?;
    register(&context, "cut", &cut_relation(), cut_partitions(past.cut_s())?).map_err(failed)?;
    if let Some(pairs) = pairs {
        let pairs: BTreeSet<(&UserId, AssetId)> = pairs.iter().map(|(user, asset)| (user, *asset)).collect();
        let pairs = pair_partitions(&pairs, options.partitions())?;
        register(&context, set.pairs.name, &pairs_relation(), pairs).map_err(failed)?;
    }
    let query = format!("{}\nORDER BY user_id, asset", set.query(pairs.is_some())?.trim_end());
    let plan = context.sql(&query).await.map_err(failed)?;
    let mut batches = plan.execute_stream().await.map_err(failed)?;
    let mut root = FeatureRoot::new(set, past.cut_s());
    while let Some(batch) = batches.next().await {
        for row in rows_of(&batch.map_err(failed)?, set)? {
            root.push(&row)?;
            take(row)?;
        }
    }
    Ok(root.digest())
}

fn register(
    context: &SessionContext,
    name: &str,
    facts: &RelationFacts,
    partitions: Partitions,
) -> Result<(), DataFusionError> {
    let table = MemTable::try_new(Arc::new(facts.schema()), partitions)?;
    context.register_table(name, Arc::new(table)).map(drop)
}

fn rows_of(batch: &RecordBatch, set: &FeatureSet) -> Result<Vec<FeatureRow>, EngineError> {
    let wrong = |detail: String| EngineError::Engine { what: "features".into(), detail };
    if batch.num_columns() != set.columns.len() + 2 {
        return Err(wrong(format!("{} columns instead of {}", batch.num_columns(), set.columns.len() + 2)));
    }
    let text = |index: usize| -> Result<_, EngineError> {
        batch.column(index).as_string_opt::<i32>().ok_or_else(|| wrong("user_id is no text".into()))
    };
    let (users, assets) = (text(0)?, integers(batch, 1).map_err(wrong)?);
    let values: Vec<Vec<Option<i128>>> = (2..batch.num_columns())
        .map(|index| integers(batch, index).map_err(wrong))
        .collect::<Result<_, _>>()?;
    (0..batch.num_rows())
        .map(|row| {
            let asset = assets[row].and_then(|asset| u32::try_from(asset).ok());
            let asset = asset.ok_or_else(|| wrong(format!("asset {:?} of row {row}", assets[row])))?;
            if users.is_null(row) {
                return Err(wrong(format!("no user in row {row}")));
            }
            Ok(FeatureRow {
                user: UserId::new(users.value(row))?,
                asset: AssetId(asset),
                values: values.iter().map(|column| column[row]).collect(),
            })
        })
        .collect()
}

/// A column of BIGINT or DECIMAL(38,0).
fn integers(batch: &RecordBatch, index: usize) -> Result<Vec<Option<i128>>, String> {
    let column = batch.column(index);
    match column.data_type() {
        DataType::Int64 => {
            Ok(column.as_primitive::<Int64Type>().iter().map(|value| value.map(i128::from)).collect())
        }
        DataType::Decimal128(_, 0) => Ok(column.as_primitive::<Decimal128Type>().iter().collect()),
        other => Err(format!("column {} is {other}", batch.schema().field(index).name())),
    }
}

/// The error of a query, with what to do if it is one of memory.
pub(crate) fn engine_error(what: &str, options: &EngineOptions, error: &DataFusionError) -> EngineError {
    let detail = error.strip_backtrace();
    if matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)) {
        return EngineError::Memory { what: what.to_owned(), memory_mb: options.memory_mb(), detail };
    }
    EngineError::Engine { what: what.to_owned(), detail }
}
