//! Reports, one row an epoch: the pending one and all that became final. A voided one has none.

use attention_protocol::bytes::Reader;
use attention_protocol::phase::Window;
use attention_protocol::report::REPORT_BYTES;
use attention_protocol::{ProtocolError, ReportBody};

use super::packed::{Packed, PackedMap};
use super::tag;

/// By epoch.
pub(crate) const REPORTS: PackedMap<u64, ReportRow> = PackedMap::new(tag::REPORT);

/// `body 244 ‖ signers u32 ‖ submitted_at u64 ‖ ends_at u64 ‖ ends_height u64`. The digest is a function of the body.
pub(crate) struct ReportRow {
    pub(crate) body: ReportBody,
    /// Bit i is operator i.
    pub(crate) signers: u32,
    pub(crate) submitted_at_s: u64,
    /// As it ended: later than it was opened for if the report waited for an answer or a decision.
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
