//! The configuration that waits for the owner's acceptance.

use attention_protocol::bytes::Reader;
use attention_protocol::config::{OperatorSet, PUBKEY_BYTES};
use attention_protocol::{Hash, ProtocolError};
use cosmwasm_std::{Addr, Binary};

use super::packed::{Packed, PackedMap, push_text, read_text};
use super::tag;

/// The one proposal.
pub(crate) const PROPOSAL: PackedMap<(), ProposalRow> = PackedMap::new(tag::PROPOSAL);

/// What changes; `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposalRow {
    /// From when on it may be accepted, unix seconds.
    pub(crate) ready_s: u64,
    pub(crate) spec_hash: Option<Hash>,
    pub(crate) operators: Option<ProposedSet>,
}

/// Other operators: keys, names and admins in index order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposedSet {
    pub(crate) set: OperatorSet,
    pub(crate) named: Vec<(String, Addr)>,
}

impl Packed for ProposalRow {
    const WHAT: &'static str = "stored proposal";

    /// `ready_s ‖ 0 or 1 ‖ spec_hash if 1 ‖ f u8 ‖ n × (name ‖ admin ‖ pubkey 33)`, the last two only if there are other operators.
    fn pack(&self, out: &mut Vec<u8>) {
        self.ready_s.pack(out);
        out.push(u8::from(self.spec_hash.is_some()));
        out.extend(self.spec_hash.iter().flatten());
        if let Some(ProposedSet { set, named }) = &self.operators {
            out.push(set.faulty_max());
            for ((name, admin), key) in named.iter().zip(set.pubkeys()) {
                push_text(out, name);
                push_text(out, admin.as_str());
                out.extend_from_slice(key);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let ready_s = u64::read(reader)?;
        let spec_hash = if reader.u8()? == 0 { None } else { Some(reader.array()?) };
        if reader.rest().is_empty() {
            return Ok(Self { ready_s, spec_hash, operators: None });
        }
        let faulty_max = reader.u8()?;
        let (mut keys, mut named) = (Vec::new(), Vec::new());
        while !reader.rest().is_empty() {
            named.push((read_text(reader)?, Addr::unchecked(read_text(reader)?)));
            keys.push(Binary::new(reader.take(PUBKEY_BYTES)?.to_vec()));
        }
        let operators = ProposedSet { set: OperatorSet::new(&keys, faulty_max)?, named };
        Ok(Self { ready_s, spec_hash, operators: Some(operators) })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn a_proposal_comes_back_whatever_it_changes() {
        let mut storage = MockStorage::new();
        let keys = [2u8, 3].map(|first| Binary::from([[first].as_slice(), &[7; 32]].concat()));
        let named =
            ["a", "b"].map(|name| (name.to_string(), Addr::unchecked(format!("wasm1{name}")))).to_vec();
        let operators = Some(ProposedSet { set: OperatorSet::new(&keys, 0).unwrap(), named });
        let row = |spec_hash, operators| ProposalRow { ready_s: 1_700_000_000, spec_hash, operators };
        for row in [row(Some([9; 32]), None), row(None, operators.clone()), row(Some([0; 32]), operators)] {
            PROPOSAL.save(&mut storage, (), &row);
            assert_eq!(PROPOSAL.load(&storage, ()).unwrap(), row);
        }
    }
}
