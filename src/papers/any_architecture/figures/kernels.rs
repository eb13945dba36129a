//! Kernels and spectra of single networks beside their limit.

use serde_json::json;
use solvable_engine::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable_engine::verify::statistic::mean;
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_simulate::linalg;
use solvable_theory::any_architecture::{Blueprint, Parametrization};

use crate::claims::kernels::{analytic, averaged, mixer_sizes, mixers};
use crate::experiments::{Inputs, LayeredKernel, LayeredSetting, LayeredSpectrum, analytic_kernel};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "arch/digits-spectrum",
            |p| requests::<LayeredSpectrum>(&[resnet(p)?], by(p, 8, 24)),
            digits,
        ),
        FigurePlan::new(
            "arch/mixer",
            |p| {
                let (width, trials) = mixer_sizes(p);
                requests::<LayeredKernel>(&mixers(width)?, trials)
            },
            mixer,
        ),
    ]
}

/// A residual network on digits.
fn resnet(profile: Profile) -> Result<LayeredSetting, JudgeError> {
    let width = by(profile, 48, 128);
    let conv = |stride: usize| json!({"conv": {"channels": width, "filter": [3, 3], "stride": [stride, stride], "padding": "same"}});
    let network = Blueprint::read(&json!({
        "input": {"grid": [8, 8], "channels": 1}, "sigma_w2": 2.0, "sigma_b2": 0.05, "train_bias": true,
        "layers": [conv(1), {"residual": {"branch": ["relu", conv(1)]}}, "relu", conv(2), {"residual": {"branch": ["relu", conv(1)]}},
                   "relu", "global-avg-pool", {"dense": 1}],
    }))?;
    Ok(LayeredSetting { network, inputs: Inputs::Digits { samples: by(profile, 50, 100) } })
}

fn digits(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = resnet(trials.profile())?;
    let failed = |error: &dyn std::fmt::Display| JudgeError::Other(error.to_string());
    let inputs = setting.matrix()?;
    let limit =
        analytic_kernel(&setting.network, &inputs, Parametrization::Standard)? / inputs.ncols() as f64;
    let mut values = linalg::symmetric_eigenvalues(&limit).map_err(|error| failed(&error))?;
    values.reverse();
    let line = values.iter().enumerate().map(|(k, value)| (k as f64 + 1.0, *value)).collect();
    let outcomes = trials.of::<LayeredSpectrum>(&setting)?;
    let mut points = Vec::new();
    for k in 0..setting.samples() {
        let own: Vec<f64> = outcomes.iter().map(|o| o.eigenvalues[k]).collect();
        let value = mean(&own, 0.01).map_err(|error| failed(&error))?;
        points.push(Point::new(k as f64 + 1.0, value));
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::log("rank"),
        y: Axis::log("eigenvalue of the Fisher information"),
        series: vec![
            Series::line("analytic kernel of the images", 0, Stroke::Solid, line),
            Series::Points { label: "networks".into(), group: 1, points },
        ],
    };
    Ok(Figure {
        id: "arch/digits-spectrum".into(),
        title: "The Fisher spectrum of a residual network on handwritten digits".into(),
        caption: format!(
            "Eigenvalues of the Fisher information of a residual network (four 3×3 convolutions, ReLU, pooled) on {} digits: means over networks \
             with 99 % intervals beside the spectrum of the analytic kernel at infinite width. Finite width lowers the smallest ones.",
            setting.samples()
        ),
        panels: vec![panel],
    })
}

fn mixer(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let (width, _) = mixer_sizes(trials.profile());
    let (mut own_points, mut mean_points) = (Vec::new(), Vec::new());
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    for setting in &mixers(width)? {
        let (own, over) =
            (analytic(setting, &setting.network)?, analytic(setting, &averaged(&setting.network)?)?);
        let outcomes = trials.of::<LayeredKernel>(setting)?;
        for (entry, (own, over)) in own.iter().zip(&over).enumerate() {
            let values: Vec<f64> = outcomes.iter().map(|o| o.tangent[entry]).collect();
            let measured = mean(&values, 0.01).map_err(|error| JudgeError::Other(error.to_string()))?;
            (low, high) = (low.min(*own), high.max(*own));
            own_points.push(Point::new(*own, measured));
            mean_points.push(Point::new(*over, measured));
        }
    }
    let diagonal = || Series::line("equal", 0, Stroke::Dashed, vec![(low, low), (high, high)]);
    let panel = |title: &str, points: Vec<Point>| Panel {
        title: title.into(),
        x: Axis::linear("theory, entries of Θ"),
        y: Axis::linear("networks, entries of Θ"),
        series: vec![diagonal(), Series::Points { label: String::new(), group: 1, points }],
    };
    Ok(Figure {
        id: "arch/mixer".into(),
        title: "A token mixer has the kernel of its own mixing matrix".into(),
        caption: "Entries of the tangent kernel of six inputs for four mixing matrices, means over networks with 99 % intervals, against theory with \
                  the matrix (left) and averaged over matrices (right). More channels do not bring a network nearer to the mean over matrices."
            .into(),
        panels: vec![panel("its own matrix", own_points), panel("mean over matrices", mean_points)],
    })
}
