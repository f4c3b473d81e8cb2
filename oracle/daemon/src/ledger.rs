//! What was signed and sent: journal, sign-once guard and outbox in one place, before the key.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use attention_core::guard::{GuardError, NotSafe, SignError, SignGuard, SignKey};
use attention_core::journal::{Journal, JournalError, RecordKind};
use attention_core::submission::{ReportId, Submission, SubmissionError};
use attention_protocol::Hash;
use thiserror::Error;

use crate::chain::{Wallet, WalletError};
use crate::store::{DataDir, DataLock, FileDisk, StoreError};

/// Why nothing was signed or recorded.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// From the disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Its signed records.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// Its submissions.
    #[error(transparent)]
    Submission(#[from] SubmissionError),
    /// The guard refuses: signing would be equivocation.
    #[error("not signed: {0}")]
    NotSafe(NotSafe),
    /// The key.
    #[error("not signed: {0}")]
    Key(WalletError),
}

#[derive(Debug)]
struct Inner {
    journal: Journal<FileDisk>,
    guard: SignGuard,
    submissions: Vec<Submission>,
    _lock: DataLock,
}

/// The one door to the signing key. It holds the data folder's lock: no other process can sign beside it.
#[derive(Debug, Clone)]
pub struct Ledger {
    inner: Arc<Mutex<Inner>>,
}

impl Ledger {
    /// Takes the folder's lock and reads the journal.
    ///
    /// # Errors
    /// [`LedgerError`]; a damaged journal is never repaired silently.
    pub fn open(data: &DataDir) -> Result<Self, LedgerError> {
        let lock = data.lock()?;
        let opened = Journal::open(FileDisk::open(&data.journal())?)?;
        if opened.dropped_tail_bytes > 0 {
            tracing::warn!(
                bytes = opened.dropped_tail_bytes,
                "the last append was interrupted and is dropped"
            );
        }
        let guard = SignGuard::from_records(&opened.records)?;
        let submissions = Submission::from_records(&opened.records)?;
        let inner = Inner { journal: opened.journal, guard, submissions, _lock: lock };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// A panic while the lock was held cannot leave a half-made record: the journal refuses appends after a failed one.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs a digest unless another one was signed for the key; durable before the key is touched. Waits for the disk.
    ///
    /// # Errors
    /// [`LedgerError::NotSafe`], or another.
    pub fn sign(&self, wallet: &Wallet, key: SignKey, digest: Hash) -> Result<[u8; 64], LedgerError> {
        let inner = &mut *self.inner();
        let signed =
            inner.guard.sign_once(&mut inner.journal, key, digest, |digest| wallet.sign_digest(digest));
        signed.map_err(|error| match error {
            SignError::NotSafe(error) => LedgerError::NotSafe(error),
            SignError::Journal(error) => LedgerError::Journal(error),
            SignError::Key(error) => LedgerError::Key(error),
        })
    }

    /// Records the state of a submission; durable when it returns.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn record(&self, submission: Submission) -> Result<(), LedgerError> {
        let inner = &mut *self.inner();
        let newest = inner.submissions.iter_mut().rev().find(|other| other.id() == submission.id());
        if newest.as_deref() == Some(&submission) {
            return Ok(());
        }
        inner.journal.append(RecordKind::Submission, &submission.to_payload()?)?;
        match newest {
            Some(newest) => *newest = submission,
            None => inner.submissions.push(submission),
        }
        Ok(())
    }

    /// The newest state of a report's submission.
    pub fn submission(&self, id: &ReportId) -> Option<Submission> {
        self.inner().submissions.iter().rev().find(|submission| submission.id() == id).cloned()
    }

    /// All submissions that are not over.
    pub fn open_submissions(&self) -> Vec<Submission> {
        let over =
            |submission: &&Submission| !matches!(submission, Submission::Final(_) | Submission::Missed(_));
        self.inner().submissions.iter().filter(over).cloned().collect()
    }

    /// Everything that was signed, oldest first.
    pub fn signed(&self) -> Vec<(SignKey, Hash)> {
        self.inner().guard.iter().map(|(key, digest)| (*key, *digest)).collect()
    }
}

#[cfg(test)]
mod tests {
    use attention_core::submission::Fresh;

    use super::*;
    use crate::chain::new_mnemonic;

    fn key(epoch: u64) -> SignKey {
        SignKey { config_digest: [7; 32], epoch, revision: 0 }
    }

    #[test]
    fn a_second_digest_is_refused_even_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let wallet = Wallet::from_mnemonic(&new_mnemonic().unwrap(), 0, "wasm").unwrap();
        let ledger = Ledger::open(&data).unwrap();
        assert!(matches!(Ledger::open(&data), Err(LedgerError::Store(StoreError::Locked { .. }))));
        let first = ledger.sign(&wallet, key(3), [1; 32]).unwrap();
        assert!(matches!(
            ledger.sign(&wallet, key(3), [2; 32]),
            Err(LedgerError::NotSafe(NotSafe::Conflict { .. }))
        ));
        drop(ledger);
        let ledger = Ledger::open(&data).unwrap();
        assert_eq!(ledger.sign(&wallet, key(3), [1; 32]).unwrap(), first);
        assert!(matches!(
            ledger.sign(&wallet, key(3), [2; 32]),
            Err(LedgerError::NotSafe(NotSafe::Conflict { .. }))
        ));
        assert!(matches!(
            ledger.sign(&wallet, key(2), [1; 32]),
            Err(LedgerError::NotSafe(NotSafe::Regression { .. }))
        ));
        assert_eq!(ledger.signed(), [(key(3), [1; 32])]);
    }

    #[test]
    fn submissions_come_back_in_their_newest_state() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let ledger = Ledger::open(&data).unwrap();
        let id = ReportId::from(key(1));
        ledger.record(Submission::new(id)).unwrap();
        let signed = Submission::Signed(Fresh { id }.into_signed([1; 32], vec![1, 2]));
        ledger.record(signed.clone()).unwrap();
        let len = std::fs::metadata(data.journal()).unwrap().len();
        ledger.record(signed.clone()).unwrap();
        assert_eq!(
            std::fs::metadata(data.journal()).unwrap().len(),
            len,
            "the same state is not written again"
        );
        drop(ledger);
        let ledger = Ledger::open(&data).unwrap();
        assert_eq!(ledger.submission(&id), Some(signed.clone()));
        assert_eq!(ledger.open_submissions(), [signed]);
    }
}
