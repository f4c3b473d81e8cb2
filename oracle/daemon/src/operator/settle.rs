//! Settling final epochs: one proof for each commitment, in batches, what is done already left out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use attention_core::proof::settle_items;
use attention_protocol::Commitment;
use attention_protocol::event::{Event, SettleOutcome};
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::msg::{AllocationResponse, ExecuteMsg, QueryMsg, SETTLE_ITEMS_MAX, SettleItem};
use serde::Serialize;

use super::{PostError, Poster};
use crate::chain::ChainError;
use crate::epoch::{EpochBuilder, EpochError, FinalReport};

/// What settling an epoch came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettleSummary {
    /// The epoch.
    pub epoch: u64,
    /// Commitments that were open before.
    pub items: Vec<SettledItem>,
    /// The transactions.
    pub transactions: Vec<SettleTx>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettledItem {
    /// The campaign.
    pub campaign: u64,
    /// settled, rejected, skipped or error.
    pub outcome: &'static str,
    /// Base units allocated by it.
    #[serde(serialize_with = "crate::output::decimal")]
    pub delta: u128,
    /// Why it was rejected or failed.
    pub reason: String,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettleTx {
    /// Upper-case hex.
    pub tx_hash: String,
    /// Gas used.
    pub gas_used: u64,
    /// Its items.
    pub items: usize,
}

/// Most epochs whose proofs are kept.
const KEPT_MAX: usize = 32;
/// How long an epoch whose file cannot be read is left alone.
const UNREADABLE_PAUSE: Duration = Duration::from_secs(60);

/// What is known about an epoch.
#[derive(Debug, Clone)]
enum Known {
    /// All of it is settled or rejected.
    Settled,
    /// The proofs of its commitments.
    Items(Arc<Vec<SettleItem>>),
    /// Its file is missing or not what it should be; not looked at again before this.
    Unreadable { until: Instant },
}

/// Knows which commitments are settled.
#[derive(Debug)]
pub struct Settler {
    builder: Arc<EpochBuilder>,
    known: Mutex<BTreeMap<u64, Known>>,
}

impl Settler {
    /// A settler reading files through `builder`.
    pub fn new(builder: Arc<EpochBuilder>) -> Self {
        Self { builder, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<u64, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers; of the proofs only those of the newest epochs.
    fn remember(&self, epoch: u64, what: Known) {
        let mut known = self.known();
        known.insert(epoch, what);
        let with_items: Vec<u64> = known
            .iter()
            .filter(|(_, what)| matches!(what, Known::Items(_)))
            .map(|(epoch, _)| *epoch)
            .collect();
        let too_many = with_items.len().max(KEPT_MAX) - KEPT_MAX;
        for epoch in with_items.into_iter().take(too_many) {
            known.remove(&epoch);
        }
    }

    /// Whether every commitment of a final epoch is settled or rejected. A yes is remembered. An epoch whose file cannot
    /// be read is not settled, and is no reason to stop looking at the chain: that is said in the log now and then.
    ///
    /// # Errors
    /// [`EpochError::Chain`] alone.
    pub async fn is_settled(&self, report: &FinalReport) -> Result<bool, EpochError> {
        let epoch = report.body.epoch;
        let known = self.known().get(&epoch).cloned();
        match known {
            Some(Known::Settled) => return Ok(true),
            Some(Known::Unreadable { until }) if Instant::now() < until => return Ok(false),
            _ => {}
        }
        let open = match self.open_items(report).await {
            Ok(open) => open,
            Err(error @ EpochError::Chain(_)) => return Err(error),
            Err(error) => {
                tracing::error!(epoch, %error, "the epoch cannot be settled from here");
                self.remember(epoch, Known::Unreadable { until: Instant::now() + UNREADABLE_PAUSE });
                return Ok(false);
            }
        };
        if open.is_empty() {
            self.remember(epoch, Known::Settled);
        }
        Ok(open.is_empty())
    }

    /// The proofs of all commitments of a final epoch.
    async fn items(&self, report: &FinalReport) -> Result<Arc<Vec<SettleItem>>, EpochError> {
        let epoch = report.body.epoch;
        if report.body.campaign_count == 0 {
            return Ok(Arc::default());
        }
        if let Some(Known::Items(items)) = self.known().get(&epoch).cloned() {
            return Ok(items);
        }
        let bytes = self.builder.leaves_file(report).await?;
        let file = LeavesFile::unpack(&bytes, &report.body)?;
        let deployment = &self.builder.reader().deployment().deployment;
        let items = Arc::new(settle_items(deployment, &report.body, &file)?);
        self.remember(epoch, Known::Items(items.clone()));
        Ok(items)
    }

    /// The proofs of the commitments that are neither settled nor rejected.
    async fn open_items(&self, report: &FinalReport) -> Result<Vec<SettleItem>, EpochError> {
        let mut open = Vec::new();
        for item in self.items(report).await?.iter() {
            let campaign = Commitment::unpack(&item.commitment)?.campaign;
            if !self.is_done(campaign, item.epoch).await? {
                open.push(item.clone());
            }
        }
        Ok(open)
    }

    async fn is_done(&self, campaign: u64, epoch: u64) -> Result<bool, EpochError> {
        let answer: Result<AllocationResponse, _> =
            self.builder.reader().query(&QueryMsg::Allocation { campaign, epoch }).await;
        match answer {
            Ok(_) => Ok(true),
            // The contract answers an error for what is not settled yet; a node that does not answer is another one.
            Err(EpochError::Chain(ChainError::Query { .. })) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Settles what is open of a final epoch.
    ///
    /// # Errors
    /// [`PostError`] of the first batch that fails; batches before it stand.
    pub async fn settle(&self, report: &FinalReport, poster: &Poster) -> Result<SettleSummary, SettleError> {
        let open = self.open_items(report).await?;
        let mut summary = SettleSummary { epoch: report.body.epoch, items: vec![], transactions: vec![] };
        let contract = &self.builder.reader().deployment().contract;
        for batch in open.chunks(SETTLE_ITEMS_MAX) {
            let response = poster.execute(&ExecuteMsg::Settle { items: batch.to_vec() }).await?;
            for event in response.contract_events(contract) {
                if let Event::CommitmentSettled { campaign, outcome, delta, reason, .. } = event {
                    let outcome: SettleOutcome = outcome;
                    summary.items.push(SettledItem { campaign, outcome: outcome.as_str(), delta, reason });
                }
            }
            let (tx_hash, gas_used) = (response.hash, response.gas_used);
            summary.transactions.push(SettleTx { tx_hash, gas_used, items: batch.len() });
        }
        Ok(summary)
    }
}

/// Why an epoch was not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// Reading.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// Sending.
    #[error(transparent)]
    Post(#[from] PostError),
}
