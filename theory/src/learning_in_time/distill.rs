//! Training on one's own predictions, on the same inputs.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::stopping::{Law, best_ridge};
use super::two_point::{C, Node, Regression, filled};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{finite, positive, representable};

/// One round of ridge regression on labels $\xi y+(1-\xi)\hat f$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// $\delta>0$.
    pub ridge: f64,
    /// $\xi$, the share of the labels; the first round takes all of them.
    pub labels: f64,
}

/// Rounds in one call.
const MOST_ROUNDS: usize = 1000;
/// The largest ratio of ridges that a contour holds.
const MOST_RATIO: f64 = 250.0;

/// $(E_j,L_j)$ behind each of `rounds` on the same `samples` $=N$ inputs; $L$ against the original labels.
///
/// # Formula
/// $g_1=h_1$, $g_j=h_j(\xi_j+(1-\xi_j)g_{j-1})$ with $h_j=\frac a{a+\delta_j}$; the filter $\rho_j=1-g_j$ in the double contour sum over the two-point
/// error.
///
/// # Accuracy
/// $10^{-13}$.
///
/// # Validity
/// As kernel regression of `cl`.
///
/// # Errors
/// As [`flow_curve`](super::flow_curve); no round; $\delta\le0$, ridges that differ by more than a factor of 250; $\xi$ that is not finite.
///
/// # Source
/// Cf. Mobahi, Farajtabar and Bartlett (2020); derived in the notes.
pub fn distill(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
    rounds: &[Round],
) -> Result<Vec<[f64; 2]>, TheoryError> {
    let regression = Regression::new(spectrum, target, samples, sigma2)?;
    filled("rounds", rounds)?;
    if rounds.len() > MOST_ROUNDS {
        return Err(TheoryError::invalid("rounds", rounds.len(), format!("at most {MOST_ROUNDS}")));
    }
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    let mut errors = Vec::with_capacity(rounds.len());
    for (j, round) in rounds.iter().enumerate() {
        positive("delta", round.ridge)?;
        finite("xi", round.labels)?;
        (low, high) = (low.min(round.ridge), high.max(round.ridge));
        if high / low > MOST_RATIO {
            let valid = format!("ridges within a factor of {MOST_RATIO} of each other");
            return Err(TheoryError::invalid("delta", round.ridge, valid));
        }
        let filter = |z: C| 1.0 - learnt(&rounds[..=j], z);
        let (found, _) = regression.filtered(&contour((low, high), filter))?;
        errors.push([found.test, found.training]);
    }
    Ok(errors)
}

/// $g_k$ at $a=-z$.
fn learnt(rounds: &[Round], z: C) -> C {
    let mut g = C::new(0.0, 0.0);
    for (j, round) in rounds.iter().enumerate() {
        let h = z / (z - round.ridge);
        g = if j == 0 { h } else { h * (round.labels + g * (1.0 - round.labels)) };
    }
    g
}

/// The upper half of a closed contour around ridges between `low` and `high` that leaves out the negative axis.
fn contour((low, high): (f64, f64), filter: impl Fn(C) -> C) -> Vec<Node> {
    let centre = low.sqrt() * high.sqrt();
    let half = 0.5 * (high / low).ln();
    let radius = (PI * half).sqrt().max(0.9);
    let nodes = if half > 0.0 {
        (2 * (18.5 / (radius / half).min(PI / radius).ln()).ceil() as usize).max(64)
    } else {
        64
    };
    (0..nodes / 2)
        .map(|j| {
            let theta = (j as f64 + 0.5) * 2.0 * PI / nodes as f64;
            let turn = C::new(theta.cos(), theta.sin()) * radius;
            let z = turn.exp() * centre;
            // W = −ρ(−z)/z · dz/(2πi), dz = i R e^{iθ} z dθ.
            Node { z, weight: -filter(z) * turn / nodes as f64 }
        })
        .collect()
}

/// Whether two rounds pay at the best ridge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DistillGain {
    /// $\delta^*$.
    pub ridge: f64,
    /// $E_1(\delta^*)$.
    pub error: f64,
    /// $\chi$: two rounds beat the best ridge where it is positive.
    pub chi: f64,
}

/// Whether a second round on the same inputs, with another share of labels, beats the best ridge.
///
/// # Formula
/// $\chi=1-\frac{2\mathcal D}{\delta^{*2}E_1''(\delta^*)}$, $\mathcal D=\delta^2\kappa'^2F_{12}$.
///
/// # Accuracy
/// $10^{-7}$ of $\chi$.
///
/// # Validity
/// Near $\delta^*$; 0 for matched targets, whose best ridge nothing beats.
///
/// # Errors
/// As [`early_stopping`](super::early_stopping); a best ridge of 0 or none.
///
/// # Source
/// Derived in the notes.
pub fn distill_gain(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
) -> Result<DistillGain, TheoryError> {
    gain(&Regression::new(spectrum, target, samples, sigma2)?)
}

/// The gain of any law.
pub(super) fn gain(law: &impl Law) -> Result<DistillGain, TheoryError> {
    let (delta, error) = if law.learns() { best_ridge(law)? } else { (0.0, 0.0) };
    if delta == 0.0 {
        let reason = if law.learns() { "no ridge is best" } else { "nothing can be learnt" };
        return Err(TheoryError::undefined("the gain of distillation", reason));
    }
    let at = law.ridge(delta)?;
    let chi = representable(
        "the gain of distillation",
        1.0 - 2.0 * at.second_round / (delta * delta * at.curvature),
    )?;
    Ok(DistillGain { ridge: delta, error, chi })
}

/// The best mixtures of labels and predictions in `rounds` $=k$ rounds of one ridge: $E$ and $a_1,\dots,a_{k-1}$ of $\rho_k=\sum_ma_m\rho(1-\rho)^m$, $a_0=1$.
///
/// # Formula
/// $A_{ml}=\sum W^{(m)}W^{(l)}D-\sigma^2[m=l=0]$, $A_{1..,1..}a=-A_{1..,0}$, $E=A_{00}+\sum a_mA_{m0}$.
///
/// # Accuracy
/// $E$ to $10^{-10}$, from seven rounds on to $10^{-8}$ and $a_m$ to $10^{-5}$: the system is ill-conditioned.
///
/// # Errors
/// As [`distill`]; $k$ not from 1 to 8; a system that is not positive within rounding.
///
/// # Source
/// Derived in the notes.
pub fn distill_optimal(
    spectrum: &Spectrum,
    target: &Target,
    samples: usize,
    sigma2: f64,
    delta: f64,
    rounds: usize,
) -> Result<(f64, Vec<f64>), TheoryError> {
    let regression = Regression::new(spectrum, target, samples, sigma2)?;
    positive("delta", delta)?;
    if !(1..=8).contains(&rounds) {
        return Err(TheoryError::invalid("k", rounds, "an integer from 1 to 8"));
    }
    let nodes = contour((delta, delta), |_| C::new(1.0, 0.0));
    let points = regression.points(&nodes)?;
    let weights: Vec<Vec<C>> = (0..rounds)
        .map(|m| {
            let of = |node: &Node| {
                let h = node.z / (node.z - delta);
                node.weight * (C::new(1.0, 0.0) - h) * h.powu(m as u32)
            };
            nodes.iter().map(of).collect()
        })
        .collect();
    let a = DMatrix::from_fn(rounds, rounds, |m, l| {
        let noise = if m == 0 && l == 0 { sigma2 } else { 0.0 };
        regression.form(&points, &weights[m], &weights[l]) - noise
    });
    let own = 0.5 * (&a + a.transpose());
    let rest = rounds - 1;
    let right = DVector::from_fn(rest, |m, _| -own[(m + 1, 0)]);
    let matrix = own.view((1, 1), (rest, rest)).into_owned();
    let best = if rest == 0 {
        right
    } else {
        matrix.cholesky().map(|cholesky| cholesky.solve(&right)).ok_or_else(|| TheoryError::NotConverged {
            procedure: "the best mixtures".to_owned(),
            detail: format!("the quadratic form of {rounds} rounds is not positive within rounding"),
        })?
    };
    let error = own[(0, 0)] + (0..rest).map(|m| best[m] * own[(m + 1, 0)]).sum::<f64>();
    Ok((representable("the error of the best mixture", error)?, best.iter().copied().collect()))
}
