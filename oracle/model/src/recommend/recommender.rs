//! The recommender: six scores, blended as users' own choices say. Model kind 9.
//!
//! The weights are those of a conditional logit that explains each user's newest item by scores fitted without it; then
//! all scores are fitted again on everything. What is not seen by the fit (a test's held-out items) is the caller's to
//! leave out.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::als::{AlsModel, AlsParams, CheckedAlsParams};
use super::choice::{self, Choice};
use super::components::{COMPONENTS, Components, Memory, WIDTH};
use super::interactions::{Event, Interactions};
use super::neighbours::{CheckedNeighbourParams, NeighbourParams, Neighbours};
use super::popularity::Popularity;
use crate::codec::{Reader, Writer, encode_kind, finish_kind};
use crate::traits::in_range;
use crate::{CounterRng, FILE_BYTES_MAX, ModelError, ParamGuard, ranking};

/// The number of this kind in model files.
const KIND: u8 = 9;
/// Most choices the weights are learnt from.
const CHOICES_MAX: usize = 2_000;
/// Most alternatives of all choices together: their scores take 48 bytes each.
const ALTERNATIVES_MAX: usize = 2_000_000;
/// What the weights are drawn to where choices are few, in the order of [`COMPONENTS`].
const USUAL_WEIGHTS: [f64; WIDTH] = [0.4, 0.2, 0.2, 0.3, 0.1, 0.2];
const STREAM: u64 = 0xB1E4D;

/// Unchecked hyper-parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecommenderParams {
    /// Of the factors; its seed is also that of all sampling.
    pub als: AlsParams,
    /// Of the links between items that the same users acted on; its window must be 0.
    pub together: NeighbourParams,
    /// Of the links to items that come soon after; its window must not be 0.
    pub following: NeighbourParams,
    /// How far back scores look.
    pub memory: Memory,
    /// How strongly the weights are drawn to what is usual, in millionths, 1 to 10^9.
    pub weights_l2_micro: u32,
}

impl Default for RecommenderParams {
    fn default() -> Self {
        Self {
            als: AlsParams::default(),
            together: NeighbourParams { neighbours: 200, shrink: 10, window: 0 },
            following: NeighbourParams { neighbours: 200, shrink: 10, window: 10 },
            memory: Memory { lately_ppm: 900_000, following_ppm: 700_000, trend_interactions: 5_000 },
            weights_l2_micro: 10_000,
        }
    }
}

/// Hyper-parameters within their ranges; made by [`RecommenderParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRecommenderParams {
    als: CheckedAlsParams,
    together: CheckedNeighbourParams,
    following: CheckedNeighbourParams,
    memory: Memory,
    weights_l2_micro: u32,
}

impl ParamGuard for RecommenderParams {
    type Checked = CheckedRecommenderParams;

    fn check(self) -> Result<CheckedRecommenderParams, ModelError> {
        in_range("together.window", self.together.window, 0, 0, "0")?;
        in_range("following.window", self.following.window, 1, 100, "1 to 100")?;
        in_range("lately_ppm", self.memory.lately_ppm, 1, 1_000_000, "1 to 1000000")?;
        in_range("following_ppm", self.memory.following_ppm, 1, 1_000_000, "1 to 1000000")?;
        in_range("trend_interactions", self.memory.trend_interactions, 1, 100_000, "1 to 100000")?;
        in_range("weights_l2_micro", self.weights_l2_micro, 1, 1_000_000_000, "1 to 1000000000")?;
        Ok(CheckedRecommenderParams {
            als: self.als.check()?,
            together: self.together.check()?,
            following: self.following.check()?,
            memory: self.memory,
            weights_l2_micro: self.weights_l2_micro,
        })
    }
}

impl CheckedRecommenderParams {
    /// Learns scores and weights. The number of threads does not change a bit of them.
    ///
    /// # Errors
    /// [`ModelError::Shape`] without interactions, [`ModelError::TooMany`] if the file would be longer than
    /// [`FILE_BYTES_MAX`], and the errors of the parts.
    pub fn fit(&self, data: Interactions) -> Result<Recommender, ModelError> {
        let (older, newest) = data.without_newest();
        let weights = if newest.is_empty() {
            USUAL_WEIGHTS.to_vec()
        } else {
            let components = self.components(&older)?;
            let choices = self.choices(&components, &older, &newest)?;
            choice::fit(&choices, &USUAL_WEIGHTS, f64::from(self.weights_l2_micro) / 1_000_000.0)?
        };
        let model = Recommender { components: self.components(&data)?, data, weights };
        let bytes = model.to_bytes().len();
        if bytes > FILE_BYTES_MAX {
            return Err(ModelError::TooMany {
                what: "bytes of the model file",
                got: bytes,
                limit: FILE_BYTES_MAX,
            });
        }
        Ok(model)
    }

    fn components(&self, data: &Interactions) -> Result<Components, ModelError> {
        Components::fit(&self.als, &self.together, &self.following, self.memory, data)
    }

    /// The choices of a sample of users, each with a sample of the items not in their history.
    fn choices(
        &self,
        components: &Components,
        older: &Interactions,
        newest: &[(u32, Event)],
    ) -> Result<Vec<Choice>, ModelError> {
        let seed = self.als.values().seed;
        // No more than USERS_MAX.
        let order = CounterRng::new(seed, STREAM).permutation(newest.len() as u32);
        let mut sample: Vec<u32> = order.into_iter().take(CHOICES_MAX).collect();
        sample.sort_unstable();
        let each = ALTERNATIVES_MAX / sample.len();
        sample
            .into_par_iter()
            .map(|index| {
                let (user, chosen) = newest[index as usize];
                let (scores, seen) = components.scores(older.history(user))?;
                let random = CounterRng::new(seed, STREAM + 1 + u64::from(user));
                let others = (0..seen.len()).filter(|&item| !seen[item] && item != chosen.item as usize);
                // Each with the same probability, so that about `each` of them stay.
                let kept = others.filter(|&item| random.below(item as u64, seen.len() as u64) < each as u64);
                let mut alternatives = Vec::new();
                for item in std::iter::once(chosen.item as usize).chain(kept) {
                    alternatives.extend(scores.iter().map(|score| score[item]));
                }
                Ok(Choice { alternatives })
            })
            .collect()
    }
}

/// A fitted recommender, with the histories it was fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommender {
    data: Interactions,
    components: Components,
    weights: Vec<f64>,
}

impl Recommender {
    /// The histories it was fitted on.
    pub fn interactions(&self) -> &Interactions {
        &self.data
    }

    /// How much each score counts, per deviation of it among the items a user has not seen.
    pub fn weights(&self) -> impl Iterator<Item = (&'static str, f64)> {
        COMPONENTS.into_iter().zip(self.weights.iter().copied())
    }

    /// The blended score of every item for a user with this history, oldest first, whether it was fitted on or not, and
    /// which items are in it. Scores compare within one user only.
    ///
    /// # Errors
    /// [`ModelError::Interaction`] for an item beyond the last, [`ModelError::NotFinite`].
    pub fn scores(&self, history: &[Event]) -> Result<(Vec<f64>, Vec<bool>), ModelError> {
        let (scores, seen) = self.components.scores(history)?;
        let mut blend = vec![0.0; seen.len()];
        for (weight, score) in self.weights.iter().zip(&scores) {
            for (cell, value) in blend.iter_mut().zip(score) {
                *cell += weight * value;
            }
        }
        Ok((blend, seen))
    }

    /// The `k` best items that are not in the history, with their scores, best first, equal ones by lower index.
    ///
    /// # Errors
    /// As [`Recommender::scores`].
    pub fn top_k(&self, history: &[Event], k: usize) -> Result<Vec<(u32, f64)>, ModelError> {
        let (scores, seen) = self.scores(history)?;
        Ok(ranking::best(&scores, &seen, k)?.into_iter().map(|item| (item, scores[item as usize])).collect())
    }

    /// The canonical file: equal models have equal bytes, on every machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode_kind(KIND, |out| self.write_body(out))
    }

    /// Reads a file written by [`Recommender::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`ModelError::File`] naming the byte, or the error of the part that is out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        finish_kind(bytes, KIND, Self::read_body)
    }

    /// `model_hash`: sha256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    /// `lately_ppm u32 ‖ following_ppm u32 ‖ trend_interactions u32 ‖ the weights ‖ histories ‖ factors ‖ links together ‖
    /// links following`.
    fn write_body(&self, out: &mut Writer) {
        let memory = self.components.memory;
        for value in [memory.lately_ppm, memory.following_ppm, memory.trend_interactions] {
            out.u32(value);
        }
        for &weight in &self.weights {
            out.f64(weight);
        }
        self.data.write(out);
        self.components.als.write_body(out);
        self.components.together.write(out);
        self.components.following.write(out);
    }

    fn read_body(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let memory = Memory {
            lately_ppm: input.u32()?,
            following_ppm: input.u32()?,
            trend_interactions: input.u32()?,
        };
        in_range("lately_ppm", memory.lately_ppm, 1, 1_000_000, "1 to 1000000")?;
        in_range("following_ppm", memory.following_ppm, 1, 1_000_000, "1 to 1000000")?;
        in_range("trend_interactions", memory.trend_interactions, 1, 100_000, "1 to 100000")?;
        let mut weights = Vec::with_capacity(WIDTH);
        for _ in 0..WIDTH {
            weights.push(input.f64()?);
        }
        let data = Interactions::read(input)?;
        let als = AlsModel::read_body(input)?;
        let together = Neighbours::read(input)?;
        let following = Neighbours::read(input)?;
        for (what, items) in
            [("factors", als.items()), ("links", together.items()), ("links", following.items())]
        {
            if items != data.items() {
                return Err(input.error(format!("{what} of {items} items, histories of {}", data.items())));
            }
        }
        let popularity = Popularity::count(&data);
        Ok(Self { components: Components { als, together, following, popularity, memory }, data, weights })
    }
}
