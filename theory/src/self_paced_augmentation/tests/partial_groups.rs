use super::is;
use crate::self_paced_augmentation::{
    CyclicModes, CyclicSpectrum, GroupLevel, GroupTask, partial_groups, subsets_of,
};

fn rows() -> Vec<Vec<f64>> {
    let row = |scale: f64| (1..=30).map(|b| scale * f64::from(b).powf(-1.5)).collect::<Vec<f64>>();
    [1.0, 0.5, 1.0 / 3.0, 0.25, 1.0 / 3.0, 0.5].map(row).into()
}

fn powers() -> Vec<f64> {
    (1..=30).map(|b| f64::from(b).powf(-1.5)).collect()
}

/// The same problem level by level: errors without augmentation and by the whole group.
fn task(sigma2: f64) -> GroupTask {
    let rows = rows();
    let level = |(rho, b): (usize, usize)| GroupLevel {
        eigenvalue: rows[rho][b],
        dimensions: 1.0,
        invariant: if rho == 0 { 1.0 } else { 0.0 },
        power_invariant: if rho == 0 { powers()[b] } else { 0.0 },
        power_rest: 0.0,
    };
    let all = (0..6).flat_map(|rho| (0..30).map(move |b| (rho, b)));
    GroupTask::new(all.map(level).collect(), 6.0, sigma2).unwrap()
}

#[test]
fn one_copy_and_all_copies_are_known_laws() {
    let spectrum = CyclicSpectrum::simple(&rows()).unwrap();
    for (samples, delta, sigma2) in
        [(20, 0.01, 0.0), (40, 0.01, 0.1), (7, 1.0, 0.3), (3, 1e-6, 0.0), (500, 10.0, 0.2)]
    {
        let of = |shifts: Vec<usize>| {
            partial_groups(&spectrum, &[shifts], samples, delta, sigma2, &powers()).unwrap()
        };
        let (one, all) = (of(vec![3]), of((0..6).collect()));
        let known = task(sigma2);
        approx::assert_relative_eq!(
            one.error,
            known.plain(samples as f64, delta).unwrap(),
            max_relative = 1e-10
        );
        approx::assert_relative_eq!(
            all.error,
            known.augmented(samples as f64, delta).unwrap(),
            max_relative = 1e-10
        );
        // More copies, less error; all samples alike or a fresh set for each.
        let fresh =
            partial_groups(&spectrum, &subsets_of(6, 2).unwrap(), samples, delta, sigma2, &powers()).unwrap();
        assert!(fresh.error < one.error && fresh.error > all.error);
    }
}

/// What is missed depends on one number for each character, and its range is known.
#[test]
fn shares_lie_between_nothing_and_the_number_of_copies() {
    let spectrum = CyclicSpectrum::simple(&rows()).unwrap();
    let shifts = [vec![0, 1, 3]];
    let at = |delta: f64| partial_groups(&spectrum, &shifts, 15, delta, 0.0, &powers()).unwrap();
    // q is a function of s₀ and δ alone.
    let law = at(0.02);
    for (q, lambda) in law.missed.iter().zip(&rows()[0]) {
        approx::assert_relative_eq!(*q, 0.02 / (0.02 + 15.0 * law.shares[0] * lambda), max_relative = 1e-13);
    }
    // s grows with the ridge, from almost nothing to the number of copies.
    assert!(at(1e-9).shares[0] < 1e-6 && (at(1e9).shares[0] - 3.0).abs() < 1e-6);
}

/// Sets that a shift turns into each other are worth the same, and so are subsets that hold 0 and all subsets.
#[test]
fn shifted_sets_are_worth_the_same() {
    let spectrum = CyclicSpectrum::simple(&rows()).unwrap();
    let of = |sets: &[Vec<usize>]| partial_groups(&spectrum, sets, 20, 0.01, 0.1, &powers()).unwrap().error;
    approx::assert_relative_eq!(of(&[vec![0, 1]]), of(&[vec![4, 5]]), max_relative = 1e-11);
    approx::assert_relative_eq!(of(&[vec![0, 2, 3]]), of(&[vec![4, 1, 5]]), max_relative = 1e-11);
    let pairs: Vec<Vec<usize>> = (0..6).flat_map(|a| (0..a).map(move |b| vec![b, a])).collect();
    approx::assert_relative_eq!(of(&pairs), of(&subsets_of(6, 2).unwrap()), max_relative = 1e-11);
}

/// Many modes of one eigenvalue are so many modes; a tail is many modes of almost none.
#[test]
fn counts_and_tails_are_modes() {
    let single = |rows: &[Vec<f64>], tail: f64| {
        let modes =
            |row: &Vec<f64>| row.iter().map(|&eigenvalue| CyclicModes { eigenvalue, count: 1.0 }).collect();
        CyclicSpectrum::new(rows.iter().map(modes).collect(), tail).unwrap()
    };
    let repeated = vec![vec![0.3, 0.3, 0.3, 0.1, 0.1, 0.1]; 3];
    let counted = |eigenvalue: f64| CyclicModes { eigenvalue, count: 3.0 };
    let own = CyclicSpectrum::new(vec![vec![counted(0.3), counted(0.1)]; 3], 0.0).unwrap();
    let sets = [vec![0, 1]];
    let one = partial_groups(&single(&repeated, 0.0), &sets, 4, 0.2, 0.1, &[0.1; 6]).unwrap();
    let other = partial_groups(&own, &sets, 4, 0.2, 0.1, &[0.3; 2]).unwrap();
    approx::assert_relative_eq!(one.error, other.error, max_relative = 1e-12);
    // 3 · 10⁶ modes of 10⁻⁷ have no structure that N samples could see.
    let small = |eigenvalue: f64, count: f64| CyclicModes { eigenvalue, count };
    let many =
        CyclicSpectrum::new(vec![vec![small(0.3, 3.0), small(0.1, 3.0), small(1e-7, 1e6)]; 3], 0.0).unwrap();
    let tail =
        CyclicSpectrum::new(vec![vec![small(0.3, 3.0), small(0.1, 3.0), small(0.0, 1.0)]; 3], 0.3).unwrap();
    let (many, tail) = (
        partial_groups(&many, &sets, 4, 0.2, 0.1, &[0.3, 0.3, 0.05]).unwrap(),
        partial_groups(&tail, &sets, 4, 0.2, 0.1, &[0.3, 0.3, 0.05]).unwrap(),
    );
    approx::assert_relative_eq!(many.error, tail.error, max_relative = 1e-5);
}

#[test]
fn wrong_sets_are_named() {
    let spectrum = CyclicSpectrum::simple(&rows()).unwrap();
    let of = |sets: &[Vec<usize>]| partial_groups(&spectrum, sets, 20, 0.01, 0.1, &powers());
    is(of(&[vec![0, 0]]), "shifts");
    is(of(&[vec![6]]), "shifts");
    is(of(&[vec![]]), "shifts");
    is(of(&[]), "shifts");
    is(partial_groups(&spectrum, &[vec![0]], 0, 0.1, 0.0, &powers()), "N");
    is(partial_groups(&spectrum, &[vec![0]], 5, 0.0, 0.0, &powers()), "delta");
    is(partial_groups(&spectrum, &[vec![0]], 5, 0.1, -1.0, &powers()), "sigma2");
    is(partial_groups(&spectrum, &[vec![0]], 5, 0.1, 0.0, &[1.0]), "eta");
    is(CyclicSpectrum::simple(&[vec![1.0], vec![0.5], vec![0.4]]), "lambda");
    is(CyclicSpectrum::simple(&[vec![1.0], vec![0.5, 0.1]]), "lambda");
    is(CyclicSpectrum::simple(&[]), "lambda");
    is(subsets_of(3, 4), "copies");
    assert_eq!(subsets_of(6, 3).unwrap().len(), 10);
}

/// From next to no ridge to nothing but ridge, few samples and many: a number or a refusal, and the known laws where there are any.
#[test]
fn extremes_are_answered_or_refused() {
    let spectrum = CyclicSpectrum::simple(&rows()).unwrap();
    let mut answered = 0;
    for samples in [1, 10, 29, 30, 31, 1000, 1_000_000] {
        for delta in [1e-300, 1e-100, 1e-12, 1e-3, 1.0, 1e12, 1e300] {
            for shifts in [vec![0], vec![0, 1], vec![0, 2, 4], (0..6).collect()] {
                let found =
                    partial_groups(&spectrum, std::slice::from_ref(&shifts), samples, delta, 0.1, &powers());
                if let Ok(law) = found {
                    answered += 1;
                    assert!(law.error > 0.0 && law.error.is_finite());
                    let known = task(0.1);
                    let other = match shifts.len() {
                        1 => known.plain(samples as f64, delta).unwrap(),
                        6 => known.augmented(samples as f64, delta).unwrap(),
                        _ => continue,
                    };
                    approx::assert_relative_eq!(law.error, other, max_relative = 1e-8);
                }
            }
        }
    }
    assert!(answered > 100, "{answered} of 196");
}
