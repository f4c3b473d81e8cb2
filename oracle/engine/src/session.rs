//! The engine's sessions: settings that have to do with exactness and memory, and the planning of a query.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::EngineError;
use crate::options::EngineOptions;
use crate::relations::RelationFacts;

fn config(partitions: usize) -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(partitions);
    let options = config.options_mut();
    // One type of text; a query then means the same over files and memory.
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.parquet.schema_force_view_types = false;
    config
}

/// A session within the options' memory, that spills to the system's folder for temporary files.
///
/// # Errors
/// [`EngineError::Engine`] if that folder cannot be used.
pub(crate) fn session(options: &EngineOptions) -> Result<SessionContext, EngineError> {
    // First come, first served: equal shares for some hundred operators and partitions would be too small for any.
    let pool = GreedyMemoryPool::new(options.memory_bytes());
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(disk)
        .build_arc()
        .map_err(|error| EngineError::Engine {
            what: "starting the engine".into(),
            detail: error.to_string(),
        })?;
    let mut config = config(options.partitions());
    // A sort sets memory aside for merging what it spilled; the pool is shared by all of them.
    config =
        config.with_sort_spill_reservation_bytes(options.memory_bytes() / (16 * options.partitions()).max(1));
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

/// The analysed plan of a query over relations of which only the facts exist.
///
/// # Errors
/// What the engine says.
pub(crate) fn plan_query(
    sql: &str,
    relations: &BTreeMap<String, RelationFacts>,
) -> Result<LogicalPlan, String> {
    let context = SessionContext::new_with_config(config(1));
    for (name, facts) in relations {
        let table =
            MemTable::try_new(Arc::new(facts.schema()), vec![vec![]]).map_err(|error| error.to_string())?;
        context.register_table(name, Arc::new(table)).map_err(|error| error.to_string())?;
    }
    let state = context.state();
    // Planning waits for nothing: all tables are in memory.
    let plan = futures::executor::block_on(state.create_logical_plan(sql))
        .map_err(|error| error.strip_backtrace())?;
    state
        .analyzer()
        .execute_and_check(plan, state.config_options(), |_, _| {})
        .map_err(|error| error.strip_backtrace())
}
