//! What a collection refused stays owed until it is delivered, to nobody but the account.

use attention_gifts::ContractError;
use attention_protocol::gift::OwedItem;
use cosmwasm_std::Addr;

use crate::bed::{Bed, assert_refused, attribute, has_event};
use crate::collection::Mode;

/// A gift of a collection that refuses, claimed by Alice for epoch 0.
fn owed(bed: &mut Bed) -> (u64, Addr) {
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    for epoch in 0..2 {
        bed.epoch(epoch, &[("alice", 500_000), ("bob", 500_000)]);
    }
    bed.set_mode(&collection, Mode::Reverting);
    let response = bed.claim("alice", gift, 0).unwrap();
    assert_eq!(attribute(&response, "gift_owed", "account"), bed.user("alice").to_string());
    assert_eq!(attribute(&response, "gift_owed", "token_id"), "g1-0");
    (gift, collection)
}

#[test]
fn a_failed_delivery_is_owed_and_made_up_for() {
    let mut bed = Bed::new();
    let (gift, collection) = owed(&mut bed);
    let item = OwedItem { epoch: 0, token_id: "g1-0".into() };
    assert_eq!(bed.status(gift, "alice").owed, Some(item.clone()));
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (1, 1));
    // Again in vain: nothing is lost, nothing is given twice.
    for _ in 0..2 {
        assert!(has_event(&bed.withdraw("alice", gift, None).unwrap(), "gift_owed"));
        assert_eq!(bed.status(gift, "alice").owed, Some(item.clone()));
        assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (1, 1));
    }
    bed.set_mode(&collection, Mode::Honest);
    let response = bed.withdraw("alice", gift, None).unwrap();
    assert!(!has_event(&response, "gift_owed"));
    assert_eq!(attribute(&response, "gift_withdrawn", "token_id"), "g1-0");
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (1, 0));
    let nothing = ContractError::NothingOwed { gift, account: bed.user("alice") };
    assert_refused(bed.withdraw("alice", gift, None), nothing);
}

#[test]
fn the_next_claim_waits_for_the_owed_one() {
    let mut bed = Bed::new();
    let (gift, collection) = owed(&mut bed);
    let first = ContractError::WithdrawFirst { gift, token_id: "g1-0".into() };
    assert_refused(bed.claim("alice", gift, 1), first);
    assert_refused(bed.claim("alice", gift, 0), ContractError::AlreadyClaimed { gift, epoch: 0 });
    bed.set_mode(&collection, Mode::Honest);
    // Others are not held up.
    bed.claim("bob", gift, 0).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-1").unwrap(), bed.user("bob"));
    bed.withdraw("alice", gift, None).unwrap();
    bed.claim("alice", gift, 1).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-2").unwrap(), bed.user("alice"));
}

#[test]
fn anyone_may_send_it_and_only_the_account_receives() {
    let mut bed = Bed::new();
    let (gift, collection) = owed(&mut bed);
    bed.set_mode(&collection, Mode::Honest);
    let nothing = ContractError::NothingOwed { gift, account: bed.user("bob") };
    assert_refused(bed.withdraw("bob", gift, None), nothing);
    bed.withdraw("bob", gift, Some("alice")).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
}

/// An owed token counts against the supply: it is nobody else's.
#[test]
fn what_is_owed_is_reserved() {
    let mut bed = Bed::new();
    let (gift, collection) = owed(&mut bed);
    bed.set_mode(&collection, Mode::Honest);
    bed.claim("bob", gift, 0).unwrap();
    bed.claim("bob", gift, 1).unwrap();
    let none = ContractError::SupplyExhausted { what: "gift", id: gift, supply: 3 };
    bed.epoch(2, &[("carol", 500_000)]);
    assert_refused(bed.claim("carol", gift, 2), none);
    bed.withdraw("alice", gift, None).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
}

/// A pause or the end of the gift keeps nothing back that is owed.
#[test]
fn owed_tokens_flow_while_paused_and_closed() {
    let mut bed = Bed::new();
    let (gift, collection) = owed(&mut bed);
    bed.close(gift, None, None).unwrap();
    bed.pause();
    bed.set_mode(&collection, Mode::Honest);
    bed.withdraw("alice", gift, None).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
    assert_refused(bed.withdraw("alice", 5, None), ContractError::UnknownGift { gift: 5 });
}
