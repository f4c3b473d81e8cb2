#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets out of the golden vectors: `fuzz_seeds.py write|check VECTORS SEEDS`.

A target that decodes bytes starts from real ones, one of each kind and size. The targets that draw their values from bytes
(proof_changed, absence, fraud_honest, fraud_any, rules) take any."""

import base64
import json
import sys
from pathlib import Path


def b64(hexadecimal):
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def compact(message):
    return json.dumps(message, separators=(",", ":")).encode()


def messages(vectors):
    """JSON messages: every kind of execute message, two queries, an instantiation."""
    report = vectors["report"]["reports"][1]
    tree = vectors["allocation_trees"]["cases"][3]
    plain = vectors["plain_trees"]["cases"][2]
    config = vectors["report"]["configs"][1]
    leaf, span, shown = tree["leaves"][1], tree["ranges"][1], plain["commitments"][0]["packed"]
    count = span["start"] + span["count"]
    packed = "".join(other["packed"] for other in tree["leaves"][span["start"] : count])
    claim = [{"campaign": 1, "epoch": 2, "position": 1, "proof": b64(leaf["packed"] + tree["proofs"][1])}]
    signature = {"index": 0, "signature": b64("01" * 64)}
    scores = {"campaign": 1, "epoch": 2, "start": span["start"]}
    absence = {"epoch": 2, "start": 0, "commitments": [b64(shown)], "siblings": ""}
    limits = {
        "denoms": [{"denom": "untrn", "funding_min": "1", "creation_fee": "0"}],
        "settle_grace_s": 604800,
        "claim_period_s": 604800,
        "pause_max_s": 86400,
        "operator_fee_ppm": 0,
        "price_change_max_ppm": 1,
    }
    security = {
        "bond_denom": "untrn",
        "operator_bond_min": "1",
        "slash_ppm": 1,
        "slash_recipient": None,
        "unbonding_s": 1,
        "demand_bond": "1",
        "challenge_bond": "1",
        "arbiter": None,
        "arbiter_period_s": 1,
        "timelock_s": 1,
        "anchor_grace_s": None,
    }
    operators = [{"name": str(i), "pubkey": b64(key), "admin": str(i)} for i, key in enumerate(config["pubkeys"])]
    proposed = {"operators": [{**operators[0], "possession": b64("01" * 64)}], "faulty_max": 0}
    kinds = {
        "submit_report": {"submit_report": {"body": b64(report["body"]), "signatures": [signature]}},
        "settle": {"settle": {"items": [{"epoch": 2, "position": 0, "commitment": b64(shown), "siblings": ""}]}},
        "claim": {"claim": {"items": claim}},
        "record_scores": {"record_scores": {**scores, "leaves": b64(packed), "siblings": b64(span["siblings"])}},
        "fund_campaign": {"fund_campaign": {"campaign": 1}},
        "refund_campaign": {"refund_campaign": {"campaign": 1, "absences": [absence]}},
        "pause": {"pause": {}},
        "propose_owner": {"propose_owner": {"owner": None}},
        "withdraw_fees": {"withdraw_fees": {"denom": "untrn"}},
        "claimable": {"claimable": {"account": "a", "items": claim}},
        "reports": {"reports": {"before": None, "limit": 7}},
        "instantiate": {
            "owner": "o",
            "guardian": None,
            "operators": operators,
            "faulty_max": config["faulty_max"],
            "clock": config["clock"],
            "spec_hash": b64(config["spec_hash"]),
            "limits": limits,
            "security": security,
        },
        "propose_config": {"propose_config": {"operators": proposed, "spec_hash": None}},
        "update_limits": {"update_limits": limits},
    }
    # One campaign for each curve, which comes with all kinds of targets, schedules and payouts.
    for case in vectors["terms"]["cases"]:
        terms = case["terms"]
        name = "create_campaign_" + next(iter(terms["rule"]["curve"]))
        create = {"terms": terms, "claim_deadline_s": 9, "refund_address": "r", "metadata": {"name": "n", "url": None}}
        kinds.setdefault(name, {"create_campaign": create})
    deposit = base64.b64encode(compact(kinds["create_campaign_linear"])).decode()
    kinds["receive"] = {"receive": {"sender": "s", "amount": "5", "msg": deposit}}
    return {name: compact(message) for name, message in kinds.items()}


def proof(tree, start, count, siblings):
    """The layout of fuzz_targets/proof_bytes.rs."""
    packed = b"".join(bytes.fromhex(leaf["packed"]) for leaf in tree["leaves"][start : start + count])
    numbers = [(len(tree["leaves"]), 4), (start, 4)]
    sums = [(int(tree["weight_total"]), 8), (int(tree["cumulative_total"]), 16), (len(packed), 2)]
    parts = [bytes.fromhex(tree["domain"])]
    parts += [number.to_bytes(size, "big") for number, size in numbers]
    parts += [bytes.fromhex(tree["root"])]
    parts += [number.to_bytes(size, "big") for number, size in sums]
    return b"".join(parts) + packed + bytes.fromhex(siblings)


def seeds(vectors):
    trees = vectors["allocation_trees"]["cases"]
    file = vectors["leaves_file"]
    leaves = [leaf["packed"] for leaf in trees[4]["leaves"]]
    lengths = {len(leaf): leaf for leaf in leaves}
    proofs = {f"leaf_of_{len(tree['leaves'])}": proof(tree, 0, 1, tree["proofs"][0]) for tree in trees[1:6]}
    proofs["last_of_9"] = proof(trees[8], 8, 1, trees[8]["proofs"][8])
    for tree in (trees[2], trees[3], trees[6]):
        span = tree["ranges"][-1]
        name = f"{span['count']}_of_{len(tree['leaves'])}"
        proofs[name] = proof(tree, span["start"], span["count"], span["siblings"])
    drawn = {"leaves": bytes.fromhex("".join(leaves[:2])), "siblings": bytes.fromhex(trees[6]["proofs"][0])}
    counts = bytes([len(file["campaigns"]), len(file["assets"])])
    return {
        "messages": messages(vectors),
        "packed": {
            **{f"leaf_{size // 2}": bytes.fromhex(leaf) for size, leaf in lengths.items()},
            "leaves": bytes.fromhex("".join(leaves)),
            "commitment": bytes.fromhex(file["campaigns"][0]["commitment"]),
            "asset": bytes.fromhex(file["assets"][0]),
            "siblings": bytes.fromhex(trees[3]["proofs"][0]),
        },
        "report": {str(i): bytes.fromhex(vectors["report"]["reports"][i]["body"]) for i in (0, 1)},
        "leaves_file": {"file": counts + bytes.fromhex(file["bytes"])},
        "proof_bytes": proofs,
        "proof_changed": drawn,
        "absence": drawn,
        "fraud_honest": drawn,
        "fraud_any": drawn,
        "rules": drawn,
    }


def main():
    mode, source, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    names = ("report", "allocation_trees", "plain_trees", "terms", "leaves_file")
    vectors = {name: json.loads((source / f"{name}.json").read_text()) for name in names}
    wanted = {out / target / name: data for target, files in seeds(vectors).items() for name, data in files.items()}
    present = {path: path.read_bytes() for path in out.glob("*/*") if path.is_file()}
    if mode == "check":
        if present != wanted:
            print(f"{out} is stale: run scripts/fuzz --seeds and commit the result", file=sys.stderr)
            return 1
        return 0
    for path in present.keys() - wanted.keys():
        path.unlink()
    for path, data in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(wanted)} seeds, {sum(map(len, wanted.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
