use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::mean_field::theta;
use crate::{Architecture, Normalization};

fn network(activation: &str, widths: &[usize], sigma_w2: f64, sigma_b2: f64) -> Architecture {
    Architecture::new(widths.to_vec(), activation.parse().unwrap(), sigma_w2, sigma_b2).unwrap()
}

/// $\lambda_+N/\Theta_D$.
fn relative_edge(network: &Architecture, samples: usize) -> f64 {
    let theta = theta(network).unwrap();
    edge_proportional(network, samples).unwrap() * samples as f64 / (theta.theta_t - theta.theta_st)
}

#[test]
fn one_layer_has_the_edge_of_marchenko_and_pastur() {
    for (width, samples) in [(400, 400), (100, 400), (400, 100), (1, 1000), (100_000, 2)] {
        let edge = edge_proportional(&network("tanh", &[width, 3], 1.7, 0.2), samples).unwrap();
        // (1/N) HXᵀXH has aspect ratio M_0/N.
        let expected = (1.0 + (width as f64 / samples as f64).sqrt()).powi(2);
        assert_relative_eq!(edge, expected, max_relative = 1e-10);
    }
}

#[test]
fn deep_linear_networks_agree_with_the_explicit_recursion() {
    for (widths, samples, sigma_w2) in [
        (vec![400, 400, 1], 400, 1.0),
        (vec![200, 400, 600, 1], 100, 1.3),
        (vec![300, 100, 50, 700, 2], 220, 0.4),
        (vec![400, 400, 400, 400, 400, 1], 400, 1.5),
        (vec![10, 1000, 10, 1], 5000, 2.0),
        (vec![1000, 1000, 1000, 1], 3, 1.0),
        (vec![100; 12], 100, 1.0),
    ] {
        for sigma_b2 in [0.0, 0.3] {
            let general =
                edge_proportional(&network("linear", &widths, sigma_w2, sigma_b2), samples).unwrap();
            let explicit = edge_linear(&widths[..widths.len() - 1], samples, sigma_w2).unwrap();
            assert_relative_eq!(general, explicit, max_relative = 1e-9);
        }
    }
}

#[test]
fn edges_of_published_settings() {
    // Ratios edge/bulk to the digits of the table from which the simulations were judged.
    for (activation, sigma_w2, sigma_b2, widths, samples, expected) in [
        ("linear", 1.0, 0.0, vec![400; 3], 400, 4.973),
        ("linear", 1.0, 0.0, vec![400; 4], 400, 6.051),
        ("linear", 1.0, 0.0, vec![400; 6], 400, 8.278),
        ("erf(0.7071067811865476)", 2.0, 0.0, vec![400; 4], 400, 4.996),
        ("erf(0.7071067811865476)", 2.0, 0.0, vec![400; 6], 400, 6.538),
        ("erf(0.7071067811865476)", 2.0, 0.0, vec![400; 6], 100, 2.869),
        ("erf(0.7071067811865476)", 2.0, 0.0, vec![200, 400, 600, 1], 400, 7.409),
        ("tanh", 3.0, 0.0, vec![400; 4], 400, 3.910),
        ("tanh", 3.0, 0.0, vec![200; 4], 400, 6.132),
        ("sine", 2.0, 0.0, vec![400; 3], 400, 2.673),
        ("relu", 2.0, 0.5, vec![400; 3], 400, 4.082),
        ("gelu", 2.0, 0.2, vec![400; 3], 800, 5.947),
        ("relu", 2.0, 0.1, vec![400; 4], 400, 3.655),
        ("relu", 2.0, 0.0, vec![400; 6], 400, 3.39),
        ("linear", 1.0, 0.3, vec![400; 4], 400, 6.051),
        ("tanh", 3.0, 0.64, vec![1600; 4], 16, 1.143),
        ("relu", 2.0, 0.1, vec![1600; 4], 16, 1.135),
    ] {
        let ratio = relative_edge(&network(activation, &widths, sigma_w2, sigma_b2), samples);
        assert_relative_eq!(ratio, expected, epsilon = if expected == 3.39 { 6e-3 } else { 6e-4 });
    }
}

#[test]
fn batch_normalized_outputs_scale_the_edge() {
    let plain = network("erf(0.5)", &[100, 100, 2], 2.0, 0.1);
    let mut modes = vec![Normalization::None; 2];
    modes[1] = Normalization::BatchNorm;
    let normalized = plain.clone().with_modes(modes, 1.5, 0.0).unwrap();
    let v = last_batch_norm(&plain, 100, 1.5).unwrap().variance;
    assert_relative_eq!(
        edge_proportional(&normalized, 100).unwrap(),
        edge_proportional(&plain, 100).unwrap() * 2.25 / v,
        max_relative = 1e-12
    );
}

#[test]
fn absent_modes_are_the_plain_network() {
    let plain = network("tanh", &[100, 150, 80, 2], 2.0, 0.3).with_trained_biases(true);
    let theta = theta(&plain).unwrap();
    let modes = hidden_modes(&plain).unwrap();
    assert_relative_eq!(modes.theta_d + modes.theta_s, theta.theta_t, max_relative = 1e-13);
    assert_relative_eq!(modes.theta_s, theta.theta_st, max_relative = 1e-13);
    let subtracted = plain
        .clone()
        .with_modes(vec![Normalization::None, Normalization::None, Normalization::MeanSubtraction], 1.0, 0.0)
        .unwrap();
    let modes = hidden_modes(&subtracted).unwrap();
    assert_eq!(modes.theta_s, 0.0);
    assert_relative_eq!(
        modes.theta_d,
        last_mean_subtraction(&plain, 10).unwrap().theta_d,
        max_relative = 1e-13
    );
}

#[test]
fn linear_batch_norm_is_known_by_hand() {
    // One hidden linear bn layer: q_t − q_st = σ_w², gain 1/σ_w², t_1 = 1, no overlaps anywhere.
    let modes = vec![Normalization::BatchNorm, Normalization::None];
    let linear = network("linear", &[30, 20, 1], 3.0, 0.5).with_modes(modes, 1.0, 0.0).unwrap();
    let result = hidden_modes(&linear).unwrap();
    assert_relative_eq!(result.theta_d, 30.0 + 20.0, max_relative = 1e-14);
    assert_eq!(result.theta_s, 0.0);
}

#[test]
fn odd_activations_lose_their_outlier_behind_batch_norm() {
    let modes = vec![Normalization::BatchNorm, Normalization::BatchNorm, Normalization::None];
    for activation in ["tanh", "erf", "sine", "hard-tanh(0.8)", "linear"] {
        let plain = network(activation, &[50, 50, 50, 1], 2.0, 0.3);
        assert_eq!(
            hidden_modes(&plain.clone().with_modes(modes.clone(), 1.3, 0.0).unwrap()).unwrap().theta_s,
            0.0
        );
        assert!(hidden_modes(&plain.with_modes(modes.clone(), 1.3, 0.2).unwrap()).unwrap().theta_s > 0.1);
    }
}

#[test]
fn refined_outlier_of_relu_batch_norm() {
    // By hand, for one bn layer of ReLU (γ=1): e1=1/2, e2=1/2, e_u=1/√(2π), v=1, t_1=σ_w² gain/2 = 1/2 and no bias.
    let modes = vec![Normalization::BatchNorm, Normalization::None];
    let relu = network("relu", &[300, 200, 1], 2.0, 0.0).with_modes(modes, 1.0, 0.0).unwrap();
    let top = hidden_top_refined(&relu, 50).unwrap();
    let (pi, remainder) = (std::f64::consts::PI, 0.5 - 1.0 / std::f64::consts::PI);
    let zeta = 200.0 * (0.5 - 0.5 / pi - 0.25) + remainder * 300.0 * 0.5;
    assert_relative_eq!(top.theta_s, 200.0 / (2.0 * pi), max_relative = 1e-14);
    assert_relative_eq!(top.zeta, zeta, max_relative = 1e-13);
    assert_relative_eq!(top.outlier, top.theta_s + zeta / 50.0, max_relative = 1e-14);
}

#[test]
fn layer_norm_outliers_agree_with_the_full_matrix() {
    let (classes, samples, gamma) = (5, 7, 1.3);
    let network = network("relu", &[40, 30, classes], 2.0, 0.1);
    // Deterministic outputs, some of them with a small spread, so that outliers and bulk mix.
    let outputs: Vec<f64> = (0..classes * samples)
        .map(|i| {
            (1.7 * i as f64).sin() * if i / classes == 3 { 0.2 } else { 1.0 } + 0.1 * (i % classes) as f64
        })
        .collect();
    let theta = theta(&network).unwrap();
    let n = samples as f64;
    let mut full = DMatrix::<f64>::zeros(classes * samples, classes * samples);
    let jacobians: Vec<DMatrix<f64>> = outputs
        .chunks(classes)
        .map(|output| {
            let u = DVector::from_column_slice(output);
            let centred = u.add_scalar(-u.mean());
            let sigma = (centred.norm_squared() / classes as f64).sqrt();
            let direction = centred / sigma;
            let c = classes as f64;
            (DMatrix::identity(classes, classes).add_scalar(-1.0 / c)
                - &direction * direction.transpose() / c)
                * (gamma / sigma)
        })
        .collect();
    for (i, a) in jacobians.iter().enumerate() {
        for (j, b) in jacobians.iter().enumerate() {
            let scale = if i == j { theta.theta_t } else { theta.theta_st };
            let block = a * b * (scale / n);
            full.view_mut((i * classes, j * classes), (classes, classes)).copy_from(&block);
        }
    }
    let mut eigenvalues: Vec<f64> = full.symmetric_eigenvalues().iter().copied().collect();
    eigenvalues.sort_by(|a, b| b.total_cmp(a));
    let outliers = last_layer_norm_outliers(&network, gamma, &outputs).unwrap();
    assert_eq!(outliers.len(), classes - 1);
    for (outlier, eigenvalue) in outliers.iter().zip(&eigenvalues) {
        assert_relative_eq!(outlier, eigenvalue, max_relative = 1e-11);
    }
    let mean_precision = outputs
        .chunks(classes)
        .map(|output| 1.0 / DVector::from_column_slice(output).variance())
        .sum::<f64>()
        / n;
    assert!(last_layer_norm_bound(&network, gamma, Some(mean_precision)).unwrap() < outliers[0]);
}

#[test]
fn population_outliers_reach_their_limits() {
    let at_zero = last_ln_population(9, 0.0).unwrap();
    assert_relative_eq!(at_zero.e_parallel, 9.0 * 7.0 / (8.0 * 6.0), max_relative = 1e-13);
    assert_relative_eq!(at_zero.e_perp, at_zero.e_parallel, max_relative = 1e-13);
    // Large λ: |X|² ≈ λ, so that e_⊥ → C/λ and e_∥ → C(C−2)/λ².
    let far = last_ln_population(9, 1e9).unwrap();
    assert_relative_eq!(far.e_perp, 9.0 / 1e9, max_relative = 1e-7);
    assert_relative_eq!(far.e_parallel, 9.0 * 7.0 / 1e18, max_relative = 1e-7);
    // Poisson series for E|X|⁻².
    let (d, lambda) = (5.0, 2.0f64);
    let (mut term, mut inverse) = ((-0.5 * lambda).exp(), 0.0);
    for j in 0..60 {
        inverse += term / (d - 2.0 + 2.0 * f64::from(j));
        term *= 0.5 * lambda / f64::from(j + 1);
    }
    // Over all directions the eigenvalues sum to C times (d − 1) E|X|⁻².
    let outliers = last_ln_population(6, lambda).unwrap();
    assert_relative_eq!(
        outliers.e_parallel + (d - 1.0) * outliers.e_perp,
        6.0 * (d - 1.0) * inverse,
        max_relative = 1e-13
    );
}

#[test]
fn trainability() {
    assert_eq!(critical_step(0.0).unwrap(), f64::INFINITY);
    assert!(critical_step(-1.0).is_err() && critical_step(f64::NAN).is_err());
    assert_eq!(visible_boundary(4.0, 100, 1.0).unwrap(), 0.5);
    for (steps, overlap) in [(0, 0.5), (10, 0.0), (10, 1.1), (10, f64::NAN)] {
        assert!(visible_boundary(4.0, steps, overlap).is_err());
    }
}

#[test]
fn impossible_requests_are_refused() {
    use Normalization::{BatchNorm, LayerNorm, None};
    let plain = network("relu", &[20, 20, 2], 2.0, 0.1);
    let with = |modes: [Normalization; 2]| plain.clone().with_modes(modes.to_vec(), 1.0, 0.0).unwrap();
    assert!(last_mean_subtraction(&plain, 1).is_err());
    assert!(last_mean_subtraction(&with([BatchNorm, None]), 10).is_err());
    assert!(last_batch_norm(&plain, 3, 1.0).is_err());
    assert!(last_batch_norm(&plain, 10, 0.0).is_err());
    assert!(last_batch_norm_given(&plain, 10, 1.0, &[1.0]).is_err());
    assert!(last_batch_norm_given(&plain, 10, 1.0, &[1.0, 0.0]).is_err());
    assert!(hidden_modes(&with([None, LayerNorm])).is_err());
    assert!(hidden_top_refined(&with([None, None]), 10).is_err());
    assert!(hidden_top_refined(&with([BatchNorm, BatchNorm]), 10).is_err());
    assert!(edge_proportional(&with([BatchNorm, None]), 10).is_err());
    assert!(edge_proportional(&plain, 1).is_err());
    assert!(last_layer_norm_outliers(&plain, 1.0, &[1.0, 2.0]).is_err());
    let five = network("relu", &[20, 20, 5], 2.0, 0.1);
    for outputs in [vec![], vec![1.0; 5], vec![1.0, 2.0], vec![1.0, 2.0, 3.0, 4.0, f64::NAN]] {
        assert!(last_layer_norm_outliers(&five, 1.0, &outputs).is_err());
    }
    for (classes, lambda) in [(3, 1.0), (0, 1.0), (5, -1.0), (5, f64::NAN)] {
        assert!(last_ln_population(classes, lambda).is_err());
    }
}

fn modes() -> impl Strategy<Value = Normalization> {
    use Normalization::{BatchNorm, LayerNorm, MeanSubtraction, None};
    prop::sample::select(vec![None, MeanSubtraction, BatchNorm, LayerNorm])
}

proptest! {
    #[test]
    fn normalized_spectra_are_finite_and_positive(
        name in prop::sample::select(vec![
            "linear", "relu", "leaky-relu(-0.4)", "erf", "sine", "gelu", "hard-tanh(0.5)", "shifted-relu(0.3)", "tanh",
        ]),
        pattern in prop::collection::vec(modes(), 1..6),
        width in 1usize..2000,
        sigma_w2 in 1e-3f64..30.0,
        sigma_b2 in prop::sample::select(vec![0.0, 1e-9, 0.1, 7.0]),
        gamma in prop::sample::select(vec![-1.0, 0.01, 1.0, 3.0]),
        beta in prop::sample::select(vec![0.0, 0.4, -3.0]),
    ) {
        let mut widths = vec![width; pattern.len()];
        widths.push(2);
        let beta = if pattern.contains(&Normalization::BatchNorm) { beta } else { 0.0 };
        let network = network(name, &widths, sigma_w2, sigma_b2).with_modes(pattern, gamma, beta).unwrap();
        if let Ok(modes) = hidden_modes(&network) {
            let rounding = 1e-9 * (modes.theta_d.abs() + modes.theta_s);
            prop_assert!(modes.theta_d.is_finite() && modes.theta_d >= -rounding);
            prop_assert!(modes.theta_s.is_finite() && modes.theta_s >= 0.0);
            if let Ok(top) = hidden_top_refined(&network, 20) {
                prop_assert!(top.outlier.is_finite() && top.zeta >= -rounding);
            }
        }
    }

    #[test]
    fn edges_lie_in_their_bracket(
        name in prop::sample::select(vec!["linear", "relu", "erf", "sine", "gelu", "hard-tanh(0.5)"]),
        widths in prop::collection::vec(1usize..500, 2..6),
        samples in 2usize..1000,
        sigma_w2 in 0.05f64..4.0,
        sigma_b2 in prop::sample::select(vec![0.0, 0.1]),
    ) {
        let network = network(name, &widths, sigma_w2, sigma_b2);
        let edge = edge_proportional(&network, samples)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let bulk = last_mean_subtraction(&network, samples).unwrap().theta_d / samples as f64;
        prop_assert!(edge >= bulk * (1.0 - 1e-9), "{edge} {bulk}");
    }
}
