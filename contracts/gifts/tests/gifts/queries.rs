//! Lists: a campaign's own, by rising id, in bounded pages; and what does not exist.

use attention_gifts::ContractError;
use attention_protocol::gift::{GiftsResponse, PrivilegesResponse, QueryMsg, QuestsResponse};

use crate::bed::{Bed, assert_refused};

#[test]
fn pages_hold_a_campaigns_own() {
    let mut bed = Bed::new();
    let (rival, campaign) = bed.foreign_campaign("rival");
    let collection = bed.collection();
    for _ in 0..60 {
        bed.create_gift(bed.minted(&collection));
        bed.create_privilege(bed.privilege_terms());
        bed.create_quest(bed.quest_terms());
    }
    let mut terms = bed.handed_out(&collection);
    terms.campaign = campaign;
    bed.execute(&rival, &attention_protocol::gift::ExecuteMsg::CreateGift(Box::new(terms))).unwrap();
    let campaign_of = bed.campaign;
    let gifts = |campaign, start_after, limit| -> Vec<u64> {
        let page: GiftsResponse = bed.query(&QueryMsg::Gifts { campaign, start_after, limit });
        page.gifts.iter().map(|gift| gift.gift).collect()
    };
    let privileges = |start_after, limit| -> Vec<u64> {
        let query = QueryMsg::Privileges { campaign: campaign_of, start_after, limit };
        let page: PrivilegesResponse = bed.query(&query);
        page.privileges.iter().map(|privilege| privilege.privilege).collect()
    };
    let quests = |start_after, limit| -> Vec<u64> {
        let query = QueryMsg::Quests { campaign: campaign_of, start_after, limit };
        let page: QuestsResponse = bed.query(&query);
        page.quests.iter().map(|quest| quest.quest).collect()
    };
    let pages = [
        (None, None, 1..=10),
        (Some(10), Some(3), 11..=13),
        (None, Some(0), 1..=1),
        (Some(5), Some(1_000), 6..=55),
        (Some(55), Some(50), 56..=60),
    ];
    for (start_after, limit, expected) in pages {
        let expected: Vec<u64> = expected.collect();
        assert_eq!(gifts(campaign_of, start_after, limit), expected);
        assert_eq!(privileges(start_after, limit), expected);
        assert_eq!(quests(start_after, limit), expected);
    }
    assert_eq!(gifts(campaign, None, None), [61]);
    assert_eq!(gifts(campaign_of, Some(60), None), [0; 0]);
    assert_eq!(gifts(99, None, None), [0; 0]);
}

#[test]
fn what_does_not_exist() {
    let bed = Bed::new();
    let account = bed.user("alice").to_string();
    let unknown_gift = || ContractError::UnknownGift { gift: 1 };
    assert_refused(bed.query_error(&QueryMsg::Gift { gift: 1 }), unknown_gift());
    assert_refused(
        bed.query_error(&QueryMsg::GiftStatus { gift: 1, account: account.clone() }),
        unknown_gift(),
    );
    let unknown = ContractError::UnknownPrivilege { privilege: 1 };
    assert_refused(bed.query_error(&QueryMsg::Privilege { privilege: 1 }), unknown);
    let unknown_quest = || ContractError::UnknownQuest { quest: 1 };
    assert_refused(bed.query_error(&QueryMsg::Quest { quest: 1 }), unknown_quest());
    assert_refused(bed.query_error(&QueryMsg::Completions { quest: 1, account }), unknown_quest());
}
