//! What commands write to, looked at before they begin: nothing that they read, nothing of a daemon's own, and nothing that cannot
//! be written.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::CliError;
use super::task_options::flag;
use crate::config::Config;
use crate::store::OutputTarget;

/// Standard output, for who writes rows.
pub(super) const STANDARD: &str = "-";
/// Arguments that name a file to be written, whatever the command.
const OUTPUTS: [&str; 5] = ["out", "plot", "report", "indices", "trials_file"];
/// Commands whose `--out` is none of them: a folder, or a file that must not exist, which they look at themselves.
const OWN_RULES: [&str; 2] = ["simulate", "keys"];
/// Commands that write rows, and so may write them to standard output.
const TO_STANDARD: [&str; 2] = ["predict", "export"];
/// What is read of a folder that is named as data.
const FOLDER_FILES: [&str; 2] = ["assets.csv", "sales.csv"];

/// A path among the arguments.
struct Named {
    id: String,
    path: PathBuf,
}

impl Named {
    fn flag(&self) -> String {
        flag(&self.id)
    }

    fn is_output(&self) -> bool {
        OUTPUTS.contains(&self.id.as_str())
    }
}

/// Refuses outputs that are inputs or each other, that lie among the data or keys of the configuration at `config`, or that cannot
/// be written to.
///
/// # Errors
/// Wrong arguments, naming the option, the path and what to do.
pub(super) fn check(given: &ArgMatches, config: &Path) -> Result<(), CliError> {
    let Some((command, _)) = given.subcommand() else { return Ok(()) };
    if OWN_RULES.contains(&command) {
        return Ok(());
    }
    let named = named(given);
    let own = if named.iter().any(Named::is_output) { own_folders(config) } else { Vec::new() };
    for (at, output) in named.iter().enumerate().filter(|(_, named)| named.is_output()) {
        if output.path == Path::new(STANDARD) {
            if TO_STANDARD.contains(&command) {
                continue;
            }
            return Err(CliError::usage(format!(
                "{} -: only `predict` and `export` write to standard output; name a file (./- for one of this name)",
                output.flag()
            )));
        }
        let target = OutputTarget::of(&output.path);
        let target = target.map_err(|error| CliError::usage(format!("{} {error}", output.flag())))?;
        let OutputTarget::File(target) = target else { continue };
        if let Some((whose, folder)) = own.iter().find(|(_, folder)| target.starts_with(folder)) {
            return Err(CliError::usage(format!(
                "{} {} is in {}, where {whose} of {} are: name a file elsewhere",
                output.flag(),
                output.path.display(),
                folder.display(),
                config.display()
            )));
        }
        // Of two outputs the later one is told of.
        let others = named.iter().enumerate().filter(|(other, named)| !named.is_output() || *other < at);
        for (_, other) in others {
            if let Some(how) = reads(other, &target) {
                return Err(CliError::usage(format!(
                    "{} {} {how} that {} names: give it another name",
                    output.flag(),
                    output.path.display(),
                    other.flag()
                )));
            }
        }
    }
    Ok(())
}

/// The folders that a daemon keeps to itself. A configuration that cannot be read has none: the command will say so if it needs it.
fn own_folders(config: &Path) -> Vec<(&'static str, PathBuf)> {
    let Ok(config) = Config::load(config) else { return Vec::new() };
    [("the data", config.data_dir), ("the keys", config.keys_dir)]
        .into_iter()
        .filter_map(|(whose, folder)| Some((whose, folder.canonicalize().ok()?)))
        .collect()
}

/// Every path among the arguments, outputs in the order of [`OUTPUTS`].
fn named(given: &ArgMatches) -> Vec<Named> {
    let mut named = Vec::new();
    let mut level = Some(given);
    while let Some(matches) = level {
        for id in matches.ids() {
            // What is no path, and what is no argument but a group, is another type.
            let paths = matches.try_get_many::<PathBuf>(id.as_str()).ok().flatten();
            let of = |path: &PathBuf| Named { id: id.as_str().to_owned(), path: path.clone() };
            named.extend(paths.into_iter().flatten().map(of));
        }
        level = matches.subcommand().map(|(_, below)| below);
    }
    named.sort_by_key(|named| OUTPUTS.iter().position(|&id| id == named.id));
    named
}

/// How an argument names a file, if it does.
fn reads(argument: &Named, target: &Path) -> Option<&'static str> {
    if same_file(&argument.path, target) {
        return Some("is the file");
    }
    let data = argument.id == "data" && argument.path.is_dir();
    (data && FOLDER_FILES.iter().any(|name| same_file(&argument.path.join(name), target)))
        .then_some("is in the folder")
}

/// Whether two paths are one file, by whatever names; a file that is not there yet is the one of its folder and name.
fn same_file(path: &Path, target: &Path) -> bool {
    match (std::fs::metadata(path), std::fs::metadata(target)) {
        (Ok(one), Ok(other)) => one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino()),
        (Err(_), Err(_)) => {
            matches!(OutputTarget::of(path), Ok(OutputTarget::File(path)) if path == target)
        }
        _ => false,
    }
}
