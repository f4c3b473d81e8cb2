//! Whose behaviour may be used: what accounts declared on chain, as in force at the start of an epoch's window.
//!
//! A declaration made in epoch t counts from a later epoch on, so the table of epoch e no longer changes once e has begun:
//! every operator reads the same one, whenever it reads. Who never declared anything has consented by linking the wallet.

use std::collections::{BTreeMap, BTreeSet};

use attention_features::UserId;
use attention_protocol::AccountId;
use attention_protocol::hash::{Hash, ZERO_HASH, sha256};
use thiserror::Error;

use crate::links::{LinkTable, push_lp};

/// Most changes of a deployment that are read.
pub const CONSENT_CHANGES_MAX: usize = 4_000_000;

/// One declaration, as the contract recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentChange {
    /// Its number; they run from 1 without gaps.
    pub sequence: u64,
    /// Whose.
    pub account: AccountId,
    /// Given, or withdrawn.
    pub granted: bool,
    /// The first epoch it counts for.
    pub from_epoch: u64,
}

/// Why a change cannot be the next one. The contract never records such a thing: the node that tells it is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConsentError {
    /// A number that does not follow: changes are missing, repeated or out of order.
    #[error("consent change {found} follows change {last}: changes between them are missing, or come twice")]
    Sequence {
        /// Number of the newest known change.
        last: u64,
        /// Number of this one.
        found: u64,
    },
    /// The list does not begin with its first change.
    #[error("the first consent change has number {found}, must be 1: changes before it are missing")]
    First {
        /// Its number.
        found: u64,
    },
    /// It counts from an earlier epoch than one recorded before it.
    #[error(
        "consent change {sequence} counts from epoch {found}, the change before it from epoch {last}: time runs backwards"
    )]
    Epoch {
        /// Its number.
        sequence: u64,
        /// First epoch of the change before.
        last: u64,
        /// Its own.
        found: u64,
    },
    /// Too many.
    #[error("more than {CONSENT_CHANGES_MAX} consent changes")]
    TooMany,
}

/// All changes, oldest first, without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentLog {
    changes: Vec<ConsentChange>,
}

impl ConsentLog {
    /// Adds the next change.
    ///
    /// # Errors
    /// [`ConsentError`]; the log stays as it was.
    pub fn push(&mut self, change: ConsentChange) -> Result<(), ConsentError> {
        if self.changes.len() >= CONSENT_CHANGES_MAX {
            return Err(ConsentError::TooMany);
        }
        let (sequence, found) = (change.sequence, change.from_epoch);
        match self.changes.last() {
            None if sequence != 1 => return Err(ConsentError::First { found: sequence }),
            Some(last) if last.sequence.checked_add(1) != Some(sequence) => {
                return Err(ConsentError::Sequence { last: last.sequence, found: sequence });
            }
            Some(last) if found < last.from_epoch => {
                return Err(ConsentError::Epoch { sequence, last: last.from_epoch, found });
            }
            _ => {}
        }
        self.changes.push(change);
        Ok(())
    }

    /// Adds a page of changes, all or none of them.
    ///
    /// # Errors
    /// [`ConsentError`]; the log stays as it was.
    pub fn extend(&mut self, page: impl IntoIterator<Item = ConsentChange>) -> Result<(), ConsentError> {
        let before = self.changes.len();
        let added = page.into_iter().try_for_each(|change| self.push(change));
        if added.is_err() {
            self.changes.truncate(before);
        }
        added
    }

    /// Number of the newest change.
    pub fn newest(&self) -> Option<u64> {
        self.changes.last().map(|change| change.sequence)
    }

    /// All changes, oldest first.
    pub fn changes(&self) -> &[ConsentChange] {
        &self.changes
    }

    /// What is in force at the start of the window of `epoch`: of each account the newest declaration that counts from
    /// that epoch or an earlier one.
    pub fn at(&self, epoch: u64) -> ConsentTable {
        let end = self.changes.partition_point(|change| change.from_epoch <= epoch);
        let in_force = self.changes.iter().take(end);
        ConsentTable { granted: in_force.map(|change| (change.account.clone(), change.granted)).collect() }
    }
}

/// What is in force in one epoch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentTable {
    granted: BTreeMap<AccountId, bool>,
}

impl ConsentTable {
    /// Whether the account's consent is withdrawn.
    pub fn is_withdrawn(&self, account: &AccountId) -> bool {
        self.granted.get(account) == Some(&false)
    }

    /// The users whose wallet's consent is withdrawn: nothing they did may reach the engagement of the epoch.
    pub fn withdrawn_users(&self, links: &LinkTable) -> BTreeSet<UserId> {
        let withdrawn = self.granted.iter().filter(|(_, granted)| !**granted);
        withdrawn.filter_map(|(account, _)| links.user(account).cloned()).collect()
    }

    /// Accounts with a declaration in force.
    pub fn len(&self) -> usize {
        self.granted.len()
    }

    /// True if no declaration is in force.
    pub fn is_empty(&self) -> bool {
        self.granted.is_empty()
    }

    /// Every declaration in force, rising by account: `lp(account) ‖ granted u8`, where `lp(x) = u16 length ‖ x` and
    /// granted is 1 for given, 0 for withdrawn. Nothing else in the project writes or reads these bytes.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (account, granted) in &self.granted {
            push_lp(&mut bytes, account.as_slice());
            bytes.push(u8::from(*granted));
        }
        bytes
    }

    /// The table's hash in `input_root`: SHA-256 of [`canonical_bytes`](Self::canonical_bytes); zeros if it is empty.
    pub fn hash(&self) -> Hash {
        if self.is_empty() {
            return ZERO_HASH;
        }
        sha256(&[&self.canonical_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(byte: u8) -> AccountId {
        AccountId::try_from([byte; 20].as_slice()).unwrap()
    }

    fn change(sequence: u64, byte: u8, granted: bool, from_epoch: u64) -> ConsentChange {
        ConsentChange { sequence, account: account(byte), granted, from_epoch }
    }

    fn log(changes: &[ConsentChange]) -> ConsentLog {
        let mut log = ConsentLog::default();
        for change in changes {
            log.push(change.clone()).unwrap();
        }
        log
    }

    #[test]
    fn a_change_counts_from_its_epoch_on_and_the_newest_one_stands() {
        let log = log(&[
            change(1, 1, false, 3),
            change(2, 2, false, 3),
            change(3, 1, true, 3),
            change(4, 2, true, 5),
            change(5, 1, false, 5),
        ]);
        let withdrawn = |epoch| [1, 2].map(|byte| log.at(epoch).is_withdrawn(&account(byte)));
        assert_eq!(withdrawn(2), [false, false], "nothing was declared yet");
        assert!(log.at(2).is_empty());
        assert_eq!(withdrawn(3), [false, true], "of two declarations for one epoch the later stands");
        assert_eq!(withdrawn(4), withdrawn(3));
        assert_eq!(withdrawn(5), [true, false]);
        assert_eq!((log.at(5).len(), log.newest()), (2, Some(5)));
        assert!(!log.at(9).is_withdrawn(&account(3)), "who never declared anything has consented");
    }

    #[test]
    fn a_gap_a_repetition_or_a_step_back_is_refused() {
        let known = [change(1, 1, false, 3), change(2, 2, false, 4)];
        let push = |change| {
            let mut log = log(&known);
            let refused = log.push(change);
            assert_eq!(log.changes(), known, "nothing was added");
            refused
        };
        assert_eq!(push(change(4, 3, false, 4)), Err(ConsentError::Sequence { last: 2, found: 4 }));
        assert_eq!(push(change(2, 2, false, 4)), Err(ConsentError::Sequence { last: 2, found: 2 }));
        assert_eq!(push(change(1, 1, false, 3)), Err(ConsentError::Sequence { last: 2, found: 1 }));
        assert_eq!(push(change(3, 3, false, 3)), Err(ConsentError::Epoch { sequence: 3, last: 4, found: 3 }));
        for found in [0, 2] {
            let refused = ConsentLog::default().push(change(found, 1, false, 1));
            assert_eq!(refused, Err(ConsentError::First { found }));
        }
        let mut paged = log(&known);
        let page = [change(3, 3, true, 4), change(5, 3, true, 4)];
        assert_eq!(paged.extend(page.clone()), Err(ConsentError::Sequence { last: 3, found: 5 }));
        assert_eq!(paged.changes(), known, "all of a page or nothing");
        paged.extend(page.into_iter().take(1)).unwrap();
        assert_eq!(paged.newest(), Some(3));
        let mut last = ConsentLog { changes: vec![change(u64::MAX, 1, false, 1)] };
        let refused = last.push(change(0, 1, false, 1));
        assert_eq!(refused, Err(ConsentError::Sequence { last: u64::MAX, found: 0 }));
        let mut full = ConsentLog { changes: vec![change(1, 1, false, 1); CONSENT_CHANGES_MAX] };
        assert_eq!(full.push(change(2, 1, false, 1)), Err(ConsentError::TooMany));
    }

    /// The bytes written out by hand, and their hash as another program computes it.
    #[test]
    fn the_golden_table() {
        let table = log(&[change(1, 2, true, 0), change(2, 1, false, 0), change(3, 9, false, 1)]).at(0);
        let bytes = format!("0014{}000014{}01", "01".repeat(20), "02".repeat(20));
        assert_eq!(hex::encode(table.canonical_bytes()), bytes);
        let hash = "3aa95473e90e1caeef81d0d838811974c29eb1f2c75a2a22df991b346d9c84df";
        assert_eq!(hex::encode(table.hash()), hash);
        assert_eq!(ConsentTable::default().hash(), ZERO_HASH);
        let given = log(&[change(1, 2, true, 0), change(2, 1, true, 0)]).at(0);
        assert_ne!(given.hash(), table.hash());
    }

    #[test]
    fn users_are_found_by_their_wallet() {
        let user = |name: &str| UserId::new(name).unwrap();
        let links = LinkTable::new(vec![(user("ann"), account(1)), (user("bob"), account(2))]).unwrap();
        let table = log(&[change(1, 1, false, 0), change(2, 2, true, 0), change(3, 7, false, 0)]).at(0);
        assert_eq!(table.withdrawn_users(&links), BTreeSet::from([user("ann")]));
    }
}
