//! Scores that were copied from settled allocations, for other contracts to read. Each is written once and stays.

use attention_protocol::bytes::Reader;
use attention_protocol::{AccountId, ProtocolError, Score};
use cosmwasm_std::Storage;

use super::account_key::AccountKey;
use super::packed::{Packed, PackedMap};
use super::tag;
use crate::error::Result;

/// By (campaign, account, epoch).
const SCORES: PackedMap<AccountKey, ScoreRow> = PackedMap::new(tag::SCORE);

/// `epoch ‖ score u32 ‖ streak u16 ‖ weight`. The epoch stands in the key, too: an iterator hands out rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScoreRow {
    pub(crate) epoch: u64,
    pub(crate) score: Score,
    pub(crate) streak: u16,
    pub(crate) weight: u64,
}

impl Packed for ScoreRow {
    const WHAT: &'static str = "stored score";

    fn pack(&self, out: &mut Vec<u8>) {
        self.epoch.pack(out);
        out.extend_from_slice(&self.score.ppm().to_be_bytes());
        out.extend_from_slice(&self.streak.to_be_bytes());
        self.weight.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            epoch: u64::read(reader)?,
            score: Score::try_from(reader.u32()?)?,
            streak: reader.u16()?,
            weight: u64::read(reader)?,
        })
    }
}

fn key(campaign: u64, account: &AccountId, epoch: u64) -> AccountKey {
    AccountKey::new(Some(campaign), account, epoch)
}

/// Writes a score; `false` if that of the epoch stands there already.
pub(crate) fn record(
    storage: &mut dyn Storage,
    campaign: u64,
    account: &AccountId,
    row: &ScoreRow,
) -> Result<bool> {
    let key = key(campaign, account, row.epoch);
    if SCORES.has(storage, key.clone()) {
        return Ok(false);
    }
    SCORES.save(storage, key, row);
    Ok(true)
}

/// The score of an epoch.
pub(crate) fn score_of(
    storage: &dyn Storage,
    campaign: u64,
    account: &AccountId,
    epoch: u64,
) -> Result<Option<ScoreRow>> {
    Ok(SCORES.may_load(storage, key(campaign, account, epoch))?)
}

/// The recorded scores up to an epoch, newest first.
pub(crate) fn scores_down_from<'a>(
    storage: &'a dyn Storage,
    campaign: u64,
    account: &AccountId,
    epoch: u64,
) -> impl Iterator<Item = Result<ScoreRow, ProtocolError>> + use<'a> {
    let (from, to) = (key(campaign, account, 0), key(campaign, account, epoch));
    SCORES.descending(storage, from, to)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    /// An address of 32 bytes may begin with one of 20: their rows stay apart.
    #[test]
    fn histories_stay_apart() {
        let mut storage = MockStorage::new();
        let account = |len: usize| AccountId::try_from(vec![7u8; len].as_slice()).unwrap();
        let row = |epoch| ScoreRow { epoch, score: Score::MAX, streak: u16::MAX, weight: u64::MAX };
        let mut record =
            |campaign, len, epoch| super::record(&mut storage, campaign, &account(len), &row(epoch)).unwrap();
        assert!(record(1, 20, 0) && record(1, 20, 300) && record(1, 32, 5) && record(2, 20, 6));
        assert!(!record(1, 20, 300));
        let epochs = |campaign, len, upto| -> Vec<u64> {
            let rows = scores_down_from(&storage, campaign, &account(len), upto);
            rows.map(|row| row.unwrap().epoch).collect()
        };
        assert_eq!(epochs(1, 20, u64::MAX), [300, 0]);
        assert_eq!(epochs(1, 20, 299), [0]);
        assert_eq!(epochs(1, 32, u64::MAX), [5]);
        assert_eq!(epochs(2, 20, u64::MAX), [6]);
        assert_eq!(score_of(&storage, 1, &account(20), 300).unwrap(), Some(row(300)));
        assert_eq!(score_of(&storage, 1, &account(20), 5).unwrap(), None);
    }
}
