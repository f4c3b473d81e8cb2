//! Clause 10: what can be demanded to be opened, and what answers.

use super::context::Context;
use super::error::FraudError;
use super::evidence::{Answer, Target};
use super::path::check_depth;
use crate::asset::AssetLeaf;
use crate::bytes::Reader;
use crate::commitment::Commitment;
use crate::error::ProtocolError;
use crate::raw_leaf::RawLeaf;
use crate::tree::{Shape, SumNode, open, verify_leaf};

/// What a demand is stored under, so that each target is open at most once a report: `kind u8 ‖ index u32 ‖ position u32`
/// with kind 0 = commitment, 1 = leaf (`index` is that of its commitment), 2 = asset; the position is 0 but for leaves.
pub type TargetKey = [u8; 9];

/// A demanded thing in its tree, found and within bounds.
enum Found {
    Commitment { index: u32 },
    Leaf { index: u32, shape: Shape<SumNode>, position: u32 },
    Asset { index: u32 },
}

impl Found {
    fn find(target: &Target, context: &Context<'_>) -> Result<Self, FraudError> {
        let report = context.report;
        let (found, position, leaf_count) = match target {
            Target::Commitment { index } => {
                (Self::Commitment { index: *index }, *index, report.campaign_count)
            }
            Target::Asset { index } => (Self::Asset { index: *index }, *index, report.asset_count),
            Target::Leaf { commitment, position } => {
                let shape = context.allocation(&context.commitment(commitment)?);
                let found = Self::Leaf { index: commitment.start, shape, position: *position };
                (found, *position, shape.leaf_count)
            }
        };
        if position >= leaf_count {
            return Err(ProtocolError::Position { position: position.into(), leaf_count }.into());
        }
        Ok(found)
    }

    fn key(&self) -> TargetKey {
        let (kind, index, position) = match self {
            Self::Commitment { index } => (0, index, 0),
            Self::Leaf { index, position, .. } => (1, index, *position),
            Self::Asset { index } => (2, index, 0),
        };
        let mut key = [kind; 9];
        let bytes = index.to_be_bytes().into_iter().chain(position.to_be_bytes());
        key.iter_mut().skip(1).zip(bytes).for_each(|(to, from)| *to = from);
        key
    }
}

/// Checks that the report has what `target` names, and gives its key.
///
/// # Errors
/// [`ProtocolError::Position`] if there are fewer, or what is wrong with the commitment's proof.
pub fn check_target(target: &Target, context: &Context<'_>) -> Result<TargetKey, FraudError> {
    Ok(Found::find(target, context)?.key())
}

/// Checks that `answer` opens `target`, and gives its key. An answer shows what is there, right or wrong: whether it is
/// right is for fraud proofs to say.
///
/// # Errors
/// As [`check_target`]; [`FraudError::OtherKind`]; what keeps the answer from leading to the report's root.
pub fn check_answer(
    target: &Target,
    answer: &Answer,
    context: &Context<'_>,
) -> Result<TargetKey, FraudError> {
    let found = Found::find(target, context)?;
    match (&found, answer) {
        (Found::Commitment { index }, Answer::Commitment { commitment, siblings }) => {
            let commitment = Commitment::unpack(commitment.as_slice())?;
            verify_leaf(&context.commitments(), *index, &commitment, siblings.as_slice())?;
        }
        (Found::Leaf { shape, position, .. }, Answer::Leaf { opening }) => {
            let opened = open(shape, *position, opening.as_slice())?;
            check_depth(shape, 0, &opened.nodes)?;
            RawLeaf::unpack(opened.leaf)?;
        }
        (Found::Asset { index }, Answer::Asset { asset, siblings }) => {
            let mut reader = Reader::new("packed asset", asset.as_slice());
            let asset = AssetLeaf::read(&mut reader)?;
            reader.finish()?;
            verify_leaf(&context.assets(), *index, &asset, siblings.as_slice())?;
        }
        _ => return Err(FraudError::OtherKind),
    }
    Ok(found.key())
}
