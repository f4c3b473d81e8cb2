//! What a leaf allows an account to be paid: the checks of a claim, shared by the message and the query.

use attention_protocol::hash::Deployment;
use attention_protocol::math::mul_ppm_floor;
use attention_protocol::msg::{AllocationStatus, ClaimItem};
use attention_protocol::rule::unlocked;
use attention_protocol::tree::{Shape, SumNode, verify_leaf};
use attention_protocol::{AccountId, Leaf};
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result, refuse};
use crate::money::load_totals;
use crate::state::allocation::{ALLOCATIONS, AllocationRow};
use crate::state::claim::CLAIMED;
use crate::state::money::TotalsRow;

/// Who asks, where and when.
pub(crate) struct Claimant<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) deployment: &'a Deployment,
    pub(crate) now_s: u64,
}

/// What one item pays, and the counters it has to be added to.
pub(crate) struct Entitlement {
    pub(crate) denom: String,
    /// Everything the account ever earned in the campaign, by the leaf.
    pub(crate) cumulative: u128,
    /// How much of that is unlocked.
    pub(crate) unlocked: u128,
    /// What the account was paid before.
    pub(crate) claimed: u128,
    /// What the campaign promised and paid before, to everybody.
    pub(crate) totals: TotalsRow,
    /// What is due now; may be 0.
    pub(crate) amount: u128,
}

/// Checks an item of a claim and says what it pays. Writes nothing.
pub(crate) fn entitlement(
    storage: &dyn Storage,
    claimant: &Claimant<'_>,
    item: &ClaimItem,
) -> Result<Entitlement> {
    let campaign = item.campaign;
    let totals = load_totals(storage, campaign)?;
    if totals.closed {
        return refuse(ContractError::ClaimsClosed { campaign });
    }
    let (leaf, AllocationRow { released, payout, .. }) = proven_leaf(storage, claimant, item)?;
    // A cap of 10^6 ppm still bounds a leaf by what was ever released.
    let cap = mul_ppm_floor(released, payout.share_cap_ppm).unwrap_or(0);
    if leaf.cumulative > cap {
        return refuse(ContractError::AboveShareCap { campaign, cumulative: leaf.cumulative, cap });
    }
    let claimed = CLAIMED.may_load(storage, (campaign, claimant.account.as_slice()))?.unwrap_or(0);
    let unlocked = unlocked(payout.unlock, leaf.cumulative, claimant.now_s);
    // A leaf older than the one last claimed on holds less than was paid: it pays nothing.
    let amount = unlocked.max(claimed).abs_diff(claimed);
    if totals.claimed.checked_add(amount).is_none_or(|total| total > totals.allocated) {
        return refuse(ContractError::AllocationExhausted {
            campaign,
            claimed: totals.claimed,
            allocated: totals.allocated,
            amount,
        });
    }
    Ok(Entitlement { denom: payout.denom, cumulative: leaf.cumulative, unlocked, claimed, totals, amount })
}

/// The item's leaf, the account's own and proven into a settled allocation.
fn proven_leaf(
    storage: &dyn Storage,
    claimant: &Claimant<'_>,
    item: &ClaimItem,
) -> Result<(Leaf, AllocationRow)> {
    let (leaf, siblings) = Leaf::split(item.proof.as_slice())?;
    if leaf.account != *claimant.account {
        return refuse(ContractError::NotYourLeaf { campaign: item.campaign });
    }
    let allocation = settled_allocation(storage, item.campaign, item.epoch)?;
    let shape = allocation_shape(claimant.deployment, item.campaign, item.epoch, &allocation);
    verify_leaf(&shape, item.position, &leaf, siblings)?;
    Ok((leaf, allocation))
}

/// The allocation of a campaign in an epoch.
///
/// # Errors
/// [`ContractError::NotSettled`] if there is none, or it was rejected.
pub(crate) fn settled_allocation(storage: &dyn Storage, campaign: u64, epoch: u64) -> Result<AllocationRow> {
    ALLOCATIONS
        .may_load(storage, (campaign, epoch))?
        .filter(|row| row.status == AllocationStatus::Settled)
        .ok_or_else(|| ContractError::NotSettled { campaign, epoch }.into())
}

/// What proofs against an allocation's tree are checked with.
pub(crate) fn allocation_shape(
    deployment: &Deployment,
    campaign: u64,
    epoch: u64,
    allocation: &AllocationRow,
) -> Shape<SumNode> {
    Shape {
        domain: deployment.allocation_domain(campaign, epoch),
        leaf_count: allocation.leaf_count,
        root: SumNode {
            hash: allocation.root,
            weight: allocation.weight_total,
            cumulative: allocation.cumulative_total,
        },
    }
}
