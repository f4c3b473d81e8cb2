//! One test binary: one file for each subject.

mod lint;
