//! What is known of a user at a cut: the user's features of the interest model, and a few of rhythm.

use std::collections::{BTreeMap, BTreeSet};

use attention_features::{
    AssetCatalog, EventKind, FEATURES, FEATURES_VERSION, FeatureGroup, FeatureView, InterestSpec, PastEvents,
    UserId, log2_x16,
};
use attention_model::FeatureSchema;

use crate::TaskError;

/// Version of the features below; any change of a definition, name or order raises it.
pub const CHURN_FEATURES_VERSION: u32 = 1;

const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;
/// Stands for the mean gap of who was active on one day only, in days.
const NO_GAP_DAYS: i64 = 3_650;

/// Beside the user's own of [`FEATURES`]: name and meaning. `log` is [`log2_x16`]. How busy the market is stands not among
/// them: it ranks nobody at a cut, and what it was before says little of its level later (measured: log loss of 2020 .585 with
/// the market's acts in 30 and 90 days, .553 without).
const RHYTHM: [(&str, &str); 7] = [
    ("acts_30d", "log of purchases and sales in 30 days"),
    ("acts_90d", "log of purchases and sales in 90 days"),
    ("act_days", "log of different days with an act"),
    ("gap_days", "log of the mean days between two such days; of 3650 with one alone"),
    ("silence_hours", "log of hours since the last act"),
    ("silence_gaps", "log of sixteenths of a mean gap since the last act"),
    ("partners", "log of different counterparties"),
];

fn is_of_user(group: FeatureGroup) -> bool {
    group == FeatureGroup::User
}

/// The names of all features, in order.
pub fn churn_feature_names() -> Vec<&'static str> {
    let user = FEATURES.iter().filter(|feature| is_of_user(feature.group)).map(|feature| feature.name);
    user.chain(RHYTHM.iter().map(|(name, _)| *name)).collect()
}

/// The features as estimators know them.
///
/// # Errors
/// None: the names are fit for a schema, as a test sees to.
pub fn churn_schema() -> Result<FeatureSchema, TaskError> {
    // Each version below 2^16.
    let version = (CHURN_FEATURES_VERSION << 16) | FEATURES_VERSION;
    Ok(FeatureSchema::new(version, churn_feature_names().into_iter().map(str::to_owned).collect())?)
}

/// True for what counts as an act.
pub(super) fn is_act(kind: EventKind) -> bool {
    matches!(kind, EventKind::Purchase | EventKind::Sale)
}

/// What a user did before the cut.
#[derive(Debug, Default)]
struct Rhythm<'a> {
    /// Rising.
    times_s: Vec<i64>,
    partners: BTreeSet<&'a UserId>,
}

/// An active user at a cut.
#[derive(Debug)]
pub(super) struct ChurnRow<'a> {
    pub(super) user: &'a UserId,
    /// Seconds since the last act.
    pub(super) silence_s: i64,
    /// In the order of [`churn_feature_names`].
    pub(super) features: Vec<i64>,
}

/// The features of all users at one cut.
#[derive(Debug)]
pub(super) struct ChurnView<'a> {
    view: FeatureView<'a>,
    catalog: &'a AssetCatalog,
    rhythms: BTreeMap<&'a UserId, Rhythm<'a>>,
}

impl<'a> ChurnView<'a> {
    pub(super) fn new(
        past: PastEvents<'a>,
        catalog: &'a AssetCatalog,
        spec: &InterestSpec,
    ) -> Result<Self, TaskError> {
        let mut rhythms: BTreeMap<&UserId, Rhythm<'a>> = BTreeMap::new();
        for event in past.events().iter().filter(|event| is_act(event.kind)) {
            let own = rhythms.entry(&event.user).or_default();
            own.times_s.push(event.receive_time_s);
            own.partners.extend(event.counterparty.as_ref());
        }
        Ok(Self { view: FeatureView::new(past, catalog, spec)?, catalog, rhythms })
    }

    /// The users with an act in the lookback, rising, each with the seconds since the last one and the features.
    pub(super) fn rows(&self) -> Result<Vec<ChurnRow<'a>>, TaskError> {
        let mut rows = Vec::new();
        // The user's features are the same for every asset; without any there is no event either.
        let Some(any) = self.catalog.assets().first() else { return Ok(rows) };
        for user in self.view.active_users() {
            let Some(own) = self.rhythms.get(user) else { continue };
            let Some(&last_s) = own.times_s.last() else { continue };
            let all = self.view.row(user, any.id)?;
            let of_user = FEATURES.iter().zip(all).filter(|(feature, _)| is_of_user(feature.group));
            let mut row: Vec<i64> = of_user.map(|(_, value)| value).collect();
            let silence_s = self.view.cut_s() - last_s;
            self.append_rhythm(own, silence_s, &mut row);
            rows.push(ChurnRow { user, silence_s, features: row });
        }
        Ok(rows)
    }

    fn append_rhythm(&self, own: &Rhythm<'_>, silence_s: i64, row: &mut Vec<i64>) {
        let cut_s = self.view.cut_s();
        let count = |days: i64| {
            let since_s = cut_s - days * DAY_S;
            log2_x16((own.times_s.len() - own.times_s.partition_point(|&time_s| time_s < since_s)) as u128)
        };
        let mut days: Vec<i64> = own.times_s.iter().map(|time_s| time_s.div_euclid(DAY_S)).collect();
        days.dedup();
        let gap_days = match (days.first(), days.last(), days.len() as i64 - 1) {
            // At least 1: the days differ.
            (Some(first), Some(last), gaps @ 1..) => (last - first) / gaps,
            _ => NO_GAP_DAYS,
        };
        // Times lie within 2^40 and the last act before the cut: nothing is negative or overflows.
        let log = |value: i64| log2_x16(value.unsigned_abs().into());
        row.push(count(30));
        row.push(count(90));
        row.push(log(days.len() as i64));
        row.push(log(gap_days));
        row.push(log(silence_s / HOUR_S));
        row.push(log(16 * silence_s / (gap_days * DAY_S)));
        row.push(log(own.partners.len() as i64));
    }
}
