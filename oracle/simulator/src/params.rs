//! The parameters of a world, and their bounds.

use serde::Serialize;

use crate::SimulatorError;

/// Fewest users.
pub const USERS_MIN: u32 = 20;
/// Most users.
pub const USERS_MAX: u32 = 200_000;
/// Fewest days.
pub const DAYS_MIN: u32 = 7;
/// Most days: ten years.
pub const DAYS_MAX: u32 = 3_650;
/// Most days of all users together: the events file then stays within what `import` reads.
pub const USER_DAYS_MAX: u64 = 2_000_000;
/// Fewest assets.
pub const ASSETS_MIN: u32 = 50;
/// Most assets.
pub const ASSETS_MAX: u32 = 10_000;

/// Everything a world depends on. Chances are in millionths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimulationParams {
    /// How many users there are, bots and colluders included.
    pub users: u32,
    /// How many days it lasts.
    pub days: u32,
    /// How many assets there are.
    pub assets: u32,
    /// The seed of every draw.
    pub seed: u64,
    /// Midnight of the first day, unix seconds.
    pub start_s: i64,
    /// Share of users that are bots.
    pub bots_ppm: u64,
    /// Share of users that are in rings.
    pub rings_ppm: u64,
    /// Share of people who leave for good.
    pub churn_ppm: u64,
    /// Share of people whose taste changes once.
    pub drift_ppm: u64,
    /// Chance that who saw an advertisement buys that asset for it, the same day.
    pub ad_uplift_ppm: u64,
    /// Advertisements that people of the last region see, in parts of what others see: a bias that a fairness report finds.
    pub ad_bias_ppm: u64,
    /// Rows of dirt for each row of the world; 0 for a clean file.
    pub dirty_ppm: u64,
}

impl SimulationParams {
    /// A clean world of 200 assets from 2024-01-01 on: 1 % bots, 2 % colluders, a quarter leaves, a third changes its
    /// taste.
    pub fn new(users: u32, days: u32, seed: u64) -> Self {
        Self {
            users,
            days,
            assets: 200,
            seed,
            start_s: 1_704_067_200,
            bots_ppm: 10_000,
            rings_ppm: 20_000,
            churn_ppm: 250_000,
            drift_ppm: 330_000,
            ad_uplift_ppm: 60_000,
            ad_bias_ppm: 500_000,
            dirty_ppm: 0,
        }
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// [`SimulatorError::Parameter`] naming the first one out of range.
    pub fn check(&self) -> Result<(), SimulatorError> {
        let user_days = u64::from(self.users) * u64::from(self.days);
        for (name, value, low, high) in [
            ("users", u64::from(self.users), u64::from(USERS_MIN), u64::from(USERS_MAX)),
            ("days", u64::from(self.days), u64::from(DAYS_MIN), u64::from(DAYS_MAX)),
            ("users times days", user_days, 1, USER_DAYS_MAX),
            ("assets", u64::from(self.assets), u64::from(ASSETS_MIN), u64::from(ASSETS_MAX)),
            ("bots_ppm", self.bots_ppm, 0, 100_000),
            ("rings_ppm", self.rings_ppm, 0, 100_000),
            ("churn_ppm", self.churn_ppm, 0, 1_000_000),
            ("drift_ppm", self.drift_ppm, 0, 1_000_000),
            ("ad_uplift_ppm", self.ad_uplift_ppm, 0, 1_000_000),
            ("ad_bias_ppm", self.ad_bias_ppm, 0, 1_000_000),
            ("dirty_ppm", self.dirty_ppm, 0, 200_000),
        ] {
            if !(low..=high).contains(&value) {
                return Err(SimulatorError::Parameter { name, value, low, high });
            }
        }
        // From 2001 to 2080, whatever the days: within what the cleaning rules take for a time.
        let (low, high) = (978_307_200, 3_471_292_800);
        let value = u64::try_from(self.start_s).unwrap_or(0);
        if !(low..=high).contains(&value) {
            return Err(SimulatorError::Parameter { name: "start_s", value, low, high });
        }
        Ok(())
    }

    /// How many bots there are; they are the last users.
    pub fn bots(&self) -> u32 {
        share(self.users, self.bots_ppm)
    }

    /// How many rings there are, [`crate::RING_MEMBERS`] users each; they stand before the bots. Each has an asset of its
    /// own, one of the last.
    pub fn rings(&self) -> u32 {
        let most = self.assets / 10;
        (share(self.users, self.rings_ppm) / crate::RING_MEMBERS).min(most)
    }
}

/// Rounded down; below `users`, for shares are at most a tenth.
fn share(users: u32, ppm: u64) -> u32 {
    u32::try_from(u64::from(users) * ppm / crate::stream::PPM).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_out_of_range_are_named() {
        let good = SimulationParams::new(USERS_MAX, 10, 1);
        good.check().unwrap();
        assert_eq!((good.bots(), good.rings()), (2_000, 20));
        assert_eq!(SimulationParams::new(300, 10, 1).rings(), 1);
        let refused = |params: SimulationParams| params.check().unwrap_err().to_string();
        let with = |users, days| SimulationParams { users, days, ..good.clone() };
        assert_eq!(refused(with(19, 10)), "users is 19, must be 20 to 200000");
        assert_eq!(refused(with(20, 6)), "days is 6, must be 7 to 3650");
        assert_eq!(refused(with(200_000, 11)), "users times days is 2200000, must be 1 to 2000000");
        assert_eq!(
            refused(SimulationParams { dirty_ppm: 200_001, ..good.clone() }),
            "dirty_ppm is 200001, must be 0 to 200000"
        );
        assert_eq!(
            refused(SimulationParams { start_s: -1, ..good }),
            "start_s is 0, must be 978307200 to 3471292800"
        );
    }
}
