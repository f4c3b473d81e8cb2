//! Gives a token to an account whose leaf meets the gift's condition.

use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::give::give;
use crate::rewards::{Holder, LeafProof, Rewards};
use crate::state::gift::load_gift;

/// Whoever sends the message, only the account whose leaf it is receives the token. Tokens of one gift count as equal: where
/// they are not, the README warns, because the order of claims decides who gets which.
pub(crate) fn claim_gift(
    storage: &mut dyn Storage,
    rewards: &Rewards<'_>,
    holder: &Holder<'_>,
    gift: u64,
    shown: &LeafProof<'_>,
) -> Result<Response> {
    let terms = load_gift(storage, gift)?;
    let condition = terms.condition.ok_or(ContractError::QuestsOnly { gift })?;
    let leaf = rewards.own_leaf(terms.campaign, shown, holder)?;
    if !condition.is_met_by(&leaf) {
        let (score, streak) = (leaf.score.ppm(), leaf.streak);
        return refuse(ContractError::ConditionUnmet { epoch: shown.epoch, score, streak });
    }
    let (message, event) = give(storage, (gift, &terms), holder, shown.epoch)?;
    Ok(Response::new().add_event(event).add_submessage(message))
}
