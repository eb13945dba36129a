use approx::assert_relative_eq;

use super::super::*;
use super::{error_of, is, task};

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
        // Next to the threshold the slowest modes need more time than that.
        if psi == 1.02 {
            continue;
        }
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
