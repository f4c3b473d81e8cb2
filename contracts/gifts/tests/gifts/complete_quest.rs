//! Completing quests: once an epoch, a cooldown apart, by the account itself; and the rewards.

use attention_gifts::ContractError;
use attention_protocol::gift::{EpochWindow, ExecuteMsg, GiftTerms, QuestReward, QuestTerms};
use attention_protocol::msg::ClaimItem;

use crate::bed::{Bed, assert_refused, attribute, has_event};
use crate::collection::Mode;

#[test]
fn a_completion_is_unique_and_a_cooldown_apart() {
    let mut bed = Bed::new();
    let quest = bed.create_quest(bed.quest_terms());
    for epoch in 0..7 {
        bed.epoch(epoch, &[("alice", 500_000)]);
    }
    let before = bed.completions("alice", quest);
    assert_eq!((before.completed, before.last_epoch, before.ready_epoch), (0, None, Some(0)));
    let response = bed.complete("alice", quest, 1).unwrap();
    assert_eq!(attribute(&response, "quest_completed", "epoch"), "1");
    assert_eq!(attribute(&response, "quest_completed", "completed"), "1");
    let again = ContractError::AlreadyCompleted { quest, epoch: 1 };
    assert_refused(bed.complete("alice", quest, 1), again);
    for epoch in [0, 2] {
        let cooling = ContractError::CoolingDown { quest, epoch, ready_epoch: 3 };
        assert_refused(bed.complete("alice", quest, epoch), cooling);
    }
    bed.complete("alice", quest, 3).unwrap();
    let after = bed.completions("alice", quest);
    assert_eq!((after.completed, after.last_epoch, after.ready_epoch), (2, Some(3), Some(5)));
    bed.complete("alice", quest, 5).unwrap();
    bed.epoch(7, &[("alice", 500_000)]);
    let limit = ContractError::AccountLimit { what: "quest", id: quest, max: 3 };
    assert_refused(bed.complete("alice", quest, 7), limit);
    assert_eq!(bed.completions("alice", quest).ready_epoch, None);
}

#[test]
fn condition_window_and_supply_each_missed_by_one() {
    let mut bed = Bed::new();
    let window = EpochWindow { first_epoch: 1, end_epoch: 3 };
    let terms = QuestTerms { supply: 2, per_account: 1, window, ..bed.quest_terms() };
    let quest = bed.create_quest(terms);
    let scores = [("alice", 500_000), ("bob", 499_999), ("carol", 500_000), ("dan", 500_000)];
    for epoch in 0..4 {
        bed.epoch(epoch, &scores);
    }
    for epoch in [0, 3] {
        let outside = ContractError::OutsideWindow { epoch, first_epoch: 1, end_epoch: 3 };
        assert_refused(bed.complete("alice", quest, epoch), outside);
    }
    let unmet = ContractError::ConditionUnmet { epoch: 1, score: 499_999, streak: 2 };
    assert_refused(bed.complete("bob", quest, 1), unmet);
    bed.complete("alice", quest, 1).unwrap();
    bed.complete("carol", quest, 2).unwrap();
    let none = ContractError::SupplyExhausted { what: "quest", id: quest, supply: 2 };
    assert_refused(bed.complete("dan", quest, 2), none);
    assert_eq!(bed.completions("dan", quest).ready_epoch, None);
    assert_refused(bed.complete("dan", 9, 2), ContractError::UnknownQuest { quest: 9 });
}

/// A stranger's choice of epoch could cost the account its cooldown.
#[test]
fn only_the_account_itself() {
    let mut bed = Bed::new();
    let quest = bed.create_quest(bed.quest_terms());
    bed.epoch(0, &[("alice", 500_000)]);
    let ClaimItem { position, proof, epoch, .. } = bed.leaf("alice", 0);
    let mallory = bed.user("mallory");
    let expected = ContractError::NotYourLeaf { campaign: bed.campaign, account: mallory.clone() };
    let msg = ExecuteMsg::CompleteQuest { quest, epoch, position, proof };
    assert_refused(bed.execute(&mallory, &msg), expected);
}

#[test]
fn a_gift_as_reward() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(GiftTerms { condition: None, supply: 2, ..bed.minted(&collection) });
    let quest = bed.create_quest(QuestTerms { reward: QuestReward::Gift { gift }, ..bed.quest_terms() });
    for epoch in 0..5 {
        bed.epoch(epoch, &[("alice", 500_000), ("bob", 500_000)]);
    }
    let response = bed.complete("alice", quest, 0).unwrap();
    assert_eq!(attribute(&response, "gift_claimed", "token_id"), "g1-0");
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
    // A delivery that fails is owed, and the completion stands.
    bed.set_mode(&collection, Mode::Reverting);
    assert!(has_event(&bed.complete("alice", quest, 2).unwrap(), "gift_owed"));
    bed.set_mode(&collection, Mode::Honest);
    bed.withdraw("alice", gift, None).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-1").unwrap(), bed.user("alice"));
    // A gift that cannot be given any more refuses the completion: nothing is recorded.
    let none = ContractError::SupplyExhausted { what: "gift", id: gift, supply: 2 };
    assert_refused(bed.complete("bob", quest, 4), none);
    assert_eq!(bed.completions("bob", quest).completed, 0);
}

/// The boost adds to the score that the same proof shows, once; a later proof of that epoch adds nothing.
#[test]
fn a_boost_as_reward() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let reward = QuestReward::Boost { privilege, amount: 299_999 };
    let first = bed.create_quest(QuestTerms { reward, ..bed.quest_terms() });
    let second = bed.create_quest(QuestTerms {
        reward: QuestReward::Boost { privilege, amount: 1 },
        ..bed.quest_terms()
    });
    bed.epoch(0, &[("alice", 500_000), ("bob", 500_000)]);
    let response = bed.complete("alice", first, 0).unwrap();
    assert_eq!(attribute(&response, "privilege_proven", "score"), "799999");
    assert!(!bed.has("alice", privilege, 1).has, "one below the mark");
    let proven = ContractError::AlreadyProven { privilege, epoch: 0 };
    assert_refused(bed.prove("alice", privilege, 0), proven);
    bed.complete("alice", second, 0).unwrap();
    assert!(bed.has("alice", privilege, 1).has);
    // Proven before: only the boost is added.
    bed.prove("bob", privilege, 0).unwrap();
    bed.complete("bob", first, 0).unwrap();
    assert_eq!(bed.has("bob", privilege, 1).score, 799_999);
}

/// A boost for an epoch that the history has closed cannot be added, so the completion is refused.
#[test]
fn a_boost_can_come_too_late() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let reward = QuestReward::Boost { privilege, amount: 1 };
    let quest = bed.create_quest(QuestTerms { reward, ..bed.quest_terms() });
    for epoch in 0..=16 {
        bed.epoch(epoch, &[("alice", 500_000)]);
    }
    bed.prove("alice", privilege, 16).unwrap();
    let late = ContractError::EpochTooOld { epoch: 0, newest: 16 };
    assert_refused(bed.complete("alice", quest, 0), late);
    assert_eq!(bed.completions("alice", quest).completed, 0);
    bed.complete("alice", quest, 1).unwrap();
}
