//! Deployments with many campaigns, accounts with rows, or epochs behind them.

use std::collections::BTreeMap;

use attention_protocol::anchor::anchor_digest;
use attention_protocol::msg::{AccountClaim, ClaimItem, ExecuteMsg, InstantiateMsg};
use attention_protocol::{Hash, Leaf};
use cosmwasm_std::Binary;
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use crate::suite::counting::{counted_code, take_log};
use crate::suite::{ATT, BOND, Draft, NewCampaign, Published, Setup, Suite, outcomes};

/// Most leaves of a range, and most items of a batch.
const RANGE: usize = 256;
const BATCH: usize = 32;
/// Input of every report.
const INPUT: Hash = [7; 32];

/// How much there is before the script begins.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub campaigns: u64,
    /// Each has a leaf, a recorded score, a paid claim and a consent.
    pub accounts: u32,
    /// Each reported, final and settled.
    pub epochs: u64,
}

/// A deployment to send messages to.
pub struct Grown {
    pub suite: Suite,
    /// The newest campaign of those that earn.
    pub main: u64,
    /// The current epoch.
    pub epoch: u64,
}

impl World {
    pub const SMALLEST: Self = Self { campaigns: 1, accounts: 1, epochs: 1 };

    pub fn grow(&self) -> Grown {
        let change = |msg: &mut InstantiateMsg| {
            msg.limits.operator_fee_ppm = 25_000;
            msg.security.anchor_grace_s = Some(1);
        };
        let setup = Setup { tokens: 1, code: counted_code, change, ..Setup::default() };
        let mut suite = Suite::with(setup).unwrap();
        suite.is_audited = false;
        let anyone = suite.user("anyone");
        suite.mint(&anyone, 1 << 100, BOND);
        let create = |suite: &mut Suite| {
            let campaign = NewCampaign::default().bringing(1 << 60, ATT).epochs(0, self.epochs + 10);
            // As many new accounts as there are, at once.
            campaign.rule(|rule| rule.growth.abs = u32::MAX).create(suite)
        };
        let main = (0..self.campaigns).map(|_| create(&mut suite)).last().unwrap();
        let mut grown = Grown { suite, main, epoch: 0 };
        let names: Vec<String> = (0..self.accounts).map(|i| format!("account {i}")).collect();
        for _ in 0..self.epochs {
            grown.settle_epoch(&names);
        }
        grown.give_rows(&names);
        grown.count_all();
        take_log();
        grown
    }
}

impl Grown {
    /// Closes the epoch and fixes its input, so that a report may follow.
    pub fn open(&mut self) {
        self.suite.close(self.epoch);
        self.suite.wait(1);
        let (relayer, msg) = (self.suite.user("relayer"), self.anchor());
        self.suite.execute(&relayer, &msg, &[]).unwrap();
    }

    fn anchor(&self) -> ExecuteMsg {
        let status = self.suite.epoch_status();
        let (epoch, revision, index) = (status.open_epoch, status.revision, status.anchor_rank.unwrap());
        let digest = anchor_digest(&self.suite.deployment(), epoch, revision, &INPUT);
        let signature: Signature = self.suite.operators[usize::from(index)].sign_prehash(&digest).unwrap();
        let signature = Binary::new(signature.to_bytes().to_vec());
        ExecuteMsg::AnchorInput { epoch, revision, input_root: Binary::from(INPUT), index, signature }
    }

    /// A report on the epoch over all campaigns up to the main one: honest in that one, alike in the others.
    pub fn draft(&self, scores: &[(&str, u32)]) -> Draft {
        let mut draft = self.suite.draft(self.epoch);
        self.suite.commit(&mut draft, self.main, scores);
        let of_main = draft.commitments[&self.main].commitment.clone();
        for campaign in 1..self.main {
            let commitment = attention_protocol::Commitment { campaign, ..of_main.clone() };
            draft.commitments.insert(campaign, Published { commitment, leaves: vec![] });
        }
        let main = draft.commitments[&self.main].clone();
        self.suite.put_as_is(&mut draft, main);
        draft
    }

    fn settle_epoch(&mut self, names: &[String]) {
        self.open();
        let scores: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 5)).collect();
        let draft = self.draft(&scores);
        self.suite.submit(&draft).unwrap();
        self.suite.finalise();
        let item = self.suite.settle_item(&draft, self.main);
        let response = self.suite.settle(vec![item]).unwrap();
        assert_eq!(outcomes(&response), [("settled".to_string(), String::new())]);
        self.epoch += 1;
    }

    /// Scores, claims and consents of all accounts of the newest settled epoch.
    fn give_rows(&mut self, names: &[String]) {
        let (campaign, epoch) = (self.main, self.epoch - 1);
        let leaves = self.suite.published[&(campaign, epoch)].leaves.clone();
        let tree = self.suite.allocation_tree(campaign, epoch, &leaves);
        let relayer = self.suite.user("relayer");
        for (start, shown) in (0..).step_by(RANGE).zip(leaves.chunks(RANGE)) {
            let siblings = Binary::new(tree.prove_range(start, shown.len() as u32).unwrap());
            let leaves = Binary::new(shown.iter().flat_map(Leaf::pack).collect());
            let record = ExecuteMsg::RecordScores { campaign, epoch, start, leaves, siblings };
            self.suite.execute(&relayer, &record, &[]).unwrap();
        }
        let at: BTreeMap<_, _> = (0u32..).zip(&leaves).map(|(at, leaf)| (leaf.account.clone(), at)).collect();
        for some in names.chunks(BATCH) {
            let claim = |name: &String| {
                let position = at[&self.suite.account(name)];
                let leaf = &leaves[position as usize];
                let proof = Binary::new([leaf.pack(), tree.prove(position).unwrap()].concat());
                let item = ClaimItem { campaign, epoch, position, proof };
                AccountClaim { account: self.suite.user(name).to_string(), items: vec![item] }
            };
            let claims = some.iter().map(claim).collect();
            self.suite.execute(&relayer, &ExecuteMsg::ClaimBatch { claims }, &[]).unwrap();
        }
        for name in names {
            let user = self.suite.user(name);
            self.suite.execute(&user, &ExecuteMsg::SetConsent { granted: true }, &[]).unwrap();
        }
    }

    /// Counts and shares all that is due by now, so that the script finds the same left to count whatever was before.
    fn count_all(&mut self) {
        let relayer = self.suite.user("relayer");
        while self.suite.execute(&relayer, &ExecuteMsg::CountParticipation {}, &[]).is_ok() {}
        let share = ExecuteMsg::DistributeOperatorFees { denom: ATT.into() };
        while self.suite.execute(&relayer, &share, &[]).is_ok() {}
    }
}
