#!/usr/bin/env python3
"""Runs built fuzz targets for a while and prints a table of them. Called by scripts/fuzz."""

import argparse
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# One input may take this long and the process may hold this much; more is a finding.
INPUT_TIMEOUT_S = 10
MEMORY_MB = 1024
INPUT_MAX_BYTES = 4096
COLUMNS = "{:<14} {:>12} {:>9} {:>9} {:>8} {:>8}"


def run(target, args):
    """Fuzzes one target: (row of the table, text of what went wrong or None)."""
    corpus, artifacts = args.corpus / target, args.artifacts / target
    corpus.mkdir(parents=True, exist_ok=True)
    artifacts.mkdir(parents=True, exist_ok=True)
    known = set(artifacts.iterdir())
    command = [
        str(args.binaries / target),
        f"-max_total_time={args.seconds}",
        f"-timeout={INPUT_TIMEOUT_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={INPUT_MAX_BYTES}",
        f"-artifact_prefix={artifacts}/",
        "-print_final_stats=1",
        str(corpus),
        str(args.seeds / target),
    ]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    seconds = time.monotonic() - started
    executed = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r" cov: (\d+) ", done.stderr)
    found = sorted(set(artifacts.iterdir()) - known)
    if not any(artifacts.iterdir()):
        artifacts.rmdir()
    row = (
        target,
        int(executed[1]) if executed else 0,
        f"{seconds:.0f}",
        int(covered[-1]) if covered else 0,
        sum(1 for _ in corpus.iterdir()),
        len(found) or int(done.returncode != 0),
    )
    # A target that ran no input proves nothing.
    if done.returncode == 0 and not found and executed and covered:
        return row, None
    lines = [f"{target}: exit code {done.returncode}"]
    said = [line for line in done.stderr.splitlines() if "panicked at" in line or line.startswith("SUMMARY")]
    lines += said or done.stderr.splitlines()[-5:]
    panic = re.search(r"panicked at .*\n(.*)", done.stderr)
    lines += [panic[1]] if panic else []
    lines += [f"again: scripts/fuzz {target} --input {path}" for path in found]
    return row, "\n  ".join(lines)


def main():
    parser = argparse.ArgumentParser()
    for name in ("binaries", "corpus", "seeds", "artifacts"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("targets", nargs="+")
    args = parser.parse_args()
    print(COLUMNS.format("target", "executions", "seconds", "coverage", "corpus", "crashes"), flush=True)
    problems = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for row, problem in pool.map(lambda target: run(target, args), args.targets):
            print(COLUMNS.format(*row), flush=True)
            problems += [problem] if problem else []
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
