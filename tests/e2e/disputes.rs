//! Every fraud proof against a quorum that really lied, and for each an honest report that looks alike and stands.

use attention_e2e::tamper::RawTree;
use attention_e2e::{Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::fraud::{Answer, Equivocation, FraudProof, RangeProof, Target};
use attention_protocol::hash::sha256;
use attention_protocol::msg::{EpochStatusResponse, ExecuteMsg, SignatureEntry};
use attention_protocol::tree::{Node, PlainNode, SumNode, TreeLeaf};
use attention_protocol::{Commitment, ReportBody};
use cosmwasm_std::{Binary, to_json_vec};

use crate::court::{BOND, Court, LIARS, PROOF_GAS_MAX, SLASHED, bond, post_bonds, rewarded, scores, watcher};
use crate::{Stage, terms};

const OPTIONS: BedOptions = BedOptions {
    genesis_in_s: 45,
    epoch_length_s: 90,
    report_period_s: 40,
    dispute_window_s: 35,
    open_period_s: 10,
    admins: true,
};

/// A leaf's bytes with others at `offset` behind its 20-byte address.
fn edit(leaf: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut edited = leaf.to_vec();
    let at = 21 + offset;
    edited[at..at + bytes.len()].copy_from_slice(bytes);
    edited
}

const SCORE_AT: usize = 0;
const STREAK_AT: usize = 4;
const WEIGHT_AT: usize = 10;
const CUMULATIVE_AT: usize = 18;

fn no_base() -> RangeProof {
    RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() }
}

pub fn leaves_and_base(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed = Bed::deploy(stage.chain, stage.code, "leaves", OPTIONS)?;
    let prover = watcher(stage, &bed, "leaves-prover")?;
    post_bonds(&bed)?;
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let mut book = CampaignBook::new(id, &terms);
    let mut court = Court::open(&bed, prover);

    // Epoch 0: leaves that are wrong by themselves.
    let domain = bed.deployment.allocation_domain(id, 0);
    let honest = book.allocate(&domain, &scores(), 1_000);
    let packed: Vec<Vec<u8>> = honest.leaves.iter().map(|leaf| leaf.pack()).collect();
    let changed = |leaf: Vec<u8>| RawTree::new(&domain, [vec![leaf], packed[1..].to_vec()].concat());
    let alone = |reported: &EpochBook, tree: &RawTree| FraudProof::Leaf {
        commitment: reported.proof(0),
        leaf: tree.prove(0, 1),
        base: None,
    };

    let lie = changed(edit(&packed[0], SCORE_AT, &1_000_001u32.to_be_bytes()));
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    let proof = alone(&reported, &lie);
    reserve(&court, &proof)?;
    court.convict(proof, "malformed_leaf")?;
    let bonds = (0..4).map(|operator| bond(&bed, operator)).collect::<Result<Vec<_>, _>>()?;
    assert_eq!(bonds, [BOND - SLASHED, BOND - SLASHED, BOND - SLASHED, BOND], "who signed is slashed");
    rewarded(&bed, &court.prover, 3 * SLASHED / 2)?;

    let lie = changed(edit(&packed[0], WEIGHT_AT, &500_001u64.to_be_bytes()));
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    court.convict(alone(&reported, &lie), "wrong_weight")?;
    assert_eq!(bond(&bed, 0)?, BOND - SLASHED, "once an epoch");

    let swapped = vec![packed[1].clone(), packed[0].clone(), packed[2].clone()];
    let lie = RawTree::new(&domain, swapped);
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    let unordered = |reported: &EpochBook, tree: &RawTree| FraudProof::UnorderedLeaves {
        commitment: reported.proof(0),
        leaves: tree.prove(0, 2),
    };
    court.convict(unordered(&reported, &lie), "unordered_leaves")?;

    // The fourth report is honest: the same proofs show nothing.
    let tree = RawTree::new(&domain, packed.clone());
    let reported = court.post(&[&honest.commitment])?;
    court.acquit(alone(&reported, &tree), "right by itself")?;
    let whole =
        FraudProof::Leaf { commitment: reported.proof(0), leaf: tree.prove(0, 1), base: Some(no_base()) };
    court.acquit(whole, "what the rule makes")?;
    court.acquit(unordered(&reported, &tree), "nothing is proven")?;
    court.close(&reported)?;
    book.keep(&honest);

    // Epoch 1: leaves that are wrong against the settled base.
    let domain = bed.deployment.allocation_domain(id, 1);
    let base = tree;
    let honest = book.allocate(&domain, &scores(), 1_000);
    let packed: Vec<Vec<u8>> = honest.leaves.iter().map(|leaf| leaf.pack()).collect();
    let changed = |leaf: Vec<u8>| RawTree::new(&domain, [vec![leaf], packed[1..].to_vec()].concat());
    let with_base = |reported: &EpochBook, tree: &RawTree| FraudProof::Leaf {
        commitment: reported.proof(0),
        leaf: tree.prove(0, 1),
        base: Some(base.prove(0, 1)),
    };

    let lie = changed(edit(&packed[0], STREAK_AT, &9u16.to_be_bytes()));
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    court.convict(with_base(&reported, &lie), "wrong_streak")?;
    assert_eq!(bond(&bed, 0)?, (BOND - SLASHED) / 2, "another epoch, another half");

    let lie = changed(edit(&packed[0], CUMULATIVE_AT, &999u128.to_be_bytes()));
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    court.convict(with_base(&reported, &lie), "wrong_cumulative")?;

    let lie = RawTree::new(&domain, packed[1..].to_vec());
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    let missing = |reported: &EpochBook, absence: RangeProof| FraudProof::MissingAccount {
        commitment: reported.proof(0),
        base: base.prove(0, 1),
        absence,
    };
    court.convict(missing(&reported, lie.prove(0, 1)), "missing_account")?;

    let tree = RawTree::new(&domain, packed.clone());
    let reported = court.post(&[&honest.commitment])?;
    court.acquit(with_base(&reported, &tree), "what the rule makes")?;
    court.acquit(missing(&reported, tree.prove(1, 1)), "")?;
    court.close(&reported)?;
    let money = bed.check_money(&[id])?;
    assert_eq!(money[0].allocated.u128(), 2_000, "six voids moved nothing, and both epochs are paid");
    Ok(())
}

/// Commits to a proof, so that whoever copies it gains nothing.
fn reserve(court: &Court<'_>, proof: &FraudProof) -> Result<(), E2eError> {
    let json = to_json_vec(proof).map_err(|error| E2eError::Output(error.to_string()))?;
    let hash = sha256(&[court.prover.id.as_slice(), &sha256(&[&json])]);
    let commit = ExecuteMsg::CommitProof { hash: Binary::from(hash) };
    court.bed.execute(&court.prover, &commit, "")?.expect("anyone may commit to a proof");
    Ok(())
}

pub fn nodes_and_headers(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed = Bed::deploy(stage.chain, stage.code, "nodes", OPTIONS)?;
    let prover = watcher(stage, &bed, "nodes-prover")?;
    post_bonds(&bed)?;
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let other = bed.create_campaign(&terms, "2007ureward")?;
    let (mut book, second) = (CampaignBook::new(id, &terms), CampaignBook::new(other, &terms));
    let mut court = Court::open(&bed, prover);

    // Epoch 0: pads, sums, and what nobody can open.
    let domain = bed.deployment.allocation_domain(id, 0);
    let honest = book.allocate(&domain, &scores(), 1_000);
    let packed: Vec<Vec<u8>> = honest.leaves.iter().map(|leaf| leaf.pack()).collect();
    let tree = RawTree::new(&domain, packed);
    let bad_pad = |reported: &EpochBook, tree: &RawTree| FraudProof::BadPad {
        commitment: reported.proof(0),
        position: 3,
        opening: Binary::from(tree.open(3, 0)),
    };
    let wrong_sum = |reported: &EpochBook, tree: &RawTree| FraudProof::WrongSum {
        commitment: reported.proof(0),
        position: 0,
        opening: tree.open_leaf(0),
    };

    let mut lie = tree.clone();
    lie.replace(0, 3, SumNode { hash: [9; 32], weight: 77, cumulative: 0 });
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    court.convict(bad_pad(&reported, &lie), "bad_pad")?;

    let mut lie = tree.clone();
    let pair = lie.node(1, 0);
    lie.replace(1, 0, SumNode { weight: pair.weight + 1, ..pair });
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    court.convict(wrong_sum(&reported, &lie), "wrong_sum")?;

    // Half of the tree is a hash without a preimage.
    let mut lie = tree.clone();
    lie.replace(1, 1, SumNode { hash: [8; 32], weight: 1, cumulative: 1 });
    let reported = court.post(&[&lie.commit(&honest.commitment)])?;
    let target = Target::Leaf { commitment: reported.proof(0), position: 2 };
    let demanded = demand(&court, &target)?;
    bed.wait_until(bed.wasmd.node.now()?.1 + OPTIONS.open_period_s + 1)?;
    let unanswered = ExecuteMsg::VoidUnanswered { epoch: 0, revision: court.revision, target: demanded };
    let tx = bed.execute(&court.prover, &unanswered, "")?.expect("nobody could answer");
    court.voided(&tx, "unanswered")?;

    // The honest report: the same proofs show nothing, and the demand is answered.
    let reported = court.post(&[&honest.commitment])?;
    court.acquit(bad_pad(&reported, &tree), "nothing is proven")?;
    court.acquit(wrong_sum(&reported, &tree), "nothing is proven")?;
    let target = Target::Leaf { commitment: reported.proof(0), position: 2 };
    demand(&court, &target)?;
    let answer = ExecuteMsg::AnswerDemand {
        epoch: 0,
        revision: court.revision,
        target,
        answer: Answer::Leaf { opening: tree.open_leaf(2) },
    };
    bed.execute(&bed.owner, &answer, "")?.expect("anyone who has the file answers");
    court.close(&reported)?;
    book.keep(&honest);

    // Epoch 1: headers, their order, and two reports at once.
    let honest = book.allocate(&bed.deployment.allocation_domain(id, 1), &scores(), 1_000);
    let greedy = Commitment { budget: 1_001, ..honest.commitment.clone() };
    let header = |reported: &EpochBook| FraudProof::Commitment { commitment: reported.proof(0) };
    let reported = court.post(&[&greedy])?;
    court.convict(header(&reported), "wrong_commitment")?;

    let side = second.allocate(&bed.deployment.allocation_domain(other, 1), &scores(), 2_000);
    let pair = [side.commitment.clone(), honest.commitment.clone()];
    let nodes = bed.deployment.commitments_domain(1);
    let root = PlainNode::parent(&pair[0].node(&nodes), &pair[1].node(&nodes)).expect("a root");
    let book_of_none = EpochBook::over(&bed.deployment, 1, vec![]);
    let unsorted = ReportBody { campaigns_root: root.0, campaign_count: 2, ..court.body(&book_of_none) };
    court.post_body(&unsorted)?;
    let both = |pair: &[Commitment]| RangeProof {
        start: 0,
        leaves: Binary::from(pair.iter().flat_map(Commitment::pack).collect::<Vec<u8>>()),
        siblings: Binary::default(),
    };
    let unordered = FraudProof::UnorderedCommitments { commitments: both(&pair) };
    court.convict(unordered, "unordered_commitments")?;

    // Two whole quorums for one revision: the report is void, and who signed both is out.
    let first = court.post(&[&honest.commitment])?;
    let first = court.body(&first);
    let twin = ReportBody { model_hash: [7; 32], ..first.clone() };
    let evidence = |second: &ReportBody| Equivocation {
        first: Binary::from(first.pack()),
        second: Binary::from(second.pack()),
        signer: 1,
        first_signature: bed.sign(1, &first.digest()),
        second_signature: bed.sign(1, &second.digest()),
    };
    let quorum = |body: &ReportBody| -> Vec<SignatureEntry> {
        let entry = |index: u8| SignatureEntry { index, signature: bed.sign(index, &body.digest()) };
        LIARS.map(entry).to_vec()
    };
    // A near miss first: signing the next revision too is what honest operators do.
    let next = ReportBody { revision: first.revision + 1, ..first.clone() };
    let honest_pair = ExecuteMsg::ProveEquivocation { evidence: evidence(&next), quorums: None };
    let failed = bed.execute(&court.prover, &honest_pair, "")?.expect_err("two revisions are two rounds");
    assert!(failed.log.contains("revision"), "{}", failed.log);
    let quorums =
        attention_protocol::msg::ConflictingQuorums { first: quorum(&first), second: quorum(&twin) };
    let proof = ExecuteMsg::ProveEquivocation { evidence: evidence(&twin), quorums: Some(quorums) };
    let tx = bed.execute(&court.prover, &proof, "")?.expect("one key, two reports");
    println!("       {:>7} gas  fraud proof: equivocation", tx.gas_used);
    assert!(tx.gas_used <= PROOF_GAS_MAX, "equivocation: {} gas", tx.gas_used);
    court.voided(&tx, "equivocation")?;
    assert_eq!(bond(&bed, 3)?, BOND, "who signed nothing loses nothing");

    // Operator 1 is out; the other three are a quorum.
    let both_honest = [&honest.commitment, &side.commitment];
    let last = EpochBook::over(&bed.deployment, 1, both_honest.map(Clone::clone).to_vec());
    let body = court.body(&last);
    let failed = bed.execute(&court.prover, &bed.submit_message(&body, &LIARS), "")?;
    failed.expect_err("a suspended signer does not count");
    bed.execute(&court.prover, &bed.submit_message(&body, &[0, 2, 3]), "")?.expect("three others do");
    court.acquit(header(&last), "nothing is proven")?;
    let ordered = FraudProof::UnorderedCommitments {
        commitments: both(&[honest.commitment.clone(), side.commitment.clone()]),
    };
    court.acquit(ordered, "nothing is proven")?;
    court.close(&last)?;
    let status: EpochStatusResponse = bed.epoch_status()?;
    assert_eq!(status.open_epoch, 2);
    let money = bed.check_money(&[id, other])?;
    assert_eq!(money.iter().map(|money| money.allocated.u128()).collect::<Vec<_>>(), [2_000, 2_000]);
    Ok(())
}

/// Demands an opening, and returns the target's key.
fn demand(court: &Court<'_>, target: &Target) -> Result<Binary, E2eError> {
    let message =
        ExecuteMsg::DemandOpen { epoch: court.epoch, revision: court.revision, target: target.clone() };
    let bond = format!("{}uattn", 1_000);
    let tx = court.bed.execute(&court.prover, &message, &bond)?;
    let tx = tx.map_err(|failed| E2eError::Output(format!("a demand: {}", failed.log)))?;
    let key = tx.attribute("wasm-opening_demanded", "target").and_then(|key| hex::decode(key).ok());
    key.map(Binary::from).ok_or_else(|| E2eError::Output("a demand: no target in its event".into()))
}
