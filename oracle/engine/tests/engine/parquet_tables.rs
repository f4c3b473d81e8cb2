//! Tables of any columns from Parquet: the CSV that they stand for, and what is refused before it takes memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attention_engine::{TableLimits, is_parquet, read_parquet_as_csv};
use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, Decimal256Array,
    DictionaryArray, DurationSecondArray, Float32Array, Float64Array, Int8Array, Int64Array, ListArray,
    NullArray, RecordBatch, StringArray, Time32SecondArray, TimestampMicrosecondArray, TimestampSecondArray,
    UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema, i256};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use datafusion::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use tempfile::TempDir;

const LIMITS: TableLimits = TableLimits { rows: 100_000, columns: 100, bytes: 1 << 30 };

/// Where a file of the test stands, in a folder that is gone afterwards.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("t.parquet")
    }

    fn write(&self, columns: Vec<(&str, ArrayRef)>, properties: WriterPropertiesBuilder) {
        let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays).unwrap();
        let file = File::create(self.path()).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema, Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    fn csv(&self, columns: Vec<(&str, ArrayRef)>) -> String {
        self.write(columns, WriterProperties::builder());
        String::from_utf8(read_parquet_as_csv(&self.path(), &LIMITS).unwrap()).unwrap()
    }

    /// What is wrong with the file, which is named.
    fn problem(&self, limits: &TableLimits) -> String {
        let error = read_parquet_as_csv(&self.path(), limits).unwrap_err().to_string();
        error.strip_prefix(self.path().to_str().unwrap()).expect(&error).to_owned()
    }

    fn size(&self) -> u64 {
        self.path().metadata().unwrap().len()
    }
}

fn texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

fn numbers(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

#[test]
fn numbers_are_exact() {
    let place = Place::new();
    let csv = place.csv(vec![
        ("small", Arc::new(Int8Array::from(vec![Some(-128), Some(127), None]))),
        ("whole", numbers([Some(i64::MIN), Some(i64::MAX), None])),
        ("large", Arc::new(UInt64Array::from(vec![Some(0), Some(u64::MAX), None]))),
        (
            "price",
            Arc::new(
                Decimal128Array::from(vec![Some(-5), Some(10i128.pow(38) - 1), None])
                    .with_precision_and_scale(38, 2)
                    .unwrap(),
            ),
        ),
        (
            "wei",
            Arc::new(
                Decimal256Array::from(vec![Some(i256::from_i128(7)), Some(i256::MINUS_ONE), None])
                    .with_precision_and_scale(76, 0)
                    .unwrap(),
            ),
        ),
        ("float", Arc::new(Float32Array::from(vec![Some(0.1), Some(f32::NAN), None]))),
        ("real", Arc::new(Float64Array::from(vec![Some(0.1 + 0.2), Some(1e300), Some(2.0)]))),
    ]);
    let want = "small,whole,large,price,wei,float,real\n\
        -128,-9223372036854775808,0,-0.05,7,0.1,0.30000000000000004\n\
        127,9223372036854775807,18446744073709551615,999999999999999999999999999999999999.99,-1,,1e300\n\
        ,,,,,,2.0\n";
    assert_eq!(csv, want);
}

#[test]
fn texts_and_times_are_as_they_are() {
    let place = Place::new();
    let words: DictionaryArray<Int32Type> = [Some("Feb"), None, Some("Feb")].into_iter().collect();
    let text = texts([Some("plain"), Some("a,\"b\"\nc"), Some("")]);
    // 2020-02-29 12:00:01.5 UTC; one second before 1970.
    let moments = vec![Some(1_582_977_601_500_000), Some(-1_000_000), None];
    let csv = place.csv(vec![
        ("text", text.clone()),
        ("large \"text\"", cast(&text, &DataType::LargeUtf8).unwrap()),
        ("view", cast(&text, &DataType::Utf8View).unwrap()),
        ("month", Arc::new(words)),
        ("yes", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("day", Arc::new(Date32Array::from(vec![Some(18_321), Some(-1), None]))),
        ("day64", Arc::new(Date64Array::from(vec![Some(1_582_934_400_000), None, None]))),
        ("hour", Arc::new(Time32SecondArray::from(vec![Some(3_661), None, None]))),
        ("moment", Arc::new(TimestampMicrosecondArray::from(moments.clone()))),
        ("utc", Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("Europe/Berlin"))),
        ("second", Arc::new(TimestampSecondArray::from(vec![Some(60), None, None]))),
        ("nothing", Arc::new(NullArray::new(3))),
    ]);
    let want = "text,\"large \"\"text\"\"\",view,month,yes,day,day64,hour,moment,utc,second,nothing\n\
        plain,plain,plain,Feb,true,2020-02-29,2020-02-29T00:00:00,01:01:01,2020-02-29T12:00:01.500,\
        2020-02-29T12:00:01.500Z,1970-01-01T00:01:00,\n\
        \"a,\"\"b\"\"\nc\",\"a,\"\"b\"\"\nc\",\"a,\"\"b\"\"\nc\",,false,1969-12-31,,,1969-12-31T23:59:59,1969-12-31T23:59:59Z,,\n\
        ,,,Feb,,,,,,,,\n";
    assert_eq!(csv, want);
    // An empty line would be no row.
    assert_eq!(place.csv(vec![("only", texts([None, Some("a")]))]), "only\n\"\"\na\n");
    assert_eq!(place.csv(vec![("only", texts([]))]), "only\n");
}

#[test]
fn what_is_no_cell_is_named() {
    let place = Place::new();
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    for (array, what) in [
        (Arc::new(lists) as ArrayRef, "List("),
        (Arc::new(BinaryArray::from(vec![&b"x"[..]])), "Binary"),
        (Arc::new(DurationSecondArray::from(vec![1])), "Duration("),
    ] {
        place.write(vec![("a", numbers([Some(1)])), ("odd one", array)], WriterProperties::builder());
        let problem = place.problem(&LIMITS);
        assert!(problem.starts_with(&format!(": column \"odd one\" is {what}")), "{problem}");
        assert!(problem.contains("write the file without it"), "{problem}");
    }
    let reals = Float64Array::from(vec![1.0, f64::NEG_INFINITY]);
    place.write(vec![("x", Arc::new(reals))], WriterProperties::builder());
    assert_eq!(place.problem(&LIMITS), ", row 2, column x: is -inf, must be finite or null");
}

#[test]
fn limits_are_held_exactly() {
    let place = Place::new();
    // Two groups of rows, of which each is within the limit.
    let columns = || vec![("a", numbers((0..10).map(Some))), ("b", numbers((0..10).map(Some)))];
    place.write(columns(), WriterProperties::builder().set_max_row_group_row_count(Some(6)));
    let with = |rows, columns, bytes| TableLimits { rows, columns, bytes };
    // A header and ten rows of four bytes.
    let csv = read_parquet_as_csv(&place.path(), &with(10, 2, 1 << 20)).unwrap();
    assert_eq!(csv.len(), 44);
    assert_eq!(place.problem(&with(9, 2, 1 << 20)), ": has 10 rows, more than 9; use a part of it");
    assert_eq!(place.problem(&with(10, 1, 1 << 20)), ": has 2 columns, must have 1 to 1");
    // Twenty numbers of eight bytes in pages of their own, and what stands before them there.
    let mut least = 160;
    while read_parquet_as_csv(&place.path(), &with(10, 2, least)).is_err() {
        let problem = format!(": takes more than {least} bytes when it is unpacked; use a part of it");
        assert_eq!(place.problem(&with(10, 2, least)), problem);
        least += 1;
    }
    assert!(least < 400, "{least}");
}

/// 40 MiB of letters in a few kilobytes: refused by what the pages announce, before one of them is unpacked.
#[test]
fn packed_files_are_refused_by_their_size_unpacked() {
    let place = Place::new();
    let long = "x".repeat(1 << 20);
    let column = vec![("text", texts((0..40).map(|_| Some(long.as_str()))))];
    let zstd = Compression::ZSTD(ZstdLevel::default());
    place.write(column, WriterProperties::builder().set_compression(zstd).set_dictionary_enabled(false));
    assert!(place.size() < 50_000, "{}", place.size());
    let problem = place.problem(&TableLimits { bytes: 30 << 20, ..LIMITS });
    assert_eq!(problem, ": takes more than 31457280 bytes when it is unpacked; use a part of it");
    let csv = read_parquet_as_csv(&place.path(), &TableLimits { bytes: 50 << 20, ..LIMITS }).unwrap();
    assert_eq!(csv.len(), "text\n".len() + 40 * ((1 << 20) + 1));
}

/// Rows that all have the one text of a dictionary, or share it as a prefix: 200 MB as CSV, of which no more than the limit is
/// made.
#[test]
fn repeated_texts_do_not_grow_beyond_the_limit() {
    let place = Place::new();
    let long = "y".repeat(100_000);
    let rows = 2_000;
    let values = texts([Some(long.as_str())]);
    let keys = datafusion::arrow::array::Int32Array::from(vec![0; rows]);
    let dictionary = Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).unwrap());
    let narrow = TableLimits { bytes: 10 << 20, ..LIMITS };
    place.write(vec![("text", dictionary.clone())], WriterProperties::builder());
    assert_eq!(place.problem(&narrow), ": is longer than 10485760 bytes as CSV; use a part of it");
    let prefixes = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BYTE_ARRAY)
        .set_compression(Compression::SNAPPY);
    place.write(vec![("text", dictionary)], prefixes);
    assert!(place.size() < 3 << 20, "{}", place.size());
    assert_eq!(place.problem(&narrow), ": is longer than 10485760 bytes as CSV; use a part of it");
    // What is within the limits is read to its end, whatever the size of a batch.
    let short: Vec<String> = (0..20_000).map(|row| format!("shared/{row}")).collect();
    let column = || vec![("text", texts(short.iter().map(|text| Some(text.as_str()))))];
    let prefixes =
        WriterProperties::builder().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY);
    place.write(column(), prefixes);
    let csv = String::from_utf8(read_parquet_as_csv(&place.path(), &LIMITS).unwrap()).unwrap();
    assert_eq!(csv, format!("text\n{}\n", short.join("\n")));
}

#[test]
fn codecs_that_know_no_bound_are_named() {
    let place = Place::new();
    let column = || vec![("n", numbers((0..1_000).map(|row| Some(row % 7))))];
    let with = |codec| place.write(column(), WriterProperties::builder().set_compression(codec));
    with(Compression::UNCOMPRESSED);
    let plain = read_parquet_as_csv(&place.path(), &LIMITS).unwrap();
    for codec in [Compression::SNAPPY, Compression::LZ4_RAW, Compression::ZSTD(ZstdLevel::default())] {
        with(codec);
        assert!(read_parquet_as_csv(&place.path(), &LIMITS).unwrap() == plain, "{codec:?}");
    }
    for (codec, name) in [
        (Compression::GZIP(GzipLevel::default()), "GZIP"),
        (Compression::BROTLI(BrotliLevel::default()), "BROTLI"),
        (Compression::LZ4, "LZ4"),
    ] {
        with(codec);
        let problem = place.problem(&LIMITS);
        assert!(
            problem.starts_with(&format!(": column \"n\" is compressed with {name}, which")),
            "{problem}"
        );
        assert!(problem.ends_with("write the file with SNAPPY, ZSTD, LZ4_RAW or none"), "{problem}");
    }
}

#[test]
fn damaged_files_are_refused_and_named() {
    let place = Place::new();
    let columns = vec![
        ("n", numbers([Some(1), None, Some(3)])),
        ("text", texts([Some("a"), Some("b"), None])),
        ("x", Arc::new(Float64Array::from(vec![0.5, 1.5, 2.5])) as ArrayRef),
    ];
    place.write(columns, WriterProperties::builder());
    let good = std::fs::read(place.path()).unwrap();
    let csv = read_parquet_as_csv(&place.path(), &LIMITS).unwrap();
    for end in 0..good.len() {
        std::fs::write(place.path(), &good[..end]).unwrap();
        assert!(place.problem(&LIMITS).starts_with(": "), "cut at {end}");
    }
    std::fs::write(place.path(), b"").unwrap();
    assert!(place.problem(&LIMITS).starts_with(": is not a Parquet file that can be read: "));
    // One byte changed: refused, or another table; never the end of the program, and never beyond the limits.
    let mut refused = 0;
    for at in 0..good.len() {
        for byte in [0, 1, 0x7f, 0xff, good[at] ^ 1] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            std::fs::write(place.path(), &bytes).unwrap();
            match read_parquet_as_csv(&place.path(), &LIMITS) {
                Ok(read) => assert!(read.len() < 10 * csv.len(), "byte {at} set to {byte}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > good.len(), "{refused}");
    std::fs::remove_file(place.path()).unwrap();
    assert_eq!(place.problem(&LIMITS), ": No such file or directory (os error 2)");
}

#[test]
fn parquet_is_known_by_name_or_beginning() {
    let place = Place::new();
    place.write(vec![("n", numbers([Some(1)]))], WriterProperties::builder());
    let other = place.folder.path().join("table");
    std::fs::copy(place.path(), &other).unwrap();
    assert!(is_parquet(&other) && is_parquet(Path::new("nowhere.PARQUET")));
    for text in ["PAR1,price\n1,2\n", "PAR1\n1\n", "PAR1\r\n1\r\n", "PAR", "", "a,b\n"] {
        std::fs::write(&other, text).unwrap();
        assert!(!is_parquet(&other), "{text:?}");
    }
    assert!(!is_parquet(place.folder.path()) && !is_parquet(Path::new("nowhere.csv")));
}
