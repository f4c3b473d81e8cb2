//! Creating and migrating a deployment.

use cosmwasm_schema::cw_serde;

/// Creates a deployment.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may pause, unpause and hand the deployment over; the sender if absent.
    pub owner: Option<String>,
    /// Who may pause (besides the owner); nobody if absent.
    pub guardian: Option<String>,
    /// The rewards contract whose campaigns, sponsors and settled allocations count here. Fixed, and so is its clock.
    pub rewards: String,
    /// After this long a pause ends by itself, seconds; 1 to 2592000 (30 days).
    pub pause_max_s: u64,
}

/// Migrates a deployment to this code.
#[cw_serde]
pub struct MigrateMsg {}
