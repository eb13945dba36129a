#![doc = include_str!("../../notes/free_probability.md")]

mod complex;
mod continuation;
mod distribution;
mod edge;
mod factor;
mod law;
mod series;
mod twofold;

pub(crate) use continuation::transform;
pub use continuation::{Image, InverseMap, Roots};
pub use distribution::Distribution;
pub(crate) use edge::upper;
pub use factor::Factor;
pub(crate) use factor::check_defect;
pub(crate) use law::in_upper_half_plane;
pub use law::{Atom, Ensemble, SpectralLaw, Step};
pub use series::law_moments;

/// A complex number.
pub type Complex = nalgebra::Complex<f64>;

#[cfg(test)]
mod tests;
