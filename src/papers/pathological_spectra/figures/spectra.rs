use solvable_theory::pathological_spectra::{
    GivenOutputs, block_statistics, layer_metrics, layer_scales, outlier_quantile,
};

use crate::claims::cross_entropy::{many, spectrum};
use crate::claims::kernels::spectra as settings;
use crate::claims::metric::cases;
use crate::claims::surrogate::drawn_outliers;
use crate::experiments::{
    BothSpectra, ClassifierSpectrum, ClassifierSpectrumOutcome, InputMetric, InputMetricOutcome,
};
use crate::settings::{outputs, rows, setting, statistics};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke, histogram};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::FisherSetting;
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("spectra/dispersion", |p| requests::<BothSpectra>(&[both(p)?], 1), dispersion),
        FigurePlan::new("spectra/outliers", outlier_requests, outliers),
        FigurePlan::new(
            "spectra/two-classes",
            |p| requests::<ClassifierSpectrum>(&[two(p)?], 100),
            two_classes,
        ),
        FigurePlan::new("spectra/layers", |p| requests::<ClassifierSpectrum>(&[tanh(p)?], 40), layers),
        FigurePlan::new("spectra/input-metric", metric_requests, metric),
    ]
}

fn both(profile: Profile) -> Result<FisherSetting, JudgeError> {
    let (width, samples) = by(profile, (600, 40), (1000, 100));
    Ok(setting("tanh", 3, width, 10, samples)?)
}

fn tanh(profile: Profile) -> Result<FisherSetting, JudgeError> {
    Ok(setting("tanh", 3, by(profile, 250, 1000), 3, 60)?)
}

fn two(profile: Profile) -> Result<FisherSetting, JudgeError> {
    Ok(setting("tanh", 3, by(profile, 250, 1000), 2, by(profile, 100, 200))?)
}

/// Counts of the logarithms of positive values.
fn log_histogram(values: &[f64], bins: usize) -> (Vec<f64>, Vec<f64>) {
    let logs: Vec<f64> = values.iter().map(|v| v.log10()).collect();
    histogram(&logs, bins)
}

fn dispersion(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = both(trials.profile())?;
    let first = &trials.first::<BothSpectra>(&s)?;
    let kernel = statistics(&s)?;
    let (samples, classes) = (s.samples as f64, s.network.classes());
    let logits = rows(&first.logits, classes);
    let theory = GivenOutputs::new(&logits, kernel.theta_t, kernel.theta_st)?;
    let (edges, heights) = log_histogram(&first.regression, 30);
    let regression = vec![
        Series::Histogram { label: "one network".into(), group: 0, edges, heights },
        Series::rule("outlier, C-fold", 1, Stroke::Solid, Position::X((kernel.lambda_max / samples).log10())),
        Series::rule("bulk", 1, Stroke::Dotted, Position::X((kernel.bulk / samples).log10())),
    ];
    let rank = s.samples * (classes - 1);
    let (edges, heights) = log_histogram(&first.cross_entropy[..rank], 30);
    // The counting function of the theory, differenced over the same bins.
    let counts: Vec<usize> = edges.iter().map(|log| theory.count_above(10f64.powf(*log))).collect();
    let predicted = edges
        .windows(2)
        .zip(counts.windows(2))
        .map(|(edge, count)| (0.5 * (edge[0] + edge[1]), (count[0] - count[1].min(count[0])) as f64));
    let mut cross_entropy = vec![
        Series::Histogram { label: "one network".into(), group: 0, edges: edges.clone(), heights },
        Series::line("theory, given the outputs", 1, Stroke::Solid, predicted.collect()),
    ];
    for (i, outlier) in theory.outliers().into_iter().flatten().enumerate() {
        let label = if i == 0 { "outliers" } else { "" };
        cross_entropy.push(Series::rule(label, 3, Stroke::Dotted, Position::X(outlier.log10())));
    }
    let panel = |title: &str, series| Panel {
        title: title.into(),
        x: Axis::linear("log₁₀ eigenvalue"),
        y: Axis::linear("count")
            .within(0.0, if title == "cross entropy" { 90.0 } else { 220.0 } * samples / 40.0),
        series,
    };
    Ok(Figure {
        id: "spectra/dispersion".into(),
        title: "What the softmax does to the spectrum".into(),
        caption: format!(
            "Non-zero eigenvalues of the Fisher information of one tanh network (L = 3, M = {}, C = 10, N = {}). For the squared error the ten outliers \
             nearly coincide and the bulk is a peak; the softmax disperses the outliers (nine, dotted) and stretches the bulk over decades. Lines: \
             infinite width, given the outputs of the network.",
            s.network.widths()[0],
            s.samples
        ),
        panels: vec![panel("squared error", regression), panel("cross entropy", cross_entropy)],
    })
}

/// The settings of the claims.
fn outlier_settings(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    let cases = [settings(profile)?, many(profile)?].concat();
    Ok(cases.iter().flat_map(|case| case.settings().to_vec()).collect())
}

fn outlier_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<ClassifierSpectrum>(&outlier_settings(profile)?, 16)
}

fn outliers(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = vec![Series::line("", 3, Stroke::Dotted, vec![(3.0, 3.0), (600.0, 600.0)])];
    let labels = ["tanh, C = 3", "ReLU, C = 3", "tanh, C = 10"];
    for (group, (s, label)) in outlier_settings(trials.profile())?.into_iter().zip(labels).enumerate() {
        let mut points = Vec::new();
        for outcome in trials.of::<ClassifierSpectrum>(&s)? {
            let predicted = spectrum(&s, &outcome)?.outliers();
            let found = &outcome.outliers;
            points.extend(predicted.iter().zip(found).filter_map(|(p, f)| p.map(|p| Point::exact(p, *f))));
        }
        series.push(Series::Points { label: label.into(), group, points });
    }
    Ok(Figure {
        id: "spectra/outliers".into(),
        title: "Every outlier of every network at its root".into(),
        caption: "Outliers of the cross-entropy Fisher information of 16 networks each, against the roots of the secular problem with the network's own \
                  outputs and the kernel of infinite width (dotted: equal). Outliers that the theory finds absorbed by the bulk are left out."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("predicted λ_i"),
            y: Axis::log("measured λ_i"),
            series,
        }],
    })
}

/// Sorted values with the share of them below, as points of a distribution function.
fn distribution(mut values: Vec<f64>) -> Vec<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    values.into_iter().enumerate().map(|(i, v)| (v, (i as f64 + 0.5) / count)).collect()
}

fn two_classes(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = two(trials.profile())?;
    let (q_t, q_st) = outputs(&s.network)?;
    let theta_st = statistics(&s)?.theta_st;
    let values = trials.values::<ClassifierSpectrum>(&s, |o| o.outliers[0] / theta_st)?;
    let count = values.len();
    let points = distribution(values).into_iter().map(|(v, share)| Point::exact(v, share)).collect();
    let finite =
        distribution(drawn_outliers(&s, false)?.iter().map(|outliers| outliers[0] / theta_st).collect());
    let levels: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let curve = levels
        .iter()
        .map(|&p| Ok((outlier_quantile(p, q_t, q_st)?, p)))
        .collect::<Result<_, JudgeError>>()?;
    Ok(Figure {
        id: "spectra/two-classes".into(),
        title: "The outlier varies from network to network".into(),
        caption: format!(
            "Distribution over {count} networks of the outlier of the cross-entropy Fisher information with two classes (tanh, L = 3, M = {}, N = {}), over \
             Θ_st. Dashed: the exact law at many samples. Solid: Gaussian outputs in place of networks, at this number of samples, where the bulk adds to the outlier.",
            s.network.widths()[0],
            s.samples
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("λ₁ / Θ_st"),
            y: Axis::linear("share of networks below"),
            series: vec![
                Series::line("theory, N → ∞", 0, Stroke::Dashed, curve),
                Series::line("theory at this N", 1, Stroke::Solid, finite),
                Series::Points { label: "networks".into(), group: 1, points },
            ],
        }],
    })
}

fn layers(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let s = tanh(trials.profile())?;
    let outcomes = trials.of::<ClassifierSpectrum>(&s)?;
    let depth = s.network.depth();
    let points = |read: fn(&ClassifierSpectrumOutcome) -> &[f64]| {
        let point = |l: usize| {
            let missing = || JudgeError::Other(format!("no eigenvalue of layer {}", l + 1));
            let values = outcomes.iter().map(|o| read(o).get(l).copied().ok_or_else(missing));
            mean_point((l + 1) as f64, &values.collect::<Result<Vec<_>, _>>()?)
        };
        (0..depth).map(point).collect::<Result<Vec<_>, JudgeError>>()
    };
    let blocks = block_statistics(&s.network, s.samples)?;
    let (t, st) = layer_scales(&s.network)?;
    let numbered =
        |values: Vec<f64>| values.into_iter().enumerate().map(|(l, v)| ((l + 1) as f64, v)).collect();
    let bulk = t.iter().zip(&st).map(|(t, st)| (t - st) / s.samples as f64).collect();
    Ok(Figure {
        id: "spectra/layers".into(),
        title: "Outliers in every layer but the first".into(),
        caption: format!(
            "Eigenvalues of the block of the Fisher information that belongs to one layer (squared error; tanh, L = 3, M = {}, C = 3, N = 60): the mean \
             of the C largest, and the next one, which is the edge of a bulk around the dotted value. Inputs have mean zero: in the first layer \
             there is no outlier, and the largest eigenvalues are the edge of the bulk. 99 % intervals.",
            s.network.widths()[0]
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("layer").within(0.5, depth as f64 + 0.5),
            y: Axis::log("eigenvalue"),
            series: vec![
                Series::line(
                    "outlier",
                    0,
                    Stroke::Solid,
                    numbered(blocks.iter().map(|b| b.lambda_max).collect()),
                ),
                Series::line("bulk mean", 1, Stroke::Dotted, numbered(bulk)),
                Series::Points { label: "C largest".into(), group: 0, points: points(|o| &o.block_top)? },
                Series::Points { label: "next".into(), group: 1, points: points(|o| &o.block_next)? },
            ],
        }],
    })
}

/// The settings of the claims.
fn metric_settings(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    Ok(cases(profile)?.iter().flat_map(|case| case.settings().to_vec()).collect())
}

fn metric_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<InputMetric>(&metric_settings(profile)?, 24)
}

fn metric(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (s, name) in metric_settings(trials.profile())?.into_iter().zip(["tanh", "ReLU"]) {
        let outcomes = trials.of::<InputMetric>(&s)?;
        let theory = layer_metrics(&s.network, s.samples)?;
        let numbered =
            |values: Vec<f64>| values.into_iter().enumerate().map(|(l, v)| (l as f64, v)).collect();
        let points = |read: &dyn Fn(usize) -> Result<Point, JudgeError>| {
            (0..theory.len()).map(read).collect::<Result<Vec<_>, JudgeError>>()
        };
        let of = |read: fn(&InputMetricOutcome) -> &[f64], scale: f64, l: usize| {
            mean_point(l as f64, &outcomes.iter().map(|o| read(o)[l] * scale).collect::<Vec<_>>())
        };
        let width = s.network.widths()[0] as f64;
        let response = |read: fn(&InputMetricOutcome) -> f64| {
            mean_point(0.0, &outcomes.iter().map(read).collect::<Vec<_>>())
        };
        panels.push(Panel {
            title: format!("{name}, M = {width}, C = {}", s.network.classes()),
            x: Axis::linear("layer l of the perturbation").within(-0.4, theory.len() as f64 - 0.6),
            y: Axis::log("response ‖δf‖² / ε²"),
            series: vec![
                Series::line(
                    "outlier of A",
                    0,
                    Stroke::Solid,
                    numbered(theory.iter().map(|m| m.lambda_max).collect()),
                ),
                Series::line(
                    "mean eigenvalue",
                    1,
                    Stroke::Solid,
                    numbered(theory.iter().map(|m| m.mean).collect()),
                ),
                Series::Points {
                    label: "C largest".into(),
                    group: 0,
                    points: points(&|l| of(|o| &o.top, 1.0, l))?,
                },
                Series::Points {
                    label: "trace / M".into(),
                    group: 1,
                    points: points(&|l| of(|o| &o.trace, 1.0 / width, l))?,
                },
                Series::Points {
                    label: "perturbed along outlier".into(),
                    group: 2,
                    points: vec![response(|o| o.along)?],
                },
                Series::Points {
                    label: "perturbed at random".into(),
                    group: 4,
                    points: vec![response(|o| o.random)?],
                },
            ],
        });
    }
    Ok(Figure {
        id: "spectra/input-metric".into(),
        title: "Few directions matter".into(),
        caption: "How much a perturbation of length ε, common to all 40 samples, changes the outputs: along the outliers of the metric of the space of inputs \
                  (l = 0) or features, and along random directions. L = 3. Triangles: inputs actually perturbed, ε = 0.05. 99 % intervals over networks."
            .into(),
        panels,
    })
}
