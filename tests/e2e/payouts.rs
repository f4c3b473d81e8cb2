//! Payouts that fail.

use attention_e2e::bed::REWARD;
use attention_e2e::{Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::ZERO_HASH;
use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, QueryMsg, SolvencyResponse};
use serde_json::Value;

use crate::rewards::{claim, fresh};
use crate::tokens::{Frozen, Token};
use crate::{Stage, terms};

/// An account of the chain itself, to which its bank lets nobody send.
fn blocked_account(bed: &Bed) -> Result<String, E2eError> {
    let answer: Value = bed.wasmd.query(&["auth", "module-account", "distribution"])?;
    let account = &answer["account"];
    let address = [&account["value"]["address"], &account["base_account"]["address"]];
    let address = address.into_iter().find_map(Value::as_str).map(str::to_string);
    address.ok_or_else(|| E2eError::Output(format!("the distribution module's account: {answer}")))
}

/// One claim in two assets, and neither can be paid: the bank refuses the recipient, the token is frozen. The claim goes through, the
/// account is owed both, and takes each when and where it can be paid.
pub fn a_failed_payout_is_owed(stage: &Stage<'_>) -> Result<(), E2eError> {
    let gold = Token::create(stage, "failing")?;
    let frozen = Frozen::store(&gold.wasmd, &gold.sponsor)?;
    let options = BedOptions { genesis_in_s: 35, ..Default::default() };
    let bed = gold.bed(stage, "failing-payout", options)?;
    let wasmd = &bed.wasmd;
    let terms = terms::plain(1);
    let native = bed.create_campaign(&terms, "1007ureward")?;
    let golden = gold.create_campaign(&bed, &terms, 1_007)?;
    let (alice, safe) = (fresh(stage, &bed, "failing-alice")?, wasmd.add_key("failing-safe")?);
    let allocated = [native, golden].map(|id| {
        let domain = bed.deployment.allocation_domain(id, 0);
        CampaignBook::new(id, &terms).allocate(&domain, &[(alice.id.clone(), 700_000)], 1_000)
    });
    let reported = EpochBook::new(&bed.deployment, 0, &allocated.iter().collect::<Vec<_>>());
    let blocked = blocked_account(&bed)?;
    let there = ExecuteMsg::SetPayoutAddress { address: Some(blocked.clone()) };
    bed.execute(&alice, &there, "")?.expect("any address is taken");
    bed.report(&reported, ZERO_HASH)?;
    bed.execute(&bed.owner, &ExecuteMsg::Settle { items: reported.settle_items() }, "")?
        .expect("both commitments settle");
    frozen.freeze(&gold.sponsor, &gold.address)?;

    let items: Vec<_> = allocated.iter().map(|campaign| campaign.claim_item(0, &alice.id)).collect();
    let account = alice.address.clone();
    let claim_for = ExecuteMsg::ClaimFor { account, items: items.clone(), redirect: None };
    let tx = bed.execute(&bed.owner, &claim_for, "")?.expect("a claim is no hostage of its payouts");
    println!("       {:>7} gas  claim of two payouts that fail", tx.gas_used);
    let mut failed: Vec<(String, u128)> = tx
        .contract_events(&bed.contract)
        .into_iter()
        .filter_map(|event| match event {
            Event::PayoutFailed { account, amount, denom, .. } if account == alice.address => {
                Some((denom, amount))
            }
            _ => None,
        })
        .collect();
    failed.sort();
    assert_eq!(failed, [(gold.denom(), 1_000), (REWARD.to_string(), 1_000)], "{:?}", tx.events);
    let again = bed.execute(&alice, &claim(items), "")?.expect_err("what is owed was claimed");
    assert!(again.log.contains("nothing to claim"), "{}", again.log);

    // What still cannot be paid stays owed.
    let withdraw = |denom: &str, recipient: &str| {
        let (denom, recipient) = (denom.to_string(), Some(recipient.to_string()));
        bed.execute(&alice, &ExecuteMsg::WithdrawOwed { denom, recipient }, "")
    };
    withdraw(REWARD, &blocked)?.expect_err("the bank still refuses");
    withdraw(&gold.denom(), &safe.address)?.expect_err("the token is still frozen");
    assert_eq!((bed.owed(&alice, REWARD)?, bed.owed(&alice, &gold.denom())?), (1_000, 1_000));

    // The frozen token holds nothing up, and once it moves again it is paid, too.
    withdraw(REWARD, &safe.address)?.expect("elsewhere the bank pays");
    assert_eq!(wasmd.node.balance(&safe.address, REWARD)?, 1_000);
    gold.thaw()?;
    withdraw(&gold.denom(), &safe.address)?.expect("the token is paid");
    assert_eq!((gold.held(&safe.address)?, gold.held(&bed.contract)?), (1_000, 7), "the fee is left");
    for denom in [REWARD, &gold.denom()] {
        withdraw(denom, &safe.address)?.expect_err("once");
        let query = QueryMsg::Solvency { denom: denom.to_string(), start_after: None, limit: None };
        let solvency: SolvencyResponse = bed.query(&query)?;
        assert_eq!((solvency.withdrawable.u128(), solvency.balance.u128()), (0, 7), "{denom}");
    }
    Ok(())
}
