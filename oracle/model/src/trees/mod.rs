//! Trees over integer features: gradient boosting, a single decision tree, a random forest.
//!
//! All three share one path. Features become at most 255 bins each (`bins`); rows carry integer statistics (`sums`);
//! histograms are exact integer sums (`histogram`), so no order of adding and no number of threads changes them; the
//! best split follows from them (`split`), ties going to the lowest feature and then the lowest bin. A finished
//! tree (`tree`) tests raw values, never bins, and is all that a model file holds (`codec`).

mod bins;
mod codec;
mod decision_tree;
mod deep;
mod fit_data;
mod forest;
mod gbdt;
mod grow;
mod histogram;
mod partition;
mod shap;
mod split;
mod sums;
mod tree;

pub use decision_tree::{CheckedTreeParams, TreeModel, TreeParams};
pub use forest::{CheckedForestParams, FOREST_TREES_MAX, ForestModel, ForestParams};
pub use gbdt::{CheckedGbdtParams, GbdtModel, GbdtParams, LEAVES_MAX, Objective, ROUNDS_MAX};
pub use split::Monotone;
pub use tree::TREE_DEPTH_MAX;

use bins::{BINS, Bins, Columns};
use histogram::{FeatureHistogram, Groups};

/// Most rows that trees are fitted on: the count and the hessian of a sum share 64 bits. Above four million rows a hessian has
/// fewer than 18 of them (`sums`).
pub const TREE_ROWS_MAX: usize = 1 << 24;
