//! The general law: any tasks, sizes, noise, ridge and mixtures.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::ridge::effective_ridge;
use super::spectrum::{Spectrum, Target};
use crate::TheoryError;
use crate::error::{finite, non_negative, representable};

/// One training run to convergence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// $N_g$: fresh samples of every task.
    pub samples: Vec<usize>,
    /// $\sigma_g^2$: the variance of label noise of every task.
    pub noise: Vec<f64>,
    /// $\delta$.
    pub ridge: f64,
}

impl Stage {
    /// Samples of one task among `tasks`, without noise or ridge.
    pub fn of_task(task: usize, tasks: usize, samples: usize) -> Self {
        let sizes = (0..tasks).map(|t| if t == task { samples } else { 0 }).collect();
        Self { samples: sizes, noise: vec![0.0; tasks], ridge: 0.0 }
    }
}

/// More stages times modes times pairs of tasks than this are refused.
const MOST_WORK: f64 = 1e11;

/// The expected squared error $E_{n,j}$ on every task $j$ after every stage $n$; tasks have the covariance $C$ in every mode:
/// $E[w_{j,i}w_{k,i}]=\eta_iC_{jk}$. `initial` are the powers $\zeta_i$ of a random function to start from, independent of the tasks.
///
/// # Formula
/// Per mode $S=E\hat w^2$, $R_k=E\hat ww_k$. A stage with shares $p_g=N_g/N$ makes $R'_k=(1-q)\eta\sum_gp_gC_{gk}+qR_k$,
/// $S^0=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp$, $B_g=\sum(S^0-2R'_g+\eta C_{gg})$,
/// $\bar E=\frac{\sum_gp_gB_g+\gamma\bar\sigma^2}{1-\gamma}$, $S'=S^0+b(\bar E+\bar\sigma^2)$; and $E_{n,j}=B_j+\gamma(\bar E+\bar\sigma^2)$.
/// Computed by $V_{jk}=E(\hat w-w_j)(\hat w-w_k)=S-R_j-R_k+\eta C_{jk}$, in which well learnt modes do not cancel.
///
/// # Errors
/// A covariance that is not symmetric and positive semi-definite; a stage without samples, or that lists another number of
/// tasks; negative noise or ridge; lengths that differ; those of [`effective_ridge`].
///
/// # Source
/// Karakida and Akaho (2022) for equal sizes and for two tasks; the general form is derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::continual_learning::{Spectrum, Stage, Target, stages, two_task};
/// let spectrum = Spectrum::power(1.5, 400)?;
/// let target = Target::matched(&spectrum);
/// let both = [Stage::of_task(0, 2, 200), Stage::of_task(1, 2, 50)];
/// let errors = stages(&spectrum, &target, &dmatrix![1.0, 0.7; 0.7, 1.0], &both, None)?;
/// let law = two_task(&spectrum, &target, 200, 50, 0.7)?;
/// assert!((errors[1][1] - law.forward).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn stages(
    spectrum: &Spectrum,
    target: &Target,
    covariance: &DMatrix<f64>,
    stages: &[Stage],
    initial: Option<&[f64]>,
) -> Result<Vec<Vec<f64>>, TheoryError> {
    target.fits(spectrum)?;
    check_covariance(covariance)?;
    let (tasks, levels) = (covariance.nrows(), spectrum.levels());
    if stages.len() as f64 * levels as f64 * (tasks * tasks) as f64 > MOST_WORK {
        let found = format!("{} stages of {levels} levels and {tasks} tasks", stages.len());
        return Err(TheoryError::invalid("stages", found, "fewer stages, modes or tasks"));
    }
    let mut state = State::new(spectrum, target, covariance, initial)?;
    stages.iter().map(|stage| state.learn(stage)).collect()
}

/// Checks that $C$ is square, finite, symmetric and positive semi-definite.
pub(super) fn check_covariance(c: &DMatrix<f64>) -> Result<(), TheoryError> {
    let valid = "a symmetric positive semi-definite matrix, one row and one column for every task";
    let (rows, columns) = c.shape();
    if rows != columns || rows == 0 || rows > 1000 {
        return Err(TheoryError::invalid("C", format!("{rows} x {columns}"), valid));
    }
    for x in c.iter() {
        finite("C", *x)?;
    }
    let scale = c.amax();
    if (c - c.transpose()).amax() > 1e-12 * scale {
        return Err(TheoryError::invalid("C", "not symmetric", valid));
    }
    if scale > 0.0 {
        let least = (c / scale).symmetric_eigenvalues().min();
        if least < -1e-10 * (c / scale).trace().abs() {
            return Err(TheoryError::invalid(
                "C",
                format!("a matrix with the eigenvalue {:.3e}", least * scale),
                valid,
            ));
        }
    }
    Ok(())
}

/// Second moments of what is wrong: with $a_j=\hat w-w_j$ in every mode $V_{jk}=E\,a_ja_k$. A stage makes
/// $a_j'=qa_j+(1-q)(\bar w-w_j)$ plus noise, $\bar w=\sum_gp_gw_g$; a task that is learnt alone has $\bar w=w_j$, so that its error
/// shrinks by $q^2$ without a difference of large numbers.
struct State<'a> {
    spectrum: &'a Spectrum,
    target: &'a Target,
    covariance: &'a DMatrix<f64>,
    /// $V_{jk}$, mode by mode.
    wrong: Vec<f64>,
}

impl<'a> State<'a> {
    fn new(
        spectrum: &'a Spectrum,
        target: &'a Target,
        covariance: &'a DMatrix<f64>,
        initial: Option<&[f64]>,
    ) -> Result<Self, TheoryError> {
        let levels = spectrum.levels();
        if let Some(zeta) = initial {
            if zeta.len() != levels {
                let valid = format!("{levels}, one for every eigenvalue");
                return Err(TheoryError::invalid("zeta", format!("{} powers", zeta.len()), valid));
            }
            for z in zeta {
                non_negative("zeta", *z)?;
            }
        }
        let own = |i: usize| initial.map_or(0.0, |zeta| zeta[i]);
        let mode = |i: usize| covariance.iter().map(move |c| own(i) + target.powers[i] * c);
        let wrong = (0..levels).flat_map(mode).collect();
        Ok(Self { spectrum, target, covariance, wrong })
    }

    fn learn(&mut self, stage: &Stage) -> Result<Vec<f64>, TheoryError> {
        let tasks = self.covariance.nrows();
        let (shares, noise) = shares(stage, tasks)?;
        let samples: f64 = stage.samples.iter().map(|&n| n as f64).sum();
        let ridge = effective_ridge(self.spectrum, samples, stage.ridge)?;
        let apart = apart(self.covariance, &shares);
        let mut base = vec![0.0; tasks];
        let mut pull = vec![0.0; tasks * tasks];
        for (i, &count) in self.spectrum.degeneracies().iter().enumerate() {
            let (q, learnt) = (ridge.q[i], ridge.learnt[i]);
            let (square, cross) = (q * q, q * learnt);
            let fresh = learnt * learnt * self.target.powers[i];
            let wrong = &mut self.wrong[i * tasks * tasks..(i + 1) * tasks * tasks];
            // E a_j (w̄ − w_k) = Σ_g p_g (V_jk − V_jg).
            for j in 0..tasks {
                let row = &wrong[j * tasks..(j + 1) * tasks];
                for k in 0..tasks {
                    let terms = shares.iter().zip(row).filter(|(p, _)| **p > 0.0);
                    pull[j * tasks + k] = terms.map(|(p, v)| p * (row[k] - v)).sum();
                }
            }
            for j in 0..tasks {
                for k in 0..tasks {
                    let both = pull[j * tasks + k] + pull[k * tasks + j];
                    let entry = &mut wrong[j * tasks + k];
                    *entry = square * *entry + cross * both + fresh * apart[(j, k)];
                }
                base[j] += count * wrong[j * tasks + j];
            }
        }
        for (k, error) in base.iter_mut().enumerate() {
            *error += self.target.tail * self.covariance[(k, k)];
        }
        let mean: f64 = shares.iter().zip(&base).map(|(p, e)| p * e).sum();
        let seen = representable("the error", (mean + ridge.gamma * noise) / ridge.slack)?;
        for (mode, b) in self.wrong.chunks_exact_mut(tasks * tasks).zip(&ridge.b) {
            mode.iter_mut().for_each(|entry| *entry += b * (seen + noise));
        }
        base.iter().map(|e| representable("an error", e + ridge.gamma * (seen + noise))).collect()
    }
}

/// $E(\bar w-w_j)(\bar w-w_k)/\eta$ from the mean squared differences $D_{gh}=C_{gg}+C_{hh}-2C_{gh}$ of tasks:
/// $\frac12\sum_{gh}p_gp_h(D_{gk}+D_{jh}-D_{gh}-D_{jk})=\frac12(\bar D_k+\bar D_j-\bar D-D_{jk})$.
fn apart(c: &DMatrix<f64>, shares: &[f64]) -> DMatrix<f64> {
    let tasks = c.nrows();
    let difference = |g: usize, h: usize| {
        if g == h { 0.0 } else { (c[(g, g)] - c[(g, h)]) + (c[(h, h)] - c[(h, g)]) }
    };
    let from: Vec<f64> = (0..tasks).map(|k| (0..tasks).map(|g| shares[g] * difference(g, k)).sum()).collect();
    let mean: f64 = shares.iter().zip(&from).map(|(p, d)| p * d).sum();
    DMatrix::from_fn(tasks, tasks, |j, k| 0.5 * (from[j] + from[k] - mean - difference(j, k)))
}

/// $p_g$ and $\bar\sigma^2$.
fn shares(stage: &Stage, tasks: usize) -> Result<(Vec<f64>, f64), TheoryError> {
    if stage.samples.len() != tasks || stage.noise.len() != tasks {
        let found = format!("{} sizes and {} noises in a stage", stage.samples.len(), stage.noise.len());
        return Err(TheoryError::invalid("stages", found, format!("{tasks} of both, one for every task")));
    }
    for noise in &stage.noise {
        non_negative("sigma2", *noise)?;
    }
    let total: f64 = stage.samples.iter().map(|&n| n as f64).sum();
    if total < 1.0 {
        return Err(TheoryError::invalid("N", "0 in a stage", "at least one sample in every stage"));
    }
    let shares: Vec<f64> = stage.samples.iter().map(|&n| n as f64 / total).collect();
    let noise = shares.iter().zip(&stage.noise).map(|(p, s)| p * s).sum();
    Ok((shares, noise))
}
