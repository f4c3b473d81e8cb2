//! Draws by key: a stream of numbers for every purpose, person and day, whatever else was drawn.

use attention_model::splitmix64;

/// One million: chances are in its parts.
pub(crate) const PPM: u64 = 1_000_000;

/// Numbers of one key, one after another. The key of parts `p_1 … p_k` is `k_0 = seed`,
/// `k_i = splitmix64(k_{i−1}, p_i)`; number n is `splitmix64(key, n)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    key: u64,
    next: u64,
}

impl Stream {
    /// The stream of a key.
    pub fn new(seed: u64, parts: &[u64]) -> Self {
        Self { key: parts.iter().fold(seed, |key, part| splitmix64(key, *part)), next: 0 }
    }

    /// The next number, uniform over all u64.
    pub fn draw(&mut self) -> u64 {
        let number = splitmix64(self.key, self.next);
        self.next += 1;
        number
    }

    /// Uniform over `0..bound`, but for a bias below `bound / 2^64`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product (Lemire 2019, without the rejection): below 2^64 as bound is.
        ((u128::from(self.draw()) * u128::from(bound)) >> 64) as u64
    }

    /// True with a chance of `ppm` in a million.
    pub fn chance(&mut self, ppm: u64) -> bool {
        self.below(PPM) < ppm
    }

    /// An index with a chance in proportion to its weight; 0 if all weights are 0.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, &weight) in weights.iter().enumerate() {
            if rest < weight {
                return index;
            }
            rest -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another program (Python, arithmetic modulo 2^64, from the definition of splitmix64 and of the key).
    #[test]
    fn streams_are_as_defined() {
        let mut stream = Stream::new(42, &[1, 2, 3]);
        let got = [stream.draw(), stream.draw(), stream.draw()];
        assert_eq!(got, [7_255_060_490_564_610_738, 13_585_342_584_192_979_315, 10_377_341_112_057_252_880]);
        let mut stream = Stream::new(7, &[]);
        let got: Vec<u64> = (0..8).map(|_| stream.below(10)).collect();
        assert_eq!(got, [3, 0, 9, 5, 4, 2, 4, 3]);
        let mut stream = Stream::new(7, &[9]);
        let got: Vec<usize> = (0..12).map(|_| stream.weighted(&[1, 0, 5, 2])).collect();
        assert_eq!(got, [3, 2, 2, 2, 3, 0, 2, 2, 2, 2, 2, 3]);
    }

    #[test]
    fn draws_follow_their_weights() {
        let mut stream = Stream::new(1, &[]);
        let mut counts = [0u32; 3];
        for _ in 0..60_000 {
            counts[stream.weighted(&[1, 0, 3])] += 1;
        }
        // Expected 15,000 and 45,000; the standard deviation is 106.
        assert!((14_500..15_500).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
        assert_eq!((stream.below(0), stream.weighted(&[0, 0])), (0, 0));
        assert!(!stream.chance(0) && stream.chance(PPM));
    }
}
