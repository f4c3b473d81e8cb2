//! From optimised wasm to a contract with two funded campaigns and four ready operators, before the first epoch.

use std::time::Duration;

use attention_protocol::msg::{CreateCampaign, Metadata, OperatorInfo};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::cast::Cast;
use super::plan::{self, Plan};
use super::{DemoOptions, Log};
use crate::chain::{LocalChain, contract_path, contract_wasm};
use crate::error::E2eError;
use crate::operators::configure;
use crate::setup::write_json;
use crate::wasmd::{Account, Wasmd};

/// Fees of the transactions of one account, far more than it needs.
const GAS_MONEY: &str = "50000000";
/// Claims stay open for a year.
const CLAIM_OPEN_S: u64 = 31_536_000;

/// A campaign on chain.
#[derive(Debug, Clone)]
pub(super) struct Campaign {
    pub(super) id: u64,
    pub(super) plan: Plan,
}

/// What is on chain before the first epoch.
#[derive(Debug)]
pub(super) struct Deployed {
    pub(super) wasmd: Wasmd,
    pub(super) contract: String,
    pub(super) code_sha256: String,
    /// What fees are paid in.
    pub(super) fee_denom: String,
    pub(super) genesis_s: u64,
    pub(super) operators: Vec<OperatorInfo>,
    pub(super) campaigns: Vec<Campaign>,
    /// What the sponsor had before it paid for the campaigns, in the reward denom.
    pub(super) sponsor_before: u128,
    /// Pays fees for others, and is known to wasmd.
    pub(super) deployer: Account,
}

/// Deploys, creates the campaigns and starts the operators.
pub(super) fn deploy(
    log: &Log,
    options: &DemoOptions,
    chain: &LocalChain,
    cast: &mut Cast,
) -> Result<Deployed, E2eError> {
    let info = chain.info();
    let wasmd = Wasmd::new(chain)?;
    let deployer = wasmd.add_key("deployer")?;
    fund(chain, cast, &deployer)?;
    let sponsor_before = wasmd.node.balance(&cast.sponsor_key.address, &info.reward_denom)?;
    log.say("storing the contract");
    let code = wasmd.store(&deployer.key, &contract_path())?;
    let code_sha256 = checked_code(&wasmd, &code)?;

    let operators: Vec<OperatorInfo> =
        cast.operators.iter().map(|operator| operator.info()).collect::<Result<_, _>>()?;
    let genesis_s = wasmd.node.now()?.1 + options.lead_s;
    let message = plan::instantiate(operators.clone(), genesis_s, &cast.spec_hash, &info.reward_denom);
    let contract = wasmd.instantiate(&deployer.key, &code, &message, "attention-rewards")?;
    log.say(&format!("contract {contract}, first epoch in {} s", options.lead_s));
    let path = options.work.join("instantiate.json");
    write_json(&path, &message)?;
    cast.surroundings.deployed = Some((contract.clone(), path.to_string_lossy().into_owned()));
    configure(&cast.sponsor, &cast.surroundings, None)?;
    for operator in &mut cast.operators {
        configure(&operator.oracle, &cast.surroundings, Some(&operator.api))?;
        operator.start()?;
        note_pid(options, operator.pid())?;
    }
    let campaigns = create_campaigns(log, cast, genesis_s, &info.reward_denom)?;
    for operator in &mut cast.operators {
        let left_s = genesis_s.saturating_sub(wasmd.node.now()?.1);
        operator.wait_ready(Duration::from_secs(left_s)).map_err(|error| {
            E2eError::Output(format!(
                "{error}\nthe first epoch begins before all operators are ready: give them longer by --lead"
            ))
        })?;
    }
    log.say(&format!(
        "all operators are ready, {} s before the first epoch",
        genesis_s.saturating_sub(wasmd.node.now()?.1)
    ));
    let fee_denom = info.denom.clone();
    Ok(Deployed {
        wasmd,
        contract,
        code_sha256,
        fee_denom,
        genesis_s,
        operators,
        campaigns,
        sponsor_before,
        deployer,
    })
}

/// Everybody who pays gets money from the faucet; none of the accounts was there at genesis.
fn fund(chain: &LocalChain, cast: &Cast, deployer: &Account) -> Result<(), E2eError> {
    let info = chain.info();
    let mut payers = vec![deployer.address.clone(), cast.sponsor_key.address.clone()];
    for operator in &cast.operators {
        payers.push(operator.key("transmitter")?.address);
    }
    chain.fund(&payers, &[&format!("{GAS_MONEY}{}", info.denom)])?;
    let total: u128 = cast.plans.iter().map(|plan| plan.funds).sum();
    chain.fund(std::slice::from_ref(&cast.sponsor_key.address), &[&format!("{total}{}", info.reward_denom)])
}

/// The stored code is the file's, by the chain's own word.
fn checked_code(wasmd: &Wasmd, code: &str) -> Result<String, E2eError> {
    let ours = hex::encode(Sha256::digest(contract_wasm()?));
    let answer: Value = wasmd.query(&["wasm", "code-info", code])?;
    let theirs = answer.to_string().to_lowercase();
    if theirs.contains(&ours) {
        return Ok(ours);
    }
    Err(E2eError::Output(format!("the chain stored another code than {ours}: {answer}")))
}

fn create_campaigns(log: &Log, cast: &Cast, genesis_s: u64, denom: &str) -> Result<Vec<Campaign>, E2eError> {
    let mut campaigns = Vec::new();
    for plan in &cast.plans {
        let create = CreateCampaign {
            terms: plan.terms.clone(),
            claim_deadline_s: genesis_s + CLAIM_OPEN_S,
            refund_address: None,
            metadata: Some(Metadata { name: format!("Campaign {}", plan.name), url: None }),
        };
        let path = cast.sponsor.path(&format!("create-{}.json", plan.name));
        write_json(&path, &create)?;
        let (path, funds) = (path.to_string_lossy(), format!("{}{denom}", plan.funds));
        let answer: Value =
            cast.sponsor.run(&["campaign", "create", "--create", &path, "--funds", &funds])?;
        let id = answer["campaign"].as_u64();
        let id = id.ok_or_else(|| E2eError::Output(format!("campaign create: no id in {answer}")))?;
        log.say(&format!("campaign {} is number {id}, funded with {funds}", plan.name));
        campaigns.push(Campaign { id, plan: plan.clone() });
    }
    Ok(campaigns)
}

/// What `scripts/demo` ends if this process is killed.
fn note_pid(options: &DemoOptions, pid: Option<u32>) -> Result<(), E2eError> {
    use std::io::Write;
    let path = options.work.join("pids");
    let file = std::fs::File::options().create(true).append(true).open(&path);
    let text = pid.map(|pid| format!("{pid}\n")).unwrap_or_default();
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| E2eError::io(path.display().to_string(), error))
}
