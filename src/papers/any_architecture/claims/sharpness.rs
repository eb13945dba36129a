//! Sharpness over depth, and what mean subtraction leaves of it.

use serde_json::json;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::statistic::exact_log_slope;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_theory::any_architecture::{Layer, mean_subtraction_edge};
use solvable_theory::bibliography::{KARAKIDA_2019_NORMALIZATION, YANG_2017};

use super::predicted::{random_inputs, statistics};
use crate::experiments::{AnalyticSharpness, Inputs, LayeredFisher, LayeredSetting};
use crate::settings::{self, conv, norm, residual};

pub(super) fn all() -> Vec<Claim> {
    vec![depth_growth(), edge(), width_growth()]
}

/// Networks of many blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Without residual sums.
    Plain,
    /// Branches of scale 1.
    Residual,
    /// Branches of scale $B^{-1/2}$.
    Scaled,
    /// Normalized branches, and a normalization before the last activation.
    PreNorm,
    /// The same without that.
    PreNormOpen,
    /// Normalized sums.
    PostNorm,
}

impl Kind {
    /// All, in the order of figures.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::Residual, Self::Scaled, Self::PreNormOpen, Self::PreNorm, Self::PostNorm];

    /// Those that are claimed of: networks of the others end far from their limit at these widths (plain ones), or differ from a claimed one
    /// by one layer.
    const CLAIMED: [Self; 4] = [Self::Residual, Self::Scaled, Self::PreNorm, Self::PostNorm];

    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Residual => "residual",
            Self::Scaled => "residual, scaled",
            Self::PreNorm => "pre-norm",
            Self::PreNormOpen => "pre-norm, no last norm",
            Self::PostNorm => "post-norm",
        }
    }
}

/// Numbers of blocks over which the sharpness is looked at.
pub(crate) const BLOCKS: [usize; 4] = [1, 2, 4, 6];

/// A network of `blocks` blocks of a kind.
pub(crate) fn of_blocks(kind: Kind, blocks: usize, width: usize) -> Result<LayeredSetting, JudgeError> {
    let scale = if kind == Kind::Scaled { (blocks as f64).powf(-0.5) } else { 1.0 };
    let branch = match kind {
        Kind::PreNorm | Kind::PreNormOpen => json!([norm(), "relu", conv(width)]),
        _ => json!(["relu", conv(width)]),
    };
    let mut layers = vec![conv(width)];
    layers.extend((kind == Kind::PostNorm).then(norm));
    for _ in 0..blocks {
        if kind == Kind::Plain {
            layers.extend([json!("relu"), conv(width)]);
        } else {
            layers.push(residual(scale, branch.clone()));
        }
        layers.extend((kind == Kind::PostNorm).then(norm));
    }
    layers.extend((kind == Kind::PreNorm).then(norm));
    layers.extend([json!("relu"), json!("global-avg-pool"), json!({"dense": 1})]);
    let network = settings::network(4, 16, 2.0, 0.0, json!(layers))?;
    Ok(LayeredSetting { network, inputs: Inputs::Random { samples: 8 } })
}

/// Residual blocks of a network.
fn blocks(setting: &LayeredSetting) -> f64 {
    let is_block = |layer: &Layer| matches!(layer, Layer::Residual { .. });
    setting.network.nodes().iter().filter(|node| is_block(&node.layer)).count() as f64
}

/// Width and trials at each number of blocks.
pub(crate) fn depth_sizes(profile: Profile) -> (usize, usize) {
    by(profile, (64, 32), (128, 100))
}

/// $\lambda_{\max}$ of a kind with as many blocks, as wide.
fn sharpness(kind: Kind, setting: &LayeredSetting) -> Result<f64, JudgeError> {
    let width = setting.network.nodes().first().map_or(1, |node| node.to.channels);
    let other = of_blocks(kind, blocks(setting) as usize, width)?;
    Ok(statistics(&other.network, setting.samples())?.lambda_max)
}

/// The slope of $\ln\lambda_{\max}$ over blocks of a kind: which others a margin of a tenth tells from it.
fn slope(kind: Kind) -> Result<f64, JudgeError> {
    let sharpness: Result<Vec<f64>, JudgeError> = BLOCKS
        .into_iter()
        .map(|blocks| {
            let setting = of_blocks(kind, blocks, 64)?;
            Ok(statistics(&setting.network, setting.samples())?.lambda_max)
        })
        .collect();
    exact_log_slope(&BLOCKS.map(|blocks| (blocks as f64).exp()), &sharpness?)
        .map_err(|error| JudgeError::Other(error.to_string()))
}

/// Which of the claimed kinds a setting is.
fn kind_of(setting: &LayeredSetting) -> Kind {
    let nodes = setting.network.nodes();
    let norms = nodes.iter().filter(|node| matches!(node.layer, Layer::LayerNorm { .. })).count() as f64;
    let scaled = nodes.iter().any(|node| matches!(node.layer, Layer::Residual { scale, .. } if scale != 1.0));
    match norms {
        n if n > blocks(setting) => Kind::PostNorm,
        n if n > 0.0 && is_post(setting) => Kind::PostNorm,
        n if n > 0.0 => Kind::PreNorm,
        _ if scaled => Kind::Scaled,
        _ => Kind::Residual,
    }
}

/// Whether the first normalization stands before the first block.
fn is_post(setting: &LayeredSetting) -> bool {
    let nodes = setting.network.nodes();
    let norm = nodes.iter().position(|node| matches!(node.layer, Layer::LayerNorm { .. }));
    let block = nodes.iter().position(|node| matches!(node.layer, Layer::Residual { .. }));
    norm < block
}

fn depth_growth() -> Claim {
    let claim = Claim::about::<LayeredFisher>(
        "arch/depth-growth",
        "Residual networks sharpen exponentially with depth, scaled ones not at all, pre-normalized ones logarithmically",
    )
    .formula(r"\theta_t=k\mathcal A[F_0+F_L+F\mathcal D]")
    .sources(&[YANG_2017])
    .cases(|profile| {
        let (width, trials) = depth_sizes(profile);
        Kind::CLAIMED
            .into_iter()
            .map(|kind| {
                // The deepest first: one block does not show how it is scaled.
                let sizes = BLOCKS.into_iter().rev().map(|blocks| of_blocks(kind, blocks, width));
                let sizes: Result<Vec<_>, JudgeError> = sizes.collect();
                Ok(At::sizes(kind.label(), sizes?, trials))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.lambda_top))
    // The slope over the number of blocks is that over the logarithm of its exponential.
    .log_slope(|s| blocks(s).exp())
    .predict(|s| Ok(statistics(&s.network, s.samples())?.lambda_max))
    .presumes(|s| {
        let width = s.network.nodes().first().map_or(1, |node| node.to.channels);
        let of_kinds = Kind::ALL.iter().any(|kind| {
            of_blocks(*kind, blocks(s).max(1.0) as usize, width).is_ok_and(|own| own.network == s.network)
        });
        let valid = "a residual network of the claim's cases, of any width and number of blocks";
        require(of_kinds, "network", "another one", valid)
    })
    .margin(|s, profile| {
        let margin = match kind_of(s) {
            Kind::Residual => 0.08,
            Kind::Scaled => 0.05,
            _ => 0.04,
        };
        Margin::symmetric(by(profile, margin, margin / 2.0))
    });
    Kind::CLAIMED
        .into_iter()
        .fold(claim, |claim, other| {
            let differs = move |s: &LayeredSetting| {
                let slopes = slope(other).and_then(|a| Ok((a, slope(kind_of(s))?)));
                slopes.is_ok_and(|(a, b)| (a - b).abs() > 0.1)
            };
            claim.rival_where(format!("the growth of {}", other.label()), differs, move |s| {
                sharpness(other, s)
            })
        })
        .finish()
}

fn edge() -> Claim {
    Claim::about::<AnalyticSharpness>(
        "arch/ms-edge",
        "Mean subtraction leaves the edge of the inputs' own overlaps",
    )
    .formula(
        r"\lambda_{ms}=\frac1N\left[\theta_t-\theta_{st}-\kappa'+\kappa'\left(1+\sqrt{N/D}\right)^2\right]",
    )
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|profile| {
        let samples = by(profile, 200, 600);
        let layers = json!([conv(64), "relu", conv(64), "relu", "flatten", {"dense": 1}]);
        let network = settings::network(6, 16, 2.0, 0.1, layers)?;
        let setting = LayeredSetting { network, inputs: Inputs::Random { samples } };
        Ok(vec![At::setting(format!("N={samples} D=96"), setting, 16)])
    })
    .measure(|_, o| Ok(o.lambda_ms))
    .predict(|s| Ok(mean_subtraction_edge(&s.network, s.samples())?.lambda_ms))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.05)))
    .rival("without the spread of the overlaps", |s| {
        Ok(mean_subtraction_edge(&s.network, s.samples())?.without_spread)
    })
    .presumes(random_inputs)
    .finish()
}

/// A network on small images whose width and number of samples are one.
pub(crate) fn as_wide_as_samples(collected: &str, width: usize) -> Result<LayeredSetting, JudgeError> {
    let layers = json!([conv(width), "relu", conv(width), "relu", collected, {"dense": 1}]);
    let network = settings::network(8, 2, 2.0, 0.1, layers)?;
    Ok(LayeredSetting { network, inputs: Inputs::Random { samples: width } })
}

/// The widths over which the sharpness under mean subtraction is looked at.
pub(crate) fn ms_widths(profile: Profile) -> [usize; 3] {
    by(profile, [32, 64, 128], [64, 128, 256])
}

fn width(setting: &LayeredSetting) -> f64 {
    setting.samples() as f64
}

fn width_growth() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/ms-slope",
        "Mean subtraction does not keep the sharpness of networks on images of a fixed size from growing with the width",
    )
    .formula(r"\frac{d\ln\lambda_{ms}}{d\ln M}\simeq\text{that of the edge},\quad N=M\gg D")
    .sources(&[KARAKIDA_2019_NORMALIZATION])
    .cases(|profile| {
        let trials = |collected: &str| match (profile, collected) {
            (Profile::Quick, "flatten") => 32,
            (Profile::Quick, _) => 56,
            (Profile::Full, "flatten") => 80,
            (Profile::Full, _) => 140,
        };
        ["flatten", "global-avg-pool"]
            .into_iter()
            .map(|collected| {
                let sizes: Result<Vec<_>, JudgeError> =
                    ms_widths(profile).into_iter().map(|width| as_wide_as_samples(collected, width)).collect();
                Ok(At::sizes(collected, sizes?, trials(collected)))
            })
            .collect()
    })
    .measure(|_, o| o.lambda_ms.ok_or_else(|| JudgeError::Other("two samples at least are needed".into())))
    .log_slope(width)
    .predict(|s| Ok(mean_subtraction_edge(&s.network, s.samples())?.lambda_ms))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.2, 0.1)))
    .rival("the flatness of networks whose inputs grow with them", |_| Ok(1.0))
    .rival_where(
        "growth like the width",
        |s| s.network.nodes().iter().any(|node| matches!(node.layer, Layer::Flatten)),
        |s| Ok(width(s)),
    )
    .presumes(random_inputs)
    .finish()
}
