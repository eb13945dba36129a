//! Mixing of tokens: layers of softmax attention without parameters of their own, and products of random mixing matrices.

use nalgebra::DMatrix;
use rayon::prelude::*;
use solvable_engine::streams::Streams;

use crate::SimulationError;
use crate::linalg::{product, product_into};

/// A layer of softmax attention $x_i'=g\,x_i+a\,W\sum_jp_{ij}x_j$ with $p_{ij}=\mathrm{softmax}_j(\beta\,x_i\cdot x_j)$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenLayer {
    /// $\beta$.
    pub beta: f64,
    /// $g$.
    pub skip: f64,
    /// $a$.
    pub branch: f64,
}

/// What attention brings to each token, and the weights on oneself.
#[derive(Debug, Clone, PartialEq)]
pub struct Attended {
    /// $\sum_jp_{ij}x_j$, token by token in the rows.
    pub mixed: DMatrix<f64>,
    /// $p_{ii}$.
    pub on_itself: Vec<f64>,
}

/// Softmax attention of the tokens in the rows of `tokens` to each other.
pub fn attend(tokens: &DMatrix<f64>, beta: f64) -> Attended {
    let (count, d) = tokens.shape();
    let transposed = tokens.transpose();
    // Rows in blocks: T×T weights need not exist at once.
    const BLOCK: usize = 128;
    let blocks: Vec<(Vec<f64>, Vec<f64>)> = (0..count.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let rows = BLOCK.min(count - block * BLOCK);
            let queries = transposed.columns(block * BLOCK, rows) * beta;
            // Column r holds the scores of query r with all keys.
            let mut scores = vec![0.0; count * rows];
            product_into(&mut scores, tokens, queries.as_slice());
            let mut on_itself = Vec::with_capacity(rows);
            for (r, column) in scores.chunks_mut(count).enumerate() {
                let top = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut total = 0.0;
                for s in column.iter_mut() {
                    *s = (*s - top).exp();
                    total += *s;
                }
                column.iter_mut().for_each(|s| *s /= total);
                on_itself.push(column[block * BLOCK + r]);
            }
            let mut mixed = vec![0.0; d * rows];
            product_into(&mut mixed, &transposed, &scores);
            (mixed, on_itself)
        })
        .collect();
    let mut mixed = Vec::with_capacity(count * d);
    let mut on_itself = Vec::with_capacity(count);
    for (part, weights) in blocks {
        mixed.extend(part);
        on_itself.extend(weights);
    }
    Attended { mixed: DMatrix::from_row_slice(count, d, &mixed), on_itself }
}

impl TokenLayer {
    /// The tokens behind the layer, with the values of `values` ($W$; the identity without it).
    pub fn apply(&self, tokens: &DMatrix<f64>, values: Option<&DMatrix<f64>>) -> DMatrix<f64> {
        let mixed = attend(tokens, self.beta).mixed;
        let branch = match values {
            Some(values) => product(&mixed, &values.transpose()),
            None => mixed,
        };
        tokens * self.skip + branch * self.branch
    }
}

/// Mean and covariance (divisor $T$) of the tokens in the rows.
pub fn token_moments(tokens: &DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let (count, d) = tokens.shape();
    let mean: Vec<f64> = (0..d).map(|j| tokens.column(j).mean()).collect();
    let centred = centred(tokens, &mean);
    let covariance = centred.transpose() * &centred / count as f64;
    (mean, covariance)
}

/// The squared distance of each token from `mean`.
pub fn squared_residuals(tokens: &DMatrix<f64>, mean: &[f64]) -> Vec<f64> {
    centred(tokens, mean).row_iter().map(|row| row.norm_squared()).collect()
}

fn centred(tokens: &DMatrix<f64>, mean: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(tokens.nrows(), tokens.ncols(), |i, j| tokens[(i, j)] - mean[j])
}

/// Residual power over the power of the mean token, after the tokens were scaled to a mean square of one per entry.
pub fn similarity(tokens: &mut DMatrix<f64>) -> f64 {
    let entries = (tokens.nrows() * tokens.ncols()) as f64;
    let scale = (tokens.norm_squared() / entries).sqrt();
    *tokens /= scale;
    let (mean, covariance) = token_moments(tokens);
    covariance.trace() / mean.iter().map(|m| m * m).sum::<f64>()
}

/// $\mathrm{tr}H^2$ and $(\mathrm{tr}H)^2$ of $H=GG^\top$ behind `layers` layers $X\to(gI+aW)X$, $W_{ij}\sim\mathcal N(0,1/T)$, new in each.
pub fn mixing_product(tokens: usize, skip: f64, branch: f64, layers: usize, streams: &Streams) -> (f64, f64) {
    let mut g = DMatrix::<f64>::identity(tokens, tokens);
    let scale = branch / (tokens as f64).sqrt();
    for layer in 0..layers {
        let w = DMatrix::from_vec(
            tokens,
            tokens,
            streams.nth_child("mixing", layer).normals(tokens * tokens, scale),
        );
        g = &g * skip + product(&w, &g);
    }
    let h = &g * g.transpose();
    (h.norm_squared(), h.trace().powi(2))
}

/// Growth per layer of the volumes spanned by the first directions: the exponents of a product of `layers` layers, by QR after each
/// layer; the first `burn` layers only turn the directions.
///
/// # Errors
/// A product that loses a direction to rounding.
pub fn mixing_growth(
    tokens: usize,
    skip: f64,
    branch: f64,
    (burn, layers): (usize, usize),
    streams: &Streams,
) -> Result<Vec<f64>, SimulationError> {
    let scale = branch / (tokens as f64).sqrt();
    let mut frame = DMatrix::<f64>::identity(tokens, tokens);
    let mut growth = vec![0.0; tokens];
    for layer in 0..burn + layers {
        let w = DMatrix::from_vec(
            tokens,
            tokens,
            streams.nth_child("mixing", layer).normals(tokens * tokens, scale),
        );
        let (q, r) = (&frame * skip + &w * &frame).qr().unpack();
        frame = q;
        if layer >= burn {
            for (total, size) in growth.iter_mut().zip(r.diagonal().iter()) {
                *total += size.abs().ln();
            }
        }
    }
    if growth.iter().any(|total| !total.is_finite()) {
        return Err(SimulationError::NotFinite { what: "the growth of a product" });
    }
    Ok(growth.into_iter().map(|total| total / layers.max(1) as f64).collect())
}

/// $\frac1n\mathrm{tr}(AA^\top)^k$ for $k=1,2,3$, $n$ the number of rows.
pub fn spectral_moments(a: &DMatrix<f64>) -> [f64; 3] {
    let h = product(a, &a.transpose());
    let h2 = product(&h, &h);
    let n = a.nrows() as f64;
    [h.trace() / n, h2.trace() / n, h2.dot(&h) / n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_the_softmax_written_out() {
        let streams = Streams::for_trial("mixing", "", 0, 0);
        let tokens = DMatrix::from_vec(150, 3, streams.child("tokens").normals(450, 1.0));
        let attended = attend(&tokens, 0.7);
        for i in [0, 127, 128, 149] {
            let scores: Vec<f64> =
                (0..150).map(|j| (0.7 * tokens.row(i).dot(&tokens.row(j))).exp()).collect();
            let total: f64 = scores.iter().sum();
            assert!((attended.on_itself[i] - scores[i] / total).abs() < 1e-14);
            for c in 0..3 {
                let expected = (0..150).map(|j| scores[j] / total * tokens[(j, c)]).sum::<f64>();
                assert!((attended.mixed[(i, c)] - expected).abs() < 1e-13);
            }
        }
        let layer = TokenLayer { beta: 0.7, skip: 1.0, branch: 0.0 };
        assert_eq!(layer.apply(&tokens, None), tokens);
    }

    #[test]
    fn a_skip_alone_neither_mixes_nor_grows() {
        let streams = Streams::for_trial("mixing", "", 1, 0);
        assert_eq!(mixing_product(5, 1.0, 0.0, 4, &streams), (5.0, 25.0));
        let growth = mixing_growth(4, 2.0, 0.0, (0, 3), &streams).unwrap();
        assert!(growth.iter().all(|g| (g - 2f64.ln()).abs() < 1e-14));
    }
}
