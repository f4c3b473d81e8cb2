//! A daemon under a configuration that it does not sign for: it serves, says why it idles, and signs nothing.

use std::time::{Duration, Instant};

use attention_oracle::config::Config;
use attention_oracle::run::App;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::binary::{epoch_zero, home_with_data, report_of, rotated};
use super::contract::{deployment, told};
use super::world::Home;

/// What the daemon's own API says once it has told an alarm; then it is stopped.
async fn alarms(home: &Home) -> Value {
    let config = Config::load(&home.path("attention.toml")).unwrap();
    let url = format!("http://{}/v1/status", config.api.listen);
    let app = App::build(config, &SecretString::from("correct horse")).await.unwrap();
    let token = CancellationToken::new();
    let running = tokio::spawn(app.run(token.clone()));
    let start = Instant::now();
    let state = loop {
        assert!(start.elapsed() < Duration::from_secs(60), "no alarm");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let Ok(answer) = reqwest::get(&url).await else { continue };
        let state: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        if state["alarms_total"].as_u64() > Some(0) {
            break state;
        }
    };
    token.cancel();
    running.await.unwrap().unwrap();
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_and_says_why_it_signs_nothing() {
    let home = home_with_data("http://127.0.0.1:1");
    let ours = deployment(&home);
    // Accepted below, but our key is not in it: three of the others make a set.
    let others: Vec<_> = ours.operators.pubkeys().iter().skip(1).map(cosmwasm_std::Binary::from).collect();
    let without_us = attention_oracle::config::DeploymentConfig {
        operators: attention_protocol::OperatorSet::new(&others, 0).unwrap(),
        names: ours.names[1..].to_vec(),
        ..rotated(&home)
    };
    let mut suspended = told(&ours);
    suspended["suspended"] = json!([0]);
    let cases = [
        (told(&rotated(&home)), "is not accepted here"),
        (told(&without_us), "is none of the 3 operators of configuration version 2"),
        (suspended, "operator 0 of configuration version 1, which we are, is suspended"),
    ];
    let digest = hex::encode(without_us.digest());
    let (mut rpc, mut listen) = ("http://127.0.0.1:1".to_owned(), "127.0.0.1:7780".to_owned());
    home.edit("accepted_configs = []", &format!("accepted_configs = [\"{digest}\"]"));
    for (config, expected) in cases {
        let node = epoch_zero(config, report_of(None));
        let next_rpc = node.url.to_string().trim_end_matches('/').to_owned();
        home.edit(&rpc, &next_rpc);
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        home.edit(&listen, &free);
        (rpc, listen) = (next_rpc, free);
        let state = alarms(&home).await;
        let told = state["alarms"][0].as_str().unwrap();
        assert!(told.starts_with("epoch 0: nothing is built, signed or posted here: "), "{told}");
        assert!(told.contains(expected), "{told}");
        assert_eq!(state["index"], Value::Null);
    }
    assert_eq!(std::fs::metadata(home.path("data/journal")).unwrap().len(), 0, "nothing was signed");
}
