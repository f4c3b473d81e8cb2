//! Tables for a person.

use tabled::builder::Builder;
use tabled::settings::Style;

use super::DemoOptions;
use super::cast::Cast;
use super::deploy::Deployed;
use super::outcome::{Claim, Outcome};
use crate::chain::LocalChain;

/// Hex digits of a hash that are shown.
const SHORT: usize = 12;

/// Epochs, claims and money.
pub(super) fn tables(outcome: &Outcome) {
    println!("\n{}", epochs(outcome));
    println!("\n{}", claims(&outcome.claims));
    println!("\n{}", conservation(outcome));
    println!("\ncontract {}", outcome.contract);
    println!("code     {}", outcome.code_sha256);
    println!("balance  {}", tokens(outcome.contract_balance));
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut builder = Builder::default();
    builder.push_record(header.iter().copied());
    rows.for_each(|row| builder.push_record(row));
    builder.build().with(Style::sharp()).to_string()
}

fn epochs(outcome: &Outcome) -> String {
    let header = [
        "epoch",
        "data epoch",
        "active users",
        "with wallet",
        "assets",
        "top score",
        "root",
        "signers",
        "gas",
    ];
    let rows = outcome.epochs.iter().map(|epoch| {
        let signers: Vec<String> = epoch.signers.iter().map(u8::to_string).collect();
        let settle: u64 = epoch.settle_gas.iter().map(|settle| settle.gas).sum();
        vec![
            epoch.epoch.to_string(),
            epoch.data_epoch.to_string(),
            epoch.users.to_string(),
            epoch.linked.to_string(),
            epoch.assets.to_string(),
            share(epoch.top_score_ppm),
            epoch.campaigns_root.chars().take(SHORT).collect(),
            signers.join(" "),
            format!("{} + {settle}", epoch.submit_gas),
        ]
    });
    table(&header, rows)
}

fn claims(claims: &[Claim]) -> String {
    let header = ["wallet", "campaign", "epoch", "score", "reward", "before", "after", "gas", "claims"];
    let rows = claims.iter().map(|claim| {
        vec![
            claim.account.clone(),
            claim.campaign.to_string(),
            claim.epoch.to_string(),
            share(claim.score_ppm),
            tokens(claim.amount),
            tokens(claim.balance_before),
            tokens(claim.balance_after),
            claim.gas_used.to_string(),
            claim.kind.describe().to_string(),
        ]
    });
    table(&header, rows)
}

fn conservation(outcome: &Outcome) -> String {
    let header = ["campaign", "funded", "unallocated", "allocated", "claimed", "refunded", "fees"];
    let rows = outcome.conservation.iter().map(|row| {
        let amounts = [row.funded, row.unallocated, row.allocated, row.claimed, row.refunded, row.fees];
        std::iter::once(row.campaign.to_string()).chain(amounts.map(tokens)).collect()
    });
    table(&header, rows)
}

/// Parts per million as a decimal fraction.
fn share(ppm: u32) -> String {
    format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)
}

/// Base units as tokens of 10^6.
fn tokens(amount: u128) -> String {
    format!("{}.{:06}", amount / 1_000_000, amount % 1_000_000)
}

/// What still runs, and how to end it.
pub(super) fn kept(options: &DemoOptions, chain: &LocalChain, cast: &Cast, deployed: &Deployed) {
    let info = chain.info();
    println!("\nStill running:");
    println!("chain     {} at {}", info.chain_id, info.rpc);
    println!("contract  {}", deployed.contract);
    for operator in &cast.operators {
        println!("{}  {} (pid {})", operator.name, operator.api, operator.pid().unwrap_or_default());
    }
    println!("sponsor   {} ({})", cast.sponsor_key.address, cast.sponsor.path("attention.toml").display());
    println!("wallets   {}", cast.sponsor.path("indices.csv").display());
    println!("end it    scripts/demo --stop {}", options.work.display());
}
