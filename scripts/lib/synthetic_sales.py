"""A made-up virtual-asset market, in the format of punks/sales.csv and punks/assets.csv.

usage: synthetic_sales.py OUT_DIR [SEED]

For machines without the real data. Integers and one generator (SplitMix64) only, so the same seed gives
the same bytes everywhere. What the real market has, this one has: wallets of very unequal activity that come and go,
tastes (a wallet prefers a gender, a type, a few accessories, a price range), rare assets that cost more, rising prices,
quiet and busy months; and its dirt: buyers unknown in one row of five, prices missing, absurdly low or of one wei,
assets that return to whom they came from. Nobody's real name, wallet or price is in it.
"""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

DEFAULT_SEED = 20170623
START = datetime(2017, 6, 23, tzinfo=timezone.utc)
LAST_DAY = datetime(2020, 12, 31, tzinfo=timezone.utc)
ASSETS = 10_000
WALLETS = 1_200
CLAIMERS = 150  # wallets of the first day, who hold everything at the start
CANDIDATES = 24  # offers a buyer looks at
ZERO_ADDRESS = "0x" + "0" * 40
CENT_WEI = 10**16  # prices are whole hundredths of a coin
BLOCK_START = 3_919_706
BLOCK_SECONDS = 15

# Sales in each 30-day period from START; the last one is cut by LAST_DAY.
SALES_PER_PERIOD = [
    420, 240, 110, 90, 80, 100, 190, 150, 70, 80, 100, 120, 100, 60, 70, 80, 90, 100, 120, 90, 80, 90,
    110, 160, 150, 90, 90, 130, 80, 100, 120, 260, 120, 90, 130, 320, 160, 140, 170, 420, 300, 150, 200,
]  # fmt: skip

TYPES = [("Zombie", 88), ("Ape", 24), ("Alien", 9)]
TYPE_PRICE_FACTOR = {"Human": 1, "Zombie": 9, "Ape": 16, "Alien": 30}
SKIN_TONES = ["Albino", "Dark", "Light", "Medium"]
SKIN_WEIGHTS = [10, 29, 30, 31]
# Name, weight among the assets of the gender that may wear it (m, f or both).
ACCESSORIES = [
    ("Beret", "mf", 5), ("Diadem", "f", 6), ("Aviator Cap", "mf", 6), ("Choker Band", "f", 5), ("Welding Mask", "mf", 9),
    ("Braids", "f", 10), ("Tall Hat", "m", 12), ("Freckles", "mf", 13), ("Blush", "mf", 13), ("Straw Hat", "m", 15),
    ("Long Beard", "m", 15), ("Short Bob", "f", 15), ("Half Crop", "f", 15), ("Crimson Mohawk", "mf", 15),
    ("Silver Necklace", "mf", 16), ("Violet Hair", "mf", 17), ("Gold Necklace", "mf", 17), ("Felt Hat", "m", 19),
    ("Peaked Cap", "m", 20), ("Red Nose", "mf", 21), ("Grin", "m", 24), ("Hood", "m", 26), ("Scowl", "m", 26),
    ("Violet Shadow", "f", 27), ("Blue Shadow", "f", 27), ("Green Shadow", "f", 27), ("Cinema Glasses", "mf", 29),
    ("Moustache", "m", 29), ("Round Beard", "m", 30), ("Mask", "mf", 30), ("Goatee", "m", 30), ("Headscarf", "m", 30),
    ("Shaved", "mf", 31), ("Pipe Stem", "mf", 32), ("Headset", "mf", 33), ("Small Glasses", "mf", 38),
    ("Green Curls", "mf", 38), ("Sweatband", "mf", 40), ("Tousled Hair", "mf", 42), ("Wool Cap", "mf", 42),
    ("Tall Mohawk", "mf", 44), ("Untamed Hair", "mf", 45), ("Eyepatch", "mf", 46), ("Neckerchief", "mf", 48),
    ("Dark Glasses", "mf", 50), ("Stubble", "m", 53), ("Large Glasses", "mf", 54), ("Thick Glasses", "mf", 57),
    ("Black Lips", "f", 62), ("Beauty Spot", "mf", 64), ("Violet Lips", "f", 66), ("Red Lips", "f", 70),
    ("Cigarillo", "mf", 96), ("Ear Ring", "mf", 246),
]  # fmt: skip
ACCESSORY_COUNT_WEIGHTS = [1, 33, 356, 450, 142, 17, 1]


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed & self.MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return z ^ (z >> 31)

    def below(self, limit):
        """0 <= result < limit; the bias is below limit / 2^64."""
        return (self.next() * limit) >> 64

    def chance(self, one_in):
        return self.below(one_in) == 0

    def weighted(self, weights):
        """An index, drawn in proportion to integer weights."""
        point = self.below(sum(weights))
        for index, weight in enumerate(weights):
            if point < weight:
                return index
            point -= weight
        raise AssertionError("a point below the sum lies within one of the weights")

    def hex(self, digits):
        return "".join(f"{self.next():016x}" for _ in range((digits + 15) // 16))[:digits]


class Asset:
    def __init__(self, number, rng):
        self.number = number
        self.kind = "Human"
        point = rng.below(ASSETS)
        for kind, count in TYPES:
            if point < count:
                self.kind = kind
                break
            point -= count
        female = self.kind == "Human" and rng.below(1000) < 388
        self.gender = "Female" if female else "Male"
        self.skin_tone = SKIN_TONES[rng.weighted(SKIN_WEIGHTS)] if self.kind == "Human" else ""
        fitting = [entry for entry in ACCESSORIES if ("f" if female else "m") in entry[1]]
        self.accessories = []
        rarity = 0
        for _ in range(rng.weighted(ACCESSORY_COUNT_WEIGHTS)):
            entry = fitting.pop(rng.weighted([weight for _, _, weight in fitting]))
            self.accessories.append(entry[0])
            rarity = max(rarity, 300 // entry[2])
        # In percent of the market's floor.
        self.price_factor = (100 + rarity * 3) * TYPE_PRICE_FACTOR[self.kind]
        self.owner = None

    def line(self):
        names = " / ".join(self.accessories)
        return f"{self.number},{self.kind},{self.gender},{self.skin_tone},{len(self.accessories)},{names}"


class Wallet:
    def __init__(self, rng, days, founder):
        self.address = "0x" + rng.hex(40)
        self.first_day = 0 if founder else rng.below(days - 20)
        # Two of three wallets leave again, the others stay.
        stay = days if rng.chance(3) else 20 + rng.below(400)
        self.last_day = self.first_day + stay
        # Very unequal: half weigh 1, a quarter 3, an eighth 9, … up to 243.
        self.activity = 1
        while self.activity < 243 and rng.chance(2):
            self.activity *= 3
        self.gender = ["Female", "Male", None][rng.weighted([4, 3, 3])]
        self.tones = {SKIN_TONES[rng.below(4)]}
        self.favourites = {ACCESSORIES[rng.below(len(ACCESSORIES))][0] for _ in range(6)}
        self.richness = 100 + rng.below(400) * (1 + 9 * rng.chance(12))  # price factor it feels at home with

    def likes(self, asset):
        """How much an offer attracts: a weight, at least 1."""
        weight = 4
        weight *= 6 if asset.gender == self.gender else 1
        weight *= 3 if asset.skin_tone in self.tones else 1
        weight *= 5 ** min(2, len(self.favourites.intersection(asset.accessories)))
        far = max(asset.price_factor, self.richness) // min(asset.price_factor, self.richness)
        return max(1, weight // far**2)


class Market:
    def __init__(self, seed):
        self.rng = Random(seed)
        self.days = (LAST_DAY - START).days + 1
        self.wallets = [Wallet(self.rng, self.days, number < CLAIMERS) for number in range(WALLETS)]
        self.assets = [Asset(number, self.rng) for number in range(ASSETS)]
        for asset in self.assets:
            asset.owner = self.wallets[self.rng.below(CLAIMERS)]
        self.listed = self.assets[:]  # assets sold lately stand here again: what traded once trades more easily
        self.rows = []

    def floor_wei(self, day):
        """The cheapest asset's price: flat at first, then rising about eightfold in the last year."""
        cents = 12 + day // 40
        late = max(0, day - 900)
        return cents * CENT_WEI * (100 + late * late // 200) // 100

    def active(self, day):
        return [wallet for wallet in self.wallets if wallet.first_day <= day <= wallet.last_day]

    def trade(self, day, buyers, weights):
        buyer = buyers[self.rng.weighted(weights)]
        offers = [self.listed[self.rng.below(len(self.listed))] for _ in range(CANDIDATES)]
        offers = [asset for asset in offers if asset.owner is not buyer]
        if not offers:
            return
        # Owners who are still around sell more readily.
        wants = [buyer.likes(asset) * (3 if asset.owner.last_day >= day else 1) for asset in offers]
        asset = offers[self.rng.weighted(wants)]
        seller = asset.owner
        second = self.rng.below(80_000)
        self.sell(day, second, asset, seller, buyer)
        if self.rng.chance(400):
            self.sell(day, second + 600 + self.rng.below(5_000), asset, buyer, seller)

    def sell(self, day, second, asset, seller, buyer):
        fair = self.floor_wei(day) * asset.price_factor * (80 + self.rng.below(60)) // 10_000
        price = str(max(1, fair // CENT_WEI) * CENT_WEI)
        dirt = self.rng.below(1_000)
        if dirt < 2:
            price = "-"
        elif dirt < 4:
            price = "1" if dirt == 2 else str(CENT_WEI // 1_000)
        elif dirt < 9:
            price = str(fair // 50)
        shown = ZERO_ADDRESS if self.rng.below(100) < 19 else buyer.address
        time = START + timedelta(days=day, seconds=second)
        block = BLOCK_START + (day * 86_400 + second) // BLOCK_SECONDS
        self.rows.append(
            f"{time:%Y-%m-%d %H:%M:%S} UTC,{asset.number},{price},{seller.address},{shown},{block},0x{self.rng.hex(64)}"
        )
        asset.owner = buyer
        self.listed.append(asset)

    def run(self):
        for day in range(self.days):
            period, day_of_period = divmod(day, 30)
            planned = SALES_PER_PERIOD[min(period, len(SALES_PER_PERIOD) - 1)]
            buyers = self.active(day)
            weights = [wallet.activity for wallet in buyers]
            today = planned * (day_of_period + 1) // 30 - planned * day_of_period // 30
            for _ in range(today):
                self.trade(day, buyers, weights)
        return sorted(self.rows)


def write(path, header, lines):
    path.write_bytes("".join(f"{line}\n" for line in [header, *lines]).encode("utf-8"))


def main(arguments):
    if len(arguments) not in (1, 2) or (len(arguments) == 2 and not arguments[1].isdigit()):
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(arguments[0])
    market = Market(int(arguments[1]) if len(arguments) == 2 else DEFAULT_SEED)
    try:
        write(out / "sales.csv", "timestamp,asset_id,price_wei,seller,buyer,block,tx", market.run())
        write(
            out / "assets.csv",
            "asset_id,type,gender,skin_tone,accessory_count,accessories",
            [asset.line() for asset in market.assets],
        )
    except OSError as error:
        print(f"synthetic_sales: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
