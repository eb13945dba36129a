use approx::assert_relative_eq;
use nalgebra::{DMatrix, dmatrix};

use super::*;
use crate::{Activation, InitialScales, TheoryError, kernel_spectrum::SphereSpectrum};

fn problem(a: f64, b: f64, modes: usize) -> (Spectrum, Target) {
    (Spectrum::power(a, modes).unwrap(), Target::power_law(b, modes).unwrap())
}

fn similarity(rho: f64) -> DMatrix<f64> {
    dmatrix![1.0, rho; rho, 1.0]
}

#[test]
fn the_ridge_satisfies_its_identities() {
    for (a, n) in [(1.2, 30.0), (2.0, 100.0), (4.0, 7.0)] {
        let spectrum = Spectrum::power(a, 500).unwrap();
        let ridge = effective_ridge(&spectrum, n, 0.0).unwrap();
        let learnt: f64 = ridge.q.iter().map(|q| 1.0 - q).sum();
        assert_relative_eq!(learnt, n, max_relative = 1e-11);
        let rest: f64 = ridge.q.iter().map(|q| q * (1.0 - q)).sum::<f64>() / n;
        assert_relative_eq!(1.0 - ridge.gamma, rest, max_relative = 1e-10);
        let damped = effective_ridge(&spectrum, n, 0.3).unwrap();
        let learnt: f64 = damped.q.iter().map(|q| 1.0 - q).sum();
        assert_relative_eq!(learnt, n * (1.0 - 0.3 / damped.kappa), max_relative = 1e-11);
    }
}

#[test]
fn a_tail_is_a_ridge_and_degeneracies_are_copies() {
    let tail = Spectrum::simple(vec![1.0, 0.5, 0.2], 0.3).unwrap();
    let bare = Spectrum::simple(vec![1.0, 0.5, 0.2], 0.0).unwrap();
    assert_eq!(effective_ridge(&tail, 9.0, 0.1).unwrap(), effective_ridge(&bare, 9.0, 0.4).unwrap());
    let levels = Spectrum::new(vec![1.0, 0.1], vec![3.0, 40.0], 0.0).unwrap();
    let copies = Spectrum::simple([vec![1.0; 3], vec![0.1; 40]].concat(), 0.0).unwrap();
    let (one, two) =
        (effective_ridge(&levels, 10.0, 0.0).unwrap(), effective_ridge(&copies, 10.0, 0.0).unwrap());
    assert_relative_eq!(one.kappa, two.kappa, max_relative = 1e-13);
    assert_relative_eq!(one.gamma, two.gamma, max_relative = 1e-12);
}

#[test]
fn two_tasks_are_two_stages() {
    for (b, rho, n1, n2) in [(1.5, 0.7, 200, 50), (2.5, -0.4, 30, 80), (1.2, 1.0, 60, 60)] {
        let (spectrum, target) = problem(1.5, b, 400);
        let law = two_task(&spectrum, &target, n1, n2, rho).unwrap();
        let both = [Stage::of_task(0, 2, n1), Stage::of_task(1, 2, n2)];
        let errors = stages(&spectrum, &target, &similarity(rho), &both, None).unwrap();
        assert_relative_eq!(law.first, errors[0][0], max_relative = 1e-11);
        assert_relative_eq!(law.forward, errors[1][1], max_relative = 1e-11);
        assert_relative_eq!(law.backward, errors[1][0], max_relative = 1e-11);
        let alone = stages(&spectrum, &target, &dmatrix![1.0], &[Stage::of_task(0, 1, n2)], None).unwrap();
        assert_relative_eq!(law.alone, alone[0][0], max_relative = 1e-11);
    }
}

#[test]
fn the_critical_similarity_is_where_errors_meet() {
    let (spectrum, target) = problem(1.5, 2.0, 1000);
    for (n1, n2) in [(100, 100), (200, 50), (50, 200)] {
        let rho = critical_similarity(&spectrum, &target, n1, n2).unwrap();
        let there = two_task(&spectrum, &target, n1, n2, rho).unwrap();
        assert_relative_eq!(there.forward, there.alone, max_relative = 1e-11);
    }
    // Matched priors: one half, for any spectrum, also with a tail.
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let sphere = Spectrum::sphere(&SphereSpectrum::of_ntk(&scales, 3, 7, 20).unwrap()).unwrap();
    for spectrum in [Spectrum::power(1.3, 700).unwrap(), sphere] {
        let matched = Target::matched(&spectrum);
        assert_relative_eq!(critical_similarity(&spectrum, &matched, 80, 33).unwrap(), 0.5, epsilon = 1e-10);
    }
}

#[test]
fn forgetting_is_affine_in_the_similarity() {
    let (spectrum, target) = problem(1.5, 2.0, 600);
    let law = forgetting(&spectrum, &target, 100, 40).unwrap();
    assert!(law.slope > 0.0);
    for rho in [-1.0, 0.0, 0.9, 1.0] {
        let backward = two_task(&spectrum, &target, 100, 40, rho).unwrap().backward;
        let affine = law.at_equal_tasks + 2.0 * (1.0 - rho) * law.slope;
        assert_relative_eq!(backward, affine, max_relative = 1e-11);
    }
}

#[test]
fn one_stage_of_two_equal_tasks_is_one_task() {
    let (spectrum, target) = problem(1.5, 1.8, 300);
    let joint = Stage { samples: vec![40, 60], noise: vec![0.1, 0.1], ridge: 0.2 };
    let single = Stage { samples: vec![100], noise: vec![0.1], ridge: 0.2 };
    let errors = stages(&spectrum, &target, &similarity(1.0), &[joint], None).unwrap();
    let expected = stages(&spectrum, &target, &dmatrix![1.0], &[single], None).unwrap();
    assert_relative_eq!(errors[0][0], expected[0][0], max_relative = 1e-11);
    assert_relative_eq!(errors[0][1], expected[0][0], max_relative = 1e-11);
}

#[test]
fn a_random_start_is_unlearnt_like_a_task() {
    // A start of powers ζ is a first task of similarity 0 that was learnt without error.
    let (spectrum, target) = problem(1.5, 2.0, 200);
    let zeta = vec![0.01; 200];
    let ridge = effective_ridge(&spectrum, 50.0, 0.0).unwrap();
    let errors =
        stages(&spectrum, &target, &dmatrix![1.0], &[Stage::of_task(0, 1, 50)], Some(&zeta)).unwrap();
    let unlearnt: f64 = ridge.q.iter().zip(&target.powers).map(|(q, eta)| q * q * (eta + 0.01)).sum();
    assert_relative_eq!(errors[0][0], unlearnt / (1.0 - ridge.gamma), max_relative = 1e-11);
}

#[test]
fn many_tasks_are_stages_and_contract() {
    let (spectrum, target) = problem(1.5, 1.5, 40);
    let law = many_tasks(&spectrum, &target, 12, 5, 0.02).unwrap();
    let stage = Stage { samples: vec![12], noise: vec![0.02], ridge: 0.0 };
    let errors = stages(&spectrum, &target, &dmatrix![1.0], &vec![stage; 5], None).unwrap();
    for (one, other) in law.iter().zip(&errors) {
        assert_relative_eq!(*one, other[0], max_relative = 1e-11);
    }
    let long = many_tasks(&spectrum, &target, 12, 400, 0.0).unwrap();
    let mu = contraction_factor(&spectrum, 12).unwrap();
    // The next exponential is close: max q² is 0.84.
    assert_relative_eq!(long[399] / long[398], mu, max_relative = 1e-4);
    assert_relative_eq!(
        contraction_factor(&Spectrum::simple(vec![0.2; 50], 0.0).unwrap(), 20).unwrap(),
        0.6,
        max_relative = 1e-12
    );
}

#[test]
fn endless_streams_reach_their_floors() {
    let (spectrum, target) = problem(1.5, 1.5, 60);
    let noisy = many_tasks(&spectrum, &target, 20, 2000, 0.3).unwrap();
    assert_relative_eq!(noisy[1999], noise_floor(&spectrum, 20, 0.3).unwrap(), max_relative = 1e-9);
    assert!(noise_floor(&spectrum, 20, 0.3).unwrap() > 0.3);
    let count = 120;
    let covariance = DMatrix::from_fn(count, count, |i, j| if i == j { 1.0 } else { 0.6 });
    let all: Vec<Stage> = (0..count).map(|task| Stage::of_task(task, count, 20)).collect();
    let errors = stages(&spectrum, &target, &covariance, &all, None).unwrap();
    let law = stationary_stream(&spectrum, &target, 20, 0.6, 0.0).unwrap();
    assert_relative_eq!(errors[count - 1][count - 1], law.forward, max_relative = 1e-6);
    assert_relative_eq!(errors[count - 1][0], law.far, max_relative = 1e-6);
}

#[test]
fn power_laws_are_the_limits_of_the_recursion() {
    for a in [1.5, 2.0, 3.0] {
        let spectrum = {
            // Eigenvalues beyond the list, as the tail: the integral from the midpoint.
            let count = 200_000;
            let listed = Spectrum::power(a, count).unwrap();
            let tail = (count as f64 + 0.5).powf(1.0 - a) / (a - 1.0);
            Spectrum::simple(listed.eigenvalues().to_vec(), tail).unwrap()
        };
        let target = Target::matched(&spectrum);
        for r in [0.5, 1.0, 2.0] {
            let law = two_task(&spectrum, &target, 1000, (1000.0 * r) as usize, 1.0).unwrap();
            let limit = self_ratio_power_law(a, r).unwrap();
            assert_relative_eq!(law.forward / law.first, limit, max_relative = 4e-3);
        }
        let errors = many_tasks(&spectrum, &target, 1000, 6, 0.0).unwrap();
        for (error, ratio) in errors.iter().zip(many_task_power_law(a, 6).unwrap()) {
            assert_relative_eq!(error / errors[0], ratio, max_relative = 1e-3);
        }
    }
    // The closed form and the integral agree where they meet, and at the limits.
    for a in [1.2, 2.0, 5.0] {
        for r in [0.9, 0.97, 1.03, 1.1] {
            let step = 1e-6;
            let smooth =
                self_ratio_power_law(a, r * (1.0 + step)).unwrap() - self_ratio_power_law(a, r).unwrap();
            assert!(smooth < 0.0 && smooth > -10.0 * step, "{a} {r}");
        }
        assert_relative_eq!(self_ratio_power_law(a, 1e-12).unwrap(), a, max_relative = 1e-9);
        assert_relative_eq!(
            self_ratio_power_law(a, 1.0).unwrap(),
            (a + 1.0) / (2.0 * a),
            max_relative = 1e-12
        );
    }
    assert_eq!(many_task_power_law(2.0, 1).unwrap(), [1.0]);
}

#[test]
fn the_circle_has_its_limits() {
    // Close to N₂ ≪ N₁ the ratio tends to 5/3, and it falls with more samples.
    let at = |r: f64| circle_self_ratio(r).unwrap();
    assert!(at(0.05) < 5.0 / 3.0 && at(0.05) > 1.45);
    assert!(at(0.3) > at(0.5) && at(0.5) > at(2.0) && at(2.0) > at(9.0));
    assert_relative_eq!(at(0.425125), 1.0, epsilon = 1e-5);
    assert!(circle_self_ratio(0.04).is_err() && circle_self_ratio(11.0).is_err());
}

#[test]
fn fixed_data_with_orthogonal_features_is_exact() {
    // One-hot features: every sample determines one mode and nothing else.
    let (spectrum, target) =
        (Spectrum::simple(vec![1.0, 0.5, 0.2], 0.0).unwrap(), Target::new(vec![1.0, 2.0, 3.0], 0.0).unwrap());
    let phi = dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0];
    let both = [Stage::of_task(0, 2, 1), Stage { noise: vec![0.0, 0.3], ..Stage::of_task(1, 2, 1) }];
    let errors = fixed_data_errors(&spectrum, &target, &similarity(0.5), &both, &phi).unwrap();
    assert_relative_eq!(errors[0][0], 2.0 + 3.0, max_relative = 1e-13);
    assert_relative_eq!(errors[0][1], 2.0 * 0.5 + 2.0 + 3.0, max_relative = 1e-13);
    assert_relative_eq!(errors[1][1], 2.0 * 0.5 + 0.3 + 3.0, max_relative = 1e-13);
}

#[test]
fn what_has_no_answer_is_refused_with_a_reason() {
    let (spectrum, target) = problem(1.5, 1.5, 50);
    let refused = |result: Result<Vec<Vec<f64>>, TheoryError>, word: &str| {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(word), "{message}");
    };
    let one = Stage::of_task(0, 1, 10);
    let run = |stage: Stage| stages(&spectrum, &target, &dmatrix![1.0], &[stage], None);
    refused(run(Stage { samples: vec![0], ..one.clone() }), "at least one sample");
    refused(run(Stage { samples: vec![50], ..one.clone() }), "diverge");
    refused(run(Stage { noise: vec![-0.1], ..one.clone() }), "sigma2");
    refused(run(Stage { ridge: -0.1, ..one.clone() }), "delta");
    refused(run(Stage::of_task(0, 2, 10)), "every task");
    refused(stages(&spectrum, &target, &similarity(1.5), &[Stage::of_task(0, 2, 10)], None), "semi-definite");
    refused(
        stages(&spectrum, &target, &dmatrix![1.0, 0.2; 0.3, 1.0], &[Stage::of_task(0, 2, 9)], None),
        "symmetric",
    );
    refused(stages(&spectrum, &target, &dmatrix![1.0], &[one], Some(&[1.0])), "zeta");
    // More samples than modes determine all of them.
    assert_relative_eq!(run(Stage::of_task(0, 1, 60)).unwrap()[0][0], 0.0, epsilon = 1e-15);
    assert!(two_task(&spectrum, &target, 60, 60, 0.5).is_err());
    assert!(two_task(&spectrum, &target, 10, 10, 1.1).is_err());
    assert!(two_task(&spectrum, &Target::new(vec![1.0], 0.0).unwrap(), 10, 10, 0.5).is_err());
    assert!(effective_ridge(&Spectrum::simple(vec![0.0; 3], 0.0).unwrap(), 2.0, 0.0).is_err());
    assert!(effective_ridge(&spectrum, 0.5, 0.0).is_err());
    assert!(Spectrum::simple(vec![1.0, -1.0], 0.0).is_err() && Spectrum::simple(vec![], 0.0).is_err());
    assert!(contraction_factor(&Spectrum::simple(vec![1.0, 0.0], 0.0).unwrap(), 1).is_err());
    assert!(contraction_factor(&spectrum, 50).is_err());
    assert!(noise_floor(&spectrum, 60, 0.1).is_err());
    assert!(self_ratio_power_law(1.0, 0.5).is_err() && self_ratio_power_law(2.0, 0.0).is_err());
    assert!(power_law_first_error(2.0, 9.0, 10).is_err() && rough_target_ratio(2.0, 2.5).is_err());
}

/// Values with 60 digits by mpmath (bisection of the equation of κ in its textbook form).
#[test]
fn the_ridge_keeps_its_digits_at_every_scale_and_at_the_threshold() {
    let decades: Vec<f64> =
        ["1", "1e-3", "1e-6", "1e-9", "1e-12", "1e-15", "1e-18", "1e-21", "1e-24", "1e-27", "1e-30"]
            .iter()
            .map(|x| x.parse().unwrap())
            .collect();
    for (eigenvalues, samples, delta, kappa, slack) in [
        (vec![1e200, 5e199], 1.0, 0.0, 7.071067811865475e199, 0.4852813742385703),
        (decades.clone(), 10.0, 0.0, 3.160_594_653_495_457e-28, 0.005945923702399108),
        (decades, 5.0, 0.0, 1.5811388300841905e-13, 0.011898179876052718),
        (
            vec![1.0, 1.0, 1.0, 1.0, 1e-30, 1e-30, 1e-30],
            4.0,
            1e-25,
            6.324650187955562e-13,
            3.162325093977031e-13,
        ),
    ] {
        let ridge = effective_ridge(&Spectrum::simple(eigenvalues, 0.0).unwrap(), samples, delta).unwrap();
        assert_relative_eq!(ridge.kappa, kappa, max_relative = 4e-15);
        assert_relative_eq!(ridge.slack, slack, max_relative = 4e-15);
    }
    // κ scales with the kernel; γ does not know of it.
    for exponent in [-290, -150, -3, 0, 40, 160, 290] {
        let scale = 10f64.powi(exponent);
        let of = |factor: f64| {
            let values = (1..400).map(|i| factor * f64::from(i).powf(-1.5)).collect();
            effective_ridge(&Spectrum::simple(values, 0.0).unwrap(), 398.0, 0.0).unwrap()
        };
        assert_relative_eq!(of(scale).kappa / scale, of(1.0).kappa, max_relative = 1e-13);
        assert_relative_eq!(of(scale).slack, of(1.0).slack, max_relative = 1e-13);
    }
}

/// Two recursions: all second moments of a list of tasks, and the error of one task, by sums of positive terms.
#[test]
fn well_learnt_modes_do_not_cancel_in_stages() {
    for a in [1.5, 8.0, 20.0] {
        let (spectrum, target) = problem(a, 1.5 * a, 30);
        let stage = Stage::of_task(1, 2, 25);
        let errors = stages(&spectrum, &target, &similarity(0.3), &vec![stage; 4], None).unwrap();
        let law = many_tasks(&spectrum, &target, 25, 4, 0.0).unwrap();
        for (stage, error) in errors.iter().zip(&law) {
            assert_relative_eq!(stage[1], *error, max_relative = 1e-12);
        }
    }
}

/// 40 digits by mpmath.
#[test]
fn the_ratio_of_two_stages_keeps_its_digits_near_equal_sizes() {
    for (a, r, value) in [
        (1.01, 0.999, 0.995_056_141_119_407_4),
        (1.0000001, 1.0001, 0.999_999_949_993_338_5),
        (2.0, 1.0000001, 0.749_999_950_000_003_1),
        (50.0, 0.9999, 0.511_668_104_123_462_3),
        (10000.0, 0.99999, 0.534_222_126_921_092_5),
    ] {
        assert_relative_eq!(self_ratio_power_law(a, r).unwrap(), value, max_relative = 3e-15);
    }
}

#[test]
fn dominating_ridges_and_tails_are_found() {
    let part = |x: f64| (x * 0.754_877_666).fract();
    for case in 0..60 {
        let x = 40.0 * f64::from(case);
        let lambda: Vec<f64> =
            (0..1 + case % 40).map(|i| 10f64.powf(-12.0 * part(x + f64::from(i)))).collect();
        let tail = if case % 3 == 0 { 0.0 } else { 10f64.powf(-6.0 * part(x + 0.3)) };
        let samples = 1.0 + (90.0 * part(x + 0.7)).floor();
        let spectrum = Spectrum::simple(lambda.clone(), tail).unwrap();
        for step in 0..60 {
            let ridge = 10f64.powf(-8.0 + 0.2 * f64::from(step)) * spectrum.trace();
            let kappa = effective_ridge(&spectrum, samples, ridge).unwrap().kappa;
            let rest: f64 = lambda.iter().map(|l| l / (kappa + samples * l)).sum();
            assert_relative_eq!(kappa, ridge + tail + kappa * rest, max_relative = 1e-13);
        }
    }
}

/// The moments of both heads and both tasks as they stand in the derivation, mode by mode, and noise as in the general law.
#[test]
fn heads_move_each_other_by_the_shared_part() {
    let (spectrum, target) = problem(1.5, 2.0, 200);
    for (n1, n2, rho, share, correlation) in
        [(60, 40, 0.3, 0.8, 0.5), (30, 90, -0.6, 0.3, 1.0), (50, 50, 1.0, 1.0, -0.7), (20, 60, 0.9, 0.0, 1.0)]
    {
        let trunk: Vec<f64> = (0..200).map(|i| share * (1.0 - 0.9 / (1.0 + f64::from(i)))).collect();
        let heads = Heads { trunk: trunk.clone(), correlation };
        let pair = TaskPair { samples: [n1, n2], noise: [0.02, 0.05], rho };
        let law = multi_head(&spectrum, &target, &heads, &pair).unwrap();
        let ridges = [n1, n2].map(|n| effective_ridge(&spectrum, n as f64, 0.0).unwrap());
        let [one, two] = &ridges;
        let (mut forward, mut backward) = (0.0, 0.0);
        for (i, share) in trunk.iter().enumerate() {
            let (eta, hat) = (target.powers[i], correlation * share);
            let r1 = (1.0 - one.q[i]) * eta;
            let s1 = (1.0 - one.q[i]).powi(2) * eta + one.b[i] * (law.first + 0.02);
            let u = eta - 2.0 * hat * rho * r1 + hat * hat * s1;
            let l2 = 1.0 - two.q[i];
            forward += two.q[i].powi(2) * u;
            backward += eta - 2.0 * r1
                + s1
                + 2.0 * hat * l2 * (rho * r1 - hat * s1 - rho * eta + hat * r1)
                + hat * hat * l2 * l2 * u
                + hat * hat * two.b[i] * (law.forward + 0.05);
        }
        assert_relative_eq!(
            law.forward,
            (forward + two.gamma * 0.05) / (1.0 - two.gamma),
            max_relative = 1e-11
        );
        assert_relative_eq!(law.backward, backward, max_relative = 1e-11);
    }
    // One head is the law of two tasks, with noise that of stages; heads drawn apart do not know of each other.
    for rho in [-1.0, 0.2, 1.0] {
        let pair = TaskPair { samples: [60, 40], noise: [0.1, 0.3], rho };
        let law = multi_head(&spectrum, &target, &Heads::uniform(&spectrum, 1.0, 1.0), &pair).unwrap();
        let both = [
            Stage { noise: vec![0.1, 0.0], ..Stage::of_task(0, 2, 60) },
            Stage { noise: vec![0.0, 0.3], ..Stage::of_task(1, 2, 40) },
        ];
        let errors = stages(&spectrum, &target, &similarity(rho), &both, None).unwrap();
        assert_relative_eq!(law.first, errors[0][0], max_relative = 1e-11);
        assert_relative_eq!(law.forward, errors[1][1], max_relative = 1e-11);
        assert_relative_eq!(law.backward, errors[1][0], max_relative = 1e-11);
        let apart = multi_head(&spectrum, &target, &Heads::uniform(&spectrum, 1.0, 0.0), &pair).unwrap();
        assert_relative_eq!(apart.forward, apart.alone, max_relative = 1e-13);
        assert_relative_eq!(apart.backward, apart.first, max_relative = 1e-13);
    }
    // With a tail, modes as levels, and well-learnt modes.
    let tail = Spectrum::new(vec![1.0, 0.1], vec![3.0, 40.0], 0.3).unwrap();
    let copies = Spectrum::simple([vec![1.0; 3], vec![0.1; 40]].concat(), 0.3).unwrap();
    let pair = TaskPair { samples: [30, 20], noise: [0.0; 2], rho: 0.4 };
    let of = |spectrum: &Spectrum, trunk: Vec<f64>| {
        let heads = Heads { trunk, correlation: 0.9 };
        multi_head(spectrum, &Target::matched(spectrum), &heads, &pair).unwrap().backward
    };
    let many = [vec![0.3; 3], vec![0.8; 40]].concat();
    assert_relative_eq!(of(&tail, vec![0.3, 0.8]), of(&copies, many), max_relative = 1e-12);
    let steep = Spectrum::power(20.0, 30).unwrap();
    let target = Target::power_law(30.0, 30).unwrap();
    let pair = TaskPair { samples: [25, 25], noise: [0.0; 2], rho: 1.0 };
    let law = multi_head(&steep, &target, &Heads::uniform(&steep, 1.0, 1.0), &pair).unwrap();
    assert_relative_eq!(
        law.backward,
        many_tasks(&steep, &target, 25, 2, 0.0).unwrap()[1],
        max_relative = 1e-12
    );
}

#[test]
fn heads_out_of_range_are_refused() {
    let (spectrum, target) = problem(1.5, 1.5, 20);
    let pair = TaskPair { samples: [10, 5], noise: [0.0; 2], rho: 0.5 };
    let name = |heads: &Heads, pair: &TaskPair| match multi_head(&spectrum, &target, heads, pair).unwrap_err()
    {
        TheoryError::InvalidParameter { name, .. } => name,
        other => panic!("{other}"),
    };
    let fine = Heads::uniform(&spectrum, 0.5, 0.5);
    assert_eq!(name(&Heads::uniform(&spectrum, 1.2, 0.5), &pair), "trunk");
    assert_eq!(name(&Heads { trunk: vec![0.5; 19], ..fine.clone() }, &pair), "trunk");
    assert_eq!(name(&Heads::uniform(&spectrum, 0.5, -1.1), &pair), "head_correlation");
    assert_eq!(name(&fine, &TaskPair { rho: f64::NAN, ..pair }), "rho");
    assert_eq!(name(&fine, &TaskPair { noise: [0.0, -0.1], ..pair }), "sigma2_2");
    assert_eq!(name(&fine, &TaskPair { samples: [10, 20], ..pair }), "N2");
    assert_eq!(name(&fine, &TaskPair { samples: [0, 20], ..pair }), "N1");
}

#[test]
fn trunk_and_head_make_up_the_kernel() {
    let scales = InitialScales::new(Activation::erf(1.0).unwrap(), 1.5, 0.2).unwrap();
    let shares = crate::kernel_spectrum::trunk_shares(&scales, 4, 6, 5).unwrap();
    let weights = crate::kernel_spectrum::ntk_degree_weights(&scales, 4, 6, 5).unwrap();
    // The head is the kernel of the last layer alone: the covariance of outputs.
    let map = crate::kernel_spectrum::NtkMap::new(&scales, 4).unwrap();
    let heads = crate::kernel_spectrum::degree_weights(6, 5, |t| Ok(map.parts(t)?[0])).unwrap();
    for ((share, weight), head) in shares.iter().zip(&weights).zip(&heads) {
        assert_relative_eq!(weight * (1.0 - share), *head, max_relative = 1e-9);
    }
    let bare = InitialScales::new(Activation::erf(1.0).unwrap(), 1.5, 0.0).unwrap();
    let refused = crate::kernel_spectrum::trunk_shares(&bare, 4, 6, 5).unwrap_err();
    assert!(refused.to_string().contains("symmetry"), "{refused}");
    assert!(crate::kernel_spectrum::trunk_shares(&scales, 1, 6, 1).is_err());
    // Without biases every layer of a ReLU network adds the same at equal inputs, not at every degree.
    let relu = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
    let shares = crate::kernel_spectrum::trunk_shares(&relu, 3, 10, 3).unwrap();
    assert!(shares[0] < 2.0 / 3.0 && shares[3] > 2.0 / 3.0);
}

/// The covariances of all models' errors, one by one.
#[test]
fn averages_are_sums_of_covariances() {
    let (spectrum, target) = problem(1.5, 2.0, 150);
    for (samples, models, noise) in [(40, 1, 0.0), (40, 3, 0.1), (25, 12, 0.02)] {
        let law = averaged_models(&spectrum, &target, samples, models, noise, 0).unwrap();
        let one = Stage { samples: vec![samples], noise: vec![noise], ridge: 0.0 };
        let alone = stages(&spectrum, &target, &dmatrix![1.0], &[one], None).unwrap()[0][0];
        assert_relative_eq!(law.single, alone, max_relative = 1e-11);
        // As models of tasks that are all the same.
        let same = DMatrix::from_element(models, models, 1.0);
        let weights = vec![1.0 / models as f64; models];
        let merged =
            merged_models(&spectrum, &target, &same, &vec![samples; models], &weights, noise).unwrap();
        assert_relative_eq!(law.average, merged[0], max_relative = 1e-11);
    }
    // Branches: two stages of one task for each of them; noise-free gains are those of models without a common start.
    let branches = averaged_models(&spectrum, &target, 40, 4, 0.0, 40).unwrap();
    let law = many_tasks(&spectrum, &target, 40, 2, 0.0).unwrap();
    assert_relative_eq!(branches.single, law[1], max_relative = 1e-12);
    let fresh = averaged_models(&spectrum, &target, 40, 4, 0.0, 0).unwrap();
    assert_relative_eq!(
        branches.average / branches.single,
        fresh.average / fresh.single,
        max_relative = 1e-12
    );
    // Infinitely many models gain 1/a at most.
    let wide = Spectrum::power(1.5, 200_000).unwrap();
    let limit = averaged_models(&wide, &Target::matched(&wide), 200, usize::MAX, 0.0, 0).unwrap();
    assert_relative_eq!(limit.average / limit.single, 1.0 / 1.5, max_relative = 2e-2);
    assert!(averaged_models(&spectrum, &target, 40, 0, 0.0, 0).is_err());
    assert!(averaged_models(&spectrum, &target, 40, 2, 0.0, 150).unwrap_err().to_string().contains("N0"));
}

#[test]
fn merged_models_add_their_parts() {
    let (spectrum, target) = problem(1.5, 1.8, 120);
    let c = dmatrix![1.0, 0.5, -0.2; 0.5, 1.5, 0.3; -0.2, 0.3, 0.7];
    let (samples, weights, noise) = ([40, 25, 40], [0.7, -0.4, 0.9], 0.1);
    let found = merged_models(&spectrum, &target, &c, &samples, &weights, noise).unwrap();
    let ridges = samples.map(|n| effective_ridge(&spectrum, n as f64, 0.0).unwrap());
    let mut variance = 0.0;
    for (s, (ridge, weight)) in ridges.iter().zip(&weights).enumerate() {
        let wrong: f64 = ridge.q.iter().zip(&target.powers).map(|(q, eta)| q * q * eta).sum();
        let error = (c[(s, s)] * wrong + ridge.gamma * noise) / (1.0 - ridge.gamma);
        variance += weight * weight * ridge.gamma * (error + noise);
    }
    for (j, found) in found.iter().enumerate() {
        let mut error = variance;
        for i in 0..120 {
            let v = |t: usize| weights[t] * (1.0 - ridges[t].q[i]) - if t == j { 1.0 } else { 0.0 };
            for t in 0..3 {
                for u in 0..3 {
                    error += target.powers[i] * v(t) * v(u) * c[(t, u)];
                }
            }
        }
        assert_relative_eq!(*found, error, max_relative = 1e-11);
    }
    // One model alone is that model; equal tasks are one task.
    let alone = merged_models(&spectrum, &target, &c, &samples, &[0.0, 1.0, 0.0], 0.0).unwrap();
    let law = two_task(&spectrum, &target, 25, 1, 0.0).unwrap();
    assert_relative_eq!(alone[1], 1.5 * law.first, max_relative = 1e-12);
    // Two well-trained tasks, half and half: half the mean of training in turn, and a quarter of its worst.
    let rich = Spectrum::power(3.0, 400).unwrap();
    let target = Target::matched(&rich);
    let power = target.power(&rich);
    let halves = merged_models(&rich, &target, &similarity(0.4), &[300, 300], &[0.5, 0.5], 0.0).unwrap();
    let turns = two_task(&rich, &target, 300, 300, 0.4).unwrap();
    assert_relative_eq!(halves[0], 0.3 * power, max_relative = 1e-4);
    assert_relative_eq!(turns.backward, 1.2 * power, max_relative = 1e-4);
    assert!(merged_models(&spectrum, &Target::matched(&spectrum), &c, &[40, 25], &weights, 0.0).is_err());
    assert!(merged_models(&spectrum, &Target::matched(&spectrum), &c, &samples, &[1.0], 0.0).is_err());
    assert!(merged_models(&spectrum, &Target::matched(&spectrum), &c, &[40, 0, 40], &weights, 0.0).is_err());
}

#[test]
fn small_first_for_similar_tasks() {
    let (spectrum, target) = problem(1.5, 1.5, 300);
    let order =
        |target: &Target, rho: f64, noise: f64| task_order(&spectrum, target, 20, 80, rho, noise).unwrap();
    let both =
        [Stage::of_task(0, 2, 20), Stage::of_task(1, 2, 80)].map(|s| Stage { noise: vec![0.1; 2], ..s });
    let errors = stages(&spectrum, &target, &similarity(0.3), &both, None).unwrap();
    assert_relative_eq!(
        order(&target, 0.3, 0.1)[0],
        0.5 * (errors[1][0] + errors[1][1]),
        max_relative = 1e-11
    );
    // The law is affine in ρ and changes sign at one half, by the same Δ at every ρ.
    let difference = |rho: f64| order(&target, rho, 0.0)[0] - order(&target, rho, 0.0)[1];
    let delta = difference(0.0);
    assert!(delta > 0.0);
    assert_relative_eq!(difference(1.0), -delta, max_relative = 1e-10);
    assert_relative_eq!(difference(0.7), -0.4 * delta, max_relative = 1e-10);
    assert!(difference(0.5).abs() < 1e-13);
    // Rough targets and noise favour the small one first, smooth targets the large one.
    let power = |b: f64| Target::power_law(b, 300).unwrap();
    let [small, large] = order(&power(1.2), 0.0, 0.0);
    assert!(small < large);
    let [small, large] = order(&power(2.5), 0.9, 0.0);
    assert!(small > large);
    let swapped = task_order(&spectrum, &target, 80, 20, 0.3, 0.1).unwrap();
    assert_eq!(order(&target, 0.3, 0.1), [swapped[1], swapped[0]]);
}
