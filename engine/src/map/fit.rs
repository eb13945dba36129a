//! Finite-size laws: what a discrepancy does as the size grows, and where it goes.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::verify::Estimate;

/// A discrepancy $\delta\pm\sigma$ at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The size.
    pub size: f64,
    /// The discrepancy.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// The law $\delta=a\,x^{-p}$ of a discrepancy that vanishes at infinite size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// The exponent $p$.
    pub exponent: Estimate,
    /// The coefficient $a$.
    pub coefficient: Estimate,
    /// The smallest size that obeys the law.
    pub from: f64,
    /// $\chi^2$ of the fit, per degree of freedom.
    pub misfit: f64,
}

/// Where $\delta=c+a\,x^{-p}$ goes at infinite size, whatever $p$ is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The limit $c$.
    pub value: Estimate,
    /// The smallest size that obeys the law.
    pub from: f64,
    /// $\chi^2$ of the fit, per degree of freedom.
    pub misfit: f64,
}

/// The exponents that are looked at. Below a quarter nothing would converge within the sizes that can be simulated; above four
/// a correction is gone at the second size.
pub(super) const EXPONENTS: (f64, f64) = (0.25, 4.0);

fn exponents() -> impl Iterator<Item = f64> {
    let (low, high) = EXPONENTS;
    let steps = ((high - low) * 100.0).round() as u32;
    (0..=steps).map(move |k| (low * 100.0 + f64::from(k)) / 100.0)
}

/// A misfit beyond this quantile of $\chi^2$ is none of noise.
const MISFIT: f64 = 0.995;

/// The power law of `points`, by least squares over the exponent's profile; `None` where fewer than three sizes obey one or no
/// correction is seen. The smallest sizes are left out as long as the law does not describe them.
///
/// Intervals are those of the profile: all exponents (and coefficients) whose $\chi^2$ exceeds the best one by no more
/// than noise does but with the chance `alpha`, in units of the misfit where that is above one.
pub fn power_law(points: &[Point], alpha: f64) -> Option<PowerLaw> {
    let fit = |points: &[Point]| {
        let profile: Vec<_> = exponents().map(|p| (p, proportional(points, p))).collect();
        let best = profile.iter().min_by(|a, b| a.1.chi2.total_cmp(&b.1.chi2))?;
        let freedom = points.len() as f64 - 2.0;
        let scale = (best.1.chi2 / freedom).max(1.0);
        let near: Vec<_> = profile
            .iter()
            .filter(|(_, line)| line.chi2 <= best.1.chi2 + scale * quantile(1.0, alpha))
            .collect();
        let exponent = Estimate { value: best.0, low: near.first()?.0, high: near.last()?.0 };
        let a: Vec<f64> = near.iter().map(|(_, line)| line.value).collect();
        let coefficient = Estimate { value: best.1.value, low: least(&a), high: most(&a) };
        let law =
            PowerLaw { exponent, coefficient, from: points.first()?.size, misfit: best.1.chi2 / freedom };
        Some((law, best.1.chi2, freedom))
    };
    let (law, chi2) = without_small(points, 3, fit)?;
    let free: f64 = points.iter().filter(|p| p.size >= law.from).map(|p| (p.value / p.error).powi(2)).sum();
    // Two parameters that explain no more than noise would.
    (free - chi2 > quantile(2.0, alpha)).then_some(law)
}

/// The limit of `points` at infinite size; `None` for fewer than four sizes.
///
/// The interval is the union over all exponents of the limits whose $\chi^2$ exceeds the best one by no more than noise does but with
/// the chance `alpha`.
pub fn limit(points: &[Point], alpha: f64) -> Option<Limit> {
    let fit = |points: &[Point]| {
        let profile: Vec<_> = exponents().filter_map(|p| affine(points, p)).collect();
        let best = profile.iter().min_by(|a, b| a.chi2.total_cmp(&b.chi2))?;
        let freedom = points.len() as f64 - 3.0;
        let scale = (best.chi2 / freedom).max(1.0);
        let reach = best.chi2 + scale * quantile(1.0, alpha);
        // At a given exponent chi2 is a parabola of the limit.
        let ends = profile.iter().filter(|line| line.chi2 <= reach).map(|line| {
            let half = ((reach - line.chi2) * line.variance).sqrt();
            (line.value - half, line.value + half)
        });
        let (low, high) =
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (a, b)| (l.min(a), h.max(b)));
        let value = Estimate { value: best.value, low, high };
        Some((Limit { value, from: points.first()?.size, misfit: best.chi2 / freedom }, best.chi2, freedom))
    };
    without_small(points, 4, fit).map(|(limit, ..)| limit)
}

/// Fits, without the smallest sizes as long as the misfit is none of noise and `fewest` stay; `None` where it always is.
fn without_small<T>(
    points: &[Point],
    fewest: usize,
    fit: impl Fn(&[Point]) -> Option<(T, f64, f64)>,
) -> Option<(T, f64)> {
    if points.iter().any(|p| p.error <= 0.0 || !(p.value.is_finite() && p.error.is_finite() && p.size > 0.0))
    {
        return None;
    }
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.size.total_cmp(&b.size));
    for skipped in 0..=sorted.len().checked_sub(fewest)? {
        let (fitted, chi2, freedom) = fit(&sorted[skipped..])?;
        let fits = chi2 <= ChiSquared::new(freedom).map_or(f64::INFINITY, |law| law.inverse_cdf(MISFIT));
        if fits {
            return Some((fitted, chi2));
        }
    }
    None
}

struct Line {
    chi2: f64,
    /// The coefficient, or the limit.
    value: f64,
    /// Its variance.
    variance: f64,
}

/// $\delta=a\,x^{-p}$ at a given exponent.
fn proportional(points: &[Point], p: f64) -> Line {
    let (mut uu, mut uy, mut yy) = (0.0, 0.0, 0.0);
    for point in points {
        let (u, y) = (point.size.powf(-p) / point.error, point.value / point.error);
        uu += u * u;
        uy += u * y;
        yy += y * y;
    }
    Line { chi2: (yy - uy * uy / uu).max(0.0), value: uy / uu, variance: 1.0 / uu }
}

/// $\delta=c+a\,x^{-p}$ at a given exponent, as a line in $x^{-p}$, centred: the sizes may be far from the limit.
fn affine(points: &[Point], p: f64) -> Option<Line> {
    let weight = |point: &Point| point.error.powi(-2);
    let total: f64 = points.iter().map(weight).sum();
    let mean = |f: &dyn Fn(&Point) -> f64| points.iter().map(|q| weight(q) * f(q)).sum::<f64>() / total;
    let (u, y) = (mean(&|q| q.size.powf(-p)), mean(&|q| q.value));
    let spread = total * mean(&|q| (q.size.powf(-p) - u).powi(2));
    if spread <= 0.0 {
        return None;
    }
    let slope = total * mean(&|q| (q.size.powf(-p) - u) * (q.value - y)) / spread;
    let chi2 = total * mean(&|q| (q.value - y - slope * (q.size.powf(-p) - u)).powi(2));
    Some(Line { chi2, value: y - slope * u, variance: 1.0 / total + u * u / spread })
}

/// What $\chi^2$ exceeds with the chance `alpha`.
fn quantile(freedom: f64, alpha: f64) -> f64 {
    ChiSquared::new(freedom).map_or(f64::INFINITY, |law| law.inverse_cdf(1.0 - alpha))
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;
    use crate::verify::statistic::ALPHA;

    const SIZES: [f64; 6] = [32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

    fn noisy(law: impl Fn(f64) -> f64, error: f64, run: u64) -> Vec<Point> {
        let noise = Streams::for_trial("fit", "", run, 0).normals(SIZES.len(), error);
        SIZES.iter().zip(noise).map(|(&size, z)| Point { size, value: law(size) + z, error }).collect()
    }

    #[test]
    fn intervals_of_the_exponent_and_of_the_limit_cover() {
        let runs = 400;
        let (mut exponents, mut limits, mut seen, mut off) = (0, 0, 0, 0);
        for run in 0..runs {
            let points = noisy(|x| 1.5 / x, 0.0004, run);
            let law = power_law(&points, ALPHA).unwrap();
            exponents += usize::from(law.exponent.low <= 1.0 && 1.0 <= law.exponent.high);
            let to = limit(&points, ALPHA).unwrap().value;
            limits += usize::from(to.low <= 0.0 && 0.0 <= to.high);
            seen += usize::from(power_law(&noisy(|_| 0.0, 0.01, run), ALPHA).is_some());
            let shifted = limit(&noisy(|x| 0.01 + 1.5 / x, 0.0004, run), ALPHA).unwrap().value;
            off += usize::from(shifted.low > 0.0);
        }
        let share = |count: usize| count as f64 / runs as f64;
        assert!(share(exponents) >= 0.97, "{exponents} of {runs} exponents");
        assert!(share(limits) >= 0.97, "{limits} of {runs} limits");
        assert!(share(seen) <= 0.06, "{seen} of {runs} corrections seen in noise");
        assert!(share(off) >= 0.99, "{off} of {runs} limits other than 0 are told from it");
    }

    #[test]
    fn small_sizes_that_obey_another_law_are_left_out() {
        let points = noisy(|x| if x < 50.0 { 0.5 } else { 2.0 / x.sqrt() }, 0.001, 1);
        let law = power_law(&points, ALPHA).unwrap();
        assert_eq!(law.from, 64.0);
        assert!(law.exponent.low <= 0.5 && 0.5 <= law.exponent.high && law.misfit < 5.0, "{law:?}");
        assert!(limit(&points[..3], ALPHA).is_none() && power_law(&points[..2], ALPHA).is_none());
        let exact = [Point { size: 1.0, value: 0.0, error: 0.0 }; 6];
        assert!(power_law(&exact, ALPHA).is_none() && limit(&exact, ALPHA).is_none());
    }
}
