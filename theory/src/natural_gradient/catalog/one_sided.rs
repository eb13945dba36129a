//! One factor, some layers, some ranks.

use super::given::{COS_CROSS, COS_TRAIN, both, check_realizable, condition, depth, train};
use crate::TheoryError;
use crate::bibliography::{BENZING_2022, KARAKIDA_2020_NATURAL, Source};
use crate::catalog::Kind::{Integer, Integers, Number, Numbers, Word};
use crate::catalog::outputs::{number, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SIGMA_B2, SIGMA_W2, optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::natural_gradient::{Layers, RateSpread, Side, low_rank_response, one_sided, partial_response};

const SIDE: Parameter = optional("side", Word, "the factor that is inverted", "input or output", "\"input\"");
const LAYERS: Parameter = optional(
    "layers",
    Integers,
    "the layers in which it is",
    "a list of different layers from 1 to L (output side: to L-1), at least one; null for all of them",
    "null",
);
const HIDDEN: Parameter =
    required("widths", Integers, "[M_1, ..., M_{L-1}], the hidden widths", "a list of positive integers");
const SOURCES: &[Source] = &[BENZING_2022, KARAKIDA_2020_NATURAL];

pub(super) fn all() -> Vec<Prediction> {
    [rates(), responses()].concat()
}

fn layers(params: &Params, side: Side, depth: usize) -> Result<Layers, TheoryError> {
    match params.get::<Option<Vec<usize>>>("layers")? {
        Some(layers) => Layers::new(side, depth, &layers),
        None => Layers::all(side, depth),
    }
}

/// The hidden widths and the layers of the input side.
fn spread_of(params: &Params) -> Result<(Vec<usize>, Layers), TheoryError> {
    let widths: Vec<usize> = params.get("widths")?;
    let layers = layers(params, Side::Input, widths.len() + 1)?;
    Ok((widths, layers))
}

fn rates() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/one-sided",
            title: "Isotropy constant of a method that inverts one Kronecker factor",
            formula: r"\bar R=\mathrm{diag}(\alpha_n)\to\alpha I:\quad\alpha_{\rm input}=\sum_{l\in S}b_l,\quad\alpha_{\rm output}=\sum_{l\in S}q_l",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, SIDE, LAYERS] },
            value: "{alpha, shares: what the layers 1..L contribute, 0 for those that rest}",
            outputs: const { Outputs::Object(&[number("alpha"), series("shares")]) },
            validity: "diagonal in every network whose factors can be inverted; the constant is that of infinite width",
            sources: SOURCES,
            evaluate: |params| {
                let side: Side = params.get::<String>("side")?.parse()?;
                let rate = one_sided(&params.scales()?, &layers(params, side, depth(params)?)?)?;
                Ok(Value::Object(vec![("alpha", rate.alpha.into()), ("shares", rate.shares.into())]))
            },
        },
        Prediction {
            id: "ngd/one-sided-spread",
            title: "Fluctuation of the rates of a one-sided method over samples and networks",
            formula: r"V(c)=\sum_{l<L}\frac{\sigma_w^4}{M_l}\left\{s_l^2[\mathcal D(b_{l+1}^2+2B_{l+1}(c)^2)-d_l^2b_{l+1}^2]+2s_lt_{l+1}b_{l+1}[\mathcal M-d_le_l]+t_{l+1}^2[\mathcal F-e_l^2]\right\}",
            parameters: const {
                &[
                    ACTIVATION,
                    HIDDEN,
                    SIGMA_W2,
                    SIGMA_B2,
                    LAYERS,
                    required("cos", Numbers, "cosines of pairs of inputs", "a list of numbers from -1 to 1"),
                ]
            },
            value: "{alpha, variance: V(1) of one rate, covariance: V(c) for every cosine}",
            outputs: const { Outputs::Object(&[number("alpha"), number("variance"), series("covariance")]) },
            validity: "input side; leading order in one over the widths",
            sources: SOURCES,
            evaluate: |params| {
                let (widths, layers) = spread_of(params)?;
                let cosines: Vec<f64> = params.get("cos")?;
                let pairs = cosines.len() as f64;
                let operations = RateSpread::operations(&params.activation()?, layers.depth(), pairs);
                params.afford("the moments of all layers", operations)?;
                let spread = RateSpread::new(&params.scales()?, &widths, &layers)?;
                let covariance = cosines.iter().map(|c| spread.covariance(*c));
                Ok(Value::Object(vec![
                    ("alpha", spread.alpha().into()),
                    ("variance", spread.variance().into()),
                    ("covariance", covariance.collect::<Result<Vec<f64>, _>>()?.into()),
                ]))
            },
        },
        Prediction {
            id: "ngd/one-sided-anisotropy",
            title: "Anisotropy of a one-sided method in networks of finite width",
            formula: r"\iota=\frac{\|\bar R-\hat\alpha I\|_F}{\hat\alpha\sqrt N}=\frac1\alpha\sqrt{(1-\tfrac1N)(V(1)-\overline V)}",
            parameters: const { &[ACTIVATION, HIDDEN, SIGMA_W2, SIGMA_B2, LAYERS, COS_TRAIN] },
            value: "iota",
            outputs: Outputs::One(number("iota")),
            validity: "input side; leading order in one over the widths",
            sources: SOURCES,
            evaluate: |params| {
                let (widths, layers) = spread_of(params)?;
                let cosines = params.matrix("cos_train")?;
                let operations =
                    RateSpread::anisotropy_operations(&params.activation()?, layers.depth(), &cosines);
                params.afford("the moments of all pairs", operations)?;
                let spread = RateSpread::new(&params.scales()?, &widths, &layers)?;
                let anisotropy = spread.anisotropy(&cosines)?;
                check_realizable("cos_train", &cosines)?;
                Ok(anisotropy.into())
            },
        },
    ]
}

fn responses() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/partial-layers",
            title: "Response of a method that inverts one factor in some layers",
            formula: r"R(x',X)=\sum_{l\in S}[A_l(x',X)(A_l+N\rho)^{-1}]\circ B_l(x',X)+\frac\kappa N\sum_{l\notin S}K_l(x',X)",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    LAYERS,
                    SIDE,
                    optional("rho", Number, "rho, the damping of the factor", "a number >= 0", "0"),
                    optional(
                        "gd_share",
                        Number,
                        "kappa, the rate of plain gradient descent in the other layers in units of eta; 0 freezes them",
                        "a number >= 0",
                        "0",
                    ),
                ]
            },
            value: "{train: R(X, X), test: R(x', X)}; without damping and descent R/alpha is the test kernel",
            outputs: const { Outputs::Object(&[table("train"), table("test")]) },
            validity: "infinite width, one output",
            sources: SOURCES,
            evaluate: |params| {
                let side: Side = params.get::<String>("side")?.parse()?;
                let layers = layers(params, side, depth(params)?)?;
                let (train, cross) = both(params)?;
                let (rho, share) = (params.number("rho")?, params.number("gd_share")?);
                let response = |rows| partial_response(&layers, rho, share, &train, rows);
                Ok(Value::Object(vec![
                    ("train", (&response(&train)?).into()),
                    ("test", (&response(&cross)?).into()),
                ]))
            },
        },
        Prediction {
            id: "ngd/low-rank",
            title: "Response of the one-sided method with the largest eigenpairs of its factors",
            formula: r"\bar R=\sum_l\left(U\,\mathrm{diag}(f)\,U^\top\right)\circ B_l,\quad f_i=\frac{a_i}{a_i+\rho}\ (i\le r),\ \frac{a_i}\rho\ (i>r)",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    required("rank", Integer, "r, the eigenpairs that are kept", "an integer from 0 to N"),
                    required("rho", Number, "rho, the damping, which stands for all others", "a number > 0"),
                ]
            },
            value: "{train: R(X, X), condition: its condition number, or \"singular\" where the least eigenvalue is lost in rounding}",
            outputs: const { Outputs::Object(&[table("train"), number("condition")]) },
            validity: "infinite width, one output; no equal eigenvalues on both sides of the rank",
            sources: SOURCES,
            evaluate: |params| {
                let response =
                    low_rank_response(params.integer("rank")?, params.number("rho")?, &train(params)?)?;
                let condition = condition(&response)?;
                Ok(Value::Object(vec![("train", (&response).into()), ("condition", condition)]))
            },
        },
    ]
}
