//! Where commands write: never over what they read, through links, into devices as devices, into folders that are there.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use super::data::{assets, import, sale, sales};
use super::tables::{folder, train};
use super::world::{Home, Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

fn train_to(folder: &Path, out: &str, more: &[&str]) -> Ran {
    let arguments = ["train", "--data", "train.csv", "--target", "revenue", "--model", "tree", "--out", out];
    run(folder, &[&arguments[..], more].concat())
}

fn predict_to(folder: &Path, out: &str, more: &[&str]) -> Ran {
    let arguments = ["predict", "--model", "M.model", "--data", "other.csv", "--out", out];
    run(folder, &[&arguments[..], more].concat())
}

/// Whatever names the file, and whatever the command: what it reads stays as it was.
#[test]
fn no_input_is_overwritten() {
    let folder = folder();
    let folder = folder.path();
    train(folder, &["--model", "tree"]).succeeds();
    std::fs::create_dir(folder.join("sub")).unwrap();
    symlink("train.csv", folder.join("link.csv")).unwrap();
    std::fs::hard_link(folder.join("train.csv"), folder.join("hard.csv")).unwrap();
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (table, other, model) = (read("train.csv"), read("other.csv"), read("M.model"));
    for out in ["train.csv", "./train.csv", "sub/../train.csv", "link.csv", "hard.csv"] {
        let ran = train_to(folder, out, &[]);
        ran.fails(2, &format!("--out {out} is the file that --data names: give it another name"));
    }
    predict_to(folder, "M.model", &[])
        .fails(2, "--out M.model is the file that --model names: give it another name");
    predict_to(folder, "other.csv", &[])
        .fails(2, "--out other.csv is the file that --data names: give it another name");
    run(folder, &["export-model", "--model", "M.model", "--out", "M.model"])
        .fails(2, "--out M.model is the file that --model names: give it another name");
    let search = ["search", "--data", "train.csv", "--target", "revenue", "--out", "s.json", "--trials-file"];
    run(folder, &[&search[..], &["s.json"]].concat())
        .fails(2, "--trials-file s.json is the file that --out names: give it another name");
    assert_eq!((read("train.csv"), read("other.csv"), read("M.model")), (table, other, model));
}

/// The files of a folder that is read are inputs, too.
#[test]
fn no_file_of_a_folder_that_is_read_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["sales.csv", "assets.csv"] {
        std::fs::write(folder.join(name), "kept").unwrap();
    }
    for name in ["sales.csv", "assets.csv"] {
        run(folder, &["train", "--task", "price", "--data", ".", "--out", name])
            .fails(2, &format!("--out {name} is in the folder that --data names: give it another name"));
        assert_eq!(std::fs::read(folder.join(name)).unwrap(), b"kept");
    }
}

/// The file that a link names is replaced; the link stays one.
#[test]
fn links_are_followed() {
    let folder = folder();
    let folder = folder.path();
    std::fs::create_dir(folder.join("kept")).unwrap();
    std::fs::write(folder.join("kept/real.model"), "old").unwrap();
    std::fs::set_permissions(folder.join("kept/real.model"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("kept/real.model", folder.join("M.model")).unwrap();
    train_to(folder, "M.model", &[]).succeeds();
    assert!(folder.join("M.model").symlink_metadata().unwrap().is_symlink());
    let real = folder.join("kept/real.model");
    assert!(std::fs::metadata(&real).unwrap().len() > 100, "the model is where the link leads");
    assert_eq!(std::fs::metadata(&real).unwrap().mode() & 0o777, 0o640, "it keeps its mode");
    assert_eq!(std::fs::read_dir(folder.join("kept")).unwrap().count(), 1, "no temporary file stays");
    for name in ["P.parquet", "P.csv"] {
        std::fs::write(folder.join("kept").join(name), "old").unwrap();
        symlink(format!("kept/{name}"), folder.join(name)).unwrap();
        predict_to(folder, name, &[]).succeeds();
        assert!(folder.join(name).symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::metadata(folder.join(name)).unwrap().len() > 1_000);
    }
    symlink("nowhere/x.model", folder.join("dangling")).unwrap();
    train_to(folder, "dangling", &[]).fails(2, "--out dangling: is a link to nothing; name a file");
}

/// Folders are not files, and a folder that is not there is told, before anything is computed.
#[test]
fn folders_are_refused_and_not_made() {
    let folder = folder();
    let folder = folder.path();
    std::fs::create_dir(folder.join("sub")).unwrap();
    train_to(folder, "sub", &[]).fails(2, "--out sub: is a folder; name a file");
    train_to(folder, "no/such/M.model", &[])
        .fails(2, "--out no/such/M.model: there is no folder no/such; make it first");
    train_to(folder, "train.csv/M.model", &[]).fails(2, "--out train.csv/M.model: train.csv is no folder");
    assert!(!folder.join("no").exists());
    train(folder, &["--model", "tree"]).succeeds();
    predict_to(folder, "no/P.parquet", &[])
        .fails(2, "--out no/P.parquet: there is no folder no; make it first");
    let home = Home::new();
    let plot = ["train", "--data", "train.csv", "--target", "revenue", "--model", "gbdt", "--plot"];
    run(folder, &[&plot[..], &["no/x.svg"]].concat())
        .fails(2, "--plot no/x.svg: there is no folder no; make it first");
    drop(home);
}

/// A device is written to, and what it says is told; it is still a device afterwards.
#[test]
fn devices_and_pipes_are_written_through() {
    let folder = folder();
    let folder = folder.path();
    symlink("/dev/full", folder.join("full")).unwrap();
    symlink("/dev/null", folder.join("null")).unwrap();
    let ran = train_to(folder, "full", &[]);
    assert!(ran.code == 3 && ran.err.contains("full: No space left on device"), "{ran:?}");
    assert!(folder.join("full").symlink_metadata().unwrap().is_symlink());
    train_to(folder, "null", &[]).succeeds();
    // By links alone: a program that replaced what it is given would else take the machine's own device away.
    assert!(folder.join("null").symlink_metadata().unwrap().is_symlink());
    train(folder, &["--model", "tree"]).succeeds();
    predict_to(folder, "null", &["--format", "parquet"])
        .fails(2, "--out null: is a device or a pipe, and a Parquet file is written as a whole; name a file");
}

/// What a daemon keeps is no place for outputs of any command, by whatever name it is called.
#[test]
fn the_folders_of_a_daemon_are_its_own() {
    let home = Home::new();
    home.write("sales.csv", sales(&[sale(1, 1)]));
    home.write("assets.csv", assets());
    import(&home, &home.path("sales.csv"), &home.path("assets.csv")).succeeds();
    let before = home.snapshot("data");
    let data = home.path("data").canonicalize().unwrap();
    symlink("data", home.path("elsewhere")).unwrap();
    for out in ["data/events.jsonl", "data/new.jsonl", "elsewhere/new.parquet"] {
        let message = format!(
            "--out {out} is in {}, where the data of attention.toml are: name a file elsewhere",
            data.display()
        );
        home.run(&["export", "--out", out]).fails(2, &message);
    }
    assert_eq!(home.snapshot("data"), before);
    home.run(&["export", "--out", "data.jsonl"]).succeeds();
}

/// `-` is standard output where rows are written, and nothing else is then printed there.
#[test]
fn a_dash_is_standard_output() {
    let folder = folder();
    let folder = folder.path();
    train(folder, &["--model", "tree"]).succeeds();
    predict_to(folder, "P.csv", &[]).succeeds();
    let written = std::fs::read_to_string(folder.join("P.csv")).unwrap();
    let ran = predict_to(folder, "-", &[]).succeeds();
    assert_eq!(ran.out, written);
    assert!(ran.err.contains("model_hash "), "{ran:?}");
    predict_to(folder, "-", &["--json"])
        .fails(2, "--out - and --json both write to standard output: name a file");
    predict_to(folder, "-", &["--format", "parquet"])
        .fails(2, "--out -: a Parquet file is written as a whole; name a file");
    train_to(folder, "-", &[])
        .fails(2, "--out -: only `predict` and `export` write to standard output; name a file (./- for one of this name)");
    assert!(!folder.join("-").exists());
}

/// What is no secret is written as any program writes it: the umask decides.
#[test]
fn the_umask_decides_who_may_read() {
    let folder = folder();
    let folder = folder.path();
    for (umask, mode) in [("022", 0o644), ("027", 0o640)] {
        let script = format!(
            "umask {umask}; {} train --data train.csv --target revenue --model gbdt --out {umask}.model --plot {umask}.svg",
            env!("CARGO_BIN_EXE_attention-oracle")
        );
        let done =
            std::process::Command::new("sh").current_dir(folder).args(["-c", &script]).status().unwrap();
        assert!(done.success());
        for name in ["model", "svg"] {
            let path = folder.join(format!("{umask}.{name}"));
            assert_eq!(std::fs::metadata(path).unwrap().mode() & 0o777, mode, "{umask} {name}");
        }
    }
}
