use serde::Serialize;

use crate::simulate::augmentation::Rule;
use crate::simulate::augmentation::descent::{MeanField, NoisyDescent, Start};
use crate::simulate::augmentation::linear::{LinearModel, Measured};
use crate::simulate::augmentation::path::{Branch, RidgePath, loss_noise};
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Adds $p$, $v$, $R$, $W$ of `states` as lists, with `suffix` behind their names.
fn with_states(outcome: Record, suffix: &str, states: &[Measured]) -> Record {
    let list = |f: fn(&Measured) -> f64| states.iter().map(f).collect::<Vec<_>>();
    outcome
        .with_list(&format!("p{suffix}"), list(|s| s.ratio))
        .with_list(&format!("v{suffix}"), list(|s| s.training))
        .with_list(&format!("R{suffix}"), list(|s| s.test))
        .with_list(&format!("W{suffix}"), list(|s| s.square))
}

/// Adds $p$, $v$, $R$, $W$ as numbers.
fn with_state(outcome: Record, suffix: &str, state: &Measured) -> Record {
    outcome
        .with(&format!("p{suffix}"), state.ratio)
        .with(&format!("v{suffix}"), state.training)
        .with(&format!("R{suffix}"), state.test)
        .with(&format!("W{suffix}"), state.square)
}

/// Flops of the decomposition behind a ridge path.
fn path_cost(model: &LinearModel) -> f64 {
    let (n, d) = (model.samples as f64, model.dimension as f64);
    let least = n.min(d);
    least * (10.0 * least * least + 4.0 * n * d)
}

/// Ends of self-paced augmentation on the ridge path of random data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AugmentedRidgeSetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$.
    pub s2: f64,
    /// Thresholds, all on the same data.
    pub taus: Vec<f64>,
}

/// For every threshold the self-consistent point found from above, where training from $w=0$ ends: `p`, `v`, `R`, `W`; from below, where training from least
/// squares ends: `p_low`, `v_low`, `R_low`, `W_low`; the ratio within every noise component, threshold by threshold: `p_components`; and the ratios that the residuals without
/// augmentation, with augmentation of all samples and of $w=0$ would give: `p_none`, `p_all`, `p_start`. Numbers: `v_none`, `R_none`, `W_none` of least squares and `v_all`, `R_all`, `W_all` of ridge
/// regression at $\lambda=s^2$.
pub struct AugmentedRidge;

impl Experiment for AugmentedRidge {
    type Setting = AugmentedRidgeSetting;
    type Outcome = Record;
    const ID: &'static str = "augmented-ridge";
    const VERSION: u32 = 1;

    fn run(setting: &AugmentedRidgeSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        let outcome = with_states(with_states(Record::new(), "", &high), "_low", &low);
        let ends = [("none", none.measured), ("all", all.measured)];
        let outcome = ends.iter().fold(outcome, |outcome, (name, end)| {
            outcome
                .with(&format!("v_{name}"), end.training)
                .with(&format!("R_{name}"), end.test)
                .with(&format!("W_{name}"), end.square)
        });
        Ok(outcome
            .with_list("p_components", components)
            .with_list("p_none", p_none)
            .with_list("p_all", p_all)
            .with_list("p_start", p_start))
    }

    fn cost(setting: &AugmentedRidgeSetting) -> f64 {
        let (n, d) = (setting.model.samples as f64, setting.model.dimension as f64);
        path_cost(&setting.model) + setting.taus.len() as f64 * 40.0 * n * n.min(d)
    }
}

/// Gradient descent in the mean field of the noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// `p`, `v`, `R`, `W` after the listed numbers of steps.
pub struct AugmentedFlow;

impl Experiment for AugmentedFlow {
    type Setting = AugmentedFlowSetting;
    type Outcome = Record;
    const ID: &'static str = "augmented-flow";
    const VERSION: u32 = 1;

    fn run(setting: &AugmentedFlowSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let states = setting.field.descend(&data, setting.start, &setting.steps)?;
        Ok(with_states(Record::new(), "", &states))
    }

    fn cost(setting: &AugmentedFlowSetting) -> f64 {
        let steps = setting.steps.last().copied().unwrap_or(0) as f64;
        steps * 4.0 * (setting.model.samples * setting.model.dimension) as f64
    }
}

/// Self-paced augmentation against ridge regression on the same data.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// For every threshold the test error `R` at the end of training from $w=0$ and its `excess` over that of ridge regression, `R_ridge`.
pub struct PairedOptimum;

impl Experiment for PairedOptimum {
    type Setting = PairedOptimumSetting;
    type Outcome = Record;
    const ID: &'static str = "paired-optimum";
    const VERSION: u32 = 1;

    fn run(setting: &PairedOptimumSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let ridge = path.at(setting.ridge, Rule::All)?.measured.test;
        let mut errors = Vec::new();
        for &tau in &setting.taus {
            errors.push(path.self_consistent(setting.s2, tau, Branch::Highest)?.point.measured.test);
        }
        Ok(Record::new()
            .with("R_ridge", ridge)
            .with_list("excess", errors.iter().map(|error| error - ridge).collect())
            .with_list("R", errors))
    }

    fn cost(setting: &PairedOptimumSetting) -> f64 {
        path_cost(&setting.model)
    }
}

/// Fluctuations of the augmented loss at the end of training.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// $N$ times the variance over draws of the noise of the mean augmented loss at fixed weights, `spa` and `all` at the end of training by either method; the
/// means over draws, `spa_mean` and `all_mean`; and `matched`, the variance at the end of self-paced training if as many samples chosen at random
/// were augmented.
pub struct LossFluctuation;

impl Experiment for LossFluctuation {
    type Setting = LossFluctuationSetting;
    type Outcome = Record;
    const ID: &'static str = "loss-fluctuation";
    const VERSION: u32 = 1;

    fn run(setting: &LossFluctuationSetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let LossFluctuationSetting { s2, tau, draws, .. } = *setting;
        let data = setting.model.draw(streams)?;
        let path = RidgePath::new(&data)?;
        let spa = path.self_consistent(s2, tau, Branch::Highest)?.point;
        let all = path.at(s2, Rule::All)?;
        let noise = |point, rule, name| loss_noise(point, rule, s2, draws, &streams.child(name));
        let at_spa = noise(&spa, Rule::Spa(tau), "spa draws")?;
        let at_all = noise(&all, Rule::All, "all draws")?;
        let matched = noise(&spa, Rule::Matched(tau), "matched draws")?;
        Ok(Record::new()
            .with("spa", at_spa.variance)
            .with("spa_mean", at_spa.mean)
            .with("all", at_all.variance)
            .with("all_mean", at_all.mean)
            .with("matched", matched.variance))
    }

    fn cost(setting: &LossFluctuationSetting) -> f64 {
        path_cost(&setting.model) + (setting.draws * setting.model.samples) as f64 * 60.0
    }
}

/// Least squares on one noisy copy of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrozenCopySetting {
    /// The data.
    pub model: LinearModel,
    /// $s^2$ of the copy's noise.
    pub s2: f64,
}

/// `R` of least squares (of least norm) on inputs whose noise is drawn once, and `v` and `W`.
pub struct FrozenCopy;

impl Experiment for FrozenCopy {
    type Setting = FrozenCopySetting;
    type Outcome = Record;
    const ID: &'static str = "frozen-copy";
    const VERSION: u32 = 1;

    fn run(setting: &FrozenCopySetting, streams: &Streams) -> Result<Record, TrialFailure> {
        let copy = setting.model.draw(streams)?.frozen_copy(setting.s2, &streams.child("copy"))?;
        let end = RidgePath::new(&copy)?.at(0.0, Rule::None)?.measured;
        Ok(Record::new().with("R", end.test).with("v", end.training).with("W", end.square))
    }

    fn cost(setting: &FrozenCopySetting) -> f64 {
        path_cost(&setting.model)
    }
}

/// Descent with realised noise against its mean field.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// Averages of the descent with noise, `p`, `v`, `R`, `W`, of its mean field on the same data, `p_field`, `v_field`, `R_field`, `W_field`, and the differences of the first from
/// the second, `p_shift`, `v_shift`, `R_shift`, `W_shift`.
pub struct SelfPacedDescent;

impl Experiment for SelfPacedDescent {
    type Setting = SelfPacedDescentSetting;
    type Outcome = Record;
    const ID: &'static str = "self-paced-descent";
    const VERSION: u32 = 1;

    fn run(setting: &SelfPacedDescentSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        let shift = Measured {
            ratio: noisy.ratio - mean.ratio,
            training: noisy.training - mean.training,
            test: noisy.test - mean.test,
            square: noisy.square - mean.square,
        };
        let outcome = with_state(Record::new(), "", &noisy);
        Ok(with_state(with_state(outcome, "_field", &mean), "_shift", &shift))
    }

    fn cost(setting: &SelfPacedDescentSetting) -> f64 {
        let (n, d) = (setting.model.samples, setting.model.dimension);
        let batch = setting.descent.batch.unwrap_or(n);
        // A normal number costs about as much as 20 products; a third of the samples stand for the augmented ones.
        (setting.descent.steps * batch * d) as f64 * 11.0 + (setting.field_steps * n * d) as f64 * 4.0
    }
}
