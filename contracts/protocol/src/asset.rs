//! A leaf of the asset tree: how much attention an asset drew, and its last price.

use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_LEAF, sha256};
use crate::score::Score;
use crate::tree::{PlainNode, TreeLeaf};

/// Bytes of a packed asset leaf.
pub const ASSET_BYTES: usize = 84;

/// One asset in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetLeaf {
    /// [`asset_id_hash`] of the asset's id; leaves rise strictly by it.
    pub asset_id_hash: Hash,
    /// Attention score over all users.
    pub score: Score,
    /// Last price at the end of the window, in base units of the denom; 0 = none.
    pub price: u128,
    /// [`denom_hash`] of the price's unit.
    pub denom_hash: Hash,
}

/// SHA-256 of the asset id's text.
pub fn asset_id_hash(asset_id: &str) -> Hash {
    sha256(&[asset_id.as_bytes()])
}

/// SHA-256 of the denom's text.
pub fn denom_hash(denom: &str) -> Hash {
    sha256(&[denom.as_bytes()])
}

impl AssetLeaf {
    /// `asset_id_hash 32 ‖ score u32 ‖ price u128 ‖ denom_hash 32`: [`ASSET_BYTES`].
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(ASSET_BYTES);
        out.extend_from_slice(&self.asset_id_hash);
        out.extend_from_slice(&self.score.ppm().to_be_bytes());
        out.extend_from_slice(&self.price.to_be_bytes());
        out.extend_from_slice(&self.denom_hash);
        out
    }

    /// Reads one packed asset from the front of `reader`.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            asset_id_hash: reader.array()?,
            score: Score::try_from(reader.u32()?)?,
            price: reader.u128()?,
            denom_hash: reader.array()?,
        })
    }

    /// All packed assets in `bytes`, at most `max`.
    pub fn unpack_all(bytes: &[u8], max: usize) -> Result<Vec<Self>, ProtocolError> {
        let count = bytes.len().div_ceil(ASSET_BYTES);
        if count > max {
            return Err(ProtocolError::TooMany { what: "packed assets", max, actual: count });
        }
        let mut assets = Vec::with_capacity(count);
        let mut reader = Reader::new("packed assets", bytes);
        while !reader.rest().is_empty() {
            assets.push(Self::read(&mut reader)?);
        }
        Ok(assets)
    }
}

impl TreeLeaf for AssetLeaf {
    type Node = PlainNode;
    type Key = Hash;

    fn key(&self) -> Hash {
        self.asset_id_hash
    }

    /// `sha256(0x00 ‖ dom_S ‖ packed asset)`.
    fn node(&self, domain: &Hash) -> PlainNode {
        PlainNode(sha256(&[&[TAG_LEAF], domain, &self.pack()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(byte: u8) -> AssetLeaf {
        AssetLeaf {
            asset_id_hash: [byte; 32],
            score: Score::MAX,
            price: u128::MAX,
            denom_hash: denom_hash("uatt"),
        }
    }

    /// The digest of "abc" is in FIPS 180-2, appendix B.1.
    #[test]
    fn ids_and_denoms_are_hashed_as_their_text() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(asset_id_hash("abc")), abc);
        assert_eq!(hex::encode(denom_hash("abc")), abc);
    }

    #[test]
    fn assets_come_back_and_their_number_is_bounded() {
        let all: Vec<AssetLeaf> = (0..3).map(asset).collect();
        let packed: Vec<u8> = all.iter().flat_map(AssetLeaf::pack).collect();
        assert_eq!(packed.len(), 3 * ASSET_BYTES);
        assert_eq!(AssetLeaf::unpack_all(&packed, 3).unwrap(), all);
        let expected = ProtocolError::TooMany { what: "packed assets", max: 2, actual: 3 };
        assert_eq!(AssetLeaf::unpack_all(&packed, 2).unwrap_err(), expected);
        let expected = ProtocolError::Length { what: "packed assets", expected: 252, actual: 251 };
        assert_eq!(AssetLeaf::unpack_all(&packed[..251], 3).unwrap_err(), expected);
        assert_eq!(AssetLeaf::unpack_all(&[], 3).unwrap(), []);
    }
}
