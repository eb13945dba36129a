//! Very deep networks at single inputs: spectra and online training.

mod digits;
mod online;
mod spectra;

pub use digits::{OnlineDigits, OnlineDigitsOutcome, OnlineDigitsSetting, VisibleDigits};
pub use online::{
    OneStep, OneStepSetting, OnlineBoundary, OnlineSetting, OnlineTraining, StepThreshold,
    StepThresholdSetting,
};
pub use spectra::{
    DeepEdge, DeepSpectrum, DeepSpectrumOutcome, DeepSpectrumSetting, FreeProjections,
    FreeProjectionsSetting, OrderParameters, OrderParametersSetting,
};
