//! Closing: what is promised to nobody goes back, what is owed never does.

use attention_gifts::ContractError;
use attention_protocol::gift::ExecuteMsg;

use crate::bed::{Bed, assert_refused, attribute, has_event};
use crate::collection::Mode;

#[test]
fn only_what_is_promised_to_nobody_goes_back() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&["a", "b", "c"]);
    bed.epoch(0, &[("alice", 500_000), ("bob", 500_000)]);
    bed.claim("bob", gift, 0).unwrap();
    bed.set_mode(&collection, Mode::Reverting);
    bed.claim("alice", gift, 0).unwrap();
    bed.set_mode(&collection, Mode::Honest);
    let response = bed.close(gift, None, None).unwrap();
    assert_eq!(attribute(&response, "gift_closed", "returned"), "1");
    let owner = |bed: &Bed, token_id| bed.owner_of(&collection, token_id).unwrap();
    assert_eq!(owner(&bed, "a"), bed.user("bob"));
    assert_eq!(owner(&bed, "b"), bed.gifts, "owed to Alice");
    assert_eq!(owner(&bed, "c"), bed.sponsor);
    assert_refused(bed.close(gift, None, None), ContractError::NothingToReturn { gift });
    bed.withdraw("alice", gift, None).unwrap();
    assert_eq!(owner(&bed, "b"), bed.user("alice"));
    let stored = bed.gift(gift);
    assert_eq!((stored.claimed, stored.owed, stored.held, stored.closed), (2, 0, 0, true));
}

#[test]
fn nothing_is_given_afterwards() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    bed.epoch(0, &[("alice", 500_000)]);
    let response = bed.close(gift, None, None).unwrap();
    assert_eq!(attribute(&response, "gift_closed", "returned"), "0");
    assert_refused(bed.claim("alice", gift, 0), ContractError::GiftClosed { gift });
    assert_eq!(bed.status(gift, "alice").left, 0);
    assert_refused(bed.close(gift, None, None), ContractError::NothingToReturn { gift });
}

#[test]
fn pages_are_bounded() {
    let mut bed = Bed::new();
    let sponsor = bed.sponsor.clone();
    let collection = bed.collection_of(&sponsor, &sponsor, None);
    let terms = attention_protocol::gift::GiftTerms { supply: 100, ..bed.handed_out(&collection) };
    let gift = bed.create_gift(terms);
    for index in 0..60 {
        let token_id = format!("t{index}");
        bed.mint_to(&collection, &sponsor, &token_id);
        bed.deposit(&sponsor, &collection, &token_id, gift).unwrap();
    }
    let closed = |bed: &mut Bed, limit| {
        let response = bed.close(gift, None, limit).unwrap();
        let number = |key| attribute(&response, "gift_closed", key).parse::<u32>().unwrap();
        (number("returned"), number("held"))
    };
    assert_eq!(closed(&mut bed, None), (10, 50));
    assert_eq!(bed.owner_of(&collection, "t59").unwrap(), sponsor, "the newest first");
    assert_eq!(bed.owner_of(&collection, "t49").unwrap(), bed.gifts);
    assert_eq!(closed(&mut bed, Some(0)), (1, 49));
    assert_eq!(closed(&mut bed, Some(1_000)), (32, 17));
    assert_eq!(closed(&mut bed, Some(32)), (17, 0));
    assert_eq!(bed.owner_of(&collection, "t0").unwrap(), sponsor);
}

/// A token that cannot be moved does not hold up the others, and is not lost.
#[test]
fn a_stuck_token_is_skipped() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&["a", "b", "c"]);
    let token_id = "c".to_string();
    bed.set_mode(&collection, Mode::Stuck { token_id });
    let response = bed.close(gift, None, Some(1)).unwrap();
    assert_eq!(attribute(&response, "return_failed", "serial"), "2");
    assert_eq!(bed.gift(gift).held, 3);
    let sponsor = bed.sponsor.clone();
    assert!(!has_event(&bed.close(gift, Some(2), Some(1)).unwrap(), "return_failed"));
    assert_eq!(bed.owner_of(&collection, "b").unwrap(), sponsor);
    assert!(has_event(&bed.close(gift, None, None).unwrap(), "return_failed"));
    assert_eq!(bed.owner_of(&collection, "a").unwrap(), sponsor);
    assert_refused(bed.close(gift, Some(2), None), ContractError::NothingToReturn { gift });
    assert_refused(bed.close(gift, Some(0), None), ContractError::NothingToReturn { gift });
    assert_eq!(bed.gift(gift).held, 1);
    bed.set_mode(&collection, Mode::Honest);
    bed.close(gift, None, None).unwrap();
    assert_eq!(bed.owner_of(&collection, "c").unwrap(), sponsor);
    assert_eq!(bed.gift(gift).held, 0);
}

#[test]
fn only_the_sponsor_closes() {
    let mut bed = Bed::new();
    let (gift, _) = bed.hand_out(&["a"]);
    let close = ExecuteMsg::CloseGift { gift, before: None, limit: None };
    for sender in [bed.chain.owner.clone(), bed.chain.guardian.clone(), bed.user("mallory")] {
        let allowed = "the campaign's sponsor";
        let expected = ContractError::Unauthorized { sender: sender.clone(), allowed };
        assert_refused(bed.execute(&sender, &close), expected);
    }
    let sponsor = bed.sponsor.clone();
    let unknown = ExecuteMsg::CloseGift { gift: 8, before: None, limit: None };
    assert_refused(bed.execute(&sponsor, &unknown), ContractError::UnknownGift { gift: 8 });
    bed.pause();
    bed.execute(&sponsor, &close).unwrap();
}
