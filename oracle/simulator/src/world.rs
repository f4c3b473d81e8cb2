//! The world, day after day.

use std::collections::BTreeMap;

use attention_features::{AssetId, BehaviourEvent, EventId, EventKind, SourceId};

use crate::assets::{TYPES, VirtualAsset};
use crate::day::{Act, Planned, plan};
use crate::people::{Person, RING_MEMBERS};
use crate::stream::Stream;
use crate::{SimulationParams, SimulatorError};

/// The source of all its events; it says what they are.
pub const SOURCE: &str = "synthetic-world";

const DAY_S: u32 = 86_400;
const PURPOSE_RECEIPT: u64 = 5;
const PURPOSE_EVENT: u64 = 6;

/// People, assets, and what has come of them so far.
#[derive(Debug, Clone)]
pub struct World {
    params: SimulationParams,
    source: SourceId,
    people: Vec<Person>,
    assets: Vec<VirtualAsset>,
    holders: Vec<Option<u32>>,
    /// Everybody's friends, rising.
    friends: Vec<Vec<u32>>,
    next_day: u32,
    events: u64,
    counts: BTreeMap<EventKind, u64>,
}

/// Something that happened: seconds of the day, who, what.
struct Happened {
    second: u64,
    user: u32,
    kind: EventKind,
    asset: Option<u32>,
    other: Option<u32>,
    quantity: u64,
    price: Option<u128>,
}

impl World {
    /// The world before its first day.
    ///
    /// # Errors
    /// [`SimulatorError::Parameter`].
    pub fn new(params: SimulationParams) -> Result<Self, SimulatorError> {
        params.check()?;
        let people: Result<Vec<Person>, SimulatorError> =
            (0..params.users).map(|number| Person::new(&params, number)).collect();
        let mut world = Self {
            source: SourceId::new(SOURCE)?,
            people: people?,
            assets: (0..params.assets).map(|id| VirtualAsset::new(&params, id)).collect(),
            holders: vec![None; params.assets as usize],
            friends: vec![Vec::new(); params.users as usize],
            next_day: 0,
            events: 0,
            counts: BTreeMap::new(),
            params,
        };
        for ring in 0..world.params.rings() {
            let (asset, last) = (world.ring_asset(ring), world.ring_first(ring) + RING_MEMBERS - 1);
            world.holders[asset as usize] = Some(last);
        }
        Ok(world)
    }

    /// Its parameters.
    pub fn params(&self) -> &SimulationParams {
        &self.params
    }

    /// Everybody, by number.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// All assets, by number.
    pub fn assets(&self) -> &[VirtualAsset] {
        &self.assets
    }

    /// How many events there were of each kind so far.
    pub fn counts(&self) -> &BTreeMap<EventKind, u64> {
        &self.counts
    }

    /// The assets that are not a ring's: the first ones.
    pub(crate) fn open_assets(&self) -> u32 {
        self.params.assets - self.params.rings()
    }

    pub(crate) fn ring_asset(&self, ring: u32) -> u32 {
        self.open_assets() + ring
    }

    pub(crate) fn ring_first(&self, ring: u32) -> u32 {
        self.params.users - self.params.bots() - (self.params.rings() - ring) * RING_MEMBERS
    }

    pub(crate) fn friends_of(&self, user: u32) -> &[u32] {
        &self.friends[user as usize]
    }

    /// Where the event of a day is held, and by whom; `None` if no venue is for rent.
    pub(crate) fn event_of(&self, day: u32) -> Option<(u32, u32)> {
        let mut stream = Stream::new(self.params.seed, &[PURPOSE_EVENT, u64::from(day)]);
        let is_venue = |asset: &&VirtualAsset| asset.kind == TYPES.len() - 1 && asset.id < self.open_assets();
        let venues: Vec<u32> = self.assets.iter().filter(is_venue).map(|asset| asset.id).collect();
        let venue = venues.get(stream.below(venues.len() as u64) as usize)?;
        let host = stream.below(u64::from(self.params.users)) as u32;
        Some((*venue, host))
    }

    /// The events of the next day in order of receipt, numbered on from those before; `None` after the last day.
    ///
    /// # Errors
    /// [`SimulatorError::Features`] if an identifier is refused, which none made here is.
    pub fn next_day(&mut self) -> Result<Option<Vec<BehaviourEvent>>, SimulatorError> {
        let day = self.next_day;
        if day >= self.params.days {
            return Ok(None);
        }
        let mut plans: Vec<Planned> = self.people.iter().flat_map(|person| plan(self, person, day)).collect();
        // Stable: what one user means to do in one second stays in its order.
        plans.sort_by_key(|planned| (planned.second, planned.user));
        let mut happened = Vec::with_capacity(plans.len());
        for planned in plans {
            self.let_happen(planned, day, &mut happened);
        }
        let events = self.received(happened, day)?;
        self.next_day += 1;
        Ok(Some(events))
    }

    fn let_happen(&mut self, planned: Planned, day: u32, happened: &mut Vec<Happened>) {
        let Planned { second, user, act } = planned;
        let plain = |second, user, kind, asset, other, quantity| Happened {
            second,
            user,
            kind,
            asset,
            other,
            quantity,
            price: None,
        };
        match act {
            Act::Plain { kind, asset, other, quantity } => {
                happened.push(plain(second, user, kind, asset, other, quantity));
            }
            Act::Befriend { other, agreed_after_s } => {
                befriend(&mut self.friends[user as usize], other);
                happened.push(plain(second, user, EventKind::Friendship, None, Some(other), 1));
                if let Some(after_s) = agreed_after_s {
                    befriend(&mut self.friends[other as usize], user);
                    let agreed = plain(second + after_s, other, EventKind::Friendship, None, Some(user), 1);
                    happened.push(agreed);
                }
            }
            Act::Buy { asset } => {
                let seller = self.holders[asset as usize];
                if seller == Some(user) {
                    return;
                }
                self.holders[asset as usize] = Some(user);
                let price = Some(self.assets[asset as usize].price(self.params.seed, day, user));
                let bought = plain(second, user, EventKind::Purchase, Some(asset), seller, 1);
                happened.push(Happened { price, ..bought });
                // Without a seller it came from the world's shop, which is no user.
                if let Some(seller) = seller {
                    let sold = plain(second, seller, EventKind::Sale, Some(asset), Some(user), 1);
                    happened.push(Happened { price, ..sold });
                }
            }
        }
    }

    /// Events with their times, in order of receipt: 1 to 20 seconds later. Both parties of a trade are told at once.
    fn received(&mut self, happened: Vec<Happened>, day: u32) -> Result<Vec<BehaviourEvent>, SimulatorError> {
        let mut timed: Vec<(u64, Happened)> = happened
            .into_iter()
            .map(|what| {
                let parts = [PURPOSE_RECEIPT, u64::from(day), what.second];
                (what.second + 1 + Stream::new(self.params.seed, &parts).below(20), what)
            })
            .collect();
        // Stable: what was received in one second stays in the order it happened.
        timed.sort_by_key(|(received, _)| *received);
        let midnight_s = self.params.start_s + i64::from(day) * i64::from(DAY_S);
        let mut events = Vec::with_capacity(timed.len());
        for (received, what) in timed {
            self.events += 1;
            *self.counts.entry(what.kind).or_default() += 1;
            events.push(BehaviourEvent {
                source: self.source.clone(),
                event_id: EventId::new(format!("{:010}", self.events))?,
                user: self.people[what.user as usize].id.clone(),
                kind: what.kind,
                asset: what.asset.map(AssetId),
                counterparty: what.other.map(|other| self.people[other as usize].id.clone()),
                quantity: what.quantity,
                price: what.price,
                // Both are below a day.
                event_time_s: midnight_s + what.second as i64,
                receive_time_s: midnight_s + received as i64,
            });
        }
        Ok(events)
    }
}

fn befriend(friends: &mut Vec<u32>, other: u32) {
    if let Err(place) = friends.binary_search(&other) {
        friends.insert(place, other);
    }
}
