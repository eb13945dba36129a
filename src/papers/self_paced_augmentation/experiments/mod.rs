//! Training on augmented samples: the linear model, random Fourier features, noised kernels, digits.

mod basins;
mod groups;
mod images;
mod linear;
mod mixing;
mod nonlinear;

use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{filled, non_negative};
use solvable_simulate::augmentation::linear::LinearModel;

pub use basins::{RidgeStart, RidgeStartOutcome, RidgeStartSetting};
pub use groups::{
    Copies, GaussianCopies, GaussianCopiesOutcome, GaussianCopiesSetting, GroupIdentity,
    GroupIdentityOutcome, GroupIdentitySetting, SphereCopies, SphereCopiesOutcome, SphereCopiesSetting,
    SphereGroup, SphereGroupOutcome, SphereGroupSetting,
};
pub use images::{DigitsCopies, DigitsCopiesOutcome, DigitsCopiesSetting, Moves};
pub use linear::{
    AugmentedFlow, AugmentedFlowOutcome, AugmentedFlowSetting, AugmentedRidge, AugmentedRidgeOutcome,
    AugmentedRidgeSetting, FrozenCopy, FrozenCopyOutcome, FrozenCopySetting, LossFluctuation,
    LossFluctuationOutcome, LossFluctuationSetting, PairedOptimum, PairedOptimumOutcome,
    PairedOptimumSetting, SelfPacedDescent, SelfPacedDescentOutcome, SelfPacedDescentSetting,
};
pub use mixing::{MixedRegression, MixedRegressionOutcome, MixedRegressionSetting, Mixing, mixed_problem};
pub use nonlinear::{
    DigitsAugmentation, DigitsAugmentationOutcome, DigitsAugmentationSetting, FourierFeatures,
    FourierFeaturesOutcome, FourierFeaturesSetting, SmoothedKernel, SmoothedKernelOutcome,
    SmoothedKernelSetting, fourier_problem,
};

/// Data that can be drawn.
fn check_model(model: &LinearModel) -> Result<(), SettingError> {
    model.check().map_err(|error| error.within("model"))
}

/// Thresholds, at least one.
fn check_thresholds(taus: &[f64]) -> Result<(), SettingError> {
    filled("taus", taus)?;
    taus.iter().try_for_each(|tau| non_negative("taus", *tau))
}
