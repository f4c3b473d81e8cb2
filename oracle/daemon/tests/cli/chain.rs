//! Commands that need the chain, where there is none: exit code 4 and the node's name.

use std::net::TcpListener;

use super::data;
use super::world::{Home, address, operator_home};

/// An address that nobody listens on.
pub fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    format!("127.0.0.1:{port}")
}

fn imported(rpc: &str) -> Home {
    let home = operator_home(rpc);
    home.write("assets.csv", data::assets());
    home.write("sales.csv", data::sales(&[data::sale(1, 1)]));
    data::import_small(&home).succeeds();
    home
}

#[test]
fn without_a_node_every_such_command_exits_with_4_and_names_it() {
    let node = closed();
    let home = imported(&format!("http://{node}/secret-path"));
    let account = address(1, 20);
    home.write("words", "abandon ".repeat(11) + "about");
    let commands: [&[&str]; 18] = [
        &["status"],
        &["query", "{\"config\":{}}"],
        &["score", "--epoch", "0", "--dry-run"],
        &["report", "build", "--epoch", "0"],
        &["report", "show", "--epoch", "0"],
        &["report", "verify", "--epoch", "0"],
        &["watch", "--epoch", "0"],
        &["operator", "config"],
        &["operator", "possession", "--admin", &account],
        &["sign", "--epoch", "0"],
        &["submit", "--epoch", "0"],
        &["settle", "--epoch", "0"],
        &["proof", "--campaign", "1", "--account", &account],
        &["claim", "--mnemonic-file", "words"],
        &["campaign", "stop", "--campaign", "1", "--key", "transmitter"],
        &["campaign", "fund", "--campaign", "1", "--funds", "5ureward", "--key", "transmitter"],
        &["run"],
        &["claim", "--key", "transmitter", "--api", "http://127.0.0.1:1"],
    ];
    for command in commands {
        let ran = home.run(&[command, &["--passphrase-file", "pass"]].concat());
        assert_eq!(ran.code, 4, "{command:?}: {ran:?}");
        let last = ran.err.lines().last().unwrap();
        assert!(last.starts_with(&format!("error: node {node}: ")), "{command:?}: {ran:?}");
        assert!(last.contains("Connection refused"), "{command:?}: {ran:?}");
        assert!(!ran.err.contains("secret-path"), "an address's path may be a secret: {ran:?}");
        assert_eq!(ran.out, "", "{command:?}");
    }
}

#[test]
fn the_doctor_checks_everything_and_says_what_fails() {
    let node = closed();
    let home = imported(&format!("http://{node}"));
    let ran = home.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1);
    let checks: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    let of = |name: &str| {
        let check =
            checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("{name}: {ran:?}"));
        (check["ok"].as_bool().unwrap(), check["detail"].as_str().unwrap().to_owned())
    };
    assert!(of("disk").0 && of("data").0);
    assert_eq!(of("data").1, "2 events, 10 assets, 0 links, 0 conflicting ids");
    assert_eq!(of("signer key"), (true, "operator 0".to_owned()));
    assert!(!of("chain").0 && of("chain").1.contains(&node), "{checks:?}");
    assert!(!of("clock").0, "without a block nothing is known about the clock: {checks:?}");
    let failed = checks.iter().filter(|check| check["ok"] == false).count();
    ran.fails(1, &format!("{failed} of {} checks failed", checks.len()));
}

/// Only what is wrong with the chain exits with 4: what is wrong here is said first, without a node.
#[test]
fn bad_input_is_refused_before_the_chain_is_asked() {
    let home = imported(&format!("http://{}", closed()));
    let ran = home.run(&["query", "{\"nonsense\":{}}"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("query \"{\\\"nonsense\\\":{}}\": unknown variant `nonsense`"), "{ran:?}");
    let missing =
        "there is no key \"sponsor\" in data/keys: make one with `attention-oracle keys add sponsor`";
    home.run(&["campaign", "stop", "--campaign", "1", "--passphrase-file", "pass"]).fails(3, missing);
    home.write("terms.json", "{}");
    let ran = home.run(&["campaign", "create", "--create", "terms.json", "--funds", "5ureward"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("error: terms.json: missing field `terms`"), "{ran:?}");
    home.run(&["scale", "--from", "5", "--to", "4", "--terms", "terms.json"])
        .fails(3, "--from 5 --to 4: rising, at most 1024 epochs");
    home.write("wrong", "nobody knows");
    home.run(&["run", "--passphrase-file", "wrong"]).fails(3, "data/keys/signer.age: wrong passphrase");
}

/// A signer that is no operator does not even ask the chain.
#[test]
fn a_key_that_is_no_operators_is_refused() {
    let home = imported(&format!("http://{}", closed()));
    home.edit("signer = \"signer\"", "signer = \"stranger\"");
    home.run(&["keys", "add", "stranger", "--passphrase-file", "pass"]).succeeds();
    let pubkey =
        home.run(&["keys", "show", "stranger", "--json"]).json()["pubkey"].as_str().unwrap().to_owned();
    let message = format!(
        "key \"stranger\" has public key {pubkey}, which is none of deployment.operators: wrong key, or not yet an operator"
    );
    home.run(&["run", "--passphrase-file", "pass"]).fails(3, &message);
}
