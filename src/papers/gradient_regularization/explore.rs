//! Explorable figures.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Point, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Json, Knob, Measured, Panel, Readout, Trace, Values, json, measured,
    standing, stored,
};

use crate::claims::limits::{SCALES, single};
use crate::claims::traps::{BESIDE, CHAINS, chain};
use crate::experiments::{DeepTrap, DiagonalFlow, DiagonalFlowSetting};
use crate::settings::{END, penalties};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![
        ExplorePlan::new("gr/explore-initialisation", |_| stored::<DiagonalFlow>(flows()), initialisation),
        ExplorePlan::new(
            "gr/explore-traps",
            |_| {
                let chains = EPSILONS.iter().flat_map(|&epsilon| CHAINS.map(|of| (of, epsilon)));
                let settings =
                    chains.map(|((depth, target), epsilon)| chain(depth, target, epsilon, &BESIDE));
                stored::<DeepTrap>(settings.collect::<Result<Vec<_>, _>>()?)
            },
            traps,
        ),
    ]
}

/// Lengths of the finite difference in simulations of deep networks.
const EPSILONS: [f64; 3] = [-0.05, 0.0, 0.05];

/// Flows of one coordinate, $\kappa=\frac12$ and $\beta^*=1$.
fn flows() -> Vec<DiagonalFlowSetting> {
    let grid = penalties(&[0.3, 0.7, 0.9], &[-0.1, 0.0, 0.1]);
    let all = [0.3, 0.1, 0.01].map(|start| single(vec![start], grid.clone(), END, 1e-14));
    let rich = SCALES.map(|start| single(vec![start], penalties(&[0.3], &[0.0]), END, 1e-14));
    all.into_iter().chain(rich).collect()
}

/// The end of a flow: $\alpha_0$, $\gamma$, $\epsilon$, $\log\alpha_{\rm eff}^2$.
type End = (f64, f64, f64, f64);

fn ends(trials: &Trials<'_>) -> Result<Vec<End>, JudgeError> {
    let mut ends: Vec<End> = Vec::new();
    for s in flows() {
        let outcome = trials.found::<DiagonalFlow>(&s)?.unwrap_or_default().into_iter().next();
        let logs = outcome.map(|o| o.log_p).unwrap_or_default();
        for ((start, penalty), log) in s.flows().zip(logs) {
            if !ends.iter().any(|&(a, g, e, _)| (a, g, e) == (start, penalty.gamma, penalty.epsilon)) {
                ends.push((start, penalty.gamma, penalty.epsilon, log));
            }
        }
    }
    Ok(ends)
}

/// The ends as points over one of the knobs, the first where the two others stand at the same.
fn over(ends: &[End], panel: usize, knob: &str) -> Vec<Measured> {
    let split = |&(start, gamma, epsilon, log): &End| {
        let mut at = json!({"alpha0": start, "gamma": gamma, "epsilon": epsilon, "kappa": 0.5, "beta": 1.0});
        let x = at.as_object_mut().and_then(|at| at.remove(knob)).and_then(|x| x.as_f64());
        (at, Point::exact(x.unwrap_or(f64::NAN), log))
    };
    let mut lines: Vec<(Json, Vec<Point>)> = Vec::new();
    for (at, point) in ends.iter().map(split) {
        match lines.iter_mut().find(|(other, _)| *other == at) {
            Some((_, points)) => points.push(point),
            None => lines.push((at, vec![point])),
        }
    }
    lines.into_iter().filter_map(|(at, points)| measured(panel, at, "gradient flow", 0, points)).collect()
}

fn initialisation(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let ends = ends(trials)?;
    let all = [(0, "gamma"), (1, "epsilon"), (2, "alpha0")]
        .into_iter()
        .flat_map(|(panel, knob)| over(&ends, panel, knob));
    let coordinate = |id: &str, other: &[(&str, Json)]| {
        let mut params = json!({"kappa": "$kappa", "beta_star": "$beta", "alpha0": "$alpha0"});
        for (name, value) in other {
            params[*name] = value.clone();
        }
        Ask::new(id, params)
    };
    let end = |gamma: &str, epsilon: &str| {
        coordinate("gr/scalar-log-alpha-sq", &[("gamma", json!(gamma)), ("epsilon", json!(epsilon))])
    };
    let rich = |gamma: &str| coordinate("gr/rich-log-alpha-sq", &[("gamma", json!(gamma))]);
    let of_start = |gamma: Json, epsilon: &str| {
        coordinate(
            "gr/scalar-log-alpha-sq",
            &[("gamma", gamma), ("epsilon", json!(epsilon)), ("alpha0", json!("$x"))],
        )
    };
    let level = || Axis::linear("log α_eff²").within(-60.0, 0.0);
    let strengths = || Values::new(0, 1.2, 61, Scale::Linear);
    let starts = || Values::new(1e-4, 1, 33, Scale::Log);
    Ok(Explorable {
        id: "gr/explore-initialisation".into(),
        title: "The effective initialisation under gradient regularization".into(),
        caption: "A diagonal linear network with a penalty on the gradient ends where one without would end that began at α_eff: the smaller, the sparser its solution. One coordinate, over \
                  the strength γ of the penalty, the length ε of its finite difference, and the initial weight α_0; curves end where the flow is trapped at the origin (2γκ|β^*| near \
                  1). Solid: exact; dashed: the limit of vanishing weights with ε = 0; grey: no penalty. Points: gradient flows, integrated, without chance (κ = 1/2, β^* = 1; γ = 0.3, \
                  0.7, 0.9; ε = 0, ±0.1; α_0 = 0.01, 0.1, 0.3, at γ = 0.3 also 0.0001 and 0.001)."
            .into(),
        knobs: vec![
            Knob::real("gamma", "strength γ", "Of the penalty γ|∇L|²/2.", 0.0, 1.2, 0.9),
            Knob::real("epsilon", "length ε", "Of the finite difference: above zero an ascent, below a descent, zero double backpropagation.", -0.3, 0.3, 0.0),
            Knob::real("alpha0", "α_0", "Initial value of all weights.", 1e-4, 1.0, 0.1).logarithmic(),
            Knob::real("kappa", "curvature κ", "Of the loss in β.", 0.1, 2.0, 0.5),
            Knob::real("beta", "target β^*", "The coefficient to be learnt.", 0.1, 3.0, 1.0),
        ],
        panels: vec![
            Panel {
                title: "strength".into(),
                x: Axis::linear("strength γ").within(0.0, 1.2),
                y: level(),
                traces: vec![
                    Trace::sweep("exact", 0, Stroke::Solid, end("$x", "$epsilon"), strengths(), "log_alpha_sq").ending(),
                    Trace::sweep("vanishing weights", 1, Stroke::Dashed, rich("$x"), strengths(), "log_alpha_sq").ending(),
                    standing("$gamma"),
                ],
            },
            Panel {
                title: "finite differences".into(),
                x: Axis::linear("length ε").within(-0.3, 0.3),
                // The effect of ε is small against those of γ and α_0: a scale of its own.
                y: Axis::linear("log α_eff²"),
                traces: vec![
                    Trace::sweep(
                        "exact",
                        0,
                        Stroke::Solid,
                        end("$gamma", "$x"),
                        Values::new(-0.3, 0.3, 25, Scale::Linear),
                        "log_alpha_sq",
                    )
                    .ending(),
                    standing("$epsilon"),
                ],
            },
            Panel {
                title: "initial weights".into(),
                x: Axis::log("α_0").within(1e-4, 1.0),
                y: level(),
                traces: vec![
                    Trace::sweep("exact", 0, Stroke::Solid, of_start(json!("$gamma"), "$epsilon"), starts(), "log_alpha_sq")
                        .ending(),
                    Trace::sweep("no penalty", 7, Stroke::Solid, of_start(json!(0), "$epsilon"), starts(), "log_alpha_sq"),
                    standing("$alpha0"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("log α_eff²", end("$gamma", "$epsilon"), "log_alpha_sq"),
            Readout::new("for vanishing weights, ε = 0", rich("$gamma"), "log_alpha_sq"),
            Readout::new(
                "slope in γ, at γ = 0",
                coordinate("gr/scalar-first-order", &[("epsilon", json!("$epsilon"))]),
                "slope",
            ),
        ],
        checks: vec![Ask::new(
            "gr/one-coordinate",
            json!({
                "starts": ["$alpha0"], "penalties": [{"gamma": "$gamma", "epsilon": "$epsilon"}], "data.planted": ["$beta"],
                // The root of 2κ.
                "data.mean": {"$exp": [{"$product": [0.5, {"$log": [{"$product": [2, "$kappa"]}]}]}]}
            }),
        )],
        measured: all.collect(),
    })
}

fn traps(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for epsilon in EPSILONS {
        for (depth, target) in CHAINS {
            let s = chain(depth, target, epsilon, &BESIDE)?;
            let Some(outcome) = trials.found::<DeepTrap>(&s)?.and_then(|all| all.into_iter().next()) else {
                continue;
            };
            let ends: Vec<(f64, f64)> = s.strengths.iter().copied().zip(outcome.learnt).collect();
            let at = json!({"depth": depth, "target": target, "epsilon": epsilon});
            let learnt = ends.iter().map(|(gamma, learnt)| Point::exact(*gamma, *learnt)).collect();
            all.extend(measured(2, at, "gradient flow", 0, learnt));
            let [(low, below), (high, above)] = ends[..] else { continue };
            if below < 0.5 || above > 0.5 {
                continue;
            }
            let between = |x: f64| vec![Point { x, y: (low * high).sqrt(), low, high }];
            for (panel, knob, value, x) in
                [(0, "depth", depth as f64, target), (1, "target", target, depth as f64)]
            {
                let at = json!({knob: value, "epsilon": epsilon});
                all.extend(measured(panel, at, "between two flows", 0, between(x)));
            }
        }
    }
    let threshold = |depth: &str, target: &str, epsilon: Json| {
        Ask::new("gr/deep-trap", json!({"depth": depth, "s_star": target, "epsilon": epsilon}))
    };
    let curve = |label: &str, group: usize, stroke: Stroke, ask: Ask, values: Values| {
        Trace::sweep(label, group, stroke, ask, values, "gamma_c").ending()
    };
    let targets = || Values::new(0.1, 10, 41, Scale::Log);
    let depths = || Values::new(2, 12, 11, Scale::Linear).whole();
    let strength = || Axis::log("strength γ").within(0.01, 10.0);
    Ok(Explorable {
        id: "gr/explore-traps".into(),
        title: "Which singular values a penalty traps in a deep linear network".into(),
        caption: "Above the line a penalty of this strength holds a small start below the target singular value s_*: left over s_*, middle over the depth; dashed: double \
                  backpropagation (ε = 0). The larger s_*, the sooner it is lost, and the deeper the network, the more so for large ones. Right: what flows of balanced chains learn at \
                  0.97 and 1.03 of the threshold, all of it or next to nothing; the markers on the left stand between the two (L = 2, 3, 4, 6; s_* = 1, 4; ε = 0, ±0.05)."
            .into(),
        knobs: vec![
            Knob::whole("depth", "depth L", "Layers of the network.", 2, 12, 3),
            Knob::real("target", "s_*", "The singular value to be learnt.", 0.1, 10.0, 4.0).logarithmic(),
            Knob::real("epsilon", "length ε", "Of the finite difference of the penalty.", -0.2, 0.2, 0.05),
        ],
        panels: vec![
            Panel {
                title: "L = $depth".into(),
                x: Axis::log("singular value s_*").within(0.1, 10.0),
                y: strength(),
                traces: vec![
                    curve("threshold γ_c", 0, Stroke::Solid, threshold("$depth", "$x", json!("$epsilon")), targets()),
                    curve("with ε = 0", 7, Stroke::Dashed, threshold("$depth", "$x", json!(0)), targets()),
                ],
            },
            Panel {
                title: "s_* = $target".into(),
                x: Axis::linear("depth L").within(1.5, 12.5),
                y: strength(),
                traces: vec![
                    curve("threshold γ_c", 0, Stroke::Solid, threshold("$x", "$target", json!("$epsilon")), depths()),
                    curve("with ε = 0", 7, Stroke::Dashed, threshold("$x", "$target", json!(0)), depths()),
                ],
            },
            Panel {
                title: "where flows end".into(),
                x: Axis::log("strength γ").within(0.01, 10.0),
                y: Axis::linear("share learnt").within(0.0, 1.05),
                traces: vec![Trace::upright(
                    "threshold γ_c",
                    0,
                    Stroke::Solid,
                    threshold("$depth", "$target", json!("$epsilon")),
                    "gamma_c",
                )],
            },
        ],
        readouts: vec![
            Readout::new("threshold γ_c", threshold("$depth", "$target", json!("$epsilon")), "gamma_c"),
            Readout::new("with ε = 0", threshold("$depth", "$target", json!(0)), "gamma_c"),
        ],
        checks: vec![],
        measured: all,
    })
}
