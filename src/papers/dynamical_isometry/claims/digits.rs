//! Online learning on images of digits.

use solvable_theory::bibliography::HAYASE_2021;
use solvable_theory::free_probability::Ensemble;

use super::training::critical;
use crate::experiments::{OnlineDigits, OnlineDigitsOutcome, OnlineDigitsSetting};
use crate::settings::{label, on_path};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;

/// Learning rates in units of $\eta_c$.
const RATES: [f64; 2] = [0.9, 1.3];
/// Logarithms of the growth up to which images count as learnt without loss, and from which on as lost.
const GROWTH: (f64, f64) = (3.0, 15.0);

/// One pass over `samples` digits, of a network on the path of isometry.
pub(crate) fn online(
    depth: usize,
    samples: usize,
    rho: f64,
    rates: &[f64],
) -> Result<OnlineDigitsSetting, JudgeError> {
    let network = on_path(depth, 128, Ensemble::Orthogonal)?;
    let unit = critical(&network)?;
    Ok(OnlineDigitsSetting { network, samples, rho, unit, rates: rates.to_vec() })
}

/// 1 for the rates above `threshold`, in units of $\eta_c$ of the infinite network.
fn lost(s: &OnlineDigitsSetting, threshold: f64) -> Result<Vec<f64>, JudgeError> {
    let unit = critical(&s.network)? / s.unit;
    Ok(s.rates.iter().map(|rate| f64::from(*rate > threshold * unit)).collect())
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        Claim::about::<OnlineDigits>(
            "iso/step-size-digits",
            "Online learning of digits diverges exponentially above the rate of a single image, and not below",
        )
        .formula(r"\ell(T)/\ell(0)<e^3\ \text{at}\ 0.9\,\eta_c,\ >e^{15}\ \text{at}\ 1.3\,\eta_c,\quad\eta_c=2/\lambda_{\max}(H_L)\qquad(\rho\ll1)")
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            let case = |depth| {
                let s = online(depth, 500, 1e-6, &RATES)?;
                Ok(At::setting(label(&s.network), s, by(profile, 2, 6)))
            };
            [3, 12].into_iter().map(case).collect()
        })
        .by_largest_difference()
        .identity()
        .measure(|_, o| {
            let (least, most) = GROWTH;
            Ok(o.log_ratios.iter().map(|log| ((log - least) / (most - least)).clamp(0.0, 1.0)).collect::<Vec<_>>())
        })
        .predict(|s| lost(s, 1.0))
        .margin(|_, _| Margin::symmetric(1e-6))
        .rival("4/λ_max: steps of one image in turn cannot add up", |s| lost(s, 2.0))
        .rival_given("2/λ_max of all images at once", |s, o: &OnlineDigitsOutcome| lost(s, 1.0 / o.common))
        .finish(),
    ]
}
