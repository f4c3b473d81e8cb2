//! No message costs more because there are more gifts, privileges and quests, or more accounts that took part: by what each reads and
//! writes of the gifts contract's rows.

use std::collections::BTreeSet;

use attention_gifts::contract::{execute, instantiate, migrate, query, reply};
use attention_gifts::error::ContractError;
use attention_protocol::gift::{ExecuteMsg, GiftTerms, QuestTerms};
use attention_protocol::msg::ClaimItem;
use cosmwasm_std::{Addr, Binary, DepsMut, Empty, Env, MessageInfo, Response};
use cw_multi_test::{Contract, ContractWrapper};

use crate::bed::Bed;
use crate::collection::Mode;
use crate::every_message::every_message;
use crate::suite::counting::{Usage, assert_alike, counted, take_log};

/// Everybody who takes part in the script.
const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

fn counted_execute(
    deps: DepsMut<'_>,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, Box<ContractError>> {
    counted(deps, msg, |deps, msg| execute(deps, env, info, msg))
}

fn counted_code() -> Box<dyn Contract<Empty>> {
    let code = ContractWrapper::new(counted_execute, instantiate, query);
    Box::new(code.with_migrate(migrate).with_reply(reply))
}

/// `items` gifts, privileges and quests; `accounts` that took the newest of each. Returns the newest's number and its collection.
fn grow(items: u32, accounts: u32) -> (Bed, u64, Addr) {
    let mut bed = Bed::with_code(counted_code());
    bed.chain.is_audited = false;
    let collection = bed.collection();
    let gift = GiftTerms { supply: 20_000, ..bed.minted(&collection) };
    let quest = QuestTerms { supply: 20_000, ..bed.quest_terms() };
    let mut newest = 0;
    for _ in 0..items {
        newest = bed.create_gift(gift.clone());
        assert_eq!(bed.create_privilege(bed.privilege_terms()), newest);
        assert_eq!(bed.create_quest(quest.clone()), newest);
    }
    let names: Vec<String> = (0..accounts).map(|i| format!("account {i}")).collect();
    let scores: Vec<(&str, u32)> =
        names.iter().map(String::as_str).chain(PEOPLE).map(|name| (name, 500_000)).collect();
    bed.epoch(0, &scores);
    let leaves = bed.chain.published[&(bed.campaign, 0)].leaves.clone();
    let tree = bed.chain.allocation_tree(bed.campaign, 0, &leaves);
    for name in &names {
        let (user, account) = (bed.user(name), bed.chain.account(name));
        let position = leaves.binary_search_by(|leaf| leaf.account.cmp(&account)).unwrap();
        let proof = [leaves[position].pack(), tree.prove(position as u32).unwrap()].concat();
        let (position, proof) = (position as u32, Binary::new(proof));
        let item = ClaimItem { campaign: bed.campaign, epoch: 0, position, proof: proof.clone() };
        bed.claim_with(name, newest, item).unwrap();
        let prove =
            ExecuteMsg::ProvePrivilege { privilege: newest, epoch: 0, position, proof: proof.clone() };
        bed.execute(&user, &prove).unwrap();
        let complete = ExecuteMsg::CompleteQuest { quest: newest, epoch: 0, position, proof };
        bed.execute(&user, &complete).unwrap();
    }
    (bed, newest, collection)
}

/// What each message uses, in the order of the script.
fn measure(items: u32, accounts: u32) -> Vec<(String, Usage)> {
    let (mut bed, newest, collection) = grow(items, accounts);
    take_log();
    bed.claim("alice", newest, 0).unwrap();
    bed.claim_for("stranger", "bob", newest, 0).unwrap();
    bed.prove("alice", newest, 0).unwrap();
    bed.complete("alice", newest, 0).unwrap();
    bed.set_mode(&collection, Mode::Reverting);
    bed.claim("carol", newest, 0).unwrap();
    bed.set_mode(&collection, Mode::Honest);
    bed.withdraw("carol", newest, None).unwrap();
    let (gift, _) = bed.hand_out(&["a", "b", "c"]);
    bed.claim("alice", gift, 0).unwrap();
    bed.close(gift, None, None).unwrap();
    bed.create_privilege(bed.privilege_terms());
    bed.create_quest(bed.quest_terms());
    bed.pause();
    let (owner, next) = (bed.chain.owner.clone(), bed.user("next"));
    bed.execute(&owner, &ExecuteMsg::Unpause {}).unwrap();
    bed.execute(&owner, &ExecuteMsg::ProposeOwner { owner: Some(next.to_string()) }).unwrap();
    bed.execute(&next, &ExecuteMsg::AcceptOwner {}).unwrap();
    let log = take_log();
    let used: BTreeSet<&str> = log.iter().map(|(name, _)| name.as_str()).collect();
    let all = every_message(&mut Bed::new()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(used, all, "the script sends every message");
    log
}

#[test]
fn more_gifts_privileges_and_quests_cost_nobody() {
    let smallest = measure(1, 1);
    for items in [10, 100, 1_000, 10_000] {
        assert_alike(&measure(items, 1), &smallest, &format!("{items} of each"));
    }
}

#[test]
fn more_accounts_cost_nobody() {
    let smallest = measure(1, 1);
    for accounts in [10, 100, 1_000, 10_000] {
        assert_alike(&measure(1, accounts), &smallest, &format!("{accounts} accounts"));
    }
}
