//! Who may do what only some may.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_storage::{Packed, PackedMap, push_some, read_some, read_text};
use cosmwasm_std::Addr;

use super::tag;

/// Owner, proposed owner and guardian.
pub(crate) const OWNERSHIP: PackedMap<(), Ownership> = PackedMap::new(tag::OWNERSHIP);

/// See [`OWNERSHIP`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    pub(crate) owner: Addr,
    pub(crate) proposed: Option<Addr>,
    pub(crate) guardian: Option<Addr>,
}

impl Packed for Ownership {
    const WHAT: &'static str = "stored ownership";

    fn pack(&self, out: &mut Vec<u8>) {
        for role in [Some(&self.owner), self.proposed.as_ref(), self.guardian.as_ref()] {
            push_some(out, role.map(Addr::as_str));
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let owner = Addr::unchecked(read_text(reader)?);
        let mut role = || Ok::<_, ProtocolError>(read_some(reader)?.map(Addr::unchecked));
        Ok(Self { owner, proposed: role()?, guardian: role()? })
    }
}
