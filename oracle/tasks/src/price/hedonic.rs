//! What attributes are worth, followed over time: a linear model of ln price whose coefficients drift.
//!
//! `ln price = level + Σ worth of the asset's attributes + noise`; level and worths are random walks. A Kalman filter (Kalman
//! 1960; Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, 3.2) holds their mean and covariance
//! and is corrected by each sale. A sale far off what was expected corrects only as much as one at the edge of the believable
//! would (Huber's clipped innovation; Masreliez and Martin 1977). Three in a row far off on one side are a break of the market:
//! the level's variance then grows by the square of the smallest of them, so that the next sales tell where the level is.
//!
//! Plain f64 addition, multiplication and division in a fixed order, one thread: the same bits everywhere. Prices come in
//! relative to the first one, so their level does not matter.

use attention_features::AssetCatalog;

use super::units::micro_to_nats;

/// Attributes whose worth is followed: those that most assets have. The covariance takes their number squared.
pub const HEDONIC_ATTRIBUTES_MAX: usize = 255;
/// Variance of one sale around its expectation, nats².
const NOISE: f64 = 0.08;
/// Variance that the level gains a day, nats².
const LEVEL_DRIFT: f64 = 0.01;
/// Variance that each worth gains a day, nats².
const WORTH_DRIFT: f64 = 6e-5;
/// Variance of a worth before any sale, nats².
const WORTH_PRIOR: f64 = 0.15;
/// Variance of the level before any sale, nats².
const LEVEL_PRIOR: f64 = 1.0;
/// Standard deviations beyond which a surprise counts no more.
const SURPRISES: f64 = 1.5;
/// So many sales in a row far beyond belief and on one side are no chance but a break of the market: the level is unknown again.
const BREAK_SALES: u32 = 3;
/// Far: at least this, nats; a factor of two.
const BREAK_SURPRISE: f64 = 0.7;
/// Longest step of time, in days: beyond it all is forgotten anyway.
const STEP_DAYS_MAX: f64 = 3650.0;
const DAY_S: f64 = 86_400.0;

/// What the filter expects of an asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expected {
    /// ln price relative to the first sale's, nats.
    pub(crate) ln_price: f64,
    /// The part of it that the attributes make, nats.
    pub(crate) worth: f64,
    /// Its variance without the noise of a sale, nats².
    pub(crate) variance: f64,
}

/// Level and worths: mean, covariance, and when they were last brought up to date.
#[derive(Debug, Clone)]
pub(crate) struct Hedonic {
    /// Where an attribute stands in the state; `None`: not followed.
    place: Vec<Option<usize>>,
    /// ln of the first price and its time.
    origin: Option<i64>,
    time_s: i64,
    mean: Vec<f64>,
    /// Row-major, symmetrical, `mean.len()` squared.
    covariance: Vec<f64>,
    /// The latest sales far beyond belief on one side.
    run: Run,
}

/// Sales in a row that lay far beyond belief, all above or all below what was expected.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    sales: u32,
    /// The surprise that is nearest to zero, nats.
    smallest: f64,
}

impl Run {
    /// What becomes of it by a sale.
    fn after(self, surprise: f64, believable: f64) -> Self {
        if libm::fabs(surprise) <= believable || libm::fabs(surprise) < BREAK_SURPRISE {
            return Self::default();
        }
        let goes_on = self.sales > 0 && (self.smallest > 0.0) == (surprise > 0.0);
        if !goes_on {
            return Self { sales: 1, smallest: surprise };
        }
        let nearer = libm::fabs(surprise) < libm::fabs(self.smallest);
        Self { sales: self.sales + 1, smallest: if nearer { surprise } else { self.smallest } }
    }
}

impl Hedonic {
    pub(crate) fn new(catalog: &AssetCatalog) -> Self {
        let mut by_supply: Vec<usize> = (0..catalog.supply().len()).collect();
        by_supply.sort_by_key(|&attribute| (std::cmp::Reverse(catalog.supply()[attribute]), attribute));
        by_supply.truncate(HEDONIC_ATTRIBUTES_MAX);
        by_supply.sort_unstable();
        let mut place = vec![None; catalog.supply().len()];
        for (at, &attribute) in by_supply.iter().enumerate() {
            place[attribute] = Some(at + 1);
        }
        // The level stands first.
        let size = by_supply.len() + 1;
        let mut covariance = vec![0.0; size * size];
        for at in 0..size {
            covariance[at * size + at] = if at == 0 { LEVEL_PRIOR } else { WORTH_PRIOR };
        }
        Self { place, origin: None, time_s: 0, mean: vec![0.0; size], covariance, run: Run::default() }
    }

    /// What stands in the state for an asset: the level and its attributes, rising.
    fn places(&self, attributes: &[u32]) -> Vec<usize> {
        let own =
            attributes.iter().filter_map(|&attribute| self.place.get(attribute as usize).copied().flatten());
        std::iter::once(0).chain(own).collect()
    }

    fn days_since(&self, time_s: i64) -> f64 {
        // Times are within 0 and 2^40.
        ((time_s - self.time_s) as f64 / DAY_S).clamp(0.0, STEP_DAYS_MAX)
    }

    /// What an asset with these attributes is expected to sell for; `None` before the first sale.
    pub(crate) fn expected(&self, attributes: &[u32], time_s: i64) -> Option<Expected> {
        self.origin?;
        let places = self.places(attributes);
        let size = self.mean.len();
        let mut worth = 0.0;
        for &at in &places[1..] {
            worth += self.mean[at];
        }
        let mut variance = 0.0;
        for &a in &places {
            for &b in &places {
                variance += self.covariance[a * size + b];
            }
        }
        variance += self.days_since(time_s) * (LEVEL_DRIFT + WORTH_DRIFT * (places.len() - 1) as f64);
        Some(Expected { ln_price: self.mean[0] + worth, worth, variance })
    }

    /// The largest and the smallest worth among the attributes, nats; `None` if none of them is followed.
    pub(crate) fn best_and_worst(&self, attributes: &[u32]) -> Option<(f64, f64)> {
        let worths = self.places(attributes).into_iter().skip(1).map(|at| (self.mean[at], self.mean[at]));
        worths.reduce(|(best, worst), (worth, _)| {
            (if worth > best { worth } else { best }, if worth < worst { worth } else { worst })
        })
    }

    /// ln price relative to the first sale's, in nats; 0 before it.
    pub(crate) fn relative(&self, ln_price_micro: i64) -> f64 {
        micro_to_nats(ln_price_micro - self.origin.unwrap_or(ln_price_micro))
    }

    /// Lets level and worths drift up to `time_s`.
    pub(crate) fn advance(&mut self, time_s: i64) {
        if self.origin.is_some() {
            let days = self.days_since(time_s);
            let size = self.mean.len();
            for at in 0..size {
                let drift = if at == 0 { LEVEL_DRIFT } else { WORTH_DRIFT };
                self.covariance[at * size + at] += days * drift;
            }
        }
        self.time_s = time_s;
    }

    /// Corrects level and worths by a sale.
    pub(crate) fn observe(&mut self, attributes: &[u32], ln_price_micro: i64) {
        if self.origin.is_none() {
            self.origin = Some(ln_price_micro);
        }
        let places = self.places(attributes);
        let size = self.mean.len();
        let mut expected = 0.0;
        let mut gain = vec![0.0; size];
        for &at in &places {
            expected += self.mean[at];
            // The covariance is symmetrical: its row is its column.
            let row = &self.covariance[at * size..(at + 1) * size];
            for (gain, covariance) in gain.iter_mut().zip(row) {
                *gain += covariance;
            }
        }
        let mut variance = NOISE;
        for &at in &places {
            variance += gain[at];
        }
        let surprise = self.relative(ln_price_micro) - expected;
        let believable = SURPRISES * libm::sqrt(variance);
        let size_of_surprise = libm::fabs(surprise);
        let belief = if size_of_surprise <= believable { 1.0 } else { believable / size_of_surprise };
        self.run = self.run.after(surprise, believable);
        let step = surprise * belief / variance;
        let shrink = belief / variance;
        for at in 0..size {
            self.mean[at] += gain[at] * step;
            let own = gain[at];
            let row = &mut self.covariance[at * size..(at + 1) * size];
            for (covariance, other) in row.iter_mut().zip(&gain) {
                // The product first: it is the same for both halves, which stay symmetrical to the last bit.
                *covariance -= own * other * shrink;
            }
        }
        if self.run.sales == BREAK_SALES {
            // Off by at least as much as the smallest of the surprises: that becomes its standard deviation.
            self.covariance[0] += self.run.smallest * self.run.smallest;
            self.run = Run::default();
        }
    }
}
