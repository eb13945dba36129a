//! R. Karakida, S. Akaho, S. Amari, *Pathological spectra of the Fisher information metric and its variants in deep neural networks* (Neural
//! Computation 2021).

mod cross_entropy;
mod digits;
mod experiments;
mod figures;
mod kernels;
mod learning_rate;
mod metric;
mod surrogate;
mod two_classes;

use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2019_UNIVERSAL, KARAKIDA_2021_PATHOLOGICAL};
use solvable_theory::mean_field::order_parameters;
use solvable_theory::pathological_spectra::{GivenOutputs, KernelStatistics, kernel_statistics};
use solvable_theory::{Architecture, TheoryError};

use super::Paper;
use super::experiments::FisherSetting;

/// The classification side of the Fisher spectrum.
pub(super) fn paper() -> Paper {
    Paper {
        id: "spectra",
        name: "pathological_spectra",
        title: "Pathological spectra: softmax, layers, inputs",
        summary: "The outliers of the Fisher information survive the softmax, which disperses them; they sit in every layer but the first, in the \
                  tangent kernel, and in the metric of the input space, where a few directions carry a share of order one of the \
                  sensitivity. They set the critical learning rate of classifiers.".into(),
        sources: vec![KARAKIDA_2021_PATHOLOGICAL, KARAKIDA_2019_UNIVERSAL, JACOT_2018],
        claims: [
            kernels::claims(),
            cross_entropy::claims(),
            metric::claims(),
            learning_rate::claims(),
            two_classes::claims(),
            digits::claims(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: figures::all(),
    }
}

/// Default scales of the activations.
fn scales(activation: &str) -> (f64, f64) {
    if activation == "relu" { (2.0, 0.1) } else { (3.0, 0.64) }
}

/// A network of constant width with trained biases.
fn network(
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

fn setting(
    activation: &str,
    depth: usize,
    width: usize,
    classes: usize,
    samples: usize,
) -> Result<FisherSetting, TheoryError> {
    Ok(FisherSetting { network: network(activation, depth, width, classes)?, samples })
}

/// The setting in short.
fn label(s: &FisherSetting) -> String {
    let n = &s.network;
    format!("{} L={} M={} C={} N={}", n.activation(), n.depth(), n.widths()[0], n.classes(), s.samples)
}

fn statistics(s: &FisherSetting) -> Result<KernelStatistics, TheoryError> {
    kernel_statistics(&s.network, s.samples)
}

/// Outputs as they are stored, sample by sample, as rows.
fn rows(logits: &[f64], classes: usize) -> Vec<Vec<f64>> {
    logits.chunks(classes).map(<[f64]>::to_vec).collect()
}

/// The outliers, descending; one that the bulk has absorbed counts as the top of the bulk.
fn outliers_or_edge(spectrum: &GivenOutputs) -> Vec<f64> {
    spectrum.outliers().into_iter().map(|o| o.unwrap_or(0.5 * spectrum.bulk_scale())).collect()
}

/// Variance and covariance of the outputs.
fn outputs(network: &Architecture) -> Result<(f64, f64), TheoryError> {
    let order = order_parameters(network.scales(), network.depth())?;
    let last = order.q_t.len() - 1;
    Ok((order.q_t[last], order.q_st[last]))
}
