//! The reference evaluator: integer features of (user, asset) at a cut.

use crate::features::FEATURES;
use crate::history::{Act, History, UserHistory, UserIndex};
use crate::profile::attribute_lifts;
use crate::{AssetCatalog, AssetId, FeaturesError, InterestSpec, PastEvents, UserId, log2_x16};

const DAY_S: i64 = 86_400;
const NEVER_DAYS: u128 = 3_650;

/// All features as of one cut. Built from [`PastEvents`], it cannot see anything later.
#[derive(Debug)]
pub struct FeatureView<'a> {
    cut_s: i64,
    lookback_s: i64,
    catalog: &'a AssetCatalog,
    history: History<'a>,
    demand_lifts: Vec<i64>,
    user_lifts: Vec<Vec<i64>>,
    mean_relative_price: Vec<Option<i64>>,
}

impl<'a> FeatureView<'a> {
    /// Reads the past once; afterwards a row costs a few map look-ups.
    ///
    /// # Errors
    /// [`FeaturesError::UnknownAsset`] for an event on an asset outside the catalogue.
    pub fn new(
        past: PastEvents<'a>,
        catalog: &'a AssetCatalog,
        spec: &InterestSpec,
    ) -> Result<Self, FeaturesError> {
        let history = History::read(past, catalog, spec)?;
        let cut_s = past.cut_s();
        let recent_trades = history.of_asset.iter().enumerate().flat_map(|(position, asset)| {
            let count = count_since(&asset.trade_times_s, cut_s, 90);
            std::iter::repeat_n(position as u32, count)
        });
        let demand_lifts = attribute_lifts(catalog, recent_trades);
        let user_lifts = history
            .of_user
            .iter()
            .map(|user| {
                if user.buys.is_empty() {
                    return Vec::new();
                }
                attribute_lifts(catalog, user.buys.iter().map(|act| act.asset))
            })
            .collect();
        let mean_relative_price = history.of_user.iter().map(mean_relative_price).collect();
        Ok(Self {
            cut_s,
            lookback_s: spec.values().lookback_s,
            catalog,
            history,
            demand_lifts,
            user_lifts,
            mean_relative_price,
        })
    }

    /// The cut.
    pub fn cut_s(&self) -> i64 {
        self.cut_s
    }

    /// The users who bought or sold within the lookback before the cut, in rising order.
    pub fn active_users(&self) -> impl Iterator<Item = &'a UserId> {
        let since_s = self.cut_s - self.lookback_s;
        self.history
            .of_user
            .iter()
            .zip(&self.history.users)
            .filter(move |(user, _)| last_act_s(user).is_some_and(|time_s| time_s >= since_s))
            .map(|(_, id)| *id)
    }

    /// True if the user bought or sold within the lookback before the cut; for others the class prior holds.
    pub fn is_active(&self, user: &UserId) -> bool {
        let since_s = self.cut_s - self.lookback_s;
        self.history
            .index(user)
            .and_then(|index| last_act_s(&self.history.of_user[index as usize]))
            .is_some_and(|time_s| time_s >= since_s)
    }

    /// The features of a user and an asset, in the order of [`FEATURES`].
    ///
    /// # Errors
    /// [`FeaturesError::UnknownUser`] without any event of the user before the cut,
    /// [`FeaturesError::UnknownAsset`] for an asset outside the catalogue.
    pub fn row(&self, user: &UserId, asset: AssetId) -> Result<Vec<i64>, FeaturesError> {
        let mut out = Vec::with_capacity(FEATURES.len());
        self.append_row(user, asset, &mut out)?;
        Ok(out)
    }

    /// As [`FeatureView::row`], appended to `out`.
    ///
    /// # Errors
    /// As [`FeatureView::row`]; `out` is then unchanged.
    pub fn append_row(&self, user: &UserId, asset: AssetId, out: &mut Vec<i64>) -> Result<(), FeaturesError> {
        let index = self
            .history
            .index(user)
            .ok_or_else(|| FeaturesError::UnknownUser { user: user.to_string(), cut_s: self.cut_s })?;
        let position = self.catalog.position(asset)?;
        self.append_user(index, out);
        self.append_asset(position, out);
        self.append_holder(position, out);
        self.append_personal(index, position, out);
        Ok(())
    }

    fn days_since(&self, time_s: Option<i64>) -> u128 {
        time_s.map_or(NEVER_DAYS, |time_s| ((self.cut_s - time_s) / DAY_S).unsigned_abs().into())
    }

    fn append_user(&self, index: UserIndex, out: &mut Vec<i64>) {
        let user = &self.history.of_user[index as usize];
        let buys = |days| log_of(acts_since(&user.buys, self.cut_s, days).len());
        let sells = |days| log_of(acts_since(&user.sells, self.cut_s, days).len());
        let year = acts_since(&user.buys, self.cut_s, 365);
        let mut days: Vec<i64> = year.iter().map(|act| act.time_s.div_euclid(DAY_S)).collect();
        days.dedup();
        out.extend([buys(30), buys(90), buys(365), sells(90), sells(365)]);
        out.push(log2_x16(self.days_since(user.buys.last().map(|act| act.time_s))));
        out.push(log2_x16(self.days_since(last_act_s(user))));
        out.push(log2_x16(year.iter().map(|act| act.price_per_mille).sum()));
        out.push(log2_x16(user.held.into()));
        let first = user.buys.first().into_iter().chain(user.sells.first()).map(|act| act.time_s).min();
        out.push(log2_x16(first.map_or(0, |time_s| self.days_since(Some(time_s)))));
        out.push(log_of(days.len()));
    }

    fn append_asset(&self, position: usize, out: &mut Vec<i64>) {
        let asset = &self.history.of_asset[position];
        let attributes = &self.catalog.assets()[position].attributes;
        let all = self.catalog.len() as u128;
        let rarity = |attribute: &u32| log2_x16(all / u128::from(self.catalog.supply()[*attribute as usize]));
        out.push(attributes.iter().map(rarity).max().unwrap_or(0));
        out.push(attributes.iter().map(rarity).sum());
        out.push(log_of(asset.trade_times_s.len()));
        out.push(log_of(count_since(&asset.trade_times_s, self.cut_s, 365)));
        out.push(log2_x16(self.days_since(asset.trade_times_s.last().copied())));
        out.push(i64::from(asset.last_price.is_some()));
        out.push(asset.relative_price.unwrap_or(0));
        let to_market = asset.last_price.zip(self.history.market);
        out.push(to_market.map_or(0, |(price, market)| log2_x16(price) - log2_x16(market)));
        out.push(attributes.iter().map(|&attribute| self.demand_lifts[attribute as usize]).sum());
    }

    fn append_holder(&self, position: usize, out: &mut Vec<i64>) {
        let holder = self.history.of_asset[position].holder;
        let history = holder.map(|holder| &self.history.of_user[holder as usize]);
        let sells = |days| history.map_or(0, |user| log_of(acts_since(&user.sells, self.cut_s, days).len()));
        out.push(i64::from(holder.is_some()));
        out.extend([sells(90), sells(365)]);
        out.push(history.map_or(0, |user| log2_x16(user.held.into())));
        out.push(log2_x16(self.days_since(history.and_then(last_act_s))));
    }

    fn append_personal(&self, index: UserIndex, position: usize, out: &mut Vec<i64>) {
        let user = &self.history.of_user[index as usize];
        let asset = &self.history.of_asset[position];
        let holds = asset.holder == Some(index);
        out.push(i64::from(holds));
        out.push(i64::from(!holds && asset.parties.contains(&index)));
        let lifts = &self.user_lifts[index as usize];
        let own_lifts = self.catalog.assets()[position]
            .attributes
            .iter()
            .filter_map(|&attribute| lifts.get(attribute as usize));
        out.push(own_lifts.clone().sum());
        out.push(own_lifts.max().copied().unwrap_or(0));
        let gap = self.mean_relative_price[index as usize].zip(asset.relative_price);
        out.push(gap.map_or(0, |(own, price)| (own - price).abs()));
        let deals = |other: UserIndex| user.partners.get(&other).copied().unwrap_or(0);
        out.push(asset.holder.map_or(0, |holder| log2_x16(deals(holder).into())));
        let common = asset.holder.filter(|_| !holds).map_or(0, |holder| {
            let partners = &self.history.of_user[holder as usize].partners;
            user.partners.keys().filter(|partner| partners.contains_key(partner)).count()
        });
        out.push(log_of(common));
        out.push(log2_x16(asset.parties.iter().map(|&party| u128::from(deals(party))).sum()));
    }
}

fn log_of(count: usize) -> i64 {
    log2_x16(count as u128)
}

/// The acts of the last `days` days before the cut; `acts` is in order of time.
fn acts_since(acts: &[Act], cut_s: i64, days: i64) -> &[Act] {
    let since_s = cut_s - days * DAY_S;
    &acts[acts.partition_point(|act| act.time_s < since_s)..]
}

fn count_since(times_s: &[i64], cut_s: i64, days: i64) -> usize {
    let since_s = cut_s - days * DAY_S;
    times_s.len() - times_s.partition_point(|&time_s| time_s < since_s)
}

fn last_act_s(user: &UserHistory) -> Option<i64> {
    user.buys.last().into_iter().chain(user.sells.last()).map(|act| act.time_s).max()
}

/// The floored mean of the relative prices of the user's purchases.
fn mean_relative_price(user: &UserHistory) -> Option<i64> {
    let (mut sum, mut count) = (0, 0);
    for price in user.buys.iter().filter_map(|act| act.relative_price) {
        sum += price;
        count += 1;
    }
    (count > 0).then(|| i64::div_euclid(sum, count))
}
