use super::is;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, effective_ridge};
use crate::kernel_spectrum::degeneracy;
use crate::self_paced_augmentation::{
    CoordinateGroup, GroupLevel, GroupTask, character_dimensions, invariant_dimensions,
};

/// Levels of $(\lambda,N,n,p,o)$.
fn task(levels: &[[f64; 5]], order: f64, sigma2: f64) -> Result<GroupTask, TheoryError> {
    let level = |[eigenvalue, dimensions, invariant, power_invariant, power_rest]: [f64; 5]| GroupLevel {
        eigenvalue,
        dimensions,
        invariant,
        power_invariant,
        power_rest,
    };
    GroupTask::new(levels.iter().copied().map(level).collect(), order, sigma2)
}

const LEVELS: [[f64; 5]; 4] = [
    [1.0, 1.0, 1.0, 0.0, 0.0],
    [0.2, 8.0, 1.0, 0.5, 0.1],
    [0.02, 35.0, 5.0, 0.3, 0.1],
    [0.0, 7.0, 1.0, 0.1, 0.05],
];

/// The law with every mode written out, its effective ridge by bisection.
fn written_out(modes: &[(f64, f64)], beyond: f64, samples: f64, ridge: f64, sigma2: f64) -> f64 {
    let excess = |k: f64| ridge + modes.iter().map(|(l, _)| k * l / (k + samples * l)).sum::<f64>() - k;
    let (mut low, mut high) = (1e-300f64, 1e9f64);
    for _ in 0..2000 {
        let middle = (low * high).sqrt();
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    let (mut bias, mut gamma) = (beyond, 0.0);
    for (lambda, power) in modes {
        bias += power * (high / (high + samples * lambda)).powi(2);
        gamma += samples * (lambda / (high + samples * lambda)).powi(2);
    }
    (bias + gamma * sigma2) / (1.0 - gamma)
}

#[test]
fn curves_are_those_of_modes_written_out() {
    for (samples, delta, sigma2) in [(20.0, 0.05, 0.02), (3.0, 1.0, 0.0), (200.0, 1e-3, 0.4), (1.0, 0.3, 0.1)]
    {
        let own = task(&LEVELS, 8.0, sigma2).unwrap();
        let (mut all, mut invariant) = (Vec::new(), Vec::new());
        for [lambda, dims, kept, p, o] in LEVELS {
            all.extend((0..dims as usize).map(|_| (lambda, (p + o) / dims)));
            invariant.extend((0..kept as usize).map(|_| (lambda, p / kept)));
        }
        let rest: f64 = LEVELS.iter().map(|level| level[4]).sum();
        let plain = written_out(&all, 0.0, samples, delta, sigma2);
        let augmented = written_out(&invariant, rest, samples, delta / 8.0, sigma2);
        approx::assert_relative_eq!(own.plain(samples, delta).unwrap(), plain, max_relative = 1e-11);
        approx::assert_relative_eq!(own.augmented(samples, delta).unwrap(), augmented, max_relative = 1e-11);
    }
}

/// Where the group divides every level, one sample with its copies is worth as many as the group has elements.
#[test]
fn a_group_that_divides_every_level_multiplies_the_samples() {
    let levels = [[1.0, 6.0, 1.0, 0.4, 0.0], [0.1, 36.0, 6.0, 0.5, 0.0], [0.02, 216.0, 36.0, 0.1, 0.0]];
    let own = task(&levels, 6.0, 0.1).unwrap();
    for delta in [0.0, 0.01, 1.0] {
        approx::assert_relative_eq!(
            own.augmented(20.0, delta).unwrap(),
            own.plain(120.0, delta).unwrap(),
            max_relative = 1e-12
        );
    }
    approx::assert_relative_eq!(own.worth(20.0, 0.1).unwrap().samples, 120.0, max_relative = 1e-9);
}

#[test]
fn thresholds_are_where_errors_cross() {
    let own = task(&LEVELS, 8.0, 0.05).unwrap();
    for (samples, delta) in [(20.0, 0.05), (60.0, 0.2), (5.0, 1e-3)] {
        let nu = own.threshold(samples, delta).unwrap();
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            let mixed = own.mixed(middle).unwrap();
            let helps = mixed.augmented(samples, delta).unwrap() < mixed.plain(samples, delta).unwrap();
            if helps { low = middle } else { high = middle }
        }
        approx::assert_relative_eq!(nu, high, max_relative = 1e-9);
    }
    // Near the peak of the curve without augmentation it always helps.
    let peak = [
        [1.0, 1.0, 1.0, 0.0, 0.0],
        [0.2, 8.0, 1.0, 1.0, 0.0],
        [0.02, 35.0, 5.0, 0.0, 0.0],
        [0.0, 1.0, 1.0, 0.0, 1.0],
    ];
    assert_eq!(task(&peak, 8.0, 0.0).unwrap().threshold(40.0, 0.01).unwrap(), 1.0);
    // A group of one element changes nothing.
    let trivial = task(&[[1.0, 2.0, 1.0, 0.5, 0.5], [0.1, 5.0, 5.0, 1.0, 0.0]], 1.0, 0.0).unwrap();
    assert!(trivial.threshold(3.0, 0.1).is_ok());
}

#[test]
fn worth_is_a_root() {
    let own = task(&LEVELS[..3], 8.0, 0.02).unwrap();
    for samples in [2.0, 10.0, 60.0, 500.0] {
        let worth = own.worth(samples, 0.1).unwrap();
        if worth.samples.is_finite() && worth.samples > 1.0 {
            approx::assert_relative_eq!(
                own.plain(worth.samples, 0.1).unwrap(),
                worth.augmented,
                max_relative = 1e-9
            );
        }
    }
    // A target that breaks the symmetry: a few plain samples have the same error.
    let broken = task(&[[1.0, 10.0, 1.0, 0.0, 1.0]], 10.0, 0.0).unwrap().worth(50.0, 0.1).unwrap();
    assert!(broken.samples < 50.0 && broken.augmented > broken.plain);
    // One that no number of plain samples reaches.
    let noisy = task(&[[1.0, 10.0, 10.0, 1.0, 0.0]], 10.0, 0.0).unwrap().worth(50.0, 0.1).unwrap();
    assert!(noisy.samples > 50.0);
}

#[test]
fn wrong_levels_are_named() {
    is(task(&[], 8.0, 0.0), "lambda");
    is(task(&[[1.0, 1.0, 2.0, 0.0, 0.0]], 8.0, 0.0), "invariant");
    is(task(&[[1.0, 1.0, 0.0, 0.5, 0.0]], 8.0, 0.0), "power_invariant");
    is(task(&[[1.0, 1.0, 1.0, 0.5, 0.1]], 8.0, 0.0), "power_rest");
    is(task(&[[1.0, 1.0, 1.0, -0.5, 0.0]], 8.0, 0.0), "power_invariant");
    is(task(&[[1.0, 1.0, 1.0, 0.5, 0.0]], 0.0, 0.0), "order");
    is(task(&LEVELS, 8.0, -1.0), "sigma2");
    is(task(&LEVELS, 8.0, 0.0).unwrap().augmented(0.0, 0.1), "N");
    is(task(&LEVELS, 8.0, 0.0).unwrap().augmented(5.0, -0.1), "delta");
    is(task(&LEVELS[..1], 8.0, 0.0).unwrap().threshold(5.0, 0.1), "power_invariant");
    // Without invariant modes and ridge nothing is learnt, which only a ridge makes well defined.
    let none = task(&[[1.0, 8.0, 0.0, 0.0, 1.0]], 8.0, 0.0).unwrap();
    assert!(none.augmented(5.0, 0.0).is_err());
    approx::assert_relative_eq!(none.augmented(5.0, 0.1).unwrap(), 1.0, max_relative = 1e-14);
}

/// Invariants counted as orbits of monomials: those of degree $k$ less those of degree $k-2$.
fn orbits(group: CoordinateGroup, d: usize, highest: usize) -> Vec<f64> {
    let permutations: Vec<Vec<usize>> = match group {
        CoordinateGroup::Cyclic => (0..d).map(|g| (0..d).map(|i| (i + g) % d).collect()).collect(),
        CoordinateGroup::Dihedral => (0..2 * d)
            .map(|g| (0..d).map(|i| if g < d { (i + g) % d } else { (2 * d + g - i) % d }).collect())
            .collect(),
        CoordinateGroup::Torus(rows, columns) => (0..d)
            .map(|g| {
                let (a, b) = (g / columns, g % columns);
                (0..d).map(|i| (i / columns + a) % rows * columns + (i % columns + b) % columns).collect()
            })
            .collect(),
    };
    let mut counts = Vec::new();
    for degree in 0..=highest {
        let mut seen = std::collections::BTreeSet::new();
        let mut stack = vec![(vec![0usize; d], 0usize, degree)];
        while let Some((powers, at, left)) = stack.pop() {
            if at + 1 == d || left == 0 {
                let mut powers = powers;
                powers[at] += left;
                let images = permutations.iter().map(|p| p.iter().map(|&i| powers[i]).collect::<Vec<_>>());
                seen.extend(images.min());
                continue;
            }
            for own in 0..=left {
                let mut powers = powers.clone();
                powers[at] = own;
                stack.push((powers, at + 1, left - own));
            }
        }
        counts.push(seen.len() as f64);
    }
    (0..=highest).map(|k| counts[k] - if k < 2 { 0.0 } else { counts[k - 2] }).collect()
}

#[test]
fn invariants_are_counted_by_orbits() {
    use CoordinateGroup::{Cyclic, Dihedral, Torus};
    for (group, d) in [
        (Cyclic, 1),
        (Cyclic, 2),
        (Cyclic, 5),
        (Cyclic, 6),
        (Dihedral, 1),
        (Dihedral, 2),
        (Dihedral, 3),
        (Dihedral, 4),
        (Dihedral, 5),
        (Dihedral, 6),
        (Torus(2, 2), 4),
        (Torus(2, 3), 6),
        (Torus(1, 5), 5),
    ] {
        assert_eq!(invariant_dimensions(group, d, 7).unwrap(), orbits(group, d, 7), "{group:?} {d}");
    }
    assert_eq!(invariant_dimensions(Cyclic, 12, 0).unwrap(), [1.0]);
}

#[test]
fn characters_share_all_harmonics() {
    for (d, highest) in [(2, 6), (6, 9), (12, 40)] {
        let invariant = invariant_dimensions(CoordinateGroup::Cyclic, d, highest).unwrap();
        for (k, row) in character_dimensions(d, highest).unwrap().iter().enumerate() {
            assert_eq!(row.iter().sum::<f64>(), degeneracy(d, k).unwrap().round(), "{d} {k}");
            assert_eq!(row[0], invariant[k]);
            assert!((1..d).all(|rho| row[rho] == row[d - rho]));
        }
    }
}

#[test]
fn impossible_groups_and_counts_are_refused() {
    is(invariant_dimensions(CoordinateGroup::Torus(2, 3), 8, 3), "group");
    is(invariant_dimensions(CoordinateGroup::Torus(usize::MAX, 3), 8, 3), "group");
    is(invariant_dimensions(CoordinateGroup::Cyclic, 0, 3), "d");
    is(invariant_dimensions(CoordinateGroup::Cyclic, 100, 100), "kmax");
    is(invariant_dimensions(CoordinateGroup::Cyclic, 2, usize::MAX), "kmax");
    is(character_dimensions(100, 100), "kmax");
    // As many as a number holds, and one degree more.
    let most = (1..200)
        .take_while(|k| invariant_dimensions(CoordinateGroup::Cyclic, 30, *k).is_ok())
        .last()
        .unwrap();
    assert!(degeneracy(30, most).unwrap() / 30.0 < 9.1e15);
    assert!(degeneracy(30, most + 1).unwrap() / 30.0 > 9.0e15);
}

/// A tail adds to the ridge of both laws; its own power is that of a level that is not learnt.
#[test]
fn tails_add_to_the_ridge() {
    let spectrum = Spectrum::new(vec![0.5, 0.1], vec![2.0, 6.0], 0.3).unwrap();
    let with = effective_ridge(&spectrum, 7.0, 0.2).unwrap();
    let without =
        effective_ridge(&Spectrum::new(vec![0.5, 0.1], vec![2.0, 6.0], 0.0).unwrap(), 7.0, 0.5).unwrap();
    assert_eq!(with.kappa, without.kappa);
}
