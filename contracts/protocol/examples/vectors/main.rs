//! Writes the golden vectors, or compares them with what stands in `schema/vectors/`.
//!
//! `cargo run -p attention-protocol --example vectors -- write|check DIR`
//!
//! If `check` fails, an encoding, a tree or a rule has changed: that is a new `RULES_VERSION`, a migration and a
//! new set of vectors, never an edit of the old ones.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod draw;
mod encodings;
mod fraud;
mod rules;
mod trees;

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

/// Makes the contents of one file.
type Make = fn() -> Value;

/// Every vector file: its name and how to make it.
const FILES: [(&str, Make); 11] = [
    ("rules.json", rules::rules),
    ("terms.json", rules::terms),
    ("clock.json", rules::clock),
    ("settle.json", rules::settle),
    ("allocation_trees.json", trees::allocation),
    ("plain_trees.json", trees::plain),
    ("report.json", encodings::report),
    ("possession.json", encodings::possession),
    ("anchors.json", encodings::anchors),
    ("leaves_file.json", encodings::leaves_file),
    ("fraud.json", fraud::fraud),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [mode, dir] = args.as_slice() else {
        eprintln!("usage: vectors write|check DIR");
        return ExitCode::from(2);
    };
    let mut failed = false;
    for (name, make) in FILES {
        let path = Path::new(dir).join(name);
        let text = serde_json::to_string_pretty(&make()).expect("a JSON value serialises") + "\n";
        let result = match mode.as_str() {
            "write" => std::fs::write(&path, &text).map_err(|error| error.to_string()),
            "check" => match std::fs::read_to_string(&path) {
                Ok(committed) if committed == text => Ok(()),
                Ok(_) => Err("differs from what the crate produces".to_string()),
                Err(error) => Err(error.to_string()),
            },
            _ => Err(format!("unknown mode {mode:?}: write or check")),
        };
        match result {
            Ok(()) => println!("{mode} {}: ok", path.display()),
            Err(error) => {
                eprintln!("{mode} {}: {error}", path.display());
                failed = true;
            }
        }
    }
    ExitCode::from(u8::from(failed))
}
