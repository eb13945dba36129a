//! Settings and quantities that several claims of the part share.

use solvable_engine::verify::JudgeError;
use solvable_shared::FisherSetting;
use solvable_theory::mean_field::order_parameters;
use solvable_theory::pathological_spectra::{GivenOutputs, KernelStatistics, kernel_statistics};
use solvable_theory::{Architecture, TheoryError};

/// Default scales of the activations.
pub(crate) fn scales(activation: &str) -> (f64, f64) {
    if activation == "relu" { (2.0, 0.1) } else { (3.0, 0.64) }
}

/// A network of constant width with trained biases.
pub(crate) fn network(
    activation: &str,
    depth: usize,
    width: usize,
    classes: usize,
) -> Result<Architecture, TheoryError> {
    let (sigma_w2, sigma_b2) = scales(activation);
    let mut widths = vec![width; depth];
    widths.push(classes);
    Ok(Architecture::new(widths, activation.parse()?, sigma_w2, sigma_b2)?.with_trained_biases(true))
}

pub(crate) fn setting(
    activation: &str,
    depth: usize,
    width: usize,
    classes: usize,
    samples: usize,
) -> Result<FisherSetting, TheoryError> {
    Ok(FisherSetting { network: network(activation, depth, width, classes)?, samples })
}

/// The setting in short.
pub(crate) fn label(s: &FisherSetting) -> String {
    let n = &s.network;
    format!("{} L={} M={} C={} N={}", n.activation(), n.depth(), n.widths()[0], n.classes(), s.samples)
}

pub(crate) fn statistics(s: &FisherSetting) -> Result<KernelStatistics, TheoryError> {
    kernel_statistics(&s.network, s.samples)
}

/// Outputs as they are stored, sample by sample, as rows.
pub(crate) fn rows(logits: &[f64], classes: usize) -> Vec<Vec<f64>> {
    logits.chunks(classes).map(<[f64]>::to_vec).collect()
}

/// The first `count` of the outliers.
pub(crate) fn leading(outliers: &[f64], count: usize) -> Result<Vec<f64>, JudgeError> {
    let found = outliers.len();
    let few = || JudgeError::Other(format!("{count} outliers are compared, and there are {found}"));
    Ok(outliers.get(..count).ok_or_else(few)?.to_vec())
}

/// The outliers, descending; one that the bulk has absorbed counts as the top of the bulk.
pub(crate) fn outliers_or_edge(spectrum: &GivenOutputs) -> Vec<f64> {
    spectrum.outliers().into_iter().map(|o| o.unwrap_or(0.5 * spectrum.bulk_scale())).collect()
}

/// Variance and covariance of the outputs.
pub(crate) fn outputs(network: &Architecture) -> Result<(f64, f64), TheoryError> {
    let order = order_parameters(network.scales(), network.depth())?;
    let last = order.q_t.len() - 1;
    Ok((order.q_t[last], order.q_st[last]))
}
