//! The routes.

use std::sync::Arc;
use std::time::Duration;

use attention_protocol::Hash;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Shared;
use crate::config::ApiConfig;
use crate::operator::{ProofError, Proofs};
use crate::run::now_s;
use crate::store::HashedFiles;

/// An operator that read the chain longer ago, seconds, is not ready.
const CHAIN_READ_AGE_MAX_S: u64 = 60;
/// Largest request body: none of the routes takes one.
const BODY_BYTES_MAX: usize = 1 << 10;
/// Most leaves files that are being sent at once: each is in memory until its last byte is gone, however slowly it is read.
const DOWNLOADS_MAX: usize = 4;

#[derive(Clone)]
struct Api {
    shared: Arc<Shared>,
    leaves: HashedFiles,
    downloads: Arc<Semaphore>,
    proofs: Arc<Proofs>,
}

/// A file that is being sent, and its place among those that may be.
struct Download {
    bytes: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Download {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[derive(Clone)]
struct Limits {
    running: Arc<Semaphore>,
    timeout: Duration,
}

/// The router: at most `concurrency_max` requests at once, each bounded in time.
pub fn router(config: &ApiConfig, shared: Arc<Shared>, leaves: HashedFiles, proofs: Arc<Proofs>) -> Router {
    let limits =
        Limits { running: Arc::new(Semaphore::new(config.concurrency_max)), timeout: config.request_timeout };
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/v1/status", get(status))
        .route("/v1/signatures/{epoch}/{revision}", get(signature))
        .route("/v1/leaves/{hash}", get(leaves_file))
        .route("/v1/proof/{campaign}/{account}", get(proof))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(limits, limited))
        .with_state(Api { shared, leaves, downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)), proofs })
}

async fn limited(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let Ok(_running) = limits.running.try_acquire() else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once");
    };
    match tokio::time::timeout(limits.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem(StatusCode::GATEWAY_TIMEOUT, "it took too long"),
    }
}

fn problem(status: StatusCode, text: impl ToString) -> Response {
    (status, Json(json!({"error": text.to_string()}))).into_response()
}

async fn healthz() -> &'static str {
    "ok"
}

async fn readyz(State(api): State<Api>) -> Response {
    let state = api.shared.state();
    let read_s = now_s().abs_diff(state.chain_read_at_s);
    if state.ready && read_s <= CHAIN_READ_AGE_MAX_S {
        return "ready".into_response();
    }
    let why = if state.ready { "the chain was not read lately" } else { "models are still being trained" };
    problem(StatusCode::SERVICE_UNAVAILABLE, why)
}

async fn status(State(api): State<Api>) -> Response {
    Json(api.shared.state()).into_response()
}

async fn signature(State(api): State<Api>, Path((epoch, revision)): Path<(u64, u32)>) -> Response {
    match api.shared.signature(epoch, revision) {
        Some(answer) => Json(answer).into_response(),
        None => {
            problem(StatusCode::NOT_FOUND, format!("epoch {epoch} revision {revision} is not signed here"))
        }
    }
}

async fn leaves_file(State(api): State<Api>, Path(hash): Path<String>) -> Response {
    download(api.leaves, api.downloads, &hash).await
}

async fn download(leaves: HashedFiles, downloads: Arc<Semaphore>, hash: &str) -> Response {
    let parsed = hex::decode(hash).ok().and_then(|bytes| Hash::try_from(bytes).ok());
    let Some(parsed) = parsed else {
        return problem(StatusCode::BAD_REQUEST, "a hash has 64 hex digits");
    };
    let Ok(place) = downloads.try_acquire_owned() else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many files are being sent: try later, or another operator",
        );
    };
    match tokio::task::spawn_blocking(move || leaves.get(&parsed)).await {
        Ok(Ok(Some(bytes))) => {
            let file = Bytes::from_owner(Download { bytes, _place: place });
            ([(header::CONTENT_TYPE, "application/octet-stream")], file).into_response()
        }
        Ok(Ok(None)) => problem(StatusCode::NOT_FOUND, "this file is not here"),
        Ok(Err(error)) => internal(&error),
        Err(error) => internal(&error),
    }
}

async fn proof(State(api): State<Api>, Path((campaign, account)): Path<(u64, String)>) -> Response {
    match api.proofs.claim(campaign, &account, None).await {
        Ok(item) => Json(item).into_response(),
        Err(error @ ProofError::Account { .. }) => problem(StatusCode::BAD_REQUEST, error),
        Err(error @ ProofError::Busy { .. }) => problem(StatusCode::SERVICE_UNAVAILABLE, error),
        Err(error @ ProofError::NotLoaded { .. }) => internal(&error),
        Err(ProofError::Epoch(error)) => internal(&error),
        Err(error) => problem(StatusCode::NOT_FOUND, error),
    }
}

/// Paths and nodes stay in the log.
fn internal(error: &dyn std::error::Error) -> Response {
    tracing::warn!(%error, "request failed");
    problem(StatusCode::INTERNAL_SERVER_ERROR, "the operator's log says more")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readers that never read hold a few files in memory, not one for each connection.
    #[tokio::test]
    async fn only_so_many_files_are_sent_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let leaves = HashedFiles::new(dir.path(), 1 << 20);
        let hash = hex::encode(leaves.put(b"the leaves").unwrap());
        let downloads = Arc::new(Semaphore::new(DOWNLOADS_MAX));
        let get = |hash: String| {
            let (leaves, downloads) = (leaves.clone(), downloads.clone());
            async move { download(leaves, downloads, &hash).await }
        };
        let mut held = Vec::new();
        for _ in 0..DOWNLOADS_MAX {
            held.push(get(hash.clone()).await);
        }
        assert_eq!(get(hash.clone()).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        let sent = held.pop().unwrap();
        let read = axum::body::to_bytes(sent.into_body(), 100).await.unwrap();
        assert_eq!(read, "the leaves");
        assert_eq!(get(hash.clone()).await.status(), StatusCode::SERVICE_UNAVAILABLE, "still in memory");
        drop(read);
        assert_eq!(get(hash.clone()).await.status(), StatusCode::OK);
        drop(held);
        assert_eq!(get("00".repeat(32)).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("zz".to_owned()).await.status(), StatusCode::BAD_REQUEST);
        assert_eq!(downloads.available_permits(), DOWNLOADS_MAX, "what sends nothing holds nothing");
    }
}
