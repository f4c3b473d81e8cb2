//! What a transaction came to.

use attention_protocol::event::Event;
use serde::Deserialize;

use super::{ChainError, TxFailure};

/// One event of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChainEvent {
    /// Its type, for the contract's events `wasm-` and a name.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its attributes, in order.
    #[serde(default)]
    pub attributes: Vec<ChainAttribute>,
}

/// One attribute of an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChainAttribute {
    /// The key.
    pub key: String,
    /// The value.
    #[serde(default)]
    pub value: String,
}

impl ChainEvent {
    /// The first attribute with a key.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.key == key)
            .map(|attribute| attribute.value.as_str())
    }
}

/// A transaction in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxResponse {
    /// Upper-case hex.
    pub hash: String,
    /// The block.
    pub height: u64,
    /// 0 = executed.
    pub code: u32,
    /// Whose code it is.
    pub codespace: String,
    /// The raw log; empty for code 0.
    pub log: String,
    /// Gas limit.
    pub gas_wanted: u64,
    /// Gas used.
    pub gas_used: u64,
    /// Its events; of a failed transaction only those of the fee.
    pub events: Vec<ChainEvent>,
}

impl TxResponse {
    /// The response if the transaction was executed.
    ///
    /// # Errors
    /// [`ChainError::Tx`] for another code than 0.
    pub fn into_success(self) -> Result<Self, ChainError> {
        if self.code == 0 {
            return Ok(self);
        }
        Err(TxFailure::new(&self.codespace, self.code, &self.log, Some(&self.hash)).into())
    }

    /// The contract's own events, in order. Events of other contracts are left out, whatever their names.
    pub fn contract_events(&self, contract: &str) -> Vec<Event> {
        let ours = |event: &&ChainEvent| event.attribute("_contract_address") == Some(contract);
        let events = self.events.iter().filter(ours);
        events.filter_map(|event| Event::parse(&event.kind, |key| event.attribute(key))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, attributes: &[(&str, &str)]) -> ChainEvent {
        let attribute =
            |(key, value): &(&str, &str)| ChainAttribute { key: (*key).into(), value: (*value).into() };
        ChainEvent { kind: kind.into(), attributes: attributes.iter().map(attribute).collect() }
    }

    #[test]
    fn only_the_contracts_own_events_count() {
        let stopped = |contract| {
            event(
                "wasm-campaign_stopped",
                &[("_contract_address", contract), ("campaign", "3"), ("end_epoch", "9")],
            )
        };
        let response = TxResponse {
            hash: "AB".into(),
            height: 1,
            code: 0,
            codespace: String::new(),
            log: String::new(),
            gas_wanted: 2,
            gas_used: 1,
            events: vec![stopped("wasm1evil"), stopped("wasm1ours")],
        };
        assert_eq!(
            response.contract_events("wasm1ours"),
            [Event::CampaignStopped { campaign: 3, end_epoch: 9 }]
        );
        let failed = TxResponse { code: 5, codespace: "wasm".into(), log: "no".into(), ..response };
        assert!(matches!(failed.into_success(), Err(ChainError::Tx(failure)) if failure.hash.is_some()));
    }
}
