//! Handing a campaign over, in two steps: the right to stop it, and nothing else.

use attention_protocol::event::Event;
use attention_protocol::msg::ExecuteMsg;
use attention_rewards::ContractError;
use cosmwasm_std::Addr;
use cw_multi_test::AppResponse;

use crate::suite::{ATT, NewCampaign, Suite, assert_refused, events};

fn propose(suite: &mut Suite, campaign: u64, sponsor: Option<&Addr>) -> Result<AppResponse, String> {
    let (sender, sponsor) = (suite.sponsor.clone(), sponsor.map(Addr::to_string));
    suite.execute(&sender, &ExecuteMsg::ProposeSponsor { campaign, sponsor }, &[])
}

fn accept(suite: &mut Suite, sender: &Addr, campaign: u64) -> Result<AppResponse, String> {
    suite.execute(sender, &ExecuteMsg::AcceptSponsor { campaign }, &[])
}

#[test]
fn the_proposed_sponsor_takes_over_and_the_refund_address_stays() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(3, 9).create(&mut suite);
    let other = NewCampaign::default().epochs(3, 9).create(&mut suite);
    let (old, next) = (suite.sponsor.clone(), suite.user("next"));
    let before = suite.campaign(campaign);
    let response = propose(&mut suite, campaign, Some(&next)).unwrap();
    assert_eq!(events(&response), [Event::SponsorProposed { campaign, sponsor: next.to_string() }]);
    assert_eq!(suite.campaign(campaign).proposed_sponsor, Some(next.clone()));
    assert_eq!(suite.campaign(campaign).sponsor, old, "nothing has changed yet");
    let response = accept(&mut suite, &next, campaign).unwrap();
    assert_eq!(events(&response), [Event::SponsorAccepted { campaign, sponsor: next.to_string() }]);
    let after = suite.campaign(campaign);
    assert_eq!((after.sponsor.clone(), after.proposed_sponsor.clone()), (next.clone(), None));
    assert_eq!(after.refund_address, old);
    assert_eq!(
        (after.terms, after.metadata, after.rule_hash),
        (before.terms, before.metadata, before.rule_hash)
    );
    let allowed = "the campaign's sponsor";
    assert_refused(suite.stop(campaign), ContractError::Unauthorized { sender: old.clone(), allowed });
    suite.execute(&next, &ExecuteMsg::StopCampaign { campaign }, &[]).unwrap();
    let held = suite.balance(&old, ATT);
    suite.refund(campaign).unwrap();
    assert_eq!((suite.balance(&old, ATT) - held, suite.balance(&next, ATT)), (10_000, 0));
    assert_eq!(suite.campaign(other).sponsor, old, "one campaign at a time");
}

#[test]
fn only_who_is_proposed_accepts_and_only_once() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let [next, mallory] = ["next", "mallory"].map(|name| suite.user(name));
    let none = ContractError::NoSponsorProposed { campaign };
    assert_refused(accept(&mut suite, &next, campaign), none.clone());
    propose(&mut suite, campaign, Some(&next)).unwrap();
    let (sender, allowed) = (mallory.clone(), "the proposed sponsor");
    assert_refused(accept(&mut suite, &mallory, campaign), ContractError::Unauthorized { sender, allowed });
    propose(&mut suite, campaign, None).unwrap();
    assert_refused(accept(&mut suite, &next, campaign), none.clone());
    propose(&mut suite, campaign, Some(&mallory)).unwrap();
    propose(&mut suite, campaign, Some(&next)).unwrap();
    accept(&mut suite, &next, campaign).unwrap();
    assert_refused(accept(&mut suite, &next, campaign), none);
    let refused = propose(&mut suite, campaign, None);
    let (sender, allowed) = (suite.sponsor.clone(), "the campaign's sponsor");
    assert_refused(refused, ContractError::Unauthorized { sender, allowed });
}

#[test]
fn unknown_campaigns_and_addresses_are_refused() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let next = suite.user("next");
    let unknown = propose(&mut suite, 9, Some(&next));
    assert_refused(unknown, ContractError::UnknownCampaign { campaign: 9 });
    assert_refused(accept(&mut suite, &next, 9), ContractError::NoSponsorProposed { campaign: 9 });
    assert!(propose(&mut suite, campaign, Some(&Addr::unchecked("nobody"))).is_err());
}

/// A campaign is handed over while everything else stands still.
#[test]
fn a_pause_does_not_matter() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.pause();
    let next = suite.user("next");
    propose(&mut suite, campaign, Some(&next)).unwrap();
    accept(&mut suite, &next, campaign).unwrap();
}
