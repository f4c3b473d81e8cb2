//! What operators show each other about one report.

use attention_protocol::quorum::SIGNATURE_BYTES;
use attention_protocol::{Hash, OperatorSet, ReportBody};
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One operator's signature on one report, with the report's body so that a difference can be named. All hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureAnswer {
    /// The operator's index.
    pub index: u8,
    /// The epoch.
    pub epoch: u64,
    /// The revision.
    pub revision: u32,
    /// Digest of the body.
    pub digest: String,
    /// `r ‖ s`.
    pub signature: String,
    /// The packed body.
    pub body: String,
}

/// Why an answer does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// A field that cannot be read.
    #[error("{field} cannot be read: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// Why.
        reason: String,
    },
    /// Another epoch or revision than was asked for.
    #[error(
        "the answer is about epoch {epoch} revision {revision}, asked was epoch {asked_epoch} revision {asked_revision}"
    )]
    OtherReport {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// What was asked.
        asked_epoch: u64,
        /// What was asked.
        asked_revision: u32,
    },
    /// The digest is not the body's.
    #[error("the digest is not the body's")]
    Digest,
    /// An index that no operator has.
    #[error("no operator has index {index}")]
    UnknownOperator {
        /// The index.
        index: u8,
    },
    /// The signature does not verify.
    #[error("the signature of operator {index} does not verify")]
    Signature {
        /// The operator.
        index: u8,
    },
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSignature {
    /// The operator.
    pub index: u8,
    /// What it signed.
    pub digest: Hash,
    /// `r ‖ s`.
    pub signature: [u8; SIGNATURE_BYTES],
    /// The body it signed.
    pub body: ReportBody,
}

impl SignatureAnswer {
    /// The answer of operator `index` about `body`.
    pub fn new(index: u8, body: &ReportBody, signature: &[u8; SIGNATURE_BYTES]) -> Self {
        Self {
            index,
            epoch: body.epoch,
            revision: body.revision,
            digest: hex::encode(body.digest()),
            signature: hex::encode(signature),
            body: hex::encode(body.pack()),
        }
    }
}

/// Verifies a signature over a digest.
///
/// # Errors
/// [`WireError::UnknownOperator`] or [`WireError::Signature`].
pub fn verify_signature(
    operators: &OperatorSet,
    index: u8,
    digest: &Hash,
    signature: &[u8; SIGNATURE_BYTES],
) -> Result<(), WireError> {
    let pubkey = operators.pubkeys().get(usize::from(index)).ok_or(WireError::UnknownOperator { index })?;
    let wrong = WireError::Signature { index };
    let key = VerifyingKey::from_sec1_bytes(pubkey).map_err(|_| wrong.clone())?;
    let signature = Signature::from_slice(signature).map_err(|_| wrong.clone())?;
    key.verify_prehash(digest, &signature).map_err(|_| wrong)
}

/// Checks an answer to a question about (`epoch`, `revision`): layout, digest, operator, signature.
///
/// # Errors
/// [`WireError`].
pub fn check_answer(
    operators: &OperatorSet,
    epoch: u64,
    revision: u32,
    answer: &SignatureAnswer,
) -> Result<CheckedSignature, WireError> {
    let field = |field: &'static str, reason: String| WireError::Field { field, reason };
    let bytes =
        |name: &'static str, text: &str| hex::decode(text).map_err(|error| field(name, error.to_string()));
    let body = ReportBody::unpack(&bytes("body", &answer.body)?)
        .map_err(|error| field("body", error.to_string()))?;
    let asked = (epoch, revision);
    if (answer.epoch, answer.revision) != asked || (body.epoch, body.revision) != asked {
        let (asked_epoch, asked_revision) = asked;
        let (epoch, revision) = (body.epoch, body.revision);
        return Err(WireError::OtherReport { epoch, revision, asked_epoch, asked_revision });
    }
    let digest = body.digest();
    if bytes("digest", &answer.digest)? != digest {
        return Err(WireError::Digest);
    }
    let signature: [u8; SIGNATURE_BYTES] = bytes("signature", &answer.signature)?
        .try_into()
        .map_err(|_| field("signature", format!("it has not {SIGNATURE_BYTES} bytes")))?;
    verify_signature(operators, answer.index, &digest, &signature)?;
    Ok(CheckedSignature { index: answer.index, digest, signature, body })
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Binary;

    use super::*;
    use crate::chain::{Wallet, new_mnemonic};

    fn body(epoch: u64) -> ReportBody {
        ReportBody {
            config_digest: [1; 32],
            prev_digest: [2; 32],
            epoch,
            revision: 1,
            campaigns_root: [5; 32],
            campaign_count: 6,
            assets_root: [7; 32],
            asset_count: 8,
            input_root: [9; 32],
            model_hash: [10; 32],
            leaves_hash: [11; 32],
        }
    }

    #[test]
    fn only_what_the_operator_signed_counts() {
        let words = new_mnemonic().unwrap();
        let wallets: Vec<_> = (0..2).map(|i| Wallet::from_mnemonic(&words, i, "wasm").unwrap()).collect();
        let keys: Vec<_> = wallets.iter().map(|wallet| Binary::from(wallet.pubkey())).collect();
        let operators = OperatorSet::new(&keys, 0).unwrap();
        let signature = wallets[1].sign_digest(&body(4).digest()).unwrap();
        let good = SignatureAnswer::new(1, &body(4), &signature);
        let checked = check_answer(&operators, 4, 1, &good).unwrap();
        assert_eq!((checked.index, checked.digest), (1, body(4).digest()));
        let check = |change: fn(&mut SignatureAnswer)| {
            let mut changed = good.clone();
            change(&mut changed);
            check_answer(&operators, 4, 1, &changed).unwrap_err()
        };
        assert_eq!(check(|a| a.index = 0), WireError::Signature { index: 0 });
        assert_eq!(check(|a| a.index = 2), WireError::UnknownOperator { index: 2 });
        assert_eq!(check(|a| a.digest = "00".repeat(32)), WireError::Digest);
        assert!(matches!(check(|a| a.epoch = 5), WireError::OtherReport { .. }));
        assert!(matches!(check(|a| a.body = hex::encode(body(5).pack())), WireError::OtherReport { .. }));
        assert!(matches!(check(|a| a.signature = "zz".into()), WireError::Field { field: "signature", .. }));
        assert!(matches!(
            check(|a| a.signature = "00".repeat(63)),
            WireError::Field { field: "signature", .. }
        ));
        assert!(matches!(check(|a| a.body.truncate(10)), WireError::Field { field: "body", .. }));
        assert!(matches!(check_answer(&operators, 4, 0, &good), Err(WireError::OtherReport { .. })));
    }
}
