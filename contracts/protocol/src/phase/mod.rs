//! Where reports stand: awaited, anchored, pending, challenged, voided, final or missed. One [`Progress`] says it for all
//! epochs, because only one report is open at a time. Time passes by a closed form, never by a loop.
//!
//! ```text
//!              report             ended, no demand open, no challenge open
//!   Awaited ───────────► Pending ──────────────────────────────────────────► Final
//!    │  ▲ ▲                 │
//!    │  │ └──── voided ─────┤  revision + 1, due one report period later
//!    │  └ anchored, past due│
//!    │    (revision + 1)    │  voided at revision 3, or after a second silence of the arbiter
//!    └──────────────────────┴──────────────────────────────────────────────► Missed
//!       past due
//! ```

mod awaited;
mod progress;

pub use awaited::Awaited;
pub use progress::{Phase, Progress};

use cosmwasm_std::Env;

use crate::error::ProtocolError;
use crate::hash::Hash;

/// The highest revision: an epoch is reported again at most three times.
pub const REVISION_MAX: u32 = 3;
/// Most opening demands that may be open at once.
pub const DEMANDS_MAX: u16 = 256;
/// Every so many open demands double the bond of the next.
const DEMANDS_PER_DOUBLING: u16 = 16;

/// The block a message runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Block time, unix seconds.
    pub time_s: u64,
    /// Block height.
    pub height: u64,
}

impl From<&Env> for Moment {
    fn from(env: &Env) -> Self {
        Self { time_s: env.block.time.seconds(), height: env.block.height }
    }
}

/// Until when a report may be disputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First second after it.
    pub ends_at_s: u64,
    /// First height after it.
    pub ends_height: u64,
}

impl Window {
    /// Whether it is over: the end needs the time and the blocks, so that a halted chain does not eat the window.
    pub fn has_ended(&self, now: Moment) -> bool {
        now.time_s >= self.ends_at_s && now.height >= self.ends_height
    }

    /// The same window, or one that ends now if it had ended: what the report waited for came only now.
    fn until(&self, now: Moment) -> Self {
        let (ends_at_s, ends_height) = (self.ends_at_s.max(now.time_s), self.ends_height.max(now.height));
        if self.has_ended(now) { Self { ends_at_s, ends_height } } else { *self }
    }
}

/// The challenge of a pending report. There is at most one a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeState {
    /// Nobody has challenged it.
    None,
    /// The arbiter has to decide.
    Open,
    /// The arbiter decided that the report stands.
    Stands,
}

/// A report that was posted and is not terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Its epoch.
    pub epoch: u64,
    /// Its revision.
    pub revision: u32,
    /// Its digest.
    pub digest: Hash,
    /// Until when it may be disputed.
    pub window: Window,
    /// Opening demands that nobody has answered, at most [`DEMANDS_MAX`].
    pub open_demands: u16,
    /// Its challenge.
    pub challenge: ChallengeState,
    /// Whether the arbiter was silent on an earlier revision.
    pub silenced: bool,
}

impl Pending {
    /// Whether it is final: its window has ended, and it waits for no answer and no decision.
    pub fn is_final(&self, now: Moment) -> bool {
        self.open_demands == 0 && self.challenge != ChallengeState::Open && self.window.has_ended(now)
    }

    /// The bond of one more demand: `bond` doubled for every 16 that are open, base units.
    pub fn demand_bond(&self, bond: u128) -> Result<u128, ProtocolError> {
        let doublings = u32::from(self.open_demands / DEMANDS_PER_DOUBLING);
        let factor = 1u128.checked_shl(doublings);
        factor
            .and_then(|factor| bond.checked_mul(factor))
            .ok_or(ProtocolError::Overflow { what: "the bond of a demand" })
    }
}
