//! Augmentation by a few elements of a cyclic group: a deterministic equivalent.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::TheoryError;
use crate::error::{at_least, non_negative, positive, representable};

/// Modes of one character of $\mathbb Z_n$ that have one eigenvalue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CyclicModes {
    /// $\lambda_{\rho b}$.
    pub eigenvalue: f64,
    /// How many there are.
    pub count: f64,
}

/// The spectrum of a kernel that a cyclic group leaves as it is, character by character.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CyclicSpectrum {
    characters: Vec<Vec<CyclicModes>>,
    tail: f64,
}

/// Regression on a few copies of every sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartialLaw {
    /// $E$, the test error without the label noise.
    pub error: f64,
    /// $s_\rho$: the ridge over the effective ridge of the modes of every character; it grows from nothing to $|S|$ with the ridge.
    pub shares: Vec<f64>,
    /// $q_b$: what is not learnt of the modes of $\rho=0$.
    pub missed: Vec<f64>,
}

impl CyclicSpectrum {
    /// Modes of every character $\rho=0,\dots,n-1$, and the sum $\tau$ of the eigenvalues that are not listed.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless there is a character, lists are equally long, numbers are finite and not negative, and $\rho$ and $n-\rho$ are alike.
    pub fn new(characters: Vec<Vec<CyclicModes>>, tail: f64) -> Result<Self, TheoryError> {
        let length = characters.first().map_or(0, Vec::len);
        if length == 0 || characters.iter().any(|modes| modes.len() != length) {
            let valid = "lists of one length, one per character, each with at least one number";
            return Err(TheoryError::invalid("lambda", "a list of lists", valid));
        }
        for modes in characters.iter().flatten() {
            non_negative("lambda", modes.eigenvalue)?;
            non_negative("a number of modes", modes.count)?;
        }
        let n = characters.len();
        for rho in 1..n {
            if characters[rho] != characters[n - rho] {
                let valid = format!("equal to row {}: complex conjugate characters come in pairs", n - rho);
                return Err(TheoryError::invalid("lambda", format!("in row {rho} another list"), valid));
            }
        }
        non_negative("tail", tail)?;
        let trace = characters.iter().flatten().map(|modes| modes.count * modes.eigenvalue).sum::<f64>();
        representable("the sum of the eigenvalues", trace + tail)?;
        Ok(Self { characters, tail })
    }

    /// One mode for each eigenvalue.
    ///
    /// # Errors
    /// Those of [`CyclicSpectrum::new`].
    pub fn simple(eigenvalues: &[Vec<f64>]) -> Result<Self, TheoryError> {
        let modes =
            |row: &Vec<f64>| row.iter().map(|&eigenvalue| CyclicModes { eigenvalue, count: 1.0 }).collect();
        Self::new(eigenvalues.iter().map(modes).collect(), 0.0)
    }

    /// $n$.
    pub fn order(&self) -> usize {
        self.characters.len()
    }

    /// $\sum$ over modes of the character `rho` of the power `power` of $\frac\lambda{\delta+Ns\lambda}$.
    fn resolvent(&self, rho: usize, samples: f64, delta: f64, s: f64, power: i32) -> f64 {
        let term =
            |modes: &CyclicModes| modes.count * (delta / modes.eigenvalue + samples * s).recip().powi(power);
        self.characters[rho].iter().filter(|modes| modes.eigenvalue > 0.0).map(term).sum()
    }
}

/// What all subsets make of $\tau_\rho$: the mean of $B_{\rho\rho}$ and of $|B_{\rho\sigma}|^2$.
struct Response {
    s: DVector<f64>,
    squares: DMatrix<f64>,
}

/// The sets of shifts by which samples are repeated, one of them for every sample, each as often as any other.
struct Subsets<'a> {
    n: usize,
    shifts: &'a [Vec<usize>],
    cosines: Vec<f64>,
    sines: Vec<f64>,
}

impl<'a> Subsets<'a> {
    fn new(n: usize, shifts: &'a [Vec<usize>]) -> Result<Self, TheoryError> {
        if shifts.is_empty() || shifts.iter().any(Vec::is_empty) {
            return Err(TheoryError::invalid("shifts", "an empty list", "at least one shift"));
        }
        for set in shifts {
            let mut met = vec![false; n];
            for &shift in set {
                if shift >= n {
                    let valid =
                        format!("integers from 0 to {}, one less than there are rows of lambda", n - 1);
                    return Err(TheoryError::invalid("shifts", shift, valid));
                }
                if std::mem::replace(&mut met[shift], true) {
                    return Err(TheoryError::invalid(
                        "shifts",
                        format!("{shift} more than once"),
                        "distinct shifts",
                    ));
                }
            }
        }
        let angle = |k: usize| std::f64::consts::TAU * k as f64 / n as f64;
        Ok(Self {
            n,
            shifts,
            cosines: (0..n).map(|k| angle(k).cos()).collect(),
            sines: (0..n).map(|k| angle(k).sin()).collect(),
        })
    }

    /// $B_{\rho\sigma}=v_\rho^\top(I+T)^{-1}\bar v_\sigma$; `diagonal` is what the tail adds to $T_{jj}$.
    fn response(&self, tau: &[f64], diagonal: f64) -> Result<Response, TheoryError> {
        let n = self.n;
        // T depends on differences of shifts; τ_ρ = τ_{n-ρ} makes it real.
        let profile: Vec<f64> =
            (0..n).map(|shift| (0..n).map(|rho| tau[rho] * self.cosines[rho * shift % n]).sum()).collect();
        let mut s = DVector::zeros(n);
        let mut squares = DMatrix::zeros(n, n);
        for set in self.shifts {
            let m = set.len();
            let matrix = DMatrix::from_fn(m, m, |j, k| {
                let difference = (n + set[k] - set[j]) % n;
                let own = if j == k { 1.0 + diagonal } else { 0.0 };
                profile[difference] + own
            });
            let Some(factor) = matrix.cholesky() else {
                return Err(TheoryError::undefined(
                    "(I + T)^-1",
                    "rounding leaves it without positive pivots: a larger delta",
                ));
            };
            // Rows L⁻¹v_ρ: B is their Gram matrix, its diagonal without cancellation.
            let part = |table: &[f64]| {
                let rows = DMatrix::from_fn(m, n, |j, rho| table[rho * set[j] % n]);
                factor.l_dirty().solve_lower_triangular(&rows).unwrap_or(rows)
            };
            let (real, imaginary) = (part(&self.cosines), part(&self.sines));
            let even = real.tr_mul(&real) + imaginary.tr_mul(&imaginary);
            let odd = imaginary.tr_mul(&real) - real.tr_mul(&imaginary);
            s += even.diagonal();
            squares += even.component_mul(&even) + odd.component_mul(&odd);
        }
        let count = self.shifts.len() as f64;
        Ok(Response { s: s / count, squares: squares / count })
    }
}

/// Most updates of the fixed point.
const MOST: usize = 20_000;

/// Ridge regression where every sample appears as its shifts by the elements of one of several `subsets` of $\mathbb Z_n$, drawn anew for each sample with equal chances; the target is invariant, with
/// the powers $\eta_b$ in all modes of each eigenvalue of $\rho=0$, and copies share their sample's label noise.
///
/// # Formula
/// With $\omega=e^{2\pi i/n}$, $v_\rho=(\omega^{\rho g})_{g\in S}$: $\tau_\rho=\sum_b\frac{\lambda_{\rho b}}{\delta+Ns_\rho\lambda_{\rho b}}$, $T_{jk}=\sum_\rho\tau_\rho\omega^{\rho(S_k-S_j)}$,
/// $B_{\rho\sigma}=v_\rho^\top(I+T)^{-1}\bar v_\sigma$, $s_\rho=\langle B_{\rho\rho}\rangle_S$; a tail adds $\tau/\delta$ to $T_{jj}$. $g_\rho=\sum_b\frac{\lambda^2_{\rho b}}{(\delta+Ns_\rho\lambda_{\rho b})^2}$,
/// $\lbrack I-N\langle|B|^2\rangle\mathrm{diag}(g)\rbrack s'=\langle|B|^2\rangle g$, $q_b=\frac\delta{\delta+Ns_0\lambda_{0b}}$, $E=(1+Ns'_0)\left(\sum_bq_b^2\eta_b+\sigma^2\right)-\sigma^2$. The map is monotone and grows
/// slower than its argument, so its fixed point is unique and iteration finds it; its derivative, $N|B|^2\mathrm{diag}(g)$, serves Newton's method.
///
/// # Errors
/// About $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N<1$, $\delta\le0$, $\sigma^2<0$, shifts that are repeated or not below $n$, another number of powers than of eigenvalues;
/// [`NotConverged`](TheoryError::NotConverged) where rounding or a threshold keeps the fixed point from its digits.
///
/// # Source
/// Derived here: a deterministic equivalent with blocks of dependent rows.
///
/// # Example
/// ```
/// use solvable_theory::self_paced_augmentation::{CyclicSpectrum, partial_groups};
/// let lambda = [vec![1.0, 0.3, 0.1], vec![0.4, 0.1, 0.05], vec![0.3, 0.1, 0.03], vec![0.4, 0.1, 0.05]];
/// let spectrum = CyclicSpectrum::simple(&lambda)?;
/// let law = partial_groups(&spectrum, &[vec![0, 1]], 6, 0.1, 0.0, &[1.0, 0.5, 0.2])?;
/// assert!((law.error - 0.05982799152400289).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn partial_groups(
    spectrum: &CyclicSpectrum,
    subsets: &[Vec<usize>],
    samples: usize,
    delta: f64,
    sigma2: f64,
    eta: &[f64],
) -> Result<PartialLaw, TheoryError> {
    at_least("N", samples, 1)?;
    positive("delta", delta)?;
    non_negative("sigma2", sigma2)?;
    eta.iter().try_for_each(|power| non_negative("eta", *power).map(drop))?;
    let own = &spectrum.characters[0];
    if eta.len() != own.len() {
        let valid = format!("{} numbers, as many as in a row of lambda", own.len());
        return Err(TheoryError::invalid("eta", format!("{} numbers", eta.len()), valid));
    }
    for (modes, power) in own.iter().zip(eta) {
        if modes.count == 0.0 && modes.eigenvalue > 0.0 && *power > 0.0 {
            return Err(TheoryError::invalid("eta", power, "0 where there are no modes"));
        }
    }
    let (n, samples) = (spectrum.order(), samples as f64);
    let subsets = Subsets::new(n, subsets)?;
    let diagonal = representable("the tail over delta", spectrum.tail / delta)?;
    let sums = |s: &DVector<f64>, power: i32| -> Vec<f64> {
        (0..n).map(|rho| spectrum.resolvent(rho, samples, delta, s[rho], power)).collect()
    };
    let map = |s: &DVector<f64>| -> Result<Response, TheoryError> {
        let tau = sums(s, 1);
        representable("the resolvent", tau.iter().sum::<f64>())?;
        subsets.response(&tau, diagonal)
    };
    let distance = |s: &DVector<f64>, next: &DVector<f64>| {
        s.iter().zip(next).fold(0f64, |most, (a, b)| {
            if (b / a).is_finite() { most.max((b / a - 1.0).abs()) } else { f64::INFINITY }
        })
    };
    let jacobian = |s: &DVector<f64>, response: &Response| {
        let g = sums(s, 2);
        DMatrix::from_fn(n, n, |i, j| {
            let own = if i == j { 1.0 } else { 0.0 };
            own - samples * response.squares[(i, j)] * g[j]
        })
    };
    // From above: (I + T)⁻¹ ≤ I.
    let mut s = DVector::from_element(n, subsets.shifts.iter().map(Vec::len).max().unwrap_or(1) as f64);
    let mut response = map(&s)?;
    let mut left = distance(&s, &response.s);
    let mut updates = 0;
    let mut stalled = 0;
    while left > 1e-15 && stalled < 3 {
        updates += 1;
        if updates > MOST {
            return Err(TheoryError::NotConverged {
                procedure: "the effective ridges of the characters".to_owned(),
                detail: format!("it still moves by {left:e} after {MOST} updates: a larger delta"),
            });
        }
        let step = jacobian(&s, &response).lu().solve(&(&response.s - &s));
        let newton = step.map(|step| &s + step).filter(|s| s.iter().all(|s| *s > 0.0 && s.is_finite()));
        let better = match newton {
            Some(newton) => {
                let there = map(&newton)?;
                let rest = distance(&newton, &there.s);
                (rest < left).then_some((newton, there, rest))
            }
            None => None,
        };
        let (next, there, rest) = match better {
            Some(better) => better,
            None => {
                let next = response.s.clone();
                let there = map(&next)?;
                let rest = distance(&next, &there.s);
                (next, there, rest)
            }
        };
        // Rounding: neither step comes closer.
        if left < 1e-9 && rest >= 0.5 * left {
            stalled += 1;
        }
        if rest < left || left > 1e-9 {
            (s, response, left) = (next, there, rest);
        }
    }
    if left > 1e-11 || !left.is_finite() {
        return Err(TheoryError::NotConverged {
            procedure: "the effective ridges of the characters".to_owned(),
            detail: format!("rounding leaves {left:e} of it: a larger delta"),
        });
    }
    let g = DVector::from_vec(sums(&s, 2));
    let right = &response.squares * &g;
    let derivative = jacobian(&s, &response).lu().solve(&right);
    let slope = match derivative {
        Some(derivative) if derivative[0] >= 0.0 => {
            representable("the variance factor", samples * derivative[0])?
        }
        _ => {
            return Err(TheoryError::undefined(
                "the test error",
                "the equation of its variance is singular: a larger delta",
            ));
        }
    };
    let missed: Vec<f64> =
        own.iter().map(|modes| (1.0 + samples * s[0] * (modes.eigenvalue / delta)).recip()).collect();
    let bias: f64 = missed.iter().zip(eta).map(|(q, eta)| q * q * eta).sum();
    let error = representable("the test error", (1.0 + slope) * bias + slope * sigma2)?;
    Ok(PartialLaw { error, shares: s.iter().copied().collect(), missed })
}

/// All subsets of so many elements of $0,\dots,n-1$ that hold 0: what a subset drawn at random is worth, as shifting it changes nothing.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $1\le m\le n$.
pub fn subsets_of(n: usize, m: usize) -> Result<Vec<Vec<usize>>, TheoryError> {
    if !(1..=n).contains(&m) {
        return Err(TheoryError::invalid("the number of copies", m, format!("an integer from 1 to {n}")));
    }
    let mut all = vec![vec![0]];
    for _ in 1..m {
        all = all
            .into_iter()
            .flat_map(|set| {
                let from = set.last().map_or(0, |last| last + 1);
                (from..n).map(move |next| [set.clone(), vec![next]].concat())
            })
            .collect();
    }
    Ok(all)
}
