//! Tasks learnt one after the other: by kernel regression, and by networks.

mod features;
mod networks;
mod tasks;

pub use features::{DigitsTarget, Features, Sphere, SphereTarget};
pub use networks::{FiniteWidth, FiniteWidthOutcome, NetworkTasksSetting, TrainedTasks, TrainedTasksOutcome};
pub use tasks::{
    TaskSequence, TaskSequenceOutcome, TaskSequenceSetting, TwoTasks, TwoTasksOutcome, TwoTasksSetting,
    Underparametrised, UnderparametrisedOutcome, UnderparametrisedSetting,
};
