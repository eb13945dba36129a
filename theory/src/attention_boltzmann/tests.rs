use approx::assert_relative_eq;
use nalgebra::{DMatrix, dmatrix};
use proptest::prelude::*;

use super::*;
use crate::TheoryError;

fn machine(beta: f64) -> AttentionMachine {
    let xi = dmatrix![1.0, 0.5, -0.2; -0.8, 1.1, 0.4; 0.3, -1.4, 0.9];
    AttentionMachine::new(xi, Some(vec![0.1, -0.2, 0.3]), Some(vec![0.0, 0.2, -0.1]), 1.1, beta).unwrap()
}

fn pair(beta: f64) -> AttentionMachine {
    let xi = dmatrix![1.2, -0.4; -0.9, 0.8];
    AttentionMachine::new(xi, Some(vec![0.15, 0.2]), Some(vec![0.3, -0.2]), 0.9, beta).unwrap()
}

fn named(error: TheoryError, name: &str) {
    assert!(error.to_string().contains(name), "{error} does not name {name}");
}

#[test]
fn gradients_are_derivatives_of_log_z() {
    for n in [1.0, 2.0, 4.0] {
        let machine = machine(1.0 / n);
        let g = machine.gradients(&machine.partition().unwrap()).unwrap();
        assert_relative_eq!(
            machine.partition().unwrap().log_z,
            machine.log_z().unwrap(),
            max_relative = 1e-13
        );
        let moved = |mu: usize, i: usize, by: f64| {
            let mut xi = machine.patterns().clone();
            xi[(mu, i)] += by;
            let b = machine.visible_bias().iter().copied().collect();
            let c = machine.pattern_bias().iter().copied().collect();
            AttentionMachine::new(xi, Some(b), Some(c), machine.sigma2(), machine.beta())
                .unwrap()
                .log_z()
                .unwrap()
        };
        for (mu, i) in [(0, 0), (1, 2), (2, 1)] {
            let slope = (moved(mu, i, 1e-5) - moved(mu, i, -1e-5)) / 2e-5;
            assert_relative_eq!(slope, g.patterns[(mu, i)], epsilon = 1e-8);
        }
        // Covariances are positive, mean attention sums to one, and the mixture has the mean.
        let (mean, covariance) = machine.moments(&machine.partition().unwrap()).unwrap();
        assert!(covariance.symmetric_eigenvalues().min() > 0.0);
        assert_relative_eq!(g.pattern_bias.sum(), 1.0, epsilon = 1e-13);
        let mixture = machine.mixture().unwrap();
        let mut sum = mean * 0.0;
        for component in &mixture {
            sum += machine.component_mean(&component.occupation) * component.weight;
        }
        assert_relative_eq!(sum, g.visible_bias, epsilon = 1e-12);
    }
}

#[test]
fn two_patterns_agree_at_integers_and_with_binary_units() {
    for n in 1..6 {
        let machine = pair(1.0 / n as f64);
        assert_relative_eq!(machine.log_z().unwrap(), machine.log_z_two_patterns().unwrap(), epsilon = 1e-11);
        // n binary units with the weight (ξ₁ − ξ₂)/n.
        let xi = machine.patterns();
        let weights = DMatrix::from_fn(n, 2, |_, i| (xi[(0, i)] - xi[(1, i)]) / n as f64);
        let bias: Vec<f64> = (0..2).map(|i| machine.visible_bias()[i] + xi[(1, i)]).collect();
        let hidden = vec![0.5 / n as f64; n];
        let binary = gaussian_bernoulli_log_z(&weights, &bias, &hidden, 0.9).unwrap();
        assert_relative_eq!(machine.log_z().unwrap(), binary - 0.2, epsilon = 1e-12);
    }
}

#[test]
fn the_entropy_of_attention_is_the_derivative_in_n() {
    let at = |n: f64| pair(1.0 / n).log_z_two_patterns().unwrap();
    for n in [1.0, 3.0] {
        let slope = (at(n + 1e-4) - at(n - 1e-4)) / 2e-4;
        assert_relative_eq!(slope, pair(1.0 / n).mean_attention_entropy().unwrap(), epsilon = 1e-7);
    }
}

#[test]
fn smoothed_teachers_minimise_the_denoising_objective() {
    let xi = dmatrix![1.5, 0.3, 0.0; -1.5, -0.3, 0.0];
    let teacher = AttentionMachine::new(xi, None, None, 0.6, 1.0).unwrap();
    let student = smoothed(&teacher, 0.4).unwrap();
    let least = least_denoising_objective(&teacher, 0.4).unwrap();
    assert_relative_eq!(denoising_objective(&teacher, &student, 0.4).unwrap(), least, max_relative = 1e-11);
    let other = AttentionMachine::new(student.patterns() * 1.1, None, None, 1.0, 1.0).unwrap();
    assert!(denoising_objective(&teacher, &other, 0.4).unwrap() > least + 1e-3);
    named(least_denoising_objective(&pair(1.0), 0.4).unwrap_err(), "opposite");
    named(smoothed(&pair(0.5), 0.4).unwrap_err(), "beta");
}

#[test]
fn fisher_information_is_positive_and_continuous_in_form() {
    for n in [1.0, 2.0, 3.0] {
        let information = machine(1.0 / n).fisher_information().unwrap();
        let values = information.symmetric_eigenvalues();
        assert!(values.min() > 0.0, "{values}");
        // Σ_μ p_μ = 1: the blocks add up to the covariance of v.
        let machine = machine(1.0 / n);
        let (_, covariance) = machine.moments(&machine.partition().unwrap()).unwrap();
        let mut sum = covariance.clone() * 0.0;
        for mu in 0..3 {
            for nu in 0..3 {
                sum += information.view((3 * mu, 3 * nu), (3, 3));
            }
        }
        assert_relative_eq!(sum, covariance, epsilon = 1e-10);
    }
}

#[test]
fn the_update_descends_and_scores_are_slopes_of_the_energy() {
    let machine = machine(2.0);
    let v = [0.4, -0.7, 1.3];
    let score = machine.score(&v).unwrap();
    for i in 0..3 {
        let at = |by: f64| {
            let mut w = v;
            w[i] += by;
            machine.energy(&w).unwrap()
        };
        assert_relative_eq!(-(at(1e-6) - at(-1e-6)) / 2e-6, score[i], epsilon = 1e-8);
    }
    let next = machine.update(&v).unwrap();
    let moved: f64 = next.iter().zip(&v).map(|(a, b)| (a - b).powi(2)).sum();
    assert!(machine.energy(&next).unwrap() <= machine.energy(&v).unwrap() - moved / 2.2);
    assert_eq!(machine.hessian(&v).unwrap().shape(), (3, 3));
}

#[test]
fn potts_points_are_consistent() {
    for k in [2, 3, 10, 1000] {
        let (c, t) = (spinodal(k).unwrap(), coexistence(k).unwrap());
        assert!(c <= t * (1.0 + 1e-14) && t <= k as f64);
        if k > 2 {
            assert_relative_eq!(overlap(k, t).unwrap(), 1.0 - 1.0 / k as f64, epsilon = 1e-11);
            assert!(overlap(k, 0.99 * c).is_err());
        }
        let (x, a) = (1.5 * c, overlap(k, 1.5 * c).unwrap());
        let rest = (1.0 - a) / (k as f64 - 1.0);
        let other = (k as f64 - 1.0) * (x * (rest - a)).exp();
        assert_relative_eq!(a, 1.0 / (1.0 + other), epsilon = 1e-12);
    }
}

#[test]
fn capacities_meet_their_limits() {
    let sphere = |lambda| typical_capacity(PatternEnsemble::Spherical, lambda).unwrap();
    let q: f64 = ((1.0f64 + 4.0).sqrt() - 1.0) / 2.0;
    assert_relative_eq!(sphere(1.0), 1.0 - q - 0.5 * (1.0 - q * q).ln(), epsilon = 1e-14);
    assert_relative_eq!(sphere(1e8), 0.5 * (1.0 + 1e8f64.ln()), epsilon = 1e-7);
    assert_relative_eq!(finite_capacity(4000, 1.0).unwrap(), sphere(1.0), epsilon = 1e-4);
    // Both phases of the free energy meet at the transition.
    let theta = 0.5f64;
    let critical = 0.5 * (2.0 - 1.0 - 2f64.ln());
    let f = |kappa| quenched_free_energy(kappa, theta).unwrap();
    assert_relative_eq!(f(critical - 1e-7), f(critical + 1e-7), epsilon = 1e-6);
    let success = attention_weight(PatternEnsemble::Gaussian, 16, 0.5, 1.0, 37.0).unwrap();
    assert_relative_eq!(success, 0.8206, epsilon = 2e-4);
    let sphere = attention_weight(PatternEnsemble::Spherical, 20, 1.0, 1.0, 236_325.0).unwrap();
    assert!((sphere - 0.502).abs() < 2e-3);
}

/// $\frac12I_{1/2}(\frac N2,\frac12)$ with 30 digits by mpmath.
#[test]
fn pairs_fail_as_the_incomplete_beta_function_says() {
    for (n, value) in [
        (2, 0.146_446_609_406_726_24),
        (3, 0.090_845_056_908_104_67),
        (5, 0.037_793_409_210_806_22),
        (20, 1.167_237_173_743_112e-4),
        (101, 3.483_805_199_361_136_5e-17),
        (400, 1.750_051_244_660_290_5e-62),
    ] {
        assert_relative_eq!(pair_failure(n).unwrap(), value, max_relative = 1e-14);
        if n <= 20 {
            // With two patterns the other one wins just then.
            assert_relative_eq!(1.0 - hard_success(n, 2.0).unwrap(), value, max_relative = 1e-10);
        }
    }
}

/// On the sphere in three dimensions overlaps are uniform: elementary integrals.
#[test]
fn three_dimensions_are_elementary() {
    for lambda in [1e-3f64, 0.3, 1.0, 7.0, 300.0] {
        let x = 3.0 * lambda;
        // log(sinh x / x) = x + log((1 - e^(-2x)) / 2x).
        let exact = -(-(-2.0 * x).exp_m1() / (2.0 * x)).ln() / 3.0;
        assert_relative_eq!(
            finite_capacity(3, lambda).unwrap(),
            exact,
            max_relative = 1e-10,
            epsilon = 1e-13
        );
    }
    // Circle: overlaps cos of a uniform angle, log I_0 by its series.
    for lambda in [0.1f64, 1.0, 3.0] {
        let x = 2.0 * lambda;
        let bessel: f64 = (0..80)
            .scan(1.0, |term, k| {
                let now = *term;
                *term *= (0.5 * x) * (0.5 * x) / f64::from((k + 1) * (k + 1));
                Some(now)
            })
            .sum();
        assert_relative_eq!(
            finite_capacity(2, lambda).unwrap(),
            lambda - 0.5 * bessel.ln(),
            max_relative = 1e-11
        );
    }
}

/// A few patterns in few dimensions, by another order of integration (reviewed by independent code).
#[test]
fn attention_on_few_gaussian_patterns() {
    let weight = attention_weight(PatternEnsemble::Gaussian, 2, 0.5, 1.0, 10.0).unwrap();
    assert_relative_eq!(weight, 0.218684, max_relative = 3e-6);
}

/// One hidden unit is a mixture of K Gaussians: linear in K, by the sum itself.
#[test]
fn one_hidden_unit_is_a_sum_over_patterns() {
    let count = 20_000;
    let xi = DMatrix::from_fn(count, 1, |k, _| k as f64 / count as f64);
    let machine = AttentionMachine::new(xi, None, None, 1.0, 1.0).unwrap();
    let sum: f64 = (0..count).map(|k| (0.5 * (k as f64 / count as f64).powi(2)).exp()).sum();
    let exact = 0.5 * (2.0 * std::f64::consts::PI).ln() + sum.ln();
    assert_relative_eq!(machine.log_z().unwrap(), exact, max_relative = 1e-13);
    assert_eq!(machine.partition().unwrap_err().kind(), "too-large");
}

/// Simulated means of log Z of Gaussian patterns (400 draws each, relative error of the mean below 0.3 %).
#[test]
fn the_condensed_formula_answers_where_it_holds() {
    for (d, count, theta, simulated) in
        [(30, 8103.0, 0.8, 0.9516), (30, 8103.0, 1.0, 1.1703), (100, 1000.0, 0.7, 0.5381)]
    {
        let (f, _) = condensed_free_energy(d, count, theta).unwrap();
        assert_relative_eq!(f, simulated, max_relative = 0.013);
    }
    for (d, count, theta) in [(30, 8103.0, 0.65), (30, 8103.0, 0.7), (10, 100.0, 0.8), (46, 1e6, 0.6)] {
        assert_eq!(condensed_free_energy(d, count, theta).unwrap_err().kind(), "undefined");
    }
}

#[test]
fn limits_and_domains_are_named() {
    named(machine(0.3).log_z().unwrap_err(), "1/beta is not an integer");
    named(checked_count(64, 32).unwrap_err(), "too many compositions");
    named(checked_count(100_000, 100_000).unwrap_err(), "too many compositions");
    assert_eq!(composition_count(3, 2).unwrap(), 6.0);
    assert_eq!(composition_count(1, 7).unwrap(), 1.0);
    let new = |xi: DMatrix<f64>, sigma2, beta| AttentionMachine::new(xi, None, None, sigma2, beta);
    named(new(DMatrix::zeros(0, 2), 1.0, 1.0).unwrap_err(), "xi");
    named(new(dmatrix![f64::NAN], 1.0, 1.0).unwrap_err(), "xi");
    named(new(dmatrix![1.0], 0.0, 1.0).unwrap_err(), "sigma2");
    named(new(dmatrix![1.0], 1.0, f64::INFINITY).unwrap_err(), "beta");
    named(machine(1.0).renyi(1).unwrap_err(), "order");
    named(quadratic_memory_log_z(&dmatrix![1.0, 0.0], 1.0).unwrap_err(), "diverges");
    named(convergent_power(&dmatrix![1.0], 3).unwrap_err(), "diverges");
    named(
        gaussian_bernoulli_log_z(&DMatrix::zeros(21, 2), &[0.0; 2], &[0.0; 21], 1.0).unwrap_err(),
        "hidden units",
    );
    let high = AttentionMachine::new(DMatrix::identity(6, 6), None, None, 1.0, 1.0).unwrap();
    named(high.mean_attention_entropy().unwrap_err(), "three");
    named(hard_success(20, 1.0).unwrap_err(), "P");
    named(spinodal(1).unwrap_err(), "K");
}

proptest! {
    #[test]
    fn bounds_enclose_and_gauges_leave_the_partition_function(n in 1.0f64..4.0, shift in -2.0f64..2.0) {
        let xi = dmatrix![1.2, -0.4; -0.9, 0.8];
        let machine = AttentionMachine::new(xi.clone(), None, None, 0.9, n.recip()).unwrap();
        let (low, high) = machine.log_z_bounds().unwrap();
        let exact = machine.log_z_two_patterns().unwrap();
        prop_assert!(low - 1e-10 <= exact && exact <= high + 1e-10);
        let moved = AttentionMachine::new(xi.add_scalar(shift), Some(vec![-shift; 2]), None, 0.9, n.recip()).unwrap();
        prop_assert!((moved.log_z_two_patterns().unwrap() - exact).abs() < 1e-9);
    }
}
