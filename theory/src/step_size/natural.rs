//! Rates of approximate natural gradients without damping.

use serde::Serialize;

use super::StepSize;
use crate::error::{at_least, representable};
use crate::natural_gradient::{Layers, Method, RateSpread, Side, alpha, unit_alpha};
use crate::{Architecture, Normalization, TheoryError};

/// A critical learning rate of natural gradient, and the rate that learns in one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NaturalStepSize {
    /// $\eta_c$ and where it comes from; $\lambda_{\max}$ is the largest eigenvalue of the response, $\alpha$ but for the one-sided method.
    pub step: StepSize,
    /// $\alpha$: one step at $1/\alpha$ removes the residual.
    pub alpha: f64,
    /// $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt N)$ of one-sided methods at the widths of the network, for inputs that are orthogonal up to
    /// chance; `None` for methods whose isotropy does not depend on the width.
    pub anisotropy: Option<f64>,
}

const ISOTROPIC: &str = "isotropic response of a natural gradient without damping: all residuals shrink by \
    1 - eta alpha a step; exact for every network whose kernels can be inverted, up to curvature";
const UNIT_WISE: &str = "mean over initialisations; holds for small residuals or one hidden layer only, as \
    test predictions have heavy tails";
const ONE_SIDED: &str = "estimate, not a bound: the largest of the rates alpha_n of the samples exceeds it in about a tenth of \
    networks of one output; one_sided_scaled divides by them";
const OUTPUT_SIDED: &str = "the mean rate; rates of single samples lie around it by the anisotropy";

/// The critical learning rate of an approximate natural gradient without damping.
///
/// # Formula
/// $\eta_c=2/\alpha$ with $\alpha$ of [`alpha`], [`unit_alpha`] or [`one_sided`](crate::natural_gradient::one_sided); one step at $1/\alpha$
/// removes the residual. For one_sided, whose rates spread with the variance $V(1)$ of [`RateSpread`], the largest of $N$ is taken:
/// $\eta_c=2/(\alpha+\sqrt{2V(1)\ln N})$.
///
/// # Errors
/// Normalized networks; gd and diag, which are not isotropic; one_sided_softmax, which is for the cross entropy; more samples than the
/// approximation can fit (K-FAC: than inputs, or times the outputs than hidden units; bd, btd, unit and one_sided: than the features of a layer;
/// last: than those of the last; output_sided: times the outputs than hidden units); those of [`alpha`] and [`RateSpread::new`].
///
/// # Source
/// Karakida and Osawa (2020); one-sided methods are derived in the notes of [`natural_gradient`](crate::natural_gradient).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, natural_gradient::Method, step_size::natural_step_size};
/// let network = Architecture::new(vec![64, 512, 512, 1], Activation::relu(), 2.0, 0.0)?;
/// assert_eq!(natural_step_size(&network, 32, Method::Kfac)?.step.eta_c, 2.0 / 65.0);
/// // alpha = 3, V(1) = 25/512.
/// let one_sided = natural_step_size(&network, 32, Method::OneSided)?;
/// assert!((one_sided.step.eta_c - 2.0 / (3.0 + (50.0 / 512.0 * 32f64.ln()).sqrt())).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn natural_step_size(
    network: &Architecture,
    samples: usize,
    method: Method,
) -> Result<NaturalStepSize, TheoryError> {
    at_least("N", samples, 1)?;
    check_plain(network)?;
    let isotropic = |alpha: f64, formula, remark, anisotropy| NaturalStepSize {
        step: StepSize { eta_c: 2.0 / alpha, lambda_max: alpha, finite_width: 1.0, formula, remark },
        alpha,
        anisotropy,
    };
    let depth = network.depth();
    let hidden = &network.widths()[1..depth];
    match method {
        Method::OneSided => {
            let layers = Layers::all(Side::Input, depth)?;
            check_samples(network, samples, method, network.classes())?;
            let spread = RateSpread::new(network.scales(), hidden, &layers)?;
            let widest = (2.0 * spread.variance() * (samples as f64).ln()).sqrt();
            let largest = representable("the largest rate", spread.alpha() + widest)?;
            let anisotropy = Some(spread.anisotropy_at(samples, spread.covariance(0.0)?)?);
            let found = isotropic(largest, "ngd/one-sided", ONE_SIDED, anisotropy);
            Ok(NaturalStepSize { alpha: spread.alpha(), ..found })
        }
        Method::OutputSided => {
            let layers = Layers::all(Side::Output, depth)?;
            check_samples(network, samples, method, network.classes())?;
            let spread = RateSpread::new(network.scales(), hidden, &layers)?;
            // Features of biases count where they are trained.
            let resting = if network.train_bias() { 0.0 } else { network.scales().sigma_b2 };
            let alpha = spread.alpha() - resting * (depth as f64 - 1.0);
            let anisotropy = spread.anisotropy_at(samples, spread.covariance(0.0)?)? * spread.alpha() / alpha;
            Ok(isotropic(alpha, "ngd/one-sided", OUTPUT_SIDED, Some(anisotropy)))
        }
        Method::Unit => {
            check_samples(network, samples, method, network.classes())?;
            let active = if network.scales().activation.kinks().is_empty() { 1.0 } else { 0.5 };
            let alpha = unit_alpha(hidden, active, network.classes())?;
            Ok(isotropic(alpha, "ngd/alpha", UNIT_WISE, None))
        }
        _ => {
            check_samples(network, samples, method, network.classes())?;
            let exact = matches!(method, Method::OneSidedScaled | Method::Last).then_some(0.0);
            Ok(isotropic(alpha(method, depth, samples)?, "ngd/alpha", ISOTROPIC, exact))
        }
    }
}

/// Refuses normalized networks.
pub(super) fn check_plain(network: &Architecture) -> Result<(), TheoryError> {
    if network.modes().iter().any(|&mode| mode != Normalization::None) {
        let valid = "none: the theory of natural gradient is for plain networks";
        return Err(TheoryError::invalid("normalization", "of some layer", valid));
    }
    Ok(())
}

/// Refuses more samples than the approximation can fit, with so many independent `outputs` of each.
pub(super) fn check_samples(
    network: &Architecture,
    samples: usize,
    method: Method,
    outputs: usize,
) -> Result<(), TheoryError> {
    let depth = network.depth();
    let (inputs, hidden) = (network.widths()[0], &network.widths()[1..depth]);
    let last = hidden.last().copied().unwrap_or(inputs);
    let smallest = hidden.iter().copied().min().unwrap_or(usize::MAX);
    // A trained bias is one more feature.
    let bias = usize::from(network.scales().sigma_b2 > 0.0 && network.train_bias());
    let features = smallest.min(inputs).saturating_add(bias);
    let (most, instead) = match method {
        Method::Kfac | Method::KfacScaled | Method::KfacJoint => {
            ((smallest / outputs).min(features), "or with damping: see ngd/response-damped")
        }
        Method::OneSided | Method::OneSidedScaled if inputs < smallest && depth > 1 => {
            (features, "or without layer 1: ngd/partial-layers with layers from 2 on, or with damping")
        }
        Method::OneSided | Method::OneSidedScaled => (features, "or with damping: see ngd/partial-layers"),
        Method::OutputSided => (smallest / outputs, "or with damping: see ngd/partial-layers"),
        Method::Unit => (features, "or with damping: see ngd/response-damped"),
        Method::Bd | Method::Btd | Method::BtdPinv | Method::Last => {
            (last.saturating_add(bias), "or with damping: see ngd/response-damped")
        }
        _ => return Ok(()),
    };
    if samples <= most {
        return Ok(());
    }
    let valid = format!("at most {most} for {method} in this network, {instead}");
    Err(TheoryError::invalid("N", samples, valid))
}

/// About how many elementary operations the rate takes.
pub(super) fn operations(network: &Architecture, method: Method) -> f64 {
    if matches!(method, Method::OneSided | Method::OutputSided) {
        RateSpread::operations(network.activation(), network.depth(), 2.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Activation;

    fn answer(params: Json) -> Result<Json, TheoryError> {
        super::super::catalog()[0].evaluate(params.as_object().unwrap()).map(|value| value.to_json())
    }

    /// He-ReLU at L = 3 and 1000 units: alpha = 3 and V(1) = 25/1000; V(0) from the angle of orthogonal inputs.
    #[test]
    fn one_sided_methods_answer_with_their_spread() {
        let value = answer(json!({"activation": "relu", "method": "one_sided"})).unwrap();
        assert_eq!(value["alpha"], 3.0);
        assert_eq!(value["formula"], "ngd/one-sided");
        let largest = 3.0 + (2.0 * 0.025 * 100f64.ln()).sqrt();
        assert_relative_eq!(value["eta_c"].as_f64().unwrap(), 2.0 / largest, max_relative = 1e-12);
        assert_relative_eq!(value["eta_one_step"].as_f64().unwrap(), 1.0 / 3.0);
        let spread = json!({"activation": "relu", "widths": [1000, 1000], "sigma_w2": 2.0, "sigma_b2": 0.0, "cos": [0.0]});
        let spread =
            crate::catalog::find("ngd/one-sided-spread").unwrap().evaluate(spread.as_object().unwrap());
        let apart = spread.unwrap().to_json()["covariance"][0].as_f64().unwrap();
        let iota = (0.99 * (0.025 - apart)).sqrt() / 3.0;
        assert_relative_eq!(value["anisotropy"].as_f64().unwrap(), iota, max_relative = 1e-12);
        for method in ["one_sided_scaled", "last"] {
            let value = answer(json!({"activation": "gelu", "method": method})).unwrap();
            assert_eq!((&value["alpha"], &value["anisotropy"]), (&json!(1.0), &json!(0.0)));
            assert_eq!((&value["eta_c"], &value["eta_one_step"]), (&json!(2.0), &json!(1.0)));
        }
        let value = answer(json!({"activation": "relu", "method": "output_sided"})).unwrap();
        assert_relative_eq!(value["alpha"].as_f64().unwrap(), 4.0, max_relative = 1e-14);
        assert_relative_eq!(value["eta_c"].as_f64().unwrap(), 0.5, max_relative = 1e-14);
        // Biases that are not trained are no features.
        let biased = |trained: bool| {
            let given = json!({"activation": "tanh", "method": "output_sided", "sigma_b2": 0.3, "train_bias": trained});
            answer(given).unwrap()["alpha"].as_f64().unwrap()
        };
        assert_relative_eq!(biased(true) - biased(false), 0.6, max_relative = 1e-12);
    }

    #[test]
    fn samples_that_no_factor_fits_are_refused_with_a_way_out() {
        for (given, way) in [
            (
                json!({"activation": "relu", "method": "one_sided", "widths": [64, 512, 512, 1]}),
                "without layer 1",
            ),
            (json!({"activation": "relu", "method": "one_sided_scaled", "width": 50}), "ngd/partial-layers"),
            (json!({"activation": "relu", "method": "output_sided", "classes": 11}), "at most 90"),
            (json!({"activation": "relu", "method": "output_sided", "depth": 1}), "rank one"),
            (json!({"activation": "relu", "method": "last", "width": 50}), "at most 50"),
            (
                json!({"activation": "relu", "method": "one_sided", "normalization": "hidden-bn"}),
                "plain networks",
            ),
            (json!({"activation": "gelu", "method": "one_sided"}), "relu, erf or tanh"),
            (json!({"activation": "relu", "method": "one_sided_softmax"}), "cross entropy"),
            (json!({"activation": "relu", "method": "shampoo"}), "ngd/shampoo"),
            (json!({"activation": "relu", "method": "muon"}), "ngd/shampoo-batch"),
        ] {
            let error = answer(given.clone()).unwrap_err().to_string();
            assert!(error.contains(way), "{given}: {error}");
        }
        let network = Architecture::new(vec![64, 512, 1], Activation::relu(), 2.0, 0.1).unwrap();
        // Without trained biases there is no further feature.
        assert!(natural_step_size(&network, 64, Method::OneSided).is_ok());
        assert!(
            natural_step_size(&network.clone().with_trained_biases(false), 65, Method::OneSided).is_err()
        );
        assert!(natural_step_size(&network.with_trained_biases(true), 65, Method::OneSided).is_ok());
    }
}
