//! Claiming: the leaf, the condition, the window and every limit, each missed by one.

use attention_gifts::ContractError;
use attention_protocol::ProtocolError;
use attention_protocol::gift::{Condition, EpochWindow, GiftTerms};
use attention_protocol::msg::ClaimItem;
use cosmwasm_std::Binary;

use crate::bed::{Bed, assert_refused, attribute, score_at_least};
use crate::suite::NewCampaign;

#[test]
fn a_token_is_minted_to_the_account() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    bed.epoch(0, &[("alice", 500_000), ("bob dao", 499_999)]);
    let response = bed.claim("alice", gift, 0).unwrap();
    assert_eq!(attribute(&response, "gift_claimed", "token_id"), "g1-0");
    let token = bed.token(&collection, "g1-0").unwrap();
    assert_eq!(token.owner, bed.user("alice").to_string());
    assert_eq!(token.token_uri.unwrap(), "ipfs://gift");
    let expected = ContractError::ConditionUnmet { epoch: 0, score: 499_999, streak: 1 };
    assert_refused(bed.claim("bob dao", gift, 0), expected);
    let status = bed.status(gift, "alice");
    assert_eq!((status.claimed, status.left, status.owed), (1, 1, None));
    let stored = bed.gift(gift);
    assert_eq!((stored.claimed, stored.owed, stored.held), (1, 0, 0));
}

/// A contract's account, of 32 bytes, receives as well; somebody else pays the gas and receives nothing.
#[test]
fn anyone_may_claim_for_the_account() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    bed.epoch(0, &[("guild dao", 600_000), ("mallory", 600_000)]);
    bed.claim_for("mallory", "guild dao", gift, 0).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("guild dao"));
    assert_eq!(bed.status(gift, "mallory").claimed, 0);
    let again = bed.claim_for("mallory", "guild dao", gift, 0);
    assert_refused(again, ContractError::AlreadyClaimed { gift, epoch: 0 });
}

#[test]
fn a_streak_missed_by_one() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let condition = Some(Condition::StreakAtLeast { streak: 3 });
    let gift = bed.create_gift(GiftTerms { condition, ..bed.minted(&collection) });
    for epoch in 0..3 {
        bed.epoch(epoch, &[("alice", 1), ("bob", u32::from(epoch != 1))]);
    }
    let unmet = |epoch, score, streak| ContractError::ConditionUnmet { epoch, score, streak };
    assert_refused(bed.claim("alice", gift, 1), unmet(1, 1, 2));
    assert_refused(bed.claim("bob", gift, 2), unmet(2, 1, 1));
    assert_refused(bed.claim("bob", gift, 1), unmet(1, 0, 0));
    bed.claim("alice", gift, 2).unwrap();
}

#[test]
fn the_window_has_two_edges() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let window = EpochWindow { first_epoch: 1, end_epoch: 3 };
    let gift = bed.create_gift(GiftTerms { window, ..bed.minted(&collection) });
    for epoch in 0..4 {
        bed.epoch(epoch, &[("alice", 500_000)]);
    }
    for epoch in [0, 3] {
        let expected = ContractError::OutsideWindow { epoch, first_epoch: 1, end_epoch: 3 };
        assert_refused(bed.claim("alice", gift, epoch), expected);
    }
    // Later epochs first: claims come in any order.
    for epoch in [2, 1] {
        bed.claim("alice", gift, epoch).unwrap();
    }
}

#[test]
fn each_limit() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    for epoch in 0..3 {
        bed.epoch(epoch, &[("alice", 500_000), ("bob", 500_000)]);
    }
    bed.claim("alice", gift, 0).unwrap();
    assert_refused(bed.claim("alice", gift, 0), ContractError::AlreadyClaimed { gift, epoch: 0 });
    bed.claim("alice", gift, 1).unwrap();
    let limit = ContractError::AccountLimit { what: "gift", id: gift, max: 2 };
    assert_refused(bed.claim("alice", gift, 2), limit);
    bed.claim("bob", gift, 1).unwrap();
    let none = ContractError::SupplyExhausted { what: "gift", id: gift, supply: 3 };
    assert_refused(bed.claim("bob", gift, 2), none);
    let status = bed.status(gift, "bob");
    assert_eq!((status.claimed, status.left), (1, 0));
    assert_eq!(bed.owner_of(&collection, "g1-3"), None);
}

#[test]
fn deposits_are_handed_out_first_in_first_out() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&["b", "a"]);
    bed.epoch(0, &[("alice", 500_000), ("bob", 500_000), ("carol", 500_000)]);
    for (name, token_id) in [("carol", "b"), ("alice", "a")] {
        bed.claim(name, gift, 0).unwrap();
        assert_eq!(bed.owner_of(&collection, token_id).unwrap(), bed.user(name));
    }
    assert_refused(bed.claim("bob", gift, 0), ContractError::NothingDeposited { gift });
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).held), (2, 0));
    let sponsor = bed.sponsor.clone();
    bed.mint_to(&collection, &sponsor, "c");
    bed.deposit(&sponsor, &collection, "c", gift).unwrap();
    bed.claim("bob", gift, 0).unwrap();
    assert_eq!(bed.owner_of(&collection, "c").unwrap(), bed.user("bob"));
}

#[test]
fn another_accounts_leaf_is_refused() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    bed.epoch(0, &[("alice", 500_000), ("mallory", 0)]);
    let stolen = bed.leaf("alice", 0);
    let expected = ContractError::NotYourLeaf { campaign: bed.campaign, account: bed.user("mallory") };
    assert_refused(bed.claim_with("mallory", gift, stolen), expected);
}

#[test]
fn only_the_leaf_at_its_place_in_a_settled_allocation() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    bed.epoch(0, &[("alice", 500_000), ("bob", 500_000), ("mallory", 1)]);
    let good = bed.leaf("mallory", 0);
    // A leaf that says more than was reported.
    let mut raised = good.proof.to_vec();
    raised[21..25].copy_from_slice(&1_000_000u32.to_be_bytes());
    let raised = ClaimItem { proof: Binary::new(raised), ..good.clone() };
    assert_refused(bed.claim_with("mallory", gift, raised), ProtocolError::RootMismatch);
    let position = (good.position + 1) % 3;
    assert!(bed.claim_with("mallory", gift, ClaimItem { position, ..good.clone() }).is_err());
    let beyond = ProtocolError::Position { position: 3, leaf_count: 3 };
    assert_refused(bed.claim_with("mallory", gift, ClaimItem { position: 3, ..good.clone() }), beyond);
    let short = Binary::new(good.proof.as_slice()[..54].to_vec());
    assert!(bed.claim_with("mallory", gift, ClaimItem { proof: short, ..good }).is_err());
    // A pending, then a final report that nobody has settled.
    let campaign = bed.campaign;
    let draft = bed.chain.report_epoch(1, &[(campaign, &[("alice", 500_000)])]);
    for _ in 0..2 {
        let error = bed.claim("alice", gift, 1).unwrap_err();
        assert!(error.contains("does not know an allocation of campaign 1 in epoch 1"), "{error}");
        bed.chain.finalise();
    }
    let items = bed.chain.settle_items(&draft);
    bed.chain.settle(items).unwrap();
    bed.claim("alice", gift, 1).unwrap();
}

/// The same account and epoch in another campaign is another leaf.
#[test]
fn a_leaf_of_another_campaign_or_epoch_is_refused() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    let other = NewCampaign::default().create(&mut bed.chain);
    let campaign = bed.campaign;
    for epoch in 0..2 {
        bed.chain.run_epoch(epoch, &[(campaign, &[("alice", 1)]), (other, &[("alice", 500_000)])]);
    }
    let foreign = bed.chain.claim_item("alice", other, 0);
    assert_refused(bed.claim_with("alice", gift, foreign.clone()), ProtocolError::RootMismatch);
    let moved = ClaimItem { epoch: 1, ..foreign };
    assert_refused(bed.claim_with("alice", gift, moved), ProtocolError::RootMismatch);
}

#[test]
fn a_rejected_allocation_gives_nothing() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    let campaign = bed.campaign;
    bed.chain.close(0);
    let mut draft = bed.chain.draft(0);
    // A budget that the schedule does not give.
    let budget = bed.chain.budget(campaign, 0) + 1;
    bed.chain.commit_on(&mut draft, campaign, (None, budget), &[("alice", 500_000)]);
    bed.chain.submit(&draft).unwrap();
    bed.chain.finalise();
    let items = bed.chain.settle_items(&draft);
    bed.chain.settle(items).unwrap();
    assert_refused(bed.claim("alice", gift, 0), ContractError::NotSettled { campaign, epoch: 0 });
}

#[test]
fn some_gifts_cannot_be_claimed() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(GiftTerms { condition: None, ..bed.minted(&collection) });
    bed.epoch(0, &[("alice", 500_000)]);
    assert_refused(bed.claim("alice", gift, 0), ContractError::QuestsOnly { gift });
    assert_refused(bed.claim("alice", 7, 0), ContractError::UnknownGift { gift: 7 });
    let condition = Some(score_at_least(1_000_000));
    let top = bed.create_gift(GiftTerms { condition, ..bed.minted(&collection) });
    let expected = ContractError::ConditionUnmet { epoch: 0, score: 500_000, streak: 1 };
    assert_refused(bed.claim("alice", top, 0), expected);
}
