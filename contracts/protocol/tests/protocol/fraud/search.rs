//! A prover that knows nothing but what is published: it opens what it can from the report's roots down, and tries every kind
//! of proof at every place.

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::Commitment;
use attention_protocol::bytes::significant;
use attention_protocol::fraud::{
    Answer, Clause, FraudError, FraudProof, RangeProof, Target, check_answer, check_target,
};
use attention_protocol::hash::Hash;
use attention_protocol::tree::{depth, pad_level};
use cosmwasm_std::Binary;

use super::forge::Node;
use super::world::World;

/// Positions of a tree that the prover looks at; the trees of the tests are smaller.
const LOOK_AT: u64 = 128;

/// What can be opened of a tree.
pub struct View {
    pub leaf_count: u32,
    sums: bool,
    nodes: BTreeMap<(u32, u64), Node>,
    /// Preimages of nodes behind the tag.
    preimages: BTreeMap<(u32, u64), Vec<u8>>,
    /// Packed leaves.
    pub leaves: BTreeMap<u32, Vec<u8>>,
}

impl View {
    /// Opens a tree from its root down.
    pub fn open(world: &World, domain: &Hash, (root, leaf_count): (Node, u32), sums: bool) -> Self {
        let mut view = Self {
            leaf_count,
            sums,
            nodes: BTreeMap::new(),
            preimages: BTreeMap::new(),
            leaves: BTreeMap::new(),
        };
        let mut todo = vec![(depth(leaf_count), 0u64, root)];
        while let Some((level, index, node)) = todo.pop() {
            view.nodes.insert((level, index), node);
            let Some(preimage) = world.published.get(&node.hash) else { continue };
            match (preimage.as_slice(), level) {
                ([0, rest @ ..], 0) if rest.starts_with(domain) && index < u64::from(leaf_count) => {
                    view.leaves.insert(index as u32, rest[32..].to_vec());
                }
                ([1, pair @ ..], 1..) => {
                    view.preimages.insert((level, index), pair.to_vec());
                    for (i, child) in pair.chunks(pair.len() / 2).enumerate() {
                        todo.push((level - 1, 2 * index + i as u64, child_node(child)));
                    }
                }
                _ => {}
            }
        }
        view
    }

    fn siblings(&self, start: u32, count: u32) -> Option<Vec<u8>> {
        let (mut low, mut high) = (u64::from(start), u64::from(start + count - 1));
        let mut end = u64::from(self.leaf_count);
        let mut out = Vec::new();
        for level in 0..depth(self.leaf_count) {
            if low % 2 == 1 {
                self.write(self.nodes.get(&(level, low - 1))?, &mut out);
            }
            if high % 2 == 0 && high + 1 < end {
                self.write(self.nodes.get(&(level, high + 1))?, &mut out);
            }
            (low, high, end) = (low / 2, high / 2, end.div_ceil(2));
        }
        Some(out)
    }

    fn write(&self, node: &Node, out: &mut Vec<u8>) {
        out.extend(node.hash);
        if self.sums {
            let (weight, cumulative) = (node.weight.to_be_bytes(), node.cumulative.to_be_bytes());
            let (weight, cumulative) = (significant(&weight), significant(&cumulative));
            out.push((17 * weight.len() + cumulative.len()) as u8);
            out.extend(weight);
            out.extend(cumulative);
        }
    }

    /// The range proof of `count` leaves, if they and their siblings are known.
    pub fn range(&self, start: u32, count: u32) -> Option<RangeProof> {
        let leaves = (start..start + count).map(|at| self.leaves.get(&at).cloned());
        let leaves: Vec<u8> = leaves.collect::<Option<Vec<_>>>()?.concat();
        let siblings = Binary::new(self.siblings(start, count)?);
        Some(RangeProof { start, leaves: Binary::new(leaves), siblings })
    }

    /// Ranges of one and of two leaves.
    pub fn ranges(&self) -> Vec<RangeProof> {
        let starts = 0..self.leaf_count.min(LOOK_AT as u32);
        starts.flat_map(|start| [self.range(start, 1), self.range(start, 2)]).flatten().collect()
    }

    /// The longest opening towards a position that goes no further than `level`.
    pub fn opening(&self, position: u32, level: u32) -> Vec<u8> {
        let mut out = Vec::new();
        for level in (level + 1..=depth(self.leaf_count)).rev() {
            match self.preimages.get(&(level, u64::from(position) >> level)) {
                Some(preimage) => out.extend(preimage),
                None => return out,
            }
        }
        if level == 0 {
            out.extend(self.leaves.get(&position).into_iter().flatten());
        }
        out
    }

    pub fn positions(&self) -> impl Iterator<Item = u32> {
        let end = if self.leaf_count == 0 { 0 } else { LOOK_AT.min(1 << depth(self.leaf_count)) };
        (0..end).map(|position| position as u32)
    }
}

fn child_node(bytes: &[u8]) -> Node {
    let mut node = Node { hash: bytes[..32].try_into().unwrap(), weight: 0, cumulative: 0 };
    if bytes.len() == 56 {
        node.weight = u64::from_be_bytes(bytes[32..40].try_into().unwrap());
        node.cumulative = u128::from_be_bytes(bytes[40..].try_into().unwrap());
    }
    node
}

fn plain(hash: Hash) -> Node {
    Node { hash, weight: 0, cumulative: 0 }
}

pub fn commitments(world: &World) -> View {
    let domain = world.deployment.commitments_domain(world.body.epoch);
    View::open(world, &domain, (plain(world.body.campaigns_root), world.body.campaign_count), false)
}

pub fn assets(world: &World) -> View {
    let domain = world.deployment.assets_domain(world.body.epoch);
    View::open(world, &domain, (plain(world.body.assets_root), world.body.asset_count), false)
}

pub fn allocation(world: &World, commitment: &Commitment) -> View {
    let domain = world.deployment.allocation_domain(commitment.campaign, world.body.epoch);
    let root = Node {
        hash: commitment.root,
        weight: commitment.weight_total,
        cumulative: commitment.cumulative_total,
    };
    View::open(world, &domain, (root, commitment.leaf_count), true)
}

pub fn base(world: &World, campaign: u64) -> View {
    let Some(facts) = world.facts.get(&campaign) else {
        return View::open(world, &[0; 32], (plain([0; 32]), 0), true);
    };
    let domain = world.deployment.allocation_domain(campaign, facts.base_epoch);
    let settled = &facts.settle.base;
    let root = Node { hash: settled.root, weight: facts.base_weight_total, cumulative: settled.total };
    View::open(world, &domain, (root, settled.leaf_count), true)
}

/// Every commitment that can be opened, with its proof.
pub fn opened_commitments(world: &World) -> Vec<(Commitment, RangeProof)> {
    let view = commitments(world);
    let range = |at| Some((Commitment::unpack(view.leaves.get(&at)?).unwrap(), view.range(at, 1)?));
    (0..view.leaf_count).filter_map(range).collect()
}

/// Every proof that the published preimages allow.
pub fn proofs(world: &World) -> Vec<FraudProof> {
    let mut all = Vec::new();
    let pairs = |view: &View| (0..view.leaf_count).filter_map(|at| view.range(at, 2)).collect::<Vec<_>>();
    let views = (commitments(world), assets(world));
    all.extend(
        pairs(&views.0).into_iter().map(|commitments| FraudProof::UnorderedCommitments { commitments }),
    );
    all.extend(pairs(&views.1).into_iter().map(|assets| FraudProof::UnorderedAssets { assets }));
    for (opened, commitment) in opened_commitments(world) {
        all.push(FraudProof::Commitment { commitment: commitment.clone() });
        allocation_proofs(world, &opened, &commitment, &mut all);
    }
    all
}

fn allocation_proofs(world: &World, opened: &Commitment, commitment: &RangeProof, all: &mut Vec<FraudProof>) {
    let proof = || commitment.clone();
    let (view, base) = (allocation(world, opened), base(world, opened.campaign));
    let (ranges, mut base_ranges) = (view.ranges(), base.ranges());
    let one_leaf = |view: &View, proof: &&RangeProof| view.leaves[&proof.start].len() == proof.leaves.len();
    let in_base: Vec<_> = base_ranges.iter().filter(|proof| one_leaf(&base, proof)).cloned().collect();
    if base.leaf_count == 0 {
        base_ranges.push(RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() });
    }
    for position in view.positions() {
        let level = pad_level(view.leaf_count, position).unwrap_or(0);
        let mut opening = view.opening(position, level);
        let wrong_sum = opening.clone();
        if level == 0 && view.leaves.contains_key(&position) {
            opening.truncate(112 * depth(view.leaf_count) as usize);
        }
        all.push(FraudProof::BadPad { commitment: proof(), position, opening: opening.into() });
        all.push(FraudProof::WrongSum { commitment: proof(), position, opening: wrong_sum.into() });
    }
    for leaves in &ranges {
        if !one_leaf(&view, &leaves) {
            all.push(FraudProof::UnorderedLeaves { commitment: proof(), leaves: leaves.clone() });
            continue;
        }
        let bases = base_ranges.iter().cloned().map(Some).chain([None]);
        all.extend(bases.map(|base| FraudProof::Leaf { commitment: proof(), leaf: leaves.clone(), base }));
    }
    for base in &in_base {
        let missing = |absence: &RangeProof| FraudProof::MissingAccount {
            commitment: proof(),
            base: base.clone(),
            absence: absence.clone(),
        };
        all.extend(ranges.iter().map(missing));
    }
}

/// The clauses that the published preimages convict the report of.
pub fn convictions(world: &World) -> BTreeSet<String> {
    let verdicts = proofs(world).into_iter().map(|proof| (world.judge(&proof), proof));
    let convicted = verdicts.filter_map(|(verdict, _)| verdict.ok());
    convicted.map(|clause| format!("{clause:?}")).collect()
}

/// The answer to a demand, as far as the published preimages go.
pub fn answer(world: &World, target: &Target) -> Option<Answer> {
    let leaf = |view: View, index: u32| {
        let range = view.range(index, 1)?;
        Some((range.leaves, range.siblings))
    };
    match target {
        Target::Commitment { index } => leaf(commitments(world), *index)
            .map(|(commitment, siblings)| Answer::Commitment { commitment, siblings }),
        Target::Asset { index } => {
            leaf(assets(world), *index).map(|(asset, siblings)| Answer::Asset { asset, siblings })
        }
        Target::Leaf { commitment, position } => {
            let commitment = Commitment::unpack(commitment.leaves.as_slice()).unwrap();
            let opening = allocation(world, &commitment).opening(*position, 0);
            Some(Answer::Leaf { opening: opening.into() })
        }
    }
}

/// Everything that can be demanded of the report.
pub fn targets(world: &World) -> Vec<Target> {
    let mut all: Vec<_> = (0..world.body.campaign_count).map(|index| Target::Commitment { index }).collect();
    all.extend((0..world.body.asset_count).map(|index| Target::Asset { index }));
    for (opened, commitment) in opened_commitments(world) {
        let positions = 0..opened.leaf_count.min(LOOK_AT as u32);
        all.extend(positions.map(|position| Target::Leaf { commitment: commitment.clone(), position }));
    }
    all
}

/// The demands that nobody can answer.
pub fn unanswered(world: &World) -> Vec<Target> {
    let open = |target: &Target| {
        let context = world.context();
        check_target(target, &context).expect("the target is there");
        let checked: Option<Result<_, FraudError>> =
            answer(world, target).map(|answer| check_answer(target, &answer, &context));
        !matches!(checked, Some(Ok(_)))
    };
    targets(world).into_iter().filter(open).collect()
}

/// The name under which [`convictions`] lists a clause.
pub fn name(clause: Clause) -> String {
    format!("{clause:?}")
}
