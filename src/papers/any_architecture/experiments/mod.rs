//! Finite networks of any layers, and analytic kernels of random inputs.

mod contraction;
mod descent;
mod fisher;
mod kernels;
mod setting;
mod tasks;

pub use contraction::{Contractions, ContractionsOutcome};
pub use descent::{
    LayeredBoundary, LayeredDescentSetting, LayeredPlane, LayeredPlaneOutcome, LayeredPlaneSetting,
};
pub use fisher::{
    LayeredFisher, LayeredFisherOutcome, LayeredSharpness, LayeredSharpnessOutcome, LayeredSharpnessSetting,
};
pub(crate) use kernels::upper;
pub use kernels::{
    AnalyticSharpness, AnalyticSharpnessOutcome, LayeredKernel, LayeredKernelOutcome, LayeredSpectrum,
    LayeredSpectrumOutcome, analytic_kernel,
};
pub use setting::{Inputs, LayeredSetting, digit_parity};
pub use tasks::{KernelTasks, LayeredTasks, LayeredTasksOutcome, LayeredTasksSetting, digits_kernel};
