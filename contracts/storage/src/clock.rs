//! The epoch clock as a row: every contract that counts epochs keeps one.

use attention_protocol::bytes::Reader;
use attention_protocol::{EpochClock, ProtocolError};

use crate::packed::Packed;

impl Packed for EpochClock {
    const WHAT: &'static str = "stored clock";

    fn pack(&self, out: &mut Vec<u8>) {
        let seconds = [
            self.genesis_s,
            self.epoch_length_s,
            self.report_period_s,
            self.dispute_window_s,
            self.open_period_s,
        ];
        for s in seconds {
            out.extend_from_slice(&s.to_be_bytes());
        }
        out.extend_from_slice(&self.min_blocks.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            genesis_s: reader.u64()?,
            epoch_length_s: reader.u64()?,
            report_period_s: reader.u64()?,
            dispute_window_s: reader.u64()?,
            open_period_s: reader.u64()?,
            min_blocks: reader.u32()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;
    use crate::PackedMap;

    #[test]
    fn a_clock_comes_back_and_takes_44_bytes() {
        const CLOCK: PackedMap<(), EpochClock> = PackedMap::new(1);
        let clock = EpochClock {
            genesis_s: 1,
            epoch_length_s: 2,
            report_period_s: 3,
            dispute_window_s: 4,
            open_period_s: 5,
            min_blocks: 6,
        };
        let mut storage = MockStorage::new();
        CLOCK.save(&mut storage, (), &clock);
        assert_eq!(CLOCK.load(&storage, ()).unwrap(), clock);
        let mut bytes = Vec::new();
        clock.pack(&mut bytes);
        assert_eq!(bytes.len(), 44);
    }
}
