//! Softmax mixing of tokens: one layer as a linear map, collapse with depth, skip connections.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{affordable_memory, at_least, finite, non_negative, positive, representable};
use crate::quadrature::budget::book;

/// A layer of attention, $x_i'=g\,x_i+a\,W\sum_jp_{ij}x_j$, $p_{ij}=\mathrm{softmax}_j(\beta x_i^\top Ax_j)$.
#[derive(Debug, Clone, PartialEq)]
pub struct MixingLayer {
    /// $A$; the identity where `None`.
    pub query_key: Option<DMatrix<f64>>,
    /// $W$; the identity where `None`.
    pub values: Option<DMatrix<f64>>,
    /// $\beta$.
    pub beta: f64,
    /// $g$.
    pub skip: f64,
    /// $a$.
    pub branch: f64,
}

/// Mean and covariance of the tokens after a layer.
///
/// # Formula
/// $B=gI+a\beta WCA^\top$, $m'=(B+aW)m$, $C'=BCB^\top$.
///
/// # Errors
/// Exact for infinitely many Gaussian tokens, and for any tokens of a small residual. [`InvalidParameter`](TheoryError::InvalidParameter) for shapes that do not fit, a $C$ that is not
/// symmetric and positive, $\beta<0$.
///
/// # Source
/// Tilting a Gaussian shifts its mean.
pub fn token_map(
    mean: &DVector<f64>,
    covariance: &DMatrix<f64>,
    layer: &MixingLayer,
) -> Result<(DVector<f64>, DMatrix<f64>), TheoryError> {
    let d = mean.len();
    let square = |name: &str, matrix: &DMatrix<f64>| {
        if matrix.shape() != (d, d) {
            let found = format!("{} x {}", matrix.nrows(), matrix.ncols());
            return Err(TheoryError::invalid(name, found, format!("{d} x {d}, as m has {d} numbers")));
        }
        matrix.iter().try_for_each(|x| finite(name, *x).map(drop))
    };
    if d == 0 {
        return Err(TheoryError::invalid("m", "an empty list", "at least one number"));
    }
    mean.iter().try_for_each(|x| finite("m", *x).map(drop))?;
    square("C", covariance)?;
    let a = layer.query_key.clone().unwrap_or_else(|| DMatrix::identity(d, d));
    let w = layer.values.clone().unwrap_or_else(|| DMatrix::identity(d, d));
    square("A", &a)?;
    square("W", &w)?;
    non_negative("beta", layer.beta)?;
    finite("skip", layer.skip)?;
    finite("branch", layer.branch)?;
    let size = covariance.amax();
    if size > 0.0 {
        let scaled = covariance / size;
        let valid = "a symmetric matrix without negative eigenvalues";
        if (&scaled - scaled.transpose()).amax() > 1e-12 {
            return Err(TheoryError::invalid("C", "not symmetric", valid));
        }
        let least = scaled.symmetric_eigenvalues().min();
        if least < -1e-12 * scaled.trace().max(1.0) {
            return Err(TheoryError::invalid(
                "C",
                format!("a matrix with eigenvalue {}", least * size),
                valid,
            ));
        }
    }
    let map =
        DMatrix::identity(d, d) * layer.skip + &w * covariance * a.transpose() * (layer.branch * layer.beta);
    let moved = (&map + w * layer.branch) * mean;
    let spread = &map * covariance * map.transpose();
    let spread = (&spread + spread.transpose()) * 0.5;
    moved
        .iter()
        .chain(spread.iter())
        .try_for_each(|x| representable("a moment of the tokens", *x).map(drop))?;
    Ok((moved, spread))
}

/// The value matrices of a stack of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueMatrices {
    /// $W=I$.
    Identity,
    /// Entries $\mathcal N(0,1/d)$, or a random rotation, new in each layer.
    Random,
}

impl std::str::FromStr for ValueMatrices {
    type Err = TheoryError;

    fn from_str(name: &str) -> Result<Self, TheoryError> {
        match name {
            "identity" => Ok(Self::Identity),
            "random" => Ok(Self::Random),
            other => Err(TheoryError::invalid("values", other, "\"identity\" or \"random\"")),
        }
    }
}

/// The ratio $\rho_\ell$ of residual power to the power of the mean token after each layer, tokens rescaled to unit mean square a coordinate; the cosine of two tokens is $\frac1{1+\rho}$.
///
/// # Formula
/// With $s=\frac\rho{1+\rho}$: $\rho'=\rho\left(\frac{g+a\beta s}{g+a(1+\beta s)}\right)^2$ for the identity, $\rho\frac{g^2+a^2\beta^2s^2}{g^2+a^2(1+\beta s)^2}$ for random values.
///
/// # Errors
/// Gaussian closure with many tokens, $\beta s$ well below [`collapse_boundary`]. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\rho>0$, $\beta,g,a\ge0$, $g$ and $a$ not both zero, at least one layer.
///
/// # Source
/// [`token_map`] with $A=I$, $C=sI$.
pub fn token_similarity(
    rho: f64,
    beta: f64,
    skip: f64,
    branch: f64,
    layers: usize,
    values: ValueMatrices,
) -> Result<Vec<f64>, TheoryError> {
    positive("rho", rho)?;
    non_negative("beta", beta)?;
    non_negative("skip", skip)?;
    non_negative("branch", branch)?;
    at_least("layers", layers, 1)?;
    affordable_memory("the layers", 64.0 * layers as f64)?;
    book("the layers", 500.0 * layers as f64)?;
    let size = skip.max(branch);
    if size == 0.0 {
        return Err(TheoryError::invalid("branch", branch, "a number > 0 where skip is zero"));
    }
    let (g, a) = (skip / size, branch / size);
    let mut rho = rho;
    let mut all = Vec::with_capacity(layers);
    for _ in 0..layers {
        let x = beta * (rho / (1.0 + rho));
        let (kept, mean) = (a * x, a * (1.0 + x));
        let ratio = match values {
            ValueMatrices::Identity => ((g + kept) / (g + mean)).powi(2),
            ValueMatrices::Random => (g.hypot(kept) / g.hypot(mean)).powi(2),
        };
        rho = representable("the similarity", rho * ratio)?;
        all.push(rho);
    }
    Ok(all)
}

/// $\lambda_c$: tokens in many dimensions collapse for $\lambda=\beta s<\lambda_c$; above it every token attends to itself and nothing mixes.
///
/// # Formula
/// $1-\sqrt{1-\frac{2\log T}d}$ for $2\log T<d$, else 1.
///
/// # Errors
/// Sharp for $d\to\infty$ only. [`InvalidParameter`](TheoryError::InvalidParameter) unless $T\ge2$ and $d\ge1$.
///
/// # Source
/// A token is its own key: the capacity of Gaussian patterns, $\frac{\log T}d=\lambda-\frac{\lambda^2}2$.
pub fn collapse_boundary(tokens: f64, dimension: f64) -> Result<f64, TheoryError> {
    if !(tokens.is_finite() && tokens >= 2.0) {
        return Err(TheoryError::invalid("T", tokens, "an integer >= 2"));
    }
    if !(dimension.is_finite() && dimension >= 1.0) {
        return Err(TheoryError::invalid("d", dimension, "an integer >= 1"));
    }
    let x = 2.0 * tokens.ln() / dimension;
    Ok(if x < 1.0 { x / (1.0 + (1.0 - x).sqrt()) } else { 1.0 })
}
