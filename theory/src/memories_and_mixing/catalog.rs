//! The predictions of memories and mixing by name.

use nalgebra::{DMatrix, DVector};
use serde_json::Value as Json;

use super::{
    Attended, Completion, MixingLayer, ReplayBuffer, Scores, Tail, ThreeLayers, attention_statistics,
    attention_temperature, collapse_boundary, completion_success, critical_temperature, energy_change,
    forgetting_random, forgetting_rate, gap_bounds, kronecker_moment, mixing_exponents, mixing_moments,
    mixing_top_exponent, outlier_boundary, participation_exponents, replay_gain, sharing, sharing_plateau,
    survival_capacity, survival_weight, token_map, token_similarity,
};
use crate::TheoryError;
use crate::attention_boltzmann::{AttentionMachine, MOST_COMPOSITIONS};
use crate::bibliography::{
    DERRIDA_1981, DONG_2021, HAYASE_2023, HAYASE_2026, KARAKIDA_2024, LUCIBELLO_2024, NEWMAN_1986, OTA_2023,
    POLYANSKIY_2010, Source, TAKEDA_2026,
};
use crate::catalog::Kind::{Integer, Integers, Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction};

const XI: Parameter = required("xi", Rows, "the patterns, one a row", "rows of one length, finite numbers");
const B: Parameter =
    optional("b", Numbers, "b, the visible biases", "a list of d numbers, or null for zero", "null");
const C: Parameter =
    optional("c", Numbers, "c, the pattern biases", "a list of K numbers, or null for zero", "null");
const SIGMA2: Parameter = optional("sigma2", Number, "sigma^2, the visible variance", "a number > 0", "1");
const UNITS: Parameter = required("n", Integer, "n = 1/beta", "an integer >= 1");
const OBSERVED: Parameter = required(
    "observed",
    Integers,
    "which pixels are seen",
    "a list of different indices from 0 to d - 1, at least one and not all",
);
const SEEN: Parameter =
    required("values", Numbers, "what is seen there", "a list of numbers, one for each index");
const MACHINE: &[Parameter] = &[XI, B, C, SIGMA2, UNITS, OBSERVED, SEEN];
const BETA: Parameter = required("beta", Number, "beta, the inverse temperature", "a number > 0");
const R2: Parameter = required("R2", Number, "R^2, the squared norm", "a number > 0");
const WEIGHT: Parameter = required("p", Number, "p, the weight of what is replayed", "a number >= 0");
const SIZE: Parameter = required("N", Integer, "N, the dimension", "an integer from 3 to 100000");
const SCORES: Parameter =
    required("scores", Word, "the law of the scores", "\"gaussian\", \"sphere\" or \"laplace\"");
const KEYS: Parameter =
    required("n", Integer, "n, the number of keys", "an integer >= 2, its logarithm at most 300");
const SPHERE: Parameter = optional(
    "d",
    Integer,
    "d, the dimension of the sphere",
    "an integer from 3 to 100000; null for other scores",
    "null",
);
const OVERLAP: Parameter = required(
    "r",
    Number,
    "r, the overlap of the old pattern with the centre of the new task",
    "a number from -1 to 1",
);
const SPREAD: Parameter =
    required("rho", Number, "rho, the mutual overlap of the new patterns", "a number from 0 to 1");
const TOKENS: Parameter = required("T", Integer, "T, the number of tokens", "an integer >= 1");
const BRANCH: Parameter = required("a", Number, "a, the scale of the branch", "a number > 0");
const COUPLINGS: [Parameter; 2] = [
    required("W1", Rows, "the couplings of the tokens", "rows of one length, finite numbers"),
    required("W2", Rows, "the couplings of the channels", "rows of one length, finite numbers"),
];
const MEMORY: &[Source] = &[TAKEDA_2026];
const CAPACITY: &[Source] = &[LUCIBELLO_2024];
const ATTENTION: &[Source] = &[HAYASE_2026, DERRIDA_1981];
const COLLAPSE: &[Source] = &[DONG_2021];
const PRODUCTS: &[Source] = &[NEWMAN_1986];

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [completions(), shared(), replays(), crowds(), temperatures(), layers(), linear(), memories()].concat()
}

fn completion(params: &Params) -> Result<Completion, TheoryError> {
    let n = params.integer("n")?;
    if n == 0 {
        return Err(TheoryError::invalid("n", n, "an integer >= 1"));
    }
    // Two patterns have n + 1 occupations.
    if n > MOST_COMPOSITIONS {
        let valid = format!("so small that the patterns have at most {MOST_COMPOSITIONS} occupations");
        return Err(TheoryError::invalid("n", n, valid));
    }
    let (b, c) = (params.get("b")?, params.get("c")?);
    let machine =
        AttentionMachine::new(params.matrix("xi")?, b, c, params.number("sigma2")?, (n as f64).recip())?;
    let values: Vec<f64> = params.get("values")?;
    Completion::new(&machine, &params.get::<Vec<usize>>("observed")?, &values)
}

/// A number of things that may exceed what an integer holds.
fn count(params: &Params, name: &str) -> Result<f64, TheoryError> {
    params.whole(name).map(|n| n as f64).or_else(|error| match params.get::<f64>(name) {
        Ok(n) if n >= 2f64.powi(53) => Ok(n),
        _ => Err(error),
    })
}

/// Row after row.
fn rows(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().iter().copied().collect()
}

fn completions() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/completion",
            title: "Missing pixels given those that are seen",
            formula: r"c'_\mu=c_\mu+\xi_{\mu,O}\cdot v_O:\quad E[v_M|v_O]=\sigma^2(b_M+\xi_M^\top f'),\ \mathrm{Cov}=\sigma^2I+\sigma^4\xi_M^\top(F'-f'f'^\top)\xi_M",
            parameters: MACHINE,
            value: "the mean of the missing pixels in ascending index, then their covariance row by row",
            outputs: Outputs::One(series("moments")),
            validity: "exact; at most five million compositions. Its trace is the mean squared error on data of the machine; on other data it understates (on digits by a quarter to a third: figure mem/digits-errors)",
            sources: &[OTA_2023],
            evaluate: |params| {
                let (mean, covariance) = completion(params)?.moments()?;
                Ok([mean.iter().copied().collect(), rows(&covariance)].concat().into())
            },
        },
        Prediction {
            id: "mem/completion-weights",
            title: "Mean attention on the patterns given what is seen",
            formula: r"E[p(v)|v_O]=f'",
            parameters: MACHINE,
            value: "K numbers that sum to 1",
            outputs: Outputs::One(series("weights")),
            validity: "exact; at most five million compositions",
            sources: &[OTA_2023],
            evaluate: |params| Ok(completion(params)?.weights()?.into()),
        },
        Prediction {
            id: "mem/marginal-log-likelihood",
            title: "How likely what is seen is",
            formula: r"\log p(v_O)=-\tfrac{\|v_O\|^2}{2\sigma^2}+b_O\cdot v_O+\log Z(\xi_M,b_M,c')-\log Z(\xi,b,c)",
            parameters: MACHINE,
            value: "log p(v_O)",
            outputs: Outputs::One(number("log_p")),
            validity: "exact; at most five million compositions",
            sources: &[OTA_2023],
            evaluate: |params| Ok(completion(params)?.log_likelihood()?.into()),
        },
        Prediction {
            id: "mem/completion-success",
            title: "Whether what is seen tells the right one of many random patterns",
            formula: r"E(1-P_0)^{K-1},\ V\sim\chi_m^2,\ Y|V\sim\chi'^2_m(\tfrac V\theta),\ P_0=F_{\chi'^2_m((1+\theta)V/\theta)}(\tfrac Y{1+\theta})",
            parameters: const {
                &[
                    required("m", Integer, "m, the pixels seen", "an integer >= 1"),
                    required(
                        "theta",
                        Number,
                        "theta = sigma^2 s^2, the variance of a pattern's entry over that of the noise",
                        "a number > 0, at most 1e150",
                    ),
                    required("K", Integer, "K, the number of patterns", "an integer from 2 to 1e300"),
                ]
            },
            value: "the probability that the right pattern has the largest weight",
            outputs: Outputs::One(number("probability")),
            validity: "exact for Gaussian patterns of equal weight, n = 1, to 1e-9 absolute; with e^(kappa d) patterns a sharp threshold at a share 2 kappa/log(1 + theta) of pixels",
            sources: &[POLYANSKIY_2010],
            evaluate: |params| {
                let (seen, theta) = (params.integer("m")?, params.number("theta")?);
                Ok(completion_success(seen, theta, count(params, "K")?)?.into())
            },
        },
    ]
}

fn shared() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/sharing",
            title: "Where likelihood ascent rests when patterns serve several samples",
            formula: r"a_\mu=\frac1{N\sigma^2\pi_\mu},\ \pi_\mu=\tfrac1Se^{\sigma^2a_\mu^2k_\mu R^2/2},\quad\mathcal L=\tfrac{R^2}N\sum_\mu k_\mu a_\mu-\log S",
            parameters: const {
                &[
                    required(
                        "occupation",
                        Integers,
                        "how many samples each pattern serves",
                        "a list of integers >= 0, some of them > 0",
                    ),
                    required("R2", Number, "R^2, the squared norm of a sample", "a number > 0"),
                    SIGMA2,
                ]
            },
            value: "[log S, mean log-likelihood + d/2 log(2 pi sigma^2) + R^2/(2 sigma^2), a_1, ..., a_K]",
            outputs: const { Outputs::Then(&numbers(["log_S", "log_likelihood"]), "a") },
            validity: "orthogonal samples of one norm, n = 1, no biases; up to e^(-a R^2)",
            sources: &[OTA_2023],
            evaluate: |params| {
                let occupation: Vec<usize> = params.get("occupation")?;
                let found = sharing(&occupation, params.number("R2")?, params.number("sigma2")?)?;
                Ok([vec![found.log_sum, found.likelihood], found.amplitudes].concat().into())
            },
        },
        Prediction {
            id: "mem/sharing-plateau",
            title: "The plateau of likelihood ascent where samples pick patterns at random",
            formula: r"\bar t=\tfrac KNE\sqrt{\mathrm{Bin}(N,\tfrac1K)},\quad\bar D=K\left(1-(1-\tfrac1K)^N\right)",
            parameters: const {
                &[
                    required("N", Integer, "the number of samples", "an integer >= 1"),
                    required("K", Integer, "the number of patterns", "an integer >= 1"),
                ]
            },
            value: "[t, patterns in use]: the likelihood stops near R^2 t^2/(2 sigma^2)",
            outputs: const { Outputs::List(&numbers(["t", "patterns"])) },
            validity: "starts of scale s_0 with s_0 R >= 1; smaller starts and centred data use up to a quarter more patterns",
            sources: &[OTA_2023],
            evaluate: |params| {
                let (t, used) = sharing_plateau(params.integer("N")?, params.integer("K")?)?;
                Ok([t, used].into())
            },
        },
    ]
}

fn replays() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/energy-change",
            title: "Forgetting: the energy of a state when its task is replaced",
            formula: r"E_S(v)=\tfrac12\|v\|^2-\tfrac1\beta\log\tfrac1{|S|}\sum_{\mu\in S}e^{\beta\xi_\mu\cdot v}",
            parameters: const {
                &[
                    required(
                        "xi_A",
                        Rows,
                        "the old patterns, one a row",
                        "rows of one length, finite numbers",
                    ),
                    required("xi_B", Rows, "the new patterns, one a row", "rows of the same length"),
                    required("v", Numbers, "the state", "a list of as many numbers"),
                    BETA,
                ]
            },
            value: "[E_A, E_B, E_B - E_A]",
            outputs: const { Outputs::List(&numbers(["E_A", "E_B", "dE"])) },
            validity: "exact; where the new task is added and the sum is not normalised, energies can only fall",
            sources: MEMORY,
            evaluate: |params| {
                let v: Vec<f64> = params.get("v")?;
                let found = energy_change(
                    &params.matrix("xi_A")?,
                    &params.matrix("xi_B")?,
                    &v,
                    params.number("beta")?,
                )?;
                Ok([found.before, found.after, found.change].into())
            },
        },
        Prediction {
            id: "mem/replay-gain",
            title: "What replay of the whole old task saves",
            formula: r"\tfrac1\beta\log\frac{1+pe^{\beta\Delta E}}{1+p}",
            parameters: const {
                &[BETA, required("dE", Number, "the rise of energy without replay", "a number"), WEIGHT]
            },
            value: "a gain of energy",
            outputs: Outputs::One(number("gain")),
            validity: "an identity for replay of everything; a random buffer gives less (mem/replay-subset)",
            sources: MEMORY,
            evaluate: |params| {
                Ok(replay_gain(params.number("beta")?, params.number("dE")?, params.number("p")?)?.into())
            },
        },
        Prediction {
            id: "mem/replay-subset",
            title: "What replay of a random buffer saves",
            formula: r"\tfrac mKG(z_1)+(1-\tfrac mK)G(z_0),\ G(z)=\tfrac1\beta\log\frac{1+pe^{z-\beta rR^2}}{1+p}",
            parameters: const {
                &[
                    BETA,
                    R2,
                    required(
                        "q",
                        Number,
                        "the mutual overlap of old patterns",
                        "a number from -1/(K - 1) to 1",
                    ),
                    required(
                        "r",
                        Number,
                        "the overlap of the new patterns with the tested old one",
                        "a number from -1 to 1",
                    ),
                    required("K", Integer, "the old patterns", "an integer >= 1"),
                    required("m", Integer, "those in the buffer", "an integer from 1 to K"),
                    WEIGHT,
                ]
            },
            value: "the mean gain of energy over buffers",
            outputs: Outputs::One(number("gain")),
            validity: "exact for old patterns at equal angles and one overlap with the new ones",
            sources: MEMORY,
            evaluate: |params| {
                let buffer = ReplayBuffer {
                    beta: params.number("beta")?,
                    r2: params.number("R2")?,
                    overlap: params.number("q")?,
                    new_overlap: params.number("r")?,
                    stored: params.integer("K")?,
                    replayed: params.integer("m")?,
                    weight: params.number("p")?,
                };
                Ok(buffer.gain()?.into())
            },
        },
        Prediction {
            id: "mem/outlier-boundary",
            title: "Whether outliers forget more",
            formula: r"\Delta E_{\rm out}-\Delta E_{\rm cl}=R^2(r-r^*),\quad r^*=\tfrac1{\beta R^2}\log\frac{e^{\beta R^2}+(K_c-1)e^{\beta R^2q}+K_o}{e^{\beta R^2}+K_c+K_o-1}",
            parameters: const {
                &[
                    BETA,
                    R2,
                    required(
                        "q",
                        Number,
                        "the mutual overlap in the cluster",
                        "a number from -1/(Kc - 1) to 1",
                    ),
                    required("Kc", Integer, "the patterns of the cluster", "an integer >= 1"),
                    required("Ko", Integer, "the outliers", "an integer >= 1"),
                ]
            },
            value: "r*: outliers forget more only where the new task overlaps more than that with the cluster",
            outputs: Outputs::One(number("r_star")),
            validity: "exact for equal norms, outliers orthogonal to everything",
            sources: MEMORY,
            evaluate: |params| {
                let (beta, r2, q) = (params.number("beta")?, params.number("R2")?, params.number("q")?);
                Ok(outlier_boundary(beta, r2, q, params.integer("Kc")?, params.integer("Ko")?)?.into())
            },
        },
    ]
}

fn crowds() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/forgetting-random",
            title: "Mean forgetting of a random task at finite size",
            formula: r"\tfrac1{\beta N}\left[E\log(e^{\beta N}+\Sigma_{K_A-1})-\log K_A-E\log\Sigma_{K_B}+\log K_B\right],\ \Sigma_P=\sum_{\mu\le P}e^{\beta Nq_\mu}",
            parameters: const {
                &[
                    SIZE,
                    BETA,
                    required("K_A", Integer, "the old patterns", "an integer >= 1"),
                    required("K_B", Integer, "the new patterns", "an integer >= 1"),
                ]
            },
            value: "E[E_B - E_A]/N of an old pattern",
            outputs: Outputs::One(number("rate")),
            validity: "exact for patterns on the sphere of squared radius N; N beta up to 10^4",
            sources: CAPACITY,
            evaluate: |params| {
                let (n, beta) = (params.integer("N")?, params.number("beta")?);
                Ok(forgetting_random(n, beta, count(params, "K_A")?, count(params, "K_B")?)?.into())
            },
        },
        Prediction {
            id: "mem/forgetting-rate",
            title: "Forgetting of exponentially many memories",
            formula: r"1-\frac{\alpha_A+\phi_B}\beta,\ \phi_B=\beta q_*-I(q_*)\ (I(q_*)\le\alpha_B),\ \beta q_\alpha-\alpha_B,\ I(q)=-\tfrac12\log(1-q^2),\ I(q_\alpha)=\alpha_B",
            parameters: const {
                &[
                    BETA,
                    required("alpha_A", Number, "log K_A / N", "a number from 0 to below alpha_1(beta)"),
                    required("alpha_B", Number, "log K_B / N", "a number >= 0"),
                ]
            },
            value: "(E_B - E_A)/N",
            outputs: Outputs::One(number("rate")),
            validity: "N -> infinity; at N = 20 to 40 off by 0.003 to 0.06: use mem/forgetting-random",
            sources: CAPACITY,
            evaluate: |params| {
                let (old, new) = (params.number("alpha_A")?, params.number("alpha_B")?);
                Ok(forgetting_rate(params.number("beta")?, old, new)?.into())
            },
        },
        Prediction {
            id: "mem/survival-capacity",
            title: "How many new patterns an old one survives",
            formula: r"\alpha_c=\beta(1-\sqrt\rho r)-\psi\left(\beta\sqrt{(1-\rho)(1-r^2)}\right),\quad\psi(\lambda)=\lambda q_*+\tfrac12\log(1-q_*^2)",
            parameters: const { &[BETA, OVERLAP, SPREAD] },
            value: "alpha_c: up to e^(alpha_c N) new patterns",
            outputs: Outputs::One(number("alpha_c")),
            validity: "N -> infinity, where the noise is uncondensed for all parameters; the transition has width 1/N (mem/survival-weight)",
            sources: CAPACITY,
            evaluate: |params| {
                let (r, rho) = (params.number("r")?, params.number("rho")?);
                Ok(survival_capacity(params.number("beta")?, r, rho)?.into())
            },
        },
        Prediction {
            id: "mem/survival-weight",
            title: "Mean attention on an old pattern among new ones",
            formula: r"\int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\beta(q-1)}}\right]\right)^P,\ q=\sqrt\rho r+\sqrt{(1-\rho)(1-r^2)}q'",
            parameters: const {
                &[
                    required("N", Integer, "N, the dimension", "an integer from 4 to 100000"),
                    BETA,
                    OVERLAP,
                    SPREAD,
                    required("P", Integer, "the new patterns", "an integer >= 1"),
                ]
            },
            value: "E[p_1]",
            outputs: Outputs::One(number("p_1")),
            validity: "exact at any size; N beta up to 10^4",
            sources: CAPACITY,
            evaluate: |params| {
                let (n, beta) = (params.integer("N")?, params.number("beta")?);
                let (r, rho) = (params.number("r")?, params.number("rho")?);
                Ok(survival_weight(n, beta, r, rho, count(params, "P")?)?.into())
            },
        },
    ]
}

/// A parameter that is null unless some choice needs it.
fn needed<T: serde::de::DeserializeOwned>(
    params: &Params,
    name: &'static str,
    by: &str,
) -> Result<T, TheoryError> {
    params.get::<Option<T>>(name)?.ok_or_else(|| TheoryError::MissingParameter {
        name: name.to_owned(),
        meaning: format!("needed by the scores {by}"),
    })
}

/// Refuses parameters that the chosen scores do not have.
fn unused(params: &Params, names: &[&'static str], by: &str) -> Result<(), TheoryError> {
    for name in names.iter().filter(|name| params.has(name)) {
        let value: Json = params.get(name)?;
        if !value.is_null() {
            return Err(TheoryError::invalid(
                *name,
                value,
                format!("null: the scores {by} have no such parameter"),
            ));
        }
    }
    Ok(())
}

fn scores(params: &Params) -> Result<Scores, TheoryError> {
    let name: String = params.get("scores")?;
    if name == "sphere" {
        return Ok(Scores::Sphere(needed(params, "d", "sphere")?));
    }
    let scores = match name.as_str() {
        "gaussian" => Scores::Gaussian,
        "laplace" => Scores::Laplace,
        other => return Err(TheoryError::invalid("scores", other, SCORES.domain)),
    };
    unused(params, &["d"], &name)?;
    Ok(scores)
}

fn tail(params: &Params) -> Result<Tail, TheoryError> {
    let name: String = params.get("scores")?;
    match name.as_str() {
        "gaussian" => {
            unused(params, &["d", "a", "c"], &name)?;
            let copies = params.get::<Option<f64>>("copies")?.map_or(Ok(1.0), |_| count(params, "copies"))?;
            Ok(Tail::Gaussian {
                correlation: params.get::<Option<f64>>("correlation")?.unwrap_or(0.0),
                copies,
            })
        }
        "sphere" => {
            unused(params, &["correlation", "copies", "a", "c"], &name)?;
            Ok(Tail::Sphere(needed(params, "d", "sphere")?))
        }
        "stretched" => {
            unused(params, &["correlation", "copies", "d"], &name)?;
            Ok(Tail::Stretched { power: needed(params, "a", &name)?, rate: needed(params, "c", &name)? })
        }
        other => Err(TheoryError::invalid("scores", other, "\"gaussian\", \"sphere\" or \"stretched\"")),
    }
}

fn temperatures() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/attention-statistics",
            title: "How concentrated attention on random scores is",
            formula: r"E\sum p^2=n\int du\,E[w^2e^{-w}]\varphi^{n-1},\ E\log Z=-\gamma_E-u_0-\int_{u_0}^\infty\varphi^ndu,\quad w=e^{u+\beta s},\ \varphi=Ee^{-w}",
            parameters: const { &[SCORES, SPHERE, KEYS, BETA] },
            value: "[E sum p^2, E H, E log Z]: 1/E sum p^2 and e^H count the keys attended",
            outputs: const { Outputs::List(&numbers(["participation", "entropy", "log_Z"])) },
            validity: "exact for independent scores of unit variance (laplace: density exp(-|s|)/2) at any n",
            sources: ATTENTION,
            evaluate: |params| {
                let found =
                    attention_statistics(scores(params)?, count(params, "n")?, params.number("beta")?)?;
                Ok([found.participation, found.entropy, found.log_z].into())
            },
        },
        Prediction {
            id: "mem/participation",
            title: "The inverse number of keys attended",
            formula: r"E\sum p^2=n\int du\,E[w^2e^{-w}]\varphi^{n-1}",
            parameters: const { &[SCORES, SPHERE, KEYS, BETA] },
            value: "E sum p^2",
            outputs: Outputs::One(number("participation")),
            validity: "as mem/attention-statistics",
            sources: ATTENTION,
            evaluate: |params| {
                let found =
                    attention_statistics(scores(params)?, count(params, "n")?, params.number("beta")?)?;
                Ok(found.participation.into())
            },
        },
        Prediction {
            id: "mem/critical-temperature",
            title: "Where attention condenses on few keys",
            formula: r"\sqrt{\tfrac{2\log(n/k)}{1-\varrho}};\ \sqrt de^{2\alpha}\sqrt{1-e^{-2\alpha}},\alpha=\tfrac{\log n}d;\ \max(a,1)c^{1/a}(\log n)^{1-1/a}",
            parameters: const {
                &[
                    required(
                        "scores",
                        Word,
                        "the law of the scores",
                        "\"gaussian\", \"sphere\" or \"stretched\"",
                    ),
                    required("n", Integer, "n, the number of keys", "an integer >= 2"),
                    optional(
                        "correlation",
                        Number,
                        "gaussian: the correlation from key to key",
                        "a number from -1/(n - 1) to below 1; null for 0 and for other scores",
                        "null",
                    ),
                    optional(
                        "copies",
                        Integer,
                        "gaussian: equal keys in a group",
                        "an integer from 1 to n; null for 1 and for other scores",
                        "null",
                    ),
                    SPHERE,
                    optional(
                        "a",
                        Number,
                        "stretched: P(s > x) ~ exp(-c x^a)",
                        "a number > 0; null for other scores",
                        "null",
                    ),
                    optional(
                        "c",
                        Number,
                        "stretched: the rate c",
                        "a number > 0; null for other scores",
                        "null",
                    ),
                ]
            },
            value: "beta_c",
            outputs: Outputs::One(number("beta_c")),
            validity: "logarithm of n large; at real context lengths two effective keys need 1.6 to 1.8 beta_c (mem/attention-temperature)",
            sources: ATTENTION,
            evaluate: |params| Ok(critical_temperature(tail(params)?, count(params, "n")?)?.into()),
        },
        Prediction {
            id: "mem/participation-exponents",
            title: "Exponents of the number of keys attended",
            formula: r"-1+2\gamma^2\ (\gamma\le\tfrac1{\sqrt3}),\ 1-\tfrac14(\gamma+\tfrac1\gamma)^2;\ -1+2\gamma^2\ (\gamma\le\tfrac12),\ -2(1-\gamma)^2;\ 1-\gamma^2",
            parameters: const { &[required("gamma", Number, "gamma = beta/sqrt(2 log n)", "a number > 0")] },
            value: "[log E sum p^2, log sum p^2 of a typical row, E H] over log n",
            outputs: const { Outputs::List(&numbers(["mean", "typical", "entropy"])) },
            validity: "Gaussian scores, n -> infinity; the mean is ruled by rare rows from 1/sqrt(3) on",
            sources: ATTENTION,
            evaluate: |params| {
                let found = participation_exponents(params.number("gamma")?)?;
                Ok([found.mean, found.typical, found.entropy].into())
            },
        },
        Prediction {
            id: "mem/attention-temperature",
            title: "The temperature that attends to a wanted number of keys",
            formula: r"E\sum p^2(\beta)=\text{participation},\quad EH(\beta)=\text{entropy}",
            parameters: const {
                &[
                    SCORES,
                    SPHERE,
                    KEYS,
                    optional(
                        "participation",
                        Number,
                        "E sum p^2 wanted",
                        "a number in (1/n, 1), or null where the entropy is given",
                        "null",
                    ),
                    optional(
                        "entropy",
                        Number,
                        "E H wanted",
                        "a number in (0, log n), or null where the participation is given",
                        "null",
                    ),
                ]
            },
            value: "beta; scores divided by the root of the head's dimension have beta = 1",
            outputs: Outputs::One(number("beta")),
            validity: "as mem/attention-statistics; beta from 0.01 to 1000",
            sources: ATTENTION,
            evaluate: |params| {
                let n = count(params, "n")?;
                let (participation, entropy) = (params.get("participation")?, params.get("entropy")?);
                let wanted = match (participation, entropy) {
                    (Some(p), None) => Attended::Participation(p),
                    (None, Some(h)) => Attended::Entropy(h),
                    (None, None) => {
                        return Err(TheoryError::MissingParameter {
                            name: "participation".to_owned(),
                            meaning: "E sum p^2 wanted; or entropy".to_owned(),
                        });
                    }
                    (Some(_), Some(h)) => {
                        return Err(TheoryError::invalid("entropy", h, "null where participation is given"));
                    }
                };
                Ok(attention_temperature(scores(params)?, n, wanted)?.into())
            },
        },
        Prediction {
            id: "mem/gap-bounds",
            title: "Rigorous bounds of the largest attention weight of a row",
            formula: r"\max(0,1-\tfrac B\beta)\le p_{\max}\le\min_\delta\frac{e^{\beta\delta}}{N(\delta)},\quad B=\sup_{\delta>0}\frac{\log N(\delta)}\delta",
            parameters: const {
                &[required("values", Numbers, "the scores of the row", "a list of numbers"), BETA]
            },
            value: "[p_max, lower, upper]",
            outputs: const { Outputs::List(&numbers(["p_max", "lower", "upper"])) },
            validity: "rigorous for any scores; N(delta) counts scores within delta of the maximum, itself too",
            sources: &[HAYASE_2026],
            evaluate: |params| {
                let values: Vec<f64> = params.get("values")?;
                let found = gap_bounds(&values, params.number("beta")?)?;
                Ok([found.largest, found.lower, found.upper].into())
            },
        },
    ]
}

fn layers() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/token-map",
            title: "A layer of softmax mixing on Gaussian tokens",
            formula: r"B=gI+a\beta WCA^\top,\quad m'=(B+aW)m,\quad C'=BCB^\top",
            parameters: const {
                &[
                    required("m", Numbers, "m, the mean token", "a list of d numbers"),
                    required(
                        "C",
                        Rows,
                        "C, the covariance of tokens",
                        "a symmetric d x d matrix without negative eigenvalues",
                    ),
                    optional(
                        "A",
                        Rows,
                        "A, of the scores beta x A y",
                        "a d x d matrix, or null for the identity",
                        "null",
                    ),
                    optional("W", Rows, "W, the values", "a d x d matrix, or null for the identity", "null"),
                    required("beta", Number, "beta, the inverse temperature", "a number >= 0"),
                    required("skip", Number, "g, the scale of the skip connection", "a number"),
                    required("branch", Number, "a, the scale of attention", "a number"),
                ]
            },
            value: "m', then C' row by row",
            outputs: Outputs::One(series("moments")),
            validity: "many Gaussian tokens; any tokens, with their empirical m and C, where beta sqrt(tr C)(|m| + sqrt(tr C)) << 1. Few tokens: outliers attend to themselves",
            sources: COLLAPSE,
            evaluate: |params| {
                let mean: Vec<f64> = params.get("m")?;
                let given = |name: &str| -> Result<Option<DMatrix<f64>>, TheoryError> {
                    if params.get::<Json>(name)?.is_null() { Ok(None) } else { params.matrix(name).map(Some) }
                };
                let layer = MixingLayer {
                    query_key: given("A")?,
                    values: given("W")?,
                    beta: params.number("beta")?,
                    skip: params.number("skip")?,
                    branch: params.number("branch")?,
                };
                params.afford("the covariance of tokens", 40.0 * (mean.len() as f64).powi(3))?;
                let (mean, spread) = token_map(&DVector::from_vec(mean), &params.matrix("C")?, &layer)?;
                Ok([mean.iter().copied().collect(), rows(&spread)].concat().into())
            },
        },
        Prediction {
            id: "mem/token-similarity",
            title: "Rank collapse of tokens with skip connections",
            formula: r"\rho'=\rho\left(\frac{g+a\beta s}{g+a(1+\beta s)}\right)^2;\ \rho\frac{g^2+a^2\beta^2s^2}{g^2+a^2(1+\beta s)^2},\quad s=\frac\rho{1+\rho}",
            parameters: const {
                &[
                    required("rho", Number, "the residual over the mean token, in power", "a number > 0"),
                    required("beta", Number, "beta, the inverse temperature", "a number >= 0"),
                    required("skip", Number, "g, the scale of the skip connection", "a number >= 0"),
                    required(
                        "branch",
                        Number,
                        "a, the scale of attention",
                        "a number >= 0, > 0 where skip is 0",
                    ),
                    required("layers", Integer, "how many layers", "an integer >= 1"),
                    optional(
                        "values",
                        Word,
                        "the value matrices",
                        "\"identity\" or \"random\"",
                        "\"identity\"",
                    ),
                ]
            },
            value: "[rho_1, ..., rho_L]; two tokens have the cosine 1/(1 + rho)",
            outputs: Outputs::One(series("rho")),
            validity: "many tokens, rescaled after each layer; beta s below half of mem/collapse-boundary. Random values: of the mean of log rho",
            sources: COLLAPSE,
            evaluate: |params| {
                let layers = params.integer("layers")?;
                params.afford("the layers", 100.0 * layers as f64)?;
                let values = params.get::<String>("values")?.parse()?;
                let (skip, branch) = (params.number("skip")?, params.number("branch")?);
                let (rho, beta) = (params.number("rho")?, params.number("beta")?);
                Ok(token_similarity(rho, beta, skip, branch, layers, values)?.into())
            },
        },
        Prediction {
            id: "mem/collapse-boundary",
            title: "Where tokens stop collapsing and attend to themselves",
            formula: r"\lambda_c=1-\sqrt{1-\tfrac{2\log T}d}\ (2\log T<d),\ 1",
            parameters: const {
                &[
                    required("T", Integer, "T, the number of tokens", "an integer >= 2"),
                    required("d", Integer, "d, their dimension", "an integer >= 1"),
                ]
            },
            value: "lambda_c, of lambda = beta s",
            outputs: Outputs::One(number("lambda_c")),
            validity: "many dimensions; at finite size the weight on oneself is rem/attention-weight of the gaussian ensemble",
            sources: const { &[DONG_2021, LUCIBELLO_2024] },
            evaluate: |params| Ok(collapse_boundary(count(params, "T")?, count(params, "d")?)?.into()),
        },
    ]
}

fn linear() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/mixing-moments",
            title: "Effective rank of linear mixing against depth",
            formula: r"x'=[g^4+2ug^2(1+T)+u^2T(T+1)]x+[2ug^2+u^2T]y,\ y'=(g^2+uT)^2y+[4ug^2+2Tu^2]x,\quad u=\tfrac{a^2}T",
            parameters: const {
                &[
                    TOKENS,
                    required("g", Number, "g, the scale of the skip connection", "a number"),
                    required("a", Number, "a, the scale of the branch", "a number"),
                    required("layers", Integer, "how many layers", "an integer >= 1"),
                ]
            },
            value: "[E tr H^2, E (tr H)^2, their ratio]",
            outputs: const { Outputs::List(&numbers(["trace_of_square", "square_of_trace", "ratio"])) },
            validity: "exact; the ratio lies below the mean effective rank",
            sources: PRODUCTS,
            evaluate: |params| {
                let (skip, branch) = (params.number("g")?, params.number("a")?);
                let found = mixing_moments(params.integer("T")?, skip, branch, params.integer("layers")?)?;
                Ok([found.trace_of_square, found.square_of_trace, found.effective_rank].into())
            },
        },
        Prediction {
            id: "mem/mixing-exponents",
            title: "Lyapunov exponents of linear mixing without a skip",
            formula: r"\lambda_i=\tfrac12\left[\log\tfrac{2a^2}T+\digamma\left(\tfrac{T-i+1}2\right)\right]",
            parameters: const { &[TOKENS, BRANCH] },
            value: "[lambda_1, ..., lambda_T]",
            outputs: Outputs::One(series("exponents")),
            validity: "exact for many layers",
            sources: PRODUCTS,
            evaluate: |params| Ok(mixing_exponents(params.integer("T")?, params.number("a")?)?.into()),
        },
        Prediction {
            id: "mem/mixing-top-exponent",
            title: "The largest Lyapunov exponent of linear mixing with a skip",
            formula: r"\lambda_1=\tfrac12E\log\left[\left(g+\tfrac a{\sqrt T}z\right)^2+\tfrac{a^2}T\chi^2_{T-1}\right]",
            parameters: const {
                &[
                    required("T", Integer, "T, the number of tokens", "an integer >= 2"),
                    required("g", Number, "g, the scale of the skip connection", "a number >= 0"),
                    BRANCH,
                ]
            },
            value: "lambda_1",
            outputs: Outputs::One(number("lambda_1")),
            validity: "exact for many layers",
            sources: PRODUCTS,
            evaluate: |params| {
                Ok(mixing_top_exponent(params.integer("T")?, params.number("g")?, params.number("a")?)?
                    .into())
            },
        },
        Prediction {
            id: "mem/kronecker-moments",
            title: "Spectral moments of a mixing block",
            formula: r"\mu_k(S)\mu_k(C),\quad\mu_1=1,\ \mu_2=2+\tfrac1S,\ \mu_3=5+\tfrac6S+\tfrac4{S^2}",
            parameters: const {
                &[
                    required("S", Integer, "S, the tokens", "an integer >= 1"),
                    required("C", Integer, "C, the channels", "an integer >= 1"),
                    required("order", Integer, "k", "1, 2 or 3"),
                ]
            },
            value: "E tr [(V x W)(V x W)']^k / SC",
            outputs: Outputs::One(number("moment")),
            validity: "exact; a dense matrix of width SC has 2 and 5 where a mixing block has 4 and 25",
            sources: const { &[HAYASE_2023] },
            evaluate: |params| {
                let (tokens, channels) = (params.integer("S")?, params.integer("C")?);
                Ok(kronecker_moment(tokens, channels, params.integer("order")?)?.into())
            },
        },
    ]
}

fn three_layers(params: &Params) -> Result<ThreeLayers, TheoryError> {
    let (tokens, channels) = (params.matrix("W1")?, params.matrix("W2")?);
    let work = |w: &DMatrix<f64>| 20.0 * (w.ncols() as f64).powi(3);
    params.afford("the singular values", work(&tokens) + work(&channels))?;
    ThreeLayers::new(tokens, channels)
}

fn memories() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mem/ham-critical",
            title: "Where a three-layer memory that mixes tokens and channels begins to remember",
            formula: r"\kappa_c=\left(\sigma_1(W_1)^2+\sigma_1(W_2)^2\right)^{-1}",
            parameters: &COUPLINGS,
            value: "kappa_c",
            outputs: Outputs::One(number("kappa_c")),
            validity: "exact: below it zero attracts everything",
            sources: const { &[KARAKIDA_2024] },
            evaluate: |params| Ok(three_layers(params)?.critical()?.into()),
        },
        Prediction {
            id: "mem/ham-amplitude",
            title: "What a three-layer memory remembers just above its transition",
            formula: r"t^2=\frac{3(\mu-1)}{\sum U^4+\kappa\sum(W_1U)^4+\kappa\sum(UW_2^\top)^4},\quad\mu=\kappa/\kappa_c,\ U=u_1u_2^\top",
            parameters: const {
                &[
                    COUPLINGS[0],
                    COUPLINGS[1],
                    required("coupling", Number, "kappa", "a number above kappa_c, near it"),
                ]
            },
            value: "t^2 of G = +-t U",
            outputs: Outputs::One(number("t_squared")),
            validity: "relative corrections of about 3 to 6 (mu - 1)",
            sources: const { &[KARAKIDA_2024] },
            evaluate: |params| Ok(three_layers(params)?.amplitude(params.number("coupling")?)?.into()),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of the part are all there.
    #[test]
    fn every_family_is_listed() {
        let all = catalog();
        assert_eq!(all.len(), 29);
        assert!(all.iter().all(|prediction| prediction.id.starts_with("mem/")));
        assert_eq!(rows(&nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0]), [1.0, 2.0, 3.0, 4.0]);
    }
}
