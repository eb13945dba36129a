//! Explorable figures.

use serde_json::Value as Json;
use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Point, Position, Scale, Series, Stroke};
use solvable_engine::verify::{Experiment, JudgeError, Request};
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Measured, Panel, Readout, Trace, Values, json, measured, points,
    stored,
};
use solvable_shared::{FisherSetting, rounded};
use solvable_theory::{Activation, Architecture, TheoryError};

use crate::experiments::{CentredClassifier, ClassifierSpectrum, ClassifierSpectrumOutcome, TwoClassOutputs};
use crate::settings::{setting, statistics};

pub(super) fn all() -> Vec<ExplorePlan> {
    vec![ExplorePlan::new("spectra/explore-outliers", |_| requests(), outliers)]
}

const ACTIVATIONS: [&str; 2] = ["tanh", "relu"];
const DEPTH: usize = 3;

/// Widths at which critical rates are stored, with as many tenths of samples.
const SAMPLES: [usize; 9] = [3, 6, 12, 24, 48, 50, 100, 150, 200];
const UNITS_A_SAMPLE: usize = 10;

/// Width, classes and samples of the spectra.
const SPECTRA: [(usize, usize, usize); 3] = [(1000, 2, 200), (1000, 3, 60), (2000, 10, 100)];

/// Outputs of two classes: width and samples.
const OUTPUTS: (usize, usize) = (400, 400);

fn spectra(activation: &str) -> Result<Vec<FisherSetting>, TheoryError> {
    SPECTRA
        .iter()
        .map(|&(width, classes, samples)| setting(activation, DEPTH, width, classes, samples))
        .collect()
}

fn two_classes(activation: &str) -> Result<FisherSetting, TheoryError> {
    setting(activation, DEPTH, OUTPUTS.0, 2, OUTPUTS.1)
}

fn proportional(activation: &str, classes: usize) -> Result<Vec<(f64, FisherSetting)>, TheoryError> {
    let of = |&samples: &usize| {
        Ok((samples as f64, setting(activation, DEPTH, UNITS_A_SAMPLE * samples, classes, samples)?))
    };
    SAMPLES.iter().map(of).collect()
}

/// ReLU networks of three classes at other scales: $\sigma_w^2$, $\sigma_b^2$, width, samples.
const OTHERS: [(f64, f64, usize, usize); 2] = [(3.0, 0.64, 512, 60), (2.0, 3.0, 800, 150)];

fn other(
    (sigma_w2, sigma_b2, width, samples): (f64, f64, usize, usize),
) -> Result<FisherSetting, TheoryError> {
    let widths = [vec![width; DEPTH], vec![3]].concat();
    let network = Architecture::new(widths, Activation::relu(), sigma_w2, sigma_b2)?;
    Ok(FisherSetting { network: network.with_trained_biases(true), samples })
}

fn requests() -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for activation in ACTIVATIONS {
        all.extend(stored::<ClassifierSpectrum>(spectra(activation)?)?);
        all.extend(stored::<TwoClassOutputs>([two_classes(activation)?])?);
        all.extend(stored::<CentredClassifier>(
            proportional(activation, 3)?.into_iter().map(|(_, setting)| setting),
        )?);
    }
    for scales in OTHERS {
        all.extend(stored::<ClassifierSpectrum>([other(scales)?])?);
    }
    Ok(all)
}

/// Where the knobs stand for a network.
fn at(setting: &FisherSetting) -> Json {
    let network = &setting.network;
    let scales = network.scales();
    json!({
        "activation": scales.activation.to_string(), "depth": network.depth(), "sigma_w2": scales.sigma_w2,
        "sigma_b2": scales.sigma_b2
    })
}

/// Levels of the quantiles that are drawn.
const LEVELS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Quantiles of `values`, with 99 % intervals from the ranks that a binomial number of smaller values takes.
fn quantiles(mut values: Vec<f64>) -> Vec<Point> {
    const Z: f64 = 2.5758;
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let of = |level: f64| {
        let spread = Z * (level * (1.0 - level) / count).sqrt();
        let value = |share: f64| {
            let rank = (share * count).floor().clamp(0.0, count - 1.0);
            values.get(rank as usize).copied().unwrap_or(f64::NAN)
        };
        let [low, y, high] = [level - spread, level, level + spread].map(value);
        let [y, low, high] = [y, low, high].map(|value| rounded(value, 6));
        Point { x: level, y, low, high }
    };
    LEVELS.map(of).to_vec()
}

fn values<E: Experiment>(
    trials: &Trials<'_>,
    setting: &E::Setting,
    read: impl Fn(&E::Outcome) -> Option<f64>,
) -> Result<Vec<f64>, JudgeError> {
    let outcomes = trials.found::<E>(setting)?.unwrap_or_default();
    Ok(outcomes.iter().filter_map(read).collect())
}

/// Quantiles of the outlier of two classes over networks: by the mean softmax of their outputs, and as it is.
fn two_class_quantiles(trials: &Trials<'_>, activation: &str) -> Result<Vec<Measured>, JudgeError> {
    let (drawn, whole) = (two_classes(activation)?, setting(activation, DEPTH, 1000, 2, 200)?);
    let unit = statistics(&whole)?.theta_st;
    let softmax = values::<TwoClassOutputs>(trials, &drawn, |o| Some(o.mean))?;
    let outliers = values::<ClassifierSpectrum>(trials, &whole, |o| Some(o.outliers.first()? / unit))?;
    let series = |label, group, values: Vec<f64>| {
        let points = if values.is_empty() { Vec::new() } else { quantiles(values) };
        measured(0, at(&drawn), label, group, points)
    };
    let all = [series("outputs of networks", 1, softmax), series("eigenvalues, N = 200", 2, outliers)];
    Ok(all.into_iter().flatten().collect())
}

/// Mean largest outliers of networks of one kind, against the number of classes.
fn largest(trials: &Trials<'_>, settings: Vec<FisherSetting>) -> Result<Option<Measured>, JudgeError> {
    let Some(here) = settings.first().map(at) else { return Ok(None) };
    let mut all = Vec::new();
    for setting in settings {
        let unit = statistics(&setting)?.theta_st;
        let classes = setting.network.classes() as f64;
        let read = |o: &ClassifierSpectrumOutcome| o.outliers.first().map_or(f64::NAN, |top| top / unit);
        all.extend(points::<ClassifierSpectrum>(trials, [(classes, setting)], read)?);
    }
    Ok(measured(1, here, "networks", 1, all))
}

/// Largest stable rates for either loss.
fn rates(trials: &Trials<'_>, activation: &str) -> Result<Vec<Measured>, JudgeError> {
    const CLASSES: usize = 3;
    let settings = proportional(activation, CLASSES)?;
    let Some(mut here) = settings.first().map(|(_, setting)| at(setting)) else { return Ok(Vec::new()) };
    here["classes"] = json!(CLASSES);
    let squared = points::<CentredClassifier>(trials, settings.clone(), |o| 2.0 / o.plain_top)?;
    let entropy = points::<CentredClassifier>(trials, settings, |o| 2.0 / o.centred_outliers)?;
    let all = [measured(2, here.clone(), "", 0, squared), measured(2, here, "", 1, entropy)];
    Ok(all.into_iter().flatten().collect())
}

fn all_measured(trials: &Trials<'_>) -> Result<Vec<Measured>, JudgeError> {
    let mut all = Vec::new();
    for activation in ACTIVATIONS {
        all.extend(two_class_quantiles(trials, activation)?);
        all.extend(largest(trials, spectra(activation)?)?);
        all.extend(rates(trials, activation)?);
    }
    for scales in OTHERS {
        all.extend(largest(trials, vec![other(scales)?])?);
    }
    Ok(all)
}

/// Second moments of the outputs of the network of the knobs.
fn outputs(which: &str) -> Json {
    json!({"$answer": [
        "spectra/order-parameters",
        {"activation": "$activation", "depth": "$depth", "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2"},
        format!("{which}[last]")
    ]})
}

fn outliers(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let moments = |extra: (&str, &str), id: &str| {
        let mut params = json!({"q_t": outputs("q_t"), "q_st": outputs("q_st")});
        params[extra.0] = json!(extra.1);
        Ask::new(id, params)
    };
    let softmax = |classes: &str| moments(("C", classes), "spectra/softmax-moments");
    let step = |samples: Json, width: Json| {
        Ask::new(
            "spectra/critical-step",
            json!({
                "activation": "$activation", "depth": "$depth", "sigma_w2": "$sigma_w2", "sigma_b2": "$sigma_b2",
                "alphas": [{"$repeat": [1, "$depth"]}], "M": width, "N": samples, "C": "$classes"
            }),
        )
    };
    let moment = |label, group, stroke, output| {
        let classes = Values::new(2, 20, 5, Scale::Log).whole();
        Trace::sweep(label, group, stroke, softmax("$x"), classes, output)
    };
    let rate = |label, group, output| {
        let ask = step(json!("$x"), json!({"$product": ["$x", UNITS_A_SAMPLE]}));
        Trace::sweep(label, group, Stroke::Solid, ask, Values::new(3, 400, 16, Scale::Log).whole(), output)
    };
    let halved = Series::rule("half of regression", 3, Stroke::Dotted, Position::Y(0.5));
    let here = step(json!(100), json!(UNITS_A_SAMPLE * 100));
    Ok(Explorable {
        id: "spectra/explore-outliers".into(),
        title: "Outliers of the cross entropy".into(),
        caption: "The softmax lowers and disperses the outliers of the Fisher information, of which regression has one for each output, at Θ_st. Left: \
                  with two classes the outlier differs from network to network; its quantiles, at many samples. Middle: its mean lies between \
                  the dashed bounds (the points, of 60 to 200 samples, somewhat higher) and falls with the number of classes; dotted, balanced outputs. Right: largest stable learning rates, ten \
                  units a sample (points: outputs centred for the cross entropy); at few samples the bulk takes over from the outliers. 99 % intervals. Larger outputs (σ_w²) saturate the softmax."
            .into(),
        knobs: vec![
            Knob::words("activation", "activation φ", "The activation of all hidden layers.", ["tanh", "relu", "gelu"]),
            Knob::whole("depth", "depth L", "Layers of weights.", 2, 12, DEPTH as i64),
            Knob::real("sigma_w2", "σ_w²", "Variance of a weight times its fan-in.", 0.2, 5.0, 3.0),
            Knob::real("sigma_b2", "σ_b²", "Variance of a bias.", 0.01, 3.0, 0.64),
            Knob::whole("classes", "classes C", "Outputs, on the right and below.", 2, 20, 3).logarithmic(),
        ],
        panels: vec![
            Panel {
                title: "two classes".into(),
                x: Axis::linear("share of networks").within(0.0, 1.0),
                y: Axis::linear("largest eigenvalue / Θ_st").within(0.0, 0.6),
                traces: vec![
                    Trace::Fixed(halved.clone()),
                    Trace::sweep(
                        "quantiles, N → ∞",
                        0,
                        Stroke::Solid,
                        moments(("p", "$x"), "spectra/ce-outlier-quantile-c2"),
                        Values::new(0.01, 0.99, 30, Scale::Linear),
                        "quantile",
                    ),
                ],
            },
            Panel {
                title: "any number of classes".into(),
                x: Axis::log("classes C").within(1.8, 22.0),
                y: Axis::linear("largest eigenvalue / Θ_st").within(0.0, 0.6),
                traces: vec![
                    Trace::Fixed(halved),
                    moment("bounds of the mean", 0, Stroke::Dashed, "lower"),
                    moment("", 0, Stroke::Dashed, "upper"),
                    moment("balanced", 2, Stroke::Dotted, "beta_0"),
                ],
            },
            Panel {
                title: "learning rates, C = $classes".into(),
                x: Axis::log("samples N, width 10 N").within(2.5, 500.0),
                y: Axis::log("η_c").within(1e-3, 3.0),
                traces: vec![rate("squared error", 0, "eta_c"), rate("cross entropy", 1, "eta_c_CE")],
            },
        ],
        readouts: vec![
            Readout::new("balanced outlier / Θ_st", here.clone(), "beta_0"),
            Readout::new("η_c, squared error, 1000 units, N = 100", here.clone(), "eta_c"),
            Readout::new("η_c, cross entropy", here, "eta_c_CE"),
        ],
        checks: vec![Ask::new(
            "spectra/ce-surrogate",
            json!({
                "network.activation": "$activation", "depth": "$depth", "outputs": "$classes",
                "network.sigma_w2": "$sigma_w2", "network.sigma_b2": "$sigma_b2"
            }),
        )],
        measured: all_measured(trials)?,
    })
}
