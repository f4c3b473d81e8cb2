//! Random numbers by counter: the n-th number of a seed is a function of seed and n alone, so no order of drawing matters.

/// The counter generator splitmix64 (Steele, Lea and Flood 2014). Wrapping is its definition.
pub fn splitmix64(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stream of numbers, addressed by counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterRng {
    seed: u64,
}

impl CounterRng {
    /// The stream number `stream` of a seed. Streams of one seed are unrelated.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { seed: splitmix64(seed ^ 0xA076_1D64_78BD_642F, stream) }
    }

    /// The number at `index`, uniform over all u64.
    pub fn at(self, index: u64) -> u64 {
        splitmix64(self.seed, index)
    }

    /// The number at `index`, uniform over 0 to `bound − 1` but for a bias below `bound / 2^64`; 0 if `bound` is 0.
    pub fn below(self, index: u64, bound: u64) -> u64 {
        // The high half of the product (Lemire 2019, without the rejection): below 2^64 as bound is.
        ((u128::from(self.at(index)) * u128::from(bound)) >> 64) as u64
    }

    /// The number at `index` in [0, 1), a multiple of 2^-53.
    pub fn unit(self, index: u64) -> f64 {
        (self.at(index) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A permutation of 0 to `n − 1` (Fisher and Yates), from the numbers at 0 to n.
    pub fn permutation(self, n: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, self.below(i as u64, i as u64 + 1) as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation (Vigna, splitmix64.c) for seed 1234567.
    #[test]
    fn splitmix_is_the_reference() {
        let want = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for (index, value) in want.into_iter().enumerate() {
            assert_eq!(splitmix64(1_234_567, index as u64), value);
        }
    }

    #[test]
    fn draws_are_in_range_and_even() {
        let rng = CounterRng::new(1, 2);
        let mut counts = [0u32; 7];
        for index in 0..70_000 {
            counts[rng.below(index, 7) as usize] += 1;
            assert!((0.0..1.0).contains(&rng.unit(index)));
        }
        // Standard deviation of a count is 93.
        assert!(counts.iter().all(|&count| (9_500..10_500).contains(&count)), "{counts:?}");
        assert_eq!(rng.below(3, 0), 0);
        assert_ne!(CounterRng::new(1, 3), rng);
    }

    #[test]
    fn permutations_hold_every_number_once() {
        let mut order = CounterRng::new(5, 0).permutation(1_000);
        assert_ne!(order, (0..1_000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1_000).collect::<Vec<_>>());
        assert!(CounterRng::new(5, 0).permutation(0).is_empty());
    }
}
