//! The bytes of a model file: fixed width, big-endian, one string of bytes a model.
//!
//! `"ATTNMODL" ‖ format u16 ‖ kind u8 ‖ what it was trained on ‖ the body of its kind`. Nothing may follow. Every
//! number with a fraction is the 64 bits of a finite f64 that is not −0 (a network's weights: the 32 bits of an f32). *Trained on* is `schema version u32 ‖ feature
//! count u16 ‖ per feature (length u16 ‖ name ‖ categories u16, 0 for a numeric one) ‖ rows u64 ‖ 0 ‖ positives u64` for a
//! binary target, and `… ‖ 1 ‖ mean` for a real one. Each estimator's file says what its body is.

use crate::{FILE_BYTES_MAX, ModelError, TrainedOn};

const MAGIC: &[u8; 8] = b"ATTNMODL";
const FORMAT: u16 = 3;
/// Most models inside each other, the outermost not counted.
const DEPTH_MAX: u8 = 4;

/// The part of a model file that is particular to a kind of model.
pub(crate) trait Body: Sized {
    /// The kind's number in the file: never reused.
    const KIND: u8;
    /// What the model was trained on, as read back by [`Body::read`].
    fn trained_on(&self) -> &TrainedOn;
    /// Appends the body.
    fn write(&self, out: &mut Writer);
    /// Reads what [`Body::write`] wrote and checks every number, so that no file makes a prediction panic.
    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError>;
}

/// The canonical file of a model.
pub(crate) fn encode<B: Body>(model: &B) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u16(FORMAT);
    out.u8(B::KIND);
    model.trained_on().write(&mut out);
    model.write(&mut out);
    out.0
}

/// The canonical file of a kind that is fitted on something else than rows of features, so that nothing is said about those.
pub(crate) fn encode_kind(kind: u8, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u16(FORMAT);
    out.u8(kind);
    write(&mut out);
    out.0
}

/// Reads a file written by [`encode_kind`].
pub(crate) fn finish_kind<T>(
    bytes: &[u8],
    kind: u8,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, ModelError>,
) -> Result<T, ModelError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ModelError::TooMany {
            what: "bytes of a model file",
            got: bytes.len(),
            limit: FILE_BYTES_MAX,
        });
    }
    let (got, mut input) = open(bytes)?;
    if got != kind {
        return Err(input.error(format!("model kind {got}, must be {kind} here")));
    }
    let model = read(&mut input)?;
    input.end()?;
    Ok(model)
}

/// Checks magic and format, and returns the kind with a reader of the rest.
pub(crate) fn open(bytes: &[u8]) -> Result<(u8, Reader<'_>), ModelError> {
    let mut input = Reader::new(bytes);
    if input.bytes(MAGIC.len())? != MAGIC {
        return Err(ModelError::File { offset: 0, problem: "does not begin with ATTNMODL".into() });
    }
    let format = input.u16()?;
    if format != FORMAT {
        return Err(
            input.error(format!("format {format}; this version reads {FORMAT}: train the model again"))
        );
    }
    let kind = input.u8()?;
    Ok((kind, input))
}

/// Reads the rest of a file whose kind is `B`'s.
pub(crate) fn finish<B: Body>(mut input: Reader<'_>) -> Result<B, ModelError> {
    let trained_on = TrainedOn::read(&mut input)?;
    let model = B::read(trained_on, &mut input)?;
    input.end()?;
    Ok(model)
}

/// Appends numbers of fixed width.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }
}

/// Reads numbers of fixed width; every error names the byte.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
    /// How many models deep inside others the reader is.
    depth: u8,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0, depth: 0 }
    }

    pub(crate) fn error(&self, problem: impl Into<String>) -> ModelError {
        ModelError::File { offset: self.offset, problem: problem.into() }
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], ModelError> {
        let left = self.bytes.len() - self.offset;
        if left < len {
            return Err(self.error(format!("needs {len} more bytes, {left} left")));
        }
        let start = self.offset;
        self.offset += len;
        Ok(&self.bytes[start..start + len])
    }

    fn end(&self) -> Result<(), ModelError> {
        match self.bytes.len() - self.offset {
            0 => Ok(()),
            left => Err(self.error(format!("{left} bytes after the end"))),
        }
    }

    /// How many items of `bytes_each` the rest of the file could hold at most: a bound for what a count may claim before
    /// anything is allocated for it.
    pub(crate) fn room_for(&self, count: usize, bytes_each: usize) -> Result<(), ModelError> {
        let left = self.bytes.len() - self.offset;
        if count > left / bytes_each.max(1) {
            return Err(
                self.error(format!("announces {count} items of {bytes_each} bytes, {left} bytes left"))
            );
        }
        Ok(())
    }

    /// Goes into a model that is held by another one; bounded, so that no file can exhaust the stack.
    pub(crate) fn enter(&mut self) -> Result<(), ModelError> {
        if self.depth >= DEPTH_MAX {
            return Err(self.error(format!("more than {DEPTH_MAX} models inside each other")));
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes out of it again.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(N)?);
        Ok(out)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ModelError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ModelError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ModelError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, ModelError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    pub(crate) fn f64(&mut self) -> Result<f64, ModelError> {
        let value = f64::from_bits(self.u64()?);
        if !value.is_finite() || (value == 0.0 && value.is_sign_negative()) {
            return Err(self.error(format!("{value} is not a canonical finite number")));
        }
        Ok(value)
    }
}
