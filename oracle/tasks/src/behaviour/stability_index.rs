//! How alike two partitions of the same things are.

use std::collections::BTreeMap;

/// Hubert and Arabie's adjusted Rand index (1985): 1 for the same partition, 0 on average for two by chance. 1 if both have one
/// part only.
pub(super) fn adjusted_rand(a: &[usize], b: &[usize]) -> f64 {
    let pairs = |count: u64| count as f64 * (count as f64 - 1.0) / 2.0;
    let (mut cells, mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&in_a, &in_b) in a.iter().zip(b) {
        *cells.entry((in_a, in_b)).or_insert(0u64) += 1;
        *rows.entry(in_a).or_insert(0u64) += 1;
        *columns.entry(in_b).or_insert(0u64) += 1;
    }
    let mut together = 0.0;
    for &count in cells.values() {
        together += pairs(count);
    }
    let of = |counts: &BTreeMap<usize, u64>| {
        let mut sum = 0.0;
        for &count in counts.values() {
            sum += pairs(count);
        }
        sum
    };
    let (in_a, in_b, all) = (of(&rows), of(&columns), pairs(a.len() as u64));
    let by_chance = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = 0.5 * (in_a + in_b);
    if most - by_chance <= 0.0 { 1.0 } else { (together - by_chance) / (most - by_chance) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {1 2 3}{4 5 6} against {1 2}{3 4}{5 6}: 2 pairs together in both, 6 and 3 in each, of 15: (2 − 1.2) / (4.5 − 1.2).
    #[test]
    fn by_hand() {
        let found = adjusted_rand(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2]);
        assert!((found - 0.8 / 3.3).abs() < 1e-15);
        assert_eq!(adjusted_rand(&[0, 0, 1], &[5, 5, 2]), 1.0);
        assert_eq!(adjusted_rand(&[0, 0], &[1, 1]), 1.0);
    }
}
