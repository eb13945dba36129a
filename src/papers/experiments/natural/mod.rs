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

/// Seven significant digits: far more than the scatter of networks, at half the size in the store.
fn shortened(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| format!("{x:.6e}").parse().unwrap_or(*x)).collect()
}
