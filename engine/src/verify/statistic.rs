//! Statistics with their confidence intervals.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

use solvable_figures::figure::Estimate;

/// Two-sided confidence level of every interval.
pub const CONFIDENCE: f64 = 0.99;

/// Chance that an interval misses the truth: what all looks at the trials of a case may spend together.
pub const ALPHA: f64 = 1.0 - CONFIDENCE;

/// What look number `look` (from 0) spends of [`ALPHA`]: three quarters of what the looks before it have left,
/// $\alpha_k=3\alpha/4^{k+1}$. By Bonferroni's inequality the intervals hold jointly over all looks, however many there will
/// be and whatever ends them; the first one is 4 % wider than that of a single look.
pub fn spent(look: usize) -> f64 {
    0.75 * ALPHA * 0.25f64.powi(i32::try_from(look).unwrap_or(i32::MAX))
}

/// What a claim reads off its trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statistic {
    /// The mean over trials; Student-$t$ interval.
    Mean,
    /// The median over trials; interval between two order statistics. For heavy tails.
    Median,
    /// The trial that deviates most; no interval. For identities that hold in every single trial.
    Identity,
    /// The root mean square over trials; jackknife interval. For distances and residuals.
    RootMeanSquare,
    /// The slope of $\ln$(mean) on $\ln$(size) over several sizes; jackknife interval.
    LogSlope,
    /// The slope of $\ln$(root mean square) on $\ln$(size) over several sizes; jackknife interval.
    RmsLogSlope,
    /// Kolmogorov's distance between the law of a trial's number and the predicted law; interval from the
    /// Dvoretzky–Kiefer–Wolfowitz inequality. The prediction is the distribution function at the measured number.
    Kolmogorov,
}

impl Statistic {
    /// In words, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Identity => "worst trial",
            Self::RootMeanSquare => "root mean square",
            Self::LogSlope => "log-log slope",
            Self::RmsLogSlope => "log-log slope of the root mean square",
            Self::Kolmogorov => "Kolmogorov distance",
        }
    }
}

/// A sample that no interval can be computed for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatisticError {
    /// Fewer trials than the statistic needs.
    #[error("{found} trials; the {statistic} needs at least {needed}")]
    TooFewTrials {
        /// Trials found.
        found: usize,
        /// Trials needed.
        needed: usize,
        /// The statistic.
        statistic: &'static str,
    },
    /// A slope over fewer than three different sizes.
    #[error("a log-log slope needs at least three different sizes > 0, found {found:?}")]
    TooFewSizes {
        /// The sizes found.
        found: Vec<f64>,
    },
    /// The logarithm of a mean that is not positive.
    #[error("the mean {mean} at size {size} has no logarithm")]
    NotPositive {
        /// The mean.
        mean: f64,
        /// The size at which it was found.
        size: f64,
    },
}

/// Quantile of Student's t law for a two-sided interval that misses with the chance `alpha`.
fn student_quantile(freedom: f64, alpha: f64) -> f64 {
    let level = 1.0 - alpha / 2.0;
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(level))
}

/// The standard error behind the interval of one of `count` components from `trials` trials: exact for means, and of the right size
/// for the other statistics.
pub fn standard_error(interval: Estimate, trials: usize, count: usize) -> f64 {
    let freedom = trials.saturating_sub(1).max(1) as f64;
    (interval.high - interval.low) / 2.0 / student_quantile(freedom, ALPHA / count.max(1) as f64)
}

/// Mean of `sample` with its Student-$t$ interval, which misses with the chance `alpha`.
pub fn mean(sample: &[f64], alpha: f64) -> Result<Estimate, StatisticError> {
    let n = enough(sample, 2, Statistic::Mean)?;
    let value = sample.iter().sum::<f64>() / n;
    let variance = sample.iter().map(|x| (x - value).powi(2)).sum::<f64>() / (n - 1.0);
    let half = student_quantile(n - 1.0, alpha) * (variance / n).sqrt();
    Ok(Estimate { value, low: value - half, high: value + half })
}

/// Median of `sample` with the narrowest interval between two order statistics, equally far from the ends, that misses with the
/// chance `alpha` at the most, whatever the law: $P(\mathrm{miss})=2P(\mathrm{Bin}(n,\frac12)<k)$ between the $k$-th ones.
pub fn median(sample: &[f64], alpha: f64) -> Result<Estimate, StatisticError> {
    // The extremes miss with the chance 2^{1-n}.
    enough(sample, (1.0 + alpha.recip().log2()).ceil() as usize, Statistic::Median)?;
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let k = Binomial::new(0.5, n as u64).map_or(1, |law| law.inverse_cdf(alpha / 2.0) as usize).max(1);
    Ok(Estimate { low: sorted[k - 1], high: sorted[n - k], value: middle(sorted) })
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n % 2 == 1 { values[n / 2] } else { 0.5 * (values[n / 2 - 1] + values[n / 2]) }
}

/// The value of `sample` farthest from zero, as an interval of width zero.
pub fn worst(sample: &[f64]) -> Result<Estimate, StatisticError> {
    enough(sample, 1, Statistic::Identity)?;
    let value = sample.iter().copied().fold(0.0, |w: f64, x| if x.abs() > w.abs() { x } else { w });
    Ok(Estimate { value, low: value, high: value })
}

/// Root mean square of `sample` with its delete-one jackknife interval, which misses with the chance `alpha`.
pub fn root_mean_square(sample: &[f64], alpha: f64) -> Result<Estimate, StatisticError> {
    let n = enough(sample, 2, Statistic::RootMeanSquare)?;
    let sum: f64 = sample.iter().map(|x| x * x).sum();
    let left_out: Vec<f64> = sample.iter().map(|x| ((sum - x * x).max(0.0) / (n - 1.0)).sqrt()).collect();
    let center = left_out.iter().sum::<f64>() / n;
    let variance = (n - 1.0) / n * left_out.iter().map(|x| (x - center).powi(2)).sum::<f64>();
    let (value, half) = ((sum / n).sqrt(), student_quantile(n - 1.0, alpha) * variance.sqrt());
    Ok(Estimate { value, low: value - half, high: value + half })
}

/// Kolmogorov's distance between the sample whose values of the predicted distribution function are `levels`, and the
/// uniform law, with the interval of Dvoretzky, Kiefer, Wolfowitz and Massart: $\pm\sqrt{\ln(2/\alpha)/2n}$.
pub fn kolmogorov(levels: &[f64], alpha: f64) -> Result<Estimate, StatisticError> {
    let n = enough(levels, 8, Statistic::Kolmogorov)?;
    let mut sorted = levels.to_vec();
    sorted.sort_by(f64::total_cmp);
    let steps = sorted.iter().enumerate();
    let value = steps.fold(0.0, |d: f64, (i, u)| d.max(u - i as f64 / n).max((i + 1) as f64 / n - u));
    let half = ((2.0 / alpha).ln() / (2.0 * n)).sqrt();
    Ok(Estimate { value, low: (value - half).max(0.0), high: (value + half).min(1.0) })
}

/// Slope of $\ln\bar m_i$ on $\ln x_i$ (least squares, equal weights) for samples $m_{ir}$ at sizes $x_i$, with its
/// interval from the delete-one jackknife within each size, which misses with the chance `alpha`.
pub fn log_slope(sizes: &[f64], samples: &[Vec<f64>], alpha: f64) -> Result<Estimate, StatisticError> {
    let weights = slope_weights(sizes)?;
    let mut value = 0.0;
    let mut variance = 0.0;
    let mut freedom = 0.0;
    for ((weight, sample), &size) in weights.iter().zip(samples).zip(sizes) {
        let n = enough(sample, 2, Statistic::LogSlope)?;
        let sum: f64 = sample.iter().sum();
        let log = |mean: f64| {
            if mean > 0.0 { Ok(mean.ln()) } else { Err(StatisticError::NotPositive { mean, size }) }
        };
        let left_out = sample.iter().map(|x| log((sum - x) / (n - 1.0))).collect::<Result<Vec<_>, _>>()?;
        let center = left_out.iter().sum::<f64>() / n;
        value += weight * log(sum / n)?;
        variance +=
            weight * weight * (n - 1.0) / n * left_out.iter().map(|x| (x - center).powi(2)).sum::<f64>();
        freedom += n - 1.0;
    }
    let half = student_quantile(freedom, alpha) * variance.sqrt();
    Ok(Estimate { value, low: value - half, high: value + half })
}

/// Slope of $\ln y_i$ on $\ln x_i$ for exact values.
pub fn exact_log_slope(sizes: &[f64], values: &[f64]) -> Result<f64, StatisticError> {
    let weights = slope_weights(sizes)?;
    weights.iter().zip(values).zip(sizes).try_fold(0.0, |slope, ((weight, &mean), &size)| {
        if mean > 0.0 {
            Ok(slope + weight * mean.ln())
        } else {
            Err(StatisticError::NotPositive { mean, size })
        }
    })
}

/// The slope is linear in the logarithms of the means: the coefficients.
fn slope_weights(sizes: &[f64]) -> Result<Vec<f64>, StatisticError> {
    let mut different = sizes.to_vec();
    different.sort_by(f64::total_cmp);
    different.dedup();
    if different.len() < 3 || different[0] <= 0.0 {
        return Err(StatisticError::TooFewSizes { found: sizes.to_vec() });
    }
    let logs: Vec<f64> = sizes.iter().map(|x| x.ln()).collect();
    let center = logs.iter().sum::<f64>() / logs.len() as f64;
    let square: f64 = logs.iter().map(|x| (x - center).powi(2)).sum();
    Ok(logs.iter().map(|x| (x - center) / square).collect())
}

fn enough(sample: &[f64], needed: usize, statistic: Statistic) -> Result<f64, StatisticError> {
    if sample.len() >= needed {
        Ok(sample.len() as f64)
    } else {
        Err(StatisticError::TooFewTrials { found: sample.len(), needed, statistic: statistic.name() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;
    use approx::assert_relative_eq;

    #[test]
    fn student_interval_matches_the_tables() {
        // t_{0.995, 4} = 4.604095; the sample has mean 3 and standard deviation sqrt(2.5).
        let estimate = mean(&[1.0, 2.0, 3.0, 4.0, 5.0], ALPHA).unwrap();
        assert_relative_eq!(estimate.value, 3.0);
        assert_relative_eq!(estimate.high - 3.0, 4.604_094_9 * (2.5f64 / 5.0).sqrt(), max_relative = 1e-6);
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        let covered = |interval: fn(&[f64]) -> Estimate| {
            (0..2000)
                .filter(|&r| {
                    let e = interval(&Streams::for_trial("coverage", "", r, 0).normals(24, 1.0));
                    e.low <= 0.0 && 0.0 <= e.high
                })
                .count()
        };
        let by_mean = covered(|s| mean(s, ALPHA).unwrap());
        assert!((1960..=1995).contains(&by_mean), "{by_mean} of 2000, expected 1980");
        let by_median = covered(|s| median(s, ALPHA).unwrap());
        // Of 24 trials the sixth from either end misses with 0.7 %.
        assert!((1975..=2000).contains(&by_median), "{by_median} of 2000, expected 1987");
    }

    #[test]
    fn the_jackknife_interval_of_a_slope_covers() {
        let sizes = [50.0, 100.0, 200.0];
        let covered = (0..1000)
            .filter(|&r| {
                let noise = Streams::for_trial("slope", "", r, 0);
                let samples: Vec<Vec<f64>> = sizes
                    .iter()
                    .enumerate()
                    .map(|(i, m)| {
                        noise.nth_child("size", i).normals(30, 0.1).iter().map(|z| m * (1.0 + z)).collect()
                    })
                    .collect();
                let e = log_slope(&sizes, &samples, ALPHA).unwrap();
                e.low <= 1.0 && 1.0 <= e.high
            })
            .count();
        assert!((975..=999).contains(&covered), "{covered} of 1000, expected 990");
    }

    #[test]
    fn distances_between_laws_are_those_of_the_definition() {
        // Four levels: the empirical law jumps at 0.1, 0.2, 0.3, 0.9; the largest gap is 3/4 − 0.3.
        let repeated: Vec<f64> = [0.1, 0.2, 0.3, 0.9].repeat(2);
        assert_relative_eq!(kolmogorov(&repeated, ALPHA).unwrap().value, 0.45, epsilon = 1e-12);
        let covered = (0..300)
            .filter(|&r| {
                let normals = Streams::for_trial("kolmogorov", "", r, 0).normals(100, 1.0);
                let levels: Vec<f64> = normals.iter().map(|z| 0.5 * libm_erfc(-z / 2f64.sqrt())).collect();
                kolmogorov(&levels, ALPHA).unwrap().low == 0.0
            })
            .count();
        assert!(covered >= 292, "{covered} of 300, expected at least 297");
    }

    fn libm_erfc(x: f64) -> f64 {
        statrs::function::erf::erfc(x)
    }

    #[test]
    fn root_mean_squares_cover() {
        let covered = (0..1000)
            .filter(|&r| {
                let e =
                    root_mean_square(&Streams::for_trial("rms", "", r, 0).normals(60, 2.0), ALPHA).unwrap();
                e.low <= 2.0 && 2.0 <= e.high
            })
            .count();
        assert!((960..=998).contains(&covered), "{covered} of 1000, expected about 985");
        assert_relative_eq!(root_mean_square(&[3.0, 4.0, 0.0, 0.0], ALPHA).unwrap().value, 2.5);
    }

    #[test]
    fn samples_that_say_nothing_are_refused() {
        assert!(mean(&[1.0], ALPHA).is_err());
        assert!(worst(&[]).is_err());
        assert!(log_slope(&[1.0, 2.0], &[vec![1.0, 2.0], vec![1.0, 2.0]], ALPHA).is_err());
        assert!(
            log_slope(&[1.0, 2.0, 4.0], &[vec![1.0, -1.0], vec![1.0, 2.0], vec![1.0, 2.0]], ALPHA).is_err()
        );
    }
}
