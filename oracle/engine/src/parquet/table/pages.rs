//! What a Parquet file's pages take to decode, known before one of them is decoded.

use std::fs::File;
use std::path::Path;

use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use datafusion::parquet::file::reader::ChunkReader;

use super::header;
use crate::EngineError;
use crate::parquet::file_error;

/// Walks over the headers of all pages, which decide what their decoders set aside: the sizes that the file's end tells may be
/// others. Returns the largest page, in bytes, of which each text can be as long as the page, summed over the columns; 0 if
/// there is none.
///
/// # Errors
/// [`EngineError::File`] if the pages take more than `bytes_max` bytes, are not where they should be, or are compressed in a
/// way whose decoder goes on beyond the announced size.
pub(super) fn check_pages(
    path: &Path,
    file: &File,
    metadata: &ParquetMetaData,
    bytes_max: u64,
) -> Result<u64, EngineError> {
    let file_bytes = file.metadata().map_err(|error| file_error(path, error))?.len();
    let mut taken_bytes = 0u64;
    let mut prefix_bytes: Vec<u64> = vec![0; metadata.file_metadata().schema_descr().num_columns()];
    for group in metadata.row_groups() {
        for (column, largest) in group.columns().iter().zip(&mut prefix_bytes) {
            let name = column.column_path().string();
            let wrong = |problem: String| file_error(path, format!("column {name:?} {problem}"));
            check_codec(column.compression()).map_err(wrong)?;
            let (start, length) = place(column, file_bytes)
                .ok_or_else(|| wrong("lies outside the file; the file is damaged".to_owned()))?;
            let bytes = file.get_bytes(start, length).map_err(|error| file_error(path, error))?;
            let mut left = &bytes[..];
            while !left.is_empty() {
                let damaged = || wrong("has a page that cannot be read; the file is damaged".to_owned());
                let (page, header_bytes) = header::read(left).ok_or_else(damaged)?;
                let body = left.get(header_bytes..).ok_or_else(damaged)?;
                let body_bytes = usize::try_from(page.compressed_bytes).map_err(|_| damaged())?;
                left = body.get(body_bytes..).ok_or_else(damaged)?;
                taken_bytes = taken_bytes.checked_add(page.uncompressed_bytes).ok_or_else(damaged)?;
                if taken_bytes > bytes_max {
                    let problem =
                        format!("takes more than {bytes_max} bytes when it is unpacked; use a part of it");
                    return Err(file_error(path, problem));
                }
                if page.shares_prefixes {
                    *largest = page.uncompressed_bytes.max(*largest);
                }
            }
        }
    }
    // Each is at most bytes_max, and so is their sum.
    Ok(prefix_bytes.iter().sum())
}

/// Those that write no more than the size that a page announces.
fn check_codec(codec: Compression) -> Result<(), String> {
    match codec {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) | Compression::LZ4_RAW => {
            Ok(())
        }
        other => {
            let name = format!("{other:?}");
            let name = name.split('(').next().unwrap_or_default();
            Err(format!(
                "is compressed with {name}, which does not say what it takes to unpack; write the file with SNAPPY, ZSTD, \
                 LZ4_RAW or none"
            ))
        }
    }
}

/// Where the pages of a column stand, within the file.
fn place(column: &ColumnChunkMetaData, file_bytes: u64) -> Option<(u64, usize)> {
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let (start, length) = (u64::try_from(start).ok()?, u64::try_from(column.compressed_size()).ok()?);
    let within = start.checked_add(length)? <= file_bytes && column.uncompressed_size() >= 0;
    within.then_some((start, usize::try_from(length).ok()?))
}
