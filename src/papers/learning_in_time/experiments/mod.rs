//! Kernel regression in time, stochastic gradients, distillation on new inputs, several passes.

mod filters;
mod fresh;
mod gradients;
mod problem;

pub use filters::{InTime, InTimeOutcome, InTimeSetting, Path, RoundSetting};
pub use fresh::{FreshRounds, FreshRoundsOutcome, FreshRoundsSetting, FreshSetting};
pub use gradients::{
    ManyPasses, ManyPassesOutcome, ManyPassesSetting, Steps, Stochastic, StochasticOutcome, StochasticSetting,
};
pub use problem::{Powers, Problem};
