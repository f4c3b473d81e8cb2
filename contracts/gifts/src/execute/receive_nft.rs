//! Takes a token that the sponsor deposits to be handed out.

use attention_protocol::gift::{Cw721HookMsg, Cw721ReceiveMsg, Delivery, GiftEvent, TOKEN_TEXT_MAX_BYTES};
use cosmwasm_std::{Addr, Response, Storage, from_json};

use crate::error::{ContractError, Result, refuse};
use crate::rewards::Rewards;
use crate::state::gift::{DEPOSITS, DepositRow, TALLIES, TallyRow, load_gift, one_more};

/// `sender` is whoever sent the message; only the gift's own collection is believed, and only about its own tokens: a lying
/// one spoils the gifts of its own sponsor and nothing else.
pub(crate) fn receive_nft(
    storage: &mut dyn Storage,
    rewards: &Rewards<'_>,
    sender: &Addr,
    received: Cw721ReceiveMsg,
) -> Result<Response> {
    let Cw721HookMsg::Deposit { gift } = from_json(&received.msg)?;
    let terms = load_gift(storage, gift)?;
    if terms.collection != sender.as_str() {
        return refuse(ContractError::WrongCollection { gift, sender: sender.clone() });
    }
    if terms.delivery != (Delivery::HandOut {}) {
        return refuse(ContractError::NotHandedOut { gift });
    }
    if rewards.sponsor(terms.campaign)?.as_str() != received.sender {
        return refuse(ContractError::NotFromSponsor { gift, depositor: received.sender });
    }
    let token_id = received.token_id;
    if token_id.is_empty() || token_id.len() > TOKEN_TEXT_MAX_BYTES {
        let (field, value) = ("token_id", format!("{token_id:?}"));
        return refuse(ContractError::Invalid { field, value, requirement: "1 to 256 bytes long" });
    }
    let tally = TALLIES.load(storage, gift)?;
    if tally.closed {
        return refuse(ContractError::GiftClosed { gift });
    }
    let serial = tally.deposited;
    if serial >= terms.supply {
        return refuse(ContractError::DepositsFull { gift, supply: terms.supply });
    }
    DEPOSITS.save(storage, (gift, serial.into()), &DepositRow { serial, token_id: token_id.clone() });
    let deposited = one_more(serial, "the tokens deposited")?;
    let held = one_more(tally.held, "the tokens held")?;
    TALLIES.save(storage, gift, &TallyRow { deposited, held, ..tally });
    Ok(Response::new().add_event(GiftEvent::TokenDeposited { gift, serial, token_id }))
}
