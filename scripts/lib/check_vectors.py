#!/usr/bin/env python3
"""Checks schema/vectors/ with an implementation of the protocol that shares nothing with the Rust crate.

Every formula is written from docs/ARCHITECTURE.md, with Python's unbounded integers and hashlib. Usage:
check_vectors.py DIR. Exit code 0 if every vector agrees, 1 with the first differences otherwise.
"""

import base64
import hashlib
import json
import math
import sys
from pathlib import Path

PPM = 10**6
checked = 0
failures = []


def same(where, ours, theirs):
    global checked
    checked += 1
    if ours != theirs:
        failures.append(f"{where}: computed {ours!r}, the vector says {theirs!r}")


def be(value, width):
    return int(value).to_bytes(width, "big")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def tagged(tag, body):
    t = sha(tag.encode())
    return sha(t, t, body)


def lp(data):
    return be(len(data), 2) + data


# --- rules ---------------------------------------------------------------------------------------------------------


def variant(value):
    """An externally tagged enum: its name and its content."""
    if isinstance(value, str):
        return value, {}
    ((name, content),) = value.items()
    return name, content


def gate(rule, score):
    return 0 if score < max(rule["min_score"], 1) else min(score, rule["cap"])


def curve(spec, s):
    name, args = variant(spec)
    if name == "linear":
        return s
    if name == "convergent_linear":
        return s * (s + 2 * args["k"]) // (s + 4 * args["k"])
    if name == "sqrt":
        return math.isqrt(s * PPM)
    tiers = args["tiers"]
    ends = [tier["threshold"] for tier in tiers[1:]] + [PPM]
    return sum(t["rate_ppm"] * max(0, min(s, e) - t["threshold"]) for t, e in zip(tiers, ends)) // PPM


def multiplier(rule, streak, boost):
    bonus = min((max(streak, 1) - 1) * rule["streak"]["step_ppm"], rule["streak"]["cap_ppm"])
    return min(PPM + bonus + boost, rule["multiplier_max_ppm"])


def weight(rule, score, streak, boost):
    s = gate(rule, score)
    return 0 if s == 0 else curve(rule["curve"], s) * multiplier(rule, streak, min(boost, rule["boost_max_ppm"])) // PPM


def budget(schedule, available, epochs_left):
    name, args = variant(schedule)
    return available // max(epochs_left, 1) if name == "even" else min(int(args["amount"]), available)


def earned(rule, w, total, money):
    if total == 0:
        return 0
    name, args = variant(rule["payout"])
    amount = money * w // total
    if name == "capped_rate" and total * int(args["price"]) <= money * PPM:
        amount = w * int(args["price"]) // PPM
    return min(amount, money * rule["share_cap_ppm"] // PPM)


def unlocked(unlock, cumulative, now):
    start, end = unlock["start_s"], unlock["end_s"]
    if now >= end:
        return cumulative
    return 0 if now <= start else cumulative * (now - start) // (end - start)


def check_rules(data):
    for i, case in enumerate(data["cases"]):
        rule, where = case["rule"], f"rules[{i}]"
        score, streak, boost = case["score"], case["streak"], case["boost_ppm"]
        same(where + ".gate", gate(rule, score), case["gate"])
        following = min(streak + 1, 65535) if gate(rule, score) else 0
        same(where + ".next_streak", following, case["next_streak"])
        same(where + ".multiplier", multiplier(rule, streak, boost), case["multiplier_ppm"])
        same(where + ".weight", str(weight(rule, score, streak, boost)), case["weight"])
        money = budget(rule["schedule"], int(case["available"]), case["epochs_left"])
        same(where + ".budget", str(money), case["budget"])
        paid = earned(rule, int(case["weight"]), int(case["total_weight"]), money)
        same(where + ".earned", str(paid), case["earned"])
        free = unlocked(rule["unlock"], int(case["cumulative"]), case["now_s"])
        same(where + ".unlocked", str(free), case["unlocked"])
        base, growth = case["base_count"], rule["growth"]
        admitted = min(base + base * growth["ppm"] // PPM + growth["abs"], 2**32 - 1)
        same(where + ".admitted", admitted, case["admitted_leaves"])
    for i, case in enumerate(data["mul_div_floor"]):
        floor = int(case["a"]) * int(case["b"]) // int(case["divisor"])
        same(f"mul_div_floor[{i}]", str(floor) if floor < 2**128 else None, case["floor"])


# --- terms, configuration, report ----------------------------------------------------------------------------------


def targets_hash(targets):
    name, content = variant(targets)
    tag = ["all", "asset_ids", "attributes", "interactions"].index(name)
    entries = [] if name == "all" else content
    texts = [t for e in entries for t in ([e["name"], e["value"]] if name == "attributes" else [e])]
    return sha(be(tag, 1), be(len(entries), 2), *[lp(t.encode()) for t in texts])


KINDS = ["ad_placement", "asset_display", "social_interaction", "content_creation", "virtual_event", "custom"]


def rule_hash(terms):
    rule = terms["rule"]
    name, args = variant(rule["curve"])
    tag = ["linear", "convergent_linear", "tiered", "sqrt"].index(name)
    tiers_hash = bytes(32)
    if name == "tiered":
        pairs = [be(t["threshold"], 4) + be(t["rate_ppm"], 4) for t in args["tiers"]]
        tiers_hash = sha(be(len(pairs), 1), *pairs)
    schedule, schedule_args = variant(rule["schedule"])
    payout, payout_args = variant(rule["payout"])
    fields = [
        (1, 1), (KINDS.index(terms["kind"]), 1), targets_hash(terms["targets"]), (rule["scale"], 8),
        (rule["min_score"], 4), (rule["cap"], 4), (tag, 1), (args.get("k", 0), 4), tiers_hash,
        (rule["streak"]["step_ppm"], 4), (rule["streak"]["cap_ppm"], 4), (rule["boost_max_ppm"], 4),
        (rule["multiplier_max_ppm"], 4), (["even", "fixed"].index(schedule), 1), (schedule_args.get("amount", 0), 16),
        (["pro_rata", "capped_rate"].index(payout), 1), (payout_args.get("price", 0), 16), (rule["share_cap_ppm"], 4),
        (rule["growth"]["ppm"], 4), (rule["growth"]["abs"], 4), (rule["unlock"]["start_s"], 8),
        (rule["unlock"]["end_s"], 8), (terms["start_epoch"], 8), (terms["end_epoch"], 8), (rule["split_gain"], 1),
    ]
    return sha(*[f if isinstance(f, bytes) else be(*f) for f in fields])


def check_terms(data):
    for i, case in enumerate(data["cases"]):
        same(f"terms[{i}].targets_hash", targets_hash(case["terms"]["targets"]).hex(), case["targets_hash"])
        same(f"terms[{i}].rule_hash", rule_hash(case["terms"]).hex(), case["rule_hash"])


def check_report(data):
    for i, c in enumerate(data["configs"]):
        n, f = len(c["pubkeys"]), c["faulty_max"]
        k = (n + f) // 2 + 1
        same(f"configs[{i}].quorum", k, c["quorum"])
        clock = c["clock"]
        body = prefix(c) + be(c["config_version"], 8) + bytes([0, n, k, f])
        body += b"".join(bytes.fromhex(key) for key in c["pubkeys"]) + be(c["rules_version"], 4)
        body += bytes.fromhex(c["spec_hash"])
        for field in ["genesis_s", "epoch_length_s", "report_period_s", "dispute_window_s"]:
            body += be(clock[field], 8)
        same(f"configs[{i}].digest", tagged("attention/v1/config", body + be(clock["min_blocks"], 4)).hex(), c["digest"])
    for i, r in enumerate(data["reports"]):
        h = {key: bytes.fromhex(r[key]) for key in r if key.endswith(("_root", "_hash", "_digest"))}
        body = h["config_digest"] + h["prev_digest"] + be(r["epoch"], 8) + be(r["revision"], 4)
        body += h["campaigns_root"] + be(r["campaign_count"], 4) + h["assets_root"] + be(r["asset_count"], 4)
        body += h["input_root"] + h["model_hash"] + h["leaves_hash"]
        same(f"reports[{i}].body", body.hex(), r["body"])
        same(f"reports[{i}].digest", tagged("attention/v1/report", body).hex(), r["digest"])


def check_possession(data):
    for i, p in enumerate(data["proofs"]):
        body = prefix(p) + be(p["config_version"], 8) + lp(bytes.fromhex(p["admin"])) + bytes.fromhex(p["pubkey"])
        same(f"possession[{i}]", tagged("attention/v1/possession", body).hex(), p["digest"])
def check_anchors(data):
    for i, a in enumerate(data["anchors"]):
        body = prefix(a) + be(a["epoch"], 8) + be(a["revision"], 4) + bytes.fromhex(a["input_root"])
        same(f"anchors[{i}].digest", tagged("attention/v1/anchor", body).hex(), a["digest"])


# --- clock and verdicts --------------------------------------------------------------------------------------------


def check_clock(data):
    for i, case in enumerate(data["cases"]):
        clock, last, now = case["clock"], case["last"], case["now_s"]
        end = lambda e: clock["genesis_s"] + (e + 1) * clock["epoch_length_s"]
        reported, since = (last["epoch"], last["terminal_at_s"]) if last else (-1, clock["genesis_s"])
        period = clock["report_period_s"]
        due = lambda e: max(end(e), since + (e - reported - 1) * period) + period
        where = f"clock[{i}]"
        same(where + ".window", [end(case["epoch"] - 1), end(case["epoch"])], [case["window_start_s"], case["window_end_s"]])
        same(where + ".due", due(case["epoch"]), case["due_s"])
        passed = now - clock["genesis_s"]
        same(where + ".epoch_at", passed // clock["epoch_length_s"] if passed >= 0 else None, case["epoch_at"])
        epoch = reported + 1
        halted = last is not None and case["height"] <= last["ends_height"] + clock["min_blocks"]
        while due(epoch) < now and not (halted and epoch == reported + 1):
            epoch += 1
        same(where + ".open_epoch", epoch, case["open_epoch"])
    for i, case in enumerate(data["stops"]):
        same(f"stops[{i}].stop", min(case["end"], max(case["now"] + 1, case["start"])), case["stop_epoch"])
        same(f"stops[{i}].left", max(case["end"] - case["now"], 1), case["epochs_left"])


def verdict(c, x):
    if c["base_root"] != x["base_root"] or c["base_total"] != int(x["base_total"]):
        return "other_base"
    base = x["base_leaf_count"]
    most = base + base * x["growth"]["ppm"] // PPM + x["growth"]["abs"]
    reasons = [
        (not x["running"], "not_running"), (c["rule_hash"] != x["rule_hash"], "wrong_rule_hash"),
        (c["budget"] != int(x["budget"]), "wrong_budget"),
        (0 in (c["budget"], c["weight_total"], c["leaf_count"]), "empty"), (c["leaf_count"] < base, "leaves_fell"),
        (c["leaf_count"] > most, "grew_too_fast"), (c["cumulative_total"] < c["base_total"], "total_fell"),
        (c["cumulative_total"] - c["base_total"] > c["budget"], "over_budget"),
    ]
    for wrong, reason in reasons:
        if wrong:
            return {"rejected": reason}
    return {"settled": str(c["cumulative_total"] - c["base_total"])}


FIELDS = [("campaign", 8), ("base_root", -32), ("base_total", 16), ("root", -32), ("leaf_count", 4), ("weight_total", 8),
          ("cumulative_total", 16), ("budget", 16), ("rule_hash", -32)]


def unpack_commitment(packed):
    out, at = {}, 0
    for name, width in FIELDS:
        part = packed[at:at + abs(width)]
        out[name] = part.hex() if width < 0 else int.from_bytes(part, "big")
        at += abs(width)
    return out if at == len(packed) else None


def check_settle(data):
    for i, case in enumerate(data["cases"]):
        commitment = unpack_commitment(bytes.fromhex(case["commitment"]))
        same(f"settle[{i}]", verdict(commitment, case["context"]), case["verdict"])


# --- trees ---------------------------------------------------------------------------------------------------------


def prefix(case):
    return lp(case["chain_id"].encode()) + lp(bytes.fromhex(case["contract"]))


class Tree:
    """All levels, pads included: nodes are (hash, weight, cumulative) or (hash,)."""

    def __init__(self, domain, nodes, sums):
        self.sums, self.count = sums, len(nodes)
        zero = (0, 0) if sums else ()
        self.depth = (self.count - 1).bit_length() if self.count else 0
        self.levels = [nodes + [(sha(b"\x02", domain), *zero)] * (2**self.depth - self.count)]
        for _ in range(self.depth):
            below = self.levels[-1]
            self.levels.append([self.parent(below[i], below[i + 1]) for i in range(0, len(below), 2)])
        self.root = self.levels[-1][0] if self.count else (bytes(32), *zero)

    def parent(self, left, right):
        sums = [a + b for a, b in zip(left[1:], right[1:])]
        return (sha(b"\x01", self.encode(left), self.encode(right)), *sums)

    def encode(self, node):
        return node[0] + (be(node[1], 8) + be(node[2], 16) if self.sums else b"")

    def wire(self, node):
        if not self.sums:
            return node[0]
        weight, cumulative = [n.to_bytes(-(-n.bit_length() // 8), "big") for n in node[1:]]
        return node[0] + be(17 * len(weight) + len(cumulative), 1) + weight + cumulative

    def open(self, position):
        """The preimages from the root down to the leaf, or to the parent of the highest node beyond all leaves."""
        out = b""
        for j in range(self.depth - 1, -1, -1):
            if (position >> (j + 1)) << (j + 1) >= self.count:
                break
            left = position >> j & ~1
            out += self.encode(self.levels[j][left]) + self.encode(self.levels[j][left + 1])
        return out

    def prove(self, start, count):
        out, low, high = b"", start, start + count - 1
        for j in range(self.depth):
            real = -(-self.count // 2**j)
            if low % 2:
                out += self.wire(self.levels[j][low - 1])
            if high % 2 == 0 and high + 1 < real:
                out += self.wire(self.levels[j][high + 1])
            low, high = low // 2, high // 2
        return out.hex()


def pack_leaf(leaf):
    account = bytes.fromhex(leaf["account"])
    return (be(len(account), 1) + account + be(leaf["score"], 4) + be(leaf["streak"], 2) + be(leaf["boost_ppm"], 4)
            + be(leaf["weight"], 8) + be(leaf["cumulative"], 16))


def check_ranges(where, tree, ranges):
    for i, r in enumerate(ranges):
        same(f"{where}.ranges[{i}]", tree.prove(r["start"], r["count"]), r["siblings"])


def check_allocation(data):
    for i, case in enumerate(data["cases"]):
        where = f"allocation[{i}]"
        domain = sha(b"attention/v1/allocation", prefix(case), be(case["campaign"], 8), be(case["epoch"], 8))
        same(where + ".domain", domain.hex(), case["domain"])
        nodes = []
        for leaf in case["leaves"]:
            packed = pack_leaf(leaf)
            same(where + ".packed", packed.hex(), leaf["packed"])
            nodes.append((sha(b"\x00", domain, packed), int(leaf["weight"]), int(leaf["cumulative"])))
        tree = Tree(domain, nodes, sums=True)
        root, total_weight, total = tree.root
        same(where + ".root", root.hex(), case["root"])
        same(where + ".sums", [str(total_weight), str(total)], [case["weight_total"], case["cumulative_total"]])
        for position, proof in enumerate(case["proofs"]):
            same(f"{where}.proofs[{position}]", tree.prove(position, 1), proof)
        check_ranges(where, tree, case["ranges"])


def check_plain(data):
    for i, case in enumerate(data["cases"]):
        for kind, tag, widths in [
            ("commitment", b"attention/v1/commitments", FIELDS),
            ("asset", b"attention/v1/assets", [("asset_id_hash", -32), ("score", 4), ("price", 16), ("denom_hash", -32)]),
        ]:
            where = f"plain[{i}].{kind}"
            domain = sha(tag, prefix(case), be(case["epoch"], 8))
            nodes = []
            for leaf in case[kind + "s"]:
                packed = b"".join(bytes.fromhex(leaf[f]) if w < 0 else be(leaf[f], w) for f, w in widths)
                same(where + ".packed", packed.hex(), leaf["packed"])
                nodes.append((sha(b"\x00", domain, packed),))
            tree = Tree(domain, nodes, sums=False)
            same(where + ".root", tree.root[0].hex(), case[kind + "s_root"])
            check_ranges(where, tree, case[kind + "_ranges"])


def check_leaves_file(data):
    parts = [bytes.fromhex(part) for c in data["campaigns"] for part in [c["commitment"], *c["leaves"]]]
    file = b"".join(parts + [bytes.fromhex(asset) for asset in data["assets"]])
    same("leaves_file.bytes", file.hex(), data["bytes"])
    same("leaves_file.hash", sha(file).hex(), data["hash"])
    for name in data["asset_ids"]:
        digest = sha(name["text"].encode()).hex()
        same("asset_ids", [digest, digest], [name["asset_id_hash"], name["denom_hash"]])


# --- fraud proofs --------------------------------------------------------------------------------------------------


def raw_tree(case, campaign, epoch, leaves):
    domain = sha(b"attention/v1/allocation", prefix(case), be(campaign, 8), be(epoch, 8))
    nodes = [(sha(b"\x00", domain, leaf), int.from_bytes(leaf[-24:-16], "big"), int.from_bytes(leaf[-16:], "big"))
             for leaf in leaves]
    return Tree(domain, nodes, sums=True)


def plain_tree(case, tag, leaves):
    domain = sha(tag, prefix(case), be(case["epoch"], 8))
    return Tree(domain, [(sha(b"\x00", domain, leaf),) for leaf in leaves], sums=False)


def text(data):
    return base64.b64encode(data).decode()


def check_openings(where, case):
    leaves = [bytes.fromhex(leaf) for leaf in case["leaves"]]
    tree = raw_tree(case, case["campaign"], case["epoch"], leaves)
    root, total_weight, total = tree.root
    same(where + ".root", root.hex(), case["root"])
    same(where + ".sums", [str(total_weight), str(total)], [case["weight_total"], case["cumulative_total"]])
    same(where + ".count", 2**tree.depth, len(case["openings"]))
    for position, opened in enumerate(case["openings"]):
        leaf = leaves[position] if position < len(leaves) else b""
        beyond = [j for j in range(tree.depth) if (position >> j) << j >= len(leaves)]
        same(f"{where}[{position}].pad_level", max(beyond, default=None), opened["pad_level"])
        same(f"{where}[{position}].opening", (tree.open(position) + leaf).hex(), opened["opening"])


def check_evidence(case):
    packed = {key: [bytes.fromhex(item) for item in case[key]] for key in ("leaves", "base", "commitments", "assets")}
    trees = {
        "leaves": raw_tree(case, case["campaign"], case["epoch"], packed["leaves"]),
        "base": raw_tree(case, case["campaign"], case["base_epoch"], packed["base"]),
        "commitments": plain_tree(case, b"attention/v1/commitments", packed["commitments"]),
        "assets": plain_tree(case, b"attention/v1/assets", packed["assets"]),
    }
    report = bytes.fromhex(case["report"])
    same("evidence.campaigns_root", trees["commitments"].root[0], report[76:108])
    same("evidence.assets_root", trees["assets"].root[0], report[112:144])
    same("evidence.root", trees["leaves"].root[0].hex(), unpack_commitment(packed["commitments"][1])["root"])

    def shown(of, start, count):
        siblings = bytes.fromhex(trees[of].prove(start, count))
        return {"start": start, "leaves": text(b"".join(packed[of][start:start + count])), "siblings": text(siblings)}

    def opening(position):
        return text(trees["leaves"].open(position) + b"".join(packed["leaves"][position:position + 1]))

    commitment = shown("commitments", 1, 1)
    proofs = [
        {"leaf": {"commitment": commitment, "leaf": shown("leaves", 3, 1), "base": shown("base", 1, 2)}},
        {"leaf": {"commitment": commitment, "leaf": shown("leaves", 4, 1), "base": None}},
        {"unordered_leaves": {"commitment": commitment, "leaves": shown("leaves", 1, 2)}},
        {"missing_account": {"commitment": commitment, "base": shown("base", 0, 1), "absence": shown("leaves", 0, 1)}},
        {"bad_pad": {"commitment": commitment, "position": 7, "opening": opening(7)}},
        {"wrong_sum": {"commitment": commitment, "position": 2, "opening": opening(2)}},
        {"commitment": {"commitment": commitment}},
        {"unordered_commitments": {"commitments": shown("commitments", 0, 2)}},
        {"unordered_assets": {"assets": shown("assets", 1, 2)}},
    ]
    last, asset = shown("commitments", 2, 1), shown("assets", 2, 1)
    demands = [
        ({"commitment": {"index": 2}}, {"commitment": {"commitment": last["leaves"], "siblings": last["siblings"]}}, (0, 2, 0)),
        ({"leaf": {"commitment": commitment, "position": 4}}, {"leaf": {"opening": opening(4)}}, (1, 1, 4)),
        ({"asset": {"index": 2}}, {"asset": {"asset": asset["leaves"], "siblings": asset["siblings"]}}, (2, 2, 0)),
    ]
    same("evidence.kinds", [len(proofs), len(demands)], [len(case["proofs"]), len(case["demands"])])
    for i, (ours, theirs) in enumerate(zip(proofs, case["proofs"])):
        same(f"evidence.proofs[{i}]", ours, theirs)
    for i, ((target, answer, (kind, index, position)), theirs) in enumerate(zip(demands, case["demands"])):
        key = be(kind, 1) + be(index, 4) + be(position, 4)
        same(f"evidence.demands[{i}]", {"target": target, "answer": answer, "key": key.hex()}, theirs)
    first, second = [base64.b64decode(case["equivocation"][key]) for key in ("first", "second")]
    same("evidence.equivocation", [report, report[:32] + report[64:76]], [first, second[:32] + second[64:76]])
    same("evidence.equivocation.differs", True, tagged("attention/v1/report", first) != tagged("attention/v1/report", second))


def check_fraud(data):
    for i, case in enumerate(data["openings"]):
        check_openings(f"openings[{i}]", case)
    check_evidence(data["evidence"])


CHECKS = {
    "rules.json": check_rules, "terms.json": check_terms, "clock.json": check_clock, "settle.json": check_settle,
    "allocation_trees.json": check_allocation, "plain_trees.json": check_plain, "report.json": check_report,
    "leaves_file.json": check_leaves_file, "possession.json": check_possession, "fraud.json": check_fraud,
    "anchors.json": check_anchors,
}


def main():
    if len(sys.argv) != 2:
        print("usage: check_vectors.py DIR", file=sys.stderr)
        return 2
    directory = Path(sys.argv[1])
    for name, check in CHECKS.items():
        check(json.loads((directory / name).read_text()))
    unknown = {path.name for path in directory.glob("*.json")} - set(CHECKS)
    failures.extend(f"{name}: nothing checks this file" for name in sorted(unknown))
    for failure in failures[:20]:
        print(failure, file=sys.stderr)
    print(f"vectors: {checked} values checked, {len(failures)} differ")
    return 1 if failures or checked < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
