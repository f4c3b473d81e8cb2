//! Many questions at once.

/// Benjamini and Hochberg's q-values (1995), in the order of the p-values: the smallest false discovery rate at which each is
/// still called a discovery, `min over j ≥ rank of p_(j) · m / j`, at most 1.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]).then(a.cmp(&b)));
    let all = p_values.len() as f64;
    let mut q_values = vec![1.0; p_values.len()];
    let mut lowest = 1.0;
    for (place, &at) in order.iter().enumerate().rev() {
        let scaled = p_values[at] * all / (place + 1) as f64;
        if scaled < lowest {
            lowest = scaled;
        }
        q_values[at] = lowest;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// .01·4/1 = .04, .02·4/2 = .04, .03·4/3 = .04, .5·4/4 = .5; and where a later one is lower it wins:
    /// .04·3/1 = .12, .05·3/2 = .075, .06·3/3 = .06.
    #[test]
    fn by_hand() {
        let near = |found: Vec<f64>, wanted: &[f64]| {
            assert_eq!(found.len(), wanted.len());
            assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
        };
        near(benjamini_hochberg(&[0.5, 0.02, 0.01, 0.03]), &[0.5, 0.04, 0.04, 0.04]);
        near(benjamini_hochberg(&[0.06, 0.04, 0.05]), &[0.06, 0.06, 0.06]);
        near(benjamini_hochberg(&[0.9, 1.0]), &[1.0, 1.0]);
        near(benjamini_hochberg(&[]), &[]);
    }

    /// The fifteen p-values of Benjamini and Hochberg's own example (1995, section 4.2), of which four are discoveries at .05.
    #[test]
    fn their_own_example() {
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let found = benjamini_hochberg(&p_values);
        assert_eq!(found.iter().filter(|&&q| q <= 0.05).count(), 4);
    }
}
