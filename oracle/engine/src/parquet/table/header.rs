//! The few fields of a page's header that bound what decoding it takes.
//!
//! A header is a struct in Thrift's compact protocol (parquet-format, `PageHeader`). Only sizes and the encoding are taken;
//! everything else is stepped over, so that fields of later versions do not matter.

/// How deep structs and lists of a header may nest; those of the format go to 3.
const DEPTH_MAX: u8 = 8;
/// `DELTA_BYTE_ARRAY` of the format: a text is what it shares with the one before, and the rest.
const DELTA_BYTE_ARRAY: i64 = 7;

/// What a page announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PageHeader {
    /// Bytes of the page after decompression; its decoder sets so many aside.
    pub uncompressed_bytes: u64,
    /// Bytes of the page in the file, after its header.
    pub compressed_bytes: u64,
    /// Whether each of its texts can be as long as the page although it takes a few bytes of it.
    pub shares_prefixes: bool,
}

/// The header at the beginning of `bytes`, and its own length; `None` if there is none.
pub(super) fn read(bytes: &[u8]) -> Option<(PageHeader, usize)> {
    let mut fields = Fields { left: bytes, uncompressed: None, compressed: None, encoding: None };
    fields.structure(0, 0)?;
    let header = PageHeader {
        uncompressed_bytes: u64::try_from(fields.uncompressed?).ok()?,
        compressed_bytes: u64::try_from(fields.compressed?).ok()?,
        shares_prefixes: fields.encoding == Some(DELTA_BYTE_ARRAY),
    };
    Some((header, bytes.len() - fields.left.len()))
}

struct Fields<'a> {
    left: &'a [u8],
    uncompressed: Option<i64>,
    compressed: Option<i64>,
    encoding: Option<i64>,
}

impl Fields<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, left) = self.left.split_first()?;
        self.left = left;
        Some(byte)
    }

    fn skip(&mut self, bytes: u64) -> Option<()> {
        self.left = self.left.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits {
                return None;
            }
            number |= shifted;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// 0, -1, 1, -2, ...
    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        let half = i64::try_from(number >> 1).ok()?;
        Some(if number & 1 == 0 { half } else { -half - 1 })
    }

    /// The fields of a struct that stands in field `of` of the header, or of the header itself: 0.
    fn structure(&mut self, of: i64, depth: u8) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut field = 0i64;
        loop {
            let start = self.byte()?;
            if start == 0 {
                return Some(());
            }
            field = match start >> 4 {
                0 => self.signed()?,
                step => field.checked_add(i64::from(step))?,
            };
            let place = if depth == 0 { (field, 0) } else { (of, field) };
            self.value(start & 0x0f, place, depth)?;
        }
    }

    fn value(&mut self, kind: u8, place: (i64, i64), depth: u8) -> Option<()> {
        match kind {
            // A truth value stands in the kind itself.
            1 | 2 => Some(()),
            3 => self.skip(1),
            4..=6 => {
                let value = self.signed()?;
                let slot = match (depth, place) {
                    (0, (2, _)) => &mut self.uncompressed,
                    (0, (3, _)) => &mut self.compressed,
                    (1, (5, 2) | (8, 4)) => &mut self.encoding,
                    _ => return Some(()),
                };
                // Readers do not agree on which of two counts.
                slot.replace(value).is_none().then_some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.number()?;
                self.skip(length)
            }
            9 | 10 => self.list(depth),
            11 => self.map(depth),
            12 => self.structure(place.0, depth + 1),
            13 => self.skip(16),
            _ => None,
        }
    }

    fn list(&mut self, depth: u8) -> Option<()> {
        let start = self.byte()?;
        let length = match start >> 4 {
            15 => self.number()?,
            length => u64::from(length),
        };
        (0..length).try_for_each(|_| self.element(start & 0x0f, depth))
    }

    fn map(&mut self, depth: u8) -> Option<()> {
        let length = self.number()?;
        if length == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..length).try_for_each(|_| {
            self.element(kinds >> 4, depth)?;
            self.element(kinds & 0x0f, depth)
        })
    }

    /// Every element takes a byte at least, so no length of a list makes this go on beyond the bytes.
    fn element(&mut self, kind: u8, depth: u8) -> Option<()> {
        if depth >= DEPTH_MAX {
            return None;
        }
        match kind {
            1 | 2 => self.skip(1),
            // No element of a list is a field of the header.
            kind => self.value(kind, (-1, -1), depth + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand: type 0, sizes 300 and 20, checksum, a data page of 5 values in encoding 7 with levels in encoding 3.
    const PAGE: [u8; 22] = [
        0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x15, 0x01, 0x1c, 0x15, 0x0a, 0x15, 0x0e, 0x15, 0x06, 0x15,
        0x06, 0x00, 0x00, 0xaa, 0xbb,
    ];

    #[test]
    fn sizes_and_encoding_are_read() {
        let want = PageHeader { uncompressed_bytes: 300, compressed_bytes: 20, shares_prefixes: true };
        assert_eq!(read(&PAGE), Some((want, 20)));
        let mut plain = PAGE;
        plain[13] = 0x00;
        assert_eq!(read(&plain), Some((PageHeader { shares_prefixes: false, ..want }, 20)));
        // Version 2: field 8, the encoding in its field 4; a flag, a text, lists, a map and a double in between.
        let v2 = [
            0x15, 0x06, 0x15, 0x02, 0x15, 0x04, 0x5c, 0x15, 0x0a, 0x15, 0x00, 0x15, 0x0a, 0x15, 0x0e, 0x31,
            0x18, 0x02, b'a', b'b', 0x19, 0x21, 0x01, 0x02, 0x19, 0x1c, 0x15, 0x0e, 0x00, 0x1b, 0x01, 0x53,
            0x04, 0x06, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x00,
        ];
        let want = PageHeader { uncompressed_bytes: 1, compressed_bytes: 2, shares_prefixes: true };
        assert_eq!(read(&v2), Some((want, v2.len())));
    }

    #[test]
    fn what_is_no_header_is_none() {
        for end in 0..20 {
            assert_eq!(read(&PAGE[..end]), None, "cut at {end}");
        }
        let with = |place: usize, byte: u8| {
            let mut bytes = PAGE;
            bytes[place] = byte;
            read(&bytes)
        };
        assert_eq!(with(6, 0x27), None, "a negative size");
        assert_eq!(with(2, 0x05), None, "fields out of step");
        assert_eq!(with(7, 0x0f), None, "an unknown kind");
        // Field 2 once more, by its number.
        assert_eq!(read(&[0x15, 0x00, 0x15, 0x02, 0x05, 0x04, 0x02, 0x15, 0x02, 0x00]), None, "a size twice");
        // A list of 2^62 truth values ends with the bytes; structs in structs end with their depth.
        let list = [&[0x15, 0x00, 0x19, 0xf1][..], &[0xff; 8], &[0x3f]].concat();
        assert_eq!(read(&list), None);
        assert_eq!(read(&[0x1c; 100_000]), None);
        assert_eq!(read(&[0x1f; 20]), None);
        assert_eq!(read(&[0xff; 20]), None);
    }
}
