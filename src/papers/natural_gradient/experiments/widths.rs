use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::natural_gradient::{self as ngd, Damping, Method, WidthExponents};
use solvable_theory::{Architecture, TheoryError};

use super::data::Sample;
use super::kernels::empirical_kernels;
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, finite, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::linalg::{self, Matrix, Solver};
use solvable_simulate::network::{Network, Signals};
use solvable_simulate::training::{
    BatchPolar, DescentRule, FactorPowers, LayerStep, NaturalGradient, Parametrization, Rule, Tangents,
    polar_steps, power_steps,
};

/// How the gradient of a layer is preconditioned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preconditioner {
    /// By powers of its two factors.
    Powers(FactorPowers),
    /// By its own singular values, all of which become 1: Muon, and Shampoo of one gradient.
    Orthogonal,
}

/// A rule and how its strengths follow the width $M$; lists are of the first, the hidden and the output layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WidthRule {
    /// What is done to gradients.
    pub preconditioner: Preconditioner,
    /// $b_L$: output weights have the variance $\sigma_w^2M^{-2b_L}$, $\frac12$ standard, 1 maximal update.
    pub b_output: f64,
    /// Learning rates grow like these powers of $M$.
    pub rate: [f64; 3],
    /// Dampings of the input factor grow like these; none without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damping_input: Option<[f64; 3]>,
    /// Dampings of the output factor grow like these; none without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damping_output: Option<[f64; 3]>,
    /// The rates and dampings at $M=1$.
    pub learning_rate: f64,
    /// The dampings at $M=1$.
    pub damping: f64,
}

impl WidthRule {
    /// What theory calls it.
    pub fn parametrization(&self) -> ngd::Parametrization {
        let (p_input, p_output, weighted) = match self.preconditioner {
            Preconditioner::Powers(powers) => (powers.input, powers.output, powers.weighted),
            Preconditioner::Orthogonal => (0.5, 0.5, false),
        };
        ngd::Parametrization { p_input, p_output, b_output: self.b_output, weighted }
    }

    /// With the rates, and the dampings where `damped`, with which features are learnt at any width.
    pub fn scaled(preconditioner: Preconditioner, b_output: f64, damped: bool) -> Result<Self, TheoryError> {
        let bare = Self::at_rates(preconditioner, b_output, [0.0; 3]);
        let WidthExponents { rate, damping_input, damping_output, .. } =
            ngd::width_exponents(bare.parametrization())?;
        let given = |exponents| damped.then_some(exponents);
        Ok(Self { rate, damping_input: given(damping_input), damping_output: given(damping_output), ..bare })
    }

    /// Without damping, at rates $0.1M^{\rm rate}$.
    pub fn at_rates(preconditioner: Preconditioner, b_output: f64, rate: [f64; 3]) -> Self {
        let (damping_input, damping_output) = (None, None);
        Self {
            preconditioner,
            b_output,
            rate,
            damping_input,
            damping_output,
            learning_rate: 0.1,
            damping: 0.1,
        }
    }

    fn check(&self) -> Result<(), SettingError> {
        within("b_output", self.b_output, 0.5..=1.0)?;
        for exponents in [Some(self.rate), self.damping_input, self.damping_output].into_iter().flatten() {
            exponents.iter().try_for_each(|x| finite("rate", *x))?;
        }
        if let Preconditioner::Powers(powers) = self.preconditioner {
            within("preconditioner.powers.input", powers.input, 0.0..=1.0)?;
            within("preconditioner.powers.output", powers.output, 0.0..=1.0)?;
        } else {
            let bare = self.damping_input.is_none() && self.damping_output.is_none();
            require(bare, "damping_input", "given", "null with orthogonal, which has no damping")?;
        }
        positive("learning_rate", self.learning_rate)?;
        non_negative("damping", self.damping)
    }

    /// The step of every layer at width $M$, its rate included.
    fn steps(&self, at: &Tangents, residual: &Matrix, width: f64) -> Result<Vec<LayerStep>, TrialFailure> {
        let depth = at.depth();
        let of_layer = |exponents: [f64; 3], l: usize| match l {
            1 => exponents[0],
            l if l == depth => exponents[2],
            _ => exponents[1],
        };
        let strength = |exponents: Option<[f64; 3]>, l| {
            exponents.map_or(0.0, |exponents| self.damping * width.powf(of_layer(exponents, l)))
        };
        let mut steps = match self.preconditioner {
            Preconditioner::Powers(powers) => {
                let both = |l| (strength(self.damping_input, l), strength(self.damping_output, l));
                power_steps(at, residual, powers, &(1..=depth).map(both).collect::<Vec<_>>())?
            }
            Preconditioner::Orthogonal => polar_steps(at, residual, BatchPolar::Orthogonal)?,
        };
        for (l, step) in steps.iter_mut().enumerate() {
            let rate = self.learning_rate * width.powf(of_layer(self.rate, l + 1));
            match step {
                LayerStep::Samples(coefficients) => *coefficients *= rate,
                LayerStep::Entries { weights, .. } => *weights *= rate,
            }
        }
        Ok(steps)
    }
}

/// A network of the parametrization with all scales in the weights.
fn draw(network: &Architecture, b_output: f64, streams: &Streams) -> Network {
    let mut network = Network::draw(network, streams);
    let depth = network.architecture().depth();
    let width = network.architecture().widths()[depth - 1] as f64;
    network.weights[depth - 1] *= width.powf(0.5 - b_output);
    network
}

/// The label of every sample: the same sign for all, so that no alignment with the dominant mode of a kernel is left to luck.
const LABEL: f64 = 0.5;

/// One step of a rule in networks of several widths, on the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoordinateCheckSetting {
    /// The narrowest network.
    pub network: Architecture,
    /// How many times wider the hidden layers of each network are.
    pub factors: Vec<usize>,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: WidthRule,
}

impl CoordinateCheckSetting {
    /// $M$ of the networks.
    pub fn widths(&self) -> Vec<f64> {
        self.factors.iter().map(|factor| (factor * self.network.widths()[1]) as f64).collect()
    }

    fn network_at(&self, factor: usize) -> Result<Architecture, TheoryError> {
        let (scales, depth) = (self.network.scales(), self.network.depth());
        let mut widths = self.network.widths().to_vec();
        widths[1..depth].iter_mut().for_each(|width| *width *= factor);
        Ok(Architecture::new(widths, scales.activation.clone(), scales.sigma_w2, scales.sigma_b2)?
            .with_trained_biases(false))
    }
}

/// How far one step moves pre-activations: root mean squares over samples and units.
pub struct CoordinateCheck;

/// Root mean squares over samples and units, one for each width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoordinateCheckOutcome {
    /// The change of the first pre-activations.
    pub first: Vec<f64>,
    /// That of the second layer by its own weights, at the inputs it had.
    pub hidden: Vec<f64>,
    /// That of the output by its own weights, at the inputs it had.
    pub output_own: Vec<f64>,
    /// The change of the second layer in all.
    pub hidden_all: Vec<f64>,
    /// The change of the output in all.
    pub output: Vec<f64>,
}

impl CoordinateCheckOutcome {
    /// In the order of the theory's exponents: $x_1$, $x_h$, $x_L$, the second layer and the output in all.
    pub fn curves(&self) -> [&[f64]; 5] {
        [&self.first, &self.hidden, &self.output_own, &self.hidden_all, &self.output]
    }
}

fn plain_widths(network: &Architecture) -> Result<(), SettingError> {
    checks::network(network)?;
    checks::plain(network)?;
    checks::one_output(network)?;
    checks::equal_hidden_widths(network)?;
    let valid = "false: the exponents are those of weights";
    require(!network.train_bias(), "network.train_bias", true, valid)
}

fn root_mean_square(m: &Matrix) -> f64 {
    m.norm() / (m.len() as f64).sqrt()
}

/// $\Delta W\,h$ for the inputs $h$ of a layer, where `products` $=h_0^\top h$ are those with the inputs of the step.
fn moved(step: &LayerStep, inputs: &Matrix, products: &Matrix) -> Matrix {
    match step {
        LayerStep::Samples(coefficients) => linalg::product(coefficients, products),
        LayerStep::Entries { weights, .. } => linalg::product(weights, inputs),
    }
}

impl Experiment for CoordinateCheck {
    type Setting = CoordinateCheckSetting;
    type Outcome = CoordinateCheckOutcome;
    const ID: &'static str = "coordinate-check";
    const VERSION: u32 = 1;

    fn check(setting: &CoordinateCheckSetting) -> Result<(), SettingError> {
        plain_widths(&setting.network)?;
        checks::layers(&setting.network, 3)?;
        setting.sample.check(&setting.network)?;
        within("tests", setting.sample.tests, 0..=0)?;
        at_least("factors", setting.factors.len(), 3)?;
        for factor in &setting.factors {
            at_least("factors", *factor, 1)?;
            let widened = setting.network_at(*factor);
            let network = widened.map_err(|e| SettingError::invalid("factors", factor, e.to_string()))?;
            checks::network(&network).map_err(|error| error.within("factors"))?;
        }
        setting.rule.check()
    }

    fn run(
        setting: &CoordinateCheckSetting,
        streams: &Streams,
    ) -> Result<CoordinateCheckOutcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let inputs = setting.sample.data_set(setting.network.widths()[0], number)?.train;
        let mut curves: [Vec<f64>; 5] = Default::default();
        for (i, &factor) in setting.factors.iter().enumerate() {
            let network = setting.network_at(factor)?;
            let width = network.widths()[1] as f64;
            let network = draw(&network, setting.rule.b_output, &streams.nth_child("width", i));
            let changes = changes(&network, &inputs, &setting.rule, width)?;
            curves.iter_mut().zip(changes).for_each(|(curve, change)| curve.push(change));
        }
        let [first, hidden, output_own, hidden_all, output] = curves.map(|curve| shortened(&curve));
        Ok(CoordinateCheckOutcome { first, hidden, output_own, hidden_all, output })
    }

    fn cost(setting: &CoordinateCheckSetting) -> f64 {
        let parameters = |factor: &usize| setting.network_at(*factor).map_or(1, |n| n.parameter_count());
        let samples = setting.sample.samples as f64;
        setting.factors.iter().map(parameters).sum::<usize>() as f64 * (20.0 + 8.0 * samples)
    }
}

/// The changes that one step makes, in the order of [`CoordinateCheckOutcome::curves`].
fn changes(
    network: &Network,
    inputs: &Matrix,
    rule: &WidthRule,
    width: f64,
) -> Result<[f64; 5], TrialFailure> {
    let depth = network.architecture().depth();
    let before = network.forward(inputs)?;
    // A standard output layer starts at a function of order 1, which is subtracted.
    let residual = before.output.map(|f| if rule.b_output > 0.5 { f } else { 0.0 } - LABEL);
    let at = Tangents::new(network, before.clone(), Parametrization::Standard)?;
    let steps = rule.steps(&at, &residual, width)?;
    let own = |l: usize| {
        let features = &before.hidden[l - 1];
        moved(&steps[l - 1], features, &linalg::transpose_product(features, features))
    };
    let after = forward_after(network, inputs, &before, &steps);
    let second = after.second - preactivations(network, 2, &before.hidden[1]);
    Ok([own(1), own(2), own(depth), second, after.output - &before.output].map(|m| root_mean_square(&m)))
}

/// $W^lh+b^l$.
fn preactivations(network: &Network, layer: usize, features: &Matrix) -> Matrix {
    let mut signal = linalg::product(&network.weights[layer - 1], features);
    for mut column in signal.column_iter_mut() {
        column.iter_mut().zip(&network.biases[layer - 1]).for_each(|(u, b)| *u += b);
    }
    signal
}

/// The pre-activations of the second layer and the output.
struct After {
    second: Matrix,
    output: Matrix,
}

/// The forward pass after `steps`, without forming the weights: the steps have the rank of the samples.
fn forward_after(network: &Network, inputs: &Matrix, before: &Signals, steps: &[LayerStep]) -> After {
    let activation = network.architecture().activation();
    let (mut features, mut second) = (inputs.clone(), Matrix::zeros(0, 0));
    for (l, step) in steps.iter().enumerate() {
        let products = linalg::transpose_product(&before.hidden[l], &features);
        let signal = preactivations(network, l + 1, &features) - moved(step, &features, &products);
        if l == 1 {
            second = signal.clone();
        }
        features = if l + 1 < steps.len() { signal.map(|u| activation.value(u)) } else { signal };
    }
    After { second, output: features }
}

/// Training for some steps at one width and one rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WidthTrainingSetting {
    /// The network.
    pub network: Architecture,
    /// The data; labels are random signs of $\frac12$.
    #[serde(flatten)]
    pub sample: Sample,
    /// The rule.
    #[serde(flatten)]
    pub rule: WidthRule,
    /// $T$.
    pub steps: usize,
}

/// The loss of networks of a width after some steps.
pub struct WidthTraining;

/// A loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WidthTrainingOutcome {
    /// $\frac1{2N}\sum_n(f(n)-y(n))^2$ after the last step, over what it is at $f=0$; at most $10^6$, and that where training diverged.
    pub loss: f64,
}

/// What a diverged loss is stored as.
const DIVERGED: f64 = 1e6;

impl Experiment for WidthTraining {
    type Setting = WidthTrainingSetting;
    type Outcome = WidthTrainingOutcome;
    const ID: &'static str = "width-training";
    const VERSION: u32 = 1;

    fn check(setting: &WidthTrainingSetting) -> Result<(), SettingError> {
        plain_widths(&setting.network)?;
        setting.sample.check(&setting.network)?;
        within("tests", setting.sample.tests, 0..=0)?;
        checks::layers(&setting.network, 2)?;
        checks::count("steps", setting.steps)?;
        setting.rule.check()
    }

    fn run(setting: &WidthTrainingSetting, streams: &Streams) -> Result<WidthTrainingOutcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let inputs = setting.sample.data_set(setting.network.widths()[0], number)?.train;
        let mut rng = streams.child("labels").rng(0);
        let targets =
            Matrix::from_fn(1, inputs.ncols(), |_, _| if rng.random::<bool>() { LABEL } else { -LABEL });
        let width = setting.network.widths()[1] as f64;
        let mut network = draw(&setting.network, setting.rule.b_output, streams);
        let relative = |residual: &Matrix| residual.norm_squared() / targets.norm_squared();
        let diverged = Ok(WidthTrainingOutcome { loss: DIVERGED });
        for _ in 0..setting.steps {
            let signals = network.forward(&inputs)?;
            let residual = &signals.output - &targets;
            let loss = relative(&residual);
            if loss.is_nan() || loss >= DIVERGED {
                return diverged;
            }
            let hidden = signals.hidden.clone();
            let at = Tangents::new(&network, signals, Parametrization::Standard)?;
            let steps = setting.rule.steps(&at, &residual, width)?;
            for ((weights, step), features) in network.weights.iter_mut().zip(&steps).zip(&hidden) {
                match step {
                    LayerStep::Samples(z) => linalg::add_product_transpose(weights, -1.0, z, features),
                    LayerStep::Entries { weights: moved, .. } => *weights -= moved,
                }
            }
        }
        let loss = relative(&(network.forward(&inputs)?.output - &targets));
        if loss < DIVERGED { Ok(WidthTrainingOutcome { loss }) } else { diverged }
    }

    fn cost(setting: &WidthTrainingSetting) -> f64 {
        let samples = setting.sample.samples as f64;
        setting.network.parameter_count() as f64 * (20.0 + 8.0 * samples * setting.steps as f64)
    }
}

/// The first step of a second-order rule from an output layer that is zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZeroOutputSetting {
    /// The network, whose output weights are set to zero.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
    /// K-FAC with dampings of both factors, or one_sided with one or none.
    #[serde(flatten)]
    pub rule: NaturalGradient,
}

impl ZeroOutputSetting {
    /// $\rho_A$ and $\rho_B$.
    pub fn dampings(&self) -> (f64, f64) {
        match self.rule.damping {
            Damping::None => (0.0, 0.0),
            Damping::Ridge(rho) => (rho, 0.0),
            Damping::Factored(rho_a, rho_b) => (rho_a, rho_b),
        }
    }
}

/// One full step from a zero output layer.
pub struct ZeroOutput;

/// Outputs at test inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZeroOutputOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $y$: random signs of $\frac12$.
    pub targets: Vec<f64>,
    /// $f_1(X')$, after the step at $\eta=1+\rho_B$.
    pub outputs: Vec<f64>,
    /// Ridge regression with the kernel $A_L$ of the network itself and the ridge $N\rho_A$.
    pub ridge: Vec<f64>,
    /// The same with the ridge $\rho_A$.
    pub small_ridge: Vec<f64>,
    /// Ridge regression with the tangent kernel that the network would have with its output weights as drawn.
    pub tangent_ridge: Vec<f64>,
}

impl Experiment for ZeroOutput {
    type Setting = ZeroOutputSetting;
    type Outcome = ZeroOutputOutcome;
    const ID: &'static str = "zero-output";
    const VERSION: u32 = 1;

    fn check(setting: &ZeroOutputSetting) -> Result<(), SettingError> {
        let ZeroOutputSetting { network, sample, rule } = setting;
        checks::network(network)?;
        checks::plain(network)?;
        checks::one_output(network)?;
        checks::layers(network, 2)?;
        checks::trained_biases(network)?;
        sample.check(network)?;
        at_least("tests", sample.tests, 1)?;
        rule.check(network.depth(), sample.samples)?;
        let (_, rho_b) = setting.dampings();
        let fits = match rule.method {
            Method::OneSided => rule.layers.is_none(),
            // The backward factors of hidden layers vanish.
            Method::Kfac => rho_b > 0.0,
            _ => false,
        };
        let valid = "one_sided in all layers, or kfac with factored damping, the second above 0";
        require(fits, "method", rule.method, valid)?;
        if setting.dampings().0 == 0.0 {
            checks::kernel(network, "samples", sample.samples)?;
        }
        Ok(())
    }

    fn run(setting: &ZeroOutputSetting, streams: &Streams) -> Result<ZeroOutputOutcome, TrialFailure> {
        let number = setting.sample.draw_number(streams);
        let data = setting.sample.data_set(setting.network.widths()[0], number)?;
        let mut network = Network::draw(&setting.network, streams);
        let tangents = |network: &Network, inputs: &Matrix| {
            Tangents::new(network, network.forward(inputs)?, Parametrization::Ntk)
        };
        let (here, there) = (tangents(&network, &data.train)?, tangents(&network, &data.test)?);
        let mut rng = streams.child("labels").rng(0);
        let targets =
            Matrix::from_fn(1, data.train.ncols(), |_, _| if rng.random::<bool>() { LABEL } else { -LABEL });
        let (rho_a, rho_b) = setting.dampings();
        let shift = setting.sample.samples as f64 * rho_a;
        let solver = Solver::spd(&here.kernel(&here), shift, "the tangent kernel")?;
        let tangent_ridge = there.kernel(&here) * solver.solve(&targets.transpose());
        let (train, cross) = (empirical_kernels(&here, &here)?, empirical_kernels(&there, &here)?);
        let ridge = |rho: f64| ngd::zero_output(rho, targets.as_slice(), &train, &cross);
        let (own, small) = (ridge(rho_a)?, ridge(rho_a / setting.sample.samples as f64)?);
        let last = setting.network.depth() - 1;
        network.weights[last].fill(0.0);
        network.biases[last].fill(0.0);
        let signals = network.forward(&data.train)?;
        let residual = &signals.output - &targets;
        Rule::Natural(setting.rule).descend(&mut network, signals, &residual, 1.0 + rho_b)?;
        let outputs = network.forward(&data.test)?.output;
        Ok(ZeroOutputOutcome {
            data_set: number as f64,
            targets: targets.as_slice().to_vec(),
            // In full: what is compared are roundings.
            outputs: outputs.as_slice().to_vec(),
            ridge: own,
            small_ridge: shortened(&small),
            tangent_ridge: shortened(tangent_ridge.as_slice()),
        })
    }

    fn cost(setting: &ZeroOutputSetting) -> f64 {
        let samples = (setting.sample.samples + setting.sample.tests) as f64;
        setting.network.parameter_count() as f64 * (20.0 + 12.0 * samples)
    }
}
