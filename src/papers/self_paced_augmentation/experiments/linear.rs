use serde::{Deserialize, Serialize};

use super::{check_model, check_thresholds};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::check_variance;
use solvable_simulate::augmentation::descent::{MeanField, NoisyDescent, Start};
use solvable_simulate::augmentation::linear::{LinearModel, Measured};
use solvable_simulate::augmentation::path::{Branch, RidgePath, loss_noise};

/// A quantity of all `states`.
fn list(states: &[Measured], of: fn(&Measured) -> f64) -> Vec<f64> {
    states.iter().map(of).collect()
}

/// Flops of the decomposition behind a ridge path.
fn path_cost(model: &LinearModel) -> f64 {
    let (n, d) = (model.samples as f64, model.dimension as f64);
    let least = n.min(d);
    least * (10.0 * least * least + 4.0 * n * d)
}

/// Ends of self-paced augmentation on the ridge path of random data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AugmentedRidgeSetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$.
    pub s2: f64,
    /// Thresholds, all on the same data.
    pub taus: Vec<f64>,
}

/// Self-consistent points, lists over thresholds, and the ends without and with full augmentation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AugmentedRidgeOutcome {
    /// $p$ at the point found from above, where training from $w=0$ ends.
    pub p: Vec<f64>,
    /// $v$ at the point found from above, where training from $w=0$ ends.
    pub v: Vec<f64>,
    /// $R$ at the point found from above, where training from $w=0$ ends.
    #[serde(rename = "R")]
    pub r: Vec<f64>,
    /// $W$ at the point found from above, where training from $w=0$ ends.
    #[serde(rename = "W")]
    pub w: Vec<f64>,
    /// $p$ at the point found from below, where training from least squares ends.
    pub p_low: Vec<f64>,
    /// $v$ at the point found from below, where training from least squares ends.
    pub v_low: Vec<f64>,
    /// $R$ at the point found from below, where training from least squares ends.
    #[serde(rename = "R_low")]
    pub r_low: Vec<f64>,
    /// $W$ at the point found from below, where training from least squares ends.
    #[serde(rename = "W_low")]
    pub w_low: Vec<f64>,
    /// The ratio within every noise component at the upper point, threshold by threshold.
    pub p_components: Vec<f64>,
    /// The ratio that the residuals without augmentation would give.
    pub p_none: Vec<f64>,
    /// The ratio that the residuals with augmentation of all samples would give.
    pub p_all: Vec<f64>,
    /// The ratio that the residuals of $w=0$ would give.
    pub p_start: Vec<f64>,
    /// $v$ of least squares.
    pub v_none: f64,
    /// $R$ of least squares.
    #[serde(rename = "R_none")]
    pub r_none: f64,
    /// $W$ of least squares.
    #[serde(rename = "W_none")]
    pub w_none: f64,
    /// $v$ of ridge regression at $\lambda=s^2$.
    pub v_all: f64,
    /// $R$ of ridge regression at $\lambda=s^2$.
    #[serde(rename = "R_all")]
    pub r_all: f64,
    /// $W$ of ridge regression at $\lambda=s^2$.
    #[serde(rename = "W_all")]
    pub w_all: f64,
}

/// For every threshold the self-consistent points of training, found from above and from below.
pub struct AugmentedRidge;

impl Experiment for AugmentedRidge {
    type Setting = AugmentedRidgeSetting;
    type Outcome = AugmentedRidgeOutcome;
    const ID: &'static str = "augmented-ridge";
    const VERSION: u32 = 1;

    fn check(setting: &AugmentedRidgeSetting) -> Result<(), SettingError> {
        check_model(&setting.model)?;
        check_variance("s2", setting.s2)?;
        check_thresholds(&setting.taus)
    }

    fn run(
        setting: &AugmentedRidgeSetting,
        streams: &Streams,
    ) -> Result<AugmentedRidgeOutcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let (none, all) = (path.at(0.0, Rule::None)?, path.at(setting.s2, Rule::All)?);
        let above = |residuals: &[f64], tau: f64| {
            residuals.iter().filter(|r| *r * *r > tau).count() as f64 / residuals.len() as f64
        };
        let (mut high, mut low, mut components) = (Vec::new(), Vec::new(), Vec::new());
        let [mut p_none, mut p_all, mut p_start] = [const { Vec::new() }; 3];
        for &tau in &setting.taus {
            let top = path.self_consistent(setting.s2, tau, Branch::Highest)?;
            high.push(top.point.measured);
            low.push(path.self_consistent(setting.s2, tau, Branch::Lowest)?.point.measured);
            let missing = setting.model.noise.len().saturating_sub(top.component_ratios.len());
            components.extend(top.component_ratios);
            components.extend(std::iter::repeat_n(0.0, missing));
            p_none.push(above(&none.residuals, tau));
            p_all.push(above(&all.residuals, tau));
            p_start.push(above(&data.labels, tau));
        }
        let (none, all) = (none.measured, all.measured);
        Ok(AugmentedRidgeOutcome {
            p: list(&high, |s| s.ratio),
            v: list(&high, |s| s.training),
            r: list(&high, |s| s.test),
            w: list(&high, |s| s.square),
            p_low: list(&low, |s| s.ratio),
            v_low: list(&low, |s| s.training),
            r_low: list(&low, |s| s.test),
            w_low: list(&low, |s| s.square),
            p_components: components,
            p_none,
            p_all,
            p_start,
            v_none: none.training,
            r_none: none.test,
            w_none: none.square,
            v_all: all.training,
            r_all: all.test,
            w_all: all.square,
        })
    }

    fn cost(setting: &AugmentedRidgeSetting) -> f64 {
        let (n, d) = (setting.model.samples as f64, setting.model.dimension as f64);
        path_cost(&setting.model) + setting.taus.len() as f64 * 40.0 * n * n.min(d)
    }
}

/// Gradient descent in the mean field of the noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AugmentedFlowSetting {
    /// The data.
    pub model: LinearModel,
    /// The descent.
    pub field: MeanField,
    /// Where it begins.
    pub start: Start,
    /// Numbers of steps after which it is looked at.
    pub steps: Vec<usize>,
}

/// The descent after the listed numbers of steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AugmentedFlowOutcome {
    /// $p$.
    pub p: Vec<f64>,
    /// $v$.
    pub v: Vec<f64>,
    /// $R$.
    #[serde(rename = "R")]
    pub r: Vec<f64>,
    /// $W$.
    #[serde(rename = "W")]
    pub w: Vec<f64>,
}

/// The descent, looked at after the listed numbers of steps.
pub struct AugmentedFlow;

impl Experiment for AugmentedFlow {
    type Setting = AugmentedFlowSetting;
    type Outcome = AugmentedFlowOutcome;
    const ID: &'static str = "augmented-flow";
    const VERSION: u32 = 1;

    fn check(setting: &AugmentedFlowSetting) -> Result<(), SettingError> {
        let AugmentedFlowSetting { model, field, steps, .. } = setting;
        check_model(model)?;
        field.check().map_err(|error| error.within("field"))?;
        filled("steps", steps)?;
        let increasing = steps.windows(2).all(|pair| pair[0] < pair[1]);
        require(increasing, "steps", format!("{steps:?}"), "numbers that increase")?;
        steps.iter().try_for_each(|step| within("steps", *step, 0..=checks::MOST_STEPS))
    }

    fn run(setting: &AugmentedFlowSetting, streams: &Streams) -> Result<AugmentedFlowOutcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let states = setting.field.descend(&data, setting.start, &setting.steps)?;
        Ok(AugmentedFlowOutcome {
            p: list(&states, |s| s.ratio),
            v: list(&states, |s| s.training),
            r: list(&states, |s| s.test),
            w: list(&states, |s| s.square),
        })
    }

    fn cost(setting: &AugmentedFlowSetting) -> f64 {
        let steps = setting.steps.last().copied().unwrap_or(0) as f64;
        steps * 4.0 * (setting.model.samples * setting.model.dimension) as f64
    }
}

/// Self-paced augmentation against ridge regression on the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedOptimumSetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$.
    pub s2: f64,
    /// Thresholds.
    pub taus: Vec<f64>,
    /// $\lambda$ of the ridge regression, which is conventional augmentation with noise of this variance.
    pub ridge: f64,
}

/// Test errors on the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedOptimumOutcome {
    /// $R$ at the end of training from $w=0$, for every threshold.
    #[serde(rename = "R")]
    pub r: Vec<f64>,
    /// Its excess over that of ridge regression.
    pub excess: Vec<f64>,
    /// $R$ of ridge regression.
    #[serde(rename = "R_ridge")]
    pub r_ridge: f64,
}

/// For every threshold the end of training from $w=0$ against ridge regression.
pub struct PairedOptimum;

impl Experiment for PairedOptimum {
    type Setting = PairedOptimumSetting;
    type Outcome = PairedOptimumOutcome;
    const ID: &'static str = "paired-optimum";
    const VERSION: u32 = 1;

    fn check(setting: &PairedOptimumSetting) -> Result<(), SettingError> {
        check_model(&setting.model)?;
        check_variance("s2", setting.s2)?;
        check_thresholds(&setting.taus)?;
        check_variance("ridge", setting.ridge)
    }

    fn run(setting: &PairedOptimumSetting, streams: &Streams) -> Result<PairedOptimumOutcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let ridge = path.at(setting.ridge, Rule::All)?.measured.test;
        let mut errors = Vec::new();
        for &tau in &setting.taus {
            errors.push(path.self_consistent(setting.s2, tau, Branch::Highest)?.point.measured.test);
        }
        let excess = errors.iter().map(|error| error - ridge).collect();
        Ok(PairedOptimumOutcome { r: errors, excess, r_ridge: ridge })
    }

    fn cost(setting: &PairedOptimumSetting) -> f64 {
        path_cost(&setting.model)
    }
}

/// Fluctuations of the augmented loss at the end of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossFluctuationSetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$.
    pub s2: f64,
    /// The threshold.
    pub tau: f64,
    /// Draws of the noise.
    pub draws: usize,
}

/// Variances are $N$ times those over draws of the noise of the mean augmented loss at fixed weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossFluctuationOutcome {
    /// The variance at the end of self-paced training.
    pub spa: f64,
    /// The mean over draws there.
    pub spa_mean: f64,
    /// The variance at the end of training with augmentation of all samples.
    pub all: f64,
    /// The mean over draws there.
    pub all_mean: f64,
    /// The variance at the end of self-paced training if as many samples chosen at random were augmented.
    pub matched: f64,
}

/// The mean augmented loss at fixed weights, over draws of the noise.
pub struct LossFluctuation;

impl Experiment for LossFluctuation {
    type Setting = LossFluctuationSetting;
    type Outcome = LossFluctuationOutcome;
    const ID: &'static str = "loss-fluctuation";
    const VERSION: u32 = 1;

    fn check(setting: &LossFluctuationSetting) -> Result<(), SettingError> {
        check_model(&setting.model)?;
        check_variance("s2", setting.s2)?;
        non_negative("tau", setting.tau)?;
        within("draws", setting.draws, 2..=checks::MOST_STEPS)
    }

    fn run(
        setting: &LossFluctuationSetting,
        streams: &Streams,
    ) -> Result<LossFluctuationOutcome, TrialFailure> {
        let LossFluctuationSetting { s2, tau, draws, .. } = *setting;
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let spa = path.self_consistent(s2, tau, Branch::Highest)?.point;
        let all = path.at(s2, Rule::All)?;
        let noise = |point, rule, name| loss_noise(point, rule, s2, draws, &streams.child(name));
        let at_spa = noise(&spa, Rule::Spa(tau), "spa draws")?;
        let at_all = noise(&all, Rule::All, "all draws")?;
        let matched = noise(&spa, Rule::Matched(tau), "matched draws")?;
        Ok(LossFluctuationOutcome {
            spa: at_spa.variance,
            spa_mean: at_spa.mean,
            all: at_all.variance,
            all_mean: at_all.mean,
            matched: matched.variance,
        })
    }

    fn cost(setting: &LossFluctuationSetting) -> f64 {
        path_cost(&setting.model) + (setting.draws * setting.model.samples) as f64 * 60.0
    }
}

/// Least squares on one noisy copy of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenCopySetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$ of the copy's noise.
    pub s2: f64,
}

/// Least squares on the copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenCopyOutcome {
    /// $R$.
    #[serde(rename = "R")]
    pub r: f64,
    /// $v$.
    pub v: f64,
    /// $W$.
    #[serde(rename = "W")]
    pub w: f64,
}

/// Least squares (of least norm) on inputs whose noise is drawn once.
pub struct FrozenCopy;

impl Experiment for FrozenCopy {
    type Setting = FrozenCopySetting;
    type Outcome = FrozenCopyOutcome;
    const ID: &'static str = "frozen-copy";
    const VERSION: u32 = 1;

    fn check(setting: &FrozenCopySetting) -> Result<(), SettingError> {
        check_model(&setting.model)?;
        check_variance("s2", setting.s2)
    }

    fn run(setting: &FrozenCopySetting, streams: &Streams) -> Result<FrozenCopyOutcome, TrialFailure> {
        let copy = setting.model.draw(streams)?.frozen_copy(setting.s2, &streams.child("copy"))?;
        let end = RidgePath::new(&copy)?.at(0.0, Rule::None)?.measured;
        Ok(FrozenCopyOutcome { r: end.test, v: end.training, w: end.square })
    }

    fn cost(setting: &FrozenCopySetting) -> f64 {
        path_cost(&setting.model)
    }
}

/// Descent with realised noise against its mean field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfPacedDescentSetting {
    /// The data.
    pub model: LinearModel,
    /// The descent with noise.
    pub descent: NoisyDescent,
    /// $\eta$ of the mean field.
    pub field_eta: f64,
    /// Steps of the mean field.
    pub field_steps: usize,
    /// Steps of the mean field before its averages begin.
    pub field_burn: usize,
}

/// Averages of the descent with noise and of its mean field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfPacedDescentOutcome {
    /// $p$ of the descent with noise.
    pub p: f64,
    /// $v$ of the descent with noise.
    pub v: f64,
    /// $R$ of the descent with noise.
    #[serde(rename = "R")]
    pub r: f64,
    /// $W$ of the descent with noise.
    #[serde(rename = "W")]
    pub w: f64,
    /// $p$ of the mean field.
    pub p_field: f64,
    /// $v$ of the mean field.
    pub v_field: f64,
    /// $R$ of the mean field.
    #[serde(rename = "R_field")]
    pub r_field: f64,
    /// $W$ of the mean field.
    #[serde(rename = "W_field")]
    pub w_field: f64,
    /// $p$ of the descent with noise less that of the mean field.
    pub p_shift: f64,
    /// $v$ of the descent with noise less that of the mean field.
    pub v_shift: f64,
    /// $R$ of the descent with noise less that of the mean field.
    #[serde(rename = "R_shift")]
    pub r_shift: f64,
    /// $W$ of the descent with noise less that of the mean field.
    #[serde(rename = "W_shift")]
    pub w_shift: f64,
}

/// The descent with noise and its mean field on the same data.
pub struct SelfPacedDescent;

impl Experiment for SelfPacedDescent {
    type Setting = SelfPacedDescentSetting;
    type Outcome = SelfPacedDescentOutcome;
    const ID: &'static str = "self-paced-descent";
    const VERSION: u32 = 1;

    fn check(setting: &SelfPacedDescentSetting) -> Result<(), SettingError> {
        let SelfPacedDescentSetting { model, descent, field_eta, field_steps, field_burn } = setting;
        check_model(model)?;
        descent.check(model.samples).map_err(|error| error.within("descent"))?;
        positive("field_eta", *field_eta)?;
        within("field_steps", *field_steps, 0..=checks::MOST_STEPS)?;
        within("field_burn", *field_burn, 0..=*field_steps)
    }

    fn run(
        setting: &SelfPacedDescentSetting,
        streams: &Streams,
    ) -> Result<SelfPacedDescentOutcome, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let noisy = setting.descent.descend(&data, &streams.child("descent"))?;
        let field = MeanField { rule: setting.descent.rule, s2: setting.descent.s2, eta: setting.field_eta };
        let steps: Vec<usize> = (setting.field_burn..=setting.field_steps).collect();
        if steps.is_empty() {
            return Err(format!(
                "parameter `field_burn` is {}; valid: at most field_steps = {}",
                setting.field_burn, setting.field_steps
            )
            .into());
        }
        let mean = Measured::mean(&field.descend(&data, Start::Zero, &steps)?);
        Ok(SelfPacedDescentOutcome {
            p: noisy.ratio,
            v: noisy.training,
            r: noisy.test,
            w: noisy.square,
            p_field: mean.ratio,
            v_field: mean.training,
            r_field: mean.test,
            w_field: mean.square,
            p_shift: noisy.ratio - mean.ratio,
            v_shift: noisy.training - mean.training,
            r_shift: noisy.test - mean.test,
            w_shift: noisy.square - mean.square,
        })
    }

    fn cost(setting: &SelfPacedDescentSetting) -> f64 {
        let (n, d) = (setting.model.samples, setting.model.dimension);
        let batch = setting.descent.batch.unwrap_or(n);
        // A normal number costs about as much as 20 products; a third of the samples stand for the augmented ones.
        (setting.descent.steps * batch * d) as f64 * 11.0 + (setting.field_steps * n * d) as f64 * 4.0
    }
}
