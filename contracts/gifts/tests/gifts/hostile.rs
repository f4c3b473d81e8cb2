//! Hostile collections: whatever they do, they spoil nothing but their own gifts.

use attention_gifts::ContractError;
use attention_protocol::gift::{Cw721HookMsg, Cw721ReceiveMsg, ExecuteMsg, GiftTerms};
use attention_protocol::msg::ClaimItem;
use cosmwasm_std::to_json_binary;

use crate::bed::{Bed, assert_refused, has_event};
use crate::collection::{self, Mode};

/// One that calls back with another claim of the same account while it delivers.
#[test]
fn a_call_back_during_a_delivery_gives_each_token_once() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(GiftTerms { supply: 2, ..bed.minted(&collection) });
    for epoch in 0..2 {
        bed.epoch(epoch, &[("alice", 500_000)]);
    }
    let call_back = |bed: &Bed, epoch| {
        let ClaimItem { position, proof, .. } = bed.leaf("alice", epoch);
        let account = bed.user("alice").to_string();
        let msg = ExecuteMsg::ClaimGiftFor { account, gift, epoch, position, proof };
        Mode::CallingBack { contract: bed.gifts.to_string(), msg: to_json_binary(&msg).unwrap() }
    };
    // The same epoch again: the inner claim is refused, which undoes the delivery around it.
    let mode = call_back(&bed, 0);
    bed.set_mode(&collection, mode);
    assert!(has_event(&bed.claim("alice", gift, 0).unwrap(), "gift_owed"));
    assert_eq!(bed.owner_of(&collection, "g1-0"), None);
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (1, 1));
    // Another epoch within a withdrawal: its own delivery calls back a third time in vain and stays owed, the outer token
    // arrives. Nothing is counted twice.
    let mode = call_back(&bed, 1);
    bed.set_mode(&collection, mode);
    let response = bed.withdraw("alice", gift, None).unwrap();
    assert!(has_event(&response, "gift_claimed") && has_event(&response, "gift_owed"));
    assert_eq!(bed.owner_of(&collection, "g1-0").unwrap(), bed.user("alice"));
    assert_eq!(bed.owner_of(&collection, "g1-1"), None);
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (2, 1));
    bed.set_mode(&collection, Mode::Honest);
    bed.withdraw("alice", gift, None).unwrap();
    assert_eq!(bed.owner_of(&collection, "g1-1").unwrap(), bed.user("alice"));
    assert_eq!((bed.gift(gift).claimed, bed.gift(gift).owed), (2, 0));
}

/// One that calls back to close the gift while it delivers is not the sponsor.
#[test]
fn a_call_back_has_no_rights() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&["a", "b"]);
    bed.epoch(0, &[("alice", 500_000)]);
    let close = ExecuteMsg::CloseGift { gift, before: None, limit: None };
    let (contract, msg) = (bed.gifts.to_string(), to_json_binary(&close).unwrap());
    bed.set_mode(&collection, Mode::CallingBack { contract, msg });
    assert!(has_event(&bed.claim("alice", gift, 0).unwrap(), "gift_owed"));
    let stored = bed.gift(gift);
    assert_eq!((stored.owed, stored.held, stored.closed), (1, 1, false));
}

/// One that says it delivered: the account has nothing, and neither has anybody else.
#[test]
fn a_liar_spoils_only_its_own_gift() {
    let mut bed = Bed::new();
    let liar = bed.collection();
    let gift = bed.create_gift(bed.minted(&liar));
    let (honest_gift, honest) = bed.hand_out(&["a"]);
    bed.epoch(0, &[("alice", 500_000)]);
    bed.set_mode(&liar, Mode::Lying);
    bed.claim("alice", gift, 0).unwrap();
    assert_eq!(bed.owner_of(&liar, "g1-0"), None);
    bed.claim("alice", honest_gift, 0).unwrap();
    assert_eq!(bed.owner_of(&honest, "a").unwrap(), bed.user("alice"));
}

/// One that reports deposits that never were, or one twice: its claims stay owed; the tokens of others are out of reach.
#[test]
fn invented_deposits_reach_no_other_token() {
    let mut bed = Bed::new();
    let (rival, campaign) = bed.foreign_campaign("rival");
    let (_, honest) = bed.hand_out(&["a"]);
    let hostile = bed.collection_of(&rival, &rival, None);
    let terms = GiftTerms { campaign, ..bed.handed_out(&hostile) };
    let created = bed.execute(&rival, &ExecuteMsg::CreateGift(Box::new(terms))).unwrap();
    let gift: u64 = crate::bed::attribute(&created, "gift_created", "gift").parse().unwrap();
    let msg = to_json_binary(&Cw721HookMsg::Deposit { gift }).unwrap();
    let received = Cw721ReceiveMsg { sender: rival.to_string(), token_id: "a".into(), msg };
    let spoof = collection::ExecuteMsg::Spoof { contract: bed.gifts.to_string(), received };
    for _ in 0..2 {
        bed.tell(&rival, &hostile, &spoof).unwrap();
    }
    let refused = bed.tell(&rival, &honest, &spoof);
    assert_refused(refused, ContractError::WrongCollection { gift, sender: honest.clone() });
    bed.chain.run_epoch(0, &[(campaign, &[("mallory", 500_000)])]);
    let leaf = bed.chain.claim_item("mallory", campaign, 0);
    assert!(has_event(&bed.claim_with("mallory", gift, leaf).unwrap(), "gift_owed"));
    assert_eq!(bed.owner_of(&honest, "a").unwrap(), bed.gifts, "the honest token did not move");
}
