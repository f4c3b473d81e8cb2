//! The synthetic world against its truth, and against the cleaning.

mod cases;
