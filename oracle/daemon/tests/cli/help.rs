//! Help and arguments.

use super::world::run_in;

/// Every command with its actions, as the help of the level above lists them.
const COMMANDS: [(&str, &[&str]); 35] = [
    ("init", &[]),
    ("keys", &["add", "show", "list", "import", "export"]),
    ("import", &[]),
    ("train", &[]),
    ("search", &[]),
    ("evaluate", &[]),
    ("predict", &[]),
    ("models", &["add", "list", "show", "compare", "promote", "rollback", "verify"]),
    ("price", &[]),
    ("insight", &[]),
    ("behaviour", &["segments", "cohorts", "retention", "drift"]),
    ("fairness", &[]),
    ("explain", &[]),
    ("features", &[]),
    ("bench", &["models"]),
    ("scale", &[]),
    ("score", &[]),
    ("report", &["build", "show", "verify"]),
    ("watch", &[]),
    ("sign", &[]),
    ("submit", &[]),
    ("settle", &[]),
    ("proof", &[]),
    ("claim", &[]),
    ("status", &[]),
    ("doctor", &[]),
    ("run", &[]),
    ("links", &["derive", "check"]),
    ("spec", &["print", "hash", "validate"]),
    ("campaign", &["create", "fund", "stop", "refund"]),
    ("query", &[]),
    ("operator", &["possession", "config"]),
    ("simulate", &[]),
    ("export", &[]),
    ("export-model", &[]),
];

fn run(arguments: &[&str]) -> super::world::Ran {
    run_in(&std::env::temp_dir(), arguments, &[], "")
}

/// The names a help text lists under "Commands:".
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_help_with_an_example() {
    let help = run(&["--help"]).succeeds().out;
    assert_eq!(listed(&help), COMMANDS.map(|(name, _)| name));
    for (name, actions) in COMMANDS {
        let help = run(&[name, "--help"]).succeeds().out;
        assert!(help.contains(&format!("Example: attention-oracle {name}")), "{help}");
        assert_eq!(listed(&help), actions, "{name}");
        for action in actions {
            let help = run(&[name, action, "--help"]).succeeds().out;
            assert!(help.contains(&format!("Usage: attention-oracle {name} {action}")), "{help}");
        }
    }
}

#[test]
fn the_exit_codes_are_in_the_help() {
    let help = run(&["--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let codes = "Exit codes: 0 done · 1 failed · 2 wrong arguments · 3 bad configuration, file or other input · \
                 4 chain or node not reachable, stale, or transaction refused · 5 refused: sign-once guard, or a \
                 verification mismatch";
    assert!(help.contains(codes), "{help}");
}

#[test]
fn wrong_arguments_exit_with_2() {
    for arguments in [
        vec![],
        vec!["nonsense"],
        vec!["train"],
        vec!["import"],
        vec!["train", "--epoch", "-1"],
        vec!["train", "--epoch", "0", "--count", "0"],
        vec!["train", "--epoch", "0", "--task", "price"],
        vec!["claim", "--index", "3"],
        vec!["campaign", "fund", "--campaign", "1", "--funds", "much"],
        vec!["status", "--log-format", "xml"],
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("Usage:") || ran.err.contains("--help"), "{arguments:?}: {ran:?}");
        assert!(ran.out.is_empty(), "{ran:?}");
    }
}

#[test]
fn the_version_is_the_crates() {
    assert_eq!(
        run(&["--version"]).succeeds().out,
        format!("attention-oracle {}\n", env!("CARGO_PKG_VERSION"))
    );
}
