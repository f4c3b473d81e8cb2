//! How the row of the epochs' progress is packed.

use attention_protocol::bytes::Reader;
use attention_protocol::phase::{Awaited, ChallengeState, Pending, Phase, Progress, Window};
use attention_protocol::{LastReport, ProtocolError};

use crate::packed::Packed;

impl Packed for Window {
    const WHAT: &'static str = "stored window";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.ends_at_s.to_be_bytes());
        out.extend_from_slice(&self.ends_height.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { ends_at_s: reader.u64()?, ends_height: reader.u64()? })
    }
}

/// First bytes of the three phases.
const IDLE: u8 = 0;
const OPEN: u8 = 1;
const PENDING: u8 = 2;

impl Packed for Progress {
    const WHAT: &'static str = "stored progress";

    /// `prev_digest 32 ‖ last ‖ phase`; the last epoch is stored plus one, so that zero alone says "none".
    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.prev_digest);
        match self.last.and_then(|last| Some((last.epoch.checked_add(1)?, last))) {
            None => 0u64.pack(out),
            Some((after, last)) => {
                for number in [after, last.terminal_at_s, last.ends_height] {
                    number.pack(out);
                }
            }
        }
        match &self.phase {
            Phase::Idle => out.push(IDLE),
            Phase::Open(awaited) => {
                out.push(OPEN);
                awaited.pack(out);
            }
            Phase::Pending(pending) => {
                out.push(PENDING);
                pending.pack(out);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let prev_digest = reader.array()?;
        let last = match u64::read(reader)?.checked_sub(1) {
            None => None,
            Some(epoch) => {
                Some(LastReport { epoch, terminal_at_s: u64::read(reader)?, ends_height: u64::read(reader)? })
            }
        };
        let phase = match reader.u8()? {
            IDLE => Phase::Idle,
            OPEN => Phase::Open(Awaited::read(reader)?),
            PENDING => Phase::Pending(Pending::read(reader)?),
            other => return Err(unknown("stored phase", other)),
        };
        Ok(Self { last, prev_digest, phase })
    }
}

impl Packed for Awaited {
    const WHAT: &'static str = "stored awaited report";

    /// The anchored input is there only if there is one.
    fn pack(&self, out: &mut Vec<u8>) {
        for number in [self.epoch, self.revision.into(), self.due_s, self.opened_height] {
            number.pack(out);
        }
        out.push(u8::from(self.silenced));
        if let Some(input_root) = &self.input_root {
            out.extend_from_slice(input_root);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            epoch: u64::read(reader)?,
            revision: read_u32(reader)?,
            due_s: u64::read(reader)?,
            opened_height: u64::read(reader)?,
            silenced: reader.u8()? != 0,
            input_root: if reader.rest().is_empty() { None } else { Some(reader.array()?) },
        })
    }
}

impl Packed for Pending {
    const WHAT: &'static str = "stored pending report";

    fn pack(&self, out: &mut Vec<u8>) {
        for number in [self.epoch, self.revision.into(), self.open_demands.into()] {
            number.pack(out);
        }
        out.extend_from_slice(&self.digest);
        self.window.pack(out);
        out.push(match self.challenge {
            ChallengeState::None => 0,
            ChallengeState::Open => 1,
            ChallengeState::Stands => 2,
        });
        out.push(u8::from(self.silenced));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (epoch, revision) = (u64::read(reader)?, read_u32(reader)?);
        let open_demands = u16::try_from(u64::read(reader)?)
            .map_err(|_| ProtocolError::Overflow { what: "the stored open demands" })?;
        Ok(Self {
            epoch,
            revision,
            open_demands,
            digest: reader.array()?,
            window: Window::read(reader)?,
            challenge: match reader.u8()? {
                0 => ChallengeState::None,
                1 => ChallengeState::Open,
                2 => ChallengeState::Stands,
                other => return Err(unknown("stored challenge", other)),
            },
            silenced: reader.u8()? != 0,
        })
    }
}

fn read_u32(reader: &mut Reader<'_>) -> Result<u32, ProtocolError> {
    u32::try_from(u64::read(reader)?).map_err(|_| ProtocolError::Overflow { what: "the stored revision" })
}

fn unknown(field: &'static str, value: u8) -> ProtocolError {
    ProtocolError::Invalid { field, value: value.to_string(), requirement: "0, 1 or 2" }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Storage as _;
    use cosmwasm_std::testing::MockStorage;

    use super::*;
    use crate::packed::PackedMap;

    const PROGRESS: PackedMap<(), Progress> = PackedMap::new(0x30);

    #[test]
    fn every_phase_comes_back() {
        let mut storage = MockStorage::new();
        let awaited = Awaited {
            epoch: 300,
            revision: 3,
            due_s: 1 << 40,
            opened_height: 0,
            input_root: None,
            silenced: true,
        };
        let pending = |open_demands, challenge| Pending {
            epoch: 0,
            revision: 0,
            digest: [4; 32],
            window: Window { ends_at_s: 1 << 40, ends_height: 5 },
            open_demands,
            challenge,
            silenced: false,
        };
        let phases = [
            Phase::Idle,
            Phase::Open(awaited),
            Phase::Open(Awaited { input_root: Some([9; 32]), silenced: false, ..awaited }),
            Phase::Pending(pending(0, ChallengeState::None)),
            Phase::Pending(pending(256, ChallengeState::Open)),
            Phase::Pending(pending(1, ChallengeState::Stands)),
        ];
        let last = LastReport { epoch: 0, terminal_at_s: 1 << 40, ends_height: 77 };
        for phase in phases {
            for (last, prev_digest) in [(None, [0; 32]), (Some(last), [8; 32])] {
                let row = Progress { last, prev_digest, phase };
                PROGRESS.save(&mut storage, (), &row);
                assert_eq!(PROGRESS.load(&storage, ()).unwrap(), row);
            }
        }
    }

    #[test]
    fn a_damaged_row_is_refused() {
        let mut storage = MockStorage::new();
        for tail in [&[0, 3][..], &[0], &[0, 0, 0], &[1, 5, 0, 0], &[0, 2, 0, 0, 0]] {
            storage.set(&[0x30], &[&[0; 32][..], tail].concat());
            assert!(PROGRESS.load(&storage, ()).is_err(), "{tail:?}");
        }
    }
}
