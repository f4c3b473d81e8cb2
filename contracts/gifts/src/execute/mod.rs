//! One message, one file, one function over typed values: addresses are validated and permissions checked before.

pub(crate) mod accept_owner;
pub(crate) mod claim_gift;
pub(crate) mod close_gift;
pub(crate) mod complete_quest;
pub(crate) mod create_gift;
pub(crate) mod create_privilege;
pub(crate) mod create_quest;
pub(crate) mod pause;
pub(crate) mod propose_owner;
pub(crate) mod prove_privilege;
pub(crate) mod receive_nft;
pub(crate) mod unpause;
pub(crate) mod withdraw_gift;
