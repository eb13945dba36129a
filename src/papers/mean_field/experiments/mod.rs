//! Signals through random networks, and how outputs move with all parameters.

mod motion;
mod signals;

pub use motion::{ScalingMotion, ScalingMotionOutcome};
pub use signals::{DeepSignals, LAYERS};
