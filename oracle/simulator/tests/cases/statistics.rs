//! What can be seen of the truth in the events: a model that learns anything has to find this.

use std::collections::BTreeMap;

use attention_features::{BehaviourEvent, EventKind, UserId};
use attention_model::{CounterRng, auc};
use attention_simulator::{Person, REGIONS, Role, SimulationParams, World};

use super::run;

const DAY_S: i64 = 86_400;

struct Seen<'a> {
    world: &'a World,
    of_user: BTreeMap<&'a UserId, &'a Person>,
}

impl<'a> Seen<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, of_user: world.people().iter().map(|person| (&person.id, person)).collect() }
    }

    fn day(&self, event: &BehaviourEvent) -> u32 {
        u32::try_from((event.event_time_s - self.world.params().start_s) / DAY_S).unwrap()
    }

    /// How much the user of an event likes an asset on that day, by `taste` of the truth.
    fn liking(&self, event: &BehaviourEvent, asset: u32, taste: impl Fn(&Person, u32) -> [u64; 8]) -> f64 {
        let person = self.of_user[&event.user];
        taste(person, self.day(event))[self.world.assets()[asset as usize].style] as f64
    }

    /// The AUC of a taste between the assets that people bought and as many drawn at random.
    fn purchases_auc(
        &self,
        events: &[BehaviourEvent],
        which: impl Fn(&Person, u32) -> bool,
        taste: impl Fn(&Person, u32) -> [u64; 8],
    ) -> f64 {
        let (mut scores, mut labels) = (Vec::new(), Vec::new());
        let random = CounterRng::new(9, 9);
        for event in events.iter().filter(|event| event.kind == EventKind::Purchase) {
            let person = self.of_user[&event.user];
            if person.role != Role::Person || !which(person, self.day(event)) {
                continue;
            }
            let other = random.below(scores.len() as u64, u64::from(self.world.params().assets)) as u32;
            scores.extend([
                self.liking(event, event.asset.unwrap().0, &taste),
                self.liking(event, other, &taste),
            ]);
            labels.extend([true, false]);
        }
        assert!(labels.len() > 400, "{}", labels.len());
        auc(&scores, &labels).unwrap()
    }
}

#[test]
fn people_buy_what_they_like_and_follow_their_drift() {
    let (world, events) = run(&SimulationParams::new(600, 120, 3));
    let seen = Seen::new(&world);
    let all = seen.purchases_auc(&events, |_, _| true, |person, day| *person.taste_on(day));
    assert!((0.7..0.95).contains(&all), "{all}");
    let after = |person: &Person, day: u32| person.drift_day.is_some_and(|drift| day >= drift);
    let new = seen.purchases_auc(&events, after, |person, _| person.taste_after);
    let old = seen.purchases_auc(&events, after, |person, _| person.taste);
    println!("AUC of the true taste: {all:.3}; after the drift: new taste {new:.3}, old taste {old:.3}");
    assert!(new > 0.65 && old < 0.55, "after the drift: new taste {new}, old taste {old}");
}

#[test]
fn who_left_is_silent_and_who_did_not_join_too() {
    let (world, events) = run(&SimulationParams::new(400, 60, 4));
    let seen = Seen::new(&world);
    // A sale is what another does; everything else is the user's own act.
    for event in events.iter().filter(|event| event.kind != EventKind::Sale) {
        let person = seen.of_user[&event.user];
        assert!(person.is_here(seen.day(event)), "{event:?} of {person:?}");
    }
    let left = world.people().iter().filter(|person| person.churn_day.is_some()).count();
    // A quarter of 388 or so: standard deviation 8.5.
    assert!((65..130).contains(&left), "{left}");
}

#[test]
fn bots_rings_and_the_bias_of_advertisements_show() {
    let (world, events) = run(&SimulationParams::new(1_000, 60, 6));
    let seen = Seen::new(&world);
    let roles = |role| world.people().iter().filter(|person| person.role == role).count();
    assert_eq!((roles(Role::Bot), roles(Role::Colluder)), (10, 20));
    let mut sessions: BTreeMap<(&UserId, u32), u64> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == EventKind::Session) {
        *sessions.entry((&event.user, seen.day(event))).or_default() += 1;
    }
    assert!(
        sessions.iter().all(|((user, _), count)| (*count == 24) == (seen.of_user[user].role == Role::Bot))
    );
    // A ring's asset moves in the ring, every third day one step.
    for ring in 0..5 {
        let members: Vec<&UserId> = world
            .people()
            .iter()
            .filter(|person| person.ring == Some(ring))
            .map(|person| &person.id)
            .collect();
        let buyers: Vec<&UserId> = events
            .iter()
            .filter(|event| event.kind == EventKind::Purchase && event.asset.unwrap().0 == 195 + ring)
            .map(|event| &event.user)
            .collect();
        assert!(buyers.len() > 10 && buyers.iter().all(|buyer| members.contains(buyer)), "{buyers:?}");
    }
    // Advertisements for each log-in: the last region sees half as many.
    let rate = |last: bool| {
        let of = |kind| {
            let own = events.iter().filter(|event| {
                let person = seen.of_user[&event.user];
                event.kind == kind
                    && person.role == Role::Person
                    && (person.region == REGIONS.len() - 1) == last
            });
            own.count() as f64
        };
        of(EventKind::AdView) / of(EventKind::Login)
    };
    let ratio = rate(true) / rate(false);
    assert!((0.42..0.58).contains(&ratio), "{ratio}");
}

/// Whoever sees an advertisement buys that asset the same day about six times in a hundred, else hardly ever.
#[test]
fn advertisements_sell() {
    let share = |ad_uplift_ppm| {
        let params = SimulationParams { ad_uplift_ppm, ..SimulationParams::new(800, 60, 8) };
        let (world, events) = run(&params);
        let seen = Seen::new(&world);
        let bought: std::collections::BTreeSet<_> = events
            .iter()
            .filter(|event| event.kind == EventKind::Purchase)
            .map(|event| (&event.user, event.asset, seen.day(event)))
            .collect();
        let ads: Vec<_> = events.iter().filter(|event| event.kind == EventKind::AdView).collect();
        let hits = ads.iter().filter(|ad| bought.contains(&(&ad.user, ad.asset, seen.day(ad)))).count();
        hits as f64 / ads.len() as f64
    };
    let (with, without) = (share(60_000), share(0));
    assert!((0.045..0.08).contains(&with) && without < 0.01, "{with} {without}");
}

#[test]
fn friends_are_alike() {
    let (world, events) = run(&SimulationParams::new(400, 90, 10));
    let seen = Seen::new(&world);
    let nearness = |a: &Person, b: &Person| {
        let dot = |x: &[u64; 8], y: &[u64; 8]| x.iter().zip(y).map(|(x, y)| (x * y) as f64).sum::<f64>();
        dot(&a.taste, &b.taste) / (dot(&a.taste, &a.taste) * dot(&b.taste, &b.taste)).sqrt()
    };
    let (mut friends, mut strangers, mut pairs) = (0.0, 0.0, 0u32);
    let random = CounterRng::new(11, 0);
    for event in events.iter().filter(|event| event.kind == EventKind::Friendship) {
        let (own, friend) = (seen.of_user[&event.user], seen.of_user[event.counterparty.as_ref().unwrap()]);
        friends += nearness(own, friend);
        strangers += nearness(own, &world.people()[random.below(u64::from(pairs), 400) as usize]);
        pairs += 1;
    }
    let (friends, strangers) = (friends / f64::from(pairs), strangers / f64::from(pairs));
    assert!(pairs > 500 && friends > strangers + 0.1, "{pairs}: {friends} {strangers}");
}
