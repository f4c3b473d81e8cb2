//! A map whose rows are packed bytes instead of JSON.

use std::marker::PhantomData;

use attention_protocol::ProtocolError;
use attention_protocol::bytes::{Reader, significant};
use cosmwasm_std::{Order, Storage};

/// A row that packs itself, big-endian, in the order of its fields.
pub trait Packed: Sized {
    /// Names the row in errors.
    const WHAT: &'static str;

    /// Appends the row's bytes.
    fn pack(&self, out: &mut Vec<u8>);

    /// Reads the row back.
    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError>;
}

/// Amounts are `len u8 ‖ bytes without leading zeros`: most are small, and every byte costs gas.
impl Packed for u128 {
    const WHAT: &'static str = "stored amount";

    fn pack(&self, out: &mut Vec<u8>) {
        push_short(out, &self.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let len = reader.u8()?;
        reader.number(len.into())
    }
}

/// A number that the chain counts in `u64`, packed like an amount.
impl Packed for u64 {
    const WHAT: &'static str = "stored number";

    fn pack(&self, out: &mut Vec<u8>) {
        push_short(out, &self.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let overflow = |_| ProtocolError::Overflow { what: Self::WHAT };
        Self::try_from(u128::read(reader)?).map_err(overflow)
    }
}

/// Appends a text of at most 65,535 bytes as `len u16 ‖ bytes`. Every caller has bounded it.
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Reads what [`push_text`] wrote.
pub fn read_text(reader: &mut Reader<'_>) -> Result<String, ProtocolError> {
    let len = reader.u16()?;
    Ok(text(reader.take(len.into())?))
}

/// Appends a text that may be missing. No address, name or link is empty, so the empty text stands for none.
pub fn push_some(out: &mut Vec<u8>, text: Option<&str>) {
    push_text(out, text.unwrap_or_default());
}

/// Reads what [`push_some`] wrote.
pub fn read_some(reader: &mut Reader<'_>) -> Result<Option<String>, ProtocolError> {
    Ok(Some(read_text(reader)?).filter(|text| !text.is_empty()))
}

/// Stored text: it was text when it was written.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Appends `len u8 ‖ bytes without leading zeros` of a number, big-endian.
fn push_short(out: &mut Vec<u8>, number: &[u8]) {
    let short = significant(number);
    out.extend(u8::try_from(short.len()));
    out.extend_from_slice(short);
}

/// The highest number that is its own key; above it the first byte is this plus the number of bytes that follow.
const KEY_BYTE_MAX: u8 = 0xf7;

/// A key that keeps its order as bytes.
pub trait Key {
    /// Appends the key's bytes.
    fn push(&self, out: &mut Vec<u8>);
}

impl Key for () {
    fn push(&self, _: &mut Vec<u8>) {}
}

impl Key for u64 {
    /// One byte up to 0xf7, else `0xf7 + len ‖ bytes without leading zeros`: short for small numbers, and in their order.
    fn push(&self, out: &mut Vec<u8>) {
        let bytes = self.to_be_bytes();
        let short = significant(&bytes);
        match short {
            [] => out.push(0),
            [byte] if *byte <= KEY_BYTE_MAX => out.push(*byte),
            _ => {
                out.extend(u8::try_from(short.len()).ok().and_then(|len| len.checked_add(KEY_BYTE_MAX)));
                out.extend_from_slice(short);
            }
        }
    }
}

impl Key for &str {
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Key for &[u8] {
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl Key for (&str, &str) {
    /// The first text is closed by a zero byte, which no address, denom or asset holds.
    fn push(&self, out: &mut Vec<u8>) {
        self.0.push(out);
        out.push(0);
        self.1.push(out);
    }
}

impl<B: Key> Key for (u64, B) {
    fn push(&self, out: &mut Vec<u8>) {
        self.0.push(out);
        self.1.push(out);
    }
}

/// Rows of type `V` under keys `tag ‖ K`.
pub struct PackedMap<K, V> {
    tag: u8,
    types: PhantomData<(K, V)>,
}

impl<K: Key, V: Packed> PackedMap<K, V> {
    /// A map under `tag`.
    pub const fn new(tag: u8) -> Self {
        Self { tag, types: PhantomData }
    }

    fn key(&self, key: &K) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        bytes.push(self.tag);
        key.push(&mut bytes);
        bytes
    }

    /// The row, if there is one.
    pub fn may_load(&self, storage: &dyn Storage, key: K) -> Result<Option<V>, ProtocolError> {
        storage.get(&self.key(&key)).map(|bytes| decode(&bytes)).transpose()
    }

    /// The row; a missing one is reported as one of zero bytes.
    pub fn load(&self, storage: &dyn Storage, key: K) -> Result<V, ProtocolError> {
        decode(&storage.get(&self.key(&key)).unwrap_or_default())
    }

    /// Whether there is a row.
    pub fn has(&self, storage: &dyn Storage, key: K) -> bool {
        storage.get(&self.key(&key)).is_some()
    }

    /// Writes the row.
    pub fn save(&self, storage: &mut dyn Storage, key: K, row: &V) {
        let mut bytes = Vec::with_capacity(128);
        row.pack(&mut bytes);
        storage.set(&self.key(&key), &bytes);
    }

    /// Deletes the row, if there is one.
    pub fn remove(&self, storage: &mut dyn Storage, key: K) {
        storage.remove(&self.key(&key));
    }

    /// The row with the highest key in `from..=to`: one step of an iterator, however many rows there are.
    pub fn newest(&self, storage: &dyn Storage, from: K, to: K) -> Result<Option<V>, ProtocolError> {
        self.descending(storage, from, to).next().transpose()
    }

    /// The rows with keys in `from..=to`, highest key first.
    pub fn descending<'a>(
        &self,
        storage: &'a dyn Storage,
        from: K,
        to: K,
    ) -> impl Iterator<Item = Result<V, ProtocolError>> + use<'a, K, V> {
        self.range(storage, from, to, Order::Descending)
    }

    /// The rows with keys in `from..=to`, lowest key first.
    pub fn ascending<'a>(
        &self,
        storage: &'a dyn Storage,
        from: K,
        to: K,
    ) -> impl Iterator<Item = Result<V, ProtocolError>> + use<'a, K, V> {
        self.range(storage, from, to, Order::Ascending)
    }

    fn range<'a>(
        &self,
        storage: &'a dyn Storage,
        from: K,
        to: K,
        order: Order,
    ) -> impl Iterator<Item = Result<V, ProtocolError>> + use<'a, K, V> {
        let (start, end) = (self.key(&from), after(self.key(&to)));
        storage.range(Some(&start), Some(&end), order).map(|(_, bytes)| decode(&bytes))
    }
}

impl<V: Packed> PackedMap<u64, V> {
    /// The rows with keys in `from..=to` and their keys, highest first.
    pub fn numbered<'a>(
        &self,
        storage: &'a dyn Storage,
        from: u64,
        to: u64,
    ) -> impl Iterator<Item = Result<(u64, V), ProtocolError>> + use<'a, V> {
        let (start, end) = (self.key(&from), after(self.key(&to)));
        storage
            .range(Some(&start), Some(&end), Order::Descending)
            .map(|(key, bytes)| Ok((number(key.get(1..).unwrap_or_default())?, decode(&bytes)?)))
    }
}

impl<V: Packed> PackedMap<&str, V> {
    /// All rows with their text keys, lowest first. Only for maps whose size is bounded at instantiation.
    pub fn all<'a>(
        &self,
        storage: &'a dyn Storage,
    ) -> impl Iterator<Item = Result<(String, V), ProtocolError>> + use<'a, V> {
        let start = [self.tag];
        let end = self.tag.checked_add(1).map(|next| [next]);
        let end = end.as_ref().map(<[u8; 1]>::as_slice);
        storage
            .range(Some(&start), end, Order::Ascending)
            .map(|(key, bytes)| Ok((text(key.get(1..).unwrap_or_default()), decode(&bytes)?)))
    }
}

impl<V: Packed> PackedMap<(u64, &str), V> {
    /// All rows of a number with their texts, lowest first. Only for maps that hold a bounded number of texts for each.
    pub fn named<'a>(
        &self,
        storage: &'a dyn Storage,
        number: u64,
    ) -> impl Iterator<Item = Result<(String, V), ProtocolError>> + use<'a, V> {
        let start = self.key(&(number, ""));
        // No text holds this byte.
        let end = [start.as_slice(), &[u8::MAX]].concat();
        let texts_at = start.len();
        storage
            .range(Some(&start), Some(&end), Order::Ascending)
            .map(move |(key, bytes)| Ok((text(key.get(texts_at..).unwrap_or_default()), decode(&bytes)?)))
    }
}

/// Reads a numeric key back.
fn number(key: &[u8]) -> Result<u64, ProtocolError> {
    let mut reader = Reader::new("stored key", key);
    let first = reader.u8()?;
    let number = match first.checked_sub(KEY_BYTE_MAX) {
        None | Some(0) => u128::from(first),
        Some(len) => reader.number(len.into())?,
    };
    reader.finish()?;
    u64::try_from(number).map_err(|_| ProtocolError::Overflow { what: "stored key" })
}

/// The lowest key above `key`.
fn after(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

fn decode<V: Packed>(bytes: &[u8]) -> Result<V, ProtocolError> {
    let mut reader = Reader::new(V::WHAT, bytes);
    let row = V::read(&mut reader)?;
    reader.finish()?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    const AMOUNTS: PackedMap<(u64, u64), u128> = PackedMap::new(0x7e);
    const NAMED: PackedMap<(u64, &str), u128> = PackedMap::new(0x7d);

    #[test]
    fn a_row_comes_back_and_a_damaged_one_is_refused() {
        let mut storage = MockStorage::new();
        AMOUNTS.save(&mut storage, (1, 2), &7);
        assert_eq!(AMOUNTS.load(&storage, (1, 2)).unwrap(), 7);
        assert_eq!(AMOUNTS.may_load(&storage, (1, 3)).unwrap(), None);
        let missing = ProtocolError::Length { what: "stored amount", expected: 1, actual: 0 };
        assert_eq!(AMOUNTS.load(&storage, (1, 3)).unwrap_err(), missing);
        // The key by hand: its tag, then each number.
        let damaged: [&[u8]; 5] = [&[1], &[1, 5, 0], &[2, 5], &[17; 18], &[255]];
        for row in damaged {
            storage.set(&[0x7e, 1, 3], row);
            assert!(AMOUNTS.load(&storage, (1, 3)).is_err(), "{row:?}");
        }
        storage.set(&[0x7e, 1, 3], &[2, 1, 0]);
        assert_eq!(AMOUNTS.load(&storage, (1, 3)).unwrap(), 256);
    }

    #[test]
    fn amounts_come_back_and_keys_keep_their_order() {
        let mut storage = MockStorage::new();
        let bits = (0..128).map(|bit| 1u128 << bit).flat_map(|power| [power - 1, power, power | 1]);
        for amount in bits.chain([u128::MAX]) {
            AMOUNTS.save(&mut storage, (0, 0), &amount);
            assert_eq!(AMOUNTS.load(&storage, (0, 0)).unwrap(), amount);
        }
        let key = |number: u64| {
            let mut bytes = Vec::new();
            (number, number).push(&mut bytes);
            bytes
        };
        let mut numbers: Vec<u64> =
            (0..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit]).chain(240..260).chain([u64::MAX]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(key(0xf7), [0xf7, 0xf7]);
        assert_eq!(key(0xf8), [0xf8, 0xf8, 0xf8, 0xf8]);
        assert_eq!(key(0x1234), [0xf9, 0x12, 0x34, 0xf9, 0x12, 0x34]);
        assert_eq!(key(u64::MAX), [255; 18]);
        assert!(numbers.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
    }

    #[test]
    fn the_newest_row_stays_inside_its_range() {
        let mut storage = MockStorage::new();
        for (campaign, epoch) in [(1, 0), (1, 5), (1, 9), (2, 1)] {
            AMOUNTS.save(&mut storage, (campaign, epoch), &u128::from(campaign * 100 + epoch));
        }
        let newest = |campaign, epoch| AMOUNTS.newest(&storage, (campaign, 0), (campaign, epoch)).unwrap();
        assert_eq!(newest(1, 5), Some(105));
        assert_eq!(newest(1, 8), Some(105));
        assert_eq!(newest(1, u64::MAX), Some(109));
        let upwards: Result<Vec<_>, _> = AMOUNTS.ascending(&storage, (1, 5), (2, 0)).collect();
        assert_eq!(upwards.unwrap(), [105, 109]);
        assert_eq!(newest(2, 0), None);
        assert_eq!(newest(3, 9), None);
        let rising: Result<Vec<_>, _> = AMOUNTS.ascending(&storage, (1, 1), (1, 9)).collect();
        assert_eq!(rising.unwrap(), [105, 109]);
        let falling: Result<Vec<_>, _> = AMOUNTS.descending(&storage, (1, 0), (1, 8)).collect();
        assert_eq!(falling.unwrap(), [105, 100]);
        AMOUNTS.remove(&mut storage, (1, 5));
        assert!(!AMOUNTS.has(&storage, (1, 5)) && AMOUNTS.has(&storage, (1, 9)));
    }

    #[test]
    fn numbered_rows_come_with_their_numbers() {
        const NUMBERED: PackedMap<u64, u128> = PackedMap::new(0x7c);
        let mut storage = MockStorage::new();
        let numbers = [0, 1, 0xf7, 0xf8, 0x1234, u64::MAX];
        for number in numbers {
            NUMBERED.save(&mut storage, number, &u128::from(number));
        }
        let all: Result<Vec<_>, _> = NUMBERED.numbered(&storage, 1, u64::MAX).collect();
        let expected: Vec<_> = numbers[1..].iter().rev().map(|n| (*n, u128::from(*n))).collect();
        assert_eq!(all.unwrap(), expected);
    }

    #[test]
    fn named_rows_come_in_order() {
        let mut storage = MockStorage::new();
        for (number, text, amount) in [(7, "b", 2), (7, "a", 1), (6, "z", 9), (8, "a", 9), (0x1234, "~", 4)] {
            NAMED.save(&mut storage, (number, text), &amount);
        }
        AMOUNTS.save(&mut storage, (0, 0), &3);
        let all = |number| NAMED.named(&storage, number).collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(all(7), [("a".to_string(), 1), ("b".to_string(), 2)]);
        assert_eq!(all(0x1234), [("~".to_string(), 4)]);
        assert_eq!(all(0x12), []);
    }
}
