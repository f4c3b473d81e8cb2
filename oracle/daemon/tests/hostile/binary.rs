//! The binary against nodes that lie: an exit code, one line, no panic, nothing signed.

use attention_oracle::config::DeploymentConfig;
use attention_protocol::hash::sha256;
use attention_protocol::{OperatorSet, ReportBody};
use serde_json::{Value, json};

use super::contract::{CHAIN, contract, deployment, told};
use super::rpc::{answered, node, status};
use super::server::{Reply, Server};
use super::world::{Home, Ran, operator_home};

/// A contract that answers everything so.
fn always(answer: Value) -> Server {
    contract(move |_| Some(answer.clone()))
}

pub fn home_with_data(rpc: &str) -> Home {
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
    let mut other_spec = told(&deployment(&home));
    let ours = other_spec["spec_hash"].clone();
    // Operators agreed on boosted trees, and this one still has logistic regression.
    home.write("gbdt.json", home.run(&["spec", "print", "--model", "gbdt"]).succeeds().out);
    let theirs = home.run(&["spec", "hash", "gbdt.json"]).succeeds().out.trim().to_owned();
    other_spec["spec_hash"] = json!(cosmwasm_std::Binary::from(hex::decode(&theirs).unwrap()));
    let hex_of =
        |text: &Value| hex::encode(cosmwasm_std::Binary::from_base64(text.as_str().unwrap()).unwrap());
    let spec_message = format!("spec_hash is {theirs} there and {} here", hex_of(&ours));
    // The digest is the right one, and the clock behind it is another: a digest that is told counts for nothing.
    let mut other_clock = told(&deployment(&home));
    other_clock["clock"]["genesis_s"] = json!(1_900_000_001u64);
    let clock_message = "clock is genesis 1900000001 length 86400 report_period 21600 dispute_window 21600 open_period \
                         3600 min_blocks 6 there and genesis 1900000000 length 86400 report_period 21600 dispute_window \
                         21600 open_period 3600 min_blocks 6 here"
        .to_owned();
    for (told, message) in [(other_spec, spec_message), (other_clock, clock_message)] {
        let liar = always(told);
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
        always(json!([])),
        always(json!({"now_s": -1})),
        always(
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

/// The same operators in the opposite order, as version 2.
pub fn rotated(home: &Home) -> DeploymentConfig {
    let ours = deployment(home);
    let keys: Vec<_> = ours.operators.pubkeys().iter().rev().map(cosmwasm_std::Binary::from).collect();
    let names = ours.names.iter().rev().cloned().collect();
    DeploymentConfig { config_version: 2, operators: OperatorSet::new(&keys, 1).unwrap(), names, ..ours }
}

/// A contract whose window of epoch 0 has ended: this configuration is in force, this is its report, and nothing else ever
/// happened.
pub fn epoch_zero(config: Value, report: Value) -> Server {
    contract(move |query| {
        let zeros = cosmwasm_std::Binary::from([0; 32]);
        match query.as_object()?.keys().next()?.as_str() {
            "config" => Some(config.clone()),
            "epoch_status" => Some(json!({
                "now_s": 1_900_090_000u64, "height": 9, "current_epoch": 1, "open_epoch": 0, "revision": 0,
                "window_end_s": 1_900_086_400u64, "due_s": 1_900_108_000u64, "prev_digest": zeros,
                "input_root": null, "anchor_from_s": null, "anchor_by_any_from_s": null, "anchor_rank": null,
            })),
            "report" => Some(report.clone()),
            "reports" => Some(json!({"reports": []})),
            "campaigns" => Some(json!({"campaigns": []})),
            "consent_changes" => Some(json!({"changes": []})),
            "config_proposal" => Some(json!({"next_version": 3, "proposal": null})),
            _ => None,
        }
    })
}

/// A report's state; with a body it is pending.
pub fn report_of(body: Option<&ReportBody>) -> Value {
    let bytes = |bytes: &[u8]| json!(cosmwasm_std::Binary::from(bytes));
    let posted = body.map(|_| 1_900_089_000u64);
    json!({
        "epoch": 0, "status": if body.is_some() { "pending" } else { "open" }, "revision": 0,
        "body": body.map(|body| bytes(&body.pack())), "digest": body.map(|body| bytes(&body.digest())), "signers": [],
        "submitted_at_s": posted, "ends_at_s": posted, "ends_height": posted, "open_demands": 0, "voided": [],
    })
}

pub fn rotated_contract(home: &Home) -> Server {
    epoch_zero(told(&rotated(home)), report_of(None))
}

#[test]
fn another_operator_set_is_signed_for_only_once_it_is_accepted() {
    let home = home_with_data("http://127.0.0.1:1");
    let later = rotated(&home);
    let node = rotated_contract(&home);
    let rpcs = format!("[\"{}\"]", node.url);
    let sign = ["sign", "--epoch", "0", "--json", "--passphrase-file", "pass"];
    let digest = hex::encode(later.digest());
    let expected = format!(
        "error: configuration version 2 of the contract {} (digest {digest}) is not accepted here: look at it with \
         `attention-oracle operator config`, then put the digest into deployment.accepted_configs and start again",
        later.contract
    );
    let variables = [("ATTENTION__CHAIN__RPCS", rpcs.as_str())];
    let ran = home.run_with(&sign, &variables);
    assert_eq!((ran.code, last_line(&ran)), (5, expected.as_str()), "{ran:?}");
    assert_eq!(std::fs::metadata(home.path("data/journal")).unwrap().len(), 0, "nothing was signed");
    let shown = home.run_with(&["operator", "config", "--json"], &variables).json();
    assert_eq!(
        (&shown["epoch"], &shown["config_version"], &shown["own_index"]),
        (&json!(2), &json!(2), &json!(3))
    );
    assert_eq!((&shown["config_digest"], &shown["accepted"]), (&json!(digest), &json!(false)));
    let accepted = format!("[\"{digest}\"]");
    for (key, value) in [("ACCEPTED_CONFIGS", accepted.as_str()), ("ACCEPT_ROTATION", "true")] {
        let key = format!("ATTENTION__DEPLOYMENT__{key}");
        let variables = [variables[0], (key.as_str(), value)];
        let signed = home.run_with(&sign, &variables).json();
        assert_eq!(signed["index"], 3, "its index is that of the configuration in force");
        let body = hex::decode(signed["body"].as_str().unwrap()).unwrap();
        assert_eq!(body[..32], later.digest(), "and so is the digest");
        let shown = home.run_with(&["operator", "config", "--json"], &variables).json();
        assert_eq!((&shown["accepted"], &shown["reason"]), (&json!(true), &json!(null)));
    }
}

/// The proof of possession, checked with nothing but the key.
#[test]
fn a_proof_of_possession_names_admin_version_and_key() {
    use attention_protocol::possession::Possession;
    let home = home_with_data("http://127.0.0.1:1");
    let node = rotated_contract(&home);
    let rpcs = format!("[\"{}\"]", node.url);
    let admin = super::world::address(42, 20);
    let id = attention_core::links::decode_address(&admin, "wasm").unwrap();
    let deployment = deployment(&home).deployment;
    for (version, key) in [(None, None), (Some("7"), Some("transmitter"))] {
        let mut arguments =
            vec!["operator", "possession", "--admin", &admin, "--json", "--passphrase-file", "pass"];
        arguments.extend(version.iter().flat_map(|version| ["--config-version", version]));
        arguments.extend(key.iter().flat_map(|key| ["--key", key]));
        let shown = home.run_with(&arguments, &[("ATTENTION__CHAIN__RPCS", &rpcs)]).json();
        let config_version = if version.is_some() { 7 } else { 3 };
        assert_eq!(shown["config_version"], config_version, "the contract's next one, if none is named");
        let pubkey: [u8; 33] = hex::decode(shown["pubkey"].as_str().unwrap()).unwrap().try_into().unwrap();
        let own = home.run(&["keys", "show", key.unwrap_or("signer"), "--json"]).json();
        assert_eq!(shown["pubkey"], own["pubkey"]);
        let digest =
            Possession { deployment: &deployment, config_version, admin: &id, pubkey: &pubkey }.digest();
        let proof = cosmwasm_std::Binary::from_base64(shown["possession"].as_str().unwrap()).unwrap();
        let set = OperatorSet::new(&[cosmwasm_std::Binary::from(pubkey)], 0).unwrap();
        let proof: [u8; 64] = proof.as_slice().try_into().unwrap();
        attention_oracle::peers::verify_signature(&set, 0, &digest, &proof).unwrap();
    }
    let ran = home.run(&["operator", "possession", "--admin", "nobody", "--passphrase-file", "pass"]);
    assert_eq!(ran.code, 3);
    assert!(last_line(&ran).starts_with("error: --admin \"nobody\": is not bech32"), "{ran:?}");
}

/// A pending report that is ours, one computed from something else, and one whose file shows nothing.
#[test]
fn the_watcher_says_what_to_do_about_a_pending_report() {
    let home = home_with_data("http://127.0.0.1:1");
    let config = told(&deployment(&home));
    let run_on = |node: &Server, arguments: &[&str]| {
        let rpcs = format!("[\"{}\"]", node.url);
        let arguments = [arguments, &["--json", "--passphrase-file", "pass"]].concat();
        home.run_with(&arguments, &[("ATTENTION__CHAIN__RPCS", &rpcs)])
    };
    let open = epoch_zero(config.clone(), report_of(None));
    let signed = run_on(&open, &["sign", "--epoch", "0"]).json();
    let ours = ReportBody::unpack(&hex::decode(signed["body"].as_str().unwrap()).unwrap()).unwrap();
    let ran = run_on(&open, &["watch", "--epoch", "0"]);
    assert_eq!((ran.code, last_line(&ran)), (4, "error: epoch 0 is Open: no report of it is pending"));
    let watch = |body: &ReportBody| {
        let ran = run_on(&epoch_zero(config.clone(), report_of(Some(body))), &["watch", "--epoch", "0"]);
        let shown: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran.code, shown, last_line(&ran).to_owned())
    };
    let (code, shown, _) = watch(&ours);
    assert_eq!((code, &shown["recomputed"]["verdict"], &shown["findings"]), (0, &json!("match"), &json!([])));
    let other_input = ReportBody { input_root: [9; 32], ..ours.clone() };
    let (code, shown, line) = watch(&other_input);
    assert_eq!((code, &shown["recomputed"]["field"]), (5, &json!("input_root")));
    assert!(line.ends_with("there, and nothing in its file can be convicted: challenge it"), "{line}");
    let missing = ReportBody { leaves_hash: [8; 32], ..ours.clone() };
    let node = epoch_zero(config.clone(), report_of(Some(&missing)));
    let ran = run_on(&node, &["watch", "--epoch", "0"]);
    assert_eq!(ran.code, 1);
    assert!(
        last_line(&ran).ends_with("at any of the 0 configured peers: demand openings (demand_open)"),
        "{ran:?}"
    );
    let garbage = b"no leaves at all".to_vec();
    let hidden = ReportBody { leaves_hash: sha256(&[&garbage]), ..ours };
    home.write(&format!("data/leaves/{}.bin", hex::encode(hidden.leaves_hash)), garbage);
    let (code, shown, line) = watch(&hidden);
    assert_eq!((code, &shown["findings"][0]["finding"]), (5, &json!("hidden")));
    assert!(line.contains("the file cannot be read") && line.contains("demand an opening"), "{line}");
}
