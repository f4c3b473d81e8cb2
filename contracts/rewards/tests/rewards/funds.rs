//! Which message takes which coins: a table over all of them.

use attention_protocol::fraud::{Answer, Equivocation, FraudProof, RangeProof, Target};
use attention_protocol::msg::{Cw20ReceiveMsg, ExecuteMsg, ProposeConfig};
use attention_rewards::ContractError;
use attention_rewards::permission::{Funds, access};
use cosmwasm_std::{Binary, Coin, Uint128, coin};

use crate::suite::{ATT, NewCampaign, ODD, Suite, USD, assert_refused};

/// One of each message, by name.
pub fn every_message(suite: &Suite) -> Vec<(&'static str, ExecuteMsg)> {
    let empty = Binary::default;
    let scores =
        ExecuteMsg::RecordScores { campaign: 1, epoch: 0, start: 0, leaves: empty(), siblings: empty() };
    let proposal = ProposeConfig { operators: None, spec_hash: None };
    let next = suite.user("next").to_string();
    let owner = Some(next.clone());
    let deposit = Cw20ReceiveMsg { sender: next.clone(), amount: 1u128.into(), msg: empty() };
    let (epoch, revision) = (0, 0);
    let (input_root, signature) = (Binary::from([1; 32]), Binary::from([1; 64]));
    let anchor =
        ExecuteMsg::AnchorInput { epoch, revision, input_root, index: 0, signature: signature.clone() };
    let challenge = ExecuteMsg::ChallengeReport { epoch, revision, reason: "scores".into() };
    let (target, key) = (Target::Asset { index: 0 }, Binary::from([2, 0, 0, 0, 0, 0, 0, 0, 0]));
    let answer = Answer::Asset { asset: empty(), siblings: empty() };
    let assets = RangeProof { start: 0, leaves: empty(), siblings: empty() };
    let proof = FraudProof::UnorderedAssets { assets };
    let evidence = Equivocation {
        first: empty(),
        second: empty(),
        signer: 0,
        first_signature: signature.clone(),
        second_signature: signature,
    };
    vec![
        ("submit_report", ExecuteMsg::SubmitReport { body: empty(), signatures: vec![] }),
        ("settle", ExecuteMsg::Settle { items: vec![] }),
        ("claim", ExecuteMsg::Claim { items: vec![] }),
        ("claim_for", ExecuteMsg::ClaimFor { account: next.clone(), items: vec![], redirect: None }),
        ("claim_batch", ExecuteMsg::ClaimBatch { claims: vec![] }),
        ("set_payout_address", ExecuteMsg::SetPayoutAddress { address: None }),
        ("withdraw_owed", ExecuteMsg::WithdrawOwed { denom: ATT.into(), recipient: None }),
        ("set_consent", ExecuteMsg::SetConsent { granted: true }),
        ("record_scores", scores),
        (
            "record_assets",
            ExecuteMsg::RecordAssets { epoch: 0, start: 0, assets: empty(), siblings: empty() },
        ),
        ("receive", ExecuteMsg::Receive(deposit)),
        ("create_campaign", ExecuteMsg::CreateCampaign(Box::new(NewCampaign::default().msg))),
        ("fund_campaign", ExecuteMsg::FundCampaign { campaign: 1 }),
        ("stop_campaign", ExecuteMsg::StopCampaign { campaign: 1 }),
        ("propose_sponsor", ExecuteMsg::ProposeSponsor { campaign: 1, sponsor: owner.clone() }),
        ("accept_sponsor", ExecuteMsg::AcceptSponsor { campaign: 1 }),
        ("refund_campaign", ExecuteMsg::RefundCampaign { campaign: 1, absences: vec![] }),
        ("post_bond", ExecuteMsg::PostBond {}),
        ("unbond", ExecuteMsg::Unbond { amount: Uint128::one() }),
        ("withdraw_bond", ExecuteMsg::WithdrawBond {}),
        ("swap_signer", ExecuteMsg::SwapSigner { pubkey: empty(), possession: empty() }),
        ("propose_config", ExecuteMsg::ProposeConfig(Box::new(proposal))),
        ("accept_config", ExecuteMsg::AcceptConfig {}),
        ("cancel_config", ExecuteMsg::CancelConfig {}),
        ("update_limits", ExecuteMsg::UpdateLimits(Box::new(suite.config_at(0).limits))),
        ("count_participation", ExecuteMsg::CountParticipation {}),
        ("distribute_operator_fees", ExecuteMsg::DistributeOperatorFees { denom: ATT.into() }),
        ("anchor_input", anchor),
        ("void_report", ExecuteMsg::VoidReport { epoch: 0, revision: 0 }),
        ("challenge_report", challenge),
        ("decide_challenge", ExecuteMsg::DecideChallenge { epoch: 0, revision: 0, stands: true }),
        ("resolve_silence", ExecuteMsg::ResolveSilence { epoch: 0, revision: 0 }),
        ("demand_open", ExecuteMsg::DemandOpen { epoch: 0, revision: 0, target: target.clone() }),
        ("answer_demand", ExecuteMsg::AnswerDemand { epoch: 0, revision: 0, target, answer }),
        ("void_unanswered", ExecuteMsg::VoidUnanswered { epoch: 0, revision: 0, target: key.clone() }),
        ("reclaim_demand", ExecuteMsg::ReclaimDemand { epoch: 0, revision: 0, target: key }),
        ("commit_proof", ExecuteMsg::CommitProof { hash: Binary::from([1; 32]) }),
        ("prove_fraud", ExecuteMsg::ProveFraud { epoch: 0, revision: 0, proof: Box::new(proof) }),
        ("prove_equivocation", ExecuteMsg::ProveEquivocation { evidence, quorums: None }),
        ("pause", ExecuteMsg::Pause {}),
        ("unpause", ExecuteMsg::Unpause {}),
        ("propose_owner", ExecuteMsg::ProposeOwner { owner }),
        ("accept_owner", ExecuteMsg::AcceptOwner {}),
        ("renounce_ownership", ExecuteMsg::RenounceOwnership {}),
        ("set_guardian", ExecuteMsg::SetGuardian { guardian: None }),
        ("withdraw_fees", ExecuteMsg::WithdrawFees { denom: ATT.into() }),
    ]
}

/// Coins as they may come, none of them right for a message that takes none.
fn attempts() -> [(&'static str, Vec<Coin>); 5] {
    [
        ("none", vec![]),
        ("right", vec![coin(10_050, ATT)]),
        ("another campaign's denom", vec![coin(10_050, USD)]),
        ("an unknown denom", vec![coin(10_050, ODD)]),
        ("right and extra", vec![coin(10_050, ATT), coin(1, USD)]),
    ]
}

#[test]
fn most_messages_take_no_coins() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    let sponsor = suite.sponsor.clone();
    let refused = ContractError::Payment("This message does no accept funds".into());
    for (name, msg) in every_message(&suite) {
        if access(&msg).funds != Funds::None {
            continue;
        }
        for (what, funds) in attempts().iter().filter(|(_, funds)| !funds.is_empty()) {
            let result = suite.execute(&sponsor, &msg, funds);
            assert!(result.is_err(), "{name} with {what}");
            assert_refused(result, refused.clone());
        }
    }
}

#[test]
fn creating_and_funding_take_exactly_one_right_coin() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let sponsor = suite.sponsor.clone();
    let none = ContractError::Payment("No funds sent".into());
    let many = ContractError::Payment("Sent more than one denomination".into());
    let create = ExecuteMsg::CreateCampaign(Box::new(NewCampaign::default().msg));
    let fund = ExecuteMsg::FundCampaign { campaign };
    let wrong =
        |denom: &str| ContractError::WrongDenom { campaign, expected: ATT.into(), denom: denom.into() };
    let unknown = ContractError::DenomNotAllowed { denom: ODD.into() };
    let [_, right, other, odd, extra] = attempts().map(|(_, funds)| funds);
    suite.execute(&sponsor, &create, &right).unwrap();
    suite.execute(&sponsor, &create, &other).unwrap();
    suite.execute(&sponsor, &fund, &right).unwrap();
    for msg in [&create, &fund] {
        assert_refused(suite.execute(&sponsor, msg, &[]), none.clone());
        assert_refused(suite.execute(&sponsor, msg, &extra), many.clone());
    }
    assert_refused(suite.execute(&sponsor, &create, &odd), unknown);
    assert_refused(suite.execute(&sponsor, &fund, &odd), wrong(ODD));
    assert_refused(suite.execute(&sponsor, &fund, &other), wrong(USD));
}

/// A coin of zero never gets past a chain's bank; should it, the contract counts it as none.
#[test]
fn a_coin_of_zero_is_none() {
    use attention_rewards::contract::execute;
    use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
    let mut deps = mock_dependencies();
    let sender = deps.api.addr_make("sponsor");
    let msg = ExecuteMsg::FundCampaign { campaign: 1 };
    let result = execute(deps.as_mut(), mock_env(), message_info(&sender, &[coin(0, ATT)]), msg);
    assert_eq!(result, Err(Box::new(ContractError::Payment("No funds sent".into()))));
}
