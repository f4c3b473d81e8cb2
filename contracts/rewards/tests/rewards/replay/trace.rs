//! The model's traces: what `scripts/model --traces` writes, in the words of `spec/types.qnt` and `spec/model.qnt`.

use std::path::PathBuf;

use serde::Deserialize;

/// A trace in the Informal Trace Format.
#[derive(Deserialize)]
pub struct Trace {
    pub states: Vec<State>,
}

/// A state: what was done to get there, and what it looks like.
#[derive(Deserialize)]
pub struct State {
    pub last: Last,
    pub seen: Seen,
}

#[derive(Debug, Deserialize)]
pub struct Last {
    pub did: Action,
    pub outcome: String,
}

/// What happens.
#[derive(Debug, Deserialize)]
#[serde(tag = "tag", content = "value")]
pub enum Action {
    Wait { seconds: u64, blocks: u64 },
    SubmitReport { epoch: u64, revision: u32, plans: Plans },
    RepeatReport { epoch: u64 },
    FundCampaign { campaign: u64, amount: u128 },
    StopCampaign { campaign: u64 },
    RefundCampaign { campaign: u64 },
    Settle { campaign: u64, epoch: u64 },
    Claim { campaign: u64, account: String, epoch: u64 },
    AnchorInput { epoch: u64, revision: u32 },
    DemandOpen { epoch: u64, campaign: u64 },
    AnswerDemand { epoch: u64, campaign: u64 },
    VoidUnanswered { epoch: u64, campaign: u64 },
    ChallengeReport { epoch: u64 },
    DecideChallenge { epoch: u64, upheld: bool },
    ResolveSilence { epoch: u64 },
    VoidReport { epoch: u64 },
    ProveFraud { epoch: u64 },
}

/// By campaign.
#[derive(Debug, Deserialize)]
pub struct Plans {
    #[serde(rename = "#map")]
    pub by_campaign: Vec<(u64, Plan)>,
}

/// A campaign's part of a report.
#[derive(Debug, Deserialize)]
pub struct Plan {
    /// Epoch of the allocation it builds on; -1 is none.
    pub base: i64,
    pub alice: u32,
    pub bob: u32,
    pub tamper: Tamper,
}

/// How a quorum gets it wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Tamper {
    Honest,
    /// Alice's earnings go to Bob.
    Shifted,
    /// One base unit more than the budget.
    Excess,
    /// Not on the newest allocation.
    Forked,
    /// In an epoch in which the campaign does not run.
    Stray,
}

/// What anyone can ask. -1 is none. Seconds and blocks count from the instantiation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    pub time: u64,
    pub height: u64,
    pub open: u64,
    pub due: i64,
    pub anchors: bool,
    pub epochs: Vec<SeenEpoch>,
    pub campaigns: Vec<SeenCampaign>,
    pub vault: u128,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeenEpoch {
    pub phase: String,
    pub revision: u32,
    pub ends_at: i64,
    pub ends_height: i64,
    pub demands: u32,
    pub challenged: bool,
    pub anchored: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenCampaign {
    pub end: u64,
    pub settled: i64,
    pub funded: u128,
    pub unallocated: u128,
    pub allocated: u128,
    pub claimed: u128,
    pub refunded: u128,
    pub alice: u128,
    pub bob: u128,
}

/// The committed traces, by file name.
pub fn traces() -> Vec<(String, Trace)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/traces");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let trace = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, trace)
    };
    files.into_iter().map(read).collect()
}
