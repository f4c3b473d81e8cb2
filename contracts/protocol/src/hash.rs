//! SHA-256, tagged hashes and the domains of the three trees. Nothing else in the project makes a domain.

use sha2::{Digest, Sha256};

use crate::account::AccountId;
use crate::bytes::lp;
use crate::error::ProtocolError;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The root of an empty tree, "no base", "no previous report", "no table".
pub const ZERO_HASH: Hash = [0; 32];

/// First byte of a hashed leaf.
pub const TAG_LEAF: u8 = 0x00;
/// First byte of a hashed inner node.
pub const TAG_NODE: u8 = 0x01;
/// First byte of a hashed pad.
pub const TAG_PAD: u8 = 0x02;

/// SHA-256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// `sha256(sha256(tag) ‖ sha256(tag) ‖ body)`: a tagged hash as in BIP-340, so that no signature made for one
/// purpose is valid for another.
pub fn tagged(tag: &str, body: &[u8]) -> Hash {
    let tag = sha256(&[tag.as_bytes()]);
    sha256(&[&tag, &tag, body])
}

/// The longest chain id a deployment may have, in bytes.
pub const CHAIN_ID_MAX_BYTES: usize = 64;

/// Where a deployment lives: every domain and digest is bound to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    prefix: Vec<u8>,
}

impl Deployment {
    /// A deployment of the contract with canonical address `contract` on chain `chain_id`, the id as it stands in
    /// the block header, 1 to [`CHAIN_ID_MAX_BYTES`] bytes.
    pub fn new(chain_id: &str, contract: &AccountId) -> Result<Self, ProtocolError> {
        if chain_id.is_empty() || chain_id.len() > CHAIN_ID_MAX_BYTES {
            return Err(ProtocolError::invalid("chain_id", chain_id, "1 to 64 bytes long"));
        }
        let mut prefix = lp(chain_id.as_bytes());
        prefix.extend_from_slice(&lp(contract.as_slice()));
        Ok(Self { prefix })
    }

    /// `lp(chain_id) ‖ lp(contract canonical)`: the prefix of every domain.
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// `dom_A`: the domain of one campaign's allocation tree in one epoch.
    pub fn allocation_domain(&self, campaign: u64, epoch: u64) -> Hash {
        sha256(&[b"attention/v1/allocation", &self.prefix, &campaign.to_be_bytes(), &epoch.to_be_bytes()])
    }

    /// `dom_C`: the domain of an epoch's commitment tree.
    pub fn commitments_domain(&self, epoch: u64) -> Hash {
        sha256(&[b"attention/v1/commitments", &self.prefix, &epoch.to_be_bytes()])
    }

    /// `dom_S`: the domain of an epoch's asset tree.
    pub fn assets_domain(&self, epoch: u64) -> Hash {
        sha256(&[b"attention/v1/assets", &self.prefix, &epoch.to_be_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(chain_id: &str, contract: u8) -> Deployment {
        Deployment::new(chain_id, &AccountId::try_from([contract; 32].as_slice()).unwrap()).unwrap()
    }

    #[test]
    fn domains_by_hand() {
        let ours = deployment("c-1", 9);
        let mut prefix = vec![0, 3, b'c', b'-', b'1', 0, 32];
        prefix.extend([9; 32]);
        assert_eq!(ours.prefix(), prefix);
        let (campaign, epoch) = ([0, 0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 3, 4, 5]);
        let of = |name: &str, numbers: &[u8]| sha256(&[&[name.as_bytes(), &prefix, numbers].concat()]);
        let numbers = [campaign, epoch].concat();
        assert_eq!(ours.allocation_domain(0x0102, 0x03_0405), of("attention/v1/allocation", &numbers));
        assert_eq!(ours.commitments_domain(0x03_0405), of("attention/v1/commitments", &epoch));
        assert_eq!(ours.assets_domain(0x03_0405), of("attention/v1/assets", &epoch));
    }

    #[test]
    fn no_two_trees_share_a_domain() {
        let mut domains: Vec<Hash> = [deployment("c", 1), deployment("d", 1), deployment("c", 2)]
            .iter()
            .flat_map(|place| {
                [
                    place.allocation_domain(1, 2),
                    place.allocation_domain(2, 1),
                    place.commitments_domain(1),
                    place.commitments_domain(2),
                    place.assets_domain(1),
                    place.assets_domain(2),
                ]
            })
            .collect();
        domains.sort_unstable();
        domains.dedup();
        assert_eq!(domains.len(), 18);
    }

    #[test]
    fn a_chain_id_has_1_to_64_bytes() {
        let contract = AccountId::try_from([1; 20].as_slice()).unwrap();
        let accepted = |len: usize| Deployment::new(&"x".repeat(len), &contract).is_ok();
        assert_eq!([0, 1, 64, 65].map(accepted), [false, true, true, false]);
    }
}
