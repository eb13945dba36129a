//! Tasks learnt one after the other: by kernel regression, and by networks.

mod features;
mod networks;
mod tasks;

pub use features::{DigitsTarget, Features, Sphere, SphereTarget};
pub use networks::{FiniteWidth, NetworkTasksSetting, TrainedTasks};
pub use tasks::{
    TaskSequence, TaskSequenceSetting, TwoTasks, TwoTasksSetting, Underparametrised, UnderparametrisedSetting,
};
