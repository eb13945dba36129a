//! Training on one's own predictions, on the same inputs.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::contour::Contour;
use super::half_plane::{C, double_sum};
use super::stopping::{Law, best_ridge};
use super::two_point::{Regression, filled};
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
    let contour = contour(rounds)?;
    let points = regression.points(&contour.nodes)?;
    let pairs = regression.pairs(&points);
    (0..rounds.len())
        .map(|j| {
            let (found, _) = regression.filtered_at(&contour.weighted(j), &points, &pairs)?;
            Ok([found.test, found.training])
        })
        .collect()
}

/// The contour that holds all of `rounds`.
fn contour(rounds: &[Round]) -> Result<Contour, TheoryError> {
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    for round in rounds {
        positive("delta", round.ridge)?;
        finite("xi", round.labels)?;
        (low, high) = (low.min(round.ridge), high.max(round.ridge));
        if high / low > MOST_RATIO {
            let valid = format!("ridges within a factor of {MOST_RATIO} of each other");
            return Err(TheoryError::invalid("delta", round.ridge, valid));
        }
    }
    Contour::around((low, high), |z| left(rounds, z))
}

/// Nodes of both halves of the contour that `rounds` take.
pub(crate) fn round_nodes(rounds: &[Round]) -> Result<f64, TheoryError> {
    filled("rounds", rounds)?;
    Ok(2.0 * contour(&rounds[..rounds.len().min(MOST_ROUNDS)])?.nodes.len() as f64)
}

/// $\rho_j=1-g_j$ of every round at $a=-z$.
fn left(rounds: &[Round], z: C) -> Vec<C> {
    let mut g = C::new(0.0, 0.0);
    let of = |(j, round): (usize, &Round)| {
        let h = z / (z - round.ridge);
        g = if j == 0 { h } else { h * (round.labels + g * (1.0 - round.labels)) };
        1.0 - g
    };
    rounds.iter().enumerate().map(of).collect()
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
    let undefined = |reason: &str| Err(TheoryError::undefined("the gain of distillation", reason));
    if !law.learns() {
        return undefined("nothing can be learnt");
    }
    let (delta, error) = match best_ridge(law)? {
        (Some(delta), error) if delta > 0.0 => (delta, error),
        (Some(_), _) => return undefined("no ridge is best"),
        (None, _) => return undefined("no finite ridge is better than not to learn"),
    };
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
    // ρ(1 − ρ)^m.
    let filters = |z: C| {
        let h = z / (z - delta);
        (0..rounds).map(|m| (C::new(1.0, 0.0) - h) * h.powu(m as u32)).collect()
    };
    let contour = Contour::around((delta, delta), filters)?;
    let points = regression.points(&contour.nodes)?;
    let pairs = regression.pairs(&points);
    let weights: Vec<Vec<C>> =
        (0..rounds).map(|m| contour.weighted(m).iter().map(|node| node.weight).collect()).collect();
    let own = DMatrix::from_fn(rounds, rounds, |m, l| {
        let (u, v) = (&weights[m], &weights[l]);
        let [form] = double_sum(contour.nodes.len(), |j, k| {
            let [direct, mirrored] = pairs[(j, k)];
            [
                [0.5 * (u[j] * v[k] + v[j] * u[k]) * direct],
                [0.5 * (u[j] * v[k].conj() + v[j] * u[k].conj()) * mirrored],
            ]
        });
        form - if m == 0 && l == 0 { sigma2 } else { 0.0 }
    });
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
