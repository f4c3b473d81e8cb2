//! Event files are read back record by record; `scripts/test exports` has TensorBoard read them.

use attention_export::tensorboard::messages::Event;
use attention_export::tensorboard::{encode, file_name, tag};
use attention_model::{Curve, EpochLoss};
use prost::Message;

fn curve(losses: &[(f64, Option<f64>)]) -> Curve {
    let epochs = losses.iter().map(|&(training, validation)| EpochLoss { training, validation }).collect();
    Curve { epochs, best: 0 }
}

/// CRC-32C bit by bit, from its polynomial.
fn crc(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}

fn masked(data: &[u8]) -> u32 {
    (crc(data) >> 15 | crc(data) << 17).overflowing_add(0xa282_ead8).0
}

/// The events of a file, each record checked.
fn events(mut bytes: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at(8);
        let (length_crc, rest) = rest.split_at(4);
        let (data, rest) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let (data_crc, rest) = rest.split_at(4);
        assert_eq!(length_crc, masked(length).to_le_bytes());
        assert_eq!(data_crc, masked(data).to_le_bytes());
        events.push(Event::decode(data).unwrap());
        bytes = rest;
    }
    events
}

#[test]
fn the_crc_is_that_of_the_format() {
    // The check value of CRC-32C.
    assert_eq!(crc(b"123456789"), 0xe306_9283);
    // Every event file ever written begins with these bytes: 24 and its crc.
    let bytes = encode(&[], 1_700_000_000).unwrap();
    assert_eq!(bytes[..12], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
    let events = events(&bytes);
    assert_eq!((events.len(), events[0].wall_time), (1, 1_700_000_000.0));
    assert_eq!(events[0].file_version.as_deref(), Some("brain.Event:2"));
}

#[test]
fn losses_stand_under_their_tags() {
    let first = curve(&[(0.5, Some(0.75)), (0.25, Some(0.5))]);
    let second = curve(&[(1.5, None)]);
    let written = events(&encode(&[first.clone(), second], 9).unwrap());
    let told = |event: &Event| -> Vec<(String, f32)> {
        let values = &event.summary.as_ref().unwrap().value;
        values.iter().map(|value| (value.tag.clone(), value.simple_value.unwrap())).collect()
    };
    let named = |name: &str, value: f32| (name.to_owned(), value);
    assert_eq!((written.len(), written[1].step, written[2].step), (3, 1, 2));
    assert_eq!(
        told(&written[1]),
        [named("loss/training/1", 0.5), named("loss/validation/1", 0.75), named("loss/training/2", 1.5)]
    );
    assert_eq!(told(&written[2]), [named("loss/training/1", 0.25), named("loss/validation/1", 0.5)]);
    assert_eq!(told(&events(&encode(&[first], 9).unwrap())[1])[0], named("loss/training", 0.5));
    assert_eq!(tag("validation", 0, 1), "loss/validation");
    assert_eq!(file_name(1_700_000_000), "events.out.tfevents.1700000000.attention");
}

#[test]
fn losses_beyond_single_precision_are_refused() {
    let error = encode(&[curve(&[(1.0, None), (1e39, None)])], 9).unwrap_err().to_string();
    assert!(error.starts_with("loss/training of step 2 is 1000000000"), "{error}");
}
