#!/usr/bin/env python3
"""Checks that docs/SECURITY.md and docs/ARCHITECTURE.md name what is there: every test they cite is a test, every file and
invariant exists, every scenario, bug and fault has a row. The letters that stand for folders are read from SECURITY.md."""

import re
import sys
from functools import cache
from pathlib import Path

SECURITY = Path("docs/SECURITY.md")
ARCHITECTURE = Path("docs/ARCHITECTURE.md")
SCENARIOS = {
    *(f"A{i}" for i in range(1, 12)),
    *(f"B{i}" for i in range(1, 12)),
    *(f"C{i}" for i in range(1, 6)),
    *(f"D{i}" for i in range(1, 9)),
    "E",
    *(f"F{i}" for i in range(1, 11)),
}
# Section -> what its first column has to hold.
NUMBERED = {
    "Scenarios against the protocol": SCENARIOS,
    "Common bugs of such contracts": {str(i) for i in range(1, 31)},
    "Attacks and faults": {str(i) for i in range(1, 41)},
}
CITED = re.compile(r"`([A-Za-z])/([a-z0-9_/]+):([a-z0-9_, ]+)`")
# Where invariants are cited by number.
CITING = ["contracts", "oracle", "tests", "fuzz", "spec", "docs"]
problems = []


def problem(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def lines(path):
    return list(enumerate(path.read_text().splitlines(), 1))


@cache
def source(path):
    return path.read_text().splitlines()


def is_test(path, name):
    """Whether the file has a function of that name that a test attribute stands over."""
    for at, line in enumerate(source(path)):
        if not re.search(rf"\bfn {name}\b", line):
            continue
        for above in reversed(source(path)[:at]):
            above = above.strip()
            if re.match(r"#\[(tokio::)?test\b", above):
                return True
            if not above.startswith(("#", "//")):
                break
    return False


def is_scenario(folder, module, name):
    """A scenario on the real chain is a function that main.rs lists."""
    has = any(re.search(rf"\bfn {name}\b", line) for line in source(folder / f"{module}.rs"))
    return has and any(f"{module}::{name})" in line for line in source(folder / "main.rs"))


def folders():
    found = {}
    for number, line in lines(SECURITY):
        for letter, folder in re.findall(r"\*\*([A-Za-z])\*\*\s+`([a-z0-9_/]+)`", line):
            found[letter] = Path(folder)
            if not Path(folder).is_dir():
                problem(SECURITY, number, f"{letter} stands for {folder}, which is no folder")
        # A letter at the end of a line has its folder on the next one.
        for letter in re.findall(r"\*\*([A-Za-z])\*\*$", line):
            folder = re.match(r"`([a-z0-9_/]+)`", SECURITY.read_text().splitlines()[number])
            found[letter] = Path(folder[1]) if folder else None
    return found


def check_tests(path):
    """Every `X/file:test, test` in a document; gives how many tests those are."""
    count, known = 0, folders()
    for number, line in lines(path):
        for letter, module, names in CITED.findall(line):
            folder = known.get(letter)
            if folder is None:
                problem(path, number, f"nothing says which folder {letter} stands for")
                continue
            files = [folder / f"{module}.rs", folder / module / "mod.rs", folder / module / "tests.rs"]
            files = [file for file in files if file.is_file()]
            if not files:
                problem(path, number, f"{letter}/{module} is no file: {folder / module}.rs")
                continue
            for name in names.split(", "):
                count += 1
                found = is_scenario(folder, module, name) if letter == "E" else any(is_test(f, name) for f in files)
                if not found:
                    problem(path, number, f"{letter}/{module}:{name} is no test of {files[0]}")
    return count


def rows(path):
    """(line number, section, cells) of every table row below a head."""
    section, head = "", False
    for number, line in lines(path):
        if line.startswith("#"):
            section = line.lstrip("# ")
        if not line.startswith("|"):
            head = True
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if head or set(line) <= set("|- "):
            head = False
            continue
        yield number, section, cells


def check_numbered():
    seen = {section: set() for section in NUMBERED}
    for number, section, cells in rows(SECURITY):
        if section not in NUMBERED:
            continue
        if not cells[-1] or cells[-1] == "–":
            problem(SECURITY, number, f"nothing holds {cells[0]}")
        seen[section].update(part.strip() for part in cells[0].split(","))
    for section, wanted in NUMBERED.items():
        for missing in sorted(wanted - seen[section]):
            problem(SECURITY, 1, f'"{section}" has no row {missing}')


def check_checks():
    """What a row marks with ‡ is a script or a stage of scripts/test."""
    stages = re.search(r"^stages=\(([^)]*)\)", Path("scripts/test").read_text(), re.M)[1].split()
    for number, line in lines(SECURITY):
        for name in re.findall(r"‡ `([a-z_.]+)`", line):
            if name not in stages and not Path("scripts/lib", name).is_file():
                problem(SECURITY, number, f"{name} is neither a stage of scripts/test nor a file of scripts/lib")


def check_invariants():
    """The invariants' files, their numbers wherever they are cited, and those of the model by name."""
    known = set()
    model = "\n".join(path.read_text() for path in sorted(Path("spec").glob("*.qnt")))
    for number, section, cells in rows(ARCHITECTURE):
        if section == "Invariants":
            known.add(cells[0])
            check_files(number, cells[-1])
        if section == "Model":
            for name in re.findall(r"`([A-Za-z]+)`", cells[0]):
                if not re.search(rf"\bval {name}\b", model):
                    problem(ARCHITECTURE, number, f"the model has no invariant {name}")
    for number in range(1, len(known) + 1):
        if f"I{number}" not in known:
            problem(ARCHITECTURE, 1, f"there are {len(known)} invariants and no I{number}")
    files = [file for folder in CITING for file in sorted(Path(folder).rglob("*")) if file.suffix in (".rs", ".qnt", ".md")]
    for file in files:
        for number, line in lines(file):
            for cited in re.findall(r"\bI\d+\b", line):
                if cited not in known:
                    problem(file, number, f"{ARCHITECTURE} has no invariant {cited}")
    return len(known)


def check_files(number, cell):
    """Files and folders in backticks; a bare name stands in the folder of the one before it."""
    folder = Path(".")
    for name in re.findall(r"`([^`]+)`", cell):
        if "/" in name:
            path = Path(name)
            folder = path.parent
        elif name.endswith(".rs"):
            path = folder / name
        else:
            continue
        if not path.exists():
            problem(ARCHITECTURE, number, f"{path} does not exist")


def check_links(path):
    for number, line in lines(path):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line):
            if not (path.parent / target).exists():
                problem(path, number, f"{target} does not exist")


def main():
    tests = check_tests(SECURITY) + check_tests(ARCHITECTURE)
    check_numbered()
    check_checks()
    invariants = check_invariants()
    for path in (SECURITY, ARCHITECTURE):
        check_links(path)
    for text in problems:
        print(text, file=sys.stderr)
    print(f"security: {tests} cited tests and {invariants} invariants checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
