//! One pass of mini-batch gradient descent over Gaussian features: exact second moments, thresholds, floors and rates.
//!
//! The step is $\theta\leftarrow\theta+V$, $V\leftarrow\beta V-\frac\alpha B\sum_{b\le B}r_b\nabla f(x_b)$: the *mean* over a batch of
//! fresh samples.

use serde::Serialize;

use super::edge::check_momentum;
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{at_least, non_negative, positive, representable};

/// More steps times levels than this are refused: a minute or so.
pub(super) const MOST_UPDATES: f64 = 1e10;
/// Sums that run side by side.
const LANES: usize = 8;

/// The step sizes $\alpha_0,\alpha_1,\dots$ of a descent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum StepSizes {
    /// The same in every step.
    Constant(f64),
    /// One for every step, the first for the step from 0 to 1.
    Each(Vec<f64>),
}

impl StepSizes {
    fn check(&self, steps: usize) -> Result<(), TheoryError> {
        match self {
            Self::Constant(alpha) => positive("alpha", *alpha).map(|_| ()),
            Self::Each(alphas) => {
                if alphas.is_empty() || alphas.len() < steps {
                    let found = format!("a list of {} step sizes", alphas.len());
                    let valid = format!("at least {}, one for every step up to the last n", steps.max(1));
                    return Err(TheoryError::invalid("alpha", found, valid));
                }
                alphas.iter().try_for_each(|alpha| positive("alpha", *alpha).map(|_| ()))
            }
        }
    }

    fn at(&self, n: usize) -> f64 {
        match self {
            Self::Constant(alpha) => *alpha,
            Self::Each(alphas) => alphas.get(n).copied().unwrap_or(f64::NAN),
        }
    }
}

/// A valid problem of one pass, its eigenvalues in units of the largest and its steps in units of $1/\lambda_1$.
#[derive(Debug)]
pub(super) struct OnePass<'a> {
    /// $\lambda_i/\lambda_1$.
    pub rates: Vec<f64>,
    /// $\lambda_1$.
    pub top: f64,
    /// Degeneracies.
    pub counts: &'a [f64],
    /// $\eta_i$ of one mode of each level.
    pub powers: &'a [f64],
    /// $\eta_{\rm tail}$.
    pub tail: f64,
    /// $\sigma^2$.
    pub sigma2: f64,
    /// $1/B$.
    pub share: f64,
}

impl<'a> OnePass<'a> {
    pub fn new(
        spectrum: &'a Spectrum,
        target: &'a Target,
        sigma2: f64,
        batch: usize,
    ) -> Result<Self, TheoryError> {
        let top = largest(spectrum.eigenvalues())?;
        if target.powers.len() != spectrum.levels() {
            let valid = format!("{}, one for every eigenvalue", spectrum.levels());
            return Err(TheoryError::invalid("eta", format!("{} powers", target.powers.len()), valid));
        }
        target.powers.iter().try_for_each(|eta| non_negative("eta", *eta).map(|_| ()))?;
        non_negative("eta_tail", target.tail)?;
        non_negative("sigma2", sigma2)?;
        let batch = at_least("B", batch, 1)? as f64;
        representable("the power of the labels", target.power(spectrum) + sigma2)?;
        Ok(Self {
            rates: spectrum.eigenvalues().iter().map(|lambda| lambda / top).collect(),
            top,
            counts: spectrum.degeneracies(),
            powers: &target.powers,
            tail: target.tail,
            sigma2,
            share: 1.0 / batch,
        })
    }

    /// $E=\sum m_i+\eta_{\rm tail}$.
    pub fn error(&self, moments: &[f64]) -> f64 {
        dot(self.counts, moments) + self.tail
    }

    /// Whether $\sum\lambda\eta=0$: no step makes the error smaller.
    pub fn unlearnable(&self) -> bool {
        dot(&self.rates, self.powers) == 0.0
    }

    /// $\alpha_c\lambda_1$ without tail and momentum.
    pub fn threshold(&self) -> f64 {
        threshold(&self.rates, self.counts, 0.0, 1.0 / self.share, 0.0)
    }

    /// One step of size `alpha`$/\lambda_1$ from moments whose error is `error`; the new error.
    pub fn step(&self, moments: &mut [f64], error: f64, alpha: f64) -> f64 {
        let drive = self.share * (error + self.sigma2);
        if drive == 0.0 {
            return error;
        }
        let moved = |m: f64, rate: f64| {
            let x = alpha * rate;
            let left = 1.0 - x;
            left * left * m + x * x * (self.share * m + drive)
        };
        // The error in the same pass, summed as by `dot`.
        let (chunks, rest) = moments.as_chunks_mut::<LANES>();
        let (rates, last_rates) = self.rates.as_chunks::<LANES>();
        let (counts, last_counts) = self.counts.as_chunks::<LANES>();
        let (mut lanes, mut last) = ([0.0; LANES], 0.0);
        for ((m, rates), counts) in chunks.iter_mut().zip(rates).zip(counts) {
            for l in 0..LANES {
                m[l] = moved(m[l], rates[l]);
                lanes[l] += counts[l] * m[l];
            }
        }
        for ((m, rate), count) in rest.iter_mut().zip(last_rates).zip(last_counts) {
            *m = moved(*m, *rate);
            last += count * *m;
        }
        lanes.iter().sum::<f64>() + last + self.tail
    }
}

/// $m_i$, and with momentum $c_i$ and $d_i$, on their way.
struct Moments {
    m: Vec<f64>,
    c: Vec<f64>,
    d: Vec<f64>,
    error: f64,
}

impl Moments {
    fn step(&mut self, pass: &OnePass, alpha: f64, beta: f64) {
        if beta == 0.0 {
            self.error = pass.step(&mut self.m, self.error, alpha);
            return;
        }
        let drive = pass.share * (self.error + pass.sigma2);
        let state = self.m.iter_mut().zip(&mut self.c).zip(&mut self.d);
        for (((m, c), d), rate) in state.zip(&pass.rates) {
            let x = alpha * rate;
            *d = beta * (beta * *d - 2.0 * x * *c) + x * x * ((1.0 + pass.share) * *m + drive);
            let across = beta * *c - x * *m;
            let next = *m + 2.0 * across + *d;
            // A variance that rounding makes negative is zero; NaN stays.
            *m = if next < 0.0 { 0.0 } else { next };
            *c = across + *d;
        }
        self.error = pass.error(&self.m);
    }
}

/// The test error $E_n$ (noise-free, no ½) after each number of steps in `n`, of gradient descent with batches of `batch` $=B$ fresh
/// samples, step sizes $\alpha_n$ and momentum $\beta$, on labels with noise $\sigma^2$.
///
/// # Formula
/// $E=\sum_im_i+\eta_{\rm tail}$, $m_i(0)=\eta_i$. Without momentum
/// $m_i'=\big[(1-\alpha\lambda_i)^2+\frac{\alpha^2\lambda_i^2}B\big]m_i+\frac{\alpha^2\lambda_i^2}B(E+\sigma^2)$. With momentum,
/// $c=d=0$ at the start,
/// $d'=\beta^2d-2\alpha\beta\lambda c+\alpha^2\lambda^2m+\frac{\alpha^2\lambda^2}B(m+E+\sigma^2)$, $x=\beta c-\alpha\lambda m$, $m'=m+2x+d'$,
/// $c'=x+d'$.
///
/// # Validity
/// Exact for Gaussian features, at every finite number of modes, for every fixed target with $w_i^2=\eta_i$. The tail of the
/// spectrum does not enter. Cost: steps times levels.
///
/// # Errors
/// A target of another length; no eigenvalue above 0; $\sigma^2<0$; $B<1$; $\alpha\le0$; fewer step sizes than steps;
/// $\beta\notin[0,1)$; an empty list `n`; more than $10^{10}$ steps times levels; errors that overflow (beyond the threshold).
///
/// # Source
/// Derived in the notes; without momentum cf. Bordelon and Pehlevan (2021).
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::{StepSizes, sgd_curve};
/// let (spectrum, target) = (Spectrum::power(1.5, 12)?, Target::power_law(2.0, 12)?);
/// let errors = sgd_curve(&spectrum, &target, 0.1, 1, &StepSizes::Constant(0.2), 0.0, &[1, 40])?;
/// assert!((errors[0] - 1.2773685444556273).abs() < 1e-12 && (errors[1] - 0.1318408497823018).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sgd_curve(
    spectrum: &Spectrum,
    target: &Target,
    sigma2: f64,
    batch: usize,
    alpha: &StepSizes,
    beta: f64,
    n: &[usize],
) -> Result<Vec<f64>, TheoryError> {
    let pass = OnePass::new(spectrum, target, sigma2, batch)?;
    let last = last_of(n)?;
    alpha.check(last)?;
    check_momentum(beta)?;
    affordable("n", last, spectrum.levels(), MOST_UPDATES)?;
    let none = || if beta == 0.0 { Vec::new() } else { vec![0.0; spectrum.levels()] };
    let mut state =
        Moments { m: target.powers.clone(), c: none(), d: none(), error: pass.error(&target.powers) };
    // A noiseless nothing stays so, even where a step would overflow.
    let still = state.error + sigma2 == 0.0;
    at_steps(n, |step, asked| {
        if asked {
            return representable("an error", state.error);
        }
        if !still {
            state.step(&pass, alpha.at(step) * pass.top, beta);
        }
        Ok(state.error)
    })
}

/// Runs a recursion and collects its values at the steps of `n`, in the order of `n`. `act(step, false)` makes the step from
/// `step` to `step + 1`, `act(step, true)` gives the value there.
pub(super) fn at_steps(
    n: &[usize],
    mut act: impl FnMut(usize, bool) -> Result<f64, TheoryError>,
) -> Result<Vec<f64>, TheoryError> {
    let mut order: Vec<usize> = (0..n.len()).collect();
    order.sort_by_key(|i| n[*i]);
    let (mut values, mut at) = (vec![0.0; n.len()], 0);
    for i in order {
        while at < n[i] {
            if !act(at, false)?.is_finite() {
                break;
            }
            at += 1;
        }
        values[i] = act(at, true)?;
    }
    Ok(values)
}

/// The largest of a list of steps.
pub(super) fn last_of(n: &[usize]) -> Result<usize, TheoryError> {
    n.iter().copied().max().ok_or_else(|| TheoryError::invalid("n", "an empty list", "at least one number"))
}

/// Refuses more than `most` steps times levels, which would take minutes.
pub(super) fn affordable(name: &str, steps: usize, levels: usize, most: f64) -> Result<(), TheoryError> {
    if steps as f64 * levels as f64 <= most {
        return Ok(());
    }
    let valid = format!("at most {:.0} with {levels} levels", (most / levels as f64).floor());
    Err(TheoryError::invalid(name, steps, valid))
}

/// $\lambda_1>0$.
fn largest(eigenvalues: &[f64]) -> Result<f64, TheoryError> {
    let top = eigenvalues.iter().fold(0.0f64, |m, lambda| m.max(*lambda));
    if top > 0.0 { Ok(top) } else { Err(TheoryError::invalid("lambda", "all zero", "some eigenvalue > 0")) }
}

/// $\sum_ia_ib_i$ in lanes, which the compiler can keep in vectors.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut lanes, chunks) = ([0.0; LANES], a.chunks_exact(LANES).zip(b.chunks_exact(LANES)));
    for (x, y) in chunks {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let done = a.len().min(b.len()) / LANES * LANES;
    let rest: f64 = a[done..].iter().zip(&b[done..]).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f64>() + rest
}

/// $\alpha_c$ of eigenvalues some of which are above 0; may overflow.
fn threshold(eigenvalues: &[f64], counts: &[f64], tail: f64, batch: f64, beta: f64) -> f64 {
    let width = 1.0 + beta + batch * (1.0 - beta);
    let limit = 2.0 * batch * (1.0 - beta) * (1.0 + beta) / width;
    limit * pole_share(eigenvalues, counts, tail, (1.0 + beta) / width)
}

/// $y/\lambda_1$ for the root $y\in(0,1)$ of $\sum_i\frac{y\lambda_i}{\lambda_1-y\lambda_i}+y\frac\tau{\lambda_1}=\frac1\omega$.
///
/// With $v=\frac y{1-y}$ the terms are $\frac{v\lambda_i}{\lambda_1+v(\lambda_1-\lambda_i)}$: nothing cancels at either end. Bisection in
/// $\ln v$ between the roots for all eigenvalues equal to $\lambda_1$ and for $\lambda_1$ alone, down to neighbouring numbers.
pub(super) fn pole_share(eigenvalues: &[f64], counts: &[f64], tail: f64, omega: f64) -> f64 {
    let top = eigenvalues.iter().fold(0.0f64, |m, lambda| m.max(*lambda));
    let trace = dot(eigenvalues, counts) + tail;
    let spread = omega * (trace / top);
    if spread >= 1e18 {
        return 1.0 / omega / trace;
    }
    let levels: Vec<(f64, f64)> = eigenvalues
        .iter()
        .zip(counts)
        .map(|(lambda, count)| (count * (lambda / top), (top - lambda) / top))
        .collect();
    let leading: f64 = levels.iter().filter(|level| level.1 == 0.0).map(|level| level.0).sum();
    let excess = |v: f64| {
        let sum: f64 = levels.iter().map(|(weight, gap)| weight * v / (1.0 + v * gap)).sum();
        sum + v / (1.0 + v) * (tail / top) - 1.0 / omega
    };
    let low = top / (omega * trace);
    let v = bisect(low, (1.0 / (omega * leading)).max(low), excess);
    v / (1.0 + v) / top
}

/// The zero of an increasing function in $0<$ `low` $\le$ `high`, by bisection in the logarithm down to neighbouring numbers.
fn bisect(mut low: f64, mut high: f64, increasing: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = low.sqrt() * high.sqrt();
        if middle <= low || middle >= high {
            break;
        }
        if increasing(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * low + 0.5 * high
}

/// $\alpha_c$, below which the mean square error converges.
///
/// # Formula
/// The root of $s(\alpha)=\sum_i\frac{h_i}{1-h_i}+\frac{\alpha\tau}{2B(1-\beta)}=1$,
/// $h_i=\frac{\alpha\lambda_i(1+\beta)}{B(1-\beta)[2(1+\beta)-\alpha\lambda_i]}$, below
/// $\frac{2B(1-\beta^2)}{\lambda_1[1+\beta+B(1-\beta)]}$, to $10^{-14}$. $P$ equal modes, $B=1$: $\frac2{(P+2)\lambda}$; $B\to\infty$:
/// $\frac{2(1+\beta)}{\lambda_1}$; small $B$: $\frac{2B(1-\beta)}{\sum\lambda+\tau}$, where momentum only rescales the step.
///
/// # Errors
/// No eigenvalue above 0; $B<1$; $\beta\notin[0,1)$; a threshold that overflows.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::Spectrum;
/// use solvable_theory::learning_in_time::sgd_threshold;
/// let spectrum = Spectrum::power(1.5, 12)?;
/// assert!((sgd_threshold(&spectrum, 1, 0.0)? - 0.5701095175092425).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sgd_threshold(spectrum: &Spectrum, batch: usize, beta: f64) -> Result<f64, TheoryError> {
    largest(spectrum.eigenvalues())?;
    let batch = at_least("B", batch, 1)? as f64;
    check_momentum(beta)?;
    let alpha = threshold(spectrum.eigenvalues(), spectrum.degeneracies(), spectrum.tail(), batch, beta);
    representable("the threshold", alpha)
}

/// Where a descent with a constant step ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SgdFloor {
    /// $s$: how much error one unit of label noise and error makes.
    pub gain: f64,
    /// $E_\infty$, without $\eta_{\rm tail}$.
    pub error: f64,
}

/// The stationary error of descent with a constant step $\alpha$, batches of `batch` $=B$ fresh samples and momentum $\beta$.
///
/// # Formula
/// $E_\infty=\sigma^2\frac s{1-s}$, $s$ of [`sgd_threshold`]: the form of the floor of endless tasks.
///
/// # Errors
/// Those of [`sgd_threshold`]; $\sigma^2<0$; $\alpha\le0$; undefined for $\alpha\ge\alpha_c$; a floor that overflows.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::Spectrum;
/// use solvable_theory::learning_in_time::sgd_floor;
/// let lambda = (1..=12).map(|i| f64::from(i).powf(-1.5)).collect();
/// let floor = sgd_floor(&Spectrum::simple(lambda, 0.4)?, 0.2, 2, 0.05, 0.8)?;
/// assert!((floor.gain - 0.1590642136022261).abs() < 1e-14);
/// assert!((floor.error - 0.03783028768072586).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sgd_floor(
    spectrum: &Spectrum,
    sigma2: f64,
    batch: usize,
    alpha: f64,
    beta: f64,
) -> Result<SgdFloor, TheoryError> {
    non_negative("sigma2", sigma2)?;
    positive("alpha", alpha)?;
    let critical = sgd_threshold(spectrum, batch, beta)?;
    let batch = batch as f64;
    let (damped, width) = (batch * (1.0 - beta), 1.0 + beta + batch * (1.0 - beta));
    let levels = spectrum.eigenvalues().iter().zip(spectrum.degeneracies());
    let sum: f64 = levels
        .map(|(lambda, count)| {
            let x = alpha * lambda;
            count * (x * (1.0 + beta) / (2.0 * damped * (1.0 + beta) - x * width))
        })
        .sum();
    let gain = sum + 0.5 * alpha * spectrum.tail() / damped;
    if alpha >= critical || gain >= 1.0 {
        return Err(TheoryError::undefined(
            "the stationary error",
            format!(
                "with alpha = {alpha} the mean square error grows; it is stationary below alpha_c = {critical}"
            ),
        ));
    }
    Ok(SgdFloor { gain, error: representable("the stationary error", sigma2 * (gain / (1.0 - gain)))? })
}

/// The factor $\mu$ by which the error without label noise changes in every late step, for a constant step and no momentum; above
/// 1 it grows.
///
/// # Formula
/// The largest root of $\sum_i\frac{\alpha^2\lambda_i^2/B}{\mu-a_i}=1$, $a_i=(1-\alpha\lambda_i)^2+\frac{\alpha^2\lambda_i^2}B$, which lies
/// above $\max_ia_i$; bisection in the logarithm of the distance.
///
/// # Errors
/// An eigenvalue of 0 or a tail (what is never learnt does not shrink); $B<1$; $\alpha\le0$; a factor that overflows.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::Spectrum;
/// use solvable_theory::learning_in_time::sgd_rate;
/// assert!((sgd_rate(&Spectrum::power(1.2, 10)?, 2, 1.2)? - 1.6818483764176473).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sgd_rate(spectrum: &Spectrum, batch: usize, alpha: f64) -> Result<f64, TheoryError> {
    if spectrum.tail() > 0.0 || spectrum.eigenvalues().contains(&0.0) {
        let valid = "all eigenvalues > 0 and no tail: what is never learnt does not shrink";
        return Err(TheoryError::invalid("lambda", "with zeros or a tail", valid));
    }
    let share = 1.0 / at_least("B", batch, 1)? as f64;
    positive("alpha", alpha)?;
    let steps: Vec<f64> = spectrum.eigenvalues().iter().map(|lambda| alpha * lambda).collect();
    let decay = |x: f64| (1.0 - x) * (1.0 - x) + share * x * x;
    let noise = |x: f64, count: &f64| count * (x * x * share);
    let slowest = steps.iter().copied().fold(f64::NAN, |m, x| if decay(x) <= decay(m) { m } else { x });
    representable("the rate", decay(slowest))?;
    // max a − a_i without cancellation, and the numerators.
    let levels: Vec<(f64, f64)> = steps
        .iter()
        .zip(spectrum.degeneracies())
        .map(|(x, count)| {
            let gap = (slowest - x) * ((1.0 + share) * (slowest + x) - 2.0);
            (gap.max(0.0), noise(*x, count))
        })
        .collect();
    let low = levels.iter().filter(|level| level.0 == 0.0).map(|level| level.1).sum::<f64>();
    let high = representable("the rate", levels.iter().map(|level| level.1).sum())?;
    let missing = |distance: f64| 1.0 - levels.iter().map(|(gap, w)| w / (distance + gap)).sum::<f64>();
    let distance = if high > 0.0 { bisect(low.max(f64::MIN_POSITIVE), high, missing) } else { 0.0 };
    representable("the rate", decay(slowest) + distance)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use nalgebra::DMatrix;

    use super::*;

    fn power(a: f64, count: usize) -> Spectrum {
        Spectrum::power(a, count).unwrap()
    }

    fn constant(alpha: f64) -> StepSizes {
        StepSizes::Constant(alpha)
    }

    /// Reference: full 2P x 2P covariance, off-diagonal elements kept.
    #[test]
    fn curves_match_the_reference() {
        let spectrum = power(1.5, 12);
        let plain = sgd_curve(
            &spectrum,
            &Target::power_law(2.0, 12).unwrap(),
            0.1,
            1,
            &constant(0.2),
            0.0,
            &[0, 1, 5, 40],
        )
        .unwrap();
        for (value, expected) in
            plain.iter().zip([1.5649766384209025, 1.2773685444556273, 0.6719594878250501, 0.1318408497823018])
        {
            assert_relative_eq!(*value, expected, max_relative = 1e-12);
        }
        let matched = Target::matched(&spectrum);
        let heavy = sgd_curve(&spectrum, &matched, 0.1, 4, &constant(0.1), 0.8, &[30, 1, 2, 2]).unwrap();
        for (value, expected) in
            heavy.iter().zip([0.14027625174155162, 1.826648105803355, 1.5080866502330819, 1.5080866502330819])
        {
            assert_relative_eq!(*value, expected, max_relative = 1e-12);
        }
        let mut target = Target::power_law(1.5, 6).unwrap();
        target.tail = 0.3;
        let list = StepSizes::Each(vec![0.5, 0.4, 0.3, 0.2, 0.1]);
        let tailed = sgd_curve(&power(1.0, 6), &target, 0.5, 2, &list, 0.0, &[1, 3, 5]).unwrap();
        for (value, expected) in
            tailed.iter().zip([1.738238705278276, 1.2080060908525216, 0.9983592846614666])
        {
            assert_relative_eq!(*value, expected, max_relative = 1e-12);
        }
    }

    /// Every covariance of $u-u^*$ and the velocity, for a fixed target with signs, by Isserlis' theorem.
    fn by_covariances(lambda: &[f64], sigma2: f64, b: f64, alpha: &[f64], beta: f64) -> f64 {
        let p = lambda.len();
        let diagonal = DMatrix::from_diagonal(&nalgebra::DVector::from_row_slice(lambda));
        // Matched power: w_i = ±√λ_i, u* = ±1.
        let start = nalgebra::DVector::from_fn(p, |i, _| if i % 3 == 1 { 1.0 } else { -1.0 });
        let mut m = &start * start.transpose();
        let (mut c, mut d) = (DMatrix::zeros(p, p), DMatrix::zeros(p, p));
        for alpha in alpha {
            let error = (&diagonal * &m).trace();
            let gradient = &diagonal * &m * &diagonal;
            let square = &gradient + (&gradient + &diagonal * (error + sigma2)) / b;
            // c = E[δ vᵀ].
            let cross = &diagonal * &c;
            let velocity =
                &d * (beta * beta) - (&cross + cross.transpose()) * (alpha * beta) + square * (alpha * alpha);
            let along = &c * beta - &m * &diagonal * *alpha;
            m = &m + &along + along.transpose() + &velocity;
            c = along + &velocity;
            d = velocity;
        }
        (diagonal * m).trace()
    }

    #[test]
    fn off_diagonal_covariances_decouple() {
        let spectrum = power(1.2, 7);
        let target = Target::matched(&spectrum);
        let alphas: Vec<f64> = (0..25).map(|n| 0.3 / (1.0 + 0.1 * f64::from(n))).collect();
        for (batch, beta) in [(1, 0.0), (3, 0.0), (1, 0.5), (4, 0.9)] {
            let list = StepSizes::Each(alphas.clone());
            let ours = sgd_curve(&spectrum, &target, 0.2, batch, &list, beta, &[1, 2, 25]).unwrap();
            for (value, n) in ours.iter().zip([1, 2, 25]) {
                let full = by_covariances(spectrum.eigenvalues(), 0.2, batch as f64, &alphas[..n], beta);
                assert_relative_eq!(*value, full, max_relative = 1e-12);
            }
        }
    }

    /// The explicit map of $(m,c,d)$ without label noise.
    fn transition(lambda: &[f64], b: f64, alpha: f64, beta: f64) -> DMatrix<f64> {
        let p = lambda.len();
        let mut map = DMatrix::zeros(3 * p, 3 * p);
        for (i, lambda) in lambda.iter().enumerate() {
            let x = alpha * lambda;
            let mut d = vec![x * x / b; p];
            d.resize(3 * p, 0.0);
            d[i] += x * x * (1.0 + 1.0 / b);
            d[p + i] = -2.0 * beta * x;
            d[2 * p + i] = beta * beta;
            for (j, d) in d.iter().enumerate() {
                map[(2 * p + i, j)] = *d;
                map[(i, j)] = *d;
                map[(p + i, j)] = *d;
            }
            map[(i, i)] += 1.0 - 2.0 * x;
            map[(i, p + i)] += 2.0 * beta;
            map[(p + i, i)] -= x;
            map[(p + i, p + i)] += beta;
        }
        map
    }

    fn radius(map: &DMatrix<f64>) -> f64 {
        map.complex_eigenvalues().iter().fold(0.0, |m: f64, z| m.max(z.norm()))
    }

    #[test]
    fn thresholds_match_the_reference_and_the_explicit_map() {
        let spectrum = power(1.5, 12);
        // Reference: spectral radius of the explicit transition matrix, 11 digits.
        assert_relative_eq!(
            sgd_threshold(&spectrum, 1, 0.0).unwrap(),
            0.5701095175092425,
            max_relative = 1e-13
        );
        assert_relative_eq!(
            sgd_threshold(&spectrum, 4, 0.9).unwrap(),
            0.2786544917846445,
            max_relative = 1e-13
        );
        for (batch, beta) in [(1, 0.0), (4, 0.9), (64, 0.3), (100_000, 0.6)] {
            let alpha = sgd_threshold(&spectrum, batch, beta).unwrap();
            let at = |alpha| radius(&transition(spectrum.eigenvalues(), batch as f64, alpha, beta));
            assert_relative_eq!(at(alpha), 1.0, epsilon = 1e-9);
            assert!(at(alpha * (1.0 - 1e-4)) < 1.0 && at(alpha * (1.0 + 1e-4)) > 1.0);
        }
    }

    #[test]
    fn thresholds_have_their_limits() {
        for count in [1usize, 2, 7, 100] {
            let equal = Spectrum::new(vec![3.0], vec![count as f64], 0.0).unwrap();
            let expected = 2.0 / (count as f64 + 2.0) / 3.0;
            assert_relative_eq!(sgd_threshold(&equal, 1, 0.0).unwrap(), expected, max_relative = 1e-14);
            let singly = Spectrum::simple(vec![3.0; count], 0.0).unwrap();
            assert_relative_eq!(sgd_threshold(&singly, 1, 0.0).unwrap(), expected, max_relative = 1e-14);
        }
        let spectrum = power(1.5, 300);
        let large = sgd_threshold(&spectrum, 1_000_000_000_000, 0.8).unwrap();
        assert_relative_eq!(large, 3.6, max_relative = 1e-9);
        let many = Spectrum::new(vec![1.0], vec![1e6], 3e6).unwrap();
        assert_relative_eq!(
            sgd_threshold(&many, 2, 0.75).unwrap(),
            2.0 * 2.0 * 0.25 / 4e6,
            max_relative = 1e-5
        );
        // Momentum only rescales the step: α_c/(1−β) is one number for small batches.
        let ratio = sgd_threshold(&many, 2, 0.9).unwrap() / sgd_threshold(&many, 2, 0.0).unwrap();
        assert_relative_eq!(ratio, 0.1, max_relative = 1e-5);
        // Eigenvalues as close as numbers are, and far apart.
        let close = Spectrum::simple(vec![1.0, 1.0 - f64::EPSILON], 0.0).unwrap();
        assert_relative_eq!(
            sgd_threshold(&close, 1 << 40, 0.0).unwrap(),
            sgd_threshold(&Spectrum::simple(vec![1.0, 1.0], 0.0).unwrap(), 1 << 40, 0.0).unwrap(),
            max_relative = 1e-15
        );
        for (lambda, tail) in [(1e-300, 0.0), (1e300, 0.0), (1e-300, 1e300), (1e300, 1e-300)] {
            for (batch, beta) in [(1, 0.0), (1_000_000_000_000, 0.999)] {
                let spectrum = Spectrum::simple(vec![lambda, 1e-300], tail).unwrap();
                let alpha = sgd_threshold(&spectrum, batch, beta).unwrap();
                assert!(alpha > 0.0 && alpha.is_finite());
            }
        }
        assert_eq!(
            sgd_threshold(&Spectrum::simple(vec![1e-310], 0.0).unwrap(), 1, 0.0).unwrap_err().kind(),
            "undefined"
        );
    }

    #[test]
    fn floors_match_the_reference_and_the_recursion() {
        let lambda: Vec<f64> = power(1.5, 12).eigenvalues().to_vec();
        let floor = sgd_floor(&Spectrum::simple(lambda.clone(), 0.4).unwrap(), 0.2, 2, 0.05, 0.8).unwrap();
        // Reference: 30 digits, linear solve of the stationary second moments.
        assert_relative_eq!(floor.gain, 0.1590642136022261, max_relative = 1e-13);
        assert_relative_eq!(floor.error, 0.03783028768072586, max_relative = 1e-13);
        let error = sgd_floor(&power(1.5, 12), 0.2, 1, 0.6, 0.0).unwrap_err();
        assert!(error.kind() == "undefined" && error.to_string().contains("0.57010951750924"));
        let spectrum = Spectrum::simple(lambda, 0.0).unwrap();
        for (batch, alpha, beta) in [(1, 0.3, 0.0), (3, 0.1, 0.7)] {
            let floor = sgd_floor(&spectrum, 0.2, batch, alpha, beta).unwrap();
            let late = sgd_curve(
                &spectrum,
                &Target::matched(&spectrum),
                0.2,
                batch,
                &constant(alpha),
                beta,
                &[20_000],
            )
            .unwrap();
            assert_relative_eq!(floor.error, late[0], max_relative = 1e-11);
        }
        // The tail is infinitely many modes of infinitely small eigenvalues.
        let fine = Spectrum::new(vec![1.0, 1e-9], vec![1.0, 5e8], 0.0).unwrap();
        let coarse = Spectrum::new(vec![1.0], vec![1.0], 0.5).unwrap();
        assert_relative_eq!(
            sgd_floor(&fine, 1.0, 2, 0.2, 0.5).unwrap().error,
            sgd_floor(&coarse, 1.0, 2, 0.2, 0.5).unwrap().error,
            max_relative = 1e-8
        );
    }

    #[test]
    fn rates_match_the_reference_and_the_explicit_map() {
        // Reference: spectral radius of the explicit transition matrix, 12 digits.
        assert_relative_eq!(
            sgd_rate(&power(1.2, 10), 2, 1.2).unwrap(),
            1.6818483764176473,
            max_relative = 1e-13
        );
        let spectrum = power(1.2, 10);
        for (batch, alpha) in [(1, 0.01), (1, 0.4), (2, 0.3), (8, 1.0), (1000, 1.99), (1000, 2.5)] {
            let explicit = radius(&transition(spectrum.eigenvalues(), batch as f64, alpha, 0.0));
            assert_relative_eq!(sgd_rate(&spectrum, batch, alpha).unwrap(), explicit, max_relative = 1e-9);
        }
        let critical = sgd_threshold(&spectrum, 3, 0.0).unwrap();
        assert_relative_eq!(sgd_rate(&spectrum, 3, critical).unwrap(), 1.0, epsilon = 1e-13);
        // Equal modes: (1−x)² + (P+1)x²/B, as degeneracies or singly.
        for spectrum in
            [Spectrum::new(vec![0.5], vec![6.0], 0.0).unwrap(), Spectrum::simple(vec![0.5; 6], 0.0).unwrap()]
        {
            assert_relative_eq!(
                sgd_rate(&spectrum, 4, 0.6).unwrap(),
                0.49 + 7.0 * 0.0225,
                max_relative = 1e-14
            );
        }
        let lone = Spectrum::simple(vec![1.0], 0.0).unwrap();
        assert_relative_eq!(sgd_rate(&lone, 1_000_000_000_000, 1.0).unwrap(), 2e-12, max_relative = 1e-12);
    }

    #[test]
    fn degeneracies_are_equal_modes() {
        let grouped = Spectrum::new(vec![1.0, 0.2], vec![3.0, 9.0], 0.0).unwrap();
        let mut lambda = vec![1.0; 3];
        lambda.extend([0.2; 9]);
        let mut eta = vec![0.3; 3];
        eta.extend([0.7; 9]);
        let singly = Spectrum::simple(lambda, 0.0).unwrap();
        let (few, all) = (Target::new(vec![0.3, 0.7], 0.1).unwrap(), Target::new(eta, 0.1).unwrap());
        for beta in [0.0, 0.6] {
            let one = sgd_curve(&grouped, &few, 0.3, 2, &constant(0.1), beta, &[0, 3, 40]).unwrap();
            let other = sgd_curve(&singly, &all, 0.3, 2, &constant(0.1), beta, &[0, 3, 40]).unwrap();
            for (a, b) in one.iter().zip(&other) {
                assert_relative_eq!(*a, *b, max_relative = 1e-13);
            }
        }
        assert_relative_eq!(
            sgd_rate(&grouped, 2, 0.1).unwrap(),
            sgd_rate(&singly, 2, 0.1).unwrap(),
            max_relative = 1e-14
        );
        assert_relative_eq!(
            sgd_threshold(&grouped, 5, 0.4).unwrap(),
            sgd_threshold(&singly, 5, 0.4).unwrap(),
            max_relative = 1e-14
        );
    }

    #[test]
    fn a_full_batch_without_noise_is_gradient_descent() {
        let spectrum = power(1.0, 5);
        let target = Target::matched(&spectrum);
        let errors =
            sgd_curve(&spectrum, &target, 0.0, 1_000_000_000_000, &constant(0.4), 0.0, &[7]).unwrap();
        let exact: f64 = spectrum.eigenvalues().iter().map(|l| l * (1.0 - 0.4 * l).powi(14)).sum();
        assert_relative_eq!(errors[0], exact, max_relative = 1e-9);
    }

    #[test]
    fn what_is_invalid_is_named() {
        let spectrum = power(1.5, 4);
        let target = Target::matched(&spectrum);
        let curve = |batch, alpha: &StepSizes, beta, n: &[usize]| {
            sgd_curve(&spectrum, &target, 0.1, batch, alpha, beta, n).unwrap_err().to_string()
        };
        assert!(curve(0, &constant(0.2), 0.0, &[1]).contains("`B` is 0"));
        assert!(curve(1, &constant(0.0), 0.0, &[1]).contains("`alpha` is 0"));
        assert!(curve(1, &constant(f64::NAN), 0.0, &[1]).contains("`alpha` is NaN"));
        assert!(curve(1, &StepSizes::Each(vec![0.1]), 0.0, &[2]).contains("`alpha` is a list of 1"));
        assert!(curve(1, &StepSizes::Each(vec![]), 0.0, &[0]).contains("`alpha` is a list of 0"));
        assert!(curve(1, &StepSizes::Each(vec![0.1, -1.0]), 0.0, &[1]).contains("`alpha` is -1"));
        assert!(curve(1, &constant(0.2), 1.0, &[1]).contains("`beta` is 1"));
        assert!(curve(1, &constant(0.2), f64::NAN, &[1]).contains("`beta` is NaN"));
        assert!(curve(1, &constant(0.2), 0.0, &[]).contains("`n` is an empty list"));
        assert!(curve(1, &constant(0.2), 0.0, &[usize::MAX]).contains("`n` is"));
        assert!(curve(1, &constant(9.0), 0.0, &[100_000]).contains("undefined"));
        assert!(curve(1, &constant(9.0), 0.9, &[100_000]).contains("undefined"));
        let short = Target::new(vec![1.0], 0.0).unwrap();
        let named = |error: TheoryError, name: &str| assert!(error.to_string().contains(name), "{error}");
        named(sgd_curve(&spectrum, &short, 0.1, 1, &constant(0.1), 0.0, &[1]).unwrap_err(), "`eta`");
        named(sgd_curve(&spectrum, &target, -0.1, 1, &constant(0.1), 0.0, &[1]).unwrap_err(), "`sigma2`");
        let zero = Spectrum::simple(vec![0.0], 1.0).unwrap();
        named(sgd_threshold(&zero, 1, 0.0).unwrap_err(), "`lambda` is all zero");
        named(sgd_rate(&zero, 1, 0.1).unwrap_err(), "`lambda`");
        named(sgd_floor(&spectrum, f64::INFINITY, 1, 0.1, 0.0).unwrap_err(), "`sigma2`");
        named(sgd_floor(&spectrum, 0.1, 1, 0.0, 0.0).unwrap_err(), "`alpha`");
        named(sgd_threshold(&spectrum, 0, 0.0).unwrap_err(), "`B`");
    }

    #[test]
    fn extremes_are_numbers_or_errors() {
        let values = [1e-300, 1e-150, 1.0, 1e150, 1e300];
        for lambda in values {
            for other in [0.0, 1e-300, lambda] {
                let spectrum = Spectrum::simple(vec![lambda, other], 0.0).unwrap();
                for eta in [0.0, 1e-300, 1.0, 1e300] {
                    let target = Target::new(vec![eta, eta], 0.0).unwrap();
                    for (batch, beta) in [(1, 0.0), (1, 0.999), (1_000_000_000_000, 0.0), (7, 0.5)] {
                        for alpha in values {
                            for sigma2 in [0.0, 1e300] {
                                let steps = constant(alpha);
                                let curve =
                                    sgd_curve(&spectrum, &target, sigma2, batch, &steps, beta, &[0, 1, 50]);
                                assert!(curve.map_or(true, |e| e.iter().all(|e| e.is_finite() && *e >= 0.0)));
                                let floor = sgd_floor(&spectrum, sigma2, batch, alpha, beta);
                                assert!(floor.map_or(true, |f| f.error.is_finite() && f.error >= 0.0));
                            }
                            let rate = sgd_rate(&spectrum, batch, alpha);
                            assert!(rate.map_or(true, |rate| rate.is_finite() && rate >= 0.0));
                        }
                    }
                }
            }
        }
    }
}
