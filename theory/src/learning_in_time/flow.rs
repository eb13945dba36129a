//! Gradient flow.

use std::f64::consts::PI;

use super::half_plane::{C, Node};
use super::two_point::{Errors, Regression, filled};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{non_negative, representable};

/// Nodes of the parabola.
const NODES: usize = 32;

/// The upper half of the parabola of Weideman and Trefethen for the inverse Laplace transform at time $t>0$, of the filter $e^{-at}$.
pub(super) fn parabola(t: f64) -> Vec<Node> {
    let n = NODES as f64;
    let upper = NODES / 2..NODES;
    upper
        .map(|j| {
            let theta = -PI + (j as f64 + 0.5) * 2.0 * PI / n;
            let zt = C::new(0.1309 - 0.1194 * theta * theta, 0.25 * theta) * n;
            let slope = C::new(-0.2388 * theta, 0.25);
            let z = zt / t;
            // W = exp(zt)/z · dz/dθ · (2π/n)/(2πi).
            Node { z, weight: zt.exp() / zt * slope / C::new(0.0, 1.0) }
        })
        .collect()
}

/// $(E(t),L(t))$ of gradient flow $\dot{\hat f}=K(\cdot,X)(y-\hat f(X))$ on `samples` $=N$ samples from $\hat f=0$, at each of `times`.
///
/// # Formula
/// $E+\sigma^2$ is the double inverse Laplace transform of $\frac{D(z_1,z_2)}{z_1z_2}$ at $(t,t)$, with the two-point error of the notes; $L$ with the
/// factors $\frac{z_1z_2}{\kappa_1\kappa_2}$.
///
/// # Accuracy
/// $E$ to $10^{-11}$ relative; $L$ to $10^{-12}$ of its start, below which it is noise.
///
/// # Validity
/// As kernel regression of `cl`: Gaussian features, spheres of ten dimensions and more.
///
/// # Errors
/// No sample, no time, a negative or infinite one; powers that do not fit; all eigenvalues 0; numbers that overflow.
///
/// # Source
/// Bordelon, Canatar and Pehlevan (2020) for the one-point law; the two-point form is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target};
/// use solvable_theory::learning_in_time::flow_curve;
/// let spectrum = Spectrum::power(1.5, 30)?;
/// let curve = flow_curve(&spectrum, &Target::matched(&spectrum), 15, 0.0, &[1.0])?;
/// assert!((curve[0][0] - 0.4762722423539804).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn flow_curve(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
    times: &[f64],
) -> Result<Vec<[f64; 2]>, TheoryError> {
    let regression = Regression::new(spectrum, target, samples, sigma2)?;
    filled("t", times)?;
    times.iter().try_for_each(|t| non_negative("t", *t).map(|_| ()))?;
    times
        .iter()
        .map(|&t| {
            let Errors { test, training } = at_time(&regression, t)?.0;
            Ok([test, training])
        })
        .collect()
}

/// The test error of the mean over training sets of what `samples` $=N$ samples have learnt at each of `times`: the squared bias, all of the error but
/// the scatter of training sets and noise.
///
/// # Formula
/// $\sum_i\eta_ir_i(t)^2+\eta_{\rm tail}$, $r_i$ being the inverse Laplace transform of $\frac{q_i(z)}z$.
///
/// # Errors
/// As [`flow_curve`].
///
/// # Source
/// Derived in the notes.
pub fn flow_bias(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    times: &[f64],
) -> Result<Vec<f64>, TheoryError> {
    let regression = Regression::new(spectrum, target, samples, 0.0)?;
    filled("t", times)?;
    times.iter().try_for_each(|t| non_negative("t", *t).map(|_| ()))?;
    let of = |t: f64| -> Result<f64, TheoryError> {
        let Some(nodes) = nodes_at(&regression, t)? else { return Ok(regression.power()) };
        let kappas = regression.kappas(&nodes)?;
        let left = |lambda: f64| {
            let shares = nodes.iter().zip(&kappas);
            shares
                .map(|(node, kappa)| 2.0 * (node.weight * kappa / (kappa + regression.samples * lambda)).re)
                .sum::<f64>()
        };
        let levels = spectrum.eigenvalues().iter().zip(spectrum.degeneracies()).zip(&target.powers);
        let sum: f64 = levels.map(|((lambda, count), eta)| count * eta * left(*lambda).powi(2)).sum();
        representable("the error of the mean", sum + target.tail)
    };
    times.iter().map(|t| of(*t)).collect()
}

/// The errors at a time, and $E'(t)$.
pub(super) fn at_time(regression: &Regression<'_>, t: f64) -> Result<(Errors, f64), TheoryError> {
    match nodes_at(regression, t)? {
        Some(nodes) => regression.filtered(&nodes),
        None => Ok((regression.start(), f64::NAN)),
    }
}

/// The nodes of a time; none where nothing has moved.
fn nodes_at(regression: &Regression<'_>, t: f64) -> Result<Option<Vec<Node>>, TheoryError> {
    let scale = regression.samples * regression.spectrum.trace() + regression.spectrum.tail();
    if t * scale < 1e-18 {
        return Ok(None);
    }
    // Times that no nodes can hold.
    representable("the nodes of the contour", NODES as f64 / t)?;
    Ok(Some(parabola(t)))
}

/// $E(t)$ for an isotropic kernel: $\lambda_i=1$ for $P$ modes.
///
/// # Formula
/// $E=\int_0^\pi\frac{h^2\sin^2\theta}{2\pi x}\left[\frac{r^2}Pe^{-2xt}+\sigma^2\frac{(1-e^{-xt})^2}x\right]d\theta+r^2\max(0,1-\frac NP)$ with
/// $x=N+P+2\sqrt{NP}\cos\theta$, $h=2\sqrt{NP}$: the law of Marchenko and Pastur.
///
/// # Accuracy
/// $10^{-12}$: the midpoint rule, nodes doubled from 256.
///
/// # Errors
/// $P<1$, $N<1$, negative or infinite `r2` ($\sum\eta$), noise or times; no convergence below $2^{16}$ nodes.
///
/// # Source
/// Cf. Advani and Saxe (2017).
pub fn flow_isotropic(
    modes: usize,
    samples: usize,
    r2: f64,
    sigma2: f64,
    times: &[f64],
) -> Result<Vec<f64>, TheoryError> {
    crate::error::at_least("P", modes, 1)?;
    crate::error::at_least("N", samples, 1)?;
    non_negative("r2", r2)?;
    non_negative("sigma2", sigma2)?;
    filled("t", times)?;
    let (p, n) = (modes as f64, samples as f64);
    let h = 2.0 * (n * p).sqrt();
    // N + P − h = (√N − √P)², and x without cancellation where cos θ is near −1.
    let gap = (n.sqrt() - p.sqrt()).powi(2);
    times
        .iter()
        .map(|&t| {
            non_negative("t", t)?;
            let integrand = |theta: f64| {
                let x = gap + h * 2.0 * (0.5 * theta).cos().powi(2);
                let learnt = -(-x * t).exp_m1();
                let noise = if x > 0.0 { sigma2 * learnt * learnt / x } else { 0.0 };
                let weight = if x > 0.0 { (h * theta.sin()).powi(2) / (2.0 * PI * x) } else { 0.0 };
                weight * (r2 / p * (-2.0 * x * t).exp() + noise)
            };
            let rule = |nodes: usize| {
                let step = PI / nodes as f64;
                (0..nodes).map(|j| integrand((j as f64 + 0.5) * step)).sum::<f64>() * step
            };
            let (mut nodes, mut value) = (256, rule(256));
            loop {
                nodes *= 2;
                let next = rule(nodes);
                if (next - value).abs() <= 1e-13 * next.abs() {
                    return representable("the error", next + r2 * (1.0 - n / p).max(0.0));
                }
                if nodes > 1 << 16 {
                    return Err(TheoryError::NotConverged {
                        procedure: "the integral over the law of Marchenko and Pastur".to_owned(),
                        detail: format!("at t = {t} with {nodes} nodes"),
                    });
                }
                value = next;
            }
        })
        .collect()
}
