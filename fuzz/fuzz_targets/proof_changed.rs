//! A real tree over arbitrary leaves: each range proves itself, and with one byte changed it proves nothing.
#![no_main]

use attention_fuzz::{Packed, draw, pack_all, tree, unpack};
use attention_protocol::tree::{Shape, SumNode, verify_range};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _ = check(&mut Unstructured::new(input));
});

fn check(u: &mut Unstructured<'_>) -> Result<()> {
    match u.int_in_range(0..=5)? {
        0 => {
            let commitments = draw::rising(u, draw::commitment)?;
            changed(u, &commitments)
        }
        1 => {
            let assets = draw::rising(u, draw::asset)?;
            changed(u, &assets)
        }
        _ => {
            let leaves = draw::rising(u, draw::leaf)?;
            sums(u, &leaves)?;
            changed(u, &leaves)
        }
    }
}

/// A range of at least one leaf: its start and its length.
fn range(u: &mut Unstructured<'_>, leaf_count: u32) -> Result<(u32, u32)> {
    let start = u.int_in_range(0..=leaf_count - 1)?;
    Ok((start, u.int_in_range(1..=leaf_count - start)?))
}

fn changed<L: Packed>(u: &mut Unstructured<'_>, leaves: &[L]) -> Result<()> {
    let (tree, shape) = tree(leaves);
    let (start, count) = range(u, shape.leaf_count)?;
    let shown = &leaves[start as usize..][..count as usize];
    let siblings = tree.prove_range(start, count).expect("the range lies in the tree");
    assert_eq!(verify_range(&shape, start, shown, &siblings), Ok(()));

    let mut bytes = [pack_all(shown), siblings.clone()].concat();
    let at = u.choose_index(bytes.len())?;
    bytes[at] ^= u.int_in_range(1..=u8::MAX)?;
    let verdict = unpack(&bytes, shown.len())
        .and_then(|(leaves, rest)| verify_range::<L>(&shape, start, &leaves, rest));
    assert!(verdict.is_err(), "byte {at} is changed, and the proof passes");

    // The same bytes at another place, in another domain, one byte longer or shorter.
    let elsewhere = u.int_in_range(0..=shape.leaf_count)?;
    assert_eq!(verify_range(&shape, elsewhere, shown, &siblings).is_ok(), elsewhere == start);
    let foreign = Shape { domain: [8; 32], ..shape };
    assert!(verify_range(&foreign, start, shown, &siblings).is_err());
    let longer = [siblings.as_slice(), &[0]].concat();
    assert!(verify_range(&shape, start, shown, &longer).is_err());
    if let Some((_, shorter)) = siblings.split_last() {
        assert!(verify_range(&shape, start, shown, shorter).is_err());
    }
    Ok(())
}

/// The root binds the sums: with other totals nothing passes.
fn sums(u: &mut Unstructured<'_>, leaves: &[attention_protocol::Leaf]) -> Result<()> {
    let (tree, shape) = tree(leaves);
    assert_eq!(shape.root.weight, leaves.iter().map(|leaf| leaf.weight).sum::<u64>());
    assert_eq!(shape.root.cumulative, leaves.iter().map(|leaf| leaf.cumulative).sum::<u128>());
    let root = SumNode {
        weight: shape.root.weight ^ u.arbitrary::<u64>()?,
        cumulative: shape.root.cumulative ^ u.arbitrary::<u128>()?,
        ..shape.root
    };
    let (start, count) = range(u, shape.leaf_count)?;
    let siblings = tree.prove_range(start, count).expect("the range lies in the tree");
    let shown = &leaves[start as usize..][..count as usize];
    let verdict = verify_range(&Shape { root, ..shape }, start, shown, &siblings);
    assert_eq!(verdict.is_ok(), root == shape.root);
    Ok(())
}
