//! Withdrawing a proposal.

use attention_protocol::event::Event;
use attention_rewards::OperatorError;

use crate::suite::{Suite, assert_refused, events};

#[test]
fn a_withdrawn_proposal_is_gone_and_another_can_be_made() {
    let mut suite = Suite::new();
    assert_refused(suite.cancel_config(), OperatorError::NoProposal {});
    suite.propose_spec(1).unwrap();
    let response = suite.cancel_config().unwrap();
    assert_eq!(events(&response), [Event::ConfigCancelled {}]);
    suite.wait(2_000);
    assert_refused(suite.accept_config(), OperatorError::NoProposal {});
    assert_refused(suite.cancel_config(), OperatorError::NoProposal {});
    assert_eq!(suite.config_at(u64::MAX).config_version, 1);
    suite.propose_spec(2).unwrap();
    let ready_s = suite.now_s() + 2_000;
    assert_refused(suite.accept_config(), OperatorError::Timelocked { ready_s });
}
