//! A network with one hidden layer on the shipped digits, trained on augmented images.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use solvable_theory::{Activation, Architecture, TheoryError};

use super::images::{Augmentation, SIDE};
use super::{Epochs, Rule, at_least_one, check, check_rate, check_variance, non_negative, positive};
use crate::SimulationError;
use crate::checks;
use crate::cross_entropy::softmax;
use crate::data::Dataset;
use crate::linalg::Matrix;
use crate::network::Network;
use crate::training::{Momentum, Parametrization};
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{filled, require, within};

/// Images kept for the test.
pub const TEST_IMAGES: usize = 797;

/// The other images.
const TRAINING_IMAGES: usize = 1000;

/// Updates at the end over which the fluctuation of the batch loss is taken.
const TAIL: usize = 500;

/// Training by stochastic gradient descent with momentum on the softmax cross entropy, $V\leftarrow\beta V-\alpha\nabla$, $\theta\leftarrow\theta+V$, weights
/// $\mathcal N(0,2/\text{fan-in})$ and zero biases at the start, both trained.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct DigitsTraining {
    /// $N$: images of the training.
    pub samples: usize,
    /// The augmentation.
    pub augmentation: Augmentation,
    /// ReLU units of the hidden layer.
    pub width: usize,
    /// Images of a batch, drawn without replacement in every epoch.
    pub batch: usize,
    /// $\alpha$.
    pub rate: f64,
    /// $\beta$.
    pub momentum: f64,
    /// Which losses say how many images the matched rule takes in an update: those of self-paced training with the same threshold in the same run, whose marks are
    /// permuted within the batch, or those of its own network.
    pub follows_spa: bool,
    /// Ends of the ranges of updates over which ratios are averaged; the last one ends the training.
    pub ranges: Vec<usize>,
}

impl DigitsTraining {
    /// 3000 updates with batches of 25 images, 64 hidden units, $\alpha=0.05$ and $\beta=0.9$.
    pub fn new(samples: usize, augmentation: Augmentation) -> Self {
        let ranges = vec![10, 30, 100, 300, 1000, 2000, 3000];
        Self {
            samples,
            augmentation,
            width: 64,
            batch: 25,
            rate: 0.05,
            momentum: 0.9,
            follows_spa: true,
            ranges,
        }
    }

    /// Whether there is such a training.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        within("samples", self.samples, 1..=TRAINING_IMAGES)?;
        if let Augmentation::Noise(deviation) = self.augmentation {
            check_variance("augmentation.noise", deviation)?;
        }
        checks::count("width", self.width)?;
        within("batch", self.batch, 1..=self.samples)?;
        check_rate("rate", self.rate)?;
        let slows = (0.0..1.0).contains(&self.momentum);
        require(slows, "momentum", self.momentum, "a number from 0 to below 1")?;
        let ranges = &self.ranges;
        let increasing = ranges.first().is_some_and(|first| *first > 0)
            && ranges.windows(2).all(|pair| pair[0] < pair[1])
            && ranges.iter().all(|end| *end <= checks::MOST_STEPS);
        let valid = format!("numbers from 1 to {} that increase", checks::MOST_STEPS);
        require(increasing, "ranges", format!("{ranges:?}"), valid)
    }

    /// Whether networks can be trained by the `rules`: at least one, and every matched rule behind the one that it follows.
    ///
    /// # Errors
    /// A field `rules`.
    pub fn check_rules(&self, rules: &[Rule]) -> Result<(), SettingError> {
        filled("rules", rules)?;
        for (k, rule) in rules.iter().enumerate() {
            rule.check().map_err(|error| error.within("rules"))?;
            if let Rule::Matched(tau) = *rule
                && self.follows_spa
            {
                let led = rules[..k].contains(&Rule::Spa(tau));
                let valid = format!("behind spa({tau}), which it follows");
                require(led, "rules", format!("matched({tau})"), valid)?;
            }
        }
        Ok(())
    }

    /// Rough cost in flops of training by `methods` methods.
    pub fn cost(&self, methods: usize) -> f64 {
        let parameters = (self.width * (SIDE * SIDE + 10)) as f64;
        (methods * self.ranges.last().copied().unwrap_or(0) * self.batch) as f64 * 8.0 * parameters
    }
}

/// How a training went.
#[derive(Debug, Clone, PartialEq)]
pub struct DigitsResult {
    /// Share of the test images whose class is found.
    pub accuracy: f64,
    /// Mean share of augmented images over each range of updates.
    pub ratios: Vec<f64>,
    /// Mean over the last 500 updates of the mean loss of the batch, as augmented.
    pub loss: f64,
    /// Its standard deviation over these updates.
    pub fluctuation: f64,
}

/// A network on its way.
struct Learner {
    rule: Rule,
    network: Network,
    momentum: Momentum<Network>,
    choice: ChaCha8Rng,
    ratios: Vec<f64>,
    losses: Vec<f64>,
    marks: Vec<bool>,
}

impl Learner {
    fn new(rule: Rule, network: Network, streams: &Streams) -> Self {
        let momentum = Momentum::at_rest(&network);
        let choice = streams.child("choice").rng(0);
        let (ratios, losses, marks) = (Vec::new(), Vec::new(), Vec::new());
        Self { rule, network, momentum, choice, ratios, losses, marks }
    }

    /// One update on `images`, of which the marked ones are replaced by `augmented`. Marks of another network, if there are any, are permuted.
    fn update(
        &mut self,
        [images, augmented]: [&Matrix; 2],
        labels: &[usize],
        marks: Option<&[bool]>,
        training: &DigitsTraining,
    ) -> Result<(), SimulationError> {
        let clean = self.network.forward(images)?;
        let count = if let Some(marks) = marks {
            self.marks.clear();
            self.marks.extend(marks);
            self.marks.shuffle(&mut self.choice);
            marks.iter().filter(|mark| **mark).count()
        } else {
            let losses = losses(&clean.output, labels);
            self.rule.mark(losses.into_iter(), &mut self.marks, &mut self.choice)
        };
        let signals = if count == 0 {
            clean
        } else {
            let mut mixed = images.clone();
            for (i, _) in self.marks.iter().enumerate().filter(|(_, mark)| **mark) {
                mixed.column_mut(i).copy_from(&augmented.column(i));
            }
            self.network.forward(&mixed)?
        };
        let size = labels.len() as f64;
        self.ratios.push(count as f64 / size);
        self.losses.push(losses(&signals.output, labels).iter().sum::<f64>() / size);
        let mut residual = softmax(&signals.output) / size;
        for (i, &label) in labels.iter().enumerate() {
            residual[(label, i)] -= size.recip();
        }
        let rates = (training.rate, training.momentum);
        self.momentum.step(&mut self.network, &signals, residual, rates, Parametrization::Standard);
        Ok(())
    }

    fn result(
        &self,
        images: &Matrix,
        labels: &[usize],
        ranges: &[usize],
    ) -> Result<DigitsResult, SimulationError> {
        let output = self.network.forward(images)?.output;
        let found = output.column_iter().zip(labels).filter(|(f, label)| f.imax() == **label).count();
        let mut start = 0;
        let ratios = ranges.iter().map(|&end| {
            let own = &self.ratios[start..end];
            start = end;
            own.iter().sum::<f64>() / own.len() as f64
        });
        let ratios = ratios.collect();
        let tail = &self.losses[self.losses.len().saturating_sub(TAIL)..];
        let count = tail.len() as f64;
        let loss = tail.iter().sum::<f64>() / count;
        let variance = tail.iter().map(|l| (l - loss).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
        if !loss.is_finite() {
            return Err(SimulationError::NotFinite { what: "the loss of training on digits" });
        }
        Ok(DigitsResult {
            accuracy: found as f64 / labels.len() as f64,
            ratios,
            loss,
            fluctuation: variance.sqrt(),
        })
    }
}

/// $-\log g_{\rm label(n)}(n)$ for the softmax $g$ of `outputs` ($C\times N$).
fn losses(outputs: &Matrix, labels: &[usize]) -> Vec<f64> {
    let columns = outputs.column_iter().zip(labels);
    columns
        .map(|(f, &label)| {
            let largest = f.max();
            largest - f[label] + f.iter().map(|f| (f - largest).exp()).sum::<f64>().ln()
        })
        .collect()
}

impl DigitsTraining {
    /// Trains a network by each of the `rules` from the same initial weights, on the same batches and with the same draws of the augmentation: training
    /// images are the first $N$ of a random permutation, test images its last 797. The loss that a threshold is compared to is the cross
    /// entropy of the image before augmentation.
    ///
    /// # Errors
    /// Invalid parameters; a matched rule that follows a self-paced one which is not before it; training that diverges.
    pub fn run(&self, rules: &[Rule], streams: &Streams) -> Result<Vec<DigitsResult>, SimulationError> {
        let digits = Dataset::digits()?;
        let (samples, most) = (self.samples, digits.samples() - TEST_IMAGES);
        check("samples", samples, samples > 0 && samples <= most, &format!("an integer from 1 to {most}"))?;
        at_least_one("width", self.width)?;
        positive("rate", self.rate)?;
        let momentum = self.momentum;
        check("momentum", momentum, (0.0..1.0).contains(&momentum), "a number from 0 to below 1")?;
        if let Augmentation::Noise(deviation) = self.augmentation {
            non_negative("augmentation", deviation)?;
        }
        let increasing = self.ranges.windows(2).all(|pair| pair[0] < pair[1]);
        let updates = match (self.ranges.first(), self.ranges.last()) {
            (Some(first), Some(last)) if *first > 0 && increasing => *last,
            _ => {
                let ranges = format!("{:?}", self.ranges);
                return Err(TheoryError::invalid("ranges", ranges, "increasing numbers >= 1").into());
            }
        };
        let mut epochs = Epochs::new(samples, self.batch)?;
        let mut order: Vec<usize> = (0..digits.samples()).collect();
        order.shuffle(&mut streams.child("permutation").rng(0));
        let classes = digits.labels().unwrap_or_default();
        let of = |chosen: &[usize]| {
            let labels: Vec<usize> = chosen.iter().map(|&i| usize::from(classes[i])).collect();
            (digits.inputs().select_columns(chosen), labels)
        };
        let (images, labels) = of(&order[..samples]);
        let (test_images, test_labels) = of(&order[most..]);
        let widths = vec![SIDE * SIDE, self.width, 10];
        let architecture = Architecture::new(widths, Activation::relu(), 2.0, 0.0)?.with_trained_biases(true);
        let network = Network::draw(&architecture, streams);
        let mut learners = Vec::with_capacity(rules.len());
        let mut leaders = Vec::with_capacity(rules.len());
        for (k, rule) in rules.iter().enumerate() {
            leaders.push(match rule.checked()? {
                Rule::Matched(tau) if self.follows_spa => {
                    let leader = rules[..k].iter().position(|rule| *rule == Rule::Spa(tau));
                    Some(leader.ok_or_else(|| {
                        let valid = format!("behind spa({tau}), which it follows");
                        TheoryError::invalid("rules", format!("matched({tau})"), valid)
                    })?)
                }
                _ => None,
            });
            learners.push(Learner::new(*rule, network.clone(), streams));
        }
        let mut batches = streams.child("batches").rng(0);
        let mut draws = streams.child("augmentation").rng(0);
        for _ in 0..updates {
            let batch = epochs.draw(&mut batches);
            let clean = images.select_columns(batch);
            let batch_labels: Vec<usize> = batch.iter().map(|&i| labels[i]).collect();
            let augmented = self.augmentation.augment(&clean, &mut draws);
            for (k, leader) in leaders.iter().enumerate() {
                let (before, rest) = learners.split_at_mut(k);
                let marks = leader.map(|leader| &before[leader].marks[..]);
                rest[0].update([&clean, &augmented], &batch_labels, marks, self)?;
            }
        }
        learners.iter().map(|learner| learner.result(&test_images, &test_labels, &self.ranges)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams() -> Streams {
        Streams::for_trial("digits", "", 0, 0)
    }

    #[test]
    fn training_is_repeatable_and_learns() {
        let training = DigitsTraining::new(100, Augmentation::Shift);
        let rules = [Rule::None, Rule::All, Rule::Spa(0.1), Rule::Matched(0.1)];
        let results = training.run(&rules, &streams()).unwrap();
        assert!(results.iter().all(|r| r.accuracy > 0.8), "{results:?}");
        assert_eq!((results[0].ratios[3], results[1].ratios[3]), (0.0, 1.0));
        let (spa, matched) = (&results[2], &results[3]);
        assert_eq!(spa.ratios, matched.ratios);
        assert_ne!(spa.loss, matched.loss);
        assert!(spa.ratios[0] > 0.9 && spa.ratios[6] < 0.3 && spa.fluctuation < results[1].fluctuation);
        // Alone as among others.
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(single.install(|| training.run(&rules[2..3], &streams()).unwrap())[0], *spa);
    }

    #[test]
    fn a_threshold_above_all_losses_augments_nothing() {
        let mut training = DigitsTraining::new(50, Augmentation::Noise(0.3));
        training.ranges = vec![20, 60];
        let results =
            training.run(&[Rule::None, Rule::Spa(1e6), Rule::Spa(0.0), Rule::All], &streams()).unwrap();
        assert_eq!(results[0], results[1]);
        assert_eq!(results[2], results[3]);
        let refusal = |change: fn(&mut DigitsTraining)| {
            let mut training = training.clone();
            change(&mut training);
            training.run(&[Rule::None], &streams()).unwrap_err().to_string()
        };
        let alone = training.run(&[Rule::None, Rule::Matched(0.1)], &streams()).unwrap_err().to_string();
        assert!(alone.contains("behind spa(0.1)"), "{alone}");
        let mut own = training.clone();
        own.follows_spa = false;
        assert!(own.run(&[Rule::Matched(0.1)], &streams()).is_ok());
        assert!(refusal(|t| t.samples = 1001).contains("from 1 to 1000"));
        assert!(refusal(|t| t.batch = 51).contains("`batch`"));
        assert!(refusal(|t| t.momentum = 1.0).contains("`momentum`"));
        assert!(refusal(|t| t.ranges = vec![5, 5]).contains("`ranges`"));
        assert!(refusal(|t| t.rate = f64::NAN).contains("`rate`"));
        assert!(refusal(|t| t.augmentation = Augmentation::Noise(-1.0)).contains("`augmentation`"));
        assert!(
            refusal(|t| t.rate = 1e200).contains("not finite") || refusal(|t| t.rate = 1e200).contains("NaN")
        );
    }
}
