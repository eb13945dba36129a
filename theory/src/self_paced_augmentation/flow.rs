//! The whole training curve: gradient descent on every mode of the sample covariance.

use serde::Serialize;
use std::f64::consts::PI;

use super::fixed_point::{ratio, threshold};
use super::ridge::LinearTask;
use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};

/// Nodes of the quadrature over the Marchenko–Pastur law.
const NODES: usize = 400;
/// Most steps of one training curve.
pub const MOST_STEPS: usize = 1_000_000;

/// How many samples are augmented in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Augmentation {
    /// Those whose squared clean residual exceeds `tau`.
    SelfPaced {
        /// The threshold $\tau\ge0$; infinity augments none.
        tau: f64,
    },
    /// The same part of the samples in every step: 1 augments all, 0 none.
    Constant {
        /// The part $p$ from 0 to 1.
        ratio: f64,
    },
}

/// Where training starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// $w=0$.
    Zero,
    /// Least squares, of least norm where it interpolates.
    LeastSquares,
}

/// The state after a number of steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FlowState {
    /// $k$, the number of steps taken.
    pub step: usize,
    /// $p$, the part of the samples that the next step augments.
    pub ratio: f64,
    /// $v$, the mean squared training residual.
    pub training_error: f64,
    /// $R=\|w-w_*\|^2$.
    pub test_error: f64,
}

/// The modes $\hat w=\varphi(\mu)\times$ least squares, and the integrals over them.
struct Modes {
    /// Eigenvalues, weights of the rule, $\varphi$.
    nodes: Vec<(f64, f64, f64)>,
    /// $\varphi(0)$ and $\varphi'(0)$, continued from the modes.
    origin: (f64, f64),
    task: LinearTask,
}

impl Modes {
    fn new(task: &LinearTask, start: Start) -> Self {
        let gamma = task.gamma();
        let root = gamma.sqrt();
        // (1 − √γ)², without cancellation.
        let least = ((task.psi() - 1.0) / task.psi() / (1.0 + root)).powi(2);
        let phi = if start == Start::Zero { 0.0 } else { 1.0 };
        let nodes = (0..NODES).map(|j| {
            let theta = (j as f64 + 0.5) * PI / NODES as f64;
            let mu = least + 4.0 * root * (0.5 * theta).cos().powi(2);
            (mu, 2.0 * theta.sin().powi(2) / (mu * NODES as f64), phi)
        });
        Self { nodes: nodes.collect(), origin: (phi, 0.0), task: *task }
    }

    fn step(&mut self, eta: f64, lambda: f64) {
        for (mu, _, phi) in &mut self.nodes {
            *phi += eta * (*mu - (*mu + lambda) * *phi);
        }
        let (value, slope) = self.origin;
        self.origin = (value - eta * lambda * value, slope + eta * (1.0 - value - lambda * slope));
    }

    /// $v=\sigma^2+\int\lbrack\mu r^2(1-\varphi)^2-\gamma\sigma^2\varphi(2-\varphi)\rbrack d\rho$ over $\mu>0$.
    ///
    /// The weights have a pole at $\mu=0$, so the integrand has to vanish there; what does not is integrated in closed form.
    fn training_error(&self) -> f64 {
        let (r2, sigma2, gamma) = (self.task.r2(), self.task.sigma2(), self.task.gamma());
        let (c, _) = self.origin;
        let sum = self.nodes.iter().map(|&(mu, weight, phi)| {
            let grown = phi * (2.0 - phi) - c * (2.0 - c);
            weight * (mu * r2 * (1.0 - phi) * (1.0 - phi) - gamma * sigma2 * grown)
        });
        (sigma2 * (1.0 - gamma.min(1.0) * c * (2.0 - c)) + sum.sum::<f64>()).max(0.0)
    }

    /// $R=r^2+\int\lbrack\sigma^2\gamma\varphi^2/\mu-r^2\varphi(2-\varphi)\rbrack d\rho$ over $\mu>0$, in the same way.
    fn test_error(&self) -> f64 {
        let (r2, sigma2, gamma) = (self.task.r2(), self.task.sigma2(), self.task.gamma());
        let (c, slope) = self.origin;
        let sum = self.nodes.iter().map(|&(mu, weight, phi)| {
            let noise = (phi - c) * (phi + c) / mu - 2.0 * c * slope;
            weight * (sigma2 * gamma * noise - r2 * (phi * (2.0 - phi) - c * (2.0 - c)))
        });
        let sum: f64 = sum.sum();
        // The masses of ρ and γρ above zero; the mean of γ/μ.
        let (mass, dressed) = (self.task.psi().min(1.0), gamma.min(1.0));
        let inverse = if c == 0.0 || sigma2 == 0.0 { 0.0 } else { c * c * (dressed / (1.0 - gamma).abs()) };
        let closed = r2 * (1.0 - mass * c * (2.0 - c)) + sigma2 * (inverse + 2.0 * c * slope * dressed);
        (closed + sum).max(0.0)
    }
}

/// The training curve of gradient descent with any rule for the augmented part.
///
/// `rule` gives $p$ for a step number and the training error before that step; values are cut to $\lbrack0,1\rbrack$. A threshold that changes in time is
/// `|k, v| augmentation_ratio(v, tau(k))`. States are returned at the numbers in `steps`.
///
/// # Formula
/// $\varphi\leftarrow\varphi+\eta\lbrack\mu-(\mu+s^2p)\varphi\rbrack$ for every eigenvalue $\mu$ of $S$, exact for gradient descent at any $\eta$;
/// $v=\sigma^2+\int\lbrack\mu r^2(1-\varphi)^2-\gamma\sigma^2\varphi(2-\varphi)\rbrack d\rho$, $R=r^2+\int\lbrack\sigma^2\gamma\varphi^2/\mu-r^2\varphi(2-\varphi)\rbrack d\rho$ with the Marchenko–Pastur law $\rho$.
///
/// # Errors
/// $10^{-12}$ by 400 Chebyshev nodes; $10^{-10}$ from least squares near $\psi=1$, and $R=\infty$ there at $\psi=1$ with noise.
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $s^2\ge0$, $0<\eta<2/((1+\sqrt\gamma)^2+s^2)$ and `steps` increases, to at most [`MOST_STEPS`]; errors of `rule`.
///
/// # Source
/// Only the number of augmented samples enters their mean gradient, so modes decouple.
pub fn training_curve_with(
    task: &LinearTask,
    s2: f64,
    eta: f64,
    start: Start,
    steps: &[usize],
    mut rule: impl FnMut(usize, f64) -> Result<f64, TheoryError>,
) -> Result<Vec<FlowState>, TheoryError> {
    non_negative("s2", s2)?;
    positive("eta", eta)?;
    let stiffness = (1.0 + task.gamma().sqrt()).powi(2) + s2;
    if eta * stiffness >= 2.0 {
        return Err(TheoryError::invalid("eta", eta, format!("a number > 0 and < {}", 2.0 / stiffness)));
    }
    if steps.windows(2).any(|pair| pair.first() >= pair.last()) {
        return Err(TheoryError::invalid("steps", format!("{steps:?}"), "increasing step numbers"));
    }
    let Some(&last) = steps.last() else { return Ok(Vec::new()) };
    if last > MOST_STEPS {
        return Err(TheoryError::invalid("steps", last, format!("at most {MOST_STEPS}")));
    }
    let mut modes = Modes::new(task, start);
    let (mut states, mut wanted) = (Vec::with_capacity(steps.len()), steps.iter().copied().peekable());
    for step in 0..=last {
        let training_error = representable("the training error", modes.training_error())?;
        let ratio = finite("p", rule(step, training_error)?)?.clamp(0.0, 1.0);
        if wanted.next_if_eq(&step).is_some() {
            let at_threshold = task.psi() == 1.0 && task.sigma2() > 0.0 && modes.origin.0 != 0.0;
            let test_error = if at_threshold {
                f64::INFINITY
            } else {
                representable("the test error", modes.test_error())?
            };
            states.push(FlowState { step, ratio, training_error, test_error });
        }
        modes.step(eta, s2 * ratio);
    }
    Ok(states)
}

/// The training curve of gradient descent with self-paced augmentation, or with augmentation of a constant part of the samples.
///
/// # Formula
/// [`training_curve_with`] and $p=\mathrm{erfc}\sqrt{\tau/2v}$ before every step. From $w=0$ the ratio falls all the way (small $\eta$) and ends at
/// [`fixed_point`](super::fixed_point); from least squares it ends at [`lowest_fixed_point`](super::lowest_fixed_point).
///
/// # Errors
/// As [`training_curve_with`]; [`InvalidParameter`](TheoryError::InvalidParameter) for $\tau<0$ or a part outside $\lbrack0,1\rbrack$.
///
/// # Source
/// The algorithm of Takase, Karakida and Asoh 2021 for the mean gradient.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{Augmentation, LinearTask, Start, training_curve};
/// let task = LinearTask::new(2.0, 1.0, 0.25)?;
/// let curve = training_curve(&task, 1.0, Augmentation::SelfPaced { tau: 0.3 }, 0.1, Start::Zero, &[0, 40])?;
/// assert!((curve[0].ratio - 0.6242061147664029).abs() < 1e-12);
/// assert!((curve[1].ratio - 0.20140985430309205).abs() < 1e-9);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn training_curve(
    task: &LinearTask,
    s2: f64,
    augmentation: Augmentation,
    eta: f64,
    start: Start,
    steps: &[usize],
) -> Result<Vec<FlowState>, TheoryError> {
    match augmentation {
        Augmentation::SelfPaced { tau } => {
            threshold(tau)?;
            training_curve_with(task, s2, eta, start, steps, |_, v| Ok(ratio(v, tau)))
        }
        Augmentation::Constant { ratio } => {
            super::effective_penalty(s2, ratio)?;
            training_curve_with(task, s2, eta, start, steps, |_, _| Ok(ratio))
        }
    }
}
