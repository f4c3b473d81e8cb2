#!/usr/bin/env python3
"""What peers reach on the recommend task: implicit's ALS (factors 32, regularisation 0.1, alpha 4) and popularity, on the split
that `attention-oracle train --task recommend` makes of the same file. Prints one line of JSON. Needs `implicit` and `scipy`.

    peers_recommend.py FILE [--user COLUMN] [--item COLUMN] [--timestamp COLUMN]

The split (oracle/tasks/src/recommend/mod.rs): of several interactions of a user with an item the newest counts; of every user with at
least two items the newest is held out, of equal times the one of the greater name; all other items of the training part are ranked,
equal scores by name. A held-out item that nobody else has is a miss."""

import argparse
import csv
import datetime
import json
import math
import sys
import time

K = 10


def seconds(text):
    """A number as it is, a date as unix seconds, fractions cut off."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return math.floor(float(text))
    except ValueError:
        pass
    moment = datetime.datetime.fromisoformat(text.removesuffix("UTC").strip().replace("Z", "+00:00"))
    return math.floor(moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc).timestamp())


def read(path, columns):
    """The newest time of every (user, item), names as bytes so that they sort as ours do."""
    newest = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            user, item, text = (row[column].strip() for column in columns)
            pair, at = (user.encode(), item.encode()), seconds(text)
            newest[pair] = max(at, newest.get(pair, at))
    return newest


def split(newest):
    """Histories by user, and the item held out of each user with at least two."""
    histories = {}
    for (user, item), at in newest.items():
        histories.setdefault(user, []).append((at, item))
    kept, held_out = {}, {}
    for user, events in sorted(histories.items()):
        events.sort()
        if len(events) > 1:
            held_out[user] = events.pop()[1]
        kept[user] = [item for _, item in events]
    return kept, held_out


def ranks_of(scores, seen, targets):
    """Hits in the first K, and their NDCG, of targets (item index or None) by rows of scores."""
    hits, gain = 0, 0.0
    for row, items, target in zip(scores, seen, targets):
        if target is None:
            continue
        row = row.astype(float).copy()
        wanted = row[target]
        row[list(items)] = -math.inf
        rank = 1 + int((row > wanted).sum()) + int((row[:target] == wanted).sum())
        if rank <= K:
            hits += 1
            gain += 1 / math.log2(rank + 1)
    return hits / len(targets), gain / len(targets)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    for column in ("user", "item", "timestamp"):
        parser.add_argument(f"--{column}", default=column)
    arguments = parser.parse_args()
    try:
        import implicit
        import numpy
        import scipy.sparse
    except ImportError as error:
        sys.exit(f"peers_recommend: {error}; pip install implicit scipy")

    kept, held_out = split(read(arguments.file, (arguments.user, arguments.item, arguments.timestamp)))
    items = sorted({item for history in kept.values() for item in history})
    number = {item: index for index, item in enumerate(items)}
    users = list(kept)
    pairs = [(row, number[item]) for row, user in enumerate(users) for item in kept[user]]
    rows, columns = zip(*pairs)
    matrix = scipy.sparse.csr_matrix((numpy.ones(len(pairs), dtype=numpy.float32), (rows, columns)), shape=(len(users), len(items)))
    measured = [row for row, user in enumerate(users) if user in held_out]
    seen = [{number[item] for item in kept[users[row]]} for row in measured]
    targets = [number.get(held_out[users[row]]) for row in measured]

    model = implicit.als.AlternatingLeastSquares(factors=32, regularization=0.1, alpha=4.0, iterations=15, random_state=42)
    start = time.process_time()
    model.fit(matrix, show_progress=False)
    fit_s = time.process_time() - start
    user_factors = numpy.asarray(model.user_factors)
    item_factors = numpy.asarray(model.item_factors)
    hit_rate, gain = ranks_of((item_factors @ user_factors[row] for row in measured), seen, targets)
    popularity = numpy.asarray(matrix.sum(axis=0)).ravel()
    popular, popular_gain = ranks_of((popularity for _ in measured), seen, targets)
    print(
        json.dumps(
            {
                "users": len(measured),
                "hit_rate_10": hit_rate,
                "ndcg_10": gain,
                "hit_rate_10_standard_error": math.sqrt(hit_rate * (1 - hit_rate) / len(measured)),
                "popularity_hit_rate_10": popular,
                "popularity_ndcg_10": popular_gain,
                "fit_s": fit_s,
            }
        )
    )


if __name__ == "__main__":
    main()
