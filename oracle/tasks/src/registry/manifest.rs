//! The manifest: every version, its stage, and the history of changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entry::{Action, Change, Entry, Evidence, NewEntry, Stage};
use crate::{Task, TaskError};

/// Most versions of all names.
pub const ENTRIES_MAX: usize = 10_000;
/// Most changes that are kept.
pub const HISTORY_MAX: usize = 100_000;
/// Longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest account of where a model is from, in bytes.
const CREATED_FROM_BYTES_MAX: usize = 1_024;
/// Largest manifest that is read, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 1 << 27;
/// What the first field of a manifest says.
const FORMAT: &str = "attention-registry-2";
/// What it said when registries held models of tables only: still read, and written as [`FORMAT`] with the next change.
const FORMAT_1: &str = "attention-registry-1";

/// All versions and changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    entries: Vec<Entry>,
    history: Vec<Change>,
}

/// What says how the rest is to be read.
#[derive(Deserialize)]
struct Format {
    format: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { format: FORMAT.into(), entries: Vec::new(), history: Vec::new() }
    }
}

fn refused<T>(problem: String) -> Result<T, TaskError> {
    Err(TaskError::Registry(problem))
}

impl Manifest {
    /// The file.
    ///
    /// # Errors
    /// [`TaskError::Registry`]; never for what this type holds.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let mut bytes =
            serde_json::to_vec_pretty(self).map_err(|error| TaskError::Registry(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file and checks that stages and versions follow from the history, and that it is written as
    /// [`Manifest::to_bytes`] writes it. A file of format 1, which held models of tables only, is read too.
    ///
    /// # Errors
    /// [`TaskError::Registry`] with what is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return refused(format!("the manifest is longer than {MANIFEST_BYTES_MAX} bytes"));
        }
        let unreadable = |error: serde_json::Error| TaskError::Registry(error.to_string());
        // Before anything else, as another format may have other fields.
        let Format { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format != FORMAT && format != FORMAT_1 {
            return refused(format!(
                "the format is {format:?}; this program reads {FORMAT:?} and {FORMAT_1:?}"
            ));
        }
        let mut read: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        read.check()?;
        if format == FORMAT_1 {
            if let Some(Entry { name, version, task, .. }) =
                read.entries.iter().find(|entry| entry.task != Task::Interest)
            {
                let task = task.name();
                return refused(format!(
                    "{name}@{version} is of the task {task}; {FORMAT_1:?} knows tables only"
                ));
            }
            read.format = FORMAT.into();
        } else if read.to_bytes()? != bytes {
            return refused("the manifest is not written in the canonical way".into());
        }
        Ok(read)
    }

    /// All versions, in the order of their adding.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All changes, in order.
    pub fn history(&self) -> &[Change] {
        &self.history
    }

    /// The champion of a name.
    pub fn champion(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name && entry.stage == Stage::Champion)
    }

    /// The version that `NAME@VERSION` names; `NAME` alone is its newest.
    ///
    /// # Errors
    /// [`TaskError::Registry`] with the names or versions there are.
    pub fn find(&self, reference: &str) -> Result<&Entry, TaskError> {
        let (name, version) =
            reference.split_once('@').map_or((reference, None), |(name, v)| (name, Some(v)));
        let mut of_name = self.entries.iter().filter(|entry| entry.name == name);
        let found = match version {
            None => of_name.next_back(),
            Some(version) => of_name.find(|entry| entry.version.to_string() == version),
        };
        if let Some(entry) = found {
            return Ok(entry);
        }
        let names: BTreeSet<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        if names.contains(name) {
            let versions = self.entries.iter().filter(|entry| entry.name == name).count();
            return refused(format!("{reference:?} is not here; {name} has versions 1 to {versions}"));
        }
        let known = if names.is_empty() {
            "nothing yet".into()
        } else {
            names.into_iter().collect::<Vec<_>>().join(", ")
        };
        refused(format!("{reference:?} is not here; here are {known}"))
    }

    /// The version that `NAME@VERSION` names ([`Manifest::find`]), and the champion that it has to be better than.
    ///
    /// # Errors
    /// [`TaskError::Registry`] as [`Manifest::find`]; if it is the champion itself, or of another task than the champion.
    pub fn challenge(&self, reference: &str) -> Result<(&Entry, Option<&Entry>), TaskError> {
        let challenger = self.find(reference)?;
        let champion = self.champion(&challenger.name);
        if champion == Some(challenger) {
            let Entry { name, version, .. } = challenger;
            return refused(format!("{name}@{version} is the champion: name a challenger"));
        }
        champion.map_or(Ok(()), |champion| same_task(challenger, champion))?;
        Ok((challenger, champion))
    }

    /// Adds a version as a candidate.
    ///
    /// # Errors
    /// [`TaskError::Registry`] for a name or text out of range, a full registry, or a file that the name has already.
    pub fn add(&mut self, new: NewEntry, at_s: i64) -> Result<&Entry, TaskError> {
        let NewEntry { name, task, sha256, bytes, spec_hash, data_hash, from_s, metrics_micro, created_from } =
            new;
        check_name(&name)?;
        if created_from.len() > CREATED_FROM_BYTES_MAX {
            return refused(format!("where it is from takes more than {CREATED_FROM_BYTES_MAX} bytes"));
        }
        if let Some(same) = self.entries.iter().find(|entry| entry.name == name && entry.sha256 == sha256) {
            return refused(format!("this very model is {name}@{} already", same.version));
        }
        if self.entries.len() >= ENTRIES_MAX {
            return refused(format!("{ENTRIES_MAX} versions are kept already"));
        }
        // At most ENTRIES_MAX.
        let version = self.entries.iter().filter(|entry| entry.name == name).count() as u32 + 1;
        self.change(Change {
            at_s,
            action: Action::Add,
            name: name.clone(),
            version,
            replaced: None,
            forced: false,
            evidence: None,
        })?;
        self.entries.push(Entry {
            name,
            version,
            task,
            sha256,
            bytes,
            spec_hash,
            data_hash,
            from_s,
            metrics_micro,
            created_from,
            added_s: at_s,
            stage: Stage::Candidate,
        });
        let place = self.entries.len() - 1;
        Ok(&self.entries[place])
    }

    /// Makes a version the champion of its name; the one before is archived.
    ///
    /// # Errors
    /// [`TaskError::Registry`] if it is unknown, the champion already, or of another task than the champion.
    pub fn promote(
        &mut self,
        name: &str,
        version: u32,
        evidence: Option<Evidence>,
        forced: bool,
        at_s: i64,
    ) -> Result<(), TaskError> {
        let promoted = self.find(&format!("{name}@{version}"))?;
        if promoted.stage == Stage::Champion {
            return refused(format!("{name}@{version} is the champion already"));
        }
        let champion = self.champion(name);
        champion.map_or(Ok(()), |champion| same_task(promoted, champion))?;
        let replaced = champion.map(|entry| entry.version);
        let name = name.to_owned();
        self.change(Change {
            at_s,
            action: Action::Promote,
            name: name.clone(),
            version,
            replaced,
            forced,
            evidence,
        })?;
        self.restage(&name, version);
        Ok(())
    }

    /// Takes the last promotion of a name back: the champion before it is champion again. Its version.
    ///
    /// # Errors
    /// [`TaskError::Registry`] if there is none.
    pub fn rollback(&mut self, name: &str, at_s: i64) -> Result<u32, TaskError> {
        let champions = self.champions(name);
        let [.., version, replaced] = champions[..] else {
            let have = if champions.is_empty() { "no champion" } else { "no champion before this one" };
            return refused(format!("{name} has {have} to go back to"));
        };
        let (name, replaced) = (name.to_owned(), Some(replaced));
        let change = Change {
            at_s,
            action: Action::Rollback,
            name: name.clone(),
            version,
            replaced,
            forced: false,
            evidence: None,
        };
        self.change(change)?;
        self.restage(&name, version);
        Ok(version)
    }

    /// What the history says: the champions of a name that were not taken back, the present one last.
    fn champions(&self, name: &str) -> Vec<u32> {
        let mut stack = Vec::new();
        for change in self.history.iter().filter(|change| change.name == name) {
            follow(&mut stack, change);
        }
        stack
    }

    fn change(&mut self, change: Change) -> Result<(), TaskError> {
        if self.history.len() >= HISTORY_MAX {
            return refused(format!("{HISTORY_MAX} changes are kept already"));
        }
        self.history.push(change);
        Ok(())
    }

    fn restage(&mut self, name: &str, champion: u32) {
        for entry in self.entries.iter_mut().filter(|entry| entry.name == name) {
            if entry.version == champion {
                entry.stage = Stage::Champion;
            } else if entry.stage == Stage::Champion {
                entry.stage = Stage::Archived;
            }
        }
    }

    fn check(&self) -> Result<(), TaskError> {
        if self.entries.len() > ENTRIES_MAX || self.history.len() > HISTORY_MAX {
            return refused(format!("more than {ENTRIES_MAX} versions or {HISTORY_MAX} changes"));
        }
        let mut champions: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut promoted: BTreeSet<(&str, u32)> = BTreeSet::new();
        for change in self.history.iter().filter(|change| change.action != Action::Add) {
            follow(champions.entry(&change.name).or_default(), change);
            promoted.insert((&change.name, change.version));
        }
        let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
        let mut first_promoted: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in &self.entries {
            let (name, version) = (entry.name.as_str(), entry.version);
            check_name(name)?;
            let last = versions.entry(name).or_insert(0);
            if version != *last + 1 {
                return refused(format!("{name}@{version} follows version {last}"));
            }
            *last = version;
            if promoted.contains(&(name, version)) {
                same_task(entry, first_promoted.entry(name).or_insert(entry))?;
            }
            let wanted = match champions.get(name).and_then(|champions| champions.last()) {
                Some(champion) if *champion == version => Stage::Champion,
                _ if promoted.contains(&(name, version)) => Stage::Archived,
                _ => Stage::Candidate,
            };
            if entry.stage != wanted {
                return refused(format!(
                    "{name}@{version} is {:?}, by its history it must be {wanted:?}",
                    entry.stage
                ));
            }
        }
        let known =
            |change: &Change| versions.get(change.name.as_str()).is_some_and(|last| change.version <= *last);
        match self.history.iter().find(|change| !known(change)) {
            Some(change) => refused(format!(
                "the history speaks of {}@{}, which is not here",
                change.name, change.version
            )),
            None => Ok(()),
        }
    }
}

/// Champions of one name follow each other only within one task.
fn same_task(entry: &Entry, champion: &Entry) -> Result<(), TaskError> {
    if entry.task == champion.task {
        return Ok(());
    }
    refused(format!(
        "{}@{} is of the task {}, the champion {}@{} of the task {}: they cannot be compared; add it under another name",
        entry.name,
        entry.version,
        entry.task.name(),
        champion.name,
        champion.version,
        champion.task.name()
    ))
}

/// What a change does to the champions that were not taken back.
fn follow(champions: &mut Vec<u32>, change: &Change) {
    match change.action {
        Action::Add => {}
        Action::Promote => champions.push(change.version),
        Action::Rollback => drop(champions.pop()),
    }
}

fn check_name(name: &str) -> Result<(), TaskError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(plain) {
        return refused(format!(
            "the name {:?} must be 1 to {NAME_BYTES_MAX} letters, digits, '-', '_' or '.'",
            name.chars().take(NAME_BYTES_MAX).collect::<String>()
        ));
    }
    Ok(())
}
