//! The predictions about normalization by name.

use super::mini_batch::gram_operations;
use super::{
    EdgeStatus, MiniBatch, critical_step, edge_operations, edge_proportional, edge_status,
    expected_log_inverse_overlap, hidden_modes, hidden_top_refined, last_batch_norm, last_batch_norm_given,
    last_layer_norm_bound, last_layer_norm_outliers, last_ln_population, last_mean_subtraction,
    mini_batch_gram, visible_boundary,
};
use crate::bibliography::{FAN_2020, KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020, MA_2018};
use crate::catalog::Kind::{Integer, Number, Numbers, Rows, Words};
use crate::catalog::outputs::{number, numbers, series, word};
use crate::catalog::parameter::{
    ACTIVATION, GAMMA, SIGMA_B2, SIGMA_W2, TRAIN_BIAS, WIDTHS, optional, required,
};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::{Architecture, Normalization, TheoryError};

const BETA: Parameter = optional(
    "beta",
    Number,
    "beta, the offset of batch-normalized layers",
    "a number; 0 unless a layer is bn",
    "0",
);
const MODES: Parameter = required(
    "modes",
    Words,
    "the normalization of each of the layers 1..L",
    "a list of null, \"none\", \"ms\", \"bn\" or \"ln\", one for each layer",
);
const BATCH: Parameter = required("N", Integer, "the number of samples of the batch", "an integer >= 2");

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    last_layer().into_iter().chain(hidden_layers()).chain(beyond_the_bulk()).chain(batches()).collect()
}

fn last_layer() -> [Prediction; 5] {
    [
        Prediction {
            id: "norm/last-mean-subtraction",
            title: "Spectrum after mean subtraction of the output over the batch",
            formula: r"m_\lambda=\frac{C\Theta_D(N-1)}{NP},\ s_\lambda=\frac{C\Theta_D^2(N-1)}{N^2P},\ \frac{\Theta_D}N\le\lambda_{\max}\le\sqrt{C(N-1)}\frac{\Theta_D}N",
            parameters: const { &[ACTIVATION, WIDTHS, BATCH, SIGMA_W2, SIGMA_B2, TRAIN_BIAS] },
            value: "[Theta_D, m_lambda, s_lambda, lambda_max at fixed N, upper bound]",
            outputs: const {
                Outputs::List(&numbers(["Theta_D", "m_lambda", "s_lambda", "lambda_max", "lambda_max_upper"]))
            },
            validity: "m_lambda for every N; s_lambda and lambda_max for N much smaller than the width",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let ms = last_mean_subtraction(&plain(params)?, params.integer("N")?)?;
                Ok([ms.theta_d, ms.m_lambda, ms.s_lambda, ms.lambda_max, ms.upper_bound].into())
            },
        },
        Prediction {
            id: "norm/last-batch-norm",
            title: "Spectrum of the batch-normalized output",
            formula: r"\lambda_{\max}=\frac{\gamma^2\Theta_D}{Nv},\ Em_\lambda=\frac{C\gamma^2\Theta_D(N-2)}{P(N-3)v},\ v=q^L_t-q^L_{st}",
            parameters: const {
                &[
                    ACTIVATION,
                    WIDTHS,
                    required("N", Integer, "the number of samples of the batch", "an integer >= 4"),
                    SIGMA_W2,
                    SIGMA_B2,
                    TRAIN_BIAS,
                    GAMMA,
                    optional(
                        "sigma2",
                        Numbers,
                        "the measured variance over the batch of every output, to condition on",
                        "a list of C numbers > 0, or null",
                        "null",
                    ),
                ]
            },
            value: "[v, lambda_max, mean of m_lambda over batches]; given sigma2: [v, lambda_max, m_lambda] for it",
            outputs: const { Outputs::List(&numbers(["v", "lambda_max", "m_lambda"])) },
            validity: "N much smaller than the width; linear networks only conditional on sigma2",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let (network, samples, gamma) =
                    (plain(params)?, params.integer("N")?, params.number("gamma")?);
                let bn = last_batch_norm(&network, samples, gamma)?;
                match params.get::<Option<Vec<f64>>>("sigma2")? {
                    None => Ok([bn.variance, bn.lambda_max, bn.m_lambda].into()),
                    Some(sigma2) => {
                        let given = last_batch_norm_given(&network, samples, gamma, &sigma2)?;
                        Ok([bn.variance, given.lambda_max, given.m_lambda].into())
                    }
                }
            },
        },
        Prediction {
            id: "norm/last-bn-affine",
            title: "Eigenvalues added by training the scale and offset of the last batch normalization",
            formula: r"F^*_{kk}\leftarrow F^*_{kk}+\tfrac1N(11^\top+\hat u_k\hat u_k^\top)",
            parameters: const { &[required("C", Integer, "the number of outputs", "an integer >= 1")] },
            value: "[the eigenvalue 1, its multiplicity 2C]",
            outputs: const { Outputs::List(&numbers(["eigenvalue", "multiplicity"])) },
            validity: "exact at every width and N >= 2; nothing else in the spectrum changes",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let classes = crate::error::at_least("C", params.integer("C")?, 1)?;
                Ok([1.0, 2.0 * classes as f64].into())
            },
        },
        Prediction {
            id: "norm/last-layer-norm",
            title: "Outliers of the layer-normalized output",
            formula: r"F^*=\frac1N[\Theta_D\,\mathrm{blockdiag}(J(n)^2)+\theta_{st}SS^\top],\quad\lambda_{\max}\ge\theta_{st}\gamma^2\tfrac{C-2}C\,\overline{\sigma^{-2}}",
            parameters: const {
                &[
                    ACTIVATION,
                    WIDTHS,
                    SIGMA_W2,
                    SIGMA_B2,
                    TRAIN_BIAS,
                    GAMMA,
                    optional(
                        "outputs",
                        Rows,
                        "measured outputs before normalization",
                        "a list of samples, each a list of C numbers, or null",
                        "null",
                    ),
                ]
            },
            value: "the lower bound on lambda_max for Gaussian outputs; given outputs: the top C-1 eigenvalues",
            outputs: const {
                Outputs::Either(&[
                    Outputs::One(number("lambda_max_lower")),
                    Outputs::One(series("eigenvalues")),
                ])
            },
            validity: "wide networks; compare the sum of the outliers, the bound is a trace over theta_st alone: 1.4 to 3.7 times too low with biases or ReLU, 11 to 22 times and more for odd activations without biases, where theta_st all but vanishes; for a step see step-size",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: layer_norm,
        },
        Prediction {
            id: "norm/last-ln-population",
            title: "Outliers of the layer-normalized output for many samples",
            formula: r"e_\parallel=C(d-1)B,\ e_\perp=C(A-B),\ A=E\|X\|^{-2},\ B=E[X_2^2\|X\|^{-4}],\ X\sim N(\sqrt\lambda e_1,I_d),\ d=C-1",
            parameters: const {
                &[
                    required("C", Integer, "the number of outputs", "an integer >= 4"),
                    required("lam", Number, "q_st ||P y||^2 / (q_t - q_st)", "a number >= 0"),
                ]
            },
            value: "[e_parallel, e_perp] in units gamma^2/(q_t - q_st)",
            outputs: const { Outputs::List(&numbers(["e_parallel", "e_perp"])) },
            validity: "N to infinity, given the common part y of the outputs; slow convergence for C < 6",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let outliers = last_ln_population(params.integer("C")?, params.number("lam")?)?;
                Ok([outliers.e_parallel, outliers.e_perp].into())
            },
        },
    ]
}

fn hidden_layers() -> [Prediction; 2] {
    [
        Prediction {
            id: "norm/hidden-modes",
            title: "Bulk and outlier of a network with any pattern of normalized layers",
            formula: r"\Theta_D=\sum_lM_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st}),\quad\Theta_S=\sum_lM_{l-1}s_l\hat q^{l-1}_{st}",
            parameters: const { &[ACTIVATION, WIDTHS, SIGMA_W2, SIGMA_B2, TRAIN_BIAS, MODES, GAMMA, BETA] },
            value: "[Theta_D, Theta_S]",
            outputs: const { Outputs::List(&numbers(["Theta_D", "Theta_S"])) },
            validity: "width first, then N to infinity; relative corrections O(1/N), outside validity for N < 10",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let modes = hidden_modes(&normalized(params)?)?;
                Ok([modes.theta_d, modes.theta_s].into())
            },
        },
        Prediction {
            id: "norm/hidden-top-refined",
            title: "Outlier behind a normalized last hidden layer, with its 1/N terms",
            formula: r"\lambda_{\max}\simeq\Theta_S+\zeta/N,\ \zeta=M_{L-1}(\hat q_t-\hat q_{st}-e_1^2v)+R\sum_{l<L}M_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st})",
            parameters: const { &[ACTIVATION, WIDTHS, BATCH, SIGMA_W2, SIGMA_B2, TRAIN_BIAS, MODES, GAMMA, BETA] },
            value: "[Theta_S, zeta, Theta_S + zeta/N]",
            outputs: const { Outputs::List(&numbers(["Theta_S", "zeta", "outlier"])) },
            validity: "layer L-1 ms or bn, layer L plain; as lambda_max only well above the bulk edge",
            sources: &[KARAKIDA_2019_NORMALIZATION],
            evaluate: |params| {
                let top = hidden_top_refined(&normalized(params)?, params.integer("N")?)?;
                Ok([top.theta_s, top.zeta, top.outlier].into())
            },
        },
    ]
}

fn beyond_the_bulk() -> [Prediction; 3] {
    [
        Prediction {
            id: "norm/edge-proportional",
            title: "Largest eigenvalue after mean subtraction when samples and width grow together",
            formula: r"\lambda_+=\frac1N\min_{0<g<g_{\max}}z(g),\quad z(g)=\frac1g+r+\frac{M_0\hat a_0}{1-\hat a_0Ng}+\sum_{l\ge1}M_l\left\langle\frac{\hat a_ls_l^2}{1-\hat a_lT_l}\right\rangle",
            parameters: const { &[ACTIVATION, WIDTHS, BATCH, SIGMA_W2, SIGMA_B2, TRAIN_BIAS] },
            value: "lambda_+",
            outputs: Outputs::One(number("lambda_plus")),
            validity: "exact for odd activations without biases, linear ones, and depth <= 2; approximate otherwise: within 20 % for tanh; means of simulated ReLU and GELU networks lie up to 1.1, 1.4, 2.8 and 4.2 times higher at 3, 5, 8 and 12 layers",
            sources: &[KARAKIDA_2019_NORMALIZATION, FAN_2020],
            evaluate: |params| {
                let network = plain(params)?;
                params.afford("the edge of the spectrum", edge_operations(&network))?;
                Ok(edge_proportional(&network, params.integer("N")?)?.into())
            },
        },
        Prediction {
            id: "norm/edge-status",
            title: "Whether the spectral edge of a network is the exact limit",
            formula: r"\text{exact iff }(\phi\text{ odd},\ \sigma_b=0)\text{ or }\phi\text{ linear or }L\le2",
            parameters: const { &[ACTIVATION, WIDTHS, SIGMA_W2, SIGMA_B2] },
            value: "\"exact\" or \"approximate\"",
            outputs: Outputs::One(word("status")),
            validity: "says where norm/edge-proportional is proved or verified",
            sources: &[FAN_2020],
            evaluate: |params| {
                Ok(Value::Word(match edge_status(&params.architecture()?) {
                    EdgeStatus::Exact => "exact",
                    EdgeStatus::Approximate => "approximate",
                }))
            },
        },
        Prediction {
            id: "norm/trainability",
            title: "Critical step of gradient descent, and the step at which divergence becomes visible",
            formula: r"\eta_c=\frac2{\lambda_{\max}},\quad\eta_T=\eta_c\left(1+\frac{\ln(1/a)}{4T}\right)",
            parameters: const {
                &[
                    required("lambda_max", Number, "the largest eigenvalue", "a number >= 0"),
                    optional("steps", Integer, "T, the number of steps", "an integer >= 1", "100"),
                    optional(
                        "a",
                        Number,
                        "the share of the residual in the top eigenspace",
                        "a number in (0, 1], or null",
                        "null",
                    ),
                    optional(
                        "N",
                        Integer,
                        "the number of samples, for the mean of ln(1/a) of random residuals",
                        "an integer >= 1, or null",
                        "null",
                    ),
                ]
            },
            value: "[eta_c, eta_T]; eta_T = eta_c where neither a nor N is given",
            outputs: const { Outputs::List(&numbers(["eta_c", "eta_T"])) },
            validity: "infinitesimal residuals; larger ones let networks move to flatter regions",
            sources: &[KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020],
            evaluate: |params| {
                let (lambda_max, steps) = (params.number("lambda_max")?, params.integer("steps")?);
                let overlap = match (params.get::<Option<f64>>("a")?, params.get::<Option<f64>>("N")?) {
                    (Some(overlap), _) => overlap,
                    (None, Some(_)) => (-expected_log_inverse_overlap(params.integer("N")?)?).exp(),
                    (None, None) => 1.0,
                };
                Ok([critical_step(lambda_max)?, visible_boundary(lambda_max, steps, overlap)?].into())
            },
        },
    ]
}

fn batches() -> [Prediction; 2] {
    const SIZE: Parameter =
        required("B", Integer, "the number of samples of a batch", "an integer from 1 to N");
    [
        Prediction {
            id: "norm/mini-batch",
            title: "Critical step of descent on random batches",
            formula: r"\eta_c=\frac{4B}{s+\sqrt{s^2-4\beta T\theta_D}},\quad T=\theta_D+N\theta_S,\ \beta=\frac{B-1}{N-1},\ s=\beta T+\theta_D+(1-\beta)\theta_S",
            parameters: const {
                &[
                    required(
                        "theta_d",
                        Number,
                        "theta_D, the diagonal of the kernel beyond the rest",
                        "a number > 0",
                    ),
                    required("theta_s", Number, "theta_S, the kernel of two samples", "a number >= 0"),
                    required("N", Integer, "the number of samples", "an integer >= 2"),
                    SIZE,
                ]
            },
            value: "[eta_c, 2/lambda_max of all samples, 2/lambda_max of one batch]",
            outputs: const { Outputs::List(&numbers(["eta_c", "eta_full", "eta_batch"])) },
            validity: "exact in mean square for fresh uniform batches, near a point of zero residual; networks whose kernel varies from sample to sample lie below by O(1/width)",
            sources: &[MA_2018],
            evaluate: |params| {
                let (d, s) = (params.number("theta_d")?, params.number("theta_s")?);
                let batch = MiniBatch::new(d, s, params.integer("N")?, params.integer("B")?)?;
                Ok([batch.critical_step()?, batch.full_batch_step()?, batch.own_batch_step()?].into())
            },
        },
        Prediction {
            id: "norm/mini-batch-gram",
            title: "Critical step of descent on random batches, for any kernel",
            formula: r"\eta_c=\frac1{\rho(\mathcal A^{-1}\mathcal Q)},\ \mathcal A\mathcal M=\tfrac1N(\Theta\mathcal M+\mathcal M\Theta),\ \mathcal Q\mathcal M=\tfrac1{B^2}\Theta[p_2\mathcal M+(p-p_2)\mathrm{diag}\mathcal M]\Theta",
            parameters: const {
                &[
                    required(
                        "gram",
                        Rows,
                        "Theta, the tangent kernel of the samples",
                        "a symmetric positive semi-definite matrix other than zero, as a list of two rows or more",
                    ),
                    SIZE,
                ]
            },
            value: "eta_c",
            outputs: Outputs::One(number("eta_c")),
            validity: "exact in mean square for fresh uniform batches, near a point of zero residual; null directions of Theta are left out",
            sources: &[MA_2018],
            evaluate: |params| {
                let gram = params.matrix("gram")?;
                params.afford("the top of the spectrum of the moments", gram_operations(gram.nrows()))?;
                Ok(mini_batch_gram(&gram, params.integer("B")?)?.into())
            },
        },
    ]
}

fn plain(params: &Params) -> Result<Architecture, TheoryError> {
    Ok(params.architecture()?.with_trained_biases(params.get("train_bias")?))
}

/// A network with `modes`, `gamma`, `beta`.
fn normalized(params: &Params) -> Result<Architecture, TheoryError> {
    let modes: Vec<Option<Normalization>> = params.get("modes")?;
    let modes = modes.into_iter().map(Option::unwrap_or_default).collect();
    plain(params)?.with_modes(modes, params.number("gamma")?, params.number("beta")?)
}

fn layer_norm(params: &Params) -> Result<Value, TheoryError> {
    let (network, gamma) = (plain(params)?, params.number("gamma")?);
    let Some(outputs) = params.get::<Option<Vec<Vec<f64>>>>("outputs")? else {
        return Ok(last_layer_norm_bound(&network, gamma, None)?.into());
    };
    if let Some(bad) = outputs.iter().find(|output| output.len() != network.classes()) {
        let valid = format!("{} outputs for each sample", network.classes());
        return Err(TheoryError::invalid("outputs", format!("a sample with {}", bad.len()), valid));
    }
    Ok(last_layer_norm_outliers(&network, gamma, &outputs.concat())?.into())
}
