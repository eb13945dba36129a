//! The chi-square law: squared norms of Gaussian patterns, spreads of outputs.

use libm::lgamma;

use crate::random_energies::LOG_NEGLIGIBLE;

/// Terms of a series or a continued fraction; both need about $\sqrt n$.
const TERMS: usize = 100_000;

/// The density at $t>0$ with `n` degrees of freedom.
pub(crate) fn density(n: f64, t: f64) -> f64 {
    let half = 0.5 * n;
    ((half - 1.0) * t.ln() - 0.5 * t - half * 2f64.ln() - lgamma(half)).exp()
}

/// $P(\chi_n^2>t)$, to about 13 digits: the series of the lower incomplete gamma function below the mean, the continued fraction of the upper one above.
pub(crate) fn survival(n: f64, t: f64) -> f64 {
    if t <= 0.0 {
        return 1.0;
    }
    if t == f64::INFINITY {
        return 0.0;
    }
    let (a, x) = (0.5 * n, 0.5 * t);
    let front = (a * x.ln() - x - lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (a.recip(), a.recip());
        for k in 1..TERMS {
            term *= x / (a + k as f64);
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    // Γ(a, x) = front / (x + 1 − a − 1(1 − a)/(x + 3 − a − ...)), from the front by Lentz's method.
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (f64::MAX, b.recip());
    let mut value = d;
    for k in 1..TERMS {
        let k = k as f64;
        let numerator = k * (a - k);
        b += 2.0;
        d = (numerator * d + b).recip();
        c = b + numerator / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * value
}

/// The $t$ with $P(\chi_n^2>t)=$ `tail`, by bisection.
pub(crate) fn upper_quantile(n: f64, tail: f64) -> f64 {
    let mut high = n + 10.0;
    while survival(n, high) > tail {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if survival(n, middle) > tail { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// `count` nodes of $\chi_N$ and their probabilities, by the trapezoidal rule in $\log\chi$: the density falls exponentially
/// towards 0 and faster above, so that the rule converges exponentially for every $N$; no norm is needed, as the weights
/// sum to 1.
pub(crate) fn radii(n: f64, count: usize) -> Vec<(f64, f64)> {
    radii_to(n, count, LOG_NEGLIGIBLE)
}

/// [`radii`] down to another logarithm of the density, relative to its peak.
pub(crate) fn radii_to(n: f64, count: usize, least: f64) -> Vec<(f64, f64)> {
    // log density against its peak at χ = √N, u = log(χ/√N).
    let log_density = |u: f64| n * (u - 0.5 * (2.0 * u).exp_m1());
    let end = |sign: f64| {
        let mut far = sign * 1e-3;
        while log_density(far) > least {
            far *= 2.0;
        }
        let (mut low, mut high) = (0.0, far);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if log_density(middle) > least { low = middle } else { high = middle }
        }
        high
    };
    let (low, high) = (end(-1.0), end(1.0));
    let step = (high - low) / count as f64;
    let nodes = (0..=count).map(|i| low + step * i as f64);
    let mut nodes: Vec<(f64, f64)> = nodes.map(|u| (n.sqrt() * u.exp(), log_density(u).exp())).collect();
    let total: f64 = nodes.iter().map(|node| node.1).sum();
    nodes.iter_mut().for_each(|node| node.1 /= total);
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_and_four_degrees_are_elementary() {
        for t in [1e-3f64, 0.5, 3.0, 5.99, 6.01, 40.0, 700.0] {
            let two = (-0.5 * t).exp();
            approx::assert_relative_eq!(survival(2.0, t), two, max_relative = 1e-12);
            approx::assert_relative_eq!(survival(4.0, t), two * (1.0 + 0.5 * t), max_relative = 1e-12);
        }
        assert_eq!((survival(2.0, f64::MAX), survival(2.0, f64::INFINITY)), (0.0, 0.0));
        approx::assert_relative_eq!(upper_quantile(2.0, 1e-6), 12.0 * 10f64.ln(), max_relative = 1e-12);
    }

    #[test]
    fn one_degree_is_a_normal_square() {
        for t in [0.1f64, 1.0, 4.0, 30.0] {
            let normal = libm::erfc((0.5 * t).sqrt());
            approx::assert_relative_eq!(survival(1.0, t), normal, max_relative = 1e-11);
        }
    }

    #[test]
    fn the_density_is_the_slope() {
        for (n, t) in [(3.0, 2.0), (30.0, 55.0), (1000.0, 980.0)] {
            let slope = (survival(n, t - 1e-4) - survival(n, t + 1e-4)) / 2e-4;
            approx::assert_relative_eq!(slope, density(n, t), max_relative = 1e-6);
        }
    }
}
