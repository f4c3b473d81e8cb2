//! The messages that prove parts of a published file: settle, claim, record scores, absence of a commitment.

use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::msg::{ClaimItem, CommitmentAbsence, ExecuteMsg, RECORD_SCORES_MAX, SettleItem};
use attention_protocol::tree::{PlainNode, SumNode, Tree};
use attention_protocol::{AccountId, Commitment, Leaf, ProtocolError, ReportBody};
use cosmwasm_std::Binary;

/// One settle item for each commitment of the report, rising by campaign.
///
/// # Errors
/// [`ProtocolError::RootMismatch`] if the file does not lead to the report's root.
pub fn settle_items(
    deployment: &Deployment,
    body: &ReportBody,
    file: &LeavesFile,
) -> Result<Vec<SettleItem>, ProtocolError> {
    let (tree, commitments) = commitment_tree(deployment, body, file)?;
    commitments
        .iter()
        .zip(0u32..)
        .map(|(commitment, position)| {
            Ok(SettleItem {
                epoch: body.epoch,
                position,
                commitment: Binary::from(commitment.pack()),
                siblings: Binary::from(tree.prove(position)?),
            })
        })
        .collect()
}

/// The leaves of a settled allocation and the tree over them, built once for any number of proofs.
#[derive(Debug)]
pub struct AllocationProofs {
    epoch: u64,
    allocation: CampaignLeaves,
    tree: Tree<SumNode>,
}

impl AllocationProofs {
    /// Builds the tree of what `epoch` allocated to a campaign.
    ///
    /// # Errors
    /// [`ProtocolError::RootMismatch`] if the leaves do not lead to the commitment's root.
    pub fn new(
        deployment: &Deployment,
        epoch: u64,
        allocation: CampaignLeaves,
    ) -> Result<Self, ProtocolError> {
        let tree = allocation_tree(deployment, epoch, &allocation)?;
        Ok(Self { epoch, allocation, tree })
    }

    /// How many leaves there are.
    pub fn leaf_count(&self) -> u32 {
        self.tree.leaf_count()
    }

    /// The claim of `account`; `None` if it has no leaf. The newest settled allocation pays everything earned before it
    /// too.
    ///
    /// # Errors
    /// [`ProtocolError::Position`], which leaves and tree of one allocation never give.
    pub fn claim(&self, account: &AccountId) -> Result<Option<ClaimItem>, ProtocolError> {
        let leaves = &self.allocation.leaves;
        let found = leaves.binary_search_by(|leaf| leaf.account.cmp(account));
        let Some((position, leaf)) = found.ok().and_then(|index| Some((index, leaves.get(index)?))) else {
            return Ok(None);
        };
        let position =
            u32::try_from(position).map_err(|_| ProtocolError::Overflow { what: "the position" })?;
        let mut proof = leaf.pack();
        proof.extend(self.tree.prove(position)?);
        let campaign = self.allocation.commitment.campaign;
        Ok(Some(ClaimItem { campaign, epoch: self.epoch, position, proof: Binary::from(proof) }))
    }
}

/// The message that records the scores of the `count` leaves from `start` on, 1 to 256.
///
/// # Errors
/// [`ProtocolError::TooMany`], [`ProtocolError::Position`], [`ProtocolError::RootMismatch`].
pub fn record_scores(
    deployment: &Deployment,
    epoch: u64,
    campaign: &CampaignLeaves,
    start: u32,
    count: u32,
) -> Result<ExecuteMsg, ProtocolError> {
    let wide = usize::try_from(count).unwrap_or(usize::MAX);
    if wide > RECORD_SCORES_MAX {
        let what = "leaves to record";
        return Err(ProtocolError::TooMany { what, max: RECORD_SCORES_MAX, actual: wide });
    }
    let siblings = allocation_tree(deployment, epoch, campaign)?.prove_range(start, count)?;
    let from = usize::try_from(start).unwrap_or(usize::MAX);
    let leaves = campaign.leaves.iter().skip(from).take(wide).flat_map(Leaf::pack).collect::<Vec<u8>>();
    Ok(ExecuteMsg::RecordScores {
        campaign: campaign.commitment.campaign,
        epoch,
        start,
        leaves: Binary::from(leaves),
        siblings: Binary::from(siblings),
    })
}

/// Proof that a report holds no commitment of `campaign`; `None` if it does.
///
/// # Errors
/// [`ProtocolError::RootMismatch`] if the file does not lead to the report's root.
pub fn commitment_absence(
    deployment: &Deployment,
    body: &ReportBody,
    file: &LeavesFile,
    campaign: u64,
) -> Result<Option<CommitmentAbsence>, ProtocolError> {
    let (tree, commitments) = commitment_tree(deployment, body, file)?;
    let Err(place) = commitments.binary_search_by_key(&campaign, |commitment| commitment.campaign) else {
        return Ok(None);
    };
    // Below the first: the first; above the last: the last; else the two around the place.
    let from = place.max(1).abs_diff(1);
    let until = place.checked_add(1).map_or(commitments.len(), |end| end.min(commitments.len()));
    let shown = commitments.get(from..until).unwrap_or(&[]);
    let overflow = |_| ProtocolError::Overflow { what: "the position" };
    let start = u32::try_from(from).map_err(overflow)?;
    let count = u32::try_from(shown.len()).map_err(overflow)?;
    let siblings = if count == 0 { Vec::new() } else { tree.prove_range(start, count)? };
    Ok(Some(CommitmentAbsence {
        epoch: body.epoch,
        start,
        commitments: shown.iter().map(|commitment| Binary::from(commitment.pack())).collect(),
        siblings: Binary::from(siblings),
    }))
}

fn commitment_tree(
    deployment: &Deployment,
    body: &ReportBody,
    file: &LeavesFile,
) -> Result<(Tree<PlainNode>, Vec<Commitment>), ProtocolError> {
    let commitments: Vec<Commitment> = file.campaigns.iter().map(|entry| entry.commitment.clone()).collect();
    let tree = Tree::build("commitments", &deployment.commitments_domain(body.epoch), &commitments)?;
    if tree.root().0 != body.campaigns_root || tree.leaf_count() != body.campaign_count {
        return Err(ProtocolError::RootMismatch);
    }
    Ok((tree, commitments))
}

fn allocation_tree(
    deployment: &Deployment,
    epoch: u64,
    campaign: &CampaignLeaves,
) -> Result<Tree<SumNode>, ProtocolError> {
    let commitment = &campaign.commitment;
    let domain = deployment.allocation_domain(commitment.campaign, epoch);
    let tree = Tree::build("allocation leaves", &domain, &campaign.leaves)?;
    if tree.root().hash != commitment.root || tree.leaf_count() != commitment.leaf_count {
        return Err(ProtocolError::RootMismatch);
    }
    Ok(tree)
}
