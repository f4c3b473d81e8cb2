//! Churn: who, of those active lately, will do nothing for a while.
//!
//! At monthly cuts, of every user with an act (a purchase or a sale) in the lookback before the cut: y = no act in `(cut, cut +
//! horizon]`; x from the events before the cut alone ([`attention_features::PastEvents`] holds nothing else). A model is trained on cuts whose whole
//! horizon lies before a moment, and measured on cuts from that moment on.

mod evaluate;
mod features;
mod model;
mod people;
mod rules;
mod table;
mod train;

pub use evaluate::{ChurnEvaluation, CutQuality, evaluate};
pub(crate) use evaluate::{recency_margins, rows_from};
pub use features::{CHURN_FEATURES_VERSION, churn_feature_names, churn_schema};
pub use model::{ChurnModel, ChurnSpec};
pub use people::People;
pub use rules::ChurnRules;
pub use table::ChurnTable;
pub use train::{ChurnTrained, TRAINING_ROWS_MIN, train};
