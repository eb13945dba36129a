#![doc = include_str!("../../notes/attention_boltzmann.md")]

mod catalog;
mod compositions;
mod integrals;
mod learning;
mod machine;
mod relatives;
mod retrieval;
mod storage;

pub use catalog::catalog;
pub use compositions::{
    Gradients, MOST_COMPOSITIONS, MixtureComponent, Partition, checked_count, composition_count,
};
pub use integrals::{denoising_objective, least_denoising_objective, smoothed};
pub use learning::{early_rate, held_out_gap};
pub use machine::AttentionMachine;
pub use relatives::{
    MOST_UNITS, convergent_power, gaussian_bernoulli_log_z, ising_memory_log_z, quadratic_memory_log_z,
};
pub use retrieval::{coexistence, overlap, spinodal};
pub use storage::{
    PatternEnsemble, all_patterns_capacity, attention_weight, condensed_free_energy, finite_capacity,
    hard_success, norm_decides, pair_failure, quenched_free_energy, typical_capacity,
};

#[cfg(test)]
mod tests;
