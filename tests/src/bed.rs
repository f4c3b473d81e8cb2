//! A deployment of the contract on a real chain, with operators whose keys the test holds.

use std::thread::sleep;
use std::time::Duration;

use attention_protocol::hash::Deployment;
use attention_protocol::msg::{
    CampaignMoney, CreateCampaign, DenomPolicy, EpochStatusResponse, ExecuteMsg, InstantiateMsg, Limits,
    OperatorInfo, OwedResponse, QueryMsg, ReportResponse, ReportStatus, SignatureEntry,
};
use attention_protocol::{CampaignTerms, EpochClock, Hash, ReportBody, ZERO_HASH};
use bech32::{Bech32, Hrp};
use cosmwasm_std::{Binary, Uint128};
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::chain::{LocalChain, contract_path, contract_wasm};
use crate::error::E2eError;
use crate::ledger::EpochBook;
use crate::wasmd::{Account, Tx, TxFailed, Wasmd, canonical};

/// The denom that campaigns pay in.
pub const REWARD: &str = "ureward";
/// The denom of bonds: not the one that campaigns pay in, so that a campaign's books can be compared with the balance.
pub const BOND: &str = "uattn";
const WEEK_S: u64 = 604_800;
/// Pause between two looks at something that is due.
const POLL: Duration = Duration::from_millis(250);

/// What can differ between deployments.
#[derive(Debug, Clone, Copy)]
pub struct BedOptions {
    /// Seconds from now to genesis.
    pub genesis_in_s: u64,
    /// Length of an epoch, seconds.
    pub epoch_length_s: u64,
    /// Seconds in which a report may be posted.
    pub report_period_s: u64,
    /// Seconds in which it may be disputed.
    pub dispute_window_s: u64,
    /// Seconds in which an opening demand has to be answered.
    pub open_period_s: u64,
    /// Whether the operators' admins are accounts with coins, for bonds and rotation.
    pub admins: bool,
}

impl Default for BedOptions {
    fn default() -> Self {
        Self {
            genesis_in_s: 20,
            epoch_length_s: 16,
            report_period_s: 14,
            dispute_window_s: 1,
            open_period_s: 0,
            admins: false,
        }
    }
}

impl BedOptions {
    fn clock(&self, now_s: u64) -> EpochClock {
        EpochClock {
            genesis_s: now_s + self.genesis_in_s,
            epoch_length_s: self.epoch_length_s,
            report_period_s: self.report_period_s,
            dispute_window_s: self.dispute_window_s,
            open_period_s: self.open_period_s,
            min_blocks: 1,
        }
    }
}

/// A deployment and everything a test needs to drive it.
#[derive(Debug)]
pub struct Bed {
    /// The chain's command line.
    pub wasmd: Wasmd,
    /// The contract's address.
    pub contract: String,
    /// Where it lives, for domains.
    pub deployment: Deployment,
    /// Its clock.
    pub clock: EpochClock,
    /// Who owns it and creates campaigns.
    pub owner: Account,
    /// The operators' cold keys; empty unless the options ask for them.
    pub admins: Vec<Account>,
    operators: Vec<SigningKey>,
    config_digest: Hash,
}

/// Uploads the optimised contract once per chain and returns its code id.
pub fn store_contract(chain: &LocalChain) -> Result<String, E2eError> {
    let wasmd = Wasmd::new(chain)?;
    let uploader = wasmd.add_key("uploader")?;
    chain.fund(std::slice::from_ref(&uploader.address), &["100000000uattn"])?;
    contract_wasm()?;
    wasmd.store(&uploader.key, &contract_path())
}

impl Bed {
    /// Deploys the contract with four operators (quorum 3) whose keys the test holds. `name` makes its keys unique on the
    /// chain.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn deploy(chain: &LocalChain, code: &str, name: &str, options: BedOptions) -> Result<Self, E2eError> {
        Self::deploy_with(chain, code, name, options, |_| {})
    }

    /// The same, with a message that `change` changes.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn deploy_with(
        chain: &LocalChain,
        code: &str,
        name: &str,
        options: BedOptions,
        change: impl FnOnce(&mut InstantiateMsg),
    ) -> Result<Self, E2eError> {
        let Hands { operators, infos, admins } = Hands::of(chain, name, options)?;
        let (mut bed, _) = Self::deploy_message(chain, code, name, |now_s| {
            let mut message = Self::message(infos, options.clock(now_s), [5; 32]);
            change(&mut message);
            message
        })?;
        (bed.operators, bed.admins) = (operators, admins);
        Ok(bed)
    }

    /// The same with code of another version: `edit` makes the message what that version takes. The owner may migrate it.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn deploy_version(
        chain: &LocalChain,
        code: &str,
        name: &str,
        options: BedOptions,
        edit: impl FnOnce(&mut Value),
    ) -> Result<Self, E2eError> {
        let Hands { operators, infos, admins } = Hands::of(chain, name, options)?;
        let (mut bed, _) = Self::create(chain, code, name, true, |now_s| {
            let clock = options.clock(now_s);
            let mut message = serde_json::to_value(Self::message(infos, clock, [5; 32]))
                .map_err(|error| E2eError::Output(error.to_string()))?;
            edit(&mut message);
            Ok((clock, message))
        })?;
        (bed.operators, bed.admins) = (operators, admins);
        Ok(bed)
    }

    /// What creates the contract, with limits for tests.
    pub fn message(operators: Vec<OperatorInfo>, clock: EpochClock, spec_hash: Hash) -> InstantiateMsg {
        InstantiateMsg {
            owner: None,
            guardian: None,
            operators,
            faulty_max: 1,
            clock,
            spec_hash: Binary::from(spec_hash),
            limits: Limits {
                denoms: vec![DenomPolicy {
                    denom: REWARD.into(),
                    funding_min: Uint128::new(1_000),
                    creation_fee: Uint128::new(7),
                }],
                settle_grace_s: WEEK_S,
                claim_period_s: WEEK_S,
                pause_max_s: 3_600,
                operator_fee_ppm: 0,
                price_change_max_ppm: 1_000_000,
            },
            security: crate::setup::security(BOND, &clock),
        }
    }

    /// Deploys the contract with the message that `make` gives for the newest block's time. Nobody holds the operators'
    /// keys here.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn deploy_message(
        chain: &LocalChain,
        code: &str,
        name: &str,
        make: impl FnOnce(u64) -> InstantiateMsg,
    ) -> Result<(Self, InstantiateMsg), E2eError> {
        Self::create(chain, code, name, false, |now_s| {
            let message = make(now_s);
            Ok((message.clock, message))
        })
    }

    fn create<M: Serialize>(
        chain: &LocalChain,
        code: &str,
        name: &str,
        is_migratable: bool,
        make: impl FnOnce(u64) -> Result<(EpochClock, M), E2eError>,
    ) -> Result<(Self, M), E2eError> {
        let wasmd = Wasmd::new(chain)?;
        let owner = wasmd.add_key(&format!("{name}-owner"))?;
        chain.fund(std::slice::from_ref(&owner.address), &["1000000000uattn", "1000000000000ureward"])?;
        let (clock, message) = make(wasmd.node.now()?.1)?;
        let admin = is_migratable.then_some(owner.address.as_str());
        let contract = wasmd.instantiate_under(&owner.key, code, &message, name, admin)?;
        let info = chain.info();
        let id = canonical(&contract, &info.prefix)?;
        let deployment = Deployment::new(&info.chain_id, &id)
            .map_err(|error| E2eError::Output(format!("the deployment: {error}")))?;
        // In the words of every version there was.
        let config: Value = wasmd.node.smart(&contract, &json!({"config": {}}))?;
        let config_digest = config["config_digest"].as_str().and_then(|text| Binary::from_base64(text).ok());
        let config_digest = config_digest.and_then(|bytes| Hash::try_from(bytes.as_slice()).ok());
        let config_digest =
            config_digest.ok_or_else(|| E2eError::Output(format!("the configuration: {config}")))?;
        let (operators, admins) = (vec![], vec![]);
        Ok((Self { wasmd, contract, deployment, clock, owner, admins, operators, config_digest }, message))
    }

    /// Asks the contract.
    pub fn query<T: DeserializeOwned>(&self, message: &QueryMsg) -> Result<T, E2eError> {
        self.wasmd.node.smart(&self.contract, message)
    }

    /// Sends an execute message, with funds like `5ureward` or none.
    pub fn execute(
        &self,
        from: &Account,
        message: &ExecuteMsg,
        funds: &str,
    ) -> Result<Result<Tx, TxFailed>, E2eError> {
        self.wasmd.execute(from, &self.contract, message, funds)
    }

    /// Creates a campaign funded by the owner and returns its id.
    pub fn create_campaign(&self, terms: &CampaignTerms, funds: &str) -> Result<u64, E2eError> {
        let (_, now_s) = self.wasmd.node.now()?;
        let create = CreateCampaign {
            terms: terms.clone(),
            claim_deadline_s: now_s + 52 * WEEK_S,
            refund_address: None,
            metadata: None,
        };
        let tx = self.execute(&self.owner, &ExecuteMsg::CreateCampaign(Box::new(create)), funds)?;
        let tx = tx.map_err(|failed| E2eError::Output(format!("creating a campaign: {}", failed.log)))?;
        let id = tx.attribute("wasm-campaign_created", "campaign").and_then(|id| id.parse().ok());
        id.ok_or_else(|| E2eError::Output("creating a campaign: no id in the events".into()))
    }

    /// The body of the report that is due on an epoch, with the given commitments.
    pub fn body(&self, book: &EpochBook, prev_digest: Hash) -> ReportBody {
        let (campaigns_root, campaign_count) = book.root();
        ReportBody {
            config_digest: self.config_digest,
            prev_digest,
            epoch: book.epoch,
            revision: 0,
            campaigns_root,
            campaign_count,
            assets_root: ZERO_HASH,
            asset_count: 0,
            input_root: [1; 32],
            model_hash: [2; 32],
            leaves_hash: [3; 32],
        }
    }

    /// The message that posts a body with the signatures of the operators at `signers`, in that order.
    pub fn submit_message(&self, body: &ReportBody, signers: &[u8]) -> ExecuteMsg {
        let signatures = signers
            .iter()
            .map(|index| SignatureEntry { index: *index, signature: self.sign(*index, &body.digest()) })
            .collect();
        ExecuteMsg::SubmitReport { body: Binary::from(body.pack()), signatures }
    }

    /// An operator's signature; an index that nobody has signs with a key that nobody knows.
    pub fn sign(&self, index: u8, digest: &Hash) -> Binary {
        let stranger = operator_key(&self.contract, index).ok();
        let key = self.operators.get(usize::from(index)).or(stranger.as_ref());
        let signature: Option<Signature> = key.and_then(|key| key.sign_prehash(digest).ok());
        signature.map(|signature| Binary::from(signature.to_bytes().as_slice())).unwrap_or_default()
    }

    /// Waits until the newest block's time is at least `time_s`.
    pub fn wait_until(&self, time_s: u64) -> Result<(), E2eError> {
        // A question is a process of its own: not more of them than needed, for the chain has to run beside.
        loop {
            match time_s.checked_sub(self.wasmd.node.now()?.1) {
                None | Some(0) => return Ok(()),
                Some(left_s) => sleep(Duration::from_secs(left_s).saturating_sub(POLL).max(POLL)),
            }
        }
    }

    /// Waits for the end of an epoch, posts the report of the first three operators, waits until it is final, and returns the
    /// transaction and the digest.
    pub fn report(&self, book: &EpochBook, prev_digest: Hash) -> Result<(Tx, Hash), E2eError> {
        let body = self.body(book, prev_digest);
        let window_end = self.clock.window_end_s(book.epoch);
        self.wait_until(window_end.map_err(|error| E2eError::Output(error.to_string()))?)?;
        let tx = self.execute(&self.owner, &self.submit_message(&body, &[0, 1, 2]), "")?;
        let tx =
            tx.map_err(|failed| E2eError::Output(format!("posting epoch {}: {}", book.epoch, failed.log)))?;
        self.wait_final(book.epoch)?;
        Ok((tx, body.digest()))
    }

    /// Waits until an epoch's report is final.
    pub fn wait_final(&self, epoch: u64) -> Result<(), E2eError> {
        loop {
            let report: ReportResponse = self.query(&QueryMsg::Report { epoch })?;
            match report.status {
                ReportStatus::Final => return Ok(()),
                ReportStatus::Pending | ReportStatus::Challenged => {
                    self.wait_until(report.ends_at_s.unwrap_or(0))?;
                    sleep(POLL);
                }
                other => {
                    return Err(E2eError::Output(format!(
                        "epoch {epoch} is {other:?}, not pending: the report"
                    )));
                }
            }
        }
    }

    /// Checks I9 for a campaign and I10 for the contract, from the chain's own figures, and returns the campaign's money.
    ///
    /// # Panics
    /// If a token was made or lost.
    pub fn check_money(&self, campaigns: &[u64]) -> Result<Vec<CampaignMoney>, E2eError> {
        let mut owed = 0;
        let mut all = Vec::new();
        for campaign in campaigns {
            let money: CampaignMoney = self.query(&QueryMsg::CampaignMoney { campaign: *campaign })?;
            let parts = [money.unallocated, money.allocated, money.refunded, money.fees];
            let sum: u128 = parts.iter().map(|part| part.u128()).sum();
            assert_eq!(sum, money.funded.u128(), "I9, campaign {campaign}: {money:?}");
            assert!(money.claimed <= money.allocated, "I9, campaign {campaign}: {money:?}");
            owed += money.funded.u128() - money.refunded.u128() - money.claimed.u128();
            all.push(money);
        }
        let balance = self.wasmd.node.balance(&self.contract, REWARD)?;
        assert_eq!(balance, owed, "I10: the contract holds what it owes, and nothing else");
        Ok(all)
    }

    /// What an account may withdraw in an asset.
    pub fn owed(&self, account: &Account, denom: &str) -> Result<u128, E2eError> {
        let query = QueryMsg::Owed { denom: denom.into(), account: account.address.clone() };
        Ok(self.query::<OwedResponse>(&query)?.owed.u128())
    }

    /// Where the clock stands.
    pub fn epoch_status(&self) -> Result<EpochStatusResponse, E2eError> {
        self.query(&QueryMsg::EpochStatus {})
    }
}

/// The operators of a test: hot keys, how the contract sees them, cold keys with coins if the options ask for them.
struct Hands {
    operators: Vec<SigningKey>,
    infos: Vec<OperatorInfo>,
    admins: Vec<Account>,
}

impl Hands {
    fn of(chain: &LocalChain, name: &str, options: BedOptions) -> Result<Self, E2eError> {
        let operators: Vec<SigningKey> = (1..=4).map(|i| operator_key(name, i)).collect::<Result<_, _>>()?;
        let prefix = &chain.info().prefix;
        let infos = operators.iter().enumerate();
        let mut infos =
            infos.map(|(i, key)| operator_info(i, key, prefix)).collect::<Result<Vec<_>, E2eError>>()?;
        let admins = if options.admins { admins(chain, name)? } else { Vec::new() };
        for (info, admin) in infos.iter_mut().zip(&admins) {
            info.admin.clone_from(&admin.address);
        }
        Ok(Self { operators, infos, admins })
    }
}

/// Accounts for the operators' cold keys, with coins.
fn admins(chain: &LocalChain, name: &str) -> Result<Vec<Account>, E2eError> {
    let wasmd = Wasmd::new(chain)?;
    let accounts: Vec<Account> =
        (0..4).map(|i| wasmd.add_key(&format!("{name}-admin-{i}"))).collect::<Result<_, _>>()?;
    let addresses: Vec<String> = accounts.iter().map(|account| account.address.clone()).collect();
    chain.fund(&addresses, &["100000000uattn"])?;
    Ok(accounts)
}

/// A test key that follows from a name: never used outside a throw-away chain.
fn operator_key(name: &str, index: u8) -> Result<SigningKey, E2eError> {
    let secret = attention_protocol::hash::sha256(&[name.as_bytes(), &[index]]);
    SigningKey::from_slice(&secret).map_err(|error| E2eError::Output(format!("a test key: {error}")))
}

fn operator_info(index: usize, key: &SigningKey, prefix: &str) -> Result<OperatorInfo, E2eError> {
    let pubkey = key.verifying_key().to_encoded_point(true);
    let hash = attention_protocol::hash::sha256(&[pubkey.as_bytes()]);
    let hrp = Hrp::parse(prefix).map_err(|error| E2eError::Output(format!("prefix {prefix}: {error}")))?;
    // An address that nobody holds a key for: these operators keep their signers and post no bonds.
    let admin = bech32::encode::<Bech32>(hrp, &hash[..20])
        .map_err(|error| E2eError::Output(format!("an admin's address: {error}")))?;
    Ok(OperatorInfo { name: format!("operator-{index}"), pubkey: Binary::from(pubkey.as_bytes()), admin })
}
