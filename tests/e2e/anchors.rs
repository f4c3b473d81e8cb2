//! Daemons that anchor what they compute from, before they sign.

use std::time::Duration;

use attention_e2e::setup::{prepare_from, train, without_sales};
use attention_e2e::{E2eError, Operator};
use attention_protocol::msg::{CampaignResponse, QueryMsg, ReportResponse, ReportStatus};
use attention_protocol::{EpochClock, ReportBody};

use crate::team::{Recruits, Team};
use crate::{Stage, terms};

const EPOCHS: u64 = 2;
/// Epochs that the data have events for: a daemon that has all their models is ready at once.
const MODELS: u64 = 5;
/// The grace before an input may be anchored, seconds.
const GRACE_S: u64 = 1;
/// The daemons have the first epoch, too, to get ready.
const LEAD_S: u64 = 60;
/// Whose log differs, and from which epoch on: the one in which it is its turn to anchor.
const LIAR: usize = 1;
/// Of the sales of data epoch 36, which chain epoch 1 plays, the liar's log lacks these.
const LEFT_OUT: (&str, &str) = ("2020-06-20", "2020-07-05");

/// The first half of the time for an anchor is 12 s long: then another operator may.
fn clock(genesis_s: u64) -> EpochClock {
    EpochClock {
        genesis_s,
        epoch_length_s: 34,
        report_period_s: 26,
        dispute_window_s: 4,
        open_period_s: 4,
        min_blocks: 3,
    }
}

/// An anchor as its event tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Anchor {
    epoch: String,
    revision: String,
    operator: String,
    input_root: String,
}

fn anchors(team: &Team) -> Result<Vec<Anchor>, E2eError> {
    let kind = "wasm-input_anchored";
    let found = team.bed.wasmd.node.find(kind, "_contract_address", &team.bed.contract)?;
    let told = |tx: &attention_e2e::Tx, key| tx.attribute(kind, key).expect("it is in the event").to_string();
    let anchors = found.iter().map(|tx| Anchor {
        epoch: told(tx, "epoch"),
        revision: told(tx, "revision"),
        operator: told(tx, "operator"),
        input_root: told(tx, "input_root"),
    });
    Ok(anchors.collect())
}

fn body(report: &ReportResponse) -> ReportBody {
    ReportBody::unpack(report.body.as_ref().expect("a body")).expect("a report's body")
}

/// The daemon says that another input than its own is anchored, and does not sign.
fn refuses(operator: &Operator) -> Result<bool, E2eError> {
    let alarms = operator.status()?["alarms"].to_string();
    Ok(alarms.contains("the input root anchored on chain is"))
}

/// Epoch 0: the operator whose turn it is is down, and another anchors in the second half. Epoch 1: the operator whose turn it is
/// has another log. It anchors what it has, nobody else signs that, and the next revision is anchored and reported by the others
/// without it.
pub fn one_daemon_has_another_log(stage: &Stage<'_>) -> Result<(), E2eError> {
    let mut recruits = Recruits::gather(stage, 4, None)?;
    train(&recruits.planner, MODELS)?;
    let other = without_sales(&recruits.data, recruits.folder(), LEFT_OUT.0, LEFT_OUT.1)?;
    for operator in &mut recruits.operators {
        operator.oracle = operator.oracle.clone().with_setting("ATTENTION__ROUND__STEP_S", 1);
    }
    let data = recruits.data.clone();
    let data_of = |index| if index == LIAR { other.clone() } else { data.clone() };
    prepare_from(&recruits.operators, &recruits.planner, &recruits.surroundings, data_of)?;
    let mut team = recruits.deploy(
        stage,
        "anchors",
        |now_s| clock(now_s + LEAD_S),
        |message| {
            message.security.anchor_grace_s = Some(GRACE_S);
        },
    )?;
    team.start(&[1, 2, 3])?;
    let campaign = team.bed.create_campaign(&terms::plain(EPOCHS), "2000007ureward")?;
    // The liar is on duty without: it trains anew what follows from its log.
    team.wait_ready(&[2, 3], team.window_end_s(0))?;

    // Epoch 0 is operator 0's to anchor, and its daemon is down. All logs are still the same.
    let first = team.terminal(0)?;
    assert_eq!((first.status.clone(), first.revision), (ReportStatus::Final, 0), "{first:?}");
    assert_eq!(first.signers, [1, 2, 3]);
    let told = anchors(&team)?;
    assert_eq!(told.len(), 1, "the first counts: {told:?}");
    assert_ne!(told[0].operator, "0", "an operator that is down");
    assert_eq!(told[0].input_root, hex::encode(body(&first).input_root));
    team.start(&[0])?;
    team.no_divergence(&[1, 2, 3])?;

    // Epoch 1 is the liar's to anchor. Its revision 0 runs out, and operator 2 anchors revision 1.
    let lost_s = team.bed.clock.report_period_s;
    team.wait_ready(&[0], team.window_end_s(1) + lost_s)?;
    team.bed.wait_until(team.window_end_s(1) + lost_s)?;
    let second = team.terminal_after(1, lost_s)?;
    assert_eq!((second.status.clone(), second.revision), (ReportStatus::Final, 1), "{second:?}");
    assert_eq!(second.signers, [0, 2, 3], "the three whose logs agree");
    let told = anchors(&team)?;
    let turns: Vec<_> =
        told.iter().skip(1).map(|anchor| [&anchor.epoch, &anchor.revision, &anchor.operator]).collect();
    assert_eq!(turns, [["1", "0", "1"], ["1", "1", "2"]], "{told:?}");
    assert_ne!(told[1].input_root, told[2].input_root);
    assert_eq!(told[2].input_root, hex::encode(body(&second).input_root));
    for operator in &team.operators {
        assert!(refuses(operator)?, "{}: {}", operator.name, operator.status()?["alarms"]);
    }

    // What the three reported settles, and no money waits for the revision that was lost.
    let settled = |campaign: CampaignResponse| campaign.settled.map(|settled| settled.epoch);
    while settled(team.bed.query(&QueryMsg::Campaign { campaign })?) != Some(1) {
        let latest_s = team.window_end_s(1) + 3 * team.bed.clock.report_period_s;
        assert!(team.bed.wasmd.node.now()?.1 < latest_s, "epoch 1 is not settled");
        std::thread::sleep(Duration::from_secs(1));
    }
    let money = team.bed.check_money(&[campaign])?;
    assert!(money[0].unallocated.u128() < 1_000, "{money:?}");
    team.operators.iter_mut().try_for_each(Operator::stop)
}
