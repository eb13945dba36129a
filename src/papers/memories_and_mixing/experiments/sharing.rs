//! Likelihood ascent on orthogonal samples that share patterns.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{positive_to, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::shortened;
use solvable_simulate::memories::Ascent;

/// Gradient ascent from small random patterns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AscentSetting {
    /// $N$.
    pub samples: usize,
    /// $K$.
    pub patterns: usize,
    /// $R^2$.
    pub square: f64,
    /// $s_0$, the standard deviation of the entries of the first patterns.
    pub start: f64,
    /// Steps of size $\frac8{R^2}\frac{\min(K,N)}{16}$.
    pub steps: usize,
    /// Whether the samples are centred: then they form a simplex.
    pub centred: bool,
}

impl AscentSetting {
    /// A step that does not oscillate: the largest rate of the patterns is $R^2$.
    fn rate(&self) -> f64 {
        0.5 * self.samples.min(self.patterns) as f64 / self.square
    }
}

/// Where the ascent is after its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AscentOutcome {
    /// The mean log-likelihood, without what does not depend on the patterns.
    pub likelihood: f64,
    /// How many samples each pattern serves, in descending order.
    pub occupation: Vec<f64>,
    /// The likelihood at 41 equally distant steps, the first and the last among them.
    pub course: Vec<f64>,
}

/// Ascent until samples have settled on patterns.
pub struct SharedPatterns;

/// Stages of the course.
const STAGES: usize = 40;

impl Experiment for SharedPatterns {
    type Setting = AscentSetting;
    type Outcome = AscentOutcome;
    const ID: &'static str = "shared-patterns";
    const VERSION: u32 = 1;

    fn check(setting: &AscentSetting) -> Result<(), SettingError> {
        within("samples", setting.samples, if setting.centred { 2..=1000 } else { 1..=1000 })?;
        within("patterns", setting.patterns, 1..=1000)?;
        // Weights are exponentials of half of this.
        positive_to("square", setting.square, 1e5)?;
        positive_to("start", setting.start, 10.0)?;
        within("steps", setting.steps, 1..=1_000_000)
    }

    fn run(setting: &AscentSetting, streams: &Streams) -> Result<AscentOutcome, TrialFailure> {
        let (n, k) = (setting.samples, setting.patterns);
        let deviation = setting.start * setting.square.sqrt();
        let overlaps = DMatrix::from_row_slice(n, k, &streams.child("patterns").normals(n * k, deviation));
        let mut ascent = Ascent::new(overlaps, setting.square, 1.0, setting.centred);
        let mut course = vec![ascent.log_likelihood()];
        let mut done = 0;
        for stage in 1..=STAGES {
            let until = setting.steps * stage / STAGES;
            (done..until).for_each(|_| ascent.step(setting.rate()));
            done = until;
            course.push(ascent.log_likelihood());
        }
        let mut occupation: Vec<f64> = ascent.occupation().into_iter().map(|count| count as f64).collect();
        occupation.sort_by(|a, b| b.total_cmp(a));
        let likelihood = ascent.log_likelihood();
        if !likelihood.is_finite() {
            return Err("the ascent has overflown".into());
        }
        Ok(AscentOutcome { likelihood, occupation, course: shortened(&course) })
    }
}
