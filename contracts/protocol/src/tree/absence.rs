//! Proving that a key has no leaf: by the two leaves around it, or by the first or the last one.

use super::TreeLeaf;
use super::node::Node;
use super::proof::{Shape, verify_range};
use crate::error::ProtocolError;

/// Checks that no leaf of the tree has `key`, given that its leaves rise strictly. `leaves` (with their range proof)
/// are either leaf 0 with a higher key, or the last leaf with a lower one, or two neighbours around the key; for a
/// tree without leaves there are none.
///
/// # Errors
/// [`ProtocolError::NotAbsent`] if the leaves do not enclose the key, or what is wrong with their proof.
pub fn verify_absence<L: TreeLeaf>(
    shape: &Shape<L::Node>,
    key: &L::Key,
    start: u32,
    leaves: &[L],
    siblings: &[u8],
) -> Result<(), ProtocolError> {
    if shape.leaf_count == 0 {
        let empty = shape.root == L::Node::EMPTY && leaves.is_empty() && siblings.is_empty();
        return if empty { Ok(()) } else { Err(ProtocolError::NotAbsent) };
    }
    verify_range(shape, start, leaves, siblings)?;
    let encloses = match leaves {
        [only] => {
            let first = start == 0 && only.key() > *key;
            let is_last = start.checked_add(1) == Some(shape.leaf_count);
            first || (is_last && only.key() < *key)
        }
        [below, above] => below.key() < *key && *key < above.key(),
        _ => false,
    };
    if encloses { Ok(()) } else { Err(ProtocolError::NotAbsent) }
}
