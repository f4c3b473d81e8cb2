//! Fixed-width big-endian packing. Everything that is hashed, signed or stored in a hot row goes through here.

use crate::error::ProtocolError;

/// `u16 length ‖ bytes`. Every caller bounds its input far below the 65,535 bytes that the prefix can count.
pub(crate) fn lp(bytes: &[u8]) -> Vec<u8> {
    debug_assert!(bytes.len() <= usize::from(u16::MAX), "callers bound what they prefix");
    let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut out = len.to_be_bytes().to_vec();
    out.extend_from_slice(bytes);
    out
}

/// The bytes of a big-endian number without its leading zeros: how numbers travel and are stored where most are small.
pub fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Reads fixed-width fields from the front of a byte string.
#[derive(Debug)]
pub struct Reader<'a> {
    what: &'static str,
    total: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts reading `bytes`; `what` names the thing in errors.
    pub fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, total: bytes.len(), rest: bytes }
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], ProtocolError> {
        match (self.rest.get(..n), self.rest.get(n..)) {
            (Some(head), Some(tail)) => {
                self.rest = tail;
                Ok(head)
            }
            _ => Err(ProtocolError::Length {
                what: self.what,
                expected: self.consumed().checked_add(n).unwrap_or(n),
                actual: self.total,
            }),
        }
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], ProtocolError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Result<u8, ProtocolError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// The next two bytes as a number.
    pub fn u16(&mut self) -> Result<u16, ProtocolError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Result<u32, ProtocolError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self) -> Result<u64, ProtocolError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// The next sixteen bytes as a number.
    pub fn u128(&mut self) -> Result<u128, ProtocolError> {
        Ok(u128::from_be_bytes(self.array()?))
    }

    /// The next `len` bytes as a number that has no leading zeros, so that it has only one encoding.
    pub fn number(&mut self, len: usize) -> Result<u128, ProtocolError> {
        let bytes = self.take(len)?;
        if len > 16 || bytes.first() == Some(&0) {
            let requirement = "at most 16 bytes, the first of them not 0";
            return Err(ProtocolError::invalid("the length of a number", len, requirement));
        }
        Ok(bytes.iter().fold(0, |number, byte| (number << 8) | u128::from(*byte)))
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses trailing bytes.
    pub fn finish(self) -> Result<(), ProtocolError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ProtocolError::Length { what: self.what, expected: self.consumed(), actual: self.total })
    }

    fn consumed(&self) -> usize {
        self.total.abs_diff(self.rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_field_names_what_it_needed() {
        let mut reader = Reader::new("thing", &[1, 2, 3]);
        assert_eq!(reader.u16().unwrap(), 0x0102);
        let expected = ProtocolError::Length { what: "thing", expected: 6, actual: 3 };
        assert_eq!(reader.u32().unwrap_err(), expected);
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut reader = Reader::new("thing", &[7, 8]);
        assert_eq!(reader.u8().unwrap(), 7);
        let expected = ProtocolError::Length { what: "thing", expected: 1, actual: 2 };
        assert_eq!(reader.finish().unwrap_err(), expected);
    }

    #[test]
    fn a_number_has_one_encoding() {
        for number in [0, 1, 255, 256, 1 << 120, u128::MAX] {
            let bytes = number.to_be_bytes();
            let short = significant(&bytes);
            assert_eq!(Reader::new("thing", short).number(short.len()).unwrap(), number);
        }
        assert_eq!(significant(&[0, 0, 1, 0]), [1, 0]);
        assert!(significant(&[0; 16]).is_empty());
        assert!(Reader::new("thing", &[0]).number(1).is_err());
        assert!(Reader::new("thing", &[0, 1]).number(2).is_err());
        assert!(Reader::new("thing", &[1; 17]).number(17).is_err());
        assert!(Reader::new("thing", &[1]).number(2).is_err());
    }

    #[test]
    fn length_prefix_is_two_bytes_big_endian() {
        assert_eq!(lp(b"ab"), vec![0, 2, b'a', b'b']);
        assert_eq!(lp(b""), vec![0, 0]);
    }
}
