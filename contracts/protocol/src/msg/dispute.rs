//! What disputes are about, in messages and answers. Amounts are base units of the bond denom.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Uint128};

use super::execute::SignatureEntry;

/// Two quorums that signed the two bodies of an equivocation.
#[cw_serde]
pub struct ConflictingQuorums {
    /// k to n signatures on the first body, indices strictly rising.
    pub first: Vec<SignatureEntry>,
    /// The same on the second.
    pub second: Vec<SignatureEntry>,
}

/// Why a report was voided.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum VoidReason {
    /// By the owner or the guardian.
    Guardian,
    /// The arbiter decided that it falls.
    Challenge,
    /// The arbiter was silent on its challenge.
    Silence,
    /// Nobody answered an opening demand.
    Unanswered,
    /// A fraud proof convicted it.
    Fraud,
    /// Two whole quorums signed reports that contradict each other.
    Equivocation,
}

impl VoidReason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Guardian, Self::Challenge, Self::Silence, Self::Unanswered, Self::Fraud, Self::Equivocation];

    /// Its word in events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Challenge => "challenge",
            Self::Silence => "silence",
            Self::Unanswered => "unanswered",
            Self::Fraud => "fraud",
            Self::Equivocation => "equivocation",
        }
    }
}

/// A report that was voided.
#[cw_serde]
#[derive(Eq)]
pub struct VoidedReport {
    /// Its revision.
    pub revision: u32,
    /// Its digest.
    pub digest: Binary,
    /// Indices of the operators who signed.
    pub signers: Vec<u8>,
    /// Why it was voided.
    pub why: VoidReason,
}

/// What became of a challenge.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum ChallengeStatus {
    /// The arbiter has to decide.
    Open,
    /// The report stands.
    Stands,
    /// The report falls.
    Falls,
    /// The arbiter did not decide in time.
    Silent,
    /// The report was voided for another reason before the arbiter decided.
    Moot,
}

impl ChallengeStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Stands, Self::Falls, Self::Silent, Self::Moot];

    /// Its word in events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stands => "stands",
            Self::Falls => "falls",
            Self::Silent => "silent",
            Self::Moot => "moot",
        }
    }
}

/// A challenge.
#[cw_serde]
#[derive(Eq)]
pub struct ChallengeInfo {
    /// Who challenged.
    pub challenger: Addr,
    /// What for.
    pub reason: String,
    /// The bond.
    pub bond: Uint128,
    /// Until when the arbiter may decide, unix seconds.
    pub deadline_s: u64,
    /// What became of it.
    pub status: ChallengeStatus,
}

/// Answer to `challenge`.
#[cw_serde]
pub struct ChallengeResponse {
    /// Absent if nobody challenged the revision.
    pub challenge: Option<ChallengeInfo>,
}

/// What became of an opening demand.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum DemandStatus {
    /// It has to be answered, or, if the report was voided, its bond can be taken back.
    Open,
    /// It was answered.
    Answered,
    /// Nobody answered, and the report was voided for it.
    Unanswered,
    /// The report was voided for another reason, and the bond went back.
    Reclaimed,
}

impl DemandStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Answered, Self::Unanswered, Self::Reclaimed];
}

/// An opening demand.
#[cw_serde]
#[derive(Eq)]
pub struct DemandInfo {
    /// What is demanded: `kind u8 ‖ index u32 ‖ position u32`, 9 bytes.
    pub target: Binary,
    /// Who demands it.
    pub demander: Addr,
    /// The bond.
    pub bond: Uint128,
    /// Until when it can be answered, unix seconds ...
    pub deadline_s: u64,
    /// ... or up to this height, if that is later.
    pub deadline_height: u64,
    /// What became of it.
    pub status: DemandStatus,
}

/// Answer to `demands`.
#[cw_serde]
pub struct DemandsResponse {
    /// By rising target.
    pub demands: Vec<DemandInfo>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_in_events_are_fixed() {
        let reasons = ["guardian", "challenge", "silence", "unanswered", "fraud", "equivocation"];
        assert_eq!(VoidReason::ALL.map(VoidReason::word), reasons);
        let statuses = ["open", "stands", "falls", "silent", "moot"];
        assert_eq!(ChallengeStatus::ALL.map(ChallengeStatus::word), statuses);
    }
}
