use approx::assert_relative_eq;

use super::*;
use crate::mean_field::{fim_statistics, theta};
use crate::{Activation, Architecture};

fn tanh_network(classes: usize) -> Architecture {
    Architecture::new(vec![300, 200, 250, classes], Activation::tanh(), 3.0, 0.64)
        .unwrap()
        .with_trained_biases(true)
}

fn logits(samples: usize, classes: usize) -> Vec<Vec<f64>> {
    let value = |n: usize, k: usize| 1.7 * ((n * 7 + k * 13 + n * k) as f64).sin() + 0.8 * (k as f64).cos();
    (0..samples).map(|n| (0..classes).map(|k| value(n, k)).collect()).collect()
}

#[test]
fn layers_add_up_to_the_kernel() {
    let network = tanh_network(3);
    let (t, s) = layer_scales(&network).unwrap();
    let whole = theta(&network).unwrap();
    assert_relative_eq!(t.iter().sum::<f64>(), whole.theta_t, max_relative = 1e-14);
    assert_relative_eq!(s.iter().sum::<f64>(), whole.theta_st, max_relative = 1e-14);
    let fisher = fim_statistics(&network, 40).unwrap();
    let kernel = kernel_statistics(&network, 40).unwrap();
    assert_relative_eq!(kernel.lambda_max / 40.0, fisher.lambda_max, max_relative = 1e-13);
    // The traces of the blocks are the trace of the whole, and the largest eigenvalues are additive at infinite width.
    let blocks = block_statistics(&network, 40).unwrap();
    let parameters = |l: usize| (network.widths()[l + 1] * (network.widths()[l] + 1)) as f64;
    let trace: f64 = blocks.iter().enumerate().map(|(l, b)| b.mean * parameters(l)).sum();
    assert_relative_eq!(trace, 3.0 * whole.theta_t, max_relative = 1e-13);
    let top: f64 = blocks.iter().map(|b| b.lambda_max).sum();
    assert_relative_eq!(top, fisher.lambda_max, max_relative = 1e-13);
    assert_eq!(kernel_statistics(&network, 1).unwrap().lambda_max_mean_subtracted, 0.0);
}

#[test]
fn softmax_moments_have_their_limits() {
    for classes in [2usize, 3, 10, 1000] {
        let c = classes as f64;
        let flat = softmax_moments(classes, 0.0, 0.0).unwrap();
        assert_relative_eq!(flat.beta_1, 1.0 - 1.0 / c, max_relative = 1e-11);
        assert_relative_eq!(flat.beta_2, (c - 1.0) / (c * c), max_relative = 1e-10);
        assert_relative_eq!(flat.beta_3, flat.beta_2, max_relative = 1e-10);
        let shared = softmax_moments(classes, 1.3, 1.3).unwrap();
        assert_relative_eq!(shared.beta_2, shared.beta_3, max_relative = 1e-10);
        let own = softmax_moments(classes, 1.3, 0.0).unwrap();
        // No common part: the mean of Q is a multiple of a projection.
        assert_relative_eq!(own.beta_2, own.beta_1.powi(2) / (c - 1.0), max_relative = 1e-9);
        assert_relative_eq!(own.beta_0, own.lower, max_relative = 1e-12);
        let half = softmax_moments(classes, 1.3, 0.6).unwrap();
        assert!(half.upper >= half.lower && half.beta_0 > half.lower);
    }
    // Small common parts are averaged by another rule.
    let [below, above] = [0.159_999, 0.160_001].map(|q_st| softmax_moments(3, 1.3, q_st).unwrap().beta_2);
    assert_relative_eq!(below, above, max_relative = 1e-5);
    assert_relative_eq!(
        softmax_moments(3, 1.3, 1e-12).unwrap().beta_2,
        softmax_moments(3, 1.3, 0.0).unwrap().beta_2,
        max_relative = 1e-10
    );
    // Two classes: the bounds meet.
    let two = softmax_moments(2, 2.0, 0.7).unwrap();
    assert_relative_eq!(two.upper, two.lower, max_relative = 1e-12);
}

/// The mean over $y$ of the conditional outliers, by a rule of its own.
#[test]
fn conditional_outliers_average_to_the_moments() {
    let (q_t, q_st) = (2.0, 0.7);
    let moments = softmax_moments(2, q_t, q_st).unwrap();
    let step = 0.1;
    let (mut first, mut second, mut total) = (0.0, 0.0, 0.0);
    for i in -70..=70 {
        let y = f64::from(i) * step;
        let weight = (-0.5 * y * y).exp();
        // The difference of two outputs is √2 times a normal number.
        let half = y / 2f64.sqrt();
        let mu = mean_softmax_covariance(&[half, -half], q_t, q_st).unwrap().1[0];
        first += weight * mu;
        second += weight * mu * mu;
        total += weight;
    }
    assert_relative_eq!(first / total, moments.beta_1, max_relative = 1e-10);
    assert_relative_eq!(second / total, moments.beta_2, max_relative = 1e-10);
    let median = outlier_quantile(0.5, q_t, q_st).unwrap();
    let at = 0.674_489_750_196_081_7 / 2f64.sqrt();
    assert_relative_eq!(
        mean_softmax_covariance(&[at, -at], q_t, q_st).unwrap().1[0],
        median,
        max_relative = 1e-10
    );
}

#[test]
fn outliers_and_counts_are_those_of_the_dense_matrix() {
    for (samples, classes, theta_t, theta_st) in
        [(30, 4, 10.0, 6.0), (12, 3, 10.0, 1.0), (5, 2, 3.0, 3.0), (1, 4, 2.0, 1.0)]
    {
        let spectrum = GivenOutputs::new(&logits(samples, classes), theta_t, theta_st).unwrap();
        let dense = spectrum.eigenvalues().unwrap();
        assert_eq!(dense.len(), samples * classes);
        let edge = spectrum.bulk_scale() * 0.5;
        for (i, outlier) in spectrum.outliers().into_iter().enumerate() {
            match outlier {
                Some(value) => assert_relative_eq!(value, dense[i], max_relative = 1e-11),
                None => assert!(dense[i] <= edge),
            }
        }
        let nonzero = samples * (classes - 1);
        for index in [0, nonzero / 3, nonzero - 1] {
            assert_relative_eq!(spectrum.eigenvalue(index).unwrap(), dense[index], max_relative = 1e-9);
        }
        assert!(spectrum.eigenvalue(nonzero).is_err());
        let (trace, square) = spectrum.moments();
        assert_relative_eq!(dense.iter().sum::<f64>(), trace, max_relative = 1e-12);
        assert_relative_eq!(dense.iter().map(|x| x * x).sum::<f64>(), square, max_relative = 1e-12);
    }
}

#[test]
fn the_bulk_absorbs_weak_outliers_and_all_without_a_common_part() {
    let spectrum = GivenOutputs::new(&logits(8, 4), 10.0, 0.0).unwrap();
    assert!(spectrum.outliers().iter().all(Option::is_none));
    let weak = GivenOutputs::new(&logits(8, 4), 10.0, 0.05).unwrap().outliers();
    assert!(weak[2].is_none());
    // To first order in the bulk the roots agree where the bulk is far.
    let strong = GivenOutputs::new(&logits(200, 3), 10.0, 8.0).unwrap();
    for (root, first) in strong.outliers().iter().zip(strong.first_order_outliers()) {
        assert_relative_eq!(root.unwrap(), first, max_relative = 1e-3);
    }
}

#[test]
fn the_bulk_of_two_classes_integrates_to_its_distribution() {
    let (count, q_t) = (20_000, 2.3);
    let step = 0.4 / f64::from(count);
    let sum: f64 = (0..count).map(|i| bulk_density(step * (f64::from(i) + 0.5), q_t).unwrap() * step).sum();
    assert_relative_eq!(sum, bulk_distribution(0.4, q_t).unwrap(), max_relative = 1e-5);
}

#[test]
fn oscillations_begin_at_the_critical_rate() {
    assert_eq!(two_cycle(1.0, 1.1).unwrap(), 0.0);
    assert_eq!(two_cycle(0.3, 1.1).unwrap(), 0.0);
    let small = two_cycle(1.0001, 1.1).unwrap();
    assert!(small > 0.0 && small < 0.2);
    // The kernel map itself, with as many samples as the average needs.
    let own: f64 = 1.1;
    let samples = 400;
    // Normal quantiles by a crude inversion: outputs ±ξ/2 in the two classes.
    let xi: Vec<f64> = (0..samples)
        .map(|i| {
            let p = (i as f64 + 0.5) / samples as f64;
            let (mut low, mut high) = (-9.0, 9.0);
            for _ in 0..80 {
                let middle: f64 = 0.5 * (low + high);
                if 0.5 * libm::erfc(-middle / 2f64.sqrt()) < p { low = middle } else { high = middle }
            }
            (2.0 * own).sqrt() * 0.5 * (low + high)
        })
        .collect();
    // Every value once with either label: balanced classes.
    let mut outputs: Vec<Vec<f64>> = Vec::new();
    let mut labels = Vec::new();
    for x in xi {
        for label in [0, 1] {
            outputs.push(vec![0.5 * x + 0.05, -0.5 * x - 0.05]);
            labels.push(label);
        }
    }
    let theta = 50.0;
    let beta_0 = softmax_moments(2, own, 0.0).unwrap().lower;
    let rate = 1.2 * 2.0 / (theta * beta_0);
    let mean = |rows: &[Vec<f64>]| rows.iter().map(|row| row[0] - row[1]).sum::<f64>() / rows.len() as f64;
    let late = kernel_map(&outputs, &labels, theta, theta, rate, 400).unwrap();
    let amplitude = two_cycle(1.2, own).unwrap();
    assert_relative_eq!(mean(&late).abs(), amplitude, max_relative = 0.02);
    let next = kernel_map(&late, &labels, theta, theta, rate, 1).unwrap();
    assert!(mean(&late) * mean(&next) < 0.0);
}

#[test]
fn critical_steps_know_when_there_is_none() {
    let steps = critical_steps(100.0, 0.0, 50, 3, 1.0, 0.0).unwrap();
    assert!(steps.cross_entropy.is_none());
    assert_relative_eq!(steps.squared_error, 1.0, max_relative = 1e-14);
    assert!(critical_steps(100.0, 120.0, 50, 3, 1.0, 0.0).is_err());
    assert!(critical_steps(100.0, 10.0, 0, 3, 1.0, 0.0).is_err());
    assert!(critical_steps(100.0, 10.0, 50, 1, 1.0, 0.0).is_err());
}

#[test]
fn the_metric_of_the_last_layer_is_the_gram_matrix_of_its_weights() {
    let network = tanh_network(5);
    let metrics = layer_metrics(&network, 40).unwrap();
    let last = metrics.last().unwrap();
    assert_relative_eq!(last.lambda_max, 3.0, max_relative = 1e-14);
    assert_relative_eq!(last.share, 1.0, max_relative = 1e-14);
    // W^⊤W with M × C Gaussian entries: mean square σ_w⁴ (C/M)(1 + (C−1)/M) to the order kept.
    let corrected = corrected_second_moments(&network, 40).unwrap();
    let ratio = 5.0 / 250.0;
    assert_relative_eq!(*corrected.last().unwrap(), 9.0 * ratio * (1.0 + 4.0 / 250.0), max_relative = 1e-12);
    for (corrected, metric) in corrected.iter().zip(&metrics) {
        assert!(*corrected > metric.second_moment);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let named = |error: crate::TheoryError, name: &str| assert!(error.to_string().contains(name), "{error}");
    named(softmax_moments(1, 1.0, 0.5).unwrap_err(), "C");
    named(softmax_moments(3, 1.0, 1.5).unwrap_err(), "q_st");
    named(softmax_moments(3, -1.0, 0.0).unwrap_err(), "q_t");
    named(softmax_moments(3, f64::NAN, 0.0).unwrap_err(), "q_t");
    named(GivenOutputs::new(&[vec![0.1, 0.2], vec![0.3]], 10.0, 6.0).unwrap_err(), "logits");
    named(GivenOutputs::new(&[], 10.0, 6.0).unwrap_err(), "logits");
    named(GivenOutputs::new(&[vec![0.1]], 10.0, 6.0).unwrap_err(), "C");
    named(GivenOutputs::new(&[vec![0.1, f64::INFINITY]], 10.0, 6.0).unwrap_err(), "logits");
    named(GivenOutputs::new(&[vec![0.1, 0.2]], 10.0, 11.0).unwrap_err(), "Theta_st");
    let two = vec![vec![0.1, 0.2]; 2];
    named(kernel_map(&two, &[0], 10.0, 6.0, 0.1, 1).unwrap_err(), "labels");
    named(kernel_map(&two, &[0, 2], 10.0, 6.0, 0.1, 1).unwrap_err(), "labels");
    named(kernel_map(&two, &[0, 1], 10.0, 6.0, 0.0, 1).unwrap_err(), "eta");
    named(outlier_quantile(0.0, 1.0, 0.5).unwrap_err(), "p");
    named(bulk_density(0.5, 1.0).unwrap_err(), "lambda");
    named(two_cycle(0.0, 1.0).unwrap_err(), "r");
    named(kernel_statistics(&tanh_network(2), 0).unwrap_err(), "N");
    // Extreme outputs: one class certain, no bulk and no outliers left, but no NaN.
    let hard = GivenOutputs::new(&[vec![1e4, 0.0], vec![1e4, 0.0]], 10.0, 6.0).unwrap();
    assert!(hard.outliers().iter().all(|o| o.is_none_or(|v| v.is_finite())));
    assert!(hard.eigenvalues().unwrap().iter().all(|v| v.abs() < 1e-12));
}

#[test]
fn the_predicted_vector_is_the_top_eigenvector_of_the_dense_dual() {
    let (samples, classes) = (9, 4);
    let logits = logits(samples, classes);
    let (t, st) = (10.0, 6.0);
    let given = GivenOutputs::new(&logits, t, st).unwrap();
    let size = samples * classes;
    let a = (t - st) / samples as f64;
    let mut roots = nalgebra::DMatrix::zeros(size, classes);
    let mut dense = nalgebra::DMatrix::<f64>::zeros(size, size);
    for (n, g) in softmax(&logits).unwrap().iter().enumerate() {
        let q = nalgebra::DMatrix::from_fn(classes, classes, |k, l| {
            if k == l { g[k] * (1.0 - g[k]) } else { -g[k] * g[l] }
        });
        let eigen = nalgebra::SymmetricEigen::new(q.clone());
        let diagonal = nalgebra::DMatrix::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
        let root = &eigen.eigenvectors * diagonal * eigen.eigenvectors.transpose();
        roots.view_mut((n * classes, 0), (classes, classes)).copy_from(&root);
        dense.view_mut((n * classes, n * classes), (classes, classes)).copy_from(&(q * a));
    }
    dense += &roots * roots.transpose() * (st / samples as f64);
    let eigen = nalgebra::SymmetricEigen::new(dense);
    let top = eigen.eigenvectors.column(eigen.eigenvalues.imax());
    let predicted = nalgebra::DVector::from_vec(given.top_vector().unwrap());
    assert_relative_eq!(predicted.dot(&top).abs(), 1.0, max_relative = 1e-12);
    assert_relative_eq!(predicted.norm(), 1.0, max_relative = 1e-14);
    assert!(GivenOutputs::new(&logits, 10.0, 0.0).unwrap().top_vector().is_none());
    assert_eq!(GivenOutputs::new(&logits[..1], 10.0, 6.0).unwrap().top_vector().unwrap().len(), classes);
}

fn rectified(widths: &[usize], train_bias: bool) -> Architecture {
    Architecture::new(widths.to_vec(), Activation::relu(), 2.0, 0.1).unwrap().with_trained_biases(train_bias)
}

#[test]
fn deficits_fall_like_one_over_the_width_and_add_up() {
    let at = |m: usize, classes: usize| outlier_vectors(&rectified(&[m, m, m, classes], false), 40).unwrap();
    let (narrow, wide) = (at(200, 3), at(20_000, 3));
    // Without trained biases the kernel is proportional to the width.
    assert_relative_eq!(narrow.deficit, 100.0 * wide.deficit, max_relative = 1e-12);
    assert_relative_eq!(narrow.deficit, narrow.same + 2.0 * narrow.cross, max_relative = 1e-14);
    assert_relative_eq!(at(200, 1).deficit, narrow.same, max_relative = 1e-14);
    let entries = |which| outlier_vectors_of(&rectified(&[400, 400, 400, 1], true), 40, which).unwrap().same;
    assert!(entries(Fluctuation::Entries) < 0.03 * entries(Fluctuation::All));
    assert!(entries(Fluctuation::Inputs) < 0.2 * entries(Fluctuation::All));
}

/// Two layers of a linear network: $\Theta_{nn'}=x^\top(I+W^\top W)x'+(x+x')\cdot W^\top b+|b|^2$. Over samples the row means vary by $x\cdot W^\top b$, by the
/// own term and by the single pairs, with traces of Wishart matrices.
#[test]
fn linear_networks_fluctuate_with_their_inputs() {
    let (m0, m1, n, sigma_b2) = (300.0f64, 500.0f64, 20.0f64, 0.5f64);
    let network = Architecture::new(vec![300, 500, 4], Activation::linear(), 1.0, sigma_b2).unwrap();
    let vectors = outlier_vectors(&network, 20).unwrap();
    let trace = m0 + 2.0 * m1 + m1 * (m1 + m0) / m0;
    let theta_st = m1 * sigma_b2;
    let variance = theta_st + (2.0 + (n - 1.0)) / (n * n) * trace;
    let expected = (n - 1.0) / n * variance / (theta_st * theta_st);
    assert_relative_eq!(vectors.same, expected, max_relative = 1e-12);
    assert_eq!(vectors.cross, 0.0);
}

#[test]
fn outlier_vectors_are_refused_where_there_are_none() {
    let network = |widths: &[usize], activation: &str, bias: f64| {
        Architecture::new(widths.to_vec(), activation.parse().unwrap(), 2.0, bias).unwrap()
    };
    assert!(outlier_vectors(&network(&[20, 20, 1], "relu", 0.1), 2).is_err());
    assert!(outlier_vectors(&network(&[20, 1], "relu", 0.1), 9).is_err());
    assert!(outlier_vectors(&network(&[20, 20, 1], "tanh", 0.0), 9).is_err());
    for kinked in ["leaky-relu(0.2)", "hard-tanh(1)", "shifted-relu(0.5)"] {
        assert!(outlier_vectors(&network(&[20, 20, 1], kinked, 0.1), 9).is_err(), "{kinked}");
    }
    assert!(outlier_vectors(&network(&[20, 20, 1], "tanh", 0.3), 9).is_ok());
    // Odd, without biases in the forward pass: the biases' gradients alone make the outlier.
    let trained = network(&[20, 20, 1], "tanh", 0.0).with_trained_biases(true);
    let sunken = outlier_vectors(&trained, 9).unwrap();
    assert!(!sunken.is_valid() && sunken.deficit.is_finite());
}

#[test]
fn the_law_is_flagged_where_the_outlier_sinks_into_the_bulk() {
    let at = |bias: f64| {
        let network = Architecture::new(vec![400, 400, 400, 1], Activation::tanh(), 3.0, bias).unwrap();
        outlier_vectors(&network.with_trained_biases(true), 40).unwrap()
    };
    for (bias, deficit, clearance) in [(0.3, 0.0157, 2.9), (0.1, 0.077, 1.04), (0.03, 0.44, 0.39)] {
        let vectors = at(bias);
        assert_relative_eq!(vectors.deficit, deficit, max_relative = 0.01);
        assert_relative_eq!(vectors.clearance, clearance, max_relative = 0.02);
        assert_eq!(vectors.is_valid(), clearance > 1.0);
    }
}

/// The law of large numbers for two classes of Gaussian outputs, by a rule of its own.
#[test]
fn the_cross_entropy_norm_is_a_mean_over_outputs_and_their_motion() {
    use crate::mean_field::fisher_rao;
    let norm = fisher_rao(&crate::InitialScales::new(Activation::tanh(), 3.0, 0.64).unwrap(), 3).unwrap();
    // Midpoint rule for d = f₁ − f₂ and the difference of the motions, a Gaussian pair.
    let (variance, slope) = (2.0 * norm.q, norm.r / norm.q);
    let rest = 2.0 * (norm.s - norm.r * slope);
    let step = 0.01;
    let mean: f64 = (-1200..1200)
        .map(|i| {
            let z = (f64::from(i) + 0.5) * step;
            let d = variance.sqrt() * z;
            let g = 1.0 / (1.0 + (-d).exp());
            let weight = step * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            weight * g * (1.0 - g) * (slope * slope * d * d + rest)
        })
        .sum();
    assert_relative_eq!(fisher_rao_two_classes(&norm).unwrap(), mean, max_relative = 1e-10);
    let relu = fisher_rao(&crate::InitialScales::new(Activation::relu(), 2.0, 0.1).unwrap(), 3).unwrap();
    assert_relative_eq!(fisher_rao_two_classes(&relu).unwrap(), 2.167, max_relative = 1e-3);
}
