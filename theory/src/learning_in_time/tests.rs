use approx::assert_relative_eq;
use nalgebra::DMatrix;

use super::*;
use crate::continual_learning::{Spectrum, Target, two_task};

fn power(a: f64, count: usize) -> Spectrum {
    Spectrum::power(a, count).unwrap()
}

/// The value of the reference in 30 digits, by Talbot's contour.
#[test]
fn flow_agrees_with_the_reference() {
    let spectrum = power(1.5, 30);
    let curve = flow_curve(&spectrum, &Target::matched(&spectrum), 15, 0.0, &[0.0, 0.05, 1.0, 30.0]).unwrap();
    let expected = [
        [2.2502445266929896, 2.2502445266929896],
        [1.2918683525978891, 1.0487165782698429],
        [0.4762722423539804, 0.10120920470171857],
        [0.3198539007292523, 8.28195790359139e-05],
    ];
    for (found, expected) in curve.iter().zip(expected) {
        assert_relative_eq!(found[0], expected[0], max_relative = 1e-11);
        assert_relative_eq!(found[1], expected[1], epsilon = 1e-11);
    }
}

#[test]
fn long_flow_is_regression_and_isotropic_flow_is_the_integral() {
    let (spectrum, target) = (power(1.5, 300), Target::power_law(2.0, 300).unwrap());
    let late = flow_curve(&spectrum, &target, 60, 0.0, &[1e7]).unwrap()[0][0];
    let law = two_task(&spectrum, &target, 60, 1, 0.0).unwrap();
    assert_relative_eq!(late, law.first, max_relative = 1e-8);
    for (p, n) in [(100, 50), (50, 100), (64, 64), (1, 3), (7, 1)] {
        let spectrum = Spectrum::new(vec![1.0], vec![p as f64], 0.0).unwrap();
        let target = Target::new(vec![1.7 / p as f64], 0.0).unwrap();
        let times = [1e-4, 0.003, 0.02, 0.3, 4.0];
        let curve = flow_curve(&spectrum, &target, n, 0.3, &times).unwrap();
        let exact = flow_isotropic(p, n, 1.7, 0.3, &times).unwrap();
        for (found, exact) in curve.iter().zip(exact) {
            assert_relative_eq!(found[0], exact, max_relative = 1e-10);
        }
    }
}

/// A list in any order, to the bit.
#[test]
fn times_know_nothing_of_each_other() {
    let (spectrum, target) = (power(1.5, 41), Target::power_law(2.0, 41).unwrap());
    let times = [3.0, 1e-9, 0.0, 40.0, 1e9, 0.02, 3.0];
    let flow = |times: &[f64]| flow_curve(&spectrum, &target, 20, 0.1, times).unwrap();
    let subset = |times: &[f64]| subset_curve(spectrum.eigenvalues(), &target.powers, 20, times).unwrap();
    let (together, parts) = (flow(&times), subset(&times));
    for (i, t) in times.iter().enumerate() {
        assert_eq!((together[i], parts[i]), (flow(&[*t])[0], subset(&[*t])[0]));
    }
}

/// One step of descent is known in closed form up to the order that the equivalent keeps; many small steps are flow.
#[test]
fn many_small_steps_are_flow_and_unstable_ones_are_refused() {
    let (spectrum, target) = (power(1.5, 60), Target::power_law(2.0, 60).unwrap());
    let critical = edge(&spectrum, 30, 0.0).unwrap();
    let alpha = 1e-4 / critical.upper;
    let descent = descent_curve(&spectrum, &target, 30, 0.1, (alpha, 0.0), &[0, 100_000]).unwrap();
    let flow = flow_curve(&spectrum, &target, 30, 0.1, &[100_000.0 * alpha]).unwrap();
    assert_relative_eq!(descent[1][0], flow[0][0], max_relative = 1e-4);
    assert_relative_eq!(descent[0][1], target.power(&spectrum) + 0.1, max_relative = 1e-15);
    let error = descent_curve(&spectrum, &target, 30, 0.1, (critical.critical, 0.0), &[1]).unwrap_err();
    assert!(error.to_string().contains("alpha"), "{error}");
    let with_momentum = edge(&spectrum, 30, 0.5).unwrap();
    assert_relative_eq!(with_momentum.critical, 1.5 * critical.critical);
    for (p, n) in [(100usize, 25), (3, 1000)] {
        let flat = Spectrum::new(vec![1.0], vec![p as f64], 0.0).unwrap();
        let exact = ((n as f64).sqrt() + (p as f64).sqrt()).powi(2);
        assert_relative_eq!(edge(&flat, n, 0.0).unwrap().upper, exact, max_relative = 1e-13);
    }
}

#[test]
fn levels_with_degeneracies_are_modes_listed_singly() {
    let grouped = Spectrum::new(vec![1.0, 0.2], vec![3.0, 5.0], 0.1).unwrap();
    let single = Spectrum::simple([vec![1.0; 3], vec![0.2; 5]].concat(), 0.1).unwrap();
    let (powers, one_by_one) = (vec![0.4, 0.3], [vec![0.4; 3], vec![0.3; 5]].concat());
    let (a, b) = (Target::new(powers, 0.05).unwrap(), Target::new(one_by_one, 0.05).unwrap());
    let rounds = [Round { ridge: 0.3, labels: 1.0 }, Round { ridge: 0.6, labels: -0.4 }];
    for (x, y) in [
        (flow_curve(&grouped, &a, 6, 0.2, &[0.5]).unwrap(), flow_curve(&single, &b, 6, 0.2, &[0.5]).unwrap()),
        (distill(&grouped, &a, 6, 0.2, &rounds).unwrap(), distill(&single, &b, 6, 0.2, &rounds).unwrap()),
    ] {
        for (x, y) in x.iter().zip(&y) {
            assert_relative_eq!(x[0], y[0], max_relative = 1e-11);
            assert_relative_eq!(x[1], y[1], max_relative = 1e-11);
        }
    }
}

/// One round of ridge regression is that of the one-point law; two rounds follow from its derivatives; infinitely many are another ridge.
#[test]
fn rounds_follow_the_closed_forms() {
    let (spectrum, target) = (power(1.5, 200), Target::power_law(2.5, 200).unwrap());
    let regression = two_point::Regression::new(&spectrum, &target, 40, 0.3).unwrap();
    let delta = 0.5;
    let at = ridge::ridge(&regression, delta).unwrap();
    let h = 1e-5;
    let near = |shift: f64| ridge::ridge(&regression, delta + shift).unwrap();
    assert_relative_eq!((near(h).error - near(-h).error) / (2.0 * h), at.slope, max_relative = 1e-7);
    assert_relative_eq!((near(h).slope - near(-h).slope) / (2.0 * h), at.curvature, max_relative = 1e-7);
    for xi in [-1.0, 0.0, 0.5, 2.0] {
        let rounds = [Round { ridge: delta, labels: 1.0 }, Round { ridge: delta, labels: xi }];
        let found = distill(&spectrum, &target, 40, 0.3, &rounds).unwrap();
        assert_relative_eq!(found[0][0], at.error, max_relative = 1e-12);
        let c = 0.5 * delta * at.slope;
        let two = at.error + 2.0 * (1.0 - xi) * c + (1.0 - xi) * (1.0 - xi) * at.second_round;
        assert_relative_eq!(found[1][0], two, max_relative = 1e-11);
    }
    let many = vec![Round { ridge: delta, labels: 0.5 }; 60];
    let end = distill(&spectrum, &target, 40, 0.3, &many).unwrap()[59][0];
    assert_relative_eq!(end, near(delta).error, max_relative = 1e-9);
    // The best of two rounds is the parabola's minimum.
    let (best, shares) = distill_optimal(&spectrum, &target, 40, 0.3, delta, 2).unwrap();
    let c = 0.5 * delta * at.slope;
    assert_relative_eq!(best, at.error - c * c / at.second_round, max_relative = 1e-11);
    assert_relative_eq!(shares[0], -c / at.second_round, max_relative = 1e-10);
    // Matched targets gain nothing.
    let gain = distill_gain(&spectrum, &Target::matched(&spectrum), 40, 0.3).unwrap();
    assert!((gain.ridge - 0.3).abs() < 1e-7 && gain.chi.abs() < 1e-7, "{gain:?}");
}

#[test]
fn stopping_finds_the_minimum_of_the_curve() {
    let (spectrum, target) = (power(1.5, 200), Target::power_law(2.5, 200).unwrap());
    let found = early_stopping(&spectrum, &target, 60, 0.1).unwrap();
    let time = found.time.unwrap();
    let around: Vec<f64> = [0.98, 1.0, 1.02].iter().map(|x| x * time).collect();
    let curve = flow_curve(&spectrum, &target, 60, 0.1, &around).unwrap();
    assert!(curve[1][0] < curve[0][0] && curve[1][0] < curve[2][0]);
    assert_relative_eq!(curve[1][0], found.error, max_relative = 1e-11);
    // Smooth targets gain on the best ridge, matched ones lose.
    assert!((found.error / found.ridge_error - 0.92).abs() < 0.01, "{found:?}");
    let matched = early_stopping(&spectrum, &Target::matched(&spectrum), 60, 0.1).unwrap();
    assert!(matched.error > matched.ridge_error && (matched.ridge.unwrap() - 0.1).abs() < 1e-7);
    // Without noise training goes on to the end; what cannot be learnt is left alone.
    assert_eq!(early_stopping(&spectrum, &Target::matched(&spectrum), 60, 0.0).unwrap().time, None);
    let nothing = Target::new(vec![0.0; 200], 1.0).unwrap();
    assert_eq!(early_stopping(&spectrum, &nothing, 60, 0.1).unwrap().time, Some(0.0));
}

#[test]
fn scaled_curves_are_the_limit_of_many_samples() {
    let (a, b) = (1.5, 1.5);
    let curve = flow_scaling(a, (b - 1.0) / a, 0.0, &[0.1, 1.0]).unwrap();
    assert_relative_eq!(curve[0], 1.4805669470861882, max_relative = 1e-10);
    assert_relative_eq!(curve[1], 1.0374553347903381, max_relative = 1e-10);
    let near = |beta: f64| flow_scaling(2.0, beta, 0.3, &[1.0]).unwrap()[0];
    assert_relative_eq!(near(1.0), 0.5 * (near(1.0 - 1e-6) + near(1.0 + 1e-6)), max_relative = 1e-11);
    // Time without end: the converged error, 1 + s(a − 1).
    for (a, beta, s) in [(2.0, 0.7, 0.0), (1.02, 0.5, 0.3), (1.5, 1.0, 2.0), (4.0, 1.9, 0.1)] {
        let late = flow_scaling(a, beta, s, &[1e9]).unwrap()[0];
        assert_relative_eq!(late, 1.0 + s * (a - 1.0), max_relative = 1e-12);
    }
}

#[test]
fn subsets_agree_with_the_reference() {
    let mu = [8.0, 3.0, 1.6, 1.0, 0.7, 0.5, 0.33, 0.25, 0.2, 0.15, 0.1, 0.06];
    let y2 = [3.0, 2.5, 1.5, 1.2, 0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2];
    let curve = subset_curve(&mu, &y2, 6, &[0.1, 1.0, 20.0]).unwrap();
    let expected = [
        [0.8816472560032776, 0.6872150607143437],
        [0.7363334750326593, 0.1656897404402891],
        [0.7507745612020302, 7.158324258042615e-05],
    ];
    for (found, expected) in curve.iter().zip(expected) {
        assert_relative_eq!(found[0], expected[0], max_relative = 1e-10);
        assert_relative_eq!(found[1], expected[1], epsilon = 1e-11);
    }
    assert!(subset_curve(&mu, &y2, 12, &[1.0]).is_err());
}

#[test]
fn given_inputs_are_averaged_exactly() {
    let (p, n) = (9, 4);
    let spectrum = power(1.0, p);
    let phi = DMatrix::from_fn(n, p, |mu, i| {
        let (mu, i) = (mu as f64, i as f64);
        std::f64::consts::SQRT_2 * (0.3 + 0.7 * mu + 1.1 * i + 0.37 * mu * i).sin()
    });
    let curve =
        fixed_data_curve(&spectrum, &Target::matched(&spectrum), 0.1, &phi, &Schedule::Flow(vec![0.1, 2.0]))
            .unwrap();
    let expected = [[1.8998267730497034, 1.614559438178064], [1.0577229995820623, 0.00029215017144661583]];
    for (found, expected) in curve.iter().zip(expected) {
        assert_relative_eq!(found[0], expected[0], max_relative = 1e-10);
        assert_relative_eq!(found[1], expected[1], max_relative = 1e-9);
    }
}

#[test]
fn fresh_rounds_agree_with_the_reference_and_one_is_ridge_regression() {
    let (spectrum, target) = (power(1.5, 20), Target::power_law(2.0, 20).unwrap());
    let round = |samples, ridge, labels, sigma2| FreshRound { samples, ridge, labels, sigma2 };
    let rounds = [round(15, 0.1, 1.0, 0.2), round(15, 0.1, 0.0, 0.0), round(30, 0.05, 0.4, 0.2)];
    let found = distill_fresh(&spectrum, &target, &rounds).unwrap();
    let expected = [0.25971777622021536, 0.25139023118804765, 0.1309481199031744];
    for (found, expected) in found.iter().zip(expected) {
        assert_relative_eq!(*found, expected, max_relative = 1e-12);
    }
    let one = distill(&spectrum, &target, 15, 0.2, &[Round { ridge: 0.1, labels: 1.0 }]).unwrap();
    assert_relative_eq!(found[0], one[0][0], max_relative = 1e-12);
}

#[test]
fn many_rounds_of_a_share_of_the_labels_are_one_larger_ridge() {
    let spectrum = Spectrum::power(1.5, 120).unwrap();
    let target = Target::power_law(2.5, 120).unwrap();
    for (delta, xi) in [(0.5, 0.2), (0.05, 0.6), (3.0, 0.05)] {
        let rounds = vec![Round { ridge: delta, labels: xi }; 900];
        let many = distill(&spectrum, &target, 40, 0.2, &rounds).unwrap()[899];
        let one =
            distill(&spectrum, &target, 40, 0.2, &[Round { ridge: delta / xi, labels: 1.0 }]).unwrap()[0];
        assert_relative_eq!(many[0], one[0], max_relative = 1e-10);
        assert_relative_eq!(many[1], one[1], max_relative = 1e-10);
    }
}

#[test]
fn the_bias_is_below_the_error_and_ends_at_its_ridge() {
    let spectrum = Spectrum::power(1.5, 200).unwrap();
    let target = Target::power_law(2.0, 200).unwrap();
    let times = [0.0, 0.1, 3.0, 1e7];
    let bias = flow_bias(&spectrum, &target, 50, &times).unwrap();
    let errors = flow_curve(&spectrum, &target, 50, 0.0, &times).unwrap();
    assert_relative_eq!(bias[0], errors[0][0], max_relative = 1e-15);
    assert!(bias.iter().zip(&errors).skip(1).all(|(bias, error)| bias < &error[0]));
    let kappa = crate::continual_learning::effective_ridge(&spectrum, 50.0, 0.0).unwrap().kappa;
    let q = |l: &f64| kappa / (kappa + 50.0 * l);
    let end: f64 = spectrum.eigenvalues().iter().zip(&target.powers).map(|(l, eta)| eta * q(l).powi(2)).sum();
    assert_relative_eq!(bias[3], end, max_relative = 1e-9);
}
