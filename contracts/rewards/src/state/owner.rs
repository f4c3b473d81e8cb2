//! Who may do what only some may.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use cosmwasm_std::Addr;

use super::packed::{Packed, PackedMap, push_some, read_some};
use super::tag;

/// Owner, proposed owner and guardian.
pub(crate) const OWNERSHIP: PackedMap<(), Ownership> = PackedMap::new(tag::OWNERSHIP);

/// See [`OWNERSHIP`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    /// Nobody once ownership was renounced.
    pub(crate) owner: Option<Addr>,
    pub(crate) proposed: Option<Addr>,
    pub(crate) guardian: Option<Addr>,
}

impl Packed for Ownership {
    const WHAT: &'static str = "stored ownership";

    fn pack(&self, out: &mut Vec<u8>) {
        for role in [&self.owner, &self.proposed, &self.guardian] {
            push_some(out, role.as_ref().map(Addr::as_str));
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let mut role = || Ok::<_, ProtocolError>(read_some(reader)?.map(Addr::unchecked));
        Ok(Self { owner: role()?, proposed: role()?, guardian: role()? })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn every_role_comes_back_and_nobody_stays_nobody() {
        let mut storage = MockStorage::new();
        let (owner, other) = (Some(Addr::unchecked("wasm1owner")), Some(Addr::unchecked("wasm1other")));
        let roles = |proposed, guardian| Ownership { owner: owner.clone(), proposed, guardian };
        for row in [
            roles(None, None),
            Ownership { owner: None, proposed: None, guardian: None },
            roles(other.clone(), None),
            roles(None, other.clone()),
            roles(other.clone(), other),
        ] {
            OWNERSHIP.save(&mut storage, (), &row);
            assert_eq!(OWNERSHIP.load(&storage, ()).unwrap(), row);
        }
    }
}
