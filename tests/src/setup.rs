//! What operators and sponsors do before there is a contract: specification, data, links, models.

use std::path::{Path, PathBuf};
use std::thread;

use attention_protocol::msg::Security;
use attention_protocol::{EpochClock, Hash};
use cosmwasm_std::Uint128;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::chain::script;
use crate::error::E2eError;
use crate::operators::{Operator, Surroundings, configure};
use crate::oracle::Oracle;

/// What `links derive` answers.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Linked {
    /// Users with a wallet.
    pub linked: u64,
    /// Users without.
    pub unlinked: u64,
}

/// The folder with `sales.csv` and `assets.csv` that `scripts/data` finds or makes.
///
/// # Errors
/// [`E2eError`] with what the script says.
pub fn find_data() -> Result<PathBuf, E2eError> {
    let output = script("data").output().map_err(|error| E2eError::io("scripts/data", error))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(E2eError::Output(format!("scripts/data: {}", stderr.trim())));
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("punks"))
}

/// Configures a folder and writes its `spec.json`: chain epoch 0 plays data epoch `first`. Returns the hash.
///
/// # Errors
/// [`E2eError`].
pub fn write_spec(oracle: &Oracle, surroundings: &Surroundings, first: u64) -> Result<Hash, E2eError> {
    configure(oracle, surroundings, None)?;
    let spec: Value = oracle.run(&["spec", "print", "--replay-first", &first.to_string()])?;
    let path = oracle.path("spec.json");
    write_json(&path, &spec)?;
    configure(oracle, surroundings, None)?;
    let answer: Value = oracle.run(&["spec", "hash", &path.to_string_lossy()])?;
    let bytes = answer["spec_hash"].as_str().and_then(|text| hex::decode(text).ok());
    bytes
        .and_then(|bytes| Hash::try_from(bytes).ok())
        .ok_or_else(|| E2eError::Output(format!("spec hash: {answer} holds no hash")))
}

/// Imports the sales in `data`.
///
/// # Errors
/// [`E2eError`].
pub fn import<T: DeserializeOwned>(oracle: &Oracle, data: &Path) -> Result<T, E2eError> {
    let file = |name: &str| data.join(name).to_string_lossy().into_owned();
    let report = oracle.path("cleaning.json").to_string_lossy().into_owned();
    let (sales, assets) = (file("sales.csv"), file("assets.csv"));
    oracle.run(&["import", "--sales", &sales, "--assets", &assets, "--report", &report])
}

/// Wallets come from a mnemonic made here, `wallets.words`; one user in ten stays without. Writes `links.csv` and
/// `indices.csv`.
///
/// # Errors
/// [`E2eError`].
pub fn link(oracle: &Oracle) -> Result<Linked, E2eError> {
    let path = |name: &str| oracle.path(name).to_string_lossy().into_owned();
    let (words, links, indices) = (path("wallets.words"), path("links.csv"), path("indices.csv"));
    oracle.run::<Value>(&["keys", "add", "wallets"])?;
    oracle.try_run(&["keys", "export", "wallets", "--out", &words])?.map_err(|failed| {
        E2eError::Output(format!("attention-oracle keys export: {}", failed.stderr.trim()))
    })?;
    oracle.run(&["links", "derive", "--mnemonic-file", &words, "--out", &links, "--indices", &indices])
}

/// Trains the models of the first `count` epochs.
///
/// # Errors
/// [`E2eError`].
pub fn train(oracle: &Oracle, count: u64) -> Result<(), E2eError> {
    oracle.run::<Value>(&["train", "--epoch", "0", "--count", &count.to_string()]).map(drop)
}

/// A copy of the sales in `data` whose rows stand in the opposite order, in `folder`; the assets beside it.
fn reversed(data: &Path, folder: &Path) -> Result<PathBuf, E2eError> {
    let text = read_sales(data)?;
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(rows) = lines.get_mut(1..) {
        rows.reverse();
    }
    write_sales(data, folder, &lines)
}

fn read_sales(data: &Path) -> Result<String, E2eError> {
    let path = data.join("sales.csv");
    std::fs::read_to_string(&path).map_err(|error| E2eError::io(path.display().to_string(), error))
}

/// Other sales in `folder`, with the assets of `data` beside them.
fn write_sales(data: &Path, folder: &Path, lines: &[&str]) -> Result<PathBuf, E2eError> {
    let failed = |error| E2eError::io(data.display().to_string(), error);
    let copy = folder.join("other-sales");
    std::fs::create_dir_all(&copy).map_err(failed)?;
    std::fs::write(copy.join("sales.csv"), lines.join("\n") + "\n").map_err(failed)?;
    std::fs::copy(data.join("assets.csv"), copy.join("assets.csv")).map_err(failed)?;
    Ok(copy)
}

/// Operators with the specification and links of `from`, each on its own: keys, data, `models` models. Every other one
/// gets the rows of the data in the opposite order: that may not change a byte of what they sign.
///
/// # Errors
/// [`E2eError`] of the first that fails.
pub fn prepare(
    operators: &[Operator],
    from: &Oracle,
    surroundings: &Surroundings,
    data: &Path,
    models: u64,
) -> Result<(), E2eError> {
    equip(operators, from, surroundings, |index, operator| {
        let rows = if index.is_multiple_of(2) {
            data.to_path_buf()
        } else {
            reversed(data, operator.oracle.folder())?
        };
        import::<Value>(&operator.oracle, &rows)?;
        train(&operator.oracle, models)
    })
}

/// The same with the models that `from` trained: what each would train itself, if its data before them are the same. The data
/// of each come from the folder that `data` gives for its index.
///
/// # Errors
/// [`E2eError`] of the first that fails.
pub fn prepare_from(
    operators: &[Operator],
    from: &Oracle,
    surroundings: &Surroundings,
    data: impl Fn(usize) -> PathBuf + Sync,
) -> Result<(), E2eError> {
    equip(operators, from, surroundings, |index, operator| {
        import::<Value>(&operator.oracle, &data(index))?;
        copy_files(&from.path("data/models"), &operator.oracle.path("data/models"))
    })
}

/// Gives each operator specification, links, configuration and keys, and what `fill` does.
fn equip(
    operators: &[Operator],
    from: &Oracle,
    surroundings: &Surroundings,
    fill: impl Fn(usize, &Operator) -> Result<(), E2eError> + Sync,
) -> Result<(), E2eError> {
    let prepare = |index: usize, operator: &Operator| {
        for name in ["spec.json", "links.csv"] {
            let (from, to) = (from.path(name), operator.oracle.path(name));
            std::fs::copy(&from, &to).map_err(|error| E2eError::io(from.display().to_string(), error))?;
        }
        configure(&operator.oracle, surroundings, Some(&operator.api))?;
        operator.add_keys()?;
        fill(index, operator)
    };
    let prepare = &prepare;
    thread::scope(|scope| {
        let running: Vec<_> = operators
            .iter()
            .enumerate()
            .map(|(index, operator)| scope.spawn(move || prepare(index, operator)))
            .collect();
        running.into_iter().try_for_each(|one| {
            one.join().unwrap_or_else(|_| Err(E2eError::Output("an operator's preparation panicked".into())))
        })
    })
}

/// Copies the files of a folder into another, which is made.
fn copy_files(from: &Path, to: &Path) -> Result<(), E2eError> {
    let failed = |error| E2eError::io(from.display().to_string(), error);
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}

/// A copy of the sales in `data` without those of `[from, to)`, texts like `2020-06-07`, in `folder`; the assets beside it.
///
/// # Errors
/// [`E2eError`] if none is left out.
pub fn without_sales(data: &Path, folder: &Path, from: &str, to: &str) -> Result<PathBuf, E2eError> {
    let text = read_sales(data)?;
    let is_left_out = |line: &&str| (from..to).contains(line);
    let lines: Vec<&str> = text.lines().filter(|line| !is_left_out(line)).collect();
    if lines.len() == text.lines().count() {
        return Err(E2eError::Output(format!("{}: no sale from {from} to {to}", data.display())));
    }
    write_sales(data, folder, &lines)
}

/// Bonds and periods for a test chain: small, without an arbiter, without anchors.
pub fn security(bond_denom: &str, clock: &EpochClock) -> Security {
    Security {
        bond_denom: bond_denom.to_string(),
        operator_bond_min: Uint128::zero(),
        slash_ppm: 500_000,
        slash_recipient: None,
        unbonding_s: clock.epoch_length_s * 3,
        demand_bond: Uint128::new(1_000),
        challenge_bond: Uint128::new(10_000),
        arbiter: None,
        arbiter_period_s: clock.epoch_length_s,
        timelock_s: clock.epoch_length_s,
        anchor_grace_s: None,
    }
}

/// Writes a document.
///
/// # Errors
/// [`E2eError::Io`].
pub fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), E2eError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| E2eError::Output(error.to_string()))?;
    std::fs::write(path, text).map_err(|error| E2eError::io(path.display().to_string(), error))
}
