//! Kernels of given inputs and mixing matrices.

use serde_json::{Value as Json, json};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{by, kept};
use solvable_simulate::any_architecture::kernels;
use solvable_theory::any_architecture::{Blueprint, Layer, Node, Parametrization, data_statistics};
use solvable_theory::bibliography::{
    ARORA_2019, KARAKIDA_2019_NORMALIZATION, NOVAK_2019, TOLSTIKHIN_2021, YANG_2019,
};

use super::predicted::statistics;
use crate::experiments::{Inputs, LayeredFisher, LayeredKernel, LayeredKernelOutcome, LayeredSetting, upper};
use crate::settings::{self, CHANNELS, altered, conv, normalized_network, residual_network, without_filters};

pub(super) fn all() -> Vec<Claim> {
    vec![mixer(), kernel_law(), gains(), step_size(), digits()]
}

/// The analytic tangent kernel of the setting's inputs, entries $n\le m$.
pub(crate) fn analytic(setting: &LayeredSetting, network: &Blueprint) -> Result<Vec<f64>, JudgeError> {
    let text =
        serde_json::to_string(&(network, setting.inputs)).map_err(|e| JudgeError::Other(e.to_string()))?;
    let table = kept(&format!("tangent kernel {text}"), || {
        Ok(upper(&kernels(network, &setting.rows()?, Parametrization::Standard)?.tangent))
    })?;
    Ok(table.to_vec())
}

/// $\langle A,B\rangle$ of symmetric matrices given by their entries $n\le m$.
fn inner(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    let (mut n, mut m) = (0, 0);
    for (a, b) in a.iter().zip(b) {
        sum += if n == m { a * b } else { 2.0 * a * b };
        if n == m {
            (n, m) = (0, m + 1);
        } else {
            n += 1;
        }
    }
    sum
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn fixed_inputs(setting: &LayeredSetting) -> Result<(), solvable_engine::verify::SettingError> {
    let fixed = !matches!(setting.inputs, Inputs::Random { .. });
    require(fixed, "inputs", "random", "fixed inputs or digits, which the prediction knows")
}

/// Whether there is a mixing matrix in the setting.
fn mixes(setting: &LayeredSetting) -> bool {
    setting.network.has(|layer| matches!(layer, Layer::Mix(mix) if mix.matrix.is_some()))
}

/// Mixing matrices averaged over.
pub(crate) fn averaged(network: &Blueprint) -> Result<Blueprint, JudgeError> {
    altered(network, &|layer| {
        let mut layer = layer.clone();
        if let Some(mix) = layer.get_mut("mix").and_then(Json::as_object_mut) {
            mix.remove("matrix");
        }
        Some(layer)
    })
}

fn mixer() -> Claim {
    Claim::about::<LayeredKernel>(
        "arch/mixer",
        "The kernel of a token mixer is that of its own mixing matrix, at any number of channels",
    )
    .formula(r"T'=VTV^\top+\delta_{pq}\mathrm{tr}K,\qquad b=\frac{\langle\hat\Theta,\Theta\rangle}{\langle\Theta,\Theta\rangle},\quad r=\frac{\langle\hat\Theta-\bar\Theta,\Theta-\bar\Theta\rangle}{\|\Theta-\bar\Theta\|^2}")
    .sources(&[TOLSTIKHIN_2021, YANG_2019])
    .by_difference()
    .components(["b, the share of its own kernel", "r, the share of what differs from the mean kernel"])
    .cases(|profile| {
        let (width, trials) = mixer_sizes(profile);
        let settings = mixers(width)?.into_iter().enumerate();
        Ok(settings.map(|(set, s)| At::setting(format!("set {set} M={width}"), s, trials)).collect())
    })
    .measure(|s, o: &LayeredKernelOutcome| {
        let (own, mean) = (analytic(s, &s.network)?, analytic(s, &averaged(&s.network)?)?);
        let rest = difference(&own, &mean);
        let b = inner(&o.tangent, &own) / inner(&own, &own);
        let r = inner(&difference(&o.tangent, &mean), &rest) / inner(&rest, &rest);
        Ok([b, r])
    })
    .predict(|_| Ok([1.0, 1.0]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.08)))
    .rival("the mean kernel over mixing matrices", |s| {
        let (own, mean) = (analytic(s, &s.network)?, analytic(s, &averaged(&s.network)?)?);
        Ok([inner(&mean, &own) / inner(&own, &own), 0.0])
    })
    .presumes(|s| {
        fixed_inputs(s)?;
        require(mixes(s), "network.layers", "without a mixing matrix", "a mix layer with its matrix")
    })
    .finish()
}

/// Channels and trials of mixers.
pub(crate) fn mixer_sizes(profile: Profile) -> (usize, usize) {
    by(profile, (128, 64), (256, 160))
}

/// Mixers on given inputs, each with a matrix of its own.
pub(crate) fn mixers(width: usize) -> Result<Vec<LayeredSetting>, JudgeError> {
    let (positions, channels) = (8usize, 16);
    (0..4u64)
        .map(|set| {
            let streams = Streams::of_problem("any-architecture", "mixing", set);
            let entries = streams.normals(positions * positions, (2.0 / positions as f64).sqrt());
            // Four digits say which matrix it is.
            let rounded = |x: &f64| (x * 1e4).round() / 1e4;
            let rows: Vec<Vec<f64>> =
                entries.chunks(positions).map(|row| row.iter().map(rounded).collect()).collect();
            let mix = json!({"mix": {"tokens": positions, "matrix": rows}});
            let layers = json!([
                {"dense": width}, "relu", mix, {"dense": width}, "relu", "flatten", {"dense": 1}
            ]);
            let network = settings::network(positions, channels, 2.0, 0.0, layers)?;
            Ok(LayeredSetting { network, inputs: Inputs::Fixed { samples: 6, set } })
        })
        .collect()
}

/// Layers whose kernels fluctuate, by name.
fn kinds(width: usize) -> [(&'static str, Json, f64, f64); 4] {
    let erf_rnn = json!({"rnn": {"channels": width, "activation": "erf", "sigma_w2": 2.0, "sigma_u2": 1.0}});
    [
        (
            "CNN, flattened",
            json!([conv(width), "relu", conv(width), "relu", "flatten", {"dense": 2}]),
            2.0,
            0.1,
        ),
        ("ResNet", residual_network(width, 2, 0.7), 2.0, 0.1),
        ("pre-norm", normalized_network(width, 2), 2.0, 0.1),
        ("erf RNN, last", json!([erf_rnn, "last", {"dense": 2}]), 2.0, 0.1),
    ]
}

/// $\|\hat\Theta-\Theta\|/\|\Theta\|$.
pub(crate) fn deviation(setting: &LayeredSetting, outcome: &LayeredKernelOutcome) -> Result<f64, JudgeError> {
    let own = analytic(setting, &setting.network)?;
    let rest = difference(&outcome.tangent, &own);
    Ok((inner(&rest, &rest) / inner(&own, &own)).sqrt())
}

/// The settings over which deviations are looked at: the kinds, each at several widths.
pub(crate) fn widths_of_kinds(
    profile: Profile,
) -> Result<Vec<(&'static str, Vec<LayeredSetting>)>, JudgeError> {
    let widths = by(profile, [24, 48, 96, 192], [48, 96, 192, 384]);
    (0..kinds(1).len())
        .map(|kind| {
            let settings = widths.iter().map(|&width| {
                let (_, layers, sigma_w2, sigma_b2) = kinds(width).into_iter().nth(kind).unwrap_or_default();
                let network = settings::network(6, 8, sigma_w2, sigma_b2, layers)?;
                Ok(LayeredSetting { network, inputs: Inputs::Fixed { samples: 4, set: 0 } })
            });
            let settings: Result<Vec<_>, JudgeError> = settings.collect();
            Ok((kinds(1)[kind].0, settings?))
        })
        .collect()
}

/// Trials at each width.
pub(crate) fn deviation_trials(profile: Profile) -> usize {
    by(profile, 64, 256)
}

/// Channels of the layer behind the input.
fn width(setting: &LayeredSetting) -> f64 {
    setting.network.nodes().first().map_or(1.0, |node| node.to.channels as f64)
}

fn kernel_law() -> Claim {
    Claim::about::<LayeredKernel>(
        "arch/kernel-law",
        "Kernels of every kind of layer approach their limit like the root of the width",
    )
    .formula(r"\frac{\|\hat\Theta-\Theta\|}{\|\Theta\|}\propto M^{-1/2}")
    .sources(&[YANG_2019, ARORA_2019])
    .cases(|profile| {
        let all = widths_of_kinds(profile)?.into_iter();
        Ok(all.map(|(name, settings)| At::sizes(name, settings, deviation_trials(profile))).collect())
    })
    .measure(deviation)
    .log_slope(width)
    .predict(|s| Ok(width(s).powf(-0.5)))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.25, 0.12)))
    .rival("no approach", |_| Ok(1.0))
    .rival("like the width", |s| Ok(width(s).recip()))
    .presumes(fixed_inputs)
    .finish()
}

/// With gains and biases of the first normalization, or without.
fn affine_part(setting: &LayeredSetting, factorised: bool) -> Result<f64, JudgeError> {
    let with = |affine: bool| {
        altered(&setting.network, &|layer| {
            let mut layer = layer.clone();
            if let Some(own) = layer.pointer_mut("/layer-norm/affine") {
                *own = json!(affine);
            }
            Some(layer)
        })
    };
    // Behind a sum gains are settled: then the gain and the slope of the activation are averaged apart.
    let settled = |network: &Blueprint| -> Result<Blueprint, JudgeError> {
        let mut description = serde_json::to_value(network).map_err(|e| JudgeError::Other(e.to_string()))?;
        if let Some(layers) = description["layers"].as_array_mut() {
            let place = layers.iter().position(|layer| layer.get("layer-norm").is_some()).unwrap_or(0);
            layers.insert(place + 1, json!({"sum": [{"layers": []}]}));
        }
        Ok(Blueprint::read(&description)?)
    };
    let trained = if factorised { settled(&with(true)?)? } else { with(true)? };
    let trace = |network: &Blueprint| -> Result<f64, JudgeError> {
        Ok(kernels(network, &setting.rows()?, Parametrization::Standard)?.tangent.trace())
    };
    Ok(trace(&trained)? - trace(&with(false)?)?)
}

fn gains() -> Claim {
    Claim::about::<LayeredKernel>(
        "arch/gain-block",
        "Gains of a normalization and slopes of the activation behind it belong to the same channel",
    )
    .formula(r"T'=T\dot K_\phi+G_\phi,\qquad G_\phi=E[uv\,\phi'(u)\phi'(v)]")
    .sources(&[KARAKIDA_2019_NORMALIZATION, YANG_2019])
    .cases(|profile| {
        let width = by(profile, 128, 400);
        let affine = json!({"layer-norm": {"over": "channels", "affine": true}});
        let layers = json!([conv(width), affine, "erf", conv(width), "global-avg-pool", {"dense": 1}]);
        let network = settings::network(4, CHANNELS, 2.0, 0.1, layers)?;
        let setting = LayeredSetting { network, inputs: Inputs::Fixed { samples: 6, set: 0 } };
        Ok(vec![At::setting(format!("erf S=4 M={width}"), setting, 64)])
    })
    .measure(|_, o| Ok(o.affine_trace))
    .predict(|s| affine_part(s, false))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.09, 0.04)))
    .rival("gains averaged apart from the slopes", |s| affine_part(s, true))
    .presumes(|s| {
        fixed_inputs(s)?;
        let affine = |node: &&Node| matches!(node.layer, Layer::LayerNorm { affine: true, .. });
        let ones = s.network.all_nodes().into_iter().filter(affine).count();
        require(ones == 1, "network.layers", format!("{ones} affine layer-norms"), "one affine layer-norm")
    })
    .finish()
}

fn step_size() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/step-size",
        "The sharpness of given inputs, and with it the largest stable rate, is that of their analytic kernel",
    )
    .formula(r"\eta_c=\frac{2N}{\lambda_{\max}(T)}")
    .sources(&[ARORA_2019, KARAKIDA_2019_NORMALIZATION])
    .cases(|profile| {
        let (width, trials) = by(profile, (64, 192), (256, 96));
        let residual = |width| settings::network(8, 8, 2.0, 0.1, residual_network(width, 3, 1.0));
        let convolutional = settings::network(
            8,
            8,
            2.0,
            0.1,
            json!([conv(width), "relu", conv(width), "relu", "global-avg-pool", {"dense": 1}]),
        )?;
        let case = |name: &str, network| {
            let setting = LayeredSetting { network, inputs: Inputs::Fixed { samples: 16, set: 1 } };
            At::setting(format!("{name} M={width}"), setting, trials)
        };
        Ok(vec![case("CNN", convolutional), case("ResNet", residual(width)?)])
    })
    .measure(|_, o| Ok(o.lambda_top))
    .predict(|s| Ok(data_statistics(&s.network, &s.rows()?)?.lambda_max))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival("the number of channels for the fan-in", |s| {
        Ok(data_statistics(&without_filters(&s.network)?, &s.rows()?)?.lambda_max)
    })
    .presumes(fixed_inputs)
    .finish()
}

/// A network on the shipped digits.
pub(crate) fn on_digits(width: usize) -> Result<Blueprint, JudgeError> {
    let conv = |stride: usize| json!({"conv": {"channels": width, "filter": [3, 3], "stride": [stride, stride], "padding": "same"}});
    Ok(Blueprint::read(&json!({
        "input": {"grid": [8, 8], "channels": 1}, "sigma_w2": 2.0, "sigma_b2": 0.05, "train_bias": true,
        "layers": [conv(1), "relu", conv(2), "relu", "flatten", {"dense": 2}],
    }))?)
}

fn digits() -> Claim {
    Claim::about::<LayeredFisher>(
        "arch/digits",
        "Handwritten digits: the sharpness of a convolutional network by the analytic kernel of the images",
    )
    .formula(r"\lambda_{\max}=\frac{\lambda_{\max}(T)}N")
    .sources(&[ARORA_2019, NOVAK_2019])
    .cases(|profile| {
        let (width, trials) = by(profile, (64, 48), (128, 96));
        let setting = LayeredSetting { network: on_digits(width)?, inputs: Inputs::Digits { samples: 24 } };
        Ok(vec![At::setting(format!("24 digits M={width}"), setting, trials)])
    })
    .measure(|_, o| Ok(o.lambda_top))
    .predict(|s| Ok(data_statistics(&s.network, &s.rows()?)?.lambda_max))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.07)))
    .rival("independent pixels", |s| Ok(statistics(&s.network, s.samples())?.lambda_max))
    .presumes(fixed_inputs)
    .finish()
}
