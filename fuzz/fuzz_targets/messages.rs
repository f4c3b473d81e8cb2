//! Messages from strangers: JSON that parses comes back the same, and what is packed inside never panics.
#![no_main]

use attention_protocol::msg::{Cw20Deposit, ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use attention_protocol::{CampaignTerms, Commitment, Leaf, OperatorSet, ReportBody};
use cosmwasm_std::{Binary, from_json, to_json_vec};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|json: &[u8]| {
    if let Some(message) = round_trip::<ExecuteMsg>(json) {
        execute(&message);
    }
    round_trip::<QueryMsg>(json);
    round_trip::<MigrateMsg>(json);
    if let Some(message) = round_trip::<InstantiateMsg>(json) {
        instantiate(&message);
    }
});

/// The message, if `json` is one; written out and read again it is the same.
fn round_trip<M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &[u8]) -> Option<M> {
    let message = from_json::<M>(json).ok()?;
    let written = to_json_vec(&message).expect("what was read can be written");
    let again = from_json::<M>(&written).expect("what was written can be read");
    assert_eq!(again, message);
    Some(message)
}

/// What the contract reads out of a message before it looks at its state.
fn execute(message: &ExecuteMsg) {
    match message {
        ExecuteMsg::SubmitReport { body, .. } => {
            let _ = ReportBody::unpack(body).map(|body| body.digest());
        }
        ExecuteMsg::Settle { items } => items.iter().for_each(|item| commitment(&item.commitment)),
        ExecuteMsg::Claim { items } => items.iter().for_each(|item| {
            let _ = Leaf::split(&item.proof);
        }),
        ExecuteMsg::RecordScores { leaves, .. } => {
            let _ = Leaf::unpack_all(leaves, 256);
        }
        ExecuteMsg::CreateCampaign(create) => terms(&create.terms),
        ExecuteMsg::Receive(tokens) => {
            if let Some(Cw20Deposit::CreateCampaign(create)) = round_trip(&tokens.msg) {
                terms(&create.terms);
            }
        }
        ExecuteMsg::RefundCampaign { absences, .. } => {
            absences.iter().flat_map(|absence| &absence.commitments).for_each(commitment);
        }
        ExecuteMsg::ProposeConfig(propose) => {
            if let Some(proposed) = &propose.operators {
                let keys: Vec<Binary> =
                    proposed.operators.iter().map(|operator| operator.pubkey.clone()).collect();
                operators(&keys, proposed.faulty_max);
            }
        }
        _ => {}
    }
}

fn commitment(packed: &Binary) {
    if let Ok(commitment) = Commitment::unpack(packed) {
        assert_eq!(commitment.pack(), packed.as_slice());
    }
}

/// Valid terms have a hash, and another end has another one.
fn terms(terms: &CampaignTerms) {
    if terms.validate().is_ok() {
        let longer = CampaignTerms { end_epoch: terms.end_epoch + 1, ..terms.clone() };
        assert_ne!(terms.rule_hash(), longer.rule_hash());
    }
}

/// A set of operators that is accepted has a quorum that its honest members can reach, and no two of which are disjoint.
fn operators(keys: &[Binary], faulty_max: u8) {
    if let Ok(operators) = OperatorSet::new(keys, faulty_max) {
        let (n, f, k) = (operators.count(), operators.faulty_max(), operators.quorum());
        assert!(2 * k - n > f && k <= n - f);
    }
}

fn instantiate(message: &InstantiateMsg) {
    let keys: Vec<Binary> = message.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    operators(&keys, message.faulty_max);
    if message.clock.validate(0).is_ok() {
        let due = message.clock.due_s(None, 0).expect("the first epoch of a valid clock has a due time");
        assert_eq!(message.clock.open_epoch(None, due, 0), Ok(0));
        assert_eq!(message.clock.open_epoch(None, due + 1, 0), Ok(1));
    }
}
