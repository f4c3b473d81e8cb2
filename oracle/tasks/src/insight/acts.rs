//! What was done to assets: one act for each thing that happened, however many events tell of it.

use attention_features::{AssetCatalog, BehaviourEvent, EventKind};

use crate::TaskError;
use crate::price::window::Past;
use crate::price::{PricedSale, ln_micro};

/// One thing that happened to an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// When, unix seconds.
    pub time_s: i64,
    /// To which asset, by its place in the catalogue.
    pub asset: u32,
    /// ln of its price less ln of the market's level of the moment (`attention_tasks::price::LEVEL_DAYS`), micro-nats; `None` if
    /// it had no price, none that is believed, or came before the first sale.
    pub relative_micro: Option<i64>,
}

/// The acts behind events, in the order of time and event. Buyer and seller each have an event of one sale; it is one act.
/// Events without an asset are none.
///
/// # Errors
/// [`TaskError::Features`] for an asset outside the catalogue.
pub fn acts_on_assets(catalog: &AssetCatalog, events: &[BehaviourEvent]) -> Result<Vec<Act>, TaskError> {
    let mut found: Vec<(i64, &str, &str, u32, Option<u128>)> = Vec::new();
    for event in events {
        let Some(asset) = event.asset else { continue };
        // At most ASSETS_MAX.
        let place = catalog.position(asset)? as u32;
        found.push((event.event_time_s, event.source.as_str(), act_id(event), place, event.price));
    }
    found.sort_unstable();
    found.dedup_by_key(|&mut (time_s, source, id, asset, _)| (time_s, source, id, asset));
    let mut past = Past::default();
    let mut acts = Vec::with_capacity(found.len());
    for moment in found.chunk_by(|a, b| a.0 == b.0) {
        let level = past.level_wei(moment[0].0).map(ln_micro);
        for &(time_s, _, _, asset, price) in moment {
            let relative_micro = price.zip(level).map(|(price, level)| ln_micro(price) - level);
            acts.push(Act { time_s, asset, relative_micro });
        }
        // Only now: what happens at one moment does not see each other.
        for &(time_s, _, _, asset, price) in moment {
            if let Some(price_wei) = price {
                past.push(&PricedSale { time_s, asset, price_wei });
            }
        }
    }
    Ok(acts)
}

/// The event's name without what tells the buyer's from the seller's.
fn act_id(event: &BehaviourEvent) -> &str {
    let id = event.event_id.as_str();
    match event.kind {
        EventKind::Purchase => id.strip_suffix("/purchase").unwrap_or(id),
        EventKind::Sale => id.strip_suffix("/sale").unwrap_or(id),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use attention_features::{AssetId, EventId, SourceId, UserId};

    use super::*;

    fn event(
        id: &str,
        user: &str,
        kind: EventKind,
        asset: Option<u32>,
        price: Option<u128>,
        time_s: i64,
    ) -> BehaviourEvent {
        BehaviourEvent {
            source: SourceId::new("s").unwrap(),
            event_id: EventId::new(id).unwrap(),
            user: UserId::new(user).unwrap(),
            kind,
            asset: asset.map(AssetId),
            counterparty: None,
            quantity: 1,
            price,
            event_time_s: time_s,
            receive_time_s: time_s,
        }
    }

    #[test]
    fn a_sale_is_one_act_relative_to_the_market_before_it() {
        let catalog =
            AssetCatalog::new(vec![(AssetId(5), vec![("type".into(), "A".into())]), (AssetId(9), vec![])])
                .unwrap();
        let events = [
            event("2/sale", "c", EventKind::Sale, Some(9), Some(2_000), 20),
            event("1/purchase", "b", EventKind::Purchase, Some(5), Some(1_000), 10),
            event("1/sale", "a", EventKind::Sale, Some(5), Some(1_000), 10),
            event("2/purchase", "d", EventKind::Purchase, Some(9), Some(2_000), 20),
            event("x", "d", EventKind::Login, None, None, 30),
            event("3/sale", "d", EventKind::Sale, Some(9), None, 40),
        ];
        let acts = acts_on_assets(&catalog, &events).unwrap();
        // The second sale is at twice the level: ln 2 = .693147.
        assert_eq!(
            acts,
            [
                Act { time_s: 10, asset: 0, relative_micro: None },
                Act { time_s: 20, asset: 1, relative_micro: Some(693_147) },
                Act { time_s: 40, asset: 1, relative_micro: None },
            ]
        );
        let foreign = [event("1", "a", EventKind::Sale, Some(7), None, 1)];
        assert!(acts_on_assets(&catalog, &foreign).is_err());
    }
}
