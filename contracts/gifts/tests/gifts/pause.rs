//! Pauses: what they stop, how long, and what goes on.

use attention_gifts::ContractError;
use attention_gifts::permission::{WhilePaused, access};
use attention_protocol::gift::ExecuteMsg;

use crate::bed::{Bed, PAUSE_MAX_S, assert_refused};
use crate::every_message::every_message;

/// Every message against a pause: refused as paused, or not.
#[test]
fn the_matrix() {
    let mut bed = Bed::new();
    let messages = every_message(&mut bed);
    bed.pause();
    let until_s = bed.chain.now_s() + PAUSE_MAX_S;
    let sponsor = bed.sponsor.clone();
    for (name, msg) in messages {
        let result = bed.execute(&sponsor, &msg);
        match access(&msg).while_paused {
            WhilePaused::Refused => assert_refused(result, ContractError::Paused { until_s }),
            WhilePaused::Works => {
                assert!(!format!("{result:?}").contains("contract is paused until"), "{name}");
            }
        }
    }
}

#[test]
fn it_ends_by_itself() {
    let mut bed = Bed::new();
    bed.pause();
    let start_s = bed.chain.now_s();
    let terms = bed.privilege_terms();
    bed.chain.go_to(start_s + PAUSE_MAX_S - 1);
    assert!(bed.config().paused);
    let until_s = start_s + PAUSE_MAX_S;
    assert_refused(bed.try_create_privilege(terms.clone()), ContractError::Paused { until_s });
    bed.chain.go_to(until_s);
    assert!(!bed.config().paused);
    assert_eq!(bed.config().pause_until_s, Some(until_s));
    bed.create_privilege(terms);
}

/// A guardian cannot chain pauses: between two lies at least as long as one may last.
#[test]
fn pauses_cannot_be_chained() {
    let mut bed = Bed::new();
    bed.pause();
    let guardian = bed.chain.guardian.clone();
    let until_s = bed.chain.now_s() + PAUSE_MAX_S;
    let again = bed.execute(&guardian, &ExecuteMsg::Pause {});
    assert_refused(again, ContractError::AlreadyPaused { until_s });
    let from_s = until_s + PAUSE_MAX_S;
    for time_s in [until_s, from_s - 1] {
        bed.chain.go_to(time_s);
        assert_refused(bed.execute(&guardian, &ExecuteMsg::Pause {}), ContractError::PauseTooSoon { from_s });
    }
    bed.chain.go_to(from_s);
    bed.pause();
}

#[test]
fn only_the_owner_ends_it_early() {
    let mut bed = Bed::new();
    let (owner, guardian) = (bed.chain.owner.clone(), bed.chain.guardian.clone());
    assert_refused(bed.execute(&owner, &ExecuteMsg::Unpause {}), ContractError::NotPaused {});
    bed.pause();
    let sender = guardian.clone();
    let refused = bed.execute(&guardian, &ExecuteMsg::Unpause {});
    assert_refused(refused, ContractError::Unauthorized { sender, allowed: "the owner" });
    bed.chain.wait(40);
    bed.execute(&owner, &ExecuteMsg::Unpause {}).unwrap();
    assert!(!bed.config().paused);
    let from_s = bed.chain.now_s() + PAUSE_MAX_S;
    assert_refused(bed.execute(&owner, &ExecuteMsg::Pause {}), ContractError::PauseTooSoon { from_s });
}
