//! Shares of features in a prediction that is a curve over a sum of them.

use crate::ModelError;

/// `terms` scaled so that they add up to `change` (up to rounding): each feature keeps its proportion among them. Terms that
/// add up to 0 stay as they are, because then nothing moved along the curve either.
pub(crate) fn proportional(mut terms: Vec<f64>, change: f64) -> Result<Vec<f64>, ModelError> {
    let mut sum = 0.0;
    for term in &terms {
        sum += term;
    }
    if sum != 0.0 {
        let factor = change / sum;
        for term in &mut terms {
            *term *= factor;
            if !term.is_finite() {
                return Err(ModelError::NotFinite { what: "a feature's share of a margin", value: *term });
            }
        }
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        assert_eq!(proportional(vec![1.0, -2.0, 5.0], 8.0).unwrap(), [2.0, -4.0, 10.0]);
        assert_eq!(proportional(vec![1.0, -1.0], 0.0).unwrap(), [1.0, -1.0]);
        assert!(matches!(proportional(vec![1e-320], 1e10), Err(ModelError::NotFinite { .. })));
    }
}
