//! Sums over compositions: the occupations $m\in\mathbb N^K$, $|m|=n$, of $K$ patterns by $n$ hidden units.

use nalgebra::{DMatrix, DVector};

use super::AttentionMachine;
use crate::TheoryError;
use crate::error::{affordable_memory, at_least, representable};

/// Most compositions that a sum may have.
pub const MOST_COMPOSITIONS: usize = 5_000_000;

/// The number of compositions $\binom{n+K-1}{K-1}$, without a limit.
///
/// # Errors
/// Exact while it fits 64-bit floating point numbers, $10^{-13}$ beyond. [`InvalidParameter`](TheoryError::InvalidParameter) for $K=0$,
/// [`Undefined`](TheoryError::Undefined) where it overflows.
///
/// # Source
/// Counting.
pub fn composition_count(patterns: usize, order: usize) -> Result<f64, TheoryError> {
    at_least("K", patterns, 1)?;
    // The smaller side of the symmetric binomial; products stay integers while they are exact.
    let (small, large) = if order < patterns - 1 { (order, patterns - 1) } else { (patterns - 1, order) };
    let mut count = 1.0f64;
    for i in 1..=small {
        if count > 1e300 {
            break;
        }
        count = (count * (large as f64 + i as f64) / i as f64).round();
    }
    representable("the number of compositions", count)
}

/// The number, if a sum may have so many.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) above [`MOST_COMPOSITIONS`].
pub fn checked_count(patterns: usize, order: usize) -> Result<usize, TheoryError> {
    let refused = |count: String| {
        TheoryError::invalid(
            "the number of compositions",
            count,
            format!("at most {MOST_COMPOSITIONS}: K = {patterns} and n = {order} are too many compositions"),
        )
    };
    match composition_count(patterns, order) {
        Ok(count) if count <= MOST_COMPOSITIONS as f64 => Ok(count as usize),
        Ok(count) => Err(refused(count.to_string())),
        Err(TheoryError::Undefined { .. }) => Err(refused("more than 1e300".to_owned())),
        Err(error) => Err(error),
    }
}

/// Logarithms of factorials from 0 on.
fn log_factorials(n: usize) -> Vec<f64> {
    let mut all = vec![0.0];
    for i in 1..=n {
        all.push(all[i - 1] + (i as f64).ln());
    }
    all
}

/// $\log\binom nm+m\cdot u+\frac12m^\top Gm$ over all compositions.
struct QuadraticForm {
    order: usize,
    linear: DVector<f64>,
    gram: Gram,
    factorials: Vec<f64>,
}

/// The matrix $G$; with one hidden unit only its diagonal counts, and a long list of patterns has no room for the rest.
enum Gram {
    Diagonal(DVector<f64>),
    Full(DMatrix<f64>),
}

impl Gram {
    fn at(&self, i: usize, j: usize) -> f64 {
        match self {
            Self::Diagonal(diagonal) if i == j => diagonal[i],
            Self::Diagonal(_) => 0.0,
            Self::Full(gram) => gram[(i, j)],
        }
    }
}

impl QuadraticForm {
    fn new(order: usize, linear: DVector<f64>, gram: Gram) -> Self {
        Self { order, linear, gram, factorials: log_factorials(order) }
    }

    /// Calls `visit(m, value)` for every composition, `m` a list of occupied patterns with their occupations.
    ///
    /// The patterns are taken one hidden unit after the other where units are fewer than patterns (`n` levels), else one
    /// pattern after the other (`K` levels).
    fn for_each(&self, visit: &mut impl FnMut(&[(usize, usize)], f64)) {
        let mut m = Vec::new();
        if self.order < self.linear.len() {
            self.choose(0, self.order, self.factorials[self.order], &mut m, visit);
        } else {
            self.descend(0, self.order, self.factorials[self.order], &mut m, visit);
        }
    }

    /// What `count` units on pattern `k` add beside the occupations `m`.
    fn added(&self, k: usize, count: usize, m: &[(usize, usize)]) -> f64 {
        let field = self.linear[k] + m.iter().map(|&(j, m)| m as f64 * self.gram.at(j, k)).sum::<f64>();
        let x = count as f64;
        x * (field + 0.5 * x * self.gram.at(k, k)) - self.factorials[count]
    }

    /// The occupied patterns from `k` on, `left` units among them, in the order of [`descend`](Self::descend): drawn mixtures and
    /// recorded trials depend on it.
    fn choose(
        &self,
        k: usize,
        left: usize,
        value: f64,
        m: &mut Vec<(usize, usize)>,
        visit: &mut impl FnMut(&[(usize, usize)], f64),
    ) {
        if left == 0 {
            visit(m, value);
            return;
        }
        for pattern in (k..self.linear.len()).rev() {
            for count in 1..=left {
                let value = value + self.added(pattern, count, m);
                m.push((pattern, count));
                self.choose(pattern + 1, left - count, value, m, visit);
                m.pop();
            }
        }
    }

    fn descend(
        &self,
        k: usize,
        left: usize,
        value: f64,
        m: &mut Vec<(usize, usize)>,
        visit: &mut impl FnMut(&[(usize, usize)], f64),
    ) {
        let last = k + 1 == self.linear.len();
        for count in if last { left } else { 0 }..=left {
            if count == 0 {
                if last {
                    visit(m, value)
                } else {
                    self.descend(k + 1, left, value, m, visit)
                }
                continue;
            }
            let value = value + self.added(k, count, m);
            m.push((k, count));
            if last {
                visit(m, value)
            } else {
                self.descend(k + 1, left - count, value, m, visit)
            }
            m.pop();
        }
    }
}

/// $\log\sum_{|m|=n}\exp$ of a form and of what `more(m)` adds to it, streamed.
fn log_sum(form: &QuadraticForm, more: impl Fn(&[(usize, usize)]) -> f64) -> f64 {
    let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
    form.for_each(&mut |m, value| {
        let value = value + more(m);
        if value > largest {
            sum = sum * (largest - value).exp() + 1.0;
            largest = value;
        } else {
            sum += (value - largest).exp();
        }
    });
    largest + sum.ln()
}

/// The partition function with its first and second moments of occupations.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// $\log Z$.
    pub log_z: f64,
    /// $f=\sum_m\pi_mm/n=\mathbb E\,p(v)$.
    pub occupation: DVector<f64>,
    /// $F=\sum_m\pi_mmm^\top/n^2$.
    pub pairs: DMatrix<f64>,
}

/// $\partial\log Z$ with respect to all parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// $\partial_\xi\log Z=\mathbb E\lbrack p(v)v^\top\rbrack$, $K\times d$.
    pub patterns: DMatrix<f64>,
    /// $\partial_b\log Z=\mathbb Ev$.
    pub visible_bias: DVector<f64>,
    /// $\partial_c\log Z=\mathbb E\,p(v)$.
    pub pattern_bias: DVector<f64>,
    /// $\partial_{\sigma^2}\log Z=\mathbb E\|v\|^2/2\sigma^4$.
    pub sigma2: f64,
}

/// One Gaussian of the exact mixture $p(v)=\sum_m\pi_m\mathcal N(v;\sigma^2a_m,\sigma^2I)$.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureComponent {
    /// $m$.
    pub occupation: Vec<usize>,
    /// $\pi_m$.
    pub weight: f64,
}

impl AttentionMachine {
    /// $\frac{\rm variance}2\|{\rm bias}\,b\|^2$, and $\ell_m$ without it, with `variance` in place of $\sigma^2$ and $b$ multiplied by `bias`; refused where it has too many
    /// compositions.
    fn form(&self, order: usize, bias: f64, variance: f64) -> Result<(f64, QuadraticForm), TheoryError> {
        checked_count(self.count(), order)?;
        let beta = self.beta();
        let scale = variance * beta * beta;
        let gram = if order == 1 {
            let squares = self.patterns().row_iter().map(|row| scale * row.norm_squared());
            Gram::Diagonal(DVector::from_iterator(self.count(), squares))
        } else {
            Gram::Full(self.patterns() * self.patterns().transpose() * scale)
        };
        let linear = (self.patterns() * self.visible_bias() * (variance * bias) + self.pattern_bias()) * beta;
        let base = 0.5 * variance * bias * bias * self.visible_bias().norm_squared();
        Ok((base, QuadraticForm::new(order, linear, gram)))
    }

    fn base(&self) -> f64 {
        0.5 * self.dimension() as f64 * (2.0 * std::f64::consts::PI * self.sigma2()).ln()
    }

    /// $\log\sum_{|m|=order}$ of the form.
    fn sum(&self, order: usize, bias: f64, variance: f64) -> Result<f64, TheoryError> {
        let (base, form) = self.form(order, bias, variance)?;
        representable("log Z", base + log_sum(&form, |_| 0.0))
    }

    /// $\log Z$ at $\beta=1/n$.
    ///
    /// # Formula
    /// $\frac d2\log2\pi\sigma^2+\log\sum_{|m|=n}\binom nm\exp(\frac{m\cdot c}n+\frac{\sigma^2}2\|a_m\|^2)$, $a_m=b+\frac1n\sum_\mu m_\mu\xi_\mu$.
    ///
    /// # Errors
    /// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) where $1/\beta$ is no integer or there are more than five million
    /// compositions; [`Undefined`](TheoryError::Undefined) where it overflows.
    ///
    /// # Source
    /// Ota and Karakida 2023.
    ///
    /// # Example
    /// ```
    /// use nalgebra::dmatrix;
    /// use solvable_theory::attention_boltzmann::AttentionMachine;
    /// // One pattern makes a Gaussian.
    /// let machine = AttentionMachine::new(dmatrix![2.0], None, None, 0.5, 0.25)?;
    /// let gaussian = 0.5 * (2.0 * std::f64::consts::PI * 0.5).ln() + 0.25 * 4.0;
    /// assert!((machine.log_z()? - gaussian).abs() < 1e-12);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn log_z(&self) -> Result<f64, TheoryError> {
        Ok(self.base() + self.sum(self.order()?, 1.0, self.sigma2())?)
    }

    /// $\log Z$ with the moments that all gradients are made of, in one pass.
    ///
    /// # Errors
    /// As [`log_z`](Self::log_z).
    pub fn partition(&self) -> Result<Partition, TheoryError> {
        let order = self.order()?;
        let (base, form) = self.form(order, 1.0, self.sigma2())?;
        let k = self.count();
        affordable_memory("the pairs of occupations", 16.0 * (k as f64).powi(2))?;
        let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
        let mut first = vec![0.0; k];
        // The upper triangle, column by column.
        let mut second = vec![0.0; k * k];
        form.for_each(&mut |m, value| {
            if value > largest {
                let scale = (largest - value).exp();
                sum *= scale;
                first.iter_mut().chain(second.iter_mut()).for_each(|x| *x *= scale);
                largest = value;
            }
            let weight = (value - largest).exp();
            sum += weight;
            for (at, &(i, occupied)) in m.iter().enumerate() {
                let own = weight * occupied as f64;
                first[i] += own;
                for &(j, other) in &m[..=at] {
                    second[i * k + j] += own * other as f64;
                }
            }
        });
        let n = order as f64;
        let log_z = representable("log Z", self.base() + base + largest + sum.ln())?;
        Ok(Partition {
            log_z,
            occupation: DVector::from_vec(first) / (n * sum),
            pairs: DMatrix::from_fn(k, k, |i, j| second[i.max(j) * k + i.min(j)]) / (n * n * sum),
        })
    }

    /// $\partial\log Z$ for a partition function of this machine.
    ///
    /// # Errors
    /// Rounding. [`Undefined`](TheoryError::Undefined) where a derivative overflows.
    pub fn gradients(&self, partition: &Partition) -> Result<Gradients, TheoryError> {
        let (f, pairs) = (&partition.occupation, &partition.pairs);
        let (xi, b) = (self.patterns(), self.visible_bias());
        let field = b + xi.tr_mul(f);
        // Σπ‖a‖² = ‖b‖² + 2 b·ξᵀf + Tr(F ξξᵀ).
        let square =
            b.norm_squared() + 2.0 * b.dot(&xi.tr_mul(f)) + pairs.component_mul(&(xi * xi.transpose())).sum();
        let gradients = Gradients {
            patterns: (f * b.transpose() + pairs * xi) * self.sigma2(),
            visible_bias: field * self.sigma2(),
            pattern_bias: f.clone(),
            sigma2: self.dimension() as f64 / (2.0 * self.sigma2()) + 0.5 * square,
        };
        let all = gradients.patterns.iter().chain(gradients.visible_bias.iter());
        all.chain([&gradients.sigma2])
            .try_for_each(|v| representable("a derivative of log Z", *v).map(drop))?;
        Ok(gradients)
    }

    /// $\mathbb Ev=\sigma^2(b+\xi^\top f)$ and $\mathrm{Cov}\,v=\sigma^2I+\sigma^4\xi^\top(F-ff^\top)\xi$.
    ///
    /// # Errors
    /// As [`gradients`](Self::gradients).
    pub fn moments(&self, partition: &Partition) -> Result<(DVector<f64>, DMatrix<f64>), TheoryError> {
        let (f, sigma2) = (&partition.occupation, self.sigma2());
        let spread = &partition.pairs - f * f.transpose();
        let d = self.dimension();
        let covariance = DMatrix::identity(d, d) * sigma2
            + self.patterns().tr_mul(&(spread * self.patterns())) * (sigma2 * sigma2);
        let mean = (self.visible_bias() + self.patterns().tr_mul(f)) * sigma2;
        mean.iter().chain(covariance.iter()).try_for_each(|v| representable("a moment", *v).map(drop))?;
        Ok((mean, covariance))
    }

    /// The exact mixture of Gaussians.
    ///
    /// # Errors
    /// As [`log_z`](Self::log_z).
    pub fn mixture(&self) -> Result<Vec<MixtureComponent>, TheoryError> {
        let order = self.order()?;
        let count = checked_count(self.count(), order)?;
        let (base, form) = self.form(order, 1.0, self.sigma2())?;
        let total = representable("log Z", base + log_sum(&form, |_| 0.0))? - base;
        affordable_memory("the mixture", 8.0 * count as f64 * (self.count() as f64 + 4.0))?;
        let mut all = Vec::with_capacity(count);
        form.for_each(&mut |m, value| {
            let mut occupation = vec![0; self.count()];
            m.iter().for_each(|&(k, count)| occupation[k] = count);
            all.push(MixtureComponent { occupation, weight: (value - total).exp() });
        });
        Ok(all)
    }

    /// The mean $\sigma^2a_m$ of a component.
    pub fn component_mean(&self, occupation: &[usize]) -> DVector<f64> {
        let m = DVector::from_iterator(occupation.len(), occupation.iter().map(|&m| m as f64));
        (self.visible_bias() + self.patterns().tr_mul(&m) * self.beta()) * self.sigma2()
    }

    /// Rényi's entropy of integer order $k\ge2$.
    ///
    /// # Formula
    /// $H_k=\frac{\log Z_k-k\log Z}{1-k}$ with $Z_k=\int e^{-kE}$, a sum over $|m|=kn$.
    ///
    /// # Errors
    /// As [`log_z`](Self::log_z), with $kn$ in place of $n$; [`InvalidParameter`](TheoryError::InvalidParameter) for $k<2$.
    pub fn renyi(&self, order: usize) -> Result<f64, TheoryError> {
        let k = at_least("order", order, 2)? as f64;
        let units = self.order()?.saturating_mul(order);
        let own = self.base() - 0.5 * self.dimension() as f64 * k.ln();
        // ‖kb + ξᵀm/n‖² σ²/2k.
        let powered = own + self.sum(units, k, self.sigma2() / k)?;
        representable("the entropy", (powered - k * self.log_z()?) / (1.0 - k))
    }

    /// $\mathbb E\lbrack w^2\rbrack/\mathbb E\lbrack w\rbrack^2$ of the importance weights $w=(\sum_\mu e^{(\xi_\mu v+c_\mu)/n})^n$ under the base $\mathcal N(\sigma^2b,\sigma^2I)$: the inverse of the
    /// effective fraction of samples.
    ///
    /// # Errors
    /// As [`log_z`](Self::log_z), with $2n$ in place of $n$.
    pub fn importance_moment(&self) -> Result<f64, TheoryError> {
        let n = self.order()?;
        let base = 0.5 * self.sigma2() * self.visible_bias().norm_squared();
        let moment = |k: usize| -> Result<f64, TheoryError> {
            Ok(self.sum(n.saturating_mul(k), 1.0, self.sigma2())? - base)
        };
        representable("the second moment of the weights", (moment(2)? - 2.0 * moment(1)?).exp())
    }

    /// $\log Z$ with visible states $v\in\{\pm1\}^d$ (no Gaussian factor).
    ///
    /// # Formula
    /// $\log\sum_{|m|=n}\binom nm\exp(\frac{m\cdot c}n+\sum_i\log2\cosh a_{m,i})$.
    ///
    /// # Errors
    /// As [`log_z`](Self::log_z).
    pub fn log_z_binary(&self) -> Result<f64, TheoryError> {
        let order = self.order()?;
        checked_count(self.count(), order)?;
        let linear = self.pattern_bias() * self.beta();
        let form = QuadraticForm::new(order, linear, Gram::Diagonal(DVector::zeros(self.count())));
        let log_cosh = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p();
        let visible = |m: &[(usize, usize)]| {
            let mut field = self.visible_bias().clone();
            for &(k, count) in m {
                field += self.patterns().row(k).transpose() * (self.beta() * count as f64);
            }
            field.iter().map(|x| log_cosh(*x)).sum::<f64>()
        };
        representable("log Z", log_sum(&form, visible))
    }

    /// Bounds of $\log Z$ for real $n=1/\beta\ge1$ without pattern biases, by the monotonicity of norms and power means: `(lower, upper)`.
    ///
    /// # Errors
    /// Rigorous. As [`log_z`](Self::log_z) for the neighbouring integers; [`InvalidParameter`](TheoryError::InvalidParameter) for $n<1$ or $c\ne0$.
    pub fn log_z_bounds(&self) -> Result<(f64, f64), TheoryError> {
        let n = self.beta().recip();
        if !(1.0..=1e6).contains(&n) {
            return Err(TheoryError::invalid("beta", self.beta(), "a number from 1e-6 to 1"));
        }
        if self.pattern_bias().amax() > 0.0 {
            return Err(TheoryError::invalid("c", "a list", "zero: the bounds hold without pattern biases"));
        }
        let at = |order: f64| -> Result<f64, TheoryError> {
            let machine = Self::new(
                self.patterns().clone(),
                Some(self.visible_bias().iter().copied().collect()),
                None,
                self.sigma2(),
                order.recip(),
            )?;
            machine.log_z()
        };
        let (below, above, log_k) = (at(n.floor())?, at(n.ceil())?, (self.count() as f64).ln());
        Ok((below.max(above - (n.ceil() - n) * log_k), above.min(below + (n - n.floor()) * log_k)))
    }
}
