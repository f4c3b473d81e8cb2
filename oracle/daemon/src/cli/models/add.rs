//! `models add`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attention_tasks::fit_spec::{FitSpec, SPEC_BYTES_MAX};
use attention_tasks::registry::{Entry, Held, MODEL_BYTES_MAX, Manifest, NewEntry, measure};
use clap::Args;

use super::rows::{self, FromArgs};
use super::{now_s, print_entry};
use crate::cli::progress::spinner;
use crate::cli::{Cli, CliError};
use crate::output::print_json;
use crate::store::{RegistryDir, StoreError, read_bounded};

/// What to add.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The model.
    #[arg(value_name = "FILE")]
    model: PathBuf,
    /// What it is a version of: letters, digits, '-', '_', '.'.
    #[arg(long)]
    name: String,
    /// The specification that a model of a table was fitted by; kept beside it.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Measure it on this table, CSV with a header or Parquet (task recommend: users, items and times; price and churn: a
    /// folder with sales.csv and assets.csv), and keep the figures.
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    #[command(flatten)]
    from: FromArgs,
    /// Where it is from, in your words.
    #[arg(long, value_name = "TEXT", default_value = "")]
    created_from: String,
}

pub(super) fn run(
    cli: &Cli,
    registry: &RegistryDir,
    mut manifest: Manifest,
    args: &AddArgs,
) -> Result<(), CliError> {
    let bytes = read_bounded(&args.model, MODEL_BYTES_MAX as u64)?;
    let model = Held::from_bytes(&bytes).map_err(|error| CliError::file(&args.model, error))?;
    let spec = args.spec.as_deref().map(|path| read_spec(path, &model)).transpose()?;
    if let Some(entry) = known(&manifest, &args.name, &hex::encode(model.hash()?))
        && put_back(registry, entry, &bytes, spec.as_deref())?
    {
        if cli.json {
            return Ok(print_json(entry)?);
        }
        println!("put back what was lost or damaged");
        print_entry(entry);
        return Ok(());
    }
    let rows = args.data.as_deref().map(|data| rows::read(model.task(), data, &args.from)).transpose()?;
    let metrics_micro = match &rows {
        Some(rows) => {
            let working = spinner("measuring");
            let measured = measure(&model, rows);
            working.finish_and_clear();
            measured?
        }
        None => BTreeMap::new(),
    };
    let new = NewEntry {
        name: args.name.clone(),
        task: model.task(),
        sha256: hex::encode(model.hash()?),
        bytes: bytes.len() as u64,
        spec_hash: spec.as_ref().map(|spec| hex::encode(FitSpec::hash_of(spec))),
        data_hash: rows.as_ref().map(|rows| rows.hash()),
        from_s: rows.as_ref().and_then(|rows| rows.from_s()),
        metrics_micro,
        created_from: args.created_from.clone(),
    };
    let entry = manifest.add(new, now_s())?.clone();
    // Content before the manifest that speaks of it: a crash between the two leaves a file that nothing names.
    registry.put(&bytes)?;
    spec.map(|spec| registry.put(&spec)).transpose()?;
    registry.write_manifest(&manifest.to_bytes()?)?;
    if cli.json {
        return Ok(print_json(&entry)?);
    }
    print_entry(&entry);
    Ok(())
}

/// The version of a name that a model is already.
fn known<'a>(manifest: &'a Manifest, name: &str, hash: &str) -> Option<&'a Entry> {
    manifest.entries().iter().find(|entry| entry.name == name && entry.sha256 == hash)
}

/// Puts the files of a version back that are lost or not what they were; whether there were any.
fn put_back(
    registry: &RegistryDir,
    entry: &Entry,
    model: &[u8],
    spec: Option<&[u8]>,
) -> Result<bool, CliError> {
    let mut is_back = false;
    let spec = spec.filter(|spec| entry.spec_hash.as_ref() == Some(&hex::encode(FitSpec::hash_of(spec))));
    let spec = entry.spec_hash.as_deref().zip(spec);
    for (hash, content) in [(entry.sha256.as_str(), model)].into_iter().chain(spec) {
        if matches!(registry.get(hash), Err(StoreError::Damaged { .. })) {
            registry.put(content)?;
            is_back = true;
        }
    }
    Ok(is_back)
}

/// A specification's file, which has to be of the model's target.
fn read_spec(path: &Path, model: &Held) -> Result<Vec<u8>, CliError> {
    let Held::Interest(bundle) = model else {
        let problem = format!(
            "specifications are of models of tables, this is one of the task {}",
            model.task().name()
        );
        return Err(CliError::file(path, problem));
    };
    let bytes = read_bounded(path, SPEC_BYTES_MAX as u64)?;
    let spec = FitSpec::from_bytes(&bytes).map_err(|error| CliError::file(path, error))?;
    let target = &bundle.spec().target.name;
    if spec.target != *target {
        return Err(CliError::file(path, format!("predicts {:?}, the model {target:?}", spec.target)));
    }
    Ok(bytes)
}
