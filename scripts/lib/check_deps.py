#!/usr/bin/env python3
"""Checks that the crates depend on each other in one direction only (docs/ARCHITECTURE.md, "The house"), and that the
crates which must stay free of I/O and floats do not pull in what would bring them. Reads `cargo metadata`."""

import json
import subprocess
import sys

# crate -> crates of ours that it may depend on
ALLOWED = {
    "attention-protocol": set(),
    "attention-storage": {"attention-protocol"},
    "attention-rewards": {"attention-protocol", "attention-storage"},
    "attention-gifts": {"attention-protocol", "attention-storage"},
    "attention-shop": {"attention-protocol"},
    "attention-model": set(),
    "attention-features": set(),
    "attention-engine": {"attention-features"},
    "attention-core": {"attention-protocol", "attention-model", "attention-features"},
    "attention-tasks": {"attention-model", "attention-features"},
    "attention-export": {"attention-model", "attention-tasks"},
    "attention-simulator": {"attention-model", "attention-features"},
    "attention-oracle": {
        "attention-protocol",
        "attention-model",
        "attention-features",
        "attention-core",
        "attention-tasks",
        "attention-engine",
        "attention-export",
        "attention-simulator",
    },
    "attention-e2e": {"attention-protocol", "attention-model", "attention-features", "attention-core", "attention-oracle"},
}
SQL = {"datafusion", "arrow", "parquet", "sqlparser"}  # attention-engine alone knows them
IO = {"tokio", "reqwest", "axum", "rusqlite", "clap", "figment", "cosmrs"}
# crate -> foreign crates that it must not depend on directly
FORBIDDEN = {
    "attention-protocol": IO | SQL | {"ndarray", "libm", "rand"},
    "attention-storage": IO | SQL | {"ndarray", "libm", "rand"},
    "attention-rewards": IO | SQL | {"ndarray", "libm", "rand"},
    "attention-gifts": IO | SQL | {"ndarray", "libm", "rand"},
    "attention-shop": IO | SQL | {"ndarray", "libm", "rand"},
    "attention-model": IO | SQL | {"cosmwasm-std", "rand"},
    "attention-features": IO | SQL | {"cosmwasm-std", "ndarray", "rand"},
    "attention-engine": (IO - {"tokio"}) | {"cosmwasm-std", "ndarray", "rand"},
    "attention-core": IO | SQL | {"rand"},
    "attention-tasks": IO | SQL | {"cosmwasm-std", "rand"},
    "attention-export": IO | SQL | {"cosmwasm-std", "rand"},
    "attention-simulator": IO | SQL | {"cosmwasm-std", "ndarray", "rand"},
    "attention-oracle": SQL,
    "attention-e2e": SQL,
}


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packages"]
    problems = []
    for package in packages:
        name = package["name"]
        if name not in ALLOWED:
            problems.append(f"{name}: not listed in scripts/lib/check_deps.py")
            continue
        direct = {d["name"] for d in package["dependencies"] if d["kind"] is None}
        ours = {d for d in direct if d.startswith("attention-")}
        problems += [f"{name} must not depend on {d}" for d in sorted(ours - ALLOWED[name])]
        problems += [f"{name} must not depend on {d}" for d in sorted(direct & FORBIDDEN.get(name, set()))]
    missing = set(ALLOWED) - {package["name"] for package in packages}
    problems += [f"{name}: listed here, but not in the workspace" for name in sorted(missing)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"dependencies: {len(packages)} crates checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
