//! The daemon: everything wired once, then one supervised group.

mod app;
mod driver;
mod effects;
mod running;
mod status;
mod trainer;

pub use app::{App, RunError};
pub(crate) use trainer::now_s;
