//! The logits of wide networks under discrete steps on the cross entropy.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::roots::{mean_natural_residuals, natural_residual, root};
use crate::TheoryError;
use crate::classifier::{check_labels, residuals, softmax};
use crate::error::{non_negative, positive, representable};
use crate::natural_gradient::kernels::LayerKernels;
use crate::natural_gradient::linear::Definite;
use crate::natural_gradient::{Method, alpha};

/// Samples, where they start and what they are taught.
#[derive(Debug, Clone, Copy)]
pub struct CeProblem<'a> {
    /// $f_0$: a row of $C$ logits for every sample.
    pub logits: &'a [Vec<f64>],
    /// The class of every sample, from 0.
    pub labels: &'a [usize],
    /// The kernels of the training samples.
    pub train: &'a LayerKernels,
    /// Those of test samples with the training samples; `None` where nothing is asked of them.
    pub cross: Option<&'a LayerKernels>,
}

/// What training has come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CeTrained {
    /// The probability of every sample's label.
    pub p_label: Vec<f64>,
    /// The logits at test inputs, which start at 0; `None` where the method or the problem does not tell them.
    pub test: Option<Vec<Vec<f64>>>,
}

/// The logits after `steps` steps with the tangent kernel $\Theta=\sum_lA_l\circ B_l$ of one output, the same for every class.
///
/// # Formula
/// With $r_n=p_n-e_{y_n}$ and $z_n=S_n^+r_n=-\frac{e_{y_n}-\mathbf1/C}{p_{n,y_n}}$ a step changes the logits by: exact
/// $-\eta\,\mathcal K\Sigma(\Sigma^\top\mathcal K\Sigma+N\rho)^{-1}\Sigma^\top z$, $\mathcal K=\Theta\otimes I_C$, $S_n=\Sigma_n\Sigma_n^\top$, which is
/// $-\eta z$ without damping; gd $-\frac\eta N\Theta r$; and with $\eta$ in units of $1/\alpha$ one_sided $-\eta r$, one_sided_softmax $-\eta z$, kfac
/// $-\frac\eta{N(L-1)+1}[N(L-1)z_n+\bar S^+r_n]$, $\bar S=\frac1N\sum_nS_n$. At test inputs $\Theta(x',X)$ takes the place of the left factor.
///
/// # Accuracy and cost
/// Roots and pseudo-inverses of the curvature are written down without cancellation, so that samples may saturate. exact with damping: a
/// system of $N(C-1)$ rows a step; the others $O(N^2C)$ or less, kfac besides $C^3$.
///
/// # Errors
/// Logits of different lengths, of fewer than two classes or of another number than the samples; a label that is no class; $\eta\le0$;
/// $\rho<0$, $\rho>0$ with another method than exact; other methods; a singular tangent kernel where it is inverted; overflow, as of the step of a
/// sample that is sure of a wrong class.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{CeProblem, Method, ce_recursion, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.3, -0.2; 0.3, 1.0, 0.5; -0.2, 0.5, 1.0])?;
/// let logits = [vec![0.3, -0.2, 0.5], vec![1.0, 0.1, -0.4], vec![-0.6, 0.2, 0.0]];
/// let problem = CeProblem { logits: &logits, labels: &[0, 1, 2], train: &train, cross: None };
/// let trained = ce_recursion(&problem, Method::Exact, 0.5, 0.1, 3)?;
/// assert!((trained.p_label[0] - 0.8498830447494651).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn ce_recursion(
    problem: &CeProblem,
    method: Method,
    eta: f64,
    rho: f64,
    steps: usize,
) -> Result<CeTrained, TheoryError> {
    let mut state = State::new(problem, method)?;
    positive("eta", eta)?;
    if non_negative("rho", rho)? > 0.0 && method != Method::Exact {
        return Err(TheoryError::invalid("rho", rho, format!("0 for {method}: damping is for exact")));
    }
    let theta = problem.train.total();
    let told = matches!(method, Method::Exact | Method::Gd);
    let cross = problem.cross.filter(|_| told).map(LayerKernels::total);
    let samples = theta.ncols() as f64;
    // Without damping the change of the logits itself, mapped to test inputs by the kernel and its inverse at the end.
    let inverse = if method == Method::Exact && rho == 0.0 {
        Some(Definite::new(&theta, "the tangent kernel", "remove duplicates, or give rho > 0")?)
    } else {
        None
    };
    let mut through = DMatrix::zeros(theta.nrows(), state.classes());
    for _ in 0..steps {
        let p = state.probabilities()?;
        let (change, coefficients) = match method {
            Method::Gd => {
                let r = rows(&residuals(p.clone(), problem.labels)) * (eta / samples);
                (&theta * &r, r)
            }
            Method::Exact if rho > 0.0 => {
                let c = damped(&theta, &p, problem.labels, samples * rho)? * eta;
                (&theta * &c, c)
            }
            Method::Exact | Method::OneSidedSoftmax => {
                let z = rows(&natural(&p, problem.labels)) * eta;
                (z.clone(), z)
            }
            Method::OneSided => {
                let r = rows(&residuals(p.clone(), problem.labels)) * eta;
                (r.clone(), r)
            }
            _ => {
                let depth = problem.train.depth();
                let hidden = samples * (depth as f64 - 1.0);
                let share = eta / alpha(Method::Kfac, depth, theta.ncols())?;
                let output = mean_natural_residuals(&p, &residuals(p.clone(), problem.labels))?;
                let both = (rows(&natural(&p, problem.labels)) * hidden + rows(&output)) * share;
                (both.clone(), both)
            }
        };
        state.logits -= change;
        through -= coefficients;
    }
    let p = state.probabilities()?;
    let p_label = p.iter().zip(problem.labels).map(|(p, label)| p[*label]).collect();
    let test = cross.map(|cross| {
        let coefficients = inverse.map_or(through.clone(), |inverse| inverse.solve(&through));
        let logits = cross * coefficients;
        logits.row_iter().map(|row| row.iter().map(|f| representable("a test logit", *f)).collect()).collect()
    });
    Ok(CeTrained { p_label, test: test.transpose()? })
}

struct State {
    logits: DMatrix<f64>,
}

impl State {
    fn new(problem: &CeProblem, method: Method) -> Result<Self, TheoryError> {
        if !matches!(
            method,
            Method::Exact | Method::Gd | Method::OneSided | Method::OneSidedSoftmax | Method::Kfac
        ) {
            return Err(TheoryError::invalid(
                "method",
                method,
                "exact, gd, one_sided, one_sided_softmax or kfac",
            ));
        }
        let CeProblem { logits, labels, train, cross } = *problem;
        let samples = train.square()?.columns();
        cross.map_or(Ok(()), |cross| train.matches(cross))?;
        softmax(logits)?;
        if logits.len() != samples {
            let valid = format!("{samples} rows, one for every training input");
            return Err(TheoryError::invalid("logits", format!("{} rows", logits.len()), valid));
        }
        check_labels(logits, labels)?;
        Ok(Self { logits: rows(logits) })
    }

    fn classes(&self) -> usize {
        self.logits.ncols()
    }

    fn probabilities(&self) -> Result<Vec<Vec<f64>>, TheoryError> {
        let logits: Vec<Vec<f64>> = self.logits.row_iter().map(|row| row.iter().copied().collect()).collect();
        if logits.iter().flatten().any(|f| !f.is_finite()) {
            return Err(TheoryError::undefined(
                "the logits",
                "a step exceeds the range of 64-bit floating point numbers: a sample is sure of a wrong class, or eta is too large",
            ));
        }
        softmax(&logits)
    }
}

fn rows(of: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_row_iterator(of.len(), of[0].len(), of.iter().flatten().copied())
}

fn natural(p: &[Vec<f64>], labels: &[usize]) -> Vec<Vec<f64>> {
    p.iter().zip(labels).map(|(p, label)| natural_residual(p, *label)).collect()
}

/// $\Sigma(\Sigma^\top\mathcal K\Sigma+s)^{-1}\Sigma^\top z$, a row for every sample.
fn damped(
    theta: &DMatrix<f64>,
    p: &[Vec<f64>],
    labels: &[usize],
    shift: f64,
) -> Result<DMatrix<f64>, TheoryError> {
    let (samples, classes) = (p.len(), p[0].len());
    let rest = classes - 1;
    let roots: Vec<(DMatrix<f64>, DVector<f64>)> =
        p.iter().zip(labels).map(|(p, label)| root(p, *label)).collect();
    let mut system = DMatrix::zeros(samples * rest, samples * rest);
    let mut right = DVector::zeros(samples * rest);
    for (n, (sigma, inverse)) in roots.iter().enumerate() {
        right.rows_mut(n * rest, rest).copy_from(inverse);
        for (m, (other, _)) in roots.iter().enumerate().take(n + 1) {
            let block = sigma.tr_mul(other) * theta[(n, m)];
            system.view_mut((m * rest, n * rest), (rest, rest)).copy_from(&block.transpose());
            system.view_mut((n * rest, m * rest), (rest, rest)).copy_from(&block);
        }
    }
    for x in system.iter().chain(right.iter()) {
        representable("the curvature of a sample that is sure of a wrong class", *x)?;
    }
    let factor = Definite::shifted(&system, representable("N rho", shift)?).ok_or_else(|| {
        TheoryError::undefined("the damped step", "its system is not positive definite; use a larger damping")
    })?;
    let solved = factor.solve(&DMatrix::from_column_slice(samples * rest, 1, right.as_slice()));
    let mut coefficients = DMatrix::zeros(samples, classes);
    for (n, (sigma, _)) in roots.iter().enumerate() {
        let of = sigma * solved.rows(n * rest, rest);
        coefficients.row_mut(n).copy_from(&of.transpose());
    }
    Ok(coefficients)
}
