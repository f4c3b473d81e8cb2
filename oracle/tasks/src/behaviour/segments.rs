//! Users who behave alike.

use attention_features::BehaviourEvent;
use attention_model::CounterRng;
use rayon::prelude::*;
use serde::Serialize;

use super::kmeans::{Clustering, cluster, nearest, silhouette};
use super::stability_index::adjusted_rand;
use super::users::{MEASURES, Measures, SEGMENT_MEASURES, users};
use crate::TaskError;
use crate::price::window::quantile;
use crate::stats::{Interval, LEVEL, wilson_interval};

/// Most segments.
pub const SEGMENTS_MAX: usize = 12;
/// Numbers of segments that are tried where none is asked for.
const TRIED: std::ops::RangeInclusive<usize> = 2..=8;
/// Fewest users.
const USERS_MIN: usize = 20;
/// Users of a silhouette: of more, so many drawn ones.
const SILHOUETTE_USERS_MAX: usize = 2_000;
/// Refits on four fifths of the users, by which stability is measured.
const REFITS: u64 = 20;
/// One standard deviation in the unit of coordinates.
const DEVIATION_MILLI: f64 = 1_000.0;
/// Farthest coordinate, three standard deviations: what is farther counts as so far, or a handful of odd users would be a segment.
const COORDINATE_MAX: f64 = 3_000.0;
/// From this mean adjusted Rand index on, a number of segments is stable (Steinley 2004: good recovery).
pub const STABLE: f64 = 0.8;

/// As of when, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentsOptions {
    /// Only what happened before is known, unix seconds.
    pub until_s: i64,
    /// How many segments; chosen by silhouette and stability if absent.
    pub segments: Option<usize>,
    /// Seed of starts, samples and refits.
    pub seed: u64,
}

/// Users who behave alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// What they do, in plain words, from the medians below.
    pub name: String,
    /// How many.
    pub users: u64,
    /// Their share of all users.
    pub share: f64,
    /// Median days since the last act.
    pub days_since_last: u64,
    /// Median number of acts.
    pub acts: u64,
    /// Median days from the first to the last act.
    pub tenure_days: u64,
    /// Median of the believed prices of all they bought and sold, in the source's smallest unit.
    #[serde(serialize_with = "as_text")]
    pub money: u128,
    /// Median share of purchases among purchases and sales.
    pub buy_share: f64,
    /// Share of all acts that are theirs.
    pub act_share: f64,
    /// The centre, in standard deviations from all users' mean, by measure.
    pub centre: Vec<(&'static str, f64)>,
}

fn as_text<S: serde::Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// How good a number of segments is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KQuality {
    /// The number.
    pub segments: usize,
    /// Mean silhouette, −1 to 1: how much nearer users are to their own segment than to the next.
    pub silhouette: f64,
    /// Mean adjusted Rand index, at most 1, of the segments with those of refits on four fifths of the users.
    pub stability: f64,
    /// The lowest of these.
    pub stability_min: f64,
}

/// All segments, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentReport {
    /// Only what happened before is known.
    pub until_s: i64,
    /// Users.
    pub users: u64,
    /// The measures that segments are made by: those that differ between users.
    pub measures: Vec<&'static str>,
    /// Measures that are the same for all users.
    pub constant: Vec<&'static str>,
    /// What was tried.
    pub tried: Vec<KQuality>,
    /// The one that was taken: asked for, or that of the highest silhouette among the stable ones ([`STABLE`]), among all if none is.
    pub chosen: usize,
    /// The segments.
    pub segments: Vec<Segment>,
    /// The 95 % interval of the largest segment's share, as a scale for the others (Wilson).
    pub largest_share_interval: Interval,
}

/// Segments of all users with an event before `until_s`.
///
/// # Errors
/// [`TaskError::Range`] for fewer than 20 users, none of whose measures differ, or a number of segments out of 2 to
/// [`SEGMENTS_MAX`].
pub fn segments(events: &[BehaviourEvent], options: &SegmentsOptions) -> Result<SegmentReport, TaskError> {
    let bad = |name, value: String, range| Err(TaskError::Range { name, value, range });
    if let Some(k) = options.segments.filter(|k| !(2..=SEGMENTS_MAX).contains(k)) {
        return bad("--segments", k.to_string(), "2 to 12");
    }
    let users = users(events, 0, options.until_s)?;
    if users.len() < USERS_MIN {
        return bad("the number of users", users.len().to_string(), "at least 20 to make segments of");
    }
    let measures: Vec<Measures> = users.iter().map(|user| Measures::of(user, options.until_s)).collect();
    let (points, used, constant) = standardised(&measures);
    if used.is_empty() {
        return bad("the number of measures that differ between users", "0".into(), "at least 1");
    }
    let ks: Vec<usize> = options.segments.map_or(TRIED.collect(), |k| vec![k]);
    let sample = sample(points.len(), options.seed);
    // One number of segments is worked on by one thread, and the results stand in their order.
    let found: Vec<(KQuality, Clustering)> =
        ks.par_iter().map(|&k| try_number(&points, k, options.seed, &sample)).collect();
    let rank = |(quality, _): &(KQuality, Clustering)| (quality.stability >= STABLE, quality.silhouette);
    let mut best = 0;
    for (at, other) in found.iter().enumerate() {
        if rank(other) > rank(&found[best]) {
            best = at;
        }
    }
    let (quality, clustering) = &found[best];
    let names: Vec<&'static str> = used.iter().map(|&measure| MEASURES[measure]).collect();
    let segments = describe(&measures, clustering, &names);
    let largest = segments.first().map_or(0, |segment| segment.users);
    Ok(SegmentReport {
        until_s: options.until_s,
        users: users.len() as u64,
        measures: names,
        constant: constant.into_iter().map(|measure| MEASURES[measure]).collect(),
        tried: found.iter().map(|(quality, _)| *quality).collect(),
        chosen: quality.segments,
        segments,
        largest_share_interval: wilson_interval(largest, users.len() as u64, LEVEL),
    })
}

/// Coordinates in thousandths of a standard deviation, the measures used, and those that are constant.
fn standardised(measures: &[Measures]) -> (Vec<Vec<i64>>, Vec<usize>, Vec<usize>) {
    let values: Vec<_> = measures.iter().map(Measures::values).collect();
    let n = values.len() as f64;
    let mut points = vec![Vec::new(); values.len()];
    let (mut used, mut constant) = (Vec::new(), Vec::new());
    for measure in SEGMENT_MEASURES {
        // Measures are at most 2,047 and users a million: exact sums.
        let (mut sum, mut squares) = (0i64, 0i64);
        for value in values.iter().map(|values| values[measure]) {
            sum += value;
            squares += value * value;
        }
        let mean = sum as f64 / n;
        let variance = squares as f64 / n - mean * mean;
        let first = values[0][measure];
        if values.iter().all(|values| values[measure] == first) || variance <= 0.0 {
            constant.push(measure);
            continue;
        }
        used.push(measure);
        let scale = DEVIATION_MILLI / libm::sqrt(variance);
        for (point, values) in points.iter_mut().zip(&values) {
            let at = (values[measure] as f64 - mean) * scale;
            point.push(libm::rint(at.clamp(-COORDINATE_MAX, COORDINATE_MAX)) as i64);
        }
    }
    (points, used, constant)
}

fn sample(users: usize, seed: u64) -> Vec<usize> {
    // At most USERS_MAX.
    let order = CounterRng::new(seed, u64::MAX).permutation(users as u32);
    let mut sample: Vec<usize> = order.into_iter().take(SILHOUETTE_USERS_MAX).map(|at| at as usize).collect();
    sample.sort_unstable();
    sample
}

fn try_number(points: &[Vec<i64>], k: usize, seed: u64, sample: &[usize]) -> (KQuality, Clustering) {
    let clustering = cluster(points, k, seed);
    let (mut sum, mut lowest) = (0.0, 1.0);
    for refit in 0..REFITS {
        let order = CounterRng::new(seed ^ 1, refit).permutation(points.len() as u32);
        let part: Vec<Vec<i64>> =
            order.iter().take(points.len() * 4 / 5).map(|&at| points[at as usize].clone()).collect();
        let centres = cluster(&part, k, seed).centres;
        let group: Vec<usize> = points.iter().map(|point| nearest(point, &centres).0).collect();
        let index = adjusted_rand(&clustering.group, &group);
        sum += index;
        lowest = if index < lowest { index } else { lowest };
    }
    let quality = KQuality {
        segments: k,
        silhouette: silhouette(points, &clustering.group, k, sample),
        stability: sum / REFITS as f64,
        stability_min: lowest,
    };
    (quality, clustering)
}

fn describe(measures: &[Measures], clustering: &Clustering, names: &[&'static str]) -> Vec<Segment> {
    let mut all_money: Vec<u128> = measures.iter().map(|of| of.money).collect();
    let usual_money = quantile(&mut all_money, 50).unwrap_or(0);
    let all_acts: u64 = measures.iter().map(|of| of.acts).sum();
    let mut segments: Vec<Segment> = clustering
        .centres
        .iter()
        .enumerate()
        .filter_map(|(at, centre)| {
            let own: Vec<&Measures> = measures
                .iter()
                .zip(&clustering.group)
                .filter(|(_, group)| **group == at)
                .map(|(of, _)| of)
                .collect();
            let median = |of: &dyn Fn(&Measures) -> u128| {
                quantile(&mut own.iter().map(|measures| of(measures)).collect::<Vec<_>>(), 50)
            };
            // A median of u64 is one.
            let of_u64 = |of: &dyn Fn(&Measures) -> u64| {
                median(&|measures| of(measures).into()).map(|value| value as u64)
            };
            let own_acts: u64 = own.iter().map(|of| of.acts).sum();
            let mut segment = Segment {
                name: String::new(),
                users: own.len() as u64,
                share: own.len() as f64 / measures.len() as f64,
                days_since_last: of_u64(&|of| of.days_since_last)?,
                acts: of_u64(&|of| of.acts)?,
                tenure_days: of_u64(&|of| of.tenure_days)?,
                money: median(&|of| of.money)?,
                buy_share: of_u64(&|of| of.buy_share_milli)? as f64 / 1_000.0,
                act_share: own_acts as f64 / all_acts as f64,
                centre: names
                    .iter()
                    .copied()
                    .zip(centre.iter().map(|&value| value as f64 / DEVIATION_MILLI))
                    .collect(),
            };
            segment.name = name(&segment, usual_money);
            Some(segment)
        })
        .collect();
    // Stable: of equal size in the order of the centres.
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.users));
    segments
}

/// Recency, frequency, role and money in words.
fn name(segment: &Segment, usual_money: u128) -> String {
    let recency = match segment.days_since_last {
        0..=30 => "active this month",
        31..=90 => "active this quarter",
        91..=365 => "quiet for months",
        _ => "gone for over a year",
    };
    let frequency = match segment.acts {
        0..=1 => "a single act",
        2..=4 => "a few acts",
        5..=19 => "regular",
        _ => "very busy",
    };
    let mut words = vec![recency, frequency];
    if segment.money > 0 {
        words.push(match segment.buy_share {
            share if share >= 0.8 => "buyers",
            share if share <= 0.2 => "sellers",
            _ => "traders",
        });
        // Ten times the median of all, or a tenth of it.
        if segment.money / 10 >= usual_money {
            words.push("much money");
        } else if segment.money <= usual_money / 10 {
            words.push("little money");
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use attention_features::EventKind;

    use super::super::users::tests::act;
    use super::*;

    const DAY_S: i64 = 86_400;

    /// Twenty who log in every other day until a few weeks ago, thirty who came once, a year before and more: two groups, found whatever the order.
    #[test]
    fn two_plain_groups_are_found_and_named() {
        let mut events = Vec::new();
        for user in 0..50i64 {
            let days: Vec<i64> =
                if user < 20 { (0..40 + user).map(|step| 700 + 2 * step).collect() } else { vec![10 * user] };
            events.extend(days.into_iter().map(|day| act(&format!("u{user:02}"), day * DAY_S)));
        }
        let options = SegmentsOptions { until_s: 830 * DAY_S, segments: None, seed: 5 };
        let report = segments(&events, &options).unwrap();
        assert_eq!((report.users, report.chosen), (50, 2));
        assert_eq!(report.measures, ["days_since_last", "acts", "tenure_days"]);
        assert_eq!(report.constant, ["money", "buy_share", "session_s", "social_acts"]);
        let told: Vec<_> = report
            .segments
            .iter()
            .map(|segment| (segment.name.as_str(), segment.users, segment.acts))
            .collect();
        assert_eq!(
            told,
            [("gone for over a year, a single act", 30, 1), ("active this quarter, very busy", 20, 49)]
        );
        assert!(report.tried[0].silhouette > 0.7 && report.tried[0].stability > 0.99, "{report:?}");
        events.reverse();
        assert_eq!(segments(&events, &options).unwrap(), report);
        let three = segments(&events, &SegmentsOptions { segments: Some(3), ..options.clone() }).unwrap();
        assert_eq!((three.chosen, three.tried.len()), (3, 1));
        assert!(segments(&events, &SegmentsOptions { segments: Some(13), ..options.clone() }).is_err());
        assert!(segments(&events[..5], &options).is_err());
    }

    #[test]
    fn names_say_who_buys_and_for_how_much() {
        let trade = |user: &str, day: i64, kind, price| BehaviourEvent {
            kind,
            price: Some(price),
            ..act(user, day * DAY_S)
        };
        let measures = |events: &[BehaviourEvent]| {
            let found = users(events, 0, 500 * DAY_S).unwrap();
            found.iter().map(|user| Measures::of(user, 500 * DAY_S)).collect::<Vec<_>>()
        };
        let of =
            measures(&[trade("a", 400, EventKind::Sale, 5_000), trade("b", 450, EventKind::Purchase, 10)]);
        let grouped = |group: Vec<usize>| {
            let centres = (0..group.len() as i64).map(|centre| vec![centre]).collect();
            Clustering { centres, group, inertia: 0 }
        };
        let sellers = describe(&of[..1], &grouped(vec![0]), &["acts"]);
        assert_eq!(sellers[0].name, "quiet for months, a single act, sellers");
        let both = grouped(vec![0, 1]);
        let named: Vec<String> =
            describe(&of, &both, &["acts"]).into_iter().map(|segment| segment.name).collect();
        assert_eq!(
            named,
            [
                "quiet for months, a single act, sellers, much money",
                "active this quarter, a single act, buyers"
            ]
        );
    }
}
