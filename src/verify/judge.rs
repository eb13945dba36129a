//! From predictions and measurements to a judgement.

use solvable_theory::TheoryError;
use thiserror::Error;

use super::experiment::MissingQuantity;
use super::statistic::{self, Statistic, StatisticError};
use super::{Component, Estimate, Judgement, Margin, Verdict};

/// How a measurement is set against its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// $\delta=$ measured/predicted $-1$.
    Ratio,
    /// $\delta=$ measured $-$ predicted.
    Difference,
}

impl Comparison {
    /// In words, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Difference => "difference",
        }
    }

    fn discrepancy(self, measured: f64, predicted: f64) -> Result<f64, JudgeError> {
        match self {
            Self::Ratio if predicted == 0.0 => Err(JudgeError::ZeroPrediction),
            Self::Ratio => Ok(measured / predicted - 1.0),
            Self::Difference => Ok(measured - predicted),
        }
    }

    fn measured(self, discrepancy: f64, predicted: f64) -> f64 {
        match self {
            Self::Ratio => predicted * (1.0 + discrepancy),
            Self::Difference => predicted + discrepancy,
        }
    }
}

/// Why a case cannot be judged.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// The prediction could not be evaluated.
    #[error(transparent)]
    Theory(#[from] TheoryError),
    /// The experiment does not measure what the claim reads.
    #[error(transparent)]
    Missing(#[from] MissingQuantity),
    /// The trials do not carry the statistic.
    #[error(transparent)]
    Statistic(#[from] StatisticError),
    /// A ratio to a prediction that is zero.
    #[error("the prediction is 0; compare by difference")]
    ZeroPrediction,
    /// A prediction or a discrepancy that is not a number.
    #[error("the {what} is {value}")]
    NotFinite {
        /// What is not finite.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Prediction and measurement have different numbers of components.
    #[error("{predicted} components are predicted, {measured} measured")]
    Shape {
        /// Components of the prediction.
        predicted: usize,
        /// Components of the measurement.
        measured: usize,
    },
    /// The claim lacks a piece that a claim must have.
    #[error("the claim declares no {0}")]
    Incomplete(&'static str),
    /// A trial ended in an error.
    #[error("trial {trial} of {experiment} failed: {message}")]
    Trial {
        /// The experiment.
        experiment: String,
        /// The trial's number.
        trial: u64,
        /// The error of the trial.
        message: String,
    },
    /// Anything else that a paper's own reading can run into.
    #[error("{0}")]
    Other(String),
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
            (Self::TooLarge, Comparison::Difference) => predicted + shift,
            (Self::TooSmall, Comparison::Difference) => predicted - shift,
        }
    }
}

impl Rule<'_> {
    pub fn judge(&self, readings: &[Reading]) -> Result<Judgement, JudgeError> {
        let components = match self.statistic {
            Statistic::LogSlope => vec![self.slope(readings)?],
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
        for (predicted, measured) in reading.predicted.iter().zip(&reading.measured) {
            if predicted.len() != measured.len() || predicted.len() != count || count == 0 {
                return Err(JudgeError::Shape { predicted: predicted.len(), measured: measured.len() });
            }
        }
        (0..count).map(|k| self.component(reading, k, count)).collect()
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
        let estimate = |sample: &[f64]| match self.statistic {
            Statistic::Median => statistic::median(sample, count),
            Statistic::Identity => statistic::worst(sample),
            _ => statistic::mean(sample, count),
        };
        let discrepancy = estimate(&discrepancies)?;
        let free =
            predicted.windows(2).all(|pair| pair[0] == pair[1]) && self.statistic != Statistic::Identity;
        let predicted = predicted.iter().sum::<f64>() / predicted.len() as f64;
        let measured = if free {
            // From the measurements alone, so that a change of the prediction leaves it as it is.
            estimate(&reading.measured.iter().map(|m| m[k]).collect::<Vec<_>>())?
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
        let samples = readings.iter().map(|r| single(&r.measured)).collect::<Result<Vec<_>, _>>()?;
        let predictions = readings
            .iter()
            .map(|r| single(&r.predicted).map(|p| p.iter().sum::<f64>() / p.len().max(1) as f64))
            .collect::<Result<Vec<_>, _>>()?;
        let predicted = statistic::exact_log_slope(&sizes, &predictions)?;
        let predicted = self.breakage.apply(predicted, Comparison::Difference, self.margin);
        let measured = statistic::log_slope(&sizes, &samples)?;
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
