//! Reading who acted on what and when from a CSV file.

use std::collections::BTreeMap;
use std::io::Read;

use attention_model::recommend::{INTERACTIONS_MAX, ITEMS_MAX, Interaction, Interactions, USERS_MAX};
use serde::{Deserialize, Serialize};

use super::RecommendError;
use super::timestamp::{self, Moment};

/// Longest name of a user or item, in bytes.
pub const NAME_BYTES_MAX: usize = 256;
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Most lines of one row: a text may go over several, but a quote that is never closed would swallow the rest of the file.
const ROW_LINES_MAX: u64 = 1_000;
/// How many malformed rows are spelt out in a report.
const SPELT_OUT: usize = 20;

/// Which columns hold what; other columns are not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The user's name.
    pub user: String,
    /// The item's name.
    pub item: String,
    /// When: a number in any unit, or a date.
    pub timestamp: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self { user: "user".into(), item: "item".into(), timestamp: "timestamp".into() }
    }
}

/// What a file held; nothing is left out that is not counted here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadReport {
    /// Rows below the header.
    pub rows: u64,
    /// Rows left out because a user had the item more than once: the newest counts.
    pub repeated: u64,
    /// Rows left out because a cell could not be read.
    pub malformed: u64,
    /// What was wrong with the first of them, with their lines.
    pub malformed_rows: Vec<String>,
    /// Users whose two newest items are of one moment, to the microsecond: which of them is the last, is decided by their names.
    pub last_by_name: u64,
}

/// What a file says, users and items numbered by their names in rising order of bytes.
#[derive(Debug)]
pub(crate) struct Log {
    pub(super) file: String,
    pub(super) users: Vec<String>,
    pub(super) items: Vec<String>,
    pub(super) interactions: Interactions,
    pub(super) report: ReadReport,
}

impl Log {
    /// Reads a file whose header names the columns, in any order. The order of rows does not matter: of a user's items of
    /// one moment, to the microsecond, the one of the greater name is the later. Whole units or seconds are what is kept of a time.
    pub(crate) fn read(
        reader: impl Read,
        file: &str,
        columns: &Columns,
        malformed_max: u32,
    ) -> Result<Self, RecommendError> {
        let too_large = |what, limit| RecommendError::TooLarge { file: file.to_owned(), what, limit };
        let unreadable =
            |error: csv::Error| RecommendError::Read { file: file.to_owned(), error: error.to_string() };
        // One byte more than allowed, so that a longer file is seen to be one.
        let mut csv = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(reader.take(FILE_BYTES_MAX + 1));
        let places = places(csv.byte_headers().map_err(unreadable)?, file, columns)?;
        let (mut users, mut items) = (Names::default(), Names::default());
        let mut report =
            ReadReport { rows: 0, repeated: 0, malformed: 0, malformed_rows: Vec::new(), last_by_name: 0 };
        let mut rows = Vec::new();
        let mut record = csv::ByteRecord::new();
        while csv.read_byte_record(&mut record).map_err(unreadable)? {
            report.rows += 1;
            let line = record.position().map_or(0, csv::Position::line);
            let lines = csv.position().line() - line;
            if lines > ROW_LINES_MAX || places.iter().any(|&at| record.get(at).is_some_and(broken)) {
                let error =
                    format!("line {line}: a quoted cell goes on for {lines} lines; is its quote closed?");
                return Err(RecommendError::Read { file: file.to_owned(), error });
            }
            match cells(&record, places, columns) {
                Ok((user, item, moment)) => {
                    if rows.len() >= INTERACTIONS_MAX {
                        return Err(too_large("rows", INTERACTIONS_MAX as u64));
                    }
                    rows.push(Row { user: users.number(user), item: items.number(item), moment });
                    if users.len() > USERS_MAX as usize {
                        return Err(too_large("users", u64::from(USERS_MAX)));
                    }
                    if items.len() > ITEMS_MAX as usize {
                        return Err(too_large("items", u64::from(ITEMS_MAX)));
                    }
                }
                Err(problem) => {
                    let problem = format!("line {line}, {problem}");
                    report.malformed += 1;
                    if report.malformed > u64::from(malformed_max) {
                        let file = file.to_owned();
                        return Err(RecommendError::Malformed { file, limit: malformed_max, last: problem });
                    }
                    if report.malformed_rows.len() < SPELT_OUT {
                        report.malformed_rows.push(problem);
                    }
                }
            }
        }
        if csv.position().byte() > FILE_BYTES_MAX {
            return Err(too_large("bytes", FILE_BYTES_MAX));
        }
        if rows.is_empty() {
            return Err(RecommendError::Empty {
                file: file.to_owned(),
                problem: "has no rows that can be read",
            });
        }
        let (users, user_numbers) = users.sorted();
        let (items, item_numbers) = items.sorted();
        for row in &mut rows {
            row.user = user_numbers[row.user as usize];
            row.item = item_numbers[row.item as usize];
        }
        report.repeated = keep_newest(&mut rows);
        // Rows of one second are told apart by the order they are given in.
        rows.sort_unstable_by_key(|row| (row.user, row.moment, row.item));
        report.last_by_name = last_by_name(&rows);
        let rows: Vec<Interaction> = rows.into_iter().map(Row::interaction).collect();
        // Both counts were checked against their limits above.
        let interactions = Interactions::new(users.len() as u32, items.len() as u32, &rows)?;
        Ok(Self { file: file.to_owned(), users, items, interactions, report })
    }
}

/// What a row says.
#[derive(Debug, Clone, Copy)]
struct Row {
    user: u32,
    item: u32,
    moment: Moment,
}

impl Row {
    fn interaction(self) -> Interaction {
        Interaction { user: self.user, item: self.item, time: self.moment.whole }
    }
}

/// Sorts rows by user and item, and keeps the newest of each pair. Says how many it left out.
fn keep_newest(rows: &mut Vec<Row>) -> u64 {
    let before = rows.len();
    rows.sort_unstable_by_key(|row| (row.user, row.item, std::cmp::Reverse(row.moment)));
    rows.dedup_by_key(|row| (row.user, row.item));
    (before - rows.len()) as u64
}

/// How many users have two newest rows of one moment; rows are in the order of users and moments.
fn last_by_name(rows: &[Row]) -> u64 {
    let histories = rows.chunk_by(|one, next| one.user == next.user);
    histories.filter(|rows| matches!(rows, [.., one, last] if one.moment == last.moment)).count() as u64
}

fn broken(cell: &[u8]) -> bool {
    cell.contains(&b'\n')
}

/// Where the columns user, item, timestamp stand.
fn places(header: &csv::ByteRecord, file: &str, columns: &Columns) -> Result<[usize; 3], RecommendError> {
    let mut places = [0; 3];
    for (slot, column) in places.iter_mut().zip([&columns.user, &columns.item, &columns.timestamp]) {
        let mut named = (0..header.len()).filter(|&at| &header[at] == column.as_bytes());
        match (named.next(), named.next()) {
            (Some(at), None) => *slot = at,
            _ => {
                let names: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
                return Err(RecommendError::Column {
                    file: file.to_owned(),
                    column: column.clone(),
                    found: shorten(&names.join(",")),
                });
            }
        }
    }
    Ok(places)
}

/// The three cells of a row, or what is wrong with it.
fn cells<'a>(
    record: &'a csv::ByteRecord,
    places: [usize; 3],
    columns: &Columns,
) -> Result<(&'a str, &'a str, Moment), String> {
    let cell = |place: usize, column: &str| {
        let bytes = record.get(place).ok_or(format!("column {column:?}: the row ends before it"))?;
        std::str::from_utf8(bytes).map_err(|_| {
            format!("column {column:?}: {:?} is not UTF-8", shorten(&String::from_utf8_lossy(bytes)))
        })
    };
    let named = |place: usize, column: &str| {
        let text = cell(place, column)?;
        match name_problem(text) {
            None => Ok(text),
            Some(problem) => Err(format!("column {column:?}: {:?} {problem}", shorten(text))),
        }
    };
    let user = named(places[0], &columns.user)?;
    let item = named(places[1], &columns.item)?;
    let text = cell(places[2], &columns.timestamp)?;
    let moment = timestamp::parse_moment(text).ok_or_else(|| {
        format!("column {:?}: {:?} {}", columns.timestamp, shorten(text), timestamp::WANTED)
    })?;
    Ok((user, item, moment))
}

/// What makes a text no name.
pub(super) fn name_problem(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("is empty")
    } else if text.len() > NAME_BYTES_MAX {
        Some("is longer than 256 bytes")
    } else if text.chars().any(char::is_control) {
        Some("holds control characters")
    } else {
        None
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Numbers for names in the order they come up.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.0.get(name) {
            return number;
        }
        // There are no more names than rows, of which INTERACTIONS_MAX are read.
        let number = self.0.len() as u32;
        self.0.insert(name.to_owned(), number);
        number
    }

    /// The names in rising order, and for each number so far the place of its name there.
    fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut places = vec![0; self.0.len()];
        let mut names = Vec::with_capacity(self.0.len());
        for (place, (name, number)) in (0..).zip(self.0) {
            places[number as usize] = place;
            names.push(name);
        }
        (names, places)
    }
}
