//! The sign-once guard: for one configuration, epoch and revision, one digest, for ever.
//!
//! Two different signatures on one (configuration, epoch, revision) are equivocation, which is slashed. The guard stands
//! before the key: what is to be signed is durable before the key is touched, so a crash in between costs a signature,
//! never a second one.

use std::collections::BTreeMap;

use attention_protocol::Hash;
use attention_protocol::bytes::Reader;
use thiserror::Error;

use crate::journal::{Disk, Journal, JournalError, Record, RecordKind};

/// Bytes of a guard record: `config_digest 32 ‖ epoch u64 ‖ revision u32 ‖ digest 32`.
const RECORD_BYTES: usize = 76;

/// What may be signed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignKey {
    /// Digest of the configuration: chain, contract, operators.
    pub config_digest: Hash,
    /// The epoch.
    pub epoch: u64,
    /// The revision.
    pub revision: u32,
}

/// A digest that may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safe {
    /// Nothing was signed here yet.
    New,
    /// This very digest was.
    Same,
}

/// A digest that may not be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotSafe {
    /// Another digest stands there.
    #[error(
        "epoch {epoch} revision {revision}: digest {} was signed before; signing {} too would be equivocation",
        hex::encode(existing),
        hex::encode(wanted)
    )]
    Conflict {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What was signed.
        existing: Hash,
        /// What was asked for.
        wanted: Hash,
    },
    /// A newer epoch or revision was signed, and there is no record of this one.
    #[error(
        "epoch {epoch} revision {revision} lies before the newest signed one, epoch {newest_epoch} revision {newest_revision}, and there is no record of it"
    )]
    Regression {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// Epoch of the newest record of the configuration.
        newest_epoch: u64,
        /// Its revision.
        newest_revision: u32,
    },
}

/// Why a journal's records are no guard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuardError {
    /// A record of another length.
    #[error("a guard record has {len} bytes, must have {RECORD_BYTES}: the journal is another program's")]
    Length {
        /// Its length.
        len: usize,
    },
    /// Two records of one key.
    #[error("the journal itself holds two digests: {0}")]
    Conflict(NotSafe),
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError<E> {
    /// It may not be.
    #[error(transparent)]
    NotSafe(#[from] NotSafe),
    /// It could not be recorded.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key failed; the record stands, and the same digest may be tried again.
    #[error("the signing key: {0}")]
    Key(E),
}

/// Everything that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignGuard {
    signed: BTreeMap<SignKey, Hash>,
}

impl SignGuard {
    /// The guard that a journal's records make.
    ///
    /// # Errors
    /// [`GuardError`].
    pub fn from_records(records: &[Record]) -> Result<Self, GuardError> {
        let mut guard = Self::default();
        for record in records.iter().filter(|record| record.kind == RecordKind::Signed) {
            let (key, digest) = decode(&record.payload)?;
            guard.insert(key, digest).map_err(GuardError::Conflict)?;
        }
        Ok(guard)
    }

    /// Whether `digest` may be signed for `key`.
    ///
    /// # Errors
    /// [`NotSafe`].
    pub fn check(&self, key: &SignKey, digest: &Hash) -> Result<Safe, NotSafe> {
        let SignKey { epoch, revision, .. } = *key;
        match self.signed.get(key) {
            Some(existing) if existing == digest => return Ok(Safe::Same),
            Some(existing) => {
                return Err(NotSafe::Conflict { epoch, revision, existing: *existing, wanted: *digest });
            }
            None => {}
        }
        match self.newest(&key.config_digest) {
            Some(newest) if newest > key => {
                let (newest_epoch, newest_revision) = (newest.epoch, newest.revision);
                Err(NotSafe::Regression { epoch, revision, newest_epoch, newest_revision })
            }
            _ => Ok(Safe::New),
        }
    }

    /// Signs `digest` for `key`, unless another one was: the record is durable before `sign` is called.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_once<D: Disk, S, E>(
        &mut self,
        journal: &mut Journal<D>,
        key: SignKey,
        digest: Hash,
        sign: impl FnOnce(&Hash) -> Result<S, E>,
    ) -> Result<S, SignError<E>> {
        if self.check(&key, &digest)? == Safe::New {
            journal.append(RecordKind::Signed, &encode(&key, &digest))?;
            self.insert(key, digest)?;
        }
        sign(&digest).map_err(SignError::Key)
    }

    /// The newest record of a configuration.
    pub fn newest(&self, config_digest: &Hash) -> Option<&SignKey> {
        let of = |epoch, revision| SignKey { config_digest: *config_digest, epoch, revision };
        self.signed.range(of(0, 0)..=of(u64::MAX, u32::MAX)).next_back().map(|(key, _)| key)
    }

    /// What was signed for `key`.
    pub fn digest(&self, key: &SignKey) -> Option<&Hash> {
        self.signed.get(key)
    }

    /// Every record, rising by configuration, epoch and revision.
    pub fn iter(&self) -> impl Iterator<Item = (&SignKey, &Hash)> {
        self.signed.iter()
    }

    fn insert(&mut self, key: SignKey, digest: Hash) -> Result<(), NotSafe> {
        self.check(&key, &digest)?;
        self.signed.insert(key, digest);
        Ok(())
    }
}

fn encode(key: &SignKey, digest: &Hash) -> Vec<u8> {
    let mut out = Vec::with_capacity(RECORD_BYTES);
    out.extend(key.config_digest);
    out.extend(key.epoch.to_be_bytes());
    out.extend(key.revision.to_be_bytes());
    out.extend(digest);
    out
}

fn decode(payload: &[u8]) -> Result<(SignKey, Hash), GuardError> {
    let length = |_| GuardError::Length { len: payload.len() };
    let mut reader = Reader::new("guard record", payload);
    let key = SignKey {
        config_digest: reader.array().map_err(length)?,
        epoch: reader.u64().map_err(length)?,
        revision: reader.u32().map_err(length)?,
    };
    let digest = reader.array().map_err(length)?;
    reader.finish().map_err(length)?;
    Ok((key, digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::fake::FakeDisk;

    fn key(config: u8, epoch: u64, revision: u32) -> SignKey {
        SignKey { config_digest: [config; 32], epoch, revision }
    }

    /// What one attempt must come to.
    #[derive(Debug, PartialEq, Eq)]
    enum Expect {
        New,
        Same,
        Conflict,
        Regression,
    }

    fn attempt(guard: &SignGuard, key: &SignKey, digest: u8) -> Expect {
        match guard.check(key, &[digest; 32]) {
            Ok(Safe::New) => Expect::New,
            Ok(Safe::Same) => Expect::Same,
            Err(NotSafe::Conflict { .. }) => Expect::Conflict,
            Err(NotSafe::Regression { .. }) => Expect::Regression,
        }
    }

    /// Runs attempts (key, digest, expectation) in order on one journal, and again after a restart before each.
    fn run(cases: &[(SignKey, u8, Expect)]) {
        for restart in [false, true] {
            let mut opened = Journal::open(FakeDisk::default()).unwrap();
            let mut guard = SignGuard::default();
            for (at, (key, digest, expected)) in cases.iter().enumerate() {
                if restart {
                    opened = Journal::open(opened.journal.into_disk()).unwrap();
                    guard = SignGuard::from_records(&opened.records).unwrap();
                }
                assert_eq!(attempt(&guard, key, *digest), *expected, "case {at}, restart {restart}");
                let mut used = false;
                let outcome = guard.sign_once(&mut opened.journal, *key, [*digest; 32], |_| {
                    used = true;
                    Ok::<_, ()>(())
                });
                assert_eq!(outcome.is_ok(), used, "the key is touched only when it is safe");
                assert_eq!(used, matches!(expected, Expect::New | Expect::Same), "case {at}");
            }
        }
    }

    #[test]
    fn one_digest_per_key() {
        run(&[
            (key(1, 0, 0), 1, Expect::New),
            (key(1, 0, 0), 1, Expect::Same),
            (key(1, 0, 0), 2, Expect::Conflict),
            (key(1, 1, 0), 2, Expect::New),
            (key(1, 0, 0), 1, Expect::Same),
            (key(1, 0, 0), 2, Expect::Conflict),
        ]);
    }

    #[test]
    fn going_back_needs_a_record() {
        run(&[
            (key(1, 5, 1), 1, Expect::New),
            (key(1, 4, 9), 1, Expect::Regression),
            (key(1, 5, 0), 1, Expect::Regression),
            (key(1, 5, 2), 1, Expect::New),
            (key(1, 6, 0), 1, Expect::New),
            (key(1, 5, 1), 1, Expect::Same),
        ]);
    }

    #[test]
    fn configurations_are_apart() {
        run(&[
            (key(2, 7, 0), 1, Expect::New),
            (key(1, 0, 0), 2, Expect::New),
            (key(3, 0, 0), 3, Expect::New),
            (key(2, 6, 0), 1, Expect::Regression),
            (key(1, 0, 0), 1, Expect::Conflict),
        ]);
    }

    #[test]
    fn the_key_is_not_touched_when_the_record_cannot_be_written() {
        for kept in [0, 1, 50, 116] {
            let disk = FakeDisk { tear_after: Some(kept), ..FakeDisk::default() };
            let mut journal = Journal::open(disk).unwrap().journal;
            let mut guard = SignGuard::default();
            let signed = guard.sign_once(&mut journal, key(1, 0, 0), [1; 32], |_| -> Result<(), ()> {
                panic!("the key was touched")
            });
            assert!(matches!(signed, Err(SignError::Journal(_))));
            let opened = Journal::open(journal.into_disk()).unwrap();
            assert_eq!(SignGuard::from_records(&opened.records).unwrap(), SignGuard::default());
        }
    }

    #[test]
    fn a_key_that_fails_may_sign_the_same_again_only() {
        let mut journal = Journal::open(FakeDisk::default()).unwrap().journal;
        let mut guard = SignGuard::default();
        let failed = guard.sign_once(&mut journal, key(1, 0, 0), [1; 32], |_| Err::<(), _>("locked"));
        assert_eq!(failed, Err(SignError::Key("locked")));
        assert_eq!(attempt(&guard, &key(1, 0, 0), 1), Expect::Same);
        assert_eq!(attempt(&guard, &key(1, 0, 0), 2), Expect::Conflict);
    }

    #[test]
    fn records_of_another_length_are_refused() {
        let record = Record { kind: RecordKind::Signed, payload: vec![0; 75] };
        assert_eq!(SignGuard::from_records(&[record]), Err(GuardError::Length { len: 75 }));
        let other = Record { kind: RecordKind::Submission, payload: vec![0; 75] };
        assert_eq!(SignGuard::from_records(&[other]), Ok(SignGuard::default()));
    }
}
