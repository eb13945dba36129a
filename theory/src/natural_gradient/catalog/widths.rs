//! Widths without limit.

use super::steps::{P_INPUT, P_OUTPUT};
use crate::TheoryError;
use crate::bibliography::{ISHIKAWA_2024, Source};
use crate::catalog::Kind::{Flag, Number, Numbers};
use crate::catalog::outputs::{number, series};
use crate::catalog::parameter::{optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::natural_gradient::{Parametrization, feature_exponents, width_exponents};

const B_OUTPUT: Parameter = required(
    "b_output",
    Number,
    "b_L: output weights have the variance M^(-2 b_L); 1/2 standard, 1 maximal update",
    "a number from 0.5 to 1",
);
const WEIGHTED: Parameter = optional(
    "weighted",
    Flag,
    "whether each factor is weighted by the squared length of the other one's vectors, as in ngd/shampoo",
    "true or false",
    "false",
);
const THREE: &str = "three numbers: first, hidden and output layer";
const DAMPED: &str = "three numbers or nulls (no damping): first, hidden and output layer";
const SOURCES: &[Source] = &[ISHIKAWA_2024];

pub(super) fn all() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/width-exponents",
            title: "How rates and dampings grow with the width for features to be learnt",
            formula: r"\eta\propto M^{[(2b_L-1)(1-p_B),\ p_A+p_B(1-2b_L)-2(1-b_L),\ p_A-1]}",
            parameters: const { &[P_INPUT, P_OUTPUT, B_OUTPUT, WEIGHTED] },
            value: "{init: of the variances of weights, rate, damping_input, damping_output: first, hidden, output layer; feature: of the change of hidden pre-activations}",
            outputs: const {
                Outputs::Object(&[
                    series("init"),
                    series("rate"),
                    series("damping_input"),
                    series("damping_output"),
                    number("feature"),
                ])
            },
            validity: "all scales in the weights; SGD p = (0, 0), K-FAC (1, 1), one-sided (1, 0), Muon (1/2, 1/2); weighted dampings are those of ngd/shampoo's factors",
            sources: SOURCES,
            evaluate: |params| {
                let exponents = width_exponents(parametrization(params)?)?;
                Ok(Value::Object(vec![
                    ("init", exponents.init.into()),
                    ("rate", exponents.rate.into()),
                    ("damping_input", exponents.damping_input.into()),
                    ("damping_output", exponents.damping_output.into()),
                    ("feature", exponents.feature.into()),
                ]))
            },
        },
        Prediction {
            id: "ngd/feature-exponents",
            title: "How what one step changes grows with the width",
            formula: r"x_1=r_1-b_L-p_B\beta_1-p_Aa_1,\quad x_h=r_h-b_L-p_B\beta_h-p_Aa_h+1,\quad x_L=r_L-p_B\beta_L-p_Aa_L+1",
            parameters: const {
                &[
                    P_INPUT,
                    P_OUTPUT,
                    B_OUTPUT,
                    required("rate", Numbers, "exponents of the learning rates", THREE),
                    optional("damping_input", Numbers, "exponents of rho_A", DAMPED, "[null, null, null]"),
                    optional("damping_output", Numbers, "exponents of rho_B", DAMPED, "[null, null, null]"),
                    WEIGHTED,
                ]
            },
            value: "{features: [x_1, x_h], output_own: x_L, output: of the change of the output in all}",
            outputs: const { Outputs::Object(&[series("features"), number("output_own"), number("output")]) },
            validity: "leading order, while changes stay small or of order 1",
            sources: SOURCES,
            evaluate: |params| {
                let exponents = feature_exponents(
                    parametrization(params)?,
                    params.get("rate")?,
                    params.get("damping_input")?,
                    params.get("damping_output")?,
                )?;
                Ok(Value::Object(vec![
                    ("features", exponents.features.into()),
                    ("output_own", exponents.output_own.into()),
                    ("output", exponents.output.into()),
                ]))
            },
        },
    ]
}

fn parametrization(params: &Params) -> Result<Parametrization, TheoryError> {
    Ok(Parametrization {
        p_input: params.number("p_input")?,
        p_output: params.number("p_output")?,
        b_output: params.number("b_output")?,
        weighted: params.get("weighted")?,
    })
}
