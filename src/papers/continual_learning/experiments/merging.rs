use serde::{Deserialize, Serialize};

use super::features::Features;
use super::tasks::{check_covariance, cost, covariance_matrix, similarity};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, non_negative, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::SimulationError;
use solvable_simulate::linalg::{self, LargeCholesky, Matrix};
use solvable_simulate::regression::{ErrorForm, Grams, KernelStage, Labels, learning_operators};

/// A model among those that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The task that it learns.
    pub task: usize,
    /// Its samples.
    pub samples: usize,
    /// Its weight in the merged model.
    pub weight: f64,
}

/// Models that are trained apart and merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergedModelsSetting {
    /// The features.
    pub features: Features,
    /// $C$, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// Samples of the first task on which the model that all start from was trained; 0 for none.
    pub common: usize,
    /// The models.
    pub models: Vec<Model>,
    /// $\sigma^2$.
    pub noise: f64,
}

/// Errors of the merged model and of its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergedModelsOutcome {
    /// Of the merged model on every task.
    pub merged: Vec<f64>,
    /// Of every model on its own task.
    pub own: Vec<f64>,
}

/// Kernel regression of several models on samples of their own, each from the same start, and the start plus their weighted changes: errors
/// averaged exactly over targets and noise.
pub struct MergedModels;

impl MergedModelsSetting {
    fn samples(&self) -> usize {
        self.models.iter().fold(self.common, |sum, model| sum.saturating_add(model.samples))
    }
}

impl Experiment for MergedModels {
    type Setting = MergedModelsSetting;
    type Outcome = MergedModelsOutcome;
    const ID: &'static str = "merged-models";
    const VERSION: u32 = 1;

    fn check(setting: &MergedModelsSetting) -> Result<(), SettingError> {
        setting.features.check().map_err(|error| error.within("features"))?;
        check_covariance(&setting.covariance)?;
        if setting.common > 0 {
            setting.features.check_stage("common", setting.common, 0.0)?;
        }
        filled("models", &setting.models)?;
        for (number, model) in setting.models.iter().enumerate() {
            let at = |error: SettingError| error.within(&format!("models.{number}"));
            within("task", model.task, 0..=setting.covariance.len() - 1).map_err(at)?;
            setting.features.check_stage("samples", model.samples, 0.0).map_err(at)?;
            finite("weight", model.weight).map_err(at)?;
        }
        non_negative("noise", setting.noise)?;
        let valid = format!("at most {} samples in all", checks::MOST);
        require(setting.samples() <= checks::MOST, "models", format!("{} samples", setting.samples()), valid)
    }

    fn run(setting: &MergedModelsSetting, streams: &Streams) -> Result<MergedModelsOutcome, TrialFailure> {
        let (common, tasks) = (setting.common, setting.covariance.len());
        let covariance = covariance_matrix(&setting.covariance);
        let grams = setting.features.grams(setting.samples(), &streams.child("inputs"))?;
        let ridge = setting.features.ridge();
        let mut labels = Labels::new();
        labels.extend(0, common, setting.noise);
        let total = setting.samples();
        let mut operator = Matrix::zeros(total, total);
        // What the common model is to the samples of all.
        let start = if common > 0 {
            let solver =
                LargeCholesky::new(&part(&grams.kernel, 0, common), ridge, "the kernel of the start")?;
            let inverse = solver.solve(&Matrix::identity(common, common));
            operator.view_mut((0, 0), (common, common)).copy_from(&inverse);
            inverse
        } else {
            Matrix::zeros(0, 0)
        };
        let (mut at, mut own) = (common, Vec::new());
        for model in &setting.models {
            let n = model.samples;
            labels.extend(model.task, n, setting.noise);
            let solver = LargeCholesky::new(&part(&grams.kernel, at, n), ridge, "the kernel of a model")?;
            let inverse = solver.solve(&Matrix::identity(n, n));
            let mut single = Matrix::zeros(common + n, common + n);
            single.view_mut((0, 0), (common, common)).copy_from(&start);
            single.view_mut((common, common), (n, n)).copy_from(&inverse);
            if common > 0 {
                let cross = grams.kernel.view((at, 0), (n, common)).into_owned();
                let back = -linalg::product(&inverse, &linalg::product(&cross, &start));
                single.view_mut((common, 0), (n, common)).copy_from(&back);
                operator.view_mut((at, 0), (n, common)).copy_from(&(back * model.weight));
            }
            operator.view_mut((at, at), (n, n)).copy_from(&(inverse * model.weight));
            let mut of_model = Labels::new();
            of_model.extend(0, common, setting.noise);
            of_model.extend(model.task, n, setting.noise);
            let rows: Vec<usize> = (0..common).chain(at..at + n).collect();
            let form = ErrorForm::new(&single, &chosen(&grams, &rows), &of_model, tasks);
            own.push(form.error(model.task, &covariance));
            at += n;
        }
        let form = ErrorForm::new(&operator, &grams, &labels, tasks);
        Ok(MergedModelsOutcome {
            merged: (0..tasks).map(|task| form.error(task, &covariance)).collect(),
            own,
        })
    }

    fn cost(setting: &MergedModelsSetting) -> f64 {
        cost(&setting.features, setting.samples())
    }
}

fn part(m: &Matrix, start: usize, length: usize) -> Matrix {
    m.view((start, start), (length, length)).into_owned()
}

/// The Gram matrices of some of the samples, in the given order.
fn chosen(grams: &Grams, rows: &[usize]) -> Grams {
    let pick = |m: &Matrix| Matrix::from_fn(rows.len(), rows.len(), |i, j| m[(rows[i], rows[j])]);
    Grams {
        kernel: pick(&grams.kernel),
        target: pick(&grams.target),
        mixed: pick(&grams.mixed),
        square: pick(&grams.square),
        target_power: grams.target_power,
    }
}

/// Two tasks with a sample each, in either order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskOrderSetting {
    /// The features.
    pub features: Features,
    /// $N_1$ and $N_2$.
    pub samples: [usize; 2],
    /// $\sigma^2$.
    pub noise: f64,
}

/// The mean of both final errors, at $\rho=0$ and $\rho=1$, between which they are linear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskOrderOutcome {
    /// $\bar E_{12}$: the first task and its samples first.
    pub forward: [f64; 2],
    /// $\bar E_{21}$: the same samples in the other order.
    pub reverse: [f64; 2],
    /// $\mathrm{tr}\,\Lambda(\Pi_2\Pi_1\Pi_2-\Pi_1\Pi_2\Pi_1)$.
    pub delta: f64,
}

/// Sequential kernel regression in both orders on the same samples, errors averaged exactly over targets and noise.
pub struct TaskOrder;

impl Experiment for TaskOrder {
    type Setting = TaskOrderSetting;
    type Outcome = TaskOrderOutcome;
    const ID: &'static str = "task-order";
    const VERSION: u32 = 1;

    fn check(setting: &TaskOrderSetting) -> Result<(), SettingError> {
        setting.features.check().map_err(|error| error.within("features"))?;
        setting.samples.iter().try_for_each(|&n| setting.features.check_stage("samples", n, 0.0))?;
        non_negative("noise", setting.noise)
    }

    fn run(setting: &TaskOrderSetting, streams: &Streams) -> Result<TaskOrderOutcome, TrialFailure> {
        let [first, second] = setting.samples;
        let grams = setting.features.grams(first + second, &streams.child("inputs"))?;
        let ridge = setting.features.ridge();
        let turned: Vec<usize> = (first..first + second).chain(0..first).collect();
        let means = |grams: &Grams, order: [usize; 2]| -> Result<[f64; 2], SimulationError> {
            let mut labels = Labels::new();
            order.iter().for_each(|&task| labels.extend(task, setting.samples[task], setting.noise));
            let stages = order.map(|task| KernelStage { samples: setting.samples[task], ridge });
            let operators = learning_operators(&grams.kernel, &stages)?;
            let form = ErrorForm::new(&operators[1], grams, &labels, 2);
            let mean = |rho| 0.5 * (form.error(0, &similarity(rho)) + form.error(1, &similarity(rho)));
            Ok([mean(0.0), mean(1.0)])
        };
        Ok(TaskOrderOutcome {
            forward: means(&grams, [0, 1])?,
            reverse: means(&chosen(&grams, &turned), [1, 0])?,
            delta: projected(&grams, 0..first, first..first + second, ridge)?
                - projected(&grams, first..first + second, 0..first, ridge)?,
        })
    }

    fn cost(setting: &TaskOrderSetting) -> f64 {
        2.0 * cost(&setting.features, setting.samples.iter().sum())
    }
}

/// $\mathrm{tr}\,\Lambda\Pi_b\Pi_a\Pi_b=\mathrm{tr}\,K_{bb}^{-1}K_{ba}K_{aa}^{-1}K_{ab}K_{bb}^{-1}(K_2)_{bb}$, the projectors written out.
fn projected(
    grams: &Grams,
    a: std::ops::Range<usize>,
    b: std::ops::Range<usize>,
    ridge: f64,
) -> Result<f64, SimulationError> {
    let cross = grams.kernel.view((a.start, b.start), (a.len(), b.len())).into_owned();
    let own = |r: &std::ops::Range<usize>| part(&grams.kernel, r.start, r.len());
    let (of_a, of_b) = (
        LargeCholesky::new(&own(&a), ridge, "the kernel of a stage")?,
        LargeCholesky::new(&own(&b), ridge, "the kernel of a stage")?,
    );
    let inner = linalg::transpose_product(&cross, &of_a.solve(&cross));
    let outer = of_b.solve(&part(&grams.square, b.start, b.len()));
    Ok(of_b.solve(&inner).dot(&outer.transpose()))
}
