//! Every event survives the way to the chain and back.

use cosmwasm_std::Event as CosmosEvent;

use super::{Event, SettleOutcome};

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
