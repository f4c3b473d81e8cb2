//! One small epoch whose numbers are worked out by hand, and the evidence about it.

use std::collections::BTreeMap;

use attention_protocol::fraud::{Clause, FraudError, FraudProof, RangeProof};
use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Unlock, ValidRule};
use attention_protocol::{AccountId, AssetLeaf, Commitment, PPM, Score};
use cosmwasm_std::{Binary, Uint64};

use super::search::{self, View};
use super::world::{Campaign, Draft, Member, World, deployment};

/// Linear from 100,000 ppm on, 5 % a further epoch up to 10 %, a boost of at most 10 %, pro rata.
pub fn rule() -> Rule {
    Rule {
        scale: Uint64::new(1),
        min_score: 100_000,
        cap: PPM,
        curve: Curve::Linear {},
        streak: Streak { step_ppm: 50_000, cap_ppm: 100_000 },
        boost_max_ppm: 100_000,
        multiplier_max_ppm: 3_000_000,
        schedule: Schedule::Even {},
        payout: Payout::ProRata {},
        share_cap_ppm: PPM,
        growth: Growth { ppm: 0, abs: 1 },
        unlock: Unlock { start_s: 0, end_s: 0 },
        split_gain: false,
    }
}

pub fn account(byte: u8, len: usize) -> AccountId {
    AccountId::try_from(vec![byte; len].as_slice()).unwrap()
}

pub fn member(account: AccountId, base: Option<(u16, u128)>, score: u32) -> Member {
    Member { account, base, score, boost: 0 }
}

pub fn campaign_of(id: u64, members: &[Member]) -> Campaign {
    let members: BTreeMap<_, _> = members.iter().map(|m| (m.account.clone(), m.clone())).collect();
    Campaign { id, rule: ValidRule::try_from(rule()).unwrap(), budget: 1_000, members }
}

/// Three accounts, two of them in the base. By hand: the first has streak 3 and weighs 400,000 · 1.1; the second is new and
/// weighs 600,000; the third has no score. The sum is 1,040,000: of 1,000 they earn 423 and 576, on 100, 0 and 50.
pub fn campaign() -> Campaign {
    campaign_of(
        5,
        &[
            member(account(1, 20), Some((2, 100)), 400_000),
            member(account(2, 20), None, 600_000),
            member(account(3, 32), Some((4, 50)), 0),
        ],
    )
}

/// Positions of the three accounts.
pub const OLD: u32 = 0;
pub const NEW: u32 = 1;
pub const IDLE: u32 = 2;
/// The position of the tree's one pad.
pub const PAD: u32 = 3;

pub fn asset(byte: u8) -> AssetLeaf {
    AssetLeaf { asset_id_hash: [byte; 32], score: Score::MAX, price: 7, denom_hash: [9; 32] }
}

/// A published epoch with evidence at hand about its first commitment.
pub struct Hand {
    pub world: World,
    pub commitment: RangeProof,
    pub tree: View,
    pub base: View,
}

impl Hand {
    pub fn new(world: World) -> Self {
        let (opened, commitment): (Commitment, _) = search::opened_commitments(&world).remove(0);
        let (tree, base) = (search::allocation(&world, &opened), search::base(&world, opened.campaign));
        Self { world, commitment, tree, base }
    }

    /// The honest epoch of one campaign.
    pub fn honest(campaign: &Campaign) -> Self {
        Self::new(World::honest(std::slice::from_ref(campaign), &[asset(1), asset(2)]))
    }

    /// The epoch by hand, with changed rows, nodes or header.
    pub fn changed(change: impl FnOnce(&mut Draft)) -> Self {
        let campaign = campaign();
        let mut draft = campaign.draft(&deployment());
        change(&mut draft);
        Self::new(World::publish(&[campaign], &mut [draft], &[asset(1), asset(2)]))
    }

    pub fn judge(&self, proof: &FraudProof) -> Result<Clause, FraudError> {
        self.world.judge(proof)
    }

    /// The leaf at a position, without its base.
    pub fn leaf(&self, position: u32) -> Result<Clause, FraudError> {
        self.leaf_on(position, None)
    }

    /// The leaf at a position, with base leaves from `start` on.
    pub fn leaf_on(&self, position: u32, base: Option<(u32, u32)>) -> Result<Clause, FraudError> {
        let base = base.map(|(start, count)| self.base.range(start, count).unwrap());
        self.leaf_with(position, base)
    }

    pub fn leaf_with(&self, position: u32, base: Option<RangeProof>) -> Result<Clause, FraudError> {
        let leaf = self.tree.range(position, 1).unwrap();
        self.judge(&FraudProof::Leaf { commitment: self.commitment.clone(), leaf, base })
    }

    pub fn unordered(&self, start: u32) -> Result<Clause, FraudError> {
        let leaves = self.tree.range(start, 2).unwrap();
        self.judge(&FraudProof::UnorderedLeaves { commitment: self.commitment.clone(), leaves })
    }

    /// The base account at `position`, absent by the leaves from `start` on.
    pub fn missing(&self, position: u32, (start, count): (u32, u32)) -> Result<Clause, FraudError> {
        let base = self.base.range(position, 1).unwrap();
        let absence = self.tree.range(start, count).unwrap();
        self.judge(&FraudProof::MissingAccount { commitment: self.commitment.clone(), base, absence })
    }

    pub fn bad_pad(&self, position: u32, opening: Vec<u8>) -> Result<Clause, FraudError> {
        let (commitment, opening) = (self.commitment.clone(), Binary::new(opening));
        self.judge(&FraudProof::BadPad { commitment, position, opening })
    }

    pub fn wrong_sum(&self, position: u32, opening: Vec<u8>) -> Result<Clause, FraudError> {
        let (commitment, opening) = (self.commitment.clone(), Binary::new(opening));
        self.judge(&FraudProof::WrongSum { commitment, position, opening })
    }

    pub fn header(&self) -> Result<Clause, FraudError> {
        self.judge(&FraudProof::Commitment { commitment: self.commitment.clone() })
    }
}

pub fn not_proven(why: &'static str) -> Result<Clause, FraudError> {
    Err(FraudError::NotProven { why })
}

#[test]
fn the_numbers_are_those_worked_out_by_hand() {
    let draft = campaign().draft(&deployment());
    let numbers: Vec<_> = draft.rows.iter().map(|row| (row.streak, row.weight, row.cumulative)).collect();
    assert_eq!(numbers, [(3, 440_000, 523), (1, 600_000, 576), (0, 0, 50)]);
    let hand = Hand::honest(&campaign());
    let commitment = Commitment::unpack(hand.commitment.leaves.as_slice()).unwrap();
    assert_eq!((commitment.weight_total, commitment.cumulative_total), (1_040_000, 1_149));
    assert_eq!((commitment.base_total, commitment.leaf_count), (150, 3));
}
