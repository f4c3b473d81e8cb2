//! The report of an epoch: the one body that operators sign.

use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, tagged};

/// Bytes of a report body.
pub const REPORT_BYTES: usize = 244;

/// Everything an epoch's report says. Each field is a function of configuration, epoch, revision and event log: none is
/// an operator's clock or taste, so honest operators sign identical bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportBody {
    /// Digest of the configuration in force at the end of the window.
    pub config_digest: Hash,
    /// Digest of the newest final report; zeros if there is none.
    pub prev_digest: Hash,
    /// The epoch.
    pub epoch: u64,
    /// 0, and one more after each voided report on the epoch.
    pub revision: u32,
    /// Root of the commitment tree; zeros if it is empty.
    pub campaigns_root: Hash,
    /// Leaves of the commitment tree.
    pub campaign_count: u32,
    /// Root of the asset tree; zeros if it is empty.
    pub assets_root: Hash,
    /// Leaves of the asset tree.
    pub asset_count: u32,
    /// Commitment to all events and tables the epoch was computed from.
    pub input_root: Hash,
    /// Hash of the interest model's file.
    pub model_hash: Hash,
    /// SHA-256 of the published leaves file.
    pub leaves_hash: Hash,
}

impl ReportBody {
    /// All fields in the order of the struct, big-endian, [`REPORT_BYTES`] long.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(REPORT_BYTES);
        out.extend_from_slice(&self.config_digest);
        out.extend_from_slice(&self.prev_digest);
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&self.revision.to_be_bytes());
        out.extend_from_slice(&self.campaigns_root);
        out.extend_from_slice(&self.campaign_count.to_be_bytes());
        out.extend_from_slice(&self.assets_root);
        out.extend_from_slice(&self.asset_count.to_be_bytes());
        out.extend_from_slice(&self.input_root);
        out.extend_from_slice(&self.model_hash);
        out.extend_from_slice(&self.leaves_hash);
        out
    }

    /// Exactly one packed body.
    pub fn unpack(bytes: &[u8]) -> Result<Self, ProtocolError> {
        let mut reader = Reader::new("report body", bytes);
        let body = Self {
            config_digest: reader.array()?,
            prev_digest: reader.array()?,
            epoch: reader.u64()?,
            revision: reader.u32()?,
            campaigns_root: reader.array()?,
            campaign_count: reader.u32()?,
            assets_root: reader.array()?,
            asset_count: reader.u32()?,
            input_root: reader.array()?,
            model_hash: reader.array()?,
            leaves_hash: reader.array()?,
        };
        reader.finish()?;
        Ok(body)
    }

    /// What operators sign: `tagged("attention/v1/report", body)`.
    pub fn digest(&self) -> Hash {
        tagged("attention/v1/report", &self.pack())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_and_every_byte_counts() {
        let body = ReportBody {
            config_digest: [1; 32],
            prev_digest: [2; 32],
            epoch: 3,
            revision: 4,
            campaigns_root: [5; 32],
            campaign_count: 6,
            assets_root: [7; 32],
            asset_count: 8,
            input_root: [9; 32],
            model_hash: [10; 32],
            leaves_hash: [11; 32],
        };
        let bytes = body.pack();
        assert_eq!(bytes.len(), REPORT_BYTES);
        assert_eq!(ReportBody::unpack(&bytes).unwrap(), body);
        assert!(ReportBody::unpack(&bytes[1..]).is_err());
        assert!(ReportBody::unpack(&[bytes.as_slice(), &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_ne!(ReportBody::unpack(&other).unwrap().digest(), body.digest(), "byte {at}");
        }
    }
}
