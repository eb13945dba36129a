#![doc = include_str!("../../notes/natural_gradient.md")]

mod catalog;
mod cost;
mod cross_entropy;
mod ensemble;
mod fluctuations;
mod interpolation;
mod isotropy;
mod kernels;
mod leverage;
mod linear;
mod low_rank;
mod method;
mod modes;
mod one_sided;
mod partial;
mod response;
mod shampoo;
mod spectrum;
mod spread;
mod test_risk;
mod travel;
mod tridiagonal;
mod unit_wise;
mod widths;

pub use catalog::catalog;
pub use cost::{StepCost, step_cost};
pub(crate) use cross_entropy::ce_map_operations;
pub use cross_entropy::{CeFlow, CeMargin, CeProblem, CeTrained, ce_map, ce_margin, ce_recursion};
pub use ensemble::{EnsembleMoments, contraction, ensemble_moments};
pub use isotropy::{alpha, unit_alpha};
pub use kernels::{LayerKernels, cross_kernels, train_kernels};
pub use leverage::{Forster, forster, kfac_leverage, leverages};
pub use low_rank::{low_rank_response, sketched_response};
pub use method::{Damping, Method};
pub use modes::{GdModes, gd_mode_vectors, gd_modes};
pub use one_sided::{Layers, OneSided, Side, one_sided, sample_rates};
pub use partial::partial_response;
pub use response::{increments, residuals, response, stable_step, test_kernel};
pub use shampoo::{BatchPower, batch_shampoo, shampoo_response};
pub use spread::RateSpread;
pub use test_risk::{TargetCovariance, Teacher, test_risk, zero_output};
pub use travel::travel;
pub use tridiagonal::{btd_coefficients, btd_poles, btd_response, check_btd_damping};
pub use unit_wise::{Cauchy, unit_cauchy, unit_damped_single, unit_erf_ratio};
pub use widths::{
    Exponents, FeatureExponents, Parametrization, WidthExponents, feature_exponents, width_exponents,
};

#[cfg(test)]
mod frontier_tests;
#[cfg(test)]
mod tests;
