//! Reports, one row an epoch, and the newest of them.

use attention_protocol::bytes::Reader;
use attention_protocol::report::REPORT_BYTES;
use attention_protocol::{Hash, LastReport, ProtocolError, ReportBody};

use super::packed::{Packed, PackedMap};
use super::tag;
use crate::timeline::Moment;

/// By epoch.
pub(crate) const REPORTS: PackedMap<u64, ReportRow> = PackedMap::new(tag::REPORT);
/// The report with the highest epoch; absent before the first.
pub(crate) const NEWEST_REPORT: PackedMap<(), NewestReport> = PackedMap::new(tag::NEWEST_REPORT);

/// When a report was posted, and from when it is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) ends_at_s: u64,
    pub(crate) ends_height: u64,
}

impl Window {
    /// Final needs the time and the blocks, so that a halted chain does not eat the dispute window.
    pub(crate) fn has_ended(&self, now: Moment) -> bool {
        now.time_s >= self.ends_at_s && now.height >= self.ends_height
    }
}

/// `body 244 ‖ signers u32 ‖ submitted_at u64 ‖ ends_at u64 ‖ ends_height u64`. The digest is a function of the body.
pub(crate) struct ReportRow {
    pub(crate) body: ReportBody,
    /// Bit i is operator i.
    pub(crate) signers: u32,
    pub(crate) submitted_at_s: u64,
    pub(crate) window: Window,
}

impl Packed for ReportRow {
    const WHAT: &'static str = "stored report";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.body.pack());
        out.extend_from_slice(&self.signers.to_be_bytes());
        out.extend_from_slice(&self.submitted_at_s.to_be_bytes());
        self.window.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            body: ReportBody::unpack(reader.take(REPORT_BYTES)?)?,
            signers: reader.u32()?,
            submitted_at_s: reader.u64()?,
            window: Window::read(reader)?,
        })
    }
}

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

/// What the next report has to know of the one before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewestReport {
    pub(crate) epoch: u64,
    pub(crate) window: Window,
    pub(crate) digest: Hash,
}

impl NewestReport {
    /// As the clock wants it.
    pub(crate) fn as_last(&self) -> LastReport {
        LastReport {
            epoch: self.epoch,
            terminal_at_s: self.window.ends_at_s,
            ends_height: self.window.ends_height,
        }
    }
}

impl Packed for NewestReport {
    const WHAT: &'static str = "stored newest report";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.epoch.to_be_bytes());
        self.window.pack(out);
        out.extend_from_slice(&self.digest);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { epoch: reader.u64()?, window: Window::read(reader)?, digest: reader.array()? })
    }
}
