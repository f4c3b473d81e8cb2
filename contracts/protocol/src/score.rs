//! `Score`: attention in parts per million of one.

use cosmwasm_schema::serde::de::{Deserialize, Deserializer, Error};

use crate::error::ProtocolError;

/// One, in parts per million.
pub const PPM: u32 = 1_000_000;

/// An attention score, `0..=1_000_000` ppm. A value of this type is always in range; deserialising checks it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    cosmwasm_schema::serde::Serialize,
    cosmwasm_schema::schemars::JsonSchema,
    cosmwasm_schema::cw_schema::Schemaifier,
)]
#[serde(crate = "cosmwasm_schema::serde", transparent)]
#[schemars(crate = "cosmwasm_schema::schemars", transparent)]
#[schemaifier(crate = "cosmwasm_schema::cw_schema")]
pub struct Score(#[schemars(range(max = 1_000_000))] u32);

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(u32::deserialize(deserializer)?).map_err(Error::custom)
    }
}

impl Score {
    /// The lowest score.
    pub const ZERO: Self = Self(0);
    /// The highest score: one.
    pub const MAX: Self = Self(PPM);

    /// The score in ppm.
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Score {
    type Error = ProtocolError;

    fn try_from(score: u32) -> Result<Self, ProtocolError> {
        if score > PPM {
            return Err(ProtocolError::ScoreOutOfRange { score });
        }
        Ok(Self(score))
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ppm", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_in_range_and_the_next_is_not() {
        assert_eq!(Score::try_from(1_000_000).unwrap(), Score::MAX);
        assert_eq!(
            Score::try_from(1_000_001).unwrap_err(),
            ProtocolError::ScoreOutOfRange { score: 1_000_001 }
        );
    }

    #[test]
    fn a_score_says_its_unit() {
        assert_eq!(Score::try_from(750_000).unwrap().to_string(), "750000 ppm");
    }

    #[test]
    fn a_score_out_of_range_cannot_be_deserialised() {
        assert!(serde_json::from_str::<Score>("1000001").is_err());
        assert_eq!(serde_json::from_str::<Score>("7").unwrap().ppm(), 7);
    }
}
