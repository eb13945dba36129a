//! The two-point error, on which every filter of the spectrum rests.

use nalgebra::DMatrix;

use super::half_plane::{C, Node, double_sum, fixed_points};
use super::poles::{Pole, Poles, Rows};
use crate::TheoryError;
use crate::continual_learning::{Spectrum, Target};
use crate::error::{non_negative, representable};

/// Regression on $N$ samples: the kernel's spectrum, the target, and the label noise.
#[derive(Debug)]
pub(super) struct Regression<'a> {
    pub spectrum: &'a Spectrum,
    pub target: &'a Target,
    pub samples: f64,
    pub sigma2: f64,
    /// $-N\lambda_i$, with $\lambda_i$ and $N\lambda_i^2$ times degeneracy for sums, and their rows: $\frac q\kappa$ and $1-q$ with the
    /// roots of their weights in $D$.
    poles: Poles,
}

/// $\kappa$ and its rows at the nodes of a contour.
#[derive(Debug)]
pub(super) struct Points {
    kappas: Vec<C>,
    rows: Rows,
}

/// Test error, without noise, and training error, with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Errors {
    pub test: f64,
    pub training: f64,
}

impl<'a> Regression<'a> {
    /// Checks that numbers fit together.
    pub fn new(
        spectrum: &'a Spectrum,
        target: &'a Target,
        samples: usize,
        sigma2: f64,
    ) -> Result<Self, TheoryError> {
        learnable(spectrum)?;
        target.fits(spectrum)?;
        if samples < 1 {
            return Err(TheoryError::invalid("N", samples, "an integer >= 1"));
        }
        non_negative("sigma2", sigma2)?;
        let n = samples as f64;
        let levels = spectrum.eigenvalues().iter().zip(spectrum.degeneracies()).zip(&target.powers);
        let poles = Poles::new(levels.map(|((lambda, count), eta)| Pole {
            place: n * lambda,
            sums: [count * lambda, count * lambda * (n * lambda)],
            rows: [(count * eta).sqrt(), (count * n).sqrt() * lambda],
        }));
        let regression = Self { spectrum, target, samples: n, sigma2, poles };
        representable("the error at the start", regression.power() + sigma2)?;
        Ok(regression)
    }

    /// $\sum\eta+\eta_{\rm tail}$.
    pub fn power(&self) -> f64 {
        self.target.power(self.spectrum)
    }

    /// Before anything is learnt.
    pub fn start(&self) -> Errors {
        Errors { test: self.power(), training: self.power() + self.sigma2 }
    }

    /// $\kappa=z+\tau+\kappa\sum_i\frac{\lambda_i}{\kappa+N\lambda_i}$ at the nodes of a contour.
    pub fn kappas(&self, nodes: &[Node]) -> Result<Vec<C>, TheoryError> {
        let trace = self.spectrum.trace();
        fixed_points(
            "the effective ridge at a complex ridge",
            nodes,
            |z| z + trace,
            |kappa| self.learnt(kappa),
        )
    }

    /// $\kappa-z$ and its slope.
    pub fn learnt(&self, kappa: C) -> (C, C) {
        let [sum, slope] = self.poles.sums(kappa);
        (kappa * sum + self.spectrum.tail(), slope)
    }

    /// The points of a contour's nodes.
    pub fn points(&self, nodes: &[Node]) -> Result<Points, TheoryError> {
        let kappas = self.kappas(nodes)?;
        let rows = self.poles.rows(&kappas);
        Ok(Points { kappas, rows })
    }

    /// $D(z_j,z_l)=\frac{\sum_iq_i(z_j)q_i(z_l)\eta_i+\eta_{\rm tail}+\sigma^2}{1-\gamma_{jl}}$ and $D(z_j,\bar z_l)$.
    pub fn two_point(&self, points: &Points, j: usize, l: usize) -> [C; 2] {
        let [left, gamma] = points.rows.products(j, l);
        let (first, second) = (points.kappas[j], points.kappas[l]);
        let never = self.target.tail + self.sigma2;
        let of = |left: C, kappa: C, gamma: C| (left * first * kappa + never) / (1.0 - gamma);
        [of(left[0], second, gamma[0]), of(left[1], second.conj(), gamma[1])]
    }

    /// $D(z_j,z_l)$ and $D(z_j,\bar z_l)$ of all pairs $j\le l$, for several filters on the same nodes.
    pub fn pairs(&self, points: &Points) -> DMatrix<[C; 2]> {
        let count = points.kappas.len();
        DMatrix::from_fn(count, count, |j, l| {
            if j > l { [C::new(0.0, 0.0); 2] } else { self.two_point(points, j, l) }
        })
    }

    /// The errors of the filter whose contour has these nodes, and $\sum_{jl}W_jW_l(z_j+z_l)D_{jl}$.
    pub fn filtered(&self, nodes: &[Node]) -> Result<(Errors, f64), TheoryError> {
        let points = self.points(nodes)?;
        self.errors(nodes, &points, |j, l| self.two_point(&points, j, l))
    }

    /// The same where the [`pairs`](Self::pairs) of the nodes are known.
    pub fn filtered_at(
        &self,
        nodes: &[Node],
        points: &Points,
        pairs: &DMatrix<[C; 2]>,
    ) -> Result<(Errors, f64), TheoryError> {
        self.errors(nodes, points, |j, l| pairs[(j, l)])
    }

    fn errors(
        &self,
        nodes: &[Node],
        points: &Points,
        pair: impl Fn(usize, usize) -> [C; 2],
    ) -> Result<(Errors, f64), TheoryError> {
        let [test, training, slope] = double_sum(nodes.len(), |j, l| {
            let (a, b) = (nodes[j], nodes[l]);
            let (ratio, other) = (a.z / points.kappas[j], b.z / points.kappas[l]);
            let terms = |d: C, z: C, weight: C, other: C| {
                let term = a.weight * weight * d;
                [term, term * ratio * other, term * (a.z + z)]
            };
            let [direct, mirrored] = pair(j, l);
            [terms(direct, b.z, b.weight, other), terms(mirrored, b.z.conj(), b.weight.conj(), other.conj())]
        });
        let errors = Errors {
            test: representable("the test error", test - self.sigma2)?.max(0.0),
            training: representable("the training error", training)?.max(0.0),
        };
        Ok((errors, slope))
    }
}

/// Some mode, or the tail, can be learnt.
pub(super) fn learnable(spectrum: &Spectrum) -> Result<(), TheoryError> {
    if spectrum.eigenvalues().iter().all(|lambda| *lambda == 0.0) {
        return Err(TheoryError::invalid("lambda", "all zero", "some eigenvalue > 0"));
    }
    Ok(())
}

/// No list may be empty.
pub(super) fn filled<T>(name: &str, list: &[T]) -> Result<(), TheoryError> {
    if list.is_empty() {
        return Err(TheoryError::invalid(name, "an empty list", "at least one number"));
    }
    Ok(())
}
