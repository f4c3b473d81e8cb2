//! What the demonstration came to, as one document.

use serde::{Serialize, Serializer};

use super::cast::Cast;
use super::deploy::Deployed;
use super::play::Played;
use crate::chain::LocalChain;

/// Everything, as `--report` writes it. Amounts are base units in decimal strings, hashes hex.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The chain.
    pub chain_id: String,
    /// Version of the node.
    pub wasmd_version: String,
    /// The contract.
    pub contract: String,
    /// SHA-256 of its code, as the chain stores it.
    pub code_sha256: String,
    /// In index order.
    pub operators: Vec<OperatorRow>,
    /// In order of their ids.
    pub campaigns: Vec<CampaignRow>,
    /// In order.
    pub epochs: Vec<Epoch>,
    /// In the order they were made, one row for each campaign of a claim.
    pub claims: Vec<Claim>,
    /// The money of each campaign at the end.
    pub conservation: Vec<Conservation>,
    /// What the contract holds at the end, in the reward denom.
    #[serde(serialize_with = "decimal")]
    pub contract_balance: u128,
}

/// An operator.
#[derive(Debug, Serialize)]
pub struct OperatorRow {
    /// Its index.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its signing key, hex.
    pub pubkey: String,
}

/// A campaign.
#[derive(Debug, Serialize)]
pub struct CampaignRow {
    /// Its id.
    pub id: u64,
    /// What it pays attention for.
    pub kind: attention_protocol::CampaignKind,
    /// Its rule, as in the contract.
    pub rule: attention_protocol::rule::Rule,
    /// What it pays in.
    pub denom: String,
}

/// An epoch with its report.
#[derive(Debug, Serialize)]
pub struct Epoch {
    /// The chain's epoch.
    pub epoch: u64,
    /// The 30 days of data it stands for.
    pub data_epoch: u64,
    /// Of the report.
    pub revision: u32,
    /// Users who did something.
    pub users: u64,
    /// Those of them who have a wallet.
    pub linked: u64,
    /// Assets that something was done with.
    pub assets: u64,
    /// Highest score of a user in any campaign.
    pub top_score_ppm: u32,
    /// Root over the commitments.
    pub campaigns_root: String,
    /// Commitment to all inputs.
    pub input_root: String,
    /// Hash of the model.
    pub model_hash: String,
    /// What was signed.
    pub digest: String,
    /// Indices of the operators who did.
    pub signers: Vec<u8>,
    /// Gas of the transaction that posted it.
    pub submit_gas: u64,
    /// Gas of settling each campaign.
    pub settle_gas: Vec<SettleGas>,
}

/// What settling a campaign cost.
#[derive(Debug, Serialize)]
pub struct SettleGas {
    /// The campaign.
    pub campaign: u64,
    /// Its equal share of the transaction's gas.
    pub gas: u64,
}

/// Why a wallet claims when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// Right after it first earned.
    Early,
    /// Once, after several epochs in which it earned.
    Away,
    /// It has no coins: somebody else pays the fee.
    FeeGranted,
    /// Again, after an early claim.
    Returning,
    /// At the end.
    Last,
}

impl ClaimKind {
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Early => "right after it first earned",
            Self::Away => "once, for several epochs",
            Self::FeeGranted => "without a coin: the fee is granted",
            Self::Returning => "for the second time",
            Self::Last => "at the end",
        }
    }
}

/// One campaign's part of a claim.
#[derive(Debug, Serialize)]
pub struct Claim {
    /// Who claimed.
    pub account: String,
    /// From which campaign.
    pub campaign: u64,
    /// On the leaf of which epoch: the newest settled one.
    pub epoch: u64,
    /// The leaf's score.
    pub score_ppm: u32,
    /// What it paid.
    #[serde(serialize_with = "decimal")]
    pub amount: u128,
    /// Of what.
    pub denom: String,
    /// Why then.
    pub kind: ClaimKind,
    /// Gas of the whole transaction.
    pub gas_used: u64,
    /// The transaction.
    pub tx_hash: String,
    /// The wallet's balance before the transaction.
    #[serde(serialize_with = "decimal")]
    pub balance_before: u128,
    /// And after it.
    #[serde(serialize_with = "decimal")]
    pub balance_after: u128,
}

/// A campaign's money.
#[derive(Debug, Serialize)]
pub struct Conservation {
    /// The campaign.
    pub campaign: u64,
    /// Ever paid in.
    #[serde(serialize_with = "decimal")]
    pub funded: u128,
    /// Promised to nobody.
    #[serde(serialize_with = "decimal")]
    pub unallocated: u128,
    /// Promised by settled allocations.
    #[serde(serialize_with = "decimal")]
    pub allocated: u128,
    /// Of that, paid.
    #[serde(serialize_with = "decimal")]
    pub claimed: u128,
    /// Gone back to the sponsor.
    #[serde(serialize_with = "decimal")]
    pub refunded: u128,
    /// Taken as creation fee.
    #[serde(serialize_with = "decimal")]
    pub fees: u128,
}

/// What the audit found.
#[derive(Debug)]
pub(super) struct Money {
    pub(super) conservation: Vec<Conservation>,
    pub(super) contract_balance: u128,
}

/// Puts it all together.
pub(super) fn collect(
    chain: &LocalChain,
    cast: &Cast,
    deployed: &Deployed,
    played: Played,
    money: Money,
) -> Outcome {
    let info = chain.info();
    let operators = deployed.operators.iter().zip(0..cast.operators.len()).map(|(operator, index)| {
        OperatorRow { index, name: operator.name.clone(), pubkey: hex::encode(&operator.pubkey) }
    });
    let campaigns = deployed.campaigns.iter().map(|campaign| CampaignRow {
        id: campaign.id,
        kind: campaign.plan.terms.kind,
        rule: campaign.plan.terms.rule.clone(),
        denom: info.reward_denom.clone(),
    });
    Outcome {
        chain_id: info.chain_id.clone(),
        wasmd_version: info.wasmd_version.clone(),
        contract: deployed.contract.clone(),
        code_sha256: deployed.code_sha256.clone(),
        operators: operators.collect(),
        campaigns: campaigns.collect(),
        epochs: played.epochs,
        claims: played.claims,
        conservation: money.conservation,
        contract_balance: money.contract_balance,
    }
}

/// JSON numbers lose digits above 2^53.
fn decimal<S: Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
