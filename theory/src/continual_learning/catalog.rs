//! The predictions of continual learning by name.

use nalgebra::DMatrix;
use serde::Deserialize;
use std::collections::BTreeSet;

use super::given::{self, ETA, Flat, LAMBDA, MODES, TAIL};
use super::{
    Heads, Spectrum, Stage, Target, TaskPair, averaged_models, circle_first_error, circle_self_ratio,
    contraction_factor, critical_similarity, effective_ridge, fixed_data_errors, forgetting,
    many_task_power_law, many_tasks, merged_models, multi_head, noise_floor, power_law_first_error,
    rough_target_ratio, rough_target_threshold, self_ratio_power_law, self_ratio_threshold, stages,
    stationary_stream, task_order, two_task,
};
use crate::TheoryError;
use crate::bibliography::{
    BIETTI_2021, BORDELON_2020, CANATAR_2021, JACOT_2018, KARAKIDA_2022_CONTINUAL, Source,
};
use crate::catalog::Kind::{Integer, Integers, Json, Number, Numbers, Rows};
use crate::catalog::outputs::{number, numbers, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SIGMA_B2, SIGMA_W2, optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::error::{affordable_memory, at_least};
use crate::kernel_spectrum::{
    NtkMap, SphereSpectrum, degeneracy, known_degree_weights, ntk_asymptotic, trunk_shares,
};
use crate::quadrature::kernel_operations;

const COVARIANCE: Parameter = required(
    "C",
    Rows,
    "the covariance of tasks",
    "a symmetric positive semi-definite matrix, one row a task",
);
const STAGES: Parameter = required(
    "stages",
    Json,
    "the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge",
    "a list of {\"N\": [...], \"sigma2\": [...], \"delta\": x}",
);
const RHO: Parameter = required("rho", Number, "rho, the similarity of the tasks", "a number from -1 to 1");
const N1: Parameter = required("N1", Integer, "samples of the first task", "an integer >= 1");
const N2: Parameter = required("N2", Integer, "samples of the second task", "an integer >= 1");
const DECAY: Parameter = required("a", Number, "the decay of the eigenvalues, i^-a", "a number > 1");
const DIMENSION: Parameter = required("d", Integer, "d, the dimension of the inputs", "an integer >= 2");
const HIGHEST: Parameter = required("kmax", Integer, "the highest degree", "an integer >= 0, at most 5000");
const PAPER: &[Source] = &[KARAKIDA_2022_CONTINUAL];

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [single(), pairs(), heads(), averages(), sequences(), power_laws(), kernels()].concat()
}

fn single() -> Vec<Prediction> {
    vec![Prediction {
        id: "cl/kappa-gamma",
        title: "Effective ridge and variance factor of kernel regression",
        formula: r"\kappa=\delta+\tau+\kappa\sum_i\frac{\lambda_i}{\kappa+N\lambda_i},\quad\gamma=\sum_i\frac{N\lambda_i^2}{(\kappa+N\lambda_i)^2}",
        parameters: const {
            &[
                MODES,
                LAMBDA,
                required("N", Integer, "samples", "an integer >= 1"),
                optional("delta", Number, "the ridge", "a number >= 0", "0"),
                TAIL,
            ]
        },
        value: "[kappa, gamma]",
        outputs: const { Outputs::List(&numbers(["kappa", "gamma"])) },
        validity: "many modes of comparable N lambda/kappa",
        sources: &[BORDELON_2020, CANATAR_2021],
        evaluate: |params| {
            let ridge =
                effective_ridge(&spectrum(params)?, params.integer("N")? as f64, params.number("delta")?)?;
            Ok([ridge.kappa, ridge.gamma].into())
        },
    }]
}

fn pairs() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "cl/two-task",
            title: "Two tasks in turn: errors, transfer and forgetting",
            formula: r"E_{A\to B}=\frac1{1-\gamma_2}\sum q_2^2[2(1-\rho)(1-q_1)\eta+q_1^2\eta+b_1E_1],\ E_{\rm back}=E_{A\to B}+2(1-\rho)\sum\eta[1-q_2(2-q_1)]",
            parameters: const { &[MODES, LAMBDA, ETA, TAIL, N1, N2, RHO] },
            value: "[E_1, E_B, E_{A->B}, E_back, rho*]: E_B is the second task alone; transfer helps where rho > rho*",
            outputs: const { Outputs::List(&numbers(["E_1", "E_B", "E_AB", "E_back", "rho_star"])) },
            validity: "Gaussian features; real inputs from dimension 5 or 10 on; no noise, no ridge",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (n1, n2) = (params.integer("N1")?, params.integer("N2")?);
                let law = two_task(&spectrum, &target, n1, n2, params.number("rho")?)?;
                Ok([law.first, law.alone, law.forward, law.backward, law.critical_similarity].into())
            },
        },
        Prediction {
            id: "cl/rho-star",
            title: "Similarity above which a first task helps the second",
            formula: r"\rho^*=1-\frac{\sum q_2^2[(1-q_1^2)\eta-b_1E_1]}{2\sum q_2^2(1-q_1)\eta}",
            parameters: const { &[MODES, LAMBDA, ETA, TAIL, N1, N2] },
            value: "rho*; above 1: no similarity suffices",
            outputs: Outputs::One(number("rho_star")),
            validity: "as cl/two-task; exactly one half for matched targets",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (n1, n2) = (params.integer("N1")?, params.integer("N2")?);
                Ok(critical_similarity(&spectrum, &target, n1, n2)?.into())
            },
        },
        Prediction {
            id: "cl/forgetting",
            title: "How much of the first task the second one destroys",
            formula: r"E_{\rm back}(\rho)=E_2(1)+2(1-\rho)\mathcal B,\quad\rho_{\rm back}=1-\frac{E_1-E_2(1)}{2\mathcal B}",
            parameters: const { &[MODES, LAMBDA, ETA, TAIL, N1, N2] },
            value: "{at_equal_tasks: E_2(1), slope: B, threshold: rho_back or \"never\"}",
            outputs: const { Outputs::Object(&numbers(["at_equal_tasks", "slope", "threshold"])) },
            validity: "as cl/two-task",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let law = forgetting(&spectrum, &target, params.integer("N1")?, params.integer("N2")?)?;
                Ok(Value::Object(vec![
                    ("at_equal_tasks", law.at_equal_tasks.into()),
                    ("slope", law.slope.into()),
                    ("threshold", law.threshold.map_or(Value::Word("never"), Value::from)),
                ]))
            },
        },
    ]
}

fn heads() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "cl/multi-head",
            title: "Two tasks in turn with a head each on one trunk",
            formula: r"\hat\tau=\varrho\tau:\quad E_{A\to B}=\frac{\sum q_2^2U+\gamma_2\sigma_2^2}{1-\gamma_2},\quad U=\eta-2\hat\tau\rho R_1+\hat\tau^2S_1",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    required(
                        "trunk",
                        Json,
                        "tau, the share of the trunk in the eigenvalues of the kernel (cl/trunk-share)",
                        "a number from 0 to 1, or a list of them, one for every eigenvalue",
                    ),
                    required(
                        "head_correlation",
                        Number,
                        "the correlation of the heads' initial weights: 0 for heads drawn apart, 1 for equal ones",
                        "a number from -1 to 1",
                    ),
                    N1,
                    N2,
                    RHO,
                    optional("sigma2_1", Number, "label noise of the first task", "a number >= 0", "0"),
                    optional("sigma2_2", Number, "label noise of the second task", "a number >= 0", "0"),
                ]
            },
            value: "[E_1, E_B, E_{A->B}, E_back]: E_B is the second task alone",
            outputs: const { Outputs::List(&numbers(["E_1", "E_B", "E_AB", "E_back"])) },
            validity: "as cl/two-task; all parts of the kernel with the same eigenfunctions; no ridge",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let trunk = match params.get::<f64>("trunk") {
                    Ok(share) => vec![share; spectrum.levels()],
                    Err(_) => params.get("trunk")?,
                };
                let pair = TaskPair {
                    samples: [params.integer("N1")?, params.integer("N2")?],
                    noise: [params.number("sigma2_1")?, params.number("sigma2_2")?],
                    rho: params.number("rho")?,
                };
                let heads = Heads { trunk, correlation: params.number("head_correlation")? };
                let law = multi_head(&spectrum, &target, &heads, &pair)?;
                Ok([law.first, law.alone, law.forward, law.backward].into())
            },
        },
        Prediction {
            id: "cl/trunk-share",
            title: "The share of the trunk in the eigenvalues of the tangent kernel on a sphere",
            formula: r"\tau_k=\int\sigma_w^2\dot V\Theta^{(L-1)}P_k\Big/\int\Theta^{(L)}P_k",
            parameters: const {
                &[
                    ACTIVATION,
                    required("depth", Integer, DEPTH.meaning, "an integer >= 2"),
                    SIGMA_W2,
                    SIGMA_B2,
                    DIMENSION,
                    HIGHEST,
                ]
            },
            value: "[tau_0, ..., tau_kmax]; the rest is the head, weights and biases of the last layer",
            outputs: Outputs::One(series("tau")),
            validity: "as cl/ntk-degree-weights; at least 2 layers; degrees with fewer than 3 digits are refused",
            sources: PAPER,
            evaluate: |params| {
                let (depth, d, highest) =
                    (params.integer("depth")?, params.integer("d")?, params.integer("kmax")?);
                // Head and trunk.
                affordable_spectrum(params, depth, highest, 2.0)?;
                Ok(trunk_shares(&params.scales()?, depth, d, highest)?.into())
            },
        },
        Prediction {
            id: "cl/order",
            title: "Which of two sample sizes first",
            formula: r"\bar E=\tfrac12(E_{A\to B}+E_{\rm back});\quad\eta=\lambda,\ \sigma^2=0:\ \bar E_{12}-\bar E_{21}=(1-2\rho)\,\mathrm{tr}\,\Lambda(\Pi_2\Pi_1\Pi_2-\Pi_1\Pi_2\Pi_1)",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    N1,
                    N2,
                    RHO,
                    optional("sigma2", Number, "label noise", "a number >= 0", "0"),
                ]
            },
            value: "[N1 samples first and N2 then, N2 first and N1 then]: the mean of the final errors on both tasks",
            outputs: const { Outputs::List(&numbers(["N1_first", "N2_first"])) },
            validity: "as cl/two-task; no ridge",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (n1, n2) = (params.integer("N1")?, params.integer("N2")?);
                let (rho, noise) = (params.number("rho")?, params.number("sigma2")?);
                Ok(task_order(&spectrum, &target, n1, n2, rho, noise)?.into())
            },
        },
    ]
}

fn averages() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "cl/average",
            title: "The average of models trained on samples of their own",
            formula: r"E_{\rm avg}(A)=\tfrac1AE_1+\left(1-\tfrac1A\right)\sum_iq_i^2\eta_i",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    required("N", Integer, "samples of each model", "an integer >= 1"),
                    required("models", Integer, "the number of models", "an integer >= 1"),
                    optional("sigma2", Number, "label noise", "a number >= 0", "0"),
                    optional(
                        "N0",
                        Integer,
                        "samples of the same task on which the model that all start from was trained",
                        "an integer >= 0; 0: none",
                        "0",
                    ),
                ]
            },
            value: "[E_avg, E_1]: of the average, and of each model",
            outputs: const { Outputs::List(&numbers(["E_avg", "E_1"])) },
            validity: "as cl/stages; the kernel regime, in which averages of weights and of outputs agree; no ridge",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (samples, models) = (params.integer("N")?, params.integer("models")?);
                let (noise, common) = (params.number("sigma2")?, params.integer("N0")?);
                let law = averaged_models(&spectrum, &target, samples, models, noise, common)?;
                Ok([law.average, law.single].into())
            },
        },
        Prediction {
            id: "cl/merge",
            title: "Models of different tasks merged: the error on every task",
            formula: r"E_j=\sum_i\eta_i\sum_{tt'}v_{j,t}v_{j,t'}C_{tt'}+\sum_sa_s^2\gamma_s(E_s+\sigma^2),\quad v_{j,t}=a_t(1-q_t)-\delta_{tj}",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    required(
                        "N",
                        Integers,
                        "samples of each task's model",
                        "a list of integers >= 1, one for every task",
                    ),
                    COVARIANCE,
                    required(
                        "weights",
                        Numbers,
                        "a, the weights of the models in the merged one",
                        "a list of numbers, one for every task",
                    ),
                    optional("sigma2", Number, "label noise", "a number >= 0", "0"),
                ]
            },
            value: "[E_1, ..., E_K]: the error of the merged model on every task",
            outputs: Outputs::One(series("E")),
            validity: "as cl/stages; the kernel regime; no ridge",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (samples, weights) = (params.get::<Vec<usize>>("N")?, params.get::<Vec<f64>>("weights")?);
                let sizes = samples.iter().collect::<BTreeSet<_>>().len() as f64;
                let (levels, tasks) = (spectrum.levels() as f64, samples.len() as f64);
                affordable_memory("what every size leaves unlearnt", 32.0 * levels * sizes)?;
                let work = sizes * levels * (500.0 + 3.0 * sizes) + 20.0 * tasks * tasks * tasks;
                params.afford("the law of merged models", work)?;
                let covariance = params.matrix("C")?;
                let noise = params.number("sigma2")?;
                Ok(merged_models(&spectrum, &target, &covariance, &samples, &weights, noise)?.into())
            },
        },
    ]
}

const SEQUENCE: &[Parameter] = &[
    MODES,
    LAMBDA,
    ETA,
    TAIL,
    COVARIANCE,
    STAGES,
    optional(
        "zeta",
        Json,
        "the mode powers of a random function to start from",
        "as lambda; null for zero",
        "null",
    ),
];

const fn sequence(id: &'static str, title: &'static str) -> Prediction {
    Prediction {
        id,
        title,
        formula: r"S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta C_{jj})",
        parameters: SEQUENCE,
        value: "E[n][j]: one row a stage, in it the error on each task",
        outputs: Outputs::One(table("E")),
        validity: "Gaussian features; many modes of comparable N lambda/kappa",
        sources: PAPER,
        evaluate: |params| {
            let (spectrum, target) = problem(params)?;
            let zeta = powers(params, "zeta")?;
            let (covariance, all) = (params.matrix("C")?, stage_list(params)?);
            affordable(params, &spectrum, all.len(), covariance.nrows())?;
            Ok(stages(&spectrum, &target, &covariance, &all, zeta.as_deref())?.into())
        },
    }
}

fn sequences() -> Vec<Prediction> {
    vec![
        sequence("cl/stages", "Any sequence of tasks: the error on every task after every stage"),
        sequence("cl/joint", "Joint training on several tasks"),
        sequence("cl/replay", "Stages that replay earlier tasks"),
        sequence("cl/init-function", "Tasks learnt from a random initial function"),
        sequence("cl/underparametrised", "More samples than modes of the kernel"),
        Prediction {
            id: "cl/sphere-stages",
            title: "Any sequence of tasks on a sphere, with the tangent kernel of a network",
            formula: r"\lambda_k=\int\Theta P_k,\quad\tau=\Theta(1)-\sum_{k\le k_c}N(d,k)\lambda_k,\quad\delta_{\rm eff}=\delta+\tau",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    DIMENSION,
                    HIGHEST,
                    COVARIANCE,
                    STAGES,
                    optional(
                        "target_power_by_degree",
                        Numbers,
                        "N(d,k) eta_k of the degrees 0, 1, ...",
                        "a list of numbers >= 0; null: matched to the kernel",
                        "null",
                    ),
                ]
            },
            value: "E[n][j]: one row a stage, in it the error on each task",
            outputs: Outputs::One(table("E")),
            validity: "d >= 10; at d = 5 within 3 % for ReLU and 7 to 11 % off for erf; below, inputs on spheres are not Gaussian features",
            sources: &[KARAKIDA_2022_CONTINUAL, BIETTI_2021],
            evaluate: on_sphere,
        },
        Prediction {
            id: "cl/many-task",
            title: "One task in stages of equal size",
            formula: r"E_n=\frac1{1-\gamma}\sum q^2v_{n-1},\quad v_n=q^2v_{n-1}+bE_n,\ v_0=\eta",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    required("N", Integer, "samples of a stage", "an integer >= 1"),
                    required("n", Integer, "the number of stages", "an integer >= 1"),
                    optional("sigma2", Number, "label noise", "a number >= 0", "0"),
                ]
            },
            value: "[E_1, ..., E_n]",
            outputs: Outputs::One(series("E")),
            validity: "as cl/stages",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (samples, count) = (params.integer("N")?, params.integer("n")?);
                params.afford("the law of many tasks", 6.0 * count as f64 * spectrum.levels() as f64)?;
                Ok(many_tasks(&spectrum, &target, samples, count, params.number("sigma2")?)?.into())
            },
        },
        Prediction {
            id: "cl/contraction-factor",
            title: "Asymptotic factor by which a stage of the same task shrinks the error",
            formula: r"\frac1{1-\gamma}\sum_i\frac{b_iq_i^2}{\mu-q_i^2}=1",
            parameters: const {
                &[MODES, LAMBDA, required("N", Integer, "samples of a stage", "an integer from 1 to P-1")]
            },
            value: "mu",
            outputs: Outputs::One(number("mu")),
            validity: "a finite number of modes, all of them learnable",
            sources: PAPER,
            evaluate: |params| Ok(contraction_factor(&spectrum(params)?, params.integer("N")?)?.into()),
        },
        Prediction {
            id: "cl/noise-floor",
            title: "Error of infinitely many stages of one noisy task",
            formula: r"E_\infty=\sigma^2\frac s{1-s},\quad s=\frac1N\sum_i\frac{1-q_i}{1+q_i}+\frac\tau{2\kappa}",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    TAIL,
                    required("N", Integer, "samples of a stage", "an integer >= 1"),
                    required("sigma2", Number, "label noise", "a number >= 0"),
                ]
            },
            value: "E_inf, always above sigma2",
            outputs: Outputs::One(number("E_inf")),
            validity: "no ridge, fewer samples than modes",
            sources: PAPER,
            evaluate: |params| {
                Ok(noise_floor(&spectrum(params)?, params.integer("N")?, params.number("sigma2")?)?.into())
            },
        },
        Prediction {
            id: "cl/stationary",
            title: "Errors in an endless stream of equally similar tasks",
            formula: r"E_{\rm fwd}=\frac{2(1-\rho)\sum q^2\eta/(1+q)+\sigma^2s}{1-s},\quad E_{\rm far}=2(1-\rho)\sum\frac\eta{1+q}+s(E_{\rm fwd}+\sigma^2)",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    required("N", Integer, "samples of a stage", "an integer >= 1"),
                    RHO,
                    optional("sigma2", Number, "label noise", "a number >= 0", "0"),
                ]
            },
            value: "[E_fwd, E_far]: on the newest task, and on one of the distant past",
            outputs: const { Outputs::List(&numbers(["E_fwd", "E_far"])) },
            validity: "no ridge, fewer samples than modes, rho from 0 to 1",
            sources: PAPER,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (samples, rho) = (params.integer("N")?, params.number("rho")?);
                let law = stationary_stream(&spectrum, &target, samples, rho, params.number("sigma2")?)?;
                Ok([law.forward, law.far].into())
            },
        },
        Prediction {
            id: "cl/fixed-data",
            title: "Errors for given features, averaged over targets and noise",
            formula: r"E_{s,j}=C_{jj}\sum\eta-2\sum A\circ GC+\mathrm{tr}[A\Omega A^\top K_2],\quad\Phi_{\mu i}=\sqrt2\sin(a_0+a_1\mu+a_2i+a_3\mu i)",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    required("phase", Numbers, "[a_0, a_1, a_2, a_3] of the features", "four numbers"),
                    COVARIANCE,
                    STAGES,
                ]
            },
            value: "E[n][j]: one row a stage, in it the error on each task",
            outputs: Outputs::One(table("E")),
            validity: "exact; for checking simulations",
            sources: PAPER,
            evaluate: fixed_data,
        },
    ]
}

fn power_laws() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "cl/self-ratio-power-law",
            title: "The same task twice, power-law spectrum",
            formula: r"F_a(r)=a\left[\frac{1+r(R-2)}{(R-1)^2}-(1-\tfrac1a)\frac r{R-1}\right],\quad R=r^a",
            parameters: const { &[DECAY, required("r", Number, "N_2/N_1", "a number > 0")] },
            value: "E_2/E_1; above 1: self-knowledge is forgotten",
            outputs: Outputs::One(number("ratio")),
            validity: "matched prior, many samples",
            sources: PAPER,
            evaluate: |params| Ok(self_ratio_power_law(params.number("a")?, params.number("r")?)?.into()),
        },
        Prediction {
            id: "cl/self-ratio-threshold",
            title: "Ratio of sample sizes below which self-knowledge is forgotten",
            formula: r"F_a(r^*)=1",
            parameters: const { &[DECAY] },
            value: "r*",
            outputs: Outputs::One(number("r_star")),
            validity: "matched prior, many samples",
            sources: PAPER,
            evaluate: |params| Ok(self_ratio_threshold(params.number("a")?)?.into()),
        },
        Prediction {
            id: "cl/circle-self-ratio",
            title: "The same task twice, inputs on a circle",
            formula: r"F_\circ(r)=\tfrac53+4r^2J(r)-48r^2\mathcal K(r)",
            parameters: const { &[required("r", Number, "N_2/N_1", "a number from 0.05 to 10")] },
            value: "E_2/E_1",
            outputs: Outputs::One(number("ratio")),
            validity: "kernels with a cusp (ReLU), matched prior, many samples; exact",
            sources: PAPER,
            evaluate: |params| Ok(circle_self_ratio(params.number("r")?)?.into()),
        },
        Prediction {
            id: "cl/circle-first-error",
            title: "Error of one task, inputs on a circle",
            formula: r"E_1=\frac{4\pi c_0}{3(N+1)},\quad c_0=L(L-1)/\pi",
            parameters: const { &[DEPTH, required("N", Integer, "samples", "an integer >= 1")] },
            value: "E_1",
            outputs: Outputs::One(number("E_1")),
            validity: "bias-free ReLU networks with sigma_w2 = 2, matched prior, many samples; exact",
            sources: PAPER,
            evaluate: |params| Ok(circle_first_error(params.integer("depth")?, params.integer("N")?)?.into()),
        },
        Prediction {
            id: "cl/many-task-power-law",
            title: "One task in stages of equal size, power-law spectrum",
            formula: r"E_n=c_n+\sum_{j<n}g_jE_{n-j},\quad g_j=\frac{\Gamma(2j+1/a)\Gamma(2-1/a)}{c_a\Gamma(2j+2)}",
            parameters: const { &[DECAY, required("n", Integer, "the number of stages", "an integer >= 1")] },
            value: "[E_1/E_1, ..., E_n/E_1]",
            outputs: Outputs::One(series("ratios")),
            validity: "matched prior, many samples",
            sources: PAPER,
            evaluate: |params| Ok(many_task_power_law(params.number("a")?, params.integer("n")?)?.into()),
        },
        Prediction {
            id: "cl/power-law",
            title: "Error of one task, power-law spectrum and target",
            formula: r"E_1=(N/c_a)^{1-b}\,\Gamma(\beta)\Gamma(2-\beta),\quad\beta=(b-1)/a",
            parameters: const {
                &[
                    DECAY,
                    required("b", Number, "the decay of the target, i^-b", "a number with 0 < (b-1)/a < 2"),
                    required("N", Integer, "samples", "an integer >= 1"),
                ]
            },
            value: "E_1",
            outputs: Outputs::One(number("E_1")),
            validity: "many samples",
            sources: &[BORDELON_2020, KARAKIDA_2022_CONTINUAL],
            evaluate: |params| {
                let (a, b) = (params.number("a")?, params.number("b")?);
                Ok(power_law_first_error(a, b, params.integer("N")?)?.into())
            },
        },
        Prediction {
            id: "cl/rough-target",
            title: "The same task twice with equal sizes, targets of any roughness",
            formula: r"\frac{E_2}{E_1}=\frac{(3-\beta)(2-\beta)+1-a^{-2}}6",
            parameters: const { &[DECAY, required("beta", Number, "(b-1)/a", "a number between 0 and 2")] },
            value: "[E_2/E_1, the exponent below which it exceeds 1]",
            outputs: const { Outputs::List(&numbers(["ratio", "beta_star"])) },
            validity: "power laws, many samples",
            sources: PAPER,
            evaluate: |params| {
                let (a, beta) = (params.number("a")?, params.number("beta")?);
                Ok([rough_target_ratio(a, beta)?, rough_target_threshold(a)?].into())
            },
        },
    ]
}

fn kernels() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "cl/ntk-values",
            title: "Tangent kernel of an infinitely wide network",
            formula: r"\Theta\leftarrow\Sigma'+\sigma_w^2\dot V\,\Theta,\quad\Sigma'=\sigma_w^2V+\sigma_b^2",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    required("t", Numbers, "cosines of pairs of inputs", "a list of numbers from -1 to 1"),
                ]
            },
            value: "Theta at each entry of t",
            outputs: Outputs::One(series("Theta")),
            validity: "NTK parametrization, weights and biases trained; inputs of length sqrt(d)",
            sources: &[JACOT_2018],
            evaluate: |params| {
                let map = NtkMap::new(&params.scales()?, params.integer("depth")?)?;
                let cosines: Vec<f64> = params.get("t")?;
                Ok(cosines.into_iter().map(|t| map.at(t)).collect::<Result<Vec<_>, _>>()?.into())
            },
        },
        Prediction {
            id: "cl/ntk-degree-weights",
            title: "Eigenvalues of the tangent kernel on a sphere, times their degeneracies",
            formula: r"W_k=N(d,k)\lambda_k,\quad\sum_kW_k=\Theta(1)",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, DIMENSION, HIGHEST] },
            value: "[W_0, ..., W_kmax]",
            outputs: Outputs::One(series("W")),
            validity: "rounding errors of order 1e-16 Theta(1) sqrt(N(d,k)); degrees with fewer than 3 digits are refused",
            sources: &[BIETTI_2021, JACOT_2018],
            evaluate: |params| {
                let (depth, d, highest) =
                    (params.integer("depth")?, params.integer("d")?, params.integer("kmax")?);
                affordable_spectrum(params, depth, highest, 1.0)?;
                Ok(known_degree_weights(&params.scales()?, depth, d, highest)?.into())
            },
        },
        Prediction {
            id: "cl/ntk-asymptotic",
            title: "Decay of the eigenvalues of bias-free ReLU networks on a sphere",
            formula: r"\lambda_k\simeq A_k[c_0+(-1)^ks_\pi]\sim k^{-d}",
            parameters: const { &[DEPTH, DIMENSION, required("k", Integer, "the degree", "an integer >= 1")] },
            value: "lambda_k",
            outputs: Outputs::One(number("lambda_k")),
            validity: "high degrees; sigma_w2 = 2, depth >= 2",
            sources: &[BIETTI_2021],
            evaluate: |params| {
                let (depth, d, k) = (params.integer("depth")?, params.integer("d")?, params.integer("k")?);
                Ok(ntk_asymptotic(depth, d, k)?.into())
            },
        },
    ]
}

/// The parameters `lambda` and, where there is one, `tail`.
fn spectrum(params: &Params) -> Result<Spectrum, TheoryError> {
    given::spectrum(params, Flat::Refused)
}

/// The powers of one of the parameters; `None` where it is null.
fn powers(params: &Params, name: &str) -> Result<Option<Vec<f64>>, TheoryError> {
    given::powers(params, name, Flat::Refused)
}

fn problem(params: &Params) -> Result<(Spectrum, Target), TheoryError> {
    let spectrum = spectrum(params)?;
    let target = match powers(params, "eta")? {
        Some(eta) => Target::new(eta, 0.0)?,
        None => Target::matched(&spectrum),
    };
    Ok((spectrum, target))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageInput {
    #[serde(rename = "N")]
    samples: Vec<usize>,
    sigma2: Option<Vec<f64>>,
    #[serde(default)]
    delta: f64,
}

fn stage_list(params: &Params) -> Result<Vec<Stage>, TheoryError> {
    let inputs: Vec<StageInput> = params.get("stages")?;
    at_least("the number of stages", inputs.len(), 1)?;
    Ok(inputs
        .into_iter()
        .map(|input| {
            let noise = input.sigma2.unwrap_or_else(|| vec![0.0; input.samples.len()]);
            Stage { samples: input.samples, noise, ridge: input.delta }
        })
        .collect())
}

fn on_sphere(params: &Params) -> Result<Value, TheoryError> {
    let (depth, d, highest) = (params.integer("depth")?, params.integer("d")?, params.integer("kmax")?);
    // All that is cheap to check comes before the spectrum.
    let (covariance, all) = (params.matrix("C")?, stage_list(params)?);
    let by_degree = params.get::<Option<Vec<f64>>>("target_power_by_degree")?;
    if let Some(by_degree) = &by_degree
        && by_degree.len() > highest.saturating_add(1)
    {
        let valid = format!("at most {}, for the degrees 0 to kmax", highest.saturating_add(1));
        return Err(TheoryError::invalid("target_power_by_degree", by_degree.len(), valid));
    }
    affordable_spectrum(params, depth, highest, 1.0)?;
    let sphere = SphereSpectrum::of_ntk(&params.scales()?, depth, d, highest)?;
    let spectrum = Spectrum::sphere(&sphere)?;
    if sphere.levels() <= highest {
        unseen(&spectrum, &all, degeneracy(d, sphere.levels())?, sphere.levels())?;
    }
    let target = match by_degree {
        None => Target::matched(&spectrum),
        Some(by_degree) => {
            // Degrees beyond the levels that are known belong to the tail.
            let power = |k: usize| Ok(by_degree.get(k).copied().unwrap_or(0.0) / degeneracy(d, k)?);
            let powers = (0..sphere.levels()).map(power).collect::<Result<_, TheoryError>>()?;
            Target::new(powers, by_degree.iter().skip(sphere.levels()).sum())?
        }
    };
    affordable(params, &spectrum, all.len(), covariance.nrows())?;
    Ok(stages(&spectrum, &target, &covariance, &all, None)?.into())
}

/// Accepts a spectrum that rounding ends at the degree `end`, of `count` modes, if what is learnt of them cannot be seen:
/// $\lambda_{\rm end}\le\tau/N(d,{\rm end})$, so that they are learnt by at most $N\tau/(N(d,{\rm end})\,\kappa)$.
fn unseen(spectrum: &Spectrum, all: &[Stage], count: f64, end: usize) -> Result<(), TheoryError> {
    for stage in all {
        let samples: f64 = stage.samples.iter().map(|&n| n as f64).sum();
        let learnt = if spectrum.tail() == 0.0 || samples < 1.0 {
            0.0
        } else {
            samples * spectrum.tail() / (count * effective_ridge(spectrum, samples, stage.ridge)?.kappa)
        };
        if learnt > 1e-3 {
            return Err(TheoryError::LossOfPrecision {
                prediction: "cl/sphere-stages".to_owned(),
                detail: format!(
                    "degrees from {end} on are at the rounding floor, and {samples} samples see them"
                ),
                advice: format!(
                    "use fewer samples, or kmax below {end} and the rest of the kernel as a ridge"
                ),
            });
        }
    }
    Ok(())
}

/// What the spectra of `count` kernels on a sphere cost: the kernel at a few nodes a degree, and every degree at every node.
fn affordable_spectrum(params: &Params, depth: usize, highest: usize, count: f64) -> Result<(), TheoryError> {
    let degrees = highest as f64 + 1.0;
    let kernels = 1.2 * (degrees + 300.0) * depth as f64 * kernel_operations(&params.activation()?);
    params.afford("the spectrum of the kernel", count * (1e3 * degrees * degrees + kernels))
}

/// What the law of stages costs.
fn affordable(params: &Params, spectrum: &Spectrum, count: usize, tasks: usize) -> Result<(), TheoryError> {
    let (modes, pairs) = (spectrum.levels() as f64, (tasks * tasks) as f64);
    affordable_memory("the second moments of all modes", 8.0 * modes * pairs)?;
    params.afford("the law of stages", count as f64 * modes * (150.0 + pairs * (4.0 + 2.0 * tasks as f64)))
}

fn fixed_data(params: &Params) -> Result<Value, TheoryError> {
    let (spectrum, target) = problem(params)?;
    let (all, phase) = (stage_list(params)?, params.get::<[f64; 4]>("phase")?);
    let count: usize = all.iter().flat_map(|s| &s.samples).fold(0, |sum, &n| sum.saturating_add(n));
    if count > 2000 || count.saturating_mul(spectrum.levels()) > 4_000_000 {
        let valid = "at most 2000 samples in all, and 4 million features";
        return Err(TheoryError::invalid("stages", format!("{count} samples"), valid));
    }
    let [a0, a1, a2, a3] = phase;
    let phi = DMatrix::from_fn(count, spectrum.levels(), |mu, i| {
        let (mu, i) = (mu as f64, i as f64);
        std::f64::consts::SQRT_2 * (a0 + a1 * mu + a2 * i + a3 * mu * i).sin()
    });
    Ok(fixed_data_errors(&spectrum, &target, &params.matrix("C")?, &all, &phi)?.into())
}
