//! The predictions of gradient regularization by name.

use nalgebra::DVector;

use super::{
    Coordinate, DiagonalWeights, FirstStep, RegressionData, critical_step, deep_trap, flooding_two_steps,
    flow_state, label_noise_drift, lazy_log_ratio, learned_modes, matrix_products, mean_mode_log_ratio,
    minimiser, potential, regulariser_gradient, rich_limit, sam_gradient,
};
use crate::TheoryError;
use crate::bibliography::{
    FORET_2021, ISHIDA_2020, KARAKIDA_2023_GRADIENT, PESME_2023, Source, WOODWORTH_2020,
};
use crate::catalog::Kind::{Integer, Number, Numbers, Rows, Word};
use crate::catalog::outputs::{number, numbers, series};
use crate::catalog::parameter::required;
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::error::positive;

const X: Parameter =
    required("X", Rows, "the inputs, one row a sample", "rows of one length, finite numbers");
const Y: Parameter = required("y", Numbers, "the targets", "a list with one finite number a row of X");
const W: Parameter = required("w", Numbers, "the weights, w_+ then w_-", "a list of 2 d finite numbers");
const BETA: Parameter = required("beta", Numbers, "the coefficients", "a list of finite numbers");
const ALPHA: Parameter =
    required("alpha", Numbers, "alpha_i, the initialisation by coordinate", "a list of numbers > 0");
const ALPHA0: Parameter =
    required("alpha0", Number, "alpha_0, the initial value of all weights", "a number > 0");
const GAMMA: Parameter = required("gamma", Number, "gamma, the strength of the penalty", "a number >= 0");
const EPSILON: Parameter = required(
    "epsilon",
    Number,
    "epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences",
    "a number",
);
const KAPPA: Parameter =
    required("kappa", Number, "kappa, the curvature of the loss in beta", "a number > 0");
const BETA_STAR: Parameter = required("beta_star", Number, "beta*, the target", "a number");
const TIME: Parameter = required("t", Number, "the time of the flow", "a number >= 0");
const RHO: Parameter = required("rho", Number, "rho, the length of the ascent", "a number >= 0");
const ETA: Parameter = required("eta", Number, "eta, the learning rate", "a number > 0");
const FIRST: Parameter =
    required("first", Word, "the first of two opposite steps", "\"descent\" or \"ascent\"");
const SHARPNESS: Parameter = required("sharpness", Number, "lambda_max of the Hessian", "a number > 0");
const LAYERS: Parameter =
    required("layers", Integer, "L, the number of dense layers", "an integer from 1 to 10^15");
const SIGMA: Parameter =
    required("sigma", Number, "sigma, the standard deviation of the label noise", "a number >= 0");
const STEPS: Parameter = required("steps", Integer, "K, the number of steps", "an integer >= 0");
const PAPER: &[Source] = &[KARAKIDA_2023_GRADIENT];
/// Most entries of `X` in one question.
const MOST: usize = 100_000;

fn data(params: &Params) -> Result<RegressionData, TheoryError> {
    let x = params.matrix("X")?;
    if x.len() > MOST || x.nrows() > 500 {
        let found = format!("{} x {}", x.nrows(), x.ncols());
        return Err(TheoryError::invalid("X", found, format!("at most 500 rows and {MOST} numbers")));
    }
    RegressionData::new(x, DVector::from_vec(params.get("y")?))
}

fn weights(params: &Params) -> Result<(RegressionData, DiagonalWeights), TheoryError> {
    let data = data(params)?;
    let weights = DiagonalWeights::new(&data, &params.get::<Vec<f64>>("w")?)?;
    Ok((data, weights))
}

fn coordinate(params: &Params) -> Result<Coordinate, TheoryError> {
    Coordinate::new(params.number("kappa")?, params.number("beta_star")?, params.number("alpha0")?)
}

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [bias(), scalar(), limits(), steps(), traps()].concat()
}

fn bias() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "gr/potential",
            title: "The hyperbolic entropy that training minimises",
            formula: r"\phi_\alpha(\beta)=\sum_i\left[\beta_i\,\mathrm{arcsinh}\frac{\beta_i}{2\alpha_i^2}-\sqrt{\beta_i^2+4\alpha_i^4}+2\alpha_i^2\right]",
            parameters: const { &[BETA, ALPHA] },
            value: "phi",
            outputs: Outputs::One(number("phi")),
            validity: "exact",
            sources: &[WOODWORTH_2020],
            evaluate: |params| {
                Ok(potential(&params.get::<Vec<f64>>("beta")?, &params.get::<Vec<f64>>("alpha")?)?.into())
            },
        },
        Prediction {
            id: "gr/argmin",
            title: "The interpolator of least hyperbolic entropy",
            formula: r"\beta=\arg\min_\beta\phi_\alpha(\beta)\quad\text{subject to}\quad X\beta=y",
            parameters: const { &[X, Y, ALPHA] },
            value: "beta, d numbers",
            outputs: Outputs::One(series("beta")),
            validity: "where y is in the range of X; alpha not below about 1e-10",
            sources: const { &[WOODWORTH_2020, KARAKIDA_2023_GRADIENT] },
            evaluate: |params| {
                let alpha: Vec<f64> = params.get("alpha")?;
                let logs = alpha.iter().map(|a| Ok(2.0 * positive("alpha", *a)?.ln()));
                let logs: Vec<f64> = logs.collect::<Result<_, TheoryError>>()?;
                let data = data(params)?;
                if logs.len() != data.dimension() {
                    let valid = format!("{} numbers, one a column of X", data.dimension());
                    return Err(TheoryError::invalid("alpha", format!("{} numbers", logs.len()), valid));
                }
                let beta = minimiser(&data, &logs, None)?.beta;
                Ok(beta.iter().copied().collect::<Vec<_>>().into())
            },
        },
        Prediction {
            id: "gr/flow-state",
            title: "The flow of a diagonal linear network at a time",
            formula: r"\log p_i(t)=\log\alpha_0^2-8\gamma\int_0^ts_is_i'\,d\tau,\quad\beta(t)=\arg\min\phi_{\sqrt{p(t)}}\ \text{at equal}\ X\beta",
            parameters: const { &[X, Y, ALPHA0, GAMMA, EPSILON, TIME] },
            value: "log p_i for all i, then beta_i for all i",
            outputs: Outputs::One(series("state")),
            validity: "exact; integrated numerically",
            sources: PAPER,
            evaluate: |params| {
                let (logs, beta) = flow_state(
                    &data(params)?,
                    params.number("alpha0")?,
                    params.number("gamma")?,
                    params.number("epsilon")?,
                    params.number("t")?,
                )?;
                Ok(logs.iter().chain(beta.iter()).copied().collect::<Vec<_>>().into())
            },
        },
    ]
}

fn scalar() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "gr/scalar-log-alpha-sq",
            title: "Effective initialisation of one decoupled coordinate",
            formula: r"\frac{d\ell}{d\beta}=\frac{2\gamma sF}{S(1+4\gamma\kappa S+4\gamma\epsilon\kappa s\beta)+2\gamma s\beta F},\quad\ell(0)=\log\alpha_0^2",
            parameters: const { &[KAPPA, BETA_STAR, ALPHA0, GAMMA, EPSILON] },
            value: "log alpha_eff^2",
            outputs: Outputs::One(number("log_alpha_sq")),
            validity: "exact where the loss has no coupling between coordinates; undefined where the flow is trapped",
            sources: PAPER,
            evaluate: |params| {
                let (gamma, epsilon) = (params.number("gamma")?, params.number("epsilon")?);
                Ok(coordinate(params)?.log_alpha_squared(gamma, epsilon)?.into())
            },
        },
        Prediction {
            id: "gr/scalar-first-order",
            title: "Effective initialisation to first order in the penalty",
            formula: r"\frac{d\log\alpha_{\rm eff}^2}{d\gamma}=-2\kappa\phi_{\alpha_0}(\beta^*)-4\epsilon\kappa^2\beta^{*2}+8\epsilon^2\kappa^3J",
            parameters: const { &[KAPPA, BETA_STAR, ALPHA0, EPSILON] },
            value: "d log alpha_eff^2 / d gamma at gamma = 0",
            outputs: Outputs::One(number("slope")),
            validity: "small gamma, decoupled coordinates",
            sources: PAPER,
            evaluate: |params| Ok(coordinate(params)?.first_order(params.number("epsilon")?)?.into()),
        },
        Prediction {
            id: "gr/rich-log-alpha-sq",
            title: "Effective initialisation for vanishing weights",
            formula: r"\log\alpha_{\rm eff}^2=\log\alpha_0^2-\frac x{1-x}\log\frac{|\beta^*|}{\alpha_0^2}+\frac{1+2x}{3(1-x)}\log\frac{1+2x}{1-x},\quad x=2\gamma\kappa|\beta^*|",
            parameters: const { &[KAPPA, BETA_STAR, ALPHA0, GAMMA] },
            value: "log alpha_eff^2",
            outputs: Outputs::One(number("log_alpha_sq")),
            validity: "alpha_0 -> 0, epsilon = 0, x < 1",
            sources: PAPER,
            evaluate: |params| {
                Ok(coordinate(params)?.rich_log_alpha_squared(params.number("gamma")?)?.into())
            },
        },
    ]
}

fn limits() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "gr/rich-exponents",
            title: "From saddle to saddle: exponents of the effective initialisation",
            formula: r"\alpha_{{\rm eff},i}\propto\alpha_0^{(A_i^++A_i^-)/2},\quad\dot A_i^\pm=-r_i^\pm,\quad r_i^\pm=\mp2s_i-4\gamma s_i^2",
            parameters: const { &[X, Y, GAMMA] },
            value: "(A_i^+ + A_i^-)/2 for all i, then beta_i for all i, then the time of the last event",
            outputs: Outputs::One(series("exponents")),
            validity: "alpha_0 -> 0; active columns independent; undefined where the flow is trapped",
            sources: const { &[PESME_2023, KARAKIDA_2023_GRADIENT] },
            evaluate: |params| {
                let limit = rich_limit(&data(params)?, params.number("gamma")?)?;
                Ok([limit.exponents, limit.beta, vec![limit.last]].concat().into())
            },
        },
        Prediction {
            id: "gr/lazy-log-ratio",
            title: "Effective initialisation for large weights",
            formula: r"\log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=-\frac{2\gamma}{N^2}\sum_{ab}(X^\top u_a)_i(X^\top u_b)_i\frac{c_ac_b(1+\epsilon\lambda_b)}{m_a+m_b}",
            parameters: const { &[X, Y, ALPHA0, GAMMA, EPSILON] },
            value: "log(alpha_eff,i^2 / alpha_0^2) for all i",
            outputs: Outputs::One(series("log_ratio")),
            validity: "coefficients small against alpha_0^2, whatever alpha_0: relative error 0.02 % at beta/alpha_0^2 = 0.1, 0.2 % at 0.3, 2 % at 1, 14 % at 3, no use at 10",
            sources: PAPER,
            evaluate: |params| Ok(of_flow(params, lazy_log_ratio)?.into()),
        },
        Prediction {
            id: "gr/mean-mode",
            title: "Effective initialisation for inputs with a large mean",
            formula: r"\log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=\zeta\,d\,v_i^2",
            parameters: const { &[X, Y, ALPHA0, GAMMA, EPSILON] },
            value: "log(alpha_eff,i^2 / alpha_0^2) for all i",
            outputs: Outputs::One(series("log_ratio")),
            validity: "one outlier in X^T X that also carries the targets; 1 to 3 % at a mean of inputs of 5 (N = 10, d = 20, coefficients without a mean), 20 to 90 % at a mean of 3, where other modes learn as much",
            sources: PAPER,
            evaluate: |params| Ok(of_flow(params, mean_mode_log_ratio)?.into()),
        },
    ]
}

/// A prediction for the end of a flow from $\alpha_0$ with $\gamma$ and $\epsilon$.
type OfFlow = fn(&RegressionData, f64, f64, f64) -> Result<Vec<f64>, TheoryError>;

fn of_flow(params: &Params, predict: OfFlow) -> Result<Vec<f64>, TheoryError> {
    predict(&data(params)?, params.number("alpha0")?, params.number("gamma")?, params.number("epsilon")?)
}

fn steps() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "gr/regulariser-gradient",
            title: "The gradient of the penalty by double backpropagation or a finite difference",
            formula: r"R_{\epsilon,\pm}=\pm2w_\pm q_\epsilon+4w_\pm s(s+\epsilon q_\epsilon)",
            parameters: const { &[X, Y, W, EPSILON] },
            value: "2 d numbers, the w_+ part first",
            outputs: Outputs::One(series("gradient")),
            validity: "exact",
            sources: PAPER,
            evaluate: |params| {
                let (data, w) = weights(params)?;
                Ok(regulariser_gradient(&data, &w, params.number("epsilon")?)?.into())
            },
        },
        Prediction {
            id: "gr/sam-gradient",
            title: "The gradient of sharpness-aware minimisation is a forward difference",
            formula: r"\nabla L(w+\rho\nabla L(w))=g+\rho R_\rho",
            parameters: const { &[X, Y, W, RHO] },
            value: "2 d numbers, the w_+ part first",
            outputs: Outputs::One(series("gradient")),
            validity: "exact; without normalization of the ascent",
            sources: const { &[FORET_2021, KARAKIDA_2023_GRADIENT] },
            evaluate: |params| {
                let (data, w) = weights(params)?;
                Ok(sam_gradient(&data, &w, params.number("rho")?)?.into())
            },
        },
        Prediction {
            id: "gr/flooding-two-steps",
            title: "Two opposite steps of flooding are a finite difference",
            formula: r"w_{t+2}-w_t=-\eta^2R_{\mp\eta}",
            parameters: const { &[X, Y, W, ETA, FIRST] },
            value: "2 d numbers, the w_+ part first",
            outputs: Outputs::One(series("displacement")),
            validity: "exact",
            sources: const { &[ISHIDA_2020, KARAKIDA_2023_GRADIENT] },
            evaluate: |params| {
                let first = match params.get::<String>("first")?.as_str() {
                    "descent" => FirstStep::Descent,
                    "ascent" => FirstStep::Ascent,
                    other => return Err(TheoryError::invalid("first", other, FIRST.domain)),
                };
                let (data, w) = weights(params)?;
                Ok(flooding_two_steps(&data, &w, params.number("eta")?, first)?.into())
            },
        },
        Prediction {
            id: "gr/critical-step",
            title: "The critical learning rate with gradient regularization",
            formula: r"\eta_c=\frac2{\lambda_{\max}(1+\gamma\lambda_{\max})}",
            parameters: const { &[SHARPNESS, GAMMA] },
            value: "eta_c",
            outputs: Outputs::One(number("eta_c")),
            validity: "linear stability of a minimum, any epsilon; global for quadratic losses",
            sources: PAPER,
            evaluate: |params| Ok(critical_step(params.number("sharpness")?, params.number("gamma")?)?.into()),
        },
        Prediction {
            id: "gr/matmul-count",
            title: "Matrix products of a step",
            formula: r"3L-1,\quad6L-2,\quad9L-5",
            parameters: const { &[LAYERS] },
            value: "[gradient, finite difference, double backpropagation]",
            outputs: const { Outputs::List(&numbers(["gradient", "finite_difference", "double_backpropagation"])) },
            validity: "dense layers, intermediates shared",
            sources: PAPER,
            evaluate: |params| {
                let counts = matrix_products(params.whole("layers")?)?;
                Ok(Value::from(counts.map(|c| c as f64)))
            },
        },
        Prediction {
            id: "gr/label-noise",
            title: "What label noise adds to the effective initialisation",
            formula: r"\log\frac{p_i}{\alpha_0^2}=-\frac{2\eta^2\sigma^2K}NG_{ii}",
            parameters: const { &[X, Y, ETA, SIGMA, STEPS] },
            value: "the noise part of log(p_i / alpha_0^2) for all i",
            outputs: Outputs::One(series("log_ratio")),
            validity: "small eta^2 sigma^2, near the floor of the loss; add the noiseless part",
            sources: PAPER,
            evaluate: |params| {
                let (eta, sigma) = (params.number("eta")?, params.number("sigma")?);
                Ok(label_noise_drift(&data(params)?, eta, sigma, params.integer("steps")?)?.into())
            },
        },
    ]
}

fn traps() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "gr/deep-trap",
            title: "The strength that traps a singular value of a deep linear network",
            formula: r"\gamma_c=\min_{0<w<s_*^{1/L}}\frac{-\varepsilon p(w)}{p(w+\varepsilon p(w))-p(w)},\ p=(w^L-s_*)w^{L-1};\quad\varepsilon=0:\ \gamma_c=\frac2{Ls_*w_c^{L-2}},\ w_c^L=\frac{(L-2)s_*}{2(2L-1)}",
            parameters: const {
                &[
                    required("depth", Integer, "L, the number of layers", "an integer >= 2"),
                    required("s_star", Number, "s_*, the singular value to be learnt", "a number > 0"),
                    EPSILON,
                ]
            },
            value: "gamma_c",
            outputs: Outputs::One(number("gamma_c")),
            validity: "balanced chains of an aligned deep linear network; above gamma_c every small start ends below the target, and the larger s_* the sooner",
            sources: PAPER,
            evaluate: |params| {
                let (depth, target) = (params.integer("depth")?, params.number("s_star")?);
                Ok(deep_trap(depth, target, params.number("epsilon")?)?.into())
            },
        },
        Prediction {
            id: "gr/matrix-trap",
            title: "Singular values that a two-layer linear network learns in the end",
            formula: r"\{s_1<\dots<s_m\}:\ \gamma(s_i-s_{i-1})<1\ \text{for}\ i\le m,\ s_0=0",
            parameters: const {
                &[
                    required(
                        "modes",
                        Numbers,
                        "the singular values of the target",
                        "a list of distinct numbers > 0",
                    ),
                    required(
                        "gamma",
                        Number,
                        "gamma, the strength of the penalty",
                        "a number > 0, no gap equal to 1/gamma",
                    ),
                ]
            },
            value: "the learnt singular values, ascending",
            outputs: Outputs::One(series("s")),
            validity: "full matrices, whitened inputs, small weights of any direction, and noise of any size: without it trapped weights decay to nothing",
            sources: PAPER,
            evaluate: |params| {
                Ok(learned_modes(&params.get::<Vec<f64>>("modes")?, params.number("gamma")?)?.into())
            },
        },
    ]
}
