//! Natural gradient on the cross entropy.

use super::given::{COS_CROSS, COS_TRAIN, METHOD, STEPS, both, method, missing};
use crate::TheoryError;
use crate::bibliography::{BENZING_2022, JACOT_2018, KARAKIDA_2020_NATURAL, KARAKIDA_2021_PATHOLOGICAL};
use crate::catalog::Kind::{Integer, Integers, Number, Rows};
use crate::catalog::outputs::{number, numbers, series, table};
use crate::catalog::parameter::{ACTIVATION, DEPTH, SIGMA_B2, SIGMA_W2, optional, required};
use crate::catalog::{Outputs, Parameter, Params, Prediction, Value};
use crate::natural_gradient::{
    CeFlow, CeProblem, Method, ce_map, ce_map_operations, ce_margin, ce_recursion,
};

const KERNEL: Parameter = optional(
    "k",
    Number,
    "k, the tangent kernel of a sample with itself (exact, gd)",
    "a number > 0, or null",
    "null",
);
const COUNT: Parameter =
    optional("N", Integer, "the number of samples (exact, gd)", "an integer >= 1, or null", "null");

pub(super) fn all() -> Vec<Prediction> {
    vec![
        Prediction {
            id: "ngd/ce-map",
            title: "Error of a classifier, sample by sample, under isotropic natural gradient",
            formula: r"\kappa=\frac{1-p}p:\quad\kappa_{t+1}=\kappa_te^{-\eta(1+\kappa_t)}",
            parameters: const {
                &[
                    required(
                        "p0",
                        Number,
                        "p_0, the probability of the label at the start",
                        "a number between 0 and 1",
                    ),
                    required("eta", Number, "eta alpha, the rate in units of 1/alpha", "a number > 0"),
                    STEPS,
                ]
            },
            value: "1 - p_t",
            outputs: Outputs::One(number("error")),
            validity: "cross entropy; infinite width, no damping; exact, bd, and one_sided_softmax with its alpha",
            sources: &[KARAKIDA_2020_NATURAL],
            evaluate: |params| {
                let (start, eta, steps) = (params.number("p0")?, params.number("eta")?, params.whole("t")?);
                params.afford("the steps", ce_map_operations(start, eta, steps)?)?;
                Ok(ce_map(start, eta, steps)?.into())
            },
        },
        Prediction {
            id: "ngd/ce-margin",
            title: "Margin of a classifier under damped natural gradient, one-sided and plain descent",
            formula: r"\tau=a\ln\frac{e^s+C-1}C+\frac bC\left(e^s-1+(C-1)s\right),\quad1-p=\frac{C-1}{e^s+C-1}",
            parameters: const {
                &[
                    METHOD,
                    required("C", Integer, "the number of classes", "an integer >= 2"),
                    required("time", Number, "tau = eta t, the time of the flow", "a number >= 0"),
                    KERNEL,
                    COUNT,
                    optional("rho", Number, "rho, the damping (exact)", "a number >= 0, or null", "null"),
                    optional(
                        "alpha",
                        Number,
                        "alpha, the isotropy constant (one_sided)",
                        "a number > 0, or null",
                        "null",
                    ),
                ]
            },
            value: "{margin: s, error: 1 - p}",
            outputs: const { Outputs::Object(&numbers(["margin", "error"])) },
            validity: "cross entropy; equal logits at the start, one sample or a kernel k I, small steps",
            sources: &[KARAKIDA_2020_NATURAL, BENZING_2022],
            evaluate: |params| {
                let method = method(params)?;
                let flow = match method {
                    Method::Exact => match given(params, "rho")?.unwrap_or(0.0) {
                        // Without damping nothing depends on the kernel, which need not be given.
                        0.0 => {
                            let kernel = given(params, "k")?.unwrap_or(1.0);
                            let samples = if given(params, "N")?.is_some() { samples(params)? } else { 1 };
                            CeFlow::exact(kernel, samples, 0.0)?
                        }
                        rho => CeFlow::exact(needed(params, KERNEL)?, samples(params)?, rho)?,
                    },
                    Method::OneSided => {
                        let alpha = given(params, "alpha")?;
                        let missing = || missing("alpha", "the isotropy constant of ngd/one-sided");
                        CeFlow::one_sided(alpha.ok_or_else(missing)?)?
                    }
                    Method::Gd => CeFlow::gd(needed(params, KERNEL)?, samples(params)?)?,
                    _ => return Err(CeFlow::unknown(method)),
                };
                let at = ce_margin(flow, params.integer("C")?, params.number("time")?)?;
                Ok(Value::Object(vec![("margin", at.margin.into()), ("error", at.error.into())]))
            },
        },
        Prediction {
            id: "ngd/ce-recursion",
            title: "Logits of a wide classifier, step by step",
            formula: r"\Delta f=-\eta\,\mathcal K\Sigma(\Sigma^\top\mathcal K\Sigma+N\rho)^{-1}\Sigma^\top z,\quad z_n=-\frac{e_{y_n}-\mathbf 1/C}{p_{n,y_n}},\quad\mathcal K=\Theta\otimes I_C",
            parameters: const {
                &[
                    ACTIVATION,
                    DEPTH,
                    SIGMA_W2,
                    SIGMA_B2,
                    COS_TRAIN,
                    COS_CROSS,
                    required("logits", Rows, "f_0, a row for each sample", "rows of C >= 2 numbers"),
                    required(
                        "labels",
                        Integers,
                        "the classes, counted from 0",
                        "one integer from 0 to C-1 for each sample",
                    ),
                    METHOD,
                    required(
                        "eta",
                        Number,
                        "the learning rate; for one_sided, one_sided_softmax and kfac in units of 1/alpha",
                        "a number > 0",
                    ),
                    STEPS,
                    optional("rho", Number, "rho, the damping (exact)", "a number >= 0", "0"),
                ]
            },
            value: "{p_label: the probabilities of the labels; exact and gd also test: logits at test inputs, which start at 0}",
            outputs: const { Outputs::Object(&[series("p_label"), table("test").sometimes()]) },
            validity: "infinite width, where the kernel stays; exact, gd, one_sided, one_sided_softmax, kfac",
            sources: &[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018, KARAKIDA_2020_NATURAL],
            evaluate: recursion,
        },
    ]
}

fn given(params: &Params, name: &str) -> Result<Option<f64>, TheoryError> {
    let given = params.get::<Option<f64>>(name)?.is_some();
    if given { params.number(name).map(Some) } else { Ok(None) }
}

fn needed(params: &Params, parameter: Parameter) -> Result<f64, TheoryError> {
    given(params, parameter.name)?.ok_or_else(|| missing(parameter.name, parameter.meaning))
}

fn samples(params: &Params) -> Result<usize, TheoryError> {
    needed(params, COUNT)?;
    params.integer(COUNT.name)
}

fn recursion(params: &Params) -> Result<Value, TheoryError> {
    let (method, steps, rho) = (method(params)?, params.integer("t")?, params.number("rho")?);
    let logits: Vec<Vec<f64>> = params.get("logits")?;
    let labels: Vec<usize> = params.get("labels")?;
    let (samples, classes) = (logits.len() as f64, logits.first().map_or(0, Vec::len) as f64);
    let each = match method {
        Method::Exact if rho > 0.0 => (samples * classes).powi(3),
        Method::Kfac => classes.powi(3) + samples * classes * classes,
        Method::Gd => 2.0 * samples * samples * classes,
        _ => 50.0 * samples * classes,
    };
    params.afford("the steps", steps as f64 * (each + 50.0 * samples * classes))?;
    let (train, cross) = both(params)?;
    let problem = CeProblem { logits: &logits, labels: &labels, train: &train, cross: Some(&cross) };
    let trained = ce_recursion(&problem, method, params.number("eta")?, rho, steps)?;
    let mut fields = vec![("p_label", trained.p_label.into())];
    fields.extend(trained.test.map(|test| ("test", test.into())));
    Ok(Value::Object(fields))
}
