//! What became of a campaign's commitment in an epoch. Written once.

use attention_protocol::bytes::Reader;
use attention_protocol::msg::AllocationStatus;
use attention_protocol::settle::{RejectReason, SettledBase};
use attention_protocol::{Commitment, Hash, ProtocolError};

use super::campaign::PayoutTerms;
use super::packed::{Packed, PackedMap};
use super::tag;

/// By (campaign, epoch).
pub(crate) const ALLOCATIONS: PackedMap<(u64, u64), AllocationRow> = PackedMap::new(tag::ALLOCATION);

/// `status u8 ‖ root 32 ‖ leaf_count u32 ‖ weight_total u64 ‖ cumulative_total ‖ budget ‖ released ‖ settled_at u64 ‖
/// payout terms`: all that a claim has to know but what was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllocationRow {
    pub(crate) status: AllocationStatus,
    pub(crate) root: Hash,
    pub(crate) leaf_count: u32,
    pub(crate) weight_total: u64,
    pub(crate) cumulative_total: u128,
    pub(crate) budget: u128,
    /// Budgets of all settled allocations up to this one.
    pub(crate) released: u128,
    pub(crate) settled_at_s: u64,
    pub(crate) payout: PayoutTerms,
}

impl AllocationRow {
    /// The row of a judged commitment.
    pub(crate) fn new(
        status: AllocationStatus,
        commitment: &Commitment,
        (released, settled_at_s): (u128, u64),
        payout: &PayoutTerms,
    ) -> Self {
        Self {
            status,
            root: commitment.root,
            leaf_count: commitment.leaf_count,
            weight_total: commitment.weight_total,
            cumulative_total: commitment.cumulative_total,
            budget: commitment.budget,
            released,
            settled_at_s,
            payout: payout.clone(),
        }
    }

    /// As the base of the next commitment.
    pub(crate) fn as_base(&self) -> SettledBase {
        SettledBase { root: self.root, total: self.cumulative_total, leaf_count: self.leaf_count }
    }
}

/// Each reason with its stored byte and its word in events. A byte, once released, keeps its meaning.
const REASONS: [(u8, RejectReason, &str); 8] = [
    (1, RejectReason::NotRunning, "not_running"),
    (2, RejectReason::WrongRuleHash, "wrong_rule_hash"),
    (3, RejectReason::WrongBudget, "wrong_budget"),
    (4, RejectReason::Empty, "empty"),
    (5, RejectReason::TotalFell, "total_fell"),
    (6, RejectReason::OverBudget, "over_budget"),
    (7, RejectReason::LeavesFell, "leaves_fell"),
    (8, RejectReason::GrewTooFast, "grew_too_fast"),
];

/// The byte of a rejection that has none in the table; no test lets one through.
const UNKNOWN: u8 = u8::MAX;

fn reason_entry(reason: RejectReason) -> Option<&'static (u8, RejectReason, &'static str)> {
    REASONS.iter().find(|entry| entry.1 == reason)
}

/// The reason's word in events.
pub(crate) fn reason_word(reason: RejectReason) -> &'static str {
    reason_entry(reason).map_or("unknown", |entry| entry.2)
}

impl Packed for AllocationRow {
    const WHAT: &'static str = "stored allocation";

    fn pack(&self, out: &mut Vec<u8>) {
        out.push(match self.status {
            AllocationStatus::Settled => 0,
            AllocationStatus::Rejected(reason) => reason_entry(reason).map_or(UNKNOWN, |entry| entry.0),
        });
        out.extend_from_slice(&self.root);
        out.extend_from_slice(&self.leaf_count.to_be_bytes());
        out.extend_from_slice(&self.weight_total.to_be_bytes());
        for amount in [self.cumulative_total, self.budget, self.released] {
            amount.pack(out);
        }
        out.extend_from_slice(&self.settled_at_s.to_be_bytes());
        self.payout.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let byte = reader.u8()?;
        let status = match REASONS.iter().find(|entry| entry.0 == byte) {
            _ if byte == 0 => AllocationStatus::Settled,
            Some(entry) => AllocationStatus::Rejected(entry.1),
            None => {
                return Err(ProtocolError::Invalid {
                    field: "stored allocation status",
                    value: byte.to_string(),
                    requirement: "0 to 8",
                });
            }
        };
        Ok(Self {
            status,
            root: reader.array()?,
            leaf_count: reader.u32()?,
            weight_total: reader.u64()?,
            cumulative_total: u128::read(reader)?,
            budget: u128::read(reader)?,
            released: u128::read(reader)?,
            settled_at_s: reader.u64()?,
            payout: PayoutTerms::read(reader)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use attention_protocol::rule::Unlock;
    use cosmwasm_std::testing::MockStorage;
    use cosmwasm_std::to_json_string;

    use super::*;

    #[test]
    fn every_status_comes_back_and_every_word_is_the_one_on_the_wire() {
        let mut storage = MockStorage::new();
        let rejected = REASONS.iter().map(|entry| AllocationStatus::Rejected(entry.1));
        for status in rejected.chain([AllocationStatus::Settled]) {
            let row = AllocationRow {
                status,
                root: [1; 32],
                leaf_count: 2,
                weight_total: 3,
                cumulative_total: 4,
                budget: 5,
                released: 6,
                settled_at_s: 7,
                payout: PayoutTerms {
                    unlock: Unlock { start_s: 1, end_s: 300 },
                    share_cap_ppm: 3,
                    denom: "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2".into(),
                },
            };
            ALLOCATIONS.save(&mut storage, (8, 9), &row);
            assert_eq!(ALLOCATIONS.load(&storage, (8, 9)).unwrap(), row);
        }
        for (_, reason, word) in REASONS {
            assert_eq!(to_json_string(&reason).unwrap(), format!("\"{word}\""));
        }
    }
}
