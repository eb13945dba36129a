use approx::assert_relative_eq;

use super::*;
use crate::{Activation, InitialScales, TheoryError};

fn relu() -> InitialScales {
    InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap()
}

#[test]
fn kernels_are_those_of_mean_field_theory() {
    for (activation, sigma_b2) in
        [(Activation::relu(), 0.3), (Activation::erf(1.0).unwrap(), 0.1), (Activation::tanh(), 0.0)]
    {
        let scales = InitialScales::new(activation, 1.7, sigma_b2).unwrap();
        let map = NtkMap::new(&scales, 4).unwrap();
        for t in [-1.0, -0.3, 0.0, 0.8, 1.0] {
            let other = crate::mean_field::ntk_parametrization_pair(&scales, 4, true, 1.0, t, 1.0).unwrap();
            assert_relative_eq!(map.at(t).unwrap(), other, max_relative = 1e-10, epsilon = 1e-12);
        }
    }
}

#[test]
fn polynomials_are_orthogonal() {
    for d in [2, 3, 7, 20] {
        for k in [0, 1, 4] {
            let weights = degree_weights(d, 6, |t| Ok(legendre(d, k, t)?[k])).unwrap();
            for (j, weight) in weights.iter().enumerate() {
                assert_relative_eq!(*weight, f64::from(u8::from(j == k)), epsilon = 1e-12);
            }
        }
    }
    // Chebyshev and Legendre.
    assert_relative_eq!(legendre(2, 5, 0.3).unwrap()[5], (5.0 * 0.3f64.acos()).cos(), epsilon = 1e-14);
    assert_relative_eq!(legendre(3, 3, 0.5).unwrap()[3], -0.4375, epsilon = 1e-15);
}

#[test]
fn degeneracies_count_harmonics() {
    // Polynomials of degree k in d variables, less those of degree k − 2 times |x|².
    let choose = |n: usize, k: usize| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
    for d in 2..12 {
        for k in 0..10 {
            let polynomials = |k: usize| choose(k + d - 1, d - 1);
            let count = polynomials(k) - if k >= 2 { polynomials(k - 2) } else { 0.0 };
            assert_relative_eq!(degeneracy(d, k).unwrap(), count, max_relative = 1e-12);
        }
    }
    let large = degeneracy(100, 100).unwrap();
    assert!(large > 1e55 && large.is_finite());
}

#[test]
fn weights_add_up_to_the_trace_and_give_the_kernel_back() {
    for d in [2, 3, 10, 50] {
        let spectrum = SphereSpectrum::of_ntk(&relu(), 3, d, 200).unwrap();
        assert_relative_eq!(spectrum.weights.iter().sum::<f64>() + spectrum.tail, 6.0, max_relative = 1e-12);
        assert!(spectrum.weights.iter().all(|w| *w >= 0.0));
        // Away from the cusps the series converges fast enough.
        let polynomials = legendre(d, spectrum.levels() - 1, 0.3).unwrap();
        let sum: f64 = spectrum.weights.iter().zip(&polynomials).map(|(w, p)| w * p).sum();
        assert_relative_eq!(sum, ntk(&relu(), 3, 0.3).unwrap(), max_relative = 2e-4);
    }
}

#[test]
fn parity_zeros_do_not_end_the_spectrum() {
    let two = SphereSpectrum::of_ntk(&relu(), 2, 5, 60).unwrap();
    assert_eq!(two.levels(), 61);
    for k in [3, 5, 21] {
        assert!(two.weights[k] < 1e-9 && two.weights[k + 1] > 1e-7, "{k}");
    }
    // Rounding hides the high degrees of high dimensions.
    let wide = SphereSpectrum::of_ntk(&relu(), 3, 50, 100).unwrap();
    assert!((10..60).contains(&wide.levels()), "{}", wide.levels());
}

#[test]
fn high_degrees_follow_the_asymptotic_law() {
    for (depth, d) in [(2, 3), (3, 2), (4, 5)] {
        let weights = ntk_degree_weights(&relu(), depth, d, 201).unwrap();
        for k in [200, 201] {
            let law = ntk_asymptotic(depth, d, k).unwrap();
            let exact = weights[k] / degeneracy(d, k).unwrap();
            assert!((exact - law).abs() < 0.02 * ntk_asymptotic(depth, d, 200).unwrap(), "{depth} {d} {k}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    assert!(ntk(&relu(), 0, 0.5).is_err());
    assert!(ntk(&relu(), 3, 1.1).is_err());
    assert!(ntk(&relu(), 3, f64::NAN).is_err());
    assert!(degeneracy(1, 3).is_err());
    assert!(ntk_degree_weights(&relu(), 3, 1, 5).is_err());
    assert!(ntk_degree_weights(&relu(), 3, 3, 100_000).is_err());
    assert!(ntk_asymptotic(1, 3, 5).is_err() && ntk_asymptotic(3, 3, 0).is_err());
    let slow = InitialScales::new(Activation::hard_tanh(1.0).unwrap(), 2.0, 0.1).unwrap();
    assert!(matches!(ntk_degree_weights(&slow, 1000, 5, 9), Err(TheoryError::InvalidParameter { .. })));
}

/// 40 digits by mpmath: adaptive quadrature over 16 widths of the measure.
#[test]
fn weights_hold_in_every_dimension_or_are_refused() {
    for (d, k, value) in
        [(30, 6, 0.100042790185978), (7000, 3, 0.367967217986704), (100_000, 2, 1.23111519053351)]
    {
        let weights = known_degree_weights(&relu(), 3, d, k).unwrap();
        assert_relative_eq!(weights[k], value, max_relative = 1e-8);
    }
    assert!(matches!(known_degree_weights(&relu(), 3, 784, 16), Err(TheoryError::LossOfPrecision { .. })));
    // Zeros by symmetry are no loss.
    let weights = known_degree_weights(&relu(), 2, 10, 5).unwrap();
    assert_eq!((weights[3], weights[5]), (0.0, 0.0));
}
