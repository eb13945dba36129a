use super::super::FisherSetting;
use crate::simulate::linalg::{self, Matrix};
use crate::streams::Streams;
use crate::verify::{Experiment, Outcome, TrialFailure};

/// Entries of the tangent kernel and of the metrics, averaged over classes, and over equal (`..._t`) or different samples: `layers_t`, `layers_st` the
/// contributions of the layers $1..L$ to the kernel, `theta_t`, `theta_st` their sums; `metric_t`, `metric_st` $\nabla_{h^l}f_k(n)\cdot\nabla_{h^l}f_k(m)$ for
/// $l=0..L-1$.
pub struct KernelPairs;

impl Experiment for KernelPairs {
    type Setting = FisherSetting;
    const ID: &'static str = "kernel-pairs";
    const VERSION: u32 = 1;

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<Outcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let deltas = network.output_gradients(&signals);
        let samples = setting.samples;
        let bias = f64::from(u8::from(setting.network.train_bias()));
        let (mut layers, mut metrics) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for (l, (delta, hidden)) in deltas.iter().zip(&signals.hidden).enumerate() {
            let overlaps = linalg::transpose_product(hidden, hidden).add_scalar(bias);
            let (t, st) = averages(delta, Some(&overlaps), samples);
            layers.0.push(t);
            layers.1.push(st);
            let (t, st) = averages(&linalg::transpose_product(&network.weights[l], delta), None, samples);
            metrics.0.push(t);
            metrics.1.push(st);
        }
        Ok(Outcome::new()
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

/// Means of the diagonal and off-diagonal entries of the class-diagonal blocks of $\delta^\top\delta$, times `factors` ($N\times N$) entry by entry.
fn averages(delta: &Matrix, factors: Option<&Matrix>, samples: usize) -> (f64, f64) {
    let classes = delta.ncols() / samples;
    let (mut same, mut all) = (0.0, 0.0);
    for k in 0..classes {
        let own = delta.columns(k * samples, samples).into_owned();
        let mut block = linalg::transpose_product(&own, &own);
        if let Some(factors) = factors {
            block.component_mul_assign(factors);
        }
        same += block.trace();
        all += block.sum();
    }
    let (n, c) = (samples as f64, classes as f64);
    (same / (n * c), (all - same) / (n * (n - 1.0).max(1.0) * c))
}
