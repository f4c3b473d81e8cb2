//! Who acted on what and when: the one input of every recommender.

use rayon::prelude::*;

use crate::ModelError;
use crate::codec::{Reader, Writer};

/// Most users.
pub const USERS_MAX: u32 = 4_000_000;
/// Most items: scoring a user takes memory in proportion.
pub const ITEMS_MAX: u32 = 1 << 17;
/// Most interactions: their part of a model file is 12 bytes each.
pub const INTERACTIONS_MAX: usize = 8_000_000;

/// One user acted on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interaction {
    /// The user, from 0 on.
    pub user: u32,
    /// The item, from 0 on.
    pub item: u32,
    /// When; any unit, as only the order of times counts.
    pub time: i64,
}

/// One item in somebody's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The item.
    pub item: u32,
    /// When.
    pub time: i64,
}

/// Every user's history, oldest first, without repeats of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interactions {
    items: u32,
    /// Where each user's history begins, and the end of the last.
    starts: Vec<usize>,
    events: Vec<Event>,
}

impl Interactions {
    /// Sorts rows into histories: by time, rows of equal time as they come in.
    ///
    /// # Errors
    /// [`ModelError::TooMany`] above a limit, [`ModelError::Interaction`] if a user or item is not below its count, or
    /// a user has an item twice.
    pub fn new(users: u32, items: u32, rows: &[Interaction]) -> Result<Self, ModelError> {
        limit("users", users as usize, USERS_MAX as usize)?;
        limit("items", items as usize, ITEMS_MAX as usize)?;
        limit("interactions", rows.len(), INTERACTIONS_MAX)?;
        for (row, interaction) in rows.iter().enumerate() {
            if interaction.user >= users {
                return Err(refused(row, format!("user {} of {users}, counted from 0", interaction.user)));
            }
            if interaction.item >= items {
                return Err(refused(row, format!("item {} of {items}, counted from 0", interaction.item)));
            }
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.par_sort_unstable_by_key(|&row| (rows[row].user, rows[row].time, row));
        let mut starts = Vec::with_capacity(users as usize + 1);
        let mut events = Vec::with_capacity(rows.len());
        let mut seen_by = vec![u32::MAX; items as usize];
        for row in order {
            let Interaction { user, item, time } = rows[row];
            while starts.len() <= user as usize {
                starts.push(events.len());
            }
            // USERS_MAX keeps u32::MAX from being a user.
            if std::mem::replace(&mut seen_by[item as usize], user) == user {
                return Err(refused(row, format!("user {user} has item {item} twice; keep one of them")));
            }
            events.push(Event { item, time });
        }
        while starts.len() <= users as usize {
            starts.push(events.len());
        }
        Ok(Self { items, starts, events })
    }

    /// How many users there are, those without history included.
    pub fn users(&self) -> u32 {
        // `new` and `read` keep the number of users within USERS_MAX.
        (self.starts.len() - 1) as u32
    }

    /// How many items there are, those that nobody acted on included.
    pub fn items(&self) -> u32 {
        self.items
    }

    /// How many interactions there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is no interaction.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// A user's history, oldest first; empty for a user beyond the last.
    pub fn history(&self, user: u32) -> &[Event] {
        match self.starts.get(user as usize..).and_then(|rest| rest.get(..2)) {
            Some(&[start, end]) => &self.events[start..end],
            _ => &[],
        }
    }

    /// All histories but for the newest item of every user who has at least two, and those items:
    /// `(user, what was left out)`, by user.
    pub fn without_newest(&self) -> (Self, Vec<(u32, Event)>) {
        let mut rest = Self { items: self.items, starts: vec![0], events: Vec::with_capacity(self.len()) };
        let mut left_out = Vec::new();
        for user in 0..self.users() {
            match self.history(user) {
                [older @ .., newest] if !older.is_empty() => {
                    rest.events.extend_from_slice(older);
                    left_out.push((user, *newest));
                }
                all => rest.events.extend_from_slice(all),
            }
            rest.starts.push(rest.events.len());
        }
        (rest, left_out)
    }

    /// How many users acted on each item.
    pub fn popularity(&self) -> Vec<u32> {
        let mut counts = vec![0; self.items as usize];
        for event in &self.events {
            counts[event.item as usize] += 1;
        }
        counts
    }

    /// `users u32 ‖ items u32 ‖ per user (length u32 ‖ per event (item u32 ‖ time i64))`.
    pub(super) fn write(&self, out: &mut Writer) {
        out.u32(self.users());
        out.u32(self.items);
        for user in 0..self.users() {
            let history = self.history(user);
            // No longer than there are items, as none repeats.
            out.u32(history.len() as u32);
            for event in history {
                out.u32(event.item);
                out.bytes(&event.time.to_be_bytes());
            }
        }
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let users = input.u32()?;
        let items = input.u32()?;
        limit("users", users as usize, USERS_MAX as usize)?;
        limit("items", items as usize, ITEMS_MAX as usize)?;
        input.room_for(users as usize, 4)?;
        let mut read = Self { items, starts: vec![0], events: Vec::new() };
        let mut seen_by = vec![u32::MAX; items as usize];
        for user in 0..users {
            let count = input.u32()? as usize;
            input.room_for(count, 12)?;
            for at in 0..count {
                let item = input.u32()?;
                // All u64 are the bits of an i64.
                let time = input.u64()? as i64;
                let Some(slot) = seen_by.get_mut(item as usize) else {
                    return Err(input.error(format!("item {item} of {items}, counted from 0")));
                };
                if std::mem::replace(slot, user) == user {
                    return Err(input.error(format!("user {user} has item {item} twice")));
                }
                if at > 0 && read.events.last().is_some_and(|last| last.time > time) {
                    return Err(input.error(format!("the history of user {user} is not in order of time")));
                }
                read.events.push(Event { item, time });
            }
            limit("interactions", read.events.len(), INTERACTIONS_MAX)?;
            read.starts.push(read.events.len());
        }
        Ok(read)
    }
}

fn refused(row: usize, problem: String) -> ModelError {
    ModelError::Interaction { row, problem }
}

/// An error if a count is above its limit.
pub(super) fn limit(what: &'static str, got: usize, limit: usize) -> Result<(), ModelError> {
    if got > limit { Err(ModelError::TooMany { what, got, limit }) } else { Ok(()) }
}
