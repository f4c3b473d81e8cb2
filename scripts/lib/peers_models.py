#!/usr/bin/env python3
"""The field's estimators on interest-1M-v1 and, by the same folds' number, on a table of sessions: one JSON object a line,
with the keys of `attention-oracle bench models`. Needs numpy, scikit-learn and lightgbm (scripts/bench makes their folder)."""

import argparse
import json
import resource
import sys
import time

import numpy as np

SEED, COLUMNS = 20_250_101, 20


def uniform(rows, slot):
    """splitmix64 at counter row * 32 + slot, its upper 24 bits as a fraction."""
    with np.errstate(over="ignore"):
        index = np.arange(rows, dtype=np.uint64) * np.uint64(32) + np.uint64(slot)
        z = np.uint64(SEED) + (index + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def interest_1m(rows):
    x = np.empty((rows, COLUMNS), dtype=np.float32)
    for slot in range(COLUMNS):
        u = uniform(rows, slot)
        if slot < 10:
            x[:, slot] = u - 0.5
        elif slot < 15:
            x[:, slot] = u * u
        elif slot < 18:
            x[:, slot] = np.floor(16 * u)
        else:
            x[:, slot] = np.floor(4 * u) if slot == 18 else u >= 0.6
    f = [x[:, slot].astype(np.float64) for slot in range(COLUMNS)]
    z = -0.75 + 1.6 * f[0] - 1.2 * f[1] + 8 * f[2] * f[3] + 1.5 * (f[10] > 0.25) - 0.12 * (f[15] - 7.5) * f[19]
    z += 0.8 * (f[18] == 2) - 2 * np.abs(f[4]) + 3 * f[5] * f[5]
    return x, (uniform(rows, 20) < 1 / (1 + np.exp(-z))).astype(np.int8)


def estimators(threads, rows):
    import lightgbm
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    large = rows > 100_000
    return {
        "gbdt": ("LightGBM 100 x 31", lambda: lightgbm.LGBMClassifier(
            n_estimators=100, num_leaves=31, learning_rate=0.1, max_bin=255, n_jobs=threads, verbose=-1)),
        "logistic": ("scikit-learn lbfgs, C=1", lambda: make_pipeline(
            StandardScaler(), LogisticRegression(C=1.0, max_iter=200))),
        "mlp": ("scikit-learn MLP (32,16)", lambda: make_pipeline(StandardScaler(), MLPClassifier(
            (32, 16), batch_size=512 if large else 64, max_iter=10 if large else 50, random_state=0))),
        "tree": ("scikit-learn tree, depth 8", lambda: DecisionTreeClassifier(
            max_depth=8, min_samples_leaf=20, random_state=0)),
        "forest": ("scikit-learn forest, 100 trees", lambda: RandomForestClassifier(
            100, max_depth=16, min_samples_leaf=20, n_jobs=threads, random_state=0)),
    }


def quality(truth, probability):
    from sklearn.metrics import log_loss, roc_auc_score

    return {"auc": float(roc_auc_score(truth, probability)), "log_loss": float(log_loss(truth, probability))}


def ece(truth, probability, bins=10):
    """Expected calibration error over bins of equal count; rows of one probability count with the share among all of them."""
    _, group = np.unique(probability, return_inverse=True)
    share = (np.bincount(group, truth) / np.bincount(group))[group]
    order = np.argsort(probability, kind="stable")
    return float(sum(
        len(part) / len(truth) * abs(probability[part].mean() - share[part].mean()) for part in np.array_split(order, bins)))


def measure(kind, name, make, x, y):
    split = len(y) // 5 * 4
    cpu, start = time.process_time(), time.perf_counter()
    model = make().fit(x[:split], y[:split])
    fit, cpu = time.perf_counter() - start, time.process_time() - cpu
    start = time.perf_counter()
    probability = model.predict_proba(x[split:])[:, 1]
    return {
        "model": kind, "peer": name, "fit_s": fit, "fit_cpu_s": cpu, "predict_s": time.perf_counter() - start,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **quality(y[split:], probability),
    }


def sessions(path, kinds, threads, folds):
    import pandas
    from sklearn.model_selection import StratifiedKFold

    table = pandas.read_csv(path)
    y = (table.pop("revenue").astype(str).str.upper() == "TRUE").astype(int).to_numpy()
    codes = ["month", "operating_systems", "browser", "region", "traffic_type", "visitor_type", "weekend"]
    one_hot = pandas.get_dummies(table, columns=codes).to_numpy(dtype=np.float64)
    plain = table.copy()
    for column in ("month", "visitor_type", "weekend"):
        plain[column] = plain[column].astype("category").cat.codes
    plain = plain.to_numpy(dtype=np.float64)
    for kind in kinds:
        name, make = estimators(threads, len(y))[kind]
        x = one_hot if kind in ("logistic", "mlp") else plain
        rows = []
        for training, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(x, y):
            probability = make().fit(x[training], y[training]).predict_proba(x[test])[:, 1]
            rows.append({**quality(y[test], probability), "ece": ece(y[test], probability)})
        yield {"model": kind, "peer": name, **{key: float(np.mean([row[key] for row in rows])) for key in rows[0]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="gbdt,logistic,mlp,tree")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sessions", help="cross-validate on this table instead")
    parser.add_argument("--folds", type=int, default=5)
    args = parser.parse_args()
    kinds = args.models.split(",")
    unknown = [kind for kind in kinds if kind not in ("gbdt", "logistic", "mlp", "tree", "forest")]
    if unknown:
        sys.exit(f"peers: no peer is known for {', '.join(unknown)}")
    if args.sessions:
        for row in sessions(args.sessions, kinds, args.threads, args.folds):
            print(json.dumps(row), flush=True)
        return
    x, y = interest_1m(args.rows)
    for kind in kinds:
        name, make = estimators(args.threads, args.rows)[kind]
        print(json.dumps(measure(kind, name, make, x, y)), flush=True)


if __name__ == "__main__":
    main()
