//! Who did what, when: events by user, and what they add up to.

use std::collections::BTreeMap;

use attention_features::{BehaviourEvent, EventKind, UserId, log2_x16};

use crate::TaskError;
use crate::price::window::DAY_S;

/// Most users that are analysed.
pub const USERS_MAX: usize = 1_000_000;

/// The measures of a user, in the order of [`Measures::values`]. Counts, days and amounts are on a logarithmic scale, sixteen
/// steps an octave (`attention_features::log2_x16`): what people do has long tails.
pub const MEASURES: [&str; 9] = [
    "days_since_last",
    "acts",
    "tenure_days",
    "money",
    "buy_share",
    "assets",
    "partners",
    "session_s",
    "social_acts",
];
/// How many of them, from the first on and the last two, segments are made by; assets and partners say what acts say.
pub(super) const SEGMENT_MEASURES: [usize; 7] = [0, 1, 2, 3, 4, 7, 8];

/// One user's events, by time.
#[derive(Debug, Clone)]
pub(super) struct User<'a> {
    pub(super) events: Vec<&'a BehaviourEvent>,
}

impl User<'_> {
    /// The time of the first event.
    pub(super) fn first_s(&self) -> i64 {
        self.events.first().map_or(0, |event| event.event_time_s)
    }
}

/// The events in `[from_s, until_s)` by user, users in rising order.
///
/// # Errors
/// [`TaskError::Range`] if there is none, or there are more than [`USERS_MAX`] users.
pub(super) fn users(
    events: &[BehaviourEvent],
    from_s: i64,
    until_s: i64,
) -> Result<Vec<User<'_>>, TaskError> {
    let mut by_user: BTreeMap<&UserId, Vec<&BehaviourEvent>> = BTreeMap::new();
    for event in events.iter().filter(|event| (from_s..until_s).contains(&event.event_time_s)) {
        by_user.entry(&event.user).or_default().push(event);
    }
    if by_user.is_empty() || by_user.len() > USERS_MAX {
        return Err(TaskError::Range {
            name: "the number of users with an event in the period",
            value: by_user.len().to_string(),
            range: "1 to 1,000,000: choose --from and --until within the data",
        });
    }
    Ok(by_user
        .into_values()
        .map(|mut events| {
            events.sort_by_key(|event| (event.event_time_s, &event.source, &event.event_id));
            User { events }
        })
        .collect())
}

/// What a user's events add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measures {
    pub(super) days_since_last: u64,
    pub(super) acts: u64,
    pub(super) tenure_days: u64,
    /// Believed prices of what was bought and sold; 2^128 − 1 also for more.
    pub(super) money: u128,
    /// Purchases among purchases and sales, per mille; 500 without any.
    pub(super) buy_share_milli: u64,
    assets: u64,
    partners: u64,
    session_s: u64,
    social_acts: u64,
}

impl Measures {
    /// As seen at `until_s`, which is later than every event.
    pub(super) fn of(user: &User<'_>, until_s: i64) -> Self {
        let events = &user.events;
        let days = |from_s: i64, to_s: i64| ((to_s - from_s) / DAY_S).unsigned_abs();
        let last_s = events.last().map_or(0, |event| event.event_time_s);
        let of_kind = |kind: EventKind| events.iter().filter(move |event| event.kind == kind);
        let (bought, sold) = (of_kind(EventKind::Purchase).count(), of_kind(EventKind::Sale).count());
        let distinct = |mut of: Vec<&str>| {
            of.sort_unstable();
            of.dedup();
            of.len() as u64
        };
        let mut assets: Vec<_> = events.iter().filter_map(|event| event.asset).collect();
        assets.sort_unstable();
        assets.dedup();
        let mut prices = events.iter().filter_map(|event| event.price);
        let session_s = of_kind(EventKind::Session).map(|event| u128::from(event.quantity)).sum::<u128>();
        Self {
            days_since_last: days(last_s, until_s),
            acts: events.len() as u64,
            tenure_days: days(user.first_s(), last_s),
            money: prices.try_fold(0u128, u128::checked_add).unwrap_or(u128::MAX),
            buy_share_milli: (1_000 * bought).checked_div(bought + sold).unwrap_or(500) as u64,
            assets: assets.len() as u64,
            partners: distinct(
                events.iter().filter_map(|event| event.counterparty.as_ref()).map(UserId::as_str).collect(),
            ),
            session_s: u64::try_from(session_s).unwrap_or(u64::MAX),
            social_acts: (of_kind(EventKind::Message).count() + of_kind(EventKind::Friendship).count())
                as u64,
        }
    }

    /// In the order of [`MEASURES`].
    pub(super) fn values(&self) -> [i64; MEASURES.len()] {
        let log = |value: u64| log2_x16(value.into());
        [
            log(self.days_since_last),
            log(self.acts),
            log(self.tenure_days),
            log2_x16(self.money),
            // At most 1,000.
            self.buy_share_milli as i64,
            log(self.assets),
            log(self.partners),
            log(self.session_s),
            log(self.social_acts),
        ]
    }
}

#[cfg(test)]
pub(super) mod tests {
    use attention_features::{AssetId, EventId, SourceId};

    use super::*;

    /// An act of a user at a time, with a name of its own.
    pub(in super::super) fn act(user: &str, time_s: i64) -> BehaviourEvent {
        BehaviourEvent {
            source: SourceId::new("s").unwrap(),
            event_id: EventId::new(format!("{user}/{time_s}")).unwrap(),
            user: UserId::new(user).unwrap(),
            kind: EventKind::Login,
            asset: None,
            counterparty: None,
            quantity: 1,
            price: None,
            event_time_s: time_s,
            receive_time_s: time_s,
        }
    }

    #[test]
    fn measures_by_hand() {
        let trade = |time_s, kind, price, asset, other: &str| BehaviourEvent {
            kind,
            price: Some(price),
            asset: Some(AssetId(asset)),
            counterparty: Some(UserId::new(other).unwrap()),
            ..act("a", time_s)
        };
        let events = [
            trade(10 * DAY_S, EventKind::Sale, 7, 1, "x"),
            trade(2 * DAY_S, EventKind::Purchase, 5, 1, "y"),
            trade(3 * DAY_S, EventKind::Purchase, 3, 2, "x"),
            BehaviourEvent { kind: EventKind::Session, quantity: 90, ..act("a", 4 * DAY_S) },
            BehaviourEvent { kind: EventKind::Message, ..act("a", 5 * DAY_S) },
            act("b", DAY_S),
            act("a", 20 * DAY_S),
        ];
        let found = users(&events, 0, 20 * DAY_S).unwrap();
        assert_eq!(found.iter().map(|user| user.events[0].user.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let measures = Measures::of(&found[0], 20 * DAY_S);
        let wanted = Measures {
            days_since_last: 10,
            acts: 5,
            tenure_days: 8,
            money: 15,
            buy_share_milli: 666,
            assets: 2,
            partners: 2,
            session_s: 90,
            social_acts: 1,
        };
        assert_eq!(measures, wanted);
        // 16 · log2(11) = 55.35, log2(6) = 41.36, log2(9) = 50.72, log2(16) = 64, log2(3) = 25.36, log2(91) = 104.13.
        assert_eq!(measures.values(), [55, 41, 50, 64, 666, 25, 25, 104, 16]);
        assert_eq!(Measures::of(&found[1], 20 * DAY_S).buy_share_milli, 500);
        assert!(users(&events, 30 * DAY_S, 40 * DAY_S).is_err());
    }
}
