//! Every message once, in an order in which each can succeed.

use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::fraud::{Equivocation, FraudProof, RangeProof, Target};
use attention_protocol::msg::{AccountClaim, ExecuteMsg, ReportStatus};
use attention_protocol::proof_commit::proof_commit;
use attention_protocol::{AssetLeaf, Leaf, ReportBody, Score};
use cosmwasm_std::{Addr, Binary, Uint128};

use super::world::Grown;
use crate::suite::counting::{Usage, take_log};
use crate::suite::{
    ATT, BOND, DEMAND_BOND, Draft, NewCampaign, Suite, USD, admin, commitment_key, spare_key,
};

const SCORES: [(&str, u32); 4] =
    [("alice", 400_000), ("bob", 300_000), ("carol", 200_000), ("dave", 100_000)];
const FIRST: Target = Target::Commitment { index: 0 };
/// `security.unbonding_s` and `security.timelock_s` of the suite are below it.
const ALL_WAITS_S: u64 = 6_000;

/// What each message used, in the order in which they were sent.
pub fn every_message_once(grown: &mut Grown) -> Vec<(String, Usage)> {
    let lone = sponsors(grown);
    owners(grown);
    operators(grown);
    accounts(grown);
    voided_four_times(grown);
    let draft = reported(grown);
    paid(grown, &draft, lone);
    waited(grown);
    take_log()
}

fn send(suite: &mut Suite, sender: &Addr, msg: &ExecuteMsg) {
    suite.execute(sender, msg, &[]).unwrap();
}

/// A campaign that is sold and stopped, and one that nobody ever earns in, which is returned.
fn sponsors(grown: &mut Grown) -> u64 {
    let (next, suite) = (grown.epoch + 1, &mut grown.suite);
    let asset = suite.asset(0);
    NewCampaign::default().epochs(next, next + 3).bringing(10_000, &asset).create(suite);
    let side = NewCampaign::default().epochs(next, next + 3).create(suite);
    let lone = NewCampaign::default().epochs(next, next + 1).create(suite);
    suite.fund(grown.main, 1_000_000).unwrap();
    let (sponsor, buyer) = (suite.sponsor.clone(), suite.user("buyer"));
    let propose = ExecuteMsg::ProposeSponsor { campaign: side, sponsor: Some(buyer.to_string()) };
    send(suite, &sponsor, &propose);
    send(suite, &buyer, &ExecuteMsg::AcceptSponsor { campaign: side });
    send(suite, &buyer, &ExecuteMsg::StopCampaign { campaign: side });
    lone
}

fn owners(grown: &mut Grown) {
    let suite = &mut grown.suite;
    suite.pause();
    suite.unpause();
    let (owner, next) = (suite.owner.clone(), suite.user("next owner"));
    send(suite, &owner, &ExecuteMsg::ProposeOwner { owner: Some(next.to_string()) });
    send(suite, &next, &ExecuteMsg::AcceptOwner {});
    suite.owner = next.clone();
    let guardian = Some(suite.guardian.to_string());
    send(suite, &next, &ExecuteMsg::SetGuardian { guardian });
    send(suite, &next, &ExecuteMsg::WithdrawFees { denom: ATT.into() });
    suite.propose_spec(1).unwrap();
    suite.cancel_config().unwrap();
    suite.propose_spec(2).unwrap();
}

fn operators(grown: &mut Grown) {
    let suite = &mut grown.suite;
    let third = admin(2);
    suite.post_bond(&third, 1_000).unwrap();
    suite.unbond(&third, 500).unwrap();
    suite.swap(2, &spare_key(0)).unwrap();
}

fn accounts(grown: &mut Grown) {
    let suite = &mut grown.suite;
    let (alice, bob, vault) = (suite.user("alice"), suite.user("bob"), suite.user("vault"));
    send(suite, &alice, &ExecuteMsg::SetConsent { granted: true });
    send(suite, &bob, &ExecuteMsg::SetPayoutAddress { address: Some(vault.to_string()) });
}

/// A lie, an unanswered demand, the guardian and the arbiter: the epoch is missed.
fn voided_four_times(grown: &mut Grown) {
    let epoch = grown.epoch;
    grown.open();
    let mut lie = grown.draft(&SCORES);
    let mut main = lie.commitments[&grown.main].clone();
    main.commitment.budget += 1;
    grown.suite.put_as_is(&mut lie, main);
    grown.suite.submit(&lie).unwrap();
    let prover = grown.suite.user("prover");
    let proof = FraudProof::Commitment { commitment: of_main(grown, &lie) };
    let hash = proof_commit(&grown.suite.account("prover"), &proof).unwrap();
    grown.suite.commit_proof(&prover, hash).unwrap();
    grown.suite.make_blocks(1);
    grown.suite.prove(&prover, &lie.body, proof).unwrap();

    let honest = post(grown);
    grown.suite.demand(epoch, 1, FIRST).unwrap();
    let answer = grown.suite.commitment_answer(&honest, 0);
    grown.suite.answer((epoch, 1), FIRST, answer).unwrap();
    let answerer = grown.suite.user("answerer");
    assert_eq!(grown.suite.owed(BOND, &answerer), DEMAND_BOND);
    grown.suite.withdraw_owed(&answerer, BOND, None).unwrap();
    let commitment = of_main(grown, &honest);
    let key = [&[1], commitment.start.to_be_bytes().as_slice(), &[0; 4]].concat().try_into().unwrap();
    grown.suite.demand(epoch, 1, Target::Leaf { commitment, position: 0 }).unwrap();
    grown.suite.wait(101);
    grown.suite.void_unanswered(epoch, 1, key).unwrap();

    post(grown);
    grown.suite.demand(epoch, 2, FIRST).unwrap();
    grown.suite.void(epoch, 2).unwrap();
    grown.suite.reclaim(epoch, 2, commitment_key(0)).unwrap();

    post(grown);
    grown.suite.challenge(epoch, 3).unwrap();
    grown.suite.decide(epoch, 3, false).unwrap();
    assert_eq!(grown.suite.report_status(epoch), ReportStatus::Missed);
    grown.epoch += 1;
}

/// Anchors the next revision and posts an honest report.
fn post(grown: &mut Grown) -> Draft {
    grown.open();
    let draft = grown.draft(&SCORES);
    grown.suite.submit(&draft).unwrap();
    draft
}

fn of_main(grown: &Grown, draft: &Draft) -> RangeProof {
    let position = draft.commitments.keys().position(|campaign| *campaign == grown.main).unwrap() as u32;
    RangeProof {
        start: position,
        leaves: Binary::new(draft.commitments[&grown.main].commitment.pack()),
        siblings: Binary::new(grown.suite.commitment_tree(draft).prove(position).unwrap()),
    }
}

/// A report on which the arbiter slept, one whose signer equivocated, and that one stands.
fn reported(grown: &mut Grown) -> Draft {
    let epoch = grown.epoch;
    grown.suite.operators[2] = spare_key(0);
    post(grown);
    grown.suite.challenge(epoch, 0).unwrap();
    grown.suite.wait(601);
    grown.suite.resolve_silence(epoch, 0).unwrap();

    grown.open();
    let mut draft = grown.draft(&SCORES);
    let score = Score::try_from(7).unwrap();
    let asset = |id: &str| AssetLeaf {
        asset_id_hash: asset_id_hash(id),
        score,
        price: 9,
        denom_hash: denom_hash(USD),
    };
    let assets = grown.suite.put_assets(&mut draft, ["punk 1", "punk 2"].map(asset).to_vec());
    grown.suite.submit(&draft).unwrap();
    let twin = ReportBody { model_hash: [9; 32], ..draft.body.clone() };
    let signature = |body: &ReportBody| grown.suite.sign(body, &[0])[0].signature.clone();
    let evidence = Equivocation {
        first: Binary::new(draft.body.pack()),
        second: Binary::new(twin.pack()),
        signer: 0,
        first_signature: signature(&draft.body),
        second_signature: signature(&twin),
    };
    let anyone = grown.suite.user("anyone");
    let prove = ExecuteMsg::ProveEquivocation { evidence, quorums: None };
    send(&mut grown.suite, &anyone, &prove);
    grown.suite.finalise();
    let record = ExecuteMsg::RecordAssets {
        epoch,
        start: 0,
        assets: Binary::new(assets.iter().flat_map(AssetLeaf::pack).collect()),
        siblings: Binary::default(),
    };
    send(&mut grown.suite, &anyone, &record);
    draft
}

/// What a final report leads to.
fn paid(grown: &mut Grown, draft: &Draft, lone: u64) {
    let (main, epoch, suite) = (grown.main, grown.epoch, &mut grown.suite);
    let item = suite.settle_item(draft, main);
    suite.settle(vec![item]).unwrap();
    suite.claim_one("alice", main, epoch).unwrap();
    let relayer = suite.user("relayer");
    let items = vec![suite.claim_item("bob", main, epoch)];
    let account = suite.user("bob").to_string();
    send(suite, &relayer, &ExecuteMsg::ClaimFor { account, items, redirect: None });
    let of = |name: &str| AccountClaim {
        account: suite.user(name).to_string(),
        items: vec![suite.claim_item(name, main, epoch)],
    };
    let claims = ["carol", "dave"].map(of).to_vec();
    send(suite, &relayer, &ExecuteMsg::ClaimBatch { claims });

    let leaves = &suite.published[&(main, epoch)].leaves;
    let start = leaves.iter().position(|leaf| leaf.account == suite.account("alice")).unwrap() as u32;
    let tree = suite.allocation_tree(main, epoch, leaves);
    let record = ExecuteMsg::RecordScores {
        campaign: main,
        epoch,
        start,
        leaves: Binary::new(leaves.iter().skip(start as usize).take(1).flat_map(Leaf::pack).collect()),
        siblings: Binary::new(tree.prove_range(start, 1).unwrap()),
    };
    send(suite, &relayer, &record);

    send(suite, &relayer, &ExecuteMsg::CountParticipation {});
    send(suite, &relayer, &ExecuteMsg::DistributeOperatorFees { denom: ATT.into() });
    let absence = suite.absence(draft, lone);
    suite.refund_with(lone, vec![absence]).unwrap();
}

/// What has to wait, and the end of the owner.
fn waited(grown: &mut Grown) {
    let suite = &mut grown.suite;
    suite.wait(ALL_WAITS_S);
    suite.withdraw_bond(&admin(2)).unwrap();
    suite.accept_config().unwrap();
    let owner = suite.owner.clone();
    let mut limits = suite.config_at(u64::MAX).limits;
    limits.denoms.iter_mut().for_each(|policy| policy.creation_fee = Uint128::zero());
    send(suite, &owner, &ExecuteMsg::UpdateLimits(Box::new(limits)));
    suite.wait(1_000);
    send(suite, &owner, &ExecuteMsg::SetGuardian { guardian: None });
    send(suite, &owner, &ExecuteMsg::RenounceOwnership {});
}
