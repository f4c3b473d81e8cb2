//! The scores that a recommendation is blended from, each on one scale per user.

use super::als::{AlsModel, CheckedAlsParams};
use super::interactions::{Event, Interactions};
use super::neighbours::{CheckedNeighbourParams, Neighbours};
use super::popularity::Popularity;
use crate::ModelError;
use serde::{Deserialize, Serialize};

/// What the scores are called, in their order.
pub const COMPONENTS: [&str; 6] = ["als", "together", "together_lately", "following", "popularity", "trend"];
/// How many scores there are.
pub(super) const WIDTH: usize = COMPONENTS.len();

/// How far back the scores look; part of the hyper-parameters of a recommender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Weight of an item in a history relative to the next newer one, in millionths, 1 to 10^6, for `together_lately`.
    pub lately_ppm: u32,
    /// The same for `following`.
    pub following_ppm: u32,
    /// How many of the newest interactions of all users are the `trend`, 1 to 100,000.
    pub trend_interactions: u32,
}

/// Everything fitted that scores need.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Components {
    pub(super) als: AlsModel,
    pub(super) together: Neighbours,
    pub(super) following: Neighbours,
    pub(super) popularity: Popularity,
    pub(super) memory: Memory,
}

impl Components {
    pub(super) fn fit(
        als: &CheckedAlsParams,
        together: &CheckedNeighbourParams,
        following: &CheckedNeighbourParams,
        memory: Memory,
        data: &Interactions,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            als: als.fit(data)?,
            together: together.fit(data),
            following: following.fit(data),
            popularity: Popularity::count(data),
            memory,
        })
    }

    /// Every score of every item for a user with this history, oldest first: less its mean over the items that are not
    /// in the history, divided by its deviation there. Items in it are marked in the second part.
    pub(super) fn scores(&self, history: &[Event]) -> Result<([Vec<f64>; WIDTH], Vec<bool>), ModelError> {
        let items: Vec<u32> = history.iter().map(|event| event.item).collect();
        let factors = self.als.scores(&items)?;
        let mut seen = vec![false; factors.len()];
        for &item in &items {
            // `als.scores` refused items beyond the last.
            seen[item as usize] = true;
        }
        let decay = |ppm: u32| f64::from(ppm) / 1_000_000.0;
        let newest = history.last().map(|event| event.time);
        let mut scores = [
            factors,
            self.together.scores(history, 1.0),
            self.together.scores(history, decay(self.memory.lately_ppm)),
            self.following.scores(history, decay(self.memory.following_ppm)),
            self.popularity.overall(),
            self.popularity.recent(newest, self.memory.trend_interactions),
        ];
        for score in &mut scores {
            standardise(score, &seen)?;
        }
        Ok((scores, seen))
    }
}

/// Mean 0 and deviation 1 over what is not seen; all zeros if it is the same for all.
fn standardise(values: &mut [f64], seen: &[bool]) -> Result<(), ModelError> {
    let (mut sum, mut count) = (0.0, 0u32);
    for (value, _) in values.iter().zip(seen).filter(|(_, seen)| !**seen) {
        sum += value;
        count += 1;
    }
    let mean = sum / f64::from(count.max(1));
    let mut squares = 0.0;
    for (value, _) in values.iter().zip(seen).filter(|(_, seen)| !**seen) {
        squares += (value - mean) * (value - mean);
    }
    let deviation = libm::sqrt(squares / f64::from(count.max(1)));
    if !deviation.is_finite() {
        return Err(ModelError::NotFinite { what: "the deviation of a score", value: deviation });
    }
    for value in values {
        *value = if deviation > 0.0 { (*value - mean) / deviation } else { 0.0 };
        if !value.is_finite() {
            return Err(ModelError::NotFinite { what: "a score", value: *value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_by_hand() {
        // 1 and 3 count: mean 2, deviation 1; the seen 7 is moved likewise.
        let mut values = [1.0, 7.0, 3.0];
        standardise(&mut values, &[false, true, false]).unwrap();
        assert_eq!(values, [-1.0, 5.0, 1.0]);
        let mut constant = [2.0, 2.0];
        standardise(&mut constant, &[false, false]).unwrap();
        assert_eq!(constant, [0.0, 0.0]);
        let mut all_seen = [2.0];
        standardise(&mut all_seen, &[true]).unwrap();
        assert_eq!(all_seen, [0.0]);
        assert!(standardise(&mut [1e300, -1e300], &[false, false]).is_err());
    }
}
