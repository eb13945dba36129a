//! Errors during gradient flow.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Json, Knob, Panel, Readout, Trace, Values, json, listed, measured,
    standing, stored,
};
use solvable_shared::rounded;

use super::power_laws;
use crate::experiments::{InTime, InTimeSetting, Path, Problem};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new("dyn/explore-flow", |_| stored::<InTime>(SIMULATED.iter().map(setting)), flow)
}

const MODES: usize = 600;
const NOISE: f64 = 0.2;
const DECAY: f64 = 1.5;

/// Simulated flows: $b$, samples, times. The times of the first are those of the map.
const SIMULATED: [(f64, usize, [f64; 3]); 6] = [
    (2.0, 25, MAPPED),
    (2.0, 50, MAPPED),
    (2.0, 100, MAPPED),
    (2.0, 200, MAPPED),
    (2.0, 200, [0.774645, 7.74645, 77.4645]),
    (2.5, 200, [0.214155, 0.0713849, 0.642464]),
];
const MAPPED: [f64; 3] = [0.411928, 4.11928, 41.1928];

fn setting(&(b, samples, times): &(f64, usize, [f64; 3])) -> InTimeSetting {
    let problem = Problem::power(MODES, DECAY, b, NOISE);
    InTimeSetting { problem, samples, path: Path::Flow { times: times.to_vec() } }
}

fn flow(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for simulated in &SIMULATED {
        let (b, samples, times) = simulated;
        let at = json!({"a": DECAY, "b": b, "sigma2": NOISE, "N": samples});
        let s = setting(simulated);
        all.extend(measured(
            0,
            at.clone(),
            "test error E",
            0,
            listed::<InTime>(trials, &s, times, |o| &o.test)?,
        ));
        all.extend(measured(
            0,
            at,
            "training error L",
            1,
            listed::<InTime>(trials, &s, times, |o| &o.training)?,
        ));
    }
    for (index, time) in MAPPED.iter().enumerate() {
        let mut points = Vec::new();
        for simulated in SIMULATED.iter().filter(|(.., times)| *times == MAPPED) {
            let found = listed::<InTime>(trials, &setting(simulated), &MAPPED, |o| &o.test)?;
            points.extend(
                found
                    .get(index)
                    .map(|point| solvable_engine::figure::Point { x: simulated.1 as f64, ..*point }),
            );
        }
        let at = json!({"a": DECAY, "b": 2.0, "sigma2": NOISE, "t": time});
        all.extend(measured(1, at, "test error E", 0, points));
    }
    let times: Vec<f64> =
        (0..TIMES).map(|n| rounded(1e-2 * 10f64.powf(n as f64 * 5.0 / (TIMES - 1) as f64), 4)).collect();
    let curve = |samples: &str, t: Json| {
        Ask::new("dyn/flow-curve", power_laws(MODES, &[("N", json!(samples)), ("t", t)]))
    };
    let best = || Ask::new("dyn/distill-gain", power_laws(MODES, &[("N", json!("$N"))]));
    let along = |label: &str, group: usize, output: &str| {
        Trace::listed(label, group, Stroke::Solid, curve("$N", json!(times)), json!(times), output)
    };
    let over = |label: &str, group: usize, stroke: Stroke, output: &str| {
        Trace::sweep(
            label,
            group,
            stroke,
            curve("$x", json!(["$t"])),
            Values::new(10, 500, 16, Scale::Log).whole(),
            output,
        )
    };
    let error = || Axis::log("error").within(1e-3, 3.0);
    Ok(Explorable {
        id: "dyn/explore-flow".into(),
        title: "What has been learnt at time t".into(),
        caption: "Kernel regression on Gaussian features with eigenvalues i^{−a} (600 modes), a target with powers i^{−b} and label noise σ², by gradient flow. Left: test error \
                  without the noise of labels and training error with it, over time; dashed, the error of the best ridge. For smooth targets (b > a) the best time to stop \
                  beats it, for matched ones (b = a) never. Right: the errors at time t over the number of samples. Points: simulations, 99 % intervals \
                  (a = 1.5, b = 2, σ² = 0.2: N = 25 to 200 at three times; b = 2.5: N = 200)."
            .into(),
        knobs: vec![
            Knob::whole("N", "samples N", "For training.", 10, 500, 100).logarithmic(),
            Knob::real("t", "time t", "Of the panel on the right and of the numbers.", 1e-2, 1e3, MAPPED[1]).logarithmic(),
            Knob::real("a", "kernel a", "Decay of its eigenvalues.", 1.1, 3.0, DECAY),
            Knob::real("b", "target b", "Decay of its powers.", 1.1, 4.0, 2.0),
            Knob::real("sigma2", "noise σ²", "Variance of the noise of labels.", 0.0, 1.0, NOISE),
        ],
        panels: vec![
            Panel {
                title: "N = $N".into(),
                x: Axis::log("time t").within(1e-2, 1e3),
                y: error(),
                traces: vec![
                    along("test error E", 0, "E"),
                    along("training error L", 1, "L"),
                    Trace::level("best ridge", 2, Stroke::Dashed, best(), "E_1"),
                    standing("$t"),
                ],
            },
            Panel {
                title: "t = $t".into(),
                x: Axis::log("samples N").within(10.0, 500.0),
                y: error(),
                traces: vec![over("test error E", 0, Stroke::Solid, "E[0]")],
            },
        ],
        readouts: vec![
            Readout::new("test error at t", curve("$N", json!(["$t"])), "E[0]"),
            Readout::new("training error at t", curve("$N", json!(["$t"])), "L[0]"),
            Readout::new("best ridge δ^*", best(), "delta_star"),
            Readout::new("its error", best(), "E_1"),
        ],
        checks: vec![Ask::new(
            "dyn/flow-curve",
            json!({
                "problem.lambda.power": "$a", "problem.eta.power": "$b", "problem.sigma2": "$sigma2", "samples": "$N",
                "path.flow.times": [{"$quotient": ["$t", 10]}, "$t", {"$product": ["$t", 10]}]
            }),
        )],
        measured: all,
    })
}

/// Times of a curve.
const TIMES: usize = 26;
