#![doc = include_str!("../../notes/dynamical_isometry.md")]

mod catalog;
mod depth_limit;
mod fluctuations;
mod forward;
mod jacobian;
mod law;
mod path;
mod sharpness;
mod slopes;
mod two_hidden;

pub use catalog::catalog;
pub use depth_limit::DepthLimit;
pub use fluctuations::{Fluctuations, fluctuations};
pub use forward::{Forward, check_activation, forward};
pub use jacobian::{JacobianStatistics, jacobian_law, jacobian_statistics};
pub use law::{commuting_law, fisher_law, mean_field_law, output_law};
pub use path::{isometry_path, total_defect};
pub use sharpness::{
    QuadraticLaw, Sharpness, gaussian_quadratic_law, isotropic_loss_ratio, maximal_sharpness, sharpness,
    single_sample_step,
};
pub use slopes::slope_factor;
pub use two_hidden::{TwoHidden, two_hidden};

#[cfg(test)]
mod tests;
