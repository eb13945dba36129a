//! Helpers of the tests, and the tests by topic.

use super::{LinearTask, ridge_observables};
use crate::TheoryError;

mod ends;
mod gains;
mod groups;
mod mixing;
mod noises;
mod partial_groups;
mod relatives;

fn task(psi: f64, r2: f64, sigma2: f64) -> LinearTask {
    LinearTask::new(psi, r2, sigma2).unwrap()
}

fn error_of(task: &LinearTask, lambda: f64) -> f64 {
    ridge_observables(task, lambda).unwrap().test_error
}

fn named(error: TheoryError, name: &str) {
    assert!(error.to_string().contains(name), "{error} does not name {name}");
}

fn is<T: std::fmt::Debug>(result: Result<T, TheoryError>, name: &str) {
    named(result.unwrap_err(), name);
}

/// The means of $\mu^k(\mu+\lambda)^{-j}$ over the Marchenko–Pastur law above zero, by Chebyshev nodes.
fn spectral_mean(gamma: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (low, high) = ((1.0 - gamma.sqrt()).powi(2), (1.0 + gamma.sqrt()).powi(2));
    let count = 2000;
    let node = |j: usize| {
        let theta = (j as f64 + 0.5) * std::f64::consts::PI / f64::from(count);
        let mu = 0.5 * (low + high) + 0.5 * (high - low) * theta.cos();
        2.0 * theta.sin().powi(2) / (mu * f64::from(count)) * f(mu)
    };
    (0..count as usize).map(node).sum()
}
