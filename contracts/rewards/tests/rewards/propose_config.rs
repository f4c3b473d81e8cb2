//! Proposing a configuration: everything but the bonds is checked at once.

use attention_protocol::ProtocolError;
use attention_protocol::event::Event;
use attention_protocol::msg::{ConfigProposal, ExecuteMsg, ProposeConfig, ProposedOperators};
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::Binary;

use crate::suite::{Suite, admin, assert_refused, events, pubkey, spare_key};

fn not_possessed(admin: cosmwasm_std::Addr, config_version: u64) -> OperatorError {
    OperatorError::NotPossessed { admin, config_version }
}

#[test]
fn a_proposal_is_shown_until_it_is_decided_and_there_is_one() {
    let mut suite = Suite::new();
    assert_eq!(suite.config_proposal().next_version, 2);
    assert_eq!(suite.config_proposal().proposal, None);
    let mut operators = suite.same_operators();
    operators.operators[2] = suite.new_operator("new", &spare_key(0));
    let spec_hash = Some(Binary::from([9; 32]));
    let msg = ProposeConfig { operators: Some(operators.clone()), spec_hash: spec_hash.clone() };
    let response = suite.propose_config(msg.clone()).unwrap();
    let ready_s = suite.now_s() + 2_000;
    assert_eq!(events(&response), [Event::ConfigProposed { ready_s }]);
    let info = |operator: &attention_protocol::msg::ProposedOperator| attention_protocol::msg::OperatorInfo {
        name: operator.name.clone(),
        pubkey: operator.pubkey.clone(),
        admin: operator.admin.clone(),
    };
    let expected = ConfigProposal {
        ready_s,
        operators: Some(operators.operators.iter().map(info).collect()),
        faulty_max: Some(1),
        spec_hash,
    };
    assert_eq!(suite.config_proposal().proposal, Some(expected));
    assert_refused(suite.propose_config(msg), OperatorError::ProposalPending { ready_s });
    assert_refused(suite.propose_spec(1), OperatorError::ProposalPending { ready_s });
}

#[test]
fn a_proposal_changes_something() {
    let mut suite = Suite::new();
    let expected = ContractError::Invalid {
        field: "propose_config",
        value: "without a change".into(),
        requirement: "operators, or a spec_hash other than the newest configuration's",
    };
    let nothing = ProposeConfig { operators: None, spec_hash: None };
    assert_refused(suite.propose_config(nothing), expected.clone());
    assert_refused(suite.propose_spec(7), expected);
    suite.propose_spec(8).unwrap();
    let response = suite.config_proposal().proposal.unwrap();
    assert_eq!((response.operators, response.faulty_max), (None, None));
}

#[test]
fn a_specification_hash_has_32_bytes() {
    let mut suite = Suite::new();
    let msg = ProposeConfig { operators: None, spec_hash: Some(Binary::from([7; 31])) };
    let value = Binary::from([7; 31]).to_base64();
    let requirement = "32 bytes in base64";
    let expected = ContractError::Invalid { field: "spec_hash", value, requirement };
    assert_refused(suite.propose_config(msg), expected);
}

/// A proposal of the same operators with a change to the first.
fn changed(suite: &mut Suite, change: impl FnOnce(&Suite, &mut ProposedOperators)) -> Result<(), String> {
    let mut operators = suite.same_operators();
    change(suite, &mut operators);
    suite.propose(operators).map(|_| ())
}

#[test]
fn every_new_key_proves_that_its_admin_has_it() {
    let mut suite = Suite::new();
    let (key, new) = (spare_key(0), suite.user("new"));
    // Without a proof: a new key, and an old one under another admin.
    let result = changed(&mut suite, |_, set| set.operators[0].pubkey = pubkey(&key));
    assert_refused(result, not_possessed(admin(0), 2));
    let result = changed(&mut suite, |_, set| set.operators[0].admin = new.to_string());
    assert_refused(result, not_possessed(new.clone(), 2));
    let result = changed(&mut suite, |_, set| {
        let (a, b) = (set.operators[0].pubkey.clone(), set.operators[1].pubkey.clone());
        (set.operators[0].pubkey, set.operators[1].pubkey) = (b, a);
    });
    assert_refused(result, not_possessed(admin(0), 2));
    // A proof for another admin, version or key, or none at all, or its length.
    let wrong: [(&str, Binary); 5] = [
        ("admin", suite.possession(&key, &admin(1))),
        ("older", suite.possession_in(&key, &admin(0), 1)),
        ("newer", suite.possession_in(&key, &admin(0), 3)),
        ("key", suite.possession(&spare_key(1), &admin(0))),
        ("bytes", Binary::from([1; 63])),
    ];
    for (what, possession) in wrong {
        let result = changed(&mut suite, |_, set| {
            set.operators[0].pubkey = pubkey(&key);
            set.operators[0].possession = Some(possession);
        });
        assert!(result.is_err(), "{what}");
        assert_refused(result, not_possessed(admin(0), 2));
    }
    // A proof that is given has to hold, needed or not.
    let result = changed(&mut suite, |_, set| set.operators[0].possession = Some(Binary::from([1; 64])));
    assert_refused(result, not_possessed(admin(0), 2));
    changed(&mut suite, |suite, set| {
        set.operators[0].pubkey = pubkey(&key);
        set.operators[0].possession = Some(suite.possession(&key, &admin(0)));
        set.operators[1].possession = Some(suite.possession(&suite.operators[1], &admin(1)));
    })
    .unwrap();
}

/// A proof is for one deployment: the same code, keys and version elsewhere.
#[test]
fn a_proof_made_for_another_deployment_or_chain_is_none() {
    use crate::suite::Setup;
    let mut suite = Suite::new();
    let key = spare_key(0);
    let elsewhere = [
        Suite::with(Setup { contracts_before: 1, ..Setup::default() }).unwrap(),
        Suite::with(Setup { chain_id: "chain-2".into(), ..Setup::default() }).unwrap(),
    ];
    for other in elsewhere {
        let possession = other.possession(&key, &admin(0));
        let result = changed(&mut suite, |_, set| {
            set.operators[0].pubkey = pubkey(&key);
            set.operators[0].possession = Some(possession);
        });
        assert_refused(result, not_possessed(admin(0), 2));
    }
}

#[test]
fn operators_are_a_byzantine_set_of_different_named_ones() {
    let mut suite = Suite::new();
    let fewer = changed(&mut suite, |_, set| set.operators.truncate(3));
    let requirement = "at most (operators − 1) / 3, with at least one operator";
    let expected = ProtocolError::Invalid { field: "faulty_max", value: "1".into(), requirement };
    assert_refused(fewer, expected);
    let many = changed(&mut suite, |_, set| set.operators = vec![set.operators[0].clone(); 33]);
    assert_refused(many, ProtocolError::TooMany { what: "operators", max: 32, actual: 33 });
    let twice = changed(&mut suite, |_, set| set.operators[1].admin = set.operators[0].admin.clone());
    let requirement = "different from the others";
    let value = admin(0).to_string();
    assert_refused(twice, ContractError::Invalid { field: "operators.admin", value, requirement });
    let same_key = changed(&mut suite, |_, set| set.operators[1].pubkey = set.operators[0].pubkey.clone());
    let value = suite.config_at(0).operators[0].pubkey.to_string();
    assert_refused(same_key, ProtocolError::Invalid { field: "operators.pubkey", value, requirement });
    let unnamed = changed(&mut suite, |_, set| set.operators[1].name = String::new());
    let requirement = "1 to 64 bytes long";
    let value = "\"\"".to_string();
    assert_refused(unnamed, ContractError::Invalid { field: "operators.name", value, requirement });
    assert!(changed(&mut suite, |_, set| set.operators[1].admin = "nobody".into()).is_err());
    changed(&mut suite, |_, set| {
        set.operators.truncate(3);
        set.faulty_max = 0;
    })
    .unwrap();
}

#[test]
fn a_set_of_32_can_be_proposed() {
    let mut suite = Suite::new();
    let operators: Vec<_> =
        (0..32).map(|i| suite.new_operator(&format!("operator {i}"), &spare_key(i))).collect();
    suite.propose(ProposedOperators { operators, faulty_max: 10 }).unwrap();
    assert_eq!(suite.config_proposal().proposal.unwrap().operators.unwrap().len(), 32);
    suite.wait(2_000);
    suite.accept_config().unwrap();
    assert_eq!(suite.config_at(u64::MAX).quorum, 22);
}

#[test]
fn a_suspended_admin_does_not_come_back() {
    let mut suite = Suite::new();
    suite.suspend(1, &[0]);
    let operators = suite.same_operators();
    assert_refused(suite.propose(operators), OperatorError::OperatorSuspended { admin: admin(1) });
    // Not with another key or place either.
    let result = changed(&mut suite, |suite, set| {
        set.operators[1].pubkey = pubkey(&spare_key(0));
        set.operators[1].possession = Some(suite.possession(&spare_key(0), &admin(1)));
        set.operators.swap(0, 1);
    });
    assert_refused(result, OperatorError::OperatorSuspended { admin: admin(1) });
    changed(&mut suite, |suite, set| set.operators[1] = suite.new_operator("new", &spare_key(0))).unwrap();
}

#[test]
fn only_the_owner_proposes() {
    let mut suite = Suite::new();
    let msg = ProposeConfig { operators: None, spec_hash: Some(Binary::from([1; 32])) };
    for sender in [suite.guardian.clone(), admin(0)] {
        let expected = ContractError::Unauthorized { sender: sender.clone(), allowed: "the owner" };
        let msg = ExecuteMsg::ProposeConfig(Box::new(msg.clone()));
        assert_refused(suite.execute(&sender, &msg, &[]), expected);
    }
}
