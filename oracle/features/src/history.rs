//! One pass over past events: who did what, who holds what, what it cost.

use std::collections::{BTreeMap, BTreeSet};

use crate::market::MarketWindow;
use crate::{
    AssetCatalog, BehaviourEvent, EventKind, FeaturesError, InterestSpec, PRICE_MAX, PastEvents, UserId,
    log2_x16,
};

/// A user's index in the rising order of all users seen.
pub(crate) type UserIndex = u32;

/// A purchase or sale of one user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act {
    pub(crate) time_s: i64,
    /// Position in the catalogue.
    pub(crate) asset: u32,
    /// Relative price, in sixteenths of an octave; `None` without price or market.
    pub(crate) relative_price: Option<i64>,
    /// Price in thousandths of the market price, at most [`PRICE_MAX`]; 0 without price or market. A sum over all events of
    /// a log stays below 2^128, whatever the prices: 5·10^7 · 10^30.
    pub(crate) price_per_mille: u128,
}

/// All acts of one user, in order of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct UserHistory {
    pub(crate) buys: Vec<Act>,
    pub(crate) sells: Vec<Act>,
    pub(crate) held: u64,
    pub(crate) partners: BTreeMap<UserIndex, u64>,
}

/// All trades of one asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct AssetHistory {
    pub(crate) trade_times_s: Vec<i64>,
    pub(crate) holder: Option<UserIndex>,
    pub(crate) parties: BTreeSet<UserIndex>,
    pub(crate) last_price: Option<u128>,
    pub(crate) relative_price: Option<i64>,
}

/// The state of the world at a cut.
#[derive(Debug, Clone)]
pub(crate) struct History<'a> {
    pub(crate) users: Vec<&'a UserId>,
    pub(crate) of_user: Vec<UserHistory>,
    pub(crate) of_asset: Vec<AssetHistory>,
    /// Market price at the cut.
    pub(crate) market: Option<u128>,
}

impl<'a> History<'a> {
    /// # Errors
    /// [`FeaturesError::UnknownAsset`] for an event on an asset outside the catalogue.
    pub(crate) fn read(
        past: PastEvents<'a>,
        catalog: &AssetCatalog,
        spec: &InterestSpec,
    ) -> Result<Self, FeaturesError> {
        let everyone: BTreeSet<&UserId> = past
            .events()
            .iter()
            .flat_map(|event| [Some(&event.user), event.counterparty.as_ref()])
            .flatten()
            .collect();
        let users: Vec<&UserId> = everyone.into_iter().collect();
        let mut history = Self {
            of_user: vec![UserHistory::default(); users.len()],
            of_asset: vec![AssetHistory::default(); catalog.len()],
            users,
            market: None,
        };
        let rules = &spec.values().cleaning;
        let mut market = MarketWindow::new(rules.reference_sales as usize, rules.reference_age_s);
        for event in past.events() {
            let Some(asset) = event.asset else { continue };
            let position = catalog.position(asset)?;
            // The features of the interest model know trades alone; every other kind leaves them as they are.
            if event.kind.is_trade() {
                history.trade(event, position, &mut market);
            }
        }
        history.market = market.median(past.cut_s(), 1);
        Ok(history)
    }

    pub(crate) fn index(&self, user: &UserId) -> Option<UserIndex> {
        self.users.binary_search(&user).ok().map(|index| index as UserIndex)
    }

    fn trade(&mut self, event: &BehaviourEvent, position: usize, market: &mut MarketWindow) {
        // Invariant: `users` holds every user and counterparty of these events.
        let Some(user) = self.index(&event.user) else { return };
        let partner = event.counterparty.as_ref().and_then(|partner| self.index(partner));
        let reference = market.median(event.receive_time_s, 1);
        let relative_price =
            event.price.zip(reference).map(|(price, market)| log2_x16(price) - log2_x16(market));
        let price_per_mille = event.price.zip(reference).map_or(0, |(price, market)| {
            // At most 10^33; cleaning lets no price above the limit through, a log that is older may hold one.
            (price.min(PRICE_MAX) * 1_000 / market.max(1)).min(PRICE_MAX)
        });
        let act =
            Act { time_s: event.receive_time_s, asset: position as u32, relative_price, price_per_mille };
        let bought = event.kind == EventKind::Purchase;
        let own = &mut self.of_user[user as usize];
        if bought {
            own.buys.push(act)
        } else {
            own.sells.push(act)
        }
        if let Some(partner) = partner {
            *own.partners.entry(partner).or_insert(0) += 1;
        }
        // A sale has two events where both parties are known: the seller's stands for the sale itself.
        if bought && partner.is_some() {
            return;
        }
        let (seller, buyer) = if bought { (None, Some(user)) } else { (Some(user), partner) };
        self.change_holder(position, seller, buyer);
        let asset = &mut self.of_asset[position];
        asset.trade_times_s.push(event.receive_time_s);
        if let Some(price) = event.price {
            asset.last_price = Some(price);
            asset.relative_price = relative_price;
            market.push(event.receive_time_s, price);
        }
    }

    fn change_holder(&mut self, position: usize, seller: Option<UserIndex>, buyer: Option<UserIndex>) {
        let asset = &mut self.of_asset[position];
        if let Some(previous) = asset.holder {
            // At least 1: it was raised when `previous` became the holder.
            self.of_user[previous as usize].held -= 1;
        }
        asset.holder = buyer;
        asset.parties.extend(seller);
        asset.parties.extend(buyer);
        if let Some(buyer) = buyer {
            self.of_user[buyer as usize].held += 1;
        }
    }
}
