//! Trees over integer features: gradient boosting, a single decision tree, a random forest.
//!
//! All three share one path. Features become at most 255 bins each (`bins`); rows carry integer statistics (`sums`);
//! histograms are exact integer sums (`histogram`), so no order of adding and no number of threads changes them; the
//! best split follows from them (`split`), ties going to the lowest feature and then the lowest bin. A finished
//! [`tree::Tree`] tests raw values, never bins, and is all that a model file holds.

mod bins;

pub(crate) use bins::{BINS, Bins, Columns, MISSING_BIN};

/// Most rows that trees are fitted on: row counts and hessians share 64 bits.
pub const TREE_ROWS_MAX: usize = 1 << 24;
