//! No message costs more because there are more campaigns, accounts or epochs: every one of them, in worlds from 1 to 10,000 of each,
//! by what it reads and writes. Gas on a real chain follows from that, from the bytes of the message and from its arithmetic.

mod script;
mod world;

use std::collections::BTreeSet;

use crate::funds::every_message;
use crate::suite::Suite;
use crate::suite::counting::{Usage, assert_alike};

use script::every_message_once;
use world::World;

/// What one of each message uses in a world, in the order of the script.
fn measure(world: &World) -> Vec<(String, Usage)> {
    let mut grown = world.grow();
    let log = every_message_once(&mut grown);
    let used: BTreeSet<&str> = log.iter().map(|(name, _)| name.as_str()).collect();
    let all: BTreeSet<&str> = every_message(&Suite::new()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(used, all, "the script sends every message");
    log
}

fn assert_larger(smallest: &[(String, Usage)], world: &World) {
    assert_alike(&measure(world), smallest, &format!("{world:?}"));
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
        assert_larger(&smallest, &World { campaigns, ..World::SMALLEST });
    }
}

#[test]
fn more_accounts_cost_nobody() {
    let smallest = measure(&World::SMALLEST);
    for accounts in [10, 100, 1_000, 10_000] {
        assert_larger(&smallest, &World { accounts, ..World::SMALLEST });
    }
}

#[test]
fn more_epochs_cost_nobody() {
    let smallest = measure(&World::SMALLEST);
    for epochs in [10, 100, 1_000, 10_000] {
        assert_larger(&smallest, &World { epochs, ..World::SMALLEST });
    }
}
