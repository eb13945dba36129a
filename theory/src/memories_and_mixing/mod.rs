#![doc = include_str!("../../notes/memories_and_mixing.md")]

mod catalog;
mod completion;
mod crowding;
mod forgetting;
mod products;
mod sharing;
mod temperature;
mod three_layers;
mod tokens;

pub use catalog::catalog;
pub use completion::{Completion, completion_success};
pub use crowding::{forgetting_random, forgetting_rate, survival_capacity, survival_weight};
pub use forgetting::{EnergyChange, ReplayBuffer, energy_change, outlier_boundary, replay_gain};
pub use products::{MixingMoments, kronecker_moment, mixing_exponents, mixing_moments, mixing_top_exponent};
pub use sharing::{Sharing, sharing, sharing_of_simplex, sharing_plateau};
pub use temperature::{
    Attended, AttentionStatistics, GapBounds, LARGEST_LOG_COUNT, ParticipationExponents, Scores, Tail,
    attention_statistics, attention_temperature, condensed_by_hazard, condensed_limit, critical_temperature,
    gap_bounds, participation_exponents,
};
pub use three_layers::{CriticalMode, ThreeLayers};
pub use tokens::{MixingLayer, ValueMatrices, collapse_boundary, token_map, token_similarity};

#[cfg(test)]
mod tests;
