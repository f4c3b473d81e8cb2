//! Participation: counted from the bitmaps of final reports, a bounded number at a time.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, ParticipationResponse, QueryMsg};
use attention_rewards::OperatorError;
use cw_multi_test::AppResponse;

use crate::suite::{Suite, admin, assert_refused, clock, events, spare_key};

fn count(suite: &mut Suite) -> Result<AppResponse, String> {
    let anyone = suite.user("anyone");
    suite.execute(&anyone, &ExecuteMsg::CountParticipation {}, &[])
}

/// The first epoch not counted, and each operator's (reports, signed).
fn counted(suite: &Suite) -> (u64, Vec<(u64, u64)>) {
    let answer: ParticipationResponse = suite.query(&QueryMsg::Participation {});
    let pairs = answer.operators.iter().map(|operator| (operator.reports, operator.signed));
    (answer.next_epoch, pairs.collect())
}

fn report(suite: &mut Suite, epoch: u64, indices: &[u8]) {
    suite.close(epoch);
    let draft = suite.draft(epoch);
    let signatures = suite.sign(&draft.body, indices);
    suite.submit_signed(&draft, signatures).unwrap();
}

#[test]
fn final_reports_are_counted_once() {
    let mut suite = Suite::new();
    let nothing = |epoch| OperatorError::NothingToCount { epoch };
    assert_refused(count(&mut suite), nothing(0));
    report(&mut suite, 0, &[0, 1, 3]);
    assert_refused(count(&mut suite), nothing(0));
    suite.finalise();
    let response = count(&mut suite).unwrap();
    assert_eq!(events(&response), [Event::ParticipationCounted { from_epoch: 0, next_epoch: 1 }]);
    assert_eq!(counted(&suite), (1, vec![(1, 1), (1, 1), (1, 0), (1, 1)]));
    assert_refused(count(&mut suite), nothing(1));
    report(&mut suite, 1, &[0, 1, 2, 3]);
    suite.finalise();
    // Epoch 2 is missed.
    suite.make_blocks(20);
    report(&mut suite, 3, &[1, 2, 3]);
    suite.make_blocks(5);
    count(&mut suite).unwrap();
    assert_eq!(counted(&suite), (3, vec![(2, 2), (2, 2), (2, 1), (2, 2)]), "epoch 3 is pending");
    suite.finalise();
    count(&mut suite).unwrap();
    assert_eq!(counted(&suite), (4, vec![(3, 2), (3, 3), (3, 2), (3, 3)]));
    let answer: ParticipationResponse = suite.query(&QueryMsg::Participation {});
    assert_eq!((answer.operators[1].name.as_str(), &answer.operators[1].admin), ("operator 1", &admin(1)));
}

#[test]
fn an_admin_is_counted_whatever_its_key_and_place() {
    let mut suite = Suite::new();
    report(&mut suite, 0, &[0, 1, 2]);
    suite.finalise();
    let mut operators = suite.same_operators();
    operators.operators.swap(0, 3);
    suite.propose(operators).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    suite.swap(3, &spare_key(0)).unwrap();
    let epoch = clock().epoch_at(suite.now_s()).unwrap() + 1;
    suite.operators.swap(0, 3);
    suite.operators[0] = spare_key(0);
    report(&mut suite, epoch, &[0, 1, 2]);
    suite.finalise();
    count(&mut suite).unwrap();
    // Index 0 is now the fourth operator's admin, who signed the second report only; index 3 the first one's.
    assert_eq!(counted(&suite), (epoch + 1, vec![(2, 1), (2, 2), (2, 2), (2, 1)]));
}

#[test]
fn at_most_100_reports_are_counted_at_a_time() {
    let mut suite = Suite::new();
    for epoch in 0..101 {
        report(&mut suite, epoch, if epoch < 100 { &[0, 1, 2] } else { &[1, 2, 3] });
        suite.finalise();
    }
    let response = count(&mut suite).unwrap();
    assert_eq!(events(&response), [Event::ParticipationCounted { from_epoch: 0, next_epoch: 100 }]);
    assert_eq!(counted(&suite), (100, vec![(100, 100), (100, 100), (100, 100), (100, 0)]));
    count(&mut suite).unwrap();
    assert_eq!(counted(&suite), (101, vec![(101, 100), (101, 101), (101, 101), (101, 1)]));
}
