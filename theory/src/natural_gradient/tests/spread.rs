//! The spread of rates: against closed moments, derivatives, and networks drawn one by one.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, dmatrix};

use super::super::fluctuations::{fourth, own};
use super::super::*;
use crate::{Activation, InitialScales};

fn scales(activation: Activation, sigma_b2: f64) -> InitialScales {
    InitialScales::new(activation, 2.0, sigma_b2).unwrap()
}

/// For erf the tilted Gaussians $e^{-2s^2u^2}$ leave $E\phi'^2\phi'^2$ and $E\phi'^2\phi^2$ in closed form, and so the second moments.
#[test]
fn moments_of_erf_are_those_of_tilted_gaussians() {
    use std::f64::consts::{FRAC_2_PI, PI};
    for (s, q, r) in [(1.0, 1.7, 0.3), (0.4, 0.2, -0.8), (1.3, 5.0, 0.95), (1.0, 2.0, 0.0)] {
        let phi = Activation::erf(s).unwrap();
        let found = own(&phi, q).unwrap();
        let x = s * s * q;
        assert_relative_eq!(
            found.value,
            FRAC_2_PI * (2.0 * x / (1.0 + 2.0 * x)).asin(),
            max_relative = 1e-13
        );
        assert_relative_eq!(found.slope, 4.0 * s * s / PI / (1.0 + 4.0 * x).sqrt(), max_relative = 1e-13);
        let by_q = 2.0 * FRAC_2_PI * s * s / ((1.0 + 2.0 * x) * (1.0 + 4.0 * x).sqrt());
        assert_relative_eq!(found.value_by_q, by_q, max_relative = 1e-12);
        let by_q = -8.0 * s.powi(4) / PI / (1.0 + 4.0 * x).powf(1.5);
        assert_relative_eq!(found.slope_by_q, by_q, max_relative = 1e-11);
        let pair = fourth(&phi, q, r, &found).unwrap();
        let (c, tilt) = (s * s * q * r, 1.0 + 4.0 * x);
        let slopes = 16.0 * s.powi(4) / (PI * PI) / (tilt * tilt - 16.0 * c * c).sqrt();
        assert_relative_eq!(pair.slopes, slopes, max_relative = 1e-11);
        let rest = x - 4.0 * c * c / tilt;
        let mixed = 4.0 * s * s / PI / tilt.sqrt() * FRAC_2_PI * (2.0 * rest / (1.0 + 2.0 * rest)).asin();
        assert_relative_eq!(pair.mixed, mixed, max_relative = 1e-10);
    }
}

/// Derivatives by the variance against differences; moments of ReLU at correlation 1, 0 and -1.
#[test]
fn moments_of_tanh_and_relu_fit_their_limits() {
    let phi = Activation::tanh();
    for q in [1e-6, 0.3, 4.0, 300.0] {
        let h = 1e-4 * q;
        let (below, at, above) =
            (own(&phi, q - h).unwrap(), own(&phi, q).unwrap(), own(&phi, q + h).unwrap());
        assert_relative_eq!(at.value_by_q, (above.value - below.value) / (2.0 * h), max_relative = 1e-6);
        assert_relative_eq!(at.slope_by_q, (above.slope - below.slope) / (2.0 * h), max_relative = 1e-6);
        let apart = fourth(&phi, q, 0.0, &at).unwrap();
        assert_relative_eq!(apart.values, at.value * at.value, max_relative = 1e-10);
        assert_relative_eq!(apart.slopes, at.slope * at.slope, max_relative = 1e-10);
        assert_relative_eq!(apart.mixed, at.slope * at.value, max_relative = 1e-9);
    }
    let (phi, q) = (Activation::relu(), 1.6);
    let at = own(&phi, q).unwrap();
    for (r, slopes, mixed, values) in
        [(1.0, 0.5, 0.5 * q, 1.5 * q * q), (0.0, 0.25, 0.25 * q, 0.25 * q * q), (-1.0, 0.0, 0.0, 0.0)]
    {
        let pair = fourth(&phi, q, r, &at).unwrap();
        assert_relative_eq!(pair.slopes, slopes, epsilon = 1e-14);
        assert_relative_eq!(pair.mixed, mixed, epsilon = 1e-14);
        assert_relative_eq!(pair.values, values, epsilon = 1e-14);
    }
}

/// He-ReLU: $\frac5M\sum l^2$ on the input side; on the output side $q_2=2+\frac4M\sum(\phi^2-1)$ has the variance $\frac{16}M(\frac32-\frac14)$.
#[test]
fn relu_has_the_variance_of_its_gradients() {
    for depth in [1, 2, 3, 6] {
        let widths = vec![300; depth - 1];
        let squares: f64 = (1..depth).map(|l| (l * l) as f64).sum();
        let all = Layers::all(Side::Input, depth).unwrap();
        let spread = RateSpread::new(&scales(Activation::relu(), 0.0), &widths, &all).unwrap();
        assert_relative_eq!(spread.variance(), 5.0 / 300.0 * squares, max_relative = 1e-13);
        assert_relative_eq!(spread.alpha(), depth as f64, max_relative = 1e-14);
    }
    let all = Layers::all(Side::Output, 3).unwrap();
    let spread = RateSpread::new(&scales(Activation::relu(), 0.0), &[300, 700], &all).unwrap();
    assert_relative_eq!(spread.variance(), 20.0 / 300.0, max_relative = 1e-13);
    assert_relative_eq!(spread.alpha(), 4.0, max_relative = 1e-14);
}

/// A generator and normal numbers, seeded.
struct Normal(u64);

impl Normal {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((x ^ (x >> 31)) >> 11) as f64 + 0.5) / 2f64.powi(53)
    }

    fn next(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |_, _| self.next())
    }
}

/// The rates of both inputs of one drawn network, on both sides.
fn rates(
    draws: &mut Normal,
    scales: &InitialScales,
    widths: &[usize],
    inputs: &DMatrix<f64>,
) -> [[f64; 2]; 2] {
    let phi = &scales.activation;
    let (mut h, mut weights, mut slopes) = (inputs.clone(), Vec::new(), Vec::new());
    let mut forward = vec![];
    for (l, &width) in widths.iter().chain(&[1]).enumerate() {
        let fan_in = h.nrows();
        let scale = (scales.sigma_w2 / fan_in as f64).sqrt();
        forward.push([0, 1].map(|n| scale * scale * h.column(n).norm_squared() + scales.sigma_b2));
        let w = draws.matrix(width, fan_in) * scale;
        if l < widths.len() {
            let bias = draws.matrix(width, 1) * scales.sigma_b2.sqrt();
            let u = &w * &h + bias * dmatrix![1.0, 1.0];
            slopes.push(u.map(|u| phi.derivative(u)));
            h = u.map(|u| phi.value(u));
        }
        weights.push(w);
    }
    let mut signal = dmatrix![1.0, 1.0];
    let mut input = [1.0, 1.0];
    for l in (0..widths.len()).rev() {
        signal = weights[l + 1].tr_mul(&signal).component_mul(&slopes[l]);
        for (n, rate) in input.iter_mut().enumerate() {
            *rate += signal.column(n).norm_squared();
        }
    }
    let output = [0, 1].map(|n| forward[..widths.len()].iter().map(|q| q[n]).sum());
    [input, output]
}

#[test]
fn rates_of_drawn_networks_spread_as_predicted() {
    const NETWORKS: usize = 3000;
    let cosine = 0.6;
    let inputs = DMatrix::from_columns(&[
        nalgebra::dvector![4f64.sqrt(), 0.0, 0.0, 0.0],
        nalgebra::dvector![4f64.sqrt() * cosine, 4f64.sqrt() * 0.8, 0.0, 0.0],
    ]);
    for (activation, sigma_b2) in [(Activation::relu(), 0.0), (Activation::tanh(), 0.1)] {
        let scales = scales(activation, sigma_b2);
        let widths = [120, 80, 100];
        let mut draws = Normal(7);
        let all: Vec<_> = (0..NETWORKS).map(|_| rates(&mut draws, &scales, &widths, &inputs)).collect();
        for (i, side) in [Side::Input, Side::Output].into_iter().enumerate() {
            let spread = RateSpread::new(&scales, &widths, &Layers::all(side, 4).unwrap()).unwrap();
            let mean = |of: &dyn Fn(&[f64; 2]) -> f64| {
                all.iter().map(|rates| of(&rates[i])).sum::<f64>() / NETWORKS as f64
            };
            let centre = mean(&|r| 0.5 * (r[0] + r[1]));
            assert_relative_eq!(centre, spread.alpha(), max_relative = 0.02);
            let own = mean(&|r| 0.5 * ((r[0] - centre).powi(2) + (r[1] - centre).powi(2)));
            assert_relative_eq!(own, spread.variance(), max_relative = 0.12);
            let common = mean(&|r| (r[0] - centre) * (r[1] - centre));
            let expected = spread.covariance(cosine).unwrap();
            assert!((common - expected).abs() < 0.12 * spread.variance(), "{side}: {common} {expected}");
            // What shows the anisotropy: the difference within a network.
            let within = mean(&|r| 0.5 * (r[0] - r[1]).powi(2));
            assert_relative_eq!(within, spread.variance() - expected, max_relative = 0.12);
        }
    }
}

#[test]
fn anisotropy_is_the_mean_over_pairs_whether_interpolated_or_not() {
    let all = Layers::all(Side::Input, 3).unwrap();
    let spread = RateSpread::new(&scales(Activation::erf(1.0).unwrap(), 0.1), &[256, 300], &all).unwrap();
    // 24 samples: 276 pairs, from the interpolation but for those beyond its reach.
    let angle = |i: usize| (i as f64 * 0.37).sin() * 1.4;
    let cosines = DMatrix::from_fn(24, 24, |i, j| if i == j { 1.0 } else { (angle(i) - angle(j)).cos() });
    let mut mean = 0.0;
    for i in 0..24 {
        for j in 0..i {
            mean += spread.covariance(cosines[(i, j)]).unwrap() / 276.0;
        }
    }
    let expected = (23.0 / 24.0 * (spread.variance() - mean)).sqrt() / spread.alpha();
    assert_relative_eq!(spread.anisotropy(&cosines).unwrap(), expected, max_relative = 1e-10);
    assert_eq!(spread.anisotropy(&dmatrix![1.0]).unwrap(), 0.0);
    assert!(spread.anisotropy(&dmatrix![1.0, 1.0; 1.0, 1.0]).unwrap() < 1e-7);
    assert!(spread.covariance(1.5).is_err());
    assert!(RateSpread::new(&scales(Activation::relu(), 0.0), &[256, 0], &all).is_err());
    assert!(RateSpread::new(&scales(Activation::relu(), 0.0), &[256], &all).is_err());
}
