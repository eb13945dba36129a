use std::f64::consts::PI;

use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;
use crate::dynamical_isometry::two_hidden;

fn projections(q: &[f64], defects: &[f64], scale: f64, ensemble: Ensemble) -> SpectralLaw {
    let step = |(&shift, &epsilon): (&f64, &f64)| Step {
        factor: Factor::projection(epsilon).unwrap(),
        ensemble,
        scale,
        shift,
    };
    SpectralLaw::new(q[0], q[1..].iter().zip(defects).map(step).collect()).unwrap()
}

#[test]
fn distribution_functions_agree_with_the_closed_form_next_to_edges_and_atoms() {
    let settings = [
        ([0.5, 0.37, 0.31], [0.16, 0.1]),
        ([1.0, 0.7, 0.6], [0.6, 0.3]),
        ([1.0, 1.0, 1.0], [0.5, 0.5]),
        ([1.0, 0.5, 0.3], [0.3, 0.7]),
        // A band of mass 1e-6 and width 2e-5.
        ([1.0, 0.3, 0.2], [1e-6, 2e-6]),
        ([1.0, 0.3, 0.2], [1e-6, 0.5]),
    ];
    for (q, defects) in settings {
        let law = projections(&q, &defects, 1.3, Ensemble::Orthogonal);
        let distribution = law.distribution().unwrap();
        let exact = two_hidden(q, defects, 1.3).unwrap();
        let top = exact.atoms[0].position;
        let mut points: Vec<f64> = (0..200).map(|i| 1.05 * top * (f64::from(i) + 0.5) / 200.0).collect();
        for special in exact.edges.iter().copied().chain(exact.atoms.iter().map(|atom| atom.position)) {
            for distance in [1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12] {
                points.extend([special * (1.0 + distance), special * (1.0 - distance)]);
            }
        }
        for x in points {
            let (found, expected) = (distribution.cdf(x).unwrap(), exact.cdf(x).unwrap());
            assert!((found - expected).abs() < 1e-8, "{defects:?} at {x}: {found} for {expected}");
        }
        for atom in exact.atoms.iter().filter(|atom| atom.mass > 0.0) {
            let middle = exact.cdf(atom.position).unwrap() - 0.5 * atom.mass;
            assert!((distribution.cdf(atom.position).unwrap() - middle).abs() < 1e-8);
            assert_relative_eq!(law.mass_at(atom.position), atom.mass, max_relative = 1e-9);
        }
    }
}

#[test]
fn densities_are_derivatives_of_distribution_functions() {
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        let law = projections(&[1.0, 0.8, 0.6, 0.5], &[0.3, 0.25, 0.4], 1.2, ensemble);
        let distribution = law.distribution().unwrap();
        for x in [0.9, 1.4, 2.0] {
            let (step, density) = (1e-3, distribution.density(x).unwrap());
            let difference =
                (distribution.cdf(x + step).unwrap() - distribution.cdf(x - step).unwrap()) / (2.0 * step);
            assert_relative_eq!(density, difference, epsilon = 1e-4);
        }
    }
}

#[test]
fn points_of_zero_and_one_are_a_projection() {
    let points = Factor::discrete(vec![1.0, 0.0], vec![0.7, 0.3]).unwrap();
    let projection = Factor::projection(0.3).unwrap();
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        let law = |factor: &Factor| {
            let step = |shift| Step { factor: factor.clone(), ensemble, scale: 1.1, shift };
            SpectralLaw::new(1.0, vec![step(0.8), step(0.6), step(0.5)]).unwrap()
        };
        let (a, b) = (law(&points), law(&projection));
        for z in [Complex::new(1.0, 0.3), Complex::new(2.5, 0.02), Complex::new(-1.0, 1e-4)] {
            let difference = a.cauchy_transform(z).unwrap() - b.cauchy_transform(z).unwrap();
            assert!(difference.norm() < 1e-10, "{z}: {difference}");
        }
        assert_relative_eq!(a.upper_edge().unwrap(), b.upper_edge().unwrap(), max_relative = 1e-10);
        assert_eq!(a.atoms().len(), b.atoms().len());
        for (a, b) in a.moments(5).unwrap().iter().zip(b.moments(5).unwrap()) {
            assert_relative_eq!(*a, b, max_relative = 1e-13);
        }
    }
}

/// $\int_0^\infty(1-F)=m_1$ and $2\int_0^\infty x(1-F)=m_2$.
#[test]
fn distribution_functions_have_the_moments_of_the_series() {
    let leaky = Factor::discrete(vec![1.0, 0.25], vec![0.5, 0.5]).unwrap();
    for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
        let step = |shift| Step { factor: leaky.clone(), ensemble, scale: 1.6, shift };
        let law = SpectralLaw::new(1.0, vec![step(1.0), step(1.0), step(1.0)]).unwrap();
        let distribution = law.distribution().unwrap();
        let (edge, count) = (law.upper_edge().unwrap(), 4000);
        let width = edge / f64::from(count);
        let (mut first, mut second) = (0.0, 0.0);
        for i in 0..count {
            let x = width * (f64::from(i) + 0.5);
            let above = 1.0 - distribution.cdf(x).unwrap();
            first += width * above;
            second += width * 2.0 * x * above;
        }
        let moments = law.moments(2).unwrap();
        assert_relative_eq!(first, moments[0], max_relative = 1e-5);
        assert_relative_eq!(second, moments[1], max_relative = 1e-5);
    }
}

#[test]
fn two_free_projections_meet_at_uniform_angles() {
    // Two free projections of rank 1/2 within one another: (cos² of a uniform angle), a half at zero.
    let law = projections(&[1.0, 0.0, 0.0], &[0.5, 0.5], 1.0, Ensemble::Orthogonal);
    let distribution = law.distribution().unwrap();
    for x in [0.1f64, 0.5, 0.9] {
        let expected = 0.5 + x.sqrt().asin() / std::f64::consts::PI;
        assert_relative_eq!(distribution.cdf(x).unwrap(), expected, epsilon = 1e-9);
    }
}

/// Near rank one half the top of the bulk is close to an atom that has just lost its mass.
#[test]
fn edges_are_not_mistaken_for_atoms_without_mass() {
    let defects = [[204, 209, 201, 216], [196, 202, 198, 205], [199, 206, 212, 207], [200, 203, 206, 195]];
    for counts in defects {
        let defects = counts.map(|k| f64::from(k) / 400.0);
        let law = projections(&[1.0; 5], &defects, 2.0, Ensemble::Orthogonal);
        let edge = law.upper_edge().unwrap();
        assert!((20.0..24.0).contains(&edge), "{edge}");
        assert!(law.distribution().unwrap().cdf(0.95 * edge).unwrap() < 0.9999);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert!(Factor::projection(1.0).is_err());
    assert!(Factor::projection(f64::NAN).is_err());
    assert!(Factor::discrete(vec![1.0], vec![0.5]).is_err());
    assert!(Factor::discrete(vec![0.0], vec![1.0]).is_err());
    assert!(Factor::discrete(vec![1.0, -1.0], vec![0.5, 0.5]).is_err());
    assert!(Factor::discrete(vec![], vec![]).is_err());
    let law = projections(&[1.0, 1.0], &[0.5], 1.0, Ensemble::Orthogonal);
    for z in [Complex::new(1.0, 0.0), Complex::new(1.0, -1.0), Complex::new(f64::NAN, 1.0)] {
        assert_eq!(law.cauchy_transform(z).unwrap_err().kind(), "invalid-parameter");
    }
    assert!(law.distribution().unwrap().cdf(f64::INFINITY).is_err());
    // The density at an atom.
    assert_eq!(law.distribution().unwrap().density(2.0).unwrap_err().kind(), "undefined");
    assert!(law.moments(0).is_err() && law.moments(1000).is_err());
    assert!(SpectralLaw::new(0.0, vec![]).is_err());
    // A mean of 10^-400.
    let vanishing = Step {
        factor: Factor::projection(0.9).unwrap(),
        ensemble: Ensemble::Orthogonal,
        scale: 1.0,
        shift: 0.0,
    };
    assert_eq!(SpectralLaw::new(1.0, vec![vanishing; 400]).unwrap_err().kind(), "undefined");
}

#[test]
fn a_deep_product_of_gaussian_matrices_has_the_fuss_catalan_law() {
    // x = sin^{K+1}((K+1)t)/(sin t sin^K(Kt)) and the density sin^2 t sin^{K-1}(Kt)/(π sin^K((K+1)t)) (Penson and Zyczkowski, 2011): the
    // mass above x is the integral of the density by x over (0, t).
    for k in [1usize, 3, 12, 60, 300, 1000] {
        let step = Step {
            factor: Factor::projection(0.0).unwrap(),
            ensemble: Ensemble::Gaussian,
            scale: 1.0,
            shift: 0.0,
        };
        let law = SpectralLaw::new(1.0, vec![step; k]).unwrap();
        let n = k as f64;
        let (edge, distribution) = (law.upper_edge().unwrap(), law.distribution().unwrap());
        let exact = ((n + 1.0) * (n + 1.0).ln() - n * n.ln()).exp();
        assert!((edge / exact - 1.0).abs() < 1e-11, "{k} factors: {edge}, not {exact}");
        let log_x = |t: f64| (n + 1.0) * ((n + 1.0) * t).sin().ln() - t.sin().ln() - n * (n * t).sin().ln();
        let slope = |t: f64| {
            let cot = |a: f64| a * (a * t).cos() / (a * t).sin();
            (n + 1.0) * cot(n + 1.0) - cot(1.0) - n * cot(n)
        };
        // ρ x = sin t sin((K+1)t)/(π sin(Kt)).
        let mass = |t: f64| -t.sin() * ((n + 1.0) * t).sin() / (PI * (n * t).sin()) * slope(t);
        for share in [0.1, 0.3, 0.5, 0.7] {
            let t = share * PI / (n + 1.0);
            let steps = 40_000;
            let h = t / f64::from(steps);
            let above: f64 = (0..steps).map(|i| h * mass((f64::from(i) + 0.5) * h)).sum();
            let found = distribution.cdf(log_x(t).exp()).unwrap() - 1.0;
            assert!((found + above).abs() < 1e-9, "{k} factors at {share}: {found}, not {}", -above);
        }
    }
}

fn any_law() -> impl Strategy<Value = SpectralLaw> {
    let defect = prop_oneof![Just(0.0), 1e-12..1e-3, 1e-3..0.999f64];
    let depth = prop_oneof![1usize..6, 6usize..60, Just(1000usize)];
    (depth, prop::collection::vec((defect, 1e-3..3.0f64), 1..8), 0.3..2.5f64, any::<bool>()).prop_map(
        |(depth, pattern, scale, gaussian)| {
            let ensemble = if gaussian { Ensemble::Gaussian } else { Ensemble::Orthogonal };
            // Deep networks near isometry, shallow ones anywhere; a scale that would overflow is drawn in.
            let deep = depth as f64 / 10.0;
            let step = |l: usize| {
                let (epsilon, shift) = pattern[l % pattern.len()];
                let (epsilon, scale) =
                    if depth > 10 { (epsilon / deep, scale.powf(1.0 / deep)) } else { (epsilon, scale) };
                Step { factor: Factor::projection(epsilon).unwrap(), ensemble, scale, shift }
            };
            SpectralLaw::new(pattern[0].1, (1..depth).map(step).collect()).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_law_is_a_law(law in any_law(), at in prop::collection::vec(0.0..1.1f64, 6)) {
        let distribution = law.distribution().unwrap();
        let edge = law.upper_edge().unwrap();
        let moments = law.moments(3).unwrap();
        prop_assert!(moments[1] >= moments[0] * moments[0] * (1.0 - 1e-12));
        prop_assert!(edge >= moments[0] * (1.0 - 1e-12) && edge.is_finite());
        let mass: f64 = law.atoms().iter().map(|atom| atom.mass).sum();
        prop_assert!(mass <= 1.0 + 1e-12);
        let mut points: Vec<f64> = at.iter().map(|t| t * edge).collect();
        points.sort_by(f64::total_cmp);
        let mut last = 0.0;
        for x in points {
            let value = distribution.cdf(x).unwrap();
            prop_assert!(value >= last - 1e-8, "F falls from {last} to {value} at {x}");
            last = value;
            if let Ok(density) = distribution.density(x) {
                prop_assert!(density.is_finite() && density >= 0.0);
            }
        }
        prop_assert!(distribution.cdf(-1e-3 * edge).unwrap() < 1e-8);
        prop_assert!(distribution.cdf(edge * 1.001).unwrap() > 1.0 - 1e-8);
        // The end is the end: below it there is mass, and no atom of no mass is taken for one.
        let below = distribution.cdf(edge * 0.9).unwrap();
        prop_assert!(below < 1.0 - 1e-9 || law.steps().len() > 50, "nothing above {}", edge * 0.9);
    }
}
