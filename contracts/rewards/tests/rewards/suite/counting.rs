//! The contract with its storage counted: what each message that succeeds reads and writes.

use std::cell::{Cell, RefCell};

use attention_protocol::msg::ExecuteMsg;
use attention_rewards::contract::{execute, instantiate, migrate, query, reply};
use attention_rewards::error::ContractError;
use cosmwasm_std::{DepsMut, Empty, Env, MessageInfo, Order, Record, Response, Storage};
use cw_multi_test::{Contract, ContractWrapper};
use serde::Serialize;

/// Keys and numbers in rows get longer as they rise: at most so many bytes for each row that is touched.
const LONGER_BYTES: u64 = 8;

/// What a message did to the contract's storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub reads: u64,
    pub writes: u64,
    pub removals: u64,
    /// Iterators opened, and the rows that came out of them.
    pub ranges: u64,
    pub rows: u64,
    /// Keys and rows that were read, and written.
    pub bytes_read: u64,
    pub bytes_written: u64,
}

thread_local! {
    static LOG: RefCell<Vec<(String, Usage)>> = const { RefCell::new(Vec::new()) };
}

/// A larger world: each message reads, writes and iterates over as many rows as in the smallest, and hardly a byte more.
#[track_caller]
pub fn assert_alike(log: &[(String, Usage)], smallest: &[(String, Usage)], world: &str) {
    assert_eq!(log.len(), smallest.len(), "{world}");
    for ((name, usage), (other, before)) in log.iter().zip(smallest) {
        assert_eq!(name, other, "{world}");
        let counts = |usage: &Usage| (usage.reads, usage.writes, usage.removals, usage.ranges, usage.rows);
        assert_eq!(counts(usage), counts(before), "{name} in {world}: {usage:?} and {before:?}");
        let touched = usage.reads + usage.rows;
        assert!(
            usage.bytes_read <= before.bytes_read + LONGER_BYTES * touched
                && usage.bytes_written <= before.bytes_written + LONGER_BYTES * usage.writes,
            "{name} in {world}: {usage:?} and {before:?}"
        );
    }
}

/// Takes what this thread's messages used, in their order, by the messages' names.
pub fn take_log() -> Vec<(String, Usage)> {
    LOG.with(RefCell::take)
}

struct Counted<'a> {
    inner: &'a mut dyn Storage,
    usage: Cell<Usage>,
}

impl Counted<'_> {
    fn count(&self, change: impl FnOnce(&mut Usage)) {
        let mut usage = self.usage.get();
        change(&mut usage);
        self.usage.set(usage);
    }
}

impl Storage for Counted<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let row = self.inner.get(key);
        self.count(|usage| {
            usage.reads += 1;
            usage.bytes_read += (key.len() + row.as_ref().map_or(0, Vec::len)) as u64;
        });
        row
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.count(|usage| {
            usage.writes += 1;
            usage.bytes_written += (key.len() + value.len()) as u64;
        });
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.count(|usage| usage.removals += 1);
        self.inner.remove(key);
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        self.count(|usage| usage.ranges += 1);
        Box::new(self.inner.range(start, end, order).inspect(|(key, row)| {
            self.count(|usage| {
                usage.rows += 1;
                usage.bytes_read += (key.len() + row.len()) as u64;
            });
        }))
    }
}

/// Runs a message and notes what it used, if it succeeds.
pub fn counted<M: Serialize, E>(
    deps: DepsMut<'_>,
    msg: M,
    run: impl FnOnce(DepsMut<'_>, M) -> Result<Response, E>,
) -> Result<Response, E> {
    let json = serde_json::to_value(&msg).unwrap();
    let name = json.as_object().unwrap().keys().next().unwrap().clone();
    let mut storage = Counted { inner: deps.storage, usage: Cell::default() };
    let deps = DepsMut { storage: &mut storage, api: deps.api, querier: deps.querier };
    let response = run(deps, msg)?;
    LOG.with_borrow_mut(|log| log.push((name, storage.usage.get())));
    Ok(response)
}

fn counted_execute(
    deps: DepsMut<'_>,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, Box<ContractError>> {
    counted(deps, msg, |deps, msg| execute(deps, env, info, msg))
}

/// The contract's code, counted.
pub fn counted_code() -> Box<dyn Contract<Empty>> {
    let code = ContractWrapper::new(counted_execute, instantiate, query);
    Box::new(code.with_migrate(migrate).with_reply(reply))
}
