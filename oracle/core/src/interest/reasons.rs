//! Why an interest is what it is: what each feature adds, in the model's own terms.

use attention_features::{AssetId, FEATURES, FeatureGroup, UserId};
use attention_model::{Predict, sigmoid};
use serde::Serialize;

use super::{InterestError, InterestPredictor};

/// What one feature adds to the log-odds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The feature.
    pub feature: &'static str,
    /// What it speaks of.
    pub group: FeatureGroup,
    /// How it is computed, with its unit.
    pub about: &'static str,
    /// Its value for this user and asset.
    pub value: i64,
    /// Added to the log-odds, next to an average row.
    pub adds: f64,
}

/// The parts of one predicted interest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reasons {
    /// Whether the user acted within the lookback; if not, the class prior is all there is.
    pub active: bool,
    /// Log-odds of an average row, or of the class prior.
    pub base: f64,
    /// What each feature adds; the largest magnitude first, equal ones in the order of the features.
    pub reasons: Vec<Reason>,
    /// Taken off because only some of the negatives were drawn for training.
    pub sampling_correction: f64,
    /// The probability: `sigmoid(base + Σ adds − sampling_correction)`.
    pub interest: f64,
}

impl InterestPredictor<'_> {
    /// The parts of [`InterestPredictor::probability`]. Their sum is the model's log-odds up to rounding.
    ///
    /// # Errors
    /// As [`InterestPredictor::probability`].
    pub fn reasons(&self, user: &UserId, asset: AssetId) -> Result<Reasons, InterestError> {
        let active = self.view.is_active(user);
        let mut reasons = Vec::new();
        let base = if active {
            let row = self.view.row(user, asset)?;
            for ((feature, &value), adds) in FEATURES.iter().zip(&row).zip(self.model.explain(&row)?) {
                reasons.push(Reason {
                    feature: feature.name,
                    group: feature.group,
                    about: feature.about,
                    value,
                    adds,
                });
            }
            self.model.base_margin()
        } else {
            self.model.prior_margin()
        };
        // Stable: equal magnitudes stay in the order of the features.
        reasons.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()));
        let mut margin = base;
        for reason in &reasons {
            margin += reason.adds;
        }
        let sampling_correction = self.correction;
        Ok(Reasons {
            active,
            base,
            reasons,
            sampling_correction,
            interest: sigmoid(margin - sampling_correction),
        })
    }
}
