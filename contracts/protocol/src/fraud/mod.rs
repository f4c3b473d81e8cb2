//! Fraud proofs: what a published report shows of itself convicts it, without a judge.
//!
//! All of this is pure: the contract fills [`Context`] and [`CampaignFacts`] from its state, and [`judge`] says which
//! [`Clause`] is broken. An honest report is never convicted, and every dishonest tree that can be opened is: if its sums
//! add up, proofs from the leaf up reach each leaf; if they do not, an opening from the root down shows where. What cannot
//! be opened is demanded ([`Target`]), and answered ([`Answer`]) or void.
//!
//! The base is taken as it was settled. If it holds a malformed address, whoever builds on it breaks clause 1 by keeping the
//! account or clause 6 by dropping it: an honest report leaves such a campaign out.

mod clause;
mod commitment;
mod context;
mod demand;
mod equivocation;
mod error;
mod evidence;
mod leaf;
mod order;
mod path;

pub use clause::Clause;
pub use context::{CampaignFacts, Context};
pub use demand::{TargetKey, check_answer, check_target};
pub use equivocation::check_equivocation;
pub use error::FraudError;
pub use evidence::{Answer, Equivocation, FraudProof, RangeProof, Target};

/// The clause that `proof` convicts the report of. `facts` tells what the chain knows of a campaign, `None` if there is no
/// such campaign; it is asked at most once, after the commitment is proven, and only where the rule or the base matters.
///
/// # Errors
/// [`FraudError`] if nothing is proven: the evidence is malformed, does not belong to the report, or shows what is allowed.
/// The error of `facts`.
pub fn judge<E: From<FraudError>>(
    proof: &FraudProof,
    context: &Context<'_>,
    facts: impl FnOnce(u64) -> Result<Option<CampaignFacts>, E>,
) -> Result<Clause, E> {
    let (commitment, needs_facts) = match proof {
        FraudProof::UnorderedCommitments { commitments } => {
            return Ok(order::commitments(context, commitments)?);
        }
        FraudProof::UnorderedAssets { assets } => return Ok(order::assets(context, assets)?),
        FraudProof::Leaf { commitment, .. }
        | FraudProof::MissingAccount { commitment, .. }
        | FraudProof::Commitment { commitment } => (context.commitment(commitment)?, true),
        FraudProof::UnorderedLeaves { commitment, .. }
        | FraudProof::BadPad { commitment, .. }
        | FraudProof::WrongSum { commitment, .. } => (context.commitment(commitment)?, false),
    };
    let shape = context.allocation(&commitment);
    let facts = if needs_facts { facts(commitment.campaign)? } else { None };
    let clause = match (proof, &facts) {
        (FraudProof::UnorderedLeaves { leaves, .. }, _) => order::leaves(&shape, leaves),
        (FraudProof::BadPad { position, opening, .. }, _) => path::bad_pad(&shape, *position, opening),
        (FraudProof::WrongSum { position, opening, .. }, _) => path::wrong_sum(&shape, *position, opening),
        (FraudProof::Leaf { leaf, base, .. }, Some(facts)) => {
            let case = leaf::Case { context, commitment: &commitment, facts };
            case.judge(&shape, leaf, base.as_ref())
        }
        (FraudProof::MissingAccount { base, absence, .. }, Some(facts)) => {
            let base_shape = facts.base(context, &commitment)?;
            order::missing_account((&base_shape, base), (&shape, absence))
        }
        (FraudProof::Commitment { .. }, Some(facts)) => commitment::header(&commitment, facts),
        // The commitment is proven, and its campaign does not exist: whatever the proof was about.
        _ => Ok(Clause::UnknownCampaign),
    };
    Ok(clause?)
}
