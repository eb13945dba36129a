use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use super::is;
use crate::self_paced_augmentation::{Mask, masked, mixup, mixup_share};

fn data() -> (DMatrix<f64>, DVector<f64>) {
    (
        dmatrix![1.0, 0.3, -0.2; -0.5, 0.8, 0.7; 0.2, -1.1, 1.3; 0.9, 0.4, -0.6; -1.4, 0.1, 0.5],
        dvector![1.0, -0.4, 0.7, 0.2, -0.9],
    )
}

/// Weighted least squares on a list of inputs, labels and weights.
fn least_squares(rows: &[(DVector<f64>, f64, f64)], ridge: f64) -> DVector<f64> {
    let d = rows[0].0.len();
    let (mut second, mut cross) = (DMatrix::identity(d, d) * ridge, DVector::zeros(d));
    for (x, y, weight) in rows {
        second += x * x.transpose() * *weight;
        cross += x * (*y * *weight);
    }
    second.lu().solve(&cross).unwrap()
}

#[test]
fn mixup_is_least_squares_on_all_mixtures() {
    let (x, y) = data();
    let n = x.nrows();
    // α = 1: two Gauss nodes integrate squares over the unit interval exactly. α = 2 (density 6μ(1-μ)): three, weighted.
    let nodes = [(0.5 - 0.15f64.sqrt(), 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.5 + 0.15f64.sqrt(), 5.0 / 18.0)];
    for (alpha, density) in [(1.0, (|_| 1.0) as fn(f64) -> f64), (2.0, |mu| 6.0 * mu * (1.0 - mu))] {
        for ridge in [0.0, 0.3] {
            let mut rows = Vec::new();
            for i in 0..n {
                for j in 0..n {
                    for (mu, weight) in nodes {
                        let mixed = (x.row(i) * mu + x.row(j) * (1.0 - mu)).transpose();
                        let label = mu * y[i] + (1.0 - mu) * y[j];
                        rows.push((mixed, label, weight * density(mu) / (n * n) as f64));
                    }
                }
            }
            let expected = least_squares(&rows, ridge);
            approx::assert_relative_eq!(mixup(&x, &y, alpha, ridge).unwrap(), expected, max_relative = 1e-11);
        }
    }
}

#[test]
fn mixup_does_not_shrink_centred_regression() {
    let (mut x, mut y) = data();
    for mut column in x.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    let mean = y.mean();
    y.add_scalar_mut(-mean);
    for alpha in [1e-300, 0.1, 1.0, 50.0, 1e300] {
        let plain = mixup(&x, &y, 1e-12, 0.0).unwrap();
        approx::assert_relative_eq!(mixup(&x, &y, alpha, 0.0).unwrap(), plain, max_relative = 1e-10);
        let share = mixup_share(alpha).unwrap();
        let ridge = masked(&x, &y, Mask::Dropout { keep: 1.0 }, 0.2 / share).unwrap();
        approx::assert_relative_eq!(mixup(&x, &y, alpha, 0.2).unwrap(), ridge, max_relative = 1e-11);
    }
    assert!((mixup_share(1.0).unwrap() - 2.0 / 3.0).abs() < 1e-15);
}

#[test]
fn masks_are_least_squares_on_all_masks() {
    let (x, y) = data();
    let (n, d) = x.shape();
    for ridge in [0.0, 0.2] {
        for keep in [0.3, 0.8, 1.0] {
            let mut rows = Vec::new();
            for set in 0..1usize << d {
                let kept = |j: usize| (set >> j & 1) as f64;
                let chance: f64 = (0..d).map(|j| if kept(j) > 0.0 { keep } else { 1.0 - keep }).product();
                for i in 0..n {
                    let row = DVector::from_fn(d, |j, _| x[(i, j)] * kept(j) / keep);
                    rows.push((row, y[i], chance / n as f64));
                }
            }
            let found = masked(&x, &y, Mask::Dropout { keep }, ridge).unwrap();
            approx::assert_relative_eq!(found, least_squares(&rows, ridge), max_relative = 1e-11);
        }
        for block in 1..d {
            let keep = 1.0 - block as f64 / d as f64;
            let mut rows = Vec::new();
            for start in 0..d {
                for i in 0..n {
                    let hidden = |j: usize| (j + d - start) % d < block;
                    let row = DVector::from_fn(d, |j, _| if hidden(j) { 0.0 } else { x[(i, j)] / keep });
                    rows.push((row, y[i], 1.0 / (n * d) as f64));
                }
            }
            let found = masked(&x, &y, Mask::Cutout { block }, ridge).unwrap();
            approx::assert_relative_eq!(found, least_squares(&rows, ridge), max_relative = 1e-10);
        }
    }
}

/// $\Pi$ by counting blocks, and where it exceeds 1.
#[test]
fn correlations_of_cutout_are_counted() {
    for d in 2..9usize {
        for block in 1..d {
            let keep = 1.0 - block as f64 / d as f64;
            for distance in 0..d {
                let hidden = |start: usize, j: usize| (j + d - start) % d < block;
                let kept = (0..d).filter(|&s| !hidden(s, 0) && !hidden(s, distance)).count() as f64;
                let found = Mask::Cutout { block }.correlation(distance, d).unwrap();
                approx::assert_relative_eq!(found, kept / d as f64 / keep / keep, max_relative = 1e-14);
                if 2 * block <= d {
                    let ring = distance.min(d - distance) as f64;
                    let edge = block as f64 * keep;
                    assert!((found > 1.0) == (ring < edge) || (ring - edge).abs() < 1e-9);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_solved_is_named() {
    let (x, y) = data();
    is(mixup(&x, &y, 0.0, 0.1), "alpha");
    is(mixup(&x, &y, f64::INFINITY, 0.1), "alpha");
    is(mixup(&x, &y, 1.0, -0.1), "lambda_ridge");
    is(mixup(&x, &dvector![1.0], 1.0, 0.1), "y");
    is(mixup(&dmatrix![1.0, 2.0; 2.0, 4.0; -3.0, -6.0], &dvector![1.0, 0.0, 2.0], 1.0, 0.0), "singular");
    is(mixup(&dmatrix![0.0, 1.0; 0.0, 2.0], &dvector![1.0, 0.0], 1.0, 0.0), "singular");
    is(mixup(&dmatrix![1e300; 1e300], &dvector![1.0, 0.0], 1.0, 0.0), "range");
    is(masked(&x, &y, Mask::Dropout { keep: 0.0 }, 0.1), "keep");
    is(masked(&x, &y, Mask::Dropout { keep: 1.1 }, 0.1), "keep");
    is(masked(&x, &y, Mask::Cutout { block: 0 }, 0.1), "block");
    is(masked(&x, &y, Mask::Cutout { block: 3 }, 0.1), "block");
    // Inputs of any units.
    let scaled = DMatrix::from_fn(5, 3, |i, j| x[(i, j)] * [1e-90, 1.0, 1e90][j]);
    let (own, other) = (mixup(&x, &y, 1.0, 0.0).unwrap(), mixup(&scaled, &y, 1.0, 0.0).unwrap());
    approx::assert_relative_eq!(own[0], other[0] * 1e-90, max_relative = 1e-12);
    approx::assert_relative_eq!(own[2], other[2] * 1e90, max_relative = 1e-12);
}
