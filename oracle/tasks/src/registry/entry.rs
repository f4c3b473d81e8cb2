//! What a manifest says of a version, and of a change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::judged::Loss;
use crate::Task;

fn of_a_table() -> Task {
    Task::Interest
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Added, never champion.
    Candidate,
    /// The one in use.
    Champion,
    /// Champion once.
    Archived,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is a version of.
    pub name: String,
    /// From 1, without gaps.
    pub version: u32,
    /// What it predicts; manifests of format 1 know tables only.
    #[serde(default = "of_a_table")]
    pub task: Task,
    /// sha256 of the model's file.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// sha256 of the specification it was fitted by, if that is kept too.
    pub spec_hash: Option<String>,
    /// Hash of the data that it was measured on when it was added; see [`super::Rows::hash`].
    pub data_hash: Option<String>,
    /// From when on it was measured, unix seconds, where the task has it.
    #[serde(default)]
    pub from_s: Option<i64>,
    /// What was measured, in millionths.
    pub metrics_micro: BTreeMap<String, i64>,
    /// Where it is from, in the words of whoever added it.
    pub created_from: String,
    /// When it was added, unix seconds.
    pub added_s: i64,
    /// Where it stands.
    pub stage: Stage,
}

/// What is known of a model that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// As [`Entry::name`].
    pub name: String,
    /// As [`Entry::task`].
    pub task: Task,
    /// As [`Entry::sha256`].
    pub sha256: String,
    /// As [`Entry::bytes`].
    pub bytes: u64,
    /// As [`Entry::spec_hash`].
    pub spec_hash: Option<String>,
    /// As [`Entry::data_hash`].
    pub data_hash: Option<String>,
    /// As [`Entry::from_s`].
    pub from_s: Option<i64>,
    /// As [`Entry::metrics_micro`].
    pub metrics_micro: BTreeMap<String, i64>,
    /// As [`Entry::created_from`].
    pub created_from: String,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The version was added.
    Add,
    /// The version became champion.
    Promote,
    /// The version became champion again, because the one after it was taken back.
    Rollback,
}

/// What a promotion rested on, in millionths of the loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Hash of the data; see [`super::Rows::hash`].
    pub data_hash: String,
    /// From when on it was measured, unix seconds, where the task has it.
    #[serde(default)]
    pub from_s: Option<i64>,
    /// Rows.
    pub rows: u64,
    /// What was compared row by row; manifests of format 1 do not say it.
    #[serde(default)]
    pub loss: Option<Loss>,
    /// Mean of the challenger's loss less the champion's.
    pub difference_micro: i64,
    /// Its standard error.
    pub standard_error_micro: i64,
    /// By how much the challenger had to be better.
    pub margin_micro: u32,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When, unix seconds.
    pub at_s: i64,
    /// What was done.
    pub action: Action,
    /// To which name.
    pub name: String,
    /// To which version.
    pub version: u32,
    /// The champion before it.
    pub replaced: Option<u32>,
    /// True if the evidence was not enough and it was done all the same.
    pub forced: bool,
    /// What it rested on.
    pub evidence: Option<Evidence>,
}
