//! `input_root`: one hash over everything an epoch's numbers depend on.
//!
//! - leaf = `sha256(0x03 ‖ salt 32 ‖ event)`, the event in its canonical bytes.
//! - `E_e` = root of the plain tree over the epoch's leaves, sorted by (source, event_id) as raw bytes after
//!   de-duplication ([`crate::EventLog`] does both). node = `sha256(0x01 ‖ L ‖ R)`; the leaves are padded to
//!   the next power of two by `pad_0 = sha256(0x02 ‖ "attention/v1/events")`, `pad_{j+1} = node(pad_j, pad_j)`.
//!   One leaf is its own root; no leaf is 32 zero bytes. The tags make leaf, node and pad distinct.
//! - `H_0` = the same over all events before epoch 0; `H_{e+1} = sha256(0x04 ‖ H_e ‖ E_e)`.
//! - `input_root(e) = sha256(0x05 ‖ H_e ‖ E_e ‖ links ‖ consent ‖ assets)`; an absent table is zeros.

use crate::BehaviourEvent;
use crate::plain_tree::{PlainTree, hash};

/// The salt of every event of a public source. Private sources draw one for each event at receipt.
pub const EVENT_SALT_PUBLIC: [u8; 32] = [0; 32];

const PAD_DOMAIN: &[u8] = b"attention/v1/events";

/// The leaf hash of one event.
pub fn event_leaf(salt: &[u8; 32], event: &BehaviourEvent) -> [u8; 32] {
    hash(&[&[0x03], salt, &event.canonical_bytes()])
}

/// `E_e` (or `H_0`): the root over leaf hashes that are already in (source, event_id) order.
pub fn events_root(leaves: &[[u8; 32]]) -> [u8; 32] {
    let mut tree = PlainTree::new(PAD_DOMAIN);
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// `H_{e+1}` from `H_e` and `E_e`.
pub fn chain_history(history: &[u8; 32], epoch_events: &[u8; 32]) -> [u8; 32] {
    hash(&[&[0x04], history, epoch_events])
}

/// What `input_root(e)` binds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputRootParts {
    /// `H_e`: everything before the epoch.
    pub history: [u8; 32],
    /// `E_e`: the epoch's own events.
    pub epoch_events: [u8; 32],
    /// Hash of the link table in force at window_start(e); zeros if absent.
    pub links: [u8; 32],
    /// Hash of the consent table in force at window_start(e); zeros if absent.
    pub consent: [u8; 32],
    /// Hash of the asset table in force at window_start(e); zeros if absent.
    pub assets: [u8; 32],
}

/// `input_root(e)`.
pub fn input_root(parts: &InputRootParts) -> [u8; 32] {
    hash(&[&[0x05], &parts.history, &parts.epoch_events, &parts.links, &parts.consent, &parts.assets])
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn roots_by_definition() {
        let sha = |bytes: Vec<u8>| -> [u8; 32] { Sha256::digest(bytes).into() };
        let (a, b, c) = ([1; 32], [2; 32], [3; 32]);
        assert_eq!(events_root(&[]), [0; 32]);
        assert_eq!(events_root(&[a]), a);
        let ab = sha([&[1u8][..], &a, &b].concat());
        assert_eq!(events_root(&[a, b]), ab);
        let pad = sha([&[2u8][..], b"attention/v1/events"].concat());
        let cp = sha([&[1u8][..], &c, &pad].concat());
        assert_eq!(events_root(&[a, b, c]), sha([&[1u8][..], &ab, &cp].concat()));
        assert_eq!(chain_history(&a, &b), sha([&[4u8][..], &a, &b].concat()));
        // Five leaves: the right half of the tree is [e, pad, pad, pad].
        let (d, e) = ([4; 32], [5; 32]);
        let left = sha([&[1u8][..], &ab, &sha([&[1u8][..], &c, &d].concat())].concat());
        let pads = sha([&[1u8][..], &pad, &pad].concat());
        let right = sha([&[1u8][..], &sha([&[1u8][..], &e, &pad].concat()), &pads].concat());
        assert_eq!(events_root(&[a, b, c, d, e]), sha([&[1u8][..], &left, &right].concat()));
    }

    #[test]
    fn every_part_of_the_input_root_counts() {
        let base = input_root(&InputRootParts::default());
        let one = [1; 32];
        let changed = [
            InputRootParts { history: one, ..Default::default() },
            InputRootParts { epoch_events: one, ..Default::default() },
            InputRootParts { links: one, ..Default::default() },
            InputRootParts { consent: one, ..Default::default() },
            InputRootParts { assets: one, ..Default::default() },
        ];
        let mut roots: Vec<_> = changed.iter().map(input_root).collect();
        roots.push(base);
        roots.sort();
        roots.dedup();
        assert_eq!(roots.len(), 6);
        let mut bytes = vec![5u8];
        bytes.extend([0; 160]);
        assert_eq!(base, <[u8; 32]>::from(Sha256::digest(bytes)));
    }
}
