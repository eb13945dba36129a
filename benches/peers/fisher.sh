#!/usr/bin/env bash
# Times the Fisher trial here, by neural-tangents and by NumPy, in turn, and writes benches/peers/fisher.json.
# The peers are installed into an environment of their own in the target folder, of $PYTHON (3.9 to 3.12; python3).
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
environment=$target/peers
runs=$target/benchmarks/fisher
rounds=3

if [ ! -e "$environment/installed" ]; then
    "${PYTHON:-python3}" -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --requirement benches/peers/requirements-fisher.txt
    touch "$environment/installed"
fi
cargo bench --bench mean_field --no-run
rm -rf "$runs" && mkdir -p "$runs"
for round in $(seq "$rounds"); do
    for width in 1024 2048 4096; do
        cargo bench --quiet --bench mean_field -- "$width"
        mv "$target/benchmarks/mean_field.json" "$runs/$width-$round.ours.json"
        "$environment/bin/python" benches/peers/fisher.py "$width" | tee "$runs/$width-$round.peers.json"
    done
done
"$environment/bin/python" benches/peers/fisher_table.py "$runs"
