//! Challenges: what no proof reaches, because it is false in correct trees or because nobody shows the file, is for an arbiter.

use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, Tx, Wasmd};
use attention_protocol::msg::ExecuteMsg;

use crate::court::{BOND, Court, account, bond, post_bonds, watcher};
use crate::rewards::{claim, fresh};
use crate::{Stage, terms};

/// What the arbiter has to decide in, seconds, and what a challenge costs.
const ARBITER_PERIOD_S: u64 = 10;
const CHALLENGE_BOND: u128 = 10_000;
/// What of that a silence costs: a tenth.
const SILENCE_FEE: u128 = CHALLENGE_BOND / 10;

const OPTIONS: BedOptions = BedOptions {
    genesis_in_s: 35,
    epoch_length_s: 28,
    report_period_s: 15,
    dispute_window_s: 11,
    open_period_s: 2,
    admins: true,
};

/// Has the arbiter decide on the pending report.
fn challenge(court: &Court<'_>, reason: &str) -> Result<(), E2eError> {
    let (epoch, revision, reason) = (court.epoch, court.revision, reason.to_string());
    let message = ExecuteMsg::ChallengeReport { epoch, revision, reason };
    let short = format!("{}uattn", CHALLENGE_BOND - 1);
    court.bed.execute(&court.prover, &message, &short)?.expect_err("the bond is not whole");
    let tx = court.bed.execute(&court.prover, &message, &format!("{CHALLENGE_BOND}uattn"))?;
    tx.map(drop).map_err(|failed| E2eError::Output(format!("a challenge: {}", failed.log)))
}

fn decide(
    court: &Court<'_>,
    arbiter: &Account,
    stands: bool,
) -> Result<Result<Tx, attention_e2e::wasmd::TxFailed>, E2eError> {
    let (epoch, revision) = (court.epoch, court.revision);
    court.bed.execute(arbiter, &ExecuteMsg::DecideChallenge { epoch, revision, stands }, "")
}

fn decided(tx: &Tx, outcome: &str) {
    let told = tx.attribute("wasm-challenge_decided", "outcome");
    assert_eq!(told, Some(outcome), "{:?}", tx.events);
}

/// Two epochs: the first report falls; the next meets an arbiter who sleeps; the last stands against its challenger. Operators lose
/// nothing on an arbiter's word, and no epoch and no token is lost.
pub fn an_arbiter_decides(stage: &Stage<'_>) -> Result<(), E2eError> {
    let wasmd = Wasmd::new(stage.chain)?;
    let (arbiter, treasury) = (wasmd.add_key("challenge-arbiter")?, wasmd.add_key("challenge-treasury")?);
    stage.chain.fund(std::slice::from_ref(&arbiter.address), &["20000000uattn"])?;
    let bed = Bed::deploy_with(stage.chain, stage.code, "challenge", OPTIONS, |message| {
        let security = &mut message.security;
        security.arbiter = Some(arbiter.address.clone());
        security.arbiter_period_s = ARBITER_PERIOD_S;
        security.slash_recipient = Some(treasury.address.clone());
    })?;
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let alice = fresh(stage, &bed, "challenge-alice")?;
    let challenger = watcher(stage, &bed, "challenge-challenger")?;
    post_bonds(&bed)?;
    let mut book = CampaignBook::new(id, &terms);
    let mut court = Court::open(&bed, challenger);
    let domain = |epoch| bed.deployment.allocation_domain(id, epoch);
    let scores = [(alice.id.clone(), 500_000)];
    let honest = book.allocate(&domain(0), &scores, 1_000);

    // Epoch 0: a correct tree of false scores, whose file nobody shows. It falls, and the next revision is honest.
    let lie = book.allocate(&domain(0), &[(account(9), 1_000_000)], 1_000);
    court.post(&[&lie.commitment])?;
    challenge(&court, "no operator serves the file of leaves_hash")?;
    decide(&court, &bed.owner, false)?.expect_err("only the arbiter decides");
    let tx = decide(&court, &arbiter, false)?.expect("the arbiter voids it");
    decided(&tx, "falls");
    court.voided(&tx, "challenge")?;
    assert_eq!(bed.owed(&court.prover, "uattn")?, CHALLENGE_BOND, "who was right gets it all back");
    let reported = court.post(&[&honest.commitment])?;
    court.close(&reported)?;
    book.keep(&honest);
    bed.execute(&alice, &claim(vec![honest.claim_item(0, &alice.id)]), "")?.expect("revision 1 pays");
    assert_eq!(bed.wasmd.node.balance(&alice.address, "ureward")?, 1_000);
    let withdraw = ExecuteMsg::WithdrawOwed { denom: "uattn".into(), recipient: None };
    bed.execute(&court.prover, &withdraw, "")?.expect("the bond is withdrawn");

    // Epoch 1: nobody decides. The report is void all the same, and the challenge cost a tenth.
    let honest = book.allocate(&domain(1), &scores, 1_000);
    court.post(&[&honest.commitment])?;
    challenge(&court, "recomputed: other scores")?;
    let resolve = ExecuteMsg::ResolveSilence { epoch: court.epoch, revision: court.revision };
    bed.execute(&court.prover, &resolve, "")?.expect_err("the arbiter still has time");
    bed.wait_until(bed.wasmd.node.now()?.1 + ARBITER_PERIOD_S + 1)?;
    let late = decide(&court, &arbiter, true)?.expect_err("the arbiter slept");
    assert!(late.log.contains("resolve_silence"), "{}", late.log);
    let tx = bed.execute(&court.prover, &resolve, "")?.expect("silence voids");
    decided(&tx, "silent");
    court.voided(&tx, "silence")?;
    assert_eq!(bed.owed(&court.prover, "uattn")?, CHALLENGE_BOND - SILENCE_FEE);
    assert_eq!(bed.owed(&treasury, "uattn")?, SILENCE_FEE);

    // The same report again: the arbiter says that it stands, and the challenger is out of its bond.
    let reported = court.post(&[&honest.commitment])?;
    challenge(&court, "recomputed: other scores")?;
    let tx = decide(&court, &arbiter, true)?.expect("the arbiter lets it stand");
    decided(&tx, "stands");
    assert_eq!(bed.owed(&court.prover, "uattn")?, CHALLENGE_BOND - SILENCE_FEE, "nothing more");
    assert_eq!(bed.owed(&treasury, "uattn")?, SILENCE_FEE + CHALLENGE_BOND);
    court.close(&reported)?;
    bed.execute(&alice, &claim(vec![honest.claim_item(1, &alice.id)]), "")?.expect("the rest is paid");
    assert_eq!(bed.wasmd.node.balance(&alice.address, "ureward")?, 2_000);

    for operator in 0..4 {
        assert_eq!(bond(&bed, operator)?, BOND, "operator {operator}");
    }
    let held = bed.wasmd.node.balance(&bed.contract, "uattn")?;
    assert_eq!(held, 4 * BOND + 2 * CHALLENGE_BOND, "bonds, and what waits for challenger and treasury");
    let money = bed.check_money(&[id])?;
    assert_eq!((money[0].allocated.u128(), money[0].claimed.u128()), (2_000, 2_000));
    Ok(())
}
