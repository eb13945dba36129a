//! Signals through deep random networks.

mod signals;

pub use signals::{DeepSignals, LAYERS};
