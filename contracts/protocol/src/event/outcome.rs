//! The word for what became of an item of `settle`.

/// What an item of `settle` came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleOutcome {
    /// Money was allocated.
    Settled,
    /// The commitment was rejected for good.
    Rejected,
    /// It was settled or rejected before.
    Skipped,
    /// Nothing was written; the reason says why.
    Error,
}

impl SettleOutcome {
    /// The word in the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Settled, Self::Rejected, Self::Skipped, Self::Error].into_iter().find(|o| o.as_str() == word)
    }
}
