use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};
use solvable_simulate::data::orthogonal_inputs;
use solvable_simulate::linalg;
use solvable_simulate::network::Network;

/// What [`DeepSignals`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepSignalsOutcome {
    /// Correlations of the pre-activations at the layers $1..L$, averaged over pairs.
    pub correlations: Vec<f64>,
    /// Mean growth of $\ln\|\delta^l\|^2$ per layer downwards, between the layers $L-1$ and 5.
    pub backward_growth: f64,
}

/// Signals of orthogonal inputs through a deep random network.
pub struct DeepSignals;

/// Layers whose correlations are looked at.
pub const LAYERS: [usize; 4] = [1, 5, 10, 20];

/// The variance has settled by this layer.
const SETTLED: usize = 5;

impl Experiment for DeepSignals {
    type Setting = FisherSetting;
    type Outcome = DeepSignalsOutcome;
    const ID: &'static str = "deep-signals";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check()?;
        checks::plain(&setting.network)?;
        checks::layers(&setting.network, LAYERS[LAYERS.len() - 1])?;
        let inputs = setting.network.widths()[0];
        let valid = format!("from 2 to {inputs}, the dimension of the orthogonal inputs");
        require((2..=inputs).contains(&setting.samples), "samples", setting.samples, valid)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<DeepSignalsOutcome, TrialFailure> {
        let depth = setting.network.depth();
        if depth < SETTLED + 2 {
            return Err(format!(
                "depth {depth}; the growth of backward signals needs at least {}",
                SETTLED + 2
            )
            .into());
        }
        let inputs =
            orthogonal_inputs(setting.network.widths()[0], setting.samples, &streams.child("inputs"));
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(&inputs)?;
        let mut correlations = Vec::with_capacity(depth);
        for (l, hidden) in signals.hidden.iter().enumerate() {
            let mut u = linalg::product(&network.weights[l], hidden);
            for mut column in u.column_iter_mut() {
                column.iter_mut().zip(&network.biases[l]).for_each(|(u, b)| *u += b);
            }
            let overlaps = linalg::transpose_product(&u, &u);
            let (mut sum, mut pairs) = (0.0, 0.0);
            for i in 0..overlaps.nrows() {
                for j in 0..i {
                    sum += overlaps[(i, j)] / (overlaps[(i, i)] * overlaps[(j, j)]).sqrt();
                    pairs += 1.0;
                }
            }
            correlations.push(sum / pairs);
        }
        let log_norm = |layer: usize, deltas: &[linalg::Matrix]| {
            let columns = deltas[layer - 1].column_iter();
            columns.map(|d| d.norm_squared().ln()).sum::<f64>() / deltas[layer - 1].ncols() as f64
        };
        let deltas = network.output_gradients(&signals);
        let backward_growth =
            (log_norm(SETTLED, &deltas) - log_norm(depth - 1, &deltas)) / (depth - 1 - SETTLED) as f64;
        Ok(DeepSignalsOutcome { correlations, backward_growth })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost()
    }
}
