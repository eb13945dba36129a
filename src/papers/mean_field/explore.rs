//! Explorable figures.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Dot, Explorable, ExplorePlan, Knob, Panel, Readout, Trace, Values, json, measured, points, stored,
};
use solvable_shared::{Fisher, FisherSetting};
use solvable_theory::{Activation, Architecture, TheoryError};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new(
        "mf/explore-sharpness",
        |_| stored::<Fisher>(recorded()?.map(|(_, setting)| setting)),
        sharpness,
    )]
}

/// Activations, with the scales at which their largest eigenvalues were measured.
const NETWORKS: [(&str, f64, f64); 2] = [("tanh", 3.0, 0.64), ("relu", 2.0, 0.1)];
const WIDTHS: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];
const DEPTHS: [usize; 5] = [2, 3, 4, 6, 8];
const SAMPLES: usize = 40;
const CLASSES: usize = 2;

/// Where trials were recorded: activation and scales, depth, width.
type Place = ((&'static str, f64, f64), usize, usize);

fn setting(&((activation, sigma_w2, sigma_b2), depth, width): &Place) -> Result<FisherSetting, TheoryError> {
    let mut widths = vec![width; depth];
    widths.push(CLASSES);
    let network = Architecture::new(widths, activation.parse::<Activation>()?, sigma_w2, sigma_b2)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples: SAMPLES })
}

fn recorded() -> Result<impl Iterator<Item = (Place, FisherSetting)>, JudgeError> {
    let places = NETWORKS.iter().flat_map(|network| {
        DEPTHS.iter().flat_map(move |depth| WIDTHS.iter().map(move |width| (*network, *depth, *width)))
    });
    let all = places.map(|place| Ok((place, setting(&place)?))).collect::<Result<Vec<_>, TheoryError>>()?;
    Ok(all.into_iter())
}

fn sharpness(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let statistics = |width: &str| {
        Ask::new(
            "mf/fim-stats",
            json!({
                "activation": "$activation", "widths": [{"$repeat": [width, "$depth"]}, CLASSES], "N": "$samples",
                "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2", "train_bias": true
            }),
        )
    };
    let scales = json!({"activation": "$activation", "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2"});
    let mut overlaps = scales.clone();
    overlaps["depth"] = json!("$depth");
    let overlaps = Ask::new("mf/order-parameters", overlaps);
    let critical = Ask::new("mf/critical-line", json!({"activation": "$activation", "q_star": "$x"}));
    let mut all = Vec::new();
    for (activation, sigma_w2, sigma_b2) in NETWORKS {
        for depth in DEPTHS {
            let network = (activation, sigma_w2, sigma_b2);
            let settings = WIDTHS.iter().map(|&width| Ok((width as f64, setting(&(network, depth, width))?)));
            let settings = settings.collect::<Result<Vec<_>, TheoryError>>()?;
            let at = json!({
                "activation": activation, "depth": depth, "sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "samples": SAMPLES
            });
            let found = points::<Fisher>(trials, settings, |o| o.lambda_top)?;
            all.extend(measured(2, at, "networks", 1, found));
        }
    }
    Ok(Explorable {
        id: "mf/explore-sharpness".into(),
        title: "From order parameters to the largest eigenvalue".into(),
        caption: "Left: the network among order and chaos; the line is χ_1 = 1. Middle: overlaps of its signals, of one input and of two. \
                  Right: the largest eigenvalues of its Fisher information against width (two outputs, trained biases), and means over random \
                  networks with 99 % intervals. Deep networks and small widths leave the theory."
            .into(),
        knobs: vec![
            Knob::words("activation", "activation φ", "The activation of all hidden layers.", [
                "tanh", "relu", "erf", "gelu", "linear",
            ]),
            Knob::whole("depth", "depth L", "Layers of weights.", 2, 20, 3),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.2, 5.0, 3.0),
            Knob::real("sigma_b2", "σ_b²", "Variance of a bias.", 0.0, 1.5, 0.64),
            Knob::whole("samples", "samples N", "Inputs of the Fisher information.", 2, 1000, SAMPLES as i64).logarithmic(),
            Knob::whole("width", "width M", "Of inputs and hidden layers, for the numbers below.", 16, 4096, 512)
                .logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "where the network is".into(),
                x: Axis::linear("σ_w²").within(0.0, 5.0),
                y: Axis::linear("σ_b²").within(0.0, 1.5),
                traces: vec![
                    Trace::sweep(
                        "χ_1 = 1",
                        7,
                        Stroke::Solid,
                        critical,
                        Values::new(1e-3, 30.0, 120, Scale::Log),
                        "sigma_b2",
                    )
                    .against("sigma_w2"),
                    Trace::Dot(Dot {
                        label: "here".into(),
                        group: 1,
                        ask: None,
                        x: json!("$sigma_w2"),
                        y: json!("$sigma_b2"),
                    }),
                ],
            },
            Panel {
                title: "overlaps of signals".into(),
                x: Axis::linear("layer"),
                y: Axis::linear("overlap"),
                traces: vec![
                    Trace::listed("of one input", 0, Stroke::Solid, overlaps.clone(), json!(null), "qhat_t"),
                    Trace::listed("of two inputs", 2, Stroke::Solid, overlaps, json!(null), "qhat_st"),
                ],
            },
            Panel {
                title: "largest eigenvalues".into(),
                x: Axis::log("width M").within(10.0, 5000.0),
                y: Axis::log("λ_max"),
                traces: vec![Trace::sweep(
                    "theory",
                    0,
                    Stroke::Solid,
                    statistics("$x"),
                    Values::new(12, 4096, 60, Scale::Log).whole(),
                    "lambda_max",
                )],
            },
        ],
        readouts: vec![
            Readout::new("λ_max", statistics("$width"), "lambda_max"),
            Readout::new("learning rates converge below η_c", statistics("$width"), "eta_c"),
            Readout::new("mean eigenvalue m_λ", statistics("$width"), "m_lambda"),
            Readout::new("χ_1", Ask::new("mf/fixed-point", scales), "chi_1"),
        ],
        checks: vec![Ask::new(
            "mf/lambda-max",
            json!({
                "network.activation": "$activation", "width": "$width", "depth": "$depth", "samples": "$samples",
                "network.sigma_w2": "$sigma_w2", "network.sigma_b2": "$sigma_b2", "outputs": CLASSES
            }),
        )],
        measured: all,
    })
}
