//! What messages cost on the chain, held to their limits.

use std::collections::BTreeMap;

use attention_e2e::bed::REWARD;
use attention_e2e::chain::repository;
use attention_e2e::gas;
use attention_e2e::ledger::CampaignEpoch;
use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::msg::ExecuteMsg;
use attention_protocol::rule::Schedule;
use attention_protocol::tree::Tree;
use attention_protocol::{AccountId, Hash, Leaf, Score, ZERO_HASH};
use cosmwasm_std::{Binary, Uint128};

use crate::{Stage, rewards, terms};

/// Claim of one campaign in a tree of 2^20 accounts.
const CLAIM_MAX: u64 = 160_000;
/// Each further campaign of the same asset in the same message.
const FURTHER_MAX: u64 = 35_000;
/// A report with three signatures.
const SUBMIT_MAX: u64 = 165_000;
/// Leaves in one `record_scores`, and what each may cost.
const RECORDED: u32 = 100;
const RECORDED_MAX: u64 = 8_000;
/// Campaigns in one `settle`, and what each may cost with its part of the whole transaction.
const SETTLED: u64 = 20;
const SETTLED_MAX: u64 = 40_000;
/// A message may cost so many percent more or less than docs/GAS.md says: digits of times and addresses differ.
const DRIFT_PERCENT: u64 = 2;
/// Settled epochs that one claim pays for.
const EPOCHS: usize = 50;

/// 2^20 leaves: crowd and claimant, each with half the score there is; everybody earned 9 but the claimant, who earned `prize`.
fn crowd(claimant: &AccountId, prize: u128) -> Vec<Leaf> {
    let leaf = |account: AccountId, cumulative| Leaf {
        account,
        score: Score::try_from(500_000).expect("in range"),
        streak: 1,
        boost_ppm: 0,
        weight: 500_000,
        cumulative,
    };
    let mut leaves: Vec<Leaf> = (1u32..1 << 20)
        .map(|i| {
            let mut bytes = [0xAA; 20];
            bytes[..4].copy_from_slice(&(i << 11).to_be_bytes());
            leaf(AccountId::try_from(bytes.as_slice()).expect("20 bytes"), 9)
        })
        .collect();
    leaves.push(leaf(claimant.clone(), prize));
    leaves.sort_by(|a, b| a.account.cmp(&b.account));
    leaves
}

pub fn table(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options =
        BedOptions { genesis_in_s: 80, epoch_length_s: 60, report_period_s: 58, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "gas", options)?;
    let users: Vec<Account> =
        (0..3).map(|i| rewards::fresh(stage, &bed, &format!("gas-{i}"))).collect::<Result<_, _>>()?;
    let terms = terms::plain(1);
    let budget = 10_000_000u128;
    let books: Vec<CampaignBook> = (0..3)
        .map(|_| Ok(CampaignBook::new(bed.create_campaign(&terms, "10000007ureward")?, &terms)))
        .collect::<Result<_, E2eError>>()?;
    // Users 0 and 1 have leaves in big trees: 0 in the first campaign, 1 in all three. User 2 stays out.
    let epochs: Vec<CampaignEpoch> = books
        .iter()
        .zip([&users[0], &users[1], &users[1]])
        .map(|(book, user)| {
            let domain = bed.deployment.allocation_domain(book.id, 0);
            book.commit(&domain, crowd(&user.id, 123_456), budget)
        })
        .collect();
    let reported = EpochBook::new(&bed.deployment, 0, &epochs.iter().collect::<Vec<_>>());
    let (submit, _) = bed.report(&reported, ZERO_HASH)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    let settle = bed.execute(&bed.owner, &settle, "")?.expect("three campaigns settle");
    let claim = |user: &Account, epochs: &[&CampaignEpoch]| {
        let items = epochs.iter().map(|epoch| epoch.claim_item(0, &user.id)).collect();
        bed.execute(user, &ExecuteMsg::Claim { items }, "")
    };
    first_transactions(&bed, &users[..2])?;
    let one = claim(&users[0], &[&epochs[0]])?.expect("one campaign");
    let two = claim(&users[1], &[&epochs[1], &epochs[2]])?.expect("two campaigns");
    let further = two.gas_used - one.gas_used;
    println!("gas  submit_report, 3 signatures            {:>8}  (<= {SUBMIT_MAX})", submit.gas_used);
    println!("gas  settle, per campaign of 3              {:>8}", settle.gas_used / 3);
    println!("gas  claim, tree of 2^20                    {:>8}  (<= {CLAIM_MAX})", one.gas_used);
    println!("gas  each further campaign, tree of 2^20    {further:>8}  (<= {FURTHER_MAX})");
    let recorded = bed.execute(&users[2], &record(&bed, &epochs[0]), "")?.expect("scores are recorded");
    println!(
        "gas  record_scores, per user of {RECORDED}         {:>8}",
        recorded.gas_used / u64::from(RECORDED)
    );
    assert!(submit.gas_used <= SUBMIT_MAX, "submit_report: {}", submit.gas_used);
    assert!(one.gas_used <= CLAIM_MAX, "claim: {}", one.gas_used);
    assert!(further <= FURTHER_MAX, "further campaign: {further}");
    Ok(())
}

/// An account's first transaction costs more: it stores the public key. The figures are of second ones.
fn first_transactions(bed: &Bed, users: &[Account]) -> Result<(), E2eError> {
    for user in users {
        let send = ["bank", "send", &user.key, &bed.owner.address, "1uattn"];
        bed.wasmd.send(&user.key, &send)?.expect("a first transaction");
    }
    Ok(())
}

/// The message that records the scores of the first leaves.
fn record(bed: &Bed, epoch: &CampaignEpoch) -> ExecuteMsg {
    let campaign = epoch.commitment.campaign;
    let domain = bed.deployment.allocation_domain(campaign, 0);
    let tree = Tree::build("leaves", &domain, &epoch.leaves).expect("it was built before");
    let leaves: Vec<u8> = epoch.leaves.iter().take(RECORDED as usize).flat_map(Leaf::pack).collect();
    let siblings = Binary::from(tree.prove_range(0, RECORDED).expect("the range is inside"));
    ExecuteMsg::RecordScores { campaign, epoch: 0, start: 0, leaves: Binary::from(leaves), siblings }
}

/// A claim costs the same however many epochs it pays for, and a report the same whatever it is about.
pub fn many_epochs(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options =
        BedOptions { genesis_in_s: 45, epoch_length_s: 5, report_period_s: 4, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "epochs", options)?;
    let users = [rewards::fresh(stage, &bed, "epochs-0")?, rewards::fresh(stage, &bed, "epochs-1")?];
    first_transactions(&bed, &users)?;
    let mut terms = terms::plain(100_000);
    terms.rule.schedule = Schedule::Fixed { amount: Uint128::new(1_000) };
    let id = bed.create_campaign(&terms, "1000007ureward")?;
    let mut book = CampaignBook::new(id, &terms);
    let scores = users.clone().map(|user| (user.id, 500_000));
    let claim = |user: &Account, epoch: u64, campaign: &CampaignEpoch| {
        let items = vec![campaign.claim_item(epoch, &user.id)];
        bed.execute(user, &ExecuteMsg::Claim { items }, "").map(|tx| tx.expect("it is settled").gas_used)
    };

    let mut over_one = 0;
    let mut over_many = 0;
    let mut items = Vec::new();
    for settled in 1..=EPOCHS {
        let (epoch, campaign, _) = post(&bed, |epoch| {
            vec![book.allocate(&bed.deployment.allocation_domain(id, epoch), &scores, 1_000)]
        })?;
        book.keep(&campaign);
        items.extend(EpochBook::new(&bed.deployment, epoch, &[&campaign]).settle_items());
        if settled == 1 || settled == EPOCHS || items.len() == 32 {
            let settle = ExecuteMsg::Settle { items: std::mem::take(&mut items) };
            bed.execute(&bed.owner, &settle, "")?.expect("they settle");
        }
        match settled {
            1 => over_one = claim(&users[0], epoch, &campaign)?,
            EPOCHS => over_many = claim(&users[1], epoch, &campaign)?,
            _ => {}
        }
    }
    assert_eq!(bed.wasmd.node.balance(&users[0].address, REWARD)?, 500);
    assert_eq!(bed.wasmd.node.balance(&users[1].address, REWARD)?, 500 * EPOCHS as u128);
    println!("gas  claim over 1 settled epoch             {over_one:>8}");
    println!("gas  claim over {EPOCHS} settled, unclaimed       {over_many:>8}  (within 2 %)");
    assert!(over_many.abs_diff(over_one) * 50 <= over_one, "{over_many} and {over_one}");

    let template = book.allocate(&ZERO_HASH, &scores, 1_000);
    let about = |campaigns: u64, users: u32| {
        let one = |campaign| {
            let mut epoch = template.clone();
            (epoch.commitment.campaign, epoch.commitment.leaf_count) = (campaign, users);
            epoch
        };
        post(&bed, |_| (1..=campaigns).map(one).collect()).map(|(_, _, gas)| gas)
    };
    let (narrow, wide) = (about(1, 10)?, about(1_000, 1_000_000)?);
    println!("gas  report on 1 campaign, 10 users         {narrow:>8}");
    println!("gas  report on 1,000, 1,000,000 users each  {wide:>8}  (the same)");
    // The digits of times and epochs in the event may differ.
    assert!(narrow.abs_diff(wide) <= 50, "{narrow} and {wide}");
    Ok(())
}

/// Posts a report and waits until it is final: the epoch, the first campaign, and the gas. It is on the open epoch, or, if
/// half the time for that has passed, on the next one: a slow machine may miss epochs.
fn post(
    bed: &Bed,
    allocate: impl Fn(u64) -> Vec<CampaignEpoch>,
) -> Result<(u64, CampaignEpoch, u64), E2eError> {
    let mut last = None;
    for _ in 0..20 {
        let status = bed.epoch_status()?;
        let late = status.now_s > status.window_end_s + bed.clock.report_period_s / 2;
        let epoch = status.open_epoch + u64::from(late);
        let prev = status.prev_digest.and_then(|digest| Hash::try_from(digest.as_slice()).ok());
        let campaigns = allocate(epoch);
        let reported = EpochBook::new(&bed.deployment, epoch, &campaigns.iter().collect::<Vec<_>>());
        match bed.report(&reported, prev.unwrap_or(ZERO_HASH)) {
            Ok((tx, _)) => return Ok((epoch, campaigns[0].clone(), tx.gas_used)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("an attempt was made"))
}

/// What docs/GAS.md says that each message costs in the smallest world.
fn documented() -> BTreeMap<String, u64> {
    let path = repository().join("docs/GAS.md");
    let text = std::fs::read_to_string(&path).expect("docs/GAS.md is there");
    let table = text.split("<!-- scripts/gas: campaigns -->").nth(1).expect("a table of campaigns");
    let table = table.split("<!-- end -->").next().expect("it ends");
    let figure = |line: &str| {
        let mut cells = line.split('|').skip(1);
        let name = cells.next().map(str::trim).filter(|name| *name != "message")?.replace('`', "");
        Some((name, cells.next()?.trim().replace(',', "").parse().ok()?))
    };
    table.lines().filter_map(figure).collect()
}

/// Every message costs what the documentation says.
pub fn as_documented(stage: &Stage<'_>) -> Result<(), E2eError> {
    let (costs, documented) = (gas::at(stage.chain, stage.code, "documented", (1, 1))?, documented());
    let mut drifted = Vec::new();
    for (message, gas) in &costs {
        let said = documented.get(message).copied().unwrap_or(0);
        println!("gas  {message:<36}  {gas:>8}  (docs/GAS.md: {said})");
        if gas.abs_diff(said) * 100 > said * DRIFT_PERCENT {
            drifted.push(message);
        }
    }
    let messages = |costs: &BTreeMap<String, u64>| costs.keys().cloned().collect::<Vec<_>>();
    assert_eq!(messages(&costs), messages(&documented), "measured and documented");
    assert!(drifted.is_empty(), "docs/GAS.md is stale, scripts/gas --write makes it anew: {drifted:?}");
    Ok(())
}

/// What is done for many at once costs little for each.
pub fn many_at_once(stage: &Stage<'_>) -> Result<(), E2eError> {
    let size = (SETTLED as usize + 1, RECORDED as usize);
    let costs = gas::at(stage.chain, stage.code, "many", size)?;
    let (settled, recorded) =
        (costs["settle of 20"] / SETTLED, costs["record_scores of 100"] / u64::from(RECORDED));
    println!("gas  settle, per campaign of {SETTLED}             {settled:>8}  (<= {SETTLED_MAX})");
    println!("gas  record_scores, per user of {RECORDED}         {recorded:>8}  (<= {RECORDED_MAX})");
    assert!(settled <= SETTLED_MAX, "settle: {settled}");
    assert!(recorded <= RECORDED_MAX, "record_scores: {recorded}");
    Ok(())
}
