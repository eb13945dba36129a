//! Second routes: brute force, other quadratures, identities between predictions, small simulations.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use proptest::prelude::*;
use std::f64::consts::PI;

use super::*;
use crate::TheoryError;
use crate::attention_boltzmann::{AttentionMachine, PatternEnsemble, attention_weight, typical_capacity};
use crate::quadrature::rules::legendre_on;

fn named(error: TheoryError, what: &str) {
    assert!(error.to_string().contains(what), "{error}");
}

/// The generator splitmix64 with the Box–Muller transform.
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / 2f64.powi(53)
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (2.0 * PI * self.unit()).cos()
    }

    fn matrix(&mut self, rows: usize, columns: usize, scale: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |_, _| scale * self.normal())
    }
}

fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The trapezoidal rule of an average over a standard normal variable.
fn gaussian(f: impl Fn(f64) -> f64) -> f64 {
    (-600..=600).map(|i| f64::from(i) * 0.02).map(|z| 0.02 * normal_density(z) * f(z)).sum()
}

/// The missing pixels by a grid over them, and the probability of those seen by a grid over all.
#[test]
fn completions_agree_with_grids() {
    let mut draws = Draws(7);
    for n in 1..=3usize {
        let machine = AttentionMachine::new(
            draws.matrix(4, 3, 0.9),
            Some((0..3).map(|_| 0.3 * draws.normal()).collect()),
            Some((0..4).map(|_| 0.3 * draws.normal()).collect()),
            0.8,
            (n as f64).recip(),
        )
        .unwrap();
        let (seen, step) = (0.6, 0.15);
        let completion = Completion::new(&machine, &[1], &[seen]).unwrap();
        assert_eq!(completion.missing(), [0, 2]);
        let grid: Vec<f64> = (-80..=80).map(|i| f64::from(i) * step).collect();
        let mut norm = 0.0;
        let (mut mean, mut second) = (DVector::zeros(2), DMatrix::zeros(2, 2));
        let mut weights = DVector::zeros(4);
        for &x in &grid {
            for &y in &grid {
                let v = [x, seen, y];
                let p = (-machine.energy(&v).unwrap()).exp() * step * step;
                norm += p;
                let state = dvector![x, y];
                mean += &state * p;
                second += &state * state.transpose() * p;
                weights += DVector::from_vec(machine.attention(&v).unwrap()) * p;
            }
        }
        mean /= norm;
        let (found, covariance) = completion.moments().unwrap();
        assert_relative_eq!(found, mean, epsilon = 1e-11);
        assert_relative_eq!(covariance, second / norm - &mean * mean.transpose(), epsilon = 1e-11);
        assert_relative_eq!(
            DVector::from_vec(completion.weights().unwrap()),
            weights / norm,
            epsilon = 1e-11
        );
        let total = machine.log_z().unwrap();
        assert_relative_eq!(completion.log_likelihood().unwrap(), norm.ln() - total, epsilon = 1e-11);
        // The mode is a fixed point of attention, and not the mean.
        let mode = completion.mode(500).unwrap();
        let next = completion.machine().update(&mode).unwrap();
        assert_relative_eq!(DVector::from_vec(next), DVector::from_vec(mode.clone()), epsilon = 1e-9);
        assert!((DVector::from_vec(mode) - found).norm() > 1e-3);
    }
}

#[test]
fn one_hidden_unit_completes_by_a_softmax_of_evidence() {
    let mut draws = Draws(8);
    let (xi, sigma2) = (draws.matrix(5, 6, 1.0), 0.7);
    let machine = AttentionMachine::new(xi.clone(), None, None, sigma2, 1.0).unwrap();
    let completion = Completion::new(&machine, &[4, 0, 3], &[0.2, -0.5, 1.0]).unwrap();
    let logits: Vec<f64> = xi
        .row_iter()
        .map(|row| {
            let rest = row[1] * row[1] + row[2] * row[2] + row[5] * row[5];
            0.2 * row[4] - 0.5 * row[0] + row[3] + 0.5 * sigma2 * rest
        })
        .collect();
    let top = logits.iter().copied().fold(f64::MIN, f64::max);
    let norm: f64 = logits.iter().map(|x| (x - top).exp()).sum();
    let (mean, _) = completion.moments().unwrap();
    for (at, pixel) in [1, 2, 5].into_iter().enumerate() {
        let exact: f64 = (0..5).map(|mu| sigma2 * (logits[mu] - top).exp() / norm * xi[(mu, pixel)]).sum();
        assert_relative_eq!(mean[at], exact, epsilon = 1e-13);
    }
}

/// One pixel: state and noise integrated directly.
#[test]
fn success_with_one_pixel_is_a_double_integral() {
    let below = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    for (theta, count) in [(1.0f64, 2.0), (0.3, 5.0), (4.0, 17.0)] {
        let root = theta.sqrt();
        // The noise is symmetric; the kink at zero is an end of the grid.
        let exact: f64 = legendre_on(200, 0.0, 11.0)
            .into_iter()
            .map(|(noise, weight)| {
                let given = gaussian(|z| {
                    let v = root * z + noise;
                    let beaten = below((v + noise) / root) - below((v - noise) / root);
                    (1.0 - beaten).powf(count - 1.0)
                });
                2.0 * weight * normal_density(noise) * given
            })
            .sum();
        assert_relative_eq!(completion_success(1, theta, count).unwrap(), exact, max_relative = 1e-9);
    }
}

/// Random patterns, drawn.
#[test]
fn success_is_how_often_it_succeeds() {
    let mut draws = Draws(3);
    let (seen, theta, count, trials) = (6, 0.8f64, 12, 40_000);
    let mut won = 0.0;
    for _ in 0..trials {
        let (mut own, mut noise) = (0.0, Vec::new());
        let state: Vec<f64> = (0..seen)
            .map(|_| {
                let z = draws.normal();
                own += z * z;
                noise.push(z);
                theta.sqrt() * draws.normal() + z
            })
            .collect();
        let beaten = (1..count)
            .any(|_| state.iter().map(|v| (v - theta.sqrt() * draws.normal()).powi(2)).sum::<f64>() < own);
        won += f64::from(u8::from(!beaten));
    }
    let found = won / f64::from(trials);
    let exact = completion_success(seen, theta, f64::from(count)).unwrap();
    assert!(
        (found - exact).abs() < 4.0 * (exact * (1.0 - exact) / f64::from(trials)).sqrt(),
        "{found} {exact}"
    );
}

#[test]
fn success_keeps_its_digits_for_many_pixels_and_patterns() {
    // More patterns are harder, more pixels are easier, and the sum over patterns is bounded by that of pairs.
    let one = 1.0 - completion_success(40, 1.0, 2.0).unwrap();
    for count in [3.0, 10.0, 1e3] {
        let lost = 1.0 - completion_success(40, 1.0, count).unwrap();
        assert!(lost < (count - 1.0) * one && lost > one);
    }
    // One pixel and very many patterns: only noise of the order of 1/K wins.
    let (theta, count) = (0.6f64, 1e9);
    let near = |v: f64| normal_density(v / theta.sqrt()) / theta.sqrt();
    let mut exact = 0.0;
    for i in -1200..=1200 {
        let v = f64::from(i) * 0.01;
        for j in -1400..=60 {
            let noise = (f64::from(j) * 0.05).exp();
            let beaten = 0.5
                * (libm::erfc((v.abs() - noise) / (2.0 * theta).sqrt())
                    - libm::erfc((v.abs() + noise) / (2.0 * theta).sqrt()));
            let kept = ((count - 1.0) * (-beaten).ln_1p()).exp();
            exact += 0.01 * 0.05 * noise * kept * normal_density(noise) * (near(v - noise) + near(v + noise));
        }
    }
    assert_relative_eq!(completion_success(1, theta, count).unwrap(), exact, max_relative = 1e-6);
    // The Gaussian channel: far on either side of the threshold.
    assert!(completion_success(400, 1.0, 1e40).unwrap() > 0.999);
    assert!(completion_success(100, 1.0, 1e30).unwrap() < 1e-3);
}

/// The stationary point solves the equations of moment matching, for orthogonal and for centred samples.
#[test]
fn sharing_solves_its_equations() {
    for (occupation, r2, sigma2) in [
        (vec![3usize, 2, 1, 0, 0, 1], 30.0, 0.7),
        (vec![1, 1, 1, 1], 1e-3, 1.0),
        (vec![7, 1, 0], 1e4, 2.0),
        (vec![40, 3, 2, 2, 2, 1, 0], 5.0, 0.1),
    ] {
        let n: f64 = occupation.iter().map(|k| *k as f64).sum();
        for centred in [false, true] {
            let found = if centred { sharing_of_simplex } else { sharing }(&occupation, r2, sigma2).unwrap();
            let mut total = 0.0;
            for (k, a) in occupation.iter().zip(&found.amplitudes) {
                let k = *k as f64;
                let square = if centred { r2 * (n - k) / (n - 1.0) } else { r2 };
                let share = (0.5 * sigma2 * a * a * k * square - found.log_sum).exp();
                total += share;
                if k > 0.0 {
                    assert_relative_eq!(a * n * sigma2 * share, 1.0, epsilon = 1e-11);
                }
            }
            assert_relative_eq!(total, 1.0, epsilon = 1e-12);
        }
    }
}

/// Gradient ascent on overlaps rests where its occupation says.
#[test]
fn likelihood_ascent_rests_at_its_sharing() {
    let (n, k, r2) = (8usize, 6usize, 100.0);
    let mut draws = Draws(11);
    for _ in 0..6 {
        let mut o = draws.matrix(n, k, 1.0);
        let shares = |row: Vec<f64>| {
            let top = row.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = row.iter().map(|x| (x - top).exp()).sum();
            (row.iter().map(|x| (x - top).exp() / sum).collect::<Vec<_>>(), top + sum.ln())
        };
        let mut likelihood = 0.0;
        for _ in 0..20_000 {
            let norms = (0..k).map(|mu| o.column(mu).norm_squared() / (2.0 * r2)).collect();
            let (pi, log_z) = shares(norms);
            let mut moved = o.clone();
            likelihood = -log_z;
            for i in 0..n {
                let (p, log) = shares(o.row(i).iter().copied().collect());
                likelihood += log / n as f64;
                for mu in 0..k {
                    moved[(i, mu)] += 3.0 / r2 * (r2 / n as f64 * p[mu] - pi[mu] * o[(i, mu)]);
                }
            }
            o = moved;
        }
        let mut occupation = vec![0; k];
        o.row_iter().for_each(|row| occupation[row.transpose().imax()] += 1);
        let rest = sharing(&occupation, r2, 1.0).unwrap();
        assert_relative_eq!(likelihood, rest.likelihood, max_relative = 1e-6);
    }
}

#[test]
fn plateaus_agree_with_enumeration() {
    for (n, k) in [(1usize, 1usize), (5, 1), (1, 7), (7, 3), (4, 6)] {
        let (mut root, mut used) = (0.0, 0.0);
        let all = k.pow(n as u32);
        for index in 0..all {
            let (mut occupation, mut rest) = (vec![0; k], index);
            for _ in 0..n {
                occupation[rest % k] += 1;
                rest /= k;
            }
            root += occupation.iter().map(|c| f64::from(*c).sqrt()).sum::<f64>() / n as f64;
            used += occupation.iter().filter(|c| **c > 0).count() as f64;
        }
        let (t, patterns) = sharing_plateau(n, k).unwrap();
        assert_relative_eq!(t, root / all as f64, max_relative = 1e-13);
        assert_relative_eq!(patterns, used / all as f64, max_relative = 1e-13);
    }
    // Many samples a pattern: the root of the mean, less an eighth of its inverse.
    let (t, _) = sharing_plateau(100_000_000, 1000).unwrap();
    assert_relative_eq!(t, (1e3f64 / 1e8).sqrt() * (1.0 - 0.999 / 8e5), max_relative = 1e-9);
    // Few samples a pattern: nobody shares.
    let (t, used) = sharing_plateau(2, 1 << 50).unwrap();
    assert_relative_eq!(t, 1.0, epsilon = 1e-14);
    assert_relative_eq!(used, 2.0, epsilon = 1e-14);
}

/// Overlaps in five dimensions have the density $\frac34(1-q^2)$: tensor rules.
#[test]
/// In three dimensions overlaps are uniform: two new patterns are a double integral over their sum and difference, at any temperature.
fn few_new_patterns_far_below_the_old_one_are_resolved() {
    for x in [5.0, 20.0, 36.0, 50.0, 80.0, 300.0, 900.0, 3000.0] {
        let nodes = 400_000;
        let step = 2.0 / f64::from(nodes);
        let difference = |k: i32| (f64::from(k) + 0.5) * step;
        let sum: f64 =
            (0..nodes).map(|k| (-x * difference(k)).exp().ln_1p() * 0.5 * (2.0 - difference(k)) * step).sum();
        let exact = 1.0 - (x / 3.0 + sum - 2f64.ln()) / x;
        assert_relative_eq!(forgetting_random(3, x / 3.0, 1.0, 2.0).unwrap(), exact, max_relative = 2e-8);
    }
    // Against direct averages: errors of these are a few thousandths.
    assert_relative_eq!(forgetting_random(20, 3.0, 5.0, 5.0).unwrap(), 0.7391, epsilon = 0.012);
    assert_relative_eq!(forgetting_random(7, 20.0, 50.0, 2.0).unwrap(), 0.760499, epsilon = 1e-5);
    assert_relative_eq!(forgetting_random(50, 10.0, 5.0, 5.0).unwrap(), 0.835331, epsilon = 1e-5);
    assert_relative_eq!(forgetting_random(7, 20.0, 50.0, 20.0).unwrap(), 0.328359, epsilon = 1e-5);
}

#[test]
fn forgetting_of_few_patterns_is_an_integral_over_overlaps() {
    let rule: Vec<(f64, f64)> = legendre_on(60, -1.0, 1.0)
        .into_iter()
        .map(|(q, weight)| (q, 0.75 * weight * (1.0 - q * q)))
        .collect();
    for beta in [1e-4, 0.02, 0.8, 3.0] {
        let x = 5.0 * beta;
        let (mut before, mut after) = (0.0, 0.0);
        for (q, p) in &rule {
            // log of the mean of e^x and e^(xq), and of two of the latter.
            before += p * (x * (1.0 + q) / 2.0 + (x * (1.0 - q) / 2.0).cosh().ln());
            for (q2, p2) in &rule {
                after += p * p2 * (x * (q + q2) / 2.0 + (x * (q - q2) / 2.0).cosh().ln());
            }
        }
        let exact = (before - after) / x;
        assert_relative_eq!(forgetting_random(5, beta, 2.0, 2.0).unwrap(), exact, max_relative = 2e-11);
    }
    assert_relative_eq!(forgetting_random(30, 0.7, 1.0, 1.0).unwrap(), 1.0, epsilon = 1e-13);
    // A weak temperature sees the mean: one old pattern among K.
    assert_relative_eq!(forgetting_random(30, 1e-10, 7.0, 3.0).unwrap(), 1.0 / 7.0, epsilon = 1e-8);
    // Self-averaging noise: the capacity at finite size.
    let capacity = crate::attention_boltzmann::finite_capacity(20, 0.3).unwrap();
    let alone = forgetting_random(20, 0.3, 1.0, 1e9).unwrap();
    assert_relative_eq!(alone, capacity / 0.3, epsilon = 1e-6);
}

#[test]
fn forgetting_rates_are_the_exponents() {
    for (beta, old, new) in
        [(1.0f64, 0.2, 0.4), (3.0, 0.2, 0.3), (0.5, 0.0, 0.0), (20.0, 0.5, 2.0), (20.0, 0.5, 1.0)]
    {
        // The largest exponent of an overlap that is there.
        let count = 2_000_000;
        let phi = (0..count)
            .map(|i| f64::from(i) / f64::from(count))
            .map(|q: f64| (q, -0.5 * (-q * q).ln_1p()))
            .filter(|(_, rate)| *rate <= new + 1e-15)
            .map(|(q, rate)| beta * q - rate)
            .fold(0.0, f64::max);
        assert_relative_eq!(
            forgetting_rate(beta, old, new).unwrap(),
            1.0 - (old + phi) / beta,
            epsilon = 2e-6
        );
    }
    named(forgetting_rate(1.0, 5.0, 0.1).unwrap_err(), "alpha_A");
}

/// Two new patterns in six dimensions: overlaps $q'$ of density $\frac34(1-q'^2)$.
#[test]
fn survival_of_few_patterns_is_an_integral_over_overlaps() {
    let rule: Vec<(f64, f64)> = legendre_on(60, -1.0, 1.0)
        .into_iter()
        .map(|(q, weight)| (q, 0.75 * weight * (1.0 - q * q)))
        .collect();
    for (beta, r, rho) in [(0.4f64, 0.6f64, 0.7f64), (2.0, -0.3, 0.2), (1.0, 0.0, 0.0), (1.0, 0.9, 1.0)] {
        let q = |q: f64| rho.sqrt() * r + ((1.0 - rho) * (1.0 - r * r)).sqrt() * q;
        let term = |x: f64| (6.0 * beta * (q(x) - 1.0)).exp();
        let exact: f64 = rule
            .iter()
            .flat_map(|(x, p)| rule.iter().map(move |(y, s)| p * s / (1.0 + term(*x) + term(*y))))
            .sum();
        assert_relative_eq!(survival_weight(6, beta, r, rho, 2.0).unwrap(), exact, max_relative = 1e-11);
    }
    // No freedom: all new patterns are one.
    let alone = survival_weight(10, 1.0, 1.0, 0.25, 7.0).unwrap();
    assert_relative_eq!(alone, 1.0 / (1.0 + 7.0 * (-5f64).exp()), max_relative = 1e-13);
    // A new task without structure, centred in a direction orthogonal to the pattern: overlaps in one dimension less.
    let free = survival_weight(21, 1.0, 0.0, 0.0, 500.0).unwrap();
    let sphere = attention_weight(PatternEnsemble::Spherical, 20, 21.0 / 20.0, 1.0, 501.0).unwrap();
    assert_relative_eq!(free, sphere, max_relative = 1e-12);
}

#[test]
fn survival_capacities_are_legendre_transforms() {
    for (beta, r, rho) in
        [(1.0f64, 0.6f64, 0.7f64), (0.05, -0.8, 0.3), (30.0, 0.2, 0.9), (3.0, 1.0, 0.4), (2.0, 0.0, 0.0)]
    {
        let across = ((1.0 - rho) * (1.0 - r * r)).sqrt();
        let count = 1_000_000;
        let noise = (0..count)
            .map(|i| f64::from(i) / f64::from(count))
            .map(|q: f64| beta * (rho.sqrt() * r + across * q) + 0.5 * (-q * q).ln_1p())
            .fold(f64::MIN, f64::max);
        assert_relative_eq!(
            survival_capacity(beta, r, rho).unwrap(),
            beta - noise,
            epsilon = 1e-9 * beta.max(1.0)
        );
    }
    let plain = typical_capacity(PatternEnsemble::Spherical, 1e9).unwrap();
    assert_relative_eq!(survival_capacity(1e9, 0.0, 0.0).unwrap(), plain, max_relative = 1e-14);
    // The center is the pattern: nothing but the center counts.
    assert_relative_eq!(survival_capacity(3.0, 1.0, 0.49).unwrap(), 0.9, max_relative = 1e-14);
    assert_eq!(survival_capacity(3.0, 1.0, 1.0).unwrap(), 0.0);
    // Half of the weight is left near the capacity.
    let alpha = survival_capacity(1.0, 0.5, 0.5).unwrap();
    let half = survival_weight(200, 1.0, 0.5, 0.5, (200.0 * alpha).exp()).unwrap();
    assert!((half - 0.5).abs() < 0.2, "{half}");
}

/// Two keys: one average over the difference of scores.
#[test]
fn two_keys_are_one_average() {
    let of = |beta: f64, x: f64| {
        let (p, q) = (1.0 / (1.0 + (-beta * x).exp()), 1.0 / (1.0 + (beta * x).exp()));
        let entropy = if p > 0.0 && q > 0.0 { -p * p.ln() - q * q.ln() } else { 0.0 };
        [p * p + q * q, entropy, 0.5 * beta * x.abs() + (-beta * x.abs()).exp().ln_1p()]
    };
    for beta in [1e-3, 0.3, 1.0, 4.0, 25.0] {
        let compare = |scores: Scores, exact: [f64; 3]| {
            let found = attention_statistics(scores, 2.0, beta).unwrap();
            assert_relative_eq!(found.participation, exact[0], epsilon = 1e-11);
            assert_relative_eq!(found.entropy, exact[1], epsilon = 1e-11);
            assert_relative_eq!(found.log_z, exact[2], epsilon = 1e-11 * (1.0 + beta));
        };
        // Panels from the kink at zero on.
        let panels = |f: &dyn Fn(f64) -> f64, reach: f64| -> f64 {
            let nodes = (0..200).flat_map(|i| {
                let (low, high) =
                    (reach * (f64::from(i) / 200.0).powi(2), reach * (f64::from(i + 1) / 200.0).powi(2));
                legendre_on(20, low, high)
            });
            nodes.map(|(x, weight)| weight * f(x)).sum()
        };
        let root = std::f64::consts::SQRT_2;
        let average = |k: usize| panels(&|z| 2.0 * normal_density(z) * of(beta, root * z)[k], 12.0);
        compare(Scores::Gaussian, [average(0), average(1), average(2)]);
        // The difference of two Laplace variables has the density (1 + |x|)e^-|x|/4.
        let average = |k: usize| panels(&|x| 0.5 * (1.0 + x) * (-x).exp() * of(beta, x)[k], 60.0);
        compare(Scores::Laplace, [average(0), average(1), average(2)]);
        // In three dimensions scores are uniform up to √3: differences have a triangular density.
        let side = 3f64.sqrt();
        let average =
            |k: usize| panels(&|x| (2.0 * side - x) / (2.0 * side * side) * of(beta, x)[k], 2.0 * side);
        compare(Scores::Sphere(3), [average(0), average(1), average(2)]);
    }
}

/// $\mathbb EH=\mathbb E\log Z-\beta\,d\mathbb E\log Z/d\beta$, and for Gaussian scores $d\mathbb E\log Z/d\beta=\beta(1-\mathbb E\sum p^2)$, at any number of keys.
#[test]
fn averages_over_attention_are_derivatives_of_one_another() {
    for (scores, n, beta) in [
        (Scores::Gaussian, 3.0, 2.0),
        (Scores::Gaussian, 1024.0, 5.0),
        (Scores::Gaussian, 1e6, 0.4),
        (Scores::Gaussian, 100.0, 60.0),
        (Scores::Gaussian, 300f64.exp(), 10.0),
        (Scores::Gaussian, 300f64.exp(), 24.0),
        (Scores::Gaussian, 300f64.exp(), 50.0),
        (Scores::Sphere(3), 50.0, 4.0),
        (Scores::Sphere(16), 1024.0, 6.0),
        (Scores::Sphere(1000), 1e9, 3.0),
        (Scores::Laplace, 1024.0, 1.5),
        (Scores::Laplace, 10.0, 0.3),
        (Scores::Laplace, 1e30, 0.9),
        (Scores::Laplace, 1e30, 8.0),
    ] {
        let at = |beta: f64| attention_statistics(scores, n, beta).unwrap();
        let (found, h) = (at(beta), 1e-3 * beta);
        let slope = (8.0 * (at(beta + h).log_z - at(beta - h).log_z)
            - (at(beta + 2.0 * h).log_z - at(beta - 2.0 * h).log_z))
            / (12.0 * h);
        let context = format!("{scores:?} {n} {beta}");
        assert!((found.entropy - found.log_z + beta * slope).abs() < 2e-9 * (1.0 + found.log_z), "{context}");
        assert!(found.participation > 0.0 && found.participation < 1.0, "{context}");
        assert!(found.entropy > 0.0 && found.entropy < n.ln(), "{context}");
        // Rényi: the participation is at least that of a flat average over as many keys as the entropy says.
        assert!(-found.participation.ln() <= found.entropy + 1e-9, "{context}");
        if scores == Scores::Gaussian {
            assert_relative_eq!(1.0 - slope / beta, found.participation, epsilon = 1e-9, max_relative = 1e-9);
        }
    }
}

/// Far below the transition sums are their means: $\mathbb E\log Z\to\log n+\frac{\beta^2}2$, $n\mathbb E\sum p^2\to e^{\beta^2}$.
#[test]
fn many_keys_average_at_high_temperature() {
    for beta in [1e-6f64, 0.5, 1.0, 4.0] {
        let n = 200f64.exp();
        let found = attention_statistics(Scores::Gaussian, n, beta).unwrap();
        assert_relative_eq!(found.participation * n, (beta * beta).exp(), max_relative = 1e-10);
        assert_relative_eq!(found.log_z, 200.0 + 0.5 * beta * beta, epsilon = 1e-11);
        assert_relative_eq!(found.entropy, 200.0 - 0.5 * beta * beta, epsilon = 1e-11);
    }
    for beta in [0.1f64, 0.3, 0.45] {
        let n = 250f64.exp();
        let found = attention_statistics(Scores::Laplace, n, beta).unwrap();
        let mean = |beta: f64| 1.0 / (1.0 - beta * beta);
        assert_relative_eq!(
            found.participation * n,
            mean(2.0 * beta) / mean(beta).powi(2),
            max_relative = 1e-9
        );
    }
}

/// Temperatures and participations to four digits, computed by independent code.
#[test]
fn known_values_of_attention() {
    for (n, participation, half, eight) in [
        (128.0f64, 4.924, 2.709, 3.120),
        (1024.0, 6.275, 2.974, 4.361),
        (8192.0, 7.410, 3.239, 5.375),
        (131_072.0, 8.716, 3.585, 6.521),
    ] {
        let beta = |wanted| attention_temperature(Scores::Gaussian, n, wanted).unwrap();
        assert_relative_eq!(beta(Attended::Participation(0.5)), participation, epsilon = 6e-4);
        assert_relative_eq!(beta(Attended::Entropy(0.5 * n.ln())), half, epsilon = 6e-4);
        assert_relative_eq!(beta(Attended::Entropy(8f64.ln())), eight, epsilon = 6e-4);
    }
    for (scores, n, beta, participation) in [
        (Scores::Gaussian, 1024.0, 2.5, 0.0723),
        (Scores::Gaussian, 1024.0, 5.0, 0.3894),
        (Scores::Sphere(16), 1024.0, 6.0, 0.2849),
        (Scores::Laplace, 1024.0, 1.5, 0.3408),
    ] {
        let found = attention_statistics(scores, n, beta).unwrap().participation;
        assert_relative_eq!(found, participation, epsilon = 6e-5);
        let back = attention_temperature(scores, n, Attended::Participation(found)).unwrap();
        assert_relative_eq!(back, beta, max_relative = 1e-10);
    }
    assert_relative_eq!(condensed_by_hazard(1024.0, 5.0).unwrap(), 0.325, epsilon = 1e-3);
    let (participation, entropy) = condensed_limit(2.0).unwrap();
    assert_relative_eq!(participation, 0.5, epsilon = 1e-15);
    assert_relative_eq!(entropy, 2.0 * 2f64.ln(), epsilon = 1e-13);
    // Deep in the limit the hazard is a good correction.
    let n = 300f64.exp();
    let (beta, exact) = (50.0, attention_statistics(Scores::Gaussian, n, 50.0).unwrap().participation);
    assert_relative_eq!(condensed_by_hazard(n, beta).unwrap(), exact, epsilon = 3e-3);
}

/// The exact statistic has the exponents, rare rows included.
#[test]
fn exponents_are_slopes() {
    for (gamma, tolerance) in [(0.3, 1e-4), (0.45, 1e-4), (0.5, 1e-4), (0.6, 0.004), (0.75, 0.004)] {
        let at = |log_n: f64| {
            let beta = gamma * (2.0 * log_n).sqrt();
            attention_statistics(Scores::Gaussian, log_n.exp(), beta).unwrap()
        };
        let (low, high) = (at(160.0), at(300.0));
        let exponents = participation_exponents(gamma).unwrap();
        let slope = (high.participation.ln() - low.participation.ln()) / 140.0;
        assert_relative_eq!(slope, exponents.mean, epsilon = tolerance);
        assert_relative_eq!((high.entropy - low.entropy) / 140.0, exponents.entropy, epsilon = 1e-4);
    }
    // Continuous where their forms meet.
    for gamma in [0.5, 3f64.sqrt().recip(), 1.0] {
        let (below, above) =
            (participation_exponents(gamma - 1e-9).unwrap(), participation_exponents(gamma + 1e-9).unwrap());
        assert_relative_eq!(below.mean, above.mean, epsilon = 1e-8);
        assert_relative_eq!(below.typical, above.typical, epsilon = 1e-8);
        assert_relative_eq!(below.entropy, above.entropy, epsilon = 1e-8);
    }
}

#[test]
fn critical_temperatures_of_known_tails_agree() {
    let n = 4096.0;
    let gaussian = critical_temperature(Tail::Gaussian { correlation: 0.0, copies: 1.0 }, n).unwrap();
    let stretched = critical_temperature(Tail::Stretched { power: 2.0, rate: 0.5 }, n).unwrap();
    assert_relative_eq!(gaussian, stretched, max_relative = 1e-14);
    // A sphere of many dimensions is Gaussian, of few needs lower temperatures.
    let sphere = |d| critical_temperature(Tail::Sphere(d), n).unwrap();
    assert_relative_eq!(sphere(100_000), gaussian, max_relative = 2e-4);
    assert!(sphere(8) > sphere(16) && sphere(16) > gaussian);
    // Laplace: constant.
    let laplace = |n| critical_temperature(Tail::Stretched { power: 1.0, rate: 1.0 }, n).unwrap();
    assert_relative_eq!(laplace(10.0), laplace(1e9), max_relative = 1e-14);
}

proptest! {
    #[test]
    fn gap_bounds_hold(seed in 0u64..1_000_000, size in 1usize..40, heavy: bool, log_beta in -4.0f64..4.0) {
        let mut draws = Draws(seed);
        let scores: Vec<f64> = (0..size)
            .map(|_| {
                let z = draws.normal();
                if heavy { z / (-(1.0 - draws.unit()).ln()).sqrt().max(1e-9) } else { z }
            })
            .collect();
        let bounds = gap_bounds(&scores, log_beta.exp()).unwrap();
        prop_assert!(bounds.lower <= bounds.largest + 1e-12 && bounds.largest <= bounds.upper + 1e-12);
        let top = scores.iter().copied().fold(f64::MIN, f64::max);
        let direct: f64 = scores.iter().map(|s| (log_beta.exp() * (s - top)).exp()).sum();
        prop_assert!((direct * bounds.largest - 1.0).abs() < 1e-12);
    }
}

#[test]
fn tied_rows_have_no_critical_temperature() {
    let bounds = gap_bounds(&[1.0, 1.0, 0.0], 5.0).unwrap();
    assert_eq!((bounds.lower, bounds.critical), (0.0, f64::INFINITY));
    assert!(bounds.largest <= bounds.upper && bounds.upper == 0.5);
    assert_eq!(gap_bounds(&[0.3], 2.0).unwrap().largest, 1.0);
}

/// One-dimensional tokens: attention by quadrature over the law of the tokens.
#[test]
fn a_layer_is_the_integral_over_its_tokens() {
    let (m, c, beta, skip, branch, a, w) = (0.3, 0.5, 0.7, 0.8, 0.4, 1.2, -0.9);
    let layer = MixingLayer { query_key: Some(dmatrix![a]), values: Some(dmatrix![w]), beta, skip, branch };
    let (mean, spread) = token_map(&dvector![m], &dmatrix![c], &layer).unwrap();
    let token = |z: f64| m + c.sqrt() * z;
    let output = |x: f64| {
        let tilt = |z: f64| (beta * x * a * token(z)).exp();
        skip * x + branch * w * gaussian(|z| tilt(z) * token(z)) / gaussian(tilt)
    };
    let first = gaussian(|z| output(token(z)));
    assert_relative_eq!(mean[0], first, epsilon = 1e-10);
    assert_relative_eq!(spread[(0, 0)], gaussian(|z| (output(token(z)) - first).powi(2)), epsilon = 1e-10);
}

/// Many tokens near one another: the empirical law, whatever it is.
#[test]
fn a_small_residual_needs_no_gaussian() {
    let mut draws = Draws(5);
    let (tokens, d, beta) = (40, 4, 0.5);
    let mean = DVector::from_fn(d, |_, _| 0.5);
    let x = DMatrix::from_fn(tokens, d, |_, j| mean[j] + 0.03 * if draws.unit() < 0.5 { -1.0 } else { 1.0 });
    let empirical = |x: &DMatrix<f64>| {
        let m = x.row_mean().transpose();
        let centred = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] - m[j]);
        (m, centred.tr_mul(&centred) / x.nrows() as f64)
    };
    let logits: DMatrix<f64> = &x * x.transpose() * beta;
    let mixed = DMatrix::from_fn(tokens, tokens, |i, j| {
        logits[(i, j)].exp() / logits.row(i).iter().map(|l| l.exp()).sum::<f64>()
    }) * &x;
    let (m, c) = empirical(&x);
    let layer = MixingLayer { query_key: None, values: None, beta, skip: 0.0, branch: 1.0 };
    let (_, predicted) = token_map(&m, &c, &layer).unwrap();
    let (_, found) = empirical(&mixed);
    assert_relative_eq!(found.trace(), predicted.trace(), max_relative = 0.03);
}

/// Similarity is the map of isotropic tokens that are rescaled after each layer; random values average over signs.
#[test]
fn similarity_follows_the_map_of_tokens() {
    let (d, beta, skip, branch, layers) = (3usize, 0.4, 0.9, 0.5, 5);
    let mut rho = 1.7;
    let expected = token_similarity(rho, beta, skip, branch, layers, ValueMatrices::Identity).unwrap();
    let layer = MixingLayer { query_key: None, values: None, beta, skip, branch };
    for predicted in expected {
        let s = rho / (1.0 + rho);
        let mean = DVector::from_element(d, (1.0 - s).sqrt());
        let (m, c) = token_map(&mean, &(DMatrix::identity(d, d) * s), &layer).unwrap();
        // The tokens share a mean, which enters scores as a shift that the softmax forgets.
        let shifted = c.trace() / m.norm_squared();
        rho = shifted;
        assert_relative_eq!(rho, predicted, max_relative = 1e-12);
    }
    let s = 1.7 / 2.7;
    let signs = |x: f64| 0.5 * ((skip + branch * x).powi(2) + (skip - branch * x).powi(2));
    let random = token_similarity(1.7, beta, skip, branch, 1, ValueMatrices::Random).unwrap()[0];
    assert_relative_eq!(random, 1.7 * signs(beta * s) / signs(1.0 + beta * s), max_relative = 1e-14);
    // Without a skip the collapse is doubly exponential below the threshold: log(βs) triples.
    let pure = token_similarity(1e-2, 1.0, 0.0, 1.0, 3, ValueMatrices::Identity).unwrap();
    assert!((pure[2].ln() / pure[1].ln() - 3.0).abs() < 1e-2);
}

#[test]
fn tokens_collapse_below_their_capacity() {
    for (tokens, d) in [(400.0f64, 32.0), (2.0, 1e6), (1e6, 30.0)] {
        let boundary = collapse_boundary(tokens, d).unwrap();
        let load = tokens.ln() / d;
        assert_relative_eq!(boundary - 0.5 * boundary * boundary, load, max_relative = 1e-10);
        assert_relative_eq!(
            typical_capacity(PatternEnsemble::Gaussian, boundary).unwrap(),
            load,
            max_relative = 1e-10
        );
    }
    assert_eq!(collapse_boundary(1e6, 20.0).unwrap(), 1.0);
    // The weight of a token on itself, with finitely many.
    for (lambda, weight) in [(0.1, 0.0638), (0.15, 0.2199), (0.2, 0.4497), (0.3, 0.7905)] {
        let found = attention_weight(PatternEnsemble::Gaussian, 32, lambda, 1.0, 400.0).unwrap();
        assert_relative_eq!(found, weight, epsilon = 1e-4);
    }
}

/// Products of Gaussian weights by cubature: three nodes are exact to fifth, four to seventh degree.
#[test]
fn moments_of_products_agree_with_cubature() {
    let three = [(-(3f64.sqrt()), 1.0 / 6.0), (0.0, 2.0 / 3.0), (3f64.sqrt(), 1.0 / 6.0)];
    let (near, far) = ((3.0 - 6f64.sqrt()).sqrt(), (3.0 + 6f64.sqrt()).sqrt());
    let [light, heavy] = [(3.0 - 6f64.sqrt()) / 12.0, (3.0 + 6f64.sqrt()) / 12.0];
    let four = [(-far, light), (-near, heavy), (near, heavy), (far, light)];
    let cubature = |t: usize, rule: &[(f64, f64)]| -> Vec<(DMatrix<f64>, f64)> {
        (0..rule.len().pow((t * t) as u32))
            .map(|index| {
                let (mut rest, mut weight) = (index, 1.0);
                let entries: Vec<f64> = (0..t * t)
                    .map(|_| {
                        let (x, p) = rule[rest % rule.len()];
                        rest /= rule.len();
                        weight *= p;
                        x / (t as f64).sqrt()
                    })
                    .collect();
                (DMatrix::from_vec(t, t, entries), weight)
            })
            .collect()
    };
    let moments = |layers: &[&DMatrix<f64>], g: f64, a: f64| {
        let t = layers[0].nrows();
        let mut product = DMatrix::<f64>::identity(t, t);
        layers.iter().for_each(|w| product = (DMatrix::identity(t, t) * g + *w * a) * &product);
        let h = &product * product.transpose();
        ((&h * &h).trace(), h.trace().powi(2))
    };
    for (g, a) in [(1.0, 0.5), (0.3, -1.2)] {
        let (mut x, mut y) = (0.0, 0.0);
        for (w, p) in &cubature(3, &three) {
            let (square, trace) = moments(&[w], g, a);
            x += p * square;
            y += p * trace;
        }
        let found = mixing_moments(3, g, a, 1).unwrap();
        assert_relative_eq!(found.trace_of_square, x, max_relative = 1e-12);
        assert_relative_eq!(found.square_of_trace, y, max_relative = 1e-12);
        let all = cubature(2, &three);
        (x, y) = (0.0, 0.0);
        for (w, p) in &all {
            for (w2, p2) in &all {
                let (square, trace) = moments(&[w, w2], g, a);
                x += p * p2 * square;
                y += p * p2 * trace;
            }
        }
        let found = mixing_moments(2, g, a, 2).unwrap();
        assert_relative_eq!(found.effective_rank, y / x, max_relative = 1e-12);
    }
    let third: f64 = cubature(2, &four)
        .iter()
        .map(|(w, p)| {
            let h = w * w.transpose();
            p * (&h * &h * &h).trace() / 2.0
        })
        .sum();
    assert_relative_eq!(kronecker_moment(2, 1, 3).unwrap(), third * 15.0, max_relative = 1e-12);
    named(kronecker_moment(2, 2, 4).unwrap_err(), "order");
}

/// The double rule over a normal and a chi variable.
#[test]
fn the_top_exponent_is_a_double_integral() {
    for (t, g, a) in [(12usize, 1.0f64, 0.5f64), (12, 1.0, 0.2), (30, 1.0, 3.0), (12, 1.0, 0.01)] {
        let n = t as f64;
        let chi = legendre_on(300, 0.0, (n - 1.0).sqrt() + 9.0);
        let log_norm = (1.0 - 0.5 * (n - 1.0)) * 2f64.ln() - libm::lgamma(0.5 * (n - 1.0));
        let density = |x: f64| (log_norm + (n - 2.0) * x.ln() - 0.5 * x * x).exp();
        let mut exact = 0.0;
        for (z, weight) in legendre_on(300, -10.0, 10.0) {
            for (x, inner) in &chi {
                let along = g + a * z / n.sqrt();
                exact += weight
                    * normal_density(z)
                    * inner
                    * density(*x)
                    * 0.5
                    * (along * along + a * a * x * x / n).ln();
            }
        }
        assert_relative_eq!(mixing_top_exponent(t, g, a).unwrap(), exact, epsilon = 2e-11);
    }
    // The derivative by the noncentrality, integrated: ∫ t^(T/2 − 1) (1 − e^(−x(1−t)))/(1 − t) dt with t = s².
    for (t, g, a) in [(2usize, 0.7f64, 1.0f64), (3, 1.0, 0.5), (5, 0.4, 1.3), (8, 2.0, 0.9)] {
        let n = t as f64;
        let x = 0.5 * n * (g / a).powi(2);
        let grown: f64 = legendre_on(60, 0.0, 1.0)
            .into_iter()
            .map(|(s, weight)| {
                let rest = (1.0 - s) * (1.0 + s);
                weight * 2.0 * s.powf(n - 1.0) * -(-x * rest).exp_m1() / rest
            })
            .sum();
        let exact = 0.5 * ((2.0 * a * a / n).ln() + crate::special::digamma(0.5 * n) + grown);
        assert_relative_eq!(mixing_top_exponent(t, g, a).unwrap(), exact, epsilon = 1e-13);
    }
    // Small branches: a²(T − 2)/2T; in two dimensions nothing is left of it.
    let small = mixing_top_exponent(12, 1.0, 1e-4).unwrap();
    assert_relative_eq!(small, 1e-8 * 10.0 / 24.0, max_relative = 1e-7);
    assert!(mixing_top_exponent(2, 1.0, 0.1).unwrap() < 1e-40);
    // Continuous where its forms meet.
    for t in [2usize, 3, 7, 40, 5000] {
        let g = 4f64.max(10.0 / (t as f64).sqrt());
        let (below, above) = (
            mixing_top_exponent(t, g * (1.0 - 1e-9), 1.0).unwrap(),
            mixing_top_exponent(t, g * (1.0 + 1e-9), 1.0).unwrap(),
        );
        assert_relative_eq!(below, above, epsilon = 1e-8);
    }
}

/// The memory iterated: its energy never rises, it forgets below the transition and remembers the amplitude above.
#[test]
fn the_memory_finds_its_amplitude() {
    let mut draws = Draws(21);
    let memory =
        ThreeLayers::new(draws.matrix(12, 6, 1.0 / 12f64.sqrt()), draws.matrix(10, 5, 1.0 / 10f64.sqrt()))
            .unwrap();
    let critical = memory.critical().unwrap();
    let mode = memory.mode().unwrap();
    let u = &mode.tokens * mode.channels.transpose();
    let settle = |mu: f64, steps: usize| {
        let coupling = mu * critical;
        let mut x = &u * 0.2;
        let mut energy = memory.energy(&x, coupling).unwrap();
        for _ in 0..steps {
            x = memory.update(&x, coupling).unwrap();
            let next = memory.energy(&x, coupling).unwrap();
            assert!(next <= energy + 1e-13);
            energy = next;
        }
        x
    };
    assert!(settle(0.95, 600).amax() < 1e-9);
    for (mu, tolerance) in [(1.005, 0.04), (1.0025, 0.02)] {
        let x = settle(mu, 12_000);
        let t = x.map(f64::tanh).dot(&u);
        assert_relative_eq!(t * t, memory.amplitude(mu * critical).unwrap(), max_relative = tolerance);
    }
    named(memory.amplitude(0.9 * critical).unwrap_err(), "coupling");
    named(memory.amplitude(1e6 * critical).unwrap_err(), "coupling");
    let equal = ThreeLayers::new(DMatrix::identity(2, 2), dmatrix![1.0]).unwrap();
    assert_relative_eq!(equal.critical().unwrap(), 0.5, epsilon = 1e-15);
    named(equal.amplitude(0.6).unwrap_err(), "W1");
    named(ThreeLayers::new(dmatrix![0.0], dmatrix![0.0]).unwrap().critical().unwrap_err(), "zero");
}

#[test]
fn limits_and_domains_are_named() {
    let machine = AttentionMachine::new(dmatrix![1.0, 2.0, 3.0], None, None, 1.0, 1.0).unwrap();
    for (observed, values, what) in [
        (vec![], vec![], "nothing is seen"),
        (vec![0, 1, 2], vec![1.0; 3], "nothing is missing"),
        (vec![1, 1], vec![1.0; 2], "index 1 twice"),
        (vec![3], vec![1.0], "from 0 to 2"),
        (vec![1], vec![], "values"),
        (vec![1], vec![f64::NAN], "values"),
    ] {
        named(Completion::new(&machine, &observed, &values).unwrap_err(), what);
    }
    named(completion_success(0, 1.0, 5.0).unwrap_err(), "m");
    named(completion_success(3, 1.0, 1.0).unwrap_err(), "K");
    named(sharing(&[0, 0], 1.0, 1.0).unwrap_err(), "occupation");
    named(sharing(&[], 1.0, 1.0).unwrap_err(), "occupation");
    named(sharing(&[1], 0.0, 1.0).unwrap_err(), "R2");
    named(sharing_of_simplex(&[4, 0], 1.0, 1.0).unwrap_err(), "occupation");
    named(forgetting_random(2, 1.0, 1.0, 1.0).unwrap_err(), "N");
    named(survival_weight(3, 1.0, 0.0, 0.0, 5.0).unwrap_err(), "N");
    named(survival_weight(10, 1.0, 0.0, 0.0, 0.5).unwrap_err(), "P");
    named(survival_capacity(1.0, 0.0, -0.1).unwrap_err(), "rho");
    named(attention_statistics(Scores::Gaussian, 1.0, 1.0).unwrap_err(), "n");
    named(attention_statistics(Scores::Sphere(2), 4.0, 1.0).unwrap_err(), "d");
    named(attention_temperature(Scores::Gaussian, 4.0, Attended::Entropy(1.5)).unwrap_err(), "entropy");
    named(
        attention_temperature(Scores::Sphere(3), 1e9, Attended::Participation(0.999_999)).unwrap_err(),
        "1000",
    );
    let sideways = dmatrix![1.0, 2.0; 0.0, 1.0];
    let layer = MixingLayer { query_key: None, values: None, beta: 1.0, skip: 0.0, branch: 1.0 };
    named(token_map(&dvector![0.0, 0.0], &sideways, &layer).unwrap_err(), "symmetric");
    named(token_map(&dvector![0.0, 0.0], &dmatrix![1.0, 2.0; 2.0, 1.0], &layer).unwrap_err(), "eigenvalue");
    named(token_similarity(1.0, 1.0, 0.0, 0.0, 1, ValueMatrices::Identity).unwrap_err(), "branch");
}
