//! Kernel regression in time, stochastic gradients, distillation on new inputs, several passes, networks, digits.

mod digits;
mod filters;
mod fresh;
mod gradients;
mod networks;
mod problem;

pub use digits::{DigitLabels, DigitsInTime, DigitsInTimeSetting};
pub use filters::{
    InTime, InTimeOutcome, InTimeSetting, Path, PowerLawInTime, PowerLawSetting, RoundSetting, SphereInTime,
    SphereInTimeSetting, beyond,
};
pub use fresh::{FreshRounds, FreshRoundsOutcome, FreshRoundsSetting, FreshSetting};
pub use gradients::{
    AtThreshold, AtThresholdOutcome, AtThresholdSetting, ManyPasses, ManyPassesOutcome, ManyPassesSetting,
    Steps, Stochastic, StochasticOutcome, StochasticSetting,
};
pub use networks::{NetworkInTime, NetworkInTimeOutcome, NetworkInTimeSetting, Steppers};
pub use problem::{Powers, Problem};
