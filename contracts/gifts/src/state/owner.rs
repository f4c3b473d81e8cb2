//! Who may do what only some may.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_storage::{Packed, PackedMap, push_text, read_text};
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

    /// No address is empty, so an empty text stands for nobody.
    fn pack(&self, out: &mut Vec<u8>) {
        for role in [Some(&self.owner), self.proposed.as_ref(), self.guardian.as_ref()] {
            push_text(out, role.map_or("", Addr::as_str));
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let mut role = || read_text(reader).map(Addr::unchecked);
        let (owner, proposed, guardian) = (role()?, role()?, role()?);
        let somebody = |role: &Addr| !role.as_str().is_empty();
        Ok(Self {
            owner,
            proposed: Some(proposed).filter(somebody),
            guardian: Some(guardian).filter(somebody),
        })
    }
}
