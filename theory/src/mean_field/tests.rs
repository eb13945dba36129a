use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;
use crate::quadrature::kernel_pair;
use crate::{Activation, Architecture, InitialScales, Normalization};

fn scales(activation: &str, sigma_w2: f64, sigma_b2: f64) -> InitialScales {
    InitialScales::new(activation.parse().unwrap(), sigma_w2, sigma_b2).unwrap()
}

fn network(activation: &str, widths: &[usize], sigma_w2: f64, sigma_b2: f64) -> Architecture {
    Architecture::new(widths.to_vec(), activation.parse().unwrap(), sigma_w2, sigma_b2).unwrap()
}

#[test]
fn linear_networks_are_geometric() {
    let order = order_parameters(&scales("linear", 1.5, 0.2), 4).unwrap();
    // q̂^l = 1.5 q̂^{l−1} + 0.2.
    assert_relative_eq!(order.qhat_t[3], 1.5f64.powi(3) + 0.2 * (1.0 + 1.5 + 2.25), max_relative = 1e-15);
    assert_relative_eq!(order.qhat_st[3], 0.2 * (1.0 + 1.5 + 2.25), max_relative = 1e-15);
    assert_relative_eq!(order.qtilde_st[0], 1.5f64.powi(3), max_relative = 1e-15);
}

#[test]
fn linear_kernels_are_known_by_hand() {
    // Θ = Σ_l σ_w^{2(L−l)} M_{l−1} σ_w^{2(l−1)} x·y/M_0 for σ_b = 0.
    let linear = network("linear", &[10, 20, 30, 1], 1.5, 0.0);
    assert_relative_eq!(ntk_pair(&linear, 1.0, 0.4, 2.0).unwrap(), 0.4 * 2.25 * 60.0, max_relative = 1e-14);
    let trained = linear.with_trained_biases(true);
    let biases = 1.0 + 1.5 + 2.25;
    assert_relative_eq!(ntk_pair(&trained, 1.0, 0.4, 2.0).unwrap(), 54.0 + biases, max_relative = 1e-14);
}

#[test]
fn orthogonal_inputs_have_the_kernel_of_random_ones() {
    let tanh = network("tanh", &[100, 80, 60, 2], 2.0, 0.3).with_trained_biases(true);
    let theta = theta(&tanh).unwrap();
    assert_relative_eq!(ntk_pair(&tanh, 1.0, 0.0, 1.0).unwrap(), theta.theta_st, max_relative = 1e-14);
    assert_relative_eq!(ntk_pair(&tanh, 1.0, 1.0, 1.0).unwrap(), theta.theta_t, max_relative = 1e-13);
    let kappa = kappa(tanh.scales(), &[1.0, 0.8, 0.6]).unwrap();
    let without = super::theta(&tanh.with_trained_biases(false)).unwrap();
    assert_relative_eq!(without.theta_t, 100.0 * kappa.alpha * kappa.kappa_1, max_relative = 1e-13);
    assert_relative_eq!(without.theta_st, 100.0 * kappa.alpha * kappa.kappa_2, max_relative = 1e-13);
}

#[test]
fn parametrizations_differ_by_one_factor_at_equal_widths() {
    let gelu = network("gelu", &[64, 64, 64, 1], 1.9, 0.2);
    let ntk = ntk_parametrization_pair(gelu.scales(), 3, false, 1.2, -0.4, 0.8).unwrap();
    let factor = spectral_factor(&gelu).unwrap();
    assert_relative_eq!(ntk_pair(&gelu, 1.2, -0.4, 0.8).unwrap(), factor * ntk, max_relative = 1e-13);
    assert_relative_eq!(
        standard_learning_rates(&gelu, 0.3).unwrap().weights[1],
        0.3 / factor,
        max_relative = 1e-15
    );
}

#[test]
fn gram_matrices_collect_pairs() {
    let relu = network("relu", &[50, 40, 1], 2.0, 0.1);
    // Inputs (1,0), (1/2,1), (0,−2).
    let inputs = [[1.0, 0.0], [0.5, 1.0], [0.0, -2.0]];
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    let gram: Vec<f64> = inputs.iter().flat_map(|&a| inputs.map(|b| dot(a, b))).collect();
    let kernel = ntk_gram(&relu, &gram, 3).unwrap();
    for n in 0..3 {
        for m in 0..3 {
            let pair = ntk_pair(
                &relu,
                dot(inputs[n], inputs[n]),
                dot(inputs[n], inputs[m]),
                dot(inputs[m], inputs[m]),
            );
            assert_relative_eq!(kernel[3 * m + n], pair.unwrap(), max_relative = 1e-12);
        }
    }
    assert!(ntk_gram(&relu, &[1.0, 0.3, 0.2, 1.0], 2).is_err());
    assert!(ntk_gram(&relu, &[1.0, 2.0, 2.0, 1.0], 2).is_err());
    assert!(ntk_gram(&relu, &[1.0; 3], 2).is_err());
}

#[test]
fn one_sample_has_one_eigenvalue() {
    let tanh = network("tanh", &[30, 30, 1], 2.0, 0.3);
    let s = fim_statistics(&tanh, 1).unwrap();
    assert_relative_eq!(s.lambda_max, s.theta_t, max_relative = 1e-15);
    assert_relative_eq!(s.m_lambda * (30.0 * 31.0), s.theta_t, max_relative = 1e-14);
    assert!(fim_statistics(&tanh, 0).is_err());
}

#[test]
fn s_variance_sums_over_pairs_of_layers() {
    // The double sum as it is written, against the single pass.
    let erf = network("erf", &[50, 100, 150, 1], 2.0, 0.0);
    let order = order_parameters(erf.scales(), 3).unwrap();
    let gain: Vec<f64> =
        order.q_t.iter().map(|&q| 2.0 * kernel_pair(erf.activation(), q, q, 0.0).unwrap().k_dot).collect();
    let widths = [50.0, 100.0, 150.0];
    let mut v = vec![1.0 / 50.0];
    for l in 1..3 {
        v.push(order.qhat_t[l].powi(2) / widths[l] + gain[l - 1].powi(2) * v[l - 1]);
    }
    let mut variance = 0.0;
    for l in 0..3 {
        for m in 0..3 {
            let product: f64 = (l.min(m)..l.max(m)).map(|j| gain[j]).product();
            variance +=
                widths[l] * order.qtilde_st[l] * widths[m] * order.qtilde_st[m] * product * v[l.min(m)];
        }
    }
    assert_relative_eq!(s_variance(&erf, 40).unwrap().variance, variance, max_relative = 1e-13);
    assert!(s_variance(&network("relu", &[5, 5, 1], 2.0, 0.0), 4).is_err());
    assert!(s_variance(&network("tanh", &[5, 5, 1], 2.0, 0.1), 4).is_err());
    assert!(s_variance(&network("tanh", &[5, 5, 1], 2.0, 0.0).with_trained_biases(true), 4).is_err());
}

#[test]
fn normalized_networks_are_refused() {
    let modes = vec![Normalization::BatchNorm, Normalization::None];
    let normalized = network("relu", &[5, 5, 1], 2.0, 0.0).with_modes(modes, 1.0, 0.0).unwrap();
    for error in [
        theta(&normalized).unwrap_err(),
        fim_statistics(&normalized, 4).unwrap_err(),
        ntk_pair(&normalized, 1.0, 0.0, 1.0).unwrap_err(),
        ntk_gram(&normalized, &[1.0], 1).unwrap_err(),
    ] {
        assert!(error.to_string().contains("modes"), "{error}");
    }
}

#[test]
fn susceptibilities_are_slopes_of_the_maps() {
    for (name, sigma_w2, sigma_b2) in [
        ("tanh", 3.0, 0.64),
        ("erf(0.7)", 4.0, 0.1),
        ("gelu", 1.5, 0.3),
        ("sine", 2.5, 0.2),
        ("hard-tanh(1)", 4.0, 0.1),
    ] {
        let scales = scales(name, sigma_w2, sigma_b2);
        let point = fixed_points(&scales).unwrap()[0];
        let (q, phi) = (point.q_star, &scales.activation);
        let map = |q: f64| sigma_w2 * kernel_pair(phi, q, q, q).unwrap().k + sigma_b2;
        assert_relative_eq!(map(q), q, max_relative = 1e-12);
        let step = 1e-4 * q;
        assert_relative_eq!(point.chi_q, (map(q + step) - map(q - step)) / (2.0 * step), max_relative = 1e-6);
        let correlation = |c: f64| (sigma_w2 * kernel_pair(phi, q, q, c * q).unwrap().k + sigma_b2) / q;
        assert_relative_eq!(correlation(point.c_star), point.c_star, max_relative = 1e-12);
        if point.c_star < 1.0 {
            let (above, below) = (correlation(point.c_star + 1e-5), correlation(point.c_star - 1e-5));
            assert_relative_eq!(point.chi_c_star, (above - below) / 2e-5, max_relative = 1e-7);
            assert_eq!(point.phase, Phase::Chaotic);
        }
    }
}

#[test]
fn deep_networks_arrive_at_their_fixed_point() {
    let scales = scales("erf", 3.0, 0.2);
    let point = fixed_points(&scales).unwrap()[0];
    let order = order_parameters(&scales, 400).unwrap();
    assert_relative_eq!(order.q_t[399], point.q_star, max_relative = 1e-11);
    assert_relative_eq!(order.q_st[399] / order.q_t[399], point.c_star, max_relative = 1e-10);
}

#[test]
fn fixed_points_that_are_special() {
    let first = |name: &str, w, b| fixed_points(&scales(name, w, b)).unwrap()[0];
    assert_eq!(first("relu", 2.0, 0.0).stability, Stability::Marginal);
    assert_eq!(first("linear", 1.0, 0.0).stability, Stability::Marginal);
    assert_eq!(first("relu", 2.0, 0.0).phase, Phase::Critical);
    for (name, w) in
        [("tanh", 0.9), ("tanh", 1.0), ("relu", 1.9), ("linear", 0.3), ("gelu", 1.5), ("hard-tanh(1)", 0.8)]
    {
        let point = first(name, w, 0.0);
        assert_eq!((point.stability, point.q_star), (Stability::Collapsed, 0.0), "{name}");
    }
    assert_relative_eq!(first("tanh", 0.9, 0.0).chi_1, 0.9, max_relative = 1e-9);
    for (name, w, b) in [("relu", 2.0, 0.1), ("relu", 3.0, 0.0), ("linear", 1.0, 0.1), ("gelu", 4.5, 0.1)] {
        assert_eq!(fixed_points(&scales(name, w, b)).unwrap_err().kind(), "no-fixed-point", "{name}");
    }
    // An odd chaotic network without biases decorrelates its inputs entirely.
    assert_eq!(first("tanh", 2.0, 0.0).c_star, 0.0);
    // Two roots, the lower one stable.
    let points = fixed_points(&scales("gelu", 3.0, 0.01)).unwrap();
    assert_eq!(points.len(), 2);
    assert!(points[0].q_star < points[1].q_star);
    assert_eq!(
        points.iter().map(|p| p.stability).collect::<Vec<_>>(),
        [Stability::Stable, Stability::Unstable]
    );
    assert_eq!(points[1].xi_q, f64::INFINITY);
    // A variance map far outside the usual range still has its root found.
    assert!(first("erf", 5.0, 1e6).q_star > 1e6);
    assert_relative_eq!(first("tanh", 0.5, 1e-10).q_star, 2e-10, max_relative = 1e-6);
}

#[test]
fn the_stable_fixed_point_is_the_answer() {
    // Signals of GELU die out below σ_w² = 4, whatever lies above the unstable point.
    for sigma_w2 in [0.5, 2.0, 2.1, 2.5, 3.0, 3.9] {
        let points = fixed_points(&scales("gelu", sigma_w2, 0.0)).unwrap();
        assert_eq!((points[0].q_star, points[0].stability), (0.0, Stability::Collapsed), "{sigma_w2}");
        assert!(points[1..].iter().all(|point| point.stability == Stability::Unstable));
    }
    for (name, sigma_w2) in [
        ("hard-tanh(1)", 1.0),
        ("hard-tanh(1e-4)", 1.0),
        ("shifted-relu(1)", 1.0),
        ("shifted-relu(300)", 0.9),
        ("erf", 0.7),
    ] {
        let points = fixed_points(&scales(name, sigma_w2, 0.0)).unwrap();
        assert_eq!(points.len(), 1, "{name}");
        assert_eq!((points[0].q_star, points[0].stability), (0.0, Stability::Collapsed), "{name}");
    }
    // Below and above the grid of the search; E tanh² = q − 2q² + ….
    assert_relative_eq!(
        fixed_points(&scales("tanh", 1.0 + 1e-9, 0.0)).unwrap()[0].q_star,
        5e-10,
        max_relative = 1e-5
    );
    for t in [1e-6f64, 1.0, 1e6] {
        // Everything scales with the threshold.
        let point = fixed_points(&scales(&format!("hard-tanh({t})"), 2.0, 0.0)).unwrap()[0];
        let unit = fixed_points(&scales("hard-tanh(1)", 2.0, 0.0)).unwrap()[0];
        assert_relative_eq!(point.q_star, t * t * unit.q_star, max_relative = 1e-12);
    }
    // Iteration goes where the first point says.
    for (name, w, b) in
        [("tanh", 3.0, 0.1), ("gelu", 1.0, 0.1), ("shifted-relu(1)", 1.5, 0.0), ("sine", 4.0, 0.2)]
    {
        let point = fixed_points(&scales(name, w, b)).unwrap()[0];
        let order = order_parameters(&scales(name, w, b), 300).unwrap();
        assert_relative_eq!(order.q_t[299], point.q_star, max_relative = 1e-9);
    }
}

#[test]
fn susceptibilities_keep_their_digits_near_the_line() {
    // χ_q = σ_w² E[z φ φ']/√q* = σ_w² a³/3 √(2/π) with a = 1/√q* small, q* = σ_w² (1 − …).
    for sigma_w2 in [1e4f64, 1e10, 1e16] {
        let point = fixed_points(&scales("hard-tanh(1)", sigma_w2, 0.0)).unwrap()[0];
        let a = point.q_star.sqrt().recip();
        let expected = sigma_w2 * a.powi(3) / 3.0 * (2.0 / std::f64::consts::PI).sqrt();
        assert_relative_eq!(point.chi_q, expected, max_relative = a * a);
        assert_relative_eq!(
            point.q_star,
            sigma_w2 * (1.0 - 4.0 / 3.0 * a * (2.0 * std::f64::consts::PI).sqrt().recip()),
            max_relative = a * a + 1e-15
        );
    }
    // Just beyond the critical line the distance 1 − χ_{c*} mirrors χ_1 − 1, for smooth functions.
    let line = critical_point(&Activation::tanh(), 0.5).unwrap();
    for excess in [1e-3, 1e-5, 1e-7] {
        let point = fixed_points(&scales("tanh", line.sigma_w2 * (1.0 + excess), line.sigma_b2)).unwrap()[0];
        assert_relative_eq!(
            point.xi_c * (point.chi_1 - 1.0),
            1.0,
            max_relative = 10.0 * (point.chi_1 - 1.0).max(1e-7)
        );
    }
}

#[test]
fn differences_have_their_own_recursion() {
    // Erf in a network that makes its inputs parallel: recursion of the arc sines with 60 digits (mpmath).
    for (depth, theta_d, variance) in [
        (36, 1.4147459852159984e-11, 3.466_973_820_412_762e-15),
        (40, 3.6876288809324176e-13, 8.128_532_212_260_681e-17),
        (200, 1.1748256605665015e-77, 5.157_923_372_606_342e-82),
    ] {
        let mut widths = vec![100; depth];
        widths.push(1);
        let network = network("erf(0.7)", &widths, 1.0, 0.5);
        assert_relative_eq!(theta(&network).unwrap().theta_d, theta_d, max_relative = 1e-11);
        let order = order_parameters(network.scales(), depth).unwrap();
        assert_relative_eq!(order.q_gap[depth - 1], variance, max_relative = 1e-11);
    }
    for name in ["tanh", "relu", "gelu", "sine", "hard-tanh(1)", "erf", "linear", "shifted-relu(0.5)"] {
        let order = order_parameters(&scales(name, 1.3, 0.2), 6).unwrap();
        for l in 0..6 {
            assert_relative_eq!(order.q_gap[l], order.q_t[l] - order.q_st[l], epsilon = 1e-11 * order.q_t[l]);
            assert_relative_eq!(
                order.qtilde_gap[l],
                order.qtilde_t[l] - order.qtilde_st[l],
                epsilon = 1e-11 * order.qtilde_t[l]
            );
        }
        let network = network(name, &[30, 20, 10, 3], 1.3, 0.2).with_trained_biases(true);
        let theta = theta(&network).unwrap();
        assert_relative_eq!(theta.theta_d, theta.theta_t - theta.theta_st, epsilon = 1e-11 * theta.theta_t);
    }
}

#[test]
fn critical_points_are_critical_fixed_points() {
    for (name, q) in [("tanh", 1.5), ("erf", 0.7), ("hard-tanh(1)", 0.9), ("sine", 0.4)] {
        let point = critical_point(&name.parse().unwrap(), q).unwrap();
        assert!(point.exists() && point.is_stable());
        let fixed = fixed_points(&scales(name, point.sigma_w2, point.sigma_b2)).unwrap();
        let fixed = fixed.iter().find(|fixed| (fixed.q_star / q - 1.0).abs() < 1e-9).unwrap();
        assert_eq!(fixed.phase, Phase::Critical, "{name}");
        assert_relative_eq!(fixed.chi_q, point.chi_q, max_relative = 1e-8);
    }
    let relu = critical_point(&Activation::relu(), 3.0).unwrap();
    assert_eq!((relu.sigma_w2, relu.sigma_b2), (2.0, 0.0));
    // The GELU line turns stable at q* = (3+√17)/2.
    let turn = 0.5 * (3.0 + 17f64.sqrt());
    assert_relative_eq!(critical_point(&Activation::gelu(), turn).unwrap().chi_q, 1.0, max_relative = 1e-12);
    assert!(critical_point(&Activation::tanh(), 0.0).is_err());
}

#[test]
fn great_depths_are_answered() {
    for name in ["tanh", "relu", "gelu", "hard-tanh(1)", "linear"] {
        for sigma_w2 in [0.1, 1.0, 2.0, 9.0] {
            match order_parameters(&scales(name, sigma_w2, 0.0), 1000) {
                Ok(order) => assert!(order.q_t.iter().chain(&order.qtilde_st).all(|x| x.is_finite())),
                Err(error) => assert_eq!(error.kind(), "undefined", "{name} {sigma_w2}: {error}"),
            }
        }
    }
}

proptest! {
    #[test]
    fn statistics_are_finite_and_ordered(
        name in prop::sample::select(vec![
            "linear", "relu", "leaky-relu(3)", "erf(0.3)", "sine", "gelu", "hard-tanh(0.5)", "shifted-relu(0.3)", "tanh",
        ]),
        widths in prop::collection::vec(1usize..5000, 2..7),
        samples in 1usize..100_000,
        sigma_w2 in 1e-3f64..20.0,
        sigma_b2 in prop::sample::select(vec![0.0, 1e-12, 0.3, 10.0]),
        train_bias in any::<bool>(),
    ) {
        let network = network(name, &widths, sigma_w2, sigma_b2).with_trained_biases(train_bias);
        let s = fim_statistics(&network, samples).map_err(|error| TestCaseError::fail(error.to_string()))?;
        // Two samples are never more alike than one with itself.
        prop_assert!(s.theta_st >= 0.0 && s.theta_st <= s.theta_t * (1.0 + 1e-9));
        prop_assert!(s.lambda_max <= s.theta_t * (1.0 + 1e-9) && s.lambda_max > 0.0);
        prop_assert!(s.m_lambda > 0.0);
        // With more gradients than parameters only the mean stays exact.
        if network.classes() * samples <= network.parameter_count() {
            prop_assert!(s.s_lambda >= s.m_lambda * s.m_lambda * (1.0 - 1e-9));
        }
    }

    #[test]
    fn fixed_points_never_panic(
        name in prop::sample::select(vec![
            "linear", "relu", "leaky-relu(-1)", "erf(3)", "sine", "gelu", "hard-tanh(0.1)", "shifted-relu(-0.3)", "tanh",
        ]),
        log_w in -9f64..9.0,
        sigma_b2 in prop::sample::select(vec![0.0, 1e-300, 1e-9, 0.3, 1e6, 1e300f64]),
    ) {
        // Steep tanh takes seconds.
        let log_w = if name == "tanh" { log_w.min(3.0) } else { log_w };
        let sigma_b2 = if name == "tanh" { sigma_b2.min(0.3) } else { sigma_b2 };
        if let Ok(points) = fixed_points(&scales(name, log_w.exp(), sigma_b2)) {
            prop_assert!(!points.is_empty());
            for p in points {
                prop_assert!([p.q_star, p.c_star, p.chi_1, p.chi_q, p.chi_c_star].iter().all(|x| x.is_finite()));
                prop_assert!(p.xi_q >= 0.0 && p.xi_c >= 0.0 && (0.0..=1.0).contains(&p.c_star));
            }
        }
    }

    #[test]
    fn pairs_of_any_bits_are_answered(xx in any::<f64>(), xy in any::<f64>(), yy in any::<f64>(), depth in 0usize..6) {
        for name in ["relu", "erf", "linear", "gelu"] {
            if let Ok(pair) = pair_order_parameters(&scales(name, 1.7, 0.3), depth, xx, xy, yy) {
                prop_assert!(pair.qhat_xy.iter().chain(&pair.qtilde_xy).all(|x| x.is_finite()));
            }
        }
    }
}

#[test]
fn homogeneous_networks_move_along_their_outputs() {
    for (name, scale) in [("relu", 2.0), ("relu", 0.3), ("linear", 1.7), ("leaky-relu(0.2)", 3.0)] {
        for depth in [1usize, 2, 7, 40] {
            let norm = fisher_rao(&scales(name, scale, 0.0), depth).unwrap();
            let l = depth as f64;
            assert_relative_eq!(norm.s, l * l * norm.q, max_relative = 1e-12);
            assert_relative_eq!(norm.r, l * norm.q, max_relative = 1e-12);
            // Every layer moves the output by itself once.
            assert_relative_eq!(norm.block, l * norm.q, max_relative = 1e-12);
            assert_relative_eq!(norm.rescaling_share(), 1.0, max_relative = 1e-12);
        }
    }
}

/// Pair by pair: the covariance of the motions by layers $l\le m$, by recursions of two tangents with plain Gauss-Hermite averages.
#[test]
fn the_norm_is_the_sum_over_pairs_of_layers() {
    use crate::quadrature::gaussian_moments;
    for (name, depth, sigma_w2, sigma_b2) in [
        ("tanh", 3, 3.0, 0.64),
        ("sine", 4, 2.0, 0.3),
        ("gelu", 3, 2.0, 0.1),
        ("erf", 4, 2.0, 0.3),
        ("hard-tanh(1)", 3, 2.0, 0.2),
    ] {
        let scales = scales(name, sigma_w2, sigma_b2);
        let phi = &scales.activation;
        let order = order_parameters(&scales, depth).unwrap();
        // E φ'² u², by differences of E φ'² with respect to the variance.
        let e = |q: f64| gaussian_moments(phi, 0.0, q).unwrap().second_derivative;
        let mut total = 0.0;
        for l in 0..depth {
            for m in l..depth {
                // The tangent from layer l at layer m overlaps with u^m as X; from there both travel together.
                let travel = |x: (f64, f64), y: f64, from: usize, to: usize| {
                    let (mut x, mut y) = (x, y);
                    for &q in &order.q_t[from..to] {
                        let h = 1e-4 * q;
                        let slope =
                            (8.0 * (e(q + h) - e(q - h)) - (e(q + 2.0 * h) - e(q - 2.0 * h))) / (12.0 * h);
                        let c = q * e(q) + 2.0 * q * q * slope;
                        let b = gaussian_moments(phi, 0.0, q).unwrap().z_product * q.sqrt();
                        // x: covariance of one tangent with u; y: of the two tangents; the second is u itself at first.
                        y = sigma_w2 * (x.0 * x.1 / (q * q) * c + (y - x.0 * x.1 / q) * e(q));
                        x = (sigma_w2 * x.0 / q * b, sigma_w2 * x.1 / q * b);
                    }
                    (x, y)
                };
                let along = {
                    let mut x = order.q_t[l];
                    for &q in &order.q_t[l..m] {
                        x *= sigma_w2 / q * gaussian_moments(phi, 0.0, q).unwrap().z_product * q.sqrt();
                    }
                    x
                };
                let (_, covariance) = travel((along, order.q_t[m]), along, m, depth - 1);
                total += if l == m { covariance } else { 2.0 * covariance };
            }
        }
        let norm = fisher_rao(&scales, depth).unwrap();
        assert_relative_eq!(norm.s, total, max_relative = 1e-7);
        assert_relative_eq!(norm.q, order.q_t[depth - 1], max_relative = 1e-14);
    }
}

#[test]
fn extreme_norms_are_numbers_or_refused() {
    for name in ["relu", "tanh", "gelu", "erf", "sine", "hard-tanh(0.3)", "shifted-relu(0.5)"] {
        for sigma_w2 in [1e-300, 1e-8, 1.0, 1e8, 1e300] {
            for sigma_b2 in [0.0, 1e-200, 1.0, 1e200] {
                for depth in [1, 2, 30] {
                    if let Ok(norm) = fisher_rao(&scales(name, sigma_w2, sigma_b2), depth) {
                        assert!(
                            [norm.s, norm.r, norm.q, norm.block].iter().all(|x| x.is_finite() && *x >= 0.0)
                        );
                        assert!(norm.s * (1.0 + 1e-9) >= norm.block.min(norm.q), "{name} {norm:?}");
                    }
                }
            }
        }
    }
    assert!(fisher_rao(&scales("relu", 2.0, 0.1), 0).is_err());
}
