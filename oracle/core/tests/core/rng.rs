//! Seeded numbers: draw i is `sha256(seed ‖ i)`, the same everywhere.

use attention_protocol::hash::sha256;

/// A sequence of draws.
#[derive(Debug, Clone)]
pub struct Rng {
    seed: u64,
    drawn: u64,
}

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number in `0..bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let hash = sha256(&[&self.seed.to_be_bytes(), &self.drawn.to_be_bytes()]);
        self.drawn += 1;
        let number = u64::from_be_bytes(hash[..8].try_into().unwrap());
        number.checked_rem(bound).unwrap_or(0)
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            let other = self.below(place as u64 + 1) as usize;
            items.swap(place, other);
        }
    }
}
