//! Networks under rules that invert one factor of a layer, or powers of both.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use solvable_theory::natural_gradient::{
    self as ngd, BatchPower, Damping, LayerKernels, Layers, Method, Side, batch_shampoo, partial_response,
};
use solvable_theory::{Architecture, TheoryError};

use super::kernels::{KernelSetting, empirical_kernels};
use super::response::{ResponseSetting, anisotropy};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, rounded};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::training::{BatchPolar, FactorPowers, NaturalGradient, polar_steps, power_steps};

/// The methods that invert one factor, by the theory of the squared loss.
pub fn is_sided(method: Method) -> bool {
    matches!(method, Method::OneSided | Method::OneSidedScaled | Method::OutputSided | Method::Last)
}

/// The layers that a rule of one factor inverts it in.
///
/// # Errors
/// Methods of another kind; layers that the network does not have.
pub fn layers_of(rule: &NaturalGradient, depth: usize) -> Result<Layers, TheoryError> {
    let side = if rule.method == Method::OutputSided { Side::Output } else { Side::Input };
    match (rule.method, rule.layers) {
        (method, _) if !is_sided(method) => {
            let valid = "one_sided, one_sided_scaled, output_sided or last";
            Err(TheoryError::invalid("method", method, valid))
        }
        (Method::Last, _) => Layers::new(side, depth, &[depth]),
        (_, Some(layers)) => Layers::new(side, depth, &layers.list()),
        (_, None) => Layers::all(side, depth),
    }
}

/// $\alpha$ of a rule without damping, at infinite width.
///
/// # Errors
/// Those of [`ngd::alpha`] and [`ngd::one_sided`].
pub fn rate_of(rule: &NaturalGradient, network: &Architecture, samples: usize) -> Result<f64, TheoryError> {
    match rule.method {
        Method::OneSided | Method::OutputSided => {
            Ok(ngd::one_sided(network.scales(), &layers_of(rule, network.depth())?)?.alpha)
        }
        method => ngd::alpha(method, network.depth(), samples),
    }
}

/// The response of a rule between the samples of `rows` and the training samples, from layer kernels.
///
/// # Errors
/// Those of [`ngd::response`] and [`partial_response`].
pub fn response_of(
    rule: &NaturalGradient,
    train: &LayerKernels,
    rows: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    if rule.layers.is_none() && rule.gd_share == 0.0 {
        return ngd::response(rule.method, rule.damping, train, rows);
    }
    let rho = match rule.damping {
        Damping::Ridge(rho) => rho,
        Damping::None | Damping::Factored(..) => 0.0,
    };
    partial_response(&layers_of(rule, train.depth())?, rho, rule.gd_share, train, rows)
}

/// Whether [`response_of`] tells the steps of a rule.
///
/// # Errors
/// The scaled rule in some layers only.
pub fn check_told(rule: &NaturalGradient) -> Result<(), SettingError> {
    let parts = rule.layers.is_some() || rule.gd_share > 0.0;
    let valid = "another method: rates of samples are those of all layers here";
    require(!parts || rule.method != Method::OneSidedScaled, "method", rule.method, valid)
}

fn weights(network: &Architecture, passes: f64) -> f64 {
    network.parameter_count() as f64 * (20.0 + passes)
}

/// The rates $\alpha_n$ that one factor alone leaves to the samples of a random network.
pub struct SampleRates;

/// Mean and variance of the rates among the samples of one network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleRatesOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// The mean of $\alpha_n=\sum_l\|\delta^l(n)\|^2$, what the input side leaves.
    pub input_mean: f64,
    /// Their variance, over $N-1$.
    pub input_variance: f64,
    /// The mean of $\sum_{l<L}(A_l)_{nn}$, what the output side leaves.
    pub output_mean: f64,
    /// Their variance, over $N-1$.
    pub output_variance: f64,
}

impl Experiment for SampleRates {
    type Setting = KernelSetting;
    type Outcome = SampleRatesOutcome;
    const ID: &'static str = "sample-rates";
    const VERSION: u32 = 1;

    fn check(setting: &KernelSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::layers(&setting.network, 2)?;
        // A variance needs two.
        at_least("samples", setting.sample.samples, 2)
    }

    fn run(setting: &KernelSetting, streams: &Streams) -> Result<SampleRatesOutcome, TrialFailure> {
        let (number, tangents) = setting.sample.draw_tangents(&setting.network, streams)?;
        let (depth, samples) = (tangents.depth(), tangents.samples());
        let input = |n: usize| (1..=depth).map(|l| tangents.deltas(l).column(n).norm_squared()).sum::<f64>();
        let squares: Vec<Vec<f64>> = (1..depth).map(|l| tangents.feature_squares(l)).collect();
        let output = |n: usize| squares.iter().map(|layer| layer[n]).sum::<f64>();
        let moments = |rates: Vec<f64>| {
            let mean = rates.iter().sum::<f64>() / samples as f64;
            let square = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>();
            (rounded(mean, 9), rounded(square / (samples - 1) as f64, 9))
        };
        let (input_mean, input_variance) = moments((0..samples).map(input).collect());
        let (output_mean, output_variance) = moments((0..samples).map(output).collect());
        let data_set = number as f64;
        Ok(SampleRatesOutcome { data_set, input_mean, input_variance, output_mean, output_variance })
    }

    fn cost(setting: &KernelSetting) -> f64 {
        weights(&setting.network, 4.0 * setting.sample.samples as f64)
    }
}

/// The response of a random network to a rule of one factor, beside what its signals say of it.
pub struct SidedResponse;

/// A response that is to be diagonal but for blocks of one sample's outputs, and the blocks by the identity. In units of $\alpha$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SidedResponseOutcome {
    /// The blocks of $\bar R$ ($C\times C$ each), sample by sample.
    pub blocks: Vec<f64>,
    /// The entry of $\bar R$ outside of them that is farthest from 0.
    pub outside: f64,
    /// $\Delta_n=\sum_lD_{l,n}D_{l,n}^\top$, for the output side $\sum_l(A_l)_{nn}I$: the rates of every sample by the signals of the network alone.
    pub rates: Vec<f64>,
}

impl Experiment for SidedResponse {
    type Setting = ResponseSetting;
    type Outcome = SidedResponseOutcome;
    const ID: &'static str = "sided-response";
    const VERSION: u32 = 1;

    fn check(setting: &ResponseSetting) -> Result<(), SettingError> {
        setting.check()?;
        let rule = &setting.rule;
        let valid = "one_sided, one_sided_scaled, output_sided or last";
        require(is_sided(rule.method), "method", rule.method, valid)?;
        let plain = rule.damping == Damping::None;
        require(plain, "damping", format!("{:?}", rule.damping), "none: damped responses are not diagonal")?;
        let valid = "0: plain gradients are not diagonal";
        require(rule.gd_share == 0.0, "gd_share", rule.gd_share, valid)
    }

    fn run(setting: &ResponseSetting, streams: &Streams) -> Result<SidedResponseOutcome, TrialFailure> {
        let ResponseSetting { network, sample, rule } = setting;
        let (_, tangents) = sample.draw_tangents(network, streams)?;
        let (classes, samples) = (tangents.classes(), tangents.samples());
        let alpha = rate_of(rule, network, samples)?;
        let response = rule.prepare(&tangents)?.response_matrix()? / alpha;
        let layers = layers_of(rule, network.depth())?;
        let mut rates = Matrix::zeros(classes * samples, classes * samples);
        for layer in (1..=network.depth()).filter(|l| layers.contains(*l)) {
            match layers.side() {
                Side::Input => rates += tangents.backward_kernel(&tangents, layer),
                Side::Output => {
                    let squares = tangents.feature_squares(layer);
                    rates += Matrix::from_fn(classes * samples, classes * samples, |i, j| {
                        if i == j { squares[i % samples] } else { 0.0 }
                    });
                }
            }
        }
        let blocks = |of: &Matrix| -> Vec<f64> {
            let entry = |n: usize, j: usize, k: usize| of[(j * samples + n, k * samples + n)];
            let pairs = (0..classes).flat_map(|k| (0..classes).map(move |j| (j, k)));
            (0..samples).flat_map(|n| pairs.clone().map(move |(j, k)| entry(n, j, k))).collect()
        };
        let others = (0..response.len()).filter(|at| {
            let (row, column) = (at % response.nrows(), at / response.nrows());
            row % samples != column % samples
        });
        let farthest = |far: f64, at: usize| if response[at].abs() > far.abs() { response[at] } else { far };
        Ok(SidedResponseOutcome {
            blocks: blocks(&response),
            outside: others.fold(0.0, farthest),
            rates: blocks(&(rates / alpha)),
        })
    }

    fn cost(setting: &ResponseSetting) -> f64 {
        weights(&setting.network, 6.0 * setting.sample.samples as f64)
    }
}

/// A random network, and the powers of both factors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerResponseSetting {
    /// The network and the data.
    #[serde(flatten)]
    pub system: KernelSetting,
    /// $p_A$ and $p_B$.
    #[serde(flatten)]
    pub powers: FactorPowers,
}

/// The response of a random network to powers of both Kronecker factors, by taking the step for every unit residual.
pub struct PowerResponse;

/// How far it is from isotropy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerResponseOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $\iota$.
    pub isotropy: f64,
}

impl Experiment for PowerResponse {
    type Setting = PowerResponseSetting;
    type Outcome = PowerResponseOutcome;
    const ID: &'static str = "power-response";
    const VERSION: u32 = 1;

    fn check(setting: &PowerResponseSetting) -> Result<(), SettingError> {
        setting.system.check()?;
        checks::kernel(&setting.system.network, "samples", setting.system.sample.samples)?;
        within("input", setting.powers.input, 0.0..=1.0)?;
        within("output", setting.powers.output, 0.0..=1.0)
    }

    fn run(setting: &PowerResponseSetting, streams: &Streams) -> Result<PowerResponseOutcome, TrialFailure> {
        let KernelSetting { network, sample } = &setting.system;
        let (number, tangents) = sample.draw_tangents(network, streams)?;
        let samples = tangents.samples();
        let undamped = vec![(0.0, 0.0); tangents.depth()];
        let mut response = Matrix::zeros(samples, samples);
        for n in 0..samples {
            let mut residual = Matrix::zeros(1, samples);
            residual[n] = 1.0;
            let steps = power_steps(&tangents, &residual, setting.powers, &undamped)?;
            response.column_mut(n).copy_from_slice(tangents.response(&tangents, &steps).as_slice());
        }
        Ok(PowerResponseOutcome { data_set: number as f64, isotropy: rounded(anisotropy(&response), 7) })
    }

    fn cost(setting: &PowerResponseSetting) -> f64 {
        let samples = setting.system.sample.samples as f64;
        weights(&setting.system.network, 8.0 * samples) + 100.0 * samples.powi(4)
    }
}

/// A random network and the power by which one batch gradient preconditions itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolarStepSetting {
    /// The network and the data.
    #[serde(flatten)]
    pub system: KernelSetting,
    /// $e$ of both factors.
    pub kind: BatchPolar,
}

impl PolarStepSetting {
    /// The exponent as the theory has it.
    pub fn power(&self) -> BatchPower {
        match self.kind {
            BatchPolar::Orthogonal => BatchPower::Quarter,
            BatchPolar::Inverse => BatchPower::Half,
        }
    }
}

/// The step of a random network towards labels opposite to its outputs under Shampoo with the statistics of one batch gradient, from its singular vectors.
pub struct PolarStep;

/// How the training outputs move to first order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolarStepOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $g=f_0-y$, $y=-\frac12\mathrm{sign}f_0$.
    pub residual: Vec<f64>,
    /// $v$ of $f_1-f_0=-\eta v$.
    pub velocity: Vec<f64>,
    /// The same from the kernels of the network, without its gradients.
    pub dual: Vec<f64>,
}

impl Experiment for PolarStep {
    type Setting = PolarStepSetting;
    type Outcome = PolarStepOutcome;
    const ID: &'static str = "polar-step";
    const VERSION: u32 = 1;

    fn check(setting: &PolarStepSetting) -> Result<(), SettingError> {
        setting.system.check()?;
        checks::kernel(&setting.system.network, "samples", setting.system.sample.samples)
    }

    fn run(setting: &PolarStepSetting, streams: &Streams) -> Result<PolarStepOutcome, TrialFailure> {
        let KernelSetting { network, sample } = &setting.system;
        let (number, tangents) = sample.draw_tangents(network, streams)?;
        // y = ∓1/2 opposite to f_0: a small entry of g would cost digits at exponent 1/2, whose step is its inverse.
        let residual = tangents.output().map(|f| f + 0.5f64.copysign(f));
        let steps = polar_steps(&tangents, &residual, setting.kind)?;
        let velocity = tangents.response(&tangents, &steps);
        let kernels = empirical_kernels(&tangents, &tangents)?;
        let g = DVector::from_column_slice(residual.as_slice());
        let dual = batch_shampoo(setting.power(), &g, &kernels)?;
        Ok(PolarStepOutcome {
            data_set: number as f64,
            residual: residual.as_slice().to_vec(),
            // Compared to many digits.
            velocity: velocity.as_slice().to_vec(),
            dual: dual.as_slice().to_vec(),
        })
    }

    fn cost(setting: &PolarStepSetting) -> f64 {
        let samples = setting.system.sample.samples as f64;
        weights(&setting.system.network, 10.0 * samples) + 1000.0 * samples.powi(3)
    }
}
