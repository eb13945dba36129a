use solvable_theory::dynamical_isometry::DepthLimit;
use solvable_theory::free_probability::{Ensemble, SpectralLaw};

use crate::claims::laws::{conditional, empirical, jacobian, limit_table, table, unconditional};
use crate::claims::spectra::{displacement, distance, scaling};
use crate::experiments::{DeepSpectrum, DeepSpectrumOutcome, DeepSpectrumSetting};
use crate::settings::{Kind, RELU, SHALLOW, TEN, on_path};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::asked;
use solvable_shared::by;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new(
            "iso/spectra-orthogonal",
            |p| spectrum_requests(p, Ensemble::Orthogonal),
            |t| spectra(t, Ensemble::Orthogonal),
        ),
        FigurePlan::new(
            "iso/spectra-gaussian",
            |p| spectrum_requests(p, Ensemble::Gaussian),
            |t| spectra(t, Ensemble::Gaussian),
        ),
        FigurePlan::new("iso/depth", depth_requests, depth),
        FigurePlan::new("iso/jacobian", jacobian_requests, jacobians),
        FigurePlan::new("iso/convergence", convergence_requests, convergence),
    ]
}

const KINDS: [Kind; 2] = [SHALLOW, RELU];

fn spectrum_settings(profile: Profile, ensemble: Ensemble) -> Result<Vec<DeepSpectrumSetting>, JudgeError> {
    let widths = by(profile, [200, 200], [1000, 800]);
    KINDS.into_iter().zip(widths).map(|(kind, width)| Ok(kind.spectrum(width, ensemble)?)).collect()
}

fn spectrum_requests(profile: Profile, ensemble: Ensemble) -> Result<Vec<Request>, JudgeError> {
    requests::<DeepSpectrum>(&spectrum_settings(profile, ensemble)?, 8)
}

/// Bars of the eigenvalues that are no atoms, as a density of total mass one less the atoms.
fn bars(law: &SpectralLaw, samples: &[&[f64]], edge: f64, bins: usize) -> (Vec<f64>, Vec<f64>) {
    let edges: Vec<f64> = (0..=bins).map(|i| edge * i as f64 / bins as f64).collect();
    let mut heights = vec![0.0; bins];
    let total: usize = samples.iter().map(|values| values.len()).sum();
    let unit = edges[1] * total as f64;
    let bulk = samples.iter().flat_map(|values| values.iter());
    for value in bulk.filter(|v| law.atoms().iter().all(|a| (a.position - **v).abs() > 1e-5 * edge)) {
        heights[((value / edges[1]) as usize).min(bins - 1)] += 1.0 / unit;
    }
    (edges, heights)
}

fn spectra(trials: &Trials<'_>, ensemble: Ensemble) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (kind, s) in KINDS.into_iter().zip(spectrum_settings(trials.profile(), ensemble)?) {
        // One network, at its own mean squares and slopes: the atoms are exact then.
        let first = &trials.first::<DeepSpectrum>(&s)?;
        let law = conditional(&s.network, first)?;
        let edge = 1.04 * law.upper_edge()?.max(first.lambda_max);
        let values = first.eigenvalues.as_slice();
        let (edges, heights) = bars(&law, &[values], edge, 48);
        let distribution = law.distribution()?;
        let curve = (1..600)
            .map(|i| edge * f64::from(i) / 600.0)
            .map(|x| (x, distribution.density(x).unwrap_or(f64::NAN)));
        let curve: Vec<(f64, f64)> = curve.collect();
        let highest = heights.iter().fold(0.0f64, |m, h| m.max(*h));
        let mut series = vec![
            Series::Histogram { label: "one network".into(), group: 0, edges, heights },
            Series::line("free probability", 1, Stroke::Solid, curve),
        ];
        for atom in law.atoms() {
            let label = format!("atom, mass {:.3}", atom.mass);
            series.push(Series::rule(label, 3, Stroke::Dotted, Position::X(atom.position)));
        }
        let name = if kind.depth == SHALLOW.depth { "hard tanh" } else { "ReLU" };
        panels.push(Panel {
            title: format!("{name}, L = {}, M = {}", s.network.depth, s.network.width),
            x: Axis::linear("eigenvalue λ of H").within(0.0, edge),
            y: Axis::linear("density").within(0.0, 1.4 * highest),
            series,
        });
    }
    Ok(Figure {
        id: format!("iso/spectra-{ensemble}"),
        title: match ensemble {
            Ensemble::Orthogonal => "Spectra of the Fisher information: orthogonal weights".into(),
            Ensemble::Gaussian => "Spectra of the Fisher information: Gaussian weights".into(),
        },
        caption: "Eigenvalues of the dual of the Fisher information at one input, of one network each (bars, without those in atoms), and the law that \
                  free probability gives at the network's own mean squares and slopes. Dotted: atoms. Hard tanh: q₀ = 0.5, σ_w² = 1; \
                  ReLU: q₀ = 1, σ_w² = 2."
            .into(),
        panels,
    })
}

/// Depths of the distribution functions on the path of isometry; those that are simulated.
const DEPTHS: [(usize, bool); 4] = [(4, true), (8, false), (16, true), (64, false)];

fn depth_setting(depth: usize, profile: Profile) -> Result<DeepSpectrumSetting, JudgeError> {
    let network = on_path(depth, by(profile, 200, 400), Ensemble::Orthogonal)?;
    Ok(DeepSpectrumSetting { network, jacobian: false, output: false })
}

fn depth_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let simulated = DEPTHS.into_iter().filter(|(_, simulated)| *simulated);
    let settings =
        simulated.map(|(depth, _)| depth_setting(depth, profile)).collect::<Result<Vec<_>, _>>()?;
    requests::<DeepSpectrum>(&settings, 8)
}

fn shares(points: usize) -> Vec<f64> {
    (1..points).map(|i| i as f64 / points as f64).collect()
}

fn depth(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let x = shares(160);
    let mut series = Vec::new();
    for (group, (depth, simulated)) in DEPTHS.into_iter().enumerate() {
        let s = depth_setting(depth, trials.profile())?;
        let law = unconditional(&s.network)?;
        let top = law.upper_edge()?;
        let points: Vec<f64> = x.iter().map(|x| x * top).collect();
        let curve = x.iter().copied().zip(table(&law, &points)?.iter().copied()).collect();
        series.push(Series::line(
            if simulated { String::new() } else { format!("L = {depth}") },
            group,
            Stroke::Solid,
            curve,
        ));
        if simulated {
            let outcomes = trials.of::<DeepSpectrum>(&s)?;
            let marks = shares(12);
            let points = marks.iter().map(|x| {
                // In units of the network's own maximum.
                let share = |o: &DeepSpectrumOutcome| empirical(&o.eigenvalues, &[x * o.lambda_max])[0];
                mean_point(*x, &outcomes.iter().map(share).collect::<Vec<_>>())
            });
            let points = points.collect::<Result<_, _>>()?;
            series.push(Series::Points { label: format!("L = {depth}"), group, points });
        }
    }
    let limit = limit_table(&DepthLimit::new(0.25)?, &x)?;
    let curve = x.iter().copied().zip(limit.iter().copied()).collect();
    series.push(Series::line("ε = c/L, L → ∞", 4, Stroke::Dashed, curve));
    Ok(Figure {
        id: "iso/depth".into(),
        title: "Isometry is not concentration".into(),
        caption: "Distribution functions of λ/λ_max on the path of isometry, E = 1/4 (hard tanh, σ_w² = 1). Three quarters of the directions sit at the \
                  maximum (the jump at 1), but the rest keeps its spread as the depth grows. Points: networks, 99 % intervals. Dashed: \
                  equal defects in all layers, in the limit of infinite depth."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("λ / λ_max"),
            y: Axis::linear("share of eigenvalues below"),
            series,
        }],
    })
}

fn jacobian_settings(profile: Profile) -> Result<Vec<DeepSpectrumSetting>, JudgeError> {
    let mut all = Vec::new();
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        all.push(SHALLOW.spectrum(by(profile, 200, 1000), ensemble)?);
        all.push(TEN.spectrum(by(profile, 200, 400), ensemble)?);
    }
    Ok(all)
}

fn jacobian_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    requests::<DeepSpectrum>(&jacobian_settings(profile)?, 8)
}

fn jacobians(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for (title, settings) in
        ["orthogonal", "Gaussian"].into_iter().zip(jacobian_settings(trials.profile())?.chunks(2))
    {
        let mut series = Vec::new();
        for (group, s) in settings.iter().enumerate() {
            let first = &trials.first::<DeepSpectrum>(s)?;
            let law = jacobian(&s.network, first, s.network.ensemble)?;
            let (low, high) = (1e-3, 1.1 * law.upper_edge()?);
            let at = |i: usize, n: usize| low * (high / low).powf(i as f64 / n as f64);
            let points: Vec<f64> = (0..=240).map(|i| at(i, 240)).collect();
            let curve = points.iter().copied().zip(table(&law, &points)?.iter().copied()).collect();
            series.push(Series::line("", group, Stroke::Solid, curve));
            let marks: Vec<f64> = (0..=14).map(|i| at(i, 14)).collect();
            let found = empirical(asked(first.jacobian.as_deref(), "jacobian")?, &marks);
            let points = marks.iter().zip(found).map(|(x, y)| Point::exact(*x, y)).collect();
            series.push(Series::Points { label: format!("L = {}", s.network.depth), group, points });
        }
        panels.push(Panel {
            title: format!("{title} weights"),
            x: Axis::log("squared singular value"),
            y: Axis::linear("share below"),
            series,
        });
    }
    Ok(Figure {
        id: "iso/jacobian".into(),
        title: "Singular values of the input-output Jacobian".into(),
        caption: "Distribution functions of the squared singular values of ∂u^L/∂x, of one network each (points) and by free probability at its own slopes \
                  (lines). Hard tanh; L = 3: q₀ = 0.5, σ_w² = 1; L = 10: q₀ = 0.3, σ_w² = 1.05. Orthogonal weights keep most of them at one \
                  value; Gaussian weights spread them over orders of magnitude."
            .into(),
        panels,
    })
}

/// The kinds whose distances are drawn against the width.
const SCALED: [(Kind, Ensemble, &str); 3] = [
    (SHALLOW, Ensemble::Orthogonal, "orthogonal, L = 3"),
    (TEN, Ensemble::Orthogonal, "orthogonal, L = 10"),
    (SHALLOW, Ensemble::Gaussian, "Gaussian, L = 3"),
];

fn convergence_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for (kind, ensemble, _) in SCALED {
        let settings = scaling(profile).into_iter().map(|m| Ok(kind.spectrum(m, ensemble)?));
        all.extend(requests::<DeepSpectrum>(&settings.collect::<Result<Vec<_>, JudgeError>>()?, 24)?);
    }
    Ok(all)
}

type Read = fn(&DeepSpectrumSetting, &DeepSpectrumOutcome) -> Result<f64, JudgeError>;

fn convergence(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let readings: [(&str, Read, f64); 2] = [
        ("Kolmogorov distance", |s, o| distance(s, o), 2.0),
        ("Wasserstein distance / mean", |s, o| displacement(o, &conditional(&s.network, o)?), 1.0),
    ];
    let widths = scaling(trials.profile());
    let mut panels = Vec::new();
    for (name, read, scale) in readings {
        let ends = [widths[0] as f64, widths[widths.len() - 1] as f64];
        let guide = ends.iter().map(|m| (*m, scale / m)).collect();
        let mut series = vec![Series::line(format!("{scale}/M"), 3, Stroke::Dotted, guide)];
        for (group, (kind, ensemble, label)) in SCALED.into_iter().enumerate() {
            let points = widths.iter().map(|&width| {
                let s = kind.spectrum(width, ensemble)?;
                let values = trials.of::<DeepSpectrum>(&s)?;
                let values = values.iter().map(|o| read(&s, o)).collect::<Result<Vec<_>, _>>()?;
                mean_point(width as f64, &values)
            });
            let points = points.collect::<Result<_, JudgeError>>()?;
            series.push(Series::Points { label: label.into(), group, points });
        }
        panels.push(Panel { title: String::new(), x: Axis::log("width M"), y: Axis::log(name), series });
    }
    Ok(Figure {
        id: "iso/convergence".into(),
        title: "How fast finite networks approach the free product".into(),
        caption: "Distance between the eigenvalues of one network and the law at its own mean squares and slopes, hard tanh. Eigenvalues are rigid: \
                  the distance falls like 1/M (dotted), not like the root of it. 99 % intervals."
            .into(),
        panels,
    })
}
