//! How a prover reserves a proof before showing it, so that nobody who sees it on its way can take the reward.

use cosmwasm_std::to_json_vec;
use serde::Serialize;

use crate::account::AccountId;
use crate::error::ProtocolError;
use crate::hash::{Hash, sha256};

/// `sha256(prover canonical ‖ sha256(proof))`, where the proof is the JSON of a [`crate::fraud::FraudProof`] or
/// [`crate::fraud::Equivocation`] as `cosmwasm_std::to_json_vec` writes it: fields in their declared order, no spaces, bytes
/// as padded standard base64.
pub fn proof_commit<T: Serialize>(prover: &AccountId, proof: &T) -> Result<Hash, ProtocolError> {
    let requirement = "JSON";
    let json = to_json_vec(proof)
        .map_err(|error| ProtocolError::invalid("the proof", error.to_string(), requirement))?;
    Ok(sha256(&[prover.as_slice(), &sha256(&[&json])]))
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Binary;

    use super::*;
    use crate::fraud::{FraudProof, RangeProof};

    #[test]
    fn it_is_bound_to_the_prover_and_to_every_byte() {
        let prover = |byte: u8| AccountId::try_from([byte; 20].as_slice()).unwrap();
        let range = |start| RangeProof { start, leaves: Binary::from([1, 2]), siblings: Binary::default() };
        let proof = FraudProof::UnorderedAssets { assets: range(3) };
        let json = br#"{"unordered_assets":{"assets":{"start":3,"leaves":"AQI=","siblings":""}}}"#;
        let by_hand = sha256(&[&[7; 20], &sha256(&[json])]);
        assert_eq!(proof_commit(&prover(7), &proof).unwrap(), by_hand);
        assert_ne!(proof_commit(&prover(8), &proof).unwrap(), by_hand);
        let other = FraudProof::UnorderedAssets { assets: range(4) };
        assert_ne!(proof_commit(&prover(7), &other).unwrap(), by_hand);
    }
}
