//! Every bound of a deployment, at the bound and one beyond.

use attention_protocol::msg::{ConfigResponse, InstantiateMsg, QueryMsg};
use attention_protocol::{ConfigDigestInput, ProtocolError, config::OperatorSet};
use attention_rewards::ContractError;
use cosmwasm_std::{Binary, Uint128};

use crate::suite::{ATT, Setup, Suite, T0, assert_refused, clock};

fn attempt(change: fn(&mut InstantiateMsg)) -> Result<(), String> {
    Suite::with(Setup { change, ..Setup::default() }).map(|_| ())
}

fn refused(field: &'static str, value: &str, requirement: &'static str) -> ContractError {
    ContractError::Invalid { field, value: value.into(), requirement }
}

#[test]
fn the_digest_is_the_protocols_over_what_was_configured() {
    let suite = Suite::new();
    let config: ConfigResponse = suite.query(&QueryMsg::Config { epoch: None });
    let keys: Vec<_> = config.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let digest = ConfigDigestInput {
        deployment: &suite.deployment(),
        config_version: 1,
        operators: &OperatorSet::new(&keys, 1).unwrap(),
        spec_hash: &[7; 32],
        clock: &clock(),
    }
    .digest();
    assert_eq!(config.config_digest, Binary::from(digest));
    assert_eq!((config.quorum, config.faulty_max, config.operators.len()), (3, 1, 4));
    assert_eq!(config.operators[2].name, "operator 2");
    assert_eq!(config.limits.denoms[0].denom, ATT);
}

#[test]
fn genesis_lies_at_the_block_time_or_after() {
    assert!(attempt(|msg| msg.clock.genesis_s = T0).is_ok());
    let expected = ProtocolError::Invalid {
        field: "genesis_s",
        value: (T0 - 1).to_string(),
        requirement: "not before the block time of the instantiation, and below 2^40",
    };
    assert_refused(attempt(|msg| msg.clock.genesis_s = T0 - 1), expected);
}

#[test]
fn a_report_cycle_fits_into_an_epoch() {
    assert!(attempt(|msg| msg.clock.open_period_s = 300).is_ok());
    let expected = ProtocolError::Invalid {
        field: "the reporting cycle",
        value: "1001".into(),
        requirement: "report_period_s + dispute_window_s + open_period_s, at most epoch_length_s",
    };
    assert_refused(attempt(|msg| msg.clock.open_period_s = 301), expected);
}

#[test]
fn operators_are_a_byzantine_set_of_different_named_keys() {
    assert!(attempt(|msg| msg.faulty_max = 2).is_err());
    assert!(attempt(|msg| msg.operators[3] = msg.operators[0].clone()).is_err());
    assert!(attempt(|msg| msg.operators.clear()).is_err());
    assert!(attempt(|msg| msg.operators[0].pubkey = Binary::from([2; 32])).is_err());
    let requirement = "1 to 64 bytes long";
    let name = |msg: &mut InstantiateMsg| msg.operators[1].name = String::new();
    assert_refused(attempt(name), refused("operators.name", "\"\"", requirement));
    assert!(attempt(|msg| msg.operators[1].name = "n".repeat(64)).is_ok());
    assert!(attempt(|msg| msg.operators[1].name = "n".repeat(65)).is_err());
}

#[test]
fn the_spec_hash_has_32_bytes() {
    let expected = refused("spec_hash", "BwcH", "32 bytes in base64");
    assert_refused(attempt(|msg| msg.spec_hash = Binary::from([7; 3])), expected);
}

#[test]
fn periods_are_bounded_on_both_sides() {
    let requirement = "604800 (7 days) to 3153600000 (100 years)";
    let grace = refused("limits.settle_grace_s", "604799", requirement);
    assert_refused(attempt(|msg| msg.limits.settle_grace_s = 604_799), grace);
    assert!(attempt(|msg| msg.limits.settle_grace_s = 3_153_600_000).is_ok());
    assert!(attempt(|msg| msg.limits.settle_grace_s = 3_153_600_001).is_err());
    let claim = refused("limits.claim_period_s", "604799", requirement);
    assert_refused(attempt(|msg| msg.limits.claim_period_s = 604_799), claim);
    assert!(attempt(|msg| msg.limits.claim_period_s = 604_800).is_ok());
    let pause = |value| refused("limits.pause_max_s", value, "1 to 2592000 (30 days)");
    assert_refused(attempt(|msg| msg.limits.pause_max_s = 0), pause("0"));
    assert_refused(attempt(|msg| msg.limits.pause_max_s = 2_592_001), pause("2592001"));
    assert!(attempt(|msg| msg.limits.pause_max_s = 2_592_000).is_ok());
}

#[test]
fn denoms_are_1_to_32_valid_different_ones() {
    let count = |actual| ContractError::Count { what: "limits.denoms", max: 32, actual };
    assert_refused(attempt(|msg| msg.limits.denoms.clear()), count(0));
    fn many(msg: &mut InstantiateMsg, n: usize) {
        let policy = msg.limits.denoms[0].clone();
        let named =
            |i: usize| attention_protocol::msg::DenomPolicy { denom: format!("denom{i}"), ..policy.clone() };
        msg.limits.denoms = (0..n).map(named).collect();
    }
    assert!(attempt(|msg| many(msg, 32)).is_ok());
    assert_refused(attempt(|msg| many(msg, 33)), count(33));
    let twice = refused("limits.denoms.denom", ATT, "named only once");
    assert_refused(attempt(|msg| msg.limits.denoms[1].denom = ATT.into()), twice);
    // A token is named by its address.
    let token = |msg: &mut InstantiateMsg| {
        msg.limits.denoms[0].denom = format!("cw20:{}", crate::suite::admin(0));
    };
    assert!(attempt(token).is_ok());
    assert!(attempt(|msg| msg.limits.denoms[0].denom = "cw20:nobody".into()).is_err());
    let requirement = "a bank denom: a letter, then 2 to 127 letters, digits or any of / : . _ -";
    let short = refused("limits.denoms.denom", "\"ab\"", requirement);
    assert_refused(attempt(|msg| msg.limits.denoms[0].denom = "ab".into()), short);
    let bond = refused("security.bond_denom", "\"cw20:abc\"", requirement);
    assert_refused(attempt(|msg| msg.security.bond_denom = "cw20:abc".into()), bond);
    assert!(attempt(|msg| msg.limits.denoms[0].denom = "1abc".into()).is_err());
    assert!(attempt(|msg| msg.limits.denoms[0].denom = "a b".into()).is_err());
    assert!(attempt(|msg| msg.limits.denoms[0].denom = "x".repeat(129)).is_err());
    assert!(attempt(|msg| msg.limits.denoms[0].denom = "ibc/27394FB092D2".into()).is_ok());
}

#[test]
fn a_minimum_is_above_zero_and_reachable() {
    assert!(attempt(|msg| msg.limits.denoms[0].funding_min = Uint128::zero()).is_err());
    assert!(attempt(|msg| msg.limits.denoms[0].funding_min = Uint128::new((1 << 120) - 50)).is_ok());
    assert!(attempt(|msg| msg.limits.denoms[0].funding_min = Uint128::new((1 << 120) - 49)).is_err());
    assert!(attempt(|msg| msg.limits.denoms[0].creation_fee = Uint128::MAX).is_err());
}

#[test]
fn the_chain_id_has_at_most_64_bytes() {
    assert!(Suite::with(Setup { chain_id: "c".repeat(64), ..Setup::default() }).is_ok());
    assert!(Suite::with(Setup { chain_id: "c".repeat(65), ..Setup::default() }).is_err());
}

#[test]
fn bonds_lie_between_1_and_2_to_the_100() {
    const MAX: u128 = 1 << 100;
    let above = (MAX + 1).to_string();
    let demand = |value| refused("security.demand_bond", value, "1 to 2^100");
    assert_refused(attempt(|msg| msg.security.demand_bond = Uint128::zero()), demand("0"));
    assert!(attempt(|msg| msg.security.demand_bond = Uint128::one()).is_ok());
    assert!(attempt(|msg| msg.security.demand_bond = Uint128::new(MAX)).is_ok());
    assert_refused(attempt(|msg| msg.security.demand_bond = Uint128::new(MAX + 1)), demand(&above));
    let challenge = |value| refused("security.challenge_bond", value, "1 to 2^100");
    assert_refused(attempt(|msg| msg.security.challenge_bond = Uint128::zero()), challenge("0"));
    assert!(attempt(|msg| msg.security.challenge_bond = Uint128::one()).is_ok());
    assert!(attempt(|msg| msg.security.challenge_bond = Uint128::new(MAX)).is_ok());
    assert_refused(attempt(|msg| msg.security.challenge_bond = Uint128::new(MAX + 1)), challenge(&above));
    let operator = refused("security.operator_bond_min", &above, "at most 2^100");
    assert!(attempt(|msg| msg.security.operator_bond_min = Uint128::new(MAX)).is_ok());
    assert_refused(attempt(|msg| msg.security.operator_bond_min = Uint128::new(MAX + 1)), operator);
}

/// The suite's epochs last 1,000 s, its reports may come for 400 s and its arbiter has 600 s.
#[test]
fn periods_of_security_are_bounded() {
    let slash = |value| refused("security.slash_ppm", value, "1 to 1000000");
    assert_refused(attempt(|msg| msg.security.slash_ppm = 0), slash("0"));
    assert!(attempt(|msg| msg.security.slash_ppm = 1_000_000).is_ok());
    assert_refused(attempt(|msg| msg.security.slash_ppm = 1_000_001), slash("1000001"));
    let requirement = "at least two epochs and arbiter_period_s, at most 3153600000 (100 years)";
    let unbonding = |value| refused("security.unbonding_s", value, requirement);
    assert_refused(attempt(|msg| msg.security.unbonding_s = 2_599), unbonding("2599"));
    assert!(attempt(|msg| msg.security.unbonding_s = 2_600).is_ok());
    assert!(attempt(|msg| msg.security.unbonding_s = 3_153_600_000).is_ok());
    assert_refused(attempt(|msg| msg.security.unbonding_s = 3_153_600_001), unbonding("3153600001"));
    let grace = refused("security.anchor_grace_s", "400", "below clock.report_period_s");
    assert!(attempt(|msg| msg.security.anchor_grace_s = Some(399)).is_ok());
    assert_refused(attempt(|msg| msg.security.anchor_grace_s = Some(400)), grace);
}

#[test]
fn addresses_are_validated() {
    assert!(attempt(|msg| msg.owner = Some("nobody".into())).is_err());
    assert!(attempt(|msg| msg.guardian = Some("COSMWASM1XYZ".into())).is_err());
    assert!(attempt(|msg| msg.guardian = None).is_ok());
}
