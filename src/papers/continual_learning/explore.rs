//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    stored,
};

use crate::claims::gaussian::at_similarity;
use crate::experiments::{TwoTasks, TwoTasksSetting};
use crate::settings::gaussian;

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new("cl/explore-tasks", |_| stored::<TwoTasks>(all_settings()), tasks)]
}

/// Gaussian features of two tasks: decays of eigenvalues and targets, modes, samples of the first task.
#[derive(Debug, Clone, Copy)]
struct Family {
    decay: f64,
    target_decay: f64,
    modes: usize,
    first: usize,
}

/// Every family with the samples of the second task.
const FAMILIES: [(Family, &[usize]); 13] = [
    (family(2.0, 2.0, 1000, 100), &[1, 5, 20, 40, 62, 100, 200]),
    (family(1.5, 1.5, 4000, 200), &[50, 200]),
    (family(1.5, 1.5, 4000, 400), &[100]),
    (family(1.5, 2.0, 4000, 100), &[100]),
    (family(1.5, 2.0, 4000, 200), &[50]),
    (family(1.5, 2.0, 4000, 400), &[100]),
    (family(1.5, 1.5, 50, 10), &[4]),
    (family(1.5, 1.5, 100, 20), &[8]),
    (family(1.5, 1.5, 200, 40), &[16]),
    (family(1.5, 1.5, 400, 80), &[32]),
    (family(1.5, 1.5, 800, 160), &[64]),
    (family(1.5, 1.5, 1600, 320), &[128]),
    (family(2.0, 2.0, 4000, 200), &[200]),
];

const fn family(decay: f64, target_decay: f64, modes: usize, first: usize) -> Family {
    Family { decay, target_decay, modes, first }
}

impl Family {
    fn setting(self, second: usize) -> TwoTasksSetting {
        let features = gaussian(self.decay, self.target_decay, self.modes);
        TwoTasksSetting { features, samples: [self.first, second] }
    }

    fn settings(self, seconds: &[usize]) -> Vec<(f64, TwoTasksSetting)> {
        seconds.iter().map(|&second| (second as f64, self.setting(second))).collect()
    }

    /// Where the knobs stand.
    fn at(self) -> Json {
        json!({"a": self.decay, "b": self.target_decay, "P": self.modes, "N1": self.first})
    }
}

fn all_settings() -> Vec<TwoTasksSetting> {
    let all = FAMILIES.iter().flat_map(|(family, seconds)| family.settings(seconds));
    all.map(|(_, setting)| setting).collect()
}

/// Similarities at which learning curves were measured.
const SIMILARITIES: [f64; 4] = [0.0, 0.5, 0.7, 1.0];

/// Those of the points in the middle.
const ABSCISSAS: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

fn all_measured(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for (family, seconds) in FAMILIES {
        for rho in SIMILARITIES {
            let mut at = family.at();
            at["rho"] = json!(rho);
            let settings = || family.settings(seconds);
            let forward = points::<TwoTasks>(trials, settings(), |o| at_similarity(o.forward, rho))?;
            let backward = points::<TwoTasks>(trials, settings(), |o| at_similarity(o.backward, rho))?;
            all.extend(measured(0, at.clone(), "", 0, forward));
            all.extend(measured(0, at, "", 2, backward));
        }
        let alone = points::<TwoTasks>(trials, family.settings(seconds), |o| o.alone)?;
        all.extend(measured(0, family.at(), "", 1, alone));
        for &second in seconds {
            let mut at = family.at();
            at["N2"] = json!(second);
            let (mut forward, mut backward) = (Vec::new(), Vec::new());
            for rho in ABSCISSAS {
                let here = || [(rho, family.setting(second))];
                forward.extend(points::<TwoTasks>(trials, here(), |o| at_similarity(o.forward, rho))?);
                backward.extend(points::<TwoTasks>(trials, here(), |o| at_similarity(o.backward, rho))?);
            }
            all.extend(measured(1, at.clone(), "", 0, forward));
            all.extend(measured(1, at, "", 2, backward));
        }
        // The law is one of matched targets.
        if family.decay != family.target_decay {
            continue;
        }
        let ratios = seconds.iter().map(|&n| (n as f64 / family.first as f64, family.setting(n)));
        let again = points::<TwoTasks>(trials, ratios, |o| at_similarity(o.forward, 1.0) / o.first)?;
        all.extend(measured(2, family.at(), "kernel regression", 3, again));
    }
    Ok(all)
}

fn two_task(second: &str, rho: &str) -> Ask {
    Ask::new(
        "cl/two-task",
        json!({
            "P": "$P", "lambda": {"power": "$a"}, "eta": {"power": "$b"}, "N1": "$N1", "N2": second, "rho": rho
        }),
    )
}

fn tasks(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let errors = |x: &str, values: Values, ask: Ask| {
        let line = |label, group, stroke, output| {
            Trace::sweep(label, group, stroke, ask.clone(), values.clone(), output)
        };
        let traces = vec![
            line("second task, after both", 0, Stroke::Solid, "E_AB"),
            line("second task alone", 1, Stroke::Dashed, "E_B"),
            line("first task, after both", 2, Stroke::Solid, "E_back"),
        ];
        (Axis::linear(x), traces)
    };
    let (_, curves) = errors(
        "",
        Values::new(1, json!({"$product": ["$P", 0.9]}), 25, Scale::Log).whole(),
        two_task("$x", "$rho"),
    );
    let (similarity, mut transfer) =
        errors("similarity ρ", Values::new(-1.0, 1.0, 17, Scale::Linear), two_task("$N2", "$x"));
    let here = two_task("$N2", "$rho");
    transfer.push(Trace::upright("ρ*: transfer helps beyond", 4, Stroke::Dotted, here.clone(), "rho_star"));
    let self_ratio = Ask::new("cl/self-ratio-power-law", json!({"a": "$a", "r": "$x"}));
    let threshold = Ask::new("cl/self-ratio-threshold", json!({"a": "$a"}));
    Ok(Explorable {
        id: "cl/explore-tasks".into(),
        title: "Two tasks in turn".into(),
        caption: "Kernel regression of a second task from where the first one ended; Gaussian features with eigenvalues i^(−a), targets i^(−b). \
                  Left, errors against the samples of the second task; middle, against its similarity: beyond ρ* (one half where targets match \
                  the kernel, a = b) the first task helps. Right, the same task twice: where the second time has few samples it \
                  destroys knowledge. Points: finite data sets, 99 % intervals over inputs."
            .into(),
        knobs: vec![
            Knob::whole("N1", "samples N_1", "Of the first task.", 5, 1000, 100).logarithmic(),
            Knob::whole("N2", "samples N_2", "Of the second task, in the middle and below.", 1, 1000, 40).logarithmic(),
            Knob::real("rho", "similarity ρ", "Correlation of the two targets.", -1.0, 1.0, 0.7),
            Knob::real("a", "decay a", "The eigenvalues are i^(−a).", 1.1, 3.0, 2.0),
            Knob::real("b", "decay b", "The powers of the targets are i^(−b).", 1.1, 3.0, 2.0),
            Knob::whole("P", "modes P", "How many eigenvalues there are.", 25, 4000, 1000).logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "learning curves".into(),
                x: Axis::log("samples N_2").within(0.8, 4000.0),
                y: Axis::log("error").within(1e-3, 10.0),
                traces: curves,
            },
            Panel {
                title: "transfer and forgetting, N_2 = $N2".into(),
                x: similarity.within(-1.0, 1.0),
                y: Axis::log("error").within(1e-3, 10.0),
                traces: transfer,
            },
            Panel {
                title: "the same task twice".into(),
                x: Axis::log("N_2 / N_1").within(0.008, 10.0),
                y: Axis::linear("E_2 / E_1").within(0.0, 2.0),
                traces: vec![
                    Trace::sweep("law, many samples", 3, Stroke::Solid, self_ratio, Values::new(0.01, 10.0, 60, Scale::Log), "ratio"),
                    Trace::upright("forgets below", 4, Stroke::Dotted, threshold, "r_star"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("first task, E_1", here.clone(), "E_1"),
            Readout::new("second task after both", here.clone(), "E_AB"),
            Readout::new("second task alone", here.clone(), "E_B"),
            Readout::new("first task after both", here.clone(), "E_back"),
            Readout::new("critical similarity ρ*", here, "rho_star"),
        ],
        checks: vec![Ask::new(
            "cl/two-task",
            json!({
                "features.gaussian.decay": "$a", "features.gaussian.target_decay": "$b", "features.gaussian.modes": "$P",
                "samples": ["$N1", "$N2"]
            }),
        )],
        measured: all_measured(trials)?,
    })
}
