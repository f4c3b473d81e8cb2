//! Who can stop everything for ever, and where the money goes then: each void is allowed, every one of them is tested on its own;
//! this is all of them.

use attention_protocol::msg::ReportStatus;

use crate::suite::{ATT, BOND, CHALLENGE_BOND, NewCampaign, Suite};

/// Two epochs, and three more because the last one is always missed.
const EPOCHS: u64 = 5;
const REVISIONS: u32 = 4;

/// Reports honestly whenever it can be done, `kill`s each report, and refunds what nobody could earn.
fn nobody_earns_and_the_sponsor_gets_it_back(kill: impl Fn(&mut Suite, u64, u32)) -> Suite {
    let mut suite = Suite::new();
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 1 << 100, BOND);
    let campaign = NewCampaign::default().epochs(0, 2).create(&mut suite);
    let sponsor = suite.sponsor.clone();
    let before = suite.balance(&sponsor, ATT);
    for epoch in 0..EPOCHS {
        suite.close(epoch);
        assert!(suite.refund(campaign).unwrap_err().contains("is not over"), "epoch {epoch}");
        for revision in 0..REVISIONS {
            assert_eq!(suite.epoch_status().revision, revision, "epoch {epoch}");
            let mut draft = suite.draft(epoch);
            suite.commit(&mut draft, campaign, &[("alice", 5)]);
            suite.submit(&draft).unwrap();
            kill(&mut suite, epoch, revision);
        }
        assert_eq!(suite.report_status(epoch), ReportStatus::Missed);
    }
    suite.refund(campaign).unwrap();
    assert_eq!(suite.balance(&sponsor, ATT) - before, 10_000);
    let money = suite.money(campaign);
    assert_eq!((money.refunded.u128(), money.allocated.u128(), money.unallocated.u128()), (10_000, 0, 0));
    suite
}

#[test]
fn a_guardian_who_voids_everything_leaves_the_money_to_the_sponsor() {
    nobody_earns_and_the_sponsor_gets_it_back(|suite, epoch, revision| {
        suite.void(epoch, revision).unwrap();
    });
}

/// It costs them nothing but gas: the bond of a challenge that wins comes back.
#[test]
fn an_arbiter_and_a_friend_who_void_everything_leave_the_money_to_the_sponsor() {
    let suite = nobody_earns_and_the_sponsor_gets_it_back(|suite, epoch, revision| {
        suite.challenge(epoch, revision).unwrap();
        suite.decide(epoch, revision, false).unwrap();
    });
    let challenges = u128::from(EPOCHS) * u128::from(REVISIONS);
    assert_eq!(suite.owed_bond(&suite.user("anyone")), challenges * CHALLENGE_BOND);
}
