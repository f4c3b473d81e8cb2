//! How far a group is from the whole.

use serde::Serialize;

use super::{Definition, Estimate, GroupMeasures};
use crate::stats::{LEVEL, difference_interval, two_sided_z};

/// Each measure of a group less that of all rows, with an interval.
///
/// The whole is the group and the rest: with w the group's part of what a rate is of, group less whole is (1 − w) times group less rest,
/// which are independent. So the interval is Newcombe's of that difference (normal for means), times (1 − w). The gap of the area,
/// which does not add up so, is resampled; that of the calibration error has its interval from those of both, as if they were independent,
/// which makes it longer, not shorter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gaps {
    /// Of the share of yes.
    pub base_rate: Option<Estimate>,
    /// Of the share that is selected: what demographic parity is about.
    pub selection_rate: Option<Estimate>,
    /// Of the share of yes that is selected: what equal opportunity is about.
    pub true_positive_rate: Option<Estimate>,
    /// Of the share of no that is selected.
    pub false_positive_rate: Option<Estimate>,
    /// Of the area under the ROC curve (bootstrap; of perfect ranking by the intervals of both).
    pub auc: Option<Estimate>,
    /// Of the mean prediction less the share of yes: what calibration is about.
    pub calibration: Option<Estimate>,
    /// Of the expected calibration error beyond chance (Zou and Donner).
    pub ece: Option<Estimate>,
}

impl Gaps {
    /// The gap of a definition's measure.
    pub fn of(&self, definition: Definition) -> Option<Estimate> {
        match definition {
            Definition::DemographicParity => self.selection_rate,
            Definition::EqualOpportunity => self.true_positive_rate,
            Definition::Calibration => self.calibration,
        }
    }
}

/// All gaps that need no resampling; none where the group is the whole.
pub(super) fn gaps(group: &GroupMeasures, whole: &GroupMeasures, level: f64) -> Gaps {
    let negatives = |of: &GroupMeasures| of.rows - of.positives;
    let false_positives = |of: &GroupMeasures| of.selected - of.selected_positives;
    let rate = |part: &dyn Fn(&GroupMeasures) -> u64, of: &dyn Fn(&GroupMeasures) -> u64| {
        share_gap((part(group), of(group)), (part(whole), of(whole)), level)
    };
    Gaps {
        base_rate: rate(&|of| of.positives, &|of| of.rows),
        selection_rate: rate(&|of| of.selected, &|of| of.rows),
        true_positive_rate: rate(&|of| of.selected_positives, &|of| of.positives),
        false_positive_rate: rate(&false_positives, &negatives),
        auc: None,
        calibration: mean_gap(group, whole, level),
        ece: None,
    }
}

fn share_gap(group: (u64, u64), whole: (u64, u64), level: f64) -> Option<Estimate> {
    let rest = (whole.0 - group.0, whole.1 - group.1);
    if group.1 == 0 || rest.1 == 0 {
        return None;
    }
    let others = rest.1 as f64 / whole.1 as f64;
    let interval = difference_interval(group, rest, level).times(others);
    Some(Estimate { value: group.0 as f64 / group.1 as f64 - whole.0 as f64 / whole.1 as f64, interval })
}

/// The same of the mean of prediction less outcome, its standard errors being those of group and whole.
fn mean_gap(group: &GroupMeasures, whole: &GroupMeasures, level: f64) -> Option<Estimate> {
    let (n, all) = (group.rows as f64, whole.rows as f64);
    if group.rows == 0 || group.rows >= whole.rows {
        return None;
    }
    let others = 1.0 - n / all;
    let rest = (whole.calibration.value - group.calibration.value * (n / all)) / others;
    let error = |of: &Estimate| (of.interval.high - of.value) / two_sided_z(LEVEL);
    // The rest's squared error from those of the whole and the group, weights squared.
    let (of_group, of_whole) = (error(&group.calibration), error(&whole.calibration));
    let of_rest = (of_whole * of_whole - of_group * of_group * (n / all) * (n / all)) / (others * others);
    let of_rest = if of_rest > 0.0 { of_rest } else { 0.0 };
    let reach = two_sided_z(level) * libm::sqrt(of_group * of_group + of_rest);
    let difference = group.calibration.value - rest;
    let interval = crate::stats::Interval { low: difference - reach, high: difference + reach }.times(others);
    Some(Estimate { value: difference * others, interval })
}

#[cfg(test)]
mod tests {
    use super::super::{Outcomes, measure};
    use super::*;

    fn outcomes(rows: &[(f64, bool)]) -> Outcomes {
        Outcomes {
            probabilities: rows.iter().map(|row| row.0).collect(),
            labels: rows.iter().map(|row| row.1).collect(),
        }
    }

    /// A group of 4 (3 selected) among 10 (5 selected): .75 − .5 = .25; group less rest is .75 − 2/6, times .6 the same.
    #[test]
    fn shares_by_hand() {
        let found = share_gap((3, 4), (5, 10), 0.95).unwrap();
        let rest = difference_interval((3, 4), (2, 6), 0.95);
        assert!((found.value - 0.25).abs() < 1e-15);
        assert_eq!(found.interval, rest.times(0.6));
        assert_eq!(share_gap((3, 4), (3, 4), 0.95), None);
        assert_eq!(share_gap((0, 0), (5, 10), 0.95), None);
    }

    /// The group promises .3 too much and the rest nothing: of 4 rows among 8 the whole promises .15 too much.
    #[test]
    fn means_by_hand() {
        let group = [(0.8, true), (0.4, false), (0.9, true), (0.1, false)];
        let rest = [(0.5, true), (0.5, false), (0.25, false), (0.75, true)];
        let group_of = |rows: &[(f64, bool)]| measure(&outcomes(rows), 500_000).unwrap();
        let found = gaps(&group_of(&group), &group_of(&[group, rest].concat()), 0.95);
        // Differences −.2 .4 −.1 .1 (mean .05) and −.5 .5 .25 −.25 (mean 0): the whole .025.
        let calibration = found.calibration.unwrap();
        assert!((calibration.value - 0.025).abs() < 1e-15, "{calibration:?}");
        assert!(calibration.interval.holds(0.0));
        // Nearly the independent difference: errors sqrt(.07/4) and sqrt(.20833/4), of the halves half; the pooled whole's differs a little.
        let wanted = 0.5 * 1.959_964 * (0.07f64 / 4.0 + 0.208_333 / 4.0).sqrt();
        assert!(
            (calibration.interval.high - calibration.value - wanted).abs() < 0.03,
            "{calibration:?} {wanted}"
        );
        assert_eq!(found.of(Definition::Calibration), found.calibration);
        assert_eq!(found.of(Definition::DemographicParity), found.selection_rate);
    }
}
