//! Replays the model's traces (`spec/traces/`): each action as a message, with the outcome that the model says, and after
//! each of them the same picture of every epoch and all money. The model moves epochs on step by step, the contract by
//! closed forms; here they have to agree.

mod dispute;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::campaign::epochs_left;
use attention_protocol::msg::{
    ClaimedResponse, CommitmentAbsence, FundingResponse, InstantiateMsg, QueryMsg, ReportStatus,
};
use attention_protocol::{EpochClock, Hash};
use cw_multi_test::AppResponse;

use crate::suite::{BOND, Draft, NewCampaign, Published, Setup, Suite, T0, USD, outcomes};
use trace::{Action, Plan, Plans, Seen, SeenCampaign, SeenEpoch, State, Tamper, traces};

/// The model's numbers (`spec/types.qnt`).
const CLOCK: EpochClock = EpochClock {
    genesis_s: T0 + 1,
    epoch_length_s: 10,
    report_period_s: 4,
    dispute_window_s: 3,
    open_period_s: 2,
    min_blocks: 2,
};
const ARBITER_PERIOD_S: u64 = 4;
const ANCHOR_GRACE_S: u64 = 1;
/// Epochs that the model knows.
const EPOCHS: u64 = 3;
/// The highest end of a campaign that the model can say.
const END_MAX: u64 = EPOCHS + 1;

/// What the contract says where the model refuses.
const REFUSALS: [(&str, &str); 34] = [
    ("AllocationExhausted", "more is too much"),
    ("AlreadyAnchored", "is anchored already"),
    ("AlreadyChallenged", "was challenged before"),
    ("AlreadyDemanded", "was demanded before"),
    ("AlreadyStopped", "is stopped already"),
    ("AnchorMissing", "has no anchored input"),
    ("AnchorNotAwaited", "an input is awaited for revision"),
    ("AnchorTooSoon", "may be anchored from"),
    ("AnchorsOff", "takes no anchors"),
    ("AnswerAwaited", "the demand can be answered until"),
    ("AnswerLate", "the demand could be answered until"),
    ("CampaignEnded", "has ended with epoch"),
    ("CampaignNotOver", "is not over"),
    ("DecisionAwaited", "the arbiter can decide until"),
    ("DecisionLate", "the arbiter could decide until"),
    ("EpochNotOpen", "is not open yet"),
    ("EpochPassed", "comes too late"),
    ("EpochTaken", "already has another report at revision"),
    ("FutureRevision", "is not open: "),
    ("NoChallenge", "has no challenge to decide"),
    ("NoDemand", "has no open demand on that"),
    ("NotFinal", "has no final report"),
    ("NotPending", "has no pending report"),
    ("NotProven", "nothing is proven"),
    ("NotSettled", "has no settled allocation"),
    ("NothingToClaim", "nothing to claim"),
    ("NothingToRefund", "nothing is due back"),
    ("OtherBase", "builds on another base"),
    ("PastDue", "is over without a report"),
    ("PreviousPending", "is pending until"),
    ("SettlementPending", "is not settled: settle it"),
    ("StaleRevision", "is stale: "),
    ("WindowOpen", "the window of epoch"),
    ("WindowOver", "the dispute window of epoch"),
];

/// The deployment that a trace is replayed on.
struct World {
    suite: Suite,
    campaigns: [u64; 2],
    /// The accepted reports, by epoch.
    drafts: BTreeMap<u64, Draft>,
    /// Reports tried so far: each gets content of its own.
    tried: u8,
    first_height: u64,
    anchors: bool,
}

impl World {
    /// Campaign 1 runs in epochs 0..2 with 12, campaign 2 in 1..3 with 9.
    fn new(anchors: bool) -> Self {
        let plain = |msg: &mut InstantiateMsg| {
            msg.clock = CLOCK;
            msg.security.arbiter_period_s = ARBITER_PERIOD_S;
        };
        let anchored = |msg: &mut InstantiateMsg| {
            msg.clock = CLOCK;
            msg.security.arbiter_period_s = ARBITER_PERIOD_S;
            msg.security.anchor_grace_s = Some(ANCHOR_GRACE_S);
        };
        let change = if anchors { anchored } else { plain };
        let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
        let anyone = suite.user("anyone");
        suite.mint(&anyone, 1 << 100, BOND);
        let campaigns = [((0, 2), 12), ((1, 3), 9)].map(|((start, end), amount)| {
            NewCampaign::default().epochs(start, end).bringing(amount, USD).create(&mut suite)
        });
        assert_eq!(campaigns, [1, 2], "the model's names are the contract's ids");
        let first_height = suite.app.block_info().height;
        Self { suite, campaigns, drafts: BTreeMap::new(), tried: 0, first_height, anchors }
    }

    /// The table: what a message each of the model's actions is.
    fn act(&mut self, action: &Action) -> Result<AppResponse, String> {
        match action {
            Action::Wait { seconds, blocks } => {
                self.suite.set_time(self.suite.now_s() + seconds);
                self.suite.make_blocks(*blocks);
                Ok(AppResponse::default())
            }
            Action::SubmitReport { epoch, revision, plans } => self.submit(*epoch, *revision, plans),
            Action::RepeatReport { epoch } => {
                let draft = self.drafts[epoch].clone();
                self.suite.submit(&draft)
            }
            Action::FundCampaign { campaign, amount } => self.suite.fund(*campaign, *amount),
            Action::StopCampaign { campaign } => self.suite.stop(*campaign),
            Action::RefundCampaign { campaign } => {
                let absences = self.absences(*campaign);
                self.suite.refund_with(*campaign, absences)
            }
            Action::Settle { campaign, epoch } => {
                let item = self.suite.settle_item(&self.drafts[epoch], *campaign);
                self.suite.settle(vec![item])
            }
            Action::Claim { campaign, account, epoch } => self.suite.claim_one(account, *campaign, *epoch),
            Action::AnchorInput { epoch, revision } => self.anchor(*epoch, *revision),
            Action::DemandOpen { epoch, campaign } => self.demand(*epoch, *campaign),
            Action::AnswerDemand { epoch, campaign } => self.answer(*epoch, *campaign),
            Action::VoidUnanswered { epoch, campaign } => self.void_unanswered(*epoch, *campaign),
            Action::ChallengeReport { epoch } => self.suite.challenge(*epoch, self.revision(*epoch)),
            Action::DecideChallenge { epoch, upheld } => {
                self.suite.decide(*epoch, self.revision(*epoch), *upheld)
            }
            Action::ResolveSilence { epoch } => self.suite.resolve_silence(*epoch, self.revision(*epoch)),
            Action::VoidReport { epoch } => self.suite.void(*epoch, self.revision(*epoch)),
            Action::ProveFraud { epoch } => self.prove(*epoch),
        }
    }

    fn submit(&mut self, epoch: u64, revision: u32, plans: &Plans) -> Result<AppResponse, String> {
        self.tried += 1;
        let mut draft = self.suite.draft(epoch);
        draft.body.revision = revision;
        draft.body.input_root = self.anchored_input().unwrap_or([self.tried; 32]);
        draft.body.model_hash = [self.tried; 32];
        for (campaign, plan) in &plans.by_campaign {
            self.commit(&mut draft, *campaign, plan);
        }
        let response = self.suite.submit(&draft)?;
        self.drafts.insert(epoch, draft);
        Ok(response)
    }

    /// The input that the awaited report has to be computed from.
    fn anchored_input(&self) -> Option<Hash> {
        let input = self.suite.epoch_status().input_root;
        input.map(|input| Hash::try_from(input.as_slice()).unwrap())
    }

    /// The revision that an epoch's report has, or is awaited with.
    fn revision(&self, epoch: u64) -> u32 {
        self.suite.report(epoch).revision
    }

    /// A campaign's commitment, as the plan says. Without weight or budget there is none.
    fn commit(&self, draft: &mut Draft, campaign: u64, plan: &Plan) {
        let base = u64::try_from(plan.base).ok().map(|epoch| &self.suite.published[&(campaign, epoch)]);
        let budget = self.budget(campaign, draft.body.epoch, base);
        let scores = [("alice", plan.alice), ("bob", plan.bob)];
        let scored: Vec<_> = scores.into_iter().filter(|(_, score)| *score > 0).collect();
        if scored.is_empty() || budget == 0 {
            return;
        }
        self.suite.commit_on(draft, campaign, (base, budget), &scored);
        let mut published = draft.commitments[&campaign].clone();
        self.tamper(&mut published, plan.tamper);
        self.suite.put(draft, published);
    }

    /// What the schedule gives on a base that need not be settled.
    fn budget(&self, campaign: u64, epoch: u64, base: Option<&Published>) -> u128 {
        let terms = self.suite.campaign(campaign).terms;
        let credited: FundingResponse = self.suite.query(&QueryMsg::Funding { campaign, epoch });
        let promised = base.map_or(0, |base| base.commitment.cumulative_total);
        let gone = promised + self.suite.money(campaign).refunded.u128();
        let available = credited.credited.u128().max(gone) - gone;
        terms.rule.schedule.budget(available, epochs_left(terms.end_epoch, epoch))
    }

    fn tamper(&self, published: &mut Published, tamper: Tamper) {
        let total: u128 = published.leaves.iter().map(|leaf| leaf.cumulative).sum();
        let position = |name: &str| {
            let account = self.suite.account(name);
            published.leaves.iter().position(|leaf| leaf.account == account)
        };
        match (tamper, position("alice"), position("bob")) {
            (Tamper::Shifted, Some(alice), Some(bob)) => {
                published.leaves[alice].cumulative = 0;
                published.leaves[bob].cumulative = total;
            }
            (Tamper::Excess, alice, bob) => {
                let earned = total - published.commitment.base_total;
                let first = alice.or(bob).unwrap();
                published.leaves[first].cumulative += published.commitment.budget - earned + 1;
            }
            _ => {}
        }
    }

    /// Proofs for all final reports that hold no commitment of the campaign.
    fn absences(&self, campaign: u64) -> Vec<CommitmentAbsence> {
        let is_absent = |draft: &&Draft| {
            let holds = &draft.commitments;
            !holds.is_empty() && !holds.contains_key(&campaign)
        };
        self.drafts.values().filter(is_absent).map(|draft| self.suite.absence(draft, campaign)).collect()
    }

    /// The contract's picture. Beyond the modelled epochs it is cut to what the model can say.
    fn look(&self) -> Seen {
        let status = self.suite.epoch_status();
        let since = |time_s: u64| i64::try_from(time_s - T0).unwrap();
        let is_known = status.open_epoch < EPOCHS;
        let due = status.due_s.filter(|_| is_known).map_or(-1, since);
        Seen {
            time: status.now_s - T0,
            height: status.height - self.first_height,
            open: status.open_epoch.min(EPOCHS),
            due,
            anchors: self.anchors,
            epochs: (0..EPOCHS).map(|epoch| self.look_at_epoch(epoch)).collect(),
            campaigns: self.campaigns.map(|campaign| self.look_at_campaign(campaign)).into(),
            vault: self.suite.balance(&self.suite.contract, USD),
        }
    }

    fn look_at_epoch(&self, epoch: u64) -> SeenEpoch {
        let report = self.suite.report(epoch);
        let phase = match report.status {
            ReportStatus::Open => "Open",
            ReportStatus::Pending | ReportStatus::Challenged => "Pending",
            ReportStatus::Final => "Final",
            ReportStatus::Missed => "Missed",
        };
        let since = |value: Option<u64>, start: u64| value.map_or(-1, |v| i64::try_from(v - start).unwrap());
        let status = self.suite.epoch_status();
        SeenEpoch {
            phase: phase.into(),
            // Which revision a missed epoch was in says nothing.
            revision: if report.status == ReportStatus::Missed { 0 } else { report.revision },
            ends_at: since(report.ends_at_s, T0),
            ends_height: since(report.ends_height, self.first_height),
            demands: report.open_demands,
            challenged: report.status == ReportStatus::Challenged,
            anchored: status.open_epoch == epoch && status.input_root.is_some(),
        }
    }

    fn look_at_campaign(&self, campaign: u64) -> SeenCampaign {
        let stored = self.suite.campaign(campaign);
        let money = self.suite.money(campaign);
        let claimed = |name: &str| {
            let account = self.suite.user(name).to_string();
            self.suite.query::<ClaimedResponse>(&QueryMsg::Claimed { campaign, account }).claimed.u128()
        };
        SeenCampaign {
            end: stored.end_epoch.min(END_MAX),
            settled: stored.settled.map_or(-1, |settled| i64::try_from(settled.epoch).unwrap()),
            funded: money.funded.u128(),
            unallocated: money.unallocated.u128(),
            allocated: money.allocated.u128(),
            claimed: money.claimed.u128(),
            refunded: money.refunded.u128(),
            alice: claimed("alice"),
            bob: claimed("bob"),
        }
    }
}

/// The call went as the model says.
fn check_outcome(expected: &str, result: Result<AppResponse, String>, place: &str) {
    let is_event = |response: &AppResponse, name: &str| response.events.iter().any(|event| event.ty == name);
    match (expected, result) {
        ("Done", Ok(response)) => assert!(!is_event(&response, "wasm-report_repeated"), "{place}: repeated"),
        ("Repeated", Ok(response)) => assert!(is_event(&response, "wasm-report_repeated"), "{place}"),
        ("Settled" | "Rejected" | "Skipped", Ok(response)) => {
            let settled: Vec<_> = outcomes(&response).into_iter().map(|(outcome, _)| outcome).collect();
            assert_eq!(settled, [expected.to_lowercase()], "{place}");
        }
        (refusal, result) => {
            let words = REFUSALS.iter().find(|(name, _)| *name == refusal).map(|(_, words)| *words);
            let words = words.unwrap_or_else(|| panic!("{place}: the contract has no words for {refusal}"));
            let error =
                result.expect_err(&format!("{place}: accepted, but the model refuses with {refusal}"));
            assert!(error.contains(words), "{place}: not {refusal}, but {error}");
        }
    }
}

#[test]
fn every_trace_of_the_model_is_one_of_the_contract() {
    let mut steps = 0;
    for (name, trace) in traces() {
        let mut world = World::new(trace.states[0].seen.anchors);
        for (number, State { last, seen }) in trace.states.iter().enumerate() {
            let place = format!("{name}, state {number}, {:?}", last.did);
            check_outcome(&last.outcome, world.act(&last.did), &place);
            assert_eq!(world.look(), *seen, "{place}: the contract's picture, then the model's");
            steps += 1;
        }
    }
    assert!(steps >= 500, "only {steps} states");
}

/// The traces are not only waiting: each outcome is met, and so is each phase of an epoch.
#[test]
fn the_traces_show_every_outcome() {
    let traces = traces();
    let states = || traces.iter().flat_map(|(_, trace)| &trace.states);
    let accepted = ["Done", "Rejected", "Repeated", "Settled", "Skipped"];
    let expected: BTreeSet<&str> = REFUSALS.into_iter().map(|(name, _)| name).chain(accepted).collect();
    let met: BTreeSet<&str> = states().map(|state| state.last.outcome.as_str()).collect();
    assert_eq!(met, expected);
    let phases: BTreeSet<&str> =
        states().flat_map(|state| &state.seen.epochs).map(|epoch| epoch.phase.as_str()).collect();
    assert_eq!(phases.into_iter().collect::<Vec<_>>(), ["Final", "Missed", "Open", "Pending"]);
}
