//! How other errors become refusals, and the shortest way to refuse.

use attention_protocol::ProtocolError;
use attention_protocol::quorum::QuorumError;
use cosmwasm_std::StdError;
use cw_utils::PaymentError;

use super::{ContractError, DisputeError, OperatorError, Result};

impl From<PaymentError> for Box<ContractError> {
    #[cold]
    fn from(error: PaymentError) -> Self {
        Self::new(ContractError::Payment(error.to_string()))
    }
}

impl From<StdError> for Box<ContractError> {
    #[cold]
    fn from(error: StdError) -> Self {
        Self::new(ContractError::Std(error.to_string()))
    }
}

impl From<ProtocolError> for Box<ContractError> {
    #[cold]
    fn from(error: ProtocolError) -> Self {
        Self::new(error.into())
    }
}

impl From<DisputeError> for Box<ContractError> {
    #[cold]
    fn from(error: DisputeError) -> Self {
        Self::new(error.into())
    }
}

impl From<OperatorError> for Box<ContractError> {
    #[cold]
    fn from(error: OperatorError) -> Self {
        Self::new(error.into())
    }
}

impl From<QuorumError> for Box<ContractError> {
    #[cold]
    fn from(error: QuorumError) -> Self {
        Self::new(error.into())
    }
}

impl ContractError {
    /// A value of a message that is outside its bounds.
    #[cold]
    pub(crate) fn invalid(field: &'static str, value: impl ToString, requirement: &'static str) -> Box<Self> {
        Box::new(Self::Invalid { field, value: value.to_string(), requirement })
    }

    /// Arithmetic that left its type.
    #[cold]
    pub(crate) fn overflow(what: &'static str) -> Box<Self> {
        Box::new(Self::Overflow { what })
    }
}

/// Refuses with `error`, on the heap.
#[cold]
pub(crate) fn refuse<T>(error: impl Into<ContractError>) -> Result<T> {
    Err(Box::new(error.into()))
}

/// Refuses a list that is empty or longer than `max`.
pub(crate) fn check_count(what: &'static str, actual: usize, max: usize) -> Result<()> {
    if actual == 0 || actual > max {
        return refuse(ContractError::Count { what, max, actual });
    }
    Ok(())
}
