//! Proving scores: once an epoch, in any order, for anyone.

use attention_gifts::ContractError;
use attention_protocol::ProtocolError;
use attention_protocol::gift::ExecuteMsg;
use attention_protocol::msg::ClaimItem;

use crate::bed::{Bed, assert_refused, attribute};

/// The example of the README, through real epochs.
#[test]
fn the_example() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let steps =
        [(600_000, 600_000, 0), (900_000, 1_200_000, 2), (300_000, 900_000, 2), (449_999, 899_999, 1)];
    for (epoch, (score, decayed, level)) in (0..).zip(steps) {
        bed.epoch(epoch, &[("alice", score)]);
        let response = bed.prove("alice", privilege, epoch).unwrap();
        assert_eq!(attribute(&response, "privilege_proven", "account"), bed.user("alice").to_string());
        assert_eq!(attribute(&response, "privilege_proven", "score"), decayed.to_string());
        assert_eq!(attribute(&response, "privilege_proven", "level"), level.to_string());
        let answer = bed.has("alice", privilege, 1);
        assert_eq!((answer.has, answer.level, answer.score), (level >= 1, level, decayed), "epoch {epoch}");
        assert_eq!((answer.expires_epoch, answer.stale_epochs), (Some(epoch + 4), 0));
        assert_eq!(bed.has("alice", privilege, 2).has, level == 2);
    }
    // Two more epochs without a proof: bronze fades away.
    for (epoch, decayed, level) in [(4, 449_999, 1), (5, 224_999, 0)] {
        bed.chain.close(epoch);
        let answer = bed.has("alice", privilege, 1);
        assert_eq!((answer.has, answer.level, answer.score), (level == 1, level, decayed), "epoch {epoch}");
        assert_eq!(answer.stale_epochs, epoch - 3);
    }
}

#[test]
fn an_epoch_counts_once_and_only_for_its_account() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    bed.epoch(0, &[("alice", 800_000), ("bob", 799_999)]);
    bed.prove("alice", privilege, 0).unwrap();
    assert_refused(bed.prove("alice", privilege, 0), ContractError::AlreadyProven { privilege, epoch: 0 });
    bed.prove("bob", privilege, 0).unwrap();
    assert!(bed.has("alice", privilege, 1).has);
    assert!(!bed.has("bob", privilege, 1).has, "one below the mark");
    assert!(!bed.has("carol", privilege, 1).has);
    assert_refused(bed.prove("alice", 9, 0), ContractError::UnknownPrivilege { privilege: 9 });
}

/// A stranger who proves the newest epoch first takes nothing away: older ones still count, and the level that was held in
/// between is found again.
#[test]
fn the_order_does_not_matter() {
    let scores = [600_000, 900_000, 300_000, 450_000, 450_000];
    let run = |order: &[u64]| {
        let mut bed = Bed::new();
        let privilege = bed.create_privilege(bed.privilege_terms());
        for (epoch, score) in (0..).zip(scores) {
            bed.epoch(epoch, &[("alice", score)]);
        }
        for epoch in order {
            bed.prove("alice", privilege, *epoch).unwrap();
        }
        bed.has("alice", privilege, 2)
    };
    let rising = run(&[0, 1, 2, 3, 4]);
    assert_eq!((rising.level, rising.score), (2, 900_000), "gold from epoch 1 on, kept at exactly 900,000");
    for order in [[4, 3, 2, 1, 0], [4, 0, 3, 1, 2], [2, 4, 1, 3, 0]] {
        assert_eq!(run(&order), rising, "{order:?}");
    }
    // 600,000 → 150,000 + 300,000 → 225,000 + 450,000 → 337,500 + 450,000: without epoch 1 no mark is ever reached.
    let without = run(&[4, 3, 2, 0]);
    assert_eq!((without.level, without.score), (0, 787_500));
}

#[test]
fn sixteen_epochs_late_is_too_late() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    for epoch in 0..=16 {
        bed.epoch(epoch, &[("alice", 1_000)]);
    }
    bed.prove("alice", privilege, 16).unwrap();
    assert_refused(bed.prove("alice", privilege, 0), ContractError::EpochTooOld { epoch: 0, newest: 16 });
    bed.prove("alice", privilege, 1).unwrap();
}

#[test]
fn only_proven_leaves_count() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    bed.epoch(0, &[("alice", 1), ("bob", 2)]);
    let ClaimItem { position, proof, epoch, .. } = bed.leaf("alice", 0);
    let mut raised = proof.to_vec();
    raised[21..25].copy_from_slice(&1_000_000u32.to_be_bytes());
    let alice = bed.user("alice");
    let msg = ExecuteMsg::ProvePrivilege { privilege, epoch, position, proof: raised.into() };
    assert_refused(bed.execute(&alice, &msg), ProtocolError::RootMismatch);
    let msg = ExecuteMsg::ProvePrivilege { privilege, epoch: 1, position, proof };
    let error = bed.execute(&alice, &msg).unwrap_err();
    assert!(error.contains("does not know an allocation of campaign 1 in epoch 1"), "{error}");
    assert_eq!(bed.has("alice", privilege, 1).expires_epoch, None);
}
