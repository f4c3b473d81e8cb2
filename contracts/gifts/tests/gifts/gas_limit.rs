//! A collection that would burn all gas cannot: what is sent to it is bounded, and a failure comes back as a reply. The
//! simulated chain has no gas, so the message itself is looked at.

use attention_gifts::ContractError;
use attention_gifts::contract::{execute, instantiate, reply};
use attention_protocol::gift::{
    DELIVERY_GAS_MAX, Delivery, EpochWindow, ExecuteMsg, GiftTerms, InstantiateMsg,
};
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{AllocationResponse, AllocationStatus, QueryMsg};
use attention_protocol::tree::Tree;
use attention_protocol::{AccountId, Leaf, Score};
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_dependencies, mock_env};
use cosmwasm_std::{
    Addr, Api, Binary, ContractInfoResponse, ContractResult, OwnedDeps, Reply, ReplyOn, SubMsgResult,
    SystemResult, WasmQuery, from_json, to_json_binary,
};

use crate::bed::score_at_least;
use crate::suite::clock;

type Deps = OwnedDeps<MockStorage, MockApi, MockQuerier>;

fn leaf(deps: &Deps) -> Leaf {
    let canonical = deps.api.addr_canonicalize(alice(deps).as_str()).unwrap();
    let account = AccountId::try_from(canonical.as_slice()).unwrap();
    Leaf { account, score: Score::MAX, streak: 1, boost_ppm: 0, weight: 5, cumulative: 6 }
}

fn alice(deps: &Deps) -> Addr {
    deps.api.addr_make("alice")
}

/// A rewards contract whose one allocation has one leaf: Alice's.
fn deps() -> Deps {
    let mut deps = mock_dependencies();
    let (rewards, sponsor) = (deps.api.addr_make("rewards"), deps.api.addr_make("sponsor"));
    let canonical = deps.api.addr_canonicalize(rewards.as_str()).unwrap();
    let contract = AccountId::try_from(canonical.as_slice()).unwrap();
    let deployment = Deployment::new(&mock_env().block.chain_id, &contract).unwrap();
    let root = Tree::build("leaves", &deployment.allocation_domain(1, 0), &[leaf(&deps)]).unwrap().root();
    deps.querier.update_wasm(move |query| {
        let answer = match query {
            WasmQuery::Smart { msg, .. } => match from_json(msg).unwrap() {
                QueryMsg::Config { .. } => {
                    to_json_binary(&serde_json::json!({ "clock": clock(), "config_digest": "" }))
                }
                QueryMsg::Campaign { .. } => {
                    // A later version of the rewards contract may answer more.
                    to_json_binary(&serde_json::json!({ "sponsor": sponsor, "new_field": 1 }))
                }
                QueryMsg::Allocation { campaign, epoch } => to_json_binary(&AllocationResponse {
                    campaign,
                    epoch,
                    status: AllocationStatus::Settled,
                    root: Binary::from(root.hash),
                    leaf_count: 1,
                    weight_total: root.weight,
                    cumulative_total: root.cumulative.into(),
                    budget: 0u128.into(),
                    released: 0u128.into(),
                    settled_at_s: 0,
                }),
                other => panic!("nothing else is asked: {other:?}"),
            },
            _ => to_json_binary(&ContractInfoResponse::new(1, sponsor.clone(), None, false, None, None)),
        };
        SystemResult::Ok(ContractResult::Ok(answer.unwrap()))
    });
    deps
}

#[test]
fn a_delivery_has_a_gas_limit_and_its_failure_replies() {
    let mut deps = deps();
    let info = |name: &str, deps: &Deps| message_info(&deps.api.addr_make(name), &[]);
    let (owner, sponsor, claimant) = (info("owner", &deps), info("sponsor", &deps), info("alice", &deps));
    let rewards = deps.api.addr_make("rewards").to_string();
    let msg = InstantiateMsg { owner: None, guardian: None, rewards, pause_max_s: 1 };
    instantiate(deps.as_mut(), mock_env(), owner, msg).unwrap();
    let terms = GiftTerms {
        campaign: 1,
        condition: Some(score_at_least(1)),
        collection: deps.api.addr_make("items").to_string(),
        delivery: Delivery::Mint { token_uri: None },
        supply: 1,
        per_account: 1,
        window: EpochWindow { first_epoch: 0, end_epoch: 1 },
        metadata: None,
    };
    execute(deps.as_mut(), mock_env(), sponsor, ExecuteMsg::CreateGift(Box::new(terms))).unwrap();
    let proof = Binary::new(leaf(&deps).pack());
    let claim = ExecuteMsg::ClaimGift { gift: 1, epoch: 0, position: 0, proof };
    let response = execute(deps.as_mut(), mock_env(), claimant, claim).unwrap();
    let [message] = response.messages.as_slice() else { panic!("one message") };
    assert_eq!(message.gas_limit, Some(DELIVERY_GAS_MAX));
    assert_eq!(message.reply_on, ReplyOn::Error);
    #[allow(deprecated)]
    let failed = |id| Reply {
        id,
        payload: message.payload.clone(),
        gas_used: DELIVERY_GAS_MAX,
        result: SubMsgResult::Err("out of gas".into()),
    };
    let unknown = reply(deps.as_mut(), mock_env(), failed(3));
    assert_eq!(unknown, Err(Box::new(ContractError::UnknownReply { id: 3 })));
    let event = reply(deps.as_mut(), mock_env(), failed(message.id)).unwrap().events.remove(0);
    assert_eq!(event.ty, "gift_owed");
    let again = event.attributes.iter().find(|attribute| attribute.key == "account").unwrap();
    assert_eq!(again.value, alice(&deps).to_string());
}
