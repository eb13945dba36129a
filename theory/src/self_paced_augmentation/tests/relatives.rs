use approx::assert_relative_eq;
use libm::erf;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use super::super::*;
use super::is;
use crate::quadrature::rules::hermite;

/// The mean over two independent noises of the inputs, by a Gauss–Hermite rule.
fn noisy_mean(f: impl Fn(f64, f64) -> f64) -> f64 {
    let nodes = hermite();
    nodes.iter().map(|a| nodes.iter().map(|b| a.1 * b.1 * f(a.0, b.0)).sum::<f64>()).sum()
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
    let kernels = [smoothed_erf_kernel, smoothed_relu_kernel];
    for (kernel, [smooth, clean]) in kernels.iter().zip([[0.1940, 0.2620], [0.4081, 0.3388]]) {
        assert_relative_eq!(kernel(1.0, 1.0, 0.6, 0.5).unwrap(), smooth, epsilon = 5e-5);
        assert_relative_eq!(kernel(1.0, 1.0, 0.6, 0.0).unwrap(), clean, epsilon = 5e-5);
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
    // A width far below the noise.
    let narrow = smoothed_gaussian_kernel(5e-324, 1, 1.0, 0.5, NoisyInputs::Both).unwrap();
    assert_relative_eq!(narrow, 5e-324f64.sqrt() * (-0.5f64).exp(), max_relative = 1e-12);
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
            (0.4f64).sqrt() * (phases[(i, j)] + omega[(j, 0)] * s2.sqrt() * node.0).cos()
        });
        second += phi.transpose() * DMatrix::from_diagonal(&pi) * &phi * node.1;
        first += phi * node.1;
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
