//! The permission table: pinned line by line, and enforced.

use attention_protocol::msg::ExecuteMsg;
use attention_rewards::ContractError;
use attention_rewards::permission::{Access, Caller, access};

use crate::funds::every_message;
use crate::suite::{NewCampaign, Suite, assert_refused};

/// Any change of authority shows up here, in review.
#[test]
fn the_table() {
    let suite = Suite::new();
    let table: Vec<String> = every_message(&suite)
        .iter()
        .map(|(name, msg)| {
            let Access { caller, funds, while_paused } = access(msg);
            format!("{name}: {caller:?}, {funds:?}, {while_paused:?}")
        })
        .collect();
    let expected = [
        "submit_report: Anyone, None, OnlyRepeats",
        "settle: Anyone, None, Works",
        "claim: Anyone, None, Refused",
        "claim_for: Anyone, None, Refused",
        "claim_batch: Anyone, None, Refused",
        "set_payout_address: Anyone, None, Works",
        "withdraw_owed: Anyone, None, Works",
        "set_consent: Anyone, None, Works",
        "record_scores: Anyone, None, Refused",
        "record_assets: Anyone, None, Refused",
        "receive: Anyone, None, Refused",
        "create_campaign: Anyone, OneCoin, Refused",
        "fund_campaign: Anyone, OneCoin, Refused",
        "stop_campaign: Sponsor { campaign: 1 }, None, Works",
        "propose_sponsor: Sponsor { campaign: 1 }, None, Works",
        "accept_sponsor: ProposedSponsor { campaign: 1 }, None, Works",
        "refund_campaign: Anyone, None, Works",
        "post_bond: OperatorOrProposed, OneCoin, Works",
        "unbond: Anyone, None, Works",
        "withdraw_bond: Anyone, None, Works",
        "swap_signer: Operator, None, Works",
        "propose_config: Owner, None, Works",
        "accept_config: Owner, None, Works",
        "cancel_config: Owner, None, Works",
        "update_limits: Owner, None, Works",
        "count_participation: Anyone, None, Works",
        "distribute_operator_fees: Anyone, None, Works",
        "anchor_input: Anyone, None, Works",
        "void_report: OwnerOrGuardian, None, Works",
        "challenge_report: Anyone, OneCoin, Works",
        "decide_challenge: Arbiter, None, Works",
        "resolve_silence: Anyone, None, Works",
        "demand_open: Anyone, OneCoin, Works",
        "answer_demand: Anyone, None, Works",
        "void_unanswered: Anyone, None, Works",
        "reclaim_demand: Anyone, None, Works",
        "commit_proof: Anyone, None, Works",
        "prove_fraud: Anyone, None, Works",
        "prove_equivocation: Anyone, None, Works",
        "pause: OwnerOrGuardian, None, Works",
        "unpause: Owner, None, Works",
        "propose_owner: Owner, None, Works",
        "accept_owner: ProposedOwner, None, Works",
        "renounce_ownership: Owner, None, Works",
        "set_guardian: Owner, None, Works",
        "withdraw_fees: Owner, None, Works",
    ];
    assert_eq!(table, expected);
}

#[test]
fn everybody_else_is_refused() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    let next = suite.user("next").to_string();
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::ProposeOwner { owner: Some(next.clone()) }, &[]).unwrap();
    let sponsor = suite.sponsor.clone();
    let propose = ExecuteMsg::ProposeSponsor { campaign: 1, sponsor: Some(next) };
    suite.execute(&sponsor, &propose, &[]).unwrap();
    let people = [suite.owner.clone(), suite.guardian.clone(), suite.sponsor.clone(), suite.user("mallory")];
    for (_, msg) in every_message(&suite) {
        let Access { caller, .. } = access(&msg);
        for sender in &people {
            let (is_allowed, allowed) = match caller {
                Caller::Anyone => continue,
                Caller::Owner => (*sender == suite.owner, "the owner"),
                Caller::OwnerOrGuardian => {
                    (*sender == suite.owner || *sender == suite.guardian, "the owner or the guardian")
                }
                Caller::Sponsor { .. } => (*sender == suite.sponsor, "the campaign's sponsor"),
                Caller::ProposedOwner => (false, "the proposed owner"),
                Caller::Operator => (false, "the admin of an operator of the newest configuration"),
                Caller::OperatorOrProposed => (false, "the admin of an operator in force or proposed"),
                Caller::ProposedSponsor { .. } => (false, "the proposed sponsor"),
                Caller::Arbiter => (false, "the arbiter"),
            };
            if is_allowed {
                continue;
            }
            let expected = ContractError::Unauthorized { sender: sender.clone(), allowed };
            assert_refused(suite.execute(sender, &msg, &[]), expected);
        }
    }
}

#[test]
fn a_stop_of_an_unknown_campaign_says_so() {
    let mut suite = Suite::new();
    let mallory = suite.user("mallory");
    let stop = suite.execute(&mallory, &ExecuteMsg::StopCampaign { campaign: 4 }, &[]);
    assert_refused(stop, ContractError::UnknownCampaign { campaign: 4 });
}
