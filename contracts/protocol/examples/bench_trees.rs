//! Builds a tree of N leaves and every leaf's proof, once with this crate and once with `rs_merkle` on plain leaves, each in a
//! process of its own so that the peak memory is its own: `bench_trees ours|rs_merkle N` prints one JSON line.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic
)]

use std::time::Instant;

use attention_protocol::hash::{Hash, sha256};
use attention_protocol::tree::{Shape, Tree, verify_leaf};
use attention_protocol::{AccountId, Leaf, Score};
use rs_merkle::MerkleTree;
use rs_merkle::algorithms::Sha256;

const DOMAIN: Hash = [7; 32];

/// Leaf number `i`: addresses rise with `i`.
fn leaf(i: u32) -> Leaf {
    let mut account = [0; 20];
    account[..4].copy_from_slice(&i.to_be_bytes());
    account[4..].copy_from_slice(&sha256(&[&i.to_be_bytes()])[..16]);
    Leaf {
        account: AccountId::try_from(account.as_slice()).expect("20 bytes"),
        score: Score::try_from(i % 1_000_001).expect("in range"),
        streak: 1,
        boost_ppm: 0,
        weight: u64::from(i % 3_000_001),
        cumulative: u128::from(i) * 1_000,
    }
}

/// Seconds for building and for all proofs, and the bytes of those proofs.
struct Measured {
    build_s: f64,
    proofs_s: f64,
    proof_bytes: u64,
}

fn ours(count: u32) -> Measured {
    let leaves: Vec<Leaf> = (0..count).map(leaf).collect();
    let started = Instant::now();
    let tree = Tree::build("leaves", &DOMAIN, &leaves).expect("sorted");
    let build_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let proof_bytes = (0..count).map(|i| tree.prove(i).expect("inside").len() as u64).sum();
    let proofs_s = started.elapsed().as_secs_f64();
    let shape = Shape { domain: DOMAIN, leaf_count: count, root: tree.root() };
    let last = leaves.last().expect("not empty");
    verify_leaf(&shape, count - 1, last, &tree.prove(count - 1).expect("inside")).expect("a true proof");
    Measured { build_s, proofs_s, proof_bytes }
}

fn peer(count: u32) -> Measured {
    let leaves: Vec<Vec<u8>> = (0..count).map(|i| leaf(i).pack()).collect();
    let started = Instant::now();
    let hashes: Vec<Hash> = leaves.iter().map(|packed| sha256(&[packed])).collect();
    let tree = MerkleTree::<Sha256>::from_leaves(&hashes);
    assert!(tree.root().is_some());
    let build_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let proof_bytes = (0..count as usize).map(|i| tree.proof(&[i]).to_bytes().len() as u64).sum();
    Measured { build_s, proofs_s: started.elapsed().as_secs_f64(), proof_bytes }
}

/// The process's peak resident memory in MB, from the kernel.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1_000
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (who, count) = match args.as_slice() {
        [who, count] => (who.as_str(), count.parse::<u32>().expect("N is a number of leaves")),
        _ => panic!("usage: bench_trees ours|rs_merkle N"),
    };
    let measured = match who {
        "ours" => ours(count),
        "rs_merkle" => peer(count),
        other => panic!("unknown tree {other:?}: ours or rs_merkle"),
    };
    println!(
        "{{\"tree\": \"{who}\", \"leaves\": {count}, \"build_s\": {:.2}, \"proofs_s\": {:.2}, \"proof_mb\": {}, \"peak_mb\": {}}}",
        measured.build_s,
        measured.proofs_s,
        measured.proof_bytes / 1_000_000,
        peak_mb(),
    );
}
