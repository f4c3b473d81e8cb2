//! Settling, stopping, refunding.

use attention_e2e::bed::REWARD;
use attention_e2e::{Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::msg::{AllocationResponse, AllocationStatus, CampaignResponse, ExecuteMsg, QueryMsg};
use attention_protocol::settle::RejectReason;
use attention_protocol::{AccountId, ZERO_HASH};

use crate::rewards::fresh;
use crate::{Stage, terms};

fn someone() -> Vec<(AccountId, u32)> {
    vec![(AccountId::try_from([7; 20].as_slice()).expect("20 bytes"), 1_000)]
}

pub fn over_budget_is_rejected(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed = Bed::deploy(
        stage.chain,
        stage.code,
        "budget",
        BedOptions { genesis_in_s: 30, ..Default::default() },
    )?;
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let book = CampaignBook::new(id, &terms);
    let domain = |epoch| bed.deployment.allocation_domain(id, epoch);
    // The tree promises 1,001 where the header, rightly, says 1,000.
    let mut greedy = book.allocate(&domain(0), &someone(), 1_001);
    greedy.commitment.budget = 1_000;
    let reported = EpochBook::new(&bed.deployment, 0, &[&greedy]);
    let (_, prev) = bed.report(&reported, ZERO_HASH)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&bed.owner, &settle, "")?.expect("a rejection is no failure");
    let allocation: AllocationResponse = bed.query(&QueryMsg::Allocation { campaign: id, epoch: 0 })?;
    assert_eq!(allocation.status, AllocationStatus::Rejected(RejectReason::OverBudget));
    // The campaign lives on: all 2,000 are there for the last epoch.
    let honest = book.allocate(&domain(1), &someone(), 2_000);
    let reported = EpochBook::new(&bed.deployment, 1, &[&honest]);
    bed.report(&reported, prev)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&bed.owner, &settle, "")?.expect("the next epoch settles");
    let money = bed.check_money(&[id])?;
    assert_eq!(money[0].allocated.u128(), 2_000);
    Ok(())
}

pub fn another_base_is_an_error(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed =
        Bed::deploy(stage.chain, stage.code, "base", BedOptions { genesis_in_s: 30, ..Default::default() })?;
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let book = CampaignBook::new(id, &terms);
    let mut forked = book.allocate(&bed.deployment.allocation_domain(id, 0), &someone(), 1_000);
    forked.commitment.base_root = [9; 32];
    let reported = EpochBook::new(&bed.deployment, 0, &[&forked]);
    bed.report(&reported, ZERO_HASH)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    let failed = bed.execute(&bed.owner, &settle, "")?.expect_err("its base never settled");
    assert!(failed.log.contains("base"), "{}", failed.log);
    let money = bed.check_money(&[id])?;
    assert_eq!(money[0].unallocated.u128(), 2_000);
    Ok(())
}

pub fn a_stop_pays_what_was_earned(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed =
        Bed::deploy(stage.chain, stage.code, "stop", BedOptions { genesis_in_s: 40, ..Default::default() })?;
    let alice = fresh(stage, &bed, "stop-alice")?;
    let terms = terms::plain(10);
    let id = bed.create_campaign(&terms, "10007ureward")?;
    let book = CampaignBook::new(id, &terms);
    let epoch = book.allocate(&bed.deployment.allocation_domain(id, 0), &[(alice.id.clone(), 5)], 1_000);
    // The sponsor stops right after epoch 0 has closed, before its report is there.
    bed.wait_until(bed.clock.window_end_s(0).expect("epoch 0"))?;
    bed.execute(&bed.owner, &ExecuteMsg::StopCampaign { campaign: id }, "")?.expect("the sponsor may stop");
    let refund = ExecuteMsg::RefundCampaign { campaign: id, absences: vec![] };
    bed.execute(&bed.owner, &refund, "")?.expect_err("epoch 0 is not settled");
    let reported = EpochBook::new(&bed.deployment, 0, &[&epoch]);
    let (_, prev) = bed.report(&reported, ZERO_HASH)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&bed.owner, &settle, "")?.expect("what was earned is settled");
    // Epoch 1, the running one at the stop, still pays: its budget is what is left over nine epochs.
    let campaign: CampaignResponse = bed.query(&QueryMsg::Campaign { campaign: id })?;
    assert_eq!(campaign.end_epoch, 2);
    let mut book = book;
    book.keep(&epoch);
    let last = book.allocate(&bed.deployment.allocation_domain(id, 1), &[(alice.id.clone(), 5)], 1_000);
    let reported = EpochBook::new(&bed.deployment, 1, &[&last]);
    bed.report(&reported, prev)?;
    bed.execute(&bed.owner, &ExecuteMsg::Settle { items: reported.settle_items() }, "")?
        .expect("and so is epoch 1");
    let before = bed.wasmd.node.balance(&bed.owner.address, REWARD)?;
    bed.execute(&bed.owner, &refund, "")?.expect("the rest goes back");
    assert_eq!(bed.wasmd.node.balance(&bed.owner.address, REWARD)?, before + 8_000);
    let claim = ExecuteMsg::Claim { items: vec![last.claim_item(1, &alice.id)] };
    bed.execute(&alice, &claim, "")?.expect("and the user is paid");
    assert_eq!(bed.wasmd.node.balance(&alice.address, REWARD)?, 2_000);
    let money = bed.check_money(&[id])?;
    assert_eq!((money[0].refunded.u128(), money[0].claimed.u128()), (8_000, 2_000));
    Ok(())
}

/// Used by the pause scenario: an allocation that is reported but not settled.
pub fn unsettled(bed: &Bed) -> Result<(u64, EpochBook), E2eError> {
    let terms = terms::plain(50);
    let id = bed.create_campaign(&terms, "50007ureward")?;
    let epoch =
        CampaignBook::new(id, &terms).allocate(&bed.deployment.allocation_domain(id, 0), &someone(), 1_000);
    let reported = EpochBook::new(&bed.deployment, 0, &[&epoch]);
    bed.report(&reported, ZERO_HASH)?;
    Ok((id, reported))
}
