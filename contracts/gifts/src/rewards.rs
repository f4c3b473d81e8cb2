//! What is asked of the rewards contract, the only source of campaigns and scores.
//!
//! Of each answer only the fields that are needed are read, so that a later version may answer more.

use attention_protocol::hash::Deployment;
use attention_protocol::msg::{AllocationStatus, QueryMsg};
use attention_protocol::tree::{Shape, SumNode, verify_leaf};
use attention_protocol::{AccountId, EpochClock, Hash, Leaf, ProtocolError};
use cosmwasm_schema::serde::Deserialize;
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::{Addr, Api, Binary, QuerierWrapper, Uint128};

use crate::error::{ContractError, Result, refuse};

/// The rewards contract, as seen from a message.
pub(crate) struct Rewards<'a> {
    pub(crate) address: &'a Addr,
    pub(crate) chain_id: &'a str,
    pub(crate) api: &'a dyn Api,
    pub(crate) querier: QuerierWrapper<'a>,
}

/// A leaf of one epoch with its way up the tree.
pub(crate) struct LeafProof<'a> {
    pub(crate) epoch: u64,
    pub(crate) position: u32,
    /// The packed leaf and its siblings.
    pub(crate) proof: &'a Binary,
}

#[derive(Deserialize)]
#[serde(crate = "cosmwasm_schema::serde")]
pub(crate) struct ConfigAnswer {
    /// Genesis and length never change.
    pub(crate) clock: EpochClock,
    /// What its reports carry; no other contract has one.
    pub(crate) config_digest: Binary,
}

#[derive(Deserialize)]
#[serde(crate = "cosmwasm_schema::serde")]
struct CampaignAnswer {
    sponsor: Addr,
}

#[derive(Deserialize)]
#[serde(crate = "cosmwasm_schema::serde")]
struct AllocationAnswer {
    status: AllocationStatus,
    root: Binary,
    leaf_count: u32,
    weight_total: u64,
    cumulative_total: Uint128,
}

impl Rewards<'_> {
    /// Its configuration.
    pub(crate) fn config(&self) -> Result<ConfigAnswer> {
        self.ask(|| "a configuration".into(), &QueryMsg::Config { epoch: None })
    }

    /// Who sponsors a campaign now.
    pub(crate) fn sponsor(&self, campaign: u64) -> Result<Addr> {
        let what = || format!("campaign {campaign}");
        Ok(self.ask::<CampaignAnswer>(what, &QueryMsg::Campaign { campaign })?.sponsor)
    }

    /// The leaf that a proof shows in the campaign's settled allocation of an epoch.
    ///
    /// # Errors
    /// There is no such allocation, it was rejected, or the proof does not lead to it.
    pub(crate) fn leaf(&self, campaign: u64, shown: &LeafProof<'_>) -> Result<Leaf> {
        let epoch = shown.epoch;
        let (leaf, siblings) = Leaf::split(shown.proof.as_slice())?;
        let what = || format!("an allocation of campaign {campaign} in epoch {epoch}");
        let allocation: AllocationAnswer = self.ask(what, &QueryMsg::Allocation { campaign, epoch })?;
        if allocation.status != AllocationStatus::Settled {
            return refuse(ContractError::NotSettled { campaign, epoch });
        }
        let root = Hash::try_from(allocation.root.as_slice());
        let shape = Shape {
            domain: self.deployment()?.allocation_domain(campaign, epoch),
            leaf_count: allocation.leaf_count,
            root: SumNode {
                hash: root.map_err(|_| ProtocolError::RootMismatch)?,
                weight: allocation.weight_total,
                cumulative: allocation.cumulative_total.u128(),
            },
        };
        verify_leaf(&shape, shown.position, &leaf, siblings)?;
        Ok(leaf)
    }

    /// The same, if the leaf is the account's own.
    pub(crate) fn own_leaf(&self, campaign: u64, shown: &LeafProof<'_>, holder: &Holder<'_>) -> Result<Leaf> {
        let leaf = self.leaf(campaign, shown)?;
        if leaf.account != holder.account {
            return refuse(ContractError::NotYourLeaf { campaign, account: holder.address.clone() });
        }
        Ok(leaf)
    }

    /// Where the rewards contract lives: its trees are bound to it.
    fn deployment(&self) -> Result<Deployment> {
        Ok(Deployment::new(self.chain_id, &account(self.api, self.address)?)?)
    }

    fn ask<T: DeserializeOwned>(&self, what: impl Fn() -> String, msg: &QueryMsg) -> Result<T> {
        let unanswered = |error: cosmwasm_std::StdError| {
            Box::new(ContractError::RewardsUnanswered { what: what(), reason: error.to_string() })
        };
        self.querier.query_wasm_smart(self.address, msg).map_err(unanswered)
    }
}

/// An account in both its forms.
pub(crate) struct Holder<'a> {
    pub(crate) address: &'a Addr,
    pub(crate) account: AccountId,
}

impl<'a> Holder<'a> {
    /// The holder of a validated address.
    pub(crate) fn new(api: &dyn Api, address: &'a Addr) -> Result<Self> {
        Ok(Self { address, account: account(api, address)? })
    }
}

/// The canonical bytes of an address.
pub(crate) fn account(api: &dyn Api, address: &Addr) -> Result<AccountId> {
    let canonical = api.addr_canonicalize(address.as_str())?;
    Ok(AccountId::try_from(canonical.as_slice())?)
}
