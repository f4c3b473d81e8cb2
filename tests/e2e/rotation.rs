//! Operators change while reports go on.

use attention_e2e::{Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::config::Pubkey;
use attention_protocol::msg::{ConfigProposalResponse, ConfigResponse, ExecuteMsg, QueryMsg, SignatureEntry};
use attention_protocol::possession::Possession;
use attention_protocol::{AccountId, Hash, ReportBody, ZERO_HASH};
use cosmwasm_std::Binary;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};

use crate::{Stage, terms};

fn sign(key: &SigningKey, digest: &Hash) -> Binary {
    let signature: Signature = key.sign_prehash(digest).expect("a digest has 32 bytes");
    Binary::from(signature.to_bytes().as_slice())
}

pub fn a_swap_in_mid_flight(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options = BedOptions {
        genesis_in_s: 45,
        epoch_length_s: 24,
        report_period_s: 16,
        dispute_window_s: 6,
        admins: true,
        ..Default::default()
    };
    let bed = Bed::deploy(stage.chain, stage.code, "swap", options)?;
    let terms = terms::plain(3);
    let id = bed.create_campaign(&terms, "3007ureward")?;
    let mut book = CampaignBook::new(id, &terms);
    let someone = vec![(AccountId::try_from([7; 20].as_slice()).expect("20 bytes"), 1_000)];
    let allocate = |book: &CampaignBook, epoch: u64| {
        book.allocate(&bed.deployment.allocation_domain(id, epoch), &someone, 1_000)
    };

    // The report on epoch 0 is pending when the swap comes, in epoch 1.
    bed.wait_until(bed.clock.window_end_s(0).expect("epoch 0"))?;
    let first = allocate(&book, 0);
    let reported = EpochBook::new(&bed.deployment, 0, &[&first]);
    let body = bed.body(&reported, ZERO_HASH);
    bed.execute(&bed.owner, &bed.submit_message(&body, &[0, 1, 3]), "")?
        .expect("the old keys report epoch 0");
    let key = SigningKey::from_slice(&[42; 32]).expect("a key");
    let pubkey = Pubkey::try_from(key.verifying_key().to_encoded_point(true).as_bytes()).expect("33 bytes");
    let proposal: ConfigProposalResponse = bed.query(&QueryMsg::ConfigProposal {})?;
    let possession = Possession {
        deployment: &bed.deployment,
        config_version: proposal.next_version,
        admin: &bed.admins[3].id,
        pubkey: &pubkey,
    };
    let swap =
        ExecuteMsg::SwapSigner { pubkey: Binary::from(pubkey), possession: sign(&key, &possession.digest()) };
    bed.execute(&bed.admins[2], &swap, "")?.expect_err("the proof names another admin");
    bed.execute(&bed.admins[3], &swap, "")?.expect("an admin swaps its own key");

    // Epoch 0 stands, and epoch 1 is still the old keys'.
    bed.wait_final(0)?;
    let settle = |reported: &EpochBook| ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&bed.owner, &settle(&reported), "")?.expect("what the old keys signed settles");
    book.keep(&first);
    bed.wait_until(bed.clock.window_end_s(1).expect("epoch 1"))?;
    let second = allocate(&book, 1);
    let reported = EpochBook::new(&bed.deployment, 1, &[&second]);
    let body = bed.body(&reported, body.digest());
    bed.execute(&bed.owner, &bed.submit_message(&body, &[0, 1, 3]), "")?.expect("and epoch 1 is theirs");
    bed.wait_final(1)?;
    bed.execute(&bed.owner, &settle(&reported), "")?.expect("it settles");
    book.keep(&second);

    // From epoch 2 on the old key is worth nothing.
    bed.wait_until(bed.clock.window_end_s(2).expect("epoch 2"))?;
    let config: ConfigResponse = bed.query(&QueryMsg::Config { epoch: Some(2) })?;
    let config_digest = Hash::try_from(config.config_digest.as_slice()).expect("32 bytes");
    let third = allocate(&book, 2);
    let reported = EpochBook::new(&bed.deployment, 2, &[&third]);
    let stale = bed.body(&reported, body.digest());
    let failed = bed.execute(&bed.owner, &bed.submit_message(&stale, &[0, 1, 3]), "")?;
    let failed = failed.expect_err("the old configuration is over");
    assert!(failed.log.contains("config"), "{}", failed.log);
    let body = ReportBody { config_digest, ..stale };
    let failed = bed.execute(&bed.owner, &bed.submit_message(&body, &[0, 1, 3]), "")?;
    let failed = failed.expect_err("the old key of operator 3 is no key");
    assert!(failed.log.contains("operator 3"), "{}", failed.log);
    let digest = body.digest();
    let mut signatures: Vec<SignatureEntry> =
        [0, 1].map(|index| SignatureEntry { index, signature: bed.sign(index, &digest) }).to_vec();
    signatures.push(SignatureEntry { index: 3, signature: sign(&key, &digest) });
    let submit = ExecuteMsg::SubmitReport { body: Binary::from(body.pack()), signatures };
    bed.execute(&bed.owner, &submit, "")?.expect("the new key signs");
    bed.wait_final(2)?;
    bed.execute(&bed.owner, &settle(&reported), "")?.expect("no epoch is lost");
    let money = bed.check_money(&[id])?;
    assert_eq!(money[0].allocated.u128(), 3_000);
    Ok(())
}
