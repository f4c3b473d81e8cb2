//! Nodes that lie, stall or babble.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use attention_oracle::chain::{ChainClient, ChainConfig, ChainError, HttpLimits};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::server::{Reply, Server};

const CHAIN: &str = "test-1";
const TIMEOUT: Duration = Duration::from_millis(600);
const BODY_MAX: usize = 1 << 20;

fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

fn client(nodes: &[&Server]) -> ChainClient {
    let urls = nodes.iter().map(|node| node.url.clone()).collect();
    let limits = HttpLimits { timeout: TIMEOUT, body_bytes_max: BODY_MAX };
    ChainClient::new(ChainConfig { limits, ..ChainConfig::new(urls, CHAIN, "0.025uattn".parse().unwrap()) })
        .unwrap()
}

/// A status whose newest block is `age_s` old.
pub fn status(chain: &str, age_s: i64, catching_up: bool) -> Value {
    let time = OffsetDateTime::from_unix_timestamp(now_s() as i64 - age_s).unwrap().format(&Rfc3339).unwrap();
    json!({
        "node_info": {"network": chain},
        "sync_info": {"latest_block_height": "100", "latest_block_time": time, "catching_up": catching_up},
    })
}

/// The answer to a request, with its id.
pub fn answered(request: &str, result: Value) -> Reply {
    let request: Value = serde_json::from_str(request).unwrap();
    Reply::ok(json!({"jsonrpc": "2.0", "id": request["id"], "result": result}).to_string())
}

/// A node that answers `status` so, and `rest` to everything else.
pub fn node(status: Value, rest: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(
        move |_, body| if body.contains("\"status\"") { answered(body, status.clone()) } else { rest(body) },
    )
}

fn honest() -> Server {
    node(status(CHAIN, 1, false), |_| Reply::Silence)
}

/// A node that answers everything so.
fn always(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |_, body| reply(body))
}

/// Whatever a node answers to everything: the error it must give alone, and that a second node is asked instead.
async fn passed_over(liar: Server, expected: &str) {
    let start = Instant::now();
    let error = client(&[&liar]).fresh_status(now_s()).await.unwrap_err();
    assert_eq!(error.to_string(), expected.replace("NODE", &liar.name()));
    let status = client(&[&liar, &honest()]).fresh_status(now_s()).await.unwrap();
    assert_eq!((status.chain_id.as_str(), status.height), (CHAIN, 100));
    assert!(start.elapsed() < 4 * TIMEOUT, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_chain_is_never_believed() {
    let expected = "node NODE is on chain \"evil-1\", the configuration says \"test-1\"";
    passed_over(node(status("evil-1", 1, false), |_| Reply::Silence), expected).await;
    // Nothing else is even asked of it.
    let liar = node(status("evil-1", 1, false), |body| answered(body, json!({"response": {}})));
    let error = client(&[&liar]).balance("wasm1x", "uattn").await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { .. }), "{error}");
    assert_eq!(liar.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_node_is_passed_over_for_one_that_is_not() {
    let stuck = |age_s, catching_up| node(status(CHAIN, age_s, catching_up), |_| Reply::Silence);
    let error = client(&[&stuck(900, false)]).fresh_status(now_s()).await.unwrap_err();
    assert!(matches!(error, ChainError::Stale { height: 100, age_s: 900..=901, max_s: 60 }), "{error}");
    let error = client(&[&stuck(1, true)]).fresh_status(now_s()).await.unwrap_err();
    assert!(matches!(error, ChainError::Stale { .. }), "{error}");
    let error = client(&[&stuck(-900, false)]).fresh_status(now_s()).await.unwrap_err();
    assert!(matches!(error, ChainError::Ahead { height: 100, ahead_s: 898..=900, max_s: 60 }), "{error}");
    let (old, syncing, ahead, good) = (stuck(900, false), stuck(1, true), stuck(-900, false), honest());
    let client = client(&[&old, &syncing, &ahead, &good]);
    client.fresh_status(now_s()).await.unwrap();
    let asked = good.asked.load(Ordering::Relaxed);
    client.fresh_status(now_s()).await.unwrap();
    assert_eq!(good.asked.load(Ordering::Relaxed), asked + 1, "the good node is the one in use from then on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_answer_is_cut_off() {
    let liar = always(|_| Reply::Endless);
    let sent = liar.sent.clone();
    passed_over(liar, "node NODE: the answer is larger than 1048576 bytes").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    // Two clients read a megabyte each; the rest stood in socket buffers.
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 32 * BODY_MAX as u64, "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_length_reserves_nothing() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000000\r\n\r\n{";
    let ran = client(&[&always(move |_| Reply::Raw(head.into()))]).status().await.unwrap_err();
    assert!(matches!(ran, ChainError::Transport { .. }), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_dripping_end_with_the_timeout() {
    passed_over(always(|_| Reply::Silence), "node NODE: no answer in time").await;
    passed_over(always(|_| Reply::Drip), "node NODE: no answer in time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_rpc_is_named_by_its_status() {
    let text = |status, body: &str| {
        let body = body.to_owned();
        always(move |_| Reply::Http(status, body.clone()))
    };
    passed_over(text("200 OK", "<html>"), "node NODE: HTTP 200 OK without a JSON-RPC answer").await;
    passed_over(text("200 OK", "{\"result\":"), "node NODE: HTTP 200 OK without a JSON-RPC answer").await;
    passed_over(text("200 OK", &"[".repeat(200_000)), "node NODE: HTTP 200 OK without a JSON-RPC answer")
        .await;
    passed_over(
        text("500 Internal Server Error", "oops"),
        "node NODE: HTTP 500 Internal Server Error without a JSON-RPC answer",
    )
    .await;
    passed_over(text("200 OK", "{}"), "node NODE: a JSON-RPC answer with neither result nor error").await;
    let none = "the node's status cannot be read: it has no node_info.network (node NODE)";
    passed_over(always(|body| answered(body, json!({"node_info": 5}))), none).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let target = honest();
    let to = target.url.clone();
    let liar = always(move |_| {
        Reply::Raw(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into())
    });
    let error = client(&[&liar]).status().await.unwrap_err();
    assert!(error.to_string().ends_with("HTTP 302 Found without a JSON-RPC answer"), "{error}");
    assert_eq!(target.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_request_is_refused() {
    let liar = always(|body| {
        let asked: Value = serde_json::from_str(body).unwrap();
        let id = asked["id"].as_u64().unwrap() + 7;
        Reply::ok(json!({"jsonrpc": "2.0", "id": id, "result": status(CHAIN, 1, false)}).to_string())
    });
    passed_over(liar, "node NODE: it answered request 8, asked was request 1").await;
    let without = always(|_| Reply::ok(json!({"result": status(CHAIN, 1, false)}).to_string()));
    passed_over(without, "node NODE: it answered request null, asked was request 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_not_repeated_whole() {
    let long = "x".repeat(500_000);
    let fault = json!({"code": -32_603, "message": long, "data": long});
    let babbler = always(move |body| {
        let asked: Value = serde_json::from_str(body).unwrap();
        Reply::ok(json!({"jsonrpc": "2.0", "id": asked["id"], "error": fault}).to_string())
    });
    let error = client(&[&babbler]).status().await.unwrap_err();
    assert!(matches!(error, ChainError::Rpc { code: -32_603, .. }), "{error}");
    assert!(error.to_string().len() < 3_000, "{}", error.to_string().len());
    client(&[&babbler, &honest()]).fresh_status(now_s()).await.unwrap();
    let error = client(&[&node(status(&"y".repeat(500_000), 1, false), |_| Reply::Silence)])
        .status()
        .await
        .unwrap_err();
    assert!(error.to_string().len() < 3_000, "{}", error.to_string().len());
    let log = "z".repeat(500_000);
    let refusing = node(status(CHAIN, 1, false), move |body| {
        answered(body, json!({"response": {"code": 5, "codespace": "wasm", "log": log}}))
    });
    let error = client(&[&refusing]).balance("wasm1x", "uattn").await.unwrap_err();
    assert!(matches!(error, ChainError::Query { code: 5, .. }), "{error}");
    assert!(error.to_string().len() < 3_000, "{}", error.to_string().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_times_that_cannot_be_are_named() {
    let with = |height: &str, time: &str| {
        let told = json!({
            "node_info": {"network": CHAIN},
            "sync_info": {"latest_block_height": height, "latest_block_time": time, "catching_up": false},
        });
        node(told, |_| Reply::Silence)
    };
    for (height, time, what) in [
        ("-1", "2026-01-01T00:00:00Z", "the block height cannot be read: invalid digit found in string"),
        (
            "99999999999999999999",
            "2026-01-01T00:00:00Z",
            "the block height cannot be read: number too large to fit in target type",
        ),
        ("1", "1960-01-01T00:00:00Z", "the block time cannot be read: before 1970"),
    ] {
        let error = client(&[&with(height, time)]).status().await.unwrap_err();
        assert_eq!(error.to_string(), what);
    }
    let error = client(&[&with("1", "yesterday")]).status().await.unwrap_err();
    assert!(error.to_string().starts_with("the block time cannot be read: "), "{error}");
    let error = client(&[&with("1", "9999-12-31T23:59:59Z")]).fresh_status(now_s()).await.unwrap_err();
    assert!(matches!(error, ChainError::Ahead { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn query_answers_that_are_none_are_refused() {
    let value = |value: Value| {
        let told = json!({"response": {"code": 0, "value": value}});
        node(status(CHAIN, 1, false), move |body| answered(body, told.clone()))
    };
    let error = client(&[&value(json!("***"))]).balance("wasm1x", "uattn").await.unwrap_err();
    assert!(error.to_string().starts_with("a query's answer cannot be read: Invalid symbol"), "{error}");
    // Not protobuf: a length beyond the end.
    let error = client(&[&value(json!("CgUB"))]).balance("wasm1x", "uattn").await.unwrap_err();
    assert!(error.to_string().starts_with("a query's answer cannot be read: "), "{error}");
    // A contract's answer that is not the JSON it has to be: field 1 = "{}".
    let error = client(&[&value(json!("CgJ7fQ=="))])
        .query::<_, attention_protocol::msg::ConfigResponse>("wasm1x", &json!({"config": {}}))
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("the contract's answer cannot be read: missing field"), "{error}");
    let nothing = node(status(CHAIN, 1, false), |body| answered(body, json!(null)));
    let error = client(&[&nothing]).balance("wasm1x", "uattn").await.unwrap_err();
    assert!(matches!(error, ChainError::Transport { .. }), "{error}");
    // A node that answers what no method returns is passed over for one that does.
    let good = value(json!(""));
    assert_eq!(client(&[&nothing, &good]).balance("wasm1x", "uattn").await.unwrap(), 0);
}
