//! Vectors of openings and of the evidence that goes on chain.

use attention_protocol::fraud::{
    Answer, Context, Equivocation, FraudProof, RangeProof, Target, check_answer, check_target,
};
use attention_protocol::hash::Hash;
use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::tree::{PlainNode, SumNode, Tree, TreeLeaf, depth, pad_level};
use attention_protocol::{AssetLeaf, Commitment, ReportBody, ZERO_HASH};
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::trees;

const COUNTS: [usize; 7] = [1, 2, 3, 5, 6, 8, 9];
const EPOCH: u64 = 9;
const BASE_EPOCH: u64 = 7;

/// Openings of every position, and one example of everything that proves, demands or answers.
pub fn fraud() -> Value {
    let mut draw = Draw::new("fraud");
    let openings: Vec<Value> = COUNTS.iter().map(|count| openings(&mut draw, *count)).collect();
    json!({ "openings": openings, "evidence": evidence(&mut draw) })
}

/// Packed leaves with addresses of all lengths and scores of any size, rising.
fn raw_leaves(draw: &mut Draw, count: usize) -> Vec<Vec<u8>> {
    let raw = |draw: &mut Draw, i: usize| {
        let len = draw.pick(&[1usize, 20, 21, 32, 64]);
        let mut bytes = vec![len as u8, i as u8];
        bytes.extend([draw.hash(), draw.hash()].concat().iter().take(len - 1));
        bytes.extend(draw.hash().iter().take(4 + 2 + 4));
        bytes.extend(draw.below(1 << 60).to_be_bytes().iter().skip(8));
        bytes.extend(draw.below(1 << 120).to_be_bytes());
        bytes
    };
    (0..count).map(|i| raw(draw, i)).collect()
}

fn raw_tree(domain: &Hash, leaves: &[Vec<u8>]) -> Tree<SumNode> {
    let leaves: Vec<_> = leaves.iter().map(|leaf| RawLeaf::unpack(leaf).unwrap()).collect();
    Tree::build("raw leaves", domain, &leaves).unwrap()
}

/// The opening of a leaf with the leaf, or of a pad.
fn opening(tree: &Tree<SumNode>, leaves: &[Vec<u8>], position: u32) -> Vec<u8> {
    let mut bytes = tree.open(position).unwrap();
    bytes.extend(leaves.get(position as usize).into_iter().flatten());
    bytes
}

fn openings(draw: &mut Draw, count: usize) -> Value {
    let (chain_id, contract, deployment) = trees::deployment(draw);
    let (campaign, epoch) = (draw.below(1 << 64) as u64, draw.below(1 << 40) as u64);
    let leaves = raw_leaves(draw, count);
    let tree = raw_tree(&deployment.allocation_domain(campaign, epoch), &leaves);
    let positions = 0..1u32 << depth(tree.leaf_count());
    json!({
        "chain_id": chain_id,
        "contract": hex::encode(contract.as_slice()),
        "campaign": campaign.to_string(),
        "epoch": epoch.to_string(),
        "leaves": leaves.iter().map(hex::encode).collect::<Vec<_>>(),
        "root": hex::encode(tree.root().hash),
        "weight_total": tree.root().weight.to_string(),
        "cumulative_total": tree.root().cumulative.to_string(),
        "openings": positions.map(|position| json!({
            "pad_level": pad_level(tree.leaf_count(), position),
            "opening": hex::encode(opening(&tree, &leaves, position)),
        })).collect::<Vec<_>>(),
    })
}

/// Leaves side by side, with their siblings.
fn range(packed: &[Vec<u8>], start: u32, count: u32, prove: impl Fn(u32, u32) -> Vec<u8>) -> RangeProof {
    let shown = packed[start as usize..(start + count) as usize].concat();
    RangeProof { start, leaves: shown.into(), siblings: prove(start, count).into() }
}

fn plain_tree<L: TreeLeaf<Node = PlainNode>>(domain: &Hash, leaves: &[L]) -> Tree<PlainNode> {
    Tree::build("leaves", domain, leaves).unwrap()
}

fn evidence(draw: &mut Draw) -> Value {
    let (chain_id, contract, deployment) = trees::deployment(draw);
    let (leaves, base) = (raw_leaves(draw, 5), raw_leaves(draw, 3));
    let mut commitments: Vec<Commitment> =
        [2, 5, 6].map(|campaign| trees::commitment(draw, campaign)).to_vec();
    let tree = raw_tree(&deployment.allocation_domain(5, EPOCH), &leaves);
    let base_tree = raw_tree(&deployment.allocation_domain(5, BASE_EPOCH), &base);
    commitments[1] = Commitment {
        root: tree.root().hash,
        leaf_count: tree.leaf_count(),
        weight_total: tree.root().weight,
        cumulative_total: tree.root().cumulative,
        ..commitments[1].clone()
    };
    let mut assets = [trees::asset(draw), trees::asset(draw), trees::asset(draw)];
    assets.sort_by_key(|asset| asset.asset_id_hash);
    let commitments_tree = plain_tree(&deployment.commitments_domain(EPOCH), &commitments);
    let assets_tree = plain_tree(&deployment.assets_domain(EPOCH), &assets);
    let report = ReportBody {
        config_digest: draw.hash(),
        prev_digest: ZERO_HASH,
        epoch: EPOCH,
        revision: 0,
        campaigns_root: commitments_tree.root().0,
        campaign_count: 3,
        assets_root: assets_tree.root().0,
        asset_count: 3,
        input_root: draw.hash(),
        model_hash: draw.hash(),
        leaves_hash: draw.hash(),
    };
    let packed: Vec<_> = commitments.iter().map(Commitment::pack).collect();
    let packed_assets: Vec<_> = assets.iter().map(AssetLeaf::pack).collect();
    let in_report =
        |start, count| range(&packed, start, count, |s, n| commitments_tree.prove_range(s, n).unwrap());
    let in_assets =
        |start, count| range(&packed_assets, start, count, |s, n| assets_tree.prove_range(s, n).unwrap());
    let in_tree = |start, count| range(&leaves, start, count, |s, n| tree.prove_range(s, n).unwrap());
    let in_base = |start, count| range(&base, start, count, |s, n| base_tree.prove_range(s, n).unwrap());
    let commitment = || in_report(1, 1);
    let open = |position| Binary::new(opening(&tree, &leaves, position));
    let proofs = [
        FraudProof::Leaf { commitment: commitment(), leaf: in_tree(3, 1), base: Some(in_base(1, 2)) },
        FraudProof::Leaf { commitment: commitment(), leaf: in_tree(4, 1), base: None },
        FraudProof::UnorderedLeaves { commitment: commitment(), leaves: in_tree(1, 2) },
        FraudProof::MissingAccount { commitment: commitment(), base: in_base(0, 1), absence: in_tree(0, 1) },
        FraudProof::BadPad { commitment: commitment(), position: 7, opening: open(7) },
        FraudProof::WrongSum { commitment: commitment(), position: 2, opening: open(2) },
        FraudProof::Commitment { commitment: commitment() },
        FraudProof::UnorderedCommitments { commitments: in_report(0, 2) },
        FraudProof::UnorderedAssets { assets: in_assets(1, 2) },
    ];
    let (shown, asset) = (in_report(2, 1), in_assets(2, 1));
    let demands = [
        (
            Target::Commitment { index: 2 },
            Answer::Commitment { commitment: shown.leaves, siblings: shown.siblings },
        ),
        (Target::Leaf { commitment: commitment(), position: 4 }, Answer::Leaf { opening: open(4) }),
        (Target::Asset { index: 2 }, Answer::Asset { asset: asset.leaves, siblings: asset.siblings }),
    ];
    let context = Context { deployment: &deployment, report: &report };
    let demands = demands.map(|(target, answer)| {
        let key = check_target(&target, &context).unwrap();
        assert_eq!(check_answer(&target, &answer, &context), Ok(key), "a vector is a true answer");
        json!({ "target": target, "answer": answer, "key": hex::encode(key) })
    });
    let signature = |draw: &mut Draw| Binary::new([draw.hash(), draw.hash()].concat());
    let equivocation = Equivocation {
        first: report.pack().into(),
        second: ReportBody { input_root: draw.hash(), ..report.clone() }.pack().into(),
        signer: 3,
        first_signature: signature(draw),
        second_signature: signature(draw),
    };
    json!({
        "chain_id": chain_id,
        "contract": hex::encode(contract.as_slice()),
        "epoch": EPOCH.to_string(),
        "base_epoch": BASE_EPOCH.to_string(),
        "campaign": "5",
        "leaves": leaves.iter().map(hex::encode).collect::<Vec<_>>(),
        "base": base.iter().map(hex::encode).collect::<Vec<_>>(),
        "commitments": packed.iter().map(hex::encode).collect::<Vec<_>>(),
        "assets": packed_assets.iter().map(hex::encode).collect::<Vec<_>>(),
        "report": hex::encode(report.pack()),
        "proofs": proofs,
        "demands": demands,
        "equivocation": equivocation,
    })
}
