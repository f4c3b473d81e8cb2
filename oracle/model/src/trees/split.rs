//! The best split of a node by one feature, from the sums per bin.
//!
//! With G and H the sums of gradients and hessians, a leaf's best value is `w = −G / (H + l2)`, and it lowers the loss by
//! `G² / (2(H + l2))` (Chen and Guestrin 2016, eq. 6). The gain of a split is the sum of `G² / (H + l2)` over both
//! children less the node's own. Where a monotone constraint bounds w, a child counts `−(2Gw + (H + l2)w²)` instead.

use super::bins::{FeatureBins, MISSING_BIN};
use super::histogram::FeatureHistogram;
use super::sums::{Scale, Sums};
use serde::{Deserialize, Serialize};

/// What a split has to keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SplitRules {
    /// Added to every sum of hessians.
    pub(crate) l2: f64,
    /// Fewest rows of a child; at least 1.
    pub(crate) rows_min: u32,
    /// Least sum of hessians of a child.
    pub(crate) hessian_min: f64,
    /// A split must gain more than this.
    pub(crate) gain_min: f64,
    /// Added to the hessian of a category when categories are ordered by gradient over hessian.
    pub(crate) category_smoothing: f64,
    /// Added to l2 for splits by categories.
    pub(crate) category_l2: f64,
    /// Most categories on the smaller side.
    pub(crate) categories_max: usize,
}

/// How a prediction may change with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monotone {
    /// In any way.
    #[default]
    Free,
    /// Never down when the feature goes up.
    Rising,
    /// Never up when the feature goes up.
    Falling,
}

/// Between which values a leaf must lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bounds {
    pub(crate) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub(crate) fn clip(self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    fn some(self) -> bool {
        self != Self::NONE
    }
}

/// A set of codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CodeSet([u64; 4]);

impl CodeSet {
    pub(crate) fn insert(&mut self, code: u8) {
        self.0[usize::from(code >> 6)] |= 1 << (code & 63);
    }

    pub(crate) fn contains(&self, code: u8) -> bool {
        self.0[usize::from(code >> 6)] >> (code & 63) & 1 == 1
    }
}

/// A split of a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    pub(crate) gain: f64,
    pub(crate) feature: usize,
    /// The codes that go left, [`MISSING_BIN`] among them or not.
    pub(crate) left_codes: CodeSet,
    /// The last bin on the left, for a numeric feature.
    pub(crate) last_bin: u8,
    pub(crate) left: Sums,
    pub(crate) right: Sums,
}

/// A node that is to be split.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) scale: &'a Scale,
    pub(crate) rules: &'a SplitRules,
    pub(crate) sums: Sums,
    pub(crate) bounds: Bounds,
}

/// −G / (H + l2); 0 where there is nothing to divide by.
pub(crate) fn leaf_value(gradient: f64, hessian: f64, l2: f64) -> f64 {
    let divisor = hessian + l2;
    if divisor > 0.0 { -gradient / divisor } else { 0.0 }
}

/// Two sides that keep the rules.
struct Sides {
    gain: f64,
    left: Sums,
    right: Sums,
}

impl Node<'_> {
    /// The best split by `feature`; `None` if none keeps the rules.
    pub(crate) fn best_split(
        &self,
        feature: usize,
        bins: &FeatureBins,
        monotone: Monotone,
        histogram: &FeatureHistogram,
    ) -> Option<Split> {
        match bins {
            FeatureBins::Numeric { .. } => self.best_cut(feature, bins.len(), monotone, histogram),
            FeatureBins::Categorical { .. } => self.best_set(feature, bins.len(), histogram),
        }
    }

    /// The value of a leaf of these sums.
    pub(crate) fn value(&self, sums: Sums) -> f64 {
        let value = leaf_value(self.scale.gradient(sums), self.scale.hessian(sums), self.rules.l2);
        self.bounds.clip(value)
    }

    fn score(&self, sums: Sums, l2: f64) -> f64 {
        let (gradient, hessian) = (self.scale.gradient(sums), self.scale.hessian(sums) + l2);
        if hessian <= 0.0 {
            return 0.0;
        }
        if self.bounds.some() {
            let value = self.bounds.clip(-gradient / hessian);
            return -(2.0 * gradient * value + hessian * value * value);
        }
        gradient * gradient / hessian
    }

    /// The sides if `left` goes left, unless that breaks a rule or gains no more than `gain_to_beat`.
    #[inline(always)]
    fn sides(&self, left: Sums, extra_l2: f64, monotone: Monotone, to_beat: f64) -> Option<Sides> {
        let (scale, rules) = (self.scale, self.rules);
        let right = self.sums.minus(left);
        if scale.rows(left) < rules.rows_min
            || scale.rows(right) < rules.rows_min
            || scale.hessian(left) < rules.hessian_min
            || scale.hessian(right) < rules.hessian_min
        {
            return None;
        }
        let l2 = rules.l2 + extra_l2;
        let gain = self.score(left, l2) + self.score(right, l2);
        if gain <= to_beat {
            return None;
        }
        let kept = match monotone {
            Monotone::Free => true,
            Monotone::Rising => self.value(left) <= self.value(right),
            Monotone::Falling => self.value(left) >= self.value(right),
        };
        kept.then_some(Sides { gain, left, right })
    }

    /// The least sum of scores that a split must exceed.
    fn least_score(&self) -> f64 {
        self.score(self.sums, self.rules.l2) + self.rules.gain_min
    }

    fn best_cut(
        &self,
        feature: usize,
        bins: usize,
        monotone: Monotone,
        histogram: &FeatureHistogram,
    ) -> Option<Split> {
        let missing = histogram[usize::from(MISSING_BIN)];
        let some_missing = self.scale.rows(missing) > 0;
        let own = self.score(self.sums, self.rules.l2);
        let mut to_beat = self.least_score();
        let mut best: Option<(Sides, usize, bool)> = None;
        let mut below = Sums::default();
        for (bin, &sums) in histogram[..bins].iter().enumerate() {
            // Behind an empty bin the sides are those before it.
            if self.scale.rows(sums) == 0 {
                continue;
            }
            below = below.plus(sums);
            if let Some(sides) = self.sides(below, 0.0, monotone, to_beat) {
                to_beat = sides.gain;
                // Nothing tells where missing values belong: they go with the majority.
                let majority_left = self.scale.rows(sides.left) >= self.scale.rows(sides.right);
                best = Some((sides, bin, !some_missing && majority_left));
            }
            if some_missing && let Some(sides) = self.sides(below.plus(missing), 0.0, monotone, to_beat) {
                to_beat = sides.gain;
                best = Some((sides, bin, true));
            }
        }
        let (sides, last_bin, missing_left) = best?;
        let mut left_codes = CodeSet::default();
        for code in 0..=last_bin {
            // At most 255 bins.
            left_codes.insert(code as u8);
        }
        if missing_left {
            left_codes.insert(MISSING_BIN);
        }
        Some(Split {
            gain: sides.gain - own,
            feature,
            left_codes,
            last_bin: last_bin as u8,
            left: sides.left,
            right: sides.right,
        })
    }

    /// Categories (and missing values, as one of them) in the order of gradient over hessian, cut in two: the best cut of
    /// that order is the best of all partitions for a convex loss (Fisher 1958), and LightGBM's way.
    fn best_set(&self, feature: usize, bins: usize, histogram: &FeatureHistogram) -> Option<Split> {
        let mut present: Vec<(f64, u8)> = (0..bins)
            .map(|bin| bin as u8)
            .chain([MISSING_BIN])
            .filter_map(|code| {
                let sums = histogram[usize::from(code)];
                let divisor = self.scale.hessian(sums) + self.rules.category_smoothing;
                let order = if divisor > 0.0 { self.scale.gradient(sums) / divisor } else { 0.0 };
                (self.scale.rows(sums) > 0).then_some((order, code))
            })
            .collect();
        present.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let own = self.score(self.sums, self.rules.l2);
        let mut to_beat = self.least_score();
        let mut best: Option<(Sides, usize)> = None;
        let mut below = Sums::default();
        for (at, &(_, code)) in present.iter().enumerate() {
            below = below.plus(histogram[usize::from(code)]);
            let smaller_side = (at + 1).min(present.len() - at - 1);
            if smaller_side > self.rules.categories_max {
                continue;
            }
            if let Some(sides) = self.sides(below, self.rules.category_l2, Monotone::Free, to_beat) {
                to_beat = sides.gain;
                best = Some((sides, at));
            }
        }
        let (sides, last) = best?;
        let mut left_codes = CodeSet::default();
        for &(_, code) in &present[..=last] {
            left_codes.insert(code);
        }
        Some(Split {
            gain: sides.gain - own,
            feature,
            left_codes,
            last_bin: 0,
            left: sides.left,
            right: sides.right,
        })
    }
}

/// The better of two splits; the first one if they gain the same.
pub(crate) fn better(first: Option<Split>, second: Option<Split>) -> Option<Split> {
    match (first, second) {
        (Some(first), Some(second)) if second.gain > first.gain => Some(second),
        (None, second) => second,
        (first, _) => first,
    }
}
