use solvable_theory::dynamical_isometry::gaussian_quadratic_law;
use solvable_theory::free_probability::Ensemble;

use crate::claims::laws::unconditional;
use crate::claims::sharpness::linear;
use crate::claims::training::critical;
use crate::experiments::{DeepSpectrum, DeepSpectrumSetting, OnlineSetting, OnlineTraining};
use crate::settings::on_path;
use solvable_engine::figure::{Axis, Figure, Panel, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("iso/sharpness", sharpness_requests, sharpness),
        FigurePlan::new("iso/heat-map", heat_requests, heat_map),
    ]
}

/// Depths at which the sharpness is simulated.
fn simulated(profile: Profile) -> Vec<usize> {
    by(profile, vec![2, 4, 8, 16], vec![2, 4, 8, 16, 32])
}

/// Linear networks, of either kind of weights.
fn at_depth(depth: usize, ensemble: Ensemble, profile: Profile) -> DeepSpectrumSetting {
    let base = linear(depth, by(profile, 200, 800));
    DeepSpectrumSetting { network: DeepSetting { ensemble, ..base.network.clone() }, ..base }
}

fn path(depth: usize, profile: Profile) -> Result<DeepSpectrumSetting, JudgeError> {
    let network = on_path(depth, by(profile, 200, 400), Ensemble::Orthogonal)?;
    Ok(DeepSpectrumSetting { network, jacobian: false, output: false })
}

fn sharpness_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let gaussian: Vec<_> =
        simulated(profile).into_iter().map(|depth| at_depth(depth, Ensemble::Gaussian, profile)).collect();
    let mut all = requests::<DeepSpectrum>(&gaussian, 8)?;
    let paths = simulated(profile).into_iter().map(|depth| path(depth, profile));
    all.extend(requests::<DeepSpectrum>(&paths.collect::<Result<Vec<_>, _>>()?, 8)?);
    Ok(all)
}

fn sharpness(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let depths = [2usize, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
    let curve = |of: &dyn Fn(usize) -> Result<DeepSetting, JudgeError>, scale: bool| {
        depths
            .iter()
            .map(|&depth| {
                let s = of(depth)?;
                let edge = unconditional(&s)?.upper_edge()?;
                Ok((depth as f64, if scale { edge / s.q0 } else { edge }))
            })
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    let points = |of: &dyn Fn(usize) -> Result<DeepSpectrumSetting, JudgeError>| {
        simulated(profile)
            .into_iter()
            .map(|depth| {
                let s = of(depth)?;
                let scale = 1.0 / s.network.q0;
                let values = trials.values::<DeepSpectrum>(&s, |o| o.lambda_max)?;
                let values: Vec<f64> = values.iter().map(|v| v * scale).collect();
                solvable_engine::mean_point(depth as f64, &values)
            })
            .collect::<Result<Vec<_>, JudgeError>>()
    };
    let kappa = gaussian_quadratic_law().kappa;
    let series = vec![
        Series::line(
            "Gaussian, linear",
            0,
            Stroke::Solid,
            curve(&|d| Ok(at_depth(d, Ensemble::Gaussian, profile).network), true)?,
        ),
        Series::line(
            "κL²",
            0,
            Stroke::Dotted,
            depths.iter().map(|&d| (d as f64, kappa * (d * d) as f64)).collect(),
        ),
        Series::Points {
            label: "networks".into(),
            group: 0,
            points: points(&|d| Ok(at_depth(d, Ensemble::Gaussian, profile)))?,
        },
        Series::line(
            "orthogonal, hard tanh, E = 1/4",
            1,
            Stroke::Solid,
            curve(&|d| Ok(path(d, profile)?.network), true)?,
        ),
        Series::line("L", 1, Stroke::Dotted, depths.iter().map(|&d| (d as f64, d as f64)).collect()),
        Series::Points { label: "networks".into(), group: 1, points: points(&|d| path(d, profile))? },
    ];
    Ok(Figure {
        id: "iso/sharpness".into(),
        title: "Sharpness against depth".into(),
        caption: format!(
            "Largest eigenvalue in units of q₀. Orthogonal weights at isometry (σ_w² = 1, E = 1/4, M = {}): linear in depth. Gaussian weights (linear networks, \
             M = {}): quadratic, κ = 1.138; finite networks fall below the edge as L approaches the root of M. 99 % intervals.",
            by(profile, 200, 400),
            by(profile, 200, 800)
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("depth L"),
            y: Axis::log("λ_max / q₀"),
            series,
        }],
    })
}

fn heat_depths(profile: Profile) -> Vec<usize> {
    by(profile, vec![3, 6, 12, 24], vec![3, 4, 6, 8, 12, 16, 24, 32, 48])
}

/// Learning rates of the plane, $\log_{10}$.
fn log_rates(profile: Profile) -> Vec<f64> {
    let count = by(profile, 12, 24);
    (0..count).map(|i| -1.0 + 1.6 * (f64::from(i) + 0.5) / f64::from(count)).collect()
}

/// Residuals of the two panels and steps.
const RESIDUALS: [(f64, &str); 2] =
    [(1e-5, "small residuals, ρ = 10⁻⁵"), (1.0, "residuals of order one, ρ = 1")];

fn heat_setting(depth: usize, rho: f64, profile: Profile) -> Result<OnlineSetting, JudgeError> {
    let network = on_path(depth, by(profile, 60, 100), Ensemble::Orthogonal)?;
    let rates = log_rates(profile).into_iter().map(|log| 10f64.powf(log)).collect();
    Ok(OnlineSetting { network, rho, samples: 8, steps: by(profile, 80, 160), unit: 1.0, rates })
}

fn heat_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut settings = Vec::new();
    for (rho, _) in RESIDUALS {
        for depth in heat_depths(profile) {
            settings.push(heat_setting(depth, rho, profile)?);
        }
    }
    requests::<OnlineTraining>(&settings, by(profile, 2, 4))
}

fn heat_map(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let profile = trials.profile();
    let (depths, logs) = (heat_depths(profile), log_rates(profile));
    let log_depth = |depth: usize| (depth as f64).log2();
    let mut x_edges = vec![log_depth(depths[0]) - 0.4];
    x_edges.extend(depths.windows(2).map(|pair| 0.5 * (log_depth(pair[0]) + log_depth(pair[1]))));
    x_edges.push(log_depth(depths[depths.len() - 1]) + 0.4);
    let half = 0.5 * (logs[1] - logs[0]);
    let mut y_edges: Vec<f64> = logs.iter().map(|log| log - half).collect();
    y_edges.push(logs[logs.len() - 1] + half);
    let mut panels = Vec::new();
    for (rho, title) in RESIDUALS {
        let mut values = vec![0.0; depths.len() * logs.len()];
        for (column, &depth) in depths.iter().enumerate() {
            let outcomes = trials.of::<OnlineTraining>(&heat_setting(depth, rho, profile)?)?;
            for outcome in &outcomes {
                for (row, value) in outcome.log_ratios.iter().enumerate() {
                    values[row * depths.len() + column] += value.clamp(-6.0, 6.0) / outcomes.len() as f64;
                }
            }
        }
        let boundary = depths
            .iter()
            .map(|&depth| {
                let network = heat_setting(depth, rho, profile)?.network;
                Ok((log_depth(depth), critical(&network)?.log10()))
            })
            .collect::<Result<_, JudgeError>>()?;
        panels.push(Panel {
            title: title.into(),
            x: Axis::linear("log₂ depth"),
            y: Axis::linear("log₁₀ learning rate η"),
            series: vec![
                Series::HeatMap {
                    label: "log₁₀ ℓ(T)/ℓ(0)".into(),
                    x_edges: x_edges.clone(),
                    y_edges: y_edges.clone(),
                    values,
                    range: Some((-6.0, 6.0)),
                },
                Series::line("2/λ_max", 3, Stroke::Solid, boundary),
            ],
        });
    }
    Ok(Figure {
        id: "iso/heat-map".into(),
        title: "Where online training works".into(),
        caption: format!(
            "Loss after {} steps of online training on 8 samples in turn over that before (hard tanh, orthogonal weights, E = 1/4, M = {}), and the line \
             2/λ_max. For small residuals the line is the boundary. For residuals of order one it is a guide only: an update changes every \
             pre-activation by O(η) whatever the width, and the boundary moves by up to thirty per cent.",
            by(profile, 80, 160),
            by(profile, 60, 100)
        ),
        panels,
    })
}
