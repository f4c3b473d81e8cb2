//! The consent in force for an epoch, from all changes that the contract recorded.

use attention_core::consent::{ConsentChange, ConsentLog, ConsentTable};
use attention_core::links::decode_address;
use attention_protocol::msg::{ConsentChangesResponse, PAGE_MAX, QueryMsg};

use super::{ChainReader, EpochError};

impl ChainReader {
    /// The consent in force at the start of an epoch's window, which no longer changes once the epoch has begun. Changes that
    /// were read before are not asked again but for the newest one: if a node tells another one there, everything is read
    /// anew next time, because one of both has lied.
    ///
    /// # Errors
    /// [`EpochError::Chain`], or [`EpochError::Answer`] for changes that are missing, out of order or of no account.
    pub async fn consent(&self, epoch: u64) -> Result<ConsentTable, EpochError> {
        let mut log = self.consent.lock().await;
        if let Some(known) = log.changes().last().cloned() {
            let page = self.consent_page(known.sequence.checked_sub(1)).await?;
            if page.first() != Some(&known) {
                *log = ConsentLog::default();
                let sequence = known.sequence;
                return Err(wrong(format!(
                    "change {sequence} is not the one that was told before: all are read anew"
                )));
            }
            log.extend(page.into_iter().skip(1)).map_err(|error| wrong(error.to_string()))?;
        }
        // What counts from a later epoch on can wait: changes come in the order of the epochs they count from.
        while log.changes().last().is_none_or(|newest| newest.from_epoch <= epoch) {
            let page = self.consent_page(log.newest()).await?;
            if page.is_empty() {
                break;
            }
            log.extend(page).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(log.at(epoch))
    }

    async fn consent_page(&self, start_after: Option<u64>) -> Result<Vec<ConsentChange>, EpochError> {
        let query = QueryMsg::ConsentChanges { start_after, limit: Some(PAGE_MAX) };
        let page: ConsentChangesResponse = self.query(&query).await?;
        let prefix = &self.client().config().prefix;
        let change = |told: attention_protocol::msg::ConsentChange| {
            let account = decode_address(told.account.as_str(), prefix)
                .map_err(|problem| wrong(format!("change {}: its account {problem}", told.sequence)))?;
            let (sequence, granted, from_epoch) = (told.sequence, told.granted, told.from_epoch);
            Ok(ConsentChange { sequence, account, granted, from_epoch })
        };
        page.changes.into_iter().map(change).collect()
    }
}

fn wrong(problem: String) -> EpochError {
    EpochError::Answer { what: "consent_changes".to_owned(), problem }
}
