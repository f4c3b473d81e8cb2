//! Absence in a real tree: a key without a leaf has a proof, and no range of the tree, true or bent, is one for a key
//! that has a leaf.
#![no_main]

use attention_fuzz::{Packed, draw, tree};
use attention_protocol::tree::verify_absence;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let u = &mut Unstructured::new(input);
    let _ = if u.ratio(1, 3).unwrap_or(false) { check(u, draw::commitment) } else { check(u, draw::leaf) };
});

fn check<L: Packed>(
    u: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<L>,
) -> Result<()> {
    let other = one(u)?.key();
    let leaves = draw::rising(u, one)?;
    let at = leaves.partition_point(|leaf| leaf.key() < other);
    if leaves.get(at).is_none_or(|leaf| leaf.key() != other) {
        absent(&leaves, &other, at);
    }
    present(u, &leaves)
}

/// The honest proof for a key whose place is before `leaves[at]`.
fn absent<L: Packed>(leaves: &[L], key: &L::Key, at: usize) {
    let (tree, shape) = tree(leaves);
    let (start, count) = match at {
        0 => (0, 1),
        last if last == leaves.len() => (last - 1, 1),
        _ => (at - 1, 2),
    };
    let siblings = tree.prove_range(start as u32, count as u32).expect("the range lies in the tree");
    let verdict = verify_absence(&shape, key, start as u32, &leaves[start..][..count], &siblings);
    assert_eq!(verdict, Ok(()));
}

/// Any range, its proof true or with one byte changed, shown at any place.
fn present<L: Packed>(u: &mut Unstructured<'_>, leaves: &[L]) -> Result<()> {
    let (tree, shape) = tree(leaves);
    let key = u.choose(leaves)?.key();
    let start = u.choose_index(leaves.len())?;
    let count = u.int_in_range(1..=2)?.min(leaves.len() - start);
    let mut siblings = tree.prove_range(start as u32, count as u32).expect("the range lies in the tree");
    if !siblings.is_empty() {
        let at = u.choose_index(siblings.len())?;
        siblings[at] ^= u.arbitrary::<u8>()?;
    }
    let shown_at = if u.arbitrary()? { start as u32 } else { u.arbitrary()? };
    assert!(verify_absence(&shape, &key, shown_at, &leaves[start..][..count], &siblings).is_err());
    Ok(())
}
