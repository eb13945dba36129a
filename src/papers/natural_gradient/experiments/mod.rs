//! Natural gradient on networks of one output: training, responses, kernels, single units.

mod classifiers;
mod data;
mod kernels;
mod one_sided;
mod response;
mod training;
mod unit_wise;
mod widths;

pub use classifiers::{Classifier, ClassifierOutcome, ClassifierSetting, Labels};
pub use data::{Inputs, Sample};
pub use kernels::{
    DampedTridiagonal, DampedTridiagonalOutcome, DampedTridiagonalSetting, KernelSetting,
    LayerKernelMatrices, LayerKernelMatricesOutcome, TridiagonalPoles,
};
pub use one_sided::{
    PolarStep, PolarStepOutcome, PolarStepSetting, PowerResponse, PowerResponseOutcome, PowerResponseSetting,
    SampleRates, SampleRatesOutcome, SidedResponse, SidedResponseOutcome, check_told, is_sided, layers_of,
    rate_of, response_of,
};
pub use response::{DiagonalLayer, DiagonalLayerSetting, Response, ResponseSetting, anisotropy};
pub use training::{ISOTROPIC, NaturalTraining, NaturalTrainingOutcome, NaturalTrainingSetting, Task};
pub use unit_wise::{
    BackwardRatio, BackwardRatioOutcome, BackwardRatioSetting, UnitShares, UnitSharesSetting,
};
pub use widths::{
    CoordinateCheck, CoordinateCheckOutcome, CoordinateCheckSetting, Preconditioner, WidthRule,
    WidthTraining, WidthTrainingOutcome, WidthTrainingSetting, ZeroOutput, ZeroOutputOutcome,
    ZeroOutputSetting,
};
