#![doc = include_str!("../../notes/self_paced_augmentation.md")]

mod catalog;
mod covariance;
mod features;
mod fixed_point;
mod flow;
mod groups;
mod kernels;
mod mixing;
mod noise;
mod optimal;
mod partial_groups;
mod ridge;
mod spinodal;

pub use catalog::catalog;
pub use covariance::{SpectralFixedPoint, SpectralObservables, SpectralTask};
pub use features::{FeatureFit, FourierFeatures};
pub use fixed_point::{
    FixedPoint, augmentation_ratio, fixed_point, inverse_threshold, lowest_fixed_point, ratio_map,
    stability_slope, test_residual_fixed_point,
};
pub use flow::{Augmentation, FlowState, MOST_STEPS, Start, training_curve, training_curve_with};
pub use groups::{
    CoordinateGroup, GroupLevel, GroupTask, GroupWorth, character_dimensions, invariant_dimensions,
};
pub use kernels::{
    NoisyInputs, mean_erf_unit, smoothed_erf_kernel, smoothed_gaussian_kernel, smoothed_relu_kernel,
};
pub use mixing::{Mask, masked, mixup, mixup_share};
pub use noise::{
    LossNoise, NoiseComponent, OutlierFixedPoint, StepNoise, frozen_copy, loss_noise, outlier_fixed_point,
    step_noise,
};
pub use optimal::{
    OptimalThreshold, best_gain, few_samples_gain, many_samples_gain, optimal_augmentation,
    optimal_threshold, winning_interval,
};
pub use partial_groups::{CyclicModes, CyclicSpectrum, PartialLaw, partial_groups, subsets_of};
pub use ridge::{LinearTask, RidgeObservables, effective_penalty, ridge_observables};
pub use spinodal::{Extremum, all_fixed_points, interior_extrema, spinodal};

#[cfg(test)]
mod tests;
