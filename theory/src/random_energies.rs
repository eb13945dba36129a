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
/// Elementary operations at one energy: two exponentials and what belongs to them.
const VISIT: f64 = 12.0;

/// The law of one energy: values with their probabilities.
///
/// At a given $u$ only energies with $w=e^{u+x}$ between $e^{-40}$ and 750 need exponentials of their own: higher ones have $e^{-w}=0$, and of lower ones only sums
/// of powers of $w$ matter, which are kept.
#[derive(Debug, Clone)]
pub(crate) struct Law {
    /// Ascending.
    energies: Vec<(f64, f64)>,
    /// Sums over the energies before each, of as many as there are and one more.
    before: Vec<Below>,
    /// The probability of each energy and all above it.
    above: Vec<f64>,
}

/// Sums over all energies below one.
#[derive(Debug, Clone, Copy)]
struct Below {
    /// $\sum p$.
    probability: f64,
    /// $\log\sum pe^x$.
    log_first: f64,
    /// $\log\sum pe^{2x}$.
    log_second: f64,
    /// $\sum pxe^x/\sum pe^x$.
    mean: f64,
}

/// Ends of what needs exponentials of its own, in $\log w$.
const LOW: f64 = -40.0;
const HIGH: f64 = 6.62;

/// $\log(e^a+e^b)$.
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

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
    pub fn new(mut energies: Vec<(f64, f64)>) -> Self {
        energies.retain(|(_, p)| *p > 0.0);
        energies.sort_by(|a, b| a.0.total_cmp(&b.0));
        let nothing = Below {
            probability: 0.0,
            log_first: f64::NEG_INFINITY,
            log_second: f64::NEG_INFINITY,
            mean: 0.0,
        };
        let mut before = vec![nothing];
        let mut last = nothing;
        for &(x, p) in &energies {
            let log = p.ln() + x;
            let log_first = log_add(last.log_first, log);
            last = Below {
                probability: last.probability + p,
                log_first,
                log_second: log_add(last.log_second, log + x),
                mean: last.mean + (x - last.mean) * (log - log_first).exp(),
            };
            before.push(last);
        }
        let mut above = vec![0.0; energies.len() + 1];
        for (i, (_, p)) in energies.iter().enumerate().rev() {
            above[i] = above[i + 1] + p;
        }
        Self { energies, before, above }
    }

    /// The same without the high energies that none of `count` draws has.
    pub fn of_so_many(mut energies: Vec<(f64, f64)>, count: f64) -> Self {
        let least = (LOG_NEGLIGIBLE - count.ln_1p()).exp() / energies.len() as f64;
        let mean: f64 = energies.iter().map(|(x, p)| x * p).sum();
        energies.retain(|&(x, p)| p > least || x <= mean);
        Self::new(energies)
    }

    /// The energies that need exponentials of their own at $u$.
    fn window(&self, u: f64) -> (usize, usize) {
        let first = |least: f64| self.energies.partition_point(|(x, _)| *x < least);
        (first(LOW - u), first(HIGH - u))
    }

    fn book(&self, what: &str, visited: usize) -> Result<(), TheoryError> {
        book(what, VISIT * (visited as f64 + 4.0))
    }

    /// $\log\varphi(u)$.
    fn log_phi(&self, u: f64) -> Result<f64, TheoryError> {
        let (low, high) = self.window(u);
        let own = &self.energies[low..high];
        self.book("averages over energies", own.len())?;
        let mut lost = self.above[high] + (u + self.before[low].log_first).exp();
        lost += own.iter().map(|(x, p)| -p * (-(u + x).exp()).exp_m1()).sum::<f64>();
        if lost < 0.5 {
            return Ok((-lost).ln_1p());
        }
        let kept = own.iter().map(|(x, p)| p * (-(u + x).exp()).exp()).sum::<f64>();
        Ok((self.before[low].probability + kept).ln())
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
            let term = s - s.exp() + count * self.log_phi(s)?;
            largest = largest.max(term);
            terms.push(term);
        }
        // Beyond e^(-20000) nothing is left of the weight.
        Ok(0.0)
    }

    /// $\mathbb E\log\frac{S}{K}$ for the sum $S$ of `count` terms, and $e^{planted}$ where it is given, and their number $K$.
    pub fn mean_log_sum_over_number(&self, count: f64, planted: Option<f64>) -> Result<f64, TheoryError> {
        let number = count + f64::from(u8::from(planted.is_some()));
        let narrow = self.energies.iter().all(|(x, _)| x.abs() < 40.0);
        // log E e^(-S e^u) e^(K e^u), to its own digits where the terms differ little from 1.
        let excess = |u: f64| -> Result<f64, TheoryError> {
            let v = u.exp();
            let above = |x: f64| if x < 700.0 { v * x.exp_m1() } else { (u + x).exp() };
            let mut log = 0.0;
            if count > 0.0 {
                let mean: f64 = if narrow && u < 1.0 {
                    self.book("the mean logarithm of a sum", self.energies.len())?;
                    self.energies.iter().map(|(x, p)| p * (-above(*x)).exp_m1()).sum()
                } else {
                    f64::NEG_INFINITY
                };
                log += count * if mean > -0.5 { mean.ln_1p() } else { self.log_phi(u)? + v };
            }
            Ok(log - planted.map_or(0.0, above))
        };
        // log E e^(-S e^u) itself, where e^(-K e^u) is nothing beside it: low energies keep the sum small up to large u.
        let whole = |u: f64| -> Result<f64, TheoryError> {
            let log = if count > 0.0 { count * self.log_phi(u)? } else { 0.0 };
            Ok(log - planted.map_or(0.0, |planted| (u + planted).exp()))
        };
        let alone = |u: f64| number * u.exp() > -1.3 * LOG_NEGLIGIBLE;
        let mut top = (-LOG_NEGLIGIBLE / number).ln();
        let mut stride = 1.0;
        while whole(top)? > LOG_NEGLIGIBLE {
            top += stride;
            stride *= 2.0;
        }
        let mut sum = 0.0;
        for i in 0.. {
            let u = top - STEP * f64::from(i);
            if alone(u) {
                sum -= whole(u)?.exp();
                continue;
            }
            let (base, excess) = (-number * u.exp(), excess(u)?);
            sum +=
                if excess < 1.0 { -base.exp() * excess.exp_m1() } else { base.exp() - (base + excess).exp() };
            // What can still come is at most 1 - E e^(-S e^u), and falls like e^u in the end.
            let left = number * u.exp() - count * if count > 0.0 { self.log_phi(u)? } else { 0.0 }
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
        let mut top = -count.ln();
        let mut stride = 1.0;
        while (count - 1.0) * self.log_phi(top)? > LOG_NEGLIGIBLE {
            top += stride;
            stride *= 2.0;
        }
        let (mut norm, mut participation, mut entropy, mut survived) = (0.0, 0.0, 0.0, 0.0);
        let mut u = top;
        for i in 0.. {
            u = top - step * f64::from(i);
            let (low, high) = self.window(u);
            self.book("averages over the shares", high - low)?;
            let below = self.before[low];
            let mut first = (u + below.log_first).exp();
            let mut second = (2.0 * u + below.log_second).exp();
            let mut logarithm = if low > 0 { -first * (EULER + u + below.mean) } else { 0.0 };
            let (mut lost, mut kept) = (self.above[high] + first, below.probability);
            for &(x, p) in &self.energies[low..high] {
                let w = (u + x).exp();
                let (gone, stays) = if w < 0.5 {
                    let gone = -(-w).exp_m1();
                    (gone, 1.0 - gone)
                } else {
                    let stays = (-w).exp();
                    (1.0 - stays, stays)
                };
                lost += p * gone;
                kept += p * stays;
                let share = p * w * stays;
                first += share;
                second += share * w;
                logarithm -= share * (EULER + u + x);
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
