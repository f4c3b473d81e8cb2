//! Adds money to a campaign that has not ended.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Coin, Response, Storage};

use crate::credit::{amount_of, credit};
use crate::error::{ContractError, Result, refuse};
use crate::operator_fees::take_operator_fee;
use crate::state::campaign::load_run;
use crate::timeline::Timeline;

/// The money counts from the epoch in which it arrives, net of the operators' share; no creation fee is taken.
pub(crate) fn fund_campaign(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    sender: &Addr,
    campaign: u64,
    coin: &Coin,
) -> Result<Response> {
    let run = load_run(storage, campaign)?;
    if coin.denom != run.payout.denom {
        let (expected, denom) = (run.payout.denom, coin.denom.clone());
        return refuse(ContractError::WrongDenom { campaign, expected, denom });
    }
    let end_epoch = timeline.effective_end(storage, &run)?;
    let receipt_epoch = timeline.clock.receipt_epoch(timeline.now.time_s);
    // A campaign that was stopped before its first epoch has none left that money could count in.
    if receipt_epoch >= end_epoch || end_epoch <= run.start_epoch {
        return refuse(ContractError::CampaignEnded { campaign, end_epoch });
    }
    let amount = amount_of(coin)?;
    let fee = take_operator_fee(storage, receipt_epoch, &coin.denom, amount)?;
    let net = amount.checked_sub(fee).ok_or_else(|| ContractError::overflow("the fees"))?;
    credit(storage, campaign, (amount, fee), receipt_epoch)?;
    let sender = sender.to_string();
    Ok(Response::new().add_event(Event::CampaignFunded { campaign, sender, amount: net, fee }))
}
