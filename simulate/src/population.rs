//! A finite population as regression sees it: the spectrum of its kernel matrix, and where its labels lie.

use solvable_theory::TheoryError;

use super::SimulationError;
use super::linalg::{self, Matrix};

/// The spectrum of the kernel matrix of $n$ points, and the squared projections of their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// $\mu_k\ge0$, descending.
    pub mu: Vec<f64>,
    /// $y_k^2=\sum_c(v_k^\top y_c)^2$, over the columns of the labels.
    pub y2: Vec<f64>,
    /// What was done to the matrix, in words.
    pub notes: Vec<String>,
}

/// How far from symmetric, relative to its largest entry, a matrix of rounded numbers may be, and how far below zero, relative to the
/// largest, an eigenvalue of it: some roundings of single precision.
const ROUNDED: f64 = 1e-6;

impl Population {
    /// From the kernel matrix ($n\times n$) and the labels, one column of numbers for each output ($n\times C$).
    ///
    /// Eigenvalues are told apart from 0 only where they exceed the most negative one, and $n\epsilon\mu_1$; the others are 0. Cost: one
    /// eigenproblem of $n\times n$.
    ///
    /// # Errors
    /// A matrix that is not square, not symmetric within $10^{-6}$ of its largest entry, has an eigenvalue below $-10^{-6}\mu_1$, or is 0; labels of another
    /// number, or all 0; values that are not finite.
    pub fn new(kernel: &Matrix, labels: &Matrix) -> Result<Self, SimulationError> {
        let n = kernel.nrows();
        let invalid = |name: &str, value: String, valid: &str| {
            SimulationError::from(TheoryError::invalid(name, value, valid))
        };
        if n < 2 || kernel.ncols() != n {
            let value = format!("a matrix of {n} x {}", kernel.ncols());
            return Err(invalid("kernel", value, "n x n, a row and a column for each of at least 2 points"));
        }
        for (name, matrix) in [("kernel", kernel), ("labels", labels)] {
            if let Some(at) = matrix.iter().position(|x| !x.is_finite()) {
                let (row, column) = (at % matrix.nrows() + 1, at / matrix.nrows() + 1);
                return Err(invalid(
                    name,
                    format!("{} in row {row}, column {column}", matrix[at]),
                    "finite numbers",
                ));
            }
            if matrix.amax() == 0.0 {
                return Err(invalid(name, "all 0".into(), "some number other than 0"));
            }
        }
        if labels.nrows() != n {
            let valid = format!("{n}, one for each row of the kernel");
            return Err(invalid("labels", format!("{} numbers", labels.nrows()), &valid));
        }
        let largest = kernel.amax();
        // To size 1, lest sums of very large numbers leave the range.
        let scaled = kernel / largest;
        let apart = (&scaled - scaled.transpose()).amax();
        if apart > ROUNDED {
            let value = format!(
                "not symmetric: entries differ from their mirror images by up to {apart:.1e} of the largest"
            );
            return Err(invalid("kernel", value, "a symmetric matrix"));
        }
        let mut notes = Vec::new();
        // Sums of products in another order are not worth a word.
        if apart > n as f64 * f64::EPSILON {
            notes.push(format!(
                "the kernel is symmetric to {apart:.1e} of its largest entry; it is replaced by the mean of itself and its mirror image"
            ));
        }
        let (mut values, vectors) = linalg::symmetric_eigen(&(0.5 * (&scaled + scaled.transpose())))?;
        let (least, top) = (values[0], values[n - 1]);
        if least < -ROUNDED * top {
            let value =
                format!("indefinite: its least eigenvalue is {:.1e} of its largest", least / top.abs());
            return Err(invalid("kernel", value, "a positive semidefinite matrix, as a Gram matrix is"));
        }
        let floor = (n as f64 * f64::EPSILON * top).max(-least);
        let unseen = values.iter().filter(|value| **value <= floor).count();
        if unseen > 0 {
            notes.push(format!(
                "{unseen} of {n} eigenvalues of the kernel, below {:.1e} of the largest, are rounding and taken as 0",
                floor / top
            ));
        }
        values.iter_mut().for_each(|value| *value = if *value <= floor { 0.0 } else { *value * largest });
        let projections = linalg::transpose_product(&vectors, labels);
        let y2 = (0..n).rev().map(|k| projections.row(k).norm_squared()).collect();
        values.reverse();
        Ok(Self { mu: values, y2, notes })
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use solvable_theory::learning_in_time::{subset_curve, subset_early_stopping};

    use super::*;
    use solvable_engine::streams::Streams;

    /// A kernel of `n` points with power-law features, and noisy labels.
    fn drawn(n: usize, modes: usize, noise: f64) -> (Matrix, Matrix) {
        let streams = Streams::for_trial("test", "population", 0, 0);
        let features = Matrix::from_vec(n, modes, streams.child("features").normals(n * modes, 1.0));
        let (mut scaled, mut labels) = (features.clone(), Matrix::zeros(n, 1));
        let signs = streams.child("signs").normals(modes, 1.0);
        for (i, sign) in signs.iter().enumerate() {
            let k = (i + 1) as f64;
            scaled.column_mut(i).scale_mut(k.powf(-1.5));
            labels += features.column(i) * (k.powf(-1.25) * sign.signum());
        }
        labels += Matrix::from_vec(n, 1, streams.child("noise").normals(n, noise));
        (&scaled * features.transpose(), labels)
    }

    #[test]
    fn the_spectrum_rebuilds_traces_and_quadratic_forms() {
        let (kernel, labels) = drawn(40, 60, 0.3);
        let population = Population::new(&kernel, &labels).unwrap();
        assert_relative_eq!(population.mu.iter().sum::<f64>(), kernel.trace(), max_relative = 1e-12);
        assert_relative_eq!(population.y2.iter().sum::<f64>(), labels.norm_squared(), max_relative = 1e-12);
        let form: f64 = population.mu.iter().zip(&population.y2).map(|(m, y2)| m * y2).sum();
        assert_relative_eq!(form, labels.dot(&(&kernel * &labels)), max_relative = 1e-12);
        assert!(population.notes.is_empty() && population.mu.windows(2).all(|pair| pair[0] >= pair[1]));
        // Two outputs are one behind the other; in other units it is the same.
        let two = Matrix::from_fn(40, 2, |i, c| if c == 0 { labels[i] } else { 2.0 * labels[i] });
        let both = Population::new(&(kernel * 1e200), &two).unwrap();
        assert_relative_eq!(both.y2[3], 5.0 * population.y2[3], max_relative = 1e-9);
        assert_relative_eq!(both.mu[3], 1e200 * population.mu[3], max_relative = 1e-9);
    }

    #[test]
    fn rounding_is_clipped_and_told_and_what_is_no_gram_matrix_refused() {
        let (kernel, labels) = drawn(30, 5, 0.3);
        let exact = Population::new(&kernel, &labels).unwrap();
        assert!(exact.mu[4] > 0.0 && exact.mu[5..].iter().all(|m| *m == 0.0));
        assert!(exact.notes[0].starts_with("25 of 30 eigenvalues"), "{:?}", exact.notes);
        let rounded = Population::new(&kernel.map(|x| f64::from(x as f32)), &labels).unwrap();
        assert!(rounded.mu[4] > 0.0 && rounded.mu[29] == 0.0);
        let refused = |kernel: &Matrix, labels: &Matrix| {
            let error = Population::new(kernel, labels).unwrap_err();
            assert!(
                matches!(error, SimulationError::Theory(TheoryError::InvalidParameter { .. })),
                "{error}"
            );
            error.to_string()
        };
        let mut other = kernel.clone();
        other[(3, 4)] += 1.0;
        assert!(refused(&other, &labels).contains("not symmetric"));
        other[(4, 3)] += 1.0;
        other[(3, 3)] -= 20.0;
        assert!(refused(&other, &labels).contains("indefinite"));
        other[(2, 7)] = f64::NAN;
        assert!(refused(&other, &labels).contains("NaN in row 3, column 8"));
        assert!(refused(&kernel.columns(0, 29).into_owned(), &labels).contains("30 x 29"));
        assert!(refused(&Matrix::zeros(30, 30), &labels).contains("all 0"));
        assert!(refused(&kernel, &Matrix::zeros(30, 1)).contains("`labels` is all 0"));
        assert!(
            refused(&kernel, &labels.rows(0, 20).into_owned()).contains("`labels` is 20 numbers; valid: 30")
        );
        assert!(refused(&Matrix::zeros(0, 0), &labels).contains("0 x 0"));
        assert!(refused(&-kernel, &labels).contains("indefinite"));
    }

    /// Gradient flow on 60 of 300 points, drawn at random, by the eigendecomposition of each subset's kernel matrix.
    #[test]
    fn the_best_time_of_random_subsets_is_the_predicted_one() {
        let (n, samples, subsets) = (300, 60, 80);
        let (kernel, labels) = drawn(n, 600, 0.5);
        let population = Population::new(&kernel, &labels).unwrap();
        let best = subset_early_stopping(&population.mu, &population.y2, samples).unwrap();
        let predicted = best.time.unwrap();
        // The predicted time, and eleven to the octave around it.
        let times: Vec<f64> = (-22i32..=22).map(|i| predicted * (f64::from(i) / 11.0).exp2()).collect();
        let streams = Streams::for_trial("test", "subsets", 0, 0);
        let mut errors = vec![0.0; times.len()];
        for number in 0..subsets {
            let marks = streams.nth_child("subset", number).normals(n, 1.0);
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|a, b| marks[*a].total_cmp(&marks[*b]));
            let (drawn, left) = order.split_at(samples);
            let (own, cross) = (kernel.select_rows(drawn), kernel.select_rows(left).select_columns(drawn));
            let (values, vectors) = linalg::symmetric_eigen(&own.select_columns(drawn)).unwrap();
            let turned = linalg::transpose_product(&vectors, &labels.select_rows(drawn));
            let cross = linalg::product(&cross, &vectors);
            for (error, t) in errors.iter_mut().zip(&times) {
                let weights =
                    Matrix::from_fn(samples, 1, |k, _| -(-values[k] * t).exp_m1() / values[k] * turned[k]);
                let missed = labels.select_rows(left) - linalg::product(&cross, &weights);
                *error += missed.norm_squared() / (left.len() * subsets) as f64;
            }
        }
        assert_relative_eq!(errors[22], best.error, max_relative = 0.05);
        let lowest = (0..errors.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b])).unwrap();
        assert!((times[lowest] / predicted).ln().abs() < 1.5f64.ln(), "{} {predicted}", times[lowest]);
        let curve = subset_curve(&population.mu, &population.y2, samples, &times).unwrap();
        for (law, error) in curve.iter().zip(&errors) {
            assert_relative_eq!(law[0], *error, max_relative = 0.05);
        }
    }
}
