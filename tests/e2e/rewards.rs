//! Claims.

use attention_e2e::bed::REWARD;
use attention_e2e::ledger::CampaignEpoch;
use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, EpochBook};
use attention_protocol::ZERO_HASH;
use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::Binary;

use crate::{Stage, terms};

/// A funded account that did not exist at genesis.
pub fn fresh(stage: &Stage<'_>, bed: &Bed, name: &str) -> Result<Account, E2eError> {
    let account = bed.wasmd.add_key(name)?;
    stage.chain.fund(std::slice::from_ref(&account.address), &["20000000uattn"])?;
    Ok(account)
}

/// Reports and settles epoch 0 of one plain campaign of two epochs with 2,000 to give: 1,000 an epoch.
pub fn first_epoch(bed: &Bed, scores: &[(&Account, u32)]) -> Result<(CampaignBook, CampaignEpoch), E2eError> {
    let terms = terms::plain(2);
    let id = bed.create_campaign(&terms, "2007ureward")?;
    let book = CampaignBook::new(id, &terms);
    let scores: Vec<_> = scores.iter().map(|(account, score)| (account.id.clone(), *score)).collect();
    let epoch = book.allocate(&bed.deployment.allocation_domain(id, 0), &scores, 1_000);
    let reported = EpochBook::new(&bed.deployment, 0, &[&epoch]);
    bed.report(&reported, ZERO_HASH)?;
    let settle = ExecuteMsg::Settle { items: reported.settle_items() };
    bed.execute(&bed.owner, &settle, "")?.expect("the commitment settles");
    Ok((book, epoch))
}

/// The claim of these items.
pub fn claim(items: Vec<attention_protocol::msg::ClaimItem>) -> ExecuteMsg {
    ExecuteMsg::Claim { items }
}

pub fn fresh_accounts_are_paid_once(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed =
        Bed::deploy(stage.chain, stage.code, "paid", BedOptions { genesis_in_s: 50, ..Default::default() })?;
    let (alice, bob) = (fresh(stage, &bed, "paid-alice")?, fresh(stage, &bed, "paid-bob")?);
    let terms = terms::plain(2);
    let first = bed.create_campaign(&terms, "2007ureward")?;
    let second = bed.create_campaign(&terms, "4007ureward")?;
    let mut books = [CampaignBook::new(first, &terms), CampaignBook::new(second, &terms)];
    let mut prev = ZERO_HASH;
    let mut newest = Vec::new();
    for epoch in 0..2 {
        // Alice has three quarters of the attention in both epochs and both campaigns.
        let scores = [(alice.id.clone(), 750_000), (bob.id.clone(), 250_000)];
        let budgets = [1_000, 2_000];
        newest = books
            .iter()
            .zip(budgets)
            .map(|(book, budget)| {
                book.allocate(&bed.deployment.allocation_domain(book.id, epoch), &scores, budget)
            })
            .collect();
        let reported = EpochBook::new(&bed.deployment, epoch, &newest.iter().collect::<Vec<_>>());
        (_, prev) = bed.report(&reported, prev)?;
        let settle = ExecuteMsg::Settle { items: reported.settle_items() };
        bed.execute(&bed.owner, &settle, "")?.expect("both commitments settle");
        books.iter_mut().zip(&newest).for_each(|(book, epoch)| book.keep(epoch));
        if epoch == 0 {
            // Bob claims every epoch, Alice waits.
            let items = newest.iter().map(|campaign| campaign.claim_item(0, &bob.id)).collect();
            bed.execute(&bob, &claim(items), "")?.expect("Bob is paid");
            assert_eq!(bed.wasmd.node.balance(&bob.address, REWARD)?, 250 + 500);
            bed.check_money(&[first, second])?;
        }
    }
    for (account, paid) in [(&alice, 1_500 + 3_000), (&bob, 500 + 1_000)] {
        let items: Vec<_> = newest.iter().map(|campaign| campaign.claim_item(1, &account.id)).collect();
        bed.execute(account, &claim(items.clone()), "")?.expect("one claim pays both epochs");
        assert_eq!(bed.wasmd.node.balance(&account.address, REWARD)?, paid);
        let again = bed.execute(account, &claim(items), "")?.expect_err("a second claim");
        assert!(again.log.contains("nothing to claim"), "{}", again.log);
    }
    let money = bed.check_money(&[first, second])?;
    assert!(money.iter().all(|money| money.claimed == money.allocated && money.unallocated.is_zero()));
    assert_eq!(bed.wasmd.node.balance(&bed.contract, REWARD)?, 14, "the two creation fees");
    Ok(())
}

pub fn fee_granted_claim(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed = Bed::deploy(
        stage.chain,
        stage.code,
        "granted",
        BedOptions { genesis_in_s: 30, ..Default::default() },
    )?;
    let user = bed.wasmd.add_key("granted-user")?;
    let (_, epoch) = first_epoch(&bed, &[(&user, 10)])?;
    let grant = ["feegrant", "grant", &bed.owner.key, &user.address, "--spend-limit", "5000000uattn"];
    bed.wasmd.send(&bed.owner.key, &grant)?.expect("the fee is granted");
    assert_eq!(bed.wasmd.node.balance(&user.address, "uattn")?, 0);
    let message = serde_json::to_string(&claim(vec![epoch.claim_item(0, &user.id)])).expect("a message");
    let arguments = ["wasm", "execute", &bed.contract, &message, "--fee-granter", &bed.owner.address];
    bed.wasmd.send(&user.key, &arguments)?.expect("the claim is paid for by the grant");
    assert_eq!(bed.wasmd.node.balance(&user.address, REWARD)?, 1_000);
    assert_eq!(bed.wasmd.node.balance(&user.address, "uattn")?, 0);
    Ok(())
}

pub fn wrong_proofs_are_refused(stage: &Stage<'_>) -> Result<(), E2eError> {
    let bed = Bed::deploy(
        stage.chain,
        stage.code,
        "proofs",
        BedOptions { genesis_in_s: 50, ..Default::default() },
    )?;
    let (alice, bob) = (fresh(stage, &bed, "proofs-alice")?, fresh(stage, &bed, "proofs-bob")?);
    let (_, epoch) = first_epoch(&bed, &[(&alice, 600_000), (&bob, 400_000)])?;
    let right = epoch.claim_item(0, &alice.id);
    let refused = |change: &dyn Fn(&mut attention_protocol::msg::ClaimItem), reason: &str| {
        let mut item = right.clone();
        change(&mut item);
        let failed = bed.execute(&alice, &claim(vec![item]), "")?.expect_err(reason);
        assert!(failed.log.contains(reason), "{reason}: {}", failed.log);
        Ok::<_, E2eError>(())
    };
    let flip = |at: usize| {
        move |item: &mut attention_protocol::msg::ClaimItem| {
            let mut bytes = item.proof.to_vec();
            bytes[at] ^= 1;
            item.proof = Binary::from(bytes);
        }
    };
    // The leaf's last byte, one base unit more or less of cumulative amount; then the first and the last byte of the sibling.
    refused(&flip(54), "does not lead to the recorded root")?;
    refused(&flip(55), "does not lead to the recorded root")?;
    refused(&flip(right.proof.len() - 1), "does not lead to the recorded root")?;
    refused(&|item| item.position ^= 1, "does not lead to the recorded root")?;
    refused(&|item| item.position = 2, "is not below the leaf count 2")?;
    refused(&|item| item.epoch = 1, "no settled allocation in epoch 1")?;
    refused(&|item| item.campaign = 99, "99")?;
    refused(&|item| *item = epoch.claim_item(0, &bob.id), "another account")?;
    let twice = bed
        .execute(&alice, &claim(vec![right.clone(), right.clone()]), "")?
        .expect_err("twice in one message");
    assert!(twice.log.contains("campaigns must rise strictly"), "{}", twice.log);
    bed.execute(&alice, &claim(vec![right]), "")?.expect("the right proof is paid");
    assert_eq!(bed.wasmd.node.balance(&alice.address, REWARD)?, 600);
    Ok(())
}
