#![doc = include_str!("../../notes/normalization.md")]

mod catalog;
mod edge;
mod hidden;
mod last_layer;
mod layer_norm;
mod mini_batch;
mod trainability;

pub use catalog::catalog;
pub use edge::{EdgeStatus, edge_hidden, edge_linear, edge_proportional, edge_status};
pub(crate) use edge::{edge_of_modes, edge_of_order, edge_operations};
pub(crate) use hidden::hidden_top_of_modes;
pub use hidden::{HiddenLayer, HiddenModes, HiddenTop, hidden_modes, hidden_top_refined};
pub use last_layer::{
    LastBatchNorm, LastBatchNormGiven, LastMeanSubtraction, last_batch_norm, last_batch_norm_given,
    last_mean_subtraction,
};
pub use layer_norm::{
    LayerNormPopulation, last_layer_norm_bound, last_layer_norm_outliers, last_ln_population,
};
pub use mini_batch::{MiniBatch, mini_batch_gram};
pub use trainability::{critical_step, expected_log_inverse_overlap, visible_boundary};

#[cfg(test)]
mod tests;
