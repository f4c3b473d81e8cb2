//! `simulate`: a synthetic world and the truth behind it.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use attention_features::{EventKind, EventRow};
use attention_simulator::{Dirt, SimulationParams, Truth, VirtualAsset, World, truth_header, truth_line};
use clap::Args;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::progress::bar;
use super::{Cli, CliError};
use crate::output::print_json;

/// The file of everything that is true of a world.
const TRUTH: &str = "truth.json";

/// Which world, and where to.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// How many users, bots and colluders included (20 to 200,000).
    #[arg(long, value_name = "N")]
    users: u32,
    /// How many days (7 to 3,650; users times days at most 2,000,000).
    #[arg(long, value_name = "D")]
    days: u32,
    /// Seed of every draw: the same world for the same seed, on every machine.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// How many assets (50 to 10,000).
    #[arg(long, value_name = "N", default_value_t = 200)]
    assets: u32,
    /// Faulty rows for each million rows, for the cleaning to find; counted in truth.json (at most 200,000).
    #[arg(long, value_name = "PPM", default_value_t = 0)]
    dirty_ppm: u64,
    /// Folder for events.csv, assets.csv, truth.csv and truth.json; must not exist, be empty, or hold the same world.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// One file that was written.
#[derive(Debug, Serialize)]
struct Written {
    file: &'static str,
    /// Lines after the header; of truth.json, its lines.
    rows: u64,
    bytes: u64,
    sha256: String,
}

/// What `simulate` prints: how much there is of what. All that is true of the world is in its file.
#[derive(Debug, Serialize)]
struct SimulateOutput<'a> {
    synthetic: bool,
    out: &'a Path,
    /// False if the folder held the same bytes already.
    new: bool,
    seed: u64,
    users: u32,
    days: u32,
    assets: usize,
    /// Events of each kind, dirt not counted.
    events: BTreeMap<EventKind, u64>,
    /// Faulty rows that were put in, and how many of them cleaning keeps.
    dirt_rows: u64,
    dirt_kept: u64,
    files: Vec<Written>,
    /// Where the truth is.
    truth: PathBuf,
}

impl<'a> SimulateOutput<'a> {
    fn new(out: &'a Path, new: bool, files: Vec<Written>, truth: Truth) -> Self {
        let Truth { synthetic, params, events, dirt_rows, dirt_kept, assets, .. } = truth;
        Self {
            synthetic,
            out,
            new,
            seed: params.seed,
            users: params.users,
            days: params.days,
            assets: assets.len(),
            events,
            dirt_rows,
            dirt_kept,
            files,
            truth: out.join(TRUTH),
        }
    }
}

pub(super) fn run(cli: &Cli, args: &SimulateArgs) -> Result<(), CliError> {
    let params = SimulationParams {
        assets: args.assets,
        dirty_ppm: args.dirty_ppm,
        ..SimulationParams::new(args.users, args.days, args.seed)
    };
    let world = World::new(params)?;
    // Beside the folder, so that it can be renamed into place: nobody sees half a world.
    let name = args.out.file_name().ok_or_else(|| CliError::file(&args.out, "is not a folder's name"))?;
    let temporary = args.out.with_file_name(format!("{}.tmp-{}", name.to_string_lossy(), std::process::id()));
    let made = write_world(world, &temporary).and_then(|(files, truth)| {
        let new = put_in_place(&temporary, &args.out, &files)?;
        Ok(SimulateOutput::new(&args.out, new, files, truth))
    });
    if temporary.exists() {
        std::fs::remove_dir_all(&temporary).map_err(|error| CliError::file(&temporary, error))?;
    }
    let made = made?;
    if cli.json {
        return Ok(print_json(&made)?);
    }
    show(&made);
    Ok(())
}

fn write_world(mut world: World, folder: &Path) -> Result<(Vec<Written>, Truth), CliError> {
    let created = DirBuilder::new().recursive(true).mode(0o755).create(folder);
    created.map_err(|error| CliError::file(folder, error))?;
    let mut events = Output::create(folder, "events.csv", &EventRow::csv_header())?;
    let mut dirt = Dirt::default();
    let days = bar("simulating, days", u64::from(world.params().days));
    let mut index = 0;
    while let Some(day) = world.next_day()? {
        for event in &day {
            events.line(&EventRow::from(event).csv_line())?;
            for line in dirt.after(world.params(), index, event) {
                events.line(&line)?;
            }
            index += 1;
        }
        days.inc(1);
    }
    days.finish_and_clear();
    let mut assets = Output::create(folder, "assets.csv", VirtualAsset::CSV_HEADER)?;
    world.assets().iter().try_for_each(|asset| assets.line(&asset.csv_line()))?;
    let mut users = Output::create(folder, "truth.csv", &truth_header())?;
    world.people().iter().try_for_each(|person| users.line(&truth_line(person)))?;
    let truth = Truth::new(&world, &dirt);
    let mut text = Output::create(folder, TRUTH, "")?;
    let json = serde_json::to_string_pretty(&truth).map_err(|error| CliError::file(folder, error))?;
    json.lines().try_for_each(|line| text.line(&format!("{line}\n")))?;
    let files = [events, assets, users, text]
        .into_iter()
        .map(Output::finish)
        .collect::<Result<Vec<_>, CliError>>()?;
    Ok((files, truth))
}

/// Renames the new folder to its place; `false` if the same files are there already.
fn put_in_place(temporary: &Path, out: &Path, files: &[Written]) -> Result<bool, CliError> {
    let refuse = |problem: &str| Err(CliError::file(out, problem));
    if !out.exists() {
        std::fs::rename(temporary, out).map_err(|error| CliError::file(out, error))?;
        return Ok(true);
    }
    if !out.is_dir() {
        return refuse("is not a folder; give another one with --out");
    }
    let mut entries = std::fs::read_dir(out).map_err(|error| CliError::file(out, error))?;
    if entries.next().is_none() {
        // POSIX lets a folder replace an empty one.
        std::fs::rename(temporary, out).map_err(|error| CliError::file(out, error))?;
        return Ok(true);
    }
    for written in files {
        match hash_of(&out.join(written.file)) {
            Ok(hash) if hash == written.sha256 => {}
            _ => {
                let problem = format!(
                    "holds something else ({} differs or cannot be read); it is left as it is: give another folder",
                    written.file
                );
                return refuse(&problem);
            }
        }
    }
    Ok(false)
}

fn hash_of(path: &Path) -> Result<String, std::io::Error> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hex::encode(hasher.finalize()))
}

/// A file that is hashed and counted while it is written.
struct Output {
    name: &'static str,
    path: PathBuf,
    file: BufWriter<File>,
    hasher: Sha256,
    rows: u64,
    bytes: u64,
}

impl Output {
    fn create(folder: &Path, name: &'static str, header: &str) -> Result<Self, CliError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| CliError::file(&path, error))?;
        let file = BufWriter::new(file);
        let mut output = Self { name, path, file, hasher: Sha256::new(), rows: 0, bytes: 0 };
        output.write(header)?;
        Ok(output)
    }

    fn write(&mut self, text: &str) -> Result<(), CliError> {
        self.file.write_all(text.as_bytes()).map_err(|error| CliError::file(&self.path, error))?;
        self.hasher.update(text.as_bytes());
        self.bytes += text.len() as u64;
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), CliError> {
        self.rows += 1;
        self.write(line)
    }

    fn finish(mut self) -> Result<Written, CliError> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| CliError::file(&self.path, error))?;
        let sha256 = hex::encode(self.hasher.finalize());
        Ok(Written { file: self.name, rows: self.rows, bytes: self.bytes, sha256 })
    }
}

fn show(made: &SimulateOutput<'_>) {
    let SimulateOutput { users, days, seed, .. } = made;
    println!(
        "synthetic world: {users} users, {days} days, seed {seed}; no figure on it stands in for a real one"
    );
    for (kind, count) in &made.events {
        println!("{count:>10}  {}", kind.name());
    }
    if made.dirt_rows > 0 {
        println!("{:>10}  faulty rows put in, of which cleaning keeps {}", made.dirt_rows, made.dirt_kept);
    }
    for written in &made.files {
        println!(
            "{}  {:>12} bytes  {}",
            written.sha256,
            written.bytes,
            made.out.join(written.file).display()
        );
    }
    if !made.new {
        println!("the same files were there already");
    }
}
