//! Events, features and predictions as Parquet files: what is written is read back, what is wrong is named.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use attention_engine::{
    FeatureWriter, ParquetEvents, Past, PredictionColumn, PredictionValues, read_events, write_events,
    write_predictions,
};
use attention_features::{AssetId, BEHAVIOUR_V1, BehaviourEvent, EventKind};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, Float64Type, Int64Type, Schema};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{catalog, computed, event, log_of, options, user};

fn some_events() -> Vec<BehaviourEvent> {
    vec![
        BehaviourEvent {
            asset: Some(AssetId(u32::MAX)),
            counterparty: Some(user("Ünïcode")),
            quantity: 7,
            price: Some(10u128.pow(30)),
            event_time_s: 3,
            ..event(1, "a", EventKind::Purchase, 5)
        },
        event(2, "b", EventKind::Login, 0),
    ]
}

fn read_all(path: &Path) -> RecordBatch {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    datafusion::arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn write_batch(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// One right row, as another program could write it: nullable columns in another order, large text.
fn right_columns() -> Vec<(&'static str, ArrayRef)> {
    let text = |value: Option<&str>| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let number = |value: Option<i64>| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let large = datafusion::arrow::compute::cast(&text(Some("bob")), &DataType::LargeUtf8).unwrap();
    let price = Decimal128Array::from(vec![Some(12)]).with_precision_and_scale(38, 0).unwrap();
    vec![
        ("receive_time_s", number(Some(20))),
        ("event_time_s", number(Some(10))),
        ("price", Arc::new(price)),
        ("quantity", number(Some(2))),
        ("counterparty", text(None)),
        ("asset", number(Some(4))),
        ("kind", text(Some("sale"))),
        ("user_id", large),
        ("event_id", text(Some("x"))),
        ("source", text(Some("s"))),
    ]
}

#[test]
fn events_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    // More than one batch.
    let mut events = some_events();
    events.extend((10..20_000).map(|n| event(n, "c", EventKind::Session, n as i64)));
    write_events(&path, &events).unwrap();
    assert_eq!(read_events(&path).unwrap(), events);
    write_events(&path, &[]).unwrap();
    assert_eq!(read_events(&path).unwrap(), []);
    // Nothing but the file is left.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = folder.path().join("no-folder").join("events.parquet");
    assert!(write_events(&nowhere, &events).unwrap_err().to_string().contains("cannot be written"));
}

#[test]
fn other_writers_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    write_batch(&path, right_columns());
    let [read] = read_events(&path).unwrap().try_into().unwrap();
    assert_eq!(
        (read.user, read.kind, read.asset, read.quantity),
        (user("bob"), EventKind::Sale, Some(AssetId(4)), 2)
    );
    assert_eq!(
        (read.price, read.counterparty, read.event_time_s, read.receive_time_s),
        (Some(12), None, 10, 20)
    );
    let past = ParquetEvents::open(&path).unwrap();
    let rows =
        |cut_s| computed(Past::Parquet(&past.before(cut_s)), &catalog(), None, &options(2)).unwrap().0.len();
    assert_eq!([rows(20), rows(21)], [0, 1]);
}

#[test]
fn wrong_columns_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let error = |columns| {
        write_batch(&path, columns);
        let error = read_events(&path).unwrap_err().to_string();
        error.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()
    };
    let mut missing = right_columns();
    missing.remove(3);
    assert!(error(missing).starts_with("column \"quantity\" is missing; the columns are source, event_id,"));
    let mut extra = right_columns();
    extra.push(("colour", number.clone()));
    assert!(error(extra).starts_with("column \"colour\" is unknown; the columns are source,"));
    let mut twice = right_columns();
    twice.push(("asset", number.clone()));
    assert_eq!(error(twice), "column \"asset\" comes twice");
    let with = |name: &str, array: ArrayRef| {
        right_columns()
            .into_iter()
            .map(|(own, old)| (own, if own == name { array.clone() } else { old }))
            .collect()
    };
    assert_eq!(error(with("kind", number.clone())), "column \"kind\" is Int64, must be string");
    let text: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
    assert_eq!(error(with("quantity", text)), "column \"quantity\" is Utf8, must be int64");
    assert_eq!(error(with("price", number)), "column \"price\" is Int64, must be decimal128(38, 0)");
    std::fs::write(&path, "no parquet").unwrap();
    assert!(read_events(&path).unwrap_err().to_string().contains("is not a Parquet file"));
    assert!(read_events(&folder.path().join("none")).unwrap_err().to_string().contains("No such file"));
}

#[test]
fn wrong_cells_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let text = |value: Option<&str>| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let number = |value: Option<i64>| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let price = |value| {
        Arc::new(Decimal128Array::from(vec![Some(value)]).with_precision_and_scale(38, 0).unwrap())
            as ArrayRef
    };
    for (name, array, problem) in [
        ("source", text(None), "is null; a value is needed"),
        ("quantity", number(None), "is null; a value is needed"),
        ("receive_time_s", number(None), "is null; a value is needed"),
        ("kind", text(Some("dance")), "unknown variant `dance`"),
        ("user_id", text(Some("")), "user \"\" is empty"),
        ("counterparty", text(Some("a\nb")), "not printable"),
        ("asset", number(Some(-1)), "is -1, must be 0 to 4294967295"),
        ("asset", number(Some(1 << 32)), "is 4294967296, must be 0 to 4294967295"),
        ("quantity", number(Some(-1)), "is -1, must be 0 or more"),
        ("quantity", number(Some(10i64.pow(15) + 1)), "must be at most 1000000000000000"),
        ("price", price(-1), "is negative"),
        ("price", price(10i128.pow(30) + 1), "must be at most 1000000000000000000000000000000"),
        ("event_time_s", number(Some(-1)), "is -1, must be 0 to 1099511627776"),
        ("receive_time_s", number(Some((1 << 40) + 1)), "must be 0 to 1099511627776"),
    ] {
        let columns = right_columns();
        write_batch(
            &path,
            columns
                .into_iter()
                .map(|(own, old)| (own, if own == name { array.clone() } else { old }))
                .collect(),
        );
        let error = read_events(&path).unwrap_err().to_string();
        assert!(error.contains(&format!("row 1, column {name}: ")) && error.contains(problem), "{error}");
        assert_eq!(ParquetEvents::open(&path).unwrap_err().to_string(), error);
    }
}

#[test]
fn a_file_with_an_event_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let mut events = some_events();
    events.extend(some_events());
    write_events(&path, &events).unwrap();
    let past = ParquetEvents::open(&path).unwrap().before(100);
    let error = computed(Past::Parquet(&past), &catalog(), None, &options(2)).unwrap_err().to_string();
    assert!(error.contains("2 events (source, event_id) come more than once"), "{error}");
    let odd = folder.path().join("a*.parquet");
    write_events(&odd, &events).unwrap();
    assert!(ParquetEvents::open(&odd).unwrap_err().to_string().contains("rename it"));
}

#[test]
fn feature_rows_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("features.parquet");
    let log = log_of(some_events());
    let rows = computed(Past::Memory(log.before(100)), &catalog(), None, &options(1)).unwrap().0;
    let mut writer = FeatureWriter::create(&path, &BEHAVIOUR_V1).unwrap();
    rows.iter().for_each(|row| writer.push(row.clone()).unwrap());
    assert!(!path.exists());
    writer.finish().unwrap();
    let batch = read_all(&path);
    assert_eq!((batch.num_rows(), batch.num_columns()), (1, BEHAVIOUR_V1.columns.len() + 2));
    assert_eq!(batch.column(0).as_string::<i32>().value(0), "a");
    assert_eq!(
        batch.column_by_name("asset").unwrap().as_primitive::<Int64Type>().value(0),
        i64::from(u32::MAX)
    );
    let spend = batch.column_by_name("pair_spend").unwrap().as_primitive::<Decimal128Type>().value(0);
    assert_eq!(spend, 10i128.pow(30));
    assert!(batch.column_by_name("asset_type").unwrap().is_null(0));
    // A file that is given up leaves nothing.
    let given_up = folder.path().join("other.parquet");
    drop(FeatureWriter::create(&given_up, &BEHAVIOUR_V1).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn predictions_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("predictions.parquet");
    let (users, assets) = ([Some("a".to_owned()), Some("b".to_owned())], [Some(1), None]);
    let (predictions, labels) = ([Some(0.25), Some(1.0)], [Some(true), None]);
    let column = |name, values| PredictionColumn { name, values };
    let columns = [
        column("user_id", PredictionValues::Text(&users)),
        column("asset", PredictionValues::Integer(&assets)),
        column("prediction", PredictionValues::Real(&predictions)),
        column("label", PredictionValues::Boolean(&labels)),
    ];
    write_predictions(&path, &columns).unwrap();
    let batch = read_all(&path);
    assert_eq!(batch.schema().field(2).name(), "prediction");
    assert_eq!(batch.column(0).as_string::<i32>().value(1), "b");
    assert_eq!(batch.column(2).as_primitive::<Float64Type>().values().as_ref(), [0.25, 1.0]);
    assert!(
        batch.column(1).is_null(1) && batch.column(3).is_null(1) && batch.column(3).as_boolean().value(0)
    );
    let error = |columns: &[PredictionColumn<'_>]| write_predictions(&path, columns).unwrap_err().to_string();
    assert!(error(&[]).contains("has no column"));
    assert!(error(&[columns[0], columns[0]]).contains("\"user_id\" is empty or comes twice"));
    let short = column("short", PredictionValues::Real(&predictions[..1]));
    assert!(error(&[columns[0], short]).contains("column short has 1 values, others 2"));
    let bad = [Some(0.5), Some(f64::NAN)];
    let error = error(&[column("p", PredictionValues::Real(&bad))]);
    assert!(error.contains("row 2, column p: is NaN, must be finite or null"), "{error}");
}
