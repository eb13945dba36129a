use approx::assert_relative_eq;
use libm::erf;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use proptest::prelude::*;

use super::*;
use crate::TheoryError;
use crate::quadrature::rules::hermite;

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

#[test]
fn ridge_agrees_with_integrals_over_the_spectrum() {
    for (psi, sigma2, lambda) in [(2.0, 0.25, 0.3), (0.5, 1.0, 0.05), (7.0, 0.0, 2.0), (0.2, 0.1, 1e-3)] {
        let (gamma, r2) = (1.0 / psi, 1.3);
        let state = ridge_observables(&task(psi, r2, sigma2), lambda).unwrap();
        let atom = (1.0f64 - psi).max(0.0);
        let mean = |f: &dyn Fn(f64) -> f64| spectral_mean(gamma, f);
        let q = |mu: f64| lambda / (mu + lambda);
        let test = mean(&|mu| r2 * q(mu) * q(mu) + sigma2 * gamma * mu / (mu + lambda).powi(2)) + atom * r2;
        let train =
            gamma * mean(&|mu| q(mu) * q(mu) * (psi * mu * r2 + sigma2)) + (1.0 - gamma).max(0.0) * sigma2;
        let norm = mean(&|mu| (mu / (mu + lambda)).powi(2) * (r2 + sigma2 * gamma / mu));
        assert_relative_eq!(state.test_error, test, max_relative = 1e-11);
        assert_relative_eq!(state.training_error, train, max_relative = 1e-11);
        assert_relative_eq!(state.squared_norm, norm, max_relative = 1e-11);
    }
}

#[test]
fn ridge_has_its_limits() {
    for (psi, r2, sigma2) in [(2.0, 1.0, 0.25), (1.001, 1.0, 0.25), (1e300, 1.0, 1.0)] {
        let (gamma, state) = (1.0 / psi, ridge_observables(&task(psi, r2, sigma2), 0.0).unwrap());
        assert_relative_eq!(state.test_error, sigma2 * gamma / (1.0 - gamma), max_relative = 1e-12);
        assert_relative_eq!(state.training_error, sigma2 * (1.0 - gamma), max_relative = 1e-12);
        assert_relative_eq!(state.squared_norm, r2 + state.test_error, max_relative = 1e-13);
    }
    for (psi, r2, sigma2) in [(0.5, 1.0, 0.25), (0.999, 2.0, 0.25), (1e-8, 1.0, 1.0)] {
        let (gamma, state) = (1.0 / psi, ridge_observables(&task(psi, r2, sigma2), 0.0).unwrap());
        let noise = sigma2 / (gamma - 1.0);
        assert_relative_eq!(state.test_error, r2 * (1.0 - psi) + noise, max_relative = 1e-12);
        assert_relative_eq!(state.squared_norm, r2 * psi + noise, max_relative = 1e-12);
        assert_eq!(state.training_error, 0.0);
    }
    let peak = ridge_observables(&task(1.0, 1.0, 0.25), 0.0).unwrap();
    assert_eq!(
        (peak.test_error, peak.squared_norm, peak.training_error),
        (f64::INFINITY, f64::INFINITY, 0.0)
    );
    let clean = ridge_observables(&task(1.0, 2.0, 0.0), 0.0).unwrap();
    assert_eq!((clean.test_error, clean.squared_norm, clean.training_error), (0.0, 2.0, 0.0));
    // A tiny ridge at the threshold: κ = √λ, R ≈ σ²/2√λ.
    assert_relative_eq!(error_of(&task(1.0, 1.0, 0.25), 1e-20), 0.125e10, max_relative = 1e-9);
    // The norm is the derivative of the penalised training error.
    let value = |lambda: f64| {
        let state = ridge_observables(&task(0.8, 1.0, 0.3), lambda).unwrap();
        state.training_error + lambda * state.squared_norm
    };
    let norm = ridge_observables(&task(0.8, 1.0, 0.3), 0.4).unwrap().squared_norm;
    assert_relative_eq!((value(0.4001) - value(0.3999)) / 2e-4, norm, max_relative = 1e-8);
}

#[test]
fn slopes_are_derivatives_of_the_map() {
    for (psi, sigma2, s2, tau, lambda) in [
        (2.0, 0.25, 1.0, 0.3, 0.2),
        (0.5, 0.04, 0.3, 0.01, 0.08),
        (1.0, 0.25, 2.0, 0.05, 1.0),
        (1.2, 0.0, 1.0, 0.1, 0.3),
    ] {
        let task = task(psi, 1.0, sigma2);
        let step = 1e-5 * lambda;
        let map = |lambda| ratio_map(&task, s2, tau, lambda).unwrap();
        let slope = (map(lambda + step) - map(lambda - step)) / (2.0 * step);
        assert_relative_eq!(stability_slope(&task, s2, tau, lambda).unwrap(), slope, max_relative = 1e-8);
    }
    let task = task(2.0, 1.0, 0.25);
    assert_eq!(stability_slope(&task, 1.0, 0.3, 0.0).unwrap(), 0.0);
    assert_eq!(stability_slope(&task, 1.0, 0.0, 0.2).unwrap(), 0.0);
    assert_eq!(stability_slope(&task, 1.0, f64::INFINITY, 0.2).unwrap(), 0.0);
}

#[test]
fn thresholds_go_back_to_their_end_points() {
    for (psi, sigma2, s2) in [(0.5, 0.25, 1.0), (0.8, 0.04, 0.3), (1.0, 0.25, 0.5), (0.3, 1.0, 5.0)] {
        let task = task(psi, 1.0, sigma2);
        let edge = spinodal(&task, s2).unwrap();
        for part in [0.1, 0.5, 0.9] {
            let lambda = edge.lambda + part * (s2 - edge.lambda);
            let tau = inverse_threshold(&task, s2, lambda).unwrap();
            assert!(tau < edge.tau);
            let end = fixed_point(&task, s2, tau).unwrap();
            assert_relative_eq!(end.ridge.lambda, lambda, max_relative = 1e-10);
            assert!(stability_slope(&task, s2, tau, lambda).unwrap() < 1.0);
            assert_eq!(lowest_fixed_point(&task, s2, tau).unwrap().ratio, 0.0);
            let all = all_fixed_points(&task, s2, tau).unwrap();
            assert_eq!(all.len(), 3);
            assert_eq!(all[0], 0.0);
            assert!(all[1] < edge.lambda && stability_slope(&task, s2, tau, all[1]).unwrap() > 1.0);
            assert_relative_eq!(all[2], lambda, max_relative = 1e-10);
        }
        assert!(fixed_point(&task, s2, 0.9999 * edge.tau).unwrap().ridge.lambda > edge.lambda);
        let beyond = fixed_point(&task, s2, 1.0001 * edge.tau).unwrap();
        assert_eq!((beyond.ratio, beyond.ridge.lambda), (0.0, 0.0));
        // A maximum by a scan.
        let scan = (1..20_000).map(|i| inverse_threshold(&task, s2, s2 * f64::from(i) / 2e4).unwrap());
        let highest = scan.fold(0.0, f64::max);
        assert!(highest <= edge.tau * (1.0 + 1e-14));
        assert_relative_eq!(highest, edge.tau, max_relative = 1e-6);
    }
}

#[test]
fn low_noise_has_three_fixed_points_above_the_interpolation_threshold() {
    let task = task(1.2, 1.0, 0.04);
    let extrema = interior_extrema(&task, 1.0).unwrap();
    assert_eq!(extrema.iter().map(|e| e.maximum).collect::<Vec<_>>(), [false, true]);
    let (low, high) = (extrema[0], extrema[1]);
    for (tau, count) in [(0.9 * low.tau, 1), (0.055, 3), (1.1 * high.tau, 1)] {
        let all = all_fixed_points(&task, 1.0, tau).unwrap();
        assert_eq!(all.len(), count);
        for lambda in &all {
            assert_relative_eq!(inverse_threshold(&task, 1.0, *lambda).unwrap(), tau, max_relative = 1e-9);
        }
        let (from_zero, from_below) =
            (fixed_point(&task, 1.0, tau).unwrap(), lowest_fixed_point(&task, 1.0, tau).unwrap());
        assert_relative_eq!(from_zero.ridge.lambda, all[count - 1], max_relative = 1e-10);
        assert_relative_eq!(from_below.ridge.lambda, all[0], max_relative = 1e-10);
    }
    assert_relative_eq!(fixed_point(&task, 1.0, 0.055).unwrap().ratio, 0.4510, epsilon = 5e-5);
    let other = super::tests::task(1.2, 1.0, 0.01);
    assert_relative_eq!(fixed_point(&other, 1.0, 0.03).unwrap().ratio, 0.6138, epsilon = 5e-5);
    assert_relative_eq!(lowest_fixed_point(&other, 1.0, 0.03).unwrap().ratio, 2.2e-5, epsilon = 5e-7);
    // Without noise the interpolator is always there.
    let clean = super::tests::task(1.2, 1.0, 0.0);
    assert_eq!(interior_extrema(&clean, 1.0).unwrap().len(), 1);
    assert_eq!(lowest_fixed_point(&clean, 1.0, 0.01).unwrap().ratio, 0.0);
    assert_eq!(all_fixed_points(&clean, 1.0, 0.01).unwrap()[0], 0.0);
}

#[test]
fn odd_thresholds_and_noises_have_their_limits() {
    for psi in [1e-12, 0.5, 1.0, 2.0, 1e12] {
        let task = task(psi, 1.0, 0.25);
        for end in [fixed_point, lowest_fixed_point] {
            let all = end(&task, 0.7, 0.0).unwrap();
            assert_eq!((all.ratio, all.ridge.lambda), (1.0, 0.7));
            let none = end(&task, 0.7, f64::INFINITY).unwrap();
            assert_eq!((none.ratio, none.ridge.lambda), (0.0, 0.0));
            let silent = end(&task, 0.0, 0.3).unwrap();
            let v = 0.25 * (1.0 - 1.0 / psi).max(0.0);
            assert_relative_eq!(silent.ratio, augmentation_ratio(v, 0.3).unwrap(), max_relative = 1e-12);
            assert_eq!(silent.ridge.lambda, 0.0);
        }
    }
    // Many samples: v is the test error plus the noise.
    let (s2, tau) = (0.5, 0.3);
    let end = fixed_point(&task(1e300, 1.0, 0.25), s2, tau).unwrap();
    let lambda = end.ridge.lambda;
    let error = (lambda / (1.0 + lambda)).powi(2);
    assert_relative_eq!(end.ridge.test_error, error, max_relative = 1e-13);
    assert_relative_eq!(lambda, s2 * augmentation_ratio(0.25 + error, tau).unwrap(), max_relative = 1e-13);
    // Self-paced augmentation of a large noise: v saturates, λ does not.
    let edge = spinodal(&task(0.5, 1.0, 0.25), 1e12).unwrap();
    let inside = fixed_point(&task(0.5, 1.0, 0.25), 1e12, 0.5 * edge.tau).unwrap();
    assert!(inside.ridge.lambda > edge.lambda);
}

#[test]
fn rivals_of_the_fixed_point_are_far_from_it() {
    let usual = task(2.0, 1.0, 0.25);
    assert_relative_eq!(test_residual_fixed_point(&usual, 1.0, 0.3).unwrap().ratio, 0.435, epsilon = 5e-4);
    let few = test_residual_fixed_point(&task(0.5, 1.0, 0.25), 1.0, 0.02).unwrap();
    assert_relative_eq!(few.ratio, 0.8815, epsilon = 5e-5);
    let many = test_residual_fixed_point(&task(4.0, 1.0, 0.25), 1.0, 0.4).unwrap();
    assert_relative_eq!(many.ratio, 0.300, epsilon = 5e-4);
    let one_shot =
        |lambda| augmentation_ratio(ridge_observables(&usual, lambda).unwrap().training_error, 0.3).unwrap();
    assert_relative_eq!(one_shot(0.0), 0.121, epsilon = 5e-4);
    assert_relative_eq!(one_shot(1.0), 0.375, epsilon = 5e-4);
    assert_eq!(test_residual_fixed_point(&usual, 1.0, 0.0).unwrap().ratio, 1.0);
    assert_eq!(test_residual_fixed_point(&usual, 1.0, f64::INFINITY).unwrap().ratio, 0.0);
}

#[test]
fn the_best_ridge_is_best_and_the_window_closes() {
    let (s2, tau) = (0.5, 0.3);
    // ψ, then R without, with all, with self-paced augmentation, with the best ridge, and p.
    let rows = [
        (0.5, [0.7500, 0.6404, 0.7500, 0.6404, 0.0]),
        (0.95, [4.800, 0.4321, 4.800, 0.4099, 0.0]),
        (1.05, [5.000, 0.4024, 4.999, 0.3720, 0.000]),
        (1.25, [1.000, 0.3553, 0.7476, 0.3090, 0.015]),
        (2.0, [0.2500, 0.2589, 0.1846, 0.1754, 0.134]),
        (4.0, [0.0833, 0.1811, 0.0784, 0.0752, 0.221]),
        (10.0, [0.0278, 0.1379, 0.0379, 0.0269, 0.263]),
        (30.0, [0.0086, 0.1199, 0.0228, 0.0085, 0.280]),
    ];
    for (psi, [none, all, self_paced, best, ratio]) in rows {
        let task = task(psi, 1.0, 0.25);
        let end = fixed_point(&task, s2, tau).unwrap();
        let round = |found: f64, expected: f64, digits: f64| {
            assert!((found - expected).abs() <= 0.5001 * digits, "psi = {psi}: {found} and not {expected}");
        };
        let digits = |value: f64| if value > 2.0 { 1e-3 } else { 1e-4 };
        round(error_of(&task, 0.0), none, digits(none));
        round(error_of(&task, s2), all, 1e-4);
        round(end.ridge.test_error, self_paced, digits(self_paced));
        round(optimal_augmentation(&task).unwrap().test_error, best, 1e-4);
        round(end.ratio, ratio, 1e-3);
    }
}

#[test]
fn winning_intervals_and_gains_agree_with_a_scan() {
    for (psi, sigma2, s2) in
        [(2.0, 0.25, 0.5), (0.5, 0.25, 1.0), (1.0, 0.04, 0.3), (10.0, 0.25, 0.5), (0.5, 1.0, 1.0)]
    {
        let task = task(psi, 1.0, sigma2);
        let best = optimal_augmentation(&task).unwrap();
        let rival = error_of(&task, s2);
        let interval = winning_interval(&task, s2).unwrap();
        assert_eq!(interval.is_some(), s2 > best.lambda);
        let (low, high) = interval.unwrap_or((s2, s2));
        for i in 1..2000 {
            let lambda = s2 * f64::from(i) / 2000.0;
            assert_eq!(
                error_of(&task, lambda) < rival,
                lambda > low && lambda < high,
                "{lambda} in {low}..{high}"
            );
            assert!(error_of(&task, lambda) >= best.test_error);
        }
        // R = r² κ/(1 + κ) and σ²γ m at the best ridge.
        assert_relative_eq!(best.test_error, best.kappa / (1.0 + best.kappa), max_relative = 1e-13);
        let m = (best.lambda + best.shrinkage).recip();
        assert_relative_eq!(best.test_error, sigma2 / psi * m, max_relative = 1e-13);
        if psi != 1.0 {
            let gain = error_of(&task, 0.0) - best.test_error;
            assert_relative_eq!(best_gain(&task).unwrap(), gain, max_relative = 1e-12);
        }
    }
    for (psi, law) in [(1e-3, few_samples_gain as fn(&LinearTask) -> _), (3000.0, many_samples_gain)] {
        for sigma2 in [0.25, 1.0] {
            let task = task(psi, 1.0, sigma2);
            let ratio = best_gain(&task).unwrap() / law(&task).unwrap();
            assert!((ratio - 1.0).abs() < 3e-3, "{psi} {sigma2}: {ratio}");
        }
    }
    let few = task(1e-12, 2.0, 0.5);
    assert_relative_eq!(best_gain(&few).unwrap(), few_samples_gain(&few).unwrap(), max_relative = 1e-11);
    let many = task(1e12, 2.0, 0.5);
    assert_relative_eq!(best_gain(&many).unwrap(), many_samples_gain(&many).unwrap(), max_relative = 1e-11);
    assert_eq!(best_gain(&task(1.0, 1.0, 0.25)).unwrap(), f64::INFINITY);
    assert_eq!(best_gain(&task(1.0, 1.0, 0.0)).unwrap(), 0.0);
    // Training with the best threshold ends at the best ridge.
    let usual = task(2.0, 1.0, 0.25);
    let tau = optimal_threshold(&usual, 0.5).unwrap().tau;
    assert_relative_eq!(fixed_point(&usual, 0.5, tau).unwrap().ridge.lambda, 0.125, max_relative = 1e-12);
    assert_eq!(optimal_threshold(&usual, 0.125).unwrap().tau, 0.0);
}

#[test]
fn curves_end_at_fixed_points_and_fall() {
    for (psi, sigma2, s2, tau) in
        [(2.0, 0.25, 1.0, 0.3), (0.5, 0.25, 1.0, 0.02), (1.02, 0.25, 1.0, 0.1), (1.2, 0.04, 1.0, 0.055)]
    {
        let task = task(psi, 1.0, sigma2);
        let rule = Augmentation::SelfPaced { tau };
        let steps: Vec<usize> = (0..400).chain([30_000]).collect();
        let curve = training_curve(&task, s2, rule, 0.1, Start::Zero, &steps).unwrap();
        assert_relative_eq!(curve[0].training_error, 1.0 + sigma2, max_relative = 1e-12);
        assert_relative_eq!(curve[0].test_error, 1.0, max_relative = 1e-12);
        for pair in curve.windows(2) {
            assert!(pair[1].ratio <= pair[0].ratio + 1e-13);
        }
        let (last, end) = (curve.last().unwrap(), fixed_point(&task, s2, tau).unwrap());
        assert_relative_eq!(last.ratio, end.ratio, epsilon = 1e-11);
        assert_relative_eq!(last.training_error, end.ridge.training_error, epsilon = 1e-11);
        assert_relative_eq!(last.test_error, end.ridge.test_error, epsilon = 1e-11);
        let back = training_curve(&task, s2, rule, 0.1, Start::LeastSquares, &[0, 30_000]).unwrap();
        let start = ridge_observables(&task, 0.0).unwrap();
        assert_relative_eq!(back[0].training_error, start.training_error, epsilon = 1e-12);
        assert_relative_eq!(back[0].test_error, start.test_error, max_relative = 1e-11);
        let end = lowest_fixed_point(&task, s2, tau).unwrap();
        assert_relative_eq!(back[1].test_error, end.ridge.test_error, max_relative = 1e-8);
        assert_relative_eq!(back[1].training_error, end.ridge.training_error, epsilon = 1e-9);
        // All and a part of the samples.
        for part in [1.0, 0.4] {
            let rule = Augmentation::Constant { ratio: part };
            for start in [Start::Zero, Start::LeastSquares] {
                let last = training_curve(&task, s2, rule, 0.1, start, &[5000]).unwrap()[0];
                assert_relative_eq!(last.test_error, error_of(&task, s2 * part), max_relative = 1e-10);
            }
        }
    }
    let (usual, table) = (task(2.0, 1.0, 0.25), [(10, 0.3388), (40, 0.2014), (160, 0.1699)]);
    for (step, ratio) in table {
        let rule = Augmentation::SelfPaced { tau: 0.3 };
        let state = training_curve(&usual, 1.0, rule, 0.1, Start::Zero, &[step]).unwrap()[0];
        assert_relative_eq!(state.ratio, ratio, epsilon = 5e-5);
    }
    let few = task(0.5, 1.0, 0.25);
    let rule = Augmentation::SelfPaced { tau: 0.08 };
    assert_relative_eq!(
        training_curve(&few, 1.0, rule, 0.1, Start::Zero, &[20]).unwrap()[0].test_error,
        0.642,
        epsilon = 5e-4
    );
}

#[test]
fn curves_from_least_squares_hold_next_to_the_threshold() {
    // The means of μ^k φ^j from least squares, against a rule whose pole is far away.
    for psi in [0.97, 1.03, 1.002] {
        let task = task(psi, 1.0, 0.25);
        let rule = Augmentation::Constant { ratio: 0.5 };
        let curve = training_curve(&task, 1.0, rule, 0.1, Start::LeastSquares, &[0, 1, 7]).unwrap();
        for state in curve {
            let phi = |mu: f64| {
                let fixed = mu / (mu + 0.5);
                fixed + (1.0 - fixed) * (1.0 - 0.1 * (mu + 0.5)).powi(state.step as i32)
            };
            let (gamma, atom) = (1.0 / psi, (1.0f64 - psi).max(0.0));
            // μ = a + (b − a) sin², so that a Gauss rule in the angle resolves the edge.
            let low = ((1.0 - psi) / psi / (1.0 + gamma.sqrt())).powi(2);
            let high = (1.0 + gamma.sqrt()).powi(2);
            let count = 2_000_000;
            let (mut test, mut train) = (atom, 0.25 * (1.0 - gamma).max(0.0));
            for j in 0..count {
                let half = (f64::from(j) + 0.5) * std::f64::consts::FRAC_PI_2 / f64::from(count);
                let mu = low + (high - low) * half.sin().powi(2);
                let weight = 2.0 * (2.0 * half).sin().powi(2) / (mu * f64::from(count));
                let rest = 1.0 - phi(mu);
                test += weight * (rest * rest + 0.25 * gamma * phi(mu).powi(2) / mu);
                train += weight * (rest * rest * (mu + 0.25 * gamma));
            }
            assert_relative_eq!(state.training_error, train, epsilon = 1e-9);
            assert_relative_eq!(state.test_error, test, max_relative = 1e-8);
        }
    }
    let peak = task(1.0, 1.0, 0.25);
    let rule = Augmentation::Constant { ratio: 0.5 };
    let curve = training_curve(&peak, 1.0, rule, 0.1, Start::LeastSquares, &[0, 3]).unwrap();
    assert!(curve.iter().all(|state| state.test_error == f64::INFINITY));
    // A threshold that falls in time.
    let falling = training_curve_with(&peak, 1.0, 0.1, Start::Zero, &[0, 50], |k, v| {
        augmentation_ratio(v, 1.0 / (k as f64 + 1.0))
    });
    assert!(falling.unwrap()[1].ratio > 0.5);
}

#[test]
fn loss_noise_meets_its_values() {
    let usual = loss_noise(&task(2.0, 1.0, 0.25), 1.0, 0.3).unwrap();
    assert_relative_eq!(usual.random, 0.0668, epsilon = 5e-5);
    assert_relative_eq!(usual.self_paced_loss, 0.1423, epsilon = 5e-5);
    assert_relative_eq!(usual.all_loss, 0.3168, epsilon = 5e-5);
    let odd = loss_noise(&task(3.0, 1.0, 0.4), 0.8, 0.4).unwrap();
    assert_relative_eq!(odd.self_paced, 0.1736, epsilon = 5e-5);
    assert_relative_eq!(odd.all, 0.1566, epsilon = 5e-5);
    let all = loss_noise(&task(2.0, 1.0, 0.25), 1.0, 0.0).unwrap();
    assert_relative_eq!(all.self_paced, all.all, max_relative = 1e-14);
    assert_relative_eq!(all.random, all.all, max_relative = 1e-14);
    let none = loss_noise(&task(1.0, 1.0, 0.25), 1.0, f64::INFINITY).unwrap();
    assert_eq!((none.self_paced, none.random, none.self_paced_loss), (0.0, 0.0, 0.0));
    assert_eq!(loss_noise(&task(1.0, 1.0, 0.25), 0.0, 0.3).unwrap().all, 0.0);
    let noise = step_noise(&task(2.0, 1.0, 0.25), 1.0, 0.3).unwrap();
    assert_relative_eq!(noise.test_error, 0.095, epsilon = 5e-4);
    // The means over the spectrum.
    let state = fixed_point(&task(2.0, 1.0, 0.25), 1.0, 0.3).unwrap();
    let lambda = state.ridge.lambda;
    let [m, first, second] = [0, 1, 2].map(|k| spectral_mean(0.5, |mu| mu.powi(k) / (mu + lambda)));
    let (rho, spread) = (0.5 * 0.5, state.ratio * state.ridge.squared_norm);
    let drive = fixed_point::augmented_power(state.ridge.training_error, 0.3) + spread;
    assert_relative_eq!(noise.test_error, rho * (drive * m + spread * first), max_relative = 1e-11);
    assert_relative_eq!(noise.training_error, rho * (drive * first + spread * second), max_relative = 1e-11);
    assert_eq!(step_noise(&task(0.5, 1.0, 0.25), 1.0, 0.08).unwrap().test_error, 0.0);
}

#[test]
fn one_component_of_noise_is_no_mixture() {
    for psi in [0.5, 1.0, 2.0] {
        for tau in [0.0, 0.02, 0.3, f64::INFINITY] {
            let plain = fixed_point(&task(psi, 1.0, 0.25), 1.0, tau).unwrap();
            let one = [NoiseComponent { fraction: 1.0, variance: 0.25 }];
            let mixture = outlier_fixed_point(psi, 1.0, &one, 1.0, tau).unwrap();
            assert_relative_eq!(mixture.ratio, plain.ratio, max_relative = 1e-11, epsilon = 1e-300);
            assert_relative_eq!(mixture.component_ratios[0], mixture.ratio, max_relative = 1e-14);
        }
    }
    let component = |fraction, variance| NoiseComponent { fraction, variance };
    is(outlier_fixed_point(2.0, 1.0, &[], 1.0, 0.3), "components");
    is(outlier_fixed_point(2.0, 1.0, &[component(0.5, 1.0)], 1.0, 0.3), "add up to 0.5");
    is(outlier_fixed_point(2.0, 1.0, &[component(1.5, 1.0), component(-0.5, 1.0)], 1.0, 0.3), "components");
    is(outlier_fixed_point(2.0, 1.0, &[component(1.0, -1.0)], 1.0, 0.3), "components");
    is(outlier_fixed_point(2.0, 0.0, &[component(1.0, 0.0)], 1.0, 0.3), "sigma2");
}

#[test]
fn a_frozen_copy_without_noise_is_least_squares() {
    for psi in [0.3, 0.9, 1.1, 5.0] {
        let task = task(psi, 1.4, 0.3);
        assert_relative_eq!(frozen_copy(&task, 0.0).unwrap(), error_of(&task, 0.0), max_relative = 1e-13);
        // So much noise that nothing is learnt.
        assert_relative_eq!(frozen_copy(&task, 1e14).unwrap(), 1.4, max_relative = 1e-12);
    }
    is(frozen_copy(&task(1.0, 1.0, 0.25), 0.3), "psi = 1");
}

#[test]
fn general_covariances_contain_the_isotropic_one() {
    for (d, n) in [(50, 100), (100, 50), (60, 60)] {
        let teacher = vec![(1.0 / d as f64).sqrt(); d];
        let general = SpectralTask::new(vec![1.0; d], teacher, n, 0.25).unwrap();
        let isotropic = task(n as f64 / d as f64, 1.0, 0.25);
        for lambda in [0.0, 1e-9, 0.1, 3.0] {
            let (a, b) = (general.ridge(lambda).unwrap(), ridge_observables(&isotropic, lambda).unwrap());
            assert_relative_eq!(a.kappa, b.kappa, max_relative = 1e-9, epsilon = 1e-14);
            assert_relative_eq!(a.test_error, b.test_error, max_relative = 1e-9);
            assert_relative_eq!(a.training_error, b.training_error, max_relative = 1e-9);
            assert_relative_eq!(a.squared_norm, b.squared_norm, max_relative = 1e-9);
        }
        for tau in [0.0, 0.02, 0.3, f64::INFINITY] {
            let (a, b) = (general.fixed_point(1.0, tau).unwrap(), fixed_point(&isotropic, 1.0, tau).unwrap());
            assert_relative_eq!(a.ratio, b.ratio, max_relative = 1e-11, epsilon = 1e-300);
            let a = general.lowest_fixed_point(1.0, tau).unwrap();
            let b = lowest_fixed_point(&isotropic, 1.0, tau).unwrap();
            assert_relative_eq!(a.ratio, b.ratio, max_relative = 1e-11, epsilon = 1e-300);
        }
    }
}

#[test]
fn power_laws_meet_their_values() {
    let power = |d: usize, n| {
        let raw: Vec<f64> = (1..=d).map(|j| 1.0 / j as f64).collect();
        let mean = raw.iter().sum::<f64>() / d as f64;
        let e: Vec<f64> = raw.iter().map(|x| x / mean).collect();
        let b: Vec<f64> = (1..=d).map(|j| (j as f64).powf(-0.25)).collect();
        let signal: f64 = e.iter().zip(&b).map(|(e, b)| e * b * b).sum();
        SpectralTask::new(e, b.iter().map(|b| b / signal.sqrt()).collect(), n, 0.2).unwrap()
    };
    // d, N, τ, then p, R, v.
    let rows = [
        (400, 800, 0.2, [0.1898, 0.0756, 0.1163]),
        (400, 200, 0.01, [0.6185, 0.1371, f64::NAN]),
        (200, 400, 0.2, [0.1885, 0.0820, 0.1156]),
        (200, 100, 0.01, [0.6100, 0.1643, 0.0384]),
    ];
    for (d, n, tau, [ratio, test, train]) in rows {
        let end = power(d, n).fixed_point(0.5, tau).unwrap();
        assert_relative_eq!(end.ratio, ratio, epsilon = 6e-5);
        assert_relative_eq!(end.ridge.test_error, test, epsilon = 6e-5);
        if train.is_finite() {
            assert_relative_eq!(end.ridge.training_error, train, epsilon = 6e-5);
        }
    }
    let task = power(400, 200);
    assert_relative_eq!(task.ridge(0.0).unwrap().test_error, 0.3043, epsilon = 6e-5);
    let value = |lambda: f64| {
        let state = task.ridge(lambda).unwrap();
        state.training_error + lambda * state.squared_norm
    };
    let slope = (value(0.1001) - value(0.0999)) / 2e-4;
    assert_relative_eq!(slope, task.ridge(0.1).unwrap().squared_norm, max_relative = 1e-7);
    // Directions without variance cost nothing and teach nothing.
    let with = |e: Vec<f64>, b: Vec<f64>| SpectralTask::new(e, b, 3, 0.1).unwrap().ridge(0.2).unwrap();
    assert_eq!(with(vec![2.0, 0.5], vec![1.0, 1.0]), with(vec![2.0, 0.0, 0.5], vec![1.0, 9.0, 1.0]));
    is(SpectralTask::new(vec![1.0], vec![1.0], 0, 0.1), "N");
    is(SpectralTask::new(vec![0.0], vec![1.0], 3, 0.1), "e");
    is(SpectralTask::new(vec![1.0, 1.0], vec![1.0], 3, 0.1), "b");
    is(SpectralTask::new(vec![1.0, -1.0], vec![1.0; 2], 3, 0.1), "e");
    is(SpectralTask::new(vec![1.0], vec![0.0], 3, 0.0), "sigma2");
}

/// The mean over two independent noises of the inputs, by a Gauss–Hermite rule.
fn noisy_mean(f: impl Fn(f64, f64) -> f64) -> f64 {
    let nodes = hermite();
    nodes
        .iter()
        .map(|a| nodes.iter().map(|b| a.weight * b.weight * f(a.position, b.position)).sum::<f64>())
        .sum()
}

#[test]
fn smoothed_kernels_are_means() {
    let (s2, ell2, distance) = (0.4f64, 1.7f64, 0.9f64);
    let s = s2.sqrt();
    let both = noisy_mean(|a, b| (-0.5 * (distance + s * (a - b)).powi(2) / ell2).exp());
    let one = noisy_mean(|a, _| (-0.5 * (distance + s * a).powi(2) / ell2).exp());
    let kernel = |noisy| smoothed_gaussian_kernel(ell2, 1, distance * distance, s2, noisy).unwrap();
    assert_relative_eq!(kernel(NoisyInputs::Both), both, epsilon = 1e-10);
    assert_relative_eq!(kernel(NoisyInputs::One), one, epsilon = 1e-10);
    // Units of one weight vector see correlated fields with the noisy variances.
    let (q11, q22, q12) = (1.1f64, 0.7f64, 0.5f64);
    let (a, b) = (q11 + s2, q22 + s2);
    let rest = (b - q12 * q12 / a).sqrt();
    let field = |u: f64, v: f64| (a.sqrt() * u, q12 / a.sqrt() * u + rest * v);
    let mean = noisy_mean(|u, v| {
        let (x, y) = field(u, v);
        erf(x) * erf(y)
    });
    assert_relative_eq!(smoothed_erf_kernel(q11, q22, q12, s2).unwrap(), mean, epsilon = 1e-6);
    // Rectifiers in polar coordinates, where their kinks are end points.
    let angle = (q12 / (a * b).sqrt()).acos();
    let count = 400_000;
    let width = std::f64::consts::PI - angle;
    let polar = (0..count).map(|j| {
        let phi = angle - std::f64::consts::FRAC_PI_2 + width * (f64::from(j) + 0.5) / f64::from(count);
        phi.cos() * (phi - angle).cos()
    });
    // E ρ² = 2 over the angles where both fields are positive.
    let mean =
        (a * b).sqrt() * 2.0 * polar.sum::<f64>() * width / f64::from(count) / (2.0 * std::f64::consts::PI);
    assert_relative_eq!(smoothed_relu_kernel(q11, q22, q12, s2).unwrap(), mean, epsilon = 1e-9);
    for (q12, erf, relu) in [(0.6, 0.1940, 0.4081)] {
        assert_relative_eq!(smoothed_erf_kernel(1.0, 1.0, q12, 0.5).unwrap(), erf, epsilon = 5e-5);
        assert_relative_eq!(smoothed_relu_kernel(1.0, 1.0, q12, 0.5).unwrap(), relu, epsilon = 5e-5);
        assert_relative_eq!(smoothed_erf_kernel(1.0, 1.0, q12, 0.0).unwrap(), 0.2620, epsilon = 5e-5);
        assert_relative_eq!(smoothed_relu_kernel(1.0, 1.0, q12, 0.0).unwrap(), 0.3388, epsilon = 5e-5);
    }
    let unit = noisy_mean(|a, _| erf(0.7 + 0.9 * s * a));
    assert_relative_eq!(mean_erf_unit(0.7, 0.81, s2).unwrap(), unit, epsilon = 1e-8);
}

#[test]
fn rectifiers_of_nearly_opposite_inputs_lose_no_digits() {
    for delta in [1e-3f64, 0.2, 0.49, 0.51] {
        let found = smoothed_relu_kernel(1.0, 1.0, -delta.cos(), 0.0).unwrap() * 2.0 * std::f64::consts::PI;
        let expected = delta.powi(3) / 3.0 - delta.powi(5) / 30.0 + delta.powi(7) / 840.0
            - delta.powi(9) / 45_360.0
            + delta.powi(11) / 3_991_680.0;
        assert_relative_eq!(found, expected, max_relative = 1e-9);
    }
    assert_eq!(smoothed_relu_kernel(1.0, 1.0, -1.0, 0.0).unwrap(), 0.0);
    assert_relative_eq!(smoothed_relu_kernel(1.0, 1.0, 1.0, 0.0).unwrap(), 0.5, epsilon = 1e-15);
    is(smoothed_relu_kernel(1.0, 1.0, 1.1, 0.5), "q12");
    is(smoothed_erf_kernel(-1.0, 1.0, 0.0, 0.5), "q11");
    is(smoothed_gaussian_kernel(0.0, 1, 1.0, 0.5, NoisyInputs::Both), "ell2");
    is(smoothed_gaussian_kernel(1.0, 0, 1.0, 0.5, NoisyInputs::Both), "d");
    is(smoothed_gaussian_kernel(1.0, 1, -1.0, 0.5, NoisyInputs::Both), "dist2");
}

fn fourier(s2: f64) -> (DMatrix<f64>, DMatrix<f64>, FourierFeatures) {
    let omega = dmatrix![0.7; -0.4; 1.1; 0.2; -0.9];
    let offsets = [0.3, 2.5, 4.0, 1.1, 5.7];
    let x = [-1.5, -0.8, -0.3, 0.1, 0.6, 0.9, 1.4, 2.0];
    let phases = DMatrix::from_fn(x.len(), 5, |i, j| omega[(j, 0)] * x[i] + offsets[j]);
    let features = FourierFeatures::new(&phases, &omega, s2).unwrap();
    (phases, omega, features)
}

#[test]
fn mean_features_are_means() {
    let s2 = 0.6f64;
    let (phases, omega, features) = fourier(s2);
    let pi = dvector![0.1, 1.0, 0.0, 0.7, 0.4, 1.0, 0.2, 0.9];
    let mut second = DMatrix::<f64>::zeros(5, 5);
    let mut first = DMatrix::<f64>::zeros(8, 5);
    for node in hermite() {
        let phi = DMatrix::from_fn(8, 5, |i, j| {
            (0.4f64).sqrt() * (phases[(i, j)] + omega[(j, 0)] * s2.sqrt() * node.position).cos()
        });
        second += phi.transpose() * DMatrix::from_diagonal(&pi) * &phi * node.weight;
        first += phi * node.weight;
    }
    assert_relative_eq!(features.second_moment(&pi).unwrap(), second, epsilon = 1e-11);
    assert_relative_eq!(features.mean(), first, epsilon = 1e-11);
    let clean = features.clean();
    let still = fourier(0.0).2;
    let plain = clean.transpose() * DMatrix::from_diagonal(&pi) * &clean;
    assert_relative_eq!(still.second_moment(&pi).unwrap(), plain, epsilon = 1e-14);
}

#[test]
fn stationary_points_of_features_are_self_consistent() {
    let (_, _, features) = fourier(0.6);
    let y = dvector![0.4, -0.3, 1.0, 0.2, -0.8, 0.5, 0.1, -0.6];
    let all = features.stationary_point(&y, 0.0, 1e-3, 100).unwrap();
    assert_eq!(all.ratio, 1.0);
    assert_relative_eq!(
        all.weights,
        features.fit(&y, &DVector::from_element(8, 1.0), 1e-3).unwrap(),
        epsilon = 1e-13
    );
    let none = features.stationary_point(&y, f64::INFINITY, 1e-3, 100).unwrap();
    assert_eq!(none.ratio, 0.0);
    let clean = features.clean();
    let ridge = (clean.tr_mul(&clean) / 8.0 + DMatrix::identity(5, 5) * 1e-3).cholesky().unwrap();
    assert_relative_eq!(none.weights, ridge.solve(&(clean.tr_mul(&y) / 8.0)), epsilon = 1e-12);
    assert!(none.training_error < all.training_error);
    let some = features.stationary_point(&y, 0.1, 1e-3, 300).unwrap();
    for (i, r) in (&y - &clean * &some.weights).iter().enumerate() {
        let pi = some.frequencies[i];
        assert!(
            (r * r - 0.1).abs() < 0.03 || (pi - if r * r > 0.1 { 1.0 } else { 0.0 }).abs() < 0.1,
            "{r} {pi}"
        );
    }
    is(features.stationary_point(&y, -0.1, 1e-3, 100), "tau");
    is(features.stationary_point(&y, 0.1, -1.0, 100), "lambda0");
    is(features.stationary_point(&y, 0.1, 1e-3, 1), "iterations");
    is(features.stationary_point(&dvector![1.0], 0.1, 1e-3, 100), "y");
    is(features.second_moment(&dvector![1.0]), "pi");
    is(FourierFeatures::new(&dmatrix![1.0, 2.0], &dmatrix![1.0], 0.1), "omega");
}

#[test]
fn domains_are_named() {
    let usual = task(2.0, 1.0, 0.25);
    for psi in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        is(LinearTask::new(psi, 1.0, 0.25), "psi");
    }
    is(LinearTask::new(2.0, -1.0, 0.25), "r2");
    is(LinearTask::new(2.0, 1.0, f64::NAN), "sigma2");
    is(LinearTask::new(2.0, 0.0, 0.0), "sigma2");
    for tau in [-1e-300, f64::NAN, f64::NEG_INFINITY] {
        is(fixed_point(&usual, 1.0, tau), "tau");
        is(lowest_fixed_point(&usual, 1.0, tau), "tau");
        is(training_curve(&usual, 1.0, Augmentation::SelfPaced { tau }, 0.1, Start::Zero, &[0]), "tau");
    }
    for s2 in [-1.0, f64::NAN, f64::INFINITY] {
        is(fixed_point(&usual, s2, 0.3), "s2");
        is(spinodal(&usual, s2), "s2");
        is(frozen_copy(&usual, s2), "s2");
    }
    is(ridge_observables(&usual, -0.1), "lambda_ridge");
    is(spinodal(&usual, 1.0), "interior extrema");
    is(spinodal(&task(0.5, 1.0, 0.25), 0.0), "s2");
    is(spinodal(&task(1e-200, 1.0, 0.25), 1.0), "range");
    is(inverse_threshold(&usual, 1.0, 1.0), "lambda");
    is(optimal_threshold(&usual, 0.1), "s2");
    is(optimal_threshold(&task(2.0, 1.0, 0.0), 0.1), "sigma2");
    is(optimal_augmentation(&task(2.0, 0.0, 1.0)), "r2");
    is(effective_penalty(1.0, 1.1), "p");
    let curve = |eta, steps: &[usize]| {
        training_curve(&usual, 1.0, Augmentation::SelfPaced { tau: 0.3 }, eta, Start::Zero, steps)
    };
    is(curve(0.0, &[0]), "eta");
    is(curve(0.6, &[0]), "eta");
    is(curve(0.1, &[3, 3]), "steps");
    is(curve(0.1, &[MOST_STEPS + 1]), "steps");
    assert!(curve(0.1, &[]).unwrap().is_empty());
    // At a spinodal the iteration stalls, and says so.
    let edge = spinodal(&task(0.5, 1.0, 0.25), 1.0).unwrap();
    is(fixed_point(&task(0.5, 1.0, 0.25), 1.0, edge.tau * (1.0 + 1e-11)), "spinodal");
}

proptest! {
    #[test]
    fn end_points_solve_the_equation_and_are_ordered(
        psi in 0.1f64..10.0, sigma2 in 0.0f64..2.0, s2 in 0.01f64..5.0, tau in 1e-4f64..2.0,
    ) {
        let task = task(psi, 1.0, sigma2);
        let (high, low) = (fixed_point(&task, s2, tau).unwrap(), lowest_fixed_point(&task, s2, tau).unwrap());
        for end in [high, low] {
            let lambda = end.ridge.lambda;
            prop_assert!((ratio_map(&task, s2, tau, lambda).unwrap() - lambda).abs() <= 1e-13 * s2);
            prop_assert!((end.ratio * s2 - lambda).abs() <= 1e-13 * s2);
            prop_assert!(stability_slope(&task, s2, tau, lambda).unwrap() < 1.0);
            prop_assert!(end.ridge.test_error >= optimal_augmentation(&task).unwrap().test_error * (1.0 - 1e-14));
        }
        prop_assert!(low.ridge.lambda <= high.ridge.lambda * (1.0 + 1e-12));
    }
}
