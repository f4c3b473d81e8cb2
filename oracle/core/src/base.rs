//! What an allocation builds on: the newest final commitment of the campaign that settles, settled yet or not.

use std::collections::BTreeMap;
use std::ops::Range;

use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::settle::{SettleContext, SettleVerdict, SettledBase, check_settle};
use attention_protocol::tree::Tree;
use attention_protocol::{CampaignTerms, Commitment, Hash, Leaf, ProtocolError, ReportBody};
use serde::Serialize;
use thiserror::Error;

use crate::campaign::{CampaignError, CampaignView};

/// Why a base could not be determined: something is missing that has to be fetched first.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaseError {
    /// The bytes are not the file that the report names.
    #[error(
        "the leaves file of epoch {epoch} has another hash than its report says; fetch it from another operator"
    )]
    OtherFile {
        /// The epoch.
        epoch: u64,
    },
    /// From the campaign.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// The history is not in order.
    #[error("the history must rise strictly by epoch and end before epoch {epoch}; found epoch {found}")]
    History {
        /// The epoch that is built.
        epoch: u64,
        /// The epoch out of place.
        found: u64,
    },
    /// The leaves of the base were let go.
    #[error(
        "campaign {campaign}: the leaves of epoch {epoch} are needed as base and were dropped; read its file again"
    )]
    LeavesDropped {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
}

/// Why a campaign gets no commitment although it runs. It still pays what is settled; the sponsor can stop it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// The published file of a final epoch does not lead to its report's commitments: a quorum signed a malformed file.
    #[error(
        "campaign {campaign} is left out: the leaves file of final epoch {epoch} is malformed: {problem}"
    )]
    MalformedFile {
        /// The campaign that is left out.
        campaign: u64,
        /// The epoch of the file.
        epoch: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The leaves of the base do not lead to its commitment.
    #[error(
        "campaign {campaign} is left out: its base, the allocation of epoch {epoch}, is malformed: {problem}"
    )]
    MalformedBase {
        /// The campaign that is left out.
        campaign: u64,
        /// The epoch of the base.
        epoch: u64,
        /// What is wrong with it.
        problem: String,
    },
}

/// A final report's commitments and leaves, as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalEpoch {
    epoch: u64,
    commitments: Result<Vec<Commitment>, String>,
    leaves: BTreeMap<u64, Vec<Leaf>>,
}

impl FinalEpoch {
    /// Reads the file that the final report `body` names, and compares its commitments with the report's root. A file
    /// that has the right hash and is malformed all the same is no error: every operator sees the same bytes, and
    /// [`choose_base`] leaves the campaigns out that it may concern.
    ///
    /// # Errors
    /// [`BaseError::OtherFile`] if the bytes are not that file.
    pub fn read(deployment: &Deployment, body: &ReportBody, bytes: &[u8]) -> Result<Self, BaseError> {
        if LeavesFile::hash(bytes) != body.leaves_hash {
            return Err(BaseError::OtherFile { epoch: body.epoch });
        }
        let file = match LeavesFile::unpack(bytes, body) {
            Ok(file) => file,
            Err(problem) => return Ok(Self::malformed(body.epoch, &problem)),
        };
        let (commitments, leaves): (Vec<_>, BTreeMap<_, _>) = file
            .campaigns
            .into_iter()
            .map(|entry| (entry.commitment.clone(), (entry.commitment.campaign, entry.leaves)))
            .unzip();
        let domain = deployment.commitments_domain(body.epoch);
        match Tree::build("commitments", &domain, &commitments) {
            Ok(tree) if tree.root().0 == body.campaigns_root => {
                Ok(Self { epoch: body.epoch, commitments: Ok(commitments), leaves })
            }
            Ok(_) => Ok(Self::malformed(body.epoch, &ProtocolError::RootMismatch)),
            Err(problem) => Ok(Self::malformed(body.epoch, &problem)),
        }
    }

    fn malformed(epoch: u64, problem: &ProtocolError) -> Self {
        Self { epoch, commitments: Err(problem.to_string()), leaves: BTreeMap::new() }
    }

    /// The epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The commitments, rising by campaign; `None` if the published file is malformed.
    pub fn commitments(&self) -> Option<&[Commitment]> {
        self.commitments.as_deref().ok()
    }

    /// A campaign's leaves, if the file has them and they were not dropped.
    pub fn leaves(&self, campaign: u64) -> Option<&[Leaf]> {
        self.leaves.get(&campaign).map(Vec::as_slice)
    }

    /// Lets a campaign's leaves go once a newer epoch is its base; the commitment stays.
    pub fn drop_leaves(&mut self, campaign: u64) {
        self.leaves.remove(&campaign);
    }
}

/// The base of a campaign's next allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The epoch whose allocation it is; `None` before the first.
    pub epoch: Option<u64>,
    /// Root, total and leaf count as `settle` compares them.
    pub settled: SettledBase,
}

/// Walks through the final epochs of `history` in order, as `settle` would: each commitment that
/// `check_settle` accepts becomes the base of the next. Whether somebody already called `settle` does not matter, so all
/// operators choose alike.
///
/// # Errors
/// Inner `Err`: the campaign has to be left out. [`BaseError`]: something is missing.
pub fn choose_base(view: &CampaignView, history: &[FinalEpoch]) -> Result<Result<Base, Alarm>, BaseError> {
    let rule_hash: Hash = view.terms.rule_hash();
    let mut base = Base { epoch: None, settled: SettledBase::NONE };
    for past in history {
        let commitments = match &past.commitments {
            Ok(commitments) => commitments,
            Err(_) if !view.is_running(past.epoch) => continue,
            Err(problem) => {
                let (campaign, problem) = (view.id, problem.clone());
                return Ok(Err(Alarm::MalformedFile { campaign, epoch: past.epoch, problem }));
            }
        };
        let Ok(index) = commitments.binary_search_by_key(&view.id, |commitment| commitment.campaign) else {
            continue;
        };
        let Some(commitment) = commitments.get(index) else { continue };
        let context = SettleContext {
            base: base.settled,
            running: view.is_running(past.epoch),
            rule_hash,
            budget: view.budget(past.epoch, base.settled.total)?,
            growth: view.terms.rule.growth,
        };
        if let SettleVerdict::Settled { .. } = check_settle(commitment, &context) {
            let settled = SettledBase {
                root: commitment.root,
                total: commitment.cumulative_total,
                leaf_count: commitment.leaf_count,
            };
            base = Base { epoch: Some(past.epoch), settled };
        }
    }
    Ok(Ok(base))
}

/// The leaves of `base`, checked whole: they rise by account and lead to its root, sums and count.
///
/// # Errors
/// Inner `Err`: the base is malformed, the campaign has to be left out. [`BaseError::LeavesDropped`].
pub fn base_leaves<'a>(
    deployment: &Deployment,
    campaign: u64,
    base: &Base,
    history: &'a [FinalEpoch],
) -> Result<Result<&'a [Leaf], Alarm>, BaseError> {
    let Some(epoch) = base.epoch else { return Ok(Ok(&[])) };
    let found = history.iter().find(|past| past.epoch == epoch).and_then(|past| past.leaves(campaign));
    let leaves = found.ok_or(BaseError::LeavesDropped { campaign, epoch })?;
    let malformed = |problem: String| Ok(Err(Alarm::MalformedBase { campaign, epoch, problem }));
    let tree = match Tree::build("base leaves", &deployment.allocation_domain(campaign, epoch), leaves) {
        Ok(tree) => tree,
        Err(problem) => return malformed(problem.to_string()),
    };
    let root = tree.root();
    let expected = &base.settled;
    if root.hash != expected.root
        || root.cumulative != expected.total
        || tree.leaf_count() != expected.leaf_count
    {
        return malformed(ProtocolError::RootMismatch.to_string());
    }
    Ok(Ok(leaves))
}

/// The final epochs whose files the report of `epoch` depends on, when the campaigns with `terms` run in it: from the
/// lowest start on. A commitment of a campaign before its start never settles, and a malformed file from before it leaves
/// nobody out, so that [`choose_base`] comes to the same result without older files. They may be lost.
pub fn history_epochs<'a>(terms: impl IntoIterator<Item = &'a CampaignTerms>, epoch: u64) -> Range<u64> {
    terms.into_iter().map(|terms| terms.start_epoch).min().unwrap_or(epoch)..epoch
}

/// Refuses a history that does not rise strictly or reaches `epoch`.
///
/// # Errors
/// [`BaseError::History`].
pub fn check_history(history: &[FinalEpoch], epoch: u64) -> Result<(), BaseError> {
    let mut before = None;
    for past in history {
        if before >= Some(past.epoch) || past.epoch >= epoch {
            return Err(BaseError::History { epoch, found: past.epoch });
        }
        before = Some(past.epoch);
    }
    Ok(())
}
