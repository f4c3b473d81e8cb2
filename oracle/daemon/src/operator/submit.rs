//! Posting a signed report: hash stored before it is sent, inclusion awaited, never two at once.

use std::sync::Arc;

use attention_core::submission::{Broadcast, Quorum, ReportId, SignatureOf, Submission};
use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, SignatureEntry};
use attention_protocol::{Hash, ReportBody};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::chain::{ChainClient, ChainError, Prepared, TxOptions, TxResponse, Wallet, execute};
use crate::epoch::ChainReader;
use crate::ledger::{Ledger, LedgerError};

/// Why a report was not posted.
#[derive(Debug, Error)]
pub enum PostError {
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The signatures.
    #[error(transparent)]
    Submission(#[from] attention_core::submission::SubmissionError),
    /// The transaction was executed without the event that it has to emit: not the contract it should be.
    #[error("transaction {hash} was executed, but contract {contract} emitted no report event")]
    NoEvent {
        /// The transaction.
        hash: String,
        /// The contract.
        contract: String,
    },
}

/// What posting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostOutcome {
    /// Included, by this transaction or an earlier one of ours.
    Included(TxResponse),
    /// Sent before, perhaps included later: not sent again until its height limit passes.
    InFlight,
}

/// Sends transactions from the transmitter's account, one at a time.
#[derive(Debug)]
pub struct Poster {
    reader: Arc<ChainReader>,
    ledger: Ledger,
    wallet: Wallet,
    sending: Mutex<()>,
}

impl Poster {
    /// A poster paying from `wallet`.
    pub fn new(reader: Arc<ChainReader>, ledger: Ledger, wallet: Wallet) -> Self {
        Self { reader, ledger, wallet, sending: Mutex::new(()) }
    }

    fn client(&self) -> &ChainClient {
        self.reader.client()
    }

    /// Posts a report with its signatures, of which the configuration of its epoch asks `quorum_size`. A transaction of an earlier attempt that may still be included is awaited
    /// instead of sending another.
    ///
    /// # Errors
    /// [`PostError`].
    pub async fn post(
        &self,
        body: &ReportBody,
        signatures: &[(u8, [u8; 64])],
        quorum_size: u8,
    ) -> Result<PostOutcome, PostError> {
        let _one = self.sending.lock().await;
        let (digest, packed) = (body.digest(), body.pack());
        let id = ReportId { config_digest: body.config_digest, epoch: body.epoch, revision: body.revision };
        if let Some(Submission::Broadcast(earlier)) = self.ledger.submission(&id)
            && let Some(outcome) = self.await_earlier(earlier, &digest).await?
        {
            return Ok(outcome);
        }
        let of = |(index, signature): &(u8, [u8; 64])| SignatureOf { index: *index, signature: *signature };
        let signed = attention_core::submission::Fresh { id }.into_signed(digest, packed.clone());
        let quorum = signed.into_quorum(signatures.iter().map(of).collect(), quorum_size)?;
        self.ledger.record(Submission::Quorum(quorum.clone()))?;
        let entries = signatures
            .iter()
            .map(|(index, signature)| SignatureEntry { index: *index, signature: signature.to_vec().into() });
        let msg = ExecuteMsg::SubmitReport { body: packed.into(), signatures: entries.collect() };
        let contract = &self.reader.deployment().contract;
        let message = execute(self.wallet.address(), contract, &msg, &[])?;
        let record = |prepared: &Prepared| self.record_broadcast(&quorum, prepared);
        let response =
            self.client().send_recorded(&self.wallet, vec![message], &TxOptions::default(), record).await?;
        self.accepted(&quorum, &response)?;
        Ok(PostOutcome::Included(response))
    }

    fn record_broadcast(&self, quorum: &Quorum, prepared: &Prepared) -> Result<(), ChainError> {
        let stored = || -> Result<(), String> {
            let bytes = hex::decode(&prepared.hash).map_err(|error| error.to_string())?;
            let hash: Hash = bytes.try_into().map_err(|_| "a transaction hash has 32 bytes".to_owned())?;
            let state = quorum.clone().into_broadcast(hash, prepared.timeout_height);
            self.ledger.record(Submission::Broadcast(state)).map_err(|error| error.to_string())
        };
        stored().map_err(|reason| ChainError::Decode { what: "the outbox record", reason })
    }

    fn accepted(&self, quorum: &Quorum, response: &TxResponse) -> Result<(), PostError> {
        let contract = &self.reader.deployment().contract;
        let is_report =
            |event: &Event| matches!(event, Event::ReportSubmitted { .. } | Event::ReportRepeated { .. });
        if !response.contract_events(contract).iter().any(is_report) {
            return Err(PostError::NoEvent { hash: response.hash.clone(), contract: contract.clone() });
        }
        let accepted =
            attention_core::submission::Accepted { id: quorum.signed.id, digest: quorum.signed.digest };
        Ok(self.ledger.record(Submission::Accepted(accepted))?)
    }

    /// `None` if the earlier transaction can no longer be included, or failed.
    async fn await_earlier(
        &self,
        earlier: Broadcast,
        digest: &Hash,
    ) -> Result<Option<PostOutcome>, PostError> {
        let hash = hex::encode_upper(earlier.tx_hash);
        let found = self.client().tx(&hash).await?;
        let height = self.client().status().await?.height;
        match found {
            Some(response) if response.code == 0 && earlier.quorum.signed.digest == *digest => {
                self.accepted(&earlier.quorum, &response)?;
                Ok(Some(PostOutcome::Included(response)))
            }
            Some(_) => Ok(None),
            None if height >= earlier.timeout_height => Ok(None),
            None => match self.client().wait(&hash).await {
                Ok(response) if response.code == 0 => {
                    self.accepted(&earlier.quorum, &response)?;
                    Ok(Some(PostOutcome::Included(response)))
                }
                Ok(_) => Ok(None),
                Err(ChainError::NotIncluded { .. }) => Ok(Some(PostOutcome::InFlight)),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Sends contract messages that need no outbox: repeating them changes nothing.
    ///
    /// # Errors
    /// [`PostError::Chain`].
    pub async fn execute(&self, msg: &ExecuteMsg) -> Result<TxResponse, PostError> {
        let _one = self.sending.lock().await;
        let contract = &self.reader.deployment().contract;
        Ok(self.client().execute(&self.wallet, contract, msg, &[], &TxOptions::default()).await?)
    }
}
