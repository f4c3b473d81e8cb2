//! Whole epochs in which somebody withdrew: what they had stays, and nothing comes after it.

use attention_core::attention::Attention;
use attention_core::base::FinalEpoch;
use attention_core::consent::{ConsentChange, ConsentLog, ConsentTable};
use attention_core::report_builder::{BuildError, EpochOutput};
use attention_protocol::asset::asset_id_hash;
use attention_protocol::{Leaf, Score};

use crate::world::*;

/// (account byte, granted, from epoch), in order.
fn log(changes: &[(u8, bool, u64)]) -> ConsentLog {
    let mut log = ConsentLog::default();
    for (sequence, &(byte, granted, from_epoch)) in (1..).zip(changes) {
        log.push(ConsentChange { sequence, account: account(byte), granted, from_epoch }).unwrap();
    }
    log
}

/// The attention of an epoch of world 1, as it is measured under a table.
fn measured(epoch: u64, table: &ConsentTable) -> Attention {
    let withdrawn = table.withdrawn_users(&links());
    let rows = rows(1, epoch).into_iter().filter(|row| !withdrawn.contains(&row.user));
    Attention::from_rows(rows.collect()).unwrap()
}

fn played(log: &ConsentLog) -> Vec<EpochOutput> {
    let (mut outputs, mut history): (Vec<EpochOutput>, Vec<FinalEpoch>) = (Vec::new(), Vec::new());
    for epoch in 0..EPOCHS {
        let table = log.at(epoch);
        let attention = measured(epoch, &table);
        let built = build_under(header(epoch), campaigns(), &history, &attention, &links(), &table).unwrap();
        history.push(final_epoch(&built));
        outputs.push(built);
    }
    outputs
}

fn leaf(output: &EpochOutput, campaign: usize, byte: u8) -> Option<&Leaf> {
    output.file.campaigns[campaign].leaves.iter().find(|leaf| leaf.account == account(byte))
}

#[test]
fn who_withdraws_keeps_what_it_had_and_earns_again_once_it_consents_again() {
    // Account 3 withdraws from epoch 2 on, and consents again from epoch 4 on.
    let outputs = played(&log(&[(3, false, 2), (3, true, 4)]));
    let free = played(&ConsentLog::default());
    assert_eq!(outputs[..2], free[..2], "a change counts from its epoch on");
    let before = leaf(&outputs[1], 0, 3).unwrap();
    assert!(before.cumulative > 0 && before.streak > 0, "{before:?}");
    for epoch in [2, 3] {
        let kept = leaf(&outputs[epoch], 0, 3).unwrap();
        let nothing = Leaf { score: Score::ZERO, streak: 0, boost_ppm: 0, weight: 0, ..before.clone() };
        assert_eq!(*kept, nothing, "epoch {epoch}");
        let would_have = leaf(&free[epoch], 0, 3).unwrap();
        assert!(would_have.score > Score::ZERO, "its user acted, and was not looked at");
        assert_eq!(outputs[epoch].summary.withdrawn, 1);
        assert!(outputs[epoch].summary.unlinked.iter().all(|entry| entry.user >= user(8)), "nor shown");
    }
    let again = leaf(&outputs[4], 0, 3).unwrap();
    assert_eq!((again.streak, outputs[4].summary.withdrawn), (1, 0), "the streak begins anew");
    assert!(again.cumulative > before.cumulative);
}

#[test]
fn who_withdrew_before_the_first_leaf_gets_none_and_moves_no_asset() {
    let outputs = played(&log(&[(3, false, 0)]));
    for output in &outputs {
        assert!((0..2).all(|campaign| leaf(output, campaign, 3).is_none()), "{:?}", output.body);
    }
    let free = played(&ConsentLog::default());
    let score = |output: &EpochOutput, id: u32| {
        let hash = asset_id_hash(&id.to_string());
        output.file.assets.iter().find(|leaf| leaf.asset_id_hash == hash).map_or(0, |leaf| leaf.score.ppm())
    };
    // Only the assets that the user acted in have less attention.
    let acted: Vec<u32> =
        rows(1, 0).iter().filter(|row| row.user == user(2)).map(|row| row.asset.0).collect();
    assert!(!acted.is_empty());
    for id in 0..8 {
        let (with, without) = (score(&free[0], id), score(&outputs[0], id));
        assert!(
            if acted.contains(&id) { without < with || with == 1_000_000 } else { without == with },
            "{id}"
        );
    }
}

/// Whoever measures without looking at the table cannot build on it.
#[test]
fn attention_of_who_withdrew_is_refused() {
    let table = log(&[(3, false, 0)]).at(0);
    let refused = build_under(header(0), campaigns(), &[], &attention(1, 0), &links(), &table);
    assert_eq!(refused, Err(BuildError::Withdrawn { user: user(2) }));
    // Wallets of nobody change nothing.
    for byte in [200, 9] {
        let table = log(&[(byte, false, 0)]).at(0);
        assert!(build_under(header(0), campaigns(), &[], &attention(1, 0), &links(), &table).is_ok());
    }
}
