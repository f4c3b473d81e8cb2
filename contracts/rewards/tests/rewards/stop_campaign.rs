//! Stopping: with the current epoch, never back.

use attention_rewards::ContractError;

use crate::suite::{NewCampaign, Suite, assert_refused, clock};

#[test]
fn the_current_epoch_is_the_last() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.go_to(clock().window_end_s(3).unwrap() - 1);
    suite.stop(campaign).unwrap();
    let stored = suite.campaign(campaign);
    assert_eq!((stored.end_epoch, stored.stopped, stored.terms.end_epoch), (4, true, 10));
    assert_refused(suite.stop(campaign), ContractError::AlreadyStopped { campaign, end_epoch: 4 });
}

/// F10: the second at which a window ends belongs to the next epoch.
#[test]
fn at_the_end_of_a_window_the_next_epoch_is_current() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.close(3);
    suite.stop(campaign).unwrap();
    assert_eq!(suite.campaign(campaign).end_epoch, 5);
}

#[test]
fn before_its_first_epoch_it_never_runs() {
    let mut suite = Suite::new();
    let early = NewCampaign::default().create(&mut suite);
    let late = NewCampaign::default().epochs(5, 9).create(&mut suite);
    suite.stop(early).unwrap();
    assert_eq!(suite.campaign(early).end_epoch, 0, "before genesis");
    suite.close(1);
    suite.stop(late).unwrap();
    assert_eq!(suite.campaign(late).end_epoch, 5);
}

#[test]
fn a_campaign_that_is_over_cannot_be_stopped() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    suite.close(0);
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    assert_refused(suite.stop(campaign), ContractError::CampaignEnded { campaign, end_epoch: 1 });
}

/// Stopping touches no budget: the schedule still shares over the epochs that were agreed.
#[test]
fn budgets_stay_as_agreed() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.go_to(clock().genesis_s);
    suite.stop(campaign).unwrap();
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    assert_eq!(suite.money(campaign).allocated.u128(), 1_000);
}
