//! Wiring the daemon: nothing runs before everything is checked.

use std::sync::Arc;
use std::time::Duration;

use attention_core::round::{Round, RoundConfig};
use attention_core::submission::ChainTruth;
use attention_protocol::msg::ReportStatus;
use secrecy::SecretString;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::effects::Effects;
use super::trainer::now_s;
use super::{driver, trainer};
use crate::api::{self, ApiError, NodeState, Shared};
use crate::chain::{ChainClient, ChainError, Wallet};
use crate::config::{Config, ConfigError, DeploymentConfig, PeersConfig};
use crate::epoch::{ChainReader, EpochBuilder, EpochError, World, body_of};
use crate::keys::{KeyError, KeyStore};
use crate::ledger::{Ledger, LedgerError};
use crate::operator::{DeploymentError, Poster, Proofs, Settler};
use crate::peers::{PeerClient, PeerError};
use crate::store::{DataDir, StoreError};
use crate::tasks::{TaskError, TaskGroup};

/// What ending takes besides waiting for the inclusion of a transaction that was sent.
const DRAIN_SLACK: Duration = Duration::from_secs(15);

/// Why the daemon does not start, or ended.
#[derive(Debug, Error)]
pub enum RunError {
    /// Configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Journal.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Epoch.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// Another contract than the configured one.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// Peers.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The signer key is no operator's.
    #[error(
        "key {name:?} has public key {pubkey}, which is none of deployment.operators: wrong key, or not yet an operator"
    )]
    NotAnOperator {
        /// The key's name.
        name: String,
        /// Its public key, hex.
        pubkey: String,
    },
    /// Tasks that failed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Tasks(Vec<TaskError>),
}

/// A daemon that is checked and about to run.
#[derive(Debug)]
pub struct App {
    effects: Arc<Effects>,
    round: Round,
    poll: Duration,
    open_epoch: u64,
    listener: TcpListener,
    config: Config,
}

impl App {
    /// Locks the folder, unlocks the keys, loads the data, reads the chain and compares configurations.
    ///
    /// # Errors
    /// [`RunError`].
    pub async fn build(config: Config, passphrase: &SecretString) -> Result<Self, RunError> {
        let deployment = config.deployment()?;
        let data = DataDir::open(&config.data_dir)?;
        let ledger = Ledger::open(&data)?;
        let keys = KeyStore::new(&config.keys_dir);
        let prefix = config.chain.prefix.as_str();
        let signer = keys.unlock(&config.signer, prefix, passphrase)?;
        check_signer(&config, &deployment, &signer)?;
        let client = Arc::new(ChainClient::new(config.chain.clone())?);
        let status = client.fresh_status(now_s()).await?;
        let reader = Arc::new(ChainReader::new(client, deployment.clone(), config.rotation.clone()));
        check_contract(&reader).await?;
        let listener = api::bind(config.api.listen).await?;
        let world = load_world(&config).await?;
        let peers = PeerClient::new(&config.peers)?;
        let builder = Arc::new(EpochBuilder::new(&config, world, reader.clone(), peers)?);
        reconcile(&ledger, &reader, status.height).await?;
        let open_epoch = reader.epoch_status().await?.open_epoch;
        let poster = if config.round.transmit {
            let wallet = keys.unlock(&config.transmitter, prefix, passphrase)?;
            Some(Poster::new(reader, ledger.clone(), wallet))
        } else {
            None
        };
        let shared = Arc::new(Shared::new(node_state(&config, &deployment)));
        let effects = Effects {
            settler: Arc::new(Settler::new(builder.clone())),
            builder,
            peers: each_peer(&config.peers)?,
            ledger,
            signer,
            poster,
            shared,
            built: tokio::sync::Mutex::new(None),
        };
        let round = Round::new(RoundConfig {
            step_s: u32::try_from(config.round.step_s).unwrap_or(u32::MAX),
            poll_s: u32::try_from(config.round.poll.as_secs()).unwrap_or(u32::MAX).max(1),
        });
        let poll = config.round.poll;
        Ok(Self { effects: Arc::new(effects), round, poll, open_epoch, listener, config })
    }

    /// Runs until `token` is cancelled or a task fails.
    ///
    /// # Errors
    /// [`RunError::Tasks`] with every failure.
    pub async fn run(self, token: CancellationToken) -> Result<(), RunError> {
        let Self { effects, round, poll, open_epoch, listener, config } = self;
        let mut group = TaskGroup::new(token, config.chain.inclusion_timeout + DRAIN_SLACK);
        let (builder, shared) = (effects.builder.clone(), effects.shared.clone());
        let proofs = Arc::new(Proofs::new(builder.clone()));
        let router = api::router(&config.api, shared.clone(), builder.leaves().clone(), proofs);
        let concurrency_max = config.api.concurrency_max;
        group.spawn("api", |token| api::serve(listener, router, concurrency_max, token));
        group.spawn("trainer", |token| trainer::run(builder, shared, open_epoch, token));
        group.spawn("driver", |token| driver::run(round, effects, poll, token));
        let errors = group.run().await;
        if errors.is_empty() { Ok(()) } else { Err(RunError::Tasks(errors)) }
    }
}

fn each_peer(config: &PeersConfig) -> Result<Vec<PeerClient>, PeerError> {
    let one =
        |url: &reqwest::Url| PeerClient::new(&PeersConfig { urls: vec![url.clone()], ..config.clone() });
    config.urls.iter().map(one).collect()
}

/// The signer has to be an operator of the own configuration, unless a later one may bring it in.
fn check_signer(config: &Config, deployment: &DeploymentConfig, signer: &Wallet) -> Result<(), RunError> {
    if deployment.index_of(&signer.pubkey()).is_some() || config.rotation.accepts_some() {
        return Ok(());
    }
    Err(RunError::NotAnOperator { name: config.signer.clone(), pubkey: hex::encode(signer.pubkey()) })
}

/// The right contract under a configuration that is not signed for is no reason not to start: files and proofs are served,
/// and the round says every epoch why it has no part.
async fn check_contract(reader: &ChainReader) -> Result<(), RunError> {
    match reader.current_configuration().await {
        Err(EpochError::Deployment(error)) if error.is_other_configuration() => {
            tracing::warn!(%error, "started without a part in the current configuration");
            Ok(())
        }
        Err(EpochError::Deployment(error)) => Err(error.into()),
        checked => Ok(checked.map(|_| ())?),
    }
}

async fn load_world(config: &Config) -> Result<Arc<World>, RunError> {
    let config = config.clone();
    let loaded = tokio::task::spawn_blocking(move || World::load(&config)).await;
    let world = loaded.map_err(|error| EpochError::Threads(error.to_string()))??;
    let report = &world.log_report;
    if !report.conflicting.is_empty() || !report.late_conflicting.is_empty() {
        let (dropped, late) = (report.conflicting.len(), report.late_conflicting.len());
        tracing::warn!(dropped, late, "events with one id and different content");
    }
    Ok(Arc::new(world))
}

/// Brings the outbox in line with the chain, which is the truth.
async fn reconcile(ledger: &Ledger, reader: &ChainReader, height: u64) -> Result<(), RunError> {
    for submission in ledger.open_submissions() {
        let id = *submission.id();
        match reader.known_configuration(id.epoch).await {
            Ok(config) if config.deployment.digest() == id.config_digest => {}
            // Of another deployment, or of a configuration that is no longer accepted here.
            Ok(_) | Err(EpochError::Deployment(_)) => continue,
            Err(error) => return Err(error.into()),
        }
        let report = reader.report(id.epoch).await?;
        let revision = report.revision;
        let digest = body_of(&report)?.map(|(_, digest)| digest);
        let truth = match (report.status, digest) {
            (ReportStatus::Missed, _) => ChainTruth::Missed,
            (ReportStatus::Final, Some(digest)) => ChainTruth::Final { revision, digest },
            (ReportStatus::Pending | ReportStatus::Challenged, Some(digest)) => {
                ChainTruth::Pending { revision, digest }
            }
            _ => ChainTruth::Open { revision, height },
        };
        ledger.record(submission.reconcile(&truth))?;
    }
    Ok(())
}

fn node_state(config: &Config, deployment: &DeploymentConfig) -> NodeState {
    NodeState {
        version: env!("CARGO_PKG_VERSION"),
        chain_id: config.chain.chain_id.clone(),
        contract: deployment.contract.clone(),
        config_digest: hex::encode(deployment.digest()),
        spec_hash: hex::encode(deployment.spec_hash),
        ..NodeState::default()
    }
}
