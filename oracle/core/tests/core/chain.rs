//! A model of the contract: its epoch state machine, quorum check and settlement, made from the same protocol crate.

use std::collections::BTreeMap;

use attention_core::campaign::CampaignView;
use attention_core::round::{AnchorState, ChainStatus, Duty, FinalState, Pending, Seat};
use attention_protocol::campaign::effective_end;
use attention_protocol::config::ConfigDigestInput;
use attention_protocol::hash::sha256;
use attention_protocol::msg::SettleItem;
use attention_protocol::phase::Awaited;
use attention_protocol::quorum::{IndexedSignature, verify_quorum};
use attention_protocol::settle::{SettleContext, SettleVerdict, SettledBase, check_settle};
use attention_protocol::tree::{PlainNode, Shape, verify_leaf};
use attention_protocol::{
    Commitment, EpochClock, Hash, Moment, OperatorSet, Progress, ReportBody, ZERO_HASH,
};
use cosmwasm_std::Binary;

use crate::world::{campaigns, deployment};

pub const CLOCK: EpochClock = EpochClock {
    genesis_s: 1_000,
    epoch_length_s: 60,
    report_period_s: 30,
    dispute_window_s: 10,
    open_period_s: 5,
    min_blocks: 3,
};

pub fn operator_set(n: u8, f: u8) -> OperatorSet {
    let key = |index| {
        let mut key = [index; 33];
        key[0] = 2;
        Binary::from(key)
    };
    OperatorSet::new(&(0..n).map(key).collect::<Vec<_>>(), f).unwrap()
}

/// A stand-in signature scheme that only the holder of an index uses: twice `sha256(index ‖ digest)`.
pub fn sign(index: u8, digest: &Hash) -> [u8; 64] {
    let half = sha256(&[b"secret", &[index], digest]);
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&half);
    signature[32..].copy_from_slice(&half);
    signature
}

/// What the deployment asks for besides reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// Reports need an anchor, which may come this long after they are awaited.
    pub anchor_grace_s: Option<u64>,
    /// From this epoch on another configuration is in force: the same operators in the opposite order.
    pub rotated_from: Option<u64>,
}

#[derive(Debug)]
pub struct Chain {
    pub now_s: u64,
    pub height: u64,
    pub terms: Terms,
    /// The specification that every configuration asks for.
    pub spec_hash: Hash,
    first: OperatorSet,
    progress: Progress,
    posted: Option<ReportBody>,
    pub finals: BTreeMap<u64, ReportBody>,
    /// Every input that was anchored, and by which operator.
    pub anchors: BTreeMap<(u64, u32), (Hash, u8)>,
    pub voids: u32,
    pub bases: BTreeMap<u64, SettledBase>,
    /// (campaign, epoch) → (budget, delta) of what was settled.
    pub allocations: BTreeMap<(u64, u64), (u128, u128)>,
    pub refused: u32,
    campaigns: Vec<CampaignView>,
}

impl Chain {
    pub fn new(first: OperatorSet, terms: Terms) -> Self {
        Self {
            now_s: CLOCK.genesis_s - 5,
            height: 1,
            terms,
            spec_hash: ZERO_HASH,
            first,
            progress: Progress::NEW,
            posted: None,
            finals: BTreeMap::new(),
            anchors: BTreeMap::new(),
            voids: 0,
            bases: BTreeMap::new(),
            allocations: BTreeMap::new(),
            refused: 0,
            campaigns: campaigns(),
        }
    }

    fn moment(&self) -> Moment {
        Moment { time_s: self.now_s, height: self.height }
    }

    pub fn block(&mut self, now_s: u64) {
        (self.now_s, self.height) = (now_s, self.height + 1);
        self.progress = self.progress.at(&CLOCK, self.moment()).unwrap();
        if self.progress.pending().is_none()
            && let Some(body) = self.posted.take()
        {
            self.finals.insert(body.epoch, body);
        }
    }

    /// Version of the configuration in force for an epoch.
    pub fn config_version(&self, epoch: u64) -> u64 {
        if self.terms.rotated_from.is_none_or(|from| epoch < from) { 1 } else { 2 }
    }

    /// Operators and digest of the configuration in force for an epoch.
    pub fn config(&self, epoch: u64) -> (OperatorSet, Hash) {
        let config_version = self.config_version(epoch);
        let operators = if config_version == 1 {
            self.first.clone()
        } else {
            let keys: Vec<Binary> = self.first.pubkeys().iter().rev().map(Binary::from).collect();
            OperatorSet::new(&keys, self.first.faulty_max()).unwrap()
        };
        let digest = ConfigDigestInput {
            deployment: &deployment(),
            config_version,
            operators: &operators,
            spec_hash: &self.spec_hash,
            clock: &CLOCK,
        }
        .digest();
        (operators, digest)
    }

    /// The operator whose key stands at `index` for an epoch.
    pub fn key_at(&self, epoch: u64, index: u8) -> u8 {
        self.config(epoch).0.pubkeys()[usize::from(index)][1]
    }

    /// Where an operator's key stands for an epoch.
    pub fn index_of(&self, epoch: u64, key: u8) -> u8 {
        let place = self.config(epoch).0.pubkeys().iter().position(|other| other[1] == key);
        place.unwrap() as u8
    }

    fn awaited(&self) -> Option<Awaited> {
        self.progress.awaited(&CLOCK, self.moment()).unwrap()
    }

    pub fn open_epoch(&self) -> u64 {
        let pending = self.progress.pending().map(|pending| pending.epoch);
        pending.unwrap_or_else(|| self.awaited().unwrap().epoch)
    }

    fn newest_digest(&self) -> Hash {
        self.finals.last_key_value().map_or(ZERO_HASH, |(_, body)| body.digest())
    }

    fn anchor_state(&self) -> Option<AnchorState> {
        let awaited = self.awaited()?;
        let grace_s = self.terms.anchor_grace_s?;
        let (first_from_s, any_from_s) = awaited.anchor_times_s(&CLOCK, grace_s).unwrap();
        let first = awaited.anchor_rank(self.first.count()).unwrap();
        Some(AnchorState { anchored: awaited.input_root, first, first_from_s, any_from_s })
    }

    /// What the operator with `key` reads.
    pub fn status(&self, key: u8) -> ChainStatus {
        let epoch = self.open_epoch();
        let (operators, config_digest) = self.config(epoch);
        let index = Some(self.index_of(epoch, key));
        let is_settled = |epoch: u64, body: &ReportBody| {
            let done = self.allocations.keys().filter(|(_, at)| *at == epoch).count();
            done == body.campaign_count as usize
        };
        let awaited = self.awaited();
        let pending = self.progress.pending();
        ChainStatus {
            now_s: self.now_s,
            open_epoch: epoch,
            revision: awaited.map_or_else(|| pending.unwrap().revision, |awaited| awaited.revision),
            window_end_s: CLOCK.window_end_s(epoch).unwrap(),
            due_s: awaited.map(|awaited| awaited.due_s),
            prev_digest: Some(self.newest_digest()),
            pending: pending.map(|pending| Pending { digest: pending.digest }),
            duty: Duty::Report(Seat { index, operators, suspended: 0, config_digest }),
            anchor: self.anchor_state(),
            final_epochs: self
                .finals
                .iter()
                .map(|(&epoch, body)| FinalState { epoch, is_settled: is_settled(epoch, body) })
                .collect(),
        }
    }

    /// Voids the pending report, if it is the one with `digest`: the next revision is awaited.
    pub fn void(&mut self, digest: &Hash) {
        let Some(pending) = self.progress.pending().copied().filter(|pending| pending.digest == *digest)
        else {
            return;
        };
        self.progress = self.progress.voided(&pending, &CLOCK, self.moment(), false).unwrap();
        self.posted = None;
        self.voids += 1;
    }

    /// The first anchor of a revision counts, if it comes when it may and from whom it may.
    pub fn anchor(&mut self, at: (u64, u32), input_root: Hash, index: u8) -> Result<(), String> {
        let awaited = self.awaited().ok_or("a report is pending")?;
        let state = self.anchor_state().ok_or("no anchors here")?;
        if (awaited.epoch, awaited.revision) != at || state.anchored.is_some() {
            return Err("anchored already, or another report is awaited".into());
        }
        let from_s = if index == state.first { state.first_from_s } else { state.any_from_s };
        if self.now_s < from_s || self.now_s > awaited.due_s {
            return Err("too early or too late for this operator".into());
        }
        self.progress = self.progress.anchored(awaited, input_root);
        self.anchors.insert(at, (input_root, index));
        Ok(())
    }

    pub fn views(&self) -> Vec<CampaignView> {
        let open = self.open_epoch();
        let missed = |epoch| Ok::<_, ()>(epoch < open && !self.finals.contains_key(&epoch));
        let mut views = self.campaigns.clone();
        for view in &mut views {
            view.end_epoch = effective_end(view.terms.start_epoch, view.terms.end_epoch, missed).unwrap();
        }
        views
    }

    pub fn submit(&mut self, body: &[u8], signatures: &[(u8, [u8; 64])]) -> Result<(), String> {
        let outcome = self.try_submit(body, signatures);
        self.refused += u32::from(outcome.is_err());
        outcome
    }

    fn try_submit(&mut self, body: &[u8], signatures: &[(u8, [u8; 64])]) -> Result<(), String> {
        let body = ReportBody::unpack(body).map_err(|error| error.to_string())?;
        let digest = body.digest();
        if let Some(pending) = self.progress.pending() {
            let same = pending.digest == digest;
            return if same { Ok(()) } else { Err("another report is pending".into()) };
        }
        let awaited = self.awaited().unwrap();
        let epoch = awaited.epoch;
        let (operators, config_digest) = self.config(epoch);
        if (body.epoch, body.revision) != (epoch, awaited.revision) || body.config_digest != config_digest {
            return Err(format!("revision {} of epoch {epoch} is awaited", awaited.revision));
        }
        if body.prev_digest != self.newest_digest() {
            return Err("wrong prev_digest".into());
        }
        if self.now_s < CLOCK.window_end_s(epoch).unwrap() || self.now_s > awaited.due_s {
            return Err("too early or too late".into());
        }
        if self.terms.anchor_grace_s.is_some() && awaited.input_root != Some(body.input_root) {
            return Err("another input was anchored, or none".into());
        }
        let signatures: Vec<_> = signatures
            .iter()
            .map(|(index, signature)| IndexedSignature { index: *index, signature })
            .collect();
        let verify = |digest: &Hash, signature: &[u8; 64], key: &[u8; 33]| {
            if *signature == sign(key[1], digest) { Ok(()) } else { Err(()) }
        };
        let bitmap = verify_quorum(&operators, 0, &digest, &signatures, verify);
        let bitmap = bitmap.map_err(|error| error.to_string())?;
        assert!(bitmap.count_ones() >= u32::from(operators.quorum()), "k distinct signers");
        let window = attention_protocol::phase::Window {
            ends_at_s: self.now_s + CLOCK.dispute_window_s,
            ends_height: self.height + u64::from(CLOCK.min_blocks),
        };
        self.progress = self.progress.submitted(&awaited, digest, window);
        self.posted = Some(body);
        Ok(())
    }

    pub fn settle(&mut self, items: &[SettleItem]) -> Result<(), String> {
        let views = self.views();
        for item in items {
            let body = self.finals.get(&item.epoch).ok_or("not final")?;
            let commitment = Commitment::unpack(&item.commitment).map_err(|error| error.to_string())?;
            let shape = Shape {
                domain: deployment().commitments_domain(item.epoch),
                leaf_count: body.campaign_count,
                root: PlainNode(body.campaigns_root),
            };
            verify_leaf(&shape, item.position, &commitment, &item.siblings)
                .map_err(|error| error.to_string())?;
            let key = (commitment.campaign, item.epoch);
            if self.allocations.contains_key(&key) {
                continue;
            }
            let view = views.iter().find(|view| view.id == commitment.campaign).ok_or("unknown campaign")?;
            let base = self.bases.get(&view.id).copied().unwrap_or(SettledBase::NONE);
            let context = SettleContext {
                base,
                running: view.is_running(item.epoch),
                rule_hash: view.terms.rule_hash(),
                budget: view.budget(item.epoch, base.total).unwrap(),
                growth: view.terms.rule.growth,
            };
            match check_settle(&commitment, &context) {
                SettleVerdict::Settled { delta } => {
                    self.allocations.insert(key, (commitment.budget, delta));
                    let (root, leaf_count) = (commitment.root, commitment.leaf_count);
                    let base = SettledBase { root, total: commitment.cumulative_total, leaf_count };
                    self.bases.insert(view.id, base);
                }
                verdict => return Err(format!("{verdict:?}")),
            }
        }
        Ok(())
    }
}
