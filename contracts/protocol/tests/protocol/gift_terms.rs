//! The terms of gifts, privileges and quests: each bound, at the bound and one beyond.

use attention_protocol::gift::{
    Condition, Delivery, EpochWindow, GiftTerms, PrivilegeRule, PrivilegeTerms, QuestReward, QuestTerms, Tier,
};
use attention_protocol::msg::Metadata;
use attention_protocol::{AccountId, Leaf, ProtocolError, Score};

/// The highest decayed score that a tier or a boost may name.
const SCORE_MAX: u64 = 1_000_000_000_000_000;

fn refused(
    field: &'static str,
    value: impl ToString,
    requirement: &'static str,
) -> Result<(), ProtocolError> {
    Err(ProtocolError::Invalid { field, value: value.to_string(), requirement })
}

fn score_at_least(ppm: u32) -> Condition {
    Condition::ScoreAtLeast { score: Score::try_from(ppm).unwrap() }
}

fn gift(change: impl FnOnce(&mut GiftTerms)) -> Result<(), ProtocolError> {
    let mut terms = GiftTerms {
        campaign: 1,
        condition: Some(score_at_least(500_000)),
        collection: "collection".into(),
        delivery: Delivery::Mint { token_uri: Some("u".into()) },
        supply: 10,
        per_account: 2,
        window: EpochWindow { first_epoch: 3, end_epoch: 4 },
        metadata: None,
    };
    change(&mut terms);
    terms.validate()
}

fn privilege(change: impl FnOnce(&mut PrivilegeTerms)) -> Result<(), ProtocolError> {
    let mut terms = PrivilegeTerms {
        campaign: 1,
        name: "gold".into(),
        half_life_epochs: 7,
        tiers: vec![tier(1, 100, 50), tier(2, 200, 120)],
        ttl_epochs: 30,
    };
    change(&mut terms);
    terms.validate()
}

fn quest(change: impl FnOnce(&mut QuestTerms)) -> Result<(), ProtocolError> {
    let mut terms = QuestTerms {
        campaign: 1,
        condition: Condition::StreakAtLeast { streak: 3 },
        cooldown_epochs: 5,
        per_account: 2,
        supply: 10,
        reward: QuestReward::None {},
        window: EpochWindow { first_epoch: 0, end_epoch: 9 },
        metadata: None,
    };
    change(&mut terms);
    terms.validate()
}

fn tier(level: u8, grant_at: u64, keep_at: u64) -> Tier {
    Tier { level, grant_at, keep_at }
}

#[test]
fn a_condition_asks_for_something_and_is_met_from_its_mark_on() {
    let requirement = "at least 1: every account would meet it";
    assert_eq!(score_at_least(0).validate(), refused("condition.score", 0, requirement));
    assert_eq!(score_at_least(1).validate(), Ok(()));
    let streak = |streak| Condition::StreakAtLeast { streak };
    assert_eq!(streak(0).validate(), refused("condition.streak", 0, requirement));
    assert_eq!(streak(1).validate(), Ok(()));
    let leaf = |ppm, streak| Leaf {
        account: AccountId::try_from([1; 20].as_slice()).unwrap(),
        score: Score::try_from(ppm).unwrap(),
        streak,
        boost_ppm: 0,
        weight: 0,
        cumulative: 0,
    };
    assert_eq!([4, 5, 6].map(|ppm| score_at_least(5).is_met_by(&leaf(ppm, 0))), [false, true, true]);
    assert_eq!([1, 2, 3].map(|n| streak(2).is_met_by(&leaf(0, n))), [false, true, true]);
}

#[test]
fn a_window_has_an_epoch_and_ends_before_its_end() {
    let window = |first_epoch, end_epoch| EpochWindow { first_epoch, end_epoch };
    let requirement = "above window.first_epoch: no epoch lies in the window";
    assert_eq!(window(3, 4).validate(), Ok(()));
    assert_eq!(window(3, 3).validate(), refused("window.end_epoch", 3, requirement));
    assert_eq!(window(3, 2).validate(), refused("window.end_epoch", 2, requirement));
    assert_eq!([2, 3, 4, 5].map(|epoch| window(3, 5).contains(epoch)), [false, true, true, false]);
}

#[test]
fn a_gift_is_bounded() {
    assert_eq!(gift(|_| ()), Ok(()));
    assert_eq!(gift(|terms| terms.condition = None), Ok(()));
    let condition = refused("condition.score", 0, "at least 1: every account would meet it");
    assert_eq!(gift(|terms| terms.condition = Some(score_at_least(0))), condition);
    let uri =
        |bytes: usize| gift(|terms| terms.delivery = Delivery::Mint { token_uri: Some("u".repeat(bytes)) });
    let uri_refused =
        |bytes| refused("delivery.token_uri", format!("{:?}", "u".repeat(bytes)), "1 to 256 bytes long");
    assert_eq!([0, 1, 256, 257].map(uri), [uri_refused(0), Ok(()), Ok(()), uri_refused(257)]);
    assert_eq!(gift(|terms| terms.delivery = Delivery::HandOut {}), Ok(()));
    assert_eq!(gift(|terms| terms.supply = 0), refused("supply", 0, "at least 1"));
    assert_eq!(gift(|terms| terms.per_account = 0), refused("per_account", 0, "1 to supply"));
    assert_eq!(gift(|terms| terms.per_account = 10), Ok(()));
    assert_eq!(gift(|terms| terms.per_account = 11), refused("per_account", 11, "1 to supply"));
    let empty = refused("window.end_epoch", 3, "above window.first_epoch: no epoch lies in the window");
    assert_eq!(gift(|terms| terms.window.end_epoch = 3), empty);
}

#[test]
fn what_pages_show_is_bounded() {
    let named = |name: usize, url: Option<usize>| {
        let url = url.map(|bytes| "u".repeat(bytes));
        gift(|terms| terms.metadata = Some(Metadata { name: "n".repeat(name), url }))
    };
    let name = |bytes| refused("metadata.name", format!("{:?}", "n".repeat(bytes)), "1 to 128 bytes long");
    assert_eq!([0, 1, 128, 129].map(|bytes| named(bytes, None)), [name(0), Ok(()), Ok(()), name(129)]);
    let url = refused("metadata.url", format!("{:?}", "u".repeat(257)), "at most 256 bytes long");
    assert_eq!([0, 256, 257].map(|bytes| named(1, Some(bytes))), [Ok(()), Ok(()), url]);
    let unnamed = Some(Metadata { name: String::new(), url: None });
    assert_eq!(quest(|terms| terms.metadata = unnamed), name(0));
}

#[test]
fn a_privilege_is_bounded() {
    assert_eq!(privilege(|_| ()), Ok(()));
    let name = |bytes: usize| privilege(|terms| terms.name = "g".repeat(bytes));
    let name_refused = |bytes| refused("name", format!("{:?}", "g".repeat(bytes)), "1 to 64 bytes long");
    assert_eq!([0, 1, 64, 65].map(name), [name_refused(0), Ok(()), Ok(()), name_refused(65)]);
    let epochs = "1 to 10000";
    let half_life = |epochs| privilege(|terms| terms.half_life_epochs = epochs);
    let half_life_refused = |value: u32| refused("half_life_epochs", value, epochs);
    let expected = [half_life_refused(0), Ok(()), Ok(()), half_life_refused(10_001)];
    assert_eq!([0, 1, 10_000, 10_001].map(half_life), expected);
    let ttl = |epochs| privilege(|terms| terms.ttl_epochs = epochs);
    let ttl_refused = |value: u32| refused("ttl_epochs", value, epochs);
    assert_eq!([0, 1, 10_000, 10_001].map(ttl), [ttl_refused(0), Ok(()), Ok(()), ttl_refused(10_001)]);
}

#[test]
fn tiers_rise_in_every_field_and_keep_what_they_grant() {
    let tiers = |tiers: &[Tier]| privilege(|terms| terms.tiers = tiers.to_vec());
    let falls = |index| Err(ProtocolError::NotRising { what: "tiers (level, grant_at, keep_at)", index });
    assert_eq!(tiers(&[tier(0, 1, 1)]), falls(0));
    assert_eq!(tiers(&[tier(1, 0, 0)]), falls(0));
    assert_eq!(tiers(&[tier(1, 1, 0)]), falls(0));
    assert_eq!(tiers(&[tier(1, 100, 50), tier(2, 101, 51)]), Ok(()));
    // Each field alone stands still, with the other two rising.
    for second in [tier(1, 101, 51), tier(2, 100, 51), tier(2, 101, 50)] {
        assert_eq!(tiers(&[tier(1, 100, 50), second]), falls(1), "{second:?}");
    }
    // And each alone falls.
    for second in [tier(1, 201, 101), tier(3, 199, 101), tier(3, 201, 99)] {
        assert_eq!(tiers(&[tier(2, 200, 100), second]), falls(1), "{second:?}");
    }
    let keep = "at most grant_at: a tier would be lost as soon as it is granted";
    assert_eq!(tiers(&[tier(1, 100, 100)]), Ok(()));
    assert_eq!(tiers(&[tier(1, 100, 101)]), refused("tiers.keep_at", 101, keep));
    assert_eq!(tiers(&[tier(1, SCORE_MAX, 1)]), Ok(()));
    let high = refused("tiers.grant_at", SCORE_MAX + 1, "at most 10^15");
    assert_eq!(tiers(&[tier(1, SCORE_MAX + 1, 1)]), high);
}

/// After one epoch of its half-life a half is left: 5·10^17 parts of 10^18.
#[test]
fn a_rule_is_made_of_the_terms() {
    let tiers = vec![tier(1, 100, 50)];
    let terms = PrivilegeTerms {
        campaign: 1,
        name: "gold".into(),
        half_life_epochs: 1,
        tiers: tiers.clone(),
        ttl_epochs: 1,
    };
    assert_eq!(PrivilegeRule::from(&terms), PrivilegeRule { retained_e18: 500_000_000_000_000_000, tiers });
}

#[test]
fn a_quest_is_bounded() {
    assert_eq!(quest(|_| ()), Ok(()));
    let easy = refused("condition.streak", 0, "at least 1: every account would meet it");
    assert_eq!(quest(|terms| terms.condition = Condition::StreakAtLeast { streak: 0 }), easy);
    let cooldown = |epochs| quest(|terms| terms.cooldown_epochs = epochs);
    let cooldown_refused = |value: u32| refused("cooldown_epochs", value, "1 to 10000");
    let expected = [cooldown_refused(0), Ok(()), Ok(()), cooldown_refused(10_001)];
    assert_eq!([0, 1, 10_000, 10_001].map(cooldown), expected);
    assert_eq!(quest(|terms| terms.supply = 0), refused("supply", 0, "at least 1"));
    assert_eq!(quest(|terms| terms.per_account = 11), refused("per_account", 11, "1 to supply"));
    assert_eq!(quest(|terms| terms.reward = QuestReward::Gift { gift: 4 }), Ok(()));
    let boost = |amount| quest(|terms| terms.reward = QuestReward::Boost { privilege: 1, amount });
    let boost_refused = |value: u64| refused("reward.amount", value, "1 to 10^15");
    let expected = [boost_refused(0), Ok(()), Ok(()), boost_refused(SCORE_MAX + 1)];
    assert_eq!([0, 1, SCORE_MAX, SCORE_MAX + 1].map(boost), expected);
    let empty = refused("window.end_epoch", 0, "above window.first_epoch: no epoch lies in the window");
    assert_eq!(quest(|terms| terms.window.end_epoch = 0), empty);
}
