"""Checks the report of a demonstration: that it is whole, and that its figures add up.

usage: check_demo.py REPORT [--public]

--public   the data were the public originals: the active users of each epoch are known

Exit codes: 0 ok, 1 something is missing or wrong, 2 wrong usage.
"""

import json
import sys

# Active wallets in the 30-day epochs 35 to 40 of the sales, after cleaning; counted apart from this project's code.
PUBLIC_USERS = [175, 64, 64, 68, 316, 142]
EPOCHS = 6
OPERATORS = 4
QUORUM = 3
WALLETS_MIN = 12
# The most that posting a report may cost, and settling a campaign beside another one.
SUBMIT_GAS_MAX = 165_000
SETTLE_GAS_MAX = 120_000
FIELDS = {
    "epochs": "epoch data_epoch revision users assets campaigns_root input_root model_hash digest signers submit_gas settle_gas",
    "claims": "account campaign epoch score_ppm amount gas_used tx_hash balance_before balance_after",
    "conservation": "campaign funded unallocated allocated claimed refunded fees",
    "campaigns": "id kind rule denom",
}

problems = []


def check(holds, text):
    if not holds:
        problems.append(text)


def amounts(row, *names):
    """Amounts are decimal strings: numbers would lose digits."""
    for name in names:
        check(isinstance(row[name], str) and row[name].isdigit(), f"{name} is {row[name]!r}, no decimal string")
    return [int(row[name]) for name in names]


def check_epochs(report, public):
    epochs = report["epochs"]
    check([row["epoch"] for row in epochs] == list(range(EPOCHS)), f"epochs 0 to {EPOCHS - 1} are not all there")
    check([row["data_epoch"] for row in epochs] == list(range(35, 35 + EPOCHS)), "data epochs 35 to 40 are not all there")
    if public:
        users = [row["users"] for row in epochs]
        check(users == PUBLIC_USERS, f"active users are {users}, expected {PUBLIC_USERS}")
    for name in ("campaigns_root", "input_root", "model_hash", "digest"):
        check(all(len(bytes.fromhex(row[name])) == 32 for row in epochs), f"a {name} has not 32 bytes")
        check(len({row[name] for row in epochs}) == EPOCHS, f"two epochs have one {name}")
    for row in epochs:
        where = f"epoch {row['epoch']}"
        signers = row["signers"]
        check(signers == sorted(set(signers)) and len(signers) >= QUORUM, f"{where}: signers {signers} are no quorum")
        check(all(0 <= index < OPERATORS for index in signers), f"{where}: signers {signers}")
        check(row["submit_gas"] <= SUBMIT_GAS_MAX, f"{where}: posting cost {row['submit_gas']} gas")
        for settle in row["settle_gas"]:
            check(0 < settle["gas"] <= SETTLE_GAS_MAX, f"{where}: settling cost {settle['gas']} gas")


def check_claims(report):
    claims = report["claims"]
    wallets = {row["account"] for row in claims}
    check(len(wallets) >= WALLETS_MIN, f"only {len(wallets)} wallets claimed")
    per_wallet, gained = {}, {}
    for row in claims:
        amount, before, after = amounts(row, "amount", "balance_before", "balance_after")
        check(amount > 0, f"a claim of {row['account']} paid nothing")
        per_wallet[row["account"]] = per_wallet.get(row["account"], 0) + amount
        gained[row["account"]] = max(gained.get(row["account"], 0), after)
        together = sum(int(other["amount"]) for other in claims if other["tx_hash"] == row["tx_hash"])
        check(after - before == together, f"{row['account']} gained {after - before} by a claim of {together}")
    check(per_wallet == gained, "a wallet holds another sum than it claimed")
    kinds = {row["kind"] for row in claims}
    check({"away", "fee_granted", "returning"} <= kinds, f"only these kinds of claims were made: {sorted(kinds)}")
    away = {row["tx_hash"] for row in claims if row["kind"] == "away"}
    check(len(away) == 1, f"who was away claimed in {len(away)} transactions")


def check_money(report):
    held = 0
    for row in report["conservation"]:
        funded, unallocated, allocated, claimed, refunded, fees = amounts(
            row, "funded", "unallocated", "allocated", "claimed", "refunded", "fees"
        )
        where = f"campaign {row['campaign']}"
        check(funded == unallocated + allocated + refunded + fees, f"{where}: {funded} funded do not add up")
        check(claimed <= allocated, f"{where}: {claimed} claimed of {allocated}")
        paid = sum(int(claim["amount"]) for claim in report["claims"] if claim["campaign"] == row["campaign"])
        check(paid == claimed, f"{where}: the claims paid {paid}, the contract says {claimed}")
        held += funded - claimed - refunded
    (balance,) = amounts(report, "contract_balance")
    check(balance == held, f"the contract holds {balance}, expected {held}")


def main(arguments):
    public = "--public" in arguments
    files = [argument for argument in arguments if argument != "--public"]
    if len(files) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(files[0], encoding="utf-8") as file:
        report = json.load(file)
    for name in ("chain_id", "wasmd_version", "contract", "code_sha256"):
        check(report.get(name), f"{name} is missing")
    check(len(report["operators"]) == OPERATORS, f"{len(report['operators'])} operators")
    for part, fields in FIELDS.items():
        missing = [name for name in fields.split() for row in report[part] if name not in row]
        check(report[part] and not missing, f"{part}: missing {missing}")
    if not problems:
        check_epochs(report, public)
        check_claims(report)
        check_money(report)
    for problem in problems:
        print(f"demo report: {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"demo report: {len(report['epochs'])} epochs, {len(report['claims'])} claims, every figure adds up")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
