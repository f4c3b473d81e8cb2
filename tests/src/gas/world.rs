//! What stands behind a measurement: campaigns, accounts with rows, epochs that were reported, final and settled.

use attention_protocol::fraud::RangeProof;
use attention_protocol::hash::sha256;
use attention_protocol::msg::{AccountClaim, CommitmentAbsence, ExecuteMsg};
use attention_protocol::tree::{PlainNode, Tree};
use attention_protocol::{AccountId, AssetLeaf, Commitment, Hash, Leaf, ReportBody, Score, ZERO_HASH};
use cosmrs::Any;
use cosmwasm_std::{Binary, Uint128};

use super::site::{BUDGET, FUNDING, Pace, Site, failed, terms};
use crate::bed::REWARD;
use crate::chain::LocalChain;
use crate::direct::bech32_address;
use crate::error::E2eError;
use crate::ledger::{CampaignBook, CampaignEpoch, EpochBook};

/// Most leaves of a range of scores, and most items of a batch of claims.
pub const RANGE: usize = 256;
const BATCH: usize = 32;
/// Messages of one transaction while a world grows.
const CREATED_AT_ONCE: usize = 100;
const RECORDED_AT_ONCE: usize = 4;
const CLAIMED_AT_ONCE: usize = 5;

/// A campaign whose commitments hold, though nobody has its leaves.
struct Other {
    id: u64,
    rule_hash: Hash,
}

/// A deployment and all that was published on it.
pub struct World {
    /// Where.
    pub site: Site,
    /// The campaign that pays.
    pub main: CampaignBook,
    /// The newest settled allocation of it.
    pub settled: Option<(u64, CampaignEpoch)>,
    /// A campaign that ran in the first epoch and earned nothing.
    pub lone: u64,
    /// That first epoch, and its commitments.
    first: Option<(u64, Vec<Commitment>)>,
    epochs: usize,
    others: Vec<Other>,
    /// The first epoch in which all of them run.
    running_from: u64,
    accounts: Vec<AccountId>,
}

impl World {
    /// One campaign, whose one account is the key's own.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn create(chain: &LocalChain, code: &str, name: &str, pace: Pace) -> Result<Self, E2eError> {
        Self::on(Site::deploy(chain, code, name, pace, |_| {})?)
    }

    /// The same on a deployment that is there already.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn on(site: Site) -> Result<Self, E2eError> {
        let end = Site::end_of(0);
        let bond = site.call(&ExecuteMsg::PostBond {}, Site::bond(1_000_000))?;
        let unbond = site.call(&ExecuteMsg::Unbond { amount: Uint128::new(1_000) }, None)?;
        site.client.send(vec![site.create(0, end)?, site.create(0, 1)?, bond, unbond])?;
        let main = CampaignBook::new(1, &terms(0, end));
        let (others, accounts) = (vec![], vec![]);
        Ok(Self {
            site,
            main,
            settled: None,
            lone: 2,
            first: None,
            epochs: 0,
            others,
            accounts,
            running_from: 0,
        })
    }

    /// Campaigns besides the one that nobody earns in.
    pub fn campaigns(&self) -> usize {
        self.others.len() + 1
    }

    /// Epochs that were reported, final and settled.
    pub fn epochs(&self) -> usize {
        self.epochs
    }

    /// Creates campaigns until there are `count`.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn add_campaigns(&mut self, count: usize) -> Result<(), E2eError> {
        while self.campaigns() < count {
            let missing = (count - self.campaigns()).min(CREATED_AT_ONCE);
            let start = self.site.first_epoch()?;
            let end = Site::end_of(start);
            let rule_hash = terms(start, end).rule_hash();
            let create = self.site.create(start, end)?;
            self.running_from = start;
            self.site.client.send(vec![create; missing])?;
            let next = self.others.last().map_or(self.lone, |other| other.id) + 1;
            self.others.extend((next..).take(missing).map(|id| Other { id, rule_hash }));
        }
        Ok(())
    }

    /// Adds accounts until there are `count`, the key's own included. They have leaves from the next epoch on.
    pub fn add_accounts(&mut self, count: usize) {
        let known = self.accounts.len() + 1;
        let new = (known..count).map(|number| {
            let hash = sha256(&[b"account", &number.to_be_bytes()]);
            AccountId::try_from(&hash[..20]).expect("20 bytes are an account")
        });
        self.accounts.extend(new);
    }

    /// The honest allocation of an epoch.
    pub fn allocate(&self, epoch: u64) -> CampaignEpoch {
        let own = (self.site.client.id.clone(), 500_000);
        let others = self.accounts.iter().map(|account| (account.clone(), 1_000));
        let scores: Vec<_> = others.chain([own]).collect();
        self.main.allocate(&self.site.deployment.allocation_domain(1, epoch), &scores, BUDGET)
    }

    /// All commitments of an epoch, with that of the main campaign first.
    pub fn commitments(&self, main: Commitment) -> Vec<Commitment> {
        let other = |other: &Other| Commitment {
            campaign: other.id,
            base_root: ZERO_HASH,
            base_total: 0,
            root: [7; 32],
            leaf_count: 10,
            weight_total: 5,
            cumulative_total: BUDGET,
            budget: BUDGET,
            rule_hash: other.rule_hash,
        };
        std::iter::once(main).chain(self.others.iter().map(other)).collect()
    }

    /// The book of an epoch's commitments.
    pub fn book(&self, epoch: u64, main: Commitment) -> EpochBook {
        EpochBook::over(&self.site.deployment, epoch, self.commitments(main))
    }

    /// The two assets of every report, in tree order, with their root.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn assets(&self, epoch: u64) -> Result<(Vec<AssetLeaf>, (Hash, u32)), E2eError> {
        let score = Score::try_from(7).map_err(|error| failed("a score", error))?;
        let asset = |id: u8| AssetLeaf { asset_id_hash: [id; 32], score, price: 9, denom_hash: [3; 32] };
        let assets = vec![asset(1), asset(2)];
        let domain = self.site.deployment.assets_domain(epoch);
        let tree: Tree<PlainNode> =
            Tree::build("assets", &domain, &assets).map_err(|error| failed("assets", error))?;
        Ok((assets, (tree.root().0, tree.leaf_count())))
    }

    /// Waits for the end of the next epoch in which all campaigns run.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn next_epoch(&self) -> Result<u64, E2eError> {
        let epoch = self.site.next_epoch()?.max(self.running_from);
        self.site.wait_for_end(epoch)?;
        Ok(epoch)
    }

    /// The body of the awaited report.
    ///
    /// # Errors
    /// [`E2eError`], also if another epoch is awaited than `book`'s.
    pub fn body(&self, book: &EpochBook) -> Result<ReportBody, E2eError> {
        let (_, assets) = self.assets(book.epoch)?;
        let body = self.site.body(book.root(), assets)?;
        if body.epoch != book.epoch {
            return Err(failed("the awaited epoch", format!("{}, not {}", body.epoch, book.epoch)));
        }
        Ok(body)
    }

    /// Reports the next epoch honestly, settles it and gives every account its rows: a recorded score, a paid claim.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn settle_epoch(&mut self, with_rows: bool) -> Result<(), E2eError> {
        let epoch = self.next_epoch()?;
        let allocated = self.allocate(epoch);
        let book = self.book(epoch, allocated.commitment.clone());
        let body = self.body(&book)?;
        self.site.client.send(vec![self.site.anchor(&body)?, self.site.submit(&body)?])?;
        self.close(&book, allocated)?;
        if with_rows { self.give_rows() } else { Ok(()) }
    }

    /// Settles the main campaign once the report is final; counts and shares what it leaves to count and share, so that the next
    /// report finds nothing of the ones before.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn close(&mut self, book: &EpochBook, allocated: CampaignEpoch) -> Result<(), E2eError> {
        self.site.wait_final(book.epoch)?;
        let items = book.settle_items().into_iter().take(1).collect();
        let share = ExecuteMsg::DistributeOperatorFees { denom: REWARD.into() };
        let fund = ExecuteMsg::FundCampaign { campaign: 1 };
        self.site.client.send(vec![
            self.site.call(&ExecuteMsg::Settle { items }, None)?,
            self.site.call(&ExecuteMsg::CountParticipation {}, None)?,
            self.site.call(&share, None)?,
            // Last: a fee counts for reports from the epoch on in which it comes.
            self.site.call(&fund, Some((FUNDING, REWARD)))?,
        ])?;
        self.main.keep(&allocated);
        if self.first.is_none() {
            self.first = Some((book.epoch, self.commitments(allocated.commitment.clone())));
        }
        self.settled = Some((book.epoch, allocated));
        self.epochs += 1;
        Ok(())
    }

    /// Proof that the first report holds nothing of the lone campaign.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn absence(&self) -> Result<CommitmentAbsence, E2eError> {
        let (epoch, commitments) =
            self.first.as_ref().ok_or_else(|| failed("an absence", "no report yet"))?;
        let domain = self.site.deployment.commitments_domain(*epoch);
        let built = Tree::<PlainNode>::build("commitments", &domain, commitments);
        let tree = built.map_err(|error| failed("commitments", error))?;
        let shown = &commitments[..commitments.len().min(2)];
        let count = u32::try_from(shown.len()).map_err(|error| failed("commitments", error))?;
        let siblings = tree.prove_range(0, count).map_err(|error| failed("commitments", error))?;
        Ok(CommitmentAbsence {
            epoch: *epoch,
            start: 0,
            commitments: shown.iter().map(|commitment| Binary::from(commitment.pack())).collect(),
            siblings: Binary::from(siblings),
        })
    }

    /// The message that records `count` scores from `start` on.
    ///
    /// # Errors
    /// [`E2eError`].
    pub fn record(
        &self,
        epoch: u64,
        of: &CampaignEpoch,
        start: usize,
        count: usize,
    ) -> Result<Any, E2eError> {
        let domain = self.site.deployment.allocation_domain(1, epoch);
        let tree = Tree::build("leaves", &domain, &of.leaves).map_err(|error| failed("leaves", error))?;
        let number = |number: usize| u32::try_from(number).map_err(|error| failed("a position", error));
        let siblings = tree.prove_range(number(start)?, number(count)?);
        let siblings = Binary::from(siblings.map_err(|error| failed("a range", error))?);
        let leaves: Vec<u8> = of.leaves[start..start + count].iter().flat_map(Leaf::pack).collect();
        let (campaign, start, leaves) = (1, number(start)?, Binary::from(leaves));
        self.site.call(&ExecuteMsg::RecordScores { campaign, epoch, start, leaves, siblings }, None)
    }

    /// Records all scores and pays all claims of the newest settled epoch but the key's own.
    fn give_rows(&self) -> Result<(), E2eError> {
        let Some((epoch, settled)) = &self.settled else { return Ok(()) };
        let all = settled.leaves.len();
        let records =
            (0..all).step_by(RANGE).map(|start| self.record(*epoch, settled, start, RANGE.min(all - start)));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        for some in records.chunks(RECORDED_AT_ONCE) {
            self.site.client.send(some.to_vec())?;
        }
        let claims = self.accounts.chunks(BATCH).map(|accounts| {
            let claim = |account: &AccountId| {
                let address = bech32_address(&self.site.prefix, account.as_slice())?;
                Ok(AccountClaim { account: address, items: vec![settled.claim_item(*epoch, account)] })
            };
            let claims = accounts.iter().map(claim).collect::<Result<_, E2eError>>()?;
            self.site.call(&ExecuteMsg::ClaimBatch { claims }, None)
        });
        let claims = claims.collect::<Result<Vec<_>, E2eError>>()?;
        for some in claims.chunks(CLAIMED_AT_ONCE) {
            self.site.client.send(some.to_vec())?;
        }
        Ok(())
    }
}

/// A leaf with its siblings, as a fraud proof shows it.
pub fn shown(of: &CampaignEpoch, epoch: u64, account: &AccountId) -> RangeProof {
    let item = of.claim_item(epoch, account);
    let leaf_len = of.leaves[item.position as usize].pack().len();
    let (leaf, siblings) = item.proof.as_slice().split_at(leaf_len);
    RangeProof { start: item.position, leaves: Binary::from(leaf), siblings: Binary::from(siblings) }
}
