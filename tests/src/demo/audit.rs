//! No token was made or lost: the chain's figures, added up again.

use std::collections::BTreeMap;

use attention_protocol::msg::{CampaignMoney, FeesResponse, QueryMsg};
use serde_json::Value;

use super::Log;
use super::cast::Cast;
use super::deploy::Deployed;
use super::outcome::{Claim, Conservation, Money};
use super::play::Played;
use crate::chain::LocalChain;
use crate::error::E2eError;

/// The equations that were checked, each with both sides.
#[derive(Debug, Default)]
struct Equations {
    count: u32,
    wrong: Vec<String>,
}

impl Equations {
    fn equal(&mut self, what: &str, left: u128, right: u128) {
        self.count += 1;
        if left != right {
            self.wrong.push(format!("{what}: {left} is not {right}"));
        }
    }
}

/// Gives the sponsor back what nobody earned, then adds up every campaign, wallet and balance.
pub(super) fn audit(
    log: &Log,
    chain: &LocalChain,
    cast: &Cast,
    deployed: &Deployed,
    played: &Played,
) -> Result<Money, E2eError> {
    let denom = chain.info().reward_denom.as_str();
    let mut equations = Equations::default();
    let (mut conservation, mut held, mut back) = (Vec::new(), 0, 0);
    for campaign in &deployed.campaigns {
        refund(log, cast, deployed, campaign.id)?;
        let money = money(deployed, campaign.id)?;
        let row = check_campaign(&mut equations, &money, campaign.plan.funds, played);
        held += row.funded - row.claimed - row.refunded;
        back += row.refunded;
        conservation.push(row);
    }
    let contract_balance = deployed.wasmd.node.balance(&deployed.contract, denom)?;
    equations.equal("the contract holds what was paid in and not out", contract_balance, held);
    let fees: FeesResponse =
        deployed.wasmd.node.smart(&deployed.contract, &QueryMsg::Fees { denom: denom.to_string() })?;
    let owed: u128 =
        conservation.iter().map(|row| row.unallocated + row.allocated - row.claimed).sum::<u128>()
            + fees.due.u128();
    equations.equal("the contract holds what it owes", contract_balance, owed);
    let sponsor = deployed.wasmd.node.balance(&cast.sponsor_key.address, denom)?;
    let funded: u128 = conservation.iter().map(|row| row.funded).sum();
    equations.equal(
        "the sponsor has what it did not pay or got back",
        sponsor,
        deployed.sponsor_before - funded + back,
    );
    check_wallets(&mut equations, deployed, denom, &played.claims)?;
    if equations.wrong.is_empty() {
        log.say(&format!("no token was made or lost: {} equations hold", equations.count));
        return Ok(Money { conservation, contract_balance });
    }
    Err(E2eError::Output(format!("money does not add up:\n{}", equations.wrong.join("\n"))))
}

fn money(deployed: &Deployed, campaign: u64) -> Result<CampaignMoney, E2eError> {
    deployed.wasmd.node.smart(&deployed.contract, &QueryMsg::CampaignMoney { campaign })
}

fn refund(log: &Log, cast: &Cast, deployed: &Deployed, campaign: u64) -> Result<(), E2eError> {
    let left = money(deployed, campaign)?.unallocated;
    if left.is_zero() {
        return Ok(());
    }
    cast.sponsor.run::<Value>(&["campaign", "refund", "--campaign", &campaign.to_string()])?;
    log.say(&format!("campaign {campaign} is over: {left} that nobody earned went back to the sponsor"));
    Ok(())
}

fn check_campaign(
    equations: &mut Equations,
    money: &CampaignMoney,
    paid_in: u128,
    played: &Played,
) -> Conservation {
    let id = money.campaign;
    let mut equal = |what: &str, left, right| equations.equal(&format!("campaign {id}: {what}"), left, right);
    let row = Conservation {
        campaign: id,
        funded: money.funded.u128(),
        unallocated: money.unallocated.u128(),
        allocated: money.allocated.u128(),
        claimed: money.claimed.u128(),
        refunded: money.refunded.u128(),
        fees: money.fees.u128(),
    };
    equal("funded = what the sponsor sent", row.funded, paid_in);
    let parts = row.unallocated + row.allocated + row.refunded + row.fees;
    equal("funded = unallocated + allocated + refunded + fees", row.funded, parts);
    equal("allocated = claimed + outstanding", row.allocated, row.claimed + money.outstanding.u128());
    let paid: u128 =
        played.claims.iter().filter(|claim| claim.campaign == id).map(|claim| claim.amount).sum();
    equal("claimed = what the wallets got", row.claimed, paid);
    let earned =
        played.newest.get(&id).map_or(0, |newest| newest.leaves.iter().map(|leaf| leaf.cumulative).sum());
    equal("allocated = what the leaves add up to", row.allocated, earned);
    row
}

/// Each transaction raised its wallet's balance by what it paid, and each wallet holds all that it ever got.
fn check_wallets(
    equations: &mut Equations,
    deployed: &Deployed,
    denom: &str,
    claims: &[Claim],
) -> Result<(), E2eError> {
    let mut by_tx = BTreeMap::<(&str, &str), (u128, &Claim)>::new();
    let mut by_wallet = BTreeMap::<&str, u128>::new();
    for claim in claims {
        by_tx.entry((&claim.account, &claim.tx_hash)).or_insert((0, claim)).0 += claim.amount;
        *by_wallet.entry(&claim.account).or_default() += claim.amount;
    }
    for ((account, tx), (paid, claim)) in by_tx {
        let what = format!("{account} gained what {tx} paid");
        equations.equal(&what, claim.balance_after, claim.balance_before + paid);
    }
    for (account, paid) in by_wallet {
        let balance = deployed.wasmd.node.balance(account, denom)?;
        equations.equal(&format!("{account} holds all that it claimed"), balance, paid);
    }
    Ok(())
}
