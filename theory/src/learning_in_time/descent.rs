//! Gradient descent, with momentum.

use std::f64::consts::PI;

use super::edge::{check_momentum, edge};
use super::half_plane::{C, Node};
use super::two_point::{Regression, filled};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::positive;

/// Steps beyond which a contour would need too many nodes.
const MOST_STEPS: usize = 10_000_000;

/// $(E_n,L_n)$ of full-batch descent with step $\alpha$ and momentum $\beta$ on $\frac12\sum r^2$ from $\hat f=0$, after each of `counts` steps.
///
/// # Formula
/// The filter $\rho_{n+1}=(1+\beta-\alpha a)\rho_n-\beta\rho_{n-1}$, $\rho_0=1$, $\rho_1=1-\alpha a$, in the double contour sum over the two-point error,
/// on an ellipse around the spectrum and the origin.
///
/// # Accuracy
/// $10^{-10}$.
///
/// # Validity
/// As [`flow_curve`](super::flow_curve); near the edge the mean over data sets has heavy tails: use steps up to half of it.
///
/// # Errors
/// As [`flow_curve`](super::flow_curve); $\beta\notin[0,1)$; $\alpha\le0$ or at least $2(1+\beta)/s_+$, where descent is unstable.
///
/// # Source
/// Derived in the notes.
pub fn descent_curve(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
    (alpha, beta): (f64, f64),
    counts: &[usize],
) -> Result<Vec<[f64; 2]>, TheoryError> {
    let regression = Regression::new(spectrum, target, samples, sigma2)?;
    positive("alpha", alpha)?;
    check_momentum(beta)?;
    filled("n", counts)?;
    let found = edge(spectrum, samples, beta)?;
    if alpha >= found.critical {
        let valid = format!("below {}, the largest stable step", found.critical);
        return Err(TheoryError::invalid("alpha", alpha, valid));
    }
    counts
        .iter()
        .map(|&count| {
            if count > MOST_STEPS {
                return Err(TheoryError::invalid("n", count, format!("at most {MOST_STEPS} steps")));
            }
            if count == 0 {
                let start = regression.start();
                return Ok([start.test, start.training]);
            }
            let (errors, _) = regression.filtered(&ellipse(found.upper, (alpha, beta), count)?)?;
            Ok([errors.test, errors.training])
        })
        .collect()
}

/// Numbers that the nodes of `count` steps take.
pub(crate) fn node_count(count: usize) -> f64 {
    20.0 + 13.0 * (count as f64).sqrt()
}

/// $\rho_n(s)$.
fn filter(s: C, (alpha, beta): (f64, f64), count: usize) -> C {
    let factor = C::new(1.0 + beta, 0.0) - s * alpha;
    let (mut before, mut now) = (C::new(1.0, 0.0), C::new(1.0, 0.0) - s * alpha);
    for _ in 1..count {
        (before, now) = (now, factor * now - before * beta);
    }
    now
}

/// The upper half, in $z=-s$, of an ellipse around $[0,s_+]$ on which the filter stays below $e^4$.
fn ellipse(upper: f64, rates: (f64, f64), count: usize) -> Result<Vec<Node>, TheoryError> {
    const PROBES: usize = 64;
    let at = |h: f64, theta: f64| {
        let (cosh, sinh) = (h.cosh(), h.sinh());
        let s = C::new(1.0 + cosh * theta.cos(), sinh * theta.sin()) * (0.5 * upper);
        (s, C::new(sinh * theta.cos(), cosh * theta.sin()) * (0.5 * upper))
    };
    let mut h = 1.0;
    let bounded = |h: f64| {
        (0..PROBES).all(|k| {
            let theta = 2.0 * PI * k as f64 / PROBES as f64;
            // Conjugates grow alike.
            theta > PI || filter(at(h, theta).0, rates, count).norm() <= 4f64.exp()
        })
    };
    while !bounded(h) {
        h *= 0.8;
        if h < 1e-6 {
            return Err(TheoryError::NotConverged {
                procedure: "the contour around the spectrum".to_owned(),
                detail: format!("at {count} steps"),
            });
        }
    }
    let nodes = 2 * (19.0 / h).ceil() as usize;
    let upper_half = nodes / 2..nodes;
    Ok(upper_half
        .map(|j| {
            let theta = (j as f64 + 0.5) * 2.0 * PI / nodes as f64;
            let (s, slope) = at(h, theta);
            // W = ρ(s)/s · ds/(2πi), ds = i (s₊/2) sinh(h+iθ) dθ.
            Node { z: -s, weight: filter(s, rates, count) / s * slope / nodes as f64 }
        })
        .collect())
}
