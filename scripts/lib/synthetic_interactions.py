#!/usr/bin/env python3
"""A synthetic CSV of users, items and times, for benchmarks of the recommend task where no real file is at hand: users of latent
tastes, items of skewed popularity, some of them in fashion for a while. Seeded, in integers alone, so that everybody gets the same bytes.

    synthetic_interactions.py [USERS] [ITEMS] [SEED] > FILE"""

import sys

TASTES = 12
DAY = 86_400


def splitmix64(seed, index):
    """The counter generator of the crates (Steele, Lea and Flood 2014)."""
    mask = (1 << 64) - 1
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def main():
    users, items, seed = (int(text) for text in (sys.argv[1:] + ["2000", "1500", "42"][len(sys.argv) - 1 :])[:3])
    out = sys.stdout
    out.write("user,item,timestamp\n")
    for user in range(users):

        def draw(slot, span):
            return splitmix64(seed ^ user, slot) * span >> 64

        tastes = (draw(0, TASTES), draw(1, TASTES))
        time = draw(2, 300) * DAY
        for at in range(10 + draw(3, 60)):
            slot = 8 * (at + 1)
            # The lower of two draws: low numbers are popular. One act in six follows the fashion of the week, whatever the taste.
            item = min(draw(slot, items), draw(slot + 1, items))
            if draw(slot + 2, 6) == 0:
                item = splitmix64(seed, time // (7 * DAY)) % items // 20 * 20 + draw(slot + 3, 20)
            elif draw(slot + 4, 4) > 0:
                item = item // TASTES * TASTES + tastes[draw(slot + 5, 2)]
            time += draw(slot + 6, 2 * DAY)
            out.write(f"u{user:06},i{min(item, items - 1):05},{1_600_000_000 + time}\n")


if __name__ == "__main__":
    main()
