//! Experiments that several papers share: kinds of finite systems, and what is measured on them.

mod fisher;

use rand::RngExt;

use crate::streams::Streams;

pub use fisher::{
    DataFisher, DataFisherOutcome, DataFisherSetting, Fisher, FisherOutcome, FisherSetting, FisherSpectrum,
    FisherSpectrumOutcome,
};

/// Seven significant digits: far more than the scatter of networks, at half the size in the store.
pub(super) fn shortened(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| format!("{x:.6e}").parse().unwrap_or(*x)).collect()
}

/// The number of a trial's regression problem. Outcomes carry it, so that predictions know the data without their being stored.
pub(super) fn problem(streams: &Streams) -> u64 {
    streams.child("problem").rng(0).random_range(0..1u64 << 32)
}
