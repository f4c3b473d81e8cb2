//! Who takes part: operators and sponsor with folders, keys, data and trained models; users with wallets.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use attention_protocol::{AccountId, Hash};
use serde::Deserialize;
use serde_json::Value;

use super::plan::{self, Plan};
use super::{DemoOptions, Log};
use crate::chain::ChainInfo;
use crate::error::E2eError;
use crate::operators::{Key, Operator, Surroundings, configure};
use crate::oracle::{Oracle, find_program};
use crate::setup::{import, link, prepare, train, write_json, write_spec};
use crate::wasmd::canonical;

/// A user's wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wallet {
    pub(super) address: String,
    /// Its place on the mnemonic's path.
    pub(super) index: u32,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) operators: Vec<Operator>,
    /// Pays for the campaigns, and checks every report with a copy of the data of its own.
    pub(super) sponsor: Oracle,
    pub(super) sponsor_key: Key,
    /// Wallets of linked users, by account.
    pub(super) wallets: BTreeMap<AccountId, Wallet>,
    pub(super) spec_hash: Hash,
    pub(super) plans: [Plan; 2],
    pub(super) surroundings: Surroundings,
}

impl Cast {
    /// Ends all daemons in good order.
    pub(super) fn stop(&mut self) -> Result<(), E2eError> {
        self.operators.iter_mut().try_for_each(Operator::stop)
    }

    /// Leaves all daemons running.
    pub(super) fn keep(&mut self) {
        self.operators.iter_mut().for_each(Operator::keep);
    }

    /// The file with the words that all wallets come from.
    pub(super) fn words(&self) -> String {
        self.sponsor.path("wallets.words").to_string_lossy().into_owned()
    }
}

#[derive(Deserialize)]
struct Imported {
    events_total: u64,
    cleaning: Cleaned,
}

#[derive(Deserialize)]
struct Cleaned {
    rows: u64,
    sales_kept: u64,
    counts: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Scaled {
    suggested_scale: u64,
}

/// Makes folders, keys, data, links, campaigns' scales and models: everything that is there before the contract.
pub(super) fn assemble(log: &Log, options: &DemoOptions, chain: &ChainInfo) -> Result<Cast, E2eError> {
    let program = find_program()?;
    let operators: Vec<Operator> = (0..plan::OPERATORS)
        .map(|index| Operator::new(&program, &options.work, index))
        .collect::<Result<_, _>>()?;
    let sponsor = Oracle::new(&program, &options.work.join("sponsor"))?;
    let apis = operators.iter().map(|operator| operator.api.clone()).collect();
    let surroundings = Surroundings::of(chain, apis);

    log.say("the sponsor cleans the sales, links users to wallets and writes the specification");
    let spec = write_spec(&sponsor, &surroundings, plan::DATA_EPOCH_FIRST)?;
    let imported: Imported = import(&sponsor, &options.data)?;
    log.say(&describe(&imported));
    let linked = link(&sponsor)?;
    log.say(&format!("{} users have a wallet, {} have none", linked.linked, linked.unlinked));
    configure(&sponsor, &surroundings, None)?;

    log.say(&format!(
        "{} operators make keys, import (two of them the rows in another order) and train, with 1, 2 and 4 threads",
        operators.len()
    ));
    let (scaled, prepared) = thread::scope(|scope| {
        let scaling = scope.spawn(|| scale(&sponsor));
        let prepared = prepare(&operators, &sponsor, &surroundings, &options.data, plan::MODELS);
        (scaling.join(), prepared)
    });
    prepared?;
    let plans = scaled.map_err(|_| E2eError::Output("the scale was not computed".into()))??;
    for Plan { name, terms, .. } in &plans {
        let (from, to) = plan::SCALE_EPOCHS;
        log.say(&format!("campaign {name}: scale {} from data epochs {from} to {to}", terms.rule.scale));
    }
    sponsor.run::<Value>(&["keys", "add", "sponsor"])?;
    let sponsor_key = sponsor.run(&["keys", "show", "sponsor"])?;
    let wallets = read_wallets(&sponsor.path("indices.csv"), &chain.prefix)?;
    Ok(Cast { operators, sponsor, sponsor_key, wallets, spec_hash: spec, plans, surroundings })
}

fn describe(imported: &Imported) -> String {
    let Imported { events_total, cleaning } = imported;
    let reasons: Vec<String> =
        cleaning.counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let Cleaned { rows, sales_kept, .. } = cleaning;
    format!("{rows} rows, {sales_kept} sales kept, {events_total} events; {}", reasons.join(", "))
}

/// The two campaigns, each with the scale that past attention suggests.
fn scale(sponsor: &Oracle) -> Result<[Plan; 2], E2eError> {
    let mut plans = plan::campaigns();
    let (from, to) = (plan::SCALE_EPOCHS.0.to_string(), plan::SCALE_EPOCHS.1.to_string());
    for Plan { name, terms, .. } in &mut plans {
        let path = sponsor.path(&format!("terms-{name}.json"));
        write_json(&path, terms)?;
        let path = path.to_string_lossy();
        let scaled: Scaled = sponsor.run(&["scale", "--from", &from, "--to", &to, "--terms", &path])?;
        terms.rule.scale = scaled.suggested_scale.into();
    }
    // The sponsor's own models, to check the reports with.
    train(sponsor, plan::MODELS)?;
    Ok(plans)
}

/// The wallets of a file `user,address,index`.
fn read_wallets(path: &Path, prefix: &str) -> Result<BTreeMap<AccountId, Wallet>, E2eError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| E2eError::io(path.display().to_string(), error))?;
    text.lines()
        .skip(1)
        .map(|line| {
            let wrong = || E2eError::Output(format!("{}: {line:?} is no user,address,index", path.display()));
            let mut fields = line.split(',').skip(1);
            let (address, index) = fields.next().zip(fields.next()).ok_or_else(wrong)?;
            let index = index.parse().map_err(|_| wrong())?;
            Ok((canonical(address, prefix)?, Wallet { address: address.to_string(), index }))
        })
        .collect()
}
