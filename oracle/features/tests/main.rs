//! One test binary: one file for each subject.

mod cases;
