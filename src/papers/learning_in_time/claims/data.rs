//! Kernels and data beyond the Gaussian ones: spheres, power laws without end, digits.

use std::f64::consts::PI;

use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::{Sphere, SphereTarget, by, kept, rounded};
use solvable_theory::bibliography::{BORDELON_2020, KARAKIDA_2022_CONTINUAL};
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::learning_in_time::{
    Round, descent_curve, distill, edge, flow_curve, flow_scaling, subset_curve,
};

use super::regression::column;
use crate::experiments::{
    DigitLabels, DigitsInTime, DigitsInTimeSetting, Path, PowerLawInTime, PowerLawSetting, SphereInTime,
    SphereInTimeSetting,
};

pub(super) fn all() -> Vec<Claim> {
    vec![sphere(), scaling(), subsets(), converged_subsets()]
}

fn of_path(
    setting: &SphereInTimeSetting,
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    which: usize,
) -> Result<Vec<f64>, JudgeError> {
    let samples = setting.samples;
    let curve = match &setting.path {
        Path::Flow { times } => flow_curve(spectrum, target, samples, sigma2, times)?,
        Path::Descent { alpha, beta, steps } => {
            descent_curve(spectrum, target, samples, sigma2, (*alpha, *beta), steps)?
        }
        Path::Distillation { .. } => {
            return Err(JudgeError::Other("the claim is about flow and descent".into()));
        }
    };
    Ok(column(&curve, which))
}

/// Test errors, or training errors for `which` $=1$, with a noise.
fn on_sphere(setting: &SphereInTimeSetting, sigma2: f64, which: usize) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = setting.sphere.theory()?;
    of_path(setting, &spectrum, &target, sigma2, which)
}

/// Degrees up to this one are drawn and named.
const DEGREES: usize = 6;

/// The law with a kernel that ends at the degrees that are named; the target keeps its power.
fn truncated(setting: &SphereInTimeSetting) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = setting.sphere.theory()?;
    let (lambda, counts) = (&spectrum.eigenvalues()[..DEGREES], &spectrum.degeneracies()[..DEGREES]);
    let few = Spectrum::new(lambda.to_vec(), counts.to_vec(), 0.0)?;
    let learnt: f64 = counts.iter().zip(&target.powers).map(|(n, eta)| n * eta).sum();
    let left = (target.power(&spectrum) - learnt).max(0.0);
    of_path(setting, &few, &Target::new(target.powers[..DEGREES].to_vec(), left)?, setting.sigma2, 0)
}

fn sphere() -> Claim {
    Claim::about::<SphereInTime>(
        "dyn/sphere",
        "Tangent kernels on a sphere learn in time as Gaussian features of the same spectrum do",
    )
    .formula(r"\lambda_k,\ N(d,k)\ \text{of the degrees},\quad\tau=\text{the power of higher ones}")
    .sources(&[BORDELON_2020, KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let sphere = Sphere::relu(10, 3, SphereTarget::Matched)?;
        let mut cases = Vec::new();
        for &(samples, trials) in by(profile, &[(50, 200)][..], &[(50, 200), (200, 60)][..]) {
            let upper = edge(&sphere.theory()?.0, samples, 0.0)?.upper;
            let alpha = rounded(0.8 / upper, 4);
            let paths = [
                ("flow", Path::Flow { times: vec![0.03, 0.3, 3.0] }),
                ("descent", Path::Descent { alpha, beta: 0.0, steps: vec![3, 30, 300] }),
            ];
            for (name, path) in paths {
                let setting = SphereInTimeSetting { sphere: sphere.clone(), samples, sigma2: 0.5, path };
                cases.push(At::setting(format!("{name} N={samples}"), setting, trials));
            }
        }
        Ok(cases)
    })
    .components(["early", "middle", "late"])
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| on_sphere(s, s.sigma2, 0))
    .margin(|_, _| Margin::symmetric(0.01))
    .rival("label noise forgotten", |s| on_sphere(s, 0.0, 0))
    .rival("the training error for the test error", |s| on_sphere(s, s.sigma2, 1))
    .rival_where(
        "the ridge of the higher degrees forgotten",
        // Descent does not come as far as to what they teach.
        |s| matches!(s.path, Path::Flow { .. }),
        truncated,
    )
    .finish()
}

fn exponent(setting: &PowerLawSetting) -> f64 {
    (setting.target_decay - 1.0) / setting.decay
}

fn scaling() -> Claim {
    Claim::about::<PowerLawInTime>(
        "dyn/flow-scaling",
        "Power laws are learnt along one curve of the time over its unit, whatever the number of samples",
    )
    .formula(r"\frac{E(t)}{E_\infty}=F_{a,\beta,s}(t\kappa),\quad\kappa=c_a^aN^{1-a},\ \beta=\frac{b-1}a,\ s=\frac{\sigma^2}{E_\infty}")
    .sources(&[BORDELON_2020])
    .cases(|profile| {
        let (samples, modes, trials) = by(profile, (100, 1000, 60), (200, 4000, 150));
        let laws = [(1.5, 1.5, 0.0), (1.5, 2.5, 0.3), (2.0, 2.0, 0.5)];
        Ok(laws
            .map(|(decay, target_decay, noise)| {
                let times = vec![0.1, 1.0, 10.0];
                let setting = PowerLawSetting { decay, target_decay, noise, samples, modes, times };
                At::setting(format!("a={decay} b={target_decay} s={noise} N={samples}"), setting, trials)
            })
            .to_vec())
    })
    .components(["tκ=0.1", "tκ=1", "tκ=10"])
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| Ok(flow_scaling(s.decay, exponent(s), s.noise, &s.times)?))
    .margin(|s, _| Margin::symmetric(1.5 / s.samples as f64 + 0.005))
    .rival_where(
        "label noise forgotten",
        |s| s.noise > 0.0,
        |s| Ok(flow_scaling(s.decay, exponent(s), 0.0, &s.times)?),
    )
    .rival("modes learnt one by one", |s| {
        let (kappa, error) = s.units()?;
        let n = s.samples as f64;
        let [(lambda, _), (eta, unlearnt)] = s.powers();
        let at = |tau: &f64| {
            let t = tau / kappa;
            let left = |l: &f64| (-n * l * t).exp();
            let bias: f64 = lambda.iter().zip(&eta).map(|(l, e)| e * left(l).powi(2)).sum();
            let noise: f64 = lambda.iter().map(|l| (1.0 - left(l)).powi(2)).sum();
            (bias + unlearnt) / error + s.noise * noise / n
        };
        Ok(s.times.iter().map(at).collect::<Vec<f64>>())
    })
    .rival("a ridge of one over the time", |s| {
        let (kappa, error) = s.units()?;
        let (spectrum, target) = s.theory()?;
        let ridge = |tau: &f64| {
            let round = Round { ridge: kappa / tau, labels: 1.0 };
            Ok(distill(&spectrum, &target, s.samples, s.noise * error, &[round])?[0][0] / error)
        };
        s.times.iter().map(ridge).collect::<Result<Vec<f64>, JudgeError>>()
    })
    .rival("the unit of time that the last learnt eigenvalue gives", |s| {
        // 1/(N λ_N): without the factor c_a^a.
        let c = PI / s.decay / (PI / s.decay).sin();
        let times: Vec<f64> = s.times.iter().map(|tau| tau / c.powf(s.decay)).collect();
        Ok(flow_scaling(s.decay, exponent(s), s.noise, &times)?)
    })
    .finish()
}

/// Label error and training error by the law of subsets.
fn of_subset(setting: &DigitsInTimeSetting) -> Result<Vec<[f64; 2]>, JudgeError> {
    let table = kept(&format!("subset {setting:?}"), || {
        let (mu, y2) = setting.spectrum()?;
        let curve = subset_curve(&mu, &y2, setting.samples, &setting.real_times()?)?;
        Ok(curve.into_iter().flatten().collect())
    })?;
    Ok(table.chunks_exact(2).map(|row| [row[0], row[1]]).collect())
}

/// The spectrum of all images taken for that of the law they come from.
fn as_population(setting: &DigitsInTimeSetting) -> Result<Vec<f64>, JudgeError> {
    let table = kept(&format!("as population {setting:?}"), || {
        let (spectrum, target) = setting.as_population()?;
        let curve = flow_curve(&spectrum, &target, setting.samples, 0.0, &setting.real_times()?)?;
        Ok(column(&curve, 0))
    })?;
    Ok(table.to_vec())
}

/// What many samples would learn.
fn as_many(setting: &DigitsInTimeSetting) -> Result<Vec<f64>, JudgeError> {
    let (mu, y2) = setting.spectrum()?;
    let (all, n) = (mu.len() as f64, setting.samples as f64);
    let at = |t: f64| mu.iter().zip(&y2).map(|(m, y)| y * (-2.0 * m * n * t / all).exp()).sum::<f64>() / all;
    Ok(setting.real_times()?.into_iter().map(at).collect())
}

fn digits(labels: DigitLabels, samples: usize, times: &[f64]) -> DigitsInTimeSetting {
    DigitsInTimeSetting { labels, samples, times: times.to_vec() }
}

fn name(labels: DigitLabels) -> String {
    match labels {
        DigitLabels::Parity => "parity".into(),
        DigitLabels::Is(digit) => format!("is it a {digit}"),
    }
}

const QUESTIONS: [DigitLabels; 2] = [DigitLabels::Parity, DigitLabels::Is(3)];

fn subsets() -> Claim {
    Claim::about::<DigitsInTime>(
        "dyn/subset-curve",
        "Random subsets of real data: the error on the rest follows from the kernel matrix and labels of all",
    )
    .formula(r"D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}")
    .sources(&[BORDELON_2020])
    .components(["n=1", "n=10", "n=100", "n=300"])
    .cases(|profile| {
        let mut cases = Vec::new();
        for labels in by(profile, &QUESTIONS[..1], &QUESTIONS[..]) {
            for &samples in by(profile, &[200][..], &[50, 100, 200, 400][..]) {
                let setting = digits(*labels, samples, &[1.0, 10.0, 100.0, 300.0]);
                let label = format!("{} N={samples}", name(*labels));
                cases.push(At::setting(label, setting, by(profile, 100, 80)));
            }
        }
        Ok(cases)
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| Ok(column(&of_subset(s)?, 0)))
    .margin(|_, _| Margin::symmetric(0.05))
    .rival("as many samples as it takes", as_many)
    .rival("the training error for the error on the rest", |s| Ok(column(&of_subset(s)?, 1)))
    .finish()
}

/// In units in which steps are counted: all that can be learnt is.
const END: f64 = 1e9;

fn converged_subsets() -> Claim {
    Claim::about::<DigitsInTime>(
        "dyn/subset-end",
        "Random subsets of real data learnt to the end: the spectrum of all data is not that of the law behind them",
    )
    .formula(r"t\to\infty:\quad\kappa=Nc")
    .sources(&[BORDELON_2020])
    .cases(|profile| {
        // With fewer samples the two laws lie too near to each other.
        let setting = digits(DigitLabels::Parity, 400, &[END]);
        Ok(vec![At::setting("parity N=400", setting, by(profile, 60, 80))])
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| Ok(column(&of_subset(s)?, 0)))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival("the spectrum of all images for that of their law", as_population)
    .rival("training as good as over after 300 steps", |s| {
        let early = DigitsInTimeSetting { times: vec![300.0], ..s.clone() };
        Ok(column(&of_subset(&early)?, 0))
    })
    .finish()
}
