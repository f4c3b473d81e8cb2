//! Migration: the same contract, no older version, the same state.

use attention_gifts::ContractError;
use attention_gifts::contract::{CONTRACT_NAME, CONTRACT_VERSION};
use attention_protocol::gift::MigrateMsg;
use cosmwasm_std::Addr;
use cw_multi_test::Executor;

use crate::bed::{Bed, assert_refused};

fn migrate(bed: &mut Bed, sender: &Addr) -> Result<(), String> {
    let (contract, code_id) = (bed.gifts.clone(), bed.code_id);
    let result = bed.chain.app.migrate_contract(sender.clone(), contract, &MigrateMsg {}, code_id);
    result.map(|_| ()).map_err(|error| format!("\n{error}"))
}

fn set_version(bed: &mut Bed, name: &str, version: &str) {
    let contract = bed.gifts.clone();
    let mut storage = bed.chain.app.contract_storage_mut(&contract);
    cw2::set_contract_version(storage.as_mut(), name, version).unwrap();
}

#[test]
fn the_same_and_an_older_version_migrate_and_keep_their_state() {
    let mut bed = Bed::new();
    bed.hand_out(&["a"]);
    let owner = bed.chain.owner.clone();
    let stored = bed.chain.app.dump_wasm_raw(&bed.gifts);
    migrate(&mut bed, &owner).unwrap();
    set_version(&mut bed, CONTRACT_NAME, "0.0.9");
    migrate(&mut bed, &owner).unwrap();
    assert_eq!(bed.chain.app.dump_wasm_raw(&bed.gifts), stored);
}

#[test]
fn another_contract_and_a_newer_version_are_refused() {
    let mut bed = Bed::new();
    let owner = bed.chain.owner.clone();
    let found = "crates.io:attention-rewards".to_string();
    set_version(&mut bed, &found, "0.0.1");
    assert_refused(
        migrate(&mut bed, &owner),
        ContractError::WrongContract { found, expected: CONTRACT_NAME },
    );
    for found in ["0.2.1", "0.3.0", "1.0.0", "0.10.0"] {
        set_version(&mut bed, CONTRACT_NAME, found);
        let expected = ContractError::Downgrade { found: found.into(), new: CONTRACT_VERSION };
        assert_refused(migrate(&mut bed, &owner), expected);
    }
    set_version(&mut bed, CONTRACT_NAME, "latest");
    let expected = ContractError::Invalid {
        field: "the stored version",
        value: "latest".into(),
        requirement: "major.minor.patch",
    };
    assert_refused(migrate(&mut bed, &owner), expected);
}
