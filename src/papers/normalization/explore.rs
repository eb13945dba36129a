//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Point, Scale, Stroke};
use solvable_engine::verify::{JudgeError, Request};
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    stored,
};
use solvable_shared::{Fisher, FisherOutcome, FisherSetting};
use solvable_theory::TheoryError;

use crate::experiments::{LastBatchNorm, LocalBoundary, LocalBoundarySetting, NormalizedOutlier};
use crate::settings::{equal_widths, modes};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new("norm/explore-plane", |_| requests(), plane)]
}

/// Networks of one kind at several widths: activation, scales, depth, outputs, whether biases are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kind {
    activation: &'static str,
    sigma_w2: f64,
    sigma_b2: f64,
    depth: usize,
    outputs: usize,
    train_bias: bool,
}

impl Kind {
    const fn new((activation, sigma_w2, sigma_b2): Scales, depth: usize, outputs: usize) -> Self {
        Self { activation, sigma_w2, sigma_b2, depth, outputs, train_bias: true }
    }

    const fn fixed(self) -> Self {
        Self { train_bias: false, ..self }
    }

    fn system(
        &self,
        width: usize,
        samples: Option<usize>,
        letters: &str,
    ) -> Result<FisherSetting, TheoryError> {
        let scales = (self.sigma_w2, self.sigma_b2);
        let network = equal_widths(self.activation, scales, self.depth, width, self.outputs)?;
        let network = network.with_trained_biases(self.train_bias);
        let network =
            if letters.is_empty() { network } else { network.with_modes(modes(letters), 1.0, 0.0)? };
        Ok(FisherSetting { network, samples: samples.unwrap_or(width) })
    }

    /// The settings of these networks, by width; as many samples as units where `samples` is none.
    fn systems(
        &self,
        samples: Option<usize>,
        letters: &str,
    ) -> Result<Vec<(f64, FisherSetting)>, TheoryError> {
        WIDTHS.iter().map(|&width| Ok((width as f64, self.system(width, samples, letters)?))).collect()
    }

    fn boundaries(&self, letters: &str) -> Result<Vec<(f64, LocalBoundarySetting)>, TheoryError> {
        let systems = self.systems(None, letters)?;
        Ok(systems
            .into_iter()
            .map(|(x, system)| (x, LocalBoundarySetting { system, steps: STEPS }))
            .collect())
    }

    /// Where the knobs stand for these networks.
    fn knobs(&self, more: &[(&str, Json)]) -> Json {
        let mut at = json!({
            "activation": self.activation, "depth": self.depth, "sigma_w2": self.sigma_w2, "sigma_b2": self.sigma_b2,
            "train_bias": self.train_bias
        });
        more.iter().for_each(|(name, value)| at[*name] = value.clone());
        at
    }
}

type Scales = (&'static str, f64, f64);

const RELU: Scales = ("relu", 2.0, 0.1);
const TANH: Scales = ("tanh", 3.0, 0.64);
const DEPTHS: [usize; 5] = [2, 3, 4, 6, 8];
const WIDTHS: [usize; 15] = [16, 25, 32, 50, 64, 100, 128, 200, 256, 400, 512, 800, 1000, 1024, 1600];

/// Steps of the runs that leave their starting point above a rate.
const STEPS: usize = 300;

/// Outputs in the panel of a fixed number of samples.
const OUTPUTS: usize = 2;

/// Networks on a fixed number of samples, with this number.
fn on_few_samples() -> Vec<(Kind, usize)> {
    let deep = [RELU, TANH]
        .into_iter()
        .flat_map(|scales| DEPTHS.map(|depth| (Kind::new(scales, depth, OUTPUTS), 40)));
    let other = ["relu", "gelu", "sine"].map(|name| (Kind::new((name, TANH.1, TANH.2), 3, OUTPUTS), 40));
    let fixed = ["relu", "tanh"].map(|name| (Kind::new((name, TANH.1, TANH.2), 3, OUTPUTS).fixed(), 16));
    deep.chain(other).chain(fixed).collect()
}

/// Networks of one output on as many samples as units whose biases are not trained.
fn in_proportion() -> Vec<Kind> {
    let linear = [2, 3, 5, 8].map(|depth| Kind::new(("linear", 1.0, 0.0), depth, 1));
    let others = [Kind::new(RELU, 3, 1), Kind::new(TANH, 3, 1)];
    linear.into_iter().chain(others).map(Kind::fixed).collect()
}

/// Normalization of hidden layers, with the letters of its modes.
const HIDDEN: [(&str, &str); 3] = [("hidden-bn", "bb-"), ("hidden-ln", "ll-"), ("hidden-ms", "mm-")];

fn second<S>(pairs: Vec<(f64, S)>) -> impl Iterator<Item = S> {
    pairs.into_iter().map(|(_, setting)| setting)
}

fn requests() -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for (kind, samples) in on_few_samples() {
        all.extend(stored::<Fisher>(second(kind.systems(Some(samples), "")?))?);
    }
    for kind in in_proportion() {
        all.extend(stored::<Fisher>(second(kind.systems(None, "")?))?);
        all.extend(stored::<LastBatchNorm>(second(kind.systems(None, "")?))?);
        if kind.depth == 3 {
            for (_, letters) in HIDDEN {
                all.extend(stored::<NormalizedOutlier>(second(kind.systems(None, letters)?))?);
            }
        }
    }
    for scales in [RELU, TANH] {
        for letters in ["---", "--m"] {
            all.extend(stored::<LocalBoundary>(second(Kind::new(scales, 3, 1).boundaries(letters)?))?);
        }
    }
    Ok(all)
}

/// Legend entry of what is measured at initialisation, once in a panel.
const NETWORKS: &str = "networks";

/// Critical rates of plain networks, and of the same with mean subtraction.
fn rates(trials: &Trials<'_>, systems: Vec<(f64, FisherSetting)>) -> Result<[Vec<Point>; 2], JudgeError> {
    let plain = |o: &FisherOutcome| 2.0 / o.lambda_max;
    let centred = |o: &FisherOutcome| 2.0 / o.ms_lambda_max.unwrap_or(f64::NAN);
    Ok([points::<Fisher>(trials, systems.clone(), plain)?, points::<Fisher>(trials, systems, centred)?])
}

fn all_measured(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for (kind, samples) in on_few_samples() {
        let at = |more: &[_]| kind.knobs(&[&[("samples", json!(samples))], more].concat());
        let [plain, centred] = rates(trials, kind.systems(Some(samples), "")?)?;
        all.extend(measured(0, at(&[]), NETWORKS, 0, plain));
        all.extend(measured(0, at(&[("normalization", json!("last-ms"))]), "", 1, centred));
    }
    for kind in in_proportion() {
        let [plain, centred] = rates(trials, kind.systems(None, "")?)?;
        all.extend(measured(1, kind.knobs(&[]), NETWORKS, 0, plain));
        let at = |normalization: &str| kind.knobs(&[("normalization", json!(normalization))]);
        all.extend(measured(1, at("last-ms"), "", 1, centred));
        let batch = points::<LastBatchNorm>(trials, kind.systems(None, "")?, |o| 2.0 / o.lambda_max)?;
        all.extend(measured(1, at("last-bn"), "", 1, batch));
        for (normalization, letters) in HIDDEN.iter().filter(|_| kind.depth == 3) {
            let systems = kind.systems(None, letters)?;
            let hidden = points::<NormalizedOutlier>(trials, systems, |o| 2.0 / o.lambda_max)?;
            all.extend(measured(1, at(normalization), "", 1, hidden));
        }
    }
    for scales in [RELU, TANH] {
        let kind = Kind::new(scales, 3, 1);
        let found = |letters| points::<LocalBoundary>(trials, kind.boundaries(letters)?, |o| o.boundary);
        all.extend(measured(1, kind.knobs(&[]), "descent", 0, found("---")?));
        let at = kind.knobs(&[("normalization", json!("last-ms"))]);
        all.extend(measured(1, at, "", 1, found("--m")?));
    }
    Ok(all)
}

/// Units and samples of the numbers beside the figure.
const READ: usize = 1000;

fn step_size(normalization: &str, width: Json, outputs: usize, samples: Json) -> Ask {
    Ask::new(
        "step-size",
        json!({
            "activation": "$activation", "widths": [{"$repeat": [width, "$depth"]}, outputs], "N": samples,
            "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2", "train_bias": "$train_bias", "normalization": normalization
        }),
    )
}

fn panel(title: &str, x: &str, outputs: usize, samples: &str) -> Panel {
    let curve = |label, group, normalization| {
        // Few: edges of bounded activations take milliseconds each. The curves are smooth but for where the outlier leaves the bulk.
        let widths = Values::new(12, 4096, 9, Scale::Log).whole();
        let ask = step_size(normalization, json!("$x"), outputs, json!(samples));
        Trace::sweep(label, group, Stroke::Solid, ask, widths, "eta_c")
    };
    Panel {
        title: title.into(),
        x: Axis::log(x).within(10.0, 5000.0),
        y: Axis::log("learning rate η").within(1e-4, 10.0),
        traces: vec![curve("none", 0, "none"), curve("normalized", 1, "$normalization")],
    }
}

fn plane(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    Ok(Explorable {
        id: "norm/explore-plane".into(),
        title: "Trainable learning rates against width".into(),
        caption: "Gradient descent converges below the lines. Left, on a fixed number of samples (two outputs), right, on as many samples as \
                  units (one output). Without normalization the rates shrink like 1/M in both. Mean subtraction or batch normalization of the \
                  last layer keeps them constant where samples grow with the width; normalization of the hidden layers only moves the line, \
                  unless the activation is odd. Points: 2/λ_max of random networks, and the rate above which descent leaves its start (trained \
                  biases, right), with 99 % intervals. Try eight layers: the answered rate of normalized ReLU networks is cautious on few samples."
            .into(),
        knobs: vec![
            Knob::words("activation", "activation φ", "The activation of all hidden layers.", [
                "relu", "tanh", "linear", "gelu", "sine", "erf",
            ]),
            Knob::choice("normalization", "normalization", "What is normalized.", vec![
                (json!("last-ms"), "mean subtraction, last layer"),
                (json!("last-bn"), "batch normalization, last layer"),
                (json!("hidden-bn"), "batch normalization, hidden layers"),
                (json!("hidden-ln"), "layer normalization, hidden layers"),
                (json!("hidden-ms"), "mean subtraction, hidden layers"),
            ]),
            Knob::whole("depth", "depth L", "Layers of weights.", 2, 12, 3),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.5, 4.0, RELU.1),
            Knob::real("sigma_b2", "σ_b²", "Variance of a bias.", 0.0, 1.5, RELU.2),
            Knob::choice("train_bias", "biases", "Whether biases are trained.", vec![
                (json!(true), "trained"),
                (json!(false), "fixed"),
            ]),
            Knob::whole("samples", "samples N", "Inputs in the left panel.", 10, 1000, 40).logarithmic(),
        ],
        panels: vec![
            panel("N = $samples samples", "width M", OUTPUTS, "$samples"),
            panel("as many samples as units", "width M = N", 1, "$x"),
        ],
        readouts: vec![
            Readout::new("η_c, none, M = N = 1000", step_size("none", json!(READ), 1, json!(READ)), "eta_c"),
            Readout::new("η_c, normalized", step_size("$normalization", json!(READ), 1, json!(READ)), "eta_c"),
        ],
        checks: vec![Ask::new(
            "norm/step-size",
            json!({
                "network.activation": "$activation", "depth": "$depth", "width": 200, "outputs": 1, "samples": "$samples",
                "network.sigma_w2": "$sigma_w2", "network.sigma_b2": "$sigma_b2", "network.train_bias": "$train_bias"
            }),
        )],
        measured: all_measured(trials)?,
    })
}
