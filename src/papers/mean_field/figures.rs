use solvable_theory::mean_field::{self, FimStatistics};
use solvable_theory::{Activation, Architecture, InitialScales, TheoryError};

use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke, histogram};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::{Fisher, FisherOutcome, FisherSetting, FisherSpectrum};

pub(crate) mod motion;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("mf/width-scaling", |p| requests::<Fisher>(&scaling_settings(p)?, 24), width_scaling),
        FigurePlan::new("mf/spectrum", |p| requests::<FisherSpectrum>(&[spectrum_setting(p)?], 16), spectrum),
        FigurePlan::new("mf/phase-diagram", |_| Ok(Vec::new()), phase_diagram),
        FigurePlan::new("mf/kappa", |_| Ok(Vec::new()), kappa),
        motion::plan(),
    ]
}

fn tanh(width: usize, classes: usize) -> Result<Architecture, TheoryError> {
    let network = Architecture::new(vec![width, width, width, classes], Activation::tanh(), 3.0, 0.64)?;
    Ok(network.with_trained_biases(true))
}

fn relu(width: usize, classes: usize) -> Result<Architecture, TheoryError> {
    let network = Architecture::new(vec![width, width, width, classes], Activation::relu(), 2.0, 0.1)?;
    Ok(network.with_trained_biases(true))
}

fn scaling_widths(profile: Profile) -> &'static [usize] {
    match profile {
        Profile::Quick => &[50, 100, 200, 400],
        Profile::Full => &[50, 100, 200, 400, 1000, 2000],
    }
}

type Build = fn(usize, usize) -> Result<Architecture, TheoryError>;

const NETWORKS: [(&str, Build); 2] = [("tanh", tanh), ("ReLU", relu)];

fn scaling_setting(build: Build, width: usize, profile: Profile) -> Result<FisherSetting, TheoryError> {
    let samples = if profile == Profile::Quick { 40 } else { 100 };
    Ok(FisherSetting { network: build(width, 2)?, samples })
}

fn scaling_settings(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    let widths = scaling_widths(profile);
    let pairs =
        NETWORKS.iter().flat_map(|(_, build)| widths.iter().map(|&m| scaling_setting(*build, m, profile)));
    Ok(pairs.collect::<Result<_, _>>()?)
}

fn width_scaling(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    type Measured = fn(&FisherOutcome) -> f64;
    type Predicted = fn(&FimStatistics) -> f64;
    let statistics: [(&str, Measured, Predicted); 3] = [
        ("mean eigenvalue m_λ", |o| o.m_lambda, |f| f.m_lambda),
        ("second moment s_λ", |o| o.s_lambda, |f| f.s_lambda),
        ("largest eigenvalues λ_max", |o| o.lambda_top, |f| f.lambda_max),
    ];
    let profile = trials.profile();
    let widths = scaling_widths(profile);
    let mut panels = Vec::new();
    for (label, measured, predicted) in statistics {
        let mut series = Vec::new();
        for (group, (activation, build)) in NETWORKS.into_iter().enumerate() {
            let (mut line, mut points) = (Vec::new(), Vec::new());
            for &width in widths {
                let setting = scaling_setting(build, width, profile)?;
                let theory = mean_field::fim_statistics(&setting.network, setting.samples)?;
                line.push((width as f64, predicted(&theory)));
                points.push(trials.mean::<Fisher>(width as f64, &setting, measured)?);
            }
            let label = format!("{activation}, theory");
            series.push(Series::Line { label, group, stroke: Stroke::Solid, points: line });
            series.push(Series::Points { label: format!("{activation}, networks"), group, points });
        }
        panels.push(Panel { title: String::new(), x: Axis::log("width M"), y: Axis::log(label), series });
    }
    Ok(Figure {
        id: "mf/width-scaling".into(),
        title: "Eigenvalue statistics of the Fisher information against width".into(),
        caption: "The mean falls like 1/M, the second moment does not depend on M, the largest eigenvalues grow like M. \
                  Three layers, two outputs, Gaussian inputs; points are means over random networks with 99 % intervals, \
                  lines the mean-field prediction with the exact number of parameters."
            .into(),
        panels,
    })
}

fn spectrum_setting(profile: Profile) -> Result<FisherSetting, JudgeError> {
    let (width, samples) = if profile == Profile::Quick { (400, 40) } else { (1000, 100) };
    Ok(FisherSetting { network: tanh(width, 2)?, samples })
}

fn spectrum(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let setting = spectrum_setting(trials.profile())?;
    let theory = mean_field::fim_statistics(&setting.network, setting.samples)?;
    let outcomes = trials.of::<FisherSpectrum>(&setting)?;
    let mut values = Vec::new();
    for outcome in &outcomes {
        values.extend(outcome.eigenvalues.iter().map(|v| v.max(f64::MIN_POSITIVE).log10()));
    }
    let bulk = (theory.theta_t - theory.theta_st) / setting.samples as f64;
    let (edges, counts) = histogram(&values, 48);
    let heights = counts.iter().map(|c| c / outcomes.len() as f64).collect();
    let rule = |label: &str, value: f64, group| Series::Rule {
        label: label.into(),
        group,
        stroke: Stroke::Solid,
        at: Position::X(value.log10()),
    };
    Ok(Figure {
        id: "mf/spectrum".into(),
        title: "Spectrum of the dual Fisher information".into(),
        caption: format!(
            "Eigenvalues of {} networks (tanh, L = 3, M = {}, N = {}, C = 2): C outliers at the predicted λ_max, and a bulk \
             of C(N − 1) around (θ_t − θ_st)/N, broadened at finite width.",
            outcomes.len(),
            setting.network.widths()[0],
            setting.samples
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("log₁₀ eigenvalue of F*"),
            y: Axis::linear("eigenvalues per bin and network"),
            series: vec![
                Series::Histogram { label: "networks".into(), group: 0, edges, heights },
                rule("bulk (θ_t − θ_st)/N", bulk, 1),
                rule("outliers λ_max", theory.lambda_max, 2),
            ],
        }],
    })
}

fn phase_diagram(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    const CELLS: usize = 40;
    let activation = Activation::erf(std::f64::consts::FRAC_1_SQRT_2)?;
    let edges = |low: f64, high: f64| -> Vec<f64> {
        (0..=CELLS).map(|i| low + (high - low) * i as f64 / CELLS as f64).collect()
    };
    let (x_edges, y_edges) = (edges(0.6, 3.0), edges(0.0, 1.2));
    let middle = |edges: &[f64], i: usize| 0.5 * (edges[i] + edges[i + 1]);
    let mut values = Vec::with_capacity(CELLS * CELLS);
    for j in 0..CELLS {
        for i in 0..CELLS {
            let (sigma_w, sigma_b) = (middle(&x_edges, i), middle(&y_edges, j));
            let scales = InitialScales::new(activation.clone(), sigma_w * sigma_w, sigma_b * sigma_b)?;
            let xi = mean_field::fixed_points(&scales).ok().and_then(|f| f.first().map(|f| f.xi_c));
            values.push(xi.unwrap_or(f64::NAN).log10());
        }
    }
    let mut line = Vec::new();
    for step in 0..=200 {
        let point = mean_field::critical_point(&activation, 1e-3 * 10f64.powf(step as f64 / 200.0 * 4.0))?;
        if point.exists() {
            line.push((point.sigma_w2.sqrt(), point.sigma_b2.sqrt()));
        }
    }
    Ok(Figure {
        id: "mf/phase-diagram".into(),
        title: "Order and chaos at initialisation".into(),
        caption: "Depth scale ξ_c over which correlations of two inputs settle, for φ(u) = erf(u/√2). It diverges on the \
                  critical line χ_1 = 1, which is explicit in the parameter q*; left of it deep networks forget the \
                  difference of two inputs, right of it they amplify it."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("σ_w").within(0.6, 3.0),
            y: Axis::linear("σ_b").within(0.0, 1.2),
            series: vec![
                Series::HeatMap { label: "log₁₀ ξ_c".into(), x_edges, y_edges, values, range: Some((-0.5, 2.5)) },
                Series::Line { label: "critical line χ_1 = 1".into(), group: 1, stroke: Stroke::Solid, points: line },
            ],
        }],
    })
}

fn kappa(_: &Trials<'_>) -> Result<Figure, JudgeError> {
    let names = [("tanh", "tanh"), ("relu", "ReLU"), ("erf", "erf"), ("gelu", "GELU")];
    let panel = |label: &str, read: fn(&mean_field::Kappa) -> f64| -> Result<Panel, JudgeError> {
        let mut series = Vec::new();
        for (group, (name, title)) in names.into_iter().enumerate() {
            let mut points = Vec::new();
            for step in 0..=40 {
                let sigma_w2 = 0.25 + 3.75 * f64::from(step) / 40.0;
                let scales = InitialScales::new(name.parse()?, sigma_w2, 0.1)?;
                points.push((sigma_w2, read(&mean_field::kappa(&scales, &[1.0; 3])?)));
            }
            series.push(Series::Line { label: title.into(), group, stroke: Stroke::Solid, points });
        }
        Ok(Panel { title: String::new(), x: Axis::linear("σ_w²"), y: Axis::log(label), series })
    };
    Ok(Figure {
        id: "mf/kappa".into(),
        title: "Order parameters of the Fisher information".into(),
        caption: "κ_1 sets the mean eigenvalue, κ_2 the outliers: λ_max ≈ αM(κ_2 + κ_1/N). Three layers of equal width, \
                  σ_b² = 0.1."
            .into(),
        panels: vec![panel("κ_1", |k| k.kappa_1)?, panel("κ_2", |k| k.kappa_2)?],
    })
}
