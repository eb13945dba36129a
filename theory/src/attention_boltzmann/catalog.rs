//! The predictions of attentional Boltzmann machines by name.

use serde_json::Value as Json;

use super::{
    AttentionMachine, all_patterns_capacity, attention_weight, checked_count, coexistence, composition_count,
    condensed_free_energy, convergent_power, denoising_objective, early_rate, finite_capacity,
    gaussian_bernoulli_log_z, hard_success, held_out_gap, ising_memory_log_z, least_denoising_objective,
    norm_decides, overlap, pair_failure, quadratic_memory_log_z, quenched_free_energy, spinodal,
    typical_capacity,
};
use crate::TheoryError;
use crate::bibliography::{
    KROTOV_2016, LUCIBELLO_2024, OTA_2023, RAMSAUER_2021, Source, VINCENT_2011, WELLING_2004,
};
use crate::catalog::Kind::{Integer, Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Kind, Outputs, Parameter, Params, Prediction};

const XI: Parameter = required("xi", Rows, "the patterns, one a row", "rows of one length, finite numbers");
const B: Parameter =
    optional("b", Numbers, "b, the visible biases", "a list of d numbers, or null for zero", "null");
const C: Parameter =
    optional("c", Numbers, "c, the pattern biases", "a list of K numbers, or null for zero", "null");
const SIGMA2: Parameter = optional("sigma2", Number, "sigma^2, the visible variance", "a number > 0", "1");
const N: Parameter = optional("n", Number, "n = 1/beta", "a number > 0, or null where beta is given", "null");
const BETA: Parameter = optional(
    "beta",
    Number,
    "beta, the inverse temperature",
    "a number > 0, or null where n is given",
    "null",
);
const ORDER: Parameter = required("order", Integer, "k, the order of the entropy", "an integer >= 2");
const KAPPA: Parameter = required("kappa", Number, "kappa, the overall inverse temperature", "a number > 0");
const COUNT: Parameter = required("K", Integer, "K, the number of patterns", "an integer >= 1");
const MACHINE: &[Parameter] = &[XI, B, C, SIGMA2, N, BETA];
const TEACHER: Parameter = required(
    "teacher",
    Kind::Json,
    "the machine that makes the data",
    "an object with xi, b, c, sigma2, n or beta",
);
const STUDENT: Parameter =
    required("student", Kind::Json, "the machine that learns", "an object with xi, b, c, sigma2, n or beta");
const NOISE: Parameter = required("noise_var", Number, "s^2, the variance of the noise", "a number > 0");
const LAMBDA: Parameter =
    required("lambda", Number, "lambda = beta, the inverse temperature", "a number > 0");
const SIZE: Parameter =
    required("N", Integer, "N, the dimension of the patterns", "an integer from 2 to 100000");
const PATTERNS: Parameter = required("P", Number, "P, the number of patterns", "a finite number >= 2");
const ENSEMBLE: Parameter =
    required("ensemble", Word, "how patterns are drawn", "\"spherical\", \"ising\" or \"gaussian\"");
const PAPER: &[Source] = &[OTA_2023];
const CAPACITY: &[Source] = &[LUCIBELLO_2024];

/// $\beta$ from exactly one of the two ways to give it.
fn temperature(n: Option<f64>, beta: Option<f64>) -> Result<f64, TheoryError> {
    let valid = "exactly one of n and beta, a finite number > 0";
    match (n, beta) {
        (Some(n), None) if n.is_finite() && n > 0.0 => Ok(n.recip()),
        (None, Some(beta)) if beta.is_finite() && beta > 0.0 => Ok(beta),
        (Some(n), None) => Err(TheoryError::invalid("n", n, valid)),
        (None, Some(beta)) => Err(TheoryError::invalid("beta", beta, valid)),
        (None, None) => Err(TheoryError::MissingParameter {
            name: "n".to_owned(),
            meaning: "1/beta; one of n and beta must be given".to_owned(),
        }),
        (Some(_), Some(beta)) => Err(TheoryError::invalid("beta", beta, "exactly one of n and beta")),
    }
}

fn machine(params: &Params) -> Result<AttentionMachine, TheoryError> {
    let beta = temperature(params.get("n")?, params.get("beta")?)?;
    let (b, c) = (params.get("b")?, params.get("c")?);
    AttentionMachine::new(params.matrix("xi")?, b, c, params.number("sigma2")?, beta)
}

/// A machine given as an object.
fn nested(params: &Params, name: &'static str) -> Result<AttentionMachine, TheoryError> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        xi: Vec<Vec<f64>>,
        b: Option<Vec<f64>>,
        c: Option<Vec<f64>>,
        sigma2: Option<f64>,
        n: Option<f64>,
        beta: Option<f64>,
    }
    let given: Given = params.get(name)?;
    let columns = given.xi.first().map_or(0, Vec::len);
    if given.xi.iter().any(|row| row.len() != columns) {
        return Err(TheoryError::invalid(name, "patterns of several lengths", "rows of one length"));
    }
    let rows = given.xi.len();
    let xi = nalgebra::DMatrix::from_row_iterator(rows, columns, given.xi.into_iter().flatten());
    let beta = temperature(given.n, given.beta)?;
    AttentionMachine::new(xi, given.b, given.c, given.sigma2.unwrap_or(1.0), beta)
}

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [partition(), averages(), relatives(), learning(), retrieval(), storage()].concat()
}

fn partition() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "attn/log-z",
            title: "The partition function of attention",
            formula: r"\log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\tfrac{\sigma^2}2\|b+\tfrac1n\xi^\top m\|^2\right)",
            parameters: const {
                &[
                    optional(
                        "xi",
                        Rows,
                        "the patterns, one a row",
                        "rows of one length, finite numbers",
                        "null",
                    ),
                    B,
                    C,
                    SIGMA2,
                    N,
                    BETA,
                    optional(
                        "K",
                        Integer,
                        "without patterns: their number, to test the limit",
                        "an integer >= 1 or null",
                        "null",
                    ),
                    optional("method", Word, "\"exact-sum\"", "\"exact-sum\"", "\"exact-sum\""),
                    optional("what", Kind::Json, "a remark", "anything", "null"),
                ]
            },
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "exact where 1/beta is an integer; at most five million compositions",
            sources: PAPER,
            evaluate: |params| {
                let method: String = params.get("method")?;
                if method != "exact-sum" {
                    return Err(TheoryError::invalid("method", method, "\"exact-sum\""));
                }
                if params.get::<Json>("xi")?.is_null() {
                    let missing = |name: &str, meaning: &str| TheoryError::MissingParameter {
                        name: name.to_owned(),
                        meaning: meaning.to_owned(),
                    };
                    if let (Some(k), Some(n)) =
                        (params.get::<Option<usize>>("K")?, params.get::<Option<usize>>("n")?)
                    {
                        checked_count(k, n)?;
                    }
                    return Err(missing("xi", XI.meaning));
                }
                Ok(machine(params)?.log_z()?.into())
            },
        },
        Prediction {
            id: "attn/composition-count",
            title: "The number of compositions",
            formula: r"\binom{n+K-1}{K-1}",
            parameters: const { &[COUNT, required("n", Integer, "n = 1/beta", "an integer >= 0")] },
            value: "a number",
            outputs: Outputs::One(number("count")),
            validity: "exact while it fits 53 bits",
            sources: PAPER,
            evaluate: |params| Ok(composition_count(params.integer("K")?, params.integer("n")?)?.into()),
        },
        Prediction {
            id: "attn/log-z-kappa",
            title: "The partition function at another overall temperature",
            formula: r"\sigma^2\to\sigma^2/\kappa,\ b\to\kappa b,\ \xi\to\kappa\xi,\ c\to\kappa c,\ \beta\to\beta/\kappa",
            parameters: const { &[XI, B, C, SIGMA2, N, BETA, KAPPA] },
            value: "log of the integral of exp(-kappa E)",
            outputs: Outputs::One(number("log_Z")),
            validity: "exact where kappa/beta is an integer",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.at_temperature(params.number("kappa")?)?.log_z()?.into()),
        },
        Prediction {
            id: "attn/log-z-any-beta-k2",
            title: "The partition function of two patterns at any temperature",
            formula: r"\log Z=\tfrac d2\log2\pi\sigma^2+\tfrac{c_1+c_2}2+\tfrac{\sigma^2}2\|\bar a\|^2+\log E_g(2\cosh u(g))^{1/\beta}",
            parameters: MACHINE,
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "two patterns, any beta > 0",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.log_z_two_patterns()?.into()),
        },
        Prediction {
            id: "attn/log-z-sandwich",
            title: "Bounds of the partition function between integers",
            formula: r"\max(\log Z_{n_-},\log Z_{n_+}-(n_+-n)\log K)\le\log Z_n\le\min(\log Z_{n_+},\log Z_{n_-}+(n-n_-)\log K)",
            parameters: MACHINE,
            value: "[lower bound, upper bound]",
            outputs: const { Outputs::List(&numbers(["lower", "upper"])) },
            validity: "1/beta >= 1, no pattern biases; rigorous",
            sources: PAPER,
            evaluate: |params| {
                let (low, high) = machine(params)?.log_z_bounds()?;
                Ok([low, high].into())
            },
        },
        Prediction {
            id: "attn/log-z-binary",
            title: "The partition function with visible states plus or minus one",
            formula: r"\log Z=\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\sum_i\log2\cosh a_{m,i}\right)",
            parameters: MACHINE,
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "exact where 1/beta is an integer; sigma2 plays no role",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.log_z_binary()?.into()),
        },
    ]
}

fn averages() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "attn/grad-log-z",
            title: "All gradients of the partition function",
            formula: r"\partial_\xi\log Z=\sigma^2(fb^\top+F\xi),\ \partial_b=\sigma^2(b+\xi^\top f),\ \partial_c=f,\ \partial_{\sigma^2}=\tfrac d{2\sigma^2}+\tfrac12\sum_m\pi_m\|a_m\|^2",
            parameters: MACHINE,
            value: "by xi row by row, b, c, sigma2: K d + d + K + 1 numbers",
            outputs: Outputs::One(series("gradient")),
            validity: "exact where 1/beta is an integer",
            sources: PAPER,
            evaluate: |params| {
                let machine = machine(params)?;
                let g = machine.gradients(&machine.partition()?)?;
                let mut all: Vec<f64> = g.patterns.transpose().iter().copied().collect();
                all.extend(g.visible_bias.iter());
                all.extend(g.pattern_bias.iter());
                all.push(g.sigma2);
                Ok(all.into())
            },
        },
        Prediction {
            id: "attn/moments",
            title: "Mean and covariance of the visible state",
            formula: r"Ev=\sigma^2(b+\xi^\top f),\quad\mathrm{Cov}\,v=\sigma^2I+\sigma^4\xi^\top(F-ff^\top)\xi",
            parameters: MACHINE,
            value: "the mean, then the covariance row by row",
            outputs: Outputs::One(series("moments")),
            validity: "exact where 1/beta is an integer",
            sources: PAPER,
            evaluate: |params| {
                let machine = machine(params)?;
                let (mean, covariance) = machine.moments(&machine.partition()?)?;
                Ok(mean.iter().chain(covariance.iter()).copied().collect::<Vec<_>>().into())
            },
        },
        Prediction {
            id: "attn/mean-attention-entropy",
            title: "The mean entropy of attention",
            formula: r"\frac{d\log Z}{dn}=E\,H(p(v))",
            parameters: MACHINE,
            value: "a number from 0 to log K",
            outputs: Outputs::One(number("H")),
            validity: "1/beta an integer; differences of patterns in up to three dimensions",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.mean_attention_entropy()?.into()),
        },
        Prediction {
            id: "attn/renyi",
            title: "Rényi entropies",
            formula: r"H_k=\frac{\log Z_k-k\log Z}{1-k}",
            parameters: const { &[XI, B, C, SIGMA2, N, BETA, ORDER] },
            value: "H_k",
            outputs: Outputs::One(number("H_k")),
            validity: "exact where 1/beta is an integer",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.renyi(params.integer("order")?)?.into()),
        },
        Prediction {
            id: "attn/importance-moment",
            title: "The second moment of importance weights",
            formula: r"\frac{E[w^2]}{E[w]^2},\quad w=\left(\sum_\mu e^{(\xi_\mu v+c_\mu)/n}\right)^n,\ v\sim N(\sigma^2b,\sigma^2I)",
            parameters: MACHINE,
            value: "the inverse of the effective fraction of samples",
            outputs: Outputs::One(number("moment")),
            validity: "exact where 1/beta is an integer",
            sources: PAPER,
            evaluate: |params| Ok(machine(params)?.importance_moment()?.into()),
        },
        Prediction {
            id: "attn/fisher-xi",
            title: "Fisher information of the patterns",
            formula: r"I=\mathrm{Cov}[\mathrm{vec}(p_\mu(v)v)]",
            parameters: MACHINE,
            value: "row by row, index mu d + i",
            outputs: Outputs::One(series("fisher")),
            validity: "1/beta an integer; for 1/beta = 1 differences of patterns in up to three dimensions",
            sources: PAPER,
            evaluate: |params| {
                let information = machine(params)?.fisher_information()?;
                Ok(information.iter().copied().collect::<Vec<_>>().into())
            },
        },
    ]
}

fn relatives() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "attn/gbrbm-log-z",
            title: "The partition function of a Gaussian-Bernoulli machine",
            formula: r"\log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_h\exp\left(c\cdot h+\tfrac{\sigma^2}2\|b+w^\top h\|^2\right)",
            parameters: const {
                &[
                    required(
                        "w",
                        Rows,
                        "the weights, one hidden unit a row",
                        "rows of one length, finite numbers",
                    ),
                    B,
                    C,
                    SIGMA2,
                ]
            },
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "exact; at most 20 hidden units",
            sources: &[WELLING_2004],
            evaluate: |params| {
                let w = params.matrix("w")?;
                let b = params.get::<Option<Vec<f64>>>("b")?.unwrap_or_else(|| vec![0.0; w.ncols()]);
                let c = params.get::<Option<Vec<f64>>>("c")?.unwrap_or_else(|| vec![0.0; w.nrows()]);
                Ok(gaussian_bernoulli_log_z(&w, &b, &c, params.number("sigma2")?)?.into())
            },
        },
        Prediction {
            id: "attn/dsm-value",
            title: "The objective of denoising score matching",
            formula: r"J=\frac d{2s^2}+E_q\left[\tfrac12\|s_\theta\|^2+\nabla\cdot s_\theta\right]",
            parameters: const { &[TEACHER, STUDENT, NOISE] },
            value: "J",
            outputs: Outputs::One(number("J")),
            validity: "means, patterns and bias in up to three dimensions",
            sources: &[VINCENT_2011],
            evaluate: |params| {
                let (teacher, student) = (nested(params, "teacher")?, nested(params, "student")?);
                Ok(denoising_objective(&teacher, &student, params.number("noise_var")?)?.into())
            },
        },
        Prediction {
            id: "attn/dsm-min",
            title: "The least objective of denoising score matching",
            formula: r"J_{\min}=\frac d{2s^2}-\frac d{2\tau^2}+\frac{A^2}{2\tau^4}E_g\,\mathrm{sech}^2\left(A(A+\tau g)/\tau^2\right)",
            parameters: const { &[TEACHER, NOISE] },
            value: "J_min",
            outputs: Outputs::One(number("J_min")),
            validity: "teachers with two opposite patterns, n = 1, no biases",
            sources: &[VINCENT_2011],
            evaluate: |params| {
                Ok(least_denoising_objective(&nested(params, "teacher")?, params.number("noise_var")?)?
                    .into())
            },
        },
        Prediction {
            id: "dam/log-z-quadratic",
            title: "The partition function of a quadratic associative memory",
            formula: r"\log Z=\tfrac d2\log2\pi\sigma^2-\tfrac12\log\det(I-\sigma^2\xi\xi^\top)",
            parameters: const {
                &[XI, SIGMA2, optional("power", Integer, "p in F = x^p/p", "2; higher powers diverge", "2")]
            },
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "sigma2 lambda_max(xi xi^T) < 1; diverges otherwise, and for all powers above 2",
            sources: &[KROTOV_2016],
            evaluate: |params| {
                let (xi, power) = (params.matrix("xi")?, params.integer("power")?);
                convergent_power(&xi, power)?;
                if power != 2 {
                    return Err(TheoryError::invalid("power", power, "2"));
                }
                Ok(quadratic_memory_log_z(&xi, params.number("sigma2")?)?.into())
            },
        },
        Prediction {
            id: "dam/log-z-ising-one-pattern",
            title: "The partition function of an associative memory with one pattern and states plus or minus one",
            formula: r"\log Z=\log\sum_{k=0}^d\binom dk\exp\frac{(w(d-2k))^p}p",
            parameters: const {
                &[
                    required("d", Integer, "d, the number of visible units", "an integer from 1 to 10^6"),
                    required("w", Number, "w, the value of the pattern", "a number"),
                    required("power", Integer, "p in F = x^p/p", "an integer >= 1"),
                ]
            },
            value: "log Z",
            outputs: Outputs::One(number("log_Z")),
            validity: "exact",
            sources: &[KROTOV_2016],
            evaluate: |params| {
                Ok(ising_memory_log_z(params.integer("d")?, params.number("w")?, params.integer("power")?)?
                    .into())
            },
        },
    ]
}

fn learning() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "attn/ml-linear-rate",
            title: "How fast patterns differentiate at the beginning of learning",
            formula: r"r_k=\frac{\beta(\lambda_k-\sigma^2)}K",
            parameters: const {
                &[
                    COUNT,
                    N,
                    BETA,
                    SIGMA2,
                    required("eigenvalue", Number, "lambda_k, of the second moments of the data", "a number"),
                ]
            },
            value: "r_k",
            outputs: Outputs::One(number("r_k")),
            validity: "small patterns, no biases, centred data",
            sources: PAPER,
            evaluate: |params| {
                let beta = temperature(params.get("n")?, params.get("beta")?)?;
                let (sigma2, eigenvalue) = (params.number("sigma2")?, params.number("eigenvalue")?);
                Ok(early_rate(params.integer("K")?, beta, sigma2, eigenvalue)?.into())
            },
        },
        Prediction {
            id: "attn/ml-gap",
            title: "What maximum likelihood loses to its teacher on fresh data",
            formula: r"\frac{Kd}{2N}",
            parameters: const {
                &[
                    COUNT,
                    required("d", Integer, "d, the dimension", "an integer >= 1"),
                    required("N", Integer, "N, the number of samples", "an integer >= 1"),
                ]
            },
            value: "nats a sample",
            outputs: Outputs::One(number("gap")),
            validity: "large N, distinct patterns",
            sources: PAPER,
            evaluate: |params| {
                Ok(held_out_gap(params.integer("K")?, params.integer("d")?, params.integer("N")?)?.into())
            },
        },
    ]
}

fn retrieval() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "attn/potts-spinodal",
            title: "Where retrieval of orthogonal patterns begins to exist",
            formula: r"x_c=\min_{a>1/K}\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a},\quad x=\beta\sigma^2R^2",
            parameters: const { &[COUNT] },
            value: "x_c",
            outputs: Outputs::One(number("x_c")),
            validity: "orthogonal patterns of one norm, K >= 2",
            sources: &[RAMSAUER_2021],
            evaluate: |params| Ok(spinodal(params.integer("K")?)?.into()),
        },
        Prediction {
            id: "attn/potts-coexistence",
            title: "Where retrieval has the energy of the uniform state",
            formula: r"x_t=\frac{2(K-1)\log(K-1)}{K-2}",
            parameters: const { &[COUNT] },
            value: "x_t",
            outputs: Outputs::One(number("x_t")),
            validity: "orthogonal patterns of one norm, K >= 2",
            sources: &[RAMSAUER_2021],
            evaluate: |params| Ok(coexistence(params.integer("K")?)?.into()),
        },
        Prediction {
            id: "attn/potts-overlap",
            title: "The weight of the retrieved pattern",
            formula: r"\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a}=x,\ \text{the largest root}",
            parameters: const {
                &[COUNT, required("x", Number, "x = beta sigma^2 R^2", "a number at or above the spinodal")]
            },
            value: "a",
            outputs: Outputs::One(number("a")),
            validity: "orthogonal patterns of one norm; undefined below the spinodal",
            sources: &[RAMSAUER_2021],
            evaluate: |params| Ok(overlap(params.integer("K")?, params.number("x")?)?.into()),
        },
    ]
}

fn storage() -> Vec<Prediction> {
    use super::PatternEnsemble::{Gaussian, Ising, Spherical};
    vec![
        Prediction {
            id: "rem/alpha1-spherical",
            title: "Capacity of attention for patterns on the sphere",
            formula: r"\alpha_1=\lambda-\lambda q_*-\tfrac12\log(1-q_*^2),\quad q_*=\frac{\sqrt{1+4\lambda^2}-1}{2\lambda}",
            parameters: const { &[LAMBDA] },
            value: "alpha_1",
            outputs: Outputs::One(number("alpha_1")),
            validity: "N -> infinity",
            sources: CAPACITY,
            evaluate: |params| Ok(typical_capacity(Spherical, params.number("lambda")?)?.into()),
        },
        Prediction {
            id: "rem/alpha1-ising",
            title: "Capacity of attention for patterns of signs",
            formula: r"\alpha_1=\log2-\log(1+e^{-2\lambda})",
            parameters: const { &[LAMBDA] },
            value: "alpha_1",
            outputs: Outputs::One(number("alpha_1")),
            validity: "exact at any N for the self-averaging form",
            sources: CAPACITY,
            evaluate: |params| Ok(typical_capacity(Ising, params.number("lambda")?)?.into()),
        },
        Prediction {
            id: "rem/alpha1-gaussian",
            title: "Capacity of attention for a typical Gaussian pattern",
            formula: r"\alpha_1=\lambda-\tfrac{\lambda^2}2\ (\lambda\le1),\ \tfrac12\ (\lambda\ge1)",
            parameters: const { &[LAMBDA] },
            value: "alpha_1",
            outputs: Outputs::One(number("alpha_1")),
            validity: "N -> infinity",
            sources: CAPACITY,
            evaluate: |params| Ok(typical_capacity(Gaussian, params.number("lambda")?)?.into()),
        },
        Prediction {
            id: "rem/alphaN-spherical",
            title: "Capacity on the sphere at finite size",
            formula: r"\alpha_N=\lambda-\frac1N\log E_qe^{N\lambda q}",
            parameters: const { &[SIZE, LAMBDA] },
            value: "alpha_N",
            outputs: Outputs::One(number("alpha_N")),
            validity: "self-averaging noise",
            sources: CAPACITY,
            evaluate: |params| Ok(finite_capacity(params.integer("N")?, params.number("lambda")?)?.into()),
        },
        Prediction {
            id: "rem/attention-weight",
            title: "Mean attention on the pattern of the cue",
            formula: r"E[p_1]=\int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\lambda(q-m)}}\right]\right)^{P-1}",
            parameters: const {
                &[
                    ENSEMBLE,
                    SIZE,
                    LAMBDA,
                    optional("m", Number, "m, the overlap of the cue", "a number", "1"),
                    PATTERNS,
                ]
            },
            value: "E[p_1]",
            outputs: Outputs::One(number("p_1")),
            validity: "exact at any size and temperature; Gaussian patterns are their own cues",
            sources: CAPACITY,
            evaluate: |params| {
                let ensemble = params.get::<String>("ensemble")?.parse()?;
                Ok(attention_weight(
                    ensemble,
                    params.integer("N")?,
                    params.number("lambda")?,
                    params.number("m")?,
                    params.number("P")?,
                )?
                .into())
            },
        },
        Prediction {
            id: "rem/gaussian-success-hard",
            title: "Retrieval of a Gaussian pattern at zero temperature",
            formula: r"E\,\Phi(\chi_N)^{P-1}",
            parameters: const { &[SIZE, PATTERNS] },
            value: "a probability",
            outputs: Outputs::One(number("probability")),
            validity: "exact for lambda = infinity",
            sources: CAPACITY,
            evaluate: |params| Ok(hard_success(params.integer("N")?, params.number("P")?)?.into()),
        },
        Prediction {
            id: "rem/gaussian-pair-failure",
            title: "A Gaussian pattern closer to another one than itself",
            formula: r"P(\xi_1\cdot\xi_2>\|\xi_1\|^2)=\tfrac12I_{1/2}(\tfrac N2,\tfrac12)",
            parameters: const { &[SIZE] },
            value: "a probability for one ordered pair",
            outputs: Outputs::One(number("probability")),
            validity: "exact",
            sources: CAPACITY,
            evaluate: |params| Ok(pair_failure(params.integer("N")?)?.into()),
        },
        Prediction {
            id: "rem/gaussian-all",
            title: "Capacity for all Gaussian patterns",
            formula: r"\alpha_c=\min\left(g\rho,\tfrac14\log2\right),\quad\tfrac12(\rho-1-\log\rho)=g\rho",
            parameters: const { &[LAMBDA] },
            value: "alpha_c",
            outputs: Outputs::One(number("alpha_c")),
            validity: "first-moment argument, N -> infinity",
            sources: CAPACITY,
            evaluate: |params| Ok(all_patterns_capacity(params.number("lambda")?)?.into()),
        },
        Prediction {
            id: "rem/quenched-log-z",
            title: "The partition function of exponentially many Gaussian patterns",
            formula: r"f=\kappa-\tfrac12\log(1-\theta)\ (\kappa>\kappa_c),\ \tfrac12\theta\rho,\ J(\rho)=\kappa\ (\kappa<\kappa_c)",
            parameters: const {
                &[
                    required("kappa", Number, "kappa = log K / d", "a number > 0"),
                    required("theta", Number, "theta = sigma^2 s_xi^2", "a number > 0"),
                ]
            },
            value: "f = (log Z - d/2 log 2 pi sigma^2)/d",
            outputs: Outputs::One(number("f")),
            validity: "d -> infinity, beta = 1",
            sources: CAPACITY,
            evaluate: |params| {
                Ok(quenched_free_energy(params.number("kappa")?, params.number("theta")?)?.into())
            },
        },
        Prediction {
            id: "rem/gaussian-typical",
            title: "Retrieval of a typical Gaussian pattern at finite size",
            formula: r"P(p_1>\tfrac12)=P\left(\chi_N^2>\frac{\log(P-1)}{\lambda-\lambda^2/2}\right)",
            parameters: const { &[SIZE, LAMBDA, PATTERNS] },
            value: "a probability",
            outputs: Outputs::One(number("probability")),
            validity: "0 < lambda < 1, well inside: within 0.02 for lambda <= 2/3 and N >= 24; within 0.04 at N from 4 to 20 (lambda <= 1/2)",
            sources: CAPACITY,
            evaluate: |params| {
                let (n, lambda) = (params.integer("N")?, params.number("lambda")?);
                Ok(norm_decides(n, lambda, params.number("P")?)?.into())
            },
        },
        Prediction {
            id: "rem/condensed-log-z",
            title: "The partition function of many Gaussian patterns in the condensed phase at finite size",
            formula: r"f=\frac1d\left[\tfrac\theta2t_K+\tfrac1\mu\log\Gamma(1-\mu)+\gamma(\tfrac1\mu-1)\right],\quad\mu=\tfrac{2K}\theta\mathrm{pdf}_{\chi_d^2}(t_K)",
            parameters: const {
                &[
                    required("d", Integer, "d", "an integer >= 2"),
                    required("K", Number, "K, patterns", "a number >= 2"),
                    required("theta", Number, "theta = sigma^2 s_xi^2", "a number > 0"),
                ]
            },
            value: "[f, mean inverse participation ratio]",
            outputs: const { Outputs::List(&numbers(["f", "inverse_participation"])) },
            validity: "f within 1 % of the exact mean of log Z, refused with that mean where it is not (mu near 1, few patterns); the ratio indicative",
            sources: CAPACITY,
            evaluate: |params| {
                let (d, count) = (params.integer("d")?, params.number("K")?);
                let (f, ratio) = condensed_free_energy(d, count, params.number("theta")?)?;
                Ok(vec![f, ratio].into())
            },
        },
    ]
}
