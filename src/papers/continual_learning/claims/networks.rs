//! Finite networks: kernels at finite width, and real training.

use solvable_theory::bibliography::KARAKIDA_2022_CONTINUAL;

use crate::experiments::{FiniteWidth, NetworkTasksSetting, SphereTarget, TrainedTasks};
use crate::settings::relu_sphere;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    FINITE_ERRORS.iter().map(width).chain([trained()]).collect()
}

pub(crate) fn width_setting(width: usize) -> Result<NetworkTasksSetting, JudgeError> {
    Ok(NetworkTasksSetting {
        sphere: relu_sphere(10, SphereTarget::Matched)?,
        width,
        samples: [100, 50],
        tests: 400,
        rho: 0.5,
        scale: 1.0,
    })
}

pub(crate) fn widths(profile: Profile) -> &'static [usize] {
    by(profile, &[64, 128, 256], &[128, 256, 512, 1024, 2048])
}

/// One of the three errors of two tasks at finite width.
struct FiniteError {
    id: &'static str,
    title: &'static str,
    formula: &'static str,
    /// Its place in the excess of a trial.
    place: usize,
    /// Of a quick run.
    trials: usize,
    margins: [f64; 2],
}

/// The part of order $1/M$ of the backward error is half as large as those of the others and scatters several times as much;
/// its margin is half the way to the nearest rival.
const FINITE_ERRORS: [FiniteError; 3] = [
    FiniteError {
        id: "cl/width",
        title: "Kernels of finite networks raise the error on the first task by a term of order 1/M",
        formula: r"\frac{E_1(M)}{E_1(\infty)}-1\propto M^{-1}",
        place: 0,
        trials: 16,
        margins: [0.15, 0.08],
    },
    FiniteError {
        id: "cl/width-forward",
        title: "Kernels of finite networks raise the error on the second task by a term of order 1/M",
        formula: r"\frac{E_{A\to B}(M)}{E_{A\to B}(\infty)}-1\propto M^{-1}",
        place: 1,
        trials: 16,
        margins: [0.15, 0.08],
    },
    FiniteError {
        id: "cl/width-backward",
        title: "Kernels of finite networks raise the error on the first task after the second one by a term of order 1/M",
        formula: r"\frac{E_{\rm back}(M)}{E_{\rm back}(\infty)}-1\propto M^{-1}",
        place: 2,
        trials: 32,
        margins: [0.25, 0.25],
    },
];

fn width(error: &FiniteError) -> Claim {
    let size = |s: &NetworkTasksSetting| s.width as f64;
    let &FiniteError { place, trials, margins, .. } = error;
    Claim::about::<FiniteWidth>(error.id, error.title)
        .formula(error.formula)
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(move |profile| {
            let settings =
                widths(profile).iter().map(|&m| width_setting(m)).collect::<Result<Vec<_>, _>>()?;
            Ok(vec![At::sizes("ReLU L=3 d=10 N=100", settings, by(profile, trials, 24))])
        })
        .measure(move |s, o| {
            let found = o
                .excess
                .get(place)
                .ok_or(JudgeError::Shape { predicted: place + 1, measured: o.excess.len() })?;
            Ok(found / size(s))
        })
        .predict(move |s| Ok(1.0 / size(s)))
        .log_slope(size)
        .margin(move |_, profile| Margin::symmetric(by(profile, margins[0], margins[1])))
        .rival("M^(-1/2)", move |s| Ok(size(s).powf(-0.5)))
        .rival("M^(-2)", move |s| Ok(size(s).powi(-2)))
        .finish()
}

fn trained() -> Claim {
    Claim::about::<TrainedTasks>(
        "cl/trained",
        "Wide networks trained to convergence on one task and then on the next do kernel regression",
    )
    .formula(r"E^{\rm trained}/E^{\rm linearized}=1\ \text{for }E_1,\ E_{A\to B},\ E_{\rm back},\ \text{on the same samples and targets}")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let (width, samples) = by(profile, (256, [50, 25]), (1024, [100, 50]));
        let setting = NetworkTasksSetting { width, samples, rho: 0.8, scale: 0.1, ..width_setting(width)? };
        let label = format!("ReLU L=3 d=10 M={width} N=({}, {})", samples[0], samples[1]);
        Ok(vec![At::setting(label, setting, by(profile, 40, 24))])
    })
    .measure(|_, o| Ok(o.trained.iter().zip(o.linearized).map(|(t, l)| t / l).collect::<Vec<_>>()))
    .components(["E₁", "forward", "backward"])
    .predict(|_| Ok([1.0; 3]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival_given("the second stage from a cold start", |_, o| {
        Ok([1.0, o.alone / o.linearized[1], 1.0])
    })
    .rival_given("nothing of the first task forgotten", |_, o| {
        let [first, _, backward] = o.linearized;
        Ok([1.0, 1.0, first / backward])
    })
    .finish()
}
