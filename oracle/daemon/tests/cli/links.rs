//! `links`.

use std::collections::BTreeSet;

use super::data::imported;
use super::world::{Home, address};

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

fn check(rows: &str) -> super::world::Ran {
    let home = Home::new();
    home.write("links.csv", format!("user,address\n{rows}"));
    home.run(&["links", "check", "links.csv"])
}

#[test]
fn a_derived_file_is_complete_stable_and_passes_the_check() {
    let home = imported();
    home.write("words", WORDS);
    let derive = |out, seed| {
        let arguments = [
            "links",
            "derive",
            "--mnemonic-file",
            "words",
            "--seed",
            seed,
            "--out",
            out,
            "--indices",
            "indices.csv",
            "--json",
        ];
        home.run(&arguments).json()
    };
    let (first, again, other) = (derive("a.csv", "42"), derive("b.csv", "42"), derive("c.csv", "43"));
    assert_eq!(first, again);
    let read = |name| std::fs::read_to_string(home.path(name)).unwrap();
    assert_eq!(read("a.csv"), read("b.csv"));
    assert_ne!(read("a.csv"), read("c.csv"));
    let users: BTreeSet<String> = home
        .run(&["export"])
        .succeeds()
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["user"].as_str().unwrap().to_owned()
        })
        .collect();
    let (linked, unlinked) = (first["linked"].as_u64().unwrap(), first["unlinked"].as_u64().unwrap());
    assert_eq!(linked + unlinked, users.len() as u64);
    let tenth = users.len() as f64 / 10.0;
    assert!((unlinked as f64 - tenth).abs() < 4.0 * (tenth * 0.9).sqrt(), "{unlinked} of {}", users.len());
    assert_eq!(read("a.csv").lines().count() as u64, linked + 1);
    let checked = home.run(&["links", "check", "a.csv", "--json"]).json();
    assert_eq!(checked["linked"], first["linked"]);
    assert_eq!(checked["hash"].as_str().unwrap().len(), 64);
    assert_ne!(home.run(&["links", "check", "c.csv", "--json"]).json()["hash"], checked["hash"]);
    assert_eq!(other["linked"].as_u64().unwrap() + other["unlinked"].as_u64().unwrap(), users.len() as u64);
}

#[test]
fn wrong_rows_are_refused_with_file_line_and_value() {
    let (one, two) = (address(1, 20), address(2, 20));
    check(&format!("ann,{one}\nbob,{two}\n")).succeeds();
    check(&format!("ann,{one}\nbob,{one}\n"))
        .fails(3, "links.csv: line 3: the address of user bob belongs to user ann; an address has one user");
    check(&format!("ann,{one}\n\nann,{two}\n"))
        .fails(3, "links.csv: line 4: user ann is linked already; a user has one address");
    let last = if one.ends_with('q') { "p" } else { "q" };
    let changed = format!("{}{last}", &one[..one.len() - 1]);
    let ran = check(&format!("ann,{changed}\n"));
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.starts_with(&format!("error: links.csv: line 2: address {changed:?}: is not bech32: ")),
        "{ran:?}"
    );
    check("ann\n").fails(3, "links.csv: line 2: \"ann\" is not `user,address`");
    check(&format!("ann,{}\n", one.to_uppercase())).fails(
        3,
        &format!(
            "links.csv: line 2: address {:?}: has upper-case letters; write it in lower case",
            one.to_uppercase()
        ),
    );
}

#[test]
fn files_that_are_no_tables_are_refused() {
    let home = Home::new();
    home.write("a.csv", "user;address\n");
    home.run(&["links", "check", "a.csv"])
        .fails(3, "a.csv: line 1 is \"user;address\", must be \"user,address\"");
    home.write("b.csv", b"user,address\n\xff\xfe,x\n");
    home.run(&["links", "check", "b.csv"]).fails(3, "b.csv: it is not UTF-8 text");
    home.run(&["links", "check", "c.csv"]).fails(3, "c.csv: No such file or directory (os error 2)");
    home.write_mode("words", WORDS, 0o644);
    home.run(&["links", "derive", "--mnemonic-file", "words", "--out", "d.csv"])
        .fails(3, "words has mode 0644: others could read it; run `chmod 600 words`");
    assert!(!home.path("d.csv").exists());
}
