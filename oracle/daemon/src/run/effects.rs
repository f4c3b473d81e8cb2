//! Performing what the round asks for. Each effect runs on its own and answers with inputs.

use std::sync::Arc;

use attention_core::guard::SignKey;
use attention_core::round::{Built, Input, PeerSignature, TxOutcome};
use attention_core::submission::{Fresh, ReportId, Submission};
use attention_core::verify::{Verdict, verify_report};
use attention_protocol::{Hash, ReportBody};

use crate::api::Shared;
use crate::chain::{ChainError, Wallet};
use crate::epoch::{BuildRequest, EpochBuilder, EpochError};
use crate::ledger::Ledger;
use crate::operator::{
    PostError, PostOutcome, Poster, SettleError, Settler, anchor_message, check_anchor, check_spec,
};
use crate::peers::{PeerClient, SignatureAnswer, check_answer};
use crate::run::status::Own;

/// Everything an effect may need.
#[derive(Debug)]
pub(super) struct Effects {
    pub(super) builder: Arc<EpochBuilder>,
    pub(super) settler: Arc<Settler>,
    /// One client for each peer, so that each answer counts as soon as it is there.
    pub(super) peers: Vec<PeerClient>,
    pub(super) ledger: Ledger,
    pub(super) signer: Wallet,
    /// Absent if this operator does not transmit.
    pub(super) poster: Option<Poster>,
    pub(super) shared: Arc<Shared>,
    /// The newest report that was built here.
    pub(super) built: tokio::sync::Mutex<Option<ReportBody>>,
}

/// Why there is no signature.
#[derive(Debug)]
enum NotSigned {
    /// Nothing was found out about the report: it is tried again.
    Failed(String),
    /// The report must not be signed.
    Refused(String),
}

impl NotSigned {
    fn failed(reason: impl ToString) -> Self {
        Self::Failed(reason.to_string())
    }

    fn refused(reason: impl ToString) -> Self {
        Self::Refused(reason.to_string())
    }
}

impl Effects {
    /// Who we are.
    pub(super) fn own(&self) -> Own {
        Own { pubkey: self.signer.pubkey(), spec_hash: self.builder.world().spec.hash() }
    }

    pub(super) async fn build(&self, epoch: u64, revision: u32, prev_digest: Hash) -> Vec<Input> {
        let failed = |reason: String| vec![Input::BuildFailed { epoch, revision, reason }];
        let built = match self.builder.build(BuildRequest { epoch, revision, prev_digest }, true).await {
            Ok(built) => built.output,
            Err(error) => return failed(error.to_string()),
        };
        for alarm in &built.summary.alarms {
            self.shared.alarm(alarm.to_string());
        }
        let digest = built.digest;
        tracing::info!(
            epoch,
            revision,
            digest = hex::encode(digest),
            input_root = hex::encode(built.body.input_root),
            model_hash = hex::encode(built.body.model_hash),
            users = built.summary.users,
            campaigns = built.body.campaign_count,
            "report built"
        );
        let (input_root, body) = (built.body.input_root, built.body.pack());
        *self.built.lock().await = Some(built.body);
        vec![Input::Built(Built { epoch, revision, digest, input_root, body })]
    }

    /// The configuration in force for the epoch, then the anchor, then the guard, then the key.
    pub(super) async fn sign(&self, key: SignKey, digest: Hash) -> Vec<Input> {
        match self.try_sign(key, digest).await {
            Ok(signature) => vec![Input::SignedOwn { digest, signature }],
            Err(NotSigned::Failed(reason)) => vec![Input::SignFailed { digest, reason }],
            Err(NotSigned::Refused(reason)) => vec![Input::SignRefused { digest, reason }],
        }
    }

    async fn try_sign(&self, key: SignKey, digest: Hash) -> Result<[u8; 64], NotSigned> {
        let reader = self.builder.reader();
        let config = reader.configuration(key.epoch).await.map_err(|error| match error {
            EpochError::Deployment(error) => NotSigned::refused(error),
            error => NotSigned::failed(error),
        })?;
        let deployment = &config.deployment;
        check_spec(deployment, self.builder.world().spec.hash()).map_err(NotSigned::refused)?;
        let other = || NotSigned::refused("the configuration in force is another than that of the report");
        let index = deployment.index_of(&self.signer.pubkey()).ok_or_else(other)?;
        if deployment.digest() != key.config_digest {
            return Err(other());
        }
        let body = self.built.lock().await.clone().filter(|body| body.digest() == digest);
        let body =
            body.ok_or_else(|| NotSigned::refused("the report to sign is not the one that was built"))?;
        let status = reader.epoch_status().await.map_err(NotSigned::failed)?;
        check_anchor(&status, &body).map_err(NotSigned::failed)?;
        let (ledger, wallet, packed) = (self.ledger.clone(), self.signer.clone(), body.pack());
        let signed = tokio::task::spawn_blocking(move || {
            let signature = ledger.sign(&wallet, key, digest)?;
            let id = ReportId::from(key);
            if matches!(ledger.submission(&id), None | Some(Submission::Fresh(_))) {
                ledger.record(Submission::Signed(Fresh { id }.into_signed(digest, packed)))?;
            }
            Ok::<_, crate::ledger::LedgerError>(signature)
        })
        .await;
        let signature = signed.map_err(NotSigned::failed)?.map_err(NotSigned::refused)?;
        self.shared.publish(SignatureAnswer::new(index, &body, &signature));
        tracing::info!(
            epoch = key.epoch,
            revision = key.revision,
            digest = hex::encode(digest),
            "report signed"
        );
        Ok(signature)
    }

    /// Asks a peer; what does not verify is logged and dropped, what verifies over another digest is compared.
    pub(super) async fn fetch(&self, peer: &PeerClient, epoch: u64, revision: u32) -> Vec<Input> {
        let mut inputs = Vec::new();
        let config = match self.builder.reader().known_configuration(epoch).await {
            Ok(config) => config,
            Err(error) => {
                tracing::warn!(epoch, %error, "no peer is asked");
                return inputs;
            }
        };
        for answer in peer.signatures(epoch, revision).await {
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::debug!(%error, "no signature");
                    continue;
                }
            };
            match check_answer(&config.deployment.operators, epoch, revision, &answer) {
                Ok(checked) => {
                    self.explain_difference(checked.index, &checked.body).await;
                    inputs.push(Input::PeerSignature(PeerSignature {
                        index: checked.index,
                        epoch,
                        revision,
                        digest: checked.digest,
                        signature: checked.signature,
                    }));
                }
                Err(error) => {
                    tracing::warn!(epoch, revision, claimed_index = answer.index, %error, "peer's answer refused")
                }
            }
        }
        inputs
    }

    async fn explain_difference(&self, index: u8, theirs: &ReportBody) {
        let Some(ours) = self.built.lock().await.clone() else { return };
        if let Verdict::Mismatch { field, ours, theirs } = verify_report(&ours, theirs) {
            tracing::error!(index, field, ours, theirs, "a peer's report differs");
        }
    }

    pub(super) async fn submit(&self, body: &[u8], signatures: &[(u8, [u8; 64])]) -> Vec<Input> {
        let Ok(body) = ReportBody::unpack(body) else { return vec![] };
        let (epoch, revision) = (body.epoch, body.revision);
        let quorum = match self.builder.reader().known_configuration(epoch).await {
            Ok(config) => config.deployment.operators.quorum(),
            Err(error) => {
                let outcome = TxOutcome::Failed { reason: error.to_string() };
                return vec![Input::Submitted { epoch, revision, outcome }];
            }
        };
        let outcome = match &self.poster {
            None => TxOutcome::TimedOut,
            Some(poster) => match poster.post(&body, signatures, quorum).await {
                Ok(PostOutcome::Included(response)) => {
                    let (hash, gas_used, height) = (response.hash, response.gas_used, response.height);
                    tracing::info!(epoch, revision, tx_hash = hash, gas_used, height, "report posted");
                    TxOutcome::Included
                }
                Ok(PostOutcome::InFlight) => TxOutcome::TimedOut,
                Err(PostError::Chain(ChainError::NotIncluded { .. })) => TxOutcome::TimedOut,
                Err(error) => TxOutcome::Failed { reason: error.to_string() },
            },
        };
        vec![Input::Submitted { epoch, revision, outcome }]
    }

    /// Anchors our input. The first anchor of a revision counts; the chain's next status says which one that was.
    pub(super) async fn anchor(&self, epoch: u64, revision: u32, input_root: Hash) -> Vec<Input> {
        let outcome = match self.try_anchor(epoch, revision, input_root).await {
            Ok(outcome) => outcome,
            Err(reason) => TxOutcome::Failed { reason },
        };
        vec![Input::Anchored { epoch, revision, outcome }]
    }

    async fn try_anchor(&self, epoch: u64, revision: u32, input_root: Hash) -> Result<TxOutcome, String> {
        let Some(poster) = &self.poster else { return Ok(TxOutcome::TimedOut) };
        let config = self.builder.reader().configuration(epoch).await.map_err(|error| error.to_string())?;
        let index = config.deployment.index_of(&self.signer.pubkey());
        let index = index.ok_or("our key is none of the configuration in force")?;
        let signed =
            anchor_message(&config.deployment, (index, &self.signer), (epoch, revision), &input_root);
        match poster.execute(&signed.map_err(|error| error.to_string())?).await {
            Ok(response) => {
                let (hash, gas_used) = (response.hash, response.gas_used);
                let root = hex::encode(input_root);
                tracing::info!(
                    epoch,
                    revision,
                    input_root = root,
                    tx_hash = hash,
                    gas_used,
                    "input anchored"
                );
                Ok(TxOutcome::Included)
            }
            Err(PostError::Chain(ChainError::NotIncluded { .. })) => Ok(TxOutcome::TimedOut),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) async fn settle(&self, epoch: u64) -> Vec<Input> {
        let outcome = match self.try_settle(epoch).await {
            Ok(()) => TxOutcome::Included,
            Err(SettleError::Post(PostError::Chain(ChainError::NotIncluded { .. }))) => TxOutcome::TimedOut,
            Err(error) => TxOutcome::Failed { reason: error.to_string() },
        };
        vec![Input::SettleDone { epoch, outcome }]
    }

    async fn try_settle(&self, epoch: u64) -> Result<(), SettleError> {
        let Some(poster) = &self.poster else { return Ok(()) };
        let after = epoch.checked_add(1).unwrap_or(epoch);
        let reports = self.builder.reader().final_reports(after).await?;
        let Some(report) = reports.iter().find(|report| report.body.epoch == epoch) else { return Ok(()) };
        let summary = self.settler.settle(report, poster).await?;
        for item in &summary.items {
            let (campaign, outcome, reason) = (item.campaign, item.outcome, item.reason.as_str());
            if outcome == "settled" || outcome == "skipped" {
                tracing::info!(
                    epoch,
                    campaign,
                    outcome,
                    delta = item.delta.to_string(),
                    "commitment settled"
                );
            } else {
                self.shared.alarm(format!("epoch {epoch} campaign {campaign}: {outcome}: {reason}"));
            }
        }
        Ok(())
    }
}
