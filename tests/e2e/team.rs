//! Four operators with real daemons, and the deployment they report to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use attention_e2e::oracle::find_program;
use attention_e2e::setup::{find_data, import, link, write_json, write_spec};
use attention_e2e::{Bed, E2eError, Operator, Oracle, Surroundings, configure};
use attention_protocol::msg::{InstantiateMsg, QueryMsg, ReportResponse, ReportStatus};
use attention_protocol::{EpochClock, Hash};
use serde_json::Value;
use tempfile::TempDir;

use crate::Stage;

/// What chain epoch 0 plays: the sales of 2020 begin to be many here.
pub const DATA_EPOCH: u64 = 35;
/// How long a daemon may take until it is ready.
pub const READY_LIMIT: Duration = Duration::from_secs(90);

/// Operators before there is a contract: one planner wrote the specification, imported the sales and linked users to wallets.
pub struct Recruits {
    pub planner: Oracle,
    pub operators: Vec<Operator>,
    pub surroundings: Surroundings,
    /// The folder with the sales.
    pub data: PathBuf,
    pub spec_hash: Hash,
    folder: TempDir,
}

impl Recruits {
    /// `count` operators without keys and data yet. `first_rpc` is asked before the chain's node.
    pub fn gather(stage: &Stage<'_>, count: usize, first_rpc: Option<&str>) -> Result<Self, E2eError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (program, data) = (find_program()?, find_data()?);
        let operators: Vec<Operator> = (0..count)
            .map(|index| Operator::new(&program, folder.path(), index))
            .collect::<Result<_, _>>()?;
        let planner = Oracle::new(&program, &folder.path().join("planner"))?;
        let apis = operators.iter().map(|operator| operator.api.clone()).collect();
        let mut surroundings = Surroundings::of(stage.chain.info(), apis);
        if let Some(rpc) = first_rpc {
            surroundings.rpcs.insert(0, rpc.into());
        }
        let spec_hash = write_spec(&planner, &surroundings, DATA_EPOCH)?;
        import::<Value>(&planner, &data)?;
        link(&planner)?;
        Ok(Self { planner, operators, surroundings, data, spec_hash, folder })
    }

    /// Where this team's files stand.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Tells everybody of a deployment that was created with this message.
    pub fn introduce(&mut self, contract: &str, message: &InstantiateMsg) -> Result<(), E2eError> {
        let path = self.folder.path().join("instantiate.json");
        write_json(&path, message)?;
        self.surroundings.deployed = Some((contract.into(), path.to_string_lossy().into_owned()));
        configure(&self.planner, &self.surroundings, None)?;
        self.operators
            .iter()
            .try_for_each(|operator| configure(&operator.oracle, &self.surroundings, Some(&operator.api)))
    }

    /// Gives each prepared operator coins for gas, and creates the contract with their keys and a message that `change` changes.
    pub fn deploy(
        mut self,
        stage: &Stage<'_>,
        name: &str,
        clock: impl FnOnce(u64) -> EpochClock,
        change: impl FnOnce(&mut InstantiateMsg),
    ) -> Result<Team, E2eError> {
        let payers = self.operators.iter().map(|operator| Ok(operator.key("transmitter")?.address));
        let payers = payers.collect::<Result<Vec<_>, E2eError>>()?;
        stage.chain.fund(&payers, &["50000000uattn"])?;
        let infos = self.operators.iter().map(Operator::info).collect::<Result<_, _>>()?;
        let spec_hash = self.spec_hash;
        let (bed, message) = Bed::deploy_message(stage.chain, stage.code, name, |now_s| {
            let mut message = Bed::message(infos, clock(now_s), spec_hash);
            change(&mut message);
            message
        })?;
        self.introduce(&bed.contract, &message)?;
        Ok(Team { operators: self.operators, bed, _folder: self.folder })
    }
}

/// Four operators with data and models, and their contract.
pub struct Team {
    pub operators: Vec<Operator>,
    pub bed: Bed,
    _folder: TempDir,
}

impl Team {
    /// Starts the daemons of these operators.
    pub fn start(&mut self, indices: &[usize]) -> Result<(), E2eError> {
        indices.iter().try_for_each(|index| self.operators[*index].start())
    }

    /// Waits until these daemons are ready, which has to be before a time of the chain.
    pub fn wait_ready(&mut self, indices: &[usize], before_s: u64) -> Result<(), E2eError> {
        indices.iter().try_for_each(|index| self.operators[*index].wait_ready(READY_LIMIT))?;
        let now_s = self.bed.wasmd.node.now()?.1;
        assert!(
            now_s < before_s,
            "the machine is too slow: the daemons were not ready before they had to be"
        );
        Ok(())
    }

    pub fn window_end_s(&self, epoch: u64) -> u64 {
        self.bed.clock.window_end_s(epoch).expect("a small epoch")
    }

    /// Waits until an epoch's report is final or missed.
    pub fn terminal(&self, epoch: u64) -> Result<ReportResponse, E2eError> {
        self.terminal_after(epoch, 0)
    }

    /// The same for an epoch of which a revision or more is lost first, which takes so many seconds.
    pub fn terminal_after(&self, epoch: u64, lost_s: u64) -> Result<ReportResponse, E2eError> {
        let clock = &self.bed.clock;
        let latest_s =
            self.window_end_s(epoch) + clock.report_period_s + clock.dispute_window_s + 10 + lost_s;
        loop {
            let report: ReportResponse = self.bed.query(&QueryMsg::Report { epoch })?;
            if matches!(report.status, ReportStatus::Final | ReportStatus::Missed) {
                return Ok(report);
            }
            let now_s = self.bed.wasmd.node.now()?.1;
            assert!(now_s <= latest_s, "epoch {epoch} is still {:?}", report.status);
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    /// No operator refused to sign, or saw another report than its own.
    pub fn no_divergence(&self, indices: &[usize]) -> Result<(), E2eError> {
        for index in indices {
            let state = self.operators[*index].status()?;
            let alarms = state["alarms"].to_string();
            for word in ["signed before", "equivocation", "another report", "differ"] {
                assert!(!alarms.contains(word), "operator {index}: {alarms}");
            }
        }
        Ok(())
    }
}
