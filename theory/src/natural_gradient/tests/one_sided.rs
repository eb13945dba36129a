//! One factor, some layers, some ranks: against preconditioners in parameter space.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector, SymmetricEigen, dmatrix};

use super::super::*;
use super::both;
use super::dense::{Dense, TEST, TRAIN};
use crate::{Activation, InitialScales, TheoryError};

fn identity(of: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::identity(of.nrows(), of.ncols())
}

/// $(M+\rho)^+$.
fn inverse(of: &DMatrix<f64>, rho: f64) -> DMatrix<f64> {
    (of + identity(of) * rho).pseudo_inverse(1e-10).unwrap()
}

fn halves(all: DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    (all.rows(0, TRAIN).into_owned(), all.rows(TRAIN, TEST).into_owned())
}

/// By brute force, in parameter space.
fn partial(dense: &Dense, layers: &Layers, rho: f64, gd_share: f64) -> (DMatrix<f64>, DMatrix<f64>) {
    let mut all = DMatrix::zeros(TRAIN + TEST, TRAIN);
    for l in 0..dense.depth() {
        let (a, b) = dense.factors(l);
        all += match (layers.contains(l + 1), layers.side()) {
            (false, _) => dense.through(l, &identity(&a), &identity(&b)) * gd_share,
            (true, Side::Input) => dense.through(l, &inverse(&a, rho), &identity(&b)),
            (true, Side::Output) => dense.through(l, &identity(&a), &inverse(&b, rho)),
        };
    }
    halves(all)
}

#[test]
fn partial_responses_are_those_of_parameter_space() {
    for depth in [1, 2, 4] {
        let dense = Dense::new(depth);
        let (train, cross) = dense.kernels();
        for side in [Side::Input, Side::Output] {
            let Ok(all) = Layers::all(side, depth) else { continue };
            let first = Layers::new(side, depth, &[1]).unwrap();
            for layers in [all, first] {
                for (rho, share) in [(0.0, 0.0), (0.0, 1.3), (0.2, 0.0), (0.05, 0.4)] {
                    let (on_train, on_test) = partial(&dense, &layers, rho, share);
                    let found = partial_response(&layers, rho, share, &train, &train).unwrap();
                    assert_relative_eq!(found, on_train, epsilon = 1e-9);
                    let found = partial_response(&layers, rho, share, &train, &cross).unwrap();
                    assert_relative_eq!(found, on_test, epsilon = 1e-9);
                }
            }
        }
    }
}

#[test]
fn one_complete_factor_makes_the_response_diagonal() {
    let dense = Dense::new(3);
    let (train, cross) = dense.kernels();
    let sum =
        |matrices: &[DMatrix<f64>], n: usize| matrices.iter().map(|m| m.row(n).norm_squared()).sum::<f64>();
    let signals = DVector::from_fn(TRAIN, |n, _| sum(&dense.signals, n));
    let features = DVector::from_fn(TRAIN, |n, _| sum(&dense.features[..2], n));
    let ones = DVector::from_element(TRAIN, 1.0);
    for (method, rates) in [
        (Method::OneSided, &signals),
        (Method::OutputSided, &features),
        (Method::OneSidedScaled, &ones),
        (Method::Last, &ones),
    ] {
        let found = response(method, Damping::None, &train, &train).unwrap();
        assert_relative_eq!(found, DMatrix::from_diagonal(rates), epsilon = 1e-9);
        assert_relative_eq!(
            test_kernel(method, &train, &train).unwrap(),
            DMatrix::identity(TRAIN, TRAIN),
            epsilon = 1e-9
        );
        // What is trained to the end: the response through the inverse of its training block.
        let on_test = response(method, Damping::None, &train, &cross).unwrap();
        let kernel = on_test * DMatrix::from_diagonal(&rates.map(|rate| 1.0 / rate));
        assert_relative_eq!(test_kernel(method, &train, &cross).unwrap(), kernel, epsilon = 1e-9);
    }
    let all = Layers::all(Side::Input, 3).unwrap();
    assert_relative_eq!(
        DVector::from_vec(sample_rates(&all, &train).unwrap()),
        signals,
        max_relative = 1e-12
    );
    // Damped: the factor takes the ridge, residuals their rates.
    let (on_train, _) = partial(&dense, &all, 0.1, 0.0);
    let found = response(Method::OneSided, Damping::Ridge(0.1), &train, &train).unwrap();
    assert_relative_eq!(found, on_train, epsilon = 1e-9);
    let found = response(Method::OneSidedScaled, Damping::Ridge(0.1), &train, &train).unwrap();
    let scaled = on_train * DMatrix::from_diagonal(&signals.map(|rate| 1.0 / rate));
    assert_relative_eq!(found, scaled, epsilon = 1e-9);
}

#[test]
fn wide_networks_have_one_rate() {
    for activation in [Activation::relu(), Activation::tanh(), Activation::erf(1.0).unwrap()] {
        let (train, cross) = both(activation.clone(), 4, 0.1);
        let scales = InitialScales::new(activation, 2.0, 0.1).unwrap();
        for (method, side) in [(Method::OneSided, Side::Input), (Method::OutputSided, Side::Output)] {
            let rate = one_sided(&scales, &Layers::all(side, 4).unwrap()).unwrap();
            let found = response(method, Damping::None, &train, &train).unwrap();
            assert_relative_eq!(found, DMatrix::identity(3, 3) * rate.alpha, epsilon = 1e-9);
            let kernel = test_kernel(method, &train, &cross).unwrap() * rate.alpha;
            let found = response(method, Damping::None, &train, &cross).unwrap();
            assert_relative_eq!(kernel, found, epsilon = 1e-9);
        }
    }
}

#[test]
fn low_ranks_lie_between_descent_and_the_whole_factor() {
    let dense = Dense::new(3);
    let (train, _) = dense.kernels();
    let rho = 0.07;
    for rank in 0..=TRAIN {
        let mut expected = DMatrix::zeros(TRAIN + TEST, TRAIN);
        for l in 0..3 {
            let (a, b) = dense.factors(l);
            let eigen = SymmetricEigen::new(a.clone());
            let mut order: Vec<usize> = (0..a.nrows()).collect();
            order.sort_by(|i, j| eigen.eigenvalues[*j].total_cmp(&eigen.eigenvalues[*i]));
            let mut kept = identity(&a) * rho;
            for &i in &order[..rank] {
                let v = eigen.eigenvectors.column(i);
                kept += v * v.transpose() * eigen.eigenvalues[i];
            }
            expected += dense.through(l, &inverse(&kept, 0.0), &identity(&b));
        }
        let found = low_rank_response(rank, rho, &train).unwrap();
        assert_relative_eq!(found, halves(expected).0, epsilon = 1e-9);
    }
    let all = Layers::all(Side::Input, 3).unwrap();
    let whole = partial_response(&all, rho, 0.0, &train, &train).unwrap();
    assert_relative_eq!(low_rank_response(TRAIN, rho, &train).unwrap(), whole, epsilon = 1e-10);
    let descent = response(Method::Gd, Damping::None, &train, &train).unwrap() / rho;
    assert_relative_eq!(low_rank_response(0, rho, &train).unwrap(), descent, epsilon = 1e-10);
}

#[test]
fn sketches_are_factors_of_fewer_samples() {
    let dense = Dense::new(2);
    let (train, _) = dense.kernels();
    for sketch in [&[2][..], &[0, 3], &[3, 1, 0]] {
        let mut expected = DMatrix::zeros(TRAIN + TEST, TRAIN);
        for l in 0..2 {
            let rows = dense.features[l].select_rows(sketch);
            let a = rows.tr_mul(&rows) / sketch.len() as f64;
            let b = dense.factors(l).1;
            expected += dense.through(l, &inverse(&a, 0.1), &identity(&b));
        }
        let found = sketched_response(sketch, 0.1, &train).unwrap();
        assert_relative_eq!(found, halves(expected).0, epsilon = 1e-9);
    }
    for bad in [&[][..], &[0, 0], &[TRAIN]] {
        assert!(sketched_response(bad, 0.1, &train).is_err());
    }
}

#[test]
fn layers_and_singular_factors_are_refused_by_name() {
    let named = |result: Result<DMatrix<f64>, TheoryError>, word: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    for (side, depth, layers) in [
        (Side::Input, 3, &[][..]),
        (Side::Input, 3, &[1, 1]),
        (Side::Input, 3, &[0]),
        (Side::Input, 3, &[4]),
        (Side::Output, 3, &[3]),
        (Side::Output, 1, &[1]),
        (Side::Input, 0, &[1]),
    ] {
        assert!(Layers::new(side, depth, layers).is_err(), "{side} {depth} {layers:?}");
    }
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let twice = train_kernels(&scales, 3, &dmatrix![1.0, 1.0; 1.0, 1.0]).unwrap();
    for side in [Side::Input, Side::Output] {
        let all = Layers::all(side, 3).unwrap();
        // A damping that rounding swallows is none.
        for rho in [0.0, 1e-300, 1e-17] {
            named(partial_response(&all, rho, 0.0, &twice, &twice), "singular");
        }
        assert!(partial_response(&all, 1e-3, 0.0, &twice, &twice).is_ok());
    }
    let (train, _) = both(Activation::relu(), 3, 0.0);
    let all = Layers::all(Side::Input, 3).unwrap();
    named(partial_response(&all, -1.0, 0.0, &train, &train), "rho");
    named(partial_response(&all, 0.0, -1.0, &train, &train), "gd_share");
    named(partial_response(&Layers::all(Side::Input, 2).unwrap(), 0.0, 0.0, &train, &train), "layers");
    named(low_rank_response(4, 0.1, &train), "rank");
    named(low_rank_response(1, 0.0, &train), "rho");
    named(response(Method::OneSided, Damping::Factored(0.1, 0.1), &train, &train), "one strength");
    for damping in [Damping::None, Damping::Ridge(0.1)] {
        named(response(Method::OneSidedSoftmax, damping, &train, &train), "cross entropy");
    }
    assert!(alpha(Method::OneSided, 3, 4).unwrap_err().to_string().contains("ngd/one-sided"));
    assert!("muon".parse::<Method>().unwrap_err().to_string().contains("ngd/shampoo-batch"));
    assert!("shampoo".parse::<Method>().unwrap_err().to_string().contains("no isotropic response"));
    for method in Method::ALL {
        assert_eq!(method.name().parse::<Method>().unwrap(), method);
    }
}
