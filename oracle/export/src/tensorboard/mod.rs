//! Training curves as an event file that TensorBoard opens.
//!
//! A file is a sequence of TFRecords, `length u64 ‖ masked crc of the length u32 ‖ event ‖ masked crc of the event u32`
//! (little-endian); the crc is CRC-32C, masked by `rotate right 15, add 0xa282ead8`. Losses are the `simple_value` of a
//! summary: single precision is all that the format has for scalars that every version shows.

pub mod messages;

use attention_model::Curve;
use prost::Message;

use self::messages::{Event, Summary, SummaryValue};
use crate::ExportError;

/// What the first event of a file says.
const FILE_VERSION: &str = "brain.Event:2";
/// Added when a crc is masked.
const MASK: u64 = 0xa282_ead8;

/// The name of an event file written at this time; TensorBoard looks for `tfevents` in it.
pub fn file_name(wall_time_s: u64) -> String {
    format!("events.out.tfevents.{wall_time_s:010}.attention")
}

/// The tag under which a curve's losses stand: `loss/training` or `loss/validation`, and if there are several curves the number
/// of the curve from 1.
pub fn tag(what: &str, curve: usize, curves: usize) -> String {
    if curves > 1 { format!("loss/{what}/{}", curve + 1) } else { format!("loss/{what}") }
}

/// An event file of the losses of every step of the curves; a step is an epoch or a round, from 1.
///
/// # Errors
/// [`ExportError::NotFinite`] naming the first loss beyond the range of single precision.
pub fn encode(curves: &[Curve], wall_time_s: u64) -> Result<Vec<u8>, ExportError> {
    // Unix seconds are far below 2^53.
    let wall_time = wall_time_s as f64;
    let mut out = Vec::new();
    let version = Event { wall_time, file_version: Some(FILE_VERSION.into()), ..Default::default() };
    write_record(&mut out, &version);
    let steps = curves.iter().map(|curve| curve.epochs.len()).max().unwrap_or(0);
    for step in 0..steps {
        let mut value = Vec::new();
        for (number, curve) in curves.iter().enumerate() {
            let Some(losses) = curve.epochs.get(step) else { continue };
            let both = [("training", Some(losses.training)), ("validation", losses.validation)];
            for (what, loss) in both {
                let Some(loss) = loss else { continue };
                let tag = tag(what, number, curves.len());
                let simple_value = loss as f32;
                if !simple_value.is_finite() {
                    return Err(ExportError::NotFinite {
                        what: format!("{tag} of step {}", step + 1),
                        value: loss,
                    });
                }
                value.push(SummaryValue { tag, simple_value: Some(simple_value) });
            }
        }
        // At most as many as there are epochs or rounds.
        let step = step as i64 + 1;
        write_record(
            &mut out,
            &Event { wall_time, step, summary: Some(Summary { value }), ..Default::default() },
        );
    }
    Ok(out)
}

fn write_record(out: &mut Vec<u8>, event: &Event) {
    let data = event.encode_to_vec();
    let length = (data.len() as u64).to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&masked_crc(&length).to_le_bytes());
    out.extend_from_slice(&data);
    out.extend_from_slice(&masked_crc(&data).to_le_bytes());
}

/// The crc that TFRecords carry: not the plain one, so that a crc of data which hold crcs stays meaningful.
fn masked_crc(data: &[u8]) -> u32 {
    let rotated = u64::from(crc32c::crc32c(data).rotate_right(15));
    // The sum modulo 2^32.
    ((rotated + MASK) & u64::from(u32::MAX)) as u32
}
