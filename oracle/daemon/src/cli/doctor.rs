//! `doctor`.

use attention_protocol::msg::PauseResponse;
use attention_protocol::msg::QueryMsg;
use serde::Serialize;

use super::context::{client, config};
use super::{Cli, CliError};
use crate::chain::ChainClient;
use crate::config::Config;
use crate::epoch::{ChainReader, World};
use crate::keys::KeyStore;
use crate::output::{ExitStatus, print_json};
use crate::peers::PeerClient;
use crate::run::now_s;
use crate::store::{DataDir, write_private};

/// A difference between local clock and block time that is worth a word, seconds.
const CLOCK_SKEW_MAX_S: u64 = 15;
/// Transactions the transmitter should be able to pay.
const TRANSACTIONS_MIN: u64 = 20;

#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    detail: String,
}

#[derive(Debug, Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn note(&mut self, check: &'static str, result: Result<String, String>) {
        let ok = result.is_ok();
        let detail = result.unwrap_or_else(|detail| detail);
        self.0.push(Check { check, ok, detail });
    }
}

pub(super) async fn run(cli: &Cli) -> Result<(), CliError> {
    let config = config(cli)?;
    let mut checks = Checks::default();
    checks.note("disk", disk(&config));
    checks.note("data", data(&config));
    let client = client(&config)?;
    chain(&config, &client, &mut checks).await;
    checks.note("signer key", signer(&config));
    checks.note("transmitter", transmitter(&config, &client).await);
    peers(&config, &mut checks).await;
    let failed = checks.0.iter().filter(|check| !check.ok).count();
    if cli.json {
        print_json(&checks.0)?;
    } else {
        for Check { check, ok, detail } in &checks.0 {
            println!("{} {check:<14} {detail}", if *ok { "ok  " } else { "FAIL" });
        }
    }
    if failed == 0 {
        return Ok(());
    }
    Err(CliError::new(ExitStatus::Failed, format!("{failed} of {} checks failed", checks.0.len())))
}

fn disk(config: &Config) -> Result<String, String> {
    let data = DataDir::open(&config.data_dir).map_err(|error| error.to_string())?;
    let probe = data.root().join("doctor-probe");
    let start = std::time::Instant::now();
    write_private(&probe, b"probe").map_err(|error| error.to_string())?;
    let took = start.elapsed();
    std::fs::remove_file(&probe).map_err(|error| error.to_string())?;
    Ok(format!("a durable write takes {} ms", took.as_millis()))
}

fn data(config: &Config) -> Result<String, String> {
    let world = World::load(config).map_err(|error| error.to_string())?;
    let (events, assets, links) = (world.log.events().len(), world.catalog.len(), world.links.len());
    let conflicts = world.log_report.conflicting.len();
    Ok(format!("{events} events, {assets} assets, {links} links, {conflicts} conflicting ids"))
}

async fn chain(config: &Config, client: &std::sync::Arc<ChainClient>, checks: &mut Checks) {
    let now = now_s();
    let status = client.fresh_status(now).await;
    let skew = status.as_ref().map(|status| now.abs_diff(status.time_s)).ok();
    checks.note(
        "chain",
        status
            .map(|status| format!("{} at height {}", status.chain_id, status.height))
            .map_err(|error| error.to_string()),
    );
    let clock = match skew {
        None => Err("there is no block to compare the local clock with".to_owned()),
        Some(skew) => {
            let detail = format!("newest block and local clock differ by {skew} s");
            if skew > CLOCK_SKEW_MAX_S { Err(detail) } else { Ok(detail) }
        }
    };
    checks.note("clock", clock);
    let deployment = match config.deployment() {
        Ok(deployment) => deployment,
        Err(error) => {
            checks.note("contract", Err(error.to_string()));
            return;
        }
    };
    let reader = ChainReader::new(client.clone(), deployment, config.rotation.clone());
    let current = reader.current_configuration().await;
    let compared = current
        .map(|current| {
            let (version, digest) = (current.deployment.config_version, current.deployment.digest());
            format!("config version {version}, digest {}", hex::encode(digest))
        })
        .map_err(|error| error.to_string());
    checks.note("contract", compared);
    let paused = match reader.query::<PauseResponse>(&QueryMsg::Pause {}).await {
        Ok(PauseResponse { paused: false, .. }) => Ok("not paused".to_owned()),
        Ok(PauseResponse { until_s, .. }) => Err(format!("paused until {until_s:?}")),
        Err(error) => Err(error.to_string()),
    };
    checks.note("pause", paused);
}

fn signer(config: &Config) -> Result<String, String> {
    let info = KeyStore::new(&config.keys_dir).info(&config.signer).map_err(|error| error.to_string())?;
    let deployment = config.deployment().map_err(|error| error.to_string())?;
    let pubkey = hex::decode(&info.pubkey).ok().and_then(|bytes| <[u8; 33]>::try_from(bytes).ok());
    let index = pubkey.and_then(|pubkey| deployment.index_of(&pubkey));
    let none = format!("public key {} is none of deployment.operators", info.pubkey);
    match index {
        Some(index) => Ok(format!("operator {index}")),
        None if config.rotation.accepts_some() => {
            Ok(format!("{none}; another accepted configuration may hold it"))
        }
        None => Err(none),
    }
}

async fn transmitter(config: &Config, client: &ChainClient) -> Result<String, String> {
    let info =
        KeyStore::new(&config.keys_dir).info(&config.transmitter).map_err(|error| error.to_string())?;
    let denom = config.chain.gas_price.denom();
    let balance = client.balance(&info.address, denom).await.map_err(|error| error.to_string())?;
    let one = config.chain.gas_price.fee(250_000).map_err(|error| error.to_string())?;
    let needed = one.amount.checked_mul(u128::from(TRANSACTIONS_MIN)).ok_or("chain.gas_price is absurd")?;
    let text = format!("{} has {balance}{denom}", info.address);
    if balance < needed {
        return Err(format!("{text}; send it at least {needed}{denom}"));
    }
    Ok(text)
}

async fn peers(config: &Config, checks: &mut Checks) {
    match PeerClient::new(&config.peers) {
        Err(error) => checks.note("peers", Err(error.to_string())),
        Ok(client) => {
            for (peer, answer) in client.readiness().await {
                checks.note(
                    "peer",
                    answer.map(|()| format!("{peer} is ready")).map_err(|error| error.to_string()),
                );
            }
        }
    }
}
