//! Wrong configurations: each message names where, key, value and what to do.

use super::world::{Home, run_in};

/// What `keys list` says after one edit.
fn after(from: &str, to: &str) -> super::world::Ran {
    let home = Home::new();
    home.edit(from, to);
    home.run(&["keys", "list"])
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let dir = tempfile::tempdir().unwrap();
    let message =
        "attention.toml: No such file or directory (os error 2); make one with `attention-oracle init`";
    run_in(dir.path(), &["keys", "list"], &[], "").fails(3, message);
    let ran = run_in(dir.path(), &["keys", "list"], &[("ATTENTION_CONFIG", "other.toml")], "");
    ran.fails(3, &message.replace("attention.toml", "other.toml"));
}

#[test]
fn unknown_and_missing_keys_are_named() {
    after("step_s = 5", "steps = 5")
        .fails(3, "attention.toml: key round.steps: there is no such key; there are step_s, poll, transmit");
    after("step_s = 5\n", "").fails(3, "attention.toml: key round.step_s: missing");
    let ran = after("[model]", "[modell]");
    assert!(ran.err.contains("attention.toml: key modell: there is no such key; there are "), "{ran:?}");
    assert_eq!(ran.code, 3);
}

#[test]
fn text_that_is_no_toml_is_named_with_its_line() {
    let ran = after("[chain]", "[chain");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("attention.toml: TOML parse error at line 8, column 7"), "{ran:?}");
}

#[test]
fn values_of_another_type_are_named() {
    let ran = after("fee_max = 5000000", "fee_max = -1");
    ran.fails(3, "attention.toml: key chain.fee_max: is -1, must be a whole number, 0 or more");
    let ran = after("faulty_max = 1", "faulty_max = 300");
    ran.fails(3, "attention.toml: key deployment.faulty_max: is 300, must be a whole number from 0 to 255");
    let ran = after("min_blocks = 6", "min_blocks = \"six\"");
    ran.fails(
        3,
        "attention.toml: key deployment.min_blocks: is \"six\", must be a whole number from 0 to 4294967295",
    );
    let ran = after("transmit = true", "transmit = 1");
    ran.fails(3, "attention.toml: key round.transmit: is 1, must be true or false");
    let ran = after("rpcs = [\"http://127.0.0.1:26657\"]", "rpcs = \"http://127.0.0.1:26657\"");
    ran.fails(
        3,
        "attention.toml: key chain.rpcs: is \"http://127.0.0.1:26657\", must be a list in square brackets",
    );
    let ran = after("poll = \"1s\"", "poll = 1");
    ran.fails(3, "attention.toml: key round.poll: is 1, must be text in quotes");
}

#[test]
fn values_that_cannot_be_used_are_named() {
    let cases = [
        (
            "\"http://127.0.0.1:26657\"",
            "\"tcp://x\"",
            "chain.rpcs is \"tcp://x\": an address such as \"http://127.0.0.1:26657\"",
        ),
        (
            "\"http://127.0.0.1:26657\"",
            "\"127.0.0.1:26657\"",
            "chain.rpcs is \"127.0.0.1:26657\": an address such as \"http://127.0.0.1:26657\"",
        ),
        (
            "poll_interval = \"200ms\"",
            "poll_interval = \"200\"",
            "chain.poll_interval is \"200\": a duration such as \"500ms\", \"10s\" or \"5m\"",
        ),
        (
            "poll_interval = \"200ms\"",
            "poll_interval = \"-5s\"",
            "chain.poll_interval is \"-5s\": a duration such as \"500ms\", \"10s\" or \"5m\"",
        ),
        ("poll = \"1s\"", "poll = \"0s\"", "round.poll is \"0s\": above zero and at most one day"),
        (
            "block_age_max = \"60s\"",
            "block_age_max = \"2days\"",
            "chain.block_age_max is \"2days\": above zero and at most one day",
        ),
        (
            "gas_price = \"0.025uattn\"",
            "gas_price = \"cheap\"",
            "chain.gas_price is \"cheap\": such as \"0.025uattn\"",
        ),
        (
            "listen = \"127.0.0.1:7780\"",
            "listen = \"localhost\"",
            "api.listen is \"localhost\": such as \"127.0.0.1:7780\"",
        ),
        ("step_s = 5", "step_s = 0", "round.step_s is \"0\": 1 to 3600"),
        (
            "transmitter = \"transmitter\"",
            "transmitter = \"signer\"",
            "keys.transmitter is \"signer\": another key than keys.signer: who pays gas must not be able to sign reports",
        ),
        (
            "[spec]\n# The specification (JSON): features, model, engagement weights, replay. Empty: the built-in one for the sales data.\nfile = \"\"",
            "[spec]\nfile = \"gone.json\"",
            "spec.file is \"gone.json\": No such file or directory (os error 2)",
        ),
    ];
    for (from, to, message) in cases {
        after(from, to).fails(3, &format!("attention.toml: {message}"));
    }
}

#[test]
fn what_only_some_commands_need_is_asked_for_by_them_alone() {
    let home = Home::new();
    home.run(&["keys", "list"]).succeeds();
    let unset = "attention.toml: chain.contract is not set: put the address of the rewards contract there, or set \
                 ATTENTION__CHAIN__CONTRACT";
    home.run(&["status"]).fails(3, unset);
    home.edit("contract = \"\"", &format!("contract = \"{}\"", super::world::address(7, 32)));
    let unset = "attention.toml: deployment.operators is not set: list the operators, or run `attention-oracle init \
                 --instantiate-msg FILE`";
    home.run(&["status"]).fails(3, unset);
}

#[test]
fn the_environment_overrides_the_file() {
    let home = Home::new();
    home.write("pass", "x");
    let add = ["keys", "add", "a", "--passphrase-file", "pass", "--json"];
    let key = home.run_with(&add, &[("ATTENTION__CHAIN__PREFIX", "osmo")]).json();
    assert!(key["address"].as_str().unwrap().starts_with("osmo1"), "{key}");
    // A file named by ATTENTION_PASSPHRASE_FILE does as well as the option.
    let variables = [("ATTENTION_PASSPHRASE_FILE", "pass"), ("ATTENTION__KEYS__DIR", "elsewhere")];
    home.run_with(&["keys", "add", "b"], &variables).succeeds();
    assert!(home.path("elsewhere/b.age").is_file());
    let list =
        home.run_with(&["keys", "list", "--json"], &[("ATTENTION__CHAIN__RPCS", "[\"http://[::1]:1\"]")]);
    assert_eq!(list.json().as_array().unwrap().len(), 1);
}

#[test]
fn mistakes_in_the_environment_are_laid_at_its_door() {
    let home = Home::new();
    let with = |name, value| home.run_with(&["keys", "list"], &[(name, value)]);
    with("ATTENTION__ROUND__STEPS", "5").fails(
        3,
        "environment (ATTENTION__...): key round.steps: there is no such key; there are step_s, poll, transmit",
    );
    with("ATTENTION__CHAIN__FEE_MAX", "-1").fails(
        3,
        "environment (ATTENTION__...): key chain.fee_max: is -1, must be a whole number, 0 or more",
    );
}
