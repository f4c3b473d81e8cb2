//! The file of trials: what was measured, one JSON object a line, so that a search that ended early goes on.
//!
//! The first line says of which search the others are; every other line is one evaluation, in the order of the search.
//! Numbers that decide are the bits of their f64 in hex: what is read back is what was measured.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Job, Metric};
use crate::TaskError;
use crate::validation::{Division, Mean};

/// Largest file that is read, in bytes.
pub const TRIALS_BYTES_MAX: usize = 1 << 28;
/// What the first field of a file says.
const FORMAT: &str = "attention-trials-1";

/// Everything that the evaluations depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub(super) format: String,
    pub(super) data_hash: String,
    pub(super) target: String,
    pub(super) ignore: Vec<String>,
    pub(super) categorical: Vec<String>,
    pub(super) allow_leak: Vec<String>,
    pub(super) time_column: Option<String>,
    pub(super) kinds: Vec<String>,
    pub(super) space_hash: String,
    pub(super) trials: u32,
    pub(super) metric: Metric,
    pub(super) division: Division,
    pub(super) folds: usize,
    pub(super) gap: i64,
    pub(super) eta: u32,
    pub(super) rungs: usize,
    pub(super) seed: u64,
}

impl Header {
    pub(super) fn format() -> String {
        FORMAT.into()
    }
}

/// What came of a trial on a rung.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The metric on each fold.
    Values(Vec<f64>),
    /// The estimator refused, and why.
    Failed(String),
}

impl Outcome {
    /// Mean and standard error over the folds; `None` if it failed.
    pub fn mean(&self) -> Option<Mean> {
        match self {
            Self::Values(values) => Some(Mean::of(values)),
            Self::Failed(_) => None,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    rung: usize,
    trial: u32,
    kind: String,
    params: Map<String, Value>,
    /// For people: the mean over the folds.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folds: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

/// What a file has to say to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTrials {
    /// The header, if it is whole.
    pub header: Option<Header>,
    /// Bytes up to the end of the last whole line: what follows was cut short by a crash.
    pub whole_bytes: usize,
    lines: Vec<Vec<u8>>,
}

fn json(value: &impl Serialize) -> Result<String, TaskError> {
    serde_json::to_string(value).map_err(|error| TaskError::Search(error.to_string()))
}

/// The first line of a file, with its end.
pub(super) fn header_line(header: &Header) -> Result<String, TaskError> {
    Ok(format!("{}\n", json(header)?))
}

/// The line of an evaluation, with its end.
pub(super) fn line(job: &Job, outcome: &Outcome) -> Result<String, TaskError> {
    let (folds, failed) = match outcome {
        Outcome::Values(values) => {
            (values.iter().map(|value| format!("{:016x}", value.to_bits())).collect(), None)
        }
        Outcome::Failed(why) => (Vec::new(), Some(why.clone())),
    };
    let line = Line {
        rung: job.rung,
        trial: job.trial,
        kind: job.kind.name().into(),
        params: job.params.clone(),
        value: outcome.mean().map(|mean| mean.mean),
        folds,
        failed,
    };
    Ok(format!("{}\n", json(&line)?))
}

/// Divides a file into its lines; a last line without an end is left out.
///
/// # Errors
/// [`TaskError::Search`] if the first line is no header of this format, or the file is too long.
pub fn read_trials(bytes: &[u8]) -> Result<ReadTrials, TaskError> {
    if bytes.len() > TRIALS_BYTES_MAX {
        return Err(TaskError::Search(format!("the trials file is longer than {TRIALS_BYTES_MAX} bytes")));
    }
    let whole_bytes = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let mut lines = bytes[..whole_bytes].split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec);
    let header = lines.next().map(|first| {
        let header: Result<Header, _> = serde_json::from_slice(&first);
        header.ok().filter(|header| header.format == FORMAT).ok_or_else(|| {
            TaskError::Search("line 1 of the trials file does not begin a search; is it another file?".into())
        })
    });
    Ok(ReadTrials { header: header.transpose()?, whole_bytes, lines: lines.collect() })
}

impl ReadTrials {
    /// Refuses the trials of another search.
    pub(super) fn check(&self, wanted: &Header) -> Result<(), TaskError> {
        let Some(found) = self.header.as_ref().filter(|found| *found != wanted) else { return Ok(()) };
        let fields = |header: &Header| serde_json::to_value(header).unwrap_or_default();
        let (found, wanted) = (fields(found), fields(wanted));
        let names = wanted.as_object().into_iter().flat_map(Map::keys);
        let differing = names.filter(|name| found[name.as_str()] != wanted[name.as_str()]);
        let told: Vec<String> = differing
            .map(|name| format!("{name} {} and not {}", found[name.as_str()], wanted[name.as_str()]))
            .collect();
        Err(TaskError::Search(format!(
            "the trials file is of another search, with {}; go on with what it was begun with, or name another file",
            told.join(", ")
        )))
    }

    /// The outcome at a place, which has to be that of `job` over so many folds; `None` beyond the end.
    pub(super) fn outcome(
        &self,
        place: usize,
        job: &Job,
        folds: usize,
    ) -> Result<Option<Outcome>, TaskError> {
        let Some(bytes) = self.lines.get(place) else { return Ok(None) };
        let refused =
            |problem: &str| TaskError::Search(format!("line {} of the trials file {problem}", place + 2));
        let line: Line =
            serde_json::from_slice(bytes).map_err(|error| refused(&format!("does not read: {error}")))?;
        let of_job = line.rung == job.rung
            && line.trial == job.trial
            && line.kind == job.kind.name()
            && line.params == job.params;
        if !of_job {
            return Err(refused(&format!(
                "is not trial {} of rung {}, as it must be; the file was changed: begin another",
                job.trial, job.rung
            )));
        }
        if let Some(why) = line.failed {
            return Ok(Some(Outcome::Failed(why)));
        }
        let values: Option<Vec<f64>> = line
            .folds
            .iter()
            .map(|text| {
                u64::from_str_radix(text, 16).ok().map(f64::from_bits).filter(|value| value.is_finite())
            })
            .collect();
        match values.filter(|values| values.len() == folds) {
            Some(values) => Ok(Some(Outcome::Values(values))),
            None => Err(refused(&format!("does not hold {folds} finite numbers"))),
        }
    }

    /// How many evaluations it holds.
    pub fn evaluations(&self) -> usize {
        self.lines.len()
    }
}
