//! What every user means to do on a day, drawn from what it likes and whom it knows.

use crate::assets::VirtualAsset;
use crate::people::{Person, RING_MEMBERS, Role};
use crate::stream::{PPM, Stream};
use crate::world::World;
use attention_features::EventKind;

/// The last second of a day on which anything begins; what follows from it ends within the day.
pub(crate) const LAST_START_S: u64 = 85_000;

const PURPOSE: u64 = 4;
/// Assets that somebody looks at before choosing one.
const LOOKS: usize = 12;
/// A virtual event is held on every seventh day, from 19:00 on.
const EVENT_EVERY_DAYS: u32 = 7;
const EVENT_START_S: u64 = 68_400;
const FRIENDS_MAX: usize = 40;

/// What somebody means to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Something that happens as it is meant.
    Plain { kind: EventKind, asset: Option<u32>, other: Option<u32>, quantity: u64 },
    /// To buy an asset from whoever holds it then.
    Buy { asset: u32 },
    /// To become a friend, and whether the other agrees.
    Befriend { other: u32, agreed_after_s: Option<u64> },
}

/// An act and when, in seconds of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub second: u64,
    pub user: u32,
    pub act: Act,
}

/// One user's day while it is drawn.
struct Planner<'a> {
    world: &'a World,
    person: &'a Person,
    day: u32,
    stream: Stream,
    plans: Vec<Planned>,
}

/// Everything a user means to do on a day; nothing if it does not log in.
pub(crate) fn plan(world: &World, person: &Person, day: u32) -> Vec<Planned> {
    if !person.is_here(day) {
        return Vec::new();
    }
    let stream = Stream::new(world.params().seed, &[PURPOSE, u64::from(person.number), u64::from(day)]);
    let mut planner = Planner { world, person, day, stream, plans: Vec::new() };
    match person.role {
        Role::Bot => planner.bot(),
        Role::Person => planner.person(),
        Role::Colluder => {
            planner.person();
            planner.collude();
        }
    }
    planner.plans
}

impl Planner<'_> {
    fn push(&mut self, second: u64, act: Act) {
        self.plans.push(Planned { second, user: self.person.number, act });
    }

    fn plain(&mut self, second: u64, kind: EventKind, asset: Option<u32>, other: Option<u32>, quantity: u64) {
        self.push(second, Act::Plain { kind, asset, other, quantity });
    }

    fn second(&mut self) -> u64 {
        self.stream.below(LAST_START_S)
    }

    fn person(&mut self) {
        // Saturday and Sunday of a week that begins with the first day: a quarter more.
        let weekend = self.day % 7 >= 5;
        let chance = if weekend { self.person.activity_ppm * 5 / 4 } else { self.person.activity_ppm };
        if !self.stream.chance(chance) {
            return;
        }
        let (second, logins) = (self.second(), 1 + self.stream.below(3));
        self.plain(second, EventKind::Login, None, None, logins);
        for _ in 0..1 + self.stream.below(3) {
            self.look_around();
        }
        self.see_advertisements();
        self.talk();
        if self.stream.chance(120_000) {
            self.make_a_friend();
        }
        if self.day % EVENT_EVERY_DAYS == EVENT_EVERY_DAYS - 2 {
            self.attend();
        }
    }

    /// A session at an asset, longer the more it is liked; sometimes it is bought then.
    fn look_around(&mut self) {
        let asset = self.choose();
        let liked = self.person.taste_on(self.day)[self.world.assets()[asset as usize].style];
        // 90 to 899 seconds: tastes go up to 64.
        let dwell_s = 90 + self.stream.below(410) + self.stream.below(6 * liked + 16);
        let second = self.second();
        self.plain(second, EventKind::Session, Some(asset), None, dwell_s);
        if self.stream.chance(80_000) {
            self.push(second, Act::Buy { asset });
        }
    }

    /// One of some assets at random, with a chance in proportion to taste and appeal.
    fn choose(&mut self) -> u32 {
        let open = u64::from(self.world.open_assets());
        let seen: [u32; LOOKS] = std::array::from_fn(|_| self.stream.below(open) as u32);
        let taste = self.person.taste_on(self.day);
        let weight = |asset: &VirtualAsset| taste[asset.style] * asset.appeal;
        let weights = seen.map(|id| weight(&self.world.assets()[id as usize]));
        seen[self.stream.weighted(&weights)]
    }

    fn see_advertisements(&mut self) {
        let params = self.world.params();
        let (bias_ppm, uplift_ppm) = (params.ad_bias_ppm, params.ad_uplift_ppm);
        let disfavoured = self.person.region == crate::REGIONS.len() - 1;
        let chance = if disfavoured { 400_000 * bias_ppm / PPM } else { 400_000 };
        if !self.stream.chance(chance) {
            return;
        }
        let asset = self.stream.below(u64::from(self.world.open_assets())) as u32;
        let (second, times) = (self.second(), 1 + self.stream.below(3));
        self.plain(second, EventKind::AdView, Some(asset), None, times);
        if self.stream.chance(uplift_ppm) {
            self.push(second, Act::Buy { asset });
        }
    }

    fn talk(&mut self) {
        let friends = self.world.friends_of(self.person.number);
        if friends.is_empty() || !self.stream.chance(500_000) {
            return;
        }
        let friend = friends[self.stream.below(friends.len() as u64) as usize];
        let (second, messages) = (self.second(), 1 + self.stream.below(8));
        self.plain(second, EventKind::Message, None, Some(friend), messages);
    }

    /// Of four strangers the one of the nearest taste is asked.
    fn make_a_friend(&mut self) {
        let friends = self.world.friends_of(self.person.number);
        if friends.len() >= FRIENDS_MAX {
            return;
        }
        let taste = self.person.taste_on(self.day);
        let users = u64::from(self.world.params().users);
        let strangers: [u32; 4] = std::array::from_fn(|_| self.stream.below(users) as u32);
        let fits = strangers.iter().copied().filter(|other| {
            *other != self.person.number
                && self.world.people()[*other as usize].is_here(self.day)
                && friends.binary_search(other).is_err()
        });
        let nearness = |other: &u32| -> u64 {
            let theirs = self.world.people()[*other as usize].taste_on(self.day);
            taste.iter().zip(theirs).map(|(own, other)| own * other).sum()
        };
        let Some(other) = fits.max_by_key(|other| (nearness(other), *other)) else { return };
        let agrees = self.stream.chance(700_000);
        let after_s = 1 + self.stream.below(600);
        let second = self.second();
        self.push(second, Act::Befriend { other, agreed_after_s: agrees.then_some(after_s) });
    }

    /// The event of the week, if there is one: whoever likes its style goes more often.
    fn attend(&mut self) {
        let Some((venue, host)) = self.world.event_of(self.day) else { return };
        if host == self.person.number {
            return;
        }
        let liked = self.person.taste_on(self.day)[self.world.assets()[venue as usize].style];
        if self.stream.chance(50_000 + 8_000 * liked) {
            let late_s = self.stream.below(900);
            let stayed_s = 600 + self.stream.below(3_001);
            self.plain(EVENT_START_S + late_s, EventKind::Attendance, Some(venue), Some(host), stayed_s);
        }
    }

    /// Every third day the next member of a ring buys the ring's asset, and praises it to the one after.
    fn collude(&mut self) {
        let Some(ring) = self.person.ring else { return };
        let first = self.world.ring_first(ring);
        let turn = (self.day / 3) % RING_MEMBERS;
        if !self.day.is_multiple_of(3) || self.person.number != first + turn {
            return;
        }
        let second = self.second();
        self.push(second, Act::Buy { asset: self.world.ring_asset(ring) });
        let next = first + (turn + 1) % RING_MEMBERS;
        self.plain(second, EventKind::Message, None, Some(next), 8);
    }

    /// Every day the same: 24 sessions of nearly one length, evenly spread, and six messages to anybody.
    fn bot(&mut self) {
        self.plain(60, EventKind::Login, None, None, 1);
        let (open, users) = (u64::from(self.world.open_assets()), u64::from(self.world.params().users));
        for turn in 0..24 {
            let asset = self.stream.below(open) as u32;
            let dwell_s = 200 + self.stream.below(20);
            self.plain(120 + turn * 3_500, EventKind::Session, Some(asset), None, dwell_s);
        }
        for turn in 0..6 {
            let other = self.stream.below(users) as u32;
            if other != self.person.number {
                self.plain(180 + turn * 13_000, EventKind::Message, None, Some(other), 5);
            }
        }
    }
}
