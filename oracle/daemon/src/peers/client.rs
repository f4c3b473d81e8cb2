//! Pulling from peers: bounded in time, size and number.

use std::time::Duration;

use attention_protocol::Hash;
use attention_protocol::hash::sha256;
use reqwest::{StatusCode, Url};
use thiserror::Error;

use super::SignatureAnswer;
use crate::chain::{BodyError, HttpLimits, host_and_port, http_client, plain_reason, read_body, shorten};
use crate::config::PeersConfig;

/// A signature answer has about a kilobyte.
const SIGNATURE_BYTES_MAX: usize = 16 << 10;

/// Why a peer's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("peer {peer}: {reason}")]
pub struct PeerError {
    /// Host and port.
    pub peer: String,
    /// What happened.
    pub reason: String,
}

/// A client of all configured peers.
#[derive(Debug, Clone)]
pub struct PeerClient {
    http: reqwest::Client,
    urls: Vec<Url>,
    limits: HttpLimits,
    leaves_timeout: Duration,
}

impl PeerClient {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`PeerError`] if the HTTP client cannot be made.
    pub fn new(config: &PeersConfig) -> Result<Self, PeerError> {
        let http =
            http_client(&config.limits).map_err(|reason| PeerError { peer: "local".to_owned(), reason })?;
        let PeersConfig { urls, limits, leaves_timeout } = config.clone();
        Ok(Self { http, urls, limits, leaves_timeout })
    }

    /// How many peers there are.
    pub fn count(&self) -> usize {
        self.urls.len()
    }

    /// Asks every peer at once for its signature. Peers that have none yet answer nothing; the answers are not checked
    /// yet.
    pub async fn signatures(&self, epoch: u64, revision: u32) -> Vec<Result<SignatureAnswer, PeerError>> {
        let mut tasks = tokio::task::JoinSet::new();
        for url in self.urls.clone() {
            let client = self.clone();
            tasks.spawn(async move { client.signature(&url, epoch, revision).await });
        }
        let mut answers = Vec::new();
        while let Some(answer) = tasks.join_next().await {
            match answer {
                Ok(Ok(Some(answer))) => answers.push(Ok(answer)),
                Ok(Ok(None)) => {}
                Ok(Err(error)) => answers.push(Err(error)),
                Err(error) => {
                    answers.push(Err(PeerError { peer: "task".to_owned(), reason: error.to_string() }))
                }
            }
        }
        answers
    }

    async fn signature(
        &self,
        url: &Url,
        epoch: u64,
        revision: u32,
    ) -> Result<Option<SignatureAnswer>, PeerError> {
        let path = format!("v1/signatures/{epoch}/{revision}");
        let Some(body) = self.get(url, &path, SIGNATURE_BYTES_MAX, self.limits.timeout).await? else {
            return Ok(None);
        };
        let answer = serde_json::from_slice(&body);
        answer.map(Some).map_err(|error: serde_json::Error| PeerError {
            peer: host_and_port(url),
            reason: shorten(&error.to_string()),
        })
    }

    /// The file with a hash, from the first peer that has it. A peer that sends another file is named in the log.
    pub async fn leaves(&self, hash: &Hash) -> Option<Vec<u8>> {
        for url in &self.urls {
            let path = format!("v1/leaves/{}", hex::encode(hash));
            match self.get(url, &path, self.limits.body_bytes_max, self.leaves_timeout).await {
                Ok(Some(body)) if sha256(&[&body]) == *hash => return Some(body),
                Ok(Some(_)) => tracing::warn!(peer = host_and_port(url), "sent a file with another hash"),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "leaves file not fetched"),
            }
        }
        None
    }

    /// Asks one peer's health. `Ok` is whether it says it is ready.
    ///
    /// # Errors
    /// [`PeerError`] if it does not answer.
    pub async fn readiness(&self) -> Vec<(String, Result<(), PeerError>)> {
        let mut out = Vec::new();
        for url in &self.urls {
            let answer = self.get(url, "readyz", SIGNATURE_BYTES_MAX, self.limits.timeout).await;
            let missing = || PeerError { peer: host_and_port(url), reason: "it is not ready".to_owned() };
            out.push((host_and_port(url), answer.and_then(|body| body.map(|_| ()).ok_or_else(missing))));
        }
        out
    }

    async fn get(
        &self,
        url: &Url,
        path: &str,
        max: usize,
        timeout: Duration,
    ) -> Result<Option<Vec<u8>>, PeerError> {
        let failed = |reason: String| PeerError { peer: host_and_port(url), reason };
        let mut target = url.clone();
        {
            let mut segments =
                target.path_segments_mut().map_err(|()| failed("its address takes no path".to_owned()))?;
            segments.pop_if_empty().extend(path.split('/'));
        }
        let request = self.http.get(target).timeout(timeout);
        let response = request.send().await.map_err(|error| failed(plain_reason(error)))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(failed(format!("HTTP {status}"))),
        }
        let body = read_body(response, max).await.map_err(|error| match error {
            BodyError::TooLarge => failed(format!("its answer is larger than {max} bytes")),
            BodyError::Broken(error) => failed(plain_reason(error)),
        })?;
        Ok(Some(body))
    }
}
