//! The watcher: nothing of an honest epoch convicts, and each kind of tampering that a file shows does.

use std::collections::BTreeMap;

use attention_core::attention::Attention;
use attention_core::base::FinalEpoch;
use attention_core::campaign::CampaignView;
use attention_core::report_builder::EpochOutput;
use attention_core::watch::{Finding, Watched, find_fraud};
use attention_protocol::fraud::CampaignFacts;
use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::settle::{SettleContext, SettledBase};
use attention_protocol::tree::{SumNode, Tree, TreeLeaf};
use attention_protocol::{Commitment, Hash, Leaf, ProtocolError, ReportBody};

use crate::world::*;

/// Epoch 1 on a settled epoch 0, and what the chain knows of its campaigns.
fn scene() -> (EpochOutput, BTreeMap<u64, Watched>) {
    let first = build(header(0), campaigns(), &[], &attention(1, 0));
    let history: Vec<FinalEpoch> = vec![final_epoch(&first)];
    // Account 3 pauses in epoch 1.
    let rows = rows(1, 1).into_iter().filter(|row| row.user != user(2)).collect();
    let second = build(header(1), campaigns(), &history, &Attention::from_rows(rows).unwrap());
    let watched = |(view, settled): (CampaignView, &CampaignLeaves)| {
        let made = &settled.commitment;
        let base = SettledBase { root: made.root, total: made.cumulative_total, leaf_count: made.leaf_count };
        let settle = SettleContext {
            base,
            running: true,
            rule_hash: view.terms.rule_hash(),
            budget: view.budget(1, base.total).unwrap(),
            growth: view.terms.rule.growth,
        };
        let facts = CampaignFacts {
            rule: view.rule().unwrap(),
            settle,
            base_epoch: 0,
            base_weight_total: made.weight_total,
        };
        (view.id, Watched { facts, base_leaves: settled.leaves.clone() })
    };
    let watched = campaigns().into_iter().zip(&first.file.campaigns).map(watched).collect();
    (second, watched)
}

/// A leaf in its place, whatever the order.
struct Placed<'a>(usize, &'a Leaf);

impl TreeLeaf for Placed<'_> {
    type Node = SumNode;
    type Key = usize;

    fn key(&self) -> usize {
        self.0
    }

    fn node(&self, domain: &Hash) -> SumNode {
        self.1.node(domain)
    }
}

/// A file with everything above the leaves made to fit, unless `commit` says otherwise.
fn report(
    body: &ReportBody,
    mut file: LeavesFile,
    commit: impl Fn(&mut Commitment),
) -> (ReportBody, Vec<u8>) {
    for entry in &mut file.campaigns {
        let domain = deployment().allocation_domain(entry.commitment.campaign, body.epoch);
        let placed: Vec<Placed<'_>> =
            entry.leaves.iter().enumerate().map(|(at, leaf)| Placed(at, leaf)).collect();
        let root = Tree::build("leaves", &domain, &placed).unwrap().root();
        entry.commitment = Commitment {
            root: root.hash,
            leaf_count: entry.leaves.len() as u32,
            weight_total: root.weight,
            cumulative_total: root.cumulative,
            ..entry.commitment.clone()
        };
        commit(&mut entry.commitment);
    }
    let commitments: Vec<Commitment> = file.campaigns.iter().map(|entry| entry.commitment.clone()).collect();
    let domain = deployment().commitments_domain(body.epoch);
    let tree = Tree::build("commitments", &domain, &commitments).unwrap();
    let bytes = file.pack();
    let body = ReportBody {
        campaigns_root: tree.root().0,
        campaign_count: tree.leaf_count(),
        leaves_hash: LeavesFile::hash(&bytes),
        ..body.clone()
    };
    (body, bytes)
}

/// (campaign, clause) of every fraud; `None` for what is hidden.
fn found(findings: &[Finding]) -> Vec<Option<(Option<u64>, u8)>> {
    let short = |finding: &Finding| match finding {
        Finding::Fraud { campaign, clause, .. } => Some((*campaign, *clause)),
        Finding::Hidden { .. } => None,
    };
    findings.iter().map(short).collect()
}

#[test]
fn an_honest_report_stands() {
    let (honest, watched) = scene();
    assert_eq!(find_fraud(&deployment(), &honest.body, &honest.file_bytes, &watched), Ok(vec![]));
    let first = build(header(0), campaigns(), &[], &attention(1, 0));
    let nothing_settled = watched
        .iter()
        .map(|(id, watched)| {
            let mut watched = watched.clone();
            let view = campaigns().into_iter().find(|view| view.id == *id).unwrap();
            watched.facts.settle.base = SettledBase::NONE;
            watched.facts.settle.budget = view.budget(0, 0).unwrap();
            (watched.facts.base_weight_total, watched.base_leaves) = (0, vec![]);
            (*id, watched)
        })
        .collect();
    assert_eq!(find_fraud(&deployment(), &first.body, &first.file_bytes, &nothing_settled), Ok(vec![]));
}

#[test]
fn each_tampering_is_convicted_of_its_clause() {
    let (honest, watched) = scene();
    let paused = |leaves: &[Leaf]| leaves.iter().position(|leaf| leaf.account == account(3)).unwrap();
    assert_eq!(honest.file.campaigns[0].leaves[paused(&honest.file.campaigns[0].leaves)].weight, 0);
    type Change<'a> = &'a dyn Fn(&mut Vec<Leaf>);
    let cases: [(Change<'_>, u8); 7] = [
        (&|leaves| leaves[1].boost_ppm = 1, 1),
        (&|leaves| leaves[1].weight += 1, 2),
        // A score of zero weighs nothing whatever the streak, so the streak alone is wrong.
        (
            &|leaves| {
                let at = paused(leaves);
                leaves[at].streak = 7;
            },
            3,
        ),
        (&|leaves| leaves[1].cumulative -= 1, 4),
        (&|leaves| leaves.swap(1, 2), 5),
        // Its place is taken by a newcomer who did nothing.
        (
            &|leaves| {
                let at = paused(leaves);
                let mut newcomer = leaves.remove(at);
                (newcomer.account, newcomer.cumulative) = (account(200), 0);
                leaves.push(newcomer);
            },
            6,
        ),
        (&|leaves| leaves.truncate(3), 9),
    ];
    for (change, clause) in cases {
        let mut file = honest.file.clone();
        change(&mut file.campaigns[0].leaves);
        let (body, bytes) = report(&honest.body, file, |_| {});
        let findings = find_fraud(&deployment(), &body, &bytes, &watched).unwrap();
        assert_eq!(found(&findings), [Some((Some(1), clause))], "{findings:?}");
    }
}

#[test]
fn wrong_sums_and_headers_are_convicted_and_hidden_leaves_are_demanded() {
    let (honest, watched) = scene();
    let check = |commit: fn(&mut Commitment)| {
        let (body, bytes) = report(&honest.body, honest.file.clone(), |made| {
            if made.campaign == 1 {
                commit(made);
            }
        });
        found(&find_fraud(&deployment(), &body, &bytes, &watched).unwrap())
    };
    assert_eq!(check(|made| made.weight_total += 1), [Some((Some(1), 8))]);
    assert_eq!(check(|made| made.budget += 1), [Some((Some(1), 9))]);
    assert_eq!(check(|made| made.rule_hash[0] ^= 1), [Some((Some(1), 9))]);
    assert_eq!(check(|made| made.root[0] ^= 1), [None]);
    let mut other = honest.file_bytes.clone();
    other[0] ^= 1;
    let refused = find_fraud(&deployment(), &honest.body, &other, &watched);
    assert_eq!(refused, Err(ProtocolError::RootMismatch));
    let cut = honest.file_bytes[..honest.file_bytes.len() - 1].to_vec();
    let body = ReportBody { leaves_hash: LeavesFile::hash(&cut), ..honest.body.clone() };
    assert_eq!(found(&find_fraud(&deployment(), &body, &cut, &watched).unwrap()), [None]);
}
