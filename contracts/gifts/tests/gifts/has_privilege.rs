//! Whether an account holds a level: whatever is not certain is a no.

use attention_protocol::gift::{HasPrivilegeResponse, QueryMsg};

use crate::bed::{Bed, PAUSE_MAX_S};
use crate::suite::clock;

const NOTHING: HasPrivilegeResponse =
    HasPrivilegeResponse { has: false, level: 0, score: 0, expires_epoch: None, stale_epochs: 0 };

/// Alice holds gold, proven in epoch 1.
fn gold() -> (Bed, u64) {
    let mut bed = Bed::new();
    let mut terms = bed.privilege_terms();
    terms.half_life_epochs = 10_000;
    let privilege = bed.create_privilege(terms);
    for epoch in 0..2 {
        bed.epoch(epoch, &[("alice", 1_000_000)]);
        bed.prove("alice", privilege, epoch).unwrap();
    }
    assert!(bed.has("alice", privilege, 2).has);
    (bed, privilege)
}

#[test]
fn unknown_is_no() {
    let (bed, privilege) = gold();
    assert_eq!(bed.has("alice", privilege + 1, 1), NOTHING);
    assert_eq!(bed.has("alice", 0, 1), NOTHING);
    assert_eq!(bed.has("bob", privilege, 1), NOTHING);
    assert!(!bed.has("alice", privilege, 0).has, "level 0 is no level");
    assert!(!bed.has("alice", privilege, 3).has, "one above the highest");
    let account = "nobody".to_string();
    assert!(bed.query_error(&QueryMsg::HasPrivilege { privilege, account, level: 1 }).is_err());
}

/// Three whole epochs after epoch 1: held in epoch 4, gone in epoch 5, to the second.
#[test]
fn expired_is_no() {
    let (mut bed, privilege) = gold();
    let start_s = clock().window_start_s(5).unwrap();
    bed.chain.go_to(start_s - 1);
    let last = bed.has("alice", privilege, 2);
    assert_eq!((last.has, last.level, last.expires_epoch, last.stale_epochs), (true, 2, Some(5), 2));
    bed.chain.go_to(start_s);
    let gone = bed.has("alice", privilege, 1);
    assert_eq!((gone.has, gone.level, gone.expires_epoch, gone.stale_epochs), (false, 0, Some(5), 3));
    assert!(gone.score > 1_900_000, "the score is still there to see");
    // A proof of any later epoch, even of a low score, makes it fresh again: the score was kept all along.
    bed.epoch(4, &[("alice", 0), ("bob", 1)]);
    bed.prove("alice", privilege, 4).unwrap();
    assert_eq!(bed.has("alice", privilege, 2).level, 2);
}

#[test]
fn paused_is_no() {
    let mut bed = Bed::new();
    let mut terms = bed.privilege_terms();
    (terms.half_life_epochs, terms.ttl_epochs) = (10_000, 10_000);
    let privilege = bed.create_privilege(terms);
    bed.epoch(0, &[("alice", 1_000_000)]);
    bed.prove("alice", privilege, 0).unwrap();
    assert_eq!(bed.has("alice", privilege, 1).level, 1);
    bed.pause();
    let end_s = bed.chain.now_s() + PAUSE_MAX_S;
    for time_s in [bed.chain.now_s(), end_s - 1] {
        bed.chain.go_to(time_s);
        let paused = bed.has("alice", privilege, 1);
        assert_eq!((paused.has, paused.level), (false, 0));
        assert!(paused.score > 999_000, "the score is still there to see");
    }
    bed.chain.go_to(end_s);
    let after = bed.has("alice", privilege, 1);
    assert_eq!((after.has, after.level), (true, 1), "nothing was lost");
}
