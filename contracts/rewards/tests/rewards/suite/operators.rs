//! Operators and the owner: bonds, proposals, swaps, and what is stored about them.

use attention_protocol::AccountId;
use attention_protocol::msg::{
    BondResponse, ConfigProposalResponse, ConfigResponse, ExecuteMsg, ProposeConfig, ProposedOperator,
    ProposedOperators, QueryMsg,
};
use attention_protocol::possession::Possession;
use cosmwasm_std::{Addr, Api, Binary, coins};
use cw_multi_test::AppResponse;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};

use super::{BOND, Suite, admin};

/// A key that no operator has at first.
pub fn spare_key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[100 + number; 32]).unwrap()
}

/// The bytes of a public key.
pub fn pubkey(key: &SigningKey) -> Binary {
    Binary::new(key.verifying_key().to_sec1_bytes().to_vec())
}

impl Suite {
    /// The configuration that reports on an epoch are made for.
    pub fn config_at(&self, epoch: u64) -> ConfigResponse {
        self.query(&QueryMsg::Config { epoch: Some(epoch) })
    }

    /// As if code with another RULES_VERSION had stored the first configuration's digest: the contract accepts reports that carry that
    /// one.
    pub fn store_other_rules(&mut self) {
        let contract = self.contract.clone();
        let rows = self.app.dump_wasm_raw(&contract);
        let (key, mut row) = rows.into_iter().find(|(key, _)| key[0] == 0x02).unwrap();
        row[0] ^= 1;
        self.app.contract_storage_mut(&contract).set(&key, &row);
    }

    pub fn config_proposal(&self) -> ConfigProposalResponse {
        self.query(&QueryMsg::ConfigProposal {})
    }

    /// A key's proof for an admin in the next configuration.
    pub fn possession(&self, key: &SigningKey, admin: &Addr) -> Binary {
        self.possession_in(key, admin, self.config_proposal().next_version)
    }

    /// The same in a given configuration.
    pub fn possession_in(&self, key: &SigningKey, admin: &Addr, config_version: u64) -> Binary {
        let canonical = self.app.api().addr_canonicalize(admin.as_str()).unwrap();
        let digest = Possession {
            deployment: &self.deployment(),
            config_version,
            admin: &AccountId::try_from(canonical.as_slice()).unwrap(),
            pubkey: &pubkey(key).as_slice().try_into().unwrap(),
        }
        .digest();
        let signature: Signature = key.sign_prehash(&digest).unwrap();
        Binary::new(signature.to_bytes().to_vec())
    }

    /// The operators as they are in the newest configuration, to be proposed again or changed.
    pub fn same_operators(&self) -> ProposedOperators {
        let config = self.config_at(u64::MAX);
        let same = |operator: attention_protocol::msg::OperatorInfo| ProposedOperator {
            name: operator.name,
            pubkey: operator.pubkey,
            admin: operator.admin,
            possession: None,
        };
        ProposedOperators {
            operators: config.operators.into_iter().map(same).collect(),
            faulty_max: config.faulty_max,
        }
    }

    /// An operator with a key whose possession it proves.
    pub fn new_operator(&self, name: &str, key: &SigningKey) -> ProposedOperator {
        let admin = self.user(name);
        ProposedOperator {
            name: name.into(),
            pubkey: pubkey(key),
            possession: Some(self.possession(key, &admin)),
            admin: admin.into_string(),
        }
    }

    pub fn propose(&mut self, operators: ProposedOperators) -> Result<AppResponse, String> {
        self.propose_config(ProposeConfig { operators: Some(operators), spec_hash: None })
    }

    pub fn propose_spec(&mut self, byte: u8) -> Result<AppResponse, String> {
        let spec_hash = Some(Binary::from([byte; 32]));
        self.propose_config(ProposeConfig { operators: None, spec_hash })
    }

    pub fn propose_config(&mut self, msg: ProposeConfig) -> Result<AppResponse, String> {
        let owner = self.owner.clone();
        self.execute(&owner, &ExecuteMsg::ProposeConfig(Box::new(msg)), &[])
    }

    pub fn accept_config(&mut self) -> Result<AppResponse, String> {
        let owner = self.owner.clone();
        self.execute(&owner, &ExecuteMsg::AcceptConfig {}, &[])
    }

    pub fn cancel_config(&mut self) -> Result<AppResponse, String> {
        let owner = self.owner.clone();
        self.execute(&owner, &ExecuteMsg::CancelConfig {}, &[])
    }

    /// An operator of the usual deployment swaps its signer.
    pub fn swap(&mut self, index: usize, key: &SigningKey) -> Result<AppResponse, String> {
        let possession = self.possession(key, &admin(index));
        self.swap_with(&admin(index), key, possession)
    }

    pub fn swap_with(
        &mut self,
        sender: &Addr,
        key: &SigningKey,
        possession: Binary,
    ) -> Result<AppResponse, String> {
        self.execute(sender, &ExecuteMsg::SwapSigner { pubkey: pubkey(key), possession }, &[])
    }

    pub fn post_bond(&mut self, admin: &Addr, amount: u128) -> Result<AppResponse, String> {
        self.mint(admin, amount, BOND);
        self.execute(admin, &ExecuteMsg::PostBond {}, &coins(amount, BOND))
    }

    pub fn unbond(&mut self, admin: &Addr, amount: u128) -> Result<AppResponse, String> {
        self.execute(admin, &ExecuteMsg::Unbond { amount: amount.into() }, &[])
    }

    pub fn withdraw_bond(&mut self, admin: &Addr) -> Result<AppResponse, String> {
        self.execute(admin, &ExecuteMsg::WithdrawBond {}, &[])
    }

    pub fn bond(&self, admin: &Addr) -> BondResponse {
        self.query(&QueryMsg::Bond { admin: admin.to_string() })
    }

    /// Suspends an operator of the usual deployment as a conviction does: in the rows of its bond and of the configurations
    /// whose first epochs (below 0xf8) are given.
    pub fn suspend(&mut self, index: usize, first_epochs: &[u8]) {
        let contract = self.contract.clone();
        let mut storage = self.app.contract_storage_mut(&contract);
        let bond = [&[0x40], admin(index).as_bytes()].concat();
        let mut row = storage.get(&bond).unwrap_or_else(|| vec![0; 4]);
        *row.last_mut().unwrap() = 1;
        storage.set(&bond, &row);
        for first in first_epochs {
            let key = [0x02, *first];
            let mut row = storage.get(&key).unwrap();
            row[35] |= 1 << index;
            storage.set(&key, &row);
        }
    }
}
