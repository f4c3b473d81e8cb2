//! `init`.

use super::world::{Home, run_in};

#[test]
fn a_configuration_and_a_private_data_folder_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run_in(dir.path(), &["init"], &[], "").succeeds();
    assert_eq!(
        ran.out,
        "wrote attention.toml\ndata folder data\nnext: keys add signer, keys add transmitter, import, doctor, run\n"
    );
    let written = std::fs::read_to_string(dir.path().join("attention.toml")).unwrap();
    assert_eq!(written, include_str!("../../config.example.toml"));
    let home = Home::new();
    assert_eq!((home.mode("attention.toml"), home.mode("data")), (0o600, 0o700));
}

#[test]
fn nothing_is_overwritten_without_force() {
    let home = Home::new();
    home.write("data/precious", "p");
    let before = std::fs::read(home.path("attention.toml")).unwrap();
    let again = ["init", "--chain-id", "other-1"];
    home.run(&again)
        .fails(3, "attention.toml: exists already; name another file by --config, or give --force");
    assert_eq!(std::fs::read(home.path("attention.toml")).unwrap(), before);
    home.run(&[&again[..], &["--force"]].concat()).succeeds();
    let text = std::fs::read_to_string(home.path("attention.toml")).unwrap();
    assert!(text.contains("chain_id = \"other-1\""), "{text}");
    assert_eq!(std::fs::read(home.path("data/precious")).unwrap(), b"p", "data are never touched");
}

#[test]
fn every_option_lands_in_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let contract = super::world::address(7, 32);
    let arguments = [
        "init",
        "--config",
        "op0/a.toml",
        "--chain-id",
        "my-1",
        "--rpc",
        "http://127.0.0.1:1",
        "--rpc",
        "https://node.example",
        "--contract",
        &contract,
        "--data-dir",
        "d",
        "--links",
        "links.csv",
        "--peer",
        "http://10.0.0.2:7780",
        "--listen",
        "127.0.0.1:9",
        "--json",
    ];
    let ran = run_in(dir.path(), &arguments, &[], "");
    assert_eq!(ran.json(), serde_json::json!({"config": "op0/a.toml", "data_dir": "op0/d"}));
    let text = std::fs::read_to_string(dir.path().join("op0/a.toml")).unwrap();
    for line in [
        "data_dir = \"d\"",
        "chain_id = \"my-1\"",
        "rpcs = [\"http://127.0.0.1:1\", \"https://node.example\"]",
        &format!("contract = \"{contract}\""),
        "links = \"links.csv\"",
        "urls = [\"http://10.0.0.2:7780\"]",
        "listen = \"127.0.0.1:9\"",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in {text}");
    }
    assert!(dir.path().join("op0/d").is_dir());
}

/// What is refused leaves no file behind: the next try would need --force for nothing.
#[test]
fn a_refused_value_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run_in(dir.path(), &["init", "--rpc", "tcp://x"], &[], "");
    ran.fails(3, "attention.toml: chain.rpcs is \"tcp://x\": an address such as \"http://127.0.0.1:26657\"");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    std::fs::write(dir.path().join("msg.json"), "{}").unwrap();
    let ran = run_in(dir.path(), &["init", "--instantiate-msg", "msg.json"], &[], "");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("msg.json: missing field"), "{ran:?}");
    assert!(!dir.path().join("attention.toml").exists());
}

#[test]
fn the_instantiate_message_fills_the_deployment() {
    let home = super::world::operator_home("http://127.0.0.1:9");
    let text = std::fs::read_to_string(home.path("attention.toml")).unwrap();
    assert!(text.contains("genesis_s = 1900000000") && text.contains("name = \"operator 3\""), "{text}");
    let own = home.run(&["keys", "show", "signer", "--json"]).json()["pubkey"].as_str().unwrap().to_owned();
    assert!(text.contains(&own));
}
