//! One round by hand: its steps, and the bound on each of its loops.

use attention_core::round::{
    BUILDS_MAX, Built, ChainStatus, Duty, FinalState, Input, LOOKS_BACK_MAX, Output, PeerSignature, Pending,
    Round, RoundAlarm, RoundConfig, SIGNS_MAX, SUBMITS_MAX, Seat, TxOutcome,
};

use crate::chain::operator_set;

pub const OURS: [u8; 32] = [7; 32];
const THEIRS: [u8; 32] = [8; 32];

pub fn config() -> RoundConfig {
    RoundConfig { step_s: 2, poll_s: 1 }
}

/// Operator 1 of four.
pub fn seat() -> Seat {
    Seat { index: Some(1), operators: operator_set(4, 1), suspended: 0, config_digest: [1; 32] }
}

pub fn round() -> Round {
    Round::new(config())
}

/// Epoch 0, whose window ends at 100 and whose report is due at 10,000.
pub fn status(now_s: u64) -> Input {
    Input::Status(open(now_s))
}

pub fn open(now_s: u64) -> ChainStatus {
    ChainStatus {
        now_s,
        open_epoch: 0,
        revision: 0,
        window_end_s: 100,
        due_s: Some(10_000),
        prev_digest: Some([0; 32]),
        pending: None,
        duty: Duty::Report(seat()),
        anchor: None,
        final_epochs: vec![],
    }
}

pub fn built() -> Input {
    Input::Built(Built { epoch: 0, revision: 0, digest: OURS, input_root: [3; 32], body: vec![9; 244] })
}

pub fn peer(index: u8, digest: [u8; 32]) -> Input {
    Input::PeerSignature(PeerSignature { index, epoch: 0, revision: 0, digest, signature: [index; 64] })
}

pub fn signed(round: &mut Round) {
    round.handle(status(100), 100);
    round.handle(built(), 100);
    round.handle(Input::SignedOwn { digest: OURS, signature: [1; 64] }, 100);
}

pub fn count(outputs: &[Output], wanted: impl Fn(&Output) -> bool) -> u32 {
    outputs.iter().filter(|output| wanted(output)).count() as u32
}

pub fn is_submit(output: &Output) -> bool {
    matches!(output, Output::Submit { .. })
}

#[test]
fn the_steps_of_a_report_in_order() {
    let mut round = round();
    assert_eq!(round.handle(status(98), 98), [Output::Wait { until_s: 99 }], "the window is open");
    let build = Output::BuildReport { epoch: 0, revision: 0, prev_digest: [0; 32] };
    assert_eq!(round.handle(status(100), 100)[0], build);
    assert!(matches!(round.handle(built(), 100)[0], Output::Sign { digest: OURS, .. }));
    let own = Input::SignedOwn { digest: OURS, signature: [1; 64] };
    let fetch = Output::FetchPeerSignatures { epoch: 0, revision: 0, digest: OURS };
    assert_eq!(round.handle(own, 100)[0], fetch);
    round.handle(peer(3, OURS), 101);
    round.handle(peer(3, OURS), 101);
    round.handle(peer(9, OURS), 101);
    assert_eq!(round.progress().unwrap().1, 2, "one an operator, and only operators");
    let mut outputs = round.handle(peer(0, OURS), 101);
    for now_s in 102..112 {
        outputs.extend(round.handle(status(now_s), now_s));
    }
    let posts: Vec<_> = outputs.into_iter().filter(is_submit).collect();
    let signatures = vec![(0, [0; 64]), (1, [1; 64]), (3, [3; 64])];
    assert_eq!(posts, [Output::Submit { epoch: 0, revision: 0, body: vec![9; 244], signatures }]);
}

#[test]
fn nothing_is_posted_while_the_chain_is_behind_or_after_it_is_due() {
    let mut round = round();
    signed(&mut round);
    round.handle(status(99), 100);
    for index in [0, 2, 3] {
        round.handle(peer(index, OURS), 100);
    }
    for now_s in 101..140 {
        let outputs = round.handle(status(99), now_s);
        assert_eq!(count(&outputs, is_submit), 0, "block time is before the end of the window");
    }
    let outputs = round.handle(status(10_001), 10_001);
    assert_eq!(count(&outputs, is_submit), 0, "past due");
}

#[test]
fn posts_are_bounded_and_the_last_failure_says_so() {
    let mut round = round();
    signed(&mut round);
    for index in [0, 2, 3] {
        round.handle(peer(index, OURS), 100);
    }
    let (mut posts, mut given_up) = (0, 0);
    for now_s in 101..9_900 {
        let outputs = round.handle(status(now_s), now_s);
        if count(&outputs, is_submit) == 0 {
            continue;
        }
        posts += 1;
        let outcome = TxOutcome::Failed { reason: "refused".into() };
        let outputs = round.handle(Input::Submitted { epoch: 0, revision: 0, outcome }, now_s);
        given_up += count(&outputs, |output| {
            matches!(output, Output::Alarm(RoundAlarm::SubmitFailed { given_up: true, .. }))
        });
    }
    assert_eq!((posts, given_up), (SUBMITS_MAX, 1));
}

#[test]
fn builds_are_bounded() {
    let mut round = round();
    let mut built_at = Vec::new();
    for now_s in 100..9_900 {
        let outputs = round.handle(status(now_s), now_s);
        if count(&outputs, |output| matches!(output, Output::BuildReport { .. })) == 1 {
            built_at.push(now_s);
            let reason = "no file".to_owned();
            round.handle(Input::BuildFailed { epoch: 0, revision: 0, reason }, now_s);
        }
    }
    assert_eq!(built_at.len(), BUILDS_MAX as usize);
    assert_eq!(built_at[..6], [100, 101, 103, 107, 115, 131], "each pause is twice the one before");
    let pauses: Vec<u64> = built_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses[5..8], [32, 60, 60], "the end of an outage is noticed within a minute");
    assert!(pauses.iter().all(|pause| *pause <= 60));
    // 1 + 2 + 4 + 8 + 16 + 32, and 73 minutes.
    assert_eq!(built_at[79], 100 + 63 + 73 * 60, "a file that is missing for an hour costs no epoch");
}

/// Whoever looks every five minutes does not look more often because something failed.
#[test]
fn a_pause_is_never_shorter_than_a_poll() {
    let mut round = Round::new(RoundConfig { poll_s: 300, ..config() });
    let mut built_at = Vec::new();
    for now_s in 100..1_400 {
        let outputs = round.handle(status(now_s), now_s);
        if count(&outputs, |output| matches!(output, Output::BuildReport { .. })) == 1 {
            built_at.push(now_s);
            let reason = "no file".to_owned();
            round.handle(Input::BuildFailed { epoch: 0, revision: 0, reason }, now_s);
        }
    }
    assert_eq!(built_at, [100, 400, 700, 1_000, 1_300]);
}

/// Blocks come late: an attempt before the chain's own clock has reached the end of the window must fail, and would be
/// counted.
#[test]
fn nothing_is_built_before_the_chains_clock_says_so() {
    let mut round = round();
    for now_s in 100..160 {
        let outputs = round.handle(status(99), now_s);
        assert_eq!(count(&outputs, |output| matches!(output, Output::BuildReport { .. })), 0, "{now_s}");
    }
    let build = Output::BuildReport { epoch: 0, revision: 0, prev_digest: [0; 32] };
    assert_eq!(round.handle(status(100), 160)[0], build);
}

#[test]
fn a_diverging_peer_is_told_once_and_never_counted() {
    let mut round = round();
    signed(&mut round);
    let told = |outputs: Vec<Output>| {
        count(&outputs, |output| matches!(output, Output::Alarm(RoundAlarm::PeerDiverged { index: 2, .. })))
    };
    assert_eq!(told(round.handle(peer(2, THEIRS), 101)), 1);
    assert_eq!(told(round.handle(peer(2, THEIRS), 102)), 0);
    assert_eq!(round.progress().unwrap().1, 1);
}

#[test]
fn another_report_on_chain_is_told_once_and_stops_our_posts() {
    let mut round = round();
    signed(&mut round);
    let Input::Status(open) = status(101) else { unreachable!() };
    let pending = ChainStatus { pending: Some(Pending { digest: THEIRS }), due_s: None, ..open };
    let mut told = 0;
    for now_s in 101..130 {
        round.handle(peer(0, OURS), now_s);
        round.handle(peer(2, OURS), now_s);
        let outputs = round.handle(Input::Status(pending.clone()), now_s);
        told +=
            count(&outputs, |output| matches!(output, Output::Alarm(RoundAlarm::OtherReportPosted { .. })));
        assert_eq!(count(&outputs, is_submit), 0);
    }
    assert_eq!(told, 1);
}

#[test]
fn a_refused_signature_ends_our_part() {
    let mut round = round();
    round.handle(status(100), 100);
    round.handle(built(), 100);
    let refused = Input::SignRefused { digest: OURS, reason: "signed another".into() };
    let outputs = round.handle(refused, 100);
    assert!(matches!(outputs[0], Output::Alarm(RoundAlarm::SignRefused { digest: OURS, .. })));
    let outputs = round.handle(status(150), 150);
    assert_eq!(outputs, [Output::Wait { until_s: 151 }]);
}

pub fn is_sign(output: &Output) -> bool {
    matches!(output, Output::Sign { digest: OURS, .. })
}

fn sign_failed() -> Input {
    Input::SignFailed { digest: OURS, reason: "the node did not answer".into() }
}

/// A node that does not answer for a moment costs no epoch.
#[test]
fn a_failed_signature_is_tried_again() {
    let mut round = round();
    round.handle(status(100), 100);
    assert_eq!(count(&round.handle(built(), 100), is_sign), 1);
    let outputs = round.handle(sign_failed(), 100);
    assert!(matches!(
        outputs[0],
        Output::Alarm(RoundAlarm::SignFailed { epoch: 0, digest: OURS, given_up: false, .. })
    ));
    assert_eq!(count(&outputs, is_sign), 0, "after a pause");
    let outputs = round.handle(status(101), 101);
    assert_eq!(count(&outputs, is_sign), 1);
    assert_eq!(count(&outputs, |output| matches!(output, Output::BuildReport { .. })), 0, "it is built");
    assert_eq!(count(&round.handle(status(102), 102), is_sign), 0, "one at a time");
    round.handle(Input::SignedOwn { digest: OURS, signature: [1; 64] }, 102);
    assert_eq!(round.progress().unwrap().1, 1);
    round.handle(sign_failed(), 103);
    assert_eq!(count(&round.handle(status(200), 200), is_sign), 0, "what is signed stays signed");
}

#[test]
fn signings_are_bounded_and_the_last_failure_says_so() {
    let mut round = round();
    round.handle(status(100), 100);
    let (mut signed_at, mut given_up) = (Vec::new(), 0);
    let mut outputs = round.handle(built(), 100);
    for now_s in 101..9_900 {
        if count(&outputs, is_sign) == 1 {
            signed_at.push(now_s - 1);
            let outputs = round.handle(sign_failed(), now_s - 1);
            given_up += count(&outputs, |output| {
                matches!(output, Output::Alarm(RoundAlarm::SignFailed { given_up: true, .. }))
            });
        }
        outputs = round.handle(status(now_s), now_s);
    }
    assert_eq!((signed_at.len(), given_up), (SIGNS_MAX as usize, 1));
    assert_eq!(signed_at[..4], [100, 101, 103, 107]);
    assert!(signed_at[79] > 100 + 3_600, "an outage of an hour is outlived");
}

#[test]
fn epochs_are_settled_lowest_first_one_at_a_time_and_boundedly() {
    let mut round = round();
    let Input::Status(open) = status(50) else { unreachable!() };
    let state = |epoch| FinalState { epoch, is_settled: false };
    let both = ChainStatus { final_epochs: vec![state(3), state(4)], open_epoch: 5, ..open };
    let mut order = Vec::new();
    for now_s in 50..20_000 {
        let mut inputs = vec![Input::Status(both.clone())];
        while let Some(input) = inputs.pop() {
            for output in round.handle(input, now_s) {
                if let Output::Settle { epoch } = output {
                    order.push(epoch);
                    inputs.push(Input::SettleDone { epoch, outcome: TxOutcome::TimedOut });
                }
            }
        }
    }
    assert_eq!(order[0], 3, "lowest first");
    let fourth = order.iter().position(|epoch| *epoch == 4).unwrap();
    assert!(fourth < 6, "while one pauses after a failure, the next has its turn: {order:?}");
    let of = |wanted| order.iter().filter(|epoch| **epoch == wanted).count();
    assert_eq!((of(3), of(4)), (80, 80));
    let done = ChainStatus { final_epochs: vec![FinalState { epoch: 4, is_settled: true }], ..both };
    let outputs = round.handle(Input::Status(done), 20_000);
    assert_eq!(count(&outputs, |output| matches!(output, Output::Settle { .. })), 0);
}

#[test]
fn a_node_that_lags_behind_is_not_believed() {
    let mut round = round();
    let Input::Status(old) = status(100) else { unreachable!() };
    let newer = ChainStatus { open_epoch: 1, window_end_s: 200, ..old.clone() };
    round.handle(Input::Status(newer), 150);
    let outputs = round.handle(Input::Status(old), 151);
    assert_eq!(outputs, [Output::Wait { until_s: 152 }]);
    assert_eq!(round.progress().unwrap().0.epoch, 1);
}

/// One lie about an epoch far ahead must not stop an operator for ever.
#[test]
fn a_node_that_lied_about_the_future_is_forgotten() {
    let mut round = round();
    let Input::Status(truth) = status(100) else { unreachable!() };
    let lie = ChainStatus { open_epoch: u64::MAX, window_end_s: u64::MAX, ..truth.clone() };
    round.handle(Input::Status(truth.clone()), 100);
    round.handle(Input::Status(lie.clone()), 101);
    let mut epochs = Vec::new();
    for look in 0..=u64::from(LOOKS_BACK_MAX) {
        // Whoever lies again starts the count anew.
        if look == 3 {
            round.handle(Input::Status(lie.clone()), 102);
        }
        let outputs = round.handle(Input::Status(truth.clone()), 103 + look);
        assert_eq!(count(&outputs, |output| matches!(output, Output::BuildReport { .. })), 0, "{look}");
        epochs.push(round.progress().unwrap().0.epoch);
    }
    assert!(epochs.iter().all(|epoch| *epoch == u64::MAX));
    for now_s in 200..203 {
        round.handle(Input::Status(truth.clone()), now_s);
    }
    assert_eq!(round.progress().unwrap().0.epoch, 0);
}
