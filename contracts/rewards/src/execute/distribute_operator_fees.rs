//! Shares the operators' fees in an asset among those who signed.

use attention_protocol::event::Event;
use attention_protocol::math::mul_div_floor;
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::participation::tally;
use crate::state::operator_fees::{OPERATOR_FEES, OperatorFeesRow};
use crate::state::owed::owe;
use crate::timeline::Timeline;

/// Every epoch since the last distribution has an equal part, and each signature in it an equal part of that. Where more than
/// 100 reports wait, their part alone is paid, and the rest keeps for the next message: who calls when changes nothing much.
pub(crate) fn distribute_operator_fees(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    denom: String,
) -> Result<Response> {
    let overflow = || ContractError::overflow("the operators' fees");
    let row = OPERATOR_FEES.may_load(storage, &denom)?.unwrap_or_default();
    if row.due == 0 {
        return refuse(ContractError::NoFees { denom });
    }
    let tally = tally(storage, timeline, row.from_epoch)?;
    let mut counts = tally.by_admin.values().map(|counted| counted.signed);
    let signed = counts.try_fold(0u64, u64::checked_add).ok_or_else(overflow)?;
    if signed == 0 {
        return refuse(OperatorError::NothingToCount { epoch: row.from_epoch });
    }
    let epochs = |end: u64| end.checked_sub(row.from_epoch).map(u128::from).ok_or_else(overflow);
    let part = mul_div_floor(row.due, epochs(tally.next_epoch)?, epochs(tally.end_epoch)?);
    let part = part.ok_or_else(overflow)?;
    let (mut response, mut due) = (Response::new(), row.due);
    for (admin, counted) in tally.by_admin {
        let amount = mul_div_floor(part, counted.signed.into(), signed.into()).ok_or_else(overflow)?;
        if amount == 0 {
            continue;
        }
        due = due.checked_sub(amount).ok_or_else(overflow)?;
        owe(storage, &denom, &admin, amount)?;
        response = response.add_event(Event::OperatorFeesShared {
            admin: admin.into_string(),
            amount,
            denom: denom.clone(),
            signed: counted.signed,
        });
    }
    OPERATOR_FEES.save(storage, &denom, &OperatorFeesRow { due, from_epoch: tally.next_epoch });
    Ok(response)
}
