//! What a report can be convicted of.

use crate::settle::RejectReason;

/// The clause of the fraud rules that a report breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    /// 1: a score or boost above its bound, or an address that has neither 20 nor 32 bytes.
    MalformedLeaf,
    /// 2: not the weight that the rule gives the leaf's score, streak and boost.
    WrongWeight,
    /// 3: not the streak that follows from the base.
    WrongStreak,
    /// 4: not the base's cumulative amount and what the rule earns.
    WrongCumulative,
    /// 5: neighbours in an allocation tree that do not rise strictly.
    UnorderedLeaves,
    /// 5: neighbours in the asset tree that do not rise strictly.
    UnorderedAssets,
    /// 6: an account of the base is missing.
    MissingAccount,
    /// 7: a pad where a leaf should stand, or no pad where one should.
    BadPad,
    /// 8: sums that are not those of the nodes or the leaf below.
    WrongSum,
    /// 9: no such campaign.
    UnknownCampaign,
    /// 9: a commitment that never settles, and why.
    WrongCommitment(RejectReason),
    /// 9: neighbours in the commitment tree that do not rise strictly.
    UnorderedCommitments,
    /// 10: an opening demand that nobody answered.
    Unanswered,
    /// 11: an operator signed two reports for one revision.
    Equivocation,
}

impl Clause {
    /// Its number in `docs/ARCHITECTURE.md`, 1 to 11.
    pub const fn number(self) -> u8 {
        self.entry().0
    }

    /// Its word in events; a word, once released, keeps its meaning.
    pub const fn word(self) -> &'static str {
        self.entry().1
    }

    const fn entry(self) -> (u8, &'static str) {
        match self {
            Self::MalformedLeaf => (1, "malformed_leaf"),
            Self::WrongWeight => (2, "wrong_weight"),
            Self::WrongStreak => (3, "wrong_streak"),
            Self::WrongCumulative => (4, "wrong_cumulative"),
            Self::UnorderedLeaves => (5, "unordered_leaves"),
            Self::UnorderedAssets => (5, "unordered_assets"),
            Self::MissingAccount => (6, "missing_account"),
            Self::BadPad => (7, "bad_pad"),
            Self::WrongSum => (8, "wrong_sum"),
            Self::UnknownCampaign => (9, "unknown_campaign"),
            Self::WrongCommitment(_) => (9, "wrong_commitment"),
            Self::UnorderedCommitments => (9, "unordered_commitments"),
            Self::Unanswered => (10, "unanswered"),
            Self::Equivocation => (11, "equivocation"),
        }
    }
}
