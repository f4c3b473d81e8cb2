//! The bonds of demands that nobody has to answer any more.

use attention_protocol::fraud::Target;
use attention_protocol::msg::DemandStatus;
use attention_rewards::DisputeError;

use crate::suite::{DEMAND_BOND, Suite, assert_refused, commitment_key};

#[test]
fn a_voided_report_gives_them_back_once() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, Target::Commitment { index: 0 }).unwrap();
    let anyone = suite.user("anyone");
    let standing = DisputeError::NotVoided { epoch: 0, revision: 0 };
    assert_refused(suite.reclaim(0, 0, commitment_key(0)), standing);
    suite.void(0, 0).unwrap();
    assert_eq!(suite.owed_bond(&anyone), 0);
    let none = DisputeError::NoDemand { epoch: 0, revision: 0 };
    assert_refused(suite.reclaim(0, 0, commitment_key(1)), none.clone());
    suite.reclaim(0, 0, commitment_key(0)).unwrap();
    assert_eq!(suite.owed_bond(&anyone), DEMAND_BOND);
    assert_eq!(suite.demands_of(0, 0)[0].status, DemandStatus::Reclaimed);
    assert_refused(suite.reclaim(0, 0, commitment_key(0)), none);
    // However long ago it was.
    suite.resubmit(&draft);
    suite.demand(0, 1, Target::Commitment { index: 0 }).unwrap();
    suite.void(0, 1).unwrap();
    suite.close(9);
    suite.reclaim(0, 1, commitment_key(0)).unwrap();
    assert_eq!(suite.owed_bond(&anyone), 2 * DEMAND_BOND);
}

/// An answered demand of a report that is voided later has paid its bond out already.
#[test]
fn an_answered_one_is_not_given_back() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, Target::Commitment { index: 0 }).unwrap();
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), Target::Commitment { index: 0 }, answer).unwrap();
    suite.void(0, 0).unwrap();
    let none = DisputeError::NoDemand { epoch: 0, revision: 0 };
    assert_refused(suite.reclaim(0, 0, commitment_key(0)), none);
}
