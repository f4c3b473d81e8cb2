//! Who loses what, and where it goes, by hand.

use attention_protocol::config::OperatorSet;
use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{BankMsg, Binary, Coin, CosmosMsg, coin};
use proptest::prelude::*;

use super::*;
use crate::execute::{post_bond::post_bond, unbond::unbond, withdraw_bond::withdraw_bond};
use crate::state::config::{About, CLOCK, OperatorsRow, operators_at};
use crate::state::held::{held, hold};
use crate::state::owed::{owed, owed_total};
use crate::timeline::{Moment, Timeline};
use crate::transfer::burn;

const DENOM: &str = "ubond";

fn address(name: &str) -> Addr {
    Addr::unchecked(format!("wasm1{name}"))
}

fn configure(storage: &mut dyn Storage, first: u64, admins: &[&str]) {
    let key = |i: usize| {
        let mut key = [i as u8; 33];
        key[0] = 2;
        Binary::from(key)
    };
    let keys: Vec<_> = (0..admins.len()).map(key).collect();
    let set = OperatorSet::new(&keys, 0).unwrap();
    OPERATORS.save(storage, first, &OperatorsRow { config_digest: [0; 32], suspended: 0, set });
    let operators = admins.iter().map(|name| (name.to_string(), address(name))).collect();
    ABOUT.save(storage, first, &About { config_version: first + 1, spec_hash: [0; 32], operators });
}

fn bond(storage: &mut dyn Storage, name: &str, bonded: u128, unbonding: u128) {
    let row = BondRow { bonded, unbonding, ready_s: 9, suspended: false };
    BONDS.save(storage, address(name).as_str(), &row);
    hold(storage, DENOM, bonded + unbonding).unwrap();
}

fn bond_of(storage: &dyn Storage, name: &str) -> (u128, u128) {
    let row = BONDS.load(storage, address(name).as_str()).unwrap();
    (row.bonded, row.unbonding)
}

/// Operators a, b, c of epoch 0 on; a has 1,000, b 101 of which 60 leave, c nothing; 30 % are slashed.
fn setup(slash_recipient: Option<Addr>) -> MockStorage {
    let mut storage = MockStorage::new();
    configure(&mut storage, 0, &["a", "b", "c"]);
    let row = SecurityRow {
        bond_denom: DENOM.into(),
        operator_bond_min: 0,
        slash_ppm: 300_000,
        slash_recipient,
        unbonding_s: 1,
        demand_bond: 1,
        challenge_bond: 1,
        arbiter: None,
        arbiter_period_s: 1,
        timelock_s: 1,
        anchor_grace_s: None,
    };
    SECURITY.save(&mut storage, (), &row);
    bond(&mut storage, "a", 1_000, 0);
    bond(&mut storage, "b", 41, 60);
    storage
}

#[test]
fn signers_lose_their_part_and_the_prover_gets_half() {
    let mut storage = setup(None);
    let prover = address("prover");
    let slashed = slash(&mut storage, 4, 0b111, Some(&prover)).unwrap();
    // a: 30 % of 1,000; b: floor(30.3), out of what was leaving; c has nothing to lose.
    assert_eq!(bond_of(&storage, "a"), (700, 0));
    assert_eq!(bond_of(&storage, "b"), (41, 30));
    let event =
        |name, amount| Event::OperatorSlashed { epoch: 4, admin: address(name).into_string(), amount };
    assert_eq!(slashed.events, [event("a", 300), event("b", 30)]);
    assert_eq!(slashed.amount, 330);
    assert_eq!(owed(&storage, DENOM, &prover).unwrap(), 165);
    assert_eq!(slashed.messages, [burn(DENOM, 165)]);
    assert_eq!(held(&storage, DENOM).unwrap(), 1_101 - 330);
    assert_eq!(owed_total(&storage, DENOM).unwrap(), 165);
}

#[test]
fn nobody_is_slashed_twice_for_an_epoch() {
    let mut storage = setup(Some(address("treasury")));
    assert_eq!(slash(&mut storage, 4, 0b001, None).unwrap().amount, 300);
    assert_eq!(slash(&mut storage, 4, 0b011, None).unwrap().amount, 30, "only b is new");
    let again = slash(&mut storage, 4, 0b111, Some(&address("prover"))).unwrap();
    assert_eq!(again, Slashed { amount: 0, events: vec![], messages: vec![] });
    assert_eq!(owed(&storage, DENOM, &address("treasury")).unwrap(), 330);
    assert_eq!(owed(&storage, DENOM, &address("prover")).unwrap(), 0);
    // Other epochs are other faults, later or earlier.
    assert_eq!(slash(&mut storage, 5, 0b001, None).unwrap().amount, 210);
    assert_eq!(slash(&mut storage, 3, 0b001, None).unwrap().amount, 147);
}

#[test]
fn an_odd_unit_goes_to_the_recipient_and_a_leaving_bond_first() {
    let mut storage = setup(Some(address("treasury")));
    bond(&mut storage, "c", 990, 11);
    let slashed = slash(&mut storage, 0, 0b100, Some(&address("prover"))).unwrap();
    // floor(30 % of 1,001) = 300: 11 from what was leaving, 289 from the rest.
    assert_eq!((slashed.amount, bond_of(&storage, "c")), (300, (701, 0)));
    let slashed = slash(&mut storage, 1, 0b010, Some(&address("prover"))).unwrap();
    assert_eq!(slashed.amount, 30);
    bond(&mut storage, "c", 37, 0);
    let slashed = slash(&mut storage, 1, 0b100, Some(&address("prover"))).unwrap();
    assert_eq!((slashed.amount, slashed.messages.len()), (11, 0));
    assert_eq!(owed(&storage, DENOM, &address("prover")).unwrap(), 150 + 15 + 5);
    assert_eq!(owed(&storage, DENOM, &address("treasury")).unwrap(), 150 + 15 + 6);
}

/// 30 % of 4 is 1, whose half is 0: nobody gets a row for nothing.
#[test]
fn a_reward_of_nothing_leaves_no_row() {
    let mut storage = setup(None);
    bond(&mut storage, "c", 4, 0);
    let slashed = slash(&mut storage, 0, 0b100, Some(&address("prover"))).unwrap();
    assert_eq!((slashed.amount, slashed.messages), (1, vec![burn(DENOM, 1)]));
    let owed_to_prover = [&[0x15], DENOM.as_bytes(), &[0], b"wasm1prover"].concat();
    assert_eq!(storage.get(&owed_to_prover), None);
    bond(&mut storage, "c", 7, 0);
    slash(&mut storage, 1, 0b100, Some(&address("prover"))).unwrap();
    assert_eq!(storage.get(&owed_to_prover), Some(vec![1, 1]), "half of 2, where a row would be");
}

#[test]
fn a_slash_takes_the_operators_of_its_own_epoch() {
    let mut storage = setup(None);
    configure(&mut storage, 5, &["b", "a"]);
    slash(&mut storage, 4, 0b001, None).unwrap();
    assert_eq!(bond_of(&storage, "a"), (700, 0));
    slash(&mut storage, 5, 0b001, None).unwrap();
    assert_eq!(bond_of(&storage, "b"), (41, 30));
    assert_eq!(slash(&mut storage, 5, 0b100, None).unwrap().amount, 0, "there is no third operator");
}

/// An epoch to come may get other operators after one of them was slashed for it.
#[test]
fn who_takes_a_place_is_slashed_whoever_had_it() {
    let mut storage = setup(None);
    assert_eq!(slash(&mut storage, 9, 0b001, None).unwrap().amount, 300);
    configure(&mut storage, 5, &["d", "b"]);
    bond(&mut storage, "d", 1_000, 0);
    assert_eq!(slash(&mut storage, 9, 0b011, None).unwrap().amount, 330);
    assert_eq!(slash(&mut storage, 9, 0b011, None).unwrap().amount, 0);
    assert_eq!((bond_of(&storage, "a"), bond_of(&storage, "d")), ((700, 0), (700, 0)));
}

#[test]
fn a_suspension_reaches_every_later_configuration_with_the_admin() {
    let mut storage = setup(None);
    configure(&mut storage, 3, &["a", "b", "c"]);
    configure(&mut storage, 6, &["c", "a"]);
    configure(&mut storage, 300, &["a", "c"]);
    configure(&mut storage, 301, &["d", "b"]);
    let suspended = |storage: &dyn Storage, epoch| operators_at(storage, epoch).unwrap().suspended;
    let event = suspend(&mut storage, (4, 4), 0).unwrap();
    assert_eq!(event, Event::OperatorSuspended { admin: address("a").into_string() });
    let epochs = [2, 3, 5, 6, 299, 300, 301];
    assert_eq!(epochs.map(|epoch| suspended(&storage, epoch)), [0, 1, 1, 2, 2, 1, 0]);
    suspend(&mut storage, (6, 300), 0).unwrap();
    assert_eq!(epochs.map(|epoch| suspended(&storage, epoch)), [0, 1, 1, 3, 3, 3, 0]);
    assert!(BONDS.load(&storage, address("a").as_str()).unwrap().suspended);
    assert_eq!(bond_of(&storage, "a"), (1_000, 0), "a suspension alone takes no money");
    assert_eq!(bond_of(&storage, "c"), (0, 0));
    let expected =
        ContractError::invalid("the index of an operator", 3, "an operator's of that epoch").to_string();
    assert_eq!(suspend(&mut storage, (4, 4), 3).unwrap_err().to_string(), expected);
}

/// What was signed twice may be a report on an epoch to come: the open one, however old its configuration is, comes before it.
#[test]
fn a_suspension_reaches_the_configuration_of_the_open_epoch() {
    let mut storage = setup(None);
    configure(&mut storage, 3, &["b", "a"]);
    configure(&mut storage, 4, &["c", "b", "a"]);
    configure(&mut storage, 5, &["a", "b"]);
    suspend(&mut storage, (9, 3), 0).unwrap();
    let suspended = |epoch| operators_at(&storage, epoch).unwrap().suspended;
    assert_eq!([2, 3, 4, 5].map(suspended), [0, 0b010, 0b100, 0b001]);
}

#[test]
fn a_suspension_looks_at_a_bounded_number_of_configurations() {
    let mut storage = setup(None);
    for first in 1..=70 {
        configure(&mut storage, first, &["a", "b"]);
    }
    suspend(&mut storage, (0, 70), 1).unwrap();
    let suspended = |epoch| operators_at(&storage, epoch).unwrap().suspended;
    assert_eq!([0, 6, 7, 70].map(suspended), [0, 0, 2, 2]);
}

/// One thing that happens to the bonds of a, b and c.
#[derive(Debug, Clone)]
enum Step {
    Post(usize, u64),
    Unbond(usize, u64),
    Withdraw(usize),
    Slash { epoch: u64, signers: u32, prover: bool },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0usize..3, 1u64..1_000).prop_map(|(who, amount)| Step::Post(who, amount)),
        (0usize..3, 1u64..1_000).prop_map(|(who, amount)| Step::Unbond(who, amount)),
        (0usize..3).prop_map(Step::Withdraw),
        (0u64..9, 0u32..8, any::<bool>()).prop_map(|(epoch, signers, prover)| Step::Slash {
            epoch,
            signers,
            prover
        }),
    ]
}

/// What burns in messages.
fn burned(messages: &[SubMsg]) -> u128 {
    let amount = |sent: &SubMsg| match &sent.msg {
        CosmosMsg::Bank(BankMsg::Burn { amount }) => {
            let total = |coin: &Coin| cosmwasm_std::Uint128::try_from(coin.amount).unwrap().u128();
            amount.iter().map(total).sum::<u128>()
        }
        other => panic!("{other:?}"),
    };
    messages.iter().map(amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens: what came in is bonded, owed or burned, and `held` is the sum of the bonds.
    #[test]
    fn no_bond_is_made_or_lost(recipient in any::<bool>(), steps in proptest::collection::vec(step(), 60)) {
        let mut storage = setup(recipient.then(|| address("treasury")));
        let clock = attention_protocol::EpochClock {
            genesis_s: 0,
            epoch_length_s: 10,
            report_period_s: 1,
            dispute_window_s: 1,
            open_period_s: 1,
            min_blocks: 1,
        };
        CLOCK.save(&mut storage, (), &clock);
        let names = ["a", "b", "c"];
        let (mut posted, mut gone) = (1_101u128, 0u128);
        for (now_s, step) in (0u64..).zip(&steps) {
            match step {
                Step::Post(who, amount) => {
                    post_bond(&mut storage, &address(names[*who]), coin(u128::from(*amount), DENOM)).unwrap();
                    posted += u128::from(*amount);
                }
                Step::Unbond(who, amount) => {
                    let admin = address(names[*who]);
                    let bonded = BONDS.may_load(&storage, admin.as_str()).unwrap().unwrap_or_default().bonded;
                    let timeline = Timeline::load(&storage, Moment { time_s: now_s, height: 1 }).unwrap();
                    let result = unbond(&mut storage, &timeline, &admin, u128::from(*amount));
                    prop_assert_eq!(result.is_ok(), bonded >= u128::from(*amount));
                }
                Step::Withdraw(who) => {
                    let admin = address(names[*who]);
                    let row = BONDS.may_load(&storage, admin.as_str()).unwrap().unwrap_or_default();
                    let result = withdraw_bond(&mut storage, now_s, &admin);
                    prop_assert_eq!(result.is_ok(), row.unbonding > 0 && now_s >= row.ready_s);
                    if result.is_ok() {
                        let left = BONDS.load(&storage, admin.as_str()).unwrap();
                        prop_assert_eq!(left, BondRow { unbonding: 0, ready_s: 0, ..row });
                    }
                }
                Step::Slash { epoch, signers, prover } => {
                    let before: Vec<_> = names.map(|name| liable(&storage, name)).to_vec();
                    let done = SLASHED.may_load(&storage, (*epoch, 1)).unwrap().unwrap_or(0);
                    let prover = prover.then(|| address("prover"));
                    let slashed = slash(&mut storage, *epoch, *signers, prover.as_ref()).unwrap();
                    for (index, name) in names.iter().enumerate() {
                        let is_due = u64::from(*signers) & !done & (1 << index) != 0;
                        let lost = if is_due { before[index] * 300_000 / 1_000_000 } else { 0 };
                        prop_assert_eq!(liable(&storage, name), before[index] - lost);
                    }
                    gone += burned(&slashed.messages);
                }
            }
            let bonds: u128 = names.iter().map(|name| liable(&storage, name)).sum();
            prop_assert_eq!(held(&storage, DENOM).unwrap(), bonds);
            prop_assert_eq!(posted, bonds + owed_total(&storage, DENOM).unwrap() + gone);
        }
    }
}

fn liable(storage: &dyn Storage, name: &str) -> u128 {
    BONDS.may_load(storage, address(name).as_str()).unwrap().unwrap_or_default().liable().unwrap()
}
