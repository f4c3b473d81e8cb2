//! `models`: a registry of versions, champions and challengers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attention_tasks::fit_spec::{FitSpec, SPEC_BYTES_MAX};
use attention_tasks::interest::{self, Quality};
use attention_tasks::registry::{Change, Comparison, Entry, Evidence, Manifest, NewEntry, Stage, compare};
use attention_tasks::{BUNDLE_BYTES_MAX, Bundle};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::table_file::read_table;
use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::{RegistryDir, read_bounded};

/// The registry and what to do with it.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// The registry's folder.
    #[arg(long, global = true, env = "ATTENTION_REGISTRY", default_value = "registry", value_name = "DIR")]
    registry: PathBuf,
    #[command(subcommand)]
    command: ModelsCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Add a model that `train --out` wrote as the next version of a name.
    Add {
        /// The model.
        #[arg(value_name = "FILE")]
        model: PathBuf,
        /// What it is a version of: letters, digits, '-', '_', '.'.
        #[arg(long)]
        name: String,
        /// The specification it was fitted by; kept beside it.
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// Measure it on this table (CSV with a header, or Parquet) and keep the figures.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// Where it is from, in your words.
        #[arg(long, value_name = "TEXT", default_value = "")]
        created_from: String,
    },
    /// All versions.
    List,
    /// A version with its history and specification; NAME alone is the newest.
    Show {
        /// The version.
        #[arg(value_name = "NAME[@VERSION]")]
        reference: String,
    },
    /// Measure a version and the champion of its name on the same rows.
    Compare(ChallengeArgs),
    /// Make a version the champion of its name if it is better on the same rows.
    Promote {
        #[command(flatten)]
        challenge: ChallengeArgs,
        /// By how much it has to be better: the whole 95 % interval of the mean difference of log loss (or squared error) lies
        /// this far below 0, in millionths.
        #[arg(long, value_name = "MILLIONTHS", default_value_t = 0)]
        margin_micro: u32,
        /// Promote it even if it is not; the history says so.
        #[arg(long)]
        force: bool,
    },
    /// Take the last promotion of a name back.
    Rollback {
        /// The name.
        name: String,
    },
    /// Check the manifest, and that every file is what it was.
    Verify,
}

/// A challenger and the rows it is measured on.
#[derive(Debug, Args)]
pub struct ChallengeArgs {
    /// The challenger; NAME alone is the newest version.
    #[arg(value_name = "NAME[@VERSION]")]
    challenger: String,
    /// The table (CSV with a header, or Parquet). Rows that one of the two was fitted on flatter it: take later ones.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
}

/// What `compare` and `promote` print.
#[derive(Debug, Serialize)]
struct Compared {
    name: String,
    challenger_version: u32,
    champion_version: Option<u32>,
    #[serde(flatten)]
    comparison: Comparison,
}

pub(super) fn run(cli: &Cli, args: &ModelsArgs) -> Result<(), CliError> {
    let adds = matches!(args.command, ModelsCommand::Add { .. });
    if !adds && !args.registry.is_dir() {
        return Err(CliError::file(&args.registry, "there is no such registry; `models add` makes it"));
    }
    let registry = RegistryDir::open(&args.registry)?;
    let manifest = registry.manifest()?;
    match &args.command {
        ModelsCommand::Add { model, name, spec, data, created_from } => {
            let new =
                NewEntry { name: name.clone(), created_from: created_from.clone(), ..NewEntry::default() };
            add(cli, &registry, manifest, new, model, [spec.as_deref(), data.as_deref()])
        }
        ModelsCommand::List => list(cli, &manifest),
        ModelsCommand::Show { reference } => show(cli, &registry, &manifest, reference),
        ModelsCommand::Compare(challenge) => {
            let compared = compared(&registry, &manifest, challenge)?;
            if cli.json {
                return Ok(print_json(&compared)?);
            }
            print_compared(&compared);
            Ok(())
        }
        ModelsCommand::Promote { challenge, margin_micro, force } => {
            promote(cli, &registry, manifest, challenge, *margin_micro, *force)
        }
        ModelsCommand::Rollback { name } => rollback(cli, &registry, manifest, name),
        ModelsCommand::Verify => verify(cli, &registry, &manifest),
    }
}

/// Now, unix seconds; 0 before 1970.
fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn add(
    cli: &Cli,
    registry: &RegistryDir,
    mut manifest: Manifest,
    mut new: NewEntry,
    model: &Path,
    [spec, data]: [Option<&Path>; 2],
) -> Result<(), CliError> {
    let bytes = read_bounded(model, BUNDLE_BYTES_MAX as u64)?;
    let bundle = Bundle::from_bytes(&bytes).map_err(|error| CliError::file(model, error))?;
    if let Some(data) = data {
        let rows = read_table(data)?;
        let measured = interest::evaluate(&rows, &data.display().to_string(), &bundle, None)?;
        new.metrics_micro = metrics_micro(&measured.quality);
        new.data_hash = Some(hex::encode(Sha256::digest(&rows)));
    }
    let spec = spec.map(|path| read_spec(path, &bundle)).transpose()?;
    new.spec_hash = spec.as_ref().map(|spec| hex::encode(FitSpec::hash_of(spec)));
    new.sha256 = hex::encode(bundle.hash()?);
    new.bytes = bytes.len() as u64;
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

/// A specification's file, which has to be of the model's kind and target.
fn read_spec(path: &Path, bundle: &Bundle) -> Result<Vec<u8>, CliError> {
    let bytes = read_bounded(path, SPEC_BYTES_MAX as u64)?;
    let spec = FitSpec::from_bytes(&bytes).map_err(|error| CliError::file(path, error))?;
    let target = &bundle.spec().target.name;
    if spec.target != *target {
        return Err(CliError::file(path, format!("predicts {:?}, the model {target:?}", spec.target)));
    }
    Ok(bytes)
}

fn metrics_micro(quality: &Quality) -> BTreeMap<String, i64> {
    let metrics = [
        ("auc", quality.auc),
        ("ece", quality.ece),
        ("log_loss", quality.log_loss),
        ("mse", Some(quality.mse)),
        ("base_log_loss", quality.base_log_loss),
        ("base_mse", Some(quality.base_mse)),
    ];
    metrics.into_iter().filter_map(|(name, value)| Some((name.to_owned(), micro(value?)))).collect()
}

/// In millionths; what is beyond i64 is its end.
fn micro(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

fn list(cli: &Cli, manifest: &Manifest) -> Result<(), CliError> {
    if cli.json {
        return Ok(print_json(&manifest.entries())?);
    }
    for entry in manifest.entries() {
        print_entry(entry);
    }
    Ok(())
}

fn print_entry(entry: &Entry) {
    let stage = match entry.stage {
        Stage::Candidate => "candidate",
        Stage::Champion => "champion",
        Stage::Archived => "archived",
    };
    let metrics: Vec<String> = entry
        .metrics_micro
        .iter()
        .map(|(name, value)| format!("{name} {:.4}", *value as f64 / 1e6))
        .collect();
    println!("{}@{} {stage} {} {}", entry.name, entry.version, entry.sha256, metrics.join(", "));
    if !entry.created_from.is_empty() {
        println!("         from {}", entry.created_from);
    }
}

fn show(cli: &Cli, registry: &RegistryDir, manifest: &Manifest, reference: &str) -> Result<(), CliError> {
    let entry = manifest.find(reference)?;
    let history: Vec<&Change> = manifest
        .history()
        .iter()
        .filter(|change| change.name == entry.name && change.version == entry.version)
        .collect();
    let spec = entry.spec_hash.as_deref().map(|hash| registry.get(hash)).transpose()?;
    let spec = spec.as_deref().map(FitSpec::from_bytes).transpose()?;
    if cli.json {
        return Ok(print_json(&json!({ "entry": entry, "history": history, "spec": spec }))?);
    }
    print_entry(entry);
    for change in history {
        println!("{}", serde_json::to_string(change).map_err(std::io::Error::other)?);
    }
    if let Some(spec) = spec {
        println!("{}", serde_json::to_string_pretty(&spec).map_err(std::io::Error::other)?);
    }
    Ok(())
}

/// A version's model, its file checked by hash.
fn bundle_of(registry: &RegistryDir, entry: &Entry) -> Result<Bundle, CliError> {
    Ok(Bundle::from_bytes(&registry.get(&entry.sha256)?)?)
}

fn compared(registry: &RegistryDir, manifest: &Manifest, args: &ChallengeArgs) -> Result<Compared, CliError> {
    let challenger = manifest.find(&args.challenger)?;
    let champion = manifest.champion(&challenger.name);
    if champion == Some(challenger) {
        let problem =
            format!("{}@{} is the champion: name a challenger", challenger.name, challenger.version);
        return Err(CliError::input(problem));
    }
    let models = (
        bundle_of(registry, challenger)?,
        champion.map(|champion| bundle_of(registry, champion)).transpose()?,
    );
    let rows = read_table(&args.data)?;
    let comparison = compare(&models.0, models.1.as_ref(), &rows, &args.data.display().to_string())?;
    Ok(Compared {
        name: challenger.name.clone(),
        challenger_version: challenger.version,
        champion_version: champion.map(|champion| champion.version),
        comparison,
    })
}

fn print_compared(compared: &Compared) {
    let Compared { name, challenger_version, champion_version, comparison } = compared;
    let champion = champion_version.map_or("no model".to_owned(), |version| format!("{name}@{version}"));
    println!("{name}@{challenger_version} against {champion} on {} rows", comparison.rows);
    let difference = &comparison.difference;
    println!(
        "{:+.6} ± {:.6} {} (95 %: {:+.6} to {:+.6}), {:.4} against {:.4}; below 0 is better",
        difference.mean,
        difference.standard_error,
        comparison.loss.replace('_', " "),
        difference.low_95,
        difference.high_95,
        comparison.challenger.loss,
        comparison.champion.loss
    );
    if let Some(gain) = comparison.auc_difference {
        println!("{gain:+.6} AUC");
    }
}

fn promote(
    cli: &Cli,
    registry: &RegistryDir,
    mut manifest: Manifest,
    challenge: &ChallengeArgs,
    margin_micro: u32,
    force: bool,
) -> Result<(), CliError> {
    let compared = compared(registry, &manifest, challenge)?;
    let comparison = &compared.comparison;
    let better = comparison.better_by(margin_micro);
    if !better && !force {
        let problem = format!(
            "{}@{} is not better by {margin_micro} millionths: its {} less the champion's is {:+.6}, 95 % {:+.6} to {:+.6}; \
             --force promotes it all the same",
            compared.name,
            compared.challenger_version,
            comparison.loss.replace('_', " "),
            comparison.difference.mean,
            comparison.difference.low_95,
            comparison.difference.high_95
        );
        return Err(CliError::new(ExitStatus::Refused, problem));
    }
    let evidence = Evidence {
        data_hash: comparison.data_hash.clone(),
        rows: comparison.rows as u64,
        difference_micro: micro(comparison.difference.mean),
        standard_error_micro: micro(comparison.difference.standard_error),
        margin_micro,
    };
    manifest.promote(&compared.name, compared.challenger_version, Some(evidence), !better, now_s())?;
    registry.write_manifest(&manifest.to_bytes()?)?;
    if cli.json {
        return Ok(print_json(&json!({ "promoted": compared, "forced": !better }))?);
    }
    print_compared(&compared);
    println!("{}@{} is the champion", compared.name, compared.challenger_version);
    Ok(())
}

fn rollback(cli: &Cli, registry: &RegistryDir, mut manifest: Manifest, name: &str) -> Result<(), CliError> {
    let version = manifest.rollback(name, now_s())?;
    // What becomes champion again must still be what it was.
    bundle_of(registry, manifest.find(&format!("{name}@{version}"))?)?;
    registry.write_manifest(&manifest.to_bytes()?)?;
    if cli.json {
        return Ok(print_json(&json!({ "name": name, "champion_version": version }))?);
    }
    println!("{name}@{version} is the champion again");
    Ok(())
}

fn verify(cli: &Cli, registry: &RegistryDir, manifest: &Manifest) -> Result<(), CliError> {
    let refused = |error: &dyn std::fmt::Display| CliError::new(ExitStatus::Refused, error);
    for entry in manifest.entries() {
        let bytes = registry.get(&entry.sha256).map_err(|error| refused(&error))?;
        let read = Bundle::from_bytes(&bytes);
        if let Err(error) = read {
            return Err(refused(&format!("{}@{}: {error}", entry.name, entry.version)));
        }
        if let Some(hash) = &entry.spec_hash {
            let spec = registry.get(hash).map_err(|error| refused(&error))?;
            FitSpec::from_bytes(&spec).map_err(|error| refused(&error))?;
        }
    }
    let (versions, changes) = (manifest.entries().len(), manifest.history().len());
    if cli.json {
        return Ok(print_json(&json!({ "versions": versions, "changes": changes }))?);
    }
    println!("{versions} versions and {changes} changes are what they were");
    Ok(())
}
