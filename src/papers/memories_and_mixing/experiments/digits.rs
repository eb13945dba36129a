//! Digits that complete themselves.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use solvable_theory::memories_and_mixing::Completion;

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{TRAINING_DIGITS, centred_digits};
use solvable_simulate::attention::{Clamped, em_start, em_step};
use solvable_simulate::linalg::Solver;

/// Pixels along a side.
const SIDE: usize = 8;
/// Updates on the way to a mode.
const UPDATES: usize = 60;

/// A machine fitted to the training digits, and the part of test digits that it sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsSetting {
    /// $K$.
    pub patterns: usize,
    /// `top half`, `left half` or `top quarter`.
    pub seen: String,
    /// Steps of expectation maximisation, from each of several starts.
    pub steps: usize,
    /// Starts, of which the likeliest end is kept.
    pub starts: usize,
}

impl DigitsSetting {
    /// The seen pixels.
    pub fn pixels(&self) -> Vec<usize> {
        let sees = |pixel: &usize| match self.seen.as_str() {
            "left half" => pixel % SIDE < SIDE / 2,
            "top quarter" => pixel / SIDE < SIDE / 4,
            _ => pixel / SIDE < SIDE / 2,
        };
        (0..SIDE * SIDE).filter(sees).collect()
    }
}

/// Squared errors a missing pixel, image by image; what the machine expects; some images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsOutcome {
    /// Of the conditional mean.
    pub exact: Vec<f64>,
    /// Of one update of attention from missing pixels at zero.
    pub one_step: Vec<f64>,
    /// Of the mode from there.
    pub mode: Vec<f64>,
    /// Of the mode that updates from the conditional mean end in.
    pub mode_of_mean: Vec<f64>,
    /// Of linear regression on the training digits.
    pub regression: Vec<f64>,
    /// Of the mean image.
    pub mean_image: Vec<f64>,
    /// The trace of the conditional covariance.
    pub expected: Vec<f64>,
    /// Five digits: seen part, conditional mean, one update, mode, truth, image after image.
    pub pictures: Vec<f64>,
}

/// Digits pictured.
const PICTURED: usize = 5;

/// What a machine of attention thinks the missing part of a digit is.
pub struct DigitCompletion;

impl Experiment for DigitCompletion {
    type Setting = DigitsSetting;
    type Outcome = DigitsOutcome;
    const ID: &'static str = "digit-completion";
    const VERSION: u32 = 1;

    fn check(setting: &DigitsSetting) -> Result<(), SettingError> {
        within("patterns", setting.patterns, 1..=TRAINING_DIGITS)?;
        let known = ["top half", "left half", "top quarter"].contains(&setting.seen.as_str());
        require(known, "seen", &setting.seen, "top half, left half or top quarter")?;
        within("steps", setting.steps, 1..=10_000)?;
        within("starts", setting.starts, 1..=100)
    }

    fn run(setting: &DigitsSetting, streams: &Streams) -> Result<DigitsOutcome, TrialFailure> {
        let (train, test) = centred_digits()?;
        let mut best = None;
        for start in 0..setting.starts {
            let mut machine = em_start(&train, setting.patterns, &streams.nth_child("start", start))?;
            let mut likelihood = f64::NEG_INFINITY;
            for _ in 0..setting.steps {
                (machine, likelihood) = em_step(&machine, &train)?;
            }
            if best.as_ref().is_none_or(|(known, _)| likelihood > *known) {
                best = Some((likelihood, machine));
            }
        }
        let (_, machine) = best.ok_or("no start")?;
        let seen = setting.pixels();
        let missing: Vec<usize> = (0..SIDE * SIDE).filter(|pixel| !seen.contains(pixel)).collect();
        let linear = regression(&train, &seen, &missing)?;
        let mut o = DigitsOutcome {
            exact: Vec::new(),
            one_step: Vec::new(),
            mode: Vec::new(),
            mode_of_mean: Vec::new(),
            regression: Vec::new(),
            mean_image: Vec::new(),
            expected: Vec::new(),
            pictures: Vec::new(),
        };
        let count = missing.len() as f64;
        for (index, image) in test.column_iter().enumerate() {
            let image: Vec<f64> = image.iter().copied().collect();
            let values: Vec<f64> = seen.iter().map(|&pixel| image[pixel]).collect();
            let (mean, covariance) = Completion::new(&machine, &seen, &values)?.moments()?;
            let mean = mean.as_slice().to_vec();
            let clamped = Clamped::new(&machine, &missing, &image)?;
            let one_step = clamped.one_step()?;
            let mode = clamped.mode(&vec![0.0; missing.len()], UPDATES)?;
            let miss = |guess: &[f64]| {
                let pairs = guess.iter().zip(&missing);
                pairs.map(|(guess, &pixel)| (guess - image[pixel]).powi(2)).sum::<f64>() / count
            };
            o.exact.push(miss(&mean));
            o.one_step.push(miss(&one_step));
            o.mode.push(miss(&mode));
            o.mode_of_mean.push(miss(&clamped.mode(&mean, UPDATES)?));
            o.regression.push(miss((&linear * DVector::from_vec(values)).as_slice()));
            o.mean_image.push(miss(&vec![0.0; missing.len()]));
            o.expected.push(covariance.trace() / count);
            // Every so many, so that they are of several classes.
            if index % (test.ncols() / PICTURED).max(1) == 0 && o.pictures.len() < PICTURED * 5 * SIDE * SIDE
            {
                let nothing = vec![f64::NAN; missing.len()];
                for guess in [&nothing, &mean, &one_step, &mode] {
                    let mut picture = image.clone();
                    missing.iter().zip(guess.iter()).for_each(|(&pixel, value)| picture[pixel] = *value);
                    // The store has no number for what is not there.
                    o.pictures.extend(picture.iter().map(|x| if x.is_finite() { *x } else { ABSENT }));
                }
                o.pictures.extend(&image);
            }
        }
        Ok(o)
    }

    fn cost(setting: &DigitsSetting) -> f64 {
        (setting.starts * setting.steps * setting.patterns * TRAINING_DIGITS * SIDE * SIDE) as f64
    }
}

/// A pixel that is not seen.
pub const ABSENT: f64 = -9.0;

/// Least squares from the seen to the missing pixels, with a small ridge as some pixels never vary.
fn regression(train: &DMatrix<f64>, seen: &[usize], missing: &[usize]) -> Result<DMatrix<f64>, TrialFailure> {
    let (x, y) = (train.select_rows(seen), train.select_rows(missing));
    let gram = &x * x.transpose();
    let ridge = 1e-6 * gram.trace() / seen.len() as f64;
    let solver = Solver::spd(&gram, ridge, "the covariance of the seen pixels")?;
    Ok(solver.solve(&(&x * y.transpose())).transpose())
}
