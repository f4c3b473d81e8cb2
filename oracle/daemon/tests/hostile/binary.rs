//! The binary against nodes that lie: an exit code, one line, no panic, nothing signed.

use attention_oracle::config::Config;
use attention_protocol::RULES_VERSION;
use serde_json::{Value, json};

use super::rpc::{answered, node, status};
use super::server::{Reply, Server};
use super::world::{Home, Ran, operator_home};

const CHAIN: &str = "attention-local-1";

/// A node on which every contract query is answered so.
fn contract(answer: Value) -> Server {
    let data = answer.to_string().into_bytes();
    // Field 1, its length as a varint, the bytes.
    let mut message = vec![0x0a];
    let mut rest = data.len();
    while rest >= 0x80 {
        message.push((rest % 0x80) as u8 | 0x80);
        rest /= 0x80;
    }
    message.push(rest as u8);
    message.extend(data);
    let value = cosmwasm_std::Binary::from(message).to_base64();
    node(status(CHAIN, 1, false), move |body| {
        answered(body, json!({"response": {"code": 0, "value": value}}))
    })
}

/// What the contract of the home's own configuration would answer to `config`.
fn own_config(home: &Home) -> Value {
    let config = Config::load(&home.path("attention.toml")).unwrap();
    let ours = config.deployment().unwrap();
    let base64 = |bytes: &[u8]| json!(cosmwasm_std::Binary::from(bytes));
    let keys = ours.operators.pubkeys().iter().zip(&ours.names);
    let operators: Vec<Value> =
        keys.map(|(key, name)| json!({"name": name, "pubkey": base64(key)})).collect();
    json!({
        "config_version": ours.config_version, "config_digest": base64(&ours.digest()), "rules_version": RULES_VERSION,
        "operators": operators, "faulty_max": 1, "quorum": 3, "clock": ours.clock, "spec_hash": base64(&ours.spec_hash),
        "limits": {"denoms": [], "settle_grace_s": 604_800, "claim_period_s": 604_800, "pause_max_s": 86_400},
    })
}

fn home_with_data(rpc: &str) -> Home {
    let home = operator_home(rpc);
    home.write("assets.csv", super::data::assets());
    home.write("sales.csv", super::data::sales(&[super::data::sale(1, 1)]));
    super::data::import_small(&home).succeeds();
    home
}

fn last_line(ran: &Ran) -> &str {
    ran.err.lines().last().unwrap_or_default()
}

#[test]
fn a_contract_of_another_configuration_is_never_signed_for() {
    let home = home_with_data("http://127.0.0.1:1");
    let contract_address = super::world::address(7, 32);
    let mut other_spec = own_config(&home);
    let ours = other_spec["spec_hash"].clone();
    other_spec["spec_hash"] = json!(cosmwasm_std::Binary::from([9; 32]));
    let hex_of =
        |text: &Value| hex::encode(cosmwasm_std::Binary::from_base64(text.as_str().unwrap()).unwrap());
    let spec_message = format!("spec_hash is {} there and {} here", "09".repeat(32), hex_of(&ours));
    // The digest is the right one, and the clock behind it is another: a digest that is told counts for nothing.
    let mut other_clock = own_config(&home);
    other_clock["clock"]["genesis_s"] = json!(1_900_000_001u64);
    let clock_message = "clock is genesis 1900000001 length 86400 report_period 21600 dispute_window 21600 open_period \
                         3600 min_blocks 6 there and genesis 1900000000 length 86400 report_period 21600 dispute_window \
                         21600 open_period 3600 min_blocks 6 here"
        .to_owned();
    for (told, message) in [(other_spec, spec_message), (other_clock, clock_message)] {
        let liar = contract(told);
        let rpcs = format!("[\"{}\"]", liar.url);
        let expected = format!(
            "error: the contract {contract_address} is not the one in the configuration: {message}; nothing is signed until \
             both agree"
        );
        for command in [&["sign", "--epoch", "0"][..], &["submit", "--epoch", "0"], &["run"]] {
            let arguments = [command, &["--passphrase-file", "pass"]].concat();
            let ran = home.run_with(&arguments, &[("ATTENTION__CHAIN__RPCS", &rpcs)]);
            assert_eq!((ran.code, last_line(&ran)), (5, expected.as_str()), "{command:?}: {ran:?}");
        }
    }
    assert_eq!(std::fs::metadata(home.path("data/journal")).unwrap().len(), 0, "nothing was signed");
}

#[test]
fn no_answer_makes_it_panic_or_hang() {
    let home = home_with_data("http://127.0.0.1:1");
    let honest_status = || status(CHAIN, 1, false);
    let liars = [
        Server::start(|_, _| Reply::Silence),
        Server::start(|_, _| Reply::Drip),
        Server::start(|_, _| Reply::Endless),
        Server::start(|_, _| Reply::Http("500 Internal Server Error", "<html>".into())),
        Server::start(|_, _| Reply::ok("[".repeat(100_000))),
        Server::start(|_, _| Reply::Raw(vec![0; 4_000])),
        node(status("evil-1", 1, false), |_| Reply::Silence),
        node(honest_status(), |_| Reply::Endless),
        node(honest_status(), |body| {
            answered(body, json!({"response": {"code": 18, "log": "unknown query"}}))
        }),
        contract(json!([])),
        contract(json!({"now_s": -1})),
        contract(
            json!({"now_s": u64::MAX, "height": 1, "open_epoch": u64::MAX, "revision": 0, "window_end_s": 0}),
        ),
    ];
    for (at, liar) in liars.iter().enumerate() {
        let rpcs = format!("[\"{}\"]", liar.url);
        let variables =
            [("ATTENTION__CHAIN__RPCS", rpcs.as_str()), ("ATTENTION__CHAIN__REQUEST_TIMEOUT", "1s")];
        let start = std::time::Instant::now();
        for command in [&["status"][..], &["score", "--epoch", "0", "--dry-run"], &["run"]] {
            let ran = home.run_with(&[command, &["--passphrase-file", "pass"]].concat(), &variables);
            assert_eq!(ran.code, 4, "liar {at}, {command:?}: {ran:?}");
            assert!(
                last_line(&ran).starts_with("error: ") && !ran.err.contains("panicked"),
                "liar {at}: {ran:?}"
            );
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(30), "liar {at}: {:?}", start.elapsed());
    }
    assert_eq!(std::fs::metadata(home.path("data/journal")).unwrap().len(), 0, "nothing was signed");
}
