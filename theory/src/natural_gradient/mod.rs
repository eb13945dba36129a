#![doc = include_str!("../../notes/natural_gradient.md")]

mod catalog;
mod ensemble;
mod isotropy;
mod kernels;
mod leverage;
mod linear;
mod method;
mod modes;
mod response;
mod tridiagonal;
mod unit_wise;

pub use catalog::catalog;
pub use ensemble::{EnsembleMoments, contraction, ensemble_moments};
pub use isotropy::{alpha, unit_alpha};
pub use kernels::{LayerKernels, cross_kernels, train_kernels};
pub use leverage::{Forster, forster, kfac_leverage, leverages};
pub use method::{Damping, Method};
pub use modes::{GdModes, gd_mode_vectors, gd_modes};
pub use response::{increments, residuals, response, stable_step, test_kernel};
pub use tridiagonal::{btd_coefficients, btd_poles, btd_response, check_btd_damping};
pub use unit_wise::{Cauchy, unit_cauchy, unit_damped_single, unit_erf_ratio};

#[cfg(test)]
mod tests;
