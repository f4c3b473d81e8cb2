//! Clause 11: one operator's signatures on two reports that contradict each other.

use super::clause::Clause;
use super::error::FraudError;
use super::evidence::Equivocation;
use crate::config::{OperatorSet, Pubkey};
use crate::hash::Hash;
use crate::quorum::SIGNATURE_BYTES;
use crate::report::ReportBody;

/// Checks that the signer put its name to two different reports of one configuration, epoch and revision. `config_digest`
/// and `operators` are those of the configuration that the reports name: a signature for another deployment proves nothing
/// here. `verify` is the one place that touches cryptography: it returns `Ok` only for a valid signature.
///
/// # Errors
/// [`FraudError::OtherRound`], [`FraudError::SameReport`], [`FraudError::UnknownSigner`], [`FraudError::BadSignature`], or what
/// is wrong with the bodies.
pub fn check_equivocation<E>(
    evidence: &Equivocation,
    (config_digest, operators): (&Hash, &OperatorSet),
    verify: impl Fn(&Hash, &[u8; SIGNATURE_BYTES], &Pubkey) -> Result<(), E>,
) -> Result<Clause, FraudError> {
    let first = ReportBody::unpack(evidence.first.as_slice())?;
    let second = ReportBody::unpack(evidence.second.as_slice())?;
    let fields = [
        ("config_digest", first.config_digest == *config_digest && second.config_digest == *config_digest),
        ("epoch", first.epoch == second.epoch),
        ("revision", first.revision == second.revision),
    ];
    if let Some((field, _)) = fields.into_iter().find(|(_, same)| !same) {
        return Err(FraudError::OtherRound { field });
    }
    if first == second {
        return Err(FraudError::SameReport);
    }
    let index = evidence.signer;
    let unknown = FraudError::UnknownSigner { index, operators: operators.count() };
    let key = operators.pubkeys().get(usize::from(index)).ok_or(unknown)?;
    let signed = [
        ("first", first.digest(), &evidence.first_signature),
        ("second", second.digest(), &evidence.second_signature),
    ];
    for (which, digest, signature) in signed {
        let bad = FraudError::BadSignature { index, which };
        let signature: &[u8; SIGNATURE_BYTES] = signature.as_slice().try_into().map_err(|_| bad.clone())?;
        verify(&digest, signature, key).map_err(|_| bad)?;
    }
    Ok(Clause::Equivocation)
}
