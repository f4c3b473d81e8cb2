#!/usr/bin/env python3
"""Prints our estimators beside their peers: two files of JSON, ours a list, theirs one object a line."""

import json
import sys

COLUMNS = ("fit_s", "fit_cpu_s", "predict_s", "peak_rss_mb", "auc", "log_loss", "ece")


def cells(row):
    return " ".join(f"{row[key]:11.4f}" if key in row else f"{'':11}" for key in COLUMNS)


def main():
    with open(sys.argv[1]) as file:
        ours = {row["model"]: row for row in json.load(file)}
    with open(sys.argv[2]) as file:
        peers = {row["model"]: row for row in map(json.loads, file)}
    print(f"{'':34} " + " ".join(f"{key:>11}" for key in COLUMNS))
    for kind, row in ours.items():
        print(f"{kind:<34} {cells(row)}")
        if kind in peers:
            print(f"{'  ' + peers[kind]['peer']:<34} {cells(peers[kind])}")


if __name__ == "__main__":
    main()
