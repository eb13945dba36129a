use super::super::FisherSetting;
use crate::simulate::gram::{class_means, layer_kernels};
use crate::simulate::linalg;
use crate::streams::Streams;
use crate::verify::{Experiment, Record, TrialFailure};

/// Entries of the tangent kernel and of the metrics, averaged over classes, and over equal (`..._t`) or different samples: `layers_t`, `layers_st` the
/// contributions of the layers $1..L$ to the kernel, `theta_t`, `theta_st` their sums; `metric_t`, `metric_st` $\nabla_{h^l}f_k(n)\cdot\nabla_{h^l}f_k(m)$ for
/// $l=0..L-1$.
pub struct KernelPairs;

impl Experiment for KernelPairs {
    type Setting = FisherSetting;
    type Outcome = Record;
    const ID: &'static str = "kernel-pairs";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Record, TrialFailure> {
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
        Ok(Record::new()
            .with("theta_t", layers.0.iter().sum())
            .with("theta_st", layers.1.iter().sum())
            .with_list("layers_t", layers.0)
            .with_list("layers_st", layers.1)
            .with_list("metric_t", metrics.0)
            .with_list("metric_st", metrics.1))
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost()
    }
}
