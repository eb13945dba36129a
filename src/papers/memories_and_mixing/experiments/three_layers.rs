//! The associative memory of three layers whose update mixes tokens and channels in parallel.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_theory::TheoryError;
use solvable_theory::memories_and_mixing::ThreeLayers;

/// Gaussian couplings, at a distance from their critical strength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreeLayersSetting {
    /// $S$.
    pub tokens: usize,
    /// $C$.
    pub channels: usize,
    /// $S_1$, $C_1$ over $S$, $C$.
    pub expansion: usize,
    /// $\mu-1=\kappa/\kappa_c-1$.
    pub excess: f64,
}

impl ThreeLayersSetting {
    /// The memory with the couplings that a trial drew.
    ///
    /// # Errors
    /// Couplings of other shapes.
    pub fn memory(&self, outcome: &ThreeLayersOutcome) -> Result<ThreeLayers, TheoryError> {
        let (s, c, e) = (self.tokens, self.channels, self.expansion);
        if outcome.by_tokens.len() != e * s * s || outcome.by_channels.len() != e * c * c {
            return Err(TheoryError::invalid("couplings", outcome.by_tokens.len(), "those of the setting"));
        }
        let by_tokens = DMatrix::from_vec(e * s, s, outcome.by_tokens.clone());
        ThreeLayers::new(by_tokens, DMatrix::from_vec(e * c, c, outcome.by_channels.clone()))
    }

    /// $W_1$ and $W_2$, of variance $1/S_1$ and $1/C_1$.
    fn draw(&self, streams: &Streams) -> [DMatrix<f64>; 2] {
        [("tokens", self.tokens), ("channels", self.channels)].map(|(name, n)| {
            let hidden = self.expansion * n;
            let deviation = (hidden as f64).sqrt().recip();
            DMatrix::from_vec(hidden, n, streams.child(name).normals(hidden * n, deviation))
        })
    }
}

/// The couplings, and where the updates end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreeLayersOutcome {
    /// $W_1$, column by column.
    pub by_tokens: Vec<f64>,
    /// $W_2$, column by column.
    pub by_channels: Vec<f64>,
    /// $\kappa$.
    pub coupling: f64,
    /// The factor by which the last of many updates stretches an infinitesimal state.
    pub growth: f64,
    /// The largest rise of the energy in an update.
    pub rise: f64,
    /// The largest entry of the last state.
    pub size: f64,
    /// The squared projection of $\tanh X$ on the critical mode.
    pub amplitude: f64,
}

/// Updates from near the critical mode.
pub struct ThreeLayerMemory;

impl Experiment for ThreeLayerMemory {
    type Setting = ThreeLayersSetting;
    type Outcome = ThreeLayersOutcome;
    const ID: &'static str = "three-layers";
    const VERSION: u32 = 1;

    fn check(setting: &ThreeLayersSetting) -> Result<(), SettingError> {
        within("tokens", setting.tokens, 2..=64)?;
        within("channels", setting.channels, 2..=64)?;
        within("expansion", setting.expansion, 1..=8)?;
        let size = setting.excess.abs();
        require(
            (1e-4..=0.5).contains(&size),
            "excess",
            setting.excess,
            "a number whose size is from 1e-4 to 0.5",
        )
    }

    fn run(setting: &ThreeLayersSetting, streams: &Streams) -> Result<ThreeLayersOutcome, TrialFailure> {
        const DRAWS: usize = 1000;
        let apart = 2.0 * setting.excess.abs();
        // A second mode that turns unstable beside the first one is another problem.
        let [by_tokens, by_channels] = (0..DRAWS)
            .map(|draw| setting.draw(&streams.nth_child("couplings", draw)))
            .find(|couplings| second_mode(couplings) < 1.0 - apart)
            .ok_or("no draw has a critical mode of its own")?;
        let memory = ThreeLayers::new(by_tokens.clone(), by_channels.clone())?;
        let coupling = memory.critical()? * (1.0 + setting.excess);
        let mode = memory.mode()?;
        let mode = &mode.tokens * mode.channels.transpose();
        let (s, c) = (setting.tokens, setting.channels);
        let noise = DMatrix::from_vec(s, c, streams.child("state").normals(s * c, 1e-4));
        let mut state = &mode * (0.3 * setting.excess.abs().sqrt()) + noise;
        // The linear update by one that is too small for the tanh to be seen.
        let mut tiny = &state * (1e-9 / state.norm());
        let mut growth = 1.0;
        let mut energy = memory.energy(&state, coupling)?;
        let mut rise = f64::NEG_INFINITY;
        for _ in 0..(12.0 / setting.excess.abs()).ceil() as usize {
            state = memory.update(&state, coupling)?;
            let next = memory.energy(&state, coupling)?;
            rise = rise.max(next - energy);
            energy = next;
            let stretched = memory.update(&tiny, coupling)?;
            growth = stretched.norm() / tiny.norm();
            tiny = &stretched * (1e-9 / stretched.norm());
        }
        Ok(ThreeLayersOutcome {
            by_tokens: by_tokens.as_slice().to_vec(),
            by_channels: by_channels.as_slice().to_vec(),
            coupling,
            growth,
            rise,
            size: state.amax(),
            amplitude: state.map(f64::tanh).dot(&mode).powi(2),
        })
    }
}

/// The critical strength of the first mode over that of the second.
fn second_mode([by_tokens, by_channels]: &[DMatrix<f64>; 2]) -> f64 {
    let squares = |w: &DMatrix<f64>| {
        let mut values: Vec<f64> = w.singular_values().iter().map(|s| s * s).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    };
    let (tokens, channels) = (squares(by_tokens), squares(by_channels));
    let first = tokens[0] + channels[0];
    (tokens[1] + channels[0]).max(tokens[0] + channels[1]) / first
}
