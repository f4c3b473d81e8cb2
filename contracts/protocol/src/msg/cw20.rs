//! The few messages of the cw20 standard that the contract speaks, and the text by which it names such a token.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use super::execute::CreateCampaign;

/// What an asset that is a cw20 token begins with; its address follows.
pub const CW20_PREFIX: &str = "cw20:";

/// The token's address, if the asset is a cw20 token; `None` if it is a bank denom.
pub fn cw20_token(asset: &str) -> Option<&str> {
    asset.strip_prefix(CW20_PREFIX)
}

/// The asset that is the cw20 token at `token`.
pub fn cw20_asset(token: &str) -> String {
    [CW20_PREFIX, token].concat()
}

/// What a token tells the contract after a `send` to it.
#[cw_serde]
pub struct Cw20ReceiveMsg {
    /// Who sent the tokens.
    pub sender: String,
    /// How many, base units.
    pub amount: Uint128,
    /// A [`Cw20Deposit`] in JSON.
    pub msg: Binary,
}

/// What cw20 tokens are sent to the contract for.
#[cw_serde]
pub enum Cw20Deposit {
    /// Creates a campaign that pays in the token; the sender of the tokens becomes its sponsor.
    CreateCampaign(Box<CreateCampaign>),
    /// Adds to a campaign that pays in the token.
    FundCampaign {
        /// The campaign.
        campaign: u64,
    },
}

/// What the contract tells a token.
#[cw_serde]
pub enum Cw20ExecuteMsg {
    /// Moves tokens of the contract.
    Transfer {
        /// Who gets them.
        recipient: String,
        /// How many, base units.
        amount: Uint128,
    },
}

/// What the contract asks a token.
#[cw_serde]
pub enum Cw20QueryMsg {
    /// How many tokens an address holds.
    Balance {
        /// The address.
        address: String,
    },
}

/// A token's answer to `balance`.
#[cw_serde]
pub struct Cw20BalanceResponse {
    /// Base units.
    pub balance: Uint128,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_a_token_by_its_prefix_alone() {
        assert_eq!(cw20_token("cw20:wasm1token"), Some("wasm1token"));
        assert_eq!(cw20_token(&cw20_asset("wasm1token")), Some("wasm1token"));
        for bank in ["uatt", "cw20", "CW20:x", "ibc/cw20:x"] {
            assert_eq!(cw20_token(bank), None, "{bank}");
        }
    }

    /// The standard's wording, by hand: a token knows no other.
    #[test]
    fn the_wire_is_the_standards() {
        let transfer = Cw20ExecuteMsg::Transfer { recipient: "a".into(), amount: Uint128::new(7) };
        let json = serde_json::to_string(&transfer).unwrap();
        assert_eq!(json, r#"{"transfer":{"recipient":"a","amount":"7"}}"#);
        let balance = serde_json::to_string(&Cw20QueryMsg::Balance { address: "a".into() }).unwrap();
        assert_eq!(balance, r#"{"balance":{"address":"a"}}"#);
        let received: Cw20ReceiveMsg =
            serde_json::from_str(r#"{"sender":"a","amount":"7","msg":"e30="}"#).unwrap();
        assert_eq!((received.amount.u128(), received.msg.as_slice()), (7, b"{}".as_slice()));
    }
}
