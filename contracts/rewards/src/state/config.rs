//! The configuration: clock, operators, limits, security. Clock and security are fixed at instantiation.

use attention_protocol::bytes::Reader;
use attention_protocol::config::{OperatorSet, PUBKEY_BYTES};
use attention_protocol::{EpochClock, Hash, ProtocolError};
use cosmwasm_std::{Addr, Binary, Storage};

use super::packed::{Packed, PackedMap, push_some, push_text, read_some, read_text};
use super::tag;

/// The epoch clock, read by nearly every message.
pub(crate) const CLOCK: PackedMap<(), EpochClock> = PackedMap::new(tag::CLOCK);
/// Configurations that a message looks at one by one, newest first. Each is in force for an epoch at least, so older ones belong to
/// epochs that are over.
pub(crate) const CONFIGS_MAX: usize = 64;
/// By first epoch in force: who signs, and the digest of the configuration they sign for.
pub(crate) const OPERATORS: PackedMap<u64, OperatorsRow> = PackedMap::new(tag::OPERATORS);
/// By first epoch in force: bounds on campaigns, fees and pauses.
pub(crate) const LIMITS: PackedMap<u64, LimitsRow> = PackedMap::new(tag::LIMITS);
/// By (first epoch in force, asset), beside [`LIMITS`]: what a campaign must bring. At most 32 rows an epoch.
pub(crate) const DENOMS: PackedMap<(u64, &str), DenomRow> = PackedMap::new(tag::DENOM);
/// By first epoch in force, beside [`OPERATORS`]: what no report needs.
pub(crate) const ABOUT: PackedMap<u64, About> = PackedMap::new(tag::ABOUT);
/// Bonds, disputes and changes of the configuration.
pub(crate) const SECURITY: PackedMap<(), SecurityRow> = PackedMap::new(tag::SECURITY);

/// Who signs for an epoch.
pub(crate) fn operators_at(storage: &dyn Storage, epoch: u64) -> Result<OperatorsRow, ProtocolError> {
    let missing = ProtocolError::Length { what: OperatorsRow::WHAT, expected: 1, actual: 0 };
    OPERATORS.newest(storage, 0, epoch)?.ok_or(missing)
}

/// What no report needs of the configuration of an epoch.
pub(crate) fn about_at(storage: &dyn Storage, epoch: u64) -> Result<About, ProtocolError> {
    let missing = ProtocolError::Length { what: About::WHAT, expected: 1, actual: 0 };
    ABOUT.newest(storage, 0, epoch)?.ok_or(missing)
}

/// The limits in force in an epoch, and the first epoch they are in force for.
///
/// A campaign keeps those of the epoch it was created in: a change begins with a later epoch, so these rows never change.
pub(crate) fn limits_at(storage: &dyn Storage, epoch: u64) -> Result<(u64, LimitsRow), ProtocolError> {
    let missing = ProtocolError::Length { what: LimitsRow::WHAT, expected: 1, actual: 0 };
    LIMITS.numbered(storage, 0, epoch).next().ok_or(missing)?
}

/// What a campaign in an asset must bring in an epoch; `None` if the asset is not allowed.
pub(crate) fn denom_at(
    storage: &dyn Storage,
    epoch: u64,
    denom: &str,
) -> Result<Option<DenomRow>, ProtocolError> {
    let (first, _) = limits_at(storage, epoch)?;
    DENOMS.may_load(storage, (first, denom))
}

/// What a campaign must bring in an epoch, by asset.
pub(crate) fn denoms_at(storage: &dyn Storage, epoch: u64) -> Result<Vec<(String, DenomRow)>, ProtocolError> {
    let (first, _) = limits_at(storage, epoch)?;
    DENOMS.named(storage, first).collect()
}

/// `config_digest 32 ‖ suspended u32 ‖ f u8 ‖ n × pubkey 33`.
pub(crate) struct OperatorsRow {
    pub(crate) config_digest: Hash,
    /// Bit i: operator i was suspended; its signatures do not count.
    pub(crate) suspended: u32,
    pub(crate) set: OperatorSet,
}

impl Packed for OperatorsRow {
    const WHAT: &'static str = "stored operators";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.config_digest);
        out.extend_from_slice(&self.suspended.to_be_bytes());
        out.push(self.set.faulty_max());
        for key in self.set.pubkeys() {
            out.extend_from_slice(key);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let config_digest = reader.array()?;
        let suspended = reader.u32()?;
        let faulty_max = reader.u8()?;
        let mut keys = Vec::new();
        while !reader.rest().is_empty() {
            keys.push(Binary::new(reader.take(PUBKEY_BYTES)?.to_vec()));
        }
        Ok(Self { config_digest, suspended, set: OperatorSet::new(&keys, faulty_max)? })
    }
}

/// Bounds on campaigns, fees and pauses.
pub(crate) struct LimitsRow {
    pub(crate) settle_grace_s: u64,
    pub(crate) claim_period_s: u64,
    pub(crate) pause_max_s: u64,
    pub(crate) operator_fee_ppm: u32,
    pub(crate) price_change_max_ppm: u32,
}

impl Packed for LimitsRow {
    const WHAT: &'static str = "stored limits";

    fn pack(&self, out: &mut Vec<u8>) {
        let seconds = [self.settle_grace_s, self.claim_period_s, self.pause_max_s];
        for s in seconds {
            out.extend_from_slice(&s.to_be_bytes());
        }
        for ppm in [self.operator_fee_ppm, self.price_change_max_ppm] {
            out.extend_from_slice(&ppm.to_be_bytes());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            settle_grace_s: reader.u64()?,
            claim_period_s: reader.u64()?,
            pause_max_s: reader.u64()?,
            operator_fee_ppm: reader.u32()?,
            price_change_max_ppm: reader.u32()?,
        })
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

/// Parts of the configuration that no report needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) config_version: u64,
    pub(crate) spec_hash: Hash,
    /// Names and admins of the operators, in index order.
    pub(crate) operators: Vec<(String, Addr)>,
}

impl Packed for About {
    const WHAT: &'static str = "stored description";

    fn pack(&self, out: &mut Vec<u8>) {
        self.config_version.pack(out);
        out.extend_from_slice(&self.spec_hash);
        for (name, admin) in &self.operators {
            push_text(out, name);
            push_text(out, admin.as_str());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (config_version, spec_hash) = (u64::read(reader)?, reader.array()?);
        let mut operators = Vec::new();
        while !reader.rest().is_empty() {
            operators.push((read_text(reader)?, Addr::unchecked(read_text(reader)?)));
        }
        Ok(Self { config_version, spec_hash, operators })
    }
}

/// [`Security`] with validated addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecurityRow {
    pub(crate) bond_denom: String,
    pub(crate) operator_bond_min: u128,
    pub(crate) slash_ppm: u32,
    /// Burned if absent.
    pub(crate) slash_recipient: Option<Addr>,
    pub(crate) unbonding_s: u64,
    pub(crate) demand_bond: u128,
    pub(crate) challenge_bond: u128,
    pub(crate) arbiter: Option<Addr>,
    pub(crate) arbiter_period_s: u64,
    pub(crate) timelock_s: u64,
    pub(crate) anchor_grace_s: Option<u64>,
}

impl Packed for SecurityRow {
    const WHAT: &'static str = "stored security";

    /// The last number is there only if anchors are needed.
    fn pack(&self, out: &mut Vec<u8>) {
        push_text(out, &self.bond_denom);
        push_some(out, self.slash_recipient.as_ref().map(Addr::as_str));
        push_some(out, self.arbiter.as_ref().map(Addr::as_str));
        out.extend_from_slice(&self.slash_ppm.to_be_bytes());
        for amount in [self.operator_bond_min, self.demand_bond, self.challenge_bond] {
            amount.pack(out);
        }
        for s in [self.unbonding_s, self.arbiter_period_s, self.timelock_s] {
            s.pack(out);
        }
        if let Some(grace_s) = self.anchor_grace_s {
            grace_s.pack(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let bond_denom = read_text(reader)?;
        let (slash_recipient, arbiter) =
            (read_some(reader)?.map(Addr::unchecked), read_some(reader)?.map(Addr::unchecked));
        let slash_ppm = reader.u32()?;
        let mut amount = || u128::read(reader);
        let (operator_bond_min, demand_bond, challenge_bond) = (amount()?, amount()?, amount()?);
        let mut seconds = || u64::read(reader);
        let (unbonding_s, arbiter_period_s, timelock_s) = (seconds()?, seconds()?, seconds()?);
        let anchor_grace_s = if reader.rest().is_empty() { None } else { Some(u64::read(reader)?) };
        Ok(Self {
            bond_denom,
            operator_bond_min,
            slash_ppm,
            slash_recipient,
            unbonding_s,
            demand_bond,
            challenge_bond,
            arbiter,
            arbiter_period_s,
            timelock_s,
            anchor_grace_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn the_description_comes_back() {
        let mut storage = MockStorage::new();
        let operator = |name: &str, admin: &str| (name.to_string(), Addr::unchecked(admin));
        let operators = vec![operator("a", "wasm1a"), operator("operator of the longest name", "wasm1b")];
        let about = About { config_version: 1, spec_hash: [7; 32], operators };
        ABOUT.save(&mut storage, 3, &about);
        assert_eq!(about_at(&storage, 4).unwrap(), about);
        assert!(about_at(&storage, 2).is_err());
    }

    #[test]
    fn the_security_comes_back_with_and_without_its_options() {
        let mut storage = MockStorage::new();
        let address = || Some(Addr::unchecked("wasm1somebody"));
        let row = |slash_recipient, arbiter, anchor_grace_s| SecurityRow {
            bond_denom: "ubond".into(),
            operator_bond_min: 0,
            slash_ppm: 1,
            slash_recipient,
            unbonding_s: 2,
            demand_bond: 3,
            challenge_bond: u128::MAX,
            arbiter,
            arbiter_period_s: 4,
            timelock_s: 5,
            anchor_grace_s,
        };
        for row in [row(None, None, None), row(address(), None, Some(0)), row(None, address(), Some(6))] {
            SECURITY.save(&mut storage, (), &row);
            assert_eq!(SECURITY.load(&storage, ()).unwrap(), row);
        }
    }
}
