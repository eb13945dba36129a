//! Averages over what units of one layer have of their own, given what a sample shares with the others.

use libm::erfc;

use super::budget::spend;
use super::numeric::{Rule, settle};
use super::rules::{Node, density, for_each_in_panels, graded, trapezoid};
use crate::activation::Kind;
use crate::error::positive;
use crate::{Activation, TheoryError};

/// Moments of $\phi$ and $\phi'$ over $z\sim N(0,1)$ at $u=m+\sqrt v\,z$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Given {
    /// $E\phi$.
    pub mean: f64,
    /// $E\phi'$.
    pub slope: f64,
    /// $E\phi'^2$, $E\phi'^3$, $E\phi'^4$.
    pub slopes: [f64; 3],
    /// Covariances of $\phi^2,\phi,\phi',\phi'^2$, to relative accuracy however small $v$ is.
    pub covariance: [[f64; 4]; 4],
    /// $E[z\phi']$.
    pub tilt: f64,
    /// $E[(z^2-1)\phi']$.
    pub bend: f64,
}

/// Centred sums: deviations of $\phi^2,\phi,\phi',\phi'^2$ from their values at $m$, their products, and those of $\phi'$ with $z$ and $z^2-1$.
#[derive(Default)]
struct Sums {
    first: [f64; 4],
    second: [[f64; 4]; 4],
    tilt: f64,
    bend: f64,
}

impl Sums {
    fn given(&self, value: f64, slope: f64) -> Given {
        let covariance: [[f64; 4]; 4] = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (low, high) = (i.min(j), i.max(j));
                let found = self.second[low][high] - self.first[i] * self.first[j];
                if i == j { found.max(0.0) } else { found }
            })
        });
        let (mean, first) = (value + self.first[1], slope + self.first[2]);
        let second = slope * slope + self.first[3];
        Given {
            mean,
            slope: first,
            slopes: [second, covariance[3][2] + second * first, covariance[3][3] + second * second],
            covariance,
            tilt: self.tilt,
            bend: self.bend,
        }
    }
}

/// Deviations below this share of a unit are taken as differences.
const CLOSE: f64 = 0.1;
/// Outer panels of a kinked function; as for the kernels.
const OUTER_PANEL: f64 = 3.0;
/// Finest trapezoidal rule.
const FINEST: u32 = 4;

/// The moments given the common part, with the weights of the common part: $u=\sqrt c\,y+\sqrt v\,z$ at the nodes of a rule for $y\sim N(0,1)$, for
/// averages over $y$ of products of two of them. `common` $=c\ge0$, `own` $=v>0$.
///
/// # Errors
/// An activation with kinks, other than ReLU: [`InvalidParameter`](TheoryError::InvalidParameter). As for [`gaussian_moments`](super::gaussian_moments).
pub(crate) fn given_common(
    phi: &Activation,
    common: f64,
    own: f64,
) -> Result<Vec<(f64, Given)>, TheoryError> {
    positive("the variance of what samples have of their own", own)?;
    let (common, own) = (common.sqrt(), own.sqrt());
    if is_relu(phi) {
        return Ok(rectified(common, own));
    }
    if !phi.kinks().is_empty() {
        let valid = "relu or a smooth one: moments to the fourth order are not known at its kinks";
        return Err(TheoryError::invalid("activation", phi, valid));
    }
    let (rule, _) = settle(phi, 0.0, common.hypot(own)).map_err(|error| match error {
        TheoryError::NonSmoothActivation { detail, .. } if !matches!(phi.0, Kind::Custom(_)) => {
            TheoryError::NotConverged { procedure: format!("the quadrature of `{phi}`"), detail }
        }
        other => other,
    })?;
    let outer = match rule {
        _ if common == 0.0 => vec![(0.0, 1.0)],
        // Fourth powers vary faster than the squares at which the rule has settled.
        Rule::Even(level) => trapezoid((level + 1).min(FINEST), 0.0),
        Rule::Graded(level) => graded(level, 0.0, own.max(1.0) / common, &[]),
    };
    let even = match rule {
        Rule::Even(level) => Some(trapezoid((level + 1).min(FINEST), 0.0)),
        Rule::Graded(_) => None,
    };
    let odd = phi.is_odd() && common > 0.0;
    let mut found = Vec::with_capacity(outer.len());
    for (y, weight) in outer {
        // Products of two moments are even in y for odd functions.
        let weight = match y.partial_cmp(&0.0) {
            Some(std::cmp::Ordering::Less) if odd => continue,
            Some(std::cmp::Ordering::Greater) if odd => 2.0 * weight,
            _ => weight,
        };
        let mean = common * y;
        let panels;
        let inner: &[Node] = match (&even, rule) {
            (Some(nodes), _) => nodes,
            (None, Rule::Graded(level)) => {
                panels = graded(level, -mean / own, 1.0 / own, &[]);
                &panels
            }
            (None, Rule::Even(_)) => &[],
        };
        spend(inner.len())?;
        found.push((weight, summed(phi, mean, own, inner)));
    }
    Ok(found)
}

fn is_relu(phi: &Activation) -> bool {
    matches!(phi.0, Kind::Relu) || matches!(phi.0, Kind::LeakyRelu { slope } if slope == 0.0)
}

fn summed(phi: &Activation, mean: f64, own: f64, nodes: &[Node]) -> Given {
    let (value, slope) = phi.value_and_derivative(mean);
    let mut sums = Sums::default();
    for &(z, weight) in nodes {
        let (rise, turn) = if own < CLOSE {
            phi.difference(mean, own * z)
        } else {
            let (v, s) = phi.value_and_derivative(own.mul_add(z, mean));
            (v - value, s - slope)
        };
        let terms = [rise * (2.0 * value + rise), rise, turn, turn * (2.0 * slope + turn)];
        for (i, one) in terms.iter().enumerate() {
            sums.first[i] += weight * one;
            for (j, other) in terms.iter().enumerate().skip(i) {
                sums.second[i][j] += weight * one * other;
            }
        }
        sums.tilt += weight * z * turn;
        sums.bend += weight * (z * z - 1.0) * turn;
    }
    sums.given(value, slope)
}

/// Truncated moments of ReLU, on panels cut around the kink.
fn rectified(common: f64, own: f64) -> Vec<(f64, Given)> {
    if common == 0.0 {
        return vec![(1.0, rectified_at(0.0, own))];
    }
    let width = own / common;
    let mut cuts = vec![0.0];
    for distance in [0.25, 1.0, 4.0, 10.0, 40.0] {
        cuts.extend([-distance * width, distance * width]);
    }
    let mut found = Vec::new();
    for_each_in_panels(OUTER_PANEL, &cuts, &mut |y, weight| {
        found.push((weight, rectified_at(common * y, own)));
    });
    found
}

fn rectified_at(mean: f64, own: f64) -> Given {
    let rho = mean / own;
    let tail = 0.5 * erfc(rho.abs() * std::f64::consts::FRAC_1_SQRT_2);
    let peak = density(rho);
    let mut sums = Sums::default();
    let value = if rho > 0.0 { mean } else { 0.0 };
    let slope = if rho > 0.0 { 1.0 } else { 0.0 };
    // Powers of g = (φ(u) − φ(m))/√v, and those times the turn of the slope: of the tail beyond the kink alone.
    let (mut powers, mut turned) = ([0.0; 5], [0.0; 5]);
    if rho > 0.0 {
        let mut moments = [1.0 - tail, peak, 0.0, 0.0, 0.0];
        for k in 2..5 {
            moments[k] = (k - 1) as f64 * moments[k - 2] + (-rho).powi(k as i32 - 1) * peak;
        }
        for k in 0..5 {
            let beyond = if tail == 0.0 { 0.0 } else { (-rho).powi(k as i32) * tail };
            powers[k] = moments[k] + beyond;
            turned[k] = -beyond;
        }
    } else {
        powers[0] = tail;
        powers[1] = (rho * tail + peak).max(0.0);
        for k in 2..5 {
            powers[k] = (rho * powers[k - 1] + (k - 1) as f64 * powers[k - 2]).max(0.0);
        }
        turned = powers;
    }
    // φ² − m² = v(g² + 2ρg) above the kink, v g² below it.
    let twice = if rho > 0.0 { 2.0 * rho } else { 0.0 };
    let square = |by: &[f64; 5], times: usize| by[times + 2] + twice * by[times + 1];
    let (one, two) = (own, own * own);
    sums.first = [two * square(&powers, 0), one * powers[1], turned[0], turned[0]];
    let squares = powers[4] + twice * (2.0 * powers[3] + twice * powers[2]);
    let turn = turned[0].abs();
    sums.second = [
        [
            two * two * squares,
            two * one * square(&powers, 1),
            two * square(&turned, 0),
            two * square(&turned, 0),
        ],
        [0.0, two * powers[2], one * turned[1], one * turned[1]],
        [0.0, 0.0, turn, turn],
        [0.0, 0.0, 0.0, turn],
    ];
    (sums.tilt, sums.bend) = (peak, -rho * peak);
    sums.given(value, slope)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::quadrature::rules::panels;

    fn all(given: &Given) -> Vec<f64> {
        let mut list = vec![given.mean, given.slope, given.tilt, given.bend];
        list.extend(given.slopes);
        list.extend(given.covariance.iter().flatten());
        list
    }

    #[test]
    fn truncated_moments_are_those_of_panels_cut_at_the_kink() {
        for (mean, own) in [(0.7, 0.5), (-0.4, 1.3), (0.0, 0.8), (3.0, 0.4), (-2.0, 0.9), (1e-3, 1.0)] {
            let panelled = summed_anyhow(&Activation::relu(), mean, own);
            for (exact, summed) in all(&rectified_at(mean, own)).into_iter().zip(all(&panelled)) {
                assert_relative_eq!(exact, summed, epsilon = 1e-12);
            }
        }
    }

    /// [`summed`] with plain differences, on panels.
    fn summed_anyhow(phi: &Activation, mean: f64, own: f64) -> Given {
        summed(phi, mean, own, &panels(1, &[-mean / own]))
    }

    #[test]
    fn moments_keep_their_digits_where_samples_are_all_but_equal() {
        for name in ["tanh", "erf", "sine", "gelu"] {
            let phi: Activation = name.parse().unwrap();
            // To leading order Cov = v ∇φ_i ∇φ_j.
            let (mean, own) = (0.6, 1e-5f64);
            let given = summed(&phi, mean, own, &trapezoid(2, 0.0));
            let (value, slope) = phi.value_and_derivative(mean);
            let step = 1e-4;
            let second = (phi.derivative(mean + step) - phi.derivative(mean - step)) / (2.0 * step);
            let gradient = [2.0 * value * slope, slope, second, 2.0 * slope * second];
            for i in 0..4 {
                for j in 0..4 {
                    let expected = own * own * gradient[i] * gradient[j];
                    assert_relative_eq!(given.covariance[i][j], expected, max_relative = 1e-4);
                }
            }
            assert_relative_eq!(given.tilt, own * second, max_relative = 1e-6);
        }
    }

    #[test]
    fn averages_over_the_common_part_are_the_kernels_and_their_slopes() {
        use crate::quadrature::kernel_pair;
        for (name, common, own) in [
            ("tanh", 1.2, 0.9),
            ("erf", 0.4, 1.1),
            ("gelu", 2.0, 0.3),
            ("relu", 0.8, 0.5),
            ("sine", 0.5, 0.7),
        ] {
            let phi: Activation = name.parse().unwrap();
            let nodes = given_common(&phi, common, own).unwrap();
            let over = |f: &dyn Fn(&Given) -> f64| nodes.iter().map(|(w, g)| w * f(g)).sum::<f64>();
            let q = common + own;
            let kernel = |p: f64, c: f64| kernel_pair(&phi, p, q, c).unwrap();
            let pair = kernel(q, common);
            assert_relative_eq!(over(&|g| g.mean * g.mean), pair.k, max_relative = 1e-9);
            assert_relative_eq!(over(&|g| g.slope * g.slope), pair.k_dot, max_relative = 1e-9);
            let h = 1e-4;
            let slope = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
            let by_variance = over(&|g| g.mean * g.tilt) / (2.0 * own.sqrt());
            assert_relative_eq!(by_variance, slope(&|h| kernel(q + h, common).k), epsilon = 1e-6);
            let bent = over(&|g| g.slope * g.bend) / (2.0 * own);
            assert_relative_eq!(bent, slope(&|h| kernel(q + h, common).k_dot), epsilon = 1e-6);
            let turned = over(&|g| g.tilt * g.tilt) / own;
            assert_relative_eq!(turned, slope(&|h| kernel(q, common + h).k_dot), epsilon = 1e-6);
        }
    }
}
