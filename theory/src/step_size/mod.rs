//! The practitioner's question: how large a learning rate does a network bear?
//!
//! Full-batch gradient descent on $\frac1{2N}\sum_n\|f(n)-y(n)\|^2$ with one rate for all parameters is locally stable
//! up to $\eta_c=2/\lambda_{\max}$. Which formula gives $\lambda_{\max}$ depends on where the network is normalized;
//! [`step_size`] chooses it, names it, and says how far it holds. Natural gradient has an isotropy constant $\alpha$ in
//! place of $\lambda_{\max}$, and learns in one step at half the critical rate: [`natural_step_size`]. On the cross entropy it has a
//! unit, and no critical rate: [`cross_entropy_step_size`].

mod cross_entropy;
mod finite_width;
mod natural;

use serde::Serialize;
use serde_json::Value as Json;

use crate::bibliography::{KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL, KARAKIDA_2020_NATURAL};
use crate::catalog::Kind::{Flag, Integer, Integers, Number, Rows, Word};
use crate::catalog::outputs::{number, word};
use crate::catalog::parameter::{ACTIVATION, GAMMA, optional};
use crate::catalog::{Kind, Outputs, Params, Prediction, Value};
use crate::chi_square::upper_quantile;
use crate::error::{at_least, representable};
use crate::mean_field::{
    OrderParameters, order_parameters, parameters, statistics_of, theta_of, valid_depth,
};
use crate::natural_gradient::Method;
use crate::normalization::{
    EdgeStatus, HiddenModes, critical_step, edge_of_modes, edge_of_order, edge_operations, edge_status,
    hidden_modes, hidden_top_of_modes,
};
use crate::{Activation, Architecture, Normalization, TheoryError};
use finite_width::{Signals, finite_width};

pub use cross_entropy::{CrossEntropyStepSize, cross_entropy_step_size};
pub use natural::{NaturalStepSize, natural_step_size};

/// A critical learning rate and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepSize {
    /// $\eta_c=2/\lambda_{\max}$; infinite where the sharpness vanishes.
    pub eta_c: f64,
    /// $\lambda_{\max}$: the sharpness at initialisation.
    pub lambda_max: f64,
    /// $F$: most networks of these widths, outputs and samples are at most this factor sharper than $\lambda_{\max}$; $\eta_c/F$ is the cautious
    /// rate. 1 for natural gradient, and in the limit of large widths.
    pub finite_width: f64,
    /// The id of the prediction that gave $\lambda_{\max}$.
    pub formula: &'static str,
    /// How far it holds.
    pub remark: &'static str,
}

const OUTLIER: &str = "outlier of a plain network: leading order in the width, for fewer samples than units; \
    proportional to the width; the bulk below it may add up to 20 %";
const OUTLIER_AND_BULK: &str = "lower bound on the step in the limit of large widths: outlier plus the edge of the bulk, \
    of which neither is far above the other; the step of the limit is at most twice as large";
const EXACT_EDGE: &str = "exact limit for samples and width growing together; wide networks of one output lie a few per cent \
    below it, so that the true step is slightly larger";
const BOUNDED_EDGE: &str = "edge of the bulk for a bounded activation, fluctuations of backward overlaps neglected: \
    wide networks of one output lie up to 20 % below it and 5 % above";
const UNBOUNDED_EDGE: &str = "edge of the bulk, raised by 1 + (L - 2)/4 for the fluctuations of backward overlaps of \
    an unbounded activation (means of simulated networks of one output: up to 1.1, 1.4, 2.8, 4.2 times the edge at 3, 5, 8, \
    12 layers)";
const NORMALIZED_OUTPUT: &str = "cautious: the sharpness before layer normalization times the gain gamma^2/sigma^2 of the \
    sample with the smallest spread over classes, at its median; the step of wide networks is 1.5 to 5 times larger, with 3 or 4 \
    classes more, as the spread itself is random";
const HIDDEN_EDGE: &str = "lower bound on the step of wide networks: edge of the bulk with the gains of the normalized layers, raised for \
    unbounded activations; simulated networks of one output and 3 to 8 layers lie 15 to 40 % below it";
const REFINED: &str = "outlier with its 1/N terms, valid well above the edge of the bulk; a few per cent low from \
    its repulsion by the bulk";
const HIDDEN: &str = "outlier up to terms of relative order 1/N; needs more than about 10 samples";

/// An outlier this far above the edge of the bulk is not moved by it.
const CLEAR: f64 = 5.0;

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
/// $\eta_c=2/\lambda_{\max}$ with $\lambda_{\max}$ from: plain networks [`fim_statistics`](crate::mean_field::fim_statistics) or, where larger,
/// [`edge_proportional`](crate::normalization::edge_proportional); a mean-subtracted or batch-normalized output the same; a layer-normalized output
/// the plain network's times the largest gain $\gamma^2/\sigma^2$ of a sample; normalized hidden layers
/// [`hidden_top_refined`](crate::normalization::hidden_top_refined) or [`hidden_modes`], and
/// [`edge_hidden`](crate::normalization::edge_hidden). An outlier and an edge of one size are added (Weyl). Edges of
/// unbounded activations that are not exact are raised by $1+(L-2)/4$, see the remark.
///
/// # Validity
/// $\eta_c$ is that of wide networks. Narrow and deep ones with several outputs are sharper: the tangent kernels of the outputs split
/// like the eigenvalues of a product of Wishart matrices, and batches of few samples have small variances. [`StepSize::finite_width`]
/// bounds this for half of all networks and more.
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
    let ((lambda_max, formula, remark), signals) = if plain_hidden {
        let order = order_parameters(network.scales(), network.depth())?;
        let sharpness = match last {
            Normalization::None => plain(network, &order, samples)?,
            Normalization::MeanSubtraction | Normalization::BatchNorm => {
                last_batch(network, &order, samples)?
            }
            Normalization::LayerNorm => normalized_output(network, &order, samples)?,
        };
        (sharpness, Signals::of_order(&order))
    } else {
        let modes = hidden_modes(network)?;
        (hidden_layers(network, &modes, samples)?, Signals::of_modes(&modes))
    };
    let finite_width = finite_width(network, &signals, samples)?;
    Ok(StepSize { eta_c: critical_step(lambda_max)?, lambda_max, finite_width, formula, remark })
}

type Sharpness = (f64, &'static str, &'static str);

fn plain(network: &Architecture, order: &OrderParameters, samples: usize) -> Result<Sharpness, TheoryError> {
    let theta = theta_of(network, order)?;
    let statistics = statistics_of(network.classes() as f64, parameters(network), &theta, samples)?;
    let outlier = (statistics.lambda_max, "mf/fim-stats", OUTLIER);
    if samples == 1 {
        return Ok(outlier);
    }
    let edge = match edge_of_order(network, order, samples) {
        // A kernel without bulk has nothing but its outlier.
        Err(TheoryError::Undefined { .. }) => return Ok(outlier),
        edge => raised(network, edge?),
    };
    let common = statistics.theta_st.max(0.0);
    Ok(together(outlier, common, (edge, "norm/edge-proportional", edge_remark(network))))
}

/// The outlier where it is clear of the bulk, the edge where there is no outlier, and their sum, which bounds the largest
/// eigenvalue (Weyl), between.
fn together(outlier: Sharpness, common: f64, edge: Sharpness) -> Sharpness {
    if outlier.0 > CLEAR * edge.0 {
        outlier
    } else if common <= 1e-2 * edge.0 {
        (edge.0.max(outlier.0), edge.1, edge.2)
    } else {
        (common + edge.0, edge.1, OUTLIER_AND_BULK)
    }
}

/// The edge with the factor for the fluctuations of backward overlaps that it neglects.
fn raised(network: &Architecture, edge: f64) -> f64 {
    if edge_status(network) == EdgeStatus::Approximate && !is_bounded(network.activation()) {
        edge * (1.0 + 0.25 * network.depth().saturating_sub(2) as f64)
    } else {
        edge
    }
}

/// Whether $\phi$ is bounded, seen far out.
fn is_bounded(activation: &Activation) -> bool {
    const FAR: f64 = 1e8;
    activation.value(FAR).abs().max(activation.value(-FAR).abs()) < 1e-3 * FAR
}

fn edge_remark(network: &Architecture) -> &'static str {
    match edge_status(network) {
        EdgeStatus::Exact => EXACT_EDGE,
        EdgeStatus::Approximate if is_bounded(network.activation()) => BOUNDED_EDGE,
        EdgeStatus::Approximate => UNBOUNDED_EDGE,
    }
}

fn last_batch(
    network: &Architecture,
    order: &OrderParameters,
    samples: usize,
) -> Result<Sharpness, TheoryError> {
    if network.modes().last() == Some(&Normalization::BatchNorm) {
        at_least("N", samples, 4)?;
    }
    let edge = raised(network, edge_of_order(network, order, samples)?);
    Ok((edge, "norm/edge-proportional", edge_remark(network)))
}

/// $\lambda_{\max}\le\max_n\frac{\gamma^2}{\sigma(n)^2}\,\lambda_{\max}$ of the plain network, as $J(n)\preceq\frac\gamma{\sigma(n)}I$. The
/// spreads $\sigma(n)^2\sim q^L_t\chi^2_{C-1}/C$ have the common part $q^L_{st}$; their smallest is at least what it would be without it
/// (the quantile $1-2^{-1/N}$), and at least the common part less the largest own part.
fn normalized_output(
    network: &Architecture,
    order: &OrderParameters,
    samples: usize,
) -> Result<Sharpness, TheoryError> {
    let classes = at_least("C", network.classes(), 3)? as f64;
    let (lambda_max, _, _) = plain(&network.without_output_normalization(), order, samples)?;
    let last = network.depth() - 1;
    let (q_t, q_st, q_gap) = (order.q_t[last], order.q_st[last], order.q_gap[last]);
    // The median of the smallest, and of the largest, of N independent chi-square numbers.
    let below = 2f64.ln() / samples as f64;
    let independent = q_t * upper_quantile(classes - 1.0, (-below).exp());
    let common = (q_st.max(0.0) * upper_quantile(classes - 1.0, 0.5)).sqrt();
    let own = (q_gap * upper_quantile(classes - 1.0, -(-below).exp_m1())).sqrt();
    let smallest = independent.max((common - own).max(0.0).powi(2)) / classes;
    let gain = network.gamma() * network.gamma() / smallest;
    Ok((representable("the sharpness", gain * lambda_max)?, "norm/last-layer-norm", NORMALIZED_OUTPUT))
}

fn hidden_layers(
    network: &Architecture,
    modes: &HiddenModes,
    samples: usize,
) -> Result<Sharpness, TheoryError> {
    at_least("N", samples, 2)?;
    let edge = (raised(network, edge_of_modes(network, modes, samples)?), "norm/hidden-modes", HIDDEN_EDGE);
    let common = modes.theta_s.max(0.0);
    let outlier = match hidden_top_of_modes(network, modes, samples) {
        Ok(top) => (top.outlier, "norm/hidden-top-refined", REFINED),
        Err(_) => (common + modes.theta_d / samples as f64, "norm/hidden-modes", HIDDEN),
    };
    if common > 0.0 { Ok(together(outlier, common, edge)) } else { Ok(edge) }
}

/// The prediction of this module.
pub fn catalog() -> Vec<Prediction> {
    vec![Prediction {
        id: "step-size",
        title: "Critical learning rate of a network at initialisation",
        formula: r"\eta_c=2/\lambda_{\max}",
        parameters: const {
            &[
                optional(
                    "activation",
                    Word,
                    ACTIVATION.meaning,
                    "the name of an activation; needed without an architecture",
                    "null",
                ),
                optional("depth", Integer, "L, the number of weight layers", "an integer >= 1", "3"),
                optional(
                    "width",
                    Integer,
                    "M, the width of the inputs and of every hidden layer",
                    "an integer >= 1",
                    "1000",
                ),
                optional("classes", Integer, "C, the number of outputs", "an integer >= 1", "1"),
                optional(
                    "widths",
                    Integers,
                    "[M_0, ..., M_{L-1}, C] in place of depth, width and classes",
                    "a list of at least two positive integers, or null",
                    "null",
                ),
                optional("N", Integer, "the number of samples", "an integer >= 1", "100"),
                optional(
                    "method",
                    Word,
                    "the rule: gradient descent, or an approximate natural gradient without damping",
                    "gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, one_sided, one_sided_scaled, output_sided or last; one_sided_softmax with loss = cross-entropy",
                    "\"gd\"",
                ),
                optional(
                    "loss",
                    Word,
                    "what is minimised; the cross entropy with an output for each class, by exact, bd, kfac, one_sided or one_sided_softmax",
                    "squared or cross-entropy",
                    "\"squared\"",
                ),
                optional(
                    "sigma_w2",
                    Number,
                    "sigma_w^2, the variance of a weight times its fan-in; null: 1/E phi'(z)^2, as He's 2 for ReLU",
                    "a number > 0, or null",
                    "null",
                ),
                optional("sigma_b2", Number, "sigma_b^2, the variance of a bias", "a number >= 0", "0"),
                optional("train_bias", Flag, "whether biases are trained", "true or false", "true"),
                optional(
                    "normalization",
                    Kind::Json,
                    "what is normalized: all hidden layers, the output, or a mode for each layer",
                    "none, last-ms, last-bn, last-ln, hidden-ms, hidden-bn, hidden-ln, or a list of L modes \
                     null, \"ms\", \"bn\", \"ln\"",
                    "\"none\"",
                ),
                GAMMA,
                optional(
                    "beta",
                    Number,
                    "beta, the offset of batch-normalized layers",
                    "a number; 0 unless a layer is bn",
                    "0",
                ),
                optional(
                    "architecture",
                    Kind::Json,
                    "a network of any layers in place of activation, depth, widths and variances",
                    "a JSON object as for arch/step-size, or null",
                    "null",
                ),
                optional(
                    "inputs",
                    Rows,
                    "the inputs of an architecture in place of N random ones",
                    "a list of rows of positions x channels numbers, or null",
                    "null",
                ),
                optional(
                    "output",
                    Word,
                    "what is done to the outputs of an architecture",
                    "none, or ms for mean subtraction",
                    "\"none\"",
                ),
            ]
        },
        value: "{eta_c, lambda_max, formula: id of the prediction used, remark: its validity, sigma_w2}; gradient descent: also finite_width, the factor that most networks of these widths are at most sharper, and eta_cautious = eta_c/finite_width; natural gradient: also alpha, eta_one_step = 1/alpha and, of one-sided methods, anisotropy at these widths; cross entropy: {eta_c: inf, as every rate contracts, alpha, eta_unit = 1/alpha, factor: of the error 1 - p of a sample that is nearly right, a step at eta_unit, steps_to_one_per_cent: such steps from equal logits to 1 - p = 0.01, saturates: no, or like 1/t, deviation from isotropy at every width, formula, remark, sigma_w2}",
        outputs: const {
            Outputs::Object(&[
                number("eta_c"),
                number("lambda_max").sometimes(),
                word("formula"),
                word("remark"),
                number("sigma_w2").sometimes(),
                number("finite_width").sometimes(),
                number("eta_cautious").sometimes(),
                number("alpha").sometimes(),
                number("eta_one_step").sometimes(),
                number("anisotropy").sometimes(),
                number("eta_unit").sometimes(),
                number("factor").sometimes(),
                number("steps_to_one_per_cent").sometimes(),
                word("saturates").sometimes(),
                number("deviation").sometimes(),
                word("caveat").sometimes(),
            ])
        },
        validity: "inputs with independent standard normal entries, full-batch training, one rate, residuals so small that training does not leave the initial curvature; on the cross entropy, wide networks, for damping see ngd/ce-margin",
        sources: &[KARAKIDA_2019_UNIVERSAL, KARAKIDA_2019_NORMALIZATION, KARAKIDA_2020_NATURAL],
        evaluate,
    }]
}

/// The network, the number of samples and the rule that parameters of `step-size` describe.
///
/// # Errors
/// A parameter that is unknown or not valid.
///
/// # Example
/// ```
/// use solvable_theory::step_size::described;
/// let parameters = serde_json::json!({"activation": "relu", "depth": 2, "width": 64, "classes": 10});
/// let (network, samples, _) = described(parameters.as_object().unwrap())?;
/// assert_eq!((network.widths(), samples), (&[64, 64, 10][..], 100));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn described(
    parameters: &serde_json::Map<String, Json>,
) -> Result<(Architecture, usize, Method), TheoryError> {
    let prediction = crate::catalog::find("step-size")?;
    let (network, samples, method, _) = network_of(&prediction.read(parameters)?)?;
    Ok((network, samples, method))
}

fn network_of(params: &Params) -> Result<(Architecture, usize, Method, f64), TheoryError> {
    if !params.get::<Json>("architecture")?.is_null() {
        let valid = "null here: this is of dense networks";
        return Err(TheoryError::invalid("architecture", "given", valid));
    }
    if params.get::<Json>("activation")?.is_null() {
        return Err(TheoryError::MissingParameter {
            name: "activation".to_owned(),
            meaning: format!("{}; or give an architecture", ACTIVATION.meaning),
        });
    }
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
    Ok((network, params.integer("N")?, method, sigma_w2))
}

/// The rate of a network of any layers, which says of itself what the other parameters say of dense ones.
fn of_architecture(params: &Params) -> Result<Value, TheoryError> {
    const ITS_OWN: [&str; 13] = [
        "activation",
        "depth",
        "width",
        "classes",
        "widths",
        "method",
        "loss",
        "sigma_w2",
        "sigma_b2",
        "train_bias",
        "normalization",
        "gamma",
        "beta",
    ];
    if let Some(name) = ITS_OWN.into_iter().find(|name| params.differs_from_default(name)) {
        let valid = "left out where an architecture is given, which says it itself (for gradient descent)";
        return Err(TheoryError::invalid(name, params.get::<Json>(name)?, valid));
    }
    if !params.get::<Json>("inputs")?.is_null() && params.differs_from_default("N") {
        let valid = "left out where inputs are given, which say how many there are";
        return Err(TheoryError::invalid("N", params.get::<Json>("N")?, valid));
    }
    // A fully connected network has its own answer, with the edge of its bulk and the sharper ones among finite networks.
    let described = crate::any_architecture::described_by(params)?;
    if let Some(network) =
        described.network.as_dense().filter(|_| described.inputs.is_none() && !described.centred)
    {
        let step = step_size(&network, described.samples)?;
        return Ok(Value::Object([told(&step), cautious(&step)].concat()));
    }
    let found = crate::any_architecture::sharpness(params)?;
    let mut fields = vec![
        ("eta_c", critical_step(found.lambda_max)?.into()),
        ("lambda_max", found.lambda_max.into()),
        ("formula", Value::Word(found.formula)),
        ("remark", Value::Word(found.remark)),
    ];
    fields.extend(found.caveat.map(|caveat| ("caveat", Value::Word(caveat))));
    Ok(Value::Object(fields))
}

fn evaluate(params: &Params) -> Result<Value, TheoryError> {
    if !params.get::<Json>("architecture")?.is_null() {
        return of_architecture(params);
    }
    for name in ["inputs", "output"] {
        if params.differs_from_default(name) {
            let valid = "left out without an architecture";
            return Err(TheoryError::invalid(name, params.get::<Json>(name)?, valid));
        }
    }
    let (network, samples, method, sigma_w2) = network_of(params)?;
    match params.get::<String>("loss")?.as_str() {
        "squared" => {}
        "cross-entropy" => {
            let unit = cross_entropy_step_size(&network, samples, method)?;
            return Ok(Value::Object([of_classifier(&unit), vec![("sigma_w2", sigma_w2.into())]].concat()));
        }
        other => return Err(TheoryError::invalid("loss", other, "squared or cross-entropy")),
    }
    let own = |step: &StepSize| [told(step), vec![("sigma_w2", sigma_w2.into())]].concat();
    if method == Method::Gd {
        params.afford("the edge of the spectrum", edge_operations(&network))?;
        let step = step_size(&network, samples)?;
        return Ok(Value::Object([own(&step), cautious(&step)].concat()));
    }
    params.afford("the spread of the rates", natural::operations(&network, method))?;
    let natural = natural_step_size(&network, samples, method)?;
    let mut fields = own(&natural.step);
    fields.push(("alpha", natural.alpha.into()));
    fields.push(("eta_one_step", (1.0 / natural.alpha).into()));
    fields.extend(natural.anisotropy.map(|anisotropy| ("anisotropy", anisotropy.into())));
    Ok(Value::Object(fields))
}

/// What is told of every step.
fn told(step: &StepSize) -> Vec<(&'static str, Value)> {
    vec![
        ("eta_c", step.eta_c.into()),
        ("lambda_max", step.lambda_max.into()),
        ("formula", Value::Word(step.formula)),
        ("remark", Value::Word(step.remark)),
    ]
}

/// What is told of steps on the cross entropy.
fn of_classifier(unit: &CrossEntropyStepSize) -> Vec<(&'static str, Value)> {
    vec![
        ("eta_c", f64::INFINITY.into()),
        ("alpha", unit.alpha.into()),
        ("eta_unit", (1.0 / unit.alpha).into()),
        ("factor", unit.factor.into()),
        ("steps_to_one_per_cent", (unit.steps as f64).into()),
        ("saturates", Value::Word(if unit.saturates { "like 1/t" } else { "no" })),
        ("deviation", unit.deviation.into()),
        ("formula", Value::Word(unit.formula)),
        ("remark", Value::Word(unit.remark)),
    ]
}

/// What is told of steps of gradient descent beside.
fn cautious(step: &StepSize) -> Vec<(&'static str, Value)> {
    vec![
        ("finite_width", step.finite_width.into()),
        ("eta_cautious", (step.eta_c / step.finite_width).into()),
    ]
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
            ("relu", json!("hidden-bn"), "norm/hidden-modes"),
            ("relu", json!("hidden-ms"), "norm/hidden-modes"),
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

    /// Means of 2/λ_max of simulated finite networks (4 to 6 draws each): no answer is above them.
    #[test]
    fn rates_are_below_those_of_finite_networks() {
        let question = |activation: &str,
                        normalization: &str,
                        (depth, width, samples, classes): (u32, u32, u32, u32),
                        (w, b): (f64, f64)| {
            json!({"activation": activation, "normalization": normalization, "depth": depth, "width": width, "N": samples,
                   "classes": classes, "sigma_w2": w, "sigma_b2": b})
        };
        for (activation, normalization, shape, scales, sharpness) in [
            ("tanh", "hidden-ln", (3, 60, 60, 1), (2.15, 0.0), 5.65),
            ("relu", "hidden-ln", (3, 60, 60, 1), (2.0, 0.0), 23.0),
            ("relu", "hidden-bn", (3, 60, 60, 1), (2.0, 0.0), 11.3),
            ("gelu", "hidden-bn", (5, 60, 60, 1), (2.0, 0.1), 13.1),
            ("gelu", "hidden-ln", (5, 50, 100, 1), (2.0, 0.1), 29.9),
            ("relu", "hidden-bn", (8, 40, 80, 1), (2.0, 0.0), 34.3),
            ("relu", "hidden-bn", (3, 60, 10, 1), (2.0, 0.0), 22.4),
            ("tanh", "last-ln", (3, 60, 40, 5), (2.15, 0.0), 70.6),
            ("relu", "last-ln", (3, 60, 40, 5), (2.0, 0.0), 102.0),
            ("relu", "last-ln", (5, 60, 20, 10), (2.0, 0.1), 128.0),
            ("relu", "last-ms", (5, 150, 150, 1), (2.0, 0.0), 15.05),
            ("relu", "last-ms", (3, 150, 15, 1), (2.0, 0.0), 37.8),
            ("gelu", "last-ms", (5, 150, 15, 1), (2.0, 0.1), 68.1),
            ("tanh", "last-ms", (8, 60, 300, 1), (2.0, 0.1), 9.34),
        ] {
            let given = question(activation, normalization, shape, scales);
            let answer = answer(given.clone()).unwrap()["lambda_max"].as_f64().unwrap();
            assert!(answer > 0.95 * sharpness, "{given}: {answer} against {sharpness}");
            assert!(answer < 3.6 * sharpness, "{given}: {answer} against {sharpness} is no use");
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
