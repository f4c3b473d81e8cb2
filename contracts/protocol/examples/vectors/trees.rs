//! Vectors of trees and proofs.

use attention_protocol::asset::AssetLeaf;
use attention_protocol::hash::{Deployment, Hash};
use attention_protocol::tree::Tree;
use attention_protocol::{AccountId, Commitment, Leaf};
use serde_json::{Value, json};

use crate::draw::Draw;

const COUNTS: [usize; 12] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33];

fn leaf_json(leaf: &Leaf) -> Value {
    json!({
        "account": hex::encode(leaf.account.as_slice()),
        "score": leaf.score,
        "streak": leaf.streak,
        "boost_ppm": leaf.boost_ppm,
        "weight": leaf.weight.to_string(),
        "cumulative": leaf.cumulative.to_string(),
        "packed": hex::encode(leaf.pack()),
    })
}

/// A deployment, with what it is made of.
pub fn deployment(draw: &mut Draw) -> (String, AccountId, Deployment) {
    let chain_id = draw.pick(&["attention-1", "c", "a-very-long-chain-id-for-a-test-network-42"]).to_string();
    let contract = draw.account();
    let deployment = Deployment::new(&chain_id, &contract).unwrap();
    (chain_id, contract, deployment)
}

/// Allocation trees of many sizes, every leaf's proof, and some ranges.
pub fn allocation() -> Value {
    let mut draw = Draw::new("allocation");
    let cases: Vec<Value> = COUNTS
        .iter()
        .map(|count| {
            let (chain_id, contract, deployment) = deployment(&mut draw);
            let (campaign, epoch) = (draw.below(1 << 64) as u64, draw.below(1 << 40) as u64);
            let domain = deployment.allocation_domain(campaign, epoch);
            let leaves = draw.leaves(*count);
            let tree = Tree::build("leaves", &domain, &leaves).unwrap();
            let proofs: Vec<_> =
                (0..tree.leaf_count()).map(|p| hex::encode(tree.prove(p).unwrap())).collect();
            json!({
                "chain_id": chain_id,
                "contract": hex::encode(contract.as_slice()),
                "campaign": campaign.to_string(),
                "epoch": epoch.to_string(),
                "domain": hex::encode(domain),
                "leaves": leaves.iter().map(leaf_json).collect::<Vec<_>>(),
                "root": hex::encode(tree.root().hash),
                "weight_total": tree.root().weight.to_string(),
                "cumulative_total": tree.root().cumulative.to_string(),
                "proofs": proofs,
                "ranges": ranges(&mut draw, *count, |start, n| tree.prove_range(start, n).unwrap()),
            })
        })
        .collect();
    json!({ "cases": cases })
}

fn ranges(draw: &mut Draw, count: usize, prove: impl Fn(u32, u32) -> Vec<u8>) -> Vec<Value> {
    let tries = if count == 0 { 0 } else { 6 };
    (0..tries)
        .map(|_| {
            let start = draw.below(count as u128) as u32;
            let n = 1 + draw.below(u128::from(count as u32 - start)) as u32;
            json!({"start": start, "count": n, "siblings": hex::encode(prove(start, n))})
        })
        .collect()
}

/// Commitment and asset trees.
pub fn plain() -> Value {
    let mut draw = Draw::new("plain");
    let mut cases = Vec::new();
    for count in COUNTS {
        let (chain_id, contract, deployment) = deployment(&mut draw);
        let epoch = draw.below(1 << 40) as u64;
        let commitments: Vec<Commitment> =
            (0..count).map(|i| commitment(&mut draw, i as u64 * 3 + 1)).collect();
        let mut assets: Vec<AssetLeaf> = (0..count).map(|_| asset(&mut draw)).collect();
        assets.sort_by_key(|asset| asset.asset_id_hash);
        let commitments_tree =
            Tree::build("commitments", &deployment.commitments_domain(epoch), &commitments).unwrap();
        let assets_tree = Tree::build("assets", &deployment.assets_domain(epoch), &assets).unwrap();
        cases.push(json!({
            "chain_id": chain_id,
            "contract": hex::encode(contract.as_slice()),
            "epoch": epoch.to_string(),
            "commitments": commitments.iter().map(commitment_json).collect::<Vec<_>>(),
            "commitments_root": hex::encode(commitments_tree.root().0),
            "commitment_ranges": ranges(&mut draw, count, |s, n| commitments_tree.prove_range(s, n).unwrap()),
            "assets": assets.iter().map(asset_json).collect::<Vec<_>>(),
            "assets_root": hex::encode(assets_tree.root().0),
            "asset_ranges": ranges(&mut draw, count, |s, n| assets_tree.prove_range(s, n).unwrap()),
        }));
    }
    json!({ "cases": cases })
}

/// A commitment with drawn contents.
pub fn commitment(draw: &mut Draw, campaign: u64) -> Commitment {
    let word = |draw: &mut Draw| -> Hash { draw.hash() };
    Commitment {
        campaign,
        base_root: word(draw),
        base_total: draw.below(1 << 120),
        root: word(draw),
        leaf_count: draw.between(1, u32::MAX),
        weight_total: draw.below(1 << 64) as u64,
        cumulative_total: draw.below(1 << 120),
        budget: draw.below(1 << 120),
        rule_hash: word(draw),
    }
}

/// An asset with drawn contents.
pub fn asset(draw: &mut Draw) -> AssetLeaf {
    AssetLeaf {
        asset_id_hash: draw.hash(),
        score: draw.score(),
        price: draw.below(1 << 100),
        denom_hash: draw.hash(),
    }
}

/// A commitment, field by field.
pub fn commitment_json(commitment: &Commitment) -> Value {
    json!({
        "campaign": commitment.campaign.to_string(),
        "base_root": hex::encode(commitment.base_root),
        "base_total": commitment.base_total.to_string(),
        "root": hex::encode(commitment.root),
        "leaf_count": commitment.leaf_count,
        "weight_total": commitment.weight_total.to_string(),
        "cumulative_total": commitment.cumulative_total.to_string(),
        "budget": commitment.budget.to_string(),
        "rule_hash": hex::encode(commitment.rule_hash),
        "packed": hex::encode(commitment.pack()),
    })
}

fn asset_json(asset: &AssetLeaf) -> Value {
    json!({
        "asset_id_hash": hex::encode(asset.asset_id_hash),
        "score": asset.score,
        "price": asset.price.to_string(),
        "denom_hash": hex::encode(asset.denom_hash),
        "packed": hex::encode(asset.pack()),
    })
}
