//! Finite systems: random networks, their Gram matrices and their training.
//!
//! Everything works in the dual: $N\times N$ (or $CN\times CN$) Gram matrices from layer-wise products, never a
//! $P\times P$ matrix and never a materialised Jacobian.

pub mod any_architecture;
pub mod attention;
pub mod augmentation;
pub mod checks;
pub mod cross_entropy;
pub mod data;
pub mod deep;
pub mod diagonal;
pub mod finite_network;
pub mod gram;
pub mod layers;
pub mod learning_in_time;
pub mod linalg;
pub mod linear_networks;
pub mod memories;
pub mod mixing;
pub mod network;
mod normalizer;
mod npy;
pub mod population;
pub mod regression;
mod table;
pub mod training;
mod vector_math;

use solvable_theory::TheoryError;
use thiserror::Error;

/// Why a finite system could not be simulated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The description of the system is not valid.
    #[error(transparent)]
    Theory(#[from] TheoryError),
    /// Matrices that do not fit together.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// The operation.
        what: &'static str,
        /// What would fit.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A NaN or an infinity where a number was needed.
    #[error("{what} holds a value that is not finite")]
    NotFinite {
        /// What holds it.
        what: &'static str,
    },
    /// A normalization of values that do not vary.
    #[error("{layer} cannot be normalized: its values do not vary ({detail})")]
    NoVariance {
        /// The layer, in words.
        layer: String,
        /// Over what they do not vary.
        detail: &'static str,
    },
    /// A kernel that must be inverted and cannot be.
    #[error(
        "{what} is singular: its smallest pivot is {ratio:.1e} of its largest; use distinct inputs, fewer samples \
         than its rank, or damping"
    )]
    Singular {
        /// The kernel, in words.
        what: String,
        /// Smallest over largest pivot.
        ratio: f64,
    },
    /// Gradients sample by sample, of a network that mixes samples.
    #[error(
        "the layers of this network mix samples (mean subtraction or batch normalization); the method needs \
         networks that keep samples apart"
    )]
    MixedSamples,
    /// An iteration that stopped at its cap.
    #[error("{what} did not converge")]
    NotConverged {
        /// The iteration.
        what: &'static str,
    },
    /// Data that cannot be read or used.
    #[error("data {name}: {reason}")]
    Data {
        /// The file or data set.
        name: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
}
