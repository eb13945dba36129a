use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::Serialize;
use solvable_theory::natural_gradient::{self as ngd, Damping, LayerKernels, Method};
use solvable_theory::{Architecture, TheoryError};

use crate::simulate::data::{Dataset, gaussian_inputs, on_sphere};
use crate::simulate::linalg::{self, Matrix};
use crate::simulate::network::Network;
use crate::simulate::training::{NaturalGradient, Parametrization, Rule, Tangents, Training};
use crate::streams::Streams;
use crate::verify::{Experiment, Outcome, TrialFailure};

/// Where inputs on the sphere $\|x\|^2=M_0$ come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Inputs {
    /// Uniform on the sphere.
    Sphere,
    /// $N(0,\mathrm{diag}(s_j^2))$ with $s_j$ equally spaced in $[0.3,2]$, scaled to the sphere.
    Anisotropic,
    /// The anisotropic inputs after Forster's transform: all leverages equal.
    Forster,
    /// Images of threes and eights among the shipped digits, standardized as a whole and scaled to the sphere.
    Digits,
}

/// A training set, a test set, and the class of every training sample where there is one. Which of several data sets a
/// trial uses is drawn; the data sets themselves are the same for every trial, width and seed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// Where the inputs come from.
    pub inputs: Inputs,
    /// $N$.
    pub samples: usize,
    /// $n$: test inputs.
    pub tests: usize,
    /// How many data sets there are.
    pub data_sets: usize,
}

/// Inputs ($M_0\times N$ and $M_0\times n$) and labels ($\pm\frac12$).
pub struct DataSet {
    /// Training inputs.
    pub train: Matrix,
    /// Test inputs.
    pub test: Matrix,
    /// Labels of the training inputs, and of the test inputs.
    pub labels: Option<(Vec<f64>, Vec<f64>)>,
}

impl Sample {
    /// Three data sets, as the standing claims use them.
    pub fn new(inputs: Inputs, samples: usize, tests: usize) -> Self {
        Self { inputs, samples, tests, data_sets: 3 }
    }

    /// Data set `number` in dimension $M_0$.
    pub fn data_set(&self, dimension: usize, number: usize) -> Result<DataSet, TrialFailure> {
        let count = self.samples + self.tests;
        let streams = Streams::for_trial(
            "data-set",
            &format!("{:?} {dimension} {count}", self.inputs),
            number as u64,
            0,
        );
        let (all, labels) = match self.inputs {
            Inputs::Sphere => (on_sphere(gaussian_inputs(dimension, count, &streams))?, None),
            Inputs::Anisotropic | Inputs::Forster => {
                let mut inputs = gaussian_inputs(dimension, count, &streams);
                for (j, mut row) in inputs.row_iter_mut().enumerate() {
                    row *= 0.3 + 1.7 * j as f64 / (dimension.max(2) - 1) as f64;
                }
                let mut inputs = on_sphere(inputs)?;
                if self.inputs == Inputs::Forster {
                    let train = inputs.columns(0, self.samples).transpose();
                    let map = ngd::forster(&train)?.map;
                    inputs = on_sphere(map.transpose() * inputs)?;
                }
                (inputs, None)
            }
            Inputs::Digits => {
                let (inputs, labels) = Dataset::digits()?.two_classes(3, 8)?;
                if inputs.nrows() != dimension || inputs.ncols() < count {
                    let reason = format!(
                        "{count} digits of {dimension} pixels are asked for; there are {} of {}",
                        inputs.ncols(),
                        inputs.nrows()
                    );
                    return Err(reason.into());
                }
                let mut order: Vec<usize> = (0..inputs.ncols()).collect();
                order.shuffle(&mut streams.rng(0));
                order.truncate(count);
                let labels: Vec<f64> = order.iter().map(|&n| labels[n]).collect();
                (on_sphere(inputs.select_columns(&order))?, Some(labels))
            }
        };
        Ok(DataSet {
            train: all.columns(0, self.samples).into_owned(),
            test: all.columns(self.samples, self.tests).into_owned(),
            labels: labels.map(|l| (l[..self.samples].to_vec(), l[self.samples..].to_vec())),
        })
    }

    fn draw_number(&self, streams: &Streams) -> usize {
        streams.child("data set").rng(0).random_range(0..self.data_sets.max(1))
    }
}

impl DataSet {
    /// $x\cdot x'/M_0$ among training inputs ($N\times N$), and from test to training inputs ($n\times N$).
    pub fn cosines(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let dimension = self.train.nrows() as f64;
        let mut train = linalg::transpose_product(&self.train, &self.train) / dimension;
        // Products of the same columns in another order differ in the last bit.
        train = (&train + train.transpose()) * 0.5;
        train.fill_diagonal(1.0);
        let clip = |x: f64| x.clamp(-1.0, 1.0);
        (train.map(clip), (linalg::transpose_product(&self.test, &self.train) / dimension).map(clip))
    }
}

/// What the network is asked to learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// $y=\pm\frac12$: the classes of the digits, random signs elsewhere.
    Labels,
    /// $y=f_0\pm\frac\epsilon2$ with random signs: a residual so small that curvature plays no part.
    SmallResidual(f64),
    /// $y=f_0+0.05\,v_i$ with the unit eigenvector $v_i$ (ascending, counted from 0) of the infinite-width kernel.
    KernelMode(usize),
}

/// Training of a random network by a preconditioned rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NaturalTrainingSetting {
    /// The network, one output.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: NaturalGradient,
    /// $\eta$.
    pub learning_rate: f64,
    /// $T$: steps.
    pub steps: usize,
    /// The targets.
    pub task: Task,
    /// Whether the predictions of the network's own kernels at its starting point are computed beside it.
    pub empirical: bool,
}

/// Trains $T$ steps from a random network. Measures `data_set` (its number); `targets` $y$; `residuals` $g_0,\dots,g_T$ one after the other;
/// with test inputs `start` $=f_0(X')$ and `increments` $f_t(X')-f_0(X')$ for $t=1..T$; for the unit-wise rule `rates`
/// $\alpha_n$ (the number of units active at a sample, plus one). With `empirical`, from the kernels of the network at its
/// start: `empirical_residual` $g_T$ as the rule's theory has it, and `empirical_increment_<method>` after the first step
/// for every isotropic method.
pub struct NaturalTraining;

/// The methods that are isotropic without damping, of which test kernels are compared.
pub const ISOTROPIC: [Method; 4] = [Method::Exact, Method::Bd, Method::Btd, Method::Kfac];

impl Experiment for NaturalTraining {
    type Setting = NaturalTrainingSetting;
    const ID: &'static str = "natural-training";
    const VERSION: u32 = 1;

    fn run(setting: &NaturalTrainingSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(&data.train)?;
        let targets = targets(setting, &data, &signals.output, streams)?;
        let mut outcome = Outcome::new().with("data_set", number as f64);
        if setting.rule.method == Method::Unit {
            let active = |n: usize| {
                signals
                    .slopes
                    .iter()
                    .map(|s| s.column(n).iter().filter(|d| **d != 0.0).count())
                    .sum::<usize>()
            };
            let rates = (0..setting.sample.samples).map(|n| 1.0 + active(n) as f64).collect();
            outcome = outcome.with_list("rates", rates);
        }
        let residual = &signals.output - &targets;
        let has_tests = setting.sample.tests > 0;
        let start = if has_tests { Some(network.forward(&data.test)?) } else { None };
        if setting.empirical {
            let here = Tangents::new(&network, signals, Parametrization::Ntk)?;
            let train = empirical_kernels(&here, &here)?;
            let g0 = DVector::from_column_slice(residual.as_slice());
            let (eta, steps) = (setting.learning_rate, setting.steps);
            let response = ngd::response(setting.rule.method, setting.rule.damping, &train, &train)?;
            let end = ngd::residuals(&response, eta, &g0, steps)?.pop().unwrap_or_default();
            outcome = outcome.with_list("empirical_residual", end.as_slice().to_vec());
            if let Some(test) = &start {
                let there = Tangents::new(&network, test.clone(), Parametrization::Ntk)?;
                let cross = empirical_kernels(&there, &here)?;
                for method in ISOTROPIC {
                    // After one step at the same fraction of the rate 1/α: δ = −ηα k g_0.
                    let kernel = ngd::test_kernel(method, &train, &cross)?;
                    let fraction = eta
                        * ngd::alpha(setting.rule.method, setting.network.depth(), setting.sample.samples)?;
                    let increment = kernel * &g0 * -fraction;
                    outcome = outcome
                        .with_list(&format!("empirical_increment_{method}"), shortened(increment.as_slice()));
                }
            }
        }
        let mut residuals = residual.as_slice().to_vec();
        let mut increments = Vec::new();
        let mut training = Training::new(
            network,
            &data.train,
            &targets,
            Rule::Natural(setting.rule),
            setting.learning_rate,
        )?;
        for _ in 0..setting.steps {
            training.step()?;
            residuals.extend_from_slice(training.residual()?.as_slice());
            if let Some(start) = &start {
                let now = training.network().forward(&data.test)?.output;
                increments.extend_from_slice((now - &start.output).as_slice());
            }
        }
        outcome = outcome.with_list("residuals", residuals);
        if setting.task == Task::Labels {
            outcome = outcome.with_list("targets", targets.as_slice().to_vec());
        }
        if let Some(start) = &start {
            outcome = outcome
                .with_list("start", shortened(start.output.as_slice()))
                .with_list("increments", shortened(&increments));
        }
        Ok(outcome)
    }

    fn cost(setting: &NaturalTrainingSetting) -> f64 {
        let samples = (setting.sample.samples + setting.sample.tests) as f64;
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * (1 + setting.steps) as f64)
    }
}

fn targets(
    setting: &NaturalTrainingSetting,
    data: &DataSet,
    start: &Matrix,
    streams: &Streams,
) -> Result<Matrix, TrialFailure> {
    let mut rng = streams.child("labels").rng(0);
    let mut signs = || start.map(|_| if rng.random::<bool>() { 0.5 } else { -0.5 });
    Ok(match (setting.task, &data.labels) {
        (Task::Labels, Some((labels, _))) => Matrix::from_row_slice(1, labels.len(), labels),
        (Task::Labels, None) => signs(),
        (Task::SmallResidual(size), _) => start + signs() * size,
        (Task::KernelMode(index), _) => {
            let (cosines, _) = data.cosines();
            let kernels = ngd::train_kernels(setting.network.scales(), setting.network.depth(), &cosines)?;
            let (_, vectors) = ngd::gd_mode_vectors(&kernels)?;
            let mode = vectors.column(index.min(vectors.ncols() - 1)).transpose();
            start + Matrix::from_row_slice(1, mode.len(), mode.transpose().as_slice()) * 0.05
        }
    })
}

/// $A_l$, $B_l$ of a network of one output between two sets of inputs, as the theory takes them.
pub fn empirical_kernels(rows: &Tangents, columns: &Tangents) -> Result<LayerKernels, TheoryError> {
    let layers = 1..=columns.depth();
    LayerKernels::new(
        layers.clone().map(|l| rows.forward_kernel(columns, l)).collect(),
        layers.map(|l| rows.backward_kernel(columns, l)).collect(),
    )
}

/// Eight significant digits: far more than the scatter of networks, at half the size in the store.
fn shortened(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| format!("{x:.7e}").parse().unwrap_or(*x)).collect()
}

/// A random network and a rule at its starting point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResponseSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: NaturalGradient,
}

/// The response matrix $\bar R$ of a random network, by taking the rule's step for every unit residual: `alpha`
/// $=\mathrm{tr}\bar R/(CN)$, `isotropy` $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt{CN})$; up to 16 outputs
/// `response`, the matrix itself; `live`, the number of parameters with a gradient, for the diagonal rule.
pub struct Response;

impl Experiment for Response {
    type Setting = ResponseSetting;
    const ID: &'static str = "response";
    const VERSION: u32 = 1;

    fn run(setting: &ResponseSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        const MOST_STORED: usize = 16;
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?;
        let response = setting.rule.prepare(&tangents)?.response_matrix()?;
        let alpha = response.trace() / response.nrows() as f64;
        let mut outcome = Outcome::new().with("alpha", alpha).with("isotropy", anisotropy(&response));
        if response.nrows() <= MOST_STORED {
            outcome = outcome.with_list("response", shortened(response.as_slice()));
        }
        Ok(outcome)
    }

    fn cost(setting: &ResponseSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        let square = if setting.rule.method == Method::Diag { samples } else { 1.0 };
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * square)
    }
}

/// One hidden layer of a random network under the diagonal rule, whose response is not isotropic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiagonalLayerSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// $l$, from 1.
    pub layer: usize,
}

/// `isotropy` $\iota$ of the response of one layer to the diagonal rule; `data_set`.
pub struct DiagonalLayer;

/// $\|R-\alpha I\|_F/(\alpha\sqrt N)$ with $\alpha=\mathrm{tr}R/N$.
pub fn anisotropy(response: &Matrix) -> f64 {
    let size = response.nrows() as f64;
    let alpha = response.trace() / size;
    (response - Matrix::identity(response.nrows(), response.nrows()) * alpha).norm() / (alpha * size.sqrt())
}

impl Experiment for DiagonalLayer {
    type Setting = DiagonalLayerSetting;
    const ID: &'static str = "diagonal-layer";
    const VERSION: u32 = 1;

    fn run(setting: &DiagonalLayerSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?;
        let rule = NaturalGradient::plain(Method::Diag);
        let prepared = rule.prepare(&tangents)?;
        let size = setting.sample.samples;
        let mut response = Matrix::zeros(size, size);
        for n in 0..size {
            let mut residual = Matrix::zeros(1, size);
            residual[n] = 1.0;
            let steps = prepared.steps(&residual)?;
            let change = tangents.layer_response(&tangents, setting.layer, &steps[setting.layer - 1]);
            response.column_mut(n).copy_from_slice(change.as_slice());
        }
        Ok(Outcome::new().with("data_set", number as f64).with("isotropy", anisotropy(&response)))
    }

    fn cost(setting: &DiagonalLayerSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * samples * samples)
    }
}

/// A random network and data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KernelSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
}

impl KernelSetting {
    fn kernels(&self, streams: &Streams) -> Result<(usize, LayerKernels), TrialFailure> {
        let number = self.sample.draw_number(streams);
        let data = self.sample.data_set(self.network.widths()[0], number)?;
        let network = Network::draw(&self.network, streams);
        let tangents = Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?;
        Ok((number, empirical_kernels(&tangents, &tangents)?))
    }
}

/// The kernels of a random network, their upper triangles column by column: `forward` $A_L$, `backward` $B_1$ (the layers at
/// which the deviations of all others have added up), `tangent` $K$.
pub struct LayerKernelMatrices;

impl LayerKernelMatrices {
    /// The upper triangle of a symmetric matrix, with weights such that its length is the Frobenius norm of the matrix.
    pub fn triangle(matrix: &Matrix) -> Vec<f64> {
        let pairs = (0..matrix.ncols()).flat_map(|j| (0..=j).map(move |i| (i, j)));
        pairs.map(|(i, j)| matrix[(i, j)] * if i == j { 1.0 } else { std::f64::consts::SQRT_2 }).collect()
    }
}

impl Experiment for LayerKernelMatrices {
    type Setting = KernelSetting;
    const ID: &'static str = "layer-kernels";
    const VERSION: u32 = 1;

    fn run(setting: &KernelSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (number, kernels) = setting.kernels(streams)?;
        let stored = |matrix: &Matrix| shortened(&Self::triangle(matrix));
        Ok(Outcome::new()
            .with("data_set", number as f64)
            .with_list("forward", stored(kernels.forward(kernels.depth())))
            .with_list("backward", stored(kernels.backward(1)))
            .with_list("tangent", stored(&kernels.total())))
    }

    fn cost(setting: &KernelSetting) -> f64 {
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * setting.sample.samples as f64)
    }
}

/// The block tri-diagonal matrix of a random network: `negative`, the number of its eigenvalues below $-10^{-10}$ of the
/// largest; `largest_pole` and `smallest_pole` of the damping (0 where there is none).
pub struct TridiagonalPoles;

impl Experiment for TridiagonalPoles {
    type Setting = KernelSetting;
    const ID: &'static str = "tridiagonal-poles";
    const VERSION: u32 = 1;

    fn run(setting: &KernelSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (_, kernels) = setting.kernels(streams)?;
        let (depth, size) = (kernels.depth(), kernels.columns());
        // K^{1/2} (T ⊗ I) K^{1/2}, symmetric with the spectrum of the parameter-space matrix.
        let roots = (1..=depth)
            .map(|l| {
                let (values, vectors) = linalg::symmetric_eigen(&kernels.tangent(l))?;
                let mut scaled = vectors.clone();
                for (mut column, value) in scaled.column_iter_mut().zip(&values) {
                    column *= value.max(0.0).sqrt();
                }
                Ok(scaled * vectors.transpose())
            })
            .collect::<Result<Vec<_>, TrialFailure>>()?;
        let mut matrix = Matrix::zeros(depth * size, depth * size);
        for row in 0..depth {
            for column in row.saturating_sub(1)..(row + 2).min(depth) {
                let block = &roots[row] * &roots[column];
                matrix.view_mut((row * size, column * size), (size, size)).copy_from(&block);
            }
        }
        let values = linalg::symmetric_eigenvalues(&((&matrix + matrix.transpose()) * 0.5))?;
        let limit = -1e-10 * values[values.len() - 1];
        let negative: Vec<f64> = values.iter().copied().filter(|v| *v < limit).collect();
        let pole = |value: Option<&f64>| value.map_or(0.0, |v| -v / setting.sample.samples as f64);
        Ok(Outcome::new()
            .with("negative", negative.len() as f64)
            .with("largest_pole", pole(negative.first()))
            .with("smallest_pole", pole(negative.last())))
    }

    fn cost(setting: &KernelSetting) -> f64 {
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * setting.sample.samples as f64)
    }
}

/// The damped unit-wise rule on a single sample: `shares`, $\mathrm{tr}\bar R_l/M_l$ of the hidden layers.
pub struct UnitShares;

/// A network, one sample and the damping.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitSharesSetting {
    /// The network.
    pub network: Architecture,
    /// $\rho$.
    pub rho: f64,
}

impl Experiment for UnitShares {
    type Setting = UnitSharesSetting;
    const ID: &'static str = "unit-shares";
    const VERSION: u32 = 1;

    fn run(setting: &UnitSharesSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let dimension = setting.network.widths()[0];
        let input = on_sphere(gaussian_inputs(dimension, 1, &streams.child("inputs")))?;
        let network = Network::draw(&setting.network, streams);
        let tangents = Tangents::new(&network, network.forward(&input)?, Parametrization::Ntk)?;
        let rule = NaturalGradient::damped(Method::Unit, Damping::Ridge(setting.rho));
        let steps = rule.prepare(&tangents)?.steps(&Matrix::from_element(1, 1, 1.0))?;
        let hidden = steps.iter().take(tangents.depth() - 1).enumerate();
        let shares = hidden
            .map(|(l, step)| {
                let units = setting.network.widths()[l + 1] as f64;
                tangents.layer_response(&tangents, l + 1, step)[(0, 0)] / units
            })
            .collect();
        Ok(Outcome::new().with_list("shares", shares))
    }

    fn cost(setting: &UnitSharesSetting) -> f64 {
        setting.network.parameter_count() as f64 * 20.0
    }
}

/// Two inputs at a given cosine in one random network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackwardRatioSetting {
    /// The network.
    pub network: Architecture,
    /// $x\cdot x'/M_0$.
    pub cosine: f64,
}

/// `ratio`: the average over the units of the first layer of $\xi_i(x')/\xi_i(x)$, $\xi_i$ being the derivative of the output with
/// respect to $h^1_i$.
pub struct BackwardRatio;

impl Experiment for BackwardRatio {
    type Setting = BackwardRatioSetting;
    const ID: &'static str = "backward-ratio";
    const VERSION: u32 = 1;

    fn run(setting: &BackwardRatioSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let dimension = setting.network.widths()[0];
        let frame = crate::simulate::data::orthogonal_inputs(dimension, 2, &streams.child("inputs"));
        let sine = (1.0 - setting.cosine * setting.cosine).max(0.0).sqrt();
        let mut inputs = frame.clone();
        inputs.set_column(1, &(frame.column(0) * setting.cosine + frame.column(1) * sine));
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(&inputs)?;
        let deltas = network.output_gradients(&signals);
        let signal = linalg::transpose_product(&network.weights[1], &deltas[1]);
        let ratios = signal.row_iter().map(|row| row[1] / row[0]).sum::<f64>();
        Ok(Outcome::new().with("ratio", ratios / signal.nrows() as f64))
    }

    fn cost(setting: &BackwardRatioSetting) -> f64 {
        setting.network.parameter_count() as f64 * 20.0
    }
}
