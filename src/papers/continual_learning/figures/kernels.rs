use solvable_theory::InitialScales;
use solvable_theory::kernel_spectrum::{degeneracy, ntk_asymptotic, ntk_degree_weights};

use crate::claims::digits;
use crate::claims::gaussian::{RHO, at_similarity};
use crate::claims::networks::{width_setting, widths};
use crate::claims::sphere;
use crate::claims::theory::pair;
use crate::experiments::{
    DigitsTarget, FiniteWidth, NetworkTasksSetting, SphereTarget, TwoTasks, TwoTasksSetting,
};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("cl/spectrum", |_| Ok(Vec::new()), spectrum),
        FigurePlan::new("cl/dimension", |_| requests::<TwoTasks>(&dimension_settings()?, 32), dimension),
        FigurePlan::new("cl/digits", |_| digit_requests(), digit_curves),
        FigurePlan::new("cl/width", |p| requests::<FiniteWidth>(&width_settings(p)?, 12), width),
    ]
}

const SPECTRA: [usize; 3] = [2, 5, 10];

fn spectrum(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    let scales = InitialScales::new(solvable_theory::Activation::relu(), 2.0, 0.0)?;
    let mut series = Vec::new();
    for (group, d) in SPECTRA.into_iter().enumerate() {
        // Beyond, rounding takes over.
        let highest = if d == 10 { 100 } else { 400 };
        let weights = ntk_degree_weights(&scales, 3, d, highest)?;
        let exact = (1..=highest).map(|k| (k as f64, weights[k])).collect();
        let law = (1..=highest)
            .map(|k| Ok((k as f64, degeneracy(d, k)? * ntk_asymptotic(3, d, k)?)))
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::Line { label: format!("d = {d}"), group, stroke: Stroke::Solid, points: exact });
        let label = if group == 0 { "asymptotic" } else { "" };
        series.push(Series::Line { label: label.into(), group, stroke: Stroke::Dotted, points: law });
    }
    Ok(Figure {
        id: "cl/spectrum".into(),
        title: "Tangent kernel of ReLU networks on spheres".into(),
        caption: "Weight N(d, k) λ_k of every degree (L = 3, no biases) by quadrature, and the asymptotic law, which alternates with the parity of the \
                  degree because the kernel has a cusp also at opposite inputs."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("degree k"),
            y: Axis::log("N(d, k) λ_k"),
            series,
        }],
    })
}

const DIMENSIONS: [usize; 5] = [2, 3, 5, 10, 20];

fn dimension_settings() -> Result<Vec<TwoTasksSetting>, JudgeError> {
    DIMENSIONS.into_iter().map(|d| sphere::setting(d, SphereTarget::Matched, [100, 100])).collect()
}

fn dimension(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = vec![
        Series::Rule {
            label: "law of Gaussian features".into(),
            group: 3,
            stroke: Stroke::Solid,
            at: Position::Y(1.0),
        },
        Series::Rule {
            label: "exact law of the circle".into(),
            group: 2,
            stroke: Stroke::Dashed,
            at: Position::Y(4.0 / 3.0),
        },
    ];
    let (mut first, mut forward) = (Vec::new(), Vec::new());
    for (d, s) in DIMENSIONS.into_iter().zip(dimension_settings()?) {
        let law = pair(&s)?.at(RHO)?;
        first.push(trials.mean::<TwoTasks>(d as f64, &s, |o| o.first / law.first)?);
        forward.push(trials.mean::<TwoTasks>(d as f64, &s, |o| at_similarity(o.forward, RHO) / law.forward)?);
    }
    series.push(Series::Points { label: "E₁".into(), group: 0, points: first });
    series.push(Series::Points { label: "forward error, ρ = 0.7".into(), group: 1, points: forward });
    Ok(Figure {
        id: "cl/dimension".into(),
        title: "Where the theory ends: spheres of low dimension".into(),
        caption: "Kernel regression on the sphere over the law for Gaussian features (ReLU, L = 3, N = (100, 100), 99 % intervals). On the circle the \
                  discrepancy of a third stays at any N; another law is exact there. From d = 5 on it is a few per cent, from d = 10 on below \
                  one."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("dimension d of the inputs"),
            y: Axis::linear("measured / theory"),
            series,
        }],
    })
}

/// First sample sizes; the second task has 50.
const DIGIT_SIZES: [usize; 5] = [25, 50, 100, 200, 400];

fn digit_requests() -> Result<Vec<Request>, JudgeError> {
    let settings = DIGIT_SIZES.map(|n| digits::setting(DigitsTarget::Matched, [n, 50]));
    requests::<TwoTasks>(&settings, 16)
}

fn digit_curves(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut lines = vec![Vec::new(); 3];
    for i in 0..=16 {
        let n = (25.0 * 16f64.powf(f64::from(i) / 16.0)).round() as usize;
        let law = pair(&digits::setting(DigitsTarget::Matched, [n, 50]))?.at(RHO)?;
        for (line, value) in lines.iter_mut().zip([law.first, law.forward, law.backward]) {
            line.push((n as f64, value));
        }
    }
    let mut points = vec![Vec::new(); 3];
    for n in DIGIT_SIZES {
        let s = digits::setting(DigitsTarget::Matched, [n, 50]);
        points[0].push(trials.mean::<TwoTasks>(n as f64, &s, |o| o.first)?);
        points[1].push(trials.mean::<TwoTasks>(n as f64, &s, |o| at_similarity(o.forward, RHO))?);
        points[2].push(trials.mean::<TwoTasks>(n as f64, &s, |o| at_similarity(o.backward, RHO))?);
    }
    let labels = ["first task", "second task, after both", "first task, after both"];
    let series = lines
        .into_iter()
        .zip(points)
        .zip(labels)
        .enumerate()
        .flat_map(|(group, ((line, points), label))| {
            [
                Series::Line { label: String::new(), group, stroke: Stroke::Solid, points: line },
                Series::Points { label: label.into(), group, points },
            ]
        })
        .collect();
    Ok(Figure {
        id: "cl/digits".into(),
        title: "Two tasks on the digits".into(),
        caption: "Learning curves predicted from the kernel matrix of all 1797 images (ReLU, L = 3), and kernel regression on N₁ of them, then on 50 \
                  others for a task of similarity 0.7; targets from the matched prior. 99 % intervals."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("samples N₁ of the first task"),
            y: Axis::log("error"),
            series,
        }],
    })
}

fn width_settings(profile: Profile) -> Result<Vec<NetworkTasksSetting>, JudgeError> {
    widths(profile).iter().map(|&m| width_setting(m)).collect()
}

fn width(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut points = vec![Vec::new(); 3];
    for s in width_settings(trials.profile())? {
        let width = s.width as f64;
        for (component, points) in points.iter_mut().enumerate() {
            points.push(trials.mean::<FiniteWidth>(width, &s, |o| o.excess[component] / width)?);
        }
    }
    let all = widths(trials.profile());
    let (narrow, wide) = (all[0] as f64, all[all.len() - 1] as f64);
    let start = points[0][0].y;
    let mut series = vec![Series::Line {
        label: "∝ 1/M".into(),
        group: 3,
        stroke: Stroke::Dotted,
        points: vec![(narrow, start), (wide, start * narrow / wide)],
    }];
    for (group, (points, label)) in points.into_iter().zip(["first task", "forward", "backward"]).enumerate()
    {
        series.push(Series::Points { label: label.into(), group, points });
    }
    Ok(Figure {
        id: "cl/width".into(),
        title: "Kernels of finite networks".into(),
        caption: format!(
            "Excess of the error with the kernel of a random network over that with the kernel of infinite width, on the same inputs and test \
             points (ReLU, L = 3, d = 10, N = (100, 50), ρ = {}; {} to {} units; 99 % intervals).",
            width_setting(all[0])?.rho,
            all[0],
            all[all.len() - 1]
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("E(M) / E(∞) − 1"),
            series,
        }],
    })
}
