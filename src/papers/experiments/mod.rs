//! Experiments that several papers share: kinds of finite systems, and what is measured on them.

mod diagonal;
mod fisher;
mod isometry;
mod natural;

use rand::RngExt;

use crate::streams::Streams;

pub use diagonal::{
    CriticalDescent, CriticalDescentSetting, DiagonalDescent, DiagonalDescentSetting, DiagonalFlow,
    DiagonalFlowSetting, EntropyBudget, LabelNoise, LabelNoiseSetting, LinearDescent, LinearDescentSetting,
    Penalty, PenaltyCost, PenaltyCostSetting, SingleSteps, SingleStepsSetting, linear_problem,
    planted_problem,
};
pub use fisher::{
    DataFisher, DataFisherOutcome, DataFisherSetting, Fisher, FisherOutcome, FisherSetting, FisherSpectrum,
    FisherSpectrumOutcome,
};
pub use isometry::{
    DeepEdge, DeepSpectrum, DeepSpectrumSetting, FreeProjections, FreeProjectionsSetting, OneStep,
    OneStepSetting, OnlineBoundary, OnlineSetting, OnlineTraining, OrderParameters, OrderParametersSetting,
    StepThreshold, StepThresholdSetting,
};
pub use natural::{
    BackwardRatio, BackwardRatioSetting, DampedTridiagonal, DampedTridiagonalSetting, DataSet, DiagonalLayer,
    DiagonalLayerSetting, ISOTROPIC, Inputs, KernelSetting, LayerKernelMatrices, NaturalTraining,
    NaturalTrainingSetting, Response, ResponseSetting, Sample, Task, TridiagonalPoles, UnitShares,
    UnitSharesSetting, anisotropy,
};

use crate::verify::JudgeError;

/// A quantity that trials measure at some settings only.
pub(super) fn measured<T>(quantity: Option<T>) -> Result<T, JudgeError> {
    quantity.ok_or_else(|| JudgeError::Other("the trial lacks a quantity of other settings".into()))
}

/// Seven significant digits: far more than the scatter of networks, at half the size in the store.
pub(super) fn shortened(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| format!("{x:.6e}").parse().unwrap_or(*x)).collect()
}

/// The number of a trial's regression problem. Outcomes carry it, so that predictions know the data without their being stored.
pub(super) fn problem(streams: &Streams) -> u64 {
    streams.child("problem").rng(0).random_range(0..1u64 << 32)
}
