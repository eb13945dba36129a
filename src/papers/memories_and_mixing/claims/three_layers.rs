//! The associative memory of three layers.

use nalgebra::{DMatrix, DVector};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_theory::bibliography::KARAKIDA_2024;

use crate::experiments::{ThreeLayerMemory, ThreeLayersOutcome, ThreeLayersSetting};

pub(crate) fn claims() -> Vec<Claim> {
    vec![critical(), amplitude()]
}

pub(crate) fn couplings(excess: f64) -> ThreeLayersSetting {
    ThreeLayersSetting { tokens: 8, channels: 6, expansion: 2, excess }
}

fn cases(profile: Profile, excesses: &[f64]) -> Result<Vec<At<ThreeLayersSetting>>, JudgeError> {
    let label = |excess: f64| format!("8×6 {} κ_c", if excess < 0.0 { "below" } else { "beyond" });
    let trials = by(profile, 8, 40);
    Ok(excesses.iter().map(|&excess| At::setting(label(excess), couplings(excess), trials)).collect())
}

/// The critical strength if token and channel mixing followed each other.
fn serial(s: &ThreeLayersSetting, o: &ThreeLayersOutcome) -> f64 {
    let norm = |n: usize, entries: &[f64]| {
        DMatrix::from_column_slice(s.expansion * n, n, entries).singular_values().max()
    };
    (norm(s.tokens, &o.by_tokens) * norm(s.channels, &o.by_channels)).recip()
}

fn critical() -> Claim {
    Claim::about::<ThreeLayerMemory>(
        "mem/ham-critical",
        "Token and channel mixing act in parallel: their strengths add at the threshold of memory",
    )
    .formula(r"\kappa_c=\frac1{\sigma_1(W_1)^2+\sigma_1(W_2)^2}")
    .sources(&[KARAKIDA_2024])
    .cases(|profile| cases(profile, &[-0.02, by(profile, 0.005, 0.0025)]))
    .measure(|_, o| Ok(o.coupling / o.growth))
    .predict_given(|s, o| Ok(s.memory(o)?.critical()?))
    .margin(|_, _| Margin::symmetric(1e-6))
    .rival_given("token and channel mixing one after the other", |s, o| Ok(serial(s, o)))
    .finish()
}

fn amplitude() -> Claim {
    Claim::about::<ThreeLayerMemory>(
        "mem/ham-amplitude",
        "The memory that appears beyond the threshold grows with the square root of the excess",
    )
    .formula(
        r"t^2=\frac{3(\mu-1)}{\sum U^4+\kappa\sum(W_1U)^4+\kappa\sum(UW_2^\top)^4},\qquad\mu=\frac\kappa{\kappa_c}",
    )
    .sources(&[KARAKIDA_2024])
    .cases(|profile| cases(profile, &[by(profile, 0.005, 0.0025)]))
    .measure(|_, o| Ok(o.amplitude))
    .predict_given(|s, o| Ok(s.memory(o)?.amplitude(o.coupling)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.025)))
    .rival_given("an amplitude that does not depend on the couplings", |s, o| {
        let mode = s.memory(o)?.mode()?;
        let fourth = |v: &DVector<f64>| v.iter().map(|x| x.powi(4)).sum::<f64>();
        Ok(3.0 * s.excess / (fourth(&mode.tokens) * fourth(&mode.channels)))
    })
    .finish()
}
