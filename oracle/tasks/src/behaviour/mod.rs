//! What users do, and how it changes: segments, cohorts, retention, drift. On events of any kind and source.
//!
//! - [`segments`]: users who behave alike, by k-means on recency, frequency, money and more; how many groups there are is the
//!   data's to say (silhouette), and how surely (stability).
//! - [`cohorts`]: of those who began in a month, the share that was active in each later month.
//! - [`retention`]: how long until users fall silent, from all of them, also those who may still come back.
//! - [`drift`]: whether what users do, or what a model says of a table's rows, is distributed as it was.

mod cohorts;
mod drift;
mod kaplan_meier;
mod kmeans;
mod retention;
mod segments;
mod stability_index;
mod users;

pub use cohorts::{COHORT_MONTHS_MAX, Cohort, CohortCell, CohortReport, cohorts};
pub use drift::{
    BINS, DriftReport, DriftedColumn, PSI_LARGE, PSI_MODERATE, Shift, drift, population_stability,
    table_drift,
};
pub use kaplan_meier::{Step, Watched, kaplan_meier, median, survival_at};
pub use retention::{GAP_DAYS_MAX, RetentionCurve, RetentionReport, retention};
pub use segments::{KQuality, SEGMENTS_MAX, STABLE, Segment, SegmentReport, SegmentsOptions, segments};
pub use users::{MEASURES, USERS_MAX};
