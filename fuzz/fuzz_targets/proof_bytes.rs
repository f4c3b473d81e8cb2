//! Proofs from strangers: `domain 32 ‖ leaf_count u32 ‖ start u32 ‖ root 32 ‖ weight u64 ‖ cumulative u128 ‖
//! leaves_len u16 ‖ packed leaves ‖ siblings`. No bytes make a verifier panic, and what passes lies inside the tree.
#![no_main]

use attention_fuzz::{Packed, unpack};
use attention_protocol::bytes::Reader;
use attention_protocol::tree::{PlainNode, Shape, SumNode, open, verify_absence, verify_leaf, verify_range};
use attention_protocol::{Commitment, Leaf, ProtocolError};
use libfuzzer_sys::fuzz_target;

/// As many leaves as a message may carry.
const LEAVES_MAX: usize = 256;

fuzz_target!(|input: &[u8]| {
    let _ = verify(input);
});

fn verify(input: &[u8]) -> Result<(), ProtocolError> {
    let mut reader = Reader::new("input", input);
    let (domain, leaf_count, start) = (reader.array()?, reader.u32()?, reader.u32()?);
    let root = SumNode { hash: reader.array()?, weight: reader.u64()?, cumulative: reader.u128()? };
    let leaves_len = reader.u16()?;
    let packed = reader.take(leaves_len.into())?;
    let siblings = reader.rest();

    let plain = Shape { domain, leaf_count, root: PlainNode(root.hash) };
    if let Ok((commitments, _)) = unpack::<Commitment>(packed, packed.len() / 164) {
        all(&plain, start, &commitments, siblings);
    }
    let shape = Shape { domain, leaf_count, root };
    if let Ok(opened) = open(&shape, start, reader.rest()) {
        assert!(opened.nodes.len() <= 32);
    }
    let leaves = Leaf::unpack_all(packed, LEAVES_MAX)?;
    if all(&shape, start, &leaves, siblings) {
        let weight: u64 = leaves.iter().map(|leaf| leaf.weight).sum();
        let cumulative: u128 = leaves.iter().map(|leaf| leaf.cumulative).sum();
        assert!(weight <= root.weight && cumulative <= root.cumulative, "a sum hides behind its root");
    }
    Ok(())
}

/// Shows the leaves to every verifier, and says whether they are a range of the tree.
fn all<L: Packed>(shape: &Shape<L::Node>, start: u32, leaves: &[L], siblings: &[u8]) -> bool {
    let is_range = verify_range(shape, start, leaves, siblings).is_ok();
    if is_range {
        assert!(u64::from(start) + leaves.len() as u64 <= u64::from(shape.leaf_count));
    }
    for leaf in leaves {
        let alone = verify_leaf(shape, start, leaf, siblings).is_ok();
        assert!(!alone || leaves.len() == 1 || !is_range, "one proof, two ranges");
        let absent = verify_absence(shape, &leaf.key(), start, leaves, siblings).is_ok();
        assert!(!absent, "a leaf that is shown was proved absent");
    }
    is_range
}
