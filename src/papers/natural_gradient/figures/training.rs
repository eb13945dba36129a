use nalgebra::DVector;
use solvable_theory::natural_gradient::{Damping, Method, alpha, gd_modes, increments, residuals, response};

use super::title_of;
use crate::claims::infinite;
use crate::claims::training::{empirical_increment, on_labels};
use crate::experiments::{
    Inputs, NaturalTraining, NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task,
};
use crate::settings::{INPUTS, SAMPLES, TESTS, increment, network, residual};
use solvable_engine::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request, statistic};
use solvable_engine::{FigurePlan, Trials, mean_point, requests};
use solvable_shared::asked;
use solvable_shared::by;
use solvable_simulate::training::NaturalGradient;

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("ngd/training", training_requests, training),
        FigurePlan::new("ngd/width", width_requests, width),
    ]
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
    o: &NaturalTrainingOutcome,
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
    o: &NaturalTrainingOutcome,
    start: &DVector<f64>,
) -> Result<Losses, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, o.data_set as usize)?;
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
        let data = s.sample.data_set(INPUTS, 0)?;
        let labels = data.labels.map(|(_, test)| DVector::from_vec(test));
        let labels = labels.ok_or_else(|| JudgeError::Other("the digits carry no labels".into()))?;
        let (mut measured, mut predicted) = (Vec::new(), Vec::new());
        for outcome in trials.of::<NaturalTraining>(&s)? {
            let start = DVector::from_column_slice(asked(outcome.start.as_deref(), "start")?) - &labels;
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
            let points = steps.map(|t| mean_point(t as f64, &at(&measured, t))).collect::<Result<_, _>>()?;
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
                    mean_point(t as f64, &ratios.collect::<Result<Vec<_>, JudgeError>>()?)
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
            let kernel = |o: &NaturalTrainingOutcome| {
                infinite::kernel_of(method, &s.network, &s.sample, o.data_set as usize)
            };
            let rms = |value: &dyn Fn(&NaturalTrainingOutcome) -> Result<f64, JudgeError>| {
                let values = outcomes.iter().map(value).collect::<Result<Vec<_>, _>>()?;
                Ok::<_, JudgeError>(Point::new(
                    width as f64,
                    statistic::root_mean_square(&values, statistic::ALPHA)?,
                ))
            };
            train.push(rms(&|o| Ok(residual(&s, o, 1)?.norm() / residual(&s, o, 0)?.norm()))?);
            wide.push(rms(&|o| {
                let predicted = &*kernel(o)? * residual(&s, o, 0)? * -1.0;
                Ok((increment(&s, o, 1)? - &predicted).norm() / predicted.norm())
            })?);
            own.push(rms(&|o| {
                let predicted = empirical_increment(method, o)?;
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
