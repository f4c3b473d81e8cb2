//! Who may do what only some may.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Addr;
use cw_storage_plus::Item;

/// Owner, proposed owner and guardian.
pub(crate) const OWNERSHIP: Item<Ownership> = Item::new("ownership");

/// See [`OWNERSHIP`].
#[cw_serde]
pub(crate) struct Ownership {
    pub(crate) owner: Addr,
    pub(crate) proposed: Option<Addr>,
    pub(crate) guardian: Option<Addr>,
}
