#!/usr/bin/env python3
"""Tests the mutation runner on a small crate whose mutants' fates are known: what a test notices, what none notices, what no test
reaches, a loop without end, what does not compile, and what has to be built by itself.

  check_mutants.py TOOL    TOOL is the program cargo-mutants"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mutants
import schemata_run

SOURCE = '''//! Functions to change.

/// Tested on both sides of the border.
pub fn is_more(a: u32, b: u32) -> bool {
    a > b
}

/// Nobody tests a == b.
pub fn is_less(a: u32, b: u32) -> bool {
    a < b
}

/// No test calls it.
pub fn next(a: u32) -> u32 {
    a + 1
}

/// Ends because it steps down.
pub fn steps(mut n: u32) -> u32 {
    let mut done = 0;
    while n > 1 {
        n -= 1;
        done = 7;
    }
    done
}

/// Has no default.
#[derive(PartialEq, Debug)]
pub struct Label(pub char);

/// A match guard, a deleted arm, and a body that cannot be replaced.
pub fn label(n: u32) -> Label {
    match n {
        0 => Label('z'),
        n if n > 9 => Label('m'),
        _ => Label('d'),
    }
}

/// Something constant needs it: it cannot read the environment.
pub const fn twice(a: u32) -> u32 {
    a * 2
}

/// Needs it.
pub const SIX: u32 = twice(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more() {
        assert!(is_more(2, 1) && !is_more(1, 1) && !is_more(1, 2));
    }

    #[test]
    fn less() {
        assert!(is_less(1, 2) && !is_less(2, 1));
    }

    #[test]
    fn stepping() {
        assert_eq!(steps(3), 7);
    }

    #[test]
    fn labels() {
        assert_eq!([label(0), label(10), label(9)], [Label('z'), Label('m'), Label('d')]);
    }

    #[test]
    fn twofold() {
        assert_eq!(twice(3), SIX);
        assert_eq!(SIX, 6);
    }
}
'''
PACKAGE = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n'
WORKSPACE = '[workspace]\nresolver = "2"\nmembers = ["crates/tiny"]\n'
FATES = {
    "replace is_more -> bool with true": "caught",
    "replace is_more -> bool with false": "caught",
    "replace > with == in is_more": "caught",
    "replace > with < in is_more": "caught",
    "replace > with >= in is_more": "caught",
    "replace is_less -> bool with true": "caught",
    "replace is_less -> bool with false": "caught",
    "replace < with == in is_less": "caught",
    "replace < with > in is_less": "caught",
    "replace < with <= in is_less": "survived",
    "replace next -> u32 with 0": "survived",
    "replace next -> u32 with 1": "survived",
    "replace + with - in next": "survived",
    "replace + with * in next": "survived",
    "replace steps -> u32 with 0": "caught",
    "replace steps -> u32 with 1": "caught",
    "replace > with == in steps": "caught",
    "replace > with < in steps": "caught",
    # Stops at 0 instead of 1: the same 7.
    "replace > with >= in steps": "survived",
    "replace -= with += in steps": "timed_out",
    "replace -= with /= in steps": "timed_out",
    "replace label -> Label with Default::default()": "unviable",
    "delete match arm 0 in label": "caught",
    "replace match guard n > 9 with true in label": "caught",
    "replace match guard n > 9 with false in label": "caught",
    "replace > with == in label": "caught",
    "replace > with < in label": "caught",
    "replace > with >= in label": "caught",
    "replace twice -> u32 with 0": "caught",
    "replace twice -> u32 with 1": "caught",
    "replace * with + in twice": "caught",
    "replace * with / in twice": "caught",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool")
    tool = str(Path(parser.parse_args().tool).resolve())
    folder = Path(tempfile.mkdtemp())
    try:
        tree = folder / "tree"
        crate = tree / "crates/tiny"
        (crate / "src").mkdir(parents=True)
        (crate / "src/lib.rs").write_text(SOURCE)
        (crate / "Cargo.toml").write_text(PACKAGE)
        (tree / "Cargo.toml").write_text(WORKSPACE)
        subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
        os.chdir(tree)
        os.environ["CARGO_TARGET_DIR"] = str(folder / "target")
        schemata_run.CPU_SECONDS = 1
        args = argparse.Namespace(
            tool=tool, output=folder / "output", file=[], changed=None, sample=None, seed="1", minutes=None, jobs=2, one_by_one=False
        )
        args.output.mkdir()
        every, chosen = mutants.select(args)
        kinds = mutants.test(args, every, chosen, set())
        found = {mutant["plain"].split(": ", 1)[1]: kinds.get(name) for name, mutant in chosen.items()}
    finally:
        os.chdir("/")
        shutil.rmtree(folder)
    wrong = {name for name in FATES.keys() | found.keys() if FATES.get(name) != found.get(name)}
    for name in sorted(wrong):
        print(f"check_mutants: {name}: {found.get(name)}, not {FATES.get(name)}", file=sys.stderr)
    print(f"check_mutants: {len(found)} mutants, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
