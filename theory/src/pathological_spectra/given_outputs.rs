use nalgebra::{DMatrix, SymmetricEigen};

use super::regression::check_kernel;
use crate::TheoryError;
use crate::classifier::{others, softmax};
use crate::error::representable;

/// The spectrum of the Fisher information for cross entropy, given the outputs of the network, at infinite width:
/// $G\simeq a\,\mathrm{blockdiag}(Q_n)+\frac{\Theta_{st}}NRR^\top$ with $a=(\Theta_t-\Theta_{st})/N$, $Q_n=\mathrm{diag}(g_n)-g_ng_n^\top$, and $R$ the stacked
/// $Q_n^{1/2}$.
///
/// ```
/// use solvable_theory::pathological_spectra::GivenOutputs;
/// let logits = [[0.3, -0.2, 1.1], [0.0, 0.5, -0.4], [-1.0, 0.2, 0.1], [0.7, 0.7, -0.9]].map(|row| row.to_vec());
/// let spectrum = GivenOutputs::new(&logits, 10.0, 6.0)?;
/// let outliers = spectrum.outliers();
/// assert!((outliers[0].unwrap() - 2.363071275360925).abs() < 1e-13);
/// assert!((outliers[1].unwrap() - 1.9024140230839466).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GivenOutputs {
    classes: usize,
    theta_t: f64,
    theta_st: f64,
    /// Eigenvalues $q$ of the $Q_n$ and their eigenvectors scaled by $\sqrt q$, sample by sample.
    modes: Vec<(Vec<f64>, DMatrix<f64>)>,
}

/// Halvings of an interval around a root.
const HALVINGS: usize = 80;

impl GivenOutputs {
    /// From the outputs (one sample a row) and the scales $\Theta_t,\Theta_{st}$ of the tangent kernel.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) as [`softmax`], and unless $0\le\Theta_{st}\le\Theta_t$, $\Theta_t>0$.
    pub fn new(logits: &[Vec<f64>], theta_t: f64, theta_st: f64) -> Result<Self, TheoryError> {
        check_kernel(theta_t, theta_st)?;
        representable("the second moment", theta_t * theta_t)?;
        let modes = softmax(logits)?.iter().map(|g| modes_of(g)).collect();
        Ok(Self { classes: logits[0].len(), theta_t, theta_st, modes })
    }

    fn samples(&self) -> f64 {
        self.modes.len() as f64
    }

    /// $a=(\Theta_t-\Theta_{st})/N$: the bulk consists of $a$ times eigenvalues of single samples, up to interlacing.
    pub fn bulk_scale(&self) -> f64 {
        (self.theta_t - self.theta_st) / self.samples()
    }

    /// $q_{\max}=\max_n\lambda_{\max}(Q_n)\le\frac12$.
    fn largest_mode(&self) -> f64 {
        self.modes.iter().flat_map(|(values, _)| values).fold(0.0, |m: f64, q| m.max(*q))
    }

    /// $\Phi(\lambda)=\frac{\Theta_{st}}N\sum_nQ_n(\lambda I-aQ_n)^{-1}$.
    fn phi_matrix(&self, lambda: f64) -> DMatrix<f64> {
        let a = self.bulk_scale();
        let mut phi = DMatrix::zeros(self.classes, self.classes);
        for (values, vectors) in &self.modes {
            for (q, v) in values.iter().zip(vectors.column_iter()) {
                if *q > 0.0 {
                    let weight = self.theta_st / self.samples() / (lambda - a * q);
                    phi.ger(weight, &v, &v, 1.0);
                }
            }
        }
        phi
    }

    /// Its eigenvalues, descending.
    fn phi(&self, lambda: f64) -> Vec<f64> {
        let mut values: Vec<f64> = self.phi_matrix(lambda).symmetric_eigenvalues().iter().copied().collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    }

    /// The outliers above the bulk, descending, $C-1$ of them; `None` for one that the bulk has absorbed. A single sample has no bulk: its
    /// eigenvalues are returned.
    ///
    /// # Formula
    /// Roots of $\mu_i(\Phi(\lambda))=1$ above $aq_{\max}$.
    ///
    /// # Accuracy and cost
    /// Rounding; $O(NC^3)$ for each of 80 halvings and each outlier.
    pub fn outliers(&self) -> Vec<Option<f64>> {
        let count = self.classes - 1;
        if self.modes.len() == 1 {
            let mut values = self.modes[0].0.clone();
            values.sort_by(|a, b| b.total_cmp(a));
            return values.into_iter().take(count).map(|q| Some(self.theta_t * q)).collect();
        }
        if self.theta_st == 0.0 {
            return vec![None; count];
        }
        let edge = self.bulk_scale() * self.largest_mode();
        if edge == 0.0 {
            return self.phi(1.0).into_iter().take(count).map(Some).collect();
        }
        let start = edge * (1.0 + 1e-9);
        let at_edge = self.phi(start);
        // Φ(λ) ≤ Θ_st λ_max(Q̄)/(λ − a q_max) with λ_max(Q̄) ≤ 1/2.
        let top = edge + 0.5 * self.theta_st * (1.0 + 1e-9);
        (0..count)
            .map(|i| {
                if at_edge[i] < 1.0 {
                    return None;
                }
                let (mut low, mut high) = (start, top);
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (low + high);
                    if middle <= low || middle >= high {
                        break;
                    }
                    if self.phi(middle)[i] > 1.0 { low = middle } else { high = middle }
                }
                Some(0.5 * (low + high))
            })
            .collect()
    }

    /// The eigenvector of the largest outlier, of unit length, sample by sample in the basis where $G$ has $Q_n^{1/2}$ on both sides; `None` where the bulk
    /// has absorbed the outlier.
    ///
    /// # Formula
    /// Blocks $(\lambda I-aQ_n)^{-1}Q_n^{1/2}c$, $\Phi(\lambda)c=c$.
    pub fn top_vector(&self) -> Option<Vec<f64>> {
        let lambda = (*self.outliers().first()?)?;
        if self.modes.len() == 1 {
            let (values, vectors) = &self.modes[0];
            let top = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?.0;
            return unit(vectors.column(top).iter().copied().collect());
        }
        let eigen = SymmetricEigen::new(self.phi_matrix(lambda));
        let c = eigen.eigenvectors.column(eigen.eigenvalues.imax());
        let a = self.bulk_scale();
        let mut blocks = Vec::with_capacity(self.modes.len() * self.classes);
        for (values, vectors) in &self.modes {
            let mut block = nalgebra::DVector::zeros(self.classes);
            for (q, v) in values.iter().zip(vectors.column_iter()).filter(|(q, _)| **q > 0.0) {
                // v = √q times a unit vector.
                block.axpy(v.dot(&c) / (q.sqrt() * (lambda - a * q)), &v, 1.0);
            }
            blocks.extend(block.iter().copied());
        }
        unit(blocks)
    }

    /// The outliers to first order in $a$, descending: $\Theta_{st}\mu_i+a\,v_i^\top\overline{Q^2}v_i/\mu_i$ with $\bar Qv_i=\mu_iv_i$. Poor for the smallest ones at few
    /// samples; [`outliers`](Self::outliers) solves the problem itself.
    pub fn first_order_outliers(&self) -> Vec<f64> {
        let (mut mean, mut square) =
            (DMatrix::zeros(self.classes, self.classes), DMatrix::zeros(self.classes, self.classes));
        for (values, vectors) in &self.modes {
            for (q, v) in values.iter().zip(vectors.column_iter()) {
                mean.ger(1.0 / self.samples(), &v, &v, 1.0);
                square.ger(q / self.samples(), &v, &v, 1.0);
            }
        }
        let eigen = SymmetricEigen::new(mean);
        let a = self.bulk_scale();
        let mut outliers: Vec<f64> = eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
            .filter(|(mu, _)| **mu > 0.0)
            .map(|(mu, v)| self.theta_st * mu + a * (&square * v).dot(&v) / mu)
            .collect();
        outliers.sort_by(|a, b| b.total_cmp(a));
        outliers.truncate(self.classes - 1);
        outliers
    }

    /// $\mathrm{Tr}G$ and $\mathrm{Tr}G^2$.
    ///
    /// # Formula
    /// $\frac{\Theta_t}N\sum_n\mathrm{Tr}Q_n$ and $\frac1{N^2}\sum_{n,m}\Theta_{nm}^2\mathrm{Tr}(Q_nQ_m)$.
    pub fn moments(&self) -> (f64, f64) {
        let n = self.samples();
        let (mut trace, mut same) = (0.0, 0.0);
        let mut sum = DMatrix::zeros(self.classes, self.classes);
        for (values, vectors) in &self.modes {
            trace += values.iter().sum::<f64>();
            same += values.iter().map(|q| q * q).sum::<f64>();
            for v in vectors.column_iter() {
                sum.ger(1.0, &v, &v, 1.0);
            }
        }
        let all = sum.norm_squared();
        let second = (self.theta_st.powi(2) * (all - same) + self.theta_t.powi(2) * same) / (n * n);
        (self.theta_t / n * trace, second)
    }

    /// The number of eigenvalues of $G$ above $\lambda>0$.
    ///
    /// # Formula
    /// $\#\{aq>\lambda\}+\#\{\mu_i(\Phi(\lambda))>1\}$, by Sylvester's law of inertia; exact even inside the bulk.
    pub fn count_above(&self, lambda: f64) -> usize {
        if self.modes.len() == 1 {
            return self.modes[0].0.iter().filter(|q| self.theta_t * **q > lambda).count();
        }
        let a = self.bulk_scale();
        let bulk = self.modes.iter().flat_map(|(values, _)| values).filter(|q| a * **q > lambda).count();
        bulk + self.phi(lambda).iter().filter(|mu| **mu > 1.0).count()
    }

    /// The eigenvalue of $G$ with `index` others above it, `index` $<N(C-1)$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for an index beyond the non-zero eigenvalues.
    pub fn eigenvalue(&self, index: usize) -> Result<f64, TheoryError> {
        let count = self.modes.len() * (self.classes - 1);
        if index >= count {
            return Err(TheoryError::invalid("index", index, format!("an integer below N(C-1) = {count}")));
        }
        let (mut low, mut high) = (0.0, 0.5 * (self.theta_t + self.theta_st));
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if self.count_above(middle) > index { low = middle } else { high = middle }
        }
        Ok(0.5 * (low + high))
    }

    /// All $NC$ eigenvalues, descending, from the dense matrix; the last $N$ are 0 exactly.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for more than 600 of them; ask for single ones then.
    pub fn eigenvalues(&self) -> Result<Vec<f64>, TheoryError> {
        const MOST: usize = 600;
        let (samples, classes) = (self.modes.len(), self.classes);
        let size = samples * classes;
        if size > MOST {
            return Err(TheoryError::invalid(
                "logits",
                format!("{size} outputs"),
                format!("at most {MOST} outputs"),
            ));
        }
        // In the eigenbasis of every Q_n: aq on the diagonal, and Θ_st/N √q v·v' √q' everywhere.
        let mut stacked = DMatrix::zeros(classes, size);
        for (n, (_, vectors)) in self.modes.iter().enumerate() {
            stacked.view_mut((0, n * classes), (classes, classes)).copy_from(vectors);
        }
        let mut g = stacked.tr_mul(&stacked) * (self.theta_st / self.samples());
        for (n, (values, _)) in self.modes.iter().enumerate() {
            for (k, q) in values.iter().enumerate() {
                g[(n * classes + k, n * classes + k)] += self.bulk_scale() * q;
            }
        }
        if samples == 1 {
            let mut all: Vec<f64> = self.modes[0].0.iter().map(|q| self.theta_t * q).collect();
            all.sort_by(|a, b| b.total_cmp(a));
            return Ok(all);
        }
        let mut all: Vec<f64> = g.symmetric_eigenvalues().iter().copied().collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all[size - samples..].fill(0.0);
        Ok(all)
    }
}

/// `vector` scaled to unit length, if it has a length.
fn unit(mut vector: Vec<f64>) -> Option<Vec<f64>> {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    (length > 0.0 && length.is_finite()).then_some(vector)
}

/// Classes up to which small eigenvalues are kept to relative accuracy.
const GRADED: usize = 64;

/// Eigenvalues $q$ of $Q=\mathrm{diag}(g)-gg^\top$ and eigenvectors scaled by $\sqrt q$.
fn modes_of(g: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
    let classes = g.len();
    if classes <= GRADED {
        return crate::pathological_spectra::graded::modes(&weights(g), classes);
    }
    let eigen = SymmetricEigen::new(covariance(g));
    let values: Vec<f64> = eigen.eigenvalues.iter().map(|q| q.max(0.0)).collect();
    let mut vectors = eigen.eigenvectors;
    for (mut column, q) in vectors.column_iter_mut().zip(&values) {
        column *= q.sqrt();
    }
    (values, vectors)
}

/// $Q$ is the Laplacian of a graph with the weights $g_kg_l$.
fn weights(g: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(g.len(), g.len(), |k, l| if k == l { 0.0 } else { g[k] * g[l] })
}

/// $\mathrm{diag}(g)-gg^\top$, with $1-g_k$ as the sum of the others.
fn covariance(g: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(g.len(), g.len(), |k, l| if k == l { g[k] * others(g, k) } else { -g[k] * g[l] })
}
