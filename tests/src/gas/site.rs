//! A deployment whose messages are measured: one key is its owner, guardian, arbiter, sponsor, first operator's admin and claimant, so
//! that any message can be simulated after any other in one transaction.

use std::thread::sleep;
use std::time::Duration;

use attention_protocol::anchor::anchor_digest;
use attention_protocol::hash::{Deployment, sha256};
use attention_protocol::msg::{
    ConfigResponse, CreateCampaign, EpochStatusResponse, ExecuteMsg, InstantiateMsg, OperatorInfo, QueryMsg,
    ReportResponse, ReportStatus, SignatureEntry,
};
use attention_protocol::rule::{Growth, Rule, Schedule};
use attention_protocol::{CampaignKind, CampaignTerms, EpochClock, Hash, ReportBody, Targets, ZERO_HASH};
use cosmrs::Any;
use cosmwasm_std::{Binary, Uint64, Uint128};
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};

use crate::bed::{BOND, Bed, REWARD};
use crate::chain::LocalChain;
use crate::direct::{Direct, bech32_address, coin};
use crate::error::E2eError;
use crate::rule::plain_rule;

/// What each campaign shares in an epoch, base units.
pub const BUDGET: u128 = 1_000_000;
/// What each funding brings, fees included, base units.
pub const FUNDING: u128 = 2_000_000_000;
/// An epoch that no measurement reaches.
pub const STEADY_END: u64 = 100;
/// Epochs that campaigns run.
const RUN_EPOCHS: u64 = 1_000;
/// Coins of the key.
const COINS: [&str; 2] = ["900000000000uattn", "90000000000000000ureward"];
const POLL: Duration = Duration::from_millis(200);
/// A report is posted at most so many seconds after its window's end.
const LATE_S: u64 = 2;

/// Lengths of the clock's parts, seconds.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From now to the first epoch.
    pub genesis_in_s: u64,
    /// An epoch.
    pub epoch_s: u64,
    /// The time for a report.
    pub report_s: u64,
    /// The time for disputes, in which all of them are measured.
    pub dispute_s: u64,
}

/// See the module.
pub struct Site {
    /// The key.
    pub client: Direct,
    /// The contract.
    pub contract: String,
    /// Where it lives, for domains.
    pub deployment: Deployment,
    /// Its clock.
    pub clock: EpochClock,
    /// Bech32 prefix of addresses.
    pub prefix: String,
    operators: Vec<SigningKey>,
}

/// A mistake in the harness, or a refusal.
pub fn failed(what: &str, error: impl std::fmt::Display) -> E2eError {
    E2eError::Output(format!("{what}: {error}"))
}

/// What every campaign agrees to.
pub fn terms(start_epoch: u64, end_epoch: u64) -> CampaignTerms {
    CampaignTerms {
        kind: CampaignKind::AssetDisplay,
        targets: Targets::All {},
        rule: Rule {
            scale: Uint64::new(1_000_000),
            growth: Growth { ppm: 1_000_000, abs: u32::MAX },
            schedule: Schedule::Fixed { amount: Uint128::new(BUDGET) },
            ..plain_rule()
        },
        start_epoch,
        end_epoch,
    }
}

impl Site {
    /// Deploys the contract under the key of a name, with a message that `change` changes.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn deploy(
        chain: &LocalChain,
        code: &str,
        name: &str,
        pace: Pace,
        change: impl FnOnce(&mut InstantiateMsg),
    ) -> Result<Self, E2eError> {
        let client = Direct::new(chain, name)?;
        chain.fund(std::slice::from_ref(&client.address), &COINS)?;
        let prefix = chain.info().prefix.clone();
        let key = |index: u8| SigningKey::from_slice(&sha256(&[name.as_bytes(), &[index]]));
        let operators = (0..4).map(key).collect::<Result<Vec<_>, _>>();
        let operators = operators.map_err(|error| failed("a test key", error))?;
        let infos = (0u8..).zip(&operators).map(|(index, key)| {
            let pubkey = key.verifying_key().to_encoded_point(true);
            let admin = match index {
                0 => client.address.clone(),
                _ => bech32_address(&prefix, &sha256(&[pubkey.as_bytes()])[..20])?,
            };
            let pubkey = Binary::from(pubkey.as_bytes());
            Ok(OperatorInfo { name: format!("operator-{index}"), pubkey, admin })
        });
        let clock = EpochClock {
            genesis_s: client.node.now()?.1 + pace.genesis_in_s,
            epoch_length_s: pace.epoch_s,
            report_period_s: pace.report_s,
            dispute_window_s: pace.dispute_s,
            open_period_s: 1,
            min_blocks: 1,
        };
        let mut message = Bed::message(infos.collect::<Result<_, E2eError>>()?, clock, [5; 32]);
        message.guardian = Some(client.address.clone());
        message.limits.operator_fee_ppm = 25_000;
        let security = &mut message.security;
        (security.arbiter, security.arbiter_period_s) = (Some(client.address.clone()), 1);
        (security.unbonding_s, security.timelock_s) = (2 * pace.epoch_s + 1, 0);
        security.anchor_grace_s = Some(0);
        change(&mut message);
        let contract = client.instantiate(code, &message)?;
        let id = crate::wasmd::canonical(&contract, &prefix)?;
        let deployment = Deployment::new(&chain.info().chain_id, &id);
        let deployment = deployment.map_err(|error| failed("the deployment", error))?;
        Ok(Self { client, contract, deployment, clock, prefix, operators })
    }

    /// A message of the contract, with coins or without.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn call(&self, message: &ExecuteMsg, funds: Option<(u128, &str)>) -> Result<Any, E2eError> {
        let funds = funds.map(|(amount, denom)| coin(amount, denom));
        self.client.call(&self.contract, message, funds.into_iter().collect())
    }

    /// Asks the contract.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn query<T: serde::de::DeserializeOwned>(&self, message: &QueryMsg) -> Result<T, E2eError> {
        self.client.node.smart(&self.contract, message)
    }

    /// The message that creates a campaign of epochs `start` to `end` (exclusive).
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn create(&self, start_epoch: u64, end_epoch: u64) -> Result<Any, E2eError> {
        let create = CreateCampaign {
            terms: terms(start_epoch, end_epoch),
            claim_deadline_s: self.clock.genesis_s + (end_epoch + 10) * self.clock.epoch_length_s,
            refund_address: None,
            metadata: None,
        };
        self.call(&ExecuteMsg::CreateCampaign(Box::new(create)), Some((FUNDING, REWARD)))
    }

    /// The last epoch of a campaign that starts at `start_epoch`, exclusive.
    pub fn end_of(start_epoch: u64) -> u64 {
        start_epoch + RUN_EPOCHS
    }

    /// Where the epochs stand.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn status(&self) -> Result<EpochStatusResponse, E2eError> {
        self.query(&QueryMsg::EpochStatus {})
    }

    /// The next epoch whose window has not ended long ago.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn next_epoch(&self) -> Result<u64, E2eError> {
        let (status, now_s) = (self.status()?, self.client.node.now()?.1);
        let in_time = now_s <= status.window_end_s + LATE_S;
        Ok(if in_time { status.open_epoch } else { self.clock.receipt_epoch(now_s) })
    }

    /// The first epoch that a campaign created now can start in.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn first_epoch(&self) -> Result<u64, E2eError> {
        let soon_s = self.client.node.now()?.1 + self.clock.epoch_length_s / 2;
        self.clock.next_epoch(soon_s).map_err(|error| failed("the clock", error))
    }

    /// Waits for a block at or after `time_s`.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn wait_until(&self, time_s: u64) -> Result<(), E2eError> {
        while self.client.node.now()?.1 < time_s {
            sleep(POLL);
        }
        Ok(())
    }

    /// Waits until an epoch's window has ended.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn wait_for_end(&self, epoch: u64) -> Result<(), E2eError> {
        self.wait_until(self.clock.window_end_s(epoch).map_err(|error| failed("the clock", error))?)
    }

    /// Waits until an epoch's report is final.
    ///
    /// # Errors
    /// [`E2eError`], also if it is not pending.
    pub fn wait_final(&self, epoch: u64) -> Result<(), E2eError> {
        loop {
            let report: ReportResponse = self.query(&QueryMsg::Report { epoch })?;
            match report.status {
                ReportStatus::Final => return Ok(()),
                ReportStatus::Pending => sleep(POLL),
                other => return Err(failed(&format!("epoch {epoch}"), format!("{other:?}, not pending"))),
            }
        }
    }

    /// A report on the awaited epoch over a commitment tree and two assets.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn body(&self, campaigns: (Hash, u32), assets: (Hash, u32)) -> Result<ReportBody, E2eError> {
        let status = self.status()?;
        let config: ConfigResponse = self.query(&QueryMsg::Config { epoch: Some(status.open_epoch) })?;
        let hash =
            |binary: &Binary| Hash::try_from(binary.as_slice()).map_err(|error| failed("a hash", error));
        Ok(ReportBody {
            config_digest: hash(&config.config_digest)?,
            prev_digest: status.prev_digest.as_ref().map_or(Ok(ZERO_HASH), hash)?,
            epoch: status.open_epoch,
            revision: status.revision,
            campaigns_root: campaigns.0,
            campaign_count: campaigns.1,
            assets_root: assets.0,
            asset_count: assets.1,
            input_root: [1; 32],
            model_hash: [2; 32],
            leaves_hash: [3; 32],
        })
    }

    /// The message that fixes the input of a body's revision, from the operator whose turn it is.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn anchor(&self, body: &ReportBody) -> Result<Any, E2eError> {
        let index = self.status()?.anchor_rank.ok_or_else(|| failed("an anchor", "none is awaited"))?;
        let (epoch, revision) = (body.epoch, body.revision);
        let digest = anchor_digest(&self.deployment, epoch, revision, &body.input_root);
        let signature = self.sign(index, &digest)?;
        let input_root = Binary::from(body.input_root);
        self.call(&ExecuteMsg::AnchorInput { epoch, revision, input_root, index, signature }, None)
    }

    /// The message that posts a body with three signatures.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn submit(&self, body: &ReportBody) -> Result<Any, E2eError> {
        let entry = |index| Ok(SignatureEntry { index, signature: self.sign(index, &body.digest())? });
        let signatures = [0, 1, 2].map(entry).into_iter().collect::<Result<_, E2eError>>()?;
        self.call(&ExecuteMsg::SubmitReport { body: Binary::from(body.pack()), signatures }, None)
    }

    /// An operator's signature on a digest.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn sign(&self, index: u8, digest: &Hash) -> Result<Binary, E2eError> {
        let key = self.operators.get(usize::from(index)).ok_or_else(|| failed("operator", index))?;
        sign_with(key, digest)
    }

    /// The bond's denom.
    pub fn bond(amount: u128) -> Option<(u128, &'static str)> {
        Some((amount, BOND))
    }
}

/// A key's signature on a digest.
///
/// # Errors
/// [`E2eError`].
pub fn sign_with(key: &SigningKey, digest: &Hash) -> Result<Binary, E2eError> {
    let signature: Signature = key.sign_prehash(digest).map_err(|error| failed("signing", error))?;
    Ok(Binary::from(signature.to_bytes().as_slice()))
}
