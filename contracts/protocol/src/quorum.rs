//! Counting signatures: by operator index, never by signature bytes (every ECDSA signature has a valid high-S twin).

use thiserror::Error;

use crate::config::{OperatorSet, Pubkey};
use crate::hash::Hash;

/// Bytes of a compact secp256k1 signature, `r ‖ s`.
pub const SIGNATURE_BYTES: usize = 64;

/// A signature of the operator with an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedSignature<'a> {
    /// The operator's index in the set.
    pub index: u8,
    /// `r ‖ s`, 64 bytes.
    pub signature: &'a [u8],
}

/// Why signatures are not a quorum.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuorumError {
    /// Fewer than k, or more than n.
    #[error("{given} signatures: between {quorum} and {operators} are needed")]
    Count {
        /// Signatures given.
        given: usize,
        /// k.
        quorum: u8,
        /// n.
        operators: u8,
    },
    /// An index that no operator has.
    #[error("no operator has index {index}: there are {operators}")]
    UnknownSigner {
        /// The index.
        index: u8,
        /// n.
        operators: u8,
    },
    /// An index that is not above the one before it.
    #[error("signer indices must rise strictly: {index} is not above the one before it")]
    NotRising {
        /// The index.
        index: u8,
    },
    /// A signature of an operator who was suspended.
    #[error("operator {index} is suspended: its signature does not count")]
    SuspendedSigner {
        /// The operator.
        index: u8,
    },
    /// A signature that does not verify.
    #[error("the signature of operator {index} does not verify")]
    BadSignature {
        /// The operator.
        index: u8,
    },
}

/// Checks that at least k different operators signed `digest`, none of them in the bitmap `suspended`, and returns their
/// bitmap (bit i = operator i). Suspensions leave k as it is.
///
/// `verify` is the one place that touches cryptography: it returns `Ok` only for a valid signature.
pub fn verify_quorum<E>(
    operators: &OperatorSet,
    suspended: u32,
    digest: &Hash,
    signatures: &[IndexedSignature<'_>],
    verify: impl Fn(&Hash, &[u8; SIGNATURE_BYTES], &Pubkey) -> Result<(), E>,
) -> Result<u32, QuorumError> {
    let (quorum, count) = (operators.quorum(), operators.count());
    let given = signatures.len();
    if given < usize::from(quorum) || given > usize::from(count) {
        return Err(QuorumError::Count { given, quorum, operators: count });
    }
    let mut bitmap = 0u32;
    let mut before = None;
    for signature in signatures {
        let index = signature.index;
        if before >= Some(index) {
            return Err(QuorumError::NotRising { index });
        }
        before = Some(index);
        bitmap |= verify_signature(operators, suspended, digest, signature, &verify)?;
    }
    Ok(bitmap)
}

/// Checks that one operator signed `digest`, not one in the bitmap `suspended`, and returns its bit.
pub fn verify_signature<E>(
    operators: &OperatorSet,
    suspended: u32,
    digest: &Hash,
    &IndexedSignature { index, signature }: &IndexedSignature<'_>,
    verify: impl Fn(&Hash, &[u8; SIGNATURE_BYTES], &Pubkey) -> Result<(), E>,
) -> Result<u32, QuorumError> {
    let unknown = QuorumError::UnknownSigner { index, operators: operators.count() };
    let key = operators.pubkeys().get(usize::from(index)).ok_or(unknown)?;
    let bit = 1u32.checked_shl(u32::from(index)).unwrap_or(0);
    if suspended & bit != 0 {
        return Err(QuorumError::SuspendedSigner { index });
    }
    let bad = QuorumError::BadSignature { index };
    let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().map_err(|_| bad.clone())?;
    verify(digest, signature, key).map_err(|_| bad)?;
    Ok(bit)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Binary;

    use super::*;

    fn operators(n: u8, f: u8) -> OperatorSet {
        let keys: Vec<_> = (0..n)
            .map(|i| {
                let mut key = [i; 33];
                key[0] = 2;
                Binary::from(key)
            })
            .collect();
        OperatorSet::new(&keys, f).unwrap()
    }

    /// A stand-in scheme: the signature of key i over the digest is 64 times the byte i, or its "twin", 64 times i + 100.
    fn verify(_: &Hash, signature: &[u8; 64], key: &Pubkey) -> Result<(), ()> {
        let byte = signature[0];
        let valid = signature.iter().all(|b| *b == byte) && (byte == key[1] || byte == key[1] + 100);
        if valid { Ok(()) } else { Err(()) }
    }

    fn check(set: &OperatorSet, signed: &[(u8, u8)]) -> Result<u32, QuorumError> {
        check_without(set, 0, signed)
    }

    fn check_without(set: &OperatorSet, suspended: u32, signed: &[(u8, u8)]) -> Result<u32, QuorumError> {
        let bytes: Vec<_> = signed.iter().map(|(_, byte)| [*byte; 64]).collect();
        let signatures: Vec<_> = signed
            .iter()
            .zip(&bytes)
            .map(|((index, _), signature)| IndexedSignature { index: *index, signature })
            .collect();
        verify_quorum(set, suspended, &[0; 32], &signatures, verify)
    }

    #[test]
    fn k_different_operators_are_a_quorum() {
        let set = operators(4, 1);
        assert_eq!(check(&set, &[(0, 0), (1, 1), (3, 3)]), Ok(0b1011));
        assert_eq!(check(&set, &[(0, 0), (1, 1), (2, 2), (3, 3)]), Ok(0b1111));
        assert_eq!(check(&set, &[(1, 101), (2, 2), (3, 3)]), Ok(0b1110), "a high-S twin is as good");
        assert_eq!(check(&operators(32, 10), &(0..32).map(|i| (i, i)).collect::<Vec<_>>()), Ok(u32::MAX));
    }

    #[test]
    fn a_suspended_operator_does_not_count_and_k_stays() {
        let set = operators(4, 1);
        let refused = |index| Err(QuorumError::SuspendedSigner { index });
        assert_eq!(check_without(&set, 0b0100, &[(0, 0), (1, 1), (3, 3)]), Ok(0b1011));
        assert_eq!(check_without(&set, 0b0100, &[(0, 0), (1, 1), (2, 2), (3, 3)]), refused(2));
        let too_few = QuorumError::Count { given: 2, quorum: 3, operators: 4 };
        assert_eq!(check_without(&set, 0b1100, &[(0, 0), (1, 1)]), Err(too_few));
        let all: Vec<_> = (0..32).map(|i| (i, i)).collect();
        assert_eq!(check_without(&operators(32, 10), 1 << 31, &all), refused(31));
    }

    #[test]
    fn everything_else_is_not() {
        let set = operators(4, 1);
        let count = |given| QuorumError::Count { given, quorum: 3, operators: 4 };
        assert_eq!(check(&set, &[]), Err(count(0)));
        assert_eq!(check(&set, &[(0, 0), (1, 1)]), Err(count(2)));
        assert_eq!(check(&set, &[(0, 0), (1, 1), (2, 2), (3, 3), (3, 103)]), Err(count(5)));
        assert_eq!(check(&set, &[(0, 0), (1, 1), (1, 101)]), Err(QuorumError::NotRising { index: 1 }));
        assert_eq!(check(&set, &[(1, 1), (0, 0), (2, 2)]), Err(QuorumError::NotRising { index: 0 }));
        let unknown = QuorumError::UnknownSigner { index: 4, operators: 4 };
        assert_eq!(check(&set, &[(0, 0), (1, 1), (4, 4)]), Err(unknown));
        assert_eq!(check(&set, &[(0, 0), (1, 1), (2, 3)]), Err(QuorumError::BadSignature { index: 2 }));
        for wrong_length in [[].as_slice(), &[0; 63], &[0; 65]] {
            let signatures = [IndexedSignature { index: 0, signature: wrong_length }; 3];
            let refused = verify_quorum(&set, 0, &[0; 32], &signatures, verify);
            assert_eq!(refused, Err(QuorumError::BadSignature { index: 0 }));
        }
    }

    #[test]
    fn each_signature_is_verified_over_the_digest_with_its_own_key() {
        let set = operators(1, 0);
        let signature = [IndexedSignature { index: 0, signature: &[5; 64] }];
        let seen = |digest: &Hash, signature: &[u8; 64], key: &Pubkey| {
            if (digest, signature, key) == (&[9; 32], &[5; 64], &set.pubkeys()[0]) { Ok(()) } else { Err(()) }
        };
        assert_eq!(verify_quorum(&set, 0, &[9; 32], &signature, seen), Ok(1));
        let other = verify_quorum(&set, 0, &[8; 32], &signature, seen);
        assert_eq!(other, Err(QuorumError::BadSignature { index: 0 }));
    }
}
