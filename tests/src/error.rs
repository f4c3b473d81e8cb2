//! What can go wrong around the system under test.

use thiserror::Error;

/// The harness, not the system, failed.
#[derive(Debug, Error)]
pub enum E2eError {
    /// A file or process could not be used.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// Why.
        source: std::io::Error,
    },
    /// A script failed, or printed something else than it should.
    #[error("{0}")]
    Output(String),
}

impl E2eError {
    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io { what: what.into(), source }
    }
}
