//! The anchor: an operator's word on which input an epoch's report is computed from.

use crate::hash::{Deployment, Hash, tagged};

/// What an operator signs to anchor an input: `tagged("attention/v1/anchor", lp(chain_id) ‖ lp(contract) ‖ epoch u64 ‖
/// revision u32 ‖ input_root 32)`.
pub fn anchor_digest(deployment: &Deployment, epoch: u64, revision: u32, input_root: &Hash) -> Hash {
    let mut bytes = deployment.prefix().to_vec();
    bytes.extend_from_slice(&epoch.to_be_bytes());
    bytes.extend_from_slice(&revision.to_be_bytes());
    bytes.extend_from_slice(input_root);
    tagged("attention/v1/anchor", &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;

    #[test]
    fn every_part_counts() {
        let place = |chain: &str, byte: u8| {
            Deployment::new(chain, &AccountId::try_from([byte; 32].as_slice()).unwrap()).unwrap()
        };
        let home = place("chain-1", 1);
        let digest = anchor_digest(&home, 2, 1, &[7; 32]);
        let others = [
            anchor_digest(&place("chain-2", 1), 2, 1, &[7; 32]),
            anchor_digest(&place("chain-1", 2), 2, 1, &[7; 32]),
            anchor_digest(&home, 3, 1, &[7; 32]),
            anchor_digest(&home, 2, 2, &[7; 32]),
            anchor_digest(&home, 2, 1, &[8; 32]),
        ];
        assert!(others.iter().all(|other| *other != digest));
    }
}
