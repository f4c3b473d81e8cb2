//! A contract in full life that is brought to this version.

use attention_e2e::bed::{BOND, REWARD};
use attention_e2e::chain::fixture;
use attention_e2e::setup::security;
use attention_e2e::{Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::ZERO_HASH;
use attention_protocol::msg::{ExecuteMsg, MigrateMsg};
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use crate::rewards::{claim, fresh};
use crate::{Stage, terms};

/// The released wasm, and what a chain says its hash is: `tests/fixtures/README.md` tells where both come from.
const RELEASED: &str = "attention_rewards-0.1.0.wasm.gz";
const RELEASED_SHA256: &str = "af8e785b3f481c20ea7520332b4339d38639bfa95100550f51a5066a94289c81";

const OPTIONS: BedOptions = BedOptions {
    genesis_in_s: 35,
    epoch_length_s: 30,
    report_period_s: 18,
    dispute_window_s: 10,
    open_period_s: 1,
    admins: true,
};

/// What version 0.1.0 takes: no cold keys, no security, and limits without a fee of operators and a bound on prices.
fn as_0_1_0(message: &mut Value) {
    let mut remove = |pointer: &str, key: &str| {
        let object = message.pointer_mut(pointer).and_then(Value::as_object_mut);
        object.and_then(|object| object.remove(key)).unwrap_or_else(|| panic!("{pointer}/{key}"));
    };
    remove("", "security");
    remove("/limits", "operator_fee_ppm");
    remove("/limits", "price_change_max_ppm");
    (0..4).for_each(|index| remove(&format!("/operators/{index}"), "admin"));
}

/// Everything that stood in an answer still stands there. A newer version may say more.
fn is_part(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|new| is_part(value, new)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_part(old, new))
        }
        _ => old == new,
    }
}

/// Waits until an epoch's report has a status. The answers of both versions name it alike.
fn wait_status(bed: &Bed, epoch: u64, wanted: &str) -> Result<(), E2eError> {
    loop {
        let report: Value = bed.wasmd.node.smart(&bed.contract, &json!({"report": {"epoch": epoch}}))?;
        match report["status"].as_str() {
            Some(status) if status == wanted => return Ok(()),
            Some("open" | "pending") => std::thread::sleep(std::time::Duration::from_millis(200)),
            _ => return Err(E2eError::Output(format!("epoch {epoch} is not {wanted}: {report}"))),
        }
    }
}

/// Version 0.1.0 lives for an epoch and a half: reported, settled, recorded, claimed in part, and the next report pending. Then its
/// admin migrates it. Nothing that it answered is another, the old proof is paid once, the pending report becomes final, and the
/// next epoch is this version's.
pub fn from_0_1_0(stage: &Stage<'_>) -> Result<(), E2eError> {
    let wasmd = attention_e2e::Wasmd::new(stage.chain)?;
    let uploader = wasmd.add_key("migrated-uploader")?;
    stage.chain.fund(std::slice::from_ref(&uploader.address), &["100000000uattn"])?;
    let code = wasmd.store(&uploader.key, &fixture(RELEASED)?)?;
    let stored: Value = wasmd.query(&["wasm", "code-info", &code])?;
    let hash = stored["checksum"].as_str().map(str::to_lowercase);
    assert_eq!(hash.as_deref(), Some(RELEASED_SHA256), "{stored}");
    let bed = Bed::deploy_version(stage.chain, &code, "migrated", OPTIONS, as_0_1_0)?;
    let terms = terms::plain(3);
    let id = bed.create_campaign(&terms, "3007ureward")?;
    let (alice, bob) = (fresh(stage, &bed, "migrated-alice")?, fresh(stage, &bed, "migrated-bob")?);
    let mut book = CampaignBook::new(id, &terms);
    let scores = [(alice.id.clone(), 600_000), (bob.id.clone(), 400_000)];
    let settle = |reported: &EpochBook| {
        let settle = ExecuteMsg::Settle { items: reported.settle_items() };
        bed.execute(&bed.owner, &settle, "")
    };
    let post = |reported: &EpochBook, prev| {
        bed.wait_until(bed.clock.window_end_s(reported.epoch).expect("a small epoch"))?;
        let body = bed.body(reported, prev);
        bed.execute(&bed.owner, &bed.submit_message(&body, &[0, 1, 2]), "")?.expect("it is posted");
        Ok::<_, E2eError>(body.digest())
    };

    // Epoch 0 under the old code: Alice is paid, Bob's score is recorded, and Bob waits.
    let first = book.allocate(&bed.deployment.allocation_domain(id, 0), &scores, 1_000);
    let reported = EpochBook::new(&bed.deployment, 0, &[&first]);
    let prev = post(&reported, ZERO_HASH)?;
    wait_status(&bed, 0, "final")?;
    settle(&reported)?.expect("it settles");
    book.keep(&first);
    bed.execute(&alice, &claim(vec![first.claim_item(0, &alice.id)]), "")?.expect("Alice is paid");
    let leaves = first.leaves.iter().flat_map(|leaf| leaf.pack()).collect::<Vec<u8>>();
    let (leaves, siblings) = (Binary::from(leaves), Binary::default());
    let record = ExecuteMsg::RecordScores { campaign: id, epoch: 0, start: 0, leaves, siblings };
    bed.execute(&bob, &record, "")?.expect("scores are recorded");

    // Epoch 1's report is pending under the old code when the new one comes.
    let second = book.allocate(&bed.deployment.allocation_domain(id, 1), &scores, 1_000);
    let reported = EpochBook::new(&bed.deployment, 1, &[&second]);
    let prev = post(&reported, prev)?;
    wait_status(&bed, 1, "pending")?;
    let old_proof = claim(vec![first.claim_item(0, &bob.id)]);
    let items = json!([first.claim_item(0, &bob.id)]);
    let queries = [
        json!({"config": {}}),
        json!({"report": {"epoch": 0}}),
        json!({"campaign": {"campaign": id}}),
        json!({"campaign_money": {"campaign": id}}),
        json!({"funding": {"campaign": id, "epoch": 2}}),
        json!({"allocation": {"campaign": id, "epoch": 0}}),
        json!({"claimed": {"campaign": id, "account": alice.address}}),
        json!({"claimable": {"account": bob.address, "items": items}}),
        json!({"score": {"campaign": id, "account": bob.address}}),
        json!({"fees": {"denom": REWARD}}),
        json!({"ownership": {}}),
        json!({"pause": {}}),
    ];
    let ask = || -> Result<Vec<Value>, E2eError> {
        queries.iter().map(|query| bed.wasmd.node.smart(&bed.contract, query)).collect()
    };
    let (before, held) = (ask()?, bed.wasmd.node.balance(&bed.contract, REWARD)?);
    assert_eq!(before[7]["items"][0]["amount"], "400", "{}", before[7]);
    let message = MigrateMsg {
        security: Some(security(BOND, &bed.clock)),
        admins: Some(bed.admins.iter().map(|admin| admin.address.clone()).collect()),
    };
    let migrate = |from, message: &MigrateMsg| bed.wasmd.migrate(from, &bed.contract, stage.code, message);
    migrate(&bob, &message)?.expect_err("only the code's admin");
    let bare = MigrateMsg { security: None, ..message.clone() };
    let failed = migrate(&bed.owner, &bare)?.expect_err("0.1.0 had no security");
    assert!(failed.log.contains("given when migrating from 0.1.0"), "{}", failed.log);
    let tx = migrate(&bed.owner, &message)?.expect("the admin migrates it");
    println!("       {:>7} gas  migration from 0.1.0", tx.gas_used);
    for ((query, old), new) in queries.iter().zip(&before).zip(&ask()?) {
        assert!(is_part(old, new), "{query}\nbefore: {old}\nafter:  {new}");
    }
    assert_eq!(bed.wasmd.node.balance(&bed.contract, REWARD)?, held);

    // The old proof is worth what it was, once.
    bed.execute(&bob, &old_proof, "")?.expect("Bob is paid by the old proof");
    assert_eq!(bed.wasmd.node.balance(&bob.address, REWARD)?, 400);
    let again = bed.execute(&bob, &old_proof, "")?.expect_err("once");
    assert!(again.log.contains("nothing to claim"), "{}", again.log);

    // The pending report goes on, and so do the operators with their old keys, now with bonds.
    bed.wait_final(1)?;
    settle(&reported)?.expect("what was posted before settles after");
    book.keep(&second);
    let posted = bed.execute(&bed.admins[1], &ExecuteMsg::PostBond {}, "1000uattn")?;
    posted.expect("an admin posts a bond");
    let third = book.allocate(&bed.deployment.allocation_domain(id, 2), &scores, 1_000);
    let reported = EpochBook::new(&bed.deployment, 2, &[&third]);
    post(&reported, prev)?;
    bed.wait_final(2)?;
    settle(&reported)?.expect("the new code's own epoch settles");
    for (account, paid) in [(&alice, 1_800), (&bob, 1_200)] {
        bed.execute(account, &claim(vec![third.claim_item(2, &account.id)]), "")?.expect("the rest is paid");
        assert_eq!(bed.wasmd.node.balance(&account.address, REWARD)?, paid);
    }
    let money = bed.check_money(&[id])?;
    assert_eq!((money[0].claimed.u128(), money[0].unallocated.u128()), (3_000, 0));
    Ok(())
}
