//! What operators have put up: one row an admin, because keys change and admins stay.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use cosmwasm_std::{Addr, Storage};

use super::packed::{Packed, PackedMap};
use super::tag;
use crate::error::{ContractError, Result};

/// By admin address.
pub(crate) const BONDS: PackedMap<&str, BondRow> = PackedMap::new(tag::BOND);
/// By (epoch, version of its configuration): bitmap of the operators who were slashed for the epoch, so that each is at most once. For an
/// epoch to come the configuration may still change: who has a convicted operator's place then is another one.
pub(crate) const SLASHED: PackedMap<(u64, u64), u64> = PackedMap::new(tag::SLASHED);

/// An operator's bond, base units of the bond denom. All of it is liable until it is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct BondRow {
    /// Put up and not asked back.
    pub(crate) bonded: u128,
    /// Asked back and not withdrawn yet.
    pub(crate) unbonding: u128,
    /// From when on `unbonding` may be withdrawn, unix seconds; 0 if nothing is on its way.
    pub(crate) ready_s: u64,
    /// The operator was convicted of signing twice: no configuration takes it any more.
    pub(crate) suspended: bool,
}

/// Whether an admin's operator was suspended, whatever bond it has.
pub(crate) fn is_suspended(storage: &dyn Storage, admin: &Addr) -> Result<bool> {
    Ok(BONDS.may_load(storage, admin.as_str())?.is_some_and(|bond| bond.suspended))
}

impl BondRow {
    /// Everything that can be slashed.
    pub(crate) fn liable(&self) -> Result<u128> {
        self.bonded.checked_add(self.unbonding).ok_or_else(|| ContractError::overflow("the bond"))
    }
}

impl Packed for BondRow {
    const WHAT: &'static str = "stored bond";

    fn pack(&self, out: &mut Vec<u8>) {
        self.bonded.pack(out);
        self.unbonding.pack(out);
        self.ready_s.pack(out);
        out.push(u8::from(self.suspended));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            bonded: u128::read(reader)?,
            unbonding: u128::read(reader)?,
            ready_s: u64::read(reader)?,
            suspended: reader.u8()? != 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn a_bond_comes_back() {
        let mut storage = MockStorage::new();
        let row = BondRow { bonded: 1 << 100, unbonding: 3, ready_s: 1_700_000_000, suspended: true };
        for row in [row, BondRow { suspended: false, ..row }, BondRow::default()] {
            BONDS.save(&mut storage, "wasm1admin", &row);
            assert_eq!(BONDS.load(&storage, "wasm1admin").unwrap(), row);
        }
        assert!(BondRow { bonded: u128::MAX, unbonding: 1, ..row }.liable().is_err());
    }
}
