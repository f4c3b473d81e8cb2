//! What was voided, challenged, demanded and reserved. Every row is paid for by who caused it.

use attention_protocol::bytes::Reader;
use attention_protocol::fraud::TargetKey;
use attention_protocol::msg::{ChallengeStatus, DemandStatus, VoidReason};
use attention_protocol::{Hash, ProtocolError};
use cosmwasm_std::Addr;

use super::packed::{Packed, PackedMap, push_text, read_text};
use super::tag;

/// By (epoch, revision): reports that were voided, at most four an epoch.
pub(crate) const VOIDED: PackedMap<(u64, u64), VoidedRow> = PackedMap::new(tag::VOIDED);
/// By (epoch, revision).
pub(crate) const CHALLENGES: PackedMap<(u64, u64), ChallengeRow> = PackedMap::new(tag::CHALLENGE);
/// By (epoch, revision, target): a target that has a row is not demanded again in the revision.
pub(crate) const DEMANDS: PackedMap<(u64, (u64, &[u8])), DemandRow> = PackedMap::new(tag::DEMAND);
/// By hash: the height at which a proof was reserved.
pub(crate) const PROOF_COMMITS: PackedMap<&[u8], u64> = PackedMap::new(tag::PROOF_COMMIT);

/// `digest 32 ‖ signers u32 ‖ why u8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VoidedRow {
    pub(crate) digest: Hash,
    /// Bit i is operator i.
    pub(crate) signers: u32,
    pub(crate) why: VoidReason,
}

/// A challenge, its bond in base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChallengeRow {
    pub(crate) challenger: Addr,
    pub(crate) reason: String,
    pub(crate) bond: u128,
    pub(crate) deadline_s: u64,
    pub(crate) status: ChallengeStatus,
}

/// An opening demand, its bond in base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DemandRow {
    /// The key repeats it; a page reads rows only.
    pub(crate) target: TargetKey,
    pub(crate) demander: Addr,
    pub(crate) bond: u128,
    pub(crate) deadline_s: u64,
    pub(crate) deadline_height: u64,
    pub(crate) status: DemandStatus,
}

impl DemandRow {
    /// Whether the time to answer is over: in seconds and in blocks, so that a halted chain convicts nobody.
    pub(crate) fn is_over(&self, now: attention_protocol::Moment) -> bool {
        now.time_s > self.deadline_s && now.height > self.deadline_height
    }
}

/// Appends the place of `value` in `all`: a place, once released, keeps its meaning.
fn push_place<T: PartialEq>(out: &mut Vec<u8>, all: &[T], value: &T) {
    let place = all.iter().position(|other| other == value);
    out.push(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX));
}

/// Reads what [`push_place`] wrote.
fn read_place<T: Copy>(reader: &mut Reader<'_>, field: &'static str, all: &[T]) -> Result<T, ProtocolError> {
    let place = reader.u8()?;
    let requirement = "one of the words that this version knows";
    let unknown = || ProtocolError::Invalid { field, value: place.to_string(), requirement };
    all.get(usize::from(place)).copied().ok_or_else(unknown)
}

impl Packed for VoidedRow {
    const WHAT: &'static str = "stored voided report";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.digest);
        out.extend_from_slice(&self.signers.to_be_bytes());
        push_place(out, &VoidReason::ALL, &self.why);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (digest, signers) = (reader.array()?, reader.u32()?);
        Ok(Self { digest, signers, why: read_place(reader, "stored void reason", &VoidReason::ALL)? })
    }
}

impl Packed for ChallengeRow {
    const WHAT: &'static str = "stored challenge";

    fn pack(&self, out: &mut Vec<u8>) {
        push_place(out, &ChallengeStatus::ALL, &self.status);
        push_text(out, self.challenger.as_str());
        push_text(out, &self.reason);
        self.bond.pack(out);
        self.deadline_s.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            status: read_place(reader, "stored challenge status", &ChallengeStatus::ALL)?,
            challenger: Addr::unchecked(read_text(reader)?),
            reason: read_text(reader)?,
            bond: u128::read(reader)?,
            deadline_s: u64::read(reader)?,
        })
    }
}

impl Packed for DemandRow {
    const WHAT: &'static str = "stored demand";

    fn pack(&self, out: &mut Vec<u8>) {
        push_place(out, &DemandStatus::ALL, &self.status);
        out.extend_from_slice(&self.target);
        push_text(out, self.demander.as_str());
        self.bond.pack(out);
        self.deadline_s.pack(out);
        self.deadline_height.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            status: read_place(reader, "stored demand status", &DemandStatus::ALL)?,
            target: reader.array()?,
            demander: Addr::unchecked(read_text(reader)?),
            bond: u128::read(reader)?,
            deadline_s: u64::read(reader)?,
            deadline_height: u64::read(reader)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Storage;
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn every_row_comes_back() {
        let mut storage = MockStorage::new();
        for why in VoidReason::ALL {
            let row = VoidedRow { digest: [3; 32], signers: 0b1011, why };
            VOIDED.save(&mut storage, (300, 2), &row);
            assert_eq!(VOIDED.load(&storage, (300, 2)).unwrap(), row);
        }
        for status in ChallengeStatus::ALL {
            let (challenger, reason) = (Addr::unchecked("wasm1challenger"), "é".repeat(128));
            let row = ChallengeRow { challenger, reason, bond: u128::MAX, deadline_s: 1 << 40, status };
            CHALLENGES.save(&mut storage, (300, 2), &row);
            assert_eq!(CHALLENGES.load(&storage, (300, 2)).unwrap(), row);
        }
        for status in DemandStatus::ALL {
            let row = DemandRow {
                target: [1; 9],
                demander: Addr::unchecked("wasm1demander"),
                bond: 100,
                deadline_s: 1 << 40,
                deadline_height: 9,
                status,
            };
            DEMANDS.save(&mut storage, (300, (2, &row.target)), &row);
            assert_eq!(DEMANDS.load(&storage, (300, (2, &row.target))).unwrap(), row);
        }
    }

    #[test]
    fn an_unknown_word_is_refused() {
        let mut storage = MockStorage::new();
        storage.set(&[0x31, 0, 0], &[&[0; 36][..], &[6]].concat());
        assert!(VOIDED.load(&storage, (0, 0)).is_err());
    }
}
