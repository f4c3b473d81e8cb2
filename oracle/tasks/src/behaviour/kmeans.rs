//! k-means on integers: the same segments in any order of rows and on any machine.
//!
//! Lloyd's iterations (1982) from centres drawn as by k-means++ (Arthur and Vassilvitskii 2007) with a counter RNG, the best of
//! several starts. Coordinates are integers, sums exact, ties go to the lower number.

use attention_model::CounterRng;

/// Independent starts, of which the tightest is kept.
const STARTS: u64 = 8;
/// Most iterations of a start; integers end by themselves, nearly always far earlier.
const ITERATIONS_MAX: u32 = 200;

/// Points in groups, each around its centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clustering {
    pub(super) centres: Vec<Vec<i64>>,
    pub(super) group: Vec<usize>,
    /// Sum of squared distances to the centres.
    pub(super) inertia: u128,
}

/// `k` groups of at least as many points. Coordinates are within ±10^6 and there are at most 10: nothing overflows.
pub(super) fn cluster(points: &[Vec<i64>], k: usize, seed: u64) -> Clustering {
    let mut best = start(points, k, CounterRng::new(seed, 0));
    for number in 1..STARTS {
        let other = start(points, k, CounterRng::new(seed, number));
        if other.inertia < best.inertia {
            best = other;
        }
    }
    best
}

fn start(points: &[Vec<i64>], k: usize, rng: CounterRng) -> Clustering {
    let mut centres = seeds(points, k, rng);
    let (mut group, mut inertia) = assign(points, &centres);
    for _ in 0..ITERATIONS_MAX {
        let moved = means(points, &group, &centres);
        if moved == centres {
            break;
        }
        let (regrouped, reached) = assign(points, &moved);
        // Rounded means can go in circles: only what is tighter counts.
        if reached >= inertia {
            break;
        }
        (centres, group, inertia) = (moved, regrouped, reached);
    }
    Clustering { centres, group, inertia }
}

fn seeds(points: &[Vec<i64>], k: usize, rng: CounterRng) -> Vec<Vec<i64>> {
    let first = rng.below(0, points.len() as u64) as usize;
    let mut centres = vec![points[first].clone()];
    let mut nearest: Vec<u64> = points.iter().map(|point| distance(point, &centres[0])).collect();
    for number in 1..k {
        let total: u64 = nearest.iter().sum();
        let mut left = rng.below(number as u64, total);
        // With a total of 0 all points are centres already: the first is taken again.
        let at = nearest
            .iter()
            .position(|&distance| {
                let found = left < distance;
                left -= if found { 0 } else { distance };
                found
            })
            .unwrap_or(0);
        centres.push(points[at].clone());
        for (nearest, point) in nearest.iter_mut().zip(points) {
            *nearest = (*nearest).min(distance(point, &points[at]));
        }
    }
    centres
}

fn assign(points: &[Vec<i64>], centres: &[Vec<i64>]) -> (Vec<usize>, u128) {
    let mut inertia = 0u128;
    let group = points
        .iter()
        .map(|point| {
            let (at, distance) = nearest(point, centres);
            inertia += u128::from(distance);
            at
        })
        .collect();
    (group, inertia)
}

/// The nearest centre's number, the lower of equal ones, and its squared distance.
pub(super) fn nearest(point: &[i64], centres: &[Vec<i64>]) -> (usize, u64) {
    let mut best = (0, u64::MAX);
    for (at, centre) in centres.iter().enumerate() {
        let distance = distance(point, centre);
        if distance < best.1 {
            best = (at, distance);
        }
    }
    best
}

/// Each group's rounded mean; the old centre where a group is empty.
fn means(points: &[Vec<i64>], group: &[usize], centres: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let mut sums = vec![vec![0i64; centres.first().map_or(0, Vec::len)]; centres.len()];
    let mut counts = vec![0i64; centres.len()];
    for (point, &at) in points.iter().zip(group) {
        counts[at] += 1;
        for (sum, value) in sums[at].iter_mut().zip(point) {
            *sum += value;
        }
    }
    for ((sum, &count), centre) in sums.iter_mut().zip(&counts).zip(centres) {
        for (sum, old) in sum.iter_mut().zip(centre) {
            // Floor of the mean plus a half.
            *sum = (2 * *sum + count).checked_div_euclid(2 * count).unwrap_or(*old);
        }
    }
    sums
}

/// Squared distance.
pub(super) fn distance(a: &[i64], b: &[i64]) -> u64 {
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b) * a.abs_diff(*b)).sum()
}

/// Mean silhouette (Rousseeuw 1987) of the points at `sample`, among themselves: how much nearer each is to its own group than to
/// the next, −1 to 1; 0 for a group of one.
pub(super) fn silhouette(points: &[Vec<i64>], group: &[usize], groups: usize, sample: &[usize]) -> f64 {
    let mut total = 0.0;
    for &at in sample {
        let (mut sums, mut counts) = (vec![0.0; groups], vec![0u32; groups]);
        for &other in sample.iter().filter(|&&other| other != at) {
            sums[group[other]] += libm::sqrt(distance(&points[at], &points[other]) as f64);
            counts[group[other]] += 1;
        }
        let mean = |of: usize| sums[of] / f64::from(counts[of]);
        let own = group[at];
        let mut next = f64::INFINITY;
        for of in (0..groups).filter(|&of| of != own && counts[of] > 0) {
            if mean(of) < next {
                next = mean(of);
            }
        }
        if counts[own] > 0 && next.is_finite() {
            let larger = if mean(own) > next { mean(own) } else { next };
            total += if larger > 0.0 { (next - mean(own)) / larger } else { 0.0 };
        }
    }
    total / sample.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[i64]) -> Vec<Vec<i64>> {
        values.iter().map(|&value| vec![value]).collect()
    }

    /// The best three groups of a line, by exhaustive search over all pairs of cuts.
    #[test]
    fn as_tight_as_exhaustive_search() {
        let values = [0, 3, 4, 20, 22, 25, 26, 90, 91, 99];
        let spread = |part: &[i64]| {
            let mean = (2 * part.iter().sum::<i64>() + part.len() as i64).div_euclid(2 * part.len() as i64);
            part.iter().map(|value| ((value - mean) * (value - mean)) as u128).sum::<u128>()
        };
        let best = (1..9)
            .flat_map(|a| (a + 1..10).map(move |b| (a, b)))
            .map(|(a, b)| spread(&values[..a]) + spread(&values[a..b]) + spread(&values[b..]))
            .min();
        let found = cluster(&line(&values), 3, 1);
        assert_eq!(Some(found.inertia), best);
        assert_eq!(found, cluster(&line(&values), 3, 1));
        let mut centres = found.centres.concat();
        centres.sort_unstable();
        assert_eq!(centres, [2, 23, 93]);
    }

    /// 0 and 2 against 10 and 14. Of 0: own 2, other 12: 10/12; of 2: 2, 10: 8/10; of 10: 4, 9: 5/9; of 14: 4, 13: 9/13.
    #[test]
    fn silhouettes_by_hand() {
        let points = line(&[0, 2, 10, 14]);
        let found = silhouette(&points, &[0, 0, 1, 1], 2, &[0, 1, 2, 3]);
        let wanted = (10.0 / 12.0 + 0.8 + 5.0 / 9.0 + 9.0 / 13.0) / 4.0;
        assert!((found - wanted).abs() < 1e-15, "{found}");
        // The last one alone: of 0 own 6, other 14: 8/14; of 2: 5, 12: 7/12; of 10: 9, 4: −5/9; itself 0.
        let lonely = silhouette(&points, &[0, 0, 0, 1], 2, &[0, 1, 2, 3]);
        assert!((lonely - (8.0 / 14.0 + 7.0 / 12.0 - 5.0 / 9.0) / 4.0).abs() < 1e-15, "{lonely}");
    }

    #[test]
    fn equal_points_are_no_trouble() {
        let found = cluster(&line(&[5, 5, 5]), 2, 0);
        assert_eq!((found.inertia, found.group), (0, vec![0, 0, 0]));
    }
}
