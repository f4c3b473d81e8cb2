//! Fraud proofs and answers against any report: no bytes make the judge panic, and what answers a demand has the demand's
//! own key. Small trees of whatever leaves the bytes give are built first, so that proofs lead to their roots and the
//! clauses are reached.
#![no_main]

use attention_fuzz::draw;
use attention_fuzz::epoch::{BASE_EPOCH, EPOCH, deployment};
use attention_protocol::fraud::{
    Answer, CampaignFacts, Clause, Context, FraudError, FraudProof, RangeProof, Target, check_answer,
    check_target, judge,
};
use attention_protocol::hash::{Hash, TAG_LEAF, sha256};
use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::settle::{SettleContext, SettledBase};
use attention_protocol::tree::{Node, PlainNode, SumNode, TreeLeaf};
use attention_protocol::{Commitment, ReportBody, ValidRule};
use cosmwasm_std::{Binary, from_json};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let u = &mut Unstructured::new(input);
    let _ = check(u);
});

/// A tree of one or two raw leaves, whatever they hold: the leaves, their nodes' level and the root.
struct Small {
    packed: Vec<Vec<u8>>,
    nodes: Vec<SumNode>,
    root: SumNode,
}

impl Small {
    fn draw(u: &mut Unstructured<'_>, domain: &Hash) -> Result<Self> {
        let count = u.int_in_range(1..=2)?;
        let packed = (0..count).map(|_| raw_leaf(u)).collect::<Result<Vec<_>>>()?;
        let node = |bytes: &Vec<u8>| match RawLeaf::unpack(bytes) {
            Ok(leaf) => leaf.node(domain),
            Err(_) => SumNode { hash: sha256(&[&[TAG_LEAF], domain, bytes]), weight: 1, cumulative: 1 },
        };
        let nodes: Vec<SumNode> = packed.iter().map(node).collect();
        let root = match nodes.as_slice() {
            [left, right] => SumNode::parent(left, right).unwrap_or(*left),
            _ => nodes[0],
        };
        Ok(Self { packed, nodes, root })
    }

    /// One of its leaves, or both, with the siblings that prove it.
    fn range(&self, u: &mut Unstructured<'_>) -> Result<RangeProof> {
        let mut siblings = Vec::new();
        let (start, leaves) = match (self.nodes.as_slice(), u.int_in_range(0..=2)?) {
            ([_, right], 0) => {
                right.write(&mut siblings);
                (0, self.packed[0].clone())
            }
            ([left, _], 1) => {
                left.write(&mut siblings);
                (1, self.packed[1].clone())
            }
            _ => (0, self.packed.concat()),
        };
        bent(u, RangeProof { start, leaves: leaves.into(), siblings: siblings.into() })
    }

    /// The root's preimage, and perhaps a leaf.
    fn opening(&self, u: &mut Unstructured<'_>) -> Result<Binary> {
        let mut out = Vec::new();
        if let [left, right] = self.nodes.as_slice() {
            for node in [left, right] {
                out.extend(node.hash);
                out.extend(node.weight.to_be_bytes());
                out.extend(node.cumulative.to_be_bytes());
            }
        }
        if u.arbitrary()? {
            out.extend(u.choose(&self.packed)?);
        }
        out.truncate(if u.ratio(1, 8)? { u.choose_index(out.len() + 1)? } else { out.len() });
        Ok(out.into())
    }
}

/// A packed leaf with any address and numbers, or any bytes.
fn raw_leaf(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if u.ratio(1, 16)? {
        return Ok(bytes(u)?.into());
    }
    let len: u8 = *u.choose(&[0, 1, 20, 20, 20, 32, 32, 64, 65])?;
    let mut out = vec![len];
    out.extend(vec![u.int_in_range(0..=3u8)?; usize::from(len)]);
    let small: bool = u.arbitrary()?;
    out.extend(u.int_in_range(0..=1_000_001u32)?.to_be_bytes());
    out.extend(u.arbitrary::<u16>()?.to_be_bytes());
    out.extend(if small { 0 } else { u.arbitrary::<u32>()? }.to_be_bytes());
    out.extend(if small { u.arbitrary::<u8>()?.into() } else { u.arbitrary::<u64>()? }.to_be_bytes());
    out.extend(if small { u.arbitrary::<u8>()?.into() } else { u.arbitrary::<u128>()? }.to_be_bytes());
    Ok(out)
}

fn bytes(u: &mut Unstructured<'_>) -> Result<Binary> {
    let len = u.int_in_range(0..=200)?;
    Ok(Binary::from(u.bytes(len.min(u.len()))?))
}

/// The proof, or one time in sixteen one of any bytes.
fn bent(u: &mut Unstructured<'_>, proof: RangeProof) -> Result<RangeProof> {
    if u.ratio(15, 16)? {
        return Ok(proof);
    }
    Ok(RangeProof { start: u.arbitrary()?, leaves: bytes(u)?, siblings: bytes(u)? })
}

fn check(u: &mut Unstructured<'_>) -> Result<()> {
    let deployment = deployment();
    let Ok(rule) = ValidRule::try_from(draw::rule(u)?) else { return Ok(()) };
    let mut commitment = draw::commitment(u)?;
    let id = commitment.campaign;
    let tree = Small::draw(u, &deployment.allocation_domain(id, EPOCH))?;
    let base = Small::draw(u, &deployment.allocation_domain(id, BASE_EPOCH))?;
    commitment.root = tree.root.hash;
    commitment.weight_total = if u.ratio(1, 8)? { u.arbitrary()? } else { tree.root.weight };
    commitment.cumulative_total = if u.ratio(1, 8)? { u.arbitrary()? } else { tree.root.cumulative };
    commitment.leaf_count = if u.ratio(1, 4)? { u.arbitrary()? } else { tree.nodes.len() as u32 };
    let settled = SettledBase {
        root: base.root.hash,
        total: base.root.cumulative,
        leaf_count: if u.ratio(1, 4)? { u.arbitrary()? } else { base.nodes.len() as u32 },
    };
    if u.ratio(7, 8)? {
        (commitment.base_root, commitment.base_total) = (settled.root, settled.total);
    }
    let settle = SettleContext {
        base: settled,
        running: u.ratio(7, 8)?,
        rule_hash: if u.ratio(7, 8)? { commitment.rule_hash } else { [7; 32] },
        budget: if u.ratio(7, 8)? { commitment.budget } else { u.arbitrary()? },
        growth: rule.rule().growth,
    };
    let base_weight_total = base.root.weight;
    let facts = CampaignFacts { rule, settle, base_epoch: BASE_EPOCH, base_weight_total };
    let report = report(&commitment, commitment.node(&deployment.commitments_domain(EPOCH)));
    let context = Context { deployment: &deployment, report: &report };
    let known = |other: u64| Ok::<_, FraudError>((other == id).then(|| facts.clone()));
    while !u.is_empty() {
        let proof = proof(u, &commitment, (&tree, &base))?;
        let verdict = judge(&proof, &context, known);
        // Its header is judged by the very function that would settle it.
        if let (FraudProof::Commitment { .. }, Ok(clause)) = (&proof, &verdict) {
            assert!(matches!(clause, Clause::WrongCommitment(_) | Clause::UnknownCampaign));
        }
        demand(u, &commitment, &tree, &context)?;
    }
    Ok(())
}

/// A report with one commitment.
fn report(commitment: &Commitment, root: PlainNode) -> ReportBody {
    ReportBody {
        config_digest: [1; 32],
        prev_digest: [2; 32],
        epoch: EPOCH,
        revision: 0,
        campaigns_root: root.0,
        campaign_count: 1,
        assets_root: commitment.root,
        asset_count: 2,
        input_root: [3; 32],
        model_hash: [4; 32],
        leaves_hash: [5; 32],
    }
}

fn one(u: &mut Unstructured<'_>, commitment: &Commitment) -> Result<RangeProof> {
    bent(u, RangeProof { start: 0, leaves: commitment.pack().into(), siblings: Binary::default() })
}

fn proof(
    u: &mut Unstructured<'_>,
    commitment: &Commitment,
    (tree, base): (&Small, &Small),
) -> Result<FraudProof> {
    let kind = u.int_in_range(0..=8)?;
    if kind == 8 {
        let json = u.bytes(u.len())?;
        let any = FraudProof::UnorderedAssets { assets: one(u, commitment)? };
        return Ok(from_json(json).unwrap_or(any));
    }
    let commitment = one(u, commitment)?;
    let position = if u.ratio(7, 8)? { u.int_in_range(0..=3)? } else { u.arbitrary()? };
    Ok(match kind {
        0 => FraudProof::UnorderedCommitments { commitments: commitment },
        1 => FraudProof::UnorderedAssets { assets: tree.range(u)? },
        2 => FraudProof::Commitment { commitment },
        3 => FraudProof::UnorderedLeaves { commitment, leaves: tree.range(u)? },
        4 => FraudProof::MissingAccount { commitment, base: base.range(u)?, absence: tree.range(u)? },
        5 => FraudProof::BadPad { commitment, position, opening: tree.opening(u)? },
        6 => FraudProof::WrongSum { commitment, position, opening: tree.opening(u)? },
        _ => {
            let shown = if u.arbitrary()? { Some(base.range(u)?) } else { None };
            FraudProof::Leaf { commitment, leaf: tree.range(u)?, base: shown }
        }
    })
}

/// A demand for anything, and an answer of any kind; what answers has the demand's own key.
fn demand(
    u: &mut Unstructured<'_>,
    commitment: &Commitment,
    tree: &Small,
    context: &Context<'_>,
) -> Result<()> {
    let index = if u.ratio(7, 8)? { u.int_in_range(0..=2)? } else { u.arbitrary()? };
    let target = match u.int_in_range(0..=2)? {
        0 => Target::Commitment { index },
        1 => Target::Asset { index },
        _ => Target::Leaf { commitment: one(u, commitment)?, position: index },
    };
    let answer = match u.int_in_range(0..=2)? {
        0 => Answer::Commitment { commitment: commitment.pack().into(), siblings: Binary::default() },
        1 => Answer::Asset { asset: bytes(u)?, siblings: bytes(u)? },
        _ => Answer::Leaf { opening: tree.opening(u)? },
    };
    let key = check_target(&target, context);
    if let Ok(answered) = check_answer(&target, &answer, context) {
        assert_eq!(key, Ok(answered));
    }
    Ok(())
}
