//! Claim proofs from published files: found by campaign and account.

use std::sync::{Arc, Mutex, PoisonError};

use attention_core::links::decode_address;
use attention_core::proof::claim_item;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::msg::{CampaignResponse, ClaimItem, QueryMsg};
use thiserror::Error;

use crate::chain::ChainError;
use crate::epoch::{EpochBuilder, EpochError};

/// Most trees that are kept between requests.
const KEPT_MAX: usize = 8;

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
    /// Reading the chain or a file.
    #[error(transparent)]
    Epoch(#[from] EpochError),
}

/// (campaign, epoch) and its leaves.
type Kept = ((u64, u64), Arc<CampaignLeaves>);

/// Makes proofs; the leaves of the newest allocations are kept.
#[derive(Debug)]
pub struct Proofs {
    builder: Arc<EpochBuilder>,
    kept: Mutex<Vec<Kept>>,
}

impl Proofs {
    /// Proofs from the files that `builder` finds.
    pub fn new(builder: Arc<EpochBuilder>) -> Self {
        Self { builder, kept: Mutex::default() }
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
        let leaves = self.leaves(campaign, epoch).await?;
        let deployment = reader.deployment().deployment.clone();
        let found = tokio::task::spawn_blocking(move || claim_item(&deployment, epoch, &leaves, &id)).await;
        let found =
            found.map_err(|error| EpochError::Threads(error.to_string()))?.map_err(EpochError::from)?;
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

    async fn leaves(&self, campaign: u64, epoch: u64) -> Result<Arc<CampaignLeaves>, ProofError> {
        let key = (campaign, epoch);
        let find =
            |kept: &[Kept]| kept.iter().find(|(other, _)| *other == key).map(|(_, leaves)| leaves.clone());
        if let Some(leaves) = find(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(leaves);
        }
        let next = epoch.checked_add(1).ok_or(ProofError::NothingSettled { campaign })?;
        let reports = self.builder.reader().final_reports(next).await?;
        let report = reports.into_iter().rev().find(|report| report.body.epoch == epoch);
        let report = report.ok_or(ProofError::NothingSettled { campaign })?;
        let bytes = self.builder.leaves_file(&report).await?;
        let file = LeavesFile::unpack(&bytes, &report.body).map_err(EpochError::from)?;
        let mut campaigns = file.campaigns.into_iter();
        let leaves = campaigns.find(|entry| entry.commitment.campaign == campaign);
        let leaves = Arc::new(leaves.ok_or(ProofError::NothingSettled { campaign })?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((key, leaves.clone()));
        Ok(leaves)
    }
}
