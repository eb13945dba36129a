//! Random Fourier features: augmentation that is not a ridge.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{finite, non_negative, representable};

/// The exact means, over the noise of the inputs, of random Fourier features $\phi_j(x)=\sqrt{2/M}\cos(\omega_j\cdot x+b_j)$ and of their products.
#[derive(Debug, Clone)]
pub struct FourierFeatures {
    /// $c$ and $z$: cosines and sines of the phases, one row a sample.
    cosines: DMatrix<f64>,
    sines: DMatrix<f64>,
    /// $e^{-s^2|\omega_j\mp\omega_k|^2/2}$.
    difference: DMatrix<f64>,
    sum: DMatrix<f64>,
    /// $e^{-s^2|\omega_j|^2/2}$.
    damping: Vec<f64>,
}

/// A stationary point of self-paced training of random features.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureFit {
    /// $a$, the weights of the features.
    pub weights: DVector<f64>,
    /// $\pi_i$, how often a sample is augmented.
    pub frequencies: DVector<f64>,
    /// $p$, the mean of $\pi$.
    pub ratio: f64,
    /// $v$, the mean squared clean residual.
    pub training_error: f64,
}

impl FourierFeatures {
    /// Features with the phases $\theta_{ij}=\omega_j\cdot x_i+b_j$ ($N\times M$), the frequencies $\omega_j$ as rows ($M\times d$) and noise $s^2$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for shapes that do not fit, numbers that are not finite, $s^2<0$.
    pub fn new(phases: &DMatrix<f64>, frequencies: &DMatrix<f64>, s2: f64) -> Result<Self, TheoryError> {
        non_negative("s2", s2)?;
        phases.iter().try_for_each(|v| finite("theta", *v).map(drop))?;
        frequencies.iter().try_for_each(|v| finite("omega", *v).map(drop))?;
        if phases.is_empty() || frequencies.nrows() != phases.ncols() {
            let found = format!("{} frequencies, phases {:?}", frequencies.nrows(), phases.shape());
            return Err(TheoryError::invalid(
                "omega",
                found,
                "one row per column of the phases, at least one",
            ));
        }
        let m = frequencies.nrows();
        let damp = |sign: f64| {
            DMatrix::from_fn(m, m, |j, k| {
                let vector = frequencies.row(j) + sign * frequencies.row(k);
                // 0 · ∞ can only be no noise.
                if s2 == 0.0 { 1.0 } else { (-0.5 * s2 * vector.norm_squared()).exp() }
            })
        };
        let damping = frequencies.row_iter();
        let damping = damping.map(|row| if s2 == 0.0 { 1.0 } else { (-0.5 * s2 * row.norm_squared()).exp() });
        Ok(Self {
            cosines: phases.map(f64::cos),
            sines: phases.map(f64::sin),
            difference: damp(-1.0),
            sum: damp(1.0),
            damping: damping.collect(),
        })
    }

    fn samples(&self) -> usize {
        self.cosines.nrows()
    }

    fn check(&self, name: &str, list: &DVector<f64>) -> Result<(), TheoryError> {
        list.iter().try_for_each(|v| finite(name, *v).map(drop))?;
        if list.len() == self.samples() {
            Ok(())
        } else {
            let valid = format!("{} numbers, one per sample", self.samples());
            Err(TheoryError::invalid(name, format!("{} numbers", list.len()), valid))
        }
    }

    /// $\phi_j(x_i)$, $N\times M$.
    pub fn clean(&self) -> DMatrix<f64> {
        &self.cosines * (2.0 / self.cosines.ncols() as f64).sqrt()
    }

    /// The mean features $\bar\phi_j(x_i)=\mathbb E_\xi\phi_j(x_i+s\xi)$, $N\times M$.
    ///
    /// # Formula
    /// $\bar\phi_j=e^{-s^2|\omega_j|^2/2}\phi_j$.
    pub fn mean(&self) -> DMatrix<f64> {
        let mut mean = self.clean();
        for (mut column, factor) in mean.column_iter_mut().zip(&self.damping) {
            column *= *factor;
        }
        mean
    }

    /// The mean feature matrix $Q(\pi)=\sum_i\pi_i\,\mathbb E\,\phi(x_i+s\xi)\phi(x_i+s\xi)^\top$, $M\times M$.
    ///
    /// # Formula
    /// $Q=\frac1M\lbrack e^{-s^2|\omega_j-\omega_k|^2/2}\circ(C+Z)+e^{-s^2|\omega_j+\omega_k|^2/2}\circ(C-Z)\rbrack$, $C=c^\top\mathrm{diag}(\pi)c$, $Z=z^\top\mathrm{diag}(\pi)z$; exact. It is not
    /// $\bar\phi\bar\phi^\top$ plus a multiple of the identity, so augmentation is no ridge here.
    ///
    /// # Errors
    /// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless there is one finite $\pi_i$ per sample.
    ///
    /// # Source
    /// Products of cosines and the characteristic function of $\xi$.
    pub fn second_moment(&self, frequencies: &DVector<f64>) -> Result<DMatrix<f64>, TheoryError> {
        self.check("pi", frequencies)?;
        let weighted = |matrix: &DMatrix<f64>| {
            let mut scaled = matrix.clone();
            for (mut row, weight) in scaled.row_iter_mut().zip(frequencies) {
                row *= *weight;
            }
            matrix.tr_mul(&scaled)
        };
        let (c, z) = (weighted(&self.cosines), weighted(&self.sines));
        let all = self.difference.component_mul(&(&c + &z)) + self.sum.component_mul(&(&c - &z));
        Ok(all / self.cosines.ncols() as f64)
    }

    /// The minimiser $a$ of the mean loss in which sample $i$ is augmented with frequency $\pi_i$.
    ///
    /// # Formula
    /// $a=\left[\frac1N\left\{Q(\pi)+\sum_i(1-\pi_i)\phi_i\phi_i^\top\right\}+\lambda_0\right]^{-1}\frac1N\sum_i\lbrack\pi_i\bar\phi_i+(1-\pi_i)\phi_i\rbrack y_i$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for lists that do not fit or $\lambda_0<0$; [`Undefined`](TheoryError::Undefined) for a singular matrix.
    ///
    /// # Source
    /// Normal equations.
    pub fn fit(
        &self,
        targets: &DVector<f64>,
        frequencies: &DVector<f64>,
        penalty: f64,
    ) -> Result<DVector<f64>, TheoryError> {
        self.check("y", targets)?;
        non_negative("lambda0", penalty)?;
        let n = self.samples() as f64;
        let mut matrix = self.second_moment(frequencies)?;
        let clean = self.clean();
        let mut scaled = clean.clone();
        for (mut row, weight) in scaled.row_iter_mut().zip(frequencies) {
            row *= 1.0 - weight;
        }
        let rest = scaled.tr_mul(targets);
        let mut side = self.mean().tr_mul(&targets.component_mul(frequencies)) + rest;
        matrix += clean.tr_mul(&scaled);
        matrix /= n;
        side /= n;
        for j in 0..matrix.nrows() {
            matrix[(j, j)] += penalty;
        }
        let Some(cholesky) = matrix.cholesky() else {
            return Err(TheoryError::undefined(
                "the weights of the features",
                format!("the matrix of mean features plus lambda0 = {penalty} is singular; raise lambda0"),
            ));
        };
        let weights = cholesky.solve(&side);
        weights.iter().try_for_each(|a| representable("a weight of the features", *a).map(drop))?;
        Ok(weights)
    }

    /// The stationary point of self-paced training: a sample is augmented if its squared clean residual exceeds $\tau$, and a part of the time at equality.
    ///
    /// # Formula
    /// [`FourierFeatures::fit`] with $\pi_i=\mathbf1\lbrack r_i^2>\tau\rbrack$, by $\pi\leftarrow\pi+(k+1)^{-0.6}(\mathbf1\lbrack r^2>\tau\rbrack-\pi)$, $k=1,2,\dots$, after one full update from $\pi=1$;
    /// updates without the average run into cycles.
    ///
    /// # Errors
    /// $p$ to about 0.01. [`NotConverged`](TheoryError::NotConverged) if $p$ moves by more than that in the second half of the iterations (100 to 300 are usual);
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for $\tau<0$, fewer than two or more than $10^5$ iterations, and as [`FourierFeatures::fit`].
    ///
    /// # Source
    /// Mean gradient of the rule of Takase, Karakida and Asoh 2021.
    ///
    /// # Example
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// use solvable_theory::self_paced_augmentation::FourierFeatures;
    /// // Two inputs, one frequency, noise of variance 0.4.
    /// let features = FourierFeatures::new(&dmatrix![0.2; 1.3], &dmatrix![0.8], 0.4)?;
    /// let none = features.stationary_point(&dvector![1.0, -0.5], f64::INFINITY, 0.01, 100)?;
    /// let all = features.stationary_point(&dvector![1.0, -0.5], 0.0, 0.01, 100)?;
    /// assert_eq!((none.ratio, all.ratio), (0.0, 1.0));
    /// assert!(none.training_error < all.training_error);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn stationary_point(
        &self,
        targets: &DVector<f64>,
        tau: f64,
        penalty: f64,
        iterations: usize,
    ) -> Result<FeatureFit, TheoryError> {
        super::fixed_point::threshold(tau)?;
        if !(2..=100_000).contains(&iterations) {
            return Err(TheoryError::invalid("iterations", iterations, "an integer from 2 to 100000"));
        }
        let clean = self.clean();
        let residuals = |pi: &DVector<f64>| -> Result<_, TheoryError> {
            let weights = self.fit(targets, pi, penalty)?;
            let residuals = targets - &clean * &weights;
            Ok((weights, residuals))
        };
        let mut pi = DVector::from_element(self.samples(), 1.0);
        let mut half = 1.0;
        for k in 0..iterations {
            let (_, r) = residuals(&pi)?;
            let gain = (k as f64 + 1.0).powf(-0.6);
            pi.zip_apply(&r, |p, r| *p += gain * (if r * r > tau { 1.0 } else { 0.0 } - *p));
            if k == iterations / 2 {
                half = pi.mean();
            }
        }
        let ratio = pi.mean();
        if (ratio - half).abs() >= 0.01 {
            return Err(TheoryError::NotConverged {
                procedure: "the stationary point of self-paced random features".to_owned(),
                detail: format!(
                    "the ratio moved from {half} to {ratio} in the last half of {iterations} iterations"
                ),
            });
        }
        let (weights, r) = residuals(&pi)?;
        let training_error = representable("the training error", r.norm_squared() / r.len() as f64)?;
        Ok(FeatureFit { weights, frequencies: pi, ratio, training_error })
    }
}
