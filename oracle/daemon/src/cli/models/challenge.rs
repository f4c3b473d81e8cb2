//! `models compare` and `models promote`: a challenger and the champion on the same rows.

use std::path::PathBuf;

use attention_tasks::registry::{self, Comparison, Evidence, Manifest, micro};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::rows::{self, FromArgs};
use super::{model_of, now_s};
use crate::cli::progress::spinner;
use crate::cli::{Cli, CliError};
use crate::output::{ExitStatus, print_json};
use crate::store::RegistryDir;

/// A challenger and the rows it is measured on.
#[derive(Debug, Args)]
pub struct ChallengeArgs {
    /// The challenger; NAME alone is the newest version.
    #[arg(value_name = "NAME[@VERSION]")]
    challenger: String,
    /// The table, CSV with a header or Parquet (task recommend: users, items and times; price and churn: a folder with
    /// sales.csv and assets.csv). Rows that one of the two was fitted on flatter it: take later ones.
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    #[command(flatten)]
    from: FromArgs,
}

/// A challenger, the rows, and how much better it has to be.
#[derive(Debug, Args)]
pub struct PromoteArgs {
    #[command(flatten)]
    challenge: ChallengeArgs,
    /// By how much it has to be better: the whole 95 % interval of the mean difference lies this far below 0, in millionths
    /// of a nat of log loss (tables with a yes or no, churn) or of |ln price − ln predicted| (price), of a squared unit of
    /// the target (tables with a number), of a reciprocal rank at 10 (recommend).
    #[arg(long, value_name = "MILLIONTHS", default_value_t = 0)]
    margin_micro: u32,
    /// Promote it even if it is not; the history says so.
    #[arg(long)]
    force: bool,
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

impl Compared {
    fn challenger(&self) -> String {
        format!("{}@{}", self.name, self.challenger_version)
    }
}

pub(super) fn compare(
    cli: &Cli,
    registry: &RegistryDir,
    manifest: &Manifest,
    args: &ChallengeArgs,
) -> Result<(), CliError> {
    let compared = compared(registry, manifest, args)?;
    if cli.json {
        return Ok(print_json(&compared)?);
    }
    print(&compared);
    Ok(())
}

pub(super) fn promote(
    cli: &Cli,
    registry: &RegistryDir,
    mut manifest: Manifest,
    args: &PromoteArgs,
) -> Result<(), CliError> {
    let margin_micro = args.margin_micro;
    let compared = compared(registry, &manifest, &args.challenge)?;
    let Comparison { rows, loss, unit, difference, from_s, data_hash, .. } = &compared.comparison;
    let better = compared.comparison.better_by(margin_micro);
    if !better && !args.force {
        let problem = format!(
            "{} is not better by {margin_micro} millionths of a {unit}: its {} less the champion's is {:+.6}, 95 % {:+.6} to \
             {:+.6}; --force promotes it all the same",
            compared.challenger(),
            loss.words(),
            difference.mean,
            difference.low_95,
            difference.high_95
        );
        return Err(CliError::new(ExitStatus::Refused, problem));
    }
    let evidence = Evidence {
        data_hash: data_hash.clone(),
        from_s: *from_s,
        rows: *rows as u64,
        loss: Some(*loss),
        difference_micro: micro(difference.mean),
        standard_error_micro: micro(difference.standard_error),
        margin_micro,
    };
    manifest.promote(&compared.name, compared.challenger_version, Some(evidence), !better, now_s())?;
    registry.write_manifest(&manifest.to_bytes()?)?;
    if cli.json {
        return Ok(print_json(&json!({ "promoted": compared, "forced": !better }))?);
    }
    print(&compared);
    println!("{} is the champion", compared.challenger());
    Ok(())
}

fn compared(registry: &RegistryDir, manifest: &Manifest, args: &ChallengeArgs) -> Result<Compared, CliError> {
    let (challenger, champion) = manifest.challenge(&args.challenger)?;
    let models =
        (model_of(registry, challenger)?, champion.map(|champion| model_of(registry, champion)).transpose()?);
    let rows = rows::read(challenger.task, &args.data, &args.from)?;
    let working = spinner("measuring");
    let comparison = registry::compare(&models.0, models.1.as_ref(), &rows);
    working.finish_and_clear();
    Ok(Compared {
        name: challenger.name.clone(),
        challenger_version: challenger.version,
        champion_version: champion.map(|champion| champion.version),
        comparison: comparison?,
    })
}

fn print(compared: &Compared) {
    let Comparison { rows, clustered_by, clusters, loss, unit, challenger, champion, difference, .. } =
        &compared.comparison;
    let against = match compared.champion_version {
        Some(version) => format!("{}@{version}", compared.name),
        None => format!("no model but the baseline {}", champion.model),
    };
    let of = match clustered_by.zip(*clusters) {
        Some((by, clusters)) => format!(" of {clusters} {by}s"),
        None => String::new(),
    };
    println!("{} against {against} on {rows} rows{of}", compared.challenger());
    println!(
        "{:+.6} ± {:.6} {} (unit: {unit}; 95 %: {:+.6} to {:+.6}), {:.4} against {:.4}; below 0 is better",
        difference.mean,
        difference.standard_error,
        loss.words(),
        difference.low_95,
        difference.high_95,
        challenger.loss,
        champion.loss
    );
    if let Some(gain) = compared.comparison.auc_difference {
        println!("{gain:+.6} AUC");
    }
    if let Some((own, theirs)) = challenger.hit_rate_10.zip(champion.hit_rate_10) {
        println!("{own:.4} against {theirs:.4} of users with a hit among ten");
    }
}
