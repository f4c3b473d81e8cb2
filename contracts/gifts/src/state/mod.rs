//! What is stored. Private: nothing outside reads a row but through queries.
//!
//! Rows are packed binary, one per concern, each under a one-byte tag; the one row under a word is `cw2`'s, whose first letter
//! lies above every tag. No row grows without a limit.

pub(crate) mod catalogue;
pub(crate) mod config;
pub(crate) mod gift;
pub(crate) mod owed;
pub(crate) mod owner;
pub(crate) mod pause;
pub(crate) mod privilege;
pub(crate) mod quest;

mod parts;

/// The tags of the packed rows, here and nowhere else, so that no two are equal.
mod tag {
    pub(super) const CONFIG: u8 = 0x01;
    pub(super) const OWNERSHIP: u8 = 0x02;
    pub(super) const PAUSE: u8 = 0x03;
    /// Count, rows, and ids by campaign.
    pub(super) const GIFTS: [u8; 3] = [0x04, 0x05, 0x06];
    pub(super) const TALLY: u8 = 0x07;
    pub(super) const DEPOSIT: u8 = 0x08;
    pub(super) const CLAIM: u8 = 0x09;
    pub(super) const CLAIM_COUNT: u8 = 0x0a;
    pub(super) const OWED: u8 = 0x0b;
    pub(super) const PRIVILEGES: [u8; 3] = [0x0c, 0x0d, 0x0e];
    pub(super) const HISTORY: u8 = 0x0f;
    pub(super) const QUESTS: [u8; 3] = [0x10, 0x11, 0x12];
    pub(super) const COMPLETED: u8 = 0x13;
    pub(super) const COMPLETIONS: u8 = 0x14;
}
