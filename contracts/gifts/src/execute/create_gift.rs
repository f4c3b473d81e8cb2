//! Creates a gift, if the sponsor may give the collection's tokens away.

use attention_protocol::gift::{Delivery, GiftEvent, GiftTerms};
use cosmwasm_std::{Addr, QuerierWrapper, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::gift::{GIFTS, GiftRow, TALLIES, TallyRow};

/// That the sender sponsors the campaign was checked before.
///
/// Several sponsors may have made this contract the minter of their collections, so each may only mint from their own: the
/// chain says who controls a contract, and no collection can lie about it.
pub(crate) fn create_gift(
    storage: &mut dyn Storage,
    querier: QuerierWrapper<'_>,
    sponsor: &Addr,
    collection: Addr,
    terms: GiftTerms,
) -> Result<Response> {
    terms.validate()?;
    let info = querier.query_wasm_contract_info(&collection).map_err(|error| {
        let (collection, reason) = (collection.clone(), error.to_string());
        ContractError::UnknownCollection { collection, reason }
    })?;
    let controller = info.admin.unwrap_or(info.creator);
    if matches!(terms.delivery, Delivery::Mint { .. }) && controller != *sponsor {
        let sponsor = sponsor.clone();
        return refuse(ContractError::NotYourCollection { sponsor, collection, controller });
    }
    let (campaign, supply) = (terms.campaign, terms.supply);
    let collection = collection.into_string();
    let terms = GiftTerms { collection: collection.clone(), ..terms };
    let gift = GIFTS.add(storage, campaign, &GiftRow(terms))?;
    TALLIES.save(storage, gift, &TallyRow::default());
    Ok(Response::new().add_event(GiftEvent::GiftCreated { gift, campaign, collection, supply }))
}
