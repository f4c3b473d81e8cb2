//! What commands print, and the codes they exit with.

use serde::{Serialize, Serializer};

/// How a command ends. Documented in `--help` and in the operators' guide; never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done.
    Ok = 0,
    /// Failed for a reason that is none of the others.
    Failed = 1,
    /// Wrong arguments.
    Usage = 2,
    /// Bad configuration, file or other input.
    Input = 3,
    /// The chain or a node: not reachable, stale, or a transaction refused.
    Chain = 4,
    /// Refused: by the sign-once guard, or because two things that must be equal are not.
    Refused = 5,
}

/// An amount as a decimal string: JSON numbers lose digits above 2^53.
///
/// # Errors
/// Those of the serializer.
pub fn decimal<S: Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// A line on standard error. Where nobody reads it, the work goes on, and its exit code stands.
pub fn tell(line: impl std::fmt::Display) {
    use std::io::Write;
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// One JSON document on standard output.
///
/// # Errors
/// If the value cannot be JSON, or nobody reads.
pub fn print_json(value: &impl Serialize) -> Result<(), std::io::Error> {
    use std::io::Write;
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::other)?;
    writeln!(std::io::stdout().lock(), "{text}")
}
