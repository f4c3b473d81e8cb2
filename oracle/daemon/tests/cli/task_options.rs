//! An option that a task does not take is refused, not ignored.

use std::path::Path;

use super::tables::{folder, train};
use super::world::{Ran, run_in};

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_in(folder, arguments, &[], "")
}

/// Words, separated by spaces.
fn run_line(folder: &Path, line: &str) -> Ran {
    run(folder, &line.split(' ').collect::<Vec<_>>())
}

#[test]
fn options_of_other_tasks_are_refused() {
    let folder = folder();
    let folder = folder.path();
    for (line, option, takers, task) in [
        ("train --task price --data . --model mlp", "--model", "interest and churn", "price"),
        ("train --task price --data . --target x", "--target", "interest", "price"),
        ("train --task price --data . --folds 3", "--folds", "interest and churn", "price"),
        ("train --task price --data . --calibrate platt", "--calibrate", "interest", "price"),
        ("train --task price --data . --plot p.svg", "--plot", "interest", "price"),
        ("train --task churn --data . --calibrate platt", "--calibrate", "interest", "churn"),
        ("train --task churn --data . --tensorboard d", "--tensorboard", "interest", "churn"),
        ("train --task churn --data . --all", "--all", "recommend", "churn"),
        ("train --task recommend --data train.csv --model mlp", "--model", "interest and churn", "recommend"),
        ("train --task recommend --data train.csv --folds 5", "--folds", "interest and churn", "recommend"),
        (
            "train --task recommend --data train.csv --until 2020-01-01",
            "--until",
            "price and churn",
            "recommend",
        ),
        (
            "train --data train.csv --target revenue --until nonsense",
            "--until",
            "price and churn",
            "interest",
        ),
        ("train --data train.csv --target revenue --horizon-days 30", "--horizon-days", "churn", "interest"),
        ("evaluate --task price --data . --importance", "--importance", "interest", "price"),
        (
            "evaluate --task recommend --data train.csv --from 2020-01-01",
            "--from",
            "price and churn",
            "recommend",
        ),
        (
            "evaluate --model M.model --data train.csv --from 2020-01-01",
            "--from",
            "price and churn",
            "interest",
        ),
        (
            "evaluate --model M.model --data train.csv --params /does/not/exist",
            "--params",
            "price, recommend and churn",
            "interest",
        ),
    ] {
        let problem = format!("{option} is not for the task {task}, but for {takers}; see --help");
        run_line(folder, line).fails(2, &problem);
    }
}

/// A model has been fitted: what would fit another one is refused beside it.
#[test]
fn options_of_a_fit_are_refused_beside_a_model() {
    let folder = folder();
    let folder = folder.path();
    for (task, option) in [
        ("churn --from 2020-01-01", "--horizon-days 30"),
        ("churn --from 2020-01-01", "--seed 3"),
        ("price --from 2020-01-01", "--params p.json"),
        ("recommend", "--seed 3"),
    ] {
        let ran = run_line(folder, &format!("evaluate --task {task} --data . --model C.model {option}"));
        let option = option.split(' ').next().unwrap();
        ran.fails(2, &format!("{option} is of a model that is fitted, and --model names one that has been"));
    }
    run_line(folder, "evaluate --data train.csv --model M.model --seed 3")
        .fails(2, "--seed is what columns are shuffled by: it needs --importance");
    train(folder, &["--model", "tree"]).succeeds();
    run_line(folder, "evaluate --data train.csv --model M.model --seed 3 --importance").succeeds();
}

/// Names of columns are columns; a gap is one of folds in the order of time.
#[test]
fn what_names_nothing_is_refused() {
    let folder = folder();
    let folder = folder.path();
    let ran = train(folder, &["--model", "tree", "--allow-leak", "nosuch"]);
    assert!(ran.code == 3 && ran.err.contains("has no column \"nosuch\""), "{ran:?}");
    train(folder, &["--model", "tree", "--folds", "3", "--time-gap", "5"])
        .fails(2, "--time-gap needs --cv time");
}

/// A task that needs files says so, and does not ask for an epoch.
#[test]
fn what_is_missing_is_named() {
    let folder = folder();
    let folder = folder.path();
    for task in ["price", "recommend", "churn"] {
        run_line(folder, &format!("train --task {task}"))
            .fails(2, "--data PATH is needed for this task; see --help");
    }
    run_line(folder, "train").fails(2, "--epoch or --data is needed; see --help");
    run_line(folder, "train --task price --epoch 3")
        .fails(2, "--epoch is not for the task price, but for interest; see --help");
}
