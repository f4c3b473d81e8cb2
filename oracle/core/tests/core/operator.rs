//! One operator of the simulation: the crate's round, guard and journal, and what the daemon would do for them.

use std::collections::{BTreeMap, BTreeSet};

use attention_core::attention::Attention;
use attention_core::base::FinalEpoch;
use attention_core::guard::{SignGuard, SignKey};
use attention_core::journal::{Disk, DiskError, Journal};
use attention_core::proof::settle_items;
use attention_core::report_builder::{EpochOutput, ReportHeader};
use attention_core::round::{Built, Input, Round, RoundConfig};
use attention_protocol::Hash;
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::msg::SettleItem;

use crate::chain::{Chain, sign};
use crate::learnt::Learnt;
use crate::world::{attention, build_with, deployment, links};

/// A disk that survives crashes and can tear one append.
#[derive(Debug, Clone, Default)]
pub struct SimDisk {
    bytes: Vec<u8>,
    pub tear_after: Option<usize>,
}

impl Disk for SimDisk {
    fn read_all(&mut self) -> Result<Vec<u8>, DiskError> {
        Ok(self.bytes.clone())
    }

    fn append_sync(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        match self.tear_after.take() {
            Some(kept) => {
                self.bytes.extend(&bytes[..kept.min(bytes.len() - 1)]);
                Err(DiskError("power lost".into()))
            }
            None => {
                self.bytes.extend(bytes);
                Ok(())
            }
        }
    }

    fn truncate_sync(&mut self, len: u64) -> Result<(), DiskError> {
        self.bytes.truncate(len as usize);
        Ok(())
    }
}

/// What everybody could see.
#[derive(Debug, Default)]
pub struct Record {
    /// Published files by hash.
    pub files: BTreeMap<Hash, Vec<u8>>,
    /// What honest operators built, by epoch and revision.
    pub honest: BTreeMap<(u64, u32), BTreeSet<Hash>>,
    /// What keys signed.
    pub signed: BTreeMap<(u8, u64, u32), BTreeSet<Hash>>,
    /// Posts by operator and epoch.
    pub submits: BTreeMap<(u8, u64), u32>,
    /// Anchors by operator, epoch and revision.
    pub anchors: BTreeMap<(u8, u64, u32), u32>,
    /// Settlements by operator and epoch.
    pub settles: BTreeMap<(u8, u64), u32>,
    /// Restarts by operator.
    pub restarts: BTreeMap<u8, u32>,
    pub divergences: u32,
    pub torn_tails: u32,
    /// Second digests that a guard refused.
    pub guarded: u32,
    pub other_report_posted: u32,
    /// Honest operators that saw another input anchored than theirs.
    pub anchor_differs: u32,
    /// Why operators did nothing about an epoch.
    pub idle: BTreeMap<u8, Vec<String>>,
    /// Reports that an operator began again at the next revision.
    pub revised: u32,
}

pub struct Operator {
    pub index: u8,
    pub is_liar: bool,
    /// In some life its data was damaged: in that life it builds other reports, and only the guard keeps it honest.
    pub was_confused: bool,
    is_confused: bool,
    /// Rises with every crash: what was on its way to an earlier life is lost.
    pub life: u32,
    pub is_up: bool,
    /// The next signature dies between record and key.
    pub key_fails: bool,
    /// How it predicts interest; without, attention is drawn.
    pub learnt: Option<Learnt>,
    config: RoundConfig,
    pub round: Round,
    pub journal: Option<Journal<SimDisk>>,
    guard: SignGuard,
    signatures: BTreeMap<(u64, u32), (Hash, [u8; 64])>,
}

impl Operator {
    pub fn new(index: u8, is_liar: bool, config: RoundConfig) -> Self {
        let journal = Journal::open(SimDisk::default()).unwrap().journal;
        Self {
            index,
            is_liar,
            was_confused: false,
            is_confused: false,
            life: 0,
            is_up: true,
            key_fails: false,
            learnt: None,
            round: Round::new(config.clone()),
            config,
            journal: Some(journal),
            guard: SignGuard::default(),
            signatures: BTreeMap::new(),
        }
    }

    /// Neither a liar nor ever confused.
    pub fn is_honest(&self) -> bool {
        !self.is_liar && !self.was_confused
    }

    pub fn crash(&mut self) {
        self.is_up = false;
        self.life += 1;
    }

    /// Everything in memory is gone; the disk stays.
    pub fn restart(&mut self, record: &mut Record, is_confused: bool) {
        let opened = Journal::open(self.journal.take().unwrap().into_disk()).unwrap();
        record.torn_tails += u32::from(opened.dropped_tail_bytes > 0);
        *record.restarts.entry(self.index).or_default() += 1;
        self.guard = SignGuard::from_records(&opened.records).unwrap();
        self.journal = Some(opened.journal);
        self.round = Round::new(self.config.clone());
        self.signatures.clear();
        self.key_fails = false;
        self.is_confused = is_confused;
        self.was_confused |= is_confused;
        self.is_up = true;
    }

    pub fn tear_next_append(&mut self, kept: usize) {
        let mut disk = self.journal.take().unwrap().into_disk();
        disk.tear_after = Some(kept);
        self.journal = Some(Journal::open(disk).unwrap().journal);
    }

    fn build(
        &self,
        chain: &Chain,
        record: &Record,
        header: ReportHeader,
        attention: &Attention,
    ) -> Result<EpochOutput, String> {
        let mut history = Vec::new();
        for body in chain.finals.values() {
            let bytes = record.files.get(&body.leaves_hash).ok_or("a file is missing")?;
            history.push(FinalEpoch::read(&deployment(), body, bytes).map_err(|error| error.to_string())?);
        }
        build_with(header, chain.views(), &history, attention, &links()).map_err(|error| error.to_string())
    }

    pub fn build_report(
        &mut self,
        chain: &Chain,
        record: &mut Record,
        (epoch, revision, prev_digest): (u64, u32, Hash),
        seed: u64,
    ) -> Input {
        // Liars compute from other events, all from the same; who is confused does so alone.
        let input_root = match (self.is_liar, self.is_confused) {
            (true, _) => [66; 32],
            (false, true) => [100 + self.index; 32],
            (false, false) => [3; 32],
        };
        let config_digest = chain.config(epoch).1;
        let (attention, model_hash) = match &self.learnt {
            None => (attention(seed, epoch), [4; 32]),
            Some(learnt) => learnt.scored(epoch),
        };
        let header = ReportHeader { config_digest, prev_digest, epoch, revision, input_root, model_hash };
        match self.build(chain, record, header, &attention) {
            Err(reason) => Input::BuildFailed { epoch, revision, reason },
            Ok(output) => {
                record.files.insert(output.body.leaves_hash, output.file_bytes);
                if !self.is_liar && !self.is_confused {
                    record.honest.entry((epoch, revision)).or_default().insert(output.digest);
                }
                let body = output.body.pack();
                Input::Built(Built { epoch, revision, digest: output.digest, input_root, body })
            }
        }
    }

    /// `None`: the machine went down while signing.
    pub fn sign(&mut self, record: &mut Record, key: SignKey, digest: Hash) -> Option<Input> {
        let (index, key_fails) = (self.index, std::mem::take(&mut self.key_fails));
        let journal = self.journal.as_mut().unwrap();
        let signed = self.guard.sign_once(journal, key, digest, |digest| {
            if key_fails {
                return Err("power lost");
            }
            record.signed.entry((index, key.epoch, key.revision)).or_default().insert(*digest);
            Ok(sign(index, digest))
        });
        match signed {
            Ok(signature) => {
                self.signatures.insert((key.epoch, key.revision), (digest, signature));
                Some(Input::SignedOwn { digest, signature })
            }
            Err(attention_core::guard::SignError::NotSafe(reason)) => {
                record.guarded += 1;
                Some(Input::SignRefused { digest, reason: reason.to_string() })
            }
            Err(_) => None,
        }
    }

    /// What it answers a peer who asks.
    pub fn signature(&self, epoch: u64, revision: u32) -> Option<(Hash, [u8; 64])> {
        self.signatures.get(&(epoch, revision)).copied()
    }

    pub fn settlement(&self, chain: &Chain, record: &Record, epoch: u64) -> Option<Vec<SettleItem>> {
        let body = chain.finals.get(&epoch)?;
        let bytes = record.files.get(&body.leaves_hash)?;
        let file = LeavesFile::unpack(bytes, body).ok()?;
        settle_items(&deployment(), body, &file).ok()
    }
}
