//! The anchor of an epoch's input: signed by an operator, fixed on chain before the report.

use attention_protocol::anchor::anchor_digest;
use attention_protocol::msg::{EpochStatusResponse, ExecuteMsg};
use attention_protocol::{Hash, ReportBody};
use cosmwasm_std::Binary;
use thiserror::Error;

use crate::chain::{Wallet, WalletError};
use crate::config::DeploymentConfig;

/// Why a report must not be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnchorError {
    /// Reports need an anchor, and there is none yet.
    #[error(
        "epoch {epoch} revision {revision}: no input is anchored yet; a report needs one before it is signed"
    )]
    None {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
    },
    /// Another input was anchored.
    #[error(
        "epoch {epoch}: the input root anchored on chain is {theirs}, ours is {}: compare events, links and consent with the \
         operator who anchored it",
        hex::encode(ours)
    )]
    Differs {
        /// The epoch.
        epoch: u64,
        /// Our input root.
        ours: Hash,
        /// The chain's, hex.
        theirs: String,
    },
    /// Another report is awaited.
    #[error(
        "the chain awaits epoch {awaited_epoch} revision {awaited_revision}, not epoch {epoch} revision {revision}"
    )]
    NotAwaited {
        /// The report's epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// The epoch that is awaited.
        awaited_epoch: u64,
        /// Its revision.
        awaited_revision: u32,
    },
}

/// Whether a report may be signed as the chain stands: it is the one that is awaited or pends, and is computed from the
/// anchored input, if inputs are anchored.
///
/// # Errors
/// [`AnchorError`].
pub fn check_anchor(status: &EpochStatusResponse, body: &ReportBody) -> Result<(), AnchorError> {
    let (epoch, revision, ours) = (body.epoch, body.revision, body.input_root);
    if (status.open_epoch, status.revision) != (epoch, revision) {
        let (awaited_epoch, awaited_revision) = (status.open_epoch, status.revision);
        return Err(AnchorError::NotAwaited { epoch, revision, awaited_epoch, awaited_revision });
    }
    match &status.input_root {
        Some(anchored) if anchored.as_slice() != ours => {
            Err(AnchorError::Differs { epoch, ours, theirs: hex::encode(anchored) })
        }
        None if status.anchor_from_s.is_some() => Err(AnchorError::None { epoch, revision }),
        _ => Ok(()),
    }
}

/// The message that anchors `input_root`, signed with the hot key of operator `index`.
///
/// # Errors
/// [`WalletError`] if the key refuses.
pub fn anchor_message(
    config: &DeploymentConfig,
    (index, wallet): (u8, &Wallet),
    (epoch, revision): (u64, u32),
    input_root: &Hash,
) -> Result<ExecuteMsg, WalletError> {
    let digest = anchor_digest(&config.deployment, epoch, revision, input_root);
    let signature = Binary::from(wallet.sign_digest(&digest)?);
    Ok(ExecuteMsg::AnchorInput { epoch, revision, input_root: Binary::from(input_root), index, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(input_root: Option<[u8; 32]>, anchor_from_s: Option<u64>) -> EpochStatusResponse {
        EpochStatusResponse {
            now_s: 1,
            height: 1,
            current_epoch: Some(5),
            open_epoch: 4,
            revision: 1,
            window_end_s: 1,
            due_s: Some(2),
            prev_digest: None,
            input_root: input_root.map(Binary::from),
            anchor_from_s,
            anchor_by_any_from_s: anchor_from_s,
            anchor_rank: anchor_from_s.map(|_| 0),
        }
    }

    #[test]
    fn only_the_awaited_report_on_the_anchored_input_is_signed() {
        let body = |epoch, revision| ReportBody {
            config_digest: [1; 32],
            prev_digest: [2; 32],
            epoch,
            revision,
            campaigns_root: [0; 32],
            campaign_count: 0,
            assets_root: [0; 32],
            asset_count: 0,
            input_root: [9; 32],
            model_hash: [0; 32],
            leaves_hash: [0; 32],
        };
        assert_eq!(check_anchor(&status(None, None), &body(4, 1)), Ok(()), "no anchors here");
        assert_eq!(check_anchor(&status(Some([9; 32]), Some(3)), &body(4, 1)), Ok(()));
        let none = AnchorError::None { epoch: 4, revision: 1 };
        assert_eq!(check_anchor(&status(None, Some(3)), &body(4, 1)), Err(none));
        let differs = AnchorError::Differs { epoch: 4, ours: [9; 32], theirs: "08".repeat(32) };
        assert_eq!(check_anchor(&status(Some([8; 32]), Some(3)), &body(4, 1)), Err(differs));
        for (epoch, revision) in [(4, 0), (4, 2), (5, 1)] {
            let refused = check_anchor(&status(Some([9; 32]), None), &body(epoch, revision));
            assert!(matches!(refused, Err(AnchorError::NotAwaited { .. })), "{epoch} {revision}");
        }
    }
}
