//! A command's error and its exit status.

use attention_simulator::SimulatorError;

use crate::chain::{ChainError, WalletError};
use crate::config::ConfigError;
use crate::epoch::EpochError;
use crate::keys::KeyError;
use crate::ledger::LedgerError;
use crate::operator::{AnchorError, DeploymentError, PostError, ProofError, SettleError};
use crate::output::ExitStatus;
use crate::peers::PeerError;
use crate::plot::PlotError;
use crate::run::RunError;
use crate::store::StoreError;

/// What is printed, and the status.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// The exit status; [`ExitStatus::Ok`] if nobody reads the output any more, and nothing is to be told.
    pub status: ExitStatus,
    /// What is printed.
    pub message: String,
}

impl CliError {
    pub(super) fn new(status: ExitStatus, message: impl ToString) -> Self {
        Self { status, message: message.to_string() }
    }

    pub(super) fn input(message: impl ToString) -> Self {
        Self::new(ExitStatus::Input, message)
    }

    pub(super) fn usage(message: impl ToString) -> Self {
        Self::new(ExitStatus::Usage, message)
    }

    pub(super) fn file(path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self::input(format!("{}: {error}", path.display()))
    }
}

macro_rules! plain {
    ($($error:ty => $status:ident),* $(,)?) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::new(ExitStatus::$status, error)
            }
        })*
    };
}

plain! {
    ConfigError => Input,
    KeyError => Input,
    WalletError => Input,
    ChainError => Chain,
    DeploymentError => Refused,
    AnchorError => Refused,
    PeerError => Failed,
    attention_features::FeaturesError => Input,
    attention_core::attention::ScoreError => Input,
    attention_protocol::ProtocolError => Input,
    attention_core::interest::InterestError => Failed,
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        // Files have errors of their own: a pipe that nobody reads is the output.
        let closed = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self::new(if closed { ExitStatus::Ok } else { ExitStatus::Failed }, error)
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Locked { .. } => ExitStatus::Failed,
            StoreError::Database { .. } => ExitStatus::Failed,
            StoreError::Output { .. } => ExitStatus::Usage,
            _ => ExitStatus::Input,
        };
        Self::new(status, error)
    }
}

impl From<SimulatorError> for CliError {
    fn from(error: SimulatorError) -> Self {
        match error {
            error @ SimulatorError::Parameter { .. } => Self::usage(error),
            error => Self::input(error),
        }
    }
}

impl From<PlotError> for CliError {
    fn from(error: PlotError) -> Self {
        match error {
            PlotError::Store(error) => error.into(),
            error @ PlotError::Format { .. } => Self::new(ExitStatus::Usage, error),
            error @ PlotError::Draw { .. } => Self::new(ExitStatus::Failed, error),
        }
    }
}

impl From<EpochError> for CliError {
    fn from(error: EpochError) -> Self {
        let status = match &error {
            EpochError::Store(_)
            | EpochError::Features(_)
            | EpochError::Links { .. }
            | EpochError::NoData { .. } => ExitStatus::Input,
            EpochError::Chain(_) | EpochError::Answer { .. } | EpochError::TooEarly { .. } => {
                ExitStatus::Chain
            }
            _ => ExitStatus::Failed,
        };
        match error {
            EpochError::Store(error) => error.into(),
            EpochError::Deployment(error) => error.into(),
            error => Self::new(status, error),
        }
    }
}

impl From<LedgerError> for CliError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(error) => error.into(),
            error => Self::new(ExitStatus::Refused, error),
        }
    }
}

impl From<PostError> for CliError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Ledger(error) => error.into(),
            error @ PostError::Submission(_) => Self::new(ExitStatus::Failed, error),
            error => Self::new(ExitStatus::Chain, error),
        }
    }
}

impl From<SettleError> for CliError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Epoch(error) => error.into(),
            SettleError::Post(error) => error.into(),
        }
    }
}

impl From<ProofError> for CliError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Epoch(error) => error.into(),
            error => Self::input(error),
        }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Config(error) => error.into(),
            RunError::Key(error) => error.into(),
            RunError::Store(error) => error.into(),
            RunError::Ledger(error) => error.into(),
            RunError::Chain(error) => error.into(),
            RunError::Epoch(error) => error.into(),
            RunError::Deployment(error) => error.into(),
            error @ (RunError::NotAnOperator { .. } | RunError::Api(_)) => Self::input(error),
            error => Self::new(ExitStatus::Failed, error),
        }
    }
}
