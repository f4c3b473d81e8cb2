//! Attention scores: engagement inside the window, weighed by the interest predicted before it.

use std::collections::{BTreeMap, BTreeSet};

use attention_features::{
    AssetCatalog, AssetId, BehaviourEvent, EngagementWeights, EventKind, EventLog, PastEvents, UserId,
};
use attention_protocol::math::{mul_div_floor, mul_ppm_floor};
use attention_protocol::{CampaignTerms, PPM, Score, Targets};
use thiserror::Error;

use crate::interest::InterestError;
use crate::quantize::{PPB, QuantizeError, interest_ppb};

/// Integrity of users, ppm; a user who is absent has 10^6.
pub type Integrity = BTreeMap<UserId, u32>;

/// Interest is in parts per billion, a score in parts per million.
const PPB_PER_PPM: u128 = 1_000;

/// Why attention could not be measured.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ScoreError {
    /// The model could not predict.
    #[error(transparent)]
    Interest(#[from] InterestError),
    /// The model predicted something that is no probability.
    #[error("interest of user {user} in asset {asset}: {error}")]
    Quantize {
        /// The user.
        user: UserId,
        /// The asset's number.
        asset: u32,
        /// What is wrong with it.
        error: QuantizeError,
    },
    /// A sum left its integer type.
    #[error("{what} of {of} overflows: look for an event with an absurd quantity")]
    Overflow {
        /// The sum.
        what: &'static str,
        /// Whose.
        of: String,
    },
    /// A scale of zero.
    #[error("{what} is 0: at least 1 engagement micro-unit")]
    ZeroScale {
        /// Which scale.
        what: &'static str,
    },
    /// An integrity above one.
    #[error("integrity {integrity_ppm} ppm is above 1000000")]
    Integrity {
        /// The value.
        integrity_ppm: u32,
    },
    /// Rows that name one interaction twice, or an interest above one.
    #[error("attention of user {user} in asset {asset}: {problem}")]
    Row {
        /// The user.
        user: UserId,
        /// The asset's number.
        asset: u32,
        /// What is wrong.
        problem: &'static str,
    },
}

/// A span of data time, unix seconds: `[start_s, end_s)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub start_s: i64,
    /// First second after it.
    pub end_s: i64,
}

/// What one user did with one asset in one way during a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttentionRow {
    /// The user.
    pub user: UserId,
    /// The asset.
    pub asset: AssetId,
    /// The kind of interaction.
    pub kind: EventKind,
    /// Σ quantity · weight of the kind, micro-units.
    pub engagement_micro: u64,
    /// Predicted interest of the user in the asset at the start of the window, ppb.
    pub interest_ppb: u32,
}

/// All attention of a window, by user, asset and kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    rows: Vec<AttentionRow>,
}

impl Attention {
    /// Sums the engagement of every event received inside `window` that has an asset and a kind with a weight, and asks
    /// `interest` once for each pair of user and asset. Events of `withdrawn` users are passed over: nothing is predicted
    /// for them, and neither users nor assets have anything from them.
    ///
    /// # Errors
    /// [`ScoreError`] from the model, its quantisation or an overflowing sum.
    pub fn measure(
        log: &EventLog,
        window: Window,
        weights: &EngagementWeights,
        withdrawn: &BTreeSet<UserId>,
        mut interest: impl FnMut(&UserId, AssetId) -> Result<f64, InterestError>,
    ) -> Result<Self, ScoreError> {
        let mut predicted: Option<(&UserId, AssetId, u32)> = None;
        let mut rows = Vec::new();
        for ((user, asset, kind), engagement_micro) in
            engagements(log.window(window.start_s, window.end_s), weights, withdrawn)?
        {
            // The keys are sorted, so a pair's kinds stand together.
            let interest_ppb = match predicted {
                Some((of, about, ppb)) if of == user && about == asset => ppb,
                _ => interest_ppb(interest(user, asset)?).map_err(|error| ScoreError::Quantize {
                    user: user.clone(),
                    asset: asset.0,
                    error,
                })?,
            };
            predicted = Some((user, asset, interest_ppb));
            rows.push(AttentionRow { user: user.clone(), asset, kind, engagement_micro, interest_ppb });
        }
        Ok(Self { rows })
    }

    /// Attention from rows in any order.
    ///
    /// # Errors
    /// [`ScoreError::Row`] if a (user, asset, kind) comes twice or an interest is above 10^9 ppb.
    pub fn from_rows(mut rows: Vec<AttentionRow>) -> Result<Self, ScoreError> {
        rows.sort();
        let fault = |row: &AttentionRow, problem| {
            Err(ScoreError::Row { user: row.user.clone(), asset: row.asset.0, problem })
        };
        if let Some(row) = rows.iter().find(|row| row.interest_ppb > PPB) {
            return fault(row, "an interest above 10^9 ppb");
        }
        let key = |row: &AttentionRow| (row.user.clone(), row.asset, row.kind);
        let repeated = rows.windows(2).find(|pair| matches!(pair, [a, b] if key(a) == key(b)));
        if let Some([row, ..]) = repeated {
            return fault(row, "the same kind of interaction comes twice");
        }
        Ok(Self { rows })
    }

    /// The rows, rising by (user, asset, kind).
    pub fn rows(&self) -> &[AttentionRow] {
        &self.rows
    }

    /// What of it is in a campaign's targets.
    #[must_use]
    pub fn within(&self, targets: &Targets, catalog: &AssetCatalog) -> Self {
        Self { rows: self.rows.iter().filter(|row| is_target(targets, catalog, row)).cloned().collect() }
    }

    /// Everybody with engagement in the window.
    pub fn users(&self) -> BTreeSet<&UserId> {
        self.rows.iter().map(|row| &row.user).collect()
    }

    /// `raw(u) = Σ_{a ∈ targets} engagement(u, a) · A_ppb`, in micro-units times 10^-9; users with something in the
    /// targets only.
    ///
    /// # Errors
    /// [`ScoreError::Overflow`].
    pub fn raw_by_user(
        &self,
        targets: &Targets,
        catalog: &AssetCatalog,
    ) -> Result<BTreeMap<UserId, u128>, ScoreError> {
        let mut raw: BTreeMap<UserId, u128> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| is_target(targets, catalog, row)) {
            let sum = raw.entry(row.user.clone()).or_default();
            *sum = add_attention(*sum, row, || format!("user {}", row.user))?;
        }
        Ok(raw)
    }

    /// The score of every user with attention in a campaign's targets, linked or not.
    ///
    /// # Errors
    /// [`ScoreError`].
    pub fn user_scores(
        &self,
        terms: &CampaignTerms,
        catalog: &AssetCatalog,
        integrity: &Integrity,
    ) -> Result<BTreeMap<UserId, Score>, ScoreError> {
        self.raw_by_user(&terms.targets, catalog)?
            .into_iter()
            .map(|(user, raw)| {
                let integrity_ppm = integrity.get(&user).copied().unwrap_or(PPM);
                let score = score_of(raw, terms.rule.scale.u64(), integrity_ppm)?;
                Ok((user, score))
            })
            .collect()
    }

    /// `min(10^6, floor(Σ_u engagement · A_ppb / (1000 · asset_scale)))` for every asset with engagement.
    ///
    /// # Errors
    /// [`ScoreError`].
    pub fn asset_scores(&self, asset_scale: u64) -> Result<BTreeMap<AssetId, Score>, ScoreError> {
        if asset_scale == 0 {
            return Err(ScoreError::ZeroScale { what: "asset_scale" });
        }
        let mut raw: BTreeMap<AssetId, u128> = BTreeMap::new();
        for row in &self.rows {
            let sum = raw.entry(row.asset).or_default();
            *sum = add_attention(*sum, row, || format!("asset {}", row.asset.0))?;
        }
        raw.into_iter().map(|(asset, raw)| Ok((asset, score_of(raw, asset_scale, PPM)?))).collect()
    }
}

/// `score = floor(s0 · integrity_ppm / 10^6)` with `s0 = min(10^6, floor(raw / (1000 · scale)))`.
///
/// # Errors
/// [`ScoreError::ZeroScale`], [`ScoreError::Integrity`].
pub fn score_of(raw: u128, scale: u64, integrity_ppm: u32) -> Result<Score, ScoreError> {
    if integrity_ppm > PPM {
        return Err(ScoreError::Integrity { integrity_ppm });
    }
    // 1000 · scale < 2^74
    let divisor = PPB_PER_PPM.checked_mul(u128::from(scale)).unwrap_or(0);
    let full = mul_div_floor(raw, 1, divisor).ok_or(ScoreError::ZeroScale { what: "scale" })?;
    let capped = full.min(u128::from(PPM));
    let score = mul_ppm_floor(capped, integrity_ppm).and_then(|score| u32::try_from(score).ok());
    // Both factors are at most one, so the product is a score.
    let score = score.and_then(|score| Score::try_from(score).ok());
    score.ok_or(ScoreError::Integrity { integrity_ppm })
}

/// The last believed price of every asset that was traded: `past` is cut at the end of the window.
pub fn last_prices(past: PastEvents<'_>) -> BTreeMap<AssetId, u128> {
    let priced = |event: &BehaviourEvent| Some((event.asset?, event.price?));
    // In the log's order (receive time, source, event id), so the last one stays.
    past.events().iter().filter_map(priced).collect()
}

const fn weight_micro(kind: EventKind, weights: &EngagementWeights) -> u64 {
    match kind {
        EventKind::Purchase => weights.purchase_micro,
        EventKind::Sale => weights.sale_micro,
        EventKind::Login
        | EventKind::Session
        | EventKind::Message
        | EventKind::Friendship
        | EventKind::AdView
        | EventKind::Attendance => 0,
    }
}

type Engagements<'a> = BTreeMap<(&'a UserId, AssetId, EventKind), u64>;

fn engagements<'a>(
    events: &'a [BehaviourEvent],
    weights: &EngagementWeights,
    withdrawn: &BTreeSet<UserId>,
) -> Result<Engagements<'a>, ScoreError> {
    let mut sums = Engagements::new();
    for event in events.iter().filter(|event| !withdrawn.contains(&event.user)) {
        let weight = weight_micro(event.kind, weights);
        let Some(asset) = event.asset.filter(|_| weight > 0 && event.quantity > 0) else { continue };
        let sum = sums.entry((&event.user, asset, event.kind)).or_default();
        *sum =
            event.quantity.checked_mul(weight).and_then(|more| sum.checked_add(more)).ok_or_else(|| {
                ScoreError::Overflow { what: "the engagement", of: format!("user {}", event.user) }
            })?;
    }
    Ok(sums)
}

fn add_attention(sum: u128, row: &AttentionRow, of: impl Fn() -> String) -> Result<u128, ScoreError> {
    u128::from(row.engagement_micro)
        .checked_mul(u128::from(row.interest_ppb))
        .and_then(|attention| sum.checked_add(attention))
        .ok_or_else(|| ScoreError::Overflow { what: "the attention", of: of() })
}

fn is_target(targets: &Targets, catalog: &AssetCatalog, row: &AttentionRow) -> bool {
    match targets {
        Targets::All {} => true,
        Targets::AssetIds(ids) => {
            let id = row.asset.0.to_string();
            ids.binary_search(&id).is_ok()
        }
        Targets::Attributes(attributes) => attributes
            .iter()
            .all(|attribute| catalog.has_attribute(row.asset, &attribute.name, &attribute.value)),
        Targets::Interactions(kinds) => kinds.iter().any(|kind| kind == row.kind.name()),
    }
}

#[cfg(test)]
mod tests {
    use attention_features::{EventId, SourceId};
    use attention_protocol::targets::Attribute;

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    fn catalog() -> AssetCatalog {
        let attribute = |value: &str| vec![("gender".to_owned(), value.to_owned())];
        AssetCatalog::new(vec![(AssetId(7), attribute("Female")), (AssetId(70), attribute("Male"))]).unwrap()
    }

    fn event(id: &str, who: &str, kind: EventKind, asset: u32, time_s: i64) -> BehaviourEvent {
        BehaviourEvent {
            source: SourceId::new("s").unwrap(),
            event_id: EventId::new(id).unwrap(),
            user: user(who),
            kind,
            asset: Some(AssetId(asset)),
            counterparty: None,
            quantity: 1,
            price: None,
            event_time_s: time_s,
            receive_time_s: time_s,
        }
    }

    const WEIGHTS: EngagementWeights = EngagementWeights { purchase_micro: 1_000_000, sale_micro: 250_000 };
    const WINDOW: Window = Window { start_s: 10, end_s: 20 };

    fn measured() -> Attention {
        let events = vec![
            event("1", "ann", EventKind::Purchase, 7, 10),
            event("2", "ann", EventKind::Purchase, 7, 19),
            event("3", "ann", EventKind::Sale, 7, 15),
            event("4", "ann", EventKind::Purchase, 70, 15),
            event("5", "bob", EventKind::Sale, 70, 15),
            event("6", "bob", EventKind::Purchase, 70, 9),
            event("7", "bob", EventKind::Purchase, 70, 20),
            event("8", "bob", EventKind::Login, 70, 15),
        ];
        let (log, _) = EventLog::new(events, |time_s| time_s / 10).unwrap();
        let interest = |of: &UserId, about: AssetId| {
            Ok(if *of == user("ann") && about == AssetId(7) { 0.001 } else { 0.0001 })
        };
        Attention::measure(&log, WINDOW, &WEIGHTS, &none(), interest).unwrap()
    }

    fn none() -> BTreeSet<UserId> {
        BTreeSet::new()
    }

    #[test]
    fn only_weighed_events_inside_the_window_count() {
        let row = |who: &str, asset, kind, engagement_micro, interest_ppb| AttentionRow {
            user: user(who),
            asset: AssetId(asset),
            kind,
            engagement_micro,
            interest_ppb,
        };
        let expected = [
            row("ann", 7, EventKind::Purchase, 2_000_000, 1_000_000),
            row("ann", 7, EventKind::Sale, 250_000, 1_000_000),
            row("ann", 70, EventKind::Purchase, 1_000_000, 100_000),
            row("bob", 70, EventKind::Sale, 250_000, 100_000),
        ];
        assert_eq!(measured().rows(), expected);
        assert_eq!(Attention::from_rows(expected.iter().rev().cloned().collect()).unwrap(), measured());
    }

    #[test]
    fn nothing_of_a_withdrawn_user_is_looked_at() {
        let events = vec![
            event("1", "ann", EventKind::Purchase, 7, 12),
            event("2", "bob", EventKind::Sale, 7, 12),
            event("3", "bob", EventKind::Sale, 70, 12),
        ];
        let (log, _) = EventLog::new(events, |_| 0).unwrap();
        let interest = |of: &UserId, _| {
            assert_ne!(*of, user("bob"), "nothing is predicted for who withdrew");
            Ok(0.5)
        };
        let withdrawn = BTreeSet::from([user("bob")]);
        let measured = Attention::measure(&log, WINDOW, &WEIGHTS, &withdrawn, interest).unwrap();
        assert_eq!(measured.users(), BTreeSet::from([&user("ann")]));
        assert_eq!(measured.rows().len(), 1, "neither in the asset that both acted in, nor in the other");
    }

    /// A quantity of zero is no engagement: it lists neither user nor asset.
    #[test]
    fn nothing_done_is_no_engagement() {
        let mut nothing = event("1", "ann", EventKind::Purchase, 7, 12);
        nothing.quantity = 0;
        let (log, _) = EventLog::new(vec![nothing], |_| 0).unwrap();
        let measured = Attention::measure(&log, WINDOW, &WEIGHTS, &none(), |_, _| Ok(0.5)).unwrap();
        assert_eq!(measured, Attention::default());
    }

    #[test]
    fn targets_choose_what_counts() {
        let raw = |targets: Targets| measured().raw_by_user(&targets, &catalog()).unwrap();
        // ann: 2.25·10^6 · 10^6 in asset 7, 10^6 · 10^5 in asset 70; bob: 250,000 · 10^5.
        let of = |ann: u128, bob: u128| {
            [("ann", ann), ("bob", bob)]
                .into_iter()
                .filter(|(_, raw)| *raw > 0)
                .map(|(name, raw)| (user(name), raw))
                .collect()
        };
        assert_eq!(raw(Targets::All {}), of(2_350_000_000_000, 25_000_000_000));
        assert_eq!(raw(Targets::AssetIds(vec!["7".into()])), of(2_250_000_000_000, 0));
        let female = Attribute { name: "gender".into(), value: "Female".into() };
        assert_eq!(raw(Targets::Attributes(vec![female.clone()])), of(2_250_000_000_000, 0));
        let both = vec![female, Attribute { name: "gender".into(), value: "Male".into() }];
        assert_eq!(raw(Targets::Attributes(both)), of(0, 0), "all conditions must hold");
        assert_eq!(raw(Targets::Interactions(vec!["sale".into()])), of(250_000_000_000, 25_000_000_000));
    }

    #[test]
    fn scores_by_hand() {
        // 2.35·10^12 / (1000 · 5,000) = 470,000
        assert_eq!(score_of(2_350_000_000_000, 5_000, PPM).unwrap().ppm(), 470_000);
        assert_eq!(score_of(2_350_000_000_000, 5_000, 500_001).unwrap().ppm(), 235_000, "235000.47");
        assert_eq!(score_of(999, 1, PPM).unwrap().ppm(), 0);
        assert_eq!(score_of(u128::MAX, u64::MAX, PPM).unwrap(), Score::MAX);
        assert_eq!(score_of(1, 0, PPM), Err(ScoreError::ZeroScale { what: "scale" }));
        assert_eq!(score_of(1, 1, PPM + 1), Err(ScoreError::Integrity { integrity_ppm: 1_000_001 }));
        // asset 70: (10^6 + 250,000) · 10^5 = 1.25·10^11; / (1000 · 1000) = 125,000
        let assets = measured().asset_scores(1_000).unwrap();
        assert_eq!(assets[&AssetId(70)].ppm(), 125_000);
        assert_eq!(assets[&AssetId(7)], Score::MAX);
    }

    #[test]
    fn the_last_price_before_the_end_of_the_window_stands() {
        let mut events =
            vec![event("1", "ann", EventKind::Sale, 7, 5), event("2", "ann", EventKind::Sale, 7, 8)];
        events[0].price = Some(11);
        events[1].price = Some(22);
        let mut later = event("3", "ann", EventKind::Sale, 7, 9);
        later.price = None;
        events.push(later);
        let (log, _) = EventLog::new(events, |_| 0).unwrap();
        assert_eq!(
            last_prices(log.before(20)),
            BTreeMap::from([(AssetId(7), 22)]),
            "an unknown price is none"
        );
        assert_eq!(last_prices(log.before(8)), BTreeMap::from([(AssetId(7), 11)]));
        assert!(last_prices(log.before(5)).is_empty());
    }

    #[test]
    fn absurd_quantities_and_rows_are_named() {
        let mut huge = event("1", "ann", EventKind::Purchase, 7, 12);
        huge.quantity = u64::MAX;
        let (log, _) = EventLog::new(vec![huge], |_| 0).unwrap();
        let refused = Attention::measure(&log, WINDOW, &WEIGHTS, &none(), |_, _| Ok(0.5)).unwrap_err();
        assert!(refused.to_string().contains("user ann"), "{refused}");
        let rows = measured().rows().to_vec();
        let twice = [rows.clone(), rows].concat();
        assert!(matches!(Attention::from_rows(twice), Err(ScoreError::Row { .. })));
    }
}
