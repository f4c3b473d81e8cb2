//! The synthetic table interest-1M-v1: 1,000,000 rows, 20 features, made by integer arithmetic and `libm::exp`, so that every
//! program that makes it has the same. It measures time and memory; no figure on it says anything of real users.

use attention_model::{FeatureSchema, ModelError, sigmoid, splitmix64};

/// Features.
pub const COLUMNS: usize = 20;
/// Rows of the whole table; the first four fifths are for training.
pub const ROWS: usize = 1_000_000;
/// What a feature value of 1 is as an integer.
pub const ONE: i64 = 1 << 24;
/// sha256 of the labels of all [`ROWS`] rows, a byte each, from the generator that the peers were measured on.
pub const LABELS_SHA256: &str = "014ae4315237e91e8d5423a128e6d7eb9a2e492bd0ad19e819255e0e93e8cfca";
const SEED: u64 = 20_250_101;

/// The table's first rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest1M {
    /// Features, row after row.
    pub values: Vec<i64>,
    /// Labels.
    pub labels: Vec<bool>,
}

/// Makes the first `rows` rows.
pub fn interest_1m(rows: usize) -> Interest1M {
    let mut table =
        Interest1M { values: Vec::with_capacity(rows * COLUMNS), labels: Vec::with_capacity(rows) };
    for number in 0..rows {
        let (features, label) = row(number as u64);
        table.values.extend(features);
        table.labels.push(label);
    }
    table
}

/// The features' names: `x0` to `x19`.
///
/// # Errors
/// None: the names are in range.
pub fn schema() -> Result<FeatureSchema, ModelError> {
    FeatureSchema::new(1, (0..COLUMNS).map(|slot| format!("x{slot}")).collect())
}

fn row(number: u64) -> ([i64; COLUMNS], bool) {
    // 24 bits: the uniform number u of the definition, times 2^24.
    let draw = |slot: u64| (splitmix64(SEED, number * 32 + slot) >> 40) as i64;
    let mut x = [0; COLUMNS];
    for (slot, value) in x.iter_mut().enumerate() {
        let u = draw(slot as u64);
        *value = match slot {
            0..10 => u - ONE / 2,
            10..15 => (u * u + ONE / 2) / ONE,
            15..18 => u * 16 / ONE * ONE,
            18 => u * 4 / ONE * ONE,
            _ => i64::from(u as f64 / ONE as f64 >= 0.6) * ONE,
        };
    }
    let f = |slot: usize| x[slot] as f64 / ONE as f64;
    let when = |condition: bool| if condition { 1.0 } else { 0.0 };
    let log_odds = -0.75 + 1.6 * f(0) - 1.2 * f(1)
        + 8.0 * f(2) * f(3)
        // u² > ¼
        + 1.5 * when(draw(10) > ONE / 2)
        - 0.12 * (f(15) - 7.5) * f(19)
        + 0.8 * when(x[18] == 2 * ONE)
        - 2.0 * libm::fabs(f(4))
        + 3.0 * f(5) * f(5);
    (x, (draw(20) as f64 / ONE as f64) < sigmoid(log_odds))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// Labels against those of the generator in Python (NumPy), for all rows.
    #[test]
    fn labels_are_those_of_the_definition() {
        let table = interest_1m(ROWS);
        let bytes: Vec<u8> = table.labels.iter().map(|&label| u8::from(label)).collect();
        assert_eq!(hex::encode(Sha256::digest(bytes)), LABELS_SHA256);
        assert_eq!(table.labels.iter().filter(|&&label| label).count(), 490_177);
    }

    #[test]
    fn features_are_in_their_ranges() {
        let table = interest_1m(2_000);
        for row in table.values.chunks(COLUMNS) {
            assert!(row[..10].iter().all(|x| (-ONE / 2..ONE / 2).contains(x)));
            assert!(row[10..15].iter().all(|x| (0..=ONE).contains(x)));
            assert!(row[15..18].iter().all(|x| x % ONE == 0 && (0..16 * ONE).contains(x)));
            assert!(row[18] % ONE == 0 && row[18] < 4 * ONE && [0, ONE].contains(&row[19]));
        }
    }
}
