//! Money that leaves. A payout is one submessage per asset with a gas limit: when it fails, what it should have paid is owed to the
//! account instead, and nothing else is undone.
//!
//! A transaction with less gas left than the limit fails as a whole, so nobody turns another's payout into a debt by giving too
//! little gas.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::event::Event;
use attention_protocol::msg::{Cw20ExecuteMsg, cw20_token};
use cosmwasm_std::{
    Addr, BankMsg, Binary, Coin, CosmosMsg, Reply, Response, Storage, SubMsg, SubMsgResult, WasmMsg,
    to_json_binary,
};

use crate::error::{ContractError, Result, refuse};
use crate::state::booked::{book_in, book_out};
use crate::state::owed::owe;
use crate::state::packed::{Packed, push_text, read_text, text};

/// Most gas that the bank may use to pay out or to burn, hooks included.
pub const NATIVE_GAS_MAX: u64 = 200_000;
/// Most gas that a cw20 token may use to pay out.
pub const CW20_GAS_MAX: u64 = 500_000;
/// Id of the reply to a payout, or a burn, that failed.
pub(crate) const PAYOUT_REPLY: u64 = 1;
/// Who is owed what could not be burned: no address, so nobody.
const NOBODY: &str = "nobody";
/// Most characters of a failure's reason in the event.
const REASON_MAX_CHARS: usize = 128;

/// A payment to make.
pub(crate) struct Payout<'a> {
    /// Who is owed the amount if the payment fails.
    pub(crate) account: &'a Addr,
    /// Who is paid.
    pub(crate) recipient: &'a Addr,
    /// A bank denom or a cw20 asset.
    pub(crate) asset: &'a str,
    /// Base units.
    pub(crate) amount: u128,
}

/// What the reply has to know: `amount ‖ account ‖ asset`.
#[derive(Debug, PartialEq, Eq)]
struct Failed {
    amount: u128,
    account: String,
    asset: String,
}

impl Packed for Failed {
    const WHAT: &'static str = "payload of a payout";

    fn pack(&self, out: &mut Vec<u8>) {
        self.amount.pack(out);
        push_text(out, &self.account);
        out.extend_from_slice(self.asset.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            amount: u128::read(reader)?,
            account: read_text(reader)?,
            asset: text(reader.take(reader.rest().len())?),
        })
    }
}

/// The submessage that pays, or leaves the account with a claim on the contract.
pub(crate) fn payout(storage: &mut dyn Storage, payout: &Payout<'_>) -> Result<SubMsg> {
    let Payout { account, recipient, asset, amount } = *payout;
    let gas_limit = if cw20_token(asset).is_some() { CW20_GAS_MAX } else { NATIVE_GAS_MAX };
    let mut payload = Vec::with_capacity(128);
    Failed { amount, account: account.to_string(), asset: asset.to_string() }.pack(&mut payload);
    let message = transfer(storage, recipient, asset, amount)?;
    Ok(SubMsg::reply_on_error(message, PAYOUT_REPLY).with_gas_limit(gas_limit).with_payload(payload))
}

/// The submessage that burns a bank denom, or leaves it in the contract, owed to nobody: a chain that lets no contract burn must not
/// keep a proof from convicting.
pub(crate) fn burn(denom: &str, amount: u128) -> SubMsg {
    let mut payload = Vec::with_capacity(128);
    Failed { amount, account: NOBODY.to_string(), asset: denom.to_string() }.pack(&mut payload);
    let message = BankMsg::Burn { amount: vec![Coin::new(amount, denom)] };
    SubMsg::reply_on_error(message, PAYOUT_REPLY).with_gas_limit(NATIVE_GAS_MAX).with_payload(payload)
}

/// The message that pays. As a message of its own it fails together with what sends it.
pub(crate) fn transfer(
    storage: &mut dyn Storage,
    recipient: &Addr,
    asset: &str,
    amount: u128,
) -> Result<CosmosMsg> {
    let recipient = recipient.to_string();
    let Some(token) = cw20_token(asset) else {
        return Ok(BankMsg::Send { to_address: recipient, amount: vec![Coin::new(amount, asset)] }.into());
    };
    book_out(storage, asset, amount)?;
    let transfer = Cw20ExecuteMsg::Transfer { recipient, amount: amount.into() };
    let msg = to_json_binary(&transfer)?;
    Ok(WasmMsg::Execute { contract_addr: token.to_string(), msg, funds: Vec::new() }.into())
}

/// A payout failed: the account is owed the amount. The tokens never left, so they are booked again.
pub(crate) fn payout_failed(storage: &mut dyn Storage, reply: Reply) -> Result<Response> {
    if reply.id != PAYOUT_REPLY {
        return refuse(ContractError::UnknownReply { id: reply.id });
    }
    let SubMsgResult::Err(reason) = reply.result else {
        return Ok(Response::new());
    };
    let Failed { amount, account, asset } = read_payload(&reply.payload)?;
    if cw20_token(&asset).is_some() {
        book_in(storage, &asset, amount)?;
    }
    let account = Addr::unchecked(account);
    owe(storage, &asset, &account, amount)?;
    Ok(Response::new().add_event(Event::PayoutFailed {
        account: account.into_string(),
        amount,
        denom: asset,
        reason: reason.chars().take(REASON_MAX_CHARS).collect(),
    }))
}

fn read_payload(payload: &Binary) -> Result<Failed> {
    let mut reader = Reader::new(Failed::WHAT, payload.as_slice());
    let failed = Failed::read(&mut reader)?;
    reader.finish()?;
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;
    use cosmwasm_std::{ReplyOn, SubMsgResponse};

    use super::*;
    use crate::state::booked::booked;
    use crate::state::owed::{owed, owed_total};

    const TOKEN: &str = "cw20:wasm1token";

    fn pay(storage: &mut MockStorage, asset: &str) -> SubMsg {
        let (account, recipient) = (Addr::unchecked("alice"), Addr::unchecked("bob"));
        payout(storage, &Payout { account: &account, recipient: &recipient, asset, amount: 7 }).unwrap()
    }

    fn reply(sent: &SubMsg, result: SubMsgResult) -> Reply {
        Reply { id: sent.id, payload: sent.payload.clone(), gas_used: 0, result }
    }

    #[test]
    fn what_cannot_be_burned_is_owed_to_nobody() {
        let mut storage = MockStorage::new();
        let sent = burn("ubond", 7);
        let amount = vec![Coin::new(7u128, "ubond")];
        let refused = reply(&sent, SubMsgResult::Err("contracts may not burn".into()));
        assert_eq!(sent.msg, BankMsg::Burn { amount }.into());
        assert_eq!((sent.reply_on, sent.gas_limit), (ReplyOn::Error, Some(NATIVE_GAS_MAX)));
        let response = payout_failed(&mut storage, refused).unwrap();
        let event = Event::PayoutFailed {
            account: "nobody".into(),
            amount: 7,
            denom: "ubond".into(),
            reason: "contracts may not burn".into(),
        };
        assert_eq!(response.events, [cosmwasm_std::Event::from(event)]);
        assert_eq!(owed(&storage, "ubond", &Addr::unchecked("nobody")).unwrap(), 7);
        assert_eq!(owed_total(&storage, "ubond").unwrap(), 7);
    }

    /// A token that burns all gas it gets is stopped by the limit, and the chain answers with an error.
    #[test]
    fn a_payout_is_limited_and_asks_for_a_reply_on_error_only() {
        let mut storage = MockStorage::new();
        let native = pay(&mut storage, "uatt");
        let coins = vec![Coin::new(7u128, "uatt")];
        assert_eq!(native.msg, BankMsg::Send { to_address: "bob".into(), amount: coins }.into());
        assert_eq!((native.reply_on, native.gas_limit), (ReplyOn::Error, Some(NATIVE_GAS_MAX)));
        book_in(&mut storage, TOKEN, 9).unwrap();
        let token = pay(&mut storage, TOKEN);
        let msg = Binary::from(br#"{"transfer":{"recipient":"bob","amount":"7"}}"#);
        let execute = WasmMsg::Execute { contract_addr: "wasm1token".into(), msg, funds: vec![] };
        assert_eq!(token.msg, execute.into());
        assert_eq!((token.reply_on, token.gas_limit), (ReplyOn::Error, Some(CW20_GAS_MAX)));
        assert_eq!(booked(&storage, TOKEN).unwrap(), 2);
        let more = Payout {
            account: &Addr::unchecked("a"),
            recipient: &Addr::unchecked("a"),
            asset: TOKEN,
            amount: 3,
        };
        let expected = ContractError::Overflow { what: "the tokens booked" };
        assert_eq!(*payout(&mut storage, &more).unwrap_err(), expected, "more than ever came in");
    }

    #[test]
    fn a_failure_is_owed_to_the_account_and_told() {
        let mut storage = MockStorage::new();
        book_in(&mut storage, TOKEN, 9).unwrap();
        for asset in ["uatt", TOKEN] {
            let sent = pay(&mut storage, asset);
            let response =
                payout_failed(&mut storage, reply(&sent, SubMsgResult::Err("ü".repeat(500)))).unwrap();
            let event = &response.events[0];
            assert_eq!(event.ty, "payout_failed");
            let value = |key: &str| event.attributes.iter().find(|a| a.key == key).unwrap().value.clone();
            assert_eq!([value("account"), value("amount"), value("denom")], ["alice", "7", asset]);
            assert_eq!(value("reason"), "ü".repeat(REASON_MAX_CHARS));
            assert_eq!(owed(&storage, asset, &Addr::unchecked("alice")).unwrap(), 7);
            assert_eq!(owed_total(&storage, asset).unwrap(), 7);
        }
        assert_eq!(booked(&storage, TOKEN).unwrap(), 9, "the tokens never left");
    }

    #[test]
    #[expect(deprecated, reason = "the old field has to be filled")]
    fn a_success_is_nothing_and_other_replies_are_refused() {
        let mut storage = MockStorage::new();
        let sent = pay(&mut storage, "uatt");
        let fine = SubMsgResponse { events: vec![], data: None, msg_responses: vec![] };
        assert_eq!(
            payout_failed(&mut storage, reply(&sent, SubMsgResult::Ok(fine))).unwrap(),
            Response::new()
        );
        assert_eq!(owed_total(&storage, "uatt").unwrap(), 0);
        let other = Reply { id: 9, ..reply(&sent, SubMsgResult::Err("no".into())) };
        let expected = ContractError::UnknownReply { id: 9 };
        assert_eq!(*payout_failed(&mut storage, other).unwrap_err(), expected);
        let mut damaged = reply(&sent, SubMsgResult::Err("no".into()));
        damaged.payload = Binary::default();
        assert!(payout_failed(&mut storage, damaged).is_err());
    }
}
