#![doc = include_str!("../../notes/learning_in_time.md")]

mod batch;
mod catalog;
mod contour;
mod descent;
mod distill;
mod edge;
mod fixed_data;
mod flow;
mod fresh;
mod half_plane;
mod multipass;
mod on_data;
mod poles;
mod population;
mod ridge;
mod scaling;
mod schedule;
mod schedule_law;
mod sgd;
mod shapes;
mod stopping;
mod subset;
mod two_point;
mod zero;

pub use batch::{BatchSteps, batch_steps};
pub use catalog::catalog;
pub use descent::descent_curve;
pub(crate) use descent::node_count;
pub(crate) use distill::round_nodes;
pub use distill::{DistillGain, Round, distill, distill_gain, distill_optimal};
pub use edge::{Edge, edge};
pub use fixed_data::{Schedule, fixed_data_curve};
pub use flow::{flow_bias, flow_curve, flow_isotropic};
pub use fresh::{FreshRound, distill_fresh};
pub use multipass::{multipass_curve, multipass_threshold};
pub use population::{population_modes, subset_distill_gain, subset_early_stopping};
pub use scaling::flow_scaling;
pub use schedule::{BestSchedule, optimal_schedule};
pub use schedule_law::{Phase, ScheduleLaw, schedule_law, schedule_power_law};
pub use sgd::{SgdFloor, StepSizes, sgd_curve, sgd_floor, sgd_rate, sgd_threshold};
pub use shapes::{Peak, Shape, shape_at_best_peak};
pub use stopping::{EarlyStopping, early_stopping};
pub use subset::subset_curve;

#[cfg(test)]
mod tests;
