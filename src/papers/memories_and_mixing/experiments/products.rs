//! Products of random mixing matrices, and their Kronecker products.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::within;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::mixing::{mixing_growth, mixing_product, spectral_moments};

/// Layers $X\to(gI+aW)X$ with fresh Gaussian $W$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearMixing {
    /// $T$.
    pub tokens: usize,
    /// $g$.
    pub skip: f64,
    /// $a$.
    pub branch: f64,
    /// $L$.
    pub layers: usize,
}

impl LinearMixing {
    fn check(&self) -> Result<(), SettingError> {
        within("tokens", self.tokens, 2..=1000)?;
        within("skip", self.skip, 0.0..=10.0)?;
        within("branch", self.branch, 1e-6..=10.0)?;
        within("layers", self.layers, 1..=1_000_000)
    }
}

/// Traces of products.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductSetting {
    /// The layers.
    #[serde(flatten)]
    pub mixing: LinearMixing,
    /// Products of a trial.
    pub draws: usize,
}

/// Means over the products of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductOutcome {
    /// $\mathrm{tr}H^2$.
    pub trace_of_square: f64,
    /// $(\mathrm{tr}H)^2$.
    pub square_of_trace: f64,
}

/// The spread of singular values of products of mixing layers.
pub struct MixingProducts;

impl Experiment for MixingProducts {
    type Setting = ProductSetting;
    type Outcome = ProductOutcome;
    const ID: &'static str = "mixing-products";
    const VERSION: u32 = 1;

    fn check(setting: &ProductSetting) -> Result<(), SettingError> {
        setting.mixing.check()?;
        within("layers", setting.mixing.layers, 1..=100)?;
        within("draws", setting.draws, 1..=1_000_000)
    }

    fn run(setting: &ProductSetting, streams: &Streams) -> Result<ProductOutcome, TrialFailure> {
        let LinearMixing { tokens, skip, branch, layers } = setting.mixing;
        let (mut square, mut trace) = (0.0, 0.0);
        for draw in 0..setting.draws {
            let (x, y) = mixing_product(tokens, skip, branch, layers, &streams.nth_child("product", draw));
            square += x;
            trace += y;
        }
        let count = setting.draws as f64;
        Ok(ProductOutcome { trace_of_square: square / count, square_of_trace: trace / count })
    }
}

/// The exponents of one long product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrowthOutcome {
    /// Growth per layer, largest first.
    pub exponents: Vec<f64>,
}

/// How directions part with depth.
pub struct MixingGrowth;

/// Layers that turn the directions before their growth is counted.
const BURN: usize = 200;

impl Experiment for MixingGrowth {
    type Setting = LinearMixing;
    type Outcome = GrowthOutcome;
    const ID: &'static str = "mixing-growth";
    const VERSION: u32 = 1;

    fn check(setting: &LinearMixing) -> Result<(), SettingError> {
        setting.check()?;
        within("tokens", setting.tokens, 2..=200)
    }

    fn run(setting: &LinearMixing, streams: &Streams) -> Result<GrowthOutcome, TrialFailure> {
        let LinearMixing { tokens, skip, branch, layers } = *setting;
        Ok(GrowthOutcome { exponents: mixing_growth(tokens, skip, branch, (BURN, layers), streams)? })
    }
}

/// A mixing block as one wide matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KroneckerSetting {
    /// $S$.
    pub tokens: usize,
    /// $C$.
    pub channels: usize,
}

/// Its spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KroneckerOutcome {
    /// $\frac1{SC}\mathrm{tr}(AA^\top)^k$ for $k=1,2,3$.
    pub moments: Vec<f64>,
}

/// $V^\top\otimes W$, written out.
pub struct Kronecker;

impl Experiment for Kronecker {
    type Setting = KroneckerSetting;
    type Outcome = KroneckerOutcome;
    const ID: &'static str = "kronecker";
    const VERSION: u32 = 1;

    fn check(setting: &KroneckerSetting) -> Result<(), SettingError> {
        within("tokens", setting.tokens, 1..=100)?;
        within("channels", setting.channels, 1..=100)
    }

    fn run(setting: &KroneckerSetting, streams: &Streams) -> Result<KroneckerOutcome, TrialFailure> {
        let square = |name: &str, n: usize| {
            DMatrix::from_vec(n, n, streams.child(name).normals(n * n, (n as f64).sqrt().recip()))
        };
        let (w, v) = (square("tokens", setting.tokens), square("channels", setting.channels));
        let block = v.transpose().kronecker(&w);
        Ok(KroneckerOutcome { moments: spectral_moments(&block).to_vec() })
    }
}
