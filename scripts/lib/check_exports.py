#!/usr/bin/env python3
"""What is exported says the same elsewhere: ONNX files run by onnxruntime, training curves read by TensorBoard.

  check_exports.py ORACLE [--sessions FILE]

Trains every estimator, calibrated ones included, with the program ORACLE on the real shopping sessions (on a made-up table with
missing values without them) and on a table with missing values and a real target; exports each; has onnx check the file and
onnxruntime predict every row, and compares with the program's own predictions. Then trains with --tensorboard and reads the
event files with TensorBoard's own reader. Needs onnx, onnxruntime, numpy and tensorboard (scripts/test makes their folder).
Exit codes: 0 equal to the tolerances, 1 not."""

import argparse
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# Largest difference of a probability, or of a value in units of the standard deviation of the predictions. Networks compute in
# single precision, and an isotonic curve multiplies what is lost there by its slope.
TOLERANCE, CURVE, SINGLE_PRECISION, STEEP = 1e-12, 1e-10, 1e-5, 1e-4
BATCH_ROWS = 2048
MISSING = {"", "?", "na", "nan", "null", "none"}


def made_up(path, rows, seed):
    """A table of numbers, decimals, large numbers, categories and missing values, with a target of each kind."""
    rng = random.Random(seed)
    with open(path, "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["pages", "seconds", "money", "month", "place", "bought", "spent"])
        for _ in range(rows):
            pages, seconds = rng.randrange(40), round(rng.expovariate(0.01), 3)
            money, month = rng.randrange(-(10**12), 10**12), rng.choice("Jan Feb Mar Nov Dec".split())
            place = f"p{int(rng.paretovariate(0.7)) % 150}"
            level = pages + seconds / 50 + (15 if month == "Nov" else 0) + len(place) * 3 + rng.gauss(0, 8)
            row = [pages, seconds, money, month, place]
            row = ["" if rng.random() < 0.08 else cell for cell in row]
            table.writerow(row + ["TRUE" if level > 35 else "FALSE", round(level * 7.3, 2)])


def oracle(program, *arguments):
    command = [program, *map(str, arguments), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {ran.returncode}: {ran.stderr.strip()}")
    return json.loads(ran.stdout)


def features(path, columns):
    """The input as the file's own description asks for it."""
    with open(path, newline="") as table:
        rows = list(csv.DictReader(table))
    matrix = np.full((len(rows), len(columns)), np.nan)
    for place, column in enumerate(columns):
        values = column["kind"].get("category", {}).get("values")
        known = {value: index for index, value in enumerate(values)} if values is not None else None
        for number, row in enumerate(rows):
            cell = row[column["name"]].strip()
            if cell.lower() in MISSING:
                continue
            matrix[number, place] = known.get(cell, np.nan) if known is not None else float(cell)
    return matrix


def predictions(path):
    with open(path, newline="") as table:
        return np.array([float(row["prediction"]) for row in csv.DictReader(table)])


def check_model(program, folder, name, training, other, target, ignore, arguments, tolerance):
    model, exported, predicted = folder / "M.model", folder / "M.onnx", folder / "P.csv"
    trained = oracle(
        program, "train", "--data", training, "--target", target, *ignore, "--out", model, *arguments
    )
    described = oracle(program, "export-model", "--model", model, "--format", "onnx", "--out", exported)
    oracle(program, "predict", "--model", model, "--data", other, "--out", predicted)
    proto = onnx.load(exported)
    onnx.checker.check_model(proto, full_check=True)
    about = {entry.key: entry.value for entry in proto.metadata_props}
    if len({about["attention.model_hash"], trained["model_hash"], described["model_hash"]}) != 1:
        sys.exit(f"{name}: the file names another model")
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    columns = json.loads(about["attention.columns"])
    matrix = features(other, columns)
    got = np.concatenate(
        [
            session.run([described["output"]], {described["input"]: matrix[start : start + BATCH_ROWS]})[0][:, 0]
            for start in range(0, len(matrix), BATCH_ROWS)
        ]
    )
    one = session.run(None, {described["input"]: matrix[:1]})[0]
    # A place that a column has no category for is missing.
    gaps, places = matrix[:500].copy(), matrix[:500].copy()
    for column, about in enumerate(columns):
        if "category" in about["kind"]:
            gaps[:, column] = np.nan
            places[:, column] = [-1, len(about["kind"]["category"]["values"])] * 250
    unknown = [session.run(None, {described["input"]: rows})[0] for rows in (gaps, places)]
    if not np.array_equal(*unknown):
        sys.exit(f"{name}: a category out of range is not taken as missing")
    want = predictions(predicted)
    if got.shape != want.shape or one.shape != (1, 1):
        sys.exit(f"{name}: {got.shape} predictions, {want.shape} wanted")
    spread = 1.0 if described["output"] == "probability" else max(float(np.std(want)), 1e-12)
    difference = float(np.max(np.abs(got - want))) / spread
    ok = bool(np.all(np.isfinite(got))) and difference <= tolerance and len(set(want)) > 1
    print(
        f"{'ok' if ok else 'NOT EQUAL':9} {name:34} {len(want):6} rows {described['bytes']:9} bytes  "
        f"largest difference {difference:.1e} (at most {tolerance:.0e})",
        flush=True,
    )
    return ok


def check_curve(program, folder, kind, training, target, ignore):
    run = folder / f"run-{kind}"
    trained = oracle(
        program, "train", "--data", training, "--target", target, *ignore, "--model", kind, "--tensorboard", run
    )
    reader = EventAccumulator(str(run), size_guidance={"scalars": 0})
    reader.Reload()
    curves, wanted = trained["curves"], {}
    for number, curve in enumerate(curves, 1):
        for what in ("training", "validation"):
            losses = [
                (step, float(np.float32(epoch[what])))
                for step, epoch in enumerate(curve["epochs"], 1)
                if epoch[what] is not None
            ]
            if losses:
                wanted[f"loss/{what}" + (f"/{number}" if len(curves) > 1 else "")] = losses
    found = {tag: [(entry.step, entry.value) for entry in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}
    points = sum(map(len, found.values()))
    ok = found == wanted and points > 0
    print(f"{'ok' if ok else 'NOT EQUAL':9} TensorBoard, {kind:21} {len(found):6} curves {points:7} points", flush=True)
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle")
    parser.add_argument("--sessions", help="a table with the target `revenue`")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        training, other = folder / "training.csv", folder / "other.csv"
        made_up(training, 3000, 1)
        made_up(other, 4000, 2)
        real = (options.sessions, options.sessions, "revenue", [])
        binary = (training, other, "bought", ["--ignore", "spent"])
        number = (training, other, "spent", ["--ignore", "bought"])
        where, first = ("sessions", real) if options.sessions else ("made up", binary)
        robust = folder / "robust.json"
        robust.write_text('{"normalisation": "robust"}')
        tanh = folder / "tanh.json"
        tanh.write_text('{"normalisation": "standard", "activation": "tanh", "hidden": [20, 9, 5]}')
        cases = [(kind, kind, TOLERANCE) for kind in ("logistic", "linear", "tree", "forest", "gbdt")]
        cases += [("mlp", "mlp", SINGLE_PRECISION)]
        checks = [(f"{kind}, {where}", first, ["--model", model], limit) for kind, model, limit in cases]
        checks += [(f"{kind}, value, made up", number, ["--model", model], limit) for kind, model, limit in cases[1:]]
        for how, limit, steep in (("platt", TOLERANCE, SINGLE_PRECISION), ("isotonic", CURVE, STEEP)):
            arguments = ["--calibrate", how, "--model"]
            checks += [(f"gbdt, {how}, {where}", first, [*arguments, "gbdt"], limit)]
            checks += [(f"forest, {how}, made up", binary, [*arguments, "forest"], limit)]
            checks += [(f"mlp, {how}, made up", binary, [*arguments, "mlp"], steep)]
        checks += [("gbdt, missing values, made up", binary, ["--model", "gbdt"], TOLERANCE)]
        checks += [("logistic, robust, made up", binary, ["--model", "logistic", "--params", robust], TOLERANCE)]
        checks += [("mlp, tanh, made up", binary, ["--model", "mlp", "--params", tanh], SINGLE_PRECISION)]
        good = [
            check_model(options.oracle, folder, name, *table, arguments, limit)
            for name, table, arguments, limit in checks
        ]
        curve = (first[0], *first[2:])
        good += [check_curve(options.oracle, folder, kind, *curve) for kind in ("gbdt", "mlp")]
    print(f"exports: {sum(good)} of {len(good)} equal")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
