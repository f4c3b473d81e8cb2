//! JSON-RPC over HTTP: bounded in time and size, one node after the other until one answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::ChainError;

/// Most nodes in a configuration.
pub const NODES_MAX: usize = 8;

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
}

#[derive(Deserialize)]
struct Envelope {
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
        Ok(Self { http, limits, chain_id, nodes, preferred: AtomicUsize::new(0) })
    }

    /// Calls `method`, on the node that answered last first, on each node at most once. Only what another node may
    /// answer better is asked again.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        what: &'static str,
        method: &str,
        params: Value,
    ) -> Result<T, ChainError> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut last = None;
        for offset in 0..self.nodes.len() {
            let index =
                first.checked_add(offset).and_then(|at| at.checked_rem(self.nodes.len())).unwrap_or(0);
            let Some(node) = self.nodes.get(index) else { continue };
            match self.call_checked(node, method, &params).await {
                Ok(value) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    return serde_json::from_value(value).map_err(|error| ChainError::decode(what, error));
                }
                Err(error) if error.is_transient() || matches!(error, ChainError::WrongChain { .. }) => {
                    tracing::warn!(node = node.name, method, %error, "node failed");
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| ChainError::invalid("the number of RPC nodes", 0, "at least 1")))
    }

    async fn call_checked(&self, node: &Node, method: &str, params: &Value) -> Result<Value, ChainError> {
        node.checked.get_or_try_init(|| self.check_chain(node)).await?;
        self.call_node(node, method, params).await
    }

    async fn check_chain(&self, node: &Node) -> Result<(), ChainError> {
        let status = self.call_node(node, "status", &json!({})).await?;
        let found = status.pointer("/node_info/network").and_then(Value::as_str);
        let found =
            found.ok_or_else(|| ChainError::decode("the node's status", "it has no node_info.network"))?;
        if found != self.chain_id {
            let (expected, found) = (self.chain_id.clone(), found.to_owned());
            return Err(ChainError::WrongChain { node: node.name.clone(), expected, found });
        }
        Ok(())
    }

    async fn call_node(&self, node: &Node, method: &str, params: &Value) -> Result<Value, ChainError> {
        let transport = |reason: String| ChainError::Transport { node: node.name.clone(), reason };
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
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
                Err(ChainError::Rpc { node: node.name.clone(), code, message })
            }
            Envelope { result: Some(result), .. } => Ok(result),
            _ => Err(transport("a JSON-RPC answer with neither result nor error".to_owned())),
        }
    }
}
