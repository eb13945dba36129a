#![doc = include_str!("../../notes/continual_learning.md")]

mod asymptotics;
mod catalog;
mod circle;
mod fixed_data;
pub(crate) mod given;
mod heads;
mod many;
mod merging;
mod ridge;
mod spectrum;
mod stages;
mod two_task;

pub use asymptotics::{
    many_task_power_law, power_law_first_error, rough_target_ratio, rough_target_threshold,
    self_ratio_power_law, self_ratio_threshold,
};
pub use catalog::catalog;
pub use circle::{circle_first_error, circle_self_ratio};
pub use fixed_data::fixed_data_errors;
pub use heads::{Heads, MultiHead, TaskPair, multi_head, task_order};
pub use many::{Stationary, contraction_factor, many_tasks, noise_floor, stationary_stream};
pub use merging::{Averaged, averaged_models, merged_models};
pub use ridge::{EffectiveRidge, effective_ridge};
pub use spectrum::{Spectrum, Target};
pub use stages::{Stage, stages};
pub use two_task::{Forgetting, TwoTask, critical_similarity, forgetting, two_task};

#[cfg(test)]
mod tests;
