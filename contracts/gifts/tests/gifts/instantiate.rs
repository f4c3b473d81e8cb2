//! Deployments: beside a rewards contract that answers, and with a bounded pause.

use attention_gifts::ContractError;
use attention_protocol::gift::InstantiateMsg;
use cosmwasm_std::{Addr, coins};
use cw_multi_test::Executor;

use crate::bed::{Bed, assert_refused, instantiate_msg};
use crate::suite::{ATT, clock};

fn attempt(bed: &mut Bed, change: impl FnOnce(&mut InstantiateMsg)) -> Result<Addr, String> {
    let mut msg = instantiate_msg(&bed.chain);
    change(&mut msg);
    let sponsor = bed.sponsor.clone();
    let result = bed.chain.app.instantiate_contract(bed.code_id, sponsor, &msg, &[], "gifts", None);
    result.map_err(|error| format!("\n{error}"))
}

#[test]
fn the_clock_is_the_rewards_contracts() {
    let bed = Bed::new();
    let config = bed.config();
    assert_eq!((config.rewards, config.clock), (bed.chain.contract.clone(), clock()));
    assert_eq!((config.owner, config.proposed), (bed.chain.owner.clone(), None));
    assert_eq!((config.paused, config.pause_until_s), (false, None));
}

#[test]
fn every_bound() {
    let mut bed = Bed::new();
    for pause_max_s in [0, 2_592_001] {
        let expected = ContractError::Invalid {
            field: "pause_max_s",
            value: pause_max_s.to_string(),
            requirement: "1 to 2592000 (30 days)",
        };
        assert_refused(attempt(&mut bed, |msg| msg.pause_max_s = pause_max_s), expected);
    }
    for pause_max_s in [1, 2_592_000] {
        attempt(&mut bed, |msg| msg.pause_max_s = pause_max_s).unwrap();
    }
    let person = bed.user("person").to_string();
    let other_contract = bed.gifts.to_string();
    for rewards in [person, other_contract] {
        let error = attempt(&mut bed, |msg| msg.rewards = rewards).unwrap_err();
        assert!(error.contains("the rewards contract does not know a configuration"), "{error}");
    }
    for field in [0, 1, 2] {
        let nowhere = || "nowhere".to_string();
        let result = attempt(&mut bed, |msg| match field {
            0 => msg.owner = Some(nowhere()),
            1 => msg.guardian = Some(nowhere()),
            _ => msg.rewards = nowhere(),
        });
        assert!(result.is_err());
    }
}

#[test]
fn it_takes_no_coins() {
    let mut bed = Bed::new();
    let (sponsor, msg) = (bed.sponsor.clone(), instantiate_msg(&bed.chain));
    let funds = coins(1, ATT);
    let result = bed.chain.app.instantiate_contract(bed.code_id, sponsor, &msg, &funds, "gifts", None);
    let result = result.map_err(|error| format!("\n{error}"));
    assert_refused(result, ContractError::Payment("This message does no accept funds".into()));
}
