//! Closed-form theories of wide neural networks.
//!
//! Every function here is pure: a prediction is a number, a curve or a law computed from the parameters of a
//! network and of its data, with no randomness and no I/O. Simulations that could prove the predictions wrong live
//! in the crate `solvable`, which depends on this one and never the other way round.
//!
//! * [`activation`] and [`quadrature`]: nonlinearities and their Gaussian integrals;
//! * [`architecture`]: the one description of a network that drives theory and simulation alike;
//! * [`attention_boltzmann`]: Boltzmann machines made of attention: partition functions, relatives, retrieval, storage;
//! * [`memories_and_mixing`]: associative memories that complete, share and forget, the temperature of attention, mixing of tokens;
//! * [`mean_field`]: order parameters, Fisher-information statistics, analytic neural tangent kernels;
//! * [`normalization`]: how normalization layers change the sharpness;
//! * [`natural_gradient`]: how approximate Fisher matrices train wide networks;
//! * [`kernel_spectrum`]: tangent kernels on the sphere and their eigenvalues;
//! * [`continual_learning`]: learning curves of tasks learnt one after the other;
//! * [`learning_in_time`]: errors during training, stochastic gradients, schedules, self-distillation;
//! * [`free_probability`]: spectra of products of random matrices;
//! * [`dynamical_isometry`]: spectra of the Fisher information of very deep networks;
//! * [`gradient_regularization`]: where penalties on the gradient drive a diagonal linear network, and their cost;
//! * [`pathological_spectra`]: the classification side of the Fisher spectrum, layers, metrics;
//! * [`self_paced_augmentation`]: noise on the samples that are still hard: where training ends, and on which way;
//! * [`ode`]: differential equations;
//! * [`step_size`]: the critical learning rate of a given network;
//! * [`catalog`]: every prediction by name, for the command line and for reference files;
//! * [`bibliography`]: where the results come from.
//!
//! Arguments outside a formula's domain come back as a [`TheoryError`] that names the parameter, its value and
//! what is valid. No function panics on bad input and none returns NaN.

pub mod activation;
pub mod any_architecture;
pub mod architecture;
pub mod attention_boltzmann;
pub mod bibliography;
pub mod catalog;
mod chi_square;
mod classifier;
pub mod continual_learning;
pub mod dynamical_isometry;
mod error;
pub mod free_probability;
pub mod gradient_regularization;
pub mod kernel_spectrum;
pub mod learning_in_time;
pub mod mean_field;
pub mod memories_and_mixing;
pub mod natural_gradient;
pub mod normalization;
pub mod ode;
pub mod pathological_spectra;
pub mod quadrature;
mod random_energies;
pub mod self_paced_augmentation;
mod special;
pub mod step_size;

pub use activation::Activation;
pub use architecture::{Architecture, InitialScales, Normalization};
pub use error::{Subject, TheoryError};
pub use solvable_words::{did_you_mean, nearest, short_numbers, shortened};
