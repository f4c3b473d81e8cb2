//! Looking through the published file of a pending report for what convicts it.
//!
//! Everything here is a search for candidates: what counts is what the contract's own `judge` says of a proof, and nothing
//! else is returned. What the file hides (it does not lead to the report's roots) has to be demanded on chain.

use std::collections::BTreeMap;

use attention_protocol::bytes::Reader;
use attention_protocol::fraud::{CampaignFacts, Clause, Context, FraudError, FraudProof, RangeProof, judge};
use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::rule::next_streak;
use attention_protocol::tree::{Node, PlainNode, SumNode, Tree, TreeLeaf};
use attention_protocol::{AccountId, AssetLeaf, Commitment, Hash, Leaf, ProtocolError, ReportBody, Score};
use cosmwasm_std::Binary;
use serde::Serialize;

/// What is known of a campaign beside the report.
#[derive(Debug, Clone)]
pub struct Watched {
    /// What the contract knows of it in the report's epoch.
    pub facts: CampaignFacts,
    /// The leaves of its newest settled allocation, rising by account; none before the first.
    pub base_leaves: Vec<Leaf>,
}

/// What is wrong with a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The contract convicts the report of it.
    Fraud {
        /// The campaign, if it is about one.
        campaign: Option<u64>,
        /// Number of the clause, 1 to 11.
        clause: u8,
        /// Its word.
        word: &'static str,
        /// The proof, for the message `prove_fraud`.
        proof: Box<FraudProof>,
    },
    /// The published file does not show what the report commits to: an opening has to be demanded.
    Hidden {
        /// The campaign, if it is about one.
        campaign: Option<u64>,
        /// What is missing.
        problem: String,
    },
}

/// Every campaign's first offence, and those of the report as a whole. None means that nothing the file shows can be
/// convicted; whether the scores are right only recomputing says.
///
/// # Errors
/// [`ProtocolError::RootMismatch`] if the bytes are not the file that the report names.
pub fn find_fraud(
    deployment: &Deployment,
    body: &ReportBody,
    bytes: &[u8],
    watched: &BTreeMap<u64, Watched>,
) -> Result<Vec<Finding>, ProtocolError> {
    if LeavesFile::hash(bytes) != body.leaves_hash {
        return Err(ProtocolError::RootMismatch);
    }
    let mut search = Search { context: Context { deployment, report: body }, watched, findings: Vec::new() };
    match read_file(bytes, body) {
        Ok(file) => search.report(&file)?,
        Err(problem) => search.hidden(None, format!("the file cannot be read: {problem}")),
    }
    Ok(search.findings)
}

/// The published file, whatever its leaves hold.
struct RawFile<'a> {
    commitments: Vec<Commitment>,
    leaves: Vec<Vec<RawLeaf<'a>>>,
    assets: Vec<AssetLeaf>,
}

fn read_file<'a>(bytes: &'a [u8], body: &ReportBody) -> Result<RawFile<'a>, ProtocolError> {
    let mut reader = Reader::new("leaves file", bytes);
    let mut file = RawFile { commitments: Vec::new(), leaves: Vec::new(), assets: Vec::new() };
    for _ in 0..body.campaign_count {
        let commitment = Commitment::read(&mut reader)?;
        let mut leaves = Vec::new();
        for _ in 0..commitment.leaf_count {
            leaves.push(RawLeaf::read(&mut reader)?);
        }
        file.commitments.push(commitment);
        file.leaves.push(leaves);
    }
    for _ in 0..body.asset_count {
        file.assets.push(AssetLeaf::read(&mut reader)?);
    }
    reader.finish()?;
    Ok(file)
}

/// A leaf where it stands, so that a tree is built whatever the order of its leaves.
struct InPlace<'a, L> {
    position: u32,
    leaf: &'a L,
}

impl<L: TreeLeaf> TreeLeaf for InPlace<'_, L> {
    type Node = L::Node;
    type Key = u32;

    fn key(&self) -> u32 {
        self.position
    }

    fn node(&self, domain: &Hash) -> L::Node {
        self.leaf.node(domain)
    }
}

fn tree<L: TreeLeaf>(domain: &Hash, leaves: &[L]) -> Result<Tree<L::Node>, ProtocolError> {
    let placed: Vec<InPlace<'_, L>> =
        (0..).zip(leaves).map(|(position, leaf)| InPlace { position, leaf }).collect();
    Tree::build("published leaves", domain, &placed)
}

/// `count` packed leaves from `start` on, with their siblings.
fn range<N: Node>(
    tree: &Tree<N>,
    start: usize,
    count: usize,
    packed: Vec<u8>,
) -> Result<RangeProof, ProtocolError> {
    let number = |value: usize| {
        u32::try_from(value).map_err(|_| ProtocolError::Overflow { what: "the position of a leaf" })
    };
    let start = number(start)?;
    let siblings = tree.prove_range(start, number(count)?)?;
    Ok(RangeProof { start, leaves: Binary::from(packed), siblings: Binary::from(siblings) })
}

/// The first pair that does not rise.
fn first_fall<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Option<usize> {
    items.windows(2).position(|pair| matches!(pair, [a, b] if key(a) >= key(b)))
}

struct Search<'a> {
    context: Context<'a>,
    watched: &'a BTreeMap<u64, Watched>,
    findings: Vec<Finding>,
}

impl Search<'_> {
    fn hidden(&mut self, campaign: Option<u64>, problem: impl Into<String>) {
        self.findings.push(Finding::Hidden { campaign, problem: problem.into() });
    }

    /// True if the contract's own judgement convicts.
    fn convicts(&mut self, campaign: Option<u64>, proof: FraudProof) -> bool {
        let facts = |id: u64| Ok::<_, FraudError>(self.watched.get(&id).map(|watched| watched.facts.clone()));
        let Ok(clause) = judge(&proof, &self.context, facts) else { return false };
        let (clause, word): (u8, &'static str) = (Clause::number(clause), Clause::word(clause));
        self.findings.push(Finding::Fraud { campaign, clause, word, proof: Box::new(proof) });
        true
    }

    fn report(&mut self, file: &RawFile<'_>) -> Result<(), ProtocolError> {
        let Context { deployment, report } = self.context;
        let assets = tree(&deployment.assets_domain(report.epoch), &file.assets)?;
        if assets.root().0 != report.assets_root {
            self.hidden(None, "the published assets do not lead to the report's root");
        } else if let Some(at) = first_fall(&file.assets, |asset| asset.asset_id_hash) {
            let pair = file.assets.iter().skip(at).take(2).flat_map(AssetLeaf::pack).collect();
            self.convicts(None, FraudProof::UnorderedAssets { assets: range(&assets, at, 2, pair)? });
        }
        let commitments = tree(&deployment.commitments_domain(report.epoch), &file.commitments)?;
        if commitments.root().0 != report.campaigns_root {
            self.hidden(None, "the published commitments do not lead to the report's root");
            return Ok(());
        }
        if let Some(at) = first_fall(&file.commitments, |commitment| commitment.campaign) {
            let pair = file.commitments.iter().skip(at).take(2).flat_map(Commitment::pack).collect();
            let commitments = range(&commitments, at, 2, pair)?;
            self.convicts(None, FraudProof::UnorderedCommitments { commitments });
        }
        for (at, (commitment, leaves)) in file.commitments.iter().zip(&file.leaves).enumerate() {
            self.campaign(&commitments, at, commitment, leaves)?;
        }
        Ok(())
    }

    fn campaign(
        &mut self,
        commitments: &Tree<PlainNode>,
        at: usize,
        header: &Commitment,
        leaves: &[RawLeaf<'_>],
    ) -> Result<(), ProtocolError> {
        let campaign = Some(header.campaign);
        let commitment = range(commitments, at, 1, header.pack().to_vec())?;
        if self.convicts(campaign, FraudProof::Commitment { commitment: commitment.clone() }) {
            return Ok(());
        }
        let domain = self.context.deployment.allocation_domain(header.campaign, self.context.report.epoch);
        let allocation = match tree(&domain, leaves) {
            Ok(allocation) => allocation,
            Err(problem) => {
                self.hidden(campaign, format!("the published leaves make no tree: {problem}"));
                return Ok(());
            }
        };
        let root = allocation.root();
        if root.hash != header.root {
            self.hidden(campaign, "the published leaves do not lead to the commitment's root");
            return Ok(());
        }
        if (root.weight, root.cumulative) != (header.weight_total, header.cumulative_total) {
            let opening = Binary::from(allocation.open(0)?);
            self.convicts(campaign, FraudProof::WrongSum { commitment, position: 0, opening });
            return Ok(());
        }
        if let Some(at) = first_fall(leaves, |leaf| leaf.address) {
            let pair = leaves.iter().skip(at).take(2).flat_map(RawLeaf::as_bytes).copied().collect();
            let leaves = range(&allocation, at, 2, pair)?;
            self.convicts(campaign, FraudProof::UnorderedLeaves { commitment, leaves });
            return Ok(());
        }
        let Some(watched) = self.watched.get(&header.campaign) else { return Ok(()) };
        let case = Case { header, commitment, allocation: &allocation, leaves, watched };
        if let Some(proof) = case.wrong_leaf(self.context.deployment)? {
            self.convicts(campaign, proof);
        }
        Ok(())
    }
}

/// One campaign whose leaves rise and lead to its commitment.
struct Case<'a> {
    header: &'a Commitment,
    commitment: RangeProof,
    allocation: &'a Tree<SumNode>,
    leaves: &'a [RawLeaf<'a>],
    watched: &'a Watched,
}

impl Case<'_> {
    /// A proof about the first leaf that is not what the rule makes of its score and base, or the first that is missing.
    fn wrong_leaf(&self, deployment: &Deployment) -> Result<Option<FraudProof>, ProtocolError> {
        let CampaignFacts { rule, settle, base_epoch, .. } = &self.watched.facts;
        let base_leaves = &self.watched.base_leaves;
        let base_tree = tree(&deployment.allocation_domain(self.header.campaign, *base_epoch), base_leaves)?;
        let base = &settle.base;
        // Against another base than the newest settled one nothing is convicted, and nothing settles.
        let same_base = (self.header.base_root, self.header.base_total) == (base.root, base.total)
            && base_tree.root().hash == base.root;
        for (at, leaf) in self.leaves.iter().enumerate() {
            let score =
                Score::try_from(leaf.score_ppm).ok().filter(|_| AccountId::try_from(leaf.address).is_ok());
            let right_alone = score.is_some_and(|score| {
                leaf.boost_ppm <= rule.rule().boost_max_ppm
                    && leaf.weight == rule.weight(score, leaf.streak, leaf.boost_ppm)
            });
            let found = base_leaves.binary_search_by(|base| base.account.as_slice().cmp(leaf.address));
            let before = found.ok().and_then(|index| base_leaves.get(index));
            let (streak, cumulative) = before.map_or((0, 0), |leaf| (leaf.streak, leaf.cumulative));
            let earned = rule.earned(leaf.weight, self.header.weight_total, self.header.budget);
            let follows = score.is_some_and(|score| leaf.streak == next_streak(rule, streak, score))
                && Some(leaf.cumulative) == cumulative.checked_add(earned);
            if right_alone && (follows || !same_base) {
                continue;
            }
            let base = match right_alone {
                true => Some(around(&base_tree, base_leaves, found, Leaf::pack)?),
                false => None,
            };
            let leaf = range(self.allocation, at, 1, leaf.as_bytes().to_vec())?;
            return Ok(Some(FraudProof::Leaf { commitment: self.commitment.clone(), leaf, base }));
        }
        let place =
            |account: &AccountId| self.leaves.binary_search_by(|leaf| leaf.address.cmp(account.as_slice()));
        let missing =
            base_leaves.iter().enumerate().find(|(_, base)| same_base && place(&base.account).is_err());
        let Some((at, account)) = missing else { return Ok(None) };
        let base = range(&base_tree, at, 1, account.pack())?;
        let pack = |leaf: &RawLeaf<'_>| leaf.as_bytes().to_vec();
        let absence = around(self.allocation, self.leaves, place(&account.account), pack)?;
        Ok(Some(FraudProof::MissingAccount { commitment: self.commitment.clone(), base, absence }))
    }
}

/// The leaf that was found, or those around the place where it would stand; nothing in an empty tree.
fn around<N: Node, L>(
    tree: &Tree<N>,
    leaves: &[L],
    found: Result<usize, usize>,
    pack: impl Fn(&L) -> Vec<u8>,
) -> Result<RangeProof, ProtocolError> {
    let (start, end) = match found {
        Ok(at) => (at, at.checked_add(1).unwrap_or(at)),
        Err(at) => (at.max(1).abs_diff(1), at.checked_add(1).unwrap_or(at).min(leaves.len())),
    };
    let count = end.abs_diff(start);
    if count == 0 {
        return Ok(RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() });
    }
    range(tree, start, count, leaves.iter().skip(start).take(count).flat_map(pack).collect())
}
