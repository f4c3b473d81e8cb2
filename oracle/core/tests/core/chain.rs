//! A model of the contract: its epoch state machine, quorum check and settlement, made from the same protocol crate.

use std::collections::BTreeMap;

use attention_core::campaign::CampaignView;
use attention_core::round::{ChainStatus, FinalState, Pending};
use attention_protocol::campaign::effective_end;
use attention_protocol::hash::sha256;
use attention_protocol::msg::SettleItem;
use attention_protocol::quorum::{IndexedSignature, verify_quorum};
use attention_protocol::settle::{SettleContext, SettleVerdict, SettledBase, check_settle};
use attention_protocol::tree::{PlainNode, Shape, verify_leaf};
use attention_protocol::{Commitment, EpochClock, Hash, LastReport, OperatorSet, ReportBody, ZERO_HASH};
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

#[derive(Debug)]
struct Posted {
    body: ReportBody,
    ends_at_s: u64,
    ends_height: u64,
}

#[derive(Debug)]
pub struct Chain {
    pub now_s: u64,
    pub height: u64,
    pub operators: OperatorSet,
    pub config_digest: Hash,
    last: Option<LastReport>,
    pending: Option<Posted>,
    pub finals: BTreeMap<u64, ReportBody>,
    pub bases: BTreeMap<u64, SettledBase>,
    /// (campaign, epoch) → (budget, delta) of what was settled.
    pub allocations: BTreeMap<(u64, u64), (u128, u128)>,
    pub refused: u32,
    campaigns: Vec<CampaignView>,
}

impl Chain {
    pub fn new(operators: OperatorSet) -> Self {
        Self {
            now_s: CLOCK.genesis_s - 5,
            height: 1,
            operators,
            config_digest: [1; 32],
            last: None,
            pending: None,
            finals: BTreeMap::new(),
            bases: BTreeMap::new(),
            allocations: BTreeMap::new(),
            refused: 0,
            campaigns: campaigns(),
        }
    }

    pub fn block(&mut self, now_s: u64) {
        (self.now_s, self.height) = (now_s, self.height + 1);
        let over = |posted: &Posted| now_s >= posted.ends_at_s && self.height >= posted.ends_height;
        if self.pending.as_ref().is_some_and(over) {
            let Posted { body, ends_at_s, ends_height } = self.pending.take().unwrap();
            self.last = Some(LastReport { epoch: body.epoch, terminal_at_s: ends_at_s, ends_height });
            self.finals.insert(body.epoch, body);
        }
    }

    pub fn open_epoch(&self) -> u64 {
        match &self.pending {
            Some(posted) => posted.body.epoch,
            None => CLOCK.open_epoch(self.last.as_ref(), self.now_s, self.height).unwrap(),
        }
    }

    fn newest_digest(&self) -> Hash {
        self.finals.last_key_value().map_or(ZERO_HASH, |(_, body)| body.digest())
    }

    pub fn status(&self) -> ChainStatus {
        let epoch = self.open_epoch();
        let is_settled = |epoch: u64, body: &ReportBody| {
            let done = self.allocations.keys().filter(|(_, at)| *at == epoch).count();
            done == body.campaign_count as usize
        };
        ChainStatus {
            now_s: self.now_s,
            open_epoch: epoch,
            revision: 0,
            window_end_s: CLOCK.window_end_s(epoch).unwrap(),
            due_s: match self.pending {
                Some(_) => None,
                None => Some(CLOCK.due_s(self.last.as_ref(), epoch).unwrap()),
            },
            prev_digest: Some(self.newest_digest()),
            pending: self.pending.as_ref().map(|posted| Pending { digest: posted.body.digest() }),
            final_epochs: self
                .finals
                .iter()
                .map(|(&epoch, body)| FinalState { epoch, is_settled: is_settled(epoch, body) })
                .collect(),
        }
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
        if let Some(posted) = &self.pending {
            let same = posted.body.digest() == digest;
            return if same { Ok(()) } else { Err("another report is pending".into()) };
        }
        let epoch = self.open_epoch();
        if body.epoch != epoch || body.revision != 0 || body.config_digest != self.config_digest {
            return Err(format!("epoch {} is open", epoch));
        }
        if body.prev_digest != self.newest_digest() {
            return Err("wrong prev_digest".into());
        }
        let due_s = CLOCK.due_s(self.last.as_ref(), epoch).unwrap();
        if self.now_s < CLOCK.window_end_s(epoch).unwrap() || self.now_s > due_s {
            return Err("too early or too late".into());
        }
        let signatures: Vec<_> = signatures
            .iter()
            .map(|(index, signature)| IndexedSignature { index: *index, signature })
            .collect();
        let verify = |digest: &Hash, signature: &[u8; 64], key: &[u8; 33]| {
            if *signature == sign(key[1], digest) { Ok(()) } else { Err(()) }
        };
        let bitmap = verify_quorum(&self.operators, 0, &digest, &signatures, verify);
        let bitmap = bitmap.map_err(|error| error.to_string())?;
        assert!(bitmap.count_ones() >= u32::from(self.operators.quorum()), "k distinct signers");
        self.pending = Some(Posted {
            body,
            ends_at_s: self.now_s + CLOCK.dispute_window_s,
            ends_height: self.height + u64::from(CLOCK.min_blocks),
        });
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
