//! Proof of possession: what a new hot key signs before a configuration takes it.
//!
//! It names the key's admin and the version of the configuration that is to take it, so that nobody can register another's
//! key, and an old proof brings no old key back.

use crate::account::AccountId;
use crate::config::Pubkey;
use crate::hash::{Deployment, Hash, tagged};

/// Everything that a proof of possession binds.
#[derive(Debug, Clone)]
pub struct Possession<'a> {
    /// Chain and contract.
    pub deployment: &'a Deployment,
    /// Version of the configuration that takes the key: the newest one's plus one.
    pub config_version: u64,
    /// The admin of the operator whose key it is to be.
    pub admin: &'a AccountId,
    /// The key, which signs the digest.
    pub pubkey: &'a Pubkey,
}

impl Possession<'_> {
    /// `tagged("attention/v1/possession", lp(chain_id) ‖ lp(contract) ‖ config_version u64 ‖ lp(admin) ‖ pubkey 33)`, addresses
    /// canonical.
    pub fn digest(&self) -> Hash {
        let mut bytes = self.deployment.prefix().to_vec();
        bytes.extend_from_slice(&self.config_version.to_be_bytes());
        bytes.extend_from_slice(&crate::bytes::lp(self.admin.as_slice()));
        bytes.extend_from_slice(self.pubkey);
        tagged("attention/v1/possession", &bytes)
    }
}
