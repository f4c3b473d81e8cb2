//! Typed behaviour events, cleaning rules, integer features and their reference evaluator.
//!
//! Pure: values and readers in, values out; no paths, no clock, no threads. Everything here is integer
//! arithmetic, because all of it is hashed, signed or recomputed by others.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assets;
mod cleaning;
mod error;
mod event;
mod events;
mod features;
mod fixed_log;
mod history;
mod input_root;
mod log;
mod market;
mod model_spec;
mod plain_tree;
mod profile;
mod report;
mod sales;
mod sets;
mod spec;
mod spec_bytes;
mod table;
mod view;

pub use assets::{ASSETS_MAX, Asset, AssetCatalog, read_assets};
pub use cleaning::{CleanSales, clean_sales, read_clean_sales};
pub use error::FeaturesError;
pub use event::{AssetId, BehaviourEvent, EventId, EventKind, ID_BYTES_MAX, SourceId, TIME_MAX_S, UserId};
pub use events::{
    CleanEvents, ColumnReport, DataQualityReport, EVENT_CELL_BYTES_MAX, EVENT_COLUMNS, EVENT_FILE_BYTES_MAX,
    EVENT_LINE_BYTES_MAX, EventCleaner, EventCleaningRules, EventColumn, EventReason, EventRow, KindReport,
    OutlierFeature, OutlierReport, read_clean_events, read_event_rows,
};
pub use features::{FEATURES, FEATURES_VERSION, FeatureDef, FeatureGroup};
pub use fixed_log::{log2_x16, log2_x16_range};
pub use input_root::{EVENT_SALT_PUBLIC, InputRootParts, chain_history, event_leaf, events_root, input_root};
pub use log::{EVENTS_MAX, EventLog, LogReport, PastEvents};
pub use model_spec::{ForestSpec, GbdtSpec, LogisticSpec, ModelSpec, MonotoneSpec};
pub use report::{CleaningExample, CleaningReason, CleaningReport, EXAMPLES_MAX};
pub use sales::{ROWS_MAX, SaleRow, SalesFile, read_sales};
pub use sets::{
    BEHAVIOUR_V1, FeatureColumn, FeatureRoot, FeatureRow, FeatureSet, MACRO_DEPTH_MAX, PRICE_MAX,
    QUANTITY_MAX, RowsDigest, SetGroup, SqlPart, ValueKind, check_magnitudes, evaluate, expand_macros,
};
pub use spec::{CleaningRules, EngagementWeights, InterestSpec, InterestSpecValues, Replay};
pub use table::{CUTS_MAX, InterestTable, TABLE_ROWS_MAX, build_table, cuts_between};
pub use view::FeatureView;
