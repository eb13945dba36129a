//! The predictions of learning in time by name.

use nalgebra::DMatrix;
use serde::Deserialize;
use serde_json::Value as Json;

use super::on_data::{self, LAMBDA_OR_DATA, POPULATION_MU, POPULATION_Y2};
use super::{
    BatchSteps, FreshRound, Phase, Round, Schedule, Shape, StepSizes, batch_steps, descent_curve, distill,
    distill_fresh, distill_gain, distill_optimal, early_stopping, edge, fixed_data_curve, flow_curve,
    flow_isotropic, flow_scaling, multipass_curve, multipass_threshold, node_count, optimal_schedule,
    round_nodes, schedule_law, schedule_power_law, sgd_curve, sgd_floor, sgd_rate, sgd_threshold,
    shape_at_best_peak, subset_curve,
};
use crate::TheoryError;
use crate::bibliography::{
    ADVANI_2017, BORDELON_2020, BORDELON_2021, KARAKIDA_2022_CONTINUAL, MOBAHI_2020, PAQUETTE_2021, Source,
    WEIDEMAN_2007,
};
use crate::catalog::Kind::{Integer, Integers, Number, Numbers, Word};
use crate::catalog::outputs::{number, numbers, record, series, table, word};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Kind, Output, Outputs, Parameter, Params, Prediction, Value};
use crate::continual_learning::given::{self, ETA, Flat, LAMBDA, MODES, TAIL};
use crate::continual_learning::{Spectrum, Target};

const SAMPLES: Parameter = required("N", Integer, "samples", "an integer >= 1");
const NOISE: Parameter = optional("sigma2", Number, "label noise", "a number >= 0", "0");
const ETA_TAIL: Parameter = optional(
    "eta_tail",
    Number,
    "the power of the target in modes that are not listed",
    "a number >= 0; null: tail where eta is null, else 0",
    "null",
);
const TIMES: Parameter =
    required("t", Numbers, "times, in units of one over the kernel", "a list of numbers >= 0");
const STEPS: Parameter = required("n", Integers, "numbers of steps", "a list of integers >= 0");
const ALPHA: Parameter = required("alpha", Number, "the step", "a number > 0");
const BETA: Parameter = optional("beta", Number, "momentum", "a number from 0 to below 1", "0");
const BATCH: Parameter = required("B", Integer, "the batch", "an integer >= 1");
const HORIZON: Parameter = required("T", Integer, "the number of steps", "an integer >= 1");
/// The curve of errors beside the best time on data.
const CURVE: &[Output] = &[series("t"), series("E_out"), series("L")];
const VALID: &str = "as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of 1/N";
const REGRESSION: &[Source] = &[BORDELON_2020, KARAKIDA_2022_CONTINUAL];
const GRADIENTS: &[Source] = &[BORDELON_2021];

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [full_batch(), data(), stochastic(), schedules(), distillation()].concat()
}

fn problem(params: &Params) -> Result<(Spectrum, Target), TheoryError> {
    let spectrum = given::spectrum(params, Flat::Allowed)?;
    let eta_tail = params.get::<Option<f64>>("eta_tail")?;
    let target = match given::powers(params, "eta", Flat::Allowed)? {
        Some(eta) => Target::new(eta, eta_tail.unwrap_or(0.0))?,
        None => Target::new(spectrum.eigenvalues().to_vec(), eta_tail.unwrap_or(spectrum.tail()))?,
    };
    grouped(&spectrum, &target)
}

/// Equal eigenvalues one behind the other, of equal powers, as one level.
fn grouped(spectrum: &Spectrum, target: &Target) -> Result<(Spectrum, Target), TheoryError> {
    target.fits(spectrum)?;
    let (mut eigenvalues, mut counts, mut powers) = (Vec::new(), Vec::new(), Vec::new());
    for (&lambda, &eta) in spectrum.eigenvalues().iter().zip(&target.powers) {
        match counts.last_mut() {
            Some(count) if eigenvalues.last() == Some(&lambda) && powers.last() == Some(&eta) => {
                *count += 1.0
            }
            _ => {
                eigenvalues.push(lambda);
                powers.push(eta);
                counts.push(1.0);
            }
        }
    }
    Ok((Spectrum::new(eigenvalues, counts, spectrum.tail())?, Target::new(powers, target.tail)?))
}

/// What so many contours of so many nodes cost: the effective ridge at each node, and the two-point error of each pair.
fn afford(params: &Params, spectrum: &Spectrum, contours: usize, nodes: f64) -> Result<(), TheoryError> {
    let each = spectrum.levels() as f64 * nodes * (220.0 + 4.0 * nodes);
    params.afford("the contour sums", contours as f64 * each)
}

const FLOW_NODES: f64 = 32.0;

fn full_batch() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "dyn/flow-curve",
            title: "Test and training error during gradient flow",
            formula: r"E+\sigma^2=\mathcal L^{-1}\mathcal L^{-1}\left[\frac{D(z_1,z_2)}{z_1z_2}\right](t,t),\quad D=\frac{\sum q_1q_2\eta+\eta_{\rm tail}+\sigma^2}{1-\gamma_{12}}",
            parameters: const { &[MODES, LAMBDA, ETA, SAMPLES, NOISE, TAIL, ETA_TAIL, TIMES] },
            value: "[[E(t), L(t)], ...]: E without label noise, L with it",
            outputs: Outputs::Columns(&["E", "L"]),
            validity: VALID,
            sources: const { &[BORDELON_2020, KARAKIDA_2022_CONTINUAL, WEIDEMAN_2007] },
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let times: Vec<f64> = params.get("t")?;
                afford(params, &spectrum, times.len(), FLOW_NODES)?;
                Ok(pairs(flow_curve(
                    &spectrum,
                    &target,
                    params.integer("N")?,
                    params.number("sigma2")?,
                    &times,
                )?))
            },
        },
        Prediction {
            id: "dyn/descent-curve",
            title: "Test and training error during gradient descent with momentum",
            formula: r"\rho_{n+1}=(1+\beta-\alpha a)\rho_n-\beta\rho_{n-1}",
            parameters: const { &[MODES, LAMBDA, ETA, SAMPLES, NOISE, TAIL, ETA_TAIL, ALPHA, BETA, STEPS] },
            value: "[[E_n, L_n], ...]",
            outputs: Outputs::Columns(&["E", "L"]),
            validity: "as dyn/flow-curve; near the edge of stability the mean over data sets has heavy tails: take half of it",
            sources: REGRESSION,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let counts: Vec<usize> = params.get("n")?;
                let nodes = counts.iter().map(|n| node_count(*n)).fold(0.0, f64::max);
                let own: f64 = counts.iter().map(|n| node_count(*n) * *n as f64 * 40.0).sum();
                params.afford("the filters of descent", own)?;
                afford(params, &spectrum, counts.len(), nodes)?;
                let rates = (params.number("alpha")?, params.number("beta")?);
                let (samples, sigma2) = (params.integer("N")?, params.number("sigma2")?);
                Ok(pairs(descent_curve(&spectrum, &target, samples, sigma2, rates, &counts)?))
            },
        },
        Prediction {
            id: "dyn/edge",
            title: "Largest stable step of full-batch descent",
            formula: r"s_+=x\left(1+\sum_i\frac{\lambda_i}{x-N\lambda_i}\right)+\tau,\ \sum_i\frac{N\lambda_i^2}{(x-N\lambda_i)^2}=1,\quad\alpha_c=\frac{2(1+\beta)}{s_+}",
            parameters: const { &[MODES, LAMBDA, SAMPLES, TAIL, BETA] },
            value: "[s_+, alpha_c]",
            outputs: const { Outputs::List(&numbers(["s_plus", "alpha_c"])) },
            validity: "the mean edge; of one sample it scatters by the root of 2/N where the largest eigenvalue stands alone",
            sources: REGRESSION,
            evaluate: |params| {
                let spectrum = given::spectrum(params, Flat::Allowed)?;
                let found = edge(&spectrum, params.integer("N")?, params.number("beta")?)?;
                Ok([found.upper, found.critical].into())
            },
        },
        Prediction {
            id: "dyn/early-stopping",
            title: "How long to train, and the best ridge beside it",
            formula: r"E'(t^*)=0,\quad E_{\rm ridge}'(\delta^*)=0",
            parameters: const {
                &[MODES, LAMBDA_OR_DATA, ETA, SAMPLES, NOISE, TAIL, ETA_TAIL, POPULATION_MU, POPULATION_Y2]
            },
            value: "[t*, E(t*), delta*, E_ridge(delta*)]; with mu {t_star, steps: t* mu_1 N/n, E_out, delta_star, E_ridge, curve: {t, E_out, L}}, label errors on the points left out, t the rate times the steps of descent on half the sum of the N squares; \"inf\": training to the end is best, or no finite ridge is",
            outputs: const {
                Outputs::Either(&[
                    Outputs::List(&numbers(["t_star", "E_star", "delta_star", "E_ridge"])),
                    Outputs::Object(&[
                        number("t_star"),
                        number("steps"),
                        number("E_out"),
                        number("delta_star"),
                        number("E_ridge"),
                        record("curve", CURVE),
                        word("remark"),
                    ]),
                ])
            },
            validity: "as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of 1/N. With mu as dyn/subset-curve: on digits within 5 % to 300 steps of n/(mu_1 N), 10 % at convergence for N up to n/4",
            sources: REGRESSION,
            evaluate: |params| {
                if let Some(data) = on_data::given(params)? {
                    return data.early_stopping(params);
                }
                let (spectrum, target) = problem(params)?;
                afford(params, &spectrum, 250, FLOW_NODES)?;
                let found =
                    early_stopping(&spectrum, &target, params.integer("N")?, params.number("sigma2")?)?;
                let or_inf = |x: Option<f64>| x.map_or(Value::Word("inf"), Value::from);
                Ok(Value::List(vec![
                    or_inf(found.time),
                    found.error.into(),
                    or_inf(found.ridge),
                    found.ridge_error.into(),
                ]))
            },
        },
        Prediction {
            id: "dyn/flow-isotropic",
            title: "Gradient flow for modes that are all alike",
            formula: r"E=\int_0^\pi\frac{h^2\sin^2\theta}{2\pi x}\left[\frac{r^2}Pe^{-2xt}+\sigma^2\frac{(1-e^{-xt})^2}x\right]d\theta+r^2\max(0,1-\tfrac NP)",
            parameters: const {
                &[
                    required("P", Integer, "the number of modes", "an integer >= 1"),
                    SAMPLES,
                    required("r2", Number, "the power of the target", "a number >= 0"),
                    NOISE,
                    TIMES,
                ]
            },
            value: "[E(t), ...]",
            outputs: Outputs::One(series("E")),
            validity: VALID,
            sources: &[ADVANI_2017],
            evaluate: |params| {
                let (modes, samples) = (params.integer("P")?, params.integer("N")?);
                let times: Vec<f64> = params.get("t")?;
                let curve =
                    flow_isotropic(modes, samples, params.number("r2")?, params.number("sigma2")?, &times)?;
                Ok(curve.into())
            },
        },
        Prediction {
            id: "dyn/flow-scaling",
            title: "The universal curve of power laws",
            formula: r"\frac E{E_\infty}=\sum_{jl}W_jW_l\frac{I(k_j,k_l)/(aI_0)+s}{1-\gamma_{jl}}-s,\quad k=\zeta+k^{1-1/a}",
            parameters: const {
                &[
                    required("a", Number, "the decay of the eigenvalues, i^-a", "a number > 1"),
                    required(
                        "beta",
                        Number,
                        "(b - 1)/a, of powers i^-b of the target",
                        "a number between 0 and 2",
                    ),
                    optional("s", Number, "label noise over the converged error", "a number >= 0", "0"),
                    required("tau", Numbers, "times over 1/kappa", "a list of numbers > 0"),
                ]
            },
            value: "[E(t)/E_inf, ...] at t = tau/kappa",
            outputs: Outputs::One(series("ratios")),
            validity: "many samples, and fewer of them than modes",
            sources: REGRESSION,
            evaluate: |params| {
                let times: Vec<f64> = params.get("tau")?;
                params.afford("the contour sums", 2e5 * times.len() as f64)?;
                let (a, beta, s) = (params.number("a")?, params.number("beta")?, params.number("s")?);
                Ok(flow_scaling(a, beta, s, &times)?.into())
            },
        },
    ]
}

const MU: Parameter = required(
    "mu",
    Numbers,
    "the eigenvalues of the kernel matrix",
    "a list of numbers >= 0, some of them > 0",
);
const Y2: Parameter = required(
    "y2",
    Numbers,
    "the squared projections of the labels onto the eigenvectors",
    "a list of numbers >= 0, one for each eigenvalue",
);

fn data() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "dyn/subset-curve",
            title: "Real data: gradient flow on a random subset of a finite population",
            formula: r"z'=z+(n-N)c,\ c=\left[\sum\frac1{\mu+z'}\right]^{-1},\quad D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}",
            parameters: const { &[MU, Y2, SAMPLES, TIMES] },
            value: "[[E_out, L], ...]: label error on the points left out, and on those drawn",
            outputs: Outputs::Columns(&["E_out", "L"]),
            validity: "eigenvectors in general position; the training error not at late times",
            sources: REGRESSION,
            evaluate: |params| {
                let (mu, y2): (Vec<f64>, Vec<f64>) = (params.get("mu")?, params.get("y2")?);
                let times: Vec<f64> = params.get("t")?;
                params.afford("the contour sums", 2e4 * mu.len() as f64 * times.len() as f64)?;
                Ok(pairs(subset_curve(&mu, &y2, params.integer("N")?, &times)?))
            },
        },
        Prediction {
            id: "dyn/fixed-data",
            title: "Given inputs in time: errors averaged exactly over targets and noise",
            formula: r"E=\sum\eta-2\sum_jg_j(V^\top GV)_{jj}+g^\top(\Omega\circ V^\top K_2V)g,\quad L=\frac1N\sum\rho_j^2\Omega_{jj}",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    NOISE,
                    SAMPLES,
                    required(
                        "phase",
                        Numbers,
                        "features phi[mu][i] = sqrt(2) sin(a + b mu + c i + d mu i)",
                        "[a, b, c, d]",
                    ),
                    optional("t", Numbers, "times of gradient flow", "a list of numbers >= 0; null", "null"),
                    optional("alpha", Number, "the step of descent", "a number > 0; null", "null"),
                    optional("beta", Number, "its momentum", "a number from 0 to below 1; null", "null"),
                    optional("n", Integers, "its numbers of steps", "a list of integers >= 0; null", "null"),
                    optional(
                        "rounds",
                        Kind::Json,
                        "rounds of distillation",
                        "a list of {\"delta\": x, \"xi\": x}; null",
                        "null",
                    ),
                ]
            },
            value: "[[E, L], ...]",
            outputs: Outputs::Columns(&["E", "L"]),
            validity: "exact",
            sources: REGRESSION,
            evaluate: fixed_data,
        },
        Prediction {
            id: "dyn/multipass-curve",
            title: "Training error of stochastic gradients that pass the data again and again",
            formula: r"\rho_k'=\left[(1-x_k)^2-\frac{x_k^2}B\right]\rho_k+\frac{x_k^2N}BL,\quad x_k=\frac{\alpha\mu_k}N",
            parameters: const { &[MU, Y2, SAMPLES, BATCH, ALPHA, STEPS] },
            value: "[L_n, ...]",
            outputs: Outputs::One(series("L")),
            validity: "eigenvectors that spread evenly over the samples: the largest eigenvalue below a twentieth of the trace",
            sources: &[PAQUETTE_2021],
            evaluate: |params| {
                let (mu, y2): (Vec<f64>, Vec<f64>) = (params.get("mu")?, params.get("y2")?);
                let counts: Vec<usize> = params.get("n")?;
                let most = counts.iter().copied().max().unwrap_or(0);
                params.afford("the passes", 8.0 * mu.len() as f64 * most as f64)?;
                let (samples, batch) = (params.integer("N")?, params.integer("B")?);
                Ok(multipass_curve(&mu, &y2, samples, batch, params.number("alpha")?, &counts)?.into())
            },
        },
        Prediction {
            id: "dyn/multipass-threshold",
            title: "Largest stable step of stochastic gradients that pass the data again and again",
            formula: r"\sum_k\frac{x_k}{B[2-x_k(1-1/B)]}=1",
            parameters: const { &[MU, SAMPLES, BATCH] },
            value: "alpha_c",
            outputs: Outputs::One(number("alpha_c")),
            validity: "as dyn/multipass-curve",
            sources: &[PAQUETTE_2021],
            evaluate: |params| {
                let mu: Vec<f64> = params.get("mu")?;
                Ok(multipass_threshold(&mu, params.integer("N")?, params.integer("B")?)?.into())
            },
        },
    ]
}

fn stochastic() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "dyn/sgd-curve",
            title: "Test error of one-pass stochastic gradients",
            formula: r"m'=\left[(1-\alpha\lambda)^2+\frac{\alpha^2\lambda^2}B\right]m+\frac{\alpha^2\lambda^2}B(E+\sigma^2)",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    ETA_TAIL,
                    NOISE,
                    BATCH,
                    required(
                        "alpha",
                        Kind::Json,
                        "the step, or those of all steps",
                        "a number > 0, or a list of them",
                    ),
                    BETA,
                    STEPS,
                ]
            },
            value: "[E_n, ...]",
            outputs: Outputs::One(series("E")),
            validity: "exact for Gaussian features at any number of modes and any target with these powers",
            sources: GRADIENTS,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let counts: Vec<usize> = params.get("n")?;
                let most = counts.iter().copied().max().unwrap_or(0);
                params.afford("the recursion", 20.0 * spectrum.levels() as f64 * most as f64)?;
                let alpha = step_sizes(params)?;
                let (batch, sigma2) = (params.integer("B")?, params.number("sigma2")?);
                let beta = params.number("beta")?;
                Ok(sgd_curve(&spectrum, &target, sigma2, batch, &alpha, beta, &counts)?.into())
            },
        },
        Prediction {
            id: "dyn/sgd-threshold",
            title: "Largest step at which stochastic gradients converge in mean square",
            formula: r"\sum_i\frac{h_i}{1-h_i}+\frac{\alpha\tau}{2B(1-\beta)}=1,\quad h_i=\frac{\alpha\lambda_i(1+\beta)}{B(1-\beta)[2(1+\beta)-\alpha\lambda_i]}",
            parameters: const { &[MODES, LAMBDA, TAIL, BATCH, BETA] },
            value: "alpha_c",
            outputs: Outputs::One(number("alpha_c")),
            validity: "Gaussian features; typical runs bear larger steps than the mean square",
            sources: GRADIENTS,
            evaluate: |params| {
                let spectrum = given::spectrum(params, Flat::Allowed)?;
                Ok(sgd_threshold(&spectrum, params.integer("B")?, params.number("beta")?)?.into())
            },
        },
        Prediction {
            id: "dyn/sgd-floor",
            title: "What label noise leaves of the error of stochastic gradients",
            formula: r"E_\infty=\sigma^2\frac s{1-s}",
            parameters: const { &[MODES, LAMBDA, TAIL, NOISE, BATCH, ALPHA, BETA] },
            value: "[s, E_inf]",
            outputs: const { Outputs::List(&numbers(["s", "E_inf"])) },
            validity: "as dyn/sgd-threshold",
            sources: GRADIENTS,
            evaluate: |params| {
                let spectrum = given::spectrum(params, Flat::Allowed)?;
                let (alpha, beta) = (params.number("alpha")?, params.number("beta")?);
                let found =
                    sgd_floor(&spectrum, params.number("sigma2")?, params.integer("B")?, alpha, beta)?;
                Ok([found.gain, found.error].into())
            },
        },
        Prediction {
            id: "dyn/sgd-rate",
            title: "Factor by which a step of stochastic gradients shrinks the error in the end",
            formula: r"\sum_i\frac{\alpha^2\lambda_i^2/B}{\mu-a_i}=1",
            parameters: const { &[MODES, LAMBDA, BATCH, ALPHA] },
            value: "mu; above 1: growth",
            outputs: Outputs::One(number("mu")),
            validity: "without label noise and momentum",
            sources: GRADIENTS,
            evaluate: |params| {
                let spectrum = given::spectrum(params, Flat::Allowed)?;
                Ok(sgd_rate(&spectrum, params.integer("B")?, params.number("alpha")?)?.into())
            },
        },
        Prediction {
            id: "dyn/batch-steps",
            title: "Steps and samples that each batch needs to reach an error",
            formula: r"\min_\alpha E_n(\alpha)\le E_{\rm target}",
            parameters: const {
                &[
                    MODES,
                    LAMBDA_OR_DATA,
                    ETA,
                    ETA_TAIL,
                    NOISE,
                    required("target", Number, "the error to be reached", "a number > 0"),
                    required("B", Integers, "batches", "a list of integers >= 1"),
                    POPULATION_MU,
                    POPULATION_Y2,
                ]
            },
            value: "[[n, n B, alpha], ...]; with mu {batches: [[n, n B, alpha], ...]}",
            outputs: const {
                Outputs::Either(&[
                    Outputs::Columns(&["n", "samples", "alpha"]),
                    Outputs::Object(&[table("batches"), word("remark")]),
                ])
            },
            validity: "constant steps, Gaussian features; with mu one pass over the points, whose spectrum is taken for that of their source: modes well above 1/n",
            sources: GRADIENTS,
            evaluate: |params| {
                let batches: Vec<usize> = params.get("B")?;
                let goal = params.number("target")?;
                if let Some(data) = on_data::given(params)? {
                    return data.batch_steps(goal, &batches);
                }
                let (spectrum, target) = problem(params)?;
                let rows = batch_steps(&spectrum, &target, params.number("sigma2")?, goal, &batches)?;
                Ok(rows.iter().map(BatchSteps::row).collect::<Vec<_>>().into())
            },
        },
    ]
}

fn schedules() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "dyn/schedule",
            title: "The best schedule of steps for a horizon",
            formula: r"\alpha_n=\frac{\sum p\lambda m}{\sum p\lambda^2[(1+\frac1B)m+\frac{E_n+\sigma^2}B]}",
            parameters: const {
                &[MODES, LAMBDA_OR_DATA, ETA, ETA_TAIL, NOISE, BATCH, HORIZON, POPULATION_MU, POPULATION_Y2]
            },
            value: "[E_T, [alpha_0, ..., alpha_{T-1}]]; with mu {E_T, alpha}, label errors",
            outputs: const {
                Outputs::Either(&[
                    Outputs::List(&[number("E_T"), series("alpha")]),
                    Outputs::Object(&[number("E_T"), series("alpha"), word("remark")]),
                ])
            },
            validity: "as dyn/sgd-curve; with mu one pass over the points, whose spectrum is taken for that of their source: modes well above 1/n",
            sources: GRADIENTS,
            evaluate: |params| {
                let (batch, horizon) = (params.integer("B")?, params.integer("T")?);
                if let Some(data) = on_data::given(params)? {
                    return data.schedule(params, batch, horizon);
                }
                let (spectrum, target) = problem(params)?;
                params.afford("the sweeps", 400.0 * spectrum.levels() as f64 * horizon as f64)?;
                let found = optimal_schedule(&spectrum, &target, params.number("sigma2")?, batch, horizon)?;
                Ok(Value::List(vec![found.error.into(), found.steps.into()]))
            },
        },
        Prediction {
            id: "dyn/schedule-shape",
            title: "Popular schedules at their best peak",
            formula: r"\alpha_n=\alpha_{\rm peak}\,g\!\left(\tfrac{n+1/2}T\right),\quad\frac{dE_T}{d\ln\alpha_{\rm peak}}=0",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    ETA_TAIL,
                    NOISE,
                    BATCH,
                    HORIZON,
                    required(
                        "shape",
                        Word,
                        "the form of the schedule",
                        "constant, linear, cosine, wsd, inverse or polynomial",
                    ),
                    optional(
                        "q",
                        Number,
                        "its parameter",
                        "a number > 0 for wsd, inverse, polynomial; null",
                        "null",
                    ),
                ]
            },
            value: "[E_T, alpha_peak]",
            outputs: const { Outputs::List(&numbers(["E_T", "alpha_peak"])) },
            validity: "as dyn/sgd-curve",
            sources: GRADIENTS,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (batch, horizon) = (params.integer("B")?, params.integer("T")?);
                params.afford("the scan over peaks", 6000.0 * spectrum.levels() as f64 * horizon as f64)?;
                let found = shape_at_best_peak(
                    &spectrum,
                    &target,
                    params.number("sigma2")?,
                    batch,
                    horizon,
                    shape(params)?,
                )?;
                Ok([found.error, found.alpha].into())
            },
        },
        Prediction {
            id: "dyn/schedule-law",
            title: "The best schedule to first order in the noise",
            formula: r"E=\min_S\Big\{b(S)+\frac1{BT}\Big[\int_0^S\!\sqrt{k(S-s)(\sigma^2+b(s))}\,ds\Big]^2\Big\}",
            parameters: const { &[MODES, LAMBDA, ETA, ETA_TAIL, NOISE, BATCH, HORIZON] },
            value: "[E, S]: S is the sum of all steps",
            outputs: const { Outputs::List(&numbers(["E", "S"])) },
            validity: "steps well below the threshold: 1 % while they stay below a quarter of it",
            sources: GRADIENTS,
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (batch, horizon) = (params.integer("B")?, params.integer("T")?);
                params.afford("the integrals", 1.5e6 * spectrum.levels() as f64)?;
                let found = schedule_law(&spectrum, &target, params.number("sigma2")?, batch, horizon)?;
                Ok([found.error, found.time].into())
            },
        },
        Prediction {
            id: "dyn/schedule-power-law",
            title: "Exponents of the best schedule for power laws",
            formula: r"\alpha\propto T^{-\xi}(1-t/T)^{\delta^*},\ \xi=1-\frac ab,\ \delta^*=2a-1,\quad R(\delta)=\left[\frac{(\delta+1)^2}{4a(\delta+1-a)}\right]^{(b-1)/b}",
            parameters: const {
                &[
                    required("a", Number, "the decay of the eigenvalues, i^-a", "a number > 1"),
                    required("b", Number, "the decay of the target's powers, i^-b", "a number > 1"),
                    required("delta", Number, "the exponent with which a schedule ends", "a number >= 0"),
                ]
            },
            value: "[\"easy\", xi, delta*, epsilon, R(delta)], or [\"hard\", 0, epsilon = (b-1)/a]; R is \"inf\" where the rate is lost",
            outputs: const {
                Outputs::Either(&[
                    Outputs::List(&[
                        word("phase"),
                        number("xi"),
                        number("delta_star"),
                        number("epsilon"),
                        number("R"),
                    ]),
                    Outputs::List(&[word("phase"), number("xi"), number("epsilon")]),
                ])
            },
            validity: "long horizons, reached slowly: slopes of 1.6 in place of 2 at 10^4 steps",
            sources: GRADIENTS,
            evaluate: |params| {
                let (a, b) = (params.number("a")?, params.number("b")?);
                Ok(match schedule_power_law(a, b, params.number("delta")?)? {
                    Phase::Easy { xi, delta, epsilon, loss } => Value::List(vec![
                        Value::Word("easy"),
                        xi.into(),
                        delta.into(),
                        epsilon.into(),
                        loss.map_or(Value::Word("inf"), Value::from),
                    ]),
                    Phase::Hard { exponent } => {
                        Value::List(vec![Value::Word("hard"), 0.0.into(), exponent.into()])
                    }
                })
            },
        },
    ]
}

const ROUNDS: Parameter = required(
    "rounds",
    Kind::Json,
    "rounds: delta, the ridge; xi, the share of the labels (1 where it is absent)",
    "a list of {\"delta\": x, \"xi\": x}",
);

fn distillation() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "dyn/distill",
            title: "Rounds of training on one's own predictions, on the same inputs",
            formula: r"g_j=h_j(\xi_j+(1-\xi_j)g_{j-1}),\quad h_j=\frac a{a+\delta_j},\ \rho_j=1-g_j",
            parameters: const { &[MODES, LAMBDA, ETA, SAMPLES, NOISE, TAIL, ETA_TAIL, ROUNDS] },
            value: "[[E_1, L_1], ...]: L against the original labels",
            outputs: Outputs::Columns(&["E", "L"]),
            validity: VALID,
            sources: &[MOBAHI_2020],
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let rounds = rounds(params.get("rounds")?);
                afford(params, &spectrum, 1, round_nodes(&rounds)?)?;
                let (samples, sigma2) = (params.integer("N")?, params.number("sigma2")?);
                Ok(pairs(distill(&spectrum, &target, samples, sigma2, &rounds)?))
            },
        },
        Prediction {
            id: "dyn/distill-gain",
            title: "Whether a second round beats the best ridge",
            formula: r"\chi=1-\frac{2\mathcal D}{\delta^{*2}E_1''(\delta^*)}",
            parameters: const {
                &[MODES, LAMBDA_OR_DATA, ETA, SAMPLES, NOISE, TAIL, ETA_TAIL, POPULATION_MU, POPULATION_Y2]
            },
            value: "[delta*, E_1(delta*), chi]; with mu {delta_star, E_out, chi}, label errors on the points left out: two rounds pay where chi > 0",
            outputs: const {
                Outputs::Either(&[
                    Outputs::List(&numbers(["delta_star", "E_1", "chi"])),
                    Outputs::Object(&[number("delta_star"), number("E_out"), number("chi"), word("remark")]),
                ])
            },
            validity: "near the best ridge; matched targets gain nothing; with mu as dyn/subset-curve",
            sources: &[MOBAHI_2020],
            evaluate: |params| {
                if let Some(data) = on_data::given(params)? {
                    return data.distill_gain(params);
                }
                let (spectrum, target) = problem(params)?;
                params.afford("the scan over ridges", 2e4 * spectrum.levels() as f64)?;
                let found = distill_gain(&spectrum, &target, params.integer("N")?, params.number("sigma2")?)?;
                Ok([found.ridge, found.error, found.chi].into())
            },
        },
        Prediction {
            id: "dyn/distill-optimal",
            title: "The best mixtures of labels and predictions in several rounds",
            formula: r"A_{1..,1..}a=-A_{1..,0},\quad E=A_{00}+\sum_ma_mA_{m0}",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    SAMPLES,
                    NOISE,
                    TAIL,
                    ETA_TAIL,
                    required("delta", Number, "the ridge of all rounds", "a number > 0"),
                    required("k", Integer, "the number of rounds", "an integer from 1 to 8"),
                ]
            },
            value: "[E, a_1, ..., a_{k-1}]",
            outputs: const { Outputs::Then(&[number("E")], "a") },
            validity: "as dyn/distill; from seven rounds on E to 10^-8 and a to 10^-5",
            sources: &[MOBAHI_2020],
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let (samples, rounds) = (params.integer("N")?, params.integer("k")?);
                afford(params, &spectrum, 1, 96.0)?;
                let (delta, sigma2) = (params.number("delta")?, params.number("sigma2")?);
                let (error, shares) = distill_optimal(&spectrum, &target, samples, sigma2, delta, rounds)?;
                Ok([vec![error], shares].concat().into())
            },
        },
        Prediction {
            id: "dyn/distill-fresh",
            title: "Rounds of training on one's own predictions, on new inputs",
            formula: r"\bar D=\frac{\sum q^2G+\xi^2\eta_{\rm tail}+\xi^2\sigma^2}{1-\gamma},\ R'=(1-q)(\xi\eta+(1-\xi)R),\ S'=(1-q)^2G+b\bar D",
            parameters: const {
                &[
                    MODES,
                    LAMBDA,
                    ETA,
                    TAIL,
                    ETA_TAIL,
                    required(
                        "rounds",
                        Kind::Json,
                        "rounds: N, samples; delta, ridge (0); xi, share of the labels (1); sigma2, noise (0)",
                        "a list of {\"N\": n, \"delta\": x, \"xi\": x, \"sigma2\": x}",
                    ),
                ]
            },
            value: "[E_1, ...]",
            outputs: Outputs::One(series("E")),
            validity: VALID,
            sources: &[KARAKIDA_2022_CONTINUAL],
            evaluate: |params| {
                let (spectrum, target) = problem(params)?;
                let given: Vec<FreshInput> = params.get("rounds")?;
                params.afford("the rounds", 200.0 * given.len() as f64 * spectrum.levels() as f64)?;
                let rounds: Vec<FreshRound> = given.into_iter().map(FreshRound::from).collect();
                Ok(distill_fresh(&spectrum, &target, &rounds)?.into())
            },
        },
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundInput {
    delta: f64,
    #[serde(default = "one")]
    xi: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreshInput {
    #[serde(rename = "N")]
    samples: usize,
    #[serde(default)]
    delta: f64,
    #[serde(default = "one")]
    xi: f64,
    #[serde(default)]
    sigma2: f64,
}

fn one() -> f64 {
    1.0
}

impl From<FreshInput> for FreshRound {
    fn from(input: FreshInput) -> Self {
        Self { samples: input.samples, ridge: input.delta, labels: input.xi, sigma2: input.sigma2 }
    }
}

fn rounds(given: Vec<RoundInput>) -> Vec<Round> {
    given.into_iter().map(|round| Round { ridge: round.delta, labels: round.xi }).collect()
}

fn pairs(rows: Vec<[f64; 2]>) -> Value {
    rows.into_iter().map(|row| row.to_vec()).collect::<Vec<_>>().into()
}

fn step_sizes(params: &Params) -> Result<StepSizes, TheoryError> {
    match params.get::<Json>("alpha")? {
        Json::Array(_) => Ok(StepSizes::Each(params.get("alpha")?)),
        _ => Ok(StepSizes::Constant(params.number("alpha")?)),
    }
}

fn shape(params: &Params) -> Result<Shape, TheoryError> {
    let name: String = params.get("shape")?;
    let q = params.get::<Option<f64>>("q")?;
    let wanted = |of: fn(f64) -> Shape| match q {
        Some(q) => Ok(of(q)),
        None => Err(TheoryError::MissingParameter {
            name: "q".to_owned(),
            meaning: format!("the parameter of the schedule {name}"),
        }),
    };
    let plain = |shape: Shape| match q {
        None => Ok(shape),
        Some(q) => Err(TheoryError::invalid("q", q, format!("null: the schedule {name} has no parameter"))),
    };
    match name.as_str() {
        "constant" => plain(Shape::Constant),
        "linear" => plain(Shape::Linear),
        "cosine" => plain(Shape::Cosine),
        "wsd" => wanted(Shape::Wsd),
        "inverse" => wanted(Shape::Inverse),
        "polynomial" => wanted(Shape::Polynomial),
        _ => {
            Err(TheoryError::invalid("shape", &name, "constant, linear, cosine, wsd, inverse or polynomial"))
        }
    }
}

fn fixed_data(params: &Params) -> Result<Value, TheoryError> {
    let spectrum = given::spectrum(params, Flat::Allowed)?;
    let target = match given::powers(params, "eta", Flat::Allowed)? {
        Some(eta) => Target::new(eta, 0.0)?,
        None => Target::matched(&spectrum),
    };
    let (samples, phase) = (params.integer("N")?, params.get::<[f64; 4]>("phase")?);
    let is_given = |name: &str| Ok::<bool, TheoryError>(!params.get::<Json>(name)?.is_null());
    let schedule = match (is_given("t")?, is_given("alpha")? || is_given("n")?, is_given("rounds")?) {
        (true, false, false) => Schedule::Flow(params.get("t")?),
        (false, true, false) => {
            let beta = params.get::<Option<f64>>("beta")?.unwrap_or(0.0);
            Schedule::Descent((params.number("alpha")?, beta), params.get("n")?)
        }
        (false, false, true) => Schedule::Distillation(rounds(params.get("rounds")?)),
        (false, false, false) => {
            return Err(TheoryError::MissingParameter {
                name: "t".to_owned(),
                meaning: "times of gradient flow; or alpha and n of descent, or rounds".to_owned(),
            });
        }
        _ => {
            let valid = "one of t, alpha with n, rounds";
            return Err(TheoryError::invalid("t", "given beside others", valid));
        }
    };
    let n = samples as f64;
    params.afford("the kernel of the inputs", 40.0 * n.powi(3) + 10.0 * n * n * spectrum.levels() as f64)?;
    let [a0, a1, a2, a3] = phase;
    let phi = DMatrix::from_fn(samples, spectrum.levels(), |mu, i| {
        let (mu, i) = (mu as f64, i as f64);
        std::f64::consts::SQRT_2 * (a0 + a1 * mu + a2 * i + a3 * mu * i).sin()
    });
    Ok(pairs(fixed_data_curve(&spectrum, &target, params.number("sigma2")?, &phi, &schedule)?))
}
