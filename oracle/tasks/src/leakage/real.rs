//! How nearly one feature alone tells a real target.

use attention_model::{Dataset, FeatureKind, MISSING};

/// Fewest rows of a real target that make a correlation mean anything here.
const ROWS_MIN: usize = 30;
/// Fewest rows of a value, and fewest such values, whose ranges of the target mean anything here.
const ROWS_OF_A_VALUE_MIN: usize = 10;
const VALUES_MIN: usize = 3;

/// What a feature alone tells of a real target, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Telling {
    /// What was measured, with its article.
    pub measure: &'static str,
    /// How much of it, 0 to 1.
    pub strength: f64,
}

/// The strongest of what each feature tells of a real target, over the rows where it is known; 0 with fewer than 30 of them:
///
/// - of a number the magnitude of its correlation, of values (Pearson) or of ranks (Spearman): the square or the logarithm of a target
///   is a copy of it too;
/// - of a category, missing being one, the correlation ratio η, again of values or ranks: η² is the share of the variance that is left
///   out when each row is predicted by the mean of the *other* rows of its category, so that a category of one row tells nothing;
/// - of both the share of rows in ranges of their own (see [`share_in_own_range`]): a target cut into bands.
pub fn single_feature_telling(data: &Dataset<'_>, targets: &[f64]) -> Vec<Telling> {
    let kinds = data.schema().kinds().iter().enumerate();
    kinds
        .map(|(feature, kind)| {
            let numeric = *kind == FeatureKind::Numeric;
            let rows = (0..data.rows()).map(|row| (data.row(row)[feature], targets[row]));
            let known: Vec<(i64, f64)> = rows.filter(|(value, _)| !numeric || *value != MISSING).collect();
            telling(numeric, &known)
        })
        .collect()
}

fn telling(numeric: bool, known: &[(i64, f64)]) -> Telling {
    let none = Telling { measure: "a correlation", strength: 0.0 };
    if known.len() < ROWS_MIN {
        return none;
    }
    let targets: Vec<f64> = known.iter().map(|pair| pair.1).collect();
    let target_ranks = midranks(&targets);
    let found = if numeric {
        let values: Vec<f64> = known.iter().map(|pair| pair.0 as f64).collect();
        [
            ("a correlation", libm::fabs(correlation(&values, &targets))),
            ("a correlation of ranks", libm::fabs(correlation(&midranks(&values), &target_ranks))),
        ]
    } else {
        [
            ("a correlation ratio", correlation_ratio(known, &targets)),
            ("a correlation ratio of ranks", correlation_ratio(known, &target_ranks)),
        ]
    };
    let in_own_range = ("a share of rows in ranges of their own", share_in_own_range(known));
    let stronger = |best: Telling, (measure, strength): (&'static str, f64)| {
        if strength > best.strength { Telling { measure, strength } } else { best }
    };
    found.into_iter().chain([in_own_range]).fold(none, stronger)
}

/// Pearson's correlation; 0 for a constant.
fn correlation(first: &[f64], second: &[f64]) -> f64 {
    let (x_mean, y_mean) = (mean(first), mean(second));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in first.iter().zip(second) {
        let (dx, dy) = (x - x_mean, y - y_mean);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    let scale = libm::sqrt(xx) * libm::sqrt(yy);
    if scale > 0.0 { xy / scale } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for value in values {
        sum += value;
    }
    sum / values.len() as f64
}

/// Ranks from 1, equal values sharing the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + 0.5 * (tied.len() + 1) as f64;
        for &row in tied {
            ranks[row] = rank;
        }
        below += tied.len();
    }
    ranks
}

/// Rows by their value, values rising, rows in their order.
fn by_value(known: &[(i64, f64)]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by_key(|&row| known[row].0);
    order.chunk_by(|&a, &b| known[a].0 == known[b].0).map(<[usize]>::to_vec).collect()
}

/// √(1 − Σ(y − ŷ)² / Σ(y − ȳ)²), both means being those of the other rows: of the category, or of all for one of a single row; 0 where
/// it is not defined. A mean without one of n rows is off by n / (n − 1) of the deviation from the mean of all n.
fn correlation_ratio(known: &[(i64, f64)], targets: &[f64]) -> f64 {
    let off = |rows: &[usize]| -> f64 {
        let own: Vec<f64> = rows.iter().map(|&row| targets[row]).collect();
        let (mean, n) = (mean(&own), own.len() as f64);
        let mut squares = 0.0;
        for value in own {
            squares += (value - mean) * (value - mean);
        }
        squares * (n / (n - 1.0)) * (n / (n - 1.0))
    };
    let everyone: Vec<usize> = (0..known.len()).collect();
    let all = off(&everyone);
    let (all_mean, n) = (mean(targets), targets.len() as f64);
    let mut left = 0.0;
    for rows in by_value(known) {
        left += match rows.as_slice() {
            [single] => {
                let deviation = (targets[*single] - all_mean) * n / (n - 1.0);
                deviation * deviation
            }
            several => off(several),
        };
    }
    if all > 0.0 && left < all { libm::sqrt(1.0 - left / all) } else { 0.0 }
}

/// The values with at least ten rows are laid side by side by their mean targets; the share of their rows that the order of the
/// targets puts on their own value's place, equal targets to their advantage. It is 1 if no two values' ranges overlap. 0 with fewer
/// than three such values, or if they hold less than half of the rows.
fn share_in_own_range(known: &[(i64, f64)]) -> f64 {
    let targets_of = |rows: &Vec<usize>| rows.iter().map(|&row| known[row].1).collect::<Vec<_>>();
    let mut values: Vec<(f64, Vec<f64>)> = by_value(known)
        .iter()
        .filter(|rows| rows.len() >= ROWS_OF_A_VALUE_MIN)
        .map(targets_of)
        .map(|targets| (mean(&targets), targets))
        .collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut placed: Vec<(f64, usize)> = values
        .iter()
        .enumerate()
        .flat_map(|(place, (_, targets))| targets.iter().map(move |&target| (target, place)))
        .collect();
    if values.len() < VALUES_MIN || 2 * placed.len() < known.len() {
        return 0.0;
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let places =
        values.iter().enumerate().flat_map(|(place, (_, own))| std::iter::repeat_n(place, own.len()));
    let own = placed.iter().zip(places).filter(|((_, place), wanted)| place == wanted).count();
    own as f64 / placed.len() as f64
}

#[cfg(test)]
mod tests {
    use attention_model::{CounterRng, FeatureSchema, Target};

    use super::*;

    /// Strengths of numbers and of categories over the targets.
    fn strengths(numbers: &[&[i64]], categories: &[&[i64]], targets: &[f64]) -> Vec<f64> {
        let category = FeatureKind::Categorical { levels: 4_096 };
        let kinds = numbers.iter().map(|_| FeatureKind::Numeric).chain(categories.iter().map(|_| category));
        let features = kinds.enumerate().map(|(at, kind)| (format!("c{at}"), kind)).collect();
        let schema = FeatureSchema::typed(1, features).unwrap();
        let columns: Vec<&[i64]> = numbers.iter().chain(categories).copied().collect();
        let values: Vec<i64> =
            (0..targets.len()).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
        let data = Dataset::rows_with_target(&schema, &values, Target::Real(targets)).unwrap();
        single_feature_telling(&data, targets).into_iter().map(|found| found.strength).collect()
    }

    /// y = 1 to 1,000: its square correlates by .968, its logarithm by .90; their ranks are those of y.
    #[test]
    fn monotone_copies_are_found() {
        let targets: Vec<f64> = (1..=1_000).map(f64::from).collect();
        let of = |function: &dyn Fn(f64) -> f64| -> Vec<i64> {
            targets.iter().map(|&y| libm::rint(function(y)) as i64).collect()
        };
        let square = of(&|y| y * y);
        let raw = correlation(&square.iter().map(|&x| x as f64).collect::<Vec<_>>(), &targets);
        assert!((raw - 0.968).abs() < 5e-4, "{raw}");
        let found = strengths(&[&square, &of(&|y| -1e6 * libm::log(y)), &of(&|y| y % 37.0)], &[], &targets);
        assert!(found[0] > 0.999_999 && found[1] > 0.999_999 && found[2] < 0.2, "{found:?}");
    }

    /// 1 2 2 3 has ranks 1, 2.5, 2.5, 4.
    #[test]
    fn ranks_by_hand() {
        assert_eq!(midranks(&[2.0, 1.0, 3.0, 2.0]), [2.5, 1.0, 4.0, 2.5]);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), 0.0);
    }

    /// Categories a: 1, 3 and b: 7, 9 and c: 5. Without themselves a's rows are 2 off each (squares 8), b's too; c is at the mean of
    /// all, 5. Of all, deviations −4 −2 2 4 0 times 5/4: squares 40 · 25/16 = 62.5. √(1 − 16/62.5) = √.744.
    #[test]
    fn the_correlation_ratio_by_hand() {
        let known = [(0, 1.0), (1, 7.0), (0, 3.0), (2, 5.0), (1, 9.0)];
        let targets = known.map(|pair| pair.1);
        assert!((correlation_ratio(&known, &targets) - 0.744f64.sqrt()).abs() < 1e-15);
        let each_its_own: Vec<(i64, f64)> = (0..5).zip(targets).collect();
        assert_eq!(correlation_ratio(&each_its_own, &targets), 0.0);
    }

    #[test]
    fn bands_of_the_target_are_found_and_honest_categories_are_not() {
        let rng = CounterRng::new(5, 1);
        let targets: Vec<f64> = (0..1_000).map(|row| libm::exp(4.0 * rng.unit(row))).collect();
        let by = |of: &dyn Fn(usize) -> i64| -> Vec<i64> { (0..1_000).map(of).collect() };
        let band = by(&|row| (libm::log(targets[row]) / 0.8) as i64 * 7 % 11);
        let fine = by(&|row| (libm::log(targets[row]) * 12.5) as i64);
        let noise = by(&|row| rng.below(2_000 + row as u64, 5) as i64);
        let id = by(&|row| row as i64);
        let constant = by(&|_| 3);
        // Three kinds whose prices differ by more than they vary, but for one row in fifty.
        let kind = by(&|row| if row % 50 == 0 { 1 } else { (libm::log(targets[row]) / 1.4) as i64 });
        let lonely = by(&|row| i64::from(targets[row] > 54.0));
        let categories = [&band, &fine, &noise, &id, &constant, &kind, &lonely].map(Vec::as_slice);
        let found = strengths(&[], &categories, &targets);
        assert!(found[0] == 1.0 && found[1] > 0.999, "{found:?}");
        assert!(found[2] < 0.5 && found[3] < 1e-6 && found[4] < 1e-6, "{found:?}");
        assert!(found[5] < 0.99 && found[6] < 0.9, "{found:?}");
        // The bands as numbers, in another order than the target's.
        assert_eq!(strengths(&[&band], &[], &targets), [1.0]);
    }

    #[test]
    fn few_rows_tell_nothing() {
        let values: Vec<i64> = (0..29).collect();
        let targets: Vec<f64> = (0..29).map(f64::from).collect();
        assert_eq!(strengths(&[&values], &[], &targets), [0.0]);
        // Missing numbers are not counted.
        let values: Vec<i64> = (0..40).map(|row| if row < 11 { MISSING } else { row }).collect();
        let targets: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(strengths(&[&values], &[], &targets), [0.0]);
    }
}
