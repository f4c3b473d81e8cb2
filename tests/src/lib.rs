//! What the end-to-end tests stand on: a real wasmd chain, the optimised contract, operators with real keys.
//!
//! Transactions go through wasmd's own command line, or by cosmrs where there are thousands; questions go to the node's RPC: clients
//! that share no code with the project.

pub mod bed;
pub mod chain;
pub mod demo;
pub mod direct;
pub mod error;
pub mod gas;
pub mod ledger;
pub mod node;
pub mod operators;
pub mod oracle;
pub mod publisher;
pub mod rule;
pub mod setup;
pub mod tamper;
pub mod wasmd;

pub use bed::{Bed, BedOptions};
pub use chain::LocalChain;
pub use error::E2eError;
pub use ledger::{CampaignBook, EpochBook};
pub use node::Node;
pub use operators::{Operator, Surroundings, configure};
pub use oracle::Oracle;
pub use publisher::Publisher;
pub use wasmd::{Account, Tx, TxFailed, Wasmd};
