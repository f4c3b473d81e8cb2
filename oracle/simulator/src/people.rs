//! Who lives in the world: profiles, latent tastes, comings and goings; bots and rings.

use serde::Serialize;

use crate::assets::STYLES;
use crate::stream::{PPM, Stream};
use crate::{SimulationParams, SimulatorError};
use attention_features::UserId;

/// Age bands.
pub const AGE_BANDS: [&str; 5] = ["18-24", "25-34", "35-44", "45-54", "55+"];
/// Genders.
pub const GENDERS: [&str; 3] = ["female", "male", "other"];
/// Regions; the last one sees fewer advertisements.
pub const REGIONS: [&str; 4] = ["north", "east", "west", "south"];
/// Users of one ring.
pub const RING_MEMBERS: u32 = 4;

const PURPOSE: u64 = 3;
const GENDER_WEIGHTS: [u64; 3] = [48, 48, 4];
/// Tastes are powers of two below 2^this: a favourite counts up to 64 times as much as what is disliked.
const TASTE_OCTAVES: u64 = 7;

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person.
    Person,
    /// One of a ring that trades an asset in a circle.
    Colluder,
    /// A program.
    Bot,
}

impl Role {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Colluder => "colluder",
            Self::Bot => "bot",
        }
    }
}

/// One user and what is true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its number, from 0.
    pub number: u32,
    /// Its name in the events.
    pub id: UserId,
    /// What it is.
    pub role: Role,
    /// The number of its ring.
    pub ring: Option<u32>,
    /// Index into [`AGE_BANDS`].
    pub age_band: usize,
    /// Index into [`GENDERS`].
    pub gender: usize,
    /// Index into [`REGIONS`]: the group that advertisements are biased against is the last.
    pub region: usize,
    /// The first day.
    pub join_day: u32,
    /// The first day without it, if it leaves.
    pub churn_day: Option<u32>,
    /// Chance of a log-in on a day, before the weekend's.
    pub activity_ppm: u64,
    /// The day its taste changes, if it does.
    pub drift_day: Option<u32>,
    /// How much it likes each of [`STYLES`], 1 to 64.
    pub taste: [u64; STYLES.len()],
    /// The same from `drift_day` on.
    pub taste_after: [u64; STYLES.len()],
}

impl Person {
    /// # Errors
    /// Those of [`UserId::new`].
    pub(crate) fn new(params: &SimulationParams, number: u32) -> Result<Self, SimulatorError> {
        let mut stream = Stream::new(params.seed, &[PURPOSE, u64::from(number)]);
        let (role, ring) = role(params, number);
        let age_band = stream.below(AGE_BANDS.len() as u64) as usize;
        let gender = stream.weighted(&GENDER_WEIGHTS);
        let region = stream.below(REGIONS.len() as u64) as usize;
        let late = stream.chance(400_000);
        let half = u64::from(params.days / 2);
        let join_day = if late { stream.below(half) as u32 } else { 0 };
        let activity_ppm = 100_000 + stream.below(600_000);
        let rest = u64::from(params.days - join_day);
        let leaves = stream.chance(params.churn_ppm);
        let churn_day = join_day + 1 + stream.below(rest - 1) as u32;
        let drifts = stream.chance(params.drift_ppm);
        let drift_day = join_day + stream.below(rest) as u32;
        let mut taste =
            || -> [u64; STYLES.len()] { std::array::from_fn(|_| 1 << stream.below(TASTE_OCTAVES)) };
        let (taste, other) = (taste(), taste());
        let is_person = role == Role::Person;
        let drift_day = (drifts && is_person).then_some(drift_day);
        Ok(Self {
            number,
            id: UserId::new(format!("user-{number:06}"))?,
            role,
            ring,
            age_band,
            gender,
            region,
            join_day,
            churn_day: (leaves && is_person).then_some(churn_day),
            activity_ppm: if role == Role::Bot { PPM } else { activity_ppm },
            drift_day,
            taste,
            taste_after: if drift_day.is_some() { other } else { taste },
        })
    }

    /// Whether it can act on a day.
    pub fn is_here(&self, day: u32) -> bool {
        day >= self.join_day && self.churn_day.is_none_or(|gone| day < gone)
    }

    /// What it likes on a day.
    pub fn taste_on(&self, day: u32) -> &[u64; STYLES.len()] {
        if self.drift_day.is_some_and(|drift| day >= drift) { &self.taste_after } else { &self.taste }
    }
}

/// People first, then the rings, then the bots.
fn role(params: &SimulationParams, number: u32) -> (Role, Option<u32>) {
    let bots_from = params.users - params.bots();
    let rings_from = bots_from - params.rings() * RING_MEMBERS;
    if number >= bots_from {
        (Role::Bot, None)
    } else if number >= rings_from {
        (Role::Colluder, Some((number - rings_from) / RING_MEMBERS))
    } else {
        (Role::Person, None)
    }
}
