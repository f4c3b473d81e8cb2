//! Convicts an operator who signed two reports for one revision.

use attention_protocol::fraud::{Equivocation, check_equivocation};
use attention_protocol::msg::{ConflictingQuorums, SignatureEntry, VoidReason};
use attention_protocol::proof_commit::proof_commit;
use attention_protocol::quorum::verify_quorum;
use attention_protocol::{Hash, ReportBody};
use cosmwasm_std::{Api, Response, Storage};

use super::prove_fraud::{Prover, take_reservation};
use crate::disputing::{proven, void};
use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::signatures::{indexed, verifier};
use crate::slashing::{Slashed, admin_of, slash, suspend};
use crate::state::bond::is_suspended;
use crate::state::config::{OperatorsRow, operators_at};
use crate::timeline::Timeline;

/// Slashes and suspends the signer, however old the epoch: once for all epochs. Whoever steals one key could otherwise sign twice
/// for epoch after epoch, and take the whole bond as a prover. Two whole quorums on the pending revision void it too; for any
/// other revision they change nothing.
pub(crate) fn prove_equivocation(
    storage: &mut dyn Storage,
    api: &dyn Api,
    timeline: &Timeline,
    prover: &Prover<'_>,
    evidence: &Equivocation,
    quorums: Option<&ConflictingQuorums>,
) -> Result<Response> {
    let (first, second) =
        (ReportBody::unpack(evidence.first.as_slice())?, ReportBody::unpack(evidence.second.as_slice())?);
    let (epoch, revision) = (first.epoch, first.revision);
    let operators = operators_at(storage, epoch)?;
    let clause = check_equivocation(evidence, (&operators.config_digest, &operators.set), verifier(api))?;
    let pending = timeline.disputed(epoch, revision).ok();
    let quorums = quorums.zip(pending);
    if let Some((quorums, _)) = &quorums {
        check_quorum(api, &operators, &first.digest(), &quorums.first)?;
        check_quorum(api, &operators, &second.digest(), &quorums.second)?;
    }
    let slashed = if is_suspended(storage, &admin_of(storage, epoch, evidence.signer)?)? {
        if quorums.is_none() {
            return refuse(DisputeError::AlreadySuspended { epoch, operator: evidence.signer });
        }
        Slashed::default()
    } else {
        let hash = proof_commit(prover.account, evidence)?;
        let reward = take_reservation(storage, timeline.now.height, prover, &hash)?;
        let signer = 1u32.checked_shl(evidence.signer.into());
        let signer = signer.ok_or_else(|| ContractError::overflow("the operator's index"))?;
        slash(storage, epoch, signer, reward)?
    };
    let suspended = suspend(storage, (epoch, timeline.open_epoch()?), evidence.signer)?;
    let mut response = Response::new()
        .add_event(proven((epoch, revision), clause, prover.sender, &slashed))
        .add_event(suspended)
        .add_events(slashed.events)
        .add_submessages(slashed.messages);
    if let Some((_, pending)) = &quorums {
        response = response.add_event(void(storage, timeline, pending, VoidReason::Equivocation)?.event);
    }
    Ok(response)
}

/// Suspended operators count here: that one of them was convicted first must not save the report.
fn check_quorum(
    api: &dyn Api,
    operators: &OperatorsRow,
    digest: &Hash,
    signatures: &[SignatureEntry],
) -> Result<()> {
    verify_quorum(&operators.set, 0, digest, &indexed(signatures), verifier(api))?;
    Ok(())
}
