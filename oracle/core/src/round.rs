//! One operator's part in every epoch, as a state machine without I/O: inputs and the time in, effects out.
//!
//! build → anchor the input, where that is asked for → sign → collect k signatures → post in staged order → settle in
//! staged order. Every loop is bounded: builds, anchors, signings, posts and settlements per report, alarms once each,
//! signatures one per operator. A revision begins anew. After a restart a new [`Round`] starts from the next
//! [`ChainStatus`]: the chain is the truth, the guard keeps the signature to one digest.

mod anchor;
mod collect;
mod settle;
mod types;

use attention_protocol::Hash;

pub use self::anchor::ANCHORS_MAX;
use self::anchor::Anchoring;
use self::collect::Collected;
use self::settle::Settlements;
pub use self::types::{
    AnchorState, Built, ChainStatus, Duty, FinalState, Input, Output, PeerSignature, Pending, RoundAlarm,
    Seat, TxOutcome,
};
use crate::guard::SignKey;
use crate::transmission::{delay_s, rank};

/// Most attempts to build one report. The pause after each is twice the one before, at most [`PAUSE_MAX_S`]: an outage of
/// an hour is outlived.
pub const BUILDS_MAX: u32 = 80;
/// Most attempts to sign one report where something failed that says nothing about the report, with the same pauses.
pub const SIGNS_MAX: u32 = 80;
/// Most posts of one report by one operator, with pauses that double as well.
pub const SUBMITS_MAX: u32 = 80;
/// Longest pause between two attempts, seconds, unless the first one is longer already: so late, at most, is the end of an
/// outage noticed.
pub const PAUSE_MAX_S: u32 = 60;
/// How often a pause doubles: from a second to [`PAUSE_MAX_S`].
const DOUBLINGS_MAX: u32 = 6;
/// How many looks at the chain in a row may show an earlier report than the one in work, before they are believed.
pub const LOOKS_BACK_MAX: u32 = 30;

/// What a round needs to know besides its inputs.
#[derive(Debug, Clone)]
pub struct RoundConfig {
    /// How long the operator at the next rank waits for the one before it, seconds.
    pub step_s: u32,
    /// How long between two looks at the chain or at peers, seconds, at least 1.
    pub poll_s: u32,
}

/// How far the report of one epoch and revision has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// Its window has not ended, or a failed build waits for its next attempt.
    Idle { retry_at_s: u64 },
    /// [`Output::BuildReport`] is under way.
    Building,
    /// It is built, and waits for the anchor of its input if it needs one.
    Built,
    /// [`Output::Sign`] is under way.
    Signing,
    /// A signing that failed waits for its next attempt.
    SignAgain { at_s: u64 },
    /// Signatures are collected, or the report is posted already.
    Collecting,
    /// Nothing more can be done by this operator.
    GivenUp,
}

/// The report in work.
#[derive(Debug)]
struct Current {
    key: SignKey,
    seat: Seat,
    stage: Stage,
    builds: u32,
    signs: u32,
    built: Option<Built>,
    anchoring: Anchoring,
    collected: Collected,
    submits: u32,
    /// When the quorum was complete, and when the next post may be.
    submit_at_s: Option<u64>,
    submitting: bool,
    fetch_at_s: u64,
    divergence_told: bool,
}

impl Current {
    fn new(key: SignKey, seat: Seat) -> Self {
        Self {
            key,
            seat,
            stage: Stage::Idle { retry_at_s: 0 },
            builds: 0,
            signs: 0,
            built: None,
            anchoring: Anchoring::default(),
            collected: Collected::default(),
            submits: 0,
            submit_at_s: None,
            submitting: false,
            fetch_at_s: 0,
            divergence_told: false,
        }
    }

    fn is(&self, epoch: u64, revision: u32) -> bool {
        self.key.epoch == epoch && self.key.revision == revision
    }
}

/// The state machine.
#[derive(Debug)]
pub struct Round {
    config: RoundConfig,
    status: Option<ChainStatus>,
    current: Option<Current>,
    /// Looks in a row that showed an earlier report than the one in work.
    looks_back: u32,
    settlements: Settlements,
    /// The epoch and reason of the newest [`RoundAlarm::Idle`].
    idle_told: Option<(u64, String)>,
}

impl Round {
    /// A round that knows nothing of the chain yet.
    pub fn new(config: RoundConfig) -> Self {
        let settlements = Settlements::default();
        Self { config, status: None, current: None, looks_back: 0, settlements, idle_told: None }
    }

    /// Takes an input at `now_s` and says what to do. The last output is always [`Output::Wait`]: come back with
    /// [`Input::Tick`] or a fresh status then, or with any other input earlier.
    pub fn handle(&mut self, input: Input, now_s: u64) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Status(status) => self.observe(status, now_s, &mut out),
            Input::Built(built) => self.built(built, &mut out),
            Input::BuildFailed { epoch, revision, reason } => {
                self.build_failed(epoch, revision, reason, now_s, &mut out);
            }
            Input::Anchored { epoch, revision, outcome } => {
                self.anchored(epoch, revision, outcome, now_s, &mut out);
            }
            Input::SignedOwn { digest, signature } => self.signed_own(&digest, signature),
            Input::SignFailed { digest, reason } => self.sign_failed(&digest, reason, now_s, &mut out),
            Input::SignRefused { digest, reason } => self.sign_refused(&digest, reason, &mut out),
            Input::PeerSignature(peer) => self.peer_signature(peer, &mut out),
            Input::Submitted { epoch, revision, outcome } => {
                self.submitted(epoch, revision, outcome, now_s, &mut out);
            }
            Input::SettleDone { epoch, outcome } => {
                self.settlements.done(
                    epoch,
                    outcome,
                    |attempts| again(now_s, self.config.step_s, attempts),
                    &mut out,
                );
            }
            Input::Tick => {}
        }
        self.advance(now_s, &mut out);
        out
    }

    /// The report in work and how many signatures it has, for status pages.
    pub fn progress(&self) -> Option<(SignKey, usize)> {
        self.current.as_ref().map(|current| (current.key, current.collected.count(&current.seat)))
    }

    fn observe(&mut self, status: ChainStatus, now_s: u64, out: &mut Vec<Output>) {
        let at = (status.open_epoch, status.revision);
        let known = self.current.as_ref().map(|current| (current.key.epoch, current.key.revision));
        // A node that lags behind: what it says was true once. If it is said for long, what was said before was a
        // lie; the guard keeps us from signing otherwise than we did.
        if known > Some(at) && self.looks_back < LOOKS_BACK_MAX {
            self.looks_back = self.looks_back.checked_add(1).unwrap_or(LOOKS_BACK_MAX);
            return;
        }
        self.looks_back = 0;
        match &status.duty {
            Duty::Report(seat) => self.take_seat(at, seat, out),
            Duty::Idle { reason } => self.tell_idle(at.0, reason, out),
        }
        let delay = |epoch| settle_delay_s(&status.duty, epoch, self.config.step_s);
        self.settlements.observe(&status.final_epochs, |epoch| later(now_s, delay(epoch)));
        self.status = Some(status);
        self.compare_with_chain(out);
    }

    /// Goes on with the report in work, or begins that of another epoch, revision or configuration.
    fn take_seat(&mut self, (epoch, revision): (u64, u32), seat: &Seat, out: &mut Vec<Output>) {
        self.idle_told = None;
        let key = SignKey { config_digest: seat.config_digest, epoch, revision };
        match &mut self.current {
            Some(current) if current.key == key => current.seat = seat.clone(),
            current => {
                let before = current.as_ref().map(|current| current.key);
                if let Some(before) = before.filter(|key| key.epoch == epoch && key.revision < revision) {
                    let revised = RoundAlarm::Revised { epoch, revision: before.revision, next: revision };
                    out.push(Output::Alarm(revised));
                }
                *current = Some(Current::new(key, seat.clone()));
            }
        }
    }

    fn tell_idle(&mut self, epoch: u64, reason: &str, out: &mut Vec<Output>) {
        let what = (epoch, reason.to_owned());
        if self.idle_told.as_ref() != Some(&what) {
            let (epoch, reason) = what.clone();
            self.idle_told = Some(what);
            out.push(Output::Alarm(RoundAlarm::Idle { epoch, reason }));
        }
    }

    /// A posted report that is not ours is an alarm: a quorum computed something else, or we did.
    fn compare_with_chain(&mut self, out: &mut Vec<Output>) {
        let pending = self.status.as_ref().and_then(|status| status.pending);
        let (Some(current), Some(pending)) = (&mut self.current, pending) else { return };
        let Some(built) = &current.built else { return };
        if built.digest != pending.digest && !current.divergence_told {
            current.divergence_told = true;
            let (epoch, ours, theirs) = (current.key.epoch, built.digest, pending.digest);
            out.push(Output::Alarm(RoundAlarm::OtherReportPosted { epoch, ours, theirs }));
        }
    }

    fn built(&mut self, built: Built, out: &mut Vec<Output>) {
        let Some(current) = self.current.as_mut().filter(|current| current.is(built.epoch, built.revision))
        else {
            return;
        };
        if current.stage != Stage::Building {
            return;
        }
        current.built = Some(built);
        current.stage = Stage::Built;
        self.compare_with_chain(out);
    }

    fn build_failed(&mut self, epoch: u64, revision: u32, reason: String, now_s: u64, out: &mut Vec<Output>) {
        let poll_s = self.config.poll_s;
        let Some(current) = self.current.as_mut().filter(|current| current.is(epoch, revision)) else {
            return;
        };
        if current.stage != Stage::Building {
            return;
        }
        let retry_at_s = again(now_s, poll_s, current.builds);
        let given_up = current.builds >= BUILDS_MAX;
        current.stage = if given_up { Stage::GivenUp } else { Stage::Idle { retry_at_s } };
        out.push(Output::Alarm(RoundAlarm::BuildFailed { epoch, reason, given_up }));
    }

    fn signed_own(&mut self, digest: &Hash, signature: [u8; 64]) {
        let Some(current) = self.current.as_mut() else { return };
        let Some(index) = current.seat.index else { return };
        let is_ours = current.built.as_ref().is_some_and(|built| built.digest == *digest);
        if is_ours && current.stage == Stage::Signing {
            current.collected.insert(index, signature);
            current.stage = Stage::Collecting;
        }
    }

    fn sign_failed(&mut self, digest: &Hash, reason: String, now_s: u64, out: &mut Vec<Output>) {
        let poll_s = self.config.poll_s;
        let Some(current) = self.current.as_mut() else { return };
        let is_ours = current.built.as_ref().is_some_and(|built| built.digest == *digest);
        if is_ours && current.stage == Stage::Signing {
            let given_up = current.signs >= SIGNS_MAX;
            let at_s = again(now_s, poll_s, current.signs);
            current.stage = if given_up { Stage::GivenUp } else { Stage::SignAgain { at_s } };
            let epoch = current.key.epoch;
            out.push(Output::Alarm(RoundAlarm::SignFailed { epoch, digest: *digest, reason, given_up }));
        }
    }

    fn sign_refused(&mut self, digest: &Hash, reason: String, out: &mut Vec<Output>) {
        let Some(current) = self.current.as_mut() else { return };
        let is_ours = current.built.as_ref().is_some_and(|built| built.digest == *digest);
        if is_ours && current.stage == Stage::Signing {
            current.stage = Stage::GivenUp;
            let epoch = current.key.epoch;
            out.push(Output::Alarm(RoundAlarm::SignRefused { epoch, digest: *digest, reason }));
        }
    }

    fn peer_signature(&mut self, peer: PeerSignature, out: &mut Vec<Output>) {
        let Some(current) = self.current.as_mut().filter(|current| current.is(peer.epoch, peer.revision))
        else {
            return;
        };
        let Some(built) = &current.built else { return };
        if !current.seat.counts(peer.index) {
            return;
        }
        if peer.digest == built.digest {
            current.collected.insert(peer.index, peer.signature);
        } else if current.collected.tell_divergence(peer.index) {
            let (epoch, index) = (peer.epoch, peer.index);
            let (ours, theirs) = (built.digest, peer.digest);
            out.push(Output::Alarm(RoundAlarm::PeerDiverged { epoch, index, ours, theirs }));
        }
    }

    fn submitted(
        &mut self,
        epoch: u64,
        revision: u32,
        outcome: TxOutcome,
        now_s: u64,
        out: &mut Vec<Output>,
    ) {
        let step_s = self.config.step_s.max(self.config.poll_s);
        let Some(current) = self.current.as_mut().filter(|current| current.is(epoch, revision)) else {
            return;
        };
        if !current.submitting {
            return;
        }
        current.submitting = false;
        current.submit_at_s = Some(again(now_s, step_s, current.submits));
        if let TxOutcome::Failed { reason } = outcome {
            let given_up = current.submits >= SUBMITS_MAX;
            out.push(Output::Alarm(RoundAlarm::SubmitFailed { epoch, reason, given_up }));
        }
    }

    /// Everything that time and state call for.
    fn advance(&mut self, now_s: u64, out: &mut Vec<Output>) {
        let mut wake_s = later(now_s, self.config.poll_s.max(1));
        if let Some(status) = &self.status {
            let is_pending = status.pending.is_some();
            let on_duty = matches!(status.duty, Duty::Report(_));
            if let Some(current) = self.current.as_mut().filter(|_| on_duty) {
                let open = now_s >= status.window_end_s && status.due_s.is_none_or(|due_s| now_s <= due_s);
                // By the chain's clock, too: before, neither its funds nor its campaigns are settled for the window.
                let behind = status.now_s < status.window_end_s;
                if (open && !behind) || is_pending {
                    current.build(status, now_s, out);
                    current.sign_when_anchored(status, &self.config, now_s, out);
                    current.sign_again(now_s, out);
                }
                if open && !is_pending {
                    current.collect(&self.config, now_s, out);
                    current.submit(now_s, behind, out);
                }
                if let Some(at_s) = current.submit_at_s.filter(|at_s| *at_s > now_s) {
                    wake_s = wake_s.min(at_s);
                }
            }
            if now_s < status.window_end_s {
                wake_s = wake_s.min(status.window_end_s);
            }
        }
        self.settlements.advance(now_s, out);
        out.push(Output::Wait { until_s: wake_s });
    }
}

impl Current {
    fn build(&mut self, status: &ChainStatus, now_s: u64, out: &mut Vec<Output>) {
        let Stage::Idle { retry_at_s } = self.stage else { return };
        let Some(prev_digest) = status.prev_digest.filter(|_| now_s >= retry_at_s) else { return };
        let Some(builds) = self.builds.checked_add(1).filter(|builds| *builds <= BUILDS_MAX) else { return };
        (self.builds, self.stage) = (builds, Stage::Building);
        let (epoch, revision) = (self.key.epoch, self.key.revision);
        out.push(Output::BuildReport { epoch, revision, prev_digest });
    }

    fn sign_again(&mut self, now_s: u64, out: &mut Vec<Output>) {
        let Stage::SignAgain { at_s } = self.stage else { return };
        let digest = self.built.as_ref().filter(|_| now_s >= at_s).map(|built| built.digest);
        if let Some(digest) = digest {
            self.sign(digest, out);
        }
    }

    /// Below [`SIGNS_MAX`] before: after the last attempt the report is given up.
    fn sign(&mut self, digest: Hash, out: &mut Vec<Output>) {
        self.signs = self.signs.checked_add(1).unwrap_or(SIGNS_MAX);
        self.stage = Stage::Signing;
        out.push(Output::Sign { key: self.key, digest });
    }

    fn collect(&mut self, config: &RoundConfig, now_s: u64, out: &mut Vec<Output>) {
        let (Stage::Collecting, Some(built)) = (&self.stage, &self.built) else { return };
        if self.collected.count(&self.seat) >= usize::from(self.seat.operators.quorum()) {
            if self.submit_at_s.is_none() {
                self.submit_at_s = Some(later(now_s, turn_delay_s(&self.key, &self.seat, config.step_s)));
            }
        } else if now_s >= self.fetch_at_s {
            self.fetch_at_s = later(now_s, config.poll_s.max(1));
            let (epoch, revision, digest) = (built.epoch, built.revision, built.digest);
            out.push(Output::FetchPeerSignatures { epoch, revision, digest });
        }
    }

    fn submit(&mut self, now_s: u64, chain_is_behind: bool, out: &mut Vec<Output>) {
        // A suspension may have taken the quorum away again.
        let complete = self.collected.count(&self.seat) >= usize::from(self.seat.operators.quorum());
        let due = complete && self.submit_at_s.is_some_and(|at_s| now_s >= at_s);
        let Some(built) = self.built.as_ref().filter(|_| due && !self.submitting && !chain_is_behind) else {
            return;
        };
        let Some(submits) = self.submits.checked_add(1).filter(|submits| *submits <= SUBMITS_MAX) else {
            return;
        };
        (self.submits, self.submitting) = (submits, true);
        out.push(Output::Submit {
            epoch: built.epoch,
            revision: built.revision,
            body: built.body.clone(),
            signatures: self.collected.quorum(&self.seat),
        });
    }
}

/// How long this operator waits for those before it in the order of a report, seconds.
fn turn_delay_s(key: &SignKey, seat: &Seat, step_s: u32) -> u64 {
    let operators = seat.operators.count();
    let place = seat.index.and_then(|index| rank(key, operators, index));
    delay_s(place.unwrap_or(operators), step_s)
}

fn settle_delay_s(duty: &Duty, epoch: u64, step_s: u32) -> u64 {
    match duty {
        Duty::Report(seat) => {
            turn_delay_s(&SignKey { config_digest: seat.config_digest, epoch, revision: 0 }, seat, step_s)
        }
        Duty::Idle { .. } => delay_s(u8::MAX, step_s),
    }
}

/// `now_s + delay_s`. A time beyond `u64` seconds never comes: the end of time stands for it.
fn later(now_s: u64, delay_s: impl Into<u64>) -> u64 {
    let sum: u128 = [now_s, delay_s.into()].into_iter().map(u128::from).sum();
    u64::try_from(sum).unwrap_or(u64::MAX)
}

/// When to try again after `attempts` attempts, at least 1: `base_s` later, twice that after the next one, and so on up to
/// [`PAUSE_MAX_S`].
fn again(now_s: u64, base_s: u32, attempts: u32) -> u64 {
    let base_s = base_s.max(1);
    let doublings = attempts.max(1).abs_diff(1).min(DOUBLINGS_MAX);
    // Below 2^38.
    let pause_s = u64::from(base_s) << doublings;
    later(now_s, pause_s.min(u64::from(PAUSE_MAX_S.max(base_s))))
}
