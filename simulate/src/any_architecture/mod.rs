//! Finite networks of any layers: drawing, forward signals, backward signals and the tangent kernel.
//!
//! A signal of $N$ samples at $S$ positions is a $c\times SN$ matrix, sample by sample, positions within. Samples never mix, so that the
//! cotangents of all $C$ outputs travel side by side, class by class, and every layer adds its share of $\Theta$ on the way back.

mod backward;
mod contraction;
mod draw;
mod forward;
mod infinite;
mod network;
mod operator;
mod patches;
mod records;
#[cfg(test)]
mod tests;

pub use contraction::{Contraction, shared_kernel};
pub use infinite::kernels;
pub use network::{LayeredMotion, LayeredNetwork, LayeredSignals};
pub use operator::LayeredOperator;
