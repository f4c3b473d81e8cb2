//! Events as they are read back from the chain.

use super::{Event, SettleOutcome};
use crate::dispute_event::DisputeEvent;

impl Event {
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
