//! What an operator does with a report besides computing it: check the deployment, sign, post, settle.

mod anchor;
mod deployment;
mod kept;
mod proofs;
mod settle;
mod submit;
mod watch;

pub use anchor::{AnchorError, anchor_message, check_anchor};
pub use deployment::{DeploymentError, check_configuration, check_spec, suspended_bits, told_configuration};
pub use proofs::{ProofError, Proofs};
pub use settle::{SettleError, SettleSummary, Settler};
pub use submit::{PostError, PostOutcome, Poster};
pub use watch::watch;
