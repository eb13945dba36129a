//! Gradient flow and descent on a full batch.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, SettingError};
use solvable_shared::{by, rounded};
use solvable_theory::bibliography::{BORDELON_2020, KARAKIDA_2022_CONTINUAL};
use solvable_theory::continual_learning::effective_ridge;
use solvable_theory::learning_in_time::{
    Round, descent_curve, distill, early_stopping, edge, flow_bias, flow_curve,
};

use crate::experiments::{InTime, InTimeSetting, Path, Powers, Problem};

pub(super) fn all() -> Vec<Claim> {
    vec![flow(), flow_training(), descent(), near_the_edge(), two_scales(), stopping()]
}

/// Modes of power laws.
const MODES: usize = 600;

fn power_law() -> Problem {
    Problem::power(MODES, 1.5, 2.0, 0.2)
}

/// $1/\kappa(0)$: the unit of time.
fn unit(problem: &Problem, samples: usize) -> Result<f64, JudgeError> {
    Ok(effective_ridge(&problem.theory()?.0, samples as f64, 0.0)?.kappa.recip())
}

/// Flow at multiples of the unit of time.
fn flowing(problem: Problem, samples: usize, multiples: &[f64]) -> Result<InTimeSetting, JudgeError> {
    let unit = unit(&problem, samples)?;
    // Six digits say which times they are.
    let times = multiples.iter().map(|m| rounded(m * unit, 6)).collect();
    Ok(InTimeSetting { problem, samples, path: Path::Flow { times } })
}

fn times(setting: &InTimeSetting) -> Vec<f64> {
    match &setting.path {
        Path::Flow { times } => times.clone(),
        _ => Vec::new(),
    }
}

/// $[E,L]$ at each time, with another noise where one is given.
fn curve(setting: &InTimeSetting, times: &[f64], sigma2: Option<f64>) -> Result<Vec<[f64; 2]>, JudgeError> {
    let (spectrum, target) = setting.problem.theory()?;
    let sigma2 = sigma2.unwrap_or(setting.problem.sigma2);
    Ok(flow_curve(&spectrum, &target, setting.samples, sigma2, times)?)
}

pub(super) fn column(rows: &[[f64; 2]], which: usize) -> Vec<f64> {
    rows.iter().map(|row| row[which]).collect()
}

/// Modes that are learnt one by one, as if there were no others: $\sum\eta e^{-2N\lambda t}+\frac{\sigma^2}N\sum(1-e^{-N\lambda t})^2$.
fn mode_by_mode(setting: &InTimeSetting) -> Vec<f64> {
    let (lambda, eta) = setting.problem.lists();
    let n = setting.samples as f64;
    let at = |t: f64| {
        let term = |(l, e): (&f64, &f64)| {
            let left = (-n * l * t).exp();
            e * left * left + setting.problem.sigma2 / n * (1.0 - left) * (1.0 - left)
        };
        lambda.iter().zip(&eta).map(term).sum::<f64>()
    };
    times(setting).into_iter().map(at).collect()
}

fn presumes_flow(setting: &InTimeSetting) -> Result<(), SettingError> {
    require(
        matches!(setting.path, Path::Flow { .. }),
        "path",
        "another one",
        "flow, which the claim is about",
    )
}

fn flow() -> Claim {
    Claim::about::<InTime>(
        "dyn/flow-curve",
        "The test error during gradient flow is a double inverse Laplace transform of the error at two ridges",
    )
    .formula(r"E+\sigma^2=\mathcal L^{-1}\mathcal L^{-1}\left[\frac{D(z_1,z_2)}{z_1z_2}\right](t,t)")
    .sources(&[BORDELON_2020, KARAKIDA_2022_CONTINUAL])
    .components(["tκ=0.1", "tκ=1", "tκ=10"])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 60), (200, 100));
        let setting = flowing(power_law(), samples, &[0.1, 1.0, 10.0])?;
        Ok(vec![At::setting(format!("a=1.5 b=2 σ²=0.2 N={samples}"), setting, trials)])
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| Ok(column(&curve(s, &times(s), None)?, 0)))
    .margin(|s, _| Margin::symmetric(1.5 / s.samples as f64 + 0.005))
    .rival("modes learnt one by one, with the number of samples for their strength", |s| Ok(mode_by_mode(s)))
    .rival("a ridge of one over the time", |s| {
        let (spectrum, target) = s.problem.theory()?;
        let ridge = |t: &f64| {
            let round = Round { ridge: t.recip(), labels: 1.0 };
            Ok(distill(&spectrum, &target, s.samples, s.problem.sigma2, &[round])?[0][0])
        };
        times(s).iter().map(ridge).collect::<Result<Vec<f64>, JudgeError>>()
    })
    .rival("the training error for the test error", |s| Ok(column(&curve(s, &times(s), None)?, 1)))
    .rival("label noise forgotten", |s| Ok(column(&curve(s, &times(s), Some(0.0))?, 0)))
    .rival("the error of the mean over training sets", |s| {
        let (spectrum, target) = s.problem.theory()?;
        Ok(flow_bias(&spectrum, &target, s.samples, &times(s))?)
    })
    .rival("the converged error at all times", |s| {
        let last = times(s).iter().copied().fold(0.0, f64::max);
        let end = curve(s, &[1e6 * last], None)?[0][0];
        Ok(vec![end; times(s).len()])
    })
    .presumes(presumes_flow)
    .finish()
}

fn flow_training() -> Claim {
    Claim::about::<InTime>(
        "dyn/flow-training",
        "The training error during gradient flow is that of generalised cross-validation at two ridges",
    )
    .formula(r"L=\sum_{jl}W_jW_l\frac{z_jz_l}{\kappa_j\kappa_l}D(z_j,z_l)")
    .sources(&[BORDELON_2020])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 60), (200, 100));
        let setting = flowing(power_law(), samples, &[0.1])?;
        Ok(vec![At::setting(format!("tκ=0.1 N={samples}"), setting, trials)])
    })
    .measure(|_, o| Ok(o.training.clone()))
    .predict(|s| Ok(column(&curve(s, &times(s), None)?, 1)))
    .margin(|s, _| Margin::symmetric(1.0 / s.samples as f64 + 0.005))
    .rival("the test error with its noise", |s| {
        Ok(column(&curve(s, &times(s), None)?, 0).iter().map(|e| e + s.problem.sigma2).collect::<Vec<f64>>())
    })
    .rival("label noise forgotten", |s| Ok(column(&curve(s, &times(s), Some(0.0))?, 1)))
    .presumes(presumes_flow)
    .finish()
}

fn descent() -> Claim {
    Claim::about::<InTime>(
        "dyn/descent-curve",
        "Gradient descent, with momentum or without, is a polynomial filter of the same spectrum",
    )
    .formula(r"\rho_{n+1}=(1+\beta-\alpha a)\rho_n-\beta\rho_{n-1}")
    .sources(&[BORDELON_2020])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 200), (200, 100));
        let problem = power_law();
        let upper = edge(&problem.theory()?.0, samples, 0.0)?.upper;
        // Steps of so many shares of the edge, to four digits.
        let step = |share: f64| rounded(share / upper, 4);
        let case = |alpha: f64, beta: f64, n: usize| {
            let path = Path::Descent { alpha: step(alpha), beta, steps: vec![n] };
            let label = format!("α={alpha}/s₊ β={beta} n={n} N={samples}");
            At::setting(label, InTimeSetting { problem: problem.clone(), samples, path }, trials)
        };
        Ok(vec![case(1.0, 0.0, 4), case(1.0, 0.0, 20), case(1.0, 0.0, 100), case(1.5, 0.7, 40)])
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| descended(s, None))
    .margin(|s, _| Margin::symmetric(2.0 / s.samples as f64 + 0.005))
    .rival_where(
        "flow for the same time",
        |s| first_step(s) == 4,
        |s| {
            let Path::Descent { alpha, steps, .. } = &s.path else { return Ok(Vec::new()) };
            let times: Vec<f64> = steps.iter().map(|n| alpha * *n as f64).collect();
            Ok(column(&curve(s, &times, None)?, 0))
        },
    )
    .rival_where("momentum forgotten", has_momentum, |s| descended(s, Some(0.0)))
    .rival_where(
        "the error at the start",
        |s| !has_momentum(s),
        |s| {
            let (_, eta) = s.problem.lists();
            Ok(vec![eta.iter().sum::<f64>()])
        },
    )
    .presumes(presumes_descent)
    .finish()
}

/// $\alpha s_+$ of steps so near the edge that some training sets diverge.
const NEAR: f64 = 1.6;

fn near_the_edge() -> Claim {
    Claim::about::<InTime>(
        "dyn/near-the-edge",
        "Near the edge of stability the typical training set follows the law, while a few diverge and take the mean with them",
    )
    .formula(r"\alpha=\frac{1.6}{s_+}:\quad\mathrm{median}\,E_n\simeq\sum_{jl}W_jW_lD(z_j,z_l)-\sigma^2")
    .sources(&[BORDELON_2020])
    .components(["n=20", "n=100"])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 60), (100, 300));
        let problem = power_law();
        let alpha = rounded(NEAR / edge(&problem.theory()?.0, samples, 0.0)?.upper, 4);
        let path = Path::Descent { alpha, beta: 0.0, steps: vec![20, 100] };
        let setting = InTimeSetting { problem, samples, path };
        Ok(vec![At::setting(format!("α={NEAR}/s₊ N={samples}"), setting, trials)])
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| descended(s, None))
    .median()
    .margin(|_, _| Margin::symmetric(0.05))
    .rival("half the steps, of a loss without its factor one half", |s| {
        let mut half = s.clone();
        if let Path::Descent { steps, .. } = &mut half.path {
            steps.iter_mut().for_each(|n| *n /= 2);
        }
        descended(&half, None)
    })
    .rival("modes learnt one by one, with the number of samples for their strength", |s| {
        let mut flow = s.clone();
        if let Path::Descent { alpha, steps, .. } = &s.path {
            flow.path = Path::Flow { times: steps.iter().map(|n| alpha * *n as f64).collect() };
        }
        Ok(mode_by_mode(&flow))
    })
    .presumes(presumes_descent)
    .finish()
}

fn presumes_descent(setting: &InTimeSetting) -> Result<(), SettingError> {
    let found = matches!(setting.path, Path::Descent { .. });
    require(found, "path", "another one", "descent, which the claim is about")
}

fn first_step(setting: &InTimeSetting) -> usize {
    match &setting.path {
        Path::Descent { steps, .. } => steps.first().copied().unwrap_or(0),
        _ => 0,
    }
}

fn has_momentum(setting: &InTimeSetting) -> bool {
    matches!(setting.path, Path::Descent { beta, .. } if beta > 0.0)
}

fn descended(setting: &InTimeSetting, momentum: Option<f64>) -> Result<Vec<f64>, JudgeError> {
    let Path::Descent { alpha, beta, steps } = &setting.path else { return Ok(Vec::new()) };
    let (spectrum, target) = setting.problem.theory()?;
    let rates = (*alpha, momentum.unwrap_or(*beta));
    let curve = descent_curve(&spectrum, &target, setting.samples, setting.problem.sigma2, rates, steps)?;
    Ok(column(&curve, 0))
}

fn two_scales() -> Claim {
    Claim::about::<InTime>(
        "dyn/epoch-wise-double-descent",
        "Two scales of the spectrum make the test error fall, rise and fall again",
    )
    .formula(
        r"E(t_1)<E(t_2)>E(t_3)\ \text{for two levels, the stronger near its own interpolation threshold}",
    )
    .sources(&[BORDELON_2020])
    .components(["first minimum", "maximum", "second minimum"])
    .cases(|profile| {
        let problem = Problem::two_scales();
        let path = Path::Flow { times: vec![0.0025, 0.11, 20.0] };
        Ok(vec![At::setting(
            "80 strong and 100 weak modes",
            InTimeSetting { problem, samples: 200, path },
            by(profile, 24, 100),
        )])
    })
    .measure(|_, o| Ok(o.test.clone()))
    .predict(|s| Ok(column(&curve(s, &times(s), None)?, 0)))
    .margin(|_, _| Margin::symmetric(0.03))
    .rival("strong modes alone", |s| {
        let mut strong = s.clone();
        strong.problem.modes = 80;
        strong.problem.lambda = Powers::Levels(vec![(1.0, 80)]);
        strong.problem.eta = Powers::Levels(vec![(1.0 / 80.0, 80)]);
        Ok(column(&curve(&strong, &times(s), None)?, 0).iter().map(|e| e + 3.0).collect::<Vec<f64>>())
    })
    .rival("modes learnt one by one", |s| Ok(mode_by_mode(s)))
    .presumes(presumes_flow)
    .finish()
}

fn stopping() -> Claim {
    Claim::about::<InTime>(
        "dyn/early-stopping",
        "The best time to stop is that of the theory's curve, and the error there is below that of the best ridge for smooth targets",
    )
    .formula(r"E'(t^*)=0,\qquad E(t^*)<E_{\rm ridge}(\delta^*)\ \text{for}\ b>a")
    .sources(&[BORDELON_2020])
    .components(["E at t*", "E(t*/3)/E(t*)", "E(3t*)/E(t*)"])
    .cases(|profile| {
        let (samples, trials) = by(profile, (100, 60), (200, 100));
        let problem = Problem::power(MODES, 1.5, 2.5, 0.2);
        let (spectrum, target) = problem.theory()?;
        let best = early_stopping(&spectrum, &target, samples, problem.sigma2)?.time.unwrap_or(1.0);
        let times = [best, best / 3.0, 3.0 * best].map(|t| rounded(t, 6)).to_vec();
        let setting = InTimeSetting { problem, samples, path: Path::Flow { times } };
        Ok(vec![At::setting(format!("a=1.5 b=2.5 σ²=0.2 N={samples}"), setting, trials)])
    })
    .measure(|_, o| Ok([o.test[0], o.test[1] / o.test[0], o.test[2] / o.test[0]]))
    .predict(|s| {
        let e = column(&curve(s, &times(s), None)?, 0);
        Ok([e[0], e[1] / e[0], e[2] / e[0]])
    })
    .margin(|s, _| Margin::symmetric(2.0 / s.samples as f64 + 0.02))
    .rival("the error of the best ridge", |s| {
        let (spectrum, target) = s.problem.theory()?;
        let e = column(&curve(s, &times(s), None)?, 0);
        let ridge = early_stopping(&spectrum, &target, s.samples, s.problem.sigma2)?.ridge_error;
        Ok([ridge, e[1] / e[0], e[2] / e[0]])
    })
    .rival("training on does no harm", |s| {
        let e = column(&curve(s, &times(s), None)?, 0);
        Ok([e[0], e[1] / e[0], 1.0])
    })
    .presumes(|s| {
        presumes_flow(s)?;
        require(times(s).len() == 3, "path.flow.times", times(s).len(), "three times")
    })
    .finish()
}
