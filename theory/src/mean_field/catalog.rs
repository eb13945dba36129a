//! The predictions of mean-field theory by name.

use super::{
    FixedPoint, Stability, critical_point, fim_statistics, fisher_rao, fixed_points, kappa, ntk_pair,
    ntk_parametrization_pair, order_parameters, s_variance, spectral_factor, standard_learning_rates, theta,
};
use crate::bibliography::{
    AMARI_2018_NEURODYNAMICS, AMARI_2019_FISHER, CHO_2009, JACOT_2018, KARAKIDA_2019_UNIVERSAL, LIANG_2019,
    POOLE_2016, SCHOENHOLZ_2017, WILLIAMS_1997,
};
use crate::catalog::Kind::{Integer, Number, Numbers, Word};
use crate::catalog::outputs::{number, numbers, series};
use crate::catalog::parameter::{
    ACTIVATION, DEPTH, SAMPLES, SIGMA_B2, SIGMA_W2, TRAIN_BIAS, WIDTHS, optional, required,
};
use crate::catalog::{Outputs, Params, Prediction, Value};
use crate::quadrature::kernel_pair;
use crate::{Architecture, TheoryError};

/// The predictions of this part.
pub fn catalog() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "mf/kernel-pair",
            title: "Gaussian average of a pair of activations, and of their derivatives",
            formula: r"K=E[\phi(u)\phi(v)],\quad \dot K=E[\phi'(u)\phi'(v)],\quad (u,v)\sim N\left(0,\begin{pmatrix}p&c\\c&q\end{pmatrix}\right)",
            parameters: const {
                &[
                    ACTIVATION,
                    required("q1", Number, "p, the variance of u", "a number >= 0"),
                    required("q2", Number, "q, the variance of v", "a number >= 0"),
                    required("q12", Number, "c, the covariance", "a number with |c| <= sqrt(p q)"),
                ]
            },
            value: "[K, K']",
            outputs: const { Outputs::List(&numbers(["K", "K_dot"])) },
            validity: "exact; quadrature better than 1e-10; undefined where a variance of 0 meets a kink at 0",
            sources: &[CHO_2009, WILLIAMS_1997],
            evaluate: |params| {
                let (p, q, c) = (params.number("q1")?, params.number("q2")?, params.number("q12")?);
                let pair = kernel_pair(&params.activation()?, p, q, c)?;
                Ok([pair.k, pair.k_dot].into())
            },
        },
        Prediction {
            id: "mf/order-parameters",
            title: "Overlaps of signals and gradients in every layer",
            formula: r"q^l=\sigma_w^2\hat q^{l-1}+\sigma_b^2,\ \hat q^l=K(q^l_t,q^l_t,q^l),\ \tilde q^l=\sigma_w^2\tilde q^{l+1}\dot K(q^l_t,q^l_t,q^l)",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2] },
            value: "[qhat_t^0..L-1], [qhat_st^0..L-1], [qtilde_t^1..L], [qtilde_st^1..L], [q_t^1..L], [q_st^1..L]",
            outputs: const {
                Outputs::List(&[
                    series("qhat_t"),
                    series("qhat_st"),
                    series("qtilde_t"),
                    series("qtilde_st"),
                    series("q_t"),
                    series("q_st"),
                ])
            },
            validity: "infinite width, standard normal inputs",
            sources: &[POOLE_2016, SCHOENHOLZ_2017, AMARI_2018_NEURODYNAMICS],
            evaluate: |params| {
                let order = order_parameters(&params.scales()?, params.integer("depth")?)?;
                Ok(vec![order.qhat_t, order.qhat_st, order.qtilde_t, order.qtilde_st, order.q_t, order.q_st]
                    .into())
            },
        },
        Prediction {
            id: "mf/theta",
            title: "Mean entries of the dual kernel, same and different samples",
            formula: r"\theta=\sum_{l=1}^L\tilde q^l(M_{l-1}\hat q^{l-1}+\beta)",
            parameters: const { &[ACTIVATION, WIDTHS, SIGMA_W2, SIGMA_B2, TRAIN_BIAS] },
            value: "[theta_t, theta_st]",
            outputs: const { Outputs::List(&numbers(["theta_t", "theta_st"])) },
            validity: "relative corrections O(1/M)",
            sources: &[KARAKIDA_2019_UNIVERSAL, AMARI_2019_FISHER],
            evaluate: |params| {
                let theta = theta(&network(params)?)?;
                Ok([theta.theta_t, theta.theta_st].into())
            },
        },
        Prediction {
            id: "mf/kappa",
            title: "Scale-free constants of the Fisher information statistics",
            formula: r"\kappa_{1,2}=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_{t,st}\hat q^{l-1}_{t,st},\ \alpha=\sum_{l=1}^{L-1}\alpha_l\alpha_{l-1}",
            parameters: const {
                &[
                    ACTIVATION,
                    optional(
                        "depth",
                        Integer,
                        "L, the number of weight layers",
                        "the length of alphas",
                        "null",
                    ),
                    SIGMA_W2,
                    SIGMA_B2,
                    required(
                        "alphas",
                        Numbers,
                        "[alpha_0, ..., alpha_{L-1}], widths over M",
                        "a list of at least two numbers > 0",
                    ),
                ]
            },
            value: "[kappa_1, kappa_2, alpha]",
            outputs: const { Outputs::List(&numbers(["kappa_1", "kappa_2", "alpha"])) },
            validity: "leading order in the width, depth >= 2",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let alphas: Vec<f64> = params.get("alphas")?;
                if params.get::<Option<f64>>("depth")?.is_some() && params.integer("depth")? != alphas.len() {
                    let valid = format!("{}, the number of alphas", alphas.len());
                    return Err(TheoryError::invalid("depth", params.number("depth")?, valid));
                }
                let kappa = kappa(&params.scales()?, &alphas)?;
                Ok([kappa.kappa_1, kappa.kappa_2, kappa.alpha].into())
            },
        },
        Prediction {
            id: "mf/fim-stats",
            title: "Mean, second moment and maximum of the Fisher information eigenvalues",
            formula: r"m_\lambda=\frac{C\theta_t}P,\ s_\lambda=\frac CP\left[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\right],\ \lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N,\ \eta_c=\frac2{\lambda_{\max}}",
            parameters: const { &[ACTIVATION, WIDTHS, SAMPLES, SIGMA_W2, SIGMA_B2, TRAIN_BIAS] },
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
            validity: "m_lambda always; the others for theta_st > 0 and N much smaller than the width",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let s = fim_statistics(&network(params)?, params.integer("N")?)?;
                Ok([s.theta_t, s.theta_st, s.m_lambda, s.s_lambda, s.lambda_max, s.eta_c].into())
            },
        },
        Prediction {
            id: "mf/s-variance",
            title: "Second moment of the eigenvalues where samples have no common mean",
            formula: r"s_\lambda=\frac C{PN}\left[\theta_t^2+(N-1)\mathrm{Var}\,\Theta_{nn'}\right]",
            parameters: const {
                &[
                    ACTIVATION,
                    WIDTHS,
                    SAMPLES,
                    SIGMA_W2,
                    optional("sigma_b2", Number, SIGMA_B2.meaning, "0", "0"),
                ]
            },
            value: "[variance of an off-diagonal entry, s_lambda]",
            outputs: const { Outputs::List(&numbers(["variance", "s_lambda"])) },
            validity: "odd activation, no biases, weights only; any ratio of N to the width",
            sources: &[KARAKIDA_2019_UNIVERSAL],
            evaluate: |params| {
                let s = s_variance(&params.architecture()?, params.integer("N")?)?;
                Ok([s.variance, s.s_lambda].into())
            },
        },
        Prediction {
            id: "mf/fisher-rao",
            title: "Fisher-Rao norm: how far outputs move when all parameters are scaled",
            formula: r"E\,\theta^\top F\theta=CS^L,\ S^l=q^l+2\sigma_w^2rb+\sigma_w^2\left[r^2c+(S^{l-1}-R^{l-1}r)e\right],\ R^l=q^l+\sigma_w^2rb,\ r=\frac{R^{l-1}}{q^{l-1}},\quad b=E[\phi\phi'u],\ c=E[\phi'^2u^2],\ e=E\phi'^2",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2] },
            value: "[S^L, the norm for each output; R^L = E f D with D = theta.grad f; q^L = E f^2; the norm of the layers' blocks alone]",
            outputs: const { Outputs::List(&numbers(["S", "R", "q", "block"])) },
            validity: "infinite width, standard normal inputs, any N; relative corrections O(1/M)",
            sources: &[LIANG_2019],
            evaluate: |params| {
                let norm = fisher_rao(&params.scales()?, params.integer("depth")?)?;
                Ok([norm.s, norm.r, norm.q, norm.block].into())
            },
        },
        Prediction {
            id: "mf/ntk-pair",
            title: "Neural tangent kernel of a pair of inputs, both parametrizations",
            formula: r"\Theta^{\rm NTK}(x,y)=\sum_l\tilde q^l(\sigma_w^2\hat q^{l-1}+\sigma_b^2),\quad\Theta^{\rm std}(x,y)=\sum_l\tilde q^l(M\hat q^{l-1}+1)",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    required("xx", Number, "x·x/M_0", "a number >= 0"),
                    required("xy", Number, "x·y/M_0", "a number with |xy| <= sqrt(xx yy)"),
                    required("yy", Number, "y·y/M_0", "a number >= 0"),
                    required("width", Integer, "M_0 = ... = M_{L-1}", "an integer >= 1"),
                ]
            },
            value: "[NTK parametrization with bias, without, standard parametrization with bias, without]",
            outputs: const {
                Outputs::List(&numbers([
                    "ntk_with_bias",
                    "ntk_without_bias",
                    "standard_with_bias",
                    "standard_without_bias",
                ]))
            },
            validity: "infinite width; without bias means untrained biases, sigma_b2 stays in the forward pass",
            sources: &[JACOT_2018],
            evaluate: kernels,
        },
        Prediction {
            id: "mf/ntk-parametrization",
            title: "Learning rates of the standard parametrization equivalent to one NTK rate",
            formula: r"\eta_{W^l}=\eta^{\rm NTK}\sigma_w^2/M_{l-1},\quad\eta_{b^l}=\eta^{\rm NTK}\sigma_b^2",
            parameters: const {
                &[
                    WIDTHS,
                    SIGMA_W2,
                    SIGMA_B2,
                    TRAIN_BIAS,
                    optional("activation", Word, ACTIVATION.meaning, ACTIVATION.domain, "\"relu\""),
                    optional("eta_ntk", Number, "the rate in the NTK parametrization", "a number > 0", "1"),
                ]
            },
            value: "{weights: rates of the layers 1..L, biases: their rate, spectral_factor: M/sigma_w2 or \"none\"}",
            outputs: const { Outputs::Object(&[series("weights"), number("biases"), number("spectral_factor")]) },
            validity: "exact in function space; one factor for all eigenvalues only for equal widths, weights only",
            sources: &[JACOT_2018],
            evaluate: |params| {
                let network = network(params)?;
                let rates = standard_learning_rates(&network, params.number("eta_ntk")?)?;
                Ok(Value::Object(vec![
                    ("weights", rates.weights.into()),
                    ("biases", rates.biases.into()),
                    ("spectral_factor", spectral_factor(&network).map_or(Value::Word("none"), Value::from)),
                ]))
            },
        },
        Prediction {
            id: "mf/fixed-point",
            title: "Fixed point of variance and correlation, susceptibilities and depth scales",
            formula: r"q^*=\sigma_w^2K(q^*,q^*,q^*)+\sigma_b^2,\ \chi_1=\sigma_w^2\dot K(q^*,q^*,q^*),\ \xi_q=\frac{-1}{\ln\chi_q},\ \xi_c=\frac{-1}{\ln\chi_{c^*}}",
            parameters: const { &[ACTIVATION, SIGMA_W2, SIGMA_B2] },
            value: "[q*, c*, chi_1, chi_q, xi_q, xi_c] of the stable fixed point that inputs of unit variance reach (where they diverge, the one that smaller inputs reach); q* is the word \"marginal\" where every q is fixed; where q* = 0 the others are the word \"collapsed\"",
            outputs: const { Outputs::List(&numbers(["q_star", "c_star", "chi_1", "chi_q", "xi_q", "xi_c"])) },
            validity: "infinite width; unstable fixed points are not given",
            sources: &[POOLE_2016, SCHOENHOLZ_2017],
            evaluate: |params| {
                let points = fixed_points(&params.scales()?)?;
                match points.first() {
                    Some(point) if point.stability != Stability::Unstable => Ok(fixed_point(point)),
                    unstable => Err(TheoryError::NoFixedPoint {
                        reason: format!(
                            "none is stable; the variance leaves the unstable one at q* = {}",
                            unstable.map_or(f64::NAN, |point| point.q_star)
                        ),
                    }),
                }
            },
        },
        Prediction {
            id: "mf/critical-line",
            title: "The scales at the edge of chaos with a given fixed point",
            formula: r"\sigma_w^2=1/\dot K(q^*,q^*,q^*),\quad\sigma_b^2=q^*-\sigma_w^2K(q^*,q^*,q^*)",
            parameters: const { &[ACTIVATION, required("q_star", Number, "q*, the fixed point", "a number > 0")] },
            value: "[sigma_w2, sigma_b2]; sigma_b2 < 0: no network has this critical point",
            outputs: const { Outputs::List(&numbers(["sigma_w2", "sigma_b2"])) },
            validity: "infinite width; the fixed point is reached by iteration only where chi_q < 1",
            sources: &[POOLE_2016, SCHOENHOLZ_2017],
            evaluate: |params| {
                let point = critical_point(&params.activation()?, params.number("q_star")?)?;
                Ok([point.sigma_w2, point.sigma_b2].into())
            },
        },
    ]
}

/// A plain network whose `train_bias` counts.
fn network(params: &Params) -> Result<Architecture, TheoryError> {
    Ok(params.architecture()?.with_trained_biases(params.get("train_bias")?))
}

fn kernels(params: &Params) -> Result<Value, TheoryError> {
    let (scales, depth, width) = (params.scales()?, params.integer("depth")?, params.integer("width")?);
    let (xx, xy, yy) = (params.number("xx")?, params.number("xy")?, params.number("yy")?);
    let ntk = |bias| ntk_parametrization_pair(&scales, depth, bias, xx, xy, yy);
    let (with_bias, without) = (ntk(true)?, ntk(false)?);
    let widths = [vec![width; depth], vec![1]].concat();
    let network = Architecture::new(widths, scales.activation.clone(), scales.sigma_w2, scales.sigma_b2)?;
    let standard = |bias| ntk_pair(&network.clone().with_trained_biases(bias), xx, xy, yy);
    Ok([with_bias, without, standard(true)?, standard(false)?].into())
}

fn fixed_point(point: &FixedPoint) -> Value {
    let values = [point.q_star, point.c_star, point.chi_1, point.chi_q, point.xi_q, point.xi_c];
    let mut values: Vec<Value> = values.into_iter().map(Value::from).collect();
    match point.stability {
        Stability::Marginal => values[0] = Value::Word("marginal"),
        Stability::Collapsed => values[1..].fill(Value::Word("collapsed")),
        Stability::Stable | Stability::Unstable => {}
    }
    values.into()
}
