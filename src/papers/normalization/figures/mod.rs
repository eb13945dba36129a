mod batches;

use solvable_theory::mean_field;
use solvable_theory::normalization::{edge_proportional, hidden_top_refined, last_mean_subtraction};
use solvable_theory::{Architecture, TheoryError};

use crate::experiments::{
    LocalBoundary, LocalBoundarySetting, NormalizedOutlier, TrainingPlane, TrainingPlaneSetting,
};
use crate::settings::{equal_widths, modes};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke, histogram};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::{Fisher, FisherSetting, FisherSpectrum, Plane, asked, by};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("norm/trainability", plane_requests, plane),
        FigurePlan::new("norm/methods", methods_requests, methods),
        FigurePlan::new(
            "norm/spectrum",
            |p| requests::<FisherSpectrum>(&[spectrum_setting(p)?], 8),
            spectrum,
        ),
        FigurePlan::new("norm/edge", |p| requests::<Fisher>(&edge_settings(p)?, 16), edge),
    ]
    .into_iter()
    .chain(batches::all())
    .collect()
}

/// The ReLU network of the paper's first figure, biases trained.
fn trained(width: usize, letters: &str) -> Result<Architecture, TheoryError> {
    equal_widths("relu", (2.0, 0.1), 3, width, 1)?.with_trained_biases(true).with_modes(
        modes(letters),
        1.0,
        0.0,
    )
}

const PANELS: [(&str, &str); 2] =
    [("---", "no normalization"), ("--m", "mean subtraction in the last layer")];

fn plane_widths(profile: Profile) -> &'static [usize] {
    by(profile, &[16, 25, 40, 63, 100], &[16, 25, 40, 63, 100, 160, 250])
}

/// In geometric progression.
fn learning_rates(profile: Profile) -> Vec<f64> {
    let count = by(profile, 14, 28);
    (0..count).map(|i| 0.006 * 500f64.powf(i as f64 / (count - 1) as f64)).collect()
}

fn plane_setting(width: usize, letters: &str, profile: Profile) -> Result<TrainingPlaneSetting, TheoryError> {
    Ok(TrainingPlaneSetting {
        network: trained(width, letters)?,
        samples: width,
        steps: 100,
        learning_rates: learning_rates(profile),
    })
}

fn boundary_setting(width: usize, letters: &str) -> Result<LocalBoundarySetting, TheoryError> {
    let system = FisherSetting { network: trained(width, letters)?, samples: width };
    Ok(LocalBoundarySetting { system, steps: 100 })
}

fn plane_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let (mut planes, mut boundaries) = (Vec::new(), Vec::new());
    for (letters, _) in PANELS {
        for &width in plane_widths(profile) {
            planes.push(plane_setting(width, letters, profile)?);
            boundaries.push(boundary_setting(width, letters)?);
        }
    }
    let mut all = requests::<TrainingPlane>(&planes, by(profile, 2, 4))?;
    all.extend(requests::<LocalBoundary>(&boundaries, 8)?);
    Ok(all)
}

fn plane(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let mut panels = Vec::new();
    for (letters, title) in PANELS {
        let mut plane = Plane { rates: learning_rates(profile), ..Plane::default() };
        for &width in plane_widths(profile) {
            let outcomes = trials.of::<TrainingPlane>(&plane_setting(width, letters, profile)?)?;
            let mean =
                |i: usize| outcomes.iter().map(|o| o.log10_loss[i]).sum::<f64>() / outcomes.len() as f64;
            plane.losses.push((0..plane.rates.len()).map(mean).collect());

            let m = width as f64;
            let network = equal_widths("relu", (2.0, 0.1), 3, width, 1)?;
            let sharpness = if letters == "---" {
                mean_field::fim_statistics(&network.with_trained_biases(true), width)?.lambda_max
            } else {
                edge_proportional(&network, width)?
            };
            plane.widths.push(m);
            plane.theory.push((m, 2.0 / sharpness));
            let boundary = boundary_setting(width, letters)?;
            plane.boundary.push(trials.mean::<LocalBoundary>(m, &boundary, |o| o.boundary)?);
        }
        let law = if letters == "---" { "2/λ_max" } else { "2/λ₊" };
        panels.push(plane.panel(title, "width M = N", law));
    }
    Ok(Figure {
        id: "norm/trainability".into(),
        title: "Trainable learning rates against width".into(),
        caption: "Full-batch gradient descent on random labels of size 1 (ReLU, L = 3, C = 1). Without normalization the \
                  stable learning rates shrink like 1/M; with mean subtraction in the last layer they do not. Markers: \
                  the boundary of local stability of infinitesimal residuals, which follows 2/λ_max; the visible boundary at \
                  residuals of order 1 lies above it because networks catapult into flatter regions."
            .into(),
        panels,
    })
}

/// Label and modes of the layers.
const METHODS: [(&str, &str); 5] = [
    ("none", "---"),
    ("hidden layer norm.", "ll-"),
    ("hidden batch norm.", "bb-"),
    ("last-layer mean subtr.", "--m"),
    ("hidden batch norm. + last ms", "bbm"),
];

fn method_widths(profile: Profile) -> &'static [usize] {
    by(profile, &[50, 100, 200], &[100, 200, 400])
}

fn method_setting(letters: &str, width: usize) -> Result<FisherSetting, TheoryError> {
    let network = equal_widths("relu", (2.0, 0.1), 3, width, 1)?;
    let network =
        if uses_projection(letters) { network } else { network.with_modes(modes(letters), 1.0, 0.0)? };
    Ok(FisherSetting { network, samples: width })
}

fn uses_projection(letters: &str) -> bool {
    letters.starts_with("--")
}

fn methods_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for (_, letters) in METHODS {
        let settings = method_widths(profile)
            .iter()
            .map(|&m| method_setting(letters, m))
            .collect::<Result<Vec<_>, _>>()?;
        all.extend(if uses_projection(letters) {
            requests::<Fisher>(&settings, 24)?
        } else {
            requests::<NormalizedOutlier>(&settings, 24)?
        });
    }
    Ok(all)
}

/// The largest eigenvalues of networks with mean subtraction in the last layer.
fn centred_tops(trials: &Trials<'_>, setting: &FisherSetting) -> Result<Vec<f64>, JudgeError> {
    trials.of::<Fisher>(setting)?.iter().map(|o| asked(o.ms_lambda_max, "ms_lambda_max")).collect()
}

fn methods(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let widths = method_widths(trials.profile());
    let mut series = Vec::new();
    for (group, (label, letters)) in METHODS.into_iter().enumerate() {
        let (mut line, mut points) = (Vec::new(), Vec::new());
        for &width in widths {
            let setting = method_setting(letters, width)?;
            let m = width as f64;
            let theory = match letters {
                "---" => Some(mean_field::fim_statistics(&setting.network, width)?.lambda_max),
                "--m" => Some(edge_proportional(&setting.network, width)?),
                "bb-" => Some(hidden_top_refined(&setting.network, width)?.outlier),
                "ll-" => {
                    let kernel = solvable_theory::normalization::hidden_modes(&setting.network)?;
                    Some(kernel.theta_s + kernel.theta_d / m)
                }
                _ => None,
            };
            line.extend(theory.map(|t| (m, t)));
            points.push(match letters {
                "---" => trials.mean::<Fisher>(m, &setting, |o| o.lambda_max)?,
                "--m" => mean_point(m, &centred_tops(trials, &setting)?)?,
                _ => trials.mean::<NormalizedOutlier>(m, &setting, |o| o.lambda_max)?,
            });
        }
        if !line.is_empty() {
            series.push(Series::Line { label: String::new(), group, stroke: Stroke::Solid, points: line });
        }
        series.push(Series::Points { label: label.into(), group, points });
    }
    Ok(Figure {
        id: "norm/methods".into(),
        title: "Sharpness against width, by method of normalization".into(),
        caption: "Largest eigenvalue of the Fisher information at N = M (ReLU, L = 3, C = 1). Only the methods that remove the \
                  common direction of the outputs stop the growth. Points: means over networks with 99 % intervals; lines: \
                  theory (none is drawn for hidden batch normalization with last-layer mean subtraction, whose edge has no \
                  closed form)."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M = N"),
            y: Axis::log("λ_max"),
            series,
        }],
    })
}

fn spectrum_setting(profile: Profile) -> Result<FisherSetting, JudgeError> {
    let width = by(profile, 400, 1000);
    let network = equal_widths("erf(0.7071067811865476)", (2.0, 0.0), 3, width, 1)?;
    Ok(FisherSetting { network, samples: width })
}

fn spectrum(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = spectrum_setting(trials.profile())?;
    let outcomes = trials.of::<FisherSpectrum>(&setting)?;
    let mut values = Vec::new();
    for outcome in &outcomes {
        // The first eigenvalue is the zero of the subtracted direction.
        values.extend(outcome.ms_eigenvalues.iter().skip(1));
    }
    let (edges, counts) = histogram(&values, 60);
    let total: f64 = counts.iter().sum();
    let heights = counts.iter().zip(edges.windows(2)).map(|(c, e)| c / total / (e[1] - e[0])).collect();
    let mean = last_mean_subtraction(&setting.network, setting.samples)?.lambda_max;
    let upper = edge_proportional(&setting.network, setting.samples)?;
    let rule = |label: &str, at, group, stroke| Series::Rule {
        label: label.into(),
        group,
        stroke,
        at: Position::X(at),
    };
    Ok(Figure {
        id: "norm/spectrum".into(),
        title: "Spectrum after mean subtraction in the last layer".into(),
        caption: format!(
            "Eigenvalues of the centred dual of {} networks (erf(u/√2), L = 3, M = N = {}). Their mean is Θ_D/N; the \
             fluctuations of the kernel spread them up to the predicted edge λ₊.",
            outcomes.len(),
            setting.samples
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("eigenvalue of F*"),
            y: Axis::linear("density"),
            series: vec![
                Series::Histogram { label: "networks".into(), group: 0, edges, heights },
                rule("mean Θ_D/N", mean, 1, Stroke::Dashed),
                rule("edge λ₊", upper, 2, Stroke::Solid),
            ],
        }],
    })
}

const DEPTHS: [usize; 3] = [2, 3, 5];

fn edge_network(depth: usize, width: usize) -> Result<Architecture, TheoryError> {
    equal_widths("erf(0.7071067811865476)", (2.0, 0.0), depth, width, 1)
}

fn edge_points(profile: Profile) -> (usize, &'static [usize]) {
    by(profile, (200, &[50, 100, 200, 400]), (400, &[100, 200, 400, 800]))
}

fn edge_settings(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    let (width, samples) = edge_points(profile);
    let pairs = DEPTHS.iter().flat_map(|&depth| samples.iter().map(move |&n| (depth, n)));
    pairs.map(|(depth, n)| Ok(FisherSetting { network: edge_network(depth, width)?, samples: n })).collect()
}

fn edge(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (width, samples) = edge_points(trials.profile());
    let mut series = Vec::new();
    for (group, depth) in DEPTHS.into_iter().enumerate() {
        let network = edge_network(depth, width)?;
        let bulk = |n: usize| last_mean_subtraction(&network, n).map(|ms| ms.lambda_max);
        let mut line = Vec::new();
        for step in 0..=24 {
            let n = (width as f64 * 0.2 * 12f64.powf(f64::from(step) / 24.0)).round() as usize;
            line.push((n as f64 / width as f64, edge_proportional(&network, n)? / bulk(n)?));
        }
        let mut points = Vec::new();
        for &n in samples {
            let setting = FisherSetting { network: network.clone(), samples: n };
            let scale = bulk(n)?;
            let values = centred_tops(trials, &setting)?;
            let scaled: Vec<f64> = values.iter().map(|v| v / scale).collect();
            points.push(mean_point(n as f64 / width as f64, &scaled)?);
        }
        series.push(Series::Line {
            label: format!("L = {depth}"),
            group,
            stroke: Stroke::Solid,
            points: line,
        });
        series.push(Series::Points { label: String::new(), group, points });
    }
    Ok(Figure {
        id: "norm/edge".into(),
        title: "Edge of the centred spectrum over its mean".into(),
        caption: format!(
            "Largest eigenvalue after mean subtraction in the last layer, in units of Θ_D/N, against N/M (erf(u/√2), \
             M = {width}). Lines: the edge; points: finite networks, lower by O(N^(−2/3))."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("samples per width N/M"),
            y: Axis::linear("λ_max N/Θ_D"),
            series,
        }],
    })
}
