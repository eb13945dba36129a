//! Finite networks: kernels at finite width, and real training.

use solvable_theory::bibliography::KARAKIDA_2022_CONTINUAL;

use super::super::by;
use super::super::experiments::{FiniteWidth, NetworkTasksSetting, SphereTarget, TrainedTasks};
use super::relu_sphere;
use crate::verify::{At, Claim, JudgeError, Margin, Profile};

pub(super) fn claims() -> Vec<Claim> {
    vec![width(), trained()]
}

pub(super) fn width_setting(width: usize) -> Result<NetworkTasksSetting, JudgeError> {
    Ok(NetworkTasksSetting {
        sphere: relu_sphere(10, SphereTarget::Matched)?,
        width,
        samples: [100, 50],
        tests: 400,
        rho: 0.5,
        scale: 1.0,
    })
}

pub(super) fn widths(profile: Profile) -> &'static [usize] {
    by(profile, &[64, 128, 256], &[128, 256, 512, 1024, 2048])
}

fn width() -> Claim {
    let size = |s: &NetworkTasksSetting| s.width as f64;
    Claim::about::<FiniteWidth>(
        "cl/width",
        "Kernels of finite networks raise all errors by a term of order 1/M",
    )
    .formula(r"\frac{E_1(M)}{E_1(\infty)}-1\propto M^{-1}")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let settings = widths(profile).iter().map(|&m| width_setting(m)).collect::<Result<Vec<_>, _>>()?;
        Ok(vec![At::sizes("ReLU L=3 d=10 N=100", settings, by(profile, 16, 24))])
    })
    .measure(move |s, o| Ok(o.list("excess")?[0] / size(s)))
    .predict(move |s| Ok(1.0 / size(s)))
    .log_slope(size)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.08)))
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
    .measure(|_, o| {
        let (trained, linearized) = (o.list("trained")?, o.list("linearized")?);
        Ok(trained.iter().zip(linearized).map(|(t, l)| t / l).collect::<Vec<_>>())
    })
    .components(["E₁", "forward", "backward"])
    .predict(|_| Ok([1.0; 3]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival_given("the second stage from a cold start", |_, o| {
        let (alone, linearized) = (o.number("alone")?, o.list("linearized")?);
        Ok([1.0, alone / linearized[1], 1.0])
    })
    .rival_given("nothing of the first task forgotten", |_, o| {
        let linearized = o.list("linearized")?;
        Ok([1.0, 1.0, linearized[0] / linearized[2]])
    })
    .finish()
}
