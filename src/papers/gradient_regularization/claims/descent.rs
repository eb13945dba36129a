//! Finite steps: exact laws of gradient descent, its relation to the flow, stability, linear regression, label noise.

use nalgebra::DVector;
use solvable_theory::bibliography::{BARRETT_2021, KARAKIDA_2023_GRADIENT};
use solvable_theory::gradient_regularization::{
    RegressionData, critical_step, label_noise_drift, linear_regression_path, minimiser,
};

use crate::experiments::{
    CriticalDescent, CriticalDescentSetting, DiagonalDescent, DiagonalDescentOutcome, DiagonalDescentSetting,
    LabelNoise, LabelNoiseSetting, LinearDescent, LinearDescentOutcome, LinearDescentSetting, Penalty,
    linear_problem,
};
use crate::settings::{data, mean, penalties, zero_mean};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![products(), coefficients(), implicit(), stability(), linear(), noise()]
}

fn setting(gamma: f64, eta: f64) -> DiagonalDescentSetting {
    let penalty = Penalty { gamma, epsilon: 0.0 };
    DiagonalDescentSetting { data: zero_mean(), start: 0.1, penalty, eta, stop: 1e-12 }
}

/// Learning rates.
pub(crate) fn rates(profile: Profile) -> Vec<f64> {
    by(profile, vec![0.08, 0.04], vec![0.08, 0.04, 0.02, 0.01])
}

fn cases(profile: Profile, gammas: &[f64]) -> Result<Vec<At<DiagonalDescentSetting>>, JudgeError> {
    let mut all = Vec::new();
    for &gamma in gammas {
        for eta in rates(profile) {
            all.push(At::setting(format!("γ={gamma} η={eta}"), setting(gamma, eta), by(profile, 3, 8)));
        }
    }
    Ok(all)
}

fn products() -> Claim {
    Claim::about::<DiagonalDescent>("gr/discrete-law", "The effective initialisation after any number of finite steps")
        .formula(r"\log p_K=\log p_0+\sum_{k<K}\log\left[(1-4\eta\gamma b_k)^2-4\eta^2a_k^2\right],\quad a=s+\gamma q_\epsilon,\ b=ss'")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| cases(profile, &[0.0, 0.1]))
        .by_largest_difference()
        .identity()
        .measure(|_, o| Ok(o.log_p.clone()))
        .predict_given(|s, o| Ok(o.log_factors.iter().map(|f| 2.0 * s.start.ln() + f).collect::<Vec<_>>()))
        .margin(|_, _| Margin::symmetric(1e-10))
        .rival_given("the law of the flow", |s, o| {
            let factor = 8.0 * s.eta * s.penalty.gamma;
            Ok(o.products.iter().map(|b| 2.0 * s.start.ln() - factor * b).collect::<Vec<_>>())
        })
        .finish()
}

fn coefficients() -> Claim {
    let with = |tilted: bool, exact: bool| {
        move |s: &DiagonalDescentSetting, o: &DiagonalDescentOutcome| -> Result<Vec<f64>, JudgeError> {
            let data = data(&s.data, o.problem)?;
            let beta = DVector::from_column_slice(&o.beta);
            let same = RegressionData::new(data.x().clone(), data.x() * beta)?;
            let factor = 8.0 * s.eta * s.penalty.gamma;
            let flow = o.products.iter().map(|b| -factor * b);
            let logs = if exact { o.log_factors.clone() } else { flow.collect() };
            let logs: Vec<f64> = logs.iter().map(|f| 2.0 * s.start.ln() + f).collect();
            let tilt = tilted.then_some(o.tilt.as_slice());
            Ok(minimiser(&same, &logs, tilt)?.beta.iter().copied().collect())
        }
    };
    Claim::about::<DiagonalDescent>("gr/discrete-argmin", "Gradient descent with finite steps minimises a tilted entropy")
        .formula(r"\beta_K=\arg\min\phi_{\sqrt{p_K}}(\beta)-\langle\rho,\beta\rangle,\quad\rho=\sum_k\left[\log\frac{1-2\eta a_k-4\eta\gamma b_k}{1+2\eta a_k-4\eta\gamma b_k}+4\eta a_k\right]")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| cases(profile, &[0.0, 0.1]))
        .by_relative_distance()
        .identity()
        .measure(|_, o| Ok(o.beta.clone()))
        .predict_given(with(true, true))
        .margin(|_, _| Margin::symmetric(1e-9))
        .rival_given("without the tilt", with(false, true))
        .rival_given("the law of the flow", with(false, false))
        .finish()
}

fn implicit() -> Claim {
    Claim::about::<DiagonalDescent>(
        "gr/implicit",
        "Gradient descent with step η is a flow with the penalty γ = η/2",
    )
    .formula(r"\log p^{\rm descent}=\log p^{\rm flow}_{\gamma=\eta/2}+O(\eta^2)")
    .sources(&[BARRETT_2021, KARAKIDA_2023_GRADIENT])
    .cases(|profile| cases(profile, &[0.0]))
    .by_largest_difference()
    .measure(|_, o| Ok(o.log_p.clone()))
    .predict_given(|_, o| Ok(o.flow_log_p.clone()))
    .margin(|s, _| Margin::symmetric(4.0 * s.eta * s.eta))
    .rival_given("the flow without penalty", |_, o| Ok(o.plain_log_p.clone()))
    .rival_given("the flow with γ = η", |_, o| {
        // Twice the effect, to first order.
        let pairs = o.flow_log_p.iter().zip(&o.plain_log_p);
        Ok(pairs.map(|(half, none)| 2.0 * half - none).collect::<Vec<_>>())
    })
    .finish()
}

fn stability() -> Claim {
    Claim::about::<CriticalDescent>(
        "gr/critical-step",
        "The learning rate at which a minimum becomes unstable, whatever the difference",
    )
    .formula(r"\eta_c=\frac2{\lambda_{\max}(1+\gamma\lambda_{\max})}")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let pairs = [(0.0, 0.0), (0.1, 0.0), (0.3, 0.0), (0.3, 0.1), (0.3, -0.05)].into_iter();
        Ok(pairs
            .map(|(gamma, epsilon)| {
                let penalty = Penalty { gamma, epsilon };
                let setting = CriticalDescentSetting { data: zero_mean(), start: 0.1, penalty };
                At::setting(format!("γ={gamma} ε={epsilon}"), setting, by(profile, 3, 16))
            })
            .collect())
    })
    .identity()
    .measure(|_, o| Ok(o.threshold))
    .predict_given(|s, o| Ok(critical_step(o.sharpness, s.penalty.gamma)?))
    .margin(|_, _| Margin::symmetric(0.01))
    .rival_given_where("2/λ_max", |s| s.penalty.gamma > 0.0, |_, o| Ok(2.0 / o.sharpness))
    .rival_given("half of it", |s, o| Ok(0.5 * critical_step(o.sharpness, s.penalty.gamma)?))
    .rival_given_where(
        "the Hessian of the penalty squared once less",
        |s| s.penalty.gamma > 0.0,
        |s, o| Ok(2.0 / (o.sharpness * (1.0 + s.penalty.gamma))),
    )
    .finish()
}

fn linear() -> Claim {
    let with = |factor: f64| {
        move |s: &LinearDescentSetting, o: &LinearDescentOutcome| -> Result<Vec<f64>, JudgeError> {
            let problem = linear_problem(s, o.problem);
            let (data, start) = problem.map_err(|e| JudgeError::Other(e.to_string()))?;
            let (eta, gamma) = (o.eta, factor * s.penalty.gamma);
            let steps = s.steps.iter();
            let path = steps.map(|k| linear_regression_path(&data, start.as_slice(), gamma, eta, *k));
            Ok(path.collect::<Result<Vec<_>, _>>()?.concat())
        }
    };
    Claim::about::<LinearDescent>(
        "gr/linear-regression",
        "In linear regression the penalty changes the speed and not the limit",
    )
    .formula(r"\theta_k=\theta_*+\left(I-\eta(H+\gamma H^2)\right)^k(\theta_0-\theta_*)")
    .sources(&[KARAKIDA_2023_GRADIENT])
    .cases(|profile| {
        let lengths = [1e-3, 0.5, -0.5].into_iter();
        Ok(lengths
            .map(|epsilon| {
                let penalty = Penalty { gamma: 0.1, epsilon };
                let steps = vec![1, 10, 50, 200];
                let setting = LinearDescentSetting { data: zero_mean(), penalty, ratio: 0.5, steps };
                At::setting(format!("ε={epsilon}"), setting, by(profile, 5, 20))
            })
            .collect())
    })
    .by_relative_distance()
    .identity()
    .measure(|_, o| Ok(o.theta.clone()))
    .predict_given(with(1.0))
    .margin(|_, _| Margin::symmetric(1e-12))
    .rival_given("without penalty", with(0.0))
    .rival_given("twice the penalty", with(2.0))
    .finish()
}

fn noise() -> Claim {
    Claim::about::<LabelNoise>("gr/label-noise", "Label noise shrinks the effective initialisation without end")
        .formula(r"\log\frac{p_i}{\alpha_0^2}\to\log\frac{p_i}{\alpha_0^2}\Big|_{\sigma=0}-\frac{2\eta^2\sigma^2K}NG_{ii}")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(|profile| {
            let settings = by(profile, vec![(0.5, 0.02, 20_000)], vec![(0.5, 0.02, 20_000), (0.2, 0.02, 50_000)]);
            Ok(settings
                .into_iter()
                .map(|(sigma, eta, steps)| {
                    let setting = LabelNoiseSetting { data: zero_mean(), start: 0.1, eta, sigma, steps };
                    At::setting(format!("σ={sigma} η={eta} K={steps}"), setting, by(profile, 3, 8))
                })
                .collect())
        })
        .identity()
        .measure(|_, o| Ok(o.noisy))
        .predict_given(|s, o| {
            let drift = label_noise_drift(&data(&s.data, o.problem)?, s.eta, s.sigma, s.steps)?;
            Ok(o.plain + mean(&drift))
        })
        .margin(|_, _| Margin::symmetric(0.03))
        .rival_given("without noise", |_, o| Ok(o.plain))
        .rival_given("half of the drift", |s, o| {
            let drift = label_noise_drift(&data(&s.data, o.problem)?, s.eta, s.sigma, s.steps)?;
            Ok(o.plain + 0.5 * mean(&drift))
        })
        .finish()
}

/// Penalties of the figure of stability.
pub(crate) fn strengths() -> Vec<CriticalDescentSetting> {
    let all = penalties(&[0.0, 0.1, 0.3], &[0.0]).into_iter();
    all.map(|penalty| CriticalDescentSetting { data: zero_mean(), start: 0.1, penalty }).collect()
}
