//! The practitioner's question: how large a learning rate does a network bear?
//!
//! Full-batch gradient descent on $\frac1{2N}\sum_n\|f(n)-y(n)\|^2$ with one rate for all parameters is locally stable
//! up to $\eta_c=2/\lambda_{\max}$. Which formula gives $\lambda_{\max}$ depends on where the network is normalized;
//! [`step_size`] chooses it, names it, and says how far it holds. Natural gradient has an isotropy constant $\alpha$ in
//! place of $\lambda_{\max}$, and learns in one step at half the critical rate: [`natural_step_size`].

use serde::Serialize;
use serde_json::Value as Json;

use crate::bibliography::{KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL, KARAKIDA_2020_NATURAL};
use crate::catalog::parameter::{ACTIVATION, GAMMA, optional};
use crate::catalog::{Params, Prediction, Value};
use crate::error::at_least;
use crate::mean_field::{fim_statistics, valid_depth};
use crate::natural_gradient::{Method, alpha, unit_alpha};
use crate::normalization::{
    EdgeStatus, HiddenModes, critical_step, edge_proportional, edge_status, hidden_modes, hidden_top_refined,
    last_batch_norm, last_layer_norm_bound, last_mean_subtraction,
};
use crate::{Activation, Architecture, Normalization, TheoryError};

/// A critical learning rate and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepSize {
    /// $\eta_c=2/\lambda_{\max}$; infinite where the sharpness vanishes.
    pub eta_c: f64,
    /// $\lambda_{\max}$: the sharpness at initialisation.
    pub lambda_max: f64,
    /// The id of the prediction that gave $\lambda_{\max}$.
    pub formula: &'static str,
    /// How far it holds.
    pub remark: &'static str,
}

const OUTLIER: &str = "outlier of a plain network: leading order in the width, for fewer samples than units; \
    proportional to the width";
const PLAIN_EDGE: &str = "no outlier: samples have no common mean, the edge of the bulk decides; finite networks \
    lie a few per cent below it";
const EXACT_EDGE: &str = "exact limit for samples and width growing together; finite networks lie a few per cent \
    below it, so that the true step is slightly larger";
const APPROXIMATE_EDGE: &str = "approximation: fluctuations of backward overlaps are neglected, about 1 % for tanh \
    and erf, but deep ReLU is 9 % (3 layers) to 30 % (5 layers) sharper";
const BULK_ONLY: &str = "lower bound on the sharpness, upper bound on the step: the mean of the bulk; its edge, \
    2 to 5 times larger when samples and width are comparable, has no formula here";
const REFINED: &str = "outlier with its 1/N terms, valid well above the edge of the bulk; a few per cent low from \
    its repulsion by the bulk";
const HIDDEN: &str = "outlier up to terms of relative order 1/N; needs more than about 10 samples";
const BOUND: &str = "lower bound on the sharpness, upper bound on the step: a trace; the true sharpness is 1.4 to \
    3.7 times larger";

/// The scale $\sigma_w^2=1/E\phi'(z)^2$ at which gradients keep their size through a layer whose pre-activations have
/// unit variance: 2 for ReLU (He initialisation), 1 for linear, 2.15 for tanh.
///
/// # Errors
/// [`Undefined`](TheoryError::Undefined) where $\phi'=0$ almost surely.
///
/// # Source
/// The critical point of [`critical_point`](crate::mean_field::critical_point) at $q^*=1$.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, step_size::gradient_preserving_scale};
/// assert!((gradient_preserving_scale(&Activation::relu())? - 2.0).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gradient_preserving_scale(activation: &Activation) -> Result<f64, TheoryError> {
    crate::mean_field::critical_point(activation, 1.0).map(|point| point.sigma_w2)
}

/// The critical learning rate of `network` (with its normalization modes) trained on `samples` $=N$ inputs.
///
/// # Formula
/// $\eta_c=2/\lambda_{\max}$ with $\lambda_{\max}$ from: plain networks [`fim_statistics`] or, where larger,
/// [`edge_proportional`]; a mean-subtracted or batch-normalized output [`edge_proportional`]; a layer-normalized output
/// [`last_layer_norm_bound`]; normalized hidden layers [`hidden_top_refined`] or [`hidden_modes`].
///
/// # Errors
/// Those of the predictions named; among them `samples` < 2 with batch statistics.
///
/// # Source
/// Karakida, Akaho and Amari (2019), both papers.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, step_size::step_size};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// let step = step_size(&network, 100)?;
/// assert_eq!(step.formula, "mf/fim-stats");
/// assert!((step.eta_c - 0.03937490375198365).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn step_size(network: &Architecture, samples: usize) -> Result<StepSize, TheoryError> {
    at_least("N", samples, 1)?;
    let (last, hidden) = network.modes().split_last().unwrap_or((&Normalization::None, &[]));
    let plain_hidden = hidden.iter().all(|&mode| mode == Normalization::None);
    let (lambda_max, formula, remark) = match (plain_hidden, last) {
        (true, Normalization::None) => plain(network, samples)?,
        (true, Normalization::MeanSubtraction | Normalization::BatchNorm) => last_batch(network, samples)?,
        (true, Normalization::LayerNorm) => {
            (last_layer_norm_bound(network, network.gamma(), None)?, "norm/last-layer-norm", BOUND)
        }
        (false, _) => hidden_layers(network, samples, hidden_modes(network)?)?,
    };
    Ok(StepSize { eta_c: critical_step(lambda_max)?, lambda_max, formula, remark })
}

type Sharpness = (f64, &'static str, &'static str);

fn plain(network: &Architecture, samples: usize) -> Result<Sharpness, TheoryError> {
    let outlier = (fim_statistics(network, samples)?.lambda_max, "mf/fim-stats", OUTLIER);
    if samples == 1 {
        return Ok(outlier);
    }
    // Where the edge has no answer (a kernel without bulk) the outlier is all there is.
    match edge_proportional(network, samples) {
        Ok(edge) if edge > outlier.0 => Ok((edge, "norm/edge-proportional", PLAIN_EDGE)),
        _ => Ok(outlier),
    }
}

fn last_batch(network: &Architecture, samples: usize) -> Result<Sharpness, TheoryError> {
    let batch_norm = network.modes().last() == Some(&Normalization::BatchNorm);
    // Checks the number of samples, and gives the bulk.
    let (bulk, formula) = if batch_norm {
        (last_batch_norm(network, samples, network.gamma())?.lambda_max, "norm/last-batch-norm")
    } else {
        (last_mean_subtraction(network, samples)?.lambda_max, "norm/last-mean-subtraction")
    };
    let remark = match edge_status(network) {
        EdgeStatus::Exact => EXACT_EDGE,
        EdgeStatus::Approximate => APPROXIMATE_EDGE,
    };
    match edge_proportional(network, samples) {
        Ok(edge) => Ok((edge, "norm/edge-proportional", remark)),
        Err(TheoryError::NotConverged { .. }) => Ok((bulk, formula, BULK_ONLY)),
        Err(error) => Err(error),
    }
}

fn hidden_layers(
    network: &Architecture,
    samples: usize,
    modes: HiddenModes,
) -> Result<Sharpness, TheoryError> {
    at_least("N", samples, 2)?;
    let mut bulk = modes.theta_d / samples as f64;
    if network.modes().last() == Some(&Normalization::BatchNorm) {
        bulk *= network.gamma() * network.gamma() / (modes.output_gap);
    }
    let (outlier, formula, remark) = match hidden_top_refined(network, samples) {
        Ok(top) if modes.theta_s > 0.0 => (top.outlier, "norm/hidden-top-refined", REFINED),
        _ => (modes.theta_s + bulk, "norm/hidden-modes", HIDDEN),
    };
    if modes.theta_s > 0.0 && outlier > bulk {
        Ok((outlier, formula, remark))
    } else {
        Ok((bulk, "norm/hidden-modes", BULK_ONLY))
    }
}

const ISOTROPIC: &str = "isotropic response of a natural gradient without damping: all residuals shrink by \
    1 - eta alpha a step; exact for every network whose kernels can be inverted, up to curvature";
const UNIT_WISE: &str = "mean over initialisations; holds for small residuals or one hidden layer only, as \
    test predictions have heavy tails";

/// The critical learning rate of an approximate natural gradient without damping.
///
/// # Formula
/// $\eta_c=2/\alpha$ with $\alpha$ of [`alpha`] or [`unit_alpha`]; one step at $1/\alpha$ removes the residual.
///
/// # Errors
/// Normalized networks; gd and diag, which are not isotropic; more samples than the approximation can fit (K-FAC:
/// than inputs, or times the outputs than hidden units; bd, btd and unit: than the features of a layer); those of [`alpha`].
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, natural_gradient::Method, step_size::natural_step_size};
/// let network = Architecture::new(vec![64, 512, 512, 1], Activation::relu(), 2.0, 0.0)?;
/// assert_eq!(natural_step_size(&network, 32, Method::Kfac)?.eta_c, 2.0 / 65.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn natural_step_size(
    network: &Architecture,
    samples: usize,
    method: Method,
) -> Result<StepSize, TheoryError> {
    at_least("N", samples, 1)?;
    if network.modes().iter().any(|&mode| mode != Normalization::None) {
        let valid = "none: the theory of natural gradient is for plain networks";
        return Err(TheoryError::invalid("normalization", "of some layer", valid));
    }
    let (inputs, hidden) = (network.widths()[0], &network.widths()[1..network.depth()]);
    let classes = network.widths()[network.depth()];
    let last = hidden.last().copied().unwrap_or(inputs);
    let smallest = hidden.iter().copied().min().unwrap_or(usize::MAX);
    // A trained bias is one more feature.
    let bias = usize::from(network.scales().sigma_b2 > 0.0 && network.train_bias());
    let most = match method {
        Method::Kfac | Method::KfacScaled | Method::KfacJoint => {
            (smallest / classes).min(smallest.min(inputs).saturating_add(bias))
        }
        Method::Unit => smallest.min(inputs).saturating_add(bias),
        Method::Bd | Method::Btd | Method::BtdPinv => last.saturating_add(bias),
        _ => usize::MAX,
    };
    if samples > most {
        let valid =
            format!("at most {most} for {method} in this network, or with damping: see ngd/response-damped");
        return Err(TheoryError::invalid("N", samples, valid));
    }
    let (lambda_max, remark) = if method == Method::Unit {
        let active = if network.scales().activation.kinks().is_empty() { 1.0 } else { 0.5 };
        (unit_alpha(hidden, active, classes)?, UNIT_WISE)
    } else {
        (alpha(method, network.depth(), samples)?, ISOTROPIC)
    };
    Ok(StepSize { eta_c: 2.0 / lambda_max, lambda_max, formula: "ngd/alpha", remark })
}

/// The prediction of this module.
pub fn catalog() -> Vec<Prediction> {
    vec![Prediction {
        id: "step-size",
        title: "Critical learning rate of a network at initialisation",
        formula: r"\eta_c=2/\lambda_{\max}",
        parameters: const {
            &[
                ACTIVATION,
                optional("depth", "L, the number of weight layers", "an integer >= 1", "3"),
                optional(
                    "width",
                    "M, the width of the inputs and of every hidden layer",
                    "an integer >= 1",
                    "1000",
                ),
                optional("classes", "C, the number of outputs", "an integer >= 1", "1"),
                optional(
                    "widths",
                    "[M_0, ..., M_{L-1}, C] in place of depth, width and classes",
                    "a list of at least two positive integers, or null",
                    "null",
                ),
                optional("N", "the number of samples", "an integer >= 1", "100"),
                optional(
                    "method",
                    "the rule: gradient descent, or an approximate natural gradient without damping",
                    "gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint or unit",
                    "\"gd\"",
                ),
                optional(
                    "sigma_w2",
                    "sigma_w^2, the variance of a weight times its fan-in; null: 1/E phi'(z)^2, as He's 2 for ReLU",
                    "a number > 0, or null",
                    "null",
                ),
                optional("sigma_b2", "sigma_b^2, the variance of a bias", "a number >= 0", "0"),
                optional("train_bias", "whether biases are trained", "true or false", "true"),
                optional(
                    "normalization",
                    "what is normalized: all hidden layers, the output, or a mode for each layer",
                    "none, last-ms, last-bn, last-ln, hidden-ms, hidden-bn, hidden-ln, or a list of L modes \
                     null, \"ms\", \"bn\", \"ln\"",
                    "\"none\"",
                ),
                GAMMA,
                optional(
                    "beta",
                    "beta, the offset of batch-normalized layers",
                    "a number; 0 unless a layer is bn",
                    "0",
                ),
            ]
        },
        value: "{eta_c, lambda_max, formula: id of the prediction used, remark: its validity, sigma_w2}; natural gradient: also alpha, and eta_one_step = 1/alpha",
        validity: "inputs with independent standard normal entries, full-batch gradient descent, one rate, residuals so small that training does not leave the initial curvature",
        sources: &[KARAKIDA_2019_UNIVERSAL, KARAKIDA_2019_NORMALIZATION, KARAKIDA_2020_NATURAL],
        evaluate,
    }]
}

fn evaluate(params: &Params) -> Result<Value, TheoryError> {
    let activation = params.activation()?;
    let widths = match params.get::<Option<Vec<usize>>>("widths")? {
        Some(widths) => widths,
        None => {
            let mut widths = vec![params.integer("width")?; valid_depth(params.integer("depth")?)?];
            widths.push(params.integer("classes")?);
            widths
        }
    };
    let sigma_w2 = match params.get::<Option<f64>>("sigma_w2")? {
        Some(sigma_w2) => sigma_w2,
        None => gradient_preserving_scale(&activation)?,
    };
    let network = Architecture::new(widths, activation, sigma_w2, params.number("sigma_b2")?)?
        .with_trained_biases(params.get("train_bias")?);
    let modes = modes(&params.get("normalization")?, network.depth())?;
    let network = network.with_modes(modes, params.number("gamma")?, params.number("beta")?)?;
    let method: Method = params.get::<String>("method")?.parse()?;
    let samples = params.integer("N")?;
    let step = match method {
        Method::Gd => step_size(&network, samples)?,
        method => natural_step_size(&network, samples, method)?,
    };
    let mut fields = vec![
        ("eta_c", step.eta_c.into()),
        ("lambda_max", step.lambda_max.into()),
        ("formula", Value::Word(step.formula)),
        ("remark", Value::Word(step.remark)),
        ("sigma_w2", sigma_w2.into()),
    ];
    if method != Method::Gd {
        fields.push(("alpha", step.lambda_max.into()));
        fields.push(("eta_one_step", (1.0 / step.lambda_max).into()));
    }
    Ok(Value::Object(fields))
}

/// Reads `hidden-bn` and the like, or a list of modes.
fn modes(normalization: &Json, depth: usize) -> Result<Vec<Normalization>, TheoryError> {
    use Normalization::{BatchNorm, LayerNorm, MeanSubtraction, None as Plain};
    let unknown = || {
        let valid = "none, last-ms, last-bn, last-ln, hidden-ms, hidden-bn, hidden-ln, or a list with a mode \
                     (null, ms, bn, ln) for each layer";
        TheoryError::invalid("normalization", normalization, valid)
    };
    let Some(word) = normalization.as_str() else {
        let modes: Vec<Option<Normalization>> =
            serde_json::from_value(normalization.clone()).map_err(|_| unknown())?;
        return Ok(modes.into_iter().map(Option::unwrap_or_default).collect());
    };
    let (place, mode) = match word.split_once('-') {
        None if word == "none" => ("last", Plain),
        Some((place @ ("last" | "hidden"), "ms")) => (place, MeanSubtraction),
        Some((place @ ("last" | "hidden"), "bn")) => (place, BatchNorm),
        Some((place @ ("last" | "hidden"), "ln")) => (place, LayerNorm),
        _ => return Err(unknown()),
    };
    let mut modes = vec![Plain; depth];
    if place == "hidden" {
        if depth < 2 {
            return Err(TheoryError::invalid(
                "normalization",
                word,
                "last-..., as a network of depth 1 has no hidden layer",
            ));
        }
        modes[..depth - 1].fill(mode);
    } else {
        modes[depth - 1] = mode;
    }
    Ok(modes)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use serde_json::json;

    use super::*;

    fn answer(params: Json) -> Result<Json, TheoryError> {
        catalog()[0].evaluate(params.as_object().unwrap()).map(|value| value.to_json())
    }

    #[test]
    fn defaults_answer_for_every_activation() {
        for activation in [
            "linear",
            "relu",
            "leaky-relu(0.1)",
            "tanh",
            "erf",
            "sine",
            "gelu",
            "hard-tanh(1)",
            "shifted-relu(0.2)",
        ] {
            let value = answer(json!({ "activation": activation })).unwrap();
            let (eta, lambda) = (value["eta_c"].as_f64().unwrap(), value["lambda_max"].as_f64().unwrap());
            assert_relative_eq!(eta * lambda, 2.0, max_relative = 1e-14);
        }
        assert_relative_eq!(
            answer(json!({"activation": "relu"})).unwrap()["sigma_w2"].as_f64().unwrap(),
            2.0
        );
    }

    #[test]
    fn formulas_are_chosen_by_the_place_of_normalization() {
        for (activation, normalization, formula) in [
            ("relu", json!("none"), "mf/fim-stats"),
            ("tanh", json!("none"), "norm/edge-proportional"),
            ("relu", json!("last-ms"), "norm/edge-proportional"),
            ("relu", json!("last-bn"), "norm/edge-proportional"),
            ("relu", json!("last-ln"), "norm/last-layer-norm"),
            ("relu", json!("hidden-bn"), "norm/hidden-top-refined"),
            ("relu", json!("hidden-ms"), "norm/hidden-top-refined"),
            ("relu", json!("hidden-ln"), "norm/hidden-modes"),
            ("tanh", json!("hidden-bn"), "norm/hidden-modes"),
            ("relu", json!(["bn", null, "ms"]), "norm/hidden-modes"),
            ("relu", json!(["bn", "ln", "bn"]), "norm/hidden-modes"),
        ] {
            let given = json!({"activation": activation, "normalization": normalization, "classes": 5,
                               "width": 100, "train_bias": false});
            let value = answer(given).unwrap();
            assert_eq!(value["formula"], formula, "{activation} {normalization}");
            assert!(value["lambda_max"].as_f64().unwrap() > 0.0);
        }
    }

    #[test]
    fn output_normalization_allows_larger_steps() {
        let eta = |normalization: &str| {
            answer(json!({"activation": "relu", "normalization": normalization, "N": 1000})).unwrap()["eta_c"]
                .as_f64()
                .unwrap()
        };
        assert!(eta("last-ms") > 20.0 * eta("none"));
        assert!(eta("hidden-bn") < 8.0 * eta("none"));
    }

    #[test]
    fn natural_methods_answer_with_their_isotropy_constant() {
        for (method, alpha) in [
            ("exact", 1.0),
            ("bd", 3.0),
            ("btd", 1.0),
            ("kfac", 201.0),
            ("kfac_scaled", 300.0),
            ("unit", 1001.0),
        ] {
            let value = answer(json!({"activation": "relu", "method": method})).unwrap();
            assert_eq!(value["alpha"], alpha, "{method}");
            assert_relative_eq!(value["eta_c"].as_f64().unwrap(), 2.0 / alpha);
            assert_relative_eq!(value["eta_one_step"].as_f64().unwrap(), 1.0 / alpha);
        }
        assert_eq!(answer(json!({"activation": "tanh", "method": "unit"})).unwrap()["alpha"], 2001.0);
    }

    #[test]
    fn bad_questions_are_refused() {
        for bad in [
            json!({"activation": "relu", "method": "newton"}),
            json!({"activation": "relu", "method": "diag"}),
            json!({"activation": "relu", "method": "btd", "depth": 5}),
            json!({"activation": "relu", "method": "btd_pinv", "depth": 3}),
            json!({"activation": "relu", "method": "kfac", "N": 2000}),
            json!({"activation": "relu", "method": "kfac", "N": 600, "classes": 2}),
            json!({"activation": "relu", "method": "bd", "N": 2000}),
            json!({"activation": "relu", "method": "exact", "normalization": "last-bn"}),
            json!({}),
            json!({"activation": "swish"}),
            json!({"activation": "relu", "normalization": "group"}),
            json!({"activation": "relu", "normalization": ["bn"]}),
            json!({"activation": "relu", "normalization": 3}),
            json!({"activation": "relu", "normalization": "hidden-bn", "depth": 1}),
            json!({"activation": "relu", "normalization": "last-bn", "N": 3}),
            json!({"activation": "relu", "normalization": "last-ln", "classes": 2}),
            json!({"activation": "relu", "depth": 0}),
            json!({"activation": "relu", "width": 0}),
            json!({"activation": "relu", "N": 0}),
            json!({"activation": "relu", "N": 1.5}),
            json!({"activation": "relu", "beta": 1.0}),
            json!({"activation": "relu", "gamma": 0.0}),
            json!({"activation": "relu", "sigma_w2": -1.0}),
            json!({"activation": "relu", "speed": 1}),
        ] {
            assert!(answer(bad.clone()).is_err(), "{bad}");
        }
    }
}
