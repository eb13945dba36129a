use nalgebra::{DMatrix, DVectorView};
use serde::Serialize;

use crate::TheoryError;
use crate::classifier::check_classes;
use crate::error::{finite, non_negative};
use crate::quadrature::rules::hermite;

/// Moments of $Q=\mathrm{diag}(g)-gg^\top$, $g$ the softmax of Gaussian outputs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SoftmaxMoments {
    /// $\beta_1=E\,\mathrm{Tr}Q$.
    pub beta_1: f64,
    /// $\beta_2=E\,\mathrm{Tr}(QQ')$ for two samples of one network.
    pub beta_2: f64,
    /// $\beta_3=E\,\mathrm{Tr}Q^2$.
    pub beta_3: f64,
    /// $\beta_0$: the $(C-1)$-fold eigenvalue of the mean of $Q$ over samples where the outputs have no common part.
    pub beta_0: f64,
    /// Lower bound of the mean of $\lambda_{\max}/\Theta_{st}$.
    pub lower: f64,
    /// Upper bound of the mean of $\lambda_{\max}/\Theta_{st}$, at many samples.
    pub upper: f64,
}

/// Largest variance of outputs: beyond, the softmax is a hard maximum and the tables get too long.
const LARGEST: f64 = 100.0;
/// Step of the trapezoidal rule in $\tau$ and of the outputs.
const STEP: f64 = 0.2;
/// Gaussian averages run over this many standard deviations.
const RANGE: f64 = 8.5;

/// Nodes and weights of a trapezoidal rule for $N(0,v)$ with a step that divides `STEP`.
pub(super) fn gaussian(variance: f64) -> (f64, Vec<(f64, f64)>) {
    let deviation = variance.sqrt();
    if deviation < 1e-8 {
        return (STEP, vec![(0.0, 1.0)]);
    }
    let parts = (STEP / (0.5 * deviation).min(STEP)).ceil().max(1.0);
    let step = STEP / parts;
    let count = (RANGE * deviation / step).ceil() as i32;
    let mut nodes: Vec<(f64, f64)> = (-count..=count)
        .map(|i| (f64::from(i) * step, (-0.5 * (f64::from(i) * step / deviation).powi(2)).exp()))
        .collect();
    let total: f64 = nodes.iter().map(|node| node.1).sum();
    nodes.iter_mut().for_each(|node| node.1 /= total);
    (step, nodes)
}

/// $\psi_j(t)=E_{x\sim N(0,v)}[e^{j(x+t)}\exp(-e^{x+t})]$ for $j=0..4$.
fn psi(t: f64, nodes: &[(f64, f64)]) -> [f64; 5] {
    let mut sums = [0.0; 5];
    for &(x, weight) in nodes {
        let e = (x + t).min(300.0).exp();
        let mut term = weight * (-e).exp();
        for sum in &mut sums {
            *sum += term;
            term *= e;
        }
    }
    sums
}

/// The range of $\tau$.
fn tau_range(variance: f64, shift: f64) -> (f64, f64) {
    let spread = 9.0 * variance.sqrt();
    (-(40.0 + spread + shift), spread + 4.0 + shift)
}

pub(super) fn check_outputs(q_t: f64, q_st: f64) -> Result<(f64, f64), TheoryError> {
    if non_negative("q_t", q_t)? > LARGEST {
        return Err(TheoryError::invalid("q_t", q_t, format!("a number from 0 to {LARGEST}")));
    }
    if !(finite("q_st", q_st)? >= 0.0 && q_st <= q_t * (1.0 + 1e-12)) {
        return Err(TheoryError::invalid("q_st", q_st, "a number from 0 to q_t"));
    }
    Ok((q_t, q_st.min(q_t)))
}

/// $E\,\mathrm{Tr}Q$ and $E\,\mathrm{Tr}Q^2$ for independent outputs of variance `variance`.
fn single(classes: f64, variance: f64) -> (f64, f64) {
    let (_, nodes) = gaussian(variance);
    let (low, high) = tau_range(variance, 0.0);
    let count = ((high - low) / STEP).ceil() as usize;
    let (mut second, mut third, mut fourth, mut pair) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..=count {
        let [zero, _, two, three, four] = psi(low + STEP * i as f64, &nodes);
        let rest = zero.powf(classes - 2.0);
        second += two * rest * zero;
        third += three * rest * zero / 2.0;
        fourth += four * rest * zero / 6.0;
        pair += two * two * rest / 6.0;
    }
    let trace = 1.0 - classes * second * STEP;
    let square = classes * STEP * (second - 2.0 * third + fourth + (classes - 1.0) * pair);
    (trace, square)
}

/// $E\,\mathrm{Tr}(QQ')$ for two samples whose outputs share a part of variance `shared`.
fn double(classes: f64, own: f64, shared: f64) -> f64 {
    let (_, nodes) = gaussian(own);
    let (low, high) = tau_range(own + shared, 0.0);
    let count = ((high - low) / STEP).ceil() as usize;
    let (common, rows) = if shared.sqrt() < 2.0 * STEP {
        // Over so short a range the averages are smooth.
        let common: Vec<(f64, f64)> =
            hermite().iter().map(|(y, weight)| (shared.sqrt() * y, *weight)).collect();
        let row = |i: usize| common.iter().map(|(y, _)| psi(low + STEP * i as f64 + y, &nodes)).collect();
        let rows: Vec<Vec<[f64; 5]>> = (0..=count).map(row).collect();
        (common, rows)
    } else {
        // ψ depends on τ + y alone: one table on the finer grid serves all y.
        let (step, common) = gaussian(shared);
        let stride = (STEP / step).round() as usize;
        let reach = common.len() / 2;
        let table: Vec<[f64; 5]> = (0..=count * stride + 2 * reach)
            .map(|i| psi(low + step * (i as f64 - reach as f64), &nodes))
            .collect();
        let rows = (0..=count).map(|i| table[i * stride..i * stride + common.len()].to_vec()).collect();
        (common, rows)
    };
    let [zero, one, two] = [0, 1, 2]
        .map(|k| rows.iter().map(|row| row.iter().map(|psi| psi[k]).collect()).collect::<Vec<Vec<f64>>>());
    let at = |table: &[Vec<f64>], i: usize| -> Vec<f64> {
        table[i].iter().zip(&common).map(|(value, (_, weight))| weight * value).collect()
    };
    let mut sum = 0.0;
    for i in 0..=count {
        let (a0, a1, a2) = (at(&zero, i), at(&one, i), at(&two, i));
        for j in 0..=i {
            let part = |table: &[Vec<f64>], a: &[f64]| {
                DVectorView::from_slice(a, a.len()).dot(&DVectorView::from_slice(&table[j], a.len()))
            };
            let (p00, p11) = (part(&zero, &a0), part(&one, &a1));
            let squares = part(&two, &a2) - part(&two, &a1) - part(&one, &a2);
            let rest = p00.powf(classes - 2.0);
            let multiplicity = if i == j { 1.0 } else { 2.0 };
            sum += multiplicity * rest * (p00 * (p11 + squares) + (classes - 1.0) * p11 * p11);
        }
    }
    classes * sum * STEP * STEP
}

/// Moments of the softmax of Gaussian outputs $f_k(n)=\sqrt{q_t-q_{st}}\,z_{kn}+\sqrt{q_{st}}\,y_k$, with $y$ shared by all samples of a network.
///
/// # Formula
/// $\beta_1=1-CE[g_1^2]$, $\beta_2=C\{E[g_1g_1']-2E[g_1g_1'^2]+E[g_1^2g_1'^2]+(C-1)E[g_1g_2g_1'g_2']\}$, $\beta_3$ the same at one sample. With
/// $1/S^a=\Gamma(a)^{-1}\int e^{a\tau}e^{-Se^\tau}d\tau$ the classes factorise, so that any $C$ costs one integral over $\tau$ for each sample.
/// $\beta_0=\beta_1(q_t-q_{st})/(C-1)$ and $\frac{\beta_1}{C-1}\le E\lambda_{\max}/\Theta_{st}\le\frac{\beta_1}{C-1}+\sqrt{\frac{C-2}{C-1}}\sqrt{\beta_2-\frac{\beta_1^2}{C-1}}$.
///
/// # Accuracy and cost
/// $10^{-12}$; 10 ms to a second, growing with $q_t$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $C\ge2$, $0\le q_{st}\le q_t\le100$.
///
/// # Source
/// Karakida, Akaho and Amari (2021) for the coefficients; the factorised integral is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::pathological_spectra::softmax_moments;
/// let moments = softmax_moments(2, 2.0, 0.7)?;
/// assert!((moments.beta_1 - 0.3028527548010794).abs() < 1e-12);
/// assert!((moments.beta_2 - 0.09382085547411256).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn softmax_moments(classes: usize, q_t: f64, q_st: f64) -> Result<SoftmaxMoments, TheoryError> {
    let c = check_classes(classes)?;
    let (q_t, q_st) = check_outputs(q_t, q_st)?;
    let (beta_1, beta_3) = single(c, q_t);
    let beta_2 = double(c, q_t - q_st, q_st);
    let beta_0 = single(c, q_t - q_st).0 / (c - 1.0);
    let lower = beta_1 / (c - 1.0);
    let spread = (beta_2 - beta_1 * lower).max(0.0);
    Ok(SoftmaxMoments {
        beta_1,
        beta_2,
        beta_3,
        beta_0,
        lower,
        upper: lower + ((c - 2.0) / (c - 1.0) * spread).sqrt(),
    })
}

/// $\beta_0$ alone, which knows only the outputs' own part.
pub(super) fn balanced_eigenvalue(classes: usize, q_t: f64, q_st: f64) -> Result<f64, TheoryError> {
    let c = check_classes(classes)?;
    let (q_t, q_st) = check_outputs(q_t, q_st)?;
    Ok(single(c, q_t - q_st).0 / (c - 1.0))
}

/// The mean of $Q$ over the samples of a network with the shared outputs $\sqrt{q_{st}}\,y$, and its eigenvalues, descending; the last one is 0.
/// The outliers of the Fisher information at many samples are $\Theta_{st}$ times these.
///
/// # Formula
/// $Eg_k-Eg_k^2=\int(\psi_1-\psi_2)(\tau+m_k)\prod_{c\ne k}\psi_0(\tau+m_c)$, $-Eg_kg_l=-\int\psi_1(\tau+m_k)\psi_1(\tau+m_l)\prod_{c\ne k,l}\psi_0$,
/// $m_k=\sqrt{q_{st}}y_k$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) as [`softmax_moments`], and for fewer than two or more than 200 classes, or a $y_k$ that is not finite
/// or beyond 40.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::pathological_spectra::mean_softmax_covariance;
/// let (_, mu) = mean_softmax_covariance(&[0.5, -1.0, 0.3], 2.3, 1.2)?;
/// assert!((mu[0] - 0.31713239309698404).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn mean_softmax_covariance(
    y: &[f64],
    q_t: f64,
    q_st: f64,
) -> Result<(DMatrix<f64>, Vec<f64>), TheoryError> {
    let classes = y.len();
    if !(2..=200).contains(&classes) {
        return Err(TheoryError::invalid("y", format!("a list of {classes}"), "a list of 2 to 200 numbers"));
    }
    let (q_t, q_st) = check_outputs(q_t, q_st)?;
    let mut shift = 0.0f64;
    for &value in y {
        if finite("y", value)?.abs() > 40.0 {
            return Err(TheoryError::invalid("y", value, "numbers from -40 to 40"));
        }
        shift = shift.max((q_st.sqrt() * value).abs());
    }
    let (_, nodes) = gaussian(q_t - q_st);
    let (low, high) = tau_range(q_t, shift);
    let count = ((high - low) / STEP).ceil() as usize;
    let mut covariance = DMatrix::zeros(classes, classes);
    for i in 0..=count {
        let tau = low + STEP * i as f64;
        let rows: Vec<[f64; 5]> = y.iter().map(|y| psi(tau + q_st.sqrt() * y, &nodes)).collect();
        // Products over all other classes, without dividing by what may underflow.
        let zeros = rows.iter().filter(|row| row[0] == 0.0).count();
        let logs: Vec<f64> = rows.iter().map(|row| if row[0] > 0.0 { row[0].ln() } else { 0.0 }).collect();
        let total: f64 = logs.iter().sum();
        let is_zero = |k: usize| usize::from(rows[k][0] == 0.0);
        for k in 0..classes {
            if zeros == is_zero(k) {
                covariance[(k, k)] += STEP * (rows[k][1] - rows[k][2]) * (total - logs[k]).exp();
            }
            for l in 0..k {
                if zeros == is_zero(k) + is_zero(l) {
                    let rest = (total - logs[k] - logs[l]).exp();
                    let product = STEP * rows[k][1] * rows[l][1] * rest;
                    covariance[(k, l)] -= product;
                    covariance[(l, k)] -= product;
                }
            }
        }
    }
    let mut values: Vec<f64> = covariance.clone().symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    if let Some(last) = values.last_mut() {
        // Rows of Q sum to zero.
        *last = 0.0;
    }
    Ok((covariance, values))
}
