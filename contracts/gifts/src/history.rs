//! What an account has proven towards a privilege: the newest epochs one by one, everything before them as one standing.
//!
//! Anyone may prove any account's scores, so the order must not matter: a stranger who proves the newest epoch first would
//! otherwise shut the older ones out. The newest [`LATE_EPOCHS_MAX`] epochs are kept apart and summed up anew each time;
//! what lies further back is folded in for good, from proof to proof, exactly as the sum would do it.

use attention_protocol::bytes::Reader;
use attention_protocol::gift::{LATE_EPOCHS_MAX, PrivilegeRule, Standing};
use attention_protocol::{ProtocolError, Score};
use attention_storage::Packed;

use crate::error::{ContractError, Result, refuse};

/// See the module. Without an entry only before the first proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Everything older than the entries.
    folded: Option<Standing>,
    /// Epochs rising; all within [`LATE_EPOCHS_MAX`] of the newest, so there are at most that many.
    recent: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    epoch: u64,
    /// Score and boosts.
    amount: u64,
    /// Whether the score is in it.
    proven: bool,
}

impl History {
    /// Counts the score of an epoch. `false`, and no change, if it was counted before.
    pub(crate) fn prove(&mut self, rule: &PrivilegeRule, epoch: u64, score: Score) -> Result<bool> {
        if self.recent.iter().any(|entry| entry.epoch == epoch && entry.proven) {
            return Ok(false);
        }
        self.add(rule, Entry { epoch, amount: score.ppm().into(), proven: true })?;
        Ok(true)
    }

    /// Adds to an epoch's score.
    pub(crate) fn boost(&mut self, rule: &PrivilegeRule, epoch: u64, amount: u64) -> Result<()> {
        self.add(rule, Entry { epoch, amount, proven: false })
    }

    /// Where the account stands at the end of the newest epoch; `None` before the first proof.
    pub(crate) fn standing(&self, rule: &PrivilegeRule) -> Result<Option<Standing>> {
        let mut standing = self.folded;
        for entry in &self.recent {
            standing = Some(rule.earn(standing, entry.epoch, entry.amount)?);
        }
        Ok(standing)
    }

    fn add(&mut self, rule: &PrivilegeRule, new: Entry) -> Result<()> {
        if let Some(newest) = self.recent.last().map(|entry| entry.epoch)
            && is_late(new.epoch, newest)
        {
            return refuse(ContractError::EpochTooOld { epoch: new.epoch, newest });
        }
        match self.recent.iter_mut().find(|entry| entry.epoch == new.epoch) {
            Some(entry) => {
                let sum = entry.amount.checked_add(new.amount);
                entry.amount = sum.ok_or_else(|| ContractError::overflow("the score of the epoch"))?;
                entry.proven |= new.proven;
            }
            None => {
                let above = self.recent.iter().position(|entry| entry.epoch > new.epoch);
                self.recent.insert(above.unwrap_or(self.recent.len()), new);
            }
        }
        self.fold(rule)
    }

    /// Folds the entries that no late proof can reach any more.
    fn fold(&mut self, rule: &PrivilegeRule) -> Result<()> {
        let Some(newest) = self.recent.last().map(|entry| entry.epoch) else {
            return Ok(());
        };
        let recent = std::mem::take(&mut self.recent);
        for entry in recent {
            if is_late(entry.epoch, newest) {
                self.folded = Some(rule.earn(self.folded, entry.epoch, entry.amount)?);
            } else {
                self.recent.push(entry);
            }
        }
        Ok(())
    }
}

fn is_late(epoch: u64, newest: u64) -> bool {
    epoch.checked_add(LATE_EPOCHS_MAX).is_some_and(|reach| reach <= newest)
}

impl Packed for History {
    const WHAT: &'static str = "stored history";

    /// `has folded u8 ‖ [epoch ‖ score ‖ level u8] ‖ n × (epoch ‖ amount ‖ proven u8)`.
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.folded.is_some()));
        if let Some(folded) = self.folded {
            folded.epoch.pack(out);
            folded.score.pack(out);
            out.push(folded.level);
        }
        for entry in &self.recent {
            entry.epoch.pack(out);
            entry.amount.pack(out);
            out.push(u8::from(entry.proven));
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let folded = match reader.u8()? {
            0 => None,
            _ => {
                let (epoch, score) = (u64::read(reader)?, u64::read(reader)?);
                Some(Standing { epoch, score, level: reader.u8()? })
            }
        };
        let mut recent = Vec::new();
        while !reader.rest().is_empty() {
            let (epoch, amount) = (u64::read(reader)?, u64::read(reader)?);
            recent.push(Entry { epoch, amount, proven: reader.u8()? != 0 });
        }
        Ok(Self { folded, recent })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use attention_protocol::gift::Tier;
    use attention_protocol::gift::decay::retained_e18;
    use cosmwasm_std::testing::MockStorage;
    use proptest::prelude::*;

    use super::*;
    use crate::state::privilege::HISTORIES;

    fn rule(half_life: u32) -> PrivilegeRule {
        let tier = |level, grant_at, keep_at| Tier { level, grant_at, keep_at };
        let tiers = vec![tier(1, 800_000, 400_000), tier(2, 1_500_000, 900_000)];
        PrivilegeRule { retained_e18: retained_e18(half_life), tiers }
    }

    fn score(ppm: u32) -> Score {
        Score::try_from(ppm).unwrap()
    }

    #[test]
    fn sixteen_epochs_back_is_too_late_and_fifteen_is_not() {
        let rule = rule(3);
        let mut history = History::default();
        assert!(history.prove(&rule, 20, score(5)).unwrap());
        let late = ContractError::EpochTooOld { epoch: 4, newest: 20 };
        assert_eq!(history.prove(&rule, 4, score(5)), refuse(late.clone()));
        assert_eq!(history.boost(&rule, 4, 5), refuse(late));
        assert!(history.prove(&rule, 5, score(5)).unwrap());
        assert!(!history.prove(&rule, 5, score(5)).unwrap(), "counted once");
        assert!(history.prove(&rule, 21, score(5)).unwrap());
        let late = ContractError::EpochTooOld { epoch: 5, newest: 21 };
        assert_eq!(history.prove(&rule, 5, score(5)), refuse(late), "what is folded stays folded");
        assert_eq!(history.recent.len(), 2);
    }

    #[test]
    fn a_boost_and_a_score_share_an_epoch() {
        let rule = rule(1);
        let mut history = History::default();
        history.boost(&rule, 3, 100).unwrap();
        history.boost(&rule, 3, 20).unwrap();
        assert!(history.prove(&rule, 3, score(5)).unwrap());
        let standing = history.standing(&rule).unwrap().unwrap();
        assert_eq!((standing.epoch, standing.score), (3, 125));
        let overflow = ContractError::overflow("the score of the epoch");
        assert_eq!(history.boost(&rule, 3, u64::MAX), Err(overflow));
    }

    proptest! {
        /// Any order of proofs and boosts that none of them is too late in ends in the same row: that of rising epochs. And
        /// the row comes back from storage.
        #[test]
        fn the_order_does_not_matter(
            half_life in 1u32..30,
            gains in proptest::collection::btree_map(0u64..80, (0u32..=1_000_000, 0u64..500_000), 1..40),
            keys in proptest::collection::vec(0u64..15, 40),
        ) {
            let rule = rule(half_life);
            let mut rising = History::default();
            for (epoch, (ppm, boost)) in &gains {
                rising.prove(&rule, *epoch, score(*ppm)).unwrap();
                rising.boost(&rule, *epoch, *boost).unwrap();
            }
            // An epoch lags behind by less than 15, so no proof is ever too late.
            let shuffled: BTreeMap<_, _> =
                gains.iter().zip(keys).map(|((epoch, gain), lag)| ((epoch + lag, *epoch), *gain)).collect();
            let mut history = History::default();
            for ((_, epoch), (ppm, boost)) in &shuffled {
                history.boost(&rule, *epoch, *boost).unwrap();
                prop_assert!(history.prove(&rule, *epoch, score(*ppm)).unwrap());
                prop_assert!(history.recent.len() <= LATE_EPOCHS_MAX as usize);
            }
            prop_assert_eq!(&history, &rising);
            // One sum over all of them, nothing folded.
            let mut plain = None;
            for (epoch, (ppm, boost)) in &gains {
                plain = Some(rule.earn(plain, *epoch, u64::from(*ppm) + boost).unwrap());
            }
            prop_assert_eq!(history.standing(&rule).unwrap(), plain);
            let mut storage = MockStorage::new();
            HISTORIES.save(&mut storage, (1, &[7; 20]), &history);
            prop_assert_eq!(HISTORIES.load(&storage, (1, &[7; 20])).unwrap(), history);
        }
    }
}
