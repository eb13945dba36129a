#![doc = include_str!("../../notes/kernel_spectrum.md")]

mod ntk;
mod polynomial;
mod sphere;

pub use ntk::{NtkMap, ntk, ntk_asymptotic};
pub use polynomial::{degeneracy, legendre};
pub use sphere::{SphereSpectrum, degree_weights, known_degree_weights, ntk_degree_weights, trunk_shares};

#[cfg(test)]
mod tests;
