#!/usr/bin/env python3
"""LightGBM on the features of the price model, for comparison. Reads the CSV of
`cargo run --example price_features -p attention-tasks -- DIR`, trains on the sales before --until, predicts those from --from
(default: --until) on, and prints one JSON object: {rows, mae_log, rmse_log, baseline_mae_log, gain}. Needs lightgbm and pandas."""

import argparse
import json

import lightgbm
import pandas

MICRO = 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", help="CSV written by the example price_features")
    parser.add_argument("--until", required=True, help="train on sales before this day, such as 2020-07-01")
    parser.add_argument("--from", dest="start", help="predict sales from this day on")
    parser.add_argument("--to", help="and before this day")
    parser.add_argument("--direct", action="store_true", help="learn the distance itself, not what the linear model leaves of it")
    parser.add_argument("--leaves", type=int, default=4)
    args = parser.parse_args()
    seconds = lambda day: int(pandas.Timestamp(day).timestamp())

    table = pandas.read_csv(args.features)
    columns = [name for name in table.columns if name not in ("time_s", "asset", "distance")]
    features, distance = table[columns] / MICRO, table["distance"] / MICRO
    start = 0 * distance if args.direct else features["hedonic"].fillna(0)
    training = table["time_s"] < seconds(args.until)
    test = (table["time_s"] >= seconds(args.start or args.until)) & (table["time_s"] < seconds(args.to or "2200-01-01"))
    params = {
        "objective": "l1", "learning_rate": 0.03, "num_leaves": args.leaves, "min_data_in_leaf": 20, "lambda_l2": 1,
        "bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.5, "seed": 1, "num_threads": 1, "verbose": -1,
        "deterministic": True,
    }
    model = lightgbm.train(params, lightgbm.Dataset(features[training], (distance - start)[training]), 300)
    error = (distance - start)[test] - model.predict(features[test])
    mae, baseline = error.abs().mean(), distance[test].abs().mean()
    print(json.dumps({
        "rows": int(test.sum()), "mae_log": mae, "rmse_log": float((error**2).mean() ** 0.5), "baseline_mae_log": baseline,
        "gain": 1 - mae / baseline,
    }))


if __name__ == "__main__":
    main()
