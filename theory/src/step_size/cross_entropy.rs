//! Rates of natural gradient without damping for classifiers: no critical one, but a unit.

use serde::Serialize;

use super::natural::{check_plain, check_samples};
use crate::error::{at_least, representable};
use crate::natural_gradient::{Layers, Method, Side, alpha, ce_map, one_sided};
use crate::{Architecture, TheoryError};

/// The unit of the learning rate of a natural gradient on the cross entropy, and what it buys.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CrossEntropyStepSize {
    /// $\alpha$: rates count in units of $1/\alpha$.
    pub alpha: f64,
    /// The factor that a step at $1/\alpha$ leaves of the error $1-p$ of a sample that is nearly right: $e^{-1}$ where the curvature of the
    /// softmax is inverted, 1 where it is not.
    pub factor: f64,
    /// Steps at $1/\alpha$ from equal logits to $1-p\le0.01$.
    pub steps: u64,
    /// Whether the error falls like $1/t$ in the end, not exponentially.
    pub saturates: bool,
    /// What relative part of a step is not isotropic at any width: $\frac1{N(L-1)}$ of kfac, 0 of the others.
    pub deviation: f64,
    /// The id of the prediction that says how errors fall.
    pub formula: &'static str,
    /// How far it holds.
    pub remark: &'static str,
}

const NATURAL: &str = "every rate contracts: at 1/alpha a step multiplies the error 1 - p by 1/e near the end, by less before; no \
    rate takes everything in one step, as for the squared loss; wide networks without damping: any rho > 0 ends as gradient descent, see ngd/ce-margin";
const KFAC: &str = "as ngd/ce-map, but for the output layer, which sees the mean curvature over samples: a relative deviation of \
    1/(N (L - 1)) at every width";
const ONE_SIDED: &str = "every rate contracts, but the curvature of the softmax is lost: errors fall like 1/t, as under gradient descent; \
    one_sided_softmax restores the exponential at the cost of a C x C system for each sample";

/// The error $1-p$ at which steps are counted.
const AIM: f64 = 0.01;

/// The unit of the learning rate of an approximate natural gradient without damping on the cross entropy, for a network of as many outputs as
/// classes.
///
/// # Formula
/// With $\kappa=\frac{1-p}p$ a step at $\eta$ is $\kappa\leftarrow\kappa\,e^{-\eta\alpha(1+\kappa)}$ ([`ce_map`]): every $\eta>0$ contracts, there is no
/// critical rate. $\alpha$ is 1 for exact, $L$ for bd, $\sum_lb_l$ for one_sided_softmax and nearly $N(L-1)+1$ for kfac. one_sided moves the
/// logits by $-\eta\alpha(p-e_y)$, so that from equal logits the margin grows by $\eta\alpha\frac C{C-1}(1-p)$ a step.
///
/// # Errors
/// Normalized networks; fewer than two classes; methods without a statement for the cross entropy (gd mixes samples: its rate is that of
/// the prediction `spectra/classifier-step`); kfac without hidden layers; more samples than the approximation can fit, for kfac those with
/// $N(C-1)$ above the smallest hidden width.
///
/// # Source
/// Derived in the notes of [`natural_gradient`](crate::natural_gradient).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, natural_gradient::Method, step_size::cross_entropy_step_size};
/// let network = Architecture::new(vec![64, 512, 512, 2], Activation::relu(), 2.0, 0.0)?;
/// let softmax = cross_entropy_step_size(&network, 32, Method::OneSidedSoftmax)?;
/// assert_eq!((softmax.alpha, softmax.steps, softmax.saturates), (3.0, 4, false));
/// let one_sided = cross_entropy_step_size(&network, 32, Method::OneSided)?;
/// assert_eq!((one_sided.alpha, one_sided.steps, one_sided.saturates), (3.0, 50, true));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn cross_entropy_step_size(
    network: &Architecture,
    samples: usize,
    method: Method,
) -> Result<CrossEntropyStepSize, TheoryError> {
    at_least("N", samples, 1)?;
    check_plain(network)?;
    let (depth, classes) = (network.depth(), network.classes());
    if classes < 2 {
        let valid = "an integer >= 2 with loss = cross-entropy: an output for each class";
        return Err(TheoryError::invalid("classes", classes, valid));
    }
    let inputs = || one_sided(network.scales(), &Layers::all(Side::Input, depth)?).map(|found| found.alpha);
    let natural = CrossEntropyStepSize {
        alpha: 1.0,
        factor: (-1f64).exp(),
        steps: natural_steps(classes)?,
        saturates: false,
        deviation: 0.0,
        formula: "ngd/ce-map",
        remark: NATURAL,
    };
    // All logits but their sum, which the softmax does not see.
    let independent = classes - 1;
    match method {
        Method::Exact | Method::Bd => {
            check_samples(network, samples, method, independent)?;
            Ok(CrossEntropyStepSize { alpha: alpha(method, depth, samples)?, ..natural })
        }
        Method::OneSidedSoftmax => {
            check_samples(network, samples, Method::OneSided, independent)?;
            Ok(CrossEntropyStepSize { alpha: inputs()?, ..natural })
        }
        Method::Kfac => {
            if depth < 2 {
                let valid = "an integer >= 2 for kfac: its output layer alone is not isotropic";
                return Err(TheoryError::invalid("depth", depth, valid));
            }
            check_samples(network, samples, method, independent)?;
            let alpha = alpha(method, depth, samples)?;
            let deviation = representable("the deviation", 1.0 / (alpha - 1.0))?;
            Ok(CrossEntropyStepSize {
                alpha,
                deviation,
                formula: "ngd/ce-recursion",
                remark: KFAC,
                ..natural
            })
        }
        Method::OneSided => {
            check_samples(network, samples, method, independent)?;
            Ok(CrossEntropyStepSize {
                alpha: inputs()?,
                factor: 1.0,
                steps: descent_steps(classes),
                saturates: true,
                formula: "ngd/ce-margin",
                remark: ONE_SIDED,
                ..natural
            })
        }
        _ => {
            let valid = "exact, bd, kfac, one_sided or one_sided_softmax with loss = cross-entropy; gd: see spectra/classifier-step";
            Err(TheoryError::invalid("method", method, valid))
        }
    }
}

/// Steps of the map at $1/\alpha$ from $p=1/C$.
fn natural_steps(classes: usize) -> Result<u64, TheoryError> {
    let mut steps = 1;
    // The slowest, C = 2, is there after four.
    while ce_map(1.0 / classes as f64, 1.0, steps)? > AIM {
        steps += 1;
    }
    Ok(steps)
}

/// Steps of the margin of one_sided at $1/\alpha$ from 0: about $1/0.01$, at any number of classes.
fn descent_steps(classes: usize) -> u64 {
    let others = classes as f64 - 1.0;
    let (mut margin, mut steps) = (0f64, 0);
    loop {
        let tail = others * (-margin).exp();
        let wrong = tail / (1.0 + tail);
        if wrong <= AIM {
            return steps;
        }
        margin += wrong * (1.0 + 1.0 / others);
        steps += 1;
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::dmatrix;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::natural_gradient::{CeProblem, ce_recursion, train_kernels};
    use crate::{Activation, InitialScales};

    fn answer(params: Json) -> Result<Json, TheoryError> {
        super::super::catalog()[0].evaluate(params.as_object().unwrap()).map(|value| value.to_json())
    }

    fn classifier(method: &str, classes: usize) -> Json {
        let widths = [64, 512, 512, classes];
        json!({"activation": "relu", "widths": widths, "N": 32, "method": method, "loss": "cross-entropy"})
    }

    /// The steps of the recursion from equal logits, which knows nothing of the map.
    #[test]
    fn steps_are_those_of_the_recursion() {
        let scales = InitialScales::new(Activation::relu(), 2.0, 0.0).unwrap();
        let train = train_kernels(&scales, 3, &dmatrix![1.0]).unwrap();
        for (method, name) in [(Method::Exact, "exact"), (Method::OneSided, "one_sided")] {
            for classes in [2, 3, 10] {
                let given = answer(classifier(name, classes)).unwrap();
                let steps = given["steps_to_one_per_cent"].as_f64().unwrap() as u64;
                let logits = [vec![0.0; classes]];
                let problem = CeProblem { logits: &logits, labels: &[1], train: &train, cross: None };
                let wrong = |steps: u64| {
                    1.0 - ce_recursion(&problem, method, 1.0, 0.0, steps as usize).unwrap().p_label[0]
                };
                assert!(wrong(steps) <= AIM && wrong(steps - 1) > AIM, "{name}, C = {classes}: {steps}");
            }
        }
    }

    #[test]
    fn every_rate_contracts_and_the_unit_is_told() {
        for (method, alpha, saturates) in [
            ("exact", 1.0, "no"),
            ("bd", 3.0, "no"),
            ("kfac", 65.0, "no"),
            ("one_sided", 3.0, "like 1/t"),
            ("one_sided_softmax", 3.0, "no"),
        ] {
            let value = answer(classifier(method, 10)).unwrap();
            assert_eq!(value["eta_c"], "inf", "{method}");
            assert_eq!(value["alpha"], alpha, "{method}");
            assert_eq!(value["eta_unit"], 1.0 / alpha, "{method}");
            assert_eq!(value["saturates"], saturates, "{method}");
            let factor = if saturates == "no" { (-1f64).exp() } else { 1.0 };
            assert_eq!(value["factor"], factor, "{method}");
        }
        assert_eq!(answer(classifier("kfac", 10)).unwrap()["deviation"], 1.0 / 64.0);
        // Without the loss the answer is that of the squared one, as before.
        let squared = |given: Json| answer(given).unwrap();
        let mut named = classifier("kfac", 10);
        named["loss"] = json!("squared");
        let mut unnamed = named.clone();
        unnamed.as_object_mut().unwrap().remove("loss");
        assert_eq!(squared(named), squared(unnamed));
    }

    #[test]
    fn what_has_no_statement_is_refused_with_what_has() {
        let with = |name: &str, value: Json, method: &str| {
            let mut given = classifier(method, 10);
            given[name] = value;
            given
        };
        for (given, way) in [
            (classifier("gd", 10), "spectra/classifier-step"),
            (classifier("last", 10), "one_sided_softmax"),
            (classifier("btd", 10), "exact, bd, kfac"),
            (classifier("exact", 1), "`classes`"),
            (with("N", json!(60), "kfac"), "at most 56"),
            (with("N", json!(100), "one_sided_softmax"), "without layer 1"),
            (with("normalization", json!("hidden-bn"), "exact"), "plain networks"),
            (with("loss", json!("hinge"), "exact"), "squared or cross-entropy"),
            (with("widths", json!([64, 3]), "kfac"), "output layer alone"),
            (
                json!({"architecture": {"inputs": 4, "layers": [{"dense": 2}]}, "loss": "cross-entropy"}),
                "`loss`",
            ),
        ] {
            let error = answer(given.clone()).unwrap_err().to_string();
            assert!(error.contains(way), "{given}: {error}");
        }
    }
}
