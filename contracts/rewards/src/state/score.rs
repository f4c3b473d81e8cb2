//! Scores that were copied from settled allocations, for other contracts to read. Each is written once and stays.

use attention_protocol::bytes::Reader;
use attention_protocol::{AccountId, ProtocolError, Score};
use cosmwasm_std::Storage;

use super::account_key::AccountKey;
use super::packed::{Packed, PackedMap};
use super::tag;
use super::v0_1_0::old_score;
use crate::error::Result;

/// By (campaign, account, epoch).
const SCORES: PackedMap<AccountKey, ScoreRow> = PackedMap::new(tag::SCORE_HISTORY);

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
    let recorded = SCORES.may_load(storage, key(campaign, account, epoch))?;
    if recorded.is_some() {
        return Ok(recorded);
    }
    Ok(old_score(storage, campaign, account)?.filter(|row| row.epoch == epoch))
}

/// The recorded scores up to an epoch, newest first. What version 0.1.0 recorded has its place among them.
pub(crate) fn scores_down_from<'a>(
    storage: &'a dyn Storage,
    campaign: u64,
    account: &AccountId,
    epoch: u64,
) -> Result<impl Iterator<Item = Result<ScoreRow, ProtocolError>> + use<'a>> {
    let rows = |from: u64, to: u64| {
        SCORES.descending(storage, key(campaign, account, from), key(campaign, account, to))
    };
    let old = old_score(storage, campaign, account)?.filter(|row| row.epoch <= epoch);
    // The same epoch may have been recorded anew: from the same leaf, so one of them is enough.
    let first_newer = match &old {
        Some(old) => old.epoch.checked_add(1).filter(|next| *next <= epoch),
        None => Some(0),
    };
    let last_older = old.as_ref().and_then(|old| old.epoch.checked_sub(1));
    let newer = first_newer.map(|from| rows(from, epoch)).into_iter().flatten();
    let older = last_older.map(|to| rows(0, to)).into_iter().flatten();
    Ok(newer.chain(old.map(Ok)).chain(older))
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
            let rows = scores_down_from(&storage, campaign, &account(len), upto).unwrap();
            rows.map(|row| row.unwrap().epoch).collect()
        };
        assert_eq!(epochs(1, 20, u64::MAX), [300, 0]);
        assert_eq!(epochs(1, 20, 299), [0]);
        assert_eq!(epochs(1, 32, u64::MAX), [5]);
        assert_eq!(epochs(2, 20, u64::MAX), [6]);
        assert_eq!(score_of(&storage, 1, &account(20), 300).unwrap(), Some(row(300)));
        assert_eq!(score_of(&storage, 1, &account(20), 5).unwrap(), None);
    }

    /// `0x0f ‖ campaign ‖ account`: epoch 7, score 1, streak 2, weight 3.
    #[test]
    fn what_0_1_0_recorded_has_its_place() {
        let mut storage = MockStorage::new();
        let account = AccountId::try_from([9u8; 20].as_slice()).unwrap();
        let old = [&[0x0f, 1][..], &[9; 20]].concat();
        let row = [7u64.to_be_bytes().as_slice(), &[0, 0, 0, 1, 0, 2], &3u64.to_be_bytes()].concat();
        storage.set(&old, &row);
        let expected = ScoreRow { epoch: 7, score: Score::try_from(1).unwrap(), streak: 2, weight: 3 };
        assert_eq!(score_of(&storage, 1, &account, 7).unwrap(), Some(expected));
        assert_eq!(score_of(&storage, 1, &account, 6).unwrap(), None);
        assert_eq!(score_of(&storage, 2, &account, 7).unwrap(), None);
        let epochs = |storage: &MockStorage, upto| -> Vec<u64> {
            let rows = scores_down_from(storage, 1, &account, upto).unwrap();
            rows.map(|row| row.unwrap().epoch).collect()
        };
        assert_eq!(epochs(&storage, u64::MAX), [7]);
        for epoch in [3, 7, 8, 300] {
            assert!(record(&mut storage, 1, &account, &ScoreRow { epoch, ..expected }).unwrap());
        }
        assert_eq!(epochs(&storage, u64::MAX), [300, 8, 7, 3]);
        assert_eq!(
            [8, 7, 6, 2].map(|upto| epochs(&storage, upto)),
            [vec![8, 7, 3], vec![7, 3], vec![3], vec![]]
        );
        storage.set(&old, &row[1..]);
        assert!(score_of(&storage, 1, &account, 6).is_err(), "a damaged row is refused");
    }
}
