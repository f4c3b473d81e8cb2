//! A round's part in epochs that are not like the first: idle, revised, anchored, without suspended operators.

use attention_core::round::{
    ANCHORS_MAX, AnchorState, ChainStatus, Duty, FinalState, Input, Output, Pending, RoundAlarm, Seat,
    TxOutcome,
};

use crate::rounds::*;

/// The input that [`built`] was computed from.
const ROOT: [u8; 32] = [3; 32];

fn with(status: ChainStatus, round: &mut attention_core::round::Round) -> Vec<Output> {
    let now_s = status.now_s;
    round.handle(Input::Status(status), now_s)
}

fn idle(now_s: u64, reason: &str) -> ChainStatus {
    ChainStatus { duty: Duty::Idle { reason: reason.to_owned() }, ..open(now_s) }
}

fn is_build(output: &Output) -> bool {
    matches!(output, Output::BuildReport { .. })
}

fn idle_alarms(outputs: &[Output]) -> u32 {
    count(outputs, |output| matches!(output, Output::Alarm(RoundAlarm::Idle { .. })))
}

#[test]
fn who_has_no_part_says_so_once_and_does_nothing() {
    let mut round = round();
    let told = Output::Alarm(RoundAlarm::Idle { epoch: 0, reason: "not in the set".into() });
    let state = FinalState { epoch: 0, is_settled: false };
    let idle = |now_s, reason| ChainStatus { final_epochs: vec![state], ..idle(now_s, reason) };
    assert_eq!(with(idle(100, "not in the set"), &mut round), [told, Output::Wait { until_s: 101 }]);
    for now_s in 101..160 {
        let outputs = with(idle(now_s, "not in the set"), &mut round);
        assert_eq!(outputs, [Output::Wait { until_s: now_s + 1 }], "nothing is built, posted or settled");
    }
    assert_eq!(idle_alarms(&with(idle(161, "another reason"), &mut round)), 1);
    assert_eq!(
        idle_alarms(&with(ChainStatus { open_epoch: 1, ..idle(162, "another reason") }, &mut round)),
        1
    );
    assert_eq!(round.progress(), None);
}

/// A node that denies an operator its part for a moment does not make it begin anew.
#[test]
fn work_goes_on_where_it_was_left() {
    let mut round = round();
    signed(&mut round);
    for index in [0, 2] {
        round.handle(peer(index, OURS), 100);
    }
    for now_s in 101..130 {
        assert_eq!(count(&with(idle(now_s, "denied"), &mut round), is_submit), 0);
    }
    let outputs: Vec<Output> = (130..150).flat_map(|now_s| with(open(now_s), &mut round)).collect();
    assert_eq!((count(&outputs, is_build), count(&outputs, is_submit)), (0, 1));
}

#[test]
fn a_revision_is_built_and_signed_anew() {
    let mut round = round();
    signed(&mut round);
    let pending = Some(Pending { digest: OURS });
    with(ChainStatus { pending, due_s: None, ..open(110) }, &mut round);
    let outputs = with(ChainStatus { revision: 1, ..open(120) }, &mut round);
    let revised = RoundAlarm::Revised { epoch: 0, revision: 0, next: 1 };
    let build = Output::BuildReport { epoch: 0, revision: 1, prev_digest: [0; 32] };
    assert_eq!(outputs[..2], [Output::Alarm(revised), build]);
    // What belongs to the voided report no longer counts.
    round.handle(peer(0, OURS), 120);
    round.handle(built(), 120);
    assert_eq!(round.progress().unwrap().1, 0);
    assert_eq!(round.progress().unwrap().0.revision, 1);
    let outputs = with(open(121), &mut round);
    assert_eq!(count(&outputs, is_build), 0, "a node that lags behind is not believed");
}

#[test]
fn another_configuration_is_another_report() {
    let mut round = round();
    signed(&mut round);
    let seat = Seat { config_digest: [2; 32], index: Some(3), ..seat() };
    let outputs = with(ChainStatus { duty: Duty::Report(seat), ..open(101) }, &mut round);
    assert_eq!(count(&outputs, is_build), 1);
    let (key, signatures) = round.progress().unwrap();
    assert_eq!((key.config_digest, signatures), ([2; 32], 0));
}

#[test]
fn suspended_operators_do_not_count() {
    let mut round = round();
    signed(&mut round);
    for index in [0, 2] {
        round.handle(peer(index, OURS), 100);
    }
    assert_eq!(round.progress().unwrap().1, 3, "a quorum");
    let without = |suspended| Duty::Report(Seat { suspended, ..seat() });
    for now_s in 101..130 {
        let outputs = with(ChainStatus { duty: without(0b0001), ..open(now_s) }, &mut round);
        assert_eq!(count(&outputs, is_submit), 0, "operator 0 was suspended in the meantime");
        round.handle(peer(0, OURS), now_s);
    }
    let outputs = round.handle(peer(3, OURS), 130);
    let posted = outputs.iter().find_map(|output| match output {
        Output::Submit { signatures, .. } => {
            Some(signatures.iter().map(|(index, _)| *index).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(posted, Some(vec![1, 2, 3]));
}

/// Operator `first` may anchor from 105, everybody from 120.
fn anchoring(now_s: u64, first: u8, anchored: Option<[u8; 32]>) -> ChainStatus {
    let anchor = Some(AnchorState { anchored, first, first_from_s: 105, any_from_s: 120 });
    ChainStatus { anchor, ..open(now_s) }
}

fn is_anchor(output: &Output) -> bool {
    matches!(output, Output::Anchor { epoch: 0, revision: 0, input_root: ROOT })
}

#[test]
fn the_input_is_anchored_when_it_is_our_turn_and_signed_once_it_stands() {
    // Operator 1 waits for no one if it is first; else for the second half and its place in the order of posts.
    for (first, expected) in [(1, 105..=105), (2, 120..=126)] {
        let mut round = round();
        with(anchoring(100, first, None), &mut round);
        assert_eq!(count(&round.handle(built(), 100), is_sign), 0, "not before the anchor stands");
        let mut anchored_at = None;
        for now_s in 101..140 {
            let outputs = with(anchoring(now_s, first, None), &mut round);
            assert_eq!(count(&outputs, is_sign), 0);
            if count(&outputs, is_anchor) == 1 {
                assert_eq!(anchored_at.replace(now_s), None, "once, until its outcome is known");
            }
        }
        assert!(expected.contains(&anchored_at.unwrap()), "{anchored_at:?}");
        round.handle(Input::Anchored { epoch: 0, revision: 0, outcome: TxOutcome::Included }, 140);
        assert_eq!(count(&with(anchoring(141, first, Some(ROOT)), &mut round), is_sign), 1);
    }
}

#[test]
fn nothing_is_anchored_while_the_chain_is_behind() {
    let mut round = round();
    with(anchoring(100, 1, None), &mut round);
    round.handle(built(), 100);
    for now_s in 105..130 {
        let outputs = round.handle(Input::Status(anchoring(104, 1, None)), now_s);
        assert_eq!(count(&outputs, is_anchor), 0, "block time is before the turn");
    }
}

#[test]
fn another_anchored_input_is_told_once_and_never_signed() {
    let mut round = round();
    with(anchoring(100, 1, Some([4; 32])), &mut round);
    let mut outputs = round.handle(built(), 100);
    outputs.extend((101..160).flat_map(|now_s| with(anchoring(now_s, 1, Some([4; 32])), &mut round)));
    let told = RoundAlarm::AnchorDiffers { epoch: 0, ours: ROOT, theirs: [4; 32] };
    assert_eq!(count(&outputs, |output| *output == Output::Alarm(told.clone())), 1);
    assert_eq!((count(&outputs, is_sign), count(&outputs, is_anchor)), (0, 0));
    // The node lied, or another one is asked now.
    assert_eq!(count(&with(anchoring(161, 1, Some(ROOT)), &mut round), is_sign), 1);
}

#[test]
fn a_posted_report_needs_no_anchor_any_more() {
    let mut round = round();
    let pending = Some(Pending { digest: OURS });
    with(ChainStatus { pending, due_s: None, ..open(100) }, &mut round);
    assert_eq!(count(&round.handle(built(), 100), is_sign), 1);
}

#[test]
fn anchors_are_bounded_and_the_last_failure_says_so() {
    let mut round = round();
    with(anchoring(100, 1, None), &mut round);
    round.handle(built(), 100);
    let (mut posts, mut given_up) = (0, 0);
    for now_s in 105..9_900 {
        if count(&with(anchoring(now_s, 1, None), &mut round), is_anchor) == 1 {
            posts += 1;
            let outcome = TxOutcome::Failed { reason: "refused".into() };
            let outputs = round.handle(Input::Anchored { epoch: 0, revision: 0, outcome }, now_s);
            given_up += count(&outputs, |output| {
                matches!(output, Output::Alarm(RoundAlarm::AnchorFailed { given_up: true, .. }))
            });
        }
    }
    assert_eq!((posts, given_up), (ANCHORS_MAX, 1));
}
