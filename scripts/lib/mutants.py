#!/usr/bin/env python3
"""Mutation testing: cargo-mutants says which mutants there are, schemata_run.py builds them all at once and tests them; those that
cannot be put in cargo-mutants tests itself, a build for each. `mutants.py run …` is called by scripts/mutants; `mutants.py stale`
says which recorded results are older than their files.

A mutant's name here is that of cargo-mutants without line and column, so that it outlives edits elsewhere in the file; where
a file has several of one name they are numbered in file order, from the second on: `… #2`."""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import schemata_run

DOCS = Path("docs/mutants")
RESULTS = DOCS / "results.json"
# What cargo-mutants says of a mutant, and what the results call it. A timeout is a loop that never ends: the tests notice.
KINDS = {"CaughtMutant": "caught", "Timeout": "timed_out", "Unviable": "unviable", "MissedMutant": "survived"}
COLUMNS = "{:<46} {:>8} {:>7} {:>10} {:>9} {:>9} {:>9}"


def fail(text, code=1):
    print(f"mutants: {text}", file=sys.stderr)
    sys.exit(code)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def tool_list(tool, arguments):
    """The mutants that cargo-mutants would make, in file order."""
    done = subprocess.run([tool, "mutants", "--list", "--json", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"cargo-mutants cannot list: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout or "[]")


def with_names(mutants):
    """{cargo-mutants' name: mutant}, each with the name that it has here."""
    seen = {}
    for mutant in sorted(mutants, key=lambda one: (one["file"], one["span"]["start"]["line"], one["span"]["start"]["column"])):
        plain = re.sub(r"^(.*?):\d+:\d+: ", r"\1: ", mutant["name"])
        seen[plain] = seen.get(plain, 0) + 1
        mutant["plain"] = plain if seen[plain] == 1 else f"{plain} #{seen[plain]}"
    return {mutant["name"]: mutant for mutant in mutants}


def listed(package):
    """{mutant: reason} of the survivors that are accepted in a crate."""
    path = DOCS / f"{package}.md"
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        if line.startswith("- "):
            entry = re.fullmatch(r"- `([^`]+)`: (\S.*)", line)
            if not entry:
                fail(f"{path}: not \"- `mutant`: reason\": {line}")
            found[entry[1]] = entry[2]
    return found


def select(args):
    """Every mutant of the crates, and those to test: {cargo-mutants' name: mutant}."""
    # cargo-mutants adds --file to the files of its configuration, so the choice is made here.
    files = [argument for path in args.file for argument in ("--file", path)]
    every = with_names(tool_list(args.tool, files))
    chosen = {name: mutant for name, mutant in every.items() if not args.file or mutant["file"] in args.file}
    if args.changed:
        diff = subprocess.run(
            ["git", "diff", "--no-color", "--no-ext-diff", args.changed, "--", "*.rs"], check=True, capture_output=True
        ).stdout
        path = args.output / "changed.diff"
        path.write_bytes(diff)
        touched = {mutant["name"] for mutant in tool_list(args.tool, [*files, "--in-diff", str(path)])} if diff else set()
        chosen = {name: mutant for name, mutant in chosen.items() if name in touched}
    if args.sample and args.sample < len(chosen):
        # By the hash of seed and name: a change elsewhere does not draw another sample.
        rank = lambda mutant: hashlib.sha256(f"{args.seed} {mutant['plain']}".encode()).digest()
        chosen = {mutant["name"]: mutant for mutant in sorted(chosen.values(), key=rank)[: args.sample]}
    return every, chosen


def relay(lines):
    """Shows what cargo-mutants says, without the hundreds of lines in which a failed build names what did not fail."""
    for line in lines:
        if not re.match(r" +(Fresh|Dirty|Compiling|Running) ", line):
            sys.stderr.write(line)


def run_tool(args, every, chosen, deadline):
    """Runs cargo-mutants on the chosen ones: {name: kind}. Stops at the time limit and keeps what is known by then."""
    # Its filters by name pass some kinds of mutants whatever their name; what an earlier run caught it skips exactly.
    out = args.output / "mutants.out"
    out.mkdir()
    (out / "caught.txt").write_text("".join(f"{name}\n" for name in every if name not in chosen))
    command = [args.tool, "mutants", "--iterate", "--jobs", "1", "--output", str(args.output)]
    command += ["--colors", "never", "--annotations", "none"]
    command += [argument for path in args.file for argument in ("--file", path)]
    # A group of its own: what is stopped is cargo-mutants with all that it started, and it tidies up before it ends.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "RUST_BACKTRACE": "0"}
    )
    threading.Thread(target=relay, args=(process.stdout,), daemon=True).start()
    try:
        process.wait(max(deadline - time.monotonic(), 1) if deadline else None)
    except subprocess.TimeoutExpired:
        print(f"mutants: {args.minutes} minutes are over", file=sys.stderr)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()
    path = out / "outcomes.json"
    if not path.exists():
        fail(f"cargo-mutants left no results (exit code {process.returncode})")
    kinds = {}
    for outcome in json.loads(path.read_text())["outcomes"]:
        if outcome["scenario"] == "Baseline":
            if outcome["summary"] != "Success":
                fail("the tests fail without any mutant (see above): nothing was tested")
            continue
        kinds[outcome["scenario"]["Mutant"]["name"]] = KINDS[outcome["summary"]]
    return kinds


def test(args, every, chosen, accepted):
    """What happened to each of the chosen mutants: {name: kind}, without those for which there was no time."""
    deadline = time.monotonic() + args.minutes * 60 if args.minutes else None
    kinds, left = {}, chosen
    if not args.one_by_one:
        try:
            kinds, others = schemata_run.run(Path.cwd(), args.output, every, chosen, accepted, args.jobs, deadline)
        except schemata_run.Failed as failed:
            fail(failed)
        left = {mutant["name"]: mutant for mutant in others}
    if left and not (deadline and time.monotonic() > deadline):
        print(f"mutants: {len(left)} to be built one by one", file=sys.stderr)
        kinds = {**kinds, **run_tool(args, every, left, deadline)}
    return kinds


def record(args, chosen, hashes, kinds, unlisted):
    """Writes the results of the files that were tested completely and have no survivor without a reason. `hashes` are those of the
    files when the test began."""
    version = subprocess.run([args.tool, "mutants", "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for path in sorted({mutant["file"] for mutant in chosen.values()}):
        mine = [name for name, mutant in chosen.items() if mutant["file"] == path]
        if any(name not in kinds for name in mine) or any(mutant["file"] == path for mutant in unlisted):
            print(f"mutants: not recorded: {path}", file=sys.stderr)
            continue
        counts = {kind: sum(kinds[name] == kind for name in mine) for kind in KINDS.values()}
        results[path] = {"sha256": hashes[path], "cargo_mutants": version, "mutants": len(mine), **counts}
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def run(args):
    args.output.mkdir(parents=True, exist_ok=True)
    every, chosen = select(args)
    if not chosen:
        where = f"lines changed since {args.changed}" if args.changed else ", ".join(args.file) or "the contract crates"
        print(f"mutants: none in {where}")
        return 0
    hashes = {path: sha256(path) for path in {mutant["file"] for mutant in chosen.values()}}
    reasons = {package: listed(package) for package in {mutant["package"] for mutant in chosen.values()}}
    accepted = lambda mutant: mutant["plain"] in reasons[mutant["package"]]
    kinds = test(args, every, chosen, {name for name, mutant in chosen.items() if accepted(mutant)})
    survivors = [mutant for name, mutant in chosen.items() if kinds.get(name) == "survived"]
    unlisted = [mutant for mutant in survivors if not accepted(mutant)]

    print(COLUMNS.format("file", "mutants", "caught", "timed out", "unviable", "accepted", "survived"))
    for path in sorted({mutant["file"] for mutant in chosen.values()}):
        mine = {name: mutant for name, mutant in chosen.items() if mutant["file"] == path}
        count = lambda kind: sum(kinds.get(name) == kind for name in mine)
        open_ones = sum(mutant["file"] == path for mutant in unlisted)
        row = (path, len(mine), count("caught"), count("timed_out"), count("unviable"), count("survived") - open_ones, open_ones)
        print(COLUMNS.format(*row))
    tested = sum(name in kinds for name in chosen)
    print(f"mutants: {tested} of {len(chosen)} tested, {len(survivors)} survived, {len(unlisted)} of them without a reason")
    for name, mutant in chosen.items():
        if kinds.get(name) in ("caught", "timed_out") and accepted(mutant):
            print(f"mutants: caught, so no longer to be listed: {mutant['plain']}", file=sys.stderr)
    if args.record:
        record(args, chosen, hashes, kinds, unlisted)
    for mutant in unlisted:
        print(f"survived: {mutant['name']}", file=sys.stderr)
    if unlisted:
        docs = ", ".join(sorted({str(DOCS / (mutant["package"] + ".md")) for mutant in unlisted}))
        print(f"mutants: add a test that fails, or list them in {docs} with the reason:", file=sys.stderr)
        for mutant in unlisted:
            print(f"- `{mutant['plain']}`: …", file=sys.stderr)
        return 1
    if tested == 0:
        fail("not one mutant was tested in the time given")
    return 0


def stale():
    """Which recorded files have changed since. A warning, no failure: the record says what was true of those bytes."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    old = [path for path, result in results.items() if not Path(path).exists() or sha256(path) != result["sha256"]]
    for path in old:
        print(f"warning: {path} changed since its mutants were tested: scripts/mutants --file {path} --record", file=sys.stderr)
    print(f"mutants: {len(results)} files recorded, {len(old)} of them changed since")
    return 0


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("stale")
    running = commands.add_parser("run")
    running.add_argument("--tool", required=True)
    running.add_argument("--output", type=Path, required=True)
    running.add_argument("--file", action="append", default=[])
    running.add_argument("--changed")
    running.add_argument("--sample", type=int)
    running.add_argument("--seed", default="1")
    running.add_argument("--minutes", type=int)
    running.add_argument("--jobs", type=int, default=os.cpu_count())
    running.add_argument("--one-by-one", action="store_true")
    running.add_argument("--record", action="store_true")
    args = parser.parse_args()
    # What was started is stopped, and what was written is removed, on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return stale() if args.command == "stale" else run(args)


if __name__ == "__main__":
    sys.exit(main())
