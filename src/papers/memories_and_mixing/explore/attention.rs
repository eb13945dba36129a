//! How many keys attention attends to.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Panel, Readout, Trace, Values, json, measured, points, standing,
    stored,
};

use crate::claims::attention::rows;
use crate::experiments::{AttentionRows, AttentionRowsSetting};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "mem/explore-attention",
        |_| stored::<AttentionRows>(SIMULATED.iter().flat_map(settings)),
        attention,
    )
}

/// What claims simulate with Gaussian scores: keys, $\beta$.
const SIMULATED: [(usize, &[f64]); 2] = [(64, &[1.5, 4.0]), (1024, &[2.5, 5.0])];

fn settings(&(keys, betas): &(usize, &[f64])) -> Vec<AttentionRowsSetting> {
    betas.iter().map(|beta| rows("gaussian", None, keys, *beta, 100)).collect()
}

fn attention(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for simulated in &SIMULATED {
        let at = json!({"n": simulated.0});
        let with = || settings(simulated).into_iter().map(|s| (s.beta, s));
        let shares = points::<AttentionRows>(trials, with(), |o| o.participation)?;
        all.extend(measured(0, at.clone(), "simulation", 0, shares));
        let entropies = points::<AttentionRows>(trials, with(), |o| o.entropy)?;
        all.extend(measured(1, at, "simulation", 0, entropies));
    }
    let statistics = |beta: &str| {
        Ask::new("mem/attention-statistics", json!({"scores": "gaussian", "n": "$n", "beta": beta}))
    };
    let critical = Ask::new("mem/critical-temperature", json!({"scores": "gaussian", "n": "$n"}));
    let exponents = Ask::new(
        "mem/participation-exponents",
        json!({"gamma": {"$quotient": ["$beta", {"$exp": [{"$product": [0.5, {"$log": [{"$product": [2, {"$log": ["$n"]}]}]}]}]}]}}),
    );
    let curve = |output: &str| {
        Trace::sweep(
            "theory",
            0,
            Stroke::Solid,
            statistics("$x"),
            Values::new(0.1, 12, 18, Scale::Linear),
            output,
        )
    };
    let line = || Trace::upright("condensation, n → ∞", 1, Stroke::Dashed, critical.clone(), "beta_c");
    let beta = || Axis::linear("inverse temperature β").within(0.0, 12.0);
    Ok(Explorable {
        id: "mem/explore-attention".into(),
        title: "The temperature of attention at a context length".into(),
        caption: "Softmax attention over n keys with independent Gaussian scores of unit variance. Left: the mean of Σp², one over the number of keys attended; right: the mean entropy. Dashed: where \
                  attention condenses on few keys for infinitely many. At real context lengths there is no sharp transition: two effective keys (Σp² = 1/2) need well more. Points: \
                  simulations, 99 % intervals (n = 64 and 1024)."
            .into(),
        knobs: vec![
            Knob::whole("n", "keys n", "The context length.", 2, 1_000_000, 1024).logarithmic(),
            Knob::real("beta", "β", "Inverse temperature, for the numbers.", 0.1, 12.0, 2.5),
        ],
        panels: vec![
            Panel {
                title: "n = $n".into(),
                x: beta(),
                y: Axis::linear("mean of Σp²").within(0.0, 1.0),
                traces: vec![curve("participation"), line(), standing("$beta")],
            },
            Panel {
                title: String::new(),
                x: beta(),
                y: Axis::linear("mean entropy").within(0.0, 14.0),
                traces: vec![curve("entropy"), line(), standing("$beta")],
            },
        ],
        readouts: vec![
            Readout::new("β of condensation, n → ∞", critical, "beta_c"),
            Readout::new("exponent in n of Σp², typical row, n → ∞", exponents.clone(), "typical"),
            Readout::new("entropy over log n, n → ∞", exponents, "entropy"),
        ],
        checks: vec![Ask::new("mem/participation", json!({"scores": "gaussian", "keys": "$n", "beta": "$beta"}))],
        measured: all,
    })
}
