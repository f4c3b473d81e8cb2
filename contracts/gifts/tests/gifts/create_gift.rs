//! Creating gifts: by the sponsor, from a collection that is the sponsor's to give.

use attention_gifts::ContractError;
use attention_protocol::ProtocolError;
use attention_protocol::gift::{Delivery, EpochWindow, ExecuteMsg, GiftTerms};
use attention_protocol::msg::Metadata;

use crate::bed::{Bed, assert_refused, score_at_least};

#[test]
fn what_was_agreed_comes_back() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let metadata = Some(Metadata { name: "A hat".into(), url: Some("https://hats".into()) });
    let terms = GiftTerms { metadata, ..bed.minted(&collection) };
    assert_eq!(bed.create_gift(terms.clone()), 1);
    let stored = bed.gift(1);
    assert_eq!(stored.terms, terms);
    assert_eq!((stored.claimed, stored.owed, stored.held, stored.closed), (0, 0, 0, false));
    let terms = GiftTerms { condition: None, metadata: None, ..bed.handed_out(&collection) };
    assert_eq!(bed.create_gift(terms.clone()), 2);
    assert_eq!(bed.gift(2).terms, terms);
}

#[test]
fn only_the_campaigns_sponsor() {
    let mut bed = Bed::new();
    let (other, campaign) = bed.foreign_campaign("rival");
    let collection = bed.collection();
    let terms = bed.minted(&collection);
    let create = ExecuteMsg::CreateGift(Box::new(terms.clone()));
    let sender = other.clone();
    let expected = ContractError::Unauthorized { sender, allowed: "the campaign's sponsor" };
    assert_refused(bed.execute(&other, &create), expected);
    let sender = bed.sponsor.clone();
    let expected = ContractError::Unauthorized { sender, allowed: "the campaign's sponsor" };
    assert_refused(bed.try_create_gift(GiftTerms { campaign, ..terms.clone() }), expected);
    let unknown = bed.try_create_gift(GiftTerms { campaign: 9, ..terms }).unwrap_err();
    assert!(unknown.contains("the rewards contract does not know campaign 9"), "{unknown}");
}

/// A rival sponsor must not mint from a collection whose minter this contract is for somebody else.
#[test]
fn a_rival_cannot_mint_from_a_strangers_collection() {
    let mut bed = Bed::new();
    let (rival, campaign) = bed.foreign_campaign("rival");
    let collection = bed.collection();
    let terms = GiftTerms { campaign, ..bed.minted(&collection) };
    let create = ExecuteMsg::CreateGift(Box::new(terms));
    let expected = ContractError::NotYourCollection {
        sponsor: rival.clone(),
        collection: collection.clone(),
        controller: bed.sponsor.clone(),
    };
    assert_refused(bed.execute(&rival, &create), expected);
    // Handing out takes deposits, which only its own sponsor can make.
    let terms = GiftTerms { campaign, ..bed.handed_out(&collection) };
    bed.execute(&rival, &ExecuteMsg::CreateGift(Box::new(terms))).unwrap();
}

/// The admin counts; the creator only where there is no admin.
#[test]
fn who_controls_a_collection() {
    let mut bed = Bed::new();
    let (sponsor, gifts, other) = (bed.sponsor.clone(), bed.gifts.clone(), bed.user("other"));
    let by_admin = bed.collection_of(&other, &gifts, Some(&sponsor));
    bed.create_gift(bed.minted(&by_admin));
    let given_away = bed.collection_of(&sponsor, &gifts, Some(&other));
    let expected = ContractError::NotYourCollection {
        sponsor: sponsor.clone(),
        collection: given_away.clone(),
        controller: other,
    };
    assert_refused(bed.try_create_gift(bed.minted(&given_away)), expected);
    let person = bed.user("person");
    for terms in [bed.minted(&person), bed.handed_out(&person)] {
        let error = bed.try_create_gift(terms).unwrap_err();
        assert!(error.contains(&format!("{person} is no contract that could be a collection")), "{error}");
    }
    let terms = GiftTerms { collection: "nowhere".into(), ..bed.minted(&person) };
    assert!(bed.try_create_gift(terms).is_err());
}

#[test]
fn every_bound() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let good = bed.minted(&collection);
    let invalid = |field, value: &str, requirement| {
        ContractError::Protocol(ProtocolError::Invalid { field, value: value.into(), requirement })
    };
    let met = "at least 1: every account would meet it";
    let uri = |len: usize| Delivery::Mint { token_uri: Some("u".repeat(len)) };
    let window = |first_epoch, end_epoch| EpochWindow { first_epoch, end_epoch };
    let named =
        |name: usize, url: usize| Some(Metadata { name: "n".repeat(name), url: Some("u".repeat(url)) });
    let long = format!("{:?}", "u".repeat(257));
    let cases = [
        (
            GiftTerms { condition: Some(score_at_least(0)), ..good.clone() },
            invalid("condition.score", "0", met),
        ),
        (
            GiftTerms { delivery: uri(0), ..good.clone() },
            invalid("delivery.token_uri", "\"\"", "1 to 256 bytes long"),
        ),
        (
            GiftTerms { delivery: uri(257), ..good.clone() },
            invalid("delivery.token_uri", &long, "1 to 256 bytes long"),
        ),
        (GiftTerms { supply: 0, ..good.clone() }, invalid("supply", "0", "at least 1")),
        (GiftTerms { per_account: 0, ..good.clone() }, invalid("per_account", "0", "1 to supply")),
        (GiftTerms { per_account: 4, ..good.clone() }, invalid("per_account", "4", "1 to supply")),
        (
            GiftTerms { window: window(3, 3), ..good.clone() },
            invalid("window.end_epoch", "3", "above window.first_epoch: no epoch lies in the window"),
        ),
        (
            GiftTerms { metadata: named(0, 1), ..good.clone() },
            invalid("metadata.name", "\"\"", "1 to 128 bytes long"),
        ),
        (
            GiftTerms { metadata: named(1, 257), ..good.clone() },
            invalid("metadata.url", &long, "at most 256 bytes long"),
        ),
    ];
    for (terms, expected) in cases {
        assert_refused(bed.try_create_gift(terms), expected);
    }
    let widest = GiftTerms {
        delivery: uri(256),
        supply: u32::MAX,
        per_account: u32::MAX,
        window: window(u64::MAX - 1, u64::MAX),
        metadata: named(128, 256),
        ..good
    };
    let gift = bed.create_gift(widest.clone());
    assert_eq!(bed.gift(gift).terms, widest);
}
