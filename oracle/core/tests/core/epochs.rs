//! Whole epochs: order of input, choice of base, malformed bases.

use attention_core::base::{Alarm, BaseError, FinalEpoch, choose_base, history_epochs};
use attention_core::links::LinkTable;
use attention_core::report_builder::{BuildError, EpochOutput};
use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::tree::Tree;
use attention_protocol::{Commitment, ReportBody};

use crate::rng::Rng;
use crate::world::*;

/// Epochs `0..count` of world 1, each built on all before it.
fn played(count: u64) -> (Vec<EpochOutput>, Vec<FinalEpoch>) {
    let (mut outputs, mut history) = (Vec::new(), Vec::new());
    for epoch in 0..count {
        let output = build(header(epoch), campaigns(), &history, &attention(1, epoch));
        history.push(final_epoch(&output));
        outputs.push(output);
    }
    (outputs, history)
}

#[test]
fn the_order_of_the_input_never_matters() {
    let (outputs, history) = played(3);
    let mut rng = Rng::new(7);
    for _ in 0..20 {
        let (mut shuffled, mut views) = (rows(1, 2), campaigns());
        rng.shuffle(&mut shuffled);
        rng.shuffle(&mut views);
        let mut pairs: Vec<_> =
            links().iter().map(|(user, account)| (user.clone(), account.clone())).collect();
        rng.shuffle(&mut pairs);
        let attention = attention_core::attention::Attention::from_rows(shuffled).unwrap();
        let links = LinkTable::new(pairs).unwrap();
        let again = build_with(header(2), views, &history[..2], &attention, &links).unwrap();
        assert_eq!(again, outputs[2]);
    }
}

#[test]
fn totals_chain_and_never_pass_the_budget() {
    let (outputs, _) = played(EPOCHS);
    for campaign in 0..2 {
        let made: Vec<&Commitment> =
            outputs.iter().map(|output| &output.file.campaigns[campaign].commitment).collect();
        for pair in made.windows(2) {
            assert_eq!((pair[1].base_root, pair[1].base_total), (pair[0].root, pair[0].cumulative_total));
        }
        for commitment in made {
            let earned = commitment.cumulative_total - commitment.base_total;
            assert!(earned > 0 && earned <= commitment.budget, "{commitment:?}");
        }
    }
    // Even over five epochs, the first: a fifth of 10^6. The third sees the second credit.
    let budgets: Vec<u128> =
        outputs.iter().map(|output| output.file.campaigns[0].commitment.budget).collect();
    assert_eq!(budgets[0], 200_000);
    let allocated = outputs[1].file.campaigns[0].commitment.cumulative_total;
    assert_eq!(budgets[2], (2_000_000 - allocated) / 3);
    let last = outputs[4].file.campaigns[0].commitment.cumulative_total;
    assert!((1_999_900..=2_000_000).contains(&last), "all but the dust is earned in the end: {last}");
}

#[test]
fn report_and_file_hold_what_was_built() {
    let (outputs, _) = played(1);
    let output = &outputs[0];
    assert_eq!(output.body.leaves_hash, LeavesFile::hash(&output.file_bytes));
    assert_eq!(LeavesFile::unpack(&output.file_bytes, &output.body).unwrap(), output.file);
    assert_eq!(output.digest, output.body.digest());
    let attention = attention(1, 0);
    assert_eq!(output.summary.users, attention.users().len());
    assert!(output.summary.unlinked.iter().all(|entry| entry.user >= user(8)));
    assert_eq!(output.summary.unlinked_users(), output.summary.users - output.summary.linked);
    let scores = attention.asset_scores(1_000).unwrap();
    assert_eq!(output.file.assets.len(), scores.len());
    let (asset, score) = scores.iter().next().unwrap();
    let hash = asset_id_hash(&asset.0.to_string());
    let leaf = output.file.assets.iter().find(|leaf| leaf.asset_id_hash == hash).unwrap();
    assert_eq!((leaf.score, leaf.price), (*score, 1_000 + u128::from(asset.0)));
    assert_eq!(leaf.denom_hash, denom_hash("wei"));
}

#[test]
fn campaigns_that_do_not_run_and_epochs_without_attention_have_no_commitment() {
    let mut views = campaigns();
    views[0].end_epoch = 0;
    let output = build(header(0), views, &[], &attention(1, 0));
    let made: Vec<u64> = output.file.campaigns.iter().map(|entry| entry.commitment.campaign).collect();
    assert_eq!(made, [2]);
    let empty = build(header(0), campaigns(), &[], &Default::default());
    assert_eq!((empty.body.campaign_count, empty.body.asset_count), (0, 0));
    assert_eq!((empty.body.campaigns_root, empty.body.assets_root), ([0; 32], [0; 32]));
    assert!(empty.file_bytes.is_empty());
    // The next epoch builds on nothing, and shares the whole credit over four.
    let next = build(header(1), campaigns(), &[final_epoch(&empty)], &attention(1, 1));
    assert_eq!(next.file.campaigns[0].commitment.base_root, [0; 32]);
    assert_eq!(next.file.campaigns[0].commitment.budget, 250_000);
}

/// An epoch like `output` whose commitments were changed by a quorum of liars; roots and hash fit.
fn forged(output: &EpochOutput, change: impl Fn(&mut Commitment)) -> (ReportBody, Vec<u8>) {
    let mut file = output.file.clone();
    for entry in &mut file.campaigns {
        change(&mut entry.commitment);
    }
    let commitments: Vec<Commitment> = file.campaigns.iter().map(|entry| entry.commitment.clone()).collect();
    let tree = Tree::build("commitments", &deployment().commitments_domain(output.body.epoch), &commitments)
        .unwrap();
    let bytes = file.pack();
    let body = ReportBody {
        campaigns_root: tree.root().0,
        leaves_hash: LeavesFile::hash(&bytes),
        ..output.body.clone()
    };
    (body, bytes)
}

#[test]
fn a_commitment_that_does_not_settle_is_no_base() {
    let (outputs, history) = played(2);
    let changes: [fn(&mut Commitment); 4] = [
        |made| made.budget += 1,
        |made| made.rule_hash[0] ^= 1,
        |made| made.base_total += 1,
        |made| made.cumulative_total = made.base_total + made.budget + 1,
    ];
    for change in changes {
        let (body, bytes) = forged(&outputs[1], change);
        let bad = FinalEpoch::read(&deployment(), &body, &bytes).unwrap();
        let with_bad = [history[0].clone(), bad];
        for view in campaigns() {
            let base = choose_base(&view, &with_bad).unwrap().unwrap();
            assert_eq!(base.epoch, Some(0), "the one before it stands");
        }
        let next = build(header(2), campaigns(), &with_bad, &attention(1, 2));
        let made = &next.file.campaigns[0].commitment;
        assert_eq!(made.base_root, outputs[0].file.campaigns[0].commitment.root);
        assert!(next.summary.alarms.is_empty());
    }
}

#[test]
fn a_malformed_base_leaves_its_campaign_out_and_says_so() {
    let (outputs, history) = played(2);
    // The root of campaign 1 belongs to no published leaves; campaign 2 is sound.
    let (body, bytes) = forged(&outputs[1], |made| {
        if made.campaign == 1 {
            made.root[0] ^= 1;
        }
    });
    let bad = FinalEpoch::read(&deployment(), &body, &bytes).unwrap();
    let next = build(header(2), campaigns(), &[history[0].clone(), bad], &attention(1, 2));
    let made: Vec<u64> = next.file.campaigns.iter().map(|entry| entry.commitment.campaign).collect();
    assert_eq!(made, [2]);
    assert!(matches!(next.summary.alarms.as_slice(), [Alarm::MalformedBase { campaign: 1, epoch: 1, .. }]));
}

#[test]
fn unsorted_leaves_and_a_file_cut_short_are_malformed_too() {
    let (outputs, history) = played(2);
    let mut file = outputs[1].file.clone();
    file.campaigns[0].leaves.swap(0, 1);
    let cut = outputs[1].file_bytes[..outputs[1].file_bytes.len() - 1].to_vec();
    for (bytes, whole_file) in [(file.pack(), false), (cut, true)] {
        let body = ReportBody { leaves_hash: LeavesFile::hash(&bytes), ..outputs[1].body.clone() };
        let bad = FinalEpoch::read(&deployment(), &body, &bytes).unwrap();
        assert_eq!(bad.commitments().is_none(), whole_file);
        let next = build(header(2), campaigns(), &[history[0].clone(), bad], &attention(1, 2));
        let alarms = &next.summary.alarms;
        assert_eq!(alarms.len(), if whole_file { 2 } else { 1 }, "{alarms:?}");
    }
}

#[test]
fn what_is_missing_is_an_error_and_no_guess() {
    let (outputs, mut history) = played(2);
    let mut other = outputs[0].file_bytes.clone();
    other[0] ^= 1;
    let read = FinalEpoch::read(&deployment(), &outputs[0].body, &other);
    assert_eq!(read, Err(BaseError::OtherFile { epoch: 0 }));
    let build = |views, history: &[FinalEpoch]| {
        build_with(header(2), views, history, &attention(1, 2), &links()).map(|output| output.digest)
    };
    let late = build(campaigns(), &[history[1].clone(), history[0].clone()]);
    assert_eq!(late, Err(BuildError::Base(BaseError::History { epoch: 2, found: 0 })));
    let twice = [campaigns(), campaigns()].concat();
    assert_eq!(build(twice, &history), Err(BuildError::CampaignTwice { campaign: 1 }));
    let mut views = campaigns();
    views[0].credited.remove(&1);
    assert!(build(views, &history).unwrap_err().to_string().contains("before the end of epoch 1"));
    history[0].drop_leaves(1);
    assert!(build(campaigns(), &history).is_ok(), "only the newest base is needed");
    history[1].drop_leaves(1);
    let dropped = build(campaigns(), &history);
    assert_eq!(dropped, Err(BuildError::Base(BaseError::LeavesDropped { campaign: 1, epoch: 1 })));
}

/// A file from before every start may be missing everywhere: whatever is in it, nothing comes of it.
#[test]
fn what_was_before_the_lowest_start_changes_nothing() {
    let (outputs, history) = played(3);
    let mut views = campaigns();
    (views[0].terms.start_epoch, views[1].terms.start_epoch) = (2, 1);
    let terms = || views.iter().map(|view| &view.terms);
    assert_eq!(history_epochs(terms(), 3), 1..3);
    assert_eq!(history_epochs(terms().take(1), 3), 2..3);
    assert_eq!(history_epochs([], 3), 3..3, "no campaign, no file");
    let rules: Vec<_> = views.iter().map(|view| (view.id, view.terms.rule_hash())).collect();
    let rule_of = |campaign| rules.iter().find(|(id, _)| *id == campaign).unwrap().1;
    // The commitments of epoch 0 fit in everything but that their campaigns had not started; or the file is cut short.
    let (body, bytes) = forged(&outputs[0], |made| made.rule_hash = rule_of(made.campaign));
    let early = FinalEpoch::read(&deployment(), &body, &bytes).unwrap();
    assert_eq!(early.commitments().unwrap().len(), 2);
    let cut = outputs[0].file_bytes[..outputs[0].file_bytes.len() - 1].to_vec();
    let body = ReportBody { leaves_hash: LeavesFile::hash(&cut), ..outputs[0].body.clone() };
    let malformed = FinalEpoch::read(&deployment(), &body, &cut).unwrap();
    assert!(malformed.commitments().is_none());
    // Epoch 1 holds a first commitment of campaign 2, which it then builds on.
    let second = build(header(1), views.clone(), &[], &attention(1, 1));
    assert_eq!(second.file.campaigns.len(), 1);
    let second = final_epoch(&second);
    let without = build(header(3), views.clone(), &[second.clone(), history[2].clone()], &attention(1, 3));
    assert_eq!(without.file.campaigns[1].commitment.campaign, 2);
    assert_ne!(without.file.campaigns[1].commitment.base_root, [0; 32], "it builds on epoch 1");
    for old in [early, malformed, history[0].clone()] {
        let with =
            build(header(3), views.clone(), &[old, second.clone(), history[2].clone()], &attention(1, 3));
        assert_eq!(with, without);
    }
}
