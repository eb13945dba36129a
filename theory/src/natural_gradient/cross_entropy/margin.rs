//! How long the cross entropy keeps falling exponentially, and what stops it.

use serde::Serialize;

use crate::TheoryError;
use crate::error::{at_least, non_negative, positive, representable};
use crate::natural_gradient::Method;

/// The two terms of the flow's time: what falls exponentially, and what saturates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CeFlow {
    /// $a$: 1 for natural gradient, 0 without the curvature of the softmax.
    pub natural: f64,
    /// $b$: the time of descent, in the units of time of the flow.
    pub descent: f64,
}

impl CeFlow {
    /// `exact` with the kernel $kI$ of $N$ samples and the damping $\rho$: $a=1$, $b=N\rho/k$. Without damping nothing depends on $k$ and $N$.
    ///
    /// # Errors
    /// $k\le0$, $N=0$, $\rho<0$.
    pub fn exact(kernel: f64, samples: usize, rho: f64) -> Result<Self, TheoryError> {
        let damping = at_least("N", samples, 1)? as f64 * non_negative("rho", rho)?;
        Ok(Self { natural: 1.0, descent: representable("N rho/k", damping / positive("k", kernel)?)? })
    }

    /// `one_sided` with the isotropy constant $\alpha$: $a=0$, $b=1/\alpha$.
    ///
    /// # Errors
    /// $\alpha\le0$.
    pub fn one_sided(alpha: f64) -> Result<Self, TheoryError> {
        let descent = representable("1/alpha", 1.0 / positive("alpha", alpha)?)?;
        Ok(Self { natural: 0.0, descent })
    }

    /// `gd` with the kernel $kI$ of $N$ samples: $a=0$, $b=N/k$.
    ///
    /// # Errors
    /// $k\le0$, $N=0$.
    pub fn gd(kernel: f64, samples: usize) -> Result<Self, TheoryError> {
        let descent = at_least("N", samples, 1)? as f64 / positive("k", kernel)?;
        Ok(Self { natural: 0.0, descent: representable("N/k", descent)? })
    }

    /// That there is no such flow for `method`.
    pub(in super::super) fn unknown(method: Method) -> TheoryError {
        TheoryError::invalid("method", method, "exact, one_sided or gd")
    }
}

/// Where the flow has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CeMargin {
    /// $s$: the logit of the label above every other one.
    pub margin: f64,
    /// $1-p$ of the label.
    pub error: f64,
}

/// The margin after the flow's time `time` $=\tau=\eta t$ from equal logits of `classes` $=C$ classes.
///
/// # Formula
/// $f=s(e_y-\frac1C\mathbf1)$ with $\tau=a\ln\frac{e^s+C-1}C+\frac bC\bigl(e^s-1+(C-1)s\bigr)$ and $1-p=\frac{C-1}{e^s+C-1}$. Without $b$ the error falls
/// exponentially for ever; any $b$ ends it at $1-p\approx b\frac{C-1}C$, and then $1-p\simeq\frac{b(C-1)}{C\tau}$.
///
/// # Accuracy
/// The right side is increasing and convex; its root is bracketed by what each term allows alone and found by Newton's method, in logarithms
/// where $e^s$ overflows: rounding.
///
/// # Errors
/// $C<2$, $\tau<0$; $a$ and $b$ both 0.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::{CeFlow, ce_margin};
/// let at = ce_margin(CeFlow::exact(6.0, 1, 0.3)?, 3, 4.0)?;
/// assert!((at.margin - 4.018780574572115).abs() < 1e-13);
/// assert!((at.error - 0.03470220587005288).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ce_margin(flow: CeFlow, classes: usize, time: f64) -> Result<CeMargin, TheoryError> {
    if classes < 2 {
        let valid = "an integer >= 2: the softmax needs at least two classes";
        return Err(TheoryError::invalid("C", classes, valid));
    }
    non_negative("time", time)?;
    let CeFlow { natural, descent } = flow;
    if !(natural >= 0.0 && descent >= 0.0 && natural + descent > 0.0 && (natural + descent).is_finite()) {
        return Err(TheoryError::invalid("flow", format!("{flow:?}"), "two weights >= 0, not both 0"));
    }
    let c = classes as f64;
    let margin = margin(natural, descent, c, time);
    let wrong = (c - 1.0) * (-margin).exp();
    Ok(CeMargin { margin, error: wrong / (1.0 + wrong) })
}

fn margin(a: f64, b: f64, c: f64, time: f64) -> f64 {
    // What every part of the sum allows alone; the first from convexity, 0 + (a/C + b)s.
    let mut high = (time / (a / c + b)).min(f64::MAX);
    if a > 0.0 {
        high = high.min(time / a + c.ln());
    }
    if b > 0.0 && time > 0.0 {
        let log = c.ln() + time.ln() - b.ln();
        high = high.min(if log > 500.0 { log + f64::EPSILON * log } else { log.exp().ln_1p() });
    }
    if high == 0.0 {
        return 0.0;
    }
    let (mut low, mut s) = (0.0, high);
    for _ in 0..200 {
        let (excess, step) = newton(a, b, c, time, s);
        if excess > 0.0 {
            high = s;
        } else {
            low = s;
        }
        let next = s - step;
        let next = if next > low && next < high { next } else { 0.5 * (low + high) };
        let moved = (next - s).abs();
        s = next;
        if moved <= 2.0 * f64::EPSILON * s || step == 0.0 {
            break;
        }
    }
    s
}

/// Whether $F(s)$ is above $\tau$, and the step $\ln\frac{F(s)}\tau\cdot\frac F{F'}$ of Newton's method for $\ln F=\ln\tau$.
fn newton(a: f64, b: f64, c: f64, time: f64, s: f64) -> (f64, f64) {
    let tail = (c - 1.0) * (-s).exp();
    // ln((e^s + C - 1)/C)
    let log = if s < 1.0 { (s.exp_m1() / c).ln_1p() } else { s - c.ln() + tail.ln_1p() };
    let natural = a / (1.0 + tail);
    if s < 600.0 {
        let value = a * log + b / c * (s.exp_m1() + (c - 1.0) * s);
        let slope = natural + b / c * (s.exp() + c - 1.0);
        let ratio = ((value - time) / time).ln_1p();
        return (value - time, ratio * value / slope);
    }
    let (value, slope) = (
        log_sum((a * log).ln(), (b / c).ln() + s + ((c - 1.0) * s * (-s).exp()).ln_1p()),
        log_sum(natural.ln(), (b / c).ln() + s + tail.ln_1p()),
    );
    let excess = value - time.ln();
    (excess, excess * (value - slope).exp())
}

/// $\ln(e^x+e^y)$.
fn log_sum(x: f64, y: f64) -> f64 {
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}
