#!/usr/bin/env python3
"""Turns what scripts/gas measured into the tables of docs/GAS.md, and holds it to its bounds.

  gas.py FIGURES STORAGE DOCUMENT [--write]

FIGURES is the JSON of attention-gas, STORAGE the lines `storage MESSAGE reads writes removals ranges rows` of the counting test.
Exit codes: 0 ok, 1 a figure is out of bounds, 2 wrong usage.
"""
import json
import re
import sys

# Whole transactions.
BOUNDS = {
    "claim": 160_000,
    "submit_report": 165_000,
    "settle of 20": 20 * 40_000,
    "record_scores of 100": 100 * 8_000,
    "prove_fraud": 300_000,
}
# A message may cost 2 % more in a larger world: numbers get digits. Those that carry a proof of a tree also carry its levels.
GROWTH = 1.02
PROOF_GAS = 30_000
PROVEN = {
    "answer_demand", "claim", "claim_batch", "claim_for", "demand_open", "prove_fraud", "record_scores",
    "record_scores of 100", "refund_campaign", "settle", "settle of 20",
}


def number(value):
    return f"{value:,}"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    rule = "|---|" + "---:|" * (len(head) - 1)
    return "\n".join([row(head), rule] + [row(cells) for cells in rows])


def named(message):
    """`claim`, `settle` of 20, gifts: `claim_gift` (minted)."""
    prefix, _, rest = message.rpartition(": ")
    match = re.match(r"([a-z_0-9]+)(.*)", rest)
    text = f"`{match[1]}`{match[2]}" if match else rest
    return f"{prefix}: {text}" if prefix else text


def grown(by_size):
    sizes = sorted(by_size, key=int)
    messages = sorted(set().union(*by_size.values()))
    rows = []
    for message in messages:
        cells = [by_size[size].get(message) for size in sizes]
        rows.append([named(message)] + ["" if cell is None else number(cell) for cell in cells])
    return table(["message"] + [number(int(size)) for size in sizes], rows)


def problems(figures):
    for dimension, by_size in figures["growth"].items():
        first = by_size[min(by_size, key=int)]
        for size, costs in by_size.items():
            for message, gas in costs.items():
                where = f"{message} at {size} {dimension}"
                if gas > BOUNDS.get(message, gas):
                    yield f"{where}: {gas} gas, more than {BOUNDS[message]}"
                start = first.get(message, gas)
                limit = start * GROWTH + (PROOF_GAS if message in PROVEN else 0)
                if gas > limit:
                    yield f"{where}: {gas} gas, and {start} in the smallest world"


def counted(lines):
    rows = []
    for line in lines:
        match = re.search(r"storage (\w+) (\d+) (\d+) (\d+) (\d+) (\d+)$", line.strip())
        if match:
            rows.append([f"`{match[1]}`"] + [number(int(count)) for count in match.groups()[1:]])
    return table(["message", "reads", "writes", "removals", "ranges", "rows of them"], rows), len(rows)


def main(arguments):
    write = "--write" in arguments
    paths = [argument for argument in arguments if argument != "--write"]
    if len(paths) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(paths[0]) as file:
        figures = json.load(file)
    with open(paths[1]) as file:
        storage, storage_rows = counted(file)
    if not storage_rows:
        print(f"gas.py: {paths[1]} holds no counts", file=sys.stderr)
        return 1
    once = [[named(message), number(gas)] for message, gas in sorted(figures["once"].items())]
    sections = {name: grown(by_size) for name, by_size in figures["growth"].items()}
    sections |= {"once": table(["message", "gas"], once), "storage": storage}
    found = list(problems(figures))
    for problem in found:
        print(f"gas.py: {problem}", file=sys.stderr)
    if not write:
        for name, text in sections.items():
            print(f"{name}\n\n{text}\n")
        return 1 if found else 0
    if found:
        return 1
    with open(paths[2]) as file:
        document = file.read()
    for name, text in sections.items():
        pattern = re.compile(rf"(<!-- scripts/gas: {name} -->\n).*?(<!-- end -->)", re.S)
        document, count = pattern.subn(lambda match: f"{match[1]}{text}\n{match[2]}", document)
        if count != 1:
            print(f"gas.py: {paths[2]} has {count} places for the table {name!r}, not 1", file=sys.stderr)
            return 1
    with open(paths[2], "w") as file:
        file.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
