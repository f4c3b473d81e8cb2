//! Which rows train and which validate: k-fold, stratified, and in the order of time.

use attention_model::CounterRng;

use crate::TaskError;

/// Most folds.
pub const FOLDS_MAX: usize = 50;

/// One division of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Rows to fit on, rising.
    pub training: Vec<usize>,
    /// Rows to measure on, rising.
    pub validation: Vec<usize>,
}

/// k folds of equal size (±1), each row once in a validation part; drawn by `seed`.
///
/// # Errors
/// [`TaskError::Folds`] unless 2 ≤ k ≤ [`FOLDS_MAX`] and every part has a row.
pub fn k_fold(rows: usize, k: usize, seed: u64) -> Result<Vec<Fold>, TaskError> {
    check("k folds", rows, k)?;
    let mut fold_of = vec![0; rows];
    for (place, row) in shuffled((0..rows).collect(), seed).into_iter().enumerate() {
        fold_of[row] = place % k;
    }
    Ok(divide(&fold_of, k))
}

/// As [`k_fold`], with the share of each class the same in every fold (±1 row).
///
/// # Errors
/// As [`k_fold`]; also if a class has fewer than k rows.
pub fn stratified(labels: &[bool], k: usize, seed: u64) -> Result<Vec<Fold>, TaskError> {
    let what = "stratified folds";
    check(what, labels.len(), k)?;
    let mut fold_of = vec![0; labels.len()];
    let mut place = 0;
    for class in [true, false] {
        let members: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == class).collect();
        if members.len() < k {
            let problem = format!("{} rows are {class}, fewer than {k} folds", members.len());
            return Err(TaskError::Folds { what, problem });
        }
        for row in shuffled(members, seed) {
            fold_of[row] = place % k;
            place += 1;
        }
    }
    Ok(divide(&fold_of, k))
}

/// k folds in the order of time: the rows, sorted by time, are cut in k + 1 blocks; fold i fits on what happened before
/// block i + 1 and at least `gap` earlier, and validates on that block. Rows of one moment are never divided.
///
/// # Errors
/// As [`k_fold`]; also if a part is left without rows.
pub fn time_ordered(times: &[i64], k: usize, gap: i64) -> Result<Vec<Fold>, TaskError> {
    let what = "folds in the order of time";
    check(what, times.len(), k)?;
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let edge = |block: usize| sorted.get(sorted.len() * block / (k + 1)).copied();
    (1..=k)
        .map(|block| {
            let problem = |problem: &str| TaskError::Folds {
                what,
                problem: format!("block {block} of {k}: {problem}"),
            };
            let start = edge(block).ok_or_else(|| problem("no rows"))?;
            let end = if block == k { None } else { edge(block + 1) };
            let before = start.checked_sub(gap).ok_or_else(|| problem("the gap is too long"))?;
            let part = |keep: &dyn Fn(i64) -> bool| {
                (0..times.len()).filter(|&row| keep(times[row])).collect::<Vec<_>>()
            };
            let fold = Fold {
                training: part(&|time| time < start && time <= before),
                validation: part(&|time| time >= start && end.is_none_or(|end| time < end)),
            };
            if fold.training.is_empty() || fold.validation.is_empty() {
                return Err(problem("a part without rows; take fewer folds or a shorter gap"));
            }
            Ok(fold)
        })
        .collect()
}

fn check(what: &'static str, rows: usize, k: usize) -> Result<(), TaskError> {
    if !(2..=FOLDS_MAX).contains(&k) {
        return Err(TaskError::Folds { what, problem: format!("{k} folds, must be 2 to {FOLDS_MAX}") });
    }
    if rows < k || u32::try_from(rows).is_err() {
        return Err(TaskError::Folds {
            what,
            problem: format!("{rows} rows for {k} folds, must be {k} to 2^32"),
        });
    }
    Ok(())
}

fn shuffled(members: Vec<usize>, seed: u64) -> Vec<usize> {
    // `check` holds the rows below 2^32.
    let order = CounterRng::new(seed, 0xF01D).permutation(members.len() as u32);
    order.into_iter().map(|place| members[place as usize]).collect()
}

fn divide(fold_of: &[usize], k: usize) -> Vec<Fold> {
    let rows = |keep: &dyn Fn(usize) -> bool| (0..fold_of.len()).filter(|&row| keep(fold_of[row])).collect();
    (0..k).map(|fold| Fold { training: rows(&|of| of != fold), validation: rows(&|of| of == fold) }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_validates_once(rows in 5usize..200, k in 2usize..6, seed: u64) {
            let folds = k_fold(rows, k, seed).unwrap();
            let mut all: Vec<usize> = folds.iter().flat_map(|fold| fold.validation.clone()).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..rows).collect::<Vec<_>>());
            for fold in &folds {
                prop_assert!(fold.validation.len() * k <= rows + k && (fold.validation.len() + 1) * k > rows);
                let mut both = [fold.training.clone(), fold.validation.clone()].concat();
                both.sort_unstable();
                prop_assert_eq!(both.len(), rows);
                both.dedup();
                prop_assert_eq!(both.len(), rows);
            }
        }

        #[test]
        fn the_future_never_trains(times in proptest::collection::vec(0i64..50, 12..80), gap in 0i64..3) {
            if let Ok(folds) = time_ordered(&times, 3, gap) {
                for fold in folds {
                    let last = fold.training.iter().map(|&row| times[row]).max().unwrap();
                    let first = fold.validation.iter().map(|&row| times[row]).min().unwrap();
                    prop_assert!(last < first && last + gap <= first);
                }
            }
        }
    }

    #[test]
    fn classes_are_shared_out() {
        let labels: Vec<bool> = (0..40).map(|row| row % 4 == 0).collect();
        for fold in stratified(&labels, 5, 1).unwrap() {
            assert_eq!(fold.validation.iter().filter(|&&row| labels[row]).count(), 2);
            assert_eq!(fold.validation.len(), 8);
        }
        assert_ne!(stratified(&labels, 5, 1).unwrap(), stratified(&labels, 5, 2).unwrap());
    }

    /// Times 0 to 7, three folds: blocks of two; fold 1 trains on 0, 1 and validates on 2, 3.
    #[test]
    fn time_folds_by_hand() {
        let times = [7, 6, 5, 4, 3, 2, 1, 0];
        let folds = time_ordered(&times, 3, 0).unwrap();
        let at = |rows: &[usize]| rows.iter().map(|&row| times[row]).collect::<Vec<_>>();
        assert_eq!((at(&folds[0].training), at(&folds[0].validation)), (vec![1, 0], vec![3, 2]));
        assert_eq!((at(&folds[2].training), at(&folds[2].validation)), (vec![5, 4, 3, 2, 1, 0], vec![7, 6]));
        let gapped = time_ordered(&times, 3, 2).unwrap();
        assert_eq!(at(&gapped[0].training), [0]);
    }

    #[test]
    fn impossible_folds_are_refused() {
        for (rows, k) in [(10, 1), (10, 51), (2, 3)] {
            assert!(matches!(k_fold(rows, k, 0), Err(TaskError::Folds { .. })), "{rows} rows, {k} folds");
        }
        assert!(
            stratified(&[true, false, false, false], 2, 0)
                .unwrap_err()
                .to_string()
                .contains("1 rows are true")
        );
        assert!(time_ordered(&[5; 10], 3, 0).is_err());
    }
}
