//! The three messages of a cw721 collection that are needed, written out: the published crate is bound to an older
//! standard library.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Empty};

/// What is sent to a collection.
#[cw_serde]
pub enum Cw721ExecuteMsg {
    /// Hands a token that the sender owns to somebody else, without calling them.
    TransferNft {
        /// The new owner.
        recipient: String,
        /// The token.
        token_id: String,
    },
    /// Makes a token; the sender has to be the collection's minter.
    Mint {
        /// The new token's id.
        token_id: String,
        /// Its owner.
        owner: String,
        /// Where its metadata stands.
        token_uri: Option<String>,
        /// Metadata on chain: none.
        extension: Empty,
    },
}

/// What a collection sends to the contract that `send_nft` handed a token to.
#[cw_serde]
pub struct Cw721ReceiveMsg {
    /// Who sent the token. As true as the collection is honest.
    pub sender: String,
    /// The token.
    pub token_id: String,
    /// A [`Cw721HookMsg`] in JSON.
    pub msg: Binary,
}

/// What a token comes for.
#[cw_serde]
pub enum Cw721HookMsg {
    /// Sponsor: to be handed out.
    Deposit {
        /// The gift.
        gift: u64,
    },
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::to_json_string;

    use super::*;

    /// As cw721-base writes and reads them.
    #[test]
    fn the_wire_by_hand() {
        let mint = Cw721ExecuteMsg::Mint {
            token_id: "g1-0".into(),
            owner: "wasm1a".into(),
            token_uri: None,
            extension: Empty {},
        };
        let expected = r#"{"mint":{"token_id":"g1-0","owner":"wasm1a","token_uri":null,"extension":{}}}"#;
        assert_eq!(to_json_string(&mint).unwrap(), expected);
        let transfer = Cw721ExecuteMsg::TransferNft { recipient: "wasm1a".into(), token_id: "7".into() };
        let expected = r#"{"transfer_nft":{"recipient":"wasm1a","token_id":"7"}}"#;
        assert_eq!(to_json_string(&transfer).unwrap(), expected);
        let hook = Cw721HookMsg::Deposit { gift: 3 };
        assert_eq!(to_json_string(&hook).unwrap(), r#"{"deposit":{"gift":3}}"#);
    }
}
