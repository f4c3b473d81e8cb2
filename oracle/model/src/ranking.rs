//! How good a ranked list is when one item of it is the right one: hit rate and NDCG.

use crate::ModelError;
use crate::math::canonical;

/// The place of `target` among all items that are not `excluded`, 1 for the best: items of higher score stand before it,
/// and of equal score those with a lower index. `None` if the target is excluded or is no item.
///
/// # Errors
/// [`ModelError::Shape`] on unequal lengths, [`ModelError::NotFinite`] if a score is not finite.
pub fn rank_of(scores: &[f64], excluded: &[bool], target: u32) -> Result<Option<u32>, ModelError> {
    comparable(scores, excluded)?;
    let target = target as usize;
    if excluded.get(target) != Some(&false) {
        return Ok(None);
    }
    let mut rank = 1;
    for (item, &score) in scores.iter().enumerate() {
        let before = score > scores[target] || (score == scores[target] && item < target);
        if before && !excluded[item] {
            rank += 1;
        }
    }
    Ok(Some(rank))
}

/// The `k` best items that are not `excluded`, best first, equal scores by lower index; fewer if there are fewer.
///
/// # Errors
/// As [`rank_of`].
pub fn best(scores: &[f64], excluded: &[bool], k: usize) -> Result<Vec<u32>, ModelError> {
    comparable(scores, excluded)?;
    // An index is below the number of items, which fits u32 wherever items are numbered by u32.
    let mut order: Vec<u32> = (0..scores.len() as u32).filter(|&item| !excluded[item as usize]).collect();
    let by_score = |&a: &u32, &b: &u32| {
        canonical(scores[b as usize]).total_cmp(&canonical(scores[a as usize])).then(a.cmp(&b))
    };
    if k < order.len() {
        order.select_nth_unstable_by(k, by_score);
        order.truncate(k);
    }
    order.sort_unstable_by(by_score);
    Ok(order)
}

/// The share of ranks within the first `k`; `None` counts as beyond. 0 without ranks.
pub fn hit_rate(ranks: &[Option<u32>], k: u32) -> f64 {
    let hits = ranks.iter().flatten().filter(|&&rank| rank <= k).count();
    hits as f64 / ranks.len().max(1) as f64
}

/// Normalised discounted cumulative gain with one right item: the mean of `1 / log2(rank + 1)`, 0 beyond `k` (Järvelin and
/// Kekäläinen 2002). 0 without ranks.
pub fn ndcg(ranks: &[Option<u32>], k: u32) -> f64 {
    let mut sum = 0.0;
    for &rank in ranks.iter().flatten().filter(|&&rank| rank <= k) {
        sum += 1.0 / libm::log2(f64::from(rank) + 1.0);
    }
    sum / ranks.len().max(1) as f64
}

fn comparable(scores: &[f64], excluded: &[bool]) -> Result<(), ModelError> {
    if scores.len() != excluded.len() {
        return Err(ModelError::Shape { what: "items", expected: scores.len(), got: excluded.len() });
    }
    match scores.iter().find(|score| !score.is_finite()) {
        Some(&value) => Err(ModelError::NotFinite { what: "a score", value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f64; 5] = [0.5, 0.9, 0.5, 0.1, 0.9];

    #[test]
    fn ranks_by_hand() {
        let none = [false; 5];
        let ranks: Vec<_> = (0..6).map(|item| rank_of(&SCORES, &none, item).unwrap()).collect();
        assert_eq!(ranks, [Some(3), Some(1), Some(4), Some(5), Some(2), None]);
        let seen = [false, true, false, false, false];
        assert_eq!(rank_of(&SCORES, &seen, 0).unwrap(), Some(2));
        assert_eq!(rank_of(&SCORES, &seen, 1).unwrap(), None);
        assert_eq!(rank_of(&[0.0, -0.0], &[false; 2], 1).unwrap(), Some(2));
    }

    #[test]
    fn best_by_hand() {
        let none = [false; 5];
        assert_eq!(best(&SCORES, &none, 3).unwrap(), [1, 4, 0]);
        assert_eq!(best(&SCORES, &none, 9).unwrap(), [1, 4, 0, 2, 3]);
        assert_eq!(best(&SCORES, &[true, true, false, false, true], 1).unwrap(), [2]);
        assert_eq!(best(&[-0.0, 0.0], &[false; 2], 1).unwrap(), [0]);
        assert!(best(&SCORES, &none, 0).unwrap().is_empty());
    }

    #[test]
    fn metrics_by_hand() {
        let ranks = [Some(1), Some(3), Some(11), None];
        assert_eq!(hit_rate(&ranks, 10), 0.5);
        assert_eq!(hit_rate(&ranks, 11), 0.75);
        // (1 + 1/log2(4)) / 4
        assert_eq!(ndcg(&ranks, 10), 0.375);
        assert_eq!((hit_rate(&[], 10), ndcg(&[], 10)), (0.0, 0.0));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert!(matches!(rank_of(&[f64::NAN], &[false], 0), Err(ModelError::NotFinite { .. })));
        assert!(matches!(best(&[1.0], &[], 1), Err(ModelError::Shape { .. })));
    }
}
