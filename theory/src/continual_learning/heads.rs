//! Tasks with heads of their own on a trunk that they share, and the order of tasks.

use serde::Serialize;

use super::ridge::effective_ridge;
use super::spectrum::{Spectrum, Target};
use super::two_task::similarity;
use crate::TheoryError;
use crate::error::{at_least, non_negative, representable};

/// What heads share.
#[derive(Debug, Clone, PartialEq)]
pub struct Heads {
    /// $\tau_i=\lambda_i^T/\lambda_i$: the share of the trunk in every eigenvalue, one for each level of the spectrum.
    pub trunk: Vec<f64>,
    /// $\varrho$: the correlation of the heads' initial weights.
    pub correlation: f64,
}

impl Heads {
    /// The same share $\tau$ in every mode of a spectrum.
    pub fn uniform(spectrum: &Spectrum, trunk: f64, correlation: f64) -> Self {
        Self { trunk: vec![trunk; spectrum.levels()], correlation }
    }

    fn check(&self, spectrum: &Spectrum) -> Result<(), TheoryError> {
        if self.trunk.len() != spectrum.levels() {
            let valid = format!("one share, or {}, one for every eigenvalue", spectrum.levels());
            return Err(TheoryError::invalid("trunk", format!("{} shares", self.trunk.len()), valid));
        }
        if let Some(share) = self.trunk.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            return Err(TheoryError::invalid("trunk", share, "shares of the trunk from 0 to 1"));
        }
        if (-1.0..=1.0).contains(&self.correlation) {
            Ok(())
        } else {
            Err(TheoryError::invalid("head_correlation", self.correlation, "a correlation from -1 to 1"))
        }
    }
}

/// Two stages, one task each, without ridge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskPair {
    /// $N_1$ and $N_2$.
    pub samples: [usize; 2],
    /// $\sigma_1^2$ and $\sigma_2^2$, label noise.
    pub noise: [f64; 2],
    /// $\rho$, the similarity of the tasks.
    pub rho: f64,
}

/// Errors of two tasks with heads of their own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MultiHead {
    /// $E_1$: of the first head on the first task, after it.
    pub first: f64,
    /// $E_B$: of the second head on the second task, had it been learnt alone.
    pub alone: f64,
    /// $E_{A\to B}$: of the second head on the second task, after both.
    pub forward: f64,
    /// $E_{\rm back}$: of the first head on the first task, after both.
    pub backward: f64,
}

/// The errors of two tasks that are learnt in turn by two linear heads on one trunk.
///
/// # Formula
/// Training one head moves the other one $\hat\tau_i=\varrho\tau_i$ times in every mode. With $l=1-q$ and $F_1=E_1+\sigma_1^2$
/// $$E_1=\frac{\sum q_1^2\eta+\gamma_1\sigma_1^2}{1-\gamma_1},\quad U=\eta(1-2\hat\tau\rho l_1+\hat\tau^2l_1^2)+\hat\tau^2b_1F_1,\quad
/// E_{A\to B}=\frac{\sum q_2^2U+\gamma_2\sigma_2^2}{1-\gamma_2},$$
/// $$E_{\rm back}=\sum_i\{\eta(A^2-2\rho AB+B^2)+(1-\hat\tau B)^2b_1F_1+\hat\tau^2b_2(E_{A\to B}+\sigma_2^2)\},\quad B=\hat\tau l_2,\ A=q_1+\hat\tau l_1B.$$
/// The tail is one mode with $q=1$, $b=0$. $\hat\tau=1$ is one head for both tasks, [`two_task`](super::two_task); at $\hat\tau=0$
/// nothing transfers and nothing is forgotten.
///
/// # Errors
/// Shares outside 0 to 1, or another number of them than of levels; $|\varrho|>1$, $|\rho|>1$; no samples, negative noise; a target of another
/// length; those of [`effective_ridge`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Heads, Spectrum, Target, TaskPair, multi_head};
/// let spectrum = Spectrum::power(1.5, 60)?;
/// let pair = TaskPair { samples: [30, 20], noise: [0.0; 2], rho: 0.7 };
/// let target = Target::matched(&spectrum);
/// let law = multi_head(&spectrum, &target, &Heads::uniform(&spectrum, 0.5, 1.0), &pair)?;
/// assert!((law.backward - 0.4483584443025466).abs() < 1e-13);
/// let independent = multi_head(&spectrum, &target, &Heads::uniform(&spectrum, 0.5, 0.0), &pair)?;
/// assert!((independent.forward - independent.alone).abs() < 1e-14);
/// assert!((independent.backward - independent.first).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn multi_head(
    spectrum: &Spectrum,
    target: &Target,
    heads: &Heads,
    pair: &TaskPair,
) -> Result<MultiHead, TheoryError> {
    target.fits(spectrum)?;
    heads.check(spectrum)?;
    let TaskPair { samples: [n1, n2], noise: [noise1, noise2], rho } = *pair;
    let rho = similarity(rho)?;
    at_least("N1", n1, 1)?;
    at_least("N2", n2, 1)?;
    non_negative("sigma2_1", noise1)?;
    non_negative("sigma2_2", noise2)?;
    let ridge = |n: usize, name| effective_ridge(spectrum, n as f64, 0.0).map_err(|e| e.renamed("N", name));
    let one = ridge(n1, "N1")?;
    let two = if n1 == n2 { one.clone() } else { ridge(n2, "N2")? };
    let tail = target.tail;
    let unlearnt = |q: &[f64]| spectrum.sum(|i, _| q[i] * q[i] * target.powers[i]) + tail;
    let first = representable("an error", (unlearnt(&one.q) + one.gamma * noise1) / one.slack)?;
    let alone = representable("an error", (unlearnt(&two.q) + two.gamma * noise2) / two.slack)?;
    let left = first + noise1;
    // The sign of ϱ only turns that of ρ; t = |ϱ|τ.
    let (size, rho) =
        if heads.correlation < 0.0 { (-heads.correlation, -rho) } else { (heads.correlation, rho) };
    let apart = 1.0 - rho;

    let wrong = spectrum.sum(|i, _| {
        let (t, l1) = (size * heads.trunk[i], one.learnt[i]);
        // 1 − t l₁, and its square plus what the tasks differ.
        let missed = one.q[i] + (1.0 - t) * l1;
        let start = target.powers[i] * (missed * missed + 2.0 * apart * t * l1) + t * t * one.b[i] * left;
        two.q[i] * two.q[i] * start
    });
    let forward = representable("an error", (wrong + tail + two.gamma * noise2) / two.slack)?;
    let noise = forward + noise2;
    let backward = spectrum.sum(|i, _| {
        let t = size * heads.trunk[i];
        let (q1, l1, l2) = (one.q[i], one.learnt[i], two.learnt[i]);
        let led_astray = t * l2;
        let unlearnt = q1 + t * l1 * led_astray;
        // A − B = q₁(1 − t l₂) − t(1−t)l₁l₂, and 1 − t²l₂.
        let difference = q1 * (two.q[i] + (1.0 - t) * l2) - (1.0 - t) * l1 * led_astray;
        let kept = two.q[i] + (1.0 - t * t) * l2;
        let signal = difference * difference + 2.0 * apart * unlearnt * led_astray;
        target.powers[i] * signal + kept * kept * one.b[i] * left + t * t * two.b[i] * noise
    });
    Ok(MultiHead { first, alone, forward, backward: representable("an error", backward + tail)? })
}

/// The mean of both final errors of two tasks of similarity $\rho$, label noise `noise` $=\sigma^2$, no ridge: $[\bar E_{12},\bar E_{21}]$, with `n1`
/// samples first and `n2` then, and the other way round.
///
/// # Formula
/// $\bar E=\frac12(E_{A\to B}+E_{\rm back})$ of [`two_task`](super::two_task), with noise. Matched prior, no noise:
/// $\bar E_{12}-\bar E_{21}=(1-2\rho)\Delta$ on every data set, $\Delta=\mathrm{tr}\,\Lambda(\Pi_2\Pi_1\Pi_2-\Pi_1\Pi_2\Pi_1)$ with the projectors on the spans of
/// the training features; on average $\Delta>0$ if and only if $N_2>N_1$.
///
/// # Errors
/// Those of [`multi_head`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, task_order};
/// let spectrum = Spectrum::power(1.5, 80)?;
/// let target = Target::matched(&spectrum);
/// let [small_first, large_first] = task_order(&spectrum, &target, 15, 40, 0.9, 0.0)?;
/// assert!(small_first < large_first);
/// let [either, way] = task_order(&spectrum, &target, 15, 40, 0.5, 0.0)?;
/// assert!((either / way - 1.0).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn task_order(
    spectrum: &Spectrum,
    target: &Target,
    n1: usize,
    n2: usize,
    rho: f64,
    noise: f64,
) -> Result<[f64; 2], TheoryError> {
    non_negative("sigma2", noise)?;
    at_least("N1", n1, 1)?;
    at_least("N2", n2, 1)?;
    let one_head = Heads::uniform(spectrum, 1.0, 1.0);
    let mean = |samples: [usize; 2]| {
        let law = multi_head(spectrum, target, &one_head, &TaskPair { samples, noise: [noise; 2], rho })?;
        representable("an error", 0.5 * law.forward + 0.5 * law.backward)
    };
    Ok([mean([n1, n2])?, mean([n2, n1])?])
}
