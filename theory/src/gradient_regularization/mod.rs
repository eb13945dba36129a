#![doc = include_str!("../../notes/gradient_regularization.md")]

mod catalog;
mod data;
mod exponents;
mod many;
mod network;
mod potential;
mod scalar;
mod trap;

pub use catalog::catalog;
pub use data::RegressionData;
pub use exponents::{RichLimit, rich_limit};
pub use many::{flow_state, label_noise_drift, lazy_log_ratio, linear_regression_path, mean_mode_log_ratio};
pub use network::{
    DiagonalWeights, FirstStep, critical_step, flooding_two_steps, gradient, matrix_products,
    regulariser_gradient, sam_gradient, step_drives,
};
pub use potential::{Interpolator, minimiser, potential};
pub use scalar::Coordinate;
pub use trap::{deep_trap, learned_modes};

#[cfg(test)]
mod tests;
