//! What several commands need: configuration, chain, world, keys.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{Cli, CliError};
use crate::chain::{ChainClient, Wallet};
use crate::config::Config;
use crate::epoch::{ChainReader, EpochBuilder, EpochError, World};
use crate::keys::{KeyStore, Passphrase};
use crate::output::ExitStatus;
use crate::peers::PeerClient;
use crate::store::read_bounded;

/// Largest message file.
const MESSAGE_BYTES_MAX: u64 = 4 << 20;

/// Runs a command that waits for the network.
pub(super) fn block_on(command: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| CliError::new(ExitStatus::Failed, error))?.block_on(command)
}

pub(super) fn config(cli: &Cli) -> Result<Config, CliError> {
    Ok(Config::load(&cli.config)?)
}

pub(super) fn client(config: &Config) -> Result<Arc<ChainClient>, CliError> {
    Ok(Arc::new(ChainClient::new(config.chain.clone())?))
}

pub(super) fn reader(config: &Config) -> Result<Arc<ChainReader>, CliError> {
    Ok(Arc::new(ChainReader::new(client(config)?, config.deployment()?, config.rotation.clone())))
}

/// Builds on what was imported, after the contract was found to be the configured one. Whether the configuration of an epoch
/// is accepted is asked when its report is built.
pub(super) async fn builder(config: &Config) -> Result<Arc<EpochBuilder>, CliError> {
    let reader = reader(config)?;
    match reader.current_configuration().await {
        Err(EpochError::Deployment(error)) if error.is_other_configuration() => {
            tracing::warn!(%error, "the current configuration is none that is signed for here");
        }
        checked => drop(checked?),
    }
    let world = Arc::new(World::load(config)?);
    Ok(Arc::new(EpochBuilder::new(config, world, reader, PeerClient::new(&config.peers)?)?))
}

pub(super) fn passphrase(cli: &Cli, confirm: bool) -> Result<SecretString, CliError> {
    Ok(Passphrase::source(cli.passphrase_file.clone()).read(confirm)?)
}

pub(super) fn unlock(cli: &Cli, config: &Config, name: &str) -> Result<Wallet, CliError> {
    let keys = KeyStore::new(&config.keys_dir);
    keys.info(name)?;
    Ok(keys.unlock(name, &config.chain.prefix, &passphrase(cli, false)?)?)
}

/// A value from a JSON file.
pub(super) fn json_file<T: DeserializeOwned>(path: &Path) -> Result<T, CliError> {
    let bytes = read_bounded(path, MESSAGE_BYTES_MAX)?;
    serde_json::from_slice(&bytes).map_err(|error| CliError::file(path, error))
}
