//! Fraud proofs against honest epochs: no evidence, true or bent, of whichever place, convicts one, and every opening
//! demand has an answer.
#![no_main]

use attention_fuzz::epoch::{Allocation, Epoch};
use attention_fuzz::{Packed, pack_all};
use attention_protocol::fraud::{Answer, FraudError, FraudProof, RangeProof, Target, check_answer, judge};
use attention_protocol::tree::Tree;
use cosmwasm_std::Binary;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let u = &mut Unstructured::new(input);
    if let Ok(Some(epoch)) = Epoch::draw(u) {
        let _ = prove(u, &epoch);
        let _ = demand(u, &epoch);
    }
});

/// Up to eight proofs, so that an epoch is not built for one.
fn prove(u: &mut Unstructured<'_>, epoch: &Epoch) -> Result<()> {
    for _ in 0..8 {
        let proof = proof(u, epoch)?;
        let verdict = judge(&proof, &epoch.context(), |id| Ok::<_, FraudError>(epoch.facts(id)));
        assert!(verdict.is_err(), "{proof:?} convicts an honest report of {verdict:?}");
    }
    Ok(())
}

/// Any proof: its parts are taken from anywhere.
fn proof(u: &mut Unstructured<'_>, epoch: &Epoch) -> Result<FraudProof> {
    let kind = u.int_in_range(0..=7)?;
    if kind == 0 {
        return Ok(FraudProof::UnorderedCommitments { commitments: commitments(u, epoch, 2)? });
    }
    if kind == 1 {
        return Ok(FraudProof::UnorderedAssets { assets: range(u, &epoch.assets, &epoch.asset_tree, 2)? });
    }
    let commitment = commitments(u, epoch, 1)?;
    Ok(match kind {
        2 => FraudProof::Commitment { commitment },
        3 => FraudProof::UnorderedLeaves { commitment, leaves: leaves(u, epoch)? },
        4 => FraudProof::MissingAccount { commitment, base: leaves(u, epoch)?, absence: leaves(u, epoch)? },
        5 => FraudProof::BadPad { commitment, position: position(u)?, opening: opening(u, epoch)? },
        6 => FraudProof::WrongSum { commitment, position: position(u)?, opening: opening(u, epoch)? },
        _ => {
            let base = if u.ratio(1, 8)? { None } else { Some(leaves(u, epoch)?) };
            FraudProof::Leaf { commitment, leaf: leaves(u, epoch)?, base }
        }
    })
}

fn commitments(u: &mut Unstructured<'_>, epoch: &Epoch, count: usize) -> Result<RangeProof> {
    let all: Vec<_> = epoch.campaigns.iter().map(|campaign| campaign.commitment.clone()).collect();
    range(u, &all, &epoch.commitments, count)
}

fn allocation<'a>(u: &mut Unstructured<'_>, epoch: &'a Epoch) -> Result<&'a Allocation> {
    let campaign = u.choose(&epoch.campaigns)?;
    Ok(if u.arbitrary()? { &campaign.base } else { &campaign.allocation })
}

fn leaves(u: &mut Unstructured<'_>, epoch: &Epoch) -> Result<RangeProof> {
    let (allocation, count) = (allocation(u, epoch)?, u.int_in_range(1..=2)?);
    range(u, &allocation.leaves, &allocation.tree, count)
}

/// `count` leaves of a tree, or what there are; one time in eight with something changed.
fn range<L: Packed>(
    u: &mut Unstructured<'_>,
    leaves: &[L],
    tree: &Tree<L::Node>,
    count: usize,
) -> Result<RangeProof> {
    if leaves.is_empty() {
        return Ok(RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() });
    }
    let start = u.choose_index(leaves.len())?;
    let count = count.min(leaves.len() - start);
    let siblings = tree.prove_range(start as u32, count as u32).expect("the range lies in the tree");
    let (mut shown, mut siblings) = (pack_all(&leaves[start..][..count]), siblings);
    let mut at = start as u32;
    if u.ratio(1, 8)? {
        match u.int_in_range(0..=2)? {
            0 => at = position(u)?,
            1 => bend(u, &mut shown)?,
            _ => bend(u, &mut siblings)?,
        }
    }
    Ok(RangeProof { start: at, leaves: shown.into(), siblings: siblings.into() })
}

/// A place in trees of at most 16, or just beyond.
fn position(u: &mut Unstructured<'_>) -> Result<u32> {
    if u.ratio(1, 32)? { u.arbitrary() } else { u.int_in_range(0..=17) }
}

/// The opening of any place of any tree, with its leaf or without; now and then cut short or changed.
fn opening(u: &mut Unstructured<'_>, epoch: &Epoch) -> Result<Binary> {
    let allocation = allocation(u, epoch)?;
    let position = position(u)?;
    let mut bytes = allocation.tree.open(position).unwrap_or_default();
    if let Some(leaf) = allocation.leaves.get(position as usize)
        && u.arbitrary()?
    {
        bytes.extend(leaf.pack());
    }
    match u.int_in_range(0..=7)? {
        0 => bytes.truncate(u.choose_index(bytes.len() + 1)?),
        1 => bytes.truncate(bytes.len() / 112 * 112),
        2 => bend(u, &mut bytes)?,
        _ => {}
    }
    Ok(bytes.into())
}

fn bend(u: &mut Unstructured<'_>, bytes: &mut [u8]) -> Result<()> {
    if !bytes.is_empty() {
        let at = u.choose_index(bytes.len())?;
        bytes[at] ^= u.arbitrary::<u8>()?;
    }
    Ok(())
}

/// What stands in the report can be demanded, and what is published answers.
fn demand(u: &mut Unstructured<'_>, epoch: &Epoch) -> Result<()> {
    let index = u.choose_index(epoch.campaigns.len())?;
    let campaign = &epoch.campaigns[index];
    let siblings = Binary::new(epoch.commitments.prove(index as u32).expect("the campaign is there"));
    let packed = Binary::new(campaign.commitment.pack());
    let commitment = RangeProof { start: index as u32, leaves: packed.clone(), siblings: siblings.clone() };
    let shown = Answer::Commitment { commitment: packed, siblings };
    answered(epoch, &Target::Commitment { index: index as u32 }, &shown);

    let position = u.choose_index(campaign.allocation.leaves.len())?;
    let mut opening = campaign.allocation.tree.open(position as u32).expect("the leaf is there");
    opening.extend(campaign.allocation.leaves[position].pack());
    let target = Target::Leaf { commitment, position: position as u32 };
    answered(epoch, &target, &Answer::Leaf { opening: opening.into() });

    if let Some(asset) = epoch.assets.first() {
        let siblings = Binary::new(epoch.asset_tree.prove(0).expect("there is one"));
        let shown = Answer::Asset { asset: asset.pack().into(), siblings };
        answered(epoch, &Target::Asset { index: 0 }, &shown);
    }
    Ok(())
}

fn answered(epoch: &Epoch, target: &Target, answer: &Answer) {
    let verdict = check_answer(target, answer, &epoch.context());
    assert!(verdict.is_ok(), "{target:?} has no answer on an honest report: {verdict:?}");
}
