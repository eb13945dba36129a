//! Tasks learnt one after the other: by kernel regression, and by networks.

mod features;
mod heads;
mod merging;
mod networks;
mod tasks;

pub use features::{DigitsTarget, Features};
pub use heads::{
    HeadKernels, HeadKernelsOutcome, HeadKernelsSetting, MultiHead, MultiHeadOutcome, MultiHeadSetting, Trunk,
};
pub use merging::{
    MergedModels, MergedModelsOutcome, MergedModelsSetting, Model, TaskOrder, TaskOrderOutcome,
    TaskOrderSetting,
};
pub use networks::{FiniteWidth, FiniteWidthOutcome, NetworkTasksSetting, TrainedTasks, TrainedTasksOutcome};
pub use solvable_shared::{Sphere, SphereTarget};
pub use tasks::{
    TaskSequence, TaskSequenceOutcome, TaskSequenceSetting, TwoTasks, TwoTasksOutcome, TwoTasksSetting,
    Underparametrised, UnderparametrisedOutcome, UnderparametrisedSetting,
};
