//! Pays an account by another's message: at its payout address, or where its signature says.

use attention_protocol::AccountId;
use attention_protocol::msg::{ClaimItem, Redirect};
use attention_protocol::redirect::RedirectText;
use cosmwasm_std::{Addr, Api, Response, Storage};

use crate::booking::{Payee, claim_all};
use crate::error::{ContractError, Result, refuse};
use crate::payout::Claimant;
use crate::signatures::check_signature;
use crate::state::payout::{payout_address, redirect_nonce, use_redirect_nonce};

/// A redirect whose recipient was validated.
pub(crate) struct Redirection<'a> {
    pub(crate) api: &'a dyn Api,
    pub(crate) chain_id: &'a str,
    pub(crate) contract: &'a Addr,
    pub(crate) redirect: &'a Redirect,
    pub(crate) recipient: Addr,
}

/// Nobody but the account decides where its money goes, so anybody may pay the gas.
pub(crate) fn claim_for(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    account: &Addr,
    items: &[ClaimItem],
    redirection: Option<Redirection<'_>>,
) -> Result<Response> {
    let recipient = match redirection {
        Some(redirection) => authorise(storage, claimant, account, redirection)?,
        None => payout_address(storage, claimant.account)?.unwrap_or_else(|| account.clone()),
    };
    claim_all(storage, claimant, &Payee { account, recipient: &recipient }, items)
}

/// Checks the account's signature and uses its nonce up.
fn authorise(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    account: &Addr,
    redirection: Redirection<'_>,
) -> Result<Addr> {
    let Redirection { api, chain_id, contract, redirect, recipient } = redirection;
    let Redirect { nonce, expires_at_s, .. } = *redirect;
    if claimant.now_s >= expires_at_s {
        return refuse(ContractError::RedirectExpired { expires_at_s, now_s: claimant.now_s });
    }
    let expected = redirect_nonce(storage, claimant.account)?;
    if nonce != expected {
        return refuse(ContractError::WrongNonce { nonce, expected });
    }
    if AccountId::of_key(&redirect.pubkey) != *claimant.account {
        return refuse(ContractError::NotTheAccountsKey { account: account.clone() });
    }
    let text = RedirectText {
        chain_id,
        contract: contract.as_str(),
        account: account.as_str(),
        recipient: recipient.as_str(),
        nonce,
        expires_at_s,
    };
    check_signature(api, &text.digest(), &redirect.signature, &redirect.pubkey)
        .or_else(|()| refuse(ContractError::BadSignature { account: account.clone() }))?;
    use_redirect_nonce(storage, claimant.account, nonce)?;
    Ok(recipient)
}
