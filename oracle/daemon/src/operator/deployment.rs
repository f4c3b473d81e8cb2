//! Is this the contract the operator believes it is?

use attention_protocol::msg::ConfigResponse;
use attention_protocol::{Hash, RULES_VERSION};
use thiserror::Error;

use crate::config::DeploymentConfig;

/// A difference between the own configuration and the contract's. Nothing is signed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the contract {contract} is not the one in the configuration: {field} is {theirs} there and {ours} here; \
     nothing is signed until both agree"
)]
pub struct DeploymentError {
    /// The contract.
    pub contract: String,
    /// The first field that differs.
    pub field: &'static str,
    /// Own value.
    pub ours: String,
    /// The contract's value.
    pub theirs: String,
}

/// Compares the digest computed from the own configuration with the contract's, and names the field that differs. The
/// digest that counts is the own one, never the one a node tells.
///
/// # Errors
/// [`DeploymentError`].
pub fn check_deployment(ours: &DeploymentConfig, theirs: &ConfigResponse) -> Result<Hash, DeploymentError> {
    let digest = ours.digest();
    let keys = |keys: Vec<String>| keys.join(" ");
    let fields: [(&'static str, String, String); 8] = [
        ("rules_version", RULES_VERSION.to_string(), theirs.rules_version.to_string()),
        ("config_version", ours.config_version.to_string(), theirs.config_version.to_string()),
        (
            "operators",
            keys(ours.operators.pubkeys().iter().map(hex::encode).collect()),
            keys(theirs.operators.iter().map(|operator| hex::encode(&operator.pubkey)).collect()),
        ),
        ("faulty_max", ours.operators.faulty_max().to_string(), theirs.faulty_max.to_string()),
        ("quorum", ours.operators.quorum().to_string(), theirs.quorum.to_string()),
        ("clock", clock(&ours.clock), clock(&theirs.clock)),
        ("spec_hash", hex::encode(ours.spec_hash), hex::encode(&theirs.spec_hash)),
        ("config_digest", hex::encode(digest), hex::encode(&theirs.config_digest)),
    ];
    match fields.into_iter().find(|(_, ours, theirs)| ours != theirs) {
        None => Ok(digest),
        Some((field, own, theirs)) => {
            Err(DeploymentError { contract: ours.contract.clone(), field, ours: own, theirs })
        }
    }
}

fn clock(clock: &attention_protocol::EpochClock) -> String {
    format!(
        "genesis {} length {} report_period {} dispute_window {} open_period {} min_blocks {}",
        clock.genesis_s,
        clock.epoch_length_s,
        clock.report_period_s,
        clock.dispute_window_s,
        clock.open_period_s,
        clock.min_blocks
    )
}
