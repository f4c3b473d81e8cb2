//! Clause 11: two signatures of one operator on reports that contradict each other.

use attention_protocol::config::{OperatorSet, Pubkey};
use attention_protocol::fraud::{Clause, Equivocation, FraudError, check_equivocation};
use attention_protocol::hash::{Hash, sha256};
use attention_protocol::{ProtocolError, ReportBody};
use cosmwasm_std::Binary;

const CONFIG: Hash = [5; 32];

fn body(change: impl FnOnce(&mut ReportBody)) -> ReportBody {
    let mut body = ReportBody {
        config_digest: CONFIG,
        prev_digest: [0; 32],
        epoch: 3,
        revision: 1,
        campaigns_root: [0; 32],
        campaign_count: 0,
        assets_root: [0; 32],
        asset_count: 0,
        input_root: [1; 32],
        model_hash: [2; 32],
        leaves_hash: [3; 32],
    };
    change(&mut body);
    body
}

fn operators() -> OperatorSet {
    let key = |i: u8| Binary::new([[2].as_slice(), &[i; 32]].concat());
    OperatorSet::new(&[0, 1, 2, 3].map(key), 1).unwrap()
}

/// A stand-in scheme: twice the hash of key and digest.
fn sign(key: &Pubkey, digest: &Hash) -> [u8; 64] {
    let half = sha256(&[key, digest]);
    [half, half].concat().try_into().unwrap()
}

fn verify(digest: &Hash, signature: &[u8; 64], key: &Pubkey) -> Result<(), ()> {
    if *signature == sign(key, digest) { Ok(()) } else { Err(()) }
}

fn evidence(first: &ReportBody, second: &ReportBody, signer: u8) -> Equivocation {
    let key = operators().pubkeys()[usize::from(signer)];
    let signed = |body: &ReportBody| Binary::new(sign(&key, &body.digest()).to_vec());
    Equivocation {
        first: Binary::new(first.pack()),
        second: Binary::new(second.pack()),
        signer,
        first_signature: signed(first),
        second_signature: signed(second),
    }
}

fn check(evidence: &Equivocation) -> Result<Clause, FraudError> {
    check_equivocation(evidence, (&CONFIG, &operators()), verify)
}

#[test]
fn two_reports_for_one_revision_convict() {
    let changes: [fn(&mut ReportBody); 4] = [
        |body| body.prev_digest[0] = 1,
        |body| body.campaign_count = 1,
        |body| body.input_root[0] = 9,
        |body| body.leaves_hash[31] = 9,
    ];
    for change in changes {
        for signer in 0..4 {
            assert_eq!(check(&evidence(&body(|_| {}), &body(change), signer)), Ok(Clause::Equivocation));
        }
    }
}

#[test]
fn reports_that_do_not_contradict_each_other_stand() {
    let pair = |change: fn(&mut ReportBody)| check(&evidence(&body(|_| {}), &body(change), 1));
    let other = |field| Err(FraudError::OtherRound { field });
    assert_eq!(pair(|body| body.epoch = 4), other("epoch"));
    assert_eq!(pair(|body| body.revision = 2), other("revision"));
    assert_eq!(pair(|body| body.config_digest[0] ^= 1), other("config_digest"));
    assert_eq!(pair(|_| {}), Err(FraudError::SameReport));
    // Both for another deployment: nothing here.
    let elsewhere = |change: fn(&mut ReportBody)| {
        body(|body| {
            body.config_digest = [6; 32];
            change(body);
        })
    };
    let foreign = evidence(&elsewhere(|_| {}), &elsewhere(|body| body.input_root[0] = 9), 1);
    assert_eq!(check(&foreign), other("config_digest"));
}

#[test]
fn both_signatures_have_to_be_the_signers() {
    let (first, second) = (body(|_| {}), body(|body| body.input_root[0] = 9));
    let good = evidence(&first, &second, 1);
    let bad = |which| Err(FraudError::BadSignature { index: 1, which });
    let other = evidence(&first, &second, 2);
    let swapped = Equivocation { first_signature: other.first_signature, ..good.clone() };
    assert_eq!(check(&swapped), bad("first"));
    let twice = Equivocation { second_signature: good.first_signature.clone(), ..good.clone() };
    assert_eq!(check(&twice), bad("second"));
    for len in [0, 63, 65] {
        let short = Equivocation { second_signature: Binary::new(vec![1; len]), ..good.clone() };
        assert_eq!(check(&short), bad("second"), "{len}");
    }
    let unknown = Equivocation { signer: 4, ..good.clone() };
    assert_eq!(check(&unknown), Err(FraudError::UnknownSigner { index: 4, operators: 4 }));
    let cut = Equivocation { first: Binary::new(first.pack()[..243].to_vec()), ..good };
    let length = ProtocolError::Length { what: "report body", expected: 244, actual: 243 };
    assert_eq!(check(&cut), Err(length.into()));
}
