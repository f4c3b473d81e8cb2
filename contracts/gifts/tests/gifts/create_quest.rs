//! Creating quests: every bound, and rewards of the same campaign only.

use attention_gifts::ContractError;
use attention_protocol::ProtocolError;
use attention_protocol::gift::{
    EpochWindow, ExecuteMsg, GiftTerms, QueryMsg, QuestResponse, QuestReward, QuestTerms,
};

use crate::bed::{Bed, assert_refused, attribute, score_at_least};

#[test]
fn what_was_agreed_comes_back() {
    let mut bed = Bed::new();
    let collection = bed.collection();
    let gift = bed.create_gift(bed.minted(&collection));
    let privilege = bed.create_privilege(bed.privilege_terms());
    let rewards =
        [QuestReward::None {}, QuestReward::Gift { gift }, QuestReward::Boost { privilege, amount: 7 }];
    for (quest, reward) in (1..).zip(rewards) {
        let terms = QuestTerms { reward, ..bed.quest_terms() };
        assert_eq!(bed.create_quest(terms.clone()), quest);
        let stored: QuestResponse = bed.query(&QueryMsg::Quest { quest });
        assert_eq!((stored.terms, stored.completed), (terms, 0));
    }
}

#[test]
fn only_the_campaigns_sponsor() {
    let mut bed = Bed::new();
    let terms = Box::new(bed.quest_terms());
    let sender = bed.user("mallory");
    let expected = ContractError::Unauthorized { sender: sender.clone(), allowed: "the campaign's sponsor" };
    assert_refused(bed.execute(&sender, &ExecuteMsg::CreateQuest(terms)), expected);
}

/// A rival must not give away another sponsor's tokens, or raise others in another sponsor's privilege.
#[test]
fn rewards_belong_to_the_same_campaign() {
    let mut bed = Bed::new();
    let (rival, campaign) = bed.foreign_campaign("rival");
    let collection = bed.collection();
    let gift = bed.create_gift(GiftTerms { condition: None, ..bed.minted(&collection) });
    let privilege = bed.create_privilege(bed.privilege_terms());
    let cases = [
        ("gift", gift, QuestReward::Gift { gift }),
        ("privilege", privilege, QuestReward::Boost { privilege, amount: 1 }),
    ];
    for (what, id, reward) in cases {
        let terms = Box::new(QuestTerms { campaign, reward, ..bed.quest_terms() });
        let expected = ContractError::OtherCampaign { what, id, expected: campaign, found: bed.campaign };
        assert_refused(bed.execute(&rival, &ExecuteMsg::CreateQuest(terms)), expected);
    }
    let terms = QuestTerms { reward: QuestReward::Gift { gift: 9 }, ..bed.quest_terms() };
    assert_refused(bed.try_create_quest(terms), ContractError::UnknownGift { gift: 9 });
    let reward = QuestReward::Boost { privilege: 9, amount: 1 };
    let terms = QuestTerms { reward, ..bed.quest_terms() };
    assert_refused(bed.try_create_quest(terms), ContractError::UnknownPrivilege { privilege: 9 });
}

#[test]
fn every_bound() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let good = bed.quest_terms();
    let invalid = |field, value: &str, requirement| {
        ContractError::Protocol(ProtocolError::Invalid { field, value: value.into(), requirement })
    };
    let boost = |amount| QuestReward::Boost { privilege, amount };
    let met = "at least 1: every account would meet it";
    let empty = EpochWindow { first_epoch: 4, end_epoch: 4 };
    let cases = [
        (QuestTerms { condition: score_at_least(0), ..good.clone() }, invalid("condition.score", "0", met)),
        (QuestTerms { cooldown_epochs: 0, ..good.clone() }, invalid("cooldown_epochs", "0", "1 to 10000")),
        (
            QuestTerms { cooldown_epochs: 10_001, ..good.clone() },
            invalid("cooldown_epochs", "10001", "1 to 10000"),
        ),
        (QuestTerms { supply: 0, ..good.clone() }, invalid("supply", "0", "at least 1")),
        (QuestTerms { per_account: 6, ..good.clone() }, invalid("per_account", "6", "1 to supply")),
        (QuestTerms { reward: boost(0), ..good.clone() }, invalid("reward.amount", "0", "1 to 10^15")),
        (
            QuestTerms { reward: boost(1_000_000_000_000_001), ..good.clone() },
            invalid("reward.amount", "1000000000000001", "1 to 10^15"),
        ),
        (
            QuestTerms { window: empty, ..good.clone() },
            invalid("window.end_epoch", "4", "above window.first_epoch: no epoch lies in the window"),
        ),
    ];
    for (terms, expected) in cases {
        assert_refused(bed.try_create_quest(terms), expected);
    }
    let widest = QuestTerms { cooldown_epochs: 10_000, reward: boost(1_000_000_000_000_000), ..good };
    let response = bed.try_create_quest(widest).unwrap();
    assert_eq!(attribute(&response, "quest_created", "campaign"), bed.campaign.to_string());
}
