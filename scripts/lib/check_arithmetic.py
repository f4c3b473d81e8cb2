#!/usr/bin/env python3
"""Checks that the contracts' own code does no arithmetic that hides what went wrong: no saturating, wrapping, overflowing or
unchecked operation. What can leave its type is checked and refused; clippy denies the plain operators there."""

import re
import sys
from pathlib import Path

FOLDERS = ["contracts/protocol/src", "contracts/storage/src", "contracts/rewards/src", "contracts/gifts/src", "tests/contracts/shop/src"]
HIDING = re.compile(r"\b(?:saturating|wrapping|overflowing|unchecked)_[a-z_]+\b|\b(?:Saturating|Wrapping)\b")


def main():
    count, problems = 0, []
    for folder in FOLDERS:
        files = sorted(Path(folder).rglob("*.rs"))
        if not files:
            problems.append(f"{folder}: no Rust files: change FOLDERS in scripts/lib/check_arithmetic.py")
        for path in files:
            count += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                code = line.split("//")[0]
                problems += [f"{path}:{number}: {name} hides an overflow: use checked_*" for name in HIDING.findall(code)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"arithmetic: {count} files checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
