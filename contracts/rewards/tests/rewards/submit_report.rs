//! Reports: k of n over this configuration, one at a time, in time. Holds I12.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, ReportStatus};
use attention_protocol::quorum::QuorumError;
use attention_protocol::{Hash, ProtocolError, ReportBody, ZERO_HASH};
use attention_rewards::ContractError;
use cosmwasm_std::{Binary, HexBinary};
use k256::ecdsa::{Signature, SigningKey};

use crate::suite::{Draft, NewCampaign, Setup, Suite, assert_refused, clock, sign_with};

fn hex(hash: &Hash) -> String {
    HexBinary::from(hash).to_hex()
}

/// A deployment at the end of epoch 0, and an empty report on it.
fn at_the_end_of_epoch_0() -> (Suite, Draft) {
    let mut suite = Suite::new();
    suite.close(0);
    let draft = suite.draft(0);
    (suite, draft)
}

fn refused_body(change: impl FnOnce(&mut ReportBody), expected: impl Into<ContractError>) {
    let (mut suite, mut draft) = at_the_end_of_epoch_0();
    change(&mut draft.body);
    assert_refused(suite.submit(&draft), expected);
    assert_eq!(suite.report_status(0), ReportStatus::Open);
}

#[test]
fn a_report_is_pending_and_then_final() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    let response = suite.submit(&draft).unwrap();
    let ends_at_s = suite.now_s() + 300;
    let digest = draft.body.digest();
    let expected =
        Event::ReportSubmitted { epoch: 0, revision: 0, digest: hex(&digest), signers: 0b1011, ends_at_s };
    let event = response.events.iter().find(|event| event.ty == "wasm-report_submitted").unwrap();
    let attribute = |key: &str| event.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str());
    assert_eq!(Event::parse(&event.ty, attribute), Some(expected));

    let report = suite.report(0);
    assert_eq!(report.status, ReportStatus::Pending);
    assert_eq!(report.body, Some(Binary::new(draft.body.pack())));
    assert_eq!(report.digest, Some(Binary::from(digest)));
    assert_eq!(report.signers, [0, 1, 3]);
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    assert_eq!(suite.epoch_status().prev_digest, Some(Binary::from(digest)));
}

/// B11: a halted chain does not eat the dispute window.
#[test]
fn final_needs_the_time_and_the_blocks() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.submit(&draft).unwrap();
    let ends_at_s = suite.now_s() + 300;
    suite.set_time(ends_at_s);
    suite.make_blocks(5);
    assert_eq!(suite.report_status(0), ReportStatus::Pending, "time without blocks");
    suite.make_blocks(1);
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    suite.set_time(ends_at_s - 1);
    assert_eq!(suite.report_status(0), ReportStatus::Pending, "blocks without time");
}

/// F10: t = window_end belongs to the next epoch, and a report is accepted from that second on.
#[test]
fn a_window_has_to_end_first() {
    let mut suite = Suite::new();
    let window_end_s = clock().window_end_s(0).unwrap();
    suite.go_to(window_end_s - 1);
    let draft = suite.draft(0);
    let expected = ContractError::WindowOpen { epoch: 0, window_end_s, now_s: window_end_s - 1 };
    assert_refused(suite.submit(&draft), expected);
    suite.go_to(window_end_s);
    suite.submit(&draft).unwrap();
}

#[test]
fn a_report_is_accepted_at_its_due_time_and_not_after() {
    let due_s = clock().due_s(None, 0).unwrap();
    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.go_to(due_s);
    suite.submit(&draft).unwrap();

    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.go_to(due_s + 1);
    assert_refused(suite.submit(&draft), ContractError::PastDue { epoch: 0, open: 1 });
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
}

#[test]
fn an_epoch_behind_a_missed_one_is_open() {
    let mut suite = Suite::new();
    suite.close(1);
    let early = suite.draft(2);
    assert_refused(suite.submit(&early), ContractError::EpochNotOpen { epoch: 2, open: 1 });
    let draft = suite.draft(1);
    suite.submit(&draft).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
    let late = suite.draft(0);
    suite.finalise();
    assert_refused(suite.submit(&late), ContractError::PastDue { epoch: 0, open: 2 });
}

#[test]
fn one_report_at_a_time() {
    let mut suite = Suite::new();
    suite.go_to(clock().due_s(None, 0).unwrap());
    let first = suite.draft(0);
    suite.submit(&first).unwrap();
    let (ends_at_s, ends_height) = (suite.now_s() + 300, suite.app.block_info().height + 6);
    let second = suite.draft(1);
    let pending = ContractError::PreviousPending { epoch: 0, ends_at_s, ends_height };
    suite.set_time(ends_at_s - 1);
    assert_refused(suite.submit(&second), pending);
    suite.close(1);
    let second = suite.draft(1);
    assert_eq!(second.body.prev_digest, first.body.digest());
    suite.submit(&second).unwrap();
}

/// The epoch after a report is past due only once the chain has also made blocks.
#[test]
fn a_halt_of_the_chain_misses_no_epoch() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.submit(&draft).unwrap();
    suite.make_blocks(6);
    suite.set_time(clock().window_end_s(5).unwrap());
    let next = suite.draft(1);
    suite.make_blocks(6);
    suite.submit(&next).unwrap();

    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.submit(&draft).unwrap();
    suite.make_blocks(13);
    suite.set_time(clock().window_end_s(5).unwrap());
    let next = suite.draft(1);
    assert!(suite.submit(&next).unwrap_err().contains("epoch 1 is over without a report"));
}

/// D4: the same report again is fine, at any time, and writes nothing.
#[test]
fn the_same_report_again_changes_nothing() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.submit(&draft).unwrap();
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    let again = suite.submit_signed(&draft, vec![]).unwrap();
    assert!(again.events.iter().any(|event| event.ty == "wasm-report_repeated"));
    suite.finalise();
    suite.close(3);
    suite.submit(&draft).unwrap();
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored);
}

#[test]
fn another_report_on_the_epoch_is_refused() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    suite.submit(&draft).unwrap();
    let mut other = draft.clone();
    other.body.model_hash = [99; 32];
    assert_refused(suite.submit(&other), ContractError::EpochTaken { epoch: 0, revision: 0 });
    other.body.revision = 1;
    let future = ContractError::FutureRevision { epoch: 0, revision: 1, expected: 0 };
    assert_refused(suite.submit(&other), future);
    suite.finalise();
    other.body.revision = 0;
    assert_refused(suite.submit(&other), ContractError::EpochTaken { epoch: 0, revision: 0 });
}

#[test]
fn the_first_revision_is_zero() {
    let expected = ContractError::FutureRevision { epoch: 0, revision: 1, expected: 0 };
    refused_body(|body| body.revision = 1, expected);
}

#[test]
fn the_body_fits_the_configuration_and_the_history() {
    let (suite, draft) = at_the_end_of_epoch_0();
    let expected = hex(&draft.body.config_digest);
    drop(suite);
    let config = ContractError::ConfigMismatch { given: hex(&[5; 32]), expected };
    refused_body(|body| body.config_digest = [5; 32], config);
    let history = ContractError::HistoryMismatch { given: hex(&[5; 32]), expected: hex(&ZERO_HASH) };
    refused_body(|body| body.prev_digest = [5; 32], history);
}

/// D5: the second report names the first.
#[test]
fn a_report_follows_the_newest_final_one() {
    let (mut suite, first) = at_the_end_of_epoch_0();
    suite.submit(&first).unwrap();
    suite.close(1);
    let mut second = suite.draft(1);
    second.body.prev_digest = ZERO_HASH;
    let expected =
        ContractError::HistoryMismatch { given: hex(&ZERO_HASH), expected: hex(&first.body.digest()) };
    assert_refused(suite.submit(&second), expected);
}

#[test]
fn an_empty_tree_and_a_count_of_zero_go_together() {
    let count = |tree, count| ContractError::RootCount { tree, count };
    refused_body(|body| body.campaign_count = 1, count("campaigns", 1));
    refused_body(|body| body.campaigns_root = [1; 32], count("campaigns", 0));
    refused_body(|body| body.asset_count = 2, count("assets", 2));
    refused_body(|body| body.assets_root = [1; 32], count("assets", 0));
}

#[test]
fn a_body_of_another_length_is_refused() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    let mut bytes = draft.body.pack();
    bytes.push(0);
    let msg = ExecuteMsg::SubmitReport { body: Binary::new(bytes), signatures: vec![] };
    let anyone = suite.user("anyone");
    let expected = ProtocolError::Length { what: "report body", expected: 244, actual: 245 };
    assert_refused(suite.execute(&anyone, &msg, &[]), expected);
}

#[test]
fn k_different_operators_have_to_sign() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    let mut attempt = |indices: &[u8], expected: QuorumError| {
        let signatures = suite.sign(&draft.body, indices);
        assert_refused(suite.submit_signed(&draft, signatures), expected);
    };
    let count = |given| QuorumError::Count { given, quorum: 3, operators: 4 };
    attempt(&[], count(0));
    attempt(&[0, 2], count(2));
    attempt(&[0, 1, 2, 3, 3], count(5));
    attempt(&[0, 1, 1], QuorumError::NotRising { index: 1 });
    attempt(&[2, 1, 3], QuorumError::NotRising { index: 1 });
    let all = suite.sign(&draft.body, &[0, 1, 2, 3]);
    suite.submit_signed(&draft, all).unwrap();
    assert_eq!(suite.report(0).signers, [0, 1, 2, 3]);
}

#[test]
fn a_signature_that_does_not_verify_counts_for_nothing() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    let good = suite.sign(&draft.body, &[0, 1, 3]);
    let bad = |index| QuorumError::BadSignature { index };
    let mut attempt = |change: &dyn Fn(&mut Vec<attention_protocol::msg::SignatureEntry>), expected| {
        let mut signatures = good.clone();
        change(&mut signatures);
        assert_refused(suite.submit_signed(&draft, signatures), expected);
    };
    // Another operator's signature, a stranger's, another body's, zeros (an error of the verifier), a short one.
    attempt(&|s| s[2].index = 2, bad(2));
    let stranger = SigningKey::from_slice(&[77; 32]).unwrap();
    attempt(&|s| s[1] = sign_with(&stranger, 1, &draft.body), bad(1));
    let mut other = draft.body.clone();
    other.input_root = [0; 32];
    let key = SigningKey::from_slice(&[1; 32]).unwrap();
    attempt(&|s| s[0] = sign_with(&key, 0, &other), bad(0));
    attempt(&|s| s[0].signature = Binary::from([0; 64]), bad(0));
    attempt(&|s| s[0].signature = Binary::from([0; 63]), bad(0));
    attempt(&|s| s[2].index = 4, QuorumError::UnknownSigner { index: 4, operators: 4 });
    suite.submit_signed(&draft, good).unwrap();
}

/// Every signature has a high-S twin that verifies too: it counts as the same operator's.
#[test]
fn a_twin_signature_is_no_second_signer() {
    let (mut suite, draft) = at_the_end_of_epoch_0();
    let mut signatures = suite.sign(&draft.body, &[0, 1]);
    let first = Signature::from_slice(signatures[0].signature.as_slice()).unwrap();
    let (r, s) = first.split_scalars();
    let twin = Signature::from_scalars(r, -s).unwrap();
    let mut entry = signatures[0].clone();
    entry.signature = Binary::new(twin.to_bytes().to_vec());
    signatures.insert(1, entry);
    assert_refused(suite.submit_signed(&draft, signatures), QuorumError::NotRising { index: 0 });
}

/// Security 2.1: two contracts, two chains, two epochs; signatures open one of the eight cells.
#[test]
fn signatures_are_bound_to_contract_chain_and_epoch() {
    let make = |chain_id: &str, contracts_before| {
        let mut suite =
            Suite::with(Setup { chain_id: chain_id.into(), contracts_before, ..Setup::default() }).unwrap();
        suite.close(0);
        suite
    };
    let home = make("chain-1", 0);
    let draft = home.draft(0);
    let signatures = home.sign(&draft.body, &[0, 1, 3]);
    let mut accepted = 0;
    for chain_id in ["chain-1", "chain-2"] {
        for contracts_before in [0, 1] {
            for epoch in [0, 1] {
                let mut suite = make(chain_id, contracts_before);
                if epoch == 1 {
                    suite.close(1);
                }
                // As it was signed, and with the body's fields rewritten to what this place wants.
                let as_signed = suite.submit_signed(&draft, signatures.clone());
                let rewritten = suite.draft(epoch);
                let replayed = suite.submit_signed(&rewritten, signatures.clone());
                let is_home = chain_id == "chain-1" && contracts_before == 0 && epoch == 0;
                assert_eq!(as_signed.is_ok(), is_home, "{chain_id} {contracts_before} {epoch}");
                assert_eq!(replayed.is_ok(), is_home, "{chain_id} {contracts_before} {epoch}");
                accepted += u32::from(as_signed.is_ok());
            }
        }
    }
    assert_eq!(accepted, 1);
}

#[test]
fn a_report_costs_one_row_whatever_it_covers() {
    let rows = |campaigns: u64| {
        let mut suite = Suite::new();
        for _ in 0..campaigns {
            NewCampaign::default().create(&mut suite);
        }
        let all: Vec<(u64, &[(&str, u32)])> =
            (1..=campaigns).map(|id| (id, &[("alice", 9), ("bob", 5)][..])).collect();
        let size = |suite: &Suite| -> usize {
            suite.app.dump_wasm_raw(&suite.contract).iter().map(|(key, value)| key.len() + value.len()).sum()
        };
        let before = size(&suite);
        suite.report_epoch(0, &all);
        size(&suite) - before
    };
    assert_eq!(rows(1), rows(7));
}
