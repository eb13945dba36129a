use nalgebra::DMatrix;
use solvable_theory::natural_gradient::{Method, alpha, unit_alpha};

use super::title_of;
use crate::experiments::{
    ISOTROPIC, Inputs, NaturalTraining, NaturalTrainingSetting, Response, ResponseSetting, Sample, Task,
};
use crate::settings::{INPUTS, network, residual};
use solvable_engine::figure::{Axis, Figure, Panel, Position, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::asked;
use solvable_shared::by;
use solvable_simulate::training::NaturalGradient;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("ngd/response", |p| requests::<Response>(&response_settings(p)?, 1), responses),
        FigurePlan::new("ngd/alpha", |_| requests::<Response>(&alpha_settings()?, 3), constants),
        FigurePlan::new("ngd/growth", |_| requests::<NaturalTraining>(&growth_settings()?, 4), growth),
    ]
}

const MATRICES: [Method; 6] =
    [Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::Unit, Method::Diag];
const MATRIX_SAMPLES: usize = 12;

fn response_settings(profile: Profile) -> Result<Vec<ResponseSetting>, JudgeError> {
    MATRICES
        .into_iter()
        .map(|method| {
            let network = network("relu", INPUTS, 3, by(profile, 256, 1024))?;
            let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, MATRIX_SAMPLES, 0) };
            Ok(ResponseSetting { network, sample, rule: NaturalGradient::plain(method) })
        })
        .collect()
}

fn responses(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let edges: Vec<f64> = (0..=MATRIX_SAMPLES).map(|n| n as f64 + 0.5).collect();
    let mut panels = Vec::new();
    for s in response_settings(trials.profile())? {
        let outcomes = trials.of::<Response>(&s)?;
        let Some(outcome) = outcomes.first() else { continue };
        let matrix = DMatrix::from_column_slice(
            MATRIX_SAMPLES,
            MATRIX_SAMPLES,
            asked(outcome.response.as_deref(), "response")?,
        );
        let alpha = outcome.alpha;
        panels.push(Panel {
            title: format!("{}: ι = {:.1e}", title_of(s.rule.method), outcome.isotropy),
            x: Axis::linear("sample n'"),
            y: Axis::linear("sample n"),
            series: vec![Series::HeatMap {
                label: "R/α".into(),
                x_edges: edges.clone(),
                y_edges: edges.clone(),
                values: matrix.transpose().iter().map(|r| r / alpha).collect(),
                range: Some((-0.25, 1.25)),
            }],
        });
    }
    Ok(Figure {
        id: "ngd/response".into(),
        title: "Response matrices of one network".into(),
        caption: format!(
            "Response matrix over its mean diagonal, N = {MATRIX_SAMPLES} samples (ReLU, L = 3, one network for each method). ι is the \
             relative distance from a multiple of the identity: rounding for the block approximations, the scatter of active units for the \
             unit-wise one, of order 1 for the diagonal."
        ),
        panels,
    })
}

/// Methods of the figure of constants, with the unit-wise one last.
const CONSTANTS: [Method; 5] = [Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::Unit];
const DEPTHS: [usize; 4] = [3, 4, 6, 7];
const SIZES: [usize; 4] = [8, 16, 32, 48];
const SMALL_WIDTHS: [usize; 4] = [64, 128, 256, 512];

fn alpha_setting(
    method: Method,
    depth: usize,
    samples: usize,
    width: usize,
) -> Result<ResponseSetting, JudgeError> {
    let network = network("relu", INPUTS, depth, width)?;
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, samples, 0) };
    Ok(ResponseSetting { network, sample, rule: NaturalGradient::plain(method) })
}

fn alpha_rows() -> [Vec<(usize, usize, usize)>; 3] {
    [
        DEPTHS.map(|depth| (depth, 16, 128)).to_vec(),
        SIZES.map(|samples| (3, samples, 128)).to_vec(),
        SMALL_WIDTHS.map(|width| (3, 16, width)).to_vec(),
    ]
}

fn alpha_settings() -> Result<Vec<ResponseSetting>, JudgeError> {
    let mut all = Vec::new();
    for (depth, samples, width) in alpha_rows().into_iter().flatten() {
        for method in CONSTANTS {
            all.push(alpha_setting(method, depth, samples, width)?);
        }
    }
    all.dedup();
    Ok(all)
}

fn constants(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    let names = ["depth L", "samples N", "width M"];
    for (axis, rows) in alpha_rows().into_iter().enumerate() {
        let mut series = Vec::new();
        for (group, method) in CONSTANTS.into_iter().enumerate() {
            let (mut line, mut points) = (Vec::new(), Vec::new());
            for &(depth, samples, width) in &rows {
                let x = [depth, samples, width][axis] as f64;
                let s = alpha_setting(method, depth, samples, width)?;
                line.push((
                    x,
                    match method {
                        Method::Unit => unit_alpha(&vec![width; depth - 1], 0.5, 1)?,
                        method => alpha(method, depth, samples)?,
                    },
                ));
                points.push(trials.mean::<Response>(x, &s, |o| o.alpha)?);
            }
            series.push(Series::Line { label: String::new(), group, stroke: Stroke::Solid, points: line });
            series.push(Series::Points { label: title_of(method).into(), group, points });
        }
        let x = if axis == 0 { Axis::linear(names[axis]) } else { Axis::log(names[axis]) };
        panels.push(Panel { title: String::new(), x, y: Axis::log("tr R/N"), series });
    }
    Ok(Figure {
        id: "ngd/alpha".into(),
        title: "Isotropy constants".into(),
        caption: "Mean diagonal of the response matrix of finite ReLU networks (three for each point; L = 3, N = 16, M = 128 where not \
                  varied) and the constants: 1, L, ⌈L/3⌉, N(L−1)+1, and half the number of hidden units plus one."
            .into(),
        panels,
    })
}

fn growth_factors() -> Vec<f64> {
    (1..=14).map(|i| 0.2 * f64::from(i)).collect()
}

fn growth_setting(method: Method, eta_alpha: f64) -> Result<NaturalTrainingSetting, JudgeError> {
    let network = network("relu", INPUTS, 3, 256)?;
    Ok(crate::settings::undamped(
        method,
        network,
        Inputs::Sphere,
        (Task::SmallResidual(1e-3), 0),
        (eta_alpha, 1),
    )?)
}

fn growth_settings() -> Result<Vec<NaturalTrainingSetting>, JudgeError> {
    let pairs =
        ISOTROPIC.into_iter().flat_map(|method| growth_factors().into_iter().map(move |c| (method, c)));
    pairs.map(|(method, c)| growth_setting(method, c)).collect()
}

fn growth(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let line = (0..=60).map(|i| f64::from(i) * 0.05).map(|c| (c, (1.0 - c).abs())).collect();
    let mut series =
        vec![Series::Line { label: "|1 − ηα|".into(), group: 0, stroke: Stroke::Solid, points: line }];
    for (group, method) in ISOTROPIC.into_iter().enumerate() {
        let mut points = Vec::new();
        for c in growth_factors() {
            let s = growth_setting(method, c)?;
            let ratios = trials.of::<NaturalTraining>(&s)?;
            let ratios = ratios
                .iter()
                .map(|o| Ok(residual(&s, o, 1)?.norm() / residual(&s, o, 0)?.norm()))
                .collect::<Result<Vec<_>, JudgeError>>()?;
            points.push(mean_point(c, &ratios)?);
        }
        series.push(Series::Points { label: title_of(method).into(), group: group + 1, points });
    }
    series.push(Series::Rule {
        label: "stable below 1".into(),
        group: 0,
        stroke: Stroke::Dotted,
        at: Position::Y(1.0),
    });
    Ok(Figure {
        id: "ngd/growth".into(),
        title: "Growth of a small residual in one step".into(),
        caption: "Factor ‖g₁‖/‖g₀‖ against the learning rate in units of 1/α (ReLU, L = 3, M = 256, N = 32, residual 10⁻³, four networks). One \
                  step suffices at ηα = 1; beyond 2 every method diverges."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("ηα"),
            y: Axis::linear("‖g₁‖/‖g₀‖"),
            series,
        }],
    })
}
