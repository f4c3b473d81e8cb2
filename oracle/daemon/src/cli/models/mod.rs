//! `models`: a registry of versions, champions and challengers.

mod add;
mod challenge;
mod rows;

use std::path::PathBuf;

use attention_tasks::fit_spec::FitSpec;
use attention_tasks::registry::{Change, Entry, Held, Manifest, Stage};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::RegistryDir;

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
    /// Add a model that `train --out` wrote, of any task, as the next version of a name.
    Add(add::AddArgs),
    /// All versions.
    List,
    /// A version with its history and specification; NAME alone is the newest.
    Show {
        /// The version.
        #[arg(value_name = "NAME[@VERSION]")]
        reference: String,
    },
    /// Measure a version and the champion of its name on the same rows.
    Compare(challenge::ChallengeArgs),
    /// Make a version the champion of its name if it is better on the same rows.
    Promote(challenge::PromoteArgs),
    /// Take the last promotion of a name back.
    Rollback {
        /// The name.
        name: String,
    },
    /// Check the manifest, and that every file is what it was.
    Verify,
}

pub(super) fn run(cli: &Cli, args: &ModelsArgs) -> Result<(), CliError> {
    let adds = matches!(args.command, ModelsCommand::Add(_));
    if !adds && !args.registry.is_dir() {
        return Err(CliError::file(&args.registry, "there is no such registry; `models add` makes it"));
    }
    let writes = adds || matches!(args.command, ModelsCommand::Promote(_) | ModelsCommand::Rollback { .. });
    let registry =
        if writes { RegistryDir::open(&args.registry)? } else { RegistryDir::read(&args.registry) };
    let manifest = registry.manifest()?;
    match &args.command {
        ModelsCommand::Add(args) => add::run(cli, &registry, manifest, args),
        ModelsCommand::List => list(cli, &manifest),
        ModelsCommand::Show { reference } => show(cli, &registry, &manifest, reference),
        ModelsCommand::Compare(args) => challenge::compare(cli, &registry, &manifest, args),
        ModelsCommand::Promote(args) => challenge::promote(cli, &registry, manifest, args),
        ModelsCommand::Rollback { name } => rollback(cli, &registry, manifest, name),
        ModelsCommand::Verify => verify(cli, &registry, &manifest),
    }
}

/// Now, unix seconds; 0 before 1970.
fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
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
    let Entry { name, version, task, sha256, .. } = entry;
    println!("{name}@{version} {stage} {} {sha256} {}", task.name(), metrics.join(", "));
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
fn model_of(registry: &RegistryDir, entry: &Entry) -> Result<Held, CliError> {
    let Entry { name, version, task, sha256, .. } = entry;
    let wrong = |problem: String| CliError::input(format!("{name}@{version}: {problem}"));
    let model = Held::from_bytes(&registry.get(sha256)?).map_err(|error| wrong(error.to_string()))?;
    if model.task() != *task {
        let problem =
            format!("its file is of the task {}, the manifest says {}", model.task().name(), task.name());
        return Err(wrong(problem));
    }
    Ok(model)
}

fn rollback(cli: &Cli, registry: &RegistryDir, mut manifest: Manifest, name: &str) -> Result<(), CliError> {
    let version = manifest.rollback(name, now_s())?;
    // What becomes champion again must still be what it was.
    model_of(registry, manifest.find(&format!("{name}@{version}"))?)?;
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
        model_of(registry, entry).map_err(|error| refused(&error))?;
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
