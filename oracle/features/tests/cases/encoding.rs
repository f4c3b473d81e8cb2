//! Canonical bytes of events: exact, injective, and carried by the leaf hash.

use attention_features::{
    AssetId, BehaviourEvent, EVENT_SALT_PUBLIC, EventId, EventKind, FeaturesError, ID_BYTES_MAX, SourceId,
    UserId, event_leaf,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn event() -> BehaviourEvent {
    BehaviourEvent {
        source: SourceId::new("s").unwrap(),
        event_id: EventId::new("id").unwrap(),
        user: UserId::new("u").unwrap(),
        kind: EventKind::Sale,
        asset: Some(AssetId(7)),
        counterparty: Some(UserId::new("v").unwrap()),
        quantity: 3,
        price: Some(5),
        event_time_s: 9,
        receive_time_s: 10,
    }
}

#[test]
fn bytes_by_definition() {
    let expected = "000173\
         00026964\
         000175\
         02\
         0100000007\
         01000176\
         0000000000000003\
         0100000000000000000000000000000005\
         0000000000000009\
         000000000000000a";
    assert_eq!(hex::encode(event().canonical_bytes()), expected);
    let bare = BehaviourEvent { asset: None, counterparty: None, price: None, ..event() };
    let expected = "000173000269640001750200000000000000000003000000000000000009000000000000000a";
    assert_eq!(hex::encode(bare.canonical_bytes()), expected);
    let leaf: [u8; 32] = Sha256::digest([&[3u8][..], &[0; 32], &event().canonical_bytes()].concat()).into();
    assert_eq!(event_leaf(&EVENT_SALT_PUBLIC, &event()), leaf);
    assert_ne!(event_leaf(&[1; 32], &event()), leaf);
}

#[test]
fn identifiers_are_limited() {
    assert!(UserId::new("x".repeat(ID_BYTES_MAX)).is_ok());
    for (value, problem) in [
        (String::new(), "empty"),
        ("x".repeat(ID_BYTES_MAX + 1), "too long"),
        ("a\nb".into(), "not printable"),
    ] {
        match UserId::new(value) {
            Err(FeaturesError::Identifier { problem: got, .. }) => assert_eq!(got, problem),
            other => panic!("{other:?}"),
        }
    }
    assert!(serde_json::from_str::<UserId>("\"\"").is_err());
}

#[test]
fn json_round_trip_keeps_large_prices() {
    let large = BehaviourEvent { price: Some(u128::MAX), ..event() };
    let text = serde_json::to_string(&large).unwrap();
    assert!(text.contains("\"340282366920938463463374607431768211455\""));
    assert_eq!(serde_json::from_str::<BehaviourEvent>(&text).unwrap(), large);
    let unknown = text.replacen('{', "{\"more\":1,", 1);
    assert!(serde_json::from_str::<BehaviourEvent>(&unknown).unwrap_err().to_string().contains("more"));
}

fn any_event() -> impl Strategy<Value = BehaviourEvent> {
    let id = "[ab]{1,3}";
    let kind = prop::sample::select(EventKind::ALL.to_vec());
    let ids = (id, id, id, proptest::option::of(id));
    let numbers = (0u64..3, proptest::option::of(0u128..3), 0i64..3, 0i64..3, proptest::option::of(0u32..3));
    (ids, kind, numbers).prop_map(|((source, name, user, other), kind, (quantity, price, at, got, asset))| {
        BehaviourEvent {
            source: SourceId::new(source).unwrap(),
            event_id: EventId::new(name).unwrap(),
            user: UserId::new(user).unwrap(),
            kind,
            asset: asset.map(AssetId),
            counterparty: other.map(|other| UserId::new(other).unwrap()),
            quantity,
            price,
            event_time_s: at,
            receive_time_s: got,
        }
    })
}

/// Reads canonical bytes back: what can be decoded to the very same event was encoded injectively.
fn decode(bytes: &[u8]) -> Option<BehaviourEvent> {
    struct Cursor<'a>(&'a [u8]);
    impl Cursor<'_> {
        fn take(&mut self, len: usize) -> Option<Vec<u8>> {
            let (head, tail) = (self.0.get(..len)?, self.0.get(len..)?);
            self.0 = tail;
            Some(head.to_vec())
        }
        fn number(&mut self, len: usize) -> Option<u128> {
            Some(self.take(len)?.iter().fold(0, |n, byte| n << 8 | u128::from(*byte)))
        }
        fn text(&mut self) -> Option<String> {
            let len = self.number(2)? as usize;
            String::from_utf8(self.take(len)?).ok()
        }
        fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
            match self.number(1)? {
                0 => Some(None),
                1 => read(self).map(Some),
                _ => None,
            }
        }
    }
    let mut cursor = Cursor(bytes);
    let event = BehaviourEvent {
        source: SourceId::new(cursor.text()?).ok()?,
        event_id: EventId::new(cursor.text()?).ok()?,
        user: UserId::new(cursor.text()?).ok()?,
        kind: match cursor.number(1)? {
            1 => EventKind::Purchase,
            2 => EventKind::Sale,
            3 => EventKind::Login,
            4 => EventKind::Session,
            5 => EventKind::Message,
            6 => EventKind::Friendship,
            7 => EventKind::AdView,
            8 => EventKind::Attendance,
            _ => return None,
        },
        asset: cursor.option(|c| c.number(4).map(|n| AssetId(n as u32)))?,
        counterparty: cursor.option(|c| UserId::new(c.text()?).ok())?,
        quantity: cursor.number(8)? as u64,
        price: cursor.option(|c| c.number(16))?,
        event_time_s: cursor.number(8)? as i64,
        receive_time_s: cursor.number(8)? as i64,
    };
    cursor.0.is_empty().then_some(event)
}

proptest! {
    #[test]
    fn encoding_is_injective(a in any_event(), b in any_event()) {
        prop_assert_eq!(a == b, a.canonical_bytes() == b.canonical_bytes());
        prop_assert_eq!(decode(&a.canonical_bytes()), Some(a));
    }
}
