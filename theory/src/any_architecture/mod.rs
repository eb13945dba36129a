//! Any architecture: kernels, Fisher information and learning rates of convolutional, residual, normalized, mixing, attention and recurrent
//! networks.
//!
//! A [`Blueprint`] describes a network in a small algebra of layers, the same for theory and simulation. Where all channels are many, every
//! hidden signal has two deterministic kernels for each pair of samples and positions, and every layer maps them by a closed formula
//! ([`kernels`]). Two ideal samples give the order parameters of random inputs ([`fim_statistics`]).
//!
//! Sources: Xiao et al. (2018), Novak et al. (2019), Arora et al. (2019), Yang (2020), Hron et al. (2020), Alemohammad et al. (2021), and
//! Karakida, Akaho and Amari (2019).
#![doc = include_str!("../../notes/any_architecture.md")]

mod blueprint;
mod catalog;
mod depth;
mod gain;
mod layer;
mod modes;
mod reading;
mod recursion;
mod relu;
mod statistics;
#[cfg(test)]
mod tests;
mod windows;
mod writing;

pub use blueprint::Blueprint;
pub use catalog::{Described, catalog, described};
pub(crate) use catalog::{described_by, sharpness};
pub use depth::{BlockChain, BlockKind, BranchScale, DepthGrowth, depth_growth, max_depth};
pub use layer::{
    Attention, AttentionKind, Branch, Convolution, Layer, Mix, Node, Over, Recurrence, Shape, Weights,
};
pub use modes::{ContractionCost, SharedLayer, contraction_cost, spatial_modes};
pub use recursion::Parametrization;
pub use statistics::{
    DataStatistics, Kernels, MeanSubtractionEdge, Overlaps, PreparedKernels, data_statistics, fim_statistics,
    kernel_cost, kernels, mean_subtraction_edge, theta,
};
pub use windows::{Padding, Windows};
