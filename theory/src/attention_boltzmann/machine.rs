//! The machine: its energy, its attention, and what follows at one visible state.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{finite, positive};
use crate::special::log_sum_exp;

/// An attentional Boltzmann machine, $p(v)\propto e^{-E(v)}$.
///
/// $E(v)=\frac{\|v\|^2}{2\sigma^2}-b\cdot v-\frac1\beta\log\sum_\mu e^{\beta(\xi_\mu\cdot v+c_\mu)}$ with $K$ patterns $\xi_\mu\in\mathbb R^d$.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionMachine {
    patterns: DMatrix<f64>,
    visible_bias: DVector<f64>,
    pattern_bias: DVector<f64>,
    sigma2: f64,
    beta: f64,
}

impl AttentionMachine {
    /// Patterns $\xi$ ($K\times d$, one a row), visible biases $b$, pattern biases $c$ (zero where `None`), $\sigma^2$, $\beta$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) without patterns, for lists that do not fit, entries that are not finite, or unless
    /// $\sigma^2>0$ and $\beta>0$.
    ///
    /// # Example
    /// ```
    /// use nalgebra::dmatrix;
    /// use solvable_theory::attention_boltzmann::AttentionMachine;
    /// let machine = AttentionMachine::new(dmatrix![1.0, 0.0; 0.0, 1.0], None, None, 1.0, 0.5)?;
    /// assert_eq!(machine.attention(&[0.0, 0.0])?, vec![0.5, 0.5]);
    /// assert!(AttentionMachine::new(dmatrix![1.0], None, None, 0.0, 1.0).is_err());
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn new(
        patterns: DMatrix<f64>,
        visible_bias: Option<Vec<f64>>,
        pattern_bias: Option<Vec<f64>>,
        sigma2: f64,
        beta: f64,
    ) -> Result<Self, TheoryError> {
        let (k, d) = patterns.shape();
        if k == 0 || d == 0 {
            return Err(TheoryError::invalid(
                "xi",
                format!("{k} x {d}"),
                "at least one pattern of one number",
            ));
        }
        patterns.iter().try_for_each(|v| finite("xi", *v).map(drop))?;
        let bias = |name: &str, given: Option<Vec<f64>>, length: usize| {
            let list = given.unwrap_or_else(|| vec![0.0; length]);
            if list.len() != length {
                let found = format!("{} numbers", list.len());
                return Err(TheoryError::invalid(name, found, format!("{length} numbers")));
            }
            list.iter().try_for_each(|v| finite(name, *v).map(drop))?;
            Ok(DVector::from_vec(list))
        };
        Ok(Self {
            visible_bias: bias("b", visible_bias, d)?,
            pattern_bias: bias("c", pattern_bias, k)?,
            sigma2: positive("sigma2", sigma2)?,
            beta: positive("beta", beta)?,
            patterns,
        })
    }

    /// $\xi$, $K\times d$.
    pub fn patterns(&self) -> &DMatrix<f64> {
        &self.patterns
    }

    /// $b$.
    pub fn visible_bias(&self) -> &DVector<f64> {
        &self.visible_bias
    }

    /// $c$.
    pub fn pattern_bias(&self) -> &DVector<f64> {
        &self.pattern_bias
    }

    /// $\sigma^2$.
    pub fn sigma2(&self) -> f64 {
        self.sigma2
    }

    /// $\beta$.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// $K$.
    pub fn count(&self) -> usize {
        self.patterns.nrows()
    }

    /// $d$.
    pub fn dimension(&self) -> usize {
        self.patterns.ncols()
    }

    /// $n=1/\beta$, where it is an integer to $10^{-9}$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) where it is not: the partition function is a finite sum at integers only.
    pub fn order(&self) -> Result<usize, TheoryError> {
        let n = self.beta.recip();
        if (n - n.round()).abs() <= 1e-9 && (1.0..1e9).contains(&n.round()) {
            Ok(n.round() as usize)
        } else {
            Err(TheoryError::invalid(
                "beta",
                self.beta,
                "1/n for an integer n >= 1: 1/beta is not an integer",
            ))
        }
    }

    /// The machine of $p^\kappa$ up to its norm: $\sigma^2\to\sigma^2/\kappa$, $b\to\kappa b$, $\xi\to\kappa\xi$, $c\to\kappa c$, $\beta\to\beta/\kappa$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) unless $\kappa>0$, and where a parameter overflows.
    pub fn at_temperature(&self, kappa: f64) -> Result<Self, TheoryError> {
        positive("kappa", kappa)?;
        let scaled = |v: &DVector<f64>| Some((v * kappa).iter().copied().collect());
        Self::new(
            &self.patterns * kappa,
            scaled(&self.visible_bias),
            scaled(&self.pattern_bias),
            self.sigma2 / kappa,
            self.beta / kappa,
        )
    }

    fn state(&self, v: &[f64]) -> Result<DVector<f64>, TheoryError> {
        if v.len() != self.dimension() {
            let found = format!("{} numbers", v.len());
            return Err(TheoryError::invalid("v", found, format!("{} numbers", self.dimension())));
        }
        v.iter().try_for_each(|x| finite("v", *x).map(drop))?;
        Ok(DVector::from_column_slice(v))
    }

    /// Attention weights $p(v)=\mathrm{softmax}(\beta(\xi v+c))$.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for `v` of the wrong length or not finite.
    pub fn attention(&self, v: &[f64]) -> Result<Vec<f64>, TheoryError> {
        let logits = (&self.patterns * self.state(v)? + &self.pattern_bias) * self.beta;
        let total = log_sum_exp(logits.iter().copied());
        Ok(logits.iter().map(|x| (x - total).exp()).collect())
    }

    /// $E(v)$.
    ///
    /// # Errors
    /// As [`attention`](Self::attention).
    pub fn energy(&self, v: &[f64]) -> Result<f64, TheoryError> {
        let v = self.state(v)?;
        let logits = (&self.patterns * &v + &self.pattern_bias) * self.beta;
        let free = log_sum_exp(logits.iter().copied()) / self.beta;
        Ok(v.norm_squared() / (2.0 * self.sigma2) - self.visible_bias.dot(&v) - free)
    }

    /// The update of attention, $T(v)=\sigma^2(b+\xi^\top p(v))$: a step of gradient descent of the energy with rate $\sigma^2$, and the mean of a Gibbs sweep.
    ///
    /// # Errors
    /// As [`attention`](Self::attention).
    pub fn update(&self, v: &[f64]) -> Result<Vec<f64>, TheoryError> {
        let p = DVector::from_vec(self.attention(v)?);
        let mean = (&self.visible_bias + self.patterns.tr_mul(&p)) * self.sigma2;
        Ok(mean.iter().copied().collect())
    }

    /// $\nabla\log p(v)=-v/\sigma^2+b+\xi^\top p(v)$.
    ///
    /// # Errors
    /// As [`attention`](Self::attention).
    pub fn score(&self, v: &[f64]) -> Result<Vec<f64>, TheoryError> {
        Ok(self.update(v)?.iter().zip(v).map(|(t, v)| (t - v) / self.sigma2).collect())
    }

    /// $\nabla^2\log p(v)=-I/\sigma^2+\beta\xi^\top(\mathrm{diag}\,p-pp^\top)\xi$.
    ///
    /// # Errors
    /// As [`attention`](Self::attention).
    pub fn hessian(&self, v: &[f64]) -> Result<DMatrix<f64>, TheoryError> {
        let p = DVector::from_vec(self.attention(v)?);
        let spread = DMatrix::from_diagonal(&p) - &p * p.transpose();
        let d = self.dimension();
        Ok(self.patterns.tr_mul(&(spread * &self.patterns)) * self.beta
            - DMatrix::identity(d, d) / self.sigma2)
    }
}
