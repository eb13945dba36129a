use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;

/// The same function without its name: only the generic rules can integrate it.
fn anonymous(name: &str) -> Activation {
    let phi: Activation = name.parse().unwrap();
    let (kinks, odd) = (phi.kinks(), phi.is_odd());
    Activation::custom("anonymous", kinks, odd, move |u| phi.value_and_derivative(u)).unwrap()
}

const COVARIANCES: [(f64, f64, f64); 6] = [
    (1.3, 0.7, 0.4),
    (0.5, 0.5, 0.49),
    (2.0, 2.0, -1.1),
    (1.0, 1.0, 0.9999),
    (1.0, 1.0, 0.999999),
    (1.7, 1.7, 1.7),
];

#[test]
fn closed_forms_agree_with_quadrature() {
    for name in ["linear", "relu", "leaky-relu(0.2)", "erf", "erf(0.6)", "sine", "gelu", "hard-tanh(0.8)"] {
        let phi: Activation = name.parse().unwrap();
        for (p, q, c) in COVARIANCES {
            let closed = kernel_pair(&phi, p, q, c).unwrap();
            let numeric = kernel_pair(&anonymous(name), p, q, c).unwrap();
            assert_relative_eq!(closed.k, numeric.k, max_relative = 2e-14, epsilon = 1e-15);
            assert_relative_eq!(closed.k_dot, numeric.k_dot, max_relative = 2e-14, epsilon = 1e-15);
        }
    }
}

#[test]
fn moments_agree_with_quadrature() {
    for name in [
        "linear",
        "relu",
        "leaky-relu(-0.3)",
        "erf(0.6)",
        "sine",
        "gelu",
        "hard-tanh(0.8)",
        "shifted-relu(0.4)",
    ] {
        let phi: Activation = name.parse().unwrap();
        for (mean, variance) in [(0.0, 1.0), (0.0, 2.3), (0.7, 0.5), (-1.2, 1.5)] {
            let closed = gaussian_moments(&phi, mean, variance).unwrap();
            let numeric = gaussian_moments(&anonymous(name), mean, variance).unwrap();
            for (a, b) in [
                (closed.mean, numeric.mean),
                (closed.mean_derivative, numeric.mean_derivative),
                (closed.second, numeric.second),
                (closed.second_derivative, numeric.second_derivative),
                (closed.z_value, numeric.z_value),
                (closed.z_derivative, numeric.z_derivative),
                (closed.z_product, numeric.z_product),
            ] {
                assert_relative_eq!(a, b, epsilon = 1e-14, max_relative = 1e-13);
            }
        }
    }
}

#[test]
fn moments_and_pair_agree_on_the_diagonal_and_at_zero_correlation() {
    for name in ["tanh", "relu", "gelu", "erf", "sine", "hard-tanh(1.1)", "shifted-relu(0.3)"] {
        let phi: Activation = name.parse().unwrap();
        let moments = gaussian_moments(&phi, 0.0, 1.4).unwrap();
        let same = kernel_pair(&phi, 1.4, 1.4, 1.4).unwrap();
        let apart = kernel_pair(&phi, 1.4, 1.4, 0.0).unwrap();
        assert_relative_eq!(same.k, moments.second, max_relative = 1e-14);
        assert_relative_eq!(same.k_dot, moments.second_derivative, max_relative = 1e-14);
        assert_relative_eq!(apart.k, moments.mean.powi(2), epsilon = 1e-16, max_relative = 1e-14);
        assert_relative_eq!(apart.k_dot, moments.mean_derivative.powi(2), max_relative = 1e-14);
    }
}

#[test]
fn gauss_hermite_confirms_tanh() {
    // A second algorithm: the tensor Gauss-Hermite rule, accurate to about 1e-9 here.
    let phi = Activation::tanh();
    let (p, q, c) = (0.4f64, 0.3f64, 0.15f64);
    let rho = c / (p * q).sqrt();
    let (mut k, mut k_dot) = (0.0, 0.0);
    for &(x, wx) in rules::hermite() {
        for &(y, wy) in rules::hermite() {
            let (u, v) = (p.sqrt() * x, q.sqrt() * (rho * x + (1.0 - rho * rho).sqrt() * y));
            k += wx * wy * phi.value(u) * phi.value(v);
            k_dot += wx * wy * phi.derivative(u) * phi.derivative(v);
        }
    }
    let pair = kernel_pair(&phi, p, q, c).unwrap();
    assert_relative_eq!(pair.k, k, max_relative = 1e-7);
    assert_relative_eq!(pair.k_dot, k_dot, max_relative = 1e-7);
}

#[test]
fn derivative_kernel_is_the_derivative_of_the_kernel() {
    for name in ["tanh", "relu", "gelu", "erf", "sine", "hard-tanh(1.1)", "shifted-relu(0.3)"] {
        let phi: Activation = name.parse().unwrap();
        let step = 1e-5;
        let k = |c| kernel_pair(&phi, 1.2, 0.9, c).unwrap().k;
        let difference = (k(0.3 + step) - k(0.3 - step)) / (2.0 * step);
        assert_relative_eq!(kernel_pair(&phi, 1.2, 0.9, 0.3).unwrap().k_dot, difference, max_relative = 1e-9);
    }
}

#[test]
fn relu_keeps_relative_accuracy_near_opposite_inputs() {
    // g(ϑ) = ϑ³/3 (1 − ϑ²/10 + ...) with ϑ = arccos(−ρ) small.
    let gap = 2f64.powi(-30);
    let pair = kernel_pair(&Activation::relu(), 1.0, 1.0, gap - 1.0).unwrap();
    let angle = 2.0 * (0.5 * gap).sqrt().asin();
    let series = angle.powi(3) / 3.0 * (1.0 - angle * angle / 10.0) / (2.0 * std::f64::consts::PI);
    assert_relative_eq!(pair.k, series, max_relative = 1e-14);
}

#[test]
fn undeclared_kinks_are_noticed() {
    for kink in [0.0, 0.3] {
        let secret =
            Activation::custom(
                "secret",
                vec![],
                false,
                move |u| if u > kink { (u - kink, 1.0) } else { (0.0, 0.0) },
            )
            .unwrap();
        let error = kernel_pair(&secret, 1.0, 1.0, 0.5).unwrap_err();
        assert_eq!(error.kind(), "non-smooth-activation");
        assert!(error.to_string().contains("declare"));
    }
}

#[test]
fn steep_tanh_is_answered_at_every_variance() {
    let tanh = Activation::tanh();
    // Computed in the angle between the samples, with 30 digits by mpmath.
    let pair = kernel_pair(&tanh, 2500.0, 2500.0, 1250.0).unwrap();
    assert_relative_eq!(pair.k, 0.33321247300809537, max_relative = 5e-15);
    assert_relative_eq!(pair.k_dot, 0.0002939131768259355, max_relative = 5e-15);
    for q in [1e3, 1e6, 1e9, 1e12] {
        // Far out tanh is the sign: (2/π) arcsin ρ, with a correction of order 1/q, and the density of two zeros.
        for rho in [-0.9f64, -0.2, 1e-8, 0.5, 0.99] {
            let pair = kernel_pair(&tanh, q, q, rho * q).unwrap();
            let width = q * (1.0 - rho * rho);
            assert_relative_eq!(pair.k, std::f64::consts::FRAC_2_PI * rho.asin(), max_relative = 3.0 / width);
            let density = 4.0 / (2.0 * std::f64::consts::PI * q * (1.0 - rho * rho).sqrt());
            assert_relative_eq!(pair.k_dot, density, max_relative = 3.0 / width);
        }
        // ∫ sech⁴ = 4/3.
        let slope = kernel_pair(&tanh, q, q, q).unwrap().k_dot;
        assert_relative_eq!(
            slope,
            4.0 / 3.0 / (2.0 * std::f64::consts::PI * q).sqrt(),
            max_relative = 1.0 / q
        );
    }
}

#[test]
fn differences_of_kernels_keep_their_digits() {
    // Erf, sine, ReLU and GELU: closed forms with 120 digits; hard tanh: the angular integral; tanh: variances of
    // samples with a common part, by the trapezoidal rule with 50 digits (mpmath).
    let check = |name: &str, q: f64, gap: f64, k: f64, k_dot: f64, tolerance: f64| {
        let found = kernel_gap(&name.parse().unwrap(), q, gap).unwrap();
        assert_relative_eq!(found.k, k, max_relative = tolerance);
        assert_relative_eq!(found.k_dot, k_dot, max_relative = tolerance);
    };
    for (name, q, gap, k, k_dot) in [
        ("erf", 1.5, 1e-25, 4.8123931354033416e-26, 4.1249084017742928e-26),
        ("erf", 1e12, 2.0, 7.869_053_144_668_461e-7, 3.519_147_550_005_242e-7),
        ("erf", 1e-12, 4e-13, 5.092_958_178_930_465e-13, 1.6297466172512298e-24),
        ("erf", 3.0, 1.0, 0.2683041809675503, 0.13149055723556107),
        ("erf", 1e6, 1e5, 0.286_496_623_844_310_2, 0.000_635_159_190_710_804_9),
        ("sine", 1.5, 1e-25, 5.248_935_341_839_319e-26, 4.7510646581606803e-26),
        ("sine", 1e12, 2.0, 0.43233235838169365, 0.43233235838169365),
        ("sine", 1e-12, 4e-13, 3.999999999996e-13, 3.1999999999968e-25),
        ("sine", 3.0, 1.0, 0.318_189_876_825_488_4, 0.313_930_682_003_069_3),
        ("relu", 1.5, 1e-25, 4.999_999_999_999_613e-26, 5.811_516_831_325_472e-14),
        ("relu", 1e12, 2.0, 0.999_999_575_586_818_4, 3.1830988618384372e-7),
        ("relu", 3.0, 1.0, 0.411_839_201_092_641_5, 0.133_860_236_400_615),
        ("gelu", 1.5, 1e-25, 4.777509000344343e-26, 2.3251542467331584e-26),
        ("gelu", 1e12, 2.0, 0.999_999_747_459_367_4, 3.053_395_812_650_649e-7),
        ("gelu", 1e-12, 4e-13, 1.0000000000020372e-13, 2.5464790894652324e-13),
        ("gelu", 3.0, 1.0, 0.43734174062646877, 0.11405156699703093),
        ("gelu", 1e6, 1e5, 45_230.869_764_208_14, 0.071_839_087_491_870_08),
    ] {
        check(name, q, gap, k, k_dot, 2e-14);
    }
    for (q, gap, k, k_dot) in [
        (1.3, 1e-16, 6.195_448_729_579_092e-17, 2.6875534471710406e-9),
        (1.3, 0.2, 0.10785861921597131, 0.12042889328562885),
        (1e10, 1e3, 0.00027943323700373186, 7.836_516_816_329_081e-6),
        (1e6, 1e5, 0.28660110142149513, 0.000_796_423_924_461_669_1),
    ] {
        check("hard-tanh(1)", q, gap, k, k_dot, 1e-13);
    }
    for (q, gap, k, k_dot) in [
        (2.0, 1e-20, 3.495_082_977_466_028e-21, 2.4935109184665764e-21),
        (2.0, 0.3, 0.096_155_421_237_331_13, 0.05180500477287794),
        (1e-12, 3e-13, 2.999999999994e-13, 1.01999999999184e-24),
    ] {
        check("tanh", q, gap, k, k_dot, 2e-14);
    }
    assert!(kernel_gap(&Activation::tanh(), 1.0, 2.1).is_err());
    assert!(kernel_gap(&Activation::tanh(), 1.0, -0.1).is_err());
}

#[test]
fn differences_of_kernels_are_the_kernels_differences() {
    for name in [
        "linear",
        "tanh",
        "sine",
        "gelu",
        "relu",
        "erf(0.7)",
        "leaky-relu(0.2)",
        "hard-tanh(1.5)",
        "shifted-relu(0.5)",
    ] {
        let phi: Activation = name.parse().unwrap();
        for q in [0.3, 2.0, 40.0, 3e3] {
            for share in [0.4, 0.9, 1.3] {
                let (same, apart) = (
                    kernel_pair(&phi, q, q, q).unwrap(),
                    kernel_pair(&phi, q, q, q * (1.0 - share)).unwrap(),
                );
                let gap = kernel_gap(&phi, q, share * q).unwrap();
                assert_relative_eq!(gap.k, same.k - apart.k, epsilon = 1e-9 * same.k);
                assert_relative_eq!(gap.k_dot, same.k_dot - apart.k_dot, epsilon = 1e-9 * same.k_dot);
            }
        }
    }
}

#[test]
fn vanishing_variances() {
    let gelu = kernel_pair(&Activation::gelu(), 0.0, 1.0, 0.0).unwrap();
    assert_eq!((gelu.k, gelu.k_dot), (0.0, 0.25));
    assert_eq!(kernel_pair(&Activation::relu(), 0.0, 1.0, 0.0).unwrap_err().kind(), "undefined");
    assert!(kernel_pair(&Activation::hard_tanh(1.0).unwrap(), 0.0, 1.0, 0.0).is_ok());
    assert_eq!(gaussian_moments(&Activation::relu(), 0.0, 0.0).unwrap_err().kind(), "undefined");
    assert_eq!(gaussian_moments(&Activation::relu(), 1.0, 0.0).unwrap().second, 1.0);
}

#[test]
fn invalid_covariances_are_refused() {
    let relu = Activation::relu();
    for (p, q, c) in [
        (-0.1, 0.7, 0.4),
        (0.7, -0.1, 0.0),
        (1.0, 1.0, 1.001),
        (1.0, 1.0, f64::NAN),
        (f64::INFINITY, 1.0, 0.0),
        (0.0, 1.0, 1e-9),
    ] {
        assert_eq!(kernel_pair(&relu, p, q, c).unwrap_err().kind(), "invalid-parameter", "{p} {q} {c}");
    }
    assert!(kernel_pair(&relu, 1.0, 1.0, 1.0 + 1e-14).is_ok());
}

#[test]
fn extreme_variances_give_numbers_or_errors() {
    for name in [
        "linear",
        "relu",
        "leaky-relu(0.2)",
        "erf",
        "sine",
        "gelu",
        "tanh",
        "hard-tanh(2)",
        "shifted-relu(-1)",
    ] {
        let phi: Activation = name.parse().unwrap();
        for (p, q) in [
            (1e-300f64, 1e-300f64),
            (1e300, 1e300),
            (1e-300, 1e300),
            (1e300, 1.0),
            (1e-300, 1.0),
            (5e-324, 5e-324),
        ] {
            for rho in [-1.0, -0.5, 0.0, 0.5, 1.0] {
                let c = rho * if p == q { p } else { p.sqrt() * q.sqrt() };
                if let Ok(pair) = kernel_pair(&phi, p, q, c) {
                    assert!(pair.k.is_finite() && pair.k_dot.is_finite(), "{name} {p} {q} {c}");
                    let bound = (kernel_pair(&phi, p, p, p), kernel_pair(&phi, q, q, q));
                    if let (Ok(u), Ok(v)) = bound {
                        assert!(
                            pair.k.abs() <= u.k.sqrt() * v.k.sqrt() * (1.0 + 1e-9) + 1e-300,
                            "{name} {p} {q} {c}"
                        );
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn cauchy_schwarz_holds(
        name in prop::sample::select(vec![
            "linear", "relu", "leaky-relu(0.2)", "erf", "erf(3)", "sine", "gelu", "hard-tanh(0.5)", "shifted-relu(0.3)",
        ]),
        p in -12f64..12.0,
        q in -12f64..12.0,
        rho in -1f64..=1.0,
    ) {
        let phi: Activation = name.parse().unwrap();
        let (p, q) = (10f64.powf(p), 10f64.powf(q));
        let pair = kernel_pair(&phi, p, q, rho * p.sqrt() * q.sqrt()).unwrap();
        let (u, v) = (kernel_pair(&phi, p, p, p).unwrap(), kernel_pair(&phi, q, q, q).unwrap());
        prop_assert!(pair.k.abs() <= (u.k.sqrt() * v.k.sqrt()) * (1.0 + 1e-9) + 1e-300);
        prop_assert!(pair.k_dot.abs() <= (u.k_dot.sqrt() * v.k_dot.sqrt()) * (1.0 + 1e-9) + 1e-300);
    }

    #[test]
    fn any_bits_are_answered(p in any::<f64>(), q in any::<f64>(), c in any::<f64>()) {
        for name in ["relu", "erf", "gelu", "sine", "hard-tanh(1)"] {
            let phi: Activation = name.parse().unwrap();
            if let Ok(pair) = kernel_pair(&phi, p, q, c) {
                prop_assert!(pair.k.is_finite() && pair.k_dot.is_finite());
            }
            if let Ok(moments) = gaussian_moments(&phi, c, p) {
                prop_assert!(moments.all_finite());
            }
        }
    }
}
