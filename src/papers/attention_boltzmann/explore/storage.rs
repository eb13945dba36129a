//! Storage of exponentially many random patterns.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Series, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    standing, stored,
};
use solvable_shared::rounded;
use solvable_theory::attention_boltzmann::norm_decides;

use crate::claims::storage::{stored as storing, weight};
use crate::experiments::{
    AllPatterns, AllPatternsSetting, GaussianPatternsSetting, HardRetrieval, Storage, StorageSetting,
};
use crate::figures::storage::{LAMBDA, LOADS, gaussian};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "attn/explore-storage",
        |_| {
            let mut all = stored::<Storage>(typical().chain(OVERLAPS.into_iter().flat_map(on_sphere)))?;
            all.extend(stored::<HardRetrieval>(COLD.map(cold))?);
            all.extend(stored::<AllPatterns>(SIZES.into_iter().flat_map(every))?);
            Ok(all)
        },
        storage,
    )
}

/// Gaussian patterns simulated at [`LAMBDA`]: sizes, and numbers of patterns at each.
const TYPICAL: [(usize, &[usize]); 2] = [(16, &[25, 37, 55, 122, 403]), (24, &[122, 403, 1339])];
/// Numbers of Gaussian patterns in [`COLD_SIZE`] dimensions simulated at zero temperature.
const COLD: [usize; 4] = [403, 2981, 22_026, 162_755];
const COLD_SIZE: usize = 20;
/// Dimensions in which all Gaussian patterns are looked at.
const SIZES: [usize; 3] = [20, 30, 40];
/// Cues on the sphere: their overlaps, at one temperature and number of patterns, in several dimensions.
const OVERLAPS: [f64; 4] = [0.5, 0.6, 0.7, 0.8];
const SPHERE: (f64, usize) = (1.5, 500);
const DIMENSIONS: [usize; 5] = [8, 12, 16, 24, 32];

fn typical() -> impl Iterator<Item = StorageSetting> {
    let pairs = TYPICAL.iter().flat_map(|(size, counts)| counts.iter().map(move |count| (*size, *count)));
    pairs.map(|(size, count)| storing("gaussian", size, LAMBDA, 1.0, count))
}

fn cold(patterns: usize) -> GaussianPatternsSetting {
    GaussianPatternsSetting { size: COLD_SIZE, patterns, draws: 50 }
}

fn every(size: usize) -> impl Iterator<Item = AllPatternsSetting> {
    LOADS.into_iter().map(move |load| gaussian(size, load))
}

fn on_sphere(overlap: f64) -> impl Iterator<Item = StorageSetting> {
    let (lambda, patterns) = SPHERE;
    DIMENSIONS.into_iter().map(move |size| storing("spherical", size, lambda, overlap, patterns))
}

fn load(patterns: usize, size: usize) -> f64 {
    (patterns as f64).ln() / size as f64
}

/// What was simulated, and curves that no single prediction gives.
fn simulated(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for (size, _) in TYPICAL {
        let settings = typical().filter(|s| s.size == size).map(|s| (s.patterns as f64, s));
        let kept = points::<Storage>(trials, settings, |o| f64::from(u8::from(o.weight > 0.5)))?;
        all.extend(measured(1, json!({"N": size, "lambda": LAMBDA}), "at λ", 0, kept));
    }
    let hard = COLD.map(|count| (count as f64, cold(count)));
    let hard = points::<HardRetrieval>(trials, hard, |o| o.success)?;
    all.extend(measured(1, json!({"N": COLD_SIZE}), "at zero temperature", 1, hard));
    for (group, size) in SIZES.into_iter().enumerate() {
        let (at, label) = (json!({"lambda": LAMBDA}), format!("N = {size}"));
        let settings = every(size).map(|s| (load(s.patterns, size), s));
        let kept = points::<AllPatterns>(trials, settings, |o| o.all)?;
        all.extend(measured(2, at.clone(), &label, group, kept));
        // Own norms decide, independently of each other.
        let curve = (0..=30).map(|j| {
            let alpha = 0.03 + 0.008 * f64::from(j);
            let count = (alpha * size as f64).exp().max(2.0);
            let kept = norm_decides(size, LAMBDA, count)?.powf(count);
            Ok((rounded(count.ln() / size as f64, 5), rounded(kept, 4)))
        });
        let curve = curve.collect::<Result<Vec<_>, JudgeError>>()?;
        all.push(Measured::new(2, at, Series::line(label, group, Stroke::Solid, curve)));
    }
    for overlap in OVERLAPS {
        let at = json!({"m": overlap});
        let found = points::<Storage>(trials, on_sphere(overlap).map(|s| (s.size as f64, s)), |o| o.weight)?;
        all.extend(measured(3, at.clone(), "mean attention", 0, found));
        let (lambda, patterns) = SPHERE;
        let sizes = (8..=32).step_by(2);
        let curve = sizes.map(|size| {
            Ok((size as f64, rounded(weight(&storing("spherical", size, lambda, overlap, patterns))?, 5)))
        });
        let curve = curve.collect::<Result<Vec<_>, JudgeError>>()?;
        all.push(Measured::new(3, at, Series::line("mean attention", 0, Stroke::Solid, curve)));
    }
    Ok(all)
}

fn storage(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let capacity = |label: &str, group: usize, stroke: Stroke, id: &str, output: &str| {
        let ask = Ask::new(id, json!({"lambda": "$x"}));
        Trace::sweep(label, group, stroke, ask, Values::new(0.05, 3, 60, Scale::Linear), output)
    };
    let own = |id: &str| Ask::new(id, json!({"lambda": "$lambda"}));
    let kept =
        |count: &str| Ask::new("rem/gaussian-typical", json!({"N": "$N", "lambda": "$lambda", "P": count}));
    let hard = |count: &str| Ask::new("rem/gaussian-success-hard", json!({"N": "$N", "P": count}));
    let counts = || Values::new(2, 1e6, 60, Scale::Log);
    let retrieved = || Axis::linear("probability of retrieval").within(0.0, 1.05);
    let overlaps = OVERLAPS.map(|m| (json!(m), m.to_string()));
    let choices = overlaps.iter().rev().map(|(m, label)| (m.clone(), label.as_str())).collect();
    Ok(Explorable {
        id: "attn/explore-storage".into(),
        title: "Attention among exponentially many random patterns".into(),
        caption: "Upper left: capacities log P/N in infinite dimension over the inverse temperature, of a typical pattern and (dashed) of all Gaussian ones; the dot is where the knobs \
                  stand. Upper right: how likely a Gaussian pattern keeps more than half of the attention: its own norm decides, over a width that falls like 1/√N only. Lower left: \
                  how likely all Gaussian patterns do, over the load α = log P/N; dashed, the capacities for infinite N. Lower right: mean attention on the pattern of a cue with \
                  overlap m on a sphere, exactly (λ = 1.5, P = 500). Points: simulations, 99 % intervals (λ = 0.5: N = 16, 24 and N = 20, 30, 40; zero temperature: N = 20; every m)."
            .into(),
        knobs: vec![
            Knob::real("lambda", "λ = β", "Inverse temperature of attention; Gaussian patterns condense at 1.", 0.05, 0.95, LAMBDA),
            Knob::whole("N", "dimension N", "Of the Gaussian patterns, upper right.", 4, 60, 16),
            Knob::whole("P", "patterns P", "For the dot and the numbers below.", 2, 1_000_000, 122).logarithmic(),
            Knob::choice("m", "overlap m", "Of the cue with its pattern, lower right.", choices),
        ],
        panels: vec![
            Panel {
                title: "capacity".into(),
                x: Axis::linear("inverse temperature λ").within(0.0, 3.0),
                y: Axis::linear("log P/N").within(0.0, 1.5),
                traces: vec![
                    capacity("sphere", 0, Stroke::Solid, "rem/alpha1-spherical", "alpha_1"),
                    capacity("signs", 1, Stroke::Solid, "rem/alpha1-ising", "alpha_1"),
                    capacity("Gaussian", 2, Stroke::Solid, "rem/alpha1-gaussian", "alpha_1"),
                    capacity("Gaussian, all", 2, Stroke::Dashed, "rem/gaussian-all", "alpha_c"),
                    Trace::here("here", 3, "$lambda", json!({"$quotient": [{"$log": ["$P"]}, "$N"]})),
                ],
            },
            Panel {
                title: "a Gaussian pattern, N = $N".into(),
                x: Axis::log("patterns P").within(2.0, 1e6),
                y: retrieved(),
                traces: vec![
                    Trace::sweep("at λ", 0, Stroke::Solid, kept("$x"), counts(), "probability"),
                    Trace::sweep("at zero temperature", 1, Stroke::Solid, hard("$x"), counts(), "probability"),
                    standing("$P"),
                ],
            },
            Panel {
                title: "all Gaussian patterns".into(),
                x: Axis::linear("load α = log P/N").within(0.0, 0.4),
                y: retrieved(),
                traces: vec![
                    Trace::upright("all, N → ∞", 3, Stroke::Dashed, own("rem/gaussian-all"), "alpha_c"),
                    Trace::upright("typical, N → ∞", 7, Stroke::Dashed, own("rem/alpha1-gaussian"), "alpha_1"),
                ],
            },
            Panel {
                title: "on a sphere, overlap $m".into(),
                x: Axis::linear("dimension N").within(8.0, 32.0),
                y: Axis::linear("mean attention").within(0.0, 1.05),
                traces: Vec::new(),
            },
        ],
        readouts: vec![
            Readout::new("probability at λ", kept("$P"), "probability"),
            Readout::new("probability at zero temperature", hard("$P"), "probability"),
            Readout::new("capacity α_1, Gaussian", own("rem/alpha1-gaussian"), "alpha_1"),
            Readout::new("capacity for all α_c", own("rem/gaussian-all"), "alpha_c"),
            Readout::new("capacity α_1 on a sphere", own("rem/alpha1-spherical"), "alpha_1"),
        ],
        checks: vec![Ask::new("attn/norm-decides", json!({"size": "$N", "lambda": "$lambda", "patterns": "$P"}))],
        measured: simulated(trials)?,
    })
}
