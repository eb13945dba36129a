#![doc = include_str!("../../notes/mean_field.md")]

mod catalog;
mod fisher;
mod fisher_rao;
mod kernel;
mod order;
mod phase;

pub use catalog::catalog;
pub use fisher::{FimStatistics, Kappa, SVariance, Theta, fim_statistics, kappa, s_variance, theta};
pub use fisher_rao::{FisherRao, fisher_rao};
pub use kernel::{
    LearningRates, ntk_gram, ntk_pair, ntk_parametrization_pair, spectral_factor, standard_learning_rates,
};
pub use order::{OrderParameters, PairOrderParameters, order_parameters, pair_order_parameters};
pub(crate) use order::{Overlap, overlap, settled};
pub use phase::{CriticalPoint, FixedPoint, Phase, Stability, critical_point, fixed_points};

pub(crate) use fisher::{parameters, require_plain, statistics_of, theta_of};
pub(crate) use order::valid_depth;

#[cfg(test)]
mod tests;
