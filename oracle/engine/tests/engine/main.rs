//! One test binary: one file for each subject.

mod by_hand;
mod equal;
mod lint;
mod parquet;
mod parquet_tables;
mod real_data;

use attention_engine::{EngineError, EngineOptions, Past, compute_features};
use attention_features::{
    AssetCatalog, AssetId, BEHAVIOUR_V1, BehaviourEvent, EventId, EventKind, EventLog, FeatureRoot,
    FeatureRow, PastEvents, RowsDigest, SourceId, UserId,
};

pub(crate) const DAY_S: i64 = 86_400;

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

/// An event of `kind` by `who` at `time_s`; what else it says is set by the caller.
pub(crate) fn event(number: usize, who: &str, kind: EventKind, time_s: i64) -> BehaviourEvent {
    BehaviourEvent {
        source: SourceId::new("test").unwrap(),
        event_id: EventId::new(format!("e{number}")).unwrap(),
        user: user(who),
        kind,
        asset: None,
        counterparty: None,
        quantity: 1,
        price: None,
        event_time_s: time_s,
        receive_time_s: time_s,
    }
}

/// Six assets: types of three, two and none; other attributes of four, one and one.
pub(crate) fn catalog() -> AssetCatalog {
    let attributes = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let assets = [
        attributes(&[("type", "house"), ("view", "sea")]),
        attributes(&[("type", "boat"), ("view", "sea")]),
        attributes(&[("type", "house"), ("view", "sea"), ("tower", "round")]),
        attributes(&[("type", "boat"), ("view", "sea")]),
        attributes(&[("type", "house"), ("garden", "wild")]),
        attributes(&[]),
    ];
    AssetCatalog::new(assets.into_iter().enumerate().map(|(id, of)| (AssetId(id as u32), of)).collect())
        .unwrap()
}

pub(crate) fn log_of(events: Vec<BehaviourEvent>) -> EventLog {
    EventLog::new(events, |time_s| time_s / (30 * DAY_S)).unwrap().0
}

pub(crate) fn options(partitions: u64) -> EngineOptions {
    EngineOptions::new(500, partitions, 2).unwrap()
}

/// The engine's rows and digest.
pub(crate) fn computed(
    past: Past<'_>,
    catalog: &AssetCatalog,
    pairs: Option<&[(UserId, AssetId)]>,
    options: &EngineOptions,
) -> Result<(Vec<FeatureRow>, RowsDigest), EngineError> {
    let mut rows = Vec::new();
    let digest = compute_features(&BEHAVIOUR_V1, past, catalog, pairs, options, &mut |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok((rows, digest))
}

/// The reference evaluator's rows and their digest.
pub(crate) fn reference(
    past: PastEvents<'_>,
    catalog: &AssetCatalog,
    pairs: Option<&[(UserId, AssetId)]>,
) -> (Vec<FeatureRow>, RowsDigest) {
    let rows = attention_features::evaluate(past, catalog, pairs).unwrap();
    let mut root = FeatureRoot::new(&BEHAVIOUR_V1, past.cut_s());
    rows.iter().for_each(|row| root.push(row).unwrap());
    (rows, root.digest())
}
