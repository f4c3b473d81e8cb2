//! What is stored. Private: nothing outside reads a row but through queries.
//!
//! Rows are packed binary, one per concern, because a write costs 30 gas a byte; each lives under a one-byte tag.
//! The one row under a word is `cw2`'s; a word starts with a letter (0x61 and above), so the tags below 0x60 cannot collide
//! with it. No row grows, and no list is stored in one but what a message bounds.

pub(crate) mod account_key;
pub(crate) mod allocation;
pub(crate) mod asset;
pub(crate) mod bond;
pub(crate) mod booked;
pub(crate) mod campaign;
pub(crate) mod claim;
pub(crate) mod config;
pub(crate) mod consent;
pub(crate) mod dispute;
pub(crate) mod held;
pub(crate) mod money;
pub(crate) mod newest_report;
pub(crate) mod operator_fees;
pub(crate) mod owed;
pub(crate) mod owner;
pub(crate) mod participation;
pub(crate) mod pause;
pub(crate) mod payout;
pub(crate) mod progress;
pub(crate) mod proposal;
pub(crate) mod report;
pub(crate) mod score;
pub(crate) mod sponsor;
pub(crate) mod v0_1_0;

pub(crate) use attention_storage as packed;

/// The tags of the packed rows, here and nowhere else, so that no two are equal.
mod tag {
    pub(super) const CLOCK: u8 = 0x01;
    pub(super) const OPERATORS: u8 = 0x02;
    pub(super) const LIMITS: u8 = 0x03;
    pub(super) const DENOM: u8 = 0x04;
    pub(super) const PAUSE: u8 = 0x05;
    pub(super) const REPORT: u8 = 0x06;
    pub(super) const NEWEST_REPORT: u8 = 0x07;
    pub(super) const RUN: u8 = 0x08;
    pub(super) const FUNDS: u8 = 0x09;
    pub(super) const TOTALS: u8 = 0x0a;
    pub(super) const CREDITED: u8 = 0x0b;
    pub(super) const FEES: u8 = 0x0c;
    pub(super) const ALLOCATION: u8 = 0x0d;
    pub(super) const CLAIMED: u8 = 0x0e;
    /// Of version 0.1.0: one row an account.
    pub(super) const SCORE: u8 = 0x0f;
    pub(super) const OWNERSHIP: u8 = 0x10;
    pub(super) const ABOUT: u8 = 0x11;
    pub(super) const CAMPAIGN_COUNT: u8 = 0x12;
    pub(super) const CAMPAIGN: u8 = 0x13;
    pub(super) const SECURITY: u8 = 0x14;
    pub(super) const OWED: u8 = 0x15;
    pub(super) const OWED_TOTAL: u8 = 0x16;
    pub(super) const HELD: u8 = 0x17;
    pub(super) const PROGRESS: u8 = 0x30;
    pub(super) const VOIDED: u8 = 0x31;
    pub(super) const CHALLENGE: u8 = 0x32;
    pub(super) const DEMAND: u8 = 0x33;
    pub(super) const PROOF_COMMIT: u8 = 0x34;
    pub(super) const BOND: u8 = 0x40;
    pub(super) const SLASHED: u8 = 0x41;
    pub(super) const PROPOSAL: u8 = 0x42;
    pub(super) const PARTICIPATION: u8 = 0x43;
    pub(super) const COUNTED: u8 = 0x44;
    pub(super) const OPERATOR_FEES: u8 = 0x45;
    pub(super) const SCORE_HISTORY: u8 = 0x46;
    pub(super) const BOOKED: u8 = 0x20;
    pub(super) const PAYOUT_ADDRESS: u8 = 0x21;
    pub(super) const REDIRECT_NONCE: u8 = 0x22;
    pub(super) const PROPOSED_SPONSOR: u8 = 0x23;
    pub(super) const ASSET: u8 = 0x24;
    pub(super) const PRICE: u8 = 0x25;
    pub(super) const CONSENT: u8 = 0x26;
    pub(super) const CONSENT_CHANGE: u8 = 0x27;
    pub(super) const CONSENT_CHANGE_COUNT: u8 = 0x28;
}
