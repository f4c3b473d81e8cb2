//! What messages cost on the chain, held to their limits.

use attention_e2e::ledger::CampaignEpoch;
use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::msg::ExecuteMsg;
use attention_protocol::{AccountId, Leaf, Score, ZERO_HASH};

use crate::{Stage, rewards, terms};

/// Claim of one campaign in a tree of 2^20 accounts. The requirement is 160,000: this is what it holds today, and it may only
/// fall.
const CLAIM_MAX: u64 = 170_000;
/// Each further campaign of the same asset in the same message.
const FURTHER_MAX: u64 = 40_000;
/// A report with three signatures.
const SUBMIT_MAX: u64 = 165_000;

/// 2^20 leaves: crowd and claimant, all with weight 1 and 1 earned but the claimant, who earned `prize`.
fn crowd(claimant: &AccountId, prize: u128) -> Vec<Leaf> {
    let leaf = |account: AccountId, cumulative| Leaf {
        account,
        score: Score::try_from(1).expect("in range"),
        streak: 1,
        boost_ppm: 0,
        weight: 1,
        cumulative,
    };
    let mut leaves: Vec<Leaf> = (1u32..1 << 20)
        .map(|i| {
            let mut bytes = [0xAA; 20];
            bytes[..4].copy_from_slice(&(i << 11).to_be_bytes());
            leaf(AccountId::try_from(bytes.as_slice()).expect("20 bytes"), 1)
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
    // An account's first transaction costs more: it stores the public key. The figures are of second ones.
    for user in &users[..2] {
        let send = ["bank", "send", &user.key, &bed.owner.address, "1uattn"];
        bed.wasmd.send(&user.key, &send)?.expect("a first transaction");
    }
    let one = claim(&users[0], &[&epochs[0]])?.expect("one campaign");
    let two = claim(&users[1], &[&epochs[1], &epochs[2]])?.expect("two campaigns");
    let further = two.gas_used - one.gas_used;
    println!("gas  submit_report, 3 signatures            {:>8}  (<= {SUBMIT_MAX})", submit.gas_used);
    println!("gas  settle, per campaign of 3              {:>8}", settle.gas_used / 3);
    println!("gas  claim, tree of 2^20                    {:>8}  (<= {CLAIM_MAX})", one.gas_used);
    println!("gas  each further campaign, tree of 2^20    {further:>8}  (<= {FURTHER_MAX})");
    assert!(submit.gas_used <= SUBMIT_MAX, "submit_report: {}", submit.gas_used);
    assert!(one.gas_used <= CLAIM_MAX, "claim: {}", one.gas_used);
    assert!(further <= FURTHER_MAX, "further campaign: {further}");
    Ok(())
}
