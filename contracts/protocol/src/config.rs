//! Operators, quorum size, and the digest that binds a report to a deployment and its configuration.

use cosmwasm_std::Binary;

use crate::RULES_VERSION;
use crate::epoch::EpochClock;
use crate::error::ProtocolError;
use crate::hash::{Deployment, Hash, tagged};

/// Most operators of a deployment; the signer bitmap has this many bits.
pub const OPERATORS_MAX: usize = 32;
/// Bytes of a compressed secp256k1 public key.
pub const PUBKEY_BYTES: usize = 33;
/// The only signature scheme so far: secp256k1 ECDSA over the digest.
pub const SCHEME_SECP256K1: u8 = 0;

/// A compressed secp256k1 public key.
pub type Pubkey = [u8; PUBKEY_BYTES];

/// The operators' hot keys, in index order, and how many of them may be faulty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSet {
    pubkeys: Vec<Pubkey>,
    faulty_max: u8,
    quorum: u8,
}

impl OperatorSet {
    /// Checks `1 <= n <= 32`, `n >= 3f + 1`, key length and prefix, and that no key stands twice.
    pub fn new(pubkeys: &[Binary], faulty_max: u8) -> Result<Self, ProtocolError> {
        if pubkeys.len() > OPERATORS_MAX {
            let actual = pubkeys.len();
            return Err(ProtocolError::TooMany { what: "operators", max: OPERATORS_MAX, actual });
        }
        let needed = usize::from(faulty_max).checked_mul(3).and_then(|n| n.checked_add(1));
        if needed.is_none_or(|needed| pubkeys.len() < needed) {
            let requirement = "at most (operators − 1) / 3, with at least one operator";
            return Err(ProtocolError::invalid("faulty_max", faulty_max, requirement));
        }
        let mut set = Vec::with_capacity(pubkeys.len());
        for key in pubkeys {
            let key = Pubkey::try_from(key.as_slice()).ok().filter(|key| matches!(key, [2 | 3, ..]));
            let key = key.ok_or_else(|| {
                ProtocolError::invalid(
                    "operators.pubkey",
                    "malformed",
                    "a compressed secp256k1 key of 33 bytes",
                )
            })?;
            if set.contains(&key) {
                return Err(ProtocolError::invalid(
                    "operators.pubkey",
                    Binary::from(key),
                    "different from the others",
                ));
            }
            set.push(key);
        }
        let count = u8::try_from(set.len())
            .map_err(|_| ProtocolError::Overflow { what: "the number of operators" })?;
        let quorum = u8::midpoint(count, faulty_max).checked_add(1);
        let quorum = quorum.ok_or(ProtocolError::Overflow { what: "the quorum" })?;
        Ok(Self { pubkeys: set, faulty_max, quorum })
    }

    /// The keys in index order.
    pub fn pubkeys(&self) -> &[Pubkey] {
        &self.pubkeys
    }

    /// f: how many operators may be faulty.
    pub fn faulty_max(&self) -> u8 {
        self.faulty_max
    }

    /// n, at most 32.
    pub fn count(&self) -> u8 {
        u8::try_from(self.pubkeys.len()).unwrap_or(u8::MAX)
    }

    /// `k = floor((n + f) / 2) + 1`: any two quorums share more than f operators (Byzantine quorum, as in libocr).
    pub fn quorum(&self) -> u8 {
        self.quorum
    }
}

/// Everything the configuration digest binds.
#[derive(Debug, Clone)]
pub struct ConfigDigestInput<'a> {
    /// Chain and contract.
    pub deployment: &'a Deployment,
    /// Rises by one with every change of the configuration.
    pub config_version: u64,
    /// Operators and f.
    pub operators: &'a OperatorSet,
    /// Hash of the oracle's specification.
    pub spec_hash: &'a Hash,
    /// The epoch clock.
    pub clock: &'a EpochClock,
}

impl ConfigDigestInput<'_> {
    /// `tagged("attention/v1/config", lp(chain_id) ‖ lp(contract) ‖ config_version u64 ‖ scheme u8 ‖ n u8 ‖ k u8 ‖ f u8 ‖
    /// n × pubkey 33 ‖ rules_version u32 ‖ spec_hash 32 ‖ genesis u64 ‖ epoch_length u64 ‖ report_period u64 ‖
    /// dispute_window u64 ‖ min_blocks u32)`.
    pub fn digest(&self) -> Hash {
        let mut bytes = self.deployment.prefix().to_vec();
        bytes.extend_from_slice(&self.config_version.to_be_bytes());
        let operators = self.operators;
        bytes.extend([SCHEME_SECP256K1, operators.count(), operators.quorum(), operators.faulty_max()]);
        for key in operators.pubkeys() {
            bytes.extend_from_slice(key);
        }
        bytes.extend_from_slice(&RULES_VERSION.to_be_bytes());
        bytes.extend_from_slice(self.spec_hash);
        let clock = self.clock;
        for seconds in [clock.genesis_s, clock.epoch_length_s, clock.report_period_s, clock.dispute_window_s]
        {
            bytes.extend_from_slice(&seconds.to_be_bytes());
        }
        bytes.extend_from_slice(&clock.min_blocks.to_be_bytes());
        tagged("attention/v1/config", &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(n: u8) -> Vec<Binary> {
        (0..n)
            .map(|i| {
                let mut key = [i; PUBKEY_BYTES];
                key[0] = 2;
                Binary::from(key)
            })
            .collect()
    }

    #[test]
    fn quorum_by_hand() {
        let quorum = |n, f| OperatorSet::new(&keys(n), f).unwrap().quorum();
        let cases = [(1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 1), (7, 2), (9, 2), (10, 3), (13, 4)];
        assert_eq!(cases.map(|(n, f)| quorum(n, f)), [1, 2, 2, 3, 4, 4, 5, 6, 7, 9]);
        for (n, f) in cases {
            let k = quorum(n, f);
            assert!(2 * k - n > f, "two quorums share more than f");
            assert!(n - f >= k, "the honest ones alone make a quorum");
        }
    }

    #[test]
    fn a_bad_set_is_refused() {
        assert!(OperatorSet::new(&[], 0).is_err());
        assert!(OperatorSet::new(&keys(3), 1).is_err());
        assert!(OperatorSet::new(&keys(33), 1).is_err());
        assert!(OperatorSet::new(&keys(32), 10).is_ok());
        let mut twice = keys(4);
        twice[3] = twice[0].clone();
        assert!(OperatorSet::new(&twice, 1).unwrap_err().to_string().contains("different"));
        let mut bad = keys(4);
        bad[1] = Binary::from([4; 33]);
        assert!(OperatorSet::new(&bad, 1).is_err());
        bad[1] = Binary::from([2; 32]);
        assert!(OperatorSet::new(&bad, 1).is_err());
    }
}
