//! What a user did, on everything or on one asset.

use std::collections::BTreeSet;

use super::{Cell, DAY_S, age, age_s, total};
use crate::{AssetId, BehaviourEvent, EventKind};

/// Everything that one pass over the events of a user, or of a user on an asset, can say.
#[derive(Debug, Clone, Default)]
pub(super) struct Acts {
    pub(super) events: u64,
    events_30d: u64,
    days: BTreeSet<i64>,
    days_30d: BTreeSet<i64>,
    oldest_s: Option<i64>,
    pub(super) youngest_s: Option<i64>,
    logins: u128,
    session_s: u128,
    session_30d_s: u128,
    pub(super) purchases: u64,
    purchases_90d: u64,
    sales: u64,
    spend: u128,
    spend_90d: u128,
    income: u128,
    assets: BTreeSet<AssetId>,
}

impl Acts {
    /// Counts one event. Sums stay far below 2^127: at most 5 · 10^7 events of at most 10^30.
    pub(super) fn add(&mut self, event: &BehaviourEvent, cut_s: i64) {
        let age_s = age_s(event, cut_s);
        let within = |days: i64| age_s <= days * DAY_S;
        let day = event.receive_time_s.div_euclid(DAY_S);
        self.events += 1;
        self.days.insert(day);
        if within(30) {
            self.events_30d += 1;
            self.days_30d.insert(day);
        }
        self.oldest_s = self.oldest_s.max(Some(age_s));
        self.youngest_s = Some(self.youngest_s.map_or(age_s, |youngest_s| youngest_s.min(age_s)));
        self.assets.extend(event.asset);
        let price = event.price.unwrap_or(0);
        match event.kind {
            EventKind::Purchase => {
                self.purchases += 1;
                self.spend += price;
                if within(90) {
                    self.purchases_90d += 1;
                    self.spend_90d += price;
                }
            }
            EventKind::Sale => {
                self.sales += 1;
                self.income += price;
            }
            EventKind::Login => self.logins += u128::from(event.quantity),
            EventKind::Session => {
                self.session_s += u128::from(event.quantity);
                if within(30) {
                    self.session_30d_s += u128::from(event.quantity);
                }
            }
            // Every other kind counts as an event and no more.
            _ => {}
        }
    }

    /// The columns of group `User`.
    pub(super) fn of_user(&self) -> Vec<Cell> {
        vec![
            total(self.events),
            total(self.events_30d),
            total(self.days.len() as u64),
            total(self.days_30d.len() as u64),
            age(self.oldest_s),
            age(self.youngest_s),
            sum(self.logins),
            sum(self.session_s),
            sum(self.session_30d_s),
            total(self.purchases),
            total(self.purchases_90d),
            total(self.sales),
            sum(self.spend),
            sum(self.spend_90d),
            sum(self.income),
            total(self.assets.len() as u64),
        ]
    }

    /// The columns of group `UserAsset`.
    pub(super) fn of_pair(&self) -> Vec<Cell> {
        vec![
            total(self.events),
            total(self.days.len() as u64),
            age(self.oldest_s),
            age(self.youngest_s),
            sum(self.session_s),
            total(self.purchases),
            total(self.sales),
            sum(self.spend),
            sum(self.income),
        ]
    }
}

/// Below 2^127, see [`Acts::add`].
pub(super) fn sum(value: u128) -> Cell {
    Some(value as i128)
}
