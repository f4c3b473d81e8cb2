#!/usr/bin/env python3
"""Compares every Cargo.lock with a clone of the RustSec advisory database: `check_advisories.py DB [--optional]`.

DB is a git repository, bare or not (git clone --depth 1 https://github.com/RustSec/advisory-db DB); its date is printed, because
a check is as good as its database is new. With --optional a missing one is said and passes: the database is no package, so a
machine that reaches registries only cannot fetch it.

A vulnerable or unsound version fails. What is merely unmaintained is listed. Exit codes: 0 nothing, 1 something, 2 wrong usage."""

import io
import operator
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

LOCKS = ["Cargo.lock", "fuzz/Cargo.lock", "tests/contracts/tokens/Cargo.lock"]
# Advisory -> why it does not concern this project.
ACCEPTED = {}
OPERATORS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}


def version(text):
    """Comparable: a pre-release comes before its release."""
    text = text.split("+")[0]
    release, _, pre = text.partition("-")
    numbers = [int(part) for part in release.split(".")]
    numbers += [0] * (3 - len(numbers))
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split(".")) if pre else ()
    return (*numbers, 0 if pre else 1, parts)


def next_breaking(numbers):
    """The first version that ^numbers does not take in."""
    major, minor, patch = numbers[:3]
    if major > 0:
        return (major + 1, 0, 0)
    return (0, minor + 1, 0) if minor > 0 else (0, 0, patch + 1)


def matches(requirement, actual):
    """Whether a version meets a requirement such as `>= 1.2.3, < 2`, `^0.9.1` or `~1.4`."""
    for part in requirement.split(","):
        part = part.strip()
        sign = next((sign for sign in (">=", "<=", ">", "<", "=", "^", "~") if part.startswith(sign)), "^")
        wanted = part.removeprefix(sign).strip()
        low = version(wanted)
        if sign in OPERATORS:
            if not OPERATORS[sign](actual, low):
                return False
            continue
        if sign == "^":
            high = next_breaking(low)
        else:
            high = (low[0], low[1] + 1, 0) if "." in wanted else (low[0] + 1, 0, 0)
        if not (actual >= low and actual[:3] < high):
            return False
    return True


def concerned(advisory, text):
    versions = advisory.get("versions", {})
    safe = versions.get("patched", []) + versions.get("unaffected", [])
    return not any(matches(requirement, version(text)) for requirement in safe)


def advisories(database):
    """{crate: [advisory]} of what is not withdrawn."""
    archive = subprocess.run(["git", "-C", database, "archive", "HEAD", "crates"], check=True, capture_output=True).stdout
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if not member.isfile() or not member.name.endswith(".md"):
                continue
            text = tar.extractfile(member).read().decode()
            advisory = tomllib.loads(text.split("```toml", 1)[1].split("```", 1)[0])
            if "withdrawn" not in advisory["advisory"]:
                found.setdefault(advisory["advisory"]["package"], []).append(advisory)
    return found


def self_check():
    """The comparison on requirements as the database writes them."""
    cases = [
        (">= 0.4.16", "0.4.16", True),
        (">= 0.4.16", "0.4.15", False),
        (">= 1.2.3, < 2.0.0", "1.9.0", True),
        (">= 1.2.3, < 2.0.0", "2.0.0", False),
        ("^0.9.1", "0.9.9", True),
        ("^0.9.1", "0.10.0", False),
        ("~1.4.4", "1.4.9", True),
        ("~1.4.4", "1.5.0", False),
        ("= 2.0.1", "2.0.1", True),
        (">= 1.0.0", "1.0.0-rc.1", False),
        ("< 1.0.0-rc.2", "1.0.0-rc.1", True),
    ]
    return [f"{case} went wrong" for case in cases if matches(case[0], version(case[1])) != case[2]]


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--optional"]
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    problems = self_check()
    if not Path(arguments[0]).is_dir():
        print(f"advisories: not checked: there is no clone of the RustSec database at {arguments[0]}")
        return 1 if problems or "--optional" not in sys.argv else 0
    known = advisories(arguments[0])
    date = subprocess.run(["git", "-C", arguments[0], "log", "-1", "--format=%cs"], check=True, capture_output=True, text=True)
    count, notes, used = 0, [], set()
    for lock in LOCKS:
        for package in tomllib.loads(Path(lock).read_text())["package"]:
            count += 1
            for advisory in known.get(package["name"], []):
                if not package.get("source") or not concerned(advisory, package["version"]):
                    continue
                name, kind = advisory["advisory"]["id"], advisory["advisory"].get("informational")
                text = f"{lock}: {package['name']} {package['version']}: {name} ({kind or 'vulnerability'})"
                used.add(name)
                if name in ACCEPTED or kind in ("unmaintained", "notice"):
                    notes.append(f"{text}: {ACCEPTED.get(name, 'no fault known')}")
                else:
                    problems.append(text)
    problems += [f"scripts/lib/check_advisories.py: {name} is accepted and concerns nothing" for name in ACCEPTED.keys() - used]
    for note in sorted(set(notes)):
        print(note)
    for problem in problems:
        print(problem, file=sys.stderr)
    total = sum(map(len, known.values()))
    print(f"advisories: {count} packages against {total} advisories of {date.stdout.strip()}, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
