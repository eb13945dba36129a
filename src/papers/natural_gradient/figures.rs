//! Figures: training, dependence on the width, response matrices, constants, growth, poles, heavy tails.

use nalgebra::{DMatrix, DVector};
use solvable_theory::natural_gradient::{
    Damping, Method, alpha, btd_poles, btd_response, gd_modes, increments, residuals, response, unit_alpha,
};

use super::super::by;
use super::super::experiments::{
    BackwardRatio, DampedTridiagonal, DampedTridiagonalSetting, ISOTROPIC, Inputs, KernelSetting,
    NaturalTraining, NaturalTrainingSetting, Response, ResponseSetting, Sample, Task,
};
use super::super::figure_plan::{FigurePlan, Trials, requests};
use super::limits::{RATIO_TRIALS, RATIO_WIDTHS, cauchy, ratio_setting};
use super::training::on_labels;
use super::{INPUTS, SAMPLES, TESTS, data_set, increment, infinite, network, residual};
use crate::figure::{Axis, Figure, Panel, Point, Position, Series, Stroke};
use crate::simulate::linalg::symmetric_eigenvalues;
use crate::simulate::training::NaturalGradient;
use crate::verify::statistic::{self, mean};
use crate::verify::{JudgeError, Outcome, Profile, Request};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("ngd/training", training_requests, training),
        FigurePlan::new("ngd/width", width_requests, width),
        FigurePlan::new("ngd/response", |p| requests::<Response>(&response_settings(p)?, 1), responses),
        FigurePlan::new("ngd/alpha", |_| requests::<Response>(&alpha_settings()?, 3), constants),
        FigurePlan::new("ngd/growth", |_| requests::<NaturalTraining>(&growth_settings()?, 4), growth),
        FigurePlan::new(
            "ngd/btd-damping",
            |p| requests::<DampedTridiagonal>(&[damping_setting(p)?], 1),
            damping,
        ),
        FigurePlan::new("ngd/heavy-tails", |_| ratio_requests(), heavy_tails),
    ]
}

/// Mean and 99 % interval of `values`, as a point at `x`.
fn point(x: f64, values: &[f64]) -> Result<Point, JudgeError> {
    let estimate = mean(values, 1)?;
    Ok(Point { x, y: estimate.value, low: estimate.low, high: estimate.high })
}

/// Methods of the figure of training curves: the first is gradient descent.
const CURVES: [Method; 6] =
    [Method::Gd, Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::KfacScaled];
const CURVE_STEPS: usize = 8;

/// Training on the digits at $\eta=$ `fraction`$/\alpha$; gradient descent at its best rate.
fn curve_setting(
    method: Method,
    fraction: f64,
    profile: Profile,
) -> Result<NaturalTrainingSetting, JudgeError> {
    let network = network("relu", INPUTS, 3, by(profile, 512, 2048))?;
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Digits, SAMPLES, TESTS) };
    let learning_rate = match method {
        Method::Gd => gd_modes(&infinite::kernels(&network, &sample, 0)?.0)?.eta_opt,
        method => fraction / alpha(method, network.depth(), SAMPLES)?,
    };
    let rule = NaturalGradient::plain(method);
    let (steps, task, empirical) = (CURVE_STEPS, Task::Labels, false);
    Ok(NaturalTrainingSetting { network, sample, rule, learning_rate, steps, task, empirical })
}

fn training_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let half = CURVES.map(|method| curve_setting(method, 0.5, profile));
    let full = CURVES[1..].iter().map(|&method| curve_setting(method, 1.0, profile));
    requests::<NaturalTraining>(&half.into_iter().chain(full).collect::<Result<Vec<_>, _>>()?, 16)
}

/// Half the mean square, for training and test residuals at $t=0..T$.
type Losses = (Vec<f64>, Vec<f64>);

fn loss(residual: &DVector<f64>) -> f64 {
    residual.norm_squared() / (2.0 * residual.len() as f64)
}

fn measured_losses(
    s: &NaturalTrainingSetting,
    o: &Outcome,
    start: &DVector<f64>,
) -> Result<Losses, JudgeError> {
    let train = (0..=s.steps).map(|t| Ok(loss(&residual(s, o, t)?))).collect::<Result<_, JudgeError>>()?;
    let mut test = vec![loss(start)];
    for t in 1..=s.steps {
        test.push(loss(&(start + increment(s, o, t)?)));
    }
    Ok((train, test))
}

fn predicted_losses(
    s: &NaturalTrainingSetting,
    o: &Outcome,
    start: &DVector<f64>,
) -> Result<Losses, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, data_set(o)?)?;
    let of = |rows| response(s.rule.method, Damping::None, &kernels.0, rows);
    let (on_train, on_test) = (of(&kernels.0)?, of(&kernels.1)?);
    let g0 = residual(s, o, 0)?;
    let train = residuals(&on_train, s.learning_rate, &g0, s.steps)?.iter().map(loss).collect();
    let moves = increments(&on_train, &on_test, s.learning_rate, &g0, s.steps)?;
    let test = std::iter::once(loss(start)).chain(moves.iter().map(|m| loss(&(start + m)))).collect();
    Ok((train, test))
}

fn training(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut panels = Vec::new();
    for method in CURVES {
        let s = curve_setting(method, 0.5, trials.profile())?;
        let data = s.sample.data_set(INPUTS, 0).map_err(|e| JudgeError::Other(e.to_string()))?;
        let labels = data.labels.map(|(_, test)| DVector::from_vec(test));
        let labels = labels.ok_or_else(|| JudgeError::Other("the digits carry no labels".into()))?;
        let (mut measured, mut predicted) = (Vec::new(), Vec::new());
        for outcome in trials.of::<NaturalTraining>(&s)? {
            let start = DVector::from_column_slice(outcome.list("start")?) - &labels;
            measured.push(measured_losses(&s, &outcome, &start)?);
            predicted.push(predicted_losses(&s, &outcome, &start)?);
        }
        let mut series = Vec::new();
        // One legend for all panels.
        let named = |label: &str| if method == Method::Exact { label.to_owned() } else { String::new() };
        for (group, (label, pick)) in
            [("training", (|l| &l.0) as fn(&Losses) -> &Vec<f64>), ("test", |l| &l.1)].into_iter().enumerate()
        {
            let at =
                |all: &[Losses], t: usize| all.iter().map(|l| pick(l)[t] / pick(l)[0]).collect::<Vec<_>>();
            let average = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
            let steps = 0..=s.steps;
            series.push(Series::Line {
                label: named(&format!("{label}, theory")),
                group,
                stroke: Stroke::Solid,
                points: steps.clone().map(|t| (t as f64, average(at(&predicted, t)))).collect(),
            });
            let points = steps.map(|t| point(t as f64, &at(&measured, t))).collect::<Result<_, _>>()?;
            series.push(Series::Points { label: named(&format!("{label}, networks")), group, points });
        }
        if method != Method::Gd {
            let s = curve_setting(method, 1.0, trials.profile())?;
            let outcomes = trials.of::<NaturalTraining>(&s)?;
            let points = (0..=s.steps)
                .map(|t| {
                    let ratios = outcomes
                        .iter()
                        .map(|o| Ok(residual(&s, o, t)?.norm_squared() / residual(&s, o, 0)?.norm_squared()));
                    point(t as f64, &ratios.collect::<Result<Vec<_>, JudgeError>>()?)
                })
                .collect::<Result<_, _>>()?;
            series.push(Series::Points { label: named("training at η = 1/α"), group: 2, points });
        }
        let title = match method {
            Method::Gd => "gradient descent, η = η_opt".to_owned(),
            method => format!("{}, η = 1/(2α)", title_of(method)),
        };
        let x = Axis::linear("step t").within(-0.3, CURVE_STEPS as f64 + 0.3);
        panels.push(Panel { title, x, y: Axis::log("loss / initial loss").within(1e-6, 10.0), series });
    }
    Ok(Figure {
        id: "ngd/training".into(),
        title: "Approximate natural gradient trains as fast as the exact one".into(),
        caption: format!(
            "Training and test loss on two classes of the digits (ReLU, L = 3, N = {SAMPLES}, {TESTS} test images; sixteen networks, \
             99 % intervals). Lines: infinite-width kernels and the initial outputs of the same networks. At half of the rate 1/α every \
             step divides the training loss by four, whatever the approximation; at the full rate the theory leaves nothing after one \
             step (triangles: what curvature leaves). Gradient descent waits for the small eigenvalues."
        ),
        panels,
    })
}

fn title_of(method: Method) -> &'static str {
    match method {
        Method::Gd => "gradient descent",
        Method::Exact => "exact",
        Method::Bd => "layer-wise",
        Method::Btd | Method::BtdPinv => "tri-diagonal",
        Method::Kfac | Method::KfacJoint => "K-FAC",
        Method::KfacScaled => "K-FAC, output × N",
        Method::Unit => "unit-wise",
        Method::Diag => "diagonal",
    }
}

/// Rows of the figure on the width.
const GROWTH: [(Method, &str); 4] =
    [(Method::Exact, "relu"), (Method::Kfac, "relu"), (Method::Exact, "erf"), (Method::Kfac, "erf")];

fn widths(profile: Profile) -> &'static [usize] {
    by(profile, &[128, 256, 512], &[256, 512, 1024, 2048])
}

fn width_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let mut all = Vec::new();
    for (method, name) in GROWTH {
        for &width in widths(profile) {
            all.push(on_labels(method, name, 3, width, Inputs::Sphere)?);
        }
    }
    requests::<NaturalTraining>(&all, 12)
}

fn width(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let widths = widths(trials.profile());
    let mut panels: Vec<Panel> = ["training residual", "test increment"]
        .into_iter()
        .zip(["rms ‖g₁‖/‖g₀‖", "rms ‖δ − δ_pred‖/‖δ_pred‖"])
        .map(|(title, y)| Panel {
            title: title.into(),
            x: Axis::log("width M"),
            y: Axis::log(y),
            series: Vec::new(),
        })
        .collect();
    for (group, (method, name)) in GROWTH.into_iter().enumerate() {
        let (mut train, mut wide, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for &width in widths {
            let s = on_labels(method, name, 3, width, Inputs::Sphere)?;
            let outcomes = trials.of::<NaturalTraining>(&s)?;
            let kernel = |o: &Outcome| infinite::kernel_of(method, &s.network, &s.sample, data_set(o)?);
            let rms = |value: &dyn Fn(&Outcome) -> Result<f64, JudgeError>| {
                let values = outcomes.iter().map(|o| value(o)).collect::<Result<Vec<_>, _>>()?;
                let e = statistic::root_mean_square(&values, 1)?;
                Ok::<_, JudgeError>(Point { x: width as f64, y: e.value, low: e.low, high: e.high })
            };
            train.push(rms(&|o| Ok(residual(&s, o, 1)?.norm() / residual(&s, o, 0)?.norm()))?);
            wide.push(rms(&|o| {
                let predicted = &*kernel(o)? * residual(&s, o, 0)? * -1.0;
                Ok((increment(&s, o, 1)? - &predicted).norm() / predicted.norm())
            })?);
            own.push(rms(&|o| {
                let predicted = DVector::from_column_slice(o.list(&format!("empirical_increment_{method}"))?);
                Ok((increment(&s, o, 1)? - &predicted).norm() / predicted.norm())
            })?);
        }
        let label = format!("{} {name}", title_of(method));
        let guide = |points: &[Point], exponent: f64| Series::Line {
            label: String::new(),
            group,
            stroke: Stroke::Dotted,
            points: widths
                .iter()
                .map(|&m| (m as f64, points[0].y * (m as f64 / widths[0] as f64).powf(exponent)))
                .collect(),
        };
        panels[0].series.push(guide(&train, if name == "relu" { -0.75 } else { -1.0 }));
        panels[0].series.push(Series::Points { label: label.clone(), group, points: train });
        if name == "relu" {
            panels[1].series.push(guide(&wide, -0.5));
            panels[1].series.push(Series::Points {
                label: format!("{label}, M = ∞ kernels"),
                group,
                points: wide,
            });
            panels[1].series.push(Series::Line {
                label: String::new(),
                group: group + 2,
                stroke: Stroke::Dotted,
                points: widths.iter().map(|&m| (m as f64, own[0].y * widths[0] as f64 / m as f64)).collect(),
            });
            let label = format!("{label}, own kernels");
            panels[1].series.push(Series::Points { label, group: group + 2, points: own });
        }
    }
    Ok(Figure {
        id: "ngd/width".into(),
        title: "What is left after one step falls with the width".into(),
        caption: "One step at η = 1/α from y = ±1/2 (L = 3, N = 32, twelve networks, 99 % intervals). Left: the training residual; dotted: \
                  M^(−1) for erf, M^(−3/4) for ReLU. Right: the error of the predicted test increment for ReLU, from infinite-width \
                  kernels (dotted M^(−1/2)) and from the kernels of the network itself (dotted M^(−1))."
            .into(),
        panels,
    })
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
        let matrix = DMatrix::from_column_slice(MATRIX_SAMPLES, MATRIX_SAMPLES, outcome.list("response")?);
        let alpha = outcome.number("alpha")?;
        panels.push(Panel {
            title: format!("{}: ι = {:.1e}", title_of(s.rule.method), outcome.number("isotropy")?),
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
                points.push(trials.point::<Response>(x, &s, "alpha")?);
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
    Ok(super::training(method, network, Inputs::Sphere, (Task::SmallResidual(1e-3), 0), (eta_alpha, 1))?)
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
            points.push(point(c, &ratios)?);
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

const POLE_SAMPLES: usize = 4;
const POLE_DEPTH: usize = 5;

/// From 0.01 to 5, in geometric progression.
fn strengths(count: usize) -> Vec<f64> {
    (0..count).map(|i| 0.01 * 500f64.powf(i as f64 / (count - 1) as f64)).collect()
}

fn damping_setting(profile: Profile) -> Result<DampedTridiagonalSetting, JudgeError> {
    let network = network("relu", INPUTS, POLE_DEPTH, by(profile, 512, 2048))?;
    let sample = Sample { data_sets: 1, ..Sample::new(Inputs::Sphere, POLE_SAMPLES, 0) };
    Ok(DampedTridiagonalSetting { system: KernelSetting { network, sample }, strengths: strengths(40) })
}

fn damping(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const VISIBLE: f64 = 4.0;
    let s = damping_setting(trials.profile())?;
    let kernels = infinite::kernels(&s.system.network, &s.system.sample, 0)?;
    let mut series = Vec::new();
    for (j, pole) in btd_poles(&kernels.0)?.into_iter().enumerate() {
        let label = if j == 0 { "poles ρ_j" } else { "" };
        series.push(Series::Rule {
            label: label.into(),
            group: 2,
            stroke: Stroke::Dotted,
            at: Position::X(pole),
        });
    }
    let strengths = strengths(2000);
    let mut curves = vec![Vec::new(); POLE_SAMPLES];
    for &rho in &strengths {
        let response = btd_response(&kernels.0, &kernels.0, rho)?;
        let values = symmetric_eigenvalues(&((&response + response.transpose()) * 0.5))
            .map_err(|e| JudgeError::Other(e.to_string()))?;
        for (curve, value) in curves.iter_mut().zip(values) {
            // A gap where the curve leaves the panel, instead of a line through the pole.
            curve.push((rho, if value.abs() < VISIBLE { value } else { f64::NAN }));
        }
    }
    for (j, points) in curves.into_iter().enumerate() {
        let label = if j == 0 { "theory" } else { "" };
        series.push(Series::Line { label: label.into(), group: 0, stroke: Stroke::Solid, points });
    }
    let outcomes = trials.of::<DampedTridiagonal>(&s)?;
    let mut points = Vec::new();
    for outcome in &outcomes {
        let values = outcome.list("eigenvalues")?.chunks(POLE_SAMPLES);
        for (&rho, values) in s.strengths.iter().zip(values) {
            let visible = values.iter().filter(|v| v.abs() < VISIBLE);
            points.extend(visible.map(|&y| Point { x: rho, y, low: y, high: y }));
        }
    }
    series.push(Series::Points { label: "one network".into(), group: 1, points });
    Ok(Figure {
        id: "ngd/btd-damping".into(),
        title: "Damping the block tri-diagonal method".into(),
        caption: format!(
            "Eigenvalues of the damped response against the damping (ReLU, L = {POLE_DEPTH}, N = {POLE_SAMPLES}). The undamped limit is \
             α = 2; at the poles the damped matrix is singular and between them eigenvalues leave (0, α), so that training diverges. \
             Safe are dampings well below the first or above the last pole."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("damping ρ"),
            y: Axis::linear("eigenvalues of R").within(-VISIBLE, VISIBLE),
            series,
        }],
    })
}

fn ratio_requests() -> Result<Vec<Request>, JudgeError> {
    let settings = RATIO_WIDTHS.map(ratio_setting);
    requests::<BackwardRatio>(&settings.into_iter().collect::<Result<Vec<_>, _>>()?, RATIO_TRIALS)
}

fn heavy_tails(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    const LEVELS: usize = 24;
    const VISIBLE: f64 = 7.0;
    let law = cauchy(&ratio_setting(RATIO_WIDTHS[0])?.network)?;
    let diagonal = |slope: f64| {
        let line = |x: f64| (x, law.location + slope * (x - law.location));
        vec![line(-VISIBLE), line(VISIBLE)]
    };
    let mut series = vec![
        Series::Line {
            label: "Cauchy law, any width".into(),
            group: 0,
            stroke: Stroke::Solid,
            points: diagonal(1.0),
        },
        Series::Line {
            label: "if it concentrated, M = 100".into(),
            group: 3,
            stroke: Stroke::Dashed,
            points: diagonal(0.1),
        },
    ];
    for (group, width) in RATIO_WIDTHS.into_iter().enumerate() {
        let mut ratios = trials.numbers::<BackwardRatio>(&ratio_setting(width)?, "ratio")?;
        ratios.sort_by(f64::total_cmp);
        let n = ratios.len() as f64;
        // Order statistics of a 99 % binomial interval.
        let at = |rank: f64| ratios[(rank.max(0.0) as usize).min(ratios.len() - 1)];
        let points = (0..LEVELS)
            .map(|i| {
                let p = (i as f64 + 0.5) / LEVELS as f64;
                let spread = 2.576 * (n * p * (1.0 - p)).sqrt();
                Point { x: law.quantile(p), y: at(n * p), low: at(n * p - spread), high: at(n * p + spread) }
            })
            .filter(|point| point.x.abs() < VISIBLE)
            .collect();
        series.push(Series::Points { label: format!("networks, M = {width}"), group: group + 1, points });
    }
    let axis = |label: &str| Axis::linear(label).within(-VISIBLE, VISIBLE);
    Ok(Figure {
        id: "ngd/heavy-tails".into(),
        title: "Unit-wise test predictions do not concentrate".into(),
        caption: format!(
            "Quantiles of the average over M units of the ratio of backward signals of two inputs (ReLU, L = 3, cosine 0.6, {RATIO_TRIALS} \
             networks, 99 % intervals) against those of the predicted Cauchy law. Averaging over more units does not narrow it."
        ),
        panels: vec![Panel {
            title: String::new(),
            x: axis("quantile of the Cauchy law"),
            y: axis("quantile of the networks"),
            series,
        }],
    })
}
