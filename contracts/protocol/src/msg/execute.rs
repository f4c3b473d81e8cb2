//! What can be done.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Binary;

use super::dispute::ConflictingQuorums;
use crate::campaign::CampaignTerms;
use crate::fraud::{Answer, Equivocation, FraudProof, Target};

/// Every execute message. None takes funds but those that say so.
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
    /// Anyone, with an operator's signature: fixes the input that the awaited report has to be computed from. The first counts.
    AnchorInput {
        /// The awaited epoch.
        epoch: u64,
        /// The awaited revision.
        revision: u32,
        /// The input, 32 bytes.
        input_root: Binary,
        /// The operator's index.
        index: u8,
        /// Its signature on the anchor digest, `r ‖ s`, 64 bytes.
        signature: Binary,
    },
    /// Owner or guardian: voids a pending report. Nobody is slashed, and the epoch is reported again.
    VoidReport {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
    },
    /// Anyone, with exactly `challenge_bond`: has the arbiter decide on a pending report, once a revision.
    ChallengeReport {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// What is wrong with it, at most 256 bytes.
        reason: String,
    },
    /// Arbiter: says whether a challenged report stands. A report that falls is voided and reported again; nobody is slashed
    /// on the arbiter's word.
    DecideChallenge {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Whether it stands.
        stands: bool,
    },
    /// Anyone: voids a challenged report on which the arbiter was silent. The challenger gets the bond back less a tenth.
    ResolveSilence {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
    },
    /// Anyone, with exactly the bond of a demand (it doubles with every 16 that are open): has a part of a pending report
    /// shown, or the report voided.
    DemandOpen {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Which part.
        target: Target,
    },
    /// Anyone: shows what was demanded, and is owed the bond.
    AnswerDemand {
        /// The report's epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// What was demanded.
        target: Target,
        /// What stands there.
        answer: Answer,
    },
    /// Anyone: voids a report with a demand that nobody answered in time, and slashes its signers.
    VoidUnanswered {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// What was demanded: 9 bytes, as in the event and the query `demands`.
        target: Binary,
    },
    /// Anyone: gives the bond of an open demand back after its report was voided for another reason.
    ReclaimDemand {
        /// The report's epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// What was demanded: 9 bytes, as in the event and the query `demands`.
        target: Binary,
    },
    /// Anyone: reserves a proof. Whoever shows it at least one block later gets half of what is slashed.
    CommitProof {
        /// `sha256(sender canonical ‖ sha256(proof in JSON))`, 32 bytes.
        hash: Binary,
    },
    /// Anyone: proves that a pending report breaks the protocol. It is voided, and its signers are slashed.
    ProveFraud {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// The proof.
        proof: Box<FraudProof>,
    },
    /// Anyone: proves that an operator signed two reports for one revision. It is slashed and suspended, at any time. With two
    /// whole quorums for the pending revision the report is voided too.
    ProveEquivocation {
        /// The two reports and the operator's signatures.
        evidence: Equivocation,
        /// The quorums.
        quorums: Option<ConflictingQuorums>,
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
