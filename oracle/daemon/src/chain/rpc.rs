//! JSON-RPC over HTTP: bounded in time and size, one node after the other until one answers.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::ChainError;

/// Most nodes in a configuration.
pub const NODES_MAX: usize = 8;

/// Longest text of a node that is repeated in an error or the log, characters.
const TEXT_MAX: usize = 2_000;

/// Bounds of one HTTP exchange.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// From the first byte sent to the last one received.
    pub timeout: Duration,
    /// Largest answer, bytes.
    pub body_bytes_max: usize,
}

impl Default for HttpLimits {
    /// 10 s and 16 MiB.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), body_bytes_max: 16 << 20 }
    }
}

/// A client that follows no redirect, uses no proxy and gives up after the timeout.
pub(crate) fn http_client(limits: &HttpLimits) -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .timeout(limits.timeout)
        .connect_timeout(limits.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("attention-oracle/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

/// How reading an answer failed.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLarge,
    Broken(reqwest::Error),
}

/// Reads an answer, at most `max` bytes of it whatever its headers claim.
pub(crate) async fn read_body(mut response: reqwest::Response, max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if body.len().checked_add(chunk.len()).is_none_or(|len| len > max) {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Host and port: what may be shown of an address, whose path or user part may be a secret.
pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A reqwest error without its URL, down to the last cause.
pub(crate) fn plain_reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[derive(Debug)]
struct Node {
    url: Url,
    name: String,
    /// Set once the node has told the right chain id.
    checked: OnceCell<()>,
}

/// The configured nodes.
#[derive(Debug)]
pub(super) struct Rpc {
    http: reqwest::Client,
    limits: HttpLimits,
    chain_id: String,
    nodes: Vec<Node>,
    /// The node that answered last.
    preferred: AtomicUsize,
    /// Id of the next request: an answer has to carry it.
    next_id: AtomicU64,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    id: Value,
    result: Option<Value>,
    error: Option<RpcFault>,
}

#[derive(Deserialize)]
struct RpcFault {
    code: i64,
    message: String,
    #[serde(default)]
    data: Value,
}

impl Rpc {
    pub(super) fn new(urls: Vec<Url>, chain_id: String, limits: HttpLimits) -> Result<Self, ChainError> {
        if urls.is_empty() || urls.len() > NODES_MAX {
            let requirement = format!("1 to {NODES_MAX} nodes");
            return Err(ChainError::invalid("the number of RPC nodes", urls.len(), requirement));
        }
        if let Some(url) = urls.iter().find(|url| !matches!(url.scheme(), "http" | "https")) {
            return Err(ChainError::invalid("RPC address", url, "an http or https address"));
        }
        let http = http_client(&limits)
            .map_err(|reason| ChainError::Transport { node: "local".to_owned(), reason })?;
        let node = |url: Url| Node { name: host_and_port(&url), url, checked: OnceCell::new() };
        let nodes = urls.into_iter().map(node).collect();
        Ok(Self { http, limits, chain_id, nodes, preferred: AtomicUsize::new(0), next_id: AtomicU64::new(1) })
    }

    /// How many nodes there are.
    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Asks the node after the one in use first from now on.
    pub(super) fn prefer_next(&self) {
        self.preferred.store(self.node_at(1), Ordering::Relaxed);
    }

    /// The index of the node `offset` places after the one in use.
    fn node_at(&self, offset: usize) -> usize {
        let first = self.preferred.load(Ordering::Relaxed);
        first.checked_add(offset).and_then(|at| at.checked_rem(self.nodes.len())).unwrap_or(0)
    }

    /// Calls `method`, on the node that answered last first, on each node at most once. Only what another node may
    /// answer better is asked again: a node that does not answer, is on another chain, or answers what the method never
    /// returns is passed over.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        what: &'static str,
        method: &str,
        params: Value,
    ) -> Result<T, ChainError> {
        let order: Vec<usize> = (0..self.nodes.len()).map(|offset| self.node_at(offset)).collect();
        let mut last = None;
        for index in order {
            let Some(node) = self.nodes.get(index) else { continue };
            let error = match self.ask(node, what, method, &params).await {
                Ok(answer) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                // On the right chain, a refusal of this very request: another node would say the same.
                Err(error @ ChainError::Rpc { .. }) if node.checked.initialized() => return Err(error),
                Err(error) => error,
            };
            tracing::warn!(node = node.name, method, %error, "node failed");
            last = Some(error);
        }
        Err(last.unwrap_or_else(|| ChainError::invalid("the number of RPC nodes", 0, "at least 1")))
    }

    /// Asks one node, which has to have told the right chain id once.
    async fn ask<T: DeserializeOwned>(
        &self,
        node: &Node,
        what: &'static str,
        method: &str,
        params: &Value,
    ) -> Result<T, ChainError> {
        node.checked.get_or_try_init(|| self.ask_chain_id(node)).await?;
        let value = self.call_node(node, method, params).await?;
        serde_json::from_value(value).map_err(|error| decode(node, what, error))
    }

    async fn ask_chain_id(&self, node: &Node) -> Result<(), ChainError> {
        let status = self.call_node(node, "status", &json!({})).await?;
        let found = status.pointer("/node_info/network").and_then(Value::as_str);
        let found = found.ok_or_else(|| decode(node, "the node's status", "it has no node_info.network"))?;
        if found != self.chain_id {
            let (expected, found) = (self.chain_id.clone(), shorten(found));
            return Err(ChainError::WrongChain { node: node.name.clone(), expected, found });
        }
        Ok(())
    }

    async fn call_node(&self, node: &Node, method: &str, params: &Value) -> Result<Value, ChainError> {
        let transport = |reason: String| ChainError::Transport { node: node.name.clone(), reason };
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let response = self.http.post(node.url.clone()).json(&request).send().await;
        let response = response.map_err(|error| transport(plain_reason(error)))?;
        let status = response.status();
        let max = self.limits.body_bytes_max;
        let body = read_body(response, max).await.map_err(|error| match error {
            BodyError::TooLarge => ChainError::TooLarge { node: node.name.clone(), limit: max },
            BodyError::Broken(error) => transport(plain_reason(error)),
        })?;
        // CometBFT answers JSON-RPC errors with status 500 and a JSON body, so the body decides.
        let envelope: Envelope = serde_json::from_slice(&body)
            .map_err(|_| transport(format!("HTTP {status} without a JSON-RPC answer")))?;
        match envelope {
            Envelope { error: Some(RpcFault { code, message, data }), .. } => {
                let message = match data.as_str() {
                    Some(data) => format!("{message}: {data}"),
                    None if data.is_null() => message,
                    None => format!("{message}: {data}"),
                };
                Err(ChainError::Rpc { node: node.name.clone(), code, message: shorten(&message) })
            }
            Envelope { result: Some(result), id: answered, .. } if answered == id => Ok(result),
            Envelope { result: Some(_), id: answered, .. } => {
                let answered = shorten(&answered.to_string());
                Err(transport(format!("it answered request {answered}, asked was request {id}")))
            }
            _ => Err(transport("a JSON-RPC answer with neither result nor error".to_owned())),
        }
    }
}

fn decode(node: &Node, what: &'static str, reason: impl ToString) -> ChainError {
    ChainError::decode(what, format!("{} (node {})", shorten(&reason.to_string()), node.name))
}

/// The front of a text that came from outside and may be as long as an answer.
pub(crate) fn shorten(text: &str) -> String {
    let mut front: String = text.chars().take(TEXT_MAX).collect();
    if front.len() < text.len() {
        front.push_str(" ...");
    }
    front
}
