//! Two tasks in turn: transfer and forgetting.

use serde::Serialize;

use super::ridge::{EffectiveRidge, effective_ridge};
use super::spectrum::{Spectrum, Target};
use crate::TheoryError;
use crate::error::{at_least, representable};

/// Errors of two tasks learnt one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TwoTask {
    /// $E_1$: on the first task, after it.
    pub first: f64,
    /// $E_B$: on the second task, had it been learnt alone.
    pub alone: f64,
    /// $E_{A\to B}$: on the second task, after both.
    pub forward: f64,
    /// $E_{\rm back}$: on the first task, after both.
    pub backward: f64,
    /// $\rho^*$: knowledge transfers, $E_{A\to B}<E_B$, where tasks are more similar.
    pub critical_similarity: f64,
}

/// How the error on the first task depends on the similarity: $E_{\rm back}=E_2(1)+2(1-\rho)\mathcal B$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Forgetting {
    /// $E_2(1)$: after both stages, if both tasks are the same.
    pub at_equal_tasks: f64,
    /// $\mathcal B$.
    pub slope: f64,
    /// $\rho_{\rm back}$: the second task improves the first, $E_{\rm back}<E_1$, only where tasks are more similar; `None` where even
    /// the same task again makes it worse.
    pub threshold: Option<f64>,
}

/// Sums over modes that all laws of two tasks are made of.
struct Sums {
    first: f64,
    alone: f64,
    /// $E_{A\to B}$ at $\rho=1$.
    same: f64,
    /// $\frac2{1-\gamma_2}\sum q_2^2(1-q_1)\eta$: by how much it rises until $\rho=0$.
    rise: f64,
    /// $2\sum\eta[1-q_2(2-q_1)]$.
    detour: f64,
    /// $\sum q_2^2[(1-q_1^2)\eta-b_1E_1]$ and $2\sum q_2^2(1-q_1)\eta$.
    gain: (f64, f64),
}

fn sums(spectrum: &Spectrum, target: &Target, n1: usize, n2: usize) -> Result<Sums, TheoryError> {
    target.fits(spectrum)?;
    at_least("N1", n1, 1)?;
    at_least("N2", n2, 1)?;
    let one = effective_ridge(spectrum, n1 as f64, 0.0)?;
    let two = if n1 == n2 { one.clone() } else { effective_ridge(spectrum, n2 as f64, 0.0)? };
    let tail = target.tail;
    let unlearnt = |ridge: &EffectiveRidge| {
        let sum = spectrum.sum(|i, _| ridge.q[i] * ridge.q[i] * target.powers[i]) + tail;
        representable("an error", sum / ridge.slack)
    };
    let (first, alone) = (unlearnt(&one)?, unlearnt(&two)?);
    let (mut same, mut rise, mut detour, mut gain) = (tail, 0.0, 0.0, 0.0);
    for (i, count) in spectrum.degeneracies().iter().enumerate() {
        let (q1, q2, eta) = (one.q[i], two.q[i], target.powers[i]);
        let (square, learnt) = (count * q2 * q2, one.learnt[i] * eta);
        let noise = one.b[i] * first;
        same += square * (q1 * q1 * eta + noise);
        rise += square * learnt;
        gain += square * ((1.0 + q1) * learnt - noise);
        // 1 − q_2(2 − q_1), without the ones.
        detour += count * eta * (two.learnt[i] - one.learnt[i] * q2);
    }
    let amplification = 1.0 / two.slack;
    Ok(Sums {
        first,
        alone,
        same: representable("an error", same * amplification)?,
        rise: 2.0 * rise * amplification,
        detour: 2.0 * detour,
        gain: (gain, 2.0 * rise),
    })
}

pub(super) fn similarity(rho: f64) -> Result<f64, TheoryError> {
    if rho.is_finite() && rho.abs() <= 1.0 {
        Ok(rho)
    } else {
        Err(TheoryError::invalid("rho", rho, "a similarity from -1 to 1"))
    }
}

/// The errors of two tasks of similarity $\rho$ with `n1` and `n2` samples, without noise or ridge.
///
/// # Formula
/// $E_1=\frac{\sum q_1^2\eta}{1-\gamma_1}$, $E_B$ likewise with $N_2$;
/// $E_{A\to B}=\frac1{1-\gamma_2}\sum q_2^2[2(1-\rho)(1-q_1)\eta+q_1^2\eta+b_1E_1]$;
/// $E_{\rm back}=E_{A\to B}+2(1-\rho)\sum\eta[1-q_2(2-q_1)]$. The tail is one mode with $q=1$, $b=0$.
///
/// # Errors
/// $|\rho|>1$, no samples, a target of another length; those of [`effective_ridge`]; modes that are known exactly after the first stage
/// leave $\rho^*$ undefined.
///
/// # Source
/// Karakida and Akaho (2022).
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, two_task};
/// let spectrum = Spectrum::power(1.5, 400)?;
/// let law = two_task(&spectrum, &Target::matched(&spectrum), 200, 50, 0.7)?;
/// assert!((law.forward - 0.26457522191678447).abs() < 1e-12);
/// assert!((law.critical_similarity - 0.5).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn two_task(
    spectrum: &Spectrum,
    target: &Target,
    n1: usize,
    n2: usize,
    rho: f64,
) -> Result<TwoTask, TheoryError> {
    let apart = 1.0 - similarity(rho)?;
    let s = sums(spectrum, target, n1, n2)?;
    let forward = s.same + apart * s.rise;
    Ok(TwoTask {
        first: s.first,
        alone: s.alone,
        forward,
        backward: representable("an error", forward + apart * s.detour)?,
        critical_similarity: critical(&s)?,
    })
}

fn critical(s: &Sums) -> Result<f64, TheoryError> {
    if s.gain.1 > 0.0 {
        return representable("rho*", 1.0 - s.gain.0 / s.gain.1);
    }
    Err(TheoryError::undefined(
        "rho*",
        "the second stage alone determines every mode that the first one can teach (kappa = 0): nothing is left to transfer",
    ))
}

/// $\rho^*$, above which the first task helps the second.
///
/// # Formula
/// $\rho^*=1-\frac{\sum q_2^2[(1-q_1^2)\eta-b_1E_1]}{2\sum q_2^2(1-q_1)\eta}$; $\frac12$ for matched priors, and for $N_1\gg N_2$. A value above 1: no
/// similarity suffices.
///
/// # Errors
/// Those of [`two_task`].
///
/// # Source
/// Karakida and Akaho (2022); derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, critical_similarity};
/// let spectrum = Spectrum::power(1.5, 1000)?;
/// let smooth = Target::power_law(2.0, 1000)?;
/// assert!((critical_similarity(&spectrum, &smooth, 100, 100)? - 0.457).abs() < 1e-3);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn critical_similarity(
    spectrum: &Spectrum,
    target: &Target,
    n1: usize,
    n2: usize,
) -> Result<f64, TheoryError> {
    critical(&sums(spectrum, target, n1, n2)?)
}

/// How much of the first task the second one destroys.
///
/// # Formula
/// $E_{\rm back}(\rho)=E_2(1)+2(1-\rho)\mathcal B$, $\mathcal B=\frac{\sum q_2^2(1-q_1)\eta}{1-\gamma_2}+\sum\eta[1-q_2(2-q_1)]\ge0$;
/// $\rho_{\rm back}=1-\frac{E_1-E_2(1)}{2\mathcal B}$. As $E_1\to0$ at fixed $\mathcal B$, every $\rho<1$ forgets.
///
/// # Errors
/// Those of [`two_task`].
///
/// # Source
/// Karakida and Akaho (2022); derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, forgetting, two_task};
/// let spectrum = Spectrum::power(1.5, 1000)?;
/// let target = Target::matched(&spectrum);
/// let law = forgetting(&spectrum, &target, 200, 200)?;
/// let threshold = law.threshold.expect("equal sizes and a smooth target transfer");
/// let there = two_task(&spectrum, &target, 200, 200, threshold)?;
/// assert!((there.backward - there.first).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn forgetting(
    spectrum: &Spectrum,
    target: &Target,
    n1: usize,
    n2: usize,
) -> Result<Forgetting, TheoryError> {
    let s = sums(spectrum, target, n1, n2)?;
    let slope = 0.5 * (s.rise + s.detour);
    let threshold = (s.same < s.first && slope > 0.0).then(|| 1.0 - (s.first - s.same) / (2.0 * slope));
    Ok(Forgetting { at_equal_tasks: s.same, slope, threshold })
}
