//! Proofs: that a report breaks the rules, that an operator signed twice. What they take, who is paid, who is suspended.

use attention_protocol::fraud::{Equivocation, FraudProof, RangeProof};
use attention_protocol::msg::{ConflictingQuorums, ExecuteMsg};
use attention_protocol::proof_commit::proof_commit;
use attention_protocol::{AccountId, Hash, Leaf, ReportBody};
use cosmwasm_std::{Addr, Api, Binary};
use serde::Serialize;

use super::model::Why;
use super::reports::Crooked;
use super::world::World;

/// Hashes that are reserved without a proof.
const HASHES: u64 = 30;

impl World {
    fn canonical(&self, address: &Addr) -> AccountId {
        let canonical = self.suite.app.api().addr_canonicalize(address.as_str()).unwrap();
        AccountId::try_from(canonical.as_slice()).unwrap()
    }

    /// Anybody reserves anything; what is reserved stays as it is.
    pub fn commit_proof(&mut self) {
        let (sender, hash) = (self.person(), [self.rng.of(0..HASHES) as u8; 32]);
        self.reserve(&sender, hash);
    }

    fn reserve(&mut self, sender: &Addr, hash: Hash) {
        let expected = !self.model.disputes.reserved.contains_key(&hash);
        let result = self.send(sender, &ExecuteMsg::CommitProof { hash: Binary::from(hash) }, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            let height = self.now().height;
            self.model.disputes.reserved.insert(hash, height);
        }
    }

    /// Mostly reserves a proof before it is shown, not always long enough, and not always by the one who shows it.
    fn prepare<T: Serialize>(&mut self, prover: &Addr, proof: &T) -> Hash {
        let hash = proof_commit(&self.canonical(prover), proof).unwrap();
        if !self.rng.once_in(3) {
            let by = if self.rng.once_in(6) { self.person() } else { prover.clone() };
            let reserved = proof_commit(&self.canonical(&by), proof).unwrap();
            self.reserve(&by, reserved);
            let blocks = self.rng.of(0..3);
            self.go_to(self.now_s() + blocks, blocks);
        }
        hash
    }

    /// The proof that fits what is wrong with the pending report, or one of something that is right.
    pub fn prove_fraud(&mut self) {
        if self.model.epochs.pending().is_none() && !self.rng.once_in(4) {
            self.report_as(true);
        }
        let Some(at) = self.model.epochs.pending() else { return };
        let posted = &self.posted[&at.0];
        let crooked = posted.crooked;
        let ids: Vec<u64> = posted.draft.commitments.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let guilty = match crooked {
            Some(Crooked::Budget(id) | Crooked::Total(id) | Crooked::Weight(id) | Crooked::Shift(id, _)) => {
                Some(id)
            }
            Some(Crooked::Hidden) | None => None,
        };
        let id = guilty.filter(|_| !self.rng.once_in(4)).unwrap_or_else(|| *self.rng.pick(&ids));
        let (proof, is_right) = self.proof(at.0, id, crooked.filter(|_| guilty == Some(id)));
        let prover = self.person();
        let hash = self.prepare(&prover, &proof);
        let expected = is_right && self.model.epochs.pends(at);
        let (epoch, revision) = at;
        let msg = ExecuteMsg::ProveFraud { epoch, revision, proof: Box::new(proof) };
        let result = self.send(&prover, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{crooked:?} of {id}: {result:?}");
        if expected {
            let signers = self.model.pending_signers();
            let now = self.now();
            let reward = self.model.reward(&prover, &hash, now);
            self.voided(Why::Other);
            self.model.slash(epoch, &signers, reward);
        }
    }

    /// A proof about a commitment, and whether it convicts: what is wrong with the commitment decides, and, unless the leaf is wrong by
    /// itself, that no other allocation was settled in between: then the commitment never settles.
    fn proof(&mut self, epoch: u64, id: u64, crooked: Option<Crooked>) -> (FraudProof, bool) {
        let draft = self.posted[&epoch].draft.clone();
        let index = draft.commitments.keys().position(|other| *other == id).unwrap() as u32;
        let commitment = self.commitment_proof(&draft, index);
        let published = &draft.commitments[&id];
        let is_on_newest = self.is_on_newest(id, &published.commitment);
        let some = self.rng.of(0..published.leaves.len() as u64) as usize;
        match crooked {
            Some(Crooked::Budget(_) | Crooked::Total(_)) => {
                (FraudProof::Commitment { commitment }, is_on_newest)
            }
            Some(Crooked::Weight(_)) => {
                let leaf = self.leaf_proof(id, epoch, &published.leaves, 0);
                (FraudProof::Leaf { commitment, leaf, base: None }, true)
            }
            Some(Crooked::Shift(_, to)) => {
                let leaf = self.leaf_proof(id, epoch, &published.leaves, to);
                let base = Some(self.base_proof(id, &published.leaves[to]));
                (FraudProof::Leaf { commitment, leaf, base }, is_on_newest)
            }
            _ if self.rng.once_in(2) => (FraudProof::Commitment { commitment }, false),
            _ => {
                let leaf = self.leaf_proof(id, epoch, &published.leaves, some);
                let base = Some(self.base_proof(id, &published.leaves[some]));
                (FraudProof::Leaf { commitment, leaf, base }, false)
            }
        }
    }

    fn leaf_proof(&self, id: u64, epoch: u64, leaves: &[Leaf], position: usize) -> RangeProof {
        let siblings = self.suite.allocation_tree(id, epoch, leaves).prove(position as u32).unwrap();
        RangeProof {
            start: position as u32,
            leaves: Binary::new(leaves[position].pack()),
            siblings: Binary::new(siblings),
        }
    }

    /// The account of a leaf in the newest settled allocation; everybody has a leaf in all of them.
    fn base_proof(&self, id: u64, leaf: &Leaf) -> RangeProof {
        let Some(epoch) = self.model.campaigns[&id].settled.keys().next_back().copied() else {
            return RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() };
        };
        let leaves = &self.suite.published[&(id, epoch)].leaves;
        let position = leaves.iter().position(|other| other.account == leaf.account).unwrap();
        self.leaf_proof(id, epoch, leaves, position)
    }

    /// An operator signs two reports on an epoch past, present or to come.
    pub fn prove_equivocation(&mut self) {
        let (epoch, revision) = match (self.model.epochs.pending(), self.rng.of(0..6)) {
            (Some(at), 0..3) => at,
            (_, 3) => (self.current_epoch() + self.rng.of(0..6), 0),
            _ => (self.rng.of(0..self.model.epochs.open + 1), self.rng.of(0..4) as u32),
        };
        let first = self.body(epoch, revision);
        let second = ReportBody { model_hash: [9; 32], ..first.clone() };
        let config = self.model.operators.at(epoch);
        let (count, quorum) = (config.operators.len(), config.quorum());
        let place = self.rng.of(0..count as u64) as usize;
        let signer = config.operators[place].admin.clone();
        // Most of it is a near miss: the same report twice, another revision, another operator's signature.
        let miss = self.rng.of(0..6);
        let shown = match miss {
            0 => first.clone(),
            1 => ReportBody { revision: revision + 1, ..second.clone() },
            _ => second.clone(),
        };
        let signature =
            |body: &ReportBody, place: usize| self.signatures(epoch, body, &[place]).remove(0).signature;
        let evidence = Equivocation {
            first: Binary::new(first.pack()),
            second: Binary::new(shown.pack()),
            signer: place as u8,
            first_signature: signature(&first, place),
            second_signature: signature(&shown, if miss == 2 { (place + 1) % count } else { place }),
        };
        let is_right = miss > 2 || (miss == 2 && count == 1);
        let quorums =
            if self.rng.once_in(3) { Some(quorum - usize::from(self.rng.once_in(6))) } else { None };
        let all: Vec<usize> = (0..count).collect();
        let conflicting = quorums.map(|given| ConflictingQuorums {
            first: self.signatures(epoch, &first, &all[..given]),
            second: self.signatures(epoch, &second, &all[count - given..]),
        });
        let prover = self.person();
        let hash = self.prepare(&prover, &evidence);
        let voids = quorums.is_some() && self.model.epochs.pends((epoch, revision));
        let is_quorum = !voids || quorums == Some(quorum);
        let is_new = !self.model.operators.suspended.contains(&signer);
        let expected = is_right && is_quorum && (is_new || voids);
        let msg = ExecuteMsg::ProveEquivocation { evidence, quorums: conflicting };
        let result = self.send(&prover, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "epoch {epoch}, revision {revision}: {result:?}");
        if !expected {
            return;
        }
        if is_new {
            let now = self.now();
            let reward = self.model.reward(&prover, &hash, now);
            self.model.slash(epoch, std::slice::from_ref(&signer), reward);
            self.model.operators.suspended.insert(signer);
        }
        if voids {
            self.voided(Why::Other);
        }
    }

    /// A report that somebody could sign: the pending one, or any.
    fn body(&self, epoch: u64, revision: u32) -> ReportBody {
        match self.posted.get(&epoch) {
            Some(posted) if posted.draft.body.revision == revision => posted.draft.body.clone(),
            _ => ReportBody { config_digest: self.config_digest(epoch), epoch, revision, ..self.empty() },
        }
    }
}
