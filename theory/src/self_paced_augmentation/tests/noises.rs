use approx::assert_relative_eq;

use super::super::*;
use super::{error_of, is, spectral_mean, task};

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
