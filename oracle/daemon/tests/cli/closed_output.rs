//! A reader that has gone, as `head` does, ends a command quietly, whatever it prints and how.

use std::process::{Command, Stdio};

use super::data::imported;
use super::world::Home;

/// Exit code and what was told, of a command whose output nobody reads.
fn unread(home: &Home, arguments: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    // Before the command begins: there is no race for the first bytes.
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_attention-oracle"))
        .current_dir(home.path(""))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_closed_output_is_no_error() {
    let home = imported();
    for arguments in [
        &["export"][..],
        &["features", "--at", "2019-01-19", "--users", "2"],
        &["features", "--at", "2019-01-19", "--users", "2", "--json"],
        &["spec", "print"],
        &["spec", "print", "--json"],
        &["--help"],
        &["train", "--help"],
        &["--version"],
    ] {
        assert_eq!(unread(home, arguments), (Some(0), String::new()), "{arguments:?}");
    }
    let own = Home::new();
    own.write(
        "t.csv",
        format!("x,y\n{}", (0..200).map(|row| format!("{row},{}\n", row % 3 == 0)).collect::<String>()),
    );
    for arguments in [
        &["simulate", "--users", "60", "--days", "7", "--seed", "1", "--out", "w"][..],
        &["simulate", "--users", "60", "--days", "7", "--seed", "1", "--out", "w", "--json"],
        &["import", "--events", "w/events.csv", "--assets", "w/assets.csv", "--dry-run"],
        &["import", "--events", "w/events.csv", "--assets", "w/assets.csv", "--json"],
        &["train", "--data", "t.csv", "--target", "y", "--model", "logistic", "--out", "M.model"],
        &["train", "--data", "t.csv", "--target", "y", "--model", "logistic", "--out", "M.model", "--json"],
        &["evaluate", "--data", "t.csv", "--model", "M.model"],
        &["evaluate", "--data", "t.csv", "--model", "M.model", "--json"],
        &["behaviour", "segments", "--data", "w/events.csv"],
        &["behaviour", "segments", "--data", "w/events.csv", "--json"],
        &["keys", "list"],
        &["keys", "list", "--json"],
    ] {
        assert_eq!(unread(&own, arguments), (Some(0), String::new()), "{arguments:?}");
    }
    // What was to be done was done.
    assert!(own.path("w/truth.json").is_file() && own.path("M.model").is_file());
}

/// An error is an error, whether or not anybody reads what is told of it.
#[test]
fn an_error_keeps_its_code_where_nobody_reads_it() {
    let home = Home::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_attention-oracle"))
        .current_dir(home.path(""))
        .args(["train", "--data", "nowhere.csv", "--target", "y"])
        .stdout(Stdio::null())
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(3));
}
