//! Training with augmented samples: all of them, none, those whose loss is high, or as many others.
//!
//! The linear model by its ridge path and by descent, random Fourier features, noised kernels, and a network on digits.

pub mod descent;
pub mod digits;
pub mod features;
pub mod images;
pub mod kernels;
pub mod linear;
pub mod path;

use std::fmt::Display;

use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use solvable_engine::verify::{SettingError, setting};
use solvable_theory::TheoryError;

/// Numbers above this leave only rounding of the others.
const LARGEST: f64 = 1e6;

/// Which samples of a batch are augmented.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// No sample.
    None,
    /// Every sample: conventional augmentation.
    All,
    /// Self-paced augmentation: the samples whose loss before augmentation exceeds $\tau$.
    Spa(f64),
    /// As many samples as self-paced augmentation with threshold $\tau$ would take, chosen at random.
    Matched(f64),
}

impl Rule {
    /// Whether the threshold is one.
    ///
    /// # Errors
    /// The threshold, by the name of the rule.
    pub fn check(self) -> Result<(), SettingError> {
        match self {
            Self::Spa(tau) => setting::non_negative("spa", tau),
            Self::Matched(tau) => setting::non_negative("matched", tau),
            Self::None | Self::All => Ok(()),
        }
    }

    /// The rule, if its threshold is a finite number $\ge0$.
    fn checked(self) -> Result<Self, TheoryError> {
        match self {
            Self::Spa(tau) | Self::Matched(tau) => non_negative("tau", tau).map(|_| self),
            Self::None | Self::All => Ok(self),
        }
    }

    /// Whether the rule asks for the augmentation of a sample with loss `loss`; the matched rule uses only how many it asks for.
    fn asks(self, loss: f64) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Spa(tau) | Self::Matched(tau) => loss > tau,
        }
    }

    /// The share of samples that are augmented at the given losses.
    fn ratio(self, losses: impl ExactSizeIterator<Item = f64>) -> f64 {
        let samples = losses.len().max(1) as f64;
        losses.filter(|loss| self.asks(*loss)).count() as f64 / samples
    }

    /// Marks the samples to augment, and says how many they are.
    fn mark(self, losses: impl Iterator<Item = f64>, marks: &mut Vec<bool>, rng: &mut impl Rng) -> usize {
        marks.clear();
        marks.extend(losses.map(|loss| self.asks(loss)));
        if let Self::Matched(_) = self {
            marks.shuffle(rng);
        }
        marks.iter().filter(|mark| **mark).count()
    }
}

/// Batches of a fixed size without replacement; the samples that do not fill a batch at the end of an epoch sit it out.
struct Epochs {
    order: Vec<usize>,
    batch: usize,
    next: usize,
}

impl Epochs {
    /// Of `samples` samples, with $1\le$ `batch` $\le$ `samples`.
    fn new(samples: usize, batch: usize) -> Result<Self, TheoryError> {
        if batch == 0 || batch > samples {
            return Err(TheoryError::invalid("batch", batch, format!("an integer from 1 to {samples}")));
        }
        Ok(Self { order: (0..samples).collect(), batch, next: samples })
    }

    /// Whether the next batch begins an epoch.
    fn begins(&self) -> bool {
        self.next + self.batch > self.order.len()
    }

    /// The next batch. A batch of all samples keeps them in their order.
    fn draw(&mut self, rng: &mut impl Rng) -> &[usize] {
        if self.begins() {
            if self.batch < self.order.len() {
                self.order.shuffle(rng);
            }
            self.next = 0;
        }
        let start = self.next;
        self.next += self.batch;
        &self.order[start..self.next]
    }
}

/// `value` if `holds`, otherwise an error that names the parameter and what it may be.
fn check<T: Display + Copy>(name: &str, value: T, holds: bool, valid: &str) -> Result<T, TheoryError> {
    if holds { Ok(value) } else { Err(TheoryError::invalid(name, value, valid)) }
}

/// A variance of a setting, or a strength of ridge regression.
///
/// # Errors
/// Below 0, or so large that it leaves only rounding of other numbers.
pub fn check_variance(field: &str, value: f64) -> Result<(), SettingError> {
    setting::within(field, value, 0.0..=LARGEST)
}

/// A step size of a setting.
fn check_rate(field: &str, value: f64) -> Result<(), SettingError> {
    setting::positive_to(field, value, LARGEST)
}

fn non_negative(name: &str, value: f64) -> Result<f64, TheoryError> {
    check(name, value, value.is_finite() && value >= 0.0, "a finite number >= 0")
}

fn positive(name: &str, value: f64) -> Result<f64, TheoryError> {
    check(name, value, value.is_finite() && value > 0.0, "a finite number > 0")
}

fn at_least_one(name: &str, value: usize) -> Result<usize, TheoryError> {
    check(name, value, value > 0, "an integer >= 1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_engine::streams::Streams;

    #[test]
    fn rules_mark_the_samples_they_should() {
        let losses = [0.1, 0.5, 0.3, 0.9];
        let mut rng = Streams::for_trial("rules", "", 0, 0).rng(0);
        let mut marks = Vec::new();
        let mut mark = |rule: Rule| {
            let count = rule.mark(losses.into_iter(), &mut marks, &mut rng);
            (count, marks.clone())
        };
        assert_eq!(mark(Rule::None), (0, vec![false; 4]));
        assert_eq!(mark(Rule::All), (4, vec![true; 4]));
        // Strict: a loss at the threshold is not above it.
        assert_eq!(mark(Rule::Spa(0.3)), (2, vec![false, true, false, true]));
        let orders: Vec<_> = (0..20).map(|_| mark(Rule::Matched(0.3))).collect();
        assert!(orders.iter().all(|(count, _)| *count == 2));
        assert!(orders.iter().any(|(_, marks)| *marks != vec![false, true, false, true]));
        assert_eq!(Rule::Matched(0.3).ratio(losses.into_iter()), 0.5);
        for tau in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(Rule::Spa(tau).checked().unwrap_err().to_string().contains("`tau`"));
        }
    }

    #[test]
    fn epochs_use_every_sample_once() {
        let mut rng = Streams::for_trial("epochs", "", 0, 0).rng(0);
        let mut epochs = Epochs::new(12, 4).unwrap();
        for _ in 0..3 {
            assert!(epochs.begins());
            let mut seen: Vec<usize> = (0..3).flat_map(|_| epochs.draw(&mut rng).to_vec()).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..12).collect::<Vec<_>>());
        }
        assert!(Epochs::new(3, 4).is_err() && Epochs::new(3, 0).is_err());
        let mut whole = Epochs::new(3, 3).unwrap();
        assert_eq!(whole.draw(&mut rng), [0, 1, 2]);
        assert!(whole.begins());
    }
}
