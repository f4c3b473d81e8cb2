//! Vectors of what is signed and published.

use attention_protocol::anchor::anchor_digest;
use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::possession::Possession;
use attention_protocol::{ConfigDigestInput, EpochClock, OperatorSet, RULES_VERSION, ReportBody};
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::trees;

/// Configuration digests, report bodies and their digests.
pub fn report() -> Value {
    let mut draw = Draw::new("report");
    let configs: Vec<Value> =
        [(1u8, 0u8), (4, 1), (7, 2), (32, 10)].map(|(n, f)| config(&mut draw, n, f)).to_vec();
    let reports: Vec<Value> = (0..10)
        .map(|i| {
            let body = ReportBody {
                config_digest: draw.hash(),
                prev_digest: if i == 0 { [0; 32] } else { draw.hash() },
                epoch: draw.below(1 << 40) as u64,
                revision: draw.between(0, 3),
                campaigns_root: draw.hash(),
                campaign_count: draw.between(0, u32::MAX),
                assets_root: draw.hash(),
                asset_count: draw.between(0, u32::MAX),
                input_root: draw.hash(),
                model_hash: draw.hash(),
                leaves_hash: draw.hash(),
            };
            json!({
                "config_digest": hex::encode(body.config_digest),
                "prev_digest": hex::encode(body.prev_digest),
                "epoch": body.epoch.to_string(),
                "revision": body.revision,
                "campaigns_root": hex::encode(body.campaigns_root),
                "campaign_count": body.campaign_count,
                "assets_root": hex::encode(body.assets_root),
                "asset_count": body.asset_count,
                "input_root": hex::encode(body.input_root),
                "model_hash": hex::encode(body.model_hash),
                "leaves_hash": hex::encode(body.leaves_hash),
                "body": hex::encode(body.pack()),
                "digest": hex::encode(body.digest()),
            })
        })
        .collect();
    json!({"configs": configs, "reports": reports})
}

fn config(draw: &mut Draw, n: u8, f: u8) -> Value {
    let keys: Vec<Binary> =
        (0..n).map(|_| Binary::from([[draw.pick(&[2u8, 3])].as_slice(), &draw.hash()].concat())).collect();
    let contract = draw.account();
    let operators = OperatorSet::new(&keys, f).unwrap();
    let spec_hash = draw.hash();
    let clock = EpochClock {
        genesis_s: 1_700_000_000,
        epoch_length_s: 86_400,
        report_period_s: 3_600,
        dispute_window_s: 7_200,
        open_period_s: 600,
        min_blocks: 100,
    };
    let config_version = draw.below(1 << 64) as u64;
    let digest = ConfigDigestInput {
        deployment: &Deployment::new("attention-1", &contract).unwrap(),
        config_version,
        operators: &operators,
        spec_hash: &spec_hash,
        clock: &clock,
    }
    .digest();
    json!({
        "chain_id": "attention-1",
        "contract": hex::encode(contract.as_slice()),
        "config_version": config_version.to_string(),
        "faulty_max": f,
        "quorum": operators.quorum(),
        "pubkeys": keys.iter().map(hex::encode).collect::<Vec<_>>(),
        "rules_version": RULES_VERSION,
        "spec_hash": hex::encode(spec_hash),
        "clock": clock,
        "digest": hex::encode(digest),
    })
}

/// What new hot keys sign, for admins of both lengths.
pub fn possession() -> Value {
    let mut draw = Draw::new("possession");
    let proofs: Vec<Value> = (0..8u64)
        .map(|i| {
            let (contract, admin) = (draw.account(), draw.account());
            let pubkey = [[draw.pick(&[2u8, 3])].as_slice(), &draw.hash()].concat();
            let config_version = [2, 1 << 32, u64::MAX][(i % 3) as usize];
            let digest = Possession {
                deployment: &Deployment::new("attention-1", &contract).unwrap(),
                config_version,
                admin: &admin,
                pubkey: &pubkey.as_slice().try_into().unwrap(),
            }
            .digest();
            json!({
                "chain_id": "attention-1",
                "contract": hex::encode(contract.as_slice()),
                "config_version": config_version.to_string(),
                "admin": hex::encode(admin.as_slice()),
                "pubkey": hex::encode(&pubkey),
                "digest": hex::encode(digest),
            })
        })
        .collect();
    json!({"proofs": proofs})
}
/// What operators sign to anchor an input.
pub fn anchors() -> Value {
    let mut draw = Draw::new("anchors");
    let anchors: Vec<Value> = (0..6)
        .map(|revision: u32| {
            let contract = draw.account();
            let (epoch, input_root) = (draw.below(1 << 40) as u64, draw.hash());
            let deployment = Deployment::new("attention-1", &contract).unwrap();
            json!({
                "chain_id": "attention-1",
                "contract": hex::encode(contract.as_slice()),
                "epoch": epoch.to_string(),
                "revision": revision % 4,
                "input_root": hex::encode(input_root),
                "digest": hex::encode(anchor_digest(&deployment, epoch, revision % 4, &input_root)),
            })
        })
        .collect();
    json!({"anchors": anchors})
}

/// A published file and its hash; asset ids and denoms.
pub fn leaves_file() -> Value {
    let mut draw = Draw::new("leaves_file");
    let campaigns: Vec<CampaignLeaves> = [(3u64, 2usize), (9, 1)]
        .map(|(campaign, count)| {
            let mut commitment = trees::commitment(&mut draw, campaign);
            commitment.leaf_count = count as u32;
            CampaignLeaves { commitment, leaves: draw.leaves(count) }
        })
        .to_vec();
    let file = LeavesFile { campaigns, assets: vec![trees::asset(&mut draw)] };
    let bytes = file.pack();
    let names = ["0", "9999", "wei", "ibc/27394FB0"];
    json!({
        "campaigns": file.campaigns.iter().map(|campaign| json!({
            "commitment": hex::encode(campaign.commitment.pack()),
            "leaves": campaign.leaves.iter().map(|leaf| hex::encode(leaf.pack())).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "assets": file.assets.iter().map(|asset| hex::encode(asset.pack())).collect::<Vec<_>>(),
        "bytes": hex::encode(&bytes),
        "hash": hex::encode(LeavesFile::hash(&bytes)),
        "asset_ids": names.map(|name| json!({
            "text": name, "asset_id_hash": hex::encode(asset_id_hash(name)), "denom_hash": hex::encode(denom_hash(name)),
        })),
    })
}
