//! Creating and migrating a deployment.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use crate::epoch::EpochClock;

/// Creates a deployment.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may pause, unpause, withdraw fees and hand the deployment over; the sender if absent.
    pub owner: Option<String>,
    /// Who may pause (besides the owner); nobody if absent.
    pub guardian: Option<String>,
    /// 1 to 32 operators; their order is their index.
    pub operators: Vec<OperatorInfo>,
    /// f: how many operators may be faulty, at most (n − 1) / 3. Quorum is floor((n + f) / 2) + 1.
    pub faulty_max: u8,
    /// The epoch clock; genesis must not lie before the block time.
    pub clock: EpochClock,
    /// Hash of the oracle's specification, 32 bytes.
    pub spec_hash: Binary,
    /// Bounds on campaigns and pauses.
    pub limits: Limits,
}

/// One operator.
#[cw_serde]
pub struct OperatorInfo {
    /// Name shown in queries, 1 to 64 bytes.
    pub name: String,
    /// Compressed secp256k1 key of the hot signer, 33 bytes.
    pub pubkey: Binary,
}

/// Bounds that hold for the life of the deployment.
#[cw_serde]
#[derive(Eq)]
pub struct Limits {
    /// Native denoms that campaigns may pay in: 1 to 32, each once.
    pub denoms: Vec<DenomPolicy>,
    /// How long after the end of a campaign's last epoch its unsettled allocations keep the money, seconds; at least 7 days.
    pub settle_grace_s: u64,
    /// How long users may claim after the last settlement, at least, seconds; at least 7 days.
    pub claim_period_s: u64,
    /// After this long a pause ends by itself, seconds; 1 to 2592000 (30 days).
    pub pause_max_s: u64,
}

/// What campaigns in a denom must bring.
#[cw_serde]
#[derive(Eq)]
pub struct DenomPolicy {
    /// The bank denom.
    pub denom: String,
    /// Least funding at creation, net of the fee, base units; at least 1.
    pub funding_min: Uint128,
    /// Fee taken at creation, base units.
    pub creation_fee: Uint128,
}

/// Migrates a deployment to this code.
#[cw_serde]
pub struct MigrateMsg {}
