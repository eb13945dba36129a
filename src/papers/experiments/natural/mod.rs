//! Natural gradient on networks of one output: training, responses, kernels, single units.

mod data;
mod kernels;
mod response;
mod training;
mod unit_wise;

pub use data::{DataSet, Inputs, Sample};
pub use kernels::{
    DampedTridiagonal, DampedTridiagonalSetting, KernelSetting, LayerKernelMatrices, TridiagonalPoles,
};
pub use response::{DiagonalLayer, DiagonalLayerSetting, Response, ResponseSetting, anisotropy};
pub use training::{ISOTROPIC, NaturalTraining, NaturalTrainingSetting, Task};
pub use unit_wise::{BackwardRatio, BackwardRatioSetting, UnitShares, UnitSharesSetting};
