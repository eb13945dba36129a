//! Whole approximations of the Fisher matrix: constants, kernels, responses and their limits.

use nalgebra::DMatrix;

use super::given::{COS_CROSS, COS_TRAIN, METHOD, STEPS, both, method, missing, train};
use crate::TheoryError;
use crate::bibliography::{FORSTER_2002, JACOT_2018, KARAKIDA_2020_NATURAL, MARTENS_2015};
use crate::catalog::Kind::{Integer, Integers, Number, Numbers, Rows};
use crate::catalog::outputs::{number, numbers, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SIGMA_B2, SIGMA_W2, optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::error::representable;
use crate::natural_gradient::{
    Damping, LayerKernels, Method, alpha, btd_coefficients, btd_poles, contraction, cross_kernels,
    ensemble_moments, forster, gd_modes, kfac_leverage, response, test_kernel, unit_alpha, unit_cauchy,
    unit_damped_single, unit_erf_ratio,
};

const INPUTS: Parameter = required("X", Rows, "the inputs, one row a sample", "a list of rows of numbers");
const ETA_ALPHA: Parameter =
    required("eta_alpha", Number, "eta alpha, the learning rate in units of 1/alpha", "a number");

/// The predictions of whole approximations of the Fisher matrix.
pub(super) fn all() -> Vec<Prediction> {
    [isotropy(), kernels(), responses(), limits()].concat()
}

fn isotropy() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/alpha",
            title: "Isotropy constant of an approximate natural gradient",
            formula: r"\bar R=\alpha I:\quad\alpha_{\rm exact}=1,\ \alpha_{\rm bd}=L,\ \alpha_{\rm btd}=\lceil L/3\rceil,\ \alpha_{\rm kfac}=N(L-1)+1,\ \alpha_{\rm unit}=\tfrac\gamma C\sum_{l<L}M_l+1",
            parameters: const {
                &[
                    METHOD,
                    optional("depth", Integer, DEPTH.meaning, "an integer >= 1; null for unit", "null"),
                    optional(
                        "N",
                        Integer,
                        "the number of samples (kfac)",
                        "an integer >= 1, or null",
                        "null",
                    ),
                    optional(
                        "widths",
                        Integers,
                        "[M_1, ..., M_{L-1}], the hidden widths (unit)",
                        "a list of positive integers, or null",
                        "null",
                    ),
                    optional(
                        "gamma",
                        Number,
                        "P(phi'(u) != 0) (unit): 0.5 for ReLU",
                        "above 0, at most 1",
                        "1",
                    ),
                    optional("C", Integer, "the number of outputs (unit)", "an integer >= 1", "1"),
                ]
            },
            value: "alpha; the loss falls by (1 - eta alpha)^2 a step",
            outputs: Outputs::One(number("alpha")),
            validity: "an algebraic identity wherever the kernels can be inverted; unit: mean over initialisations",
            sources: &[KARAKIDA_2020_NATURAL, MARTENS_2015],
            evaluate: isotropy_constant,
        },
        Prediction {
            id: "ngd/btd-coefficients",
            title: "Share of every layer in a block tri-diagonal step",
            formula: r"Tc=\mathbf 1,\quad T_{lm}=[|l-m|\le1]",
            parameters: const { &[DEPTH] },
            value: "[c_1, ..., c_L]",
            outputs: Outputs::One(series("c")),
            validity: "L not 2 modulo 3, where T is singular",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| Ok(btd_coefficients(params.integer("depth")?)?.into()),
        },
        Prediction {
            id: "ngd/divergence",
            title: "Residual after some steps at any learning rate",
            formula: r"\|g_t\|/\|g_0\|=|1-\eta\alpha|^t",
            parameters: const { &[ETA_ALPHA, STEPS] },
            value: "|1 - eta alpha|^t: below 1 for 0 < eta alpha < 2, growing beyond",
            outputs: Outputs::One(number("ratio")),
            validity: "isotropic methods; small residuals, where curvature plays no part",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let left = contraction(params.number("eta_alpha")?, params.integer("t")?);
                Ok(representable("the residual", left.abs())?.into())
            },
        },
    ]
}

fn kernels() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/layer-kernels",
            title: "Forward and backward kernels of every layer",
            formula: r"Q_{l+1}=\sigma_w^2E[\phi(u)\phi(v)]_{Q_l}+\sigma_b^2,\quad B_l=\sigma_w^2B_{l+1}E[\phi'(u)\phi'(v)]_{Q_l}",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    required("cos", Numbers, "cosines of pairs of inputs", "a list of numbers from -1 to 1"),
                ]
            },
            value: "{Q, B}: for every cosine the layers 1..L",
            outputs: const { Outputs::Object(&[table("Q"), table("B")]) },
            validity: "infinite width; inputs of length sqrt(M_0); relu, erf, tanh",
            sources: &[KARAKIDA_2020_NATURAL, JACOT_2018],
            evaluate: |params| {
                let cosines: Vec<f64> = params.get("cos")?;
                let pairs = DMatrix::from_row_slice(1, cosines.len(), &cosines);
                let kernels = cross_kernels(&params.scales()?, params.integer("depth")?, &pairs)
                    .map_err(|error| error.renamed("cos_cross", "cos"))?;
                let by_cosine = |entry: &dyn Fn(usize, usize) -> f64| -> Value {
                    let layers = 1..=kernels.depth();
                    let row = |j| layers.clone().map(|l| entry(l, j)).collect::<Vec<_>>();
                    (0..cosines.len()).map(row).collect::<Vec<_>>().into()
                };
                Ok(Value::Object(vec![
                    ("Q", by_cosine(&|l, j| kernels.forward(l)[(0, j)])),
                    ("B", by_cosine(&|l, j| kernels.backward(l)[(0, j)])),
                ]))
            },
        },
        Prediction {
            id: "ngd/test-kernel",
            title: "What training by an isotropic method predicts at test inputs",
            formula: r"f_t(x')=f_0(x')+[1-(1-\eta\alpha)^t]\,k(x',X)(y-f_0)",
            parameters: const { &[METHOD, ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN, COS_CROSS] },
            value: "k(x', X), test rows by training columns",
            outputs: Outputs::One(table("test_kernel")),
            validity: "infinite width, no damping, one output",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (train, cross) = both(params)?;
                Ok((&test_kernel(method(params)?, &train, &cross)?).into())
            },
        },
        Prediction {
            id: "ngd/gd-modes",
            title: "Gradient descent mode by mode, and its best rate",
            formula: r"g_t=(I-\tfrac\eta NK)^tg_0,\quad\eta_{\rm opt}=\frac{2N}{\lambda_{\max}+\lambda_{\min}},\quad\frac{\kappa-1}{\kappa+1}",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN] },
            value: "{eigenvalues of K/N, ascending; eta_opt; rate_opt; eta_critical}",
            outputs: const {
                Outputs::Object(&[
                    series("eigenvalues"),
                    number("eta_opt"),
                    number("rate_opt"),
                    number("eta_critical"),
                ])
            },
            validity: "infinite width",
            sources: &[JACOT_2018, KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let modes = gd_modes(&train(params)?)?;
                Ok(Value::Object(vec![
                    ("eigenvalues", modes.eigenvalues.into()),
                    ("eta_opt", modes.eta_opt.into()),
                    ("rate_opt", modes.rate_opt.into()),
                    ("eta_critical", modes.eta_critical.into()),
                ]))
            },
        },
    ]
}

fn responses() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/response-damped",
            title: "Response matrices of damped natural gradient",
            formula: r"R(x',X)=\tfrac1NJ(x')(G+\rho I)^{-1}J(X)^\top,\quad g_{t+1}=(I-\eta\bar R)g_t",
            parameters: const {
                &[
                    METHOD,
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    optional(
                        "rho",
                        Number,
                        "rho, added to the whole approximation; for kfac and kfac_scaled the factored damping rho_A = rho_B = sqrt(rho), which is not the same (undivided: kfac_joint)",
                        "a number >= 0, or null",
                        "null",
                    ),
                    optional(
                        "rhoA",
                        Number,
                        "rho_A, added to the forward factor (kfac)",
                        "a number >= 0, or null",
                        "null",
                    ),
                    optional(
                        "rhoB",
                        Number,
                        "rho_B, added to the backward factor (kfac)",
                        "a number >= 0, or null",
                        "null",
                    ),
                ]
            },
            value: "{train: R(X, X), test: R(x', X)}",
            outputs: const { Outputs::Object(&[table("train"), table("test")]) },
            validity: "infinite width, one output; btd not between its poles, at rho = 0 and L = 2, 5, 8, ... the limit",
            sources: &[KARAKIDA_2020_NATURAL, MARTENS_2015],
            evaluate: |params| {
                let (train, cross) = both(params)?;
                let (method, damping) = (method(params)?, damping(params)?);
                if method == Method::Btd && damping != Damping::None {
                    affordable(params, &train)?;
                }
                Ok(Value::Object(vec![
                    ("train", (&response(method, damping, &train, &train)?).into()),
                    ("test", (&response(method, damping, &train, &cross)?).into()),
                ]))
            },
        },
        Prediction {
            id: "ngd/btd-poles",
            title: "Damping strengths at which the block tri-diagonal method is singular",
            formula: r"\rho_j=-\mu_j/N,\quad\mu_j<0\text{ eigenvalues of }(T_{lm}K_m)_{lm}",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN] },
            value: "all rho_j, ascending; empty up to L = 2",
            outputs: Outputs::One(series("rho")),
            validity: "infinite width; a damping is safe below a tenth of the first or above twice the last",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let train = train(params)?;
                affordable(params, &train)?;
                Ok(btd_poles(&train)?.into())
            },
        },
        Prediction {
            id: "ngd/btd-pinv",
            title: "The block tri-diagonal method by pseudo-inverse where it is singular",
            formula: r"R=\sum_lK_l(x',X)K_l^{-1}(c_lI+v_la),\quad\alpha=\lceil L/3\rceil",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN, COS_CROSS] },
            value: "{alpha, test_kernel: R(x', X)/alpha}",
            outputs: const { Outputs::Object(&[number("alpha"), table("test_kernel")]) },
            validity: "L = 2, 5, 8, ...; infinite width",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (train, cross) = both(params)?;
                let alpha = alpha(Method::BtdPinv, train.depth(), train.columns())?;
                let kernel = test_kernel(Method::BtdPinv, &train, &cross)?;
                Ok(Value::Object(vec![("alpha", alpha.into()), ("test_kernel", (&kernel).into())]))
            },
        },
        Prediction {
            id: "ngd/ensemble-moments",
            title: "Mean and variance of trained networks over initialisations",
            formula: r"Ef_t=p\,ky,\quad\mathrm{Var}f_t=Q_L(x',x')-2p\,kQ_L(X,x')+p^2kQ_L(X,X)k^\top,\quad p=1-(1-\eta\alpha)^t",
            parameters: const {
                &[
                    METHOD,
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    required("y", Numbers, "the targets", "a list of numbers, one for every training input"),
                    ETA_ALPHA,
                    STEPS,
                ]
            },
            value: "{mean, variance}, one entry a test input",
            outputs: const { Outputs::Object(&[series("mean"), series("variance")]) },
            validity: "infinite width, isotropic methods",
            sources: &[KARAKIDA_2020_NATURAL, JACOT_2018],
            evaluate: |params| {
                let (train, cross) = both(params)?;
                let targets: Vec<f64> = params.get("y")?;
                let (eta_alpha, steps) = (params.number("eta_alpha")?, params.integer("t")?);
                let moments = ensemble_moments(method(params)?, &train, &cross, &targets, eta_alpha, steps)?;
                Ok(Value::Object(vec![("mean", moments.mean.into()), ("variance", moments.variance.into())]))
            },
        },
    ]
}

fn limits() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/kfac-leverage",
            title: "Rates of K-FAC, sample by sample, beyond the input dimension",
            formula: r"\bar R=\mathrm{diag}(\alpha_n),\quad\alpha_n=Np_n+N(L-2)+1,\quad p_n=[X(X^\top X)^+X^\top]_{nn}",
            parameters: const { &[INPUTS, DEPTH] },
            value: "[alpha_1, ..., alpha_N]",
            outputs: Outputs::One(series("alpha")),
            validity: "L >= 2, no biases; all kernels but that of the inputs invertible",
            sources: &[KARAKIDA_2020_NATURAL, MARTENS_2015],
            evaluate: |params| Ok(kfac_leverage(&params.matrix("X")?, params.integer("depth")?)?.into()),
        },
        Prediction {
            id: "ngd/forster",
            title: "Inputs transformed until all leverages are equal",
            formula: r"x\to xS/\|xS\|:\quad Z^\top Z=\tfrac N{M_0}I",
            parameters: const { &[INPUTS] },
            value: "cosines of the transformed rows",
            outputs: Outputs::One(table("cosines")),
            validity: "more samples than dimensions, in general position; K-FAC then has alpha = M_0 + N(L-2) + 1",
            sources: &[FORSTER_2002, KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let x = params.matrix("X")?;
                let rows = forster(&x)?.rows;
                let mut cosines = &rows * rows.transpose() / x.ncols() as f64;
                cosines.fill_diagonal(1.0);
                Ok((&cosines).into())
            },
        },
        Prediction {
            id: "ngd/unit-damped-single",
            title: "Damped unit-wise response of a hidden layer to a single sample",
            formula: r"\bar R_l/M_l=\gamma\left[1-\sqrt{\pi\varepsilon/2}\,e^{\varepsilon/2}\mathrm{erfc}\sqrt{\varepsilon/2}\right],\quad\varepsilon=\frac{M_lN\rho}{Q_l\mathrm{Var}\,\xi}",
            parameters: const {
                &[
                    required("eps", Number, "epsilon, the damping in units of the signal", "a number >= 0"),
                    required(
                        "activation_fraction",
                        Number,
                        "gamma, the share of active units",
                        "above 0, at most 1",
                    ),
                ]
            },
            value: "the response per unit",
            outputs: Outputs::One(number("response")),
            validity: "infinite width; exact for ReLU",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let share = unit_damped_single(params.number("eps")?, params.number("activation_fraction")?)?;
                Ok(share.into())
            },
        },
        Prediction {
            id: "ngd/unit-erf-ratio",
            title: "Mean ratio of erf slopes in unit-wise test predictions",
            formula: r"E[\phi'(u')/\phi'(u)]=[(1-2q)(1+2q')+4c^2]^{-1/2}",
            parameters: const {
                &[
                    required("q_test", Number, "q', the variance at the test input", "a number >= 0"),
                    required("q_train", Number, "q, the variance at the training input", "a number >= 0"),
                    required("c", Number, "their covariance", "a number with c^2 <= q q'"),
                ]
            },
            value: "the mean; \"inf\" where the bracket is not positive",
            outputs: Outputs::One(number("ratio")),
            validity: "exact for erf",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (test, train, c) =
                    (params.number("q_test")?, params.number("q_train")?, params.number("c")?);
                Ok(unit_erf_ratio(test, train, c)?.into())
            },
        },
        Prediction {
            id: "ngd/unit-heavy-tails",
            title: "Cauchy law of unit-wise test predictions",
            formula: r"\tfrac1{M_l}\sum_i\frac{\xi_i(x')}{\xi_i(x)}\sim\mathrm{Cauchy}\left(r,\sqrt{1-r^2}\right),\quad r=\frac{B_{l+1}(x',x)}{B_{l+1}(x,x)}",
            parameters: const {
                &[
                    ACTIVATION,
                    required("depth", Integer, DEPTH.meaning, "an integer >= 3"),
                    SIGMA_W2,
                    SIGMA_B2,
                    required(
                        "cosine",
                        Number,
                        "the cosine of test and training input",
                        "a number from -1 to 1",
                    ),
                    optional("layer", Integer, "l, the hidden layer", "an integer from 1 to L-2", "1"),
                ]
            },
            value: "{location, scale}",
            outputs: const { Outputs::Object(&numbers(["location", "scale"])) },
            validity: "L >= 3, infinite width behind the layer; the same law at every width M_l",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (depth, layer) = (params.integer("depth")?, params.integer("layer")?);
                if depth < 3 {
                    return Err(TheoryError::invalid("depth", depth, "an integer >= 3"));
                }
                if layer < 1 || layer > depth - 2 {
                    return Err(TheoryError::invalid(
                        "layer",
                        layer,
                        format!("an integer from 1 to {}", depth - 2),
                    ));
                }
                let pairs = DMatrix::from_row_slice(1, 2, &[params.number("cosine")?, 1.0]);
                let kernels = cross_kernels(&params.scales()?, depth, &pairs)?;
                let backward = kernels.backward(layer + 1);
                let law = unit_cauchy(backward[(0, 0)], backward[(0, 1)], backward[(0, 1)])?;
                Ok(Value::Object(vec![("location", law.location.into()), ("scale", law.scale.into())]))
            },
        },
    ]
}

fn isotropy_constant(params: &Params) -> Result<Value, TheoryError> {
    let method = method(params)?;
    let given = |name: &str| params.get::<Option<f64>>(name).map(|value| value.is_some());
    if method == Method::Unit {
        let widths: Vec<usize> = params
            .get::<Option<_>>("widths")?
            .ok_or_else(|| missing("widths", "the list of hidden widths, which alpha of unit depends on"))?;
        if given("depth")? && params.integer("depth")? != widths.len() + 1 {
            let valid = format!("{}, one more than the hidden widths", widths.len() + 1);
            return Err(TheoryError::invalid("depth", params.number("depth")?, valid));
        }
        return Ok(unit_alpha(&widths, params.number("gamma")?, params.integer("C")?)?.into());
    }
    if !given("depth")? {
        return Err(missing("depth", DEPTH.meaning));
    }
    let kronecker = matches!(method, Method::Kfac | Method::KfacScaled | Method::KfacJoint);
    if kronecker && !given("N")? {
        return Err(missing("N", "the number of samples, which alpha of K-FAC depends on"));
    }
    let samples = if given("N")? { params.integer("N")? } else { 1 };
    Ok(alpha(method, params.integer("depth")?, samples)?.into())
}

fn damping(params: &Params) -> Result<Damping, TheoryError> {
    let number = |name: &str| {
        let given = params.get::<Option<f64>>(name)?.is_some();
        Ok::<_, TheoryError>(if given { Some(params.number(name)?) } else { None })
    };
    Ok(match (number("rho")?, number("rhoA")?, number("rhoB")?) {
        (None, None, None) => Damping::None,
        (Some(rho), None, None) => Damping::Ridge(rho),
        (None, Some(rho_a), Some(rho_b)) => Damping::Factored(rho_a, rho_b),
        (Some(rho), ..) => {
            return Err(TheoryError::invalid("rho", rho, "either rho, or rhoA and rhoB"));
        }
        (None, Some(_), None) => return Err(missing("rhoB", "the damping of the backward factor")),
        (None, None, Some(_)) => return Err(missing("rhoA", "the damping of the forward factor")),
    })
}

/// The spectrum of the block tri-diagonal matrix, of $LN$ rows.
fn affordable(params: &Params, train: &LayerKernels) -> Result<(), TheoryError> {
    let rows = train.depth() as f64 * train.columns() as f64;
    params.afford("the spectrum of the block tri-diagonal matrix", 10.0 * rows.powi(3))
}
