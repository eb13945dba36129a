//! Training on augmented samples: the linear model, random Fourier features, noised kernels, digits.

mod basins;
mod linear;
mod nonlinear;

pub use basins::{RidgeStart, RidgeStartOutcome, RidgeStartSetting};
pub use linear::{
    AugmentedFlow, AugmentedFlowOutcome, AugmentedFlowSetting, AugmentedRidge, AugmentedRidgeOutcome,
    AugmentedRidgeSetting, FrozenCopy, FrozenCopyOutcome, FrozenCopySetting, LossFluctuation,
    LossFluctuationOutcome, LossFluctuationSetting, PairedOptimum, PairedOptimumOutcome,
    PairedOptimumSetting, SelfPacedDescent, SelfPacedDescentOutcome, SelfPacedDescentSetting,
};
pub use nonlinear::{
    DigitsAugmentation, DigitsAugmentationOutcome, DigitsAugmentationSetting, FourierFeatures,
    FourierFeaturesOutcome, FourierFeaturesSetting, SmoothedKernel, SmoothedKernelOutcome,
    SmoothedKernelSetting, fourier_problem,
};
