//! Evidence as it travels: what a prover sends, all of it bytes whose layout `docs/ARCHITECTURE.md` states.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Binary;

/// One or more leaves of a tree that stand side by side, with the siblings that prove them.
#[cw_serde]
pub struct RangeProof {
    /// Position of the first leaf.
    pub start: u32,
    /// The packed leaves: commitments, assets, or raw leaves of an allocation tree.
    pub leaves: Binary,
    /// The siblings of the range, as for `settle` and `claim`.
    pub siblings: Binary,
}

/// Proof that a report breaks the protocol. Nothing in it is taken on trust: it convicts or it is refused.
#[cw_serde]
pub enum FraudProof {
    /// A leaf that is malformed, or whose weight, streak or cumulative amount the rule does not give.
    Leaf {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// The one leaf in the commitment's tree.
        leaf: RangeProof,
        /// The account in the base tree: its one leaf, or the leaves around its place; no leaves and no siblings if
        /// nothing is settled yet. Only a wrong streak or cumulative amount needs it.
        base: Option<RangeProof>,
    },
    /// Two neighbours in an allocation tree that do not rise.
    UnorderedLeaves {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// The two leaves.
        leaves: RangeProof,
    },
    /// An account of the base tree that has no leaf.
    MissingAccount {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// The account's one leaf in the base tree.
        base: RangeProof,
        /// The one or two leaves around its place in the commitment's tree.
        absence: RangeProof,
    },
    /// A pad where a leaf should stand, or something else where a pad should.
    BadPad {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// A position below the highest wrong node.
        position: u32,
        /// The opening down to the parent of the highest node beyond the leaves; down to the leaves, without a leaf, if the
        /// position is a leaf's.
        opening: Binary,
    },
    /// A node whose stated sums are not those of its children or its leaf, or overflow.
    WrongSum {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// A position below the wrong node.
        position: u32,
        /// The opening down to the wrong node, or further; with its leaf if that is what differs.
        opening: Binary,
    },
    /// A commitment with a wrong header.
    Commitment {
        /// The commitment.
        commitment: RangeProof,
    },
    /// Two neighbours in the report's commitment tree that do not rise.
    UnorderedCommitments {
        /// The two commitments.
        commitments: RangeProof,
    },
    /// Two neighbours in the report's asset tree that do not rise.
    UnorderedAssets {
        /// The two assets.
        assets: RangeProof,
    },
}

/// What an opening demand asks the operators to show.
#[cw_serde]
pub enum Target {
    /// A commitment of the report.
    Commitment {
        /// Its position, below the report's campaign count.
        index: u32,
    },
    /// A leaf of an allocation tree.
    Leaf {
        /// The campaign's commitment in the report.
        commitment: RangeProof,
        /// The leaf's position, below the commitment's leaf count.
        position: u32,
    },
    /// An asset of the report.
    Asset {
        /// Its position, below the report's asset count.
        index: u32,
    },
}

/// What answers an opening demand.
#[cw_serde]
pub enum Answer {
    /// The commitment.
    Commitment {
        /// The packed commitment, 164 bytes.
        commitment: Binary,
        /// Its siblings.
        siblings: Binary,
    },
    /// The leaf, by hashes alone: a tree with wrong sums can be opened too, and is convicted by what it shows.
    Leaf {
        /// The preimages of all nodes from the root down, 112 bytes each, then the raw leaf.
        opening: Binary,
    },
    /// The asset.
    Asset {
        /// The packed asset, 84 bytes.
        asset: Binary,
        /// Its siblings.
        siblings: Binary,
    },
}

/// Two different reports for the same revision of an epoch, with one operator's signature on each.
#[cw_serde]
pub struct Equivocation {
    /// A packed report body, 244 bytes.
    pub first: Binary,
    /// Another one.
    pub second: Binary,
    /// The operator's index in the configuration of both.
    pub signer: u8,
    /// Its signature on the first, `r ‖ s`, 64 bytes.
    pub first_signature: Binary,
    /// Its signature on the second.
    pub second_signature: Binary,
}
