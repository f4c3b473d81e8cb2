//! Isotonic regression of labels on margins by pooling adjacent violators, exact in integers (Ayer and others 1955).

use super::{Calibrator, Targets};

/// Adjacent rows that share a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pool {
    first: f64,
    last: f64,
    positives: u64,
    rows: u64,
}

impl Pool {
    /// True if this pool has a share of positives that is at least the other's.
    fn reaches(&self, other: &Self) -> bool {
        // Below 2^128: both factors are counts of rows in memory.
        u128::from(self.positives) * u128::from(other.rows)
            >= u128::from(other.positives) * u128::from(self.rows)
    }

    fn join(&mut self, other: &Self) {
        self.last = other.last;
        self.positives += other.positives;
        self.rows += other.rows;
    }
}

pub(super) fn fit(margins: &[f64], labels: &[bool], targets: Targets) -> Calibrator {
    let mut knots: Vec<(f64, f64)> = Vec::new();
    for pool in pools(margins, labels) {
        let p = (pool.positives as f64 / pool.rows as f64).clamp(targets.low(), targets.high());
        knots.push((pool.first, p));
        if pool.last > pool.first {
            knots.push((pool.last, p));
        }
    }
    Calibrator::Isotonic { knots }
}

/// Pools of strictly rising shares of positives, in rising order of margin. Rows of one margin are one from the start.
fn pools(margins: &[f64], labels: &[bool]) -> Vec<Pool> {
    let mut order: Vec<usize> = (0..margins.len()).collect();
    order.sort_by(|&a, &b| margins[a].total_cmp(&margins[b]).then(a.cmp(&b)));
    let mut pools: Vec<Pool> = Vec::new();
    let mut start = 0;
    while start < order.len() {
        // == and not total_cmp: −0 and 0 are a tie. Adding 0 makes the one of them the other.
        let margin = margins[order[start]] + 0.0;
        let mut pool = Pool { first: margin, last: margin, positives: 0, rows: 0 };
        while start < order.len() && margins[order[start]] == margin {
            pool.positives += u64::from(labels[order[start]]);
            pool.rows += 1;
            start += 1;
        }
        while let Some(mut below) = pools.pop() {
            if !below.reaches(&pool) {
                pools.push(below);
                break;
            }
            below.join(&pool);
            pool = below;
        }
        pools.push(pool);
    }
    pools
}

/// The probability at a margin: linear between two knots, constant beyond the first and the last.
pub(super) fn interpolate(knots: &[(f64, f64)], margin: f64) -> f64 {
    let above = knots.partition_point(|&(knot, _)| knot <= margin);
    let Some(&(right, high)) = knots.get(above) else {
        return knots.last().map_or(0.5, |&(_, p)| p);
    };
    let Some(&(left, low)) = above.checked_sub(1).and_then(|index| knots.get(index)) else {
        return high;
    };
    // Rounding must not carry it past the upper knot.
    (low + (high - low) * ((margin - left) / (right - left))).clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(first: f64, last: f64, positives: u64, rows: u64) -> Pool {
        Pool { first, last, positives, rows }
    }

    /// Labels 0 1 0 1 1 0 1 over margins 1 to 7. Pooling: 0 | 1 0 → ½ | 1 1 0 → ⅔ | 1.
    #[test]
    fn pools_by_hand() {
        let margins = [7.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let labels = [true, false, true, false, true, true, false];
        assert_eq!(
            pools(&margins, &labels),
            [pool(1.0, 1.0, 0, 1), pool(2.0, 3.0, 1, 2), pool(4.0, 6.0, 2, 3), pool(7.0, 7.0, 1, 1)]
        );
        // Falling labels are one pool.
        assert_eq!(pools(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false]), [pool(1.0, 4.0, 2, 4)]);
    }

    /// Rows of one margin share a probability, −0 and 0 are one margin, and equal shares are one pool.
    #[test]
    fn ties_are_one_pool() {
        assert_eq!(pools(&[0.0, -0.0, 1.0, 1.0], &[true, false, false, true]), [pool(0.0, 1.0, 2, 4)]);
    }

    /// The least squares fit under the order is unique: here it is found by trying every way to cut into pools.
    #[test]
    fn pools_are_the_least_squares_fit() {
        for bits in 0u32..1 << 9 {
            let labels: Vec<bool> = (0..9).map(|row| bits >> row & 1 == 1).collect();
            let margins: Vec<f64> = (0..9).map(f64::from).collect();
            let error = |shares: &[f64]| -> f64 {
                shares.iter().zip(&labels).map(|(p, &y)| (p - f64::from(u8::from(y))).powi(2)).sum()
            };
            let mut best = f64::INFINITY;
            for cuts in 0u32..1 << 8 {
                let (mut shares, mut start) = (Vec::new(), 0);
                for end in 1..=9 {
                    if end == 9 || cuts >> (end - 1) & 1 == 1 {
                        let positives = labels[start..end].iter().filter(|&&y| y).count();
                        let share = positives as f64 / (end - start) as f64;
                        shares.extend(vec![share; end - start]);
                        start = end;
                    }
                }
                if shares.is_sorted() {
                    best = best.min(error(&shares));
                }
            }
            let mut shares = Vec::new();
            for pool in pools(&margins, &labels) {
                shares.extend(vec![pool.positives as f64 / pool.rows as f64; pool.rows as usize]);
            }
            assert!(shares.is_sorted() && (error(&shares) - best).abs() < 1e-12, "{labels:?}");
        }
    }

    #[test]
    fn interpolation_by_hand() {
        let knots = [(-1.0, 0.25), (1.0, 0.75), (2.0, 0.75)];
        for (margin, p) in [(-9.0, 0.25), (-1.0, 0.25), (0.0, 0.5), (1.0, 0.75), (1.5, 0.75), (9.0, 0.75)] {
            assert_eq!(interpolate(&knots, margin), p, "{margin}");
        }
    }

    /// Certainty is bounded: with one row a class, shares 0 and 1 become 1/3 and 2/3.
    #[test]
    fn ends_are_bounded() {
        let targets = Targets { positives: 1, negatives: 1 };
        match fit(&[-1.0, 1.0], &[false, true], targets) {
            Calibrator::Isotonic { knots } => assert_eq!(knots, [(-1.0, 1.0 / 3.0), (1.0, 2.0 / 3.0)]),
            other => panic!("{other:?}"),
        }
    }
}
