//! Trees, forests and gradient boosting against exhaustive search, hand-worked values and hostile files.

mod boosting;
mod common;
mod files;
mod forests;
mod shopping;
mod single;
