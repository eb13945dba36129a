//! Draws the figures of speed from committed measurements: seconds against width from `benches/peers/fisher.json`, core hours against shards from
//! `benches/shards.json` (`{"sweep": "what ran", "runs": [{"shards": 1, "core_seconds": ..., "wall_seconds": ...}, ...]}`).
//! `cargo bench --bench scale`; with `-- --check` it fails where a committed figure is another.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

fn main() -> std::process::ExitCode {
    common::draw_figures()
}
