use approx::assert_relative_eq;
use proptest::prelude::*;

use super::super::*;
use super::{error_of, spectral_mean, task};

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
    let other = super::task(1.2, 1.0, 0.01);
    assert_relative_eq!(fixed_point(&other, 1.0, 0.03).unwrap().ratio, 0.6138, epsilon = 5e-5);
    assert_relative_eq!(lowest_fixed_point(&other, 1.0, 0.03).unwrap().ratio, 2.2e-5, epsilon = 5e-7);
    // Without noise the interpolator is always there.
    let clean = super::task(1.2, 1.0, 0.0);
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

#[test]
fn extreme_parameters_give_numbers_or_errors() {
    let scales = [0.0, 5e-324, 1e-300, 1e-12, 0.3, 1.0, 1e12, 1e300];
    let sound = |name: &str, values: &[f64], context: &dyn std::fmt::Debug| {
        assert!(values.iter().all(|v| *v >= 0.0), "{name} {context:?}: {values:?}");
    };
    for psi in [1e-300, 1e-12, 0.5, 1.0 - 1e-15, 1.0, 1.0 + 1e-15, 2.0, 1e12, 1e300] {
        for (r2, sigma2) in scales.iter().flat_map(|r2| scales.map(|sigma2| (*r2, sigma2))) {
            let Ok(task) = LinearTask::new(psi, r2, sigma2) else { continue };
            for s2 in scales {
                let context = (psi, r2, sigma2, s2);
                if let Ok(x) = ridge_observables(&task, s2) {
                    sound(
                        "ridge",
                        &[x.test_error, x.training_error, x.squared_norm, x.kappa, x.shrinkage],
                        &context,
                    );
                }
                if let Ok(x) = optimal_threshold(&task, s2) {
                    sound("optimal", &[x.tau, x.lambda, x.slope], &context);
                }
                if let Ok(x) = frozen_copy(&task, s2) {
                    sound("frozen copy", &[x], &context);
                }
                if let Ok(Some((low, high))) = winning_interval(&task, s2) {
                    sound("interval", &[low, high - low], &context);
                }
                if let Ok(x) = best_gain(&task) {
                    sound("gain", &[x], &context);
                }
                for tau in scales {
                    let context = (psi, r2, sigma2, s2, tau);
                    for end in [fixed_point, lowest_fixed_point] {
                        if let Ok(x) = end(&task, s2, tau) {
                            sound("end", &[x.ratio, x.ridge.lambda, s2 - x.ridge.lambda], &context);
                            assert!(
                                stability_slope(&task, s2, tau, x.ridge.lambda).unwrap_or(0.0) >= 0.0,
                                "{context:?}"
                            );
                        }
                    }
                    if let Ok(x) = loss_noise(&task, s2, tau) {
                        sound(
                            "loss",
                            &[x.self_paced, x.all, x.random, x.self_paced_loss, x.all_loss],
                            &context,
                        );
                    }
                    if let Ok(x) = step_noise(&task, s2, tau) {
                        sound("step", &[x.test_error, x.training_error], &context);
                    }
                }
            }
        }
    }
    for (psi, sigma2) in [(1e-300, 1.0), (1e-12, 1.0), (1.0, 1e-300), (1.0, 1e300), (1e300, 1e-12)] {
        for s2 in [5e-324, 1e-12, 1.0, 1e12, 1e300] {
            let task = task(psi, 1.0, sigma2);
            if let Ok(extrema) = interior_extrema(&task, s2) {
                assert!(extrema.iter().all(|e| e.tau >= 0.0 && e.lambda <= s2), "{extrema:?}");
            }
            let _ = spinodal(&task, s2).map(|edge| assert!(edge.tau > 0.0));
        }
    }
}
