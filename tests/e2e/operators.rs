//! Daemons that crash, stay away and come back, on a real chain.

use std::time::Duration;

use attention_e2e::setup::prepare;
use attention_e2e::{E2eError, Operator};
use attention_protocol::EpochClock;
use attention_protocol::msg::ReportStatus;
use serde_json::Value;

use crate::team::{READY_LIMIT, Recruits, Team};
use crate::{Stage, terms};

const EPOCHS: u64 = 5;
/// From the contract's creation to the first epoch: four daemons start meanwhile, beside other scenarios on two cores.
const LEAD_S: u64 = 90;
/// Nobody listens there.
const DEAD_RPC: &str = "http://127.0.0.1:9";

fn clock(genesis_s: u64) -> EpochClock {
    EpochClock {
        genesis_s,
        epoch_length_s: 24,
        report_period_s: 14,
        dispute_window_s: 4,
        open_period_s: 4,
        min_blocks: 3,
    }
}

/// I14 over real crashes: a killed operator starts again and takes part; with one away reports go on; with two away the
/// epoch is missed and its money stays; when they are back, reports go on, with every step done by hand.
pub fn crashes_cost_nothing(stage: &Stage<'_>) -> Result<(), E2eError> {
    // The first node they ask is gone.
    let recruits = Recruits::gather(stage, 4, Some(DEAD_RPC))?;
    prepare(&recruits.operators, &recruits.planner, &recruits.surroundings, &recruits.data, EPOCHS)?;
    let mut team = recruits.deploy(stage, "operators", |now_s| clock(now_s + LEAD_S), |_| {})?;
    team.start(&[0, 1, 2, 3])?;
    team.bed.create_campaign(&terms::plain(EPOCHS), "5000007ureward")?;
    team.wait_ready(&[0, 1, 2, 3], team.bed.clock.genesis_s)?;
    // Epoch 0: operator 0 is killed when all of them build and sign, and starts again at once.
    team.bed.wait_until(team.window_end_s(0))?;
    team.operators[0].kill();
    team.operators[0].start()?;
    let first = team.terminal(0)?;
    assert_eq!(first.status, ReportStatus::Final);
    // Epoch 1: operator 1 is gone, so each of the others is needed, the restarted one too.
    team.operators[1].kill();
    let second = team.terminal(1)?;
    assert_eq!((second.status, second.signers), (ReportStatus::Final, vec![0, 2, 3]));
    team.no_divergence(&[0, 2, 3])?;
    // Epoch 2: two are gone, nobody can report.
    team.operators[2].kill();
    let third = team.terminal(2)?;
    assert_eq!((&third.status, &third.body), (&ReportStatus::Missed, &None));
    // Epoch 3: they are back.
    team.operators[1].start()?;
    team.operators[2].start()?;
    assert_eq!(team.terminal(3)?.status, ReportStatus::Final);
    team.no_divergence(&[0, 1, 2, 3])?;
    // Epoch 4: none of the daemons pays for transactions; one operator posts and settles by hand.
    by_hand(&mut team, 4)?;
    // The money of the missed epoch went to the last one: everything is allocated but what flooring leaves.
    let money = team.bed.check_money(&[1])?;
    assert!(money[0].unallocated.u128() < 1_000, "{money:?}");
    assert!(money[0].allocated.u128() > 4_999_000);
    team.operators.iter_mut().try_for_each(Operator::stop)
}

/// Operators 1 to 3 sign without transmitting; operator 0 does the rest with single commands.
fn by_hand(team: &mut Team, epoch: u64) -> Result<(), E2eError> {
    let number = epoch.to_string();
    for operator in &mut team.operators {
        operator.kill();
    }
    for operator in &mut team.operators[1..] {
        operator.oracle = operator.oracle.clone().with_setting("ATTENTION__ROUND__TRANSMIT", false);
        operator.start()?;
    }
    let hand = team.operators[0].oracle.clone();
    let early = hand.try_run(&["sign", "--epoch", &number])?.expect_err("its window has not ended");
    assert_eq!(early.code, Some(4), "{}", early.stderr);
    team.operators[1..].iter_mut().try_for_each(|operator| operator.wait_ready(READY_LIMIT))?;
    let checks: Vec<Value> = hand.run(&["doctor"])?;
    assert!(checks.iter().all(|check| check["ok"] == true), "{checks:?}");
    let locked =
        team.operators[1].oracle.try_run(&["sign", "--epoch", &number])?.expect_err("its daemon runs");
    assert!(locked.stderr.contains("is in use by another attention-oracle"), "{}", locked.stderr);

    team.bed.wait_until(team.window_end_s(epoch))?;
    while !signed_by(team, &[1, 2, 3], epoch)? {
        std::thread::sleep(Duration::from_millis(200));
    }
    let built: Value = hand.run(&["report", "build", "--epoch", &number])?;
    let signed: Value = hand.run(&["sign", "--epoch", &number])?;
    assert_eq!((&signed["index"], &signed["digest"]), (&Value::from(0), &built["digest"]));
    let posted: Value = hand.run(&["submit", "--epoch", &number])?;
    assert_eq!(posted["digest"], built["digest"]);
    let report = team.terminal(epoch)?;
    assert_eq!((report.status, report.signers), (ReportStatus::Final, vec![0, 1, 2]));
    let shown: Value = hand.run(&["report", "show", "--epoch", &number])?;
    assert_eq!((&shown["status"], &shown["digest"]), (&Value::from("final"), &built["digest"]));
    // The daemons may have been killed before they settled the epoch before this one: each allocation builds on the last.
    hand.run::<Value>(&["settle", "--epoch", &(epoch - 1).to_string()])?;
    let settled: Value = hand.run(&["settle", "--epoch", &number])?;
    assert_eq!(settled["items"][0]["outcome"], "settled", "{settled}");
    let verified: Value = hand.run(&["report", "verify", "--epoch", &number])?;
    assert_eq!(verified["verdict"], "match");
    let scored: Value = hand.run(&["score", "--epoch", &number, "--dry-run"])?;
    let account = scored["linked"][0]["account"].as_str().expect("somebody has a leaf");
    let proof: Value = hand.run(&["proof", "--campaign", "1", "--account", account])?;
    assert_eq!((&proof["campaign"], &proof["epoch"]), (&Value::from(1), &Value::from(epoch)));
    let stranger = team.bed.owner.address.as_str();
    let none = hand.try_run(&["proof", "--campaign", "1", "--account", stranger])?.expect_err("no leaf");
    assert_eq!(none.code, Some(3), "{}", none.stderr);
    Ok(())
}

fn signed_by(team: &Team, indices: &[usize], epoch: u64) -> Result<bool, E2eError> {
    for index in indices {
        if team.operators[*index].status()?["signed_epoch"].as_u64() < Some(epoch) {
            return Ok(false);
        }
    }
    Ok(true)
}
