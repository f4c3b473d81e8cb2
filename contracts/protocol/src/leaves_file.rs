//! The published file of an epoch: every commitment with its leaves, then the assets. Its SHA-256 is in the report, and
//! whoever holds it can rebuild every root and every proof.

use crate::asset::AssetLeaf;
use crate::bytes::Reader;
use crate::commitment::Commitment;
use crate::error::ProtocolError;
use crate::hash::{Hash, sha256};
use crate::leaf::Leaf;
use crate::report::ReportBody;

/// One campaign's commitment and the leaves of its tree, in tree order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignLeaves {
    /// What the report says about the campaign.
    pub commitment: Commitment,
    /// The leaves, rising by account.
    pub leaves: Vec<Leaf>,
}

/// Everything an epoch publishes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeavesFile {
    /// Rising by campaign.
    pub campaigns: Vec<CampaignLeaves>,
    /// Rising by asset id hash.
    pub assets: Vec<AssetLeaf>,
}

impl LeavesFile {
    /// The file's bytes: each packed commitment followed by its packed leaves, then the packed assets.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for campaign in &self.campaigns {
            out.extend_from_slice(&campaign.commitment.pack());
            for leaf in &campaign.leaves {
                out.extend_from_slice(&leaf.pack());
            }
        }
        for asset in &self.assets {
            out.extend_from_slice(&asset.pack());
        }
        out
    }

    /// `leaves_hash`: SHA-256 of the file's bytes.
    pub fn hash(bytes: &[u8]) -> Hash {
        sha256(&[bytes])
    }

    /// Reads the file that `report` names; the counts come from the report and the commitments. Only the layout is
    /// checked here: the roots are checked by whoever rebuilds the trees.
    ///
    /// # Errors
    /// [`ProtocolError::RootMismatch`] if the hash is not the report's, or what is wrong with the layout.
    pub fn unpack(bytes: &[u8], report: &ReportBody) -> Result<Self, ProtocolError> {
        if Self::hash(bytes) != report.leaves_hash {
            return Err(ProtocolError::RootMismatch);
        }
        let mut reader = Reader::new("leaves file", bytes);
        let mut file = Self::default();
        for _ in 0..report.campaign_count {
            let commitment = Commitment::read(&mut reader)?;
            let mut leaves = Vec::new();
            for _ in 0..commitment.leaf_count {
                leaves.push(Leaf::read(&mut reader)?);
            }
            file.campaigns.push(CampaignLeaves { commitment, leaves });
        }
        for _ in 0..report.asset_count {
            file.assets.push(AssetLeaf::read(&mut reader)?);
        }
        reader.finish()?;
        Ok(file)
    }
}
