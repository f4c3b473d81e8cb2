//! Creating and migrating a deployment.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use crate::epoch::EpochClock;

/// Creates a deployment.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may pause, unpause, withdraw fees, change configuration and limits, and hand the deployment over; the sender if absent.
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
    /// Bonds, disputes and changes of the configuration.
    pub security: Security,
}

/// One operator.
#[cw_serde]
pub struct OperatorInfo {
    /// Name shown in queries, 1 to 64 bytes.
    pub name: String,
    /// Compressed secp256k1 key of the hot signer, 33 bytes.
    pub pubkey: Binary,
    /// Address of the cold key: it swaps the signer, holds the bond and receives the operator's share. No two operators
    /// have the same.
    pub admin: String,
}

/// Bonds, disputes and changes of the configuration. Fixed for the life of the deployment.
#[cw_serde]
#[derive(Eq)]
pub struct Security {
    /// Native denom of every bond.
    pub bond_denom: String,
    /// Bond that an operator of a new configuration must hold, base units; 0: none.
    pub operator_bond_min: Uint128,
    /// Part of its bond that a convicted signer loses, 1 to 1000000 ppm.
    pub slash_ppm: u32,
    /// Who gets what is slashed and does not go to the prover; burned if absent.
    pub slash_recipient: Option<String>,
    /// How long a bond stays liable after its operator left, seconds; at least one epoch with all its windows.
    pub unbonding_s: u64,
    /// Bond of an opening demand, base units, at least 1; doubles with every 16 that are open.
    pub demand_bond: Uint128,
    /// Bond of a challenge, base units, at least 1.
    pub challenge_bond: Uint128,
    /// Who decides challenges; nobody if absent: then there are none.
    pub arbiter: Option<String>,
    /// How long the arbiter may take, seconds, at least 1.
    pub arbiter_period_s: u64,
    /// How long a proposed configuration waits before it can be accepted, seconds.
    pub timelock_s: u64,
    /// How long after its window's end an epoch's input may be anchored, seconds, below `report_period_s`; absent: reports need no
    /// anchor.
    pub anchor_grace_s: Option<u64>,
}

/// Bounds on campaigns, fees and pauses.
#[cw_serde]
#[derive(Eq)]
pub struct Limits {
    /// Assets that campaigns may pay in: 1 to 32, each once.
    pub denoms: Vec<DenomPolicy>,
    /// How long after the end of a campaign's last epoch its unsettled allocations keep the money, seconds; at least 7 days.
    pub settle_grace_s: u64,
    /// How long users may claim after the last settlement, at least, seconds; at least 7 days.
    pub claim_period_s: u64,
    /// After this long a pause ends by itself, seconds; 1 to 2592000 (30 days).
    pub pause_max_s: u64,
    /// Share of every funding that goes to the operators, at most 100000 ppm (10 %); 0: none.
    pub operator_fee_ppm: u32,
    /// By how much a recorded asset price may change per epoch, ppm of the recorded one; at least 1.
    pub price_change_max_ppm: u32,
}

/// What campaigns in a denom must bring.
#[cw_serde]
#[derive(Eq)]
pub struct DenomPolicy {
    /// A bank denom, or `cw20:` and the address of a cw20 token.
    pub denom: String,
    /// Least funding at creation, net of the fee, base units; at least 1.
    pub funding_min: Uint128,
    /// Fee taken at creation, base units.
    pub creation_fee: Uint128,
}

/// Migrates a deployment to this code.
#[cw_serde]
pub struct MigrateMsg {
    /// What version 0.1.0 did not have: needed to migrate from it, refused otherwise.
    pub security: Option<Security>,
    /// The operators' admins in index order, which version 0.1.0 did not have: needed to migrate from it, refused otherwise.
    pub admins: Option<Vec<String>>,
}
