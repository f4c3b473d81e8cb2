//! Giving a token of a gift: the limits, the reservation, the message. Shared by claims and quests.

use attention_protocol::gift::{Delivery, GiftEvent, GiftTerms};
use cosmwasm_std::{Storage, SubMsg};

use crate::delivery::{deliver, minted_id};
use crate::error::{ContractError, Result, refuse};
use crate::rewards::Holder;
use crate::state::gift::{CLAIM_COUNTS, CLAIMS, DEPOSITS, TALLIES, TallyRow, one_less, one_more};
use crate::state::owed::{OWED, OwedRow, Parcel};

/// Reserves the next token for the account and sends it. That the account has earned it was checked before.
pub(crate) fn give(
    storage: &mut dyn Storage,
    (gift, terms): (u64, &GiftTerms),
    holder: &Holder<'_>,
    epoch: u64,
) -> Result<(SubMsg, GiftEvent)> {
    let key = (gift, holder.account.as_slice());
    let tally = TALLIES.load(storage, gift)?;
    let count = CLAIM_COUNTS.may_load(storage, key)?.unwrap_or(0);
    check(storage, (gift, terms), &tally, holder, (epoch, count))?;
    let (token_id, held) = match terms.delivery {
        Delivery::Mint { .. } => (minted_id(gift, tally.claimed), tally.held),
        Delivery::HandOut {} => {
            let serial = (gift, u64::from(tally.claimed));
            let deposit = DEPOSITS.may_load(storage, serial)?;
            let deposit = deposit.ok_or(ContractError::NothingDeposited { gift })?;
            DEPOSITS.remove(storage, serial);
            (deposit.token_id, one_less(tally.held, "the tokens held")?)
        }
    };
    CLAIMS.save(storage, (gift, (epoch, holder.account.as_slice())), &tally.claimed.into());
    let more = count.checked_add(1).ok_or_else(|| ContractError::overflow("the account's tokens"))?;
    CLAIM_COUNTS.save(storage, key, &more);
    let claimed = one_more(tally.claimed, "the tokens claimed")?;
    TALLIES.save(storage, gift, &TallyRow { claimed, held, ..tally });
    let owed = OwedRow { epoch, token_id: token_id.clone() };
    let message = deliver(terms, holder.address, &Parcel { gift, account: holder.account.clone(), owed })?;
    let account = holder.address.to_string();
    Ok((message, GiftEvent::GiftClaimed { gift, epoch, account, token_id }))
}

fn check(
    storage: &dyn Storage,
    (gift, terms): (u64, &GiftTerms),
    tally: &TallyRow,
    holder: &Holder<'_>,
    (epoch, count): (u64, u64),
) -> Result<()> {
    if tally.closed {
        return refuse(ContractError::GiftClosed { gift });
    }
    if !terms.window.contains(epoch) {
        let (first_epoch, end_epoch) = (terms.window.first_epoch, terms.window.end_epoch);
        return refuse(ContractError::OutsideWindow { epoch, first_epoch, end_epoch });
    }
    if CLAIMS.has(storage, (gift, (epoch, holder.account.as_slice()))) {
        return refuse(ContractError::AlreadyClaimed { gift, epoch });
    }
    if let Some(owed) = OWED.may_load(storage, (gift, holder.account.as_slice()))? {
        return refuse(ContractError::WithdrawFirst { gift, token_id: owed.token_id });
    }
    let (what, id) = ("gift", gift);
    if count >= u64::from(terms.per_account) {
        return refuse(ContractError::AccountLimit { what, id, max: terms.per_account });
    }
    if tally.claimed >= terms.supply {
        return refuse(ContractError::SupplyExhausted { what, id, supply: terms.supply });
    }
    Ok(())
}
