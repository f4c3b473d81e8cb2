//! A node whose contract answers queries as a test wants.

use attention_oracle::config::{Config, DeploymentConfig};
use attention_protocol::RULES_VERSION;
use serde_json::{Value, json};

use super::rpc::{answered, node, status};
use super::server::Server;
use super::world::{Home, limits, security};

pub const CHAIN: &str = "attention-local-1";

/// A node on which each query of the contract (a JSON value) is answered so; `None`: the contract refuses.
pub fn contract(answer: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> Server {
    node(status(CHAIN, 1, false), move |body| {
        let told = match query_of(body).and_then(|query| answer(&query)) {
            Some(told) => json!({"code": 0, "value": cosmwasm_std::Binary::from(field_1(&told)).to_base64()}),
            None => json!({"code": 18, "log": "unknown query"}),
        };
        answered(body, json!({"response": told}))
    })
}

/// The contract's query in a request: the last field of the hex-encoded message is its JSON.
fn query_of(body: &str) -> Option<Value> {
    let request: Value = serde_json::from_str(body).ok()?;
    let bytes = hex::decode(request["params"]["data"].as_str()?).ok()?;
    let start = bytes.iter().position(|byte| *byte == b'{')?;
    serde_json::from_slice(&bytes[start..]).ok()
}

/// Field 1 of a protobuf message: its tag, the length as a varint, the bytes.
fn field_1(value: &Value) -> Vec<u8> {
    let data = value.to_string().into_bytes();
    let mut message = vec![0x0a];
    let mut rest = data.len();
    while rest >= 0x80 {
        message.push((rest % 0x80) as u8 | 0x80);
        rest /= 0x80;
    }
    message.push(rest as u8);
    message.extend(data);
    message
}

pub fn deployment(home: &Home) -> DeploymentConfig {
    Config::load(&home.path("attention.toml")).unwrap().deployment().unwrap()
}

/// What an honest contract tells of a configuration.
pub fn told(config: &DeploymentConfig) -> Value {
    let base64 = |bytes: &[u8]| json!(cosmwasm_std::Binary::from(bytes));
    let keys = config.operators.pubkeys().iter().zip(&config.names);
    let operators: Vec<Value> = keys
        .map(|(key, name)| json!({"name": name, "pubkey": base64(key), "admin": format!("admin of {name}")}))
        .collect();
    json!({
        "config_version": config.config_version, "config_digest": base64(&config.digest()),
        "rules_version": RULES_VERSION, "operators": operators, "suspended": [],
        "faulty_max": config.operators.faulty_max(), "quorum": config.operators.quorum(), "clock": config.clock,
        "spec_hash": base64(&config.spec_hash), "limits": limits(), "security": security(),
    })
}
