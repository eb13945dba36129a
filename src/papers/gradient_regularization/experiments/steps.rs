use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;

use super::{check_data, check_size, planted_problem, planted_streams, problem};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::data::gaussian_inputs;
use solvable_simulate::diagonal::{DiagonalNetwork, PlantedSetting};
use solvable_simulate::network::Network;
use solvable_simulate::training::{PenaltyMethod, penalised_gradient};

/// Single steps from random weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleStepsSetting {
    /// The data.
    pub data: PlantedSetting,
    /// $|\epsilon|$.
    pub epsilon: f64,
    /// $\rho$.
    pub rho: f64,
    /// $\eta$.
    pub eta: f64,
}

/// What gradients alone give at weights uniform on $(-1,1)$.
pub struct SingleSteps;

/// What gradients alone give, $2d$ numbers each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleStepsOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// The weights.
    pub w: Vec<f64>,
    /// The forward difference quotient.
    pub forward: Vec<f64>,
    /// The backward difference quotient.
    pub backward: Vec<f64>,
    /// The gradient of sharpness-aware minimisation.
    pub sam: Vec<f64>,
    /// The move of two steps of flooding, descent first.
    pub descent_first: Vec<f64>,
    /// The move of two steps of flooding, ascent first.
    pub ascent_first: Vec<f64>,
}

impl Experiment for SingleSteps {
    type Setting = SingleStepsSetting;
    type Outcome = SingleStepsOutcome;
    const ID: &'static str = "single-steps";
    const VERSION: u32 = 1;

    fn check(setting: &SingleStepsSetting) -> Result<(), SettingError> {
        let SingleStepsSetting { data, epsilon, rho, eta } = setting;
        check_data(data)?;
        require((1e-12..=1e3).contains(epsilon), "epsilon", epsilon, "from 1e-12 to 1000")?;
        within("rho", *rho, 0.0..=1e3)?;
        check_size("eta", *eta)
    }

    fn run(setting: &SingleStepsSetting, streams: &Streams) -> Result<SingleStepsOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let data = planted_problem(&setting.data, number)?;
        let mut rng = planted_streams(number).child("weights").rng(0);
        let w: Vec<f64> = (0..2 * data.dimension()).map(|_| rng.random_range(-1.0..1.0)).collect();
        let mut network = DiagonalNetwork::new(&data);
        let mut gradient = |w: &[f64]| {
            let mut g = vec![0.0; w.len()];
            network.gradient(w, &mut g);
            g
        };
        let moved = |w: &[f64], by: f64, g: &[f64]| -> Vec<f64> {
            w.iter().zip(g).map(|(w, g)| w + by * g).collect()
        };
        let minus = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
        let g = gradient(&w);
        let mut quotient = |epsilon: f64| -> Vec<f64> {
            let change = minus(&gradient(&moved(&w, epsilon, &g)), &g);
            change.iter().map(|x| x / epsilon).collect()
        };
        let (forward, backward) = (quotient(setting.epsilon), quotient(-setting.epsilon));
        let sam = gradient(&moved(&w, setting.rho, &g));
        let mut two = |first: f64| {
            let middle = moved(&w, first * setting.eta, &g);
            let back = gradient(&middle);
            minus(&moved(&middle, -first * setting.eta, &back), &w)
        };
        let (descent_first, ascent_first) = (two(-1.0), two(1.0));
        Ok(SingleStepsOutcome { problem: number, w, forward, backward, sam, descent_first, ascent_first })
    }
}

/// A multilayer network whose gradients are counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PenaltyCostSetting {
    /// The network.
    pub network: Architecture,
    /// Samples.
    pub samples: usize,
}

/// Matrix products of one step, and the error of a finite difference.
pub struct PenaltyCost;

/// What one step costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PenaltyCostOutcome {
    /// Matrix products without penalty, with a finite difference, with double backpropagation.
    pub products: [f64; 3],
    /// How far the finite difference of length $10^{-5}$ lies from double backpropagation, relative to its length.
    pub error: f64,
}

impl Experiment for PenaltyCost {
    type Setting = PenaltyCostSetting;
    type Outcome = PenaltyCostOutcome;
    const ID: &'static str = "penalty-cost";
    const VERSION: u32 = 1;

    fn check(setting: &PenaltyCostSetting) -> Result<(), SettingError> {
        checks::network(&setting.network)?;
        checks::plain(&setting.network)?;
        checks::count("samples", setting.samples)
    }

    fn run(setting: &PenaltyCostSetting, streams: &Streams) -> Result<PenaltyCostOutcome, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let inputs = gaussian_inputs(setting.network.widths()[0], setting.samples, streams);
        let targets = gaussian_inputs(setting.network.classes(), setting.samples, &streams.child("targets"));
        let of = |method| penalised_gradient(&network, &inputs, &targets, 1.0, method);
        let plain = of(PenaltyMethod::None)?;
        let finite = of(PenaltyMethod::FiniteDifference(1e-5))?;
        let double = of(PenaltyMethod::DoubleBackpropagation)?;
        let (mut distance, mut length) = (0.0, 0.0);
        for ((finite, double), plain) in finite.weights.iter().zip(&double.weights).zip(&plain.weights) {
            distance += (finite - double).norm_squared();
            length += (double - plain).norm_squared();
        }
        Ok(PenaltyCostOutcome {
            products: [&plain, &finite, &double].map(|g| g.products as f64),
            error: (distance / length).sqrt(),
        })
    }
}
