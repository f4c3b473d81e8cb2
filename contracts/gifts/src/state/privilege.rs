//! Privileges: what was agreed, and what each account has proven.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::gift::{PrivilegeRule, PrivilegeTerms, Tier};
use attention_storage::{Packed, PackedMap, push_text, read_text};
use cosmwasm_std::Storage;

use super::catalogue::Catalogue;
use super::tag;
use crate::error::{ContractError, Result};
use crate::history::History;

/// What was agreed. Written once.
pub(crate) const PRIVILEGES: Catalogue<PrivilegeRow> = Catalogue::new(tag::PRIVILEGES);
/// By (privilege, canonical address): what the account has proven.
pub(crate) const HISTORIES: PackedMap<(u64, &[u8]), History> = PackedMap::new(tag::HISTORY);

/// A privilege that has to exist.
pub(crate) fn load_privilege(storage: &dyn Storage, privilege: u64) -> Result<PrivilegeRow> {
    Ok(PRIVILEGES.may_load(storage, privilege)?.ok_or(ContractError::UnknownPrivilege { privilege })?)
}

/// The terms of a privilege, and the share that follows from its half-life: finding it takes sixty steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrivilegeRow {
    pub(crate) campaign: u64,
    pub(crate) half_life_epochs: u32,
    pub(crate) ttl_epochs: u32,
    pub(crate) rule: PrivilegeRule,
    pub(crate) name: String,
}

impl PrivilegeRow {
    /// The terms as they were agreed.
    pub(crate) fn terms(&self) -> PrivilegeTerms {
        PrivilegeTerms {
            campaign: self.campaign,
            name: self.name.clone(),
            half_life_epochs: self.half_life_epochs,
            tiers: self.rule.tiers.clone(),
            ttl_epochs: self.ttl_epochs,
        }
    }
}

impl Packed for PrivilegeRow {
    const WHAT: &'static str = "stored privilege";

    fn pack(&self, out: &mut Vec<u8>) {
        self.campaign.pack(out);
        out.extend_from_slice(&self.half_life_epochs.to_be_bytes());
        out.extend_from_slice(&self.ttl_epochs.to_be_bytes());
        self.rule.retained_e18.pack(out);
        push_text(out, &self.name);
        // The tiers are the rest of the row.
        for tier in &self.rule.tiers {
            out.push(tier.level);
            tier.grant_at.pack(out);
            tier.keep_at.pack(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let campaign = u64::read(reader)?;
        let (half_life_epochs, ttl_epochs) = (reader.u32()?, reader.u32()?);
        let retained_e18 = u64::read(reader)?;
        let name = read_text(reader)?;
        let mut tiers = Vec::new();
        while !reader.rest().is_empty() {
            let (level, grant_at, keep_at) = (reader.u8()?, u64::read(reader)?, u64::read(reader)?);
            tiers.push(Tier { level, grant_at, keep_at });
        }
        let rule = PrivilegeRule { retained_e18, tiers };
        Ok(Self { campaign, half_life_epochs, ttl_epochs, rule, name })
    }
}
