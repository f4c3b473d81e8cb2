//! Collections and tokens.

use attention_protocol::gift::Cw721HookMsg;
use cosmwasm_std::{Addr, Empty, to_json_binary};
use cw_multi_test::{AppResponse, Executor};

use super::Bed;
use crate::collection::{ExecuteMsg, InstantiateMsg, Mode, QueryMsg, Token, code};

impl Bed {
    /// A collection that the gifts contract may mint; made by the sponsor.
    pub fn collection(&mut self) -> Addr {
        let (sponsor, gifts) = (self.sponsor.clone(), self.gifts.clone());
        self.collection_of(&sponsor, &gifts, None)
    }

    pub fn collection_of(&mut self, creator: &Addr, minter: &Addr, admin: Option<&Addr>) -> Addr {
        let code_id = self.chain.app.store_code(code());
        let msg = InstantiateMsg { minter: minter.to_string() };
        let admin = admin.map(Addr::to_string);
        self.chain.app.instantiate_contract(code_id, creator.clone(), &msg, &[], "items", admin).unwrap()
    }

    /// Sends a message to a collection.
    pub fn tell(
        &mut self,
        sender: &Addr,
        collection: &Addr,
        msg: &ExecuteMsg,
    ) -> Result<AppResponse, String> {
        let result = self.chain.app.execute_contract(sender.clone(), collection.clone(), msg, &[]);
        result.map_err(|error| error.to_string())
    }

    pub fn set_mode(&mut self, collection: &Addr, mode: Mode) {
        let anyone = self.user("anyone");
        self.tell(&anyone, collection, &ExecuteMsg::SetMode { mode }).unwrap();
    }

    /// Mints a token to its owner in a collection whose minter is the sponsor.
    pub fn mint_to(&mut self, collection: &Addr, owner: &Addr, token_id: &str) {
        let sponsor = self.sponsor.clone();
        let msg = ExecuteMsg::Mint {
            token_id: token_id.into(),
            owner: owner.to_string(),
            token_uri: None,
            extension: Empty {},
        };
        self.tell(&sponsor, collection, &msg).unwrap();
    }

    /// Sends a token to be handed out.
    pub fn deposit(
        &mut self,
        sender: &Addr,
        collection: &Addr,
        token_id: &str,
        gift: u64,
    ) -> Result<AppResponse, String> {
        let msg = to_json_binary(&Cw721HookMsg::Deposit { gift }).unwrap();
        let contract = self.gifts.to_string();
        self.tell(sender, collection, &ExecuteMsg::SendNft { contract, token_id: token_id.into(), msg })
    }

    /// A gift that hands these tokens out, deposited.
    pub fn hand_out(&mut self, token_ids: &[&str]) -> (u64, Addr) {
        let sponsor = self.sponsor.clone();
        let collection = self.collection_of(&sponsor, &sponsor, None);
        let gift = self.create_gift(self.handed_out(&collection));
        for token_id in token_ids {
            self.mint_to(&collection, &sponsor, token_id);
            self.deposit(&sponsor, &collection, token_id, gift).unwrap();
        }
        (gift, collection)
    }

    pub fn token(&self, collection: &Addr, token_id: &str) -> Option<Token> {
        let query = QueryMsg::Token { token_id: token_id.into() };
        self.chain.app.wrap().query_wasm_smart(collection, &query).unwrap()
    }

    /// Who owns a token; nobody if it does not exist.
    pub fn owner_of(&self, collection: &Addr, token_id: &str) -> Option<Addr> {
        self.token(collection, token_id).map(|token| Addr::unchecked(token.owner))
    }
}
