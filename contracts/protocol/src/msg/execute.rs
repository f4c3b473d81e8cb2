//! What can be done.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use super::cw20::Cw20ReceiveMsg;
use super::dispute::ConflictingQuorums;
use super::instantiate::Limits;
use super::operators::ProposeConfig;
use crate::campaign::CampaignTerms;
use crate::fraud::{Answer, Equivocation, FraudProof, Target};

/// Every execute message. None takes funds but those that say so, and these take exactly one native coin; cw20 tokens come in
/// through the token's `send` and `receive`.
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
    /// Anyone: the same for an account, which is paid at its payout address, or at its own. With a redirect, which the account
    /// signed: at the recipient named there.
    ClaimFor {
        /// The account.
        account: String,
        /// One item per campaign, 1 to 32, campaigns strictly rising.
        items: Vec<ClaimItem>,
        /// Pays elsewhere, by the account's signature.
        redirect: Option<Redirect>,
    },
    /// Anyone: the same for many accounts, 1 to 32 items in all. An item that cannot be paid is skipped, and an event says why.
    ClaimBatch {
        /// The accounts with their items, in any order.
        claims: Vec<AccountClaim>,
    },
    /// Account holder: names where `claim_for` and `claim_batch` pay this account. `claim` pays its sender all the same. Absent: the
    /// account itself.
    SetPayoutAddress {
        /// The address.
        address: Option<String>,
    },
    /// Account holder: pays out what the contract owes the sender in an asset: payments that failed, bonds that are free, shares of
    /// fees and fines. Works while paused.
    WithdrawOwed {
        /// A bank denom, or `cw20:` and the address of a cw20 token.
        denom: String,
        /// Where it goes; the sender if absent.
        recipient: Option<String>,
    },
    /// Account holder: grants or withdraws the consent to have its behaviour scored, from the next epoch on.
    SetConsent {
        /// Whether it is granted.
        granted: bool,
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
    /// Anyone: copies asset scores and prices of a final report into the contract's state, for other contracts to query.
    RecordAssets {
        /// The epoch of the report.
        epoch: u64,
        /// Position of the first asset.
        start: u32,
        /// 1 to 256 packed assets in tree order.
        assets: Binary,
        /// The siblings of the range; empty if these are all assets.
        siblings: Binary,
    },
    /// A cw20 token that campaigns may pay in: creates or funds a campaign with what was sent. See [`super::Cw20Deposit`].
    Receive(Cw20ReceiveMsg),
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
    /// Sponsor: names who takes the sponsorship over, who has to accept. Refunds go to the recorded address as before. Absent:
    /// withdraws the proposal.
    ProposeSponsor {
        /// The campaign.
        campaign: u64,
        /// The next sponsor.
        sponsor: Option<String>,
    },
    /// Proposed sponsor: takes the sponsorship over.
    AcceptSponsor {
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
    /// Owner: leaves the deployment without an owner, for good. Refused while an owner is proposed, a configuration is proposed, there
    /// is a guardian, or creation fees are asked or due.
    RenounceOwnership {},
    /// Owner: names the guardian. Absent: there is none.
    SetGuardian {
        /// The guardian.
        guardian: Option<String>,
    },
    /// Owner: pays out the creation fees collected in an asset.
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

/// An account's permission to pay its claim elsewhere, once.
#[cw_serde]
pub struct Redirect {
    /// Where the claim is paid.
    pub recipient: String,
    /// The account's next nonce, see the query `redirect_nonce`.
    pub nonce: u64,
    /// From this block time on the signature is void, unix seconds.
    pub expires_at_s: u64,
    /// The account's compressed secp256k1 key, 33 bytes.
    pub pubkey: Binary,
    /// `r ‖ s`, 64 bytes, over [`crate::redirect::RedirectText`]: what a wallet's `signArbitrary` makes of that text.
    pub signature: Binary,
}

/// One account's items in a batch.
#[cw_serde]
pub struct AccountClaim {
    /// The account.
    pub account: String,
    /// Its items.
    pub items: Vec<ClaimItem>,
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
