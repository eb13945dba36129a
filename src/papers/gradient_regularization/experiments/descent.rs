use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::gradient_regularization::{DiagonalWeights, critical_step, minimiser, step_drives};

use super::{
    check_data, check_penalty, check_size, check_start, flow_rule, planted_normals, planted_problem, problem,
};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::diagonal::{DiagonalNetwork, Penalty, PlantedSetting};
use solvable_simulate::linalg::symmetric_eigenvalues;

/// Gradient descent from $w_\pm=\alpha_0$ until the loss is small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalDescentSetting {
    /// The data.
    pub data: PlantedSetting,
    /// $\alpha_0$.
    pub start: f64,
    /// The penalty.
    pub penalty: Penalty,
    /// $\eta$.
    pub eta: f64,
    /// Descent ends where the loss falls below this.
    pub stop: f64,
}

/// The end of a descent, the sums that make up its laws along the way, and flows stopped at the same loss.
pub struct DiagonalDescent;

/// The end of a descent, $d$ numbers each, with $a=s+\gamma q_\epsilon$, $b=ss'$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalDescentOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// $\beta$.
    pub beta: Vec<f64>,
    /// $\log p$.
    pub log_p: Vec<f64>,
    /// $\sum\log[(1-4\eta\gamma b)^2-4\eta^2a^2]$.
    pub log_factors: Vec<f64>,
    /// $\sum b$.
    pub products: Vec<f64>,
    /// $\rho$.
    pub tilt: Vec<f64>,
    /// $\log p$ of the flow with $\gamma+\eta/2$ in place of $\gamma$.
    pub flow_log_p: Vec<f64>,
    /// $\log p$ of the flow with $\gamma$.
    pub plain_log_p: Vec<f64>,
}

/// Most steps of a descent.
const STEPS: usize = 2_000_000;

impl Experiment for DiagonalDescent {
    type Setting = DiagonalDescentSetting;
    type Outcome = DiagonalDescentOutcome;
    const ID: &'static str = "diagonal-descent";
    const VERSION: u32 = 1;

    fn check(setting: &DiagonalDescentSetting) -> Result<(), SettingError> {
        let DiagonalDescentSetting { data, start, penalty, eta, stop } = setting;
        check_data(data)?;
        check_start("start", *start)?;
        check_penalty(penalty)?;
        check_size("eta", *eta)?;
        positive("stop", *stop)
    }

    fn run(
        setting: &DiagonalDescentSetting,
        streams: &Streams,
    ) -> Result<DiagonalDescentOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let data = planted_problem(&setting.data, number)?;
        let DiagonalDescentSetting { start, penalty, eta, .. } = *setting;
        let d = data.dimension();
        let mut network = DiagonalNetwork::new(&data);
        let mut w = vec![start; 2 * d];
        let (mut out, mut products) = (vec![0.0; 2 * d], vec![0.0; d]);
        let (mut factors, mut sums, mut tilt) = (vec![0.0; d], vec![0.0; d], vec![0.0; d]);
        let mut steps = 0;
        loop {
            let loss = network.penalised(&w, penalty, None, &mut out, &mut products);
            if loss.is_nan() {
                let valid = "a step size for which the descent does not diverge";
                return Err(Box::new(TheoryError::invalid("eta", eta, valid)));
            }
            if loss < setting.stop {
                break;
            }
            let weights = DiagonalWeights::new(&data, &w)?;
            let (b, a) = step_drives(&data, &weights, penalty.gamma, penalty.epsilon)?;
            for i in 0..d {
                let (own, fall) = (2.0 * eta * a[i], 1.0 - 4.0 * eta * penalty.gamma * b[i]);
                factors[i] += (fall * fall - own * own).ln();
                sums[i] += b[i];
                tilt[i] += ((fall - own) / (fall + own)).ln() + 2.0 * own;
            }
            w.iter_mut().zip(&out).for_each(|(w, g)| *w -= eta * g);
            steps += 1;
            if steps >= STEPS {
                return Err(format!("descent needs more than {STEPS} steps").into());
            }
        }
        let log_products: Vec<f64> = (0..d).map(|i| w[i].ln() + w[d + i].ln()).collect();
        let reached = network.loss(&w);
        let mut flow = |gamma: f64| -> Result<Vec<f64>, TrialFailure> {
            let penalty = Penalty { gamma, epsilon: 0.0 };
            let states = network.flow(&vec![start; 2 * d], penalty, &[1e5], flow_rule(start, reached))?;
            Ok(states.last().map(|s| s.log_products()).unwrap_or_default())
        };
        Ok(DiagonalDescentOutcome {
            flow_log_p: flow(penalty.gamma + 0.5 * eta)?,
            plain_log_p: flow(penalty.gamma)?,
            problem: number,
            log_p: log_products,
            beta: (0..d).map(|i| w[i] * w[i] - w[d + i] * w[d + i]).collect(),
            log_factors: factors,
            products: sums,
            tilt,
        })
    }

    fn cost(setting: &DiagonalDescentSetting) -> f64 {
        300.0 / setting.eta * (setting.data.samples * setting.data.dimension) as f64 * 20.0
    }
}

/// The learning rate at which an interpolating minimum becomes unstable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriticalDescentSetting {
    /// The data.
    pub data: PlantedSetting,
    /// $\alpha_0$.
    pub start: f64,
    /// The penalty.
    pub penalty: Penalty,
}

/// The divergence boundary of descent at the interpolator that the flow leads to.
pub struct CriticalDescent;

/// Where descent begins to diverge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriticalDescentOutcome {
    /// $\eta_c$, by bisection.
    pub threshold: f64,
    /// $\lambda_{\max}$ of the Hessian at the interpolator.
    pub sharpness: f64,
}

impl Experiment for CriticalDescent {
    type Setting = CriticalDescentSetting;
    type Outcome = CriticalDescentOutcome;
    const ID: &'static str = "critical-descent";
    const VERSION: u32 = 1;

    fn check(setting: &CriticalDescentSetting) -> Result<(), SettingError> {
        check_data(&setting.data)?;
        check_start("start", setting.start)?;
        check_penalty(&setting.penalty)
    }

    fn run(
        setting: &CriticalDescentSetting,
        streams: &Streams,
    ) -> Result<CriticalDescentOutcome, TrialFailure> {
        const BISECTIONS: usize = 13;
        const STEPS: usize = 600;
        const PERTURBATION: f64 = 1e-6;
        let number = problem(streams) as f64;
        let data = planted_problem(&setting.data, number)?;
        let d = data.dimension();
        let mut network = DiagonalNetwork::new(&data);
        let start = vec![setting.start; 2 * d];
        let states = network.flow(&start, setting.penalty, &[1e5], flow_rule(setting.start, 1e-12))?;
        let logs = states.last().map(|s| s.log_products()).unwrap_or_default();
        // The interpolator itself, to rounding.
        let beta = minimiser(&data, &logs, None)?.beta;
        let mut minimum = vec![0.0; 2 * d];
        let mut sums = vec![0.0; d];
        for i in 0..d {
            let p = logs[i].exp();
            sums[i] = beta[i].hypot(2.0 * p);
            let large = (0.5 * (sums[i] + beta[i].abs())).sqrt();
            let (plus, minus) = if beta[i] >= 0.0 { (large, p / large) } else { (p / large, large) };
            (minimum[i], minimum[d + i]) = (plus, minus);
        }
        let mut weighted = data.x().clone();
        for (mut column, s) in weighted.column_iter_mut().zip(&sums) {
            column *= *s;
        }
        let hessian = &weighted * data.x().transpose() * (2.0 / data.samples() as f64);
        let sharpness = symmetric_eigenvalues(&hessian)?.last().copied().unwrap_or(0.0);
        let kick = planted_normals(number, "kick", 2 * d);
        let length = kick.iter().map(|x| x * x).sum::<f64>().sqrt();
        let moved: Vec<f64> = minimum.iter().zip(&kick).map(|(w, k)| w + PERTURBATION * k / length).collect();
        let initial = network.loss(&moved);
        let (mut out, mut products) = (vec![0.0; 2 * d], vec![0.0; d]);
        let mut diverges = |eta: f64| {
            let mut w = moved.clone();
            for _ in 0..STEPS {
                let loss = network.penalised(&w, setting.penalty, None, &mut out, &mut products);
                // A loss that is not a number has diverged, too.
                if loss.is_nan() || loss > 2.0 * initial {
                    return true;
                }
                w.iter_mut().zip(&out).for_each(|(w, g)| *w -= eta * g);
            }
            false
        };
        let centre = critical_step(sharpness, setting.penalty.gamma)?;
        let (mut low, mut high) = (0.5 * centre, 1.5 * centre);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if diverges(middle) { high = middle } else { low = middle }
        }
        Ok(CriticalDescentOutcome { threshold: 0.5 * (low + high), sharpness })
    }

    fn cost(setting: &CriticalDescentSetting) -> f64 {
        1e4 * (setting.data.samples * setting.data.dimension) as f64 * 20.0
    }
}

/// Gradient descent of linear regression with a penalty that is a finite difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearDescentSetting {
    /// The inputs; targets are standard normal.
    pub data: PlantedSetting,
    /// The penalty.
    pub penalty: Penalty,
    /// $\eta/\eta_c$.
    pub ratio: f64,
    /// Steps at which the parameters are looked at.
    pub steps: Vec<usize>,
}

/// The path of a descent from a standard normal start.
pub struct LinearDescent;

/// A path of parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearDescentOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// $\eta$.
    pub eta: f64,
    /// $\theta$ after each of the steps, $d$ numbers each.
    pub theta: Vec<f64>,
}

impl Experiment for LinearDescent {
    type Setting = LinearDescentSetting;
    type Outcome = LinearDescentOutcome;
    const ID: &'static str = "linear-descent";
    const VERSION: u32 = 1;

    fn check(setting: &LinearDescentSetting) -> Result<(), SettingError> {
        let LinearDescentSetting { data, penalty, ratio, steps } = setting;
        check_data(data)?;
        check_penalty(penalty)?;
        require(penalty.epsilon != 0.0, "penalty.epsilon", penalty.epsilon, "a number other than 0")?;
        check_size("ratio", *ratio)?;
        filled("steps", steps)?;
        let increasing = steps.windows(2).all(|pair| pair[0] < pair[1]);
        require(increasing, "steps", format!("{steps:?}"), "numbers that increase")?;
        steps.iter().try_for_each(|step| within("steps", *step, 0..=checks::MOST_STEPS))
    }

    fn run(setting: &LinearDescentSetting, streams: &Streams) -> Result<LinearDescentOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let (data, mut theta) = linear_problem(setting, number)?;
        let n = data.samples() as f64;
        let gram = data.x() * data.x().transpose() / (2.0 * n);
        let sharpness = symmetric_eigenvalues(&gram)?.last().copied().unwrap_or(0.0);
        let Penalty { gamma, epsilon } = setting.penalty;
        let eta = setting.ratio * critical_step(sharpness, gamma)?;
        let mut path = Vec::new();
        for step in 0..=setting.steps.iter().copied().max().unwrap_or(0) {
            if setting.steps.contains(&step) {
                path.extend(theta.iter().copied());
            }
            let g = data.slope(&theta);
            let moved = data.slope(&(&theta + &g * epsilon));
            let penalty = (moved - &g) / epsilon;
            theta -= (g + penalty * gamma) * eta;
        }
        Ok(LinearDescentOutcome { problem: number, eta, theta: path })
    }
}

/// Data and start of a linear descent.
pub fn linear_problem(
    setting: &LinearDescentSetting,
    number: f64,
) -> Result<(solvable_theory::gradient_regularization::RegressionData, nalgebra::DVector<f64>), TrialFailure>
{
    let inputs = planted_problem(&setting.data, number)?;
    let targets = planted_normals(number, "targets", inputs.samples());
    let start = planted_normals(number, "start", inputs.dimension());
    let data = solvable_theory::gradient_regularization::RegressionData::new(
        inputs.x().clone(),
        nalgebra::DVector::from_vec(targets),
    )?;
    Ok((data, nalgebra::DVector::from_vec(start)))
}

/// Gradient descent with fresh label noise at every step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelNoiseSetting {
    /// The data.
    pub data: PlantedSetting,
    /// $\alpha_0$.
    pub start: f64,
    /// $\eta$.
    pub eta: f64,
    /// $\sigma$.
    pub sigma: f64,
    /// $K$.
    pub steps: usize,
}

/// Means over coordinates of $\log(p_i/\alpha_0^2)$ after $K$ steps, with noise and without.
pub struct LabelNoise;

/// Means over coordinates of $\log(p_i/\alpha_0^2)$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelNoiseOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// With noise.
    pub noisy: f64,
    /// Without noise.
    pub plain: f64,
}

impl Experiment for LabelNoise {
    type Setting = LabelNoiseSetting;
    type Outcome = LabelNoiseOutcome;
    const ID: &'static str = "label-noise";
    const VERSION: u32 = 1;

    fn check(setting: &LabelNoiseSetting) -> Result<(), SettingError> {
        let LabelNoiseSetting { data, start, eta, sigma, steps } = setting;
        check_data(data)?;
        check_start("start", *start)?;
        check_size("eta", *eta)?;
        within("sigma", *sigma, 0.0..=1e3)?;
        // Noise of all samples at all steps is drawn at once.
        checks::count("steps", *steps)
    }

    fn run(setting: &LabelNoiseSetting, streams: &Streams) -> Result<LabelNoiseOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let data = planted_problem(&setting.data, number)?;
        let (n, d) = data.x().shape();
        let mut network = DiagonalNetwork::new(&data);
        let none = Penalty { gamma: 0.0, epsilon: 0.0 };
        let (mut out, mut products) = (vec![0.0; 2 * d], vec![0.0; d]);
        let noise = streams.child("label noise").normals(n * setting.steps, setting.sigma);
        let mut mean = |noise: Option<&[f64]>| {
            let mut w = vec![setting.start; 2 * d];
            for k in 0..setting.steps {
                let own = noise.map(|noise| &noise[k * n..(k + 1) * n]);
                network.penalised(&w, none, own, &mut out, &mut products);
                w.iter_mut().zip(&out).for_each(|(w, g)| *w -= setting.eta * g);
            }
            let start = 2.0 * setting.start.ln();
            (0..d).map(|i| w[i].ln() + w[d + i].ln() - start).sum::<f64>() / d as f64
        };
        Ok(LabelNoiseOutcome { problem: number, noisy: mean(Some(&noise)), plain: mean(None) })
    }

    fn cost(setting: &LabelNoiseSetting) -> f64 {
        10.0 * setting.steps as f64 * (setting.data.samples * setting.data.dimension) as f64
    }
}
