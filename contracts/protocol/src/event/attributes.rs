//! Events as the contract emits them.

use cosmwasm_std::{Attribute, Event as CosmosEvent};

use super::Event;

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
}

impl From<Event> for CosmosEvent {
    fn from(event: Event) -> Self {
        let (name, attributes) = event.parts();
        let attributes = attributes.into_iter().map(|(key, value)| Attribute::new(key, value));
        CosmosEvent::new(name).add_attributes(attributes)
    }
}
