//! What the model's disputes are as messages. A demand for a campaign asks for its commitment; a proof shows the first thing
//! that is wrong with the report, or an honest commitment if nothing is.

use attention_protocol::anchor::anchor_digest;
use attention_protocol::fraud::{Answer, FraudProof, RangeProof, Target};
use attention_protocol::msg::ExecuteMsg;
use attention_protocol::{AccountId, Leaf};
use cosmwasm_std::Binary;
use cw_multi_test::AppResponse;
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use super::World;
use crate::suite::{Draft, commitment_key};

impl World {
    /// The operator whose turn it is anchors an input of its own.
    pub(super) fn anchor(&mut self, epoch: u64, revision: u32) -> Result<AppResponse, String> {
        self.tried += 1;
        let (input_root, relayer) = ([self.tried; 32], self.suite.user("relayer"));
        let index = (epoch + u64::from(revision)) % 4;
        let digest = anchor_digest(&self.suite.deployment(), epoch, revision, &input_root);
        let signature: Signature = self.suite.operators[index as usize].sign_prehash(&digest).unwrap();
        let msg = ExecuteMsg::AnchorInput {
            epoch,
            revision,
            input_root: Binary::from(input_root),
            index: index as u8,
            signature: Binary::new(signature.to_bytes().to_vec()),
        };
        self.suite.execute(&relayer, &msg, &[])
    }

    /// Where a campaign's commitment stands in the epoch's report; 0 without one.
    fn position(&self, epoch: u64, campaign: u64) -> u32 {
        let draft = self.drafts.get(&epoch);
        let position = draft.and_then(|draft| draft.commitments.keys().position(|id| *id == campaign));
        position.unwrap_or(0) as u32
    }

    pub(super) fn demand(&mut self, epoch: u64, campaign: u64) -> Result<AppResponse, String> {
        let target = Target::Commitment { index: self.position(epoch, campaign) };
        self.suite.demand(epoch, self.revision(epoch), target)
    }

    /// Shows the commitment. Where the epoch had no report, anything: the pending report is asked for first.
    pub(super) fn answer(&mut self, epoch: u64, campaign: u64) -> Result<AppResponse, String> {
        let target = Target::Commitment { index: self.position(epoch, campaign) };
        let answer = match self.drafts.get(&epoch).filter(|draft| !draft.commitments.is_empty()) {
            Some(draft) => self.suite.commitment_answer(draft, self.position(epoch, campaign)),
            None => Answer::Commitment { commitment: Binary::default(), siblings: Binary::default() },
        };
        self.suite.answer((epoch, self.revision(epoch)), target, answer)
    }

    pub(super) fn void_unanswered(&mut self, epoch: u64, campaign: u64) -> Result<AppResponse, String> {
        let key = commitment_key(self.position(epoch, campaign) as u8);
        self.suite.void_unanswered(epoch, self.revision(epoch), key)
    }

    /// Tries every proof that the report's commitments allow.
    pub(super) fn prove(&mut self, epoch: u64) -> Result<AppResponse, String> {
        let (prover, draft) = (self.suite.user("relayer"), self.drafts[&epoch].clone());
        let mut result = Err("no commitment".into());
        for proof in self.proofs(&draft) {
            result = self.suite.prove(&prover, &draft.body, proof);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Of each commitment its header and, against the settled base, its leaves.
    fn proofs(&self, draft: &Draft) -> Vec<FraudProof> {
        let mut proofs = Vec::new();
        for (position, (campaign, published)) in (0u32..).zip(&draft.commitments) {
            let commitment = RangeProof {
                start: position,
                leaves: Binary::new(published.commitment.pack()),
                siblings: Binary::new(self.suite.commitment_tree(draft).prove(position).unwrap()),
            };
            proofs.push(FraudProof::Commitment { commitment: commitment.clone() });
            let base = self.suite.campaign(*campaign).settled.map(|settled| settled.epoch);
            for account in published.leaves.iter().map(|leaf| &leaf.account) {
                let leaf = self.leaf_proof(*campaign, draft.body.epoch, &published.leaves, account);
                let base = match base {
                    Some(epoch) => {
                        let leaves = &self.suite.published[&(*campaign, epoch)].leaves;
                        self.leaf_proof(*campaign, epoch, leaves, account)
                    }
                    None => {
                        Some(RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() })
                    }
                };
                if let (Some(leaf), Some(_)) = (leaf, &base) {
                    proofs.push(FraudProof::Leaf { commitment: commitment.clone(), leaf, base });
                }
            }
        }
        proofs
    }

    /// An account's leaf in a tree; `None` if it has none.
    fn leaf_proof(
        &self,
        campaign: u64,
        epoch: u64,
        leaves: &[Leaf],
        account: &AccountId,
    ) -> Option<RangeProof> {
        let position = leaves.iter().position(|leaf| leaf.account == *account)?;
        let siblings = self.suite.allocation_tree(campaign, epoch, leaves).prove(position as u32).unwrap();
        let leaves = Binary::new(leaves[position].pack());
        Some(RangeProof { start: position as u32, leaves, siblings: Binary::new(siblings) })
    }
}
