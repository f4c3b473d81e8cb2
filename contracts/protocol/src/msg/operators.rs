//! Operators: changes of the configuration, bonds, participation and their share of the fees.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Uint128};

/// A change of the configuration. What is absent stays as it is; one of both has to be there.
#[cw_serde]
pub struct ProposeConfig {
    /// The new operators.
    pub operators: Option<ProposedOperators>,
    /// The hash of the oracle's new specification, 32 bytes.
    pub spec_hash: Option<Binary>,
}

/// A whole set of operators.
#[cw_serde]
pub struct ProposedOperators {
    /// 1 to 32 operators; their order is their index.
    pub operators: Vec<ProposedOperator>,
    /// f: how many operators may be faulty, at most (n − 1) / 3.
    pub faulty_max: u8,
}

/// One operator of a proposal.
#[cw_serde]
pub struct ProposedOperator {
    /// Name shown in queries, 1 to 64 bytes.
    pub name: String,
    /// Compressed secp256k1 key of the hot signer, 33 bytes.
    pub pubkey: Binary,
    /// Address of the cold key; no two operators have the same, and none that was suspended comes back.
    pub admin: String,
    /// The key's signature over the digest of [`crate::possession::Possession`], `r ‖ s`, 64 bytes; may be absent if the admin has
    /// this key in the newest configuration.
    pub possession: Option<Binary>,
}

/// Answer to `config_proposal`.
#[cw_serde]
pub struct ConfigProposalResponse {
    /// The version that the next change makes: what proofs of possession have to name.
    pub next_version: u64,
    /// What waits for the owner's acceptance.
    pub proposal: Option<ConfigProposal>,
}

/// A proposed configuration.
#[cw_serde]
pub struct ConfigProposal {
    /// From when on the owner may accept it, unix seconds; at once while fewer than k operators are left that are not suspended.
    pub ready_s: u64,
    /// The operators it brings; absent if they stay.
    pub operators: Option<Vec<super::OperatorInfo>>,
    /// Their f.
    pub faulty_max: Option<u8>,
    /// The hash of the specification it brings; absent if it stays.
    pub spec_hash: Option<Binary>,
}

/// Answer to `bond`, base units of the bond denom.
#[cw_serde]
pub struct BondResponse {
    /// Put up and not asked back.
    pub bonded: Uint128,
    /// Asked back and not withdrawn: still liable.
    pub unbonding: Uint128,
    /// From when on `unbonding` may be withdrawn, unix seconds; absent if nothing is on its way.
    pub ready_s: Option<u64>,
    /// What has to stay bonded as things stand.
    pub required: Uint128,
    /// Whether the operator was suspended.
    pub suspended: bool,
}

/// Answer to `participation`.
#[cw_serde]
pub struct ParticipationResponse {
    /// Final reports on epochs below this one are counted.
    pub next_epoch: u64,
    /// The operators of the newest configuration, in index order.
    pub operators: Vec<OperatorParticipation>,
}

/// How often an operator took part.
#[cw_serde]
pub struct OperatorParticipation {
    /// Its name.
    pub name: String,
    /// Its admin, under which it is counted: keys change.
    pub admin: Addr,
    /// Final reports that were counted while it was an operator.
    pub reports: u64,
    /// How many of them carry its signature.
    pub signed: u64,
}

/// Answer to `operator_fees`.
#[cw_serde]
pub struct OperatorFeesResponse {
    /// What waits to be distributed, base units.
    pub due: Uint128,
    /// It goes to the signers of final reports from this epoch on.
    pub from_epoch: u64,
}
