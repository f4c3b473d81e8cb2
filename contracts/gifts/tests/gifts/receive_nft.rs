//! Deposits: only from the gift's own collection, and only what the sponsor sent.

use attention_gifts::ContractError;
use attention_protocol::gift::{Cw721HookMsg, Cw721ReceiveMsg, ExecuteMsg};
use cosmwasm_std::{Addr, Binary, to_json_binary};

use crate::bed::{Bed, assert_refused, attribute};
use crate::collection;

fn received(sender: &Addr, token_id: &str, gift: u64) -> Cw721ReceiveMsg {
    let msg = to_json_binary(&Cw721HookMsg::Deposit { gift }).unwrap();
    Cw721ReceiveMsg { sender: sender.to_string(), token_id: token_id.into(), msg }
}

fn spoof(bed: &mut Bed, by: &Addr, received: Cw721ReceiveMsg) -> Result<cw_multi_test::AppResponse, String> {
    let (anyone, contract) = (bed.user("anyone"), bed.gifts.to_string());
    bed.tell(&anyone, by, &collection::ExecuteMsg::Spoof { contract, received })
}

#[test]
fn tokens_are_held_in_order_up_to_the_supply() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&["b", "a"]);
    let sponsor = bed.sponsor.clone();
    for token_id in ["c", "d"] {
        bed.mint_to(&collection, &sponsor, token_id);
    }
    let third = bed.deposit(&sponsor, &collection, "c", gift).unwrap();
    assert_eq!(attribute(&third, "token_deposited", "serial"), "2");
    assert_eq!(attribute(&third, "token_deposited", "token_id"), "c");
    let full = ContractError::DepositsFull { gift, supply: 3 };
    assert_refused(bed.deposit(&sponsor, &collection, "d", gift), full);
    assert_eq!(bed.gift(gift).held, 3);
    assert_eq!(bed.owner_of(&collection, "c").unwrap(), bed.gifts);
    assert_eq!(bed.owner_of(&collection, "d").unwrap(), sponsor, "a refused deposit is undone");
}

#[test]
fn only_the_sponsors_tokens() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&[]);
    let other = bed.user("other");
    bed.mint_to(&collection, &other, "x");
    let expected = ContractError::NotFromSponsor { gift, depositor: other.to_string() };
    assert_refused(bed.deposit(&other, &collection, "x", gift), expected);
    assert_eq!(bed.owner_of(&collection, "x").unwrap(), other);
}

/// Whoever claims to be the sponsor has to be the collection of that very gift.
#[test]
fn a_spoofed_sender_is_not_believed() {
    let mut bed = Bed::new();
    let (gift, _) = bed.hand_out(&["a"]);
    let sponsor = bed.sponsor.clone();
    let rival = bed.collection_of(&bed.user("rival"), &bed.user("rival"), None);
    let expected = ContractError::WrongCollection { gift, sender: rival.clone() };
    assert_refused(spoof(&mut bed, &rival, received(&sponsor, "a", gift)), expected);
    let message = ExecuteMsg::ReceiveNft(received(&sponsor, "a", gift));
    for sender in [sponsor.clone(), bed.user("mallory")] {
        let expected = ContractError::WrongCollection { gift, sender: sender.clone() };
        assert_refused(bed.execute(&sender, &message), expected);
    }
    assert_eq!(bed.gift(gift).held, 1);
}

#[test]
fn gifts_that_take_no_deposit() {
    let mut bed = Bed::new();
    let minting = bed.collection();
    let gift = bed.create_gift(bed.minted(&minting));
    let sponsor = bed.sponsor.clone();
    let message = received(&sponsor, "a", gift);
    assert_refused(spoof(&mut bed, &minting, message), ContractError::NotHandedOut { gift });
    assert_refused(
        spoof(&mut bed, &minting, received(&sponsor, "a", 9)),
        ContractError::UnknownGift { gift: 9 },
    );
    let (closed, collection) = bed.hand_out(&[]);
    bed.close(closed, None, None).unwrap();
    bed.mint_to(&collection, &sponsor, "a");
    let expected = ContractError::GiftClosed { gift: closed };
    assert_refused(bed.deposit(&sponsor, &collection, "a", closed), expected);
}

#[test]
fn token_ids_and_hooks_are_bounded() {
    let mut bed = Bed::new();
    let (gift, collection) = bed.hand_out(&[]);
    let sponsor = bed.sponsor.clone();
    for token_id in [String::new(), "t".repeat(257)] {
        let expected = ContractError::Invalid {
            field: "token_id",
            value: format!("{token_id:?}"),
            requirement: "1 to 256 bytes long",
        };
        assert_refused(spoof(&mut bed, &collection, received(&sponsor, &token_id, gift)), expected);
    }
    spoof(&mut bed, &collection, received(&sponsor, &"t".repeat(256), gift)).unwrap();
    for msg in [Binary::default(), Binary::from(b"{\"withdraw\":{\"gift\":1}}")] {
        let message = Cw721ReceiveMsg { msg, ..received(&sponsor, "a", gift) };
        assert!(spoof(&mut bed, &collection, message).is_err());
    }
    assert_eq!(bed.gift(gift).held, 1);
}
