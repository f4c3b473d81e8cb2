//! A watcher with its own copy of the data, against a quorum that lies.

use attention_e2e::ledger::EpochBook;
use attention_e2e::oracle::{CommandFailed, write_private};
use attention_e2e::tamper::RawTree;
use attention_e2e::{Account, Bed, BedOptions, E2eError, Oracle, Publisher, Wasmd};
use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::msg::ExecuteMsg;
use attention_protocol::{Leaf, ReportBody};
use serde_json::Value;

use crate::court::{BOND, Court, SLASHED, bond, post_bonds, rewarded, watcher};
use crate::team::Recruits;
use crate::{Stage, terms};

/// The dispute window has to be long enough for a search, two transactions and a block between them on a busy machine.
const OPTIONS: BedOptions = BedOptions {
    genesis_in_s: 20,
    epoch_length_s: 58,
    report_period_s: 24,
    dispute_window_s: 32,
    open_period_s: 2,
    admins: true,
};
/// The watcher's key.
const KEY: &str = "prover";

/// What operators publish about an epoch.
#[derive(Clone)]
struct Published {
    body: ReportBody,
    file: LeavesFile,
}

impl Published {
    /// What the watcher itself computes.
    fn honest(watcher: &Oracle, epoch: u64) -> Result<Self, E2eError> {
        let built: Value = watcher.run(&["report", "build", "--epoch", &epoch.to_string()])?;
        let body =
            ReportBody::unpack(&watcher.read(&format!("data/reports/{epoch}-0.report"))?).expect("a body");
        let hash = built["leaves_hash"].as_str().expect("a hash");
        let file = watcher.read(&format!("data/leaves/{hash}.bin"))?;
        let file = LeavesFile::unpack(&file, &body).expect("the file that the body names");
        Ok(Self { body, file })
    }

    /// The same with one base unit taken from the first account that has some and given to the last: every sum stays right.
    fn crooked(&self, deployment: &Deployment) -> Self {
        let mut crooked = self.clone();
        let CampaignLeaves { commitment, leaves } = &mut crooked.file.campaigns[0];
        let robbed = leaves.iter().position(|leaf| leaf.cumulative > 0).expect("somebody earned something");
        let last = leaves.len() - 1;
        assert!(robbed < last, "two accounts");
        leaves[robbed].cumulative -= 1;
        leaves[last].cumulative += 1;
        let domain = deployment.allocation_domain(commitment.campaign, self.body.epoch);
        let tree = RawTree::new(&domain, leaves.iter().map(Leaf::pack).collect());
        *commitment = tree.commit(commitment);
        crooked.body.leaves_hash = LeavesFile::hash(&crooked.file.pack());
        (crooked.body.campaigns_root, _) = crooked.book(deployment).root();
        crooked
    }

    fn book(&self, deployment: &Deployment) -> EpochBook {
        let commitments = self.file.campaigns.iter().map(|campaign| campaign.commitment.clone());
        EpochBook::over(deployment, self.body.epoch, commitments.collect())
    }
}

/// Runs `watch --submit` on epoch 0: `None` if it finds nothing, else the code and the words it ends with.
fn watch(oracle: &Oracle) -> Result<Option<(i32, String)>, E2eError> {
    Ok(match oracle.try_run(&["watch", "--epoch", "0", "--submit", "--key", KEY])? {
        Ok(_) => None,
        Err(CommandFailed { code, stderr }) => Some((code.unwrap_or(-1), stderr)),
    })
}

/// The watcher's account, for the chain's command line too.
fn watchers_account(wasmd: &Wasmd, oracle: &Oracle) -> Result<Account, E2eError> {
    oracle.run::<Value>(&["keys", "add", KEY])?;
    let words = oracle.path("prover.words");
    let exported = oracle.try_run(&["keys", "export", KEY, "--out", &words.to_string_lossy()])?;
    exported.map_err(|failed| E2eError::Output(format!("keys export: {}", failed.stderr)))?;
    // The chain's command line takes the end of the line for a part of the last word.
    let text = oracle.read("prover.words")?;
    write_private(&words, String::from_utf8_lossy(&text).trim())?;
    wasmd.recover_key("watched-prover", &words)
}

/// A quorum steals one base unit and shows the file: the watcher reserves the proof, proves, and is paid. It hides the next file: the
/// watcher says so, and the arbiter voids it. The third revision is what the watcher computes itself, and stands.
pub fn a_watcher_convicts(stage: &Stage<'_>) -> Result<(), E2eError> {
    let wasmd = Wasmd::new(stage.chain)?;
    let mut recruits = Recruits::gather(stage, 0, None)?;
    let publisher = Publisher::start()?;
    recruits.surroundings.apis.push(publisher.api());
    let oracle = recruits.planner.clone();
    let prover = watchers_account(&wasmd, &oracle)?;
    let arbiter = wasmd.add_key("watched-arbiter")?;
    stage.chain.fund(&[prover.address.clone(), arbiter.address.clone()], &["20000000uattn"])?;
    let mut sent = None;
    let bed = Bed::deploy_with(stage.chain, stage.code, "watched", OPTIONS, |message| {
        message.spec_hash = recruits.spec_hash.into();
        message.security.arbiter = Some(arbiter.address.clone());
        sent = Some(message.clone());
    })?;
    recruits.introduce(&bed.contract, &sent.expect("the message is made"))?;
    let campaign = bed.create_campaign(&terms::plain(2), "2000007ureward")?;
    post_bonds(&bed)?;
    let mut court = Court::open(&bed, watcher(stage, &bed, "watched-relayer")?);
    bed.wait_until(bed.clock.window_end_s(0).expect("epoch 0"))?;
    let (code, words) = watch(&oracle)?.expect("there is no report");
    assert!(code == 4 && words.contains("no report of it is pending"), "{code}: {words}");
    let honest = Published::honest(&oracle, 0)?;

    let crooked = honest.crooked(&bed.deployment);
    publisher.publish(crooked.file.pack());
    court.post_body(&crooked.body)?;
    let (code, words) = watch(&oracle)?.expect("a crooked report");
    assert!(
        code == 5 && words.contains("breaks clause 4 (wrong_cumulative); it was proven"),
        "{code}: {words}"
    );
    let voided = wasmd.node.find("wasm-report_voided", "_contract_address", &bed.contract)?;
    assert_eq!(voided.len(), 1);
    court.voided(&voided[0], "fraud")?;
    assert_eq!(voided[0].attribute("wasm-fraud_proven", "prover"), Some(prover.address.as_str()));
    println!("       {:>7} gas  fraud proof of a watcher", voided[0].gas_used);
    let reserved = wasmd.node.find("wasm-proof_committed", "_contract_address", &bed.contract)?;
    assert_eq!(reserved.len(), 1, "the proof was reserved before it was shown");
    let bonds = (0..4).map(|operator| bond(&bed, operator)).collect::<Result<Vec<_>, _>>()?;
    assert_eq!(bonds, [BOND - SLASHED, BOND - SLASHED, BOND - SLASHED, BOND], "who signed is slashed");
    rewarded(&bed, &prover, 3 * SLASHED / 2)?;

    // The same lie, and nobody shows the file: what cannot be seen cannot be proven.
    let mut hidden = honest.crooked(&bed.deployment).body;
    (hidden.revision, hidden.leaves_hash) = (court.revision, [9; 32]);
    court.post_body(&hidden)?;
    let (code, words) = watch(&oracle)?.expect("a hidden report");
    assert!(code == 1 && words.contains("demand openings (demand_open)"), "{code}: {words}");
    let (epoch, revision) = (court.epoch, court.revision);
    let challenge = ExecuteMsg::ChallengeReport { epoch, revision, reason: "its file is nowhere".into() };
    bed.execute(&prover, &challenge, "10000uattn")?.expect("the watcher challenges it");
    let decide = ExecuteMsg::DecideChallenge { epoch, revision, stands: false };
    let tx = bed.execute(&arbiter, &decide, "")?.expect("the arbiter finds no file either");
    court.voided(&tx, "challenge")?;

    let last = ReportBody { revision: court.revision, ..honest.body.clone() };
    court.post_body(&last)?;
    let found = watch(&oracle)?;
    assert_eq!(found, None, "what the watcher computes itself");
    court.finish(last.digest(), honest.book(&bed.deployment).settle_items())?;
    let money = bed.check_money(&[campaign])?;
    let allocated = money[0].allocated.u128();
    assert!((999_000..=1_000_000).contains(&allocated), "two voids moved nothing: {money:?}");
    Ok(())
}
