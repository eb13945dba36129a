//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::{JudgeError, Request};
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Rule, Trace, Values, json, measured,
    points, stored,
};

use crate::claims::sharpness::{BLOCKS, Kind, of_blocks};
use crate::experiments::{Inputs, LayeredFisher, LayeredFisherOutcome, LayeredSetting};
use crate::settings::{CHANNELS, network};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![
        ExplorePlan::new("arch/explore-depth", |_| depth_requests(), depth),
        ExplorePlan::new("arch/explore-pooling", |_| pooling_requests(), pooling),
    ]
}

/// Kinds of blocks, with what the catalogue calls them and the scale of their branches.
const KINDS: [(Kind, &str, &str, f64); 4] = [
    (Kind::Residual, "residual", "residual", 1.0),
    (Kind::Scaled, "residual, over √B", "residual", f64::NAN),
    (Kind::PreNorm, "pre-norm", "pre-norm", 1.0),
    (Kind::PostNorm, "post-norm", "post-norm", 1.0),
];

/// Channels of the stored networks.
const WIDE: usize = 128;
/// Input channels and taps of them.
const ENTRY: usize = 16;
const TAPS: usize = 3;

fn of_kind(kind: Kind) -> Result<Vec<(f64, LayeredSetting)>, JudgeError> {
    BLOCKS.iter().map(|&blocks| Ok((blocks as f64, of_blocks(kind, blocks, WIDE)?))).collect()
}

fn depth_requests() -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for (kind, ..) in KINDS {
        all.extend(stored::<LayeredFisher>(of_kind(kind)?.into_iter().map(|(_, setting)| setting))?);
    }
    Ok(all)
}

fn blocks_ask(kind: &str, scale: f64, blocks: &str) -> Ask {
    let scale = if scale.is_nan() { json!("inverse-sqrt") } else { json!(scale) };
    Ask::new(
        "arch/depth-growth",
        json!({
            "kind": kind, "blocks": blocks, "scale": scale, "sigma_w2": "$sigma_w2", "slope": "$slope",
            "positions": "$positions", "pooled": "$pooled", "N": "$samples",
            "fan_ins": [TAPS * ENTRY, {"$product": ["$width", TAPS]}, "$width"]
        }),
    )
}

fn depth(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    let at = json!({"width": WIDE, "sigma_w2": 2, "slope": 0, "positions": 4, "pooled": true, "samples": 8});
    let (mut traces, mut readouts) = (Vec::new(), Vec::new());
    for (group, (kind, label, name, scale)) in KINDS.into_iter().enumerate() {
        let found = points::<LayeredFisher>(trials, of_kind(kind)?, |o| 2.0 / o.lambda_top)?;
        all.extend(measured(0, at.clone(), "", group, found));
        let ask = blocks_ask(name, scale, "$x");
        let blocks = Values::new(1, 64, 18, Scale::Log).whole();
        traces.push(Trace::sweep(label, group, Stroke::Solid, ask, blocks, "eta_c"));
        let ask = blocks_ask(name, scale, "$blocks");
        readouts.push(Readout::new(&format!("η_c, {label}"), ask, "eta_c"));
    }
    let plain = blocks_ask("plain", 1.0, "$x");
    let blocks = Values::new(1, 64, 18, Scale::Log).whole();
    traces.push(Trace::sweep("plain", 4, Stroke::Dashed, plain, blocks, "eta_c"));
    traces.push(Trace::Rule(Rule {
        label: String::new(),
        group: 5,
        stroke: Stroke::Dotted,
        ask: None,
        value: json!("$blocks"),
        upright: true,
    }));
    Ok(Explorable {
        id: "arch/explore-depth".into(),
        title: "Learning rates of deep residual networks".into(),
        caption: "The largest stable learning rate of convolutional networks (three taps) against the number of residual blocks. Plain sums of \
                  branches sharpen exponentially; branches over √B and normalized branches bear any depth at almost the same rate. Points: random networks of 128 channels with 99 % intervals. Try leaky ReLUs: at \
                  slope 1 the networks are linear."
            .into(),
        knobs: vec![
            Knob::whole("width", "channels M", "Of all hidden layers.", 16, 1024, WIDE as i64).logarithmic(),
            Knob::whole("blocks", "blocks B", "For the numbers below, at the dotted line.", 1, 64, 6).logarithmic(),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.5, 4.0, 2.0),
            Knob::real("slope", "slope", "Of the leaky ReLU below 0.", -1.0, 1.0, 0.0),
            Knob::whole("positions", "positions S", "Of the axis of the images.", 1, 256, 4).logarithmic(),
            Knob::choice("pooled", "read-out", "How positions are collected.", vec![
                (json!(true), "average"),
                (json!(false), "all of them"),
            ]),
            Knob::whole("samples", "samples N", "Inputs.", 1, 1000, 8).logarithmic(),
        ],
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("blocks B").within(0.9, 70.0),
            y: Axis::log("largest stable learning rate η_c").within(1e-5, 1.0),
            traces,
        }],
        readouts,
        checks: vec![],
        measured: all,
    })
}

/// Activations with the scales of their weights.
const ACTIVATIONS: [(&str, f64); 2] = [("relu", 2.0), ("erf", 2.5)];
const SIGMA_B2: f64 = 0.1;
const AXES: [usize; 4] = [2, 4, 8, 16];
const COLLECTED: [&str; 2] = ["global-avg-pool", "flatten"];
const SHORT_TAPS: usize = 2;
const POOLED_WIDTH: usize = 256;
const POOLED_SAMPLES: usize = 12;

fn layers(width: Json, taps: Json, activation: &str, collected: &str) -> Json {
    let conv = json!({"conv": {"channels": width, "filter": [taps]}});
    json!([conv, activation, conv, activation, collected, {"dense": 2}])
}

fn over_axes(
    (activation, sigma_w2): (&str, f64),
    collected: &str,
) -> Result<Vec<(f64, LayeredSetting)>, JudgeError> {
    let setting = |&positions: &usize| {
        let layers = layers(json!(POOLED_WIDTH), json!(SHORT_TAPS), activation, collected);
        let network = network(positions, CHANNELS, sigma_w2, SIGMA_B2, layers)?;
        Ok((positions as f64, LayeredSetting { network, inputs: Inputs::Random { samples: POOLED_SAMPLES } }))
    };
    AXES.iter().map(setting).collect()
}

fn pooling_requests() -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for activation in ACTIVATIONS {
        for collected in COLLECTED {
            all.extend(stored::<LayeredFisher>(
                over_axes(activation, collected)?.into_iter().map(|(_, s)| s),
            )?);
        }
    }
    Ok(all)
}

fn collected_by(collected: &str, positions: Json) -> Ask {
    let mut architecture = json!({
        "input": {"grid": [positions], "channels": CHANNELS}, "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2"
    });
    architecture["layers"] = layers(json!("$width"), json!("$taps"), "$activation", collected);
    Ask::new("arch/fim-stats", json!({"architecture": architecture, "N": "$samples"}))
}

fn all_pooled(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    type Read = fn(&LayeredFisherOutcome) -> f64;
    let mut all = Vec::new();
    for (activation, sigma_w2) in ACTIVATIONS {
        let at = json!({
            "activation": activation, "sigma_w2": sigma_w2, "sigma_b2": SIGMA_B2, "taps": SHORT_TAPS, "width": POOLED_WIDTH,
            "samples": POOLED_SAMPLES
        });
        for (group, collected) in COLLECTED.into_iter().enumerate() {
            let reads: [(usize, usize, Read); 3] =
                [(0, group, |o| o.lambda_top), (1, group, |o| o.theta_t), (1, group + 2, |o| o.theta_st)];
            for (panel, group, read) in reads {
                let found =
                    points::<LayeredFisher>(trials, over_axes((activation, sigma_w2), collected)?, read)?;
                all.extend(measured(panel, at.clone(), "", group, found));
            }
        }
    }
    Ok(all)
}

fn pooling(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let line = |label, group, collected, output| {
        let positions = Values::new("$taps", 16, 9, Scale::Log).whole();
        Trace::sweep(label, group, Stroke::Solid, collected_by(collected, json!("$x")), positions, output)
    };
    let [pooled, flat] = COLLECTED;
    Ok(Explorable {
        id: "arch/explore-pooling".into(),
        title: "What averaging over positions does to the sharpness".into(),
        caption: "Networks of two circular convolutions. Global average pooling divides by the number of positions what different samples do not \
                  share (right: the kernel of a sample with itself) and leaves what they share, the outlier. Flattening keeps the former. Points: \
                  random networks of 256 channels on 12 inputs, two taps, with 99 % intervals."
            .into(),
        knobs: vec![
            Knob::words("activation", "activation φ", "The activation of all hidden layers.", ["relu", "erf", "gelu", "tanh"]),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.5, 4.0, 2.0),
            Knob::real("sigma_b2", "σ_b²", "Variance of a bias.", 0.0, 1.0, SIGMA_B2),
            Knob::whole("taps", "taps", "Of the filters.", 1, 5, SHORT_TAPS as i64),
            Knob::whole("width", "channels M", "Of the hidden layers.", 16, 1024, POOLED_WIDTH as i64).logarithmic(),
            Knob::whole("samples", "samples N", "Inputs.", 1, 1000, POOLED_SAMPLES as i64).logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "largest eigenvalues".into(),
                x: Axis::log("positions S").within(0.9, 18.0),
                y: Axis::log("λ_max").within(10.0, 1e4),
                traces: vec![line("average pooling", 0, pooled, "lambda_max"), line("flattened", 1, flat, "lambda_max")],
            },
            Panel {
                title: "tangent kernel".into(),
                x: Axis::log("positions S").within(0.9, 18.0),
                y: Axis::log("entries").within(10.0, 1e4),
                traces: vec![
                    line("one sample, pooled", 0, pooled, "theta_t"),
                    line("one sample, flattened", 1, flat, "theta_t"),
                    line("two samples, pooled", 2, pooled, "theta_st"),
                    line("two samples, flattened", 3, flat, "theta_st"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("η_c at 8 positions, pooled", collected_by(pooled, json!(8)), "eta_c"),
            Readout::new("flattened", collected_by(flat, json!(8)), "eta_c"),
        ],
        checks: vec![Ask::new(
            "arch/pooling",
            json!({
                "network.input.grid": [8], "network.layers": layers(json!("$width"), json!("$taps"), "$activation", pooled),
                "network.sigma_w2": "$sigma_w2", "network.sigma_b2": "$sigma_b2", "inputs.random.samples": "$samples"
            }),
        )],
        measured: all_pooled(trials)?,
    })
}
