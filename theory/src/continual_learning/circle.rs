//! Inputs on a circle, where Gaussian features are not a good model and an exact law takes their place.

use crate::TheoryError;
use crate::error::{at_least, positive};
use crate::mean_field::valid_depth;

/// $E_1$ of $N$ random inputs on the circle for the kernel of a bias-free ReLU network ($\sigma_w^2=2$), matched prior.
///
/// # Formula
/// $\frac{4\pi c_0}{3(N+1)}$ with the slope $c_0=L(L-1)/\pi$ of the cusp of the kernel: the target is locally a Brownian path,
/// regression interpolates it linearly, and the gaps between samples are exponential. Gaussian features would give
/// three quarters of it.
///
/// # Errors
/// A depth below 2, no samples.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::circle_first_error;
/// assert!((circle_first_error(3, 100)? - 0.0792079207920792).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn circle_first_error(depth: usize, samples: usize) -> Result<f64, TheoryError> {
    let l = at_least("depth", valid_depth(depth)?, 2)? as f64;
    let n = at_least("N", samples, 1)? as f64;
    Ok(4.0 * l * (l - 1.0) / (3.0 * (n + 1.0)))
}

/// $E_2/E_1$ for the same task twice on the circle, $r=N_2/N_1$: kernels with a cusp, matched prior, many samples.
///
/// # Formula
/// $F_\circ(r)=\frac53+4r^2J(r)-48r^2\mathcal K(r)$ with the elementary functions $J$, $\mathcal K$ of the notes; $F_\circ(0)=\frac53$,
/// $F_\circ(1)=\frac1{10}+\frac45\ln2$.
///
/// # Errors
/// $r$ outside $[0.05,10]$, where the closed form loses digits.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::circle_self_ratio;
/// assert!((circle_self_ratio(1.0)? - (0.1 + 0.8 * 2f64.ln())).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn circle_self_ratio(r: f64) -> Result<f64, TheoryError> {
    positive("r", r)?;
    if !(0.05..=10.0).contains(&r) {
        return Err(TheoryError::invalid("r", r, "a ratio of sample sizes from 0.05 to 10"));
    }
    let l = (1.0 / r).ln_1p();
    let j = -0.25 / (r * (1.0 + r)) + 1.0 / (3.0 * r * r) - 0.5 / r.powi(3) + 1.0 / r.powi(4)
        - r.ln_1p() / r.powi(5);
    // Q_m = Σ_{j<m} (−r)^j/(m−j) + (−r)^m ℓ.
    let q = |m: i32| (0..m).map(|j| (-r).powi(j) / f64::from(m - j)).sum::<f64>() + (-r).powi(m) * l;
    let t = |n: i32| {
        let m = f64::from(n + 1);
        (r.ln_1p() - q(n + 1)) / m + 1.0 / (m * m)
    };
    let k = -((1.0 + r) * l - 1.0) / (4.0 * r) + 1.0 / (6.0 * r * r) - 1.0 / (12.0 * r.powi(3))
        + 1.0 / (12.0 * r.powi(4))
        - (t(3) - t(4)) / r.powi(5);
    Ok(5.0 / 3.0 + 4.0 * r * r * j - 48.0 * r * r * k)
}
