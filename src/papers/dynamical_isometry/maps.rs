//! Where the claims hold.

use solvable_engine::map::{MapPlan, Sweep};

/// The spectrum of deep orthogonal networks and its upper edge over the width; the learning rate over depth.
pub fn all() -> Vec<MapPlan> {
    vec![
        MapPlan::new(
            "iso/map-cdf",
            "The free product as the law of finite spectra, over width and depth",
            "iso/cdf",
            "orthogonal hard-tanh L=3",
            Sweep::factors("width", &[16, 32, 64, 128, 256]),
        )
        .and(Sweep::of("depth", &[3, 5, 8]))
        .trials(40),
        MapPlan::new(
            "iso/map-upper-edge",
            "The largest eigenvalue over the width",
            "iso/upper-edge",
            "orthogonal tanh L=4",
            Sweep::factors("width", &[16, 32, 64, 128, 256]),
        )
        .and(Sweep::of("activation", &["tanh", "erf", "relu"]))
        .trials(400),
        MapPlan::new(
            "iso/map-step-size",
            "The largest stable learning rate over width and depth",
            "iso/step-size",
            "orthogonal hard-tanh L=3",
            Sweep::factors("width", &[16, 32, 64, 128]),
        )
        .and(Sweep::of("depth", &[3, 6, 12]))
        .with("q0", 0.25)
        .trials(400),
    ]
}
