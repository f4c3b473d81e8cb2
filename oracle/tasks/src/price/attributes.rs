//! What attributes tell: how rare an asset is, and what assets like it sold for of late.

use attention_features::AssetCatalog;

use super::units::{micro_to_nats, nats_to_micro};
use super::window::DAY_S;

/// Latest sales among which neighbours are sought.
const NEIGHBOUR_SALES: usize = 400;
/// Half-life of a neighbour's sale, in days.
const NEIGHBOUR_HALF_LIFE_DAYS: f64 = 30.0;
/// Likeness up to which a sale says nothing.
const LIKENESS_MIN: f64 = 0.2;
/// Weight of the market's level beside the neighbours.
const NEIGHBOUR_PRIOR: f64 = 0.02;
/// Smallest weight whose logarithm is told.
const WEIGHT_FLOOR: f64 = 0.001;

/// ln(assets / assets that have it) of every attribute, in nats.
pub(crate) fn rarities(catalog: &AssetCatalog) -> Vec<f64> {
    let all = catalog.len() as f64;
    catalog.supply().iter().map(|&supply| libm::log(all / supply.max(1) as f64)).collect()
}

/// A sale as its neighbours see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaleSeen {
    pub(crate) time_s: i64,
    pub(crate) asset: u32,
    /// ln of its price, less ln of the level of its moment.
    pub(crate) relative_micro: i64,
}

/// `0.5^(age / half-life)`.
fn decay(age_s: i64) -> f64 {
    libm::exp2(-(age_s as f64) / (DAY_S as f64 * NEIGHBOUR_HALF_LIFE_DAYS))
}

/// Relative price of the latest sales of assets like this one, and ln of their weight. Likeness is the rarity of what two
/// assets share over the mean of their own rarities; a sale weighs likeness³ · 0.5^(age / 30 days).
pub(crate) fn neighbours(
    catalog: &AssetCatalog,
    rarities: &[f64],
    sales: &[SaleSeen],
    attributes: &[u32],
    time_s: i64,
) -> [i64; 2] {
    let rarity = |of: &[u32]| of.iter().fold(0.0, |sum, &attribute| sum + rarities[attribute as usize]);
    let own = rarity(attributes);
    let (mut sum, mut weights) = (0.0, 0.0);
    for sale in &sales[sales.len().saturating_sub(NEIGHBOUR_SALES)..] {
        let other = &catalog.assets()[sale.asset as usize].attributes;
        let mut shared = 0.0;
        // Both rise.
        let mut rest = other.iter().peekable();
        for &attribute in attributes {
            while rest.next_if(|&&candidate| candidate < attribute).is_some() {}
            if rest.next_if(|&&candidate| candidate == attribute).is_some() {
                shared += rarities[attribute as usize];
            }
        }
        let both = own + rarity(other);
        let likeness = if both > 0.0 { 2.0 * shared / both } else { 0.0 };
        if likeness > LIKENESS_MIN {
            let weight = likeness * likeness * likeness * decay(time_s - sale.time_s);
            sum += weight * micro_to_nats(sale.relative_micro);
            weights += weight;
        }
    }
    let relative = sum / (weights + NEIGHBOUR_PRIOR);
    [nats_to_micro(relative), nats_to_micro(libm::log(weights + WEIGHT_FLOOR))]
}
