//! A reproducible source of test values: SHA-256 in counter mode.

use attention_protocol::hash::sha256;
use attention_protocol::{AccountId, Hash, Leaf, Score};

/// Draws values from a named stream.
pub struct Draw {
    seed: Hash,
    counter: u64,
}

impl Draw {
    /// The stream of `name`.
    pub fn new(name: &str) -> Self {
        Self { seed: sha256(&[name.as_bytes()]), counter: 0 }
    }

    /// The next 32 bytes.
    pub fn hash(&mut self) -> Hash {
        self.counter += 1;
        sha256(&[&self.seed, &self.counter.to_be_bytes()])
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u128) -> u128 {
        let bytes: [u8; 16] = self.hash()[..16].try_into().unwrap();
        u128::from_be_bytes(bytes) % end
    }

    /// A number in `low..=high` that fits 32 bits.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(u128::from(high - low) + 1) as u32
    }

    /// One of `options`.
    pub fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len() as u128) as usize].clone()
    }

    /// A score; the ends of the range come up often.
    pub fn score(&mut self) -> Score {
        let ppm = match self.below(8) {
            0 => 0,
            1 => 1_000_000,
            2 => self.between(0, 20),
            _ => self.between(0, 1_000_000),
        };
        Score::try_from(ppm).unwrap()
    }

    /// An address of 20 or 32 bytes.
    pub fn account(&mut self) -> AccountId {
        let bytes = self.hash();
        let len = self.pick(&[20, 32]);
        AccountId::try_from(&bytes[..len]).unwrap()
    }

    /// `count` leaves, strictly rising.
    pub fn leaves(&mut self, count: usize) -> Vec<Leaf> {
        let mut leaves: Vec<Leaf> = (0..count)
            .map(|_| Leaf {
                account: self.account(),
                score: self.score(),
                streak: self.between(0, 65_535) as u16,
                boost_ppm: self.between(0, 3_000_000),
                weight: u64::from(self.between(0, 3_000_000)),
                cumulative: self.below(1 << 100),
            })
            .collect();
        leaves.sort_by(|a, b| a.account.cmp(&b.account));
        leaves
    }
}
