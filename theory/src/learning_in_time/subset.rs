//! Random subsets of a finite population.

use super::flow::parabola;
use super::half_plane::{C, double_sum, fixed_points};
use super::poles::{Pole, Poles};
use super::two_point::filled;
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
    let (n, left_out) = (samples as f64, (population - samples) as f64);
    let poles = mu.iter().zip(y2).map(|(mu, y2)| Pole { place: *mu, sums: [1.0; 2], rows: [y2.sqrt(), 1.0] });
    let poles = Poles::new(poles);
    // (n − N)c and its slope.
    let shift = |moved: C| {
        let [sum, square] = poles.sums(moved);
        let c = sum.inv();
        (c * left_out, c * c * square * left_out)
    };
    let of_time = |t: f64| -> Result<[f64; 2], TheoryError> {
        if t * trace < 1e-18 {
            return Ok([start; 2]);
        }
        let nodes = parabola(t);
        let afar = left_out * trace / population as f64;
        let moved = fixed_points("the effective ridge of a subset", &nodes, |z| z + afar, shift)?;
        let c: Vec<C> = moved.iter().map(|&moved| poles.sums(moved)[0].inv()).collect();
        let rows = poles.rows(&moved);
        let [test, training] = double_sum(nodes.len(), |j, l| {
            let (first, second) = (nodes[j], nodes[l]);
            let term = |z2: C, weight: C, c2: C, y12: C, t12: C| {
                let cc = c[j] * c2;
                let d = cc * y12 * n / (1.0 - cc * t12 * left_out);
                let term = first.weight * weight * d;
                // κ = Nc.
                [term, term * first.z * z2 / (cc * (n * n))]
            };
            let [y12, t12] = rows.products(j, l);
            [
                term(second.z, second.weight, c[l], y12[0], t12[0]),
                term(second.z.conj(), second.weight.conj(), c[l].conj(), y12[1], t12[1]),
            ]
        });
        let test = representable("the error on the points left out", test)?.max(0.0);
        Ok([test, representable("the training error", training)?.max(0.0)])
    };
    times.iter().map(|&t| of_time(t)).collect()
}
