//! Migration: the same contract, no older version, the same state.

use attention_protocol::RULES_VERSION;
use attention_protocol::msg::{MigrateMsg, ReportStatus};
use attention_rewards::ContractError;
use attention_rewards::contract::{CONTRACT_NAME, CONTRACT_VERSION};
use cosmwasm_std::Addr;
use cw_multi_test::Executor;

use crate::suite::{NewCampaign, Suite, assert_refused};

const NOTHING: MigrateMsg = MigrateMsg { security: None, admins: None };

fn migrate(suite: &mut Suite, sender: &Addr) -> Result<(), String> {
    let (contract, code_id) = (suite.contract.clone(), suite.code_id());
    let result = suite.app.migrate_contract(sender.clone(), contract, &NOTHING, code_id);
    result.map(|_| ()).map_err(|error| format!("\n{error}"))
}

fn set_version(suite: &mut Suite, name: &str, version: &str) {
    let contract = suite.contract.clone();
    let mut storage = suite.app.contract_storage_mut(&contract);
    cw2::set_contract_version(storage.as_mut(), name, version).unwrap();
}

#[test]
fn the_same_version_migrates_and_keeps_its_state() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    let owner = suite.owner.clone();
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    migrate(&mut suite, &owner).unwrap();
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored);
    suite.check_conservation();
}

#[test]
fn another_contract_and_a_newer_version_are_refused() {
    let mut suite = Suite::new();
    let owner = suite.owner.clone();
    let found = "crates.io:cw20-base".to_string();
    set_version(&mut suite, &found, "0.0.1");
    assert_refused(
        migrate(&mut suite, &owner),
        ContractError::WrongContract { found, expected: CONTRACT_NAME },
    );
    for found in ["0.2.1", "0.3.0", "1.0.0", "0.10.0"] {
        set_version(&mut suite, CONTRACT_NAME, found);
        let expected = ContractError::Downgrade { found: found.into(), new: CONTRACT_VERSION };
        assert_refused(migrate(&mut suite, &owner), expected);
    }
    for found in ["0.0.9", "0.1.1"] {
        set_version(&mut suite, CONTRACT_NAME, found);
        assert_refused(migrate(&mut suite, &owner), ContractError::UnknownVersion { found: found.into() });
    }
    set_version(&mut suite, CONTRACT_NAME, "latest");
    assert!(migrate(&mut suite, &owner).unwrap_err().contains("major.minor.patch"));
}

fn made_by_other_rules() -> Suite {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.store_other_rules();
    suite
}

#[test]
fn rules_do_not_change_under_a_report_that_can_be_disputed() {
    let mut suite = made_by_other_rules();
    let owner = suite.owner.clone();
    // Nothing is pending before the first report, nor once it is void.
    migrate(&mut suite, &owner).unwrap();
    suite.pend(0);
    let refused = |suite: &mut Suite| {
        let ends_at_s = suite.report(0).ends_at_s.unwrap();
        let stored = suite.app.dump_wasm_raw(&suite.contract);
        let expected = ContractError::RulesChange { epoch: 0, rules_version: RULES_VERSION, ends_at_s };
        assert_refused(migrate(suite, &suite.owner.clone()), expected);
        assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored, "a refused migration changes nothing");
    };
    refused(&mut suite);
    suite.void(0, 0).unwrap();
    migrate(&mut suite, &owner).unwrap();
    // Challenged and past its window it can still fall.
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    suite.challenge(0, 1).unwrap();
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Challenged);
    refused(&mut suite);
    suite.decide(0, 1, true).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    migrate(&mut suite, &owner).unwrap();
}

/// Between two builds of the same rules a pending report is no obstacle.
#[test]
fn the_same_rules_migrate_under_a_pending_report() {
    let mut suite = Suite::new();
    suite.pend(0);
    let owner = suite.owner.clone();
    migrate(&mut suite, &owner).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Pending);
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
}
