//! Completion of missing pixels by an attentional Boltzmann machine, and how often random patterns are told apart by what is seen.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::attention_boltzmann::AttentionMachine;
use crate::error::{finite, representable};
use crate::quadrature::budget::book;
use crate::quadrature::rules::legendre_on;
use crate::random_energies::LOG_NEGLIGIBLE;
use crate::special::log_poisson;

/// A state of which some pixels are seen: the law of the others.
///
/// Given the pixels seen, the missing ones follow a machine of the same family, with the same $n$ and $\sigma^2$, patterns $\xi_M$, biases $b_M$ and pattern
/// biases $c_\mu+\xi_{\mu,O}\cdot v_O$.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    missing: Vec<usize>,
    conditional: AttentionMachine,
    log_weight: f64,
    whole: AttentionMachine,
}

impl Completion {
    /// The machine, the indices of the pixels seen (from 0) and their values.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) for an index twice or out of range, nothing seen or nothing missing, lists that do not fit, values that are not finite.
    ///
    /// # Example
    /// ```
    /// use nalgebra::dmatrix;
    /// use solvable_theory::{attention_boltzmann::AttentionMachine, memories_and_mixing::Completion};
    /// let machine = AttentionMachine::new(dmatrix![1.0, 1.0; -1.0, -1.0], None, None, 1.0, 1.0)?;
    /// let (mean, _) = Completion::new(&machine, &[0], &[0.7])?.moments()?;
    /// assert!((mean[0] - 0.7f64.tanh()).abs() < 1e-14);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn new(machine: &AttentionMachine, observed: &[usize], values: &[f64]) -> Result<Self, TheoryError> {
        let d = machine.dimension();
        let mut seen = vec![false; d];
        for &index in observed {
            if index >= d {
                return Err(TheoryError::invalid("observed", index, format!("indices from 0 to {}", d - 1)));
            }
            if std::mem::replace(&mut seen[index], true) {
                return Err(TheoryError::invalid(
                    "observed",
                    format!("index {index} twice"),
                    "every index once",
                ));
            }
        }
        if observed.is_empty() {
            return Err(TheoryError::invalid(
                "observed",
                "an empty list",
                "at least one index: nothing is seen",
            ));
        }
        if observed.len() == d {
            let valid = format!("fewer than {d} indices: nothing is missing");
            return Err(TheoryError::invalid("observed", format!("{d} indices"), valid));
        }
        if values.len() != observed.len() {
            let found = format!("{} numbers", values.len());
            return Err(TheoryError::invalid(
                "values",
                found,
                format!("{} numbers, as observed", observed.len()),
            ));
        }
        values.iter().try_for_each(|v| finite("values", *v).map(drop))?;
        let missing: Vec<usize> = (0..d).filter(|&i| !seen[i]).collect();
        let state = DVector::from_column_slice(values);
        let (xi, b) = (machine.patterns(), machine.visible_bias());
        let biases = machine.pattern_bias() + xi.select_columns(observed) * &state;
        biases.iter().try_for_each(|c| representable("a pattern's bias given what is seen", *c).map(drop))?;
        let conditional = AttentionMachine::new(
            xi.select_columns(&missing),
            Some(missing.iter().map(|&i| b[i]).collect()),
            Some(biases.iter().copied().collect()),
            machine.sigma2(),
            machine.beta(),
        )?;
        let field: f64 = observed.iter().zip(values).map(|(&i, v)| b[i] * v).sum();
        let log_weight = field - state.norm_squared() / (2.0 * machine.sigma2());
        Ok(Self { missing, conditional, log_weight, whole: machine.clone() })
    }

    /// The indices of the missing pixels, ascending.
    pub fn missing(&self) -> &[usize] {
        &self.missing
    }

    /// The machine of the missing pixels. Its [`update`](AttentionMachine::update) from zero is the completion by one step of attention.
    pub fn machine(&self) -> &AttentionMachine {
        &self.conditional
    }

    /// Mean and covariance of the missing pixels. The mean has the least mean squared error, and the trace of the covariance is that error.
    ///
    /// # Errors
    /// Rounding. As [`AttentionMachine::log_z`].
    pub fn moments(&self) -> Result<(DVector<f64>, DMatrix<f64>), TheoryError> {
        self.conditional.moments(&self.conditional.partition()?)
    }

    /// The mean attention on each pattern given what is seen.
    ///
    /// # Errors
    /// As [`moments`](Self::moments).
    pub fn weights(&self) -> Result<Vec<f64>, TheoryError> {
        Ok(self.conditional.partition()?.occupation.iter().copied().collect())
    }

    /// $\log p(v_O)=-\|v_O\|^2/2\sigma^2+b_O\cdot v_O+\log Z(\xi_M,b_M,c')-\log Z(\xi,b,c)$.
    ///
    /// # Errors
    /// As [`moments`](Self::moments).
    pub fn log_likelihood(&self) -> Result<f64, TheoryError> {
        representable(
            "the log-likelihood",
            self.log_weight + (self.conditional.log_z()? - self.whole.log_z()?),
        )
    }

    /// The fixed point of the clamped update of attention that `steps` updates from zero reach: a mode of the law of the missing pixels, not its mean.
    ///
    /// # Errors
    /// As [`AttentionMachine::update`].
    pub fn mode(&self, steps: usize) -> Result<Vec<f64>, TheoryError> {
        let mut v = vec![0.0; self.missing.len()];
        for _ in 0..steps {
            v = self.conditional.update(&v)?;
        }
        Ok(v)
    }
}

/// The probability that the pattern behind a state has the largest posterior weight among `count` random ones, given `seen` pixels.
///
/// # Formula
/// $\mathbb E(1-P_0)^{K-1}$, $V\sim\chi_m^2$, $Y|V\sim\chi'^2_m(V/\theta)$, $P_0=F_{\chi'^2_m((1+\theta)V/\theta)}(Y/(1+\theta))$; patterns of entries $\mathcal N(0,s^2)$ of equal weight, $n=1$,
/// $\theta=\sigma^2s^2$.
///
/// # Errors
/// $10^{-9}$ absolute: of small probabilities of a few pixels among very many patterns only some digits are right. [`InvalidParameter`](TheoryError::InvalidParameter) unless $m\ge1$, $0<\theta\le10^{150}$, $2\le K\le10^{300}$; [`TooCostly`](TheoryError::TooCostly) for very many pixels or tiny $\theta$.
///
/// # Source
/// The posterior weights are those of squared distances; given the state they are independent.
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::completion_success;
/// assert!((completion_success(20, 1.0, 1000.0)? - 0.684_522_354).abs() < 1e-9);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn completion_success(seen: usize, theta: f64, count: f64) -> Result<f64, TheoryError> {
    let m = crate::error::at_least("m", seen, 1)? as f64;
    // Beyond these its square, or the reciprocal of K, has no number.
    if !(theta > 0.0 && theta <= 1e150) {
        return Err(TheoryError::invalid("theta", theta, "a number > 0, at most 1e150"));
    }
    if !(2.0..=1e300).contains(&count) {
        return Err(TheoryError::invalid("K", count, "a number from 2 to 1e300"));
    }
    // The probability is at least 1/K: so rare states and noises count.
    let log_count = count.ln();
    let reach = (81.0 + 2.0 * log_count).sqrt();
    let nodes = 160.0 * (m / 30.0).sqrt().max(1.0) * reach / 9.0;
    let terms = 60.0 + 12.0 * (0.5 * (1.0 + theta) * m / theta).sqrt();
    // The radius of the noise in its logarithm, in which the chance of the others turns over 1/m and the noise's own density over its width.
    let lowest = 0.5 * m.ln() - 0.5 - (log_count - LOG_NEGLIGIBLE) / m;
    let grid = |centre: f64| {
        let low = if centre > reach { lowest.max((centre - reach).max(0.1).ln()) } else { lowest };
        let step = (0.4 / m).min(0.12).min(0.25 / centre);
        let count = (((centre + reach).ln() - low) / step).ceil();
        (low, step, count)
    };
    // A noise far narrower than its radius still takes a node, and as many terms as that radius asks for.
    let radii = grid((m + m / theta).sqrt()).2.max(1.0);
    book("the probability of a completion", radii * nodes * (10.0 * terms + 300.0))?;
    let (low, high) = ((m.sqrt() - reach).max(0.0), m.sqrt() + reach);
    let least = (1e-20 / count).max(f64::MIN_POSITIVE);
    let mut mean = 0.0;
    for (x, weight) in legendre_on(nodes.ceil() as usize, low, high) {
        let v = x * x;
        let outer = weight * 2.0 * x * log_chi_density(m, v).exp();
        if outer < least {
            continue;
        }
        let (near, far) = (v / theta, v / theta + v);
        let (low, step, radii) = grid((m + near).sqrt());
        for i in 0..=radii as usize {
            let y = (low + step * i as f64).exp();
            let square = y * y;
            let share = outer * step * 2.0 * square * noncentral_density(m, near, square);
            if share < least {
                continue;
            }
            let beaten = noncentral_cdf(m, far, square / (1.0 + theta)).min(1.0);
            mean += share * ((count - 1.0) * (-beaten).ln_1p()).exp();
        }
    }
    representable("the probability of a completion", mean.clamp(0.0, 1.0))
}

/// $\log$ of the density of $\chi_m^2$ at $t>0$.
fn log_chi_density(m: f64, t: f64) -> f64 {
    let (a, x) = (0.5 * m, 0.5 * t);
    log_poisson(a, x) + (0.5 * a / x).ln()
}

/// Terms of a sum of positive terms with one peak, from the peak both ways.
fn both_ways(peak: f64, down: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) -> f64 {
    const LEAST: f64 = 1e-18;
    let mut sum = 1.0;
    let (mut term, mut j) = (1.0, peak);
    while j > 0.0 {
        term *= down(j);
        sum += term;
        j -= 1.0;
        if term < LEAST * sum {
            break;
        }
    }
    (term, j) = (1.0, peak);
    loop {
        j += 1.0;
        term *= up(j);
        sum += term;
        if term < LEAST * sum {
            return sum;
        }
    }
}

/// The density at $t>0$ of the noncentral law, a Poisson mixture over $\chi_{m+2j}^2$.
fn noncentral_density(m: f64, lambda: f64, t: f64) -> f64 {
    let (half, x) = (0.5 * lambda, 0.5 * t);
    // Neighbouring terms have the ratio half x/(j (m/2 + j - 1)).
    let a = 0.5 * m - 1.0;
    let peak = (0.5 * ((a * a + 4.0 * half * x).sqrt() - a)).floor().max(0.0);
    let ratio = |j: f64| half * x / (j * (a + j));
    let sum = both_ways(peak, |j| ratio(j).recip(), ratio);
    (log_poisson(peak, half) + log_chi_density(m + 2.0 * peak, t)).exp() * sum
}

/// The distribution function of the noncentral law at $t>0$, to relative accuracy.
fn noncentral_cdf(m: f64, lambda: f64, t: f64) -> f64 {
    let (half, x) = (0.5 * lambda, 0.5 * t);
    // From the term above which Poisson weights are negligible (the other factor falls as well) downwards, where everything is added.
    let top = (half + 9.5 * half.sqrt() + 30.0).ceil();
    let shape = 0.5 * m + top;
    // F of shape a is e^(log_poisson(a, x)) (1 + x/(a + 1) + ...).
    let (mut term, mut tail) = (1.0, 1.0);
    for k in 1..100_000 {
        term *= x / (shape + f64::from(k));
        tail += term;
        if term < 1e-17 * tail {
            break;
        }
    }
    let mut log_scale = log_poisson(shape, x) + log_poisson(top, half);
    let (mut own, mut weight, mut sum, mut j) = (1.0, 1.0, tail, top);
    let mut cumulated = tail;
    while j > 0.0 {
        // Shape and Poisson weight one lower.
        own *= (0.5 * m + j) / x;
        weight *= j / half;
        cumulated += own;
        j -= 1.0;
        let added = weight * cumulated;
        sum += added;
        if added < 1e-18 * sum {
            break;
        }
        if sum > 1e200 || own > 1e100 || weight > 1e100 {
            // `sum` is in units of weight times cumulated.
            let (a, b) = (own.max(cumulated).max(1.0), weight.max(1.0));
            own /= a;
            cumulated /= a;
            weight /= b;
            sum = sum / a / b;
            log_scale += a.ln() + b.ln();
        }
    }
    log_scale.exp() * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// One degree of freedom: $P((z+\sqrt\lambda)^2\le t)$.
    #[test]
    fn one_degree_is_a_shifted_normal() {
        let upper = |x: f64| 0.5 * libm::erfc(x / std::f64::consts::SQRT_2);
        for lambda in [1e-6f64, 0.3, 4.0, 50.0, 900.0] {
            for shift in [-8.0, -3.0, -0.5, 0.5, 3.0] {
                let root = lambda.sqrt() + shift;
                if root <= 0.05 {
                    continue;
                }
                let exact = upper(-shift) - upper(root + lambda.sqrt());
                assert_relative_eq!(
                    noncentral_cdf(1.0, lambda, root * root),
                    exact,
                    max_relative = 3e-12,
                    epsilon = 1e-30
                );
                let normal = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
                let density = (normal(shift) + normal(root + lambda.sqrt())) / (2.0 * root);
                assert_relative_eq!(
                    noncentral_density(1.0, lambda, root * root),
                    density,
                    max_relative = 1e-12
                );
            }
        }
    }

    #[test]
    fn densities_are_slopes() {
        for (m, lambda, t) in [(3.0, 2.0, 5.0), (10.0, 40.0, 30.0), (64.0, 500.0, 700.0)] {
            let h = 0.02;
            let at = |k: f64| noncentral_cdf(m, lambda, t + k * h);
            let slope = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h);
            assert_relative_eq!(slope, noncentral_density(m, lambda, t), max_relative = 1e-7);
        }
    }
}
