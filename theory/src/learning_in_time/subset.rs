//! Random subsets of a finite population.

use super::flow::parabola;
use super::two_point::{C, filled};
use crate::TheoryError;
use crate::error::{non_negative, representable};

/// $(E^{\rm out},L)$ of gradient flow on `samples` $=N$ points drawn without replacement from a population of $n$, at each of `times`: the mean
/// squared label error on the points left out and on those drawn. `mu` are the eigenvalues of the population's $n\times n$ kernel matrix, `y2` the
/// squared projections $(v_k^\top y)^2$ of the labels.
///
/// # Formula
/// $z'=z+(n-N)c$, $c=\left[\sum_k\frac1{\mu_k+z'}\right]^{-1}$, $D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}$ with
/// $Y_{12}=\sum\frac{y_k^2}{(\mu_k+z_1')(\mu_k+z_2')}$, $T_{12}$ the same without $y_k^2$, $\kappa=Nc$, in the double contour sum.
///
/// # Accuracy
/// $10^{-11}$ of the start.
///
/// # Validity
/// Eigenvectors in general position; the training error at late times is decided by the least eigenvalues and is not to be trusted.
///
/// # Errors
/// $N<1$ or $N\ge n$; negative or infinite numbers; lists of different lengths; all of `mu` 0; negative times.
///
/// # Source
/// Free compression; derived in the notes.
pub fn subset_curve(
    mu: &[f64],
    y2: &[f64],
    samples: usize,
    times: &[f64],
) -> Result<Vec<[f64; 2]>, TheoryError> {
    let population = mu.len();
    if y2.len() != population {
        let found = format!("{} numbers", y2.len());
        return Err(TheoryError::invalid(
            "y2",
            found,
            format!("{population}, one for every eigenvalue of mu"),
        ));
    }
    mu.iter().try_for_each(|x| non_negative("mu", *x).map(|_| ()))?;
    y2.iter().try_for_each(|x| non_negative("y2", *x).map(|_| ()))?;
    if mu.iter().all(|x| *x == 0.0) {
        return Err(TheoryError::invalid("mu", "all zero", "some eigenvalue > 0"));
    }
    if samples < 1 || samples >= population {
        let valid = format!("an integer from 1 to {}", population.saturating_sub(1));
        return Err(TheoryError::invalid("N", samples, valid));
    }
    filled("t", times)?;
    times.iter().try_for_each(|t| non_negative("t", *t).map(|_| ()))?;
    let start = representable("the power of the labels", y2.iter().sum::<f64>() / population as f64)?;
    let trace = representable("the sum of mu", mu.iter().sum::<f64>())?;
    let of_time = |t: f64| -> Result<[f64; 2], TheoryError> {
        if t * trace < 1e-18 {
            return Ok([start; 2]);
        }
        let nodes = parabola(t);
        let places =
            nodes.iter().map(|node| place(mu, samples, node.z)).collect::<Result<Vec<_>, TheoryError>>()?;
        let left_out = (population - samples) as f64;
        let (mut test, mut training) = (0.0, 0.0);
        for (first, a) in nodes.iter().zip(&places) {
            for (second, b) in nodes.iter().zip(&places) {
                for mirrored in [false, true] {
                    let turn = |x: C| if mirrored { x.conj() } else { x };
                    let (z2, weight, (moved, c2)) =
                        (turn(second.z), turn(second.weight), (turn(b.0), turn(b.1)));
                    let (mut y, mut t12) = (C::new(0.0, 0.0), C::new(0.0, 0.0));
                    for (m, y2) in mu.iter().zip(y2) {
                        let term = ((a.0 + m) * (moved + m)).inv();
                        y += term * *y2;
                        t12 += term;
                    }
                    let cc = a.1 * c2;
                    let d = cc * y * samples as f64 / (C::new(1.0, 0.0) - cc * t12 * left_out);
                    let term = first.weight * weight * d * 2.0;
                    test += term.re;
                    // κ = Nc.
                    training += (term * first.z * z2 / (cc * (samples * samples) as f64)).re;
                }
            }
        }
        let test = representable("the error on the points left out", test)?.max(0.0);
        Ok([test, representable("the training error", training)?.max(0.0)])
    };
    times.iter().map(|&t| of_time(t)).collect()
}

/// $z'$ and $c$.
fn place(mu: &[f64], samples: usize, z: C) -> Result<(C, C), TheoryError> {
    let left_out = (mu.len() - samples) as f64;
    let mean = mu.iter().sum::<f64>() / mu.len() as f64;
    let mut moved = z + left_out * mean;
    for step in 0..2000 {
        let (mut sum, mut square) = (C::new(0.0, 0.0), C::new(0.0, 0.0));
        for m in mu {
            let inverse = (moved + m).inv();
            sum += inverse;
            square += inverse * inverse;
        }
        let c = sum.inv();
        let next = z + c * left_out;
        let newton = moved - (moved - next) / (C::new(1.0, 0.0) - c * c * square * left_out);
        let better = if newton.im >= z.im && newton.re.is_finite() { newton } else { next };
        let change = (better - moved).norm();
        moved = better;
        if change <= if step < 500 { 1e-15 } else { 1e-13 } * moved.norm() {
            let c = mu.iter().map(|m| (moved + m).inv()).sum::<C>().inv();
            return Ok((moved, c));
        }
    }
    Err(TheoryError::NotConverged {
        procedure: "the effective ridge of a subset".to_owned(),
        detail: format!("at {z}"),
    })
}
