//! Layers of softmax attention without parameters of their own.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{non_negative, positive_to, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::mixing::{TokenLayer, attend, similarity, squared_residuals, token_moments};

/// Tokens, coordinates and layers that can be mixed.
const MOST_TOKENS: usize = 50_000;
const MOST_DIMENSION: usize = 4096;
const MOST_LAYERS: usize = 10_000;

fn check_tokens(tokens: usize, dimension: usize) -> Result<(), SettingError> {
    within("tokens", tokens, 2..=MOST_TOKENS)?;
    within("dimension", dimension, 1..=MOST_DIMENSION)
}

/// Tokens about a mean, behind one layer $x_i'=\sum_jp_{ij}x_j$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneLayerSetting {
    /// $T$.
    pub tokens: usize,
    /// $d$.
    pub dimension: usize,
    /// $\beta$.
    pub beta: f64,
    /// $\|m\|$.
    pub mean: f64,
    /// $s$, the variance of a coordinate.
    pub variance: f64,
    /// About the mean: `gaussian`, `sphere` (all at distance $\sqrt{sd}$) or `cube` (every coordinate $\pm\sqrt s$).
    pub residuals: String,
}

/// The tokens before the layer, and behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneLayerOutcome {
    /// The empirical mean before the layer.
    pub mean: Vec<f64>,
    /// The empirical covariance before the layer, row by row.
    pub covariance: Vec<f64>,
    /// The median over tokens of $\|C(x-m)\|^2$ before the layer, with the empirical mean and covariance.
    pub filtered: f64,
    /// The trace of the covariance behind the layer.
    pub trace: f64,
    /// The median squared residual behind the layer, about the mean there.
    pub median: f64,
}

/// One layer of attention over many tokens.
pub struct OneLayer;

impl Experiment for OneLayer {
    type Setting = OneLayerSetting;
    type Outcome = OneLayerOutcome;
    const ID: &'static str = "token-layer";
    const VERSION: u32 = 1;

    fn check(setting: &OneLayerSetting) -> Result<(), SettingError> {
        check_tokens(setting.tokens, setting.dimension)?;
        // Covariances are stored.
        within("dimension", setting.dimension, 1..=100)?;
        non_negative("beta", setting.beta)?;
        within("mean", setting.mean, 0.0..=1e6)?;
        positive_to("variance", setting.variance, 1e6)?;
        let known = ["gaussian", "sphere", "cube"].contains(&setting.residuals.as_str());
        require(known, "residuals", &setting.residuals, "gaussian, sphere or cube")
    }

    fn run(setting: &OneLayerSetting, streams: &Streams) -> Result<OneLayerOutcome, TrialFailure> {
        let (count, d) = (setting.tokens, setting.dimension);
        let deviation = setting.variance.sqrt();
        let mut tokens = DMatrix::from_row_slice(count, d, &streams.child("tokens").normals(count * d, 1.0));
        for mut row in tokens.row_iter_mut() {
            match setting.residuals.as_str() {
                "sphere" => row *= deviation * (d as f64).sqrt() / row.norm(),
                "cube" => row.iter_mut().for_each(|x| *x = deviation * x.signum()),
                _ => row *= deviation,
            }
        }
        shift(&mut tokens, setting.mean, streams);
        let (mean, covariance) = token_moments(&tokens);
        let shifted = DMatrix::from_fn(count, d, |i, j| tokens[(i, j)] - mean[j]);
        let filtered = median((shifted * &covariance).row_iter().map(|row| row.norm_squared()).collect());
        let layer = TokenLayer { beta: setting.beta, skip: 0.0, branch: 1.0 };
        let behind = layer.apply(&tokens, None);
        let (mean_behind, covariance_behind) = token_moments(&behind);
        Ok(OneLayerOutcome {
            mean,
            covariance: covariance.transpose().iter().copied().collect(),
            filtered,
            trace: covariance_behind.trace(),
            median: median(squared_residuals(&behind, &mean_behind)),
        })
    }
}

/// Moves all tokens by one vector of this length in a random direction.
fn shift(tokens: &mut DMatrix<f64>, length: f64, streams: &Streams) {
    let mut direction = streams.child("mean").normals(tokens.ncols(), 1.0);
    let drawn = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
    direction.iter_mut().for_each(|x| *x *= length / drawn);
    for (j, shift) in direction.iter().enumerate() {
        tokens.column_mut(j).add_scalar_mut(*shift);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { 0.5 * (values[half - 1] + values[half]) }
}

/// Standard normal tokens that attend to each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfWeightSetting {
    /// $T$.
    pub tokens: usize,
    /// $d$.
    pub dimension: usize,
    /// $\lambda=\beta s$, at $s=1$.
    pub lambda: f64,
}

/// Attention of a token to itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfWeightOutcome {
    /// The mean of $p_{ii}$ over the tokens.
    pub weight: f64,
}

/// Whether tokens retrieve themselves.
pub struct SelfWeight;

impl Experiment for SelfWeight {
    type Setting = SelfWeightSetting;
    type Outcome = SelfWeightOutcome;
    const ID: &'static str = "self-weight";
    const VERSION: u32 = 1;

    fn check(setting: &SelfWeightSetting) -> Result<(), SettingError> {
        check_tokens(setting.tokens, setting.dimension)?;
        positive_to("lambda", setting.lambda, 1e3)
    }

    fn run(setting: &SelfWeightSetting, streams: &Streams) -> Result<SelfWeightOutcome, TrialFailure> {
        let (count, d) = (setting.tokens, setting.dimension);
        let tokens = DMatrix::from_row_slice(count, d, &streams.child("tokens").normals(count * d, 1.0));
        let on_itself = attend(&tokens, setting.lambda).on_itself;
        Ok(SelfWeightOutcome { weight: on_itself.iter().sum::<f64>() / count as f64 })
    }
}

/// A stack of layers behind which tokens are scaled to a mean square of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackSetting {
    /// $T$.
    pub tokens: usize,
    /// $d$.
    pub dimension: usize,
    /// $\beta$.
    pub beta: f64,
    /// $g$.
    pub skip: f64,
    /// $a$.
    pub branch: f64,
    /// $L$.
    pub layers: usize,
    /// `identity`, or `random`: entries $\mathcal N(0,1/d)$, new in each layer.
    pub values: String,
    /// $\rho_0$, the expected residual power over the power of the mean.
    pub rho: f64,
}

/// The ratios before and behind every layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackOutcome {
    /// $\rho_0,\dots,\rho_L$.
    pub rho: Vec<f64>,
}

/// Tokens that grow alike with depth.
pub struct Stack;

impl Experiment for Stack {
    type Setting = StackSetting;
    type Outcome = StackOutcome;
    const ID: &'static str = "token-stack";
    const VERSION: u32 = 1;

    fn check(setting: &StackSetting) -> Result<(), SettingError> {
        check_tokens(setting.tokens, setting.dimension)?;
        within("beta", setting.beta, 0.0..=1e3)?;
        within("skip", setting.skip, 0.0..=1e3)?;
        within("branch", setting.branch, 0.0..=1e3)?;
        let moves = setting.skip + setting.branch > 0.0;
        require(moves, "branch", setting.branch, "a number above 0 where skip is 0")?;
        within("layers", setting.layers, 1..=MOST_LAYERS)?;
        let known = ["identity", "random"].contains(&setting.values.as_str());
        require(known, "values", &setting.values, "identity or random")?;
        positive_to("rho", setting.rho, 1e6)
    }

    fn run(setting: &StackSetting, streams: &Streams) -> Result<StackOutcome, TrialFailure> {
        let (count, d) = (setting.tokens, setting.dimension);
        let spread = setting.rho / (1.0 + setting.rho);
        let mut tokens =
            DMatrix::from_row_slice(count, d, &streams.child("tokens").normals(count * d, spread.sqrt()));
        shift(&mut tokens, (d as f64 * (1.0 - spread)).sqrt(), streams);
        let layer = TokenLayer { beta: setting.beta, skip: setting.skip, branch: setting.branch };
        let mut rho = vec![similarity(&mut tokens)];
        for index in 0..setting.layers {
            let values = (setting.values == "random").then(|| {
                let entries = streams.nth_child("values", index).normals(d * d, (d as f64).sqrt().recip());
                DMatrix::from_vec(d, d, entries)
            });
            tokens = layer.apply(&tokens, values.as_ref());
            rho.push(similarity(&mut tokens));
        }
        if rho.iter().any(|rho| !rho.is_finite()) {
            return Err("the tokens have become equal to the last digit".into());
        }
        Ok(StackOutcome { rho })
    }
}

/// Standard normal tokens behind layers that are not followed by any normalization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollapseSetting {
    /// $T$.
    pub tokens: usize,
    /// $d$.
    pub dimension: usize,
    /// $\lambda=\beta s$ before the first layer, at $s=1$.
    pub lambda: f64,
    /// $g$; the branch has $a=1$.
    pub skip: f64,
    /// $L$.
    pub layers: usize,
}

/// Squared residuals before and behind every layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollapseOutcome {
    /// Means over the tokens, over that before the first layer.
    pub mean: Vec<f64>,
    /// Medians, over that before the first layer.
    pub median: Vec<f64>,
}

/// How fast tokens become one.
pub struct Collapse;

impl Experiment for Collapse {
    type Setting = CollapseSetting;
    type Outcome = CollapseOutcome;
    const ID: &'static str = "token-collapse";
    const VERSION: u32 = 1;

    fn check(setting: &CollapseSetting) -> Result<(), SettingError> {
        check_tokens(setting.tokens, setting.dimension)?;
        positive_to("lambda", setting.lambda, 1e3)?;
        within("skip", setting.skip, 0.0..=10.0)?;
        within("layers", setting.layers, 1..=1000)
    }

    fn run(setting: &CollapseSetting, streams: &Streams) -> Result<CollapseOutcome, TrialFailure> {
        let (count, d) = (setting.tokens, setting.dimension);
        let mut tokens = DMatrix::from_row_slice(count, d, &streams.child("tokens").normals(count * d, 1.0));
        let layer = TokenLayer { beta: setting.lambda, skip: setting.skip, branch: 1.0 };
        let mut outcome = CollapseOutcome { mean: Vec::new(), median: Vec::new() };
        for index in 0..=setting.layers {
            if index > 0 {
                tokens = layer.apply(&tokens, None);
            }
            let mean = token_moments(&tokens).0;
            let residuals = squared_residuals(&tokens, &mean);
            outcome.mean.push(residuals.iter().sum::<f64>() / count as f64);
            outcome.median.push(median(residuals));
        }
        for list in [&mut outcome.mean, &mut outcome.median] {
            let first = list[0];
            list.iter_mut().for_each(|x| *x /= first);
        }
        if outcome.mean.iter().any(|x| !x.is_finite()) {
            return Err("the tokens have overflown".into());
        }
        Ok(outcome)
    }
}
