//! Operators: the proposal, bonds, participation, their fees.

use attention_protocol::config::Pubkey;
use attention_protocol::msg::{
    BondResponse, ConfigProposal, ConfigProposalResponse, OperatorFeesResponse, OperatorInfo,
    OperatorParticipation, ParticipationResponse,
};
use cosmwasm_std::{Addr, Binary, Storage};

use crate::bonds::required_bond;
use crate::configuration::Configuration;
use crate::error::Result;
use crate::state::bond::BONDS;
use crate::state::config::about_at;
use crate::state::operator_fees::OPERATOR_FEES;
use crate::state::participation::{COUNTED, PARTICIPATION};
use crate::state::proposal::{PROPOSAL, ProposalRow, ProposedSet};
use crate::timeline::Timeline;

/// Operators as queries show them.
pub(super) fn infos(named: Vec<(String, Addr)>, pubkeys: &[Pubkey]) -> Vec<OperatorInfo> {
    let info = |((name, admin), key): ((String, Addr), &Pubkey)| OperatorInfo {
        name,
        pubkey: Binary::from(key),
        admin: admin.into_string(),
    };
    named.into_iter().zip(pubkeys).map(info).collect()
}

/// The configuration that is proposed, and the version that the next change makes.
pub(super) fn config_proposal(storage: &dyn Storage) -> Result<ConfigProposalResponse> {
    let shown = |row: ProposalRow| ConfigProposal {
        ready_s: row.ready_s,
        faulty_max: row.operators.as_ref().map(|operators| operators.set.faulty_max()),
        operators: row.operators.map(|ProposedSet { set, named }| infos(named, set.pubkeys())),
        spec_hash: row.spec_hash.map(Binary::from),
    };
    Ok(ConfigProposalResponse {
        next_version: Configuration::newest(storage)?.next_version()?,
        proposal: PROPOSAL.may_load(storage, ())?.map(shown),
    })
}

/// An operator's bond.
pub(super) fn bond(storage: &dyn Storage, timeline: &Timeline, admin: &Addr) -> Result<BondResponse> {
    let row = BONDS.may_load(storage, admin.as_str())?.unwrap_or_default();
    Ok(BondResponse {
        bonded: row.bonded.into(),
        unbonding: row.unbonding.into(),
        ready_s: Some(row.ready_s).filter(|_| row.unbonding > 0),
        required: required_bond(storage, timeline, admin)?.into(),
        suspended: row.suspended,
    })
}

/// How often the operators of the newest configuration signed.
pub(super) fn participation(storage: &dyn Storage) -> Result<ParticipationResponse> {
    let counted = |(name, admin): (String, Addr)| {
        let row = PARTICIPATION.may_load(storage, admin.as_str())?.unwrap_or_default();
        Ok(OperatorParticipation { name, admin, reports: row.reports, signed: row.signed })
    };
    let operators = about_at(storage, u64::MAX)?.operators;
    Ok(ParticipationResponse {
        next_epoch: COUNTED.may_load(storage, ())?.unwrap_or(0),
        operators: operators.into_iter().map(counted).collect::<Result<_>>()?,
    })
}

/// The operators' fees that wait.
pub(super) fn operator_fees(storage: &dyn Storage, denom: &str) -> Result<OperatorFeesResponse> {
    let row = OPERATOR_FEES.may_load(storage, denom)?.unwrap_or_default();
    Ok(OperatorFeesResponse { due: row.due.into(), from_epoch: row.from_epoch })
}
