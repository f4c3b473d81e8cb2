//! Behaviour events as a Parquet file: one row an event, the columns of the relation `events`.

use std::fs::File;
use std::path::{Path, PathBuf};

use attention_features::{
    AssetId, BehaviourEvent, EVENTS_MAX, EventId, EventKind, FeaturesError, SourceId, TIME_MAX_S, UserId,
    check_magnitudes,
};
use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type, Schema};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;

use super::out::ParquetOut;
use super::{DAMAGED, NO_PARQUET, decoded, file_error};
use crate::EngineError;
use crate::relations::{Kind, events_relation};
use crate::tables::{BATCH_ROWS, event_batch};

/// Writes events, in the order given.
///
/// # Errors
/// [`EngineError::Features`] for an event beyond what features are computed from, [`EngineError::File`].
pub fn write_events(path: &Path, events: &[BehaviourEvent]) -> Result<(), EngineError> {
    events.iter().try_for_each(check_magnitudes)?;
    let mut out = ParquetOut::create(path, events_relation().schema())?;
    for chunk in events.chunks(BATCH_ROWS) {
        out.write(&event_batch(&chunk.iter().collect::<Vec<_>>())?)?;
    }
    out.finish()
}

/// Reads all events of a file, in its order. Every cell is checked; nothing is guessed or dropped.
///
/// # Errors
/// Those of [`EventFile::open`] and [`EventFile::for_each`].
pub fn read_events(path: &Path) -> Result<Vec<BehaviourEvent>, EngineError> {
    let mut events = Vec::new();
    EventFile::open(path)?.for_each(|event| {
        events.push(event);
        Ok(())
    })?;
    Ok(events)
}

/// A file of events whose columns are right, before its rows are read.
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    builder: ParquetRecordBatchReaderBuilder<File>,
    rows: u64,
}

impl EventFile {
    /// Opens a file and checks its columns.
    ///
    /// # Errors
    /// [`EngineError::File`] if it is no Parquet file, lacks a column, has one more, or one of another type;
    /// [`EngineError::Features`] above [`EVENTS_MAX`] rows.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let file = File::open(path).map_err(|error| file_error(path, error))?;
        let builder = decoded(path, NO_PARQUET, || ParquetRecordBatchReaderBuilder::try_new(file))?;
        check_columns(path, builder.schema())?;
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(u64::MAX);
        if rows > EVENTS_MAX as u64 {
            let what = "events of the Parquet file";
            return Err(FeaturesError::TooMany { what, got: rows, limit: EVENTS_MAX as u64 }.into());
        }
        Ok(Self { path: path.to_owned(), builder, rows })
    }

    /// How many events the file says it holds.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Gives the events one after another, in the order of the file: no more than a batch of them is held here.
    ///
    /// # Errors
    /// [`EngineError::Cell`] with row and column, [`EngineError::File`] if the file cannot be decoded; those of `take`.
    pub fn for_each(
        self,
        mut take: impl FnMut(BehaviourEvent) -> Result<(), FeaturesError>,
    ) -> Result<(), EngineError> {
        let path = &self.path;
        let builder = self.builder.with_batch_size(BATCH_ROWS);
        let mut reader = decoded(path, DAMAGED, || builder.build())?;
        let mut first_row = 1u64;
        while let Some(batch) = decoded(path, DAMAGED, || reader.next().transpose())? {
            let columns = Columns::new(path, &batch)?;
            for index in 0..batch.num_rows() {
                take(columns.event(index, first_row + index as u64)?)?;
            }
            first_row += batch.num_rows() as u64;
        }
        Ok(())
    }
}

/// That the file has the relation's columns and types, in any order.
fn check_columns(path: &Path, schema: &Schema) -> Result<(), EngineError> {
    let declared = events_relation();
    let known = || declared.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    for field in schema.fields() {
        if !declared.columns.iter().any(|column| &column.name == field.name()) {
            let problem = format!("column {:?} is unknown; the columns are {}", field.name(), known());
            return Err(file_error(path, problem));
        }
    }
    for column in &declared.columns {
        let mut fields = schema.fields().iter().filter(|field| field.name() == &column.name);
        let Some(field) = fields.next() else {
            return Err(file_error(
                path,
                format!("column {:?} is missing; the columns are {}", column.name, known()),
            ));
        };
        if fields.next().is_some() {
            return Err(file_error(path, format!("column {:?} comes twice", column.name)));
        }
        let (right, wanted) = match column.kind {
            Kind::Text => (Kind::of(field.data_type()) == Some(Kind::Text), "string"),
            Kind::Decimal => (field.data_type() == &DataType::Decimal128(38, 0), "decimal128(38, 0)"),
            _ => (field.data_type() == &DataType::Int64, "int64"),
        };
        if !right {
            let problem = format!("column {:?} is {}, must be {wanted}", column.name, field.data_type());
            return Err(file_error(path, problem));
        }
    }
    Ok(())
}

/// One batch, by column.
struct Columns<'a> {
    path: &'a Path,
    batch: &'a RecordBatch,
    texts: Vec<(&'static str, StringArray)>,
}

const TEXTS: [&str; 5] = ["source", "event_id", "user_id", "kind", "counterparty"];

impl<'a> Columns<'a> {
    fn new(path: &'a Path, batch: &'a RecordBatch) -> Result<Self, EngineError> {
        let text = |name: &'static str| -> Result<(&'static str, StringArray), EngineError> {
            let column =
                batch.column_by_name(name).ok_or_else(|| file_error(path, format!("lacks {name}")))?;
            // From the other two text types, which some writers use.
            let plain = cast(column, &DataType::Utf8).map_err(|error| file_error(path, error))?;
            Ok((name, plain.as_string::<i32>().clone()))
        };
        Ok(Self { path, batch, texts: TEXTS.into_iter().map(text).collect::<Result<_, _>>()? })
    }

    fn wrong(&self, row: u64, column: &str, problem: impl ToString) -> EngineError {
        EngineError::Cell {
            file: self.path.display().to_string(),
            row,
            column: column.to_owned(),
            problem: problem.to_string(),
        }
    }

    fn text(&self, index: usize, name: &str) -> Option<&str> {
        let (_, column) = self.texts.iter().find(|(text, _)| *text == name)?;
        column.is_valid(index).then(|| column.value(index))
    }

    fn number(&self, index: usize, name: &str) -> Option<i64> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
        column.is_valid(index).then(|| column.value(index))
    }

    fn event(&self, index: usize, row: u64) -> Result<BehaviourEvent, EngineError> {
        let missing = |name: &str| self.wrong(row, name, "is null; a value is needed");
        let text = |name: &str| self.text(index, name).ok_or_else(|| missing(name));
        let number = |name: &str| self.number(index, name).ok_or_else(|| missing(name));
        let identifier = |name: &'static str| move |error: FeaturesError| self.wrong(row, name, error);
        let time_s = |name: &str| {
            let time_s = number(name)?;
            let problem = || format!("is {time_s}, must be 0 to {TIME_MAX_S} (unix seconds)");
            if (0..=TIME_MAX_S).contains(&time_s) {
                Ok(time_s)
            } else {
                Err(self.wrong(row, name, problem()))
            }
        };
        let kind = text("kind")?;
        let known: Result<EventKind, ValueError> = EventKind::deserialize(kind.into_deserializer());
        let quantity = number("quantity")?;
        let asset = self.number(index, "asset");
        let price = self.batch.column_by_name("price").and_then(|column| {
            let column = column.as_primitive_opt::<Decimal128Type>()?;
            column.is_valid(index).then(|| column.value(index))
        });
        let event = BehaviourEvent {
            source: SourceId::new(text("source")?).map_err(identifier("source"))?,
            event_id: EventId::new(text("event_id")?).map_err(identifier("event_id"))?,
            user: UserId::new(text("user_id")?).map_err(identifier("user_id"))?,
            kind: known.map_err(|error| self.wrong(row, "kind", error))?,
            asset: match asset.map(u32::try_from).transpose() {
                Ok(asset) => asset.map(AssetId),
                Err(_) => {
                    let problem = format!("is {}, must be 0 to {}", asset.unwrap_or(0), u32::MAX);
                    return Err(self.wrong(row, "asset", problem));
                }
            },
            counterparty: self
                .text(index, "counterparty")
                .map(UserId::new)
                .transpose()
                .map_err(identifier("counterparty"))?,
            quantity: u64::try_from(quantity)
                .map_err(|_| self.wrong(row, "quantity", format!("is {quantity}, must be 0 or more")))?,
            price: match price.map(u128::try_from).transpose() {
                Ok(price) => price,
                Err(_) => return Err(self.wrong(row, "price", "is negative, must be 0 or more, or null")),
            },
            event_time_s: time_s("event_time_s")?,
            receive_time_s: time_s("receive_time_s")?,
        };
        check_magnitudes(&event).map_err(|error| {
            let column = if event.price.is_some_and(|price| price > attention_features::PRICE_MAX) {
                "price"
            } else {
                "quantity"
            };
            self.wrong(row, column, error)
        })?;
        Ok(event)
    }
}
