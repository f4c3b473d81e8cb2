"""Picks a few short traces of the model that together show most of what happens, for the replay against the contract.

Usage: pick_traces.py FROM TO

FROM holds ITF traces of `quint`: of scenarios (<name>_<n>.itf.json) and of samples (sample_<any>.itf.json). TO gets every
scenario, and of the samples the ones that add most, cut after the last step that adds something. They stay ITF, with plain
integers, one state a line, and only with what the replay reads.
"""

import json
import re
import sys
from pathlib import Path

# How many samples are kept.
SAMPLES = 12
# What the replay reads of a state.
VARIABLES = ["last", "seen"]


def plain(value):
    """Integers as numbers, variants without a value as their tag alone."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "#bigint" in value:
        return int(value["#bigint"])
    if value.get("value") == {"#tup": []}:
        return value["tag"]
    return {key: plain(item) for key, item in value.items()}


def states_of(path):
    """The states, without those that repeat the one before."""
    states = []
    for state in json.loads(path.read_text())["states"]:
        state = {name: plain(state[name]) for name in VARIABLES}
        if not states or state != states[-1]:
            states.append(state)
    return states


def shown(states):
    """What each step shows: what was done and came of it, in which phases, and how the phases moved."""
    features = []
    for before, after in zip(states, states[1:]):
        did, outcome = after["last"]["did"], after["last"]["outcome"]
        was, now = ([epoch["phase"] for epoch in state["seen"]["epochs"]] for state in (before, after))
        tampers = [plan["tamper"] for _, plan in did["value"].get("plans", {}).get("#map", [])]
        features.append({
            (did["tag"], outcome, *was),
            (did["tag"], outcome, *tampers),
            (did["tag"], *was, *now),
            (did["tag"], outcome, after["seen"]["anchors"], *(epoch["revision"] for epoch in after["seen"]["epochs"])),
            (did["tag"], before["last"]["did"]["tag"], before["last"]["outcome"], outcome),
        })
    return features


def pick(samples):
    """Again and again the trace that adds most for its length; (states, up to its last step that adds something)."""
    seen, rest = set(), {name: (states, shown(states)) for name, states in samples.items()}
    for number in range(min(SAMPLES, len(rest))):
        added = {name: len(set().union(*features) - seen) for name, (_, features) in rest.items()}
        name = max(sorted(rest), key=lambda name: added[name])
        states, features = rest.pop(name)
        new = [step for step, each in enumerate(features) if each - set().union(*features[:step]) - seen]
        if not new:
            return
        seen |= set().union(*features)
        yield f"sample_{number:02}", states[: new[-1] + 2]


def write(path, states):
    lines = ",\n".join(json.dumps(state, separators=(",", ":"), sort_keys=True) for state in states)
    path.write_text(f'{{"#meta":{{"format":"ITF"}},"vars":{json.dumps(VARIABLES)},"states":[\n{lines}\n]}}\n')


def main():
    source, target = map(Path, sys.argv[1:3])
    samples, steps, count = {}, 0, 0
    picked = []
    for path in sorted(source.glob("*.itf.json")):
        name = re.sub(r"_\w+\.itf$", "", path.stem)
        states = states_of(path)
        if name == "sample":
            samples[path.stem] = states
        else:
            picked.append((name, states))
    picked.extend(pick(samples))
    for name, states in picked:
        write(target / f"{name}.itf.json", states)
        steps, count = steps + len(states) - 1, count + 1
    print(f"{count} traces, {steps} steps", file=sys.stderr)


main()
