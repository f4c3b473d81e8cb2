//! How long until something happens, when not everybody has been watched to the end.

use serde::Serialize;

use crate::stats::{Interval, LEVEL, two_sided_z};

/// How far above ½ still counts as half: products of fractions come out a little off (R's `survfit` takes the same, √2^-52).
const HALF_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// One who was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// For how long, in any unit.
    pub time: i64,
    /// Whether it happened then; else the watch ended.
    pub happened: bool,
}

/// The curve after a time at which it happened to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// The time.
    pub time: i64,
    /// Still watched just before it, without it having happened.
    pub at_risk: u64,
    /// To how many it happened.
    pub events: u64,
    /// Share to whom it has not happened up to and including this time.
    pub survival: f64,
    /// Its 95 % interval; absent where nobody is left, for which Greenwood's variance is not defined.
    pub interval: Option<Interval>,
}

/// Kaplan and Meier's product-limit estimate (1958), `Π (1 − d/n)` over the times so far. The interval is by Greenwood's variance
/// (1926), `S² Σ d / (n (n − d))`, on the scale of ln(−ln S), where it stays within 0 and 1 (Kalbfleisch and Prentice 1980). Who is
/// watched until a time at which it happens to others counts as at risk then.
pub fn kaplan_meier(mut watched: Vec<Watched>) -> Vec<Step> {
    watched.sort_unstable();
    let z = two_sided_z(LEVEL);
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut at_risk = watched.len() as u64;
    let mut steps = Vec::new();
    for at_time in watched.chunk_by(|a, b| a.time == b.time) {
        let events = at_time.iter().filter(|one| one.happened).count() as u64;
        if events > 0 {
            let (n, d) = (at_risk as f64, events as f64);
            survival *= 1.0 - d / n;
            greenwood += if events < at_risk { d / (n * (n - d)) } else { 0.0 };
            let interval = interval(survival, greenwood, z);
            steps.push(Step { time: at_time[0].time, at_risk, events, survival, interval });
        }
        at_risk -= at_time.len() as u64;
    }
    steps
}

fn interval(survival: f64, greenwood: f64, z: f64) -> Option<Interval> {
    if survival <= 0.0 {
        return None;
    }
    let log = libm::log(survival);
    let reach = z * libm::sqrt(greenwood) / log;
    // S^exp(±z·se): log is negative, so the minus sign belongs to the upper end.
    let at = |sign: f64| libm::exp(log * libm::exp(-sign * reach));
    Some(Interval { low: at(1.0), high: at(-1.0) })
}

/// The first time by which it has happened to half (within rounding); `None` if the curve stays above.
pub fn median(steps: &[Step]) -> Option<i64> {
    steps.iter().find(|step| step.survival <= 0.5 + HALF_TOLERANCE).map(|step| step.time)
}

/// The share to whom it has not happened by a time.
pub fn survival_at(steps: &[Step], time: i64) -> f64 {
    let passed = steps.partition_point(|step| step.time <= time);
    passed.checked_sub(1).map_or(1.0, |last| steps[last].survival)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 6-mercaptopurine arm of Freireich et al. (1963) as in Kalbfleisch and Prentice: remission times of 21 children, + censored:
    /// 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+.
    #[test]
    fn the_textbook_table() {
        let happened = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let watched = happened
            .map(|time| Watched { time, happened: true })
            .into_iter()
            .chain(censored.map(|time| Watched { time, happened: false }))
            .collect();
        let steps = kaplan_meier(watched);
        // 18/21; · 16/17; · 14/15; · 11/12; · 10/11; · 6/7; · 5/6.
        let wanted = [0.857_143, 0.806_723, 0.752_941, 0.690_196, 0.627_451, 0.537_815, 0.448_179];
        assert_eq!(steps.len(), wanted.len());
        for (step, wanted) in steps.iter().zip(wanted) {
            assert!((step.survival - wanted).abs() < 1e-6, "{step:?}");
        }
        assert_eq!((steps[0].at_risk, steps[0].events, steps[4].at_risk), (21, 3, 11));
        assert_eq!(
            (median(&steps), survival_at(&steps, 9), survival_at(&steps, 5)),
            (Some(23), steps[1].survival, 1.0)
        );
        // lifelines 0.30, `KaplanMeierFitter`, whose intervals are of the same kind.
        for (step, (low, high)) in [
            (steps[0], (0.619_717_955_265_983_8, 0.951_551_747_646_996_9)),
            (steps[6], (0.188_052_005_959_232_33, 0.680_142_628_495_241_2)),
        ] {
            let interval = step.interval.unwrap();
            assert!((interval.low - low).abs() < 1e-9 && (interval.high - high).abs() < 1e-9, "{step:?}");
        }
    }

    #[test]
    fn the_last_one_takes_the_curve_to_nothing() {
        let steps =
            kaplan_meier(vec![Watched { time: 2, happened: true }, Watched { time: 1, happened: true }]);
        assert_eq!((steps[0].survival, steps[1].survival), (0.5, 0.0));
        assert!(steps[0].interval.is_some());
        assert_eq!(steps[1].interval, None);
        assert!(kaplan_meier(Vec::new()).is_empty());
    }

    /// Of 24 who leave on days 1 to 24, half have left after day 12, though 23/24 · 22/23 · … · 12/13 is more than ½ in floating point; of
    /// 2 to 200 after half of them.
    #[test]
    fn half_is_half_whatever_products_round_to() {
        let leaving = |count: i64| -> Vec<Step> {
            kaplan_meier((1..=count).map(|time| Watched { time, happened: true }).collect())
        };
        assert!(leaving(24)[11].survival > 0.5, "{:?}", leaving(24)[11]);
        for count in 2..=200 {
            assert_eq!(median(&leaving(count)), Some((count + 1) / 2), "{count}");
        }
    }
}
