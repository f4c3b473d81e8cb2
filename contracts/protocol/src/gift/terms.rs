//! What a sponsor agrees to: gifts, privileges and quests as they are created. Nothing of it changes later.

use cosmwasm_schema::cw_serde;

use super::{
    COOLDOWN_MAX_EPOCHS, DECAYED_SCORE_MAX, HALF_LIFE_MAX_EPOCHS, PRIVILEGE_NAME_MAX_BYTES, TIERS_MAX,
    TOKEN_TEXT_MAX_BYTES, TTL_MAX_EPOCHS,
};
use crate::error::ProtocolError;
use crate::leaf::Leaf;
use crate::msg::{METADATA_NAME_MAX_BYTES, METADATA_URL_MAX_BYTES, Metadata};
use crate::score::Score;

/// What a leaf has to show.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Condition {
    /// An attention score at least this high in the epoch.
    ScoreAtLeast {
        /// At least 1 ppm.
        score: Score,
    },
    /// At least this many epochs in a row, the epoch included, whose scores passed the campaign's gate.
    StreakAtLeast {
        /// At least 1.
        streak: u16,
    },
}

impl Condition {
    /// Refuses a condition that every leaf meets.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        let (field, value) = match self {
            Self::ScoreAtLeast { score } => ("condition.score", score.ppm()),
            Self::StreakAtLeast { streak } => ("condition.streak", u32::from(*streak)),
        };
        in_bounds(field, u64::from(value), 1, u64::MAX, "at least 1: every account would meet it")
    }

    /// Whether a leaf meets it.
    pub fn is_met_by(&self, leaf: &Leaf) -> bool {
        match self {
            Self::ScoreAtLeast { score } => leaf.score >= *score,
            Self::StreakAtLeast { streak } => leaf.streak >= *streak,
        }
    }
}

/// The epochs whose scores count.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct EpochWindow {
    /// The first of them.
    pub first_epoch: u64,
    /// The first one after them.
    pub end_epoch: u64,
}

impl EpochWindow {
    /// Refuses a window without an epoch.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        if self.first_epoch < self.end_epoch {
            return Ok(());
        }
        let requirement = "above window.first_epoch: no epoch lies in the window";
        Err(ProtocolError::invalid("window.end_epoch", self.end_epoch, requirement))
    }

    /// Whether an epoch lies in it.
    pub fn contains(&self, epoch: u64) -> bool {
        self.first_epoch <= epoch && epoch < self.end_epoch
    }
}

/// Where the tokens of a gift come from.
#[cw_serde]
#[derive(Eq)]
pub enum Delivery {
    /// The contract mints them: it has to be the collection's minter, and the sponsor the collection's admin (or, if there
    /// is no admin, its creator). Token ids are `g{gift}-{serial}`, serials rising from 0.
    Mint {
        /// Every token's link, 1 to 256 bytes.
        token_uri: Option<String>,
    },
    /// The sponsor deposits them with `send_nft`; they are handed out in the order of their deposit.
    HandOut {},
}

/// A gift: tokens of a collection for accounts that meet a condition.
#[cw_serde]
#[derive(Eq)]
pub struct GiftTerms {
    /// The campaign whose leaves are looked at; only its sponsor may create the gift.
    pub campaign: u64,
    /// What the account's leaf has to show. Absent: only quests give it.
    pub condition: Option<Condition>,
    /// The cw721 collection.
    pub collection: String,
    /// Minted or handed out.
    pub delivery: Delivery,
    /// Most tokens in all, at least 1.
    pub supply: u32,
    /// Most tokens for one account, 1 to `supply`; never more than one for an epoch.
    pub per_account: u32,
    /// The epochs whose leaves count.
    pub window: EpochWindow,
    /// Shown in pages.
    pub metadata: Option<Metadata>,
}

impl GiftTerms {
    /// Checks every bound but the addresses.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        self.condition.as_ref().map_or(Ok(()), Condition::validate)?;
        if let Delivery::Mint { token_uri: Some(uri) } = &self.delivery {
            text("delivery.token_uri", uri, 1, TOKEN_TEXT_MAX_BYTES, "1 to 256 bytes long")?;
        }
        limits(self.supply, self.per_account)?;
        self.window.validate()?;
        metadata(self.metadata.as_ref())
    }
}

/// A step of a privilege.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Tier {
    /// Its number, at least 1.
    pub level: u8,
    /// The decayed score that grants it.
    pub grant_at: u64,
    /// The decayed score that keeps it once granted, at least 1 and at most `grant_at`.
    pub keep_at: u64,
}

/// A privilege: levels that follow an account's decayed score.
#[cw_serde]
#[derive(Eq)]
pub struct PrivilegeTerms {
    /// The campaign whose leaves are looked at; only its sponsor may create the privilege.
    pub campaign: u64,
    /// 1 to 64 bytes.
    pub name: String,
    /// After this many epochs half of a score is left, 1 to 10000.
    pub half_life_epochs: u32,
    /// 1 to 8, strictly rising in every field.
    pub tiers: Vec<Tier>,
    /// For how many whole epochs after the newest proven one the privilege lasts, 1 to 10000.
    pub ttl_epochs: u32,
}

impl PrivilegeTerms {
    /// Checks every bound.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        text("name", &self.name, 1, PRIVILEGE_NAME_MAX_BYTES, "1 to 64 bytes long")?;
        let epochs = "1 to 10000";
        let half_life_max = u64::from(HALF_LIFE_MAX_EPOCHS);
        in_bounds("half_life_epochs", self.half_life_epochs.into(), 1, half_life_max, epochs)?;
        in_bounds("ttl_epochs", self.ttl_epochs.into(), 1, TTL_MAX_EPOCHS.into(), epochs)?;
        if self.tiers.is_empty() || self.tiers.len() > TIERS_MAX {
            return Err(ProtocolError::invalid("the number of tiers", self.tiers.len(), "1 to 8"));
        }
        let mut below = Tier { level: 0, grant_at: 0, keep_at: 0 };
        for (index, tier) in self.tiers.iter().enumerate() {
            let rises =
                tier.level > below.level && tier.grant_at > below.grant_at && tier.keep_at > below.keep_at;
            if !rises {
                return Err(ProtocolError::NotRising { what: "tiers (level, grant_at, keep_at)", index });
            }
            let keep = "at most grant_at: a tier would be lost as soon as it is granted";
            in_bounds("tiers.keep_at", tier.keep_at, 1, tier.grant_at, keep)?;
            in_bounds("tiers.grant_at", tier.grant_at, 1, DECAYED_SCORE_MAX, "at most 10^15")?;
            below = *tier;
        }
        Ok(())
    }
}

/// What completing a quest brings.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum QuestReward {
    /// The completion itself, on record.
    None {},
    /// A token of a gift of the same campaign.
    Gift {
        /// The gift.
        gift: u64,
    },
    /// More decayed score in a privilege of the same campaign; the proof counts for the privilege too.
    Boost {
        /// The privilege.
        privilege: u64,
        /// What is added in the epoch of the completion, 1 to 10^15; it fades like a score.
        amount: u64,
    },
}

/// A quest: something to do again and again.
#[cw_serde]
#[derive(Eq)]
pub struct QuestTerms {
    /// The campaign whose leaves are looked at; only its sponsor may create the quest.
    pub campaign: u64,
    /// What the account's leaf has to show.
    pub condition: Condition,
    /// Epochs from one completion of an account to its next, 1 to 10000.
    pub cooldown_epochs: u32,
    /// Most completions by one account, 1 to `supply`.
    pub per_account: u32,
    /// Most completions in all, at least 1.
    pub supply: u32,
    /// What a completion brings.
    pub reward: QuestReward,
    /// The epochs whose leaves count.
    pub window: EpochWindow,
    /// Shown in pages.
    pub metadata: Option<Metadata>,
}

impl QuestTerms {
    /// Checks every bound but whether the reward exists.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        self.condition.validate()?;
        let cooldown_max = u64::from(COOLDOWN_MAX_EPOCHS);
        in_bounds("cooldown_epochs", self.cooldown_epochs.into(), 1, cooldown_max, "1 to 10000")?;
        limits(self.supply, self.per_account)?;
        if let QuestReward::Boost { amount, .. } = self.reward {
            in_bounds("reward.amount", amount, 1, DECAYED_SCORE_MAX, "1 to 10^15")?;
        }
        self.window.validate()?;
        metadata(self.metadata.as_ref())
    }
}

fn limits(supply: u32, per_account: u32) -> Result<(), ProtocolError> {
    in_bounds("supply", supply.into(), 1, u32::MAX.into(), "at least 1")?;
    in_bounds("per_account", per_account.into(), 1, supply.into(), "1 to supply")
}

fn metadata(metadata: Option<&Metadata>) -> Result<(), ProtocolError> {
    let Some(metadata) = metadata else {
        return Ok(());
    };
    text("metadata.name", &metadata.name, 1, METADATA_NAME_MAX_BYTES, "1 to 128 bytes long")?;
    let url = metadata.url.as_deref().unwrap_or_default();
    text("metadata.url", url, 0, METADATA_URL_MAX_BYTES, "at most 256 bytes long")
}

fn in_bounds(
    field: &'static str,
    value: u64,
    min: u64,
    max: u64,
    requirement: &'static str,
) -> Result<(), ProtocolError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(ProtocolError::invalid(field, value, requirement))
}

fn text(
    field: &'static str,
    text: &str,
    min: usize,
    max: usize,
    requirement: &'static str,
) -> Result<(), ProtocolError> {
    if (min..=max).contains(&text.len()) {
        return Ok(());
    }
    Err(ProtocolError::invalid(field, format!("{text:?}"), requirement))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_privilege_has_1_to_8_tiers() {
        let accepted = |count: u8| {
            let tiers = (1..=count).map(|level| {
                let score = u64::from(level);
                Tier { level, grant_at: score, keep_at: score }
            });
            let name = "gold".to_string();
            let terms = PrivilegeTerms {
                campaign: 1,
                name,
                half_life_epochs: 1,
                tiers: tiers.collect(),
                ttl_epochs: 1,
            };
            terms.validate()
        };
        let refused = |count: usize| Err(ProtocolError::invalid("the number of tiers", count, "1 to 8"));
        assert_eq!([0, 1, 8, 9].map(accepted), [refused(0), Ok(()), Ok(()), refused(9)]);
    }
}
