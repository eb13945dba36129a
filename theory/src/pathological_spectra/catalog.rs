//! The predictions of pathological spectra by name.

use super::{
    GivenOutputs, OutlierVectors, block_statistics, bulk_density, classifier_step, corrected_second_moments,
    critical_steps, kernel_map, kernel_statistics, layer_metrics, mean_softmax_covariance, outlier_quantile,
    outlier_vectors, softmax_moments, two_cycle,
};
use crate::bibliography::{JACOT_2018, KARAKIDA_2019_UNIVERSAL, KARAKIDA_2021_PATHOLOGICAL, Source};
use crate::catalog::Kind::{Flag, Integer, Integers, Number, Numbers, Rows};
use crate::catalog::outputs::{number, numbers, series, table};
use crate::catalog::parameter::{
    ACTIVATION, DEPTH, SAMPLES, SIGMA_B2, SIGMA_W2, WIDTHS as ALL_WIDTHS, optional, required,
};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::error::{at_least, representable};
use crate::mean_field::{Kappa, kappa, order_parameters};
use crate::{Architecture, TheoryError};

const WIDTHS: Parameter = required(
    "widths",
    Integers,
    "[M_0, ..., M_(L-1)], from the inputs to the last hidden layer",
    "a list of L positive integers",
);
const CLASSES: Parameter =
    required("C", Integer, "the number of outputs", "an integer >= 1, at least 2 for the softmax");
const ALPHAS: Parameter = required(
    "alphas",
    Numbers,
    "[alpha_0, ..., alpha_(L-1)], M_l = alpha_l M",
    "L numbers > 0, at least two",
);
const SCALE: Parameter = required("M", Number, "M, the unit of widths", "a number > 0");
const Q_T: Parameter =
    required("q_t", Number, "q_t^L, the variance of the outputs", "a number from 0 to 100");
const Q_ST: Parameter = required(
    "q_st",
    Number,
    "q_st^L, the covariance of the outputs of two samples",
    "a number from 0 to q_t",
);
const LOGITS: Parameter =
    required("logits", Rows, "the outputs, one row a sample", "rows of one length >= 2");
const THETA_T: Parameter = required("Theta_t", Number, "the tangent kernel at equal samples", "a number > 0");
const THETA_ST: Parameter =
    required("Theta_st", Number, "the tangent kernel at different samples", "a number from 0 to Theta_t");
const PAPER: &[Source] = &[KARAKIDA_2021_PATHOLOGICAL];
/// Most logits in one question.
const MOST: usize = 100_000;

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    [orders(), regression(), cross_entropy(), given(), rates()].concat()
}

const NETWORK: &[Parameter] = &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, WIDTHS, SAMPLES, CLASSES];
const LEADING: &[Parameter] = &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, ALPHAS, SCALE, SAMPLES, CLASSES];

fn orders() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spectra/order-parameters",
            title: "Overlaps of signals and gradients in every layer",
            formula: r"q^l=\sigma_w^2\hat q^{l-1}+\sigma_b^2,\ \hat q^l=E[\phi\phi],\ \tilde q^l=\sigma_w^2\tilde q^{l+1}E[\phi'\phi']",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2] },
            value: "[q_t^1..L], [q_st^1..L], [qhat_t^0..L-1], [qhat_st^0..L-1], [qtilde_t^1..L], [qtilde_st^1..L]",
            outputs: const {
                Outputs::List(&[
                    series("q_t"),
                    series("q_st"),
                    series("qhat_t"),
                    series("qhat_st"),
                    series("qtilde_t"),
                    series("qtilde_st"),
                ])
            },
            validity: "infinite width, standard normal inputs",
            sources: PAPER,
            evaluate: |params| {
                let o = order_parameters(&params.scales()?, params.integer("depth")?)?;
                Ok(vec![o.q_t, o.q_st, o.qhat_t, o.qhat_st, o.qtilde_t, o.qtilde_st].into())
            },
        },
        Prediction {
            id: "spectra/kappa",
            title: "The scales of the Fisher information to leading order",
            formula: r"\kappa_1=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_t\hat q^{l-1}_t,\quad\kappa_2=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_{st}\hat q^{l-1}_{st},\quad\alpha=\sum_{l<L}\alpha_l\alpha_{l-1}",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, ALPHAS] },
            value: "[alpha, kappa_1, kappa_2]",
            outputs: const { Outputs::List(&numbers(["alpha", "kappa_1", "kappa_2"])) },
            validity: "infinite width; biases contribute at relative order 1/M",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let k = leading(params)?;
                Ok([k.alpha, k.kappa_1, k.kappa_2].into())
            },
        },
    ]
}

fn regression() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spectra/fim-mse",
            title: "Fisher information for the squared error, to leading order",
            formula: r"m_\lambda=\frac{\kappa_1C}M,\ s_\lambda=\alpha C\left(\frac{N-1}N\kappa_2^2+\frac{\kappa_1^2}N\right),\ \lambda_{\max}=\alpha M\left(\frac{N-1}N\kappa_2+\frac{\kappa_1}N\right)",
            parameters: LEADING,
            value: "[m_lambda, s_lambda, lambda_max]",
            outputs: const { Outputs::List(&numbers(["m_lambda", "s_lambda", "lambda_max"])) },
            validity: "M -> infinity; use mf/fim-stats for exact widths",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let Leading { kappa: k, scale, n, classes } = Leading::read(params)?;
                let mean = k.kappa_1 * classes / scale;
                let second = k.alpha * classes * ((n - 1.0) / n * k.kappa_2.powi(2) + k.kappa_1.powi(2) / n);
                let top = k.alpha * scale * ((n - 1.0) / n * k.kappa_2 + k.kappa_1 / n);
                for value in [mean, second, top] {
                    representable("a statistic of the spectrum", value)?;
                }
                Ok([mean, second, top].into())
            },
        },
        Prediction {
            id: "spectra/ntk",
            title: "Eigenvalues of the tangent kernel of a classifier",
            formula: r"\Theta=[(\Theta_t-\Theta_{st})I+\Theta_{st}\mathbf 1\mathbf 1^\top]\otimes I_C,\quad\lambda_{\max}=(N-1)\Theta_{st}+\Theta_t",
            parameters: NETWORK,
            value: "[Theta_t, Theta_st, mean, second moment, lambda_max, bulk, lambda_max after mean subtraction]",
            outputs: const {
                Outputs::List(&numbers([
                    "Theta_t",
                    "Theta_st",
                    "mean",
                    "second_moment",
                    "lambda_max",
                    "bulk",
                    "lambda_ms",
                ]))
            },
            validity: "N << M; exact widths, trained biases; the C largest split by O(sqrt(C/M))",
            sources: &[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018],
            evaluate: |params| {
                let s = kernel_statistics(&network(params)?, params.integer("N")?)?;
                Ok([
                    s.theta_t,
                    s.theta_st,
                    s.mean,
                    s.second_moment,
                    s.lambda_max,
                    s.bulk,
                    s.lambda_max_mean_subtracted,
                ]
                .into())
            },
        },
        Prediction {
            id: "spectra/outlier-vectors",
            title: "How far the eigenvectors of the outliers are from the class-constant vectors",
            formula: r"1-s=\frac{N-1}N\frac{V_{\rm same}+(C-1)V_{\rm cross}}{\Theta_{st}^2},\quad V\ \text{the variances over samples of the row means}\ \frac1N\sum_{n'}\Theta_{(k,n),(k',n')}",
            parameters: const {
                &[
                    ACTIVATION,
                    ALL_WIDTHS,
                    required("N", Integer, SAMPLES.meaning, "an integer >= 3"),
                    SIGMA_W2,
                    SIGMA_B2,
                    optional("train_bias", Flag, "whether biases are trained", "true or false", "true"),
                ]
            },
            value: "[the part of the same class, the part of each other class, 1 - s: the first and C-1 times the second]",
            outputs: const { Outputs::List(&numbers(["same_class", "other_class", "remainder"])) },
            validity: "N << M, second order: 1 - s below about 0.05 and N Theta_st >= Theta_t - Theta_st; outside validity where the outlier sinks into the bulk, as 1 - s is larger there",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let vectors = vectors_of(params)?;
                Ok([vectors.same, vectors.cross, vectors.deficit].into())
            },
        },
        Prediction {
            id: "spectra/fim-blocks",
            title: "Blocks of the Fisher information, layer by layer",
            formula: r"m^l=\frac{Ct_l}{P_l},\ s^l=\frac C{P_l}\left(\frac{N-1}Ns_l^2+\frac{t_l^2}N\right),\ \lambda^l_{\max}=\frac{N-1}Ns_l+\frac{t_l}N",
            parameters: NETWORK,
            value: "for each layer 1 to L: [mean, second moment, lambda_max]",
            outputs: Outputs::Columns(&["mean", "second_moment", "lambda_max"]),
            validity: "N << M; in the first layer only the mean, where there is no outlier",
            sources: PAPER,
            evaluate: |params| {
                let blocks = block_statistics(&network(params)?, params.integer("N")?)?;
                Ok(blocks
                    .iter()
                    .map(|b| vec![b.mean, b.second_moment, b.lambda_max])
                    .collect::<Vec<_>>()
                    .into())
            },
        },
        Prediction {
            id: "spectra/input-metric",
            title: "Metric of the spaces of inputs and features: sensitivity to common perturbations",
            formula: r"A^l=\frac1N\sum_{n,k}\nabla_{h^l}f_k\nabla_{h^l}f_k^\top,\quad\lambda_{\max}=\frac{N-1}Na_{st}+\frac{a_t}N,\ a=\sigma_w^2\tilde q^{l+1}",
            parameters: NETWORK,
            value: "for each layer 0 to L-1: [mean, second moment, lambda_max, share of the trace in the C outliers, lambda_max over mean]",
            outputs: Outputs::Columns(&[
                "mean",
                "second_moment",
                "lambda_max",
                "outlier_share",
                "max_over_mean",
            ]),
            validity: "infinite width; outliers are biased by O(C/M)",
            sources: PAPER,
            evaluate: |params| {
                let all = layer_metrics(&network(params)?, params.integer("N")?)?;
                let rows = all.iter().map(|m| vec![m.mean, m.second_moment, m.lambda_max, m.share, m.ratio]);
                Ok(rows.collect::<Vec<_>>().into())
            },
        },
        Prediction {
            id: "spectra/input-metric-corrected",
            title: "Second moments of the metrics with the products of different classes",
            formula: r"\mathrm{Tr}(A^l)^2\mathrel{+}=C(C-1)\left(\frac{N-1}Ny_{st}+\frac{y_t}N\right)",
            parameters: NETWORK,
            value: "for each layer 0 to L-1: the mean squared eigenvalue",
            outputs: Outputs::One(series("second_moment")),
            validity: "relative corrections O(1/M) remain",
            sources: PAPER,
            evaluate: |params| Ok(corrected_second_moments(&network(params)?, params.integer("N")?)?.into()),
        },
    ]
}

fn cross_entropy() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spectra/softmax-moments",
            title: "Moments of the softmax of Gaussian outputs",
            formula: r"\beta_1=E\,\mathrm{Tr}Q,\ \beta_2=E\,\mathrm{Tr}QQ',\ \beta_3=E\,\mathrm{Tr}Q^2,\quad\frac{\beta_1}{C-1}\le\frac{E\lambda_{\max}}{\Theta_{st}}\le\frac{\beta_1}{C-1}+\sqrt{\frac{C-2}{C-1}}\sqrt{\beta_2-\frac{\beta_1^2}{C-1}}",
            parameters: const { &[CLASSES, Q_T, Q_ST] },
            value: "[beta_1, beta_2, beta_3, beta_0, lower, upper]",
            outputs: const { Outputs::List(&numbers(["beta_1", "beta_2", "beta_3", "beta_0", "lower", "upper"])) },
            validity: "exact for Gaussian outputs; the upper bound at many samples",
            sources: PAPER,
            evaluate: |params| {
                let m = softmax_moments(params.integer("C")?, params.number("q_t")?, params.number("q_st")?)?;
                Ok([m.beta_1, m.beta_2, m.beta_3, m.beta_0, m.lower, m.upper].into())
            },
        },
        Prediction {
            id: "spectra/ce-moments",
            title: "Fisher information for the cross entropy, to leading order",
            formula: r"m_\lambda=\frac{\kappa_1\beta_1}M,\quad s_\lambda=\alpha\left(\frac{N-1}N\beta_2\kappa_2^2+\frac{\beta_3\kappa_1^2}N\right)",
            parameters: LEADING,
            value: "[m_lambda, s_lambda, beta_1, beta_2, beta_3]",
            outputs: const { Outputs::List(&numbers(["m_lambda", "s_lambda", "beta_1", "beta_2", "beta_3"])) },
            validity: "M -> infinity",
            sources: PAPER,
            evaluate: |params| {
                let classes = params.integer("C")?;
                crate::classifier::check_classes(classes)?;
                let Leading { kappa: k, scale, n, .. } = Leading::read(params)?;
                let (q_t, q_st) = outputs(params)?;
                let m = softmax_moments(classes, q_t, q_st)?;
                let mean = k.kappa_1 * m.beta_1 / scale;
                let second = k.alpha
                    * ((n - 1.0) / n * m.beta_2 * k.kappa_2.powi(2) + m.beta_3 * k.kappa_1.powi(2) / n);
                for value in [mean, second] {
                    representable("a statistic of the spectrum", value)?;
                }
                Ok([mean, second, m.beta_1, m.beta_2, m.beta_3].into())
            },
        },
        Prediction {
            id: "spectra/qbar-conditional",
            title: "Outliers of the cross-entropy spectrum of one network, at many samples",
            formula: r"\lambda_i=\Theta_{st}\mu_i(\bar Q(y)),\quad\bar Q(y)=E_z[\mathrm{diag}(g)-gg^\top]",
            parameters: const {
                &[
                    required(
                        "y",
                        Numbers,
                        "the outputs shared by all samples, over sqrt(q_st)",
                        "a list of 2 to 200 numbers",
                    ),
                    Q_T,
                    Q_ST,
                ]
            },
            value: "[mu_1, ..., mu_C], the last one 0",
            outputs: Outputs::One(series("mu")),
            validity: "N -> infinity",
            sources: PAPER,
            evaluate: |params| {
                let y: Vec<f64> = params.get("y")?;
                Ok(mean_softmax_covariance(&y, params.number("q_t")?, params.number("q_st")?)?.1.into())
            },
        },
        Prediction {
            id: "spectra/ce-outlier-quantile-c2",
            title: "Law of the outlier over networks with two classes",
            formula: r"m(\Phi^{-1}(1-p/2)),\quad m(\bar y)=E_zw(\sqrt{2(q_t-q_{st})}z+\sqrt{2q_{st}}\bar y),\ w(d)=\tfrac12\mathrm{sech}^2\tfrac d2",
            parameters: const { &[required("p", Number, "the level", "a number with 0 < p < 1"), Q_T, Q_ST] },
            value: "the quantile of lambda_1/Theta_st",
            outputs: Outputs::One(number("quantile")),
            validity: "C = 2, N -> infinity",
            sources: PAPER,
            evaluate: |params| {
                Ok(outlier_quantile(params.number("p")?, params.number("q_t")?, params.number("q_st")?)?
                    .into())
            },
        },
        Prediction {
            id: "spectra/ce-bulk-density-c2",
            title: "Density of the bulk with two classes",
            formula: r"p(w)=\frac{2N(d;0,2q_t)}{w\sqrt{1-2w}},\quad d=2\,\mathrm{arcosh}\frac1{\sqrt{2w}}",
            parameters: const { &[required("lambda", Number, "w = lambda/a", "a number with 0 < w < 1/2"), Q_T] },
            value: "p(w)",
            outputs: Outputs::One(number("density")),
            validity: "C = 2; a = (Theta_t - Theta_st)/N",
            sources: PAPER,
            evaluate: |params| Ok(bulk_density(params.number("lambda")?, params.number("q_t")?)?.into()),
        },
    ]
}

fn given() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spectra/ce-dual",
            title: "The cross-entropy spectrum given the outputs",
            formula: r"G=a\,\mathrm{blockdiag}(Q_n)+\frac{\Theta_{st}}NRR^\top,\quad a=\frac{\Theta_t-\Theta_{st}}N,\ R=(Q_n^{1/2})_n",
            parameters: const { &[LOGITS, THETA_T, THETA_ST] },
            value: "all NC eigenvalues, descending; the last N are 0",
            outputs: Outputs::One(series("eigenvalues")),
            validity: "N << M; at most 600 outputs",
            sources: PAPER,
            evaluate: |params| {
                let logits: Vec<Vec<f64>> = params.get("logits")?;
                let (t, st) = (params.number("Theta_t")?, params.number("Theta_st")?);
                Ok(GivenOutputs::new(&logits, t, st)?.eigenvalues()?.into())
            },
        },
        Prediction {
            id: "spectra/ce-outliers",
            title: "The outliers of the cross-entropy spectrum given the outputs",
            formula: r"\mu_i(\Phi(\lambda))=1,\quad\Phi(\lambda)=\frac{\Theta_{st}}N\sum_nQ_n(\lambda I-aQ_n)^{-1}",
            parameters: const { &[LOGITS, THETA_T, THETA_ST] },
            value: "C-1 eigenvalues, descending; \"none\" for one that the bulk has absorbed",
            outputs: Outputs::One(series("eigenvalues")),
            validity: "N << M",
            sources: PAPER,
            evaluate: |params| {
                let logits: Vec<Vec<f64>> = params.get("logits")?;
                let (t, st) = (params.number("Theta_t")?, params.number("Theta_st")?);
                let outliers = GivenOutputs::new(&logits, t, st)?.outliers();
                Ok(Value::List(
                    outliers.into_iter().map(|o| o.map_or(Value::Word("none"), Value::from)).collect(),
                ))
            },
        },
        Prediction {
            id: "spectra/ce-kernel-map",
            title: "Outputs under gradient descent on the cross entropy",
            formula: r"f(n)\leftarrow f(n)-\frac\eta N\left[\Theta_{st}\sum_mr_m+(\Theta_t-\Theta_{st})r_n\right],\ r_n=g(n)-e_{\mathrm{label}(n)}",
            parameters: const {
                &[
                    LOGITS,
                    required(
                        "labels",
                        Integers,
                        "the classes, counted from 0",
                        "one integer from 0 to C-1 for each sample",
                    ),
                    THETA_T,
                    THETA_ST,
                    required("eta", Number, "the learning rate", "a number > 0"),
                    required("steps", Integer, "steps", "an integer from 0 to 10000"),
                ]
            },
            value: "the outputs, sample by sample",
            outputs: Outputs::One(table("outputs")),
            validity: "wide networks, whose kernel does not move",
            sources: &[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018],
            evaluate: |params| {
                let logits: Vec<Vec<f64>> = params.get("logits")?;
                let steps = params.integer("steps")?;
                if steps > 10_000 || logits.iter().map(Vec::len).sum::<usize>() > MOST {
                    return Err(TheoryError::invalid(
                        "steps",
                        steps,
                        "an integer from 0 to 10000, and at most 100000 outputs",
                    ));
                }
                let labels: Vec<usize> = params.get("labels")?;
                let (t, st) = (params.number("Theta_t")?, params.number("Theta_st")?);
                Ok(kernel_map(&logits, &labels, t, st, params.number("eta")?, steps)?.into())
            },
        },
    ]
}

fn rates() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "spectra/critical-step",
            title: "Critical learning rate of a classifier, for the squared error and for the cross entropy",
            formula: r"\eta_c=\frac2{\lambda_{\max}},\qquad\eta_c^{CE}=\frac2{\Theta_{st}\beta_0},\quad\beta_0=\frac{\beta_1(q_t-q_{st})}{C-1}",
            parameters: LEADING,
            value: "[eta_c, eta_c^CE, beta_0]; eta_c^CE is -1 where there is none (kappa_2 = 0)",
            outputs: const { Outputs::List(&numbers(["eta_c", "eta_c_CE", "beta_0"])) },
            validity: "M -> infinity, N large, balanced classes",
            sources: PAPER,
            evaluate: |params| {
                let classes = params.integer("C")?;
                crate::classifier::check_classes(classes)?;
                let Leading { kappa: k, scale, .. } = Leading::read(params)?;
                let (q_t, q_st) = outputs(params)?;
                let (t, st) = (k.alpha * scale * k.kappa_1, k.alpha * scale * k.kappa_2);
                let steps = critical_steps(t, st, params.integer("N")?, classes, q_t, q_st)?;
                Ok([steps.squared_error, steps.cross_entropy.unwrap_or(-1.0), steps.beta_0].into())
            },
        },
        Prediction {
            id: "spectra/classifier-step",
            title: "Critical learning rate of a classifier of given widths",
            formula: r"\eta_c=\frac2{\lambda_{\max}},\qquad\eta_c^{CE}=\frac2{\Theta_{st}\beta_0}",
            parameters: NETWORK,
            value: "{squared_error, cross_entropy, beta_0, sensitive_share: C of M_0 input directions, sensitivity: of these over random ones}",
            outputs: const {
                Outputs::Object(&numbers([
                    "squared_error",
                    "cross_entropy",
                    "beta_0",
                    "sensitive_share",
                    "sensitivity",
                ]))
            },
            validity: "exact widths, trained biases; N large, balanced classes; where no outlier is clear of the bulk both steps are lower bounds, that of the cross entropy twice that of the squared error",
            sources: PAPER,
            evaluate: |params| {
                let network = network(params)?;
                let (classes, samples) = (network.classes(), params.integer("N")?);
                crate::classifier::check_classes(classes)?;
                params.afford("the edge of the spectrum", crate::normalization::edge_operations(&network))?;
                let steps = classifier_step(&network, samples)?;
                let metric = layer_metrics(&network, samples)?[0];
                Ok(Value::Object(vec![
                    ("squared_error", steps.squared_error.into()),
                    ("cross_entropy", steps.cross_entropy.unwrap_or(-1.0).into()),
                    ("beta_0", steps.beta_0.into()),
                    ("sensitive_share", (classes as f64 / network.widths()[0] as f64).min(1.0).into()),
                    ("sensitivity", metric.ratio.into()),
                ]))
            },
        },
        Prediction {
            id: "spectra/ce-two-cycle-c2",
            title: "Amplitude of the oscillation above the critical learning rate",
            formula: r"A=\frac r{E\sigma'(\xi)}\left(E\sigma(A+\xi)-\tfrac12\right),\quad\xi\sim N(0,2(q_t-q_{st}))",
            parameters: const {
                &[
                    required("r", Number, "the learning rate over its critical value", "a number > 0"),
                    required("q_t_minus_q_st", Number, "q_t - q_st", "a number from 0 to 100"),
                ]
            },
            value: "A; 0 for r <= 1",
            outputs: Outputs::One(number("A")),
            validity: "C = 2, N -> infinity, until the bulk is learnt",
            sources: PAPER,
            evaluate: |params| Ok(two_cycle(params.number("r")?, params.number("q_t_minus_q_st")?)?.into()),
        },
    ]
}

/// `widths` $M_0..M_{L-1}$ and `C`, biases trained.
fn network(params: &Params) -> Result<Architecture, TheoryError> {
    let mut widths: Vec<usize> = params.get("widths")?;
    let depth = params.integer("depth")?;
    if widths.len() != depth {
        return Err(TheoryError::invalid(
            "widths",
            format!("a list of {}", widths.len()),
            format!("{depth} widths, as the depth says"),
        ));
    }
    widths.push(at_least("C", params.integer("C")?, 1)?);
    let scales = params.scales()?;
    Ok(Architecture::new(widths, scales.activation, scales.sigma_w2, scales.sigma_b2)?
        .with_trained_biases(true))
}

fn leading(params: &Params) -> Result<Kappa, TheoryError> {
    let alphas: Vec<f64> = params.get("alphas")?;
    let depth = params.integer("depth")?;
    if alphas.len() != depth {
        return Err(TheoryError::invalid(
            "alphas",
            format!("a list of {}", alphas.len()),
            format!("{depth} numbers, as the depth says"),
        ));
    }
    kappa(&params.scales()?, &alphas)
}

/// The variance of the outputs and their covariance.
fn outputs(params: &Params) -> Result<(f64, f64), TheoryError> {
    let order = order_parameters(&params.scales()?, params.integer("depth")?)?;
    let last = order.q_t.len() - 1;
    Ok((order.q_t[last], order.q_st[last]))
}

/// What the formulas to leading order need.
struct Leading {
    kappa: Kappa,
    scale: f64,
    n: f64,
    classes: f64,
}

impl Leading {
    fn read(params: &Params) -> Result<Self, TheoryError> {
        let scale = crate::error::positive("M", params.number("M")?)?;
        let n = at_least("N", params.integer("N")?, 1)? as f64;
        let classes = at_least("C", params.integer("C")?, 1)? as f64;
        Ok(Self { kappa: leading(params)?, scale, n, classes })
    }
}

fn vectors_of(params: &Params) -> Result<OutlierVectors, TheoryError> {
    let trained = params.get("train_bias")?;
    let network = params.architecture()?.with_trained_biases(trained);
    outlier_vectors(&network, params.integer("N")?)
}

/// Where the outlier has sunk into the bulk, or its eigenvectors have turned too far for second order.
pub(crate) fn outlier_caveat(params: &Params) -> Option<String> {
    let vectors = vectors_of(params).ok()?;
    if !vectors.is_valid() {
        return Some(format!(
            "outside validity: N theta_st is {:.2} of theta_t - theta_st, below 1 the outlier sinks into the bulk and 1 - s is larger",
            vectors.clearance
        ));
    }
    (vectors.deficit > 0.05)
        .then(|| "outside validity: 1 - s is above 0.05, where second order says too little".to_owned())
}
