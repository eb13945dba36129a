//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Series, Stroke};
use solvable_engine::verify::{JudgeError, Request};
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    stored,
};
use solvable_simulate::deep::DeepSetting;
use solvable_theory::TheoryError;
use solvable_theory::free_probability::Ensemble;

use crate::claims::laws::unconditional;
use crate::experiments::{
    DeepSpectrum, DeepSpectrumOutcome, DeepSpectrumSetting, StepThreshold, StepThresholdSetting,
};
use crate::settings::{FIFTY, GAPLESS, Kind, RELU, SHALLOW, TEN, THIRTY, hard_tanh, kind};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new("iso/explore-spectrum", |_| requests(), spectrum)]
}

/// Networks whose spectra are stored, with their widths.
const SPECTRA: [(Kind, usize); 7] = [
    (SHALLOW, 256),
    (kind(hard_tanh, 0.5, 1.0, 5), 256),
    (kind(hard_tanh, 0.5, 1.0, 8), 256),
    (TEN, 400),
    (GAPLESS, 400),
    (THIRTY, 400),
    (FIFTY, 400),
];

/// The ReLU networks, and their width.
const KINKED: (Kind, usize) = (RELU, 400);

/// Networks whose largest rates are stored, and their width.
const RATES: [(Kind, usize); 3] = [
    (kind(hard_tanh, 0.25, 1.0, 3), 128),
    (kind(hard_tanh, 0.25, 1.0, 6), 128),
    (kind(hard_tanh, 0.25, 1.0, 12), 128),
];

const ENSEMBLES: [Ensemble; 2] = [Ensemble::Orthogonal, Ensemble::Gaussian];

fn spectra() -> Result<Vec<DeepSpectrumSetting>, TheoryError> {
    let all = SPECTRA.into_iter().chain([KINKED]);
    all.flat_map(|(kind, width)| ENSEMBLES.map(|ensemble| kind.spectrum(width, ensemble))).collect()
}

fn rates() -> Result<Vec<StepThresholdSetting>, TheoryError> {
    let all = RATES.into_iter().map(|(kind, width)| kind.at(width, Ensemble::Orthogonal));
    all.map(|network| Ok(StepThresholdSetting { network: network?, rho: 1e-8, steps: 80 })).collect()
}

fn requests() -> Result<Vec<Request>, JudgeError> {
    let mut all = stored::<DeepSpectrum>(spectra()?)?;
    all.extend(stored::<StepThreshold>(rates()?)?);
    Ok(all)
}

/// Where the knobs stand for a network.
fn at(network: &DeepSetting) -> Json {
    json!({
        "activation": network.activation.to_string(), "ensemble": network.ensemble.to_string(),
        "q0": network.q0, "sigma_w2": network.sigma_w2
    })
}

/// Bins, and the last edge in units of $\lambda_{\max}$; no edge is 1, where there may be an atom.
const BINS: usize = 49;
const REACH: f64 = 1.15;

/// Shares of the eigenvalues over the width of the bins: in units of the largest of their network where that is an atom, whose place
/// differs from network to network, and of the `edge` of the law where it is not.
fn bars(outcomes: &[DeepSpectrumOutcome], edge: f64) -> Series {
    let width = REACH / BINS as f64;
    let mut heights = vec![0.0; BINS];
    let of_one = |outcome: &DeepSpectrumOutcome| {
        let top = if outcome.at_top > 1.0 { outcome.lambda_max } else { edge };
        outcome.eigenvalues.iter().map(move |value| value / top).collect::<Vec<_>>()
    };
    let values: Vec<f64> = outcomes.iter().flat_map(of_one).collect();
    let share = 1.0 / (values.len() as f64 * width);
    for value in values {
        let bin = (value / width) as usize;
        if let Some(height) = heights.get_mut(bin) {
            *height += share;
        }
    }
    let heights = heights.into_iter().map(|height| solvable_shared::rounded(height, 4)).collect();
    let edges = (0..=BINS).map(|n| n as f64 * width).collect();
    Series::Histogram { label: "networks".into(), group: 0, edges, heights }
}

fn all_measured(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for setting in spectra()? {
        let Some(outcomes) = trials.found::<DeepSpectrum>(&setting)? else { continue };
        let network = &setting.network;
        let edge = unconditional(network)?.upper_edge()?;
        let mut here = at(network);
        let depth = network.depth as f64;
        let found = points::<DeepSpectrum>(trials, [(depth, setting.clone())], |o| 2.0 / o.lambda_max)?;
        let group = if network.ensemble == Ensemble::Gaussian { 2 } else { 0 };
        all.extend(measured(1, here.clone(), "2/λ_max, networks", group, found));
        here["depth"] = json!(network.depth);
        all.push(Measured::new(0, here, bars(&outcomes, edge)));
    }
    for setting in rates()? {
        let here = at(&setting.network);
        let of_one = [(setting.network.depth as f64, setting)];
        let found = points::<StepThreshold>(trials, of_one, |o| o.threshold)?;
        all.extend(measured(1, here, "descent", 1, found));
    }
    Ok(all)
}

/// An output of the signals of a network.
fn signals(output: &str) -> Json {
    json!({"$answer": [
        "iso/forward",
        {"activation": "$activation", "q0": "$q0", "sigma_w2": "$sigma_w2", "depth": "$depth"},
        output
    ]})
}

/// The parameters of a spectrum, by the mean squares of signals and slopes of the network of the knobs.
fn law() -> Json {
    json!({"q": signals("q"), "alpha": signals("d1"), "sigma_w2": "$sigma_w2", "ensemble": "$ensemble"})
}

fn spectrum(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let top = Ask::new("iso/lambda-max", law());
    let unit = json!({"$answer": ["iso/lambda-max", law(), "lambda_max"]});
    let mut share = law();
    share["x"] = json!("$x");
    let share = Ask::new("iso/cdf", share);
    let step = |depth: &str, ensemble: &str| {
        Ask::new(
            "iso/step-size",
            json!({
                "activation": "$activation", "q0": "$q0", "sigma_w2": "$sigma_w2", "depth": depth, "ensemble": ensemble
            }),
        )
    };
    let rate = |label, group, stroke, ensemble| {
        let depths = Values::new(2, 50, 25, Scale::Log).whole();
        Trace::sweep(label, group, stroke, step("$x", ensemble), depths, "eta_c")
    };
    Ok(Explorable {
        id: "iso/explore-spectrum".into(),
        title: "Spectra of very deep networks".into(),
        caption: "Left: density of the eigenvalues of the Fisher information at one input, over the largest one; the line is the free product, in the \
                  bins of the histogram. Orthogonal weights and small inputs of a hard tanh put most eigenvalues into an atom at the top: the \
                  network is isometric. Right: the largest learning rate, which Gaussian weights lower like 1/L²; points, 2/λ_max of networks \
                  and (at q_0 = 0.25) the rate above which descent diverges, with 99 % intervals."
            .into(),
        knobs: vec![
            Knob::choice("activation", "activation φ", "The activation of all hidden layers.", vec![
                (json!("hard-tanh(1)"), "hard tanh"),
                (json!("relu"), "ReLU"),
            ]),
            Knob::words("ensemble", "weights", "How weights are drawn.", ["orthogonal", "gaussian"]),
            Knob::whole("depth", "depth L", "Layers of weights.", 2, 50, 3),
            Knob::real("q0", "q_0", "Mean square of the inputs.", 0.05, 2.0, 0.5),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.5, 2.5, 1.0),
        ],
        panels: vec![
            Panel {
                title: "spectrum".into(),
                x: Axis::linear("eigenvalue over the largest").within(0.0, REACH),
                y: Axis::log("density").within(0.02, 60.0),
                traces: vec![Trace::binned(
                    "free probability",
                    1,
                    Stroke::Solid,
                    share,
                    (Values::new(0, REACH, BINS + 1, Scale::Linear), unit),
                    "F",
                )],
            },
            Panel {
                title: "largest learning rate".into(),
                x: Axis::log("depth L").within(1.8, 60.0),
                y: Axis::log("η_c").within(1e-2, 10.0),
                traces: vec![
                    rate("orthogonal", 0, Stroke::Solid, "orthogonal"),
                    rate("Gaussian", 2, Stroke::Dashed, "gaussian"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("λ_max", top.clone(), "lambda_max"),
            Readout::new("mass of the atom there", top, "top_atom"),
            Readout::new("largest learning rate η_c", step("$depth", "$ensemble"), "eta_c"),
        ],
        checks: vec![Ask::new(
            "iso/cdf",
            json!({
                "activation": "$activation", "q0": "$q0", "sigma_w2": "$sigma_w2", "depth": "$depth", "ensemble": "$ensemble"
            }),
        )],
        measured: all_measured(trials)?,
    })
}
