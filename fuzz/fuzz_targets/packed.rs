//! Packed rows: whatever bytes unpack, pack to the same bytes: no value has two encodings.
#![no_main]

use attention_fuzz::{Packed, unpack};
use attention_protocol::bytes::Reader;
use attention_protocol::raw_leaf::{RAW_ADDRESS_MAX_BYTES, RawLeaf};
use attention_protocol::tree::{Node, PlainNode, SumNode};
use attention_protocol::{AssetLeaf, Commitment, Leaf};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    one::<Leaf>(bytes);
    one::<Commitment>(bytes);
    one::<AssetLeaf>(bytes);
    node::<SumNode>(bytes);
    node::<PlainNode>(bytes);
    if let Ok((leaf, rest)) = Leaf::split(bytes) {
        assert_eq!([leaf.pack().as_slice(), rest].concat(), bytes);
    }
    if let Ok(commitment) = Commitment::unpack(bytes) {
        assert_eq!(commitment.pack(), bytes);
    }
    if let Ok(leaf) = RawLeaf::unpack(bytes) {
        assert!(leaf.address.len() <= RAW_ADDRESS_MAX_BYTES);
        // An honest leaf reads the same as a raw one.
        if let Ok((same, [])) = Leaf::split(bytes) {
            assert_eq!((same.account.as_slice(), same.weight), (leaf.address, leaf.weight));
            assert_eq!((same.score.ppm(), same.cumulative), (leaf.score_ppm, leaf.cumulative));
        }
    }
    let max = 5;
    if let Ok(assets) = AssetLeaf::unpack_all(bytes, max) {
        assert!(assets.len() <= max);
        assert_eq!(attention_fuzz::pack_all(&assets), bytes);
    }
    if let Ok(raw) = RawLeaf::unpack_all(bytes, max) {
        assert!(raw.len() <= max);
    }
    if let Ok(leaves) = Leaf::unpack_all(bytes, max) {
        assert!(leaves.len() <= max);
        assert_eq!(attention_fuzz::pack_all(&leaves), bytes);
    }
});

/// A leaf at the front of `bytes` packs to what was read.
fn one<L: Packed>(bytes: &[u8]) {
    if let Ok((leaves, rest)) = unpack::<L>(bytes, 1) {
        assert_eq!([attention_fuzz::pack_all(&leaves).as_slice(), rest].concat(), bytes);
    }
}

/// A node of a proof at the front of `bytes` is written as it was read.
fn node<N: Node>(bytes: &[u8]) {
    let mut reader = Reader::new("node", bytes);
    if let Ok(node) = N::read(&mut reader) {
        let mut written = Vec::new();
        node.write(&mut written);
        written.extend_from_slice(reader.rest());
        assert_eq!(written, bytes);
    }
}
