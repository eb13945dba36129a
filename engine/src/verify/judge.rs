//! From predictions and measurements to a judgement.

use std::error::Error;
use std::fmt;

use super::results::{Component, Judgement, Margin};
use super::statistic::{self, Statistic, StatisticError};
use super::verdict::Verdict;
use solvable_figures::figure::Estimate;

/// How a measurement is set against its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// $\delta=$ measured/predicted $-1$.
    Ratio,
    /// $\delta=$ measured $-$ predicted.
    Difference,
    /// $\delta=\|$measured $-$ predicted$\|$ over all components: a trajectory or a curve as one vector.
    Distance,
    /// $\delta=\|$measured $-$ predicted$\|/\|$predicted$\|$ over all components.
    RelativeDistance,
    /// $\delta=\max|$measured $-$ predicted$|$ over all components: Kolmogorov's distance of distribution functions.
    LargestDifference,
    /// $\delta=$ mean $|$measured $-$ predicted$|$ over all components: the Wasserstein distance $W_1$ of quantiles.
    MeanDifference,
}

impl Comparison {
    /// In words, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Difference => "difference",
            Self::Distance => "distance",
            Self::RelativeDistance => "relative distance",
            Self::LargestDifference => "largest difference",
            Self::MeanDifference => "mean difference",
        }
    }

    /// Whether all components are compared at once, as a vector.
    pub(crate) fn is_distance(self) -> bool {
        !matches!(self, Self::Ratio | Self::Difference)
    }

    /// The length of a vector of differences.
    fn length(self, x: &[f64]) -> f64 {
        match self {
            Self::LargestDifference => {
                x.iter().fold(0.0, |m: f64, x| if x.is_nan() { *x } else { m.max(x.abs()) })
            }
            Self::MeanDifference => x.iter().map(|x| x.abs()).sum::<f64>() / x.len().max(1) as f64,
            _ => x.iter().map(|x| x * x).sum::<f64>().sqrt(),
        }
    }

    /// The vector of equal components that has the length 1.
    fn even(self, count: usize) -> f64 {
        match self {
            Self::LargestDifference | Self::MeanDifference => 1.0,
            _ => (count as f64).sqrt().recip(),
        }
    }

    /// Moves a measurement made under one prediction to where it would lie under another.
    pub(super) fn moved(self, statistic: Statistic, measured: &mut [f64], from: &[f64], to: &[f64]) {
        let slope = matches!(statistic, Statistic::LogSlope | Statistic::RmsLogSlope);
        let scale = if self == Self::RelativeDistance { self.length(to) / self.length(from) } else { 1.0 };
        for ((m, from), to) in measured.iter_mut().zip(from).zip(to) {
            *m = if slope || self == Self::Ratio { *m * to / from } else { to + (*m - from) * scale };
        }
    }

    fn discrepancy(self, measured: f64, predicted: f64) -> Result<f64, JudgeError> {
        match self {
            Self::Ratio if predicted == 0.0 => Err(JudgeError::ZeroPrediction),
            Self::Ratio => Ok(measured / predicted - 1.0),
            _ => Ok(measured - predicted),
        }
    }

    fn measured(self, discrepancy: f64, predicted: f64) -> f64 {
        match self {
            Self::Ratio => predicted * (1.0 + discrepancy),
            _ => predicted + discrepancy,
        }
    }
}

/// Why a case cannot be judged. Not an [`Error`] itself, so that `?` turns every error of a theory or a simulation into it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum JudgeError {
    /// A ratio to a prediction that is zero.
    ZeroPrediction,
    /// A prediction or a discrepancy that is not a number.
    NotFinite {
        /// What is not finite.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Prediction and measurement have different numbers of components.
    Shape {
        /// Components of the prediction.
        predicted: usize,
        /// Components of the measurement.
        measured: usize,
    },
    /// The claim lacks a piece that a claim must have.
    Incomplete(&'static str),
    /// A trial ended in an error.
    Trial {
        /// The experiment.
        experiment: String,
        /// The trial's number.
        trial: u64,
        /// The error of the trial.
        message: String,
    },
    /// A prediction that cannot be evaluated, or anything else that a paper's own reading can run into.
    Other(String),
}

impl fmt::Display for JudgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroPrediction => f.write_str("the prediction is 0; compare by difference"),
            Self::NotFinite { what, value } => write!(f, "the {what} is {value}"),
            Self::Shape { predicted, measured } => {
                write!(f, "{predicted} components are predicted, {measured} measured")
            }
            Self::Incomplete(piece) => write!(f, "the claim declares no {piece}"),
            Self::Trial { experiment, trial, message } => {
                write!(f, "trial {trial} of {experiment} failed: {message}")
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl<E: Error> From<E> for JudgeError {
    fn from(error: E) -> Self {
        Self::Other(error.to_string())
    }
}

/// The trials of one setting, read by a claim: measured and predicted components of every trial.
pub(super) struct Reading {
    pub size: f64,
    pub measured: Vec<Vec<f64>>,
    pub predicted: Vec<Vec<f64>>,
}

/// The rule by which a claim and its rivals are judged.
pub(super) struct Rule<'a> {
    pub statistic: Statistic,
    pub comparison: Comparison,
    pub margin: Margin,
    pub labels: &'a [String],
    /// Breaks the prediction on purpose, to see that the rule notices.
    pub breakage: Breakage,
    /// Chance that an interval misses, over all components together (Bonferroni).
    pub alpha: f64,
}

/// How a prediction is falsified on purpose: by the factor 1.2, or by three margins where a factor means nothing
/// (differences, slopes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Breakage {
    /// It is not.
    #[default]
    None,
    /// The prediction is made too large.
    TooLarge,
    /// The prediction is made too small.
    TooSmall,
}

impl Breakage {
    fn apply(self, predicted: f64, comparison: Comparison, margin: Margin) -> f64 {
        const FACTOR: f64 = 1.2;
        let shift = 3.0 * margin.high;
        match (self, comparison) {
            (Self::None, _) => predicted,
            (Self::TooLarge, Comparison::Ratio) => predicted * FACTOR,
            (Self::TooSmall, Comparison::Ratio) => predicted / FACTOR,
            (Self::TooLarge, _) => predicted + shift,
            (Self::TooSmall, _) => predicted - shift,
        }
    }

    /// Moves a vector by three margins (of its own length, for relative distances), evenly over its components.
    fn apply_to_vector(self, predicted: &[f64], comparison: Comparison, margin: Margin) -> Vec<f64> {
        let scale =
            if comparison == Comparison::RelativeDistance { comparison.length(predicted) } else { 1.0 };
        let shift = 3.0 * margin.high * scale * comparison.even(predicted.len());
        let sign = match self {
            Self::None => 0.0,
            Self::TooLarge => 1.0,
            Self::TooSmall => -1.0,
        };
        predicted.iter().map(|p| p + sign * shift).collect()
    }
}

impl Rule<'_> {
    pub fn judge(&self, readings: &[Reading]) -> Result<Judgement, JudgeError> {
        let components = match self.statistic {
            Statistic::LogSlope | Statistic::RmsLogSlope => vec![self.slope(readings)?],
            _ => {
                let [reading] = readings else {
                    return Err(JudgeError::Other(
                        "a statistic other than a slope is judged one setting at a time".into(),
                    ));
                };
                self.components(reading)?
            }
        };
        let verdict = components.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Failed);
        Ok(Judgement { verdict, components })
    }

    fn components(&self, reading: &Reading) -> Result<Vec<Component>, JudgeError> {
        let count = reading.predicted.first().map_or(0, Vec::len);
        // As vectors, trials may have their own numbers of components.
        let alike = |len: usize| len == count || self.comparison.is_distance();
        for (predicted, measured) in reading.predicted.iter().zip(&reading.measured) {
            if predicted.len() != measured.len() || !alike(predicted.len()) || predicted.is_empty() {
                return Err(JudgeError::Shape { predicted: predicted.len(), measured: measured.len() });
            }
        }
        if self.comparison.is_distance() {
            return Ok(vec![self.vector(reading)?]);
        }
        if self.statistic == Statistic::Kolmogorov {
            return Ok(vec![self.law(reading)?]);
        }
        (0..count).map(|k| self.component(reading, k, count)).collect()
    }

    fn estimate(&self, sample: &[f64], count: usize) -> Result<Estimate, StatisticError> {
        let alpha = self.alpha / count.max(1) as f64;
        match self.statistic {
            Statistic::Median => statistic::median(sample, alpha),
            Statistic::Identity => statistic::worst(sample),
            Statistic::RootMeanSquare => statistic::root_mean_square(sample, alpha),
            _ => statistic::mean(sample, alpha),
        }
    }

    /// All components as one vector: reported are the lengths of the prediction and of the measurement, judged is the
    /// distance between them.
    fn vector(&self, reading: &Reading) -> Result<Component, JudgeError> {
        let mut distances = Vec::with_capacity(reading.measured.len());
        let mut lengths = Vec::with_capacity(reading.measured.len());
        let mut predicted_square = 0.0;
        for (measured, predicted) in reading.measured.iter().zip(&reading.predicted) {
            let predicted = self.breakage.apply_to_vector(predicted, self.comparison, self.margin);
            let difference: Vec<f64> = measured.iter().zip(&predicted).map(|(m, p)| m - p).collect();
            let scale = match self.comparison {
                Comparison::RelativeDistance => self.comparison.length(&predicted),
                _ => 1.0,
            };
            if scale == 0.0 {
                return Err(JudgeError::ZeroPrediction);
            }
            distances.push(self.comparison.length(&difference) / scale);
            lengths.push(self.comparison.length(measured));
            predicted_square += self.comparison.length(&predicted).powi(2);
        }
        if let Some(&value) = distances.iter().find(|d| !d.is_finite()) {
            return Err(JudgeError::NotFinite { what: "distance of a trial", value });
        }
        let predicted = (predicted_square / distances.len().max(1) as f64).sqrt();
        let measured = self.estimate(&lengths, 1)?;
        self.verdict(String::new(), predicted, measured, self.estimate(&distances, 1)?)
    }

    /// A single number whose law is predicted: the predictions are its distribution function at the measured numbers.
    fn law(&self, reading: &Reading) -> Result<Component, JudgeError> {
        let shift = self.breakage.apply(0.0, Comparison::Difference, self.margin);
        let levels: Vec<f64> = reading.predicted.iter().map(|p| (p[0] + shift).clamp(0.0, 1.0)).collect();
        if let Some(&value) = levels.iter().find(|u| !u.is_finite()) {
            return Err(JudgeError::NotFinite { what: "distribution function at a trial", value });
        }
        let distance = statistic::kolmogorov(&levels, self.alpha)?;
        self.verdict(String::new(), 0.0, distance, distance)
    }

    fn component(&self, reading: &Reading, k: usize, count: usize) -> Result<Component, JudgeError> {
        let predicted: Vec<f64> = reading
            .predicted
            .iter()
            .map(|p| self.breakage.apply(p[k], self.comparison, self.margin))
            .collect();
        let discrepancies = reading
            .measured
            .iter()
            .zip(&predicted)
            .map(|(measured, &predicted)| self.comparison.discrepancy(measured[k], predicted))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(&value) = discrepancies.iter().find(|d| !d.is_finite()) {
            return Err(JudgeError::NotFinite { what: "discrepancy of a trial", value });
        }
        let discrepancy = self.estimate(&discrepancies, count)?;
        let free = predicted.windows(2).all(|pair| pair[0] == pair[1])
            && matches!(self.statistic, Statistic::Mean | Statistic::Median);
        let predicted = predicted.iter().sum::<f64>() / predicted.len() as f64;
        let measured = if free {
            // From the measurements alone, so that a change of the prediction leaves it as it is.
            self.estimate(&reading.measured.iter().map(|m| m[k]).collect::<Vec<_>>(), count)?
        } else {
            // Against a prediction that differs from trial to trial only the discrepancy has a meaningful interval.
            let measured = |d: f64| self.comparison.measured(d, predicted);
            let (a, b) = (measured(discrepancy.low), measured(discrepancy.high));
            Estimate { value: measured(discrepancy.value), low: a.min(b), high: a.max(b) }
        };
        let label = self.labels.get(k).cloned().unwrap_or_default();
        self.verdict(label, predicted, measured, discrepancy)
    }

    fn slope(&self, readings: &[Reading]) -> Result<Component, JudgeError> {
        let sizes: Vec<f64> = readings.iter().map(|r| r.size).collect();
        let single = |rows: &[Vec<f64>]| -> Result<Vec<f64>, JudgeError> {
            rows.iter()
                .map(|row| match row[..] {
                    [value] => Ok(value),
                    _ => Err(JudgeError::Shape { predicted: row.len(), measured: 1 }),
                })
                .collect()
        };
        let mut samples = readings.iter().map(|r| single(&r.measured)).collect::<Result<Vec<_>, _>>()?;
        let predictions = readings
            .iter()
            .map(|r| single(&r.predicted).map(|p| p.iter().sum::<f64>() / p.len().max(1) as f64))
            .collect::<Result<Vec<_>, _>>()?;
        let predicted = statistic::exact_log_slope(&sizes, &predictions)?;
        let predicted = self.breakage.apply(predicted, Comparison::Difference, self.margin);
        let rms = self.statistic == Statistic::RmsLogSlope;
        if rms {
            samples.iter_mut().flatten().for_each(|x| *x *= *x);
        }
        let mut measured = statistic::log_slope(&sizes, &samples, self.alpha)?;
        if rms {
            // The slope of the mean square is twice that of its root.
            let Estimate { value, low, high } = measured;
            measured = Estimate { value: value / 2.0, low: low / 2.0, high: high / 2.0 };
        }
        let discrepancy = Estimate {
            value: measured.value - predicted,
            low: measured.low - predicted,
            high: measured.high - predicted,
        };
        self.verdict(String::new(), predicted, measured, discrepancy)
    }

    fn verdict(
        &self,
        label: String,
        predicted: f64,
        measured: Estimate,
        discrepancy: Estimate,
    ) -> Result<Component, JudgeError> {
        for (what, value) in [
            ("prediction", predicted),
            ("discrepancy", discrepancy.value),
            ("lower end of the interval", discrepancy.low),
            ("upper end of the interval", discrepancy.high),
        ] {
            if !value.is_finite() {
                return Err(JudgeError::NotFinite { what, value });
            }
        }
        let margin = self.margin;
        let verdict = if margin.low <= discrepancy.low && discrepancy.high <= margin.high {
            Verdict::Confirmed
        } else if discrepancy.high < margin.low || margin.high < discrepancy.low {
            Verdict::Refuted
        } else {
            Verdict::Inconclusive
        };
        Ok(Component { label, predicted, measured, discrepancy, margin, verdict })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(comparison: Comparison, margin: f64) -> Rule<'static> {
        Rule {
            statistic: Statistic::Mean,
            comparison,
            margin: Margin::symmetric(margin),
            labels: &[],
            breakage: Breakage::None,
            alpha: statistic::ALPHA,
        }
    }

    fn reading(measured: &[f64], predicted: f64) -> [Reading; 1] {
        [Reading {
            size: 1.0,
            measured: measured.iter().map(|&m| vec![m]).collect(),
            predicted: measured.iter().map(|_| vec![predicted]).collect(),
        }]
    }

    #[test]
    fn intervals_inside_across_and_outside_the_margin() {
        let sample = [1.9, 2.0, 2.1, 2.0, 2.05, 1.95];
        let verdict = |predicted, margin| {
            rule(Comparison::Ratio, margin).judge(&reading(&sample, predicted)).unwrap().verdict
        };
        assert_eq!(verdict(2.0, 0.1), Verdict::Confirmed);
        assert_eq!(verdict(2.0, 0.01), Verdict::Inconclusive);
        assert_eq!(verdict(3.0, 0.1), Verdict::Refuted);
    }

    #[test]
    fn one_refuted_component_refutes_a_curve() {
        let curve = Reading {
            size: 1.0,
            measured: vec![vec![1.0, 1.0], vec![1.001, 1.001], vec![0.999, 0.999]],
            predicted: vec![vec![1.0, 2.0]; 3],
        };
        let judgement = rule(Comparison::Difference, 0.1).judge(&[curve]).unwrap();
        assert_eq!(judgement.components[0].verdict, Verdict::Confirmed);
        assert_eq!(judgement.verdict, Verdict::Refuted);
    }

    #[test]
    fn a_trajectory_is_judged_by_its_distance() {
        let curve = |scale: f64| {
            [Reading {
                size: 1.0,
                // Distances 5, 5 and 5.05 times (scale − 1) in three directions.
                measured: vec![
                    vec![3.0 * scale, 4.0 * scale],
                    vec![3.0, 4.0 + 5.0 * (scale - 1.0)],
                    vec![3.0 + 5.05 * (scale - 1.0), 4.0],
                ],
                predicted: vec![vec![3.0, 4.0]; 3],
            }]
        };
        let with = |comparison, breakage, scale: f64| {
            let mut rule = rule(comparison, 0.1);
            (rule.statistic, rule.breakage) = (Statistic::RootMeanSquare, breakage);
            rule.judge(&curve(scale)).unwrap()
        };
        let judgement = with(Comparison::RelativeDistance, Breakage::None, 1.01);
        assert_eq!(judgement.verdict, Verdict::Confirmed);
        let expected = ((2.0 * 0.05f64.powi(2) + 0.0505f64.powi(2)) / 3.0).sqrt() / 5.0;
        assert!((judgement.components[0].discrepancy.value - expected).abs() < 1e-12);
        for comparison in [Comparison::Distance, Comparison::RelativeDistance] {
            for breakage in [Breakage::TooLarge, Breakage::TooSmall] {
                assert_eq!(with(comparison, breakage, 1.001).verdict, Verdict::Refuted);
            }
            assert_eq!(with(comparison, Breakage::None, 1.5).verdict, Verdict::Refuted);
        }
    }

    #[test]
    fn what_cannot_be_judged_is_an_error() {
        assert_eq!(
            rule(Comparison::Ratio, 0.1).judge(&reading(&[1.0, 2.0], 0.0)),
            Err(JudgeError::ZeroPrediction)
        );
        assert!(rule(Comparison::Difference, 0.1).judge(&reading(&[1.0, 2.0], f64::NAN)).is_err());
        assert!(rule(Comparison::Difference, 0.1).judge(&reading(&[1.0], 1.0)).is_err());
    }

    #[test]
    fn negative_predictions_keep_their_intervals_in_order() {
        let judgement = rule(Comparison::Ratio, 0.2).judge(&reading(&[-1.0, -1.1, -0.9], -1.0)).unwrap();
        let measured = judgement.components[0].measured;
        assert!(measured.low < measured.value && measured.value < measured.high);
    }
}
