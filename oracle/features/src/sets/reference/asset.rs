//! What an asset is and how it traded.

use std::collections::{BTreeMap, BTreeSet};

use super::user::sum;
use super::{Cell, DAY_S, age, age_s, total};
use crate::{AssetCatalog, AssetId, BehaviourEvent, EventKind, PastEvents, UserId};

#[derive(Debug, Clone, Default)]
struct AssetActs<'a> {
    events: u64,
    users: BTreeSet<&'a UserId>,
    session_s: u128,
    trades: u64,
    trades_90d: u64,
    trade_recency_s: Option<i64>,
    /// Receive time and price of every sale with a believed price.
    priced: Vec<(i64, u128)>,
}

/// The history of all assets, and what the catalogue says of them.
pub(super) struct Assets<'a> {
    of: BTreeMap<AssetId, AssetActs<'a>>,
    catalog: &'a AssetCatalog,
    /// The lowest asset with each attribute.
    first_with: BTreeMap<u32, AssetId>,
}

impl<'a> Assets<'a> {
    pub(super) fn read(past: PastEvents<'a>, catalog: &'a AssetCatalog) -> Self {
        let mut of: BTreeMap<AssetId, AssetActs<'a>> = BTreeMap::new();
        for event in past.events() {
            let Some(asset) = event.asset else { continue };
            let acts = of.entry(asset).or_default();
            acts.events += 1;
            acts.users.insert(&event.user);
            if event.kind == EventKind::Session {
                acts.session_s += u128::from(event.quantity);
            }
            if stands_for_a_sale(event) {
                let age_s = age_s(event, past.cut_s());
                acts.trades += 1;
                acts.trades_90d += u64::from(age_s <= 90 * DAY_S);
                acts.trade_recency_s = Some(acts.trade_recency_s.map_or(age_s, |least| least.min(age_s)));
                acts.priced.extend(event.price.map(|price| (event.receive_time_s, price)));
            }
        }
        let mut first_with = BTreeMap::new();
        for asset in catalog.assets() {
            for &attribute in &asset.attributes {
                first_with.entry(attribute).or_insert(asset.id);
            }
        }
        Self { of, catalog, first_with }
    }

    /// The columns of group `Asset`. An asset outside the catalogue has none of its own.
    pub(super) fn of(&self, asset: AssetId) -> Vec<Cell> {
        let Ok(position) = self.catalog.position(asset) else {
            let zero = Some(0);
            let history = [None, None, None, None];
            return [None, None, zero, None, zero, zero, zero, zero, zero]
                .into_iter()
                .chain(history)
                .collect();
        };
        let attributes = &self.catalog.assets()[position].attributes;
        let supply_of = |attribute: u32| self.catalog.supply()[attribute as usize];
        let type_attribute = attributes
            .iter()
            .copied()
            .filter(|&attribute| self.catalog.attributes()[attribute as usize].0 == "type")
            .map(|attribute| (self.first_with[&attribute], supply_of(attribute)))
            .collect::<Vec<_>>();
        let none = AssetActs::default();
        let acts = self.of.get(&asset).unwrap_or(&none);
        vec![
            type_attribute.iter().map(|(first, _)| i128::from(first.0)).max(),
            type_attribute.iter().map(|(_, supply)| i128::from(*supply)).max(),
            total(attributes.len() as u64),
            attributes.iter().map(|&attribute| i128::from(supply_of(attribute))).min(),
            total(acts.events),
            total(acts.users.len() as u64),
            sum(acts.session_s),
            total(acts.trades),
            total(acts.trades_90d),
            age(acts.trade_recency_s),
            acts.priced.iter().max().and_then(|(_, price)| sum(*price)),
            acts.priced.iter().map(|(_, price)| *price).min().and_then(sum),
            acts.priced.iter().map(|(_, price)| *price).max().and_then(sum),
        ]
    }
}

/// A sale is two events where both parties are known: the seller's stands for it, or a buyer's without a seller.
fn stands_for_a_sale(event: &BehaviourEvent) -> bool {
    event.kind == EventKind::Sale || (event.kind == EventKind::Purchase && event.counterparty.is_none())
}
