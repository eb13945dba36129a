//! Against dense parameter-space models, limits and refusals.

mod cross_entropy;
mod dense;
mod one_sided;
mod spread;
mod steps;
mod widths;

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, dmatrix};

use super::*;
use crate::{Activation, InitialScales, TheoryError};
use dense::{Dense, pseudo_random};

fn cosines() -> (DMatrix<f64>, DMatrix<f64>) {
    let train = dmatrix![1.0, 0.3, -0.2; 0.3, 1.0, 0.1; -0.2, 0.1, 1.0];
    (train, dmatrix![0.5, 0.4, 0.2; -0.1, 0.25, 0.6])
}

fn both(activation: Activation, depth: usize, sigma_b2: f64) -> (LayerKernels, LayerKernels) {
    let scales = InitialScales::new(activation, 2.0, sigma_b2).unwrap();
    let (train, cross) = cosines();
    (train_kernels(&scales, depth, &train).unwrap(), cross_kernels(&scales, depth, &cross).unwrap())
}

#[test]
fn responses_are_those_of_parameter_space() {
    let cases = [
        (Method::Exact, Damping::None),
        (Method::Exact, Damping::Ridge(0.1)),
        (Method::Bd, Damping::None),
        (Method::Bd, Damping::Ridge(0.1)),
        (Method::Btd, Damping::None),
        (Method::Btd, Damping::Ridge(1e-4)),
        (Method::Btd, Damping::Ridge(9.0)),
        (Method::BtdPinv, Damping::None),
        (Method::Kfac, Damping::None),
        (Method::Kfac, Damping::Factored(0.2, 0.05)),
        (Method::KfacJoint, Damping::None),
        (Method::KfacJoint, Damping::Ridge(0.1)),
    ];
    for depth in [1, 2, 3, 4, 5] {
        let dense = Dense::new(depth);
        let (train, cross) = dense.kernels();
        for (method, damping) in cases {
            let exists = match method {
                Method::Btd => depth % 3 != 2 || damping != Damping::None,
                Method::BtdPinv => depth % 3 == 2,
                _ => true,
            };
            let found = response(method, damping, &train, &train);
            if !exists {
                assert!(found.is_err(), "{method} at depth {depth}");
                continue;
            }
            let (on_train, on_test) = dense.response(method, damping);
            let context = format!("{method} {damping:?} at depth {depth}");
            assert_relative_eq!(found.expect(&context), on_train, epsilon = 1e-7);
            assert_relative_eq!(response(method, damping, &train, &cross).unwrap(), on_test, epsilon = 1e-7);
        }
    }
}

#[test]
fn undamped_responses_are_isotropic_with_alpha() {
    for depth in 1..=7 {
        let (train, _) = both(Activation::relu(), depth, 0.1);
        for method in [
            Method::Exact,
            Method::Bd,
            Method::Btd,
            Method::BtdPinv,
            Method::Kfac,
            Method::KfacScaled,
            Method::KfacJoint,
        ] {
            match alpha(method, depth, 3) {
                Ok(alpha) => {
                    let found = response(method, Damping::None, &train, &train).unwrap();
                    assert_relative_eq!(found, DMatrix::identity(3, 3) * alpha, epsilon = 1e-10 * alpha);
                }
                Err(_) => assert!((depth % 3 == 2) == (method == Method::Btd), "{method} {depth}"),
            }
        }
    }
}

#[test]
fn strong_damping_is_gradient_descent_and_weak_damping_none() {
    let (train, cross) = both(Activation::tanh(), 3, 0.0);
    for method in [Method::Exact, Method::Bd, Method::Btd, Method::KfacJoint] {
        let rho = 1e8;
        let strong = response(method, Damping::Ridge(rho), &train, &cross).unwrap() * rho;
        let descent = response(Method::Gd, Damping::None, &train, &cross).unwrap();
        assert_relative_eq!(strong, descent, epsilon = 1e-6);
        let weak = response(method, Damping::Ridge(1e-11), &train, &cross).unwrap();
        let none = response(method, Damping::None, &train, &cross).unwrap();
        assert_relative_eq!(weak, none, epsilon = 1e-8);
    }
    // The pseudo-inverse is the limit of vanishing damping.
    let (train, cross) = both(Activation::relu(), 5, 0.0);
    let weak = response(Method::Btd, Damping::Ridge(1e-9), &train, &cross).unwrap();
    let none = response(Method::BtdPinv, Damping::None, &train, &cross).unwrap();
    assert_relative_eq!(weak, none, epsilon = 1e-6);
}

#[test]
fn training_inputs_are_learnt() {
    let (train, _) = both(Activation::erf(1.0).unwrap(), 4, 0.2);
    for method in [Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::KfacScaled] {
        assert_relative_eq!(
            test_kernel(method, &train, &train).unwrap(),
            DMatrix::identity(3, 3),
            epsilon = 1e-9
        );
    }
}

#[test]
fn many_pairs_are_interpolated_to_quadrature_accuracy() {
    let scales = InitialScales::new(Activation::tanh(), 1.7, 0.1).unwrap();
    let many = DMatrix::from_fn(1, 301, |_, j| -1.0 + j as f64 / 150.0);
    let kernels = cross_kernels(&scales, 4, &many).unwrap();
    for j in [0, 1, 17, 60, 150, 151, 229, 299, 300] {
        let one = cross_kernels(&scales, 4, &dmatrix![many[(0, j)]]).unwrap();
        for l in 1..=4 {
            assert_relative_eq!(kernels.forward(l)[(0, j)], one.forward(l)[(0, 0)], epsilon = 1e-12);
            assert_relative_eq!(kernels.backward(l)[(0, j)], one.backward(l)[(0, 0)], epsilon = 1e-11);
        }
    }
}

#[test]
fn kernels_are_those_of_mean_field_theory() {
    let scales = InitialScales::new(Activation::relu(), 1.7, 0.3).unwrap();
    let kernels = cross_kernels(&scales, 3, &dmatrix![0.4]).unwrap();
    let with_bias = crate::mean_field::ntk_parametrization_pair(&scales, 3, true, 1.0, 0.4, 1.0).unwrap();
    assert_relative_eq!(kernels.total()[(0, 0)], with_bias, max_relative = 1e-13);
}

#[test]
fn singular_kernels_are_refused_with_a_way_out() {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let duplicates = dmatrix![1.0, 1.0 - 2e-16; 1.0 - 2e-16, 1.0];
    let train = train_kernels(&scales, 3, &duplicates).unwrap();
    for method in [Method::Exact, Method::Bd, Method::Btd, Method::Kfac] {
        let error = test_kernel(method, &train, &train).unwrap_err();
        assert!(matches!(error, TheoryError::Undefined { .. }), "{error}");
        assert!(error.to_string().contains("damp"), "{error}");
        let damped = response(method, Damping::Ridge(1e-3), &train, &train);
        assert!(damped.is_ok() || method == Method::Btd, "{method}");
    }
    // Antipodes are parallel for an odd activation without biases, but not for ReLU.
    let antipodes = dmatrix![1.0, -1.0; -1.0, 1.0];
    let erf = InitialScales::new(Activation::erf(1.0).unwrap(), 2.0, 0.0).unwrap();
    let kernels = train_kernels(&erf, 3, &antipodes).unwrap();
    assert!(test_kernel(Method::Exact, &kernels, &kernels).is_err());
    let kernels = train_kernels(&scales, 3, &antipodes).unwrap();
    assert!(test_kernel(Method::Exact, &kernels, &kernels).is_ok());
}

#[test]
fn damping_between_the_poles_is_refused_with_their_interval() {
    let (train, _) = both(Activation::relu(), 5, 0.0);
    let poles = btd_poles(&train).unwrap();
    assert_eq!(poles.len(), 3);
    assert!(poles.windows(2).all(|p| p[0] <= p[1]));
    for rho in [0.11 * poles[0], poles[1], 1.9 * poles[2]] {
        let error = response(Method::Btd, Damping::Ridge(rho), &train, &train).unwrap_err().to_string();
        assert!(error.contains("poles") && error.contains(&format!("{:.4e}", poles[2])), "{error}");
    }
    // Close to a pole the damped matrix really is singular: the response explodes.
    let at_pole = poles[0] * (1.0 + 1e-9);
    let mut system = DMatrix::identity(15, 15) * (3.0 * at_pole);
    for l in 0..5usize {
        for m in l.saturating_sub(1)..(l + 2).min(5) {
            let mut block = system.view_mut((3 * l, 3 * m), (3, 3));
            block += train.tangent(m + 1);
        }
    }
    assert!(system.singular_values().min() < 1e-7);
    assert!(btd_poles(&both(Activation::relu(), 2, 0.0).0).unwrap().is_empty());
}

#[test]
fn coefficients_solve_their_system() {
    for depth in (1..60).filter(|depth| depth % 3 != 2) {
        let t = DMatrix::from_fn(depth, depth, |l, m| f64::from(l.abs_diff(m) <= 1));
        let c = DVector::from_vec(btd_coefficients(depth).unwrap());
        assert_eq!(t * c, DVector::from_element(depth, 1.0));
        assert_eq!(alpha(Method::Btd, depth, 1).unwrap(), (depth as f64 / 3.0).ceil());
    }
}

#[test]
fn forster_refuses_what_has_no_transform() {
    let in_a_plane =
        dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0; 1.0, 1.0, 0.0; 1.0, -1.0, 0.0; 1.0, 2.0, 0.0; 0.3, 0.1, 1.0];
    for x in [
        in_a_plane,
        dmatrix![1.0, 0.0; 0.0, 1.0],
        dmatrix![1.0, 0.0; 0.0, 0.0; 1.0, 1.0],
        dmatrix![1.0, 2.0; 2.0, 4.0; 3.0, 6.0],
        dmatrix![1.0, f64::NAN; 0.0, 1.0; 1.0, 1.0],
    ] {
        assert!(forster(&x).is_err(), "{x}");
    }
    let x = pseudo_random(9, 4, 5);
    let forster = forster(&x).unwrap();
    let mapped = &x * &forster.map;
    for (row, image) in forster.rows.row_iter().zip(mapped.row_iter()) {
        assert_relative_eq!(row.into_owned(), image * (2.0 / image.norm()), epsilon = 1e-11);
    }
    for rate in kfac_leverage(&forster.rows, 3).unwrap() {
        assert_relative_eq!(rate, 4.0 + 9.0 + 1.0, max_relative = 1e-10);
    }
}

#[test]
fn damped_unit_shares_have_their_limits() {
    let below = unit_damped_single(8.0 - 1e-9, 1.0).unwrap();
    assert_relative_eq!(below, unit_damped_single(8.0, 1.0).unwrap(), max_relative = 1e-8);
    // E z²/(z²+ε) ≈ 1/ε − 3/ε² for large ε.
    assert_relative_eq!(unit_damped_single(1e8, 1.0).unwrap(), 1e-8, max_relative = 1e-7);
    assert_eq!(unit_damped_single(f64::MAX, 1.0).unwrap(), 0.0f64.max(1.0 / f64::MAX));
    // Against the average itself, by the midpoint rule.
    for eps in [0.05, 2.0, 7.0, 9.0, 40.0] {
        let step = 1e-4;
        let mean: f64 = (0..200_000)
            .map(|k| {
                let z = -10.0 + (f64::from(k) + 0.5) * step;
                z * z / (z * z + eps) * (-0.5 * z * z).exp() * step
            })
            .sum::<f64>()
            / (2.0 * std::f64::consts::PI).sqrt();
        assert_relative_eq!(unit_damped_single(eps, 1.0).unwrap(), mean, max_relative = 1e-11);
    }
}

#[test]
fn cauchy_quantiles_invert_the_distribution() {
    let law = unit_cauchy(0.3, 2.0, 0.5).unwrap();
    for p in [0.01, 0.3, 0.5, 0.99] {
        assert_relative_eq!(law.cdf(law.quantile(p)), p, max_relative = 1e-12);
    }
    assert!(unit_cauchy(1.1, 1.0, 1.0).is_err());
    assert_eq!(unit_cauchy(1.0, 1.0, 1.0).unwrap().cdf(0.999), 0.0);
}

#[test]
fn gradient_descent_contracts_by_its_modes() {
    let (train, _) = both(Activation::relu(), 3, 0.0);
    let modes = gd_modes(&train).unwrap();
    let (values, vectors) = gd_mode_vectors(&train).unwrap();
    let response = response(Method::Gd, Damping::None, &train, &train).unwrap();
    assert_relative_eq!(stable_step(&response).unwrap(), modes.eta_critical, max_relative = 1e-12);
    for (i, value) in values.iter().enumerate() {
        let start = vectors.column(i).into_owned();
        let end = residuals(&response, modes.eta_opt, &start, 2).unwrap().pop().unwrap();
        assert_relative_eq!(end, start * (1.0 - modes.eta_opt * value).powi(2), epsilon = 1e-12);
    }
    assert_relative_eq!((1.0 - modes.eta_opt * values[0]).abs(), modes.rate_opt, max_relative = 1e-12);
    assert_relative_eq!((1.0 - modes.eta_opt * values[2]).abs(), modes.rate_opt, max_relative = 1e-12);
}

#[test]
fn trained_ensembles_interpolate_between_prior_and_posterior() {
    let (train, cross) = both(Activation::relu(), 3, 0.0);
    let y = [0.5, -0.5, 0.5];
    let at = |eta_alpha, steps| ensemble_moments(Method::Bd, &train, &cross, &y, eta_alpha, steps).unwrap();
    assert_eq!(at(0.3, 0).mean, [0.0, 0.0]);
    assert_relative_eq!(at(0.3, 0).variance[0], 2.0, max_relative = 1e-14);
    let (late, full) = (at(0.3, 200), at(1.0, 1));
    assert_relative_eq!(late.mean[1], full.mean[1], epsilon = 1e-12);
    assert!(ensemble_moments(Method::Bd, &train, &cross, &y[..2], 1.0, 1).is_err());
    assert!(ensemble_moments(Method::Bd, &train, &cross, &y, 1e300, 2).is_err());
}

#[test]
fn invalid_cosines_and_kernels_are_refused() {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    for bad in [
        dmatrix![1.0, 0.3; 0.2, 1.0],
        dmatrix![1.0, 0.3],
        dmatrix![0.9, 0.3; 0.3, 1.0],
        dmatrix![1.0, 1.3; 1.3, 1.0],
        dmatrix![1.0, f64::NAN; f64::NAN, 1.0],
        DMatrix::zeros(0, 0),
    ] {
        assert!(train_kernels(&scales, 3, &bad).is_err(), "{bad}");
    }
    assert!(train_kernels(&scales, 0, &dmatrix![1.0]).is_err());
    let linear = InitialScales::new(Activation::linear(), 2.0, 0.0).unwrap();
    assert!(train_kernels(&linear, 3, &dmatrix![1.0]).is_err());
    let (train, cross) = both(Activation::relu(), 3, 0.0);
    assert!(test_kernel(Method::Exact, &cross, &train).is_err());
    assert!(response(Method::Gd, Damping::Ridge(0.1), &train, &train).is_err());
    assert!(response(Method::Bd, Damping::Factored(0.1, 0.1), &train, &train).is_err());
    assert!(response(Method::Bd, Damping::Ridge(-0.1), &train, &train).is_err());
    assert!(response(Method::Unit, Damping::None, &train, &train).is_err());
    assert!(LayerKernels::new(vec![], vec![]).is_err());
}

/// $L=2$: the limit of vanishing damping reviewed by independent code at rho = 1e-15 (first row), and the limit itself.
#[test]
fn vanishing_damping_of_the_block_tri_diagonal_method_has_its_limit() {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let train = train_kernels(&scales, 2, &dmatrix![1.0, 0.3; 0.3, 1.0]).unwrap();
    let cross = cross_kernels(&scales, 2, &dmatrix![0.5, 0.4]).unwrap();
    for rho in [0.0, 1e-300, 1e-15, 1e-12] {
        let row = response(Method::Btd, Damping::Ridge(rho), &train, &cross).unwrap();
        assert_relative_eq!(row[(0, 0)], 0.38110626, max_relative = 3e-8);
        assert_relative_eq!(row[(0, 1)], 0.27214813, max_relative = 3e-8);
    }
    // Both routes where they meet.
    let (below, above) = (0.99e-5, 1.01e-5);
    let at = |rho: f64| response(Method::Btd, Damping::Ridge(rho), &train, &cross).unwrap()[(0, 0)];
    let slope = (at(1.2e-5) - at(above)) / (1.2e-5 - above);
    assert_relative_eq!(at(below), at(above) - slope * (above - below), max_relative = 1e-9);
}
