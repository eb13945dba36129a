use std::ops::ControlFlow;

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use proptest::prelude::*;

use super::*;
use crate::TheoryError;
use crate::ode::{Accuracy, integrate};

fn small() -> RegressionData {
    let x = dmatrix![1.0, 0.5, -0.3, 0.8, 0.2; -0.4, 1.1, 0.6, 0.1, -0.9];
    RegressionData::new(x, dvector![1.0, 0.4]).unwrap()
}

fn named(error: TheoryError, name: &str) {
    assert!(error.to_string().contains(name), "{error} does not name {name}");
}

#[test]
fn the_penalty_is_the_difference_quotient_of_the_gradient() {
    let data = small();
    let w = [0.3, 0.8, -0.5, 0.2, 1.1, 0.6, 0.4, 0.7, -0.9, 0.1];
    let at = |w: &[f64]| gradient(&data, &DiagonalWeights::new(&data, w).unwrap()).unwrap();
    let g = at(&w);
    for epsilon in [0.2, -0.1, 1e-4] {
        let moved: Vec<f64> = w.iter().zip(&g).map(|(w, g)| w + epsilon * g).collect();
        let exact = regulariser_gradient(&data, &DiagonalWeights::new(&data, &w).unwrap(), epsilon).unwrap();
        for ((a, b), r) in at(&moved).iter().zip(&g).zip(exact) {
            assert_relative_eq!((a - b) / epsilon, r, epsilon = 1e-11);
        }
    }
}

#[test]
fn the_potential_is_smooth_across_its_series() {
    for x in [0.0099, 0.0101] {
        let exact = potential(&[x * 2.0], &[1.0]).unwrap();
        let series = 2.0 * x * x * (0.5 - x * x / 24.0 + x.powi(4) / 80.0);
        assert_relative_eq!(exact, series, max_relative = 1e-10);
    }
    named(potential(&[1.0], &[0.0]).unwrap_err(), "alpha");
    named(potential(&[f64::NAN], &[1.0]).unwrap_err(), "beta");
}

#[test]
fn problems_without_interpolator_are_refused_and_consistent_ones_solved() {
    let x = dmatrix![1.0, 2.0; 2.0, 4.0; 0.5, 1.0];
    let bad = RegressionData::new(x.clone(), dvector![1.0, 2.0, 1.0]).unwrap();
    named(minimiser(&bad, &[0.0, 0.0], None).unwrap_err(), "rank 1");
    let good = RegressionData::new(x, dvector![1.0, 2.0, 0.5]).unwrap();
    let beta = minimiser(&good, &[0.0, 0.0], None).unwrap().beta;
    assert_relative_eq!(beta[0] + 2.0 * beta[1], 1.0, epsilon = 1e-12);
    assert_relative_eq!((beta[0] / 2.0).asinh() * 2.0, (beta[1] / 2.0).asinh(), epsilon = 1e-10);
    let zero = RegressionData::new(dmatrix![1.0, 2.0], dvector![0.0]).unwrap();
    assert_eq!(minimiser(&zero, &[0.0, 0.0], None).unwrap().beta, dvector![0.0, 0.0]);
    let tiny = [2.0 * 1e-14f64.ln(); 5];
    assert!(minimiser(&small(), &tiny, None).is_err() || minimiser(&small(), &tiny, None).unwrap().steps > 0);
}

proptest! {
    #[test]
    fn the_interpolator_is_stationary(seed in 0u64..1000, log in -16.0f64..5.0) {
        let entry = |i: usize| 2.0 * (((seed * 997 + i as u64) as f64 * 12.9898).sin() * 43758.5453).fract().abs() - 1.0;
        let x = DMatrix::from_fn(4, 9, |i, j| entry(9 * i + j));
        let y = DVector::from_fn(4, |i, _| entry(100 + i));
        let data = RegressionData::new(x.clone(), y.clone()).unwrap();
        let logs: Vec<f64> = (0..9).map(|i| log + 0.5 * entry(200 + i)).collect();
        let beta = minimiser(&data, &logs, None).unwrap().beta;
        prop_assert!((&x * &beta - &y).norm() < 1e-9 * y.norm());
        // arcsinh(β/2α²) lies in the range of Xᵀ.
        let slope = DVector::from_fn(9, |i, _| (beta[i] / 2.0 * (-logs[i]).exp()).asinh());
        let nu = x.transpose().svd(true, true).solve(&slope, 1e-12).unwrap();
        prop_assert!((x.tr_mul(&nu) - &slope).norm() < 1e-5 * slope.norm());
    }
}

#[test]
fn the_scalar_equation_is_the_flow_of_one_coordinate() {
    let (kappa, target, alpha0) = (0.5, 1.0, 0.1);
    let data = RegressionData::new(dmatrix![1.0], dvector![target]).unwrap();
    for (gamma, epsilon) in [(0.3, 0.0), (0.3, 0.2), (0.2, -0.1)] {
        let (logs, _) = flow_state(&data, alpha0, gamma, epsilon, 80.0).unwrap();
        let scalar = Coordinate::new(kappa, target, alpha0).unwrap();
        assert_relative_eq!(logs[0], scalar.log_alpha_squared(gamma, epsilon).unwrap(), epsilon = 1e-9);
    }
    let scalar = Coordinate::new(kappa, -target, alpha0).unwrap();
    let slope = (scalar.log_alpha_squared(1e-6, 0.3).unwrap() - 2.0 * alpha0.ln()) / 1e-6;
    assert_relative_eq!(slope, scalar.first_order(0.3).unwrap(), max_relative = 1e-4);
    for alpha0 in [1e-2, 1e-3] {
        let scalar = Coordinate::new(kappa, target, alpha0).unwrap();
        let rich = scalar.rich_log_alpha_squared(0.3).unwrap();
        assert_relative_eq!(
            rich,
            scalar.log_alpha_squared(0.3, 0.0).unwrap(),
            epsilon = 2.0 * alpha0 * alpha0
        );
    }
    // Both forms of the integral, on either side of the change.
    let jump = |alpha0: f64| Coordinate::new(1.0, 1.0, alpha0).unwrap().first_order(0.5).unwrap();
    let (left, right) = (jump(5f64.sqrt() * 0.999_999), jump(5f64.sqrt() * 1.000_001));
    assert_relative_eq!(left, right, max_relative = 1e-4);
}

#[test]
fn traps_are_reported() {
    let scalar = Coordinate::new(0.5, 1.0, 1e-3).unwrap();
    named(scalar.log_alpha_squared(1.3, 0.0).unwrap_err(), "trapped");
    named(scalar.rich_log_alpha_squared(1.0).unwrap_err(), "trapped");
    let data = RegressionData::new(dmatrix![1.0], dvector![1.0]).unwrap();
    named(rich_limit(&data, 1.2).unwrap_err(), "attractive");
}

#[test]
fn large_weights_and_saddles_are_limits_of_the_flow() {
    let data = small();
    let start = 2.0;
    let (logs, _) = flow_state(&data, start, 0.05, 0.02, 20.0).unwrap();
    let lazy = lazy_log_ratio(&data, start, 0.05, 0.02).unwrap();
    let flow: Vec<f64> = logs.iter().map(|l| l - 2.0 * start.ln()).collect();
    let scale = flow.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for (flow, lazy) in flow.iter().zip(lazy) {
        assert!((flow - lazy).abs() < 1e-3 * scale);
    }
    // Without penalty all exponents are one, and the end interpolates.
    let limit = rich_limit(&data, 0.0).unwrap();
    assert!(limit.exponents.iter().all(|e| (e - 1.0).abs() < 1e-9));
    assert!(data.loss(&DVector::from_vec(limit.beta)) < 1e-20);
}

#[test]
fn a_flow_that_has_not_begun_is_at_zero_whatever_the_size_of_its_weights() {
    for alpha0 in [1e-300, 1e300] {
        let (logs, beta) = flow_state(&small(), alpha0, 5e24, 0.1, 0.0).unwrap();
        assert!(beta.iter().all(|b| *b == 0.0), "{beta}");
        assert!(logs.iter().all(|log| *log == 2.0 * alpha0.ln()));
    }
}

#[test]
fn any_time_the_flow_is_a_minimiser() {
    let data = small();
    for t in [0.1, 1.0, 10.0] {
        let (logs, beta) = flow_state(&data, 0.3, 0.2, 0.1, t).unwrap();
        let same = RegressionData::new(data.x().clone(), data.x() * &beta).unwrap();
        let found = minimiser(&same, logs.as_slice(), None).unwrap().beta;
        assert!((found - &beta).norm() < 1e-9 * beta.norm());
    }
}

#[test]
fn integration_of_the_entropy_gives_the_potential() {
    let mut value = [0.0];
    let accuracy = Accuracy { relative: 1e-12, absolute: 1e-14, steps: 10_000 };
    let slope = |b: f64, _: &[f64], out: &mut [f64]| out[0] = (b / 0.02).asinh();
    integrate(slope, &mut value, 0.0, 0.7, accuracy, |_, _| ControlFlow::Continue(())).unwrap();
    assert_relative_eq!(value[0], potential(&[-0.7], &[0.1]).unwrap(), max_relative = 1e-11);
}

#[test]
fn what_is_out_of_domain_is_named() {
    let data = small();
    named(flow_state(&data, 0.0, 0.1, 0.0, 1.0).unwrap_err(), "alpha0");
    named(flow_state(&data, 0.1, -0.1, 0.0, 1.0).unwrap_err(), "gamma");
    named(flow_state(&data, 0.1, 0.1, f64::NAN, 1.0).unwrap_err(), "epsilon");
    named(flow_state(&data, 0.1, 0.1, 0.0, -1.0).unwrap_err(), "t");
    named(critical_step(0.0, 0.1).unwrap_err(), "sharpness");
    named(matrix_products(0).unwrap_err(), "layers");
    named(lazy_log_ratio(&data, f64::INFINITY, 0.1, 0.0).unwrap_err(), "alpha0");
    named(RegressionData::new(dmatrix![f64::NAN], dvector![1.0]).unwrap_err(), "X");
    named(RegressionData::new(DMatrix::zeros(0, 2), dvector![]).unwrap_err(), "X");
    named(DiagonalWeights::new(&data, &[1.0]).unwrap_err(), "w");
}

/// One coordinate without penalty: log w± = log α₀ ± logistic growth in closed form, whatever the scale of the start.
#[test]
fn the_flow_knows_no_scale() {
    let data = RegressionData::new(dmatrix![1.0], dvector![1.0]).unwrap();
    for alpha0 in [1e-140f64, 1e-14, 1e-3, 0.3, 2.0] {
        // β' = -4 s √(β² + c²), s = (β - 1)/2: the time to reach β is ½ ∫ dβ/((1 - β)√(β² + c²)), elementary.
        let c = 2.0 * alpha0 * alpha0;
        let root = 1f64.hypot(c);
        // ∫ = [asinh((1·β + c²)/(c(1 - β)))]/√(1 + c²) between 0 and β.
        let at = |beta: f64| ((beta + c * c) / (c * (1.0 - beta))).asinh();
        let t = 0.5 * (at(0.5) - at(0.0)) / root;
        let (log_p, beta) = flow_state(&data, alpha0, 0.0, 0.0, t).unwrap();
        assert_relative_eq!(beta[0], 0.5, max_relative = 1e-9);
        assert_relative_eq!(log_p[0], 2.0 * alpha0.ln(), max_relative = 1e-14);
    }
}

/// Targets on any scale: the exponents of the rich limit depend on γ times the scale alone.
#[test]
fn exponents_know_no_scale() {
    let x = dmatrix![-1.3, -1.7; 0.5, 2.2];
    let y = dvector![-1.7, 0.1];
    let exponents = |scale: f64, gamma: f64| {
        let data = RegressionData::new(x.clone(), &y * scale).unwrap();
        rich_limit(&data, gamma / scale).unwrap().exponents
    };
    for gamma in [0.0, 0.05] {
        let unit = exponents(1.0, gamma);
        for scale in [1e-200, 1e-9, 1e5, 1e100] {
            for (a, b) in exponents(scale, gamma).iter().zip(&unit) {
                assert_relative_eq!(a, b, epsilon = 1e-9);
            }
        }
    }
    assert_relative_eq!(exponents(1e-9, 0.0)[1], 1.0, epsilon = 1e-9);
}
