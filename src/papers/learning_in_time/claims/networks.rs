//! Finite networks in time.

use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{Sphere, SphereTarget, by};
use solvable_theory::bibliography::{BORDELON_2020, BORDELON_2021, JACOT_2018};
use solvable_theory::learning_in_time::{StepSizes, descent_curve, sgd_curve};

use crate::experiments::{NetworkInTime, NetworkInTimeSetting, Steppers};

pub(super) fn all() -> Vec<Claim> {
    vec![descent(), stochastic()]
}

fn setting(width: usize, by: Steppers, steps: Vec<usize>) -> Result<NetworkInTimeSetting, JudgeError> {
    let sphere = Sphere::relu(10, 3, SphereTarget::Matched)?;
    Ok(NetworkInTimeSetting { sphere, width, by, steps, tests: 400, scale: 0.1 })
}

/// The errors of the law at `steps`.
fn law(setting: &NetworkInTimeSetting, steps: &[usize]) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = setting.sphere.theory()?;
    let alpha = setting.alpha()?;
    Ok(match setting.by {
        Steppers::Descent { samples, .. } => {
            let curve = descent_curve(&spectrum, &target, samples, 0.0, (alpha, 0.0), steps)?;
            curve.iter().map(|[test, _]| *test).collect()
        }
        Steppers::Stochastic { batch, .. } => {
            sgd_curve(&spectrum, &target, 0.0, batch, &StepSizes::Constant(alpha), 0.0, steps)?
        }
    })
}

/// By what the error would differ from the kernel's if so many steps counted.
fn as_if(setting: &NetworkInTimeSetting, count: impl Fn(usize) -> usize) -> Result<Vec<f64>, JudgeError> {
    let here = law(setting, &setting.steps)?;
    let steps: Vec<usize> = setting.steps.iter().map(|n| count(*n)).collect();
    Ok(law(setting, &steps)?.iter().zip(here).map(|(there, here)| there / here).collect())
}

fn finite(profile: Profile) -> &'static [(usize, usize)] {
    by(profile, &[(256, 12)], &[(256, 24), (512, 24)])
}

fn descent() -> Claim {
    Claim::about::<NetworkInTime>(
        "dyn/network-descent",
        "Wide networks trained by descent have at any time the test error of the kernel of infinite width",
    )
    .formula(r"\frac{E_M(n)}{E_\infty(n)}\to1")
    .sources(&[JACOT_2018, BORDELON_2020])
    .components(["n=30", "n=100", "n=300"])
    .cases(|profile| {
        let by = Steppers::Descent { samples: 50, share: 0.8 };
        finite(profile)
            .iter()
            .map(|&(width, trials)| {
                Ok(At::setting(format!("M={width}"), setting(width, by, vec![30, 100, 300])?, trials))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.ratios.clone()))
    .predict(|_| Ok(vec![1.0; 3]))
    // What finite width adds grows with the time and falls with the width.
    .margin(|s, _| Margin::between(-0.02, 0.12 * 256.0 / s.width as f64))
    .rival("steps on the mean over samples in place of the sum", |s| {
        let Steppers::Descent { samples, .. } = s.by else { return as_if(s, |_| 0) };
        as_if(s, |n| n / samples)
    })
    .rival("training stops at the start", |s| as_if(s, |_| 0))
    .finish()
}

fn stochastic() -> Claim {
    Claim::about::<NetworkInTime>(
        "dyn/network-sgd",
        "Wide networks trained by stochastic gradients have at any time the test error of the kernel of infinite width",
    )
    .formula(r"\frac{E_M(n)}{E_\infty(n)}\to1")
    .sources(&[JACOT_2018, BORDELON_2021])
    .components(["n=20", "n=200"])
    .cases(|profile| {
        let by = Steppers::Stochastic { batch: 4, share: 0.4 };
        let (width, trials) = stochastic_size(profile);
        Ok(vec![At::setting(format!("M={width} B=4"), setting(width, by, vec![20, 200])?, trials)])
    })
    .measure(|_, o| Ok(o.ratios.clone()))
    .predict(|_| Ok(vec![1.0; 2]))
    .margin(|_, _| Margin::symmetric(0.08))
    .rival("half the steps", |s| as_if(s, |n| n / 2))
    .rival("training stops at the start", |s| as_if(s, |_| 0))
    .finish()
}

fn stochastic_size(profile: Profile) -> (usize, usize) {
    by(profile, (512, 12), (512, 24))
}
