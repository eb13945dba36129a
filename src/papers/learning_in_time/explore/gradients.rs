//! Stochastic gradients.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Json, Knob, Panel, Readout, Trace, Values, json, listed, measured, stored,
};

use super::power_laws;
use crate::experiments::{Problem, Steps, Stochastic, StochasticSetting};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "dyn/explore-gradients",
        |_| stored::<Stochastic>(SIMULATED.iter().map(Simulated::setting)),
        gradients,
    )
}

const MODES: usize = 100;
const NOISE: f64 = 0.1;
/// A batch whose noise nobody sees.
const FULL: usize = 1_000_000_000;

/// What claims simulate, with $a=b$.
struct Simulated {
    decay: f64,
    batch: usize,
    alpha: f64,
    beta: f64,
    runs: usize,
    steps: &'static [usize],
}

const LONG: &[usize] = &[5, 20, 50, 100];

/// Steps of 0.4 of the threshold, at last of 0.6.
const SIMULATED: [Simulated; 4] = [
    Simulated { decay: 1.5, batch: 1, alpha: 0.2156, beta: 0.0, runs: 400, steps: LONG },
    Simulated { decay: 1.5, batch: 8, alpha: 0.6279, beta: 0.0, runs: 100, steps: LONG },
    Simulated { decay: 1.5, batch: 8, alpha: 0.3532, beta: 0.8, runs: 200, steps: LONG },
    Simulated { decay: 2.0, batch: 1, alpha: 0.3671, beta: 0.0, runs: 1500, steps: &[2, 5, 20] },
];

impl Simulated {
    fn setting(&self) -> StochasticSetting {
        StochasticSetting {
            problem: Problem::power(MODES, self.decay, self.decay, NOISE),
            batch: self.batch,
            alpha: Steps::Constant(self.alpha),
            beta: self.beta,
            steps: self.steps.to_vec(),
            runs: self.runs,
        }
    }
}

fn gradients(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for simulated in &SIMULATED {
        let Simulated { decay, batch, alpha, beta, steps, .. } = simulated;
        let steps: Vec<f64> = steps.iter().map(|n| *n as f64).collect();
        let at = json!({"a": decay, "b": decay, "sigma2": NOISE, "B": batch, "alpha": alpha, "beta": beta});
        let found = listed::<Stochastic>(trials, &simulated.setting(), &steps, |o| &o.errors)?;
        all.extend(measured(0, at, "simulation", 0, found));
    }
    // Every step at first, then fewer.
    let mut steps: Vec<usize> = (0..=20).collect();
    steps.extend((1..=36).map(|n| 20 + 5 * n));
    let curve = |batch: Json| {
        let others =
            [("B", batch), ("alpha", json!("$alpha")), ("beta", json!("$beta")), ("n", json!(steps))];
        Ask::new("dyn/sgd-curve", power_laws(MODES, &others))
    };
    let along = |label: &str, group: usize, stroke: Stroke, batch: Json| {
        Trace::listed(label, group, stroke, curve(batch), json!(steps), "E")
    };
    let spectrum = |batch: &str| json!({"P": MODES, "lambda": {"power": "$a"}, "B": batch, "beta": "$beta"});
    let threshold = |batch: &str| Ask::new("dyn/sgd-threshold", spectrum(batch));
    let mut floor = spectrum("$B");
    floor["sigma2"] = json!("$sigma2");
    floor["alpha"] = json!("$alpha");
    let floor = Ask::new("dyn/sgd-floor", floor);
    Ok(Explorable {
        id: "dyn/explore-gradients".into(),
        title: "Stochastic gradients: batch, step, momentum".into(),
        caption: "Left: the mean test error of one-pass stochastic gradients on Gaussian features with eigenvalues i^{−a} (100 modes) and a target with powers i^{−b}, exactly; \
                  dashed, full batches; dotted, the floor that label noise leaves. Right: the largest stable step over the batch; the dot is where the knobs stand. Above the line the \
                  mean square grows. Points: simulations, 99 % intervals (a = b = 1.5: B = 1, α = 0.2156; B = 8, α = 0.6279; B = 8, α = 0.3532, β = 0.8; a = b = 2: B = 1, α = \
                  0.3671)."
            .into(),
        knobs: vec![
            Knob::whole("B", "batch B", "Samples of a step.", 1, 256, 1).logarithmic(),
            Knob::real("alpha", "step α", "Constant.", 0.01, 3.0, 0.2156).logarithmic(),
            Knob::real("beta", "momentum β", "Share of the last step that is kept.", 0.0, 0.95, 0.0),
            Knob::real("a", "kernel a", "Decay of the eigenvalues.", 1.1, 3.0, 1.5),
            Knob::real("b", "target b", "Decay of the target's powers.", 1.1, 4.0, 1.5),
            Knob::real("sigma2", "noise σ²", "Variance of the noise of labels.", 0.0, 1.0, NOISE),
        ],
        panels: vec![
            Panel {
                title: "B = $B, α = $alpha, β = $beta".into(),
                x: Axis::linear("steps n").within(0.0, 200.0),
                y: Axis::log("test error E").within(1e-2, 10.0),
                traces: vec![
                    along("batches of B", 0, Stroke::Solid, json!("$B")),
                    along("full batches", 1, Stroke::Dashed, json!(FULL)),
                    Trace::level("floor", 2, Stroke::Dotted, floor.clone(), "E_inf"),
                ],
            },
            Panel {
                title: "largest stable step".into(),
                x: Axis::log("batch B").within(1.0, 256.0),
                y: Axis::log("step α").within(0.01, 10.0),
                traces: vec![
                    Trace::sweep(
                        "threshold α_c",
                        0,
                        Stroke::Solid,
                        threshold("$x"),
                        Values::new(1, 256, 30, Scale::Log).whole(),
                        "alpha_c",
                    ),
                    Trace::here("here", 3, "$B", "$alpha"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("threshold α_c", threshold("$B"), "alpha_c"),
            Readout::new("floor E_∞", floor, "E_inf"),
            Readout::new(
                "error after 100 steps",
                Ask::new(
                    "dyn/sgd-curve",
                    power_laws(
                        MODES,
                        &[("B", json!("$B")), ("alpha", json!("$alpha")), ("beta", json!("$beta")), ("n", json!([100]))],
                    ),
                ),
                "E[0]",
            ),
        ],
        checks: vec![Ask::new(
            "dyn/sgd-curve",
            json!({
                "problem.lambda.power": "$a", "problem.eta.power": "$b", "problem.sigma2": "$sigma2", "batch": "$B",
                "alpha.constant": "$alpha", "beta": "$beta"
            }),
        )],
        measured: all,
    })
}
