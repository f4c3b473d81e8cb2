//! Anyone may have a part of a pending report shown, for a bond that grows with the demands that are open.

use attention_protocol::ProtocolError;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::{FraudError, Target};
use attention_protocol::msg::{DemandStatus, DemandsResponse, ExecuteMsg, QueryMsg, ReportStatus};
use attention_rewards::{ContractError, DisputeError};
use cosmwasm_std::{Binary, coins};

use crate::suite::{BOND, DEMAND_BOND, Suite, assert_refused, commitment_key, dispute_event};

/// A pending report that says it has 300 assets.
fn with_assets() -> Suite {
    let mut suite = Suite::new();
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 1 << 100, BOND);
    suite.close(0);
    let mut draft = suite.draft(0);
    (draft.body.assets_root, draft.body.asset_count) = ([1; 32], 300);
    suite.submit(&draft).unwrap();
    suite
}

const COMMITMENT: Target = Target::Commitment { index: 0 };

#[test]
fn a_demand_keeps_the_report_from_becoming_final() {
    let (mut suite, _) = Suite::with_pending();
    let response = suite.demand(0, 0, COMMITMENT).unwrap();
    let (now_s, height) = (suite.now_s(), suite.app.block_info().height);
    let event = DisputeEvent::OpeningDemanded {
        epoch: 0,
        revision: 0,
        target: "000000000000000000".into(),
        demander: suite.user("anyone").to_string(),
        bond: DEMAND_BOND,
        deadline_s: now_s + 100,
    };
    assert_eq!(dispute_event(&response, "opening_demanded"), Event::Dispute(event));
    let [demand] = suite.demands_of(0, 0).try_into().unwrap();
    assert_eq!(demand.target, Binary::from(commitment_key(0)));
    assert_eq!((demand.deadline_s, demand.deadline_height), (now_s + 100, height + 6));
    assert_eq!((demand.status, demand.bond.u128()), (DemandStatus::Open, DEMAND_BOND));
    assert_eq!(suite.report(0).open_demands, 1);
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Pending);
}

#[test]
fn a_target_is_demanded_once_a_revision() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, COMMITMENT).unwrap();
    let again = DisputeError::AlreadyDemanded { epoch: 0, revision: 0 };
    assert_refused(suite.demand(0, 0, COMMITMENT), again.clone());
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), COMMITMENT, answer).unwrap();
    assert_refused(suite.demand(0, 0, COMMITMENT), again);
    suite.void(0, 0).unwrap();
    suite.resubmit(&draft);
    suite.demand(0, 1, COMMITMENT).unwrap();
}

#[test]
fn only_what_the_report_has() {
    let (mut suite, _) = Suite::with_pending();
    let beyond = |position, leaf_count| {
        DisputeError::Fraud(FraudError::Protocol(ProtocolError::Position { position, leaf_count }))
    };
    assert_refused(suite.demand(0, 0, Target::Commitment { index: 1 }), beyond(1, 1));
    assert_refused(suite.demand(0, 0, Target::Asset { index: 0 }), beyond(0, 0));
}

#[test]
fn only_while_the_window_is_open() {
    let (mut suite, _) = Suite::with_pending();
    let not = |revision| DisputeError::NotPending { epoch: 0, revision };
    assert_refused(suite.demand(0, 1, COMMITMENT), not(1));
    let ends_at_s = suite.now_s() + 300;
    suite.challenge(0, 0).unwrap();
    suite.go_to(ends_at_s);
    assert_refused(suite.demand(0, 0, COMMITMENT), DisputeError::WindowOver { epoch: 0, ends_at_s });

    let (mut suite, _) = Suite::with_pending();
    suite.finalise();
    assert_refused(suite.demand(0, 0, COMMITMENT), not(0));

    // Blocks are missing: the chain stood still, and demands are still taken.
    let (mut suite, _) = Suite::with_pending();
    suite.set_time(suite.now_s() + 300);
    suite.demand(0, 0, COMMITMENT).unwrap();
}

/// The bond doubles with every 16 that are open; there are at most 256.
#[test]
fn the_bond_grows_and_the_number_is_bounded() {
    let mut suite = with_assets();
    let anyone = suite.user("anyone");
    for index in 0..256u32 {
        let bond = DEMAND_BOND << (index / 16);
        let msg = ExecuteMsg::DemandOpen { epoch: 0, revision: 0, target: Target::Asset { index } };
        if index % 16 == 0 {
            for given in [bond - 1, bond + 1] {
                let refused = suite.app.execute_contract_raw(&anyone, &suite.contract, &msg, given);
                let expected = DisputeError::WrongBond {
                    expected: bond,
                    denom: BOND.into(),
                    given: given.to_string(),
                    given_denom: BOND.into(),
                };
                assert_refused(refused, expected);
            }
        }
        suite.app.execute_contract_raw(&anyone, &suite.contract, &msg, bond).unwrap();
    }
    let too_many = DisputeError::TooManyDemands { max: 256 };
    assert_refused(suite.demand(0, 0, Target::Asset { index: 256 }), too_many);
    assert_eq!(suite.report(0).open_demands, 256);
    // 16 · (100 + 200 + … + 100·2^15)
    assert_eq!(suite.booked_bonds(), 16 * 100 * 65_535);
    suite.check_conservation();
    // A void costs the same however many are open; each bond goes back on its own.
    suite.void(0, 0).unwrap();
    let key = |index: u8| [2, 0, 0, 0, index, 0, 0, 0, 0];
    suite.reclaim(0, 0, key(255)).unwrap();
    assert_eq!(suite.owed_bond(&anyone), 100 << 15);
}

#[test]
fn pages_of_demands() {
    let mut suite = with_assets();
    for index in [7, 3, 200, 4] {
        suite.demand(0, 0, Target::Asset { index }).unwrap();
    }
    let page = |start_after: Option<[u8; 9]>, limit| {
        let start_after = start_after.map(Binary::from);
        let msg = QueryMsg::Demands { epoch: 0, revision: 0, start_after, limit: Some(limit) };
        let demands = suite.query::<DemandsResponse>(&msg).demands;
        demands.iter().map(|demand| demand.target.as_slice()[4]).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 3), [3, 4, 7]);
    assert_eq!(page(Some([2, 0, 0, 0, 4, 0, 0, 0, 0]), 10), [7, 200]);
    let start_after = Some(Binary::from([1; 8]));
    let msg = QueryMsg::Demands { epoch: 0, revision: 0, start_after, limit: None };
    let expected = ContractError::Invalid {
        field: "start_after",
        value: Binary::from([1; 8]).to_string(),
        requirement: "9 bytes in base64",
    };
    assert!(suite.query_error(&msg).contains(&expected.to_string()));
}

/// Sends without the check of all books after each message: 256 of them would take long.
trait Raw {
    fn execute_contract_raw(
        &mut self,
        sender: &cosmwasm_std::Addr,
        contract: &cosmwasm_std::Addr,
        msg: &ExecuteMsg,
        bond: u128,
    ) -> Result<cw_multi_test::AppResponse, String>;
}

impl Raw for cw_multi_test::App {
    fn execute_contract_raw(
        &mut self,
        sender: &cosmwasm_std::Addr,
        contract: &cosmwasm_std::Addr,
        msg: &ExecuteMsg,
        bond: u128,
    ) -> Result<cw_multi_test::AppResponse, String> {
        use cw_multi_test::Executor;
        let sent = self.execute_contract(sender.clone(), contract.clone(), msg, &coins(bond, BOND));
        sent.map_err(|error| error.to_string())
    }
}
