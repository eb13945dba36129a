//! Gradient descent of the linear model on augmented samples: in its mean field, and with realised noise.

use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;

use super::linear::{LinearData, Measured, check_step, column};
use super::path::RidgePath;
use super::{Epochs, Rule, check_rate, check_variance};
use crate::SimulationError;
use crate::checks;
use crate::linalg::dot;
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::within;

/// Where a descent begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// $w=0$.
    Zero,
    /// Least squares, or the interpolator of least norm: where training without augmentation ends.
    LeastSquares,
}

impl Start {
    /// The weights.
    pub fn weights(self, data: &LinearData) -> Result<Vec<f64>, SimulationError> {
        Ok(match self {
            Self::Zero => vec![0.0; data.dimension()],
            Self::LeastSquares => RidgePath::new(data)?.at(0.0, Rule::None)?.weights,
        })
    }
}

/// Gradient descent on the loss averaged over the noise of the inputs: $w\leftarrow w-\eta\lbrack Sw-X^\top y/N+s^2p(w)w\rbrack$, with $p(w)$ the share of samples that
/// the rule augments. For the matched rule this is the same descent as for self-paced augmentation.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct MeanField {
    /// Which samples are augmented.
    pub rule: Rule,
    /// $s^2$.
    pub s2: f64,
    /// $\eta$.
    pub eta: f64,
}

impl MeanField {
    /// Whether the descent has a step.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        self.rule.check().map_err(|error| error.within("rule"))?;
        check_variance("s2", self.s2)?;
        check_rate("eta", self.eta)
    }

    /// The states after the listed numbers of steps, which increase. $4Nd$ flops a step.
    ///
    /// # Errors
    /// Invalid $s^2$, $\eta$ or $\tau$; steps out of order; a step size for which the descent diverges.
    pub fn descend(
        &self,
        data: &LinearData,
        start: Start,
        steps: &[usize],
    ) -> Result<Vec<Measured>, SimulationError> {
        self.descend_from(data, start.weights(data)?, steps)
    }

    /// As [`descend`](Self::descend), from any `weights` ($d$).
    pub fn descend_from(
        &self,
        data: &LinearData,
        mut weights: Vec<f64>,
        steps: &[usize],
    ) -> Result<Vec<Measured>, SimulationError> {
        check_step(self.s2, self.eta)?;
        let rule = self.rule.checked()?;
        if steps.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(TheoryError::invalid("steps", format!("{steps:?}"), "increasing numbers").into());
        }
        let mut residuals = Vec::with_capacity(data.samples());
        let mut states = Vec::with_capacity(steps.len());
        let scale = self.eta / data.samples() as f64;
        for step in 0..=steps.last().copied().unwrap_or(0) {
            data.residuals(&weights, &mut residuals);
            let ratio = rule.ratio(residuals.iter().map(|r| r * r));
            if steps.get(states.len()) == Some(&step) {
                states.push(finite(self.eta, data.measure(&weights, &residuals, ratio))?);
            }
            let decay = 1.0 - self.eta * self.s2 * ratio;
            weights.iter_mut().for_each(|w| *w *= decay);
            for (i, r) in residuals.iter().enumerate() {
                add(&mut weights, scale * r, column(&data.x, i));
            }
        }
        Ok(states)
    }
}

/// Gradient descent from $w=0$ with noise that is drawn anew for every augmented sample of every batch.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct NoisyDescent {
    /// Which samples are augmented.
    pub rule: Rule,
    /// $s^2$.
    pub s2: f64,
    /// $\eta$.
    pub eta: f64,
    /// Samples of a batch, drawn without replacement in every epoch; all of them if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// Steps.
    pub steps: usize,
    /// Steps before the averages begin.
    pub burn: usize,
}

impl NoisyDescent {
    /// Whether the descent on `samples` samples has steps, and averages over an epoch at least.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self, samples: usize) -> Result<(), SettingError> {
        MeanField { rule: self.rule, s2: self.s2, eta: self.eta }.check()?;
        let batch = self.batch.unwrap_or(samples);
        within("batch", batch, 1..=samples)?;
        checks::steps("steps", self.steps)?;
        // Averages are taken at the starts of epochs.
        let epoch = samples / batch;
        let last = (self.steps - 1) / epoch * epoch;
        within("burn", self.burn, 0..=last)
    }

    /// What is measured, averaged over the starts of epochs after the burn-in, each time from the residuals of all samples without noise.
    ///
    /// # Errors
    /// Invalid parameters; a step size for which the descent diverges; averages over no epoch.
    pub fn descend(&self, data: &LinearData, streams: &Streams) -> Result<Measured, SimulationError> {
        check_step(self.s2, self.eta)?;
        let rule = self.rule.checked()?;
        let (samples, deviation) = (data.samples(), self.s2.sqrt());
        let mut epochs = Epochs::new(samples, self.batch.unwrap_or(samples))?;
        let mut order = streams.child("batches").rng(0);
        let mut choice = streams.child("choice").rng(0);
        let mut noise = streams.child("augmentation").rng(0);
        let mut weights = vec![0.0; data.dimension()];
        let mut gradient = vec![0.0; data.dimension()];
        let mut augmented = vec![0.0; data.dimension()];
        let (mut residuals, mut marks, mut states) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..self.steps {
            if step >= self.burn && epochs.begins() {
                data.residuals(&weights, &mut residuals);
                let ratio = rule.ratio(residuals.iter().map(|r| r * r));
                states.push(finite(self.eta, data.measure(&weights, &residuals, ratio))?);
            }
            let batch = epochs.draw(&mut order);
            residuals.clear();
            residuals.extend(batch.iter().map(|&i| data.labels[i] - dot(&weights, column(&data.x, i))));
            rule.mark(residuals.iter().map(|r| r * r), &mut marks, &mut choice);
            gradient.fill(0.0);
            for ((&i, &mark), clean) in batch.iter().zip(&marks).zip(&residuals) {
                let x = column(&data.x, i);
                if !mark {
                    add(&mut gradient, *clean, x);
                    continue;
                }
                for (moved, x) in augmented.iter_mut().zip(x) {
                    let xi: f64 = StandardNormal.sample(&mut noise);
                    *moved = x + deviation * xi;
                }
                add(&mut gradient, data.labels[i] - dot(&weights, &augmented), &augmented);
            }
            add(&mut weights, self.eta / batch.len() as f64, &gradient);
        }
        if states.is_empty() {
            let valid = format!("fewer than the steps, {}, by an epoch or more", self.steps);
            return Err(TheoryError::invalid("burn", self.burn, valid).into());
        }
        Ok(Measured::mean(&states))
    }
}

/// $y\leftarrow y+ax$.
fn add(y: &mut [f64], a: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

/// `state` unless the descent has diverged.
fn finite(eta: f64, state: Measured) -> Result<Measured, TheoryError> {
    if state.training.is_finite() && state.square.is_finite() && state.test.is_finite() {
        Ok(state)
    } else {
        Err(TheoryError::invalid("eta", eta, "a step size for which the descent does not diverge"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::linear::LinearModel;
    use super::super::path::Branch;
    use super::*;

    fn data() -> LinearData {
        LinearModel::isotropic(120, 40, 1.0, 0.25).draw(&Streams::for_trial("descent", "", 0, 0)).unwrap()
    }

    fn end(rule: Rule, s2: f64) -> Measured {
        MeanField { rule, s2, eta: 0.1 }.descend(&data(), Start::Zero, &[0, 3000]).unwrap()[1]
    }

    fn close(a: Measured, b: Measured, tolerance: f64) {
        let pairs = [(a.ratio, b.ratio), (a.training, b.training), (a.test, b.test), (a.square, b.square)];
        assert!(pairs.iter().all(|(a, b)| (a - b).abs() < tolerance), "{a:?} {b:?}");
    }

    #[test]
    fn the_mean_field_ends_on_the_ridge_path() {
        let data = data();
        let path = RidgePath::new(&data).unwrap();
        close(end(Rule::None, 0.5), path.at(0.0, Rule::None).unwrap().measured, 1e-8);
        close(end(Rule::All, 0.5), path.at(0.5, Rule::All).unwrap().measured, 1e-8);
        let spa = path.self_consistent(0.5, 0.2, Branch::Highest).unwrap();
        // A sample may end at the threshold and be augmented a part of the time.
        close(end(Rule::Spa(0.2), 0.5), spa.point.measured, 0.02);
        assert_eq!(end(Rule::Spa(0.2), 0.5), end(Rule::Matched(0.2), 0.5));
    }

    #[test]
    fn descents_from_least_squares_begin_there() {
        let data = data();
        let field = MeanField { rule: Rule::Spa(0.2), s2: 0.5, eta: 0.1 };
        let start = field.descend(&data, Start::LeastSquares, &[0]).unwrap()[0];
        let least = RidgePath::new(&data).unwrap().at(0.0, Rule::Spa(0.2)).unwrap();
        close(start, least.measured, 1e-10);
        assert!(field.descend(&data, Start::Zero, &[3, 3]).is_err());
        let wild = MeanField { eta: 10.0, ..field };
        let message = wild.descend(&data, Start::Zero, &[2000]).unwrap_err().to_string();
        assert!(message.contains("`eta` is 10"), "{message}");
    }

    #[test]
    fn realised_noise_averages_to_the_mean_field() {
        let (data, streams) = (data(), Streams::for_trial("descent", "noisy", 0, 0));
        let noisy =
            NoisyDescent { rule: Rule::All, s2: 0.5, eta: 0.01, batch: None, steps: 6000, burn: 2000 };
        let found = noisy.descend(&data, &streams).unwrap();
        close(found, end(Rule::All, 0.5), 0.02);
        // The same steps without noise, and again.
        let silent =
            NoisyDescent { rule: Rule::Spa(0.2), s2: 0.0, eta: 0.1, steps: 3001, burn: 3000, ..noisy };
        let plain = NoisyDescent { rule: Rule::None, ..silent };
        let (a, b) = (silent.descend(&data, &streams).unwrap(), plain.descend(&data, &streams).unwrap());
        close(Measured { ratio: 0.0, ..a }, b, 1e-13);
        close(b, end(Rule::None, 0.5), 1e-8);
        let batches = NoisyDescent { batch: Some(30), ..noisy };
        close(batches.descend(&data, &streams).unwrap(), end(Rule::All, 0.5), 0.05);
        assert_eq!(noisy.descend(&data, &streams).unwrap(), found);
        assert!(NoisyDescent { burn: 6000, ..noisy }.descend(&data, &streams).is_err());
        assert!(NoisyDescent { batch: Some(0), ..noisy }.descend(&data, &streams).is_err());
    }
}
