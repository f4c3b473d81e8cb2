//! What can be done.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use super::instantiate::Limits;
use super::operators::ProposeConfig;
use crate::campaign::CampaignTerms;

/// Every execute message. None but `create_campaign`, `fund_campaign` and `post_bond` takes funds.
#[cw_serde]
pub enum ExecuteMsg {
    /// Anyone: posts an epoch's report with the signatures of at least k operators.
    SubmitReport {
        /// The packed report body, 244 bytes.
        body: Binary,
        /// k to n signatures, indices strictly rising.
        signatures: Vec<SignatureEntry>,
    },
    /// Anyone: turns commitments of final reports into allocations, 1 to 32. One bad item does not stop the others.
    Settle {
        /// The commitments, in epoch order per campaign.
        items: Vec<SettleItem>,
    },
    /// Account holder: pays out what the leaves allow and was not paid yet, 1 to 32 items with campaigns strictly rising.
    Claim {
        /// One item per campaign.
        items: Vec<ClaimItem>,
    },
    /// Anyone: copies scores of a settled allocation into the contract's state, for other contracts to query.
    RecordScores {
        /// The campaign.
        campaign: u64,
        /// The epoch of the allocation.
        epoch: u64,
        /// Position of the first leaf.
        start: u32,
        /// 1 to 256 packed leaves in tree order.
        leaves: Binary,
        /// The siblings of the range; empty if these are all leaves.
        siblings: Binary,
    },
    /// Anyone, with funds in one allowed denom: creates a campaign and becomes its sponsor.
    CreateCampaign(Box<CreateCampaign>),
    /// Anyone, with funds in the campaign's denom: adds to a campaign that has not ended.
    FundCampaign {
        /// The campaign.
        campaign: u64,
    },
    /// Sponsor: ends the campaign with the current epoch. What users earn up to then is paid.
    StopCampaign {
        /// The campaign.
        campaign: u64,
    },
    /// Anyone: pays what is due back to the recorded refund address: unallocated money once the last epoch is over and
    /// settled, unclaimed money once claims have closed.
    RefundCampaign {
        /// The campaign.
        campaign: u64,
        /// Proofs that final reports of its unsettled epochs hold no commitment of it, at most 32, epochs rising.
        absences: Vec<CommitmentAbsence>,
    },
    /// Admin of an operator, in force or proposed, with funds in the bond denom: adds to its bond.
    PostBond {},
    /// Holder of a bond: asks a part of it back. It stays liable for `unbonding_s`; another unbond starts that time anew for all
    /// that is on its way. An operator in force or proposed keeps `operator_bond_min`.
    Unbond {
        /// How much, base units of the bond denom.
        amount: Uint128,
    },
    /// Holder of a bond: what was asked back and has waited is owed to it.
    WithdrawBond {},
    /// Admin of an operator in force: replaces its own hot key from the next epoch on, without a timelock.
    SwapSigner {
        /// The new key, 33 bytes.
        pubkey: Binary,
        /// Its proof of possession, 64 bytes.
        possession: Binary,
    },
    /// Owner: proposes other operators or another specification. One proposal at a time.
    ProposeConfig(Box<ProposeConfig>),
    /// Owner: puts the proposal in force from the next epoch on, once `timelock_s` has passed, or at once while fewer than k
    /// operators are not suspended.
    AcceptConfig {},
    /// Owner: withdraws the proposal.
    CancelConfig {},
    /// Owner: other limits, in force from the next epoch on. Running campaigns keep the periods they were created under.
    UpdateLimits(Box<Limits>),
    /// Anyone: counts the signatures of at most 100 final reports that are not counted yet.
    CountParticipation {},
    /// Anyone: shares the operators' fees in an asset among the signers of the final reports since the last distribution, at most
    /// 100 at a time.
    DistributeOperatorFees {
        /// The asset.
        denom: String,
    },
    /// Owner or guardian: stops new reports, campaigns, claims and records for at most `pause_max_s`.
    Pause {},
    /// Owner: ends a pause.
    Unpause {},
    /// Owner: names the next owner, who has to accept. Absent: withdraws the proposal.
    ProposeOwner {
        /// The next owner.
        owner: Option<String>,
    },
    /// Proposed owner: takes over.
    AcceptOwner {},
    /// Owner: leaves the deployment without an owner, for good. Refused while an owner is proposed, a configuration is proposed, there
    /// is a guardian, or creation fees are asked or due.
    RenounceOwnership {},
    /// Owner: names the guardian. Absent: there is none.
    SetGuardian {
        /// The guardian.
        guardian: Option<String>,
    },
    /// Owner: pays out the creation fees collected in a denom.
    WithdrawFees {
        /// The denom.
        denom: String,
    },
}

/// One operator's signature on a report digest.
#[cw_serde]
pub struct SignatureEntry {
    /// The operator's index.
    pub index: u8,
    /// `r ‖ s`, 64 bytes.
    pub signature: Binary,
}

/// One commitment to settle.
#[cw_serde]
pub struct SettleItem {
    /// The epoch of the final report.
    pub epoch: u64,
    /// Position of the commitment in the report's commitment tree.
    pub position: u32,
    /// The packed commitment, 164 bytes.
    pub commitment: Binary,
    /// Its siblings, 32 bytes each.
    pub siblings: Binary,
}

/// One leaf to be paid.
#[cw_serde]
pub struct ClaimItem {
    /// The campaign.
    pub campaign: u64,
    /// The epoch of a settled allocation; the newest one pays everything that was earned before it too.
    pub epoch: u64,
    /// Position of the leaf.
    pub position: u32,
    /// The packed leaf followed by its siblings, each `hash 32 ‖ sizes u8 ‖ weight ‖ cumulative`.
    pub proof: Binary,
}

/// A campaign to create.
#[cw_serde]
pub struct CreateCampaign {
    /// Its immutable terms.
    pub terms: CampaignTerms,
    /// Earliest time at which unclaimed money may go back, unix seconds; not before the unlock ends.
    pub claim_deadline_s: u64,
    /// Where refunds go; the sponsor if absent. Fixed.
    pub refund_address: Option<String>,
    /// Shown in pages.
    pub metadata: Option<Metadata>,
}

/// What pages show about a campaign.
#[cw_serde]
#[derive(Eq)]
pub struct Metadata {
    /// 1 to 128 bytes.
    pub name: String,
    /// At most 256 bytes.
    pub url: Option<String>,
}

/// Proof that a final report holds no commitment of a campaign.
#[cw_serde]
pub struct CommitmentAbsence {
    /// The epoch of the report.
    pub epoch: u64,
    /// Position of the first commitment shown.
    pub start: u32,
    /// None, one or two packed commitments around the campaign's place.
    pub commitments: Vec<Binary>,
    /// The siblings of the range.
    pub siblings: Binary,
}
