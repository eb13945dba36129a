use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{Sphere, SphereTarget, checks};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::network::Network;
use solvable_simulate::regression::{
    ErrorForm, Grams, KernelStage, Labels, SequentialRegression, learning_operators,
};
use solvable_simulate::training::{HeavyBall, Parametrization, Tangents};

/// Networks of equal hidden widths on a sphere, two tasks from the matched prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkTasksSetting {
    /// The limit of infinite width, and the inputs.
    pub sphere: Sphere,
    /// $M$.
    pub width: usize,
    /// $N_1$ and $N_2$.
    pub samples: [usize; 2],
    /// Test inputs.
    pub tests: usize,
    /// $\rho$.
    pub rho: f64,
    /// By what the targets are multiplied: small ones keep training close to its linearization.
    pub scale: f64,
}

impl NetworkTasksSetting {
    fn check(&self) -> Result<(), SettingError> {
        self.sphere.check().map_err(|error| error.within("sphere"))?;
        at_least("sphere.depth", self.sphere.depth, 2)?;
        let matched = self.sphere.target == SphereTarget::Matched;
        require(matched, "sphere.target", format!("{:?}", self.sphere.target), "matched")?;
        checks::count("width", self.width)?;
        self.samples.iter().try_for_each(|n| checks::count("samples", *n))?;
        checks::count("tests", self.tests)?;
        within("rho", self.rho, -1.0..=1.0)?;
        positive("scale", self.scale)
    }

    fn count(&self) -> usize {
        self.samples.iter().sum()
    }

    /// Training inputs of both stages, one after the other, and test inputs.
    fn inputs(&self, streams: &Streams) -> Result<(Matrix, Matrix), TrialFailure> {
        let all = self.sphere.inputs(self.count() + self.tests, &streams.child("inputs"))?;
        Ok((all.columns(0, self.count()).into_owned(), all.columns(self.count(), self.tests).into_owned()))
    }

    fn cost(&self, steps: f64) -> f64 {
        let (m, n) = (self.width as f64, (self.count() + self.tests) as f64);
        self.sphere.depth as f64 * m * m * (20.0 + 6.0 * n * steps) + n * n * (m + n)
    }
}

/// What finite width adds to errors that are averaged exactly over targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FiniteWidthOutcome {
    /// $M($ratio$-1)$ of $E_1$, the forward and the backward error.
    pub excess: [f64; 3],
}

/// Sequential regression with the tangent kernel of a finite network at its start, against that with the kernel of infinite width on
/// the same inputs and test points.
pub struct FiniteWidth;

impl Experiment for FiniteWidth {
    type Setting = NetworkTasksSetting;
    type Outcome = FiniteWidthOutcome;
    const ID: &'static str = "finite-width-tasks";
    const VERSION: u32 = 1;

    fn check(setting: &NetworkTasksSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &NetworkTasksSetting, streams: &Streams) -> Result<FiniteWidthOutcome, TrialFailure> {
        let (train, test) = setting.inputs(streams)?;
        let network = Network::draw(&setting.sphere.network(setting.width)?, streams);
        let tangents = |x: &Matrix| Tangents::new(&network, network.forward(x)?, Parametrization::Ntk);
        let (here, there) = (tangents(&train)?, tangents(&test)?);
        let (prior, to_tests) =
            (setting.sphere.between(&train, &train)?, setting.sphere.between(&test, &train)?);
        let power = setting.sphere.spectrum()?.trace;
        let errors = |kernel: Matrix, test_kernel: &Matrix| {
            let average = |a: &Matrix, b: &Matrix| linalg::transpose_product(a, b) / setting.tests as f64;
            let grams = Grams {
                square: average(test_kernel, test_kernel),
                mixed: average(test_kernel, &to_tests),
                kernel,
                target: prior.clone(),
                target_power: power,
            };
            two_task_errors(setting, &grams)
        };
        let limit = errors(prior.clone(), &to_tests)?;
        let finite = errors(here.kernel(&here), &there.kernel(&here))?;
        let excess = std::array::from_fn(|i| setting.width as f64 * (finite[i] / limit[i] - 1.0));
        Ok(FiniteWidthOutcome { excess })
    }

    fn cost(setting: &NetworkTasksSetting) -> f64 {
        setting.cost(1.0)
    }
}

/// $E_1$, $E_{A\to B}$, $E_{\rm back}$.
fn two_task_errors(setting: &NetworkTasksSetting, grams: &Grams) -> Result<[f64; 3], TrialFailure> {
    let mut labels = Labels::new();
    labels.extend(0, setting.samples[0], 0.0);
    labels.extend(1, setting.samples[1], 0.0);
    let stages = setting.samples.map(|samples| KernelStage { samples, ridge: 0.0 });
    let covariance = Matrix::from_row_slice(2, 2, &[1.0, setting.rho, setting.rho, 1.0]);
    let operators = learning_operators(&grams.kernel, &stages)?;
    let forms: Vec<ErrorForm> = operators.iter().map(|a| ErrorForm::new(a, grams, &labels, 2)).collect();
    Ok([forms[0].error(0, &covariance), forms[1].error(1, &covariance), forms[1].error(0, &covariance)])
}

/// Mean squared test errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainedTasksOutcome {
    /// $E_1$, the forward and the backward error of the trained network.
    pub trained: [f64; 3],
    /// Those of regression with the kernel of the same network at its start on the same samples.
    pub linearized: [f64; 3],
    /// The error of that regression on the second task without the first.
    pub alone: f64,
    /// Steps of both stages.
    pub steps: [f64; 2],
}

/// Networks really trained to convergence on one task and then on the next, by gradient descent with momentum on all parameters, for one
/// draw of the targets.
pub struct TrainedTasks;

impl Experiment for TrainedTasks {
    type Setting = NetworkTasksSetting;
    type Outcome = TrainedTasksOutcome;
    const ID: &'static str = "trained-tasks";
    const VERSION: u32 = 1;

    fn check(setting: &NetworkTasksSetting) -> Result<(), SettingError> {
        setting.check()
    }

    fn run(setting: &NetworkTasksSetting, streams: &Streams) -> Result<TrainedTasksOutcome, TrialFailure> {
        let (train, test) = setting.inputs(streams)?;
        let (first, second) = (setting.samples[0], setting.samples[1]);
        let targets = draw_targets(setting, &train, &test, streams)?;
        let start = Network::draw(&setting.sphere.network(setting.width)?, streams);
        let inputs = [train.columns(0, first).into_owned(), train.columns(first, second).into_owned()];
        let labels =
            [targets.view((0, 0), (first, 1)), targets.view((first, 1), (second, 1))].map(|l| l.into_owned());
        let wanted = [0, 1].map(|task| targets.view((train.ncols(), task), (setting.tests, 1)).into_owned());
        let mean_square = |f: &Matrix, task: usize| (f - &wanted[task]).norm_squared() / setting.tests as f64;

        let mut network = start.clone();
        let (mut trained, mut steps) = (Vec::new(), [0.0; 2]);
        let at_start = start.forward(&test)?.output;
        for ((x, y), steps) in inputs.iter().zip(&labels).zip(&mut steps) {
            let offset = start.forward(x)?.output;
            *steps = HeavyBall::default().train(&mut network, x, &y.transpose(), &offset)? as f64;
            trained.push((network.forward(&test)?.output - &at_start).transpose());
        }

        let tangents = |x: &Matrix| Tangents::new(&start, start.forward(x)?, Parametrization::Ntk);
        let (one, two, probes) = (tangents(&inputs[0])?, tangents(&inputs[1])?, tangents(&test)?);
        let mut regression = SequentialRegression::new();
        let mut linearized = Vec::new();
        let shape = (setting.tests, 1);
        regression.learn(&one.kernel(&one), &[], &labels[0], 0.0)?;
        let to_one = probes.kernel(&one);
        linearized.push(regression.predict(std::slice::from_ref(&to_one), shape)?);
        regression.learn(&two.kernel(&two), &[two.kernel(&one)], &labels[1], 0.0)?;
        linearized.push(regression.predict(&[to_one, probes.kernel(&two)], shape)?);

        let mut cold = SequentialRegression::new();
        cold.learn(&two.kernel(&two), &[], &labels[1], 0.0)?;
        let alone = mean_square(&cold.predict(&[probes.kernel(&two)], shape)?, 1);
        let errors = |f: &[Matrix]| [mean_square(&f[0], 0), mean_square(&f[1], 1), mean_square(&f[1], 0)];
        let (trained, linearized) = (errors(&trained), errors(&linearized));
        Ok(TrainedTasksOutcome { trained, linearized, alone, steps })
    }

    fn cost(setting: &NetworkTasksSetting) -> f64 {
        setting.cost(100.0)
    }
}

/// $(f_A,f_B)$ on training and test inputs: one draw from the matched prior, times the scale.
fn draw_targets(
    setting: &NetworkTasksSetting,
    train: &Matrix,
    test: &Matrix,
    streams: &Streams,
) -> Result<Matrix, TrialFailure> {
    let mut all = train.clone().resize_horizontally(train.ncols() + test.ncols(), 0.0);
    all.columns_mut(train.ncols(), test.ncols()).copy_from(test);
    let draws = setting.sphere.draw_targets(&all, 2, streams)?;
    let (a, b) = (draws.column(0), draws.column(1));
    let rho = setting.rho;
    let second = a * rho + b * (1.0 - rho * rho).max(0.0).sqrt();
    let mut targets = draws.clone();
    targets.set_column(1, &second);
    Ok(targets * setting.scale)
}
