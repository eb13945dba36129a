//! The upper edge of the spectrum of a kernel matrix, and the largest stable step.

use super::two_point::learnable;
use crate::TheoryError;
use crate::continual_learning::Spectrum;
use crate::error::{at_least, representable};

/// The upper edge of the eigenvalues of the kernel matrix of $N$ samples, and what descent bears.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Edge {
    /// $s_+$.
    pub upper: f64,
    /// $\alpha_c=2(1+\beta)/s_+$.
    pub critical: f64,
}

/// The largest stable step of full-batch descent with `momentum` $=\beta$ on `samples` $=N$ samples.
///
/// # Formula
/// $s_+=x\left(1+\sum_i\frac{\lambda_i}{x-N\lambda_i}\right)+\tau$ with the root $x>N\lambda_1$ of $\sum_i\frac{N\lambda_i^2}{(x-N\lambda_i)^2}=1$;
/// $\alpha_c=2(1+\beta)/s_+$.
///
/// # Accuracy
/// A few units in the last place.
///
/// # Validity
/// The mean edge: that of one sample scatters by $\sqrt{2/N}$ where the largest eigenvalue stands alone.
///
/// # Errors
/// No sample, $\beta\notin[0,1)$, all eigenvalues 0, numbers that overflow.
///
/// # Source
/// Silverstein and Choi (1995) for the edge; heavy ball of Polyak (1964).
pub fn edge(spectrum: &Spectrum, samples: usize, momentum: f64) -> Result<Edge, TheoryError> {
    at_least("N", samples, 1)?;
    learnable(spectrum)?;
    let momentum = check_momentum(momentum)?;
    let n = samples as f64;
    let modes = || spectrum.eigenvalues().iter().zip(spectrum.degeneracies());
    let largest = spectrum.eigenvalues().iter().copied().fold(0.0, f64::max);
    // In units of the largest eigenvalue: u = x/(Nλ₁) − 1.
    let terms = |u: f64| {
        modes()
            .map(|(lambda, count)| {
                let share = lambda / largest;
                let ratio = share / (u + (1.0 - share));
                count * ratio * ratio / n
            })
            .sum::<f64>()
    };
    let mut high =
        (modes().map(|(lambda, count)| count * (lambda / largest).powi(2)).sum::<f64>() / n).sqrt();
    let mut low = 1e-3 * (n.recip()).sqrt().min(high);
    while terms(low) < 1.0 {
        low *= 0.5;
    }
    high = high.max(low);
    for _ in 0..200 {
        let middle = (low * high).sqrt();
        if middle <= low || middle >= high {
            break;
        }
        if terms(middle) > 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let u = 0.5 * (low + high);
    let sum: f64 = modes()
        .map(|(lambda, count)| {
            let share = lambda / largest;
            count * share / (u + (1.0 - share)) / n
        })
        .sum();
    let upper = representable(
        "the upper edge of the spectrum",
        n * largest * (1.0 + u) * (1.0 + sum) + spectrum.tail(),
    )?;
    let critical = representable("the largest stable step", 2.0 * (1.0 + momentum) / upper)?;
    Ok(Edge { upper, critical })
}

/// $\beta\in[0,1)$.
pub(super) fn check_momentum(beta: f64) -> Result<f64, TheoryError> {
    if (0.0..1.0).contains(&beta) {
        return Ok(beta);
    }
    Err(TheoryError::invalid("beta", beta, "a number from 0 to below 1"))
}
