use serde::{Deserialize, Serialize};
use solvable_theory::continual_learning::Stage;

use super::features::Features;
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, finite, non_negative, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::SimulationError;
use solvable_simulate::linalg::Matrix;
use solvable_simulate::regression::{ErrorForm, Grams, KernelStage, Labels, learning_operators};

/// Two tasks, one after the other, without noise or ridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwoTasksSetting {
    /// The features.
    pub features: Features,
    /// $N_1$ and $N_2$.
    pub samples: [usize; 2],
}

/// Errors of two tasks; those after both stages at $\rho=0$ and $\rho=1$, between which they are linear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwoTasksOutcome {
    /// $E_1$.
    pub first: f64,
    /// $E_B$, the second stage alone on the same inputs.
    pub alone: f64,
    /// $E_{A\to B}$.
    pub forward: [f64; 2],
    /// $E_{2,1}$.
    pub backward: [f64; 2],
}

/// Sequential kernel regression on random inputs, errors averaged exactly over targets.
pub struct TwoTasks;

/// $\begin{pmatrix}1&\rho\\\\\rho&1\end{pmatrix}$.
pub(super) fn similarity(rho: f64) -> Matrix {
    Matrix::from_row_slice(2, 2, &[1.0, rho, rho, 1.0])
}

impl Experiment for TwoTasks {
    type Setting = TwoTasksSetting;
    type Outcome = TwoTasksOutcome;
    const ID: &'static str = "two-tasks";
    const VERSION: u32 = 1;

    fn check(setting: &TwoTasksSetting) -> Result<(), SettingError> {
        setting.features.check().map_err(|error| error.within("features"))?;
        setting.samples.iter().try_for_each(|&n| setting.features.check_stage("samples", n, 0.0))
    }

    fn run(setting: &TwoTasksSetting, streams: &Streams) -> Result<TwoTasksOutcome, TrialFailure> {
        let [first, second] = setting.samples;
        let grams = setting.features.grams(first + second, &streams.child("inputs"))?;
        let mut labels = Labels::new();
        labels.extend(0, first, 0.0);
        labels.extend(1, second, 0.0);
        let ridge = setting.features.ridge();
        let stages = setting.samples.map(|samples| KernelStage { samples, ridge });
        let operators = learning_operators(&grams.kernel, &stages)?;
        let forms: Vec<ErrorForm> = operators.iter().map(|a| ErrorForm::new(a, &grams, &labels, 2)).collect();
        let at = |task, rho| forms[1].error(task, &similarity(rho));
        Ok(TwoTasksOutcome {
            first: forms[0].error(0, &similarity(0.0)),
            alone: second_alone(&grams, first, second, ridge)?,
            forward: [at(1, 0.0), at(1, 1.0)],
            backward: [at(0, 0.0), at(0, 1.0)],
        })
    }

    fn cost(setting: &TwoTasksSetting) -> f64 {
        cost(&setting.features, setting.samples.iter().sum())
    }
}

/// The error of the second stage without the first.
fn second_alone(grams: &Grams, first: usize, second: usize, ridge: f64) -> Result<f64, SimulationError> {
    let part = |m: &Matrix| m.view((first, first), (second, second)).into_owned();
    let own = Grams {
        kernel: part(&grams.kernel),
        target: part(&grams.target),
        mixed: part(&grams.mixed),
        square: part(&grams.square),
        target_power: grams.target_power,
    };
    let operators = learning_operators(&own.kernel, &[KernelStage { samples: second, ridge }])?;
    let mut labels = Labels::new();
    labels.extend(0, second, 0.0);
    Ok(ErrorForm::new(&operators[0], &own, &labels, 1).error(0, &Matrix::from_element(1, 1, 1.0)))
}

pub(super) fn cost(features: &Features, samples: usize) -> f64 {
    let n = samples as f64;
    let modes = match features {
        Features::Gaussian { modes, .. } => *modes as f64,
        Features::Digits { .. } => 20.0,
        Features::Sphere(sphere) => {
            if sphere.dimension == 2 {
                400.0
            } else {
                100.0
            }
        }
    };
    n * n * (2.0 * modes + 8.0 * n)
}

/// Any stages of any tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSequenceSetting {
    /// The features.
    pub features: Features,
    /// $C$, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// The stages.
    pub stages: Vec<Stage>,
}

/// What a covariance of tasks is.
const COVARIANCE: &str = "a symmetric positive semi-definite matrix, one row and one column for every task";

/// A covariance of tasks as a matrix.
pub(super) fn covariance_matrix(rows: &[Vec<f64>]) -> Matrix {
    Matrix::from_fn(rows.len(), rows.len(), |i, j| rows[i][j])
}

pub(super) fn check_covariance(rows: &[Vec<f64>]) -> Result<(), SettingError> {
    let tasks = rows.len();
    let square = tasks > 0 && rows.iter().all(|row| row.len() == tasks);
    require(square, "covariance", format!("{rows:?}"), COVARIANCE)?;
    rows.iter().try_for_each(|row| checks::each("covariance", row, finite))?;
    let matrix = covariance_matrix(rows);
    let scale = matrix.amax();
    let holds = scale > 0.0
        && matrix == matrix.transpose()
        && (&matrix / scale).symmetric_eigenvalues().min() >= -1e-10 * tasks as f64;
    require(holds, "covariance", format!("{rows:?}"), COVARIANCE)
}

impl TaskSequenceSetting {
    /// $C$ as a matrix.
    pub fn covariance_matrix(&self) -> Matrix {
        covariance_matrix(&self.covariance)
    }

    fn check_stage(&self, stage: &Stage) -> Result<(), SettingError> {
        let tasks = self.covariance.len();
        let valid = || format!("a list of {tasks}, one for every task");
        let Stage { samples, noise, ridge } = stage;
        require(samples.len() == tasks, "samples", format!("{samples:?}"), valid())?;
        require(noise.len() == tasks, "noise", format!("{noise:?}"), valid())?;
        samples.iter().try_for_each(|n| within("samples", *n, 0..=checks::MOST))?;
        checks::each("noise", noise, non_negative)?;
        non_negative("ridge", *ridge)?;
        self.features.check_stage("samples", samples.iter().sum(), *ridge)
    }
}

/// Errors on every task after every stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSequenceOutcome {
    /// $E_{n,j}$, stage by stage, averaged exactly over targets and noise.
    pub errors: Vec<f64>,
}

/// Sequential kernel regression on random inputs, stages of one or several tasks with noise and ridge.
pub struct TaskSequence;

impl Experiment for TaskSequence {
    type Setting = TaskSequenceSetting;
    type Outcome = TaskSequenceOutcome;
    const ID: &'static str = "task-sequence";
    const VERSION: u32 = 1;

    fn check(setting: &TaskSequenceSetting) -> Result<(), SettingError> {
        setting.features.check().map_err(|error| error.within("features"))?;
        check_covariance(&setting.covariance)?;
        filled("stages", &setting.stages)?;
        for (number, stage) in setting.stages.iter().enumerate() {
            setting.check_stage(stage).map_err(|error| error.within(&format!("stages.{number}")))?;
        }
        let all: usize = setting.stages.iter().flat_map(|stage| &stage.samples).sum();
        let valid = format!("at most {} samples in all", checks::MOST);
        require(all <= checks::MOST, "stages", format!("{all} samples"), valid)
    }

    fn run(setting: &TaskSequenceSetting, streams: &Streams) -> Result<TaskSequenceOutcome, TrialFailure> {
        let mut labels = Labels::new();
        let mut stages = Vec::new();
        for stage in &setting.stages {
            for (task, (&samples, &noise)) in stage.samples.iter().zip(&stage.noise).enumerate() {
                labels.extend(task, samples, noise);
            }
            stages.push(KernelStage { samples: stage.samples.iter().sum(), ridge: stage.ridge });
        }
        let grams = setting.features.grams(labels.tasks.len(), &streams.child("inputs"))?;
        let covariance = setting.covariance_matrix();
        let errors = solvable_simulate::regression::expected_errors(&grams, &stages, &labels, &covariance)?;
        Ok(TaskSequenceOutcome { errors: errors.into_iter().flatten().collect() })
    }

    fn cost(setting: &TaskSequenceSetting) -> f64 {
        cost(&setting.features, setting.stages.iter().flat_map(|s| &s.samples).sum())
    }
}

/// More samples than modes that the kernel knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderparametrisedSetting {
    /// $P_+$, modes of positive eigenvalue.
    pub modes: usize,
    /// Modes of eigenvalue 0, which the target has too.
    pub null_modes: usize,
    /// $N$.
    pub samples: usize,
}

/// The error of least squares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderparametrisedOutcome {
    /// The error, averaged exactly over targets.
    pub error: f64,
}

/// Least squares on $P_+$ of the modes of a target with equal powers.
pub struct Underparametrised;

impl Experiment for Underparametrised {
    type Setting = UnderparametrisedSetting;
    type Outcome = UnderparametrisedOutcome;
    const ID: &'static str = "underparametrised";
    const VERSION: u32 = 1;

    fn check(setting: &UnderparametrisedSetting) -> Result<(), SettingError> {
        checks::count("modes", setting.modes)?;
        checks::count("null_modes", setting.null_modes)?;
        // With fewer the error has no mean.
        within("samples", setting.samples, setting.modes + 2..=checks::MOST)
    }

    fn run(
        setting: &UnderparametrisedSetting,
        streams: &Streams,
    ) -> Result<UnderparametrisedOutcome, TrialFailure> {
        let draw = |name: &str, modes: usize| {
            let normals = streams.child(name).normals(modes * setting.samples, 1.0);
            Matrix::from_vec(setting.samples, modes, normals)
        };
        let (known, unknown) = (draw("known", setting.modes), draw("unknown", setting.null_modes));
        // The learnt weights are off by (Φ₊ᵀΦ₊)⁻¹Φ₊ᵀΦ₀w₀, and the unknown modes stay unlearnt.
        let gram = known.transpose() * &known;
        let solver = solvable_simulate::linalg::Solver::spd(&gram, 0.0, "the second moment of the features")?;
        let leak = solver.solve(&(known.transpose() * &unknown));
        Ok(UnderparametrisedOutcome { error: leak.norm_squared() + setting.null_modes as f64 })
    }

    fn cost(setting: &UnderparametrisedSetting) -> f64 {
        (setting.samples * setting.modes * (setting.modes + setting.null_modes)) as f64
    }
}
