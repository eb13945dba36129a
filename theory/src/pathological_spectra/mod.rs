#![doc = include_str!("../../notes/pathological_spectra.md")]

mod catalog;
mod given_outputs;
mod graded;
mod learning_rate;
mod metric;
mod outlier_vectors;
mod regression;
mod softmax;
mod two_classes;

pub use crate::classifier::softmax;
pub use catalog::catalog;
pub(crate) use catalog::outlier_caveat;
pub use given_outputs::GivenOutputs;
pub use learning_rate::{CriticalSteps, classifier_step, critical_steps, kernel_map};
pub use metric::{LayerMetric, corrected_second_moments, layer_metrics};
pub use outlier_vectors::{Fluctuation, OutlierVectors, outlier_vectors, outlier_vectors_of};
pub use regression::{BlockStatistics, KernelStatistics, block_statistics, kernel_statistics, layer_scales};
pub use softmax::{SoftmaxMoments, mean_softmax_covariance, softmax_moments};
pub use two_classes::{bulk_density, bulk_distribution, fisher_rao_two_classes, outlier_quantile, two_cycle};

#[cfg(test)]
mod tests;
