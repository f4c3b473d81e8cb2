//! How good a recommender is: the last interaction of each user, ranked among all that the user has not seen.

use attention_model::ranking::{hit_rate, ndcg, rank_of};
use attention_model::recommend::Event;
use rayon::prelude::*;
use serde::Serialize;

use super::read::Log;
use super::{Bundle, K, RecommendError};

/// Hits within the first ten places, next to a ranking by popularity alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Users measured: those with at least two items.
    pub users: u64,
    /// Share of users whose last item is among the first ten.
    pub hit_rate_10: f64,
    /// Its standard error, `√(p(1 − p) / users)`.
    pub hit_rate_10_standard_error: f64,
    /// Mean of `1 / log2(rank + 1)`, 0 beyond the tenth place.
    pub ndcg_10: f64,
    /// `hit_rate_10` of ranking by how many users of the training data acted on an item.
    pub popularity_hit_rate_10: f64,
    /// `ndcg_10` of the same.
    pub popularity_ndcg_10: f64,
    /// Users whose last item nobody acted on before: counted as misses.
    pub unknown_items: u64,
}

/// Where the newest item of each measured user stands; `None` if nobody acted on it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ranks {
    /// By the model.
    pub(crate) model: Vec<Option<u32>>,
    /// By how many users of the training data acted on an item.
    pub(crate) popularity: Vec<Option<u32>>,
    unknown_items: u64,
}

/// Measures a bundle by the newest items of a file, given the older ones.
pub(crate) fn measure(log: &Log, bundle: &Bundle) -> Result<Evaluation, RecommendError> {
    let Ranks { model: ranks, popularity: popular, unknown_items } = ranks(log, bundle)?;
    let hits = hit_rate(&ranks, K);
    Ok(Evaluation {
        users: ranks.len() as u64,
        hit_rate_10: hits,
        hit_rate_10_standard_error: (hits * (1.0 - hits) / ranks.len() as f64).sqrt(),
        ndcg_10: ndcg(&ranks, K),
        popularity_hit_rate_10: hit_rate(&popular, K),
        popularity_ndcg_10: ndcg(&popular, K),
        unknown_items,
    })
}

/// Ranks the newest items of a file among all that their users have not acted on, user by user in the order of their names.
pub(crate) fn ranks(log: &Log, bundle: &Bundle) -> Result<Ranks, RecommendError> {
    let (older, newest) = log.interactions.without_newest();
    if newest.is_empty() {
        let problem = "has no user with two items, so that nothing can be held out";
        return Err(RecommendError::Empty { file: log.file.clone(), problem });
    }
    let targets: Vec<(u32, Option<u32>)> =
        newest.iter().map(|&(user, event)| (user, bundle.item(&log.items[event.item as usize]))).collect();
    refuse_seen(log, bundle, &targets)?;
    let popularity: Vec<f64> =
        bundle.model().interactions().popularity().into_iter().map(f64::from).collect();
    let (model, popularity): (Vec<_>, Vec<_>) = targets
        .par_iter()
        .map(|&(user, target)| -> Result<(Option<u32>, Option<u32>), RecommendError> {
            let Some(target) = target else { return Ok((None, None)) };
            let history: Vec<Event> = older
                .history(user)
                .iter()
                .filter_map(|event| {
                    let item = bundle.item(&log.items[event.item as usize])?;
                    Some(Event { item, time: event.time })
                })
                .collect();
            let (scores, seen) = bundle.model().scores(&history)?;
            Ok((rank_of(&scores, &seen, target)?, rank_of(&popularity, &seen, target)?))
        })
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .unzip();
    let unknown_items = targets.iter().filter(|(_, target)| target.is_none()).count() as u64;
    Ok(Ranks { model, popularity, unknown_items })
}

/// An error if the bundle's own histories hold any of the targets.
fn refuse_seen(log: &Log, bundle: &Bundle, targets: &[(u32, Option<u32>)]) -> Result<(), RecommendError> {
    let data = bundle.model().interactions();
    let seen: Vec<(&str, u32)> = targets
        .iter()
        .filter_map(|&(user, target)| Some((log.users[user as usize].as_str(), target?)))
        .filter(|&(name, target)| {
            let history = bundle.user(name).map_or(&[][..], |user| data.history(user));
            history.iter().any(|event| event.item == target)
        })
        .collect();
    match seen.first() {
        None => Ok(()),
        Some(&(user, item)) => Err(RecommendError::Seen {
            file: log.file.clone(),
            users: seen.len() as u64,
            user: user.to_owned(),
            item: bundle.items()[item as usize].clone(),
        }),
    }
}
