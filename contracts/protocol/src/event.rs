//! The contract's events: typed, and back. The contract emits them, the daemon and the tests read them with this code.
//!
//! On chain an event's type is `wasm-` and the name here, and it carries `_contract_address`: whoever reads events must
//! compare that address, because any contract can emit the same attributes.

use cosmwasm_std::{Attribute, Event as CosmosEvent};

use crate::dispute_event::DisputeEvent;

/// What an item of `settle` came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleOutcome {
    /// Money was allocated.
    Settled,
    /// The commitment was rejected for good.
    Rejected,
    /// It was settled or rejected before.
    Skipped,
    /// Nothing was written; the reason says why.
    Error,
}

impl SettleOutcome {
    /// The word in the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Settled, Self::Rejected, Self::Skipped, Self::Error].into_iter().find(|o| o.as_str() == word)
    }
}

/// An event of the contract. Amounts are base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A report was posted.
    ReportSubmitted {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Its digest, hex.
        digest: String,
        /// Bitmap of the signers.
        signers: u32,
        /// When its dispute window ends, unix seconds.
        ends_at_s: u64,
    },
    /// The same report was posted again; nothing changed.
    ReportRepeated {
        /// Its epoch.
        epoch: u64,
        /// Its digest, hex.
        digest: String,
    },
    /// One item of `settle` was dealt with.
    CommitmentSettled {
        /// The campaign; 0 if the item could not be decoded.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// What it came to.
        outcome: SettleOutcome,
        /// Allocated by it.
        delta: u128,
        /// Why it was rejected or failed; empty otherwise.
        reason: String,
    },
    /// One item of `claim` was paid.
    RewardClaimed {
        /// The campaign.
        campaign: u64,
        /// The epoch of the allocation.
        epoch: u64,
        /// Who was paid.
        account: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
    /// Claims of an account were paid elsewhere, by its payout address or its signature.
    PayoutRedirected {
        /// Whose claims.
        account: String,
        /// Who was paid.
        recipient: String,
    },
    /// One item of `claim_batch` was passed over.
    ClaimSkipped {
        /// Its place among the items of all accounts, from 0.
        index: u32,
        /// The campaign.
        campaign: u64,
        /// The account as given.
        account: String,
        /// Why.
        reason: String,
    },
    /// A payment failed: the amount waits for the account's `withdraw_owed`.
    PayoutFailed {
        /// Who is owed.
        account: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
        /// Why, shortened.
        reason: String,
    },
    /// An account withdrew what it was owed.
    OwedWithdrawn {
        /// Who was owed.
        account: String,
        /// Who was paid.
        recipient: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
    /// An account named where claims for it are paid, or itself (empty).
    PayoutAddressSet {
        /// The account.
        account: String,
        /// The address.
        address: String,
    },
    /// An account granted or withdrew its consent.
    ConsentSet {
        /// Number of the change.
        sequence: u64,
        /// The account.
        account: String,
        /// Whether consent is granted.
        granted: bool,
        /// From which epoch on.
        from_epoch: u64,
    },
    /// Scores were copied into the contract's state.
    ScoresRecorded {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
        /// Leaves recorded.
        recorded: u32,
        /// Leaves left alone because they were recorded before.
        skipped: u32,
    },
    /// Asset scores and prices were copied into the contract's state.
    AssetsRecorded {
        /// The epoch.
        epoch: u64,
        /// Assets recorded.
        recorded: u32,
        /// Assets left alone because a record at least as new stands there.
        skipped: u32,
        /// Assets refused because their price changed too much; each has a `price_refused`.
        refused: u32,
    },
    /// A price was not recorded: it changed by more than the limit allows for the epochs since.
    PriceRefused {
        /// The epoch.
        epoch: u64,
        /// Hash of the asset's id, hex.
        asset: String,
        /// The refused price.
        price: u128,
        /// The recorded price in the same denom.
        recorded: u128,
        /// The epoch of that one.
        recorded_epoch: u64,
    },
    /// A campaign was created.
    CampaignCreated {
        /// Its id.
        campaign: u64,
        /// Who created it.
        sponsor: String,
        /// Credited, net of the fee.
        amount: u128,
        /// Taken as fees, for creation and for the operators.
        fee: u128,
        /// Of what.
        denom: String,
        /// Hash of its terms, hex.
        rule_hash: String,
    },
    /// Money was added.
    CampaignFunded {
        /// The campaign.
        campaign: u64,
        /// Who paid.
        sender: String,
        /// Credited, net of the fee.
        amount: u128,
        /// Taken as fee for the operators.
        fee: u128,
    },
    /// The sponsor stopped a campaign.
    CampaignStopped {
        /// The campaign.
        campaign: u64,
        /// First epoch without an allocation.
        end_epoch: u64,
    },
    /// A next sponsor was named, or the proposal withdrawn (empty).
    SponsorProposed {
        /// The campaign.
        campaign: u64,
        /// The proposed sponsor.
        sponsor: String,
    },
    /// The proposed sponsor took over.
    SponsorAccepted {
        /// The campaign.
        campaign: u64,
        /// The new sponsor.
        sponsor: String,
    },
    /// Money went back to the refund address.
    CampaignRefunded {
        /// The campaign.
        campaign: u64,
        /// Where it went.
        recipient: String,
        /// Unallocated money.
        unallocated: u128,
        /// Unclaimed money.
        unclaimed: u128,
    },
    /// A convicted operator lost a part of its bond.
    OperatorSlashed {
        /// The epoch it signed for.
        epoch: u64,
        /// Its admin, who holds the bond.
        admin: String,
        /// What it lost, base units of the bond denom.
        amount: u128,
    },
    /// An operator's admin added to its bond.
    BondPosted {
        /// The admin.
        admin: String,
        /// How much, base units of the bond denom.
        amount: u128,
    },
    /// A part of a bond was asked back.
    BondUnbonding {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
        /// From when on all that is on its way may be withdrawn, unix seconds.
        ready_s: u64,
    },
    /// What was asked back is owed to the admin.
    BondWithdrawn {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
    },
    /// A configuration was proposed.
    ConfigProposed {
        /// From when on it may be accepted, unix seconds.
        ready_s: u64,
    },
    /// The proposal was withdrawn.
    ConfigCancelled {},
    /// There is a new configuration.
    ConfigChanged {
        /// Its version.
        config_version: u64,
        /// The first epoch it is in force for.
        first_epoch: u64,
        /// What reports from that epoch on must carry, hex.
        config_digest: String,
    },
    /// An operator replaced its hot key; the configuration that has it follows.
    SignerSwapped {
        /// The operator's admin.
        admin: String,
        /// Its index.
        index: u8,
    },
    /// Other limits were set.
    LimitsUpdated {
        /// The first epoch they are in force for.
        first_epoch: u64,
    },
    /// Signatures of final reports were counted.
    ParticipationCounted {
        /// The first epoch that was looked at.
        from_epoch: u64,
        /// The first that was not.
        next_epoch: u64,
    },
    /// An operator's share of the fees is owed to its admin.
    OperatorFeesShared {
        /// The admin.
        admin: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
        /// For how many signatures.
        signed: u64,
    },
    /// An operator's signatures count no more.
    OperatorSuspended {
        /// Its admin.
        admin: String,
    },
    /// Something happened to an epoch's input or report.
    Dispute(DisputeEvent),
    /// The contract was paused.
    Paused {
        /// When it ends by itself, unix seconds.
        until_s: u64,
    },
    /// The pause was ended.
    Unpaused {},
    /// A next owner was named, or the proposal withdrawn (empty).
    OwnerProposed {
        /// The proposed owner.
        owner: String,
    },
    /// The proposed owner took over.
    OwnerAccepted {
        /// The new owner.
        owner: String,
    },
    /// There is no owner any more.
    OwnershipRenounced {},
    /// The guardian was named, or is none any more (empty).
    GuardianSet {
        /// The guardian.
        guardian: String,
    },
    /// Creation fees were paid out.
    FeesWithdrawn {
        /// Where they went.
        recipient: String,
        /// How much.
        amount: u128,
        /// Of what.
        denom: String,
    },
}

impl Event {
    /// The event's name and its attributes, in a fixed order.
    fn parts(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Self::ReportSubmitted { epoch, revision, digest, signers, ends_at_s } => (
                "report_submitted",
                vec![
                    ("epoch", epoch.to_string()),
                    ("revision", revision.to_string()),
                    ("digest", digest.clone()),
                    ("signers", signers.to_string()),
                    ("ends_at_s", ends_at_s.to_string()),
                ],
            ),
            Self::ReportRepeated { epoch, digest } => {
                ("report_repeated", vec![("epoch", epoch.to_string()), ("digest", digest.clone())])
            }
            Self::CommitmentSettled { campaign, epoch, outcome, delta, reason } => (
                "commitment_settled",
                vec![
                    ("campaign", campaign.to_string()),
                    ("epoch", epoch.to_string()),
                    ("outcome", outcome.as_str().to_string()),
                    ("delta", delta.to_string()),
                    ("reason", reason.clone()),
                ],
            ),
            Self::RewardClaimed { campaign, epoch, account, amount, denom } => (
                "reward_claimed",
                vec![
                    ("campaign", campaign.to_string()),
                    ("epoch", epoch.to_string()),
                    ("account", account.clone()),
                    ("amount", amount.to_string()),
                    ("denom", denom.clone()),
                ],
            ),
            Self::PayoutRedirected { account, recipient } => {
                ("payout_redirected", vec![("account", account.clone()), ("recipient", recipient.clone())])
            }
            Self::ClaimSkipped { index, campaign, account, reason } => (
                "claim_skipped",
                vec![
                    ("index", index.to_string()),
                    ("campaign", campaign.to_string()),
                    ("account", account.clone()),
                    ("reason", reason.clone()),
                ],
            ),
            Self::PayoutFailed { account, amount, denom, reason } => (
                "payout_failed",
                vec![
                    ("account", account.clone()),
                    ("amount", amount.to_string()),
                    ("denom", denom.clone()),
                    ("reason", reason.clone()),
                ],
            ),
            Self::OwedWithdrawn { account, recipient, amount, denom } => (
                "owed_withdrawn",
                vec![
                    ("account", account.clone()),
                    ("recipient", recipient.clone()),
                    ("amount", amount.to_string()),
                    ("denom", denom.clone()),
                ],
            ),
            Self::PayoutAddressSet { account, address } => {
                ("payout_address_set", vec![("account", account.clone()), ("address", address.clone())])
            }
            Self::ConsentSet { sequence, account, granted, from_epoch } => (
                "consent_set",
                vec![
                    ("sequence", sequence.to_string()),
                    ("account", account.clone()),
                    ("granted", granted.to_string()),
                    ("from_epoch", from_epoch.to_string()),
                ],
            ),
            Self::ScoresRecorded { campaign, epoch, recorded, skipped } => (
                "scores_recorded",
                vec![
                    ("campaign", campaign.to_string()),
                    ("epoch", epoch.to_string()),
                    ("recorded", recorded.to_string()),
                    ("skipped", skipped.to_string()),
                ],
            ),
            Self::AssetsRecorded { epoch, recorded, skipped, refused } => (
                "assets_recorded",
                vec![
                    ("epoch", epoch.to_string()),
                    ("recorded", recorded.to_string()),
                    ("skipped", skipped.to_string()),
                    ("refused", refused.to_string()),
                ],
            ),
            Self::PriceRefused { epoch, asset, price, recorded, recorded_epoch } => (
                "price_refused",
                vec![
                    ("epoch", epoch.to_string()),
                    ("asset", asset.clone()),
                    ("price", price.to_string()),
                    ("recorded", recorded.to_string()),
                    ("recorded_epoch", recorded_epoch.to_string()),
                ],
            ),
            Self::CampaignCreated { campaign, sponsor, amount, fee, denom, rule_hash } => (
                "campaign_created",
                vec![
                    ("campaign", campaign.to_string()),
                    ("sponsor", sponsor.clone()),
                    ("amount", amount.to_string()),
                    ("fee", fee.to_string()),
                    ("denom", denom.clone()),
                    ("rule_hash", rule_hash.clone()),
                ],
            ),
            Self::CampaignFunded { campaign, sender, amount, fee } => (
                "campaign_funded",
                vec![
                    ("campaign", campaign.to_string()),
                    ("sender", sender.clone()),
                    ("amount", amount.to_string()),
                    ("fee", fee.to_string()),
                ],
            ),
            Self::CampaignStopped { campaign, end_epoch } => (
                "campaign_stopped",
                vec![("campaign", campaign.to_string()), ("end_epoch", end_epoch.to_string())],
            ),
            Self::SponsorProposed { campaign, sponsor } => {
                ("sponsor_proposed", vec![("campaign", campaign.to_string()), ("sponsor", sponsor.clone())])
            }
            Self::SponsorAccepted { campaign, sponsor } => {
                ("sponsor_accepted", vec![("campaign", campaign.to_string()), ("sponsor", sponsor.clone())])
            }
            Self::CampaignRefunded { campaign, recipient, unallocated, unclaimed } => (
                "campaign_refunded",
                vec![
                    ("campaign", campaign.to_string()),
                    ("recipient", recipient.clone()),
                    ("unallocated", unallocated.to_string()),
                    ("unclaimed", unclaimed.to_string()),
                ],
            ),
            Self::OperatorSlashed { epoch, admin, amount } => (
                "operator_slashed",
                vec![("epoch", epoch.to_string()), ("admin", admin.clone()), ("amount", amount.to_string())],
            ),
            Self::BondPosted { admin, amount } => {
                ("bond_posted", vec![("admin", admin.clone()), ("amount", amount.to_string())])
            }
            Self::BondUnbonding { admin, amount, ready_s } => (
                "bond_unbonding",
                vec![
                    ("admin", admin.clone()),
                    ("amount", amount.to_string()),
                    ("ready_s", ready_s.to_string()),
                ],
            ),
            Self::BondWithdrawn { admin, amount } => {
                ("bond_withdrawn", vec![("admin", admin.clone()), ("amount", amount.to_string())])
            }
            Self::ConfigProposed { ready_s } => ("config_proposed", vec![("ready_s", ready_s.to_string())]),
            Self::ConfigCancelled {} => ("config_cancelled", vec![]),
            Self::ConfigChanged { config_version, first_epoch, config_digest } => (
                "config_changed",
                vec![
                    ("config_version", config_version.to_string()),
                    ("first_epoch", first_epoch.to_string()),
                    ("config_digest", config_digest.clone()),
                ],
            ),
            Self::SignerSwapped { admin, index } => {
                ("signer_swapped", vec![("admin", admin.clone()), ("index", index.to_string())])
            }
            Self::LimitsUpdated { first_epoch } => {
                ("limits_updated", vec![("first_epoch", first_epoch.to_string())])
            }
            Self::ParticipationCounted { from_epoch, next_epoch } => (
                "participation_counted",
                vec![("from_epoch", from_epoch.to_string()), ("next_epoch", next_epoch.to_string())],
            ),
            Self::OperatorFeesShared { admin, amount, denom, signed } => (
                "operator_fees_shared",
                vec![
                    ("admin", admin.clone()),
                    ("amount", amount.to_string()),
                    ("denom", denom.clone()),
                    ("signed", signed.to_string()),
                ],
            ),
            Self::OperatorSuspended { admin } => ("operator_suspended", vec![("admin", admin.clone())]),
            Self::Dispute(event) => event.parts(),
            Self::Paused { until_s } => ("paused", vec![("until_s", until_s.to_string())]),
            Self::Unpaused {} => ("unpaused", vec![]),
            Self::OwnerProposed { owner } => ("owner_proposed", vec![("owner", owner.clone())]),
            Self::OwnerAccepted { owner } => ("owner_accepted", vec![("owner", owner.clone())]),
            Self::OwnershipRenounced {} => ("ownership_renounced", vec![]),
            Self::GuardianSet { guardian } => ("guardian_set", vec![("guardian", guardian.clone())]),
            Self::FeesWithdrawn { recipient, amount, denom } => (
                "fees_withdrawn",
                vec![
                    ("recipient", recipient.clone()),
                    ("amount", amount.to_string()),
                    ("denom", denom.clone()),
                ],
            ),
        }
    }

    /// Reads an event back from its name on chain (with the `wasm-` prefix) and its attributes. `None` if it is not one
    /// of ours, or malformed. The caller has compared `_contract_address`.
    pub fn parse<'a>(kind: &str, attribute: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let text = |key| attribute(key).map(str::to_string);
        let u64_of = |key| attribute(key)?.parse::<u64>().ok();
        let u32_of = |key| attribute(key)?.parse::<u32>().ok();
        let u128_of = |key| attribute(key)?.parse::<u128>().ok();
        let name = kind.strip_prefix("wasm-")?;
        Some(match name {
            "report_submitted" => Self::ReportSubmitted {
                epoch: u64_of("epoch")?,
                revision: u32_of("revision")?,
                digest: text("digest")?,
                signers: u32_of("signers")?,
                ends_at_s: u64_of("ends_at_s")?,
            },
            "report_repeated" => Self::ReportRepeated { epoch: u64_of("epoch")?, digest: text("digest")? },
            "commitment_settled" => Self::CommitmentSettled {
                campaign: u64_of("campaign")?,
                epoch: u64_of("epoch")?,
                outcome: SettleOutcome::parse(attribute("outcome")?)?,
                delta: u128_of("delta")?,
                reason: text("reason")?,
            },
            "reward_claimed" => Self::RewardClaimed {
                campaign: u64_of("campaign")?,
                epoch: u64_of("epoch")?,
                account: text("account")?,
                amount: u128_of("amount")?,
                denom: text("denom")?,
            },
            "payout_redirected" => {
                Self::PayoutRedirected { account: text("account")?, recipient: text("recipient")? }
            }
            "claim_skipped" => Self::ClaimSkipped {
                index: u32_of("index")?,
                campaign: u64_of("campaign")?,
                account: text("account")?,
                reason: text("reason")?,
            },
            "payout_failed" => Self::PayoutFailed {
                account: text("account")?,
                amount: u128_of("amount")?,
                denom: text("denom")?,
                reason: text("reason")?,
            },
            "owed_withdrawn" => Self::OwedWithdrawn {
                account: text("account")?,
                recipient: text("recipient")?,
                amount: u128_of("amount")?,
                denom: text("denom")?,
            },
            "payout_address_set" => {
                Self::PayoutAddressSet { account: text("account")?, address: text("address")? }
            }
            "consent_set" => Self::ConsentSet {
                sequence: u64_of("sequence")?,
                account: text("account")?,
                granted: attribute("granted")?.parse().ok()?,
                from_epoch: u64_of("from_epoch")?,
            },
            "scores_recorded" => Self::ScoresRecorded {
                campaign: u64_of("campaign")?,
                epoch: u64_of("epoch")?,
                recorded: u32_of("recorded")?,
                skipped: u32_of("skipped")?,
            },
            "assets_recorded" => Self::AssetsRecorded {
                epoch: u64_of("epoch")?,
                recorded: u32_of("recorded")?,
                skipped: u32_of("skipped")?,
                refused: u32_of("refused")?,
            },
            "price_refused" => Self::PriceRefused {
                epoch: u64_of("epoch")?,
                asset: text("asset")?,
                price: u128_of("price")?,
                recorded: u128_of("recorded")?,
                recorded_epoch: u64_of("recorded_epoch")?,
            },
            "campaign_created" => Self::CampaignCreated {
                campaign: u64_of("campaign")?,
                sponsor: text("sponsor")?,
                amount: u128_of("amount")?,
                fee: u128_of("fee")?,
                denom: text("denom")?,
                rule_hash: text("rule_hash")?,
            },
            "campaign_funded" => Self::CampaignFunded {
                campaign: u64_of("campaign")?,
                sender: text("sender")?,
                amount: u128_of("amount")?,
                fee: u128_of("fee")?,
            },
            "campaign_stopped" => {
                Self::CampaignStopped { campaign: u64_of("campaign")?, end_epoch: u64_of("end_epoch")? }
            }
            "sponsor_proposed" => {
                Self::SponsorProposed { campaign: u64_of("campaign")?, sponsor: text("sponsor")? }
            }
            "sponsor_accepted" => {
                Self::SponsorAccepted { campaign: u64_of("campaign")?, sponsor: text("sponsor")? }
            }
            "campaign_refunded" => Self::CampaignRefunded {
                campaign: u64_of("campaign")?,
                recipient: text("recipient")?,
                unallocated: u128_of("unallocated")?,
                unclaimed: u128_of("unclaimed")?,
            },
            "operator_slashed" => Self::OperatorSlashed {
                epoch: u64_of("epoch")?,
                admin: text("admin")?,
                amount: u128_of("amount")?,
            },
            "bond_posted" => Self::BondPosted { admin: text("admin")?, amount: u128_of("amount")? },
            "bond_unbonding" => Self::BondUnbonding {
                admin: text("admin")?,
                amount: u128_of("amount")?,
                ready_s: u64_of("ready_s")?,
            },
            "bond_withdrawn" => Self::BondWithdrawn { admin: text("admin")?, amount: u128_of("amount")? },
            "config_proposed" => Self::ConfigProposed { ready_s: u64_of("ready_s")? },
            "config_cancelled" => Self::ConfigCancelled {},
            "config_changed" => Self::ConfigChanged {
                config_version: u64_of("config_version")?,
                first_epoch: u64_of("first_epoch")?,
                config_digest: text("config_digest")?,
            },
            "signer_swapped" => {
                Self::SignerSwapped { admin: text("admin")?, index: attribute("index")?.parse().ok()? }
            }
            "limits_updated" => Self::LimitsUpdated { first_epoch: u64_of("first_epoch")? },
            "participation_counted" => Self::ParticipationCounted {
                from_epoch: u64_of("from_epoch")?,
                next_epoch: u64_of("next_epoch")?,
            },
            "operator_fees_shared" => Self::OperatorFeesShared {
                admin: text("admin")?,
                amount: u128_of("amount")?,
                denom: text("denom")?,
                signed: u64_of("signed")?,
            },
            "operator_suspended" => Self::OperatorSuspended { admin: text("admin")? },
            "paused" => Self::Paused { until_s: u64_of("until_s")? },
            "unpaused" => Self::Unpaused {},
            "owner_proposed" => Self::OwnerProposed { owner: text("owner")? },
            "owner_accepted" => Self::OwnerAccepted { owner: text("owner")? },
            "ownership_renounced" => Self::OwnershipRenounced {},
            "guardian_set" => Self::GuardianSet { guardian: text("guardian")? },
            "fees_withdrawn" => Self::FeesWithdrawn {
                recipient: text("recipient")?,
                amount: u128_of("amount")?,
                denom: text("denom")?,
            },
            _ => Self::Dispute(DisputeEvent::parse(name, &attribute)?),
        })
    }
}

impl From<Event> for CosmosEvent {
    fn from(event: Event) -> Self {
        let (name, attributes) = event.parts();
        let attributes = attributes.into_iter().map(|(key, value)| Attribute::new(key, value));
        CosmosEvent::new(name).add_attributes(attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_comes_back() {
        let text = || "x".to_string();
        let events = [
            Event::ReportSubmitted { epoch: 1, revision: 2, digest: text(), signers: 11, ends_at_s: 5 },
            Event::ReportRepeated { epoch: 1, digest: text() },
            Event::CommitmentSettled {
                campaign: 1,
                epoch: 2,
                outcome: SettleOutcome::Rejected,
                delta: 0,
                reason: "over_budget".into(),
            },
            Event::RewardClaimed { campaign: 1, epoch: 2, account: text(), amount: u128::MAX, denom: text() },
            Event::PayoutRedirected { account: text(), recipient: "y".into() },
            Event::ClaimSkipped { index: 1, campaign: 2, account: text(), reason: "y".into() },
            Event::PayoutFailed { account: text(), amount: 1, denom: text(), reason: "y".into() },
            Event::OwedWithdrawn { account: text(), recipient: "y".into(), amount: 1, denom: text() },
            Event::PayoutAddressSet { account: text(), address: String::new() },
            Event::ConsentSet { sequence: 1, account: text(), granted: true, from_epoch: 2 },
            Event::ConsentSet { sequence: 1, account: text(), granted: false, from_epoch: 2 },
            Event::AssetsRecorded { epoch: 1, recorded: 2, skipped: 3, refused: 4 },
            Event::PriceRefused { epoch: 1, asset: text(), price: 2, recorded: 3, recorded_epoch: 4 },
            Event::SponsorProposed { campaign: 1, sponsor: String::new() },
            Event::SponsorAccepted { campaign: 1, sponsor: text() },
            Event::ScoresRecorded { campaign: 1, epoch: 2, recorded: 3, skipped: 4 },
            Event::CampaignCreated {
                campaign: 1,
                sponsor: text(),
                amount: 2,
                fee: 3,
                denom: text(),
                rule_hash: text(),
            },
            Event::CampaignFunded { campaign: 1, sender: text(), amount: 2, fee: 3 },
            Event::CampaignStopped { campaign: 1, end_epoch: 2 },
            Event::CampaignRefunded { campaign: 1, recipient: text(), unallocated: 2, unclaimed: 3 },
            Event::OperatorSlashed { epoch: 1, admin: text(), amount: 2 },
            Event::OperatorSuspended { admin: text() },
            Event::BondPosted { admin: text(), amount: 1 },
            Event::BondUnbonding { admin: text(), amount: 1, ready_s: 2 },
            Event::BondWithdrawn { admin: text(), amount: 1 },
            Event::ConfigProposed { ready_s: 1 },
            Event::ConfigCancelled {},
            Event::ConfigChanged { config_version: 1, first_epoch: 2, config_digest: text() },
            Event::SignerSwapped { admin: text(), index: 31 },
            Event::LimitsUpdated { first_epoch: 1 },
            Event::ParticipationCounted { from_epoch: 1, next_epoch: 2 },
            Event::OperatorFeesShared { admin: text(), amount: 1, denom: text(), signed: 2 },
            Event::Paused { until_s: 1 },
            Event::Unpaused {},
            Event::OwnerProposed { owner: String::new() },
            Event::OwnerAccepted { owner: text() },
            Event::OwnershipRenounced {},
            Event::GuardianSet { guardian: String::new() },
            Event::FeesWithdrawn { recipient: text(), amount: 1, denom: text() },
        ];
        for event in events {
            let on_chain = CosmosEvent::from(event.clone());
            let attribute =
                |key: &str| on_chain.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str());
            assert_eq!(Event::parse(&format!("wasm-{}", on_chain.ty), attribute), Some(event));
            assert_eq!(Event::parse(&on_chain.ty, attribute), None, "not without the prefix");
        }
    }
}
