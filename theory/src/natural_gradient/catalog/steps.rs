//! Powers of the factors, and what a step costs, walks and generalises.

use nalgebra::DVector;
use serde_json::Value as Json;

use super::given::{COS_CROSS, COS_TRAIN, METHOD, both, condition, method, train};
use crate::bibliography::{BENZING_2022, GUPTA_2018, JACOT_2018, KARAKIDA_2020_NATURAL, MARTENS_2015};
use crate::catalog::Kind::{Number, Numbers, Word};
use crate::catalog::outputs::{number, numbers, record, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SAMPLES, SIGMA_B2, SIGMA_W2, WIDTHS, optional, required};
use crate::catalog::{Output, Outputs, Parameter, Prediction, Value};
use crate::natural_gradient::spectrum::anisotropy;
use crate::natural_gradient::{
    BatchPower, Method, StepCost, TargetCovariance, Teacher, batch_shampoo, shampoo_response, step_cost,
    test_risk, travel, zero_output,
};

pub(super) const P_INPUT: Parameter =
    required("p_input", Number, "p_A, the power of the inverse of the input factor", "a number from 0 to 1");
pub(super) const P_OUTPUT: Parameter = required(
    "p_output",
    Number,
    "p_B, the power of the inverse of the output factor",
    "a number from 0 to 1",
);

const ANY_METHOD: Parameter = optional(
    "method",
    Word,
    "the approximation of the Fisher matrix",
    "one of gd, exact, bd, kfac, kfac_scaled, one_sided, one_sided_scaled, one_sided_softmax, output_sided, last; null for all of them",
    "null",
);

/// What a step costs.
const COST: &[Output] = &numbers(["pass", "precondition", "memory"]);

/// The cost of one of several methods.
const fn cost_of(method: Method) -> Output {
    record(method.name(), COST).sometimes()
}

pub(super) fn all() -> Vec<Prediction> {
    [powers(), prices(), generalisation()].concat()
}

fn powers() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/shampoo",
            title: "Response of Shampoo with powers of both Kronecker factors",
            formula: r"R_l=N^{p_A+p_B-1}q_l^{-p_B}b_l^{-p_A}\,A_l^{1-p_A}\circ B_l^{1-p_B},\quad R_L=N^{p_A-1}q_L^{-p_B}b_L^{-p_A}A_L^{1-p_A}",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN, P_INPUT, P_OUTPUT] },
            value: "{train: R(X, X), anisotropy: its relative distance from a multiple of the identity, condition: its condition number, or \"singular\"}",
            outputs: const { Outputs::Object(&[table("train"), number("anisotropy"), number("condition")]) },
            validity: "statistics of single-sample gradients; infinite width, no damping, one output",
            sources: &[GUPTA_2018, KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (inputs, outputs) = (params.number("p_input")?, params.number("p_output")?);
                let response = shampoo_response(inputs, outputs, &train(params)?)?;
                Ok(Value::Object(vec![
                    ("train", (&response).into()),
                    ("anisotropy", anisotropy(&response)?.into()),
                    ("condition", condition(&response)?),
                ]))
            },
        },
        Prediction {
            id: "ngd/shampoo-batch",
            title: "How outputs move under Shampoo with the statistics of one batch gradient",
            formula: r"f_1-f_0=-\eta v:\quad v_{1/4}=\sum_{l<L}\mathrm{diag}\left[B_l^{1/2}VU^\top A_l^{1/2}\right]+\frac{A_L\gamma}{\sqrt{\gamma^\top A_L\gamma}},\quad v_{1/2}=\frac{N(L-1)}{g_n}+\frac{N(A_Lg)_n}{g^\top A_Lg}",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    required(
                        "residual",
                        Numbers,
                        "g = f_0 - y",
                        "a list of numbers, one for every training input",
                    ),
                    required(
                        "exponent",
                        Number,
                        "the power of both factors: 0.25 orthogonalises the gradient, as Muon does",
                        "0.25 or 0.5",
                    ),
                ]
            },
            value: "v, one entry a sample; not linear in g",
            outputs: Outputs::One(series("v")),
            validity: "infinite width, to first order in the rate, no damping, no momentum, one output",
            sources: &[GUPTA_2018],
            evaluate: |params| {
                let power = BatchPower::of(params.number("exponent")?)?;
                let residual: Vec<f64> = params.get("residual")?;
                let velocity = batch_shampoo(power, &DVector::from_vec(residual), &train(params)?)?;
                Ok(velocity.as_slice().to_vec().into())
            },
        },
    ]
}

fn prices() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/cost",
            title: "Operations and memory of one step",
            formula: r"2N(2+\beta)\sum_lM_{l-1}M_l,\quad\mathcal I_l=\min\left\{4N^2m+\tfrac{N^3}3,\,2Nm^2+\tfrac{m^3}3+2m^2n\right\}",
            parameters: const { &[ANY_METHOD, WIDTHS, SAMPLES] },
            value: "{pass, precondition: floating point operations, memory: numbers kept}; of every method that is counted, the cheapest first, where none is named",
            outputs: const {
                Outputs::Either(&[
                    Outputs::Object(COST),
                    Outputs::Object(&[
                        cost_of(Method::Gd),
                        cost_of(Method::Exact),
                        cost_of(Method::Bd),
                        cost_of(Method::Kfac),
                        cost_of(Method::KfacScaled),
                        cost_of(Method::OneSided),
                        cost_of(Method::OneSidedScaled),
                        cost_of(Method::OneSidedSoftmax),
                        cost_of(Method::OutputSided),
                        cost_of(Method::Last),
                    ]),
                ])
            },
            validity: "leading order in the sizes; each factor in the dual or the primal, whichever is cheaper",
            sources: &[MARTENS_2015, BENZING_2022],
            evaluate: |params| {
                let widths: Vec<usize> = params.get("widths")?;
                let samples = params.integer("N")?;
                let told = |cost: StepCost| {
                    Value::Object(vec![
                        ("pass", cost.pass.into()),
                        ("precondition", cost.precondition.into()),
                        ("memory", cost.memory.into()),
                    ])
                };
                if !params.get::<Json>("method")?.is_null() {
                    return Ok(told(step_cost(method(params)?, &widths, samples)?));
                }
                // Refusals of sizes are those of descent, which is counted always.
                step_cost(Method::Gd, &widths, samples)?;
                let counted =
                    Method::ALL.into_iter().filter_map(|m| Some((m, step_cost(m, &widths, samples).ok()?)));
                let mut all: Vec<(Method, StepCost)> = counted.collect();
                all.sort_by(|(_, a), (_, b)| (a.pass + a.precondition).total_cmp(&(b.pass + b.precondition)));
                Ok(Value::Object(all.into_iter().map(|(m, cost)| (m.name(), told(cost))).collect()))
            },
        },
        Prediction {
            id: "ngd/travel",
            title: "Distance that a full step walks in parameter space",
            formula: r"E\frac{\|\Delta\theta\|^2}{\|g\|^2}:\quad\tfrac1N\mathrm{tr}K^{-1}\ ({\rm exact}),\quad\tfrac1{N\alpha^2}\mathrm{tr}\sum_lA_l^{-1}\circ B_l\ ({\rm one\ sided})",
            parameters: const { &[ACTIVATION, DEPTH, SIGMA_W2, SIGMA_B2, COS_TRAIN, METHOD] },
            value: "the mean square over directions of the residual",
            outputs: Outputs::One(number("mean_square")),
            validity: "infinite width, eta = 1/alpha, no damping",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let method = method(params)?;
                Ok(travel(method, &train(params)?)?.into())
            },
        },
    ]
}

fn generalisation() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/test-risk",
            title: "Expected test error for a random target",
            formula: r"\mathcal C(x',x')-2k\,\mathcal C(X,x')+k\,\mathcal C(X,X)k^\top",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    METHOD,
                    required(
                        "teacher",
                        Word,
                        "the target: a linear function of the inputs, or a network of the same kind at initialisation",
                        "linear or gp",
                    ),
                ]
            },
            value: "the squared error, one entry a test input",
            outputs: Outputs::One(series("squared_error")),
            validity: "infinite width, trained to the end without damping, initial outputs subtracted",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (method, teacher) = (method(params)?, params.get::<String>("teacher")?.parse()?);
                let (train, cross) = both(params)?;
                let target = match teacher {
                    Teacher::Gp => TargetCovariance::of_network(&train, &cross),
                    Teacher::Linear => TargetCovariance {
                        own: 1.0,
                        cross: params.matrix("cos_cross")?,
                        train: params.matrix("cos_train")?,
                    },
                };
                Ok(test_risk(method, &train, &cross, &target)?.into())
            },
        },
        Prediction {
            id: "ngd/zero-output",
            title: "First step of K-FAC or the one-sided method from an output layer of zeros",
            formula: r"f_1(x')=Q_L(x',X)(Q_L+N\rho I)^{-1}y",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    required("y", Numbers, "the targets", "a list of numbers, one for every training input"),
                    optional("rho", Number, "rho, the damping of the input factor", "a number >= 0", "0"),
                ]
            },
            value: "the outputs, one entry a test input",
            outputs: Outputs::One(series("outputs")),
            validity: "infinite width, eta = 1 (K-FAC with the damping rho_B of its other factor: 1 + rho_B)",
            sources: &[JACOT_2018, KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (train, cross) = both(params)?;
                let targets: Vec<f64> = params.get("y")?;
                Ok(zero_output(params.number("rho")?, &targets, &train, &cross)?.into())
            },
        },
    ]
}
