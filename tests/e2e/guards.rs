//! Pauses and funds.

use attention_e2e::{Bed, BedOptions, E2eError, EpochBook};
use attention_protocol::ZERO_HASH;
use attention_protocol::msg::{CreateCampaign, ExecuteMsg};

use crate::{Stage, rewards, settlement, terms};

pub fn pause(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed =
        Bed::deploy(stage.chain, stage.code, "pause", BedOptions { genesis_in_s: 40, ..Default::default() })?;
    let alice = rewards::fresh(stage, &bed, "pause-alice")?;
    let (id, reported) = settlement::unsettled(&bed)?;
    bed.execute(&alice, &ExecuteMsg::Pause {}, "")?.expect_err("only the owner or the guardian");
    bed.execute(&bed.owner, &ExecuteMsg::Pause {}, "")?.expect("the owner may");
    let claim = ExecuteMsg::Claim { items: vec![] };
    let failed = bed.execute(&alice, &claim, "")?.expect_err("claims are paused");
    assert!(failed.log.contains("the contract is paused until"), "{}", failed.log);
    let fund = ExecuteMsg::FundCampaign { campaign: id };
    let failed = bed.execute(&bed.owner, &fund, "5ureward")?.expect_err("funding is paused");
    assert!(failed.log.contains("the contract is paused until"), "{}", failed.log);
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&alice, &settle, "")?.expect("settling is never paused");
    // The report that is there may be repeated; a new one has to wait.
    let there = bed.body(&reported, ZERO_HASH);
    let repeat = bed.submit_message(&there, &[0, 1, 2]);
    bed.execute(&alice, &repeat, "")?.expect("the same report changes nothing");
    bed.wait_until(bed.clock.window_end_s(1).expect("epoch 1"))?;
    let next = EpochBook::new(&bed.deployment, 1, &[]);
    let next = bed.submit_message(&bed.body(&next, there.digest()), &[0, 1, 2]);
    let failed = bed.execute(&alice, &next, "")?.expect_err("reports are paused");
    assert!(failed.log.contains("the contract is paused until"), "{}", failed.log);
    bed.execute(&bed.owner, &ExecuteMsg::Unpause {}, "")?.expect("the owner ends it");
    let failed = bed.execute(&bed.owner, &ExecuteMsg::Pause {}, "")?.expect_err("not again at once");
    assert!(failed.log.contains("pauses cannot be chained"), "{}", failed.log);
    bed.execute(&bed.owner, &fund, "5ureward")?.expect("and funding goes on");
    bed.check_money(&[id])?;
    Ok(())
}

pub fn funds(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed =
        Bed::deploy(stage.chain, stage.code, "funds", BedOptions { genesis_in_s: 60, ..Default::default() })?;
    let (_, now_s) = bed.wasmd.node.now()?;
    let create = |amount: &str| {
        let create = CreateCampaign {
            terms: terms::plain(2),
            claim_deadline_s: now_s + 31_536_000,
            refund_address: None,
            metadata: None,
        };
        bed.execute(&bed.owner, &ExecuteMsg::CreateCampaign(Box::new(create)), amount)
    };
    for (amount, why) in [
        ("", "no funds"),
        ("2007uattn", "another denom"),
        ("2007ureward,1uattn", "a coin too many"),
        ("1006ureward", "one below minimum and fee"),
    ] {
        create(amount)?.expect_err(why);
    }
    let id = bed.create_campaign(&terms::plain(2), "1007ureward")?;
    for message in [
        ExecuteMsg::Claim { items: vec![] },
        ExecuteMsg::Settle { items: vec![] },
        ExecuteMsg::StopCampaign { campaign: id },
        ExecuteMsg::RefundCampaign { campaign: id, absences: vec![] },
        ExecuteMsg::Pause {},
        ExecuteMsg::AcceptOwner {},
    ] {
        let failed = bed.execute(&bed.owner, &message, "1ureward")?.expect_err("it takes no funds");
        assert!(failed.log.contains("funds"), "{message:?}: {}", failed.log);
    }
    let fund = ExecuteMsg::FundCampaign { campaign: id };
    bed.execute(&bed.owner, &fund, "1uattn")?.expect_err("another denom");
    bed.execute(&bed.owner, &fund, "")?.expect_err("nothing");
    bed.execute(&bed.owner, &fund, "3ureward")?.expect("more of the same");
    let money = bed.check_money(&[id])?;
    assert_eq!(
        (money[0].funded.u128(), money[0].unallocated.u128(), money[0].fees.u128()),
        (1_010, 1_003, 7)
    );
    Ok(())
}
