//! Exponents of the width.

use approx::assert_relative_eq;

use super::super::*;

#[test]
fn rates_and_dampings_keep_features_moving_and_the_output_finite() {
    for weighted in [false, true] {
        for i in 0..=4 {
            for j in 0..=4 {
                for k in 0..=4 {
                    let of = Parametrization {
                        p_input: 0.25 * f64::from(i),
                        p_output: 0.25 * f64::from(j),
                        b_output: 0.5 + 0.125 * f64::from(k),
                        weighted,
                    };
                    let wanted = width_exponents(of).unwrap();
                    let undamped = feature_exponents(of, wanted.rate, [None; 3], [None; 3]).unwrap();
                    let damped = feature_exponents(
                        of,
                        wanted.rate,
                        wanted.damping_input.map(Some),
                        wanted.damping_output.map(Some),
                    )
                    .unwrap();
                    for found in [undamped, damped] {
                        for x in found.features {
                            assert_relative_eq!(x, of.b_output - 1.0, epsilon = 1e-14);
                        }
                        assert_relative_eq!(found.output_own, 0.0, epsilon = 1e-14);
                        assert_relative_eq!(found.output, 0.0, epsilon = 1e-14);
                    }
                }
            }
        }
    }
}

/// The table of maximal updates, and weighted statistics, which make powers of one half free of the width.
#[test]
fn methods_have_the_exponents_of_the_table() {
    let at = |p_input, p_output, b_output, weighted| {
        width_exponents(Parametrization { p_input, p_output, b_output, weighted }).unwrap()
    };
    assert_eq!(at(0.0, 0.0, 1.0, false).rate, [1.0, 0.0, -1.0]);
    assert_eq!(at(1.0, 1.0, 1.0, false).rate, [0.0, 0.0, 0.0]);
    assert_eq!(at(1.0, 0.0, 1.0, false).rate, [1.0, 1.0, 0.0]);
    assert_eq!(at(0.5, 0.5, 1.0, false).rate, [0.5, 0.0, -0.5]);
    for b_output in [0.5, 1.0] {
        assert_eq!(at(0.5, 0.5, b_output, true).rate, [0.0, 0.0, 0.0]);
    }
    assert_eq!(at(0.25, 0.25, 1.0, true).rate, at(0.5, 0.5, 1.0, false).rate);
    assert_eq!(at(0.5, 0.5, 0.75, true).damping_input, [-0.5, 0.5, 1.0]);
}

#[test]
fn exponents_outside_their_domain_are_refused() {
    let of = Parametrization { p_input: 1.0, p_output: 0.0, b_output: 1.0, weighted: false };
    for bad in [
        Parametrization { p_input: 1.5, ..of },
        Parametrization { p_output: -0.1, ..of },
        Parametrization { b_output: 0.4, ..of },
        Parametrization { b_output: f64::NAN, ..of },
    ] {
        assert!(width_exponents(bad).is_err());
        assert!(feature_exponents(bad, [0.0; 3], [None; 3], [None; 3]).is_err());
    }
    assert!(feature_exponents(of, [0.0, f64::INFINITY, 0.0], [None; 3], [None; 3]).is_err());
    assert!(feature_exponents(of, [0.0; 3], [Some(f64::NAN), None, None], [None; 3]).is_err());
    assert!(feature_exponents(of, [-f64::MAX; 3], [Some(f64::MAX); 3], [None; 3]).is_err());
}
