//! Things that sponsors create: numbered from 1, and listed by campaign.

use attention_protocol::ProtocolError;
use attention_storage::{Packed, PackedMap};
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};

/// Rows of type `V` under rising ids.
pub(crate) struct Catalogue<V> {
    count: PackedMap<(), u64>,
    rows: PackedMap<u64, V>,
    /// By (campaign, id): the id.
    listed: PackedMap<(u64, u64), u64>,
}

impl<V: Packed> Catalogue<V> {
    /// A catalogue under its three tags.
    pub(crate) const fn new([count, rows, listed]: [u8; 3]) -> Self {
        Self { count: PackedMap::new(count), rows: PackedMap::new(rows), listed: PackedMap::new(listed) }
    }

    /// Stores a row under the next id.
    pub(crate) fn add(&self, storage: &mut dyn Storage, campaign: u64, row: &V) -> Result<u64> {
        let before = self.count.may_load(storage, ())?.unwrap_or(0);
        let id = before.checked_add(1).ok_or_else(|| ContractError::overflow("the number of entries"))?;
        self.count.save(storage, (), &id);
        self.rows.save(storage, id, row);
        self.listed.save(storage, (campaign, id), &id);
        Ok(id)
    }

    /// The row of an id, if there is one.
    pub(crate) fn may_load(&self, storage: &dyn Storage, id: u64) -> Result<Option<V>, ProtocolError> {
        self.rows.may_load(storage, id)
    }

    /// The ids of a campaign above `start_after`, rising.
    pub(crate) fn ids<'a>(
        &self,
        storage: &'a dyn Storage,
        campaign: u64,
        start_after: Option<u64>,
    ) -> impl Iterator<Item = Result<u64, ProtocolError>> + use<'a, V> {
        let from = start_after.unwrap_or(0);
        let ids = self.listed.ascending(storage, (campaign, from), (campaign, u64::MAX));
        ids.filter(move |id| !matches!(id, Ok(id) if *id == from))
    }
}
