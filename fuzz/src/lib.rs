//! What the fuzz targets share: trees of arbitrary leaves, honest epochs, and one way to pack every kind of leaf.

pub mod draw;
pub mod epoch;

use attention_protocol::bytes::Reader;
use attention_protocol::hash::Hash;
use attention_protocol::tree::{Shape, Tree, TreeLeaf};
use attention_protocol::{AssetLeaf, Commitment, Leaf, ProtocolError};

/// The domain of every tree that a target builds.
pub const DOMAIN: Hash = [7; 32];

/// A leaf with its bytes.
pub trait Packed: TreeLeaf + Clone + Eq + std::fmt::Debug {
    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads one from the front of `reader`.
    fn from_reader(reader: &mut Reader<'_>) -> Result<Self, ProtocolError>;
}

impl Packed for Leaf {
    fn to_bytes(&self) -> Vec<u8> {
        self.pack()
    }

    fn from_reader(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Self::read(reader)
    }
}

impl Packed for Commitment {
    fn to_bytes(&self) -> Vec<u8> {
        self.pack()
    }

    fn from_reader(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Self::read(reader)
    }
}

impl Packed for AssetLeaf {
    fn to_bytes(&self) -> Vec<u8> {
        self.pack()
    }

    fn from_reader(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Self::read(reader)
    }
}

/// The bytes of `leaves`, one after the other.
pub fn pack_all<L: Packed>(leaves: &[L]) -> Vec<u8> {
    leaves.iter().flat_map(L::to_bytes).collect()
}

/// `count` leaves from the front of `bytes`, and what follows them.
pub fn unpack<L: Packed>(bytes: &[u8], count: usize) -> Result<(Vec<L>, &[u8]), ProtocolError> {
    let mut reader = Reader::new("leaves", bytes);
    let leaves = (0..count).map(|_| L::from_reader(&mut reader)).collect::<Result<_, _>>()?;
    Ok((leaves, reader.rest()))
}

/// The tree over drawn leaves, which rise and whose sums fit, and what a verifier knows of it.
pub fn tree<L: TreeLeaf>(leaves: &[L]) -> (Tree<L::Node>, Shape<L::Node>) {
    let tree = Tree::build("leaves", &DOMAIN, leaves).expect("drawn leaves rise, and their sums fit");
    let shape = Shape { domain: DOMAIN, leaf_count: tree.leaf_count(), root: tree.root() };
    (tree, shape)
}
