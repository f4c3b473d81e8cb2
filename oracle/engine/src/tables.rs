//! Events, catalogue and pairs as Arrow batches, split by user.

use std::sync::Arc;

use attention_features::{AssetCatalog, AssetId, BehaviourEvent, UserId, check_magnitudes};
use datafusion::arrow::array::{ArrayRef, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder};
use datafusion::arrow::error::ArrowError;
use sha2::{Digest, Sha256};

use crate::EngineError;
use crate::relations::{
    DECIMAL_DIGITS, asset_attributes_relation, assets_relation, cut_relation, events_relation, pairs_relation,
};

/// Rows of one batch.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Batches of each partition.
pub(crate) type Partitions = Vec<Vec<RecordBatch>>;

/// The partition of a user: the first 8 bytes of sha256 of its text, modulo the partitions.
pub(crate) fn partition_of(user: &str, partitions: usize) -> usize {
    if partitions == 1 {
        return 0;
    }
    let digest = Sha256::digest(user.as_bytes());
    let number = digest.iter().take(8).fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    (number % partitions as u64) as usize // below `partitions`
}

/// Splits items by user, keeping their order.
fn split<T>(items: impl Iterator<Item = T>, user: impl Fn(&T) -> &str, partitions: usize) -> Vec<Vec<T>> {
    let mut out: Vec<Vec<T>> = (0..partitions).map(|_| Vec::new()).collect();
    for item in items {
        let partition = partition_of(user(&item), partitions);
        out[partition].push(item);
    }
    out
}

/// The events by user, each within what the linter's proofs assume.
pub(crate) fn event_partitions(
    events: &[BehaviourEvent],
    partitions: usize,
) -> Result<Partitions, EngineError> {
    events.iter().try_for_each(check_magnitudes)?;
    let split = split(events.iter(), |event| event.user.as_str(), partitions);
    let batch = |part: Vec<&BehaviourEvent>| part.chunks(BATCH_ROWS).map(event_batch).collect();
    split.into_iter().map(batch).collect()
}

/// One batch of events in the relation's columns. Quantities and prices are within their bounds.
pub(crate) fn event_batch(events: &[&BehaviourEvent]) -> Result<RecordBatch, EngineError> {
    let texts = |of: fn(&BehaviourEvent) -> Option<&str>| {
        let mut builder = StringBuilder::new();
        events.iter().for_each(|event| builder.append_option(of(event)));
        Arc::new(builder.finish()) as ArrayRef
    };
    let numbers = |of: fn(&BehaviourEvent) -> Option<i64>| {
        let mut builder = Int64Builder::new();
        events.iter().for_each(|event| builder.append_option(of(event)));
        Arc::new(builder.finish()) as ArrayRef
    };
    let mut prices = decimals();
    // At most PRICE_MAX = 10^30.
    events.iter().for_each(|event| prices.append_option(event.price.map(|price| price as i128)));
    let columns = vec![
        texts(|event| Some(event.source.as_str())),
        texts(|event| Some(event.event_id.as_str())),
        texts(|event| Some(event.user.as_str())),
        texts(|event| Some(event.kind.name())),
        numbers(|event| event.asset.map(|asset| i64::from(asset.0))),
        texts(|event| event.counterparty.as_ref().map(UserId::as_str)),
        numbers(|event| Some(event.quantity as i64)), // at most QUANTITY_MAX = 10^15
        Arc::new(prices.finish()),
        numbers(|event| Some(event.event_time_s)),
        numbers(|event| Some(event.receive_time_s)),
    ];
    RecordBatch::try_new(Arc::new(events_relation().schema()), columns).map_err(arrow)
}

/// `assets`, in one partition.
pub(crate) fn asset_partitions(catalog: &AssetCatalog) -> Result<Partitions, EngineError> {
    let numbers = catalog.assets().iter().map(|asset| i64::from(asset.id.0));
    let columns = vec![Arc::new(numbers.collect::<datafusion::arrow::array::Int64Array>()) as ArrayRef];
    let batch = RecordBatch::try_new(Arc::new(assets_relation().schema()), columns).map_err(arrow)?;
    Ok(vec![vec![batch]])
}

/// `asset_attributes`, in one partition.
pub(crate) fn attribute_partitions(catalog: &AssetCatalog) -> Result<Partitions, EngineError> {
    let (mut assets, mut names, mut values) =
        (Int64Builder::new(), StringBuilder::new(), StringBuilder::new());
    for asset in catalog.assets() {
        for &attribute in &asset.attributes {
            let (name, value) = &catalog.attributes()[attribute as usize];
            assets.append_value(i64::from(asset.id.0));
            names.append_value(name);
            values.append_value(value);
        }
    }
    let columns: Vec<ArrayRef> =
        vec![Arc::new(assets.finish()), Arc::new(names.finish()), Arc::new(values.finish())];
    let batch =
        RecordBatch::try_new(Arc::new(asset_attributes_relation().schema()), columns).map_err(arrow)?;
    Ok(vec![vec![batch]])
}

/// `cut`, its one row.
pub(crate) fn cut_partitions(cut_s: i64) -> Result<Partitions, EngineError> {
    let mut cuts = Int64Builder::new();
    cuts.append_value(cut_s);
    let columns: Vec<ArrayRef> = vec![Arc::new(cuts.finish())];
    let batch = RecordBatch::try_new(Arc::new(cut_relation().schema()), columns).map_err(arrow)?;
    Ok(vec![vec![batch]])
}

/// `pairs` by user. Each pair is there once.
pub(crate) fn pair_partitions(
    pairs: &std::collections::BTreeSet<(&UserId, AssetId)>,
    partitions: usize,
) -> Result<Partitions, EngineError> {
    let schema = Arc::new(pairs_relation().schema());
    let batch = |part: &[&(&UserId, AssetId)]| {
        let (mut users, mut assets) = (StringBuilder::new(), Int64Builder::new());
        for (user, asset) in part {
            users.append_value(user.as_str());
            assets.append_value(i64::from(asset.0));
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(users.finish()), Arc::new(assets.finish())];
        RecordBatch::try_new(schema.clone(), columns).map_err(arrow)
    };
    split(pairs.iter(), |pair| pair.0.as_str(), partitions)
        .into_iter()
        .map(|part| part.chunks(BATCH_ROWS).map(batch).collect())
        .collect()
}

/// A builder of `DECIMAL(38,0)`.
pub(crate) fn decimals() -> Decimal128Builder {
    let of = datafusion::arrow::datatypes::DataType::Decimal128(DECIMAL_DIGITS, 0);
    Decimal128Builder::new().with_data_type(of)
}

pub(crate) fn arrow(error: ArrowError) -> EngineError {
    EngineError::Engine { what: "building a table".into(), detail: error.to_string() }
}
