//! An append-only journal of records, each durable before its append returns.
//!
//! A record is `magic u32 ‖ kind u8 ‖ payload length u32 ‖ check 4 ‖ payload ‖ sum 32`. `sum = sha256(previous sum ‖
//! everything before it in the record)`: a record that is changed, removed or moved breaks the chain. `check` is the front
//! of the same hash over the first nine bytes: without it, a changed length would make a record in the middle look like one
//! that was cut short at the end. An append that a crash interrupted was never
//! acknowledged, and leaves a record cut short (or filled up with zeros by the file system) at the very end: that tail is
//! dropped. Anything else that does not read is corruption, and nothing may be signed on top of it.

use attention_protocol::hash::{Hash, ZERO_HASH, sha256};
use thiserror::Error;

/// Most bytes of a payload.
pub const PAYLOAD_MAX_BYTES: usize = 1 << 16;
/// Most bytes of a journal.
pub const JOURNAL_MAX_BYTES: usize = 1 << 30;

const MAGIC: [u8; 4] = *b"ATJ1";
const FIELDS_BYTES: usize = 9;
const CHECK_BYTES: usize = 4;
const HEADER_BYTES: usize = FIELDS_BYTES + CHECK_BYTES;
const SUM_BYTES: usize = 32;

/// What the device said.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct DiskError(pub String);

/// Where a journal's bytes live. The daemon implements it on a file; tests tear the writes of a fake one.
pub trait Disk {
    /// All bytes, from the first.
    ///
    /// # Errors
    /// [`DiskError`].
    fn read_all(&mut self) -> Result<Vec<u8>, DiskError>;

    /// Appends `bytes`; returns `Ok` only once they survive a loss of power.
    ///
    /// # Errors
    /// [`DiskError`]; what of `bytes` is on the device is then unknown.
    fn append_sync(&mut self, bytes: &[u8]) -> Result<(), DiskError>;

    /// Cuts the bytes to `len` and makes that durable.
    ///
    /// # Errors
    /// [`DiskError`].
    fn truncate_sync(&mut self, len: u64) -> Result<(), DiskError>;
}

/// What a record is about. The numbers are on disk and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// A digest that is about to be signed.
    Signed = 1,
    /// A state of a submission.
    Submission = 2,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub kind: RecordKind,
    /// Its content.
    pub payload: Vec<u8>,
}

/// Why a journal cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalError {
    /// The device failed.
    #[error("the journal's disk: {0}")]
    Disk(#[from] DiskError),
    /// A record in the middle does not read.
    #[error(
        "the journal is corrupt at byte {offset}: {problem}. Nothing is signed on top of it: restore the file from the disk it was lost on, or start with a new signing key"
    )]
    Corrupt {
        /// Where the record begins.
        offset: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A payload above its limit.
    #[error("a record of {len} bytes; at most {PAYLOAD_MAX_BYTES}")]
    PayloadTooLong {
        /// Its length.
        len: usize,
    },
    /// The journal is full.
    #[error("the journal has {len} bytes; at most {JOURNAL_MAX_BYTES}")]
    Full {
        /// Its length.
        len: usize,
    },
    /// An append failed before; only the device knows how much of it is there.
    #[error("an earlier append failed: open the journal again before writing to it")]
    Poisoned,
}

/// A journal whose records were read.
#[derive(Debug)]
pub struct Journal<D> {
    disk: D,
    len: usize,
    sum: Hash,
    poisoned: bool,
}

/// What opening a journal found.
#[derive(Debug)]
pub struct Opened<D> {
    /// The journal, ready for appends.
    pub journal: Journal<D>,
    /// Its records, oldest first.
    pub records: Vec<Record>,
    /// Bytes of an interrupted, never acknowledged append that were dropped from its end.
    pub dropped_tail_bytes: usize,
}

impl<D: Disk> Journal<D> {
    /// Reads every record, and drops a torn tail.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if anything but the tail does not read.
    pub fn open(mut disk: D) -> Result<Opened<D>, JournalError> {
        let bytes = disk.read_all()?;
        if bytes.len() > JOURNAL_MAX_BYTES {
            return Err(JournalError::Full { len: bytes.len() });
        }
        let mut records = Vec::new();
        let (mut offset, mut sum) = (0usize, ZERO_HASH);
        while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
            match read_frame(rest, &sum) {
                Ok(frame) => {
                    offset = offset.checked_add(frame.bytes).unwrap_or(bytes.len());
                    sum = frame.sum;
                    records.push(frame.record);
                }
                Err(_) if is_torn(rest, &sum) => break,
                Err(problem) => return Err(JournalError::Corrupt { offset, problem }),
            }
        }
        let dropped_tail_bytes = bytes.len().abs_diff(offset);
        if dropped_tail_bytes > 0 {
            disk.truncate_sync(u64::try_from(offset).unwrap_or(u64::MAX))?;
        }
        Ok(Opened { journal: Self { disk, len: offset, sum, poisoned: false }, records, dropped_tail_bytes })
    }

    /// Appends a record; it is durable when this returns `Ok`.
    ///
    /// # Errors
    /// [`JournalError`]. After a failed write every further append is refused until the journal is opened again.
    pub fn append(&mut self, kind: RecordKind, payload: &[u8]) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        if payload.len() > PAYLOAD_MAX_BYTES {
            return Err(JournalError::PayloadTooLong { len: payload.len() });
        }
        let (frame, sum) = write_frame(kind, payload, &self.sum);
        let len = self.len.checked_add(frame.len()).filter(|len| *len <= JOURNAL_MAX_BYTES);
        let len = len.ok_or(JournalError::Full { len: self.len })?;
        if let Err(error) = self.disk.append_sync(&frame) {
            self.poisoned = true;
            return Err(error.into());
        }
        (self.len, self.sum) = (len, sum);
        Ok(())
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if it holds no record.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Gives the disk back.
    pub fn into_disk(self) -> D {
        self.disk
    }
}

struct Frame {
    record: Record,
    bytes: usize,
    sum: Hash,
}

fn write_frame(kind: RecordKind, payload: &[u8], previous: &Hash) -> (Vec<u8>, Hash) {
    let mut frame = MAGIC.to_vec();
    frame.push(kind as u8);
    // The caller bounds it by PAYLOAD_MAX_BYTES.
    frame.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
    let check = header_check(&frame, previous);
    frame.extend(check);
    frame.extend(payload);
    let sum = sha256(&[previous, &frame]);
    frame.extend(sum);
    (frame, sum)
}

fn read_frame(bytes: &[u8], previous: &Hash) -> Result<Frame, &'static str> {
    let total = frame_bytes(bytes, previous).ok_or("its header is incomplete")??;
    let body_len = total.checked_sub(SUM_BYTES).ok_or("its length is wrong")?;
    let (Some(body), Some(sum)) = (bytes.get(..body_len), bytes.get(body_len..total)) else {
        return Err("it is cut short");
    };
    let expected = sha256(&[previous, body]);
    if sum != expected {
        return Err("its checksum does not fit");
    }
    let kind = match body.get(4) {
        Some(1) => RecordKind::Signed,
        Some(2) => RecordKind::Submission,
        _ => return Err("its kind is unknown; a newer version wrote it"),
    };
    let payload = body.get(HEADER_BYTES..).unwrap_or(&[]).to_vec();
    Ok(Frame { record: Record { kind, payload }, bytes: total, sum: expected })
}

/// The check of a header's fields.
fn header_check(fields: &[u8], previous: &Hash) -> [u8; CHECK_BYTES] {
    let [a, b, c, d, ..] = sha256(&[previous, fields]);
    [a, b, c, d]
}

/// Bytes of the whole record that `bytes` begin with; `None` if its header is incomplete.
fn frame_bytes(bytes: &[u8], previous: &Hash) -> Option<Result<usize, &'static str>> {
    let fields: &[u8; FIELDS_BYTES] = bytes.get(..FIELDS_BYTES)?.try_into().ok()?;
    let check = bytes.get(FIELDS_BYTES..HEADER_BYTES)?;
    let [a, b, c, d, _kind, length @ ..] = *fields;
    if [a, b, c, d] != MAGIC {
        return Some(Err("it does not begin with ATJ1"));
    }
    if check != header_check(fields, previous) {
        return Some(Err("the check of its header does not fit"));
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > PAYLOAD_MAX_BYTES {
        return Some(Err("its length is above the limit"));
    }
    Some(
        length
            .checked_add(HEADER_BYTES)
            .and_then(|sum| sum.checked_add(SUM_BYTES))
            .ok_or("its length overflows"),
    )
}

/// True if `rest`, which holds no whole record, is what an interrupted append leaves: the front of one record, either cut
/// short or followed by nothing but zeros (a file that grew before its data was written).
fn is_torn(rest: &[u8], previous: &Hash) -> bool {
    let written = rest.iter().rposition(|byte| *byte != 0).and_then(|last| last.checked_add(1)).unwrap_or(0);
    let front = rest.get(..written).unwrap_or(rest);
    if front.len() < HEADER_BYTES {
        // Too short to know how long the record would have been: it must at least begin like one, and zeros can fill up
        // one record at most.
        let longest = PAYLOAD_MAX_BYTES.checked_add(HEADER_BYTES + SUM_BYTES);
        let begins = front.iter().zip(MAGIC).all(|(byte, magic)| *byte == magic);
        return begins && longest.is_some_and(|longest| rest.len() <= longest);
    }
    match frame_bytes(front, previous) {
        Some(Ok(total)) => front.len() < total && rest.len() <= total,
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use super::*;

    /// A disk in memory that can tear the next append.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct FakeDisk {
        pub(crate) bytes: Vec<u8>,
        /// Bytes of the next append that reach the device before it fails.
        pub(crate) tear_after: Option<usize>,
        /// Whether the file grew to its full length all the same, with zeros.
        pub(crate) grow: bool,
    }

    impl Disk for FakeDisk {
        fn read_all(&mut self) -> Result<Vec<u8>, DiskError> {
            Ok(self.bytes.clone())
        }

        fn append_sync(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
            let Some(kept) = self.tear_after.take() else {
                self.bytes.extend(bytes);
                return Ok(());
            };
            self.bytes.extend(&bytes[..kept]);
            if self.grow {
                self.bytes.extend(vec![0; bytes.len() - kept]);
            }
            Err(DiskError("power lost".to_owned()))
        }

        fn truncate_sync(&mut self, len: u64) -> Result<(), DiskError> {
            self.bytes.truncate(usize::try_from(len).unwrap());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::FakeDisk;
    use super::*;

    fn journal_of(payloads: &[&[u8]]) -> FakeDisk {
        let mut journal = Journal::open(FakeDisk::default()).unwrap().journal;
        for payload in payloads {
            journal.append(RecordKind::Signed, payload).unwrap();
        }
        journal.into_disk()
    }

    fn payloads(disk: FakeDisk) -> Result<Vec<Vec<u8>>, JournalError> {
        Ok(Journal::open(disk)?.records.into_iter().map(|record| record.payload).collect())
    }

    #[test]
    fn records_come_back_in_order() {
        let disk = journal_of(&[b"one", b"", b"three"]);
        assert_eq!(payloads(disk).unwrap(), [b"one".to_vec(), b"".to_vec(), b"three".to_vec()]);
    }

    #[test]
    fn an_append_torn_anywhere_is_dropped_and_the_journal_goes_on() {
        let whole = journal_of(&[b"acked", b"torn\0\0"]).bytes.len() - journal_of(&[b"acked"]).bytes.len();
        for grow in [false, true] {
            for kept in 0..whole {
                let mut disk = journal_of(&[b"acked"]);
                (disk.tear_after, disk.grow) = (Some(kept), grow);
                let mut journal = Journal::open(disk).unwrap().journal;
                assert!(matches!(
                    journal.append(RecordKind::Signed, b"torn\0\0"),
                    Err(JournalError::Disk(_))
                ));
                assert_eq!(journal.append(RecordKind::Signed, b"more"), Err(JournalError::Poisoned));
                let mut opened = Journal::open(journal.into_disk()).unwrap();
                // Where the lost bytes were zeros themselves, the record is whole after all.
                assert!(opened.records.len() == 1 || (grow && opened.dropped_tail_bytes == 0), "{kept}");
                opened.journal.append(RecordKind::Signed, b"next").unwrap();
                assert_eq!(payloads(opened.journal.into_disk()).unwrap().last().unwrap(), b"next", "{kept}");
            }
        }
    }

    #[test]
    fn corruption_anywhere_before_the_last_record_stops_everything() {
        let whole = journal_of(&[b"one", b"two", b"three"]);
        let last = journal_of(&[b"one", b"two"]).bytes.len();
        for at in 0..last {
            let mut disk = whole.clone();
            disk.bytes[at] ^= 1;
            let refused = payloads(disk).unwrap_err();
            assert!(matches!(refused, JournalError::Corrupt { .. }), "byte {at}: {refused}");
        }
        for at in last..whole.bytes.len() {
            let mut disk = whole.clone();
            disk.bytes[at] ^= 1;
            assert!(payloads(disk).is_err(), "byte {at} of the last record");
        }
    }

    #[test]
    fn a_removed_or_moved_record_breaks_the_chain() {
        let (one, two, three) =
            (journal_of(&[b"1"]), journal_of(&[b"1", b"2"]), journal_of(&[b"1", b"2", b"3"]));
        let removed = [&one.bytes[..], &three.bytes[two.bytes.len()..]].concat();
        let corrupt = payloads(FakeDisk { bytes: removed, ..FakeDisk::default() }).unwrap_err();
        assert!(matches!(
            corrupt,
            JournalError::Corrupt { problem: "the check of its header does not fit", .. }
        ));
    }

    #[test]
    fn limits_hold() {
        let mut journal = Journal::open(FakeDisk::default()).unwrap().journal;
        let long = vec![0; PAYLOAD_MAX_BYTES + 1];
        let refused = journal.append(RecordKind::Signed, &long);
        assert_eq!(refused, Err(JournalError::PayloadTooLong { len: PAYLOAD_MAX_BYTES + 1 }));
        journal.append(RecordKind::Submission, &long[1..]).unwrap();
    }
}
