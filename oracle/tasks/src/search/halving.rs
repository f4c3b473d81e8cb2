//! Successive halving: many trials on few rows, the best of them on more, the best of those on all (Jamieson and Talwalkar
//! 2016; Li et al. 2018).

use attention_model::{CounterRng, Target};

use crate::TaskError;
use crate::folds::Fold;
use crate::table::Table;

/// Most rungs.
pub const RUNGS_MAX: u32 = 8;
/// Largest factor by which rows grow and trials shrink from rung to rung.
pub const ETA_MAX: u32 = 16;
/// Fewest training rows of a fold on the lowest rung.
pub const RUNG_ROWS_MIN: usize = 500;
/// First stream of the draws of a fold's rows.
const STREAM: u64 = 0x4A1F_0000_0000;

/// One rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Rung {
    /// Training rows are divided by this.
    pub divisor: u64,
    /// Trials that reach it by rank; the defaults reach every rung.
    pub trials: u32,
}

/// The rungs of a search: as many as are asked for, but no more than leave [`RUNG_ROWS_MIN`] training rows in the smallest
/// fold and a trial for the last.
///
/// # Errors
/// [`TaskError::Range`] for numbers out of range.
pub fn rungs(trials: u32, eta: u32, most: u32, folds: &[Fold]) -> Result<Vec<Rung>, TaskError> {
    if !(2..=ETA_MAX).contains(&eta) {
        return Err(TaskError::Range { name: "eta", value: eta.to_string(), range: "2 to 16" });
    }
    if !(1..=RUNGS_MAX).contains(&most) {
        return Err(TaskError::Range {
            name: "the number of rungs",
            value: most.to_string(),
            range: "1 to 8",
        });
    }
    let rows = folds.iter().map(|fold| fold.training.len()).min().unwrap_or(0) as u64;
    let eta = u64::from(eta);
    // At most 16^7.
    let possible = |rungs: &u32| {
        let factor = eta.pow(rungs - 1);
        rows / factor >= RUNG_ROWS_MIN as u64 && u64::from(trials) >= factor
    };
    let count = (1..=most).rev().find(possible).unwrap_or(1);
    let rung = |at: u32| Rung {
        divisor: eta.pow(count - 1 - at),
        // At most `trials`.
        trials: u64::from(trials).div_ceil(eta.pow(at)) as u32,
    };
    Ok((0..count).map(rung).collect())
}

/// The folds of a rung: of every fold a part of the training rows, each class (if there are two) in its share, lower rungs
/// within higher ones; all validation rows, so that trials of one rung are compared on the same.
///
/// # Errors
/// [`TaskError::Model`] if the table is no data set.
pub fn folds_of(rung: Rung, folds: &[Fold], table: &Table, seed: u64) -> Result<Vec<Fold>, TaskError> {
    if rung.divisor == 1 {
        return Ok(folds.to_vec());
    }
    let data = table.data()?;
    let class = |row: usize| match data.target() {
        Target::Binary(labels) => labels[row],
        Target::Real(_) => false,
    };
    let part = |(number, fold): (usize, &Fold)| {
        let mut training = Vec::new();
        for (stream, wanted) in [(0, false), (1, true)] {
            let members: Vec<usize> =
                fold.training.iter().copied().filter(|&row| class(row) == wanted).collect();
            // Folds hold fewer than 2^32 rows.
            let order =
                CounterRng::new(seed, STREAM + 2 * number as u64 + stream).permutation(members.len() as u32);
            let keep = (members.len() as u64).div_ceil(rung.divisor) as usize;
            training.extend(order.into_iter().take(keep).map(|place| members[place as usize]));
        }
        training.sort_unstable();
        Fold { training, validation: fold.validation.clone() }
    };
    Ok(folds.iter().enumerate().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folds::stratified;
    use crate::table::{TypingOptions, infer_spec, read_table};

    fn folds(rows: usize) -> Vec<Fold> {
        vec![Fold { training: (0..rows).collect(), validation: vec![rows] }]
    }

    /// 30 trials, a third each time: 30, 10, 4; 9,000 rows give 1,000 and 3,000 first.
    #[test]
    fn rungs_by_hand() {
        let of = |trials, eta, most, rows| rungs(trials, eta, most, &folds(rows)).unwrap();
        let rung = |divisor, trials| Rung { divisor, trials };
        assert_eq!(of(30, 3, 3, 9_000), [rung(9, 30), rung(3, 10), rung(1, 4)]);
        assert_eq!(of(30, 3, 3, 4_499), [rung(3, 30), rung(1, 10)], "4,499 / 9 is below 500");
        assert_eq!(of(30, 3, 3, 4_500).len(), 3);
        assert_eq!(of(8, 3, 3, 9_000), [rung(3, 8), rung(1, 3)], "8 trials cannot be divided by 9");
        assert_eq!(of(9, 3, 1, 9_000), [rung(1, 9)]);
        assert_eq!(of(1, 2, 8, 10), [rung(1, 1)]);
        for (eta, most) in [(1, 3), (17, 3), (3, 0), (3, 9)] {
            assert!(rungs(9, eta, most, &folds(9_000)).is_err());
        }
    }

    #[test]
    fn parts_hold_their_share_of_each_class_and_lie_in_each_other() {
        let rows: String = (0..400).map(|row| format!("{row},{}\n", u8::from(row % 8 == 0))).collect();
        let text = format!("a,y\n{rows}");
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text.as_bytes(), "t.csv", &options).unwrap();
        let table = read_table(text.as_bytes(), "t.csv", &spec).unwrap();
        let data = table.data().unwrap();
        let Target::Binary(labels) = data.target() else { panic!() };
        let folds = stratified(labels, 4, 1).unwrap();
        let of = |divisor| folds_of(Rung { divisor, trials: 1 }, &folds, &table, 5).unwrap();
        let (ninth, third) = (of(9), of(3));
        assert_eq!(of(1), folds);
        for ((small, large), whole) in ninth.iter().zip(&third).zip(&folds) {
            // 300 training rows a fold: 37 or 38 yes.
            let yes = |fold: &Fold| fold.training.iter().filter(|&&row| labels[row]).count();
            assert_eq!((yes(large), yes(small)), (13, 5));
            assert!(
                (large.training.len(), small.training.len()) == (101, 35) || large.training.len() == 100,
                "{large:?}"
            );
            assert!(small.training.iter().all(|row| large.training.contains(row)));
            assert!(large.training.iter().all(|row| whole.training.contains(row)));
            assert_eq!((&small.validation, &large.validation), (&whole.validation, &whole.validation));
        }
        assert_ne!(folds_of(Rung { divisor: 9, trials: 1 }, &folds, &table, 6).unwrap(), ninth);
    }
}
