//! Random batches: from the largest eigenvalue to the largest step.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::TheoryError;
use crate::error::{affordable_memory, at_least, finite, non_negative, positive};

/// Descent on random batches near a point of zero residual, for a kernel $\Theta=\theta_DI+\theta_S11^\top$.
///
/// # Formula
/// $r\leftarrow r-\frac\eta B\Theta P_Sr$ with a fresh uniform batch $S$ of $B$ out of $N$ samples. The pair $X=E\|r\|^2$, $Y=E(1^\top r)^2$ obeys,
/// with $e=\eta/B$, $p=B/N$, $p_2=\frac{B(B-1)}{N(N-1)}$, $T=\theta_D+N\theta_S$ and $Z=(p-p_2)X+p_2Y$,
/// $$X'=X-2ep(\theta_DX+\theta_SY)+e^2[\theta_D^2pX+(2\theta_D\theta_S+N\theta_S^2)Z],\qquad Y'=Y-2epTY+e^2T^2Z,$$
/// exactly, and both vanish iff $\eta<\eta_c=4B/(s+\sqrt{s^2-4\beta T\theta_D})$, $\beta=\frac{B-1}{N-1}$, $s=\beta T+\theta_D+(1-\beta)\theta_S$.
///
/// # Source
/// Derived in the notes; on step size against batch size, Ma, Bassily and Belkin (2018).
///
/// # Example
/// ```
/// use solvable_theory::normalization::MiniBatch;
/// let batch = MiniBatch::new(100.0, 20.0, 40, 10)?;
/// assert!((batch.critical_step()? - 0.08528).abs() < 1e-5);
/// assert!((batch.full_batch_step()? - 0.08889).abs() < 1e-5);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MiniBatch {
    /// $\theta_D$ and $\theta_S$ in units of the larger one.
    theta: (f64, f64),
    unit: f64,
    samples: f64,
    batch: f64,
}

impl MiniBatch {
    /// Batches of `batch` $=B$ out of `samples` $=N$.
    ///
    /// # Errors
    /// $\theta_D\le0$, $\theta_S<0$, numbers that are not finite, $N<2$, $B<1$, $B>N$.
    pub fn new(theta_d: f64, theta_s: f64, samples: usize, batch: usize) -> Result<Self, TheoryError> {
        positive("theta_d", theta_d)?;
        non_negative("theta_s", theta_s)?;
        at_least("N", samples, 2)?;
        fits(batch, samples)?;
        let unit = theta_d.max(theta_s);
        Ok(Self {
            theta: (theta_d / unit, theta_s / unit),
            unit,
            samples: samples as f64,
            batch: batch as f64,
        })
    }

    /// The share $\beta=\frac{B-1}{N-1}$.
    fn beta(&self) -> f64 {
        (self.batch - 1.0) / (self.samples - 1.0)
    }

    /// $\eta_c$.
    ///
    /// # Errors
    /// A step that a floating point number cannot hold.
    pub fn critical_step(&self) -> Result<f64, TheoryError> {
        let ((d, s), beta) = (self.theta, self.beta());
        let rest = (self.samples - self.batch) / (self.samples - 1.0);
        let total = d + self.samples * s;
        let sum = beta * total + d + rest * s;
        // s^2 - 4 beta T theta_D as a sum of squares and products of what is not negative.
        let gap = beta * self.samples * s - rest * d;
        let root = (gap * gap + 2.0 * (beta * total + d) * (rest * s) + (rest * s).powi(2)).sqrt();
        step(4.0 * self.batch / (sum + root) / self.unit)
    }

    /// $2/\lambda_{\max}$ of all samples, $2N/T$.
    ///
    /// # Errors
    /// As for [`critical_step`](Self::critical_step).
    pub fn full_batch_step(&self) -> Result<f64, TheoryError> {
        step(2.0 * self.samples / (self.theta.0 + self.samples * self.theta.1) / self.unit)
    }

    /// $2/\lambda_{\max}$ of the samples of one batch, $2B/(\theta_D+B\theta_S)$.
    ///
    /// # Errors
    /// As for [`critical_step`](Self::critical_step).
    pub fn own_batch_step(&self) -> Result<f64, TheoryError> {
        step(2.0 * self.batch / (self.theta.0 + self.batch * self.theta.1) / self.unit)
    }

    /// $X_T/X_0$ after `steps` $=T$ steps of size `rate` $=\eta$ from an isotropic residual, $X_0=Y_0$.
    ///
    /// # Errors
    /// A rate that is negative or not finite; a loss that exceeds the range of numbers.
    pub fn mean_loss(&self, rate: f64, steps: usize) -> Result<f64, TheoryError> {
        let map = self.map(non_negative("eta", rate)?);
        let (mut x, mut y) = (1.0, 1.0);
        for _ in 0..steps {
            (x, y) = (map[0][0] * x + map[0][1] * y, map[1][0] * x + map[1][1] * y);
        }
        crate::error::representable("the mean loss", x)
    }

    /// The matrix of a step on $(X,Y)$.
    fn map(&self, rate: f64) -> [[f64; 2]; 2] {
        let ((d, s), n, b) = (self.theta, self.samples, self.batch);
        let (e, p) = (rate * self.unit / b, b / n);
        let pairs = p * self.beta();
        let total = d + n * s;
        let common = e * e * (2.0 * d * s + n * s * s);
        let (own, all) = (p - pairs, pairs);
        [
            [1.0 - 2.0 * e * p * d + e * e * d * d * p + common * own, -2.0 * e * p * s + common * all],
            [e * e * total * total * own, 1.0 - 2.0 * e * p * total + e * e * total * total * all],
        ]
    }
}

/// A step that a floating point number holds to all its digits.
fn step(value: f64) -> Result<f64, TheoryError> {
    if value.is_finite() && value >= f64::MIN_POSITIVE {
        return Ok(value);
    }
    Err(TheoryError::undefined("the critical step", "it leaves the range of 64-bit floating point numbers"))
}

fn fits(batch: usize, samples: usize) -> Result<(), TheoryError> {
    if batch >= 1 && batch <= samples {
        return Ok(());
    }
    Err(TheoryError::invalid("B", batch, format!("an integer from 1 to {samples}, the number of samples")))
}

/// Most steps of the search for the top of the spectrum.
const STEPS: usize = 200;
/// Asymmetry, in units of the largest entry, that counts as rounding.
const SYMMETRIC: f64 = 1e-12;
/// Negative eigenvalues, in units of the trace, that count as rounding.
const ROUNDING: f64 = 1e-10;

/// Elementary operations of [`mini_batch_gram`] for $N$ samples: the spectrum, and a few dozen products.
pub(super) fn gram_operations(samples: usize) -> f64 {
    let n = samples as f64;
    60.0 * n * n * n + 4e3 * n * n
}

/// The step $\eta_c$ at which descent on random batches of `batch` $=B$ samples loses stability, for any kernel `gram` $=\Theta$.
///
/// # Formula
/// $\mathcal M=E\,rr^\top$ moves by $\mathcal M'=\mathcal M-\eta\mathcal A\mathcal M+\eta^2\mathcal Q\mathcal M$ with
/// $\mathcal A\mathcal M=\frac1N(\Theta\mathcal M+\mathcal M\Theta)$, $\mathcal Q\mathcal M=\frac1{B^2}\Theta[p_2\mathcal M+(p-p_2)\mathrm{diag}\mathcal M]\Theta$.
/// It preserves the cone of positive semi-definite matrices, so that its top eigenvalue is real and reaches 1 at $\eta_c=1/\rho(\mathcal A^{-1}\mathcal Q)$.
/// Null directions of $\Theta$ stay where they are at every step size and are left out.
///
/// # Accuracy and cost
/// $\mathcal A^{-1}\mathcal Q$ is symmetric in the scalar product $\langle\mathcal M,p_2\mathcal M'+(p-p_2)\mathrm{diag}\mathcal M'\rangle$: Lanczos steps with
/// full reorthogonalisation until the residual of the top is $10^{-13}$ of it, some thirty products of $O(N^3)$.
///
/// # Errors
/// A matrix that is not square, symmetric, finite and positive semi-definite, or that is zero; $N<2$; $B<1$, $B>N$.
///
/// # Source
/// As for [`MiniBatch`].
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::normalization::mini_batch_gram;
/// // One sample a step: 2 over the mean of the kernel's diagonal, weighted by where residuals gather.
/// let step = mini_batch_gram(&dmatrix![2.0, 1.0; 1.0, 2.0], 1)?;
/// assert!((step - 1.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn mini_batch_gram(gram: &DMatrix<f64>, batch: usize) -> Result<f64, TheoryError> {
    const VALID: &str = "a symmetric positive semi-definite matrix other than zero, two rows or more";
    let samples = gram.nrows();
    if samples < 2 || gram.ncols() != samples {
        return Err(TheoryError::invalid("gram", format!("{samples} x {}", gram.ncols()), VALID));
    }
    fits(batch, samples)?;
    gram.iter().try_for_each(|x| finite("gram", *x).map(drop))?;
    let unit = gram.amax();
    if unit == 0.0 {
        return Err(TheoryError::invalid("gram", "zero", VALID));
    }
    affordable_memory(
        "the top of the spectrum of the moments",
        8.0 * STEPS as f64 * (samples as f64).powi(2),
    )?;
    let scaled = gram / unit;
    if (&scaled - scaled.transpose()).amax() > SYMMETRIC {
        return Err(TheoryError::invalid("gram", "not symmetric", VALID));
    }
    let parts = SymmetricEigen::try_new(scaled, f64::EPSILON, 1000 + 100 * samples).ok_or_else(|| {
        TheoryError::NotConverged {
            procedure: "the eigenvalue iteration of the kernel".to_owned(),
            detail: "no progress within its cap".to_owned(),
        }
    })?;
    let least = parts.eigenvalues.min();
    if least < -ROUNDING * parts.eigenvalues.iter().map(|x| x.abs()).sum::<f64>() {
        let found = format!("a matrix with the eigenvalue {:.3e}", least * unit);
        return Err(TheoryError::invalid("gram", found, VALID));
    }
    let moments = Moments::new(parts.eigenvalues.map(|x| x.max(0.0)), parts.eigenvectors, batch);
    let largest = moments.largest()?;
    step(1.0 / largest / unit)
}

/// The moments $\mathcal M$ in the eigenbasis of $\Theta$.
struct Moments {
    vectors: DMatrix<f64>,
    /// $\frac{N\lambda_i\lambda_j}{B^2(\lambda_i+\lambda_j)}$: $\mathcal A^{-1}$ behind the two factors $\Theta$ and $B^{-2}$; 0 in null directions.
    gains: DMatrix<f64>,
    /// $p_2$ and $p-p_2$.
    shares: (f64, f64),
    /// Eigenvalues of $\Theta$, where the search starts.
    start: DVector<f64>,
}

impl Moments {
    fn new(values: DVector<f64>, vectors: DMatrix<f64>, batch: usize) -> Self {
        let (n, b) = (values.len() as f64, batch as f64);
        let gains = DMatrix::from_fn(values.len(), values.len(), |i, j| {
            let sum = values[i] + values[j];
            if sum > 0.0 { n / (b * b) * values[i] * (values[j] / sum) } else { 0.0 }
        });
        let pairs = b / n * ((b - 1.0) / (n - 1.0));
        let own = b / n * ((n - b) / (n - 1.0));
        Self { vectors, gains, shares: (pairs, own), start: values }
    }

    /// $p_2\mathcal M+(p-p_2)\mathrm{diag}\mathcal M$.
    fn sampled(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        let (pairs, own) = self.shares;
        if own == 0.0 {
            return m * pairs;
        }
        let mut rotated = &self.vectors * m;
        let diagonal: Vec<f64> =
            rotated.row_iter().zip(self.vectors.row_iter()).map(|(a, b)| a.dot(&b)).collect();
        rotated.copy_from(&self.vectors);
        for (mut row, d) in rotated.row_iter_mut().zip(&diagonal) {
            row *= own * d;
        }
        let mut sampled = self.vectors.tr_mul(&rotated);
        if pairs > 0.0 {
            sampled += m * pairs;
        }
        sampled
    }

    /// $\rho(\mathcal A^{-1}\mathcal Q)$, by Lanczos steps in the scalar product of [`sampled`](Self::sampled).
    fn largest(&self) -> Result<f64, TheoryError> {
        let mut basis: Vec<(DMatrix<f64>, DMatrix<f64>)> = Vec::new();
        let mut tridiagonal: (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut next = DMatrix::from_diagonal(&self.start);
        for count in 1..=STEPS {
            let sampled = self.sampled(&next);
            let norm = next.dot(&sampled).max(0.0).sqrt();
            basis.push((next / norm, sampled / norm));
            let sampled = &basis[count - 1].1;
            next = self.gains.component_mul(sampled);
            tridiagonal.0.push(next.dot(sampled));
            for _ in 0..2 {
                for (q, sampled) in &basis {
                    let overlap = next.dot(sampled);
                    next.zip_apply(q, |x, q| *x -= overlap * q);
                }
            }
            let beta = next.dot(&self.sampled(&next)).max(0.0).sqrt();
            let (top, last) = top_of(&tridiagonal.0, &tridiagonal.1);
            if beta * last.abs() <= 1e-13 * top || beta <= 1e-14 * top {
                return Ok(top);
            }
            tridiagonal.1.push(beta);
        }
        Err(TheoryError::NotConverged {
            procedure: "the search for the top of the moments' spectrum".to_owned(),
            detail: format!("{STEPS} Lanczos steps"),
        })
    }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, and the last entry of its eigenvector.
fn top_of(diagonal: &[f64], beside: &[f64]) -> (f64, f64) {
    let size = diagonal.len();
    let mut matrix = DMatrix::from_diagonal(&DVector::from_column_slice(diagonal));
    for (i, b) in beside.iter().enumerate() {
        (matrix[(i, i + 1)], matrix[(i + 1, i)]) = (*b, *b);
    }
    let parts = matrix.symmetric_eigen();
    let top = parts.eigenvalues.imax();
    (parts.eigenvalues[top], parts.eigenvectors[(size - 1, top)])
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use nalgebra::dmatrix;

    use super::*;

    fn uniform(theta_d: f64, theta_s: f64, samples: usize) -> DMatrix<f64> {
        DMatrix::from_fn(samples, samples, |i, j| theta_s + if i == j { theta_d } else { 0.0 })
    }

    /// All batches of `size` out of `samples`.
    fn batches(samples: usize, size: usize) -> Vec<Vec<usize>> {
        let all = 0u32..1 << samples;
        all.filter(|set| set.count_ones() as usize == size)
            .map(|set| (0..samples).filter(|i| set >> i & 1 == 1).collect())
            .collect()
    }

    /// $E[K\otimes K]$ over all batches, $K=I-\frac\eta B\Theta P_S$.
    fn second_moments(gram: &DMatrix<f64>, batch: usize, rate: f64) -> DMatrix<f64> {
        let n = gram.nrows();
        let all = batches(n, batch);
        let mut sum = DMatrix::zeros(n * n, n * n);
        for set in &all {
            let mut step = DMatrix::identity(n, n);
            for &i in set {
                let column = gram.column(i) * (rate / batch as f64);
                let mut own = step.column_mut(i);
                own -= column;
            }
            sum += step.kronecker(&step);
        }
        sum / all.len() as f64
    }

    fn radius(matrix: &DMatrix<f64>) -> f64 {
        matrix.complex_eigenvalues().iter().map(|z| z.norm()).fold(0.0, f64::max)
    }

    #[test]
    fn all_batches_enumerated_lose_stability_at_the_critical_step() {
        let cross = dmatrix![2.0, 0.4, -0.3; 0.1, 1.5, 0.8; 1.2, -0.7, 0.9; 0.3, 0.2, 1.1];
        let gram = &cross * cross.transpose() + DMatrix::identity(4, 4) * 0.1;
        for batch in 1..=4 {
            let critical = mini_batch_gram(&gram, batch).unwrap();
            for (factor, below) in [(0.999, true), (1.001, false)] {
                assert_eq!(
                    radius(&second_moments(&gram, batch, factor * critical)) < 1.0,
                    below,
                    "B={batch}"
                );
            }
        }
        assert_relative_eq!(
            mini_batch_gram(&gram, 4).unwrap(),
            8.0 / gram.symmetric_eigenvalues().max(),
            max_relative = 1e-12
        );
    }

    #[test]
    fn null_directions_do_not_count() {
        // Of rank two: the third sample repeats the second.
        let rows = dmatrix![1.0, 0.5; 0.2, 1.3; 0.2, 1.3];
        let gram = &rows * rows.transpose();
        for batch in 1..=3 {
            let critical = mini_batch_gram(&gram, batch).unwrap();
            let small = DMatrix::identity(3, 3) * 1e-9;
            assert_relative_eq!(
                critical,
                mini_batch_gram(&(&gram + small), batch).unwrap(),
                max_relative = 1e-7
            );
            assert!(radius(&second_moments(&gram, batch, 0.999 * critical)) < 1.0 + 1e-9);
            assert!(radius(&second_moments(&gram, batch, 1.001 * critical)) > 1.0 + 1e-6);
        }
    }

    #[test]
    fn closed_form_is_that_of_the_uniform_kernel() {
        for (d, s, n) in [(3.0, 1.0, 6), (1.0, 0.0, 5), (1.0, 1e6, 9), (1e5, 1e-3, 30), (100.0, 20.0, 40)] {
            for batch in [1, 2, 3, n / 2, n - 1, n] {
                let closed = MiniBatch::new(d, s, n, batch).unwrap().critical_step().unwrap();
                let found = mini_batch_gram(&uniform(d, s, n), batch).unwrap();
                assert_relative_eq!(closed, found, max_relative = 1e-9);
            }
        }
    }

    #[test]
    fn limits() {
        let step = |d, s, n, b| MiniBatch::new(d, s, n, b).unwrap().critical_step().unwrap();
        assert_relative_eq!(step(3.0, 1.5, 10, 1), 2.0 / 4.5, max_relative = 1e-14);
        assert_relative_eq!(step(3.0, 1.5, 10, 10), 20.0 / 18.0, max_relative = 1e-14);
        assert_relative_eq!(step(3.0, 0.0, 10, 7), 14.0 / 3.0, max_relative = 1e-14);
        // Many samples: linear up to the critical batch theta_D/theta_S, where it is (1 + B*^-1/2)/2 of the batch's line over it, then constant.
        let many = 1 << 40;
        assert_relative_eq!(step(1.0, 1e-4, many, 10), 20.0, max_relative = 2e-3);
        assert_relative_eq!(step(1.0, 1e-4, many, 10_000_000), 2e4, max_relative = 2e-3);
        let own = MiniBatch::new(1.0, 1e-4, many, 10_000).unwrap().own_batch_step().unwrap();
        assert_relative_eq!(own / step(1.0, 1e-4, many, 10_000), 0.5 * 1.01, max_relative = 1e-6);
        // Units drop out, at the ends of the range too.
        for unit in [1e-300, 1e300] {
            assert_relative_eq!(
                step(3.0 * unit, unit, 6, 2) * unit,
                step(3.0, 1.0, 6, 2),
                max_relative = 1e-13
            );
            let scaled = mini_batch_gram(&(uniform(3.0, 1.0, 6) * unit), 2).unwrap();
            assert_relative_eq!(scaled * unit, step(3.0, 1.0, 6, 2), max_relative = 1e-12);
        }
    }

    #[test]
    fn the_map_of_two_moments_is_that_of_all() {
        let (d, s, n, b, rate) = (2.0, 0.7, 5, 2, 0.3);
        let pair = MiniBatch::new(d, s, n, b).unwrap();
        let all = second_moments(&uniform(d, s, n), b, rate);
        let mut moments = DVector::from_column_slice(DMatrix::<f64>::identity(n, n).as_slice());
        for steps in 0..6 {
            let trace: f64 = (0..n).map(|i| moments[i * n + i]).sum::<f64>() / n as f64;
            assert_relative_eq!(pair.mean_loss(rate, steps).unwrap(), trace, max_relative = 1e-12);
            moments = &all * moments;
        }
        let critical = pair.critical_step().unwrap();
        let growth = |factor: f64| pair.mean_loss(factor * critical, 4000).unwrap();
        assert!(growth(0.99) < 1e-6 && growth(1.01) > 1e6);
    }

    #[test]
    fn what_is_no_kernel_is_refused() {
        let refused = |gram: DMatrix<f64>, batch, told: &str| {
            let error = mini_batch_gram(&gram, batch).unwrap_err().to_string();
            assert!(error.contains(told), "{error} does not say {told}");
        };
        refused(dmatrix![1.0, 2.0; 2.0, 1.0], 1, "eigenvalue -1");
        refused(dmatrix![1.0, 0.5; 0.4, 1.0], 1, "not symmetric");
        refused(DMatrix::zeros(3, 3), 1, "zero");
        refused(dmatrix![1.0], 1, "1 x 1");
        refused(DMatrix::identity(3, 3), 4, "`B` is 4");
        refused(DMatrix::identity(3, 3), 0, "`B` is 0");
        refused(dmatrix![1.0, f64::NAN; f64::NAN, 1.0], 1, "`gram` is NaN");
        for (d, s, n, b, told) in [
            (0.0, 1.0, 5, 2, "`theta_d`"),
            (1.0, -0.1, 5, 2, "`theta_s`"),
            (1.0, 1.0, 1, 1, "`N`"),
            (1.0, 1.0, 5, 6, "`B` is 6; valid: an integer from 1 to 5"),
        ] {
            let error = MiniBatch::new(d, s, n, b).unwrap_err().to_string();
            assert!(error.contains(told), "{error} does not say {told}");
        }
        assert!(MiniBatch::new(f64::MAX, f64::MAX, 5, 1).unwrap().critical_step().is_err());
    }
}
