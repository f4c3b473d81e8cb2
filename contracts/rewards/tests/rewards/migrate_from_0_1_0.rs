//! Migration from version 0.1.0, on the raw state of a deployment in full life: campaigns that run, ended, were stopped, were paid
//! in part; epochs final, missed and pending; a commitment settled, rejected and waiting; a pause, a proposed owner.
//!
//! The fixture also holds what the old code answered, and what it answered after the messages that followed: the migrated
//! contract has to answer the same after the same messages.

use attention_protocol::msg::{
    ConfigResponse, ExecuteMsg, MigrateMsg, ParticipationResponse, QueryMsg, ReportStatus, Security,
};
use attention_rewards::ContractError;
use attention_rewards::contract::{CONTRACT_NAME, CONTRACT_VERSION};
use cosmwasm_std::{Addr, HexBinary, Uint128};
use cw_multi_test::Executor;
use serde::Deserialize;
use serde_json::Value;

use crate::suite::{ATT, Suite, USD, admin, assert_refused, spare_key};

#[derive(Deserialize)]
struct Fixture {
    chain_id: String,
    contract: Addr,
    owner: Addr,
    time_s: u64,
    height: u64,
    balances: std::collections::BTreeMap<String, Uint128>,
    raw: Vec<(HexBinary, HexBinary)>,
    answers: Vec<Answer>,
    later: Vec<Later>,
    later_answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    query: QueryMsg,
    /// Nothing if the query was refused.
    answer: Option<Value>,
}

#[derive(Deserialize)]
struct Later {
    time_s: u64,
    height: u64,
    sender: Addr,
    msg: ExecuteMsg,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/0.1.0.json")).unwrap()
}

/// A chain on which the old deployment lives, at the moment it was recorded, with the new code stored.
fn load(fixture: &Fixture) -> Suite {
    let mut suite = Suite::new();
    assert_eq!((&suite.contract, &suite.owner), (&fixture.contract, &fixture.owner));
    assert_eq!(suite.app.block_info().chain_id, fixture.chain_id);
    let contract = suite.contract.clone();
    let fresh = suite.app.dump_wasm_raw(&contract);
    let mut storage = suite.app.contract_storage_mut(&contract);
    fresh.iter().for_each(|(key, _)| storage.remove(key));
    fixture.raw.iter().for_each(|(key, value)| storage.set(key, value));
    drop(storage);
    for (denom, amount) in &fixture.balances {
        suite.mint(&contract, amount.u128(), denom);
    }
    go_to(&mut suite, fixture.time_s, fixture.height);
    suite.campaigns = (1..=5).map(|id| (id, if id == 2 { USD } else { ATT }.to_string())).collect();
    suite
}

fn go_to(suite: &mut Suite, time_s: u64, height: u64) {
    suite.set_time(time_s);
    suite.app.update_block(|block| block.height = height);
}

fn msg() -> MigrateMsg {
    let fresh = Suite::new();
    let security: Security = fresh.config_at(0).security;
    let admins = [0, 1, 2, 3].map(|index| admin(index).to_string()).to_vec();
    MigrateMsg { security: Some(security), admins: Some(admins) }
}

fn migrate(suite: &mut Suite, msg: &MigrateMsg) -> Result<(), String> {
    let (owner, contract, code_id) = (suite.owner.clone(), suite.contract.clone(), suite.code_id());
    let result = suite.app.migrate_contract(owner, contract, msg, code_id);
    let result = result.map(|_| ()).map_err(|error| format!("\n{error}"));
    if result.is_ok() {
        suite.find_campaigns();
    }
    result
}

/// Everything in `old` stands in `new`, which may have more fields.
fn is_part(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|new| is_part(value, new)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_part(old, new))
        }
        _ => old == new,
    }
}

fn check(suite: &Suite, answers: &[Answer]) {
    assert!(answers.iter().filter(|answer| answer.answer.is_some()).count() >= 100);
    for Answer { query, answer } in answers {
        let new = suite.app.wrap().query_wasm_smart::<Value>(&suite.contract, query);
        match (answer, new) {
            (Some(old), Ok(new)) => assert!(is_part(old, &new), "{query:?}\nold: {old}\nnew: {new}"),
            (None, Err(_)) => {}
            (old, new) => panic!("{query:?}\nold: {old:?}\nnew: {new:?}"),
        }
    }
}

#[test]
fn every_old_answer_is_the_same() {
    let fixture = fixture();
    let mut suite = load(&fixture);
    migrate(&mut suite, &msg()).unwrap();
    check(&suite, &fixture.answers);
    suite.check_conservation();
    let version = cw2::get_contract_version(suite.app.contract_storage(&suite.contract).as_ref()).unwrap();
    assert_eq!((version.contract.as_str(), version.version.as_str()), (CONTRACT_NAME, CONTRACT_VERSION));
}

/// The check above does see a difference.
#[test]
fn a_part_is_not_something_else() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let old = json(r#"{"a":[{"b":1}],"c":null}"#);
    assert!(is_part(&old, &json(r#"{"a":[{"b":1,"n":2}],"c":null,"d":3}"#)));
    for other in [r#"{"a":[{"b":2}],"c":null}"#, r#"{"a":[{"b":1}]}"#, r#"{"a":[{"b":1},{}],"c":null}"#] {
        assert!(!is_part(&old, &json(other)), "{other}");
    }
}

#[test]
fn settling_claiming_reporting_and_refunding_go_on_as_they_would_have() {
    let fixture = fixture();
    let mut suite = load(&fixture);
    migrate(&mut suite, &msg()).unwrap();
    assert!(fixture.later.len() >= 14);
    for Later { time_s, height, sender, msg } in &fixture.later {
        go_to(&mut suite, *time_s, *height);
        suite.execute(sender, msg, &[]).unwrap();
    }
    check(&suite, &fixture.later_answers);
}

#[test]
fn what_the_old_version_did_not_have_is_there() {
    let mut suite = load(&fixture());
    let given = msg();
    migrate(&mut suite, &given).unwrap();
    let config: ConfigResponse = suite.query(&QueryMsg::Config { epoch: Some(0) });
    let admins: Vec<_> = config.operators.iter().map(|operator| operator.admin.clone()).collect();
    assert_eq!(Some(admins), given.admins);
    assert_eq!(Some(config.security), given.security);
    assert_eq!((config.config_version, config.suspended.len()), (1, 0));
    assert_eq!((config.limits.operator_fee_ppm, config.limits.price_change_max_ppm), (0, 1_000_000));
    assert_eq!(
        config.limits.denoms.iter().map(|policy| policy.denom.as_str()).collect::<Vec<_>>(),
        [ATT, USD]
    );
    // Bonds, swaps and counts work on the old operators and reports.
    suite.post_bond(&admin(1), 10).unwrap();
    suite.swap(1, &spare_key(0)).unwrap();
    assert_eq!(suite.config_at(u64::MAX).config_version, 2);
    let anyone = suite.user("anyone");
    suite.execute(&anyone, &ExecuteMsg::CountParticipation {}, &[]).unwrap();
    let participation: ParticipationResponse = suite.query(&QueryMsg::Participation {});
    let pairs: Vec<_> = participation.operators.iter().map(|o| (o.reports, o.signed)).collect();
    assert_eq!((participation.next_epoch, pairs), (5, vec![(2, 2), (2, 2), (2, 0), (2, 2)]));
}

/// The report that was pending is final by time alone, or is voided and made again, as one of this version.
#[test]
fn the_pending_report_goes_on_where_it_stood() {
    for waits_s in [0, 299, 300, 5_000] {
        let mut suite = load(&fixture());
        suite.wait(waits_s);
        migrate(&mut suite, &msg()).unwrap();
        let body = suite.report(5).body.unwrap();
        if waits_s >= 300 {
            assert_eq!(suite.report_status(5), ReportStatus::Final);
            assert!(suite.void(5, 0).is_err());
            continue;
        }
        assert_eq!(suite.report_status(5), ReportStatus::Pending);
        let before = suite.report(2).digest;
        suite.void(5, 0).unwrap();
        let status = suite.epoch_status();
        assert_eq!((status.open_epoch, status.revision, &status.prev_digest), (5, 1, &before));
        suite.unpause();
        let mut again = suite.draft(5);
        again.body = attention_protocol::ReportBody::unpack(&body).unwrap();
        again.body.revision = 1;
        suite.submit(&again).unwrap();
        suite.finalise();
        assert_eq!(suite.report_status(5), ReportStatus::Final);
    }
}

#[test]
fn what_is_missing_is_asked_for_and_checked() {
    let mut suite = load(&fixture());
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    let missing = |field| ContractError::Invalid {
        field,
        value: "absent".into(),
        requirement: "given when migrating from 0.1.0",
    };
    assert_refused(migrate(&mut suite, &MigrateMsg { security: None, ..msg() }), missing("security"));
    assert_refused(migrate(&mut suite, &MigrateMsg { admins: None, ..msg() }), missing("admins"));
    let admins = |count: usize| (0..count).map(|index| admin(index).to_string()).collect::<Vec<_>>();
    for count in [3, 5] {
        let few = MigrateMsg { admins: Some(admins(count)), ..msg() };
        let requirement = "one for each operator";
        let field = "the number of admins";
        let expected = ContractError::Invalid { field, value: count.to_string(), requirement };
        assert_refused(migrate(&mut suite, &few), expected);
    }
    let twice = MigrateMsg { admins: Some([admins(3), admins(1)].concat()), ..msg() };
    let value = admin(0).to_string();
    let requirement = "different from the others";
    let expected = ContractError::Invalid { field: "operators.admin", value, requirement };
    assert_refused(migrate(&mut suite, &twice), expected);
    let mut bad = msg();
    bad.security.as_mut().unwrap().slash_ppm = 0;
    let (field, value, requirement) = ("security.slash_ppm", "0".into(), "1 to 1000000");
    assert_refused(migrate(&mut suite, &bad), ContractError::Invalid { field, value, requirement });
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored, "a refused migration changes nothing");
}

#[test]
fn a_second_migration_takes_nothing_more() {
    let mut suite = load(&fixture());
    migrate(&mut suite, &msg()).unwrap();
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    let given = |field| ContractError::Invalid {
        field,
        value: "given".into(),
        requirement: "absent: only 0.1.0 did not have it",
    };
    assert_refused(migrate(&mut suite, &msg()), given("security"));
    assert_refused(migrate(&mut suite, &MigrateMsg { security: None, ..msg() }), given("admins"));
    migrate(&mut suite, &MigrateMsg { security: None, admins: None }).unwrap();
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored);
}

/// No row of the old layout is left: what the migration takes, it takes away.
#[test]
fn no_old_row_is_left() {
    let fixture = fixture();
    let mut suite = load(&fixture);
    migrate(&mut suite, &msg()).unwrap();
    let storage = suite.app.contract_storage(&suite.contract);
    let mut old: Vec<Vec<u8>> = [0x02u8, 0x03, 0x07, 0x11].map(|tag| vec![tag]).to_vec();
    old.extend([ATT, USD].map(|denom| [&[0x04], denom.as_bytes()].concat()));
    for key in old {
        assert!(fixture.raw.iter().any(|(stored, _)| stored.as_slice() == key), "{key:?} stood there");
        assert_eq!(storage.get(&key), None, "{key:?}");
    }
}
