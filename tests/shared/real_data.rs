//! Real data, where they are at hand: `ATTENTION_DATA`, else `../shared/data` beside the repository. Shared by the tests of
//! several crates, each of which names this file as a module.

use std::io::{Write, stderr};
use std::path::PathBuf;

/// The folder of a set of data if all of these files are in it; else it is told that the test is skipped.
#[allow(clippy::explicit_write, reason = "the test harness would swallow an eprintln")]
pub fn real_data(set: &str, files: &[&str]) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var_os("ATTENTION_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = data.join(set);
    if files.iter().all(|file| folder.join(file).is_file()) {
        return Some(folder);
    }
    writeln!(stderr(), "SKIPPED: no {} in {}; set ATTENTION_DATA", files.join(" and "), folder.display())
        .unwrap();
    None
}
