//! Powers, prices, distances and risks: against steps in parameter space.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, SymmetricEigen, dmatrix, dvector};

use super::super::spectrum::{anisotropy, condition};
use super::super::*;
use super::dense::{Dense, TEST, TRAIN, pseudo_random};
use super::{both, cosines};
use crate::{Activation, InitialScales};

/// $M^{-p}$ on the range.
fn negative_power(of: &DMatrix<f64>, p: f64) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new(of.clone());
    let values = eigen.eigenvalues.map(|v| if v > 1e-10 { v.powf(-p) } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose()
}

#[test]
fn powers_of_both_factors_are_those_of_parameter_space() {
    let dense = Dense::new(3);
    let (train, _) = dense.kernels();
    for (p_input, p_output) in [(0.0, 0.0), (0.5, 0.5), (0.25, 0.25), (1.0, 0.0), (1.0, 1.0), (0.3, 0.9)] {
        let mut expected = DMatrix::zeros(TRAIN, TRAIN);
        for l in 0..3 {
            let (a, b) = dense.factors(l);
            // The mean squares of the vectors weigh the other factor.
            let (q, own) = (a.trace(), b.trace());
            let input = negative_power(&(&a * own), p_input);
            let output = negative_power(&(&b * q), p_output);
            expected += dense.through(l, &input, &output).rows(0, TRAIN);
        }
        let found = shampoo_response(p_input, p_output, &train).unwrap();
        assert_relative_eq!(found, expected, epsilon = 1e-8);
    }
}

#[test]
fn special_powers_are_known_methods() {
    let (train, _) = both(Activation::erf(1.0).unwrap(), 3, 0.1);
    let at = |a, b| shampoo_response(a, b, &train).unwrap();
    let descent = response(Method::Gd, Damping::None, &train, &train).unwrap();
    assert_relative_eq!(at(0.0, 0.0), descent, epsilon = 1e-13);
    // (1, 0): every layer of the one-sided method over its b_l, so that each contributes 1.
    assert_relative_eq!(at(1.0, 0.0), DMatrix::identity(3, 3) * 3.0, epsilon = 1e-10);
    // (1, 1): layers of K-FAC over q_l b_l.
    let shares: f64 = (1..3).map(|l| 3.0 / train.forward(l)[(0, 0)] / train.backward(l)[(0, 0)]).sum();
    let kfac = DMatrix::identity(3, 3) * (shares + 1.0 / train.forward(3)[(0, 0)]);
    assert_relative_eq!(at(1.0, 1.0), kfac, epsilon = 1e-9);
    assert!(anisotropy(&at(1.0, 0.0)).unwrap() < 1e-10);
    assert_relative_eq!(condition(&at(1.0, 0.0)).unwrap().unwrap(), 1.0, epsilon = 1e-9);
    assert!(anisotropy(&at(0.5, 0.5)).unwrap() < anisotropy(&at(0.25, 0.25)).unwrap());
    for (a, b) in [(-0.1, 0.0), (0.0, 1.1), (f64::NAN, 0.0)] {
        assert!(shampoo_response(a, b, &train).is_err());
    }
    // On the range of a singular kernel.
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let twice = train_kernels(&scales, 2, &dmatrix![1.0, 1.0; 1.0, 1.0]).unwrap();
    let projected = shampoo_response(1.0, 0.0, &twice).unwrap();
    assert_relative_eq!(projected, DMatrix::from_element(2, 2, 1.0), epsilon = 1e-12);
    assert_eq!(condition(&projected).unwrap(), None);
}

/// The batch gradient itself, decomposed.
fn batch_by_svd(dense: &Dense, g: &DVector<f64>, power: BatchPower) -> DVector<f64> {
    let mut velocity = DVector::zeros(TRAIN);
    for l in 0..dense.depth() {
        let (phi, d) = (dense.features[l].rows(0, TRAIN), dense.signals[l].rows(0, TRAIN));
        let gradient = d.transpose() * DMatrix::from_diagonal(&(g / TRAIN as f64)) * phi;
        let svd = gradient.svd(true, true);
        let (u, v) = (svd.u.unwrap(), svd.v_t.unwrap());
        let scaled = svd.singular_values.map(|s| match power {
            _ if s < 1e-10 => 0.0,
            BatchPower::Quarter => 1.0,
            BatchPower::Half => 1.0 / s,
        });
        let step = u * DMatrix::from_diagonal(&scaled) * v;
        velocity += (d * step).component_mul(&phi).column_sum();
    }
    velocity
}

#[test]
fn batch_steps_are_those_of_the_decomposed_gradient() {
    for depth in [1, 2, 4] {
        let dense = Dense::new(depth);
        let (train, _) = dense.kernels();
        for g in [dvector![0.5, -1.0, 0.3, 0.8], dvector![1e-3, 2.0, -0.4, 1.0]] {
            for power in [BatchPower::Quarter, BatchPower::Half] {
                let found = batch_shampoo(power, &g, &train).unwrap();
                let expected = batch_by_svd(&dense, &g, power);
                assert_relative_eq!(found, expected, max_relative = 1e-8, epsilon = 1e-8);
            }
        }
        // Samples without residual are left to the others.
        let sparse = dvector![0.5, 0.0, 0.0, -0.7];
        let found = batch_shampoo(BatchPower::Quarter, &sparse, &train).unwrap();
        assert_relative_eq!(found, batch_by_svd(&dense, &sparse, BatchPower::Quarter), epsilon = 1e-8);
        // Size plays no part at one power, and an inverse one at the other.
        let g = dvector![0.5, -1.0, 0.3, 0.8];
        for (power, factor) in [(BatchPower::Quarter, 1.0), (BatchPower::Half, 1e-200)] {
            let small = batch_shampoo(power, &(&g * 1e-200), &train).unwrap() * factor;
            assert_relative_eq!(small, batch_shampoo(power, &g, &train).unwrap(), max_relative = 1e-12);
        }
        for bad in [dvector![0.0, 0.0, 0.0, 0.0], dvector![1.0], dvector![1.0, f64::NAN, 1.0, 1.0]] {
            assert!(batch_shampoo(BatchPower::Quarter, &bad, &train).is_err());
        }
        assert!(batch_shampoo(BatchPower::Half, &sparse, &train).is_err());
    }
    assert!(BatchPower::of(0.3).is_err());
}

#[test]
fn distances_are_those_of_parameter_space() {
    for depth in [1, 3] {
        let dense = Dense::new(depth);
        let (train, _) = dense.kernels();
        let jacobian = dense.jacobian();
        let j = jacobian.rows(0, TRAIN);
        let n = TRAIN as f64;
        // Mean over directions of |ΔΘ|²: the squared norm of the map from residuals to steps, over N.
        let square = |step: DMatrix<f64>| step.norm_squared() / n;
        for method in [Method::Exact, Method::Bd, Method::Kfac] {
            let inverse = dense.approximation(method, (0.0, 0.0)).pseudo_inverse(1e-10).unwrap();
            let alpha = alpha(method, depth, TRAIN).unwrap();
            let expected = square(inverse * j.transpose() / (n * alpha));
            assert_relative_eq!(travel(method, &train).unwrap(), expected, max_relative = 1e-7);
        }
        let layer = |l: usize, input: bool| {
            let (a, b) = dense.factors(l);
            let (of_a, of_b) =
                (DMatrix::identity(a.nrows(), a.nrows()), DMatrix::identity(b.nrows(), b.nrows()));
            let preconditioner = if input {
                of_b.kronecker(&a.pseudo_inverse(1e-10).unwrap())
            } else {
                b.pseudo_inverse(1e-10).unwrap().kronecker(&of_a)
            };
            preconditioner * dense.layer(l).rows(0, TRAIN).transpose() / n
        };
        let rates = |side| sample_rates(&Layers::all(side, depth).unwrap(), &train).unwrap();
        let mean = |rates: &[f64]| rates.iter().sum::<f64>() / n;
        let input = rates(Side::Input);
        let own = DMatrix::from_diagonal(&DVector::from_iterator(TRAIN, input.iter().map(|r| 1.0 / r)));
        let sum =
            |layers: std::ops::Range<usize>, side: bool| layers.map(|l| square(layer(l, side))).sum::<f64>();
        let one_sided = sum(0..depth, true) / mean(&input).powi(2);
        assert_relative_eq!(travel(Method::OneSided, &train).unwrap(), one_sided, max_relative = 1e-8);
        let scaled: f64 = (0..depth).map(|l| square(layer(l, true) * &own)).sum();
        assert_relative_eq!(travel(Method::OneSidedScaled, &train).unwrap(), scaled, max_relative = 1e-8);
        let last = square(layer(depth - 1, true));
        assert_relative_eq!(travel(Method::Last, &train).unwrap(), last, max_relative = 1e-8);
        if depth > 1 {
            let output = sum(0..depth - 1, false) / mean(&rates(Side::Output)).powi(2);
            assert_relative_eq!(travel(Method::OutputSided, &train).unwrap(), output, max_relative = 1e-8);
        } else {
            assert!(travel(Method::OutputSided, &train).is_err());
        }
        for method in [Method::Gd, Method::Btd, Method::Unit, Method::OneSidedSoftmax] {
            assert!(travel(method, &train).is_err());
        }
    }
}

/// The risk as the squared norm of $m'-kM$, $M$ a root of the joint covariance.
#[test]
fn risks_are_mean_squares_of_a_drawn_target() {
    let (among, across) = cosines();
    let root = pseudo_random(5, 9, 3);
    let joint = &root * root.transpose();
    for activation in [Activation::relu(), Activation::erf(1.0).unwrap()] {
        let (train, cross) = both(activation, 3, 0.0);
        for method in
            [Method::Exact, Method::Bd, Method::Kfac, Method::OneSided, Method::Last, Method::OutputSided]
        {
            let kernel = test_kernel(method, &train, &cross).unwrap();
            for row in 0..TEST {
                let target = TargetCovariance {
                    own: joint[(3 + row, 3 + row)],
                    cross: joint.view((3, 0), (2, 3)).into_owned(),
                    train: joint.view((0, 0), (3, 3)).into_owned(),
                };
                let left = root.row(3 + row) - kernel.row(row) * root.rows(0, 3);
                let risk = test_risk(method, &train, &cross, &target).unwrap();
                assert_relative_eq!(risk[row], left.norm_squared(), max_relative = 1e-11);
            }
        }
        let linear = TargetCovariance { own: 1.0, cross: across.clone(), train: among.clone() };
        for method in [Method::Gd, Method::Btd, Method::OneSidedScaled, Method::Unit] {
            assert!(test_risk(method, &train, &cross, &linear).is_err());
        }
        // The posterior mean has the least risk of all for its own prior.
        let prior = TargetCovariance::of_network(&train, &cross);
        let risk = |method| test_risk(method, &train, &cross, &prior).unwrap();
        for method in [Method::Exact, Method::Kfac, Method::OneSided] {
            assert!(risk(Method::Last).iter().zip(risk(method)).all(|(a, b)| *a <= b + 1e-12));
        }
    }
}

#[test]
fn the_first_step_from_zero_is_ridge_regression_on_features() {
    let (train, cross) = both(Activation::relu(), 3, 0.0);
    let y = [1.0, -1.0, 0.5];
    let outputs = |rho| zero_output(rho, &y, &train, &cross).unwrap();
    // Features from a root of the joint kernel; the ridge in feature space has no N beside the mean loss.
    let (a, c) = (train.forward(3), cross.forward(3));
    let features = a.clone().cholesky().unwrap().l();
    let on_test = (features.clone().try_inverse().unwrap() * c.transpose()).transpose();
    for rho in [1e-3, 0.05, 2.0] {
        let moment = features.tr_mul(&features) / 3.0 + DMatrix::identity(3, 3) * rho;
        let weights = moment.try_inverse().unwrap() * features.tr_mul(&DVector::from_row_slice(&y)) / 3.0;
        let expected = &on_test * weights;
        assert_relative_eq!(DVector::from_vec(outputs(rho)), expected, max_relative = 1e-10);
    }
    let kernel = test_kernel(Method::Last, &train, &cross).unwrap();
    assert_relative_eq!(
        DVector::from_vec(outputs(0.0)),
        kernel * DVector::from_row_slice(&y),
        max_relative = 1e-10
    );
    assert!(zero_output(-1.0, &y, &train, &cross).is_err());
    assert!(zero_output(0.1, &y[..2], &train, &cross).is_err());
    assert!(zero_output(0.1, &[1.0, f64::INFINITY, 0.0], &train, &cross).is_err());
}

/// Counted by hand: widths 3, 4, 2; five samples.
#[test]
fn costs_are_counted() {
    let of = |method| step_cost(method, &[3, 4, 2], 5).unwrap();
    let pass = |sweeps: f64| 2.0 * 5.0 * (2.0 + sweeps) * 20.0;
    // Layers (3, 4) and (4, 2): the dual 4·25·m + 125/3 against the primal 10 m² + m³/3 + 2 m² n.
    let (first, second) = (90.0 + 9.0 + 72.0, 160.0 + 64.0 / 3.0 + 64.0);
    assert!(first < 300.0 && second < 400.0);
    let found = of(Method::OneSided);
    assert_eq!((found.pass, found.memory), (pass(1.0), 9.0 + 16.0));
    assert_relative_eq!(found.precondition, first + second, max_relative = 1e-14);
    assert_relative_eq!(of(Method::Last).precondition, second, max_relative = 1e-14);
    // The output factor of the hidden layer, ten vectors of four signals.
    let output = 2.0 * 10.0 * 16.0 + 64.0 / 3.0 + 2.0 * 16.0 * 3.0;
    assert_relative_eq!(of(Method::OutputSided).precondition, output, max_relative = 1e-14);
    assert_relative_eq!(of(Method::Kfac).precondition, first + second + output, max_relative = 1e-14);
    assert_eq!(of(Method::Kfac).memory, 25.0 + 16.0);
    let gram = 2.0 * 25.0 * 7.0 + 2.0 * 100.0 * 6.0;
    assert_relative_eq!(of(Method::Exact).precondition, gram + 1000.0 / 3.0, max_relative = 1e-14);
    assert_relative_eq!(of(Method::Bd).precondition, gram + 2000.0 / 3.0, max_relative = 1e-14);
    assert_eq!((of(Method::Exact).memory, of(Method::Bd).memory), (100.0, 200.0));
    // Inner products of two signals of six units: three of them, twice six operations each, for every sample.
    let scaled = of(Method::OneSidedScaled);
    assert_relative_eq!(scaled.precondition, first + second + 5.0 * 3.0 * 12.0, max_relative = 1e-14);
    assert_eq!((of(Method::Gd).precondition, of(Method::Gd).pass), (0.0, pass(1.0)));
    for method in [Method::Btd, Method::Unit, Method::Diag, Method::KfacJoint] {
        assert!(step_cost(method, &[3, 4, 2], 5).is_err());
    }
    for (widths, samples) in [(&[3][..], 5), (&[3, 0, 2], 5), (&[3, 2], 0)] {
        assert!(step_cost(Method::Exact, widths, samples).is_err());
    }
    assert!(step_cost(Method::OutputSided, &[3, 2], 5).is_err());
}

#[test]
fn costs_of_all_methods_come_with_the_cheapest_first() {
    let asked = |params: serde_json::Value| {
        crate::catalog::find("ngd/cost").unwrap().evaluate(params.as_object().unwrap()).unwrap()
    };
    let sizes = serde_json::json!({"widths": [64, 512, 512, 10], "N": 100});
    let crate::catalog::Value::Object(all) = asked(sizes.clone()) else { panic!("an object") };
    let mut before = 0.0;
    for (name, value) in &all {
        let mut own = sizes.clone();
        own["method"] = (*name).into();
        assert_eq!(value.to_json(), asked(own).to_json(), "{name}");
        let cost = value.to_json();
        let total = cost["pass"].as_f64().unwrap() + cost["precondition"].as_f64().unwrap();
        assert!(total >= before, "{name}");
        before = total;
    }
    assert_eq!((all.len(), all[0].0), (10, "gd"));
}
