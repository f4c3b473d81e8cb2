//! Creates a privilege.

use attention_protocol::gift::{GiftEvent, PrivilegeRule, PrivilegeTerms};
use cosmwasm_std::{Response, Storage};

use crate::error::Result;
use crate::state::privilege::{PRIVILEGES, PrivilegeRow};

/// The sponsor's right was checked before.
pub(crate) fn create_privilege(storage: &mut dyn Storage, terms: PrivilegeTerms) -> Result<Response> {
    terms.validate()?;
    let rule = PrivilegeRule::from(&terms);
    let PrivilegeTerms { campaign, name, half_life_epochs, ttl_epochs, tiers: _ } = terms;
    let row = PrivilegeRow { campaign, half_life_epochs, ttl_epochs, rule, name: name.clone() };
    let privilege = PRIVILEGES.add(storage, campaign, &row)?;
    Ok(Response::new().add_event(GiftEvent::PrivilegeCreated { privilege, campaign, name }))
}
