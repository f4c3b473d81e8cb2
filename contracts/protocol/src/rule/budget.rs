//! Step 4: what an epoch may pay.

use super::Schedule;

impl Schedule {
    /// The budget of an epoch, in base units, out of `available` with `epochs_left >= 1` epochs to go (this one
    /// included). Never above `available`.
    pub fn budget(&self, available: u128, epochs_left: u64) -> u128 {
        match self {
            Self::Even {} => available.checked_div(u128::from(epochs_left.max(1))).unwrap_or(0),
            Self::Fixed { amount } => amount.u128().min(available),
        }
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Uint128;

    use super::*;

    #[test]
    fn worked_values() {
        assert_eq!(Schedule::Even {}.budget(1_000_000, 10), 100_000);
        assert_eq!(Schedule::Even {}.budget(1_000_009, 10), 100_000);
        assert_eq!(Schedule::Even {}.budget(7, 1), 7);
        assert_eq!(Schedule::Even {}.budget(7, 0), 7, "no epochs left counts as one");
        let fixed = Schedule::Fixed { amount: Uint128::new(500) };
        assert_eq!(fixed.budget(1_000, 10), 500);
        assert_eq!(fixed.budget(300, 10), 300);
        assert_eq!(fixed.budget(0, 1), 0);
    }
}
