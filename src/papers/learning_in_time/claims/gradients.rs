//! Stochastic gradients.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{by, rounded};
use solvable_theory::bibliography::{BORDELON_2021, PAQUETTE_2021};
use solvable_theory::learning_in_time::{
    Shape, StepSizes, multipass_curve, optimal_schedule, schedule_law, sgd_curve, sgd_threshold,
    shape_at_best_peak,
};

use crate::experiments::{
    AtThreshold, AtThresholdSetting, ManyPasses, ManyPassesSetting, Powers, Problem, Steps, Stochastic,
    StochasticSetting,
};

pub(super) fn all() -> Vec<Claim> {
    vec![curve(), fourth_moments(), threshold(), schedule(), shapes(), passes()]
}

/// Modes of power laws.
const MODES: usize = 100;

/// The law with another batch or noise.
fn law(
    setting: &StochasticSetting,
    batch: Option<usize>,
    sigma2: Option<f64>,
) -> Result<Vec<f64>, JudgeError> {
    let (spectrum, target) = setting.problem.theory()?;
    let alpha = match &setting.alpha {
        Steps::Constant(alpha) => StepSizes::Constant(*alpha),
        Steps::Each(steps) => StepSizes::Each(steps.clone()),
    };
    let (batch, sigma2) = (batch.unwrap_or(setting.batch), sigma2.unwrap_or(setting.problem.sigma2));
    Ok(sgd_curve(&spectrum, &target, sigma2, batch, &alpha, setting.beta, &setting.steps)?)
}

/// A batch whose noise nobody sees.
const FULL: usize = 1_000_000_000;

fn curve() -> Claim {
    Claim::about::<Stochastic>(
        "dyn/sgd-curve",
        "The mean test error of one-pass stochastic gradients follows exactly from the second moments of the modes",
    )
    .formula(r"m'=\left[(1-\alpha\lambda)^2+\frac{\alpha^2\lambda^2}B\right]m+\frac{\alpha^2\lambda^2}B(E+\sigma^2)")
    .sources(&[BORDELON_2021])
    .cases(|profile| {
        let problem = Problem::power(MODES, 1.5, 1.5, 0.1);
        let spectrum = problem.theory()?.0;
        let trials = by(profile, 16, 64);
        let mut cases = Vec::new();
        for (batch, beta, runs) in [(1, 0.0, 400), (8, 0.0, 100), (8, 0.8, 200)] {
            let threshold = sgd_threshold(&spectrum, batch, beta)?;
            let alpha = rounded(0.4 * threshold, 4);
            let setting = StochasticSetting {
                problem: problem.clone(),
                batch,
                alpha: Steps::Constant(alpha),
                beta,
                steps: vec![5, 20, 50, 100],
                runs,
            };
            cases.push(At::setting(format!("B={batch} β={beta}"), setting, trials));
        }
        Ok(cases)
    })
    .components(["n=5", "n=20", "n=50", "n=100"])
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| law(s, None, None))
    .margin(|s, profile| Margin::symmetric(by(profile, if s.beta > 0.0 { 0.05 } else { 0.04 }, 0.03)))
    .rival("the noise of batches neglected", |s| law(s, Some(FULL), None))
    .rival("label noise forgotten", |s| law(s, None, Some(0.0)))
    .rival_where(
        "label noise alone feeds the modes, not the error itself",
        |s| s.beta == 0.0,
        |s| without(s, Left::Injection),
    )
    .finish()
}

/// What a shorter recursion of second moments leaves out.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    /// The error in the noise that the modes share.
    Injection,
    /// The fourth moments of the features.
    FourthMoments,
}

/// The recursion of plain steps without one of its terms: the errors after 0, 1, ... steps.
fn shorter(
    (lambda, eta): (&[f64], &[f64]),
    (alpha, batch, sigma2): (f64, usize, f64),
    left: Left,
    steps: usize,
) -> Vec<f64> {
    let mut m = eta.to_vec();
    let mut errors = vec![m.iter().sum::<f64>()];
    for step in 0..steps {
        let noise = if left == Left::Injection { sigma2 } else { errors[step] + sigma2 };
        for (m, l) in m.iter_mut().zip(lambda) {
            let x = alpha * l;
            let share = x * x / batch as f64;
            let own = if left == Left::FourthMoments { 0.0 } else { share };
            *m = ((1.0 - x).powi(2) + own) * *m + share * noise;
        }
        errors.push(m.iter().sum());
    }
    errors
}

fn without(setting: &StochasticSetting, left: Left) -> Result<Vec<f64>, JudgeError> {
    let (lambda, eta) = setting.problem.lists();
    let Steps::Constant(alpha) = setting.alpha else {
        return Err(JudgeError::Other("the steps are not constant".into()));
    };
    let last = setting.steps.last().copied().unwrap_or(0);
    let errors = shorter((&lambda, &eta), (alpha, setting.batch, setting.problem.sigma2), left, last);
    Ok(setting.steps.iter().map(|n| errors[*n]).collect())
}

fn fourth_moments() -> Claim {
    Claim::about::<Stochastic>(
        "dyn/fourth-moments",
        "Where one mode holds most of the trace, its fourth moment decides how fast stochastic gradients learn it",
    )
    .formula(r"\mathbb E\phi_i^4=3:\quad m_i'=\left[(1-\alpha\lambda_i)^2+\frac{\alpha^2\lambda_i^2}B\right]m_i+\dots")
    .sources(&[BORDELON_2021])
    .cases(|profile| {
        let problem = Problem::power(MODES, 2.0, 2.0, 0.1);
        let alpha = rounded(0.6 * sgd_threshold(&problem.theory()?.0, 1, 0.0)?, 4);
        let setting = StochasticSetting {
            problem,
            batch: 1,
            alpha: Steps::Constant(alpha),
            beta: 0.0,
            steps: vec![2, 5, 20],
            runs: 1500,
        };
        Ok(vec![At::setting("a=b=2 B=1", setting, by(profile, 16, 64))])
    })
    .components(["n=2", "n=5", "n=20"])
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| law(s, None, None))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.03)))
    .rival("features without excess of the fourth moment", |s| without(s, Left::FourthMoments))
    .rival("label noise alone feeds the modes, not the error itself", |s| without(s, Left::Injection))
    .rival("the noise of batches neglected", |s| law(s, Some(FULL), None))
    .presumes(|s| require(s.beta == 0.0, "beta", s.beta, "0: the claim is about plain steps"))
    .finish()
}

fn threshold() -> Claim {
    Claim::about::<AtThreshold>(
        "dyn/sgd-threshold",
        "At the largest stable step the mean square error stays: there is a direction in which it neither grows nor falls",
    )
    .formula(r"\sum_i\frac{\alpha_c\lambda_i/B}{2-\alpha_c\lambda_i(1+1/B)}=1,\qquad\frac{E_2}{E_0}=1")
    .sources(&[BORDELON_2021])
    .cases(|profile| {
        let (runs, trials) = by(profile, (1500, 16), (3000, 64));
        let setting = |batch: usize| AtThresholdSetting {
            modes: MODES,
            decay: 1.5,
            batch,
            steps: vec![1, 2, 6],
            runs,
        };
        let batches = by(profile, &[1][..], &[1, 4][..]);
        Ok(batches.iter().map(|&b| At::setting(format!("B={b}"), setting(b), trials)).collect())
    })
    .components(["E₁/E₀", "E₂/E₀"])
    .measure(|_, o| Ok([o.mean[0], o.mean[1]]))
    .predict(|_| Ok([1.0, 1.0]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.05)))
    // What the error would be after these steps if only larger ones were unstable.
    .rival("the threshold of full batches", |s| {
        let (lambda, eta, alpha) = s.start()?;
        let start: f64 = eta.iter().sum();
        let at = |n: i32| {
            lambda.iter().zip(&eta).map(|(l, e)| e * (1.0 - alpha * l).powi(2 * n)).sum::<f64>() / start
        };
        Ok([at(1), at(2)])
    })
    .rival("features without excess of the fourth moment", |s| {
        let (lambda, eta, alpha) = s.start()?;
        let errors = shorter((&lambda, &eta), (alpha, s.batch, 0.0), Left::FourthMoments, 2);
        Ok([errors[1] / errors[0], errors[2] / errors[0]])
    })
    .presumes(|s| require(s.steps.starts_with(&[1, 2]), "steps", format!("{:?}", s.steps), "1, 2, ..."))
    .finish()
}

/// The problem of schedules.
fn smooth() -> Problem {
    Problem::power(MODES, 1.5, 2.5, 1.0)
}

const HORIZON: usize = 100;

fn scheduled(steps: Vec<f64>, runs: usize) -> StochasticSetting {
    StochasticSetting {
        problem: smooth(),
        batch: 1,
        // Six digits say which steps they are.
        alpha: Steps::Each(steps.into_iter().map(|alpha| rounded(alpha, 6)).collect()),
        beta: 0.0,
        steps: vec![HORIZON],
        runs,
    }
}

fn schedule() -> Claim {
    Claim::about::<Stochastic>(
        "dyn/schedule",
        "The best schedule of steps reaches the error that coordinate descent over schedules finds",
    )
    .formula(r"\alpha_n=\frac{\sum p\lambda m}{\sum p\lambda^2[(1+\frac1B)m+\frac{E_n+\sigma^2}B]}")
    .sources(&[BORDELON_2021])
    .cases(|profile: Profile| {
        let (spectrum, target) = smooth().theory()?;
        let best = optimal_schedule(&spectrum, &target, 1.0, 1, HORIZON)?;
        let (runs, trials) = by(profile, (500, 24), (2000, 24));
        Ok(vec![At::setting(format!("T={HORIZON} B=1 σ²=1"), scheduled(best.steps, runs), trials)])
    })
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| law(s, None, None))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("the noise of batches neglected", |s| law(s, Some(FULL), None))
    .rival("label noise forgotten", |s| law(s, None, Some(0.0)))
    .rival("the best constant step", |s| {
        let (spectrum, target) = s.problem.theory()?;
        let found =
            shape_at_best_peak(&spectrum, &target, s.problem.sigma2, s.batch, HORIZON, Shape::Constant)?;
        Ok(vec![found.error])
    })
    .rival("the law of first order in the noise", |s| {
        let (spectrum, target) = s.problem.theory()?;
        Ok(vec![schedule_law(&spectrum, &target, s.problem.sigma2, s.batch, HORIZON)?.error])
    })
    .presumes(|s| {
        let own = s.steps == [HORIZON] && s.batch == 1 && s.problem == smooth();
        require(own, "problem", "another one", "the claim's own, whose best schedule it is")
    })
    .finish()
}

fn shapes() -> Claim {
    Claim::about::<Stochastic>(
        "dyn/schedule-shape",
        "Steps that go linearly to zero come near the best schedule, constant ones do not",
    )
    .formula(r"\alpha_n=\alpha_{\rm peak}\,g\!\left(\tfrac{n+1/2}T\right)")
    .sources(&[BORDELON_2021])
    .cases(|profile| {
        let (spectrum, target) = smooth().theory()?;
        let (runs, trials) = by(profile, (500, 24), (2000, 24));
        [("linear", Shape::Linear), ("constant", Shape::Constant)]
            .into_iter()
            .map(|(name, shape)| {
                let peak = shape_at_best_peak(&spectrum, &target, 1.0, 1, HORIZON, shape)?.alpha;
                let steps =
                    (0..HORIZON).map(|n| peak * shape.at((n as f64 + 0.5) / HORIZON as f64)).collect();
                Ok(At::setting(name, scheduled(steps, runs), trials))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| law(s, None, None))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("the noise of batches neglected", |s| law(s, Some(FULL), None))
    .rival("label noise forgotten", |s| law(s, None, Some(0.0)))
    .finish()
}

fn passes() -> Claim {
    Claim::about::<ManyPasses>(
        "dyn/multipass-curve",
        "Stochastic gradients that pass the data again and again: the training error from the eigenvectors of the kernel matrix",
    )
    .formula(r"\rho_k'=\left[(1-x_k)^2-\frac{x_k^2}B\right]\rho_k+\frac{x_k^2N}BL,\quad x_k=\frac{\alpha\mu_k}N")
    .sources(&[PAQUETTE_2021])
    .cases(|profile| {
        let trials = by(profile, 16, 64);
        let mut cases = Vec::new();
        for (name, exponent) in [("flat", 0.0), ("i^-1/2", 0.5)] {
            for batch in [1, 8] {
                let setting = ManyPassesSetting {
                    problem: Problem {
                        modes: 150,
                        lambda: Powers::Power(exponent),
                        eta: Powers::Power(exponent),
                        sigma2: 0.1,
                    },
                    samples: 100,
                    set: 0,
                    batch,
                    share: 0.4,
                    steps: vec![20, 60, 150],
                    runs: 25,
                };
                cases.push(At::setting(format!("{name} B={batch}"), setting, trials));
            }
        }
        Ok(cases)
    })
    .components(["n=20", "n=60", "n=150"])
    .measure(|_, o| Ok(o.errors.clone()))
    .predict(|s| repeated(s, s.batch))
    .margin(|_, _| Margin::symmetric(0.05))
    .rival("the noise of batches neglected", |s| repeated(s, FULL))
    .finish()
}

fn repeated(setting: &ManyPassesSetting, batch: usize) -> Result<Vec<f64>, JudgeError> {
    let (mu, y2) = setting.spectrum()?;
    Ok(multipass_curve(&mu, &y2, setting.samples, batch, setting.alpha()?, &setting.steps)?)
}
