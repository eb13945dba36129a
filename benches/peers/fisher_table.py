"""Puts together what `fisher.sh` measured: prints medians and ratios, writes `benches/peers/fisher.json`."""

import json
import statistics
import sys
from pathlib import Path

PEERS = {"neural_tangents_s": "neural-tangents", "numpy_s": "NumPy"}


def seconds_of_round(ours, peers):
    """One round: seconds of the trial here, of what no implementation can avoid, and of the peers."""
    [trial] = ours["ratios"]
    own, limit = trial["seconds"]
    return {"solvable_s": own, "limit_s": limit, **{key: peers[key] for key in PEERS}}


rounds = {}
for path in sorted(Path(sys.argv[1]).glob("*.ours.json")):
    ours = json.loads(path.read_text())
    peers = json.loads(path.with_name(path.name.replace("ours", "peers")).read_text())
    rounds.setdefault(peers["width"], []).append(seconds_of_round(ours, peers))

widths = []
for width, found in sorted(rounds.items()):
    medians = {key: statistics.median(one[key] for one in found) for key in found[0]}
    widths.append({"width": width, **{key: float(f"{value:.3g}") for key, value in medians.items()}})

print("| width | here | products and 3 ns a normal | " + " | ".join(f"{name} (ratio)" for name in PEERS.values()) + " |")
print("|---|---|---|" + "---|" * len(PEERS))
for row in widths:
    peers = " | ".join(f"{row[key]} s ({row[key] / row['solvable_s']:.1f})" for key in PEERS)
    print(f"| {row['width']} | {row['solvable_s']} s | {row['limit_s']} s | {peers} |")

result = {"machine": ours["machine"], "threads": ours["threads"], "rounds": len(found), "widths": widths}
Path(__file__).with_name("fisher.json").write_text(json.dumps(result, indent=2) + "\n")
