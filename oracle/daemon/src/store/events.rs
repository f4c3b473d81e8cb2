//! Events in SQLite: write-ahead log, `synchronous=FULL`, STRICT tables. Whatever `insert` confirmed is durable.
//!
//! Two events of one id and different bytes are both kept: the event log decides what becomes of them, the same way on
//! every machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use attention_features::{AssetId, BehaviourEvent, EventId, EventKind, SourceId, UserId};
use attention_protocol::hash::sha256;
use rusqlite::{Connection, Row, params};

use super::StoreError;

const SCHEMA_VERSION: i64 = 1;
const SCHEMA: &str = "
CREATE TABLE event (
    source         TEXT NOT NULL,
    event_id       TEXT NOT NULL,
    digest         BLOB NOT NULL CHECK (length(digest) = 32),
    user           TEXT NOT NULL,
    kind           TEXT NOT NULL,
    asset          INTEGER,
    counterparty   TEXT,
    quantity       TEXT NOT NULL,
    price          TEXT,
    event_time_s   INTEGER NOT NULL,
    receive_time_s INTEGER NOT NULL,
    PRIMARY KEY (source, event_id, digest)
) STRICT, WITHOUT ROWID;
";

/// What an insertion came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Inserted {
    /// Events that were not there.
    pub new: u64,
    /// Events that were there, byte for byte.
    pub known: u64,
}

/// The events of one data folder.
#[derive(Debug)]
pub struct EventStore {
    path: PathBuf,
    db: Connection,
}

impl EventStore {
    /// Opens the file, makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Database`], or [`StoreError::Damaged`] for a file of another version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let wrap = |source: rusqlite::Error| StoreError::Database { path: path.to_owned(), source };
        let db = Connection::open(path).map_err(wrap)?;
        db.busy_timeout(Duration::from_secs(10)).map_err(wrap)?;
        db.pragma_update(None, "journal_mode", "WAL").map_err(wrap)?;
        db.pragma_update(None, "synchronous", "FULL").map_err(wrap)?;
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(wrap)?;
        match version {
            0 => {
                let make =
                    format!("BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;");
                db.execute_batch(&make).map_err(wrap)?;
            }
            SCHEMA_VERSION => {}
            other => {
                let reason = format!("it has schema version {other}, this program reads {SCHEMA_VERSION}");
                return Err(StoreError::Damaged { path: path.to_owned(), reason });
            }
        }
        Ok(Self { path: path.to_owned(), db })
    }

    fn wrap(&self) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        |source| StoreError::Database { path: self.path.clone(), source }
    }

    /// Keeps events, all or none; returns when they are durable. `progress` is told how many are done.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn insert(
        &mut self,
        events: &[BehaviourEvent],
        progress: impl Fn(u64),
    ) -> Result<Inserted, StoreError> {
        let path = self.path.clone();
        let wrap = |source: rusqlite::Error| StoreError::Database { path: path.clone(), source };
        let transaction = self.db.transaction().map_err(wrap)?;
        let mut inserted = Inserted { new: 0, known: 0 };
        {
            let sql = "INSERT OR IGNORE INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
            let mut statement = transaction.prepare(sql).map_err(wrap)?;
            for event in events {
                let changed = statement.execute(params![
                    event.source.as_str(),
                    event.event_id.as_str(),
                    sha256(&[&event.canonical_bytes()]),
                    event.user.as_str(),
                    event.kind.name(),
                    event.asset.map(|asset| asset.0),
                    event.counterparty.as_ref().map(UserId::as_str),
                    event.quantity.to_string(),
                    event.price.map(|price| price.to_string()),
                    event.event_time_s,
                    event.receive_time_s,
                ]);
                if changed.map_err(wrap)? == 0 {
                    inserted.known += 1;
                } else {
                    inserted.new += 1;
                }
                progress(inserted.new + inserted.known);
            }
        }
        transaction.commit().map_err(wrap)?;
        Ok(inserted)
    }

    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn count(&self) -> Result<u64, StoreError> {
        let count = self.db.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(self.wrap())?.unsigned_abs())
    }

    /// All events, each checked against its digest.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] naming the event that was changed behind our back.
    pub fn load(&self) -> Result<Vec<BehaviourEvent>, StoreError> {
        let sql = "SELECT source, event_id, digest, user, kind, asset, counterparty, quantity, price, event_time_s, \
                   receive_time_s FROM event ORDER BY source, event_id, digest";
        let mut statement = self.db.prepare(sql).map_err(self.wrap())?;
        let mut rows = statement.query([]).map_err(self.wrap())?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(self.wrap())? {
            events.push(self.event(row)?);
        }
        Ok(events)
    }

    fn event(&self, row: &Row<'_>) -> Result<BehaviourEvent, StoreError> {
        let name: String = row.get(1).map_err(self.wrap())?;
        let digest: [u8; 32] = row.get(2).map_err(self.wrap())?;
        let damaged = |reason: &str| StoreError::Damaged {
            path: self.path.clone(),
            reason: format!("event {name:?}: {reason}; restore the file, or delete it and import again"),
        };
        let event = decode(row).map_err(self.wrap())?.ok_or_else(|| damaged("a column cannot be read"))?;
        if sha256(&[&event.canonical_bytes()]) != digest {
            return Err(damaged("its columns do not give its digest"));
        }
        Ok(event)
    }
}

/// `None` if a column holds what no event can.
fn decode(row: &Row<'_>) -> Result<Option<BehaviourEvent>, rusqlite::Error> {
    let text = |index: usize| row.get::<_, String>(index);
    let optional = |index: usize| row.get::<_, Option<String>>(index);
    let (source, event_id, user, kind, quantity) = (text(0)?, text(1)?, text(3)?, text(4)?, text(7)?);
    let (asset, counterparty, price) = (row.get::<_, Option<u32>>(5)?, optional(6)?, optional(8)?);
    let (event_time_s, receive_time_s) = (row.get(9)?, row.get(10)?);
    let parse = || -> Option<BehaviourEvent> {
        Some(BehaviourEvent {
            source: SourceId::new(source).ok()?,
            event_id: EventId::new(event_id).ok()?,
            user: UserId::new(user).ok()?,
            kind: EventKind::from_name(&kind)?,
            asset: asset.map(AssetId),
            counterparty: counterparty.map(UserId::new).transpose().ok()?,
            quantity: quantity.parse().ok()?,
            price: price.map(|price| price.parse()).transpose().ok()?,
            event_time_s,
            receive_time_s,
        })
    };
    Ok(parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, quantity: u64) -> BehaviourEvent {
        BehaviourEvent {
            source: SourceId::new("s").unwrap(),
            event_id: EventId::new(id).unwrap(),
            user: UserId::new("u").unwrap(),
            kind: EventKind::Sale,
            asset: Some(AssetId(u32::MAX)),
            counterparty: Some(UserId::new("v").unwrap()),
            quantity,
            price: Some(u128::MAX),
            event_time_s: 1,
            receive_time_s: 2,
        }
    }

    #[test]
    fn what_goes_in_comes_out_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.db");
        let mut store = EventStore::open(&path).unwrap();
        let plain = BehaviourEvent { asset: None, counterparty: None, price: None, ..event("a", u64::MAX) };
        let events = [plain, event("b", 1), event("b", 2)];
        assert_eq!(store.insert(&events, |_| {}).unwrap(), Inserted { new: 3, known: 0 });
        assert_eq!(store.insert(&events[1..], |_| {}).unwrap(), Inserted { new: 0, known: 2 });
        drop(store);
        let store = EventStore::open(&path).unwrap();
        let mut loaded = store.load().unwrap();
        loaded.sort_by_key(|event| (event.event_id.clone(), event.quantity));
        assert_eq!(loaded, events);
        assert_eq!(store.count().unwrap(), 3);
    }

    #[test]
    fn a_changed_row_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.db");
        let mut store = EventStore::open(&path).unwrap();
        store.insert(&[event("b", 1)], |_| {}).unwrap();
        store.db.execute("UPDATE event SET quantity = '2'", []).unwrap();
        let error = store.load().unwrap_err().to_string();
        assert!(error.contains("event \"b\": its columns do not give its digest"), "{error}");
        store.db.execute("UPDATE event SET kind = 'theft'", []).unwrap();
        assert!(store.load().unwrap_err().to_string().contains("a column cannot be read"));
        store.db.pragma_update(None, "user_version", 9).unwrap();
        drop(store);
        assert!(EventStore::open(&path).unwrap_err().to_string().contains("schema version 9"));
    }

    #[test]
    fn an_insertion_is_all_or_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.db");
        let mut store = EventStore::open(&path).unwrap();
        let other = Connection::open(&path).unwrap();
        let guard = "CREATE TRIGGER no_c BEFORE INSERT ON event WHEN NEW.event_id = 'c' \
                     BEGIN SELECT RAISE(ABORT, 'no'); END";
        other.execute_batch(guard).unwrap();
        assert!(store.insert(&[event("b", 1), event("c", 1)], |_| {}).is_err());
        assert_eq!(store.count().unwrap(), 0);
    }
}
