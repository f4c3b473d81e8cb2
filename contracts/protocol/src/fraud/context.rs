//! What the chain knows when it judges.

use super::error::FraudError;
use super::evidence::RangeProof;
use crate::bytes::Reader;
use crate::commitment::Commitment;
use crate::error::ProtocolError;
use crate::hash::Deployment;
use crate::raw_leaf::RawLeaf;
use crate::report::ReportBody;
use crate::rule::ValidRule;
use crate::settle::SettleContext;
use crate::tree::{PlainNode, Shape, SumNode, verify_leaf, verify_range};

/// The report under judgement, and where it was posted.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Chain and contract.
    pub deployment: &'a Deployment,
    /// The pending or challenged report.
    pub report: &'a ReportBody,
}

/// What the chain knows of a campaign in the epoch of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignFacts {
    /// Its rule.
    pub rule: ValidRule,
    /// Its newest settled allocation, budget and the rest that settling looks at.
    pub settle: SettleContext,
    /// Epoch of the newest settled allocation; not looked at while nothing is settled.
    pub base_epoch: u64,
    /// Sum of the weights in the newest settled allocation; 0 while nothing is settled.
    pub base_weight_total: u64,
}

impl Context<'_> {
    /// The tree of the report's commitments.
    pub(super) fn commitments(&self) -> Shape<PlainNode> {
        Shape {
            domain: self.deployment.commitments_domain(self.report.epoch),
            leaf_count: self.report.campaign_count,
            root: PlainNode(self.report.campaigns_root),
        }
    }

    /// The tree of the report's assets.
    pub(super) fn assets(&self) -> Shape<PlainNode> {
        Shape {
            domain: self.deployment.assets_domain(self.report.epoch),
            leaf_count: self.report.asset_count,
            root: PlainNode(self.report.assets_root),
        }
    }

    /// The tree of a commitment of the report.
    pub(super) fn allocation(&self, commitment: &Commitment) -> Shape<SumNode> {
        Shape {
            domain: self.deployment.allocation_domain(commitment.campaign, self.report.epoch),
            leaf_count: commitment.leaf_count,
            root: SumNode {
                hash: commitment.root,
                weight: commitment.weight_total,
                cumulative: commitment.cumulative_total,
            },
        }
    }

    /// The one commitment in `proof`, which the report contains.
    pub(super) fn commitment(&self, proof: &RangeProof) -> Result<Commitment, FraudError> {
        let commitment = Commitment::unpack(proof.leaves.as_slice())?;
        verify_leaf(&self.commitments(), proof.start, &commitment, proof.siblings.as_slice())?;
        Ok(commitment)
    }
}

impl CampaignFacts {
    /// The tree of the newest settled allocation, on which the commitment builds.
    pub(super) fn base(
        &self,
        context: &Context<'_>,
        commitment: &Commitment,
    ) -> Result<Shape<SumNode>, FraudError> {
        let base = &self.settle.base;
        if commitment.base_root != base.root || commitment.base_total != base.total {
            return Err(FraudError::OtherBase { campaign: commitment.campaign });
        }
        Ok(Shape {
            domain: context.deployment.allocation_domain(commitment.campaign, self.base_epoch),
            leaf_count: base.leaf_count,
            root: SumNode { hash: base.root, weight: self.base_weight_total, cumulative: base.total },
        })
    }
}

/// Most leaves that any proof needs of a tree: two neighbours.
pub(super) const LEAVES_MAX: usize = 2;

/// The leaves in `proof`, `expected` of them, which the tree contains.
pub(super) fn proven_leaves<'a>(
    shape: &Shape<SumNode>,
    what: &'static str,
    proof: &'a RangeProof,
    expected: usize,
) -> Result<Vec<RawLeaf<'a>>, FraudError> {
    let leaves = RawLeaf::unpack_all(proof.leaves.as_slice(), LEAVES_MAX)?;
    if leaves.len() != expected {
        return Err(FraudError::Count { what, expected, actual: leaves.len() });
    }
    verify_range(shape, proof.start, &leaves, proof.siblings.as_slice())?;
    Ok(leaves)
}

/// Reads exactly two items from `bytes`.
pub(super) fn read_pair<T>(
    what: &'static str,
    bytes: &[u8],
    read: impl Fn(&mut Reader<'_>) -> Result<T, ProtocolError>,
) -> Result<[T; 2], FraudError> {
    let mut reader = Reader::new(what, bytes);
    let pair = [read(&mut reader)?, read(&mut reader)?];
    reader.finish()?;
    Ok(pair)
}
