//! The predictions of any architecture by name.

use nalgebra::DMatrix;
use serde_json::Value as Json;

use super::statistics::{self, afford, afford_order};
use super::{
    BlockChain, BlockKind, Blueprint, BranchScale, Overlaps, Parametrization, SharedLayer, contraction_cost,
    data_statistics, depth_growth, fim_statistics, max_depth, mean_subtraction_edge, spatial_modes,
};
use crate::TheoryError;
use crate::bibliography::{
    ALEMOHAMMAD_2021, ARORA_2019, HRON_2020, KARAKIDA_2019_NORMALIZATION, KARAKIDA_2019_UNIVERSAL,
    NOVAK_2019, TOLSTIKHIN_2021, XIAO_2018, YANG_2017, YANG_2019,
};
use crate::catalog::Kind::{Flag, Integer, Integers, Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series, table, word};
use crate::catalog::parameter::{SAMPLES, SIGMA_W2, optional, required};
use crate::catalog::{Kind, Outputs, Parameter, Params, Prediction, Value};
use crate::normalization::critical_step;
use solvable_words::did_you_mean;

const ARCHITECTURE: Parameter = required(
    "architecture",
    Kind::Json,
    "the network: input, layers, sigma_w2, sigma_b2, train_bias",
    "a JSON object as in the table of layers",
);
const INPUTS: Parameter = required(
    "inputs",
    Rows,
    "the inputs, a row each: positions first (row-major), channels fastest",
    "a list of rows of positions x channels numbers",
);
const CHAIN: [Parameter; 8] = [
    required("kind", Word, "what a block does", "plain, residual, pre-norm, pre-norm-open or post-norm"),
    optional(
        "scale",
        Number,
        "a, the scale of a branch",
        "a number > 0, or \"inverse-sqrt\" for B^(-1/2)",
        "1",
    ),
    required(
        "fan_ins",
        Numbers,
        "[F_0, F, F_L] of the first convolution, the blocks and the dense layer",
        "three numbers >= 1",
    ),
    SIGMA_W2,
    optional("slope", Number, "the slope of the leaky ReLU below 0", "a number", "0"),
    required("positions", Integer, "S, the number of positions", "an integer >= 1"),
    required("pooled", Flag, "whether positions are averaged, or flattened", "true or false"),
    SAMPLES,
];

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "arch/kernels",
            title: "Gaussian-process and tangent kernel of any architecture for given inputs",
            formula: r"K_{nm}(p,q)=\tfrac1c\sum_ih_i(n,p)h_i(m,q),\quad T_{nm}(p,q)=\sum_\theta\partial_\theta h_i(n,p)\,\partial_\theta h_i(m,q),\quad\Theta=T\otimes I_C",
            parameters: const {
                &[
                    ARCHITECTURE,
                    INPUTS,
                    optional("parametrization", Word, "of the weights", "standard or ntk", "\"standard\""),
                ]
            },
            value: "{gp: N x N, tangent: N x N}, of one output",
            outputs: const { Outputs::Object(&[table("gp"), table("tangent")]) },
            validity: "many channels, heads and keys; exact recursions but for gains behind a sum, and logits that are trained",
            sources: &[NOVAK_2019, ARORA_2019, YANG_2019, HRON_2020, ALEMOHAMMAD_2021, TOLSTIKHIN_2021],
            evaluate: |params| {
                let (blueprint, inputs) = (architecture(params)?, inputs(params)?);
                afford(params, &blueprint, inputs.len())?;
                let name: String = params.get("parametrization")?;
                let parametrization = match name.as_str() {
                    "standard" => Parametrization::Standard,
                    "ntk" => Parametrization::Ntk,
                    _ => return Err(unknown("parametrization", &name, &["standard", "ntk"])),
                };
                let kernels = statistics::kernels(&blueprint, &inputs, parametrization)?;
                Ok(Value::Object(vec![("gp", (&kernels.gp).into()), ("tangent", (&kernels.tangent).into())]))
            },
        },
        Prediction {
            id: "arch/fim-stats",
            title: "Mean, second moment and maximum of the Fisher information eigenvalues of any architecture",
            formula: r"m_\lambda=\frac{C\theta_t}P,\ s_\lambda=\frac CP\left[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\right],\ \lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N,\ \eta_c=\frac2{\lambda_{\max}}",
            parameters: const {
                &[
                    ARCHITECTURE,
                    SAMPLES,
                    optional(
                        "same",
                        Rows,
                        "overlaps of the positions of a sample with each other",
                        "a symmetric positions x positions matrix, or null for independent standard normal entries",
                        "null",
                    ),
                    optional(
                        "cross",
                        Rows,
                        "overlaps of the positions of two samples",
                        "a positions x positions matrix, or null for none",
                        "null",
                    ),
                ]
            },
            value: "[theta_t, theta_st, m_lambda, s_lambda, lambda_max, eta_c]",
            outputs: const {
                Outputs::List(&numbers([
                    "theta_t",
                    "theta_st",
                    "m_lambda",
                    "s_lambda",
                    "lambda_max",
                    "eta_c",
                ]))
            },
            validity: "corrections of the order of one over the channels; lambda_max where N theta_st lies well above the bulk",
            sources: &[KARAKIDA_2019_UNIVERSAL, NOVAK_2019],
            evaluate: |params| {
                let blueprint = architecture(params)?;
                afford_order(params, &blueprint, 1.0)?;
                let independent = Overlaps::independent(&blueprint);
                let matrix = |name: &str, otherwise: DMatrix<f64>| {
                    let given: Json = params.get(name)?;
                    if given.is_null() { Ok(otherwise) } else { params.matrix(name) }
                };
                let same = matrix("same", independent.same)?;
                let overlaps = Overlaps::new(&blueprint, same, matrix("cross", independent.cross)?)?;
                let s = fim_statistics(&blueprint, params.integer("N")?, &overlaps).map_err(layers_placed)?;
                Ok([s.theta_t, s.theta_st, s.m_lambda, s.s_lambda, s.lambda_max, s.eta_c].into())
            },
        },
        Prediction {
            id: "arch/data-stats",
            title: "Fisher information of given inputs by their analytic kernel",
            formula: r"m_\lambda=\frac{C\,\mathrm{tr}T}{NP},\ s_\lambda=\frac{C\|T\|_F^2}{N^2P},\ \lambda_{\max}=\frac{\lambda_{\max}(T)}N,\ \lambda_{ms}=\frac{\lambda_{\max}(HTH)}N",
            parameters: const { &[ARCHITECTURE, INPUTS] },
            value: "[m_lambda, s_lambda, lambda_max, eta_c, lambda_ms, 2/lambda_ms], the last two with mean subtraction of the outputs",
            outputs: const {
                Outputs::List(&numbers([
                    "m_lambda",
                    "s_lambda",
                    "lambda_max",
                    "eta_c",
                    "lambda_ms",
                    "eta_ms",
                ]))
            },
            validity: "corrections of the order of one over the channels",
            sources: &[KARAKIDA_2019_UNIVERSAL, KARAKIDA_2019_NORMALIZATION, ARORA_2019],
            evaluate: |params| {
                let (blueprint, inputs) = (architecture(params)?, inputs(params)?);
                afford(params, &blueprint, inputs.len())?;
                params.afford("the eigenvalues", 20.0 * (inputs.len() as f64).powi(3))?;
                let s = data_statistics(&blueprint, &inputs).map_err(layers_placed)?;
                Ok([s.m_lambda, s.s_lambda, s.lambda_max, s.eta_c, s.lambda_ms, s.eta_ms].into())
            },
        },
        Prediction {
            id: "arch/step-size",
            title: "Critical learning rate of any architecture",
            formula: r"\eta_c=2/\lambda_{\max}",
            parameters: const {
                &[
                    ARCHITECTURE,
                    optional(
                        "N",
                        Integer,
                        "the number of random inputs",
                        "an integer >= 1, or null with inputs",
                        "null",
                    ),
                    optional("inputs", Rows, INPUTS.meaning, "a list of rows, or null with N", "null"),
                    optional(
                        "output",
                        Word,
                        "what is done to the outputs",
                        "none, or ms for mean subtraction",
                        "\"none\"",
                    ),
                ]
            },
            value: "[lambda_max, eta_c]",
            outputs: const { Outputs::List(&numbers(["lambda_max", "eta_c"])) },
            validity: "as for arch/fim-stats, arch/data-stats or (N with ms) arch/ms-edge",
            sources: &[KARAKIDA_2019_UNIVERSAL, KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                one_of_both(params)?;
                let lambda_max = sharpness(params)?.lambda_max;
                Ok([lambda_max, critical_step(lambda_max)?].into())
            },
        },
        Prediction {
            id: "arch/ms-edge",
            title: "What mean subtraction of the outputs leaves of the sharpness",
            formula: r"\lambda_{ms}=\frac1N\left[\theta_t-\theta_{st}-\kappa'+\kappa'\left(1+\sqrt{N/D}\right)^2\right]",
            parameters: const { &[ARCHITECTURE, SAMPLES] },
            value: "[kappa, (theta_t - theta_st)/N, lambda_ms]",
            outputs: const { Outputs::List(&numbers(["kappa", "bulk", "lambda_ms"])) },
            validity: "independent inputs, first order in their overlaps, infinite width, N and D of some hundred: 2 to 8 % above networks",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let blueprint = architecture(params)?;
                afford_order(params, &blueprint, EDGE_TIMES)?;
                let edge = mean_subtraction_edge(&blueprint, params.integer("N")?).map_err(layers_placed)?;
                Ok([edge.kappa, edge.without_spread, edge.lambda_ms].into())
            },
        },
        Prediction {
            id: "arch/depth-growth",
            title: "Sharpness of plain, residual and normalized networks of many blocks",
            formula: r"\theta_t=k\mathcal A\,[F_0+F_L+F\,\mathcal D]",
            parameters: const {
                &[
                    CHAIN[0],
                    required("blocks", Integer, "B, the number of blocks", "an integer >= 1"),
                    CHAIN[1],
                    CHAIN[2],
                    CHAIN[3],
                    CHAIN[4],
                    CHAIN[5],
                    CHAIN[6],
                    CHAIN[7],
                ]
            },
            value: "[theta_t, theta_st, lambda_max, eta_c]",
            outputs: const { Outputs::List(&numbers(["theta_t", "theta_st", "lambda_max", "eta_c"])) },
            validity: "circular convolutions, independent inputs, (leaky) ReLU, no biases",
            sources: &[YANG_2017, KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let (chain, blocks) = (chain(params)?, params.integer("blocks")?);
                params.afford("the recursion over blocks", 300.0 * blocks as f64)?;
                let s = depth_growth(&chain, blocks, params.integer("N")?)?;
                Ok([s.theta_t, s.theta_st, s.lambda_max, s.eta_c].into())
            },
        },
        Prediction {
            id: "arch/max-depth",
            title: "How many blocks bear a learning rate",
            formula: r"\max\{B\le1000:\eta_c(b)\ge\eta,\ b=1..B\}",
            parameters: const {
                &[
                    CHAIN[0],
                    required("eta", Number, "the learning rate", "a number > 0"),
                    CHAIN[1],
                    CHAIN[2],
                    CHAIN[3],
                    CHAIN[4],
                    CHAIN[5],
                    CHAIN[6],
                    CHAIN[7],
                ]
            },
            value: "B, at most 1000",
            outputs: Outputs::One(number("B")),
            validity: "as for arch/depth-growth",
            sources: &[YANG_2017, KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let blocks = max_depth(&chain(params)?, params.number("eta")?, params.integer("N")?)?;
                Ok(Value::Number(blocks as f64))
            },
        },
        Prediction {
            id: "arch/spatial-modes",
            title: "Decay of spatial modes in a circular convolutional layer",
            formula: r"\chi\prod_i\left|\frac1{f_i}\sum_{a<f_i}e^{2\pi\mathrm i\kappa_ia/n_i}\right|",
            parameters: const {
                &[
                    required("grid", Integers, "the lengths of the axes", "one or two integers >= 1"),
                    required(
                        "filter",
                        Integers,
                        "the lengths of the filter",
                        "integers from 1 to the length of the axis",
                    ),
                    required(
                        "chi",
                        Number,
                        "chi, the factor of the mode 0 (chi_1 of mf/fixed-point)",
                        "a number >= 0",
                    ),
                ]
            },
            value: "the factors of the wave numbers 0..n/2, last axis fastest",
            outputs: Outputs::One(series("factors")),
            validity: "circular padding, infinite width, small perturbations of the fixed point",
            sources: &[XIAO_2018],
            evaluate: |params| {
                let (grid, filter) = (axes(params, "grid")?, axes(params, "filter")?);
                params.afford("the modes", grid.iter().map(|&n| 10.0 * n as f64).product())?;
                Ok(spatial_modes(&grid, &filter, params.number("chi")?)?.into())
            },
        },
        Prediction {
            id: "arch/contraction",
            title: "Cost of the Gram matrix of a layer with shared weights",
            formula: r"2GSfc_ic_o+G(G+1)fc_ic_o\quad\text{or}\quad GS(GS+1)c_o+NS_i(NS_i+1)c_i+fN^2S^2+2G^2S^2,\ G=CN",
            parameters: const {
                &[
                    required("C", Integer, "the number of outputs", "an integer >= 1"),
                    SAMPLES,
                    required("S", Integer, "positions of the result", "an integer >= 1"),
                    required("S_in", Integer, "positions of the input", "an integer >= 1"),
                    required("c_in", Integer, "channels of the input", "an integer >= 1"),
                    required("c_out", Integer, "channels of the result", "an integer >= 1"),
                    required("f", Integer, "taps of the filter", "an integer >= 1"),
                ]
            },
            value: "{per_sample, pair: operations; choice: the cheaper one}",
            outputs: const { Outputs::Object(&[number("per_sample"), number("pair"), word("choice")]) },
            validity: "exact counts",
            sources: &[ARORA_2019],
            evaluate: |params| {
                let size = |name: &str| crate::error::at_least(name, params.integer(name)?, 1);
                let cost = contraction_cost(&SharedLayer {
                    classes: size("C")?,
                    samples: size("N")?,
                    positions: size("S")?,
                    input_positions: size("S_in")?,
                    input_channels: size("c_in")?,
                    channels: size("c_out")?,
                    filter: size("f")?,
                });
                let choice = if cost.pair < cost.per_sample { "pair" } else { "per-sample" };
                Ok(Value::Object(vec![
                    ("per_sample", cost.per_sample.into()),
                    ("pair", cost.pair.into()),
                    ("choice", Value::Word(choice)),
                ]))
            },
        },
        Prediction {
            id: "arch/shape",
            title: "Shapes and parameters of an architecture, layer by layer",
            formula: r"\lfloor(n-f)/s\rfloor+1\ \text{(valid)},\quad\lceil n/s\rceil\ \text{(same, circular)}",
            parameters: const { &[ARCHITECTURE] },
            value: "{shapes: grid and channels behind each layer, parameters: the number of trained ones}",
            outputs: const { Outputs::Object(&[table("shapes"), number("parameters")]) },
            validity: "exact",
            sources: &[YANG_2019],
            evaluate: |params| {
                let blueprint = architecture(params)?;
                let shape = |node: &super::Node| -> Value {
                    let sizes = node.to.grid.iter().chain([&node.to.channels]);
                    sizes.map(|&size| size as f64).collect::<Vec<_>>().into()
                };
                let shapes: Vec<Value> = blueprint.nodes().iter().map(shape).collect();
                Ok(Value::Object(vec![
                    ("shapes", Value::List(shapes)),
                    ("parameters", blueprint.parameter_count().into()),
                ]))
            },
        },
    ]
}

/// The parameter `architecture`; refusals name the path within it.
pub(crate) fn architecture(params: &Params) -> Result<Blueprint, TheoryError> {
    Blueprint::read(&params.get::<Json>("architecture")?).map_err(placed)
}

/// The error with the place that the user knows: layers are those of the parameter `architecture`.
fn placed(error: TheoryError) -> TheoryError {
    let within = |name: String| {
        if name == "architecture" { name } else { format!("architecture.{name}") }
    };
    match error {
        TheoryError::InvalidParameter { name, value, valid } => {
            TheoryError::InvalidParameter { name: within(name), value, valid }
        }
        TheoryError::MissingParameter { name, meaning } => {
            TheoryError::MissingParameter { name: within(name), meaning }
        }
        TheoryError::UnknownParameter { name, known } => {
            TheoryError::UnknownParameter { name: within(name), known }
        }
        other => other,
    }
}

/// The same of what is found behind the reading: only names of layers are inner ones.
fn layers_placed(error: TheoryError) -> TheoryError {
    match error {
        TheoryError::InvalidParameter { name, value, valid } if name.starts_with("layers") => {
            TheoryError::InvalidParameter { name: format!("architecture.{name}"), value, valid }
        }
        other => other,
    }
}

/// Lengths of axes; a number is that of one.
fn axes(params: &Params, name: &str) -> Result<Vec<usize>, TheoryError> {
    if params.get::<Json>(name)?.is_number() { Ok(vec![params.integer(name)?]) } else { params.get(name) }
}

fn inputs(params: &Params) -> Result<Vec<Vec<f64>>, TheoryError> {
    params.get("inputs")
}

/// A sharpness, the prediction that gave it, how far it holds, and what the layers add to that.
pub(crate) struct Sharpness {
    pub lambda_max: f64,
    pub formula: &'static str,
    pub remark: &'static str,
    pub caveat: Option<&'static str>,
}

const OUTLIER: &str = "outlier of a wide network for independent inputs: corrections of one over the channels; the bulk below it may add a little, and of \
    C outputs the largest eigenvalue lies above their mean by about the root of C over the channels or more (`check` measures it)";
const BULK: &str = "N theta_st is not above the bulk, whose edge this does not know: the sharpness is larger; give inputs in place of N";
const AVERAGED: &str = "mean over mixing matrices: one network may be tens of per cent off, unless its mixed signals are centred; give each mix its \
    matrix";
const EDGE: &str = "edge of the bulk of independent inputs under mean subtraction, 2 to 8 % above the kernel of some hundred samples at infinite \
    width; networks of finite width are sharper, by 6 % at 256 channels and 30 % and more at 64; grows with the width at a fixed size of the inputs";
const LINEAR: &str = "linear attention: networks of M channels are sharper by about 15/M to 25/M";
const KERNEL: &str = "analytic kernel of these inputs: corrections of one over the channels; of C outputs the largest eigenvalue lies above their mean \
    by about the root of C over the channels or more (`check` measures it)";

/// A network of any layers, as parameters of `step-size` describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The network.
    pub network: Blueprint,
    /// Given inputs, a row each.
    pub inputs: Option<Vec<Vec<f64>>>,
    /// $N$.
    pub samples: usize,
    /// Whether the outputs are centred over the samples.
    pub centred: bool,
}

/// What `parameters` of the prediction `step-size` with an `architecture` describe.
///
/// # Errors
/// A parameter that is missing, unknown or out of range.
pub fn described(parameters: &serde_json::Map<String, Json>) -> Result<Described, TheoryError> {
    described_by(&crate::catalog::find("step-size")?.read(parameters)?)
}

/// The same from parameters that are read.
pub(crate) fn described_by(params: &Params) -> Result<Described, TheoryError> {
    let network = architecture(params)?;
    let output: String = params.get("output")?;
    let centred = match output.as_str() {
        "none" => false,
        "ms" => true,
        _ => return Err(unknown("output", &output, &["none", "ms"])),
    };
    let inputs = if params.get::<Json>("inputs")?.is_null() { None } else { Some(inputs(params)?) };
    let samples = match &inputs {
        Some(rows) => rows.len(),
        None => params.integer("N")?,
    };
    Ok(Described { network, inputs, samples, centred })
}

/// Kernels of pairs that the edge takes: differences of two Richardson steps.
const EDGE_TIMES: f64 = 10.0;

/// $\lambda_{\max}$ of the `architecture` for `N` random inputs or for `inputs`, with what is done to the `output`.
pub(crate) fn sharpness(params: &Params) -> Result<Sharpness, TheoryError> {
    let Described { network, inputs, samples, centred } = described_by(params)?;
    let caveat = if network.averages_mixing() {
        Some(AVERAGED)
    } else if network.attends_linearly() {
        Some(LINEAR)
    } else {
        None
    };
    let told = |lambda_max: f64, formula: &'static str, remark: &'static str| Sharpness {
        lambda_max,
        formula,
        remark,
        caveat,
    };
    if let Some(inputs) = inputs {
        afford(params, &network, inputs.len())?;
        params.afford("the eigenvalues", 20.0 * (inputs.len() as f64).powi(3))?;
        if inputs.len() == 1 && !centred {
            network.independent_outputs().map_err(layers_placed)?;
            let kernel = statistics::kernels(&network, &inputs, Parametrization::Standard)?;
            return Ok(told(kernel.tangent[(0, 0)], "arch/data-stats", KERNEL));
        }
        let statistics = data_statistics(&network, &inputs).map_err(layers_placed)?;
        let lambda_max = if centred { statistics.lambda_ms } else { statistics.lambda_max };
        return Ok(told(lambda_max, "arch/data-stats", KERNEL));
    }
    if centred {
        afford_order(params, &network, EDGE_TIMES)?;
        return Ok(told(
            mean_subtraction_edge(&network, samples).map_err(layers_placed)?.lambda_ms,
            "arch/ms-edge",
            EDGE,
        ));
    }
    afford_order(params, &network, 1.0)?;
    let s = fim_statistics(&network, samples, &Overlaps::independent(&network)).map_err(layers_placed)?;
    let below = samples > 1 && (samples as f64) * s.theta_st <= s.theta_t;
    Ok(told(s.lambda_max, "arch/fim-stats", if below { BULK } else { OUTLIER }))
}

/// Exactly one of `N` and `inputs`.
fn one_of_both(params: &Params) -> Result<(), TheoryError> {
    let (samples, given): (Json, Json) = (params.get("N")?, params.get("inputs")?);
    match (samples.is_null(), given.is_null()) {
        (false, true) | (true, false) => Ok(()),
        (true, true) => Err(TheoryError::MissingParameter {
            name: "N".to_owned(),
            meaning: "the number of random inputs; or give `inputs`".to_owned(),
        }),
        (false, false) => {
            let valid = "null where inputs are given, which say how many there are";
            Err(TheoryError::invalid("N", samples, valid))
        }
    }
}

fn chain(params: &Params) -> Result<BlockChain, TheoryError> {
    let name: String = params.get("kind")?;
    let kind = BlockKind::ALL.iter().find(|(known, _)| *known == name);
    let Some((_, kind)) = kind else {
        return Err(unknown("kind", &name, &BlockKind::ALL.map(|(name, _)| name)));
    };
    let scale = match params.get::<Json>("scale")? {
        Json::String(word) if word == "inverse-sqrt" => BranchScale::InverseSqrt,
        Json::Number(_) => BranchScale::Fixed(params.number("scale")?),
        other => return Err(TheoryError::invalid("scale", other, "a number > 0, or inverse-sqrt")),
    };
    let fan_ins: Vec<f64> = params.get("fan_ins")?;
    let fan_ins = <[f64; 3]>::try_from(fan_ins)
        .map_err(|given| TheoryError::invalid("fan_ins", format!("{given:?}"), "three numbers >= 1"))?;
    Ok(BlockChain {
        kind: *kind,
        scale,
        fan_ins,
        sigma_w2: params.number("sigma_w2")?,
        slope: params.number("slope")?,
        positions: params.integer("positions")?,
        pooled: params.get("pooled")?,
    })
}

fn unknown(name: &str, value: &str, known: &[&str]) -> TheoryError {
    let near = did_you_mean(value, known.iter().copied());
    TheoryError::invalid(name, format!("\"{value}\""), format!("{near}{}", known.join(", ")))
}
