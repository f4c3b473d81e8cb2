//! The operators' share of a funding.

use attention_protocol::math::mul_ppm_floor;
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::state::config::limits_at;
use crate::state::operator_fees::{OPERATOR_FEES, OperatorFeesRow};

/// Takes `floor(amount · operator_fee_ppm / 10^6)` of a funding that is received in `epoch` for the operators, and says how much.
pub(crate) fn take_operator_fee(
    storage: &mut dyn Storage,
    epoch: u64,
    denom: &str,
    amount: u128,
) -> Result<u128> {
    let overflow = || ContractError::overflow("the operators' fees");
    let (_, limits) = limits_at(storage, epoch)?;
    let fee = mul_ppm_floor(amount, limits.operator_fee_ppm).ok_or_else(overflow)?;
    if fee == 0 {
        return Ok(0);
    }
    let row = OPERATOR_FEES.may_load(storage, denom)?.unwrap_or_default();
    // What comes into an empty pot goes to those who sign from now on.
    let from_epoch = if row.due == 0 { row.from_epoch.max(epoch) } else { row.from_epoch };
    let due = row.due.checked_add(fee).ok_or_else(overflow)?;
    OPERATOR_FEES.save(storage, denom, &OperatorFeesRow { due, from_epoch });
    Ok(fee)
}
