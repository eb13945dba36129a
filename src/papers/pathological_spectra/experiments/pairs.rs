use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::at_least;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};
use solvable_simulate::gram::{class_means, layer_kernels};
use solvable_simulate::linalg;

/// What [`KernelPairs`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelPairsOutcome {
    /// Mean of the tangent kernel over equal samples.
    pub theta_t: f64,
    /// The same over different samples.
    pub theta_st: f64,
    /// The contributions of the layers $1..L$ to `theta_t`.
    pub layers_t: Vec<f64>,
    /// The contributions of the layers $1..L$ to `theta_st`.
    pub layers_st: Vec<f64>,
    /// $\nabla_{h^l}f_k(n)\cdot\nabla_{h^l}f_k(m)$ for $l=0..L-1$ over equal samples.
    pub metric_t: Vec<f64>,
    /// The same over different samples.
    pub metric_st: Vec<f64>,
}

/// Entries of the tangent kernel and of the metrics, averaged over classes, and over equal or different samples.
pub struct KernelPairs;

impl Experiment for KernelPairs {
    type Setting = FisherSetting;
    type Outcome = KernelPairsOutcome;
    const ID: &'static str = "kernel-pairs";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        checks::plain(&setting.network)?;
        at_least("samples", setting.samples, 2)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<KernelPairsOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let classes = setting.network.classes();
        let layers: (Vec<f64>, Vec<f64>) =
            layer_kernels(&network, &signals).map(|kernel| class_means(&kernel, classes)).unzip();
        let deltas = network.output_gradients(&signals);
        let metrics: (Vec<f64>, Vec<f64>) = deltas
            .iter()
            .zip(&network.weights)
            .map(|(delta, weights)| {
                let gradients = linalg::transpose_product(weights, delta);
                class_means(&linalg::transpose_product(&gradients, &gradients), classes)
            })
            .unzip();
        Ok(KernelPairsOutcome {
            theta_t: layers.0.iter().sum(),
            theta_st: layers.1.iter().sum(),
            layers_t: layers.0,
            layers_st: layers.1,
            metric_t: metrics.0,
            metric_st: metrics.1,
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost()
    }
}
