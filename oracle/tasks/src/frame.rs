//! The frame of every file of a trained task: magic, version, task, what was decided as JSON, and the models.
//!
//! `"ATTNTASK" ‖ version u16 ‖ task u8 ‖ length u32 ‖ JSON ‖ body` (numbers big-endian). The JSON is compact, in the order of
//! its fields; whoever reads it writes it again and compares, so that one content has one string of bytes.

use crate::{TaskError, bundle::Task};

const MAGIC: &[u8; 8] = b"ATTNTASK";
const VERSION: u16 = 1;
/// Bytes before the JSON.
pub(crate) const HEADER_BYTES: usize = 15;

/// An error at a byte of a file.
pub(crate) fn bad(offset: usize, problem: impl Into<String>) -> TaskError {
    TaskError::Bundle { offset, problem: problem.into() }
}

/// The file of a task.
pub(crate) fn write(task: Task, json: &[u8], body: &[u8]) -> Result<Vec<u8>, TaskError> {
    let length = u32::try_from(json.len()).map_err(|error| bad(HEADER_BYTES, error.to_string()))?;
    let mut out = Vec::with_capacity(HEADER_BYTES + json.len() + body.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.push(task.number());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(json);
    out.extend_from_slice(body);
    Ok(out)
}

/// Task of a file, length of its JSON, and what follows the header.
pub(crate) fn header(bytes: &[u8]) -> Result<(Task, usize, &[u8]), TaskError> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Err(bad(bytes.len(), format!("shorter than its header of {HEADER_BYTES} bytes")));
    };
    let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, task, l0, l1, l2, l3] = *header;
    if [m0, m1, m2, m3, m4, m5, m6, m7] != *MAGIC {
        return Err(bad(0, "does not begin with ATTNTASK: it is no model that `train --out` wrote"));
    }
    let version = u16::from_be_bytes([v0, v1]);
    if version != VERSION {
        return Err(bad(
            8,
            format!("version {version}; this program reads {VERSION}: train the model again"),
        ));
    }
    let Some(task) = Task::ALL.into_iter().find(|known| known.number() == task) else {
        let known = Task::ALL.map(|known| format!("{} ({})", known.number(), known.name())).join(", ");
        return Err(bad(10, format!("unknown task {task}; this program knows {known}")));
    };
    let bytes_max = task.bytes_max();
    if bytes.len() > bytes_max {
        return Err(bad(bytes_max, format!("longer than {bytes_max} bytes")));
    }
    Ok((task, u32::from_be_bytes([l0, l1, l2, l3]) as usize, rest))
}

/// JSON and body of a file of one task.
pub(crate) fn read_task(bytes: &[u8], wanted: Task) -> Result<(&[u8], &[u8]), TaskError> {
    let (task, length, rest) = header(bytes)?;
    let Some((json, body)) = rest.split_at_checked(length) else {
        return Err(bad(11, format!("announces {length} bytes of JSON, {} are left", rest.len())));
    };
    if task != wanted {
        return Err(bad(10, format!("a model of the task {}, not {}", task.name(), wanted.name())));
    }
    Ok((json, body))
}
