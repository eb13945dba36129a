//! Random energies: sums $\sum_\mu e^{x_\mu}$ of independent terms, their mean logarithms and mean shares.
//!
//! With $w=e^{u+x}$ and $\varphi(u)=\mathbb E\,e^{-w}$, $\frac1a=\int e^{u-ae^u}du$ and $\log a=\int(e^{-e^u}-e^{-ae^u})du$ turn averages over many terms into
//! powers of $\varphi$. All integrands are analytic for $|\mathrm{Im}\,u|<\frac\pi2$, so that the trapezoidal rule of step 0.1 is exact to rounding.

use libm::lgamma;
use std::f64::consts::PI;

use crate::TheoryError;
use crate::quadrature::budget::book;
use crate::quadrature::rules::legendre;
use crate::special::{EULER, log_sum_exp};

/// Logarithm of what is neglected beside the peak of a density or an integrand.
pub(crate) const LOG_NEGLIGIBLE: f64 = -46.0;
/// Step of the trapezoidal rule in $u$.
const STEP: f64 = 0.1;
/// Elementary operations of one exponential and what belongs to it.
const EXPONENTIAL: f64 = 10.0;

/// The law of one energy: values with their probabilities.
#[derive(Debug, Clone)]
pub(crate) struct Law(Vec<(f64, f64)>);

/// Averages over the shares $p_i=e^{x_i}/\sum_je^{x_j}$ of $n$ energies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shares {
    /// $\mathbb E\sum p^2$.
    pub participation: f64,
    /// $-\mathbb E\sum p\log p$.
    pub entropy: f64,
    /// $\mathbb E\log\sum e^x$.
    pub log_sum: f64,
}

impl Law {
    /// Energies and their probabilities, which sum to 1.
    pub fn new(energies: Vec<(f64, f64)>) -> Self {
        Self(energies)
    }

    /// Without the high energies that none of `count` draws has.
    pub fn of_so_many(self, count: f64) -> Self {
        let least = (LOG_NEGLIGIBLE - count.ln_1p()).exp() / self.0.len() as f64;
        let mean: f64 = self.0.iter().map(|(x, p)| x * p).sum();
        Self(self.0.into_iter().filter(|&(x, p)| p > least || x <= mean && p > 0.0).collect())
    }

    fn visit(&self, what: &str) -> Result<(), TheoryError> {
        book(what, EXPONENTIAL * self.0.len() as f64)
    }

    /// $\log\varphi(u)$.
    fn log_phi(&self, u: f64) -> f64 {
        let lost: f64 = self.0.iter().map(|(x, p)| -p * (-(u + x).exp()).exp_m1()).sum();
        if lost < 0.5 {
            return (-lost).ln_1p();
        }
        self.0.iter().map(|(x, p)| p * (-(u + x).exp()).exp()).sum::<f64>().ln()
    }

    /// $\mathbb E\frac1{1+X}$ for the sum $X$ of `count` terms: $\int ds\,e^{s-e^s}\varphi(s)^{count}$.
    pub fn mean_share(&self, count: f64) -> Result<f64, TheoryError> {
        const TOP: f64 = 4.0;
        const MOST: usize = 200_000;
        let (mut terms, mut largest) = (Vec::new(), f64::NEG_INFINITY);
        for i in 0..MOST {
            let s = TOP - STEP * i as f64;
            // The integrand is at most e^s: below that nothing more can come.
            if s < largest + LOG_NEGLIGIBLE {
                return Ok(STEP * log_sum_exp(terms.iter().copied()).exp());
            }
            self.visit("the mean weight")?;
            let term = s - s.exp() + count * self.log_phi(s);
            largest = largest.max(term);
            terms.push(term);
        }
        // Beyond e^(-20000) nothing is left of the weight.
        Ok(0.0)
    }

    /// $\mathbb E\log\frac{S}{K}$ for the sum $S$ of `count` terms, and $e^{planted}$ where it is given, and their number $K$.
    pub fn mean_log_sum_over_number(&self, count: f64, planted: Option<f64>) -> Result<f64, TheoryError> {
        let number = count + f64::from(u8::from(planted.is_some()));
        // log E e^(-S e^u) e^(K e^u) to its own digits where the terms differ little from 1.
        let excess = |u: f64| {
            let v = u.exp();
            let above = |x: f64| if x < 700.0 { v * x.exp_m1() } else { (u + x).exp() };
            let mut log = 0.0;
            if count > 0.0 {
                let mean: f64 = if u < 1.0 {
                    self.0.iter().map(|(x, p)| p * (-above(*x)).exp_m1()).sum()
                } else {
                    f64::NEG_INFINITY
                };
                log += count * if mean > -0.5 { mean.ln_1p() } else { self.log_phi(u) + v };
            }
            log - planted.map_or(0.0, above)
        };
        let integrand = |u: f64| {
            let (base, excess) = (-number * u.exp(), excess(u));
            if excess < 1.0 { -base.exp() * excess.exp_m1() } else { base.exp() - (base + excess).exp() }
        };
        const WHAT: &str = "the mean logarithm of a sum";
        let mut top = (-LOG_NEGLIGIBLE / number).ln();
        let mut stride = 1.0;
        while excess(top) - number * top.exp() > LOG_NEGLIGIBLE {
            self.visit(WHAT)?;
            top += stride;
            stride *= 2.0;
        }
        let mut sum = 0.0;
        for i in 0.. {
            let u = top - STEP * f64::from(i);
            self.visit(WHAT)?;
            sum += integrand(u);
            // What can still come is at most 1 - E e^(-S e^u), and falls like e^u in the end.
            let left = number * u.exp() - count * if count > 0.0 { self.log_phi(u) } else { 0.0 }
                + planted.map_or(0.0, |planted| (u + planted).exp());
            if left < 1e-19 * f64::abs(sum) || left < 1e-60 {
                break;
            }
        }
        Ok(STEP * sum)
    }

    /// Averages over the shares of `count` energies; `step` in $u$.
    ///
    /// # Errors
    /// [`NotConverged`](TheoryError::NotConverged) where shares that are summed in the same way do not make 1 to $10^{-11}$.
    pub fn shares(&self, count: f64, step: f64) -> Result<Shares, TheoryError> {
        const WHAT: &str = "averages over the shares";
        let mut top = -count.ln();
        let mut stride = 1.0;
        while (count - 1.0) * self.log_phi(top) > LOG_NEGLIGIBLE {
            self.visit(WHAT)?;
            top += stride;
            stride *= 2.0;
        }
        let (mut norm, mut participation, mut entropy, mut survived) = (0.0, 0.0, 0.0, 0.0);
        let mut u = top;
        for i in 0.. {
            u = top - step * f64::from(i);
            self.visit(WHAT)?;
            let (mut lost, mut kept, mut first, mut second, mut logarithm) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for &(x, p) in &self.0 {
                let w = (u + x).exp();
                let (gone, stays) = if w < 0.5 {
                    let gone = -(-w).exp_m1();
                    (gone, 1.0 - gone)
                } else {
                    let stays = (-w).exp();
                    (1.0 - stays, stays)
                };
                lost += p * gone;
                if stays > 0.0 {
                    kept += p * stays;
                    let share = p * w * stays;
                    first += share;
                    second += share * w;
                    logarithm -= share * (EULER + u + x);
                }
            }
            let log_phi = if lost < 0.5 { (-lost).ln_1p() } else { f64::ln(kept) };
            let others = count * ((count - 1.0) * log_phi).exp();
            norm += others * first;
            participation += others * second;
            entropy += others * logarithm;
            survived += (count * log_phi).exp();
            if count * lost * (1.0 + u.abs()) < 1e-18 && others * second <= 1e-18 * participation {
                break;
            }
        }
        norm *= step;
        if (norm - 1.0).abs() > 1e-11 {
            return Err(TheoryError::NotConverged {
                procedure: "the quadrature over the energies".to_owned(),
                detail: format!("the shares sum to {norm} in place of 1"),
            });
        }
        Ok(Shares {
            participation: step * participation,
            entropy: step * entropy,
            log_sum: -EULER - u - step * (survived - 0.5),
        })
    }
}

/// Overlaps $q$ of a vector drawn on the sphere in `n` dimensions with a given one, and the logarithms of their probabilities; energies up to `sharpness` times
/// the overlap are resolved.
pub(crate) fn spherical_overlaps(n: f64, sharpness: f64) -> Vec<(f64, f64)> {
    // Panels over the angle: sin^(N-2) is smooth on them for odd N too, whose periodic continuation is not.
    let panels = (0.5 * sharpness).max(100.0).max(n.sqrt()).ceil();
    let half = 0.5 * PI / panels;
    let node = |panel: usize, x: f64, weight: f64| {
        let angle = half * (2.0 * panel as f64 + 1.0 + x);
        (angle.cos(), (n - 2.0) * angle.sin().ln() + weight.ln())
    };
    let logs = (0..panels as usize)
        .flat_map(|panel| legendre().iter().map(move |&(x, weight)| node(panel, x, weight)))
        .collect();
    normalized(logs)
}

/// The same for vectors of signs.
pub(crate) fn ising_overlaps(n: f64) -> Vec<(f64, f64)> {
    let log_choose = |k: f64| lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    normalized((0..=n as usize).map(|k| (1.0 - 2.0 * k as f64 / n, log_choose(k as f64))).collect())
}

fn normalized(logs: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let total = log_sum_exp(logs.iter().map(|(_, log)| *log));
    logs.into_iter().map(|(q, log)| (q, log - total)).collect()
}
