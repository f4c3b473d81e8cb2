//! What is fixed about assets, and what sales of assets alike tell: rarity, relative prices by attribute, neighbours.

use attention_features::AssetCatalog;

use super::units::{micro_to_nats, nats_to_micro};
use super::window::DAY_S;

/// Half-life of a sale in the relative price of an attribute, in days.
const LIFT_HALF_LIFE_DAYS: f64 = 180.0;
/// Sales at the market's level that an attribute is taken to have had before any: what smooths a sum of lifts.
const LIFT_PRIOR_SALES: f64 = 3.0;
/// The same for the rarest attribute, which has few sales.
const RAREST_PRIOR_SALES: f64 = 1.0;
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

/// `0.5^(age / half-life)`.
fn decay(age_s: i64, half_life_days: f64) -> f64 {
    libm::exp2(-(age_s as f64) / (DAY_S as f64 * half_life_days))
}

/// ln(assets / assets that have it) of every attribute, in nats.
pub(crate) fn rarities(catalog: &AssetCatalog) -> Vec<f64> {
    let all = catalog.len() as f64;
    catalog.supply().iter().map(|&supply| libm::log(all / supply.max(1) as f64)).collect()
}

/// An attribute's sum of relative prices and weights, as of its last sale.
#[derive(Debug, Clone, Copy, Default)]
struct Lift {
    sum: f64,
    weight: f64,
    time_s: i64,
}

/// Relative prices by attribute, decayed over time.
#[derive(Debug, Clone)]
pub(crate) struct Lifts(Vec<Lift>);

impl Lifts {
    pub(crate) fn new(attributes: usize) -> Self {
        Self(vec![Lift::default(); attributes])
    }

    pub(crate) fn observe(&mut self, attributes: &[u32], relative_micro: i64, time_s: i64) {
        for &attribute in attributes {
            let lift = &mut self.0[attribute as usize];
            let kept = decay(time_s - lift.time_s, LIFT_HALF_LIFE_DAYS);
            *lift = Lift {
                sum: lift.sum * kept + micro_to_nats(relative_micro),
                weight: lift.weight * kept + 1.0,
                time_s,
            };
        }
    }

    /// The attribute's mean relative price in nats, `prior` sales at the market's level beside its own.
    fn smoothed(&self, attribute: u32, time_s: i64, prior: f64) -> f64 {
        let lift = self.0[attribute as usize];
        let kept = decay(time_s - lift.time_s, LIFT_HALF_LIFE_DAYS);
        lift.sum * kept / (lift.weight * kept + prior)
    }

    /// Sum and largest of an asset's lifts, and that of its rarest attribute, in micro-nats; zeros without attributes.
    pub(crate) fn of(&self, attributes: &[u32], rarities: &[f64], time_s: i64) -> [i64; 3] {
        let (mut sum, mut best) = (0.0, None::<f64>);
        for &attribute in attributes {
            let lift = self.smoothed(attribute, time_s, LIFT_PRIOR_SALES);
            sum += lift;
            best = Some(best.map_or(lift, |best| if lift > best { lift } else { best }));
        }
        let rarest = attributes
            .iter()
            .copied()
            .reduce(|a, b| if rarities[b as usize] > rarities[a as usize] { b } else { a });
        let of_rarest = rarest.map_or(0.0, |rarest| self.smoothed(rarest, time_s, RAREST_PRIOR_SALES));
        [nats_to_micro(sum), nats_to_micro(best.unwrap_or(0.0)), nats_to_micro(of_rarest)]
    }
}

/// A sale as its neighbours see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaleSeen {
    pub(crate) time_s: i64,
    pub(crate) asset: u32,
    /// ln of its price, less ln of the level of its moment.
    pub(crate) relative_micro: i64,
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
            let weight =
                likeness * likeness * likeness * decay(time_s - sale.time_s, NEIGHBOUR_HALF_LIFE_DAYS);
            sum += weight * micro_to_nats(sale.relative_micro);
            weights += weight;
        }
    }
    let relative = sum / (weights + NEIGHBOUR_PRIOR);
    [nats_to_micro(relative), nats_to_micro(libm::log(weights + WEIGHT_FLOOR))]
}
