//! No message costs more because there are more campaigns, accounts or epochs: every one of them, in worlds from 1 to 10,000 of each,
//! by what it reads and writes. Gas on a real chain follows from that, from the bytes of the message and from its arithmetic.

mod script;
mod world;

use std::collections::BTreeSet;

use crate::funds::every_message;
use crate::suite::{Suite, Usage};

use script::every_message_once;
use world::World;

/// Keys and numbers in rows get longer as they rise: at most so many bytes for each row that is touched.
const LONGER_BYTES: u64 = 8;

/// What one of each message uses in a world, in the order of the script.
fn measure(world: &World) -> Vec<(String, Usage)> {
    let mut grown = world.grow();
    let log = every_message_once(&mut grown);
    let used: BTreeSet<&str> = log.iter().map(|(name, _)| name.as_str()).collect();
    let all: BTreeSet<&str> = every_message(&Suite::new()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(used, all, "the script sends every message");
    log
}

/// A larger world: as many reads, writes and rows, and hardly a byte more.
fn assert_as_in_the_smallest(smallest: &[(String, Usage)], world: &World) {
    let log = measure(world);
    assert_eq!(log.len(), smallest.len());
    for ((name, usage), (other, before)) in log.iter().zip(smallest) {
        assert_eq!(name, other);
        let counts = |usage: &Usage| (usage.reads, usage.writes, usage.removals, usage.ranges, usage.rows);
        assert_eq!(counts(usage), counts(before), "{name} in {world:?}: {usage:?} and {before:?}");
        let touched = usage.reads + usage.rows;
        assert!(
            usage.bytes_read <= before.bytes_read + LONGER_BYTES * touched
                && usage.bytes_written <= before.bytes_written + LONGER_BYTES * usage.writes,
            "{name} in {world:?}: {usage:?} and {before:?}"
        );
    }
}

/// The smallest world's table, printed for docs/GAS.md.
#[test]
fn what_every_message_reads_and_writes() {
    for (name, usage) in measure(&World::SMALLEST) {
        let Usage { reads, writes, removals, ranges, rows, .. } = usage;
        println!("storage {name} {reads} {writes} {removals} {ranges} {rows}");
        assert!(reads + writes + ranges > 0, "{name} cannot do without storage: is it counted?");
    }
}

#[test]
fn more_campaigns_cost_nobody() {
    let smallest = measure(&World::SMALLEST);
    for campaigns in [10, 100, 1_000, 10_000] {
        assert_as_in_the_smallest(&smallest, &World { campaigns, ..World::SMALLEST });
    }
}

#[test]
fn more_accounts_cost_nobody() {
    let smallest = measure(&World::SMALLEST);
    for accounts in [10, 100, 1_000, 10_000] {
        assert_as_in_the_smallest(&smallest, &World { accounts, ..World::SMALLEST });
    }
}

#[test]
fn more_epochs_cost_nobody() {
    let smallest = measure(&World::SMALLEST);
    for epochs in [10, 100, 1_000, 10_000] {
        assert_as_in_the_smallest(&smallest, &World { epochs, ..World::SMALLEST });
    }
}
