//! Normalized networks at initialisation, and how far gradient descent from there is stable.

mod descent;
mod hidden;
mod last_layer;
mod mini_batch;
mod sharpness;

pub use descent::{LocalBoundary, LocalBoundarySetting, TrainingPlane, TrainingPlaneSetting};
pub use hidden::{NormalizedDiagonal, NormalizedOutlier};
pub use last_layer::{
    GaussianOutputs, GaussianOutputsSetting, LastBatchNorm, LastLayerIdentities, LayerNormOutliers,
    NormalizedOutput, NormalizedOutputOutcome,
};
pub use mini_batch::{
    DigitsEpoch, DigitsEpochOutcome, DigitsEpochSetting, MiniBatchDescent, MiniBatchDescentSetting,
    MiniBatchKernel, MiniBatchKernelOutcome, MiniBatchSetting,
};
pub use sharpness::{Sharpness, SharpnessOutcome};
