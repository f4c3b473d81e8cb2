//! What is fixed at instantiation: clock, operators, limits.

use attention_protocol::bytes::Reader;
use attention_protocol::config::{OperatorSet, PUBKEY_BYTES};
use attention_protocol::{EpochClock, Hash, ProtocolError};
use cosmwasm_std::Binary;

use super::packed::{Packed, PackedMap, push_text, read_text};
use super::tag;

/// The epoch clock, read by nearly every message.
pub(crate) const CLOCK: PackedMap<(), EpochClock> = PackedMap::new(tag::CLOCK);
/// Who signs, and the digest of the configuration they sign for.
pub(crate) const OPERATORS: PackedMap<(), OperatorsRow> = PackedMap::new(tag::OPERATORS);
/// Bounds in seconds.
pub(crate) const LIMITS: PackedMap<(), LimitsRow> = PackedMap::new(tag::LIMITS);
/// By denom: what a campaign must bring. At most 32 rows.
pub(crate) const DENOMS: PackedMap<&str, DenomRow> = PackedMap::new(tag::DENOM);
/// What only queries show.
pub(crate) const ABOUT: PackedMap<(), About> = PackedMap::new(tag::ABOUT);

/// `config_digest 32 ‖ f u8 ‖ n × pubkey 33`.
pub(crate) struct OperatorsRow {
    pub(crate) config_digest: Hash,
    pub(crate) set: OperatorSet,
}

impl Packed for OperatorsRow {
    const WHAT: &'static str = "stored operators";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.config_digest);
        out.push(self.set.faulty_max());
        for key in self.set.pubkeys() {
            out.extend_from_slice(key);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let config_digest = reader.array()?;
        let faulty_max = reader.u8()?;
        let mut keys = Vec::new();
        while !reader.rest().is_empty() {
            keys.push(Binary::new(reader.take(PUBKEY_BYTES)?.to_vec()));
        }
        Ok(Self { config_digest, set: OperatorSet::new(&keys, faulty_max)? })
    }
}

/// Bounds that hold for the life of the deployment, seconds.
pub(crate) struct LimitsRow {
    pub(crate) settle_grace_s: u64,
    pub(crate) claim_period_s: u64,
    pub(crate) pause_max_s: u64,
}

impl Packed for LimitsRow {
    const WHAT: &'static str = "stored limits";

    fn pack(&self, out: &mut Vec<u8>) {
        let seconds = [self.settle_grace_s, self.claim_period_s, self.pause_max_s];
        for s in seconds {
            out.extend_from_slice(&s.to_be_bytes());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { settle_grace_s: reader.u64()?, claim_period_s: reader.u64()?, pause_max_s: reader.u64()? })
    }
}

/// What a campaign in a denom must bring, base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DenomRow {
    pub(crate) funding_min: u128,
    pub(crate) creation_fee: u128,
}

impl Packed for DenomRow {
    const WHAT: &'static str = "stored denom";

    fn pack(&self, out: &mut Vec<u8>) {
        self.funding_min.pack(out);
        self.creation_fee.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { funding_min: u128::read(reader)?, creation_fee: u128::read(reader)? })
    }
}

/// Parts of the configuration that no message reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) config_version: u64,
    pub(crate) spec_hash: Hash,
    /// Names of the operators, in index order.
    pub(crate) names: Vec<String>,
}

impl Packed for About {
    const WHAT: &'static str = "stored description";

    fn pack(&self, out: &mut Vec<u8>) {
        self.config_version.pack(out);
        out.extend_from_slice(&self.spec_hash);
        for name in &self.names {
            push_text(out, name);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (config_version, spec_hash) = (u64::read(reader)?, reader.array()?);
        let mut names = Vec::new();
        while !reader.rest().is_empty() {
            names.push(read_text(reader)?);
        }
        Ok(Self { config_version, spec_hash, names })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn the_description_comes_back() {
        let mut storage = MockStorage::new();
        let names = vec!["a".to_string(), "operator of the longest name".to_string()];
        let about = About { config_version: 1, spec_hash: [7; 32], names };
        ABOUT.save(&mut storage, (), &about);
        assert_eq!(ABOUT.load(&storage, ()).unwrap(), about);
    }
}
