//! The assets of the world.

use serde::Serialize;

use crate::SimulationParams;
use crate::stream::Stream;

/// Types of assets; the last one is where virtual events take place.
pub const TYPES: [&str; 5] = ["Avatar", "Land", "Wearable", "Vehicle", "Venue"];
/// Styles: what tastes are about.
pub const STYLES: [&str; 8] = ["Neon", "Forest", "Ocean", "Retro", "Gothic", "Space", "Desert", "Pixel"];
/// Rarities, and the price of each in multiples of the first.
pub const RARITIES: [(&str, u64); 3] = [("Common", 1), ("Rare", 2), ("Legendary", 4)];

/// How often each rarity comes.
const RARITY_WEIGHTS: [u64; 3] = [12, 5, 1];
/// The price of a common asset before noise, in the world's smallest unit.
const PRICE_BASE: u64 = 1_000_000_000;
const PURPOSE: u64 = 1;
const PURPOSE_PRICE: u64 = 2;

/// One asset. What the catalogue tells of it is its type, style and rarity; its appeal is latent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VirtualAsset {
    /// Its number.
    pub id: u32,
    /// Index into [`TYPES`].
    pub kind: usize,
    /// Index into [`STYLES`].
    pub style: usize,
    /// Index into [`RARITIES`].
    pub rarity: usize,
    /// How much it is liked whatever the taste, 1 to 4; in no file but the truth.
    pub appeal: u64,
}

impl VirtualAsset {
    /// The asset of a number.
    pub(crate) fn new(params: &SimulationParams, id: u32) -> Self {
        let mut stream = Stream::new(params.seed, &[PURPOSE, u64::from(id)]);
        Self {
            id,
            kind: stream.below(TYPES.len() as u64) as usize,
            style: stream.below(STYLES.len() as u64) as usize,
            rarity: stream.weighted(&RARITY_WEIGHTS),
            appeal: 1 + stream.below(4),
        }
    }

    /// What a buyer pays on a day: the base of its rarity, times .75 to 1.33.
    pub(crate) fn price(&self, seed: u64, day: u32, buyer: u32) -> u128 {
        let parts = [PURPOSE_PRICE, u64::from(self.id), u64::from(day), u64::from(buyer)];
        let noise_per_mille = 750 + Stream::new(seed, &parts).below(584);
        u128::from(PRICE_BASE / 1_000 * noise_per_mille * RARITIES[self.rarity].1)
    }

    /// Its line of the asset file: `asset_id,type,gender,skin_tone,accessory_count,accessories`.
    pub fn csv_line(&self) -> String {
        let (kind, style, rarity) = (TYPES[self.kind], STYLES[self.style], RARITIES[self.rarity].0);
        format!("{},{kind},,,2,Style {style} / Rarity {rarity}\n", self.id)
    }

    /// The header of the asset file.
    pub const CSV_HEADER: &'static str = "asset_id,type,gender,skin_tone,accessory_count,accessories\n";
}
