//! Reports: who signs, for what, and when.

use attention_e2e::{Bed, BedOptions, E2eError, EpochBook};
use attention_protocol::msg::{ConfigResponse, ExecuteMsg, QueryMsg, ReportResponse, ReportStatus};
use attention_protocol::{Hash, ZERO_HASH};
use cosmwasm_std::Binary;

use crate::Stage;

fn empty(bed: &Bed, epoch: u64) -> EpochBook {
    EpochBook::new(&bed.deployment, epoch, &[])
}

fn refused(bed: &Bed, message: &ExecuteMsg, reason: &str) -> Result<(), E2eError> {
    let failed = bed.execute(&bed.owner, message, "")?.expect_err(reason);
    assert!(failed.log.contains(reason), "expected {reason:?}: {}", failed.log);
    Ok(())
}

pub fn only_a_quorum_reports(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options = BedOptions { epoch_length_s: 40, report_period_s: 30, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "quorum", options)?;
    let body = bed.body(&empty(&bed, 0), ZERO_HASH);
    bed.wait_until(bed.clock.window_end_s(0).expect("epoch 0"))?;
    refused(&bed, &bed.submit_message(&body, &[]), "0 signatures: between 3 and 4")?;
    refused(&bed, &bed.submit_message(&body, &[0, 1]), "2 signatures: between 3 and 4")?;
    refused(&bed, &bed.submit_message(&body, &[0, 1, 1]), "must rise strictly")?;
    refused(&bed, &bed.submit_message(&body, &[2, 1, 3]), "must rise strictly")?;
    refused(&bed, &bed.submit_message(&body, &[0, 1, 4]), "no operator has index 4")?;
    let mut stolen = bed.submit_message(&body, &[0, 1, 2]);
    if let ExecuteMsg::SubmitReport { signatures, .. } = &mut stolen {
        // Operator 3's signature under operator 2's index.
        signatures[2].signature = bed.sign(3, &body.digest());
    }
    refused(&bed, &stolen, "the signature of operator 2 does not verify")?;
    let mut torn = bed.submit_message(&body, &[0, 1, 2]);
    if let ExecuteMsg::SubmitReport { body, .. } = &mut torn {
        *body = Binary::from(&body.as_slice()[1..]);
    }
    refused(&bed, &torn, "expected 244 bytes")?;
    bed.execute(&bed.owner, &bed.submit_message(&body, &[1, 2, 3]), "")?
        .expect("three operators are a quorum");
    let report: ReportResponse = bed.query(&QueryMsg::Report { epoch: 0 })?;
    assert_eq!(report.signers, [1, 2, 3]);
    bed.execute(&bed.owner, &bed.submit_message(&body, &[0, 1, 2]), "")?
        .expect("the same report again is fine");
    let report: ReportResponse = bed.query(&QueryMsg::Report { epoch: 0 })?;
    assert_eq!(report.signers, [1, 2, 3], "and changes nothing");
    let mut other = body.clone();
    other.input_root = [9; 32];
    refused(&bed, &bed.submit_message(&other, &[0, 1, 2]), "already has another report")
}

pub fn replays_are_refused(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options = BedOptions { epoch_length_s: 20, report_period_s: 18, ..Default::default() };
    let here = Bed::deploy(stage.chain, stage.code, "replay", options)?;
    let there = Bed::deploy(stage.chain, stage.code, "replay-2", options)?;
    let body = here.body(&empty(&here, 0), ZERO_HASH);
    let message = here.submit_message(&body, &[0, 1, 2]);
    there.wait_until(there.clock.window_end_s(0).expect("epoch 0"))?;
    refused(&there, &message, "config_digest")?;
    let mut elsewhere = there.body(&empty(&there, 0), ZERO_HASH);
    elsewhere.config_digest = digest_on_another_chain(&there)?;
    refused(&there, &there.submit_message(&elsewhere, &[0, 1, 2]), "config_digest")?;
    // The signatures of epoch 0 do not count for epoch 1.
    let (_, prev) = there.report(&empty(&there, 0), ZERO_HASH)?;
    let first = there.body(&empty(&there, 0), ZERO_HASH);
    let next = there.body(&empty(&there, 1), prev);
    there.wait_until(there.clock.window_end_s(1).expect("epoch 1"))?;
    let signatures = match there.submit_message(&first, &[0, 1, 2]) {
        ExecuteMsg::SubmitReport { signatures, .. } => signatures,
        other => panic!("{other:?}"),
    };
    let replay = ExecuteMsg::SubmitReport { body: Binary::from(next.pack()), signatures };
    refused(&there, &replay, "the signature of operator 0 does not verify")?;
    let forgetful = there.body(&empty(&there, 1), ZERO_HASH);
    refused(&there, &there.submit_message(&forgetful, &[0, 1, 2]), "prev_digest")?;
    there
        .execute(&there.owner, &there.submit_message(&next, &[0, 1, 2]), "")?
        .expect("its own signatures do");
    Ok(())
}

/// The configuration digest that the same operators would sign for a chain with another id.
fn digest_on_another_chain(bed: &Bed) -> Result<Hash, E2eError> {
    use attention_protocol::hash::Deployment;
    use attention_protocol::{ConfigDigestInput, OperatorSet};
    let config: ConfigResponse = bed.query(&QueryMsg::Config { epoch: None })?;
    let keys: Vec<Binary> = config.operators.into_iter().map(|operator| operator.pubkey).collect();
    let contract = attention_e2e::wasmd::canonical(&bed.contract, "wasm")?;
    let digest = |chain_id: &str| {
        ConfigDigestInput {
            deployment: &Deployment::new(chain_id, &contract).expect("a chain id"),
            config_version: config.config_version,
            operators: &OperatorSet::new(&keys, config.faulty_max).expect("the chain's operators"),
            spec_hash: &Hash::try_from(config.spec_hash.as_slice()).expect("32 bytes"),
            clock: &config.clock,
        }
        .digest()
    };
    assert_eq!(
        digest("attention-e2e-1").as_slice(),
        config.config_digest.as_slice(),
        "computed off chain, the same"
    );
    Ok(digest("attention-e2e-2"))
}

pub fn one_at_a_time_and_in_time(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options =
        BedOptions { epoch_length_s: 20, report_period_s: 10, dispute_window_s: 6, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "timing", options)?;
    let submit = |epoch, prev: Hash| bed.submit_message(&bed.body(&empty(&bed, epoch), prev), &[0, 1, 2]);
    refused(&bed, &submit(0, ZERO_HASH), "the window of epoch 0 ends at")?;
    refused(&bed, &submit(1, ZERO_HASH), "epoch 1 is not open yet")?;
    // Epoch 0 is never reported: past due, it is missed, and nothing waits for it.
    bed.wait_until(bed.clock.window_end_s(0).expect("epoch 0") + options.report_period_s + 1)?;
    refused(&bed, &submit(0, ZERO_HASH), "epoch 0 is over without a report")?;
    let missed: ReportResponse = bed.query(&QueryMsg::Report { epoch: 0 })?;
    assert_eq!(missed.status, ReportStatus::Missed);
    bed.wait_until(bed.clock.window_end_s(1).expect("epoch 1"))?;
    bed.execute(&bed.owner, &submit(1, ZERO_HASH), "")?.expect("epoch 1 is the open one");
    let digest = bed.body(&empty(&bed, 1), ZERO_HASH).digest();
    refused(&bed, &submit(2, digest), "epoch 1")?;
    bed.wait_final(1)?;
    assert_eq!(bed.epoch_status()?.open_epoch, 2);
    Ok(())
}
