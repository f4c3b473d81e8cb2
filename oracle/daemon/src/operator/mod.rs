//! What an operator does with a report besides computing it: check the deployment, sign, post, settle.

mod deployment;
mod kept;
mod proofs;
mod settle;
mod submit;

pub use deployment::{DeploymentError, check_deployment};
pub use proofs::{ProofError, Proofs};
pub use settle::{SettleError, SettleSummary, Settler};
pub use submit::{PostError, PostOutcome, Poster};
