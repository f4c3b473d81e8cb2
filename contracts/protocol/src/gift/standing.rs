//! Which level a decayed score holds: granted at one mark, kept down to a lower one, gone for good below it.

use super::decay::{decayed, retained_e18};
use super::terms::{PrivilegeTerms, Tier};
use crate::error::ProtocolError;

/// What a privilege does with scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivilegeRule {
    /// What an epoch leaves of a score, parts per 10^18.
    pub retained_e18: u64,
    /// Strictly rising in every field.
    pub tiers: Vec<Tier>,
}

/// An account's decayed score at the end of an epoch, and the level that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The epoch.
    pub epoch: u64,
    /// `Σ score · share^(epoch − epoch of the score)`, floored from proof to proof.
    pub score: u64,
    /// The level held, 0 for none.
    pub level: u8,
}

impl From<&PrivilegeTerms> for PrivilegeRule {
    fn from(terms: &PrivilegeTerms) -> Self {
        Self { retained_e18: retained_e18(terms.half_life_epochs), tiers: terms.tiers.clone() }
    }
}

impl PrivilegeRule {
    /// Where an account stands that earns `amount` in `epoch`; `before` is where it stood when it last earned any.
    ///
    /// The score fades up to the epoch before, which may cost levels; then it fades once more, and the amount is added,
    /// which may grant some.
    ///
    /// # Errors
    /// `before` is not of an earlier epoch, or the sum leaves `u64`.
    pub fn earn(&self, before: Option<Standing>, epoch: u64, amount: u64) -> Result<Standing, ProtocolError> {
        let (faded, held) = match before {
            None => (0, 0),
            Some(before) => {
                let gap = epoch.checked_sub(before.epoch).filter(|gap| *gap > 0).ok_or_else(|| {
                    ProtocolError::invalid("epoch", epoch, "above the epoch of the newest standing")
                })?;
                let left = |epochs| decayed(before.score, self.retained_e18, epochs);
                (left(gap), self.kept(before.level, left(gap.abs_diff(1))))
            }
        };
        let score = faded.checked_add(amount).ok_or(ProtocolError::Overflow { what: "the decayed score" })?;
        Ok(Standing { epoch, score, level: self.kept(held, score).max(self.granted(score)) })
    }

    /// The same account at the end of `epoch` if it earns nothing more; `None` for an epoch before its own.
    pub fn fade(&self, from: Standing, epoch: u64) -> Option<Standing> {
        let score = decayed(from.score, self.retained_e18, epoch.checked_sub(from.epoch)?);
        Some(Standing { epoch, score, level: self.kept(from.level, score) })
    }

    /// The highest level that a score grants to whoever has none.
    fn granted(&self, score: u64) -> u8 {
        self.highest(|tier| tier.grant_at <= score)
    }

    /// What a score leaves of a level. Scores only fall between two gains, so nothing depends on how often one looks.
    fn kept(&self, level: u8, score: u64) -> u8 {
        self.highest(|tier| tier.level <= level && tier.keep_at <= score)
    }

    fn highest(&self, passes: impl Fn(&Tier) -> bool) -> u8 {
        self.tiers.iter().rev().find(|tier| passes(tier)).map_or(0, |tier| tier.level)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gift::DECAYED_SCORE_MAX;

    /// Half of a score is left after an epoch; bronze 800,000 (kept to 400,000), gold 1,200,000 (kept to 900,000).
    fn rule() -> PrivilegeRule {
        let tier = |level, grant_at, keep_at| Tier { level, grant_at, keep_at };
        let tiers = vec![tier(1, 800_000, 400_000), tier(2, 1_200_000, 900_000)];
        PrivilegeRule { retained_e18: retained_e18(1), tiers }
    }

    fn standing(epoch: u64, score: u64, level: u8) -> Standing {
        Standing { epoch, score, level }
    }

    /// The example of the contract's README.
    #[test]
    fn levels_by_hand() {
        let rule = rule();
        let first = rule.earn(None, 0, 600_000).unwrap();
        assert_eq!(first, standing(0, 600_000, 0));
        let second = rule.earn(Some(first), 1, 900_000).unwrap();
        assert_eq!(second, standing(1, 1_200_000, 2), "300,000 + 900,000 is exactly gold");
        let third = rule.earn(Some(second), 2, 300_000).unwrap();
        assert_eq!(third, standing(2, 900_000, 2), "kept at exactly 900,000");
        let fourth = rule.earn(Some(third), 3, 449_999).unwrap();
        assert_eq!(fourth, standing(3, 899_999, 1), "gold is lost one below, bronze kept");
        assert_eq!(rule.fade(fourth, 4).unwrap(), standing(4, 449_999, 1));
        assert_eq!(rule.fade(fourth, 5).unwrap(), standing(5, 224_999, 0));
        assert_eq!(rule.fade(fourth, 3).unwrap(), fourth);
        assert_eq!(rule.fade(fourth, 2), None);
    }

    /// What was lost between two proofs stays lost, however high the score is afterwards, until it is granted again.
    #[test]
    fn a_lost_level_has_to_be_granted_again() {
        let rule = rule();
        let bronze = standing(0, 800_000, 1);
        // 800,000 → 400,000 → 200,000: bronze is lost in epoch 2; 100,000 + 699,999 in epoch 3 is one too few.
        assert_eq!(rule.earn(Some(bronze), 3, 699_999).unwrap(), standing(3, 799_999, 0));
        assert_eq!(rule.earn(Some(bronze), 3, 700_000).unwrap(), standing(3, 800_000, 1));
        // In epoch 2 itself 200,000 is what is left before the gain: it is still held at 400,000 in epoch 1.
        assert_eq!(rule.earn(Some(bronze), 2, 200_000).unwrap(), standing(2, 400_000, 1));
        assert_eq!(rule.earn(Some(bronze), 2, 199_999).unwrap(), standing(2, 399_999, 0));
    }

    #[test]
    fn time_does_not_go_back_and_sums_do_not_wrap() {
        let rule = rule();
        for epoch in [6, 7] {
            let error = rule.earn(Some(standing(7, 1, 0)), epoch, 1).unwrap_err();
            assert!(matches!(error, ProtocolError::Invalid { field: "epoch", .. }), "{error}");
        }
        let overflow = ProtocolError::Overflow { what: "the decayed score" };
        assert_eq!(rule.earn(Some(standing(0, 2, 0)), 1, u64::MAX).unwrap_err(), overflow);
        assert_eq!(rule.earn(Some(standing(0, 1, 0)), 1, u64::MAX).unwrap().score, u64::MAX);
    }

    proptest! {
        /// Against a plain walk over every epoch, the ones without a gain too. The walk floors at every epoch, the rule
        /// once between two gains: where no mark lies in between, both hold the same level.
        #[test]
        fn a_walk_over_every_epoch(
            half_life in 1u32..50,
            gains in proptest::collection::btree_map(0u64..60, 0u64..=1_000_000, 1..20),
            marks in (1u64..3_000_000, 1u64..3_000_000, 1u64..3_000_000, 1u64..3_000_000),
        ) {
            let (mut keep, mut grant) = ([marks.0, marks.1], [marks.2, marks.3]);
            keep.sort_unstable();
            grant.sort_unstable();
            prop_assume!(keep[0] < keep[1] && grant[0] < grant[1] && keep[0] <= grant[0] && keep[1] <= grant[1]);
            let tiers = vec![
                Tier { level: 1, grant_at: grant[0], keep_at: keep[0] },
                Tier { level: 2, grant_at: grant[1], keep_at: keep[1] },
            ];
            let rule = PrivilegeRule { retained_e18: retained_e18(half_life), tiers: tiers.clone() };
            // In millionths of a millionth, so that its own floors do not matter.
            const FINE: u128 = 1_000_000_000_000;
            let (mut fine, mut level, mut at_risk) = (0u128, 0u8, false);
            let mut last = None;
            for epoch in 0..80u64 {
                let gain = gains.get(&epoch).copied();
                fine = fine * u128::from(rule.retained_e18) / 1_000_000_000_000_000_000
                    + u128::from(gain.unwrap_or(0)) * FINE;
                let score = (fine / FINE) as u64;
                let near = |mark: u64| score.abs_diff(mark) < 100;
                at_risk |= tiers.iter().any(|tier| near(tier.grant_at) || near(tier.keep_at));
                // One level is lost or won at a time, from the marks alone.
                while level > 0 && score < tiers[usize::from(level) - 1].keep_at {
                    level -= 1;
                }
                for tier in &tiers {
                    if score >= tier.grant_at && level < tier.level {
                        level = tier.level;
                    }
                }
                if let Some(gain) = gain {
                    last = Some(rule.earn(last, epoch, gain).unwrap());
                }
                let Some(now) = last.map(|last: Standing| rule.fade(last, epoch).unwrap()) else { continue };
                prop_assert!(now.score.abs_diff(score) < 100, "{} {}", now.score, score);
                if at_risk {
                    break;
                }
                prop_assert_eq!(now.level, level, "epoch {}", epoch);
            }
        }

        /// A share of one and huge scores stay inside their types.
        #[test]
        fn it_is_total(score in 0..=DECAYED_SCORE_MAX, gap in 0u64..=u64::MAX, level in 0u8..=255) {
            let faded = rule().fade(standing(0, score, level), gap).unwrap();
            prop_assert!(faded.score <= score && faded.level <= level);
        }
    }
}
