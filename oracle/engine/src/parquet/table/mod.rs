//! A Parquet file with a table of any columns, as the CSV that it stands for.

mod header;
mod pages;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::file::metadata::ParquetMetaData;

use super::{DAMAGED, NO_PARQUET, decoded, file_error};
use crate::EngineError;
use crate::tables::BATCH_ROWS;

/// Most bytes that the texts of a batch may take where a page can hold them in fewer.
const PREFIX_BYTES_MAX: u64 = 1 << 28;

/// How much of a file is read; what is above is refused before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLimits {
    /// Most rows.
    pub rows: u64,
    /// Most columns.
    pub columns: usize,
    /// Most bytes of the unpacked pages, and of the CSV.
    pub bytes: u64,
}

/// Whether a file's name says that it is Parquet.
pub fn is_parquet_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

/// Whether a file is Parquet: its name says so, or it begins as such files do. What is no regular file is left alone, for
/// what is read of a pipe is gone.
pub fn is_parquet(path: &Path) -> bool {
    if is_parquet_name(path) {
        return true;
    }
    let mut start = Vec::new();
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let read = is_file.then(|| File::open(path).and_then(|file| file.take(5).read_to_end(&mut start)));
    // A page or the file's end follows, which begins with a control character; a CSV file may begin with these letters.
    matches!(read, Some(Ok(_)))
        && start
            .strip_prefix(b"PAR1")
            .is_some_and(|rest| !rest.iter().any(|&byte| byte >= b' ' || byte.is_ascii_whitespace()))
}

/// Reads a file as the CSV (RFC 4180, lines ending in LF, with a header) that it stands for.
///
/// Whole numbers and decimals are exact; floats have the fewest digits that read back as the same number (`1.0`, `1e300`); truth
/// values are `true` and `false`; dates and times are ISO 8601, those with a zone in UTC (`…Z`); texts are as they are, also those of
/// dictionaries. Null is an empty cell, and so is NaN, for which programs write both.
///
/// # Errors
/// [`EngineError::File`] if it is no Parquet file, is above a limit, is compressed with a method whose decoder knows no bound
/// (GZIP, BROTLI, LZO, the old LZ4), or holds a column that is no cell of a table (lists, structs, maps, binary, durations);
/// [`EngineError::Cell`] for a number that is infinite, or what cannot be decoded or written.
pub fn read_parquet_as_csv(path: &Path, limits: &TableLimits) -> Result<Vec<u8>, EngineError> {
    let file = File::open(path).map_err(|error| file_error(path, error))?;
    let found = decoded(path, NO_PARQUET, || ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))?;
    let schema = Arc::new(read_schema(path, found.schema(), limits)?);
    check_rows(path, found.metadata(), limits)?;
    let prefix_bytes = pages::check_pages(path, &file, found.metadata(), limits.bytes)?;
    let batch_rows = match PREFIX_BYTES_MAX.checked_div(prefix_bytes) {
        // At most BATCH_ROWS.
        Some(rows) => rows.clamp(1, BATCH_ROWS as u64) as usize,
        None => BATCH_ROWS,
    };
    let options = ArrowReaderOptions::new().with_schema(schema.clone());
    let metadata = found.metadata().clone();
    let mut reader = decoded(path, DAMAGED, || {
        let typed = ArrowReaderMetadata::try_new(metadata, options)?;
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, typed).with_batch_size(batch_rows).build()
    })?;
    let mut csv = Csv {
        path,
        schema: &schema,
        bytes: Vec::new(),
        bytes_max: limits.bytes,
        cell: String::new(),
        rows: 0,
    };
    csv.header()?;
    while let Some(batch) = decoded(path, DAMAGED, || reader.next().transpose())? {
        csv.batch(&batch)?;
    }
    Ok(csv.bytes)
}

/// The types that columns are read in, in which no text is copied for every row that has it.
fn read_schema(path: &Path, found: &Schema, limits: &TableLimits) -> Result<Schema, EngineError> {
    let columns = found.fields().len();
    if columns == 0 || columns > limits.columns {
        let problem = format!("has {columns} columns, must have 1 to {}", limits.columns);
        return Err(file_error(path, problem));
    }
    let fields = found.fields().iter().map(|field| match read_type(field.data_type()) {
        Some(data_type) => Ok(field.as_ref().clone().with_data_type(data_type)),
        None => Err(file_error(
            path,
            format!(
                "column {:?} is {}, which is no cell of a table; write the file without it, or its parts as columns of their own",
                field.name(),
                field.data_type()
            ),
        )),
    });
    Ok(Schema::new_with_metadata(fields.collect::<Result<Vec<_>, _>>()?, found.metadata().clone()))
}

fn read_type(found: &DataType) -> Option<DataType> {
    use DataType as T;
    Some(match found {
        T::Utf8 | T::LargeUtf8 | T::Utf8View => T::Utf8View,
        T::Timestamp(unit, Some(_)) => T::Timestamp(*unit, Some("+00:00".into())),
        T::Dictionary(_, value) => read_type(value)?,
        T::Null
        | T::Boolean
        | T::Int8
        | T::Int16
        | T::Int32
        | T::Int64
        | T::UInt8
        | T::UInt16
        | T::UInt32
        | T::UInt64
        | T::Float16
        | T::Float32
        | T::Float64
        | T::Decimal32(..)
        | T::Decimal64(..)
        | T::Decimal128(..)
        | T::Decimal256(..)
        | T::Date32
        | T::Date64
        | T::Time32(_)
        | T::Time64(_)
        | T::Timestamp(_, None) => found.clone(),
        _ => return None,
    })
}

/// A reader goes by the rows of the groups, whatever the file says it has in all.
fn check_rows(path: &Path, metadata: &ParquetMetaData, limits: &TableLimits) -> Result<(), EngineError> {
    let mut rows = 0u64;
    for group in metadata.row_groups() {
        let sum = u64::try_from(group.num_rows()).ok().and_then(|own| rows.checked_add(own));
        rows = sum.ok_or_else(|| {
            file_error(path, format!("announces {} rows in a group; the file is damaged", group.num_rows()))
        })?;
    }
    if rows > limits.rows {
        return Err(file_error(
            path,
            format!("has {rows} rows, more than {}; use a part of it", limits.rows),
        ));
    }
    Ok(())
}

/// The CSV so far.
struct Csv<'a> {
    path: &'a Path,
    schema: &'a Schema,
    bytes: Vec<u8>,
    bytes_max: u64,
    /// The cell that is being written.
    cell: String,
    rows: u64,
}

impl Csv<'_> {
    fn header(&mut self) -> Result<(), EngineError> {
        for (place, field) in self.schema.fields().iter().enumerate() {
            self.cell.clear();
            self.cell.push_str(field.name());
            self.end_cell(place)?;
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let options = FormatOptions::new();
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| file_error(self.path, error))?;
        for row in 0..batch.num_rows() {
            self.rows += 1;
            for (place, column) in columns.iter().enumerate() {
                self.cell.clear();
                let written = column.value(row).write(&mut self.cell);
                written.map_err(|error| self.wrong(place, error.to_string()))?;
                if self.schema.field(place).data_type().is_floating() {
                    match self.cell.as_str() {
                        "NaN" => self.cell.clear(),
                        "inf" | "-inf" => {
                            return Err(
                                self.wrong(place, format!("is {}, must be finite or null", self.cell))
                            );
                        }
                        _ => {}
                    }
                }
                self.end_cell(place)?;
            }
        }
        Ok(())
    }

    fn wrong(&self, place: usize, problem: String) -> EngineError {
        EngineError::Cell {
            file: self.path.display().to_string(),
            row: self.rows,
            column: self.schema.field(place).name().clone(),
            problem,
        }
    }

    /// Puts the cell behind what there is, and what separates it from the next.
    fn end_cell(&mut self, place: usize) -> Result<(), EngineError> {
        let columns = self.schema.fields().len();
        // A line without anything would be no row.
        if self.cell.contains([',', '"', '\n', '\r']) || (self.cell.is_empty() && columns == 1) {
            self.bytes.push(b'"');
            self.bytes.extend_from_slice(self.cell.replace('"', "\"\"").as_bytes());
            self.bytes.push(b'"');
        } else {
            self.bytes.extend_from_slice(self.cell.as_bytes());
        }
        self.bytes.push(if place + 1 == columns { b'\n' } else { b',' });
        if self.bytes.len() as u64 > self.bytes_max {
            let problem = format!("is longer than {} bytes as CSV; use a part of it", self.bytes_max);
            return Err(file_error(self.path, problem));
        }
        Ok(())
    }
}
