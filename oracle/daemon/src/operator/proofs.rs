//! Claim proofs from published files: found by campaign and account.

use std::sync::Arc;

use attention_core::links::decode_address;
use attention_core::proof::AllocationProofs;
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::msg::{CampaignResponse, ClaimItem, QueryMsg};
use thiserror::Error;

use super::kept::{Kept, KeptError};
use crate::chain::ChainError;
use crate::epoch::{EpochBuilder, EpochError};

/// Most leaves of all trees that are kept between requests; each takes about 200 bytes with its part of the tree.
const LEAVES_KEPT_MAX: usize = 1 << 21;

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The address is none.
    #[error("account {account:?}: {problem}")]
    Account {
        /// As given.
        account: String,
        /// What is wrong.
        problem: String,
    },
    /// No such campaign.
    #[error("campaign {campaign}: {reason}")]
    Campaign {
        /// The campaign.
        campaign: u64,
        /// What the contract said.
        reason: String,
    },
    /// Nothing was settled yet.
    #[error("campaign {campaign} has no settled allocation yet: nothing can be claimed")]
    NothingSettled {
        /// The campaign.
        campaign: u64,
    },
    /// The account has no leaf.
    #[error(
        "account {account} has no leaf in campaign {campaign} as of epoch {epoch}: it earned nothing there"
    )]
    NoLeaf {
        /// The account.
        account: String,
        /// The campaign.
        campaign: u64,
        /// The epoch of the newest settled allocation.
        epoch: u64,
    },
    /// Too many trees are being built.
    #[error(
        "the trees of other campaigns are being built: ask for campaign {campaign} again in a few seconds"
    )]
    Busy {
        /// The campaign.
        campaign: u64,
    },
    /// Somebody else asked for the same tree before, and it could not be had.
    #[error("the allocation of campaign {campaign} as of epoch {epoch} could not be loaded: {reason}")]
    NotLoaded {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// Why.
        reason: String,
    },
    /// Reading the chain or a file.
    #[error(transparent)]
    Epoch(#[from] EpochError),
}

/// Makes proofs; the trees of the newest allocations, by (campaign, epoch), are kept.
#[derive(Debug)]
pub struct Proofs {
    builder: Arc<EpochBuilder>,
    kept: Kept<(u64, u64), AllocationProofs>,
}

impl Proofs {
    /// Proofs from the files that `builder` finds.
    pub fn new(builder: Arc<EpochBuilder>) -> Self {
        let weigh = |proofs: &AllocationProofs| usize::try_from(proofs.leaf_count()).unwrap_or(usize::MAX);
        Self { builder, kept: Kept::new(weigh, LEAVES_KEPT_MAX) }
    }

    /// The claim of `account` on the newest settled allocation of `campaign`, or on the one of `epoch`.
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn claim(
        &self,
        campaign: u64,
        account: &str,
        epoch: Option<u64>,
    ) -> Result<ClaimItem, ProofError> {
        let reader = self.builder.reader();
        let prefix = &reader.client().config().prefix;
        let id = decode_address(account, prefix).map_err(|problem| ProofError::Account {
            account: account.to_owned(),
            problem: problem.to_string(),
        })?;
        let epoch = match epoch {
            Some(epoch) => epoch,
            None => self.newest_settled(campaign).await?,
        };
        let proofs = self.kept.get((campaign, epoch), load(self.builder.clone(), campaign, epoch)).await;
        let proofs = proofs.map_err(|error| match error {
            KeptError::Busy => ProofError::Busy { campaign },
            KeptError::Load(error) => error,
            KeptError::Shared(reason) => ProofError::NotLoaded { campaign, epoch, reason },
        })?;
        let found = proofs.claim(&id).map_err(EpochError::from)?;
        found.ok_or_else(|| ProofError::NoLeaf { account: account.to_owned(), campaign, epoch })
    }

    async fn newest_settled(&self, campaign: u64) -> Result<u64, ProofError> {
        let answer = self.builder.reader().query::<CampaignResponse>(&QueryMsg::Campaign { campaign }).await;
        let answer = answer.map_err(|error| match error {
            EpochError::Chain(ChainError::Query { log, .. }) => {
                ProofError::Campaign { campaign, reason: log }
            }
            error => error.into(),
        })?;
        answer.settled.map(|settled| settled.epoch).ok_or(ProofError::NothingSettled { campaign })
    }
}

/// Finds the published file of `epoch` and builds the campaign's tree.
async fn load(builder: Arc<EpochBuilder>, campaign: u64, epoch: u64) -> Result<AllocationProofs, ProofError> {
    let nothing = ProofError::NothingSettled { campaign };
    let Some(next) = epoch.checked_add(1) else { return Err(nothing) };
    let reports = builder.reader().final_reports(next).await?;
    let report = reports.into_iter().rev().find(|report| report.body.epoch == epoch);
    let Some(report) = report else { return Err(nothing) };
    let bytes = builder.leaves_file(&report).await?;
    let deployment = builder.reader().deployment().deployment.clone();
    let built = tokio::task::spawn_blocking(move || {
        let file = LeavesFile::unpack(&bytes, &report.body)?;
        let mut campaigns = file.campaigns.into_iter();
        let found = campaigns.find(|entry| entry.commitment.campaign == campaign);
        found.map(|allocation| AllocationProofs::new(&deployment, epoch, allocation)).transpose()
    })
    .await;
    let built = built.map_err(|error| EpochError::Threads(error.to_string()))?.map_err(EpochError::from)?;
    built.ok_or(nothing)
}
