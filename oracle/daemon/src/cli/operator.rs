//! `operator`.

use attention_core::links::decode_address;
use attention_protocol::msg::{ConfigProposalResponse, QueryMsg};
use attention_protocol::possession::Possession;
use clap::{Args, Subcommand};
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use super::context::{config, reader, unlock};
use super::report::print;
use super::{Cli, CliError};
use crate::config::Config;
use crate::keys::KeyStore;
use crate::operator::{check_configuration, check_spec, suspended_bits, told_configuration};

/// What an operator needs when the configuration changes.
#[derive(Debug, Args)]
pub struct OperatorArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prove that this operator has a signing key: what `propose_config` and `swap_signer` take with it.
    Possession {
        /// Address of the operator's cold key, the admin.
        #[arg(long)]
        admin: String,
        /// Version of the configuration that takes the key; the contract's next one if absent.
        #[arg(long)]
        config_version: Option<u64>,
        /// Name of the key; the signer of the configuration file if absent.
        #[arg(long)]
        key: Option<String>,
    },
    /// Show the configuration that the contract has for an epoch, its digest computed here, and whether it is signed for.
    Config {
        /// The epoch; the next one if absent.
        #[arg(long)]
        epoch: Option<u64>,
    },
}

pub(super) async fn run(cli: &Cli, args: &OperatorArgs) -> Result<(), CliError> {
    let config = config(cli)?;
    match &args.action {
        Action::Possession { admin, config_version, key } => {
            let name = key.as_deref().unwrap_or(&config.signer);
            possession(cli, &config, admin, *config_version, name).await
        }
        Action::Config { epoch } => show_config(cli, &config, *epoch).await,
    }
}

async fn possession(
    cli: &Cli,
    config: &Config,
    admin: &str,
    config_version: Option<u64>,
    name: &str,
) -> Result<(), CliError> {
    let id = decode_address(admin, &config.chain.prefix)
        .map_err(|problem| CliError::input(format!("--admin {admin:?}: {problem}")))?;
    let deployment = config.deployment()?.deployment;
    let config_version = match config_version {
        Some(version) => version,
        None => {
            let answer: ConfigProposalResponse = reader(config)?.query(&QueryMsg::ConfigProposal {}).await?;
            answer.next_version
        }
    };
    let wallet = unlock(cli, config, name)?;
    let pubkey = wallet.pubkey();
    let digest = Possession { deployment: &deployment, config_version, admin: &id, pubkey: &pubkey }.digest();
    let signature = wallet.sign_digest(&digest)?;
    print(
        cli,
        &json!({
            "admin": admin, "config_version": config_version, "pubkey": hex::encode(pubkey),
            "pubkey_base64": Binary::from(pubkey), "possession": Binary::from(signature),
        }),
    )
}

async fn show_config(cli: &Cli, config: &Config, epoch: Option<u64>) -> Result<(), CliError> {
    let reader = reader(config)?;
    let epoch = match epoch {
        Some(epoch) => epoch,
        None => {
            let current = reader.epoch_status().await?.current_epoch;
            current.map_or(Some(0), |current| current.checked_add(1)).unwrap_or(u64::MAX)
        }
    };
    let told = reader.told_config(Some(epoch)).await?;
    let found = told_configuration(reader.deployment(), &told)?;
    let local = config.spec.hash();
    let accepted = check_configuration(reader.deployment(), &config.rotation, &told);
    let problem = accepted.and_then(|accepted| check_spec(&accepted, local)).err();
    let own = KeyStore::new(&config.keys_dir).info(&config.signer).ok();
    let own = own.and_then(|info| hex::decode(info.pubkey).ok()).and_then(|key| key.try_into().ok());
    let suspended = suspended_bits(&told);
    let operators: Vec<Value> = told
        .operators
        .iter()
        .zip(0u32..)
        .map(|(operator, index)| {
            json!({
                "name": operator.name, "pubkey": hex::encode(&operator.pubkey), "admin": operator.admin,
                "suspended": suspended >> index & 1 == 1,
            })
        })
        .collect();
    print(
        cli,
        &json!({
            "epoch": epoch, "config_version": found.config_version, "config_digest": hex::encode(found.digest()),
            "faulty_max": found.operators.faulty_max(), "quorum": found.operators.quorum(), "operators": operators,
            "own_index": own.and_then(|key| found.index_of(&key)), "spec_hash": hex::encode(found.spec_hash),
            "local_spec_hash": hex::encode(local), "accepted": problem.is_none(),
            "reason": problem.map(|problem| problem.to_string()),
        }),
    )
}
