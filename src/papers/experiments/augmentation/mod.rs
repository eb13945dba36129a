//! Training on augmented samples: the linear model, random Fourier features, noised kernels, digits.

mod basins;
mod linear;
mod nonlinear;

pub use basins::{RidgeStart, RidgeStartSetting};
pub use linear::{
    AugmentedFlow, AugmentedFlowSetting, AugmentedRidge, AugmentedRidgeSetting, FrozenCopy,
    FrozenCopySetting, LossFluctuation, LossFluctuationSetting, PairedOptimum, PairedOptimumSetting,
    SelfPacedDescent, SelfPacedDescentSetting,
};
pub use nonlinear::{
    DigitsAugmentation, DigitsAugmentationSetting, FourierFeatures, FourierFeaturesSetting, SmoothedKernel,
    SmoothedKernelSetting, fourier_problem,
};
